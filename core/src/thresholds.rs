//! Every threshold of every rule in one value, with its default and where the default comes from.
//!
//! A page overrides them from `init`, a host from `/v1/config`, a person from a file, all by the names and ranges in `named`.
//! In the page they have numbers in place of names ([`Thresholds::set_numbered`]).

mod named;
mod words;

pub use named::{Takes, ThresholdError, Value};
pub use words::{Words, inclusive, only, tags};

use crate::input::Flags;
use crate::signal::Answers;
use crate::time::Millis;

/// The largest value of a time or count: a day in milliseconds.
const MAX_NUMBER: f64 = 86_400_000.0;
/// A time that nothing exceeds.
const NO_LIMIT: Millis = Millis(MAX_NUMBER as u64);

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
    /// As soon as the newest of it are no longer enough.
    Window,
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
    /// Only a click that turned out dead is rage, with the clicks on its target that followed it.
    Dead,
}

/// Which clicks are on the same target.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Identity {
    /// Those on one control, or on what replaced it at the same place.
    Replaced,
    /// Those on one control.
    Control,
    /// Those that hit one element.
    Hit,
}

/// What a cancelling answer does to a chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cancel {
    /// The chain is none, whatever follows.
    Chain,
    /// Counting starts anew.
    Count,
}

/// What ends the waiting for an answer or an error without a verdict.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EndedBy {
    /// Nothing does.
    Nothing,
    /// Any further click.
    Click,
    /// A click on another target, a key, a swipe, a scroll, a copy, a paste, the window's focus.
    Gesture,
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
    /// The longest pause between two of them where `window` is `span`, ms. 500: half of what peers allow, since deliberate clicking is slower.
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
    /// Clicks that count. PostHog, Datadog and the others take them all.
    pub only: Words,
    /// Limits that may be reached. PostHog compares time and distance with "less than", Amplitude and New Relic the time.
    pub inclusive: Words,
    /// What `same_target` means. Datadog compares the element hit.
    pub identity: Identity,
    /// What an answer of `cancel_by` does. Amplitude counts anew.
    pub cancel: Cancel,
    /// A key, a swipe, a scroll, a copy, a paste or the window's focus between two clicks parts them. New Relic.
    pub parted: bool,
    /// Every click that the browser tells of counts: the end of a drag too, and its own on a label's control. Peers.
    pub every: bool,
}

/// When a click is dead: nothing answered it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dead {
    /// Whether the rule runs.
    pub enabled: bool,
    /// Elements that it passes over.
    pub ignore: Flags,
    /// Nothing within this time: suspected dead, ms. 1500: between Datadog's 100, which calls slow pages dead, and
    /// PostHog's 2750.
    pub timeout: Millis,
    /// Still nothing: dead beyond doubt, ms. 3000: Amplitude. No more than `timeout`: the first verdict is the last.
    pub confirm: Millis,
    /// The same while a request of the click is pending, ms; 0: a request changes nothing. 5000: between Amplitude's 3000 and Sentry's 7000.
    pub pending_timeout: Millis,
    /// Once its last request has ended, a click still has this long to show something, ms: a slow render.
    pub after_request: Millis,
    /// A scroll later than this after the click is the person's, ms. 500: a smooth scroll starts well before.
    pub scroll: Millis,
    /// Answers that count.
    pub answers: Answers,
    /// Clicks on one target this close belong to one signal, ms.
    pub chain: Millis,
    /// Clicks that count.
    pub only: Words,
    /// Targets that count. New Relic and Sentry: buttons and links.
    pub tags: Words,
    /// A click this soon after the last candidate on its target is none, ms. 0: none. 1000: PostHog and Sentry.
    pub dedupe: Millis,
    /// While one waits no other click is a candidate. Amplitude.
    pub single: bool,
    /// What ends the waiting without a verdict. New Relic: any other gesture; OpenReplay: any click.
    pub ended_by: EndedBy,
    /// A change later than this after the click is none of its, ms. 2500: PostHog; 100: Datadog.
    pub change: Millis,
    /// A selection later than this after the click is none of its, ms. 100: PostHog.
    pub selection: Millis,
    /// A click less than this from the moment when the window or tab changed hands is no candidate, ms. 1000: PostHog.
    pub wake: Millis,
    /// An answer is everybody's who waits, whoever clicked last, and only `answers` end the waiting. All peers.
    pub shared: bool,
    /// What came between press and click counts. Datadog.
    pub on_press: bool,
    /// A click that caused an error is no dead one.
    pub yields: bool,
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
    /// A failed request that is not tried again within this time failed for the person too, ms.
    pub retry: Millis,
    /// Clicks on one target this close belong to one signal, ms.
    pub chain: Millis,
    /// Clicks that count.
    pub only: Words,
    /// Targets that count. New Relic: buttons and links.
    pub tags: Words,
    /// Whether a failed request is an error. Not for Amplitude and New Relic.
    pub requests: bool,
    /// The click is over when nothing came of it for this long, ms. 100: Datadog.
    pub silence: Millis,
    /// What ends the waiting. New Relic: any other gesture.
    pub ended_by: EndedBy,
}

/// When a click is slow: its answer comes after one has begun to doubt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Slow {
    /// Whether the rule runs.
    pub enabled: bool,
    /// Elements that it passes over.
    pub ignore: Flags,
    /// An answer later than this is suspected, ms. 1000: the limit under which a train of thought is not interrupted.
    pub timeout: Millis,
    /// An answer later than this is likely, ms. 2000: our judgement, twice the time of a
    /// suspicion; no peer has a rule of this kind.
    pub likely: Millis,
    /// Clicks on one target this close belong to one signal, ms.
    pub chain: Millis,
    /// Clicks that count.
    pub only: Words,
    /// Targets that count. Sentry: buttons and links.
    pub tags: Words,
}

/// When a press on a disabled control is a signal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Disabled {
    /// Whether the rule runs.
    pub enabled: bool,
    /// Elements that it passes over.
    pub ignore: Flags,
    /// A press this soon after a click that the same control took is the rest of a double-click, ms. 500: the usual limit.
    pub double: Millis,
    /// Presses on one control this close belong to one signal, ms.
    pub chain: Millis,
}

/// When repeated keys are keyboard frustration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Keyboard {
    /// Whether the rule runs.
    pub enabled: bool,
    /// Elements that it passes over.
    pub ignore: Flags,
    /// Presses of Enter or Escape needed, none of them answered. 3: as for rage clicks.
    pub presses: u32,
    /// The longest pause between two of them, ms. 1000: people look before they press again.
    pub gap: Millis,
    /// How long the last press may take to be answered, ms. As for dead clicks.
    pub timeout: Millis,
}

/// When a swipe is dead.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Swipe {
    /// Whether the rule runs.
    pub enabled: bool,
    /// Elements that it passes over.
    pub ignore: Flags,
    /// A shorter way is no swipe, CSS px. 30: PostHog.
    pub distance_px: u32,
    /// Nothing within this time of the finger's lifting: dead, ms. 1000: a swipe answers while the finger moves.
    pub timeout: Millis,
    /// Answers that count.
    pub answers: Answers,
    /// Swipes in one direction on one element this close belong to one signal, ms.
    pub chain: Millis,
    /// Dead swipes up or down needed: one at the end of a page is a habit. 2.
    pub upright: u32,
    /// Where a swipe counts. PostHog: not on what paints or plays by itself.
    pub tags: Words,
    /// A swipe this soon after the last candidate on its element is none, ms. 0: none. 1000: PostHog.
    pub dedupe: Millis,
    /// The most signals of one page. 10: PostHog.
    pub most: u32,
    /// A scroll or selection later than this is another gesture's, ms. 100: PostHog.
    pub scroll: Millis,
}

/// When the pointer's way is a cursor thrash.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Thrash {
    /// Whether the rule runs.
    pub enabled: bool,
    /// Changes of direction on one axis needed. 8: Amplitude's 20 come from every move of a mouse; moves come at most 20
    /// a second here, and each turn must end a stroke of some length.
    pub turns: u32,
    /// Within this time, ms. 2000: Amplitude.
    pub window: Millis,
    /// A shorter stroke is a tremble, CSS px.
    pub stroke_px: u32,
    /// The strokes together must be this long, CSS px: who shakes moves fast.
    pub travel_px: u32,
    /// Moves closer than this to the one before are passed over, ms. OpenReplay samples.
    pub sample: Millis,
    /// After a pause this long counting begins anew, ms.
    pub pause: Millis,
    /// Answers that speak against it when one comes to every other turn.
    pub answers: Answers,
    /// When it may be raised again. Amplitude: as soon as a turn comes too late to be one of enough.
    pub rearm: Rearm,
    /// Moves with a button down count too, and a press does not begin anew. Peers.
    pub pressed: bool,
    /// The least that `turns` can be. 5: Amplitude.
    pub least_turns: u32,
    /// The most that `window_ms` can be, ms. 4000: Amplitude.
    pub most_window: Millis,
    /// Turns to the side and the way are counted in intervals of this length, ms, instead of `window_ms`. 0: they are
    /// not. 225: OpenReplay.
    pub interval: Millis,
    /// The way of an interval must be more than this longer than that of the one before, CSS px. 405: OpenReplay's
    /// acceleration of 0.008 px/ms² over 225 ms.
    pub gain_px: u32,
    /// Turns of the other axis count a quarter where they come at other moments: circles. Peers count one axis.
    pub round: bool,
}

/// When scrolling is a hunt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hunt {
    /// Whether the rule runs.
    pub enabled: bool,
    /// Changes of direction needed. 4: down, up, down, up, down.
    pub turns: u32,
    /// Within this time, ms.
    pub window: Millis,
    /// A shorter way is reading, per cent of the window's height.
    pub stroke_percent: u32,
    /// After a pause this long counting begins anew, ms: whoever hunts does not stop to read.
    pub pause: Millis,
}

/// When going back is quick.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct QuickBack {
    /// Whether the rule runs.
    pub enabled: bool,
    /// A page left again within this time, without having been used, ms. 2500: a second to see that it is the wrong one,
    /// after the 1.5 s that a page may take to show itself. Longer, and it was read.
    pub dwell: Millis,
    /// The same for a view of a single-page app, ms: going back is also how people close what opened over a page.
    pub in_page: Millis,
    /// Left later than that and within this time: suspected, ms.
    pub suspicious: Millis,
    /// A second one within this time confirms it, ms.
    pub repeat: Millis,
}

/// When a reload says that something did not work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reload {
    /// Whether the rule runs.
    pub enabled: bool,
    /// This soon after the page began, ms. 4000: hardly enough to have read it.
    pub soon: Millis,
    /// Later than that and within this time: suspected, ms. 10,000: as the retry of feature 2.
    pub suspicious: Millis,
    /// Or this soon after an error, a failed request or another signal, ms.
    pub after_trouble: Millis,
    /// A second one within this time confirms it, ms.
    pub repeat: Millis,
}

/// When turning to help is a signal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HelpSeeking {
    /// Whether the rule runs.
    pub enabled: bool,
    /// This soon after the last time it is the same search for help, ms.
    pub repeat: Millis,
    /// This soon after an error, a failed request or another signal it is confirmed, ms.
    pub after_trouble: Millis,
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

/// When somebody struggles with a form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FormStruggle {
    /// Whether the rule runs.
    pub enabled: bool,
    /// Elements that it passes over.
    pub ignore: Flags,
    /// Invalid submits of one form that are likely a struggle. 2: one is a slip, which the form's own message mends.
    pub submits: u32,
    /// Invalid submits that prove it. 3: the messages of two did not help.
    pub confirmed_submits: u32,
    /// So often one field is emptied and filled again without a submit between. 2: one is the mending of a slip.
    pub refills: u32,
    /// Characters that a field must have held for its emptying to count. 3: amounts of one or two digits are set anew,
    /// not mended.
    pub refill_length: u32,
    /// A field that has the focus and gets no input for this long of active time is a suspicion, ms. 10,000: after
    /// Nielsen the limit for keeping one's attention on a task.
    pub hesitation: Millis,
    /// The same becomes likely, ms. 40,000: the idle time and the above, so that nobody who went away gets there.
    pub long_hesitation: Millis,
    /// Visits of one field that stays empty. 3: looked at, came back, and came back again; peers only count.
    pub visits: u32,
    /// A visit is one from this long, ms. 1000: tabbing through is faster.
    pub visit: Millis,
}

/// When a form is abandoned, and what its attempts come to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FormAbandon {
    /// Whether the rule runs.
    pub enabled: bool,
    /// Elements that it passes over.
    pub ignore: Flags,
    /// A form whose person is idle this long is abandoned, ms. 300,000: ten times the idle time; none of the peers says.
    pub idle: Millis,
    /// What refuses a submit comes this soon, ms. 1000: a page validates before it asks its server.
    pub settle: Millis,
    /// Filled fields that make it likely. 2: one is a search, a newsletter or a chat.
    pub likely_fields: u32,
    /// Filled fields that prove it. 3.
    pub confirmed_fields: u32,
    /// A change that is answered outside the form this soon takes effect at once, ms. 1000: beyond usual debouncing.
    pub live: Millis,
}

/// When somebody struggles with a player.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VideoStruggle {
    /// Whether the rule runs.
    pub enabled: bool,
    /// Players that it passes over.
    pub ignore: Flags,
    /// Jumps back over one place; one more confirms it. 3: once is a sentence missed, twice a sentence not understood.
    pub back_seeks: u32,
    /// The time they may take, ms. 30,000: three times ten seconds heard again. No peer has a rule of this kind.
    pub seek_window: Millis,
    /// How far apart they may land, ms of content. 15,000: between the 10 s and the 30 s of players' own back buttons.
    pub seek_range: Millis,
    /// Jumps with a pause no longer than this are one gesture, ms. 500: a finger on the bar jumps at every move, hands on
    /// a button press less often.
    pub gesture: Millis,
    /// Waits for the network. 2: one may happen to anybody.
    pub stalls: u32,
    /// The time they may lie apart, ms. 60,000: more than one a minute.
    pub stall_window: Millis,
    /// A single wait this long, ms. 5000: twice what people sit through without thinking of leaving.
    pub long_stall: Millis,
    /// The same before the first picture, ms. 10,000: half of the viewers have left by then (Krishnan and Sitaraman,
    /// "Video Stream Quality Impacts Viewer Behavior", 2012).
    pub startup: Millis,
    /// Whoever leaves this soon after a wait leaves because of it, ms. 10,000.
    pub abandon: Millis,
    /// A single wait shorter than this is nobody's reason to leave, ms. 2000: viewers begin to leave after two seconds
    /// (the same study).
    pub sat_through: Millis,
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
    /// Slow clicks.
    pub slow: Slow,
    /// Disabled clicks.
    pub disabled: Disabled,
    /// Keyboard frustration.
    pub keyboard: Keyboard,
    /// Dead swipes.
    pub swipe: Swipe,
    /// Cursor thrash.
    pub thrash: Thrash,
    /// Scroll hunts.
    pub hunt: Hunt,
    /// Quick backs.
    pub quick_back: QuickBack,
    /// Reloads.
    pub reload: Reload,
    /// Help seeking.
    pub help: HelpSeeking,
    /// Changes that answer nothing.
    pub noise: Noise,
    /// Struggle with players.
    pub video: VideoStruggle,
    /// A person without an input this long is idle, ms (DESIGN.md §6).
    pub idle: Millis,
    /// A reload this soon after the page began counts as a retry, ms (DESIGN.md §6).
    pub retry_reload: Millis,
    /// A page left this soon by going back counts as an early exit, ms.
    pub early_exit: Millis,
    /// Struggles with forms.
    pub form: FormStruggle,
    /// Abandoned forms.
    pub abandon: FormAbandon,
}

impl Default for Thresholds {
    fn default() -> Self {
        Self::DEFAULT
    }
}

impl Thresholds {
    /// A constant is copied as a block; values put in one by one are several times the code.
    const DEFAULT: Self = {
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
                only: only::PLAIN,
                inclusive: inclusive::ALL,
                identity: Identity::Replaced,
                cancel: Cancel::Chain,
                parted: false,
                every: false,
            },
            dead: Dead {
                enabled: true,
                ignore: texts.with(Flags::DISABLED).with(Flags::DOWNLOAD).with(Flags::NEW_TAB),
                timeout: Millis(1500),
                confirm: Millis(3000),
                pending_timeout: Millis(5000),
                after_request: Millis(500),
                scroll: Millis(500),
                answers: Answers::VISIBLE,
                chain: Millis(5000),
                only: only::PLAIN,
                tags: Words(!tags::UNKNOWN.0),
                dedupe: Millis(0),
                single: false,
                ended_by: EndedBy::Nothing,
                change: NO_LIMIT,
                selection: NO_LIMIT,
                wake: Millis(0),
                shared: false,
                on_press: true,
                yields: true,
            },
            error: ErrorClick {
                enabled: true,
                ignore: Flags(0),
                timeout: Millis(1500),
                request_start: Millis(500),
                retry: Millis(500),
                chain: Millis(5000),
                only: only::PLAIN,
                tags: tags::ALL,
                requests: true,
                silence: NO_LIMIT,
                ended_by: EndedBy::Nothing,
            },
            slow: Slow {
                enabled: true,
                ignore: texts.with(Flags::DISABLED),
                timeout: Millis(1000),
                likely: Millis(2000),
                chain: Millis(5000),
                only: only::PLAIN,
                tags: Words(!tags::UNKNOWN.0),
            },
            disabled: Disabled { enabled: true, ignore: texts, double: Millis(500), chain: Millis(10_000) },
            keyboard: Keyboard {
                enabled: true,
                ignore: Flags::CANVAS,
                presses: 3,
                gap: Millis(1000),
                timeout: Millis(1500),
            },
            swipe: Swipe {
                enabled: true,
                ignore: Flags::CANVAS,
                distance_px: 30,
                timeout: Millis(1000),
                answers: Answers::VISIBLE,
                chain: Millis(5000),
                upright: 2,
                tags: tags::ALL,
                dedupe: Millis(0),
                most: MAX_NUMBER as u32,
                scroll: NO_LIMIT,
            },
            thrash: Thrash {
                enabled: true,
                turns: 8,
                window: Millis(2000),
                stroke_px: 40,
                travel_px: 1200,
                sample: Millis(0),
                pause: Millis(500),
                answers: Answers::VISIBLE,
                rearm: Rearm::Chain,
                pressed: false,
                least_turns: 0,
                most_window: NO_LIMIT,
                interval: Millis(0),
                gain_px: 0,
                round: true,
            },
            hunt: Hunt { enabled: true, turns: 4, window: Millis(10_000), stroke_percent: 50, pause: Millis(4000) },
            quick_back: QuickBack {
                enabled: true,
                dwell: Millis(2500),
                in_page: Millis(2500),
                suspicious: Millis(10_000),
                repeat: Millis(60_000),
            },
            reload: Reload {
                enabled: true,
                soon: Millis(4000),
                suspicious: Millis(10_000),
                after_trouble: Millis(30_000),
                repeat: Millis(30_000),
            },
            help: HelpSeeking { enabled: true, repeat: Millis(10_000), after_trouble: Millis(120_000) },
            noise: Noise { quiet: Millis(1000), changes: 2, memory: Millis(5000) },
            video: VideoStruggle {
                enabled: true,
                ignore: Flags(0),
                back_seeks: 3,
                seek_window: Millis(30_000),
                seek_range: Millis(15_000),
                gesture: Millis(500),
                stalls: 2,
                stall_window: Millis(60_000),
                long_stall: Millis(5000),
                startup: Millis(10_000),
                abandon: Millis(10_000),
                sat_through: Millis(2000),
            },
            idle: Millis(30_000),
            retry_reload: Millis(10_000),
            early_exit: Millis(5000),
            form: FormStruggle {
                enabled: true,
                ignore: Flags(0),
                submits: 2,
                confirmed_submits: 3,
                refills: 2,
                refill_length: 3,
                hesitation: Millis(10_000),
                long_hesitation: Millis(40_000),
                visits: 3,
                visit: Millis(1000),
            },
            abandon: FormAbandon {
                enabled: true,
                ignore: Flags(0),
                idle: Millis(300_000),
                settle: Millis(1000),
                likely_fields: 2,
                confirmed_fields: 3,
                live: Millis(1000),
            },
        }
    };
}
