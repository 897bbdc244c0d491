//! What a lively page observes, generated: a visitor who moves, reads, clicks, types, watches and goes from page to page.
//! The same seed gives the same inputs.

use std::collections::VecDeque;

use unsnag_core::input::{
    Arrival, Cause, Device, Element, ElementId, FieldWhat, Flags, FormWhat, Input, Key, Mutated, NavigateHow, Observed,
    Pointer, Px, TaskWhat, Video, VideoWhat,
};
use unsnag_core::time::Millis;

/// Elements of a page, from its first on: what they are is said by their place.
pub(crate) const PER_PAGE: u32 = 40;
/// Regions come first, then buttons, fields, players and what changes by itself.
pub(crate) const MAIN: u32 = 0;
pub(crate) const BUTTONS: std::ops::Range<u32> = 2..14;
pub(crate) const FIELDS: std::ops::Range<u32> = 14..24;
pub(crate) const PLAYERS: std::ops::Range<u32> = 24..27;
pub(crate) const TICKERS: std::ops::Range<u32> = 27..40;

/// Inputs for ever.
#[derive(Debug)]
pub(crate) struct Traffic {
    seed: u64,
    at: u64,
    page: u32,
    request: u32,
    watched: u64,
    ready: VecDeque<Input>,
}

impl Traffic {
    /// A visit that begins now.
    pub(crate) fn new(seed: u64) -> Self {
        let mut traffic = Self { seed, at: 0, page: 0, request: 0, watched: 0, ready: VecDeque::new() };
        traffic.arrive();
        traffic
    }

    /// A number below `most`: xorshift.
    fn below(&mut self, most: u64) -> u64 {
        self.seed ^= self.seed << 13;
        self.seed ^= self.seed >> 7;
        self.seed ^= self.seed << 17;
        self.seed % most
    }

    fn any(&mut self, of: std::ops::Range<u32>) -> ElementId {
        let place = of.start + self.below(u64::from(of.end - of.start)) as u32;
        ElementId(self.page * PER_PAGE + place)
    }

    fn say(&mut self, after: u64, what: Observed) {
        self.at += after;
        self.ready.push_back(Input { at: Millis(self.at), what });
    }

    fn arrive(&mut self) {
        if self.page > 0 {
            self.say(50, Observed::PageHide { persisted: false, busy: false });
        }
        self.page += 1;
        self.watched = 0;
        let (page, how) = (self.page, if self.below(5) == 0 { Arrival::BackForward } else { Arrival::Navigate });
        let template = format!("/shop/{}", page % 40);
        self.say(300, Observed::Page { template, view: format!("v{page}"), how, referrer_same_site: true });
        for element in elements(page) {
            self.say(0, Observed::Element(element));
        }
    }

    fn click(&mut self, element: ElementId) {
        let x = self.below(1200) as i32;
        let pointer = pointer(element, x);
        self.say(120, Observed::PointerDown(pointer));
        self.say(60, Observed::PointerUp(pointer));
        self.say(1, Observed::Click(pointer));
    }

    fn ask(&mut self, status: u16) {
        self.request += 1;
        let id = self.request;
        self.say(5, Observed::RequestStart { id, by_itself: false });
        self.say(120, Observed::RequestEnd { id, status });
    }

    fn change(&mut self, after: u64, element: ElementId) {
        let state = Some(self.below(1000) as u32);
        self.say(after, Observed::Mutation { element, count: 3, what: Mutated::ChildList, state });
    }

    fn field(&mut self, element: ElementId, what: FieldWhat, length: u32) {
        let field = format!("field{}", element.0 % PER_PAGE);
        let form = "checkout".to_owned();
        self.say(2, Observed::Field { element: Some(element), form, field, what, length, deleted: 0, secret: false });
    }

    /// Something that a visitor does.
    fn scene(&mut self) {
        match self.below(100) {
            0..40 => {
                let (x, y) = (self.below(1200) as i32, self.below(700) as i32);
                for step in 0..20 {
                    self.say(16, Observed::PointerMove { x: Px((x + step * 7) * 100), y: Px((y + step * 3) * 100) });
                }
            }
            40..55 => {
                for step in 0..12_i32 {
                    let depth = Some((step * 8) as u8);
                    self.say(50, Observed::Scroll { element: None, x: Px(0), y: Px(step * 6000), depth });
                }
            }
            55..70 => {
                for _ in 0..20 {
                    let ticker = self.any(TICKERS);
                    self.change(60, ticker);
                }
            }
            70..80 => {
                let button = self.any(BUTTONS);
                self.click(button);
                self.ask(200);
                self.change(20, ElementId(self.page * PER_PAGE + MAIN));
            }
            80..83 => {
                let button = self.any(BUTTONS);
                let times = 1 + self.below(4);
                for _ in 0..times {
                    self.click(button);
                }
                self.say(4000, Observed::Tick);
            }
            83..90 => {
                let element = self.any(FIELDS);
                self.field(element, FieldWhat::Focus, 0);
                for length in 1..9 {
                    self.say(130, Observed::Key { element: Some(element), key: Key::Char, repeat: false });
                    self.field(element, FieldWhat::Input, length);
                }
                self.field(element, FieldWhat::Change, 8);
                self.field(element, FieldWhat::Blur, 8);
                if self.below(4) == 0 {
                    self.say(200, Observed::Form { form: "checkout".to_owned(), what: FormWhat::Submit });
                    self.ask(if self.request.is_multiple_of(3) { 422 } else { 200 });
                }
            }
            90..96 => {
                let element = self.any(PLAYERS);
                for step in 0..16 {
                    self.watched += if step == 0 { 0 } else { 250 };
                    let what = if step == 0 { VideoWhat::Playing } else { VideoWhat::Time };
                    let at = self.watched % 600_000;
                    self.say(250, Observed::Video(reading(element, what, at)));
                }
                self.say(1, Observed::Video(reading(element, VideoWhat::Pause, self.watched % 600_000)));
            }
            96 => {
                let template = Some(format!("/shop/{}", self.below(40)));
                self.say(30, Observed::Navigate { template, how: NavigateHow::Push });
            }
            97 => {
                let hash = format!("{:08x}", self.below(5));
                self.say(10, Observed::Error { cause: Cause::Other, class: "TypeError".to_owned(), hash });
                self.ask(500);
            }
            98 => {
                self.say(100, Observed::Task { name: "buy".to_owned(), what: TaskWhat::Start });
                self.say(100, Observed::Help { element: None });
                self.say(100, Observed::Selection { collapsed: false });
            }
            _ => self.arrive(),
        }
    }
}

impl Iterator for Traffic {
    type Item = Input;

    fn next(&mut self) -> Option<Input> {
        while self.ready.is_empty() {
            self.scene();
        }
        self.ready.pop_front()
    }
}

/// The elements of a page.
pub(crate) fn elements(page: u32) -> impl Iterator<Item = Element> {
    (0..PER_PAGE).map(move |place| {
        let first = page * PER_PAGE;
        let (tag, role, flags) = match place {
            0 => ("main", "main", Flags(0)),
            1 => ("aside", "complementary", Flags(0)),
            _ if BUTTONS.contains(&place) => ("button", "button", Flags::INTERACTIVE),
            _ if FIELDS.contains(&place) => ("input", "textbox", Flags::INTERACTIVE.with(Flags::TEXT_FIELD)),
            _ if PLAYERS.contains(&place) => ("video", "", Flags(0)),
            _ => ("div", "", Flags(0)),
        };
        let around = ElementId(first + u32::from(TICKERS.contains(&place)));
        let (parent, region) = ((place > 1).then_some(around), Some(around));
        Element { id: ElementId(first + place), parent, tag: tag.to_owned(), role: role.to_owned(), region, flags }
    })
}

/// A pointer on an element.
pub(crate) fn pointer(element: ElementId, x: i32) -> Pointer {
    Pointer {
        element,
        x: Px(x * 100),
        y: Px(30_000),
        button: 0,
        detail: 1,
        mods: 0,
        device: Device::Mouse,
        trusted: true,
    }
}

/// A reading of a player.
pub(crate) fn reading(element: ElementId, what: VideoWhat, at: u64) -> Video {
    Video {
        element,
        what,
        at: Millis(at),
        length: Some(Millis(600_000)),
        rate_thousandths: 1000,
        muted: false,
        ready: 4,
        visible: true,
        looping: false,
        by_user: true,
    }
}

/// An input as a line of a trace.
#[allow(dead_code, reason = "only the bench that reads a trace needs it")]
pub(crate) fn line(input: &Input) -> String {
    let at = input.at.0;
    let said = match &input.what {
        Observed::Tick => r#""k":"tick""#.to_owned(),
        Observed::Element(element) => {
            let mut flags = Vec::new();
            for (flag, name) in [(Flags::INTERACTIVE, r#""interactive""#), (Flags::TEXT_FIELD, r#""text_field""#)] {
                flags.extend(element.flags.any(flag).then_some(name));
            }
            let id = |id: Option<ElementId>| id.map_or("null".to_owned(), |id| id.0.to_string());
            format!(
                r#""k":"element","el":{},"parent":{},"tag":"{}","role":"{}","region":{},"flags":[{}]"#,
                element.id.0,
                id(element.parent),
                element.tag,
                element.role,
                id(element.region),
                flags.join(","),
            )
        }
        Observed::Page { template, view, how, .. } => {
            format!(r#""k":"page","template":"{template}","view":"{view}","how":"{}""#, how.name())
        }
        Observed::PageHide { .. } => r#""k":"page_hide","persisted":false"#.to_owned(),
        Observed::Navigate { template, .. } => {
            format!(r#""k":"navigate","template":"{}","how":"push""#, template.as_deref().unwrap_or_default())
        }
        Observed::PointerDown(pointer) => of_pointer("pointer_down", pointer),
        Observed::PointerUp(pointer) => of_pointer("pointer_up", pointer),
        Observed::Click(pointer) => of_pointer("click", pointer),
        Observed::PointerMove { x, y } => format!(r#""k":"pointer_move","x":{},"y":{}"#, x.whole(), y.whole()),
        Observed::Key { element, .. } => {
            format!(r#""k":"key","el":{},"key":"char""#, element.unwrap_or_default().0)
        }
        Observed::Mutation { element, count, state, .. } => format!(
            r#""k":"mutation","el":{},"n":{count},"what":"childlist","state":{}"#,
            element.0,
            state.unwrap_or_default()
        ),
        Observed::Scroll { y, depth, .. } => {
            format!(r#""k":"scroll","el":null,"x":0,"y":{},"depth":{}"#, y.whole(), depth.unwrap_or_default())
        }
        Observed::Selection { collapsed } => format!(r#""k":"selection","collapsed":{collapsed}"#),
        Observed::RequestStart { id, .. } => format!(r#""k":"request_start","id":{id}"#),
        Observed::RequestEnd { id, status } => format!(r#""k":"request_end","id":{id},"status":{status}"#),
        Observed::Error { class, hash, .. } => {
            format!(r#""k":"error","cause":"other","class":"{class}","hash":"{hash}""#)
        }
        Observed::Field { element, form, field, what, length, .. } => {
            let what = match what {
                FieldWhat::Focus => "focus",
                FieldWhat::Input => "input",
                FieldWhat::Change => "change",
                _ => "blur",
            };
            let element = element.unwrap_or_default().0;
            format!(r#""k":"field","el":{element},"form":"{form}","field":"{field}","what":"{what}","length":{length}"#)
        }
        Observed::Form { form, .. } => format!(r#""k":"form","form":"{form}","what":"submit""#),
        Observed::Help { .. } => r#""k":"help","el":null"#.to_owned(),
        Observed::Task { name, what } => format!(r#""k":"task","name":"{name}","what":"{}""#, what.name()),
        Observed::Video(video) => {
            let what = match video.what {
                VideoWhat::Playing => "playing",
                VideoWhat::Time => "time",
                _ => "pause",
            };
            let (el, at) = (video.element.0, video.at.0 as f64 / 1000.0);
            format!(
                r#""k":"video","el":{el},"what":"{what}","at":{at},"length":600,"rate":1,"ready":4,"visible":true,"via":"user""#
            )
        }
        other => unreachable!("no scene has {other:?}"),
    };
    format!(r#"{{"t":{at},{said}}}"#)
}

fn of_pointer(kind: &str, pointer: &Pointer) -> String {
    let (el, x, y) = (pointer.element.0, pointer.x.whole(), pointer.y.whole());
    format!(r#""k":"{kind}","el":{el},"x":{x},"y":{y},"button":0,"detail":1,"mods":0,"pointer":"mouse","trusted":true"#)
}
