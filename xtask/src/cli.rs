//! The commands and their arguments.

use anyhow::Result;
use clap::{Parser, Subcommand};

use crate::{bench, clean, demo, fuzz, model, sdk, setup, test, worker};

/// Developer commands of Unsnag.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask", max_term_width = 100)]
pub(crate) struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Find or install what the other commands need: the Wasm toolchain, npm packages, Chromium
    Setup,
    /// Build the npm package into sdk-wasm/dist
    Sdk {
        /// Build with stable Rust alone: larger, for toolchains without std's sources
        #[arg(long)]
        plain: bool,
    },
    /// Build the edge worker into edge-worker/build
    Worker,
    /// Train the models again, or check the committed ones
    Model {
        #[command(subcommand)]
        model: model::Model,
    },
    /// Run the collector and the demo shop, and say where to look
    Demo(demo::Args),
    /// Run everything that shows that the tree is sound
    Test(test::Args),
    /// Measure, print a table and write target/bench/NAME.json
    Bench {
        #[command(subcommand)]
        bench: bench::Bench,
    },
    /// Break what is running on purpose, count what is left, and write target/bench/chaos.json
    Chaos {
        #[command(subcommand)]
        chaos: bench::chaos::Chaos,
    },
    /// Run the fuzz targets
    Fuzz {
        /// One target; all of them if not given
        target: Option<String>,
        /// Seconds for each target
        #[arg(long, default_value_t = 60)]
        seconds: u32,
    },
    /// Remove what these commands made
    Clean,
}

/// Runs one command from the root of the workspace.
pub(crate) fn run(cli: Cli) -> Result<()> {
    match cli.command {
        Command::Setup => setup::run(setup::Need::EVERYTHING),
        Command::Sdk { plain } => sdk::run(if plain { sdk::Mode::Plain } else { sdk::Mode::Size }),
        Command::Worker => worker::run(),
        Command::Model { model } => model::run(model),
        Command::Demo(args) => demo::run(&args),
        Command::Test(args) => test::run(&args),
        Command::Bench { bench } => bench::run(&bench),
        Command::Chaos { chaos } => bench::chaos::run(&chaos),
        Command::Fuzz { target, seconds } => fuzz::run(target.as_deref(), seconds),
        Command::Clean => clean::run(),
    }
}
