//! Mends in words: what to change, and how it was checked.

use crate::explore::mend::{Advice, Fix, Mend, Part};
use crate::explore::{Interleavings, Problem};

/// The inputs of the prompt that a text was put together from: the number of each, and how many lines
/// come before its first one. None for a script.
#[derive(Clone, Debug, Default)]
pub struct Inputs(pub Vec<(u32, usize)>);

impl Inputs {
    /// `line 4`, or `input 2, line 1`.
    fn line(&self, line: usize) -> String {
        let input = self.0.iter().rev().find(|(_, before)| *before < line);
        match input {
            Some((number, before)) if *number > 0 => {
                format!("input {number}, line {}", line - before)
            }
            Some((_, before)) => format!("line {}", line - before),
            None => format!("line {line}"),
        }
    }

    /// `line 4`, `lines 4 and 6`.
    fn lines(&self, lines: &[usize]) -> String {
        let mut lines = lines.to_vec();
        lines.sort_unstable();
        lines.dedup();
        if lines.len() == 1 || !self.0.is_empty() {
            let lines: Vec<String> = lines.iter().map(|line| self.line(*line)).collect();
            return list(&lines);
        }
        let numbers: Vec<String> = lines.iter().map(ToString::to_string).collect();
        format!("lines {}", list(&numbers))
    }

    /// `lines 4 to 6 of `f``.
    fn part(&self, part: &Part) -> String {
        let lines = match part.last - part.first {
            0 => self.line(part.first),
            _ if !self.0.is_empty() => {
                format!("{} to {}", self.line(part.first), self.line(part.last))
            }
            1 => format!("lines {} and {}", part.first, part.last),
            _ => format!("lines {} to {}", part.first, part.last),
        };
        match &part.function {
            Some(function) => format!("{lines} of `{function}`"),
            None => lines,
        }
    }
}

/// What to change, without a capital letter or a point: `notify all waiters in line 4`.
pub fn fix(fix: &Fix, at: &Inputs) -> String {
    match fix {
        Fix::KeepTogether {
            parts,
            lock,
            is_known,
            ..
        } => {
            let what: Vec<String> = parts.iter().map(|part| at.part(part)).collect();
            let lines = list(&what);
            match (is_known, parts.as_slice()) {
                (true, _) => format!("take `{lock}` around {lines}, too: `with {lock} {{ ... }}`"),
                (false, [part]) if part.first == part.last => {
                    format!("put {lines} under a lock, as a whole: `with {lock} {{ ... }}`")
                }
                (false, [_]) => {
                    format!("keep {lines} together, under one lock: `with {lock} {{ ... }}`")
                }
                (false, _) => {
                    format!("put {lines} under one lock, each as a whole: `with {lock} {{ ... }}`")
                }
            }
        }
        Fix::HoldOn { lock, line } => {
            let line = at.line(*line);
            format!("hold on to `{lock}` in {line}: do not give it back and take it again")
        }
        Fix::OneLock {
            lock,
            instead_of,
            lines,
        } => format!(
            "use one lock for all: `{lock}` instead of `{instead_of}` in {}",
            at.lines(lines)
        ),
        Fix::OwnLock {
            lock,
            function,
            lines,
        } => format!(
            "give `{function}` a lock of its own instead of `{lock}` ({})",
            at.lines(lines)
        ),
        Fix::WaitWithoutLimit { call, line } => {
            let line = at.line(*line);
            format!("wait without a time limit in {line}: `{call}`")
        }
        Fix::JoinFirst { joins, before } => {
            let before = at.line(*before);
            let joins: Vec<String> = joins
                .iter()
                .map(|join| format!("`{}`", plain(join)))
                .collect();
            format!("wait for the end first: {} before {before}", list(&joins))
        }
        Fix::BeforeStart { what, line } => {
            let line = at.line(*line);
            format!(
                "do `{}` before the thread is started, in front of {line}",
                plain(what)
            )
        }
        Fix::WaitForEvent { set, wait } => {
            let set = at.line(*set);
            let wait = at.line(*wait);
            format!("let {wait} wait until {set} is done: an `Event` that is set there")
        }
        Fix::LookUnderLock { lock, line } => {
            let line = at.line(*line);
            format!(
                "look with `{lock}` in hand, and set it so, too ({line}): nobody comes in between"
            )
        }
        Fix::WriteAtOnce { lock, line } => {
            let line = at.line(*line);
            format!("take `{lock}.write()` at once in {line}, not `{lock}.read()` first")
        }
        Fix::Await { call, line } => {
            let line = at.line(*line);
            format!("await it in {line}: `await {}`", plain(call))
        }
        Fix::LookAgain { lines } => format!(
            "look again after waiting: `while` instead of `if` in {}",
            at.lines(lines)
        ),
        Fix::AskTheThing { question, line } => {
            let line = at.line(*line);
            format!("ask for the thing itself in {line}: `if {question}`")
        }
        Fix::NotifyAll { lines, .. } => format!(
            "wake all who wait, not one of them: `notify_all()` in {}",
            at.lines(lines)
        ),
        Fix::Remember { condition, lines } => format!(
            "keep in a variable what `{condition}` tells, and wait only while it is not so: \
             `while !happened {{ ... }}` ({})",
            at.lines(lines)
        ),
        Fix::StaySet { event, line } => {
            let line = at.line(*line);
            format!("leave the event set: no `{event}.clear()` in {line}")
        }
        Fix::Swap {
            first,
            second,
            lines,
        } => format!(
            "`{}` before `{}` ({})",
            plain(first),
            plain(second),
            at.lines(lines)
        ),
        Fix::OneOrder {
            first,
            second,
            lines,
        } => format!(
            "take both in one order everywhere: first `{first}`, then `{second}`, in {}",
            at.lines(lines)
        ),
        Fix::ByNumber { array, line } => {
            let line = at.line(*line);
            format!(
                "take all in one order, that with the lower number first: \
             `{array}[min(...)]`, then `{array}[max(...)]`, in {line}"
            )
        }
        Fix::TakeOnce { what, line } => {
            let line = at.line(*line);
            format!("take `{what}` once: it is held already in {line}")
        }
        Fix::Reentrant { lock, line } => {
            let line = at.line(*line);
            format!("let the holder take `{lock}` again: an `RLock` in {line}")
        }
        Fix::ReleaseAlways { what, lines } => {
            let with: Vec<String> = what
                .iter()
                .map(|name| format!("`with {name} {{ ... }}`"))
                .collect();
            format!(
                "give it back on every way out, by an error too: {} in {}",
                list(&with),
                at.lines(lines)
            )
        }
        Fix::AddCall { call, line } => {
            let line = at.line(*line);
            format!("`{call}` is missing at {line}")
        }
        Fix::Resize {
            what,
            from,
            to,
            line,
        } => {
            let line = at.line(*line);
            format!("`{what}({to})` instead of {from} in {line}")
        }
        Fix::OwnPool { pool, lines } => format!(
            "a pool of their own for the inner tasks, not `{pool}` ({})",
            at.lines(lines)
        ),
        Fix::CloseChannel { channel, line } => {
            let line = at.line(*line);
            format!(
                "close `{channel}` when the last sender is done: a thread that joins them all and then \
             closes it, in front of {line}"
            )
        }
        Fix::UntilDone { lines } => format!(
            "loop until the work is done, not so and so many times: count only the rounds that did \
             something ({})",
            at.lines(lines)
        ),
        Fix::SecondTurnstile { turnstile, line } => {
            let line = at.line(*line);
            format!(
                "a second turnstile beside `{turnstile}` ({line}), so that nobody enters the next \
             round before all have left this one"
            )
        }
        Fix::PassOn { lock, lines } => format!(
            "keep `{lock}` until the group is through: who completes it does not give it back in {}, \
             and the last one does",
            at.lines(lines)
        ),
        Fix::OutsideLock { call, lock, line } => {
            let line = at.line(*line);
            format!(
                "`{}` outside of `with {lock}` ({line}): do not wait with the lock in hand",
                plain(call)
            )
        }
    }
}
/// The whole advice, a sentence or two.
pub fn advice(advice: &Advice, at: &Inputs) -> String {
    match advice {
        Advice::Checked(mend) => format!("{}. {}", capital(&fix(&mend.fix, at)), checked(mend)),
        Advice::NoneHelps(0) => "No change that could help is known.".into(),
        Advice::NoneHelps(1) => "The one change that was tried does not help.".into(),
        Advice::NoneHelps(tried) => format!("None of {tried} changes that were tried helps."),
        Advice::NotChecked(0) => "No change could be checked within the budget.".into(),
        Advice::NotChecked(tried) => format!(
            "None of {tried} changes that were tried helps; others could not be checked within the \
             budget."
        ),
    }
}

/// What checking has shown: `Checked: with that, none of the 20 interleavings fails.`
pub fn checked(mend: &Mend) -> String {
    let remains: Vec<String> = mend.remains().map(short).collect();
    if !remains.is_empty() {
        let verb = if remains.len() == 1 {
            "remains"
        } else {
            "remain"
        };
        return format!(
            "Checked: with that it does not happen any more; {} {verb}.",
            list(&remains)
        );
    }
    match mend.interleavings() {
        None => "Checked: with that, none of its runs fails.".into(),
        Some(Interleavings::Infinite) => {
            "Checked: with that, none of the infinitely many interleavings fails.".into()
        }
        Some(count) => match count.to_string().as_str() {
            "1" => "Checked: with that, the only interleaving does not fail.".into(),
            count => format!("Checked: with that, none of the {count} interleavings fails."),
        },
    }
}

/// A problem that remains, in few words.
fn short(problem: &Problem) -> String {
    match problem {
        Problem::Error { message, pos, .. } | Problem::UnseenError { message, pos, .. } => {
            format!("the error `{message}` ({})", pos.at())
        }
        Problem::Deadlock(_) => "the deadlock".into(),
        Problem::Livelock(_) | Problem::FairLivelock { .. } => "the livelock".into(),
        Problem::LockOrder(_) => "the order of locks".into(),
        Problem::Starvation(name) => format!("the starvation of {name}"),
        Problem::Race(race) => format!("the race on {}", race.place),
    }
}

/// Code in one line, without the `;` at its end.
fn plain(code: &str) -> String {
    let words: Vec<&str> = code.split_whitespace().collect();
    words.join(" ").trim_end_matches(';').into()
}

fn list(names: &[String]) -> String {
    match names {
        [] => String::new(),
        [one] => one.clone(),
        [most @ .., last] => format!("{} and {last}", most.join(", ")),
    }
}

fn capital(words: &str) -> String {
    let mut chars = words.chars();
    match chars.next() {
        Some(first) => first.to_uppercase().chain(chars).collect(),
        None => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_and_parts_are_said_as_people_say_them() {
        let part = |first, last| Part {
            function: Some("add".into()),
            first,
            last,
        };
        let script = Inputs::default();
        let together = |parts: Vec<Part>| Fix::KeepTogether {
            parts,
            variables: Vec::new(),
            lock: "lock".into(),
            is_known: false,
        };
        assert_eq!(
            fix(&together(vec![part(6, 7)]), &script),
            "keep lines 6 and 7 of `add` together, under one lock: `with lock { ... }`"
        );
        assert_eq!(
            fix(&together(vec![part(3, 3), part(5, 9)]), &script),
            "put line 3 of `add` and lines 5 to 9 of `add` under one lock, each as a whole: `with lock { ... }`"
        );
        let lines = vec![4, 9, 4];
        assert_eq!(
            fix(&Fix::LookAgain { lines }, &script),
            "look again after waiting: `while` instead of `if` in lines 4 and 9"
        );
        let inputs = Inputs(vec![(2, 0), (5, 3)]);
        let lines = vec![2, 4];
        assert_eq!(
            fix(&Fix::LookAgain { lines }, &inputs),
            "look again after waiting: `while` instead of `if` in input 2, line 2 and input 5, line 1"
        );
    }
}
