//! How long code takes: once, many times, and under two schedulers.

use std::borrow::Cow;
use std::fmt::Write;
use std::io;
use std::time::Duration;

use super::answer::Learner;
use crate::host::{self, Clock};
use crate::language::python::EarlierKind;
use crate::session::{Ahead, Input, InputKind, Outcome, Report, Scheduler};
use crate::view::live::Hidden;
use crate::view::paint::Role;

/// How long `:bench` measures, and how often at most.
const BENCH: Duration = Duration::from_secs(2);
const MOST_RUNS: usize = 1000;
/// How long `:compare` measures under each scheduler.
const COMPARED: Duration = Duration::from_millis(1500);
/// How often code is measured at least.
const LEAST_RUNS: usize = 5;
/// The quarters of the runs may differ by this part of the median before the machine is called busy.
const STEADY: f64 = 0.25;

/// The times of several runs, sorted, in seconds.
struct Times(Vec<f64>);

impl Times {
    fn at(&self, part: f64) -> f64 {
        let last = self.0.len().saturating_sub(1);
        let index = (last as f64 * part).round() as usize;
        self.0.get(index).copied().unwrap_or_default()
    }

    fn median(&self) -> f64 {
        self.at(0.5)
    }

    /// Between which times the middle half of the runs took.
    fn spread(&self) -> (f64, f64) {
        (self.at(0.25), self.at(0.75))
    }

    fn is_steady(&self) -> bool {
        let (low, high) = self.spread();
        high - low <= STEADY * self.median()
    }
}

impl Learner {
    /// `:time`: runs code and says how long it took.
    pub(super) fn time(&mut self, code: &str) -> io::Result<()> {
        let code = self.called(code).into_owned();
        let clock = Clock::start();
        self.run(&code, None)?;
        let took = seconds(clock.elapsed().as_secs_f64());
        self.say(&format!("took {took}\n"))
    }

    /// `:bench`: runs code many times; what it prints is not shown.
    pub(super) fn bench(&mut self, code: &str) -> io::Result<()> {
        let Some(times) = self.measured(code, BENCH)? else {
            return Ok(());
        };
        let (low, high) = times.spread();
        let mut said = format!(
            "median {}, half of the runs between {} and {} ({} runs)\n",
            seconds(times.median()),
            seconds(low),
            seconds(high),
            times.0.len()
        );
        said += self.busy(&[&times]);
        self.say(&said)
    }

    /// `:compare`: the same code under `parallel` and under `gil`, which are then set back.
    pub(super) fn compare(&mut self, code: Option<&str>) -> io::Result<()> {
        let last = || self.past.last().map(|past| past.text.clone());
        let Some(code) = code.map(String::from).or_else(last) else {
            return self.say("Nothing has run yet: `:compare CODE` runs CODE.\n");
        };
        self.stop_background()?;
        let before = self.session.scheduler();
        let mut all = Vec::new();
        for scheduler in [Scheduler::Parallel, Scheduler::Gil] {
            self.session.set_scheduler(scheduler);
            let times = self.measured(&code, COMPARED);
            match times {
                Ok(Some(times)) => all.push(times),
                other => {
                    self.session.set_scheduler(before);
                    return other.map(drop);
                }
            }
        }
        self.session.set_scheduler(before);
        let [parallel, gil] = &all[..] else {
            return Ok(());
        };
        let room = self.columns.saturating_sub(24).clamp(8, 40) as f64;
        let longest = parallel.median().max(gil.median()).max(1e-9);
        let mut said = String::new();
        for (name, times) in [("parallel", parallel), ("gil", gil)] {
            let length = (times.median() / longest * room).round().max(1.0) as usize;
            let bar = self.paint.text(Role::Prompt, &"#".repeat(length));
            let gap = " ".repeat((room as usize).saturating_sub(length));
            let _ = writeln!(said, "{name:<9} {bar}{gap} {}", seconds(times.median()));
        }
        let ratio = gil.median() / parallel.median().max(1e-9);
        let _ = match ratio {
            ratio if ratio > 1.15 => writeln!(said, "parallel is {ratio:.1} times as fast"),
            ratio if ratio < 0.87 => writeln!(said, "gil is {:.1} times as fast", 1.0 / ratio),
            _ => writeln!(said, "no difference to speak of"),
        };
        said += self.busy(&[parallel, gil]);
        self.say(&said)
    }

    /// The code that is meant to be measured: of a function alone, a call of it.
    fn called<'c>(&self, code: &'c str) -> Cow<'c, str> {
        let name = code.trim().trim_end_matches(';');
        let made = self.session.earlier(name, Ahead::HasRun);
        match made.is_some_and(|made| made.kind != EarlierKind::Variable) {
            true => Cow::Owned(format!("{name}()")),
            false => Cow::Borrowed(code),
        }
    }

    /// The times of several runs of some code; `None` when one did not come to its end, which was
    /// said. Ctrl-C ends it.
    fn measured(&mut self, code: &str, at_most: Duration) -> io::Result<Option<Times>> {
        let code = self.called(code);
        let code = &*code;
        // The first run shows what goes wrong, and prepares what later ones find prepared.
        if !self.run(code, None)? {
            return Ok(None);
        }
        self.live.lock().set_hidden(Hidden::Prints);
        let whole = Clock::start();
        let mut times = Vec::new();
        let mut is_whole = true;
        while times.len() < MOST_RUNS && (times.len() < LEAST_RUNS || whole.elapsed() < at_most) {
            let clock = Clock::start();
            let report = self.session.run(Input {
                name: "what is measured",
                text: code,
                kind: InputKind::Prompt,
            });
            times.push(clock.elapsed().as_secs_f64());
            is_whole = !self.is_stopped()
                && matches!(
                    report,
                    Report::Ran {
                        outcome: Outcome::Value(_),
                        ..
                    }
                );
            if !is_whole {
                break;
            }
        }
        self.printer.catch_up();
        self.live.lock().set_hidden(Hidden::Nothing);
        if !is_whole {
            self.say("A later run did not come to its end, so nothing is said of the time.\n")?;
            return Ok(None);
        }
        times.sort_by(f64::total_cmp);
        Ok(Some(Times(times)))
    }

    /// What to say when the times cannot be trusted.
    fn busy(&self, all: &[&Times]) -> &'static str {
        let others = host::load().is_some_and(|load| load > host::cores() as f64 + 0.5);
        match others || !all.iter().all(|times| times.is_steady()) {
            true => "The times vary: this machine is busy with other things, too. Measure again.\n",
            false => "",
        }
    }
}

/// A time with the unit that fits it.
pub(super) fn seconds(seconds: f64) -> String {
    match seconds {
        s if s < 1e-3 => format!("{:.0} us", s * 1e6),
        s if s < 1.0 => format!("{:.1} ms", s * 1e3),
        s => format!("{s:.2} s"),
    }
}

#[cfg(test)]
mod tests {
    use super::super::answer::tests::converse;
    use super::*;

    #[test]
    fn durations_have_a_unit_that_fits() {
        assert_eq!(seconds(0.000_012), "12 us");
        assert_eq!(seconds(0.0125), "12.5 ms");
        assert_eq!(seconds(1.5), "1.50 s");
    }

    #[test]
    fn the_median_and_the_middle_half_are_said() {
        let times = Times((1..=9).map(f64::from).collect());
        assert_eq!(times.median(), 5.0);
        assert_eq!(times.spread(), (3.0, 7.0));
        assert!(!times.is_steady());
    }

    #[test]
    fn what_is_measured_of_a_function_alone_is_a_call() {
        let seen = converse(&["fn f() { print(\"called\"); }", ":time f", ":time f()"]);
        assert!(seen[1].contains("called"), "{seen:?}");
        assert!(seen[2].contains("called"), "{seen:?}");
    }

    #[test]
    fn what_is_measured_prints_once_and_fails_once() {
        let seen = converse(&[
            "let n = 0;",
            ":bench n += 1; print(\"x\");",
            "n > 4",
            ":bench 1 / 0",
        ]);
        assert_eq!(seen[1].matches("x\n").count(), 1, "{}", seen[1]);
        assert!(seen[1].contains("median "), "{}", seen[1]);
        assert_eq!(seen[2], "true\n");
        assert_eq!(
            seen[3].matches("Division by zero").count(),
            1,
            "{}",
            seen[3]
        );
        assert!(!seen[3].contains("median"), "{}", seen[3]);
    }
}
