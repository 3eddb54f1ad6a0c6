//! Whether an answer passes, the words for it, and what is kept of it. Ctrl-C ends what takes long.

use std::io;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::Duration;

use super::Lessons;
use super::shown::View;
use crate::explore::{Cut, Token};
use crate::front::lesson::feedback::{Reader, Screen, feedback};
use crate::front::repl::answer::Learner;
use crate::front::repl::mode;
use crate::language::outline::is_same_code;
use crate::language::python;
use crate::lesson::grade::{
    Answer, Bounds, Fault, FaultKind, Of, Reason, Undecided, Verdict, explain, grade, rehearsal,
};
use crate::lesson::text::{Exercise, Task};
use crate::session::{Language, Rehearsal};
use crate::view::paint::Role;

/// What takes longer says that it does.
const PATIENCE: Duration = Duration::from_millis(500);

/// An answer that is to be judged.
#[derive(Clone)]
pub(super) struct Submission {
    pub(super) exercise: Exercise,
    pub(super) text: String,
    /// What code is written in; none where that is to be found out.
    pub(super) language: Option<Language>,
}

/// What becomes of an answer.
pub(super) struct Judged {
    /// What to say.
    pub(super) text: String,
    pub(super) is_right: bool,
    /// Whether it counts as a try: the beginning unchanged does not, and neither does what was not judged to
    /// the end.
    pub(super) is_honest: bool,
    /// What was judged, to see its runs again; nothing for what needs no judge.
    pub(super) program: Option<JudgedProgram>,
}

/// A program that was judged, with the run that was shown.
pub(super) struct JudgedProgram {
    pub(super) exercise: Exercise,
    pub(super) answer: String,
    pub(super) language: Language,
    /// The trial that the run belongs to, from 0.
    trial: usize,
    pub(super) token: Option<Token>,
    pub(super) is_wrong: bool,
}

impl Judged {
    /// An answer that needs no judge.
    pub(super) fn right() -> Self {
        Self {
            text: String::new(),
            is_right: true,
            is_honest: true,
            program: None,
        }
    }
}

impl JudgedProgram {
    /// The program at its beginning, if a run is one of it.
    pub(super) fn rehearsal_of(&self, token: &Token) -> Option<Rehearsal> {
        let answer = Answer {
            text: &self.answer,
            language: self.language,
        };
        let rehearsal = rehearsal(&self.exercise, answer, self.trial).ok()?;
        rehearsal.has(token).then_some(rehearsal)
    }
}

impl Learner {
    /// Judges an answer and says what comes of it. Blocks while it is explored; Ctrl-C ends that.
    pub(super) fn judge(&mut self, exercise: &Exercise, answer: &str) -> io::Result<()> {
        self.keep_answer(answer)?;
        let submission = Submission {
            exercise: exercise.clone(),
            text: answer.into(),
            language: None,
        };
        let (reader, view) = (self.reader(exercise), self.view());
        let judged = self.patiently("checking", |stop| judge(submission, reader, view, stop))?;
        let inputs = self.past.len();
        if let Some(attempt) = self.lessons.as_mut().and_then(Lessons::attempt) {
            attempt.checked = inputs;
        }
        self.session.close_episode();
        self.judged(judged)
    }

    /// Who is told of an answer.
    fn reader(&self, exercise: &Exercise) -> Reader {
        let record = self.lessons.as_ref().and_then(Lessons::exercise_record);
        match record.map_or(0, |record| record.hints) < exercise.hints.len() {
            true => Reader::Searching,
            false => Reader::OutOfHints,
        }
    }

    /// Does something that may take long and ends when Ctrl-C is pressed; says so when it does take long.
    pub(super) fn patiently<R>(
        &self,
        what: &str,
        work: impl FnOnce(&Arc<AtomicBool>) -> R,
    ) -> io::Result<R> {
        if self.settings.screen_reader || !mode::is_terminal() {
            return Ok(work(&self.stop));
        }
        let screen = &self.screen;
        let (done, is_said) = std::thread::scope(|scope| {
            let (ends, ended) = channel::<()>();
            let says = scope.spawn(move || {
                let is_long = ended.recv_timeout(PATIENCE) == Err(RecvTimeoutError::Timeout);
                if is_long {
                    // A terminal that is gone is noticed when the result is shown.
                    let _ = screen.set_foot(&format!("{what} ... Ctrl-C stops it\n"));
                }
                is_long
            });
            let done = work(&self.stop);
            drop(ends);
            (done, says.join().unwrap_or(false))
        });
        self.screen.set_foot("")?;
        // A terminal shows `^C` where it was typed, and stays on that line, unless what was said there is gone.
        if self.is_stopped() && !is_said {
            self.say("\n")?;
        }
        Ok(done)
    }

    /// Says what has become of an answer, and keeps it.
    pub(super) fn judged(&mut self, judged: Judged) -> io::Result<()> {
        let Judged {
            text,
            is_right,
            is_honest,
            program,
        } = judged;
        if let (Some(program), Some(lessons)) = (program, &mut self.lessons) {
            if program.token.is_some() {
                // `:replay` alone shows what was found last.
                self.explored = None;
            }
            lessons.judged = Some(program);
        }
        self.keep_exercise(|record| {
            record.tries += u32::from(is_honest);
            record.passed |= is_right;
        })?;
        self.page(&text)?;
        if is_right {
            if let Some(attempt) = self.lessons.as_mut().and_then(Lessons::attempt) {
                attempt.is_solved = true;
            }
            let solved = self.paint.text(Role::Prompt, "Solved.");
            return self.say(&format!("{solved} Enter goes on.\n"));
        }
        Ok(())
    }
}

/// Judges an answer by all that can happen. Blocks while it is explored, which is bounded, or until `stop` is
/// set.
pub(super) fn judge(
    submission: Submission,
    reader: Reader,
    view: View,
    stop: &Arc<AtomicBool>,
) -> Judged {
    let bounds = Bounds {
        stop: stop.clone(),
        ..Bounds::default()
    };
    let Submission {
        exercise,
        text,
        language,
    } = submission;
    let (language, verdict) = graded(&exercise, &text, language, &bounds);
    let screen = Screen {
        reader,
        is_aloud: view.is_aloud,
        width: view.columns,
        height: view.rows,
        paint: view.paint,
    };
    let answer = Answer {
        text: &text,
        language,
    };
    let words = feedback(&exercise, answer, &verdict, screen);
    let work = exercise.task.work();
    let is_untouched = work.is_some_and(|work| is_same_code(&text, &work.starter.text));
    let was_stopped = matches!(
        verdict,
        Verdict::Undecided(Undecided::Limit(Cut::Stopped, _))
    );
    let (trial, token) = match &verdict {
        Verdict::Failed(fault) => (fault.trial, fault.kind.token().cloned()),
        Verdict::Passed(_) | Verdict::Undecided(_) => (0, None),
    };
    Judged {
        text: words,
        is_right: verdict.is_passed(),
        is_honest: !is_untouched && !was_stopped,
        program: Some(JudgedProgram {
            exercise,
            answer: text,
            language,
            trial,
            token,
            is_wrong: matches!(verdict, Verdict::Failed(_)),
        }),
    }
}

/// The verdict, and the language of the answer: what is not ours may be Python's.
fn graded(
    exercise: &Exercise,
    text: &str,
    language: Option<Language>,
    bounds: &Bounds,
) -> (Language, Verdict) {
    let in_language = |language| grade(exercise, Answer { text, language }, bounds);
    if let Some(language) = language {
        return (language, in_language(language));
    }
    let verdict = in_language(Language::Own);
    let is_rejected = matches!(
        &verdict,
        Verdict::Failed(fault)
            if matches!(**fault, Fault { kind: FaultKind::Rejected { of: Of::Answer, .. }, .. })
    );
    let is_python = || {
        let translation = python::translate(text, &python::nothing_earlier);
        translation.is_ok_and(|translation| !is_same_code(text, &translation.text))
    };
    match is_rejected && is_python() {
        true => (Language::Python, in_language(Language::Python)),
        false => (Language::Own, verdict),
    }
}

/// The causes to choose from, where that is what is asked. A program that has none is found by the check
/// of its lesson.
pub(super) fn reasons(exercise: &Exercise) -> Vec<Reason> {
    match exercise.task {
        Task::Explain { .. } => explain::options(exercise, &Bounds::default()).unwrap_or_default(),
        _ => Vec::new(),
    }
}

/// What can be chosen, in order, in words; nothing where the answer is something else.
pub(super) fn choices<'e>(exercise: &'e Exercise, reasons: &[Reason]) -> Vec<&'e str> {
    match &exercise.task {
        Task::Predict { options, .. } => options.iter().map(|option| &*option.text).collect(),
        Task::Explain { .. } => reasons.iter().map(|reason| reason.sentence()).collect(),
        Task::Break { .. } | Task::FindStep { .. } | Task::Mend(_) | Task::Write(_) => Vec::new(),
    }
}
