//! Threads that wait, in words: who waits for what, who holds it and since which line.
//!
//! One wording for the report of a deadlock while other threads run on and for those at the end of
//! a run. This turns values into text and knows neither the terminal nor the session.

use std::fmt::Write;

use super::paint::{Paint, Role};
use super::wrap::{WIDTH, cut_around, wrap};
use crate::event::Stuck;
use crate::pos::Pos;

/// A thread and where it is.
#[derive(Clone, Copy, Debug)]
pub struct Place<'a> {
    /// Its number.
    pub number: u64,
    /// Its name.
    pub name: &'a str,
    /// Where it is.
    pub pos: Pos,
    /// The input in which that is, where that must be said.
    pub input: Option<&'a str>,
    /// The line of the text there; empty where there is none.
    pub source: &'a str,
    /// What it does, in words.
    pub doing: &'a str,
}

/// Appends the report that `threads` can never go on. `here` is the input whose name goes without
/// saying.
pub fn write(out: &mut String, threads: &[Stuck], here: Option<&str>, paint: Paint) {
    paint.write(out, Role::Error, "deadlock");
    let subject = subject(threads.iter().map(|thread| &*thread.thread.name));
    let _ = writeln!(out, ": {subject} for ever");
    for thread in threads {
        let input = Some(thread.input.as_str()).filter(|input| !input.is_empty());
        let place = Place {
            number: thread.thread.number,
            name: &thread.thread.name,
            pos: thread.pos,
            input: input.filter(|input| Some(*input) != here),
            source: &thread.source,
            doing: &waits(&thread.waits_for, &thread.held_by),
        };
        write_place(out, place, paint);
    }
}

/// Who waits, in words: `this thread waits`, `these tasks wait`. Main is one of them when it has
/// called `asyncio.run`, and does not count.
pub fn subject<'a>(names: impl Iterator<Item = &'a str>) -> &'static str {
    let is_task = |name: &str| {
        name.strip_prefix("Task-")
            .is_some_and(|number| number.chars().all(|ch| ch.is_ascii_digit()))
    };
    let names: Vec<&str> = names.collect();
    let others: Vec<&str> = names
        .iter()
        .copied()
        .filter(|name| *name != "main")
        .collect();
    let are_tasks = !others.is_empty() && others.iter().all(|name| is_task(name));
    match (are_tasks, names.len()) {
        (true, 1) => "this task waits",
        (true, _) => "these tasks wait",
        (false, 1) => "this thread waits",
        (false, _) => "these threads wait",
    }
}

/// Appends a thread, in lines of the width of reports, and under it the source line at which it is.
pub fn write_place(out: &mut String, place: Place<'_>, paint: Paint) {
    let mut words = String::new();
    if !place.pos.is_none() {
        // Writing to a String cannot fail.
        let _ = write!(words, ", {}", place.pos);
        if let Some(input) = place.input {
            let _ = write!(words, " of {input}");
        }
    }
    let _ = write!(words, ": {}", place.doing);
    // The name is measured, and written in its colour.
    let name: String = "x".repeat(place.name.chars().count());
    for (index, line) in wrap(&format!("{name}{words}"), WIDTH - 4)
        .iter()
        .enumerate()
    {
        match (index, line.strip_prefix(&name)) {
            (0, Some(rest)) => {
                out.push_str("  ");
                paint.write(out, Role::Thread(place.number), place.name);
                out.push_str(rest);
            }
            _ => {
                out.push_str("    ");
                out.push_str(line);
            }
        }
        out.push('\n');
    }
    if !place.source.is_empty() {
        let head = format!("{:>6} | ", place.pos.line);
        paint.write(out, Role::Faint, &head);
        let column = usize::from(place.pos.column).saturating_sub(1);
        out.push_str(&cut_around(place.source, column, WIDTH - head.len()));
        out.push('\n');
    }
}

/// `waits for the Lock made in line 1, column 9, held by A since line 2`.
pub fn waits(what: &str, held_by: &[(String, Pos)]) -> String {
    let mut words = format!("waits for {what}");
    for (index, (holder, since)) in held_by.iter().enumerate() {
        words.push_str(if index == 0 { ", held by " } else { " and " });
        words.push_str(holder);
        if !since.is_none() {
            let _ = write!(words, " since {}", since.at());
        }
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::Thread;

    fn stuck(input: &str) -> Stuck {
        Stuck {
            thread: Thread {
                number: 2,
                name: "A".into(),
            },
            pos: Pos::new(2, 3),
            input: input.into(),
            source: "b.acquire();".into(),
            waits_for: "the Lock made in line 1, column 9".into(),
            held_by: vec![("B (ended)".into(), Pos::new(4, 1))],
        }
    }

    #[test]
    fn a_report_names_the_thread_its_line_what_it_waits_for_and_who_holds_that() {
        let mut out = String::new();
        write(&mut out, &[stuck("a.rhai")], Some("a.rhai"), Paint::Plain);
        assert_eq!(
            out,
            "deadlock: this thread waits for ever\n  A, line 2, column 3: waits for the Lock made \
             in line 1, column 9, held by B\n    (ended) since line 4\n     2 | b.acquire();\n"
        );
    }

    #[test]
    fn who_waits_are_tasks_where_all_are() {
        let of = |names: &[&'static str]| subject(names.iter().copied());
        assert_eq!(of(&["main"]), "this thread waits");
        assert_eq!(of(&["main", "Thread-1"]), "these threads wait");
        assert_eq!(of(&["main", "Task-1", "Task-12"]), "these tasks wait");
        assert_eq!(of(&["Task-1"]), "this task waits");
        assert_eq!(of(&["Task-1", "Task-A"]), "these threads wait");
    }

    #[test]
    fn another_input_is_named() {
        let mut out = String::new();
        write(&mut out, &[stuck("input 1"), stuck("")], None, Paint::Plain);
        assert!(out.starts_with("deadlock: these threads wait for ever\n"));
        assert!(
            out.contains("A, line 2, column 3 of input 1: waits"),
            "{out}"
        );
        assert!(out.contains("A, line 2, column 3: waits"), "{out}");
    }
}
