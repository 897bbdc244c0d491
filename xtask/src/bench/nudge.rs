//! `cargo xtask bench nudge`: how soon the help is on the screen, decided by the running collector.

use anyhow::{Context as _, Result};
use serde::Deserialize;

use super::report::{self, Row};
use crate::{
    npm, paths, sdk, setup,
    shell::cargo,
    tools::{chromium, rust_wasm},
};

/// What tests/browser/nudge.mjs prints.
#[derive(Deserialize)]
struct Measured {
    rows: Vec<Row>,
}

/// Measures and publishes.
pub(super) fn run(runs: u32) -> Result<()> {
    setup::run(setup::Need::EVERYTHING)?;
    sdk::publish(sdk::Mode::Size)?;
    cargo().args(["build", "--package", "unsnag-collector"]).run_logged("collector")?;
    let said = npm::script(&paths::at("tests/browser/nudge.mjs"))
        .arg("--runs")
        .arg(runs.to_string())
        .env(chromium::VARIABLE, chromium::ensure()?)
        .read_shown()?;
    let measured: Measured = serde_json::from_str(&said)
        .with_context(|| format!("tests/browser/nudge.mjs printed no report but: {said}"))?;
    report::publish("nudge", rust_wasm::ensure()?.version()?, measured.rows)
}
