//! `threadlab grade`: the answers of a class to one exercise, a row for each.
//!
//! Each is explored in a session of its own, bounded by states, memory and work, so that the table is the
//! same on every machine; they are spread over the cores.

use std::fmt::Write;
use std::path::{Path, PathBuf};

use indicatif::{ProgressBar, ProgressStyle};
use serde::Serialize;

use super::lesson::feedback::{Reader, Screen, feedback, summary};
use super::lesson::on_all_cores;
use super::source::Source;
use super::{Status, complain, state, width};
use crate::explore::Cut;
use crate::lesson::course;
use crate::lesson::grade::{Answer, Bounds, Undecided, Verdict, grade};
use crate::lesson::text::{Exercise, Lesson, parse};
use crate::view::paint::Paint;

/// What to grade.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grading {
    /// `LESSON/NUMBER`, or `FILE#NUMBER`.
    pub exercise: String,
    /// The answers.
    pub files: Vec<PathBuf>,
    /// What the table looks like.
    pub form: Form,
}

/// What a table of answers looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// In columns, for people.
    Table,
    /// Comma-separated values.
    Csv,
    /// A JSON array.
    Json,
    /// What the learner would be told, with the run that shows it.
    Feedback,
}

/// What came of one answer.
#[derive(Serialize)]
struct Row {
    file: String,
    /// `passed`, `failed`, `undecided` or `unreadable`.
    verdict: &'static str,
    /// What kind of fault, in one word for programs; empty when it passed.
    fault: String,
    /// The lines of the answer that it is about.
    lines: Vec<u32>,
    /// The trial in which it shows, from 1; 0 when it passed.
    trial: usize,
    /// The run that shows it.
    run: String,
    /// What is wrong, in a sentence.
    message: String,
    /// What the learner would be told.
    #[serde(skip)]
    feedback: String,
}

/// Grades, and writes the table. The status says whether it could be made, not whether all have passed.
pub(super) fn run(grading: &Grading) -> Status {
    let lesson = match lesson(&grading.exercise) {
        Ok(lesson) => lesson,
        Err(problem) => {
            complain(&problem);
            return Status::Usage;
        }
    };
    let number = grading
        .exercise
        .rsplit(['#', '/'])
        .next()
        .unwrap_or_default();
    let exercise = number
        .parse()
        .ok()
        .and_then(|number| lesson.exercise(number));
    let Some(exercise) = exercise else {
        let count = lesson.exercises().count();
        complain(&format!(
            "`{}` has {count} exercises, numbered from 1, and no `{number}`",
            lesson.name
        ));
        return Status::Usage;
    };
    let count = grading.files.len();
    let bar = ProgressBar::new(count as u64).with_style(style());
    let screen = Screen {
        reader: Reader::Teacher,
        is_aloud: false,
        width: width(),
        height: usize::MAX,
        paint: Paint::Plain,
    };
    let rows = on_all_cores(count, |index| {
        let row = row(exercise, &grading.files[index], screen);
        bar.inc(1);
        row
    });
    bar.finish_and_clear();
    let text = match grading.form {
        Form::Table => table(&rows),
        Form::Feedback => rows.iter().map(told).collect::<Vec<_>>().join("\n"),
        Form::Csv => csv(&rows),
        Form::Json => match serde_json::to_string_pretty(&rows) {
            Ok(text) => text + "\n",
            Err(error) => {
                complain(&format!("the table cannot be written: {error}"));
                return Status::Failure;
            }
        },
    };
    super::write_out(text.as_bytes())
}

fn style() -> ProgressStyle {
    let usual = ProgressStyle::default_bar();
    let named = usual.clone().template("grading {bar:30} {pos}/{len}");
    named.unwrap_or(usual)
}

/// The lesson that an exercise is named by.
fn lesson(exercise: &str) -> Result<Lesson, String> {
    let usage = || {
        format!(
            "`{exercise}` names no exercise: write LESSON/NUMBER as in `locks/2`, or FILE#NUMBER"
        )
    };
    if let Some((file, _)) = exercise.rsplit_once('#') {
        let text = std::fs::read_to_string(file);
        let text = text.map_err(|error| format!("{file} cannot be read: {error}"))?;
        return parse(file, &text).map_err(|flaws| {
            let flaws = flaws.iter();
            let list = flaws.map(|flaw| format!("{file}:{}: {}", flaw.line, flaw.kind));
            list.collect::<Vec<_>>().join("\n")
        });
    }
    let (name, _) = exercise.rsplit_once('/').ok_or_else(usage)?;
    let lessons = course::lessons();
    let found = course::find(&lessons, name).cloned();
    found.ok_or_else(|| {
        let names: Vec<&str> = lessons.iter().map(|lesson| &*lesson.name).collect();
        format!(
            "there is no lesson `{name}`; there are {}",
            names.join(", ")
        )
    })
}

fn row(exercise: &Exercise, file: &Path, screen: Screen) -> Row {
    let mut row = Row {
        file: file.display().to_string(),
        verdict: "unreadable",
        fault: String::new(),
        lines: Vec::new(),
        trial: 0,
        run: String::new(),
        message: String::new(),
        feedback: String::new(),
    };
    let source = match Source::from_file(file) {
        Ok(source) => source,
        Err(error) => {
            row.fault = "unreadable".into();
            // A row is a line.
            let words = error.to_string();
            row.message = words.split_whitespace().collect::<Vec<_>>().join(" ");
            return row;
        }
    };
    let answer = Answer {
        text: &source.text,
        language: source.language(),
    };
    let verdict = grade(exercise, answer, &Bounds::default());
    row.message = summary(exercise, &verdict);
    row.feedback = feedback(exercise, answer, &verdict, screen);
    match &verdict {
        Verdict::Passed(_) => row.verdict = "passed",
        Verdict::Undecided(why) => {
            row.verdict = "undecided";
            row.fault = limit(*why).into();
            if let Undecided::Limit(_, line) = why {
                row.lines.extend(line);
            }
        }
        Verdict::Failed(fault) => {
            row.verdict = "failed";
            row.fault = fault.kind.name().into();
            row.lines = fault.kind.lines();
            row.trial = fault.trial + 1;
            row.run = fault.kind.token().map(state::shown).unwrap_or_default();
        }
    }
    row
}

/// Why nothing is known, in one word for programs.
fn limit(why: Undecided) -> &'static str {
    match why {
        Undecided::Limit(Cut::Work(_), _) | Undecided::Endless => "endless",
        Undecided::Limit(Cut::Memory(_) | Cut::Exhausted(..), _) => "memory",
        Undecided::Limit(Cut::States(_) | Cut::Depth(_), _) | Undecided::Outcomes(_) => "states",
        Undecided::Limit(Cut::Numbers(_), _) => "random",
        Undecided::Limit(Cut::Redefined, _) => "redefined",
        Undecided::Limit(Cut::Time(_) | Cut::OutOfReach(_) | Cut::Stopped, _) => "left",
        Undecided::NoQuestion => "no-question",
    }
}

/// A file and what its author would be told.
fn told(row: &Row) -> String {
    let words = match row.feedback.as_str() {
        "" => format!("{}\n", row.message),
        feedback => feedback.to_string(),
    };
    format!("{}:\n{words}", row.file)
}

fn lines(row: &Row) -> String {
    let lines = row.lines.iter().map(u32::to_string);
    lines.collect::<Vec<_>>().join(" ")
}

fn table(rows: &[Row]) -> String {
    let widest = |of: &dyn Fn(&Row) -> usize, least: usize| {
        let widths = rows.iter().map(of);
        widths.max().unwrap_or(0).max(least)
    };
    let file = widest(&|row| row.file.chars().count(), 4);
    let fault = widest(&|row| row.fault.len(), 5);
    let of_lines = widest(&|row| lines(row).len(), 5);
    let mut out = String::new();
    let _ = writeln!(
        out,
        "{:file$}  {:9}  {:fault$}  {:of_lines$}  run",
        "file", "verdict", "fault", "lines"
    );
    for row in rows {
        let line = format!(
            "{:file$}  {:9}  {:fault$}  {:of_lines$}  {}",
            row.file,
            row.verdict,
            row.fault,
            lines(row),
            row.run
        );
        out += line.trim_end();
        out.push('\n');
    }
    let passed = rows.iter().filter(|row| row.verdict == "passed").count();
    let _ = writeln!(out, "{passed} of {} passed", rows.len());
    out
}

fn csv(rows: &[Row]) -> String {
    let mut out = String::from("file,verdict,fault,lines,trial,run,message\n");
    for row in rows {
        let trial = row.trial.to_string();
        let fields = [
            &row.file,
            row.verdict,
            &row.fault,
            &lines(row),
            &trial,
            &row.run,
            &row.message,
        ];
        out += &fields.map(field).join(",");
        out.push('\n');
    }
    out
}

/// A value as RFC 4180 has it.
fn field(text: &str) -> String {
    match text.contains([',', '"', '\n', '\r']) {
        true => format!("\"{}\"", text.replace('"', "\"\"")),
        false => text.into(),
    }
}
