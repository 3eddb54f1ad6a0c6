//! Rows for time: waiting and measuring. Times are seconds, as in Python.

use std::time::Duration;

use crate::value::{Class, FaultKind, Value, print_text};
use crate::vm::{Intrinsic, NativeCtx, NativeResult};

use super::{Entry, Example, Kind, Run, param, sig};

pub(super) const ENTRIES: &[Entry] = &[
    Entry {
        name: "sleep",
        signatures: &[sig(&[param("seconds", Kind::Seconds)], "()")],
        summary: "Waits; other threads go on.",
        details: "`sleep(0)` lets another thread go first. Under a seeded scheduler time is \
                  virtual: the clock jumps, and the script does not wait.",
        errors: "A negative or infinite time is refused.",
        blocks: "For that many seconds.",
        example: Example {
            code: "sleep(0.01);\nprint(\"rested\");",
            output: "rested",
        },
        run: Run::Native(sleep),
        ..Entry::NEW
    },
    Entry {
        name: "perf_counter",
        signatures: &[sig(&[], "seconds")],
        summary: "Gives the seconds since the session began, for measuring.",
        details: "Only the difference of two calls means something.",
        example: Example {
            code: "let start = perf_counter();\nprint(perf_counter() - start < 60.0);",
            output: "true",
        },
        run: Run::Native(now),
        ..Entry::NEW
    },
    Entry {
        name: "monotonic",
        signatures: &[sig(&[], "seconds")],
        summary: "Gives the seconds since the session began: the same as `perf_counter`.",
        example: Example {
            code: "let start = monotonic();\nprint(monotonic() >= start);",
            output: "true",
        },
        run: Run::Native(now),
        ..Entry::NEW
    },
    Entry {
        name: "time",
        signatures: &[sig(&[], "seconds")],
        summary: "Gives the seconds since the session began.",
        details: "In Python it counts from 1970; here a seeded run must give the same each time.",
        example: Example {
            code: "print(time() >= 0.0);",
            output: "true",
        },
        run: Run::Native(now),
        ..Entry::NEW
    },
    Entry {
        name: "timestamp",
        signatures: &[sig(&[], "seconds")],
        summary: "Gives this moment; its `elapsed` is how many seconds have passed since.",
        details: "It counts from when the session began, as `perf_counter` does: the difference of two is in \
                  seconds, too. Under a seeded scheduler time is virtual.",
        example: Example {
            code: "let start = timestamp();\nsleep(0.01);\nprint(start.elapsed >= 0.01);",
            output: "true",
        },
        run: Run::Native(now),
        ..Entry::NEW
    },
    Entry {
        name: "elapsed",
        signatures: &[sig(&[param("f", Kind::Function)], "seconds")],
        summary: "Calls a function and gives the seconds that it took.",
        blocks: "When the function does.",
        example: Example {
            code: "print(elapsed(|| 1 + 1) < 60.0);",
            output: "true",
        },
        run: Run::Prelude,
        ..Entry::NEW
    },
];

fn sleep(args: &mut [Value], _: &mut NativeCtx<'_>) -> Result<NativeResult, FaultKind> {
    let seconds = args[0].as_number().unwrap_or(0.0);
    Duration::try_from_secs_f64(seconds)
        .map(|time| NativeResult::Intrinsic(Intrinsic::Sleep(time)))
        .map_err(|_| {
            let advice = if seconds < 0.0 && seconds.is_finite() {
                format!("write the time without the minus: `sleep({})`", -seconds)
            } else {
                "write how many seconds to wait: `sleep(0.5)`".into()
            };
            FaultKind::misuse(
                Class::ValueError,
                &format!("sleep for {} seconds", print_text(&args[0])),
                "a time to wait is 0 or more seconds, and not for ever",
                &advice,
            )
        })
}

fn now(_: &mut [Value], _: &mut NativeCtx<'_>) -> Result<NativeResult, FaultKind> {
    Ok(NativeResult::Intrinsic(Intrinsic::Now))
}
