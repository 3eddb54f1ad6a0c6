//! What an input or a command at the prompt is answered.
//!
//! It talks to the session and to the screen, and knows nothing of keys and line editors: a test
//! feeds it lines and reads the screen.

use std::fmt::Write;
use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use parking_lot::Mutex;

use super::PROMPT;
use super::command::{self, COMMANDS, Command, SCHEDULERS, SeedChoice};
use super::completion::Offers;
use super::explore::{self, Explored};
use super::screen::Screen;
use crate::front::doc;
use crate::front::explore::stepping::{self, Stepping};
use crate::front::highlight::highlight;
use crate::front::printer::Printer;
use crate::front::report::{self, Quoted};
use crate::front::source::{Source, SourceError};
use crate::host::Clock;
use crate::language::complete::{Missing, is_only_comments};
use crate::lesson::tutorial::{self, Progress, Section};
use crate::session::{Input, InputKind, Outcome, Report, Scheduler, Session, ThreadInfo};
use crate::value::{Value, debug_text};
use crate::view::live::Live;
use crate::view::paint::{Paint, Role};
use crate::view::wrap::{WIDTH, hang};

/// How much of a value is echoed, in characters.
const ECHO: usize = 1000;
/// How much of a variable's value `:vars` shows, in characters.
const GLANCE: usize = 60;
/// The thread number of `main`.
const MAIN: u64 = 1;

/// Whether the prompt goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Flow {
    Stay,
    Leave,
}

/// A learner's conversation with a session.
pub(super) struct Learner {
    /// A run that is stepped through. Invariant: while there is one, nothing else runs.
    pub(super) stepping: Option<Stepping>,
    pub(super) session: Session,
    screen: Arc<Screen>,
    printer: Printer,
    live: Arc<Mutex<Live>>,
    pub(super) paint: Paint,
    /// Set by Ctrl-C.
    pub(super) stop: Arc<AtomicBool>,
    /// What was explored or stepped through last.
    pub(super) explored: Option<Explored>,
    /// The learner was told once which threads still run, and asked to confirm.
    leaving: bool,
    lesson: Option<Lesson>,
    /// How wide what is said may be, in columns.
    columns: usize,
}

/// A section of the tutorial that is being read.
struct Lesson {
    section: Section,
    step: usize,
    /// What was typed of the step's code so far.
    typed: String,
}

impl Learner {
    /// A conversation that begins. The printer shows the session's events on the screen.
    pub(super) fn new(
        session: Session,
        screen: Arc<Screen>,
        printer: Printer,
        live: Arc<Mutex<Live>>,
        paint: Paint,
    ) -> Self {
        Self {
            stepping: None,
            session,
            screen,
            printer,
            live,
            paint,
            stop: Arc::default(),
            explored: None,
            leaving: false,
            lesson: None,
            columns: WIDTH,
        }
    }

    /// Lets whoever sets `stop` end a search.
    pub(super) fn stop_by(&mut self, stop: Arc<AtomicBool>) {
        self.stop = stop;
    }

    /// What stands before what is typed now.
    pub(super) fn prompt(&self) -> &'static str {
        match self.stepping {
            Some(_) => stepping::PROMPT,
            None => PROMPT,
        }
    }

    /// Says hello.
    pub(super) fn greet(&self, warning: Option<&str>) -> io::Result<()> {
        let version = env!("CARGO_PKG_VERSION");
        let name = self
            .paint
            .text(Role::Heading, &format!("threadlab {version}"));
        self.say(&format!(
            "{name}: type code and press Enter; threads print as they run.\n\
             :tutorial begins the lessons, :help lists the commands, Ctrl-D leaves.\n"
        ))?;
        match warning {
            Some(warning) => self.say(&format!("note: {warning}\n")),
            None => Ok(()),
        }
    }

    /// What Tab offers of this session.
    pub(super) fn offers(&self) -> Offers {
        Offers {
            variables: self.session.scope(),
            functions: self.session.functions(),
            threads: (self.background().into_iter())
                .map(|thread| thread.name)
                .collect(),
        }
    }

    /// How wide the terminal is, in columns.
    pub(super) fn set_columns(&mut self, columns: usize) {
        self.columns = columns.min(WIDTH);
    }

    /// Answers what was typed or pasted at once, one after the other. Blocks while it runs.
    pub(super) fn answer_all(&mut self, inputs: &[String]) -> io::Result<Flow> {
        for input in inputs {
            if self.answer(input)? == Flow::Leave {
                return Ok(Flow::Leave);
            }
        }
        Ok(Flow::Stay)
    }

    /// An input that was still open has ended.
    pub(super) fn dropped(&mut self, missing: Option<&Missing>) -> io::Result<Flow> {
        let why = match missing {
            Some(missing) => format!("{missing}, so nothing has run"),
            None => "nothing has run".into(),
        };
        self.say(&format!("{why}. Up brings the input back.\n"))?;
        Ok(Flow::Stay)
    }

    /// A line that goes on with something that has run.
    pub(super) fn orphan(&mut self, word: &str) -> io::Result<Flow> {
        let head = match word {
            "catch" => "try",
            _ => "if",
        };
        self.say(&format!(
            "`{word}` belongs to an `{head}`, and the input before has already run. Up brings both \
             back as one input; type `{word}` behind the closing `}}` next time.\n"
        ))?;
        Ok(Flow::Stay)
    }

    /// Answers what was typed. Blocks while it runs.
    pub(super) fn answer(&mut self, text: &str) -> io::Result<Flow> {
        let line = text.trim();
        if self.stepping.is_some() {
            self.step_on(line)?;
            return Ok(Flow::Stay);
        }
        if line.is_empty() {
            return self.enter();
        }
        if self.lesson.is_some() && line == "q" && !self.is_known("q") {
            self.lesson = None;
            self.say("The tutorial waits: :tutorial lists its sections.\n")?;
            return Ok(Flow::Stay);
        }
        if line.starts_with(':') {
            return match command::parse(line) {
                Ok(command) => self.obey(command),
                Err(answer) => {
                    self.say(&format!("{answer}\n"))?;
                    Ok(Flow::Stay)
                }
            };
        }
        if let Some(command) = command::plain_word(line, |name| self.is_known(name)) {
            return self.obey(command);
        }
        self.leaving = false;
        if is_only_comments(text) {
            return match text.trim_start().starts_with('#') {
                true => self
                    .say("A comment begins with // here.\n")
                    .map(|()| Flow::Stay),
                false => Ok(Flow::Stay),
            };
        }
        self.run(text, None)?;
        self.follow_lesson(text)?;
        Ok(Flow::Stay)
    }

    /// Ctrl-C at the prompt.
    pub(super) fn interrupted(&mut self, half_typed: bool) -> io::Result<Flow> {
        if half_typed {
            return Ok(Flow::Stay);
        }
        if self.stepping.take().is_some() {
            self.say("You have left the run; the variables are what they were.\n")?;
            return Ok(Flow::Stay);
        }
        if self.lesson.take().is_some() {
            self.say("The tutorial waits: :tutorial lists its sections.\n")?;
            return Ok(Flow::Stay);
        }
        let stopped = self.stop_background()?;
        if !stopped {
            self.say("Nothing is running. Ctrl-D or :quit leaves.\n")?;
        }
        Ok(Flow::Stay)
    }

    /// Ctrl-D or `:quit`.
    pub(super) fn leave(&mut self) -> io::Result<Flow> {
        if self.stepping.take().is_some() {
            self.say("You have left the run; the variables are what they were.\n")?;
            return Ok(Flow::Stay);
        }
        let running = self.background();
        if running.is_empty() || self.leaving {
            return Ok(Flow::Leave);
        }
        self.leaving = true;
        let names = names_of(&running);
        self.say(&format!(
            "Still running: {names}. Once more stops them and leaves.\n"
        ))?;
        Ok(Flow::Stay)
    }

    /// Stops what still runs and shows what it printed.
    pub(super) fn end(mut self) -> io::Result<()> {
        self.stepping = None;
        self.session.stop_background();
        drop(self.session);
        self.printer.finish()
    }

    pub(super) fn say(&self, lines: &str) -> io::Result<()> {
        self.screen.show(lines)
    }

    fn is_known(&self, name: &str) -> bool {
        self.session
            .scope()
            .iter()
            .any(|variable| variable.name == name)
            || self.session.functions().iter().any(|function| {
                function
                    .split('(')
                    .next()
                    .is_some_and(|function| function == name)
            })
    }

    /// The threads that run besides `main`.
    fn background(&self) -> Vec<ThreadInfo> {
        let mut threads = self.session.threads();
        threads.retain(|thread| thread.number != MAIN);
        threads
    }

    fn stop_background(&mut self) -> io::Result<bool> {
        let stopped = self.session.stop_background();
        self.printer.catch_up();
        if stopped.is_empty() {
            return Ok(false);
        }
        self.say(&format!("Stopped: {}.\n", names_of(&stopped)))?;
        Ok(true)
    }

    /// Runs an input and says what became of it. `name` is what its text is called; without one it
    /// is numbered. Says whether it came to its end.
    fn run(&mut self, text: &str, name: Option<&str>) -> io::Result<bool> {
        let numbered = format!("input {}", self.session.inputs() + 1);
        let name = name.unwrap_or(&numbered);
        let crowded = !self.background().is_empty();
        self.live.lock().begin_input(crowded);
        let report = self.session.run(Input {
            name,
            text,
            kind: InputKind::Prompt,
        });
        self.printer.catch_up();
        let told = self.tell(&report, Quoted { name, text });
        self.say(&told)?;
        Ok(matches!(
            report,
            Report::Ran {
                outcome: Outcome::Value(_),
                ..
            }
        ))
    }

    fn tell(&self, report: &Report, quoted: Quoted<'_>) -> String {
        let (outcome, warnings, notices) = match report {
            Report::Rejected(problems) => {
                return report::diagnostics(problems, quoted, self.paint);
            }
            Report::Ran {
                outcome,
                warnings,
                notices,
            } => (outcome, warnings, notices),
        };
        let mut told = report::diagnostics(warnings, quoted, self.paint);
        told += &self.tell_outcome(outcome, quoted);
        for notice in notices {
            let _ = writeln!(told, "note: {notice}");
        }
        told
    }

    fn tell_outcome(&self, outcome: &Outcome, quoted: Quoted<'_>) -> String {
        let (session, paint) = (&self.session, self.paint);
        match outcome {
            Outcome::Value(value) => echo(value),
            // Main's error was shown when it happened.
            Outcome::Failed(_) => String::new(),
            Outcome::Interrupted(threads) => report::interrupted(threads, session, quoted, paint),
            Outcome::Deadlock(threads) => report::deadlock(threads, session, quoted, paint),
        }
    }

    /// Runs the latest episode once more under a seed, if there is one, and shows what comes of it.
    fn rerun(&mut self, seed: u64) -> io::Result<()> {
        let Some(episode) = self.session.episodes().next() else {
            return Ok(());
        };
        let texts = match self.session.select(episode) {
            Ok(texts) => texts,
            Err(why) => return self.say(&explore::not_selected(why)),
        };
        let headline = format!("{} again, under seeded:\n", texts.title);
        let (screen, live) = (&self.screen, &self.live);
        let mut shown = Ok(());
        let outcome = self.session.rerun(&texts, seed, || {
            shown = screen.show(&headline);
            live.lock().begin_input(false);
        });
        shown?;
        let outcome = match outcome {
            Ok(outcome) => outcome,
            Err(obstacle) => return self.say(&explore::blocked(obstacle)),
        };
        self.printer.catch_up();
        let (name, text) = texts.last();
        let told = self.tell_outcome(&outcome, Quoted { name, text });
        self.say(&told)?;
        self.say("The variables are what they were.\n")
    }

    fn obey(&mut self, command: Command) -> io::Result<Flow> {
        if command == Command::Quit {
            return self.leave();
        }
        self.leaving = false;
        match command {
            Command::Quit => {}
            Command::Help(None) => self.say(&help(self.paint))?,
            Command::Help(Some(name)) => self.say(&help_on(&name, self.paint, self.columns))?,
            Command::Doc(None) => self.say(&doc::overview(self.paint, self.columns))?,
            Command::Doc(Some(name)) => self.say(&doc_on(&name, self.paint, self.columns))?,
            Command::Apropos(word) => {
                let list = doc::apropos(&word, self.paint, self.columns);
                self.say(&match list.is_empty() {
                    true => format!("No page mentions `{word}`.\n"),
                    false => list,
                })?;
            }
            Command::Threads => self.say(&thread_table(&self.session.threads(), self.paint))?,
            Command::Variables => self.variables()?,
            Command::Reset => {
                self.stop_background()?;
                self.session.reset();
                self.explored = None;
                self.say("All variables and functions are forgotten.\n")?;
            }
            Command::Load(file) => self.load(&file)?,
            Command::Save { file, replace } => self.save(&file, replace)?,
            Command::Time(code) => {
                let clock = Clock::start();
                self.run(&code, None)?;
                let took = seconds(clock.elapsed().as_secs_f64());
                self.say(&format!("took {took}\n"))?;
            }
            Command::Scheduler(None) => {
                let name = scheduler_name(self.session.scheduler());
                self.say(&format!("scheduler: {name} (parallel, gil or seeded)\n"))?;
            }
            Command::Scheduler(Some(scheduler)) => {
                self.stop_background()?;
                self.session.set_scheduler(scheduler);
                self.say(&format!("scheduler: {}\n", scheduler_name(scheduler)))?;
            }
            Command::Seed(choice) => self.seed(choice)?,
            Command::Explore(what) => self.explore(&what)?,
            Command::Replay(token) => self.replay(token.as_deref())?,
            Command::Step(what) => self.step(&what)?,
            Command::Tutorial(None) => self.say(&table_of_sections(self.paint))?,
            Command::Tutorial(Some(name)) => self.begin_lesson(&name)?,
        }
        Ok(Flow::Stay)
    }

    fn variables(&self) -> io::Result<()> {
        let mut out = String::new();
        for variable in self.session.variables() {
            // Every session has it; without arguments it would only be in the way.
            if variable.is_constant && variable.name == "args" && variable.text == "[]" {
                continue;
            }
            let word = if variable.is_constant { "const" } else { "let" };
            let text = shorten(&variable.text, GLANCE);
            let _ = writeln!(
                out,
                "{word} {} = {text}  ({})",
                variable.name, variable.type_name
            );
        }
        for function in self.session.functions() {
            let _ = writeln!(out, "fn {function}");
        }
        if out.is_empty() {
            out = "No variables yet. `let x = 1;` makes one.\n".into();
        }
        self.say(&out)
    }

    fn load(&mut self, file: &Path) -> io::Result<()> {
        match Source::from_file(file) {
            Ok(source) => self.run(&source.text, Some(&source.name)).map(drop),
            Err(SourceError::Missing { name }) => self.say(&format!(
                "there is no file '{name}'\n  Look at its spelling, and at the folder you started in.\n"
            )),
            Err(error) => self.say(&format!("{error}\n")),
        }
    }

    fn save(&self, file: &Path, replace: bool) -> io::Result<()> {
        let inputs = self.session.accepted();
        let name = file.display();
        if inputs.is_empty() {
            return self.say("There is nothing to save yet.\n");
        }
        let mut text = String::new();
        for input in &inputs {
            text.push_str(&ended(input));
            text.push('\n');
        }
        let written = if replace {
            fs::write(file, &text)
        } else {
            let made = OpenOptions::new().write(true).create_new(true).open(file);
            made.and_then(|mut made| made.write_all(text.as_bytes()))
        };
        self.say(&match written {
            Ok(()) => format!("Saved. `threadlab {name}` runs it.\n"),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                format!("'{name}' is there already. `:save! {name}` replaces it.\n")
            }
            Err(error) => format!("'{name}' cannot be written: {error}\n"),
        })
    }

    fn seed(&mut self, choice: Option<SeedChoice>) -> io::Result<()> {
        let set = match choice {
            None => {
                return self.say(&match self.session.seed() {
                    Some(seed) => format!("seed: {seed}\n"),
                    None => "No run has used a seed yet; gil and seeded do.\n".into(),
                });
            }
            Some(SeedChoice::Fixed(seed)) => Some(seed),
            Some(SeedChoice::Drawn) => None,
        };
        self.session.set_seed(set);
        let mut said = match set {
            Some(seed) => format!("seed: {seed} for all further runs\n"),
            None => "seed: each run draws its own\n".into(),
        };
        if set.is_some() && self.session.scheduler() == Scheduler::Parallel {
            said += "Under parallel the cores decide: choose `:scheduler seeded` to repeat runs.\n";
        }
        self.say(&said)?;
        match set {
            Some(seed) => self.rerun(seed),
            None => Ok(()),
        }
    }

    fn begin_lesson(&mut self, name: &str) -> io::Result<()> {
        let mut sections = tutorial::sections();
        let number = name
            .parse()
            .ok()
            .and_then(|number: usize| number.checked_sub(1));
        let found = number
            .filter(|index| *index < sections.len())
            .or_else(|| sections.iter().position(|section| section.name == name));
        let Some(index) = found else {
            let list = table_of_sections(self.paint);
            return self.say(&format!("There is no section `{name}`.\n{list}"));
        };
        let section = sections.swap_remove(index);
        let title = self.paint.text(Role::Heading, section.title);
        self.say(&format!("{title}\n\n"))?;
        self.lesson = Some(Lesson {
            section,
            step: 0,
            typed: String::new(),
        });
        self.show_step()
    }

    /// Shows the step at which the lesson is, and ends the lesson after the last.
    fn show_step(&mut self) -> io::Result<()> {
        let Some(lesson) = &self.lesson else {
            return Ok(());
        };
        let mut out = String::new();
        if let Some(step) = lesson.section.steps.get(lesson.step) {
            let is_last = lesson.step + 1 == lesson.section.steps.len();
            let _ = writeln!(out, "{}\n", step.prose);
            for line in highlight(&step.code, None, self.paint).lines() {
                let _ = writeln!(out, "{line}");
            }
            let hint = if !step.code.is_empty() {
                "\n[Type it, or press Enter to run it; q leaves the tutorial]"
            } else {
                "[Press Enter to go on; q leaves the tutorial]"
            };
            if !(is_last && step.code.is_empty()) {
                let _ = writeln!(out, "{}", self.paint.text(Role::Faint, hint));
                return self.say(&out);
            }
        }
        out += "[End of this section; :tutorial lists all]\n";
        self.lesson = None;
        self.say(&out)
    }

    /// Enter on an empty line: in a lesson it runs the code that is shown.
    fn enter(&mut self) -> io::Result<Flow> {
        let Some(lesson) = &self.lesson else {
            return Ok(Flow::Stay);
        };
        let code = lesson.section.steps[lesson.step].code.clone();
        let (name, step) = (lesson.section.name, lesson.step + 1);
        if code.is_empty() || self.run(&code, Some(&format!("{name}, step {step}")))? {
            self.next_step()?;
        }
        Ok(Flow::Stay)
    }

    /// After an input in a lesson: goes on when it was the last of the step's code.
    fn follow_lesson(&mut self, text: &str) -> io::Result<()> {
        let Some(lesson) = &mut self.lesson else {
            return Ok(());
        };
        lesson.typed.push_str(text);
        lesson.typed.push('\n');
        match lesson.section.steps[lesson.step].progress(&lesson.typed) {
            Progress::Done => self.next_step(),
            Progress::Begun => Ok(()),
            Progress::Elsewhere => {
                lesson.typed.clear();
                Ok(())
            }
        }
    }

    fn next_step(&mut self) -> io::Result<()> {
        if let Some(lesson) = &mut self.lesson {
            lesson.step += 1;
            lesson.typed.clear();
        }
        self.say("\n")?;
        self.show_step()
    }
}

/// The line that shows an input's value; none for `()`.
fn echo(value: &Value) -> String {
    if value.is_unit() {
        return String::new();
    }
    shorten(&debug_text(value), ECHO) + "\n"
}

/// `text`, or its beginning and how long it is.
fn shorten(text: &str, limit: usize) -> String {
    match text.char_indices().nth(limit) {
        None => text.into(),
        Some((end, _)) => format!("{} ... ({} characters)", &text[..end], text.chars().count()),
    }
}

pub(super) fn names_of(threads: &[ThreadInfo]) -> String {
    let names: Vec<&str> = threads.iter().map(|thread| thread.name.as_str()).collect();
    names.join(", ")
}

fn scheduler_name(scheduler: Scheduler) -> &'static str {
    SCHEDULERS
        .iter()
        .find(|(_, known)| *known == scheduler)
        .map_or("", |(name, _)| name)
}

fn seconds(seconds: f64) -> String {
    match seconds {
        s if s < 1e-3 => format!("{:.0} us", s * 1e6),
        s if s < 1.0 => format!("{:.1} ms", s * 1e3),
        s => format!("{s:.2} s"),
    }
}

fn help(paint: Paint) -> String {
    let mut out = String::new();
    for entry in &COMMANDS {
        let head = format!("{:<12}", entry.name);
        let head = paint.text(Role::Prompt, &head);
        let _ = writeln!(out, "{head}{:<10}{}", entry.operand, entry.what);
    }
    out += "\nCtrl-C stops what runs, or drops a half-typed input. Tab completes names.\n\
            An open bracket continues the input on the next line.\n";
    out
}

/// What a command or a name of the library means.
fn help_on(name: &str, paint: Paint, columns: usize) -> String {
    let command = format!(":{}", name.trim_start_matches(':'));
    match COMMANDS.iter().find(|entry| entry.name == command) {
        // `:time` and `time()` are two things.
        Some(entry) => {
            let head = format!("{} {}", entry.name, entry.operand);
            let about = format!("{}: {}\n{}", head.trim_end(), entry.what, entry.more);
            about + doc::page(name, paint, columns).unwrap_or_default().as_str()
        }
        None => doc_on(name, paint, columns),
    }
}

/// What a name of the library means.
fn doc_on(name: &str, paint: Paint, columns: usize) -> String {
    doc::page(name, paint, columns).unwrap_or_else(|error| error + "\n")
}

fn table_of_sections(paint: Paint) -> String {
    let mut out = String::new();
    for (index, section) in tutorial::sections().iter().enumerate() {
        let name = paint.text(Role::Prompt, &format!("{:<10}", section.name));
        let _ = writeln!(out, "{}  {name}{}", index + 1, section.title);
    }
    out += "`:tutorial threads` begins the first one.\n";
    out
}

/// Name, state, line and what it waits for, a thread a line.
fn thread_table(threads: &[ThreadInfo], paint: Paint) -> String {
    let width = threads
        .iter()
        .map(|thread| thread.name.chars().count())
        .max()
        .unwrap_or(0);
    let mut out = String::new();
    for thread in threads {
        let name = format!("{:<width$}", thread.name);
        let mut facts = Vec::new();
        if !thread.pos.is_none() {
            facts.push(format!("line {} of {}", thread.pos.line, thread.input));
        }
        if !thread.waits_for.is_empty() {
            facts.push(report::doing(thread));
        }
        if thread.daemon {
            facts.push("(daemon)".into());
        }
        // Colours take no room, so the name comes to its place when the lines are made.
        let head = format!("{name}  {:<8}  ", thread.state);
        let lines = hang(&head, &facts.join(", "), WIDTH);
        paint.write(&mut out, Role::Thread(thread.number), &name);
        out += lines.strip_prefix(&name).unwrap_or(&lines).trim_end();
        out.push('\n');
    }
    if threads.is_empty() {
        out.push_str("main is here, and no other thread.\n");
    }
    out
}

/// The text of an input, ended so that another may follow it in a file: what ended with its line at
/// the prompt needs a `;` there.
fn ended(input: &str) -> String {
    const BLOCKS: [&str; 9] = [
        "fn", "for", "if", "loop", "private", "switch", "try", "while", "with",
    ];
    let text = input.trim_end();
    let first: &str = text.split_whitespace().next().unwrap_or_default();
    let last_line = text.lines().next_back().unwrap_or_default();
    if last_line.contains("//") {
        // The `;` must not become part of a comment. One too many is no mistake.
        format!("{text}\n;")
    } else if text.ends_with(';') || (text.ends_with('}') && BLOCKS.contains(&first)) {
        text.into()
    } else {
        format!("{text};")
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::super::screen::tests::Page;
    use super::*;
    use crate::session::Config;

    /// A conversation, and what shows it.
    pub(in crate::front::repl) fn learner() -> (Learner, Page) {
        let page = Page::default();
        let screen = Arc::new(Screen::new(Box::new(page.clone()), None));
        let stream = Arc::new(crate::event::Stream::new());
        let config = Config {
            scheduler: Scheduler::Seeded,
            seed: Some(1),
            workers: None,
            args: Vec::new(),
            worker_executable: None,
        };
        let session = Session::new(config, stream.clone());
        let live = Arc::new(Mutex::new(Live::new(Paint::Plain)));
        let sink = super::super::Above {
            screen: screen.clone(),
            live: live.clone(),
            paint: Paint::Plain,
            log: None,
        };
        let printer = Printer::start(stream, sink, || {}).unwrap();
        let learner = Learner::new(session, screen, printer, live, Paint::Plain);
        (learner, page)
    }

    /// Feeds lines to a conversation; gives what the screen shows after each.
    pub(in crate::front::repl) fn converse(lines: &[&str]) -> Vec<String> {
        let (mut learner, page) = learner();
        let answer = |line: &&str| {
            learner.answer(line).unwrap();
            page.take()
        };
        lines.iter().map(answer).collect()
    }

    /// Feeds lines to a conversation; each line is followed by what the screen shows.
    #[track_caller]
    pub(in crate::front::repl) fn check(script: &str) {
        let (mut learner, page) = learner();
        let mut seen = String::new();
        for line in script.lines().filter_map(|line| line.strip_prefix("> ")) {
            let flow = learner.answer(&line.replace("\\n", "\n")).unwrap();
            seen += &format!("> {line}\n{}", page.take());
            if flow == Flow::Leave {
                seen += "(left)\n";
            }
        }
        assert_eq!(seen, script);
    }

    #[test]
    fn saved_inputs_can_stand_one_after_the_other() {
        let cases = [
            ("let a = 1", "let a = 1;"),
            ("let a = 1;  ", "let a = 1;"),
            ("fn f() { 1 }", "fn f() { 1 }"),
            ("let m = #{a: 1}", "let m = #{a: 1};"),
            ("5 // 2", "5 // 2\n;"),
        ];
        for (input, expected) in cases {
            assert_eq!(ended(input), expected);
        }
    }

    #[test]
    fn values_are_echoed_and_variables_live_on() {
        check(
            "> let a = 1;\n> a + 1\n2\n> \"x\"\n\"x\"\n> fn f(x) { x * a }\n> f(21);\n21\n\
             > :vars\nlet a = 1  (i64)\nfn f(x)\n> :reset\nAll variables and functions are \
             forgotten.\n> :vars\nNo variables yet. `let x = 1;` makes one.\n",
        );
    }

    #[test]
    fn wrong_commands_are_answered_with_the_right_ones() {
        check(
            "> :treads\nthere is no command :treads; did you mean :threads?\n\
             > :scheduler\nscheduler: seeded (parallel, gil or seeded)\n\
             > :seed\nseed: 1\n> :seed 5\nseed: 5 for all further runs\n\
             > :load nope\nthere is no file 'nope'\n  Look at its spelling, and at the folder you \
             started in.\n> :quit now\n:quit takes nothing: type :quit\n\
             > :help vars\n:vars: the variables and functions of this session\n> exit\n(left)\n",
        );
    }

    #[test]
    fn doc_says_what_a_name_means() {
        check(
            "> :doc active_count\nactive_count()\n  How many threads have started and not ended.\n  \
             gives  an integer\n  waits  never\n  example\n    print(active_count());\n  prints\n    1\n\
             > :doc slep\nthere is no `slep`; did you mean `sleep`?\n\
             > :help Barrier.abrt\nthere is no `Barrier.abrt`; did you mean `Barrier.abort`?\n",
        );
    }

    #[test]
    fn an_error_shows_its_line_even_in_an_earlier_input() {
        check(
            "> fn f(x) { 1 / x }\n> f(0)\nerror: Division by zero: 1 / 0\n --> input 1:1:13\n  |\n\
             1 | fn f(x) { 1 / x }\n  |             ^\n  |\n  = note: in f, called from line 1, \
             column 1\n  = help: look at the divisor first: `if b != 0 { a / b }`\n",
        );
    }

    #[test]
    fn only_what_ended_with_a_value_is_saved() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a.rhai");
        let name = file.display();
        check(&format!(
            "> let a = 1;\n> throw ()\n{}> :save {name}\nSaved. `threadlab {name}` runs it.\n",
            "error: \n --> input 2:1:1\n  |\n1 | throw ()\n  | ^\n"
        ));
        assert_eq!(fs::read_to_string(&file).unwrap(), "let a = 1;\n");
    }

    #[test]
    fn a_deadlock_in_the_background_is_told_once() {
        let line = "let t1 = spawn(|| { with p { sleep(0.2); with q {} } }); let t2 = \
                    spawn(|| { with q { sleep(0.2); with p {} } });";
        check(&format!(
            "> let p = Lock(); let q = Lock();\n> {line}\n\
             deadlock: these threads wait for ever\n  \
             Thread-1, line 1, column 47 of input 2: waits for the Lock `q` made in line\n    \
             1, column 25, held by Thread-2 since line 1\n     1 | ...(|| {{ with p {{ \
             sleep(0.2); with q {{}} }} }}); let t2 = spawn(|| {{ wi...\n  \
             Thread-2, line 1, column 104 of input 2: waits for the Lock `p` made in line\n    \
             1, column 9, held by Thread-1 since line 1\n     1 | ...{{}} }} }}); let t2 = \
             spawn(|| {{ with q {{ sleep(0.2); with p {{}} }} }});\n\
             note: Ctrl-C on an empty line stops them\nnote: virtual time: 0.2 s skipped\n> 1 + 1\n2\n"
        ));
    }

    #[test]
    fn a_thread_without_an_end_stands_still_between_inputs() {
        let notes = "note: virtual time: 1001 s skipped\nnote: Thread-1 goes on and on; it stands \
                     still until the next input\n";
        check(&format!(
            "> let t = spawn(|| {{ loop {{ sleep(1); }} }});\n{notes}> 1 + 1\n2\n{notes}"
        ));
    }

    #[test]
    fn unit_is_never_echoed_and_long_values_are_cut() {
        assert_eq!(echo(&Value::Unit), "");
        assert_eq!(echo(&Value::from("a")), "\"a\"\n");
        let long = echo(&Value::from("é".repeat(5000)));
        assert!(long.ends_with(" ... (5002 characters)\n"), "{long}");
    }

    #[test]
    fn durations_have_a_unit_that_fits() {
        assert_eq!(seconds(0.000_012), "12 us");
        assert_eq!(seconds(0.0125), "12.5 ms");
        assert_eq!(seconds(1.5), "1.50 s");
    }
}
