//! Nothing that is pasted ends the process: scripts of both languages with a few characters changed,
//! and bytes that are neither, are parsed, translated, explained, lowered, run and shown.
//!
//! A stack that overflows ends this test, which is the point of it; the texts come from a seed.

mod common;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use common::Mode;
use threadlab::event::Stream;
use threadlab::explore::Token;
use threadlab::language::complete::{
    completeness, continues, indentation, is_only_comments, missing,
};
use threadlab::language::definitions::definitions;
use threadlab::language::outline::Outline;
use threadlab::language::python;
use threadlab::session::{Input, InputKind, Language, Report, RunLimits, Session};

/// How many texts there are.
const TEXTS: u64 = 10_000;

/// One of so many of those that can run does.
const RUNS: u64 = 4;

/// Numbers from a seed: xorshift64* (Vigna, 2016).
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        let drawn = self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33;
        drawn as usize % bound.max(1)
    }
}

/// What is put into texts: all that opens or closes something, and words of both languages.
const PIECES: [&str; 44] = [
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    "\"",
    "'",
    "`",
    "${",
    "}`",
    "/*",
    "*/",
    "//",
    "#",
    "#{",
    ";",
    ":",
    ",",
    ".",
    "..",
    "=",
    "=>",
    "|",
    "||",
    "!",
    "\\",
    "\n",
    "\r",
    "\t",
    "\0",
    "\u{feff}",
    "é",
    "漢",
    "\u{202e}",
    "fn ",
    "let ",
    "if ",
    "else ",
    "class ",
    "try ",
    "def f():\n",
    "9999999999999999999",
    "with ",
];

/// All files with this ending below a folder, in order.
fn texts(folder: &Path, ending: &str, found: &mut Vec<String>) {
    let mut entries: Vec<_> = std::fs::read_dir(folder)
        .expect("a folder")
        .map(|entry| entry.expect("an entry").path())
        .collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            texts(&path, ending, found);
        } else if path
            .extension()
            .is_some_and(|extension| extension == ending)
        {
            found.push(std::fs::read_to_string(&path).expect("UTF-8"));
        }
    }
}

/// The place of a character.
fn place(text: &str, dice: &mut Dice) -> usize {
    let mut at = dice.below(text.len() + 1);
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

/// A text with something changed in it.
fn mutated(text: &str, other: &str, dice: &mut Dice) -> String {
    let mut text: String = text.chars().take(1500).collect();
    for _ in 0..=dice.below(4) {
        let (one, two) = (place(&text, dice), place(&text, dice));
        let (start, end) = (one.min(two), one.max(two));
        match dice.below(7) {
            0 => text.truncate(start),
            1 => text.replace_range(start..end, ""),
            2 => text = [&text[..end], &text[start..]].concat(),
            3 => {
                let (from, to) = (place(other, dice), place(other, dice));
                let piece = &other[from.min(to)..from.max(to)];
                text.insert_str(start, &piece.chars().take(300).collect::<String>());
            }
            4 => {
                let piece = PIECES[dice.below(PIECES.len())];
                let most = 1 << dice.below(10);
                text.insert_str(start, &piece.repeat(1 + dice.below(most)));
            }
            5 => {
                let soup: Vec<u8> = (0..dice.below(200))
                    .map(|_| dice.below(256) as u8)
                    .collect();
                text.insert_str(start, &String::from_utf8_lossy(&soup));
            }
            _ => text.insert_str(start, PIECES[dice.below(PIECES.len())]),
        }
    }
    text
}

fn session(stream: &Arc<Stream>) -> Session {
    let mut session = Session::new(Mode::Seeded(1).config(), stream.clone());
    session.set_limits(RunLimits {
        threads: 50,
        output: 10_000,
        time: Duration::from_millis(100),
        ..RunLimits::NONE
    });
    session
}

/// Everything that the prompt does with a text before it runs.
fn looked_at(text: &str) {
    completeness(text);
    missing(text);
    continues(text);
    indentation(text);
    is_only_comments(text);
    definitions(text);
    let _ = Outline::of(text);
    let _ = text.parse::<Token>();
}

#[test]
fn ten_thousand_mutated_texts_do_not_end_the_process() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let (mut own, mut pythons) = (Vec::new(), Vec::<String>::new());
    texts(&root.join("scripts"), "rhai", &mut own);
    texts(&root.join("tests/differential/corpus"), "rhai", &mut own);
    for block in include_str!("python/programs.txt").split("=== ").skip(1) {
        let program = block.split("--- output\n").next().unwrap_or_default();
        let (_, program) = program.split_once('\n').unwrap_or_default();
        pythons.push(program.to_string());
    }
    assert!(
        own.len() > 20 && !pythons.is_empty(),
        "{} {}",
        own.len(),
        pythons.len()
    );
    let mut dice = Dice(20_261_130);
    let stream = Arc::new(Stream::new());
    let (mut accepted, mut ended, mut translated) = (0, 0, 0);
    for round in 0..TEXTS {
        let is_python = round % 3 == 0;
        let (from, other) = match is_python {
            true => (&pythons, &own),
            false => (&own, &pythons),
        };
        let from = &from[dice.below(from.len())];
        // Mostly from its beginning, since what is cut there seldom runs.
        let start = match dice.below(4) {
            0 => place(from, &mut dice),
            _ => 0,
        };
        let other = &other[dice.below(other.len())];
        let text = mutated(&from[start..], other, &mut dice);
        looked_at(&text);
        if let Ok(translation) = python::translate(&text, &python::nothing_earlier) {
            translated += u64::from(is_python && translation.problems.is_empty());
        }
        let mut session = session(&stream);
        session.set_language(match is_python {
            true => Language::Python,
            false => Language::Own,
        });
        let input = Input {
            name: "paste",
            text: &text,
            kind: InputKind::Script,
        };
        let runs = !session
            .problems(input)
            .iter()
            .any(|problem| problem.severity == threadlab::language::diagnostic::Severity::Error);
        accepted += u64::from(runs);
        if runs && round % RUNS == 0 {
            let report = session.run(input);
            ended += u64::from(matches!(report, Report::Ran { .. }));
        }
        stream.take();
    }
    // Else it would test the parser's first error only.
    assert!(accepted > TEXTS / 50, "{accepted}");
    assert!(ended > TEXTS / 50 / RUNS, "{ended}");
    assert!(translated > TEXTS / 100, "{translated}");
}
