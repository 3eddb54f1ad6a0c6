//! The line editor: with the files for keys, completion and blocks the only user of rustyline.
//!
//! It completes names, colours what is typed, keeps the history, and draws what the screen has
//! waiting above its prompt. Of keys, `keys` decides what they do. It does not know what inputs mean.

use std::borrow::Cow;
use std::cell::Cell;
use std::collections::HashSet;
use std::io::ErrorKind;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use rustyline::completion::{Completer, FilenameCompleter, Pair};
use rustyline::config::Configurer;
use rustyline::error::ReadlineError;
use rustyline::highlight::{CmdKind, Highlighter};
use rustyline::hint::{Hint, Hinter};
use rustyline::history::{FileHistory, History, SearchDirection};
use rustyline::validate::Validator;
use rustyline::{
    ColorMode, CompletionType, Config, Context, EditMode, Editor, Event, EventHandler,
    ExternalPrinter, Helper,
};
use unicode_width::UnicodeWidthChar;

use super::block::{self, Came, GUTTER, MARK};
use super::completion::{Completed, Offers};
use super::keys::{End, Explain, Keys, Next, Typing};
use super::screen::{Bell, Screen};
use crate::front::doc;
use crate::front::highlight::{Part, highlight, highlight_names, pair, parts};
use crate::front::lines::has_input;
use crate::front::setting::{Editing, Settings};
use crate::front::state;
use crate::language::complete::{Completeness, Missing, continues, missing};
use crate::view::paint::{Paint, Role};
use crate::view::wrap::{WIDTH, cut};

/// How many inputs the history keeps.
const HISTORY: usize = 2000;
/// How long to wait for the next line of a burst, when the input might go on there.
const REST_OF_BURST: Duration = Duration::from_millis(15);
/// How many columns a tab character has at most.
const TAB: usize = 4;

/// What was typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Typed {
    /// Inputs and commands, to be run in order. Each is complete as far as that can be told.
    Inputs(Vec<String>),
    /// An empty line or Ctrl-C has ended an input of several lines that was open.
    Dropped(Option<Missing>),
    /// A line that begins with this word, which goes on with an `if` or `try`. Whether the input before
    /// was one, and has run.
    Orphan { word: &'static str, has_run: bool },
    /// Ctrl-C, while there was something half typed, or not.
    Interrupt { half_typed: bool },
    /// Bytes that are no UTF-8 text.
    Garbled,
    /// Ctrl-D on an empty line, or the end of the input.
    End,
}

/// A line editor with its history.
pub(super) struct Lines {
    editor: Editor<Assistant, FileHistory>,
    typing: Arc<Mutex<Typing>>,
    screen: Arc<Screen>,
    history: Option<PathBuf>,
    /// Why the history is not kept, if it cannot be.
    unkept: Option<String>,
    /// What the next line begins with: what was typed before bytes came that are no text.
    begun: String,
    /// What was typed behind the inputs of a burst.
    next: Option<Next>,
    /// The last input.
    last: String,
}

impl Lines {
    /// An editor on the terminal, and the screen that it shares. The text is a quiet warning: why
    /// no history will be kept.
    pub(super) fn open(
        settings: &Settings,
    ) -> Result<(Self, Arc<Screen>, Option<String>), ReadlineError> {
        let config = Config::builder()
            .max_history_size(HISTORY)?
            .history_ignore_dups(true)?
            .completion_type(CompletionType::List)
            .completion_show_all_if_ambiguous(true)
            .tab_stop(TAB as u8)
            // Our own choice of colours; rustyline also calls no highlighter without this, and it
            // is the highlighter that draws what the screen has waiting.
            .color_mode(ColorMode::Forced)
            .bracketed_paste(true)
            .build();
        let mut editor: Editor<Assistant, FileHistory> = Editor::with_config(config)?;
        let bell = editor.create_external_printer().ok().and_then(bell);
        let screen = Arc::new(Screen::new(Box::new(std::io::stdout()), bell));
        let (history, warning) = match settings.history.then(history_file) {
            Some(Ok((file, note))) => (Some(file), note),
            Some(Err(why)) => (None, Some(why)),
            None => (None, None),
        };
        if let Some(file) = &history {
            // There is none the first time.
            let _ = editor.load_history(file);
        }
        let typing: Arc<Mutex<Typing>> = Arc::default();
        let offers: Arc<Mutex<Offers>> = Arc::default();
        let keys = Keys {
            typing: typing.clone(),
            takes_signals: std::io::IsTerminal::is_terminal(&std::io::stdout()),
            explain: explanation(offers.clone(), screen.clone()),
        };
        editor.bind_sequence(Event::Any, EventHandler::Conditional(Box::new(keys)));
        editor.set_helper(Some(Assistant {
            screen: screen.clone(),
            paint: Paint::Plain,
            has_hints: true,
            typing: typing.clone(),
            offers,
            files: FilenameCompleter::new(),
            columns: WIDTH,
            prompt_columns: 0,
            is_final: Cell::default(),
        }));
        let lines = Self {
            editor,
            typing,
            screen: screen.clone(),
            history,
            unkept: None,
            begun: String::new(),
            next: None,
            last: String::new(),
        };
        Ok((lines, screen, warning))
    }

    /// How many columns and rows the terminal has.
    pub(super) fn size(&mut self) -> (usize, usize) {
        let (columns, rows) = self.editor.dimensions().unwrap_or((80, 24));
        (usize::from(columns).max(1), usize::from(rows).max(1))
    }

    /// Waits for the next input. `offers` is what can be completed.
    pub(super) fn read(&mut self, prompt: &str, offers: Offers) -> Result<Typed, ReadlineError> {
        match self.next.take() {
            Some(Next::Interrupt) => return Ok(Typed::Interrupt { half_typed: false }),
            Some(Next::End) => return Ok(Typed::End),
            None => {}
        }
        let (columns, _) = self.size();
        if let Some(assistant) = self.editor.helper_mut() {
            *assistant.offers.lock() = offers;
            assistant.columns = columns;
            assistant.prompt_columns = prompt.chars().count();
        }
        let mut begun = std::mem::take(&mut self.begun);
        loop {
            self.typing.lock().begin();
            self.screen.begin_typing()?;
            let read = self.editor.readline_with_initial(prompt, (&begun, ""));
            self.screen.end_typing()?;
            match read {
                Ok(edited) => return self.entered(&edited),
                Err(ReadlineError::Interrupted) => {
                    let edited = std::mem::take(&mut self.typing.lock().line);
                    if !self.typing.lock().entered {
                        return self.interrupted(&edited);
                    }
                    let goes_on = match block::state(&block::text(&edited)) {
                        Completeness::MaybeContinues => REST_OF_BURST,
                        _ => Duration::ZERO,
                    };
                    if !has_input(goes_on) {
                        return self.entered(&edited);
                    }
                    begun = edited;
                }
                Err(ReadlineError::Eof) => return Ok(Typed::End),
                Err(ReadlineError::Io(error)) if error.kind() == ErrorKind::InvalidData => {
                    self.begun = std::mem::take(&mut self.typing.lock().line);
                    return Ok(Typed::Garbled);
                }
                Err(error) => return Err(error),
            }
        }
    }

    /// Has the next lines look and behave as it is set.
    pub(super) fn apply(&mut self, settings: &Settings, paint: Paint) {
        self.editor.set_edit_mode(match settings.editing {
            Editing::Emacs => EditMode::Emacs,
            Editing::Vi => EditMode::Vi,
        });
        if !settings.history {
            self.history = None;
        }
        if let Some(assistant) = self.editor.helper_mut() {
            assistant.paint = paint;
            assistant.has_hints = settings.hints && !settings.screen_reader;
        }
    }

    /// Has the next line begin with a text.
    pub(super) fn begin_with(&mut self, text: &str) {
        self.begun = block::edited(text);
    }

    /// Enter has ended an input.
    fn entered(&mut self, edited: &str) -> Result<Typed, ReadlineError> {
        let (end, came) = {
            let mut typing = self.typing.lock();
            self.next = typing.next.take();
            typing.entered = false;
            let came = match typing.came_as_keys {
                true => Came::AsKeys,
                false => Came::AsBlock,
            };
            (typing.end, came)
        };
        let text = block::text(edited);
        if end == End::Open {
            self.remember(&text)?;
            return Ok(Typed::Dropped(missing(&text)));
        }
        if let Some(word) = continues(&text) {
            let has_run = block::state(&self.last) == Completeness::MaybeContinues;
            let whole = match has_run {
                true => format!("{}\n{text}", self.last),
                false => text,
            };
            self.remember(&whole)?;
            return Ok(Typed::Orphan { word, has_run });
        }
        let inputs = match end {
            End::Forced => vec![text],
            _ => block::inputs(&text, came),
        };
        for input in &inputs {
            self.remember(input)?;
        }
        self.last = inputs.last().cloned().unwrap_or_default();
        Ok(Typed::Inputs(inputs))
    }

    fn interrupted(&mut self, edited: &str) -> Result<Typed, ReadlineError> {
        let half_typed = !edited.is_empty();
        let text = block::text(edited);
        if text.contains('\n') {
            self.remember(&text)?;
            return Ok(Typed::Dropped(missing(&text)));
        }
        Ok(Typed::Interrupt { half_typed })
    }

    /// Adds a text to the history. Whatever becomes of it, it can be mended.
    pub(super) fn remember(&mut self, text: &str) -> Result<(), ReadlineError> {
        let text = text.trim_end();
        let leaves = [":quit", ":q", ":exit", "exit", "quit"].contains(&text.trim());
        if text.trim().is_empty() || leaves {
            return Ok(());
        }
        self.editor.add_history_entry(block::edited(text))?;
        self.keep_history();
        Ok(())
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

/// Shows the page of the name at the cursor, above what is typed.
fn explanation(offers: Arc<Mutex<Offers>>, screen: Arc<Screen>) -> Explain {
    Box::new(move |line, cursor| {
        let page = {
            let offers = offers.lock();
            let name = offers.full_name(offers.name_at(line, cursor));
            match name.is_empty() {
                true => Ok("F1 shows what the name at the cursor means.\n".into()),
                false => doc::page(&name, Paint::Plain, WIDTH),
            }
        };
        let page = page.unwrap_or_else(|error| error + "\n");
        screen.note(&page);
    })
}

/// The file of the history, and what there is to say of it. One that is no text is set aside.
///
/// # Errors
/// Why there is none.
fn history_file() -> Result<(PathBuf, Option<String>), String> {
    let folder = state::folder().map_err(|why| format!("no history is kept: {why}"))?;
    let file = folder.join("history");
    // A device or a pipe may have no end.
    if std::fs::metadata(&file).is_ok_and(|known| !known.is_file() && !known.is_dir()) {
        return Err(format!("no history is kept: {} is no file", file.display()));
    }
    let why = match std::fs::read_to_string(&file) {
        Ok(_) => return Ok((file, None)),
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok((file, None)),
        Err(error) if error.kind() == ErrorKind::InvalidData => "is not UTF-8 text",
        Err(_) if file.is_dir() => "is a folder",
        Err(error) => {
            let file = file.display();
            return Err(format!("no history is kept: {file}: {error}"));
        }
    };
    let aside = folder.join("history.unreadable");
    match std::fs::rename(&file, &aside) {
        Ok(()) => {
            let (file_name, aside) = (file.display(), aside.display());
            let note = format!("{file_name} {why}; it is now {aside}, and a new history begins");
            Ok((file, Some(note)))
        }
        Err(error) => Err(format!(
            "no history is kept: {} {why}: {error}",
            file.display()
        )),
    }
}

/// What rustyline asks about the line that is being typed.
struct Assistant {
    screen: Arc<Screen>,
    paint: Paint,
    /// Whether grey words stand behind the cursor.
    has_hints: bool,
    typing: Arc<Mutex<Typing>>,
    offers: Arc<Mutex<Offers>>,
    files: FilenameCompleter,
    /// How wide the terminal was when the line began.
    columns: usize,
    prompt_columns: usize,
    /// The line is drawn for the last time.
    is_final: Cell<bool>,
}

impl Helper for Assistant {}

/// Enter is a key like others: see [`Keys`].
impl Validator for Assistant {}

impl Completer for Assistant {
    type Candidate = Pair;

    fn complete(
        &self,
        line: &str,
        cursor: usize,
        context: &Context<'_>,
    ) -> rustyline::Result<(usize, Vec<Pair>)> {
        if let Some((start, text)) = self.typing.lock().replacement.take() {
            let pair = Pair {
                display: String::new(),
                replacement: text,
            };
            return Ok((start, vec![pair]));
        }
        match self.offers.lock().complete(line, cursor) {
            Completed::File => self.files.complete(line, cursor, context),
            Completed::Names { start, candidates } => {
                let pair = |one: super::completion::Candidate| Pair {
                    display: cut(&one.label, self.columns.saturating_sub(2).min(38)),
                    replacement: one.name,
                };
                Ok((start, candidates.into_iter().map(pair).collect()))
            }
        }
    }
}

/// Grey words behind the cursor.
struct Suggestion {
    shown: String,
    /// What the key at the end of the line takes over.
    typed: Option<String>,
}

impl Hint for Suggestion {
    fn display(&self) -> &str {
        &self.shown
    }

    fn completion(&self) -> Option<&str> {
        self.typed.as_deref()
    }
}

impl Hinter for Assistant {
    type Hint = Suggestion;

    fn hint(&self, line: &str, cursor: usize, context: &Context<'_>) -> Option<Suggestion> {
        if !self.has_hints || cursor < line.len() || line.is_empty() || self.typing.lock().is_burst
        {
            return None;
        }
        let last = line.rsplit('\n').next().unwrap_or(line);
        let only_shown = |shown: String| Suggestion { shown, typed: None };
        if line.contains('\n') && last.trim().is_empty() {
            let why = missing(&block::text(line))?.to_string();
            return self.fitting(last, why).map(only_shown);
        }
        let code = block::code(line).unwrap_or_default();
        if let Some(signature) = self.offers.lock().signature(code) {
            return self.fitting(last, signature).map(only_shown);
        }
        let rest = suggestion(line, context.history())?;
        let first = rest.split('\n').next().unwrap_or_default();
        let shown = match first.len() < rest.len() {
            true => format!("{first} ..."),
            false => first.to_string(),
        };
        let shown = self.fitting(last, shown)?;
        Some(Suggestion {
            shown,
            typed: Some(rest),
        })
    }
}

impl Assistant {
    /// The words, if there is room for some of them on the line.
    fn fitting(&self, last: &str, words: String) -> Option<String> {
        let used = self.prompt_columns + width_of(last);
        let room = self.columns.saturating_sub(used % self.columns + 2);
        (room > 8).then(|| cut(&words, room))
    }
}

/// What follows `line` in the latest input that begins with it.
fn suggestion(line: &str, history: &dyn History) -> Option<String> {
    let last = history.len().checked_sub(1)?;
    let found = history
        .starts_with(line, last, SearchDirection::Reverse)
        .ok()??;
    let rest = found.entry.get(line.len()..)?;
    (!rest.is_empty()).then(|| rest.to_string())
}

/// The names that a text itself makes: behind `let`, `const`, `fn`, `for`, `as`, and all of the lists
/// of parameters and of `for (a, b)`.
fn names_made_in(text: &str) -> impl Iterator<Item = &str> {
    let mut is_next = false;
    // Whether a `(` would begin names, and whether one has.
    let mut list_follows = false;
    let mut is_list = false;
    let mut in_bars = false;
    parts(text).filter_map(move |(piece, part)| match part {
        Part::Keyword => {
            is_next = matches!(piece, "let" | "const" | "fn" | "for" | "as");
            list_follows = matches!(piece, "fn" | "for" | "catch");
            is_list = false;
            None
        }
        Part::Name if is_next || is_list || in_bars => {
            is_next = false;
            Some(piece)
        }
        Part::Other => {
            match piece {
                "(" if list_follows => {
                    is_list = true;
                    is_next = false;
                    list_follows = false;
                }
                ")" | "{" | ";" | "=" => is_list = false,
                "|" => in_bars = !in_bars,
                _ => {}
            }
            None
        }
        _ => None,
    })
}

/// How many columns a text without line ends has.
fn width_of(text: &str) -> usize {
    text.chars()
        .fold(0, |columns, c| columns + columns_of(c, columns))
}

fn columns_of(c: char, before: usize) -> usize {
    match c {
        '\t' => TAB - before % TAB,
        c => c.width().unwrap_or(0),
    }
}

/// What is drawn for the text of the editor: `... ` over each gutter, spaces for tabs, and no
/// character that would move the cursor. As wide as the editor takes it to be.
fn drawable(edited: &str, prompt_columns: usize) -> String {
    let mut out = String::with_capacity(edited.len() + 16);
    for (index, line) in edited.split('\n').enumerate() {
        let mut columns = if index == 0 { prompt_columns } else { 0 };
        if index > 0 {
            out.push('\n');
        }
        for c in line.chars() {
            let width = columns_of(c, columns);
            match c {
                '\t' => out.extend(std::iter::repeat_n(' ', width)),
                c if c.is_control() => {}
                c => out.push(c),
            }
            columns += width;
        }
    }
    out
}

impl Highlighter for Assistant {
    fn highlight<'l>(&self, line: &'l str, cursor: usize) -> Cow<'l, str> {
        let is_burst = {
            let mut typing = self.typing.lock();
            typing.line.clear();
            typing.line.push_str(line);
            typing.is_drawn();
            typing.is_burst
        };
        let lit = match self.is_final.get() || is_burst {
            true => None,
            false => pair(line, cursor),
        };
        let is_plain = line.starts_with(':') && block::code(line).is_none();
        let has_tab = line.contains('\t') || line.chars().any(|c| c.is_control() && c != '\n');
        let coloured = match (is_plain, has_tab) {
            (true, false) => line.to_string(),
            (_, true) => highlight(&drawable(line, self.prompt_columns), None, self.paint),
            (false, false) => {
                // The name at the cursor is not complete.
                let offers = self.offers.lock();
                let typed = offers.name_at(line, cursor);
                let made: HashSet<&str> = names_made_in(line).collect();
                highlight_names(line, lit, self.paint, |name| {
                    let is_made = made.contains(name) || offers.is_known(name);
                    is_burst || is_made || typed.ends_with(name)
                })
            }
        };
        if !coloured.contains('\n') {
            return Cow::Owned(coloured);
        }
        let mark = format!("\n{}", self.paint.text(Role::Prompt, MARK));
        Cow::Owned(coloured.replace(&format!("\n{GUTTER}"), &mark))
    }

    fn highlight_prompt<'b, 's: 'b, 'p: 'b>(
        &'s self,
        prompt: &'p str,
        _default: bool,
    ) -> Cow<'b, str> {
        // Rustyline has just cleared its rows and moves relative to what it draws, so whole lines
        // before the prompt become part of what stands above.
        let mut text = self.screen.before_prompt(self.columns);
        self.paint.write(&mut text, Role::Prompt, prompt);
        Cow::Owned(text)
    }

    fn highlight_hint<'h>(&self, hint: &'h str) -> Cow<'h, str> {
        Cow::Owned(self.paint.text(Role::Faint, hint))
    }

    fn highlight_char(&self, _line: &str, _cursor: usize, kind: CmdKind) -> bool {
        self.is_final.set(kind == CmdKind::ForcedRefresh);
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_a_text_makes_are_seen() {
        let made = |text| names_made_in(text).collect::<Vec<_>>();
        assert_eq!(made("let a = b; const c = d;"), ["a", "c"]);
        assert_eq!(made("for (x, i) in y { }"), ["x", "i"]);
        assert_eq!(made("with l as m { } try { } catch (e) { z }"), ["m", "e"]);
        assert_eq!(made("|p, q| r"), ["p", "q"]);
        assert_eq!(made("fn f(a, b) { c }"), ["f", "a", "b"]);
    }

    #[test]
    fn tabs_and_control_characters_do_not_move_the_cursor() {
        assert_eq!(drawable("a\tb\x07", 2), "a b");
        assert_eq!(drawable("a\n\tb", 2), "a\n    b");
        assert_eq!(width_of("漢\ta"), 5);
    }
}
