//! The binary `kinesis-stub`; everything is in the library.

use std::process::ExitCode;

fn main() -> ExitCode {
    unsnag_kinesis_stub::main()
}
