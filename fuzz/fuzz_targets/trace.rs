//! Random text for the reader of recorded traces, and all of it through the detectors.

#![no_main]

libfuzzer_sys::fuzz_target!(|text: &str| {
    let _ = unsnag_fuzz::trace(text);
});
