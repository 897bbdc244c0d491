//! What one input costs the engine, by its kind. Each measurement feeds a thousand, so a microsecond reads as a
//! nanosecond for each; signals and events are taken after every input, as a page does.

mod traffic;

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use std::hint::black_box;

use traffic::{BUTTONS, FIELDS, PER_PAGE, PLAYERS, TICKERS, Traffic, pointer, reading};
use unsnag_core::engine::Engine;
use unsnag_core::input::{
    Arrival, Cause, ElementId, FieldWhat, FormWhat, Input, Key, Mutated, Observed, Px, VideoWhat,
};
use unsnag_core::thresholds::Thresholds;
use unsnag_core::time::{Millis, UnixMillis};

const INPUTS: usize = 1000;

/// An engine on a page whose elements it knows, with a form, players and tickers that were there for a while.
fn busy() -> Engine {
    let mut engine = Engine::new(Thresholds::default(), UnixMillis(1_700_000_000_000));
    let mut at = 0;
    let mut feed = |after: u64, what: Observed| {
        at += after;
        engine.feed(&Input { at: Millis(at), what });
    };
    let (template, view) = ("/shop/:id".to_owned(), "v1".to_owned());
    feed(0, Observed::Page { template, view, how: Arrival::Navigate, referrer_same_site: true });
    for element in traffic::elements(1) {
        feed(0, Observed::Element(element));
    }
    for place in PLAYERS {
        feed(1, Observed::Video(reading(ElementId(PER_PAGE + place), VideoWhat::Playing, 0)));
    }
    for place in FIELDS {
        feed(1, field(place, FieldWhat::Input, 3));
    }
    for round in 0..10 {
        for place in TICKERS {
            feed(100, mutation(place, round));
        }
    }
    engine.take_signals();
    engine.take_events();
    engine
}

fn mutation(place: u32, state: u32) -> Observed {
    Observed::Mutation { element: ElementId(PER_PAGE + place), count: 3, what: Mutated::Text, state: Some(state) }
}

fn field(place: u32, what: FieldWhat, length: u32) -> Observed {
    Observed::Field {
        element: Some(ElementId(PER_PAGE + place)),
        form: "checkout".to_owned(),
        field: format!("field{place}"),
        what,
        length,
        deleted: 0,
        secret: false,
    }
}

/// Feeds a thousand inputs that this makes: of each its number, and how long after the one before it comes.
fn bench(c: &mut Criterion, name: &str, make: impl Fn(u32) -> (u64, Observed)) {
    let engine = busy();
    let mut at = engine.now();
    let inputs: Vec<Input> = (0..INPUTS as u32)
        .map(|number| {
            let (after, what) = make(number);
            at = at + Millis(after);
            Input { at, what }
        })
        .collect();
    run(c, name, &engine, &inputs);
}

fn run(c: &mut Criterion, name: &str, engine: &Engine, inputs: &[Input]) {
    let mut group = c.benchmark_group("a thousand inputs");
    group.throughput(Throughput::Elements(inputs.len() as u64));
    group.bench_function(name, |b| {
        b.iter_batched_ref(
            || engine.clone(),
            |engine| {
                for input in inputs {
                    engine.feed(black_box(input));
                    black_box(engine.take_signals());
                    black_box(engine.take_events());
                }
            },
            BatchSize::LargeInput,
        );
    });
    group.finish();
}

/// Down, up and click on one button after the other.
fn click(number: u32, pause: u64) -> (u64, Observed) {
    let place = BUTTONS.start + number / 3 % (BUTTONS.end - BUTTONS.start);
    let pointer = pointer(ElementId(PER_PAGE + place), 100);
    match number % 3 {
        0 => (pause, Observed::PointerDown(pointer)),
        1 => (60, Observed::PointerUp(pointer)),
        _ => (1, Observed::Click(pointer)),
    }
}

fn inputs(c: &mut Criterion) {
    bench(c, "tick", |_| (16, Observed::Tick));
    bench(c, "element", |n| {
        let page = 2 + n / PER_PAGE;
        (0, Observed::Element(traffic::elements(page).nth((n % PER_PAGE) as usize).unwrap_or_else(|| unreachable!())))
    });
    bench(c, "pointer move", |n| {
        (16, Observed::PointerMove { x: Px(n.cast_signed() % 900 * 100), y: Px(n.cast_signed() % 400 * 100) })
    });
    bench(c, "pointer shaken", |n| {
        (16, Observed::PointerMove { x: Px((n / 4 % 2).cast_signed() * 30_000), y: Px(1000) })
    });
    bench(c, "click on a dead button", |n| click(n, 5000));
    bench(c, "rage", |n| click(n % 3, 60));
    bench(c, "click answered", |n| match n % 4 {
        3 => (40, mutation(1, n)),
        part => click(n / 4 * 3 + part, 5000),
    });
    bench(c, "click that asks a server", |n| match n % 5 {
        3 => (4, Observed::RequestStart { id: n, by_itself: false }),
        4 => (200, Observed::RequestEnd { id: n - 1, status: 200 }),
        part => click(n / 5 * 3 + part, 5000),
    });
    bench(c, "key", |n| {
        let element = Some(ElementId(PER_PAGE + FIELDS.start + n / 8 % (FIELDS.end - FIELDS.start)));
        (100, Observed::Key { element, key: Key::Char, repeat: false })
    });
    bench(c, "mutation on a noisy page", |n| (1, mutation(TICKERS.start + n % (TICKERS.end - TICKERS.start), n)));
    bench(c, "mutation on a noisy page, clicks wait", |n| match n % 50 {
        part @ 0..3 => click(part, 60),
        _ => (1, mutation(TICKERS.start + n % (TICKERS.end - TICKERS.start), n)),
    });
    bench(c, "scroll", |n| {
        let y = Px((n % 80).cast_signed() * 10_000);
        (50, Observed::Scroll { element: None, x: Px(0), y, depth: Some((n % 100) as u8) })
    });
    bench(c, "field input", |n| {
        (120, field(FIELDS.start + n / 8 % (FIELDS.end - FIELDS.start), FieldWhat::Input, n % 8 + 1))
    });
    bench(c, "form refused", |n| match n % 3 {
        0 => (500, field(FIELDS.start, FieldWhat::Input, 5)),
        1 => (500, Observed::Form { form: "checkout".to_owned(), what: FormWhat::Submit }),
        _ => (50, field(FIELDS.start, FieldWhat::Invalid, 5)),
    });
    bench(c, "video time", |n| {
        let element = ElementId(PER_PAGE + PLAYERS.start + n % (PLAYERS.end - PLAYERS.start));
        (84, Observed::Video(reading(element, VideoWhat::Time, u64::from(n / 3) * 250)))
    });
    bench(c, "network start, end", |n| match n % 2 {
        0 => (30, Observed::RequestStart { id: n, by_itself: false }),
        _ => (30, Observed::RequestEnd { id: n - 1, status: 200 }),
    });
    bench(c, "script error", |n| {
        let hash = format!("{:08x}", n % 40);
        (50, Observed::Error { cause: Cause::Other, class: "TypeError".to_owned(), hash })
    });
    let mixed: Vec<Input> = Traffic::new(7).skip(10_000).take(INPUTS).collect();
    let mut engine = busy();
    for input in Traffic::new(7).take(10_000) {
        engine.feed(&input);
        engine.take_signals();
        engine.take_events();
    }
    run(c, "a lively page", &engine, &mixed);
}

criterion_group!(benches, inputs);
criterion_main!(benches);
