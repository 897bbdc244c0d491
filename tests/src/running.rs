//! The product as child processes, on free ports of the loopback address.

use std::{
    env, fs,
    io::{BufRead as _, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::mpsc::{self, RecvTimeoutError},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, bail};
use tempfile::{NamedTempFile, TempDir};
use unsnag_kinesis_stub::Stub;

use crate::root;

const START_LIMIT: Duration = Duration::from_secs(30);
const STOP_LIMIT: Duration = Duration::from_secs(10);
const POLL: Duration = Duration::from_millis(20);

/// A program of the workspace, as `cargo build` leaves it beside the tests.
pub fn binary(name: &str) -> Result<PathBuf> {
    let test = env::current_exe()?;
    let folder = test.parent().and_then(Path::parent).context("invariant: tests run from target/PROFILE/deps")?;
    let file = folder.join(format!("{name}{}", env::consts::EXE_SUFFIX));
    if !file.is_file() {
        bail!("{} is missing: run `cargo build` first", file.display());
    }
    Ok(file)
}

/// A running `unsnag serve`; stopped when dropped.
#[derive(Debug)]
pub struct Collector {
    process: Process,
    log: TempDir,
    url: String,
    errors: Option<NamedTempFile>,
}

impl Collector {
    /// Starts a collector on a free port with a log of its own. `args` go to `unsnag serve` as they are.
    pub fn start(args: &[&str]) -> Result<Self> {
        Self::start_as(args, &[], None)
    }

    /// Starts it with an environment of its own, and keeps what it logs for [`Self::errors`].
    pub fn start_with(args: &[&str], environment: &[(&str, &str)]) -> Result<Self> {
        Self::start_as(args, environment, Some(NamedTempFile::new()?))
    }

    fn start_as(args: &[&str], environment: &[(&str, &str)], errors: Option<NamedTempFile>) -> Result<Self> {
        let log = TempDir::new()?;
        let mut command = Command::new(binary("unsnag")?);
        command.args(["serve", "--listen", "127.0.0.1:0", "--log-dir"]).arg(log.path()).args(args);
        command.envs(environment.iter().copied());
        if let Some(errors) = &errors {
            command.stderr(errors.reopen()?);
        }
        let (process, [url]) = Process::start(command, ["unsnag listening on "])?;
        Ok(Self { process, log, url, errors })
    }

    /// `http://127.0.0.1:PORT`, without a slash at its end.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Where its durable log lies.
    pub fn log_dir(&self) -> &Path {
        self.log.path()
    }

    /// What it has logged so far, if it was started to keep that.
    pub fn errors(&self) -> Result<String> {
        self.errors.as_ref().map_or(Ok(String::new()), |errors| Ok(fs::read_to_string(errors)?))
    }

    /// The process, to look at its memory or to end it as a crash would.
    pub fn process(&mut self) -> &mut Child {
        &mut self.process.child
    }

    /// Stops it as an operator would, and keeps its log.
    pub fn stop(mut self) -> Result<TempDir> {
        self.process.stop()?;
        Ok(self.log)
    }
}

/// A running `unsnag demo`: collector and shop; stopped when dropped.
#[derive(Debug)]
pub struct Demo {
    process: Process,
    log: TempDir,
    shop: String,
    collector: String,
}

impl Demo {
    /// Starts the demo with the built SDK on free ports. `args` go to `unsnag demo` as they are.
    pub fn start(args: &[&str]) -> Result<Self> {
        Self::start_with(args, &[])
    }

    /// Starts it with an environment of its own.
    pub fn start_with(args: &[&str], environment: &[(&str, &str)]) -> Result<Self> {
        let log = TempDir::new()?;
        let mut command = Command::new(binary("unsnag")?);
        command.envs(environment.iter().copied());
        command
            .args(["demo", "--listen", "127.0.0.1:0", "--shop-listen", "127.0.0.1:0"])
            .args(["--shop", "examples/shop", "--sdk", "sdk-wasm/dist", "--log-dir"])
            .arg(log.path())
            .args(args);
        let (process, [shop, collector]) = Process::start(command, ["shop ", "live view "])?;
        Ok(Self { process, log, shop, collector })
    }

    /// Starts the shop in front of an edge worker, with the live view of the stream that the worker writes.
    pub fn start_at_edge(edge: &Edge, stub: &Stub) -> Result<Self> {
        let credentials = stub.credentials();
        let mut command = Command::new(binary("unsnag")?);
        command
            .args(["demo", "--listen", "127.0.0.1:0", "--shop-listen", "127.0.0.1:0"])
            .args(["--shop", "examples/shop", "--sdk", "sdk-wasm/dist", "--edge", edge.url()])
            .args(["--stream-name", "unsnag", "--stream-endpoint", &stub.url()])
            .env("AWS_ACCESS_KEY_ID", &credentials.access_key)
            .env("AWS_SECRET_ACCESS_KEY", &credentials.secret_key);
        let (process, [shop, collector]) = Process::start(command, ["shop ", "live view "])?;
        Ok(Self { process, log: TempDir::new()?, shop, collector })
    }

    /// The shop's address, without a slash at its end.
    pub fn shop(&self) -> &str {
        &self.shop
    }

    /// The address of the collector, or of the live view alone, without a slash at its end.
    pub fn collector(&self) -> &str {
        self.collector.trim_end_matches("/live")
    }

    /// Where the durable log lies.
    pub fn log_dir(&self) -> &Path {
        self.log.path()
    }

    /// Stops it as a person would, and keeps its log.
    pub fn stop(mut self) -> Result<TempDir> {
        self.process.stop()?;
        Ok(self.log)
    }
}

/// A running edge worker, in the platform's own runtime; stopped when dropped.
#[derive(Debug)]
pub struct Edge {
    process: Process,
    url: String,
    errors: NamedTempFile,
}

impl Edge {
    /// Starts the built Worker on a free port, with a stream of the stub. `variables` are its bindings.
    pub fn start(stub: &Stub, variables: &[(&str, &str)]) -> Result<Self> {
        if !root().join("edge-worker/build/worker.mjs").is_file() {
            bail!("the edge worker is not built: run `cargo xtask worker`");
        }
        let errors = NamedTempFile::new()?;
        let mut command = Command::new("node");
        command.args(["edge-worker/run/serve.mjs", "--port", "0", "--stream", "unsnag", "--kinesis", &stub.url()]);
        let credentials = stub.credentials();
        let own = [
            ("AWS_ACCESS_KEY_ID", credentials.access_key.as_str()),
            ("AWS_SECRET_ACCESS_KEY", credentials.secret_key.as_str()),
        ];
        for (name, value) in own.iter().chain(variables) {
            command.arg("--var").arg(format!("{name}={value}"));
        }
        command.stderr(errors.reopen()?);
        let started = Process::start(command, ["edge worker listening on "]);
        let (process, [url]) = started.with_context(|| {
            format!("the edge worker does not start: {}", fs::read_to_string(&errors).unwrap_or_default())
        })?;
        Ok(Self { process, url, errors })
    }

    /// `http://127.0.0.1:PORT`, without a slash at its end.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// What it has logged so far.
    pub fn errors(&self) -> Result<String> {
        Ok(fs::read_to_string(&self.errors)?)
    }
}

impl Drop for Edge {
    fn drop(&mut self) {
        // Killed at once, Node would leave the runtime behind. Where asking does not help, killing is left to do.
        let _ = self.process.stop();
    }
}

/// A child that does not outlive its owner.
#[derive(Debug)]
struct Process {
    child: Child,
}

impl Process {
    /// Starts a program and waits until it has printed a line with each of these prefixes; returns what follows them.
    fn start<const N: usize>(mut command: Command, prefixes: [&str; N]) -> Result<(Self, [String; N])> {
        command.current_dir(root()).stdin(Stdio::null()).stdout(Stdio::piped());
        let child = command.spawn().with_context(|| format!("cannot start {}", command.get_program().display()))?;
        let mut process = Self { child };
        let output = process.child.stdout.take().context("invariant: its output is piped")?;
        let (sender, lines) = mpsc::channel();
        // Reading goes on for as long as the program runs, so that it never blocks on a full pipe.
        thread::spawn(move || {
            for line in BufReader::new(output).lines().map_while(Result::ok) {
                let _ = sender.send(line);
            }
        });
        let start = Instant::now();
        let mut found: [Option<String>; N] = [const { None }; N];
        while found.iter().any(Option::is_none) {
            let left = START_LIMIT.saturating_sub(start.elapsed());
            let line = match lines.recv_timeout(left) {
                Ok(line) => line,
                Err(RecvTimeoutError::Timeout) => {
                    bail!("it did not say within {START_LIMIT:?} where it listens")
                }
                Err(RecvTimeoutError::Disconnected) => bail!("it ended before it listened"),
            };
            for (prefix, found) in prefixes.iter().zip(&mut found) {
                if let Some(rest) = line.strip_prefix(prefix) {
                    *found = Some(rest.trim().trim_end_matches('/').to_owned());
                }
            }
        }
        Ok((process, found.map(Option::unwrap_or_default)))
    }

    /// Asks it to stop and waits until it has.
    fn stop(&mut self) -> Result<()> {
        let asked = Command::new("kill").arg("-TERM").arg(self.child.id().to_string()).status();
        asked.context("kill is missing")?;
        let start = Instant::now();
        while self.child.try_wait()?.is_none() {
            if start.elapsed() > STOP_LIMIT {
                bail!("it did not stop within {STOP_LIMIT:?}");
            }
            thread::sleep(POLL);
        }
        Ok(())
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It may have ended already; there is nobody left to tell.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
