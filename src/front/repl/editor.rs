//! The line editor: the only user of rustyline.
//!
//! It decides when an input is complete, completes names, colours what is typed, keeps the history,
//! and draws what the screen has waiting above its prompt. It does not know what inputs mean.

use std::borrow::Cow;
use std::cell::RefCell;
use std::io::ErrorKind;
use std::path::PathBuf;
use std::sync::Arc;

use rustyline::completion::{Completer, FilenameCompleter, Pair};
use rustyline::error::ReadlineError;
use rustyline::highlight::{CmdKind, Highlighter};
use rustyline::history::FileHistory;
use rustyline::validate::{ValidationContext, ValidationResult, Validator};
use rustyline::{ColorMode, CompletionType, Config, Context, Editor, ExternalPrinter};
use rustyline::{Helper, Hinter};

use super::screen::{Bell, Screen};
use crate::front::highlight::{highlight, pair};
use crate::front::state;
use crate::language::complete::{Completeness, completeness};
use crate::view::paint::{Paint, Role};

/// How many inputs the history keeps.
const HISTORY: usize = 2000;

/// What the learner did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Typed {
    /// An input, complete as far as that can be told.
    Input(String),
    /// Ctrl-C, while there was something half typed, or not.
    Interrupt { half_typed: bool },
    /// Bytes that are no UTF-8 text.
    Garbled,
    /// Ctrl-D on an empty line, or the end of the input.
    End,
}

/// A line editor with its history.
pub(super) struct Lines {
    editor: Editor<Learner, FileHistory>,
    history: Option<PathBuf>,
    /// Why the history is not kept, if it cannot be.
    unkept: Option<String>,
    /// What was typed before bytes came that are no text.
    begun: String,
}

impl Lines {
    /// An editor on the terminal, and the screen that it shares. The text is a quiet warning: why
    /// no history will be kept.
    pub(super) fn open(paint: Paint) -> Result<(Self, Arc<Screen>, Option<String>), ReadlineError> {
        let config = Config::builder()
            .max_history_size(HISTORY)?
            .history_ignore_dups(true)?
            .completion_type(CompletionType::List)
            // Our own choice of colours; rustyline also calls no highlighter without this, and it
            // is the highlighter that draws what the screen has waiting.
            .color_mode(ColorMode::Forced)
            .bracketed_paste(true)
            .build();
        let mut editor: Editor<Learner, FileHistory> = Editor::with_config(config)?;
        let bell = editor.create_external_printer().ok().and_then(bell);
        let screen = Arc::new(Screen::new(Box::new(std::io::stdout()), bell));
        let (history, warning) = match history_file() {
            Ok(file) => (Some(file), None),
            Err(why) => (None, Some(why)),
        };
        if let Some(file) = &history {
            // There is none the first time.
            let _ = editor.load_history(file);
        }
        editor.set_helper(Some(Learner {
            screen: screen.clone(),
            paint,
            names: Vec::new(),
            commands: Vec::new(),
            files: FilenameCompleter::new(),
            line: RefCell::default(),
        }));
        let lines = Self {
            editor,
            history,
            unkept: None,
            begun: String::new(),
        };
        Ok((lines, screen, warning))
    }

    /// Waits for the next input. `names` and `commands` are what Tab offers.
    pub(super) fn read(
        &mut self,
        prompt: &str,
        names: Vec<String>,
        commands: Vec<String>,
    ) -> Result<Typed, ReadlineError> {
        let Some(helper) = self.editor.helper_mut() else {
            return Ok(Typed::End);
        };
        helper.names = names;
        helper.commands = commands;
        let screen = helper.screen.clone();
        helper.line.borrow_mut().clear();
        screen.begin_typing();
        let begun = std::mem::take(&mut self.begun);
        let read = (self.editor).readline_with_initial(prompt, (&begun, ""));
        screen.end_typing()?;
        match read {
            Ok(text) => {
                let leaves = [":quit", ":q", ":exit", "exit", "quit"].contains(&text.trim());
                if !text.trim().is_empty() && !leaves {
                    // Whatever becomes of the input, it can be mended.
                    self.editor.add_history_entry(text.trim_end())?;
                    self.keep_history();
                }
                Ok(Typed::Input(text))
            }
            Err(ReadlineError::Interrupted) => {
                let helper = self.editor.helper();
                let half_typed = helper.is_some_and(|helper| !helper.line.borrow().is_empty());
                Ok(Typed::Interrupt { half_typed })
            }
            Err(ReadlineError::Eof) => Ok(Typed::End),
            Err(ReadlineError::Io(error)) if error.kind() == ErrorKind::InvalidData => {
                let typed = self.editor.helper().map(|helper| helper.line.take());
                self.begun = typed.unwrap_or_default();
                Ok(Typed::Garbled)
            }
            Err(error) => Err(error),
        }
    }

    /// Why the history is not kept in its file, if it is not.
    pub(super) fn unkept(&self) -> Option<&str> {
        self.unkept.as_deref()
    }

    /// Keeps the history in its file, at each input: the end of the process may come unannounced.
    fn keep_history(&mut self) {
        let Some(file) = &self.history else { return };
        // Appended: another prompt may have kept its own meanwhile.
        if let Err(error) = self.editor.append_history(file) {
            let file = file.display();
            self.unkept = Some(format!("the history is not kept in {file}: {error}"));
        }
    }
}

/// A bell that makes rustyline draw its line anew. Rings may be swallowed while one still sounds:
/// the line is then drawn after them.
fn bell(mut printer: impl ExternalPrinter + Send + 'static) -> Option<Bell> {
    // Moves up and down again: an external text must end a line, and none is wanted here.
    const NOTHING: &str = "\x1b[A\n";
    let (ring, rings) = std::sync::mpsc::sync_channel::<()>(1);
    // The printer may wait for the next prompt; only this thread waits with it.
    let ringer = move || {
        while rings.recv().is_ok() {
            if printer.print(NOTHING.into()).is_err() {
                return;
            }
        }
    };
    std::thread::Builder::new()
        .name("bell".into())
        .spawn(ringer)
        .ok()?;
    Some(Box::new(move || {
        let _ = ring.try_send(());
    }))
}

/// The file of the history. The error says why there is none.
fn history_file() -> Result<PathBuf, String> {
    let folder = state::folder().map_err(|why| format!("no history is kept: {why}"))?;
    Ok(folder.join("history"))
}

/// What rustyline asks about the line that is being typed.
#[derive(Helper, Hinter)]
struct Learner {
    screen: Arc<Screen>,
    paint: Paint,
    names: Vec<String>,
    commands: Vec<String>,
    files: FilenameCompleter,
    /// The line as it was last drawn. Rustyline does not hand it over on Ctrl-C.
    line: RefCell<String>,
}

impl Validator for Learner {
    fn validate(&self, context: &mut ValidationContext<'_>) -> rustyline::Result<ValidationResult> {
        Ok(if is_done(context.input()) {
            ValidationResult::Valid(None)
        } else {
            ValidationResult::Incomplete
        })
    }
}

/// Whether Enter at the end of `text` ends the input.
fn is_done(text: &str) -> bool {
    let code = match text.trim_start().strip_prefix(':') {
        // What follows `:time` is code and may go on; other commands are one line.
        Some(command) => match command.strip_prefix("time ") {
            Some(code) => code,
            None => return true,
        },
        None => text,
    };
    // With the line end that Enter gives: an empty line ends what only might go on.
    match completeness(&format!("{code}\n")) {
        Completeness::Complete | Completeness::Broken => true,
        Completeness::Incomplete | Completeness::MaybeContinues => false,
    }
}

impl Completer for Learner {
    type Candidate = Pair;

    fn complete(
        &self,
        line: &str,
        cursor: usize,
        context: &Context<'_>,
    ) -> rustyline::Result<(usize, Vec<Pair>)> {
        if names_a_file(line) {
            return self.files.complete(line, cursor, context);
        }
        let (start, found) = candidates(line, cursor, &self.names, &self.commands);
        let pair = |name: String| Pair {
            display: name.clone(),
            replacement: name,
        };
        Ok((start, found.into_iter().map(pair).collect()))
    }
}

/// Whether the line is a command that is followed by a file's name.
fn names_a_file(line: &str) -> bool {
    [":load ", ":save ", ":save! ", ":explore ", ":step "]
        .iter()
        .any(|command| line.starts_with(command))
}

/// The names that the word before the cursor may become, and where that word begins.
fn candidates(
    line: &str,
    cursor: usize,
    names: &[String],
    commands: &[String],
) -> (usize, Vec<String>) {
    let before = &line[..cursor];
    let (start, known) = if before.starts_with(':') {
        // Of `:tutorial gil` the second word is to be completed, and all that begin with both.
        (0, commands)
    } else {
        let word = |c: char| c.is_alphanumeric() || c == '_';
        (before.trim_end_matches(word).len(), names)
    };
    let begun = &before[start..];
    if begun.is_empty() {
        return (start, Vec::new());
    }
    let mut found: Vec<String> = known
        .iter()
        .filter(|name| name.starts_with(begun))
        .cloned()
        .collect();
    found.sort();
    found.dedup();
    (start, found)
}

impl Highlighter for Learner {
    fn highlight<'l>(&self, line: &'l str, cursor: usize) -> Cow<'l, str> {
        *self.line.borrow_mut() = line.into();
        if line.starts_with(':') && !line.starts_with(":time ") {
            return Cow::Borrowed(line);
        }
        Cow::Owned(highlight(line, pair(line, cursor), self.paint))
    }

    fn highlight_prompt<'b, 's: 'b, 'p: 'b>(
        &'s self,
        prompt: &'p str,
        _default: bool,
    ) -> Cow<'b, str> {
        // Rustyline has just cleared its rows and moves relative to what it draws, so whole lines
        // before the prompt become part of what stands above.
        let mut text = self.screen.before_prompt();
        self.paint.write(&mut text, Role::Prompt, prompt);
        Cow::Owned(text)
    }

    fn highlight_char(&self, _line: &str, _cursor: usize, _kind: CmdKind) -> bool {
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn enter_ends_what_is_complete() {
        let done = [
            "",
            "1 + 2",
            "print(1);",
            ":threads",
            ":load {",
            "let x = \"a",
            "f() }",
        ];
        for text in done {
            assert!(is_done(text), "{text:?}");
        }
        for text in [
            "fn f() {",
            "[1,",
            "`a",
            ":time fn f() {",
            "if x { 1 }",
            "1 +",
        ] {
            assert!(!is_done(text), "{text:?}");
        }
    }

    #[test]
    fn an_empty_line_ends_what_might_go_on() {
        assert!(is_done("if x { 1 }\n"));
        assert!(is_done("if x { 1 }\nelse { 2 }"));
        assert!(is_done("1 +\n"));
        assert!(!is_done("fn f() {\n"));
    }

    #[test]
    fn tab_completes_names_and_commands() {
        let names: Vec<String> = ["print", "printer", "perf_counter"]
            .map(String::from)
            .into();
        let commands: Vec<String> = [":threads", ":tutorial", ":tutorial gil"]
            .map(String::from)
            .into();
        let check = |line: &str, start: usize, found: &[&str]| {
            let expected: Vec<String> = found.iter().map(ToString::to_string).collect();
            assert_eq!(
                candidates(line, line.len(), &names, &commands),
                (start, expected)
            );
        };
        check("f(pri", 2, &["print", "printer"]);
        check("x.pe", 2, &["perf_counter"]);
        check("f(", 2, &[]);
        check(":t", 0, &[":threads", ":tutorial", ":tutorial gil"]);
        check(":tutorial g", 0, &[":tutorial gil"]);
        assert!(names_a_file(":load sc"));
    }
}
