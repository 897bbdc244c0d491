//! Runs of errors: what went wrong for the person, one thing after another, with no success in between.
//!
//! # What is one error
//!
//! One mishap tells of itself in several ways: the click on a submit button is an error click, its request fails, and
//! the form is refused. What happens within [`TOGETHER`] is therefore one, with two exceptions: each refusal of a form
//! and each click of an error click is a try of its own. The length of a run is the least number of such stretches of
//! time that hold everything in it, so one more error never shortens a run.
//!
//! # How a form counts
//!
//! By its revisions. A revision that shows more validation errors than any before is one refusal, however many messages
//! it shows; of refusals there are never fewer than `invalid_submits`, nor than the times that one field was shown
//! invalid. So three submits that are each refused with two messages are three, as is one field that was found wrong
//! three times without any submit.
//!
//! # What comes by itself
//!
//! Script errors that no gesture caused, and requests that failed (those of a click and of a form tell of themselves
//! otherwise), are no tries of the person. Unless it happens together with one, all that a run has of these is one
//! error.

use std::collections::{BTreeMap, VecDeque};

use serde::{Deserialize, Serialize};
use unsnag_core::input::TaskWhat;
use unsnag_core::signal::{Grade, Kind};
use unsnag_core::time::{Millis, UnixMillis};

use super::place::Place;
use super::tally::{Item, Span, Tally};
use super::timeline::{Chain, Run, Timeline};

/// What goes wrong within this time is one mishap, ms. 2000: the time in which Amplitude and New Relic link an error to
/// a click; ours are linked within 1500, and judged at most 500 later.
pub const TOGETHER: Millis = Millis(2000);

/// Refusals or clicks that one revision is believed to add: more than any indicator asks for, and what a client sends
/// decides over no loop.
const MOST_OF_A_REVISION: u32 = 20;

/// One run of errors.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ErrorRun {
    /// How many errors, each mishap once.
    pub length: u32,
    /// Of these, refusals of a form.
    pub refusals: u32,
    /// Clicks that led to an error, whether or not it was told of otherwise too.
    pub error_clicks: u32,
    /// Script errors of a gesture, likewise.
    pub script_errors: u32,
    /// Tasks that the app called failed, likewise.
    pub failed_tasks: u32,
    /// One of its errors came by itself.
    pub by_itself: bool,
    /// From the first error to the last.
    pub span: Option<Span>,
    /// Where most of them were.
    pub place: Option<Place>,
}

impl ErrorRun {
    /// Whether at least half of it is a form's.
    pub fn is_of_forms(&self) -> bool {
        self.refusals > 0 && self.refusals >= self.length - self.length / 2
    }
}

/// The runs of errors of a session.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Errors {
    /// The run since the last success.
    pub current: ErrorRun,
    /// The longest; the current one, if none was longer.
    pub longest: ErrorRun,
}

/// What tells of a mishap.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Source {
    Refusal,
    ErrorClick,
    Script,
    Task,
    ByItself,
}

/// One thing that went wrong.
#[derive(Clone, Debug)]
struct Mishap {
    at: UnixMillis,
    source: Source,
    place: Place,
}

/// The runs, and when everything in them went wrong.
pub(super) fn of(timeline: &Timeline<'_>) -> (Errors, Vec<UnixMillis>) {
    let successes = timeline.successes();
    let mut runs: BTreeMap<usize, Vec<Mishap>> = BTreeMap::from([(successes.len(), Vec::new())]);
    let (mishaps, mut times) = (mishaps(timeline), Vec::new());
    for mishap in mishaps {
        times.push(mishap.at);
        // What goes wrong at the very time of a success came before it.
        let run = successes.partition_point(|success| *success < mishap.at);
        runs.entry(run).or_default().push(mishap);
    }
    let mut errors = Errors::default();
    for mishaps in runs.into_values() {
        errors.current = run_of(mishaps);
        if errors.current.length >= errors.longest.length {
            errors.longest = errors.current.clone();
        }
    }
    (errors, times)
}

fn mishaps(timeline: &Timeline<'_>) -> Vec<Mishap> {
    let mut all: Vec<Mishap> = timeline.runs.iter().flat_map(refusals).collect();
    all.extend(timeline.chains.iter().flat_map(error_clicks));
    all.extend(timeline.faults.iter().map(|fault| {
        let source = if fault.of_gesture { Source::Script } else { Source::ByItself };
        Mishap { at: fault.at, source, place: Place::page(fault.template) }
    }));
    let failed = timeline.tasks.iter().filter(|task| task.what == TaskWhat::Fail);
    all.extend(failed.map(|task| Mishap { at: task.at, source: Source::Task, place: Place::page(task.template) }));
    all
}

/// The refusals of a run of a form, each at the revision that told of it, on the field that was found wrong most.
fn refusals(run: &Run<'_>) -> Vec<Mishap> {
    let mut list = Vec::new();
    let (mut total, mut errors) = (0_u32, 0);
    let mut fields: BTreeMap<&str, u32> = BTreeMap::new();
    for told in &run.told {
        let form = told.form;
        let (mut worst, mut worst_rank) = (None, (0, 0, false));
        for field in &form.fields {
            let before = fields.entry(&field.field).or_default();
            let rank = (field.invalid.saturating_sub(*before), field.invalid, field.last);
            *before = field.invalid.max(*before);
            if field.invalid > 0 && rank > worst_rank {
                (worst, worst_rank) = (Some(field.field.as_str()), rank);
            }
        }
        let shown = fields.values().max().copied().unwrap_or_default();
        let more = form.errors > errors || worst_rank.0 > 0;
        errors = errors.max(form.errors);
        let next = total.saturating_add(u32::from(more)).max(form.invalid_submits).max(shown);
        let added = (next - total).min(MOST_OF_A_REVISION);
        total = next;
        for _ in 0..added {
            let place = Place::form(told.template, &form.form, worst);
            list.push(Mishap { at: told.at, source: Source::Refusal, place });
        }
    }
    list
}

/// The clicks of an error click that is at least likely, each at the revision that told of it.
fn error_clicks(chain: &Chain<'_>) -> Vec<Mishap> {
    let mut list = Vec::new();
    if chain.kind() != Kind::ErrorClick || !chain.counts_from(Grade::Likely) {
        return list;
    }
    let mut total = 0;
    for told in &chain.told {
        let next = told.signal.evidence.count.max(1).max(total);
        for _ in 0..(next - total).min(MOST_OF_A_REVISION) {
            let place = Place::target(told.template, told.role, told.label);
            list.push(Mishap { at: told.at, source: Source::ErrorClick, place });
        }
        total = next;
    }
    list
}

fn run_of(mut mishaps: Vec<Mishap>) -> ErrorRun {
    mishaps.sort_by_key(|mishap| mishap.at);
    let (alone, mut tries): (Vec<Mishap>, Vec<Mishap>) =
        mishaps.into_iter().partition(|mishap| mishap.source == Source::ByItself);
    let points = Points::of(&tries);
    let stretches = points.stretches(None);
    let mut length = stretches.len() as u32;
    // The first that no stretch of any choice holds; where one stretch of this choice does, there is no need to look.
    let apart = alone.into_iter().find(|mishap| {
        let held = stretches.iter().any(|from| *from <= mishap.at && mishap.at - *from <= TOGETHER);
        !held && points.stretches(Some(mishap.at)).len() > stretches.len()
    });
    let by_itself = apart.is_some();
    length += u32::from(by_itself);
    tries.extend(apart);
    let count = |source| tries.iter().filter(|mishap| mishap.source == source).count() as u32;
    let (refusals, error_clicks) = (count(Source::Refusal), count(Source::ErrorClick));
    let (script_errors, failed_tasks) = (count(Source::Script), count(Source::Task));
    let Tally { span, place, .. } = tries.into_iter().map(|mishap| Item::one(mishap.at, mishap.place)).collect();
    ErrorRun { length, refusals, error_clicks, script_errors, failed_tasks, by_itself, span, place }
}

/// The times of a run's mishaps, in order.
struct Points {
    /// Of which a stretch holds at most one each: refusals, error clicks.
    tries: [Vec<UnixMillis>; 2],
    others: Vec<UnixMillis>,
}

impl Points {
    fn of(mishaps: &[Mishap]) -> Points {
        let times = |wanted: &[Source]| -> Vec<UnixMillis> {
            mishaps.iter().filter(|mishap| wanted.contains(&mishap.source)).map(|mishap| mishap.at).collect()
        };
        Points {
            tries: [times(&[Source::Refusal]), times(&[Source::ErrorClick])],
            others: times(&[Source::Script, Source::Task]),
        }
    }

    /// The beginnings of the fewest stretches that hold all points, and one `more`. Each begins at the first point that
    /// no stretch before it holds: any other that holds this point could be moved there and would hold no less.
    fn stretches(&self, more: Option<UnixMillis>) -> Vec<UnixMillis> {
        let mut others = self.others.clone();
        others.extend(more);
        others.sort_unstable();
        let mut tries = self.tries.each_ref().map(|times| times.iter().copied().collect::<VecDeque<_>>());
        let mut others = others.into_iter().peekable();
        let mut stretches = Vec::new();
        while let Some(from) = tries.iter().filter_map(|times| times.front()).chain(others.peek()).min().copied() {
            let until = from + TOGETHER;
            for times in &mut tries {
                if times.front().is_some_and(|at| *at <= until) {
                    times.pop_front();
                }
            }
            while others.next_if(|at| *at <= until).is_some() {}
            stretches.push(from);
        }
        stretches
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn length(points: &[(u64, Source)]) -> u32 {
        let mishap =
            |(at, source): &(u64, Source)| Mishap { at: UnixMillis(*at), source: *source, place: Place::default() };
        run_of(points.iter().map(mishap).collect()).length
    }

    #[test]
    fn one_mishap_counts_once_however_it_is_told() {
        use Source::{ByItself, ErrorClick, Refusal, Script};
        for (points, expected) in [
            (vec![], 0),
            (vec![(0, ErrorClick), (100, ByItself), (600, Refusal)], 1),
            (vec![(0, Refusal), (500, Refusal)], 2),
            (vec![(0, ErrorClick), (0, ErrorClick), (0, ErrorClick)], 3),
            (vec![(0, Script), (10, Script), (2000, Script)], 1),
            (vec![(0, Script), (2001, Script)], 2),
            (vec![(0, Refusal), (1900, ErrorClick), (3800, Refusal)], 2),
            (vec![(0, ByItself), (60_000, ByItself), (120_000, ByItself)], 1),
            (vec![(0, Refusal), (60_000, ByItself), (60_100, Refusal)], 2),
            (vec![(0, Refusal), (60_000, ByItself), (90_000, ByItself)], 2),
        ] {
            assert_eq!(length(&points), expected, "{points:?}");
        }
    }

    fn points() -> impl Strategy<Value = Vec<(u64, Source)>> {
        use Source::{ByItself, ErrorClick, Refusal, Script, Task};
        let source = proptest::sample::select(vec![Refusal, ErrorClick, Script, Task, ByItself]);
        proptest::collection::vec((0..20_000_u64, source), 1..14)
    }

    proptest! {
        #[test]
        fn one_more_error_never_shortens_a_run(points in points()) {
            prop_assert!(length(&points[1..]) <= length(&points), "{points:?}");
        }
    }
}
