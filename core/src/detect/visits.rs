//! What the way through the pages says: quick back, reload, help seeking. The only detectors whose memory outlives a page.

use super::{Findings, Verdict};
use crate::input::{Arrival, NavigateHow, Observed};
use crate::saved::{Parts, put_row, read_row};
use crate::signal::{Evidence, Grade, Kind, Signal};
use crate::thresholds::Thresholds;
use crate::time::{Millis, UnixMillis};

/// What is remembered, all as numbers, so that the next page can go on. Times are ms since 1970; 0 is never.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Memory {
    /// When the view that is shown began.
    began: u64,
    /// What the person did in it: clicks, keys, swipes, changed fields.
    interactions: u64,
    /// The hash of its template, and of the one before.
    template: u64,
    template_before: u64,
    /// It was opened by going forward: by a link, an address, a script.
    forward: u64,
    /// The page said that it reloads itself.
    by_script: u64,
    /// When it was left, it still waited for something.
    waited: u64,
    last_trouble: u64,
    last_reload: u64,
    last_help: u64,
    last_quick_back: u64,
}

impl Memory {
    const FIELDS: usize = 11;

    fn fields(&mut self) -> [&mut u64; Self::FIELDS] {
        [
            &mut self.began,
            &mut self.interactions,
            &mut self.template,
            &mut self.template_before,
            &mut self.forward,
            &mut self.by_script,
            &mut self.waited,
            &mut self.last_trouble,
            &mut self.last_reload,
            &mut self.last_help,
            &mut self.last_quick_back,
        ]
    }
}

/// The detectors.
#[derive(Clone, Copy, Debug, Default)]
pub struct Visits {
    memory: Memory,
    /// When the view that is shown began, by the page's clock.
    began_at: Millis,
    /// Requests that the page waits for, and since when it has waited for any.
    pending: u32,
    pending_since: Millis,
}

/// A page that waited this long for something when it was left did not work.
const LONG_WAIT: Millis = Millis(1500);

impl Visits {
    /// Takes one input. `replaced` is when nodes last came or went around what was clicked.
    pub fn observe(
        &mut self,
        now: Millis,
        unix: UnixMillis,
        what: &Observed,
        replaced: Option<Millis>,
        all: &Thresholds,
        out: &mut Findings,
    ) {
        match what {
            Observed::Page { template, how, .. } => {
                let back = matches!(how, Arrival::BackForward | Arrival::BfCache);
                if back {
                    self.went_back(now, unix, template, all.quick_back.dwell, all, out);
                } else if *how == Arrival::Reload {
                    self.reloaded(now, unix, all, out);
                }
                self.memory.by_script = 0;
                (self.began_at, self.pending) = (now, 0);
                // Going forward and staying where one was are no steps back.
                if *how == Arrival::Reload {
                    self.memory.began = unix.0;
                    self.memory.interactions = 0;
                } else {
                    self.begin(unix, template, !back);
                }
            }
            Observed::Navigate { how: NavigateHow::Leave, .. } => self.memory.by_script = 1,
            // What the address's query says stays on the page, so each step is a view of its own.
            Observed::Navigate { template: Some(template), how }
                if matches!(how, NavigateHow::Push | NavigateHow::Pop) || hash(template) != self.memory.template =>
            {
                let back = *how == NavigateHow::Pop;
                if back {
                    // What only lay over the page, such as a picture, is closed by going back.
                    let replaced = replaced.is_some_and(|at| at >= self.began_at);
                    let dwell = if replaced { all.quick_back.in_page } else { Millis(0) };
                    self.went_back(now, unix, template, dwell, all, out);
                }
                self.begin(unix, template, !back);
                self.began_at = now;
            }
            Observed::Error { .. } => self.memory.last_trouble = unix.0,
            Observed::RequestStart { .. } => {
                if self.pending == 0 {
                    self.pending_since = now;
                }
                self.pending = self.pending.saturating_add(1);
            }
            Observed::RequestEnd { status, .. } => {
                self.pending = self.pending.saturating_sub(1);
                if *status == 0 || *status >= 400 {
                    self.memory.last_trouble = unix.0;
                }
            }
            Observed::PageHide { busy, .. } => {
                let since = if *busy { self.began_at } else { self.pending_since };
                let waits = (*busy || self.pending > 0) && now.since(since) >= LONG_WAIT;
                self.memory.waited = u64::from(waits);
            }
            Observed::Help { .. } => self.asked(now, unix, all, out),
            what if super::super::engine::session::is_interaction(what) => self.memory.interactions += 1,
            _ => {}
        }
    }

    /// A signal was raised: trouble that may explain what the person does next.
    pub fn signalled(&mut self, unix: UnixMillis, signal: &Signal) {
        if signal.counts() && signal.grade >= Grade::Likely && signal.kind != Kind::HelpSeeking {
            self.memory.last_trouble = unix.0;
        }
    }

    fn begin(&mut self, unix: UnixMillis, template: &str, forward: bool) {
        let memory = &mut self.memory;
        memory.template_before = memory.template;
        memory.template = hash(template);
        memory.began = unix.0;
        memory.interactions = 0;
        memory.forward = u64::from(forward);
    }

    fn went_back(
        &mut self,
        now: Millis,
        unix: UnixMillis,
        template: &str,
        dwell: Millis,
        all: &Thresholds,
        out: &mut Findings,
    ) {
        let memory = self.memory;
        // Back to where the person came from, not onwards through the history.
        let returns = memory.began > 0 && memory.forward == 1 && memory.template_before == hash(template);
        let stayed = unix - UnixMillis(memory.began);
        if !all.quick_back.enabled || !returns || memory.interactions > 0 || stayed > all.quick_back.suspicious {
            return;
        }
        let again = since(unix, memory.last_quick_back) <= all.quick_back.repeat;
        let grade = if stayed > dwell {
            Grade::Suspected
        } else if again {
            Grade::Confirmed
        } else {
            Grade::Likely
        };
        self.memory.last_quick_back = unix.0;
        raise(now, Kind::QuickBack, grade, stayed, out);
    }

    fn reloaded(&mut self, now: Millis, unix: UnixMillis, all: &Thresholds, out: &mut Findings) {
        let memory = self.memory;
        if !all.reload.enabled || memory.began == 0 || memory.by_script == 1 {
            return;
        }
        let stayed = unix - UnixMillis(memory.began);
        let failed = since(unix, memory.last_trouble) <= all.reload.after_trouble;
        let again = since(unix, memory.last_reload) <= all.reload.repeat;
        self.memory.last_reload = unix.0;
        let waited = memory.waited == 1 && stayed <= all.reload.suspicious;
        let grade = if stayed <= all.reload.soon || failed || waited {
            if again { Grade::Confirmed } else { Grade::Likely }
        } else if stayed <= all.reload.suspicious {
            Grade::Suspected
        } else {
            return;
        };
        raise(now, Kind::Reload, grade, stayed, out);
    }

    fn asked(&mut self, now: Millis, unix: UnixMillis, all: &Thresholds, out: &mut Findings) {
        let memory = self.memory;
        self.memory.last_help = unix.0;
        if !all.help.enabled || since(unix, memory.last_help) <= all.help.repeat {
            return;
        }
        let troubled = since(unix, memory.last_trouble) <= all.help.after_trouble;
        raise(now, Kind::HelpSeeking, if troubled { Grade::Confirmed } else { Grade::Likely }, Millis(0), out);
    }

    /// What the next page must know, as text; ends with a bar.
    pub fn save(&self) -> String {
        let mut memory = self.memory;
        let mut out = String::new();
        put_row(&memory.fields().map(|number| *number), &mut out);
        out.push('|');
        out
    }

    /// Reads what [`Visits::save`] wrote, and returns what follows it.
    pub fn restore(saved: &str) -> Option<(Self, &str)> {
        let mut parts = Parts::of(saved, b'|');
        let mut row = [0; Memory::FIELDS];
        read_row(&mut Parts::of(parts.take(), b','), &mut row)?;
        let mut memory = Memory::default();
        for (field, saved) in memory.fields().into_iter().zip(row) {
            *field = saved;
        }
        Some((Self { memory, ..Self::default() }, parts.rest()))
    }
}

/// From a remembered time until now; endless if it never was.
fn since(unix: UnixMillis, before: u64) -> Millis {
    if before == 0 { Millis(u64::MAX) } else { unix - UnixMillis(before) }
}

fn raise(now: Millis, kind: Kind, grade: Grade, span: Millis, out: &mut Findings) {
    let evidence = Evidence { count: 1, span, ..Evidence::default() };
    Verdict::new(kind, None, out).say(now, grade, true, evidence, None, out);
}

fn hash(template: &str) -> u64 {
    u64::from(crate::engine::session::hash(template))
}
