//! Bytecode as text, for those who work on the lowering and for its tests.

use std::fmt::Write;

use super::Code;

/// One line per instruction: its index, where it comes from, and the instruction.
pub fn disassemble(code: &Code) -> String {
    let mut out = format!(
        "{} ({} parameters, {} registers, {} captures)\n",
        code.name.as_str(),
        code.params,
        code.registers,
        code.captures
    );
    for (index, op) in code.ops.iter().enumerate() {
        // Writing to a String cannot fail.
        let _ = writeln!(
            out,
            "{index:>5}  {:<8} {op:?}",
            format!("{:?}", code.pos(index))
        );
    }
    for handler in &code.handlers {
        let _ = writeln!(out, "       {handler:?}");
    }
    out
}
