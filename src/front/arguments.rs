//! The command line as data.
//!
//! Whatever follows the script's name belongs to the script, even what looks like an option.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::error::ErrorKind;
use clap::{ArgAction, CommandFactory, Parser, ValueEnum};

use crate::session::{Config, Scheduler};

const USAGE: &str = "threadlab [OPTIONS] [FILE [ARGS]...]
       threadlab [OPTIONS] run FILE [ARGS]...
       threadlab [OPTIONS] -e CODE [ARGS]...
       threadlab [OPTIONS] doc [NAME | --markdown]";

const EXAMPLES: &str = "\
Examples:
  threadlab                              open the prompt (:tutorial begins the lessons)
  threadlab race.rhai                    run a script on all cores
  threadlab --scheduler gil race.rhai    the same script, one thread at a time
  threadlab --seed 7 race.rhai           the same run again, each time
  threadlab -e 'print(6 * 7)'            run a line
  echo 'print(6 * 7)' | threadlab        run standard input
  threadlab race.rhai --fast 3           --fast and 3 are the script's: its `args`
  threadlab doc Queue.put                what a name means; without one, all names

Exit status: 0, or 1 when the script failed, 2 for wrong usage or a text that cannot
run, 130 after Ctrl-C.";

/// Learn threads by typing: run a script, or open the prompt.
#[derive(Debug, Parser)]
#[command(name = "threadlab", version, override_usage = USAGE, after_help = EXAMPLES)]
#[command(disable_help_flag = true)]
struct Words {
    /// Show this help
    // The long form would list what each value means and no longer fit a screen.
    #[arg(short, long, action = ArgAction::HelpShort)]
    help: Option<bool>,

    /// Run CODE instead of a file
    #[arg(short = 'e', value_name = "CODE", allow_hyphen_values = true)]
    code: Option<String>,

    /// Who decides when a thread runs [default: parallel, or seeded when a seed is given]
    #[arg(long, value_name = "NAME")]
    scheduler: Option<SchedulerName>,

    /// The seed of the gil and seeded schedulers; without it, each run draws its own
    #[arg(long, value_name = "N")]
    seed: Option<u64>,

    /// How many cores the parallel scheduler uses [default: all]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    workers: Option<u16>,

    /// Write the run's event log to FILE, as JSON Lines
    #[arg(long, value_name = "FILE")]
    events: Option<PathBuf>,

    /// When to use colours; NO_COLOR=1 turns auto off
    #[arg(long, value_name = "WHEN", default_value = "auto")]
    color: Color,

    /// A script (`-` for standard input) and its arguments
    #[arg(value_name = "FILE [ARGS]", trailing_var_arg = true)]
    script: Vec<OsString>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum SchedulerName {
    /// Truly in parallel, on all cores
    Parallel,
    /// One thread at a time, for random slices, as under Python's lock
    Gil,
    /// One thread at a time, each step chosen from a seed; repeats exactly
    Seeded,
}

/// When to use colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Color {
    /// When the output is a terminal that can show them
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

/// What to run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// Nothing was named: the prompt, or standard input when that is no terminal.
    Standard,
    /// Standard input, named `-`.
    Stdin,
    /// A script's file.
    File(PathBuf),
    /// The text behind `-e`.
    Code(String),
}

/// What of the reference is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Doc {
    /// All names, with what they do.
    Overview,
    /// One name.
    Name(String),
    /// All of it, as Markdown.
    Markdown,
}

/// What the command line asks for.
#[derive(Clone, Debug)]
pub struct Arguments {
    /// What to run.
    pub command: Command,
    /// What of the reference is asked for; then nothing runs.
    pub doc: Option<Doc>,
    /// How to run it.
    pub config: Config,
    /// Where the event log goes.
    pub events: Option<PathBuf>,
    /// When to use colours.
    pub color: Color,
}

impl Arguments {
    /// Reads the words of a command line, the program's name first. The error is also what
    /// `--help` and `--version` answer.
    pub fn from_words(words: impl IntoIterator<Item = OsString>) -> Result<Self, clap::Error> {
        let mut words: Vec<OsString> = words.into_iter().collect();
        let run = drop_run(&mut words);
        let words = Words::try_parse_from(words)?;
        if run && words.script.is_empty() {
            return Err(usage(
                "`run` needs a FILE; a file that is itself named so is ./run",
            ));
        }
        let scheduler = match (words.scheduler, words.seed) {
            (Some(SchedulerName::Parallel), Some(_)) => {
                return Err(usage(
                    "a seed repeats nothing under the parallel scheduler: the cores decide there\n\n\
                     Leave --scheduler away, or choose gil or seeded.",
                ));
            }
            (Some(SchedulerName::Parallel), None) | (None, None) => Scheduler::Parallel,
            (Some(SchedulerName::Gil), _) => Scheduler::Gil,
            (Some(SchedulerName::Seeded), _) | (None, Some(_)) => Scheduler::Seeded,
        };
        let mut script = words.script.into_iter().peekable();
        let asks = words.code.is_none() && !run && script.peek().is_some_and(|word| word == "doc");
        let doc = match asks {
            true => Some(doc(&mut script)?),
            false => None,
        };
        let command = match words.code {
            Some(code) => Command::Code(code),
            None => match script.next() {
                None => Command::Standard,
                Some(name) if name == "-" => Command::Stdin,
                Some(name) => Command::File(name.into()),
            },
        };
        let args = script.map(|arg| {
            arg.into_string().map_err(|arg| {
                let arg = arg.to_string_lossy().into_owned();
                usage(&format!("the script's argument '{arg}' is not UTF-8"))
            })
        });
        Ok(Self {
            command,
            doc,
            config: Config {
                scheduler,
                seed: words.seed,
                workers: words.workers.map(usize::from),
                args: args.collect::<Result<_, _>>()?,
                worker_executable: None,
            },
            events: words.events,
            color: words.color,
        })
    }
}

/// What the words `doc ...` ask for. A script of that name is `./doc`.
fn doc(words: &mut impl Iterator<Item = OsString>) -> Result<Doc, clap::Error> {
    let words = words.skip(1);
    let words: Vec<String> = words
        .map(|word| word.to_string_lossy().into_owned())
        .collect();
    match &words[..] {
        [] => Ok(Doc::Overview),
        [word] if word == "--markdown" => Ok(Doc::Markdown),
        [name] if !name.starts_with('-') => Ok(Doc::Name(name.clone())),
        _ => Err(usage(
            "`doc` takes one NAME, or --markdown; a file that is itself named so is ./doc",
        )),
    }
}

/// Drops the word `run` where it stands for a command: it is what happens anyway. A script that is
/// really named `run` is `./run`.
///
/// It is done before the other words are read because `run` itself is no script: the options may
/// stand on both sides of it.
/// Says whether it was there.
fn drop_run(words: &mut Vec<OsString>) -> bool {
    // The options that take their value from the next word.
    const WITH_VALUE: [&str; 6] = [
        "-e",
        "--scheduler",
        "--seed",
        "--workers",
        "--events",
        "--color",
    ];
    let mut index = 1;
    while let Some(word) = words.get(index) {
        match word.to_str() {
            Some("run") => {
                words.remove(index);
                return true;
            }
            Some(option) if WITH_VALUE.contains(&option) => index += 2,
            Some(option) if option.starts_with('-') && option != "-" && option != "--" => {
                index += 1
            }
            _ => return false,
        }
    }
    false
}

fn usage(message: &str) -> clap::Error {
    Words::command().error(ErrorKind::ValueValidation, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(line: &[&str]) -> Result<Arguments, clap::Error> {
        let words = std::iter::once("threadlab").chain(line.iter().copied());
        Arguments::from_words(words.map(OsString::from))
    }

    fn check(line: &[&str], command: Command, args: &[&str]) {
        let arguments = read(line).unwrap();
        assert_eq!(arguments.command, command, "{line:?}");
        assert_eq!(arguments.config.args, args, "{line:?}");
    }

    #[test]
    fn what_follows_the_script_is_the_scripts() {
        let file = || Command::File("a.rhai".into());
        check(&[], Command::Standard, &[]);
        check(&["-"], Command::Stdin, &[]);
        check(&["a.rhai"], file(), &[]);
        check(&["a.rhai", "x", "y"], file(), &["x", "y"]);
        check(&["a.rhai", "--x"], file(), &["--x"]);
        check(&["a.rhai", "--seed", "1"], file(), &["--seed", "1"]);
        check(&["a.rhai", "--help"], file(), &["--help"]);
        check(&["a.rhai", "run"], file(), &["run"]);
        check(&["a.rhai", "-e", "1"], file(), &["-e", "1"]);
        check(
            &["-e", "print(1)", "x", "--y"],
            Command::Code("print(1)".into()),
            &["x", "--y"],
        );
        check(&["-e", "-1"], Command::Code("-1".into()), &[]);
    }

    #[test]
    fn run_is_a_command_and_a_file_of_that_name_has_a_path() {
        let file = || Command::File("a.rhai".into());
        check(&["run", "a.rhai"], file(), &[]);
        check(&["run", "a.rhai", "--x"], file(), &["--x"]);
        check(&["run", "run"], Command::File("run".into()), &[]);
        check(&["./run"], Command::File("./run".into()), &[]);
        check(&["--seed", "1", "run", "a.rhai"], file(), &[]);
        check(&["run", "--seed=1", "a.rhai"], file(), &[]);
        check(&["-e", "run"], Command::Code("run".into()), &[]);
        assert!(read(&["run"]).is_err());
    }

    #[test]
    fn doc_is_a_command_and_a_file_of_that_name_has_a_path() {
        let asked = |line: &[&str]| read(line).unwrap().doc;
        assert_eq!(asked(&["doc"]), Some(Doc::Overview));
        assert_eq!(asked(&["doc", "put"]), Some(Doc::Name("put".into())));
        assert_eq!(
            asked(&["--seed", "1", "doc", "--markdown"]),
            Some(Doc::Markdown)
        );
        assert_eq!(asked(&["./doc"]), None);
        assert_eq!(asked(&["run", "doc"]), None);
        assert_eq!(asked(&["-e", "1", "doc"]), None);
        check(&["./doc"], Command::File("./doc".into()), &[]);
        check(&["run", "doc"], Command::File("doc".into()), &[]);
        check(&["-e", "1", "doc"], Command::Code("1".into()), &["doc"]);
        assert!(read(&["doc", "a", "b"]).is_err());
        assert!(read(&["doc", "--bogus"]).is_err());
    }

    #[test]
    fn a_seed_asks_for_the_scheduler_that_repeats() {
        let scheduler = |line: &[&str]| read(line).map(|read| read.config.scheduler).ok();
        assert_eq!(scheduler(&[]), Some(Scheduler::Parallel));
        assert_eq!(scheduler(&["--seed", "7"]), Some(Scheduler::Seeded));
        assert_eq!(
            scheduler(&["--seed", "7", "--scheduler", "gil"]),
            Some(Scheduler::Gil)
        );
        assert_eq!(
            scheduler(&["--scheduler", "seeded"]),
            Some(Scheduler::Seeded)
        );
        assert_eq!(scheduler(&["--scheduler", "parallel", "--seed", "7"]), None);
    }

    #[test]
    fn wrong_words_are_refused_with_status_2() {
        for line in [
            &["--bogus"][..],
            &["--scheduler", "fair"],
            &["--seed", "x"],
            &["--workers", "0"],
            &["--workers", "-1"],
            &["--color", "red"],
            &["-e"],
        ] {
            let error = read(line).expect_err("refused");
            assert!(error.use_stderr(), "{line:?}");
            assert_eq!(error.exit_code(), 2, "{line:?}");
        }
        for line in ["--help", "--version"] {
            assert!(!read(&[line]).expect_err("an answer").use_stderr());
        }
    }

    #[test]
    fn the_words_are_well_formed() {
        Words::command().debug_assert();
    }
}
