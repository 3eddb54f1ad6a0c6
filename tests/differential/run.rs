//! Runs a program in Rhai and here, and compares.

use std::fmt::Write as _;
use std::sync::Arc;
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::Duration;

use parking_lot::Mutex;
use rhai::{Dynamic, Engine, EvalAltResult, FnPtr, OptimizationLevel, Scope};
use threadlab::event::{Kind, Stream};
use threadlab::session::{Config, Input, InputKind, Outcome, Report, Scheduler, Session};
use threadlab::value::debug_text;

/// What a program does.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Ran {
    pub(crate) lines: Vec<String>,
    pub(crate) ended: Ended,
}

/// How it ends.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Ended {
    /// With this value, as `debug` shows it.
    Value(String),
    /// By an error of this family, in this line and column.
    Failed(String, u16, u16),
    /// The text is not accepted.
    Rejected,
    /// Rhai cannot say: its variables were in use twice, it ran too long, or it calls too deeply.
    Unknown,
    /// It never ended, or by something that a sequential program cannot meet.
    Wrong(String),
}

/// Where a program runs here.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place(Scheduler, usize, InputKind);

const PLACES: [Place; 5] = [
    Place(Scheduler::Parallel, 1, InputKind::Script),
    Place(Scheduler::Parallel, 2, InputKind::Script),
    Place(Scheduler::Gil, 1, InputKind::Script),
    Place(Scheduler::Seeded, 1, InputKind::Script),
    Place(Scheduler::Parallel, 1, InputKind::Prompt),
];

/// The family of an error, with the nested ones of function calls taken off.
fn family(error: &EvalAltResult) -> (String, u16, u16) {
    match error {
        EvalAltResult::ErrorInFunctionCall(_, _, inner, _) => family(inner),
        error => {
            // Rhai makes the name that `catch` gives in the same way.
            let text = format!("{error:?}");
            let name = text.split('(').next().unwrap_or_default();
            let pos = error.position();
            let line = pos.line().unwrap_or(0) as u16;
            (name.into(), line, pos.position().unwrap_or(0) as u16)
        }
    }
}

/// Runs a program in Rhai.
pub(crate) fn in_rhai(program: &str) -> Ran {
    let lines = Arc::new(Mutex::new(Vec::new()));
    let mut engine = Engine::new();
    engine.set_optimization_level(OptimizationLevel::None);
    engine.set_max_expr_depths(0, 0);
    engine.set_max_call_levels(64);
    engine.set_max_operations(300_000);
    let printed = lines.clone();
    engine.on_print(move |text| printed.lock().push(text.to_string()));
    let printed = lines.clone();
    engine.on_debug(move |text, _, _| printed.lock().push(text.to_string()));
    let ended = match engine.eval::<Dynamic>(program) {
        Ok(value) if value.is::<FnPtr>() => Ended::Value("a function".into()),
        Ok(value) => {
            let mut scope = Scope::new();
            scope.push_dynamic("value", value);
            let text = engine.eval_with_scope::<String>(&mut scope, "value.to_debug()");
            Ended::Value(text.expect("Rhai can show every value"))
        }
        Err(error) => match *error {
            EvalAltResult::ErrorParsing(..) => Ended::Rejected,
            EvalAltResult::ErrorDataRace(..) | EvalAltResult::ErrorTooManyOperations(_) => {
                Ended::Unknown
            }
            ref error => {
                let (family, line, column) = family(error);
                match &*family {
                    "ErrorDataRace" | "ErrorTooManyOperations" | "ErrorStackOverflow" => {
                        Ended::Unknown
                    }
                    _ => Ended::Failed(family, line, column),
                }
            }
        },
    };
    let lines = std::mem::take(&mut *lines.lock());
    let lines = lines
        .iter()
        .map(|line| without_function_names(line))
        .collect();
    Ran { lines, ended }
}

/// Runs a program here.
pub(crate) fn here(program: &str, Place(scheduler, workers, kind): Place) -> Ran {
    let stream = Arc::new(Stream::new());
    let config = Config {
        scheduler,
        seed: Some(7),
        workers: Some(workers),
        args: Vec::new(),
        input: None,
        readable: Vec::new(),
        worker_executable: None,
    };
    let mut session = Session::new(config, stream.clone());
    let stopper = session.stopper();
    let (done, is_done) = channel::<()>();
    let watch = std::thread::spawn(move || {
        if is_done.recv_timeout(Duration::from_secs(60)) == Err(RecvTimeoutError::Timeout) {
            stopper.stop();
        }
    });
    let name = "program";
    let text = program;
    let report = session.run(Input { name, text, kind });
    drop(done);
    watch.join().expect("the watcher ends");
    let ended = match report {
        Report::Rejected(_) => Ended::Rejected,
        Report::Ran { outcome, .. } => match outcome {
            Outcome::Value(threadlab::value::Value::Function(_)) => {
                Ended::Value("a function".into())
            }
            Outcome::Value(value) => Ended::Value(debug_text(&value)),
            Outcome::Failed(fault) => {
                let pos = fault.pos;
                Ended::Failed(fault.kind.family().into(), pos.line, pos.column)
            }
            other => Ended::Wrong(format!("{other:?}")),
        },
    };
    let text = |event: threadlab::event::Event| match event.kind {
        Kind::Print { text, .. } => Some(text),
        Kind::Failure { message } => Some(format!("FAILURE {message}")),
        _ => None,
    };
    let lines = stream.take().into_iter().filter_map(text);
    let lines = lines.map(|line| without_function_names(&line)).collect();
    Ran { lines, ended }
}

/// Runs a program under the usual scheduler, as a script.
pub(crate) fn as_script(program: &str) -> Ran {
    here(program, PLACES[0])
}

/// # Errors
/// What differs, with the source.
pub(crate) fn check(program: &str) -> Result<(), String> {
    let expected = in_rhai(program);
    if expected.ended == Ended::Unknown {
        return Ok(());
    }
    for place in PLACES {
        let found = here(program, place);
        if !agree(&expected, &found) {
            return Err(describe(program, place, &expected, &found));
        }
    }
    Ok(())
}

fn agree(expected: &Ran, found: &Ran) -> bool {
    let same_end = match (&expected.ended, &found.ended) {
        // Rhai gives some errors of its library no place.
        (Ended::Failed(expected, 0, _), Ended::Failed(found, ..)) => expected == found,
        (Ended::Value(expected), Ended::Value(found)) => {
            without_function_names(expected) == without_function_names(found)
        }
        (expected, found) => expected == found,
    };
    same_end && expected.lines == found.lines
}

fn describe(program: &str, place: Place, expected: &Ran, found: &Ran) -> String {
    let mut text = String::new();
    for (number, line) in program.lines().enumerate() {
        let _ = writeln!(text, "{:3} {line}", number + 1);
    }
    let first = (expected.lines.iter().zip(&found.lines))
        .position(|(a, b)| a != b)
        .unwrap_or(expected.lines.len().min(found.lines.len()));
    let _ = writeln!(
        text,
        "{place:?}, from line {} of what it prints:",
        first + 1
    );
    for (who, ran) in [("Rhai", expected), ("here", found)] {
        let lines: Vec<_> = ran.lines.iter().skip(first).take(3).collect();
        let _ = writeln!(text, "  {who}: {lines:?}, then {:?}", ran.ended);
    }
    text
}

/// A line without the names of functions in it: Rhai shows closures under names that it makes up.
fn without_function_names(line: &str) -> String {
    let mut rest = line;
    let mut text = String::new();
    while let Some((before, after)) = rest.split_once("Fn(") {
        text.push_str(before);
        text.push_str("Fn");
        rest = after.split_once(')').map_or("", |(_, after)| after);
    }
    text + rest
}
