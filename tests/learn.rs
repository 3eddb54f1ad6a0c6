//! A learner who takes whole lessons at the real prompt, in a pseudo-terminal: what the steps show is
//! typed, changed or run by Enter, and each exercise is answered wrongly and then rightly.
//!
//! Lessons are found by discovery. Everything that is waited for must appear; a limit only ends a test
//! that hangs. The seeded scheduler has no need to sleep.
#![cfg(unix)]

#[path = "common/pty.rs"]
mod pty;

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;
use std::sync::mpsc::Receiver;
use std::time::{Duration, Instant};

use pty::Pty;
use rexpect::process::PtyProcess;
use threadlab::lesson::grade::{Bounds, Reason, explain};
use threadlab::lesson::text::{Exercise, Lesson, Page, Step, Task, parse};

/// How long something may take to appear before the test counts as failed.
const LIMIT: Duration = Duration::from_secs(120);
/// What the terminal is told when the prompt takes keys.
const READY: &str = "\x1b[?2004h";

/// The prompt, and who types.
struct Learner {
    keyboard: File,
    output: Receiver<Vec<u8>>,
    /// What came since the last input, as it came.
    raw: Vec<u8>,
    process: PtyProcess,
    home: tempfile::TempDir,
}

impl Learner {
    /// Begins with these words of the command line, at a terminal of this size.
    fn begin(words: &str, size: (u16, u16), home: tempfile::TempDir) -> (Self, String) {
        let answer = home.path().join("answer");
        let pty = Pty::open(words, size, home.path(), |command| {
            // An editor that writes what lies ready.
            command
                .env("EDITOR", format!("cp {}", answer.display()))
                .env_remove("VISUAL");
        });
        let mut learner = Self {
            keyboard: pty.keyboard,
            output: pty.output,
            raw: Vec::new(),
            process: pty.process,
            home,
        };
        let shown = learner.until(READY);
        (learner, shown)
    }

    /// Waits until this has come, and gives all that came.
    fn until(&mut self, what: &str) -> String {
        let begin = Instant::now();
        loop {
            let text = String::from_utf8_lossy(&self.raw).into_owned();
            if text.contains(what) {
                self.raw.clear();
                return plain(&text);
            }
            let left = LIMIT.saturating_sub(begin.elapsed());
            match self.output.recv_timeout(left) {
                Ok(bytes) => self.raw.extend(bytes),
                Err(_) => panic!("{what:?} does not come:\n{}", plain(&text)),
            }
        }
    }

    /// Pastes an input, presses Enter and waits for the next prompt; gives what was shown meanwhile.
    fn enters(&mut self, text: &str) -> String {
        let keys = match text.is_empty() {
            true => "\r".to_string(),
            false => format!("\x1b[200~{text}\x1b[201~"),
        };
        self.keyboard
            .write_all(keys.as_bytes())
            .expect("it takes keys");
        if !text.is_empty() {
            // Enter behind a paste is a key of its own.
            std::thread::sleep(Duration::from_millis(15));
            self.keyboard.write_all(b"\r").expect("it takes keys");
        }
        self.until(READY)
    }

    /// Answers by the editor, which does not run the answer.
    fn edits(&mut self, answer: &str) -> String {
        fs::write(self.home.path().join("answer"), answer).expect("a file");
        self.enters(":edit")
    }

    /// What is kept of what was done.
    fn progress(&self) -> serde_json::Value {
        progress(self.home.path())
    }

    /// Leaves, and whatever still runs is left behind.
    fn leaves(mut self) -> tempfile::TempDir {
        self.keyboard.write_all(b"\x04").expect("it takes keys");
        std::thread::sleep(Duration::from_millis(200));
        // Where threads run, the prompt asks once; where none do, nobody reads this any more.
        let _ = self.keyboard.write_all(b"\x04");
        let _ = self.process.wait();
        self.home
    }
}

/// What a folder keeps of what was done.
fn progress(home: &Path) -> serde_json::Value {
    let file = home.join("threadlab/progress.json");
    let text = fs::read_to_string(&file).expect("progress is kept");
    serde_json::from_str(&text).expect("JSON")
}

/// What a terminal shows of a text, roughly: without what moves the cursor and colours.
fn plain(text: &str) -> String {
    let mut parts = text.split('\x1b');
    let mut out = parts.next().unwrap_or_default().to_string();
    for part in parts {
        let end = part
            .find(|c: char| c.is_ascii_alphabetic())
            .map_or(part.len(), |end| end + 1);
        out += &part[end..];
    }
    out.replace('\r', "")
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("scripts/lessons")
}

/// All lessons, with their files.
fn lessons() -> Vec<(PathBuf, Lesson)> {
    let entries = fs::read_dir(folder()).expect("the lessons");
    let mut files: Vec<PathBuf> = entries
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.extension().is_some_and(|end| end == "rhai"))
        .collect();
    files.sort();
    let read = |file: PathBuf| {
        let name = file
            .file_name()
            .expect("a name")
            .to_string_lossy()
            .into_owned();
        let text = fs::read_to_string(&file).expect("a text");
        let lesson = parse(&name, &text).unwrap_or_else(|flaws| panic!("{name}: {flaws:?}"));
        (file, lesson)
    };
    files.into_iter().map(read).collect()
}

/// Where one is.
fn place(lesson: &Lesson, index: usize) -> String {
    format!(
        "{}, step {} of {}",
        lesson.title,
        index + 1,
        lesson.steps.len()
    )
}

/// Does the code of a page in one of the ways in which a learner may; gives what was shown.
fn does(learner: &mut Learner, page: &Page, index: usize) -> String {
    let code = &page.code.text;
    let lines: Vec<&str> = code
        .lines()
        .filter(|line| !line.trim().is_empty())
        .collect();
    let is_flat = lines.iter().all(|line| {
        let is_whole = line.trim_end().ends_with(';') || line.contains("; ");
        let opened = line.matches(['(', '{', '[']).count();
        let closed = line.matches([')', '}', ']']).count();
        opened == closed && !line.starts_with([' ', '.', '/', '}']) && (is_whole || opened > 0)
    });
    match index % 3 {
        _ if code.is_empty() => learner.enters(""),
        0 => learner.enters(""),
        // Line by line, without semicolons.
        1 if is_flat => {
            let mut shown = String::new();
            for line in lines {
                let line = line.split("    //").next().unwrap_or(line).trim_end();
                shown = learner.enters(line.trim_end_matches(';'));
            }
            shown
        }
        // As a block.
        _ => learner.enters(code),
    }
}

/// By what an option is chosen.
fn letter(index: usize) -> String {
    let letter = b'a' + u8::try_from(index).expect("few options");
    char::from(letter).to_string()
}

/// Answers an exercise wrongly, and then rightly.
fn solves(learner: &mut Learner, exercise: &Exercise, shown: &str, name: &str) {
    let told = |what: &str, said: &str| assert!(said.contains(what), "{name}: {what}: {said}");
    let solution = exercise
        .answers
        .solution
        .as_ref()
        .map_or("", |piece| piece.text.trim());
    let before = learner.enters(":show");
    told("First try it yourself", &before);
    match &exercise.task {
        Task::Predict { options, .. } => {
            let letters = |all: bool| -> String {
                let chosen = options.iter().enumerate();
                let chosen = chosen.filter(|(_, option)| all || option.is_possible);
                let words = chosen.map(|(index, _)| letter(index));
                words.collect::<Vec<String>>().join(" ")
            };
            told("Not yet", &learner.enters(&letters(true)));
            told("The options are a to", &learner.enters("zz"));
            told("Solved.", &learner.enters(&letters(false)));
        }
        Task::Break { .. } => {
            let mut shown = learner.enters("");
            told("You have won when the program fails", &shown);
            for thread in solution
                .split([' ', ',', '\n'])
                .filter(|word| !word.is_empty())
            {
                // Who is not to be chosen now is, once those who alone can go on have gone on.
                while let Some(only) = key_of(&shown, thread).err() {
                    assert!(!only.is_empty(), "{name}: {thread} cannot go on: {shown}");
                    shown = learner.enters(&only);
                }
                let key = key_of(&shown, thread).unwrap_or_default();
                shown = learner.enters(&key);
            }
            if !shown.contains("Solved.") {
                shown = learner.enters("r");
            }
            told("You have made it fail!", &shown);
            told("Solved.", &shown);
        }
        Task::FindStep { program } => {
            let lines = program.text.lines().count();
            let wrong = (1..=lines).rev().find(|line| line.to_string() != solution);
            told("Not yet", &learner.enters(&wrong.unwrap_or(1).to_string()));
            told("Solved.", &learner.enters(solution));
        }
        Task::Explain { .. } => {
            let right = Reason::named(solution).expect("a cause");
            let options = explain::options(exercise, &Bounds::default()).expect("options");
            for option in &options {
                let begin: String = option.sentence().chars().take(30).collect();
                told(&begin, shown);
            }
            let at = options
                .iter()
                .position(|option| *option == right)
                .expect("it is there");
            told(
                "Not yet",
                &learner.enters(&letter((at + 1) % options.len())),
            );
            told("Solved.", &learner.enters(&letter(at)));
        }
        Task::Mend(work) | Task::Write(work) => {
            if let Some(wrong) = exercise.answers.wrong.first() {
                let said = learner.edits(&wrong.answer.text);
                assert!(!said.contains("Solved."), "{name}: {said}");
            }
            if let Some(hint) = exercise.hints.first() {
                told("Hint 1 of", &learner.enters(":hint"));
                assert!(!hint.text.is_empty());
            }
            told("passes", &learner.enters(":show"));
            if !work.starter.is_empty() {
                let said = learner.edits(&work.starter.text);
                assert!(!said.contains("Solved."), "{name}: {said}");
            }
            learner.enters(solution);
            told("Solved.", &learner.enters(":check"));
        }
    }
}

/// The key of a thread in the table of a run that is led; or the only key that there is.
fn key_of(shown: &str, thread: &str) -> Result<String, String> {
    let table = shown.rsplit("----").next().unwrap_or_default();
    let rows = table
        .lines()
        .map(|line| line.split_whitespace().collect::<Vec<_>>());
    let keys: Vec<(String, String)> = rows
        .filter(|words| words.len() > 2 && words[0].chars().all(|c| c.is_ascii_digit()))
        .map(|words| (words[0].into(), words[1].into()))
        .collect();
    let found = keys.iter().find(|(_, name)| name == thread);
    match (found, keys.as_slice()) {
        (Some((key, _)), _) => Ok(key.clone()),
        (None, [(only, _)]) => Err(only.clone()),
        (None, _) => Err(String::new()),
    }
}

/// Takes a lesson from its first step to its end.
fn takes(file: &Path, lesson: &Lesson) {
    let name = &lesson.name;
    let home = tempfile::tempdir().expect("a folder");
    let words = format!("learn --plain --seed 7 --file {}", file.display());
    let (mut learner, mut shown) = Learner::begin(&words, (80, 400), home);
    for (index, step) in lesson.steps.iter().enumerate() {
        let place = place(lesson, index);
        assert!(
            shown.contains(&place),
            "{name}: {place} is not reached: {shown}"
        );
        shown = match step {
            Step::Page(page) => does(&mut learner, page, index),
            Step::Exercise(exercise) => {
                solves(&mut learner, exercise, &shown, name);
                learner.enters("")
            }
        };
    }
    assert!(shown.contains("This was the lesson"), "{name}: {shown}");
    let progress = learner.progress();
    let records = progress["lessons"].as_object().expect("lessons");
    let record = records.values().next().expect("this one");
    assert_eq!(record["done"], true, "{name}: {progress}");
    let exercises: BTreeMap<&str, bool> = record["exercises"]
        .as_object()
        .map(|all| {
            let all = all.iter();
            all.map(|(key, one)| (key.as_str(), one["passed"] == true))
                .collect()
        })
        .unwrap_or_default();
    assert_eq!(
        exercises.len(),
        lesson.exercises().count(),
        "{name}: {progress}"
    );
    assert!(
        exercises.values().all(|passed| *passed),
        "{name}: {progress}"
    );
    learner.leaves();
}

#[test]
fn every_lesson_can_be_taken_from_its_first_step_to_its_end() {
    let all = Mutex::new(lessons());
    assert!(
        all.lock().expect("whole").len() > 5,
        "the lessons were found"
    );
    let failures = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(2, usize::from) {
            scope.spawn(|| {
                loop {
                    let next = all.lock().expect("whole").pop();
                    let Some((file, lesson)) = next else { return };
                    let taken = std::panic::catch_unwind(|| takes(&file, &lesson));
                    if taken.is_err() {
                        failures.lock().expect("whole").push(lesson.name);
                    }
                }
            });
        }
    });
    let failures = failures.into_inner().expect("whole");
    assert!(failures.is_empty(), "{failures:?}");
}

/// The lesson of this name, and its file.
fn lesson(name: &str) -> (PathBuf, Lesson) {
    let mut all = lessons().into_iter();
    all.find(|(_, lesson)| lesson.name == name)
        .expect("this lesson")
}

#[test]
fn the_list_and_progress_are_there_the_next_day_and_two_prompts_add_to_it() {
    let home = tempfile::tempdir().expect("a folder");
    let second = tempfile::tempdir_in(home.path()).expect("a folder");
    let (one, list) = Learner::begin("learn --plain --seed 7", (80, 400), home);
    let mut one = one;
    assert!(list.contains("Enter begins 0"), "{list}");
    let begun = one.enters("8");
    let (_, locks) = lesson("locks");
    assert!(begun.contains(&place(&locks, 0)), "{begun}");
    assert!(one.enters(":next").contains(&place(&locks, 1)));
    // Another prompt, of the same person.
    let home = one.home.path().to_path_buf();
    let words = format!("XDG_STATE_HOME={} ", home.display());
    let binary = env!("CARGO_BIN_EXE_threadlab");
    let shared = |input: &str| {
        let mut child = Command::new("sh")
            .arg("-c")
            .arg(format!(
                "printf '{input}' | {words} {binary} learn --plain --seed 7"
            ))
            .env("HOME", second.path())
            .output()
            .expect("it runs");
        child.stdout.append(&mut child.stderr);
        String::from_utf8(child.stdout).expect("text")
    };
    let said = shared("7\\n:next\\n:next\\n:learn\\n");
    assert!(said.contains("step 3 of"), "{said}");
    assert!(
        said.contains("begun, 2 of"),
        "the other prompt's is in the list: {said}"
    );
    let list = one.enters(":learn");
    assert!(
        list.contains("begun, 3 of") && list.contains("begun, 2 of"),
        "{list}"
    );
    let resumed = one.enters(":resume");
    assert!(resumed.contains(&place(&locks, 1)), "its own: {resumed}");
    let exported = Command::new(binary)
        .args(["learn", "--export", "-"])
        .env("XDG_STATE_HOME", &home)
        .output()
        .expect("it runs");
    let json: serde_json::Value = serde_json::from_slice(&exported.stdout).expect("JSON");
    assert_eq!(json["lessons"]["locks"]["step"], 1, "{json}");
    assert_eq!(json["lessons"]["lost_update"]["step"], 2, "{json}");
    // A damaged file is set aside, and said so.
    fs::write(home.join("threadlab/progress.json"), "{").expect("a file");
    let said = shared(":learn\\n");
    assert!(said.contains("new progress begins"), "{said}");
    assert!(home.join("threadlab/progress.damaged-1.json").exists());
    one.leaves();
}

#[test]
fn a_lesson_fits_a_narrow_screen_and_a_long_step_is_shown_in_parts() {
    let home = tempfile::tempdir().expect("a folder");
    let (file, lesson) = lesson("first_threads");
    let words = format!("learn --color never --seed 7 --file {}", file.display());
    let (mut learner, shown) = Learner::begin(&words, (40, 400), home);
    assert!(shown.contains("step 1 of"), "{shown}");
    let prose: Vec<String> = (0..lesson.steps.len())
        .map(|step| learner.enters(&format!(":learn {} {}", lesson.name, step + 1)))
        .collect();
    for line in prose.iter().flat_map(|text| text.lines()) {
        // What was typed is echoed by the terminal, which breaks it where it likes.
        if line.starts_with('>') {
            continue;
        }
        assert!(line.chars().count() <= 40 || !line.contains(' '), "{line}");
    }
    let home = learner.leaves();
    let (mut learner, _) = Learner::begin("--color never --seed 7 --quiet", (40, 20), home);
    learner
        .keyboard
        .write_all(b":learn 8 1")
        .expect("it takes keys");
    std::thread::sleep(Duration::from_millis(25));
    learner.keyboard.write_all(b"\r").expect("it takes keys");
    let part = learner.until("Space or Enter shows more");
    assert!(part.contains("Locks"), "{part}");
    learner.keyboard.write_all(b"q").expect("it takes keys");
    learner.until(READY);
    learner.leaves();
}

#[test]
fn ctrl_c_ends_a_check_and_nothing_is_lost() {
    let home = tempfile::tempdir().expect("a folder");
    let (file, lesson) = lesson("locks");
    let is_meant = |step: &Step| matches!(step, Step::Exercise(one) if one.title == "the likes");
    let step = lesson.steps.iter().position(is_meant).expect("it is there");
    let words = format!("learn --color never --seed 7 --file {}", file.display());
    let (mut learner, _) = Learner::begin(&words, (80, 400), home);
    learner.enters(&format!(":learn {} {}", lesson.name, step + 1));
    let long = "let lock = Lock();\nlet noise = Atomic(0);\nfn like(amount) {\n    \
                for i in 0..1000 { noise.fetch_add(1); }\n    let extra = think(amount);\n    \
                with lock { likes += extra; }\n}\n";
    fs::write(learner.home.path().join("answer"), long).expect("a file");
    learner.keyboard.write_all(b":edit").expect("it takes keys");
    std::thread::sleep(Duration::from_millis(25));
    learner.keyboard.write_all(b"\r").expect("it takes keys");
    learner.until("Ctrl-C stops it");
    learner.keyboard.write_all(b"\x03").expect("it takes keys");
    let said = learner.until(READY);
    assert!(said.contains("Undecided: the check was stopped"), "{said}");
    // The lesson is where it was, and what was stopped is no try.
    let said = learner.enters(":show");
    assert!(said.contains("First try it yourself"), "{said}");
    let Step::Exercise(exercise) = &lesson.steps[step] else {
        panic!("an exercise");
    };
    let solution = exercise.answers.solution.as_ref().expect("a solution");
    let said = learner.edits(&solution.text);
    assert!(said.contains("Solved."), "{said}");
    learner.leaves();
}

#[test]
fn an_answer_may_be_a_file_of_python() {
    let home = tempfile::tempdir().expect("a folder");
    let (file, lesson) = lesson("locks");
    let is_meant = |step: &Step| matches!(step, Step::Exercise(one) if one.title == "the likes");
    let step = lesson.steps.iter().position(is_meant).expect("it is there");
    let answers = home.path().join("answers");
    let words = format!(
        "learn --plain --seed 7 --files {} --file {}",
        answers.display(),
        file.display()
    );
    let (mut learner, _) = Learner::begin(&words, (80, 400), home);
    let said = learner.enters(&format!(":learn {} {}", lesson.name, step + 1));
    assert!(said.contains("locks_3.py"), "{said}");
    let wrong = "def like(amount):\n    global likes\n    likes += think(amount)\n";
    fs::write(answers.join("locks_3.py"), wrong).expect("a file");
    let said = learner.until(":replay ");
    assert!(
        said.contains("locks_3.py was saved") && said.contains("line 3"),
        "{said}"
    );
    let right = "lock = Lock()\ndef like(amount):\n    global likes\n    extra = think(amount)\n    \
                 with lock:\n        likes += extra\n";
    fs::write(answers.join("locks_3.py"), right).expect("a file");
    learner.until("Solved.");
    learner.leaves();
}
