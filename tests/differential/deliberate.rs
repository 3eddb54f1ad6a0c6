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
fn ranges_have_items() {
    differs("print((0..3)[-1]);", None, &["2"]);
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

#[test]
fn a_callback_that_mentions_this_finds_the_item_there() {
    differs("print([1, 2].map(|at| this + at));", None, &["[1, 3]"]);
}

#[test]
fn an_error_in_a_comparison_ends_the_sort() {
    differs(
        "try { [3, 1].sort(|a, b| throw \"no\"); } catch (e) { print(e); }",
        Some(&[]),
        &["no"],
    );
}

#[test]
fn functions_can_be_compared() {
    differs("let f = |x| x; print(f == f);", None, &["true"]);
}

#[test]
fn bytes_of_a_blob_are_integers_in_a_loop() {
    differs(
        "let sum = 0; for byte in blob(3, 4) { sum += byte; } print(sum);",
        None,
        &["12"],
    );
}

#[test]
fn steps_take_ranges_of_both_kinds() {
    differs(
        "for i in range(0..=8, 4) { print(i); }",
        None,
        &["0", "4", "8"],
    );
}

/// Rhai gives up a number early, where the one behind it would not fit.
#[test]
fn a_range_with_steps_goes_to_the_last_number_that_fits() {
    differs(
        "for i in range(9223372036854775800, 9223372036854775807, 5) { print(i); }",
        Some(&["9223372036854775800"]),
        &["9223372036854775800", "9223372036854775805"],
    );
}

#[test]
fn messages_are_words_of_our_own() {
    differs(
        "try { [1][3] } catch (e) { print(e.message); }",
        Some(&["Array index 3 out of bounds: only 1 element in array"]),
        &["array index 3 is out of bounds: the array has 1 item"],
    );
}

/// How a program ends in Rhai and here: by these errors, each with its line and column.
#[track_caller]
fn fails(program: &str, in_rhais: (&str, u16, u16), here: (&str, u16, u16)) {
    let failed =
        |(family, line, column): (&str, u16, u16)| Ended::Failed(family.into(), line, column);
    assert_eq!(in_rhai(program).ended, failed(in_rhais), "{program}");
    assert_eq!(as_script(program).ended, failed(here), "{program}");
}

#[test]
fn what_the_library_refuses_is_a_type_error_or_a_value_error() {
    for (program, column, class) in [
        ("let a = [3, \"a\"]; a.sort();", 21, "TypeError"),
        ("for i in range('a', 'e') { }", 10, "TypeError"),
    ] {
        fails(
            program,
            ("ErrorFunctionNotFound", 1, column),
            (class, 1, column),
        );
    }
    let mismatch = "ErrorMismatchDataType";
    fails(
        "5.call(1)",
        (mismatch, 1, 8),
        ("ErrorFunctionNotFound", 1, 3),
    );
    fails("call(5, 1)", (mismatch, 1, 6), ("TypeError", 1, 1));
    fails(
        "Fn(\"1x\")",
        ("ErrorFunctionNotFound", 1, 4),
        ("ValueError", 1, 1),
    );
}

#[test]
fn some_errors_stand_elsewhere() {
    let mismatch = "ErrorMismatchDataType";
    fails("let x = 0; x[3] = 1;", (mismatch, 1, 17), (mismatch, 1, 14));
    let unbound = "ErrorUnboundThis";
    fails("fn f() { this.x } f()", (unbound, 1, 10), (unbound, 1, 15));
    fails(
        "eval(\"1 +\")",
        ("ErrorParsing", 1, 4),
        ("ErrorRuntime", 1, 1),
    );
}

/// Rhai meets them only when it gets there.
#[test]
fn what_is_wrong_in_the_text_is_refused_before_it_runs() {
    for program in [
        "try { missing } catch { }",
        "const M = #{a: 1}; try { M.a = 2; } catch { }",
        "const A = [1]; try { A[0] = 2; } catch { }",
        "try { missing = 1; } catch { }",
        "try { global::MISSING } catch { }",
        "{ let inner = 1; } try { inner } catch { }",
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
fn a_moment_is_a_number_of_seconds() {
    differs(
        "print(type_of(timestamp()));",
        Some(&["timestamp"]),
        &["f64"],
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
        Ended::Failed("ErrorAssignmentToConstant".into(), 1, 18)
    );
}
