//! Faults of the machine in Python's classes and words, for code in Python's dialect: `except` there shows
//! them, and programs compare what they show.

use super::{Class, FaultKind, shown_name};

/// What Python calls a type of ours.
fn python_name(own: &str) -> &str {
    match own {
        "()" => "NoneType",
        "i64" => "int",
        "f64" => "float",
        "string" | "char" => "str",
        "Fn" => "function",
        "array" => "tuple",
        "map" => "dict",
        other => other,
    }
}

fn plural(count: usize) -> &'static str {
    if count == 1 { "" } else { "s" }
}

/// The type and the name of a method, of which a signature is `name (type, ...)` or `type.name`.
fn attribute_of(signature: &str) -> Option<(&str, &str)> {
    match signature.split_once(" (") {
        Some((name, types)) => {
            let of = types.trim_end_matches(')').split(',').next()?;
            (!of.is_empty() && !name.contains("__")).then_some((of, name))
        }
        None => signature.rsplit_once('.'),
    }
}

impl FaultKind {
    /// What Python says of an error that has other words here; empty where it says nothing.
    pub(crate) fn message_in_python(&self) -> Option<String> {
        match self {
            Self::Misuse(misuse) | Self::HeldByAnother { misuse, .. } => {
                misuse.python.as_ref().map(ToString::to_string)
            }
            Self::TaskGroup(failures) => {
                let count = failures.len();
                let s = plural(count);
                Some(format!(
                    "unhandled errors in a TaskGroup ({count} sub-exception{s})"
                ))
            }
            Self::Timeout { .. } | Self::Cancelled(_) => Some(String::new()),
            Self::Unfinished { unfinished, of } => {
                Some(format!("{unfinished} (of {of}) futures unfinished"))
            }
            Self::Reported { python, .. } => python.clone(),
            other => matches!(
                other.class(),
                Class::Empty
                    | Class::Full
                    | Class::QueueEmpty
                    | Class::QueueFull
                    | Class::BrokenBarrierError
            )
            .then(String::new),
        }
    }

    /// The same in Python's words, where Python has some of its own.
    #[must_use]
    pub fn in_python(self) -> Self {
        let (class, message) = match &self {
            Self::StringBounds { .. } => {
                (Class::IndexError, "string index out of range".to_string())
            }
            Self::ArrayBounds { .. } => (Class::IndexError, "tuple index out of range".into()),
            Self::UnknownProperty { name, on } => (
                Class::AttributeError,
                format!("'{}' object has no attribute '{name}'", python_name(on)),
            ),
            Self::Indexing { signature } => {
                let of = signature.split(" [").next().unwrap_or_default();
                (
                    Class::TypeError,
                    format!("'{}' object is not subscriptable", python_name(of)),
                )
            }
            Self::NotIterable { found } => (
                Class::TypeError,
                format!("'{}' object is not iterable", python_name(found)),
            ),
            Self::Type { expected, found } if expected == "a function" => (
                Class::TypeError,
                format!("'{}' object is not callable", python_name(found)),
            ),
            Self::UnknownFunction {
                signature,
                is_known,
                ..
            } => match signature.strip_prefix("call (") {
                Some(types) => {
                    let of = types
                        .trim_end_matches(')')
                        .split(',')
                        .next()
                        .unwrap_or_default();
                    let message = format!("'{}' object is not callable", python_name(of));
                    (Class::TypeError, message)
                }
                None if *is_known => (Class::TypeError, self.to_string()),
                // A function that nothing has is found before anything runs: this is a method.
                None => match attribute_of(signature) {
                    Some((of, name)) => (
                        Class::AttributeError,
                        format!("'{}' object has no attribute '{name}'", python_name(of)),
                    ),
                    None => return self,
                },
            },
            Self::Arithmetic(message) if message == "step value cannot be zero" => {
                (Class::ValueError, "range() arg 3 must not be zero".into())
            }
            Self::UnknownVariable { name, .. } => {
                (Class::NameError, format!("name '{name}' is not defined"))
            }
            Self::StackOverflow { .. } => (
                Class::RecursionError,
                "maximum recursion depth exceeded".into(),
            ),
            Self::Arity {
                name,
                expected,
                found,
                params,
            } => {
                let name = match &**name {
                    "closure" => "<lambda>",
                    name => shown_name(name),
                };
                let (least, most) = (expected.iter().min(), expected.iter().max());
                let (Some(least), Some(most)) = (least, most) else {
                    return self;
                };
                let message = match params.get(*found..*least) {
                    Some(missing) if found < least => {
                        let count = missing.len();
                        let names: Vec<String> = missing
                            .iter()
                            .map(|name| format!("'{}'", shown_name(name)))
                            .collect();
                        let names = match &names[..] {
                            [one, other] => format!("{one} and {other}"),
                            [first @ .., last] if !first.is_empty() => {
                                format!("{}, and {last}", first.join(", "))
                            }
                            _ => names.concat(),
                        };
                        format!(
                            "{name}() missing {count} required positional argument{}: {names}",
                            plural(count)
                        )
                    }
                    _ => {
                        let takes = match least == most {
                            true => most.to_string(),
                            false => format!("from {least} to {most}"),
                        };
                        let were = if *found == 1 { "was" } else { "were" };
                        format!(
                            "{name}() takes {takes} positional argument{} but {found} {were} given",
                            plural(*most)
                        )
                    }
                };
                (Class::TypeError, message)
            }
            _ => return self,
        };
        let advice = self.advice().unwrap_or_default();
        Self::raised(class, &message, &advice)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn faults_are_told_as_python_tells_them() {
        let arity = |found, expected: &[usize]| FaultKind::Arity {
            name: "closure".into(),
            expected: expected.to_vec(),
            found,
            params: vec!["a".into(), "b".into()],
        };
        let rows = [
            (
                arity(0, &[2]),
                "TypeError: <lambda>() missing 2 required positional arguments: 'a' and 'b'",
            ),
            (
                arity(3, &[1, 2]),
                "TypeError: <lambda>() takes from 1 to 2 positional arguments but 3 were given",
            ),
            (
                FaultKind::NotIterable {
                    found: "i64".into(),
                },
                "TypeError: 'int' object is not iterable",
            ),
        ];
        for (kind, words) in rows {
            assert_eq!(kind.in_python().title(), words);
        }
    }
}
