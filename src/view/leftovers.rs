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
        Leftover::Outliving { threads } => {
            let (names, verb) = match threads.as_slice() {
                [most @ .., last] if !most.is_empty() => {
                    (format!("{} and {last}", most.join(", ")), "run")
                }
                threads => (threads.concat(), "runs"),
            };
            format!("{names} still {verb} when main has ended")
        }
    }
}

/// What it means, and what makes it seen.
pub fn words(leftover: &Leftover) -> &'static str {
    match leftover {
        Leftover::Held { .. } => {
            "Whoever wants it from then on waits for ever. `with` gives a lock back on every way out."
        }
        Leftover::Outliving { threads } => match threads.len() {
            1 => "Nobody joins it: main does not wait for what it does.",
            _ => "Nobody joins them: main does not wait for what they do.",
        },
    }
}
