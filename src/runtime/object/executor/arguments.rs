//! The arguments of pools: `ThreadPoolExecutor(...)`, `shutdown(...)` and the options of `map`, by
//! position or by name.

use std::sync::Arc;
use std::time::Duration;

use crate::runtime::object::args;
use crate::value::object::Call;
use crate::value::{Class, FaultKind, Function, Items, Map, Value};

/// The longest range that `map` makes into calls.
const MAX_ITEMS: u64 = 100_000_000;

/// The most processes that a pool has.
const MAX_PROCESSES: i64 = 256;

/// The names of the options, in the order of the positions, as in Python.
const NAMES: [&str; 4] = [
    "max_workers",
    "thread_name_prefix",
    "initializer",
    "initargs",
];

/// The settings of a pool.
#[derive(Clone, Debug, Default)]
pub struct PoolSettings {
    /// At most so many threads; the usual number when it is not said.
    pub max_workers: Option<usize>,
    /// What the names of its threads begin with; empty when it is not said.
    pub thread_name_prefix: String,
    /// What each thread calls before its first task.
    pub initializer: Option<Arc<Function>>,
    /// With which arguments.
    pub initargs: Vec<Value>,
}

impl PoolSettings {
    /// The settings that the arguments of `ThreadPoolExecutor(...)` name: at first by position, the
    /// last one may be a map of options. `()` stands for what is not said.
    ///
    /// # Errors
    /// A wrong use when an argument is of another type, or there is no such option.
    pub fn from_args(args: &[Value]) -> Result<Self, FaultKind> {
        let mut settings = Self::default();
        let (positional, options) = match args {
            [positional @ .., Value::Map(options)] => (positional, Some(options)),
            positional => (positional, None),
        };
        if positional.len() > NAMES.len() {
            return Err(FaultKind::Arity {
                name: "ThreadPoolExecutor".into(),
                expected: vec![0, 1, 2, 3, 4],
                found: positional.len(),
                params: Vec::new(),
            });
        }
        for (name, value) in NAMES.into_iter().zip(positional) {
            settings.set(name, value)?;
        }
        for (name, value) in options.into_iter().flat_map(|options| options.iter()) {
            settings.set(name, value)?;
        }
        Ok(settings)
    }

    fn set(&mut self, name: &str, value: &Value) -> Result<(), FaultKind> {
        match (name, value) {
            (name, Value::Unit) if NAMES.contains(&name) => {}
            ("max_workers", Value::Int(count @ 1..=100_000)) => {
                self.max_workers = Some(*count as usize);
            }
            ("max_workers", found) => {
                return Err(FaultKind::misuse(
                    Class::ValueError,
                    &format!("ThreadPoolExecutor({found:?})"),
                    "the number of workers is a whole number from 1 to 100000",
                    "write ThreadPoolExecutor(4), or ThreadPoolExecutor() for the usual number",
                ));
            }
            ("thread_name_prefix", text) if text.as_str().is_some() => {
                self.thread_name_prefix = text.as_str().unwrap_or_default().into();
            }
            ("initializer", Value::Function(function)) => {
                self.initializer = Some(function.clone());
            }
            ("initargs", Value::Array(args)) => self.initargs = args.to_vec(),
            (name, value) => {
                return Err(FaultKind::misuse(
                    Class::TypeError,
                    &format!("ThreadPoolExecutor was given the option {name}: {value:?}"),
                    "the options are `max_workers`, a number, `thread_name_prefix`, a string, \
                     `initializer`, a function, and `initargs`, an array",
                    "write #{max_workers: 2, thread_name_prefix: \"w\", initializer: f}",
                ));
            }
        }
        Ok(())
    }
}

/// How `shutdown(wait, cancel_futures)` shuts down.
pub(super) struct Shutdown {
    pub(super) wait: bool,
    pub(super) cancel_futures: bool,
}

impl Shutdown {
    /// By position; the last argument may be a map of options.
    pub(super) fn from_args(call: Call<'_>) -> Result<Self, FaultKind> {
        let mut how = Self {
            wait: true,
            cancel_futures: false,
        };
        let (positional, options) = match call.args {
            [positional @ .., Value::Map(options)] => (positional, Some(options)),
            positional => (positional, None),
        };
        match positional {
            [] => {}
            [Value::Bool(wait)] => how.wait = *wait,
            [Value::Bool(wait), Value::Bool(cancel)] => {
                (how.wait, how.cancel_futures) = (*wait, *cancel)
            }
            [Value::Bool(_), other] => {
                let expected = "true or false for cancel_futures";
                return Err(FaultKind::mismatch(expected, other));
            }
            [other] => return Err(FaultKind::mismatch("true or false, whether to wait", other)),
            [other, _] => return Err(FaultKind::mismatch("true or false, whether to wait", other)),
            more => return Err(args::arity(call.verb, &[0, 1, 2], more.len())),
        }
        for (name, value) in options.into_iter().flat_map(|options| options.iter()) {
            match (&**name, value) {
                ("wait", Value::Bool(wait)) => how.wait = *wait,
                ("cancel_futures", Value::Bool(cancel)) => how.cancel_futures = *cancel,
                _ => {
                    return Err(FaultKind::misuse(
                        Class::TypeError,
                        &format!("shutdown was given the option {name}: {value:?}"),
                        "the options are `wait` and `cancel_futures`, true or false",
                        "write #{wait: true, cancel_futures: true}",
                    ));
                }
            }
        }
        Ok(how)
    }
}

/// The options of `map`.
pub(super) struct MapOptions {
    /// From the call on.
    pub(super) timeout: Option<Duration>,
    /// How many calls go to a process at once. It means nothing for threads, and is accepted, as in
    /// Python.
    pub(super) chunk_size: usize,
}

impl Default for MapOptions {
    fn default() -> Self {
        Self {
            timeout: None,
            chunk_size: 1,
        }
    }
}

impl MapOptions {
    pub(super) fn from_map(options: &Map) -> Result<Self, FaultKind> {
        let mut read = Self::default();
        for (name, value) in options {
            match (&**name, value) {
                ("timeout", Value::Int(_) | Value::Float(_)) => {
                    let time = args::time("timeout", value, "write #{timeout: 0.5}")?;
                    read.timeout = Some(time);
                }
                ("timeout", Value::Unit) => {}
                ("chunksize", Value::Int(size @ 1..)) => {
                    read.chunk_size = usize::try_from(*size).unwrap_or(usize::MAX);
                }
                _ => {
                    return Err(FaultKind::misuse(
                        Class::TypeError,
                        &format!("map was given the option {name}: {value:?}"),
                        "the options are `timeout`, a number of seconds, and `chunksize`, 1 or more",
                        "write #{timeout: 0.5, chunksize: 1}",
                    ));
                }
            }
        }
        Ok(read)
    }
}

/// The number of processes that the arguments of `ProcessPoolExecutor(...)` name, by position or in
/// a map of options; nothing when it is not said.
///
/// # Errors
/// A wrong use when it is no such number, or there is another option.
pub fn process_count(args: &[Value]) -> Result<Option<usize>, FaultKind> {
    let count = match args {
        [] => return Ok(None),
        [Value::Map(options)] => {
            if let Some(name) = options.keys().find(|name| &***name != "max_workers") {
                return Err(FaultKind::misuse(
                    Class::TypeError,
                    &format!("ProcessPoolExecutor was given the option {name}"),
                    "the only option is `max_workers`: each task finds a copy of the variables that \
                     it mentions, as they are when it is submitted",
                    "prepare them before you submit",
                ));
            }
            options.get("max_workers").cloned().unwrap_or_default()
        }
        [count] => count.clone(),
        more => {
            return Err(FaultKind::Arity {
                name: "ProcessPoolExecutor".into(),
                expected: vec![0, 1],
                found: more.len(),
                params: Vec::new(),
            });
        }
    };
    match count {
        Value::Unit => Ok(None),
        Value::Int(count @ 1..=MAX_PROCESSES) => Ok(Some(count as usize)),
        found => Err(FaultKind::misuse(
            Class::ValueError,
            &format!("ProcessPoolExecutor({found:?})"),
            &format!("the number of processes is a whole number from 1 to {MAX_PROCESSES}"),
            "write ProcessPoolExecutor(2), or ProcessPoolExecutor() for one per core",
        )),
    }
}

/// The items of an input of `map`.
pub(super) fn items(input: &Value) -> Result<Arc<Items>, FaultKind> {
    match input {
        list if list.row().is_some() => Ok(list.row().unwrap_or_default()),
        Value::Range(range) if range.len() <= MAX_ITEMS => {
            let first = (!range.is_empty()).then_some(range.start);
            let numbers = std::iter::successors(first, |number| range.after(*number));
            Ok(Arc::new(numbers.map(Value::Int).collect()))
        }
        Value::Range(_) => Err(FaultKind::TooLarge {
            what: "the range to map over is".into(),
        }),
        text if text.as_str().is_some() => {
            let text = text.as_str().unwrap_or_default();
            Ok(Arc::new(text.chars().map(Value::Char).collect()))
        }
        other => Err(FaultKind::mismatch(
            "an array, a range or a string to map over",
            other,
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::runtime::object::table::function;
    use crate::value::Value::{Int, Unit};

    fn options(entries: &[(&str, Value)]) -> Value {
        let entries = entries
            .iter()
            .map(|(key, value)| ((*key).into(), value.clone()));
        Value::map(entries.collect::<Map>())
    }

    #[test]
    fn positions_and_names_mean_the_same() {
        let f = Value::Function(function("f"));
        let prefix = Value::from("w");
        let args = Value::array(vec![Int(7)]);
        for given in [
            vec![Int(3), prefix.clone(), f.clone(), args.clone()],
            vec![
                Int(3),
                options(&[
                    ("thread_name_prefix", prefix.clone()),
                    ("initializer", f.clone()),
                    ("initargs", args.clone()),
                ]),
            ],
            vec![options(&[
                ("max_workers", Int(3)),
                ("thread_name_prefix", prefix),
                ("initializer", f),
                ("initargs", args),
            ])],
        ] {
            let settings = PoolSettings::from_args(&given).unwrap();
            assert_eq!(settings.max_workers, Some(3));
            assert_eq!(settings.thread_name_prefix, "w");
            assert_eq!(settings.initializer.unwrap().name.as_str(), "f");
            assert_eq!(settings.initargs.len(), 1);
        }
    }

    #[test]
    fn what_is_not_said_is_as_usual() {
        for given in [vec![], vec![Unit], vec![options(&[("max_workers", Unit)])]] {
            let settings = PoolSettings::from_args(&given).unwrap();
            assert_eq!(settings.max_workers, None);
            assert!(settings.thread_name_prefix.is_empty());
            assert!(settings.initializer.is_none());
        }
    }

    #[test]
    fn wrong_settings_are_refused() {
        for wrong in [
            Int(0),
            Int(-1),
            Value::from("4"),
            options(&[("workers", Int(1))]),
            options(&[("initializer", Int(1))]),
            options(&[("thread_name_prefix", Int(1))]),
        ] {
            assert!(PoolSettings::from_args(&[wrong]).is_err());
        }
        let five = vec![Unit; 5];
        assert!(matches!(
            PoolSettings::from_args(&five),
            Err(FaultKind::Arity { .. })
        ));
    }
}
