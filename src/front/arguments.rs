//! The command line as data.
//!
//! What follows the script's name belongs to the script, but for an option of the command's own, which
//! is refused there: the user meant the command, most likely. Behind `--` everything is the script's.
//! The words `run`, `explore`, `mend`, `replay`, `step` and `learn` are commands where they come first, each
//! with options of its own.

use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

use clap::error::ErrorKind;
use clap::{ArgAction, Args, CommandFactory, Parser, ValueEnum};

use super::course::Origin;
use super::grade::{self, Grading};
use super::learn::Learn;
use super::lesson::LessonTask;
use super::setting::Settings;
use crate::explore::{Limits, Reduction};
use crate::session::{Config, Scheduler};

const USAGE: &str = "threadlab [OPTIONS] [FILE [ARGS]...]
       threadlab [OPTIONS] run FILE [ARGS]...
       threadlab [OPTIONS] -e CODE [ARGS]...
       threadlab explore [OPTIONS] FILE [ARGS]...
       threadlab mend [--write] FILE [ARGS]...
       threadlab replay TOKEN FILE [ARGS]...
       threadlab step FILE [ARGS]...
       threadlab lesson check FILE...
       threadlab grade EXERCISE FILE...
       threadlab learn [OPTIONS] [LESSON]
       threadlab check [--json] FILE
       threadlab translate FILE.py
       threadlab doc [NAME | --markdown]
       threadlab completions bash | zsh | fish
       threadlab man";

const EXAMPLES: &str = "\
Examples:
  threadlab                              open the prompt
  threadlab learn                        take the lessons; `learn --help` has more
  threadlab race.rhai                    run a script on all cores
  threadlab --scheduler gil race.rhai    the same script, one thread at a time
  threadlab --seed 7 race.rhai           the same run again, each time
  threadlab -e 'print(6 * 7)'            run a line
  echo 'print(6 * 7)' | threadlab        run standard input
  threadlab race.rhai --fast 3           --fast and 3 are the script's: its `args`
  threadlab race.rhai -- --seed 3        behind -- even what looks like our options
  threadlab explore race.rhai            all that can happen; `explore --help` has more
  threadlab step race.rhai               choose yourself which thread goes on
  threadlab race.py                      Python runs, too; `explore race.py` and so on
  threadlab translate race.py            what that is in this language
  threadlab doc Queue.put                what a name means; without one, all names

Exit status: 0, or 1 when the script failed, 2 for wrong usage or a text that cannot
run, 130 after Ctrl-C (143 after SIGTERM, 129 after SIGHUP).";

/// Learn threads by typing: run a script, or open the prompt.
#[derive(Debug, Parser)]
#[command(name = "threadlab", version, override_usage = USAGE, after_help = EXAMPLES)]
#[command(disable_help_flag = true)]
struct Words {
    #[command(flatten)]
    common: Common,

    /// Who decides when a thread runs [default: parallel, or seeded when a seed is given]
    #[arg(long, value_name = "NAME")]
    scheduler: Option<SchedulerName>,

    /// The seed of the gil and seeded schedulers; without it, each run draws its own
    #[arg(long, value_name = "N")]
    seed: Option<u64>,

    /// How many cores the parallel scheduler uses [default: all]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    workers: Option<u16>,

    #[command(flatten)]
    limits: LimitWords,

    /// Write the run's event log to FILE, as JSON Lines
    #[arg(long, value_name = "FILE")]
    events: Option<PathBuf>,

    /// A script (`-` for standard input) and its arguments
    #[arg(value_name = "FILE [ARGS]", trailing_var_arg = true)]
    script: Vec<OsString>,

    #[command(flatten)]
    prompt: PromptWords,
}

/// What a run may use: each is a key of the configuration file, too.
#[derive(Debug, Default, Args)]
struct LimitWords {
    /// How much memory a run may take: 512M, 2G, none [default: a quarter of the machine's]
    #[arg(long, value_name = "SIZE", value_parser = limit("max-memory"))]
    max_memory: Option<String>,

    /// How many threads may be alive at once [default: 100000]
    #[arg(long, value_name = "N", value_parser = limit("max-threads"))]
    max_threads: Option<String>,

    /// How much a run may print: 64K, 10M [default: none]
    #[arg(long, value_name = "SIZE", value_parser = limit("max-output"))]
    max_output: Option<String>,

    /// How long a run may last, in seconds [default: none]
    #[arg(long, value_name = "S", value_parser = limit("max-seconds"))]
    max_seconds: Option<String>,
}

/// Reads the value of a limit, which stays as it is typed.
fn limit(key: &'static str) -> impl Fn(&str) -> Result<String, String> + Clone {
    move |value| {
        let value = value.to_string();
        Settings::default().set(key, &value).map(|()| value)
    }
}

impl LimitWords {
    /// The keys that are set, with their values.
    fn settings(self) -> impl Iterator<Item = (&'static str, String)> {
        let all = [
            ("max-memory", self.max_memory),
            ("max-threads", self.max_threads),
            ("max-output", self.max_output),
            ("max-seconds", self.max_seconds),
        ];
        all.into_iter()
            .filter_map(|(key, value)| value.map(|value| (key, value)))
    }
}

/// What only the prompt takes: each is a key of the configuration file, too.
#[derive(Debug, Args)]
#[command(next_help_heading = "Options of the prompt")]
struct PromptWords {
    /// Read settings from FILE [default: threadlab/config.toml where settings belong]
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,

    /// When to mark lines with their thread: auto, on or off
    #[arg(long, value_name = "WHEN")]
    gutter: Option<String>,

    /// The keys of the line editor: emacs or vi
    #[arg(long, value_name = "KEYS")]
    editing: Option<String>,

    /// No grey words behind the cursor
    #[arg(long)]
    no_hints: bool,

    /// Keep no inputs in a file
    #[arg(long)]
    no_history: bool,

    /// No greeting
    #[arg(short, long)]
    quiet: bool,

    /// Draw nothing twice, and show nothing by colour alone
    #[arg(long)]
    screen_reader: bool,

    /// Run FILE first
    #[arg(long, value_name = "FILE")]
    init: Option<PathBuf>,
}

impl PromptWords {
    /// The keys that are set, with their values.
    fn settings(&self) -> Vec<(&'static str, String)> {
        let flags = [
            ("hints", self.no_hints, "off"),
            ("history", self.no_history, "off"),
            ("quiet", self.quiet, "on"),
            ("screen-reader", self.screen_reader, "on"),
        ];
        let flags = flags.into_iter().filter(|(_, is_set, _)| *is_set);
        let mut settings: Vec<_> = flags
            .map(|(key, _, value)| (key, value.to_string()))
            .collect();
        let init = self.init.as_ref().map(|file| file.display().to_string());
        for (key, value) in [
            ("gutter", self.gutter.clone()),
            ("editing", self.editing.clone()),
            ("init", init),
        ] {
            settings.extend(value.map(|value| (key, value)));
        }
        settings
    }
}

/// What all commands take.
#[derive(Debug, Args)]
struct Common {
    /// Show this help
    // The long form would list what each value means and no longer fit a screen.
    #[arg(short, long, action = ArgAction::HelpShort)]
    help: Option<bool>,

    /// Take CODE instead of a file
    #[arg(short = 'e', value_name = "CODE", allow_hyphen_values = true)]
    code: Option<String>,

    /// Let the script read files of DIR; may be given again
    #[arg(long, value_name = "DIR")]
    allow_read: Vec<PathBuf>,

    /// The lines that `input` reads
    #[arg(long, value_name = "FILE")]
    input: Option<PathBuf>,

    /// When to use colours; NO_COLOR=1 turns auto off [default: auto]
    #[arg(long, value_name = "WHEN")]
    color: Option<Color>,
}

const EXPLORE_EXAMPLES: &str = "\
Examples:
  threadlab explore race.rhai                what can become of it, and why
  threadlab explore --deny race race.rhai    a data race alone is a failure
  threadlab explore --seconds 60 big.rhai    search longer
  threadlab explore --json race.rhai         one JSON object, for programs

Exit status: 0 when everything was seen and nothing fails, 1 when a failure was
found, 3 when none was found but not everything was seen, 2 for wrong usage or a
text that cannot run.";

/// Run a script through all its interleavings, and report what can become of it.
#[derive(Debug, Parser)]
#[command(name = "threadlab explore", after_help = EXPLORE_EXAMPLES, disable_help_flag = true)]
#[command(override_usage = "threadlab explore [OPTIONS] FILE [ARGS]...
       threadlab explore [OPTIONS] -e CODE [ARGS]...")]
struct ExploreWords {
    #[command(flatten)]
    common: Common,

    /// Give up after so many different states [default: 1000000]
    #[arg(long, value_name = "N")]
    states: Option<u64>,

    /// Give up after so many seconds [default: 10]
    #[arg(long, value_name = "S", value_parser = seconds)]
    seconds: Option<Duration>,

    /// Follow runs for so many steps [default: 10000]
    #[arg(long, value_name = "N")]
    depth: Option<u32>,

    /// Give up when script and search hold so much memory [default: 1024]
    #[arg(long, value_name = "MB")]
    memory: Option<u64>,

    /// What the choices of sampled schedules are drawn from [default: 1]
    #[arg(long, value_name = "N")]
    seed: Option<u64>,

    /// Whether one run is done for all that differ only in the order of independent steps
    #[arg(long, value_name = "WHEN", hide = true)]
    reduction: Option<Reducing>,

    /// Make findings of this kind failures: race
    #[arg(long, value_name = "KIND")]
    deny: Option<Denied>,

    /// Let the order in which different threads print make a difference
    #[arg(long)]
    order: bool,

    /// Report everything, not only what fits on a screen
    #[arg(long, group = "form")]
    all: bool,

    /// Report one line for each failure
    #[arg(long, group = "form")]
    summary: bool,

    /// Report one JSON object
    #[arg(long, group = "form")]
    json: bool,

    /// Report everything as Markdown, for a handout
    #[arg(long, group = "form")]
    md: bool,

    /// A script (`-` for standard input) and its arguments
    #[arg(value_name = "FILE [ARGS]", trailing_var_arg = true)]
    script: Vec<OsString>,
}

/// Findings that can be made failures.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum Denied {
    /// Two threads touch one variable, and nothing keeps them apart
    Race,
}

const MEND_EXAMPLES: &str = "\
Examples:
  threadlab mend race.rhai            show what to change, as a diff
  threadlab mend --write race.rhai    and change the file

Exit status: 0 when nothing fails in the changed script, all of which was seen, 1
when something still fails, 3 when not everything was seen, 2 for wrong usage or a
text that cannot run.";

/// Change a script until nothing in it fails, and prove that.
#[derive(Debug, Parser)]
#[command(name = "threadlab mend", after_help = MEND_EXAMPLES, disable_help_flag = true)]
#[command(override_usage = "threadlab mend [--write] FILE [ARGS]...
       threadlab mend -e CODE [ARGS]...")]
struct MendWords {
    #[command(flatten)]
    common: Common,

    /// Write the changed script to FILE
    #[arg(long)]
    write: bool,

    /// A script (`-` for standard input) and its arguments
    #[arg(value_name = "FILE [ARGS]", trailing_var_arg = true)]
    script: Vec<OsString>,
}

const REPLAY_EXAMPLES: &str = "\
Example: threadlab replay 3432nd07 race.rhai

Exit status: 0, or 1 when that run fails, 2 when the token belongs to another text.";

/// Show again a run that exploring or stepping has given a token.
#[derive(Debug, Parser)]
#[command(name = "threadlab replay", after_help = REPLAY_EXAMPLES, disable_help_flag = true)]
#[command(override_usage = "threadlab replay [OPTIONS] TOKEN FILE [ARGS]...
       threadlab replay [OPTIONS] TOKEN -e CODE [ARGS]...")]
struct ReplayWords {
    #[command(flatten)]
    common: Common,

    /// The token of the run, as it was printed
    token: String,

    /// The script that it was made for, and its arguments
    #[arg(value_name = "FILE [ARGS]", trailing_var_arg = true)]
    script: Vec<OsString>,
}

/// Run a script one step at a time: you choose which thread goes on.
#[derive(Debug, Parser)]
#[command(name = "threadlab step", disable_help_flag = true)]
#[command(override_usage = "threadlab step [OPTIONS] FILE [ARGS]...
       threadlab step [OPTIONS] -e CODE [ARGS]...")]
struct StepWords {
    #[command(flatten)]
    common: Common,

    /// A script and its arguments
    #[arg(value_name = "FILE [ARGS]", trailing_var_arg = true)]
    script: Vec<OsString>,
}

const LESSON_EXAMPLES: &str = "\
Examples:
  threadlab lesson new 07_lost_update      write a template to 07_lost_update.rhai
  threadlab lesson check lessons/*.rhai    prove what lessons claim

scripts/lessons/README.md describes the format. Exit status: 0 when all holds, 1 when
something does not, 2 for wrong usage.";

/// Write lessons, and prove them.
#[derive(Debug, Parser)]
#[command(name = "threadlab lesson", after_help = LESSON_EXAMPLES, disable_help_flag = true)]
#[command(override_usage = "threadlab lesson check [--times] FILE...
       threadlab lesson new NAME")]
struct LessonWords {
    /// Show this help
    #[arg(short, long, action = ArgAction::HelpShort)]
    help: Option<bool>,

    /// With check: list what each exercise took
    #[arg(long)]
    times: bool,

    /// What to do: check or new
    #[arg(value_name = "check | new")]
    what: LessonVerb,

    /// Files of lessons, or the name of a new one
    #[arg(value_name = "FILE | NAME", required = true)]
    names: Vec<PathBuf>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum LessonVerb {
    /// Prove lessons
    Check,
    /// Write a template
    New,
}

const GRADE_EXAMPLES: &str = "\
Examples:
  threadlab grade locks/2 answers/*.rhai           the second exercise of a lesson
  threadlab grade my.rhai#1 --csv answers/*.py     the first one of a lesson of yours

Each answer is explored on its own, bounded by states, memory and work: the verdict is
the same on every machine. Exit status: 0, or 2 for wrong usage.";

/// Grade the answers of a class to an exercise.
#[derive(Debug, Parser)]
#[command(name = "threadlab grade", after_help = GRADE_EXAMPLES, disable_help_flag = true)]
#[command(override_usage = "threadlab grade [--csv | --json | --feedback] EXERCISE FILE...")]
struct GradeWords {
    /// Show this help
    #[arg(short, long, action = ArgAction::HelpShort)]
    help: Option<bool>,

    /// Write comma-separated values
    #[arg(long, group = "form")]
    csv: bool,

    /// Write a JSON array
    #[arg(long, group = "form")]
    json: bool,

    /// Write what each learner would be told, with the run that shows it
    #[arg(long, group = "form")]
    feedback: bool,

    /// LESSON/NUMBER, or FILE#NUMBER
    exercise: String,

    /// Files with answers, in this language or in Python (`.py`)
    #[arg(value_name = "FILE", required = true)]
    files: Vec<PathBuf>,
}

const LEARN_EXAMPLES: &str = "\
Examples:
  threadlab learn                     the list of lessons, and what you have done
  threadlab learn 7                   one of them, where you left it
  threadlab learn --files answers 7   answers are files there, checked when saved
  threadlab learn --dir lessons       a teacher's lessons
  threadlab learn --export me.json    what you have done, as JSON";

/// Take the lessons, at the prompt.
#[derive(Debug, Parser)]
#[command(name = "threadlab learn", after_help = LEARN_EXAMPLES, disable_help_flag = true)]
#[command(override_usage = "threadlab learn [OPTIONS] [LESSON]
       threadlab learn --export FILE")]
struct LearnWords {
    #[command(flatten)]
    common: Common,

    /// Take the lessons of this folder, in the order of their names
    #[arg(long, value_name = "FOLDER", group = "origin")]
    dir: Option<PathBuf>,

    /// Take this lesson
    #[arg(long, value_name = "FILE", group = "origin")]
    file: Option<PathBuf>,

    /// Keep the answers to exercises as files here, and check each when it is saved
    #[arg(long, value_name = "FOLDER")]
    files: Option<PathBuf>,

    /// Read well aloud and in a log: no colours, nothing drawn twice
    #[arg(long)]
    plain: bool,

    /// Write what was done to FILE (`-` for standard output), as JSON, and end
    #[arg(long, value_name = "FILE")]
    export: Option<PathBuf>,

    /// Who decides when a thread runs [default: parallel, or seeded when a seed is given]
    #[arg(long, value_name = "NAME")]
    scheduler: Option<SchedulerName>,

    /// The seed of the gil and seeded schedulers; without it, each run draws its own
    #[arg(long, value_name = "N")]
    seed: Option<u64>,

    /// The name or number of a lesson
    lesson: Option<String>,

    #[command(flatten)]
    prompt: PromptWords,
}

/// Say what is wrong with a script, without running it.
#[derive(Debug, Parser)]
#[command(name = "threadlab check", disable_help_flag = true)]
#[command(after_help = "Exit status: 0 when the script can run, 2 when it cannot.")]
#[command(override_usage = "threadlab check [--json] FILE
       threadlab check [--json] -e CODE")]
struct CheckWords {
    #[command(flatten)]
    common: Common,

    /// Write a JSON object, for editors
    #[arg(long)]
    json: bool,

    /// The script (`-` for standard input)
    #[arg(value_name = "FILE")]
    script: Vec<OsString>,
}

/// Show what a script of Python's is in this language.
#[derive(Debug, Parser)]
#[command(name = "threadlab translate", disable_help_flag = true)]
#[command(override_usage = "threadlab translate [--color WHEN] FILE.py
       threadlab translate [--color WHEN] -e CODE")]
struct TranslateWords {
    #[command(flatten)]
    common: Common,

    /// The script (`-` for standard input)
    #[arg(value_name = "FILE")]
    script: Vec<OsString>,
}

/// Show what a name means, or all names.
#[derive(Debug, Parser)]
#[command(name = "threadlab doc", disable_help_flag = true)]
#[command(override_usage = "threadlab doc [--color WHEN] [NAME | --markdown]")]
struct DocWords {
    #[command(flatten)]
    common: Common,

    /// The name: `sleep`, `Queue.put`, `put`
    #[arg(conflicts_with = "markdown")]
    name: Option<String>,

    /// Write the whole reference as Markdown
    #[arg(long)]
    markdown: bool,
}

/// Write what completes our options in a shell.
#[derive(Debug, Parser)]
#[command(name = "threadlab completions", disable_help_flag = true)]
#[command(override_usage = "threadlab completions bash | zsh | fish")]
struct CompletionWords {
    /// Show this help
    #[arg(short, long, action = ArgAction::HelpShort)]
    help: Option<bool>,

    /// The shell
    shell: clap_complete::Shell,
}

/// Write the manual page, for `man -l -`.
#[derive(Debug, Parser)]
#[command(name = "threadlab man", disable_help_flag = true)]
struct ManWords {
    /// Show this help
    #[arg(short, long, action = ArgAction::HelpShort)]
    help: Option<bool>,
}

/// When it is tried to prove without counting.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum Reducing {
    Auto,
    Always,
    Never,
}

impl Reducing {
    fn reduction(self) -> Reduction {
        match self {
            Self::Auto => Reduction::Auto,
            Self::Always => Reduction::Always,
            Self::Never => Reduction::Never,
        }
    }
}

/// A time in seconds that is no longer than some years.
fn seconds(text: &str) -> Result<Duration, String> {
    let seconds: f64 = text.parse().map_err(|_| "give a number of seconds")?;
    match seconds > 0.0 && seconds < 1e8 {
        true => Ok(Duration::from_secs_f64(seconds)),
        false => Err("give a number of seconds above 0".into()),
    }
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

/// What to do with it.
#[derive(Clone, Debug)]
pub enum Task {
    /// Run it once.
    Run,
    /// Run it through all its interleavings.
    Explore(Exploring),
    /// Change it until nothing fails.
    Mend {
        /// Whether its file is changed.
        write: bool,
    },
    /// Show the run again that this token stands for.
    Replay(String),
    /// Let the learner choose each step.
    Step,
    /// Teach, at the prompt.
    Learn(Learn),
    /// Nothing runs: what is wrong with the text is shown, as JSON when asked for.
    Check(bool),
    /// Nothing runs: the translation of a text of Python's is shown.
    Translate,
    /// Lessons are proved, or begun.
    Lesson(LessonTask),
    /// Answers are graded.
    Grade(Grading),
    /// Nothing runs: the reference is shown.
    Doc(Doc),
    /// Nothing runs: this is written to standard output.
    Write(Vec<u8>),
}

/// How to explore.
#[derive(Clone, Debug)]
pub struct Exploring {
    /// When to give up.
    pub limits: Limits,
    /// Whether data races are failures.
    pub deny_race: bool,
    /// Whether the order in which different threads print makes a difference.
    pub ordered: bool,
    /// What the report looks like.
    pub form: Form,
}

/// What a report looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// Text that fits on a screen, for the usual case.
    Screen,
    /// All of it as text.
    All,
    /// A line for each failure.
    Summary,
    /// A JSON object.
    Json,
    /// Markdown.
    Markdown,
}

/// What the command line asks for.
#[derive(Clone, Debug)]
pub struct Arguments {
    /// What to do.
    pub task: Task,
    /// What to run.
    pub command: Command,
    /// How to run it.
    pub config: Config,
    /// Where the event log goes.
    pub events: Option<PathBuf>,
    /// When to use colours.
    pub color: Color,
    /// The file of the lines that `input` reads.
    pub input: Option<PathBuf>,
    /// What the prompt is set to, by key.
    pub settings: Vec<(&'static str, String)>,
    /// The configuration file, if another one than usual.
    pub settings_file: Option<PathBuf>,
}

impl Arguments {
    /// Reads the words of a command line, the program's name first. The error is also what
    /// `--help` and `--version` answer.
    pub fn from_words(words: impl IntoIterator<Item = OsString>) -> Result<Self, clap::Error> {
        let mut words: Vec<OsString> = words.into_iter().collect();
        let verb = take_verb(&mut words);
        // Where it comes before the script, clap takes it out, and everything behind is the script's.
        let has_dashes = words.iter().any(|word| word == "--");
        let to_script = |command: clap::Command, common: &Common, script: Vec<OsString>| {
            let is_free = has_dashes && !script.iter().any(|word| word == "--");
            let args = usize::from(common.code.is_none());
            match is_free {
                true => Ok(script),
                false => scripts_own(&command, script, args),
            }
        };
        let arguments = match verb {
            None | Some(Verb::Run) => {
                let mut words = Words::try_parse_from(words)?;
                words.script = to_script(Words::command(), &words.common, words.script)?;
                Self::of_run(words)?
            }
            Some(Verb::Explore) => {
                let mut words = ExploreWords::try_parse_from(words)?;
                words.script = to_script(ExploreWords::command(), &words.common, words.script)?;
                Self::of_explore(words)?
            }
            Some(Verb::Mend) => {
                let words = MendWords::try_parse_from(words)?;
                let script = to_script(MendWords::command(), &words.common, words.script)?;
                let write = words.write;
                let arguments = Self::of(Task::Mend { write }, words.common, script)?;
                if write && !matches!(arguments.command, Command::File(_)) {
                    return Err(usage("--write needs a FILE to write to"));
                }
                arguments
            }
            Some(Verb::Replay) => {
                let words = ReplayWords::try_parse_from(words)?;
                let script = to_script(ReplayWords::command(), &words.common, words.script)?;
                Self::of(Task::Replay(words.token), words.common, script)?
            }
            Some(Verb::Step) => {
                let words = StepWords::try_parse_from(words)?;
                let script = to_script(StepWords::command(), &words.common, words.script)?;
                Self::of(Task::Step, words.common, script)?
            }
            Some(Verb::Learn) => return Self::of_learn(LearnWords::try_parse_from(words)?),
            Some(Verb::Check) => {
                let words = CheckWords::try_parse_from(words)?;
                Self::of(Task::Check(words.json), words.common, words.script)?
            }
            Some(Verb::Translate) => {
                let words = TranslateWords::try_parse_from(words)?;
                Self::of(Task::Translate, words.common, words.script)?
            }
            Some(Verb::Lesson) => return Self::of_lesson(LessonWords::try_parse_from(words)?),
            Some(Verb::Grade) => {
                let words = GradeWords::try_parse_from(words)?;
                return Ok(Self::without_text(Task::Grade(Grading {
                    exercise: words.exercise,
                    files: words.files,
                    form: match (words.csv, words.json, words.feedback) {
                        (true, ..) => grade::Form::Csv,
                        (_, true, _) => grade::Form::Json,
                        (.., true) => grade::Form::Feedback,
                        _ => grade::Form::Table,
                    },
                })));
            }
            Some(Verb::Doc) => return Self::of_doc(DocWords::try_parse_from(words)?),
            Some(Verb::Completions) => {
                let words = CompletionWords::try_parse_from(words)?;
                return Ok(Self::writing(completions(words.shell)));
            }
            Some(Verb::Man) => {
                ManWords::try_parse_from(words)?;
                return Ok(Self::writing(manual()));
            }
        };
        match (verb, &arguments.command) {
            (Some(verb), Command::Standard) => {
                let name = verb.name();
                Err(usage(&format!(
                    "`{name}` needs a FILE; a file that is itself named so is ./{name}"
                )))
            }
            (Some(Verb::Step), Command::Stdin) => Err(usage(
                "`step` reads your choices from standard input, so the script must be a FILE",
            )),
            _ => Ok(arguments),
        }
    }

    fn of_run(words: Words) -> Result<Self, clap::Error> {
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
        let color = words.common.color;
        let mut arguments = Self::of(Task::Run, words.common, words.script)?;
        arguments.settings = words.prompt.settings();
        arguments.settings.extend(words.limits.settings());
        let named = words.scheduler.is_some() || words.seed.is_some();
        let name = match scheduler {
            Scheduler::Parallel => "parallel",
            Scheduler::Gil => "gil",
            Scheduler::Seeded => "seeded",
        };
        let color = color.and_then(|color| color.to_possible_value());
        let color = color.map(|value| value.get_name().to_string());
        for (key, value) in [
            ("scheduler", named.then(|| name.to_string())),
            ("seed", words.seed.map(|seed| seed.to_string())),
            ("color", color),
        ] {
            arguments.settings.extend(value.map(|value| (key, value)));
        }
        arguments.settings_file = words.prompt.config;
        arguments.config.scheduler = scheduler;
        arguments.config.seed = words.seed;
        arguments.config.workers = words.workers.map(usize::from);
        arguments.events = words.events;
        Ok(arguments)
    }

    fn of_learn(words: LearnWords) -> Result<Self, clap::Error> {
        if words.common.code.is_some() {
            return Err(usage(
                "`learn` takes lessons; `threadlab -e CODE` runs code",
            ));
        }
        let origin = match (words.dir, words.file) {
            (Some(folder), _) => Origin::Folder(folder),
            (None, Some(file)) => Origin::File(file),
            (None, None) => Origin::Own,
        };
        let learn = Learn {
            lesson: words.lesson,
            origin,
            files: words.files,
            export: words.export,
            is_plain: words.plain,
        };
        let arguments = Self::of_run(Words {
            common: words.common,
            scheduler: words.scheduler,
            seed: words.seed,
            workers: None,
            limits: LimitWords::default(),
            events: None,
            script: Vec::new(),
            prompt: words.prompt,
        })?;
        Ok(Self {
            task: Task::Learn(learn),
            ..arguments
        })
    }

    fn of_doc(words: DocWords) -> Result<Self, clap::Error> {
        let doc = match words.name {
            Some(name) => Doc::Name(name),
            None if words.markdown => Doc::Markdown,
            None => Doc::Overview,
        };
        let arguments = Self::of(Task::Doc(doc), words.common, Vec::new())?;
        // There is no text to read.
        let command = Command::Code(String::new());
        Ok(Self {
            command,
            ..arguments
        })
    }

    fn of_lesson(words: LessonWords) -> Result<Self, clap::Error> {
        let task = match (words.what, words.names.as_slice()) {
            (LessonVerb::Check, _) => LessonTask::Check {
                files: words.names,
                with_times: words.times,
            },
            (LessonVerb::New, [name]) => LessonTask::New(name.display().to_string()),
            (LessonVerb::New, _) => return Err(usage("`lesson new` takes one name")),
        };
        Ok(Self::without_text(Task::Lesson(task)))
    }

    fn of_explore(words: ExploreWords) -> Result<Self, clap::Error> {
        let usual = Limits::default();
        let how = Exploring {
            limits: Limits {
                states: words.states.unwrap_or(usual.states),
                time: words.seconds.unwrap_or(usual.time),
                depth: words.depth.unwrap_or(usual.depth),
                memory: words
                    .memory
                    .map_or(usual.memory, |megabytes| megabytes.saturating_mul(1 << 20)),
                seed: words.seed.unwrap_or(usual.seed),
                reduction: words.reduction.map_or(usual.reduction, Reducing::reduction),
                ..usual
            },
            deny_race: matches!(words.deny, Some(Denied::Race)),
            ordered: words.order,
            form: match (words.all, words.summary, words.json, words.md) {
                (true, ..) => Form::All,
                (_, true, ..) => Form::Summary,
                (_, _, true, _) => Form::Json,
                (.., true) => Form::Markdown,
                _ => Form::Screen,
            },
        };
        Self::of(Task::Explore(how), words.common, words.script)
    }

    /// The same for all tasks: what to run, with which arguments.
    fn of(task: Task, common: Common, script: Vec<OsString>) -> Result<Self, clap::Error> {
        let mut script = script.into_iter();
        let command = match common.code {
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
            task,
            command,
            config: Config {
                // What is explored or replayed is led by others.
                scheduler: Scheduler::Seeded,
                seed: None,
                workers: None,
                args: args.collect::<Result<_, _>>()?,
                input: None,
                readable: common.allow_read,
                worker_executable: None,
            },
            events: None,
            color: common.color.unwrap_or(Color::Auto),
            input: common.input,
            settings: Vec::new(),
            settings_file: None,
        })
    }

    /// What only writes something.
    fn writing(text: Vec<u8>) -> Self {
        Self::without_text(Task::Write(text))
    }

    /// What takes no text to run.
    fn without_text(task: Task) -> Self {
        Self {
            task,
            // There is no text to read.
            command: Command::Code(String::new()),
            config: Config {
                scheduler: Scheduler::Seeded,
                seed: None,
                workers: None,
                args: Vec::new(),
                input: None,
                readable: Vec::new(),
                worker_executable: None,
            },
            events: None,
            color: Color::Auto,
            input: None,
            settings: Vec::new(),
            settings_file: None,
        }
    }
}

/// All commands as one, for what describes them.
fn whole_command() -> clap::Command {
    let sub = |command: clap::Command, name: &'static str| command.name(name);
    Words::command().override_usage(USAGE).subcommands([
        sub(ExploreWords::command(), "explore"),
        sub(MendWords::command(), "mend"),
        sub(ReplayWords::command(), "replay"),
        sub(StepWords::command(), "step"),
        sub(LessonWords::command(), "lesson"),
        sub(GradeWords::command(), "grade"),
        sub(LearnWords::command(), "learn"),
        sub(CheckWords::command(), "check"),
        sub(TranslateWords::command(), "translate"),
        sub(DocWords::command(), "doc"),
        sub(CompletionWords::command(), "completions"),
        sub(ManWords::command(), "man"),
    ])
}

/// What completes our options in a shell.
fn completions(shell: clap_complete::Shell) -> Vec<u8> {
    let mut text = Vec::new();
    clap_complete::generate(shell, &mut whole_command(), "threadlab", &mut text);
    text
}

/// The manual page, for `man`.
fn manual() -> Vec<u8> {
    let mut text = Vec::new();
    // Nothing can go wrong with a vector.
    let _ = clap_mangen::Man::new(whole_command()).render(&mut text);
    text
}

/// A word that is a command where it comes first.
#[derive(Clone, Copy, Debug)]
enum Verb {
    /// What happens anyway.
    Run,
    Explore,
    Mend,
    Replay,
    Step,
    Lesson,
    Grade,
    Learn,
    Check,
    Translate,
    Doc,
    Completions,
    Man,
}

impl Verb {
    const ALL: [Self; 13] = [
        Self::Run,
        Self::Explore,
        Self::Mend,
        Self::Replay,
        Self::Step,
        Self::Lesson,
        Self::Grade,
        Self::Learn,
        Self::Check,
        Self::Translate,
        Self::Doc,
        Self::Completions,
        Self::Man,
    ];

    fn name(self) -> &'static str {
        match self {
            Self::Run => "run",
            Self::Explore => "explore",
            Self::Mend => "mend",
            Self::Replay => "replay",
            Self::Step => "step",
            Self::Lesson => "lesson",
            Self::Grade => "grade",
            Self::Learn => "learn",
            Self::Check => "check",
            Self::Translate => "translate",
            Self::Doc => "doc",
            Self::Completions => "completions",
            Self::Man => "man",
        }
    }
}

/// Takes out the word that stands for a command, if the first one that is no option does. A script
/// that is really named `run` is `./run`.
///
/// It is done before the other words are read because a verb is no script: the options may stand on
/// both sides of it.
fn take_verb(words: &mut Vec<OsString>) -> Option<Verb> {
    // The options that take their value from the next word.
    const WITH_VALUE: [&str; 14] = [
        "--config",
        "--gutter",
        "--editing",
        "--init",
        "--scheduler",
        "--seed",
        "--workers",
        "--events",
        "--color",
        "--states",
        "--seconds",
        "--depth",
        "--memory",
        "--deny",
    ];
    let mut index = 1;
    while let Some(word) = words.get(index) {
        let word = word.to_str()?;
        if let Some(verb) = Verb::ALL.into_iter().find(|verb| verb.name() == word) {
            words.remove(index);
            return Some(verb);
        }
        if word == "-e" {
            // What follows the code is the script's.
            return None;
        }
        if WITH_VALUE.contains(&word) {
            index += 2;
        } else if word.starts_with('-') && word != "-" && word != "--" {
            index += 1;
        } else {
            return None;
        }
    }
    None
}

/// The words from the script's name on, of which those from `args` on are its arguments, without the
/// first `--` among these.
///
/// # Errors
/// When an option of `command` stands among the arguments before that: it would do nothing there.
fn scripts_own(
    command: &clap::Command,
    mut script: Vec<OsString>,
    args: usize,
) -> Result<Vec<OsString>, clap::Error> {
    let own = script.iter().skip(args);
    let dashes = own.clone().position(|word| word == "--");
    let before = own.take(dashes.unwrap_or(usize::MAX));
    if let Some(option) = before
        .filter_map(|word| word.to_str())
        .find(|word| is_option(command, word))
    {
        let name = command.get_name();
        return Err(usage(&format!(
            "`{option}` is an option of `{name}`, and stands behind the script's name\n\n\
             Put it before FILE; or put `--` before it, if it is for the script: FILE -- {option}"
        )));
    }
    if let Some(dashes) = dashes {
        script.remove(args + dashes);
    }
    Ok(script)
}

/// Whether the word is an option of the command, with a value behind `=` or without.
fn is_option(command: &clap::Command, word: &str) -> bool {
    let name = word.split_once('=').map_or(word, |(name, _)| name);
    let is_own = |option: &clap::Arg| {
        let long = option.get_long().map(|long| format!("--{long}"));
        let short = option.get_short().map(|short| format!("-{short}"));
        long.as_deref() == Some(name) || short.as_deref() == Some(word)
    };
    command.get_arguments().any(is_own) || ["--version", "-V"].contains(&name)
}

/// Whether arguments of a script have to stand behind `--` where a run of it is replayed.
pub(super) fn are_like_options(args: &[String]) -> bool {
    let command = ReplayWords::command();
    let mut args = args.iter();
    args.any(|arg| arg == "--" || is_option(&command, arg))
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
        check(&["a.rhai", "run"], file(), &["run"]);
        check(
            &["-e", "print(1)", "x", "--y"],
            Command::Code("print(1)".into()),
            &["x", "--y"],
        );
        check(&["-e", "-1"], Command::Code("-1".into()), &[]);
    }

    #[test]
    fn options_of_ours_behind_the_script_are_refused_unless_they_are_handed_over() {
        let file = || Command::File("a.rhai".into());
        for line in [
            &["a.rhai", "--seed", "1"][..],
            &["a.rhai", "x", "--scheduler=gil"],
            &["a.rhai", "--help"],
            &["a.rhai", "-e", "1"],
            &["run", "a.rhai", "--events", "log"],
            &["-e", "print(1)", "x", "--seed", "1"],
            &["explore", "a.rhai", "--seconds", "60"],
            &["explore", "a.rhai", "--json"],
            &["explore", "-e", "1", "x", "--states=3"],
            &["replay", "token", "a.rhai", "--color", "never"],
            &["step", "a.rhai", "-h"],
        ] {
            let error = read(line).expect_err("refused");
            assert_eq!(error.exit_code(), 2, "{line:?}");
            let text = error.to_string();
            assert!(text.contains("Put it before FILE"), "{line:?}: {text}");
        }
        let both = ["--seed", "1"];
        check(&["a.rhai", "--", "--seed", "1"], file(), &both);
        check(&["--", "a.rhai", "--seed", "1"], file(), &both);
        check(&["run", "a.rhai", "--", "--seed", "1"], file(), &both);
        check(&["a.rhai", "x", "--", "--", "y"], file(), &["x", "--", "y"]);
        check(
            &["explore", "a.rhai", "--", "--seconds"],
            file(),
            &["--seconds"],
        );
        // An option of another command is none of this one.
        check(&["a.rhai", "--json"], file(), &["--json"]);
        let code = || Command::Code("1".into());
        check(&["-e", "1", "--", "--seed", "1"], code(), &both);
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
        let asked = |line: &[&str]| match read(line).unwrap().task {
            Task::Doc(doc) => Some(doc),
            _ => None,
        };
        assert_eq!(asked(&["doc"]), Some(Doc::Overview));
        assert_eq!(asked(&["doc", "put"]), Some(Doc::Name("put".into())));
        assert_eq!(
            asked(&["--color", "never", "doc", "--markdown"]),
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
            &["explore"],
            &["explore", "--states", "x", "a.rhai"],
            &["explore", "--seconds", "-1", "a.rhai"],
            &["explore", "--deny", "luck", "a.rhai"],
            &["explore", "--seed", "x", "a.rhai"],
            &["replay", "token"],
            &["replay"],
            &["step"],
            &["step", "-"],
            &["--states", "1", "a.rhai"],
        ] {
            let error = read(line).expect_err("refused");
            assert!(error.use_stderr(), "{line:?}");
            assert_eq!(error.exit_code(), 2, "{line:?}");
        }
        for line in ["--help", "--version"] {
            assert!(!read(&[line]).expect_err("an answer").use_stderr());
        }
        for verb in Verb::ALL {
            for word in ["--help", "-h"] {
                let answer = read(&[verb.name(), word]).expect_err("an answer");
                assert!(!answer.use_stderr(), "{} {word}", verb.name());
                let text = answer.to_string();
                assert!(text.contains("Usage: threadlab"), "{text}");
            }
        }
    }

    #[test]
    fn exploring_has_options_of_its_own() {
        let line = [
            "explore",
            "--states",
            "5",
            "--seconds=0.5",
            "--depth",
            "7",
            "--memory",
            "2",
            "--deny",
            "race",
            "--seed=9",
            "--order",
            "--json",
            "a.rhai",
            "--fast",
            "x",
        ];
        let arguments = read(&line).unwrap();
        assert_eq!(arguments.command, Command::File("a.rhai".into()));
        assert_eq!(arguments.config.args, ["--fast", "x"]);
        let Task::Explore(how) = arguments.task else {
            panic!("{:?}", arguments.task);
        };
        assert_eq!((how.limits.states, how.limits.depth), (5, 7));
        assert_eq!(how.limits.seed, 9);
        assert_eq!(
            (how.limits.time.as_millis(), how.limits.memory),
            (500, 2 << 20)
        );
        assert!(how.deny_race && how.ordered && how.form == Form::Json);
        let code = read(&["explore", "-e", "1", "x"]).unwrap();
        assert_eq!(code.command, Command::Code("1".into()));
        // A file of that name, and a word that comes later.
        check(&["./explore"], Command::File("./explore".into()), &[]);
        check(
            &["a.rhai", "explore"],
            Command::File("a.rhai".into()),
            &["explore"],
        );
        check(&["-e", "explore"], Command::Code("explore".into()), &[]);
    }

    #[test]
    fn replaying_needs_a_token_and_the_text() {
        for line in [
            &["replay", "abc", "a.rhai", "x"][..],
            &["replay", "--color", "never", "abc", "a.rhai", "x"],
        ] {
            let arguments = read(line).unwrap();
            assert!(matches!(arguments.task, Task::Replay(token) if token == "abc"));
            assert_eq!(arguments.command, Command::File("a.rhai".into()));
            assert_eq!(arguments.config.args, ["x"]);
        }
        let code = read(&["replay", "abc", "-e", "1"]).unwrap();
        assert_eq!(code.command, Command::Code("1".into()));
    }

    #[test]
    fn the_words_are_well_formed() {
        Words::command().debug_assert();
        ExploreWords::command().debug_assert();
        ReplayWords::command().debug_assert();
        StepWords::command().debug_assert();
    }
}
