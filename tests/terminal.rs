//! The prompt in a real terminal: what is typed is run, output appears above a half-typed line,
//! Ctrl-C stops what runs and Ctrl-D leaves.
//!
//! Waits are for what must appear, never for a time; a limit only ends a test that hangs.
#![cfg(unix)]

use std::process::Command;

use rexpect::session::{PtySession, spawn_command};

/// How long something may take to appear before the test counts as failed.
const LIMIT_MS: u64 = 30_000;

/// The prompt's own words, whatever stands before them.
const PROMPT: &str = "> ";

struct Prompt {
    terminal: PtySession,
    /// Holds the history, and vanishes with the test.
    _state: tempfile::TempDir,
}

impl Prompt {
    fn open() -> Self {
        let state = tempfile::tempdir().expect("a folder");
        let mut command = Command::new(env!("CARGO_BIN_EXE_threadlab"));
        command
            .args(["--color", "never"])
            .env("HOME", state.path())
            .env("XDG_STATE_HOME", state.path())
            .env("TERM", "xterm");
        let mut terminal = spawn_command(command, Some(LIMIT_MS)).expect("a terminal");
        // A prompt that hangs may not hold up the test that finds it.
        terminal.process_mut().set_kill_timeout(Some(1000));
        let mut prompt = Self {
            terminal,
            _state: state,
        };
        prompt.sees(PROMPT);
        prompt
    }

    /// Waits until this appears; gives what came before it.
    #[track_caller]
    fn sees(&mut self, text: &str) -> String {
        match self.terminal.exp_string(text) {
            Ok(before) => before,
            Err(error) => panic!("{text:?} does not appear: {error}"),
        }
    }

    fn keys(&mut self, keys: &str) {
        self.terminal.send(keys).expect("it takes keys");
        self.terminal.flush().expect("it takes keys");
    }

    /// Types a line and waits for the next prompt; gives what appeared.
    #[track_caller]
    fn types(&mut self, line: &str) -> String {
        self.keys(line);
        self.keys("\r");
        // The line is echoed and ends; then comes its output.
        self.sees("\r\n");
        self.sees(PROMPT)
    }

    /// Leaves with Ctrl-D, and waits until the program has ended.
    #[track_caller]
    fn ends(mut self) {
        self.terminal.send_control('d').expect("it takes keys");
        self.terminal.exp_eof().expect("Ctrl-D leaves");
    }
}

#[test]
fn the_first_snippet_typed_line_by_line() {
    let mut prompt = Prompt::open();
    for line in [
        "fn print_numbers() { for i in range(1, 6) { print(\"Number:\", i); } }",
        "fn print_letters() { for letter in \"abcde\" { print(\"Letter:\", letter); } }",
        "let thread1 = Thread(print_numbers);",
        "let thread2 = Thread(print_letters);",
    ] {
        prompt.types(line);
    }
    prompt.keys("thread1.start();\r");
    prompt.sees("Number: 5");
    prompt.keys("thread2.start();\r");
    prompt.sees("Letter: e");
    prompt.keys("thread1.join();\rthread2.join();\r");
    prompt.keys("print(\"Both threads\" + \" have finished.\");\r");
    prompt.sees("Both threads have finished.");
    prompt.ends();
}

#[test]
fn output_of_a_thread_appears_above_a_half_typed_line() {
    let mut prompt = Prompt::open();
    prompt.keys("let go_on = false;\r");
    prompt.keys("let t = spawn(|| { while !go_on { sleep(0.01); } sleep(0.3); print(\"from \" + \"below\"); });\r");
    prompt.keys("go_on = true;\r");
    prompt.keys("let half = 20 + 1");
    prompt.sees("from below");
    // The line stands again under the output, and can be finished.
    prompt.sees("let half = 20 + 1");
    prompt.keys(";\rprint(\"half is\", half);\r");
    prompt.sees("half is 21");
    prompt.ends();
}

#[test]
fn ctrl_c_stops_what_runs_and_the_variables_live_on() {
    let mut prompt = Prompt::open();
    prompt.keys("let kept = 41;\r");
    prompt.keys("print(\"now\" + \"!\"); loop { }\r");
    prompt.sees("now!");
    prompt.terminal.send_control('c').unwrap();
    prompt.sees("interrupted");
    prompt.sees(PROMPT);
    prompt.keys("print(\"kept:\", kept + 1);\r");
    prompt.sees("kept: 42");
    prompt.ends();
}

#[test]
fn an_open_brace_continues_and_ctrl_c_drops_it() {
    let mut prompt = Prompt::open();
    prompt.keys("for i in 0..2 {\r");
    prompt.keys("print(\"round\" + i); }\r");
    prompt.sees("round1");
    prompt.keys("for i in 0..2 {\r");
    prompt.terminal.send_control('c').unwrap();
    prompt.keys("print(\"fre\" + \"sh\");\r");
    prompt.sees("fresh");
    prompt.ends();
}
