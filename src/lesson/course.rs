//! The lessons that the binary carries: those of `scripts/lessons/`, in the order in which they are to be
//! read. A test holds the list complete.

use super::text::{Lesson, name_of, parse};

macro_rules! lessons {
    ($($file:literal),* $(,)?) => {
        /// The name and the text of each file.
        pub const FILES: &[(&str, &str)] =
            &[$(($file, include_str!(concat!("../../scripts/lessons/", $file)))),*];
    };
}

lessons![
    "00_language.rhai",
    "01_first_threads.rhai",
    "02_schedules.rhai",
    "03_arguments.rhai",
    "04_gil.rhai",
    "05_pools.rhai",
    "06_processes.rhai",
    "07_lost_update.rhai",
    "08_locks.rhai",
    "09_what_to_lock.rhai",
    "10_deadlock.rhai",
    "11_rlock_and_semaphores.rhai",
    "12_events_timers_barriers.rhai",
    "13_conditions.rhai",
    "14_queues.rhai",
    "15_channels.rhai",
    "16_atomics.rhai",
    "17_read_write_locks.rhai",
    "18_philosophers.rhai",
    "19_async.rhai",
    "20_testing.rhai",
    "21_word_count.rhai",
];

/// The names of the lessons that make the short tour.
pub const TOUR: [&str; 4] = ["first_threads", "gil", "pools", "lost_update"];

/// The names of all lessons.
pub fn names() -> impl Iterator<Item = &'static str> {
    FILES.iter().map(|(file, _)| name_of(file).1)
}

/// All lessons. One whose file is flawed is left out; a test holds that there is none.
pub fn lessons() -> Vec<Lesson> {
    let lessons = FILES.iter().map(|(file, text)| parse(file, text));
    lessons.filter_map(Result::ok).collect()
}

/// The lesson that a learner calls by its name or its number.
pub fn find<'l>(lessons: &'l [Lesson], called: &str) -> Option<&'l Lesson> {
    let number = called.parse().ok();
    lessons
        .iter()
        .find(|lesson| lesson.name == called || (number.is_some() && lesson.number == number))
}
