//! Running a whole script: its output on standard output, all else on standard error.

use std::collections::VecDeque;
use std::fs::File;
use std::io::{self, BufWriter, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use super::arguments::Color;
use super::lines::StandardInput;
use super::printer::{Printer, Sink};
use super::report::{self, Quoted};
use super::source::Source;
use super::{Status, complain};
use crate::event::{Event, Kind, Stream, json};
use crate::host::{self, Signal};
use crate::language::python;
use crate::session::{Config, Input, InputKind, Language, Outcome, Report, RunLimits, Session};
use crate::view::deadlock;
use crate::view::live::failure_line;
use crate::view::paint::{Paint, Role};

/// How much output is gathered before it is written.
const BLOCK: usize = 1 << 16;
/// How long a script that was asked to stop may take; it should need a few milliseconds.
const PATIENCE: Duration = Duration::from_secs(3);

/// Runs a script to its end. Blocks for as long as that takes.
pub(super) fn run(
    config: Config,
    limits: RunLimits,
    source: &Source,
    color: Color,
    events: Option<PathBuf>,
) -> Status {
    let paint = color.paint(io::stderr().is_terminal());
    let stream = Arc::new(Stream::new());
    let log = match events.as_deref().map(open_log).transpose() {
        Ok(log) => log,
        Err(status) => return status,
    };
    stream.set_detailed(log.is_some());
    let mut session = Session::new(config, stream.clone());
    session.set_limits(limits);
    session.read_lines_from(StandardInput::default());
    session.set_language(source.language());
    let stopper = session.stopper();
    let stop = stopper.clone();
    let sink = Streams {
        out: Vec::with_capacity(BLOCK),
        name: source.name.clone(),
        paint,
        is_shared: io::stdout().is_terminal() && io::stderr().is_terminal(),
        is_open: false,
        log,
    };
    let printer = match Printer::start(stream, sink, move || stop.stop()) {
        Ok(printer) => printer,
        Err(error) => {
            complain(&format!("no thread for the output: {error}"));
            return Status::Failure;
        }
    };
    let asked = AtomicBool::new(false);
    // Where signals cannot be had, Ctrl-C ends the process without a report.
    let _ = host::on_signal(move |signal| {
        let again = asked.swap(true, Ordering::Relaxed);
        if again || signal != Signal::Interrupt {
            host::exit_by(signal);
        }
        // Even a script that cannot be stopped ends, at once when asked again.
        let last_resort = move || {
            std::thread::sleep(PATIENCE);
            host::exit_by(signal)
        };
        let _ = std::thread::Builder::new()
            .name("last resort".into())
            .spawn(last_resort);
        stopper.stop();
    });

    let input = Input {
        name: &source.name,
        text: &source.text,
        kind: InputKind::Script,
    };
    let mut report = session.run(input);
    if let Report::Rejected(_) = report
        && source.may_be_python()
        && python::translate(&source.text, &python::nothing_earlier)
            .is_ok_and(|text| text.problems.is_empty())
    {
        session.set_language(Language::Python);
        report = session.run(input);
    }
    let shown = printer.finish();
    let quoted = Quoted {
        name: &source.name,
        text: &source.text,
    };
    match shown {
        Ok(()) => {}
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => return Status::Unread,
        Err(error) => {
            complain(&format!("the output cannot be written: {error}"));
            return Status::Failure;
        }
    }
    let (text, status) = tell(&report, &session, quoted, paint);
    let _ = io::stderr().write_all(text.as_bytes());
    status
}

/// The file for `--events`, made anew.
pub(super) fn open_log(path: &Path) -> Result<BufWriter<File>, Status> {
    File::create(path).map(BufWriter::new).map_err(|error| {
        complain(&format!(
            "the event log '{}' cannot be made: {error}",
            path.display()
        ));
        Status::Usage
    })
}

/// What is said of a run when it is over, and how the process ends.
fn tell(report: &Report, session: &Session, quoted: Quoted<'_>, paint: Paint) -> (String, Status) {
    match report {
        Report::Rejected(problems) => (report::diagnostics(problems, quoted, paint), Status::Usage),
        Report::Ran {
            outcome,
            warnings,
            notices,
        } => {
            let mut text = report::diagnostics(warnings, quoted, paint);
            let status = match outcome {
                Outcome::Value(_) => Status::Success,
                Outcome::Failed(fault) if let Some((status, said)) = fault.kind.exit_status() => {
                    text.extend(said.map(|said| said + "\n"));
                    Status::Asked(status)
                }
                // Main's error was shown when it happened.
                Outcome::Failed(_) => Status::Failure,
                Outcome::Interrupted(threads) => {
                    text += &report::interrupted(threads, session, quoted, paint);
                    Status::Interrupted
                }
                Outcome::Deadlock(threads) => {
                    text += &report::deadlock(threads, session, quoted, paint);
                    Status::Failure
                }
            };
            for notice in notices {
                text += &format!("note: {notice}\n");
            }
            (text, status)
        }
    }
}

/// The sink of a script: prints to standard output, failures of threads and deadlocks to standard
/// error.
struct Streams {
    /// Whole lines that wait to be written.
    out: Vec<u8>,
    /// The script's name, which goes without saying.
    name: String,
    paint: Paint,
    /// Whether both streams are one terminal, where an open line would run into a report.
    is_shared: bool,
    /// Whether the last line has no end yet.
    is_open: bool,
    log: Option<BufWriter<File>>,
}

impl Streams {
    /// Writes what has gathered. Standard output is buffered by lines, but a block that ends with a
    /// line end passes through it in one write.
    fn flush(&mut self) -> io::Result<()> {
        if self.out.is_empty() {
            return Ok(());
        }
        let mut stdout = io::stdout().lock();
        stdout.write_all(&self.out)?;
        stdout.flush()?;
        self.out.clear();
        Ok(())
    }
}

impl Streams {
    /// What standard error is told of an event.
    fn aside(&self, event: &Event) -> Option<String> {
        match &event.kind {
            Kind::Deadlock { threads } => {
                let mut told = String::new();
                deadlock::write(&mut told, threads, Some(&self.name), self.paint);
                return Some(told);
            }
            Kind::Note { text } => return Some(text.clone()),
            Kind::MainFailure { error } => return Some(report::failure(error, self.paint)),
            _ => {}
        }
        let line = failure_line(event)?;
        Some(self.paint.text(Role::Error, &line) + "\n")
    }
}

impl Sink for Streams {
    fn show(&mut self, events: VecDeque<Event>) -> io::Result<()> {
        for event in &events {
            if let Some(log) = &mut self.log {
                json::write_line(log, event)?;
            }
            if let Kind::Print { text, is_open } = &event.kind {
                self.out.extend_from_slice(text.as_bytes());
                if !is_open {
                    self.out.push(b'\n');
                }
                self.is_open = *is_open;
                if self.out.len() >= BLOCK {
                    self.flush()?;
                }
            } else if let Some(told) = self.aside(event) {
                if self.is_shared && std::mem::take(&mut self.is_open) {
                    self.out.push(b'\n');
                }
                self.flush()?;
                // A closed standard error is no reason to stop the script.
                let _ = io::stderr().write_all(told.as_bytes());
            }
        }
        if let Some(log) = &mut self.log {
            log.flush()?;
        }
        self.flush()
    }
}
