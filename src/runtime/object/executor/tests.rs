//! Table tests of pools.

use super::*;
use crate::runtime::object::table::{Table, function};
use crate::value::Value::{Function, Int};

fn pool(table: &mut Table, workers: usize) -> Arc<Object> {
    pool_with(table, workers, None)
}

fn pool_with(
    table: &mut Table,
    workers: usize,
    initializer: Option<Arc<crate::value::Function>>,
) -> Arc<Object> {
    let settings = PoolSettings {
        max_workers: Some(workers),
        initializer,
        ..PoolSettings::default()
    };
    let pool = Executor::new(settings, Pos::NONE, &table.ids);
    table.add(pool)
}

fn submit(table: &mut Table, pool: &Arc<Object>) -> Arc<Object> {
    match table.ask(pool, 99, Verb::Submit, &[f()]) {
        Attempt::Done(Value::Object(future)) => future,
        other => panic!("{other:?}"),
    }
}

/// The name of the function that the thread whose call has ended runs next.
fn next(table: &mut Table) -> Option<&'static str> {
    let (function, _) = table.effects.next.take()?;
    Some(function.name.as_str())
}

fn f() -> Value {
    Function(function("f"))
}

fn finish(table: &mut Table, spawn: &Spawn, value: i64) {
    let task = spawn.task.0;
    table.done(&spawn.handle, task, Verb::Finish, &[Int(value)], "()");
}

#[test]
fn threads_start_on_demand_and_take_call_after_call() {
    let mut table = Table::default();
    let pool = pool(&mut table, 2);
    let inputs = Value::array(vec![Int(1), Int(2), Int(3)]);
    let Attempt::Done(Value::Object(results)) = table.ask(&pool, 99, Verb::Map, &[f(), inputs])
    else {
        panic!("map gives results");
    };
    let spawns = std::mem::take(&mut table.effects.spawns);
    let names: Vec<&str> = spawns.iter().map(|spawn| &*spawn.name).collect();
    assert_eq!(names, ["ThreadPoolExecutor-0_0", "ThreadPoolExecutor-0_1"]);
    finish(&mut table, &spawns[1], 20);
    assert!(table.effects.next.take().is_some(), "the third call");
    finish(&mut table, &spawns[0], 10);
    assert!(table.effects.next.take().is_none(), "nothing is left");
    table.waits(&pool, 99, Verb::Shutdown, &[]);
    finish(&mut table, &spawns[1], 30);
    assert_eq!(table.wakes(), ["99: ()"]);
    assert_eq!(results.text(), "Results(10, 20, 30)");
    table.misuse(&pool, 99, Verb::Submit, &[f()], "after shutdown");
}

#[test]
fn tasks_wait_for_a_free_thread_and_can_be_cancelled_until_then() {
    let mut table = Table::default();
    let pool = pool(&mut table, 1);
    let futures: Vec<_> = (0..3).map(|_| submit(&mut table, &pool)).collect();
    let spawn = table.effects.spawns.remove(0);
    assert!(table.effects.spawns.is_empty());
    table.done(&futures[1], 99, Verb::Cancel, &[], "true");
    finish(&mut table, &spawn, 1);
    assert!(table.effects.next.take().is_some());
    table.done(&futures[2], 99, Verb::Running, &[], "true");
    table.done(&futures[0], 99, Verb::Result, &[], "1");
    finish(&mut table, &spawn, 3);
    assert!(table.effects.next.take().is_none());
    table.done(&pool, 99, Verb::Shutdown, &[], "()");
}

#[test]
fn abandoning_never_waits_and_cancels_what_has_not_begun() {
    let mut table = Table::default();
    let pool = pool(&mut table, 1);
    table.ask(&pool, 99, Verb::Submit, &[f()]);
    let second = table.ask(&pool, 99, Verb::Submit, &[f()]);
    table.done(&pool, 99, Verb::Abandon, &[], "()");
    let Attempt::Done(Value::Object(second)) = second else {
        panic!("submit gives a future");
    };
    table.done(&second, 99, Verb::Cancelled, &[], "true");
}

#[test]
fn a_place_keeps_its_number_and_its_initialization() {
    let mut table = Table::default();
    let pool = pool_with(&mut table, 2, Some(function("initializer")));
    let future = submit(&mut table, &pool);
    let first = table.effects.spawns.remove(0);
    assert_eq!(first.function.name.as_str(), "initializer");
    table.done(&future, 99, Verb::Running, &[], "false");
    finish(&mut table, &first, 0);
    assert_eq!(next(&mut table), Some("f"));
    finish(&mut table, &first, 1);
    assert_eq!(next(&mut table), None);
    submit(&mut table, &pool);
    let again = table.effects.spawns.remove(0);
    assert_eq!((again.task, again.name), (first.task, first.name));
    assert_eq!(again.function.name.as_str(), "f", "initialized once");
}

#[test]
fn a_failed_initializer_breaks_the_pool() {
    let mut table = Table::default();
    let pool = pool_with(&mut table, 1, Some(function("initializer")));
    let future = submit(&mut table, &pool);
    let callback = [function("guard"), function("callback")].map(Value::Function);
    table.done(&future, 99, Verb::AddCallback, &callback, "[]");
    table.waits(&future, 99, Verb::Result, &[]);
    let spawn = table.effects.spawns.remove(0);
    let fault = Fault::new(FaultKind::Assertion("no".into()), Pos::NONE);
    let fault = Value::Error(Arc::new(fault));
    table.done(&spawn.handle, spawn.task.0, Verb::Fail, &[fault], "()");
    assert!(table.wakes()[0].contains("initializer of ThreadPoolExecutor-0 failed"));
    let reported = &table.effects.failures[0].message;
    assert!(reported.contains("assertion failed: no"), "{reported}");
    assert_eq!(next(&mut table), Some("guard"));
    table.waits(&pool, 99, Verb::Shutdown, &[]);
    finish(&mut table, &spawn, 0);
    assert_eq!(table.wakes(), ["99: ()"], "after the callbacks");
    table.misuse(&pool, 99, Verb::Submit, &[f()], "not usable any more");
}

#[test]
fn callbacks_run_in_the_thread_of_the_task_before_the_next_task() {
    let mut table = Table::default();
    let pool = pool(&mut table, 1);
    let (first, second) = (submit(&mut table, &pool), submit(&mut table, &pool));
    let spawn = table.effects.spawns.remove(0);
    for name in ["a", "b"] {
        let callback = [function(name), function("callback")].map(Value::Function);
        table.done(&first, 99, Verb::AddCallback, &callback, "[]");
    }
    finish(&mut table, &spawn, 1);
    table.done(&first, 99, Verb::Result, &[], "1");
    assert_eq!(next(&mut table), Some("a"));
    finish(&mut table, &spawn, 0);
    assert_eq!(next(&mut table), Some("b"));
    table.done(&second, 99, Verb::Running, &[], "false");
    finish(&mut table, &spawn, 0);
    assert_eq!(next(&mut table), Some("f"));
    table.done(&first, 99, Verb::Result, &[], "1");
}

#[test]
fn who_waits_for_a_task_of_a_full_pool_waits_for_its_threads() {
    let mut table = Table::default();
    let pool = pool(&mut table, 1);
    submit(&mut table, &pool);
    let spawn = table.effects.spawns.remove(0);
    let waiting = submit(&mut table, &pool);
    let map = [f(), Value::array(vec![Int(1)])];
    let Attempt::Done(Value::Object(results)) = table.ask(&pool, 99, Verb::Map, &map) else {
        panic!("map gives results");
    };
    let what = waiting.waiting(spawn.task).what;
    assert!(
        what.ends_with("free thread of ThreadPoolExecutor-0"),
        "{what}"
    );
    for task in [waiting, results] {
        assert_eq!(task.waiting(spawn.task).awaited, [spawn.task]);
    }
}

#[test]
fn shutting_down_cancels_what_has_not_begun_when_told_to() {
    let mut table = Table::default();
    let pool = pool(&mut table, 1);
    let (first, second) = (submit(&mut table, &pool), submit(&mut table, &pool));
    let how = [Value::Bool(false), Value::Bool(true)];
    let unknown = table.ask(&pool, 99, Verb::Shutdown, &how);
    assert!(matches!(unknown, Attempt::Unknown), "the prelude does it");
    table.done(&pool, 99, Verb::CancelFutures, &[], "[]");
    table.done(&second, 99, Verb::Cancelled, &[], "true");
    table.done(&first, 99, Verb::Running, &[], "true");
    table.done(&pool, 99, Verb::Shutdown, &how, "()");
}
