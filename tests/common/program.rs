//! The program itself, run to its end.

use std::path::Path;
use std::process::Command;

/// Runs the program in a folder and gives what it prints, and its status.
pub(crate) fn threadlab(folder: &Path, words: &[&str]) -> (String, Option<i32>) {
    let output = Command::new(env!("CARGO_BIN_EXE_threadlab"))
        .args(words)
        .current_dir(folder)
        .output()
        .expect("the program runs");
    let text = String::from_utf8(output.stdout).expect("text");
    (text, output.status.code())
}
