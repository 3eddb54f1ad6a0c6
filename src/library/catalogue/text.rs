//! Rows for the methods of strings, characters, numbers and functions.
//!
//! A table, and as long as there are methods: there is nothing to split.

use super::{Entry, Example, Kind, param, sig};

pub(super) const ENTRIES: &[Entry] = &[
    Entry {
        receiver: Some("string"),
        name: "len",
        signatures: &[sig(&[], "i64")],
        summary: "Gives the number of characters.",
        details: "Also a property: `text.len`.",
        example: Example {
            code: "print(\"abc\".len());",
            output: "3",
        },
        ..Entry::NEW
    },
    Entry {
        receiver: Some("string"),
        name: "bytes",
        signatures: &[sig(&[], "i64")],
        summary: "Gives the number of bytes in UTF-8.",
        example: Example {
            code: "print(\"é\".bytes());",
            output: "2",
        },
        ..Entry::NEW
    },
    Entry {
        receiver: Some("string"),
        name: "is_empty",
        signatures: &[sig(&[], "bool")],
        summary: "Says whether it has no characters.",
        example: Example {
            code: "print(\"\".is_empty());",
            output: "true",
        },
        ..Entry::NEW
    },
    Entry {
        receiver: Some("string"),
        name: "to_upper",
        signatures: &[sig(&[], "string")],
        summary: "Gives it in upper case.",
        example: Example {
            code: "print(\"abc\".to_upper());",
            output: "ABC",
        },
        ..Entry::NEW
    },
    Entry {
        receiver: Some("string"),
        name: "to_lower",
        signatures: &[sig(&[], "string")],
        summary: "Gives it in lower case.",
        example: Example {
            code: "print(\"ABC\".to_lower());",
            output: "abc",
        },
        ..Entry::NEW
    },
    Entry {
        receiver: Some("string"),
        name: "make_upper",
        signatures: &[sig(&[], "()")],
        summary: "Turns it into upper case, in place.",
        example: Example {
            code: "let t = \"abc\";\nt.make_upper();\nprint(t);",
            output: "ABC",
        },
        ..Entry::NEW
    },
    Entry {
        receiver: Some("string"),
        name: "make_lower",
        signatures: &[sig(&[], "()")],
        summary: "Turns it into lower case, in place.",
        example: Example {
            code: "let t = \"ABC\";\nt.make_lower();\nprint(t);",
            output: "abc",
        },
        ..Entry::NEW
    },
    Entry {
        receiver: Some("string"),
        name: "trim",
        signatures: &[sig(&[], "()")],
        summary: "Removes white space at both ends, in place.",
        example: Example {
            code: "let t = \"  a \";\nt.trim();\nprint(t + \"!\");",
            output: "a!",
        },
        ..Entry::NEW
    },
    Entry {
        receiver: Some("string"),
        name: "contains",
        signatures: &[sig(&[param("part", Kind::Pattern)], "bool")],
        summary: "Says whether it has this part; also `part in text`.",
        example: Example {
            code: "print(\"thread\".contains(\"read\"));",
            output: "true",
        },
        ..Entry::NEW
    },
    Entry {
        receiver: Some("string"),
        name: "starts_with",
        signatures: &[sig(&[param("part", Kind::Pattern)], "bool")],
        summary: "Says whether it begins so.",
        example: Example {
            code: "print(\"thread\".starts_with(\"th\"));",
            output: "true",
        },
        ..Entry::NEW
    },
    Entry {
        receiver: Some("string"),
        name: "ends_with",
        signatures: &[sig(&[param("part", Kind::Pattern)], "bool")],
        summary: "Says whether it ends so.",
        example: Example {
            code: "print(\"thread\".ends_with(\"ad\"));",
            output: "true",
        },
        ..Entry::NEW
    },
    Entry {
        receiver: Some("string"),
        name: "index_of",
        signatures: &[
            sig(&[param("part", Kind::Pattern)], "i64"),
            sig(
                &[param("part", Kind::Pattern), param("start", Kind::Int)],
                "i64",
            ),
        ],
        summary: "Gives where this part begins; -1 when it is not there.",
        example: Example {
            code: "print(\"abcb\".index_of('b'), \"abcb\".index_of('b', 2));",
            output: "1 3",
        },
        ..Entry::NEW
    },
    Entry {
        receiver: Some("string"),
        name: "sub_string",
        signatures: &[
            sig(&[param("start", Kind::Int)], "string"),
            sig(&[param("range", Kind::Range)], "string"),
            sig(
                &[param("start", Kind::Int), param("count", Kind::Int)],
                "string",
            ),
        ],
        summary: "Gives a part.",
        example: Example {
            code: "print(\"abcdef\".sub_string(1, 3));",
            output: "bcd",
        },
        ..Entry::NEW
    },
    Entry {
        receiver: Some("string"),
        name: "crop",
        signatures: &[
            sig(&[param("start", Kind::Int)], "()"),
            sig(&[param("range", Kind::Range)], "()"),
            sig(
                &[param("start", Kind::Int), param("count", Kind::Int)],
                "()",
            ),
        ],
        summary: "Keeps only a part.",
        example: Example {
            code: "let t = \"abcdef\";\nt.crop(1..3);\nprint(t);",
            output: "bc",
        },
        ..Entry::NEW
    },
    Entry {
        receiver: Some("string"),
        name: "split",
        signatures: &[
            sig(&[], "array"),
            sig(&[param("delimiter", Kind::Pattern)], "array"),
            sig(
                &[param("delimiter", Kind::Pattern), param("most", Kind::Int)],
                "array",
            ),
            sig(&[param("index", Kind::Int)], "array"),
        ],
        summary: "Gives the parts between delimiters; without one, between white space.",
        details: "With an index it gives the two parts before and from there.",
        example: Example {
            code: "print(\"a,b\".split(\",\"));",
            output: "[\"a\", \"b\"]",
        },
        ..Entry::NEW
    },
    Entry {
        receiver: Some("string"),
        name: "split_rev",
        signatures: &[
            sig(&[param("delimiter", Kind::Pattern)], "array"),
            sig(
                &[param("delimiter", Kind::Pattern), param("most", Kind::Int)],
                "array",
            ),
        ],
        summary: "Gives the parts between delimiters, last one first.",
        example: Example {
            code: "print(\"a,b\".split_rev(\",\"));",
            output: "[\"b\", \"a\"]",
        },
        ..Entry::NEW
    },
    Entry {
        receiver: Some("string"),
        name: "replace",
        signatures: &[sig(
            &[param("part", Kind::Pattern), param("new", Kind::Pattern)],
            "()",
        )],
        summary: "Replaces a part wherever it is, in place.",
        example: Example {
            code: "let t = \"a-b\";\nt.replace(\"-\", \"+\");\nprint(t);",
            output: "a+b",
        },
        ..Entry::NEW
    },
    Entry {
        receiver: Some("string"),
        name: "remove",
        signatures: &[sig(&[param("part", Kind::Pattern)], "()")],
        summary: "Removes a part wherever it is, in place.",
        example: Example {
            code: "let t = \"a-b\";\nt.remove(\"-\");\nprint(t);",
            output: "ab",
        },
        ..Entry::NEW
    },
    Entry {
        receiver: Some("string"),
        name: "append",
        signatures: &[sig(&[param("value", Kind::Any)], "()")],
        summary: "Appends the text of a value.",
        example: Example {
            code: "let t = \"a\";\nt.append(1);\nprint(t);",
            output: "a1",
        },
        ..Entry::NEW
    },
    Entry {
        receiver: Some("string"),
        name: "clear",
        signatures: &[sig(&[], "()")],
        summary: "Removes all characters.",
        example: Example {
            code: "let t = \"a\";\nt.clear();\nprint(t.is_empty());",
            output: "true",
        },
        ..Entry::NEW
    },
    Entry {
        receiver: Some("string"),
        name: "truncate",
        signatures: &[sig(&[param("count", Kind::Int)], "()")],
        summary: "Keeps only the first characters.",
        example: Example {
            code: "let t = \"abc\";\nt.truncate(2);\nprint(t);",
            output: "ab",
        },
        ..Entry::NEW
    },
    Entry {
        receiver: Some("string"),
        name: "pad",
        signatures: &[sig(
            &[param("length", Kind::Int), param("padding", Kind::Pattern)],
            "()",
        )],
        summary: "Appends padding until the text is that long.",
        example: Example {
            code: "let t = \"7\";\nt.pad(3, '.');\nprint(t);",
            output: "7..",
        },
        ..Entry::NEW
    },
    Entry {
        receiver: Some("string"),
        name: "pop",
        signatures: &[
            sig(&[], "char"),
            sig(&[param("count", Kind::Int)], "string"),
        ],
        summary: "Takes the last character, or the last ones; () when there is none.",
        example: Example {
            code: "let t = \"abc\";\nprint(t.pop(), t);",
            output: "c ab",
        },
        ..Entry::NEW
    },
    Entry {
        receiver: Some("string"),
        name: "get",
        signatures: &[sig(&[param("index", Kind::Int)], "char")],
        summary: "Gives the character at an index; () when there is none.",
        example: Example {
            code: "print(\"abc\".get(-1));",
            output: "c",
        },
        ..Entry::NEW
    },
    Entry {
        receiver: Some("string"),
        name: "set",
        signatures: &[sig(
            &[param("index", Kind::Int), param("character", Kind::Any)],
            "()",
        )],
        summary: "Replaces the character at an index, if there is one.",
        example: Example {
            code: "let t = \"abc\";\nt.set(0, 'x');\nprint(t);",
            output: "xbc",
        },
        ..Entry::NEW
    },
    Entry {
        receiver: Some("string"),
        name: "chars",
        signatures: &[
            sig(&[], "array"),
            sig(&[param("start", Kind::Int)], "array"),
            sig(&[param("range", Kind::Range)], "array"),
            sig(
                &[param("start", Kind::Int), param("count", Kind::Int)],
                "array",
            ),
        ],
        summary: "Gives the characters, or some of them.",
        example: Example {
            code: "for c in \"abc\".chars(1) { print(c); }",
            output: "b\nc",
        },
        ..Entry::NEW
    },
    Entry {
        receiver: Some("string"),
        name: "to_chars",
        signatures: &[sig(&[], "array")],
        summary: "Gives the characters as an array.",
        example: Example {
            code: "print(\"ab\".to_chars());",
            output: "[a, b]",
        },
        ..Entry::NEW
    },
    Entry {
        receiver: Some("string"),
        name: "to_blob",
        signatures: &[sig(&[], "blob")],
        summary: "Gives the bytes in UTF-8.",
        example: Example {
            code: "print(\"AB\".to_blob());",
            output: "[4142]",
        },
        ..Entry::NEW
    },
    Entry {
        receiver: Some("string"),
        name: "parse_int",
        signatures: &[sig(&[], "i64"), sig(&[param("radix", Kind::Int)], "i64")],
        summary: "Reads an integer, in base 10 or another one.",
        errors: "ErrorArithmetic when it is no integer.",
        example: Example {
            code: "print(\"12\".parse_int() + 1);",
            output: "13",
        },
        ..Entry::NEW
    },
    Entry {
        receiver: Some("string"),
        name: "parse_float",
        signatures: &[sig(&[], "f64")],
        summary: "Reads a float.",
        errors: "ErrorArithmetic when it is no number.",
        example: Example {
            code: "print(\"1.5\".parse_float() * 2.0);",
            output: "3.0",
        },
        ..Entry::NEW
    },
    Entry {
        receiver: Some("i64"),
        name: "bits",
        signatures: &[
            sig(&[], "array"),
            sig(&[param("range", Kind::Range)], "array"),
            sig(&[param("from", Kind::Int)], "array"),
            sig(
                &[param("from", Kind::Int), param("count", Kind::Int)],
                "array",
            ),
        ],
        summary: "Gives the bits, or some of them, as true and false, the lowest first.",
        errors: "There are bits 0 to 63.",
        example: Example {
            code: "for bit in 5.bits(0..3) { print(bit); }",
            output: "true\nfalse\ntrue",
        },
        ..Entry::NEW
    },
    Entry {
        receiver: Some("i64"),
        name: "abs",
        signatures: &[sig(&[], "i64")],
        summary: "Gives the number without its sign.",
        example: Example {
            code: "print((-3).abs());",
            output: "3",
        },
        ..Entry::NEW
    },
    Entry {
        receiver: Some("i64"),
        name: "sign",
        signatures: &[sig(&[], "i64")],
        summary: "Gives -1, 0 or 1.",
        example: Example {
            code: "print((-3).sign());",
            output: "-1",
        },
        ..Entry::NEW
    },
    Entry {
        receiver: Some("i64"),
        name: "to_float",
        signatures: &[sig(&[], "f64")],
        summary: "Gives it as a float.",
        example: Example {
            code: "print(3.to_float());",
            output: "3.0",
        },
        ..Entry::NEW
    },
    Entry {
        receiver: Some("i64"),
        name: "is_odd",
        signatures: &[sig(&[], "bool")],
        summary: "Says whether it is odd.",
        example: Example {
            code: "print(3.is_odd());",
            output: "true",
        },
        ..Entry::NEW
    },
    Entry {
        receiver: Some("i64"),
        name: "is_even",
        signatures: &[sig(&[], "bool")],
        summary: "Says whether it is even.",
        example: Example {
            code: "print(3.is_even());",
            output: "false",
        },
        ..Entry::NEW
    },
    Entry {
        receiver: Some("i64"),
        name: "is_zero",
        signatures: &[sig(&[], "bool")],
        summary: "Says whether it is 0.",
        example: Example {
            code: "print(0.is_zero());",
            output: "true",
        },
        ..Entry::NEW
    },
    Entry {
        receiver: Some("f64"),
        name: "abs",
        signatures: &[sig(&[], "f64")],
        summary: "Gives the number without its sign.",
        example: Example {
            code: "print((-1.5).abs());",
            output: "1.5",
        },
        ..Entry::NEW
    },
    Entry {
        receiver: Some("f64"),
        name: "sqrt",
        signatures: &[sig(&[], "f64")],
        summary: "Gives the square root.",
        example: Example {
            code: "print(9.0.sqrt());",
            output: "3.0",
        },
        ..Entry::NEW
    },
    Entry {
        receiver: Some("f64"),
        name: "floor",
        signatures: &[sig(&[], "f64")],
        summary: "Rounds down.",
        example: Example {
            code: "print(1.7.floor());",
            output: "1.0",
        },
        ..Entry::NEW
    },
    Entry {
        receiver: Some("f64"),
        name: "ceiling",
        signatures: &[sig(&[], "f64")],
        summary: "Rounds up.",
        example: Example {
            code: "print(1.2.ceiling());",
            output: "2.0",
        },
        ..Entry::NEW
    },
    Entry {
        receiver: Some("f64"),
        name: "round",
        signatures: &[sig(&[], "f64")],
        summary: "Rounds to the nearest whole number.",
        example: Example {
            code: "print(1.5.round());",
            output: "2.0",
        },
        ..Entry::NEW
    },
    Entry {
        receiver: Some("f64"),
        name: "to_int",
        signatures: &[sig(&[], "i64")],
        summary: "Gives it as an integer, cut towards 0.",
        example: Example {
            code: "print(1.7.to_int());",
            output: "1",
        },
        ..Entry::NEW
    },
    Entry {
        receiver: Some("char"),
        name: "to_int",
        signatures: &[sig(&[], "i64")],
        summary: "Gives the character's number in Unicode.",
        example: Example {
            code: "print('A'.to_int());",
            output: "65",
        },
        ..Entry::NEW
    },
    Entry {
        receiver: Some("char"),
        name: "to_upper",
        signatures: &[sig(&[], "char")],
        summary: "Gives it in upper case.",
        example: Example {
            code: "print('a'.to_upper());",
            output: "A",
        },
        ..Entry::NEW
    },
    Entry {
        receiver: Some("char"),
        name: "to_lower",
        signatures: &[sig(&[], "char")],
        summary: "Gives it in lower case.",
        example: Example {
            code: "print('A'.to_lower());",
            output: "a",
        },
        ..Entry::NEW
    },
    Entry {
        receiver: Some("Fn"),
        name: "name",
        signatures: &[sig(&[], "string")],
        summary: "Gives the name of the function.",
        example: Example {
            code: "print(Fn(\"square\").name());",
            output: "square",
        },
        ..Entry::NEW
    },
    Entry {
        receiver: Some("i64"),
        name: "max",
        signatures: &[sig(&[param("other", Kind::Number)], "i64")],
        summary: "Gives the greater of two; also for floats, strings and characters.",
        example: Example {
            code: "print(max(1, 2));",
            output: "2",
        },
        ..Entry::NEW
    },
    Entry {
        receiver: Some("i64"),
        name: "min",
        signatures: &[sig(&[param("other", Kind::Number)], "i64")],
        summary: "Gives the lesser of two; also for floats, strings and characters.",
        example: Example {
            code: "print(min(1, 2));",
            output: "1",
        },
        ..Entry::NEW
    },
    Entry {
        receiver: Some("any"),
        name: "to_string",
        signatures: &[sig(&[], "string")],
        summary: "Gives the text that `print` shows.",
        example: Example {
            code: "print(1.to_string() + \"!\");",
            output: "1!",
        },
        ..Entry::NEW
    },
    Entry {
        receiver: Some("any"),
        name: "to_debug",
        signatures: &[sig(&[], "string")],
        summary: "Gives the text that `debug` shows.",
        example: Example {
            code: "print(\"a\".to_debug());",
            output: "\"a\"",
        },
        ..Entry::NEW
    },
];
