//! Events as something to look at.
//!
//! In reading order: [`paint`], text in colours; [`live`], each line as it is printed, marked with
//! its thread; [`deadlock`], threads that wait. Nothing here prints or knows who runs the script.

pub mod deadlock;
pub mod live;
pub mod paint;
