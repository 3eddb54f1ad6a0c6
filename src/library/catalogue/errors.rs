//! The errors that a script can catch, by the name that `e.error` gives: when there is one, and what
//! to do. Python's class of each is in `e.class`; `isinstance` knows which derives from which. Help and the reference read these rows.

/// Errors of one name.
#[derive(Clone, Copy, Debug)]
pub struct ErrorKind {
    /// The name, as `e.error` of what `catch (e)` gets.
    pub name: &'static str,
    /// When it is raised.
    pub when: &'static str,
    /// What to do.
    pub remedy: &'static str,
}

const WRONG_USE: &str =
    "Change the script: the message says what was found, what was expected and what to write.";

const fn error(name: &'static str, when: &'static str, remedy: &'static str) -> ErrorKind {
    ErrorKind { name, when, remedy }
}

/// All of them: first those of threads, processes and tasks, then those of the language.
pub const ERRORS: &[ErrorKind] = &[
    error(
        "RuntimeError",
        "It is not the right thing to do now: a lock is released that nobody holds, a thread started \
         twice or joined before it was started, a task submitted after shutdown.",
        WRONG_USE,
    ),
    error(
        "StopIteration",
        "`next` asks a generator that has given all its values.",
        "Use `for`, or give `next` a second argument: what it gives then.",
    ),
    error(
        "ValueError",
        "A value is not acceptable: a pool of 0 workers, a negative time, one release too many of a \
         BoundedSemaphore.",
        WRONG_USE,
    ),
    error(
        "OSError",
        "The host refuses something: a file that is in no folder that may be read, or cannot be read.",
        WRONG_USE,
    ),
    error(
        "TypeError",
        "A value of the wrong kind was given to an object, or an option that does not exist.",
        WRONG_USE,
    ),
    error(
        "AttributeError",
        "A ThreadLocal has no such property in this thread.",
        WRONG_USE,
    ),
    error(
        "IndexError",
        "A list, a tuple or a deque has no item of this index, or none at all.",
        "The first item has index 0, the last one -1; `len(xs)` says how many there are.",
    ),
    error(
        "KeyError",
        "A dict or a set has no such key.",
        "Ask before, `key in d`, or take a default: `d.get(key, 0)`.",
    ),
    error(
        "InvalidStateError",
        "A task that is not done was asked for its result.",
        WRONG_USE,
    ),
    error(
        "TimeoutError",
        "What was waited for did not come in the time given.",
        "Wait longer, or go on without it: the message says what took too long.",
    ),
    error(
        "CancelledError",
        "A future or a task was cancelled. A task gets it where it awaits.",
        "Tidy up, and let it pass by `throw;`; who asks for a cancelled result has to do without.",
    ),
    error(
        "ExceptionGroup",
        "Tasks of an `asyncio.TaskGroup` have failed; the message names each and its error.",
        "Catch what a task can expect within the task.",
    ),
    error(
        "Empty",
        "A queue or channel has nothing to give, at once or in the time given.",
        "Wait for an item: `get()`, `receive()`.",
    ),
    error(
        "Full",
        "A queue or channel has no room, at once or in the time given.",
        "Wait for room: `put(x)`, `send(x)`.",
    ),
    error(
        "QueueEmpty",
        "An `asyncio.Queue` has nothing to give at once.",
        "Wait for an item: `await queue.get()`.",
    ),
    error(
        "QueueFull",
        "An `asyncio.Queue` has no room at once.",
        "Wait for room: `await queue.put(x)`.",
    ),
    error(
        "FrozenInstanceError",
        "An attribute of a frozen dataclass was set or deleted.",
        "Make a changed copy: `replace(point, x=1)`, or leave out `frozen=True`.",
    ),
    error(
        "ShutDown",
        "A queue was shut down, and nothing is left in it.",
        "Catch it to leave the loop that takes items.",
    ),
    error(
        "Closed",
        "A channel was closed: nothing is sent on it any more, and it is not closed again.",
        "Let only the sender close a channel, once, when it has sent everything. `for` ends by itself.",
    ),
    error(
        "BrokenBarrierError",
        "A barrier was reset or aborted, or a thread that waited at it gave up.",
        "Call `reset()` on the barrier before threads wait at it again.",
    ),
    error(
        "BrokenThreadPool",
        "The initializer of a pool of threads has failed.",
        "Repair the initializer, whose error was shown, and make a new pool.",
    ),
    error(
        "BrokenProcessPool",
        "A process of a pool has ended before its time: it was killed, or out of memory.",
        "Make a new pool and submit again what has no result.",
    ),
    error(
        "AssertionError",
        "An `assert` did not hold.",
        "Look at the values that its condition compares.",
    ),
    error(
        "ErrorRuntime",
        "A function of Rhai's has refused its arguments. What `throw` throws is caught as it is, \
         and has this name where only a name is shown.",
        "The message says what was wrong.",
    ),
    error(
        "ErrorArithmetic",
        "A division by zero, or a number that grew too large.",
        "Look at the divisor first: `if b != 0 { a / b }`.",
    ),
    error(
        "ErrorArrayBounds",
        "An index is outside the array.",
        "The first item has the index 0, the last one `a.len() - 1`; -1 is the last one, too.",
    ),
    error(
        "ErrorStringBounds",
        "An index is outside the string.",
        "The first character has the index 0, the last one `s.len() - 1`.",
    ),
    error(
        "ErrorBitFieldBounds",
        "An index is outside the 64 bits of an integer.",
        "Bits are numbered from 0 to 63.",
    ),
    error(
        "ErrorMismatchDataType",
        "A value of one type stands where another is needed.",
        "Ask `type_of(x)`, and convert: `x.to_int()`, `parse_int(text)`.",
    ),
    error(
        "ErrorFunctionNotFound",
        "There is no such function, or not for these arguments.",
        "`:doc NAME` says how it is called.",
    ),
    error(
        "ErrorVariableNotFound",
        "A variable does not exist when the code runs.",
        "Make it first: `let x = ...;`.",
    ),
    error(
        "ErrorUnboundThis",
        "`this` is used in a function that was not called as a method.",
        "Call it as a method of what `this` shall be: `x.f()`.",
    ),
    error(
        "ErrorDotExpr",
        "A value has no such property.",
        "Look at its type: `type_of(x)`.",
    ),
    error(
        "ErrorIndexingType",
        "A value cannot be indexed, or not by such an index.",
        "Arrays and strings take numbers, maps take strings.",
    ),
    error(
        "ErrorAssignmentToConstant",
        "A constant was assigned to.",
        "Make it a variable: `let x = ...;` instead of `const`.",
    ),
    error(
        "ErrorNonPureMethodCallOnConstant",
        "A method that changes its value was called on a constant.",
        "Make it a variable: `let x = ...;` instead of `const`.",
    ),
    error(
        "ErrorFor",
        "A `for` cannot go through this value.",
        "It goes through arrays, strings, ranges, results and channels.",
    ),
    error(
        "ErrorStackOverflow",
        "Calls are nested too deeply.",
        "Give the recursion a case in which it does not call itself.",
    ),
    error(
        "EOFError",
        "`input` was called where no line is to come.",
        "Give more lines, by standard input or in `--input FILE`, or catch it to leave the loop.",
    ),
    error(
        "ErrorDataTooLarge",
        "A string, an array or a message to another process grew too large.",
        "Work on parts.",
    ),
    error(
        "InternalError",
        "A mistake in this program, not in the script.",
        "Please report it, with the script.",
    ),
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::Path;

    use super::*;
    use crate::value::Class;

    /// The names that stand in the function that gives them.
    fn families() -> Vec<&'static str> {
        let source = include_str!("../../value/fault.rs");
        let body = source.split("pub fn family(").nth(1).unwrap();
        let body = body.split("pub fn ").next().unwrap();
        body.split('"').skip(1).step_by(2).collect()
    }

    /// The classes of wrong uses, as the source names them.
    fn classes_of_misuse() -> BTreeSet<&'static str> {
        fn look(folder: &Path, found: &mut BTreeSet<&'static str>) {
            for entry in std::fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    look(&path, found);
                    continue;
                }
                let source = std::fs::read_to_string(&path).unwrap();
                let calls = ["FaultKind::misuse(", "FaultKind::raised("];
                for call in calls
                    .into_iter()
                    .flat_map(|call| source.split(call).skip(1))
                {
                    let call = call.trim_start();
                    let classes = Class::ALL.into_iter();
                    let mut named = classes.filter(|class| {
                        let name = format!("Class::{class:?},");
                        call.starts_with(&name)
                    });
                    found.extend(named.next().map(Class::name));
                }
            }
        }
        // What generators end by carries a value, and is made in one place.
        let mut found = BTreeSet::from([Class::StopIteration.name()]);
        look(
            &Path::new(env!("CARGO_MANIFEST_DIR")).join("src"),
            &mut found,
        );
        found
    }

    #[test]
    fn every_error_that_can_be_caught_has_a_row() {
        let caught: Vec<&str> = (families().into_iter())
            .filter(|name| !["ErrorTerminated", "ErrorExit", "Deadlock"].contains(name))
            .chain(classes_of_misuse())
            .collect();
        assert!(caught.len() > 20, "{caught:?}");
        for name in &caught {
            assert_eq!(
                ERRORS.iter().filter(|error| error.name == *name).count(),
                1,
                "{name}"
            );
        }
        for error in ERRORS {
            assert!(
                caught.contains(&error.name),
                "{} is never raised",
                error.name
            );
        }
    }
}
