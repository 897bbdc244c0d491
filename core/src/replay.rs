//! Replay: a recorded trace through the engine, each verdict explained, one JSON line a revision.

use std::collections::BTreeMap;

use crate::engine::Engine;
use crate::event::What;
use crate::forms::Form;
use crate::json::Writer;
use crate::signal::{Kind, Signal};
use crate::thresholds::Thresholds;
use crate::trace::{Trace, TraceError};
use crate::video::VideoTotals;

/// A replay under way: yields lines until the trace ends, then the forms and the summary.
#[derive(Debug)]
pub struct Replay<'a> {
    trace: Trace<'a>,
    engine: Engine,
    inputs: u64,
    /// Kind of each chain whose newest revision counts.
    counting: BTreeMap<u32, Kind>,
    /// The newest word on each run of a form.
    forms: BTreeMap<u32, Form>,
    /// What was watched, in the order in which it was first told.
    videos: Vec<VideoTotals>,
}

impl<'a> Replay<'a> {
    /// Opens a trace, with these thresholds instead of its own.
    pub fn open(text: &'a str, thresholds: Option<Thresholds>) -> Result<Self, TraceError> {
        let trace = Trace::open(text)?;
        let thresholds = thresholds.unwrap_or(trace.header.thresholds);
        Ok(Self::begin(trace, &thresholds))
    }

    /// Opens a trace that is a case of a peer: its own thresholds change the peer's.
    pub fn open_over(text: &'a str, peer: Thresholds) -> Result<Self, TraceError> {
        let trace = Trace::open_over(text, peer)?;
        let thresholds = trace.header.thresholds;
        Ok(Self::begin(trace, &thresholds))
    }

    fn begin(trace: Trace<'a>, thresholds: &Thresholds) -> Self {
        let mut engine = Engine::new(*thresholds, trace.header.time_origin);
        let [_, height] = trace.header.viewport;
        if height > 0 {
            engine.set_viewport(height);
        }
        let (counting, forms, videos) = (BTreeMap::new(), BTreeMap::new(), Vec::new());
        Self { trace, engine, inputs: 0, counting, forms, videos }
    }

    /// The revisions that the next input led to; `None` at the end.
    pub fn step(&mut self) -> Option<Result<Vec<Signal>, TraceError>> {
        let input = match self.trace.next()? {
            Ok(input) => input,
            Err(error) => return Some(Err(error)),
        };
        self.inputs += 1;
        self.engine.feed(&input);
        for event in self.engine.take_events() {
            match event.what {
                What::Form(form) => {
                    self.forms.insert(form.run, form);
                }
                What::Video(totals) => know(&mut self.videos, *totals),
                _ => {}
            }
        }
        let signals = self.engine.take_signals();
        for signal in &signals {
            if signal.counts() {
                self.counting.insert(signal.id, signal.kind);
            } else {
                self.counting.remove(&signal.id);
            }
        }
        Some(Ok(signals))
    }

    /// The lines before the summary, as JSON: the runs of forms and the players, each in the order in which they were
    /// first seen.
    pub fn closing(&self) -> Vec<String> {
        let mut forms = self.forms.clone();
        forms.extend(self.engine.forms().map(|form| (form.run, form)));
        let mut videos = self.videos.clone();
        for totals in self.engine.videos() {
            know(&mut videos, totals);
        }
        let line = |totals: &VideoTotals| {
            let mut w = Writer::new();
            w.begin_object();
            totals.write_members(&mut w);
            w.end_object();
            w.finish()
        };
        forms.values().map(form_line).chain(videos.iter().map(line)).collect()
    }

    /// The closing line, as JSON.
    pub fn summary(&self) -> String {
        let mut w = Writer::new();
        w.begin_object().name("summary").begin_object().name("signals").begin_object();
        for kind in Kind::ALL {
            let count = self.counting.values().filter(|counted| **counted == kind).count();
            if count > 0 {
                w.name(kind.name()).integer(count as u64);
            }
        }
        let features = self.engine.features();
        w.end_object().name("features");
        features.write(&mut w);
        w.name("observed").integer(u64::from(features.observed));
        w.name("inputs").integer(self.inputs);
        w.name("out_of_order").integer(self.engine.out_of_order());
        if self.engine.forms_lost() > 0 {
            w.name("forms_lost").integer(self.engine.forms_lost());
        }
        w.end_object().end_object();
        w.finish()
    }
}

/// Replaces what was known of a player.
fn know(videos: &mut Vec<VideoTotals>, totals: VideoTotals) {
    match videos.iter_mut().find(|known| known.name == totals.name) {
        Some(known) => *known = totals,
        None => videos.push(totals),
    }
}

/// One revision as a JSON line.
pub fn line(signal: &Signal) -> String {
    let mut w = Writer::new();
    w.begin_object();
    signal.write_members(&mut w);
    match signal.element {
        Some(element) => w.name("el").integer(u64::from(element.0)),
        None => w.name("el").raw("null"),
    };
    signal.write_evidence(&mut w);
    w.end_object();
    w.finish()
}

fn form_line(form: &Form) -> String {
    let mut w = Writer::new();
    w.begin_object();
    form.write_members(&mut w);
    w.end_object();
    w.finish()
}

/// Replays a whole trace into JSON lines.
pub fn replay(text: &str, thresholds: Option<Thresholds>) -> Result<Vec<String>, TraceError> {
    let mut replay = Replay::open(text, thresholds)?;
    let mut lines = Vec::new();
    while let Some(signals) = replay.step() {
        lines.extend(signals?.iter().map(line));
    }
    lines.extend(replay.closing());
    lines.push(replay.summary());
    Ok(lines)
}
