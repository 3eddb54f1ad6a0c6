//! Events and runs as something to look at.
//!
//! In reading order: [`paint`], text in colours; [`wrap`], text in a width; [`live`], each line as it
//! is printed, marked with its thread; [`deadlock`], threads that wait; [`steps`], a run as a table
//! with a column per thread; [`story`], what went wrong; [`outcomes`], what can become of a program;
//! [`mends`], what to change, and [`diff`], a changed text; [`leftovers`], what a run leaves behind.
//! Nothing here prints or knows who runs the script.

pub mod deadlock;
pub mod diff;
pub mod leftovers;
pub mod live;
pub mod mends;
pub mod outcomes;
pub mod paint;
pub mod steps;
pub mod story;
pub mod wrap;
