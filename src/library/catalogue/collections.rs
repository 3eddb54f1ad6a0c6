//! Rows for the methods of arrays, maps and ranges.
//!
//! A table, and as long as there are methods: there is nothing to split.

use super::{Entry, Example, Kind, Run, param, sig};

const CALLS: &str = "When the function that it calls does.";

pub(super) const ENTRIES: &[Entry] = &[
    Entry {
        receiver: Some("array"),
        name: "len",
        signatures: &[sig(&[], "i64")],
        summary: "Gives the number of items.",
        details: "Also a property: `array.len`.",
        example: Example {
            code: "print([7, 8].len());",
            output: "2",
        },
        ..Entry::NEW
    },
    Entry {
        receiver: Some("array"),
        name: "is_empty",
        signatures: &[sig(&[], "bool")],
        summary: "Says whether it has no items.",
        example: Example {
            code: "print([].is_empty());",
            output: "true",
        },
        ..Entry::NEW
    },
    Entry {
        receiver: Some("array"),
        name: "push",
        signatures: &[sig(&[param("item", Kind::Any)], "()")],
        summary: "Appends an item.",
        details: "One atomic step, also on an array that threads share.",
        example: Example {
            code: "let a = [1];\na.push(2);\nprint(a);",
            output: "[1, 2]",
        },
        ..Entry::NEW
    },
    Entry {
        receiver: Some("array"),
        name: "pop",
        signatures: &[sig(&[], "any")],
        summary: "Takes the last item; () when there is none.",
        example: Example {
            code: "let a = [1, 2];\nprint(a.pop(), a);",
            output: "2 [1]",
        },
        ..Entry::NEW
    },
    Entry {
        receiver: Some("array"),
        name: "shift",
        signatures: &[sig(&[], "any")],
        summary: "Takes the first item; () when there is none.",
        example: Example {
            code: "let a = [1, 2];\nprint(a.shift(), a);",
            output: "1 [2]",
        },
        ..Entry::NEW
    },
    Entry {
        receiver: Some("array"),
        name: "insert",
        signatures: &[sig(
            &[param("index", Kind::Int), param("item", Kind::Any)],
            "()",
        )],
        summary: "Puts an item before the one at an index.",
        details: "A negative index counts from the end; after the end it appends.",
        example: Example {
            code: "let a = [1, 3];\na.insert(1, 2);\nprint(a);",
            output: "[1, 2, 3]",
        },
        ..Entry::NEW
    },
    Entry {
        receiver: Some("array"),
        name: "remove",
        signatures: &[sig(&[param("index", Kind::Int)], "any")],
        summary: "Takes the item at an index; () when there is none.",
        example: Example {
            code: "let a = [1, 2, 3];\nprint(a.remove(0), a);",
            output: "1 [2, 3]",
        },
        ..Entry::NEW
    },
    Entry {
        receiver: Some("array"),
        name: "append",
        signatures: &[sig(&[param("other", Kind::Array)], "()")],
        summary: "Appends all items of another array.",
        example: Example {
            code: "let a = [1];\na.append([2, 3]);\nprint(a);",
            output: "[1, 2, 3]",
        },
        ..Entry::NEW
    },
    Entry {
        receiver: Some("array"),
        name: "clear",
        signatures: &[sig(&[], "()")],
        summary: "Removes all items.",
        example: Example {
            code: "let a = [1];\na.clear();\nprint(a);",
            output: "[]",
        },
        ..Entry::NEW
    },
    Entry {
        receiver: Some("array"),
        name: "truncate",
        signatures: &[sig(&[param("count", Kind::Int)], "()")],
        summary: "Keeps only the first items.",
        example: Example {
            code: "let a = [1, 2, 3];\na.truncate(2);\nprint(a);",
            output: "[1, 2]",
        },
        ..Entry::NEW
    },
    Entry {
        receiver: Some("array"),
        name: "chop",
        signatures: &[sig(&[param("count", Kind::Int)], "()")],
        summary: "Keeps only the last items.",
        example: Example {
            code: "let a = [1, 2, 3];\na.chop(2);\nprint(a);",
            output: "[2, 3]",
        },
        ..Entry::NEW
    },
    Entry {
        receiver: Some("array"),
        name: "pad",
        signatures: &[sig(
            &[param("length", Kind::Int), param("item", Kind::Any)],
            "()",
        )],
        summary: "Appends an item until the array is that long.",
        example: Example {
            code: "let a = [1];\na.pad(3, 0);\nprint(a);",
            output: "[1, 0, 0]",
        },
        ..Entry::NEW
    },
    Entry {
        receiver: Some("array"),
        name: "reverse",
        signatures: &[sig(&[], "()")],
        summary: "Turns the order around, in place.",
        example: Example {
            code: "let a = [1, 2];\na.reverse();\nprint(a);",
            output: "[2, 1]",
        },
        ..Entry::NEW
    },
    Entry {
        receiver: Some("array"),
        name: "get",
        signatures: &[sig(&[param("index", Kind::Int)], "any")],
        summary: "Gives the item at an index; () when there is none.",
        example: Example {
            code: "print([1, 2].get(-1));",
            output: "2",
        },
        ..Entry::NEW
    },
    Entry {
        receiver: Some("array"),
        name: "set",
        signatures: &[sig(
            &[param("index", Kind::Int), param("item", Kind::Any)],
            "()",
        )],
        summary: "Replaces the item at an index, if there is one.",
        example: Example {
            code: "let a = [1, 2];\na.set(0, 5);\nprint(a);",
            output: "[5, 2]",
        },
        ..Entry::NEW
    },
    Entry {
        receiver: Some("array"),
        name: "contains",
        signatures: &[sig(&[param("item", Kind::Any)], "bool")],
        summary: "Says whether an item equals this one; also `item in array`.",
        example: Example {
            code: "print([1, 2].contains(2));",
            output: "true",
        },
        ..Entry::NEW
    },
    Entry {
        receiver: Some("array"),
        name: "index_of",
        signatures: &[
            sig(&[param("item", Kind::Any)], "i64"),
            sig(
                &[param("item", Kind::Any), param("start", Kind::Int)],
                "i64",
            ),
        ],
        summary: "Gives the index of the first item that equals this one, or for which a function gives true; -1 for none.",
        example: Example {
            code: "print([5, 6].index_of(6));",
            output: "1",
        },
        ..Entry::NEW
    },
    Entry {
        receiver: Some("array"),
        name: "extract",
        signatures: &[
            sig(&[param("start", Kind::Int)], "array"),
            sig(&[param("range", Kind::Range)], "array"),
            sig(
                &[param("start", Kind::Int), param("count", Kind::Int)],
                "array",
            ),
        ],
        summary: "Gives a part as a new array.",
        example: Example {
            code: "print([1, 2, 3, 4].extract(1..3));",
            output: "[2, 3]",
        },
        ..Entry::NEW
    },
    Entry {
        receiver: Some("array"),
        name: "splice",
        signatures: &[
            sig(
                &[param("range", Kind::Range), param("items", Kind::Array)],
                "()",
            ),
            sig(
                &[
                    param("start", Kind::Int),
                    param("count", Kind::Int),
                    param("items", Kind::Array),
                ],
                "()",
            ),
        ],
        summary: "Replaces a part by other items.",
        example: Example {
            code: "let a = [1, 2, 3];\na.splice(0..2, [9]);\nprint(a);",
            output: "[9, 3]",
        },
        ..Entry::NEW
    },
    Entry {
        receiver: Some("array"),
        name: "split",
        signatures: &[sig(&[param("index", Kind::Int)], "array")],
        summary: "Cuts the array in two, keeps the first part and gives the second.",
        example: Example {
            code: "let a = [1, 2, 3];\nprint(a.split(1), a);",
            output: "[2, 3] [1]",
        },
        ..Entry::NEW
    },
    Entry {
        receiver: Some("array"),
        name: "drain",
        signatures: &[
            sig(&[param("f", Kind::Function)], "array"),
            sig(&[param("range", Kind::Range)], "array"),
            sig(
                &[param("start", Kind::Int), param("count", Kind::Int)],
                "array",
            ),
        ],
        summary: "Takes out and gives the items for which a function gives true, or a part.",
        blocks: CALLS,
        example: Example {
            code: "let a = [1, 2, 3];\nprint(a.drain(|x| x > 1), a);",
            output: "[2, 3] [1]",
        },
        ..Entry::NEW
    },
    Entry {
        receiver: Some("array"),
        name: "retain",
        signatures: &[
            sig(&[param("f", Kind::Function)], "array"),
            sig(&[param("range", Kind::Range)], "array"),
            sig(
                &[param("start", Kind::Int), param("count", Kind::Int)],
                "array",
            ),
        ],
        summary: "Keeps only the items for which a function gives true, or a part; gives the others.",
        blocks: CALLS,
        example: Example {
            code: "let a = [1, 2, 3];\nprint(a.retain(|x| x > 1), a);",
            output: "[1] [2, 3]",
        },
        ..Entry::NEW
    },
    Entry {
        receiver: Some("array"),
        name: "dedup",
        signatures: &[sig(&[], "()"), sig(&[param("same", Kind::Function)], "()")],
        summary: "Removes items that equal the one before them.",
        blocks: CALLS,
        example: Example {
            code: "let a = [1, 1, 2];\na.dedup();\nprint(a);",
            output: "[1, 2]",
        },
        ..Entry::NEW
    },
    Entry {
        receiver: Some("array"),
        name: "sort",
        signatures: &[
            sig(&[], "()"),
            sig(&[param("compare", Kind::Function)], "()"),
        ],
        summary: "Sorts in place.",
        details: "A comparer gets two items and gives a negative number, or true, when the first one comes first.",
        errors: "Without a comparer, all items must have one type that has an order.",
        blocks: CALLS,
        example: Example {
            code: "let a = [3, 1, 2];\na.sort();\nprint(a);",
            output: "[1, 2, 3]",
        },
        ..Entry::NEW
    },
    Entry {
        receiver: Some("array"),
        name: "sort_by",
        signatures: &[sig(&[param("compare", Kind::Function)], "()")],
        summary: "Sorts in place by a comparer.",
        blocks: CALLS,
        example: Example {
            code: "let a = [1, 2, 3];\na.sort_by(|x, y| y - x);\nprint(a);",
            output: "[3, 2, 1]",
        },
        run: Run::Prelude,
        ..Entry::NEW
    },
    Entry {
        receiver: Some("array"),
        name: "sort_desc",
        signatures: &[sig(&[], "()")],
        summary: "Sorts in place, greatest first.",
        example: Example {
            code: "let a = [1, 3, 2];\na.sort_desc();\nprint(a);",
            output: "[3, 2, 1]",
        },
        ..Entry::NEW
    },
    Entry {
        receiver: Some("array"),
        name: "order",
        signatures: &[
            sig(&[], "array"),
            sig(&[param("compare", Kind::Function)], "array"),
        ],
        summary: "Gives a sorted copy.",
        blocks: CALLS,
        example: Example {
            code: "print([3, 1, 2].order());",
            output: "[1, 2, 3]",
        },
        ..Entry::NEW
    },
    Entry {
        receiver: Some("array"),
        name: "order_by",
        signatures: &[sig(&[param("compare", Kind::Function)], "array")],
        summary: "Gives a copy sorted by a comparer.",
        blocks: CALLS,
        example: Example {
            code: "print([1, 2, 3].order_by(|x, y| y - x));",
            output: "[3, 2, 1]",
        },
        run: Run::Prelude,
        ..Entry::NEW
    },
    Entry {
        receiver: Some("array"),
        name: "order_desc",
        signatures: &[sig(&[], "array")],
        summary: "Gives a sorted copy, greatest first.",
        example: Example {
            code: "print([1, 3, 2].order_desc());",
            output: "[3, 2, 1]",
        },
        ..Entry::NEW
    },
    Entry {
        receiver: Some("array"),
        name: "map",
        signatures: &[sig(&[param("f", Kind::Function)], "array")],
        summary: "Gives what a function gives for each item.",
        details: "The function gets the item, and its index if it takes two arguments. This runs in one thread; `executor.map` in many.",
        blocks: CALLS,
        example: Example {
            code: "print([1, 2, 3].map(|x| x * x));",
            output: "[1, 4, 9]",
        },
        run: Run::Prelude,
        ..Entry::NEW
    },
    Entry {
        receiver: Some("array"),
        name: "filter",
        signatures: &[sig(&[param("f", Kind::Function)], "array")],
        summary: "Gives the items for which a function gives true.",
        blocks: CALLS,
        example: Example {
            code: "print([1, 2, 3].filter(|x| x > 1));",
            output: "[2, 3]",
        },
        run: Run::Prelude,
        ..Entry::NEW
    },
    Entry {
        receiver: Some("array"),
        name: "reduce",
        signatures: &[
            sig(&[param("f", Kind::Function)], "any"),
            sig(
                &[param("f", Kind::Function), param("initial", Kind::Any)],
                "any",
            ),
        ],
        summary: "Combines the items from left to right.",
        details: "Without an initial value it begins with ().",
        blocks: CALLS,
        example: Example {
            code: "print([1, 2, 3].reduce(|sum, x| sum + x, 0));",
            output: "6",
        },
        run: Run::Prelude,
        ..Entry::NEW
    },
    Entry {
        receiver: Some("array"),
        name: "reduce_rev",
        signatures: &[
            sig(&[param("f", Kind::Function)], "any"),
            sig(
                &[param("f", Kind::Function), param("initial", Kind::Any)],
                "any",
            ),
        ],
        summary: "Combines the items from right to left.",
        blocks: CALLS,
        example: Example {
            code: "print([\"a\", \"b\"].reduce_rev(|text, x| text + x, \"\"));",
            output: "ba",
        },
        run: Run::Prelude,
        ..Entry::NEW
    },
    Entry {
        receiver: Some("array"),
        name: "for_each",
        signatures: &[sig(&[param("f", Kind::Function)], "()")],
        summary: "Calls a function for each item.",
        blocks: CALLS,
        example: Example {
            code: "[1, 2].for_each(|x| print(x));",
            output: "1\n2",
        },
        run: Run::Prelude,
        ..Entry::NEW
    },
    Entry {
        receiver: Some("array"),
        name: "some",
        signatures: &[sig(&[param("f", Kind::Function)], "bool")],
        summary: "Says whether a function gives true for some item.",
        blocks: CALLS,
        example: Example {
            code: "print([1, 2].some(|x| x > 1));",
            output: "true",
        },
        run: Run::Prelude,
        ..Entry::NEW
    },
    Entry {
        receiver: Some("array"),
        name: "any",
        signatures: &[sig(&[param("f", Kind::Function)], "bool")],
        summary: "The same as `some`, by Python's name.",
        blocks: CALLS,
        example: Example {
            code: "print([1, 2].any(|x| x > 2));",
            output: "false",
        },
        run: Run::Prelude,
        ..Entry::NEW
    },
    Entry {
        receiver: Some("array"),
        name: "all",
        signatures: &[sig(&[param("f", Kind::Function)], "bool")],
        summary: "Says whether a function gives true for all items.",
        blocks: CALLS,
        example: Example {
            code: "print([1, 2].all(|x| x > 0));",
            output: "true",
        },
        run: Run::Prelude,
        ..Entry::NEW
    },
    Entry {
        receiver: Some("array"),
        name: "find",
        signatures: &[
            sig(&[param("f", Kind::Function)], "any"),
            sig(
                &[param("f", Kind::Function), param("start", Kind::Int)],
                "any",
            ),
        ],
        summary: "Gives the first item for which a function gives true; () for none.",
        blocks: CALLS,
        example: Example {
            code: "print([1, 5, 7].find(|x| x > 2));",
            output: "5",
        },
        run: Run::Prelude,
        ..Entry::NEW
    },
    Entry {
        receiver: Some("array"),
        name: "find_map",
        signatures: &[
            sig(&[param("f", Kind::Function)], "any"),
            sig(
                &[param("f", Kind::Function), param("start", Kind::Int)],
                "any",
            ),
        ],
        summary: "Gives the first result of a function that is not ().",
        blocks: CALLS,
        example: Example {
            code: "print([1, 5].find_map(|x| if x > 2 { x * 10 }));",
            output: "50",
        },
        run: Run::Prelude,
        ..Entry::NEW
    },
    Entry {
        receiver: Some("array"),
        name: "zip",
        signatures: &[sig(
            &[param("other", Kind::Array), param("f", Kind::Function)],
            "array",
        )],
        summary: "Calls a function for the items of two arrays, pair by pair.",
        blocks: CALLS,
        example: Example {
            code: "print([1, 2].zip([10, 20], |x, y| x + y));",
            output: "[11, 22]",
        },
        run: Run::Prelude,
        ..Entry::NEW
    },
    Entry {
        receiver: Some("map"),
        name: "len",
        signatures: &[sig(&[], "i64")],
        summary: "Gives the number of keys.",
        example: Example {
            code: "print(#{a: 1}.len());",
            output: "1",
        },
        ..Entry::NEW
    },
    Entry {
        receiver: Some("map"),
        name: "is_empty",
        signatures: &[sig(&[], "bool")],
        summary: "Says whether it has no keys.",
        example: Example {
            code: "print(#{}.is_empty());",
            output: "true",
        },
        ..Entry::NEW
    },
    Entry {
        receiver: Some("map"),
        name: "keys",
        signatures: &[sig(&[], "array")],
        summary: "Gives the keys, in order.",
        example: Example {
            code: "print(#{b: 1, a: 2}.keys());",
            output: "[\"a\", \"b\"]",
        },
        ..Entry::NEW
    },
    Entry {
        receiver: Some("map"),
        name: "values",
        signatures: &[sig(&[], "array")],
        summary: "Gives the values, in the order of the keys.",
        example: Example {
            code: "print(#{b: 1, a: 2}.values());",
            output: "[2, 1]",
        },
        ..Entry::NEW
    },
    Entry {
        receiver: Some("map"),
        name: "contains",
        signatures: &[sig(&[param("key", Kind::Text)], "bool")],
        summary: "Says whether it has this key; also `key in map`.",
        example: Example {
            code: "print(#{a: 1}.contains(\"a\"));",
            output: "true",
        },
        ..Entry::NEW
    },
    Entry {
        receiver: Some("map"),
        name: "get",
        signatures: &[sig(&[param("key", Kind::Text)], "any")],
        summary: "Gives the value of a key; () when it has none.",
        example: Example {
            code: "print(#{a: 1}.get(\"a\"));",
            output: "1",
        },
        ..Entry::NEW
    },
    Entry {
        receiver: Some("map"),
        name: "set",
        signatures: &[sig(
            &[param("key", Kind::Text), param("value", Kind::Any)],
            "()",
        )],
        summary: "Sets the value of a key.",
        example: Example {
            code: "let m = #{};\nm.set(\"a\", 1);\nprint(m);",
            output: "#{\"a\": 1}",
        },
        ..Entry::NEW
    },
    Entry {
        receiver: Some("map"),
        name: "remove",
        signatures: &[sig(&[param("key", Kind::Text)], "any")],
        summary: "Takes out a key and gives its value; () when it has none.",
        example: Example {
            code: "let m = #{a: 1};\nprint(m.remove(\"a\"), m);",
            output: "1 #{}",
        },
        ..Entry::NEW
    },
    Entry {
        receiver: Some("map"),
        name: "clear",
        signatures: &[sig(&[], "()")],
        summary: "Removes all keys.",
        example: Example {
            code: "let m = #{a: 1};\nm.clear();\nprint(m);",
            output: "#{}",
        },
        ..Entry::NEW
    },
    Entry {
        receiver: Some("map"),
        name: "mixin",
        signatures: &[sig(&[param("other", Kind::Map)], "()")],
        summary: "Takes over all keys of another map.",
        example: Example {
            code: "let m = #{a: 1};\nm.mixin(#{a: 2, b: 3});\nprint(m);",
            output: "#{\"a\": 2, \"b\": 3}",
        },
        ..Entry::NEW
    },
    Entry {
        receiver: Some("map"),
        name: "fill_with",
        signatures: &[sig(&[param("other", Kind::Map)], "()")],
        summary: "Takes over the keys of another map that this one lacks.",
        example: Example {
            code: "let m = #{a: 1};\nm.fill_with(#{a: 2, b: 3});\nprint(m);",
            output: "#{\"a\": 1, \"b\": 3}",
        },
        ..Entry::NEW
    },
    Entry {
        receiver: Some("map"),
        name: "map",
        signatures: &[sig(&[param("f", Kind::Function)], "map")],
        summary: "Gives a map with what a function gives for each key and value.",
        blocks: CALLS,
        example: Example {
            code: "print(#{a: 1}.map(|key, value| value + 1));",
            output: "#{\"a\": 2}",
        },
        run: Run::Prelude,
        ..Entry::NEW
    },
    Entry {
        receiver: Some("map"),
        name: "filter",
        signatures: &[sig(&[param("f", Kind::Function)], "map")],
        summary: "Gives the keys and values for which a function gives true.",
        blocks: CALLS,
        example: Example {
            code: "print(#{a: 1, b: 2}.filter(|key, value| value > 1));",
            output: "#{\"b\": 2}",
        },
        run: Run::Prelude,
        ..Entry::NEW
    },
    Entry {
        receiver: Some("map"),
        name: "drain",
        signatures: &[sig(&[param("f", Kind::Function)], "map")],
        summary: "Takes out and gives the keys and values for which a function gives true.",
        blocks: CALLS,
        example: Example {
            code: "let m = #{a: 1, b: 2};\nprint(m.drain(|key, value| value > 1), m);",
            output: "#{\"b\": 2} #{\"a\": 1}",
        },
        run: Run::Prelude,
        ..Entry::NEW
    },
    Entry {
        receiver: Some("map"),
        name: "retain",
        signatures: &[sig(&[param("f", Kind::Function)], "map")],
        summary: "Keeps only the keys and values for which a function gives true; gives the others.",
        blocks: CALLS,
        example: Example {
            code: "let m = #{a: 1, b: 2};\nprint(m.retain(|key, value| value > 1), m);",
            output: "#{\"a\": 1} #{\"b\": 2}",
        },
        run: Run::Prelude,
        ..Entry::NEW
    },
    Entry {
        receiver: Some("range"),
        name: "start",
        signatures: &[sig(&[], "i64")],
        summary: "Gives the first number.",
        example: Example {
            code: "print((1..4).start());",
            output: "1",
        },
        ..Entry::NEW
    },
    Entry {
        receiver: Some("range"),
        name: "end",
        signatures: &[sig(&[], "i64")],
        summary: "Gives the number at which it ends.",
        example: Example {
            code: "print((1..4).end());",
            output: "4",
        },
        ..Entry::NEW
    },
    Entry {
        receiver: Some("range"),
        name: "map",
        signatures: &[sig(&[param("f", Kind::Function)], "array")],
        summary: "Gives what a function gives for each number.",
        blocks: CALLS,
        example: Example {
            code: "print(range(3).map(|n| n * n));",
            output: "[0, 1, 4]",
        },
        run: Run::Prelude,
        ..Entry::NEW
    },
    Entry {
        receiver: Some("range"),
        name: "filter",
        signatures: &[sig(&[param("f", Kind::Function)], "array")],
        summary: "Gives the numbers for which a function gives true.",
        blocks: CALLS,
        example: Example {
            code: "print((1..=4).filter(|n| n % 2 == 0));",
            output: "[2, 4]",
        },
        run: Run::Prelude,
        ..Entry::NEW
    },
    Entry {
        receiver: Some("range"),
        name: "contains",
        signatures: &[sig(&[param("number", Kind::Int)], "bool")],
        summary: "Says whether a number belongs to it; also `number in range`.",
        example: Example {
            code: "print((1..4).contains(4));",
            output: "false",
        },
        ..Entry::NEW
    },
    Entry {
        receiver: Some("range"),
        name: "is_empty",
        signatures: &[sig(&[], "bool")],
        summary: "Says whether it holds no number.",
        example: Example {
            code: "print((4..1).is_empty());",
            output: "true",
        },
        ..Entry::NEW
    },
    Entry {
        receiver: Some("range"),
        name: "is_inclusive",
        signatures: &[sig(&[], "bool")],
        summary: "Says whether its end belongs to it.",
        example: Example {
            code: "print((1..=4).is_inclusive());",
            output: "true",
        },
        ..Entry::NEW
    },
];
