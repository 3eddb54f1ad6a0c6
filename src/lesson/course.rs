//! The lessons that the binary carries: those of `scripts/lessons/`, in the order in which they are to be
//! read. A test holds the list complete.

use super::text::{Lesson, parse};

macro_rules! lessons {
    ($($file:literal),* $(,)?) => {
        /// The name and the text of each file.
        pub const FILES: &[(&str, &str)] =
            &[$(($file, include_str!(concat!("../../scripts/lessons/", $file)))),*];
    };
}

lessons![];

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
