//! The prompt in a real terminal: what is typed is run, output appears above a half-typed line,
//! Ctrl-C stops what runs and Ctrl-D leaves.
//!
//! Waits are for what must appear, never for a time; a limit only ends a test that hangs.
#![cfg(unix)]

#[path = "common/pty.rs"]
mod pty;

use std::io::Write;
use std::process::Command;
use std::time::Duration;

use rexpect::process::Signal;
use rexpect::process::WaitStatus;
use rexpect::session::{PtySession, spawn_command};

use pty::Pty;

/// How long something may take to appear before the test counts as failed.
const LIMIT_MS: u64 = 30_000;

/// What a terminal is sent when the prompt begins to read a line.
const READY: &str = "\x1b[?2004h";

struct Prompt {
    terminal: PtySession,
    /// Holds the history, and vanishes with the test.
    state: std::sync::Arc<tempfile::TempDir>,
}

impl Prompt {
    fn open() -> Self {
        Self::open_in(std::sync::Arc::new(tempfile::tempdir().expect("a folder")))
    }

    /// A prompt whose history lies here.
    fn open_in(state: std::sync::Arc<tempfile::TempDir>) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_threadlab"));
        command
            .args(["--color", "never"])
            .env("HOME", state.path())
            .env("XDG_STATE_HOME", state.path())
            .env("TERM", "xterm");
        let mut terminal = spawn_command(command, Some(LIMIT_MS)).expect("a terminal");
        // A prompt that hangs may not hold up the test that finds it.
        terminal.process_mut().set_kill_timeout(Some(1000));
        let mut prompt = Self { terminal, state };
        prompt.ready();
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

    /// Waits until the prompt takes keys: what is typed earlier may be lost between two lines.
    #[track_caller]
    fn ready(&mut self) {
        self.sees(READY);
    }

    /// Types a line and waits until the prompt takes the next one.
    #[track_caller]
    fn types(&mut self, line: &str) {
        self.keys(line);
        self.keys("\r");
        self.ready();
    }

    /// Sends bytes, be they text or not.
    fn bytes(&mut self, bytes: &[u8]) {
        let mut terminal = self.terminal.process().get_file_handle().expect("a handle");
        terminal.write_all(bytes).expect("it takes bytes");
    }

    /// Sends a signal; gives the exit status and the history that was kept.
    #[track_caller]
    fn ends_by(mut self, signal: Signal) -> (WaitStatus, String) {
        self.terminal
            .process_mut()
            .signal(signal)
            .expect("it is there");
        self.terminal.exp_eof().expect("the signal ends it");
        let status = self.terminal.process().wait().expect("it has ended");
        let history = self.state.path().join("threadlab").join("history");
        (status, std::fs::read_to_string(history).expect("a history"))
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
    prompt.types("thread1.join();");
    prompt.types("thread2.join();");
    prompt.keys("print(\"Both threads\" + \" have finished.\");\r");
    prompt.sees("Both threads have finished.");
    prompt.ready();
    prompt.ends();
}

#[test]
fn output_of_a_thread_appears_above_a_half_typed_line() {
    let mut prompt = Prompt::open();
    prompt.types("let go_on = false;");
    prompt.types("let t = spawn(|| { while !go_on { sleep(0.01); } sleep(0.3); print(\"from \" + \"below\"); });");
    prompt.types("go_on = true;");
    prompt.keys("let half = 20 + 1");
    prompt.sees("from below");
    // The line stands again under the output, and can be finished.
    prompt.sees("let half = 20 + 1");
    prompt.types(";");
    prompt.keys("print(\"half is\", half);\r");
    prompt.sees("half is 21");
    prompt.ready();
    prompt.ends();
}

#[test]
fn ctrl_c_stops_what_runs_and_the_variables_live_on() {
    let mut prompt = Prompt::open();
    prompt.types("let kept = 41;");
    prompt.keys("print(\"now\" + \"!\"); loop { }\r");
    prompt.sees("now!");
    prompt.terminal.send_control('c').unwrap();
    prompt.sees("interrupted");
    prompt.ready();
    prompt.keys("print(\"kept:\", kept + 1);\r");
    prompt.sees("kept: 42");
    prompt.ready();
    prompt.ends();
}

/// What was typed ahead is answered in its order, and Ctrl-C means all of it.
#[test]
fn ctrl_c_also_drops_what_was_typed_behind_what_runs() {
    let mut prompt = Prompt::open();
    prompt.keys("print(\"be\" + \"gun\"); loop { }\nprint(\"never\");\nlet x = 1;\n");
    prompt.sees("begun");
    prompt.terminal.send_control('c').unwrap();
    prompt.sees("The 2 inputs behind it have not run.");
    prompt.ready();
    prompt.ends();
}

#[test]
fn an_open_brace_continues_and_ctrl_c_drops_it() {
    let mut prompt = Prompt::open();
    prompt.keys("for i in 0..2 {\r");
    prompt.keys("print(\"round\" + i); }\r");
    prompt.sees("round1");
    prompt.ready();
    prompt.keys("for i in 0..2 {\r");
    prompt.terminal.send_control('c').unwrap();
    prompt.ready();
    prompt.keys("print(\"fre\" + \"sh\");\r");
    prompt.sees("fresh");
    prompt.ready();
    prompt.ends();
}

#[test]
fn a_deadlock_in_the_background_is_told_while_one_types() {
    let mut prompt = Prompt::open();
    prompt.types("let a = Lock(); let b = Lock(); let go = Event();");
    prompt.types("spawn(|| { with a { go.wait(); with b { } } });");
    prompt.types("spawn(|| { with b { go.wait(); with a { } } });");
    prompt.types("spawn(|| { loop { sleep(0.01); } });");
    // Nothing waits for them, and no further line is entered: only the event can tell.
    prompt.types("Timer(0.3, || go.set()).start();");
    prompt.keys("let half = 20 + 1");
    prompt.sees("these threads wait for ever");
    prompt.sees("Ctrl-C on an empty line stops them");
    prompt.sees("let half = 20 + 1");
    prompt.keys("; print(\"half is\", half);\r");
    prompt.sees("half is 21");
    prompt.ready();
    prompt.terminal.send_control('c').expect("it takes keys");
    prompt.sees("Stopped:");
    prompt.ready();
    prompt.ends();
}

#[test]
fn a_race_is_explored_replayed_and_stepped_through() {
    let mut prompt = Prompt::open();
    prompt.types("let n = 0;");
    prompt.types("fn add() { n += 1; }");
    prompt.types("let a = spawn(add); let b = spawn(add); a.join(); b.join(); assert(n == 2);");
    prompt.keys(":explore\r");
    prompt.sees("proved: all 6 interleavings (15 states)");
    prompt.sees("(lost update)");
    prompt.sees("replay it: :replay ");
    prompt.ready();
    prompt.keys(":replay\r");
    prompt.sees("outcome: main fails: assertion failed");
    prompt.ready();
    prompt.keys(":step\r");
    prompt.sees("will read n");
    prompt.ready();
    for (key, seen) in [("1", "Thread-1 reads n: 0"), ("2", "Thread-2 reads n: 0")] {
        prompt.keys(key);
        prompt.keys("\r");
        prompt.sees(seen);
        prompt.ready();
    }
    prompt.keys("r\r");
    prompt.sees("You have made it fail!");
    prompt.ready();
    prompt.types("q");
    prompt.keys("print(\"n is\", n);\r");
    prompt.sees("n is 2");
    prompt.ready();
    prompt.ends();
}

/// Checks that a signal ends a prompt that `typed` has brought into some state.
#[track_caller]
fn check_end_by(signal: Signal, status: i32, typed: impl FnOnce(&mut Prompt)) {
    let mut prompt = Prompt::open();
    prompt.types("let kept = 41;");
    typed(&mut prompt);
    let (ended, history) = prompt.ends_by(signal);
    assert!(
        matches!(ended, WaitStatus::Exited(_, code) if code == status),
        "{ended:?}"
    );
    assert!(history.contains("let kept = 41;"), "{history}");
}

#[test]
fn a_signal_ends_the_prompt_and_the_history_is_kept() {
    check_end_by(Signal::SIGTERM, 143, |_| {});
    check_end_by(Signal::SIGHUP, 129, |_| {});
    check_end_by(Signal::SIGTERM, 143, |prompt| {
        prompt.keys("let half = 20 + 1")
    });
    check_end_by(Signal::SIGTERM, 143, |prompt| {
        prompt.keys("print(\"now\" + \"!\"); loop { }\r");
        prompt.sees("now!");
    });
    check_end_by(Signal::SIGHUP, 129, |prompt| {
        prompt.types("let t = spawn(|| { loop { sleep(0.01); } });");
    });
}

#[test]
fn a_signal_leaves_the_terminal_as_it_was() {
    let state = tempfile::tempdir().expect("a folder");
    let mut command = Command::new("sh");
    let binary = env!("CARGO_BIN_EXE_threadlab");
    command
        .args([
            "-c",
            &format!("sh -c 'echo \"it is $$.\"; exec {binary} --color never'; stty -a"),
        ])
        .env("XDG_STATE_HOME", state.path())
        .env("TERM", "xterm");
    let mut terminal = spawn_command(command, Some(LIMIT_MS)).expect("a terminal");
    terminal.exp_string("it is ").expect("a number");
    let pid = terminal.exp_string(".").expect("a number");
    terminal.exp_string(READY).expect("a prompt");
    let sent = Command::new("kill").args(["-TERM", &pid]).status();
    assert!(sent.is_ok_and(|status| status.success()));
    terminal
        .exp_string("\x1b[?2004l")
        .expect("pastes are not marked any more");
    let mode = terminal.exp_eof().expect("the shell ends");
    for flag in ["icanon", "isig", "icrnl", "opost"] {
        let is_on = mode.split([' ', ';', '\r', '\n']).any(|word| word == flag);
        assert!(is_on, "{flag}: {mode}");
    }
}

#[test]
fn bytes_that_are_no_text_do_not_end_the_prompt() {
    for bytes in [
        &b"\xc3("[..],
        b"\xff",
        b"\xe0\x80\xaf",
        b"\xc0\xaf",
        b"\xed\xa0\x80",
    ] {
        let mut prompt = Prompt::open();
        prompt.keys("let half = 20 + 1");
        prompt.sees("let half = 20 + 1");
        prompt.bytes(bytes);
        prompt.sees("is not UTF-8 text");
        prompt.ready();
        // What was typed before is still there. (What follows the bytes may be.)
        prompt.sees("let half = 20 + 1");
        prompt.terminal.send_control('c').expect("it takes keys");
        prompt.ready();
        prompt.keys("print(\"still \" + \"here\");\r");
        prompt.sees("still here");
        prompt.ready();
        prompt.ends();
    }
}

#[test]
fn input_asks_in_the_terminal_and_ctrl_c_ends_the_question() {
    let mut prompt = Prompt::open();
    prompt.keys("let name = input(\"na\" + \"me? \");\r");
    prompt.sees("name? ");
    prompt.keys("Ann\r");
    prompt.ready();
    prompt.keys("print(\"Hello\" + \" \" + name);\r");
    prompt.sees("Hello Ann");
    prompt.ready();
    prompt.keys("input(\"more\" + \"? \")\r");
    prompt.sees("more? ");
    prompt.terminal.send_control('c').expect("it takes keys");
    prompt.ready();
    // What is typed now is the prompt's.
    prompt.keys("40 + 2\r");
    prompt.sees("42");
    prompt.ready();
    prompt.ends();
}

/// A flood never pauses: what reads it must not wait for that, as `exp_string` does.
#[test]
fn ctrl_c_in_a_flood_says_how_much_it_has_dropped() {
    for flood in [
        "loop { print(\"flood\" + \"ed\"); }",
        "let t = []; for i in 0..8 { t.push(spawn(|| { loop { print(\"flood\" + \"ed\"); } })); } t[0].join();",
    ] {
        let home = tempfile::tempdir().expect("a folder");
        let mut prompt = Pty::open("--color never", (80, 24), home.path(), |_| {});
        let mut seen = String::new();
        let mut sees = |text: &str, prompt: &Pty| {
            let limit = Duration::from_millis(LIMIT_MS);
            while !seen.contains(text) {
                let keep = seen.len().saturating_sub(READY.len().max(text.len()));
                seen = seen.split_off(seen.ceil_char_boundary(keep));
                let more = prompt.output.recv_timeout(limit);
                let more = more.unwrap_or_else(|_| panic!("{text:?} does not appear: {seen}"));
                seen.push_str(&String::from_utf8_lossy(&more));
            }
            let end = seen.find(text).map_or(0, |at| at + text.len());
            seen.drain(..end);
        };
        let keys = |prompt: &mut Pty, keys: &str| {
            prompt
                .keyboard
                .write_all(keys.as_bytes())
                .expect("it takes keys");
        };
        sees(READY, &prompt);
        keys(&mut prompt, flood);
        keys(&mut prompt, "\r");
        (0..1000).for_each(|_| sees("flooded", &prompt));
        keys(&mut prompt, "\x03");
        sees("lines dropped", &prompt);
        sees(READY, &prompt);
        keys(&mut prompt, "print(\"on it \" + \"goes\");\r");
        sees("on it goes", &prompt);
        sees(READY, &prompt);
        keys(&mut prompt, "\x04");
        prompt.process.wait().expect("it ends");
    }
}

#[test]
fn a_prompt_that_was_suspended_goes_on() {
    let mut prompt = Prompt::open();
    prompt.types("let kept = 41;");
    prompt.keys("kept + ");
    prompt.sees("kept + ");
    let process = prompt.terminal.process_mut();
    process.signal(Signal::SIGTSTP).expect("it is there");
    process.signal(Signal::SIGCONT).expect("it is there");
    prompt.keys("1\r");
    prompt.sees("42");
    prompt.ready();
    let (_, history) = prompt.ends_by(Signal::SIGHUP);
    assert!(history.contains("let kept = 41;"), "{history}");
}

#[test]
fn two_prompts_write_one_history() {
    let mut first = Prompt::open();
    let state = first.state.clone();
    let mut second = Prompt::open_in(state.clone());
    for round in 0..5 {
        first.types(&format!("let first{round} = 1;"));
        second.types(&format!("let second{round} = 2;"));
    }
    let history = state.path().join("threadlab").join("history");
    first.ends();
    second.ends();
    let text = std::fs::read_to_string(&history).expect("a history");
    for round in 0..5 {
        for name in ["first", "second"] {
            let input = format!("let {name}{round} =");
            assert_eq!(text.matches(&input).count(), 1, "{input}\n{text}");
        }
    }
}

/// A disk that is full is a word, and the session goes on.
#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_does_not_end_the_prompt() {
    let mut prompt = Prompt::open();
    prompt.types("let kept = 41;");
    prompt.keys(":save! /dev/full\r");
    prompt.sees("cannot be written");
    prompt.ready();
    prompt.keys(":record /dev/full\r");
    prompt.sees("'/dev/full'");
    prompt.ready();
    prompt.keys("kept + 1\r");
    prompt.sees("42");
    prompt.ready();
    prompt.ends();
}

/// A history that is no file is not read: a device may have no end.
#[cfg(target_os = "linux")]
#[test]
fn a_history_on_a_device_is_not_kept() {
    let state = std::sync::Arc::new(tempfile::tempdir().expect("a folder"));
    let folder = state.path().join("threadlab");
    std::fs::create_dir(&folder).expect("a folder");
    std::os::unix::fs::symlink("/dev/full", folder.join("history")).expect("a link");
    let mut prompt = Prompt::open_in(state);
    prompt.types("40 + 2");
    prompt.ends();
}
