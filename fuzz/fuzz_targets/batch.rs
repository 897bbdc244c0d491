//! Random bodies for the route that takes batches.

#![no_main]

libfuzzer_sys::fuzz_target!(|body: &[u8]| {
    let _ = unsnag_fuzz::batch(body);
});
