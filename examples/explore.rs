//! Explores a file or a text, for those who work on exploring.
#![allow(
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a scratch tool shows what it gets and may panic"
)]
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use threadlab::event::Stream;
use threadlab::explore::*;
use threadlab::session::*;
fn main() {
    let text = std::env::args().nth(1).unwrap();
    let text = std::fs::read_to_string(&text).unwrap_or(text);
    let config = Config {
        scheduler: Scheduler::Seeded,
        seed: Some(1),
        workers: None,
        args: vec![],
    };
    let mut session = Session::new(config, Arc::new(Stream::new()));
    let mut explorer = session
        .explorer(
            Input {
                name: "x",
                text: &text,
                kind: InputKind::Script,
            },
            false,
        )
        .unwrap();
    let stop = AtomicBool::new(false);
    let t = std::time::Instant::now();
    let found = explorer.explore(
        &Limits::default(),
        &mut Watch {
            stop: &stop,
            progress: &mut |_, _| {},
        },
    );
    let all = t.elapsed();
    let per = found.took.as_nanos() as f64 / found.transitions as f64;
    println!(
        "{:?} interleavings, states {} transitions {} cut {:?} took {:?} (all {all:?}) = {per:.0} ns/transition",
        found.interleavings.map(|i| i.to_string()),
        found.states,
        found.transitions,
        found.cut,
        found.took
    );
    for o in &found.outcomes {
        println!(
            "{:?} {} {:?} {:?}",
            o.interleavings.as_ref().map(|i| i.to_string()),
            o.token,
            o.outcome.end,
            o.outcome
                .threads
                .iter()
                .map(|l| (&l.name, &l.printed, l.failed.as_ref().map(|f| &f.message)))
                .collect::<Vec<_>>()
        );
    }
    for f in found.failures.iter().chain(&found.findings) {
        println!(
            "{} {:?} preemptions {} token {}",
            f.problem.kind(),
            f.problem,
            f.trail.preemptions(),
            f.token
        );
        for s in &f.trail.steps {
            println!(
                "   {} {}{} {:?}",
                s.name,
                s.pos.line,
                if s.is_preemption { " !" } else { "" },
                s.told.iter().map(|t| &t.kind).collect::<Vec<_>>()
            );
        }
        let (trail, outcome) = explorer.replay(&f.token).unwrap();
        println!(
            "   replayed {} steps: {:?}",
            trail.steps.len(),
            outcome.map(|o| o.end)
        );
    }
}
