//! The prompt's own commands as data: what the learner asked for, or what to say instead. One file, as the
//! line of a command in `:help` and the way it is read belong together.

use std::path::PathBuf;

use crate::session::{Scheduler, Selection};

/// A command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Command {
    Help(Option<String>),
    Doc(Option<String>),
    Apropos(String),
    Threads,
    WatchThreads,
    Kill(String),
    Wait(Option<String>),
    Locks,
    Variables,
    Reset,
    Load(PathBuf),
    Save {
        file: PathBuf,
        replace: bool,
    },
    History(Option<usize>),
    Record(Option<PathBuf>),
    Undo,
    Edit(Option<String>),
    Time(String),
    Bench(String),
    Compare(Option<String>),
    Scheduler(Option<Scheduler>),
    Seed(Option<SeedChoice>),
    Set {
        key: Option<String>,
        value: Option<String>,
    },
    Tutorial(Option<String>),
    Learn(Option<String>),
    Lesson(LessonCommand),
    Explore(Target),
    Mend(Target),
    Replay(Option<String>),
    Step(Target),
    Quit,
}

/// What moves a lesson that is taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum LessonCommand {
    Next,
    Back,
    Again,
    Hint,
    /// The numbers of inputs, if not all that were typed for the exercise.
    Check(Option<String>),
    Show,
    Skip,
    Resume,
    Progress,
}

/// What `:explore`, `:mend` and `:step` take.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Target {
    /// Inputs of this session.
    Inputs(Selection),
    /// Code, or the name of a file.
    Code(String),
}

/// What `:seed` sets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum SeedChoice {
    /// This one, for all further runs.
    Fixed(u64),
    /// Each run draws its own.
    Drawn,
}

/// A command's line in `:help`: name, what follows it, what it does.
pub(super) struct Entry {
    pub(super) name: &'static str,
    pub(super) operand: &'static str,
    pub(super) what: &'static str,
    /// What `:help` with the name adds, in whole lines.
    pub(super) more: &'static str,
}

const fn entry(name: &'static str, operand: &'static str, what: &'static str) -> Entry {
    Entry {
        name,
        operand,
        what,
        more: "",
    }
}

impl Entry {
    const fn with(self, more: &'static str) -> Self {
        Self { more, ..self }
    }
}

/// What can stand behind `:explore`, `:mend` and `:step`.
const WHAT: &str = "  \
  An episode begins with the first input that starts a thread, a task of a pool,
  an event loop or a process. All later inputs belong to it, until one starts
  something anew after everything has ended and was joined. It is taken as one
  program, from what the variables were before it; they come back as they are.
  WHAT chooses something else:
    last      the last input
    4, 2-6    the input of that number, or those from the first to the second
    all       all inputs since the session began
    CODE      other code, from what the variables are now
    FILE      the same of a file whose name ends with .rhai
";

/// What there is to say about lessons.
const LESSONS: &str = "  \
  A lesson is shown step by step, here at the prompt. Type a step's code, as it
  stands or changed, or press Enter to run it: then comes the next step. In
  between, anything else can be typed. q leaves; :resume goes back.
    :next  :back  :again  :skip    from step to step
    :hint  :check  :show           in an exercise; :edit opens it in $EDITOR
    :progress                      what was done
";

/// All commands, as `:help` lists them.
pub(super) const COMMANDS: [Entry; 38] = [
    entry(
        ":help",
        "[NAME]",
        "this list, or what a command or name means",
    ),
    entry(
        ":doc",
        "[NAME]",
        "what a name means; without NAME, all names",
    ),
    entry(":apropos", "WORD", "the names whose pages mention a word"),
    entry(
        ":learn",
        "[NAME]",
        "take a lesson, by its name or number; alone: their list",
    )
    .with(LESSONS),
    entry(":tutorial", "[NAME]", "the short tour: four of the lessons"),
    entry(
        ":threads",
        "[watch]",
        "the threads that are alive, and what they wait for",
    )
    .with("  With `watch` the list stays and changes in its place, until Enter or Ctrl-C.\n"),
    entry(":kill", "NAME", "stop the thread of that name"),
    entry(
        ":wait",
        "[NAME]",
        "wait until that thread has ended, or all have",
    ),
    entry(":locks", "", "the locks there are, and who waits for what"),
    entry(":vars", "", "the variables and functions of this session"),
    entry(
        ":scheduler",
        "[NAME]",
        "who decides when threads run: parallel, gil, seeded",
    ),
    entry(
        ":seed",
        "[N | none]",
        "the last seed; with N, the seed of all further runs",
    )
    .with(
        "  With N the latest episode (see `:help explore`) runs once more, under `seeded` with this\n  \
         seed; the variables come back as they are.\n",
    ),
    entry(
        ":set",
        "[KEY [VALUE]]",
        "a setting, or all settings with their values",
    ),
    entry(
        ":gutter",
        "on|off|auto",
        "when to mark lines with their thread",
    ),
    entry(":time", "CODE", "run CODE and say how long it took"),
    entry(
        ":bench",
        "CODE",
        "run CODE many times: the median, and how much it varies",
    ),
    entry(
        ":compare",
        "[CODE]",
        "CODE, or the last input, under parallel and under gil",
    )
    .with("  The code runs several times, and what it does to the variables stays.\n"),
    entry(
        ":explore",
        "[WHAT]",
        "all that can happen in the latest episode, or in WHAT",
    )
    .with(WHAT),
    entry(
        ":mend",
        "[WHAT]",
        "what to change so that nothing fails, proved",
    )
    .with(WHAT),
    entry(
        ":replay",
        "[TOKEN]",
        "that run of it again; the last failure's",
    ),
    entry(":step", "[WHAT]", "choose yourself which thread goes on").with(WHAT),
    entry(":load", "FILE", "run a file here"),
    entry(":save", "FILE", "keep all inputs so far as a script"),
    entry(
        ":record",
        "[FILE]",
        "write all that is shown to FILE, as Markdown; alone: end",
    ),
    entry(":history", "[N]", "the last inputs"),
    entry(
        ":edit",
        "[N]",
        "the last input, or that of a number, in $EDITOR",
    ),
    entry(
        ":undo",
        "",
        "the variables as they were before the last input",
    ),
    entry(":reset", "", "stop all threads and forget everything"),
    entry(":next", "", "in a lesson: the next step"),
    entry(":back", "", "in a lesson: the step before"),
    entry(":again", "", "in a lesson: this step from its beginning"),
    entry(":hint", "", "in an exercise: the next hint"),
    entry(
        ":check",
        "[N-M]",
        "in an exercise: is what I typed right?",
    )
    .with(
        "  The answer is what was typed or written in the editor since the exercise began; of what was\n  \
         typed again, the latest. With N or N-M it is the inputs of these numbers.\n",
    ),
    entry(":show", "", "in an exercise: a solution, once you have tried"),
    entry(":skip", "", "in an exercise: go on without it"),
    entry(":resume", "", "back to the lesson that was left"),
    entry(":progress", "", "what you have done of the lessons"),
    entry(":quit", "", "leave (so does Ctrl-D)"),
];

/// Short forms that learners may know from elsewhere.
const SHORT: [(&str, &str); 5] = [
    (":h", ":help"),
    (":?", ":help"),
    (":q", ":quit"),
    (":exit", ":quit"),
    (":variables", ":vars"),
];

/// The names of the schedulers.
pub(super) const SCHEDULERS: [(&str, Scheduler); 3] = [
    ("parallel", Scheduler::Parallel),
    ("gil", Scheduler::Gil),
    ("seeded", Scheduler::Seeded),
];

/// Reads a line that begins with `:`. The error is what to tell the learner.
pub(super) fn parse(line: &str) -> Result<Command, String> {
    let line = line.trim();
    let (word, rest) = match line.split_once(char::is_whitespace) {
        Some((word, rest)) => (word, rest.trim()),
        None => (line, ""),
    };
    let name = SHORT
        .iter()
        .find(|(short, _)| *short == word)
        .map_or(word, |(_, name)| name);
    let operand = (!rest.is_empty()).then(|| rest.to_string());
    let required = |what: &str| {
        operand
            .clone()
            .ok_or_else(|| format!("{name} needs {what}: {name} {}", what_follows(name)))
    };
    // What takes nothing is not obeyed when something follows: it was meant otherwise.
    let nothing = |command| match &operand {
        None => Ok(command),
        Some(_) => Err(format!("{name} takes nothing: type {name}")),
    };
    match name {
        ":help" => Ok(Command::Help(operand)),
        ":doc" => Ok(Command::Doc(operand)),
        ":apropos" => Ok(Command::Apropos(required("a word")?)),
        ":threads" => match operand.as_deref() {
            None => Ok(Command::Threads),
            Some("watch") => Ok(Command::WatchThreads),
            Some(_) => Err(":threads takes nothing, or `watch`".into()),
        },
        ":kill" => Ok(Command::Kill(required("the name of a thread")?)),
        ":wait" => Ok(Command::Wait(operand)),
        ":locks" => nothing(Command::Locks),
        ":history" => number(operand.as_deref()).map(Command::History),
        ":record" => Ok(Command::Record(operand.map(PathBuf::from))),
        ":undo" => nothing(Command::Undo),
        ":edit" => match number(operand.as_deref())? {
            None => Ok(Command::Edit(None)),
            Some(_) => Ok(Command::Edit(operand)),
        },
        ":bench" => Ok(Command::Bench(required("code to run")?)),
        ":compare" => Ok(Command::Compare(operand)),
        ":vars" => nothing(Command::Variables),
        ":reset" => nothing(Command::Reset),
        ":load" => Ok(Command::Load(required("a file")?.into())),
        ":save" | ":save!" => {
            let file = operand.ok_or("`:save` needs a file: :save FILE")?;
            Ok(Command::Save {
                file: file.into(),
                replace: name == ":save!",
            })
        }
        ":time" => Ok(Command::Time(required("code to run")?)),
        ":scheduler" => scheduler(operand.as_deref()).map(Command::Scheduler),
        ":seed" => seed(operand.as_deref()).map(Command::Seed),
        ":set" => {
            let words = operand
                .as_deref()
                .map(|text| text.split_once(' ').unwrap_or((text, "")));
            let word = |word: &str| Some(word.trim().to_string()).filter(|word| !word.is_empty());
            Ok(Command::Set {
                key: words.and_then(|(key, _)| word(key)),
                value: words.and_then(|(_, value)| word(value)),
            })
        }
        ":gutter" => Ok(Command::Set {
            key: Some("gutter".into()),
            value: operand,
        }),
        ":tutorial" => Ok(Command::Tutorial(operand)),
        ":learn" => Ok(Command::Learn(operand)),
        ":next" => nothing(Command::Lesson(LessonCommand::Next)),
        ":back" => nothing(Command::Lesson(LessonCommand::Back)),
        ":again" => nothing(Command::Lesson(LessonCommand::Again)),
        ":hint" => nothing(Command::Lesson(LessonCommand::Hint)),
        ":check" => Ok(Command::Lesson(LessonCommand::Check(operand))),
        ":show" => nothing(Command::Lesson(LessonCommand::Show)),
        ":skip" => nothing(Command::Lesson(LessonCommand::Skip)),
        ":resume" => nothing(Command::Lesson(LessonCommand::Resume)),
        ":progress" => nothing(Command::Lesson(LessonCommand::Progress)),
        ":explore" => Ok(Command::Explore(target(operand))),
        ":mend" => Ok(Command::Mend(target(operand))),
        ":replay" => Ok(Command::Replay(operand)),
        ":step" => Ok(Command::Step(target(operand))),
        ":quit" => nothing(Command::Quit),
        _ => Err(unknown(word)),
    }
}

fn what_follows(name: &str) -> &'static str {
    COMMANDS
        .iter()
        .find(|entry| entry.name == name)
        .map_or("", |entry| entry.operand)
}

fn scheduler(name: Option<&str>) -> Result<Option<Scheduler>, String> {
    let Some(name) = name else { return Ok(None) };
    let found = SCHEDULERS.iter().find(|(known, _)| *known == name);
    found
        .map(|(_, scheduler)| Some(*scheduler))
        .ok_or_else(|| format!("there is no scheduler `{name}`; choose parallel, gil or seeded"))
}

fn seed(text: Option<&str>) -> Result<Option<SeedChoice>, String> {
    match text {
        None => Ok(None),
        Some("none") => Ok(Some(SeedChoice::Drawn)),
        Some(digits) => digits
            .parse()
            .map(|seed| Some(SeedChoice::Fixed(seed)))
            .map_err(|_| {
                format!("`{digits}` is no seed: give a whole number from 0 on, or `none`")
            }),
    }
}

fn number(text: Option<&str>) -> Result<Option<usize>, String> {
    text.map(|digits| {
        digits
            .parse()
            .map_err(|_| format!("`{digits}` is no number of inputs"))
    })
    .transpose()
}

/// What is to be explored: a number stands for an input, not for itself.
fn target(operand: Option<String>) -> Target {
    let Some(text) = operand else {
        return Target::Inputs(Selection::Episode);
    };
    let (first, last) = text.split_once('-').unwrap_or((&text, &text));
    let number = |digits: &str| digits.trim().parse().ok();
    Target::Inputs(match (&*text, number(first), number(last)) {
        ("last", ..) => Selection::Last,
        ("all", ..) => Selection::All,
        (_, Some(first), Some(last)) => Selection::Inputs(first, last),
        _ => return Target::Code(text),
    })
}

fn unknown(word: &str) -> String {
    let nearest = COMMANDS
        .iter()
        .map(|entry| (strsim::damerau_levenshtein(word, entry.name), entry.name))
        .min()
        .filter(|(distance, _)| *distance <= 2)
        .map(|(_, name)| name)
        // `:t` may mean several; the first that begins so is as good a guess as any.
        .or_else(|| {
            let begins = |entry: &&Entry| word.len() > 1 && entry.name.starts_with(word);
            COMMANDS.iter().find(begins).map(|entry| entry.name)
        });
    match nearest {
        Some(name) => format!("there is no command {word}; did you mean {name}?"),
        None => format!("there is no command {word}; :help lists all"),
    }
}

/// The answer to a word that other prompts understand, if `line` is one. `is_known` says whether
/// the learner has given the name a meaning.
pub(super) fn plain_word(line: &str, is_known: impl Fn(&str) -> bool) -> Option<Command> {
    let word = line.trim().trim_end_matches(';').trim_end();
    let bare = word.strip_suffix("()").unwrap_or(word);
    if is_known(bare) {
        return None;
    }
    match bare {
        "exit" | "quit" => Some(Command::Quit),
        "help" => Some(Command::Help(None)),
        "tutorial" => Some(Command::Tutorial(None)),
        "learn" => Some(Command::Learn(None)),
        "explore" => Some(Command::Explore(target(None))),
        "next" => Some(Command::Lesson(LessonCommand::Next)),
        "back" => Some(Command::Lesson(LessonCommand::Back)),
        "hint" => Some(Command::Lesson(LessonCommand::Hint)),
        "skip" => Some(Command::Lesson(LessonCommand::Skip)),
        "resume" => Some(Command::Lesson(LessonCommand::Resume)),
        _ => {
            // As it is typed in a shell; two words beside each other are no code.
            let name = word.strip_prefix("learn ")?.trim();
            let is_name = name.chars().all(|c| c.is_alphanumeric() || c == '_');
            is_name.then(|| Command::Learn(Some(name.into())))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_are_read_with_what_follows() {
        let explore = |selection| Command::Explore(Target::Inputs(selection));
        let cases = [
            (":help", Command::Help(None)),
            (":help  Lock ", Command::Help(Some("Lock".into()))),
            (":doc", Command::Doc(None)),
            (":doc Queue.put", Command::Doc(Some("Queue.put".into()))),
            (":threads watch", Command::WatchThreads),
            (":kill Thread-1", Command::Kill("Thread-1".into())),
            (":wait", Command::Wait(None)),
            (":history 3", Command::History(Some(3))),
            (":edit 2", Command::Edit(Some("2".into()))),
            (":record a.md", Command::Record(Some("a.md".into()))),
            (":undo", Command::Undo),
            (
                ":set hints  off",
                Command::Set {
                    key: Some("hints".into()),
                    value: Some("off".into()),
                },
            ),
            (":compare f()", Command::Compare(Some("f()".into()))),
            (":apropos wait", Command::Apropos("wait".into())),
            (":q", Command::Quit),
            (":load my file.rhai", Command::Load("my file.rhai".into())),
            (
                ":save a",
                Command::Save {
                    file: "a".into(),
                    replace: false,
                },
            ),
            (
                ":save! a",
                Command::Save {
                    file: "a".into(),
                    replace: true,
                },
            ),
            (":time f(1)\n+ 2", Command::Time("f(1)\n+ 2".into())),
            (":scheduler", Command::Scheduler(None)),
            (":scheduler gil", Command::Scheduler(Some(Scheduler::Gil))),
            (":seed", Command::Seed(None)),
            (":explore", explore(Selection::Episode)),
            (":explore last", explore(Selection::Last)),
            (":explore 4", explore(Selection::Inputs(4, 4))),
            (":explore 2-6", explore(Selection::Inputs(2, 6))),
            (":explore all", explore(Selection::All)),
            (":explore f()", Command::Explore(Target::Code("f()".into()))),
            (
                ":explore a - 6",
                Command::Explore(Target::Code("a - 6".into())),
            ),
            (":replay 1x", Command::Replay(Some("1x".into()))),
            (":step", Command::Step(Target::Inputs(Selection::Episode))),
            (":seed 7", Command::Seed(Some(SeedChoice::Fixed(7)))),
            (":seed none", Command::Seed(Some(SeedChoice::Drawn))),
        ];
        for (line, command) in cases {
            assert_eq!(parse(line), Ok(command), "{line}");
        }
    }

    #[test]
    fn what_is_wrong_gets_the_line_to_type() {
        let cases = [
            (
                ":treads",
                "there is no command :treads; did you mean :threads?",
            ),
            (":th", "there is no command :th; did you mean :threads?"),
            (
                ":frobnicate",
                "there is no command :frobnicate; :help lists all",
            ),
            (":load", ":load needs a file: :load FILE"),
            (":kill", ":kill needs the name of a thread: :kill NAME"),
            (":threads all", ":threads takes nothing, or `watch`"),
            (":edit x", "`x` is no number of inputs"),
            (":quit now", ":quit takes nothing: type :quit"),
            (":q now", ":quit takes nothing: type :quit"),
            (":time", ":time needs code to run: :time CODE"),
            (
                ":scheduler fair",
                "there is no scheduler `fair`; choose parallel, gil or seeded",
            ),
            (
                ":seed -1",
                "`-1` is no seed: give a whole number from 0 on, or `none`",
            ),
        ];
        for (line, answer) in cases {
            assert_eq!(parse(line), Err(answer.into()), "{line}");
        }
    }

    #[test]
    fn words_of_other_prompts_are_understood_unless_they_are_names_here() {
        for line in ["exit", "quit", "exit()", "quit();"] {
            assert_eq!(plain_word(line, |_| false), Some(Command::Quit), "{line}");
            assert_eq!(plain_word(line, |_| true), None, "{line}");
        }
        assert_eq!(plain_word("help", |_| false), Some(Command::Help(None)));
        let tutorial = plain_word("tutorial", |_| false);
        assert_eq!(tutorial, Some(Command::Tutorial(None)));
        let explore = Some(Command::Explore(Target::Inputs(Selection::Episode)));
        assert_eq!(plain_word("explore", |_| false), explore);
        assert_eq!(plain_word("exit(1)", |_| false), None);
        let locks = Some(Command::Learn(Some("locks".into())));
        assert_eq!(plain_word("learn locks", |_| false), locks);
        assert_eq!(plain_word("learn = 1", |_| false), None);
        assert_eq!(plain_word("next", |_| true), None);
    }
}
