//! The prompt.
//!
//! In reading order: [`command`], the prompt's own commands as data; [`mode`], what to set the
//! terminal back to; [`screen`], the terminal that typing and printing share; [`block`], inputs of
//! several lines; [`completion`], what Tab offers; [`keys`], what keys do; [`editor`], the line that
//! is being typed; [`answer`], what an input is answered; [`commands`], what most commands do;
//! [`lesson`], lessons that are taken here; [`keep`], what is saved and recorded, with [`recorder`]; [`measure`],
//! how long code takes; [`explore`], the answers to `:explore`, `:replay` and `:step`;
//! [`python`], what inputs of Python's are answered. Here they become a loop.

mod answer;
mod block;
mod command;
mod commands;
mod completion;
mod editor;
mod explore;
mod keep;
mod keys;
mod lesson;
mod measure;
mod mode;
mod python;
mod recorder;
mod screen;

use std::collections::VecDeque;
use std::fs::File;
use std::io::{self, BufWriter, IsTerminal, Write};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use parking_lot::Mutex;

use self::answer::{Flow, Learner};
use self::editor::{Lines, Typed};
pub(super) use self::lesson::Begin;
use self::mode::Mode;
use self::screen::Screen;
use super::batch::open_log;
use super::lines::StandardInput;
use super::printer::{Printer, Sink};
use super::setting::Settings;
use super::{Status, complain, report};
use crate::event::{Event, Kind, Stream, json};
use crate::host::{self, Signal};
use crate::session::{Config, Session};
use crate::view::live::{Hidden, Live, Shown};

/// What stands before what is typed, unless a run is stepped through.
const PROMPT: &str = "> ";

/// What is said of bytes that are no text.
const GARBLED: &str = "note: what was typed or pasted there is not UTF-8 text. It was left out; paste \
                       it again from a file or a window whose encoding is UTF-8.\n";

/// Opens the prompt, with a lesson or their list where that was asked for, and stays there until the
/// learner leaves.
pub(super) fn run(
    mut config: Config,
    settings: Settings,
    notes: Vec<String>,
    events: Option<PathBuf>,
    begin: Option<Begin>,
) -> Status {
    config.scheduler = settings.scheduler;
    config.seed = settings.seed;
    let log = match events.as_deref().map(open_log).transpose() {
        Ok(log) => log,
        Err(status) => return status,
    };
    match converse(config, settings, &notes, log, begin) {
        Ok(()) => Status::Success,
        Err(error) => {
            complain(&format!("the prompt cannot go on: {error}"));
            Status::Failure
        }
    }
}

fn converse(
    config: Config,
    settings: Settings,
    notes: &[String],
    log: Option<BufWriter<File>>,
    begin: Option<Begin>,
) -> io::Result<()> {
    let paint = settings.color.paint(io::stdout().is_terminal());
    let mode = Mode::now();
    let (mut lines, screen, warning) = Lines::open(&settings).map_err(io::Error::other)?;
    let stream = Arc::new(Stream::new());
    stream.set_detailed(log.is_some());
    let mut session = Session::new(config, stream.clone());
    let is_answering = Arc::new(AtomicBool::new(false));
    let shared = screen.clone();
    let has_read = move || shared.line_has_ended();
    session.read_lines_from(StandardInput::while_set(is_answering.clone(), has_read));
    let stopper = session.stopper();
    // While a line is edited the terminal hands Ctrl-C over as a key; a signal means that an input
    // runs. Without signals the prompt works all the same. The line editor cannot be interrupted, so
    // what ends the prompt ends the process from here: the history is kept at each input, and worker
    // processes end with their session.
    let stop = Arc::new(AtomicBool::new(false));
    let is_reading = Arc::new(AtomicBool::new(false));
    let (asked, idle) = (stop.clone(), is_reading.clone());
    let flood = stream.clone();
    let _ = host::on_signal(move |signal| {
        flood.drop_flood();
        if !idle.load(Ordering::SeqCst) {
            asked.store(true, Ordering::SeqCst);
            stopper.stop();
        }
        match signal {
            Signal::Interrupt => {}
            Signal::Terminate | Signal::HangUp => {
                mode.restore();
                host::exit_by(signal);
            }
        }
    });

    let live = Arc::new(Mutex::new(Live::new(paint)));
    let sink = Above {
        screen: screen.clone(),
        live: live.clone(),
        stream: stream.clone(),
        log,
    };
    let printer = Printer::start(stream.clone(), sink, || {})?;
    let mut learner = Learner::new(session, screen.clone(), printer, live, paint);
    learner.stop_by(stop);
    learner.is_answering = is_answering;
    learner.set_up(settings)?;
    let (columns, rows) = lines.size();
    learner.set_size(columns, rows);
    learner.greet(notes.iter().map(String::as_str).chain(warning.as_deref()))?;
    learner.begin_with_script()?;
    if let Some(begin) = begin {
        learner.begin_lessons(begin)?;
    }
    loop {
        learner.say_what_was_dropped()?;
        lines.apply(&learner.settings, learner.paint);
        let (columns, rows) = lines.size();
        learner.set_size(columns, rows);
        for code in learner.recalled() {
            lines.remember(&code).map_err(io::Error::other)?;
        }
        if let Some(key) = learner.ahead.take() {
            lines.begin_with(&key.to_string());
        }
        // From the moment that an input is read, a stop is meant for it.
        is_reading.store(true, Ordering::SeqCst);
        learner.forget_stop();
        let typed = lines.read(learner.prompt(), learner.offers());
        is_reading.store(false, Ordering::SeqCst);
        let flow = match typed.map_err(io::Error::other)? {
            Typed::Inputs(inputs) => learner.answer_all(&inputs)?,
            Typed::Dropped(missing) => learner.dropped(missing.as_ref())?,
            Typed::Orphan { word, has_run } => learner.orphan(word, has_run)?,
            Typed::Interrupt { half_typed } => learner.interrupted(half_typed)?,
            Typed::Garbled => {
                screen.show(GARBLED)?;
                Flow::Stay
            }
            Typed::End => learner.leave()?,
        };
        match flow {
            Flow::Stay => {}
            Flow::Recall(text) => lines.remember(&text).map_err(io::Error::other)?,
            Flow::Edit(text) => lines.begin_with(&text),
            Flow::Leave => break,
        }
    }
    if let Some(warning) = lines.unkept() {
        screen.show(&format!("note: {warning}\n"))?;
    }
    learner.end()
}

/// The sink of the prompt: lines above what is being typed.
struct Above {
    screen: Arc<Screen>,
    live: Arc<Mutex<Live>>,
    /// Where the events come from.
    stream: Arc<Stream>,
    log: Option<BufWriter<File>>,
}

/// So many events are shown at once: less than a terminal takes in the time in which Ctrl-C is to be
/// obeyed.
const PART: usize = 200;

impl Sink for Above {
    fn show(&mut self, mut events: VecDeque<Event>) -> io::Result<()> {
        if let Some(log) = &mut self.log {
            events
                .iter()
                .try_for_each(|event| json::write_line(log, event))?;
            log.flush()?;
        }
        while !events.is_empty() {
            if self.stream.is_dropping(events.len()) {
                let before = events.len();
                events
                    .retain(|event| !matches!(event.kind, Kind::Print { .. } | Kind::Note { .. }));
                self.stream.has_dropped((before - events.len()) as u64);
            }
            let mut shown = Shown::default();
            let mut live = self.live.lock();
            for event in events.drain(..events.len().min(PART)) {
                match &event.kind {
                    _ if live.hidden() == Hidden::Everything => {}
                    Kind::MainFailure { error } => {
                        let report = report::failure(error, live.paint());
                        live.write_lines(&mut shown, &report);
                    }
                    _ => live.write(&mut shown, &event),
                }
            }
            drop(live);
            self.screen.print(&shown)?;
        }
        self.stream.is_dropping(0);
        Ok(())
    }
}
