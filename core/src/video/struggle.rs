//! When somebody struggles with a player: the same part is sought again and again, or it stands still.

use super::player::{LEAST_STALL, Player, Stall, Wait};
use crate::detect::{Finding, Findings};
use crate::input::{ElementId, Flags};
use crate::signal::{Evidence, Grade, Kind, Signal, Suppressed};
use crate::thresholds::VideoStruggle;
use crate::time::Millis;

/// A jump back.
#[derive(Clone, Copy, Debug)]
struct Back {
    at: Millis,
    from: u64,
    to: u64,
}

/// Verdicts that belong to one signal.
#[derive(Clone, Copy, Debug)]
struct Chain {
    id: u32,
    first: Millis,
    last: Millis,
    revision: u32,
    grade: Grade,
}

/// What is remembered of one player for the rule.
#[derive(Clone, Debug, Default)]
pub(super) struct Struggle {
    backs: Vec<Back>,
    /// When the newest waits for the network began.
    stalls: Vec<Millis>,
    /// The last wait that ended: when, and whether it was a long one to sit through.
    ended: Option<(Millis, Millis)>,
    sought: Option<Chain>,
    /// Jumps back of that chain.
    times: u32,
    stood: Option<Chain>,
}

/// Jumps and waits remembered: more than the rule asks for in any setting that makes sense.
const MOST: usize = 8;

fn keep<T>(list: &mut Vec<T>, new: T) {
    if list.len() == MOST {
        list.remove(0);
    }
    list.push(new);
}

impl Struggle {
    /// A wait ended.
    pub(super) fn waited(&mut self, stall: Stall, now: Millis) {
        if stall.why == Wait::Network {
            self.ended = Some((now, now.since(stall.since)));
        }
    }

    /// The jump back that was told last goes on in the same gesture.
    pub(super) fn goes_on(&mut self, to: u64) {
        if let Some(back) = self.backs.last_mut() {
            back.to = to;
        }
    }

    /// They have left: what comes next has nothing to do with the last wait.
    pub(super) fn is_over(&mut self) {
        self.ended = None;
    }
}

/// What a verdict is about.
struct Case {
    element: ElementId,
    flags: Flags,
    now: Millis,
}

impl Case {
    /// Raises the signal of a chain, or revises it; a chain that was quiet for long is over.
    #[inline(never)]
    fn raise(
        self,
        chain: &mut Option<Chain>,
        within: Millis,
        grade: Grade,
        first: Millis,
        count: u32,
        out: &mut Findings,
    ) {
        let Case { element, flags, now } = self;
        if chain.is_some_and(|chain| now.since(chain.last) > within) {
            *chain = None;
        }
        let before = chain.map_or(Grade::Retracted, |chain| chain.grade);
        let chain = chain.get_or_insert_with(|| Chain { id: out.next_id(), first, last: now, revision: 0, grade });
        chain.last = now;
        chain.revision += 1;
        chain.grade = chain.grade.max(grade);
        let opted_out = flags.any(Flags::ignore(Kind::VideoStruggle));
        let signal = Signal {
            id: chain.id,
            kind: Kind::VideoStruggle,
            grade: chain.grade,
            revision: chain.revision,
            is_final: false,
            at: now,
            element: Some(element),
            evidence: Evidence { count, span: now.since(chain.first), ..Evidence::default() },
            suppressed_by: opted_out.then_some(Suppressed::OptOut),
        };
        out.list.push(Finding::Signal(signal, if opted_out { Grade::Retracted } else { before }));
    }
}

impl Player {
    fn case(&self, now: Millis) -> Case {
        Case { element: self.element, flags: self.flags, now }
    }

    /// Whether the rule says nothing of this player.
    #[inline(never)]
    fn is_passed_over(&self, limits: &VideoStruggle) -> bool {
        !limits.enabled || self.flags.any(limits.ignore) || self.is_background()
    }

    /// A person jumped back.
    pub(super) fn went_back(&mut self, now: Millis, from: u64, to: u64, limits: &VideoStruggle, out: &mut Findings) {
        if self.is_passed_over(limits) {
            return;
        }
        let case = self.case(now);
        let struggle = &mut self.struggle;
        keep(&mut struggle.backs, Back { at: now, from, to });
        // All over one place, and landing close to each other: whoever goes back step by step seeks something else.
        let (mut start, mut end, mut first, mut count) = (to, from, now, 0);
        let (mut lowest, mut highest) = (to, to);
        for back in struggle.backs.iter().rev().filter(|back| now.since(back.at) <= limits.seek_window) {
            let (later, sooner) = (start.max(back.to), end.min(back.from));
            let spread = highest.max(back.to) - lowest.min(back.to);
            if later < sooner && spread <= limits.seek_range.0 {
                (start, end, first) = (later, sooner, back.at);
                (lowest, highest) = (lowest.min(back.to), highest.max(back.to));
                count += 1;
            }
        }
        if count >= limits.back_seeks {
            // Who creeps backwards goes over another place each time; once it is struggle, each is one more.
            if struggle.sought.is_some_and(|chain| now.since(chain.last) <= limits.seek_window) {
                count = count.max(struggle.times + 1);
            }
            struggle.times = count;
            let grade = if count > limits.back_seeks { Grade::Confirmed } else { Grade::Likely };
            case.raise(&mut struggle.sought, limits.seek_window, grade, first, count, out);
        }
    }

    /// When the wait under way becomes one, or a long one.
    #[inline(never)]
    pub(super) fn deadline(&self, limits: &VideoStruggle) -> Option<Millis> {
        let stall = self.stall?;
        let long = if stall.why == Wait::Start { limits.startup } else { limits.long_stall };
        match stall.passed {
            0 => Some(stall.since + LEAST_STALL),
            1 => Some(stall.since + long.max(LEAST_STALL)),
            _ => None,
        }
    }

    /// A deadline of the wait under way has passed. `unseen`: the page is hidden.
    pub(super) fn waits(&mut self, now: Millis, unseen: bool, limits: &VideoStruggle, out: &mut Findings) {
        let quiet = unseen || self.is_passed_over(limits);
        let case = self.case(now);
        let Some(stall) = &mut self.stall else { return };
        stall.passed += 1;
        let (is_long, why, since) = (stall.passed == 2, stall.why, stall.since);
        if quiet {
            return;
        }
        let struggle = &mut self.struggle;
        if !is_long && why == Wait::Network {
            keep(&mut struggle.stalls, since);
        }
        let recent = struggle.stalls.iter().filter(|began| now.since(**began) <= limits.stall_window);
        let (count, first) = (recent.clone().count() as u32, recent.min().copied().unwrap_or(since));
        if is_long || (why == Wait::Network && count >= limits.stalls) {
            case.raise(&mut struggle.stood, limits.stall_window, Grade::Likely, first, count.max(1), out);
        }
    }

    /// Somebody leaves the page or the player.
    pub(super) fn is_left(&mut self, now: Millis, unseen: bool, limits: &VideoStruggle, out: &mut Findings) {
        if unseen || self.is_passed_over(limits) || self.has_ended() {
            return;
        }
        let case = self.case(now);
        let (during, struggle) = (self.stall, &mut self.struggle);
        let (lasted, ended) = match (during, struggle.ended) {
            (Some(stall), _) => (now.since(stall.since), now),
            (None, Some((ended, lasted))) => (lasted, ended),
            (None, None) => return,
        };
        let known = struggle.stood.filter(|chain| now.since(chain.last) <= limits.stall_window);
        let patience =
            if during.is_some_and(|stall| stall.why == Wait::Start) { limits.long_stall } else { limits.sat_through };
        if now.since(ended) > limits.abandon || (known.is_none() && lasted < patience) {
            return;
        }
        let grade = match (known, during) {
            // It stood still before, and again or still when they left.
            (Some(_), _) => Grade::Confirmed,
            (None, Some(_)) => Grade::Likely,
            // It played again; perhaps they had seen enough.
            (None, None) => Grade::Suspected,
        };
        if known.is_none_or(|chain| chain.grade < grade) {
            let first = during.map_or(ended, |stall| stall.since);
            let count = (struggle.stalls.len() as u32).max(1);
            case.raise(&mut struggle.stood, limits.stall_window, grade, first, count, out);
        }
        struggle.ended = None;
    }
}
