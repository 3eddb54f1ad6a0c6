//! Modules from files: what a text can name of them, when they are evaluated, and what is wrong with an
//! import; on every scheduler, at the prompt, in processes and when exploring.

mod common;

use std::fs;
use std::sync::Arc;

use common::{MODES, Mode, session};
use tempfile::TempDir;
use threadlab::event::{Kind, Stream};
use threadlab::explore::Limits;
use threadlab::session::{Input, InputKind, Outcome, Report, Session};
use threadlab::value::debug_text;

const MATH: &str = r#"
import "parts/names" as names;
print("evaluated");
export const FACTOR = 2;
let count = 0;
export count as total;
fn double(x) { twice(x) }
private fn twice(x) { x * FACTOR }
fn bump() { count += 1; }
fn title() { names::title("math") }
"#;

const NAMES: &str = "fn title(name) { `<${name}>` }";

/// A folder with two modules, one of which imports the other, and a script.
fn folder(script: &str) -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    fs::create_dir(folder.path().join("parts")).expect("a folder");
    write(&folder, "math.rhai", MATH);
    write(&folder, "parts/names.rhai", NAMES);
    write(&folder, "script.rhai", script);
    folder
}

fn write(folder: &TempDir, name: &str, text: &str) {
    fs::write(folder.path().join(name), text).expect("a file");
}

/// Runs a text of the folder, and gives what it printed and how it ended.
fn run(
    session: &mut Session,
    stream: &Stream,
    folder: &TempDir,
    text: &str,
    kind: InputKind,
) -> (Vec<String>, String) {
    let name = folder.path().join("script.rhai").display().to_string();
    let name = name.replace('\\', "/");
    let ended = match session.run(Input {
        name: &name,
        text,
        kind,
    }) {
        Report::Rejected(problems) => problems[0]
            .message
            .replace(&*folder.path().to_string_lossy(), ""),
        Report::Ran {
            outcome: Outcome::Value(value),
            ..
        } => debug_text(&value),
        Report::Ran { outcome, .. } => format!("{outcome:?}"),
    };
    let printed = |event: threadlab::event::Event| match event.kind {
        Kind::Print { text, .. } => Some(text),
        _ => None,
    };
    (
        stream.take().into_iter().filter_map(printed).collect(),
        ended,
    )
}

/// Runs a script of the folder on one scheduler.
fn script(mode: Mode, text: &str) -> (Vec<String>, String) {
    let folder = folder(text);
    let stream = Arc::new(Stream::new());
    let mut session = Session::new(mode.config(), stream.clone());
    run(&mut session, &stream, &folder, text, InputKind::Script)
}

#[test]
fn a_script_uses_what_a_module_shows() {
    let text = r#"import "math" as m;
        fn local() { m::double(m::FACTOR) }
        print(m::double(4), m::FACTOR, m::title(), m::names::title("own"), local());
        let threads = [];
        for i in 0..3 { threads.push(spawn(|| m::bump())); }
        for thread in threads { thread.join(); }
        with Lock() { m::bump(); }
        m::double(5)"#;
    for mode in MODES {
        let (lines, ended) = script(mode, text);
        assert_eq!(lines, ["evaluated", "8 2 <math> <own> 4"], "{mode:?}");
        assert_eq!(ended, "10", "{mode:?}");
    }
}

#[test]
fn names_of_a_module_and_its_importer_keep_apart() {
    let text = r#"import "math" as m;
        let count = 100; let FACTOR = 7; fn double(x) { "mine" } fn twice(x) { "mine" }
        m::bump(); m::bump();
        [m::total, count, m::double(1), double(1), FACTOR]"#;
    let (_, ended) = script(Mode::Seeded(1), text);
    assert_eq!(ended, r#"[2, 100, 2, "mine", 7]"#);
}

#[test]
fn a_module_is_evaluated_once_before_the_text() {
    let text = r#"print("begins"); import "math" as a; import "math" as b; fn f() { import "math" as c; c::bump(); } f(); b::bump(); a::total"#;
    let (lines, ended) = script(Mode::Parallel(2), text);
    assert_eq!(lines, ["evaluated", "begins"]);
    assert_eq!(ended, "2");
}

#[test]
fn wrong_imports_say_what_is_wrong() {
    let cases = [
        (
            r#"import "nothing" as n;"#,
            "the module /nothing.rhai cannot be read: there is no such file",
        ),
        (
            r#"import "parts" as p; import "parts.rhai" as q;"#,
            "the module /parts.rhai cannot be read: there is no such file",
        ),
        (
            r#"import "/etc/passwd" as p;"#,
            "`/etc/passwd` names no module",
        ),
        (
            r#"let p = "math"; import p + "" as m;"#,
            "what is imported is not known before the program runs",
        ),
        (
            r#"import "math" as m; m::twice(1);"#,
            "the module has no function `m::twice`",
        ),
        (
            r#"import "math" as m; m::count;"#,
            "the module has no variable `m::count`",
        ),
        (r#"import "math" as m; x::f();"#, "no module is called `x`"),
        (
            r#"import "math"; math::double(1);"#,
            "no module is called `math`",
        ),
        (
            r#"import "script" as s;"#,
            "/script.rhai -> /script.rhai: modules import each other in a circle",
        ),
    ];
    for (text, expected) in cases {
        let (lines, ended) = script(Mode::Seeded(1), text);
        assert_eq!(ended, expected, "{text}");
        assert!(lines.is_empty(), "{text}: {lines:?}");
    }
}

#[test]
fn what_is_wrong_in_a_module_is_told_with_its_place() {
    let text = r#"import "broken" as b;"#;
    let folder = folder(text);
    write(&folder, "broken.rhai", "let a = 1;\nlet b = ;\n");
    let stream = Arc::new(Stream::new());
    let mut session = Session::new(Mode::Seeded(1).config(), stream.clone());
    let (_, ended) = run(&mut session, &stream, &folder, text, InputKind::Script);
    assert!(ended.starts_with("/broken.rhai:2:9: "), "{ended}");
    // The module is mended, and nothing of the failure is left.
    write(&folder, "broken.rhai", "let a = 1;\nexport a;\n");
    let text = r#"import "broken" as b; b::a"#;
    let (_, ended) = run(&mut session, &stream, &folder, text, InputKind::Script);
    assert_eq!(ended, "1");
}

#[test]
fn a_changed_module_is_loaded_again_at_the_prompt() {
    let folder = folder("");
    let stream = Arc::new(Stream::new());
    let mut session = Session::new(Mode::Parallel(2).config(), stream.clone());
    let mut enter = |text: &str| run(&mut session, &stream, &folder, text, InputKind::Prompt);
    assert_eq!(enter(r#"import "math" as m;"#).0, ["evaluated"]);
    assert_eq!(enter("m::bump(); m::bump(); m::total").1, "2");
    assert_eq!(
        enter(r#"import "math" as again; again::total"#),
        (vec![], "2".into())
    );
    write(
        &folder,
        "math.rhai",
        "export const FACTOR = 5; fn double(x) { x * FACTOR }",
    );
    assert_eq!(enter("m::double(1)").1, "2");
    assert_eq!(
        enter(r#"import "math" as m; m::double(1)"#),
        (vec![], "5".into())
    );
}

#[test]
fn processes_know_the_modules() {
    let text = r#"import "math" as m;
        fn work(x) { m::double(x) + m::FACTOR }
        let pool = ProcessPoolExecutor(1);
        let result = pool.submit(work, 5).result();
        pool.shutdown();
        result"#;
    for mode in [Mode::Parallel(2), Mode::Gil(1), Mode::Seeded(1)] {
        assert_eq!(script(mode, text).1, "12", "{mode:?}");
    }
}

#[test]
fn a_race_on_a_variable_of_a_module_is_found() {
    let text = r#"import "math" as m;
        let a = spawn(|| m::bump()); let b = spawn(|| m::bump());
        a.join(); b.join();
        assert(m::total == 2);"#;
    let folder = folder(text);
    let name = folder.path().join("script.rhai").display().to_string();
    let mut session = session();
    let input = Input {
        name: &name,
        text,
        kind: InputKind::Script,
    };
    let mut explorer = session.explorer(input, false).expect("it can be explored");
    let found = common::explore(&mut explorer, &Limits::default());
    assert!(found.is_proved(), "{found:?}");
    assert_eq!(found.outcomes.len(), 2);
    assert_eq!(found.failures.len(), 1);
    assert!(
        format!("{:?}", found.interleavings).contains('6'),
        "{found:?}"
    );
}

#[test]
fn a_function_named_by_a_string_in_a_module_is_that_of_the_module() {
    let folder = tempfile::tempdir().expect("a folder");
    let module = "fn one() { 1 } fn indirect() { Fn(\"one\").call() }";
    std::fs::write(folder.path().join("m.rhai"), module).expect("a file");
    let stream = Arc::new(Stream::new());
    let mut session = Session::new(Mode::Seeded(1).config(), stream.clone());
    let text = "import \"m\" as m; fn one() { \"mine\" } m::indirect()";
    let (_, ended) = run(&mut session, &stream, &folder, text, InputKind::Script);
    assert_eq!(ended, "1");
}
