//! The binary `unsnag`; everything is in the library.

use std::process::ExitCode;

fn main() -> ExitCode {
    unsnag_collector::main()
}
