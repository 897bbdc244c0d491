//! Error clicks: a click, and an error that it caused.

use super::clicks::Click;
use super::{Chains, Findings};
use crate::forms::MOST_NAME;
use crate::input::{Cause, Flags, cut};
use crate::signal::{Answers, Evidence, Grade, Kind, Suppressed};
use crate::thresholds::Thresholds;
use crate::time::Millis;

/// An error seen lately, with or without a click.
#[derive(Clone, Debug)]
struct Seen {
    hash: String,
    at: Millis,
}

/// The detector.
#[derive(Clone, Debug, Default)]
pub struct ErrorClicks {
    chains: Chains,
    seen: Vec<Seen>,
    /// The last failure of a request that no click began.
    background: Option<Millis>,
}

impl ErrorClicks {
    /// Different errors remembered.
    const MOST_SEEN: usize = 16;

    /// Remembers an error; returns when it was seen last.
    pub fn seen(&mut self, now: Millis, hash: &str) -> Option<Millis> {
        let hash = cut(hash, MOST_NAME);
        let before = self.seen.iter().position(|seen| seen.hash == hash).map(|index| self.seen.remove(index));
        if self.seen.len() == Self::MOST_SEEN {
            self.seen.remove(0);
        }
        self.seen.push(Seen { hash: hash.to_owned(), at: now });
        before.map(|seen| seen.at)
    }

    /// The page is left, and what it did by itself with it.
    pub fn leave(&mut self) {
        self.seen.clear();
        self.background = None;
    }

    /// A request failed that no click began: the page fails by itself.
    pub fn failed_by_itself(&mut self, now: Millis) {
        self.background = Some(now);
    }

    /// Whether requests failed lately that no click began.
    pub fn fails_by_itself(&self, now: Millis, all: &Thresholds) -> bool {
        self.background.is_some_and(|at| now.since(at) <= all.noise.memory)
    }

    /// A request of a click failed; `settled` once nobody tried again.
    pub fn failed_request(&mut self, now: Millis, click: &Click, settled: bool, all: &Thresholds, out: &mut Findings) {
        let grade = if settled && click.erred() { Grade::Likely } else { Grade::Suspected };
        self.raise(now, click, None, grade, all, out);
    }

    /// A script error of a click.
    pub fn erred(&mut self, now: Millis, click: &Click, cause: Cause, all: &Thresholds, out: &mut Findings) {
        let grade = match cause {
            Cause::Sync => Grade::Confirmed,
            Cause::Promise => Grade::Likely,
            Cause::Other => Grade::Suspected,
        };
        self.raise(now, click, Some(cause), grade, all, out);
    }

    fn raise(
        &mut self,
        now: Millis,
        click: &Click,
        cause: Option<Cause>,
        grade: Grade,
        all: &Thresholds,
        out: &mut Findings,
    ) {
        let error = &all.error;
        let counts = click.is(error.only, error.tags) && !click.is_ended(error.ended_by);
        if !error.enabled || !counts || click.flags.any(error.ignore) || (cause.is_none() && !error.requests) {
            return;
        }
        let opted_out = click.flags.any(Flags::ignore(Kind::ErrorClick));
        let evidence = Evidence {
            first_answer: Some(now.since(click.at)),
            looked_for: Answers::ERROR.with(Answers::FAILED_REQUEST),
            came: click.came,
            cause,
            ..Evidence::default()
        };
        let suppressed_by = opted_out.then_some(Suppressed::OptOut);
        self.chains.say(now, Kind::ErrorClick, click, grade, error.chain, evidence, suppressed_by, out);
    }
}
