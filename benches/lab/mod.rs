//! What the benches share: a session that runs a text again and again.

use std::sync::Arc;
use std::time::Duration;

use criterion::Criterion;
use threadlab::event::Stream;
use threadlab::session::{Config, Input, InputKind, Outcome, Report, Scheduler, Session};

/// A session without a screen.
pub(crate) struct Lab {
    session: Session,
    stream: Arc<Stream>,
}

impl Lab {
    /// A session on all cores that knows what `definitions` defines.
    pub(crate) fn new(definitions: &str) -> Self {
        let stream = Arc::new(Stream::new());
        // Nobody reads while a text runs, so nobody shall wait for a reader.
        stream.close();
        let config = Config {
            scheduler: Scheduler::Parallel,
            seed: Some(1),
            workers: None,
            args: Vec::new(),
            input: None,
            readable: Vec::new(),
            worker_executable: None,
        };
        let session = Session::new(config, stream.clone());
        let mut lab = Self { session, stream };
        lab.run(definitions);
        lab
    }

    /// Runs `text` to its end. Panics when it fails: a wrong text is soon done.
    pub(crate) fn run(&mut self, text: &str) {
        let report = self.session.run(Input {
            name: "bench",
            text,
            kind: InputKind::Script,
        });
        match report {
            Report::Ran {
                outcome: Outcome::Value(_),
                ..
            } => {}
            other => panic!("{text}: {other:?}"),
        }
        drop(self.stream.take());
    }
}

/// Few samples, so that all benches together end within a few minutes.
pub(crate) fn quick() -> Criterion {
    Criterion::default()
        .sample_size(10)
        .warm_up_time(Duration::from_millis(500))
        .measurement_time(Duration::from_secs(2))
}
