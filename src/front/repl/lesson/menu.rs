//! The list of lessons, and what was done of them, as text.

use std::fmt::Write;

use super::shown::View;
use crate::front::course::Course;
use crate::lesson::progress::{ExerciseRecord, Progress, Standing};
use crate::lesson::text::Step;
use crate::view::paint::Role;
use crate::view::wrap::{cut_at_word, hang};

/// From which width on a lesson has one line.
const WIDE: usize = 64;
/// How wide the column of titles is at most.
const TITLES: usize = 40;

/// Of some lessons, where the learner goes on: the one that was taken last, or the first one behind it that is
/// not done, or else the first of all that is not.
pub(super) fn next(course: &Course, lessons: &[usize], progress: &Progress) -> Option<usize> {
    let is_open = |index: &usize| progress.standing(course.key(*index)) != Standing::Done;
    let last = progress.last.as_deref().and_then(|key| course.of_key(key));
    let at = last.and_then(|last| lessons.iter().position(|index| *index == last));
    let (before, from) = lessons.split_at(at.unwrap_or(0));
    from.iter().chain(before).copied().find(is_open)
}

/// Some lessons with what was done of them, and what to type. `offered` is the one that Enter begins.
pub(super) fn list(
    course: &Course,
    lessons: &[usize],
    progress: &Progress,
    offered: Option<usize>,
    view: View,
) -> String {
    let rows = lessons
        .iter()
        .map(|index| row(course, *index, progress, view));
    let mut out: String = rows.collect();
    let minutes: u32 = lessons
        .iter()
        .map(|index| course.lessons[*index].minutes)
        .sum();
    // One line where it has room: the whole list fits 24 rows.
    let mut what = format!(
        "{} lessons, {} done, about {minutes} minutes. Type a number",
        lessons.len(),
        done(course, lessons, progress)
    );
    if let Some(index) = offered {
        let verb = match progress.standing(course.key(index)) {
            Standing::Begun => "goes on with",
            Standing::New | Standing::Done => "begins",
        };
        let _ = write!(what, "; Enter {verb} {}", course.number(index));
    }
    out += &hang("", &(what + "."), view.columns);
    out
}

/// How many of some lessons are done.
fn done(course: &Course, lessons: &[usize], progress: &Progress) -> usize {
    let is_done = |index: &&usize| progress.standing(course.key(**index)) == Standing::Done;
    lessons.iter().filter(is_done).count()
}

/// A lesson in a line, or in two where there is no room.
fn row(course: &Course, index: usize, progress: &Progress, view: View) -> String {
    let Some(lesson) = course.lessons.get(index) else {
        return String::new();
    };
    let number = format!("{:>2}  ", course.number(index));
    let state = state(course, index, progress);
    let minutes = format!("{:>2} min", lesson.minutes);
    let longest = |length: &dyn Fn(usize) -> usize| (0..course.lessons.len()).map(length).max();
    let role = match progress.standing(course.key(index)) {
        Standing::Done => Role::Faint,
        Standing::New | Standing::Begun => Role::Prompt,
    };
    if view.columns < WIDE {
        let title = hang("    ", &lesson.title, view.columns);
        let what = format!("{}, {}, {state}", lesson.name, minutes.trim_start());
        let what = hang(&number, &what, view.columns);
        let name = view.paint.text(role, &lesson.name);
        return what.replacen(&lesson.name, &name, 1) + title.as_str();
    }
    let names = longest(&|at| course.lessons[at].name.chars().count()).unwrap_or(0);
    let titles = longest(&|at| course.lessons[at].title.chars().count()).unwrap_or(0);
    let room = view.columns.saturating_sub(4 + names + 2 + 2 + 6 + 2 + 16);
    let titles = titles.min(TITLES).min(room);
    let name = view.paint.text(role, &format!("{:<names$}", lesson.name));
    let title = cut_at_word(&lesson.title, titles);
    format!("{number}{name}  {title:<titles$}  {minutes}  {state}\n")
}

/// How far a lesson is, in words.
fn state(course: &Course, index: usize, progress: &Progress) -> String {
    let key = course.key(index);
    let Some((lesson, record)) = course.lessons.get(index).zip(progress.lessons.get(key)) else {
        return "new".into();
    };
    if !record.done {
        return format!("begun, {} of {}", record.step + 1, lesson.steps.len());
    }
    let exercises = lesson.exercises().count();
    match solved(course, index, progress) {
        solved if solved < exercises => format!("done, {solved} of {exercises}"),
        _ => "done".into(),
    }
}

/// How many of a lesson's exercises are solved.
fn solved(course: &Course, index: usize, progress: &Progress) -> usize {
    let Some(lesson) = course.lessons.get(index) else {
        return 0;
    };
    let record = progress.lessons.get(course.key(index));
    let passed = |key: String| {
        record
            .and_then(|record| record.exercises.get(&key))
            .is_some_and(|one| one.passed)
    };
    lesson
        .exercises()
        .filter(|exercise| passed(exercise.key()))
        .count()
}

/// `:progress`: the lessons that were begun, with their exercises.
pub(super) fn progress(course: &Course, progress: &Progress, view: View) -> String {
    let mut out = String::new();
    let mut exercises = 0;
    let mut passed = 0;
    for (index, lesson) in course.lessons.iter().enumerate() {
        exercises += lesson.exercises().count();
        passed += solved(course, index, progress);
        let Some(record) = progress.lessons.get(course.key(index)) else {
            continue;
        };
        out += &row(course, index, progress, view);
        for exercise in lesson.exercises() {
            let key = exercise.key();
            let state = record.exercises.get(&key).map_or("open".into(), words);
            out += &hang("      ", &format!("{key}: {state}"), view.columns);
        }
    }
    if out.is_empty() {
        out = "Nothing was begun yet: :learn lists the lessons.\n".into();
    }
    let total = format!(
        "{} of {} lessons done, {passed} of {exercises} exercises solved.",
        done(course, &course.all(), progress),
        course.lessons.len()
    );
    out + hang("", &total, view.columns).as_str()
}

/// What became of an exercise.
fn words(record: &ExerciseRecord) -> String {
    let mut words = match record {
        ExerciseRecord { passed: true, .. } => "solved".to_string(),
        ExerciseRecord { shown: true, .. } => "open; you have seen the solution".into(),
        ExerciseRecord { skipped: true, .. } => "passed over".into(),
        _ => "open".into(),
    };
    let tries = match record.tries {
        0 => return words,
        1 => "1 try".into(),
        tries => format!("{tries} tries"),
    };
    let _ = write!(words, ", {tries}");
    if record.hints > 0 {
        let plural = if record.hints == 1 { "" } else { "s" };
        let _ = write!(words, ", {} hint{plural}", record.hints);
    }
    words
}

/// What is said at the end of a lesson.
pub(super) fn end(course: &Course, index: usize, progress: &Progress, view: View) -> String {
    let Some(lesson) = course.lessons.get(index) else {
        return String::new();
    };
    let mut out = format!("This was the lesson {}.", lesson.title);
    let exercises = lesson.exercises().count();
    let solved = solved(course, index, progress);
    if exercises > 0 {
        let _ = write!(
            out,
            " You have solved {solved} of its {exercises} exercises."
        );
    }
    let record = progress.lessons.get(course.key(index));
    let is_open = |key: &str| {
        let record = record.and_then(|record| record.exercises.get(key));
        !record.is_some_and(|record| record.passed)
    };
    let open = lesson.exercises().find(|exercise| is_open(&exercise.key()));
    if let Some(open) = open {
        let is_it = |step: &Step| match step {
            Step::Exercise(one) => one.number == open.number,
            Step::Page(_) => false,
        };
        let step = lesson.steps.iter().position(is_it).unwrap_or(0) + 1;
        let _ = write!(
            out,
            " `:learn {} {step}` goes back to the first open one.",
            lesson.name
        );
    }
    let mut out = hang("", &out, view.columns);
    let next = match course.lessons.get(index + 1) {
        Some(next) => format!(
            "Enter begins the next lesson, {}, {} ({} minutes); :learn lists all.",
            course.number(index + 1),
            next.title,
            next.minutes
        ),
        None => "It was the last one. :progress shows what you have done.".into(),
    };
    out += &hang("", &next, view.columns);
    view.paint.text(Role::Prompt, &out)
}
