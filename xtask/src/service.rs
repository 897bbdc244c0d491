//! Programs that go on running: started, waited for until they say where they listen, stopped.

use std::{
    io::{BufRead as _, BufReader},
    process::{Child, ChildStdout, ExitStatus},
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
    shell::{Tool, tool},
    text,
};

/// How often a running program is looked at.
pub(crate) const POLL: Duration = Duration::from_millis(50);
const START_LIMIT: Duration = Duration::from_secs(30);
/// A terminal's Ctrl-C reaches a program by itself; after this long it is told to stop.
const STOP_PATIENCE: Duration = Duration::from_secs(1);
/// After this long it is ended.
const STOP_LIMIT: Duration = Duration::from_secs(10);

/// Whether a person asked for an end, by Ctrl-C or a signal.
#[derive(Debug, Clone)]
pub(crate) struct Stopped(Arc<AtomicBool>);

impl Stopped {
    /// Listens from now on.
    pub(crate) fn listen() -> Result<Self> {
        let stopped = Self(Arc::default());
        let flag = Arc::clone(&stopped.0);
        ctrlc::set_handler(move || flag.store(true, Ordering::SeqCst)).context("cannot listen for Ctrl-C")?;
        Ok(stopped)
    }

    pub(crate) fn asked(&self) -> bool {
        self.0.load(Ordering::SeqCst)
    }
}

/// One program; it does not outlive its owner.
#[derive(Debug)]
pub(crate) struct Service {
    name: &'static str,
    child: Child,
}

impl Service {
    /// Starts a program and waits until it has printed a line with each of these prefixes; returns what follows them.
    /// Nothing when a person stopped it before.
    pub(crate) fn start<const N: usize>(
        name: &'static str,
        program: Tool,
        prefixes: [&str; N],
        stopped: &Stopped,
    ) -> Result<Option<(Self, [String; N])>> {
        let mut child = program.spawn_with_output()?;
        let said = lines(child.stdout.take().context("invariant: its output is piped")?);
        let mut service = Self { name, child };
        let start = Instant::now();
        let mut found: [Option<String>; N] = [const { None }; N];
        loop {
            while let Ok(line) = said.recv_timeout(POLL) {
                learn(&line, &prefixes, &mut found);
                if found.iter().all(Option::is_some) {
                    return Ok(Some((service, found.map(Option::unwrap_or_default))));
                }
            }
            if let Some(status) = service.child.try_wait()? {
                bail!("the {name} did not start ({status})");
            }
            if stopped.asked() {
                service.stop()?;
                return Ok(None);
            }
            if start.elapsed() > START_LIMIT {
                service.stop()?;
                bail!("the {name} did not say within {} where it listens", text::duration(START_LIMIT));
            }
        }
    }

    /// Fails when the program has ended by itself.
    pub(crate) fn check(&mut self) -> Result<()> {
        match self.ended()? {
            Some(status) => bail!("the {} ended by itself ({status})", self.name),
            None => Ok(()),
        }
    }

    fn ended(&mut self) -> Result<Option<ExitStatus>> {
        Ok(self.child.try_wait()?)
    }

    /// Lets the program finish what it holds; ends it only if it does not.
    pub(crate) fn stop(&mut self) -> Result<()> {
        let start = Instant::now();
        let mut told = false;
        while self.ended()?.is_none() {
            if !told && start.elapsed() > STOP_PATIENCE {
                told = true;
                // If there is no `kill`, the limit below ends it all the same.
                let _ = tool("kill").arg("-TERM").arg(self.child.id().to_string()).succeeds();
            }
            if start.elapsed() > STOP_LIMIT {
                self.child.kill()?;
                self.child.wait()?;
                bail!("the {} did not stop within {} and was ended", self.name, text::duration(STOP_LIMIT));
            }
            thread::sleep(POLL);
        }
        Ok(())
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        // It may have ended already; there is nobody left to tell.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn learn(line: &str, prefixes: &[&str], found: &mut [Option<String>]) {
    for (prefix, found) in prefixes.iter().zip(found) {
        if let Some(rest) = line.strip_prefix(prefix) {
            *found = Some(rest.trim().to_owned());
        }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn learns_what_follows_each_prefix_and_passes_over_the_rest() {
        let mut found = [None, None];
        for line in ["shop       http://127.0.0.1:7668/", "log        somewhere", "live view  http://127.0.0.1:7667/"] {
            learn(line, &["shop ", "live view "], &mut found);
        }
        assert_eq!(found.map(Option::unwrap_or_default), ["http://127.0.0.1:7668/", "http://127.0.0.1:7667/"]);
    }
}
