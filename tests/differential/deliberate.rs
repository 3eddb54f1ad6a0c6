//! What is different from Rhai on purpose: each with what both do.

use super::run::{Ended, as_script, in_rhai};

/// Says what Rhai prints, or that it fails, and what is printed here.
#[track_caller]
fn differs(program: &str, in_rhais: Option<&[&str]>, here: &[&str]) {
    let rhai = in_rhai(program);
    let ours = as_script(program);
    match in_rhais {
        Some(lines) => assert_eq!(rhai.lines, lines, "{:?}", rhai.ended),
        None => assert!(!matches!(rhai.ended, Ended::Value(_)), "{rhai:?}"),
    }
    assert_eq!(ours.lines, here, "{:?}", ours.ended);
    assert!(matches!(ours.ended, Ended::Value(_)), "{ours:?}");
}

#[test]
fn the_bare_name_of_a_function_is_a_value() {
    differs(
        "fn f(x) { x + 1 } let g = f; print(g.call(1)); print(g(2));",
        None,
        &["2", "3"],
    );
}

#[test]
fn a_variable_that_holds_a_function_can_be_called() {
    differs("let f = |x| x + 1; print(f(1));", None, &["2"]);
}

#[test]
fn functions_see_the_variables_of_the_top() {
    differs(
        "let n = 1; fn f() { n += 1; n } print(f()); print(n);",
        None,
        &["2", "2"],
    );
}

/// Rhai reads a first argument that is a variable last, and evaluates indices and arguments before
/// what a chain begins with.
#[test]
fn operands_are_evaluated_from_left_to_right() {
    differs(
        "fn f(a, b) { print([a, b]); } let x = 1; f(x, { x = 2; x });",
        Some(&["[2, 2]"]),
        &["[1, 2]"],
    );
    differs(
        "fn t(x) { print(x); x } [t(4), t(5)][t(0)]",
        Some(&["0", "4", "5"]),
        &["4", "5", "0"],
    );
    differs(
        "fn t(x) { print(x); x } t(\"abc\").sub_string(t(1)).sub_string(t(0));",
        Some(&["1", "0", "abc"]),
        &["abc", "1", "0"],
    );
    differs(
        "let x = 1; print(x in { x = 2; [x] });",
        Some(&["true"]),
        &["false"],
    );
}

#[test]
fn each_round_of_a_for_has_its_own_variable() {
    let program = "let fs = []; for i in 0..3 { fs.push(|| i); } for f in fs { print(f.call()); }";
    differs(program, Some(&["2", "2", "2"]), &["0", "1", "2"]);
}

#[test]
fn print_takes_any_number_of_arguments() {
    differs("print(1, \"a\", [2]); print();", None, &["1 a [2]", ""]);
}

#[test]
fn for_each_gives_the_item() {
    differs(
        "[5, 6].for_each(|item| print(item));",
        Some(&["0", "1"]),
        &["5", "6"],
    );
}

#[test]
fn ranges_of_both_kinds_can_be_compared() {
    differs("print((0..3) == (0..=3));", None, &["false"]);
}

#[test]
fn a_captured_variable_can_be_changed_while_its_method_runs() {
    differs(
        "let a = [1, 2]; let f = |x| { a.push(x); x }; print(a.map(f)); print(a);",
        None,
        &["[1, 2]", "[1, 2, 1, 2]"],
    );
}

#[test]
fn every_method_may_read_a_constant() {
    differs("const A = [1, 2]; print(A.extract(1, 1));", None, &["[2]"]);
}

#[test]
fn a_caught_error_is_named_by_its_cause_not_by_the_call_around_it() {
    let program = "fn f() { 1 / 0 } try { f(); } catch (e) { print(e.error); }";
    differs(
        program,
        Some(&["ErrorInFunctionCall"]),
        &["ErrorArithmetic"],
    );
}

#[test]
fn endless_recursion_can_be_caught() {
    let program = "fn f() { f() } try { f(); } catch (e) { print(e.error); }";
    differs(program, None, &["ErrorStackOverflow"]);
}

/// Rhai meets them only when it gets there.
#[test]
fn what_is_wrong_in_the_text_is_refused_before_it_runs() {
    for program in [
        "try { missing } catch { }",
        "const M = #{a: 1}; try { M.a = 2; } catch { }",
    ] {
        assert!(
            matches!(in_rhai(program).ended, Ended::Value(_)),
            "{program}"
        );
        assert_eq!(as_script(program).ended, Ended::Rejected, "{program}");
    }
}

#[test]
fn a_text_that_is_evaluated_has_a_scope_of_its_own() {
    differs(
        "fn f() { let x = 40; try { return eval(\"x + 2\"); } catch { return \"none\"; } } print(f());",
        Some(&["42"]),
        &["none"],
    );
    differs(
        "eval(\"let y = 1;\"); print(is_def_var(\"y\"));",
        Some(&["true"]),
        &["false"],
    );
}

#[test]
fn the_clock_of_the_machine_is_out_of_reach() {
    differs(
        "try { let start = timestamp(); print(start.elapsed < 60.0); } catch { print(\"refused\"); }",
        Some(&["true"]),
        &["refused"],
    );
}

#[test]
fn what_rhai_gives_as_an_iterator_is_an_array() {
    differs("print(5.bits(0..3).len());", None, &["3"]);
}

#[test]
fn values_carry_no_tags() {
    for program in ["let x = 3; x.tag = 5;", "let x = 3; set_tag(x, 5);"] {
        assert!(
            matches!(in_rhai(program).ended, Ended::Value(_)),
            "{program}"
        );
        let ours = as_script(program).ended;
        assert!(matches!(ours, Ended::Failed(..)), "{program}: {ours:?}");
    }
}

#[test]
fn a_method_cannot_change_a_part_of_a_constant() {
    let program = "fn set(x) { this.a = x; } const M = #{}; M.set(2); print(M);";
    assert_eq!(in_rhai(program).lines, ["#{\"a\": 2}"]);
    assert_eq!(
        as_script(program).ended,
        Ended::Failed("ErrorAssignmentToConstant".into(), 1)
    );
}
