//! How people meet the program: a command line, a runner of scripts and a prompt.
//!
//! In reading order: `arguments`, the command line as data; `source`, the text to run; `report`, what
//! became of a run in words; `highlight`, code in colours; `prose`, Markdown for a terminal; `printer`,
//! the thread that shows events as they happen; `state`, what is kept in files; `setting`, what a user
//! can set; `lines`, the lines that a script asks for; then the fronts: `lesson` proves lessons, `grade` the
//! answers of a class; `doc` shows the reference, `check` what is wrong with a text, `translate` what a text
//! of Python's is here, `batch` runs a script, `explore` runs it in all ways, again or by hand, and `repl`
//! is the prompt, at which `learn` has lessons taken, those of `course`.
//! They talk to the session only. Only here is anything printed.

pub mod arguments;
mod batch;
mod check;
pub mod course;
mod doc;
mod explore;
pub mod grade;
mod highlight;
pub mod learn;
pub mod lesson;
mod lines;
mod printer;
mod prose;
mod repl;
mod report;
mod setting;
mod source;
mod state;
mod translate;

use std::ffi::OsString;
use std::io::{self, IsTerminal, Write};
use std::process::ExitCode;

use arguments::{Arguments, Command, Task};
use setting::Settings;
use source::Source;

use crate::host::Signal;
use crate::session::{RunLimits, WORKER_ARGUMENT, serve_as_worker};
use crate::view::paint::Paint;
use crate::view::wrap::WIDTH;

/// No report is narrower, and none wider.
const NARROWEST: usize = 40;
const WIDEST: usize = 160;

/// How a process ends, as its exit status says it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Status {
    /// All went well.
    Success,
    /// The script failed: an error that nobody caught, or a deadlock.
    Failure,
    /// The script has asked for this one.
    Asked(u8),
    /// Wrong usage, or a text that cannot run.
    Usage,
    /// Nothing wrong was found, but not everything was seen.
    NotProved,
    /// Ctrl-C.
    Interrupted,
    /// Nobody reads the output any more; the status is that of a program that ended by SIGPIPE.
    Unread,
}

impl From<Status> for ExitCode {
    fn from(status: Status) -> Self {
        Self::from(match status {
            Status::Success => 0,
            Status::Failure => 1,
            Status::Asked(status) => status,
            Status::Usage => 2,
            Status::NotProved => 3,
            Status::Interrupted => Signal::Interrupt.status(),
            Status::Unread => 141,
        })
    }
}

/// The whole program: from the words of the command line to the status to exit with.
pub fn run(words: impl IntoIterator<Item = OsString>) -> ExitCode {
    let words: Vec<OsString> = words.into_iter().collect();
    if words.get(1).is_some_and(|word| word == WORKER_ARGUMENT) {
        return serve().into();
    }
    let mut arguments = match Arguments::from_words(words) {
        Ok(arguments) => arguments,
        Err(error) => {
            // Help and version come this way too, and go to standard output.
            let printed = error.print();
            return match error.use_stderr() {
                true => Status::Usage,
                false => written(printed),
            }
            .into();
        }
    };
    if let Some(file) = &arguments.input {
        match std::fs::read_to_string(file) {
            Ok(text) => arguments.config.input = Some(text.lines().map(String::from).collect()),
            Err(error) => {
                complain(&format!("'{}' cannot be read: {error}", file.display()));
                return Status::Usage.into();
            }
        }
    }
    let command = match &arguments.command {
        Command::Standard if matches!(arguments.task, Task::Run) && io::stdin().is_terminal() => {
            let (settings, notes) = arguments.settings();
            return repl::run(arguments.config, settings, notes, arguments.events, None).into();
        }
        command => command.clone(),
    };
    if let Task::Learn(learn) = &arguments.task {
        let learn = learn.clone();
        return learn::run(
            Arguments {
                command,
                ..arguments
            },
            learn,
        )
        .into();
    }
    match Source::read(command) {
        Ok(source) => {
            let limits = arguments.limits();
            let (config, color) = (arguments.config, arguments.color);
            match arguments.task {
                Task::Run => batch::run(config, limits, &source, color, arguments.events),
                Task::Explore(how) => explore::explore(config, &source, color, &how),
                Task::Mend { write } => explore::mend::run(config, &source, color, write),
                Task::Replay(token) => explore::replay(config, &source, color, &token),
                Task::Step => explore::step(config, &source, color),
                Task::Lesson(task) => lesson::run(&task),
                Task::Grade(grading) => grade::run(&grading),
                Task::Check(as_json) => check::run(config, &source, color, as_json),
                Task::Translate => translate::run(&source, color),
                Task::Doc(doc) => doc::run(&doc, color),
                // Taught above: there is no text to read.
                Task::Learn(_) => Status::Success,
                Task::Write(text) => write_out(&text),
            }
            .into()
        }
        Err(error) => {
            complain(&error.to_string());
            Status::Usage.into()
        }
    }
}

/// Writes something whole to standard output.
fn write_out(text: &[u8]) -> Status {
    written(io::stdout().write_all(text))
}

/// What became of something that was written to standard output, whose last part may still be on its way.
fn written(result: io::Result<()>) -> Status {
    match result.and_then(|()| io::stdout().flush()) {
        Ok(()) => Status::Success,
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Status::Unread,
        Err(error) => {
            complain(&format!("standard output cannot be written: {error}"));
            Status::Failure
        }
    }
}

impl Arguments {
    /// What a run may use that is no input of the prompt.
    fn limits(&self) -> RunLimits {
        let mut settings = Settings::default();
        for (key, value) in &self.settings {
            // What was wrong has been refused.
            let _ = settings.set(key, value);
        }
        settings.limits
    }

    /// What the prompt is set to: by the file, and over that by the command line. Also what is wrong
    /// in the file.
    fn settings(&self) -> (Settings, Vec<String>) {
        let mut settings = Settings::default();
        let file = self.settings_file.clone().or_else(setting::file);
        let mut notes = file.map_or(Vec::new(), |file| settings.read(&file));
        for (key, value) in &self.settings {
            notes.extend(settings.set(key, value).err());
        }
        (settings, notes)
    }
}

/// Runs the tasks of the session that has started this process, until there are no more.
fn serve() -> Status {
    let served = message_output().and_then(|output| serve_as_worker(io::stdin(), output));
    match served {
        Ok(()) => Status::Success,
        Err(error) => {
            complain(&format!("as a worker process: {error}"));
            Status::Usage
        }
    }
}

/// Standard output for messages: without the standard library's buffer, which is made for lines and
/// would cut a message behind each byte that happens to be a line end.
///
/// # Errors
/// When the host does not let it be had a second time.
fn message_output() -> io::Result<impl io::Write + Send> {
    #[cfg(unix)]
    {
        use std::os::fd::AsFd;
        Ok(std::fs::File::from(
            io::stdout().as_fd().try_clone_to_owned()?,
        ))
    }
    #[cfg(not(unix))]
    Ok(io::stdout())
}

/// How wide reports are: as the terminal, as COLUMNS says where there is none, or as they always were.
fn width() -> usize {
    let named = || std::env::var("COLUMNS").ok()?.parse().ok();
    let width = match io::stdout().is_terminal() {
        true => crate::host::terminal_width(),
        false => named(),
    };
    width.unwrap_or(WIDTH).clamp(NARROWEST, WIDEST)
}

/// Says on standard error why nothing can be done.
fn complain(message: &str) {
    let _ = writeln!(io::stderr(), "threadlab: {message}");
}

impl arguments::Color {
    /// Whether to colour what goes to a stream that is a terminal, or not.
    fn paint(self, is_terminal: bool) -> Paint {
        let named = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
        let dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
        match self {
            Self::Always => Paint::Coloured,
            Self::Auto if is_terminal && !dumb && !named("NO_COLOR") => Paint::Coloured,
            Self::Auto | Self::Never => Paint::Plain,
        }
    }
}
