//! The functions, methods and operators that a script can use.

pub mod bridge;
mod limits;
mod methods;
pub mod operators;
#[cfg(test)]
mod oracle;
