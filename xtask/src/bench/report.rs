//! The one shape of every bench's result.

use std::{collections::BTreeMap, fs};

use anyhow::{Context as _, Result};
use serde::{Deserialize, Serialize};

use crate::{npm, paths, shell::tool, text, tools};

/// What was measured, on what.
#[derive(Debug, Serialize)]
pub(crate) struct Report {
    bench: String,
    commit: String,
    toolchain: Toolchain,
    machine: String,
    rows: Vec<Row>,
}

#[derive(Debug, Serialize)]
struct Toolchain {
    rustc: String,
    wasm_opt: String,
    node: String,
}

/// One line: ours, the peers', and the budget if there is one.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Row {
    pub(crate) what: String,
    pub(crate) unit: String,
    pub(crate) ours: f64,
    /// Where ours may lie: 95 % confidence.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) interval: Option<[f64; 2]>,
    #[serde(default)]
    pub(crate) peers: BTreeMap<String, f64>,
    /// Ours by the best peer's.
    #[serde(default)]
    pub(crate) ratio: Option<f64>,
    #[serde(default)]
    pub(crate) budget: Option<f64>,
    #[serde(default)]
    pub(crate) met: Option<bool>,
    /// Says which peer is the best one and what the budget means; who reads the report knows it from the unit.
    #[serde(default, skip_serializing)]
    better: Better,
}

/// Which of two values is the better one.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Better {
    /// Bytes, times.
    #[default]
    Less,
    /// Rates.
    More,
}

impl Better {
    /// Whether the first value is no worse than the second.
    fn holds(self, first: f64, second: f64) -> bool {
        match self {
            Self::Less => first <= second,
            Self::More => first >= second,
        }
    }
}

impl Row {
    pub(crate) fn new(what: impl Into<String>, unit: impl Into<String>, ours: f64) -> Self {
        Self {
            what: what.into(),
            unit: unit.into(),
            ours,
            interval: None,
            peers: BTreeMap::new(),
            ratio: None,
            budget: None,
            met: None,
            better: Better::Less,
        }
    }

    /// Makes this a row in which more is better.
    pub(crate) fn more_is_better(mut self) -> Self {
        self.better = Better::More;
        self
    }

    pub(crate) fn interval(mut self, interval: [f64; 2]) -> Self {
        self.interval = Some(interval);
        self
    }

    pub(crate) fn peers(mut self, peers: BTreeMap<String, f64>) -> Self {
        self.peers = peers;
        self
    }

    pub(crate) fn budget(mut self, budget: f64) -> Self {
        self.budget = Some(budget);
        self
    }

    /// Whether ours meets the budget, if there is one.
    pub(crate) fn is_in_budget(&self) -> bool {
        self.budget.is_none_or(|budget| self.better.holds(self.ours, budget))
    }

    /// Fills in what follows from the measurements.
    fn judged(mut self) -> Self {
        let best = self.best_peer().map(|(_, value)| value);
        self.ratio = best.filter(|&best| best > 0.0).map(|best| self.ours / best);
        self.met = self.budget.map(|_| self.is_in_budget());
        self
    }

    fn best_peer(&self) -> Option<(&str, f64)> {
        let peers = self.peers.iter().map(|(name, value)| (name.as_str(), *value));
        peers.reduce(|best, other| if self.better.holds(best.1, other.1) { best } else { other })
    }
}

/// Prints the rows and writes `target/bench/NAME.json`. `rustc` is the compiler of what was measured.
pub(crate) fn publish(bench: &str, rustc: String, rows: Vec<Row>) -> Result<()> {
    print!("{}", table(&rows));
    keep(bench, rustc, rows)
}

/// Writes `target/bench/NAME.json` for a bench that has shown its rows in a table of its own.
pub(crate) fn keep(bench: &str, rustc: String, rows: Vec<Row>) -> Result<()> {
    let report = Report {
        bench: bench.to_owned(),
        commit: commit(),
        toolchain: Toolchain {
            rustc,
            wasm_opt: tools::version(npm::bin("wasm-opt").arg("--version")),
            node: tools::version(tool("node").arg("--version")),
        },
        machine: machine(),
        rows: rows.into_iter().map(Row::judged).collect(),
    };
    let path = paths::at("target/bench").join(format!("{bench}.json"));
    fs::create_dir_all(path.parent().expect("invariant: the report lies in a folder"))?;
    fs::write(&path, serde_json::to_string_pretty(&report)? + "\n")
        .with_context(|| format!("cannot write {}", path.display()))?;
    println!("\nwritten to {}", text::relative(&path));
    Ok(())
}

/// The rows, ours beside the best peer and the budget.
pub(crate) fn table(rows: &[Row]) -> String {
    let mut lines = Vec::new();
    for row in rows.iter().cloned().map(Row::judged) {
        lines.push(vec![
            row.what.clone(),
            match row.better {
                Better::Less => row.unit.clone(),
                Better::More => format!("{}, more is better", row.unit),
            },
            number(row.ours),
            row.best_peer().map(|(name, value)| format!("{} ({name})", number(value))).unwrap_or_default(),
            row.ratio.map(|ratio| format!("{ratio:.2}")).unwrap_or_default(),
            row.budget.map(number).unwrap_or_default(),
            row.met.map(|met| if met { "met" } else { "MISSED" }.to_owned()).unwrap_or_default(),
        ]);
    }
    text::table(&["what", "unit", "ours", "best peer", "ratio", "budget", ""], &lines)
}

fn number(value: f64) -> String {
    if value.fract() == 0.0 && value >= 0.0 { text::thousands(value as usize) } else { format!("{value:.2}") }
}

fn commit() -> String {
    let Ok(head) = tool("git").args(["rev-parse", "--short=12", "HEAD"]).read() else {
        return "none".into();
    };
    let changed = tool("git").args(["status", "--porcelain"]).read().is_ok_and(|status| !status.trim().is_empty());
    format!("{}{}", head.trim(), if changed { "+changes" } else { "" })
}

/// Processor, cores and memory: what a figure depends on.
fn machine() -> String {
    let read = |path: &str| fs::read_to_string(path).unwrap_or_default();
    let field = |text: &str, name: &str| {
        let line = text.lines().find(|line| line.starts_with(name)).unwrap_or_default().to_owned();
        line.split_once(':').map(|(_, value)| value.trim().to_owned())
    };
    let processor = field(&read("/proc/cpuinfo"), "model name").unwrap_or_else(|| std::env::consts::ARCH.to_owned());
    let memory = field(&read("/proc/meminfo"), "MemTotal").unwrap_or_default();
    let memory = memory.split_whitespace().next().and_then(|kib| kib.parse::<u64>().ok());
    let memory = memory.map(|kib| format!(", {} GiB", (kib + (1 << 19)) >> 20)).unwrap_or_default();
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    format!("{processor}, {cores} cores{memory}, {}", std::env::consts::OS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn compares_with_the_best_peer_and_the_budget() {
        let peers = BTreeMap::from([("a".to_owned(), 40.0), ("b".to_owned(), 20.0)]);
        let row = Row::new("start", "B", 10.0).peers(peers).budget(9.0).judged();
        assert_eq!(row.ratio, Some(0.5));
        assert_eq!(row.met, Some(false));
    }

    #[test]
    fn knows_the_best_peer_and_the_budget_of_a_rate() {
        let peers = BTreeMap::from([("a".to_owned(), 40.0), ("b".to_owned(), 20.0)]);
        let row = Row::new("load", "1/s", 10.0).peers(peers).budget(9.0).more_is_better().judged();
        assert_eq!(row.best_peer(), Some(("a", 40.0)));
        assert_eq!(row.ratio, Some(0.25));
        assert_eq!(row.met, Some(true));
    }

    #[test]
    fn judges_nothing_without_peers_or_budget() {
        let row = Row::new("file", "B", 10.0).judged();
        assert_eq!((row.ratio, row.met), (None, None));
    }
}
