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

impl Thresholds {
    /// Sets one threshold of one rule (`rage_click`, `dead_click`, `error_click`, `noise`, `session`).
    pub fn set(&mut self, rule: &str, name: &str, value: Value<'_>) -> Result<(), ThresholdError> {
        match rule {
            "rage_click" => self.set_rage(name, value),
            "dead_click" => self.set_dead(name, value),
            "error_click" => self.set_error(name, value),
            "noise" => match name {
                "quiet_ms" => set_millis(&mut self.noise.quiet, value),
                "changes" => set_count(&mut self.noise.changes, value),
                "memory_ms" => set_millis(&mut self.noise.memory, value),
                _ => Err(ThresholdError::UnknownName),
            },
            "session" => match name {
                "idle_ms" => set_millis(&mut self.idle, value),
                "retry_reload_ms" => set_millis(&mut self.retry_reload, value),
                "quick_back_ms" => set_millis(&mut self.quick_back, value),
                _ => Err(ThresholdError::UnknownName),
            },
            // Rules of other releases: accepted, so that one configuration serves pages of several versions.
            _ if Kind::named(rule).is_some() => Ok(()),
            _ => Err(ThresholdError::UnknownRule),
        }
    }

    /// Whether there is a rule of this name.
    pub fn knows(rule: &str) -> bool {
        matches!(rule, "noise" | "session") || Kind::named(rule).is_some()
    }

    fn set_rage(&mut self, name: &str, value: Value<'_>) -> Result<(), ThresholdError> {
        let rage = &mut self.rage;
        match name {
            "enabled" => set_switch(&mut rage.enabled, value),
            "ignore" => add_flag(&mut rage.ignore, value),
            "clicks" => set_count(&mut rage.clicks, value),
            "window_ms" => set_millis(&mut rage.window, value),
            "window" => choose(&mut rage.window_kind, value, &[("gap", Window::Gap), ("span", Window::Span)]),
            "gap_ms" => set_millis(&mut rage.gap, value),
            "distance_px" => set_count(&mut rage.distance_px, value),
            "metric" => choose(
                &mut rage.metric,
                value,
                &[("manhattan", Metric::Manhattan), ("euclid", Metric::Euclid), ("box", Metric::Box)],
            ),
            "same_target" => set_switch(&mut rage.same_target, value),
            "rearm" => choose(&mut rage.rearm, value, &[("chain", Rearm::Chain), ("each", Rearm::Each)]),
            "on" => choose(&mut rage.on, value, &[("pointer_down", ClickOn::PointerDown), ("click", ClickOn::Click)]),
            "cancel_by" => add_answer(&mut rage.cancel_by, value),
            "response" => {
                choose(&mut rage.response, value, &[("ignore", ResponseUse::Ignore), ("grade", ResponseUse::Grade)])
            }
            _ => Err(ThresholdError::UnknownName),
        }
    }

    fn set_dead(&mut self, name: &str, value: Value<'_>) -> Result<(), ThresholdError> {
        let dead = &mut self.dead;
        match name {
            "enabled" => set_switch(&mut dead.enabled, value),
            "ignore" => add_flag(&mut dead.ignore, value),
            "timeout_ms" => set_millis(&mut dead.timeout, value),
            "pending_timeout_ms" => set_millis(&mut dead.pending_timeout, value),
            "after_request_ms" => set_millis(&mut dead.after_request, value),
            "scroll_ms" => set_millis(&mut dead.scroll, value),
            "answers" => add_answer(&mut dead.answers, value),
            "chain_ms" => set_millis(&mut dead.chain, value),
            _ => Err(ThresholdError::UnknownName),
        }
    }

    fn set_error(&mut self, name: &str, value: Value<'_>) -> Result<(), ThresholdError> {
        let error = &mut self.error;
        match name {
            "enabled" => set_switch(&mut error.enabled, value),
            "ignore" => add_flag(&mut error.ignore, value),
            "timeout_ms" => set_millis(&mut error.timeout, value),
            "request_start_ms" => set_millis(&mut error.request_start, value),
            "chain_ms" => set_millis(&mut error.chain, value),
            _ => Err(ThresholdError::UnknownName),
        }
    }
}

/// The largest value of a time or count: a day in milliseconds.
const MAX_NUMBER: f64 = 86_400_000.0;

fn number(value: Value<'_>) -> Result<u64, ThresholdError> {
    match value {
        Value::Number(n) if (0.0..=MAX_NUMBER).contains(&n) => Ok(n as u64),
        _ => Err(ThresholdError::BadValue),
    }
}

fn set_millis(field: &mut Millis, value: Value<'_>) -> Result<(), ThresholdError> {
    *field = Millis(number(value)?);
    Ok(())
}

fn set_count(field: &mut u32, value: Value<'_>) -> Result<(), ThresholdError> {
    *field = number(value)? as u32;
    Ok(())
}

fn set_switch(field: &mut bool, value: Value<'_>) -> Result<(), ThresholdError> {
    let Value::Switch(on) = value else { return Err(ThresholdError::BadValue) };
    *field = on;
    Ok(())
}

fn choose<T: Copy>(field: &mut T, value: Value<'_>, words: &[(&str, T)]) -> Result<(), ThresholdError> {
    let Value::Word(word) = value else { return Err(ThresholdError::BadValue) };
    let (_, chosen) = words.iter().find(|(name, _)| *name == word).ok_or(ThresholdError::BadValue)?;
    *field = *chosen;
    Ok(())
}

fn add_flag(field: &mut Flags, value: Value<'_>) -> Result<(), ThresholdError> {
    match value {
        Value::Clear => *field = Flags(0),
        Value::Word(word) => *field = field.with(Flags::named(word).ok_or(ThresholdError::BadValue)?),
        _ => return Err(ThresholdError::BadValue),
    }
    Ok(())
}

fn add_answer(field: &mut Answers, value: Value<'_>) -> Result<(), ThresholdError> {
    match value {
        Value::Clear => *field = Answers(0),
        Value::Word(word) => *field = field.with(Answers::named(word).ok_or(ThresholdError::BadValue)?),
        _ => return Err(ThresholdError::BadValue),
    }
    Ok(())
}
