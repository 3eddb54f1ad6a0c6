//! Answers to exercises: what the learner's answer is, and what it is answered.
//!
//! What kind of answer is taken depends on the exercise: letters of options, the number of a line, a run
//! that is led by hand, or a program, which is what was typed since the exercise began or what the editor
//! or a file has. [`super::judge`] says whether an answer passes; here it is collected, counted,
//! kept and spoken of, for every kind of answer, which makes this long.

use std::collections::BTreeSet;
use std::io;
use std::ops::RangeInclusive;

use super::Lessons;
use super::choice::{Chosen, chosen, letter};
use super::files::Watched;
use super::judge::choices;
use super::program::{joined, latest, range, still_there, to_try};
use crate::front::prose::{code_block, code_with_numbers};
use crate::front::repl::answer::{Flow, Learner};
use crate::front::repl::command::plain_word;
use crate::front::repl::keep::{Past, in_editor};
use crate::lesson::grade::Reason;
use crate::lesson::progress::ExerciseRecord;
use crate::lesson::text::{Exercise, Task};
use crate::session::{Input, InputKind, Session};
use crate::view::live::Hidden;
use crate::view::paint::Role;
use crate::view::wrap::hang;

/// How a prediction is answered.
const ANSWER_BY_LETTERS: &str = "Type the letters of all that can happen, such as: a c\n";
/// Longer answers are not kept, in bytes.
const MOST_KEPT: usize = 64 << 10;

/// What the learner has done at the exercise that is open.
pub(super) struct Attempt {
    /// The inputs from here on, in the list of all, are the learner's answer.
    since: usize,
    /// How many inputs there were in that list when an answer was judged last.
    pub(super) checked: usize,
    /// What the editor has written, or was kept of an earlier attempt, and how many inputs there were then.
    written: Option<(String, usize)>,
    /// How many hints were given.
    pub(super) hints: usize,
    /// What looks at an answer was said.
    is_reminded: bool,
    pub(super) is_solved: bool,
    /// The causes to choose from, where that is what is asked.
    pub(super) reasons: Vec<Reason>,
    /// Where a program is led by hand; as long as that lasts.
    pub(super) stage: Option<Session>,
    /// The file with the answer.
    watched: Option<Watched>,
}

impl Attempt {
    /// Nothing was done; the learner's inputs begin there.
    pub(super) fn new(since: usize) -> Self {
        Self {
            since,
            checked: since,
            written: None,
            hints: 0,
            is_reminded: false,
            is_solved: false,
            reasons: Vec::new(),
            stage: None,
            watched: None,
        }
    }

    /// The list of inputs is empty again.
    pub(super) fn forget_inputs(&mut self) {
        self.since = 0;
        self.checked = 0;
        self.written = None;
    }
}

/// What Up brings when an exercise begins.
pub(super) fn to_type(exercise: &Exercise) -> String {
    match (exercise.task.work(), exercise.task.program()) {
        (Some(work), _) => work.starter.text.trim_end().to_string(),
        (None, Some(program)) => program.text.trim_end().to_string(),
        (None, None) => String::new(),
    }
}

impl Lessons {
    pub(super) fn attempt(&mut self) -> Option<&mut Attempt> {
        self.taken.as_mut().map(|taken| &mut taken.attempt)
    }
}

impl Learner {
    /// Whether an exercise is open that was not solved.
    pub(super) fn has_open_exercise(&self) -> bool {
        let Some(lessons) = &self.lessons else {
            return false;
        };
        let is_solved = lessons
            .taken
            .as_ref()
            .is_some_and(|taken| taken.attempt.is_solved);
        let passed = lessons
            .exercise_record()
            .is_some_and(|record| record.passed || record.shown);
        lessons.exercise().is_some() && !is_solved && !passed
    }

    /// The exercise that is open.
    pub(super) fn exercise(&self) -> Option<Exercise> {
        self.lessons.as_ref()?.exercise().cloned()
    }

    /// Changes what was done of the exercise that is open.
    pub(super) fn keep_exercise(
        &mut self,
        change: impl FnOnce(&mut ExerciseRecord),
    ) -> io::Result<()> {
        match self.exercise() {
            Some(exercise) => {
                self.keep(|record| change(record.exercises.entry(exercise.key()).or_default()))
            }
            None => Ok(()),
        }
    }

    /// Makes ready what the exercise that is open needs: what is given, and what it begins with, runs here,
    /// unseen, so that it can be used; and its file is written.
    pub(super) fn begin_exercise(&mut self) -> io::Result<()> {
        let Some(exercise) = self.exercise() else {
            return Ok(());
        };
        let kept = self.kept_answer();
        if let Some(work) = exercise.task.work() {
            let given = exercise.given.as_ref().map_or("", |given| &given.text);
            let texts = [
                ("what is given", given.to_string()),
                ("what the exercise begins with", to_try(&work.starter.text)),
                (
                    "your answer so far",
                    kept.as_deref().map_or(String::new(), to_try),
                ),
            ];
            self.live.lock().set_hidden(Hidden::Everything);
            for (name, text) in texts.iter().filter(|(_, text)| !text.is_empty()) {
                self.session.run(Input {
                    name,
                    text,
                    kind: InputKind::Prompt,
                });
            }
            self.printer.catch_up();
            self.live.lock().set_hidden(Hidden::Nothing);
        }
        if let Some(kept) = kept {
            self.restore(kept)?;
        }
        let view = self.view();
        let Some(lessons) = &mut self.lessons else {
            return Ok(());
        };
        let (Some(folder), Some(lesson)) = (lessons.files.clone(), lessons.lesson()) else {
            return Ok(());
        };
        if exercise.task.work().is_none() {
            return Ok(());
        }
        let watched = Watched::begin(&folder, lesson, &exercise, self.screen.clone(), view);
        let said = match watched {
            Ok(watched) => {
                let file = watched.file().display().to_string();
                let other = watched.file().with_extension("py");
                let other = other.file_name().unwrap_or_default().to_string_lossy();
                let said = format!(
                    "Your answer is the file {file}, or {other} beside it: it is checked each time you \
                     save it."
                );
                if let Some(attempt) = lessons.attempt() {
                    attempt.watched = Some(watched);
                }
                said
            }
            Err(why) => format!("There is no file for this exercise: {why}"),
        };
        self.say_wrapped(&said)
    }

    /// The program that was written for the exercise that is open before it was left. Where answers are files,
    /// these keep it.
    fn kept_answer(&self) -> Option<String> {
        let lessons = self.lessons.as_ref()?;
        let is_program = lessons.exercise()?.task.work().is_some() && lessons.files.is_none();
        let record = lessons.exercise_record().filter(|_| is_program)?;
        record.answer.clone()
    }

    /// Makes what was kept the learner's answer again.
    fn restore(&mut self, kept: String) -> io::Result<()> {
        let inputs = self.past.len();
        if let Some(lessons) = &mut self.lessons {
            lessons.recalled.push(kept.clone());
            if let Some(attempt) = lessons.attempt() {
                attempt.written = Some((kept, inputs));
            }
        }
        self.say_wrapped("Your answer is kept: Up brings it back, :check looks at it.\n")
    }

    /// Keeps the program that the answer is so far, so that it is there when the learner comes back.
    pub(super) fn keep_answer(&mut self, answer: &str) -> io::Result<()> {
        let Some(exercise) = self.exercise() else {
            return Ok(());
        };
        let record = self.lessons.as_ref().and_then(Lessons::exercise_record);
        let kept = record.and_then(|record| record.answer.as_deref());
        let begins = exercise.task.work().map(|work| work.starter.text.trim());
        let is_news = kept != Some(answer) && begins.is_some_and(|begins| begins != answer.trim());
        match is_news && answer.len() <= MOST_KEPT {
            true => self.keep_exercise(|record| record.answer = Some(answer.into())),
            false => Ok(()),
        }
    }

    /// Takes a line as an answer to the exercise that is open. Says whether it was one.
    pub(in crate::front::repl) fn answer_exercise(&mut self, line: &str) -> io::Result<bool> {
        self.hear_from_file()?;
        let Some(exercise) = self.exercise() else {
            return Ok(false);
        };
        let reasons = self.taken().map_or(&[][..], |taken| &taken.attempt.reasons);
        let is_one = !matches!(exercise.task, Task::Predict { .. });
        let numbers = match &exercise.task {
            Task::Predict { .. } | Task::Explain { .. } => {
                let options = choices(&exercise, reasons);
                let is_known = |word: &str| {
                    self.is_known(word) || plain_word(line, |name| self.is_known(name)).is_some()
                };
                match chosen(line, &options, is_known) {
                    Chosen::Else => return Ok(false),
                    Chosen::Nothing => {
                        let last = letter(options.len().saturating_sub(1));
                        self.say_wrapped(&format!(
                            "The options are a to {last}. {ANSWER_BY_LETTERS}"
                        ))?;
                        return Ok(true);
                    }
                    // Answers name options by their numbers, from 1.
                    Chosen::Options(indices) => indices.iter().map(|index| index + 1).collect(),
                }
            }
            Task::FindStep { program } => {
                let Some(numbers) = numbers(line) else {
                    return Ok(false);
                };
                let highest = program.text.lines().count();
                if numbers.iter().any(|number| !(1..=highest).contains(number)) {
                    self.say_wrapped(&format!("The numbers go from 1 to {highest}.\n"))?;
                    return Ok(true);
                }
                numbers
            }
            Task::Break { .. } => {
                let is_thread =
                    |word: &str| word.starts_with("Thread-") || word.parse::<u64>().is_ok();
                let mut words = line
                    .split([' ', ','])
                    .filter(|word| !word.is_empty())
                    .peekable();
                if words.peek().is_none() || !words.all(is_thread) {
                    return Ok(false);
                }
                self.say_wrapped(
                    "Press Enter: then you choose the threads, one step at a time.\n",
                )?;
                return Ok(true);
            }
            Task::Mend(_) | Task::Write(_) => return Ok(false),
        };
        if is_one && numbers.len() != 1 {
            self.say_wrapped("Only one of them is right: choose one.\n")?;
            return Ok(true);
        }
        // A sentence stands for the name of a cause, everything else for its number.
        let word = |number: &usize| match reasons.get(number - 1) {
            Some(reason) => reason.names()[0].to_string(),
            None => number.to_string(),
        };
        let words: Vec<String> = numbers.iter().map(word).collect();
        self.judge(&exercise, &words.join(" "))?;
        Ok(true)
    }

    /// Enter on an empty line at an exercise.
    pub(super) fn enter_at_exercise(&mut self) -> io::Result<Flow> {
        let Some(exercise) = self.exercise() else {
            return Ok(Flow::Stay);
        };
        let is_solved = self.taken().is_some_and(|taken| taken.attempt.is_solved);
        if is_solved {
            let step = self.taken().map_or(0, |taken| taken.step);
            self.go_to(step + 1)?;
            return Ok(Flow::Stay);
        }
        match &exercise.task {
            Task::Break { .. } => self.lead(&exercise)?,
            Task::Mend(_) | Task::Write(_) if self.program(&exercise).is_some() => {
                self.check_answer(None)?;
            }
            Task::Mend(_) | Task::Write(_) => self.say_wrapped(
                "Type your answer (Up brings the beginning here), or :edit it; then :check.\n",
            )?,
            Task::Predict { .. } => self.say_wrapped(ANSWER_BY_LETTERS)?,
            Task::Explain { .. } => {
                self.say_wrapped("Type the letter of a sentence, such as: b\n")?
            }
            Task::FindStep { .. } => self.say_wrapped("Type the number of a line, such as: 2\n")?,
        }
        Ok(Flow::Stay)
    }

    /// `:check`: the learner's program, or the inputs of these numbers.
    pub(super) fn check_answer(&mut self, which: Option<&str>) -> io::Result<()> {
        let Some(exercise) = self.exercise() else {
            return self.say_wrapped("This step is no exercise: there is nothing to check.\n");
        };
        if exercise.task.work().is_none() {
            return self.enter_at_exercise().map(drop);
        }
        let answer = match which {
            None => self.program(&exercise),
            Some(which) => match range(which) {
                Some(range) => self.inputs(&range),
                None => {
                    return self.say_wrapped(&format!(
                        "`{which}` is no number of an input; `:check 4` and `:check 4-6` are right.\n"
                    ));
                }
            },
        };
        let Some((answer, inputs)) = answer else {
            return self.say_wrapped(match which {
                None => {
                    "There is no answer yet: type it (Up brings the beginning here), or :edit it.\n"
                }
                Some(_) => "No such input has run; :history lists them.\n",
            });
        };
        // What was typed in pieces is shown as it is taken, with the numbers that messages use.
        if inputs > 1 {
            let code = code_block(&code_with_numbers(&answer), self.columns, self.paint);
            self.say(&format!("Your answer, as it is taken:\n\n{code}\n"))?;
        }
        self.judge(&exercise, &answer)
    }

    /// `:edit` at an exercise: the answer in the editor of the user's choice, and then checked. Says
    /// whether there was an exercise to write for.
    pub(in crate::front::repl) fn edit_exercise(&mut self) -> io::Result<bool> {
        let Some(exercise) = self.exercise() else {
            return Ok(false);
        };
        let Some(work) = exercise.task.work() else {
            return Ok(false);
        };
        let before = match self.program(&exercise) {
            Some((answer, _)) => answer,
            None => work.starter.text.clone(),
        };
        match in_editor(&before) {
            Ok(text) => {
                let inputs = self.past.len();
                let text = text.trim_end().to_string();
                if let Some(lessons) = &mut self.lessons {
                    lessons.recalled.push(text.clone());
                    if let Some(attempt) = lessons.attempt() {
                        attempt.written = Some((text.clone(), inputs));
                    }
                }
                self.judge(&exercise, &text)?;
            }
            Err(why) => self.say_wrapped(&format!("{why}\n"))?,
        }
        Ok(true)
    }

    /// Has Up bring back the answer, or what it begins with, though a command was typed since.
    pub(super) fn recall_answer(&mut self) {
        let Some(exercise) = self.exercise() else {
            return;
        };
        let program = self.program(&exercise).map(|(program, _)| program);
        if let Some(lessons) = &mut self.lessons {
            let code = program.unwrap_or_else(|| to_type(&exercise));
            lessons.recalled.push(code);
        }
    }

    /// Keeps the program that was typed so far, and reminds once of what looks at it.
    pub(super) fn remind_of_check(&mut self, since: usize) -> io::Result<()> {
        let Some(exercise) = self.exercise() else {
            return Ok(());
        };
        if exercise.task.work().is_some()
            && let Some((program, _)) = self.program(&exercise)
        {
            self.keep_answer(&program)?;
        }
        let has_run = self
            .past
            .get(since..)
            .is_some_and(|ran| ran.iter().any(|past| past.has_run));
        let Some(attempt) = self.lessons.as_mut().and_then(Lessons::attempt) else {
            return Ok(());
        };
        let is_new = !attempt.is_reminded && exercise.task.work().is_some() && has_run;
        attempt.is_reminded |= is_new;
        match is_new {
            true => {
                let what = "[That has run. :check says whether it is right.]";
                let what = hang("", what, self.columns);
                self.say(&(self.paint.text(Role::Faint, what.trim_end()) + "\n"))
            }
            false => Ok(()),
        }
    }

    /// The learner's program so far, and of how many inputs it is made; none before anything was typed.
    fn program(&self, exercise: &Exercise) -> Option<(String, usize)> {
        let attempt = &self.taken()?.attempt;
        let starter = exercise.task.work().map_or("", |work| &work.starter.text);
        // What was typed since changes what was written at once.
        let (base, since) = match &attempt.written {
            Some((text, inputs)) => (&**text, *inputs),
            None => (starter, attempt.since),
        };
        let typed = self.past.get(since..).unwrap_or_default();
        let trials = exercise.task.work().map_or(&[][..], |work| &work.trials);
        let around: Vec<&str> = trials.iter().map(|trial| &*trial.text).collect();
        let checked = attempt.checked.saturating_sub(since);
        let around = around.join("\n");
        let typed = latest(typed, checked, &around, !trials.is_empty());
        match typed.is_empty() {
            true => {
                let written = attempt.written.as_ref().map(|(text, _)| text.clone());
                let watched = || attempt.watched.as_ref()?.text(starter);
                written.or_else(watched).map(|text| (text, 1))
            }
            false => {
                // What cannot run may be another language.
                let there = match typed.iter().all(|past| past.has_run) {
                    true => still_there(base, &typed, &around),
                    false => Vec::new(),
                };
                let all: Vec<&Past> = there.iter().chain(typed).collect();
                Some(joined(&all))
            }
        }
    }

    /// The inputs of these numbers as one program.
    fn inputs(&self, numbers: &RangeInclusive<usize>) -> Option<(String, usize)> {
        let is_meant = |past: &&Past| {
            let number = past
                .name
                .strip_prefix("input ")
                .and_then(|number| number.parse().ok());
            number.is_some_and(|number| numbers.contains(&number))
        };
        let typed: Vec<&Past> = self.past.iter().filter(is_meant).collect();
        (!typed.is_empty()).then(|| joined(&typed))
    }

    /// Takes over what has become of the file with the answer.
    pub(super) fn hear_from_file(&mut self) -> io::Result<()> {
        let Some(attempt) = self.lessons.as_mut().and_then(Lessons::attempt) else {
            return Ok(());
        };
        let Some(watched) = &attempt.watched else {
            return Ok(());
        };
        let (tries, is_solved, last) = watched.heard();
        attempt.is_solved |= is_solved;
        if let Some(lessons) = &mut self.lessons
            && last.is_some()
        {
            lessons.judged = last;
        }
        if tries == 0 {
            return Ok(());
        }
        self.keep_exercise(|record| {
            record.tries += tries;
            record.passed |= is_solved;
        })
    }
}

/// The numbers of a line that is made of nothing else.
fn numbers(line: &str) -> Option<BTreeSet<usize>> {
    let words = line.split(|c: char| c.is_whitespace() || c == ',' || c == ';' || c == '.');
    let words: Vec<&str> = words
        .filter(|word| !word.is_empty() && *word != "and")
        .collect();
    let numbers: Option<BTreeSet<usize>> = words.iter().map(|word| word.parse().ok()).collect();
    numbers.filter(|numbers| !numbers.is_empty())
}
