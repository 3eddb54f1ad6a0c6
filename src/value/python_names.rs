//! What names of Python's are called where they mean something else: in the translation they have an underline
//! more, and wherever a program or a message shows them, one less. A name that would be taken for such a one
//! has one more, too, so that no two names become one.

/// Words of this language that a name of Python's may be.
const WORDS: &[&str] = &[
    "let",
    "const",
    "var",
    "static",
    "fn",
    "private",
    "this",
    "switch",
    "case",
    "do",
    "loop",
    "until",
    "throw",
    "catch",
    "import",
    "export",
    "true",
    "false",
    "void",
    "null",
    "nil",
    "exit",
    "goto",
    "protected",
    "public",
    "super",
    "module",
    "package",
    "type_of",
    "debug",
    "eval",
    "curry",
    "call",
    "is_def_fn",
    "is_def_var",
    "is_shared",
    "Fn",
];

/// Names of the library that a translation may write anywhere, which no variable may hide.
const WRITTEN: &[&str] = &["list", "dict", "set", "tuple", "deque", "float"];

fn base(name: &str) -> &str {
    name.trim_end_matches('_')
}

fn with_underline(name: &str, is_changed: bool) -> String {
    // A name needs a letter here.
    if !name.contains(char::is_alphabetic) {
        return format!("unused{name}");
    }
    match is_changed {
        true => format!("{name}_"),
        false => name.to_string(),
    }
}

/// The name under which a variable, a parameter, a function or a class of Python's stands in the translation.
pub fn variable_name(name: &str) -> String {
    let base = base(name);
    with_underline(name, WORDS.contains(&base) || WRITTEN.contains(&base))
}

/// The same for an attribute.
pub fn attribute_name(name: &str) -> String {
    with_underline(name, WORDS.contains(&base(name)))
}

/// What Python calls a variable of a translation.
pub fn shown_name(own: &str) -> &str {
    match own.strip_suffix('_') {
        Some(name) if variable_name(name) == own => name,
        _ => own,
    }
}

#[cfg(test)]
mod tests {
    use super::{attribute_name, shown_name, variable_name};

    #[test]
    fn names_come_back_and_none_becomes_another_one() {
        let names = [
            "loop", "loop_", "list", "list__", "x", "x_", "print_", "_", "__",
        ];
        for name in names {
            let own = variable_name(name);
            if name.contains(char::is_alphabetic) {
                assert_eq!(shown_name(&own), name);
            }
            let same = names.iter().filter(|other| variable_name(other) == own);
            assert_eq!(same.count(), 1, "{name}");
        }
        assert_eq!(variable_name("list"), "list_");
        assert_eq!(attribute_name("list"), "list");
        assert_eq!(attribute_name("loop"), "loop_");
    }
}
