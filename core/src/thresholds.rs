//! Every threshold of every rule in one value, with its default and where the default comes from.
//!
//! A page overrides them from `init`, a host from `/v1/config`, a person from a file; all three through [`Thresholds::set`],
//! so that there is one place that knows names and ranges.

use crate::input::Flags;
use crate::signal::{Answers, Kind};
use crate::time::Millis;

/// How the time between clicks is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Window {
    /// Each click against the one before it.
    Gap,
    /// The last click of the needed number against the first.
    Span,
}

/// How the distance between clicks is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Metric {
    /// |dx| + |dy| to the previous click.
    Manhattan,
    /// Straight line to the previous click.
    Euclid,
    /// Each side of the box around the needed number of clicks.
    Box,
}

/// When a chain that was raised may be raised again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rearm {
    /// Only after a click that does not belong to it.
    Chain,
    /// Counting starts anew at once.
    Each,
}

/// Which input counts as a click.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum ClickOn {
    PointerDown,
    Click,
}

/// What answers mean for a rage click.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ResponseUse {
    /// Nothing: enough clicks are rage.
    Ignore,
    /// They decide the grade.
    Grade,
}

/// When repeated clicks are a rage click.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rage {
    /// Whether the rule runs.
    pub enabled: bool,
    /// Elements that it passes over.
    pub ignore: Flags,
    /// Clicks needed. 3: Datadog, PostHog and OpenReplay.
    pub clicks: u32,
    /// The time they may take, ms. 1000: Datadog, PostHog, Amplitude and New Relic.
    pub window: Millis,
    /// How that time is measured.
    pub window_kind: Window,
    /// The longest pause between two of them, ms. 500: half of what peers allow, since deliberate clicking is slower.
    pub gap: Millis,
    /// How far apart, CSS px. 30: PostHog.
    pub distance_px: u32,
    /// How that distance is measured.
    pub metric: Metric,
    /// Whether the clicks must be on one target (or on what replaced it, at the same place).
    pub same_target: bool,
    /// When it may be raised again.
    pub rearm: Rearm,
    /// What counts as a click.
    pub on: ClickOn,
    /// Answers that end a chain without a signal.
    pub cancel_by: Answers,
    /// What other answers mean.
    pub response: ResponseUse,
}

/// When a click is dead: nothing answered it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dead {
    /// Whether the rule runs.
    pub enabled: bool,
    /// Elements that it passes over.
    pub ignore: Flags,
    /// Nothing within this time: dead, ms. 1500: between Datadog's 100, which calls slow pages dead, and PostHog's 2750.
    pub timeout: Millis,
    /// The same while a request of the click is pending, ms. 5000: between Amplitude's 3000 and Sentry's 7000.
    pub pending_timeout: Millis,
    /// Once its last request has ended, a click still has this long to show something, ms: a slow render.
    pub after_request: Millis,
    /// A scroll later than this after the click is the person's, ms. 500: a smooth scroll starts well before.
    pub scroll: Millis,
    /// Answers that count.
    pub answers: Answers,
    /// Clicks on one target this close belong to one signal, ms.
    pub chain: Millis,
}

/// When a click caused an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ErrorClick {
    /// Whether the rule runs.
    pub enabled: bool,
    /// Elements that it passes over.
    pub ignore: Flags,
    /// An error without a proven cause counts this long, ms. 1500: below Amplitude's and New Relic's 2000.
    pub timeout: Millis,
    /// A request counts as the click's when it starts this soon, ms.
    pub request_start: Millis,
    /// Clicks on one target this close belong to one signal, ms.
    pub chain: Millis,
}

/// When changes of the page are noise: it changes there by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Noise {
    /// A change this long after the last gesture happened by itself, ms.
    pub quiet: Millis,
    /// So many of those within the memory make an element noisy.
    pub changes: u32,
    /// How long a change is remembered, ms.
    pub memory: Millis,
}

/// All thresholds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Thresholds {
    /// Rage clicks.
    pub rage: Rage,
    /// Dead clicks.
    pub dead: Dead,
    /// Error clicks.
    pub error: ErrorClick,
    /// Changes that answer nothing.
    pub noise: Noise,
    /// A person without an input this long is idle, ms (DESIGN.md §6).
    pub idle: Millis,
    /// A reload this soon after the page began counts as a retry, ms (DESIGN.md §6).
    pub retry_reload: Millis,
    /// A page left this soon by going back counts as an early exit, ms.
    pub quick_back: Millis,
}

impl Default for Thresholds {
    fn default() -> Self {
        let texts = Flags::TEXT_FIELD.with(Flags::EDITABLE).with(Flags::CANVAS);
        Self {
            rage: Rage {
                enabled: true,
                ignore: texts,
                clicks: 3,
                window: Millis(1000),
                window_kind: Window::Span,
                gap: Millis(500),
                distance_px: 30,
                metric: Metric::Euclid,
                same_target: true,
                rearm: Rearm::Chain,
                on: ClickOn::Click,
                cancel_by: Answers::SELECTION.with(Answers::SCROLL),
                response: ResponseUse::Grade,
            },
            dead: Dead {
                enabled: true,
                ignore: texts.with(Flags::DISABLED).with(Flags::DOWNLOAD).with(Flags::NEW_TAB),
                timeout: Millis(1500),
                pending_timeout: Millis(5000),
                after_request: Millis(500),
                scroll: Millis(500),
                answers: Answers::VISIBLE,
                chain: Millis(5000),
            },
            error: ErrorClick {
                enabled: true,
                ignore: Flags(0),
                timeout: Millis(1500),
                request_start: Millis(500),
                chain: Millis(5000),
            },
            noise: Noise { quiet: Millis(1000), changes: 2, memory: Millis(5000) },
            idle: Millis(30_000),
            retry_reload: Millis(10_000),
            quick_back: Millis(5000),
        }
    }
}

/// A value for one threshold.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Value<'a> {
    /// `true` or `false`
    Switch(bool),
    /// Milliseconds, pixels or a count.
    Number(f64),
    /// One of the words of the threshold.
    Word(&'a str),
    /// A set of words, each given by one call of [`Thresholds::set`] after an empty start.
    Clear,
}

/// Why a threshold could not be set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ThresholdError {
    /// No rule of this name.
    UnknownRule,
    /// The rule has no such threshold.
    UnknownName,
    /// The value has another type, is no word of this threshold or lies outside 0 to 86,400,000.
    BadValue,
}

impl ThresholdError {
    /// The stable code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::UnknownRule => "unknown_rule",
            Self::UnknownName => "unknown_threshold",
            Self::BadValue => "bad_threshold",
        }
    }
}

/// Where a threshold is held, and so what it takes.
enum Slot<'a> {
    Switch(&'a mut bool),
    Millis(&'a mut Millis),
    Count(&'a mut u32),
    Flags(&'a mut Flags),
    Answers(&'a mut Answers),
    Window(&'a mut Window),
    Metric(&'a mut Metric),
    Rearm(&'a mut Rearm),
    On(&'a mut ClickOn),
    Response(&'a mut ResponseUse),
}

impl Thresholds {
    /// Sets one threshold of one rule (`rage_click`, `dead_click`, `error_click`, `noise`, `session`). A set of words
    /// is given as [`Value::Clear`], then each word.
    pub fn set(&mut self, rule: &str, name: &str, value: Value<'_>) -> Result<(), ThresholdError> {
        let Some(slot) = self.slot(rule, name) else {
            return match rule {
                "rage_click" | "dead_click" | "error_click" | "noise" | "session" => Err(ThresholdError::UnknownName),
                // Rules of other releases: accepted, so that one configuration serves pages of several versions.
                _ if Kind::named(rule).is_some() => Ok(()),
                _ => Err(ThresholdError::UnknownRule),
            };
        };
        slot.fill(value).ok_or(ThresholdError::BadValue)
    }

    /// Whether there is a rule of this name.
    pub fn knows(rule: &str) -> bool {
        matches!(rule, "noise" | "session") || Kind::named(rule).is_some()
    }

    fn slot(&mut self, rule: &str, name: &str) -> Option<Slot<'_>> {
        let Self { rage, dead, error, noise, .. } = self;
        Some(match (rule, name) {
            ("rage_click", "enabled") => Slot::Switch(&mut rage.enabled),
            ("rage_click", "ignore") => Slot::Flags(&mut rage.ignore),
            ("rage_click", "clicks") => Slot::Count(&mut rage.clicks),
            ("rage_click", "window_ms") => Slot::Millis(&mut rage.window),
            ("rage_click", "window") => Slot::Window(&mut rage.window_kind),
            ("rage_click", "gap_ms") => Slot::Millis(&mut rage.gap),
            ("rage_click", "distance_px") => Slot::Count(&mut rage.distance_px),
            ("rage_click", "metric") => Slot::Metric(&mut rage.metric),
            ("rage_click", "same_target") => Slot::Switch(&mut rage.same_target),
            ("rage_click", "rearm") => Slot::Rearm(&mut rage.rearm),
            ("rage_click", "on") => Slot::On(&mut rage.on),
            ("rage_click", "cancel_by") => Slot::Answers(&mut rage.cancel_by),
            ("rage_click", "response") => Slot::Response(&mut rage.response),
            ("dead_click", "enabled") => Slot::Switch(&mut dead.enabled),
            ("dead_click", "ignore") => Slot::Flags(&mut dead.ignore),
            ("dead_click", "timeout_ms") => Slot::Millis(&mut dead.timeout),
            ("dead_click", "pending_timeout_ms") => Slot::Millis(&mut dead.pending_timeout),
            ("dead_click", "after_request_ms") => Slot::Millis(&mut dead.after_request),
            ("dead_click", "scroll_ms") => Slot::Millis(&mut dead.scroll),
            ("dead_click", "answers") => Slot::Answers(&mut dead.answers),
            ("dead_click", "chain_ms") => Slot::Millis(&mut dead.chain),
            ("error_click", "enabled") => Slot::Switch(&mut error.enabled),
            ("error_click", "ignore") => Slot::Flags(&mut error.ignore),
            ("error_click", "timeout_ms") => Slot::Millis(&mut error.timeout),
            ("error_click", "request_start_ms") => Slot::Millis(&mut error.request_start),
            ("error_click", "chain_ms") => Slot::Millis(&mut error.chain),
            ("noise", "quiet_ms") => Slot::Millis(&mut noise.quiet),
            ("noise", "changes") => Slot::Count(&mut noise.changes),
            ("noise", "memory_ms") => Slot::Millis(&mut noise.memory),
            ("session", "idle_ms") => Slot::Millis(&mut self.idle),
            ("session", "retry_reload_ms") => Slot::Millis(&mut self.retry_reload),
            ("session", "quick_back_ms") => Slot::Millis(&mut self.quick_back),
            _ => return None,
        })
    }
}

/// The largest value of a time or count: a day in milliseconds.
const MAX_NUMBER: f64 = 86_400_000.0;

impl Slot<'_> {
    /// Takes a value; `None` if it is not one of this slot's.
    fn fill(self, value: Value<'_>) -> Option<()> {
        match (self, value) {
            (Self::Switch(slot), Value::Switch(on)) => *slot = on,
            (Self::Millis(slot), Value::Number(number)) => *slot = Millis(u64::from(whole(number)?)),
            (Self::Count(slot), Value::Number(number)) => *slot = whole(number)?,
            (Self::Flags(slot), Value::Clear) => *slot = Flags(0),
            (Self::Flags(slot), Value::Word(word)) => *slot = slot.with(Flags::named(word)?),
            (Self::Answers(slot), Value::Clear) => *slot = Answers(0),
            (Self::Answers(slot), Value::Word(word)) => *slot = slot.with(Answers::named(word)?),
            (Self::Window(slot), Value::Word(word)) => {
                *slot = choose(word, &[("gap", Window::Gap), ("span", Window::Span)])?;
            }
            (Self::Metric(slot), Value::Word(word)) => {
                let metrics = [("manhattan", Metric::Manhattan), ("euclid", Metric::Euclid), ("box", Metric::Box)];
                *slot = choose(word, &metrics)?;
            }
            (Self::Rearm(slot), Value::Word(word)) => {
                *slot = choose(word, &[("chain", Rearm::Chain), ("each", Rearm::Each)])?;
            }
            (Self::On(slot), Value::Word(word)) => {
                *slot = choose(word, &[("pointer_down", ClickOn::PointerDown), ("click", ClickOn::Click)])?;
            }
            (Self::Response(slot), Value::Word(word)) => {
                *slot = choose(word, &[("ignore", ResponseUse::Ignore), ("grade", ResponseUse::Grade)])?;
            }
            _ => return None,
        }
        Some(())
    }
}

fn whole(number: f64) -> Option<u32> {
    (0.0..=MAX_NUMBER).contains(&number).then_some(number as u32)
}

fn choose<T: Copy>(word: &str, words: &[(&str, T)]) -> Option<T> {
    words.iter().find(|(name, _)| *name == word).map(|(_, value)| *value)
}
