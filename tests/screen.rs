//! The prompt as one sees it: keys go in, and a terminal emulator says what stands on the screen.
//!
//! What is waited for must appear; a limit only ends a test that hangs. Between two keys that a person
//! types lies a moment, since keys that follow each other faster are a paste.
#![cfg(unix)]

#[path = "common/pty.rs"]
mod pty;

use std::fs::File;
use std::io::Write;
use std::num::NonZeroU16;
use std::process::Command;
use std::sync::mpsc::Receiver;
use std::time::{Duration, Instant};

use pty::Pty;
use rexpect::process::PtyProcess;

/// How long something may take to appear before the test counts as failed.
const LIMIT: Duration = Duration::from_secs(60);

/// Between two keys that are typed.
const MOMENT: Duration = Duration::from_millis(25);

struct Terminal {
    keyboard: File,
    output: Receiver<Vec<u8>>,
    emulator: vt100::Parser,
    process: PtyProcess,
    /// Holds the history, and vanishes with the test.
    _home: tempfile::TempDir,
}

impl Terminal {
    fn open(columns: u16, rows: u16) -> Self {
        Self::open_with(columns, rows, "--color never")
    }

    fn open_with(columns: u16, rows: u16, options: &str) -> Self {
        let home = tempfile::tempdir().expect("a folder");
        let pty = Pty::open(options, (columns, rows), home.path(), |_| {});
        let mut terminal = Self {
            keyboard: pty.keyboard,
            output: pty.output,
            emulator: vt100::Parser::new(size(rows), size(columns), 10_000),
            process: pty.process,
            _home: home,
        };
        terminal.is_ready();
        terminal
    }

    /// What stands on the screen, without empty lines at its end.
    fn screen(&self) -> String {
        self.emulator.screen().contents().trim_end().to_string()
    }

    fn cursor(&self) -> (u16, u16) {
        self.emulator.screen().cursor_position()
    }

    /// The text of the line at the cursor.
    fn line(&self) -> String {
        let (row, _) = self.cursor();
        let columns = self.emulator.screen().size().1.get();
        let mut rows = self.emulator.screen().rows(0, columns);
        rows.nth(usize::from(row)).unwrap_or_default()
    }

    #[track_caller]
    fn until(&mut self, what: &str, holds: impl Fn(&Self) -> bool) {
        let begin = Instant::now();
        while !holds(self) {
            let left = LIMIT.saturating_sub(begin.elapsed());
            match self.output.recv_timeout(left) {
                Ok(bytes) => self.emulator.process(&bytes),
                Err(_) => panic!("{what} does not appear:\n{}", self.screen()),
            }
        }
    }

    #[track_caller]
    fn sees(&mut self, text: &str) {
        self.until(text, |terminal| terminal.screen().contains(text));
    }

    /// Waits until the prompt takes keys.
    #[track_caller]
    fn is_ready(&mut self) {
        self.until("a prompt", |terminal| {
            terminal.emulator.screen().bracketed_paste() && terminal.line().trim_end() == ">"
        });
    }

    fn send(&mut self, keys: &str) {
        self.keyboard
            .write_all(keys.as_bytes())
            .expect("it takes keys");
    }

    /// Types as a person does: the line, and the key that ends it.
    fn types(&mut self, text: &str, end: &str) {
        std::thread::sleep(MOMENT);
        self.send(text);
        std::thread::sleep(MOMENT);
        self.send(end);
        std::thread::sleep(MOMENT);
    }

    /// Types a line, and waits for its answer and the next prompt.
    #[track_caller]
    fn enters(&mut self, line: &str, answer: &str) {
        self.types(line, "\r");
        self.sees(answer);
        self.is_ready();
    }

    /// Leaves by Ctrl-D.
    fn leaves(mut self) {
        self.types("", "\x04");
        let _ = self.process.wait();
    }
}

fn size(count: u16) -> NonZeroU16 {
    NonZeroU16::new(count).expect("a terminal has rows and columns")
}

#[test]
fn an_open_input_shows_that_it_is_open_and_why_at_every_size() {
    for (columns, rows) in [(80, 24), (40, 20), (200, 50)] {
        let mut terminal = Terminal::open(columns, rows);
        terminal.types("for i in 0..2 {", "\r");
        terminal.sees("\n...     { of line 1 is open");
        terminal.types("if i == 1 {", "\r");
        terminal.sees("\n...         { of line 2 is open");
        terminal.types("print(\"one\")", "\r");
        terminal.types("}", "\r");
        terminal.types("}", "\r");
        terminal.sees(
            "> for i in 0..2 {\n...     if i == 1 {\n...         print(\"one\")\n...     }\n... }\none",
        );
        terminal.is_ready();
        // The block comes back whole, and can be changed in the middle.
        terminal.types("", "\x1b[A");
        terminal.sees("... }\none\n> for i in 0..2 {");
        for _ in 0..2 {
            terminal.types("", "\x1b[A");
        }
        terminal.types("", "\x05");
        terminal.types("; print(\"two\")", "\r");
        terminal.sees("one\ntwo");
        terminal.is_ready();
        terminal.leaves();
    }
}

#[test]
fn an_empty_line_or_ctrl_c_ends_what_is_open_with_a_word() {
    let mut terminal = Terminal::open(80, 24);
    terminal.types("print(", "\r");
    terminal.enters("", "( of line 1 is open, so nothing has run");
    terminal.types("let a = `x", "\r");
    terminal.types("", "\x03");
    terminal.sees("` of line 1 is open, so nothing has run");
    terminal.is_ready();
    // A comment is neither open nor wrong.
    terminal.enters("# Wait for it", "A comment begins with // here.");
    terminal.enters("// Wait for it", "");
    terminal.types("try { throw 1 }", "\r");
    terminal.sees("... `catch` must follow `try`");
    terminal.enters("", "`catch` must follow `try`, so nothing has run");
    terminal.leaves();
}

#[test]
fn an_if_runs_at_enter_and_an_else_behind_it_brings_it_back() {
    let mut terminal = Terminal::open(80, 24);
    terminal.enters("let x = 1;", "");
    terminal.enters("if x > 3 { print(\"big\"); }", "");
    terminal.enters(
        "else { print(\"sm\" + \"all\"); }",
        "`else` belongs to an `if`",
    );
    terminal.types("", "\x1b[A");
    terminal.sees("... else {");
    terminal.types("", "\r");
    terminal.sees("small");
    terminal.is_ready();
    terminal.leaves();
}

#[test]
fn a_paste_without_marks_runs_in_order() {
    let mut terminal = Terminal::open(80, 24);
    terminal.send(
        "let a = 1;\r\rif a > 3 { print(\"big\"); }\relse { print(\"sm\" + \"all\"); }\r\
         :scheduler gil\rfn f(x) {\r\r    x * 21\r}\rf(2)\r",
    );
    terminal.sees("small\nscheduler: gil\n42");
    terminal.is_ready();
    terminal.leaves();
}

#[test]
fn a_marked_paste_waits_and_loses_the_prompts_of_others() {
    let mut terminal = Terminal::open(80, 24);
    terminal.send("\x1b[200~>>> let n = 4;\r\n>>> n * 10\r\n40\r\n\x1b[201~");
    terminal.sees("> let n = 4;\n... n * 10");
    assert!(!terminal.screen().contains("40"), "{}", terminal.screen());
    terminal.types("", "\r");
    terminal.sees("\n40");
    terminal.is_ready();
    // Colours in what is pasted are left out, and tabs move nothing.
    terminal.send("\x1b[200~let s = \"a\tb\x1b[31m\";\x1b[201~");
    terminal.sees("> let s = \"a");
    terminal.types("", "\r");
    terminal.enters("s.len()", "\n3");
    terminal.leaves();
}

#[test]
fn tab_offers_what_a_value_has() {
    let mut terminal = Terminal::open(80, 24);
    terminal.enters("let ex = ThreadPoolExecutor(1);", "");
    terminal.types("ex.", "\t");
    terminal.sees("submit(f)");
    assert!(
        !terminal.screen().contains("acquire"),
        "{}",
        terminal.screen()
    );
    terminal.types("sub", "\t");
    terminal.sees("> ex.submit");
    terminal.types("(", "");
    terminal.sees("ThreadPoolExecutor.submit(f)");
    terminal.types("", "\x03");
    terminal.is_ready();
    terminal.types(":sch", "\t");
    terminal.sees("> :scheduler");
    terminal.types(" g", "\t");
    terminal.sees("> :scheduler gil");
    terminal.types("", "\r");
    terminal.sees("scheduler: gil");
    terminal.leaves();
}

#[test]
fn wide_and_combining_characters_keep_the_cursor_where_it_belongs() {
    let mut terminal = Terminal::open(40, 20);
    for (text, columns) in [
        ("\"漢字\"", 6),
        ("\"e\u{301}\"", 3),
        ("\"שלום\"", 6),
        ("\"👍\"", 4),
    ] {
        terminal.types(text, "");
        terminal.until(text, |terminal| terminal.cursor().1 == 2 + columns);
        terminal.types("", "\x15");
        terminal.until("an empty line", |terminal| terminal.cursor().1 == 2);
    }
    // A line that is longer than the screen is wide wraps, and can be taken back.
    terminal.types(&"x".repeat(100), "");
    terminal.until("three rows", |terminal| terminal.cursor().1 == 102 % 40);
    terminal.types("", "\x15");
    terminal.is_ready();
    terminal.leaves();
}

#[test]
fn lines_of_many_threads_stay_whole_above_what_is_typed() {
    const LINES: usize = 400;
    for color in ["never", "always"] {
        let mut terminal = Terminal::open_with(80, 24, &format!("--color {color}"));
        let code = format!(
            "for n in 0..8 {{ spawn(|| {{ for i in 0..{LINES} {{ sleep(0.001); print(`line ${{i}} of ${{n}}.`); }} }}); }}"
        );
        terminal.enters(&code, "");
        let typed = "let half_typed = 1 + 1";
        for key in typed.chars() {
            terminal.types("", &key.to_string());
        }
        terminal.until("the last lines", |terminal| {
            terminal.line().trim_end() == format!("> {typed}")
                && all_lines(terminal).len() >= 8 * LINES
        });
        let lines = all_lines(&terminal);
        assert_eq!(lines.len(), 8 * LINES, "{color}");
        for line in &lines {
            let (label, text) = line.split_once("] ").unwrap_or_default();
            assert!(
                label.starts_with('[') && text.starts_with("line ") && text.ends_with('.'),
                "{color}: {line:?}"
            );
        }
        terminal.types("", "\x03");
        terminal.is_ready();
        terminal.leaves();
    }
}

/// All lines that threads have printed, those that have left the screen too.
fn all_lines(terminal: &Terminal) -> Vec<String> {
    let mut screen = terminal.emulator.screen().clone();
    let (rows, columns) = (usize::from(screen.size().0.get()), screen.size().1.get());
    let mut left = screen.scrollback_len();
    let mut lines = Vec::new();
    while left > 0 {
        screen.set_scrollback(left);
        let shown = left.min(rows);
        lines.extend(screen.rows(0, columns).take(shown));
        left -= shown;
    }
    screen.set_scrollback(0);
    lines.extend(screen.rows(0, columns));
    lines.retain(|line| {
        line.contains("line ") && !line.starts_with("> for") && !line.contains("sleep")
    });
    lines
}

#[test]
fn the_list_of_threads_changes_in_its_place() {
    let mut terminal = Terminal::open(80, 24);
    terminal.enters("let t = spawn(|| { loop { sleep(0.01); } });", "");
    terminal.types(":threads watch", "\r");
    terminal.sees("A key or Ctrl-C ends this list.");
    terminal.types("", "\x03");
    terminal.is_ready();
    let screen = terminal.screen();
    assert!(!screen.contains("ends this list"), "{screen}");
    assert_eq!(screen.matches("\nmain").count(), 1, "{screen}");
    terminal.enters(":kill Thread-1", "Stopped: Thread-1.");
    terminal.enters(":threads", "at the prompt");
    terminal.leaves();
}

#[test]
fn what_is_longer_than_the_screen_comes_in_pages() {
    let mut terminal = Terminal::open(40, 20);
    terminal.types(":doc", "\r");
    terminal.sees("-- Space or Enter shows more, q ends --");
    let first = terminal.screen();
    assert!(
        first.lines().all(|line| line.chars().count() <= 40),
        "{first}"
    );
    terminal.types("", " ");
    terminal.until("another page", |terminal| {
        let screen = terminal.screen();
        screen != first && screen.ends_with("q ends --")
    });
    terminal.types("", "q");
    terminal.is_ready();
    terminal.types(":doc for", "\r");
    terminal.sees("Runs a block once for each item");
    terminal.types("", "q");
    terminal.is_ready();
    terminal.leaves();
}

#[test]
fn a_line_that_goes_on_is_seen_in_place_and_ends_before_the_prompt() {
    let mut terminal = Terminal::open(60, 20);
    terminal.enters("for i in 0..4 { print(i, #{end: \"\"}); }", "0123");
    terminal.enters("for i in 0..4 { print(`${i}0%`, #{end: \"\\r\"}); }", "30%");
    let screen = terminal.screen();
    assert!(!screen.contains("10%"), "{screen}");
    // A thread's open line stands above what is typed, and goes on there.
    terminal.enters("let done = false;", "");
    terminal.types(
        "let t = spawn(|| { let n = 0; while !done { n += 1; print(\"\\r\" + n, #{end: \"\"}); sleep(0.01); } });",
        "\r",
    );
    terminal.sees("[Thread-1] ");
    terminal.is_ready();
    terminal.types("let half = 1", "");
    terminal.sees("> let half = 1");
    let above = |terminal: &Terminal| {
        let (row, _) = terminal.cursor();
        let columns = terminal.emulator.screen().size().1.get();
        let mut rows = terminal.emulator.screen().rows(0, columns);
        rows.nth(usize::from(row) - 1).unwrap_or_default()
    };
    let before = above(&terminal);
    assert!(before.starts_with("[Thread-1] "), "{before}");
    terminal.until("another number", |terminal| {
        let now = above(terminal);
        now != before && now.starts_with("[Thread-1] ")
    });
    let screen = terminal.screen();
    assert_eq!(screen.matches("[Thread-1]").count(), 1, "{screen}");
    assert!(terminal.line().starts_with("> let half = 1"), "{screen}");
    terminal.types(";", "\r");
    terminal.enters("done = true; t.join();", "");
    terminal.leaves();
}

#[test]
fn a_resize_storm_leaves_what_is_typed_in_place() {
    let mut terminal = Terminal::open(80, 24);
    terminal.types("let number = 20 + 1", "");
    terminal.sees("let number = 20 + 1");
    for round in 0..20_u16 {
        let (columns, rows) = (40 + round * 8, 10 + round);
        // Both ends of the terminal have one size.
        let keyboard = terminal.keyboard.try_clone().expect("a handle");
        let resized = Command::new("stty")
            .args(["cols", &columns.to_string(), "rows", &rows.to_string()])
            .stdin(keyboard)
            .status()
            .expect("stty is there");
        assert!(resized.success());
        terminal
            .emulator
            .screen_mut()
            .set_size(size(rows), size(columns));
    }
    terminal.types(" + 21; number", "\r");
    terminal.sees("42");
    terminal.is_ready();
    terminal.leaves();
}
