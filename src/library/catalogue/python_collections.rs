//! Rows for Python's collections: lists, dicts, sets, deques and tuples.
//!
//! A table, and as long as there are methods: there is nothing to split.

use crate::library::methods::collection::{entries_of, items_of};
use crate::library::python;
use crate::program::Program;
use crate::value::{Class, Collection, Dict, FaultKind, Value, repr_text};
use crate::vm::{NativeCtx, NativeResult};

use super::{Entry, Example, Kind, Run, param, sig};

pub(super) const ENTRIES: &[Entry] = &[
    Entry {
        name: "list",
        signatures: &[sig(&[], "list"), sig(&[param("items", Kind::Any)], "list")],
        summary: "Makes a list, empty or of the items of something.",
        details: "A list is shared by all who hold it, as in Python, and prints as there; an array is copied when it is assigned. Each method is one step; `xs[i]` is a place, read and written in steps of its own. `+` makes a new list, `+=` changes the one that is there.",
        errors: "An index that is not there is an IndexError.",
        example: Example {
            code: "let a = list([1, 2]);\nlet b = a;\nb.append(\"x\");\nprint(a, a[-1], a == list([1, 2, \"x\"]));",
            output: "[1, 2, 'x'] x true",
        },
        run: Run::Native(list),
        ..Entry::NEW
    },
    Entry {
        name: "tuple",
        signatures: &[
            sig(&[], "tuple"),
            sig(&[param("items", Kind::Any)], "tuple"),
        ],
        summary: "Makes a tuple of the items of something.",
        details: "It never changes, so it can be a key of a dict.",
        example: Example {
            code: "let t = tuple([1, \"a\"]);\nprint(t, t[1], tuple([5]), len(t));",
            output: "(1, 'a') a (5,) 2",
        },
        run: Run::Native(tuple),
        ..Entry::NEW
    },
    Entry {
        name: "dict",
        signatures: &[
            sig(&[], "dict"),
            sig(&[param("entries", Kind::Any)], "dict"),
        ],
        summary: "Makes a dict, empty or of pairs, of a map or of another dict.",
        details: "Keys are anything that cannot change: numbers, strings, tuples, objects. They keep the order in which they came, and all who hold the dict share it.",
        errors: "A key that is not there is a KeyError, one that can change a TypeError.",
        example: Example {
            code: "let d = dict([[\"a\", 1], [2, \"b\"]]);\nd[\"c\"] = 3;\nprint(d, d[2], \"a\" in d);\nfor k in d { print(k); }",
            output: "{'a': 1, 2: 'b', 'c': 3} b true\na\n2\nc",
        },
        run: Run::Native(dict),
        ..Entry::NEW
    },
    Entry {
        name: "set",
        signatures: &[sig(&[], "set"), sig(&[param("items", Kind::Any)], "set")],
        summary: "Makes a set, empty or of the items of something.",
        details: "`|`, `&`, `-` and `^` make new sets, `<=` says whether one is part of the other. All who hold a set share it.",
        errors: "An item that can change is a TypeError.",
        example: Example {
            code: "let s = set([3, 1, 3]);\ns.add(2);\nprint(s, 3 in s, s & set([1, 9]), s - set([1]));",
            output: "{1, 2, 3} true {1} {2, 3}",
        },
        run: Run::Native(set),
        ..Entry::NEW
    },
    Entry {
        name: "deque",
        signatures: &[
            sig(&[], "deque"),
            sig(&[param("items", Kind::Any)], "deque"),
            sig(
                &[param("items", Kind::Any), param("maxlen", Kind::Any)],
                "deque",
            ),
        ],
        summary: "Makes a deque, which gives and takes at both ends; with a length, the other end drops what is too much.",
        details: "All who hold it share it; each method is one step, as in Python.",
        example: Example {
            code: "let d = deque([1, 2, 3], 3);\nd.append(4);\nprint(d);\nprint(d.popleft(), d[0]);",
            output: "deque([2, 3, 4], maxlen=3)\n2 3",
        },
        run: Run::Native(deque),
        ..Entry::NEW
    },
    Entry {
        name: "repr",
        signatures: &[sig(&[param("value", Kind::Any)], "string")],
        summary: "Gives the text of a value as Python's `repr` has it.",
        example: Example {
            code: "print(repr(\"it's\"), repr(1.0), repr(true), repr(()), repr(list([\"a\"])));",
            output: "\"it's\" 1.0 True None ['a']",
        },
        run: Run::Native(repr),
        ..Entry::NEW
    },
    Entry {
        receiver: Some("list"),
        name: "append",
        signatures: &[sig(&[param("item", Kind::Any)], "()")],
        summary: "Appends an item.",
        example: Example {
            code: "let a = list([1]); a.append(2); print(a);",
            output: "[1, 2]",
        },
        ..Entry::NEW
    },
    Entry {
        receiver: Some("list"),
        name: "extend",
        signatures: &[sig(&[param("items", Kind::Any)], "()")],
        summary: "Appends the items of something.",
        details: "Another collection is read in a step before.",
        example: Example {
            code: "let a = list([1]); a.extend(range(2, 4)); print(a);",
            output: "[1, 2, 3]",
        },
        ..Entry::NEW
    },
    Entry {
        receiver: Some("list"),
        name: "insert",
        signatures: &[sig(
            &[param("index", Kind::Int), param("item", Kind::Any)],
            "()",
        )],
        summary: "Puts an item before the one at an index.",
        details: "An index beyond an end means that end.",
        example: Example {
            code: "let a = list([1, 3]); a.insert(1, 2); print(a);",
            output: "[1, 2, 3]",
        },
        ..Entry::NEW
    },
    Entry {
        receiver: Some("list"),
        name: "pop",
        signatures: &[sig(&[], "any"), sig(&[param("index", Kind::Int)], "any")],
        summary: "Takes the last item out, or the one at an index.",
        errors: "IndexError when there is none.",
        example: Example {
            code: "let a = list([1, 2, 3]); print(a.pop(), a.pop(0), a);",
            output: "3 1 [2]",
        },
        ..Entry::NEW
    },
    Entry {
        receiver: Some("list"),
        name: "remove",
        signatures: &[sig(&[param("item", Kind::Any)], "()")],
        summary: "Takes the first equal item out.",
        errors: "ValueError when there is none.",
        example: Example {
            code: "let a = list([1, 2, 1]); a.remove(1); print(a);",
            output: "[2, 1]",
        },
        ..Entry::NEW
    },
    Entry {
        receiver: Some("list"),
        name: "clear",
        signatures: &[sig(&[], "()")],
        summary: "Takes all items out.",
        example: Example {
            code: "let a = list([1]); a.clear(); print(a);",
            output: "[]",
        },
        ..Entry::NEW
    },
    Entry {
        receiver: Some("list"),
        name: "index",
        signatures: &[
            sig(&[param("item", Kind::Any)], "i64"),
            sig(
                &[param("item", Kind::Any), param("start", Kind::Int)],
                "i64",
            ),
            sig(
                &[
                    param("item", Kind::Any),
                    param("start", Kind::Int),
                    param("end", Kind::Int),
                ],
                "i64",
            ),
        ],
        summary: "Gives the index of the first equal item.",
        errors: "ValueError when there is none.",
        example: Example {
            code: "print(list([5, 6, 5]).index(5), list([5, 6, 5]).index(5, 1));",
            output: "0 2",
        },
        ..Entry::NEW
    },
    Entry {
        receiver: Some("list"),
        name: "count",
        signatures: &[sig(&[param("item", Kind::Any)], "i64")],
        summary: "Counts the equal items.",
        example: Example {
            code: "print(list([1, 2, 1]).count(1));",
            output: "2",
        },
        ..Entry::NEW
    },
    Entry {
        receiver: Some("list"),
        name: "sort",
        signatures: &[
            sig(&[], "()"),
            sig(&[param("key", Kind::Any)], "()"),
            sig(
                &[param("key", Kind::Any), param("reverse", Kind::Bool)],
                "()",
            ),
        ],
        summary: "Sorts it, by what a function gives of each item, or by the items where that is ().",
        details: "What is equal keeps its order. With a function, the list is read once and stored once.",
        errors: "TypeError when two items have no order.",
        blocks: "When the function does.",
        example: Example {
            code: "let a = list([\"bb\", \"a\"]); a.sort(); print(a);\na.sort(|s| s.len(), true); print(a);",
            output: "['a', 'bb']\n['bb', 'a']",
        },
        ..Entry::NEW
    },
    Entry {
        receiver: Some("list"),
        name: "reverse",
        signatures: &[sig(&[], "()")],
        summary: "Turns the order round.",
        example: Example {
            code: "let a = list([1, 2]); a.reverse(); print(a);",
            output: "[2, 1]",
        },
        ..Entry::NEW
    },
    Entry {
        receiver: Some("list"),
        name: "copy",
        signatures: &[sig(&[], "list")],
        summary: "Gives a new list of the same items.",
        example: Example {
            code: "let a = list([1]); let b = a.copy(); b.append(2); print(a, b);",
            output: "[1] [1, 2]",
        },
        ..Entry::NEW
    },
    Entry {
        receiver: Some("list"),
        name: "slice",
        signatures: &[
            sig(&[param("start", Kind::Any)], "list"),
            sig(
                &[param("start", Kind::Any), param("end", Kind::Any)],
                "list",
            ),
            sig(
                &[
                    param("start", Kind::Any),
                    param("end", Kind::Any),
                    param("step", Kind::Any),
                ],
                "list",
            ),
        ],
        summary: "Gives a new list of a part: Python's `xs[start:end:step]`, with () for what is left out.",
        example: Example {
            code: "let a = list([1, 2, 3, 4]); print(a.slice(1, 3), a.slice((), (), -1), a.slice(-2));",
            output: "[2, 3] [4, 3, 2, 1] [3, 4]",
        },
        ..Entry::NEW
    },
    Entry {
        receiver: Some("list"),
        name: "set_slice",
        signatures: &[
            sig(
                &[
                    param("start", Kind::Any),
                    param("end", Kind::Any),
                    param("items", Kind::Any),
                ],
                "()",
            ),
            sig(
                &[
                    param("start", Kind::Any),
                    param("end", Kind::Any),
                    param("step", Kind::Any),
                    param("items", Kind::Any),
                ],
                "()",
            ),
        ],
        summary: "Puts items in the place of a part: Python's `xs[start:end] = items`, with a step, too.",
        example: Example {
            code: "let a = list([1, 2, 3, 4]); a.set_slice(1, 3, [9]); print(a);",
            output: "[1, 9, 4]",
        },
        ..Entry::NEW
    },
    Entry {
        receiver: Some("list"),
        name: "delete_slice",
        signatures: &[
            sig(&[param("start", Kind::Any)], "()"),
            sig(&[param("start", Kind::Any), param("end", Kind::Any)], "()"),
            sig(
                &[
                    param("start", Kind::Any),
                    param("end", Kind::Any),
                    param("step", Kind::Any),
                ],
                "()",
            ),
        ],
        summary: "Takes a part out: Python's `del xs[start:end:step]`.",
        example: Example {
            code: "let a = list([1, 2, 3, 4]); a.delete_slice(0, 2); print(a);",
            output: "[3, 4]",
        },
        ..Entry::NEW
    },
    Entry {
        receiver: Some("tuple"),
        name: "index",
        signatures: &[
            sig(&[param("item", Kind::Any)], "i64"),
            sig(
                &[param("item", Kind::Any), param("start", Kind::Int)],
                "i64",
            ),
            sig(
                &[
                    param("item", Kind::Any),
                    param("start", Kind::Int),
                    param("end", Kind::Int),
                ],
                "i64",
            ),
        ],
        summary: "Gives the index of the first equal item.",
        errors: "ValueError when there is none.",
        example: Example {
            code: "print(tuple([5, 6]).index(6));",
            output: "1",
        },
        ..Entry::NEW
    },
    Entry {
        receiver: Some("tuple"),
        name: "count",
        signatures: &[sig(&[param("item", Kind::Any)], "i64")],
        summary: "Counts the equal items.",
        example: Example {
            code: "print(tuple([1, 2, 1]).count(1));",
            output: "2",
        },
        ..Entry::NEW
    },
    Entry {
        receiver: Some("tuple"),
        name: "slice",
        signatures: &[
            sig(&[param("start", Kind::Any)], "tuple"),
            sig(
                &[param("start", Kind::Any), param("end", Kind::Any)],
                "tuple",
            ),
            sig(
                &[
                    param("start", Kind::Any),
                    param("end", Kind::Any),
                    param("step", Kind::Any),
                ],
                "tuple",
            ),
        ],
        summary: "Gives a tuple of a part: Python's `t[start:end:step]`, with () for what is left out.",
        example: Example {
            code: "print(tuple([1, 2, 3]).slice(1));",
            output: "(2, 3)",
        },
        ..Entry::NEW
    },
    Entry {
        receiver: Some("dict"),
        name: "get",
        signatures: &[
            sig(&[param("key", Kind::Any)], "any"),
            sig(
                &[param("key", Kind::Any), param("default", Kind::Any)],
                "any",
            ),
        ],
        summary: "Gives the value of a key, or a default, or ().",
        example: Example {
            code: "let d = dict(#{a: 1}); print(d.get(\"a\"), d.get(\"b\", 0));",
            output: "1 0",
        },
        ..Entry::NEW
    },
    Entry {
        receiver: Some("dict"),
        name: "setdefault",
        signatures: &[
            sig(&[param("key", Kind::Any)], "any"),
            sig(
                &[param("key", Kind::Any), param("default", Kind::Any)],
                "any",
            ),
        ],
        summary: "Gives the value of a key, which gets a default first if it is not there: in one step.",
        example: Example {
            code: "let d = dict(); d.setdefault(\"a\", list()).append(1); print(d);",
            output: "{'a': [1]}",
        },
        ..Entry::NEW
    },
    Entry {
        receiver: Some("dict"),
        name: "keys",
        signatures: &[sig(&[], "dict_keys")],
        summary: "Gives a view of the keys, which changes with the dict.",
        example: Example {
            code: "let d = dict(#{a: 1}); let k = d.keys(); d[\"b\"] = 2; print(k, list(k));",
            output: "dict_keys(['a', 'b']) ['a', 'b']",
        },
        ..Entry::NEW
    },
    Entry {
        receiver: Some("dict"),
        name: "values",
        signatures: &[sig(&[], "dict_values")],
        summary: "Gives a view of the values.",
        example: Example {
            code: "for v in dict(#{a: 1, b: 2}).values() { print(v); }",
            output: "1\n2",
        },
        ..Entry::NEW
    },
    Entry {
        receiver: Some("dict"),
        name: "items",
        signatures: &[sig(&[], "dict_items")],
        summary: "Gives a view of the pairs of key and value.",
        example: Example {
            code: "for pair in dict(#{a: 1}).items() { print(pair, pair[0]); }",
            output: "('a', 1) a",
        },
        ..Entry::NEW
    },
    Entry {
        receiver: Some("dict"),
        name: "pop",
        signatures: &[
            sig(&[param("key", Kind::Any)], "any"),
            sig(
                &[param("key", Kind::Any), param("default", Kind::Any)],
                "any",
            ),
        ],
        summary: "Takes a key out and gives its value, or a default.",
        details: "It is also Python's `del d[key]`.",
        errors: "KeyError when it is not there and no default is given.",
        example: Example {
            code: "let d = dict(#{a: 1}); print(d.pop(\"a\"), d.pop(\"a\", 0), d);",
            output: "1 0 {}",
        },
        ..Entry::NEW
    },
    Entry {
        receiver: Some("dict"),
        name: "popitem",
        signatures: &[sig(&[], "tuple")],
        summary: "Takes the last key out and gives it with its value.",
        errors: "KeyError when it is empty.",
        example: Example {
            code: "let d = dict(#{a: 1, b: 2}); print(d.popitem(), d);",
            output: "('b', 2) {'a': 1}",
        },
        ..Entry::NEW
    },
    Entry {
        receiver: Some("dict"),
        name: "update",
        signatures: &[sig(&[param("entries", Kind::Any)], "()")],
        summary: "Takes over the entries of a dict or a map, or pairs.",
        example: Example {
            code: "let d = dict(#{a: 1}); d.update(#{b: 2}); print(d);",
            output: "{'a': 1, 'b': 2}",
        },
        ..Entry::NEW
    },
    Entry {
        receiver: Some("dict"),
        name: "clear",
        signatures: &[sig(&[], "()")],
        summary: "Takes all keys out.",
        example: Example {
            code: "let d = dict(#{a: 1}); d.clear(); print(d);",
            output: "{}",
        },
        ..Entry::NEW
    },
    Entry {
        receiver: Some("dict"),
        name: "copy",
        signatures: &[sig(&[], "dict")],
        summary: "Gives a new dict with the same entries.",
        example: Example {
            code: "let d = dict(#{a: 1}); let e = d.copy(); e[\"a\"] = 2; print(d, e);",
            output: "{'a': 1} {'a': 2}",
        },
        ..Entry::NEW
    },
    Entry {
        receiver: Some("set"),
        name: "add",
        signatures: &[sig(&[param("item", Kind::Any)], "()")],
        summary: "Adds an item.",
        example: Example {
            code: "let s = set(); s.add(1); s.add(1); print(s);",
            output: "{1}",
        },
        ..Entry::NEW
    },
    Entry {
        receiver: Some("set"),
        name: "discard",
        signatures: &[sig(&[param("item", Kind::Any)], "()")],
        summary: "Takes an item out if it is there.",
        example: Example {
            code: "let s = set([1]); s.discard(1); s.discard(2); print(s);",
            output: "set()",
        },
        ..Entry::NEW
    },
    Entry {
        receiver: Some("set"),
        name: "remove",
        signatures: &[sig(&[param("item", Kind::Any)], "()")],
        summary: "Takes an item out.",
        errors: "KeyError when it is not there.",
        example: Example {
            code: "let s = set([1, 2]); s.remove(1); print(s);",
            output: "{2}",
        },
        ..Entry::NEW
    },
    Entry {
        receiver: Some("set"),
        name: "pop",
        signatures: &[sig(&[], "any")],
        summary: "Takes some item out.",
        errors: "KeyError when there is none.",
        example: Example {
            code: "let s = set([7]); print(s.pop(), s);",
            output: "7 set()",
        },
        ..Entry::NEW
    },
    Entry {
        receiver: Some("set"),
        name: "clear",
        signatures: &[sig(&[], "()")],
        summary: "Takes all items out.",
        example: Example {
            code: "let s = set([1]); s.clear(); print(s);",
            output: "set()",
        },
        ..Entry::NEW
    },
    Entry {
        receiver: Some("set"),
        name: "copy",
        signatures: &[sig(&[], "set")],
        summary: "Gives a new set of the same items.",
        example: Example {
            code: "let s = set([1]); let t = s.copy(); t.add(2); print(s, t);",
            output: "{1} {1, 2}",
        },
        ..Entry::NEW
    },
    Entry {
        receiver: Some("set"),
        name: "union",
        signatures: &[sig(&[param("others", Kind::Rest)], "set")],
        summary: "Gives a set of the items of this one and of others.",
        example: Example {
            code: "print(set([1]).union([2]));",
            output: "{1, 2}",
        },
        ..Entry::NEW
    },
    Entry {
        receiver: Some("set"),
        name: "intersection",
        signatures: &[sig(&[param("others", Kind::Rest)], "set")],
        summary: "Gives a set of the items that are in this one and in others.",
        example: Example {
            code: "print(set([1, 2]).intersection([2, 3]));",
            output: "{2}",
        },
        ..Entry::NEW
    },
    Entry {
        receiver: Some("set"),
        name: "difference",
        signatures: &[sig(&[param("others", Kind::Rest)], "set")],
        summary: "Gives a set of the items that are in no other.",
        example: Example {
            code: "print(set([1, 2]).difference([2]));",
            output: "{1}",
        },
        ..Entry::NEW
    },
    Entry {
        receiver: Some("set"),
        name: "symmetric_difference",
        signatures: &[sig(&[param("other", Kind::Any)], "set")],
        summary: "Gives a set of the items that are in one of the two only.",
        example: Example {
            code: "print(set([1, 2]).symmetric_difference([2, 3]));",
            output: "{1, 3}",
        },
        ..Entry::NEW
    },
    Entry {
        receiver: Some("set"),
        name: "issubset",
        signatures: &[sig(&[param("other", Kind::Any)], "bool")],
        summary: "Says whether all its items are in another.",
        example: Example {
            code: "print(set([1]).issubset([1, 2]));",
            output: "true",
        },
        ..Entry::NEW
    },
    Entry {
        receiver: Some("set"),
        name: "issuperset",
        signatures: &[sig(&[param("other", Kind::Any)], "bool")],
        summary: "Says whether it has all items of another.",
        example: Example {
            code: "print(set([1]).issuperset([1, 2]));",
            output: "false",
        },
        ..Entry::NEW
    },
    Entry {
        receiver: Some("set"),
        name: "isdisjoint",
        signatures: &[sig(&[param("other", Kind::Any)], "bool")],
        summary: "Says whether the two have no item in common.",
        example: Example {
            code: "print(set([1]).isdisjoint([2]));",
            output: "true",
        },
        ..Entry::NEW
    },
    Entry {
        receiver: Some("set"),
        name: "update",
        signatures: &[sig(&[param("others", Kind::Rest)], "()")],
        summary: "Adds the items of others.",
        example: Example {
            code: "let s = set([1]); s.update([2], [3]); print(s);",
            output: "{1, 2, 3}",
        },
        ..Entry::NEW
    },
    Entry {
        receiver: Some("set"),
        name: "intersection_update",
        signatures: &[sig(&[param("others", Kind::Rest)], "()")],
        summary: "Keeps the items that are in others, too.",
        example: Example {
            code: "let s = set([1, 2]); s.intersection_update([2]); print(s);",
            output: "{2}",
        },
        ..Entry::NEW
    },
    Entry {
        receiver: Some("set"),
        name: "difference_update",
        signatures: &[sig(&[param("others", Kind::Rest)], "()")],
        summary: "Takes out the items that are in others.",
        example: Example {
            code: "let s = set([1, 2]); s.difference_update([2]); print(s);",
            output: "{1}",
        },
        ..Entry::NEW
    },
    Entry {
        receiver: Some("set"),
        name: "symmetric_difference_update",
        signatures: &[sig(&[param("other", Kind::Any)], "()")],
        summary: "Keeps the items that are in one of the two only.",
        example: Example {
            code: "let s = set([1, 2]); s.symmetric_difference_update([2, 3]); print(s);",
            output: "{1, 3}",
        },
        ..Entry::NEW
    },
    Entry {
        receiver: Some("deque"),
        name: "append",
        signatures: &[sig(&[param("item", Kind::Any)], "()")],
        summary: "Appends an item.",
        example: Example {
            code: "let d = deque([1]); d.append(2); print(d);",
            output: "deque([1, 2])",
        },
        ..Entry::NEW
    },
    Entry {
        receiver: Some("deque"),
        name: "appendleft",
        signatures: &[sig(&[param("item", Kind::Any)], "()")],
        summary: "Puts an item in front.",
        example: Example {
            code: "let d = deque([1]); d.appendleft(2); print(d);",
            output: "deque([2, 1])",
        },
        ..Entry::NEW
    },
    Entry {
        receiver: Some("deque"),
        name: "pop",
        signatures: &[sig(&[], "any")],
        summary: "Takes the last item out.",
        errors: "IndexError when there is none.",
        example: Example {
            code: "let d = deque([1, 2]); print(d.pop(), d);",
            output: "2 deque([1])",
        },
        ..Entry::NEW
    },
    Entry {
        receiver: Some("deque"),
        name: "popleft",
        signatures: &[sig(&[], "any")],
        summary: "Takes the first item out.",
        errors: "IndexError when there is none.",
        example: Example {
            code: "let d = deque([1, 2]); print(d.popleft(), d);",
            output: "1 deque([2])",
        },
        ..Entry::NEW
    },
    Entry {
        receiver: Some("deque"),
        name: "extend",
        signatures: &[sig(&[param("items", Kind::Any)], "()")],
        summary: "Appends the items of something.",
        example: Example {
            code: "let d = deque(); d.extend([1, 2]); print(d);",
            output: "deque([1, 2])",
        },
        ..Entry::NEW
    },
    Entry {
        receiver: Some("deque"),
        name: "extendleft",
        signatures: &[sig(&[param("items", Kind::Any)], "()")],
        summary: "Puts the items of something in front, one after the other.",
        example: Example {
            code: "let d = deque(); d.extendleft([1, 2]); print(d);",
            output: "deque([2, 1])",
        },
        ..Entry::NEW
    },
    Entry {
        receiver: Some("deque"),
        name: "rotate",
        signatures: &[sig(&[], "()"), sig(&[param("count", Kind::Int)], "()")],
        summary: "Moves items from the end to the front.",
        example: Example {
            code: "let d = deque([1, 2, 3]); d.rotate(1); print(d);",
            output: "deque([3, 1, 2])",
        },
        ..Entry::NEW
    },
    Entry {
        receiver: Some("deque"),
        name: "insert",
        signatures: &[sig(
            &[param("index", Kind::Int), param("item", Kind::Any)],
            "()",
        )],
        summary: "Puts an item before the one at an index.",
        example: Example {
            code: "let d = deque([1, 3]); d.insert(1, 2); print(d);",
            output: "deque([1, 2, 3])",
        },
        ..Entry::NEW
    },
    Entry {
        receiver: Some("deque"),
        name: "remove",
        signatures: &[sig(&[param("item", Kind::Any)], "()")],
        summary: "Takes the first equal item out.",
        errors: "ValueError when there is none.",
        example: Example {
            code: "let d = deque([1, 2, 1]); d.remove(1); print(d);",
            output: "deque([2, 1])",
        },
        ..Entry::NEW
    },
    Entry {
        receiver: Some("deque"),
        name: "index",
        signatures: &[sig(&[param("item", Kind::Any)], "i64")],
        summary: "Gives the index of the first equal item.",
        errors: "ValueError when there is none.",
        example: Example {
            code: "print(deque([5, 6]).index(6));",
            output: "1",
        },
        ..Entry::NEW
    },
    Entry {
        receiver: Some("deque"),
        name: "count",
        signatures: &[sig(&[param("item", Kind::Any)], "i64")],
        summary: "Counts the equal items.",
        example: Example {
            code: "print(deque([1, 1]).count(1));",
            output: "2",
        },
        ..Entry::NEW
    },
    Entry {
        receiver: Some("deque"),
        name: "reverse",
        signatures: &[sig(&[], "()")],
        summary: "Turns the order round.",
        example: Example {
            code: "let d = deque([1, 2]); d.reverse(); print(d);",
            output: "deque([2, 1])",
        },
        ..Entry::NEW
    },
    Entry {
        receiver: Some("deque"),
        name: "clear",
        signatures: &[sig(&[], "()")],
        summary: "Takes all items out.",
        example: Example {
            code: "let d = deque([1]); d.clear(); print(d);",
            output: "deque([])",
        },
        ..Entry::NEW
    },
    Entry {
        receiver: Some("deque"),
        name: "copy",
        signatures: &[sig(&[], "deque")],
        summary: "Gives a new deque of the same items.",
        example: Example {
            code: "let d = deque([1]); let e = d.copy(); e.append(2); print(d, e);",
            output: "deque([1]) deque([1, 2])",
        },
        ..Entry::NEW
    },
    Entry {
        receiver: Some("deque"),
        name: "maxlen",
        signatures: &[sig(&[], "any")],
        summary: "Gives how many items it holds at most, or ().",
        example: Example {
            code: "print(deque([], 2).maxlen());",
            output: "2",
        },
        ..Entry::NEW
    },
    Entry {
        receiver: Some("list"),
        name: "len",
        signatures: &[sig(&[], "i64")],
        summary: "Gives the number of items: also `len(x)`.",
        example: Example {
            code: "print(len(list([7, 8])));",
            output: "2",
        },
        ..Entry::NEW
    },
    Entry {
        receiver: Some("tuple"),
        name: "len",
        signatures: &[sig(&[], "i64")],
        summary: "Gives the number of items: also `len(x)`.",
        example: Example {
            code: "print(len(tuple([7, 8])));",
            output: "2",
        },
        ..Entry::NEW
    },
    Entry {
        receiver: Some("dict"),
        name: "len",
        signatures: &[sig(&[], "i64")],
        summary: "Gives the number of items: also `len(x)`.",
        example: Example {
            code: "print(len(dict(#{a: 1, b: 2})));",
            output: "2",
        },
        ..Entry::NEW
    },
    Entry {
        receiver: Some("set"),
        name: "len",
        signatures: &[sig(&[], "i64")],
        summary: "Gives the number of items: also `len(x)`.",
        example: Example {
            code: "print(len(set([7, 8])));",
            output: "2",
        },
        ..Entry::NEW
    },
    Entry {
        receiver: Some("deque"),
        name: "len",
        signatures: &[sig(&[], "i64")],
        summary: "Gives the number of items: also `len(x)`.",
        example: Example {
            code: "print(len(deque([7, 8])));",
            output: "2",
        },
        ..Entry::NEW
    },
];

type Given = Result<NativeResult, FaultKind>;

/// The items of an argument; nothing where they have to be waited for, as those of results.
fn items(args: &[Value]) -> Result<Option<Vec<Value>>, FaultKind> {
    match args.first() {
        None => Ok(Some(Vec::new())),
        Some(value) if python::comes_one_by_one(value) => Ok(None),
        Some(value) => items_of(value).map(Some),
    }
}

/// A new collection of the items of the first argument. Those of an object the prelude's function of
/// this name takes one by one, and comes back with an array of them.
fn made(
    name: &str,
    args: &[Value],
    ctx: &NativeCtx<'_>,
    make: impl FnOnce(Vec<Value>) -> Result<Collection, FaultKind>,
) -> Given {
    match items(args)? {
        Some(items) => Ok(NativeResult::Value(Value::reference(make(items)?, ctx.pos))),
        None => collect(ctx.program, name, args),
    }
}

fn collect(program: &Program, name: &str, args: &[Value]) -> Given {
    let helper = program.find_name(&format!("__{name}"));
    match helper {
        Some(id) => {
            let function = program.named_function(id).into();
            Ok(NativeResult::Call(function, args.to_vec()))
        }
        // The prelude is a part of every program that mentions the name.
        None => items_of(&args[0]).map(|_| NativeResult::Value(Value::Unit)),
    }
}

fn list(args: &mut [Value], ctx: &mut NativeCtx<'_>) -> Given {
    made("list", args, ctx, |items| Ok(Collection::List(items)))
}

fn tuple(args: &mut [Value], ctx: &mut NativeCtx<'_>) -> Given {
    if let [Value::Collection(contents)] = args
        && let Some(items) = contents.tuple_items()
    {
        return Ok(NativeResult::Value(match contents.class() {
            Some(_) => Value::tuple(items.to_vec()),
            None => args[0].clone(),
        }));
    }
    made("tuple", args, ctx, |items| Ok(Collection::Tuple(items)))
}

fn set(args: &mut [Value], ctx: &mut NativeCtx<'_>) -> Given {
    if let [one] = args
        && let Some(contents) = one.collection()
        && let Collection::Set(items) = &**contents
    {
        let copy = Collection::Set(items.copied_set()?);
        return Ok(NativeResult::Value(Value::reference(copy, ctx.pos)));
    }
    made("set", args, ctx, |items| {
        Dict::set_of(items).map(Collection::Set)
    })
}

fn dict(args: &mut [Value], ctx: &mut NativeCtx<'_>) -> Given {
    let mut dict = Dict::new();
    match args {
        [object] if python::comes_one_by_one(object) => {
            let object = std::slice::from_ref(object);
            return collect(ctx.program, "dict", object);
        }
        [entries] => {
            for (key, value) in entries_of(entries)? {
                dict.insert(key, value)?;
            }
        }
        _ => {}
    }
    let dict = Value::reference(Collection::Dict(dict), ctx.pos);
    Ok(NativeResult::Value(dict))
}

fn deque(args: &mut [Value], ctx: &mut NativeCtx<'_>) -> Given {
    let limit = match args.get(1) {
        None | Some(Value::Unit) => None,
        Some(Value::Int(limit)) if *limit >= 0 => usize::try_from(*limit).ok(),
        Some(_) => {
            return Err(FaultKind::raised(
                Class::ValueError,
                "maxlen must be non-negative",
                "write how many items it holds at most: `deque(xs, 3)`",
            ));
        }
    };
    made("deque", args, ctx, |mut items| {
        let surplus = limit.map_or(0, |limit| items.len().saturating_sub(limit));
        items.drain(..surplus);
        Ok(Collection::Deque(items.into(), limit))
    })
}

fn repr(args: &mut [Value], _ctx: &mut NativeCtx<'_>) -> Given {
    Ok(NativeResult::Value(Value::string(repr_text(&args[0]))))
}
