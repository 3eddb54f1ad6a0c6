//! What a user can set: in the configuration file, as an option of the command line, and by `:set`.
//!
//! One table names every key. A value is text wherever it comes from, and is read in one place. What
//! is wrong in the file is said with its line, and everything else in it counts.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::time::Duration;

use etcetera::AppStrategy;

use super::arguments::Color;
use super::state;
use crate::host;
use crate::library::nearest;
use crate::session::{RunLimits, Scheduler};
use crate::value::budget::size;
use crate::view::live::Gutter;

/// A key.
pub(super) struct Setting {
    pub(super) key: &'static str,
    /// The values that it can have, as they are typed.
    pub(super) values: &'static str,
    /// What it does, in a line.
    pub(super) what: &'static str,
}

impl Setting {
    /// The words among its values.
    pub(super) fn choices(&self) -> impl Iterator<Item = &'static str> {
        let words = self.values.split(" | ");
        words.filter(|word| word.chars().all(|c| c.is_ascii_lowercase()))
    }
}

const fn setting(key: &'static str, values: &'static str, what: &'static str) -> Setting {
    Setting { key, values, what }
}

/// All keys.
pub(super) const SETTINGS: [Setting; 15] = [
    setting(
        "scheduler",
        "parallel | gil | seeded",
        "who decides when a thread runs",
    ),
    setting(
        "seed",
        "N | none",
        "the seed of the gil and seeded schedulers",
    ),
    setting("color", "auto | always | never", "when to use colours"),
    setting(
        "gutter",
        "auto | on | off",
        "when to mark lines with the thread that printed them",
    ),
    setting("editing", "emacs | vi", "the keys of the line editor"),
    setting(
        "hints",
        "on | off",
        "grey words behind the cursor while you type",
    ),
    setting("history", "on | off", "whether inputs are kept in a file"),
    setting("quiet", "on | off", "no greeting"),
    setting("python", "on | off", "whether what you type is Python"),
    setting(
        "screen-reader",
        "on | off",
        "nothing is drawn twice, and nothing by colour alone",
    ),
    setting("init", "FILE", "a script that each prompt begins with"),
    setting(
        "max-memory",
        "SIZE | none",
        "how much memory a run may take: 512M, 2G",
    ),
    setting(
        "max-threads",
        "N | none",
        "how many threads may be alive at once",
    ),
    setting(
        "max-output",
        "SIZE | none",
        "how much a run may print: 1000, 64K, 10M",
    ),
    setting("max-seconds", "S | none", "how long a run may last"),
];

/// How many threads may be alive when nothing else is said: more than a lesson needs, and less than a
/// machine has room for.
const THREADS: u64 = 100_000;

/// What a run may use when nothing else is said: a quarter of the machine's memory.
pub(super) fn usual_limits() -> RunLimits {
    RunLimits {
        memory: host::memory().map_or(u64::MAX, |bytes| bytes / 4),
        threads: THREADS,
        ..RunLimits::NONE
    }
}

/// The number of bytes that a text such as `64M` stands for.
fn bytes(text: &str) -> Option<u64> {
    let digits = text.trim_end_matches(['B', 'b']);
    let (digits, shift) = match digits.char_indices().last()? {
        (end, 'k' | 'K') => (&digits[..end], 10),
        (end, 'm' | 'M') => (&digits[..end], 20),
        (end, 'g' | 'G') => (&digits[..end], 30),
        _ => (digits, 0),
    };
    digits.trim().parse::<u64>().ok()?.checked_mul(1 << shift)
}

/// The keys of the line editor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Editing {
    Emacs,
    Vi,
}

/// The values of all keys.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Settings {
    pub(super) scheduler: Scheduler,
    pub(super) seed: Option<u64>,
    pub(super) color: Color,
    pub(super) gutter: Gutter,
    pub(super) editing: Editing,
    pub(super) hints: bool,
    pub(super) history: bool,
    pub(super) quiet: bool,
    pub(super) python: bool,
    pub(super) screen_reader: bool,
    pub(super) init: Option<PathBuf>,
    pub(super) limits: RunLimits,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            scheduler: Scheduler::Parallel,
            seed: None,
            color: Color::Auto,
            gutter: Gutter::Auto,
            editing: Editing::Emacs,
            hints: true,
            history: true,
            quiet: false,
            python: false,
            screen_reader: false,
            init: None,
            limits: usual_limits(),
        }
    }
}

impl Settings {
    /// Sets a key.
    ///
    /// # Errors
    /// What is wrong with key or value, in words.
    pub(super) fn set(&mut self, key: &str, value: &str) -> Result<(), String> {
        let Some(setting) = SETTINGS.iter().find(|setting| setting.key == key) else {
            let known = SETTINGS.iter().map(|setting| setting.key);
            return Err(match nearest(key, known) {
                Some(near) => format!("there is no key `{key}`; did you mean `{near}`?"),
                None => format!("there is no key `{key}`; `:set` alone lists all"),
            });
        };
        let wrong = || {
            let Setting { values, what, .. } = setting;
            // A word in capitals stands for something that `what` describes.
            let meaning = match values.contains(|c: char| c.is_ascii_uppercase()) {
                true => format!(" ({what})"),
                false => String::new(),
            };
            format!("`{key}` cannot be `{value}`: choose {values}{meaning}")
        };
        let is_on = || match value {
            "on" | "true" => Ok(true),
            "off" | "false" => Ok(false),
            _ => Err(wrong()),
        };
        match key {
            "scheduler" => {
                self.scheduler = match value {
                    "parallel" => Scheduler::Parallel,
                    "gil" => Scheduler::Gil,
                    "seeded" => Scheduler::Seeded,
                    _ => return Err(wrong()),
                }
            }
            "seed" => {
                self.seed = match value {
                    "none" => None,
                    digits => Some(digits.parse().map_err(|_| wrong())?),
                }
            }
            "color" => {
                self.color = match value {
                    "auto" => Color::Auto,
                    "always" => Color::Always,
                    "never" => Color::Never,
                    _ => return Err(wrong()),
                }
            }
            "gutter" => {
                self.gutter = match value {
                    "auto" => Gutter::Auto,
                    "on" => Gutter::On,
                    "off" => Gutter::Off,
                    _ => return Err(wrong()),
                }
            }
            "editing" => {
                self.editing = match value {
                    "emacs" => Editing::Emacs,
                    "vi" => Editing::Vi,
                    _ => return Err(wrong()),
                }
            }
            "hints" => self.hints = is_on()?,
            "history" => self.history = is_on()?,
            "quiet" => self.quiet = is_on()?,
            "python" => self.python = is_on()?,
            "screen-reader" => self.screen_reader = is_on()?,
            "max-memory" | "max-threads" | "max-output" | "max-seconds" if value == "none" => {
                self.set_limit(key, RunLimits::NONE);
            }
            "max-memory" | "max-output" | "max-threads" => {
                let number = match key {
                    "max-threads" => value.parse().ok(),
                    _ => bytes(value),
                };
                let number = number.filter(|number| *number > 0).ok_or_else(wrong)?;
                let limits = RunLimits {
                    memory: number,
                    threads: number,
                    output: number,
                    time: Duration::MAX,
                };
                self.set_limit(key, limits);
            }
            "max-seconds" => {
                let seconds = value.parse().ok().filter(|seconds| *seconds > 0.0);
                let time = seconds.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
                self.limits.time = time.ok_or_else(wrong)?;
            }
            _ => self.init = Some(value.into()),
        }
        Ok(())
    }

    /// Takes one of these limits.
    fn set_limit(&mut self, key: &str, limits: RunLimits) {
        match key {
            "max-memory" => self.limits.memory = limits.memory,
            "max-threads" => self.limits.threads = limits.threads,
            "max-output" => self.limits.output = limits.output,
            _ => self.limits.time = limits.time,
        }
    }

    /// The value of a key, as it is typed.
    pub(super) fn get(&self, key: &str) -> String {
        let on_off = |value| if value { "on" } else { "off" };
        let number = |number: u64, shown: fn(u64) -> String| match number {
            u64::MAX => "none".into(),
            number => shown(number),
        };
        let text = match key {
            "max-memory" => return number(self.limits.memory, size),
            "max-output" => return number(self.limits.output, size),
            "max-threads" => return number(self.limits.threads, |number| number.to_string()),
            "max-seconds" => {
                return match self.limits.time {
                    Duration::MAX => "none".into(),
                    time => time.as_secs_f64().to_string(),
                };
            }
            "scheduler" => match self.scheduler {
                Scheduler::Parallel => "parallel",
                Scheduler::Gil => "gil",
                Scheduler::Seeded => "seeded",
            },
            "seed" => return self.seed.map_or("none".into(), |seed| seed.to_string()),
            "color" => match self.color {
                Color::Auto => "auto",
                Color::Always => "always",
                Color::Never => "never",
            },
            "gutter" => match self.gutter {
                Gutter::Auto => "auto",
                Gutter::On => "on",
                Gutter::Off => "off",
            },
            "editing" => match self.editing {
                Editing::Emacs => "emacs",
                Editing::Vi => "vi",
            },
            "hints" => on_off(self.hints),
            "history" => on_off(self.history),
            "quiet" => on_off(self.quiet),
            "python" => on_off(self.python),
            "screen-reader" => on_off(self.screen_reader),
            _ => {
                let file = self.init.as_ref();
                return file.map_or("none".into(), |file| file.display().to_string());
            }
        };
        text.into()
    }

    /// Sets what a file says. Returns what is wrong in it, a sentence each.
    pub(super) fn read(&mut self, file: &Path) -> Vec<String> {
        let name = file.display();
        let text = match fs::read_to_string(file) {
            Ok(text) => text,
            Err(error) if error.kind() == ErrorKind::NotFound => return Vec::new(),
            Err(error) => return vec![format!("{name} cannot be read: {error}")],
        };
        let problems = self.read_text(&text);
        let with_name = |problem: String| format!("{name}, {problem}");
        problems.into_iter().map(with_name).collect()
    }

    fn read_text(&mut self, text: &str) -> Vec<String> {
        let table: toml::Table = match text.parse() {
            Ok(table) => table,
            Err(error) => {
                let at = error.span().map_or(0, |span| span.start);
                let line = text[..at.min(text.len())].matches('\n').count() + 1;
                return vec![format!("line {line}: {}", error.message())];
            }
        };
        let mut problems = Vec::new();
        for (key, value) in &table {
            let value = match value {
                toml::Value::String(text) => text.clone(),
                other => other.to_string(),
            };
            if let Err(problem) = self.set(key, &value) {
                problems.push((line_of(text, key), problem));
            }
        }
        problems.sort();
        let shown = |(line, problem)| format!("line {line}: {problem}");
        problems.into_iter().map(shown).collect()
    }
}

/// The line that sets a key, from 1.
fn line_of(text: &str, key: &str) -> usize {
    let is_it = |line: &str| {
        let line = line.trim_start().trim_start_matches(['"', '\'', '[']);
        line.strip_prefix(key).is_some_and(|rest| {
            let rest = rest.trim_start_matches(['"', '\'']).trim_start();
            rest.starts_with(['=', '.', ']'])
        })
    };
    text.lines().position(is_it).map_or(1, |index| index + 1)
}

/// The configuration file: `XDG_CONFIG_HOME/threadlab/config.toml` or what the host has instead.
/// There need be none.
pub(super) fn file() -> Option<PathBuf> {
    let folder = state::strategy().ok()?.config_dir();
    Some(folder.join("config.toml"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_can_be_set_to_each_of_its_values_and_read_again() {
        for setting in &SETTINGS {
            for value in setting.choices() {
                let mut settings = Settings::default();
                assert_eq!(settings.set(setting.key, value), Ok(()), "{}", setting.key);
                assert_eq!(settings.get(setting.key), value, "{}", setting.key);
            }
        }
        let mut settings = Settings::default();
        settings.set("seed", "7").unwrap();
        settings.set("init", "a.rhai").unwrap();
        assert_eq!(
            (settings.get("seed"), settings.get("init")),
            ("7".into(), "a.rhai".into())
        );
    }

    #[test]
    fn limits_are_read_and_shown_in_their_units() {
        let mut settings = Settings::default();
        for (key, value, shown) in [
            ("max-memory", "64M", "64M"),
            ("max-memory", "1048576", "1M"),
            ("max-output", "2kB", "2K"),
            ("max-output", "1000", "1000"),
            ("max-threads", "50", "50"),
            ("max-seconds", "2.5", "2.5"),
            ("max-seconds", "none", "none"),
            ("max-threads", "none", "none"),
        ] {
            assert_eq!(settings.set(key, value), Ok(()), "{key} {value}");
            assert_eq!(settings.get(key), shown, "{key} {value}");
        }
        for (key, value) in [
            ("max-memory", "0"),
            ("max-memory", "much"),
            ("max-memory", "99999999999G"),
            ("max-threads", "5K"),
            ("max-seconds", "-1"),
            ("max-seconds", "NaN"),
        ] {
            let problem = settings.set(key, value).unwrap_err();
            assert!(problem.contains("none"), "{problem}");
        }
    }

    #[test]
    fn what_is_wrong_in_a_file_has_its_line_and_the_rest_counts() {
        let mut settings = Settings::default();
        let text = "# mine\nscheduler = \"gil\"\nhint = false\nseed = 3\ngutter = \"left\"\nquiet = true\n";
        assert_eq!(
            settings.read_text(text),
            [
                "line 3: there is no key `hint`; did you mean `hints`?",
                "line 5: `gutter` cannot be `left`: choose auto | on | off",
            ]
        );
        assert_eq!(settings.scheduler, Scheduler::Gil);
        assert_eq!(settings.seed, Some(3));
        assert!(settings.quiet);
        let broken = Settings::default().read_text("quiet = true\nhints = \n");
        assert!(broken[0].starts_with("line 2: "), "{broken:?}");
    }
}
