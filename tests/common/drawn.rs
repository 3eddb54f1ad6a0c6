//! Tests that draw their programs: how many, and which.

use std::str::FromStr;

use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

/// How long, in milliseconds, a smaller program is looked for that fails too.
const MOST_SHRINKING: u32 = 12_000;

/// A number from the environment, such as `REDUCED=10000`; `default` where there is none.
#[allow(dead_code, reason = "as in `mod.rs`")]
pub(crate) fn setting<T: FromStr>(name: &str, default: T) -> T {
    let set = std::env::var(name).ok();
    set.and_then(|set| set.parse().ok()).unwrap_or(default)
}

/// Draws so many cases, the same ones for the same seed.
pub(crate) fn runner(cases: u32, seed: u8) -> TestRunner {
    let config = Config {
        cases,
        failure_persistence: None,
        max_shrink_time: MOST_SHRINKING,
        ..Config::default()
    };
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &[seed; 32]);
    TestRunner::new_with_rng(config, rng)
}
