//! The functions, methods and operators that a script can use.

pub mod bridge;
mod limits;
pub mod operators;
#[cfg(test)]
mod oracle;
