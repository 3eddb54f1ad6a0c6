//! Any text as Python: translated, and what comes out is lowered; a translation without problems that
//! does not parse is a mistake of the translator.
#![no_main]

use std::sync::Arc;

use libfuzzer_sys::fuzz_target;
use threadlab::event::Stream;
use threadlab::language::python;
use threadlab::session::{Config, Input, InputKind, Language, Scheduler, Session};

fuzz_target!(|text: &str| {
    if python::translate(text, &python::nothing_earlier).is_err() {
        return;
    }
    let config = Config {
        scheduler: Scheduler::Seeded,
        seed: Some(1),
        workers: None,
        args: Vec::new(),
        input: None,
        readable: Vec::new(),
        worker_executable: None,
    };
    let mut session = Session::new(config, Arc::new(Stream::new()));
    session.set_language(Language::Python);
    session.problems(Input {
        name: "fuzz.py",
        text,
        kind: InputKind::Script,
    });
});
