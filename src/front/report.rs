//! What became of a run, in words: problems of the text, an error, where threads were.
//!
//! Texts only; who shows them, and where, is the fronts' business.

use std::io::{self, IsTerminal};

use crate::event::ErrorReport;
use crate::language::Diagnostic;
use crate::language::diagnostic::{Severity, Span};
use crate::language::render::{self, Style};
use crate::pos::Pos;
use crate::session::{Session, ThreadInfo};
use crate::view::deadlock::{self as view, Place};
use crate::view::paint::{Paint, Role};

/// How many calls on the way to an error are shown.
const CALLS: usize = 8;

/// The text that a run was given, to be quoted.
#[derive(Clone, Copy)]
pub(super) struct Quoted<'a> {
    pub(super) name: &'a str,
    pub(super) text: &'a str,
}

fn style(paint: Paint) -> Style {
    match paint {
        Paint::Plain => Style::Plain,
        Paint::Coloured => Style::Coloured,
    }
}

/// Problems of a text, each with its line and a caret; ends with a line end unless there are none.
pub(super) fn diagnostics(problems: &[Diagnostic], quoted: Quoted<'_>, paint: Paint) -> String {
    render::render(problems, quoted.name, quoted.text, style(paint))
}

/// An error that nobody caught in `main`, with its line, the calls that led there, and what to do.
pub(super) fn failure(error: &ErrorReport, paint: Paint) -> String {
    let mut report = render::Report::new(Severity::Error, &error.title);
    report.primary = Some((Span::at(error.pos), ""));
    report.notes.extend(calls(&error.calls));
    report.help.extend(error.advice.clone());
    let mut drawn = render::draw(&report, &error.input, &error.text, style(paint)) + "\n";
    error
        .parts
        .iter()
        .for_each(|part| drawn += &failure(part, paint));
    drawn
}

/// The calls on the way to an error, innermost first. A call that repeats the one before it, as in
/// an endless recursion, is shown once.
fn calls(trace: &[(String, Pos)]) -> Vec<String> {
    let mut distinct = trace.to_vec();
    distinct.dedup();
    let repeats = distinct.len() < trace.len();
    let mut notes: Vec<String> = distinct
        .iter()
        .take(CALLS)
        .map(|(function, called_at)| {
            let function = typed(function);
            if called_at.is_none() {
                format!("in {function}")
            } else {
                format!("in {function}, called from {called_at}")
            }
        })
        .collect();
    if repeats {
        notes.push("and again, in calls within calls".into());
    }
    if distinct.len() > CALLS {
        notes.push("and further calls".into());
    }
    notes
}

/// A function's name as it is typed: in the library, `Type__method` is a method, and `__select` what
/// `select` does.
fn typed(name: &str) -> String {
    name.trim_start_matches("__").replace("__", ".")
}

/// The report of a run that ended in a deadlock: who waits for what, who holds it and since which
/// line. Threads that were reported when they began to wait for ever are not reported again.
pub(super) fn deadlock(
    threads: &[ThreadInfo],
    session: &Session,
    quoted: Quoted<'_>,
    paint: Paint,
) -> String {
    let head = paint.text(Role::Error, "deadlock");
    let (known, new): (Vec<_>, Vec<_>) = threads
        .iter()
        .cloned()
        .partition(|thread| thread.is_reported);
    if new.is_empty() {
        return format!("{head}: this ends the run\n");
    }
    let too = if known.is_empty() { "" } else { " too" };
    let wait = view::subject(new.iter().map(|thread| &*thread.name));
    let places = places(&new, session, quoted, paint);
    format!("{head}: {wait} for ever{too}, so the run ends\n{places}")
}

/// The report of a run that Ctrl-C ended: where each thread was.
pub(super) fn interrupted(
    threads: &[ThreadInfo],
    session: &Session,
    quoted: Quoted<'_>,
    paint: Paint,
) -> String {
    // A terminal shows `^C` where it was typed, and stays on that line.
    let fresh = if io::stdin().is_terminal() { "\n" } else { "" };
    if threads.is_empty() {
        return format!("{fresh}interrupted\n");
    }
    let told = places(threads, session, quoted, paint);
    format!("{fresh}interrupted; the threads were here:\n{told}")
}

/// Each thread on a line, and under it the source line at which it is.
fn places(threads: &[ThreadInfo], session: &Session, quoted: Quoted<'_>, paint: Paint) -> String {
    let mut out = String::new();
    for thread in threads {
        let elsewhere = thread.input != quoted.name && !thread.input.is_empty();
        let stored = if elsewhere {
            session.text_of(&thread.input)
        } else {
            None
        };
        let text = match &stored {
            Some(text) => Some(&**text),
            None if elsewhere => None,
            None => Some(quoted.text),
        };
        place(&mut out, thread, elsewhere, text, paint);
    }
    out
}

fn place(out: &mut String, thread: &ThreadInfo, elsewhere: bool, text: Option<&str>, paint: Paint) {
    let source = text.and_then(|text| source_line(text, thread.pos));
    let place = Place {
        number: thread.number,
        name: &thread.name,
        pos: thread.pos,
        input: elsewhere.then_some(&*thread.input),
        source: source.unwrap_or_default(),
        doing: &doing(thread),
    };
    view::write_place(out, place, paint);
}

/// What a thread does, in words: `running`, or what it waits for and who holds that.
pub(super) fn doing(thread: &ThreadInfo) -> String {
    if thread.waits_for.is_empty() {
        return thread.state.into();
    }
    view::waits(&thread.waits_for, &thread.held_by)
}

fn source_line(text: &str, pos: Pos) -> Option<&str> {
    let index = usize::from(pos.line).checked_sub(1)?;
    text.lines().nth(index).map(str::trim)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn thread(waits_for: &str, held_by: &[(&str, u16)]) -> ThreadInfo {
        ThreadInfo {
            number: 2,
            name: "A".into(),
            state: "running",
            pos: Pos::new(2, 3),
            input: "a.rhai".into(),
            waits_for: waits_for.into(),
            held_by: held_by
                .iter()
                .map(|(name, line)| ((*name).into(), Pos::new(*line, 1)))
                .collect(),
            daemon: false,
            is_reported: false,
        }
    }

    fn check(thread: &ThreadInfo, expected: &str) {
        let mut out = String::new();
        place(
            &mut out,
            thread,
            false,
            Some("let a = Lock();\n  a.acquire();"),
            Paint::Plain,
        );
        assert_eq!(out, expected);
    }

    #[test]
    fn a_thread_says_where_it_is_and_what_it_waits_for() {
        check(
            &thread("", &[]),
            "  A, line 2, column 3: running\n     2 | a.acquire();\n",
        );
        check(
            &thread("Lock 1", &[("main", 1)]),
            "  A, line 2, column 3: waits for Lock 1, held by main since line 1\n\
             \x20    2 | a.acquire();\n",
        );
    }

    #[test]
    fn a_line_that_is_not_there_is_not_quoted() {
        let mut lost = thread("", &[]);
        lost.pos = Pos::new(9, 1);
        check(&lost, "  A, line 9, column 1: running\n");
        lost.pos = Pos::NONE;
        check(&lost, "  A: running\n");
    }

    #[test]
    fn functions_of_the_library_have_the_names_that_are_typed() {
        for (name, expected) in [
            ("f", "f"),
            ("__select", "select"),
            ("Once__call", "Once.call"),
            ("__Timer", "Timer"),
        ] {
            assert_eq!(typed(name), expected);
        }
    }

    #[test]
    fn a_call_that_repeats_is_told_once() {
        let call = |function: &str| (function.to_string(), Pos::new(1, 11));
        assert_eq!(
            calls(&vec![call("f"); 16]),
            [
                "in f, called from line 1, column 11",
                "and again, in calls within calls"
            ]
        );
        assert_eq!(
            calls(&[call("f"), call("g")]),
            [
                "in f, called from line 1, column 11",
                "in g, called from line 1, column 11"
            ]
        );
    }

    #[test]
    fn an_error_is_drawn_with_its_calls_and_what_to_do() {
        let error = ErrorReport {
            message: "unknown variable: x".into(),
            title: "unknown variable: x".into(),
            advice: Some("did you mean `y`?".into()),
            pos: Pos::new(1, 10),
            input: "a.rhai".into(),
            text: "fn f() { x }\nf();".into(),
            calls: vec![("f".into(), Pos::new(2, 1))],
            parts: Vec::new(),
        };
        assert_eq!(
            failure(&error, Paint::Plain),
            "error: unknown variable: x\n --> a.rhai:1:10\n  |\n1 | fn f() { x }\n  |          ^\n  \
             |\n  = note: in f, called from line 2, column 1\n  = help: did you mean `y`?\n"
        );
    }
}
