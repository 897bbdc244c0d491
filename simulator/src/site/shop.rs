//! The default site: a small shop with one course, and ten documented obstacles.

use unsnag_core::input::Flags;

use super::{Control, Does, Entry, Field, Form, HardPart, Journey, Obstacle, Page, Site, Stage, Step};
use crate::fault::Fault;
use crate::visitor::Goal;

/// The lesson's video, s. Six minutes: where the median engagement time tops out (Guo, Kim and Rubin, 2014).
pub(super) const LESSON_S: u32 = 360;
/// Where some go back in it. Of 23,009 viewings of a public course a quarter has two rewinds or more, and a half has
/// none; where they go back is assumed.
pub(super) const HARD_PARTS: [HardPart; 2] =
    [HardPart { end_s: 100, goes_back: 0.25 }, HardPart { end_s: 250, goes_back: 0.4 }];

const PRODUCT: &str = "/product/:id";
const BASKET: &str = "/basket";
const CHECKOUT: &str = "/checkout";
const ORDER: &str = "/order/:id";
const HELP: &str = "/help";
const LESSON: &str = "/lesson/:id";

pub(super) fn site() -> Site {
    Site { pages: pages(), journeys: journeys(), obstacles: obstacles() }
}

fn pages() -> Vec<Page> {
    let page = |template, words, height_px, controls: Vec<Control>| Page {
        template,
        words,
        height_px,
        controls: header().into_iter().chain(controls).collect(),
        forms: Vec::new(),
        video_s: None,
        hard_parts: Vec::new(),
    };
    let size = Control { starts: Some("add"), ..button("size", Does::Change) };
    let add = Control { ends: Some("add"), ..button("add", Does::Ask) };
    let more = Control { flags: Flags::INTERACTIVE.with(Flags::STEPPER), ..button("more", Does::Change) };
    vec![
        page("/", 220, 2400, vec![link("product", PRODUCT), link("lesson", LESSON), link("contact", HELP)]),
        page(PRODUCT, 320, 2200, vec![size, add]),
        page(BASKET, 80, 900, vec![more, link("back", PRODUCT), link("checkout", CHECKOUT)]),
        Page {
            forms: vec![form("order", "checkout", order_fields(), Some(ORDER))],
            ..page(CHECKOUT, 120, 1500, vec![submit("place", "order")])
        },
        page(ORDER, 60, 800, Vec::new()),
        Page {
            forms: vec![form(
                "question",
                "ask",
                vec![known("email", 22), field("topic", Entry::Choice), field("message", Entry::Text(80))],
                None,
            )],
            ..page(HELP, 260, 1800, vec![submit("send", "question")])
        },
        Page {
            forms: vec![Form {
                graded: true,
                ..form("quiz", "lesson", ["q1", "q2", "q3"].map(|q| field(q, Entry::Choice)).to_vec(), None)
            }],
            video_s: Some(LESSON_S),
            ..page(LESSON, 120, 1400, vec![submit("check", "quiz")])
        },
    ]
}

fn order_fields() -> Vec<Field> {
    vec![
        known("name", 14),
        known("email", 22),
        known("street", 18),
        known("postcode", 6),
        known("city", 9),
        field("delivery", Entry::Text(12)),
        field("card", Entry::Secret(16)),
    ]
}

/// Every page has these.
fn header() -> [Control; 3] {
    [link("home", "/"), link("basket", BASKET), button("help", Does::Help)]
        .map(|control| Control { in_header: true, ..control })
}

fn button(name: &'static str, does: Does) -> Control {
    let (tag, role, flags) = ("button", "button", Flags::INTERACTIVE);
    Control { name, tag, role, flags, in_header: false, does, starts: None, ends: None }
}

fn submit(name: &'static str, form: &'static str) -> Control {
    Control { flags: Flags::INTERACTIVE.with(Flags::SUBMIT), ..button(name, Does::Submit(form)) }
}

fn link(name: &'static str, to: &'static str) -> Control {
    let flags = Flags::INTERACTIVE.with(Flags::LINK);
    Control { tag: "a", role: "link", flags, ..button(name, Does::Go(to)) }
}

fn form(name: &'static str, task: &'static str, fields: Vec<Field>, then: Option<&'static str>) -> Form {
    Form { name, task, fields, then, graded: false }
}

fn field(name: &'static str, entry: Entry) -> Field {
    Field { name, entry, fills_itself: false }
}

fn known(name: &'static str, length: u32) -> Field {
    Field { fills_itself: true, ..field(name, Entry::Text(length)) }
}

fn journeys() -> Vec<Journey> {
    let stage = |share, steps: Vec<Step>| Stage { steps, share };
    let look = || vec![Step::Press("product"), Step::Read(0.8), Step::Back];
    vec![
        Journey {
            goal: Goal::Buy,
            stages: vec![
                stage(1.0, vec![Step::Read(0.6)]),
                stage(0.12, vec![Step::OpenTab("product"), Step::Read(0.5), Step::CloseTab]),
                stage(1.0, vec![Step::Press("product"), Step::Read(1.0), Step::Press("size"), Step::Press("add")]),
                stage(1.0, vec![Step::Press("basket"), Step::Read(0.5)]),
                stage(0.3, vec![Step::Times("more", 3)]),
                stage(0.3, vec![Step::LookAgain("back", "basket")]),
                stage(1.0, vec![Step::Press("checkout"), Step::Read(0.2), Step::Fill("order"), Step::Submit("order")]),
                stage(1.0, vec![Step::Read(0.5)]),
            ],
        },
        Journey {
            goal: Goal::Ask,
            stages: vec![
                stage(1.0, vec![Step::Read(0.3), Step::Press("contact"), Step::Read(0.5)]),
                stage(1.0, vec![Step::Fill("question"), Step::Submit("question"), Step::Read(0.1)]),
            ],
        },
        Journey {
            goal: Goal::Learn,
            stages: vec![
                stage(1.0, vec![Step::Read(0.3), Step::Press("lesson"), Step::Read(0.2), Step::Watch]),
                stage(1.0, vec![Step::Fill("quiz"), Step::Submit("quiz"), Step::Read(0.1)]),
            ],
        },
        Journey {
            goal: Goal::Browse,
            stages: vec![
                stage(1.0, vec![Step::Read(0.8)]),
                stage(0.8, look()),
                stage(0.6, look()),
                stage(0.4, look()),
                stage(0.3, look()),
            ],
        },
    ]
}

/// How often each is met, gives way and is got around is assumed. Most are rare, as they are where people look after a
/// site; the broken link is common because few go back.
fn obstacles() -> Vec<Obstacle> {
    let all = [
        ("dead-add", Fault::DeadButton, PRODUCT, "add", 0.06, 0.0, 0.06),
        ("slow-add", Fault::SlowAnswer, PRODUCT, "add", 0.06, 0.25, 0.05),
        ("error-size", Fault::ScriptError, PRODUCT, "size", 0.05, 0.0, 0.06),
        ("broken-back", Fault::BrokenBackLink, BASKET, "back", 0.30, 0.0, 0.35),
        ("refused-postcode", Fault::RefusedValue, CHECKOUT, "postcode", 0.07, 0.0, 0.15),
        ("confusing-delivery", Fault::ConfusingField, CHECKOUT, "delivery", 0.06, 0.0, 0.20),
        ("disabled-place", Fault::DisabledSubmit, CHECKOUT, "place", 0.05, 0.0, 0.12),
        ("failed-place", Fault::FailedRequest, CHECKOUT, "place", 0.05, 0.25, 0.05),
        ("dead-send", Fault::DeadButton, HELP, "send", 0.08, 0.0, 0.06),
        ("stalling-lesson", Fault::StallingVideo, LESSON, "lesson", 0.15, 0.2, 0.08),
    ];
    all.map(|(id, fault, page, on, probability, gives_way, workaround)| Obstacle {
        id,
        fault,
        page,
        on,
        probability,
        gives_way,
        workaround,
    })
    .to_vec()
}
