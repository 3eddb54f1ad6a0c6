//! Rows that every script needs: printing, checking, functions as values, ranges.
//!
//! Longer than most files because it is a table.

use std::sync::Arc;

use crate::value::collection::Kind as Collected;
use crate::value::object::{Call, TaskId, Verb};
use crate::value::{
    Class, FaultKind, FloatRange, Function, Map, Range, UserClass, Value, debug_text, is_instance,
    print_text,
};
use crate::vm::{Intrinsic, NativeCtx, NativeResult};

use super::super::printing::PrintOptions;
use super::{Entry, Example, Kind, Run, checked, native_index, param, sig};

type Outcome = Result<NativeResult, FaultKind>;

const FUNCTION: Kind = Kind::Function;

pub(super) const ENTRIES: &[Entry] = &[
    Entry {
        name: "print",
        signatures: &[
            sig(&[param("values...", Kind::Rest)], "()"),
            sig(
                &[param("values...", Kind::Rest), param("options", Kind::Map)],
                "()",
            ),
        ],
        summary: "Prints its arguments in one line, separated by spaces.",
        details: "A line is never torn by a line of another thread. Options are a map that is written \
                  behind at least one value, with no other keys than these: `end`, what comes behind \
                  the values instead of a line end; `sep`, what comes between them; `flush`, which \
                  changes nothing, as all is shown at once. Any other map is printed.",
        errors: "Raises a `TypeError` when `end` or `sep` is neither a string nor `()`.",
        example: Example {
            code: "print(\"Number:\", 1);\nprint(1, 2, #{sep: \"-\", end: \"!\\n\"});",
            output: "Number: 1\n1-2!",
        },
        run: Run::Native(print),
        with_options: Some((&["end", "sep", "flush"], print_with_options)),
        ..Entry::NEW
    },
    Entry {
        name: "input",
        signatures: &[
            sig(&[], "string"),
            sig(&[param("prompt", Kind::Any)], "string"),
        ],
        summary: "Prints the prompt without a line end, and gives the next line of the input.",
        details: "The input is what you type while an input of the prompt runs, what comes to a script \
                  by standard input, or the file that `--input FILE` names. `explore`, `replay` and \
                  `step` read nothing but such a file.",
        errors: "Raises an `EOFError` when there is no line to come.",
        blocks: "Until there is a line; other threads go on.",
        example: Example {
            code: "try {\n    print(\"Hello \" + input(\"name? \"));\n} catch (e) {\n    \
                   print(\"nobody:\", e.class);\n}",
            output: "name? nobody: EOFError",
        },
        run: Run::Prelude,
        ..Entry::NEW
    },
    Entry {
        name: "eval",
        signatures: &[sig(&[param("text", Kind::Text)], "any")],
        summary: "Does what a text says, and gives its value.",
        details: "The text is one of its own: it sees functions and the variables of the top level, not \
                  those of the function that calls it, and what it declares is gone afterwards. \
                  `explore` runs no `eval`.",
        errors: "Raises an error with its place in the text when that is wrong.",
        example: Example {
            code: "let x = 40;\nprint(eval(\"x + 2\"));",
            output: "42",
        },
        run: Run::Native(|args, _| {
            let text = args[0].as_str().unwrap_or_default().to_string();
            Ok(NativeResult::Intrinsic(Intrinsic::Eval(text)))
        }),
        ..Entry::NEW
    },
    Entry {
        name: "exit",
        signatures: &[sig(&[], "()"), sig(&[param("value", Kind::Any)], "any")],
        summary: "Ends the thread that calls it, main with the whole script, with a value.",
        details: "`with` blocks are left on the way; no `catch` and no `finally` runs. As at the end of a \
                  script, the threads that main has started go on to their own ends.",
        example: Example {
            code: "fn work() { exit(5); }\nlet t = spawn(work);\nprint(t.join());",
            output: "5",
        },
        run: Run::Native(|args, _| {
            let value = args.first_mut().map(std::mem::take);
            Err(FaultKind::Exit(value.unwrap_or_default()))
        }),
        ..Entry::NEW
    },
    Entry {
        name: "read_text",
        signatures: &[sig(&[param("path", Kind::Text)], "string")],
        summary: "Gives the text of a file in a folder that `--allow-read FOLDER` names.",
        details: "Without that option a script reads no file at all.",
        errors: "Raises an `OSError` when the file is in no such folder, or cannot be read.",
        example: Example {
            code: "try {\n    read_text(\"secrets.txt\");\n} catch (e) {\n    print(e.class);\n}",
            output: "OSError",
        },
        run: Run::Native(|args, _| {
            let path = args[0].as_str().unwrap_or_default().to_string();
            Ok(NativeResult::Intrinsic(Intrinsic::ReadFile(path)))
        }),
        ..Entry::NEW
    },
    Entry {
        name: "read_lines",
        signatures: &[sig(&[param("path", Kind::Text)], "array")],
        summary: "Gives the lines of a file in a folder that `--allow-read FOLDER` names.",
        errors: "Raises an `OSError` when the file is in no such folder, or cannot be read.",
        example: Example {
            code: "try {\n    read_lines(\"secrets.txt\");\n} catch (e) {\n    print(e.class);\n}",
            output: "OSError",
        },
        run: Run::Prelude,
        ..Entry::NEW
    },
    Entry {
        name: "debug",
        signatures: &[sig(&[param("values...", Kind::Rest)], "()")],
        summary: "Prints its arguments as they would be typed: strings with quotes.",
        example: Example {
            code: "debug(\"1\", 1);",
            output: "\"1\" 1",
        },
        run: Run::Native(debug),
        ..Entry::NEW
    },
    Entry {
        name: "type_of",
        signatures: &[sig(&[param("value", Kind::Any)], "string")],
        summary: "Gives the name of a value's type.",
        example: Example {
            code: "print(type_of(1), type_of(\"a\"), type_of([]));",
            output: "i64 string array",
        },
        run: Run::Native(|args, _| value(Value::string(args[0].type_name()))),
        ..Entry::NEW
    },
    Entry {
        name: "isinstance",
        signatures: &[sig(
            &[
                param("error", Kind::Any),
                checked(
                    "class",
                    "a class, or its name, or several of them in an array",
                ),
            ],
            "bool",
        )],
        summary: "Whether a caught error is of a class of Python's, or of one that derives from it.",
        details: "`e.class` holds the class of what `catch (e)` gives. As in Python, a \
                  `TimeoutError` is an `OSError`, nearly all errors are an `Exception`, and a task \
                  that was cancelled is none. An instance of a script's class is one of what that derives \
                  from, too. What `throw` throws is of the class that its `error` \
                  names, and otherwise an `Exception`.",
        example: Example {
            code: "try { BoundedSemaphore(1).release(); } catch (e) {\n    \
                   print(e.class, isinstance(e, \"ValueError\"), \
                   isinstance(e, [\"RuntimeError\", \"KeyError\"]));\n}",
            output: "ValueError true false",
        },
        run: Run::Native(is_error_of),
        ..Entry::NEW
    },
    Entry {
        name: "assert",
        signatures: &[
            sig(&[param("condition", Kind::Bool)], "()"),
            sig(
                &[param("condition", Kind::Bool), param("message", Kind::Any)],
                "()",
            ),
        ],
        summary: "Fails unless the condition is true.",
        details: "While all interleavings are searched, a failed assertion is what is looked for. The \
                  message is evaluated only when the condition is not true.",
        errors: "AssertionError with the message.",
        example: Example {
            code: "assert(1 + 1 == 2, \"arithmetic\");\nprint(\"fine\");",
            output: "fine",
        },
        run: Run::Native(assert),
        ..Entry::NEW
    },
    Entry {
        name: "range",
        signatures: &[
            sig(&[param("to", Kind::Int)], "range"),
            sig(&[param("from", Kind::Int), param("to", Kind::Int)], "range"),
            sig(
                &[
                    param("from", Kind::Int),
                    param("to", Kind::Int),
                    param("step", Kind::Int),
                ],
                "iterator",
            ),
            sig(
                &[param("range", Kind::Range), param("step", Kind::Int)],
                "iterator",
            ),
            sig(
                &[
                    param("from", Kind::Number),
                    param("to", Kind::Number),
                    param("step", Kind::Number),
                ],
                "array",
            ),
        ],
        summary: "Gives the numbers from one, or 0, to before another, for `for`.",
        details: "The last number is not included, as in Python. A negative step counts down.",
        errors: "A step of 0 is refused.",
        example: Example {
            code: "for i in range(1, 4) { print(i); }\nprint(range(3).len());",
            output: "1\n2\n3\n3",
        },
        run: Run::Native(range),
        ..Entry::NEW
    },
    Entry {
        name: "Fn",
        signatures: &[sig(&[param("name", Kind::Text)], "Fn")],
        summary: "Gives the function of this name as a value.",
        details: "The bare name of a function is the same: `let f = square;`.",
        errors: "A text that cannot be a function's name is refused.",
        example: Example {
            code: "fn square(x) { x * x }\nlet f = Fn(\"square\");\nprint(f.call(4));",
            output: "16",
        },
        run: Run::Native(function_named),
        ..Entry::NEW
    },
    Entry {
        name: "call",
        signatures: &[sig(
            &[param("f", FUNCTION), param("arguments...", Kind::Rest)],
            "any",
        )],
        summary: "Calls a function value.",
        blocks: "When the function does.",
        example: Example {
            code: "let add = |a, b| a + b;\nprint(call(add, 1, 2));",
            output: "3",
        },
        run: Run::Native(call),
        ..Entry::NEW
    },
    Entry {
        name: "curry",
        signatures: &[sig(
            &[param("f", FUNCTION), param("arguments...", Kind::Rest)],
            "Fn",
        )],
        summary: "Fixes the first arguments of a function.",
        example: Example {
            code: "let add = |a, b| a + b;\nlet next = curry(add, 1);\nprint(next.call(41));",
            output: "42",
        },
        run: Run::Native(curry),
        ..Entry::NEW
    },
    Entry {
        name: "is_def_fn",
        signatures: &[
            sig(
                &[param("name", Kind::Text), param("parameters", Kind::Int)],
                "bool",
            ),
            sig(
                &[
                    param("type", Kind::Text),
                    param("name", Kind::Text),
                    param("parameters", Kind::Int),
                ],
                "bool",
            ),
        ],
        summary: "Says whether the script has such a function, or such a method of a type.",
        example: Example {
            code: "fn square(x) { x * x }\nprint(is_def_fn(\"square\", 1));",
            output: "true",
        },
        run: Run::Native(is_def_fn),
        ..Entry::NEW
    },
    Entry {
        name: "is_def_var",
        signatures: &[sig(&[param("name", Kind::Text)], "bool")],
        summary: "Says whether there is such a variable at the top level.",
        example: Example {
            code: "print(is_def_var(\"nobody\"));",
            output: "false",
        },
        run: Run::Native(is_def_var),
        ..Entry::NEW
    },
    Entry {
        name: "is_shared",
        signatures: &[sig(&[param("value", Kind::Any)], "bool")],
        summary: "Says whether a value is a variable shared with a closure.",
        details: "An argument is a copy, so this is false for all that can be given here.",
        example: Example {
            code: "print(is_shared(1));",
            output: "false",
        },
        run: Run::Native(|args, _| value(Value::Bool(matches!(args[0], Value::Cell(_))))),
        ..Entry::NEW
    },
    Entry {
        name: "current_thread",
        signatures: &[sig(&[], "Thread")],
        summary: "Gives the thread that asks.",
        example: Example {
            code: "print(current_thread().name);",
            output: "main",
        },
        run: Run::Native(|_, _| Ok(NativeResult::Intrinsic(Intrinsic::CurrentThread))),
        ..Entry::NEW
    },
    Entry {
        name: "threads",
        signatures: &[sig(&[], "array")],
        summary: "Gives all threads that have started and not ended.",
        example: Example {
            code: "print(threads().len());",
            output: "1",
        },
        run: Run::Native(|_, _| Ok(NativeResult::Intrinsic(Intrinsic::Threads))),
        ..Entry::NEW
    },
];

fn value(value: Value) -> Outcome {
    Ok(NativeResult::Value(value))
}

fn print(args: &mut [Value], ctx: &mut NativeCtx<'_>) -> Outcome {
    print_all(args, None, ctx)
}

fn print_with_options(args: &mut [Value], ctx: &mut NativeCtx<'_>) -> Outcome {
    match args {
        [values @ .., Value::Map(options)] => print_all(values, Some(options), ctx),
        values => print_all(values, None, ctx),
    }
}

fn print_all(values: &mut [Value], options: Option<&Map>, ctx: &mut NativeCtx<'_>) -> Outcome {
    let checked = options.map(PrintOptions::new).transpose()?;
    if values.iter().any(is_to_come) {
        let values = values.iter_mut().map(std::mem::take).collect();
        let name = ctx.program.name_id("__print__map", |_| None);
        let wait = Arc::new(ctx.program.named_function(name));
        let options = options.cloned().unwrap_or_default();
        let args = vec![Value::array(values), Value::map(options)];
        return Ok(NativeResult::Call(wait, args));
    }
    Ok(checked.unwrap_or_default().line(values, print_text))
}

/// Whether these are results of a map that are not all there: printing waits for them.
fn is_to_come(value: &Value) -> bool {
    let wait = Call {
        verb: Verb::Wait,
        args: &[],
    };
    match value {
        Value::Object(object) if object.kind() == "Results" => {
            !object.state().is_ready(wait, TaskId(0))
        }
        _ => false,
    }
}

fn debug(args: &mut [Value], _: &mut NativeCtx<'_>) -> Outcome {
    Ok(PrintOptions::default().line(args, debug_text))
}

fn assert(args: &mut [Value], _: &mut NativeCtx<'_>) -> Outcome {
    match args {
        [Value::Bool(true), ..] => value(Value::Unit),
        [_, message] => Err(FaultKind::Assertion(print_text(message))),
        _ => Err(FaultKind::Assertion(String::new())),
    }
}

fn range(args: &mut [Value], _: &mut NativeCtx<'_>) -> Outcome {
    let (start, end, step) = match *args {
        [Value::Int(end)] => (0, end, 1),
        [Value::Int(start), Value::Int(end)] => (start, end, 1),
        [Value::Int(start), Value::Int(end), Value::Int(step)] => (start, end, step),
        [Value::Range(ref range), Value::Int(step)] => {
            return stepped(Range {
                step,
                ..Range::clone(range)
            });
        }
        _ => return float_range(args),
    };
    stepped(Range {
        step,
        ..Range::exclusive(start, end)
    })
}

fn stepped(range: Range) -> Outcome {
    if range.step == 0 {
        return Err(no_step());
    }
    value(Value::Range(Arc::new(range)))
}

fn float_range(args: &[Value]) -> Outcome {
    let numbers: Vec<f64> = args.iter().filter_map(Value::as_number).collect();
    let &[start, end, step] = &numbers[..] else {
        return value(Value::array(Vec::new()));
    };
    if start + step == start {
        return Err(no_step());
    }
    // One that is longer is gone through, item by item.
    const WRITTEN_OUT: usize = 100_000;
    let range = FloatRange { start, end, step };
    let is_empty = if step > 0.0 {
        start >= end
    } else {
        start <= end
    };
    let items = std::iter::successors((!is_empty).then_some(start), |last| range.after(*last));
    let items: Vec<Value> = items.map(Value::Float).take(WRITTEN_OUT + 1).collect();
    match items.len() > WRITTEN_OUT {
        true => value(Value::Foreign(Arc::new(Box::new(range)))),
        false => value(Value::array(items)),
    }
}

fn no_step() -> FaultKind {
    FaultKind::Arithmetic("step value cannot be zero".into())
}

fn function_named(args: &mut [Value], ctx: &mut NativeCtx<'_>) -> Outcome {
    let name = args[0].as_str().unwrap_or_default();
    let mut characters = name.chars();
    let is_name = (characters.next()).is_some_and(|first| first.is_alphabetic() || first == '_')
        && characters.all(|character| character.is_alphanumeric() || character == '_');
    if !is_name {
        return Err(FaultKind::misuse(
            Class::ValueError,
            &format!("Fn of {name:?}"),
            "the name of a function",
            "write the name of a function without parentheses: `Fn(\"square\")`",
        ));
    }
    let id = ctx.program.name_id(name, native_index);
    value(Value::Function(Arc::new(ctx.program.named_function(id))))
}

/// The function and the arguments after it, both taken.
fn function_and_rest(args: &mut [Value]) -> Option<(Arc<Function>, Vec<Value>)> {
    let (function, rest) = args.split_first_mut()?;
    let Value::Function(function) = std::mem::take(function) else {
        return None;
    };
    Some((function, rest.iter_mut().map(std::mem::take).collect()))
}

fn call(args: &mut [Value], _: &mut NativeCtx<'_>) -> Outcome {
    match function_and_rest(args) {
        Some((function, rest)) => Ok(NativeResult::Call(function, rest)),
        None => value(Value::Unit),
    }
}

fn curry(args: &mut [Value], _: &mut NativeCtx<'_>) -> Outcome {
    match function_and_rest(args) {
        Some((function, rest)) => {
            let mut function = Function::clone(&function);
            function.curried.extend(rest);
            value(Value::Function(Arc::new(function)))
        }
        None => value(Value::Unit),
    }
}

fn is_def_fn(args: &mut [Value], ctx: &mut NativeCtx<'_>) -> Outcome {
    let (name, parameters) = match args {
        [of_type, name, parameters] => (
            format!("{}.{}", print_text(of_type), print_text(name)),
            parameters,
        ),
        [name, parameters, ..] => (print_text(name), &mut *parameters),
        _ => return value(Value::Bool(false)),
    };
    let parameters = parameters
        .as_int()
        .and_then(|count| usize::try_from(count).ok());
    let function =
        (ctx.program.find_name(&name)).and_then(|id| ctx.program.name(id).function(parameters?));
    value(Value::Bool(function.is_some()))
}

fn is_def_var(args: &mut [Value], _: &mut NativeCtx<'_>) -> Outcome {
    let name = args[0].as_str().unwrap_or_default().to_string();
    Ok(NativeResult::Intrinsic(Intrinsic::IsDefined(name)))
}

fn is_error_of(args: &mut [Value], _: &mut NativeCtx<'_>) -> Result<NativeResult, FaultKind> {
    let own = match &args[0] {
        Value::Reference(reference) if reference.kind != Collected::Class => {
            reference.class.as_ref()
        }
        _ => None,
    };
    let is_of = |class: &Value| match (class.as_str(), own) {
        (Some(class), _) => Ok(is_instance(&args[0], class)),
        (None, Some(own)) => UserClass::of_value(class).map(|class| own.derives_from(&class)),
        (None, None) => UserClass::of_value(class).map(|class| {
            // Of Python's own, what is no instance may still be an error.
            class.error.is_some() && is_instance(&args[0], class.name.as_str())
        }),
    };
    let mut found = false;
    match args[1].row() {
        Some(classes) => {
            for class in classes.iter() {
                found |= is_of(class)?;
            }
        }
        None => found = is_of(&args[1])?,
    }
    Ok(NativeResult::Value(found.into()))
}
