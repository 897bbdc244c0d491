//! `unsnag catalog`: what pages are told, published in versions while the collector runs.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use unsnag_core::config::Config;

use super::serve::print_line;
use crate::catalog::{self, Catalog, CatalogError};
use crate::cli::Failure;

/// How soon a published change is everywhere: the collector looks once a second, and pages keep what they have for a minute.
const SOON: &str = "a running collector has it within a second, pages with their next look at their configuration";

#[derive(Debug, Args)]
pub(crate) struct CatalogArgs {
    #[command(subcommand)]
    action: Action,
    /// Directory of the collector's log, which keeps the versions.
    #[arg(long, value_name = "DIR", env = "UNSNAG_LOG_DIR", default_value = "unsnag-log", global = true)]
    log_dir: PathBuf,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Say everything that is wrong with a configuration, or what it would change.
    Check {
        /// Configuration v1 (JSON).
        file: PathBuf,
    },
    /// Put a configuration in force under a new version.
    Publish {
        /// Configuration v1 (JSON).
        file: PathBuf,
    },
    /// Put an earlier version in force.
    Rollback {
        /// Which one [default: the one before].
        #[arg(long, value_name = "VERSION")]
        to: Option<u32>,
    },
    /// Print the versions.
    List,
    /// Stop offering help at once, or go on; detection goes on either way.
    Kill {
        /// on or off
        #[arg(value_parser = ["on", "off"])]
        switch: String,
    },
}

pub(crate) fn run(args: &CatalogArgs) -> Result<(), Failure> {
    let catalog = Catalog::of(&args.log_dir);
    match &args.action {
        Action::Check { file } => {
            let config = checked(&catalog, file)?;
            print_line(&format!("{} is valid: {}", file.display(), summary(&config)))
        }
        Action::Publish { file } => {
            let config = checked(&catalog, file)?;
            let version = catalog.publish(&config).map_err(|error| failure(&error))?;
            print_line(&format!("version {version} is in force: {}; {SOON}", summary(&config)))
        }
        Action::Rollback { to } => {
            let version = catalog.roll_back(*to).map_err(|error| failure(&error))?;
            print_line(&format!("version {version} is in force again; {SOON}"))
        }
        Action::List => show(&catalog),
        Action::Kill { switch } => {
            let on = switch == "on";
            catalog.set_kill(on).map_err(|error| failure(&error))?;
            let said = if on { "no help is offered any more" } else { "help is offered again" };
            print_line(&format!("{said}; {SOON}"))
        }
    }
}

/// A configuration that may be published; prints what it changes.
fn checked(catalog: &Catalog, file: &std::path::Path) -> Result<Config, Failure> {
    let config = catalog::read(file).map_err(|error| match error {
        CatalogError::Invalid { problems, .. } => {
            let lines: Vec<String> =
                problems.iter().map(|problem| format!("{}: {}", problem.place, problem.message)).collect();
            Failure::input("invalid_configuration", &lines.join("\n"))
        }
        error => Failure::input(error.code(), &error),
    })?;
    let Some(version) = catalog.in_force().map_err(|error| failure(&error))?.version else { return Ok(config) };
    let before = catalog.version(version).map_err(|error| failure(&error))?;
    let problems: Vec<String> =
        config.check_against(&before).iter().map(|problem| format!("{}: {}", problem.place, problem.message)).collect();
    if !problems.is_empty() {
        return Err(Failure::input("invalid_configuration", &problems.join("\n")));
    }
    let changes = config.changes_since(&before);
    print_line(&format!("{} changes from version {version}", changes.len()))?;
    for change in changes {
        print_line(&format!("  {change}"))?;
    }
    Ok(config)
}

fn show(catalog: &Catalog) -> Result<(), Failure> {
    let in_force = catalog.in_force().map_err(|error| failure(&error))?;
    let versions = catalog.versions().map_err(|error| failure(&error))?;
    if versions.is_empty() {
        print_line("nothing was published: pages are told what `config` names, or what is built in")?;
    }
    for version in versions {
        let mark = if in_force.version == Some(version) { "in force" } else { "" };
        let said = catalog.version(version).map_or_else(|error| error.to_string(), |config| summary(&config));
        print_line(&format!("{version:>6}  {mark:8}  {said}"))?;
    }
    if in_force.kill {
        print_line("the kill switch is on: no help is offered")?;
    }
    Ok(())
}

fn summary(config: &Config) -> String {
    let (rules, entries, experiments) =
        (config.policy.rules.len(), config.catalogue.len(), config.policy.experiments.len());
    let kill = if config.policy.kill { ", kill on" } else { "" };
    format!("{rules} rules, {entries} entries, {experiments} experiments{kill}, etag {}", config.etag)
}

fn failure(error: &CatalogError) -> Failure {
    match error {
        CatalogError::NoVersion(_) | CatalogError::NothingBefore => Failure::input(error.code(), error),
        _ => Failure::run(error.code(), error),
    }
}
