//! Mends in words: what to change, and how it was checked. One file, as each kind of change has its sentence
//! here and nowhere else.

use super::story::Story;
use crate::explore::mend::{Advice, Fix, LockOrigin, Mend, Part};
use crate::explore::{Interleavings, Problem};

/// How the lines of a text are called, and how blocks are written in it.
#[derive(Clone, Debug, Default)]
pub enum Lines {
    /// By their numbers.
    #[default]
    Own,
    /// A text that was put together from inputs of the prompt: the number of each, and how many lines
    /// come before its first one.
    Inputs(Vec<(u32, usize)>),
    /// The translation of a text of Python's: for each line, that of Python's text.
    Python(Vec<usize>),
}

impl Lines {
    /// `line 4`, or `input 2, line 1`.
    fn line(&self, line: usize) -> String {
        match self {
            Self::Own => format!("line {line}"),
            Self::Python(_) => format!("line {}", self.number(line)),
            Self::Inputs(inputs) => {
                let input = inputs.iter().rev().find(|(_, before)| *before < line);
                match input {
                    Some((number, before)) if *number > 0 => {
                        format!("input {number}, line {}", line - before)
                    }
                    Some((_, before)) => format!("line {}", line - before),
                    None => format!("line {line}"),
                }
            }
        }
    }

    /// The number of a line that people see.
    fn number(&self, line: usize) -> usize {
        match self {
            Self::Own | Self::Inputs(_) => line,
            Self::Python(lines) => {
                let known = line.checked_sub(1).and_then(|index| lines.get(index));
                known.copied().unwrap_or(line)
            }
        }
    }

    /// Whether lines have numbers alone.
    fn is_plain(&self) -> bool {
        match self {
            Self::Own | Self::Python(_) => true,
            Self::Inputs(inputs) => inputs.is_empty(),
        }
    }

    /// A call in one line, as it is written there.
    fn code(&self, call: &str) -> String {
        let call = plain(call);
        match self {
            Self::Own | Self::Inputs(_) => call,
            Self::Python(_) => call
                .replace("(())", "(None)")
                .replace("(true)", "(True)")
                .replace("(false)", "(False)"),
        }
    }

    /// `with lock { ... }`, as it is typed.
    fn block(&self, head: &str) -> String {
        match self {
            Self::Own | Self::Inputs(_) => format!("`{head} {{ ... }}`"),
            Self::Python(_) => format!("`{head}: ...`"),
        }
    }

    /// `lines 4 and 6`.
    fn lines(&self, lines: &[usize]) -> String {
        let mut lines: Vec<usize> = lines.to_vec();
        lines.sort_unstable();
        lines.dedup();
        if lines.len() == 1 || !self.is_plain() {
            let lines: Vec<String> = lines.iter().map(|line| self.line(*line)).collect();
            return list(&lines);
        }
        let numbers = lines.iter().map(|line| self.number(*line).to_string());
        format!("lines {}", list(&numbers.collect::<Vec<String>>()))
    }

    /// `lines 4 to 6`.
    fn range(&self, first: usize, last: usize) -> String {
        let (from, to) = (self.number(first), self.number(last));
        match to.saturating_sub(from) {
            0 => self.line(first),
            _ if !self.is_plain() => format!("{} to {}", self.line(first), self.line(last)),
            1 => format!("lines {from} and {to}"),
            _ => format!("lines {from} to {to}"),
        }
    }

    /// What went wrong, in one line.
    pub fn title(&self, problem: &Problem) -> String {
        let mut problem = problem.clone();
        if let Problem::Error { pos, .. } | Problem::UnseenError { pos, .. } = &mut problem {
            pos.line = u16::try_from(self.number(pos.line.into())).unwrap_or(pos.line);
        }
        Story::explained(&problem, None).title
    }

    /// `lines 4 to 6 of `f``.
    fn part(&self, part: &Part) -> String {
        let lines = self.range(part.first, part.last);
        match &part.function {
            Some(function) => format!("{lines} of `{function}`"),
            None => lines,
        }
    }
}

/// What to change, without a capital letter or a point: `notify all waiters in line 4`.
pub fn fix(fix: &Fix, at: &Lines) -> String {
    let words = change(fix, at);
    match at {
        Lines::Own | Lines::Inputs(_) => words,
        Lines::Python(_) => words.replace("this.", "self."),
    }
}

fn change(fix: &Fix, at: &Lines) -> String {
    match fix {
        Fix::KeepTogether {
            parts,
            lock,
            origin,
            is_async,
            ..
        } => {
            let what: Vec<String> = parts.iter().map(|part| at.part(part)).collect();
            let lines = list(&what);
            let word = match (at, is_async) {
                (Lines::Python(_), true) => "async with",
                _ => "with",
            };
            let with = at.block(&format!("{word} {lock}"));
            match (origin, parts.as_slice()) {
                (LockOrigin::OfTheData, _) => {
                    format!("put {lines} under the lock that is there for it: {with}")
                }
                (LockOrigin::Taken, _) => format!("take `{lock}` around {lines}, too: {with}"),
                (LockOrigin::Made, [part]) if part.first == part.last => {
                    format!("put {lines} under a lock, as a whole: {with}")
                }
                (LockOrigin::Made, [_]) => format!("keep {lines} together, under one lock: {with}"),
                (LockOrigin::Made, _) => {
                    format!("put {lines} under one lock, each as a whole: {with}")
                }
            }
        }
        Fix::Widen { lock, parts } => {
            let what: Vec<String> = parts.iter().map(|part| at.part(part)).collect();
            let with = at.block(&format!("with {lock}"));
            format!("hold `{lock}` for {} as a whole: {with}", list(&what))
        }
        Fix::CallFirst { calls, lock, lines } => {
            let calls: Vec<String> = calls
                .iter()
                .map(|call| format!("`{}`", at.code(call)))
                .collect();
            format!(
                "call {} first and keep the value, and put only the change in {} under a lock: {}",
                list(&calls),
                at.lines(lines),
                at.block(&format!("with {lock}"))
            )
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
                .map(|join| format!("`{}`", at.code(join)))
                .collect();
            format!("wait for the end first: {} before {before}", list(&joins))
        }
        Fix::BeforeStart { what, line } => {
            let line = at.line(*line);
            format!(
                "do `{}` before the thread is started, in front of {line}",
                at.code(what)
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
        Fix::AskInside { lock, asked, taken } => {
            let (asked, taken) = (at.line(*asked), at.line(*taken));
            match asked == taken {
                true => format!("take `{lock}` before you ask, not after it ({asked})"),
                false => format!(
                    "ask with `{lock}` in hand: take it before {asked}, not only in {taken}"
                ),
            }
        }
        Fix::TakeTheRest { left, line } => {
            let line = at.line(*line);
            format!(
                "take what is left before you stop: `|| {}` in {line}",
                at.code(left)
            )
        }
        Fix::TakeAtOnce { call, line } => {
            let line = at.line(*line);
            format!(
                "take it without asking first: `{}` in {line}, and leave the loop where that fails",
                at.code(call)
            )
        }
        Fix::MarkTheEnd { queue, set, line } => {
            let (set, line) = (at.line(*set), at.line(*line));
            format!(
                "put a mark into `{queue}` when no more comes ({set}), and leave the loop of {line} when it \
                 is taken: a flag wakes nobody"
            )
        }
        Fix::EachRound { call, line } => {
            let line = at.line(*line);
            format!(
                "`{}` in each round of the loop, not once behind it ({line})",
                at.code(call)
            )
        }
        Fix::StartFirst { start, line } => {
            let line = at.line(*line);
            format!(
                "`{}` before you wait for the other thread ({line})",
                at.code(start)
            )
        }
        Fix::Daemon { option, line } => {
            let line = at.line(*line);
            format!("let the thread end with main: `{option}` where it is made ({line})")
        }
        Fix::WriteAtOnce { lock, line } => {
            let line = at.line(*line);
            format!("take `{lock}.write()` at once in {line}, not `{lock}.read()` first")
        }
        Fix::Await { call, line } => {
            let line = at.line(*line);
            format!("await it in {line}: `await {}`", at.code(call))
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
            at.code(first),
            at.code(second),
            at.lines(lines)
        ),
        Fix::DoInside {
            what,
            with,
            before,
            line,
        } => format!(
            "`{}` ({}) inside of `{}`, before `{}`",
            at.code(what),
            at.line(*line),
            at.code(with),
            at.code(before)
        ),
        Fix::ReleaseOnce { call, line } => {
            let line = at.line(*line);
            format!("`{call}` once in {line}, not twice")
        }
        Fix::Unlimited { what, line } => {
            let line = at.line(*line);
            format!("`{what}()` without a limit in {line}: nobody waits for room in it")
        }
        Fix::OneOrder {
            first,
            second,
            lines,
        } => format!(
            "take both in one order everywhere: first `{first}`, then `{second}`, in {}",
            at.lines(lines)
        ),
        Fix::ByNumber {
            array,
            member,
            line,
        } => {
            let line = at.line(*line);
            format!(
                "take all in one order, that with the lower number first: \
             `{array}[min(...)]{member}`, then `{array}[max(...)]{member}`, in {line}"
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
                .map(|name| at.block(&format!("with {name}")))
                .collect();
            format!(
                "give it back on every way out, by an error too: {} in {}",
                list(&with),
                at.lines(lines)
            )
        }
        Fix::AddCall { call, line } => {
            let (call, line) = (at.code(call), at.line(*line));
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
        Fix::GiveAlways { call, first, last } => {
            let call = at.code(call);
            let tried = match at {
                Lines::Own | Lines::Inputs(_) => format!("try {{ ... }} finally {{ {call}; }}"),
                Lines::Python(_) => format!("try: ... finally: {call}"),
            };
            format!(
                "do `{call}` on every way out, by an error too: `{tried}` in {}",
                at.range(*first, *last)
            )
        }
        Fix::TakeBack { undo, begun, wait } => {
            let tried = match at {
                Lines::Own | Lines::Inputs(_) => {
                    format!("try {{ ... }} catch {{ {undo}; throw; }}")
                }
                Lines::Python(_) => format!("try: ... except: {undo}; raise"),
            };
            format!(
                "take back what was begun in {} when the wait in {} is cancelled: `{tried}`",
                at.line(*begun),
                at.line(*wait)
            )
        }
        Fix::WaitForEach { call, times, line } => {
            let (call, line) = (at.code(call), at.line(*line));
            format!("wait for each of the {times}: `{call}` {times} times in {line}, not once")
        }
        Fix::LeaveOut { call, line } => {
            let (call, line) = (at.code(call), at.line(*line));
            format!(
                "leave out `{call}` in {line}: of two threads, only one can wait for the other's end"
            )
        }
        Fix::GiveUp { held, wanted, line } => {
            let line = at.line(*line);
            format!(
                "give `{held}` back where `{wanted}` is not there, and go without, instead of waiting with \
                 it in hand ({line})"
            )
        }
        Fix::UseBarrier { size, first, last } => format!(
            "use a `Barrier({size})` for what is made by hand in {}: `barrier.wait()`",
            at.range(*first, *last)
        ),
        Fix::CountSignals { event, lines } => format!(
            "count the signals: a `Semaphore(0)` for `{event}`, `release` for `set`, `acquire` for `wait`, \
             without `clear` ({})",
            at.lines(lines)
        ),
        Fix::TryAgain { call, first, last } => format!(
            "try again until it succeeds: `loop {{ ... if {} {{ break; }} }}` around {}",
            at.code(call),
            at.range(*first, *last)
        ),
        Fix::OwnTokens { token, lines } => format!(
            "a token of its own for each thread instead of `{token}`: each takes its own and gives the \
             next thread's ({})",
            at.lines(lines)
        ),
        Fix::ResultsBack {
            function,
            variable,
            lines,
        } => format!(
            "let `{function}` give back what it adds to `{variable}`, and add up the results where the \
             tasks are submitted ({})",
            at.lines(lines)
        ),
        Fix::OutsideLock { call, lock, line } => {
            let line = at.line(*line);
            format!(
                "`{}` outside of `with {lock}` ({line}): do not wait with the lock in hand",
                at.code(call)
            )
        }
    }
}
/// The whole advice, a sentence or two.
pub fn advice(advice: &Advice, at: &Lines) -> String {
    match advice {
        Advice::Checked(mend) => format!("{}. {}", capital(&fix(&mend.fix, at)), checked(mend)),
        Advice::NoneHelps(0) => "No change that could help is known.".into(),
        Advice::NoneHelps(1) => "The one change that was tried does not help.".into(),
        Advice::NoneHelps(tried) => format!("None of {tried} changes that were tried helps."),
        Advice::NotChecked(0) => "No change could be checked within the budget.".into(),
        Advice::NotChecked(1) => {
            "The one change that was tried does not help; others could not be checked within the budget."
                .into()
        }
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
        let script = Lines::default();
        let together = |parts: Vec<Part>| Fix::KeepTogether {
            parts,
            variables: Vec::new(),
            lock: "lock".into(),
            is_async: false,
            origin: LockOrigin::Made,
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
        let inputs = Lines::Inputs(vec![(2, 0), (5, 3)]);
        let lines = vec![2, 4];
        assert_eq!(
            fix(&Fix::LookAgain { lines }, &inputs),
            "look again after waiting: `while` instead of `if` in input 2, line 2 and input 5, line 1"
        );
    }
}
