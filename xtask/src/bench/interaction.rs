//! `cargo xtask bench interaction`: what SDKs cost a page's main thread while a visitor uses it.
//!
//! The figures are what a page with an SDK costs above the same page alone: the median of a round's laps, and the median
//! of all rounds. A peer *observes* a kind of input if in every round more script ran than on the page alone: what it
//! documents says little about that, since a listener that does nothing in the end is paid for too. For a kind of input
//! ours is compared only with peers that observe it.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result, ensure};
use serde::Deserialize;

use super::{
    report::{self, Row},
    signals::{OURS, PEERS},
    size,
};
use crate::{
    npm, paths, sdk, setup, text,
    tools::{chromium, rust_wasm},
};

/// As tests/bench/interaction.mjs names the page without an SDK, and the one with listeners that do nothing.
const ALONE: &str = "none";
const LISTENERS: &str = "listeners";

/// Budgets of DESIGN.md §10: over the visit this part of the cheapest peer's, and for an input no more than the cheapest
/// peer that observes it, or this.
const VISIT_BUDGET_PART: f64 = 0.25;
const INPUT_BUDGET_US: f64 = 10.0;

/// The least of so many rounds is below the median and the greatest above it with more than 95 % confidence (1 - 2 / 2⁶).
const ROUNDS_OF_AN_INTERVAL: usize = 6;

const US_PER_MS: f64 = 1000.0;

/// What is measured: its name in tests/bench/interaction.mjs, in words, and how it is judged.
const KINDS: [(&str, &str, Judged); 8] = [
    ("visit", "a scripted visit", Judged::Visit),
    ("start", "start, up to 1.5 s after the page's load", Judged::Start),
    ("move", "a move of the pointer", Judged::Input),
    ("click", "a click and the move to it", Judged::Input),
    ("key", "a key", Judged::Input),
    ("scroll", "a turn of the wheel", Judged::Input),
    ("mutation", "a burst of 50 changes", Judged::Input),
    ("video", "a second of playing", Judged::Input),
];

/// What ours may cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Judged {
    Visit,
    Input,
    /// Has no budget.
    Start,
}

/// Arguments of the command.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// How often each page is opened and used; the median counts
    #[arg(long, default_value_t = 6, value_parser = clap::value_parser!(u32).range(1..=50))]
    rounds: u32,
    /// Only show that it works: ours and the page alone, once, with few inputs
    #[arg(long, conflicts_with = "rounds")]
    sample: bool,
}

impl Args {
    pub(super) const SAMPLE: Self = Self { rounds: 1, sample: true };
}

/// What tests/bench/interaction.mjs prints.
#[derive(Debug, Deserialize)]
struct Measured {
    /// How many inputs of a kind a lap has.
    inputs: BTreeMap<String, f64>,
    /// By SDK and kind: the rounds, each with its laps.
    pages: BTreeMap<String, BTreeMap<String, Vec<Vec<Spent>>>>,
}

/// What the main thread computed, in ms.
#[derive(Debug, Clone, Copy, Deserialize)]
struct Spent {
    /// In all its tasks.
    task: f64,
    /// In callbacks of scripts alone.
    script: f64,
}

/// One of the two times.
type Time = fn(&Spent) -> f64;

/// What one SDK adds to one kind, in the unit of the kind's row: one figure a round, in their order of size.
#[derive(Debug)]
struct Added(Vec<f64>);

impl Added {
    fn median(&self) -> f64 {
        median(self.0.clone())
    }

    fn bounds(&self) -> [f64; 2] {
        [self.0[0], self.0[self.0.len() - 1]]
    }

    fn interval(&self) -> Option<[f64; 2]> {
        (self.0.len() >= ROUNDS_OF_AN_INTERVAL).then(|| self.bounds())
    }

    fn shown(&self) -> String {
        let [least, most] = self.bounds();
        format!("{:.1} ({least:.1} to {most:.1})", self.median())
    }
}

/// One SDK in one kind.
#[derive(Debug)]
struct Cost {
    task: Added,
    script: Added,
}

impl Cost {
    /// Whether the SDK takes notice of this kind at all.
    fn observes(&self) -> bool {
        self.script.bounds()[0] > 0.0
    }
}

/// One kind: the page alone, the page with ours, and what each SDK adds.
#[derive(Debug)]
struct Line {
    what: &'static str,
    unit: &'static str,
    judged: Judged,
    alone: f64,
    with_ours: f64,
    ours: Cost,
    /// What listening alone costs; in a sample it is not measured.
    listening: Option<Cost>,
    peers: BTreeMap<String, Cost>,
}

impl Measured {
    fn rounds(&self, sdk: &str, kind: &str) -> Result<&[Vec<Spent>]> {
        let rounds = self.pages.get(sdk).and_then(|page| page.get(kind));
        let rounds = rounds.with_context(|| format!("{kind} was not measured with {sdk}"))?;
        ensure!(
            !rounds.is_empty() && rounds.iter().all(|laps| !laps.is_empty()),
            "there is no lap of {kind} with {sdk}"
        );
        Ok(rounds)
    }

    fn added(&self, sdk: &str, kind: &str, scale: f64, time: Time) -> Result<Added> {
        let (with, alone) = (self.rounds(sdk, kind)?, self.rounds(ALONE, kind)?);
        ensure!(with.len() == alone.len(), "{sdk} and the page alone had not as many rounds of {kind}");
        // What disturbed one lap disturbed that of the page alone beside it.
        let of_round = |(with, alone): (&Vec<Spent>, &Vec<Spent>)| {
            median(with.iter().zip(alone).map(|(with, alone)| (time(with) - time(alone)) * scale).collect())
        };
        let mut rounds: Vec<f64> = with.iter().zip(alone).map(of_round).collect();
        rounds.sort_by(f64::total_cmp);
        Ok(Added(rounds))
    }

    fn cost(&self, sdk: &str, kind: &str, scale: f64) -> Result<Cost> {
        let added = |time| self.added(sdk, kind, scale, time);
        Ok(Cost { task: added(|spent| spent.task)?, script: added(|spent| spent.script)? })
    }

    fn line(&self, (kind, what, judged): (&str, &'static str, Judged)) -> Result<Line> {
        let (unit, scale) = if judged == Judged::Input {
            let inputs =
                self.inputs.get(kind).with_context(|| format!("nothing says how many inputs of {kind} there were"))?;
            ("µs", US_PER_MS / inputs)
        } else {
            ("ms", 1.0)
        };
        let page = |sdk: &str| -> Result<f64> {
            Ok(median(self.rounds(sdk, kind)?.iter().flatten().map(|lap| lap.task * scale).collect()))
        };
        let mut peers = BTreeMap::new();
        for sdk in self.pages.keys().filter(|sdk| ![ALONE, OURS, LISTENERS].contains(&sdk.as_str())) {
            peers.insert(sdk.clone(), self.cost(sdk, kind, scale)?);
        }
        let listening = self.pages.get(LISTENERS).map(|_| self.cost(LISTENERS, kind, scale)).transpose()?;
        let (alone, with_ours) = (page(ALONE)?, page(OURS)?);
        ensure!(alone > 0.0 && with_ours > 0.0, "{what} cost the page {alone} {unit}, and {with_ours} with ours");
        Ok(Line { what, unit, judged, alone, with_ours, ours: self.cost(OURS, kind, scale)?, listening, peers })
    }
}

/// Of a list that is not empty.
fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    f64::midpoint(values[(values.len() - 1) / 2], values[values.len() / 2])
}

impl Line {
    /// Peers that are compared with.
    fn compared(&self) -> impl Iterator<Item = (&String, &Cost)> {
        self.peers.iter().filter(|(_, cost)| self.judged != Judged::Input || cost.observes())
    }

    fn row(&self, what: &str, of: fn(&Cost) -> &Added) -> Row {
        let ours = of(&self.ours);
        let peers = self.compared().map(|(name, cost)| (name.clone(), of(cost).median())).collect();
        let row = Row::new(format!("{}, {what}", self.what), self.unit, ours.median()).peers(peers);
        match ours.interval() {
            Some(interval) => row.interval(interval),
            None => row,
        }
    }

    fn budget(&self) -> Option<f64> {
        // In a sample nobody is there to compare with.
        if self.peers.is_empty() {
            return None;
        }
        let cheapest = self.compared().map(|(_, cost)| cost.task.median()).min_by(f64::total_cmp);
        match self.judged {
            Judged::Visit => cheapest.map(|cheapest| cheapest * VISIT_BUDGET_PART),
            Judged::Input => Some(cheapest.unwrap_or_default().max(INPUT_BUDGET_US)),
            Judged::Start => None,
        }
    }

    /// What ours adds beside the peers, all of it and of that the scripts, and beside listening alone; and the page with
    /// ours beside the page alone.
    fn rows(&self) -> Vec<Row> {
        let added = self.row("added", |cost| &cost.task);
        let added = match self.budget() {
            Some(budget) => added.budget(budget),
            None => added,
        };
        let alone = BTreeMap::from([("the page alone".to_owned(), self.alone)]);
        let page = Row::new(format!("{}, the page with it", self.what), self.unit, self.with_ours).peers(alone);
        let mut rows = vec![added, self.row("added in scripts", |cost| &cost.script), page];
        if let Some(listening) = &self.listening {
            let peers = BTreeMap::from([("listening alone".to_owned(), listening.task.median())]);
            let what = format!("{}, added beside listening alone", self.what);
            rows.push(Row::new(what, self.unit, self.ours.task.median()).peers(peers));
        }
        rows
    }
}

/// Measures and publishes.
pub(super) fn run(args: &Args) -> Result<()> {
    let &Args { rounds, sample } = if args.sample { &Args::SAMPLE } else { args };
    setup::run(setup::Need::EVERYTHING)?;
    sdk::publish(sdk::Mode::Size)?;
    let mut sdks = vec![OURS];
    let mut script = npm::script(&paths::at("tests/bench/interaction.mjs"));
    if sample {
        script = script.args(["--share", "0.15", "--laps", "1", "--quiet", "300"]);
    } else {
        npm::ensure(size::PEERS)?;
        sdks.push(LISTENERS);
        sdks.extend(PEERS);
    }
    let script = script.args(["--rounds", &rounds.to_string(), "--sdks", &sdks.join(",")]);
    let measured: Measured = super::measured(script.env(chromium::VARIABLE, chromium::ensure()?))?;
    let lines = KINDS.into_iter().map(|kind| measured.line(kind)).collect::<Result<Vec<_>>>()?;

    print!("\nadded to the main thread, median (least to most) of {rounds} rounds\n{}\n", table(&lines));
    let rows = lines.iter().flat_map(Line::rows).collect();
    report::publish(&super::name("interaction", sample), rust_wasm::ensure()?.version()?, rows)
}

/// What each SDK adds; a peer in brackets does not observe the kind.
fn table(lines: &[Line]) -> String {
    let peers = lines.first().map_or(Vec::new(), |line| line.peers.keys().map(String::as_str).collect());
    let header = ["", "unit", "page alone", OURS, LISTENERS].into_iter().chain(peers).collect::<Vec<_>>();
    let rows = lines.iter().map(|line| {
        let alone = format!("{:.1}", line.alone);
        let listening = line.listening.as_ref().map_or(String::new(), |cost| cost.task.shown());
        let mut row = vec![line.what.to_owned(), line.unit.to_owned(), alone, line.ours.task.shown(), listening];
        row.extend(line.peers.values().map(|cost| {
            let shown = cost.task.shown();
            if cost.observes() { shown } else { format!("[{shown}]") }
        }));
        row
    });
    text::table(&header, &rows.collect::<Vec<_>>())
}

#[cfg(test)]
mod tests {
    use super::*;

    const MOVE: (&str, &str, Judged) = ("move", "a move", Judged::Input);
    const VISIT: (&str, &str, Judged) = ("visit", "a visit", Judged::Visit);

    /// Of each SDK the rounds with their laps, which have ten inputs; half of the time goes to scripts.
    fn measured(kind: &str, pages: &[(&str, &[&[f64]])]) -> Measured {
        let spent = |laps: &&[f64]| laps.iter().map(|&task| Spent { task, script: task / 2.0 }).collect();
        let page = |&(sdk, rounds): &(&str, &[&[f64]])| {
            (sdk.to_owned(), BTreeMap::from([(kind.to_owned(), rounds.iter().map(spent).collect())]))
        };
        Measured { inputs: BTreeMap::from([(kind.to_owned(), 10.0)]), pages: pages.iter().map(page).collect() }
    }

    #[test]
    fn takes_the_page_of_the_same_lap_away() {
        let measured =
            measured("move", &[(ALONE, &[&[10.0, 30.0, 20.0], &[10.0]]), (OURS, &[&[11.0, 39.0, 22.0], &[14.0]])]);
        let line = measured.line(MOVE).unwrap();
        assert_eq!((&line.ours.task.0, &line.ours.script.0), (&vec![200.0, 400.0], &vec![100.0, 200.0]));
        assert_eq!((line.ours.task.median(), line.alone, line.unit), (300.0, 1500.0, "µs"));
    }

    #[test]
    fn compares_an_input_with_the_cheapest_peer_that_observes_it() {
        let pages: [(&str, &[&[f64]]); 4] = [
            (ALONE, &[&[10.0], &[10.0]]),
            (OURS, &[&[11.0], &[11.0]]),
            ("a", &[&[10.1], &[9.8]]),
            ("b", &[&[12.0], &[12.0]]),
        ];
        let judged = |pages: &[(&str, &[&[f64]])]| {
            let added = measured("move", pages).line(MOVE).unwrap().rows().remove(0);
            (added.peers.into_keys().collect::<Vec<_>>(), added.budget)
        };
        assert_eq!(judged(&pages), (vec!["b".to_owned()], Some(200.0)));
        assert_eq!(judged(&pages[..3]), (Vec::new(), Some(INPUT_BUDGET_US)));
    }

    #[test]
    fn allows_a_quarter_of_the_cheapest_peer_over_the_visit() {
        let pages: [(&str, &[&[f64]]); 4] =
            [(ALONE, &[&[10.0]]), (OURS, &[&[12.0]]), ("a", &[&[14.0]]), ("b", &[&[18.0]])];
        let added = measured("visit", &pages).line(VISIT).unwrap().rows().remove(0);
        assert_eq!((added.ours, added.budget, added.is_in_budget()), (2.0, Some(1.0), false));
    }

    #[test]
    fn shows_listening_alone_and_compares_with_it_as_with_no_peer() {
        let pages: [(&str, &[&[f64]]); 4] =
            [(ALONE, &[&[10.0]]), (OURS, &[&[12.0]]), (LISTENERS, &[&[11.0]]), ("a", &[&[14.0]])];
        let rows = measured("visit", &pages).line(VISIT).unwrap().rows();
        assert_eq!((rows[0].budget, rows[0].peers.len()), (Some(1.0), 1));
        assert_eq!((rows[3].ours, rows[3].peers["listening alone"]), (2.0, 1.0));
    }

    #[test]
    fn gives_an_interval_once_there_are_rounds_enough() {
        assert_eq!(Added(vec![1.0, 2.0, 3.0, 4.0, 5.0]).interval(), None);
        assert_eq!(Added(vec![1.0, 2.0, 3.0, 4.0, 5.0, 6.0]).interval(), Some([1.0, 6.0]));
    }

    #[test]
    fn refuses_a_page_that_cost_nothing_or_was_not_measured() {
        assert!(measured("move", &[(ALONE, &[&[0.0]]), (OURS, &[&[1.0]])]).line(MOVE).is_err());
        assert!(measured("move", &[(ALONE, &[&[1.0]])]).line(MOVE).is_err());
        assert!(measured("move", &[(ALONE, &[&[1.0]]), (OURS, &[&[]])]).line(MOVE).is_err());
        assert!(measured("move", &[(ALONE, &[&[1.0]]), (OURS, &[&[1.0], &[2.0]])]).line(MOVE).is_err());
    }
}
