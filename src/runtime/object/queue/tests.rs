//! One call, one line, for all kinds of queues.

use std::cmp::Ordering;

use super::super::table::Table;
use super::*;
use crate::value::Value::Int;

const A: u64 = 1;
const B: u64 = 2;
const C: u64 = 3;

fn by_number(a: &Value, b: &Value) -> Option<Ordering> {
    Some(a.as_int()?.cmp(&b.as_int()?))
}

fn queue(order: Order, maxsize: i64) -> Queue {
    Queue::new("Queue", order, maxsize, Pos::NONE)
}

#[test]
fn the_order_decides_which_item_comes_next() {
    for (order, expected) in [
        (Order::Fifo, ["2", "1", "3"]),
        (Order::Lifo, ["3", "1", "2"]),
        (Order::Smallest(by_number), ["1", "2", "3"]),
    ] {
        let mut table = Table::default();
        let queue = table.add(queue(order, 0));
        for item in [2, 1, 3] {
            table.done(&queue, A, Verb::Put, &[Int(item)], "()");
        }
        table.done(&queue, A, Verb::Qsize, &[], "3");
        for item in expected {
            table.done(&queue, B, Verb::Get, &[], item);
        }
        table.done(&queue, A, Verb::Empty, &[], "true");
    }
}

#[test]
fn an_item_that_cannot_be_compared_is_refused_and_nothing_is_lost() {
    let mut table = Table::default();
    let queue = table.add(queue(Order::Smallest(by_number), 1));
    table.done(&queue, A, Verb::Put, &[Int(1)], "()");
    table.waits(&queue, B, Verb::Put, &[Value::from("text")]);
    table.done(&queue, A, Verb::Get, &[], "1");
    assert_eq!(
        table.wakes(),
        ["2: ()"],
        "alone it is compared with nothing"
    );
    table.waits(&queue, B, Verb::Put, &[Int(2)]);
    table.done(&queue, A, Verb::Get, &[], "\"text\"");
    table.done(&queue, A, Verb::TryGet, &[], "2");
    let queue = table.add(self::queue(Order::Smallest(by_number), 0));
    table.done(&queue, A, Verb::Put, &[Int(1)], "()");
    table.misuse(&queue, A, Verb::Put, &[Value::from("x")], "beside 1 (i64)");
    table.done(&queue, A, Verb::Qsize, &[], "1");
    table.done(&queue, A, Verb::TaskDone, &[], "()");
    table.misuse(&queue, A, Verb::TaskDone, &[], "without a task");
}

#[test]
fn both_sides_are_served_in_the_order_of_arrival() {
    let mut table = Table::default();
    let queue = table.add(queue(Order::Fifo, 1));
    let half = [Value::Float(0.5)];
    table.waits(&queue, B, Verb::Get, &half);
    table.waits(&queue, C, Verb::Get, &half);
    table.done(&queue, A, Verb::Put, &[Int(1)], "()");
    assert_eq!(table.wakes(), ["2: retry"]);
    // It is kept for who waits with a limit.
    table.misuse(&queue, A, Verb::TryGet, &[], "is empty");
    table.misuse(&queue, A, Verb::TryPut, &[Int(2)], "is full");
    table.waits(&queue, A, Verb::Put, &[Int(2)]);
    table.done(&queue, B, Verb::Get, &half, "1");
    assert_eq!(table.wakes(), ["1: ()", "3: retry"]);
    table.done(&queue, C, Verb::Get, &half, "2");
    table.done(&queue, A, Verb::Full, &[], "false");
}

#[test]
fn who_comes_by_may_be_faster_than_who_waits_for_ever() {
    for order in [Order::Fifo, Order::Lifo] {
        let mut table = Table::default();
        let queue = table.add(queue(order, 0));
        table.waits(&queue, B, Verb::Get, &[]);
        table.done(&queue, A, Verb::Put, &[Int(1)], "()");
        assert_eq!(table.wakes(), ["2: retry"]);
        table.done(&queue, A, Verb::TryGet, &[], "1");
        table.done(&queue, A, Verb::Qsize, &[], "0");
        table.waits(&queue, B, Verb::Get, &[]);
        table.done(&queue, A, Verb::Put, &[Int(2)], "()");
        assert_eq!(table.wakes(), ["2: retry"]);
        table.done(&queue, B, Verb::Get, &[], "2");
    }
}

#[test]
fn a_time_that_is_over_is_an_error_unless_the_item_was_faster() {
    let mut table = Table::default();
    let queue = table.add(queue(Order::Fifo, 1));
    table.waits(&queue, B, Verb::Get, &[Value::Float(0.5)]);
    let over = table.cancel_wait(&queue, B, CancelReason::Timeout);
    let Attempt::Fail(kind) = over else {
        panic!("{over:?}");
    };
    assert_eq!(kind.family(), "Empty");
    assert_eq!(kind.to_string(), "the Queue stayed empty for 0.5 s");
    table.waits(&queue, B, Verb::Get, &[Value::Float(0.5)]);
    table.done(&queue, A, Verb::Put, &[Int(1)], "()");
    let faster = table.cancel_wait(&queue, B, CancelReason::Timeout);
    assert!(matches!(faster, Attempt::Wait(None)), "{faster:?}");
    table.waits(&queue, C, Verb::Put, &[Int(2), Value::Float(0.5)]);
    let over = table.cancel_wait(&queue, C, CancelReason::Timeout);
    assert!(matches!(&over, Attempt::Fail(kind) if kind.family() == "Full"));
    table.done(&queue, B, Verb::Get, &[Value::Float(0.5)], "1");
    table.done(&queue, B, Verb::Empty, &[], "true");
}

#[test]
fn what_a_stopped_thread_was_told_to_take_goes_to_the_next() {
    let mut table = Table::default();
    let queue = table.add(queue(Order::Fifo, 0));
    table.waits(&queue, B, Verb::Get, &[]);
    table.waits(&queue, C, Verb::Get, &[]);
    table.done(&queue, A, Verb::Put, &[Int(1)], "()");
    table.cancel_wait(&queue, B, CancelReason::Stop);
    assert_eq!(table.wakes(), ["2: retry", "3: retry"]);
    table.done(&queue, C, Verb::Get, &[], "1");
    table.waits(&queue, C, Verb::Get, &[]);
    table.cancel_wait(&queue, C, CancelReason::Stop);
    table.done(&queue, A, Verb::Put, &[Int(2)], "()");
    assert!(table.wakes().is_empty());
}

#[test]
fn join_waits_until_all_tasks_are_done() {
    let mut table = Table::default();
    let queue = table.add(queue(Order::Fifo, 0));
    table.done(&queue, A, Verb::Join, &[], "()");
    table.done(&queue, A, Verb::Put, &[Int(1)], "()");
    table.done(&queue, A, Verb::Put, &[Int(2)], "()");
    table.waits(&queue, A, Verb::Join, &[]);
    table.done(&queue, B, Verb::Get, &[], "1");
    table.done(&queue, B, Verb::TaskDone, &[], "()");
    assert!(table.wakes().is_empty());
    let text = queue.state().waiting(TaskId(A)).what;
    assert_eq!(text, "task_done() of 1 more items of the Queue");
    table.done(&queue, B, Verb::TaskDone, &[], "()");
    assert_eq!(table.wakes(), ["1: ()"]);
}

#[test]
fn shutdown_refuses_what_comes_and_gives_what_is_left() {
    let mut table = Table::default();
    let queue = table.add(queue(Order::Fifo, 1));
    table.done(&queue, A, Verb::Put, &[Int(1)], "()");
    table.waits(&queue, B, Verb::Put, &[Int(2)]);
    table.done(&queue, A, Verb::Shutdown, &[], "()");
    assert_eq!(table.wakes(), ["2: fail the Queue was shut down"]);
    table.misuse(&queue, A, Verb::Put, &[Int(2)], "was shut down");
    assert_eq!(queue.text(), "Queue(1 of 1 items, shut down)");
    table.done(&queue, A, Verb::Get, &[], "1");
    table.misuse(&queue, A, Verb::Get, &[], "was shut down");
    table.misuse(&queue, A, Verb::TryGet, &[], "was shut down");
}

#[test]
fn an_immediate_shutdown_drops_what_is_left_and_ends_every_wait() {
    let mut table = Table::default();
    let queue = table.add(queue(Order::Fifo, 0));
    table.done(&queue, A, Verb::Put, &[Int(1)], "()");
    table.waits(&queue, A, Verb::Join, &[]);
    table.done(&queue, B, Verb::Shutdown, &[Value::Bool(true)], "()");
    assert_eq!(table.wakes(), ["1: ()"]);
    table.misuse(&queue, B, Verb::Get, &[], "was shut down");
    let queue = table.add(self::queue(Order::Fifo, 0));
    table.waits(&queue, A, Verb::Get, &[]);
    table.waits(&queue, C, Verb::Get, &[]);
    table.done(&queue, B, Verb::Put, &[Int(1)], "()");
    table.done(&queue, B, Verb::Shutdown, &[Value::Bool(true)], "()");
    assert_eq!(
        table.wakes(),
        ["1: retry", "3: fail the Queue was shut down"]
    );
    table.misuse(&queue, A, Verb::Get, &[], "was shut down");
}

#[test]
fn wrong_arguments_are_refused() {
    let mut table = Table::default();
    let queue = table.add(queue(Order::Fifo, 0));
    table.misuse(&queue, A, Verb::Put, &[], "put takes 1 to 3 arguments");
    table.misuse(&queue, A, Verb::Get, &[Int(-1)], "get(-1)");
    table.misuse(
        &queue,
        A,
        Verb::Get,
        &[Value::from("1")],
        "a number of seconds",
    );
    table.misuse(&queue, A, Verb::Item, &[Int(0)], "walked through");
    let simple = table.add(Queue::simple(Pos::NONE));
    for verb in [Verb::Join, Verb::TaskDone, Verb::Full, Verb::Shutdown] {
        let answer = table.ask(&simple, A, verb, &[]);
        assert!(matches!(answer, Attempt::Unknown), "{verb:?}: {answer:?}");
    }
}

#[test]
fn a_request_that_would_only_wait_is_not_ready() {
    let mut table = Table::default();
    let queue = table.add(queue(Order::Fifo, 1));
    let ready = |verb, args: &[Value]| queue.state().is_ready(Call { verb, args }, TaskId(A));
    assert!(!ready(Verb::Get, &[]));
    assert!(ready(Verb::Get, &[Value::Float(0.5)]) && ready(Verb::TryGet, &[]));
    assert!(ready(Verb::Put, &[Int(1)]));
    table.done(&queue, B, Verb::Put, &[Int(1)], "()");
    assert!(ready(Verb::Get, &[]) && !ready(Verb::Put, &[Int(1)]));
    assert_eq!(queue.state().waiting(TaskId(A)).what, "room in the Queue");
}
