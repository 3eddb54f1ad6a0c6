//! Which names may be used where: none before the lesson that introduces it.
//!
//! What counts is code that the learner reads, and commands of the prompt in the prose. Alternatives and
//! wrong answers are what others might type, so they may use anything.

use std::collections::{BTreeMap, BTreeSet};

use super::{Finding, FindingKind};
use crate::language::words::words;
use crate::lesson::text::{Lesson, Piece, Step};
use crate::library::catalogue;

/// Who introduces which name.
#[derive(Clone, Debug, Default)]
pub struct Introduced {
    /// The names of lessons before the one that is looked at.
    before: BTreeSet<String>,
    /// Names that later lessons introduce, each with the first of these.
    later: BTreeMap<String, String>,
}

impl Introduced {
    /// For a lesson that comes behind `before`, and before `later`.
    pub fn of<'l>(
        before: impl IntoIterator<Item = &'l Lesson>,
        later: impl IntoIterator<Item = &'l Lesson>,
    ) -> Self {
        let before = before.into_iter().flat_map(|lesson| &lesson.introduces);
        let mut introduced = Self {
            before: before.cloned().collect(),
            later: BTreeMap::new(),
        };
        for lesson in later {
            for name in &lesson.introduces {
                let known = introduced.later.entry(name.clone());
                known.or_insert_with(|| lesson.name.clone());
            }
        }
        introduced
    }

    /// The names that a lesson uses too early, each once.
    pub(super) fn early(&self, lesson: &Lesson) -> Vec<Finding> {
        let pieces = read_pieces(lesson);
        let mut own: BTreeSet<&str> = BTreeSet::new();
        for piece in &pieces.code {
            let new = words(&piece.text).into_iter().filter(|word| word.is_new);
            own.extend(new.map(|word| word.text));
            // Parameters of functions.
            own.extend(parameters(&piece.text));
        }
        let is_known = |name: &str| {
            self.before.contains(name) || lesson.introduces.iter().any(|one| one == name)
        };
        let mut reported: BTreeSet<String> = BTreeSet::new();
        let mut findings = Vec::new();
        let mut report = |name: &str, line: u32| {
            if reported.insert(name.into()) {
                let kind = FindingKind::Early(name.into(), self.later.get(name).cloned());
                findings.push(Finding { line, kind });
            }
        };
        for piece in &pieces.code {
            for word in words(&piece.text) {
                let is_own = !word.is_member && own.contains(word.text);
                let is_used = !word.is_new && (!word.is_member || word.is_called) && !is_own;
                let counts = self.later.contains_key(word.text) || is_of_library(word.text);
                if is_used && counts && !is_known(word.text) {
                    report(word.text, piece.line + word.line - 1);
                }
            }
        }
        for piece in &pieces.prose {
            for (line, number) in piece.text.lines().zip(piece.line..) {
                for command in commands(line) {
                    if !is_known(command) {
                        report(command, number);
                    }
                }
            }
        }
        findings
    }
}

/// Whether a word is the name of a function or method of the library.
fn is_of_library(word: &str) -> bool {
    !catalogue::doc(word).is_empty()
}

/// What a learner reads of a lesson.
struct Read<'l> {
    code: Vec<&'l Piece>,
    prose: Vec<&'l Piece>,
}

fn read_pieces(lesson: &Lesson) -> Read<'_> {
    let mut read = Read {
        code: Vec::new(),
        prose: Vec::new(),
    };
    for step in &lesson.steps {
        match step {
            Step::Page(page) => {
                read.code.push(&page.code);
                read.prose.push(&page.prose);
            }
            Step::Exercise(exercise) => {
                read.prose.push(&exercise.prose);
                read.prose.extend(&exercise.hints);
                read.code.extend(&exercise.given);
                read.code.extend(exercise.task.program());
                if let Some(work) = exercise.task.work() {
                    read.code.push(&work.starter);
                    read.code.extend(&work.trials);
                    read.code.extend(&exercise.answers.solution);
                }
            }
        }
    }
    read
}

/// The parameters of the functions in a text.
fn parameters(text: &str) -> Vec<&str> {
    let outline = crate::language::outline::Outline::of(text);
    let functions = outline.functions.iter();
    functions
        .flat_map(|function| function.params.clone())
        .collect()
}

/// The commands of the prompt that a line of prose names: `:explore`.
fn commands(line: &str) -> Vec<&str> {
    let parts = line.split('`').skip(1).step_by(2);
    let commands = parts.filter_map(|code| {
        let word = code.split_whitespace().next()?;
        let rest = word.strip_prefix(':')?;
        let is_word = rest.starts_with(|c: char| c.is_ascii_alphabetic());
        is_word.then_some(word)
    });
    commands.collect()
}
