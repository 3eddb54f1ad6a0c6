//! Names that other languages have for what is there under another name here.
//!
//! Who writes `q.recv()` or `list.append(x)` knows what is wanted, and only needs our word for it.
//! Looked at only after a name was not found, or did not take what it was given.

/// What to write for a function of another language.
pub(super) fn function(name: &str) -> Option<&'static str> {
    Some(match name {
        "Pool" => {
            "a pool of processes is `ProcessPoolExecutor(2)`, one of threads `ThreadPoolExecutor(2)`"
        }
        "Process" => "a pool of processes calls it: `ProcessPoolExecutor(1).submit(f, 1)`",
        "cpu_count" => {
            "write how many you want: `ProcessPoolExecutor(4)`; without a number there is one per core"
        }
        "make" => "a channel is made by `channel()`, one with room for 2 by `channel(2)`",
        "close" => "write `c.close()`",
        "strftime" | "localtime" => "`time()` gives seconds: a seeded run has no time of day",
        "println" | "printf" | "puts" | "echo" => "write `print(x)`",
        "str" => "write `x.to_string()`, or put it into a text: `${x}` between backticks",
        "int" => "write `x.to_int()`, or `parse_int(text)` for a text",
        "float" => "write `x.to_float()`, or `parse_float(text)` for a text",
        "sorted" => "write `list.sort()`, which sorts in place",
        "enumerate" => "write `for (item, index) in list { ... }`",
        "isinstance" | "type" | "typeof" => "write `type_of(x)`",
        "lock" => "a lock is made by `Lock()`, and taken by `with lock { ... }`",
        "Mutex" => "a lock is `Lock()`; the variable beside it is an ordinary one",
        "WaitGroup" => {
            "keep the threads in an array and join each: `for t in threads { t.join() }`"
        }
        "malloc" | "new_thread" => "a thread is made by `spawn(f)`",
        _ => return None,
    })
}

/// Types, the names that another language has for one of their methods, and what to write.
type Row = (
    &'static [&'static str],
    &'static [&'static str],
    &'static str,
);

const QUEUES: &[&str] = &["Queue", "LifoQueue", "PriorityQueue", "SimpleQueue"];
const LOCKS: &[&str] = &[
    "Lock",
    "RLock",
    "Semaphore",
    "BoundedSemaphore",
    "Condition",
];
const POOLS: &[&str] = &["ThreadPoolExecutor", "ProcessPoolExecutor"];

const METHODS: &[Row] = &[
    (
        &["array"],
        &["append", "add", "push_back", "append!"],
        "to add one item, write `push(item)`; `append(other)` adds the items of another array",
    ),
    (
        &["array"],
        &["extend", "concat", "addAll"],
        "write `append(other)`",
    ),
    (&["array"], &["length", "size", "count"], "write `len()`"),
    (&["array"], &["index", "indexOf"], "write `index_of(item)`"),
    (
        &["array"],
        &["includes", "has"],
        "write `contains(item)`, or `item in list`",
    ),
    (
        &["array"],
        &["unshift", "push_front", "appendleft"],
        "write `insert(0, item)`",
    ),
    (
        &["array"],
        &["popleft", "pop_front", "dequeue"],
        "write `shift()`, which takes the first item",
    ),
    (
        &["array"],
        &["slice"],
        "write `extract(start, length)`, or `extract(1..3)`",
    ),
    (&["array"], &["forEach"], "write `for_each(|item| ...)`"),
    (
        &["array", "map", "string"],
        &["copy", "clone"],
        "assigning copies: `let b = a;`",
    ),
    (
        &["array"],
        &["sorted"],
        "write `sort()`, which sorts in place",
    ),
    (
        &["string"],
        &["upper", "toUpperCase", "to_uppercase"],
        "write `to_upper()`",
    ),
    (
        &["string"],
        &["lower", "toLowerCase", "to_lowercase"],
        "write `to_lower()`",
    ),
    (
        &["string"],
        &["strip", "lstrip", "rstrip"],
        "write `trim()`, which changes the text in place",
    ),
    (
        &["string"],
        &["startswith", "startsWith"],
        "write `starts_with(text)`",
    ),
    (
        &["string"],
        &["endswith", "endsWith"],
        "write `ends_with(text)`",
    ),
    (
        &["string"],
        &["find", "indexOf", "index"],
        "write `index_of(text)`",
    ),
    (
        &["string"],
        &["format"],
        "put the values into a text between backticks: `${x}`",
    ),
    (&["string"], &["length", "size"], "write `len()`"),
    (
        &["string"],
        &["substr", "substring", "slice"],
        "write `sub_string(start, length)`",
    ),
    (
        &["string"],
        &["splitlines", "lines"],
        "write `split(\"\\n\")`",
    ),
    (
        &["string"],
        &["join"],
        "the array joins: `list.join(\", \")`",
    ),
    (
        &["map"],
        &["items", "entries", "iteritems"],
        "write `for key in map.keys() { ... map[key] ... }`",
    ),
    (
        &["map"],
        &["has_key", "has", "containsKey", "contains_key"],
        "write `key in map`",
    ),
    (
        &["map"],
        &["pop", "delete", "del", "discard"],
        "write `remove(key)`",
    ),
    (
        &["map"],
        &["update", "merge", "extend"],
        "write `mixin(other)`",
    ),
    (&["map"], &["length", "size"], "write `len()`"),
    (
        &["map"],
        &["setdefault", "get_or_insert"],
        "write `map[key] = map[key] ?? value`",
    ),
    (
        QUEUES,
        &[
            "recv", "receive", "take", "pop", "poll", "dequeue", "remove",
        ],
        "write `get()`",
    ),
    (
        QUEUES,
        &[
            "send", "push", "offer", "add", "enqueue", "append", "insert",
        ],
        "write `put(item)`",
    ),
    (QUEUES, &["len", "size", "length"], "write `qsize()`"),
    (QUEUES, &["is_empty"], "write `empty()`"),
    (
        &["Queue", "LifoQueue", "PriorityQueue"],
        &["close"],
        "write `shutdown()`",
    ),
    (
        &["Channel"],
        &["recv", "get", "take", "pop"],
        "write `receive()`",
    ),
    (
        &["Channel"],
        &["put", "push", "offer"],
        "write `send(item)`",
    ),
    (
        &["Channel"],
        &["try_recv", "get_nowait"],
        "write `try_receive()`",
    ),
    (&["Channel"], &["cap", "maxsize"], "write `capacity()`"),
    (
        LOCKS,
        &["lock", "wait_for_it", "take", "down", "P"],
        "write `acquire()`, or better `with lock { ... }`",
    ),
    (
        LOCKS,
        &["unlock", "up", "V", "post"],
        "write `release()`, or better `with lock { ... }`, which releases by itself",
    ),
    (LOCKS, &["try_lock", "tryLock"], "write `try_acquire()`"),
    (
        &["Lock", "RLock"],
        &["is_locked", "isLocked"],
        "write `locked()`",
    ),
    (
        &["Condition"],
        &["signal", "notify_one"],
        "write `notify()`",
    ),
    (
        &["Condition"],
        &["broadcast", "notifyAll", "signal_all"],
        "write `notify_all()`",
    ),
    (
        &["Condition", "Barrier", "Event"],
        &["await"],
        "write `wait()`",
    ),
    (&["Event"], &["signal", "notify", "fire"], "write `set()`"),
    (&["Event"], &["reset"], "write `clear()`"),
    (&["Event"], &["isSet"], "write `is_set()`"),
    (
        &["Thread"],
        &["stop", "kill", "terminate", "cancel", "interrupt"],
        "a thread cannot be stopped from outside: let it look at an `Event()` that you set",
    ),
    (&["Thread"], &["wait"], "write `join()`"),
    (
        &["Thread"],
        &["isAlive", "is_finished"],
        "write `is_alive()`",
    ),
    (
        &["Thread"],
        &["run"],
        "write `start()`: it runs in a thread of its own",
    ),
    (
        &["Thread"],
        &["get", "value"],
        "write `join()`, which gives the function's value",
    ),
    (
        POOLS,
        &[
            "execute",
            "spawn",
            "apply_async",
            "apply",
            "go",
            "run",
            "add",
        ],
        "write `submit(f, arguments)`",
    ),
    (
        POOLS,
        &["close", "join", "wait", "terminate"],
        "write `shutdown()`, or use the pool in `with`",
    ),
    (
        POOLS,
        &["starmap", "imap"],
        "write `map(f, items, more_items)`",
    ),
    (
        &["Future"],
        &["get", "wait", "join", "unwrap"],
        "write `result()`",
    ),
    (
        &["Future"],
        &["isDone", "is_done", "ready"],
        "write `done()`",
    ),
    (
        &["Barrier"],
        &["arrive", "arrive_and_wait"],
        "write `wait()`",
    ),
];

/// What to write for a method that another language has on values of this type.
pub(super) fn method(type_name: &str, name: &str) -> Option<&'static str> {
    METHODS
        .iter()
        .find(|(types, names, _)| types.contains(&type_name) && names.contains(&name))
        .map(|(.., advice)| *advice)
}

/// What to write where a method of ours is called as another language calls it.
pub(super) fn call(type_name: &str, name: &str, given: usize) -> Option<&'static str> {
    match (type_name, name, given) {
        ("array", "pop", 1..) => Some(
            "`pop()` takes the last item; `shift()` takes the first, `remove(i)` one of the others",
        ),
        ("array", "append", 1) => method(type_name, name),
        ("map", "get", 2..) => Some("write `map[key] ?? value`"),
        ("Queue", "get", 2..) => Some("write `get(seconds)` or `try_get()`"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::library::{bridged, catalogue};

    #[test]
    fn what_is_advised_is_there() {
        let bridged = bridged();
        for (types, names, advice) in METHODS {
            for type_name in *types {
                let ours: Vec<&str> = catalogue::methods_of(type_name)
                    .map(|entry| entry.name)
                    .collect();
                assert!(!ours.is_empty(), "{type_name} has methods");
                for name in *names {
                    let is_ours = ours.contains(name) && call(type_name, name, 1).is_none();
                    assert!(!is_ours, "{type_name}.{name} is there");
                }
                let advised = advice.split('`').skip(1).step_by(2).find_map(|code| {
                    let (name, _) = code.split_once('(')?;
                    name.chars()
                        .all(|c| c.is_alphanumeric() || c == '_')
                        .then_some(name)
                });
                let Some(advised) = advised else { continue };
                let is_rhais = (bridged.iter())
                    .any(|one| one.receiver == Some(type_name) && one.name == advised);
                let is_function = catalogue::doc(advised)
                    .iter()
                    .any(|row| row.receiver.is_none());
                assert!(
                    ours.contains(&advised) || is_rhais || is_function,
                    "{type_name}.{advised}: {advice}"
                );
            }
        }
    }
}
