//! What the stream does meanwhile: from all well to all faults at once.

use anyhow::Result;
use unsnag_kinesis_stub::{Fault, Stub, What};

/// A kind of weather: its name, and what strikes.
type Kind = (&'static str, fn() -> Vec<Fault>);

const KINDS: [Kind; 7] = [
    ("fair", Vec::new),
    ("throttled", || vec![Fault::new(What::Throttle).every(2)]),
    ("partly failing", || vec![Fault::new(What::Partial).share(0.3)]),
    ("failing", || vec![Fault::new(What::Error500).every(2)]),
    ("cutting connections", || vec![Fault::new(What::CutBefore).every(3), Fault::new(What::CutAfter).every(4)]),
    ("slow", || vec![Fault::new(What::Slow).ms(400).every(2)]),
    ("at its worst", || {
        vec![
            Fault::new(What::Throttle).every(3),
            Fault::new(What::Error500).every(4),
            Fault::new(What::CutAfter).every(5),
            Fault::new(What::CutBefore).every(6),
            Fault::new(What::Partial).share(0.4),
        ]
    }),
];

/// The weather over one stream.
#[derive(Debug)]
pub(crate) struct Weather<'a> {
    stub: &'a Stub,
    name: &'static str,
}

impl<'a> Weather<'a> {
    pub(crate) fn new(stub: &'a Stub) -> Self {
        Self { stub, name: KINDS[0].0 }
    }

    pub(crate) fn name(&self) -> &'static str {
        self.name
    }

    pub(crate) fn turn(&mut self, random: u64) -> Result<()> {
        let (name, faults) = KINDS[(random % KINDS.len() as u64) as usize];
        self.name = name;
        Ok(self.stub.set_faults(faults())?)
    }

    pub(crate) fn clear(&mut self) -> Result<()> {
        self.turn(0)
    }
}
