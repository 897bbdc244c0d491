//! `cargo xtask bench signals`: what we and the peers call frustration, against what a human who watches does.

use std::{collections::BTreeMap, ops::AddAssign};

use anyhow::{Context as _, Result};
use serde::{Deserialize, de::DeserializeOwned};

use super::{
    report::{self, Row},
    size,
};
use crate::{
    npm, paths, sdk, setup, text,
    tools::{chromium, rust_wasm},
};

/// Of what we raise, this much is to be right; of what there is, this much is to be found.
const PRECISION_BUDGET: f64 = 0.97;
const RECALL_BUDGET: f64 = 0.95;

/// As tests/scenarios/run.mjs names the SDKs.
pub(super) const OURS: &str = "unsnag";
pub(super) const PEERS: [&str; 3] = ["amplitude", "datadog", "posthog"];

/// The scenarios of a sample: words of their names.
const SAMPLE: &str = "inert-button,stepper,throwing-coupon,disabled-checkout,phone-dead-tap";

/// Persons at once: they mostly wait, but what one person's page does must not slow down another's.
const AT_ONCE: &str = "16";
/// Where nothing is measured but whether anything is raised, a little slowness only provokes more.
const AT_ONCE_FOR_HOURS: &str = "30";

/// 95 % of a normal distribution lie within this many standard deviations.
const Z: f64 = 1.96;

/// Arguments of the command.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// How often each SDK plays all scenarios
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..=20))]
    runs: u32,
    /// Count false alarms too, over so many hours of use without frustration for each SDK
    #[arg(long, num_args = 0..=1, default_missing_value = "5")]
    hours: Option<f64>,
    /// Only show that it works: ours, once, in a handful of scenarios
    #[arg(long, conflicts_with_all = ["runs", "hours"])]
    sample: bool,
}

impl Args {
    pub(super) const SAMPLE: Self = Self { runs: 1, hours: None, sample: true };
}

/// What tests/scenarios/run.mjs prints.
#[derive(Debug, Deserialize)]
struct Lab {
    kinds: Vec<String>,
    /// What there is of each kind in each set, judged when it was first raised.
    first: Vec<Cell>,
    /// The same at the last word.
    #[serde(rename = "final")]
    last: Vec<Cell>,
    failed: Vec<String>,
}

#[derive(Debug, Deserialize)]
struct Cell {
    set: String,
    kind: String,
    found: u32,
    missed: u32,
    wrong: u32,
}

/// What it prints after hours of use without frustration.
#[derive(Debug, Deserialize)]
struct Alarms {
    hours: f64,
    first: u32,
    #[serde(rename = "final")]
    last: u32,
    /// At the last word.
    kinds: BTreeMap<String, u32>,
    failed: Vec<String>,
}

/// One SDK's runs.
#[derive(Debug)]
struct Sdk {
    name: &'static str,
    runs: Vec<Lab>,
    alarms: Option<Alarms>,
}

/// Which of a chain's words counts.
#[derive(Debug, Clone, Copy)]
enum Word {
    First,
    Last,
}

impl Word {
    const ALL: [Self; 2] = [Self::Last, Self::First];

    fn shown(self) -> &'static str {
        match self {
            Self::First => "at first raise",
            Self::Last => "at final grade",
        }
    }
}

/// What one line of the table is about.
#[derive(Debug)]
struct Slice {
    what: String,
    /// `held` or `open`; both if none.
    set: Option<&'static str>,
    kinds: Vec<String>,
    /// Peers that have all these kinds.
    peers: Vec<&'static str>,
}

/// Sums over the runs.
#[derive(Debug, Clone, Copy, Default)]
struct Tally {
    found: f64,
    missed: f64,
    wrong: f64,
}

impl AddAssign<&Cell> for Tally {
    fn add_assign(&mut self, cell: &Cell) {
        self.found += f64::from(cell.found);
        self.missed += f64::from(cell.missed);
        self.wrong += f64::from(cell.wrong);
    }
}

impl Tally {
    fn precision(self) -> f64 {
        share(self.found, self.found + self.wrong)
    }

    fn recall(self) -> f64 {
        share(self.found, self.found + self.missed)
    }

    fn f1(self) -> f64 {
        let (precision, recall) = (self.precision(), self.recall());
        if precision + recall > 0.0 { 2.0 * precision * recall / (precision + recall) } else { 0.0 }
    }
}

/// Who raised nothing raised nothing wrong; where nothing is, nothing is missed.
fn share(part: f64, whole: f64) -> f64 {
    if whole > 0.0 { part / whole } else { 1.0 }
}

/// Wilson's interval for `hits` of `all`.
fn wilson(hits: f64, all: f64) -> [f64; 2] {
    if all <= 0.0 {
        return [0.0, 1.0];
    }
    let rate = hits / all;
    let middle = rate + Z * Z / (2.0 * all);
    let half = Z * (rate * (1.0 - rate) / all + Z * Z / (4.0 * all * all)).sqrt();
    [middle - half, middle + half].map(|bound| (bound / (1.0 + Z * Z / all)).clamp(0.0, 1.0))
}

impl Sdk {
    /// Plays all scenarios.
    fn measured(name: &'static str, args: &Args) -> Result<Self> {
        let mut runs = Vec::new();
        for run in 1..=args.runs {
            println!("  {name}, run {run} of {}", args.runs);
            let only: &[&str] = if args.sample { &["--only", SAMPLE] } else { &["--parallel", AT_ONCE] };
            let lab: Lab = lab(name, only)?;
            say_failed(&lab.failed);
            runs.push(lab);
        }
        Ok(Self { name, runs, alarms: None })
    }

    /// Plays the scenarios without frustration for hours.
    fn count_alarms(&mut self, hours: f64) -> Result<()> {
        println!("  {}, {hours} h of use without frustration", self.name);
        let alarms: Alarms = lab(self.name, &["--hours", &hours.to_string(), "--parallel", AT_ONCE_FOR_HOURS])?;
        say_failed(&alarms.failed);
        self.alarms = Some(alarms);
        Ok(())
    }

    fn kinds(&self) -> &[String] {
        self.runs.first().map_or(&[], |run| &run.kinds)
    }

    fn has(&self, kind: &str) -> bool {
        self.kinds().iter().any(|each| each == kind)
    }

    fn tally(&self, slice: &Slice, word: Word) -> Tally {
        let mut sum = Tally::default();
        for run in &self.runs {
            let cells = match word {
                Word::First => &run.first,
                Word::Last => &run.last,
            };
            let of = |cell: &&Cell| slice.set.is_none_or(|set| set == cell.set) && slice.kinds.contains(&cell.kind);
            for cell in cells.iter().filter(of) {
                sum += cell;
            }
        }
        sum
    }

    fn failed(&self) -> f64 {
        count(self.runs.iter().map(|run| run.failed.len()).sum())
    }
}

fn count(number: usize) -> f64 {
    number as f64
}

fn lab<T: DeserializeOwned>(name: &str, args: &[&str]) -> Result<T> {
    let script = npm::script(&paths::at("tests/scenarios/run.mjs"));
    let script = script.args(["--json", "--tolerate", "--sdk", name]).args(args);
    super::measured(script.env(chromium::VARIABLE, chromium::ensure()?))
}

fn say_failed(failed: &[String]) {
    for each in failed {
        println!("    failed: {each}");
    }
}

/// Measures and publishes.
pub(super) fn run(args: &Args) -> Result<()> {
    setup::run(setup::Need::EVERYTHING)?;
    sdk::publish(sdk::Mode::Size)?;
    let mut names = vec![OURS];
    if !args.sample {
        npm::ensure(size::PEERS)?;
        names.extend(PEERS);
    }
    let mut sdks = names.into_iter().map(|name| Sdk::measured(name, args)).collect::<Result<Vec<_>>>()?;
    report(&sdks, args.sample)?;
    let Some(hours) = args.hours else { return Ok(()) };
    for sdk in &mut sdks {
        sdk.count_alarms(hours)?;
    }
    report(&sdks, args.sample)
}

/// Prints and keeps what is known by now.
fn report(sdks: &[Sdk], sample: bool) -> Result<()> {
    let (ours, peers) = sdks.split_first().context("ours was measured")?;
    let slices = slices(ours, peers);
    println!();
    print!("{}", table(ours, peers, &slices));
    println!();
    for line in behind(ours, peers, &slices) {
        println!("a peer is ahead: {line}");
    }
    let mut rows = rates_rows(ours, peers, &slices);
    rows.push(failed_row(ours, peers));
    for row in rows.iter().filter(|row| !row.is_in_budget()) {
        println!("budget missed: {}", row.what);
    }
    let alarms = alarm_rows(ours, peers);
    if !alarms.is_empty() {
        print!("\n{}", report::table(&alarms));
    }
    rows.extend(alarms);
    report::keep(&super::name("signals", sample), rust_wasm::ensure()?.version()?, rows)
}

/// All kinds together, those that each peer has together, and each kind for itself.
fn slices(ours: &Sdk, peers: &[Sdk]) -> Vec<Slice> {
    let mut slices = Vec::new();
    for (set, words) in [(None, ""), (Some("held"), ", held out"), (Some("open"), ", open")] {
        slices.push(Slice { what: format!("all kinds{words}"), set, kinds: ours.kinds().to_vec(), peers: Vec::new() });
        for peer in peers {
            let what = format!("the kinds of {}{words}", peer.name);
            slices.push(Slice { what, set, kinds: peer.kinds().to_vec(), peers: vec![peer.name] });
        }
    }
    for kind in ours.kinds() {
        let peers = peers.iter().filter(|peer| peer.has(kind)).map(|peer| peer.name).collect();
        slices.push(Slice { what: kind.clone(), set: None, kinds: vec![kind.clone()], peers });
    }
    slices
}

/// Each slice at the last word and at the first.
fn each_word(slices: &[Slice]) -> impl Iterator<Item = (&Slice, Word)> {
    slices.iter().flat_map(|slice| Word::ALL.map(|word| (slice, word)))
}

fn peers_of<'a>(slice: &'a Slice, peers: &'a [Sdk]) -> impl Iterator<Item = &'a Sdk> {
    peers.iter().filter(|peer| slice.peers.contains(&peer.name))
}

fn rates_rows(ours: &Sdk, peers: &[Sdk], slices: &[Slice]) -> Vec<Row> {
    let mut rows = Vec::new();
    // A scenario that is played again shows how steady a verdict is, and is no further evidence.
    let runs = count(ours.runs.len().max(1));
    for (slice, word) in each_word(slices) {
        let tally = ours.tally(slice, word);
        let row = |rate: &str, of: fn(Tally) -> f64| {
            let theirs =
                peers_of(slice, peers).map(|peer| (peer.name.to_owned(), of(peer.tally(slice, word)))).collect();
            let what = format!("{rate}, {}, {}", slice.what, word.shown());
            Row::new(what, "share", of(tally)).peers(theirs).more_is_better()
        };
        let found = tally.found / runs;
        let precision = wilson(found, found + tally.wrong / runs);
        let recall = wilson(found, found + tally.missed / runs);
        rows.push(row("precision", Tally::precision).interval(precision).budget(PRECISION_BUDGET));
        rows.push(row("recall", Tally::recall).interval(recall).budget(RECALL_BUDGET));
        rows.push(row("F1", Tally::f1));
    }
    rows
}

fn failed_row(ours: &Sdk, peers: &[Sdk]) -> Row {
    let theirs = peers.iter().map(|peer| (peer.name.to_owned(), peer.failed())).collect();
    Row::new("scripts that failed", "count", ours.failed()).peers(theirs).budget(0.0)
}

/// What is raised while nobody is frustrated. A peer that has fewer kinds is compared in those.
fn alarm_rows(ours: &Sdk, peers: &[Sdk]) -> Vec<Row> {
    let Some(alarms) = &ours.alarms else {
        return Vec::new();
    };
    let row = |what: &str, number: u32| {
        let what = format!("false alarms, {what}, over {:.2} h", alarms.hours);
        Row::new(what, "an active hour", f64::from(number) / alarms.hours)
    };
    let mut rows = vec![row("all kinds, at first raise", alarms.first), row("all kinds, at final grade", alarms.last)];
    for peer in peers {
        let Some(theirs) = &peer.alarms else {
            continue;
        };
        let number = peer.kinds().iter().filter_map(|kind| alarms.kinds.get(kind)).sum();
        let rate = f64::from(theirs.last) / theirs.hours;
        let what = format!("the kinds of {} ({:.2} h), at final grade", peer.name, theirs.hours);
        rows.push(row(&what, number).peers(BTreeMap::from([(peer.name.to_owned(), rate)])));
    }
    rows
}

/// The lines in which a peer's F1 is above ours.
fn behind(ours: &Sdk, peers: &[Sdk], slices: &[Slice]) -> Vec<String> {
    let mut lines = Vec::new();
    for (slice, word) in each_word(slices) {
        let f1 = ours.tally(slice, word).f1();
        for peer in peers_of(slice, peers) {
            let theirs = peer.tally(slice, word).f1();
            if theirs > f1 {
                let (what, word) = (&slice.what, word.shown());
                lines.push(format!("{what}, {word}: F1 {theirs:.3} of {} over {f1:.3} of ours", peer.name));
            }
        }
    }
    lines
}

fn table(ours: &Sdk, peers: &[Sdk], slices: &[Slice]) -> String {
    let runs = count(ours.runs.len().max(1));
    let mut lines = Vec::new();
    for (slice, word) in each_word(slices) {
        let tally = ours.tally(slice, word);
        let with = |rate: f64, [low, high]: [f64; 2]| format!("{rate:.3} ({low:.2} to {high:.2})");
        let found = tally.found / runs;
        let mut line = vec![
            slice.what.clone(),
            word.shown().to_owned(),
            format!("{:.0}", (tally.found + tally.missed) / runs),
            with(tally.precision(), wilson(found, found + tally.wrong / runs)),
            with(tally.recall(), wilson(found, found + tally.missed / runs)),
            format!("{:.3}", tally.f1()),
        ];
        line.extend(peers.iter().map(|peer| {
            if !slice.peers.contains(&peer.name) {
                return String::new();
            }
            let theirs = peer.tally(slice, word);
            format!("{:.3} {:.3} {:.3}", theirs.precision(), theirs.recall(), theirs.f1())
        }));
        lines.push(line);
    }
    let peers = peers.iter().map(|peer| format!("{}: P, R, F1", peer.name));
    let header: Vec<String> =
        ["", "", "episodes", "precision", "recall", "F1"].into_iter().map(str::to_owned).chain(peers).collect();
    text::table(&header.iter().map(String::as_str).collect::<Vec<_>>(), &lines)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cell(set: &str, kind: &str, [found, missed, wrong]: [u32; 3]) -> Cell {
        Cell { set: set.to_owned(), kind: kind.to_owned(), found, missed, wrong }
    }

    fn sdk(name: &'static str, kinds: &[&str], cells: impl Fn() -> Vec<Cell>) -> Sdk {
        let kinds = kinds.iter().map(|&kind| kind.to_owned()).collect();
        let run = Lab { kinds, first: cells(), last: cells(), failed: Vec::new() };
        Sdk { name, runs: vec![run], alarms: None }
    }

    fn row<'a>(rows: &'a [Row], what: &str) -> &'a Row {
        rows.iter().find(|row| row.what == what).unwrap()
    }

    #[test]
    fn compares_a_peer_in_the_kinds_that_it_has() {
        let ours = sdk(OURS, &["rage_click", "reload"], || {
            vec![
                cell("held", "rage_click", [3, 1, 0]),
                cell("open", "rage_click", [4, 0, 1]),
                cell("open", "reload", [0, 5, 0]),
            ]
        });
        let peers = [sdk("datadog", &["rage_click"], || vec![cell("open", "rage_click", [8, 0, 8])])];
        let rows = rates_rows(&ours, &peers, &slices(&ours, &peers));
        let pooled = row(&rows, "recall, all kinds, at final grade");
        assert_eq!((pooled.ours.to_string(), pooled.peers.len()), ("0.5384615384615384".to_owned(), 0));
        let theirs = row(&rows, "precision, the kinds of datadog, at final grade");
        assert_eq!((theirs.ours, theirs.peers["datadog"]), (0.875, 0.5));
        assert!(row(&rows, "F1, reload, at first raise").peers.is_empty());
        assert_eq!(row(&rows, "recall, all kinds, held out, at first raise").ours.to_string(), "0.75");
    }

    #[test]
    fn says_where_a_peer_is_ahead() {
        let ours = sdk(OURS, &["rage_click"], || vec![cell("open", "rage_click", [1, 1, 0])]);
        let better = [sdk("posthog", &["rage_click"], || vec![cell("open", "rage_click", [2, 0, 0])])];
        let lines = behind(&ours, &better, &slices(&ours, &better));
        assert!(
            lines.contains(&"rage_click, at final grade: F1 1.000 of posthog over 0.667 of ours".to_owned()),
            "{lines:?}"
        );
        let equal = [sdk("posthog", &["rage_click"], || vec![cell("open", "rage_click", [1, 1, 0])])];
        assert!(behind(&ours, &equal, &slices(&ours, &equal)).is_empty());
    }

    #[test]
    fn takes_a_scenario_that_is_played_again_for_no_further_evidence() {
        let played = |times| {
            let run = || sdk(OURS, &["reload"], || vec![cell("open", "reload", [9, 1, 0])]);
            Sdk { runs: (0..times).flat_map(|_| run().runs).collect(), ..run() }
        };
        let interval =
            |sdk: &Sdk| row(&rates_rows(sdk, &[], &slices(sdk, &[])), "recall, reload, at final grade").interval;
        assert_eq!(interval(&played(1)), interval(&played(3)));
        let [low, high] = interval(&played(1)).unwrap();
        assert!((low - 0.596).abs() < 0.001 && (high - 0.982).abs() < 0.001, "{low} to {high}");
    }

    #[test]
    fn counts_false_alarms_an_hour_of_use() {
        let alarms = |last, kind: &str| {
            Some(Alarms {
                hours: 2.0,
                first: last + 1,
                last,
                kinds: BTreeMap::from([(kind.to_owned(), last)]),
                failed: Vec::new(),
            })
        };
        let ours = Sdk { alarms: alarms(2, "reload"), ..sdk(OURS, &["rage_click", "reload"], Vec::new) };
        let peers = [Sdk { alarms: alarms(8, "rage_click"), ..sdk("datadog", &["rage_click"], Vec::new) }];
        let rows = alarm_rows(&ours, &peers);
        assert_eq!(rows.iter().map(|row| row.ours).collect::<Vec<_>>(), [1.5, 1.0, 0.0]);
        assert_eq!(rows[2].peers["datadog"].to_string(), "4");
    }
}
