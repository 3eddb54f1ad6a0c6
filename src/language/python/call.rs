//! Calls: of built-in functions, of what modules have, of methods and of the text's own functions.
//!
//! Keyword arguments find their places by the names of the parameters. Nothing is left out in
//! silence: an argument that has no place here is refused by its name.

use std::collections::BTreeMap;

use ruff_python_ast::{self as ast, Expr};
use ruff_text_size::{Ranged, TextSize};

use super::EarlierKind;
use super::builtins;
use super::expression::{Binding, Collect, Piece, is_plain, marked};
use super::modules;
use super::names::{error_class, own_name};
use super::string::quoted;
use super::text::{Layout, Text};
use super::translate::{Function, Outcome, Translator, refuse};
use super::types::Type;
use crate::value::{attribute_name, variable_name};

/// The arguments of a call by the names of their parameters.
pub(super) struct Bound<'a> {
    named: BTreeMap<&'static str, &'a Expr>,
    /// What a parameter `*` takes.
    pub(super) rest: Vec<&'a Expr>,
}

impl<'a> Bound<'a> {
    pub(super) fn take(&mut self, name: &str) -> Option<&'a Expr> {
        self.named.remove(name)
    }

    /// The same, unless it is `None`, which stands for the default.
    fn take_some(&mut self, name: &str) -> Option<&'a Expr> {
        self.take(name)
            .filter(|value| !matches!(value, Expr::NoneLiteral(_)))
    }
}

/// Finds the parameter of each argument. `*` takes all further ones.
pub(super) fn bind<'a>(
    call: &'a ast::ExprCall,
    what: &str,
    parameters: &[&'static str],
) -> Outcome<Bound<'a>> {
    let mut bound = Bound {
        named: BTreeMap::new(),
        rest: Vec::new(),
    };
    let mut places = parameters.iter();
    let mut takes_rest = false;
    for argument in &call.arguments.args {
        if !takes_rest {
            match places.next() {
                Some(&"*") => takes_rest = true,
                Some(_) if matches!(argument, Expr::Starred(_)) => {
                    return refuse(
                        argument,
                        format!("`*` has no counterpart in a call of `{what}`"),
                    );
                }
                Some(name) => {
                    bound.named.insert(name, argument);
                    continue;
                }
                None => return refuse(argument, format!("`{what}` takes no such argument")),
            }
        }
        bound.rest.push(argument);
    }
    for keyword in &call.arguments.keywords {
        let Some(name) = &keyword.arg else {
            return refuse(
                keyword,
                format!("`**` has no counterpart in a call of `{what}`"),
            );
        };
        let place = parameters
            .iter()
            .find(|parameter| **parameter == name.as_str());
        match place {
            Some(place) if !bound.named.contains_key(place) => {
                bound.named.insert(place, &keyword.value);
            }
            Some(_) => return refuse(keyword, format!("`{what}` got `{name}` twice")),
            None => return refuse(keyword, format!("`{what}` takes no `{name}` here")),
        }
    }
    Ok(bound)
}

/// Why a coroutine cannot be made of a call.
const UNKNOWN_ARGUMENTS: &str = "these arguments have no counterpart in a call of an `async def` that is \
                                 not awaited at once";

/// Whether a built-in function gives an iterator, of which the library makes a list where all is taken at once.
fn gives_iterator(full: &str) -> bool {
    matches!(full, "zip" | "enumerate" | "reversed")
}

/// A coroutine: the function with its arguments, which runs when it is awaited.
fn coroutine(at: TextSize, function: Text, arguments: Vec<Text>) -> Piece {
    if arguments.is_empty() {
        return Piece::tight(function);
    }
    let mut all = vec![function];
    all.extend(arguments);
    called(Text::at(at, "curry"), &all)
}

impl<'a> Translator<'a> {
    pub(super) fn call(&mut self, call: &'a ast::ExprCall, is_awaited: bool) -> Outcome<Piece> {
        if let Some(full) = self.full_name(&call.func) {
            let piece = self.call_known(call, &full)?;
            // Who keeps it takes its items once.
            return Ok(match gives_iterator(&full) {
                true => Piece::tight(
                    piece
                        .text
                        .wrapped(&format!("{}(", self.helper("iter")), ")"),
                ),
                false => piece,
            });
        }
        match &*call.func {
            Expr::Attribute(attribute) => self.method(call, attribute, is_awaited),
            Expr::Name(name) => match self.function_named(&name.id) {
                Some(function) => self.call_own(call, &name.id, function, is_awaited),
                None => {
                    let callee = self.expr(&call.func)?;
                    if !is_awaited && self.is_earlier_coroutine(&name.id) {
                        return self.coroutine(call, callee.text);
                    }
                    let class = self.class_named(&name.id).cloned();
                    if let Some(class) = &class
                        && let missing = self.abstract_methods(class)
                        && !missing.is_empty()
                    {
                        let s = if missing.len() == 1 { "" } else { "s" };
                        let message = format!(
                            "Can't instantiate abstract class {} with abstract method{s} {}",
                            name.id,
                            missing.join(", ")
                        );
                        self.python();
                        let raise = self.helper("raise");
                        let text = format!("{raise}(\"TypeError\", {})", quoted(&message));
                        return Ok(Piece::tight(Text::at(call.start(), text)));
                    }
                    let init = class.and_then(|class| self.method_of(&class, "__init__"));
                    self.call_value(call, callee, init.map(|init| init.function))
                }
            },
            _ => {
                let callee = self.expr(&call.func)?;
                self.call_value(call, callee, None)
            }
        }
    }

    /// The function of the text that `name` always means.
    pub(super) fn function_named(&self, name: &str) -> Option<Function<'a>> {
        let owner = self.scopes.owner(self.scope, name)?;
        self.functions.get(&(owner, name.to_string())).copied()
    }

    /// A call of a value, which takes what `function` does where that is known.
    fn call_value(
        &mut self,
        call: &'a ast::ExprCall,
        callee: Piece,
        function: Option<Function<'a>>,
    ) -> Outcome<Piece> {
        let is_name = matches!(&*call.func, Expr::Name(_));
        match self.arguments_of(call, function, "the function")? {
            Some(arguments) => {
                let mut text = callee.bound(Binding::Tight);
                if !is_name {
                    text.push(".call");
                }
                Ok(called(text, &arguments))
            }
            None => self.call_with(call, callee.text),
        }
    }

    /// The arguments of a call in the order of the parameters; nothing where only the function itself can
    /// find their places.
    pub(super) fn arguments_of(
        &mut self,
        call: &'a ast::ExprCall,
        function: Option<Function<'a>>,
        name: &str,
    ) -> Outcome<Option<Vec<Text>>> {
        if has_star(call) {
            return Ok(None);
        }
        let mut texts = self.texts(&call.arguments.args)?;
        if call.arguments.keywords.is_empty() {
            return Ok(Some(texts));
        }
        let Some(function) = function else {
            return Ok(None);
        };
        let known: Vec<&'a ast::ParameterWithDefault> = (function.parameters.args.iter())
            .skip(usize::from(
                function.is_method && function.parameters.posonlyargs.is_empty(),
            ))
            .collect();
        if function.parameters.vararg.is_some() || !function.parameters.posonlyargs.is_empty() {
            return Ok(None);
        }
        let mut given: BTreeMap<usize, &'a Expr> = BTreeMap::new();
        for keyword in &call.arguments.keywords {
            let place = (keyword.arg.as_ref()).and_then(|key| {
                (known.iter()).position(|parameter| parameter.name().as_str() == key.as_str())
            });
            let Some(place) = place else {
                return Ok(None);
            };
            let is_late = given
                .last_key_value()
                .is_some_and(|(last, _)| *last > place);
            if is_late && !is_plain(&keyword.value) || place < texts.len() {
                return Ok(None);
            }
            if given.insert(place, &keyword.value).is_some() {
                return refuse(keyword, format!("`{name}` gets an argument twice"));
            }
        }
        let last = given.last_key_value().map_or(0, |(last, _)| *last);
        let first = texts.len();
        for (place, parameter) in known.iter().enumerate().take(last + 1).skip(first) {
            match given.get(&place) {
                Some(value) => texts.push(self.text(value)?),
                None => match &parameter.default {
                    Some(default) if is_plain(default) && !matches!(**default, Expr::Name(_)) => {
                        texts.push(self.text(default)?);
                    }
                    _ => return Ok(None),
                },
            }
        }
        Ok(Some(texts))
    }

    /// A call in which the function finds the places of its arguments: `call_with(f, [1], dict([...]))`.
    pub(super) fn call_with(&mut self, call: &'a ast::ExprCall, callee: Text) -> Outcome<Piece> {
        if call.arguments.keywords.is_empty() {
            return self.apply(call, callee);
        }
        self.python();
        let arguments = match has_star(call) {
            true => self.spread(&call.arguments.args)?,
            false => Text::joined(&self.texts(&call.arguments.args)?, ", ").wrapped("[", "]"),
        };
        let named = self.named_dict(&call.arguments.keywords)?;
        let mut text = Text::at(call.start(), format!("{}(", self.helper("call_with")));
        text.add(&callee);
        text.push(", ");
        text.add(&arguments);
        text.push(", ");
        text.add(&named);
        text.push(")");
        Ok(Piece::tight(text))
    }

    /// The arguments that have names, as a dict.
    pub(super) fn named_dict(&mut self, keywords: &'a [ast::Keyword]) -> Outcome<Text> {
        let mut parts: Vec<Text> = Vec::new();
        let mut row: Vec<Text> = Vec::new();
        let close = |row: &mut Vec<Text>, parts: &mut Vec<Text>| {
            if !row.is_empty() {
                parts.push(Text::joined(row.iter(), ", ").wrapped("dict([", "])"));
                row.clear();
            }
        };
        for keyword in keywords {
            let value = self.text(&keyword.value)?;
            match &keyword.arg {
                Some(name) => row.push(value.wrapped(&format!("[{}, ", quoted(name)), "]")),
                None => {
                    close(&mut row, &mut parts);
                    parts.push(value.wrapped("dict(", ")"));
                }
            }
        }
        close(&mut row, &mut parts);
        match &parts[..] {
            [] => Ok("dict()".into()),
            [one] => Ok(one.clone()),
            several => {
                let merged = self.helper("merged");
                Ok(Text::joined(several, ", ").wrapped(&format!("{merged}("), ")"))
            }
        }
    }

    /// `f(*args)`: by an array of all arguments.
    fn apply(&mut self, call: &'a ast::ExprCall, callee: Text) -> Outcome<Piece> {
        let items = self.spread(&call.arguments.args)?;
        let mut text = Text::at(call.start(), format!("{}(", self.helper("apply")));
        text.add(&callee);
        text.push(", ");
        text.add(&items);
        text.push(")");
        Ok(Piece::tight(text))
    }

    fn no_keywords(&self, call: &ast::ExprCall, what: &str) -> Outcome<()> {
        match call.arguments.keywords.first() {
            None => Ok(()),
            Some(keyword) => {
                let name = keyword.arg.as_ref().map_or("**", |name| name.as_str());
                refuse(
                    keyword,
                    format!("`{name}=` has no counterpart in a call {what}"),
                )
            }
        }
    }

    /// The arguments without keywords, in parentheses.
    fn arguments(&mut self, call: &'a ast::ExprCall) -> Outcome<Text> {
        let arguments = self.texts(&call.arguments.args)?;
        Ok(Text::joined(&arguments, ", ").wrapped("(", ")"))
    }

    /// A call of one of the text's own functions.
    fn call_own(
        &mut self,
        call: &'a ast::ExprCall,
        name: &'a str,
        function: Function<'a>,
        is_awaited: bool,
    ) -> Outcome<Piece> {
        let at = call.func.start();
        let own = self.variable(name);
        let has_stars =
            has_star(call) || call.arguments.keywords.iter().any(|one| one.arg.is_none());
        let arguments = match function.has_overloads {
            true if !has_stars => self.own_arguments(call, name, function)?,
            _ => self.arguments_of(call, Some(function), name)?,
        };
        let Some(arguments) = arguments else {
            if function.is_async && !is_awaited {
                return refuse(call, UNKNOWN_ARGUMENTS);
            }
            return self.call_with(call, own.into());
        };
        if function.is_async && !is_awaited {
            return Ok(coroutine(at, Text::at(at, own), arguments));
        }
        let mut text = Text::at(at, own);
        text.add(&Text::joined(&arguments, ", ").wrapped("(", ")"));
        Ok(Piece::tight(text))
    }

    /// Whether a name means a function of an earlier text that awaits.
    fn is_earlier_coroutine(&self, name: &str) -> bool {
        self.scopes.owner(self.scope, name).is_none()
            && self.earlier_kind(&variable_name(name)) == Some(EarlierKind::Coroutine)
    }

    /// Whether values of the text may give their items one by one.
    fn may_have_iterators(&self) -> bool {
        const MAKERS: [&str; 7] = [
            "yield",
            "map(",
            "filter(",
            "zip(",
            "enumerate(",
            "reversed(",
            "iter",
        ];
        MAKERS.iter().any(|maker| self.source.text.contains(maker))
    }

    /// A call that is not awaited at once, of a function of an earlier text that awaits.
    fn coroutine(&mut self, call: &'a ast::ExprCall, function: Text) -> Outcome<Piece> {
        match self.arguments_of(call, None, "the function")? {
            Some(arguments) => Ok(coroutine(call.start(), function, arguments)),
            None => refuse(call, UNKNOWN_ARGUMENTS),
        }
    }

    /// The arguments of a call in the order of the function's parameters.
    pub(super) fn own_arguments(
        &mut self,
        call: &'a ast::ExprCall,
        name: &str,
        function: Function<'a>,
    ) -> Outcome<Option<Vec<Text>>> {
        // What does not fit is an error of the run, as in Python.
        let parameters = function.parameters;
        let known: Vec<&'a ast::ParameterWithDefault> = (parameters.posonlyargs.iter())
            .chain(&parameters.args)
            .skip(usize::from(function.is_method))
            .chain(&parameters.kwonlyargs)
            .collect();
        let positional = known.len() - parameters.kwonlyargs.len();
        let mut given: Vec<Option<Text>> = vec![None; known.len()];
        let mut rest = Vec::new();
        for (index, argument) in call.arguments.args.iter().enumerate() {
            let text = self.text(argument)?;
            match given.get_mut(index).filter(|_| index < positional) {
                Some(place) => *place = Some(text),
                None if parameters.vararg.is_some() => rest.push(text),
                None => return Ok(None),
            }
        }
        // Arguments are evaluated in the order of the call; here that is the order of the parameters.
        let mut highest = call.arguments.args.len();
        let mut is_in_order = true;
        for keyword in &call.arguments.keywords {
            let Some(key) = &keyword.arg else {
                return refuse(keyword, "`**` has no counterpart in a call");
            };
            let place = known
                .iter()
                .position(|parameter| parameter.name().as_str() == key.as_str());
            let Some(place) = place.filter(|place| given[*place].is_none()) else {
                return Ok(None);
            };
            is_in_order &= place >= highest || is_plain(&keyword.value);
            highest = place;
            given[place] = Some(self.text(&keyword.value)?);
        }
        if !is_in_order {
            return Ok(None);
        }
        // Defaults at the end are left to the function where it is one of its own.
        let mut last = given
            .iter()
            .rposition(Option::is_some)
            .map_or(0, |at| at + 1);
        if parameters.vararg.is_some() || !function.has_overloads {
            last = known.len();
        }
        let mut arguments = Vec::new();
        for (parameter, given) in known.iter().zip(given).take(last) {
            let text = match (given, &parameter.default) {
                (Some(text), _) => text,
                (None, Some(default)) => {
                    let owner = if function.has_overloads {
                        Some(name)
                    } else {
                        None
                    };
                    self.default_value(owner, parameter.name(), default)?
                }
                (None, None) => return Ok(None),
            };
            arguments.push(text);
        }
        if (known.iter().skip(last)).any(|one| one.default.is_none()) {
            return Ok(None);
        }
        if parameters.vararg.is_some() {
            self.python();
            arguments.push(Text::joined(&rest, ", ").wrapped("tuple([", "])"));
        }
        Ok(Some(arguments))
    }

    /// The default of a parameter where a call leaves it out.
    pub(super) fn default_value(
        &mut self,
        function: Option<&str>,
        parameter: &str,
        default: &'a Expr,
    ) -> Outcome<Text> {
        if is_plain(default) && !matches!(default, Expr::Name(_)) {
            return self.text(default);
        }
        match function {
            // Evaluated once, before the function.
            Some(function) => Ok(super::function::default_name(function, parameter).into()),
            None => refuse(
                default,
                "a default that is no literal has no counterpart in a function within another",
            ),
        }
    }

    /// A call of what Python or one of its modules has.
    fn call_known(&mut self, call: &'a ast::ExprCall, full: &str) -> Outcome<Piece> {
        let at = call.func.start();
        if let Some((module, name)) = full.rsplit_once('.') {
            super::names::member(module, name).or_else(|reason| refuse(&*call.func, reason))?;
        }
        if let Some(reason) = builtins::is_refused(full) {
            return refuse(call, reason);
        }
        if let Some(class) = error_class(full) {
            return self.error_value(call, class);
        }
        if let Some((module, name)) = full.rsplit_once('.')
            && modules::is_object(module)
        {
            let callee = Text::at(at, format!("{}.{name}", self.module_object(module)));
            return self.call_object(call, callee, name);
        }
        if let Some(function) = modules::function(full) {
            return self.call_function(call, function);
        }
        // What is written here as the learner wrote it: `threading.Lock` or `Lock`.
        let shown = match &*call.func {
            Expr::Name(_) if !full.starts_with("asyncio.") => {
                let own = own_name(full);
                own.rsplit('.').next().unwrap_or_default().to_string()
            }
            _ => own_name(full),
        };
        let shown = Text::at(at, shown);
        match full {
            "print" => self.print(call),
            "threading.Thread" => self.thread(call, shown),
            "threading.Timer" => {
                let mut bound = bind(call, "Timer", &["interval", "function", "args", "kwargs"])?;
                let named = bound.take_some("kwargs");
                let mut arguments = self.in_row(&mut bound, &["interval", "function"])?;
                let args = (bound.take_some("args"))
                    .map(|args| self.array(args))
                    .transpose()?;
                match named {
                    None => arguments.extend(args),
                    // The function finds the places of its arguments.
                    Some(named) => {
                        self.python();
                        let function = arguments.pop().unwrap_or_default();
                        let args = args.unwrap_or_else(|| "[]".into());
                        let named = self.text(named)?;
                        arguments.push(self.helper("call_with").into());
                        let all = Text::joined([&function, &args, &named], ", ");
                        arguments.push(all.wrapped("[", "]"));
                    }
                }
                Ok(called(shown, &arguments))
            }
            "threading.current_thread" if self.has_thread_classes() => {
                bind(call, full, &[])?;
                self.python();
                let name = self.helper("current_thread");
                Ok(called(Text::at(at, name), &[]))
            }
            "threading.Lock"
            | "threading.RLock"
            | "threading.Event"
            | "threading.local"
            | "asyncio.Lock"
            | "asyncio.Event"
            | "threading.current_thread"
            | "threading.main_thread"
            | "threading.active_count"
            | "asyncio.current_task"
            | "asyncio.TaskGroup"
            | "queue.SimpleQueue"
            | "time.time"
            | "time.perf_counter"
            | "time.monotonic"
            | "random.random"
            | "os.getpid"
            | "asyncio.Condition" => {
                if matches!(full, "threading.current_thread" | "threading.main_thread") {
                    self.python();
                }
                bind(call, full, &[])?;
                Ok(called(shown, &[]))
            }
            "threading.enumerate" => {
                bind(call, full, &[])?;
                self.python();
                let all = match self.has_thread_classes() {
                    true => format!("{}()", self.helper("threads")),
                    false => "list(threads())".into(),
                };
                Ok(Piece::tight(Text::at(at, all)))
            }
            "threading.get_ident" => {
                bind(call, full, &[])?;
                Ok(Piece::tight(Text::at(
                    at,
                    "threading.current_thread().ident",
                )))
            }
            "threading.Semaphore"
            | "threading.BoundedSemaphore"
            | "asyncio.Semaphore"
            | "asyncio.BoundedSemaphore" => self.call_in_order(call, shown, full, &["value"]),
            "threading.Condition" => self.call_in_order(call, shown, full, &["lock"]),
            "threading.Barrier" => {
                let mut bound = bind(call, full, &["parties", "action", "timeout"])?;
                self.refuse_given(&mut bound, &["timeout"])?;
                let arguments = self.in_row(&mut bound, &["parties", "action"])?;
                Ok(called(shown, &arguments))
            }
            "threading.get_native_id" => {
                bind(call, full, &[])?;
                Ok(Piece::tight(Text::at(
                    at,
                    "threading.current_thread().ident",
                )))
            }
            "queue.Queue"
            | "queue.LifoQueue"
            | "queue.PriorityQueue"
            | "asyncio.Queue"
            | "asyncio.LifoQueue"
            | "asyncio.PriorityQueue" => self.call_in_order(call, shown, full, &["maxsize"]),
            "concurrent.futures.ThreadPoolExecutor" | "concurrent.futures.ProcessPoolExecutor" => {
                self.executor(call, full, shown)
            }
            "multiprocessing.Pool" => {
                self.python();
                let mut bound = bind(call, full, &["processes"])?;
                let count = match bound.take("processes") {
                    Some(count) => self.text(count)?,
                    None => "()".into(),
                };
                Ok(called(Text::at(at, self.helper("pool")), &[count]))
            }
            "time.perf_counter_ns" | "time.monotonic_ns" | "time.time_ns" => {
                bind(call, full, &[])?;
                self.python();
                let clock = if full == "time.time_ns" {
                    "time"
                } else {
                    "perf_counter"
                };
                let text = format!("int(time.{clock}() * 1000000000.0)");
                Ok(Piece::tight(Text::at(at, text)))
            }
            "time.process_time" => {
                bind(call, full, &[])?;
                Ok(Piece::tight(Text::at(at, "time.perf_counter()")))
            }
            "time.strftime" => {
                let mut bound = bind(call, full, &["format"])?;
                self.python();
                let mut arguments = self.in_row(&mut bound, &["format"])?;
                arguments.push("time.time()".into());
                Ok(called(Text::at(at, self.helper("strftime")), &arguments))
            }
            "os.cpu_count" | "multiprocessing.cpu_count" => {
                bind(call, full, &[])?;
                Ok(Piece::tight(Text::at(at, "4")))
            }
            "traceback.print_exc" => {
                bind(call, full, &[])?;
                let Some(error) = self.caught.last().cloned() else {
                    return refuse(call, "`print_exc` stands in an `except` here");
                };
                self.python();
                let (print, text) = (self.helper("print_error"), self.helper("error_text"));
                Ok(Piece::tight(Text::at(
                    at,
                    format!("{print}({text}({error}))"),
                )))
            }
            "random.choices" => {
                self.python();
                let mut bound = bind(call, full, &["population", "weights", "k"])?;
                let mut arguments = self.in_row(&mut bound, &["population", "weights", "k"])?;
                arguments.resize_with(3, || "()".into());
                Ok(called(
                    Text::at(at, self.helper("random_choices")),
                    &arguments,
                ))
            }
            "math.isclose" => {
                self.python();
                let parameters = ["a", "b", "rel_tol", "abs_tol"];
                let shown = Text::at(at, self.helper("isclose"));
                self.call_in_order(call, shown, full, &parameters)
            }
            "dataclasses.is_dataclass" => {
                self.python();
                let shown = Text::at(at, self.helper("is_dataclass"));
                self.call_in_order(call, shown, full, &["obj"])
            }
            "dataclasses.replace" => {
                self.python();
                let [of] = &*call.arguments.args else {
                    return refuse(call, "`replace` takes an instance and names");
                };
                let of = self.text(of)?;
                let named = self.named_dict(&call.arguments.keywords)?;
                let shown = Text::at(at, self.helper("dataclass_replace"));
                Ok(called(shown, &[of, named]))
            }
            "asyncio.get_running_loop" => {
                bind(call, full, &[])?;
                self.python();
                Ok(Piece::tight(Text::at(at, "none()")))
            }
            "typing.TypeVar" => Ok(Piece::tight(Text::at(at, "none()"))),
            "vars" => refuse(call, "`vars` has no counterpart here"),
            "id" => refuse(
                call,
                "`id` has no counterpart here, as it differs in each run: compare with `is`",
            ),
            "concurrent.futures.as_completed" | "asyncio.as_completed" => {
                let mut bound = bind(call, full, &["fs", "timeout"])?;
                let mut arguments = self.arrays(&mut bound, "fs")?;
                if let Some(timeout) = bound.take_some("timeout") {
                    arguments.push(self.text(timeout)?);
                }
                if full == "asyncio.as_completed" {
                    return Ok(called(shown, &arguments));
                }
                // Those that are done already come in any order.
                self.python();
                Ok(called(
                    Text::at(at, self.helper("as_completed")),
                    &arguments,
                ))
            }
            "staticmethod" => {
                self.python();
                let shown = Text::at(at, self.helper("static_method"));
                self.call_in_order(call, shown, full, &["function"])
            }
            "concurrent.futures.wait" | "asyncio.wait" => {
                let mut bound = bind(call, full, &["fs", "timeout", "return_when"])?;
                let mut arguments = self.arrays(&mut bound, "fs")?;
                arguments.extend(self.options(&mut bound, &["timeout", "return_when"])?);
                Ok(called(shown, &arguments))
            }
            "asyncio.run" => {
                let mut bound = bind(call, full, &["main", "debug"])?;
                self.refuse_given(&mut bound, &["debug"])?;
                let main = self.awaitable(&mut bound, "main")?;
                Ok(called(shown, &main))
            }
            "asyncio.create_task" | "asyncio.ensure_future" => {
                let mut bound = bind(call, full, &["coro", "name"])?;
                let mut arguments = self.awaitable(&mut bound, "coro")?;
                arguments.extend(self.options(&mut bound, &["name"])?);
                Ok(called(shown, &arguments))
            }
            "asyncio.shield" => {
                let mut bound = bind(call, full, &["aw"])?;
                let arguments = self.awaitable(&mut bound, "aw")?;
                Ok(called(shown, &arguments))
            }
            "asyncio.wait_for" => {
                let mut bound = bind(call, full, &["aw", "timeout"])?;
                let mut arguments = self.awaitable(&mut bound, "aw")?;
                arguments.extend(self.in_row(&mut bound, &["timeout"])?);
                Ok(called(shown, &arguments))
            }
            "asyncio.gather" => self.gather(call, shown),
            "asyncio.sleep" => self.call_in_order(call, shown, full, &["delay", "result"]),
            "asyncio.timeout" => self.call_in_order(call, shown, full, &["delay"]),
            "asyncio.to_thread" => {
                self.no_keywords(call, "of `asyncio.to_thread`")?;
                let [function, rest @ ..] = &*call.arguments.args else {
                    return refuse(call, "`asyncio.to_thread` takes a function");
                };
                if !self.has_contexts() || has_star(call) {
                    return self.call_with_rest(call, shown, full);
                }
                let mut text = self.text(function)?;
                if !rest.is_empty() {
                    let rest = Text::joined(&self.texts(rest)?, ", ");
                    text = Text::joined([&text, &rest], ", ").wrapped("curry(", ")");
                }
                Ok(called(shown, &[self.in_context(text, "in_context")]))
            }
            "time.sleep" => self.call_in_order(call, shown, full, &["seconds"]),
            "random.shuffle" => {
                self.python();
                self.call_in_order(call, shown, full, &["x"])
            }
            "random.choice" => {
                self.python();
                self.call_in_order(call, shown, full, &["seq"])
            }
            "functools.partial" => {
                if !call.arguments.keywords.is_empty()
                    && let [function, rest @ ..] = &*call.arguments.args
                {
                    self.python();
                    if self.full_name(function).is_some_and(|full| full != "print") {
                        let reason = "names of arguments need a function of this text here";
                        return refuse(&call.arguments, reason);
                    }
                    let function = self.text(function)?;
                    let rest = Text::joined(&self.texts(rest)?, ", ").wrapped("[", "]");
                    let named = self.named_dict(&call.arguments.keywords)?;
                    let shown = Text::at(at, self.helper("partial"));
                    return Ok(called(shown, &[function, rest, named]));
                }
                self.call_with_rest(call, Text::at(at, "curry"), full)
            }
            "functools.reduce" => {
                self.python();
                let shown = Text::at(at, self.helper("reduce"));
                self.call_in_order(call, shown, full, &["function", "iterable", "initial"])
            }
            "collections.deque" => {
                let mut bound = bind(call, full, &["iterable", "maxlen"])?;
                self.python();
                let mut arguments = self.in_row(&mut bound, &["iterable", "maxlen"])?;
                if arguments.len() == 2 && arguments[0].as_str() == "()" {
                    arguments[0] = "[]".into();
                }
                Ok(called(shown, &arguments))
            }
            "sorted" => self.by_key(call, "sorted", &["iterable", "key", "reverse"]),
            "min" | "max" => self.extreme(call, full),
            "isinstance" | "issubclass" => self.is_instance(call, full),
            "getattr" | "hasattr" | "setattr" => self.attribute_by_name(call, full),
            "type" => match &*call.arguments.args {
                [of] => {
                    self.python();
                    let name = self.helper("class_of");
                    let of = self.text(of)?;
                    Ok(Piece::tight(of.wrapped(&format!("{name}("), ")")))
                }
                _ => refuse(
                    call,
                    "`type(x)` has a counterpart in `type(x).__name__` and in comparisons only",
                ),
            },
            "sum" | "list" | "tuple" | "set" | "any" | "all" | "dict" | "frozenset" => {
                self.collector(call, full, shown)
            }
            "map" if call.arguments.args.len() > 2 && !has_star(call) => {
                self.python();
                let rows = &call.arguments.args[1..];
                let function = self.mapping(&call.arguments.args[0], rows.len())?;
                let rows = Text::joined(&self.texts(rows)?, ", ").wrapped("zip(", ")");
                let shown = Text::at(at, self.helper("itertools_starmap"));
                Ok(called(shown, &[function, rows]))
            }
            "map"
                if let [function, iterable] = &*call.arguments.args
                    && self.is_coroutine_function(function) =>
            {
                self.python();
                let shown = Text::at(at, self.helper("lazy_map"));
                let function = self.mapping(function, 1)?;
                Ok(called(shown, &[function, self.text(iterable)?]))
            }
            "map" | "filter" => {
                self.python();
                let name = self.helper(&format!("lazy_{full}"));
                let shown = Text::at(at, name);
                self.call_in_order(call, shown, full, &["function", "iterable"])
            }
            "collections.defaultdict" | "collections.Counter" | "collections.OrderedDict" => {
                self.python();
                let name = match full {
                    "collections.defaultdict" => "defaultdict",
                    "collections.Counter" => "counter",
                    _ => "ordered_dict",
                };
                let shown = Text::at(at, self.helper(name));
                let mut arguments = Vec::new();
                for argument in &call.arguments.args {
                    arguments.push(self.collected_text(argument)?);
                }
                if !call.arguments.keywords.is_empty() {
                    // Beside a factory, or as the counts themselves.
                    let wanted = usize::from(full == "collections.defaultdict");
                    if arguments.len() != wanted {
                        let reason = "it takes either items or names here";
                        return refuse(&call.arguments, reason);
                    }
                    arguments.push(self.named_dict(&call.arguments.keywords)?);
                }
                Ok(called(shown, &arguments))
            }
            "multiprocessing.Process" => {
                self.python();
                let parameters = ["group", "target", "name", "args", "kwargs", "daemon"];
                let mut bound = bind(call, "Process", &parameters)?;
                self.refuse_given(&mut bound, &["group"])?;
                let names = ["target", "args", "kwargs", "name", "daemon"];
                let shown = Text::at(at, self.helper("process"));
                Ok(called(shown, &self.all_in_row(&mut bound, &names)?))
            }
            "multiprocessing.Queue" | "multiprocessing.JoinableQueue" => {
                let mut bound = bind(call, full, &["maxsize"])?;
                let name = match full {
                    "multiprocessing.Queue" => "process_queue",
                    _ => "joinable_queue",
                };
                let shown = Text::at(at, self.helper(name));
                Ok(called(shown, &self.all_in_row(&mut bound, &["maxsize"])?))
            }
            "multiprocessing.SimpleQueue" => {
                bind(call, full, &[])?;
                Ok(called(
                    Text::at(at, self.helper("simple_process_queue")),
                    &[],
                ))
            }
            "multiprocessing.Pipe" => {
                let mut bound = bind(call, full, &["duplex"])?;
                let duplex = match bound.take("duplex") {
                    Some(duplex) => self.text(duplex)?,
                    None => "true".into(),
                };
                Ok(called(Text::at(at, self.helper("pipe")), &[duplex]))
            }
            "multiprocessing.Value" | "multiprocessing.Array" => {
                let is_array = full.ends_with("Array");
                let start = if is_array {
                    "size_or_initializer"
                } else {
                    "value"
                };
                let mut bound = bind(call, full, &["typecode_or_type", start, "lock"])?;
                let kind = bound.take("typecode_or_type");
                let Some(Expr::StringLiteral(kind)) = kind else {
                    return refuse(
                        call,
                        "its type is one of Python's letters here: \"i\", \"d\"",
                    );
                };
                let letter = kind.value.to_str();
                if !matches!(
                    letter,
                    "b" | "B" | "h" | "H" | "i" | "I" | "l" | "L" | "q" | "Q" | "f" | "d"
                ) {
                    return refuse(call, format!("the type `{letter}` has no counterpart here"));
                }
                if let Some(lock) = bound.take_some("lock")
                    && matches!(lock, Expr::BooleanLiteral(lock) if !lock.value)
                {
                    return refuse(lock, "`lock=False` has no counterpart here");
                }
                let mut arguments = vec![Text::from(super::string::quoted(letter))];
                arguments.extend(self.all_in_row(&mut bound, &[start])?);
                arguments.push("()".into());
                let name = if is_array {
                    "shared_array"
                } else {
                    "shared_value"
                };
                Ok(called(Text::at(at, self.helper(name)), &arguments))
            }
            "multiprocessing.Lock"
            | "multiprocessing.RLock"
            | "multiprocessing.Semaphore"
            | "multiprocessing.BoundedSemaphore"
            | "multiprocessing.Event"
            | "multiprocessing.Condition"
            | "multiprocessing.Barrier" => {
                let kind = full.trim_start_matches("multiprocessing.");
                let parameters: &[&'static str] = match kind {
                    "Semaphore" | "BoundedSemaphore" => &["value"],
                    "Condition" => &["lock"],
                    "Barrier" => &["parties"],
                    _ => &[],
                };
                let mut bound = bind(call, full, parameters)?;
                let mut arguments = vec![Text::from(super::string::quoted(kind))];
                arguments.extend(self.in_row(&mut bound, parameters)?);
                Ok(called(Text::at(at, self.helper("shared")), &arguments))
            }
            "multiprocessing.current_process" => {
                bind(call, full, &[])?;
                Ok(called(Text::at(at, self.helper("current_process")), &[]))
            }
            "contextlib.suppress" => {
                self.python();
                self.no_keywords(call, "of `suppress`")?;
                let classes: Outcome<Vec<Text>> = call
                    .arguments
                    .args
                    .iter()
                    .map(|class| self.classes(class))
                    .collect();
                let all = Text::joined(&classes?, ", ").wrapped("[", "]");
                Ok(called(Text::at(at, self.helper("suppress")), &[all]))
            }
            "contextlib.ExitStack" => {
                self.python();
                bind(call, full, &[])?;
                Ok(called(Text::at(at, self.helper("exit_stack")), &[]))
            }
            "contextlib.closing" => {
                self.python();
                let shown = Text::at(at, self.helper("closing"));
                self.call_in_order(call, shown, full, &["thing"])
            }
            "itertools.chain" | "itertools.product" | "itertools.zip_longest" => {
                self.python();
                let parameters: &[&'static str] = match full {
                    "itertools.product" => &["*", "repeat"],
                    "itertools.zip_longest" => &["*", "fillvalue"],
                    _ => &["*"],
                };
                let mut bound = bind(call, full, parameters)?;
                let option = bound.take("repeat").or(bound.take("fillvalue"));
                bound.rest.clear();
                let rows = match has_star(call) {
                    true => self.spread(&call.arguments.args)?,
                    false => {
                        Text::joined(&self.texts(&call.arguments.args)?, ", ").wrapped("[", "]")
                    }
                };
                let mut arguments = vec![rows];
                match option {
                    Some(option) => arguments.push(self.text(option)?),
                    None if full.ends_with("longest") => arguments.push("()".into()),
                    None => {}
                }
                let name = self.helper(&full.replace('.', "_"));
                Ok(called(Text::at(at, name), &arguments))
            }
            _ if full.starts_with("itertools.") => {
                self.python();
                let parameters: &[&'static str] = match full {
                    "itertools.count" => &["start", "step"],
                    "itertools.repeat" => &["object", "times"],
                    "itertools.combinations" | "itertools.permutations" => &["iterable", "r"],
                    "itertools.accumulate" => &["iterable", "func", "initial"],
                    _ => &["first", "second", "third", "fourth"],
                };
                let shown = Text::at(at, self.helper(&full.replace('.', "_")));
                self.call_in_order(call, shown, full, parameters)
            }
            "iter" => {
                self.python();
                self.call_in_order(call, shown, full, &["object", "sentinel"])
            }
            "enumerate" | "reversed" if !has_star(call) => {
                self.python();
                let parameters = builtins::parameters(full).unwrap_or_default();
                let mut bound = bind(call, full, parameters)?;
                let mut arguments = Vec::new();
                for name in parameters {
                    if let Some(given) = bound.take(name) {
                        arguments.push(self.taken_text(given)?);
                    }
                }
                Ok(called(shown, &arguments))
            }
            "zip" if !has_star(call) && call.arguments.keywords.is_empty() => {
                self.python();
                let rows = call.arguments.args.iter();
                let rows: Vec<Text> = rows
                    .map(|row| self.taken_text(row))
                    .collect::<Outcome<_>>()?;
                Ok(called(shown, &rows))
            }
            // A generator that nobody else has is over behind its first item.
            "next"
                if call
                    .arguments
                    .args
                    .first()
                    .is_some_and(|of| self.makes_generator_to_close(of)) =>
            {
                self.python();
                let shown = Text::at(at, self.helper("next_of_new"));
                self.call_in_order(call, shown, full, &["iterator", "default"])
            }
            "object" => {
                bind(call, full, &[])?;
                self.python();
                Ok(called(Text::at(at, self.helper("plain_object")), &[]))
            }
            "delattr" => self.attribute_by_name(call, full),
            "input" => self.call_in_order(call, shown, full, &["prompt"]),
            "super" => refuse(call, "`super()` has no counterpart at this place"),
            "range" => {
                self.no_keywords(call, "of `range`")?;
                let are_ints =
                    (call.arguments.args.iter()).all(|arg| self.type_of(arg) == Type::Int);
                if !are_ints {
                    self.python();
                }
                self.call_with_rest(call, shown, full)
            }
            _ if full.starts_with("math.") => {
                self.python();
                self.no_keywords(call, "of `math`")?;
                self.call_with_rest(call, shown, full)
            }
            _ if full.starts_with("random.") => {
                self.no_keywords(call, "of `random`")?;
                self.call_with_rest(call, shown, full)
            }
            _ => match builtins::parameters(full) {
                Some(["*"]) => {
                    self.python();
                    self.no_keywords(call, &format!("of `{full}`"))?;
                    self.call_with_rest(call, shown, full)
                }
                Some(parameters) => {
                    self.python();
                    self.call_in_order(call, shown, full, parameters)
                }
                None if full.contains('.') => {
                    refuse(call, format!("a call of `{full}` has no counterpart here"))
                }
                None if let Some(error) = self.unknown_name(full) => {
                    Ok(Piece::tight(Text::at(at, error)))
                }
                // A function of an earlier input, or nothing at all: the lowering knows.
                None => {
                    self.no_keywords(call, &format!("of `{full}`, which is not known here"))?;
                    let mut text = Text::at(at, attribute_name(full));
                    text.add(&self.arguments(call)?);
                    Ok(Piece::tight(text))
                }
            },
        }
    }

    /// A call whose arguments stand in the order of these parameters.
    fn call_in_order(
        &mut self,
        call: &'a ast::ExprCall,
        shown: Text,
        full: &str,
        parameters: &[&'static str],
    ) -> Outcome<Piece> {
        if has_star(call) {
            return self.apply(call, shown);
        }
        let mut bound = bind(call, full, parameters)?;
        let arguments = self.in_row(&mut bound, parameters)?;
        Ok(called(shown, &arguments))
    }

    fn call_with_rest(&mut self, call: &'a ast::ExprCall, shown: Text, _: &str) -> Outcome<Piece> {
        if has_star(call) {
            return self.apply(call, shown);
        }
        let mut text = shown;
        text.add(&self.arguments(call)?);
        Ok(Piece::tight(text))
    }

    /// The arguments of these parameters, up to the last that is given; `()` for one before it that is
    /// not.
    fn in_row(&mut self, bound: &mut Bound<'a>, parameters: &[&str]) -> Outcome<Vec<Text>> {
        let given: Vec<Option<&'a Expr>> = parameters.iter().map(|name| bound.take(name)).collect();
        let last = given
            .iter()
            .rposition(Option::is_some)
            .map_or(0, |at| at + 1);
        let texts = given.into_iter().take(last).map(|given| match given {
            Some(expr) => self.text(expr),
            None => Ok("()".into()),
        });
        texts.collect()
    }

    /// All of these arguments in a row, `()` for those that are not given.
    fn all_in_row(&mut self, bound: &mut Bound<'a>, names: &[&str]) -> Outcome<Vec<Text>> {
        let mut texts = self.in_row(bound, names)?;
        texts.resize_with(names.len(), || "()".into());
        Ok(texts)
    }

    /// Refuses arguments that have no counterpart, unless they are the default.
    fn refuse_given(&self, bound: &mut Bound<'a>, names: &[&str]) -> Outcome<()> {
        for name in names {
            if let Some(given) = bound.take_some(name) {
                return refuse(given, format!("`{name}=` has no counterpart here"));
            }
        }
        Ok(())
    }

    /// A map of those of these arguments that are given: `#{timeout: 1}`.
    fn options(&mut self, bound: &mut Bound<'a>, names: &[&str]) -> Outcome<Option<Text>> {
        let mut entries = Vec::new();
        for name in names {
            if let Some(given) = bound.take_some(name) {
                entries.push(self.text(given)?.wrapped(&format!("{name}: "), ""));
            }
        }
        Ok((!entries.is_empty()).then(|| Text::joined(&entries, ", ").wrapped("#{", "}")))
    }

    /// What is to be awaited: the call of an `async def` is no call yet.
    fn awaitable(&mut self, bound: &mut Bound<'a>, name: &str) -> Outcome<Vec<Text>> {
        match bound.take(name) {
            Some(expr) => Ok(vec![self.awaitable_text(expr)?]),
            None => Ok(Vec::new()),
        }
    }

    fn awaitable_text(&mut self, expr: &'a Expr) -> Outcome<Text> {
        // A call of a function is no call yet at such a place, unlike that of a method.
        let is_method = matches!(expr, Expr::Call(call)
            if matches!(&*call.func, Expr::Attribute(of)
                if self.method_called(of).is_some() && self.full_name(&call.func).is_none()));
        // Where a context goes along, that is for a function which runs later.
        self.is_awaited = !is_method && !self.has_contexts();
        let text = self.text(expr);
        self.is_awaited = false;
        Ok(self.in_context(text?, "in_context"))
    }

    /// Whether there may be context variables.
    fn has_contexts(&self) -> bool {
        let is_of_contexts = |full: &String| full.starts_with("contextvars");
        self.imports.values().any(is_of_contexts) || self.has_variable("contextvars")
    }

    /// What a new task runs, which gets a copy of the context variables where the text has some.
    fn in_context(&mut self, text: Text, method: &str) -> Text {
        if !self.has_contexts() {
            return text;
        }
        let object = self.module_object("contextvars");
        text.wrapped(&format!("{object}.{method}("), ")")
    }

    /// An argument that is an array here and any iterable in Python.
    fn array(&mut self, expr: &'a Expr) -> Outcome<Text> {
        match expr {
            Expr::Tuple(ast::ExprTuple { elts, .. }) | Expr::List(ast::ExprList { elts, .. })
                if !elts.iter().any(|item| matches!(item, Expr::Starred(_))) =>
            {
                let items = self.texts(elts)?;
                Ok(Text::joined(&items, ", ").wrapped("[", "]"))
            }
            other => {
                self.python();
                let name = self.helper("array");
                Ok(self
                    .collected_text(other)?
                    .wrapped(&format!("{name}("), ")"))
            }
        }
    }

    fn arrays(&mut self, bound: &mut Bound<'a>, name: &str) -> Outcome<Vec<Text>> {
        bound
            .take(name)
            .into_iter()
            .map(|expr| self.array(expr))
            .collect()
    }

    fn gather(&mut self, call: &'a ast::ExprCall, shown: Text) -> Outcome<Piece> {
        let mut bound = bind(call, "asyncio.gather", &["*", "return_exceptions"])?;
        self.python();
        let mut arguments = Vec::new();
        let rest = std::mem::take(&mut bound.rest);
        match rest[..] {
            [Expr::Starred(starred)] => {
                let all = self.array(&starred.value)?;
                arguments.push(self.in_context(all, "in_contexts"));
            }
            _ if rest.iter().any(|one| matches!(one, Expr::Starred(_))) => {
                let name = self.helper("array");
                let all = self.spread(&call.arguments.args)?;
                let all = all.wrapped(&format!("{name}("), ")");
                arguments.push(self.in_context(all, "in_contexts"));
            }
            _ => {
                for expr in rest {
                    arguments.push(self.awaitable_text(expr)?);
                }
            }
        }
        arguments.extend(self.options(&mut bound, &["return_exceptions"])?);
        Ok(called(shown, &arguments))
    }

    fn print(&mut self, call: &'a ast::ExprCall) -> Outcome<Piece> {
        let at = call.func.start();
        let mut bound = bind(call, "print", &["*", "sep", "end", "flush", "file"])?;
        let file = bound.take_some("file");
        let is_error = match file.map(|file| self.full_name(file)) {
            None => false,
            Some(Some(full)) if full == "sys.stdout" => false,
            Some(Some(full)) if full == "sys.stderr" => true,
            _ => {
                let reason = "`file=` is `sys.stdout` or `sys.stderr` here";
                return file.map_or(Ok(Piece::tight("")), |file| refuse(file, reason));
            }
        };
        bound.take("flush");
        let is_default = |value: Option<&Expr>, text: &str| match value {
            Some(Expr::StringLiteral(value)) => value.value == *text,
            Some(Expr::NoneLiteral(_)) | None => true,
            Some(_) => false,
        };
        let (sep, end) = (bound.take("sep"), bound.take("end"));
        let mut options = Vec::new();
        for (key, usual, value) in [("sep", " ", sep), ("end", "\n", end)] {
            if !is_default(value, usual)
                && let Some(value) = value
            {
                options.push(self.text(value)?.wrapped(&format!("{key}: "), ""));
            }
        }
        let rest = std::mem::take(&mut bound.rest);
        let function = match is_error {
            true => self.helper("print_error"),
            false => "print".to_string(),
        };
        if rest.iter().any(|one| matches!(one, Expr::Starred(_))) {
            if options.is_empty() {
                return self.apply(call, function.as_str().into());
            }
            self.python();
            let mut items = self.spread(&call.arguments.args)?;
            items.add(&Text::joined(&options, ", ").wrapped(" + tuple([#{", "}])"));
            let mut text = Text::at(at, format!("{}({function}, ", self.helper("apply")));
            text.add(&items);
            text.push(")");
            return Ok(Piece::tight(text));
        }
        if !rest.iter().all(|value| self.type_of(value).prints_alike()) {
            self.python();
        }
        let mut arguments = Vec::new();
        for value in rest {
            arguments.push(self.text(value)?);
        }
        if !options.is_empty() {
            if arguments.is_empty() {
                arguments.push("\"\"".into());
            }
            arguments.push(Text::joined(&options, ", ").wrapped("#{", "}"));
        }
        Ok(called(Text::at(at, function), &arguments))
    }

    /// A call of a function of a module, by its row.
    fn call_function(
        &mut self,
        call: &'a ast::ExprCall,
        function: &'static modules::Function,
    ) -> Outcome<Piece> {
        self.python();
        let at = call.func.start();
        let callee = Text::at(at, self.helper(function.own));
        if function.parameters == ["*"] {
            self.no_keywords(call, &format!("of `{}`", function.own))?;
            let all = match has_star(call) {
                true => {
                    let array = self.helper("array");
                    self.spread(&call.arguments.args)?
                        .wrapped(&format!("{array}("), ")")
                }
                false => Text::joined(&self.texts(&call.arguments.args)?, ", ").wrapped("[", "]"),
            };
            return Ok(called(callee, &[all]));
        }
        self.call_in_order(call, callee, function.own, function.parameters)
    }

    /// A call of a method of what the library makes, which finds the places of its arguments itself.
    fn call_object(&mut self, call: &'a ast::ExprCall, callee: Text, name: &str) -> Outcome<Piece> {
        self.python();
        let is_exception = name == "exception" && !call.arguments.args.is_empty();
        let has_info = call.arguments.find_keyword("exc_info").is_some();
        if !(is_exception || has_info) || self.caught.is_empty() {
            let is_plain = call.arguments.keywords.is_empty() && !has_star(call);
            return match is_plain {
                true => {
                    let arguments = self.texts(&call.arguments.args)?;
                    Ok(called(callee, &arguments))
                }
                false => self.call_with(call, callee),
            };
        }
        // What is handled now goes along.
        let helper = self.helper("call_with");
        let arguments = match has_star(call) {
            true => self.spread(&call.arguments.args)?,
            false => Text::joined(&self.texts(&call.arguments.args)?, ", ").wrapped("[", "]"),
        };
        let error = self.caught.last().cloned().unwrap_or_default();
        let named = format!("dict([[\"exc_info\", {error}]])");
        Ok(called(
            Text::at(call.start(), helper),
            &[callee, arguments, named.into()],
        ))
    }

    /// Whether a class of the text derives from `Thread`.
    fn has_thread_classes(&self) -> bool {
        let is_thread = |base: &Expr| self.full_name(base).as_deref() == Some("threading.Thread");
        self.classes
            .values()
            .any(|class| class.bases.iter().any(is_thread))
    }

    fn thread(&mut self, call: &'a ast::ExprCall, shown: Text) -> Outcome<Piece> {
        let parameters = ["group", "target", "name", "args", "kwargs", "daemon"];
        let mut bound = bind(call, "Thread", &parameters)?;
        self.refuse_given(&mut bound, &["group"])?;
        let Some(target) = bound.take_some("target") else {
            return refuse(call, "a thread needs a `target` here");
        };
        let is_own = matches!(target, Expr::Name(name)
            if self.function_named(&name.id).is_some_and(|function| function.has_overloads));
        let mut target_text = self.text(target)?;
        for (name, value) in self.set_later.remove(&call.start()).unwrap_or_default() {
            bound.named.insert(name, value);
        }
        let options = self.options(&mut bound, &["name", "daemon"])?;
        let args = match (bound.take("args"), bound.take("kwargs")) {
            (args, None) => args.map(|args| self.array(args)).transpose()?,
            (args, Some(Expr::Dict(named))) if is_own => {
                Some(self.named_arguments(target, args, named)?)
            }
            // The function finds the places of its arguments.
            (args, Some(named)) => {
                self.python();
                let args = match args {
                    Some(args) => self.array(args)?,
                    None => "[]".into(),
                };
                let named = self.text(named)?;
                let all = Text::joined([&target_text, &args, &named], ", ").wrapped("[", "]");
                target_text = self.helper("call_with").into();
                Some(all)
            }
        };
        let mut arguments = vec![target_text];
        match (args, options) {
            (None, None) => {}
            (Some(args), None) => arguments.push(args),
            (args, Some(options)) => {
                arguments.push(args.unwrap_or_else(|| "[]".into()));
                arguments.push(options);
            }
        }
        Ok(called(shown, &arguments))
    }

    /// An array of the arguments of `target`, some of which are given by their names.
    fn named_arguments(
        &mut self,
        target: &'a Expr,
        args: Option<&'a Expr>,
        named: &'a ast::ExprDict,
    ) -> Outcome<Text> {
        let function = match target {
            Expr::Name(name) => self.function_named(&name.id),
            _ => None,
        };
        let Some(function) = function else {
            return refuse(named, "`kwargs` need a function of this text as the target");
        };
        let first: &'a [Expr] = match args {
            None => &[],
            Some(Expr::Tuple(tuple)) => &tuple.elts,
            Some(Expr::List(list)) => &list.elts,
            Some(other) => return refuse(other, "beside `kwargs`, `args` must be a literal here"),
        };
        let mut texts = self.texts(first)?;
        let mut left: Vec<&'a ast::DictItem> = named.items.iter().collect();
        for parameter in function
            .parameters
            .iter_non_variadic_params()
            .skip(texts.len())
        {
            let place = left.iter().position(|item| {
                matches!(&item.key, Some(Expr::StringLiteral(key)) if key.value == *parameter.name().as_str())
            });
            match (place, &parameter.default) {
                (Some(place), _) => texts.push(self.text(&left.remove(place).value)?),
                (None, Some(default)) => {
                    let text = self.default_value(None, parameter.name(), default)?;
                    texts.push(text);
                }
                (None, None) => {
                    return refuse(named, format!("`{}` is missing here", parameter.name()));
                }
            }
        }
        match left.first() {
            None => Ok(Text::joined(&texts, ", ").wrapped("[", "]")),
            Some(item) => refuse(&item.value, "the function has no such parameter"),
        }
    }

    fn executor(&mut self, call: &'a ast::ExprCall, full: &str, shown: Text) -> Outcome<Piece> {
        let is_threads = full.ends_with("ThreadPoolExecutor");
        let names: &[&'static str] = match is_threads {
            true => &[
                "max_workers",
                "thread_name_prefix",
                "initializer",
                "initargs",
            ],
            false => &["max_workers", "mp_context", "initializer", "initargs"],
        };
        let mut bound = bind(call, full, names)?;
        self.refuse_given(&mut bound, &["mp_context"])?;
        let initargs = bound.take_some("initargs");
        let workers = bound.take("max_workers");
        let mut entries = Vec::new();
        for name in ["thread_name_prefix", "initializer"] {
            if let Some(given) = bound.take_some(name) {
                entries.push(self.text(given)?.wrapped(&format!("{name}: "), ""));
            }
        }
        if let Some(initargs) = initargs {
            entries.push(self.array(initargs)?.wrapped("initargs: ", ""));
        }
        let workers = match workers {
            None | Some(Expr::NoneLiteral(_)) => None,
            Some(workers) => Some(self.text(workers)?),
        };
        let arguments = match (workers, entries.is_empty()) {
            (None, true) => Vec::new(),
            (Some(workers), true) => vec![workers],
            (workers, false) => {
                let workers = workers.map(|workers| workers.wrapped("max_workers: ", ""));
                entries.splice(0..0, workers);
                vec![Text::joined(&entries, ", ").wrapped("#{", "}")]
            }
        };
        Ok(called(shown, &arguments))
    }

    /// `sorted(xs, key=f, reverse=True)`
    fn by_key(
        &mut self,
        call: &'a ast::ExprCall,
        name: &str,
        parameters: &[&'static str],
    ) -> Outcome<Piece> {
        self.python();
        let mut bound = bind(call, name, parameters)?;
        let mut arguments = Vec::new();
        if let Some(first) = bound.take(parameters[0]) {
            arguments.push(self.collected_text(first)?);
        }
        let key = match bound.take_some("key") {
            Some(key) => Some(self.text(key)?),
            None => None,
        };
        let reverse = match bound.take("reverse") {
            Some(reverse) => Some(self.text(reverse)?),
            None => None,
        };
        if key.is_some() || reverse.is_some() {
            arguments.push(key.unwrap_or_else(|| "()".into()));
        }
        arguments.extend(reverse);
        Ok(called(Text::at(call.func.start(), name), &arguments))
    }

    /// `min` and `max`, of several values or of an iterable.
    fn extreme(&mut self, call: &'a ast::ExprCall, name: &str) -> Outcome<Piece> {
        self.python();
        let at = call.func.start();
        let mut bound = bind(call, name, &["*", "key", "default"])?;
        let key = bound.take_some("key");
        let default = bound.take("default");
        let rest = std::mem::take(&mut bound.rest);
        let of = match rest[..] {
            [one] => match one {
                Expr::Starred(starred) => self.text(&starred.value)?,
                one => self.collected_text(one)?,
            },
            _ => {
                let items = self.spread(&call.arguments.args)?;
                match rest.iter().any(|one| matches!(one, Expr::Starred(_))) {
                    true => items,
                    false if key.is_none() && default.is_none() => {
                        let mut texts = Vec::new();
                        for one in rest {
                            texts.push(self.text(one)?);
                        }
                        return Ok(called(Text::at(at, name), &texts));
                    }
                    false => items,
                }
            }
        };
        let mut arguments = vec![of];
        if key.is_some() || default.is_some() {
            let mut entries = Vec::new();
            if let Some(key) = key {
                entries.push(self.text(key)?.wrapped("key: ", ""));
            }
            if let Some(default) = default {
                entries.push(self.text(default)?.wrapped("default: ", ""));
            }
            arguments.push(Text::joined(&entries, ", ").wrapped("#{", "}"));
        }
        Ok(called(Text::at(at, name), &arguments))
    }

    /// A function that takes all items of something at once: a generator is collected for it.
    fn collector(&mut self, call: &'a ast::ExprCall, name: &str, shown: Text) -> Outcome<Piece> {
        self.python();
        if name == "dict" && !call.arguments.keywords.is_empty() {
            return self.dict_of_names(call);
        }
        let parameters: &[&'static str] = match name {
            "sum" => &["iterable", "start"],
            _ => &["iterable"],
        };
        let mut bound = bind(call, name, parameters)?;
        let Some(first) = bound.take("iterable") else {
            return Ok(called(shown, &[]));
        };
        let is_short = |each: &ast::ExprGenerator| {
            each.generators.len() == 1 || !matches!(name, "any" | "all")
        };
        if let (Expr::Generator(each), "any" | "all" | "list" | "set") = (first, name)
            && is_short(each)
        {
            let collect = match name {
                "any" => Collect::Any(&each.elt),
                "all" => Collect::All(&each.elt),
                "list" => Collect::List(&each.elt),
                _ => Collect::Set(&each.elt),
            };
            return self.comprehension(each, &each.generators, collect);
        }
        // The first item that decides is the last one.
        let mut arguments = vec![match (first, name) {
            (Expr::Generator(_), "any" | "all") => self.text(first)?,
            _ => self.collected_text(first)?,
        }];
        if let Some(start) = bound.take("start") {
            arguments.push(self.text(start)?);
        }
        Ok(called(shown, &arguments))
    }

    /// An argument of which all items are taken at once.
    pub(super) fn collected_text(&mut self, expr: &'a Expr) -> Outcome<Text> {
        match expr {
            Expr::Generator(each) => {
                let list = Collect::List(&each.elt);
                Ok(self.comprehension(each, &each.generators, list)?.text)
            }
            Expr::Call(call)
                if matches!(
                    self.full_name(&call.func).as_deref(),
                    Some("map" | "filter")
                ) && call.arguments.args.len() <= 2 =>
            {
                self.mapped(call)
            }
            other => self.taken_text(other),
        }
    }

    /// What is taken from the first item on, where it stands, by what nobody keeps: the items of `zip` and the like
    /// need no iterator there.
    pub(super) fn taken_text(&mut self, expr: &'a Expr) -> Outcome<Text> {
        if let Expr::Call(call) = expr
            && let Some(full) = self.full_name(&call.func)
            && gives_iterator(&full)
        {
            return Ok(self.call_known(call, &full)?.text);
        }
        self.text(expr)
    }

    /// `map(f, xs)` or `filter(f, xs)` where all of it is taken at once.
    fn mapped(&mut self, call: &'a ast::ExprCall) -> Outcome<Text> {
        self.python();
        let name = match self.full_name(&call.func).as_deref() {
            Some("map") => "map",
            _ => "filter",
        };
        let mut bound = bind(call, name, &["function", "iterable"])?;
        let mut arguments = match bound.take("function") {
            Some(function) => vec![self.mapping(function, 1)?],
            None => Vec::new(),
        };
        match bound.take("iterable") {
            Some(iterable) => arguments.push(self.collected_text(iterable)?),
            None => return refuse(call, format!("`{name}` takes a function and an iterable")),
        }
        Ok(called(Text::at(call.func.start(), name), &arguments).text)
    }

    /// Whether an expression is the name of an `async def`: who calls that has a coroutine.
    fn is_coroutine_function(&self, function: &Expr) -> bool {
        let Expr::Name(name) = function else {
            return false;
        };
        let own = self.function_named(&name.id);
        own.is_some_and(|function| function.is_async) || self.is_earlier_coroutine(&name.id)
    }

    /// What `map` calls with so many items at once: an `async def` makes a coroutine of them, and does not run.
    fn mapping(&mut self, function: &'a Expr, items: usize) -> Outcome<Text> {
        let text = self.text(function)?;
        if !self.is_coroutine_function(function) {
            return Ok(text);
        }
        let names: Vec<String> = (1..=items).map(|number| format!("item_{number}")).collect();
        let items: Vec<Text> = names.iter().map(|name| Text::from(name.clone())).collect();
        let made = coroutine(function.start(), text, items).text;
        Ok(made.wrapped(&format!("|{}| ", names.join(", ")), ""))
    }

    fn dict_of_names(&mut self, call: &'a ast::ExprCall) -> Outcome<Piece> {
        if let Some(first) = call.arguments.args.first() {
            return refuse(first, "`dict` takes either an iterable or names here");
        }
        let mut entries = Vec::new();
        for keyword in &call.arguments.keywords {
            let Some(name) = &keyword.arg else {
                return refuse(keyword, "`**` has no counterpart at this place");
            };
            let value = self.text(&keyword.value)?;
            entries.push(value.wrapped(&format!("[{}, ", quoted(name)), "]"));
        }
        let all = Text::joined(&entries, ", ").wrapped("dict([", "])");
        Ok(Piece::tight(marked(call.start(), &all)))
    }

    /// `isinstance(x, int)`, with the class by its name.
    fn is_instance(&mut self, call: &'a ast::ExprCall, name: &str) -> Outcome<Piece> {
        self.python();
        let mut bound = bind(call, name, &["object", "class"])?;
        let (Some(object), Some(class)) = (bound.take("object"), bound.take("class")) else {
            return refuse(call, format!("`{name}` takes an object and a class"));
        };
        let object = match name {
            "issubclass" => self.classes(object)?,
            _ => self.text(object)?,
        };
        let arguments = [object, self.classes(class)?];
        Ok(called(Text::at(call.func.start(), name), &arguments))
    }

    /// A class, or a tuple of classes, as `isinstance` takes it: by the names.
    pub(super) fn classes(&mut self, class: &'a Expr) -> Outcome<Text> {
        if let Expr::Tuple(tuple) = class {
            let classes: Outcome<Vec<Text>> =
                tuple.elts.iter().map(|class| self.classes(class)).collect();
            return Ok(Text::joined(&classes?, ", ").wrapped("[", "]"));
        }
        if let Some(full) = self.full_name(class) {
            let name = error_class(&full).unwrap_or(&full);
            if error_class(&full).is_some() || is_type(&full) {
                return Ok(Text::at(class.start(), quoted(name)));
            }
            let own = match &*full {
                "threading.Thread" | "threading.Event" | "threading.Timer" => {
                    full.rsplit('.').next()
                }
                "queue.Queue" | "queue.LifoQueue" | "queue.PriorityQueue" => {
                    full.rsplit('.').next()
                }
                "concurrent.futures.Future" => Some("Future"),
                "collections.deque" => Some("deque"),
                "collections.defaultdict" => Some("defaultdict"),
                "collections.Counter" => Some("Counter"),
                "collections.OrderedDict" => Some("OrderedDict"),
                "object" => Some("object"),
                _ => None,
            };
            if let Some(own) = own {
                return Ok(Text::at(class.start(), quoted(own)));
            }
            if full.contains('.') {
                return refuse(
                    class,
                    format!("`{full}` has no counterpart as a class here"),
                );
            }
        }
        match class {
            // `type(None)`, and `int | str`.
            Expr::Call(call)
                if self.full_name(&call.func).as_deref() == Some("type")
                    && matches!(&*call.arguments.args, [Expr::NoneLiteral(_)]) =>
            {
                Ok(Text::at(class.start(), quoted("NoneType")))
            }
            Expr::NoneLiteral(_) => Ok(Text::at(class.start(), quoted("NoneType"))),
            Expr::BinOp(either) if either.op == ast::Operator::BitOr => {
                let both = [self.classes(&either.left)?, self.classes(&either.right)?];
                Ok(Text::joined(&both, ", ").wrapped("[", "]"))
            }
            other => self.text(other),
        }
    }

    /// `ValueError("...")`
    fn error_value(&mut self, call: &'a ast::ExprCall, class: &str) -> Outcome<Piece> {
        self.python();
        self.no_keywords(call, "of an error's class")?;
        let own = class.rsplit('.').next().unwrap_or(class);
        self.call_with_rest(call, Text::at(call.func.start(), own), class)
    }

    /// `getattr(x, "name", default)` and its like, where the name is written there.
    fn attribute_by_name(&mut self, call: &'a ast::ExprCall, full: &str) -> Outcome<Piece> {
        self.python();
        let [of, Expr::StringLiteral(name), rest @ ..] = &*call.arguments.args else {
            return self.attribute_of_value(call, full);
        };
        let own = self.attribute_name(name.value.to_str());
        let has = |translator: &mut Self, of: &Text| {
            let function = translator.helper("hasattr");
            let name = format!(", {})", quoted(&own));
            of.wrapped(&format!("{function}("), &name)
        };
        let piece = self.expr(of)?;
        let mut place = piece.bound(Binding::Tight);
        place.push(&format!(".{own}"));
        match (full, rest) {
            ("hasattr", []) => Ok(Piece::tight(has(self, &piece.text))),
            ("getattr", []) => Ok(Piece::tight(place)),
            ("getattr", [default]) if is_plain(of) => {
                let mut text = Text::from("if ");
                text.add(&has(self, &piece.text));
                text.push(" { ");
                text.add(&place);
                text.push(" } else { ");
                text.add(&self.text(default)?);
                text.push(" }");
                Ok(Piece::loose(text))
            }
            ("getattr", [default]) => {
                let kept = self.fresh("holder");
                let mut lines = Layout::default();
                lines.line(&piece.text.wrapped(&format!("let {kept} = "), ";"));
                let mut text = Text::from("if ");
                text.add(&has(self, &Text::from(kept.as_str())));
                text.push(&format!(" {{ {kept}.{own} }} else {{ "));
                text.add(&self.text(default)?);
                text.push(" }");
                lines.line(&text);
                self.release(&kept);
                Ok(super::expression::block(lines))
            }
            ("setattr", [value]) => {
                place.push(" = ");
                place.add(&self.text(value)?);
                Ok(Piece::loose(place))
            }
            _ => self.attribute_of_value(call, full),
        }
    }

    /// The same where the name is a value.
    fn attribute_of_value(&mut self, call: &'a ast::ExprCall, full: &str) -> Outcome<Piece> {
        let (of, arguments) = match &*call.arguments.args {
            [of, rest @ ..] if !has_star(call) && call.arguments.keywords.is_empty() => {
                (of, self.texts(rest)?)
            }
            _ => return refuse(call, format!("this `{full}` has no counterpart here")),
        };
        let method = match (full, arguments.len()) {
            ("getattr", 1 | 2) => "__getattribute__",
            ("setattr", 2) => "__setattr__",
            ("delattr", 1) => "__delattr__",
            ("hasattr", 1) => {
                let function = self.helper("hasattr");
                let of = self.text(of)?;
                return Ok(called(function.into(), &[of, arguments[0].clone()]));
            }
            _ => return refuse(call, format!("this `{full}` has no counterpart here")),
        };
        let mut callee = self.expr(of)?.bound(Binding::Tight);
        callee.push(&format!(".{method}"));
        Ok(called(callee, &arguments))
    }

    /// A method of a value.
    fn method(
        &mut self,
        call: &'a ast::ExprCall,
        attribute: &'a ast::ExprAttribute,
        is_awaited: bool,
    ) -> Outcome<Piece> {
        let name = attribute.attr.as_str();
        if let Expr::Call(of) = &*attribute.value
            && self.full_name(&of.func).as_deref() == Some("super")
            && self.is_own_super(of)
        {
            return self.super_call(call, attribute);
        }
        if let Some(done) = self.method_of_type(call, attribute)? {
            return Ok(done);
        }
        let is_init = name == "__init__";
        let is_private = self.class_name.is_some() && !name.ends_with("__");
        if name.starts_with("__") && !is_private && !is_init && !self.methods.contains_key(name) {
            return refuse(&attribute.attr, format!("`{name}` has no counterpart here"));
        }
        if is_init {
            return self.init_call(call, attribute);
        }
        let receiver_type = self.type_of(&attribute.value);
        if receiver_type == Type::Object("Loop") {
            return self.loop_method(call, attribute);
        }
        if !matches!(receiver_type, Type::Object(_)) {
            self.python();
        }
        let mut receiver = self.expr(&attribute.value)?;
        // What an object of the library has is read before a chain goes on behind it.
        if let Expr::Attribute(inner) = &*attribute.value
            && let Expr::Call(made) = &*inner.value
            && self.full_name(&made.func).is_some()
        {
            self.python();
            let bound = self.helper("bound");
            receiver = Piece::tight(receiver.text.wrapped(&format!("{bound}("), ")"));
        }
        let mut callee = receiver.bound(Binding::Tight);
        callee.push(".");
        callee.mark(attribute.attr.start());
        if let Some(known) = self.method_called(attribute)
            && !matches!(receiver_type, Type::Object(_))
        {
            callee.push(&self.attribute_name(name));
            if self.is_property(name) {
                // What the property gives is called.
                callee.push("()");
                return self.call_value(call, Piece::tight(callee), None);
            }
            let arguments = self.arguments_of(call, known, name)?;
            let is_coroutine = known.is_some_and(|function| function.is_async) && !is_awaited;
            return match arguments {
                Some(arguments) if is_coroutine => Ok(coroutine(call.start(), callee, arguments)),
                Some(arguments) => Ok(called(callee, &arguments)),
                None => self.call_with(call, callee),
            };
        }
        let parameters: Option<&[&'static str]> = match name {
            "join" if !call.arguments.keywords.is_empty() => Some(&["timeout"]),
            "wait" | "result" | "exception" => Some(&["timeout"]),
            "wait_for" => Some(&["predicate", "timeout"]),
            "notify" => Some(&["n"]),
            _ => None,
        };
        // A logger's takes a message.
        let takes_message = name == "exception"
            && self.has_library_objects
            && call.arguments.args.first().is_some_and(|first| {
                matches!(first, Expr::StringLiteral(_) | Expr::FString(_))
                    || call.arguments.args.len() > 1
                    || matches!(first, Expr::Name(_)) && !self.caught.is_empty()
            });
        if let Some(parameters) = parameters
            && !takes_message
        {
            callee.push(name);
            let mut bound = bind(call, name, parameters)?;
            let mut arguments = self.in_row(&mut bound, parameters)?;
            if arguments.len() == 1 && arguments[0].as_str() == "()" {
                arguments.clear();
            }
            return Ok(called(callee, &arguments));
        }
        match (name, call.arguments.keywords.is_empty()) {
            ("acquire", _) => {
                callee.push(name);
                // Locks of processes have another name for it.
                let blocking = match call.arguments.find_keyword("block") {
                    Some(_) => "block",
                    None => "blocking",
                };
                let mut bound = bind(call, name, &[blocking, "timeout"])?;
                let arguments = self.blocking(&mut bound, blocking)?;
                return Ok(called(callee, &arguments));
            }
            ("put", false) => {
                callee.push(name);
                let mut bound = bind(call, name, &["item", "block", "timeout"])?;
                let mut arguments = self.in_row(&mut bound, &["item"])?;
                arguments.extend(self.blocking(&mut bound, "block")?);
                return Ok(called(callee, &arguments));
            }
            ("get", false) => {
                callee.push(name);
                let mut bound = bind(call, name, &["block", "timeout"])?;
                let arguments = self.blocking(&mut bound, "block")?;
                return Ok(called(callee, &arguments));
            }
            ("shutdown", _) => {
                callee.push(name);
                let mut bound = bind(call, name, &["wait", "cancel_futures"])?;
                let wait = bound.take("wait");
                let mut arguments = Vec::new();
                if let Some(wait) = wait {
                    arguments.push(self.text(wait)?);
                }
                arguments.extend(self.options(&mut bound, &["cancel_futures"])?);
                return Ok(called(callee, &arguments));
            }
            ("create_task", _) => {
                callee.push(name);
                let mut bound = bind(call, name, &["coro", "name"])?;
                let mut arguments = self.awaitable(&mut bound, "coro")?;
                arguments.extend(self.options(&mut bound, &["name"])?);
                return Ok(called(callee, &arguments));
            }
            // A pool of processes as `multiprocessing` has it is one of the library's classes.
            _ if receiver_type == Type::Object("Pool") => {
                callee.push(&self.attribute_name(name));
                return self.call_object(call, callee, name);
            }
            ("map", _) if !has_star(call) => {
                callee.push(name);
                let mut bound = bind(call, name, &["fn", "*", "timeout", "chunksize"])?;
                let mut arguments = self.in_row(&mut bound, &["fn"])?;
                for iterable in std::mem::take(&mut bound.rest) {
                    arguments.push(self.collected_text(iterable)?);
                }
                arguments.extend(self.options(&mut bound, &["timeout", "chunksize"])?);
                let results = called(callee, &arguments);
                // `next` takes the results one by one.
                return Ok(match self.source.text.contains("next(") {
                    true => {
                        self.python();
                        Piece::tight(results.text.wrapped("iter(", ")"))
                    }
                    false => results,
                });
            }
            ("submit", false) => {
                callee.push(name);
                return self.submit(call, callee);
            }
            ("sort", _) => {
                callee.push(name);
                let mut bound = bind(call, name, &["key", "reverse"])?;
                let key = bound.take_some("key");
                let reverse = bound.take("reverse");
                let mut arguments = Vec::new();
                let is_by_script = self.has_special(&["__lt__", "__gt__"])
                    || self
                        .imports
                        .values()
                        .any(|full| full == "functools.cmp_to_key");
                if is_by_script && !self.methods.contains_key("sort") {
                    self.python();
                    arguments.push(receiver.text);
                    for (given, usual) in [(key, "()"), (reverse, "false")] {
                        arguments.push(match given {
                            Some(given) => self.text(given)?,
                            None => usual.into(),
                        });
                    }
                    return Ok(called(
                        Text::at(call.start(), self.helper("sort")),
                        &arguments,
                    ));
                }
                if key.is_some() || reverse.is_some() {
                    arguments.push(match key {
                        Some(key) => self.text(key)?,
                        None => "()".into(),
                    });
                }
                if let Some(reverse) = reverse {
                    arguments.push(self.text(reverse)?);
                }
                return Ok(called(callee, &arguments));
            }
            ("join" | "extend" | "update", true) if call.arguments.args.len() == 1 => {
                callee.push(name);
                let given = &call.arguments.args[0];
                let mut argument = self.collected_text(given)?;
                // The method is one of this language's, which takes what is there already.
                let may_come_one_by_one = self.type_of(given) == Type::Unknown
                    && matches!(given, Expr::Name(_) | Expr::Call(_) | Expr::Attribute(_))
                    && (self.may_have_iterators() || self.has_special(&["__iter__"]));
                if may_come_one_by_one && name != "update" {
                    argument = argument.wrapped("list(", ")");
                }
                return Ok(called(callee, &[argument]));
            }
            ("format", _) => {
                callee.push(name);
                let mut arguments = self.texts(&call.arguments.args)?;
                if !call.arguments.keywords.is_empty() {
                    let mut entries = Vec::new();
                    for keyword in &call.arguments.keywords {
                        let Some(key) = &keyword.arg else {
                            return refuse(keyword, "`**` has no counterpart at this place");
                        };
                        let value = self.text(&keyword.value)?;
                        entries.push(value.wrapped(&format!("{key}: "), ""));
                    }
                    arguments.push(Text::joined(&entries, ", ").wrapped("#{", "}"));
                }
                return Ok(called(callee, &arguments));
            }
            ("split" | "rsplit", false) => {
                callee.push(name);
                let mut bound = bind(call, name, &["sep", "maxsplit"])?;
                let arguments = self.in_row(&mut bound, &["sep", "maxsplit"])?;
                return Ok(called(callee, &arguments));
            }
            _ => {}
        }
        if matches!(receiver_type, Type::Object(_)) {
            self.no_keywords(call, &format!("of the method `{name}`"))?;
        }
        callee.push(&self.attribute_name(name));
        if name == "update" && !call.arguments.keywords.is_empty() && !has_star(call) {
            let mut named = self.named_dict(&call.arguments.keywords)?;
            if let [first] = &*call.arguments.args {
                let updated = self.helper("updated");
                let first = self.text(first)?.wrapped("dict(", ")");
                named = Text::joined([&first, &named], ", ").wrapped(&format!("{updated}("), ")");
            }
            return Ok(called(callee, &[named]));
        }
        if self.has_library_objects && !matches!(receiver_type, Type::Object(_)) {
            return self.call_object(call, callee, name);
        }
        if has_star(call) || !call.arguments.keywords.is_empty() {
            if self.classes.is_empty() && !self.has_mappings {
                self.no_keywords(call, &format!("of the method `{name}`"))?;
                return refuse(call, "`*` has no counterpart in a call of a method");
            }
            // Only an attribute that is a function can take these.
            return self.call_with(call, callee);
        }
        callee.add(&self.arguments(call)?);
        Ok(Piece::tight(callee))
    }

    /// A method that is found by way of its type: `str.upper(text)`, `dict.fromkeys(keys)`; and those that
    /// have a function of their own: `it.__next__()`.
    fn method_of_type(
        &mut self,
        call: &'a ast::ExprCall,
        attribute: &'a ast::ExprAttribute,
    ) -> Outcome<Option<Piece>> {
        let name = attribute.attr.as_str();
        let full = self.full_name(&attribute.value);
        let is_plain = call.arguments.keywords.is_empty() && !has_star(call);
        let at = call.start();
        let function = match (full.as_deref(), name, &*call.arguments.args) {
            (Some("itertools.chain"), "from_iterable", [_]) => "itertools_chain",
            (Some("str"), "maketrans", _) => "maketrans",
            (Some("dict"), "fromkeys", [_] | [_, _]) => "dict_fromkeys",
            _ => "",
        };
        if !function.is_empty() && is_plain {
            self.python();
            let arguments = self.texts(&call.arguments.args)?;
            return Ok(Some(called(
                Text::at(at, self.helper(function)),
                &arguments,
            )));
        }
        if let (Some("str" | "list" | "dict" | "set"), [of, rest @ ..]) =
            (full.as_deref(), &*call.arguments.args)
            && is_plain
        {
            self.python();
            let mut callee = self.expr(of)?.bound(Binding::Tight);
            callee.push(&format!(".{name}"));
            let arguments = self.texts(rest)?;
            return Ok(Some(called(callee, &arguments)));
        }
        if full.as_deref() == Some("object") && name == "__setattr__" {
            let [Expr::Name(of), Expr::StringLiteral(field), value] = &*call.arguments.args else {
                return refuse(call, "`object.__setattr__` takes `self` and a literal here");
            };
            if self.variable(&of.id) != "this" {
                return refuse(call, "`object.__setattr__` is for `self` here");
            }
            self.python();
            let value = self.text(value)?;
            let mut text = Text::at(at, format!("{}(this, ", self.helper("set_fields")));
            let own = self.attribute_name(field.value.to_str());
            text.add(&value.wrapped(&format!("dict([[{}, ", quoted(&own)), "]]))"));
            return Ok(Some(Piece::tight(text)));
        }
        let function = match name {
            _ if self.methods.contains_key(name) => "",
            "__next__" => "next",
            "__iter__" => "iter",
            "__len__" => "len",
            "__str__" => "str",
            "__repr__" => "repr",
            _ => "",
        };
        if !function.is_empty() && call.arguments.is_empty() && full.is_none() {
            self.python();
            let of = self.text(&attribute.value)?;
            return Ok(Some(called(Text::at(at, function), &[of])));
        }
        Ok(None)
    }

    /// What a loop of asyncio's does that is a function here.
    fn loop_method(
        &mut self,
        call: &'a ast::ExprCall,
        attribute: &'a ast::ExprAttribute,
    ) -> Outcome<Piece> {
        let at = call.start();
        match (attribute.attr.as_str(), &*call.arguments.args) {
            ("time", []) => Ok(Piece::tight(Text::at(at, "time.monotonic()"))),
            ("run_in_executor", [Expr::NoneLiteral(_), rest @ ..]) => {
                let arguments = self.texts(rest)?;
                Ok(called(Text::at(at, "asyncio.to_thread"), &arguments))
            }
            ("create_task", [_]) => {
                let mut bound = bind(call, "create_task", &["coro", "name"])?;
                let mut arguments = self.awaitable(&mut bound, "coro")?;
                arguments.extend(self.options(&mut bound, &["name"])?);
                Ok(called(Text::at(at, "asyncio.create_task"), &arguments))
            }
            (name, _) => refuse(
                &attribute.attr,
                format!("`{name}` of an event loop has no counterpart here"),
            ),
        }
    }

    /// Whether this is `super()`, or `super(C, self)` in the class `C`.
    fn is_own_super(&self, call: &ast::ExprCall) -> bool {
        match &*call.arguments.args {
            [] => call.arguments.keywords.is_empty(),
            [Expr::Name(class), Expr::Name(_)] => {
                self.class_name.as_deref() == Some(class.id.as_str())
            }
            _ => false,
        }
    }

    /// `Base.__init__(self, 1)`
    fn init_call(
        &mut self,
        call: &'a ast::ExprCall,
        attribute: &'a ast::ExprAttribute,
    ) -> Outcome<Piece> {
        let class = match &*attribute.value {
            Expr::Name(name) => self.class_named(&name.id).cloned(),
            _ => None,
        };
        let full = self.full_name(&attribute.value);
        let is_base = class.is_some()
            || full
                .as_deref()
                .is_some_and(|full| error_class(full).is_some() || super::class::is_runner(full));
        let callee = Text::at(call.start(), "super.init");
        if full.as_deref().is_some_and(super::class::is_runner) && !has_star(call) {
            let args = call.arguments.args.get(1..).unwrap_or_default();
            return self.thread_init(call, args, callee);
        }
        if !is_base || !call.arguments.keywords.is_empty() || has_star(call) {
            return refuse(
                &attribute.attr,
                "this call of `__init__` has no counterpart here",
            );
        }
        if class.is_some() {
            let callee = self.text(&attribute.value)?.wrapped("", ".init");
            let arguments = self.texts(&call.arguments.args)?;
            return Ok(called(callee, &arguments));
        }
        // The class that this one derives from is no class of the text.
        let arguments = self.texts(&call.arguments.args[1.min(call.arguments.args.len())..])?;
        Ok(called(callee, &arguments))
    }

    /// `submit(f, 1, key=2)`
    fn submit(&mut self, call: &'a ast::ExprCall, callee: Text) -> Outcome<Piece> {
        let [target, rest @ ..] = &*call.arguments.args else {
            return refuse(call, "`submit` takes a function");
        };
        let function = match target {
            Expr::Name(name) => self.function_named(&name.id),
            _ => None,
        };
        let Some(function) = function.filter(|function| function.has_overloads) else {
            self.python();
            let helper = self.helper("call_with");
            let target = self.text(target)?;
            let rest = Text::joined(&self.texts(rest)?, ", ").wrapped("[", "]");
            let named = self.named_dict(&call.arguments.keywords)?;
            return Ok(called(callee, &[helper.into(), target, rest, named]));
        };
        let mut arguments = vec![self.text(target)?];
        arguments.extend(self.texts(rest)?);
        for parameter in function
            .parameters
            .iter_non_variadic_params()
            .skip(rest.len())
        {
            let named = call.arguments.find_keyword(parameter.name());
            match (named, &parameter.default) {
                (Some(keyword), _) => arguments.push(self.text(&keyword.value)?),
                (None, Some(default)) => {
                    let text = self.default_value(None, parameter.name(), default)?;
                    arguments.push(text);
                }
                (None, None) => {
                    return refuse(call, format!("`{}` is missing here", parameter.name()));
                }
            }
        }
        Ok(called(callee, &arguments))
    }

    /// `blocking` and `timeout`, as `acquire`, `put` and `get` take them here.
    fn blocking(&mut self, bound: &mut Bound<'a>, blocking: &str) -> Outcome<Vec<Text>> {
        let flag = bound.take(blocking);
        let timeout = bound.take_some("timeout");
        let is_true = matches!(flag, Some(Expr::BooleanLiteral(value)) if value.value);
        let mut arguments = Vec::new();
        match flag {
            None => {}
            Some(_) if is_true => {}
            Some(flag) => arguments.push(self.text(flag)?),
        }
        if let Some(timeout) = timeout {
            arguments.push(self.text(timeout)?);
        }
        Ok(arguments)
    }
}

/// Whether it is one of Python's types that values here have.
pub(super) fn is_type(name: &str) -> bool {
    matches!(
        name,
        "int"
            | "float"
            | "str"
            | "bool"
            | "list"
            | "dict"
            | "set"
            | "tuple"
            | "frozenset"
            | "deque"
    )
}

pub(super) fn has_star(call: &ast::ExprCall) -> bool {
    call.arguments
        .args
        .iter()
        .any(|argument| matches!(argument, Expr::Starred(_)))
}

/// `callee(arguments)`
pub(super) fn called(callee: Text, arguments: &[Text]) -> Piece {
    let mut text = callee;
    text.add(&Text::joined(arguments, ", ").wrapped("(", ")"));
    Piece::tight(text)
}
