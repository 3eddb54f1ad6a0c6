//! A run as a table: a column for each thread, time from top to bottom.
//!
//! Each cell shows the source line and under it what the thread did there. Where a thread was
//! interrupted that could have gone on, a rule across the table says so. With more threads than the
//! width has room for, the threads stand in one column with their names.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::paint::{Paint, Role};
use super::wrap::{cut, wrap};
use crate::explore::Act;

/// What separates two columns.
const GAP: usize = 2;
/// No column is narrower.
const NARROWEST: usize = 17;
/// How many acts are shown; of a longer run the middle is left out.
const MOST: usize = 60;

/// Draws a run in `width` characters.
pub fn table(acts: &[Act], width: usize, paint: Paint) -> String {
    let mut threads = BTreeMap::new();
    for act in acts {
        threads.entry(act.thread).or_insert(&*act.name);
    }
    let count = threads.len().max(1);
    let room = width.saturating_sub(GAP * count) / count;
    let mut table = Table {
        width,
        paint,
        columns: BTreeMap::new(),
        out: String::new(),
    };
    if room >= NARROWEST {
        for (index, thread) in threads.keys().enumerate() {
            let column = Column {
                indent: GAP + index * (room + GAP),
                width: room,
            };
            table.columns.insert(*thread, column);
        }
        table.head(&threads);
    } else {
        let names = threads.values().map(|name| name.chars().count());
        let indent = GAP + names.max().unwrap_or(0).min(24) + GAP;
        let column = Column {
            indent,
            width: width.saturating_sub(indent),
        };
        table
            .columns
            .extend(threads.keys().map(|thread| (*thread, column)));
    }
    let is_list = room < NARROWEST;
    let (first, last) = match acts.len() > MOST {
        true => acts.split_at(MOST / 2),
        false => (acts, &acts[..0]),
    };
    let left_out = last.len().saturating_sub(MOST / 2);
    table.acts(first, None, is_list);
    if left_out > 0 {
        table.rule(&format!("{left_out} steps are left out here"), Role::Faint);
    }
    table.acts(&last[left_out..], first.last(), is_list);
    table.out
}

#[derive(Clone, Copy)]
struct Column {
    indent: usize,
    width: usize,
}

struct Table {
    width: usize,
    paint: Paint,
    columns: BTreeMap<u64, Column>,
    out: String,
}

impl Table {
    /// The names of the threads, and a line under each.
    fn head(&mut self, threads: &BTreeMap<u64, &str>) {
        for is_rule in [false, true] {
            let mut at = 0;
            for (thread, name) in threads {
                let column = self.columns[thread];
                let name = cut(name, column.width);
                let shown = match is_rule {
                    true => "-".repeat(name.chars().count()),
                    false => name,
                };
                self.pad(column.indent - at);
                self.paint
                    .write(&mut self.out, Role::Thread(*thread), &shown);
                at = column.indent + shown.chars().count();
            }
            self.out.push('\n');
        }
    }

    fn acts(&mut self, acts: &[Act], before: Option<&Act>, is_list: bool) {
        let mut before = before;
        for act in acts {
            let continues = before.is_some_and(|before| before.thread == act.thread);
            if let Some(paused) = &act.paused
                && !continues
            {
                self.rule(&format!("{paused} is paused here"), Role::Heading);
            }
            let column = self.columns.get(&act.thread).copied();
            let column = column.unwrap_or(Column {
                indent: GAP,
                width: self.width - GAP,
            });
            let is_same_line = before.is_some_and(|before| before.pos.at() == act.pos.at());
            let mut labelled = None;
            if is_list && !continues {
                labelled = Some((act.thread, cut(&act.name, column.indent - 2 * GAP)));
            }
            let is_quoted_above = continues && is_same_line;
            if !is_quoted_above && !act.source.is_empty() {
                let number = format!("{}| ", act.pos.at().short());
                let room = column.width.saturating_sub(number.len());
                let shown = format!("{number}{}", cut(&act.source, room));
                self.line(column, labelled.take(), Role::Faint, &shown);
            }
            let role = match act.is_bad {
                true => Role::Error,
                false => Role::Thread(act.thread),
            };
            for (index, part) in wrap(&act.words, column.width.saturating_sub(5))
                .iter()
                .enumerate()
            {
                let indent = if index == 0 { "   " } else { "     " };
                let part = cut(part, column.width);
                self.line(column, labelled.take(), role, &format!("{indent}{part}"));
            }
            before = Some(act);
        }
    }

    fn line(&mut self, column: Column, label: Option<(u64, String)>, role: Role, text: &str) {
        match label {
            Some((thread, name)) => {
                self.pad(GAP);
                self.paint.write(&mut self.out, Role::Thread(thread), &name);
                self.pad(column.indent - GAP - name.chars().count());
            }
            None => self.pad(column.indent),
        }
        let text = text.trim_end();
        let begin = text.len() - text.trim_start().len();
        self.out.push_str(&text[..begin]);
        self.paint.write(&mut self.out, role, &text[begin..]);
        self.out.push('\n');
    }

    /// A line across the table with words in it.
    fn rule(&mut self, words: &str, role: Role) {
        let words = cut(words, self.width.saturating_sub(10));
        let rest = self.width.saturating_sub(words.chars().count() + 6);
        let mut rule = String::new();
        let _ = write!(rule, "~~ {words} {}", "~".repeat(rest));
        self.pad(GAP);
        self.paint.write(&mut self.out, role, &rule);
        self.out.push('\n');
    }

    fn pad(&mut self, count: usize) {
        self.out.extend(std::iter::repeat_n(' ', count));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pos::Pos;

    const TEXT: &str = "let counter = 0;\n    counter += 1;\nassert(counter == 2);";

    fn act(thread: u64, line: u16, words: &str, paused: Option<&str>) -> Act {
        Act {
            thread,
            name: match thread {
                1 => "main".into(),
                other => format!("Thread-{}", other - 1).into(),
            },
            pos: Pos::new(line, 5),
            source: TEXT
                .lines()
                .nth(usize::from(line) - 1)
                .unwrap()
                .trim()
                .into(),
            words: words.into(),
            is_bad: words.starts_with("fails"),
            paused: paused.map(Into::into),
        }
    }

    fn lost_update() -> Vec<Act> {
        vec![
            act(2, 2, "reads counter: 0", None),
            act(3, 2, "reads counter: 0", Some("Thread-1")),
            act(3, 2, "writes counter: 1", None),
            act(2, 2, "writes counter: 1", None),
            act(1, 3, "reads counter: 1", None),
            act(1, 3, "fails: assertion failed", None),
        ]
    }

    #[test]
    fn a_thread_has_a_column_and_a_pause_is_marked() {
        assert_eq!(
            table(&lost_update(), 80, Paint::Plain),
            "  main                      Thread-1                  Thread-2
  ----                      --------                  --------
                            2| counter += 1;
                               reads counter: 0
  ~~ Thread-1 is paused here ~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
                                                      2| counter += 1;
                                                         reads counter: 0
                                                         writes counter: 1
                            2| counter += 1;
                               writes counter: 1
  3| assert(counter == 2);
     reads counter: 1
     fails: assertion
       failed
"
        );
    }

    #[test]
    fn colours_change_no_width() {
        let coloured = table(&lost_update(), 80, Paint::Coloured);
        let mut plain = String::new();
        let mut parts = coloured.split('\x1b');
        plain.push_str(parts.next().unwrap());
        for part in parts {
            plain.push_str(part.split_once('m').unwrap().1);
        }
        assert_ne!(coloured, plain);
        assert_eq!(plain, table(&lost_update(), 80, Paint::Plain));
        assert!(coloured.contains("\x1b[1;31mfails: assertion\x1b[0m"));
    }

    #[test]
    fn many_threads_stand_under_each_other_and_no_line_is_too_wide() {
        let long = "writes a_variable_with_a_name: \"a text that is much too long for a column\"";
        for count in 1..30 {
            let acts: Vec<Act> = (1..=count)
                .map(|thread| act(thread, 2, long, None))
                .collect();
            let drawn = table(&acts, 80, Paint::Plain);
            assert!(
                drawn.lines().all(|line| line.chars().count() <= 80),
                "{drawn}"
            );
        }
        let acts: Vec<Act> = (1..=5).map(|thread| act(thread, 2, "x", None)).collect();
        let drawn = table(&acts, 80, Paint::Plain);
        assert!(
            drawn.starts_with("  main      2| counter += 1;\n               x\n"),
            "{drawn}"
        );
    }

    #[test]
    fn the_middle_of_a_long_run_is_left_out() {
        let acts = vec![act(2, 2, "x", None); 100];
        let drawn = table(&acts, 80, Paint::Plain);
        assert!(
            drawn.contains("~~ 40 steps are left out here ~~"),
            "{drawn}"
        );
        assert_eq!(drawn.matches("   x\n").count(), 60);
    }
}
