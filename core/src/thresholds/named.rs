//! Thresholds by name and by number: what there is, what each takes, and how it is set.

use super::{
    Cancel, ClickOn, EndedBy, Identity, MAX_NUMBER, Metric, Rearm, ResponseUse, Thresholds, Window, Words, inclusive,
    only, tags,
};
use crate::input::Flags;
use crate::signal::{Answers, Kind};
use crate::time::Millis;

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
    Only(&'a mut Words),
    Tags(&'a mut Words),
    Inclusive(&'a mut Words),
    Window(&'a mut Window),
    Metric(&'a mut Metric),
    Rearm(&'a mut Rearm),
    On(&'a mut ClickOn),
    Response(&'a mut ResponseUse),
    Identity(&'a mut Identity),
    Cancel(&'a mut Cancel),
    EndedBy(&'a mut EndedBy),
}

/// What a threshold takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Takes {
    /// `true` or `false`
    Switch,
    /// A whole number up to a day in milliseconds.
    Number,
    /// One of these words.
    Word(&'static [&'static str]),
    /// Any of these words.
    Words(&'static [&'static str]),
    /// Any flags of elements.
    Flags,
}

impl Thresholds {
    /// Sets one threshold of one rule: the name of a kind of signal, `noise` or `session`. A set of words is given as
    /// [`Value::Clear`], then each word.
    pub fn set(&mut self, rule: &str, name: &str, value: Value<'_>) -> Result<(), ThresholdError> {
        let known = Self::knows(rule);
        let mut done = Err(if known { ThresholdError::UnknownName } else { ThresholdError::UnknownRule });
        self.visit(|its_rule, its_name, slot| {
            if (its_rule, its_name) == (rule, name) {
                done = slot.fill(value).ok_or(ThresholdError::BadValue);
            }
        });
        done
    }

    /// Sets the threshold with this number to a value as a number: that of a word, the bits of a set. The page carries no
    /// names: `ts/thresholds.ts` has them, for those that need one.
    pub fn set_numbered(&mut self, number: u32, value: u32) {
        let mut next = 0;
        self.visit(|_, _, slot| {
            if next == number {
                slot.put(value);
            }
            next += 1;
        });
    }

    /// Rule, name and what it takes of every threshold, in the order of their numbers.
    pub fn table() -> Vec<(&'static str, &'static str, Takes)> {
        let mut table = Vec::new();
        Self::default().visit(|rule, name, slot| table.push((rule, name, slot.takes())));
        table
    }

    /// Whether there is a rule of this name.
    pub fn knows(rule: &str) -> bool {
        matches!(rule, "noise" | "session") || Kind::named(rule).is_some()
    }

    fn visit(&mut self, mut visit: impl FnMut(&'static str, &'static str, Slot<'_>)) {
        let Self {
            rage, dead, error, slow, disabled, keyboard, swipe, thrash, hunt, noise, form, abandon, video, ..
        } = self;
        visit("rage_click", "enabled", Slot::Switch(&mut rage.enabled));
        visit("rage_click", "ignore", Slot::Flags(&mut rage.ignore));
        visit("rage_click", "clicks", Slot::Count(&mut rage.clicks));
        visit("rage_click", "window_ms", Slot::Millis(&mut rage.window));
        visit("rage_click", "window", Slot::Window(&mut rage.window_kind));
        visit("rage_click", "gap_ms", Slot::Millis(&mut rage.gap));
        visit("rage_click", "distance_px", Slot::Count(&mut rage.distance_px));
        visit("rage_click", "metric", Slot::Metric(&mut rage.metric));
        visit("rage_click", "same_target", Slot::Switch(&mut rage.same_target));
        visit("rage_click", "rearm", Slot::Rearm(&mut rage.rearm));
        visit("rage_click", "on", Slot::On(&mut rage.on));
        visit("rage_click", "cancel_by", Slot::Answers(&mut rage.cancel_by));
        visit("rage_click", "response", Slot::Response(&mut rage.response));
        visit("rage_click", "only", Slot::Only(&mut rage.only));
        visit("rage_click", "inclusive", Slot::Inclusive(&mut rage.inclusive));
        visit("rage_click", "identity", Slot::Identity(&mut rage.identity));
        visit("rage_click", "cancel", Slot::Cancel(&mut rage.cancel));
        visit("rage_click", "parted", Slot::Switch(&mut rage.parted));
        visit("rage_click", "every", Slot::Switch(&mut rage.every));
        visit("dead_click", "enabled", Slot::Switch(&mut dead.enabled));
        visit("dead_click", "ignore", Slot::Flags(&mut dead.ignore));
        visit("dead_click", "timeout_ms", Slot::Millis(&mut dead.timeout));
        visit("dead_click", "confirm_ms", Slot::Millis(&mut dead.confirm));
        visit("dead_click", "pending_timeout_ms", Slot::Millis(&mut dead.pending_timeout));
        visit("dead_click", "after_request_ms", Slot::Millis(&mut dead.after_request));
        visit("dead_click", "scroll_ms", Slot::Millis(&mut dead.scroll));
        visit("dead_click", "answers", Slot::Answers(&mut dead.answers));
        visit("dead_click", "chain_ms", Slot::Millis(&mut dead.chain));
        visit("dead_click", "only", Slot::Only(&mut dead.only));
        visit("dead_click", "tags", Slot::Tags(&mut dead.tags));
        visit("dead_click", "dedupe_ms", Slot::Millis(&mut dead.dedupe));
        visit("dead_click", "single", Slot::Switch(&mut dead.single));
        visit("dead_click", "ended_by", Slot::EndedBy(&mut dead.ended_by));
        visit("dead_click", "change_ms", Slot::Millis(&mut dead.change));
        visit("dead_click", "selection_ms", Slot::Millis(&mut dead.selection));
        visit("dead_click", "wake_ms", Slot::Millis(&mut dead.wake));
        visit("dead_click", "shared", Slot::Switch(&mut dead.shared));
        visit("dead_click", "on_press", Slot::Switch(&mut dead.on_press));
        visit("dead_click", "yields", Slot::Switch(&mut dead.yields));
        visit("error_click", "enabled", Slot::Switch(&mut error.enabled));
        visit("error_click", "ignore", Slot::Flags(&mut error.ignore));
        visit("error_click", "timeout_ms", Slot::Millis(&mut error.timeout));
        visit("error_click", "request_start_ms", Slot::Millis(&mut error.request_start));
        visit("error_click", "retry_ms", Slot::Millis(&mut error.retry));
        visit("error_click", "chain_ms", Slot::Millis(&mut error.chain));
        visit("error_click", "only", Slot::Only(&mut error.only));
        visit("error_click", "tags", Slot::Tags(&mut error.tags));
        visit("error_click", "requests", Slot::Switch(&mut error.requests));
        visit("error_click", "silence_ms", Slot::Millis(&mut error.silence));
        visit("error_click", "ended_by", Slot::EndedBy(&mut error.ended_by));
        visit("slow_click", "enabled", Slot::Switch(&mut slow.enabled));
        visit("slow_click", "ignore", Slot::Flags(&mut slow.ignore));
        visit("slow_click", "timeout_ms", Slot::Millis(&mut slow.timeout));
        visit("slow_click", "likely_ms", Slot::Millis(&mut slow.likely));
        visit("slow_click", "chain_ms", Slot::Millis(&mut slow.chain));
        visit("slow_click", "only", Slot::Only(&mut slow.only));
        visit("slow_click", "tags", Slot::Tags(&mut slow.tags));
        visit("disabled_click", "enabled", Slot::Switch(&mut disabled.enabled));
        visit("disabled_click", "ignore", Slot::Flags(&mut disabled.ignore));
        visit("disabled_click", "double_ms", Slot::Millis(&mut disabled.double));
        visit("disabled_click", "chain_ms", Slot::Millis(&mut disabled.chain));
        visit("keyboard_frustration", "enabled", Slot::Switch(&mut keyboard.enabled));
        visit("keyboard_frustration", "ignore", Slot::Flags(&mut keyboard.ignore));
        visit("keyboard_frustration", "presses", Slot::Count(&mut keyboard.presses));
        visit("keyboard_frustration", "gap_ms", Slot::Millis(&mut keyboard.gap));
        visit("keyboard_frustration", "timeout_ms", Slot::Millis(&mut keyboard.timeout));
        visit("dead_swipe", "enabled", Slot::Switch(&mut swipe.enabled));
        visit("dead_swipe", "ignore", Slot::Flags(&mut swipe.ignore));
        visit("dead_swipe", "distance_px", Slot::Count(&mut swipe.distance_px));
        visit("dead_swipe", "timeout_ms", Slot::Millis(&mut swipe.timeout));
        visit("dead_swipe", "answers", Slot::Answers(&mut swipe.answers));
        visit("dead_swipe", "chain_ms", Slot::Millis(&mut swipe.chain));
        visit("dead_swipe", "upright", Slot::Count(&mut swipe.upright));
        visit("dead_swipe", "tags", Slot::Tags(&mut swipe.tags));
        visit("dead_swipe", "dedupe_ms", Slot::Millis(&mut swipe.dedupe));
        visit("dead_swipe", "most", Slot::Count(&mut swipe.most));
        visit("dead_swipe", "scroll_ms", Slot::Millis(&mut swipe.scroll));
        visit("cursor_thrash", "enabled", Slot::Switch(&mut thrash.enabled));
        visit("cursor_thrash", "turns", Slot::Count(&mut thrash.turns));
        visit("cursor_thrash", "window_ms", Slot::Millis(&mut thrash.window));
        visit("cursor_thrash", "stroke_px", Slot::Count(&mut thrash.stroke_px));
        visit("cursor_thrash", "travel_px", Slot::Count(&mut thrash.travel_px));
        visit("cursor_thrash", "sample_ms", Slot::Millis(&mut thrash.sample));
        visit("cursor_thrash", "pause_ms", Slot::Millis(&mut thrash.pause));
        visit("cursor_thrash", "answers", Slot::Answers(&mut thrash.answers));
        visit("cursor_thrash", "rearm", Slot::Rearm(&mut thrash.rearm));
        visit("cursor_thrash", "pressed", Slot::Switch(&mut thrash.pressed));
        visit("cursor_thrash", "least_turns", Slot::Count(&mut thrash.least_turns));
        visit("cursor_thrash", "most_window_ms", Slot::Millis(&mut thrash.most_window));
        visit("cursor_thrash", "interval_ms", Slot::Millis(&mut thrash.interval));
        visit("cursor_thrash", "gain_px", Slot::Count(&mut thrash.gain_px));
        visit("cursor_thrash", "round", Slot::Switch(&mut thrash.round));
        visit("scroll_hunt", "enabled", Slot::Switch(&mut hunt.enabled));
        visit("scroll_hunt", "turns", Slot::Count(&mut hunt.turns));
        visit("scroll_hunt", "window_ms", Slot::Millis(&mut hunt.window));
        visit("scroll_hunt", "stroke_percent", Slot::Count(&mut hunt.stroke_percent));
        visit("scroll_hunt", "pause_ms", Slot::Millis(&mut hunt.pause));
        visit("quick_back", "enabled", Slot::Switch(&mut self.quick_back.enabled));
        visit("quick_back", "dwell_ms", Slot::Millis(&mut self.quick_back.dwell));
        visit("quick_back", "in_page_ms", Slot::Millis(&mut self.quick_back.in_page));
        visit("quick_back", "suspicious_ms", Slot::Millis(&mut self.quick_back.suspicious));
        visit("quick_back", "repeat_ms", Slot::Millis(&mut self.quick_back.repeat));
        visit("reload", "enabled", Slot::Switch(&mut self.reload.enabled));
        visit("reload", "soon_ms", Slot::Millis(&mut self.reload.soon));
        visit("reload", "suspicious_ms", Slot::Millis(&mut self.reload.suspicious));
        visit("reload", "after_trouble_ms", Slot::Millis(&mut self.reload.after_trouble));
        visit("reload", "repeat_ms", Slot::Millis(&mut self.reload.repeat));
        visit("help_seeking", "enabled", Slot::Switch(&mut self.help.enabled));
        visit("help_seeking", "repeat_ms", Slot::Millis(&mut self.help.repeat));
        visit("help_seeking", "after_trouble_ms", Slot::Millis(&mut self.help.after_trouble));
        visit("noise", "quiet_ms", Slot::Millis(&mut noise.quiet));
        visit("noise", "changes", Slot::Count(&mut noise.changes));
        visit("noise", "memory_ms", Slot::Millis(&mut noise.memory));
        visit("session", "idle_ms", Slot::Millis(&mut self.idle));
        visit("session", "retry_reload_ms", Slot::Millis(&mut self.retry_reload));
        visit("session", "quick_back_ms", Slot::Millis(&mut self.early_exit));
        visit("form_struggle", "enabled", Slot::Switch(&mut form.enabled));
        visit("form_struggle", "ignore", Slot::Flags(&mut form.ignore));
        visit("form_struggle", "submits", Slot::Count(&mut form.submits));
        visit("form_struggle", "confirmed_submits", Slot::Count(&mut form.confirmed_submits));
        visit("form_struggle", "refills", Slot::Count(&mut form.refills));
        visit("form_struggle", "refill_length", Slot::Count(&mut form.refill_length));
        visit("form_struggle", "hesitation_ms", Slot::Millis(&mut form.hesitation));
        visit("form_struggle", "long_hesitation_ms", Slot::Millis(&mut form.long_hesitation));
        visit("form_struggle", "visits", Slot::Count(&mut form.visits));
        visit("form_struggle", "visit_ms", Slot::Millis(&mut form.visit));
        visit("form_abandon", "enabled", Slot::Switch(&mut abandon.enabled));
        visit("form_abandon", "ignore", Slot::Flags(&mut abandon.ignore));
        visit("form_abandon", "idle_ms", Slot::Millis(&mut abandon.idle));
        visit("form_abandon", "settle_ms", Slot::Millis(&mut abandon.settle));
        visit("form_abandon", "likely_fields", Slot::Count(&mut abandon.likely_fields));
        visit("form_abandon", "confirmed_fields", Slot::Count(&mut abandon.confirmed_fields));
        visit("form_abandon", "live_ms", Slot::Millis(&mut abandon.live));
        visit("video_struggle", "enabled", Slot::Switch(&mut video.enabled));
        visit("video_struggle", "ignore", Slot::Flags(&mut video.ignore));
        visit("video_struggle", "back_seeks", Slot::Count(&mut video.back_seeks));
        visit("video_struggle", "seek_window_ms", Slot::Millis(&mut video.seek_window));
        visit("video_struggle", "seek_range_ms", Slot::Millis(&mut video.seek_range));
        visit("video_struggle", "gesture_ms", Slot::Millis(&mut video.gesture));
        visit("video_struggle", "stalls", Slot::Count(&mut video.stalls));
        visit("video_struggle", "stall_window_ms", Slot::Millis(&mut video.stall_window));
        visit("video_struggle", "long_stall_ms", Slot::Millis(&mut video.long_stall));
        visit("video_struggle", "startup_ms", Slot::Millis(&mut video.startup));
        visit("video_struggle", "abandon_ms", Slot::Millis(&mut video.abandon));
        visit("video_struggle", "sat_through_ms", Slot::Millis(&mut video.sat_through));
    }
}

impl Slot<'_> {
    /// Takes a value; `None` if it is not one of this slot's.
    fn fill(self, value: Value<'_>) -> Option<()> {
        let place = |words: &[&str], word| Some(words.iter().position(|known| *known == word)? as u32);
        let number = match (self.takes(), value) {
            (Takes::Switch, Value::Switch(on)) => u32::from(on),
            (Takes::Number, Value::Number(number)) => whole(number)?,
            (Takes::Word(words), Value::Word(word)) => place(words, word)?,
            (Takes::Words(_) | Takes::Flags, Value::Clear) => 0,
            (Takes::Words(words), Value::Word(word)) => self.bits() | 1 << place(words, word)?,
            (Takes::Flags, Value::Word(word)) => self.bits() | Flags::named(word)?.0,
            _ => return None,
        };
        self.put(number);
        Some(())
    }

    fn takes(&self) -> Takes {
        match self {
            Self::Switch(_) => Takes::Switch,
            Self::Millis(_) | Self::Count(_) => Takes::Number,
            Self::Flags(_) => Takes::Flags,
            Self::Answers(_) => Takes::Words(&Answers::NAMES),
            Self::Only(_) => Takes::Words(&only::NAMES),
            Self::Tags(_) => Takes::Words(&tags::NAMES),
            Self::Inclusive(_) => Takes::Words(&inclusive::NAMES),
            Self::Window(_) => Takes::Word(&["gap", "span"]),
            Self::Metric(_) => Takes::Word(&["manhattan", "euclid", "box"]),
            Self::Rearm(_) => Takes::Word(&["chain", "each", "window"]),
            Self::On(_) => Takes::Word(&["pointer_down", "click"]),
            Self::Response(_) => Takes::Word(&["ignore", "grade", "dead"]),
            Self::Identity(_) => Takes::Word(&["replaced", "control", "hit"]),
            Self::Cancel(_) => Takes::Word(&["chain", "count"]),
            Self::EndedBy(_) => Takes::Word(&["nothing", "click", "gesture"]),
        }
    }

    /// The bits of a set.
    fn bits(&self) -> u32 {
        match self {
            Self::Flags(slot) => slot.0,
            Self::Answers(slot) => slot.0,
            Self::Only(slot) | Self::Tags(slot) | Self::Inclusive(slot) => u32::from(slot.0),
            _ => 0,
        }
    }

    /// Takes a value as a number; a number that stands for none changes nothing.
    fn put(self, number: u32) {
        match self {
            Self::Switch(slot) => *slot = number > 0,
            Self::Millis(slot) => *slot = Millis(u64::from(number)),
            Self::Count(slot) => *slot = number,
            Self::Flags(slot) => *slot = Flags(number),
            Self::Answers(slot) => *slot = Answers(number),
            Self::Only(slot) | Self::Tags(slot) | Self::Inclusive(slot) => *slot = Words(number as u8),
            Self::Window(slot) => choose(slot, number, [Window::Gap, Window::Span]),
            Self::Metric(slot) => choose(slot, number, [Metric::Manhattan, Metric::Euclid, Metric::Box]),
            Self::Rearm(slot) => choose(slot, number, [Rearm::Chain, Rearm::Each, Rearm::Window]),
            Self::On(slot) => choose(slot, number, [ClickOn::PointerDown, ClickOn::Click]),
            Self::Response(slot) => {
                choose(slot, number, [ResponseUse::Ignore, ResponseUse::Grade, ResponseUse::Dead]);
            }
            Self::Identity(slot) => choose(slot, number, [Identity::Replaced, Identity::Control, Identity::Hit]),
            Self::Cancel(slot) => choose(slot, number, [Cancel::Chain, Cancel::Count]),
            Self::EndedBy(slot) => choose(slot, number, [EndedBy::Nothing, EndedBy::Click, EndedBy::Gesture]),
        }
    }
}

fn whole(number: f64) -> Option<u32> {
    (0.0..=MAX_NUMBER).contains(&number).then_some(number as u32)
}

fn choose<T: Copy, const N: usize>(slot: &mut T, number: u32, values: [T; N]) {
    if let Some(value) = values.get(number as usize) {
        *slot = *value;
    }
}
