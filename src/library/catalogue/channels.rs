//! Rows for channels and `select`, as in Go.

use crate::runtime::object::{Channel, Select};
use crate::value::publish;
use crate::value::{FaultKind, Value};
use crate::vm::{NativeCtx, NativeResult};

use super::futures::call_prelude;
use super::{Entry, Example, Kind, Param, Run, Signature, checked, param, sig};

pub(super) const ENTRIES: &[Entry] = &[
    Entry {
        name: "channel",
        signatures: &[
            sig(&[], "Channel"),
            sig(
                &[checked("capacity", "a whole number from 0 on")],
                "Channel",
            ),
        ],
        summary: "Makes a channel, by which threads hand over items in their order.",
        details: "It keeps up to `capacity` items. Without a number it keeps none: a send and a \
                  receive wait for each other.",
        errors: "The capacity is a whole number, 0 or more.",
        example: Example {
            code: "let ch = channel();\n\
                   spawn(|| { for i in 1..=3 { ch.send(i); } ch.close(); });\n\
                   for i in ch { print(i); }",
            output: "1\n2\n3",
        },
        run: Run::Native(channel),
        ..Entry::NEW
    },
    Entry {
        name: "select",
        signatures: &[
            sig(&[CASES], "map"),
            sig(&[CASES, SECONDS], "map"),
            sig(&[CASES, param("options", Kind::Map)], "map"),
        ],
        summary: "Waits until one of several channels is ready, and does that case alone.",
        details: "A case is a channel, to receive from it, or `#{send: item, to: channel}`. Gives \
                  `#{index, channel, value, ok}`: the number of the case from 0, the channel, the \
                  item received, and `false` when the channel was closed instead. When several \
                  cases are ready, one is drawn. With a time, or the options `timeout` and \
                  `default`, the index is -1 when none was ready in time, and the value is the \
                  default; a default alone waits not at all.",
        errors: "Closed when the case that is done sends on a closed channel.",
        blocks: "Until one case is ready, or for at most that many seconds. With no cases, for ever.",
        example: Example {
            code: "let a = channel(1);\n\
                   let b = channel(1);\n\
                   b.send(\"hello\");\n\
                   let got = select([a, b]);\n\
                   print(got.index, got.value, select([a, b], 0.01).index);\n\
                   print(select([a, #{send: 5, to: b}]).index, select([a], #{default: 7}).value);",
            output: "1 hello -1\n1 7",
        },
        run: Run::Native(select),
        ..Entry::NEW
    },
    Entry {
        errors: "Full when nobody received it in time; Closed when the channel is or gets closed.",
        blocks: "Until somebody receives it or there is room, at most that many seconds; 0 only looks.",
        ..method(
            "send",
            &[sig(&[ITEM], "()"), sig(&[ITEM, SECONDS], "()")],
            "Hands an item over.",
            "let ch = channel(1);\nch.send(5);\nprint(ch.receive());",
            "5",
        )
    },
    Entry {
        errors: "Full when it would have to wait; Closed when the channel is closed.",
        ..method(
            "try_send",
            &[sig(&[ITEM], "()")],
            "Hands an item over if somebody waits for it or there is room; never waits.",
            "let ch = channel(1);\nch.try_send(5);\n\
             try { ch.try_send(6); } catch (e) { print(e.error); }",
            "Full",
        )
    },
    Entry {
        details: "Items come in the order in which they were sent. From a channel that is closed and \
                  empty, it gives `()` at once; `receive_ok` tells that from an item `()`.",
        errors: "Empty when nobody sent an item in time.",
        blocks: "Until there is an item or the channel is closed, at most that many seconds; 0 only \
                 looks.",
        ..method(
            "receive",
            RECEIVE,
            "Takes the next item.",
            "let ch = channel(2);\nch.send(1);\nch.close();\nprint(ch.receive(), ch.receive() == ());",
            "1 true",
        )
    },
    Entry {
        errors: "Empty when nobody sent an item in time.",
        blocks: "As `receive` does.",
        ..method(
            "receive_ok",
            &[sig(&[], "array"), sig(&[SECONDS], "array")],
            "Takes the next item, as `[item, true]`; `[(), false]` from a channel that is closed and empty.",
            "let ch = channel(1);\nch.send(1);\nch.close();\nprint(ch.receive_ok());\n\
             print(ch.receive_ok());",
            "[1, true]\n[(), false]",
        )
    },
    Entry {
        details: "Gives `()` when the channel is closed and empty.",
        errors: "Empty when it would have to wait.",
        ..method(
            "try_receive",
            &[sig(&[], "?")],
            "Takes the next item if there is one; never waits.",
            "let ch = channel(1);\ntry { ch.try_receive(); } catch (e) { print(e.error); }",
            "Empty",
        )
    },
    Entry {
        details: "What is in it can still be received, then `for` ends and `receive` gives `()`.",
        errors: "Closed when it is closed already. Who waits to send gets that error, too.",
        ..method(
            "close",
            &[sig(&[], "()")],
            "Says that nothing is sent any more.",
            "let ch = channel(2);\nch.send(1);\nch.close();\nfor item in ch { print(item); }\n\
             try { ch.send(2); } catch (e) { print(e.message); }",
            "1\nsend on the Channel made in line 1, which was closed in line 3",
        )
    },
    method(
        "len",
        &[sig(&[], "i64")],
        "How many items are kept now.",
        "let ch = channel(2);\nch.send(1);\nprint(ch.len());",
        "1",
    ),
    method(
        "capacity",
        &[sig(&[], "i64")],
        "How many items can be kept; 0 when each is handed over directly.",
        "print(channel().capacity(), channel(2).capacity());",
        "0 2",
    ),
];

const CASES: Param = checked("cases", "an array of cases");
const ITEM: Param = param("item", Kind::Any);
const SECONDS: Param = param("seconds", Kind::Seconds);
const RECEIVE: &[Signature] = &[sig(&[], "?"), sig(&[SECONDS], "?")];

const fn method(
    name: &'static str,
    signatures: &'static [Signature],
    summary: &'static str,
    code: &'static str,
    output: &'static str,
) -> Entry {
    Entry {
        receiver: Some("Channel"),
        name,
        signatures,
        summary,
        example: Example { code, output },
        ..Entry::NEW
    }
}

fn channel(args: &mut [Value], ctx: &mut NativeCtx<'_>) -> Result<NativeResult, FaultKind> {
    let channel = Channel::from_args(args, ctx.pos)?;
    Ok(NativeResult::Value(ctx.make(channel)))
}

fn select(args: &mut [Value], ctx: &mut NativeCtx<'_>) -> Result<NativeResult, FaultKind> {
    let select = Select::from_args(args)?;
    // What it sends, another thread may receive.
    select.items().for_each(publish);
    let args = vec![ctx.make(select)];
    Ok(call_prelude("select", args, ctx))
}
