//! Generated programs: as data that can be made smaller, and as text.

use std::collections::BTreeSet;
use std::fmt::Write;

use proptest::prelude::*;

use super::rows::{DECLARED, Form, Row, STARTS, Where};

/// One statement of a thread.
#[derive(Clone, Debug)]
pub(crate) enum Statement {
    /// A row of the catalogue, by its number among those used.
    Row(usize, u32, Form),
    Add(u8),
    Store(u8, u8),
    Show(u8),
    AddElement(u8),
    Sleep(u8),
    /// Loops until a variable has another value.
    Until(u8),
    /// A text, or an object that others change.
    Throw(Option<u8>),
    With(u8, Vec<Self>),
    If(u8, Vec<Self>),
    /// A function in a function.
    Nested(Vec<Self>),
    /// A thread that is started here, and waited for.
    Inner(Vec<Self>),
    /// An event loop with these tasks.
    Loop(Vec<Vec<Self>>),
    /// A task of its own, and something that awaits it or does not.
    Task(u8, Vec<Self>),
    /// The name or the number that comes next is printed.
    Named(u8),
    /// A closure around a variable of its own is put where others find it.
    Publish(u8),
    /// Whatever lies there is called.
    Take(u8),
    /// A block that runs on every way out of another.
    Finally(u8, Vec<Self>),
    /// An instance of a class, its methods, and what is kept in the class.
    Instance(u8),
    /// A generator that threads may share.
    Generate(u8),
}

/// What kind of thread it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Start {
    Spawn,
    Thread,
    Daemon,
    Submit,
    Timer,
    Process,
}

/// How a thread comes to what it uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Route {
    Capture,
    Named,
    Argument,
    Array,
    Map,
    Queue,
    Channel,
}

/// How main waits for a thread.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Join {
    Untimed,
    Never,
    Timed,
    Result,
}

/// One thread.
#[derive(Clone, Debug)]
pub(crate) struct Thread {
    pub(crate) start: Start,
    pub(crate) route: Route,
    pub(crate) body: Vec<Statement>,
    pub(crate) join: Join,
}

/// A program.
#[derive(Clone, Debug)]
pub(crate) struct Program {
    /// Whether what it uses was made by an earlier input.
    pub(crate) earlier: bool,
    /// Chooses among the ways to make what it uses.
    pub(crate) makers: u32,
    pub(crate) threads: Vec<Thread>,
    pub(crate) main: Vec<Statement>,
}

/// What is run.
#[derive(Clone, Debug)]
pub(crate) struct Text {
    pub(crate) earlier: Option<String>,
    pub(crate) text: String,
    /// Whether threads make threads, so that their numbers and names are chance.
    pub(crate) names_are_chance: bool,
}

impl std::fmt::Display for Text {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if let Some(earlier) = &self.earlier {
            writeln!(f, "// earlier input\n{earlier}\n// input")?;
        }
        f.write_str(&self.text)
    }
}

/// What can be entered by `with`.
const ENTERED: [&str; 5] = ["lock", "rlock", "semaphore", "bounded", "condition"];

/// How a closure comes to others, and how they take it.
const PUBLISHED: &[(&str, &str)] = &[
    ("a0.push(F)", "a0.pop()"),
    ("a0[0] = F", "a0[0]"),
    ("m0.a = F", "m0.a"),
    (
        "m0[\"a\"] = [F]",
        "if type_of(m0.a) == \"array\" { m0.a[0] }",
    ),
    ("m0.set(\"a\", F)", "m0.get(\"a\")"),
    ("m0.mixin(#{a: F})", "m0.a"),
    ("a0.insert(0, F)", "a0.shift()"),
    ("a0.append([F])", "a0[-1]"),
    ("a0 += [F]", "a0[-1]"),
    ("a0.pad(3, F)", "a0[-1]"),
    ("a0.splice(0..1, [F])", "a0[0]"),
    ("a0.set(0, F)", "a0.get(0)"),
    ("queue.put(F)", "queue.get(0.001)"),
    ("ch.send(F, 0.001)", "ch.receive(0.001)"),
    ("atomic.store(F)", "atomic.load()"),
    ("own.set(\"f\", F)", "own.get(\"f\", 0)"),
];

/// What becomes of a task.
const AWAITED: &[&str] = &[
    "await task; ",
    "await asyncio.wait([task], #{timeout: 0.001}); print(task.done()); ",
    "try { await asyncio.wait_for(asyncio.shield(task), 0.001); } catch (e) { print(e); } ",
    "await asyncio.sleep(0); task.cancel(); try { await task; } catch (e) { print(e); } ",
    "let all = asyncio.gather(task, || { await asyncio.sleep(0.001); }); await asyncio.sleep(0); all.cancel(); ",
    "for one in asyncio.as_completed([task], #{timeout: 0.001}) { print(await one); } ",
    "await asyncio.sleep(0.001); print(task.done()); ",
];

/// How the name or the number that comes next is shown.
const NAMED: &[&str] = &[
    "print(Thread(|| { }).name()); ",
    "let next = spawn(|| { }); print(next.ident()); next.join(); ",
    "print(ThreadPoolExecutor(1).submit(|| current_thread().name()).result()); ",
    "let next = spawn(|| { }); try { next.start(); } catch (e) { print(e.message); } ",
];

/// The classes and the generator that programs use, and a word by which it is seen that they do.
const DEFINED: &[(&str, &str)] = &[
    (
        "Cell",
        "class Cell { total = 0; init(n) { this.n = n; } add(x) { this.n += x; this.n } \
         bump() { v0 += this.n; v0 } }\n",
    ),
    (
        "Sub",
        "class Sub(Cell) { add(x) { Cell.total += x; v1 += 1; super.add(x) + 1 } }\n",
    ),
    (
        "count_to",
        "fn count_to(n) { let i = 0; while i < n { yield(i); i += 1; v1 += 1; } }\n",
    ),
];

/// How a block that always runs stands, around what.
const GUARDED: &[&str] = &[
    "try { BODY} finally { v0 += 1; } ",
    "try { BODY} catch (e) { print(e); } finally { print(v1); } ",
    "let guarded = || { try { BODY return v0; } finally { v0 += 1; } }; print(guarded.call()); ",
    "while v1 < 9 { try { BODY break; } finally { v1 += 1; } } ",
];

/// What is done with an instance.
const INSTANCE: &[&str] = &[
    "o0.n += 1; ",
    "print(o0.add(1)); ",
    "let add = o0.add; print(add.call(v0)); ",
    "Cell.total += 1; print(Cell.total); ",
    "l0.append(o0); print(l0[-1].n); ",
    "m0.a = o0; m0.a.n = v0; ",
    "let fresh = Sub(v0); spawn(fresh.add, 2).join(); print(fresh.n); ",
    "print(isinstance(o0, Cell), isinstance(o0, Sub)); ",
    "o0.bump(); ",
    "let by = Thread(o0.bump); by.start(); v0 += 1; by.join(); ",
    "let by = spawn(o0.add, 1); print(o0.bump()); by.join(); ",
];

/// What is done with a generator.
const GENERATE: &[&str] = &[
    "for got in g0 { print(got); } ",
    "for got in g0 { print(got); break; } ",
    "for got in count_to(v0) { v1 += got; } ",
    "print(list(g0)); ",
];

fn write_all(out: &mut String, body: &[Statement], rows: &[Row], in_task: bool) {
    body.iter()
        .for_each(|statement| write(out, statement, rows, in_task));
}

fn write(out: &mut String, statement: &Statement, rows: &[Row], in_task: bool) {
    let body = |body: &[Statement], in_task| {
        let mut text = String::new();
        write_all(&mut text, body, rows, in_task);
        text
    };
    // Writing to a String cannot fail.
    let _ = match statement {
        Statement::Row(row, pick, form) => {
            let row = rows[*row];
            let text = row.statement(*pick, *form);
            match row.place() {
                Where::InTasks if !in_task => write!(out, "asyncio.run(|| {{ {text}}}); "),
                _ => write!(out, "{text}"),
            }
        }
        Statement::Add(v) => write!(out, "v{v} += 1; "),
        Statement::Store(v, n) => write!(out, "v{v} = {n}; "),
        Statement::Show(v) => write!(out, "print(v{v}); "),
        Statement::AddElement(0) => write!(out, "a0[0] += 1; "),
        Statement::AddElement(1) => write!(out, "m0.a += 1; "),
        Statement::AddElement(_) => write!(out, "a0[-2] += 1; "),
        Statement::Sleep(n) if in_task => write!(out, "await asyncio.sleep(0.00{n}); "),
        Statement::Sleep(n) => write!(out, "sleep(0.00{n}); "),
        Statement::Until(v) => write!(out, "while v{v} == 0 {{ }} "),
        Statement::Throw(None) => write!(out, "throw \"thrown\"; "),
        Statement::Throw(Some(object)) => {
            let object = ENTERED[*object as usize % ENTERED.len()];
            write!(out, "throw {object}; ")
        }
        Statement::With(lock, inner) => {
            let lock = ENTERED[*lock as usize % ENTERED.len()];
            write!(out, "with {lock} {{ {}}} ", body(inner, in_task))
        }
        Statement::If(v, inner) => write!(out, "if v{v} == 0 {{ {}}} ", body(inner, in_task)),
        Statement::Nested(inner) => {
            let inner = body(inner, in_task);
            write!(out, "let nested = || {{ {inner}}}; nested.call(); ")
        }
        Statement::Inner(inner) => write!(out, "spawn(|| {{ {}}}).join(); ", body(inner, false)),
        Statement::Loop(tasks) => {
            let awaits = match in_task {
                true => "await asyncio.gather(",
                false => "asyncio.run(|| { await asyncio.gather(",
            };
            let tasks = tasks
                .iter()
                .map(|task| format!("|| {{ {}}}", body(task, true)));
            let tasks: Vec<String> = tasks.collect();
            let end = if in_task { "); " } else { "); }); " };
            write!(out, "{awaits}{}{end}", tasks.join(", "))
        }
        Statement::Task(way, inner) => {
            let awaited = AWAITED[*way as usize % AWAITED.len()];
            let inner = body(inner, true);
            let task = format!("let task = asyncio.create_task(|| {{ {inner}}}); {awaited}");
            match in_task {
                true => write!(out, "{task}"),
                false => write!(out, "asyncio.run(|| {{ {task}}}); "),
            }
        }
        Statement::Named(way) => out.write_str(NAMED[*way as usize % NAMED.len()]),
        Statement::Publish(route) => {
            let (put, _) = PUBLISHED[*route as usize % PUBLISHED.len()];
            let put = put.replace('F', "|| { mine += 1; mine }");
            write!(out, "let mine = 0; {put}; mine += 1; print(mine); ")
        }
        Statement::Take(route) => {
            let (_, take) = PUBLISHED[*route as usize % PUBLISHED.len()];
            write!(
                out,
                "let taken = {take}; if type_of(taken) == \"Fn\" {{ print(taken.call()); }} "
            )
        }
        Statement::Finally(way, inner) => {
            let guarded = GUARDED[*way as usize % GUARDED.len()];
            out.write_str(&guarded.replace("BODY", &body(inner, in_task)))
        }
        Statement::Instance(way) => out.write_str(INSTANCE[*way as usize % INSTANCE.len()]),
        Statement::Generate(way) => out.write_str(GENERATE[*way as usize % GENERATE.len()]),
    };
}

/// The names in a text, words of the language included.
fn words(text: &str) -> BTreeSet<&str> {
    text.split(|c: char| !c.is_alphanumeric() && c != '_')
        .filter(|word| !word.is_empty())
        .collect()
}

/// Adds to `found` what the makers of what is in it mention.
fn close(found: &mut BTreeSet<&'static str>, makers: u32) {
    for (at, (_, name, _)) in DECLARED.iter().enumerate().rev() {
        if found.contains(name) {
            let mentioned = words(maker(at, makers));
            found.extend(
                DECLARED
                    .iter()
                    .map(|(_, name, _)| *name)
                    .filter(|n| mentioned.contains(n)),
            );
        }
    }
}

fn maker(at: usize, makers: u32) -> &'static str {
    let (_, _, ways) = DECLARED[at];
    ways[(makers as usize >> (at % 24)) % ways.len()]
}

impl Program {
    /// The text of it.
    pub(crate) fn text(&self, rows: &[Row]) -> Text {
        let bodies: Vec<String> = self
            .threads
            .iter()
            .map(|thread| {
                let mut body = String::new();
                write_all(&mut body, &thread.body, rows, false);
                body
            })
            .collect();
        let mut main = String::new();
        write_all(&mut main, &self.main, rows, false);
        for index in 0..2 {
            // A thread that is not there: the first one, or main.
            if index >= self.threads.len() {
                let handle = format!("t{index}");
                let other = if self.threads.is_empty() {
                    "main_thread()"
                } else {
                    "t0"
                };
                main = main.replace(&handle, other);
            }
        }
        let missing = |body: &String| match self.threads.len() {
            1 => body.replace("t1", "t0"),
            _ => body.clone(),
        };
        let bodies: Vec<String> = bodies.iter().map(missing).collect();

        let mut mentioned: BTreeSet<&'static str> = BTreeSet::new();
        let all = format!("{} {main}", bodies.join(" "));
        let all_words = words(&all);
        let uses_helper = all_words.contains("helper");
        mentioned.extend(
            DECLARED
                .iter()
                .map(|(_, name, _)| *name)
                .filter(|n| all_words.contains(n)),
        );
        if uses_helper {
            mentioned.insert("v0");
        }
        if self
            .threads
            .iter()
            .any(|thread| thread.start == Start::Submit)
        {
            mentioned.insert("executor");
        }
        if self
            .threads
            .iter()
            .any(|thread| thread.start == Start::Process)
        {
            mentioned.insert("processes");
        }
        let mut defined = String::new();
        loop {
            close(&mut mentioned, self.makers);
            let makers: Vec<&str> = (DECLARED.iter().enumerate())
                .filter(|(_, (_, name, _))| mentioned.contains(name))
                .map(|(at, _)| maker(at, self.makers))
                .collect();
            let mut needed = format!("{all} {}", makers.join(" "));
            defined.clear();
            for (name, definition) in DEFINED.iter().rev() {
                if words(&needed).contains(name) {
                    defined.insert_str(0, definition);
                    needed.push_str(definition);
                }
            }
            let known = mentioned.len();
            let used = words(&defined);
            let names = DECLARED.iter().map(|(_, name, _)| *name);
            mentioned.extend(names.filter(|name| used.contains(name)));
            if mentioned.len() == known {
                break;
            }
        }
        let mut made = String::new();
        let mut started = String::new();
        for (at, (_, name, _)) in DECLARED.iter().enumerate() {
            // What they mention is there before them.
            if !matches!(*name, "v0" | "v1") {
                made.push_str(&std::mem::take(&mut defined));
            }
            if mentioned.contains(name) {
                let out = if STARTS.contains(name) {
                    &mut started
                } else {
                    &mut made
                };
                let _ = writeln!(out, "let {name} = {};", maker(at, self.makers));
            }
        }
        let mut text = String::new();
        if uses_helper {
            text.push_str("fn helper() { v0 += 1; v0 }\n");
        }
        let (earlier, made) = match self.earlier {
            true => (Some(made), String::new()),
            false => (None, made),
        };
        text.push_str(&made);
        text.push_str(&started);
        // What a body mentions before it is there has to be a variable that is assigned later.
        let is_ahead = |handle: &str| {
            let at: usize = handle[1..].parse().unwrap_or_default();
            bodies
                .iter()
                .take(at + 1)
                .any(|body| words(body).contains(handle))
        };
        for (index, thread) in self.threads.iter().enumerate() {
            let handle = format!("t{index}");
            let ahead = is_ahead(&handle);
            if ahead {
                text = format!("let {handle} = ();\n{text}");
            }
            let declaration = if ahead { "" } else { "let " };
            let body = &bodies[index];
            let inside = words(body);
            let mut handed: Vec<String> = (mentioned.iter())
                .filter(|name| inside.contains(**name) && !is_value(name))
                .map(|name| (*name).to_string())
                .collect();
            handed.extend(
                (0..index)
                    .map(|at| format!("t{at}"))
                    .filter(|t| inside.contains(&**t)),
            );
            let list = handed.join(", ");
            let (function, args) = match thread.route {
                Route::Capture => (format!("|| {{ {body}}}"), String::new()),
                Route::Named => {
                    text = format!("fn work{index}() {{ {body}}}\n{text}");
                    (format!("work{index}"), String::new())
                }
                Route::Argument => (format!("|{list}| {{ {body}}}"), list.clone()),
                Route::Array => {
                    let _ = writeln!(text, "let bag{index} = [{list}];");
                    (
                        format!(
                            "|| {{ {}{body}}}",
                            unpack(&handed, &format!("bag{index}"), true)
                        ),
                        String::new(),
                    )
                }
                Route::Map => {
                    let fields: Vec<String> = handed.iter().map(|n| format!("{n}: {n}")).collect();
                    let _ = writeln!(text, "let bag{index} = #{{{}}};", fields.join(", "));
                    (
                        format!(
                            "|| {{ {}{body}}}",
                            unpack(&handed, &format!("bag{index}"), false)
                        ),
                        String::new(),
                    )
                }
                Route::Queue | Route::Channel => {
                    let (maker, put, get) = match thread.route {
                        Route::Queue => ("Queue()", "put", "get"),
                        _ => ("channel(1)", "send", "receive"),
                    };
                    let _ = writeln!(
                        text,
                        "let way{index} = {maker}; way{index}.{put}([{list}]);"
                    );
                    let got = format!("let bag = way{index}.{get}(); ");
                    (
                        format!("|| {{ {got}{}{body}}}", unpack(&handed, "bag", true)),
                        String::new(),
                    )
                }
            };
            let comma = if args.is_empty() { "" } else { ", " };
            let _ = match thread.start {
                Start::Spawn => writeln!(
                    text,
                    "{declaration}{handle} = spawn({function}{comma}{args});"
                ),
                Start::Thread => writeln!(
                    text,
                    "{declaration}{handle} = Thread({function}, [{args}]);"
                ),
                Start::Daemon => writeln!(
                    text,
                    "{declaration}{handle} = Thread({function}, [{args}], #{{daemon: true}});"
                ),
                Start::Submit => {
                    writeln!(
                        text,
                        "{declaration}{handle} = executor.submit({function}{comma}{args});"
                    )
                }
                Start::Process => {
                    writeln!(
                        text,
                        "{declaration}{handle} = processes.submit({function}{comma}{args});"
                    )
                }
                Start::Timer => {
                    writeln!(
                        text,
                        "{declaration}{handle} = Timer(0.001, {function}, [{args}]);"
                    )
                }
            };
        }
        for (index, thread) in self.threads.iter().enumerate() {
            if matches!(thread.start, Start::Thread | Start::Daemon | Start::Timer) {
                let _ = write!(text, "t{index}.start(); ");
            }
        }
        text.push_str(&main);
        for (index, thread) in self.threads.iter().enumerate() {
            let is_future = matches!(thread.start, Start::Submit | Start::Process);
            let _ = match thread.join {
                Join::Never => Ok(()),
                Join::Result => write!(text, "t{index}.result(); "),
                Join::Untimed if is_future => write!(text, "t{index}.exception(); "),
                Join::Untimed => write!(text, "t{index}.join(); "),
                Join::Timed if is_future => write!(text, "print(t{index}.done()); "),
                Join::Timed => write!(text, "t{index}.join(0.001); "),
            };
        }
        let shown = ["v0", "v1", "a0", "m0", "s0"];
        let shown: Vec<&str> = shown
            .into_iter()
            .filter(|name| mentioned.contains(name))
            .collect();
        if !shown.is_empty() {
            let _ = write!(text, "print({});", shown.join(", "));
        }
        text.push('\n');
        let makes_threads = [
            "spawn(",
            "Thread(",
            "Timer(",
            "start()",
            "executor",
            "processes",
            "pool(",
            "Executor(",
            "future",
            "results",
            "asyncio",
        ];
        let names_are_chance = bodies
            .iter()
            .any(|body| makes_threads.iter().any(|maker| body.contains(maker)));
        Text {
            earlier,
            text,
            names_are_chance,
        }
    }
}

/// Variables are shared by name only; what is handed over would be a copy.
fn is_value(name: &str) -> bool {
    ["v0", "v1", "x0", "c0", "r0", "s0", "a0", "m0"].contains(&name)
}

/// Names again what is in a bag.
fn unpack(handed: &[String], bag: &str, is_array: bool) -> String {
    let mut out = String::new();
    for (at, name) in handed.iter().enumerate() {
        let _ = match is_array {
            true => write!(out, "let {name} = {bag}[{at}]; "),
            false => write!(out, "let {name} = {bag}.{name}; "),
        };
    }
    out
}

fn form() -> impl Strategy<Value = Form> {
    prop_oneof![
        2 => Just(Form::Print),
        1 => Just(Form::Bare),
        2 => Just(Form::Caught),
    ]
}

/// A statement that uses this row.
fn using(row: usize) -> impl Strategy<Value = Statement> {
    (any::<u32>(), form())
        .prop_map(move |(pick, form)| Statement::Row(row, pick, form))
        .no_shrink()
}

fn statement(weights: Vec<(u32, usize)>) -> impl Strategy<Value = Statement> + Clone {
    let total: u32 = weights.iter().map(|(weight, _)| weight).sum();
    let row = (0..total).prop_map(move |mut drawn| {
        for (weight, row) in &weights {
            if drawn < *weight {
                return *row;
            }
            drawn -= weight;
        }
        0
    });
    let used = (row, any::<u32>(), form())
        .prop_map(|(row, pick, form)| Statement::Row(row, pick, form))
        .no_shrink();
    let variable = 0..2_u8;
    let small = 0..3_u8;
    let leaf = prop_oneof![
        8 => used,
        2 => variable.clone().prop_map(Statement::Add),
        1 => (variable.clone(), small.clone()).prop_map(|(v, n)| Statement::Store(v, n)),
        1 => variable.clone().prop_map(Statement::Show),
        1 => small.clone().prop_map(Statement::AddElement),
        1 => (1..4_u8).prop_map(Statement::Sleep),
        1 => variable.prop_map(Statement::Until),
        1 => proptest::option::of(any::<u8>()).prop_map(Statement::Throw),
        1 => (0..PUBLISHED.len() as u8).prop_map(Statement::Publish),
        1 => (0..PUBLISHED.len() as u8).prop_map(Statement::Take),
        1 => (0..NAMED.len() as u8).prop_map(Statement::Named),
        2 => (0..INSTANCE.len() as u8).prop_map(Statement::Instance),
        1 => (0..GENERATE.len() as u8).prop_map(Statement::Generate),
    ];
    leaf.boxed().prop_recursive(2, 6, 2, move |inner| {
        let body = prop::collection::vec(inner, 1..3);
        prop_oneof![
            2 => (0..5_u8, body.clone()).prop_map(|(lock, body)| Statement::With(lock, body)),
            1 => (0..2_u8, body.clone()).prop_map(|(v, body)| Statement::If(v, body)),
            1 => (0..GUARDED.len() as u8, body.clone()).prop_map(|(way, body)| Statement::Finally(way, body)),
            1 => body.clone().prop_map(Statement::Nested),
            1 => body.clone().prop_map(Statement::Inner),
            1 => prop::collection::vec(body.clone(), 1..3).prop_map(Statement::Loop),
            1 => (0..AWAITED.len() as u8, body).prop_map(|(way, body)| Statement::Task(way, body)),
        ]
    })
}

/// Programs in which these rows are used, each in one of the threads.
pub(crate) fn programs(
    rows: &[Row],
    required: [usize; 2],
) -> impl Strategy<Value = Program> + use<> {
    let weights: Vec<(u32, usize)> = rows
        .iter()
        .enumerate()
        .map(|(at, row)| (row.weight(), at))
        .collect();
    let statement = statement(weights);
    let body = move |required: usize, most| {
        let others = prop::collection::vec(statement.clone(), 0..most);
        // It is there, and may go when the program is made smaller.
        let required = prop::option::weighted(0.999_999, using(required));
        (required, others, any::<bool>()).prop_map(|(required, mut others, is_first)| {
            if let Some(required) = required {
                let at = if is_first { 0 } else { others.len() };
                others.insert(at, required);
            }
            others
        })
    };
    let start = prop_oneof![
        5 => Just(Start::Spawn),
        4 => Just(Start::Thread),
        2 => Just(Start::Daemon),
        2 => Just(Start::Submit),
        1 => Just(Start::Timer),
        1 => Just(Start::Process),
    ];
    let route = prop_oneof![
        4 => Just(Route::Capture),
        2 => Just(Route::Named),
        2 => Just(Route::Argument),
        1 => Just(Route::Array),
        1 => Just(Route::Map),
        1 => Just(Route::Queue),
        1 => Just(Route::Channel),
    ];
    let join = prop_oneof![
        4 => Just(Join::Untimed),
        2 => Just(Join::Never),
        1 => Just(Join::Timed),
        1 => Just(Join::Result),
    ];
    let thread = |body| {
        (start.clone(), route.clone(), body, join.clone()).prop_map(|(start, route, body, join)| {
            Thread {
                start,
                route,
                body,
                join,
            }
        })
    };
    let threads = (
        thread(body(required[0], 2).boxed()),
        prop::option::of(thread(body(required[1], 2).boxed())),
    )
        .prop_map(|(first, second)| std::iter::once(first).chain(second).collect::<Vec<_>>());
    let main = body(required[1], 2);
    (
        prop::bool::weighted(0.25),
        any::<u32>().no_shrink(),
        threads,
        main,
    )
        .prop_map(|(earlier, makers, threads, main)| Program {
            earlier,
            makers,
            threads,
            main,
        })
}
