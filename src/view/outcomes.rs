//! The table of what can become of a program: in how many interleavings, how it ends, what is printed.

use std::fmt::Write;

use super::paint::{Paint, Role};
use super::wrap::{cut_at_word, wrap};

/// How many outcomes are shown at most.
pub const MOST: usize = 8;
/// How many where all are asked for.
pub const MOST_OF_ALL: usize = 100;
/// How many lines one of them takes, where there is room.
pub const LINES: usize = 3;
/// In a narrower table the token is below its outcome.
const NARROW: usize = 60;
/// The outcomes have so much room at least, however long the counts are.
const LEAST_ROOM: usize = 12;
/// A token that is wider has a line of its own.
const TOKEN: usize = 18;

/// One outcome.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// How many interleavings lead there, in words; nothing when they were not counted.
    pub count: Option<String>,
    /// How it ends.
    pub end: String,
    /// What each thread printed or failed by, a part a thread.
    pub told: Vec<String>,
    /// Whether something went wrong.
    pub is_bad: bool,
    /// The run that leads there.
    pub token: String,
}

/// Draws the outcomes in `width` characters: `rows`, of `all` that there are, each in so many lines at
/// most. With one line each, a token that would need a line of its own is left out.
pub fn table(rows: &[Row], all: usize, lines: usize, width: usize, paint: Paint) -> String {
    let counts = rows.iter().filter_map(|row| row.count.as_ref());
    let counted = counts
        .map(|count| count.chars().count())
        .max()
        .map(|most| most.max("interleavings".len()));
    let tokens = rows.iter().map(|row| row.token.chars().count());
    let token = tokens.max().unwrap_or(0);
    let token = if token <= TOKEN && width >= NARROW {
        token.max(5)
    } else {
        0
    };
    // The columns: count, outcome, token.
    let before = counted.map_or(2, |counted| 2 + counted + 2);
    let after = if token > 0 { token + 2 } else { 0 };
    let room = width.saturating_sub(before + after).max(LEAST_ROOM);

    let mut out = String::new();
    let mut head = String::new();
    if let Some(counted) = counted {
        let _ = write!(head, "  {:>counted$}  ", "interleavings");
    } else {
        head.push_str("  ");
    }
    let _ = write!(head, "{:<room$}", "outcome");
    if token > 0 {
        head.push_str("  token");
    }
    paint.write(&mut out, Role::Faint, head.trim_end());
    out.push('\n');
    for row in rows {
        for (index, (role, line)) in words(row, room, lines).into_iter().enumerate() {
            match (counted, index) {
                (Some(counted), 0) => {
                    let count = row.count.as_deref().unwrap_or_default();
                    let _ = write!(out, "  {count:>counted$}  ");
                }
                _ => out.extend(std::iter::repeat_n(' ', before)),
            }
            let pad = room.saturating_sub(line.chars().count());
            match role {
                Some(role) => paint.write(&mut out, role, &line),
                None => out.push_str(&line),
            }
            if index == 0 && token > 0 {
                out.extend(std::iter::repeat_n(' ', pad + 2));
                out.push_str(&row.token);
            }
            out.push('\n');
        }
        if token == 0 && lines > 1 {
            out.extend(std::iter::repeat_n(' ', before));
            let _ = writeln!(out, "token {}", row.token);
        }
    }
    if all > rows.len() {
        let more = all - rows.len();
        let plural = if more == 1 { "" } else { "s" };
        let _ = writeln!(out, "  ... and {more} more outcome{plural}");
    }
    out
}

/// The lines that tell of an outcome.
fn words(row: &Row, room: usize, most: usize) -> Vec<(Option<Role>, String)> {
    let role = row.is_bad.then_some(Role::Error);
    let together = match (row.end.as_str(), row.told.as_slice()) {
        ("", [one]) => Some(one.clone()),
        ("", _) => None,
        (end, []) => Some(end.to_string()),
        (end, [one]) => Some(format!("{end}; {one}")),
        _ => None,
    };
    if let Some(line) = together.filter(|line| line.chars().count() <= room) {
        return vec![(role, line)];
    }
    let mut lines = Vec::new();
    if !row.end.is_empty() {
        lines.extend(wrap(&row.end, room).into_iter().map(|line| (role, line)));
    }
    for told in &row.told {
        lines.extend(wrap(told, room).into_iter().map(|line| (None, line)));
    }
    if lines.len() > most {
        lines.truncate(most);
        let (_, last) = &mut lines[most - 1];
        *last = cut_at_word(&format!("{last} ..."), room);
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(count: Option<&str>, end: &str, told: &[&str], token: &str) -> Row {
        Row {
            count: count.map(Into::into),
            end: end.into(),
            told: told.iter().map(|told| (*told).into()).collect(),
            is_bad: end.contains("fails"),
            token: token.into(),
        }
    }

    #[test]
    fn counts_and_tokens_stand_in_columns() {
        let rows = [
            row(Some("4"), "main fails: assertion failed", &[], "abc"),
            row(Some("17,153,136"), "ends", &["main prints 2"], "defgh"),
        ];
        assert_eq!(
            table(&rows, rows.len(), LINES, 80, Paint::Plain),
            "  interleavings  outcome                                                   token
              4  main fails: assertion failed                              abc
     17,153,136  ends; main prints 2                                       defgh\n"
        );
        let coloured = table(&rows, rows.len(), LINES, 80, Paint::Coloured);
        assert!(coloured.contains("\x1b[1;31mmain fails: assertion failed\x1b[0m"));
    }

    #[test]
    fn long_tables_and_long_rows_are_cut_and_long_tokens_stand_below() {
        let told = vec!["Thread-1 prints a line that is long | and another one"; 9];
        let rows = vec![row(None, "ends", &told, &"t".repeat(40)); 12];
        let drawn = table(&rows, 14, LINES, 80, Paint::Plain);
        assert!(drawn.ends_with("  ... and 2 more outcomes\n"), "{drawn}");
        assert!(
            drawn.lines().all(|line| line.chars().count() <= 80),
            "{drawn}"
        );
        assert!(drawn.contains("another one ...\n  token tttt"), "{drawn}");
    }
}
