//! Random inputs for the engine, in any order and at any times.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let _ = unsnag_fuzz::inputs(bytes);
});
