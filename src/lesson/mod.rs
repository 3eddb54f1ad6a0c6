//! What the program teaches with.
//!
//! In reading order: [`text`] makes a [`text::Lesson`] of a file, or says with [`flaw`] what is wrong in
//! which line; [`grade`] says whether an answer is right; [`course`] holds the lessons that the binary carries; [`typed`] compares what was typed with
//! a step's code; [`progress`] keeps what a learner has done. [`tutorial`] holds the sections of the
//! tutorial.

pub mod course;
pub mod flaw;
pub mod grade;
pub mod progress;
pub mod proof;
pub mod text;
pub mod tutorial;
pub mod typed;
