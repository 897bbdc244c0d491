//! `cargo xtask`: every developer command of this repository.
//!
//! In scope: finding or installing tools, building the browser package, running the demo, the tests, the benches and the
//! fuzz targets, so that a laptop and CI run the same thing.
//!
//! Out of scope: anything a user of Unsnag runs (the binary `unsnag` in `collector`), and what the tests assert (`tests`).

mod bench;
mod clean;
mod cli;
mod demo;
mod fuzz;
mod model;
mod npm;
mod parity;
mod paths;
mod sdk;
mod service;
mod setup;
mod shell;
mod stamp;
mod steps;
mod test;
mod text;
mod tools;
mod worker;

use std::process::ExitCode;

use clap::Parser as _;

fn main() -> ExitCode {
    match cli::run(cli::Cli::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}
