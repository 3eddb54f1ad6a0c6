//! What the program teaches with. [`tutorial`] holds the sections of the tutorial.

pub mod tutorial;
