//! A session in a worker process: it lowers the texts of the session that has started it, runs
//! nothing of their top levels, and calls the functions that it is sent.

use std::io::{self, Read, Write};
use std::sync::Arc;

use super::{Ahead, Config, InputKind, Names, Scheduler, Session, new_world, translated};
use crate::event::Stream;
use crate::language::lower::{TopLevel, lower};
use crate::pos::Pos;
use crate::program::{Language, UnitKind};
use crate::runtime::deadlock;
use crate::schedule::{
    MainEnd, ProcessSettings, Runner, Setup, Until, Upstream, Waker, WorkerScheduler, World, serve,
};
use crate::value::{Fault, FaultKind, Function, Value};
use crate::vm;

/// Does what the session orders that has started this process: reads orders from `input` and writes
/// what it prints and gives to `output`. Blocks until the session closes the input; when that is in
/// the middle of a task, ends the process.
///
/// # Errors
/// When nobody is at the other end who speaks the same language.
pub fn serve_as_worker(
    input: impl Read + Send + 'static,
    output: impl Write + Send + 'static,
) -> io::Result<()> {
    let stream = Arc::new(Stream::new());
    let make = |setup, upstream| Worker(new_session(setup, upstream, stream.clone()));
    serve(input, output, stream.clone(), make)
}

fn new_session(setup: Setup, upstream: Arc<dyn Upstream>, stream: Arc<Stream>) -> Session {
    let (scheduler, workers) = match setup.scheduler {
        WorkerScheduler::Parallel(workers) => (Scheduler::Parallel, Some(workers as usize)),
        WorkerScheduler::Gil => (Scheduler::Gil, None),
    };
    let config = Config {
        scheduler,
        seed: Some(setup.seed),
        workers,
        args: Vec::new(),
        input: None,
        readable: setup.readable.clone(),
        worker_executable: setup.executable.clone(),
    };
    let mut world = new_world(&config, stream).of_worker(&setup.name, setup.age);
    world.upstream = Some(upstream);
    world.processes = ProcessSettings {
        executable: setup.executable,
        generation: setup.generation,
    };
    world.budget.set(setup.limits);
    Session::in_world(config, Arc::new(world))
}

struct Worker(Session);

impl Runner for Worker {
    fn lower(
        &mut self,
        name: &str,
        text: &str,
        language: Language,
        kind: UnitKind,
    ) -> Result<(), String> {
        let session = &mut self.0;
        let top = match &kind {
            UnitKind::Script => TopLevel::Script,
            UnitKind::Prompt => TopLevel::Prompt,
            UnitKind::Prelude => TopLevel::Prelude,
            UnitKind::Module(key) => TopLevel::Module(key),
        };
        let input = match kind {
            UnitKind::Prompt => InputKind::Prompt,
            _ => InputKind::Script,
        };
        let translation = translated(language, text, input, &session.world, Ahead::HasRun);
        let lowered = translation.and_then(|translation| {
            let own = translation
                .as_ref()
                .map_or(text, |translation| &translation.text);
            let parsed = session.parser.parse_translation(own)?;
            let (program, modules) = (&session.world.program, &session.modules);
            let mut lowered = lower(&parsed, name, own, program, &Names, top, modules)?;
            if let Some(translation) = &translation {
                lowered.show_python(text, &translation.places);
            }
            Ok(lowered)
        });
        match lowered {
            Ok(mut lowered) => {
                let module = std::mem::take(&mut lowered.module);
                match kind {
                    UnitKind::Module(key) => {
                        session.modules.loaded.insert(key, module);
                    }
                    UnitKind::Prompt => session.modules.aliases = module.modules,
                    UnitKind::Script | UnitKind::Prelude => {}
                }
                session.add(lowered);
                Ok(())
            }
            Err(problems) => Err(format!("{name} cannot be lowered again: {problems:?}")),
        }
    }

    fn call(&mut self, mut function: Function, args: Vec<Value>) -> Result<Value, Box<Fault>> {
        let session = &mut self.0;
        let globals = &session.world.globals;
        // What an earlier task has left is none of this one's business.
        globals.clear();
        session.world.ids.begin_call();
        for variable in vm::environment(function.environment.take()) {
            globals.bind_cell(variable.global, variable.cell, variable.is_constant);
        }
        function.curried.extend(args);
        let end = match (session.schedule).run_main(Arc::new(function), Until::AllThreads) {
            MainEnd::Value(value) => Ok(value),
            MainEnd::Failed(fault) => Err(fault),
            MainEnd::Interrupted(_) => Err(Fault::new(FaultKind::Interrupted, Pos::NONE)),
            MainEnd::Deadlock(threads) => Err(deadlock::in_process(&threads)),
        };
        vm::copy_end(end, &session.world.program, None)
    }

    fn world(&self) -> &Arc<World> {
        &self.0.world
    }

    fn waker(&self) -> Waker {
        let waker = self.0.schedule.waker();
        waker.unwrap_or_else(|| Arc::new(|_, _| {}))
    }
}
