//! Reads the file of a lesson, line by line.
//!
//! Lines are gathered into sections, each with its prose and its code; a section whose heading names a
//! kind of exercise becomes one. All flaws are collected, in the order of their lines. Longer than most files,
//! since what belongs where is one table.

use super::{Answers, Check, Choice, Exercise, Lesson, Page, Piece, Step, Task, Work, Wrong};
use crate::lesson::flaw::{Flaw, FlawKind};

/// Makes a lesson of a file's text. The file's name gives the lesson's: `07_lost_update.rhai` is the
/// lesson `lost_update`.
///
/// # Errors
/// All that is wrong with the text.
pub fn parse(file: &str, text: &str) -> Result<Lesson, Vec<Flaw>> {
    let mut reader = Reader::default();
    let (number, name) = name_of(file);
    let mut lesson = Lesson {
        file: file.into(),
        number,
        name: name.into(),
        title: String::new(),
        minutes: 0,
        introduces: Vec::new(),
        steps: Vec::new(),
    };
    for (line, number) in text.lines().zip(1..) {
        if let Some(head) = line.strip_prefix("//!") {
            reader.head(head.trim(), number, &mut lesson);
        } else if let Some(prose) = line.strip_prefix("///") {
            reader.prose(prose.strip_prefix(' ').unwrap_or(prose), number);
        } else {
            reader.code(line, number);
        }
    }
    reader.end_section();
    lesson.steps = std::mem::take(&mut reader.steps);
    if lesson.title.is_empty() {
        reader.flaw(1, FlawKind::Head("# TITLE"));
    }
    if lesson.minutes == 0 {
        reader.flaw(1, FlawKind::Head("minutes: NUMBER"));
    }
    if lesson.steps.is_empty() {
        reader.flaw(1, FlawKind::Empty);
    }
    reader.flaws.sort_by_key(|flaw| flaw.line);
    match reader.flaws.is_empty() {
        true => Ok(lesson),
        false => Err(reader.flaws),
    }
}

/// The number and the name of a lesson, from the name of its file.
pub fn name_of(file: &str) -> (Option<u32>, &str) {
    let base = file.rsplit(['/', '\\']).next().unwrap_or(file);
    let stem = base.rsplit_once('.').map_or(base, |(stem, _)| stem);
    match stem.split_once('_') {
        Some((digits, name)) if !name.is_empty() => match digits.parse() {
            Ok(number) => (Some(number), name),
            Err(_) => (None, stem),
        },
        _ => (None, stem),
    }
}

/// Prose and the code behind it.
#[derive(Default)]
struct Section {
    heading: Option<(Kind, String, u32)>,
    prose: Piece,
    code: Piece,
    /// The parts of an exercise.
    blocks: Vec<(Block, Piece)>,
    options: Vec<Choice>,
    /// An empty line came after the prose.
    is_prose_over: bool,
}

#[derive(Default)]
struct Reader {
    steps: Vec<Step>,
    exercises: usize,
    section: Section,
    /// The block that is being read: its fence, what it is, and whether it belongs to the prose.
    block: Option<OpenBlock>,
    flaws: Vec<Flaw>,
}

struct OpenBlock {
    fence: usize,
    line: u32,
    /// Nothing for one that is part of the prose, or that nobody knows.
    block: Option<Block>,
    piece: Piece,
}

/// What the heading of an exercise begins with.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Predict,
    Break,
    Mend,
    Write,
    Explain,
}

impl Kind {
    const ALL: [Self; 5] = [
        Self::Predict,
        Self::Break,
        Self::Mend,
        Self::Write,
        Self::Explain,
    ];

    fn name(self) -> &'static str {
        match self {
            Self::Predict => "Predict",
            Self::Break => "Break",
            Self::Mend => "Mend",
            Self::Write => "Write",
            Self::Explain => "Explain",
        }
    }

    /// The kind and the title that a heading names.
    fn of_heading(line: &str) -> Option<(Self, &str)> {
        let (word, title) = line.strip_prefix("## ")?.split_once(':')?;
        let kind = Self::ALL.into_iter().find(|kind| kind.name() == word)?;
        Some((kind, title.trim()))
    }

    fn is_work(self) -> bool {
        matches!(self, Self::Mend | Self::Write)
    }
}

/// A part of an exercise.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Block {
    Given,
    Program,
    Starter,
    After,
    Checks,
    Hint,
    Solution,
    Alternative,
    Wrong,
}

impl Block {
    const ALL: [Self; 9] = [
        Self::Given,
        Self::Program,
        Self::Starter,
        Self::After,
        Self::Checks,
        Self::Hint,
        Self::Solution,
        Self::Alternative,
        Self::Wrong,
    ];

    fn name(self) -> &'static str {
        match self {
            Self::Given => "given",
            Self::Program => "program",
            Self::Starter => "starter",
            Self::After => "after",
            Self::Checks => "checks",
            Self::Hint => "hint",
            Self::Solution => "solution",
            Self::Alternative => "alternative",
            Self::Wrong => "wrong",
        }
    }

    fn belongs_to(self, kind: Kind) -> bool {
        match self {
            Self::Given | Self::Hint => true,
            Self::Program => !kind.is_work(),
            Self::Starter | Self::After => kind.is_work(),
            Self::Checks => kind.is_work() || kind == Kind::Break,
            Self::Solution | Self::Alternative | Self::Wrong => kind != Kind::Predict,
        }
    }

    fn may_repeat(self) -> bool {
        matches!(
            self,
            Self::After | Self::Hint | Self::Alternative | Self::Wrong
        )
    }
}

/// Info strings of blocks that are part of the prose.
const SHOWN: [&str; 4] = ["", "text", "rhai", "python"];

impl Reader {
    fn flaw(&mut self, line: u32, kind: FlawKind) {
        self.flaws.push(Flaw { line, kind });
    }

    fn head(&mut self, line: &str, number: u32, lesson: &mut Lesson) {
        if let Some(title) = line.strip_prefix("# ") {
            lesson.title = title.trim().into();
            return;
        }
        let Some((key, value)) = line.split_once(':') else {
            return;
        };
        match key.trim() {
            "minutes" => match value.trim().parse() {
                Ok(minutes) if minutes > 0 => lesson.minutes = minutes,
                _ => self.flaw(number, FlawKind::Minutes(value.trim().into())),
            },
            "introduces" => {
                let names = value.split(',').map(str::trim);
                let names = names.filter(|name| !name.is_empty());
                lesson.introduces.extend(names.map(String::from));
            }
            other => self.flaw(number, FlawKind::UnknownKey(other.into())),
        }
    }

    fn prose(&mut self, line: &str, number: u32) {
        if self.block.is_some() {
            return self.in_block(line, number);
        }
        let is_heading = line.starts_with("## ") || line.starts_with("# ");
        let is_exercise = self.section.heading.is_some();
        let is_next_page = self.section.is_prose_over && !is_exercise;
        if is_heading || !self.section.code.is_empty() || is_next_page {
            self.end_section();
        }
        if let Some((kind, title)) = Kind::of_heading(line) {
            self.section.heading = Some((kind, title.into(), number));
            return;
        }
        let fence = line.chars().take_while(|c| *c == '`').count();
        if fence >= 3 {
            return self.open_block(line, fence, number);
        }
        if let Some((kind, ..)) = self.section.heading
            && let Some((is_possible, text)) = option(line)
        {
            if kind != Kind::Predict {
                self.flaw(number, FlawKind::OptionsOfOther(kind.name()));
            }
            self.section.options.push(Choice {
                text: text.into(),
                is_possible,
                line: number,
            });
            return;
        }
        add(&mut self.section.prose, line, number);
    }

    fn open_block(&mut self, line: &str, fence: usize, number: u32) {
        let word = line[fence..].trim();
        let block = Block::ALL.into_iter().find(|block| block.name() == word);
        let heading = self.section.heading.as_ref();
        match (block, heading) {
            (Some(block), Some((kind, ..))) if !block.belongs_to(*kind) => {
                let kind = FlawKind::BlockOfOther(block.name(), kind.name());
                self.flaw(number, kind);
            }
            (Some(_), Some(_)) => {}
            (Some(_), None) => self.flaw(number, FlawKind::BlockOutside(word.into())),
            (None, _) if SHOWN.contains(&word) => add(&mut self.section.prose, line, number),
            (None, _) => self.flaw(number, FlawKind::UnknownBlock(word.into())),
        }
        self.block = Some(OpenBlock {
            fence,
            line: number,
            block,
            piece: Piece {
                text: String::new(),
                line: number + 1,
            },
        });
    }

    fn in_block(&mut self, line: &str, number: u32) {
        let Some(open) = &mut self.block else {
            return;
        };
        let fence = line.chars().take_while(|c| *c == '`').count();
        let is_end = fence >= open.fence && line[fence..].trim().is_empty();
        match open.block {
            None => add(&mut self.section.prose, line, number),
            Some(_) if !is_end => {
                open.piece.text.push_str(line);
                open.piece.text.push('\n');
            }
            Some(block) => {
                let piece = std::mem::take(&mut open.piece);
                let mut known = self.section.blocks.iter();
                if !block.may_repeat() && known.any(|(other, _)| *other == block) {
                    self.flaws.push(Flaw {
                        line: open.line,
                        kind: FlawKind::SecondBlock(block.name()),
                    });
                }
                self.section.blocks.push((block, piece));
            }
        }
        if is_end {
            self.block = None;
        }
    }

    fn code(&mut self, line: &str, number: u32) {
        self.end_block();
        if line.trim().is_empty() && self.section.code.is_empty() {
            self.section.is_prose_over = !self.section.prose.is_empty();
            return;
        }
        if self.section.heading.is_some() {
            self.end_section();
        }
        if self.section.code.is_empty() && self.section.prose.is_empty() {
            self.flaw(number, FlawKind::CodeWithoutProse);
        }
        add(&mut self.section.code, line, number);
    }

    /// A line that is no prose ends a block, too, which was not meant.
    fn end_block(&mut self) {
        if let Some(open) = self.block.take() {
            self.flaw(open.line, FlawKind::OpenBlock);
        }
    }

    fn end_section(&mut self) {
        self.end_block();
        let mut section = std::mem::take(&mut self.section);
        trim(&mut section.prose);
        trim(&mut section.code);
        match section.heading.take() {
            Some((kind, title, line)) => {
                self.exercises += 1;
                let exercise = self.exercise(kind, title, line, section);
                self.steps.extend(exercise);
            }
            None if section.prose.is_empty() && section.code.is_empty() => {}
            None => self.steps.push(Step::Page(Page {
                prose: section.prose,
                code: section.code,
            })),
        }
    }

    fn exercise(
        &mut self,
        kind: Kind,
        title: String,
        line: u32,
        mut section: Section,
    ) -> Option<Step> {
        let mut all = |wanted: Block| -> Vec<Piece> {
            let blocks = section.blocks.iter_mut();
            let found = blocks.filter(|(block, _)| *block == wanted);
            found.map(|(_, piece)| std::mem::take(piece)).collect()
        };
        let given = all(Block::Given).pop();
        let (program, starter) = (all(Block::Program).pop(), all(Block::Starter).pop());
        let (trials, hints) = (all(Block::After), all(Block::Hint));
        let checks = all(Block::Checks).pop();
        let solution = all(Block::Solution).pop();
        let (alternatives, wrong) = (all(Block::Alternative), all(Block::Wrong));
        let wrong = wrong.into_iter().filter_map(|piece| self.wrong(piece));
        let answers = Answers {
            wrong: wrong.collect(),
            solution,
            alternatives,
        };
        if kind != Kind::Predict && answers.solution.is_none() {
            self.flaw(line, FlawKind::MissingBlock(Block::Solution.name()));
        }
        let (checks, finds_step) = self.checks(kind, checks);
        let needed = |piece: Option<Piece>, block: Block, reader: &mut Self| {
            if piece.is_none() {
                reader.flaw(line, FlawKind::MissingBlock(block.name()));
            }
            piece
        };
        let task = if kind.is_work() {
            let starter = needed(starter, Block::Starter, self)?;
            let (starter, promise) = match because(&starter) {
                Some((answer, because)) => (answer, Some(because)),
                None => (starter, None),
            };
            let work = Work {
                starter,
                promise,
                trials,
                checks,
            };
            match kind {
                Kind::Mend => Task::Mend(work),
                _ => Task::Write(work),
            }
        } else {
            let program = needed(program, Block::Program, self)?;
            match kind {
                Kind::Predict => {
                    let can = section.options.iter().filter(|option| option.is_possible);
                    if [0, section.options.len()].contains(&can.count()) {
                        self.flaw(line, FlawKind::FewOptions);
                    }
                    Task::Predict {
                        program,
                        options: section.options,
                    }
                }
                Kind::Explain => Task::Explain { program },
                _ if finds_step => Task::FindStep { program },
                _ => Task::Break { program },
            }
        };
        Some(Step::Exercise(Box::new(Exercise {
            number: self.exercises,
            title,
            line,
            prose: section.prose,
            given,
            hints,
            task,
            answers,
        })))
    }

    /// The conditions, and whether the decisive step is asked for.
    fn checks(&mut self, kind: Kind, piece: Option<Piece>) -> (Vec<(Check, u32)>, bool) {
        let mut checks = Vec::new();
        let mut finds_step = false;
        let piece = piece.unwrap_or_default();
        for (line, number) in piece.text.lines().zip(piece.line..) {
            let line = line.trim();
            let is_step = line == "decisive step";
            finds_step |= is_step;
            match check(line) {
                _ if line.is_empty() => {}
                Some(_) if !kind.is_work() => {
                    self.flaw(number, FlawKind::CheckOfOther(line.into(), kind.name()));
                }
                Some(check) => checks.push((check, number)),
                None if is_step && kind == Kind::Break => {}
                None if is_step => {
                    self.flaw(number, FlawKind::CheckOfOther(line.into(), kind.name()));
                }
                None => self.flaw(number, FlawKind::UnknownCheck(line.into())),
            }
        }
        (checks, finds_step)
    }

    fn wrong(&mut self, piece: Piece) -> Option<Wrong> {
        let found = because(&piece);
        if found.is_none() {
            self.flaw(piece.line, FlawKind::NoBecause);
        }
        found.map(|(answer, because)| Wrong { answer, because })
    }
}

/// A piece without its first line `// because: TEXT`, and that text, if it has one.
fn because(piece: &Piece) -> Option<(Piece, String)> {
    let (first, rest) = piece.text.split_once('\n').unwrap_or((&piece.text, ""));
    let because = first.strip_prefix("// because:")?.trim();
    let answer = Piece {
        text: rest.into(),
        line: piece.line + 1,
    };
    Some((answer, because.into()))
}

/// Adds a line to a piece, which begins with the first one.
fn add(piece: &mut Piece, line: &str, number: u32) {
    if piece.is_empty() {
        if line.trim().is_empty() {
            return;
        }
        piece.line = number;
    }
    piece.text.push_str(line);
    piece.text.push('\n');
}

/// Leaves out empty lines at the end, and the last line's end.
fn trim(piece: &mut Piece) {
    piece.text.truncate(piece.text.trim_end().len());
}

/// `- [x] 2`: whether it can happen, and what it is.
fn option(line: &str) -> Option<(bool, &str)> {
    let rest = line.trim_start().strip_prefix("- [")?;
    let (mark, text) = rest.split_once("] ")?;
    match mark {
        "x" | "X" => Some((true, text.trim())),
        " " => Some((false, text.trim())),
        _ => None,
    }
}

/// The condition that a line says.
fn check(line: &str) -> Option<Check> {
    let named = |name: &str| (!name.trim().is_empty()).then(|| name.trim().to_string());
    if let Some(rest) = line.strip_prefix("at most ") {
        let (count, what) = rest.split_once(' ')?;
        return match what.trim() {
            "s" => {
                let seconds = count.parse().ok()?;
                Some(Check::AtMostSeconds(seconds))
            }
            "thread" | "threads" => Some(Check::AtMostThreads(count.parse().ok()?)),
            what => {
                let name = named(what.strip_prefix("at work in ")?)?;
                Some(Check::AtMostAtWork(count.parse().ok()?, name))
            }
        };
    }
    match line {
        "no busy waiting" => return Some(Check::NoBusyWaiting),
        "may race" => return Some(Check::MayRace),
        _ => {}
    }
    /// Makes a condition of the words behind its beginning.
    type Make = fn(String) -> Check;
    let text_checks: [(&str, Make); 6] = [
        ("always prints ", Check::AlwaysPrints),
        ("never prints ", Check::NeverPrints),
        ("can print ", Check::CanPrint),
        ("together ", Check::Together),
        ("uses ", Check::Uses),
        ("without ", Check::Without),
    ];
    text_checks.into_iter().find_map(|(begin, make)| {
        let rest = line.strip_prefix(begin)?;
        named(rest).map(make)
    })
}

#[cfg(test)]
mod tests;
