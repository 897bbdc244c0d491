//! Running other programs: shown, logged, or read.

use std::{
    ffi::{OsStr, OsString},
    fs::{self, File},
    io::{ErrorKind, IsTerminal as _, Write as _},
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Stdio},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, anyhow, bail};

use crate::{paths, text, tools};

/// How often a running program is looked at.
const POLL: Duration = Duration::from_millis(50);
/// Where nobody watches a terminal, a long step says this often that it still runs.
const HEARTBEAT: Duration = Duration::from_mins(1);
/// How much of a failed step's log is shown.
const TAIL_LINES: usize = 60;

/// One program with its arguments; runs in the root of the workspace unless told otherwise.
#[derive(Debug)]
pub(crate) struct Tool {
    command: Command,
    program: OsString,
    shown: String,
}

/// A tool by name or path.
pub(crate) fn tool(program: impl AsRef<OsStr>) -> Tool {
    let program = program.as_ref().to_os_string();
    let mut command = Command::new(&program);
    command.current_dir(paths::root());
    let shown = Path::new(&program).file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
    Tool { command, program, shown }
}

/// The cargo that runs this command, so that every step uses one toolchain.
pub(crate) fn cargo() -> Tool {
    let mut tool = tool(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    tool.shown = "cargo".into();
    tool
}

impl Tool {
    pub(crate) fn arg(mut self, arg: impl AsRef<OsStr>) -> Self {
        self.shown.push(' ');
        self.shown.push_str(&arg.as_ref().to_string_lossy());
        self.command.arg(arg);
        self
    }

    pub(crate) fn args<A: AsRef<OsStr>>(mut self, args: impl IntoIterator<Item = A>) -> Self {
        for arg in args {
            self = self.arg(arg);
        }
        self
    }

    pub(crate) fn env(mut self, name: &str, value: impl AsRef<OsStr>) -> Self {
        self.command.env(name, value);
        self
    }

    pub(crate) fn without_env(mut self, name: &str) -> Self {
        self.command.env_remove(name);
        self
    }

    pub(crate) fn dir(mut self, dir: impl AsRef<Path>) -> Self {
        self.command.current_dir(dir);
        self
    }

    /// Runs silently; returns what it printed on standard output. A failure carries its standard error.
    pub(crate) fn read(mut self) -> Result<String> {
        self.command.stdin(Stdio::null());
        let output = self.command.output().map_err(|error| self.cannot_start(&error))?;
        if !output.status.success() {
            let said = String::from_utf8_lossy(&output.stderr);
            return Err(self.failed(output.status).context(text::tail(&said, TAIL_LINES)));
        }
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    }

    /// Runs with its standard output read and its standard error shown.
    pub(crate) fn read_shown(mut self) -> Result<String> {
        self.command.stdin(Stdio::null()).stderr(Stdio::inherit());
        let output = self.command.output().map_err(|error| self.cannot_start(&error))?;
        if !output.status.success() {
            return Err(self.failed(output.status));
        }
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    }

    /// Runs silently; whether it succeeded, and all that it printed.
    pub(crate) fn run_to_end(mut self) -> Result<(bool, String)> {
        self.command.stdin(Stdio::null());
        let output = self.command.output().map_err(|error| self.cannot_start(&error))?;
        let said = [output.stdout, output.stderr].concat();
        Ok((output.status.success(), String::from_utf8_lossy(&said).into_owned()))
    }

    /// Runs with its output in `target/xtask/logs/NAME.log` and progress on the terminal; returns the log's text.
    pub(crate) fn run_logged(mut self, name: &str) -> Result<String> {
        let path = log_path(name)?;
        let log = File::create(&path).with_context(|| format!("cannot write {}", path.display()))?;
        self.command.stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log);
        let child = self.command.spawn().map_err(|error| self.cannot_start(&error))?;
        let status = watch(child, &path)?;
        let said = String::from_utf8_lossy(&fs::read(&path)?).into_owned();
        if !status.success() {
            eprintln!("{}", text::indent(&text::tail(&said, TAIL_LINES)));
            bail!("{} (whole output: {})", self.failed(status), text::relative(&path));
        }
        Ok(said)
    }

    /// Starts the program and leaves it running, its standard output for us to read.
    pub(crate) fn spawn_with_output(mut self) -> Result<Child> {
        self.command.stdin(Stdio::null()).stdout(Stdio::piped());
        self.command.spawn().map_err(|error| self.cannot_start(&error))
    }

    /// Whether the program can be started and succeeds; says nothing either way.
    pub(crate) fn succeeds(mut self) -> bool {
        self.command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        self.command.status().is_ok_and(|status| status.success())
    }

    fn failed(&self, status: ExitStatus) -> anyhow::Error {
        anyhow!("`{}` failed ({status})", self.shown)
    }

    fn cannot_start(&self, error: &std::io::Error) -> anyhow::Error {
        if error.kind() == ErrorKind::NotFound {
            tools::missing(&self.program.to_string_lossy())
        } else {
            anyhow!("cannot start `{}`: {error}", self.shown)
        }
    }
}

fn log_path(name: &str) -> Result<PathBuf> {
    let folder = paths::private("logs");
    fs::create_dir_all(&folder)?;
    Ok(folder.join(format!("{name}.log")))
}

/// Waits for the program and shows that time passes.
fn watch(mut child: Child, log: &Path) -> Result<ExitStatus> {
    let start = Instant::now();
    let mut progress = Progress { start, shown: start, terminal: std::io::stderr().is_terminal() };
    loop {
        if let Some(status) = child.try_wait()? {
            progress.clear();
            return Ok(status);
        }
        progress.tick(log);
        thread::sleep(POLL);
    }
}

struct Progress {
    start: Instant,
    shown: Instant,
    terminal: bool,
}

impl Progress {
    fn tick(&mut self, log: &Path) {
        let pause = if self.terminal { Duration::from_secs(1) } else { HEARTBEAT };
        if self.shown.elapsed() < pause {
            return;
        }
        self.shown = Instant::now();
        let seconds = self.start.elapsed().as_secs();
        let said = fs::read(log).unwrap_or_default();
        let last = text::last_line(&String::from_utf8_lossy(&said));
        if self.terminal {
            eprint!("\r\x1b[2K  {seconds} s  {last}");
            // Progress is a courtesy: a closed terminal must not fail the step.
            let _ = std::io::stderr().flush();
        } else {
            eprintln!("  {seconds} s  {last}");
        }
    }

    fn clear(&self) {
        if self.terminal {
            eprint!("\r\x1b[2K");
        }
    }
}
