//! What a session begins with: a world without variables but those of the host, and a scheduler.

use std::sync::Arc;
use std::time::Duration;

use super::{Config, Scheduler, evaluation};
use crate::event::Stream;
use crate::host;
use crate::library::{Library, catalogue};
use crate::pos::Pos;
use crate::program::Program;
use crate::runtime::object::Queue;
use crate::schedule::{
    MAIN, ProcessSettings, Schedule, Seeded, Stepped, Workers, WorkersConfig, World,
};
use crate::value::object::{Call, Effects, Ids, Verb};
use crate::value::{Object, Value};
use crate::vm::Natives;

/// Variables, functions and objects: what a reset throws away.
pub(super) fn new_world(config: &Config, stream: Arc<Stream>) -> World {
    let natives = || Box::new(Library::new()) as Box<dyn Natives + Send>;
    let mut world = World::new(Arc::new(Program::new()), stream, Box::new(natives));
    world.evaluator = Some(evaluation::evaluator(world.program.clone()));
    let ask = (world.program).name_id("python.ask", catalogue::native_index);
    world.asker = Some(Arc::new(world.program.named_function(ask)));
    world.readable.clone_from(&config.readable);
    world.processes = ProcessSettings {
        executable: config.worker_executable.clone(),
        generation: 0,
    };
    let args = config
        .args
        .iter()
        .map(|arg| Value::from(arg.as_str()))
        .collect();
    world
        .globals
        .bind(world.program.global_id(ARGS), Value::array(args), true);
    let lines = config.input.as_deref();
    let lines = lines.map_or(Value::Unit, |lines| queue_of_lines(lines, &world.ids));
    world
        .globals
        .bind(world.program.global_id(INPUT), lines, true);
    world
}

/// A queue with these lines.
pub(super) fn queue_of_lines(lines: &[String], ids: &Ids) -> Value {
    let queue = Object::new(ids, Pos::NONE, Queue::simple(Pos::NONE));
    let (mut effects, mut time) = (Effects::default(), Duration::ZERO);
    for line in lines {
        let call = Call {
            verb: Verb::Put,
            args: &[Value::from(line.as_str())],
        };
        // Such a queue takes everything, and nobody waits for it yet.
        let _ = queue.attempt(call, MAIN, Pos::NONE, &mut effects, ids, &mut time);
    }
    Value::Object(queue)
}

/// The only place where the kind of scheduler matters.
pub(super) fn new_schedule(
    config: &Config,
    seed: u64,
    world: &Arc<World>,
    perturbation: Option<u64>,
) -> Box<dyn Schedule> {
    let world = world.clone();
    let mut workers = match config.scheduler {
        Scheduler::Parallel => {
            WorkersConfig::parallel(config.workers.unwrap_or_else(host::cores), seed)
        }
        Scheduler::Gil => WorkersConfig::gil(seed),
        Scheduler::Seeded => {
            return Box::new(Stepped::new(Box::new(Seeded::new(seed)), world));
        }
    };
    workers.perturbation = perturbation;
    Box::new(Workers::new(workers, world))
}

/// The variable that holds the arguments of a script.
pub(super) const ARGS: &str = "args";

/// The variable that holds the lines of [`Config::input`], for the prelude.
pub(super) const INPUT: &str = "__input";
