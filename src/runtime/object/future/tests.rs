//! Table tests of futures.

use super::*;
use crate::runtime::object::table::{Table, function};

#[test]
fn runs_once_and_wakes_those_who_wait() {
    let mut table = Table::default();
    let future = table.add(Future::new(function("f"), vec![], Pos::NONE));
    table.done(&future, 1, Verb::Done, &[], "false");
    table.waits(&future, 1, Verb::Result, &[]);
    table.waits(&future, 2, Verb::Exception, &[Value::Float(0.1)]);
    table.done(&future, 3, Verb::TakeJob, &[Value::Int(7)], "()");
    assert!(table.effects.next.take().is_some());
    assert!(matches!(
        table.ask(&future, 3, Verb::TakeJob, &[]),
        Attempt::End
    ));
    table.done(&future, 1, Verb::Running, &[], "true");
    table.done(&future, 1, Verb::Cancel, &[], "false");
    assert_eq!(future.state().waiting(TaskId(1)).awaited, [TaskId(7)]);
    table.done(&future, 7, Verb::Resolve, &[Value::Int(49)], "()");
    assert_eq!(table.wakes(), ["1: 49", "2: ()"]);
    table.done(&future, 1, Verb::Result, &[], "49");
}

#[test]
fn a_cancelled_task_never_runs() {
    let mut table = Table::default();
    let future = table.add(Future::new(function("f"), vec![], Pos::NONE));
    table.waits(&future, 1, Verb::Result, &[]);
    table.done(&future, 2, Verb::Cancel, &[], "true");
    assert!(table.wakes()[0].contains("cancelled Future"));
    table.done(&future, 2, Verb::Cancelled, &[], "true");
    assert!(matches!(
        table.ask(&future, 3, Verb::TakeJob, &[]),
        Attempt::End
    ));
}

#[test]
fn a_result_that_takes_too_long_is_an_error() {
    let mut table = Table::default();
    let future = table.add(Future::new(function("f"), vec![], Pos::NONE));
    table.waits(&future, 1, Verb::Result, &[Value::Float(0.5)]);
    let answer = table.cancel_wait(&future, 1, CancelReason::Timeout);
    let Attempt::Fail(kind) = answer else {
        panic!("{answer:?}");
    };
    assert!(matches!(*kind, FaultKind::Timeout { seconds: 0.5, .. }));
}

#[test]
fn callbacks_are_handed_over_once_in_their_order() {
    let mut table = Table::default();
    let future = table.add(Future::new(function("f"), vec![], Pos::NONE));
    let add = |table: &mut Table, name| {
        let args = [function("guard"), function(name)].map(Value::Function);
        names(table.ask(&future, 1, Verb::AddCallback, &args))
    };
    assert!(add(&mut table, "a").is_empty());
    assert!(add(&mut table, "b").is_empty());
    let unknown = table.ask(&future, 1, Verb::Cancel, &[]);
    assert!(matches!(unknown, Attempt::Unknown), "the prelude does it");
    let made = names(table.ask(&future, 1, Verb::CancelWithCallbacks, &[]));
    assert_eq!(made, ["a", "b"]);
    assert!(names(table.ask(&future, 1, Verb::CancelWithCallbacks, &[])).is_empty());
    table.done(&future, 1, Verb::Cancel, &[], "true");
    assert_eq!(add(&mut table, "c"), ["c"], "at once on a done future");
    let wrong = [Value::Function(function("guard")), Value::Int(5)];
    table.misuse(&future, 1, Verb::AddCallback, &wrong, "was given 5");
}

/// The script's functions that are to be called.
fn names(answer: Attempt) -> Vec<String> {
    let Attempt::Done(Value::Array(calls)) = answer else {
        panic!("{answer:?}");
    };
    let name = |call: &Value| match call {
        Value::Function(call) => match &call.curried[0] {
            Value::Function(function) => function.name.as_str().to_string(),
            other => panic!("{other:?}"),
        },
        other => panic!("{other:?}"),
    };
    calls.iter().map(name).collect()
}
