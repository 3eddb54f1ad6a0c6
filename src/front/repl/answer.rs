//! What an input at the prompt is answered.
//!
//! It talks to the session and to the screen, and knows nothing of keys and line editors: a test
//! feeds it lines and reads the screen. What commands do is in the files beside this one. One file, as Enter,
//! Ctrl-C and Ctrl-D are answered from one state; the conversation that tests of the prompt use is here, too.

use std::cell::Cell;
use std::fmt::Write;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use parking_lot::Mutex;

use super::PROMPT;
use super::command;
use super::completion::Offers;
use super::explore::Explored;
use super::keep::Past;
use super::lesson::Lessons;
use super::screen::Screen;
use crate::front::explore::report::number;
use crate::front::explore::stepping::{self, Stepping};
use crate::front::printer::Printer;
use crate::front::report::{self, Quoted};
use crate::front::setting::Settings;
use crate::language::complete::{Missing, is_only_comments};
use crate::session::{Input, InputKind, Outcome, Report, Session, ThreadInfo};
use crate::value::{Value, debug_text};
use crate::view::live::Live;
use crate::view::paint::{Paint, Role};
use crate::view::wrap::{WIDTH, hang};

/// How much of a value is echoed, in characters.
const ECHO: usize = 1000;
/// The thread number of `main`.
pub(super) const MAIN: u64 = 1;

/// What the prompt does next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Flow {
    Stay,
    /// The history takes this text, which has run.
    Recall(String),
    /// It goes on with this text to edit.
    Edit(String),
    Leave,
}

/// A learner's conversation with a session.
pub(super) struct Learner {
    /// A run that is stepped through. Invariant: while there is one, nothing else runs.
    pub(super) stepping: Option<Stepping>,
    pub(super) session: Session,
    pub(super) screen: Arc<Screen>,
    pub(super) printer: Printer,
    pub(super) live: Arc<Mutex<Live>>,
    pub(super) paint: Paint,
    /// Set by Ctrl-C.
    pub(super) stop: Arc<AtomicBool>,
    /// Set while an input runs: then lines of the terminal are for `input`.
    pub(super) is_answering: Arc<AtomicBool>,
    /// What was explored or stepped through last.
    pub(super) explored: Option<Explored>,
    /// The learner was told once which threads still run, and asked to confirm.
    pub(super) leaving: bool,
    /// The learner was told that Ctrl-C once more leaves the lesson.
    is_leaving_lesson: bool,
    /// None before they were asked for.
    pub(super) lessons: Option<Lessons>,
    /// How wide what is said may be, in columns.
    pub(super) columns: usize,
    /// How many rows the terminal has; none without one.
    pub(super) rows: Option<usize>,
    /// A key that was typed while a page was shown, and is the beginning of the next line.
    pub(super) ahead: Cell<Option<char>>,
    /// The inputs since the session began or was reset.
    pub(super) past: Vec<Past>,
    pub(super) settings: Settings,
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
            is_answering: Arc::default(),
            explored: None,
            leaving: false,
            is_leaving_lesson: false,
            lessons: None,
            columns: WIDTH,
            rows: None,
            ahead: Cell::default(),
            past: Vec::new(),
            settings: Settings::default(),
        }
    }

    /// Lets `stop` end a search.
    pub(super) fn stop_by(&mut self, stop: Arc<AtomicBool>) {
        self.stop = stop;
    }

    /// Drops a stop that came too late for the inputs that were answered.
    pub(super) fn forget_stop(&mut self) {
        self.stop.store(false, Ordering::SeqCst);
        self.session.forget_stop();
    }

    pub(super) fn is_stopped(&self) -> bool {
        self.stop.load(Ordering::SeqCst)
    }

    /// What stands before what is typed now.
    pub(super) fn prompt(&self) -> &'static str {
        match self.stepping {
            Some(_) => stepping::PROMPT,
            None => PROMPT,
        }
    }

    /// Says hello, and what is wrong with what was set.
    pub(super) fn greet<'n>(&self, mut notes: impl Iterator<Item = &'n str>) -> io::Result<()> {
        let version = env!("CARGO_PKG_VERSION");
        if !self.settings.quiet {
            let name = format!("threadlab {version}");
            let what = format!("{name}: type code and press Enter; threads print as they run.");
            let what = hang("", &what, self.columns);
            let rest = what.strip_prefix(&name).unwrap_or_default();
            let more = ":learn lists the lessons, :help the commands, Ctrl-D leaves.";
            let more = hang("", more, self.columns);
            self.say(&format!(
                "{}{rest}{more}",
                self.paint.text(Role::Heading, &name)
            ))?;
        }
        notes.try_for_each(|note| self.say_wrapped(&format!("note: {note}")))
    }

    /// What Tab offers of this session.
    pub(super) fn offers(&self) -> Offers {
        let threads = self.background().into_iter().map(|thread| thread.name);
        Offers::new(
            self.session.scope(),
            self.session.functions(),
            threads.collect(),
            self.lesson_names(),
        )
    }

    /// How many columns and rows the terminal has.
    pub(super) fn set_size(&mut self, columns: usize, rows: usize) {
        self.columns = columns.min(WIDTH);
        self.rows = Some(rows);
    }

    /// Answers what was typed or pasted at once, one after the other. Blocks while it runs. Ctrl-C ends
    /// the one that runs, and those behind it do not begin.
    pub(super) fn answer_all(&mut self, inputs: &[String]) -> io::Result<Flow> {
        let mut flow = Flow::Stay;
        for (index, input) in inputs.iter().enumerate() {
            if index > 0 && self.is_stopped() {
                let left = match inputs.len() - index {
                    1 => "The input behind it has".into(),
                    count => format!("The {count} inputs behind it have"),
                };
                self.say(&format!("{left} not run. Up brings back what was typed.\n"))?;
                break;
            }
            if !input.trim_start().starts_with(":record") {
                self.screen.record_input(input);
            }
            match self.answer(input)? {
                Flow::Stay => {}
                recall @ Flow::Recall(_) => flow = recall,
                other => return Ok(other),
            }
        }
        Ok(flow)
    }

    /// An input that was still open has ended.
    pub(super) fn dropped(&mut self, missing: Option<&Missing>) -> io::Result<Flow> {
        let why = match missing {
            Some(missing) => format!("{missing}, so nothing has run"),
            None => "Nothing has run".into(),
        };
        self.say_wrapped(&format!("{why}. Up brings the input back.\n"))?;
        Ok(Flow::Stay)
    }

    /// A line that begins with a word that goes on with something, which `has_run` or is not there.
    pub(super) fn orphan(&mut self, word: &str, has_run: bool) -> io::Result<Flow> {
        let head = match word {
            "catch" => "try",
            _ => "if",
        };
        self.say_wrapped(&match has_run {
            true => format!(
                "`{word}` belongs to an `{head}`, and that one has already run. Up brings both back as \
                 one input; type `{word}` behind the closing `}}` next time.\n"
            ),
            false => format!(
                "`{word}` belongs to `{head}`, and none stands before it. Up brings the line back.\n"
            ),
        })?;
        Ok(Flow::Stay)
    }

    /// Answers what was typed. Blocks while it runs.
    pub(super) fn answer(&mut self, text: &str) -> io::Result<Flow> {
        let line = text.trim();
        self.is_leaving_lesson = false;
        if self.stepping.is_some() {
            self.step_on(line)?;
            return Ok(Flow::Stay);
        }
        if self.choose_lesson(line)? || self.answer_exercise(line)? {
            return Ok(Flow::Stay);
        }
        if line.is_empty() {
            return self.enter();
        }
        if self.is_in_lesson() && line == "q" && !self.is_known("q") {
            self.leave_lesson()?;
            return Ok(Flow::Stay);
        }
        if line.starts_with(':') {
            return match command::parse(line) {
                Ok(command) => self.obey(command),
                Err(answer) => {
                    self.say_wrapped(&format!("{answer}\n"))?;
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
        let since = self.past.len();
        let flow = match self.in_python(text) {
            Some(translation) => self.run_python(text, &translation)?,
            None => {
                self.run(text, None)?;
                Flow::Stay
            }
        };
        self.follow_lesson(since)?;
        Ok(flow)
    }

    /// Ctrl-C at the prompt. What it was meant for may have ended a moment before, so that a lesson is left
    /// only by a second one.
    pub(super) fn interrupted(&mut self, half_typed: bool) -> io::Result<Flow> {
        let is_second = std::mem::take(&mut self.is_leaving_lesson);
        if half_typed {
            return Ok(Flow::Stay);
        }
        if self.stepping.take().is_some() {
            self.say_wrapped("You have left the run; the variables are what they were.\n")?;
            return Ok(Flow::Stay);
        }
        if self.stop_background()? {
            return Ok(Flow::Stay);
        }
        match (self.is_in_lesson(), is_second) {
            (true, true) => self.leave_lesson()?,
            (true, false) => {
                self.is_leaving_lesson = true;
                self.say_wrapped("Nothing is running. Ctrl-C once more leaves the lesson.\n")?;
            }
            (false, _) => self.say_wrapped("Nothing is running. Ctrl-D or :quit leaves.\n")?,
        }
        Ok(Flow::Stay)
    }

    /// Ctrl-D or `:quit`.
    pub(super) fn leave(&mut self) -> io::Result<Flow> {
        if self.stepping.take().is_some() {
            self.say_wrapped("You have left the run; the variables are what they were.\n")?;
            return Ok(Flow::Stay);
        }
        let running = self.background();
        if running.is_empty() || self.leaving {
            return Ok(Flow::Leave);
        }
        self.leaving = true;
        let names = names_of(&running);
        self.say_wrapped(&format!(
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

    /// Says a paragraph, in lines that fit the screen.
    pub(super) fn say_wrapped(&self, text: &str) -> io::Result<()> {
        self.say(&hang("", text, self.columns))
    }

    pub(super) fn is_known(&self, name: &str) -> bool {
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
    pub(super) fn background(&self) -> Vec<ThreadInfo> {
        let mut threads = self.session.threads();
        threads.retain(|thread| thread.number != MAIN);
        threads
    }

    pub(super) fn stop_background(&mut self) -> io::Result<bool> {
        self.printer.drop_flood();
        let stopped = self.session.stop_background();
        self.printer.catch_up();
        self.say_what_was_dropped()?;
        if stopped.is_empty() {
            return Ok(false);
        }
        self.say(&format!("Stopped: {}.\n", names_of(&stopped)))?;
        Ok(true)
    }

    /// Runs an input and says what became of it. `name` is what its text is called; without one it
    /// is numbered. Says whether it came to its end.
    pub(super) fn run(&mut self, text: &str, name: Option<&str>) -> io::Result<bool> {
        let numbered = format!("input {}", self.session.inputs() + 1);
        let name = name.unwrap_or(&numbered);
        let crowded = !self.background().is_empty();
        self.live.lock().begin_input(crowded);
        self.is_answering.store(true, Ordering::SeqCst);
        let report = self.session.run(Input {
            name,
            text,
            kind: InputKind::Prompt,
        });
        self.is_answering.store(false, Ordering::SeqCst);
        self.printer.catch_up();
        self.say_what_was_dropped()?;
        let told = self.tell(&report, Quoted { name, text });
        self.say(&told)?;
        let has_ended = matches!(
            report,
            Report::Ran {
                outcome: Outcome::Value(_),
                ..
            }
        );
        self.past.push(Past {
            name: name.into(),
            text: text.into(),
            has_run: matches!(report, Report::Ran { .. }),
            has_ended,
            is_undone: false,
        });
        Ok(has_ended)
    }

    /// Says how many lines of a flood were dropped when it was stopped.
    pub(super) fn say_what_was_dropped(&self) -> io::Result<()> {
        match self.printer.end_dropping() {
            0 => Ok(()),
            1 => self.say("1 line dropped\n"),
            lines => self.say(&format!("{} lines dropped\n", number(lines))),
        }
    }

    pub(super) fn tell(&self, report: &Report, quoted: Quoted<'_>) -> String {
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

    pub(super) fn tell_outcome(&self, outcome: &Outcome, quoted: Quoted<'_>) -> String {
        let (session, paint) = (&self.session, self.paint);
        match outcome {
            Outcome::Value(value) => echo(value),
            // Main's error was shown when it happened.
            Outcome::Failed(_) => String::new(),
            Outcome::Interrupted(threads) => report::interrupted(threads, session, quoted, paint),
            Outcome::Deadlock(threads) => report::deadlock(threads, session, quoted, paint),
        }
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
pub(super) fn shorten(text: &str, limit: usize) -> String {
    match text.char_indices().nth(limit) {
        None => text.into(),
        Some((end, _)) => format!("{} ... ({} characters)", &text[..end], text.chars().count()),
    }
}

pub(super) fn names_of(threads: &[ThreadInfo]) -> String {
    let names: Vec<&str> = threads.iter().map(|thread| thread.name.as_str()).collect();
    names.join(", ")
}
#[cfg(test)]
pub(super) mod tests {
    use super::super::screen::tests::Page;
    use super::*;
    use crate::front::course::Course;
    use crate::lesson::progress::Store;
    use crate::session::{Config, Scheduler};

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
            input: None,
            readable: Vec::new(),
            worker_executable: None,
        };
        let session = Session::new(config, stream.clone());
        let live = Arc::new(Mutex::new(Live::new(Paint::Plain)));
        let sink = super::super::Above {
            screen: screen.clone(),
            live: live.clone(),
            stream: stream.clone(),
            log: None,
        };
        let printer = Printer::start(stream, sink, || {}).unwrap();
        let mut learner = Learner::new(session, screen, printer, live, Paint::Plain);
        // What a test does of the lessons is nobody's progress.
        learner.lessons = Some(Lessons::new(Course::own(), Store::default(), None));
        (learner, page)
    }

    /// Feeds lines to a conversation; gives what the screen shows after each.
    pub(in crate::front::repl) fn converse(lines: &[&str]) -> Vec<String> {
        let (mut learner, page) = learner();
        let answer = |line: &&str| {
            learner.answer_all(&[line.to_string()]).unwrap();
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
    fn a_deadlock_in_the_background_is_told_once() {
        let line = "let t1 = spawn(|| { with p { sleep(0.2); with q {} } }); let t2 = \
                    spawn(|| { with q { sleep(0.2); with p {} } });";
        check(&format!(
            "> let p = Lock(); let q = Lock();\n> {line}\n\
             deadlock: these threads wait for ever\n  \
             Thread-1, line 1, column 47 of input 2: waits for the Lock `q` made in line\n    \
             1, column 25, held by Thread-2 since input 2, line 1\n     1 | ...(|| {{ with p {{ \
             sleep(0.2); with q {{}} }} }}); let t2 = spawn(|| {{ ...\n  \
             Thread-2, line 1, column 104 of input 2: waits for the Lock `p` made in line\n    \
             1, column 9, held by Thread-1 since input 2, line 1\n     1 | ...{{}} }} }}); let t2 = \
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
    fn lists_equal_arrays_and_dicts_equal_maps_that_hold_the_same() {
        check(
            "> let l = list([1, list([2])]); let d = dict(); d[\"a\"] = l;\n\
             > [l == [1, [2]], [1, [2]] == l, [[1, [2]]] == [l], l == [1, 2], l == [1], l != [1, [2]]]\n\
             [true, true, true, false, false, false]\n\
             > [d == #{a: [1, [2]]}, #{a: l} == d, d == #{b: l}, d == #{}, d == [l], deque([1]) == [1]]\n\
             [true, true, false, false, false, false]\n\
             > let me = list(); me.append([me]); me == [me]\ntrue\n",
        );
    }

    #[test]
    fn unit_is_never_echoed_and_long_values_are_cut() {
        assert_eq!(echo(&Value::Unit), "");
        assert_eq!(echo(&Value::from("a")), "\"a\"\n");
        let long = echo(&Value::from("é".repeat(5000)));
        assert!(long.ends_with(" ... (5002 characters)\n"), "{long}");
    }
}
