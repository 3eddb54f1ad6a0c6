//! What keeps a mistake in this program from hanging a run: a panic in the machine ends the thread
//! of the script that met it, with an error, and not the host's thread that runs the others.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::value::{Fault, FaultKind};
use crate::vm::{self, Env, Fiber, Stop};

/// Runs `fiber` as [`vm::step`] does; a panic is a failure of that thread.
///
/// The thread ends at once then, without leaving its `with` blocks: what the machine left half done
/// cannot be relied on.
pub(super) fn step<const STEPPED: bool>(
    fiber: &mut Fiber,
    env: &mut Env<'_>,
    fuel: &mut u32,
) -> Stop {
    // Nobody looks at the fiber again but for where it stood, and the rest of `env` is read-only or
    // behind locks that a panic does not poison.
    let ended = catch_unwind(AssertUnwindSafe(|| vm::step::<STEPPED>(fiber, env, fuel)));
    ended.unwrap_or_else(|payload| {
        let mut fault = Fault::new(
            FaultKind::Internal(text_of(&*payload)),
            fiber.pos(env.program),
        );
        if let Some((unit, _)) = fiber.place(env.program) {
            fault.unit = unit;
        }
        Stop::Failed(Box::new(fault))
    })
}

/// What a panic says.
fn text_of(payload: &(dyn Any + Send)) -> String {
    let text = payload.downcast_ref::<&str>().copied();
    let text = text.or_else(|| payload.downcast_ref::<String>().map(String::as_str));
    text.unwrap_or("panic").into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_keeps_its_text() {
        let panic = |run: fn()| catch_unwind(run).unwrap_err();
        assert_eq!(
            text_of(&*panic(|| std::panic::resume_unwind(Box::new("text")))),
            "text"
        );
        let number = String::from("index 3");
        let formatted: Box<dyn Any + Send> = Box::new(number);
        assert_eq!(text_of(&*formatted), "index 3");
        assert_eq!(
            text_of(&*panic(|| std::panic::resume_unwind(Box::new(7)))),
            "panic"
        );
    }
}
