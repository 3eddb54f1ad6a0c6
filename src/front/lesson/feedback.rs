//! What a learner is told of an answer: that it is right, or what is wrong with it, with the shortest run
//! that shows it, in the lines of the answer. All words of verdicts are here, which makes this long.

use crate::explain::Cause;
use crate::explore::{
    Act, Cut, Finding, Interleavings, Problem, Token, Trail, tell, tell_explained,
};
use crate::front::prose::{code_block, code_with_numbers};
use crate::front::report::{Quoted, diagnostics};
use crate::front::state;
use crate::lesson::grade::{
    Answer, Evidence, Fault, FaultKind, Of, Reason, Side, Undecided, Verdict, WrongOption,
};
use crate::lesson::text::{Check, Exercise, Task};
use crate::pos::{GIVEN, Pos, TRIAL};
use crate::value::Limit;
use crate::value::budget::size;
use crate::view::deadlock::waits;
use crate::view::paint::{Paint, Role};
use crate::view::steps;
use crate::view::story::Story;
use crate::view::wrap::hang;

/// Who reads feedback.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::front) enum Reader {
    /// Who has written the lesson: all is told.
    Teacher,
    /// Who takes it, at the prompt, and can ask for hints: the right answer to a question is not told yet.
    Searching,
    /// Who takes it, and has had all hints.
    OutOfHints,
}

/// Where feedback is shown.
#[derive(Clone, Copy)]
pub(in crate::front) struct Screen {
    pub(in crate::front) reader: Reader,
    /// It is read aloud: a run is told step by step, and not drawn.
    pub(in crate::front) is_aloud: bool,
    /// In characters.
    pub(in crate::front) width: usize,
    /// About so many lines are for a run.
    pub(in crate::front) height: usize,
    pub(in crate::front) paint: Paint,
}

/// Feedback to an answer; each line ends.
pub(in crate::front) fn feedback(
    exercise: &Exercise,
    answer: Answer<'_>,
    verdict: &Verdict,
    screen: Screen,
) -> String {
    let writer = Writer {
        exercise,
        answer,
        trial: match verdict {
            Verdict::Failed(fault) => fault.trial,
            Verdict::Passed(_) | Verdict::Undecided(_) => 0,
        },
        screen,
        out: String::new(),
    };
    match verdict {
        Verdict::Passed(count) => writer.passed(count.as_ref()),
        Verdict::Failed(fault) => writer.failed(fault),
        Verdict::Undecided(why) => writer.undecided(*why),
    }
}

/// The same in one line, for lists: what is wrong, without the run.
pub(in crate::front) fn summary(exercise: &Exercise, verdict: &Verdict) -> String {
    let screen = Screen {
        reader: Reader::Teacher,
        is_aloud: false,
        width: usize::MAX,
        height: 0,
        paint: Paint::Plain,
    };
    let writer = Writer {
        exercise,
        answer: Answer::new(""),
        trial: 0,
        screen,
        out: String::new(),
    };
    match verdict {
        Verdict::Passed(_) => String::new(),
        Verdict::Failed(fault) => writer.title(fault),
        Verdict::Undecided(why) => undecided(*why),
    }
}

/// Why nothing is known, in words.
pub(in crate::front) fn undecided(why: Undecided) -> String {
    let place = match why {
        Undecided::Limit(_, Some(line)) => format!("; line {line} was running then"),
        _ => String::new(),
    };
    let words: String = match why {
        Undecided::Limit(Cut::States(_), _) => {
            "there are too many states to look at all of them".into()
        }
        Undecided::Limit(Cut::Memory(_) | Cut::Exhausted(..), _) => {
            "it needs more memory than there is for it".into()
        }
        Undecided::Limit(Cut::Work(_), _) => {
            "a thread computes for longer than is allowed, perhaps for ever".into()
        }
        Undecided::Limit(Cut::Depth(_), _) => "its runs are longer than is allowed".into(),
        Undecided::Limit(Cut::Numbers(_), _) => {
            "it draws random numbers of more values than can be tried".into()
        }
        Undecided::Limit(Cut::Redefined, _) => {
            "it defines a function anew while threads run that may call it".into()
        }
        Undecided::Limit(Cut::Stopped, _) => "the check was stopped before its end".into(),
        Undecided::Limit(Cut::Time(_) | Cut::OutOfReach(_), _) => {
            "the search was left before its end".into()
        }
        Undecided::Outcomes(count) => {
            format!("it can end in {count} ways or more, too many to look at all of them")
        }
        Undecided::Endless => "its usual run does not end".into(),
        Undecided::NoQuestion => {
            "the exercise asks for something that its program does not have".into()
        }
    };
    format!("{words}{place}")
}

struct Writer<'a> {
    exercise: &'a Exercise,
    answer: Answer<'a>,
    /// The number of the trial that the verdict is about, from 0.
    trial: usize,
    screen: Screen,
    out: String,
}

impl Writer<'_> {
    fn passed(mut self, count: Option<&Interleavings>) -> String {
        let proof = match (&self.exercise.task, count) {
            (Task::Predict { .. }, _) => "These can happen, and nothing else can.".to_string(),
            (Task::Break { .. }, _) => "You have made it fail.".into(),
            (Task::FindStep { .. }, _) => {
                "Behind that step no order of the threads avoids the failure.".into()
            }
            (Task::Explain { .. }, _) => "That is the cause.".into(),
            // Nothing runs beside anything else.
            (Task::Mend(work) | Task::Write(work), Some(Interleavings::Exactly(count)))
                if *count == work.trials.len().max(1).into() =>
            {
                "Nothing fails.".into()
            }
            (_, Some(Interleavings::Exactly(count))) => {
                format!("None of the {count} interleavings fails.")
            }
            (_, _) => "No interleaving fails.".into(),
        };
        let right = self.screen.paint.text(Role::Prompt, "Right.");
        let rest = hang("Right. ", &proof, self.screen.width);
        self.out += &right;
        self.out += &rest["Right.".len()..];
        self.out
    }

    fn undecided(mut self, why: Undecided) -> String {
        let text = format!(
            "{}. So it is not known whether this is right.",
            undecided(why)
        );
        self.out = hang("Undecided: ", &text, self.screen.width);
        self.out
    }

    fn failed(mut self, fault: &Fault) -> String {
        let title = self.title(fault);
        let head = "Not yet: ";
        let drawn = hang(head, &title, self.screen.width);
        self.out += &self.screen.paint.text(Role::Error, head.trim_end());
        self.out += &drawn[head.trim_end().len()..];
        self.trial(fault);
        match &fault.kind {
            FaultKind::Rejected { of, problems } => {
                let (name, text) = match of {
                    Of::Given => ("the given code", self.given()),
                    Of::Answer => ("your code", self.answer.text),
                    Of::Trial => ("the trial", self.trial_text(fault.trial)),
                };
                let quoted = Quoted { name, text };
                self.out += &diagnostics(problems, quoted, self.screen.paint);
            }
            FaultKind::Problem(finding) => self.finding(finding),
            FaultKind::Check { check, evidence } => self.evidence(check, evidence),
            // What is missing would be told by its run.
            FaultKind::Options(_) if self.screen.reader == Reader::Searching => {}
            FaultKind::Options(options) => {
                for option in options {
                    let text = self.option(option.index);
                    // That it cannot happen is all there is to say of the others.
                    if let Some((trail, token)) = &option.run {
                        self.say(&format!("This run does `{text}`:"));
                        self.run(trail, None);
                        self.token(token);
                    }
                }
            }
            FaultKind::Survived(trail) => self.run(trail, None),
            FaultKind::OtherLine { finding, .. } => {
                self.say("This is the run:");
                self.question(finding);
            }
            FaultKind::OtherCause { finding, .. } => match self.screen.reader {
                Reader::Searching => self.question(finding),
                Reader::OutOfHints | Reader::Teacher => self.finding(finding),
            },
            FaultKind::Empty
            | FaultKind::Redefines(_)
            | FaultKind::Exhausts { .. }
            | FaultKind::PrintsItself { .. }
            | FaultKind::NoOptions(_)
            | FaultKind::CannotStep { .. }
            | FaultKind::NoLine(_) => {}
        }
        self.out
    }

    fn given(&self) -> &str {
        let given = self.exercise.given.as_ref();
        given.map_or("", |piece| &piece.text)
    }

    /// The program that the question is about, or that the answer is.
    fn program(&self) -> &str {
        let program = self.exercise.task.program();
        program.map_or(self.answer.text, |piece| &piece.text)
    }

    fn trial_text(&self, trial: usize) -> &str {
        let work = self.exercise.task.work();
        let trial = work.and_then(|work| work.trials.get(trial));
        trial.map_or("", |piece| &piece.text)
    }

    fn option(&self, index: usize) -> &str {
        match &self.exercise.task {
            Task::Predict { options, .. } => options.get(index).map_or("", |option| &option.text),
            _ => "",
        }
    }

    fn say(&mut self, text: &str) {
        self.out += &hang("  ", text, self.screen.width);
    }

    /// What runs after the answer, where there are several such texts.
    fn trial(&mut self, fault: &Fault) {
        let is_about_run = matches!(
            fault.kind,
            FaultKind::Problem(_)
                | FaultKind::Check { .. }
                | FaultKind::Rejected { of: Of::Trial, .. }
        );
        let text = self.trial_text(fault.trial).to_string();
        if !is_about_run || text.is_empty() {
            return;
        }
        let head = match fault.trials {
            1 => "This runs after your code (the trial):".to_string(),
            trials => format!(
                "This runs after your code (trial {} of {trials}):",
                fault.trial + 1
            ),
        };
        self.say(&head);
        let quoted = code_block(
            &code_with_numbers(&text),
            self.screen.width,
            self.screen.paint,
        );
        self.out += &quoted;
    }

    fn finding(&mut self, finding: &Finding) {
        self.run(&finding.trail, Some(finding));
        match is_of_one_thread(finding) {
            true => self.say("Every run fails like this."),
            false => self.say(&Story::of(finding).sentences.join(" ")),
        }
        self.token(&finding.token);
    }

    /// The run that a question is about, without what decides it as long as that is to be found.
    fn question(&mut self, finding: &Finding) {
        match self.screen.reader {
            Reader::Searching => self.acts(&tell(&finding.trail, Some(&finding.problem))),
            Reader::OutOfHints | Reader::Teacher => self.run(&finding.trail, Some(finding)),
        }
        self.token(&finding.token);
    }

    fn run(&mut self, trail: &Trail, finding: Option<&Finding>) {
        let acts = match finding {
            Some(finding) => tell_explained(
                trail,
                Some(&finding.problem),
                finding.explanation.as_deref(),
            ),
            None => tell(trail, None),
        };
        self.acts(&acts);
    }

    fn acts(&mut self, acts: &[Act]) {
        if acts.is_empty() {
            return;
        }
        let Screen {
            width,
            height,
            paint,
            ..
        } = self.screen;
        let mut acts = acts.to_vec();
        for act in acts.iter_mut().filter(|act| act.source.is_empty()) {
            // What ends a run before its first step is told without its line.
            let text = match act.pos.input {
                GIVEN => self.given(),
                TRIAL => self.trial_text(self.trial),
                _ => self.program(),
            };
            act.source = act.pos.line_of(text).unwrap_or_default().into();
        }
        if !self.screen.is_aloud {
            self.out += &steps::folded(&acts, width, height, paint);
            return;
        }
        for act in &acts {
            if let Some(paused) = &act.paused {
                self.say(&format!("{paused} is paused here."));
            }
            let place = match act.pos.is_none() {
                true => String::new(),
                false => format!(", {}", act.pos.at()),
            };
            self.say(&format!("{}{place}: {}.", act.name, act.words));
        }
    }

    /// What to type to see a run again.
    fn token(&mut self, token: &Token) {
        let token = state::shown(token);
        let line = match self.screen.reader {
            Reader::Teacher => format!("  run {token}\n"),
            Reader::Searching | Reader::OutOfHints => {
                format!("  see it again: :replay {token}\n")
            }
        };
        self.out += &self.screen.paint.text(Role::Faint, &line);
    }

    fn evidence(&mut self, check: &Check, evidence: &Evidence) {
        match evidence {
            Evidence::Run(trail, token) => {
                self.run(trail, None);
                self.token(token);
            }
            Evidence::State(met) => {
                self.run(&met.trail, None);
                self.token(&met.token);
            }
            Evidence::KeptOut(met) => {
                self.run(&met.trail, None);
                let inside = match check {
                    Check::Together(function) => {
                        format!(" So nobody else can be inside `{function}` then.")
                    }
                    _ => String::new(),
                };
                let waits = met.waiting.iter().map(|stuck| {
                    let what = waits(&stuck.waits_for, &stuck.held_by);
                    format!("{} ({}) {what}.", stuck.name, stuck.pos.at())
                });
                let waits = waits.collect::<Vec<_>>().join(" ");
                self.say(&format!("Here {waits}{inside}"));
                self.token(&met.token);
            }
            Evidence::Never(_) if matches!(check, Check::Together(function) if self.is_never_called(function)) =>
                {}
            Evidence::Never(Some(Interleavings::Exactly(count))) if *count == 1_u32.into() => {
                self.say("This was looked for in the only interleaving.");
            }
            Evidence::Never(Some(count)) => {
                self.say(&format!(
                    "This was looked for in all {count} interleavings."
                ));
            }
            Evidence::Never(None) => self.say("This was looked for in all interleavings."),
            Evidence::Seconds(_, trail, token) => {
                self.run(trail, None);
                self.say(
                    "That is virtual time: only sleeping and waiting take any, so it is the same on each \
                     machine. Who waits for a time that could pass at the same time as another one?",
                );
                self.token(token);
            }
            Evidence::Text => {}
        }
    }

    /// Whether neither the answer nor what runs around it names a function of the given code.
    fn is_never_called(&self, function: &str) -> bool {
        let is_word = |text: &str| {
            let mut words = text.split(|c: char| !c.is_alphanumeric() && c != '_');
            words.any(|word| word == function)
        };
        let is_defined = |text: &str| text.contains(&format!("fn {function}("));
        // Lists have no answer at hand; and another function of the given code may call it.
        let others = self.given().lines().filter(|line| !is_defined(line));
        !self.answer.text.trim().is_empty()
            && !is_word(self.answer.text)
            && !is_word(self.trial_text(self.trial))
            && !others.into_iter().any(is_word)
    }

    /// Which options were chosen wrongly: all of them, or for who still searches one that was chosen.
    fn options(&self, options: &[WrongOption]) -> String {
        let (can, cannot): (Vec<_>, Vec<_>) =
            options.iter().partition(|option| option.run.is_some());
        if self.screen.reader == Reader::Searching {
            return match cannot.first() {
                Some(first) => format!("`{}` cannot happen.", self.option(first.index)),
                None => "what you have chosen can happen, but that is not all that can.".into(),
            };
        }
        let list = |options: Vec<&WrongOption>| -> String {
            let options = options.into_iter();
            let named = options.map(|option| format!("`{}`", self.option(option.index)));
            named.collect::<Vec<_>>().join(" and ")
        };
        let mut words = Vec::new();
        if !can.is_empty() {
            words.push(format!("{} can happen", list(can)));
        }
        if !cannot.is_empty() {
            words.push(format!("{} cannot happen", list(cannot)));
        }
        format!("{}.", words.join("; "))
    }

    /// What is wrong, in a sentence or two.
    fn title(&self, fault: &Fault) -> String {
        match &fault.kind {
            FaultKind::Rejected { of, problems } => {
                let first = problems.first().map_or("", |problem| &problem.message);
                match of {
                    Of::Answer => format!("this cannot run: {first}."),
                    Of::Given => format!("the given code cannot run: {first}."),
                    Of::Trial => {
                        format!("what runs after your code misses something in it: {first}.")
                    }
                }
            }
            FaultKind::Empty => "there is no code yet.".into(),
            FaultKind::Redefines(name) => format!(
                "your code defines `{name}` anew, which the exercise gives. Choose another name."
            ),
            FaultKind::Problem(finding) => {
                let story = Story::of(finding);
                match story.pattern {
                    Some(pattern) => format!("{} ({pattern}).", story.title),
                    None => format!("{}.", story.title),
                }
            }
            FaultKind::Exhausts { limit, pos } => exhausted(*limit, *pos),
            FaultKind::Check {
                check: Check::Together(function),
                ..
            } if self.is_never_called(function) => format!(
                "nothing in your code calls `{function}`, and it has to be called: two threads must be able \
                 to be inside it at the same time."
            ),
            FaultKind::Check { check, evidence } => unmet(check, evidence),
            FaultKind::PrintsItself { text, line } => format!(
                "line {line} of your code prints `{text}` itself. The exercise's own code prints it, when \
                 it comes to that."
            ),
            FaultKind::Options(options) => self.options(options),
            FaultKind::NoOptions(word) => {
                format!("`{word}` is no option. Answer with the numbers of all that can happen.")
            }
            FaultKind::CannotStep { name, at, able } => match able.as_slice() {
                [] => format!("the run is over before choice {at}, `{name}`."),
                able => format!(
                    "`{name}` cannot go on at choice {at}. Who can: {}.",
                    able.join(", ")
                ),
            },
            FaultKind::Survived(_) => "led like this, the program does not fail.".into(),
            FaultKind::OtherLine { line, side, .. } => match side {
                Side::Before => {
                    format!("behind line {line} the failure can still be avoided.")
                }
                Side::After => {
                    format!("when line {line} is reached, the failure cannot be avoided any more.")
                }
                Side::Nowhere => format!("the run that fails does not come to line {line}."),
            },
            FaultKind::NoLine(word) => {
                format!("`{word}` is no line. Answer with the number of a line.")
            }
            FaultKind::OtherCause { named, finding } => match Reason::named(named) {
                Some(reason) => {
                    let name = reason.names()[0];
                    let against = against(reason, finding);
                    format!("that is not what happens here. Its name would be: {name}. {against}")
                }
                None => format!("`{named}` is none of the causes to choose from."),
            },
        }
    }
}

/// What speaks against a cause that was named: how the run ends, where that is enough, or else what it would have
/// to show. Neither says what the cause is.
fn against(named: Reason, finding: &Finding) -> &'static str {
    let is_true_about_waiting = Reason::of(finding).is_some_and(Reason::is_about_waiting);
    match &finding.problem {
        Problem::Error { .. } | Problem::UnseenError { .. } if named.is_about_waiting() => {
            "But what is wrong in this run is an error, not a wait without an end."
        }
        Problem::Error { .. } | Problem::UnseenError { .. } if named == Reason::Livelock => {
            "But this run ends, with an error."
        }
        Problem::Deadlock(_) if is_true_about_waiting && !named.is_about_waiting() => {
            "But this run gets stuck: look at who waits at its end, and for what."
        }
        Problem::Livelock(_) | Problem::FairLivelock { .. } if named.is_about_waiting() => {
            "But this run does not get stuck: it goes on for ever."
        }
        _ => named.evidence(),
    }
}

/// Whether every run fails, and by the first thread alone: orders of threads have nothing to do with it.
fn is_of_one_thread(finding: &Finding) -> bool {
    let explanation = finding.explanation.as_ref();
    let is_always = explanation.is_some_and(|one| matches!(one.cause, Cause::Always));
    let mut steps = finding.trail.steps.iter();
    let first = steps.next().map(|step| step.decision.choice.task());
    is_always && steps.all(|step| Some(step.decision.choice.task()) == first)
}

/// What is said of a run that takes more than any may.
fn exhausted(limit: Limit, pos: Pos) -> String {
    let place = match pos.input {
        0 if !pos.is_none() => format!(" in line {}", pos.line),
        _ => String::new(),
    };
    let (what, doubt) = match limit {
        Limit::Memory(bytes) => (
            format!("the memory grows beyond {}", size(bytes)),
            "Does something grow for ever, or is something far too large?",
        ),
        Limit::Threads(count) => (
            format!("more than {count} threads are started"),
            "Are threads started without end?",
        ),
        Limit::Output(bytes) => (
            format!("more than {} are printed", size(bytes)),
            "Does something print without end?",
        ),
        Limit::Time(time) => (
            format!("it runs longer than {} s", time.as_secs_f64()),
            "Does something never end?",
        ),
        Limit::Work => (
            "one step takes too long".into(),
            "Is something far too large?",
        ),
    };
    format!("{what}{place}. {doubt}")
}

/// What is said of a condition that does not hold.
fn unmet(check: &Check, evidence: &Evidence) -> String {
    match check {
        Check::AlwaysPrints(line) => format!("a run ends without printing `{line}`."),
        Check::NeverPrints(line) => format!("a run prints `{line}`."),
        Check::CanPrint(line) => {
            format!("no run prints `{line}`, and that must be possible.")
        }
        Check::Together(function) => format!(
            "two threads are never inside `{function}` at the same time: the work is done one after \
             the other."
        ),
        Check::AtMostAtWork(most, function) => format!(
            "{} threads can be inside `{function}` at the same time; at most {most} may be.",
            most + 1
        ),
        Check::AtMostSeconds(most) => {
            let Evidence::Seconds(seconds, ..) = evidence else {
                return format!("it takes longer than {most} s.");
            };
            format!("it takes {seconds:.3} s; at most {most} s are allowed.")
        }
        Check::AtMostThreads(most) => {
            format!("more than {most} threads are started.")
        }
        Check::NoBusyWaiting => match evidence {
            Evidence::State(met) if !met.threads.is_empty() => format!(
                "busy waiting: {} can go round and round while nothing changes.",
                met.threads.join(" and ")
            ),
            _ => "busy waiting: a thread can go round and round while nothing changes.".into(),
        },
        Check::Uses(name) => format!("your code does not use `{name}`."),
        Check::Without(name) => format!("your code uses `{name}`, which it shall do without."),
        Check::MayRace => String::new(),
    }
}
