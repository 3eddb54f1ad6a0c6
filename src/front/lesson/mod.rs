//! For who writes lessons: `lesson check` proves them, `lesson new` begins one.
//!
//! [`mod@feedback`] is what learners are told of their answers, here, at the prompt and in a class.

pub(super) mod feedback;

use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use self::feedback::{Reader, Screen, feedback, summary};
use super::prose::prose;
use super::{Status, complain};
use crate::host::{self, Clock};
use crate::lesson::course;
use crate::lesson::flaw::Flaw;
use crate::lesson::grade::{Answer, Bounds, Verdict};
use crate::lesson::proof::{Effort, Finding, FindingKind, Introduced, Proof, Tools, prove};
use crate::lesson::text::{Exercise, Lesson, Piece, Step, parse};
use crate::view::paint::Paint;

/// The widths at which prose has to fit.
const WIDTHS: [usize; 2] = [80, 40];
/// Code is typed as it stands, so it is at most so wide.
const CODE_WIDTH: usize = 80;

/// What `lesson new` writes, with `NAME` where the name of the lesson stands.
const TEMPLATE: &str = include_str!("template.rhai");

/// What is asked of lessons.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LessonTask {
    /// Prove the lessons of these files.
    Check {
        /// Their files.
        files: Vec<PathBuf>,
        /// Whether what each exercise took is listed.
        with_times: bool,
    },
    /// Write a template for a lesson of this name into the folder that is the current one.
    New(String),
}

/// `threadlab lesson`.
pub(super) fn run(task: &LessonTask) -> Status {
    match task {
        LessonTask::Check { files, with_times } => check(files, *with_times),
        LessonTask::New(name) => new(name),
    }
}

/// Writes a template, and never over another file.
fn new(name: &str) -> Status {
    let stem = name.strip_suffix(".rhai").unwrap_or(name);
    let path = PathBuf::from(format!("{stem}.rhai"));
    let text = TEMPLATE.replace("NAME", &title(&path));
    let created = std::fs::File::create_new(&path);
    match created.and_then(|mut file| file.write_all(text.as_bytes())) {
        Ok(()) => {
            let path = path.display();
            let told = format!(
                "{path} is a lesson that passes. Change it, and prove it again:\n  threadlab lesson \
                 check {path}\n  threadlab learn --file {path}\n"
            );
            super::write_out(told.as_bytes())
        }
        Err(error) => {
            complain(&format!("{} cannot be written: {error}", path.display()));
            Status::Failure
        }
    }
}

/// A heading made of the name of a file: `07_lost_update.rhai` is *Lost update*.
fn title(path: &Path) -> String {
    let stem = path.file_stem().unwrap_or_default().to_string_lossy();
    let name = stem.trim_start_matches(|c: char| c.is_ascii_digit() || c == '_');
    let words = name.replace('_', " ");
    let mut chars = words.chars();
    let first = chars.next().map(|first| first.to_uppercase().to_string());
    first.unwrap_or_default() + chars.as_str()
}

/// A file with what came of it.
struct Checked {
    name: String,
    /// Lines, each with what is wrong there.
    findings: Vec<(u32, String)>,
    /// For each exercise, by its heading, the answer that took longest.
    efforts: Vec<(String, Effort)>,
}

/// Proves lessons, on all cores, and lists what is wrong with them.
fn check(files: &[PathBuf], with_times: bool) -> Status {
    let mut lessons: Vec<(PathBuf, Result<Lesson, Vec<Flaw>>)> = Vec::new();
    for file in files {
        match std::fs::read_to_string(file) {
            Ok(text) => {
                let name = file.display().to_string();
                lessons.push((file.clone(), parse(&name, &text)));
            }
            Err(error) => {
                complain(&format!("{} cannot be read: {error}", file.display()));
                return Status::Usage;
            }
        }
    }
    let checked = on_all_cores(lessons.len(), |index| {
        let (path, lesson) = &lessons[index];
        let name = path.display().to_string();
        match lesson {
            Err(flaws) => Checked {
                name,
                findings: (flaws.iter())
                    .map(|flaw| (flaw.line, flaw.kind.to_string()))
                    .collect(),
                efforts: Vec::new(),
            },
            Ok(lesson) => {
                let proof = proof(lesson, &introduced(path, lesson));
                let findings = proof.findings.into_iter();
                Checked {
                    findings: findings
                        .map(|finding| (finding.line, finding.kind.to_string()))
                        .collect(),
                    efforts: longest(lesson, &proof.efforts, &name),
                    name,
                }
            }
        }
    });
    let mut out = String::new();
    let mut has_failed = false;
    for Checked { name, findings, .. } in &checked {
        for (line, what) in findings {
            has_failed = true;
            out += &format!("{name}:{line}: {what}\n");
        }
        if findings.is_empty() {
            out += &format!("{name}: all holds\n");
        }
    }
    if with_times {
        out += &times(checked.into_iter().flat_map(|one| one.efforts).collect());
    }
    match super::write_out(out.as_bytes()) {
        Status::Success if has_failed => Status::Failure,
        status => status,
    }
}

/// Of each exercise the answer that took longest, with the exercise as `grade` calls it.
fn longest(lesson: &Lesson, efforts: &[Effort], name: &str) -> Vec<(String, Effort)> {
    let of = |exercise: &Exercise| {
        let own = efforts.iter().filter(|one| one.exercise == exercise.number);
        let longest = own.max_by_key(|one| one.took)?;
        Some((format!("{name}#{}", exercise.number), longest.clone()))
    };
    lesson.exercises().filter_map(of).collect()
}

/// A row for each exercise, those that took longest first.
fn times(mut efforts: Vec<(String, Effort)>) -> String {
    efforts.sort_by_key(|(_, effort)| std::cmp::Reverse(effort.took));
    let mut out = String::from("seconds   states  exercise, and its answer that took longest\n");
    for (exercise, effort) in efforts {
        let seconds = effort.took.as_secs_f64();
        let which = match effort.which {
            Some(which) => which.to_string(),
            None => "the options, or a cheat".into(),
        };
        out += &format!("{seconds:>7.2} {:>8}  {exercise}, {which}\n", effort.states);
    }
    out
}

/// Does `work` for each index on as many threads as there are cores. The results come in order.
pub(super) fn on_all_cores<R: Send>(count: usize, work: impl Fn(usize) -> R + Sync) -> Vec<R> {
    let next = AtomicUsize::new(0);
    let done: Mutex<BTreeMap<usize, R>> = Mutex::new(BTreeMap::new());
    std::thread::scope(|scope| {
        for _ in 0..host::cores().min(count) {
            scope.spawn(|| {
                loop {
                    let index = next.fetch_add(1, Ordering::Relaxed);
                    if index >= count {
                        break;
                    }
                    let result = work(index);
                    if let Ok(mut done) = done.lock() {
                        done.insert(index, result);
                    }
                }
            });
        }
    });
    let done = done.into_inner().unwrap_or_default();
    done.into_values().collect()
}

/// Which names a lesson may use: those of the lessons before it in its folder. A file without a number
/// comes behind the whole course.
fn introduced(path: &Path, lesson: &Lesson) -> Introduced {
    let own = course::lessons();
    let Some(number) = lesson.number else {
        return Introduced::of(&own, []);
    };
    let others = folder(path);
    let before = others.iter().filter(|other| other.number < Some(number));
    let later = others.iter().filter(|other| other.number > Some(number));
    Introduced::of(before, later)
}

/// The lessons that lie beside a file; those that cannot be read are left out.
fn folder(path: &Path) -> Vec<Lesson> {
    let folder = match path.parent() {
        Some(parent) if parent != Path::new("") => parent,
        _ => Path::new("."),
    };
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let paths = entries.map(|entry| entry.path());
    let mut scripts: Vec<PathBuf> = paths
        .filter(|path| path.extension().is_some_and(|end| end == "rhai"))
        .collect();
    scripts.sort();
    let lessons = scripts.iter().filter_map(|path| {
        let text = std::fs::read_to_string(path).ok()?;
        parse(&path.display().to_string(), &text).ok()
    });
    lessons.collect()
}

/// All that is wrong with a lesson, and what finding that out took.
fn proof(lesson: &Lesson, introduced: &Introduced) -> Proof {
    let words = |exercise: &Exercise, answer: Answer<'_>, verdict: &Verdict| {
        let screen = Screen {
            reader: Reader::Teacher,
            is_aloud: false,
            width: WIDTHS[0],
            height: usize::MAX,
            paint: Paint::Plain,
        };
        let whole = feedback(exercise, answer, verdict, screen);
        (whole, summary(exercise, verdict))
    };
    let clock = Clock::start();
    let tools = Tools {
        feedback: &words,
        introduced,
        bounds: Bounds::default(),
        clock: &move || clock.elapsed(),
    };
    let mut proof = prove(lesson, &tools);
    proof.findings.extend(too_wide(lesson));
    proof.findings.sort_by_key(|finding| finding.line);
    proof
}

/// The lines that fit no screen.
fn too_wide(lesson: &Lesson) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut code = |piece: &Piece| {
        for (line, number) in piece.text.lines().zip(piece.line..) {
            if line.chars().count() > CODE_WIDTH {
                findings.push(Finding {
                    line: number,
                    kind: FindingKind::TooWide(CODE_WIDTH, line.into()),
                });
            }
        }
    };
    let mut texts: Vec<&Piece> = Vec::new();
    for step in &lesson.steps {
        match step {
            Step::Page(page) => {
                texts.push(&page.prose);
                code(&page.code);
            }
            Step::Exercise(exercise) => {
                texts.push(&exercise.prose);
                texts.extend(&exercise.hints);
                exercise.given.iter().for_each(&mut code);
                exercise.task.program().into_iter().for_each(&mut code);
                if let Some(work) = exercise.task.work() {
                    code(&work.starter);
                    work.trials.iter().for_each(&mut code);
                }
            }
        }
    }
    for piece in texts {
        for width in WIDTHS {
            let drawn = prose(&piece.text, width, Paint::Plain);
            // Code stays as it is, since it is there to be typed.
            let is_code = |line: &str| piece.text.contains(line.trim());
            let wide = drawn.lines().filter(|line| line.chars().count() > width);
            for line in wide.filter(|line| !is_code(line) || line.len() > CODE_WIDTH) {
                findings.push(Finding {
                    line: piece.line,
                    kind: FindingKind::TooWide(width, line.into()),
                });
            }
        }
    }
    findings
}
