//! One call, one line; and two who wait for several channels each.

use std::sync::Arc;

use super::super::Select;
use super::super::table::Table;
use super::*;
use crate::value::Map;
use crate::value::Object;
use crate::value::Value::{Float, Int};

const A: u64 = 1;
const B: u64 = 2;
const C: u64 = 3;

fn channel(table: &mut Table, capacity: i64) -> Arc<Object> {
    table.add(Channel::from_args(&[Int(capacity)], Pos::NONE).unwrap())
}

/// A select of these cases.
fn select(table: &mut Table, cases: &[Value]) -> Arc<Object> {
    table.add(Select::from_args(&[Value::array(cases.to_vec())]).unwrap())
}

fn receive(channel: &Arc<Object>) -> Value {
    Value::Object(channel.clone())
}

fn send(item: i64, channel: &Arc<Object>) -> Value {
    let mut map = Map::new();
    map.insert("send".into(), Int(item));
    map.insert("to".into(), Value::Object(channel.clone()));
    Value::map(map)
}

/// The index, value and ok of what a select has given, out of a wake or an answer.
#[track_caller]
fn chose(text: &str, index: i64, value: &str, ok: bool) {
    for part in [
        format!("\"index\": {index},"),
        format!("\"value\": {value}"),
        format!("\"ok\": {ok}"),
    ] {
        assert!(text.contains(&part), "{part} in {text}");
    }
}

#[test]
fn a_rendezvous_hands_over_when_both_are_there() {
    let mut table = Table::default();
    let ch = channel(&mut table, 0);
    table.waits(&ch, A, Verb::Send, &[Int(1)]);
    table.waits(&ch, B, Verb::Send, &[Int(2), Float(0.5)]);
    table.done(&ch, C, Verb::Len, &[], "0");
    table.done(&ch, C, Verb::Receive, &[], "1");
    assert_eq!(table.wakes(), ["1: ()"]);
    table.done(&ch, C, Verb::ReceiveOk, &[], "[2, true]");
    assert_eq!(table.wakes(), ["2: ()"]);
    table.waits(&ch, A, Verb::Receive, &[]);
    table.waits(&ch, B, Verb::ReceiveOk, &[]);
    table.done(&ch, C, Verb::TrySend, &[Int(3)], "()");
    table.done(&ch, C, Verb::Send, &[Int(4)], "()");
    assert_eq!(table.wakes(), ["1: 3", "2: [4, true]"]);
    table.misuse(&ch, C, Verb::TrySend, &[Int(5)], "nobody receives from");
    table.misuse(&ch, C, Verb::TryReceive, &[], "nobody sends on");
}

#[test]
fn items_are_kept_in_order_up_to_the_capacity() {
    let mut table = Table::default();
    let ch = channel(&mut table, 2);
    for item in [1, 2] {
        table.done(&ch, A, Verb::Send, &[Int(item)], "()");
    }
    table.waits(&ch, A, Verb::Send, &[Int(3)]);
    table.waits(&ch, B, Verb::Send, &[Int(4)]);
    table.misuse(&ch, C, Verb::Send, &[Int(5), Int(0)], "nobody receives");
    assert_eq!(ch.text(), "Channel(2 of 2 items)");
    table.done(&ch, C, Verb::Next, &[Int(0)], "1");
    assert_eq!(table.wakes(), ["1: ()"]);
    for item in ["2", "3", "4"] {
        table.done(&ch, C, Verb::Receive, &[], item);
    }
    assert_eq!(table.wakes(), ["2: ()"]);
    table.done(&ch, C, Verb::Capacity, &[], "2");
}

#[test]
fn closing_ends_all_waits_and_is_done_once() {
    let mut table = Table::default();
    let ch = channel(&mut table, 1);
    table.waits(&ch, A, Verb::Receive, &[]);
    table.waits(&ch, B, Verb::ReceiveOk, &[]);
    table.waits(&ch, C, Verb::Next, &[Int(0)]);
    table.done(&ch, 7, Verb::Close, &[], "()");
    assert_eq!(table.wakes(), ["1: ()", "2: [(), false]", "3: retry"]);
    assert!(matches!(
        table.ask(&ch, C, Verb::Next, &[Int(0)]),
        Attempt::End
    ));
    table.done(&ch, A, Verb::TryReceive, &[], "()");
    table.misuse(&ch, A, Verb::Close, &[], "is closed twice: first in line 7");
    table.misuse(&ch, A, Verb::Send, &[Int(1)], "was closed in line 7");
    let ch = channel(&mut table, 1);
    table.done(&ch, A, Verb::Send, &[Int(1)], "()");
    table.waits(&ch, A, Verb::Send, &[Int(2)]);
    table.done(&ch, 7, Verb::Close, &[], "()");
    assert_eq!(
        table.wakes(),
        ["1: fail send on a Channel, which was closed in line 7"],
        "its item is not sent"
    );
    table.done(&ch, B, Verb::ReceiveOk, &[], "[1, true]");
    table.done(&ch, B, Verb::ReceiveOk, &[], "[(), false]");
    assert_eq!(ch.text(), "Channel(0 of 1 items, closed in line 7)");
}

#[test]
fn a_time_that_is_over_takes_the_item_back() {
    let mut table = Table::default();
    let ch = channel(&mut table, 0);
    table.waits(&ch, A, Verb::Send, &[Int(1), Float(0.5)]);
    let late = table.cancel_wait(&ch, A, CancelReason::Timeout);
    let Attempt::Fail(kind) = late else {
        panic!("{late:?}");
    };
    assert_eq!(kind.family(), "Full");
    assert_eq!(
        kind.to_string(),
        "nobody receives from a Channel within 0.5 s"
    );
    table.misuse(&ch, B, Verb::TryReceive, &[], "nobody sends");
    table.waits(&ch, B, Verb::Receive, &[Float(0.5)]);
    table.done(&ch, A, Verb::Send, &[Int(2)], "()");
    let faster = table.cancel_wait(&ch, B, CancelReason::Timeout);
    assert!(matches!(faster, Attempt::Wait(None)), "{faster:?}");
}

#[test]
fn wrong_arguments_are_refused() {
    let mut table = Table::default();
    let ch = channel(&mut table, 0);
    table.misuse(&ch, A, Verb::Send, &[], "send takes 1 or 2 arguments");
    table.misuse(&ch, A, Verb::Receive, &[Int(-1)], "receive(-1)");
    table.misuse(&ch, A, Verb::Close, &[Int(1)], "close takes 0 arguments");
    for wrong in [Int(-1), Value::from("x")] {
        assert!(Channel::from_args(&[wrong], Pos::NONE).is_err());
    }
    for wrong in [Int(1), Value::array(vec![Int(1)])] {
        assert!(Select::from_args(&[wrong]).is_err());
    }
}

#[test]
fn an_item_goes_to_one_case_and_the_other_tickets_come_back() {
    let mut table = Table::default();
    let (a, b) = (channel(&mut table, 0), channel(&mut table, 0));
    let first = select(&mut table, &[receive(&a), receive(&b)]);
    let second = select(&mut table, &[receive(&a), receive(&b)]);
    table.waits(&first, A, Verb::Wait, &[]);
    table.waits(&second, B, Verb::Wait, &[]);
    table.done(&b, C, Verb::Send, &[Int(5)], "()");
    let wakes = table.wakes();
    assert_eq!(wakes.len(), 1);
    assert!(wakes[0].starts_with("1: "), "{wakes:?}");
    chose(&wakes[0], 1, "5", true);
    table.done(&a, C, Verb::Send, &[Int(6)], "()");
    let wakes = table.wakes();
    assert!(wakes[0].starts_with("2: "), "the first has gone: {wakes:?}");
    chose(&wakes[0], 0, "6", true);
    for channel in [&a, &b] {
        table.misuse(channel, C, Verb::TrySend, &[Int(7)], "nobody receives");
    }
}

#[test]
fn two_selects_meet() {
    let mut table = Table::default();
    let (a, b) = (channel(&mut table, 0), channel(&mut table, 0));
    let first = select(&mut table, &[send(1, &a), receive(&b)]);
    table.waits(&first, A, Verb::Wait, &[]);
    let second = select(&mut table, &[receive(&a), receive(&a)]);
    let Attempt::Draw(2) = table.ask(&second, B, Verb::Wait, &[]) else {
        panic!("two cases are ready");
    };
    let Attempt::Done(got) = table.ask(&second, B, Verb::Drawn, &[Int(1)]) else {
        panic!("one is done");
    };
    chose(&crate::value::debug_text(&got), 1, "1", true);
    let wakes = table.wakes();
    assert_eq!(wakes.len(), 1);
    chose(&wakes[0], 0, "()", true);
    table.misuse(&b, C, Verb::TrySend, &[Int(1)], "nobody receives");
}

#[test]
fn nobody_meets_itself() {
    let mut table = Table::default();
    let a = channel(&mut table, 0);
    let both = select(&mut table, &[receive(&a), send(1, &a)]);
    table.waits(&both, A, Verb::Wait, &[]);
    assert!(table.wakes().is_empty());
    table.done(&a, B, Verb::Receive, &[], "1");
    chose(&table.wakes()[0], 1, "()", true);
}

#[test]
fn a_closed_channel_is_ready() {
    let mut table = Table::default();
    let a = channel(&mut table, 0);
    let waiting = select(&mut table, &[receive(&a)]);
    let sending = select(&mut table, &[send(1, &a)]);
    table.waits(&waiting, A, Verb::Wait, &[]);
    table.done(&a, 7, Verb::Close, &[], "()");
    chose(&table.wakes()[0], 0, "()", false);
    table.misuse(&sending, B, Verb::Wait, &[], "was closed in line 7");
}

#[test]
fn a_select_whose_time_is_over_was_served_or_leaves_no_trace() {
    let mut table = Table::default();
    let (a, b) = (channel(&mut table, 0), channel(&mut table, 0));
    let cases = Value::array(vec![receive(&a), receive(&b)]);
    let timed = table.add(Select::from_args(&[cases.clone(), Float(0.5)]).unwrap());
    table.waits(&timed, A, Verb::Wait, &[]);
    let Attempt::Done(none) = table.cancel_wait(&timed, A, CancelReason::Timeout) else {
        panic!("it gives the default");
    };
    chose(&crate::value::debug_text(&none), -1, "()", false);
    table.misuse(&a, C, Verb::TrySend, &[Int(1)], "nobody receives");
    let timed = table.add(Select::from_args(&[cases.clone(), Float(0.5)]).unwrap());
    table.waits(&timed, A, Verb::Wait, &[]);
    table.done(&b, C, Verb::Send, &[Int(1)], "()");
    let faster = table.cancel_wait(&timed, A, CancelReason::Timeout);
    assert!(matches!(faster, Attempt::Wait(None)), "{faster:?}");
    let looking = table.add(Select::from_args(&[cases, Int(0)]).unwrap());
    let answer = table.ask(&looking, A, Verb::Wait, &[]);
    assert!(matches!(answer, Attempt::Done(_)), "{answer:?}");
}

#[test]
fn a_ticket_that_was_claimed_elsewhere_serves_nobody() {
    let mut table = Table::default();
    let a = channel(&mut table, 0);
    let watcher = channel(&mut table, 0);
    let open = Claim::open();
    let ticket = [
        Value::Object(watcher.clone()),
        Int(0),
        Value::Cell(open.clone()),
    ];
    table.done(&a, A, Verb::Watch, &ticket, "()");
    assert!(Claim::take_mark(&open));
    assert!(!Claim::take_mark(&open));
    table.misuse(&a, B, Verb::TrySend, &[Int(1)], "nobody receives");
    assert!(table.wakes().is_empty());
}
