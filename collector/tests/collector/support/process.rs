//! A collector as its own process, with its log in a folder that goes with it.

use std::ffi::OsStr;
use std::fs::File;
use std::io::{BufRead as _, BufReader};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, ExitStatus, Output, Stdio};

use tempfile::TempDir;

/// The command, with nothing of this process's own configuration and no way to credentials that are not given.
pub(crate) fn unsnag() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_unsnag"));
    for (name, _) in std::env::vars_os() {
        if ["UNSNAG_", "AWS_"].iter().any(|prefix| name.to_string_lossy().starts_with(prefix)) {
            command.env_remove(name);
        }
    }
    command.env("AWS_CONFIG_FILE", "").env("AWS_SHARED_CREDENTIALS_FILE", "").env("AWS_EC2_METADATA_DISABLED", "true");
    command
}

/// Runs a command to its end.
pub(crate) fn output(args: impl IntoIterator<Item = impl AsRef<OsStr>>) -> Output {
    unsnag().args(args).stdin(Stdio::null()).output().unwrap()
}

/// A running `unsnag`; killed when dropped.
pub(crate) struct Running {
    child: Child,
    pub(crate) stdout: BufReader<ChildStdout>,
}

impl Running {
    pub(crate) fn start(command: &mut Command, stderr: &Path) -> Self {
        let mut child =
            command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(File::create(stderr).unwrap()).spawn().unwrap();
        let stdout = BufReader::new(child.stdout.take().unwrap());
        Self { child, stdout }
    }

    pub(crate) fn line(&mut self) -> String {
        let mut line = String::new();
        self.stdout.read_line(&mut line).unwrap();
        line.trim_end().to_owned()
    }

    pub(crate) fn is_alive(&mut self) -> bool {
        self.child.try_wait().unwrap().is_none()
    }

    /// SIGTERM, and the wait for its end.
    pub(crate) fn terminate(&mut self) -> ExitStatus {
        let pid = self.child.id().to_string();
        let sent = Command::new("kill").args(["-TERM", &pid]).status().unwrap();
        assert!(sent.success());
        self.child.wait().unwrap()
    }

    /// SIGKILL: nothing in the process gets to run any more.
    pub(crate) fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Resident memory in KiB.
    pub(crate) fn resident_kib(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap();
        line.split_whitespace().nth(1).unwrap().parse().unwrap()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // Already ended is what most tests want.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// `unsnag serve` on a free port.
pub(crate) struct Collector {
    pub(crate) running: Running,
    pub(crate) address: SocketAddr,
    dir: TempDir,
}

impl Collector {
    /// Unlimited rates, so that a test's own pace never matters.
    pub(crate) fn start() -> Self {
        Self::start_with(&["--client-rate-per-s", "0", "--key", "demo=;0"])
    }

    pub(crate) fn start_with(args: &[&str]) -> Self {
        Self::start_in(TempDir::new().unwrap(), args)
    }

    /// The same log again, after the first process has ended.
    pub(crate) fn restart(mut self) -> Self {
        self.running.terminate();
        let Self { running, dir, .. } = self;
        drop(running);
        Self::start_in(dir, &["--client-rate-per-s", "0", "--key", "demo=;0"])
    }

    /// The folder with the log, of a process that has ended.
    pub(crate) fn into_dir(self) -> TempDir {
        self.dir
    }

    pub(crate) fn start_in(dir: TempDir, args: &[&str]) -> Self {
        Self::start_command(unsnag(), dir, args)
    }

    pub(crate) fn start_command(mut command: Command, dir: TempDir, args: &[&str]) -> Self {
        command.args(["serve", "--listen", "127.0.0.1:0", "--log-dir"]).arg(dir.path().join("log")).args(args);
        let errors = dir.path().join("stderr");
        let mut running = Running::start(&mut command, &errors);
        let line = running.line();
        let address = line
            .strip_prefix("unsnag listening on http://")
            .unwrap_or_else(|| panic!("unexpected first line {line:?}: {}", std::fs::read_to_string(&errors).unwrap()))
            .parse()
            .unwrap();
        Self { running, address, dir }
    }

    pub(crate) fn log_dir(&self) -> PathBuf {
        self.dir.path().join("log")
    }

    /// What it has logged to stderr so far.
    pub(crate) fn errors(&self) -> String {
        std::fs::read_to_string(self.dir.path().join("stderr")).unwrap()
    }

    /// Everything in the log; the process must have ended.
    pub(crate) fn records(&self) -> Vec<serde_json::Value> {
        records(&self.log_dir())
    }
}

pub(crate) fn records(log_dir: &Path) -> Vec<serde_json::Value> {
    let output = output([OsStr::new("tail"), OsStr::new("--json"), OsStr::new("--log-dir"), log_dir.as_os_str()]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}
