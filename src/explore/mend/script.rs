//! What a text says of threads and objects: which functions run as threads, what each variable
//! holds, by which names a function knows it.

use std::collections::{BTreeMap, BTreeSet};

use super::candidate::Part;
use super::edit::{Edits, block_of, gap, indent, shallower};
use super::scope::Scope;
use crate::language::outline::{Call, FunctionCall, Outline, Statement};

/// What a variable holds, by the call that makes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Holds {
    /// A lock that one thread holds.
    Lock,
    /// A lock that its holder may take again.
    RLock,
    /// A lock for readers and writers.
    RwLock,
    /// A counter of permits.
    Semaphore,
    /// A condition.
    Condition,
    /// An event.
    Event,
    /// A barrier.
    Barrier,
    /// A queue.
    Queue,
    /// A channel.
    Channel,
    /// A pool of threads or processes.
    Pool,
    /// A value that is changed in one step.
    Atomic,
    /// Numbers that processes share, which have a lock of their own.
    Shared,
    /// A thread.
    Thread,
    /// Anything else.
    Data,
}

impl Holds {
    fn of(value: &str) -> Self {
        let value = value.trim_start();
        let made = value.split('(').next().unwrap_or_default();
        let name = made.rsplit('.').next().unwrap_or(made).trim();
        if !value.contains('(') {
            return Self::Data;
        }
        match name {
            "Lock" | "Mutex" => Self::Lock,
            "RLock" => Self::RLock,
            "RwLock" => Self::RwLock,
            "Semaphore" | "BoundedSemaphore" => Self::Semaphore,
            "Condition" => Self::Condition,
            "Event" => Self::Event,
            "Barrier" => Self::Barrier,
            "Queue" | "LifoQueue" | "PriorityQueue" | "SimpleQueue" => Self::Queue,
            "channel" => Self::Channel,
            "ThreadPoolExecutor" | "ProcessPoolExecutor" | "pool" => Self::Pool,
            "Atomic" => Self::Atomic,
            "shared_value" | "shared_array" => Self::Shared,
            "spawn" | "Thread" | "Timer" | "process" => Self::Thread,
            _ => Self::Data,
        }
    }

    /// Whether it is what threads compute with, no means of theirs to wait for each other.
    pub(super) fn is_data(self) -> bool {
        matches!(self, Self::Data | Self::Atomic | Self::Shared)
    }
}

/// The facts of a text.
pub(super) struct Script<'t> {
    pub(super) text: &'t str,
    pub(super) outline: Outline<'t>,
    pub(super) calls: Vec<Call<'t>>,
    pub(super) function_calls: Vec<FunctionCall<'t>>,
    /// What the variables hold that `let` makes, with the statement; the attributes of classes, too, by
    /// their names with the point: `.total`.
    pub(super) variables: BTreeMap<&'t str, (Holds, usize)>,
    /// What functions make for themselves, by a name that another variable has, too.
    locals: BTreeSet<(usize, &'t str)>,
    /// For the parameters of each function: the names of the variables that they are given.
    aliases: BTreeMap<(usize, &'t str), BTreeSet<&'t str>>,
    /// The functions that run as threads or tasks.
    pub(super) entries: BTreeSet<usize>,
    /// The mentioned variables and attributes: the name, the innermost statement, the function.
    pub(super) mentions: Vec<(&'t str, usize, usize)>,
    /// The calls of functions and methods of the text: the innermost statement, and what is called.
    called: Vec<(usize, usize)>,
    scope: Scope,
}

/// The calls that make a thread or a task of their first argument.
const STARTERS: [&str; 7] = [
    "process",
    "spawn",
    "Thread",
    "start_new_thread",
    "Timer",
    "Process",
    "create_task",
];
const STARTING_METHODS: [&str; 9] = [
    "submit",
    "map",
    "create_task",
    "Thread",
    "spawn",
    "Timer",
    "gather",
    "run",
    "start_soon",
];

impl<'t> Script<'t> {
    /// The facts of what runs in a text from byte `begins` of its top level on.
    pub(super) fn of(text: &'t str, begins: usize) -> Self {
        let outline = Outline::of(text);
        let functions = 0..outline.functions.len();
        let names: Vec<Option<&str>> = functions.map(|number| name_of(&outline, number)).collect();
        let scope = Scope::of(&outline, begins, &names);
        let mut calls = outline.calls();
        calls.retain(|call| scope.has(&outline, call.statement));
        let mut function_calls = outline.function_calls();
        function_calls.retain(|call| scope.has(&outline, call.statement));
        let mut variables = BTreeMap::new();
        let mut locals = BTreeSet::new();
        for (name, statement, value) in outline.lets() {
            let function = outline.function_of(statement);
            if function > 0 {
                locals.insert((function, name));
            }
            let is_better = |(_, known): &(Holds, usize)| outline.function_of(*known) > 0;
            if variables.get(name).is_none_or(is_better) {
                variables.insert(name, (Holds::of(value), statement));
            }
        }
        locals.retain(|(function, name)| {
            variables
                .get(name)
                .is_some_and(|(_, made)| outline.function_of(*made) != *function)
        });
        let fields: Vec<(&str, usize)> = (outline.fields())
            .map(|(name, _, statement)| (name, statement))
            .collect();
        for (name, statement, value) in outline.attributes() {
            if let Some((field, _)) = fields.iter().find(|(field, _)| field[1..] == *name) {
                variables
                    .entry(*field)
                    .or_insert((Holds::of(value), statement));
            }
        }
        let names = outline
            .mentions()
            .map(|(name, _, statement)| (name, statement));
        let of_objects = fields
            .into_iter()
            .filter(|(name, _)| variables.contains_key(name));
        let mentions = names
            .chain(of_objects)
            .filter(|(_, statement)| scope.has(&outline, *statement))
            .map(|(name, statement)| (name, statement, outline.function_of(statement)))
            .collect();
        let mut script = Self {
            called: Vec::new(),
            text,
            calls,
            function_calls,
            variables,
            locals,
            aliases: BTreeMap::new(),
            entries: BTreeSet::new(),
            mentions,
            scope,
            outline,
        };
        script.read_called();
        script.read_calls();
        script
    }

    /// Finds which functions and methods of the text are called where.
    fn read_called(&mut self) {
        let by_name = (self.function_calls.iter()).map(|call| (call.name, call.statement, false));
        let by_method = (self.calls.iter()).map(|call| (call.method, call.statement, true));
        let calls: Vec<_> = by_name.chain(by_method).collect();
        for function in 1..self.outline.functions.len() {
            let class = self.outline.functions[function].class;
            let name = match (class, self.name_of(function)) {
                (Some(class), Some("init")) => Some(self.outline.class(class).0),
                (_, name) => name,
            };
            let is_method = class.is_some() && name == self.name_of(function);
            let its = (calls.iter())
                .filter(|(called, _, by_method)| Some(*called) == name && *by_method == is_method);
            self.called
                .extend(its.map(|(_, statement, _)| (*statement, function)));
        }
        self.called.sort_unstable();
    }

    /// The functions and methods of the text that are called in a statement or in those inside it.
    pub(super) fn called_in(&self, statement: usize) -> impl Iterator<Item = usize> + '_ {
        let span = self.outline.statements[statement].span.clone();
        let is_inside = move |at: usize| {
            let inner = &self.outline.statements[at].span;
            span.start <= inner.start && inner.end <= span.end
        };
        let calls = self.called.iter();
        calls
            .filter(move |(at, _)| is_inside(*at))
            .map(|(_, function)| *function)
    }

    /// The calls of functions and methods of the text: the innermost statement, and what is called.
    pub(super) fn called(&self) -> &[(usize, usize)] {
        &self.called
    }

    /// Whether a value names a function of the text, or a method by whichever object: `counter.add`.
    fn is_named(&self, function: usize, value: &str) -> bool {
        let value = match self.outline.functions[function].class {
            Some(_) => value.rsplit_once('.').map(|(_, name)| name),
            None => Some(value),
        };
        value.is_some() && self.name_of(function) == value
    }

    /// Whether a function is what the constructor of a class does.
    pub(super) fn is_init(&self, function: usize) -> bool {
        let known = &self.outline.functions[function];
        known.class.is_some() && known.name == Some("init")
    }

    /// Finds what parameters stand for, and which functions run as threads.
    fn read_calls(&mut self) {
        let mut given: Vec<(usize, &'t str, &'t str)> = Vec::new();
        let mut entries = BTreeSet::new();
        let starts = |name: &str, is_method: bool| match is_method {
            true => STARTING_METHODS.contains(&name),
            // A function of the text is what it is, whatever its name.
            false => STARTERS.contains(&name) && !self.is_function(name),
        };
        let calls = (self.calls.iter()).map(|call| {
            (
                call.method,
                &call.args,
                starts(call.method, true),
                call.span.clone(),
            )
        });
        let all = (self.function_calls.iter())
            .map(|call| {
                (
                    call.name,
                    &call.args,
                    starts(call.name, false),
                    call.span.clone(),
                )
            })
            .chain(calls);
        for (name, args, is_start, span) in all {
            let (function, args) = match (is_start, args.split_first()) {
                (true, Some((function, rest))) => (*function, arguments(name, rest)),
                (true, None) => ("", Vec::new()),
                (false, _) => (name, args.clone()),
            };
            for (number, known) in self.outline.functions.iter().enumerate() {
                let is_named = self.is_named(number, function);
                let stands_there = known.name.is_none()
                    && number > 0
                    && is_start
                    && self.closure_begins_in(number, &span);
                if is_start && (is_named || stands_there) {
                    entries.insert(number);
                }
                if is_named {
                    for (param, arg) in known.params.iter().zip(&args) {
                        given.push((number, param, arg));
                    }
                }
            }
        }
        // A function may be given to a starter at any place: `gather(a, b)`, `Thread(target, f)`.
        for (number, known) in self.outline.functions.iter().enumerate().skip(1) {
            let is_thread = |class| self.outline.class(class).1.contains("Thread");
            if known.name == Some("run") && known.class.is_some_and(is_thread) {
                entries.insert(number);
            }
            let is_value =
                |args: &Vec<&str>| args.iter().any(|arg| self.is_named(number, arg.trim()));
            if self
                .function_calls
                .iter()
                .any(|call| starts(call.name, false) && is_value(&call.args))
                || self
                    .calls
                    .iter()
                    .any(|call| starts(call.method, true) && is_value(&call.args))
            {
                entries.insert(number);
            }
        }
        for (function, param, arg) in given {
            self.aliases
                .entry((function, param))
                .or_default()
                .insert(arg);
        }
        self.entries = entries;
    }

    fn closure_begins_in(&self, function: usize, span: &std::ops::Range<usize>) -> bool {
        let body = &self.outline.blocks[self.outline.functions[function].body].span;
        span.start < body.start && body.end <= span.end
    }

    /// What a function is called: by its definition, or by the variable that a closure is kept in.
    pub(super) fn name_of(&self, function: usize) -> Option<&'t str> {
        name_of(&self.outline, function)
    }

    /// Whether a function runs once and alone at first: the text itself, or the one that an event loop begins
    /// with.
    pub(super) fn is_main(&self, function: usize) -> bool {
        let begins = |name| self.text.contains(&format!("asyncio.run({name}("));
        function == 0 || self.name_of(function).is_some_and(begins)
    }

    /// The statements that can run, each before those inside it.
    pub(super) fn statements(&self) -> impl Iterator<Item = (usize, &Statement)> + '_ {
        let all = self.outline.statements.iter().enumerate();
        all.filter(|(number, _)| self.scope.has(&self.outline, *number))
    }

    /// The variables that a name means in a function: itself, or what a parameter is given.
    pub(super) fn meanings(&self, function: usize, name: &'t str) -> BTreeSet<&'t str> {
        let mut found = BTreeSet::new();
        let mut open = vec![(function, name)];
        let mut seen = BTreeSet::new();
        while let Some((function, name)) = open.pop() {
            if !seen.insert((function, name)) || self.locals.contains(&(function, name)) {
                continue;
            }
            match self.aliases.get(&(function, name)) {
                Some(args) => {
                    for arg in args {
                        let name = self.variable(arg);
                        // In which function the argument was written matters little here.
                        match self.variables.contains_key(name) {
                            true => {
                                found.insert(name);
                            }
                            false => open.push((0, name)),
                        }
                    }
                }
                None => {
                    found.insert(name);
                }
            }
        }
        found
    }

    /// The variable or attribute that a place is, or is a part of: `forks` for `forks[i]`, `.total` for
    /// `this.total`.
    pub(super) fn variable<'p>(&self, place: &'p str) -> &'p str {
        let attribute = place.rmatch_indices('.').find_map(|(at, _)| {
            let end = at + 1 + root(&place[at + 1..]).len();
            let name = &place[at..end];
            self.variables.contains_key(name).then_some(name)
        });
        attribute.unwrap_or_else(|| root(place))
    }

    /// What a receiver holds, by the variables that it may mean.
    pub(super) fn holds(&self, function: usize, receiver: &'t str) -> Option<Holds> {
        let meanings = self.meanings(function, self.variable(receiver));
        meanings
            .iter()
            .find_map(|name| self.variables.get(name).map(|(holds, _)| *holds))
    }

    /// The statements that mention a variable, by whichever name, in functions but the top level and what
    /// makes an object; in the top level, too, behind the first start of a thread and without its `let`.
    pub(super) fn touching(&self, variable: &str) -> Vec<usize> {
        let first = self.first_start();
        let mut found: Vec<usize> = Vec::new();
        for (name, statement, function) in &self.mentions {
            if !self.meanings(*function, name).contains(variable) {
                continue;
            }
            let is_before = *function == 0 && first.is_none_or(|first| *statement <= first);
            if !is_before && !self.is_init(*function) && found.last() != Some(statement) {
                found.push(*statement);
            }
        }
        found.dedup();
        found
    }

    /// By which name a function mentions a variable.
    pub(super) fn name_in(&self, function: usize, variable: &str) -> Option<&'t str> {
        let mut mentions = self.mentions.iter();
        let found = mentions.find(|(name, _, place)| {
            *place == function && self.meanings(function, name).contains(variable)
        });
        found.map(|(name, _, _)| *name)
    }

    /// The first statement of the top level in which a thread is started.
    pub(super) fn first_start(&self) -> Option<usize> {
        self.starts().next().map(|(statement, _)| statement)
    }

    /// The statements of the top level in which threads are started, with the calls' spans.
    pub(super) fn starts(&self) -> impl Iterator<Item = (usize, &FunctionCall<'t>)> + '_ {
        (self.function_calls.iter())
            .filter(|call| matches!(call.name, "spawn" | "Thread"))
            .filter(|call| self.outline.function_of(call.statement) == 0)
            .map(|call| (call.statement, call))
    }

    /// The variables that several threads may touch: made by `let`, and mentioned in a function.
    pub(super) fn shared_data(&self) -> Vec<&'t str> {
        self.shared(Holds::is_data)
    }

    /// The queues that several threads may touch.
    pub(super) fn shared_queues(&self) -> Vec<&'t str> {
        self.shared(|holds| holds == Holds::Queue)
    }

    fn shared(&self, is_meant: impl Fn(Holds) -> bool) -> Vec<&'t str> {
        let mut names: Vec<&'t str> = Vec::new();
        for (name, (holds, statement)) in &self.variables {
            let function = self.outline.function_of(*statement);
            let is_elsewhere = |(mentioned, _, place): &(&'t str, usize, usize)| {
                *place != function && self.meanings(*place, mentioned).contains(name)
            };
            if is_meant(*holds)
                && !self.outline.source(*statement).starts_with("const")
                && !self.is_function(name)
                && self.mentions.iter().any(is_elsewhere)
            {
                names.push(name);
            }
        }
        names
    }

    fn is_function(&self, name: &str) -> bool {
        (1..self.outline.functions.len()).any(|number| self.name_of(number) == Some(name))
    }

    /// Whether a function, or one that it calls, mentions a variable.
    pub(super) fn reaches(&self, function: usize, variable: &str) -> bool {
        let mut open = vec![function];
        let mut seen = BTreeSet::new();
        while let Some(function) = open.pop() {
            if !seen.insert(function) {
                continue;
            }
            if self.mentions.iter().any(|(name, _, place)| {
                *place == function && self.meanings(function, name).contains(variable)
            }) {
                return true;
            }
            let of_function =
                |(statement, _): &&(usize, usize)| self.outline.function_of(*statement) == function;
            let calls = self.called.iter().filter(of_function);
            open.extend(calls.map(|(_, called)| *called));
        }
        false
    }

    /// The smallest run of statements of one block that has all of these, which are of one function:
    /// the block, and the first and the last of its statements.
    pub(super) fn cover(&self, statements: &[usize]) -> Option<(usize, usize, usize)> {
        let paths: Vec<Vec<usize>> = statements
            .iter()
            .map(|statement| self.outline.path(*statement))
            .collect();
        let first = paths.first()?;
        for candidate in first {
            let block = self.outline.statements[*candidate].block;
            let inside: Option<Vec<usize>> = paths
                .iter()
                .map(|path| {
                    let mut steps = path.iter();
                    steps
                        .find(|step| self.outline.statements[**step].block == block)
                        .copied()
                })
                .collect();
            if let Some(inside) = inside {
                let first = inside.iter().min()?;
                let last = inside.iter().max()?;
                return Some((block, *first, *last));
            }
        }
        None
    }

    /// The bytes from the beginning of one statement to the end of another.
    pub(super) fn span(&self, first: usize, last: usize) -> std::ops::Range<usize> {
        let statements = &self.outline.statements;
        statements[first].span.start..statements[last].span.end
    }

    /// Puts statements of one block into `head { }`.
    pub(super) fn wrap(&self, edits: Edits, head: &str, first: usize, last: usize) -> Edits {
        let span = self.span(first, last);
        let body = &self.text[span.clone()];
        self.put_into(edits, head, first, span, body)
    }

    /// The same, with changes of what is in the statements.
    pub(super) fn wrap_changed(
        &self,
        edits: Edits,
        head: &str,
        (first, last): (usize, usize),
        inside: &Edits,
    ) -> Option<Edits> {
        let span = self.span(first, last);
        let body = inside.apply_within(self.text, span.clone())?;
        Some(self.put_into(edits, head, first, span, body.trim()))
    }

    /// `with` statements become what is in them.
    pub(super) fn opened(&self, withs: &[usize]) -> Edits {
        withs.iter().fold(Edits::new(), |edits, with| {
            let with = &self.outline.statements[*with];
            let body = self.outline.blocks[with.blocks[0]].span.clone();
            edits.replace(with.span.clone(), shallower(self.text[body].trim()))
        })
    }

    fn put_into(
        &self,
        edits: Edits,
        head: &str,
        first: usize,
        span: std::ops::Range<usize>,
        body: &str,
    ) -> Edits {
        let wrapped = block_of(head, body, indent(self.text, span.start));
        let around = &self.outline.blocks[self.outline.statements[first].block];
        match around.is_braced {
            true => edits.replace(span, wrapped),
            false => edits.replace(span, format!("{{ {wrapped} }}")),
        }
    }

    /// Puts a call behind a statement that is the last one of its block.
    pub(super) fn append(&self, last: usize, call: &str) -> Edits {
        let span = &self.outline.statements[last].span;
        let end = match self.outline.source(last).ends_with([';', '}']) {
            true => "",
            false => ";",
        };
        let between = gap(self.text, span.start);
        Edits::new().insert(span.end, format!("{end}{between}{call};"))
    }

    /// Makes a variable before everything else but imports: `let NAME = VALUE;`.
    pub(super) fn declare(&self, edits: Edits, name: &str, value: &str) -> Edits {
        edits.insert(self.beginning(), format!("let {name} = {value};\n"))
    }

    /// Gives each object of a class an attribute when it is made: `this.NAME = VALUE;`. Nothing where the
    /// class has no `init`.
    pub(super) fn declare_in(
        &self,
        edits: Edits,
        class: usize,
        name: &str,
        value: &str,
    ) -> Option<Edits> {
        let mut functions = self.outline.functions.iter();
        let init = functions.find(|one| one.class == Some(class) && one.name == Some("init"))?;
        let body = &self.outline.blocks[init.body];
        let first = self.outline.statements[*body.statements.first()?]
            .span
            .start;
        let text = format!("this.{name} = {value};{}", gap(self.text, first));
        Some(edits.insert(first, text))
    }

    /// The byte at which the text begins to do something: behind what it imports.
    pub(super) fn beginning(&self) -> usize {
        let statements = self.outline.blocks[0].statements.iter();
        let mut own = statements.filter(|one| !self.outline.source(**one).starts_with("import "));
        own.next()
            .map_or(0, |first| self.outline.statements[*first].span.start)
    }

    /// A variable or attribute as it is written in a method of its class: `this.total` for `.total`.
    pub(super) fn written(&self, name: &str) -> String {
        match name.starts_with('.') {
            true => format!("this{name}"),
            false => name.into(),
        }
    }

    /// A name that the text does not use: `wanted`, or with a number.
    pub(super) fn unused(&self, wanted: &str) -> String {
        let wanted = wanted.trim_start_matches('.');
        let is_used = |name: &str| self.outline.names(name);
        let mut name = wanted.to_string();
        let mut number = 2;
        while is_used(&name) {
            name = format!("{wanted}_{number}");
            number += 1;
        }
        name
    }

    /// Statements of one block, as they are told.
    pub(super) fn part(&self, first: usize, last: usize) -> Part {
        let function = self.outline.function_of(first);
        Part {
            function: self.name_of(function).map(String::from),
            first: self.line(first),
            last: self.last_line(last),
        }
    }

    /// The line in which a statement begins.
    pub(super) fn line(&self, statement: usize) -> usize {
        let start = self.outline.statements[statement].span.start;
        self.outline.line_at(start)
    }

    /// The line in which a statement ends.
    pub(super) fn last_line(&self, statement: usize) -> usize {
        let end = self.outline.statements[statement].span.end;
        self.outline.line_at(end.saturating_sub(1))
    }

    /// The call that a statement consists of, `lock.acquire();` or `let x = queue.get();`.
    pub(super) fn only_call(&self, statement: usize) -> Option<&Call<'t>> {
        let span = &self.outline.statements[statement].span;
        let source = self
            .outline
            .source(statement)
            .trim_end_matches(';')
            .trim_end();
        let end = span.start + source.len();
        self.calls.iter().find(|call| {
            call.statement == statement && call.span.end == end && {
                let before = self.text[span.start..call.span.start].trim();
                before.is_empty()
                    || before == "await"
                    || before.starts_with("let ") && before.ends_with(['=', 't'])
            }
        })
    }

    /// Statements that can run and follow each other directly in one block.
    pub(super) fn neighbours(&self) -> impl Iterator<Item = (usize, usize)> + '_ {
        (self.outline.blocks.iter())
            .flat_map(|block| block.statements.windows(2).map(|two| (two[0], two[1])))
            .filter(|(one, _)| self.scope.has(&self.outline, *one))
    }
}

fn name_of<'t>(outline: &Outline<'t>, function: usize) -> Option<&'t str> {
    let known = &outline.functions[function];
    if known.name.is_some() || function == 0 {
        return known.name;
    }
    let body = outline.blocks[known.body].span.clone();
    outline.lets().find_map(|(name, statement, value)| {
        let starts = value.starts_with('|');
        let span = &outline.statements[statement].span;
        let is_its = Some(statement) == known.statement
            && starts
            && span.contains(&body.start)
            && first_closure_in(outline, statement) == Some(function);
        is_its.then_some(name)
    })
}

fn first_closure_in(outline: &Outline<'_>, statement: usize) -> Option<usize> {
    let functions = outline.functions.iter();
    functions.enumerate().find_map(|(number, function)| {
        (function.name.is_none() && number > 0 && function.statement == Some(statement))
            .then_some(number)
    })
}

/// What a thread's function is called with, by the arguments behind it of what makes the thread: a row where they
/// stand in one, `process(f, tuple([a, b]))`.
fn arguments<'t>(starter: &str, rest: &[&'t str]) -> Vec<&'t str> {
    let takes_row = matches!(starter, "Process" | "process");
    let row = rest.first().filter(|_| takes_row).and_then(|row| {
        let items = row
            .strip_prefix("tuple(")
            .map_or(Some(*row), |row| row.strip_suffix(')'));
        items?.strip_prefix('[')?.strip_suffix(']')
    });
    let Some(row) = row else {
        return rest.to_vec();
    };
    let mut depth = 0;
    let between = row.split(move |c: char| {
        match c {
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' => depth -= 1,
            _ => {}
        }
        c == ',' && depth == 0
    });
    between.map(str::trim).collect()
}

/// The variable at the beginning of a place: `forks` of `forks[i]`.
pub(super) fn root(place: &str) -> &str {
    let end = place.find(|c: char| !c.is_alphanumeric() && c != '_');
    end.map_or(place, |end| &place[..end])
}

/// What a text becomes by each of these candidates.
#[cfg(test)]
pub(super) fn changed(
    text: &str,
    candidates: fn(&Script<'_>) -> Vec<super::Candidate>,
) -> Vec<String> {
    let found = candidates(&Script::of(text, 0));
    let texts = found.iter().map(|one| one.edits.apply(text));
    texts
        .collect::<Option<_>>()
        .expect("the edits fit the text")
}
