//! A run as a table: a column for each thread, time from top to bottom.
//!
//! Each cell shows the source line and what the thread did there, beside it or, where that is too
//! wide, under it. Only one thread does something in a row, so a cell may reach to the right edge.
//! Steps that the cause is about have a star at the left edge. Where a thread was interrupted that could
//! have gone on, a rule across the table says so. With more
//! than three threads, or a narrow width, the threads have one column together, with their names.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::paint::{Paint, Role};
use super::wrap::{cut, cut_around, wrap};
use crate::explore::{Act, Deed};

/// What separates two columns.
const GAP: usize = 2;
/// So many threads have columns of their own at most.
const MOST_COLUMNS: usize = 3;
/// So much of a long line is shown at least beside what a thread did there.
const LEAST_OF_LINE: usize = 20;
/// How far what a thread did is set in under its source line.
const BELOW: usize = 3;
/// The last column has at least so much room; otherwise there is one column for all.
const ROOM: usize = 36;
/// How many acts are shown where the length does not matter; of a longer run the middle is left out.
const MOST: usize = 60;

/// What a thread did in one line of the text is told in one line, if it has no more characters.
const MOST_JOINED: usize = 56;

/// Draws a run in `width` characters and about `height` lines at most. Where it is longer, what a thread
/// did in one line of the text comes into one line, what others did behind the failure is left out, and
/// steps that matter less are folded until it fits, those far from the end and from each change of
/// threads first; at last nothing is said of pauses, and no rule is under the names. What went wrong and what the cause is about is always
/// shown, and nothing is folded that saves no line.
pub fn folded(acts: &[Act], width: usize, height: usize, paint: Paint) -> String {
    let whole = draw(acts, &[Part::Shown(acts)], Head::Ruled, width, paint);
    if whole.lines().count() <= height {
        return whole;
    }
    let mut acts = joined(acts);
    if let Some(last) = acts.iter().rposition(|act| act.is_bad || act.matters) {
        acts.truncate(last + 1);
    }
    let drawn = fold(&acts, Head::Ruled, width, height, paint);
    if drawn.lines().count() <= height {
        return drawn;
    }
    acts.iter_mut().for_each(|act| act.paused = None);
    fold(&acts, Head::Bare, width, height, paint)
}

/// Folds what matters less until it fits.
fn fold(acts: &[Act], head: Head, width: usize, height: usize, paint: Paint) -> String {
    let mut shown: Vec<Option<&Act>> = acts.iter().map(Some).collect();
    let drawn = |shown: &[Option<&Act>]| draw(acts, &parts(shown, acts), head, width, paint);
    let lines = |shown: &[Option<&Act>]| drawn(shown).lines().count();
    let may_go = |act: &Act| !act.matters && (!act.is_bad || act.deed == Deed::Join);
    while lines(&shown) > height {
        let least = (0..acts.len())
            .filter(|at| shown[*at].is_some() && may_go(&acts[*at]))
            .min_by_key(|at| (weight(acts, *at), gap_beside(&shown, *at), *at));
        match least {
            Some(least) => shown[least] = None,
            None => break,
        }
    }
    // What was folded beside more that had to go may fit after all.
    let mut at = 0;
    while at < acts.len() {
        let end = at + shown[at..].iter().take_while(|one| one.is_none()).count();
        if end > at {
            let mut open = shown.clone();
            let again = open[at..end].iter_mut().zip(&acts[at..end]);
            again.for_each(|(one, act)| *one = Some(act));
            if lines(&open) <= height.max(lines(&shown)) {
                shown = open;
            }
        }
        at = end + 1;
    }
    drawn(&shown)
}

/// The acts, those that follow each other in one line of one thread as one.
fn joined(acts: &[Act]) -> Vec<Act> {
    let mut joined: Vec<Act> = Vec::new();
    for act in acts {
        let last = joined.last_mut().filter(|last| {
            last.thread == act.thread
                && last.pos.at() == act.pos.at()
                && last.source == act.source
                && act.paused.is_none()
                && !last.is_bad
                && last.words.chars().count() + act.words.chars().count() < MOST_JOINED
        });
        match last {
            Some(last) => {
                last.words += ", ";
                last.words += &act.words;
                last.matters |= act.matters;
                last.is_bad |= act.is_bad;
            }
            None => joined.push(act.clone()),
        }
    }
    joined
}

/// How many lines a run takes at least.
pub fn least(acts: &[Act], width: usize, paint: Paint) -> usize {
    folded(acts, width, 0, paint).lines().count()
}

/// How much a step matters: where threads change, where one was interrupted, and how near the end.
fn weight(acts: &[Act], at: usize) -> u32 {
    let act = &acts[at];
    let next = acts.get(at + 1);
    let was_paused = next.is_some_and(|next| next.paused.is_some() && next.thread != act.thread);
    let is_last = acts[at + 1..]
        .iter()
        .all(|later| later.thread != act.thread || later.is_bad);
    u32::from(act.paused.is_some()) * 4
        + u32::from(was_paused) * 4
        + u32::from(is_last) * 2
        + u32::from(act.words.starts_with("writes")) * 2
        + u32::from(at + 4 >= acts.len())
}

/// 0 for a step beside one that is folded already, which costs no line more.
fn gap_beside(shown: &[Option<&Act>], at: usize) -> u32 {
    let is_folded =
        |at: Option<usize>| at.and_then(|at| shown.get(at)).is_some_and(Option::is_none);
    u32::from(!is_folded(at.checked_sub(1)) && !is_folded(Some(at + 1)))
}

/// A part of a run: steps that are shown, or what stands for those that are folded.
enum Part<'a> {
    Shown(&'a [Act]),
    Folded(String),
}

fn parts<'a>(shown: &[Option<&Act>], acts: &'a [Act]) -> Vec<Part<'a>> {
    let mut parts = Vec::new();
    let mut at = 0;
    while at < acts.len() {
        let is_shown = shown[at].is_some();
        let length = shown[at..]
            .iter()
            .take_while(|one| one.is_some() == is_shown)
            .count();
        let run = &acts[at..at + length];
        parts.push(match is_shown {
            true => Part::Shown(run),
            false => {
                let mut names: Vec<&str> = Vec::new();
                for act in run {
                    if !names.contains(&&*act.name) {
                        names.push(&act.name);
                    }
                }
                let steps = if length == 1 { "step" } else { "steps" };
                let of = match names.as_slice() {
                    [one] => format!(" of {one}"),
                    [one, other] => format!(" of {one} and {other}"),
                    _ => String::new(),
                };
                Part::Folded(format!("... {length} {steps}{of}"))
            }
        });
        at += length;
    }
    parts
}

/// Draws a run in `width` characters.
pub fn table(acts: &[Act], width: usize, paint: Paint) -> String {
    let parts = match acts.len() > MOST {
        true => vec![
            Part::Shown(&acts[..MOST / 2]),
            Part::Folded(format!("... {} steps are left out here", acts.len() - MOST)),
            Part::Shown(&acts[acts.len() - MOST / 2..]),
        ],
        false => vec![Part::Shown(acts)],
    };
    draw(acts, &parts, Head::Ruled, width, paint)
}

/// What stands above the columns.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Head {
    /// The names, and a line under each.
    Ruled,
    /// The names alone.
    Bare,
}

fn draw(acts: &[Act], parts: &[Part<'_>], head: Head, width: usize, paint: Paint) -> String {
    let mut threads = BTreeMap::new();
    for act in acts {
        threads.entry(act.thread).or_insert(&*act.name);
    }
    let count = threads.len();
    let names = threads.values().map(|name| name.chars().count());
    let longest = names.max().unwrap_or(0).min(24);
    // As far apart as the last one's room allows, but for a table that is easy to follow no further.
    let apart =
        (width.saturating_sub(GAP + ROOM) / count.saturating_sub(1).max(1)).min(longest + 8);
    let is_list = count > MOST_COLUMNS || apart < longest + GAP;
    let mut table = Table {
        width,
        paint,
        columns: BTreeMap::new(),
        is_marked: false,
        out: String::new(),
    };
    if is_list {
        let indent = GAP + longest + GAP;
        let column = Column {
            indent,
            width: width.saturating_sub(indent),
        };
        table
            .columns
            .extend(threads.keys().map(|thread| (*thread, column)));
    } else {
        for (index, thread) in threads.keys().enumerate() {
            let indent = GAP + index * apart;
            let column = Column {
                indent,
                width: width.saturating_sub(indent),
            };
            table.columns.insert(*thread, column);
        }
        table.head(&threads, head);
    }
    let mut before = None;
    for part in parts {
        match part {
            Part::Shown(acts) => {
                table.acts(acts, before, is_list);
                before = acts.last();
            }
            Part::Folded(words) => {
                table.folded(words);
                before = None;
            }
        }
    }
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
    /// Whether the next line is of a step that matters.
    is_marked: bool,
    out: String,
}

impl Table {
    /// The names of the threads.
    fn head(&mut self, threads: &BTreeMap<u64, &str>, head: Head) {
        for is_rule in [false, true] {
            if is_rule && head == Head::Bare {
                break;
            }
            let mut at = 0;
            for (thread, name) in threads {
                let column = self.columns[thread];
                let name = cut(name, 24.min(column.width));
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
        // How far what a thread did is from the left edge of its cell.
        let mut beside = BELOW;
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
            let number = format!("{}| ", act.pos.at().short());
            let room = column.width.saturating_sub(number.len());
            // Of a line that is too long, the part that is meant.
            let is_long = act.source.chars().count() > room;
            let is_same_line = before.is_some_and(|before| {
                before.pos.at() == act.pos.at() && (!is_long || before.pos == act.pos)
            });
            let mut labelled = None;
            if is_list && !continues {
                labelled = Some((act.thread, cut(&act.name, column.indent - 2 * GAP)));
            }
            let role = match act.is_bad {
                true => Role::Error,
                false => Role::Thread(act.thread),
            };
            let is_quoted_above = continues && is_same_line;
            if !is_quoted_above {
                beside = BELOW;
            }
            if !is_quoted_above && !act.source.is_empty() {
                let around =
                    |room| cut_around(&act.source, usize::from(act.pos.column.max(1)) - 1, room);
                let beside_room = room.saturating_sub(GAP + act.words.chars().count());
                let source = match (is_long, beside_room >= LEAST_OF_LINE) {
                    (false, _) => act.source.to_string(),
                    (true, true) => around(beside_room),
                    (true, false) => around(room),
                };
                let quoted = format!("{number}{source}");
                let taken = quoted.chars().count() + GAP;
                if taken + act.words.chars().count() <= column.width {
                    self.is_marked = act.matters;
                    let parts = [(Role::Faint, &*quoted), (role, &*act.words)];
                    self.line(column, labelled.take(), &parts);
                    beside = taken;
                    before = Some(act);
                    continue;
                }
                self.line(column, labelled.take(), &[(Role::Faint, &quoted)]);
            }
            if beside + act.words.chars().count() > column.width {
                beside = BELOW;
            }
            self.is_marked = act.matters;
            let words = wrap(&act.words, column.width.saturating_sub(beside + GAP));
            for (index, part) in words.iter().enumerate() {
                let indent = " ".repeat(if index == 0 { beside } else { beside + GAP });
                let part = cut(part, column.width);
                let parts = [(Role::Faint, &*indent), (role, &*part)];
                self.line(column, labelled.take(), &parts);
            }
            before = Some(act);
        }
    }

    /// A line of a cell: parts in their colours, with a gap after one that is no space.
    fn line(&mut self, column: Column, label: Option<(u64, String)>, parts: &[(Role, &str)]) {
        let star = usize::from(std::mem::take(&mut self.is_marked));
        if star > 0 {
            self.paint.write(&mut self.out, Role::Heading, "*");
        }
        match label {
            Some((thread, name)) => {
                self.pad(GAP - star);
                self.paint.write(&mut self.out, Role::Thread(thread), &name);
                self.pad(column.indent - GAP - name.chars().count());
            }
            None => self.pad(column.indent - star),
        }
        for (index, (role, text)) in parts.iter().enumerate() {
            if text.trim().is_empty() {
                self.out.push_str(text);
                continue;
            }
            let is_last = index + 1 == parts.len();
            let text = if is_last { text.trim_end() } else { text };
            self.paint.write(&mut self.out, *role, text);
            if !is_last {
                self.pad(GAP);
            }
        }
        self.out.push('\n');
    }

    /// What stands for steps that are not shown.
    fn folded(&mut self, words: &str) {
        let words = cut(words, self.width.saturating_sub(GAP));
        self.pad(GAP);
        self.paint.write(&mut self.out, Role::Faint, &words);
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
            matters: false,
            deed: Deed::Other,
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
            "  main            Thread-1        Thread-2
  ----            --------        --------
                  2| counter += 1;  reads counter: 0
  ~~ Thread-1 is paused here ~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
                                  2| counter += 1;  reads counter: 0
                                                    writes counter: 1
                  2| counter += 1;  writes counter: 1
  3| assert(counter == 2);  reads counter: 1
                            fails: assertion failed
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
        assert!(coloured.contains("\x1b[1;31mfails: assertion failed\x1b[0m"));
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
            drawn.starts_with("  main      2| counter += 1;  x\n"),
            "{drawn}"
        );
    }

    #[test]
    fn a_run_is_folded_to_the_lines_there_are_and_shows_what_went_wrong() {
        let mut acts: Vec<Act> = (0..9).map(|at| act(2, 1 + at % 2, "x", None)).collect();
        acts.extend(lost_update());
        for height in 7..30 {
            let drawn = folded(&acts, 80, height, Paint::Plain);
            assert!(drawn.lines().count() <= height, "{height}: {drawn}");
            assert!(drawn.contains("fails: assertion"), "{drawn}");
        }
        let drawn = folded(&acts, 80, 10, Paint::Plain);
        assert!(drawn.contains(" steps of Thread-1\n"), "{drawn}");
        assert!(drawn.contains("~~ Thread-1 is paused here"), "{drawn}");
        assert_eq!(
            folded(&lost_update(), 80, 99, Paint::Plain),
            table(&lost_update(), 80, Paint::Plain)
        );
    }

    #[test]
    fn what_matters_is_never_folded_and_one_line_of_a_thread_is_told_in_one() {
        let mut acts = lost_update();
        acts[0].matters = true;
        acts[2].matters = true;
        let drawn = folded(&acts, 80, 0, Paint::Plain);
        assert_eq!(least(&acts, 80, Paint::Plain), drawn.lines().count());
        for part in [
            "*                 2| counter += 1;  reads counter: 0\n",
            "                                  2| counter += 1;\n",
            "*                                    reads counter: 0, writes counter: 1\n",
            "fails: assertion failed",
        ] {
            assert!(drawn.contains(part), "{part}: {drawn}");
        }
    }

    #[test]
    fn the_middle_of_a_long_run_is_left_out() {
        let acts = vec![act(2, 2, "x", None); 100];
        let drawn = table(&acts, 80, Paint::Plain);
        assert!(
            drawn.contains("  ... 40 steps are left out here\n"),
            "{drawn}"
        );
        assert_eq!(drawn.matches(" x\n").count(), 60);
    }
}
