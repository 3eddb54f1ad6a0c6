//! What a program can notice of its threads besides what they do, read off its code: whether one has
//! ended, whether a pool has begun a task. Most programs only wait for that; then it is nothing that
//! a scheduler has to choose.
//!
//! It is a list of names, not of types, and rather says too much: a method `done` of something else
//! makes more steps, never fewer. What needs no name is found when it happens
//! ([`Noticed`](crate::value::object::Noticed)).

use crate::program::code::Key;
use crate::program::op::Op;
use crate::program::{Code, Program, Unit};
use crate::schedule::Observed;

/// How a name is used.
#[derive(Clone, Copy)]
struct Use<'a> {
    name: &'a str,
    /// How many arguments it is given, besides what a method is called on.
    args: u8,
    is_method: bool,
}

/// What could be noticed before, and what the code of `unit` can notice.
pub(super) fn add(mut observed: Observed, unit: &Unit, program: &Program) -> Observed {
    for code in &unit.functions {
        each_use(code, program, &mut |used| {
            observed.threads |= notices_threads(used);
            observed.futures |= notices_futures(used);
        });
    }
    observed
}

fn each_use(code: &Code, program: &Program, look: &mut dyn FnMut(Use<'_>)) {
    for op in &code.ops {
        let (name, args, is_method) = match *op {
            Op::CallMethod { argc, site, .. } => (code.sites[site as usize].name, argc, true),
            Op::Call { argc, name, .. } => (code.names[name as usize], argc, false),
            // It may be called with any arguments.
            Op::FunctionName { name, .. } => (code.names[name as usize], u8::MAX, false),
            _ => continue,
        };
        look(Use {
            name: &program.name(name).text,
            args,
            is_method,
        });
    }
    // A question may be asked without brackets: `future.done`.
    let places = code.places.iter().map(|place| &place.keys);
    let sites = code.sites.iter().map(|site| &site.place.keys);
    for key in places.chain(sites).flatten() {
        if let Key::Field { name, .. } = key {
            look(Use {
                name: name.as_str(),
                args: 0,
                is_method: true,
            });
        }
    }
}

fn notices_threads(used: Use<'_>) -> bool {
    match used.name {
        "is_alive" | "threads" | "active_count" | "main_thread" | "enumerate" => true,
        // With a limit.
        "join" => used.args > u8::from(!used.is_method),
        "result" => used.is_method && used.args > 0,
        _ => false,
    }
}

fn notices_futures(used: Use<'_>) -> bool {
    match used.name {
        "done" | "running" | "cancelled" | "cancel" | "add_done_callback" | "as_completed"
        | "kill_workers" => true,
        // Which of its threads or processes a pool gives a task to.
        "current_thread" | "getpid" | "ThreadLocal" => true,
        // With a limit, or with what ends it early.
        "result" | "exception" | "shutdown" => used.is_method && used.args > 0,
        "wait" => !used.is_method && used.args > 1,
        _ => false,
    }
}
