//! Tests of the lowering as a whole: texts and the instructions that they become. One file, as all of them
//! lower texts with one small library.

use super::*;
use crate::language::modules::Modules;
use crate::language::parse::parse;

/// A library of a few functions.
struct Library;

impl Catalogue for Library {
    fn native(&self, name: &str) -> Option<u32> {
        self.names()
            .iter()
            .position(|known| *known == name)
            .map(|index| index as u32)
    }

    fn names(&self) -> Vec<&str> {
        vec![
            "print",
            "sleep",
            "Thread",
            "ThreadPoolExecutor",
            "max",
            "range",
            "spawn",
        ]
    }

    fn is_module(&self, name: &str) -> bool {
        ["threading", "time", "concurrent", "futures"].contains(&name)
    }

    fn on_receiver(&self, name: &str) -> Option<OnReceiver> {
        ["push", "sort"]
            .contains(&name)
            .then_some(OnReceiver::Changes)
    }
}

fn lowered(text: &str, top: TopLevel, program: &Program) -> Result<Lowered, Vec<Diagnostic>> {
    let parsed = parse(text).unwrap_or_else(|error| panic!("{text}: {error:?}"));
    lower(
        &parsed,
        "test",
        text,
        program,
        &Library,
        top,
        &Modules::default(),
    )
}

fn script(text: &str) -> Lowered {
    lowered(text, TopLevel::Script, &Program::new())
        .unwrap_or_else(|error| panic!("{text}: {error:?}"))
}

/// Lowers `text` and adds it to the program, as a session does.
fn input(text: &str, program: &Program) -> Lowered {
    let lowered = lowered(text, TopLevel::Prompt, program)
        .unwrap_or_else(|error| panic!("{text}: {error:?}"));
    for (name, params, code) in &lowered.defined {
        program.define(*name, *params, *code);
    }
    lowered
}

/// The instructions of function `ordinal` of `text`, one a line, without positions.
fn ops(text: &str, ordinal: usize) -> Vec<String> {
    let lowered = script(text);
    let ops = lowered.unit.functions[ordinal].ops.iter();
    ops.map(|op| format!("{op:?}")).collect()
}

fn check(text: &str, ordinal: usize, expected: &[&str]) {
    assert_eq!(ops(text, ordinal), expected, "{text}");
}

#[test]
fn a_recursive_function_is_short() {
    check(
        "fn fib(n) { if n < 2 { n } else { fib(n - 1) + fib(n - 2) } }",
        1,
        &[
            "UnlessLessInt { a: 0, value: 2, skip: 1 }",
            "Return { src: 0 }",
            "SubInt { dst: 3, a: 0, value: 1 }",
            "Call { argc: 1, dst: 2, base: 3, name: 0 }",
            "SubInt { dst: 4, a: 0, value: 2 }",
            "Call { argc: 1, dst: 3, base: 4, name: 0 }",
            "Add { dst: 1, a: 2, b: 3 }",
            "Return { src: 1 }",
        ],
    );
}

#[test]
fn a_loop_compares_and_jumps_in_one() {
    check(
        "fn f(n) { let i = 0; while i < n { i += 1; } i }",
        1,
        &[
            "Int { dst: 1, value: 0 }",
            "UnlessLess { a: 1, b: 0, skip: 2 }",
            "AddInt { dst: 1, a: 1, value: 1 }",
            "Loop { to: 1 }",
            "Return { src: 1 }",
        ],
    );
}

#[test]
fn a_shared_variable_is_read_in_one_step_and_written_in_another() {
    check(
        "let n = 0; let f = || { n += 1; };",
        1,
        &[
            "LoadCapture { dst: 0, index: 0 }",
            "AddInt { dst: 0, a: 0, value: 1 }",
            "StoreCapture { index: 0, src: 0 }",
            "ReturnUnit",
        ],
    );
    check(
        "let a = [0]; fn f() { a[0] += 1; }",
        1,
        &[
            "Int { dst: 0, value: 1 }",
            "Int { dst: 1, value: 0 }",
            "Get { dst: 2, place: 0 }",
            "OpAssign { op: Add, target: 2, operand: 0 }",
            "Set { place: 0, src: 2 }",
            "ReturnUnit",
        ],
    );
}

#[test]
fn a_later_operand_does_not_change_an_earlier_one() {
    let text = "let x = 1; let y = x + { x = 2; x };";
    assert_eq!(ops(text, 0)[1], "Move { dst: 2, src: 0 }");
    let text = "let a = [1]; let y = a.len() + a.pop(); let z = a + 1;";
    assert!(ops(text, 0).contains(&"AddInt { dst: 2, a: 0, value: 1 }".to_string()));
}

#[test]
fn leaving_with_exits_it_uncovered() {
    let lowered = script("fn f(l) { loop { with l { if l == 1 { break; } return 2; } } }");
    let code = &lowered.unit.functions[1];
    let covered = |at: usize| {
        let inside = |handler: &&crate::program::code::Handler| {
            (handler.start..handler.end).contains(&(at as u32))
        };
        code.handlers.iter().filter(inside).count()
    };
    let exits: Vec<usize> = (0..code.ops.len())
        .filter(|&at| matches!(code.ops[at], Op::Exit { failed: false, .. }))
        .collect();
    assert_eq!(exits.len(), 3, "break, return and falling through");
    assert!(exits.iter().all(|&at| covered(at) == 0));
}

#[test]
fn each_round_makes_its_variables_anew() {
    let all = ops(
        "let fs = []; for i in 0..3 { let j = i; fs.push(|| i + j); }",
        0,
    );
    let round: Vec<&String> = all
        .iter()
        .skip_while(|op| !op.starts_with("ForNext"))
        .collect();
    assert!(round[1].starts_with("NewCell"), "{round:?}");
    assert_eq!(
        round.iter().filter(|op| op.starts_with("NewCell")).count(),
        2
    );
}

#[test]
fn a_variable_is_global_only_when_a_function_mentions_it() {
    assert!(
        !ops("let x = 1; x + 1", 0)
            .iter()
            .any(|op| op.contains("Global"))
    );
    assert!(ops("let x = 1; fn f() { x }", 0)[1].starts_with("LetGlobal"));
    // A variable that a function calls counts too.
    assert!(ops("let g = |x| x; fn f() { g(1) }", 0)[1].starts_with("LetGlobal"));
    let program = Program::new();
    let lowered = input("let x = 1;", &program);
    assert!(matches!(
        lowered.unit.functions[0].ops[1],
        Op::LetGlobal { .. }
    ));
    program.add_unit(lowered.unit);
    let lowered = input("fn f() { x } || x", &program);
    assert!(lowered.warnings.is_empty());
    assert_eq!(lowered.named_globals.len(), 1);
    assert_eq!(lowered.unit.functions[0].closures.len(), 1);
    let captures = &lowered.unit.functions[0].closures[0].captures;
    assert!(matches!(
        captures[..],
        [crate::program::code::CaptureFrom::Global(0)]
    ));
}

#[test]
fn this_is_read_and_written_as_a_place() {
    check(
        "fn f() { this += 1; this }",
        1,
        &[
            "Int { dst: 2, value: 1 }",
            "Get { dst: 3, place: 0 }",
            "OpAssign { op: Add, target: 3, operand: 2 }",
            "Set { place: 0, src: 3 }",
            "Get { dst: 2, place: 0 }",
            "Return { src: 2 }",
        ],
    );
}

#[test]
fn nested_closures_capture_what_they_need() {
    let lowered = script("fn f() { |x| |y| |z| x + y + z } [|| 1, || || 1, || 1]");
    let mut captures: Vec<u16> = lowered
        .unit
        .functions
        .iter()
        .map(|code| code.captures)
        .collect();
    captures.sort_unstable();
    assert_eq!(captures, [0, 0, 0, 0, 0, 0, 0, 1, 2]);
    // A name that `with` makes inside, a function's name and an unknown name are not captured.
    let lowered = script("let l = 1; fn g() { let f = || { with l as k { k } g; print(u) }; f }");
    let closure = lowered
        .unit
        .functions
        .last()
        .map(|code| code.capture_names.len());
    assert_eq!(closure, Some(1));
    assert_eq!(lowered.named_globals.len(), 3, "l, and the late g and u");
}

#[test]
fn names_of_modules_are_dropped() {
    let all = ops(
        "import threading; threading.Thread(max); concurrent.futures.ThreadPoolExecutor",
        0,
    );
    assert!(all[1].starts_with("Call"), "{all:?}");
    assert!(all[2].starts_with("FunctionName"), "{all:?}");
    // A variable of that name is a variable.
    assert!(
        ops("let time = #{x: 1}; time.x", 0)
            .iter()
            .any(|op| op.starts_with("Get"))
    );
}

#[test]
fn what_is_wrong_is_said() {
    for (text, expected) in [
        ("x = 5", "let x = 5;"),
        ("if true { x = 5; }", "if true { let x = 5; }"),
        ("prnt", "`print`"),
        ("let counter = 1; countr + 1", "`counter`"),
        ("a::b(1)", "no module is called `a`"),
        ("const A = 1; let f = || { A = 2; };", "`A` is a constant"),
        ("let x = 1; x.y = f; g", "nothing is called `f`"),
        (
            &format!("print({})", ["1"; 40].join(",")),
            "more than 32 arguments",
        ),
        (
            &format!("x.f({})", ["1"; 40].join(",")),
            "more than 32 arguments",
        ),
    ] {
        let text = &format!("let unrelated = 1;\n{text}");
        let result = lowered(text, TopLevel::Script, &Program::new());
        let errors = format!("{:?}", result.expect_err(text));
        assert!(errors.contains(expected), "{text}: {errors}");
    }
    let lowered = script("fn f() { y = 1; prnt + z }");
    assert_eq!(lowered.warnings.len(), 3, "{:?}", lowered.warnings);
}

#[test]
fn every_kind_of_program_is_well_formed() {
    let program = Program::new();
    for text in CORPUS {
        for top in [TopLevel::Script, TopLevel::Prompt] {
            let inside = format!("fn test() {{ {text} }}");
            for text in [*text, &inside] {
                if let Err(errors) = lowered(text, top, &program) {
                    panic!("{text}: {errors:?}");
                }
            }
        }
    }
}

/// Each is lowered at the top level and in a function; lowering verifies the code.
const CORPUS: &[&str] = &[
    "",
    "1; 2.5; 'c'; \"s\"; (); true; 9_000_000_000",
    "let x = 1; { let x = 2; { let y = x; } } x",
    "let a = [1, [2]]; a[1][0] = 3; a[0] += 1; a[a[0]] -= a[1][0]; a.len()",
    "let m = #{a: #{b: [1]}}; m.a.b[0] += 1; m?.x?.y; m.x ?? 1; m?[\"a\"].b[0]",
    "let m = #{}; m?.a?.f(1).b?.g(2).c; m?.f()?.g()?.h; m.a?.b = 1; m?.a += 1;",
    "let m = #{}; let f = || { m?.a += 1; m?.a = 2; m.push(m.x, m[0]?.y) };",
    "let x = 1; x += 1; x -= 1; x *= 2; x /= 2; x %= 2; x **= 2; x <<= 1; x >>= 1; x &= 1; x |= 1; x ^= 1;",
    "let f = |x| |y| |z| x + y + z; f.call(1).call(2).call(3); f(1)",
    "let n = 0; let f = || { let g = || { n += 1; n }; g() }; f()",
    "let f = 1; let f = || f; f()",
    "for x in 0..3 { for (y, i) in [1] { if x == y { continue; } else { break; } } }",
    "let r = loop { break 5; }; let s = while true { break; }; let t = for x in 0..1 { break x; };",
    "let i = 0; do { i += 1; if i == 2 { continue; } } while i < 5; do { i -= 1; } until i == 0;",
    "switch 1 { 1 => 2, 2 | 3 if true => { 4 } 5..7 => 8, _ => 9 }",
    "let x = switch \"a\" { \"a\" => 1, 'b' => 2, 1.5 => 3, true => 4, () => 5 };",
    "switch 1 { 0..5 if false => 1, 0..10 if true => 2, 0..=20 => 3 }",
    "try { throw 1; } catch (e) { print(e); throw; } ",
    "try { try { 1 } catch { 2 } } catch (e) { let f = || e; f }",
    "loop { try { break; } catch { continue; } }",
    "let l = 1; let r = with l as k { let q = k; q + 1 }; q + r",
    "let l = 1; loop { with l { with l, l as m { loop { break; } continue; } } }",
    "let l = 1; print(1, with l { let q = 2; q }, 3); q",
    "let l = 1; l.f(1, with l { let q = 2; q }).g(q, q)",
    "let l = 1; let a = [1, with l { let q = 2; q }, 3]; let f = || { with l as z { || z + q } };",
    "let x = 1; let b = x > 1 && x < 5 || !(x == 2) ; b = b && b; b = x in [1, 2]; b = x !in 0..5;",
    "let x = 1; if x > 1 { } else if x < 0 || x == 5 && x != 6 { 1 } else { 2 }",
    "let x = if true { 1 }; let y = { 1; 2 }; let z = `a${x}b${{ let q = 1; q }}`; ``",
    "let a = []; push(a, 1); a.push(a.len()); a.map(|x| x * 2).filter(|x| x > 1).len()",
    "let r = 1..; let s = ..5; let t = ..=5; 1..=2; -r; !true; +1",
    "let f = max; f(1, 2); Fn(\"max\"); curry(f, 1); let max = 0; max = max(max, 1);",
    "let this_one = 1; is_def_var(\"this_one\"); type_of(1); return this_one;",
    "throw; ",
    "const A = [1]; A.push(2); A[0] + A.len()",
    "return; ",
    "let f = |x| { this += x; this.y = 1; this.z(); this }; f",
];

#[test]
fn large_programs_are_lowered() {
    let statements = "x += 1; if x == 7 { continue; }\n".repeat(1_500);
    for head in [
        "while x < 10",
        "for i in 0..10",
        "loop",
        "if x < 10 { } else if x == 300 { } while x != 3",
    ] {
        let text = format!("let x = 0; {head} {{ {statements} }} x");
        for _ in 0..3 {
            script(&text);
        }
        // Far enough for the long form.
        script(&format!(
            "let x = 0; {head} {{ {} }} x",
            statements.repeat(6)
        ));
    }
    let items: Vec<String> = (0..5_000).map(|item| format!("{item}.5")).collect();
    let text = format!("let a = [{}]; a", items.join(","));
    assert_eq!(script(&text).unit.functions[0].constants.len(), 5_000);
    let entries: Vec<String> = (0..500).map(|item| format!("k{item}: {item}")).collect();
    script(&format!("#{{{}}}", entries.join(",")));
    let parts: Vec<String> = (0..500).map(|item| format!("${{{item}}}")).collect();
    script(&format!("`{}`", parts.join(" ")));
    let variables: Vec<String> = (0..2_000).map(|n| format!("let v{n} = {n};")).collect();
    let code = &script(&format!("{} v0 + v1999", variables.join("\n")))
        .unit
        .functions[0];
    assert!((2_000..2_100).contains(&code.registers));
}

#[test]
fn what_is_too_large_is_refused() {
    let constants: Vec<String> = (0..70_000).map(|number| format!("{number}.5")).collect();
    let text = format!("let a = [{}];", constants.join(",\n").replace(",\n", ","));
    let text = text.replace("00.5,", "00.5,\n");
    let errors = lowered(&text, TopLevel::Script, &Program::new()).expect_err("too many");
    assert!(errors[0].message.contains("65,536 constants"), "{errors:?}");
}

#[test]
fn deep_programs_do_not_overflow_the_stack() {
    let run = || {
        for (open, close) in [
            ("(", ")"),
            ("[", "]"),
            ("{", "}"),
            ("if x {", "}"),
            ("|| ", ""),
        ] {
            for depth in [10, 20, 30, 60, 90, 190] {
                let text = format!(
                    "let x = true; {}1{}",
                    open.repeat(depth),
                    close.repeat(depth)
                );
                if let Ok(parsed) = parse(&text) {
                    let program = Program::new();
                    let _ = lower(
                        &parsed,
                        "deep",
                        &text,
                        &program,
                        &Library,
                        TopLevel::Script,
                        &Modules::default(),
                    );
                }
            }
        }
        for depth in [50, 150, 190, 1_000] {
            let text = format!("let x = 1; {}x", "x + ".repeat(depth));
            if let Ok(parsed) = parse(&text) {
                let _ = lower(
                    &parsed,
                    "deep",
                    &text,
                    &Program::new(),
                    &Library,
                    TopLevel::Script,
                    &Modules::default(),
                );
            }
        }
    };
    let thread = std::thread::Builder::new().stack_size(2 << 20).spawn(run);
    thread.expect("a thread").join().expect("no overflow");
}
