//! How many schedules it takes until a classic mistake is found by sampling, beside plain random choice
//! and the best numbers known elsewhere; and how fast schedules are run.
//!
//! Only with `--bench`, as `cargo bench --bench classics` calls it: `cargo test` calls it without.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use threadlab::event::Stream;
use threadlab::explore::{Samples, Sampling, StrategyKind, Watch};
use threadlab::session::{Config, Input, InputKind, Rehearsal, Scheduler, Session};

/// The mean number of schedules until the first failure that is known from elsewhere, published or
/// measured.
const BEST_KNOWN: [(&str, f64); 17] = [
    ("account", 1.0),
    ("bluetooth", 9.0),
    ("carter01", 2.0),
    ("deadlock01", 2.0),
    ("lazy01", 1.0),
    ("stack", 2.0),
    ("reorder_3", 6.0),
    ("reorder_5", 6.0),
    ("reorder_10", 6.0),
    ("reorder_20", 6.0),
    ("token_ring", 2.0),
    ("twostage_2", 4.0),
    ("twostage_20", 22.0),
    ("wronglock_3", 1.0),
    ("wronglock_7", 1.0),
    ("philosophers_3", 5.0),
    ("philosophers_5", 7.0),
];

const SEEDS: u64 = 20;

/// A search that has not found anything after so many schedules has failed.
const MOST: u64 = 10_000;

/// Plain random choice is given up after so many.
const RANDOM: u64 = 1_000;

/// Two threads, three unlocked additions each.
const INCREMENTS: &str = "
    let counter = 0;
    let add = || { counter += 1; counter += 1; counter += 1; };
    let one = spawn(add);
    let other = spawn(add);
    one.join();
    other.join();
";

fn main() {
    if !std::env::args().any(|arg| arg == "--bench") {
        say("nothing is measured without --bench");
        return;
    }
    say(&format!(
        "{:<24}{:>8}{:>8}{:>8}{:>12}{:>8}   found by",
        "classic", "mean", "worst", "random", "best known", "found"
    ));
    // The last one takes as long as all others: hardly any schedule shows it.
    for name in classics().into_iter().filter(|name| name != "safestack") {
        classic(&name);
    }
    say("");
    for workers in 1..=2 {
        speed(workers);
    }
}

/// The scripts with a mistake.
fn classics() -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("scripts/classics");
    let files = std::fs::read_dir(folder).expect("the scripts are there");
    let names = files.filter_map(|file| {
        let name = file.ok()?.file_name().into_string().ok()?;
        let name = name.strip_suffix(".rhai")?;
        (!name.ends_with("_mended")).then(|| name.to_string())
    });
    let mut names: Vec<String> = names.collect();
    names.sort();
    names
}

fn classic(name: &str) {
    let path = format!(
        "{}/scripts/classics/{name}.rhai",
        env!("CARGO_MANIFEST_DIR")
    );
    let text = std::fs::read_to_string(path).expect("the script can be read");
    let mut firsts = Vec::new();
    let mut strategies: Vec<StrategyKind> = Vec::new();
    for seed in 1..=SEEDS {
        let samples = sample(&text, seed, MOST, 1, None);
        firsts.extend(samples.sampled.first_failure());
        let found = samples.sampled.found.iter();
        let first = found.filter(|found| Some(found.schedule) == samples.sampled.first_failure());
        strategies.extend(first.map(|found| found.strategy));
    }
    strategies.sort();
    strategies.dedup();
    let strategies: Vec<String> = strategies.iter().map(ToString::to_string).collect();
    let mean = firsts.iter().sum::<u64>() as f64 / firsts.len().max(1) as f64;
    let worst = firsts.iter().max().copied().unwrap_or_default();
    let random = (1..=SEEDS).map(|seed| {
        let random = sample(&text, seed, RANDOM, 1, Some(StrategyKind::Uniform));
        random.sampled.first_failure().unwrap_or(RANDOM)
    });
    let random = random.sum::<u64>() as f64 / SEEDS as f64;
    let known = BEST_KNOWN.iter().find(|(known, _)| *known == name);
    let known = known.map_or(String::new(), |(_, schedules)| schedules.to_string());
    say(&format!(
        "{name:<24}{mean:>8.2}{worst:>8}{random:>8.1}{known:>12}{:>5}/{SEEDS}   {}",
        firsts.len(),
        strategies.join(", ")
    ));
}

fn speed(workers: usize) {
    let schedules = 200_000 * workers as u64;
    let samples = sample(INCREMENTS, 1, schedules, workers, None);
    let sampled = &samples.sampled;
    let per_second = sampled.schedules as f64 / sampled.took.as_secs_f64();
    say(&format!(
        "2 threads x 3 additions: {per_second:.0} schedules a second on {} of {} cores ({} schedules)",
        sampled.workers,
        threadlab::host::cores(),
        sampled.schedules
    ));
}

fn sample(
    text: &str,
    seed: u64,
    schedules: u64,
    workers: usize,
    only: Option<StrategyKind>,
) -> Samples {
    let sampling = Sampling {
        seed,
        schedules,
        time: Duration::from_secs(60),
        steps: None,
        memory: u64::MAX,
        depth: 10_000,
        workers,
        until_failure: true,
        only,
    };
    let stop = Arc::<AtomicBool>::default();
    let mut watch = Watch {
        stop: &stop,
        progress: &mut |_, _| {},
    };
    explorer(text).sample(&sampling, &mut watch)
}

fn explorer(text: &str) -> Rehearsal {
    let config = Config {
        scheduler: Scheduler::Seeded,
        seed: Some(1),
        workers: None,
        input: None,
        readable: Vec::new(),
        worker_executable: None,
        args: Vec::new(),
    };
    let input = Input {
        name: "bench",
        text,
        kind: InputKind::Script,
    };
    let mut session = Session::new(config, Arc::new(Stream::new()));
    session.explorer(input, false).expect("a text that can run")
}

#[allow(
    clippy::print_stdout,
    reason = "what was measured is what this program is for"
)]
fn say(line: &str) {
    println!("{line}");
}
