//! All interleavings of a script, a run of it again, and stepping through it by hand.
//!
//! In reading order: here, the three subcommands; [`report`], what was found in words; [`json`], the
//! same for programs, and `markdown` for a handout; [`mend`], changes of a text that mend it; [`stepping`], a run that the learner
//! leads. The prompt uses the same parts.

mod json;
mod markdown;
pub(super) mod mend;
pub(super) mod report;
pub(super) mod stepping;

use std::io::{self, BufRead, IsTerminal, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use indicatif::ProgressBar;

use self::mend::{Advices, Changeable, Mender};
use self::report::{Extent, Subject};
use self::stepping::Stepping;
use super::arguments::{self, Color, Exploring, Form};
use super::report::{Quoted, diagnostics};
use super::source::Source;
use super::{Status, complain, state, width};
use crate::event::Stream;
use crate::explore::{Exploration, Explorer, Limits, Outcome, Problem, Watch, leftovers};
use crate::host::{self, Clock, Signal};
use crate::language::{FewerRounds, with_fewer_rounds};
use crate::session::{Config, Input, InputKind, Language, NotExplorable, Rehearsal, Session};
use crate::view::paint::Paint;

/// How often the progress line changes.
const TICK: Duration = Duration::from_millis(100);

/// `threadlab explore`: reports all that can happen. Blocks until that is known, a limit is reached
/// or Ctrl-C is pressed.
pub(super) fn explore(config: Config, source: &Source, color: Color, how: &Exploring) -> Status {
    let replay = command("replay TOKEN", source, &config.args);
    let again = config.clone();
    let with_explorer = |mut rehearsal: Rehearsal| {
        let stop = stopped_by_ctrl_c();
        let found = search(&mut rehearsal, &how.limits, &stop);
        let few = match found.is_proved() || stop.load(Ordering::Relaxed) {
            true => None,
            false => fewer_rounds(again.clone(), source, how, &stop),
        };
        let left = leftovers(&mut rehearsal, &found);
        drop(rehearsal);
        let program = Changeable::of(source);
        let name = program
            .as_ref()
            .map_or(&source.name, |program| &program.name);
        let mender = Mender {
            config: again,
            name,
            kind: InputKind::Script,
            ordered: how.ordered,
            begins: 0,
            stop,
            limits: how.limits.clone(),
        };
        let advices = match (source.language(), &program) {
            (Language::Own, _) => mender.advise(&source.text, &found, how.deny_race),
            // What is changed is the translation, if it fails in the same ways.
            (Language::Python, Some(program)) => match mender.explain(&program.text, &how.limits) {
                Some(again) if mend::is_like(&found, &again) => {
                    let advices = mender.advise(&program.text, &again, how.deny_race);
                    advices.with_lines(program.lines.clone())
                }
                Some(_) | None => Advices::default(),
            },
            (Language::Python, None) => Advices::default(),
        };
        let subject = Subject {
            replay: &replay,
            all: "--all shows them",
            is_prompt: false,
            paint: color.paint(io::stdout().is_terminal()),
            width: width(),
        };
        let extent = |extent| {
            let mut text = report::report(&found, &advices, &left, extent, subject, how.deny_race);
            if let Some((fewer, found)) = &few {
                let advices = mender.advise(&fewer.text, found, how.deny_race);
                text += &report::with_fewer_rounds(
                    fewer,
                    found,
                    &advices,
                    extent,
                    subject,
                    how.deny_race,
                );
            }
            text
        };
        let text = match how.form {
            Form::Json => json::write(&found, &advices, &left, how.deny_race),
            Form::Screen => extent(Extent::Screen),
            Form::All => extent(Extent::All),
            Form::Summary => report::summary(&found, &advices, subject, how.deny_race),
            Form::Markdown => markdown::write(source, &found, &advices, &replay, how.deny_race),
        };
        let has_failed = !found.failures.is_empty() || how.deny_race && !found.findings.is_empty();
        let status = match (has_failed, found.is_proved()) {
            (true, _) => Status::Failure,
            (false, true) => Status::Success,
            (false, false) => Status::NotProved,
        };
        print(&text, status)
    };
    if how.form == Form::Json {
        let mut session = Session::new(config.clone(), Arc::new(Stream::new()));
        session.set_language(source.language());
        let input = Input {
            name: &source.name,
            text: &source.text,
            kind: InputKind::Script,
        };
        if let Err(NotExplorable::Rejected(problems)) = session.explorer(input, false) {
            return print(&json::rejected(&problems), Status::Usage);
        }
    }
    with(config, source, color, how.ordered, with_explorer)
}

/// Explores a text with long loops again, with few rounds, as that can be done to the end. It takes a
/// fraction of the time; nothing when there is no long loop.
fn fewer_rounds(
    config: Config,
    source: &Source,
    how: &Exploring,
    stop: &Arc<AtomicBool>,
) -> Option<(FewerRounds, Exploration)> {
    let fewer = with_fewer_rounds(&source.text)?;
    let input = Input {
        name: &source.name,
        text: &fewer.text,
        kind: InputKind::Script,
    };
    let mut session = Session::new(config, Arc::new(Stream::new()));
    session.set_language(source.language());
    let mut rehearsal = session.explorer(input, how.ordered).ok()?;
    let limits = Limits {
        time: how.limits.time / 4,
        ..how.limits.clone()
    };
    let found = search(&mut rehearsal, &limits, stop);
    drop(rehearsal);
    Some((fewer, found))
}

/// `threadlab replay`: shows a run again.
pub(super) fn replay(config: Config, source: &Source, color: Color, token: &str) -> Status {
    let token = match state::read(token) {
        Ok(token) => token,
        Err(problem) => {
            complain(&problem);
            return Status::Usage;
        }
    };
    with(config, source, color, false, |mut rehearsal| {
        rehearsal.stop_by(stopped_by_ctrl_c());
        let (trail, outcome) = match rehearsal.replay(&token) {
            Ok(replayed) => replayed,
            Err(problem) => {
                complain(&state::problem(problem));
                return Status::Usage;
            }
        };
        let subject = Subject {
            replay: "",
            all: "",
            is_prompt: false,
            paint: color.paint(io::stdout().is_terminal()),
            width: width(),
        };
        let problem = outcome.as_ref().and_then(Problem::first_of);
        let explanation =
            problem.and_then(|problem| rehearsal.explain_replayed(&token, &problem, &trail));
        let text = report::replayed(&trail, outcome.as_ref(), explanation.as_deref(), subject);
        let has_failed = outcome.as_ref().is_none_or(Outcome::is_failure);
        let status = match has_failed {
            true => Status::Failure,
            false => Status::Success,
        };
        print(&text, status)
    })
}

/// Set by Ctrl-C. Pressed twice it means no more than once: the report is on its way. Where signals
/// cannot be had, Ctrl-C ends the process without a report.
fn stopped_by_ctrl_c() -> Arc<AtomicBool> {
    let stop = Arc::<AtomicBool>::default();
    let asked = stop.clone();
    let _ = host::on_signal(move |signal| match signal {
        Signal::Interrupt => asked.store(true, Ordering::Relaxed),
        Signal::Terminate | Signal::HangUp => host::exit_by(signal),
    });
    stop
}

/// `threadlab step`: the learner leads the run, a line of standard input at a time.
pub(super) fn step(config: Config, source: &Source, color: Color) -> Status {
    let replay = command("replay TOKEN", source, &config.args);
    with(config, source, color, false, |rehearsal| {
        let paint = color.paint(io::stdout().is_terminal());
        match lead(rehearsal, replay, paint) {
            Ok(()) => Status::Success,
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Status::Unread,
            Err(error) => {
                complain(&format!("stepping cannot go on: {error}"));
                Status::Failure
            }
        }
    })
}

fn lead(rehearsal: Rehearsal, replay: String, paint: Paint) -> io::Result<()> {
    let (mut stepping, first) = Stepping::begin(rehearsal, replay, paint, width());
    let mut out = io::stdout().lock();
    out.write_all(first.as_bytes())?;
    let mut lines = io::stdin().lock().lines();
    loop {
        out.write_all(stepping::PROMPT.as_bytes())?;
        out.flush()?;
        let Some(line) = lines.next() else {
            out.write_all(b"\n")?;
            return out.flush();
        };
        let answer = stepping.answer(&line?);
        out.write_all(answer.text.as_bytes())?;
        if answer.is_over {
            return out.flush();
        }
    }
}

/// Searches with a progress line on standard error, if that is a terminal, until `stop` is set.
pub(super) fn search(
    explorer: &mut Explorer,
    limits: &Limits,
    stop: &Arc<AtomicBool>,
) -> Exploration {
    let bar = ProgressBar::new_spinner();
    let clock = Clock::start();
    let mut shown = Duration::ZERO;
    let expected = explorer.expected();
    let mut progress = |states: u64, open: u64| {
        let now = clock.elapsed();
        if now - shown >= TICK {
            shown = now;
            let message = match &*expected.lock() {
                // Runs are done one by one.
                _ if open == 0 => format!("exploring: {} runs", report::number(states)),
                None => format!("exploring: {} states", report::number(states)),
                Some(expected) => report::progress(states, expected, now),
            };
            bar.set_message(message);
            bar.tick();
        }
    };
    let mut watch = Watch {
        stop,
        progress: &mut progress,
    };
    let found = explorer.explore(limits, &mut watch);
    bar.finish_and_clear();
    found
}

/// Readies a script and hands it over; a wrong text is told on standard error.
fn with(
    config: Config,
    source: &Source,
    color: Color,
    ordered: bool,
    then: impl FnOnce(Rehearsal) -> Status,
) -> Status {
    let mut session = Session::new(config, Arc::new(Stream::new()));
    session.set_language(source.language());
    let input = Input {
        name: &source.name,
        text: &source.text,
        kind: InputKind::Script,
    };
    match session.explorer(input, ordered) {
        Ok(rehearsal) => then(rehearsal),
        Err(why) => refused(why, source, color),
    }
}

/// Says on standard error why a text cannot be explored.
fn refused(why: NotExplorable, source: &Source, color: Color) -> Status {
    // A session that has just begun has no other threads that could be in the way.
    if let NotExplorable::Rejected(problems) = why {
        let quoted = Quoted {
            name: &source.name,
            text: &source.text,
        };
        let paint = color.paint(io::stderr().is_terminal());
        let told = diagnostics(&problems, quoted, paint);
        let _ = io::stderr().write_all(told.as_bytes());
    }
    Status::Usage
}

/// Writes to standard output; `status` unless nobody reads it.
fn print(text: &str, status: Status) -> Status {
    let mut out = io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Ok(()) => status,
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Status::Unread,
        Err(error) => {
            complain(&format!("the output cannot be written: {error}"));
            Status::Failure
        }
    }
}

/// The command line that does something with the same source and arguments.
fn command(what: &str, source: &Source, args: &[String]) -> String {
    let mut words = vec![format!("threadlab {what}")];
    match source.name.as_str() {
        "-e" => words.push(format!("-e {}", quoted(&source.text))),
        "standard input" => words.push("-".into()),
        name => words.push(quoted(name)),
    }
    if arguments::are_like_options(args) {
        words.push("--".into());
    }
    words.extend(args.iter().map(|arg| quoted(arg)));
    words.join(" ")
}

/// A word for the shell.
fn quoted(word: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_./=,:+@%".contains(c);
    match !word.is_empty() && word.chars().all(is_plain) {
        true => word.into(),
        false => format!("'{}'", word.replace('\'', r"'\''")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_to_type_is_quoted_for_the_shell() {
        let source = |name: &str, text: &str| Source {
            name: name.into(),
            text: text.into(),
        };
        let args = ["--fast".to_string(), "a b".into()];
        assert_eq!(
            command("replay TOKEN", &source("x/a.rhai", ""), &args),
            "threadlab replay TOKEN x/a.rhai --fast 'a b'"
        );
        assert_eq!(
            command("replay TOKEN", &source("-e", "print('a')"), &[]),
            r"threadlab replay TOKEN -e 'print('\''a'\'')'"
        );
        assert_eq!(
            command(
                "replay TOKEN",
                &source("a.rhai", ""),
                &["--color".to_string()]
            ),
            "threadlab replay TOKEN a.rhai -- --color"
        );
    }
}
