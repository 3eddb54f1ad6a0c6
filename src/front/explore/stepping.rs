//! A run that the learner leads: who goes on is chosen one step at a time, and a failure is what one
//! looks for.
//!
//! Lines in, text out: the command line reads them from standard input, the prompt hands over what
//! is typed. Going back means going forward again from the beginning.

use std::fmt::Write;

use super::report;
use crate::event::Kind;
use crate::explore::{
    Act, Choice, Decision, Draw, Outcome, Problem, Step, Trail, Walk, came_through, intent, tell,
};
use crate::front::report::doing;
use crate::front::state;
use crate::session::{Rehearsal, ThreadInfo};
use crate::value::object::TaskId;
use crate::view::paint::{Paint, Role};
use crate::view::story::Story;
use crate::view::wrap::{cut, hang};

/// How wide a line of code is beside what its thread is about to do, and from which width on there is room
/// for both.
const QUOTED: usize = 32;
const WIDE: usize = 70;
/// How many threads and variables are shown, so that all fits 24 lines.
const THREADS: usize = 9;
const VARIABLES: usize = 6;
/// How many steps `r` does at most.
const RUN: usize = 10_000;
/// How much private work `r` does at most, in the machine's fuel: a thread that goes round for ever
/// shall not keep the learner waiting.
const WORK: u64 = 50_000_000;

/// What is asked before each choice.
pub(in crate::front) const PROMPT: &str = "step> ";

const HELP: &str = "\
A number lets that thread do its next step; Enter the same one again.
u takes the last step back, r runs on to the end without pausing anybody,
? shows this, q leaves. You have won when the program fails.
";

/// See the head of the file.
pub(in crate::front) struct Stepping {
    rehearsal: Rehearsal,
    /// What to type to replay a run, with `TOKEN` where its token stands; empty where none can be.
    replay: String,
    paint: Paint,
    /// How wide everything is, in characters.
    width: usize,
    decisions: Vec<Decision>,
    /// Who went last, by the number to type.
    last: Option<u64>,
    /// Whether the run, as it stands, has ended in a failure.
    has_failed: bool,
}

/// What a line is answered.
pub(in crate::front) struct Answer {
    /// To be shown.
    pub(in crate::front) text: String,
    /// Whether the learner has left.
    pub(in crate::front) is_over: bool,
}

impl Stepping {
    /// Begins, before the first step that can be chosen; the text is to be shown.
    pub(in crate::front) fn begin(
        rehearsal: Rehearsal,
        replay: String,
        paint: Paint,
        width: usize,
    ) -> (Self, String) {
        let mut stepping = Self {
            rehearsal,
            replay,
            paint,
            width,
            decisions: Vec::new(),
            last: None,
            has_failed: false,
        };
        // What main does before it comes to anything that others notice is nobody's choice.
        let (mut trail, walk) = stepping.stand();
        if let [only] = *walk.choices() {
            trail.advance(walk, only, &[]);
        }
        if trail.interruption.is_none() {
            stepping.decisions = trail.decisions();
        }
        let shown = format!("{HELP}\n{}", stepping.screen(0, &[]));
        (stepping, shown)
    }

    /// Whether the run, as it stands, has ended in a failure.
    pub(in crate::front) fn has_failed(&self) -> bool {
        self.has_failed
    }

    /// Leads the run to where it stands.
    fn stand(&mut self) -> (Trail, &mut Walk) {
        let walk = self.rehearsal.walk();
        let trail = Trail::follow(walk, &self.decisions);
        (trail, walk)
    }

    /// Does what a line asks for.
    pub(in crate::front) fn answer(&mut self, line: &str) -> Answer {
        let mut is_over = false;
        let text = match line.trim() {
            "q" | ":q" | ":quit" => {
                is_over = true;
                String::new()
            }
            "?" | "h" | "help" => HELP.into(),
            "u" => self.undo(),
            "r" => self.run_on(),
            "" => match self.same_again() {
                Some(choice) => self.step(choice),
                None if self.has_ended() => {
                    is_over = true;
                    String::new()
                }
                None => "Who? Type the number of a thread; ? for help.\n".into(),
            },
            word => match self.named(word) {
                Ok(choice) => self.step(choice),
                Err(why) => why,
            },
        };
        Answer { text, is_over }
    }

    /// Whether no thread can go on.
    fn has_ended(&mut self) -> bool {
        let (_, walk) = self.stand();
        walk.choices().is_empty()
    }

    /// The choice that Enter stands for: the thread that went last, or the only one.
    fn same_again(&mut self) -> Option<Choice> {
        let last = self.last;
        let (_, walk) = self.stand();
        let choices = walk.choices();
        let same = choices.iter().find(|c| Some(number(**c)) == last);
        match (same, choices) {
            (Some(same), _) => Some(*same),
            (None, [only]) => Some(*only),
            _ => None,
        }
    }

    fn named(&mut self, word: &str) -> Result<Choice, String> {
        let (_, walk) = self.stand();
        let choices = walk.choices();
        if choices.is_empty() {
            return Err("The run has ended. u takes a step back, Enter leaves.\n".into());
        }
        let named = word.parse().ok();
        let found = choices
            .iter()
            .find(|choice| Some(number(**choice)) == named);
        found.copied().ok_or_else(|| {
            let numbers: Vec<String> = choices.iter().map(|c| number(*c).to_string()).collect();
            let all = numbers.join(", ");
            format!("`{word}` cannot go on now. Choose from: {all}; ? for help.\n")
        })
    }

    fn step(&mut self, choice: Choice) -> String {
        let (mut trail, walk) = self.stand();
        let before = tell(&trail, None).len();
        let drawn = trail.advance(walk, choice, &[]);
        if let Some(why) = trail.interruption {
            return format!("What becomes of this step is {}.\n", report::left(why));
        }
        self.decisions = trail.decisions();
        self.last = Some(number(choice));
        self.screen(before, &drawn)
    }

    fn undo(&mut self) -> String {
        // The first step was nobody's choice.
        if self.decisions.len() <= 1 {
            return "This is the beginning.\n".into();
        }
        self.decisions.pop();
        self.last = self
            .decisions
            .last()
            .map(|decision| number(decision.choice));
        self.screen(usize::MAX, &[])
    }

    /// Goes on as if nobody interrupted: the thread of the last step as long as it can, then the
    /// first one that can.
    fn run_on(&mut self) -> String {
        let mut last = self.last;
        let (mut trail, walk) = self.stand();
        let before = tell(&trail, None).len();
        let mut drawn = Vec::new();
        let begin = walk.work();
        for _ in 0..RUN {
            if walk.work() - begin > WORK {
                break;
            }
            let choices = walk.choices();
            let same = choices.iter().find(|c| Some(number(**c)) == last);
            let Some(choice) = same.or_else(|| choices.first()).copied() else {
                break;
            };
            drawn.extend(trail.advance(walk, choice, &[]));
            if trail.interruption.is_some() {
                break;
            }
            last = Some(number(choice));
        }
        self.decisions = trail.decisions();
        if trail.interruption.is_some() {
            self.decisions.pop();
        }
        self.last = last;
        self.screen(before, &drawn)
    }

    /// Everything at a glance: what was just done, the threads, the variables; or the end.
    /// `before` is how much had been told before.
    fn screen(&mut self, before: usize, drawn: &[Draw]) -> String {
        let (paint, width) = (self.paint, self.width);
        self.has_failed = false;
        let (trail, walk) = self.stand();
        let mut out = String::new();
        let acts = tell(&trail, None);
        let new = acts.get(before.min(acts.len())..).unwrap_or_default();
        done(&mut out, new, paint, width);
        if before < usize::MAX && new.is_empty() {
            // Such a step is told elsewhere only by the name that it gives to a lock.
            let step = trail.steps.last();
            if let Some(Kind::Read { place, .. }) = step.and_then(Step::operation).map(|t| &t.kind)
            {
                let _ = writeln!(
                    out,
                    "  {} looks up {place}",
                    trail.steps[trail.steps.len() - 1].name
                );
            }
        }
        if !drawn.is_empty() {
            out += "  A random number was asked for: here it is always 0.\n";
        }
        if let Some(end) = walk.end() {
            let outcome = Outcome::of(walk, end);
            out += &self.ending(&trail, &outcome);
            return out;
        }
        if new.iter().any(|act| act.is_bad) {
            let won = paint.text(Role::Prompt, "You have made it fail!");
            let _ = writeln!(out, "{won} r runs on to the end and tells the story.");
        }
        let _ = writeln!(out, "{}", paint.text(Role::Faint, &"-".repeat(width - 1)));
        threads(&mut out, walk, &trail, paint, width);
        variables(&mut out, walk, width);
        out
    }

    fn ending(&mut self, trail: &Trail, outcome: &Outcome) -> String {
        let paint = self.paint;
        let mut out = String::from("\n");
        let token = state::shown(&self.rehearsal.token_of(trail));
        let problem = Problem::of(outcome).into_iter().next();
        self.has_failed = problem.is_some();
        match problem {
            Some(problem) => {
                let explanation = self.rehearsal.explain_run(&problem, &trail.decisions());
                let story = Story::explained(&problem, explanation.as_deref());
                let won = paint.text(Role::Prompt, "You have made it fail!");
                let title = hang("You have made it fail! ", &story.title, self.width);
                out += &won;
                out += title
                    .strip_prefix("You have made it fail!")
                    .unwrap_or(&title);
                out += &report::story_text(&story, self.width);
            }
            None => {
                let _ = writeln!(
                    out,
                    "The run has ended well: {}. Another order may not: u takes steps back, Enter leaves.",
                    report::end(outcome)
                );
            }
        }
        if !self.replay.is_empty() {
            let command = self.replay.replacen("TOKEN", &token, 1);
            let _ = writeln!(out, "  replay it: {}", paint.text(Role::Heading, &command));
        }
        out
    }
}

/// The number to type for a choice: main is 0, `Thread-1` is 1.
fn number(choice: Choice) -> u64 {
    choice.task().0 - 1
}

/// What was just done, at most a few lines of it.
fn done(out: &mut String, acts: &[Act], paint: Paint, width: usize) {
    const MOST: usize = 8;
    let skipped = acts.len().saturating_sub(MOST);
    if skipped > 0 {
        let _ = writeln!(out, "  ... {}", report::plural(skipped, "more step"));
    }
    for act in &acts[skipped..] {
        out.push_str("  ");
        paint.write(out, Role::Thread(act.thread), &act.name);
        let room = width.saturating_sub(act.name.chars().count() + 3);
        let words = cut(&act.words, room);
        let role = if act.is_bad {
            Role::Error
        } else {
            Role::Heading
        };
        out.push(' ');
        paint.write(out, role, &words);
        out.push('\n');
    }
}

/// Each thread: the number to type, its name, its line, what it is about to do or waits for.
fn threads(out: &mut String, walk: &Walk, trail: &Trail, paint: Paint, columns: usize) {
    let infos = walk.threads();
    let names = infos.iter().map(|info| info.name.chars().count());
    let width = names.max().unwrap_or(0).min(16);
    for info in infos.iter().take(THREADS) {
        let choice = walk
            .choices()
            .iter()
            .find(|choice| choice.task().0 == info.number);
        let key = match choice {
            Some(choice) => number(*choice).to_string(),
            None => "-".into(),
        };
        let name = format!("{:<width$}", cut(&info.name, width));
        let quoted = walk.source_line(TaskId(info.number));
        let used = 5 + width + 2;
        let is_wide = columns >= WIDE;
        let room = if is_wide {
            QUOTED
        } else {
            columns.saturating_sub(used)
        };
        let quoted = cut(&format!("{:>3}| {quoted}", info.pos.at().short()), room);
        let _ = write!(out, " {key:>2}  ");
        paint.write(out, Role::Thread(info.number), &name);
        let words = about(info, choice.copied(), walk, trail);
        if is_wide {
            let words = cut(&words, columns.saturating_sub(used + QUOTED + 2));
            let _ = writeln!(out, "  {quoted:<QUOTED$}  {words}");
        } else {
            let _ = writeln!(out, "  {quoted}");
            *out += &hang("       ", &words, columns);
        }
    }
    if infos.len() > THREADS {
        let more = report::plural(infos.len() - THREADS, "more thread");
        let _ = writeln!(out, "     ... and {more}");
    }
}

fn about(info: &ThreadInfo, choice: Option<Choice>, walk: &Walk, trail: &Trail) -> String {
    let name = came_through(trail, info.number);
    let waits = match &name {
        Some(name) if !info.held_by.is_empty() => {
            let holders: Vec<&str> = info.held_by.iter().map(|(holder, _)| &**holder).collect();
            format!("waits for {name}, held by {}", holders.join(" and "))
        }
        _ => doing(info),
    };
    match choice {
        Some(Choice::Step(task)) => match walk.standing_before(task) {
            Some(visible) => format!("will {}", intent(&visible, name.as_deref())),
            None => "goes on".into(),
        },
        Some(Choice::Time(_)) if info.waits_for.is_empty() => "sleeps; its time may end".into(),
        Some(Choice::Time(_)) => format!("{waits}; its time may end"),
        None => waits,
    }
}

/// The shared variables, each on a line, and who holds what.
fn variables(out: &mut String, walk: &Walk, width: usize) {
    let shared: Vec<_> = walk
        .variables()
        .into_iter()
        .filter(|shared| shared.name != "args")
        .collect();
    for variable in shared.iter().take(VARIABLES) {
        let mut words = format!("{} = {}", variable.name, variable.value);
        if !variable.held_by.is_empty() {
            let holders: Vec<&str> = variable.held_by.iter().map(|name| &**name).collect();
            let _ = write!(words, ", held by {}", holders.join(" and "));
        }
        *out += &hang("     ", &cut(&words, width - 5), width);
    }
    if shared.len() > VARIABLES {
        let more = report::plural(shared.len() - VARIABLES, "more variable");
        let _ = writeln!(out, "     ... and {more}");
    }
}
