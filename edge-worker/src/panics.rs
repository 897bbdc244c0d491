//! Panics: what is logged of one, and how to cause one on purpose.

use std::panic::{self, PanicHookInfo};

use crate::http::Head;
use crate::log;

/// From now on a panic is one log line. What comes after it, `shim/worker.mjs` does.
pub(crate) fn log_from_now_on() {
    panic::set_hook(Box::new(|info: &PanicHookInfo<'_>| {
        let at = info.location().map(ToString::to_string).unwrap_or_default();
        // A message that was put together may quote what it was put together from; a literal cannot.
        log::panicked(&at, info.payload().downcast_ref::<&'static str>().copied());
    }));
}

/// A path at which requests kill the instance that answers them.
#[derive(Debug)]
pub(crate) struct Drill {
    path: Option<String>,
}

impl Drill {
    pub(crate) fn new(path: Option<String>) -> Self {
        Self { path }
    }

    /// Dies if the request asks for it: by a panic, or with `?trap` by a trap that no hook sees, as memory that runs
    /// out would.
    pub(crate) fn run(&self, head: &Head) {
        if self.path.as_ref().is_some_and(|path| *path == head.path) {
            if head.query == "trap" {
                trap();
            }
            panic!("asked to by UNSNAG_PANIC_PATH");
        }
    }
}

#[cfg(target_arch = "wasm32")]
fn trap() -> ! {
    core::arch::wasm32::unreachable()
}

#[cfg(not(target_arch = "wasm32"))]
fn trap() -> ! {
    std::process::abort()
}
