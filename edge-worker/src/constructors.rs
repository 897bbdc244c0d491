//! Static constructors, by which tract registers its operators.

use wasm_bindgen::prelude::wasm_bindgen;

/// Runs them once. The linker puts them before each call of each export where nobody calls them by name.
#[wasm_bindgen(start)]
fn run() {
    #[cfg(target_arch = "wasm32")]
    call();
}

#[cfg(target_arch = "wasm32")]
#[allow(unsafe_code, reason = "the linker makes the function, so only a declaration can name it")]
fn call() {
    unsafe extern "C" {
        fn __wasm_call_ctors();
    }
    // SAFETY: it takes and returns nothing, and this is the start of the instance, where nothing runs beside it.
    unsafe { __wasm_call_ctors() }
}
