//! Ten million inputs through one engine: nanoseconds for each, and the most that it held. Then an hour's trace, about
//! 200,000 lines, replayed twice: how long it takes, and that both say the same.

#![allow(clippy::disallowed_methods, reason = "a bench needs a clock")]
#![allow(clippy::unwrap_used, reason = "a bench that cannot go on shall say where")]

mod traffic;

use std::hint::black_box;
use std::time::{Duration, Instant};

use traffic::Traffic;
use unsnag_core::engine::Engine;
use unsnag_core::input::Input;
use unsnag_core::replay::replay;
use unsnag_core::thresholds::Thresholds;
use unsnag_core::time::UnixMillis;

/// Inputs made in advance, so that making them is not measured.
const CHUNK: usize = 10_000;
const ORIGIN: UnixMillis = UnixMillis(1_700_000_000_000);

/// What one stream of inputs came to.
#[derive(Default)]
struct Outcome {
    /// For each chunk, in the order of size at the end.
    spent: Vec<Duration>,
    signals: usize,
    events: usize,
    /// Bytes held now, and the most that were held at once.
    held: i64,
    peak: i64,
}

/// `taken`: somebody takes signals and events at each input. `counted`: allocations are counted, which takes time.
fn stream(inputs: usize, taken: bool, counted: bool) -> Outcome {
    let mut traffic = Traffic::new(42);
    let mut engine = None;
    let mut outcome = Outcome::default();
    for _ in 0..inputs / CHUNK {
        let chunk: Vec<Input> = traffic.by_ref().take(CHUNK).collect();
        let (mut signals, mut events) = (0, 0);
        let mut run = || {
            let engine = engine.get_or_insert_with(|| Engine::new(Thresholds::default(), ORIGIN));
            for input in &chunk {
                engine.feed(black_box(input));
                if taken {
                    signals += engine.take_signals().len();
                    events += engine.take_events().len();
                }
            }
        };
        if counted {
            let used = allocation_counter::measure(run);
            outcome.peak = outcome.peak.max(outcome.held + used.bytes_max.cast_signed());
            outcome.held += used.bytes_current;
        } else {
            let start = Instant::now();
            run();
            outcome.spent.push(start.elapsed());
        }
        outcome.signals += signals;
        outcome.events += events;
    }
    outcome.spent.sort();
    outcome
}

/// Nanoseconds for each input of a chunk.
fn each(chunk: Duration) -> u128 {
    chunk.as_nanos() / CHUNK as u128
}

/// An hour at the pace of 200,000 lines: three hours of a visitor, told three times as fast.
fn hour() -> String {
    let mut text = String::from(r#"{"trace":1,"time_origin":1700000000000,"viewport":[1280,720]}"#);
    for mut input in Traffic::new(42).take_while(|input| input.at.0 <= 3 * 3_600_000) {
        input.at.0 /= 3;
        text.push('\n');
        text.push_str(&traffic::line(&input));
    }
    text
}

fn main() {
    // On a machine that others use too, the median of the chunks is what an input costs.
    println!("inputs      taken  median ns/input   mean    99 %  signals    events  held KiB  peak KiB");
    for (inputs, taken) in [(1_000_000, true), (10_000_000, true), (1_000_000, false), (10_000_000, false)] {
        let (timed, counted) = (stream(inputs, taken, false), stream(inputs, taken, true));
        println!(
            "{inputs:<12}{:<7}{:>15}{:>7}{:>8}{:>9}{:>10}{:>10}{:>10}",
            if taken { "each" } else { "never" },
            each(timed.spent[timed.spent.len() / 2]),
            each(timed.spent.iter().sum::<Duration>() / timed.spent.len() as u32),
            each(timed.spent[timed.spent.len() * 99 / 100]),
            timed.signals,
            timed.events,
            counted.held / 1024,
            counted.peak / 1024,
        );
    }
    let trace = hour();
    let lines = trace.lines().count();
    let start = Instant::now();
    let first = replay(&trace, None).unwrap();
    let spent = start.elapsed();
    assert_eq!(first, replay(&trace, None).unwrap(), "the same trace gives the same lines");
    println!(
        "replay of an hour: {lines} lines, {} MiB, in {} ms, {} ns a line; {} lines come out, twice the same",
        trace.len() >> 20,
        spent.as_millis(),
        spent.as_nanos() / lines as u128,
        first.len(),
    );
}
