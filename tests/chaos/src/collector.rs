//! The collector under test, as its own process.

use std::collections::BTreeMap;
use std::fs::OpenOptions;
use std::io::{BufRead as _, BufReader};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail, ensure};
use serde_json::Value;
use unsnag_kinesis_stub::Stub;

use crate::trace;

/// Between two looks at the metrics.
const POLL: Duration = Duration::from_millis(50);

/// How long strace may take to write what it has seen.
const TRACED_WITHIN: Duration = Duration::from_secs(20);

/// A running collector; ended when dropped.
#[derive(Debug)]
pub(crate) struct Collector {
    child: Child,
    binary: PathBuf,
    listen: SocketAddr,
    log: PathBuf,
}

impl Collector {
    /// Starts it, and waits until it listens. What it logs goes to a file beside its log.
    pub(crate) fn start(binary: &Path, listen: SocketAddr, dir: &Path, stub: &Stub) -> Result<Self> {
        Self::start_as(plain(binary), binary, listen, dir, stub)
    }

    /// Like [`Collector::start`], under strace, which writes what it sees to `told`.
    pub(crate) fn start_traced(
        binary: &Path,
        listen: SocketAddr,
        dir: &Path,
        stub: &Stub,
        told: &Path,
    ) -> Result<Self> {
        let mut strace = plain(Path::new("strace"));
        // As a daemon it is no parent of the collector, which thus is the process that is started here.
        strace.args(["--daemonize", "--follow-forks", "--quiet=all", "--signal=none", "--decode-fds=path"]);
        strace.arg("--syscall-times").arg("--string-limit=1000000").arg(format!("--trace={}", trace::CALLS));
        strace.arg("--output").arg(told).arg(binary);
        Self::start_as(strace, binary, listen, dir, stub)
    }

    fn start_as(mut command: Command, binary: &Path, listen: SocketAddr, dir: &Path, stub: &Stub) -> Result<Self> {
        let log = dir.join("log");
        let told = dir.join("stderr");
        let stderr = OpenOptions::new().create(true).append(true).open(&told)?;
        let credentials = stub.credentials();
        let mut child = command
            .arg("serve")
            .args(["--listen", &listen.to_string()])
            .arg("--log-dir")
            .arg(&log)
            .args(["--client-rate-per-s", "0", "--key", "demo=;0"])
            .args(["--stream-kind", "kinesis", "--stream-name", "unsnag", "--stream-region", "us-east-1"])
            .args(["--stream-endpoint", &stub.url()])
            .env("AWS_ACCESS_KEY_ID", &credentials.access_key)
            .env("AWS_SECRET_ACCESS_KEY", &credentials.secret_key)
            .stdout(Stdio::piped())
            .stderr(stderr)
            .spawn()
            .with_context(|| format!("cannot start {}", binary.display()))?;
        let stdout = child.stdout.take().context("invariant: its output is piped")?;
        let mut line = String::new();
        BufReader::new(stdout).read_line(&mut line)?;
        if !line.starts_with("unsnag listening on") {
            let _ = child.kill();
            let status = child.wait()?;
            bail!("the collector did not start ({status}); it said: {}", std::fs::read_to_string(told)?);
        }
        Ok(Self { child, binary: binary.to_owned(), listen, log })
    }

    /// `SIGKILL`: nothing in the process gets to run any more.
    pub(crate) fn kill(mut self) -> Result<()> {
        let tracer = self.tracer()?;
        self.child.kill()?;
        self.child.wait()?;
        // What it has seen is written by the time it ends.
        let start = Instant::now();
        while tracer.is_some_and(|tracer| Path::new(&format!("/proc/{tracer}")).exists()) {
            ensure!(start.elapsed() < TRACED_WITHIN, "strace does not end with the collector");
            std::thread::sleep(POLL);
        }
        Ok(())
    }

    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Whether it says that it takes batches.
    pub(crate) fn is_ready(&self) -> bool {
        ureq::get(format!("http://{}/readyz", self.listen)).call().is_ok()
    }

    pub(crate) fn resident_kib(&self) -> Result<u64> {
        Self::resident_kib_of(self.pid())
    }

    pub(crate) fn resident_kib_of(pid: u32) -> Result<u64> {
        let status = std::fs::read_to_string(format!("/proc/{pid}/status"))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).context("no memory is told")?;
        Ok(line.trim().trim_end_matches(" kB").parse()?)
    }

    /// Who traces it, if anybody does.
    fn tracer(&self) -> Result<Option<u32>> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let tracer = status.lines().find_map(|line| line.strip_prefix("TracerPid:"));
        Ok(tracer.and_then(|pid| pid.trim().parse().ok()).filter(|pid| *pid != 0))
    }

    /// The sum of a metric over its labels; 0 for one that is not there.
    pub(crate) fn metric(&self, name: &str) -> Result<u64> {
        let text = ureq::get(format!("http://{}/metrics", self.listen)).call()?.body_mut().read_to_string()?;
        let values = text.lines().filter_map(|line| {
            let rest = line.strip_prefix(name)?;
            let value = if rest.starts_with('{') { rest.split_once("} ")?.1 } else { rest.strip_prefix(' ')? };
            value.parse::<u64>().ok()
        });
        Ok(values.sum())
    }

    /// Waits until the stream has everything that the log has.
    pub(crate) fn until_forwarded(&self, within: Duration) -> Result<()> {
        let start = Instant::now();
        loop {
            let lag = self.metric("unsnag_stream_lag_records")?;
            if lag == 0 {
                return Ok(());
            }
            ensure!(start.elapsed() < within, "{lag} records are not in the stream after {} s", within.as_secs());
            std::thread::sleep(POLL);
        }
    }

    /// Stops it in order, and reads its log: how often each batch is there.
    pub(crate) fn stop_and_read(mut self) -> Result<BTreeMap<String, u64>> {
        let pid = self.child.id().to_string();
        ensure!(Command::new("kill").args(["-TERM", &pid]).status()?.success(), "the collector cannot be told to stop");
        let status = self.child.wait()?;
        ensure!(status.success(), "the collector did not stop in order: {status}");
        let tail = plain(&self.binary).args(["tail", "--json", "--log-dir"]).arg(&self.log).output()?;
        ensure!(tail.status.success(), "the log cannot be read: {}", String::from_utf8_lossy(&tail.stderr));
        let mut batches = BTreeMap::new();
        for line in String::from_utf8(tail.stdout)?.lines() {
            let record: Value = serde_json::from_str(line)?;
            let id = record["batch"]["batch_id"].as_str().context("a record of the log names no batch")?;
            *batches.entry(id.to_owned()).or_default() += 1;
        }
        Ok(batches)
    }
}

impl Drop for Collector {
    fn drop(&mut self) {
        // Already ended is what is wanted.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The command, with nothing of this process's own configuration.
fn plain(binary: &Path) -> Command {
    let mut command = Command::new(binary);
    for (name, _) in std::env::vars_os() {
        if ["UNSNAG_", "AWS_"].iter().any(|prefix| name.to_string_lossy().starts_with(prefix)) {
            command.env_remove(name);
        }
    }
    command.env("AWS_EC2_METADATA_DISABLED", "true").stdin(Stdio::null());
    command
}
