//! Any text: parsed, lowered, verified and run, with limits. `scripts/` is a good corpus to begin with.
#![no_main]

use std::sync::Arc;
use std::time::Duration;

use libfuzzer_sys::fuzz_target;
use threadlab::event::Stream;
use threadlab::session::{Config, Input, InputKind, RunLimits, Scheduler, Session};

fuzz_target!(|text: &str| {
    let config = Config {
        scheduler: Scheduler::Seeded,
        seed: Some(1),
        workers: None,
        args: Vec::new(),
        input: Some(vec!["a line".into()]),
        readable: Vec::new(),
        worker_executable: None,
    };
    let mut session = Session::new(config, Arc::new(Stream::new()));
    session.set_limits(RunLimits {
        memory: 1 << 30,
        threads: 100,
        output: 1 << 20,
        time: Duration::from_millis(200),
    });
    // What the prompt asks of a text before it runs.
    threadlab::language::complete::completeness(text);
    threadlab::language::complete::missing(text);
    session.run(Input {
        name: "fuzz",
        text,
        kind: InputKind::Prompt,
    });
});
