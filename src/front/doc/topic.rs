//! What there is to say about a name, as data.

use super::pages::PAGES;
use crate::library::catalogue::{self, ERRORS, Entry, ErrorKind, GROUPS, Kind};
use crate::library::{Bridged, bridged, nearest};

/// Everything about one name.
pub(super) struct Topic {
    /// The functions and methods of that name; those that differ only in their type stand together.
    pub(super) articles: Vec<Article>,
    /// The same for functions of Rhai's.
    pub(super) bridged: Vec<Bridged>,
    /// What a value of the type of that name can do: name and summary.
    pub(super) methods: Vec<(String, String)>,
    /// The type of that name.
    pub(super) type_name: String,
    /// The error of that name.
    pub(super) error: Option<&'static ErrorKind>,
    /// The functions and types of the module of that name, and what they are about.
    pub(super) module: Vec<(String, String)>,
    /// What gives a value of that type, where nothing else is to be said of it.
    pub(super) given_by: Vec<String>,
}

/// A function, or one method of several types.
pub(super) struct Article {
    pub(super) usages: Vec<String>,
    pub(super) summary: &'static str,
    pub(super) details: &'static str,
    /// Label and text: the arguments with their units, what it gives, when it waits, its errors.
    pub(super) facts: Vec<(String, String)>,
    pub(super) code: &'static str,
    pub(super) output: &'static str,
}

impl Topic {
    /// Whether nothing is known of the name.
    pub(super) fn is_empty(&self) -> bool {
        self.articles.is_empty()
            && self.bridged.is_empty()
            && self.methods.is_empty()
            && self.error.is_none()
            && self.module.is_empty()
            && self.given_by.is_empty()
    }
}

impl Article {
    pub(super) fn of(entry: &Entry) -> Self {
        Self {
            usages: entry.usages(),
            summary: entry.summary,
            details: entry.details,
            facts: facts(entry),
            code: entry.example.code,
            output: entry.example.output,
        }
    }

    /// Whether `other` is the same but for the type that it belongs to.
    fn says_the_same_as(&self, other: &Self) -> bool {
        (self.summary, self.details, &self.facts) == (other.summary, other.details, &other.facts)
    }
}

/// Without what learners add to a name: `print()` is `print`, `:sleep` is `sleep`.
pub(super) fn plain(name: &str) -> &str {
    let name = name.trim().trim_end_matches(';');
    let name = name.split('(').next().unwrap_or(name);
    name.trim_start_matches(':')
}

/// What is known of `name`: a function (`sleep`, `time.sleep`), a method (`put`, `Queue.put`), or a
/// type (`Queue`, `array`).
pub(super) fn find(name: &str) -> Topic {
    let mut articles: Vec<Article> = Vec::new();
    for article in catalogue::doc(name).into_iter().map(Article::of) {
        match articles
            .iter_mut()
            .find(|known| known.says_the_same_as(&article))
        {
            Some(known) => known.usages.extend(article.usages),
            None => articles.push(article),
        }
    }
    let own = catalogue::methods_of(name);
    let mut methods: Vec<_> = own
        .map(|entry| (entry.name.to_string(), entry.summary.to_string()))
        .collect();
    let (receiver, method) = match name.rsplit_once('.') {
        Some((receiver, method)) if !catalogue::is_module(receiver) => (Some(receiver), method),
        Some((_, name)) => (None, name),
        None => (None, name),
    };
    let mut rhais = Vec::new();
    for one in long_tail() {
        if one.receiver == Some(name) {
            methods.push((one.name.clone(), one.summary.clone()));
        }
        if one.name == method && (receiver.is_none() || one.receiver == receiver) {
            rhais.push(one);
        }
    }
    let gives = |entry: &&Entry| entry.signatures.iter().any(|one| one.result == name);
    let given_by = match methods.is_empty() {
        true => catalogue::entries()
            .filter(gives)
            .map(Entry::full_name)
            .collect(),
        false => Vec::new(),
    };
    Topic {
        articles,
        bridged: rhais,
        methods,
        type_name: name.to_string(),
        error: ERRORS.iter().find(|error| error.name == name),
        module: module(name),
        given_by,
    }
}

/// What a module of Python's has here: its functions, and its types.
fn module(name: &str) -> Vec<(String, String)> {
    let name = name.rsplit('.').next().unwrap_or(name);
    let groups = GROUPS.iter().filter(|group| group.modules.contains(&name));
    let entries = groups.flat_map(|group| group.entries);
    entries
        .filter(|entry| entry.receiver.is_none())
        .map(|entry| (entry.name.to_string(), entry.summary.to_string()))
        .collect()
}

/// Rhai's functions that have no row of the catalogue.
pub(super) fn long_tail() -> impl Iterator<Item = Bridged> {
    bridged().into_iter().filter(|one| {
        !catalogue::entries().any(|entry| {
            entry.name == one.name
                && (entry.receiver.is_none_or(|of| of == "any") || entry.receiver == one.receiver)
        })
    })
}

/// The names whose row or page mentions a word, with what they do; those that are named so first.
pub(super) fn mentions(word: &str) -> Vec<(String, String)> {
    let word = word.trim().to_lowercase();
    let mut found: Vec<(usize, String, String)> = Vec::new();
    let mut add = |name: String, summary: &str, texts: &[&str]| {
        let rank = match name.to_lowercase() {
            name if name == word => 0,
            name if name.contains(&word) => 1,
            _ if summary.to_lowercase().contains(&word) => 2,
            _ if texts.iter().any(|text| text.to_lowercase().contains(&word)) => 3,
            _ => return,
        };
        found.push((rank, name, summary.into()));
    };
    for page in PAGES {
        let texts = [page.details, page.names].concat();
        add(page.names[0].into(), page.summary, &texts);
    }
    for entry in catalogue::entries() {
        let texts = [entry.details, entry.errors, entry.blocks];
        add(entry.full_name(), entry.summary, &texts);
    }
    for error in ERRORS {
        add(error.name.into(), error.when, &[error.remedy]);
    }
    for one in long_tail() {
        let name = match one.receiver {
            Some(receiver) => format!("{receiver}.{}", one.name),
            None => one.name,
        };
        add(name, &one.summary, &[]);
    }
    found.sort_by_key(|(rank, ..)| *rank);
    (found.into_iter().map(|(_, name, summary)| (name, summary))).collect()
}

/// What to say of a name that nobody knows.
pub(super) fn unknown(name: &str) -> String {
    let mut known: Vec<String> = Vec::new();
    for entry in catalogue::entries() {
        known.push(entry.full_name());
        known.push(entry.name.into());
        known.extend(entry.receiver.map(String::from));
    }
    known.extend(
        PAGES
            .iter()
            .flat_map(|page| page.names)
            .map(ToString::to_string),
    );
    known.extend(ERRORS.iter().map(|error| error.name.to_string()));
    for one in long_tail() {
        known.push(one.name);
        known.extend(one.receiver.map(String::from));
    }
    let lower = name.to_lowercase();
    let same = known.iter().find(|known| known.to_lowercase() == lower);
    let near = same.map(String::as_str);
    match near.or_else(|| nearest(name, known.iter().map(String::as_str))) {
        Some(near) => format!("there is no `{name}`; did you mean `{near}`?"),
        None => format!("there is no `{name}`; without a name, doc lists all there is"),
    }
}

fn facts(entry: &Entry) -> Vec<(String, String)> {
    let mut facts: Vec<(String, String)> = Vec::new();
    for param in entry.signatures.iter().flat_map(|one| one.params) {
        let text = match param.kind {
            Kind::Rest => "any number of values",
            Kind::Awaitables => "any number of functions, tasks or coroutines",
            kind => kind.in_words(),
        };
        match facts.iter_mut().find(|(name, _)| name == param.name) {
            Some((_, known)) if known.split(" or ").any(|part| part == text) => {}
            Some((_, known)) => *known = format!("{known} or {text}"),
            None => facts.push((param.name.into(), text.into())),
        }
    }
    let mut gives: Vec<&str> = Vec::new();
    for signature in entry.signatures {
        let result = match signature.result {
            "()" => "nothing",
            "?" | "any" => "any value",
            "f64" => "a float",
            "i64" => "an integer",
            "bool" => "true or false",
            other => other,
        };
        if !gives.contains(&result) {
            gives.push(result);
        }
    }
    facts.push(("gives".into(), gives.join(" or ")));
    let waits = match entry.blocks {
        "" => "never",
        blocks => blocks,
    };
    facts.push(("waits".into(), waits.into()));
    if !entry.errors.is_empty() {
        facts.push(("errors".into(), entry.errors.into()));
    }
    facts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_found_however_it_is_written() {
        for name in [
            "perf_counter",
            "time.sleep",
            "perf_counter()",
            "perf_counter();",
        ] {
            assert_eq!(find(plain(name)).articles.len(), 1, "{name}");
        }
        for name in ["sleep", "create_task", "wait_for", "gather"] {
            let usages: Vec<String> = (find(name).articles.into_iter())
                .flat_map(|article| article.usages)
                .collect();
            let asyncio = format!("asyncio.{name}(");
            assert!(
                usages.iter().any(|usage| usage.starts_with(&asyncio)),
                "{usages:?}"
            );
        }
        assert_eq!(
            find("wait_for").articles.len(),
            3,
            "of both Conditions, too"
        );
        for name in [
            "asyncio",
            "threading",
            "multiprocessing",
            "concurrent.futures",
        ] {
            assert!(!find(name).module.is_empty(), "{name}");
        }
        for error in ["BrokenProcessPool", "Closed", "TimeoutError"] {
            assert!(find(error).error.is_some(), "{error}");
        }
        assert!(!find("Gather").methods.is_empty());
        for given in ["Coroutine", "ReadLock"] {
            assert!(!find(given).given_by.is_empty(), "{given}");
        }
        let put = find("put");
        assert_eq!(
            put.articles.len(),
            2,
            "four queues of threads, one of tasks"
        );
        assert!(
            put.articles[0]
                .usages
                .iter()
                .any(|usage| usage.starts_with("LifoQueue.put("))
        );
        assert_eq!(find("Queue.put").articles[0].usages.len(), 4);
        assert!(find("Queue").methods.iter().any(|(name, _)| name == "put"));
        assert!(find("nothing_such").is_empty());
    }

    #[test]
    fn rhais_own_functions_have_their_words() {
        let blob = find("blob");
        assert!(
            blob.methods.iter().any(|(name, _)| name == "write_utf8"),
            "{:?}",
            blob.methods
        );
        assert!(find("blob.write_utf8").bridged[0].summary.contains("UTF-8"));
        assert!(find("array.push").bridged.is_empty(), "it has a row");
    }

    #[test]
    fn an_unknown_name_gets_the_nearest_one() {
        assert!(unknown("slep").contains("`sleep`"));
        assert!(unknown("lock").contains("`Lock`"));
        assert!(unknown("Queue.putt").contains("`Queue.put`"));
        assert!(unknown("xyzzyxyzzy").contains("lists all"));
    }
}
