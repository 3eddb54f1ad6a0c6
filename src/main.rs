//! Arguments to a front to an exit code.

use std::process::ExitCode;

fn main() -> ExitCode {
    threadlab::front::run(std::env::args_os())
}
