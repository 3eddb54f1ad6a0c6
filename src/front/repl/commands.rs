//! What commands do that has no file of its own: settings, lists, threads, help. One file, as it is the list
//! of all commands, with the short ones in place.

use std::fmt::Write;
use std::io;

use super::answer::{Flow, Learner, MAIN, names_of, shorten};
use super::command::{COMMANDS, Command, SCHEDULERS, SeedChoice};
use super::explore;
use super::mode;
use crate::front::doc;
use crate::front::report::{self, Quoted};
use crate::front::setting::{self, SETTINGS, Setting, Settings};
use crate::session::{Input, InputKind, Scheduler, ThreadInfo};
use crate::view::paint::{Paint, Role};
use crate::view::wrap::{WIDTH, hang};

/// How much of a variable's value `:vars` shows, in characters.
const GLANCE: usize = 60;
/// The types that a thread can hold, or wait for while others do.
const LOCKS: [&str; 9] = [
    "Lock",
    "RLock",
    "Semaphore",
    "BoundedSemaphore",
    "Condition",
    "Barrier",
    "Event",
    "RwLock",
    "Latch",
];

impl Learner {
    /// Puts into effect what was set before the prompt began.
    pub(super) fn set_up(&mut self, settings: Settings) -> io::Result<()> {
        self.settings = settings;
        for setting in &SETTINGS {
            let value = self.settings.get(setting.key);
            // The session begins with its scheduler and seed.
            if !matches!(setting.key, "scheduler" | "seed") {
                self.set(setting.key, &value)?;
            }
        }
        Ok(())
    }

    /// Runs the script that each prompt begins with.
    pub(super) fn begin_with_script(&mut self) -> io::Result<()> {
        match self.settings.init.clone() {
            Some(file) => self.load(&file),
            None => Ok(()),
        }
    }

    /// `:set`: a key, or all keys with their values.
    fn set_command(&mut self, key: Option<&str>, value: Option<&str>) -> io::Result<()> {
        let shown = |settings: &Settings, setting: &Setting, columns| {
            let head = format!("{:<14}{:<9} ", setting.key, settings.get(setting.key));
            let what = format!("{}: {}", setting.what, setting.values);
            match columns < 60 {
                true => format!("{}\n{}", head.trim_end(), hang("    ", &what, columns)),
                false => hang(&head, &what, columns),
            }
        };
        let Some(key) = key else {
            let mut out = String::new();
            for setting in &SETTINGS {
                out += &shown(&self.settings, setting, self.columns);
            }
            if let Some(file) = setting::file() {
                let file = format!(
                    "What shall hold for each prompt stands in {}.",
                    file.display()
                );
                out += &hang("", &file, self.columns);
            }
            return self.say(&out);
        };
        let setting = SETTINGS.iter().find(|setting| setting.key == key);
        match (value, setting) {
            (None, Some(setting)) => self.say(&shown(&self.settings, setting, self.columns)),
            (value, _) => match self.settings.set(key, value.unwrap_or_default()) {
                Err(problem) => self.say(&format!("{problem}\n")),
                Ok(()) => {
                    let value = self.settings.get(key);
                    self.set(key, &value)?;
                    self.say(&format!("{key}: {value}\n"))
                }
            },
        }
    }

    /// Has a value of the settings take effect. What the line editor does is set with its next line.
    fn set(&mut self, key: &str, value: &str) -> io::Result<()> {
        match key {
            "scheduler" => {
                self.stop_background()?;
                self.session.set_scheduler(self.settings.scheduler);
            }
            "seed" => self.session.set_seed(self.settings.seed),
            "color" | "screen-reader" => {
                self.paint = match self.settings.screen_reader {
                    true => Paint::Plain,
                    false => self.settings.color.paint(mode::is_terminal()),
                };
                self.live.lock().set_paint(self.paint);
                self.screen.set_patient(self.settings.screen_reader);
            }
            "max-memory" | "max-threads" | "max-output" | "max-seconds" => {
                self.session.set_limits(self.settings.limits);
            }
            "gutter" => self.live.lock().set_gutter(self.settings.gutter),
            _ => debug_assert!(SETTINGS.iter().any(|setting| setting.key == key), "{value}"),
        }
        Ok(())
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

    /// Does what a command says.
    pub(super) fn obey(&mut self, command: Command) -> io::Result<Flow> {
        if command == Command::Quit {
            return self.leave();
        }
        self.leaving = false;
        match command {
            Command::Quit => {}
            Command::Help(None) => self.page(&help(self.paint, self.columns))?,
            Command::Help(Some(name)) => self.page(&help_on(&name, self.paint, self.columns))?,
            Command::Doc(None) => self.page(&doc::overview(self.paint, self.columns))?,
            Command::Doc(Some(name)) => self.page(&doc_on(&name, self.paint, self.columns))?,
            Command::Apropos(word) => {
                let list = doc::apropos(&word, self.paint, self.columns);
                self.page(&match list.is_empty() {
                    true => format!("No page mentions `{word}`.\n"),
                    false => list,
                })?;
            }
            Command::Threads => self.say(&self.threads(WIDTH))?,
            Command::WatchThreads => self.watch()?,
            Command::Kill(name) => self.kill(&name)?,
            Command::Wait(name) => self.wait(name.as_deref())?,
            Command::Locks => self.locks()?,
            Command::Variables => self.variables()?,
            Command::Reset => {
                self.stop_background()?;
                self.session.reset();
                self.forget_steps();
                self.explored = None;
                self.past.clear();
                self.say("All variables and functions are forgotten.\n")?;
            }
            Command::Load(file) => self.load(&file)?,
            Command::Save { file, replace } => self.save(&file, replace)?,
            Command::History(count) => self.history(count)?,
            Command::Record(file) => self.record(file.as_deref())?,
            Command::Undo => self.undo()?,
            Command::Edit(None) if self.edit_exercise()? => {}
            Command::Edit(which) => return self.edit(which.as_deref()),
            Command::Time(code) => self.time(&code)?,
            Command::Bench(code) => self.bench(&code)?,
            Command::Compare(code) => self.compare(code.as_deref())?,
            Command::Scheduler(None) => {
                let name = scheduler_name(self.session.scheduler());
                self.say(&format!("scheduler: {name} (parallel, gil or seeded)\n"))?;
            }
            Command::Scheduler(Some(scheduler)) => {
                self.set_command(Some("scheduler"), Some(scheduler_name(scheduler)))?;
            }
            Command::Set { key, value } => self.set_command(key.as_deref(), value.as_deref())?,
            Command::Seed(choice) => self.seed(choice)?,
            Command::Explore(what) => self.explore(&what)?,
            Command::Mend(what) => self.mend(&what)?,
            Command::Replay(token) => self.replay(token.as_deref())?,
            Command::Step(what) => self.step(&what)?,
            Command::Tutorial(name) => self.tutorial(name.as_deref())?,
            Command::Learn(name) => self.learn(name.as_deref())?,
            Command::Lesson(command) => return self.lesson_command(command),
        }
        Ok(Flow::Stay)
    }

    /// `:vars`: variables with type, value and the threads that can change them; functions.
    fn variables(&self) -> io::Result<()> {
        let mut out = String::new();
        for variable in self.session.variables() {
            // Every session has it; without arguments it would only be in the way.
            if variable.is_constant && variable.name == "args" && variable.text == "[]" {
                continue;
            }
            let word = if variable.is_constant { "const" } else { "let" };
            let text = shorten(&variable.text, GLANCE);
            let shared = match &variable.shared_with[..] {
                [] => String::new(),
                threads => format!(", shared with {}", threads.join(", ")),
            };
            let _ = writeln!(
                out,
                "{word} {} = {text}  ({}{shared})",
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

    fn threads(&self, width: usize) -> String {
        thread_table(&self.session.threads(), width.min(self.columns), self.paint)
    }

    /// `:threads watch`: the table in its place, until a key or Ctrl-C.
    fn watch(&mut self) -> io::Result<()> {
        if self.rows.is_none() {
            return self.say(&self.threads(WIDTH));
        }
        let mut shown = Ok(());
        mode::key(|| {
            let hint = "A key or Ctrl-C ends this list.\n";
            shown = self.screen.set_foot(&(self.threads(WIDTH) + hint));
            let is_stopped = self.is_stopped();
            shown.is_ok() && !is_stopped && !self.background().is_empty()
        });
        shown?;
        self.screen.set_foot("")?;
        self.say(&self.threads(WIDTH))
    }

    /// Says much, a screen at a time where a person looks at one.
    pub(super) fn page(&self, text: &str) -> io::Result<()> {
        let lines: Vec<&str> = text.lines().collect();
        let rows = self.rows.unwrap_or(usize::MAX).max(6);
        let is_read_whole = self.settings.screen_reader || !mode::is_terminal();
        if lines.len() < rows || is_read_whole {
            return self.say(text);
        }
        let pages = lines.chunks(rows - 2);
        let count = pages.len();
        for (index, page) in pages.enumerate() {
            self.say(&(page.join("\n") + "\n"))?;
            if index + 1 == count {
                break;
            }
            self.screen
                .set_foot("-- Space or Enter shows more, q ends --\n")?;
            let key = mode::key(|| !self.is_stopped());
            self.screen.set_foot("")?;
            match key {
                Some(b' ' | b'\r' | b'\n') => {}
                // Who types on has read enough.
                Some(key) if key.is_ascii_graphic() && key != b'q' => {
                    self.ahead.set(Some(key.into()));
                    break;
                }
                _ => break,
            }
        }
        Ok(())
    }

    /// `:kill`: stops one thread; it leaves its `with` blocks.
    fn kill(&mut self, name: &str) -> io::Result<()> {
        let stopped = self.session.stop_named(name);
        self.printer.catch_up();
        if !stopped.is_empty() {
            return self.say(&format!("Stopped: {}.\n", names_of(&stopped)));
        }
        let running = self.background();
        self.say(&match running.is_empty() {
            true => format!("There is no thread {name}: none runs besides main.\n"),
            false => format!(
                "There is no thread {name}; there are {}.\n",
                names_of(&running)
            ),
        })
    }

    /// `:wait`: until the thread of this name has ended, or all that are no daemons. Ctrl-C ends the
    /// waiting and stops them.
    fn wait(&mut self, name: Option<&str>) -> io::Result<()> {
        let running = self.background();
        if let Some(name) = name
            && !running.iter().any(|thread| thread.name == name)
        {
            return self.say(&format!("There is no thread {name} that runs.\n"));
        }
        let text = match name {
            // Strings show themselves as they are written.
            Some(name) => format!("for t in threads() {{ if t.name == {name:?} {{ t.join(); }} }}"),
            None => String::new(),
        };
        let kind = match name {
            Some(_) => InputKind::Prompt,
            // A script ends when all its threads have.
            None => InputKind::Script,
        };
        let report = self.session.run(Input {
            name: ":wait",
            text: &text,
            kind,
        });
        self.printer.catch_up();
        let told = self.tell(
            &report,
            Quoted {
                name: ":wait",
                text: &text,
            },
        );
        self.say(&told)?;
        let left = self.background();
        self.say(&match left.is_empty() {
            true => "No thread runs any more.\n".into(),
            false => format!("Still running: {}.\n", names_of(&left)),
        })
    }

    /// `:locks`: what can be held, and who waits for what.
    fn locks(&self) -> io::Result<()> {
        let mut out = String::new();
        let variables = self.session.variables();
        for variable in &variables {
            if LOCKS.contains(&variable.type_name.as_str()) {
                let text = shorten(&variable.text, GLANCE);
                let _ = writeln!(out, "{}  {text}", variable.name);
            }
        }
        for thread in self.session.threads() {
            if !thread.waits_for.is_empty() && thread.number != MAIN {
                let head = format!("{}  ", thread.name);
                out += &hang(&head, &report::doing(&thread), self.columns.min(WIDTH));
            }
        }
        if out.is_empty() {
            out = "No variable holds a lock, and no thread waits.\n".into();
        }
        self.say(&out)
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
        self.settings.seed = set;
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
}

fn scheduler_name(scheduler: Scheduler) -> &'static str {
    SCHEDULERS
        .iter()
        .find(|(_, known)| *known == scheduler)
        .map_or("", |(name, _)| name)
}
fn help(paint: Paint, width: usize) -> String {
    let mut out = String::new();
    let operands = COMMANDS.iter().map(|entry| entry.operand.chars().count());
    let operand = operands.max().unwrap_or(0) + 1;
    for entry in &COMMANDS {
        let head = format!("{:<12}{:<operand$}", entry.name, entry.operand);
        // Where two columns have no room, what a command does stands below it.
        let lines = match width < 60 {
            true => format!("{}\n{}", head.trim_end(), hang("    ", entry.what, width)),
            false => hang(&head, entry.what, width),
        };
        out += &paint.text(Role::Prompt, entry.name);
        out += &lines[entry.name.len()..];
    }
    out.push('\n');
    for line in [
        "Ctrl-C stops what runs, or drops a half-typed input. Tab completes names, F1 shows what the \
         name at the cursor means.",
        "What is open goes on on the next line; an empty line ends it. Alt-Enter does what Enter does \
         not: it runs what is open, or begins a line in what is complete.",
    ] {
        out += &hang("", line, width);
    }
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
/// Name, state, line and what it waits for, a thread a line.
fn thread_table(threads: &[ThreadInfo], columns: usize, paint: Paint) -> String {
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
        let lines = hang(&head, &facts.join(", "), columns);
        paint.write(&mut out, Role::Thread(thread.number), &name);
        out += lines.strip_prefix(&name).unwrap_or(&lines).trim_end();
        out.push('\n');
    }
    if threads.is_empty() {
        out.push_str("main is here, and no other thread.\n");
    }
    out
}
