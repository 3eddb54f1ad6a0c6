//! Channels, and `select` over several.
//!
//! Promised, as in Go's specification and memory model:
//! - a send without capacity is complete only when its item is received;
//! - a channel with a capacity takes so many items before a send waits;
//! - items come in the order in which they were sent;
//! - receiving drains a closed channel, and then ends at once, each time;
//! - a send on a closed channel is an error, and so is closing it twice;
//! - close lets all go on who wait to receive;
//! - close fails all who wait to send;
//! - each item goes to exactly one of those who receive;
//! - a for over a channel ends when it is closed and empty;
//! - select does one case, and leaves the others alone;
//! - select with a default never waits;
//! - select with a timeout waits no longer;
//! - a closed channel is always ready to receive from;
//! - two selects meet.
//!
//! That of several cases that are ready each is chosen at some time takes many runs to show: a test
//! of its own does.

use super::Case::*;
use super::Way::*;
use super::common::{MODES, Mode, run};
use super::{Promise, Row, everywhere, row};

/// What each primitive answers.
#[rustfmt::skip]
pub(super) const ROWS: &[Row] = &[
    row("Channel", Plain, Success,
        "let ch = channel(2); print(type_of(ch), ch, ch.capacity()); ch.send(1); ch.send([2]);
         print(ch.len(), ch.receive(), ch.receive_ok(), ch); ch.close(); print(ch);",
        &["Channel Channel(0 of 2 items) 2", "2 1 [[2], true] Channel(0 of 2 items)",
          "Channel(0 of 2 items, closed in line 2)"], "()"),
    row("Channel", Plain, WaitThenSuccess,
        "let ch = channel(); let sum = 0;
         let t = spawn(|| { for x in ch { sum += x; } });
         for i in 0..100 { ch.send(i); } ch.close(); t.join(); print(sum);",
        &["4950"], "()"),
    row("Channel", Plain, WaitThenSuccess,
        "for capacity in [0, 1, 7] {
             let ch = channel(capacity); let takers = []; let makers = [];
             for i in 0..3 { takers.push(spawn(|| { let sum = 0; for x in ch { sum += x; } sum })); }
             for i in 0..3 { makers.push(spawn(|| { for x in 0..50 { ch.send(x); } })); }
             for t in makers { t.join(); } ch.close();
             let sum = 0; for t in takers { sum += t.join(); } print(sum); }",
        &["3675", "3675", "3675"], "()"),
    row("Channel", Plain, WaitThenSuccess,
        "let a = channel(); let b = channel(); let quit = channel();
         spawn(|| { for i in 0..50 { a.send(1); } quit.send(()); });
         spawn(|| { for i in 0..50 { b.send(100); } quit.send(()); });
         let sum = 0; let ended = 0;
         while ended < 2 { let got = select([a, b, quit]);
             if got.index == 2 { ended += 1; } else { sum += got.value; } }
         print(sum);",
        &["5050"], "()"),
    row("Channel", Plain, Misuse,
        "let ch = channel(1);
         ch.close(); try { ch.send(1); } catch (e) { print(e.error, e.message); }
         ch.close();",
        &["Closed send on the Channel made in line 1, which was closed in line 2"],
        "3:13 the Channel made in line 1 is closed twice: first in line 2 / let only the sender close a channel, \
         once, when it has sent everything"),
    row("Channel", Plain, Misuse,
        "let ch = channel(1); ch.send(1);
         try { ch[0]; } catch (e) { print(e.error, e.message, ch.len()); }
         for x in Lock() { }",
        &["ErrorIndexingType cannot index: Channel [...] 1"],
        "3:19 cannot go through Lock with `for`"),
    row("Channel", Plain, Misuse, "channel(-1);", &[],
        "1:1 channel(-1): the capacity is a whole number, 0 or more / write channel() to hand items \
         over directly, channel(10) to keep up to ten"),
    row("Channel", Plain, Misuse, "select([channel(), 5]);", &[],
        "1:1 select was given 5 (i64): it takes an array of cases: a channel to receive from, or a \
         map of what to send and where / write select([a, b]) to receive, select([a, #{send: 5, to: \
         b}]) to receive or send"),
    row("Channel", Plain, Misuse, "select([channel()], #{tmeout: 1});", &[],
        "1:1 select was given the option tmeout: 1: the options are `timeout`, a number of seconds, \
         and `default`, a value / write #{timeout: 0.5}, or #{default: ()} to wait not at all"),
    row("Channel", Plain, OwnerDied,
        "let ch = channel(); spawn(|| { throw \"no\"; ch.send(1); }).join(); ch.receive();",
        &["Exception in thread Thread-1: no (line 1, column 32)"], "deadlock of main"),
    row("Channel", Plain, OwnerDied, "channel().send(1);", &[], "deadlock of main"),
    row("Channel", Plain, OwnerDied, "select([]);", &[], "deadlock of main"),
    row("Channel", Plain, OwnerDied,
        "select([channel(), #{send: 1, to: channel()}]);", &[], "deadlock of main"),
    row("Channel", Plain, Stopped,
        "spawn(|| { loop { sleep(0.001); } }); print(\"stop me\"); channel().receive();",
        &["stop me"], "interrupted"),
    row("Channel", Plain, Stopped,
        "spawn(|| { loop { sleep(0.001); } }); print(\"stop me\"); select([channel(), channel()]);",
        &["stop me"], "interrupted"),
    row("Channel", Try, Success,
        "let ch = channel(1); ch.try_send(1);
         for f in [|| ch.try_send(2), || ch.send(2, 0)] {
             try { f.call(); } catch (e) { print(e.error, e.message); } }
         print(ch.try_receive());
         for f in [|| ch.try_receive(), || ch.receive(0), || ch.receive_ok(0)] {
             try { f.call(); } catch (e) { print(e.error, e.message); } }",
        &["Full nobody receives from the Channel made in line 1 now",
          "Full nobody receives from the Channel made in line 1 now", "1",
          "Empty nobody sends on the Channel made in line 1 now",
          "Empty nobody sends on the Channel made in line 1 now",
          "Empty nobody sends on the Channel made in line 1 now"], "()"),
    row("Channel", Try, OwnerDied,
        "let ch = channel(); spawn(|| { throw \"no\"; }).join();
         for f in [|| ch.try_send(1), || ch.try_receive()] {
             try { f.call(); } catch (e) { print(e.error); } }
         print(select([ch, #{send: 1, to: ch}], 0).index);",
        &["Exception in thread Thread-1: no (line 1, column 32)", "Full", "Empty", "-1"], "()"),
    row("Channel", Timeout, Success,
        "let ch = channel(1); ch.send(1, 60); print(ch.receive(60)); ch.send(2);
         print(select([ch], 60).value);", &["1", "2"], "()"),
    row("Channel", Timeout, WaitThenSuccess,
        "let ch = channel(); let t = spawn(|| { sleep(0.02); ch.send(5); ch.send(6, 60); ch.send(7); });
         print(ch.receive(60), ch.receive_ok(60), select([ch], 60).value); t.join();",
        &["5 [6, true] 7"], "()"),
    row("Channel", Timeout, TimeIsOver,
        "let ch = channel(); let got = select([ch, #{send: 1, to: ch}], #{timeout: 0.01, default: 9});
         print(got.index, got.value, got.ok, got.channel);
         for f in [|| ch.receive(0.01), || ch.send(1, 0.01)] {
             try { f.call(); } catch (e) { print(e.error, e.message); } }
         print(ch.len());",
        &["-1 9 false ", "Empty nobody sends on the Channel made in line 1 within 0.01 s",
          "Full nobody receives from the Channel made in line 1 within 0.01 s", "0"], "()"),
    row("Channel", Timeout, Misuse,
        "try { channel().receive(-1); } catch (e) { print(e.message); }
         try { channel().send(1, \"x\"); } catch (e) { print(e.message); }
         try { select([], -1); } catch (e) { print(e.message); }",
        &["receive(-1): a time is a number of seconds, 0 or more",
          "expected a number of seconds, found string",
          "select(-1): a time is a number of seconds, 0 or more"], "()"),
    row("Channel", Timeout, OwnerDied,
        "let ch = channel(); spawn(|| { throw \"no\"; ch.send(1); }).join();
         try { ch.receive(0.01); } catch (e) { print(e.error); }",
        &["Exception in thread Thread-1: no (line 1, column 32)", "Empty"], "()"),
    row("Channel", Timeout, Stopped,
        "spawn(|| { loop { sleep(0.001); } }); print(\"stop me\"); channel().send(1, 1e9);",
        &["stop me"], "interrupted"),
];

/// What each primitive promises.
#[rustfmt::skip]
pub(super) const PROMISES: &[Promise] = &[
    everywhere("a send without capacity is complete only when its item is received",
        "let ch = channel(); let t = spawn(|| { ch.send(1); print(\"sent\"); });
         sleep(0.02); print(\"waits\"); ch.receive(); t.join();", &["waits", "sent"]),
    everywhere("a channel with a capacity takes so many items before a send waits",
        "let ch = channel(3); for i in 0..3 { ch.send(i); } print(ch.len());
         try { ch.send(3, 0.01); } catch (e) { print(e.error); }", &["3", "Full"]),
    everywhere("items come in the order in which they were sent",
        "for capacity in [0, 1, 5] { let ch = channel(capacity);
             spawn(|| { for i in 0..20 { ch.send(i); } ch.close(); });
             let next = 0; for x in ch { if x == next { next += 1; } } print(next); }",
        &["20", "20", "20"]),
    everywhere("receiving drains a closed channel, and then ends at once, each time",
        "let ch = channel(2); ch.send(1); ch.send(()); ch.close();
         for i in 0..4 { print(ch.receive_ok()); } print(ch.receive() == (), ch.try_receive() == ());",
        &["[1, true]", "[(), true]", "[(), false]", "[(), false]", "true true"]),
    everywhere("a send on a closed channel is an error, and so is closing it twice",
        "let ch = channel(1);
         ch.close();
         for f in [|| ch.send(1), || ch.try_send(1), || ch.close(), || select([#{send: 1, to: ch}])] {
             try { f.call(); } catch (e) { print(e.error, e.message.contains(\"line 2\")); } }",
        &["Closed true", "Closed true", "Closed true", "Closed true"]),
    everywhere("close lets all go on who wait to receive",
        "let ch = channel(); let ts = [spawn(|| ch.receive()), spawn(|| ch.receive_ok()),
             spawn(|| { for x in ch { } \"end\" }), spawn(|| select([ch]).ok)];
         sleep(0.02); ch.close(); for t in ts { print(debug_of(t.join())); }
         fn debug_of(x) { if x == () { \"nothing\" } else { x } }",
        &["nothing", "[(), false]", "end", "false"]),
    everywhere("close fails all who wait to send",
        "let ch = channel();
         let send = || { try { ch.send(1); } catch (e) { return e.error; } };
         let choose = || { try { select([#{send: 1, to: ch}]); } catch (e) { return e.error; } };
         let ts = [spawn(send), spawn(send), spawn(choose)];
         sleep(0.02); ch.close(); for t in ts { print(t.join()); }",
        &["Closed", "Closed", "Closed"]),
    everywhere("each item goes to exactly one of those who receive",
        "let ch = channel(); let other = channel(); let lock = Lock(); let seen = []; let ts = [];
         for i in 0..3 { ts.push(spawn(|| { loop { let got = select([ch, other]);
             if !got.ok { break; } with lock { seen.push(got.value); } } })); }
         for x in 0..60 { ch.send(x); } ch.close(); for t in ts { t.join(); }
         seen.sort(); for x in 0..60 { if seen[x] != x { print(x); } } print(seen.len());",
        &["60"]),
    everywhere("a for over a channel ends when it is closed and empty",
        "let ch = channel(3); for i in 0..3 { ch.send(i); } ch.close();
         for x in ch { print(x); } for x in ch { print(\"more\"); }", &["0", "1", "2"]),
    everywhere("select does one case, and leaves the others alone",
        "let a = channel(1); let b = channel(1); a.send(1); b.send(2);
         let first = select([a, b]); let second = select([a, b]);
         print(first.value + second.value, first.index + second.index, a.len(), b.len());",
        &["3 1 0 0"]),
    everywhere("select with a default never waits",
        "let a = channel(1); let got = select([a, a], #{default: \"none\"});
         print(got.index, got.value, got.ok); a.send(1);
         print(select([a], #{default: \"none\"}).value);",
        &["-1 none false", "1"]),
    everywhere("select with a timeout waits no longer",
        "let a = channel(); print(select([a], 0.01).index, select([a], #{timeout: 0.01}).ok);
         print(select([], 0.01).index);", &["-1 false", "-1"]),
    everywhere("a closed channel is always ready to receive from",
        "let a = channel(); let b = channel(); b.close();
         for i in 0..3 { let got = select([a, b]); print(got.index, got.ok); }",
        &["1 false", "1 false", "1 false"]),
    everywhere("two selects meet",
        "let a = channel(); let b = channel(); let sum = 0;
         let t = spawn(|| { let got = 0; for i in 0..200 {
             got += select([#{send: 1, to: a}, b]).index; } got });
         for i in 0..200 { sum += select([a, #{send: 1, to: b}]).index; }
         print(sum == t.join());", &["true"]),
];

/// Each of ten, in some of a hundred selects, whatever chooses; less often than once in 2^30 not.
#[test]
fn of_several_cases_that_are_ready_each_is_chosen_at_some_time() {
    assert!(
        include_str!("channels.rs")
            .contains("//! - of several cases that are ready each is chosen at some time;")
    );
    let text = "let cases = []; for i in 0..4 { let ch = channel(1); ch.send(i); cases.push(ch); }
         let seen = [0, 0, 0, 0];
         for i in 0..100 { let got = select(cases); seen[got.index] += 1; got.channel.send(i); }
         print(seen.filter(|n| n > 0).len());";
    for mode in MODES.into_iter().chain((2..6).map(Mode::Seeded)) {
        assert_eq!(run(mode, text).lines(), ["4"], "{mode:?}");
    }
}

/// Many threads that choose among many channels, in both directions: nothing is lost, nothing is
/// received twice.
#[test]
fn crossing_selects_lose_nothing() {
    let text = "let a = channel(); let b = channel(); let c = channel(1);
         let makers = []; let takers = []; let done = channel();
         for i in 0..3 { makers.push(spawn(|| { let sent = 0; for x in 1..=100 {
             select([#{send: x, to: a}, #{send: x, to: b}, #{send: x, to: c}]); sent += x; } sent })); }
         for i in 0..3 { takers.push(spawn(|| { let sum = 0; loop {
             let got = select([c, b, done, a]); if !got.ok { return sum; } sum += got.value; } })); }
         let sent = 0; for t in makers { sent += t.join(); }
         while c.len() > 0 { sleep(0.001); }
         done.close(); let sum = 0; for t in takers { sum += t.join(); } print(sent, sum);";
    for mode in MODES {
        for _ in 0..5 {
            assert_eq!(run(mode, text).lines(), ["15150 15150"], "{mode:?}");
        }
    }
}
