//! Arguments to a front to an exit code.

fn main() {}
