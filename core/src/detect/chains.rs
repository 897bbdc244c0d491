//! Runs of verdicts on the clicks of one target: each run is one signal, revised as its clicks are decided.

use super::clicks::Click;
use super::{Finding, Findings};
use crate::input::ElementId;
use crate::signal::{Evidence, Grade, Kind, Signal, Suppressed};
use crate::time::Millis;

/// What is said of one click of a chain.
#[derive(Clone, Copy, Debug)]
struct Link {
    serial: u32,
    grade: Grade,
}

/// A run of verdicts on one target that belong to one signal.
#[derive(Clone, Debug)]
struct Chain {
    id: u32,
    target: ElementId,
    first_at: Millis,
    last_at: Millis,
    /// Its newest clicks, oldest first.
    links: Vec<Link>,
    /// How many of those that were forgotten were sure, and the best grade among them.
    older: u32,
    floor: Grade,
    revision: u32,
    /// What it counts with, and how many retries.
    counted: Grade,
    retries: i32,
}

impl Chain {
    /// Clicks remembered one by one; a further one only counts.
    const MOST_LINKS: usize = 16;

    fn grade(&self) -> Grade {
        self.links.iter().map(|link| link.grade).max().unwrap_or(Grade::Retracted).max(self.floor)
    }

    /// The clicks that it stands on: the sure ones, or where there is none, the suspected ones.
    fn count(&self) -> u32 {
        let of = |test: fn(Grade) -> bool| self.links.iter().filter(|link| test(link.grade)).count() as u32;
        let sure = of(|grade| grade >= Grade::Likely) + self.older;
        if sure > 0 { sure } else { of(|grade| grade == Grade::Suspected) }
    }

    /// Notes a grade of a click; a lower one than before only if it is taken back. Whether anything changed.
    fn note(&mut self, serial: u32, grade: Grade) -> bool {
        if let Some(link) = self.links.iter_mut().find(|link| link.serial == serial) {
            let better = if grade == Grade::Retracted { grade } else { link.grade.max(grade) };
            return std::mem::replace(&mut link.grade, better) != better;
        }
        if self.links.len() == Self::MOST_LINKS {
            let oldest = self.links.remove(0);
            self.older += u32::from(oldest.grade >= Grade::Likely);
            self.floor = self.floor.max(oldest.grade);
        }
        self.links.push(Link { serial, grade });
        true
    }
}

/// The chains of one detector, newest last; old ones are forgotten.
#[derive(Clone, Debug, Default)]
pub(super) struct Chains(Vec<Chain>);

impl Chains {
    /// More targets than a person can alternate between within a chain's time.
    const MOST: usize = 8;

    fn find(&self, click: &Click, within: Millis) -> Option<usize> {
        let fits = |chain: &Chain| chain.target == click.target && click.at.since(chain.last_at) <= within;
        self.0.iter().rposition(fits)
    }

    /// How many clicks the chain of this one has so far.
    pub(super) fn clicks(&self, click: &Click, within: Millis) -> u32 {
        self.find(click, within).map_or(0, |index| {
            let chain = &self.0[index];
            chain.older + chain.links.len() as u32
        })
    }

    /// Whether this very click counts in a chain.
    pub(super) fn holds(&self, click: &Click, within: Millis) -> bool {
        self.find(click, within).is_some_and(|index| {
            let stands = |link: &Link| link.serial == click.serial && link.grade > Grade::Retracted;
            self.0[index].links.iter().any(stands)
        })
    }

    /// Says something of a click: adds it to its target's chain, or begins one, and writes a revision if that changed
    /// anything. A candidate that is suppressed counts for nothing; a chain that was raised once stays raised.
    #[expect(clippy::too_many_arguments, reason = "a verdict has that many sides, and each detector gives all of them")]
    pub(super) fn say(
        &mut self,
        now: Millis,
        kind: Kind,
        click: &Click,
        grade: Grade,
        within: Millis,
        evidence: Evidence,
        suppressed_by: Option<Suppressed>,
        out: &mut Findings,
    ) {
        let index = self.find(click, within).unwrap_or_else(|| {
            if self.0.len() == Self::MOST {
                self.0.remove(0);
            }
            self.0.push(Chain {
                id: out.next_id(),
                target: click.target,
                first_at: click.at,
                last_at: click.at,
                links: Vec::new(),
                older: 0,
                floor: Grade::Retracted,
                revision: 0,
                counted: Grade::Retracted,
                retries: 0,
            });
            self.0.len() - 1
        });
        let chain = &mut self.0[index];
        chain.last_at = chain.last_at.max(click.at);
        let noted = if suppressed_by.is_some() { Grade::Retracted } else { grade };
        if !chain.note(click.serial, noted) && (suppressed_by.is_none() || chain.revision > 0) {
            return;
        }
        chain.revision += 1;
        let raised = chain.grade();
        let suppressed_by = suppressed_by.filter(|_| raised == Grade::Retracted);
        let count = if suppressed_by.is_some() { chain.links.len() as u32 } else { chain.count() };
        let signal = Signal {
            id: chain.id,
            kind,
            grade: if suppressed_by.is_some() { grade } else { raised },
            revision: chain.revision,
            is_final: false,
            at: now,
            element: Some(click.target),
            evidence: Evidence { count, span: click.at.since(chain.first_at), ..evidence },
            suppressed_by,
        };
        let before = std::mem::replace(&mut chain.counted, if signal.counts() { raised } else { Grade::Retracted });
        // Recomputed from the signal alone: `features::recompute`.
        let retries = signal.retries().cast_signed();
        let more = retries - std::mem::replace(&mut chain.retries, retries);
        out.list.push(Finding::Signal(signal, before));
        if more != 0 {
            out.list.push(Finding::Retries(more));
        }
    }
}
