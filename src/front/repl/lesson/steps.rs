//! How a lesson goes from step to step, and what of it runs.
//!
//! What a step's code makes, later steps need. A step that is passed over, or that was done on another
//! day, runs unseen before the first one that needs it.

use std::collections::BTreeSet;
use std::io;

use super::exercise::{Attempt, to_type};
use super::{Lessons, Taken, judge, menu, shown};
use crate::front::repl::answer::{Flow, Learner};
use crate::lesson::claim::without_claims;
use crate::lesson::follow::{Follow, Progress};
use crate::lesson::text::Step;
use crate::session::{Input, InputKind, Scheduler};
use crate::view::live::Hidden;

impl Learner {
    /// Takes a lesson: from its step of this number on, from 1, or where it was left.
    pub(super) fn begin_lesson(&mut self, index: usize, step: Option<usize>) -> io::Result<()> {
        let since = self.past.len();
        let lessons = self.lessons()?;
        let Some(lesson) = lessons.course.lessons.get(index) else {
            return Ok(());
        };
        let key = lessons.course.key(index);
        let left = lessons
            .store
            .progress()
            .lessons
            .get(key)
            .map_or(0, |record| record.step);
        let last = lesson.steps.len().saturating_sub(1);
        let is_left = step.is_none() && left > 0;
        let step = step.map_or(left, |step| step.saturating_sub(1)).min(last);
        let (title, steps) = (lesson.title.clone(), lesson.steps.len());
        let name = lesson.name.clone();
        lessons.offered = None;
        lessons.is_list_open = false;
        // What has run stays when the same lesson goes on.
        let have_run = match lessons.taken.take().or_else(|| lessons.left.take()) {
            Some(taken) if taken.lesson == index => taken.have_run,
            _ => BTreeSet::new(),
        };
        lessons.taken = Some(Taken {
            lesson: index,
            step,
            follow: Follow::default(),
            have_run,
            attempt: Attempt::new(since),
        });
        self.session.close_episode();
        self.keep(|record| {
            record.title = title;
            record.steps = steps;
        })?;
        if is_left {
            let said = format!("It goes on where you left it; `:learn {name} 1` begins anew.");
            self.say_wrapped(&said)?;
        }
        self.go_to(step)
    }

    /// Goes to a step and shows it; behind the last one the lesson ends.
    pub(super) fn go_to(&mut self, step: usize) -> io::Result<()> {
        let Some(steps) = self
            .lessons
            .as_ref()
            .and_then(Lessons::lesson)
            .map(|one| one.steps.len())
        else {
            return Ok(());
        };
        // What was tried at an exercise is no part of what a page shows, nor the other way round.
        let was_exercise = self.exercise().is_some();
        self.run_unseen(step)?;
        if was_exercise {
            self.session.close_episode();
        }
        if step >= steps {
            return self.end_lesson();
        }
        let since = self.past.len();
        if let Some(taken) = self.taken_mut() {
            taken.step = step;
            taken.attempt = Attempt::new(since);
        }
        self.keep(|record| record.step = step)?;
        if self.exercise().is_some() {
            self.session.close_episode();
        }
        self.show_step()
    }

    /// Shows the step that is open, from its beginning.
    fn show_step(&mut self) -> io::Result<()> {
        let view = self.view();
        let Some(lessons) = &mut self.lessons else {
            return Ok(());
        };
        let (Some(lesson), Some(step), Some(index)) = (
            lessons.lesson(),
            lessons.step(),
            lessons.taken.as_ref().map(|taken| taken.step),
        ) else {
            return Ok(());
        };
        let reasons = lessons.exercise().map_or_else(Vec::new, judge::reasons);
        let text = shown::step(lesson, index, lessons.exercise_record(), &reasons, view);
        let (code, follow) = match step {
            Step::Page(page) => (
                without_claims(&page.code.text),
                Follow::new(&page.code.text),
            ),
            Step::Exercise(exercise) => (to_type(exercise), Follow::default()),
        };
        if let Some(taken) = &mut lessons.taken {
            taken.follow = follow;
            taken.attempt.reasons = reasons;
        }
        if !code.trim().is_empty() {
            lessons.recalled.push(code);
        }
        self.page(&text)?;
        self.begin_exercise()
    }

    /// Runs the code of the steps before this one that has not run in this session, and shows nothing
    /// of it. Sleeping costs no time: it happens under the seeded scheduler where nothing else runs.
    fn run_unseen(&mut self, step: usize) -> io::Result<()> {
        let (Some(lesson), Some(taken)) = (
            self.lessons.as_ref().and_then(Lessons::lesson),
            self.taken(),
        ) else {
            return Ok(());
        };
        let name = lesson.name.clone();
        let steps = lesson.steps.iter().enumerate().take(step);
        let codes: Vec<(usize, String)> = steps
            .filter(|(index, _)| !taken.have_run.contains(index))
            .filter_map(|(index, step)| match step {
                Step::Page(page) if !page.code.is_empty() => Some((index, page.code.text.clone())),
                Step::Page(_) | Step::Exercise(_) => None,
            })
            .collect();
        let (Some((first, _)), Some((last, _))) = (codes.first(), codes.last()) else {
            return Ok(());
        };
        let which = match first == last {
            true => format!("step {}", first + 1),
            false => format!("steps {} to {}", first + 1, last + 1),
        };
        let said = format!("(The code of {which} runs unseen, since later steps need it.)");
        self.say_wrapped(&said)?;
        let scheduler = self.session.scheduler();
        let is_alone = self.background().is_empty();
        if is_alone {
            self.session.set_scheduler(Scheduler::Seeded);
        }
        self.live.lock().set_hidden(Hidden::Everything);
        for (index, code) in codes {
            // Whatever becomes of it: a step may promise a failure.
            self.session.run(Input {
                name: &format!("{name}, step {}", index + 1),
                text: &code,
                kind: InputKind::Prompt,
            });
            if let Some(taken) = self.taken_mut() {
                taken.have_run.insert(index);
            }
        }
        self.printer.catch_up();
        self.live.lock().set_hidden(Hidden::Nothing);
        if is_alone {
            self.session.stop_background();
            self.session.set_scheduler(scheduler);
        }
        Ok(())
    }

    /// Enter on an empty line: runs the code that is shown, goes on, or begins what was offered.
    pub(in crate::front::repl) fn enter(&mut self) -> io::Result<Flow> {
        let Some(lessons) = &mut self.lessons else {
            return Ok(Flow::Stay);
        };
        let Some(taken) = &lessons.taken else {
            return match lessons.offered.take() {
                Some(index) => self.begin_lesson(index, None).map(|()| Flow::Stay),
                None => Ok(Flow::Stay),
            };
        };
        let index = taken.step;
        let rest = taken.follow.rest();
        let (Some(lesson), Some(step)) = (lessons.lesson(), lessons.step()) else {
            return Ok(Flow::Stay);
        };
        let Step::Page(page) = step else {
            return self.enter_at_exercise();
        };
        if page.code.is_empty() {
            self.go_to(index + 1)?;
            return Ok(Flow::Stay);
        }
        let code = rest.unwrap_or_else(|| without_claims(&page.code.text));
        let name = format!("{}, step {}", lesson.name, index + 1);
        let since = self.past.len();
        self.run(&code, Some(&name))?;
        self.follow_lesson(since)?;
        if self.taken().is_some_and(|taken| taken.step == index) {
            self.say_wrapped(
                "That did not come to its end. Enter runs the step again, :next goes on.\n",
            )?;
        }
        Ok(Flow::Stay)
    }

    /// Looks at what has run since then: the step may be done.
    pub(in crate::front::repl) fn follow_lesson(&mut self, since: usize) -> io::Result<()> {
        let Some(taken) = self
            .lessons
            .as_mut()
            .and_then(|lessons| lessons.taken.as_mut())
        else {
            return Ok(());
        };
        let ran = self.past.get(since..).unwrap_or_default();
        let done = ran
            .iter()
            .map(|past| taken.follow.take(&past.text, past.has_ended))
            .any(|progress| progress == Progress::Done);
        if !done {
            return self.remind_of_check(since);
        }
        let step = taken.step;
        taken.have_run.insert(step);
        self.say("\n")?;
        let view = self.view();
        if let Some(Step::Page(page)) = self.lessons.as_ref().and_then(Lessons::step) {
            let claims = shown::claims(page, view);
            if !claims.is_empty() {
                self.say(&format!("{claims}\n\n"))?;
            }
        }
        self.go_to(step + 1)
    }

    /// The lesson is over: what was solved, and what comes next.
    fn end_lesson(&mut self) -> io::Result<()> {
        self.keep(|record| {
            record.done = true;
            record.step = 0;
        })?;
        let view = self.view();
        let Some(lessons) = &mut self.lessons else {
            return Ok(());
        };
        let Some(taken) = lessons.taken.take() else {
            return Ok(());
        };
        let next = taken.lesson + 1;
        lessons.offered = (next < lessons.course.lessons.len()).then_some(next);
        let progress = lessons.store.progress();
        let text = menu::end(&lessons.course, taken.lesson, progress, view);
        self.say(&text)
    }

    /// Leaves the lesson that is open; it waits where it is.
    pub(in crate::front::repl) fn leave_lesson(&mut self) -> io::Result<()> {
        if let Some(lessons) = &mut self.lessons {
            lessons.leave();
        }
        self.say_wrapped("The lesson waits: :resume goes back to it.\n")
    }
}
