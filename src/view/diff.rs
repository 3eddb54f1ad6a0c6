//! Two texts, line by line: what is taken out and what comes in, as `diff -u` shows it.

use std::fmt::Write;

use super::paint::{Paint, Role};

/// So many lines that are the same are shown around a change.
const CONTEXT: usize = 2;

/// A line of either text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Line<'t> {
    Same(&'t str),
    Old(&'t str),
    New(&'t str),
}

/// The changes from one text to another, with the names of both in front; nothing where they are the
/// same.
pub fn diff(name: &str, new_name: &str, old: &str, new: &str, paint: Paint) -> String {
    let lines = compare(old, new);
    let is_near = |at: usize| {
        let range = at.saturating_sub(CONTEXT)..(at + CONTEXT + 1).min(lines.len());
        lines[range]
            .iter()
            .any(|line| !matches!(line, Line::Same(_)))
    };
    let mut out = String::new();
    let (mut old_line, mut new_line) = (1, 1);
    let mut at = 0;
    while at < lines.len() {
        if !is_near(at) {
            old_line += 1;
            new_line += 1;
            at += 1;
            continue;
        }
        let end = (at..lines.len())
            .find(|one| !is_near(*one))
            .unwrap_or(lines.len());
        let hunk = &lines[at..end];
        let olds = hunk
            .iter()
            .filter(|line| !matches!(line, Line::New(_)))
            .count();
        let news = hunk
            .iter()
            .filter(|line| !matches!(line, Line::Old(_)))
            .count();
        if out.is_empty() {
            let head = format!("--- {name}\n+++ {new_name}\n");
            out += &head;
        }
        let place = format!("@@ -{old_line},{olds} +{new_line},{news} @@");
        paint.write(&mut out, Role::Faint, &place);
        out.push('\n');
        for line in hunk {
            match line {
                Line::Same(text) => {
                    let _ = writeln!(out, " {text}");
                }
                Line::Old(text) => {
                    paint.write(&mut out, Role::Error, &format!("-{text}"));
                    out.push('\n');
                }
                Line::New(text) => {
                    paint.write(&mut out, Role::Prompt, &format!("+{text}"));
                    out.push('\n');
                }
            }
        }
        old_line += olds;
        new_line += news;
        at = end;
    }
    out
}

/// The lines of both texts, with as many as possible the same. What both begin and end with is set
/// aside first, so that the table is as small as the change.
fn compare<'t>(old: &'t str, new: &'t str) -> Vec<Line<'t>> {
    let (old, new): (Vec<&str>, Vec<&str>) = (old.lines().collect(), new.lines().collect());
    let begin = old.iter().zip(&new).take_while(|(a, b)| a == b).count();
    let rest = old.len().min(new.len()) - begin;
    let ends = old.iter().rev().zip(new.iter().rev());
    let end = ends.take(rest).take_while(|(a, b)| a == b).count();
    let (a, b) = (&old[begin..old.len() - end], &new[begin..new.len() - end]);
    // How many lines are the same from there on, by the lengths of both rests.
    let mut same = vec![vec![0_usize; b.len() + 1]; a.len() + 1];
    for i in (0..a.len()).rev() {
        for j in (0..b.len()).rev() {
            same[i][j] = match a[i] == b[j] {
                true => same[i + 1][j + 1] + 1,
                false => same[i + 1][j].max(same[i][j + 1]),
            };
        }
    }
    let mut lines: Vec<Line<'t>> = old[..begin].iter().map(|line| Line::Same(line)).collect();
    let (mut i, mut j) = (0, 0);
    while i < a.len() || j < b.len() {
        if i < a.len() && j < b.len() && a[i] == b[j] {
            lines.push(Line::Same(a[i]));
            i += 1;
            j += 1;
        } else if i < a.len() && (j == b.len() || same[i + 1][j] >= same[i][j + 1]) {
            lines.push(Line::Old(a[i]));
            i += 1;
        } else {
            lines.push(Line::New(b[j]));
            j += 1;
        }
    }
    lines.extend(old[old.len() - end..].iter().map(|line| Line::Same(line)));
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changes_stand_between_the_lines_around_them() {
        let old = "a\nb\nc\nd\ne\nf\ng\nh\n";
        let new = "a\nb\nc\nD\nd\ne\nf\nh\n";
        assert_eq!(
            diff("x", "y", old, new, Paint::Plain),
            "--- x\n+++ y\n@@ -2,7 +2,7 @@\n b\n c\n+D\n d\n e\n f\n-g\n h\n"
        );
        assert_eq!(diff("x", "y", old, old, Paint::Plain), "");
        let far = diff(
            "x",
            "y",
            "1\n2\n3\n4\n5\n6\n7\n8\n9\n",
            "0\n2\n3\n4\n5\n6\n7\n8\n0\n",
            Paint::Plain,
        );
        assert_eq!(far.matches("@@ -").count(), 2, "{far}");
    }
}
