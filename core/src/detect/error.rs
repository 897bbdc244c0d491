//! Error clicks: a click, and an error that it caused.

use super::clicks::{Click, Clicks};
use super::{Chains, Finding, Findings};
use crate::input::{Cause, Flags};
use crate::signal::{Answers, Evidence, Grade, Kind, Signal, Suppressed};
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
}

impl ErrorClicks {
    /// Different errors remembered.
    const MOST_SEEN: usize = 16;

    /// A script error: returns the click it belongs to. An error that was there before the click and has no proven
    /// cause is the page's own.
    pub fn thrown(
        &mut self,
        now: Millis,
        cause: Cause,
        hash: &str,
        clicks: &mut Clicks,
        all: &Thresholds,
    ) -> Option<Click> {
        let before = self.seen.iter().position(|seen| seen.hash == hash).map(|index| self.seen.remove(index));
        if self.seen.len() == Self::MOST_SEEN {
            self.seen.remove(0);
        }
        self.seen.push(Seen { hash: hash.to_owned(), at: now });
        let newest = clicks.newest()?;
        let periodic =
            before.is_some_and(|seen| seen.at < newest.down && newest.down.since(seen.at) <= all.noise.memory);
        if cause == Cause::Other && periodic {
            return None;
        }
        clicks.err(now, all.error.timeout)
    }

    /// A request of a click failed.
    pub fn failed_request(&mut self, now: Millis, click: &Click, all: &Thresholds, out: &mut Findings) {
        self.raise(now, click, None, all, out);
    }

    /// Raises or revises the signal of a click that caused an error.
    pub fn raise(&mut self, now: Millis, click: &Click, cause: Option<Cause>, all: &Thresholds, out: &mut Findings) {
        let error = &all.error;
        if !error.enabled || !click.plain || click.flags.any(error.ignore) {
            return;
        }
        let opted_out = click.flags.any(Flags::ignore(Kind::ErrorClick));
        let grade = match cause {
            Some(Cause::Sync) => Grade::Confirmed,
            Some(Cause::Promise) | None => Grade::Likely,
            Some(Cause::Other) => Grade::Suspected,
        };
        let (chain, before) = self.chains.add(click, grade, error.chain, out);
        let evidence = Evidence {
            clicks: chain.clicks,
            span: click.at.since(chain.first_at),
            first_answer: Some(now.since(click.at)),
            looked_for: Answers::ERROR.with(Answers::FAILED_REQUEST),
            came: click.came,
            cause,
            ..Evidence::default()
        };
        let signal = Signal {
            id: chain.id,
            kind: Kind::ErrorClick,
            grade: chain.grade,
            revision: chain.revision,
            is_final: false,
            at: now,
            element: Some(click.target),
            evidence,
            suppressed_by: opted_out.then_some(Suppressed::OptOut),
        };
        let counted = if opted_out { Grade::Retracted } else { before };
        out.list.push(Finding::Signal(signal, counted));
    }
}
