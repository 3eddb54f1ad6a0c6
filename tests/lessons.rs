//! The lessons of `scripts/lessons/`, by discovery.

use std::collections::BTreeMap;
use std::path::Path;

use threadlab::lesson::course::FILES;
use threadlab::lesson::text::parse;

/// The names and texts of the files in the folder.
fn in_folder() -> BTreeMap<String, String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("scripts/lessons");
    let entries = std::fs::read_dir(folder).expect("there is a folder of lessons");
    let paths = entries.map(|entry| entry.expect("an entry").path());
    let lessons = paths.filter(|path| path.extension().is_some_and(|end| end == "rhai"));
    lessons
        .map(|path| {
            let name = path.file_name().expect("a name").to_string_lossy();
            let text = std::fs::read_to_string(&path).expect("a text");
            (name.into_owned(), text)
        })
        .collect()
}

#[test]
fn the_binary_carries_each_lesson_in_order() {
    let carried: Vec<(String, String)> = FILES
        .iter()
        .map(|(name, text)| (name.to_string(), text.to_string()))
        .collect();
    let expected: Vec<(String, String)> = in_folder().into_iter().collect();
    let names = |files: &[(String, String)]| -> Vec<String> {
        files.iter().map(|(name, _)| name.clone()).collect()
    };
    assert_eq!(names(&carried), names(&expected));
    assert!(
        carried == expected,
        "a text has changed since this was built"
    );
}

#[test]
fn each_lesson_can_be_read() {
    for (name, text) in in_folder() {
        if let Err(flaws) = parse(&name, &text) {
            let flaws = flaws.iter();
            let list = flaws.map(|flaw| format!("{name}:{}: {}\n", flaw.line, flaw.kind));
            panic!("{}", list.collect::<String>());
        }
    }
}
