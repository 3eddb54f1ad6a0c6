//! Lessons at the prompt.
//!
//! A lesson happens inside the normal prompt: what is typed really runs, and only afterwards it is looked
//! at whether it was what the step meant. So every command works meanwhile, and one may wander off.
//! In reading order: [`menu`], the list of lessons and what was done; [`shown`], a step as text;
//! [`judge`], whether an answer passes; [`exercise`], answers and what they are answered, with [`choice`], options that are chosen, [`program`],
//! what was typed as one program, [`lead`], runs that are led, [`runs`], runs of an answer to be seen again,
//! and [`hints`]; [`files`], answers that are files; [`steps`], how a lesson goes from step to step. Here is what all of them share, and what
//! the commands do.

mod choice;
mod exercise;
mod files;
mod hints;
mod judge;
mod lead;
mod menu;
mod program;
mod runs;
mod shown;
mod steps;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::io;
use std::path::PathBuf;

use self::exercise::Attempt;
use self::judge::JudgedProgram;
use self::shown::View;
use super::answer::{Flow, Learner};
use super::command::LessonCommand;
use crate::front::course::Course;
use crate::front::state;
use crate::lesson::course;
use crate::lesson::follow::Follow;
use crate::lesson::progress::{ExerciseRecord, LessonRecord, Note, Store};
use crate::lesson::text::{Exercise, Lesson, Step};

/// What `threadlab learn` begins with.
pub(in crate::front) struct Begin {
    /// The lessons.
    pub(in crate::front) course: Course,
    /// The lesson to begin with; without one, the list is shown.
    pub(in crate::front) lesson: Option<usize>,
    /// The folder in which answers are files.
    pub(in crate::front) files: Option<PathBuf>,
}

/// The lessons, and the one that is taken.
pub(super) struct Lessons {
    course: Course,
    store: Store,
    files: Option<PathBuf>,
    taken: Option<Taken>,
    /// The lesson that was left last, in this session.
    left: Option<Taken>,
    /// The lesson that Enter begins.
    offered: Option<usize>,
    /// The list was just shown: a number or name chooses from it.
    is_list_open: bool,
    /// Code that Up is to bring back.
    recalled: Vec<String>,
    /// The answer that was judged last.
    judged: Option<JudgedProgram>,
}

/// A lesson that is taken.
struct Taken {
    lesson: usize,
    /// From 0. Invariant: below the number of steps.
    step: usize,
    /// What of the step's code was typed.
    follow: Follow,
    /// The steps whose code has run in this session.
    have_run: BTreeSet<usize>,
    attempt: Attempt,
}

impl Lessons {
    /// Lessons of which none is taken yet.
    pub(super) fn new(course: Course, store: Store, files: Option<PathBuf>) -> Self {
        Self {
            course,
            store,
            files,
            taken: None,
            left: None,
            offered: None,
            is_list_open: false,
            recalled: Vec::new(),
            judged: None,
        }
    }

    /// Leaves the lesson that is taken; it waits where it is.
    fn leave(&mut self) {
        if let Some(mut taken) = self.taken.take() {
            taken.attempt = Attempt::new(0);
            self.left = Some(taken);
        }
    }

    fn lesson(&self) -> Option<&Lesson> {
        self.course.lessons.get(self.taken.as_ref()?.lesson)
    }

    fn step(&self) -> Option<&Step> {
        self.lesson()?.steps.get(self.taken.as_ref()?.step)
    }

    fn exercise(&self) -> Option<&Exercise> {
        match self.step()? {
            Step::Exercise(exercise) => Some(exercise),
            Step::Page(_) => None,
        }
    }

    /// What was done of the lesson that is taken.
    fn record(&self) -> Option<&LessonRecord> {
        let key = self.course.key(self.taken.as_ref()?.lesson);
        self.store.progress().lessons.get(key)
    }

    /// What was done of the exercise that is open.
    fn exercise_record(&self) -> Option<&ExerciseRecord> {
        let key = self.exercise()?.key();
        self.record()?.exercises.get(&key)
    }

    /// Changes what was done of the lesson that is taken.
    fn keep(&mut self, change: impl FnOnce(&mut LessonRecord)) -> Option<Note> {
        let key = self.course.key(self.taken.as_ref()?.lesson);
        self.store.update(|progress| change(progress.lesson(key)))
    }
}

/// The answer to what only a lesson can do.
const NO_LESSON: &str =
    "No lesson is open: :learn lists them, :resume goes back to the last one.\n";

impl Learner {
    /// Has a lesson taken, or shows the list.
    pub(super) fn begin_lessons(&mut self, begin: Begin) -> io::Result<()> {
        let (store, note) = Store::open(state::folder());
        self.lessons = Some(Lessons::new(begin.course, store, begin.files));
        self.say_note(note)?;
        match begin.lesson {
            Some(index) => self.begin_lesson(index, None),
            None => self.list_lessons(),
        }
    }

    /// The lessons, read when they are first asked for.
    fn lessons(&mut self) -> io::Result<&mut Lessons> {
        if self.lessons.is_none() {
            let (store, note) = Store::open(state::folder());
            self.say_note(note)?;
            self.lessons = Some(Lessons::new(Course::own(), store, None));
        }
        Ok(self
            .lessons
            .get_or_insert_with(|| Lessons::new(Course::own(), Store::default(), None)))
    }

    fn taken(&self) -> Option<&Taken> {
        self.lessons.as_ref()?.taken.as_ref()
    }

    fn taken_mut(&mut self) -> Option<&mut Taken> {
        self.lessons.as_mut()?.taken.as_mut()
    }

    /// The names of all lessons.
    pub(super) fn lesson_names(&self) -> Vec<String> {
        match &self.lessons {
            Some(lessons) => {
                let all = lessons.course.lessons.iter();
                all.map(|lesson| lesson.name.clone()).collect()
            }
            None => course::names().map(String::from).collect(),
        }
    }

    /// Whether a lesson is taken.
    pub(super) fn is_in_lesson(&self) -> bool {
        self.taken().is_some()
    }

    /// The variables are forgotten, and with them what the steps of lessons have made.
    pub(super) fn forget_steps(&mut self) {
        if let Some(lessons) = &mut self.lessons {
            for taken in lessons.taken.iter_mut().chain(&mut lessons.left) {
                taken.have_run.clear();
                taken.attempt.forget_inputs();
            }
        }
    }

    /// Code that Up is to bring back, once.
    pub(super) fn recalled(&mut self) -> Vec<String> {
        let lessons = self.lessons.as_mut();
        lessons.map_or_else(Vec::new, |lessons| std::mem::take(&mut lessons.recalled))
    }

    fn say_note(&self, note: Option<Note>) -> io::Result<()> {
        note.map_or(Ok(()), |note| self.say_wrapped(&format!("note: {note}\n")))
    }

    /// Changes what was done of the lesson that is taken.
    fn keep(&mut self, change: impl FnOnce(&mut LessonRecord)) -> io::Result<()> {
        let note = self
            .lessons
            .as_mut()
            .and_then(|lessons| lessons.keep(change));
        self.say_note(note)
    }

    /// `:learn`: the list, or a lesson by its name or number, with the number of a step behind it.
    pub(super) fn learn(&mut self, called: Option<&str>) -> io::Result<()> {
        let Some(called) = called else {
            self.lessons()?;
            return self.list_lessons();
        };
        let found = self.lessons()?.course.find(called);
        let with_step = called
            .rsplit_once(char::is_whitespace)
            .and_then(|(name, step)| {
                let step: usize = step.parse().ok()?;
                Some((name.trim(), step))
            });
        let (found, step) = match (found, with_step) {
            (Err(_), Some((name, step))) => (self.lessons()?.course.find(name), Some(step)),
            (found, _) => (found, None),
        };
        match found {
            Ok(index) => self.begin_lesson(index, step),
            Err(why) => self.say_wrapped(&format!("{why}; :learn lists them\n")),
        }
    }

    fn view(&self) -> View {
        View {
            columns: self.columns,
            rows: self.rows.unwrap_or(24),
            paint: self.paint,
            is_aloud: self.settings.screen_reader,
        }
    }

    /// `:learn` alone.
    fn list_lessons(&mut self) -> io::Result<()> {
        let all = self.lessons()?.course.all();
        self.list(&all)
    }

    /// `:tutorial`: the lessons of the short tour, or one of them.
    pub(super) fn tutorial(&mut self, called: Option<&str>) -> io::Result<()> {
        let tour = self.lessons()?.course.tour();
        match called {
            Some(_) => self.learn(called),
            None if tour.is_empty() => self.list_lessons(),
            None => self.list(&tour),
        }
    }

    /// Shows some lessons to choose from.
    fn list(&mut self, listed: &[usize]) -> io::Result<()> {
        let view = self.view();
        let lessons = self.lessons()?;
        let note = lessons.store.refresh();
        let progress = lessons.store.progress();
        lessons.offered = menu::next(&lessons.course, listed, progress);
        lessons.is_list_open = true;
        let text = menu::list(&lessons.course, listed, progress, lessons.offered, view);
        // Enter goes on with what was offered, not with a lesson that is open.
        lessons.leave();
        self.say_note(note)?;
        self.page(&text)
    }

    /// Takes a line as the choice from the list that was just shown. Says whether it was one.
    pub(super) fn choose_lesson(&mut self, line: &str) -> io::Result<bool> {
        let Some(lessons) = &mut self.lessons else {
            return Ok(false);
        };
        let was_open = std::mem::take(&mut lessons.is_list_open);
        let is_word = line.chars().all(|c| c.is_alphanumeric() || c == '_');
        if !was_open || !is_word || lessons.course.find(line).is_err() {
            // Who types something else does not expect a lesson at the next Enter.
            if !line.is_empty() && !line.starts_with(':') {
                lessons.offered = None;
            }
            return Ok(false);
        }
        self.learn(Some(line)).map(|()| true)
    }

    /// Does what a command of lessons says.
    pub(super) fn lesson_command(&mut self, command: LessonCommand) -> io::Result<Flow> {
        match command {
            LessonCommand::Progress => {
                let view = self.view();
                let lessons = self.lessons()?;
                let note = lessons.store.refresh();
                let text = menu::progress(&lessons.course, lessons.store.progress(), view);
                self.say_note(note)?;
                self.page(&text)?;
                return Ok(Flow::Stay);
            }
            LessonCommand::Resume if self.taken().is_none() => {
                let lessons = self.lessons()?;
                let left = lessons.left.as_ref().map(|left| left.lesson);
                let last = lessons.store.progress().last.as_deref();
                let last = || lessons.course.of_key(last?);
                match left.or_else(last) {
                    Some(index) => self.begin_lesson(index, None)?,
                    None => self.list_lessons()?,
                }
                return Ok(Flow::Stay);
            }
            LessonCommand::Next if self.taken().is_none() => {
                let offered = self
                    .lessons
                    .as_mut()
                    .and_then(|lessons| lessons.offered.take());
                if let Some(index) = offered {
                    self.begin_lesson(index, None)?;
                    return Ok(Flow::Stay);
                }
            }
            _ => {}
        }
        let Some(step) = self.taken().map(|taken| taken.step) else {
            self.say_wrapped(NO_LESSON)?;
            return Ok(Flow::Stay);
        };
        match command {
            LessonCommand::Next if self.has_open_exercise() => self.say_wrapped(
                "It is not solved yet. :hint helps; :skip goes on without it, and you can come back.\n",
            )?,
            LessonCommand::Next => self.go_to(step + 1)?,
            LessonCommand::Skip => {
                self.keep_exercise(|record| record.skipped = true)?;
                self.go_to(step + 1)?;
            }
            LessonCommand::Back if step == 0 => self.say_wrapped("This is the first step.\n")?,
            LessonCommand::Back => self.go_to(step - 1)?,
            LessonCommand::Again | LessonCommand::Resume => self.go_to(step)?,
            LessonCommand::Hint => {
                self.hint()?;
                self.recall_answer();
            }
            LessonCommand::Show => {
                self.show_solution()?;
                self.recall_answer();
            }
            LessonCommand::Check(what) => {
                self.check_answer(what.as_deref())?;
                self.recall_answer();
            }
            LessonCommand::Progress => {}
        }
        Ok(Flow::Stay)
    }
}
