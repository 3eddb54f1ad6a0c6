//! Answers that no exercise may accept, made from its solution: without its locks, one thing after the other,
//! by waiting or by one lock around everything, and what is expected without any work.

use std::fmt;

use crate::language::definitions::{Definition, definitions};
use crate::language::outline::{Head, Outline};
use crate::lesson::text::{Check, Exercise, Work};

/// So many constants are tried at most.
const MOST_CONSTANTS: usize = 12;

/// A standard cheat.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cheat {
    /// Nothing at all.
    Nothing,
    /// Each lock of the solution is one that nobody else uses.
    WithoutLocks,
    /// What the solution starts is waited for at once.
    OneAfterTheOther,
    /// Whatever runs in a thread of its own holds one lock all the time.
    UnderOneLock,
    /// Each function gives a constant, or does nothing.
    Constant,
    /// What has to be printed is printed.
    PrintsOnly,
    /// A given variable is set to what is expected.
    Redefines,
}

impl fmt::Display for Cheat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Nothing => "an answer that does nothing",
            Self::WithoutLocks => "the solution without its locks",
            Self::OneAfterTheOther => {
                "the solution with one thing after the other (`together NAME` or `at most N s` asks for \
                 more)"
            }
            Self::UnderOneLock => {
                "the solution under one lock for everything (`together NAME` or `at most N s` asks for more)"
            }
            Self::Constant => "an answer that gives a constant (more trials with other numbers tell)",
            Self::PrintsOnly => "an answer that only prints",
            Self::Redefines => "an answer that sets a given variable",
        })
    }
}

/// The cheats that this exercise is tried with.
pub(super) fn of(exercise: &Exercise, work: &Work, solution: &str) -> Vec<(Cheat, String)> {
    let mut cheats = vec![
        (Cheat::Nothing, "// nothing\n".to_string()),
        (Cheat::Nothing, String::new()),
    ];
    let without = without_locks(solution);
    if without != solution {
        cheats.push((Cheat::WithoutLocks, without));
    }
    let serial = one_after_the_other(solution);
    if serial != solution {
        cheats.push((Cheat::OneAfterTheOther, serial));
    }
    let promises_more = work.checks.iter().any(|(check, _)| {
        matches!(
            check,
            Check::Together(_) | Check::AtMostSeconds(_) | Check::CanPrint(_)
        )
    });
    let given = exercise.given.as_ref().map_or("", |piece| &piece.text);
    if promises_more && let Some(locked) = under_one_lock(solution, given) {
        cheats.push((Cheat::UnderOneLock, locked));
    }
    let constants = constants(work);
    let functions = definitions(solution);
    if !functions.is_empty() {
        for constant in std::iter::once("").chain(constants.iter().map(|one| &**one)) {
            cheats.push((Cheat::Constant, each_gives(&functions, solution, constant)));
        }
    }
    let expected = work.checks.iter().filter_map(|(check, _)| match check {
        Check::AlwaysPrints(line) | Check::CanPrint(line) => Some(line),
        _ => None,
    });
    let prints: String = expected.map(|line| format!("print({line:?});\n")).collect();
    if !prints.is_empty() {
        let nothing = each_gives(&functions, solution, "");
        cheats.push((Cheat::PrintsOnly, format!("{nothing}{prints}")));
    }
    if let Some(given) = &exercise.given {
        let outline = Outline::of(&given.text);
        let names: Vec<&str> = outline.lets().map(|(name, ..)| name).collect();
        let nothing = each_gives(&functions, solution, "");
        for name in names {
            for constant in &constants {
                let answer = format!("let {name} = {constant};\n{nothing}");
                cheats.push((Cheat::Redefines, answer));
            }
        }
    }
    cheats
}

/// The numbers and texts that trials and checks mention, as they are written.
fn constants(work: &Work) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    let trials = work.trials.iter().map(|trial| trial.text.as_str());
    let words = trials.flat_map(|text| {
        text.split(|c: char| !(c.is_alphanumeric() || c == '.' || c == '"' || c == '_'))
    });
    let is_literal = |word: &&str| {
        word.parse::<f64>().is_ok()
            || (word.len() > 1 && word.starts_with('"') && word.ends_with('"'))
            || ["true", "false"].contains(word)
    };
    found.extend(words.filter(is_literal).map(String::from));
    for (check, _) in &work.checks {
        if let Check::AlwaysPrints(line) | Check::CanPrint(line) = check {
            let is_plain = line.parse::<f64>().is_ok();
            found.push(if is_plain {
                line.clone()
            } else {
                format!("{line:?}")
            });
        }
    }
    let mut distinct: Vec<String> = Vec::new();
    for one in found {
        if !distinct.contains(&one) {
            distinct.push(one);
        }
    }
    distinct.truncate(MOST_CONSTANTS);
    distinct
}

/// The functions of the solution, each with nothing but a constant in it.
fn each_gives(functions: &[Definition], solution: &str, constant: &str) -> String {
    let header = |function: &Definition| {
        let text = &solution[function.bytes.clone()];
        let end = text.find('{').unwrap_or(text.len());
        format!("{}{{ {constant} }}\n", &text[..end])
    };
    functions.iter().map(header).collect()
}

/// Text with replacements, which do not overlap.
fn replaced(text: &str, mut changes: Vec<(std::ops::Range<usize>, String)>) -> String {
    changes.sort_by_key(|(span, _)| std::cmp::Reverse(span.start));
    let mut text = text.to_string();
    let mut end = text.len() + 1;
    for (span, new) in changes {
        if span.end < end {
            end = span.start + 1;
            text.replace_range(span, &new);
        }
    }
    text
}

/// Each lock that is taken is a new one. Pools, which `with` takes as well, stay.
fn without_locks(solution: &str) -> String {
    let outline = Outline::of(solution);
    let mut changes = Vec::new();
    for (number, statement) in outline.statements.iter().enumerate() {
        let header = outline.header(number);
        if statement.head != Head::With || header.len() <= "with ".len() {
            continue;
        }
        let taken = header.start + "with ".len()..header.end;
        let is_other = ["Executor", "timeout", "TaskGroup", " as "];
        if !is_other
            .iter()
            .any(|word| solution[taken.clone()].contains(word))
        {
            changes.push((taken, "Lock() ".into()));
        }
    }
    for call in outline.calls() {
        if matches!(call.method, "acquire" | "release") && call.args.is_empty() {
            changes.push((call.span, "()".into()));
        }
    }
    replaced(solution, changes)
}

/// Whatever is started is waited for at once, and pools have one worker.
fn one_after_the_other(solution: &str) -> String {
    let outline = Outline::of(solution);
    let mut changes = Vec::new();
    let mut needs_helper = false;
    for call in outline.function_calls() {
        match call.name {
            "spawn" => {
                needs_helper = true;
                let text = &solution[call.span.clone()];
                changes.push((call.span, format!("wait_at_once({text})")));
            }
            "ThreadPoolExecutor" | "pool" | "ProcessPoolExecutor" => {
                let whole = format!("{}(1)", call.name);
                changes.push((call.span, whole));
            }
            _ => {}
        }
    }
    for call in outline.calls() {
        if call.method == "start" && call.args.is_empty() {
            let text = &solution[call.span.clone()];
            let both = format!("{text}; {}.join()", call.receiver);
            changes.push((call.span, both));
        }
    }
    let mut text = replaced(solution, changes);
    if needs_helper {
        text += "\nfn wait_at_once(thread) { thread.join(); thread }\n";
    }
    text
}

/// Whatever is handed to a thread or a pool holds one lock while it runs; nothing where nothing is handed
/// over, or something that may be any function.
fn under_one_lock(solution: &str, given: &str) -> Option<String> {
    let outline = Outline::of(solution);
    let of_given = Outline::of(given);
    let functions = || outline.functions.iter().chain(&of_given.functions);
    // A function by its name, or a closure with the names of its parameters in bars.
    let in_bars = |closure: &str| {
        let names = closure.strip_prefix('|')?.split('|').next()?.split(',');
        Some(names.filter(|name| !name.trim().is_empty()).count())
    };
    let parameters = |task: &str| {
        let named = || functions().find(|one| one.name == Some(task));
        let variable = || {
            let (_, value) = solution.split_once(&format!("let {task} = "))?;
            in_bars(value)
        };
        in_bars(task)
            .or_else(|| Some(named()?.params.len()))
            .or_else(variable)
    };
    let mut changes = Vec::new();
    let mut put_under = |task: &str, at: usize| {
        let count = parameters(task)?;
        let names: Vec<String> = (0..count).map(|number| format!("a{number}")).collect();
        let names = names.join(", ");
        let span = at..at + task.len();
        let inner = format!("let task = {task}; with one_for_all {{ task.call({names}) }}");
        changes.push((span, format!("|{names}| {{ {inner} }}")));
        Some(())
    };
    for call in outline.function_calls() {
        if let ("spawn" | "Thread", Some(span)) = (call.name, call.arg_spans.first()) {
            put_under(call.args[0].trim(), span.start)?;
        }
    }
    let is_pool = |receiver: &str| {
        ["Executor(", "pool("].iter().any(|made| {
            let mut parts = solution.split(made).skip(1);
            let name = |part: &str| {
                let bound = part.split_once(" as ").map(|(_, rest)| rest);
                bound.and_then(|rest| rest.split_whitespace().next().map(String::from))
            };
            parts.any(|part| name(part).as_deref() == Some(receiver))
        })
    };
    for call in outline.calls() {
        let is_task = matches!(call.method, "submit" | "map") && is_pool(call.receiver);
        if let (true, Some(task)) = (is_task, call.args.first()) {
            let inner = &solution[call.args_span.clone()];
            let at = call.args_span.start + inner.find(task.trim()).unwrap_or(0);
            put_under(task.trim(), at)?;
        }
    }
    match changes.is_empty() {
        true => None,
        false => Some(format!(
            "let one_for_all = RLock();\n{}",
            replaced(solution, changes)
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cheats_are_made_of_the_solution() {
        let solution = "let lock = Lock();\nfn add() { with lock { n += 1; } lock.acquire(); }\n\
                        let t = spawn(add);\nwith pool(3) as p { p.submit(add); }\n";
        let without = without_locks(solution);
        assert!(without.contains("with Lock() { n += 1; }"), "{without}");
        assert!(
            without.contains("} (); }") && without.contains("with pool(3) as p"),
            "{without}"
        );
        let serial = one_after_the_other(solution);
        assert!(
            serial.contains("let t = wait_at_once(spawn(add));"),
            "{serial}"
        );
        assert!(serial.contains("with pool(1) as p"), "{serial}");
        let locked = under_one_lock(solution, "").unwrap();
        assert!(
            locked.contains("spawn(|| { let task = add; with one_for_all { task.call() } })"),
            "{locked}"
        );
        assert!(
            locked.contains("p.submit(|| { let task = add; with one_for_all"),
            "{locked}"
        );
        let closure = under_one_lock("let t = spawn(|x| f(x), 1);", "").unwrap();
        assert!(
            closure.contains(
                "spawn(|a0| { let task = |x| f(x); with one_for_all { task.call(a0) } }, 1)"
            ),
            "{closure}"
        );
        assert_eq!(under_one_lock("f();", "fn f() { }"), None);
        let constant = each_gives(&definitions(solution), solution, "7");
        assert_eq!(constant, "fn add() { 7 }\n");
    }
}
