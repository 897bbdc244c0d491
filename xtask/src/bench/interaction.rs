//! `cargo xtask bench interaction`: what SDKs cost a page's main thread while a visitor uses it.
//!
//! The figures are what a page with an SDK costs above the same page alone, in the median of the rounds. A peer *observes*
//! a kind of input if its page cost more than the page alone in every round: what it documents says little about that,
//! since a listener that does nothing in the end is paid for too. Only who observes a kind is compared with in it.

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

/// As tests/bench/interaction.mjs names the page without an SDK.
const ALONE: &str = "none";

/// Budgets of DESIGN.md §10: over the visit this part of the cheapest peer's, and for an input no more than the cheapest
/// peer that observes it, or this.
const VISIT_BUDGET_PART: f64 = 0.25;
const INPUT_BUDGET_US: f64 = 10.0;

/// The least of so many rounds is below the median and the greatest above it with more than 95 % confidence (1 - 2 / 2⁶).
const ROUNDS_OF_AN_INTERVAL: usize = 6;

const US_PER_MS: f64 = 1000.0;

/// What is measured: its name in tests/bench/interaction.mjs, in words, and how it is judged.
const KINDS: [(&str, &str, Judged); 9] = [
    ("visit", "a scripted visit", Judged::Visit),
    ("move", "a move of the pointer", Judged::Input),
    ("click", "a click and the move to it", Judged::Input),
    ("key", "a key", Judged::Input),
    ("scroll", "a turn of the wheel", Judged::Input),
    ("mutation", "a burst of 50 changes", Judged::Input),
    ("video", "a second of playing", Judged::Input),
    ("idle", "a second without input", Judged::Not),
    ("start", "start: from opening the page to 1.5 s after its load", Judged::Not),
];

/// What ours may cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Judged {
    Visit,
    Input,
    Not,
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
    /// How many inputs of a kind a round has.
    inputs: BTreeMap<String, f64>,
    /// The main thread's ms in each round, by SDK and kind.
    pages: BTreeMap<String, BTreeMap<String, Vec<f64>>>,
}

/// What one SDK adds to one kind, in the unit of the kind's row.
#[derive(Debug)]
struct Added {
    median: f64,
    least: f64,
    most: f64,
    rounds: usize,
}

impl Added {
    fn of(rounds: &[f64]) -> Result<Self> {
        let mut sorted = rounds.to_vec();
        sorted.sort_by(f64::total_cmp);
        let (least, most) = sorted.first().zip(sorted.last()).context("there is no round")?;
        Ok(Self { median: median(rounds)?, least: *least, most: *most, rounds: rounds.len() })
    }

    /// Whether the SDK takes notice of this kind at all.
    fn observes(&self) -> bool {
        self.least > 0.0
    }

    fn interval(&self) -> Option<[f64; 2]> {
        (self.rounds >= ROUNDS_OF_AN_INTERVAL).then_some([self.least, self.most])
    }

    fn shown(&self) -> String {
        format!("{:.1} ({:.1} to {:.1})", self.median, self.least, self.most)
    }
}

/// One kind: the page alone, and what each SDK adds to it.
#[derive(Debug)]
struct Line {
    what: &'static str,
    unit: &'static str,
    judged: Judged,
    alone: f64,
    with_ours: f64,
    ours: Added,
    peers: BTreeMap<String, Added>,
}

impl Measured {
    fn rounds(&self, sdk: &str, kind: &str) -> Result<&[f64]> {
        let page = self.pages.get(sdk).with_context(|| format!("{sdk} was not measured"))?;
        page.get(kind).map(Vec::as_slice).with_context(|| format!("{kind} was not measured with {sdk}"))
    }

    fn line(&self, (kind, what, judged): (&str, &'static str, Judged)) -> Result<Line> {
        let inputs = *self.inputs.get(kind).with_context(|| format!("nothing says how often {kind} was done"))?;
        let (unit, scale) = match (judged, kind) {
            (Judged::Visit, _) | (_, "start") => ("ms", 1.0),
            _ => ("µs", US_PER_MS / inputs),
        };
        let alone = self.rounds(ALONE, kind)?;
        let add = |sdk: &str| -> Result<Added> {
            let with = self.rounds(sdk, kind)?;
            ensure!(with.len() == alone.len(), "{sdk} and the page alone had not as many rounds");
            let added: Vec<f64> = with.iter().zip(alone).map(|(with, alone)| (with - alone) * scale).collect();
            Added::of(&added)
        };
        let mut peers = BTreeMap::new();
        for sdk in self.pages.keys().filter(|sdk| ![ALONE, OURS].contains(&sdk.as_str())) {
            peers.insert(sdk.clone(), add(sdk)?);
        }
        let line = Line {
            what,
            unit,
            judged,
            alone: median(alone)? * scale,
            with_ours: median(self.rounds(OURS, kind)?)? * scale,
            ours: add(OURS)?,
            peers,
        };
        // A thread that did nothing was not measured.
        ensure!(
            line.alone > 0.0 && line.with_ours > 0.0 && line.ours.median.is_finite(),
            "{what} cost nothing: {line:?}"
        );
        Ok(line)
    }
}

fn median(values: &[f64]) -> Result<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let (low, high) =
        sorted.get(sorted.len().saturating_sub(1) / 2).zip(sorted.get(sorted.len() / 2)).context("no values")?;
    Ok(f64::midpoint(*low, *high))
}

impl Line {
    /// What ours adds beside the peers that are compared with.
    fn added_row(&self) -> Row {
        let compared = |added: &Added| self.judged != Judged::Input || added.observes();
        let peers = self.peers.iter().filter(|(_, added)| compared(added));
        let peers: BTreeMap<String, f64> = peers.map(|(name, added)| (name.clone(), added.median)).collect();
        let cheapest = peers.values().copied().min_by(f64::total_cmp);
        let row = Row::new(format!("{}, added", self.what), self.unit, self.ours.median);
        let row = match self.ours.interval() {
            Some(interval) => row.interval(interval),
            None => row,
        };
        let budget = match self.judged {
            Judged::Visit => cheapest.map(|cheapest| cheapest * VISIT_BUDGET_PART),
            Judged::Input => Some(cheapest.unwrap_or_default().max(INPUT_BUDGET_US)),
            Judged::Not => None,
        };
        let row = row.peers(peers);
        match budget {
            Some(budget) => row.budget(budget),
            None => row,
        }
    }

    /// The page with ours beside the page alone.
    fn beside_page_row(&self) -> Row {
        let alone = BTreeMap::from([("the page alone".to_owned(), self.alone)]);
        Row::new(format!("{}, all of it", self.what), self.unit, self.with_ours).peers(alone)
    }
}

/// Measures and publishes.
pub(super) fn run(args: &Args) -> Result<()> {
    setup::run(setup::Need::EVERYTHING)?;
    sdk::publish(sdk::Mode::Size)?;
    let mut sdks = vec![OURS];
    let mut script = npm::script(&paths::at("tests/bench/interaction.mjs"));
    if args.sample {
        script = script.args(["--share", "0.1", "--quiet", "300"]);
    } else {
        npm::ensure(size::PEERS)?;
        sdks.extend(PEERS);
    }
    let script = script.args(["--rounds", &args.rounds.to_string(), "--sdks", &sdks.join(",")]);
    let measured: Measured = super::measured(script.env(chromium::VARIABLE, chromium::ensure()?))?;
    let lines = KINDS.into_iter().map(|kind| measured.line(kind)).collect::<Result<Vec<_>>>()?;

    print!("\nadded to the page, median (least to most) of {} rounds\n{}\n", args.rounds, table(&lines));
    let added = lines.iter().map(Line::added_row);
    let rows = added.chain(lines.iter().map(Line::beside_page_row)).collect();
    report::publish(&super::name("interaction", args.sample), rust_wasm::ensure()?.version()?, rows)
}

/// Everything measured; a peer in brackets does not observe the kind.
fn table(lines: &[Line]) -> String {
    let peers: Vec<&str> = lines.first().map_or(Vec::new(), |line| line.peers.keys().map(String::as_str).collect());
    let header = ["", "unit", "page alone", OURS].into_iter().chain(peers).collect::<Vec<_>>();
    let rows = lines.iter().map(|line| {
        let mut row = vec![line.what.to_owned(), line.unit.to_owned(), format!("{:.1}", line.alone), line.ours.shown()];
        row.extend(
            line.peers.values().map(
                |added| {
                    if added.observes() { added.shown() } else { format!("[{}]", added.shown()) }
                },
            ),
        );
        row
    });
    text::table(&header, &rows.collect::<Vec<_>>())
}

#[cfg(test)]
mod tests {
    use super::*;

    const MOVE: (&str, &str, Judged) = ("move", "a move", Judged::Input);
    const VISIT: (&str, &str, Judged) = ("visit", "a visit", Judged::Visit);

    /// Of ten inputs a round.
    fn measured(kind: &str, pages: &[(&str, &[f64])]) -> Measured {
        let page =
            |&(sdk, rounds): &(&str, &[f64])| (sdk.to_owned(), BTreeMap::from([(kind.to_owned(), rounds.to_vec())]));
        Measured { inputs: BTreeMap::from([(kind.to_owned(), 10.0)]), pages: pages.iter().map(page).collect() }
    }

    #[test]
    fn takes_the_page_of_the_same_round_away() {
        let measured = measured("move", &[(ALONE, &[10.0, 30.0, 20.0]), (OURS, &[11.0, 33.0, 22.0])]);
        let line = measured.line(MOVE).unwrap();
        assert_eq!((line.ours.median, line.ours.least, line.ours.most), (200.0, 100.0, 300.0));
        assert_eq!((line.alone, line.unit), (2000.0, "µs"));
    }

    #[test]
    fn compares_an_input_with_the_cheapest_peer_that_observes_it() {
        let pages: [(&str, &[f64]); 4] =
            [(ALONE, &[10.0, 10.0]), (OURS, &[11.0, 11.0]), ("a", &[10.1, 9.8]), ("b", &[12.0, 12.0])];
        let row = measured("move", &pages).line(MOVE).unwrap().added_row();
        assert_eq!((row.peers.keys().collect::<Vec<_>>(), row.budget), (vec!["b"], Some(200.0)));
        let row = measured("move", &pages[..3]).line(MOVE).unwrap().added_row();
        assert_eq!((row.peers.len(), row.budget), (0, Some(INPUT_BUDGET_US)));
    }

    #[test]
    fn allows_a_quarter_of_the_cheapest_peer_over_the_visit() {
        let pages: [(&str, &[f64]); 4] = [(ALONE, &[10.0]), (OURS, &[12.0]), ("a", &[14.0]), ("b", &[18.0])];
        let row = measured("visit", &pages).line(VISIT).unwrap().added_row();
        assert_eq!((row.ours, row.budget, row.is_in_budget()), (2.0, Some(1.0), false));
    }

    #[test]
    fn gives_an_interval_once_there_are_rounds_enough() {
        let interval = |rounds: &[f64]| Added::of(rounds).unwrap().interval();
        assert_eq!(interval(&[1.0, 2.0, 3.0, 4.0, 5.0]), None);
        assert_eq!(interval(&[3.0, 1.0, 2.0, 6.0, 4.0, 5.0]), Some([1.0, 6.0]));
    }

    #[test]
    fn refuses_a_page_that_cost_nothing_or_was_not_measured() {
        assert!(measured("move", &[(ALONE, &[0.0]), (OURS, &[1.0])]).line(MOVE).is_err());
        assert!(measured("move", &[(ALONE, &[1.0])]).line(MOVE).is_err());
        assert!(measured("move", &[(ALONE, &[1.0]), (OURS, &[1.0, 2.0])]).line(MOVE).is_err());
    }
}
