//! Events as JSON Lines.

use std::io::{self, BufWriter, Write};

use super::{Exported, Sink};

pub(super) struct Lines<W: Write> {
    out: BufWriter<W>,
}

impl<W: Write> Lines<W> {
    pub(super) fn new(out: W) -> Self {
        Self { out: BufWriter::new(out) }
    }
}

impl<W: Write> Sink for Lines<W> {
    fn push(&mut self, event: &Exported<'_>) -> io::Result<()> {
        // White space in JSON, but an event is one line.
        let line = serde_json::to_string(event).expect("texts and numbers can be written").replace(['\r', '\n'], " ");
        writeln!(self.out, "{line}")
    }

    fn finish(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}
