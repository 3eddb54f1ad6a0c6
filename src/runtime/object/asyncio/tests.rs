//! Table tests of the event loop and of what tasks await.

use std::sync::Arc;
use std::time::Duration;

use super::super::queue::Order;
use super::super::table::{Table, function};
use super::*;
use crate::pos::Pos;
use crate::value::Value;
use crate::value::object::{Attempt, Call, CancelReason, Object, TaskId, Verb};

/// A loop whose main task runs and has made two others: their numbers are 1, 2 and 3.
fn three_tasks(table: &mut Table) -> (Arc<Object>, Vec<Arc<Object>>) {
    let event_loop = table.add(EventLoop::new(function("await")));
    let f = Value::Function(function("f"));
    let waits = table.ask(&event_loop, 9, Verb::RunLoop, std::slice::from_ref(&f));
    assert!(matches!(waits, Attempt::Wait(None)));
    let mut tasks = vec![table.effects.spawns.remove(0).handle];
    for _ in 0..2 {
        let task = create_task(&event_loop, "test", &f, &[], None, (&table.ids, Pos::NONE));
        tasks.push(task.unwrap());
    }
    (event_loop, tasks)
}

/// Asks as a task of the loop.
fn ask(
    table: &mut Table,
    event_loop: &Arc<Object>,
    on: &Arc<Object>,
    task: u64,
    verb: Verb,
) -> Attempt {
    let call = Call { verb, args: &[] };
    let (effects, ids) = (&mut table.effects, &table.ids);
    let asker = (TaskId(task), Pos::NONE);
    on.attempt_within(Some(event_loop), call, asker, effects, ids, &mut table.time)
}

/// Lets a task of the loop sleep for so many seconds.
fn sleep(table: &mut Table, event_loop: &Arc<Object>, task: u64, seconds: u64) {
    let time = Value::Int(Duration::from_secs(seconds).as_nanos() as i64);
    table.waits(event_loop, task, Verb::Sleep, &[time, Value::Unit]);
}

/// Takes the numbers of the tasks that were started since the last call.
fn started(table: &mut Table) -> Vec<u64> {
    let spawns = std::mem::take(&mut table.effects.spawns);
    spawns.into_iter().map(|spawn| spawn.task.0).collect()
}

#[test]
fn the_turn_goes_round_in_order_of_arrival() {
    let mut table = Table::default();
    let (event_loop, tasks) = three_tasks(&mut table);
    assert!(
        started(&mut table).is_empty(),
        "the main task keeps the turn"
    );
    let waits = ask(&mut table, &event_loop, &tasks[1], 1, Verb::Await);
    assert!(matches!(waits, Attempt::Wait(None)));
    assert_eq!(started(&mut table), [2], "one at a time");
    table.done(&tasks[1], 2, Verb::Finish, &[Value::Int(5)], "()");
    assert_eq!(
        started(&mut table),
        [3],
        "it was there before main was woken"
    );
    assert!(table.wakes().is_empty());
    table.done(&tasks[2], 3, Verb::Finish, &[], "()");
    assert_eq!(table.wakes(), ["1: retry"]);
    let answer = ask(&mut table, &event_loop, &tasks[1], 1, Verb::Await);
    assert!(matches!(answer, Attempt::Done(Value::Int(5))));
    table.done(&tasks[0], 1, Verb::Finish, &[Value::Int(7)], "()");
    assert_eq!(table.wakes(), ["9: 7"], "run gives the main task's value");
}

#[test]
fn a_cancelled_task_learns_of_it_when_it_asks_again() {
    let mut table = Table::default();
    let (event_loop, tasks) = three_tasks(&mut table);
    let lock = table.add(Permits::new(Of::Lock, 1, Pos::NONE));
    let taken = ask(&mut table, &event_loop, &lock, 1, Verb::Enter);
    assert!(matches!(taken, Attempt::Done(Value::Bool(true))));
    ask(&mut table, &event_loop, &tasks[1], 1, Verb::Await);
    let waits = ask(&mut table, &event_loop, &lock, 2, Verb::Enter);
    assert!(matches!(waits, Attempt::Wait(None)));
    assert_eq!(started(&mut table), [2, 3]);
    table.done(&tasks[1], 3, Verb::Cancel, &[], "true");
    assert!(table.wakes().is_empty(), "the other one has the turn");
    table.done(&tasks[2], 3, Verb::Finish, &[], "()");
    assert_eq!(table.wakes(), ["2: retry"]);
    let cancelled = ask(&mut table, &event_loop, &lock, 2, Verb::Enter);
    assert!(matches!(cancelled, Attempt::Fail(_)), "{cancelled:?}");
    table.done(&lock, 1, Verb::Release, &[], "()");
    table.misuse(&lock, 1, Verb::Release, &[], "nobody holds");
}

#[test]
fn what_is_awaited_outside_of_a_loop_is_refused() {
    let mut table = Table::default();
    let queue = table.add(AsyncQueue::new("asyncio.Queue", Order::Fifo, 1, Pos::NONE));
    let Attempt::Done(Value::Object(get)) = table.ask(&queue, 1, Verb::Get, &[]) else {
        panic!("get gives a coroutine");
    };
    table.misuse(&get, 1, Verb::Await, &[], "outside of asyncio.run");
}

/// The loop of [`three_tasks`], in which main waits and the others have begun, and wait for what
/// they have asked of `on`.
fn two_that_wait(table: &mut Table, on: impl Fn(&mut Table) -> Arc<Object>, verb: Verb) -> Waits {
    let (event_loop, tasks) = three_tasks(table);
    let on = on(table);
    ask(table, &event_loop, &tasks[1], 1, Verb::Await);
    for task in [2, 3] {
        let answer = ask(table, &event_loop, &on, task, verb);
        let answer = match answer {
            Attempt::Done(Value::Object(request)) => {
                ask(table, &event_loop, &request, task, Verb::Await)
            }
            answer => answer,
        };
        assert!(matches!(answer, Attempt::Wait(None)), "{answer:?}");
    }
    assert_eq!(started(table), [2, 3]);
    Waits { tasks, on }
}

struct Waits {
    tasks: Vec<Arc<Object>>,
    on: Arc<Object>,
}

#[test]
fn an_event_gives_all_what_they_wait_for_one_after_the_other() {
    let mut table = Table::default();
    let event = |table: &mut Table| table.add(AsyncEvent::new(Pos::NONE));
    let Waits { tasks, on } = two_that_wait(&mut table, event, Verb::Wait);
    table.done(&on, 9, Verb::Set, &[], "()");
    table.done(&on, 9, Verb::Clear, &[], "()");
    assert_eq!(table.wakes(), ["2: true"]);
    table.done(&tasks[1], 2, Verb::Finish, &[], "()");
    assert_eq!(table.wakes(), ["3: true"], "and main is behind it");
    table.done(&on, 9, Verb::IsSet, &[], "false");
}

#[test]
fn a_semaphore_lets_in_as_many_as_are_released() {
    let mut table = Table::default();
    let none_free = |table: &mut Table| table.add(Permits::new(Of::Semaphore, 0, Pos::NONE));
    let Waits { tasks, on } = two_that_wait(&mut table, none_free, Verb::Enter);
    table.done(&on, 9, Verb::Release, &[], "()");
    table.done(&on, 9, Verb::Release, &[], "()");
    assert_eq!(table.wakes(), ["2: retry"]);
    table.done(&on, 9, Verb::Locked, &[], "true");
    let event_loop = table.add(EventLoop::new(function("await")));
    let entered = ask(&mut table, &event_loop, &on, 2, Verb::Enter);
    assert!(matches!(entered, Attempt::Done(Value::Bool(true))));
    table.done(&tasks[1], 2, Verb::Finish, &[], "()");
    assert_eq!(table.wakes(), ["3: retry"]);
}

#[test]
fn what_waits_is_forgotten_when_it_is_stopped() {
    let mut table = Table::default();
    let event = |table: &mut Table| table.add(AsyncEvent::new(Pos::NONE));
    let Waits { on, .. } = two_that_wait(&mut table, event, Verb::Wait);
    table.cancel_wait(&on, 2, CancelReason::Stop);
    table.done(&on, 9, Verb::Set, &[], "()");
    assert_eq!(table.wakes(), ["3: true"]);
}

/// The loop makes a round: what is ready when the main task ends runs once more, then all that is
/// left over is cancelled.
#[test]
fn at_the_end_of_main_what_is_ready_goes_on_once_more() {
    let mut table = Table::default();
    let (_, tasks) = three_tasks(&mut table);
    table.done(&tasks[0], 1, Verb::Finish, &[], "()");
    assert_eq!(started(&mut table), [2], "it begins");
    table.done(&tasks[1], 2, Verb::Finish, &[], "()");
    assert_eq!(started(&mut table), [3], "and so does the other");
    table.done(&tasks[2], 3, Verb::Finish, &[], "()");
    assert_eq!(table.wakes(), ["9: ()"]);
}

#[test]
fn a_time_limit_is_over_in_its_turn() {
    let mut table = Table::default();
    let (event_loop, tasks) = three_tasks(&mut table);
    let limit = table.add(AsyncTimeout::new(Some(Duration::from_secs(1))));
    let entered = ask(&mut table, &event_loop, &limit, 1, Verb::Enter);
    assert!(matches!(entered, Attempt::Done(Value::Object(_))));
    let never = table.add(AsyncEvent::new(Pos::NONE));
    let Attempt::Done(Value::Object(wait)) = ask(&mut table, &event_loop, &never, 1, Verb::Wait)
    else {
        panic!("wait gives a coroutine");
    };
    ask(&mut table, &event_loop, &wait, 1, Verb::Await);
    table.done(&tasks[1], 2, Verb::Finish, &[], "()");
    table.done(&tasks[2], 3, Verb::Finish, &[], "()");
    assert_eq!(
        started(&mut table),
        [2, 3, 4],
        "the loop's own task is the last"
    );
    let waits = ask(&mut table, &event_loop, &limit, 4, Verb::Await);
    assert!(matches!(waits, Attempt::Wait(Some(_))), "{waits:?}");
    table.time = Duration::from_secs(1);
    let late = table.cancel_wait(&limit, 4, CancelReason::Timeout);
    assert!(matches!(late, Attempt::Wait(None)), "{late:?}");
    assert_eq!(table.wakes(), ["4: retry"]);
    table.done(&limit, 9, Verb::Expired, &[], "false");
    ask(&mut table, &event_loop, &limit, 4, Verb::Await);
    table.done(&limit, 9, Verb::Expired, &[], "true");
    assert!(table.wakes().is_empty(), "the loop's own task has the turn");
}

#[test]
fn all_timers_that_are_due_are_collected_before_a_task_goes_on() {
    let mut table = Table::default();
    let (event_loop, _) = three_tasks(&mut table);
    sleep(&mut table, &event_loop, 1, 3);
    sleep(&mut table, &event_loop, 2, 2);
    sleep(&mut table, &event_loop, 3, 9);
    assert_eq!(started(&mut table), [2, 3]);
    table.time = Duration::from_secs(3);
    table.cancel_wait(&event_loop, 2, CancelReason::Timeout);
    assert_eq!(
        table.wakes(),
        ["2: ()"],
        "the others wait for its turn to end"
    );
    let heeds = |task| event_loop.state().heeds_deadline(TaskId(task));
    assert!(!heeds(3), "a loop that is busy looks later");
    table.cancel_wait(&event_loop, 1, CancelReason::Timeout);
    assert!(table.wakes().is_empty(), "it is in the queue already");
    sleep(&mut table, &event_loop, 2, 0);
    assert_eq!(
        table.wakes(),
        ["1: ()"],
        "it comes before what the other does next"
    );
    sleep(&mut table, &event_loop, 1, 5);
    assert_eq!(table.wakes(), ["2: ()"]);
    sleep(&mut table, &event_loop, 2, 7);
    assert!(heeds(1) && !heeds(2) && !heeds(3), "the first one counts");
}

/// As in Python, a sleep that is over gives a future its value, and the task goes on in the next round;
/// the limit of a block cancels it in this one.
#[test]
fn a_limit_is_over_before_a_sleep_that_ended_with_it_goes_on() {
    let mut table = Table::default();
    let (event_loop, tasks) = three_tasks(&mut table);
    let limit = table.add(AsyncTimeout::new(Some(Duration::from_secs(2))));
    ask(&mut table, &event_loop, &limit, 1, Verb::Enter);
    sleep(&mut table, &event_loop, 1, 1);
    table.done(&tasks[1], 2, Verb::Finish, &[], "()");
    table.done(&tasks[2], 3, Verb::Finish, &[], "()");
    let own = table.effects.spawns.last().unwrap().handle.clone();
    ask(&mut table, &event_loop, &limit, 4, Verb::Await);
    table.time = Duration::from_secs(2);
    table.cancel_wait(&event_loop, 1, CancelReason::Timeout);
    assert_eq!(table.wakes(), ["4: retry"]);
    ask(&mut table, &event_loop, &limit, 4, Verb::Await);
    table.done(&own, 4, Verb::Finish, &[], "()");
    let [wake] = &table.wakes()[..] else {
        panic!("the block goes on when the loop's own task has ended");
    };
    assert!(wake.starts_with("1: fail"), "{wake}");
}
