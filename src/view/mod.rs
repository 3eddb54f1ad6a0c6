//! Events as something to look at.
//!
//! In reading order: [`paint`], text in colours; [`live`], each line as it is printed, marked with
//! its thread. Nothing here prints or knows who runs the script.

pub mod live;
pub mod paint;
