//! Rows for Python's classes of errors: what makes one, and what a class of the script's derives from.

use crate::value::{Class, FaultKind, UserClass, Value};
use crate::vm::{NativeCtx, NativeResult};

use super::{Entry, Example, Kind, Run, param, sig};

type Given = Result<NativeResult, FaultKind>;

fn made(class: Class, args: &mut [Value], ctx: &NativeCtx<'_>) -> Given {
    let args = args.iter_mut().map(std::mem::take).collect();
    Ok(NativeResult::Value(UserClass::error(class, args, ctx.pos)))
}

macro_rules! classes {
    ($($class:ident = $name:literal shown $shown:literal: $summary:literal,)*) => {
        pub(super) const ENTRIES: &[Entry] = &[$(
            Entry {
                name: $name,
                signatures: &[sig(&[param("args", Kind::Rest)], $name)],
                summary: $summary,
                details: "`e.message` is the first argument, `e.args` the tuple of all. A class can \
                          derive from it: `class TooSmall(ValueError) { }`.",
                example: Example {
                    code: concat!(
                        "try { throw ", $name, "(\"no\"); } catch (e) { print(isinstance(e, ", $name,
                        "), e, repr(e)); }"
                    ),
                    output: concat!("true ", $shown, " ", $name, "('no')"),
                },
                run: Run::Native({
                    fn run(args: &mut [Value], ctx: &mut NativeCtx<'_>) -> Given {
                        made(Class::$class, args, ctx)
                    }
                    run
                }),
                ..Entry::NEW
            },
        )*];
    };
}

classes! {
    Exception = "Exception" shown "no": "Makes an error of the class that nearly all errors derive from.",
    ValueError = "ValueError" shown "no": "Makes an error: a value of the right type that is not acceptable.",
    TypeError = "TypeError" shown "no": "Makes an error: a value of the wrong type.",
    LookupError = "LookupError" shown "no": "Makes an error: an index or a key that is not there.",
    KeyError = "KeyError" shown "'no'": "Makes an error: a key that is not there.",
    IndexError = "IndexError" shown "no": "Makes an error: an index that is not there.",
    RuntimeError = "RuntimeError" shown "no": "Makes an error: not the right thing to do now.",
    ArithmeticError = "ArithmeticError" shown "no": "Makes an error: a calculation.",
    ZeroDivisionError = "ZeroDivisionError" shown "no": "Makes an error: a division by zero.",
    OverflowError = "OverflowError" shown "no": "Makes an error: a number that grew too large.",
    AttributeError = "AttributeError" shown "no": "Makes an error: an attribute that is not there.",
    NameError = "NameError" shown "no": "Makes an error: a name that nothing has.",
    AssertionError = "AssertionError" shown "no": "Makes an error: an assertion that does not hold.",
    OsError = "OSError" shown "no": "Makes an error: the host refuses something.",
    EofError = "EOFError" shown "no": "Makes an error: there is nothing more to read.",
    TimeoutError = "TimeoutError" shown "no": "Makes an error: a time that is over.",
}
