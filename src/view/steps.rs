//! A run as a table: a column for each thread, time from top to bottom.
//!
//! Each cell shows the source line and what the thread did there, beside it or, where that is too
//! wide, under it. Only one thread does something in a row, so a cell may reach to the right edge.
//! Steps that the cause is about have a star at the left edge. Where a thread was interrupted that could
//! have gone on, a rule across the table says so. With more
//! than three threads, or a narrow width, the threads have one column together, with their names. One file,
//! as what is left out where, in which room, is one decision.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use super::paint::{Paint, Role};
use super::wrap::{cut, cut_around, wrap};
use crate::explore::{Act, Deed};
use crate::pos::Line;

/// What separates two columns.
const GAP: usize = 2;
/// So many threads have columns of their own at most.
const MOST_COLUMNS: usize = 3;
/// So much of a long line is shown at least beside what a thread did there.
const LEAST_OF_LINE: usize = 20;
/// What stands for a line of the text that was quoted before.
const NOT_AGAIN: &str = "...";
/// How far what a thread did is set in under its source line.
const BELOW: usize = 3;
/// The last column has at least so much room; otherwise there is one column for all.
const ROOM: usize = 36;
/// A list of threads has so much room beside their names, or they stand above what they do.
const NARROWEST: usize = 24;
/// How many acts are shown where the length does not matter; of a longer run the middle is left out.
const MOST: usize = 60;

/// What a thread did in one line of the text is told in one line, if it has no more characters.
const MOST_JOINED: usize = 56;
/// What is done so often in a row, or more often, is told once.
const REPEATED: usize = 3;
/// A round of a loop whose repetitions are folded has no more acts.
const LONGEST_ROUND: usize = 12;

/// Draws a run in `width` characters and about `height` lines at most. Where it is longer, what a thread
/// did in one line of the text comes into one line, what others did behind the failure is left out, and
/// steps that matter less are folded until it fits, those far from the end and from each change of
/// threads first; then each line of the text is quoted once, and what the title has said is not repeated;
/// at last nothing is said of pauses and of what only follows from the failure, and no rule is under the
/// names. What went wrong and what the cause
/// is about is always shown, and nothing is folded that saves no line.
pub fn folded(acts: &[Act], width: usize, height: usize, paint: Paint) -> String {
    let mut acts = counted(acts);
    let whole = draw(&acts, &[Part::Shown(&acts)], Style::Full, width, paint);
    if whole.lines().count() <= height {
        return whole;
    }
    // Whoever is in it up to the failure has a column, whatever is left out.
    let threads = &up_to_the_end(&acts).to_vec()[..];
    let fold = |acts: &[Act], style| fold(threads, &joined(acts), style, (width, height), paint);
    let drawn = fold(&acts, Style::Full);
    if drawn.lines().count() <= height {
        return drawn;
    }
    for act in &mut acts {
        if let Some(brief) = act.brief {
            act.words = brief.into();
        }
    }
    let drawn = fold(&acts, Style::Short);
    if drawn.lines().count() <= height {
        return drawn;
    }
    acts.iter_mut().for_each(|act| act.paused = None);
    let follows = |act: &Act| act.deed == Deed::Follows && !act.matters;
    if acts.iter().any(|act| act.is_bad && !follows(act)) {
        acts.retain(|act| !follows(act));
    }
    fold(&acts, Style::Least)
}

/// The acts without those behind the last one that went wrong or that the cause is about.
fn up_to_the_end(acts: &[Act]) -> &[Act] {
    let end = acts.iter().rposition(|act| act.is_bad || act.matters);
    &acts[..end.map_or(acts.len(), |last| last + 1)]
}

/// Folds what matters less until it fits.
fn fold(
    threads: &[Act],
    acts: &[Act],
    style: Style,
    (width, height): (usize, usize),
    paint: Paint,
) -> String {
    let acts = up_to_the_end(acts);
    let mut shown: Vec<Option<&Act>> = acts.iter().map(Some).collect();
    let drawn = |shown: &[Option<&Act>]| draw(threads, &parts(shown, acts), style, width, paint);
    let lines = |shown: &[Option<&Act>]| drawn(shown).lines().count();
    let may_go = |act: &Act| !act.matters && (!act.is_bad || act.deed == Deed::Follows);
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

/// Whether one act repeats another: the same thread does the same in the same place.
fn repeats(one: &Act, other: &Act) -> bool {
    one.thread == other.thread
        && one.pos == other.pos
        && one.words == other.words
        && one.paused.is_none()
        && !one.matters
        && !one.is_bad
}

/// The acts, those that a thread does again and again in a row as one, with how often.
fn counted(acts: &[Act]) -> Vec<Act> {
    let mut counted: Vec<Act> = Vec::new();
    let mut at = 0;
    while at < acts.len() {
        let act = &acts[at];
        let again = acts[at + 1..].iter().take_while(|next| repeats(next, act));
        let times = 1 + again.count();
        if times < REPEATED || act.is_bad {
            counted.push(act.clone());
            at += 1;
            continue;
        }
        counted.push(Act {
            words: format!("{} ({times} times)", act.words),
            ..act.clone()
        });
        at += times;
    }
    counted
}

/// How many rounds, and of how many acts each, repeat what stands at the beginning; nothing for few.
fn rounds(acts: &[Act]) -> Option<(usize, usize)> {
    (2..=LONGEST_ROUND.min(acts.len() / REPEATED)).find_map(|length| {
        let first = &acts[..length];
        let is_again = |round: &&[Act]| {
            round.len() == length
                && round
                    .iter()
                    .zip(first)
                    .all(|(one, other)| repeats(one, other))
        };
        let again = acts[length..].chunks(length).take_while(is_again).count();
        (again + 1 >= REPEATED).then_some((again, length))
    })
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

impl<'a> Part<'a> {
    /// How many acts it shows.
    fn shown(&self) -> usize {
        match self {
            Part::Shown(acts) => acts.len(),
            Part::Folded(_) => 0,
        }
    }

    /// Its first acts, so many at most; nothing where none is left to show.
    fn first(&self, most: usize) -> Option<Self> {
        match self {
            _ if most == 0 => None,
            Part::Shown(acts) => Some(Part::Shown(&acts[..most.min(acts.len())])),
            Part::Folded(words) => Some(Part::Folded(words.clone())),
        }
    }

    /// Its last acts.
    fn last(&self, most: usize) -> Option<Self> {
        match self {
            _ if most == 0 => None,
            Part::Shown(acts) => Some(Part::Shown(&acts[acts.len().saturating_sub(most)..])),
            Part::Folded(words) => Some(Part::Folded(words.clone())),
        }
    }
}

/// ` of Thread-1 and Thread-2`: whose acts these are, unless they are of more threads.
fn names(acts: &[Act]) -> String {
    let mut names: Vec<&str> = Vec::new();
    for act in acts {
        if !names.contains(&&*act.name) {
            names.push(&act.name);
        }
    }
    match names.as_slice() {
        [one] => format!(" of {one}"),
        [one, other] => format!(" of {one} and {other}"),
        _ => String::new(),
    }
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
                let steps = if length == 1 { "step" } else { "steps" };
                Part::Folded(format!("... {length} {steps}{}", names(run)))
            }
        });
        at += length;
    }
    parts
}

/// Draws a run in `width` characters: rounds of a loop that repeat each other once, with how often.
pub fn table(acts: &[Act], width: usize, paint: Paint) -> String {
    let acts = &counted(acts)[..];
    // Each part with its acts, and how many of them it shows.
    let mut parts: Vec<(Part<'_>, usize)> = Vec::new();
    let (mut from, mut at) = (0, 0);
    while at < acts.len() {
        let Some((again, length)) = rounds(&acts[at..]) else {
            at += 1;
            continue;
        };
        let names = names(&acts[at..at + length]);
        let words = format!("... {again} more rounds like this{names}");
        parts.push((Part::Shown(&acts[from..at + length]), at + length - from));
        parts.push((Part::Folded(words), 0));
        at += length * (again + 1);
        from = at;
    }
    parts.push((Part::Shown(&acts[from..]), acts.len() - from));
    let count = parts.iter().map(|(_, shown)| shown).sum::<usize>();
    if count <= MOST {
        let parts: Vec<Part<'_>> = parts.into_iter().map(|(part, _)| part).collect();
        return draw(acts, &parts, Style::Full, width, paint);
    }
    let (mut first, mut last) = (Vec::new(), Vec::new());
    let (mut before, mut behind) = (MOST / 2, MOST / 2);
    for (part, _) in &parts {
        let Some(part) = part.first(before) else {
            break;
        };
        before -= part.shown();
        first.push(part);
    }
    for (part, _) in parts.iter().rev() {
        let Some(part) = part.last(behind) else { break };
        behind -= part.shown();
        last.push(part);
    }
    first.push(Part::Folded(format!(
        "... {} steps are left out here",
        count - MOST
    )));
    first.extend(last.into_iter().rev());
    draw(acts, &first, Style::Full, width, paint)
}

/// How a run is told.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Style {
    /// Each line of the text in full, and a line under the names of threads.
    Full,
    /// A line of the text in full where it is told of first, if there is room beside what happens.
    Short,
    /// The same, and the names alone.
    Least,
}

/// Draws parts of a run of these threads.
fn draw(run: &[Act], parts: &[Part<'_>], style: Style, width: usize, paint: Paint) -> String {
    let mut threads = BTreeMap::new();
    for act in run {
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
        style,
        quoted: BTreeSet::new(),
        is_stacked: false,
        is_marked: false,
        out: String::new(),
    };
    if is_list {
        // Names that leave too little room beside them have lines of their own.
        let beside = GAP + longest + GAP;
        table.is_stacked = width < beside + NARROWEST;
        let indent = match table.is_stacked {
            true => GAP * 2,
            false => beside,
        };
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
        table.head(&threads);
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
    style: Style,
    /// The lines of the text that were quoted.
    quoted: BTreeSet<Line>,
    /// Whether the names of threads have lines of their own.
    is_stacked: bool,
    /// Whether the next line is of a step that matters.
    is_marked: bool,
    out: String,
}

impl Table {
    /// The names of the threads.
    fn head(&mut self, threads: &BTreeMap<u64, &str>) {
        for is_rule in [false, true] {
            if is_rule && self.style == Style::Least {
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
            // The number of a line that is not quoted again, where that leaves no room for the words.
            let mut numbered = None;
            if is_list && !continues && self.is_stacked {
                self.pad(GAP);
                let name = cut(&act.name, self.width - GAP);
                let role = Role::Thread(act.thread);
                self.paint.write(&mut self.out, role, &name);
                self.out.push('\n');
            } else if is_list && !continues {
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
                let is_short = self.style != Style::Full;
                let is_known = !self.quoted.insert(act.pos.at());
                let source = match beside_room >= LEAST_OF_LINE {
                    true if is_long || is_short => around(beside_room),
                    false if is_short && is_known => NOT_AGAIN.into(),
                    false if is_long => around(room),
                    _ => act.source.to_string(),
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
                if source == NOT_AGAIN {
                    beside = number.trim_end().chars().count() + GAP;
                    numbered = Some(number.trim_end().to_string());
                } else {
                    self.line(column, labelled.take(), &[(Role::Faint, &quoted)]);
                }
            }
            if numbered.is_none() && beside + act.words.chars().count() > column.width {
                beside = BELOW;
            }
            self.is_marked = act.matters;
            let words = wrap(&act.words, column.width.saturating_sub(beside + GAP));
            for (index, part) in words.iter().enumerate() {
                let indent = match (index, numbered.take()) {
                    (0, Some(number)) => number,
                    (0, None) => " ".repeat(beside),
                    _ => " ".repeat(beside + GAP),
                };
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
            brief: words.starts_with("fails").then_some("fails"),
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
    fn long_names_stand_above_what_their_threads_do_where_room_is_scarce() {
        let acts: Vec<Act> = (1..=4)
            .map(|thread| Act {
                name: format!("ThreadPoolExecutor-0_{thread}").into(),
                ..act(thread, 2, "reads counter: 0", None)
            })
            .collect();
        let drawn = table(&acts, 40, Paint::Plain);
        assert!(
            drawn.starts_with(
                "  ThreadPoolExecutor-0_1\n    2| counter += 1;  reads counter: 0\n  ThreadPool"
            ),
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
            assert!(drawn.contains("fails"), "{drawn}");
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
            "*                                 2| ...  reads counter: 0, writes counter: 1\n",
            "  3| assert(counter == 2);  reads counter: 1, fails\n",
        ] {
            assert!(drawn.contains(part), "{part}: {drawn}");
        }
    }

    #[test]
    fn the_middle_of_a_long_run_is_left_out() {
        let acts: Vec<Act> = (0..100)
            .map(|at| act(2, 2, &format!("reads {at}"), None))
            .collect();
        let drawn = table(&acts, 80, Paint::Plain);
        assert!(
            drawn.contains("  ... 40 steps are left out here\n"),
            "{drawn}"
        );
        assert_eq!(drawn.matches("reads ").count(), 60);
    }

    #[test]
    fn what_is_done_again_and_again_is_told_once() {
        let mut acts = vec![act(2, 2, "x", None); 100];
        let drawn = table(&acts, 80, Paint::Plain);
        assert_eq!(
            drawn,
            "  Thread-1\n  --------\n  2| counter += 1;  x (100 times)\n"
        );
        // A round of two lines, and one step of it that the cause is about.
        acts = (0..40).map(|at| act(2, 2 + at % 2, "x", None)).collect();
        acts[20].matters = true;
        let drawn = table(&acts, 80, Paint::Plain);
        assert_eq!(
            drawn,
            "  Thread-1
  --------
  2| counter += 1;  x
  3| assert(counter == 2);  x
  ... 9 more rounds like this of Thread-1
* 2| counter += 1;  x
  3| assert(counter == 2);  x
  ... 9 more rounds like this of Thread-1
"
        );
    }
}
