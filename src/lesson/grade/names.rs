//! Names that an answer may not define anew: what the exercise gives, and what of the library the code
//! around the answer uses. `let counter = 2; fn add() { }` would make any counter right, and
//! `fn Thread(f) { f() }` would make everything one thread.

use std::borrow::Cow;

use crate::language::definitions::definitions;
use crate::language::outline::{Head, Outline};
use crate::library::catalogue;
use crate::session::Language;

/// What no answer defines, whether or not the code around it mentions it.
const ALWAYS: [&str; 4] = ["print", "debug", "assert", "throw"];

/// The first name that the answer defines although one of these texts gives or uses it. Only `given`
/// defines for the answer; what comes after it may define what it likes ([`kept_apart`]).
pub(super) fn redefined(
    answer: &str,
    language: Language,
    given: &str,
    around: &[&str],
) -> Option<String> {
    let given_names = defined(given);
    // What a text defines itself is not the library's that it uses.
    let texts = around.iter().map(|text| (Outline::of(text), defined(text)));
    let texts: Vec<(Outline<'_>, Vec<String>)> = texts.collect();
    let is_used = |name: &String| {
        let mut texts = texts.iter();
        texts.any(|(outline, defined)| outline.names(name) && !defined.contains(name))
    };
    let own = match language {
        Language::Own => defined(answer),
        Language::Python => defined_in_python(answer),
    };
    own.into_iter().find(|name| {
        given_names.contains(name)
            || ALWAYS.contains(&name.as_str())
            || (is_function(name) && is_used(name))
    })
}

/// A text that runs behind the answer, with names of its own where it defines some that the answer defines, too:
/// functions of the answer would see those.
pub(super) fn kept_apart<'t>(trial: &'t str, answer: &str, language: Language) -> Cow<'t, str> {
    let own = match language {
        Language::Own => defined(answer),
        Language::Python => defined_in_python(answer),
    };
    let mut text = Cow::Borrowed(trial);
    for name in defined(trial) {
        if own.contains(&name) {
            let mut other = format!("{name}_");
            while own.contains(&other) || Outline::of(&text).names(&other) {
                other.push('_');
            }
            text = Cow::Owned(Outline::of(&text).renamed(&name, &other));
        }
    }
    text
}

/// Whether the library has a function of this name, not only a method.
fn is_function(name: &str) -> bool {
    let entries = catalogue::doc(name);
    entries.iter().any(|entry| entry.receiver.is_none())
}

/// The names that a text defines at its top level.
pub(super) fn defined(text: &str) -> Vec<String> {
    let functions = definitions(text).into_iter();
    let mut names: Vec<String> = functions.map(|definition| definition.name).collect();
    let outline = Outline::of(text);
    let top = outline.blocks.first();
    for statement in top.into_iter().flat_map(|block| &block.statements) {
        if outline.statements[*statement].head != Head::Let {
            continue;
        }
        let source = outline.source(*statement);
        let name = source.split_whitespace().nth(1).unwrap_or_default();
        let is_part = |c: char| c.is_alphanumeric() || c == '_';
        names.push(name.chars().take_while(|c| is_part(*c)).collect());
    }
    // A class is a function that makes instances.
    names.extend(words_behind(text, "class "));
    names
}

/// The same for Python: functions, classes, and variables that are assigned in the first column.
fn defined_in_python(text: &str) -> Vec<String> {
    let mut names = words_behind(text, "def ");
    names.extend(words_behind(text, "class "));
    for line in text.lines() {
        let name: String = line
            .chars()
            .take_while(|c| c.is_alphanumeric() || *c == '_')
            .collect();
        let rest = line[name.len()..].trim_start();
        if !name.is_empty() && rest.starts_with('=') && !rest.starts_with("==") {
            names.push(name);
        }
    }
    names
}

/// The names behind a word in the first column.
fn words_behind(text: &str, word: &str) -> Vec<String> {
    let lines = text.lines().filter_map(|line| line.strip_prefix(word));
    let name = |rest: &str| -> String {
        rest.trim_start()
            .chars()
            .take_while(|c| c.is_alphanumeric() || *c == '_')
            .collect()
    };
    lines.map(name).filter(|name| !name.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trial_has_names_of_its_own() {
        let trial = "fn take(a) { a.b }\nlet a = take(#{a: 1, b: 2});\nprint(`${a} is a`);\n";
        let apart = |answer: &str| kept_apart(trial, answer, Language::Own).into_owned();
        assert_eq!(apart("fn f(a) { let take = a; }"), trial);
        assert_eq!(
            apart("let a = Lock(); let a_ = 1;"),
            "fn take(a__) { a__.b }\nlet a__ = take(#{a: 1, b: 2});\nprint(`${a__} is a`);\n"
        );
        let python = kept_apart(trial, "a = 1\ndef take():\n    pass\n", Language::Python);
        assert_eq!(
            python,
            "fn take_(a_) { a_.b }\nlet a_ = take_(#{a: 1, b: 2});\nprint(`${a_} is a`);\n"
        );
    }

    #[test]
    fn what_is_given_or_used_may_not_be_defined_anew() {
        let redefined = |answer: &str| {
            let around = ["let counter = 0;", "spawn(add); print(counter);"];
            redefined(answer, Language::Own, around[0], &around)
        };
        let name = |name: &str| Some(name.to_string());
        assert_eq!(redefined("let counter = 2; fn add() { }"), name("counter"));
        assert_eq!(redefined("fn add() { }\nlet   counter=2;"), name("counter"));
        assert_eq!(redefined("fn spawn(f) { f() }"), name("spawn"));
        assert_eq!(redefined("const print = |x| x;"), name("print"));
        assert_eq!(redefined("fn counter(x) { x }"), name("counter"));
        assert_eq!(
            redefined("let lock = Lock(); fn add() { let counter = 1; }"),
            None
        );
        // A name of the library's that the code around it has for something else.
        let trial = ["let threads = [spawn(add)]; threads[0].join();"];
        let threads = super::redefined("let threads = 1;", Language::Own, "", &trial);
        assert_eq!(threads, None);
        // The code around it has no use for a queue.
        assert_eq!(redefined("fn Queue() { }"), None);
        let python = super::redefined(
            "x = 1\ncounter = 2\n",
            Language::Python,
            "let counter = 0;",
            &[],
        );
        assert_eq!(python, name("counter"));
    }
}
