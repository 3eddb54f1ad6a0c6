//! The source keeps to the dependencies that were agreed: each module names only those that it may.
//!
//! Read as text, line by line: paths that begin with `crate::`, the names of crates, and a few
//! calls. Comments and what follows `#[cfg(test)]` do not count, since tests may reach further.

use std::path::{Path, PathBuf};

/// What each module may name of the others, besides itself.
const MAY_NAME: &[(&str, &[&str])] = &[
    ("pos", &[]),
    ("host", &[]),
    ("value", &["pos"]),
    ("event", &["pos"]),
    ("program", &["pos", "value"]),
    ("runtime", &["pos", "value", "event"]),
    ("vm", &["pos", "value", "event", "program", "runtime"]),
    // The rows of threads and locks make the runtime's objects.
    (
        "library",
        &["pos", "value", "event", "program", "runtime", "vm"],
    ),
    // Positions and literals are the same in the text and in the machine.
    // Of the library only the catalogue's names, which variables of Python's may have, too.
    ("language", &["pos", "value", "program", "library"]),
    (
        "schedule",
        &["pos", "value", "event", "program", "runtime", "vm", "host"],
    ),
    // What happened, and why: data that views find words for.
    ("trace", &["pos", "value"]),
    ("explain", &["pos", "value", "trace"]),
    (
        "explore",
        &[
            "pos", "value", "event", "program", "runtime", "vm", "language", "schedule", "trace",
            "explain", "host",
        ],
    ),
    (
        "session",
        &[
            "pos", "value", "event", "program", "runtime", "vm", "library", "language", "schedule",
            "explore", "host",
        ],
    ),
    // Of exploring, what a run tells in words.
    (
        "view",
        &["pos", "value", "event", "explore", "trace", "explain"],
    ),
    // Grading explores answers and asks why they fail. It reads which names an answer defines, and which of
    // them are the library's.
    (
        "lesson",
        &[
            "pos", "value", "event", "language", "library", "explore", "explain", "session",
        ],
    ),
    // A front shows diagnostics, faults and values, what exploring has found, completes by the
    // catalogue's names, and wires Ctrl-C.
    (
        "front",
        &[
            "pos", "value", "event", "language", "library", "explore", "trace", "explain",
            "session", "lesson", "view", "host",
        ],
    ),
    ("main", &["front"]),
];

/// Crates and calls that only some places may use.
const ONLY_IN: &[(&str, &[&str])] = &[
    // The oracle compares with Rhai's evaluator, in tests only.
    (
        "rhai::",
        &["language/", "library/bridge.rs", "library/oracle.rs"],
    ),
    ("rustyline", &["front/repl/"]),
    ("ruff_", &["language/python/"]),
    ("colored", &["view/paint.rs"]),
    ("clap::", &["front/arguments.rs"]),
    ("ctrlc::", &["host.rs"]),
    ("signal_hook::", &["host.rs"]),
    ("nix::sys", &["front/repl/mode.rs"]),
    ("Instant", &["host.rs"]),
    ("SystemTime", &["host.rs"]),
    ("RandomState", &["host.rs"]),
    ("rand_xoshiro", &["schedule/"]),
    ("thread::spawn", &["schedule/", "explore/", "front/"]),
    (
        "thread::Builder",
        &["schedule/", "explore/", "front/", "host.rs"],
    ),
    ("Stdio::", &["schedule/process/"]),
    // A script reaches no file, no network and no process but by these.
    (
        "fs::",
        &[
            "front/",
            "host.rs",
            "session/modules.rs",
            "lesson/progress.rs",
        ],
    ),
    ("std::net", &[]),
    ("os::unix::net", &[]),
    (
        "process::Command",
        &["schedule/process/", "front/repl/keep.rs"],
    ),
    ("postcard::", &["schedule/process/"]),
    ("println!", &["front/"]),
    ("eprintln!", &["front/"]),
    ("io::stdout", &["front/"]),
    ("io::stderr", &["front/"]),
];

/// Signs of state that outlives a session.
const PROCESS_WIDE: &[&str] = &[
    "static mut",
    "thread_local!",
    "lazy_static!",
    "OnceLock",
    "LazyLock",
    "OnceCell",
];

struct File {
    /// The path below `src/`, with `/`.
    path: String,
    /// The lines that count, with their numbers.
    lines: Vec<(usize, String)>,
}

impl File {
    /// The module of the first level.
    fn module(&self) -> &str {
        let first = self.path.split('/').next().unwrap_or_default();
        first.trim_end_matches(".rs")
    }

    fn is_in(&self, places: &[&str]) -> bool {
        places.iter().any(|place| self.path.starts_with(place))
    }
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn sources() -> Vec<File> {
    let src = root().join("src");
    let mut files = Vec::new();
    collect(&src, &src, &mut files);
    assert!(files.len() > 50, "the source was found");
    files
}

fn collect(src: &Path, folder: &Path, files: &mut Vec<File>) {
    let entries = std::fs::read_dir(folder).expect("the source can be read");
    let mut paths: Vec<PathBuf> = entries
        .map(|entry| entry.expect("an entry").path())
        .collect();
    paths.sort();
    for path in paths {
        if path.is_dir() {
            collect(src, &path, files);
        } else if path.extension().is_some_and(|end| end == "rs") && !is_test(&path) {
            let below = path.strip_prefix(src).expect("below the source");
            let text = std::fs::read_to_string(&path).expect("the source can be read");
            files.push(File {
                path: below.display().to_string().replace('\\', "/"),
                lines: code(&text),
            });
        }
    }
}

/// Whole files of unit tests, named in their `mod.rs` under `#[cfg(test)]`.
fn is_test(path: &Path) -> bool {
    let name = path.file_name().and_then(|name| name.to_str());
    matches!(name, Some("tests.rs" | "table.rs")) && !path.ends_with("workers/table.rs")
}

/// The lines that count: no comments, and nothing from the tests at the file's end on.
fn code(text: &str) -> Vec<(usize, String)> {
    let lines: Vec<&str> = text.lines().collect();
    let tests = (1..lines.len())
        .find(|&at| {
            lines[at - 1].trim() == "#[cfg(test)]"
                && lines[at].starts_with("mod ")
                && lines[at].ends_with('{')
        })
        .unwrap_or(lines.len());
    lines[..tests]
        .iter()
        .enumerate()
        .filter(|(_, line)| !line.trim_start().starts_with("//"))
        .map(|(at, line)| (at + 1, (*line).to_string()))
        .collect()
}

/// The modules that a line names: what follows each `crate::`, also in braces.
fn named(line: &str) -> Vec<String> {
    let mut names = Vec::new();
    for rest in line.split("crate::").skip(1) {
        let list = match rest.strip_prefix('{') {
            Some(list) => list.split('}').next().unwrap_or_default(),
            None => rest.split(',').next().unwrap_or_default(),
        };
        for part in list.split(',') {
            let name: String = part
                .trim()
                .chars()
                .take_while(|c| c.is_alphanumeric() || *c == '_')
                .collect();
            if !name.is_empty() {
                names.push(name);
            }
        }
    }
    names
}

#[test]
fn each_module_names_only_what_it_may() {
    let mut broken = Vec::new();
    for file in sources() {
        let module = file.module();
        if module == "lib" {
            continue;
        }
        let row = MAY_NAME.iter().find(|(name, _)| *name == module);
        let Some((_, allowed)) = row else {
            broken.push(format!(
                "{}: the module {module} is not in the table",
                file.path
            ));
            continue;
        };
        for (number, line) in &file.lines {
            for name in named(line) {
                if name != module && !allowed.contains(&name.as_str()) {
                    broken.push(format!("{}:{number}: {module} names {name}", file.path));
                }
            }
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

#[test]
fn the_table_has_no_cycle() {
    // Each row names only modules of earlier rows, so the table itself is an order.
    for (at, (module, allowed)) in MAY_NAME.iter().enumerate() {
        for name in *allowed {
            let before = MAY_NAME[..at].iter().any(|(earlier, _)| earlier == name);
            assert!(before, "{module} names {name}, which comes after it");
        }
    }
}

#[test]
fn crates_and_calls_stay_in_their_places() {
    let mut broken = Vec::new();
    for file in sources() {
        for (word, places) in ONLY_IN {
            if file.is_in(places) {
                continue;
            }
            for (number, line) in &file.lines {
                if line.contains(word) {
                    broken.push(format!("{}:{number}: {word}", file.path));
                }
            }
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

#[test]
fn nothing_is_process_wide() {
    let mut broken = Vec::new();
    // How deep a drop stands is a matter of the stack of a thread of the host, and over with the drop;
    // which objects a call has looked at, and over with the call; what an instruction has cost, and over
    // with the instruction.
    let of_stack = |file: &File| {
        ["value/held.rs", "value/accesses.rs", "value/budget.rs"].contains(&&*file.path)
    };
    for file in sources().into_iter().filter(|file| !of_stack(file)) {
        for (number, line) in &file.lines {
            let words = PROCESS_WIDE.iter().any(|word| line.contains(word));
            let code = line.trim_start().trim_start_matches("pub ");
            let interior = code.starts_with("static ")
                && ["Atomic", "Mutex", "RwLock", "Cell"]
                    .iter()
                    .any(|word| code.contains(word));
            if words || interior {
                broken.push(format!("{}:{number}: {}", file.path, line.trim()));
            }
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

#[test]
fn objects_know_no_thread_and_no_scheduler() {
    for file in sources() {
        if file.path.starts_with("runtime/object/") {
            for (number, line) in &file.lines {
                for word in [
                    "std::thread",
                    "crate::schedule",
                    "crate::vm",
                    "Condvar",
                    "crossbeam",
                ] {
                    assert!(!line.contains(word), "{}:{number}: {word}", file.path);
                }
            }
        }
    }
}

#[test]
fn every_file_opens_with_what_it_is() {
    for file in sources() {
        let text = std::fs::read_to_string(root().join("src").join(&file.path)).unwrap();
        assert!(text.starts_with("//!"), "{}", file.path);
    }
}

/// The pages for people who change the code.
const PAGES: [&str; 4] = [
    "ARCHITECTURE.md",
    "CONTRIBUTING.md",
    "SECURITY.md",
    "tests/README.md",
];

fn page(name: &str) -> String {
    std::fs::read_to_string(root().join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// The path in this repository that a word in backquotes is, if it is one.
fn path_in(word: &str) -> Option<&str> {
    let is_path = [
        "src/", "tests/", "scripts/", "benches/", "fuzz/", ".ci/", ".github/",
    ]
    .iter()
    .any(|folder| word.starts_with(folder));
    let path = word.trim_end_matches('/');
    (is_path && !path.contains(['*', ' ', '<', '{'])).then_some(path)
}

#[test]
fn every_path_on_the_pages_exists() {
    for name in PAGES {
        let text = page(name);
        let words = text.split('`').skip(1).step_by(2);
        for path in words.filter_map(path_in) {
            assert!(root().join(path).exists(), "{name} names {path}");
        }
    }
}

/// Where a page says "`name` in `path`", the file has that name.
#[test]
fn every_name_on_the_pages_is_where_they_say() {
    let mut found = 0;
    for name in PAGES {
        let text = page(name);
        let parts: Vec<&str> = text.split('`').collect();
        for at in (1..parts.len().saturating_sub(2)).step_by(2) {
            let between = parts[at + 1]
                .split_whitespace()
                .collect::<Vec<_>>()
                .join(" ");
            let path = path_in(parts[at + 2]).filter(|path| path.contains('.'));
            let (Some(path), "in" | "of") = (path, &*between) else {
                continue;
            };
            let word = parts[at].rsplit("::").next().unwrap_or_default();
            let word = word.split(['(', '<', ' ']).next().unwrap_or_default();
            let file = page(path);
            assert!(
                path_in(parts[at]).is_some() || file.contains(word),
                "{name}: {word} is not in {path}"
            );
            found += 1;
        }
    }
    assert!(found > 20, "the names were found");
}

/// Links to files of this repository lead somewhere.
#[test]
fn every_relative_link_leads_to_a_file() {
    let pages = [
        "README.md",
        "scripts/README.md",
        "scripts/lessons/README.md",
    ];
    for name in PAGES.into_iter().chain(pages) {
        let text = page(name);
        let folder = root().join(name).parent().map(Path::to_path_buf);
        let folder = folder.expect("a page is in a folder");
        for link in text.split("](").skip(1) {
            let link = link.split([')', '#']).next().unwrap_or_default();
            if !link.is_empty() && !link.contains("://") {
                assert!(folder.join(link).exists(), "{name} links to {link}");
            }
        }
    }
}

/// The page of the tests has a row for each file of tests.
#[test]
fn every_file_of_tests_is_on_their_page() {
    let text = page("tests/README.md");
    let entries = std::fs::read_dir(root().join("tests")).expect("the tests can be read");
    for entry in entries {
        let path = entry.expect("an entry").path();
        let name = path
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        let is_test =
            name.ends_with(".rs") || path.join("main.rs").exists() || path.join("src").exists();
        assert!(
            !is_test || text.contains(&format!("`{name}")),
            "tests/README.md has no row for {name}"
        );
    }
}

#[test]
fn the_reader_of_names_reads_braces() {
    assert_eq!(named("use crate::{vm, pos::Pos};"), ["vm", "pos"]);
    assert_eq!(named("use crate::value::object::Call;"), ["value"]);
    assert!(named("let x = 1;").is_empty());
}

/// The types in `runtime/object/` that are objects, by the traits that make them so.
#[test]
fn every_kind_of_object_has_a_test_of_its_state_key() {
    let mut objects = 0;
    for file in sources() {
        if !file.path.starts_with("runtime/object/") {
            continue;
        }
        let text = std::fs::read_to_string(root().join("src").join(&file.path)).unwrap();
        for line in text.lines().filter(|line| line.starts_with("impl")) {
            let made = line
                .split_once("Primitive for ")
                .or_else(|| line.split_once("Awaitable for "));
            let Some((_, name)) = made else { continue };
            let name = name.trim_end_matches(" {").split('<').next().unwrap();
            // All that can be awaited, of which each has a test.
            if name == "A" {
                continue;
            }
            objects += 1;
            assert!(
                text.contains(&format!("_key, {name}, ")),
                "{}: {name} has no state_key_test!",
                file.path
            );
        }
    }
    assert!(objects > 30, "the objects were found");
}
