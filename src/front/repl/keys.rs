//! What keys do that the line editor would do otherwise: Enter, Tab, closing brackets, pasted text. One file,
//! as what a key does depends on the keys before it.
//!
//! The editor asks [`Keys`] about each key before it acts, and gets a command for it, or none to do
//! as usual. Three things need more than one key:
//!
//! - *A paste* that the terminal marks is collected here and inserted as a whole.
//! - *A burst* is a paste that the terminal does not mark: keys that follow each other faster than
//!   anybody types. Enter in a burst must not run half of it, so an input that Enter completes there
//!   waits until the editor has read all that has arrived. The editor has no call for that. But it
//!   hands out Ctrl-C's signal when it has nothing left to read, so this process sends that signal
//!   to itself, and [`Typing::entered`] says what it means.
//! - *An end*: how an input ended, which the editor does not tell. [`Typing::end`] does.

use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use rustyline::{
    Cmd, ConditionalEventHandler, Event, EventContext, KeyCode, KeyEvent, Modifiers, Movement,
    RepeatCount,
};

use super::block::{self, GUTTER};
use crate::front::lines::has_input;
use crate::host::{self, Clock};
use crate::language::complete::Completeness;

/// Keys that follow each other within this time are a burst. Nobody types as fast.
const BURST: Duration = Duration::from_millis(5);

/// How an input ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum End {
    /// It was complete, or nothing could mend it.
    #[default]
    Complete,
    /// By an empty line, while something was still open.
    Open,
    /// By the key that ends it whatever is open.
    Forced,
}

/// A key that came in a burst, behind an input that waits for the end of the burst.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Next {
    Interrupt,
    End,
}

/// What is known of the input that is being typed.
#[derive(Default)]
pub(super) struct Typing {
    /// What is in the editor, as it was last drawn. The editor does not hand it over on Ctrl-C.
    pub(super) line: String,
    /// How the input ended.
    pub(super) end: End,
    /// Enter has completed the input, and more of a burst may follow.
    pub(super) entered: bool,
    /// What was typed behind that.
    pub(super) next: Option<Next>,
    /// Whether the last key came in a burst.
    pub(super) is_burst: bool,
    /// Whether a part of the input came in a burst, and so must be cut into inputs.
    pub(super) came_as_keys: bool,
    /// The last key was Up or Down on a whole line of the history.
    browses: bool,
    /// What the next completion is to put in the place of the text from a byte to the cursor.
    pub(super) replacement: Option<(usize, String)>,
    /// What the terminal has marked as pasted, up to now.
    paste: Option<String>,
    /// The time when the last key was done with.
    last_key: Option<Clock>,
}

impl Typing {
    /// The last key was done with, and is on the screen.
    pub(super) fn is_drawn(&mut self) {
        self.last_key = Some(Clock::start());
    }

    /// A further line is typed, and nothing is on it yet.
    pub(super) fn begin(&mut self) {
        *self = Self {
            entered: self.entered,
            came_as_keys: self.entered,
            ..Self::default()
        };
    }
}

/// What shows a page about a text with the cursor at a byte.
pub(super) type Explain = Box<dyn Fn(&str, usize) + Send + Sync>;

/// The commands for keys.
pub(super) struct Keys {
    pub(super) typing: Arc<Mutex<Typing>>,
    /// Whether the editor answers to Ctrl-C's signal: only where it draws on a terminal.
    pub(super) takes_signals: bool,
    /// Shows what there is to say about a text with the cursor at a byte.
    pub(super) explain: Explain,
}

impl ConditionalEventHandler for Keys {
    fn handle(
        &self,
        event: &Event,
        _count: RepeatCount,
        _positive: bool,
        context: &EventContext<'_>,
    ) -> Option<Cmd> {
        let key = *event.get(0)?;
        let mut typing = self.typing.lock();
        if typing.paste.is_some() {
            return Some(pasted(&mut typing, key));
        }
        typing.is_burst = (typing.last_key).is_some_and(|last| last.elapsed() < BURST);
        typing.last_key = Some(Clock::start());
        let browsed = std::mem::take(&mut typing.browses);
        typing.replacement = None;
        if typing.entered
            && let Some(command) = after_enter(&mut typing, key)
        {
            return Some(command);
        }
        let (line, pos) = (context.line(), context.pos());
        match key {
            KeyEvent(KeyCode::BracketedPasteStart, _) => {
                typing.paste = Some(String::new());
                Some(Cmd::Noop)
            }
            KeyEvent(KeyCode::Enter, Modifiers::NONE)
            | KeyEvent(KeyCode::Char('J' | 'M'), Modifiers::CTRL) => {
                let command = enter(&mut typing, line, pos, self.takes_signals);
                // What is drawn now stays on the screen, without the grey words.
                Some(match command == Cmd::Noop && context.has_hint() {
                    true => Cmd::Repaint,
                    false => command,
                })
            }
            KeyEvent(KeyCode::Enter, Modifiers::ALT) => Some(force(&mut typing, line, pos)),
            KeyEvent(KeyCode::Tab, Modifiers::NONE) => {
                let blank = is_blank(line_before(line, pos));
                let in_word = line[..pos].ends_with(|c: char| !c.is_whitespace());
                match typing.is_burst && !in_word || blank && line.contains('\n') {
                    true => Some(Cmd::Insert(1, GUTTER.into())),
                    false => None,
                }
            }
            KeyEvent(KeyCode::Char(closer @ ('}' | ')' | ']')), Modifiers::NONE) => {
                let before = line_before(line, pos);
                let is_typed = !typing.is_burst && !typing.came_as_keys;
                if !(is_typed && line[..pos].contains('\n') && is_blank(before)) {
                    return None;
                }
                let above = block::text(&line[..pos - before.len()]);
                let indent = block::closing_indent(above.trim_end());
                let start = pos - before.len();
                Some(replace(&mut typing, start, format!("{indent}{closer}")))
            }
            KeyEvent(KeyCode::Backspace, Modifiers::NONE)
            | KeyEvent(KeyCode::Char('H'), Modifiers::CTRL) => erase(&mut typing, line, pos),
            KeyEvent(KeyCode::Home, Modifiers::NONE)
            | KeyEvent(KeyCode::Char('A'), Modifiers::CTRL) => home(line, pos),
            KeyEvent(KeyCode::Up, Modifiers::NONE) => {
                typing.browses = browsed || pos == line.len();
                search(line, pos, browsed, Cmd::HistorySearchBackward)
            }
            KeyEvent(KeyCode::Down, Modifiers::NONE) => {
                typing.browses = browsed;
                search(line, pos, browsed, Cmd::HistorySearchForward)
            }
            KeyEvent(KeyCode::Right | KeyCode::End, Modifiers::NONE)
            | KeyEvent(KeyCode::Char('F' | 'E'), Modifiers::CTRL)
                if pos == line.len() && context.has_hint() =>
            {
                // A hint that is not to be typed would make the editor ring.
                Some(context.hint_text().map_or(Cmd::Noop, |_| Cmd::CompleteHint))
            }
            KeyEvent(KeyCode::F(1), Modifiers::NONE)
            | KeyEvent(KeyCode::Char('h' | '?'), Modifiers::ALT) => {
                drop(typing);
                (self.explain)(line, pos);
                Some(Cmd::Noop)
            }
            _ => None,
        }
    }
}

/// The part of the cursor's line before it.
fn line_before(line: &str, pos: usize) -> &str {
    let start = line[..pos].rfind('\n').map_or(0, |end| end + 1);
    &line[start..pos]
}

fn is_blank(text: &str) -> bool {
    text.chars().all(|c| c == ' ' || c == '\t')
}

/// Puts `text` in the place of what stands between `start` and the cursor. The editor has no command
/// for that, and takes no counts from here; but it replaces what is completed.
fn replace(typing: &mut Typing, start: usize, text: String) -> Cmd {
    typing.replacement = Some((start, text));
    Cmd::Complete
}

/// A key of a paste.
fn pasted(typing: &mut Typing, key: KeyEvent) -> Cmd {
    let Some(paste) = &mut typing.paste else {
        return Cmd::Noop;
    };
    match key {
        KeyEvent(KeyCode::BracketedPasteEnd, _) => {
            let text = block::cleaned(&std::mem::take(paste));
            typing.paste = None;
            typing.is_burst = false;
            typing.is_drawn();
            return match text.is_empty() {
                true => Cmd::Noop,
                false => Cmd::Insert(1, block::edited(&text)),
            };
        }
        KeyEvent(KeyCode::Enter, _) => paste.push('\r'),
        KeyEvent(KeyCode::Char('J'), Modifiers::CTRL) => paste.push('\n'),
        KeyEvent(KeyCode::Tab, _) => paste.push('\t'),
        KeyEvent(KeyCode::Char(c), Modifiers::NONE | Modifiers::ALT) => paste.push(c),
        _ => {}
    }
    Cmd::Noop
}

/// A key that follows an Enter which has completed the input, in the same burst.
fn after_enter(typing: &mut Typing, key: KeyEvent) -> Option<Cmd> {
    let more = |typing: &mut Typing, text: &str| {
        typing.entered = false;
        typing.came_as_keys = true;
        Some(Cmd::Insert(1, format!("\n{GUTTER}{text}")))
    };
    match key {
        KeyEvent(KeyCode::Char(c), Modifiers::NONE) => more(typing, &c.to_string()),
        KeyEvent(KeyCode::Tab, Modifiers::NONE) => more(typing, GUTTER),
        KeyEvent(KeyCode::Enter, Modifiers::NONE)
        | KeyEvent(KeyCode::Char('J' | 'M'), Modifiers::CTRL) => {
            let command = more(typing, "");
            typing.entered = true;
            command
        }
        _ => {
            typing.next = match key {
                KeyEvent(KeyCode::Char('C'), Modifiers::CTRL) => Some(Next::Interrupt),
                KeyEvent(KeyCode::Char('D'), Modifiers::CTRL) => Some(Next::End),
                _ => None,
            };
            Some(Cmd::AcceptLine)
        }
    }
}

/// Enter: ends the input or begins a line.
fn enter(typing: &mut Typing, line: &str, pos: usize, takes_signals: bool) -> Cmd {
    let text = block::text(line);
    let state = block::state(&text);
    if typing.is_burst && takes_signals {
        return enter_in_burst(typing, state);
    }
    if state != Completeness::Incomplete {
        typing.end = End::Complete;
        return Cmd::AcceptLine;
    }
    let is_last = !line[pos..].contains('\n');
    if is_last && line.contains('\n') && is_blank(line_before(line, pos)) && is_blank(&line[pos..])
    {
        typing.end = match block::is_ended_by_empty_line(&text) {
            true => End::Complete,
            false => End::Open,
        };
        return Cmd::AcceptLine;
    }
    Cmd::Insert(1, block::line_end(&block::text(&line[..pos])))
}

fn enter_in_burst(typing: &mut Typing, state: Completeness) -> Cmd {
    if state == Completeness::Incomplete {
        // What is pasted brings its own indentation.
        typing.came_as_keys = true;
        return Cmd::Insert(1, format!("\n{GUTTER}"));
    }
    let more_arrives = has_input(Duration::ZERO);
    if !more_arrives && !host::interrupt_self() {
        return Cmd::AcceptLine;
    }
    typing.entered = true;
    Cmd::Noop
}

/// Alt-Enter: ends what is open, and opens a line in what is complete.
fn force(typing: &mut Typing, line: &str, pos: usize) -> Cmd {
    match block::state(&block::text(line)) {
        Completeness::Incomplete => {
            typing.end = End::Forced;
            Cmd::AcceptLine
        }
        _ => Cmd::Insert(1, block::line_end(&block::text(&line[..pos]))),
    }
}

/// Backspace before the code of a further line: takes a level of indentation off, or the line end
/// with the gutter.
fn erase(typing: &mut Typing, line: &str, pos: usize) -> Option<Cmd> {
    let before = line_before(line, pos);
    if before.is_empty() || !is_blank(before) || !line[..pos].contains('\n') {
        return None;
    }
    let start = pos - before.len();
    Some(match before.len() <= GUTTER.len() {
        true => replace(typing, start - 1, String::new()),
        false => replace(typing, start, block::outdented(before.len())),
    })
}

/// Home on a further line: to its code, or to its edge when it is there already.
fn home(line: &str, pos: usize) -> Option<Cmd> {
    let before = line_before(line, pos);
    let rest = line[pos..].split('\n').next().unwrap_or_default();
    let is_indented = line[..pos].contains('\n') && rest.starts_with(' ') && !is_blank(rest);
    (before.is_empty() && is_indented).then_some(Cmd::Move(Movement::ForwardWord(
        1,
        rustyline::At::Start,
        rustyline::Word::Big,
    )))
}

/// Up and Down look for inputs that begin with what was typed, unless they go through all.
fn search(line: &str, pos: usize, browsed: bool, command: Cmd) -> Option<Cmd> {
    let has_prefix = pos > 0 && !line.contains('\n') && !browsed;
    has_prefix.then_some(command)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn enter_ends_what_is_complete_and_indents_what_is_open() {
        let check = |line: &str, expected: Cmd, end: End| {
            let mut typing = Typing::default();
            assert_eq!(
                enter(&mut typing, line, line.len(), true),
                expected,
                "{line:?}"
            );
            assert_eq!(typing.end, end, "{line:?}");
        };
        check("1 + 1", Cmd::AcceptLine, End::Complete);
        check("if a { 1 }", Cmd::AcceptLine, End::Complete);
        check("if a {", Cmd::Insert(1, "\n        ".into()), End::Complete);
        check("f(\n        ", Cmd::AcceptLine, End::Open);
        check("f(\n    1)", Cmd::AcceptLine, End::Complete);
        let python = "for i in range(2):\n        print(i)";
        check(python, Cmd::Insert(1, "\n        ".into()), End::Complete);
        for blank in ["    ", "        "] {
            let ended = format!("{python}\n{blank}");
            check(&ended, Cmd::AcceptLine, End::Complete);
        }
    }

    #[test]
    fn alt_enter_does_what_enter_does_not() {
        let mut typing = Typing::default();
        assert_eq!(force(&mut typing, "f(", 2), Cmd::AcceptLine);
        assert_eq!(typing.end, End::Forced);
        assert_eq!(
            force(&mut typing, "1 + 1", 5),
            Cmd::Insert(1, "\n    ".into())
        );
    }

    #[test]
    fn backspace_takes_a_level_off_or_joins_lines() {
        let check = |line: &str, pos: usize, expected: Option<(usize, &str)>| {
            let mut typing = Typing::default();
            let command = erase(&mut typing, line, pos);
            assert_eq!(command, expected.map(|_| Cmd::Complete), "{line:?}");
            let expected = expected.map(|(start, text)| (start, text.to_string()));
            assert_eq!(typing.replacement, expected, "{line:?}");
        };
        check("f(", 2, None);
        check("f(\n    1", 8, None);
        check("f(\n        ", 11, Some((3, GUTTER)));
        check("f(\n    1", 7, Some((2, "")));
    }

    #[test]
    fn what_follows_in_a_burst_is_collected() {
        let mut typing = Typing {
            entered: true,
            ..Typing::default()
        };
        let key = |c| KeyEvent(KeyCode::Char(c), Modifiers::NONE);
        assert_eq!(
            after_enter(&mut typing, key('x')),
            Some(Cmd::Insert(1, "\n    x".into()))
        );
        assert!(typing.came_as_keys && !typing.entered);
        typing.entered = true;
        let leave = KeyEvent(KeyCode::Char('D'), Modifiers::CTRL);
        assert_eq!(after_enter(&mut typing, leave), Some(Cmd::AcceptLine));
        assert_eq!(typing.next, Some(Next::End));
    }

    #[test]
    fn a_marked_paste_is_inserted_as_a_whole() {
        let mut typing = Typing {
            paste: Some(String::new()),
            ..Typing::default()
        };
        for c in "f(".chars() {
            let key = KeyEvent(KeyCode::Char(c), Modifiers::NONE);
            assert_eq!(pasted(&mut typing, key), Cmd::Noop);
        }
        pasted(&mut typing, KeyEvent(KeyCode::Enter, Modifiers::NONE));
        pasted(&mut typing, KeyEvent(KeyCode::Char(')'), Modifiers::NONE));
        let end = KeyEvent(KeyCode::BracketedPasteEnd, Modifiers::NONE);
        assert_eq!(pasted(&mut typing, end), Cmd::Insert(1, "f(\n    )".into()));
    }
}
