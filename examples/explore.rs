use std::sync::Arc;
use threadlab::event::Stream;
use threadlab::session::*;
fn main() {
    let text = std::env::args().nth(1).unwrap();
    let text = std::fs::read_to_string(&text).unwrap_or(text);
    let config = Config { scheduler: Scheduler::Seeded, seed: Some(1), workers: None, args: vec![] };
    let mut session = Session::new(config, Arc::new(Stream::new()));
    let found = session.explore(Input { name: "x", text: &text, kind: InputKind::Script }, &Default::default()).unwrap();
    let per = found.took.as_nanos() as f64 / found.graph.transitions() as f64;
    println!("states {} transitions {} cut {:?} took {:?} = {per:.0} ns/transition", found.graph.states(), found.graph.transitions(), found.cut, found.took);
    let t = std::time::Instant::now();
    let counts = found.graph.count(found.outcomes.len());
    for (o, c) in found.outcomes.iter().zip(&counts) { println!("{c:?} {:?} {:?}", o.end, o.threads.iter().map(|l| (&l.name, &l.printed, l.failed.as_ref().map(|f| &f.message))).collect::<Vec<_>>()); }
    let ways = found.graph.ways(&found.examples);
    println!("count+ways {:?}; preemptions {:?}; traps {}", t.elapsed(), found.examples.iter().map(|e| ways[e].preemptions).collect::<Vec<_>>(), found.graph.traps().len());
}
