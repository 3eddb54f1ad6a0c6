//! The event log as JSON Lines: one event a line, in the order of the session.
//!
//! Every line is an object with these keys, in this order, and then those of its kind:
//!
//! | key | meaning |
//! |---|---|
//! | `sequence` | the event's place in the order of all events, from 1 |
//! | `seconds` | seconds since the session began, in the scheduler's time (virtual under `seeded`) |
//! | `thread` | the thread's number, from 1 for `main` |
//! | `name` | the thread's name |
//! | `line`, `column` | where in the text, from 1; both left out where there is no such place |
//! | `event` | the kind |
//!
//! | `event` | further keys |
//! |---|---|
//! | `print` | `text`: the line without its end; `open`, which is `true`, where no line end follows |
//! | `failure` | `message`: the error in one line, also that of main |
//! | `deadlock` | `threads`: those that wait for ever, each with `thread`, `name`, `line`, `column`, `input`, `source`, `waits_for` and `held_by`, an array of `name`, `line` and `column` |
//! | `start` | none |
//! | `finish` | `error`: what a task ended by, `cancelled` for one that was; left out where there is none |
//! | `read`, `write` | `place`: `counter`, `a[0]`; `value`: as `debug` shows it |
//! | `method` | `place`; `method`: `push` |
//! | `object` | `object`: its kind and number; `verb`: what was asked; `answer` |
//! | `wait` | `what` it begins to wait for, in words: a task may wait for its turn |
//! | `sleep` | `duration` in seconds of a sleep that begins |
//!
//! The same events give the same bytes on every platform: the order of the keys is fixed, and a
//! float has the shortest digits that read back as itself.

use std::io::{self, Write};

use serde::Serialize;

use super::{Event, Kind};

#[derive(Serialize)]
struct Line<'a> {
    sequence: u64,
    seconds: f64,
    thread: u64,
    name: &'a str,
    #[serde(skip_serializing_if = "is_zero")]
    line: u16,
    #[serde(skip_serializing_if = "is_zero")]
    column: u16,
    #[serde(flatten)]
    detail: Detail<'a>,
}

#[derive(Serialize)]
#[serde(tag = "event", rename_all = "snake_case")]
enum Detail<'a> {
    Print {
        text: &'a str,
        #[serde(skip_serializing_if = "std::ops::Not::not")]
        open: bool,
    },
    Note {
        text: &'a str,
    },
    Failure {
        message: &'a str,
    },
    Warning {
        message: &'a str,
    },
    Deadlock {
        threads: Vec<Stuck<'a>>,
    },
    Start,
    Finish {
        #[serde(skip_serializing_if = "Option::is_none")]
        error: Option<&'a str>,
    },
    Read {
        place: &'a str,
        value: &'a str,
    },
    Write {
        place: &'a str,
        value: &'a str,
    },
    Method {
        place: &'a str,
        method: &'a str,
    },
    Object {
        object: &'a str,
        verb: &'a str,
        answer: &'a str,
    },
    Wait {
        what: &'a str,
    },
    Sleep {
        duration: f64,
    },
}

#[derive(Serialize)]
struct Stuck<'a> {
    thread: u64,
    name: &'a str,
    #[serde(skip_serializing_if = "is_zero")]
    line: u16,
    #[serde(skip_serializing_if = "is_zero")]
    column: u16,
    input: &'a str,
    source: &'a str,
    waits_for: &'a str,
    held_by: Vec<Holder<'a>>,
}

#[derive(Serialize)]
struct Holder<'a> {
    name: &'a str,
    line: u16,
    column: u16,
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde asks for a reference"
)]
fn is_zero(number: &u16) -> bool {
    *number == 0
}

/// Writes one event and a line end. Fails as `out` fails; blocks as `out` blocks.
pub fn write_line(out: &mut impl Write, event: &Event) -> io::Result<()> {
    let line = Line {
        sequence: event.sequence,
        seconds: event.seconds,
        thread: event.thread.number,
        name: &event.thread.name,
        line: event.pos.line,
        column: event.pos.column,
        detail: detail(&event.kind),
    };
    serde_json::to_writer(&mut *out, &line)?;
    out.write_all(b"\n")
}

fn detail(kind: &Kind) -> Detail<'_> {
    match kind {
        Kind::Print { text, is_open } => Detail::Print {
            text,
            open: *is_open,
        },
        Kind::Note { text } => Detail::Note { text },
        Kind::Failure { message } => Detail::Failure { message },
        Kind::MainFailure { error } => Detail::Failure {
            message: &error.message,
        },
        Kind::Warning { message } => Detail::Warning { message },
        Kind::Deadlock { threads } => Detail::Deadlock {
            threads: threads.iter().map(stuck).collect(),
        },
        Kind::Start => Detail::Start,
        Kind::Finish { error } => Detail::Finish {
            error: error.as_deref(),
        },
        Kind::Read { place, value } => Detail::Read { place, value },
        Kind::Write { place, value } => Detail::Write { place, value },
        Kind::Method { place, method } => Detail::Method { place, method },
        Kind::Object {
            object,
            verb,
            answer,
            request: _,
            written: _,
        } => Detail::Object {
            object,
            verb,
            answer,
        },
        Kind::Wait { what } => Detail::Wait { what },
        Kind::Sleep { seconds } => Detail::Sleep { duration: *seconds },
    }
}

fn stuck(thread: &super::Stuck) -> Stuck<'_> {
    let holders = thread.held_by.iter().map(|(name, since)| Holder {
        name,
        line: since.line,
        column: since.column,
    });
    Stuck {
        thread: thread.thread.number,
        name: &thread.thread.name,
        line: thread.pos.line,
        column: thread.pos.column,
        input: &thread.input,
        source: &thread.source,
        waits_for: &thread.waits_for,
        held_by: holders.collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::{Stuck, Thread};
    use crate::pos::Pos;

    fn check(pos: Pos, kind: Kind, expected: &str) {
        let thread = Thread {
            number: 2,
            name: "A".into(),
        };
        let event = Event {
            sequence: 7,
            seconds: 0.000_003,
            thread,
            pos,
            kind,
        };
        let mut out = Vec::new();
        write_line(&mut out, &event).unwrap();
        assert_eq!(String::from_utf8(out).unwrap(), expected);
    }

    #[test]
    fn a_line_has_its_keys_in_order() {
        check(
            Pos::new(3, 5),
            Kind::Print {
                text: "a \"b\"\n".into(),
                is_open: false,
            },
            "{\"sequence\":7,\"seconds\":3e-6,\"thread\":2,\"name\":\"A\",\"line\":3,\"column\":5,\
             \"event\":\"print\",\"text\":\"a \\\"b\\\"\\n\"}\n",
        );
    }

    #[test]
    fn nowhere_is_left_out() {
        let head = "{\"sequence\":7,\"seconds\":3e-6,\"thread\":2,\"name\":\"A\",";
        check(
            Pos::NONE,
            Kind::Start,
            &format!("{head}\"event\":\"start\"}}\n"),
        );
    }

    #[test]
    fn each_kind_has_its_keys() {
        let cases = [
            (
                Kind::Print {
                    text: "a".into(),
                    is_open: true,
                },
                r#""event":"print","text":"a","open":true"#,
            ),
            (
                Kind::Failure {
                    message: "m".into(),
                },
                r#""event":"failure","message":"m""#,
            ),
            (
                Kind::Warning {
                    message: "m".into(),
                },
                r#""event":"warning","message":"m""#,
            ),
            (
                Kind::Deadlock {
                    threads: vec![Stuck {
                        thread: Thread {
                            number: 2,
                            name: "A".into(),
                        },
                        pos: Pos::new(3, 5),
                        input: "i".into(),
                        source: "s".into(),
                        waits_for: "w".into(),
                        held_by: vec![("B".into(), Pos::new(1, 2))],
                    }],
                },
                "\"event\":\"deadlock\",\"threads\":[{\"thread\":2,\"name\":\"A\",\"line\":3,\
                 \"column\":5,\"input\":\"i\",\"source\":\"s\",\"waits_for\":\"w\",\
                 \"held_by\":[{\"name\":\"B\",\"line\":1,\"column\":2}]}]",
            ),
            (Kind::Finish { error: None }, r#""event":"finish""#),
            (
                Kind::Finish {
                    error: Some("no".into()),
                },
                r#""event":"finish","error":"no""#,
            ),
            (
                Kind::Read {
                    place: "x".into(),
                    value: "1".into(),
                },
                r#""event":"read","place":"x","value":"1""#,
            ),
            (
                Kind::Write {
                    place: "x".into(),
                    value: "1".into(),
                },
                r#""event":"write","place":"x","value":"1""#,
            ),
            (
                Kind::Method {
                    place: "x".into(),
                    method: "push".into(),
                },
                r#""event":"method","place":"x","method":"push""#,
            ),
            (
                Kind::Object {
                    object: "Lock 1".into(),
                    verb: "acquire".into(),
                    answer: "()".into(),
                    request: super::super::Request::Take,
                    written: super::super::Written::default(),
                },
                r#""event":"object","object":"Lock 1","verb":"acquire","answer":"()""#,
            ),
            (
                Kind::Wait {
                    what: "Lock 1".into(),
                },
                r#""event":"wait","what":"Lock 1""#,
            ),
            (
                Kind::Sleep { seconds: 0.2 },
                r#""event":"sleep","duration":0.2"#,
            ),
        ];
        for (kind, keys) in cases {
            let head = "{\"sequence\":7,\"seconds\":3e-6,\"thread\":2,\"name\":\"A\",";
            check(Pos::NONE, kind, &format!("{head}{keys}}}\n"));
        }
    }
}
