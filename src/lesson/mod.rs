//! What the program teaches with.
//!
//! In reading order: [`text`] makes a [`text::Lesson`] of a file, or says with [`flaw`] what is wrong in
//! which line; [`claim`] reads what comments in it claim; [`course`] holds the lessons that the binary
//! carries; [`follow`] says whether what was typed is what a step meant, and [`grade`] whether an answer is
//! right; [`proof`] holds lessons against what they claim; [`progress`] keeps what a learner has done.

pub mod claim;
pub mod course;
pub mod flaw;
pub mod follow;
pub mod grade;
pub mod progress;
pub mod proof;
pub mod text;
