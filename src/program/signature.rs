//! Which arguments a function takes: parameters with defaults, by name only, and those that take the rest.
//!
//! A function written as `fn` or a closure has none of this, and takes exactly its parameters. A method
//! and a `def` may: `def f(a, b = 1, *rest, **named) { ... }`. Binding is Python's, with Python's words.
//! The defaults are evaluated where the function is made, and stand among what it captures.

use crate::pos::Pos;
use crate::value::{Class, Collection, Dict, FaultKind, Literal, Value};

/// How a method is found by way of an instance or of its class.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum MethodKind {
    /// Its `this` is the instance.
    #[default]
    Instance,
    /// It has no `this`.
    Static,
    /// Its `this` is the class.
    Class,
    /// To read it calls it.
    Property,
}

impl MethodKind {
    /// The kind that a word before a method's name asks for.
    pub fn of_word(word: &str) -> Option<Self> {
        Some(match word {
            "staticmethod" => Self::Static,
            "classmethod" => Self::Class,
            "property" => Self::Property,
            _ => return None,
        })
    }
}

/// Which arguments a parameter takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ParameterKind {
    /// One, by its place or its name.
    Plain,
    /// One, by its place only.
    PlaceOnly,
    /// One, by its name only.
    NameOnly,
    /// `*rest`: all further ones, as a tuple.
    Rest,
    /// `**named`: all further ones that have names, as a dict.
    Named,
}

impl ParameterKind {
    /// Whether it takes an argument by its place.
    fn is_positional(self) -> bool {
        matches!(self, Self::Plain | Self::PlaceOnly)
    }

    /// Whether it takes an argument by its name.
    fn is_named(self) -> bool {
        matches!(self, Self::Plain | Self::NameOnly)
    }
}

/// A parameter.
#[derive(Clone, Debug)]
pub struct Parameter {
    /// Its name.
    pub name: Literal,
    /// Which arguments it takes.
    pub kind: ParameterKind,
    /// The captured variable in which its default stands.
    pub default: Option<u16>,
}

/// Which arguments a function takes.
#[derive(Clone, Debug)]
pub struct Signature {
    /// What the function is called in messages: `Account.deposit`.
    pub name: String,
    /// How a method is found.
    pub kind: MethodKind,
    /// The parameters, in order, without `this`.
    pub parameters: Vec<Parameter>,
}

/// The arguments of a call that have names.
pub type NamedArguments = Vec<(Box<str>, Value)>;

impl Signature {
    /// Whether so many arguments by their places are one for each parameter, as they are.
    #[inline]
    pub fn takes_exactly(&self, count: usize) -> bool {
        count == self.parameters.len()
            && (self.parameters.iter()).all(|parameter| parameter.kind.is_positional())
    }

    /// Whether a call may have so many arguments by their places, and none by names.
    pub fn accepts(&self, count: usize) -> bool {
        let of = |kind| (self.parameters.iter()).filter(move |parameter| parameter.kind == kind);
        let is_needed = |parameter: &&Parameter| parameter.default.is_none();
        let least = self.positional().filter(is_needed).count();
        let takes_rest = of(ParameterKind::Rest).next().is_some();
        count >= least
            && (takes_rest || count <= self.positional().count())
            && !of(ParameterKind::NameOnly).any(|parameter| is_needed(&parameter))
    }

    /// The parameters that take an argument by its place.
    fn positional(&self) -> impl Iterator<Item = &Parameter> {
        (self.parameters.iter()).filter(|parameter| parameter.kind.is_positional())
    }

    /// One value for each parameter. `default` gives a captured variable's value, and `receivers` is how
    /// many arguments Python counts before the first: `self`.
    ///
    /// # Errors
    /// Too many or too few arguments, or names of no parameter, in Python's words.
    pub fn bind(
        &self,
        args: Vec<Value>,
        named: NamedArguments,
        receivers: usize,
        default: impl Fn(u16) -> Value,
    ) -> Result<Vec<Value>, FaultKind> {
        let count = args.len();
        let mut args = args.into_iter();
        let mut bound: Vec<Option<Value>> = (self.parameters.iter())
            .map(|parameter| match parameter.kind {
                ParameterKind::Plain | ParameterKind::PlaceOnly => args.next(),
                ParameterKind::NameOnly => None,
                ParameterKind::Rest => Some(Value::tuple(args.by_ref().collect())),
                ParameterKind::Named => None,
            })
            .collect();
        if args.next().is_some() {
            return Err(self.too_many(count + receivers, receivers));
        }
        let mut rest = Dict::new();
        let takes_names =
            (self.parameters.iter()).position(|parameter| parameter.kind == ParameterKind::Named);
        if takes_names.is_none() {
            self.refuse_names_of_places(&named)?;
        }
        for (name, value) in named {
            let place = self.parameters.iter().position(|parameter| {
                parameter.kind.is_named() && parameter.name.as_str() == &*name
            });
            match place {
                Some(place) if bound[place].is_none() => bound[place] = Some(value),
                Some(_) => {
                    return Err(self.wrong(&format!("got multiple values for argument '{name}'")));
                }
                None if takes_names.is_some() => {
                    rest.insert(Value::from(&*name), value)?;
                }
                None => {
                    return Err(self.wrong(&format!("got an unexpected keyword argument '{name}'")));
                }
            }
        }
        if let Some(place) = takes_names {
            bound[place] = Some(Value::reference(Collection::Dict(rest), Pos::NONE));
        }
        for (place, parameter) in bound.iter_mut().zip(&self.parameters) {
            if place.is_none() {
                *place = parameter.default.map(&default);
            }
        }
        for (is_positional, what) in [(true, "positional"), (false, "keyword-only")] {
            let missing: Vec<String> = (bound.iter().zip(&self.parameters))
                .filter(|(value, parameter)| {
                    value.is_none() && parameter.kind.is_positional() == is_positional
                })
                .map(|(_, parameter)| format!("'{}'", parameter.name.as_str()))
                .collect();
            if !missing.is_empty() {
                let (count, s) = (missing.len(), plural(missing.len()));
                let names = enumerated(&missing);
                let message = format!("missing {count} required {what} argument{s}: {names}");
                return Err(self.wrong(&message));
            }
        }
        Ok(bound.into_iter().flatten().collect())
    }

    /// Refuses names that belong to parameters which take no names.
    fn refuse_names_of_places(&self, named: &NamedArguments) -> Result<(), FaultKind> {
        let is_given = |parameter: &&Parameter| {
            let name = parameter.name.as_str();
            parameter.kind == ParameterKind::PlaceOnly
                && named.iter().any(|(given, _)| &**given == name)
        };
        let names: Vec<&str> = (self.parameters.iter().filter(is_given))
            .map(|parameter| parameter.name.as_str())
            .collect();
        match names.is_empty() {
            true => Ok(()),
            false => Err(self.wrong(&format!(
                "got some positional-only arguments passed as keyword arguments: '{}'",
                names.join(", ")
            ))),
        }
    }

    fn too_many(&self, given: usize, receivers: usize) -> FaultKind {
        let most = self.positional().count() + receivers;
        let optional = self
            .positional()
            .filter(|one| one.default.is_some())
            .count();
        let takes = match optional {
            0 => most.to_string(),
            _ => format!("from {} to {most}", most - optional),
        };
        let were = if given == 1 { "was" } else { "were" };
        let s = plural(most);
        self.wrong(&format!(
            "takes {takes} positional argument{s} but {given} {were} given"
        ))
    }

    fn wrong(&self, what: &str) -> FaultKind {
        let name = match &*self.name {
            // What Python calls a function without a name.
            "lambda" => "<lambda>",
            name => name,
        };
        let message = format!("{name}() {what}");
        FaultKind::raised(Class::TypeError, &message, "")
    }
}

fn plural(count: usize) -> &'static str {
    if count == 1 { "" } else { "s" }
}

/// `'a'`, `'a' and 'b'`, `'a', 'b', and 'c'`
fn enumerated(names: &[String]) -> String {
    match names {
        [] => String::new(),
        [one] => one.clone(),
        [one, other] => format!("{one} and {other}"),
        [first @ .., last] => format!("{}, and {last}", first.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `def f(a, b = 7, *rest, key, **named)`
    fn signature() -> Signature {
        let parameter = |name, kind, default| Parameter {
            name: Literal::new(name),
            kind,
            default,
        };
        Signature {
            name: "f".into(),
            kind: MethodKind::Instance,
            parameters: vec![
                parameter("a", ParameterKind::Plain, None),
                parameter("b", ParameterKind::Plain, Some(0)),
                parameter("rest", ParameterKind::Rest, None),
                parameter("key", ParameterKind::NameOnly, None),
                parameter("named", ParameterKind::Named, None),
            ],
        }
    }

    fn bound(args: &[i64], named: &[(&str, i64)]) -> String {
        let args = args.iter().map(|value| Value::Int(*value)).collect();
        let named = (named.iter())
            .map(|(name, value)| ((*name).into(), Value::Int(*value)))
            .collect();
        match signature().bind(args, named, 0, |_| Value::Int(7)) {
            Ok(values) => crate::value::repr_text(&Value::tuple(values)),
            Err(fault) => fault.title(),
        }
    }

    #[test]
    fn arguments_find_their_parameters_as_in_python() {
        assert_eq!(bound(&[1], &[("key", 2)]), "(1, 7, (), 2, {})");
        assert_eq!(
            bound(&[1, 2, 3, 4], &[("x", 5), ("key", 6)]),
            "(1, 2, (3, 4), 6, {'x': 5})"
        );
        assert_eq!(
            bound(&[1], &[("a", 2), ("key", 1)]),
            "TypeError: f() got multiple values for argument 'a'"
        );
        assert_eq!(
            bound(&[], &[("key", 1)]),
            "TypeError: f() missing 1 required positional argument: 'a'"
        );
        assert_eq!(
            bound(&[1], &[]),
            "TypeError: f() missing 1 required keyword-only argument: 'key'"
        );
    }

    #[test]
    fn parameters_that_are_given_by_places_only_leave_their_names_to_others() {
        let mut signature = signature();
        signature.parameters[0].kind = ParameterKind::PlaceOnly;
        let named = |name: &str| vec![(name.into(), Value::Int(2)), ("key".into(), Value::Int(3))];
        let bound = signature.bind(vec![Value::Int(1)], named("a"), 0, |_| Value::Int(7));
        let shown = bound.map(|values| crate::value::repr_text(&Value::tuple(values)));
        assert_eq!(
            shown.map_err(|fault| fault.title()),
            Ok("(1, 7, (), 3, {'a': 2})".into())
        );
        signature.parameters.pop();
        let fault = signature.bind(Vec::new(), named("a"), 0, |_| Value::Int(7));
        assert_eq!(
            fault.map_err(|fault| fault.title()).unwrap_err(),
            "TypeError: f() got some positional-only arguments passed as keyword arguments: 'a'"
        );
    }

    #[test]
    fn too_many_arguments_are_counted_with_the_receiver() {
        let mut signature = signature();
        signature.parameters.truncate(2);
        let args = vec![Value::Unit, Value::Unit, Value::Unit];
        let fault = signature.bind(args, Vec::new(), 1, |_| Value::Unit);
        assert_eq!(
            fault.map_err(|fault| fault.title()).unwrap_err(),
            "TypeError: f() takes from 2 to 3 positional arguments but 4 were given"
        );
    }
}
