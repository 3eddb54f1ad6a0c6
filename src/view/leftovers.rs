//! What a run leaves behind, in words.

use crate::explore::Leftover;

/// The title of a finding.
pub fn title(leftover: &Leftover) -> String {
    match leftover {
        Leftover::Held { lock, thread, pos } => {
            format!(
                "`{lock}` is still held at the end: {thread} took it in {}",
                pos.at()
            )
        }
    }
}

/// What it means, and what makes it seen.
pub fn words(leftover: &Leftover) -> &'static str {
    match leftover {
        Leftover::Held { .. } => {
            "Whoever wants it from then on waits for ever. `with` gives a lock back on every way out."
        }
    }
}
