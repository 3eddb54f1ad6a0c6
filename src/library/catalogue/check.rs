//! The check of arguments against a row, and the text of what is wrong with them.

use crate::value::{Class, FaultKind, Value};

use super::{Entry, Kind, Signature};

impl Kind {
    fn accepts(self, value: &Value) -> bool {
        match self {
            // These are refused by what takes them, which knows what to do instead.
            Self::Any | Self::Checked(_) | Self::Rest | Self::Awaitable | Self::Awaitables => true,
            Self::Bool => matches!(value, Value::Bool(_)),
            Self::Int => matches!(value, Value::Int(_)),
            Self::Number | Self::Seconds => matches!(value, Value::Int(_) | Value::Float(_)),
            Self::Limit => matches!(value, Value::Int(_) | Value::Float(_) | Value::Unit),
            Self::Float => matches!(value, Value::Float(_)),
            Self::Text => value.as_str().is_some(),
            Self::Pattern => value.as_str().is_some() || matches!(value, Value::Char(_)),
            Self::Array | Self::AwaitableArray => matches!(value, Value::Array(_)),
            Self::Map => matches!(value, Value::Map(_)),
            Self::Range => matches!(value, Value::Range(_)),
            Self::Function => matches!(value, Value::Function(_)),
        }
    }

    /// What it can be, for people: `a number of seconds`.
    pub fn in_words(self) -> &'static str {
        match self {
            Self::Any | Self::Rest => "any value",
            Self::Checked(words) => words,
            Self::Bool => "true or false",
            Self::Int => "an integer",
            Self::Number => "a number",
            Self::Seconds => "a number of seconds",
            Self::Limit => "a number of seconds, or () for no limit",
            Self::Float => "a float",
            Self::Text => "a string",
            Self::Pattern => "a string or a character",
            Self::Array => "an array",
            Self::Map => "a map",
            Self::Range => "a range",
            Self::Function => "a function",
            Self::Awaitable | Self::Awaitables => "a function, task or coroutine",
            Self::AwaitableArray => "an array of functions, tasks or coroutines",
        }
    }
}

impl Signature {
    fn takes(&self, count: usize) -> bool {
        match self.params {
            [required @ .., last] if matches!(last.kind, Kind::Rest | Kind::Awaitables) => {
                count >= required.len()
            }
            params => count == params.len(),
        }
    }

    /// The first argument that does not fit.
    fn misfit<'a>(&self, args: &'a [Value]) -> Option<(Kind, &'a Value)> {
        (self.params.iter().zip(args))
            .find(|(param, arg)| !param.kind.accepts(arg))
            .map(|(param, arg)| (param.kind, arg))
    }
}

/// Whether the arguments fit one of the row's signatures.
///
/// # Errors
/// [`FaultKind::Arity`], or [`FaultKind::Misuse`] that names the first argument of a wrong type.
pub fn check(entry: &Entry, args: &[Value]) -> Result<(), FaultKind> {
    let mut nearest = None;
    for signature in entry.signatures {
        if signature.takes(args.len()) {
            match signature.misfit(args) {
                None => return Ok(()),
                misfit => nearest = nearest.or(misfit),
            }
        }
    }
    Err(match nearest {
        Some((kind, arg)) => wrong_type(entry, kind, arg),
        None => FaultKind::Arity {
            name: entry.name.into(),
            expected: counts(entry),
            found: args.len(),
            params: params(entry),
        },
    })
}

/// The names of the shortest signature's parameters.
fn params(entry: &Entry) -> Vec<String> {
    let shortest = (entry.signatures.iter()).min_by_key(|signature| signature.params.len());
    let params = shortest.map_or(&[][..], |signature| signature.params);
    params.iter().map(|param| param.name.to_string()).collect()
}

fn counts(entry: &Entry) -> Vec<usize> {
    let mut counts: Vec<usize> = (entry.signatures.iter())
        .map(|signature| signature.params.len())
        .collect();
    counts.sort_unstable();
    counts.dedup();
    counts
}

fn wrong_type(entry: &Entry, kind: Kind, arg: &Value) -> FaultKind {
    let name = entry.name;
    let usages = entry.usages().join(" or ");
    let advice = match (kind, arg) {
        (Kind::Function, Value::Literal(_) | Value::Str(_)) => {
            format!("write the function's name without quotes: `{name}(f)`")
        }
        (Kind::Function, _) => {
            format!("give the function itself, without calling it: `{name}(f)`, not `{name}(f())`")
        }
        (Kind::Int | Kind::Number | Kind::Seconds, Value::Literal(_) | Value::Str(_)) => {
            "write the number without quotes, or make one of the text: `parse_int(text)`".into()
        }
        (Kind::Int, Value::Float(_)) => "make it an integer: `x.to_int()`".into(),
        (Kind::Text, _) => "make it a string: `x.to_string()`".into(),
        _ => format!("write {usages}"),
    };
    FaultKind::misuse(
        Class::TypeError,
        &format!(
            "{name} takes {}, but was given {}",
            kind.in_words(),
            arg.type_name()
        ),
        &format!("it is called as {usages}"),
        &advice,
    )
}

#[cfg(test)]
mod tests {
    use super::super::{entry, native_index};
    use super::*;

    fn refusal(name: &str, args: &[Value]) -> FaultKind {
        check(entry(native_index(name).unwrap() as usize).unwrap(), args).unwrap_err()
    }

    #[test]
    fn a_wrong_type_is_named_with_what_to_do() {
        let fault = refusal("sleep", &[Value::from("1")]);
        assert_eq!(
            fault.to_string(),
            "sleep takes a number of seconds, but was given string: it is called as sleep(seconds)"
        );
        assert!(fault.advice().unwrap().contains("without quotes"));
    }

    #[test]
    fn a_wrong_number_of_arguments_lists_the_right_ones() {
        let fault = refusal("assert", &[]);
        assert_eq!(
            fault.to_string(),
            "assert takes 1 or 2 arguments, but 0 were given"
        );
    }
}
