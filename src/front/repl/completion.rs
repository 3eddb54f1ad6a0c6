//! What Tab offers, and the grey words behind the cursor: names that are there, and how to call them.
//!
//! Everything comes from the catalogue and from what the session has in scope. It knows neither keys
//! nor the editor. One file, as completion and signatures read the text before the cursor in the same way.

use std::collections::HashSet;

use super::block;
use super::command::{COMMANDS, SCHEDULERS};
use crate::front::doc::pages;
use crate::front::highlight::{KEYWORDS, Part, parts};
use crate::front::setting::SETTINGS;
use crate::library::{bridged, catalogue};
use crate::session::InScope;

/// What of a session can be named.
#[derive(Clone, Debug, Default)]
pub(super) struct Offers {
    /// The variables.
    pub(super) variables: Vec<InScope>,
    /// The functions, as `name(parameters)`.
    pub(super) functions: Vec<String>,
    /// The names of the threads that run.
    pub(super) threads: Vec<String>,
    /// The names of the lessons.
    pub(super) lessons: Vec<String>,
    /// All names that mean something.
    known: HashSet<String>,
}

/// What the word before the cursor may become.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Candidate {
    /// What is typed.
    pub(super) name: String,
    /// What is shown: the name with its parameters, where it has some.
    pub(super) label: String,
}

impl Candidate {
    fn plain(name: impl Into<String>) -> Self {
        let name = name.into();
        Self {
            label: name.clone(),
            name,
        }
    }

    /// A function or method with the first way to call it.
    fn of_row(entry: &catalogue::Entry) -> Self {
        let name = last_part(entry.name);
        let usage = entry.usages().into_iter().next().unwrap_or_default();
        let params = usage.find('(').map_or("", |at| &usage[at..]);
        Self {
            name: name.into(),
            label: format!("{name}{params}"),
        }
    }

    /// A function of the session: `name(parameters)`.
    fn of_function(function: &str) -> Self {
        let name = function.split('(').next().unwrap_or(function);
        Self {
            name: name.into(),
            label: function.into(),
        }
    }
}

/// What is to be completed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Completed {
    /// One of these, in the place of the bytes from `start` to the cursor.
    Names {
        start: usize,
        candidates: Vec<Candidate>,
    },
    /// The name of a file.
    File,
}

impl Offers {
    /// What can be named where these are in scope, and these threads run.
    pub(super) fn new(
        variables: Vec<InScope>,
        functions: Vec<String>,
        threads: Vec<String>,
        lessons: Vec<String>,
    ) -> Self {
        let own = functions.iter().filter_map(|one| one.split('(').next());
        let rows = catalogue::entries().filter(|entry| entry.receiver.is_none());
        let known = (variables.iter().map(|one| one.name.as_str()))
            .chain(own)
            .chain(rows.flat_map(|entry| [entry.name, last_part(entry.name)]))
            .map(String::from)
            .collect();
        Self {
            variables,
            functions,
            threads,
            lessons,
            known,
        }
    }

    /// Whether a name means something in this session.
    pub(super) fn is_known(&self, name: &str) -> bool {
        self.known.contains(name) || catalogue::is_module(name)
    }

    /// Returns what the word before the cursor may become.
    pub(super) fn complete(&self, line: &str, cursor: usize) -> Completed {
        let before = &line[..cursor];
        if before.trim_start().starts_with(':') && block::code(before).is_none() {
            return self.complete_command(before);
        }
        let (start, candidates) = self.complete_code(before);
        Completed::Names { start, candidates }
    }

    fn complete_command(&self, before: &str) -> Completed {
        let Some((command, operand)) = before.split_once(' ') else {
            let commands = COMMANDS.iter().map(|entry| Candidate {
                name: entry.name.into(),
                label: format!("{} {}", entry.name, entry.operand)
                    .trim_end()
                    .into(),
            });
            return names(0, before, commands);
        };
        let command = command.trim_start();
        let start = before.len() - operand.len();
        match command {
            ":load" | ":save" | ":save!" | ":record" => Completed::File,
            ":learn" | ":tutorial" => {
                let lessons = self.lessons.iter().map(Candidate::plain);
                names(start, operand, lessons)
            }
            ":scheduler" => {
                let schedulers = SCHEDULERS.iter().map(|(name, _)| Candidate::plain(*name));
                names(start, operand, schedulers)
            }
            ":help" | ":doc" | ":apropos" => names(start, operand, self.documented()),
            ":kill" | ":wait" => {
                let threads = self.threads.iter().map(Candidate::plain);
                names(start, operand, threads)
            }
            ":gutter" => {
                let values = ["on", "off", "auto"].into_iter().map(Candidate::plain);
                names(start, operand, values)
            }
            ":set" => match operand.split_once(' ') {
                None => {
                    let keys = SETTINGS.iter().map(|setting| Candidate {
                        name: setting.key.into(),
                        label: format!("{} {}", setting.key, setting.values),
                    });
                    names(start, operand, keys)
                }
                Some((key, value)) => {
                    let start = before.len() - value.len();
                    let setting = SETTINGS.iter().find(|setting| setting.key == key);
                    let values = setting.into_iter().flat_map(|setting| setting.choices());
                    names(start, value, values.map(Candidate::plain))
                }
            },
            ":explore" | ":step" | ":mend" if operand.contains(['/', '.']) => Completed::File,
            ":explore" | ":step" | ":mend" => {
                let words = ["last", "all"].into_iter().map(Candidate::plain);
                let (_, code) = self.complete_code(operand);
                names(start, operand, words.chain(code))
            }
            _ => {
                let (at, candidates) = self.complete_code(operand);
                Completed::Names {
                    start: start + at,
                    candidates,
                }
            }
        }
    }

    /// All that has a page.
    fn documented(&self) -> impl Iterator<Item = Candidate> {
        let pages = pages::PAGES.iter().flat_map(|page| page.names);
        let functions = catalogue::entries().map(catalogue::Entry::full_name);
        let types = catalogue::entries().filter_map(|entry| entry.receiver);
        (pages.copied().map(Candidate::plain))
            .chain(functions.map(Candidate::plain))
            .chain(types.map(Candidate::plain))
    }

    /// Where the word before the cursor begins, and what it may become in code.
    fn complete_code(&self, before: &str) -> (usize, Vec<Candidate>) {
        if is_in_text(before) {
            return (before.len(), Vec::new());
        }
        let start = before.trim_end_matches(is_word).len();
        let (head, word) = before.split_at(start);
        let receiver = (head.strip_suffix('.'))
            .or_else(|| head.strip_suffix("?."))
            .filter(|before| !before.ends_with('.'));
        let found: Vec<Candidate> = match receiver {
            Some(receiver) => self.members(receiver, !word.is_empty()),
            None if word.is_empty() => Vec::new(),
            None => self.names(),
        };
        match names(start, word, found.into_iter()) {
            Completed::Names { start, candidates } => (start, candidates),
            Completed::File => (start, Vec::new()),
        }
    }

    /// The names that an input can begin with.
    fn names(&self) -> Vec<Candidate> {
        let variables = (self.variables.iter()).map(|variable| Candidate {
            name: variable.name.clone(),
            label: format!("{}: {}", variable.name, variable.type_name),
        });
        let functions = self.functions.iter().map(|one| Candidate::of_function(one));
        let rows = catalogue::entries()
            .filter(|entry| entry.receiver.is_none() && !entry.name.contains('.'))
            .map(Candidate::of_row);
        let modules = ["asyncio", "threading", "time", "queue", "random", "math"];
        (variables.chain(functions).chain(rows))
            .chain(KEYWORDS.into_iter().map(Candidate::plain))
            .chain(modules.into_iter().map(Candidate::plain))
            .collect()
    }

    /// What can follow a receiver and a point. Of a receiver that is not known, any method may be
    /// meant, if `guess`.
    fn members(&self, receiver: &str, guess: bool) -> Vec<Candidate> {
        let start = receiver
            .trim_end_matches(|c: char| is_word(c) || c == '.')
            .len();
        let chain = &receiver[start..];
        if let Some(variable) = self.variables.iter().find(|one| one.name == chain) {
            let fields = variable.fields.iter().map(Candidate::plain);
            return fields.chain(methods(&variable.type_name)).collect();
        }
        if catalogue::is_module(last_part(chain)) {
            return functions_of_module(chain);
        }
        let last = receiver.chars().last();
        match last {
            Some('"' | '`') => return methods("string"),
            Some(']') if !chain_of_index(receiver) => return methods("array"),
            _ => {}
        }
        if let Some(made) = made_by(receiver) {
            return methods(made);
        }
        match guess {
            true => (catalogue::entries().filter(|entry| entry.receiver.is_some()))
                .map(|entry| Candidate::plain(entry.name))
                .collect(),
            false => Vec::new(),
        }
    }

    /// The grey words at the end of a line: how to call what is being called, or was just named.
    pub(super) fn signature(&self, line: &str) -> Option<String> {
        if is_in_text(line) {
            return None;
        }
        let (callee, has_begun) = match line.ends_with(is_word) {
            true => (line, false),
            false => (open_call(line)?, true),
        };
        let start = callee
            .trim_end_matches(|c: char| is_word(c) || c == '.')
            .len();
        let chain = &callee[start..];
        if chain.is_empty() || chain.starts_with(|c: char| c.is_ascii_digit()) {
            return None;
        }
        let usages = self.usages(chain);
        let usage = usages.first()?;
        let params = &usage[usage.find('(')?..];
        match has_begun {
            true => Some(format!("  {}", usages.join(" or "))),
            false if params == "()" => None,
            false => Some(params.into()),
        }
    }

    /// The ways to call what a chain such as `f`, `t.join` or `time.sleep` names.
    fn usages(&self, chain: &str) -> Vec<String> {
        let is_own = |function: &&String| function.split('(').next() == Some(chain);
        let own: Vec<String> = self.functions.iter().filter(is_own).cloned().collect();
        if !own.is_empty() || self.variables.iter().any(|one| one.name == chain) {
            return own;
        }
        let rows: Vec<_> = match chain.rsplit_once('.') {
            Some((receiver, method)) => {
                let variable = self.variables.iter().find(|one| one.name == receiver);
                match variable {
                    Some(variable) => catalogue::methods_of(&variable.type_name)
                        .filter(|entry| entry.name == method)
                        .collect(),
                    None if catalogue::is_module(receiver) => catalogue::doc(chain),
                    None => Vec::new(),
                }
            }
            None => catalogue::entries()
                .filter(|entry| entry.receiver.is_none() && entry.name == chain)
                .collect(),
        };
        rows.iter().flat_map(|entry| entry.usages()).collect()
    }

    /// The name that the cursor stands at or behind, for its page.
    pub(super) fn name_at<'t>(&self, line: &'t str, cursor: usize) -> &'t str {
        let end = cursor
            + line[cursor..]
                .find(|c| !is_word(c))
                .unwrap_or(line.len() - cursor);
        let word = |end: usize| {
            let start = line[..end]
                .trim_end_matches(|c: char| is_word(c) || c == '.')
                .len();
            line[start..end].trim_matches('.')
        };
        match word(end) {
            "" => open_call(&line[..cursor]).map_or("", |call| word(call.len())),
            word => word,
        }
    }

    /// Where a chain such as `t.join` leads in the reference: `Thread.join`.
    pub(super) fn full_name(&self, chain: &str) -> String {
        let Some((receiver, method)) = chain.rsplit_once('.') else {
            return chain.into();
        };
        let variable = self.variables.iter().find(|one| one.name == receiver);
        match variable {
            Some(variable) => format!("{}.{method}", variable.type_name),
            None if catalogue::is_module(receiver) => chain.into(),
            None => method.into(),
        }
    }
}

/// `run` of `asyncio.run`.
fn last_part(name: &str) -> &str {
    name.rsplit('.').next().unwrap_or(name)
}

/// Those that begin with what was typed, each once, sorted. Where there are none, those that hold
/// its letters in whatever case.
fn names(start: usize, typed: &str, all: impl Iterator<Item = Candidate>) -> Completed {
    let all: Vec<Candidate> = all.collect();
    let begins = |one: &&Candidate| one.name.starts_with(typed);
    let mut candidates: Vec<Candidate> = all.iter().filter(begins).cloned().collect();
    if candidates.is_empty() && !typed.is_empty() {
        let typed = typed.to_lowercase();
        let begins = |one: &&Candidate| one.name.to_lowercase().starts_with(&typed);
        candidates = all.iter().filter(begins).cloned().collect();
    }
    candidates.sort();
    candidates.dedup_by(|a, b| a.name == b.name);
    Completed::Names { start, candidates }
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// Whether the end of a text lies in a string or a comment.
fn is_in_text(before: &str) -> bool {
    let last = parts(before).last();
    last.is_some_and(|(text, part)| match part {
        Part::Text => {
            let is_closed = text.len() > 1 && text.ends_with(text.chars().next().unwrap_or(' '));
            !is_closed
        }
        Part::Comment => !text.starts_with("/*") || !text.ends_with("*/"),
        _ => false,
    })
}

/// Whether the `]` at the end of a text belongs to an index, and not to an array's literal.
fn chain_of_index(receiver: &str) -> bool {
    let mut depth = 0;
    for (at, c) in receiver.char_indices().rev() {
        match c {
            ']' => depth += 1,
            '[' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return receiver[..at].ends_with(|c: char| is_word(c) || c == ')' || c == ']');
        }
    }
    true
}

/// The methods of a type, Rhai's own too.
fn methods(type_name: &str) -> Vec<Candidate> {
    let rows = catalogue::methods_of(type_name).map(Candidate::of_row);
    let rhais = bridged()
        .into_iter()
        .filter(|one| one.receiver == Some(type_name))
        .map(|one| Candidate::plain(one.name));
    rows.chain(rhais).collect()
}

/// The functions of a module of Python's.
fn functions_of_module(chain: &str) -> Vec<Candidate> {
    let module = last_part(chain);
    let prefix = format!("{module}.");
    let groups = catalogue::GROUPS.iter();
    let of_module = groups.filter(|group| group.modules.contains(&module));
    let rows = of_module.flat_map(|group| group.entries);
    // The names of `asyncio.` are its own, and no other module has them.
    rows.filter(|entry| {
        entry.receiver.is_none()
            && (entry.name.starts_with(&prefix) || !entry.name.contains('.') && module != "asyncio")
    })
    .map(Candidate::of_row)
    .collect()
}

/// The type that a call at the end of a text makes: `Queue()` a `Queue`.
fn made_by(receiver: &str) -> Option<&'static str> {
    let inner = receiver.strip_suffix(')')?;
    let call = open_call(inner)?;
    let start = call
        .trim_end_matches(|c: char| is_word(c) || c == '.')
        .len();
    let rows = catalogue::doc(&call[start..]);
    let row = rows.into_iter().find(|entry| entry.receiver.is_none())?;
    let result = row.signatures.first()?.result;
    // What makes an object has its type's name.
    [result, row.name]
        .into_iter()
        .find(|type_name| catalogue::methods_of(type_name).next().is_some())
}

/// What stands before the innermost bracket `(` that is open at the end of a text.
fn open_call(text: &str) -> Option<&str> {
    let mut open: Vec<usize> = Vec::new();
    let mut at = 0;
    for (part, kind) in parts(text) {
        if kind == Part::Other {
            match part {
                "(" | "[" | "{" => open.push(at),
                ")" | "]" | "}" => {
                    open.pop();
                }
                _ => {}
            }
        }
        at += part.len();
    }
    let last = *open.last()?;
    text[last..].starts_with('(').then_some(&text[..last])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn offers() -> Offers {
        let variable = |name: &str, type_name: &str, fields: &[&str]| InScope {
            name: name.into(),
            type_name: type_name.into(),
            fields: fields.iter().map(ToString::to_string).collect(),
        };
        let variables = vec![
            variable("ex", "ThreadPoolExecutor", &[]),
            variable("point", "map", &["x", "y"]),
            variable("th", "Thread", &[]),
        ];
        Offers::new(
            variables,
            vec!["add(a, b)".into()],
            vec!["Thread-1".into()],
            vec!["first_threads".into(), "gil".into()],
        )
    }

    fn found(line: &str) -> Vec<String> {
        match offers().complete(line, line.len()) {
            Completed::Names { candidates, .. } => {
                candidates.into_iter().map(|one| one.name).collect()
            }
            Completed::File => vec!["FILE".into()],
        }
    }

    #[track_caller]
    fn has(line: &str, expected: &[&str]) {
        let found = found(line);
        for name in expected {
            assert!(found.iter().any(|one| one == name), "{line}: {found:?}");
        }
    }

    #[test]
    fn a_point_offers_what_this_value_has() {
        has("ex.", &["submit", "map", "shutdown"]);
        has("th.", &["start", "join"]);
        has("point.", &["x", "y", "keys"]);
        has("asyncio.", &["run", "gather", "sleep"]);
        has("threading.", &["Thread", "Lock"]);
        has("\"a\".", &["len", "to_upper"]);
        has("[1, 2].", &["push", "len"]);
        has("Queue(5).", &["put", "get"]);
        assert!(!found("ex.").contains(&"acquire".to_string()));
        assert!(!found("threading.").contains(&"run".to_string()));
        assert_eq!(found("nothing."), Vec::<String>::new());
        has("nothing.pu", &["push", "put"]);
    }

    #[test]
    fn names_come_with_their_signatures() {
        let Completed::Names { start, candidates } = offers().complete("1 + ad", 6) else {
            panic!("a name");
        };
        assert_eq!(start, 4);
        assert_eq!(candidates[0].label, "add(a, b)");
        has("thre", &["threading"]);
        has("lock", &["Lock"]);
        has("whi", &["while"]);
        assert_eq!(found("\"ad"), Vec::<String>::new());
        assert_eq!(found("// ad"), Vec::<String>::new());
        assert_eq!(found("0..ad"), ["add"]);
        for name in ["ex", "add", "Lock", "gather", "time"] {
            assert!(offers().is_known(name), "{name}");
        }
        assert!(!offers().is_known("nothing_such"));
    }

    #[test]
    fn commands_and_their_operands_are_completed() {
        assert_eq!(found(":tu"), [":tutorial"]);
        has(":learn ", &["first_threads", "gil"]);
        has(":tutorial g", &["gil"]);
        assert_eq!(found(":scheduler s"), ["seeded"]);
        has(":doc Thr", &["Thread", "Thread.join"]);
        has(":help wi", &["with"]);
        assert_eq!(found(":load sc"), ["FILE"]);
        assert_eq!(found(":kill "), ["Thread-1"]);
        assert_eq!(found(":time ad"), ["add"]);
        has(":set sch", &["scheduler"]);
        has(":set scheduler ", &["gil", "parallel", "seeded"]);
    }

    #[test]
    fn a_call_shows_how_it_is_made() {
        let signature = |line: &str| offers().signature(line).unwrap_or_default();
        assert_eq!(signature("add("), "  add(a, b)");
        assert_eq!(signature("add(1, "), "  add(a, b)");
        assert_eq!(signature("f(1); add"), "(a, b)");
        assert_eq!(signature("sleep("), "  sleep(seconds)");
        assert_eq!(signature("time.sleep("), "  sleep(seconds)");
        assert!(signature("th.join(").starts_with("  Thread.join("));
        assert_eq!(signature("add(1)"), "");
        assert_eq!(signature("\"add("), "");
        assert_eq!(offers().full_name("th.join"), "Thread.join");
        assert_eq!(offers().name_at("th.join(1)", 4), "th.join");
        assert_eq!(offers().name_at("add(1, ", 7), "add");
    }
}
