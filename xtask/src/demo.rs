//! `cargo xtask demo`: the product running on this machine, with a shop to get stuck in.

use std::{
    io::{BufRead as _, BufReader, IsTerminal as _},
    process::{Child, ChildStdout},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
        mpsc::{self, Receiver},
    },
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, bail};

use crate::{
    paths, sdk, setup,
    shell::{cargo, tool},
    text,
};

const POLL: Duration = Duration::from_millis(50);
const START_LIMIT: Duration = Duration::from_secs(30);
/// A terminal's Ctrl-C reaches the collector by itself; after this long it is told to stop.
const STOP_PATIENCE: Duration = Duration::from_secs(1);
/// After this long it is ended.
const STOP_LIMIT: Duration = Duration::from_secs(10);

/// Arguments of the command.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Do not open the shop in a browser
    #[arg(long)]
    no_open: bool,
    /// Arguments for `unsnag demo`, such as `-- --listen 127.0.0.1:9000`
    #[arg(last = true)]
    rest: Vec<String>,
}

/// Builds what is needed, starts the collector, and stays until it is stopped.
pub(crate) fn run(args: &Args) -> Result<()> {
    let start = Instant::now();
    setup::run(setup::Need::BUILD)?;
    let dist = sdk::publish(sdk::Mode::Size)?;
    println!("  building the collector");
    cargo().args(["build", "--package", "unsnag-collector"]).run_logged("collector")?;

    let stopped = Arc::new(AtomicBool::new(false));
    let flag = Arc::clone(&stopped);
    ctrlc::set_handler(move || flag.store(true, Ordering::SeqCst)).context("cannot listen for Ctrl-C")?;

    let mut child = tool(paths::at("target/debug/unsnag"))
        .arg("demo")
        .arg("--shop")
        .arg(paths::at("examples/shop"))
        .arg("--sdk")
        .arg(dist)
        .args(&args.rest)
        .spawn_with_output()?;
    let said = lines(child.stdout.take().context("invariant: its output is piped")?);
    let Some(addresses) = wait_until_up(&mut child, &said, &stopped)? else {
        return stop(&mut child);
    };
    println!();
    println!("  shop       {}  get stuck here: its guide says what to try", addresses.shop);
    println!("  live view  {}  what arrives, is detected, decided and shown", addresses.live_view);
    println!("  ready after {}; Ctrl-C stops it", text::duration(start.elapsed()));
    if !args.no_open && std::io::stdout().is_terminal() {
        open(&addresses.shop);
    }

    loop {
        if let Some(status) = child.try_wait()? {
            if status.success() || stopped.load(Ordering::SeqCst) {
                return Ok(());
            }
            bail!("the collector ended by itself ({status})");
        }
        if stopped.load(Ordering::SeqCst) {
            return stop(&mut child);
        }
        thread::sleep(POLL);
    }
}

/// Where the running demo can be seen.
#[derive(Debug, Default, PartialEq, Eq)]
struct Addresses {
    shop: String,
    live_view: String,
}

impl Addresses {
    /// Takes what one line of `unsnag demo` says; true once both are known.
    fn learn(&mut self, line: &str) -> bool {
        if let Some(url) = line.strip_prefix("shop ") {
            url.trim().clone_into(&mut self.shop);
        } else if let Some(url) = line.strip_prefix("live view ") {
            url.trim().clone_into(&mut self.live_view);
        }
        !self.shop.is_empty() && !self.live_view.is_empty()
    }
}

/// The program's lines as they come; reading goes on for as long as it runs, so that it never blocks on a full pipe.
fn lines(output: ChildStdout) -> Receiver<String> {
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        for line in BufReader::new(output).lines().map_while(Result::ok) {
            // Nobody listens any more once the addresses are known.
            let _ = sender.send(line);
        }
    });
    receiver
}

/// Nothing when it was stopped before it was up.
fn wait_until_up(child: &mut Child, said: &Receiver<String>, stopped: &AtomicBool) -> Result<Option<Addresses>> {
    let start = Instant::now();
    let mut addresses = Addresses::default();
    loop {
        while let Ok(line) = said.recv_timeout(POLL) {
            if addresses.learn(&line) {
                return Ok(Some(addresses));
            }
        }
        if let Some(status) = child.try_wait()? {
            bail!("the collector did not start ({status})");
        }
        if stopped.load(Ordering::SeqCst) {
            return Ok(None);
        }
        if start.elapsed() > START_LIMIT {
            stop(child)?;
            bail!("the collector did not say within {} where it listens", text::duration(START_LIMIT));
        }
    }
}

/// Lets the collector finish what it holds; ends it only if it does not.
fn stop(child: &mut Child) -> Result<()> {
    let start = Instant::now();
    let mut told = false;
    while child.try_wait()?.is_none() {
        if !told && start.elapsed() > STOP_PATIENCE {
            told = true;
            // If there is no `kill`, the limit below ends it all the same.
            let _ = tool("kill").arg("-TERM").arg(child.id().to_string()).succeeds();
        }
        if start.elapsed() > STOP_LIMIT {
            child.kill()?;
            child.wait()?;
            bail!("the collector did not stop within {} and was ended", text::duration(STOP_LIMIT));
        }
        thread::sleep(POLL);
    }
    Ok(())
}

/// Opening is a courtesy: where it fails the address is on the screen.
fn open(url: &str) {
    let opener = if cfg!(target_os = "macos") { "open" } else { "xdg-open" };
    let _ = tool(opener).arg(url).succeeds();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn learns_both_addresses_from_what_the_demo_prints() {
        let mut addresses = Addresses::default();
        assert!(!addresses.learn("shop       http://127.0.0.1:7668/"));
        assert!(!addresses.learn("log        somewhere"));
        assert!(addresses.learn("live view  http://127.0.0.1:7667/"));
        assert_eq!(addresses.shop, "http://127.0.0.1:7668/");
        assert_eq!(addresses.live_view, "http://127.0.0.1:7667/");
    }
}
