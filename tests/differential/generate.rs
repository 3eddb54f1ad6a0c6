//! Draws programs: well-formed, ending, and typed enough that most of them run to their end.
//!
//! A program is read off a *tape* of numbers, one for each choice; where the tape has ended, every
//! choice is the first, which is always the simplest. So a shorter tape with smaller numbers is a
//! simpler program, and shrinking the tape shrinks the source (MacIver and Donaldson, 2020).

mod constructs;

use std::fmt::Write as _;

/// The types of the variables of a drawn program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Type {
    Int,
    Bool,
    Text,
    /// Of integers.
    Array,
    /// With the integers `a` and `b` and the array `c`.
    Map,
    /// A closure from an integer to an integer.
    Closure,
}

const TYPES: [Type; 6] = [
    Type::Int,
    Type::Array,
    Type::Text,
    Type::Bool,
    Type::Map,
    Type::Closure,
];

#[derive(Clone, Debug)]
struct Variable {
    name: String,
    of: Type,
    is_constant: bool,
}

struct Writer<'t> {
    tape: std::slice::Iter<'t, u16>,
    text: String,
    indent: usize,
    scope: Vec<Variable>,
    next_name: usize,
    functions: usize,
    /// Whether `break` and `continue` may stand here.
    in_loop: bool,
    in_function: bool,
    /// Whether the program has the functions of [`Writer::methods`].
    has_methods: bool,
    /// How many rounds of loops a statement here runs at most.
    weight: u32,
}

/// The program on a tape.
pub(crate) fn program(tape: &[u16]) -> String {
    let mut writer = Writer {
        tape: tape.iter(),
        text: String::new(),
        indent: 0,
        scope: Vec::new(),
        next_name: 0,
        functions: 0,
        in_loop: false,
        in_function: false,
        has_methods: false,
        weight: 1,
    };
    writer.methods();
    for _ in 0..writer.pick(3) {
        writer.function();
    }
    let mut count = 2 + writer.pick(8);
    while count > 0 || writer.tape.len() > 40 {
        writer.statement(0);
        count = count.saturating_sub(1);
    }
    let of = TYPES[writer.pick(5)];
    let last = writer.expression(of, 0);
    writer.line(&last);
    writer.text
}

impl Writer<'_> {
    /// One of `count` choices; the first when the tape has ended.
    fn pick(&mut self, count: usize) -> usize {
        let drawn = usize::from(self.tape.next().copied().unwrap_or(0));
        (drawn * count) >> 16
    }

    fn line(&mut self, line: &str) {
        let _ = writeln!(self.text, "{:1$}{line}", "", 4 * self.indent);
    }

    fn name(&mut self, prefix: &str) -> String {
        // Now and then a name that is there already: shadowing.
        if !self.scope.is_empty() && self.pick(8) == 7 {
            let index = self.pick(self.scope.len());
            return self.scope[index].name.clone();
        }
        self.next_name += 1;
        format!("{prefix}{}", self.next_name)
    }

    fn declare(&mut self, name: String, of: Type, is_constant: bool) {
        self.scope.push(Variable {
            name,
            of,
            is_constant,
        });
    }

    /// A visible variable of a type, where there is one.
    fn variable(&mut self, of: Type, to_write: bool) -> Option<String> {
        let mut seen: Vec<&str> = Vec::new();
        let mut names = Vec::new();
        for variable in self.scope.iter().rev() {
            if !seen.contains(&&*variable.name) {
                seen.push(&variable.name);
                if variable.of == of && !(to_write && variable.is_constant) {
                    names.push(variable.name.clone());
                }
            }
        }
        if names.is_empty() {
            return None;
        }
        let index = self.pick(names.len());
        Some(names.swap_remove(index))
    }

    fn function(&mut self) {
        let number = self.functions;
        let outer = std::mem::take(&mut self.scope);
        self.in_function = true;
        self.line(&format!("fn f{number}(x, y) {{"));
        self.declare("x".into(), Type::Int, false);
        self.declare("y".into(), Type::Int, false);
        self.weight = 20;
        if self.pick(4) == 3 {
            // First of all: the body may change `x`, and a recursion without an end is an error at
            // another depth in Rhai.
            self.indent += 1;
            self.line(&format!(
                "if x > 0 && x < 6 {{ return y + f{number}(x - 1, y); }}"
            ));
            self.indent -= 1;
        }
        self.body(1);
        let value = self.expression(Type::Int, 1);
        self.indent += 1;
        self.line(&value);
        self.indent -= 1;
        self.line("}");
        self.in_function = false;
        self.weight = 1;
        self.scope = outer;
        self.functions += 1;
    }

    /// Statements in a scope of their own, without the braces.
    fn body(&mut self, depth: usize) {
        let outer = self.scope.len();
        self.indent += 1;
        for _ in 0..self.pick(3) + 1 {
            self.statement(depth + 1);
        }
        self.indent -= 1;
        if depth != 1 || !self.in_function || self.indent > 0 {
            self.scope.truncate(outer);
        }
    }

    fn block(&mut self, head: &str, depth: usize) {
        self.line(&format!("{head} {{"));
        self.body(depth);
        self.line("}");
    }

    fn looped(&mut self, head: &str, depth: usize, variable: Option<String>) {
        let (in_loop, weight) = (self.in_loop, self.weight);
        let outer = self.scope.len();
        self.in_loop = true;
        self.weight *= 4;
        if let Some(name) = variable {
            self.declare(name, Type::Int, false);
        }
        self.block(head, depth);
        self.scope.truncate(outer);
        (self.in_loop, self.weight) = (in_loop, weight);
    }

    fn statement(&mut self, depth: usize) {
        let deep = depth >= 3 || self.weight > 100;
        match self.pick(if deep { 14 } else { 24 }) {
            12 | 13 | 23 => self.further_statement(depth),
            0 => {
                let of = TYPES[self.pick(5)];
                let value = self.expression(of, 0);
                self.line(&format!("print({value});"));
            }
            1..=3 => {
                let of = TYPES[self.pick(TYPES.len())];
                let value = self.expression(of, 0);
                // Rhai refuses some methods that only read on a constant: `extract`.
                let may_be = matches!(of, Type::Int | Type::Bool | Type::Text);
                let is_constant = self.pick(6) == 5 && may_be;
                let name = self.name("v");
                let word = if is_constant { "const" } else { "let" };
                self.line(&format!("{word} {name} = {value};"));
                self.declare(name, of, is_constant);
            }
            4 => {
                let op =
                    ["=", "+=", "-=", "*=", "/=", "%=", "&=", "|=", "^=", "<<="][self.pick(10)];
                if let Some(target) = self.int_place() {
                    let value = match op {
                        "/=" | "%=" | "<<=" => (self.pick(3) + 1).to_string(),
                        _ => self.expression(Type::Int, 1),
                    };
                    self.line(&format!("{target} {op} {value};"));
                }
            }
            5 => {
                if let Some(target) = self.array_place() {
                    let value = self.expression(Type::Int, 1);
                    let index = self.expression(Type::Int, 2);
                    let call = match self.pick(10) {
                        0 => format!("push({value})"),
                        1 => "pop()".into(),
                        2 => format!("insert({index}, {value})"),
                        3 => format!("remove({index})"),
                        4 => "reverse()".into(),
                        5 => "sort()".into(),
                        6 => "shift()".into(),
                        7 => format!("truncate({index} % 4)"),
                        8 => format!("append({})", self.expression(Type::Array, 2)),
                        // A callback that mentions the array itself is a data race in Rhai.
                        _ => format!("retain(|q| q > {})", self.pick(20)),
                    };
                    self.line(&format!("{target}.{call};"));
                }
            }
            6 => {
                let of = [Type::Array, Type::Text, Type::Map, Type::Bool][self.pick(4)];
                if let Some(target) = self.variable(of, true) {
                    let value = self.expression(of, 1);
                    let op = match of {
                        Type::Array | Type::Text if self.pick(2) == 1 => "+=",
                        _ => "=",
                    };
                    self.line(&format!("{target} {op} {value};"));
                }
            }
            7 => {
                if let Some(target) = self.int_place() {
                    let step = self.expression(Type::Int, 2);
                    let value = ["1", "-1"][self.pick(2)];
                    self.line(&format!("{target} = {target} + {value} * ({step});"));
                }
            }
            8 => {
                if let Some(closure) = self.variable(Type::Closure, false) {
                    let value = self.expression(Type::Int, 1);
                    self.line(&format!("print({closure}.call({value}));"));
                }
            }
            9 if self.in_loop => {
                let condition = self.expression(Type::Bool, 1);
                let word = ["break", "continue"][self.pick(2)];
                self.line(&format!("if {condition} {{ {word}; }}"));
            }
            9 => {
                let value = self.expression(Type::Text, 1);
                let condition = self.expression(Type::Bool, 1);
                match self.pick(3) {
                    0 => self.line(&format!("print({value});")),
                    1 => self.line(&format!(
                        "try {{ if {condition} {{ throw {value}; }} }} catch (e) {{ print(if type_of(e) == \"map\" {{ \"error\" }} else {{ e }}); }}"
                    )),
                    _ if self.in_function => {
                        let value = self.expression(Type::Int, 1);
                        self.line(&format!("if {condition} {{ return {value}; }}"));
                    }
                    _ => self.line(&format!("debug({value});")),
                }
            }
            10 => {
                if let Some(name) = self.variable(Type::Int, true) {
                    let parts = (self.expression(Type::Int, 1), self.expression(Type::Int, 1));
                    self.line(&format!(
                        "print([{name}, {{ {name} += 1; {} }}, {name}, {}]);",
                        parts.0, parts.1
                    ));
                }
            }
            11 => {
                let value = self.expression(Type::Int, 0);
                self.line(&format!("{value};"));
            }
            14 => {
                let condition = self.expression(Type::Bool, 0);
                self.line(&format!("if {condition} {{"));
                self.body(depth);
                if self.pick(2) == 1 {
                    self.line("} else {");
                    self.body(depth);
                }
                self.line("}");
            }
            15 | 16 => {
                let name = self.name("i");
                let source = match self.pick(5) {
                    0 => format!("0..{}", self.pick(4) + 1),
                    1 => format!("{}..={}", self.pick(3), self.pick(4)),
                    2 => "range(7, 0, -2)".into(),
                    3 => format!("range(0, {}, 2)", self.pick(8)),
                    _ => self.small_array(),
                };
                let counter = self.pick(4) == 3;
                if counter {
                    self.next_name += 1;
                    let count = format!("n{}", self.next_name);
                    let head = format!("for ({name}, {count}) in {source}");
                    let outer = self.scope.len();
                    self.declare(name, Type::Int, false);
                    self.looped(&head, depth, Some(count));
                    self.scope.truncate(outer);
                    return;
                }
                self.looped(&format!("for {name} in {source}"), depth, Some(name));
            }
            17 => {
                self.next_name += 1;
                let name = format!("w{}", self.next_name);
                let limit = self.pick(4) + 1;
                self.line(&format!("let {name} = 0;"));
                let round = format!("true && {{ {name} += 1; {name} <= {limit} }}");
                match self.pick(4) {
                    0 => self.looped(&format!("while {round}"), depth, None),
                    1 => {
                        self.looped("do", depth, None);
                        self.text.pop();
                        let _ = writeln!(self.text, " while {round};");
                    }
                    2 => {
                        self.looped("do", depth, None);
                        self.text.pop();
                        let _ = writeln!(
                            self.text,
                            " until {name} >= {limit} || {{ {name} += 1; false }};"
                        );
                    }
                    _ => {
                        let value = self.expression(Type::Int, 1);
                        self.line("print(loop {");
                        self.indent += 1;
                        self.line(&format!("if {name} >= {limit} {{ break {value}; }}"));
                        self.line(&format!("{name} += 1;"));
                        self.indent -= 1;
                        let (in_loop, weight) = (self.in_loop, self.weight);
                        (self.in_loop, self.weight) = (true, weight * 4);
                        self.body(depth);
                        (self.in_loop, self.weight) = (in_loop, weight);
                        self.line("});");
                    }
                }
                self.declare(name, Type::Int, true);
            }
            18 => {
                self.line("try {");
                self.body(depth);
                self.line("} catch (e) {");
                self.indent += 1;
                self.line("print(if type_of(e) == \"map\" { \"error\" } else { e });");
                self.indent -= 1;
                self.body(depth);
                self.line("}");
            }
            19 => self.block("", depth),
            20 => {
                let subject = self.expression(Type::Int, 1);
                self.line(&format!("switch {subject} {{"));
                self.indent += 1;
                let mut ranges = false;
                for number in 0..self.pick(3) {
                    let guard = match self.pick(3) {
                        2 => format!(" if {}", self.expression(Type::Bool, 2)),
                        _ => String::new(),
                    };
                    let case = [
                        format!("{number}"),
                        format!("{} | 7", number + 1),
                        format!("{number}..5"),
                    ];
                    // Rhai wants ranges last.
                    let index = if ranges { 2 } else { self.pick(3) };
                    ranges |= index == 2;
                    let case = &case[index];
                    self.line(&format!("{case}{guard} => {{"));
                    self.body(depth);
                    self.line("}");
                }
                self.line("_ => {");
                self.body(depth);
                self.line("}");
                self.indent -= 1;
                self.line("}");
            }
            21 => {
                let name = self.name("g");
                let in_loop = std::mem::replace(&mut self.in_loop, false);
                let in_function = std::mem::replace(&mut self.in_function, true);
                let weight = std::mem::replace(&mut self.weight, 30);
                let outer = self.scope.len();
                self.line(&format!("let {name} = |p| {{"));
                self.declare("p".into(), Type::Int, false);
                self.body(depth);
                let value = self.expression(Type::Int, 1);
                self.indent += 1;
                self.line(&value);
                self.indent -= 1;
                self.line("};");
                self.scope.truncate(outer);
                (self.in_loop, self.in_function, self.weight) = (in_loop, in_function, weight);
                self.declare(name, Type::Closure, false);
            }
            _ => {
                let name = self.name("v");
                let condition = self.expression(Type::Bool, 1);
                let (yes, no) = (self.expression(Type::Int, 1), self.expression(Type::Int, 1));
                self.line(&format!(
                    "let {name} = if {condition} {{ {yes} }} else {{ print(\"no\"); {no} }};"
                ));
                self.declare(name, Type::Int, false);
            }
        }
    }

    /// Where an integer can be assigned.
    fn int_place(&mut self) -> Option<String> {
        match self.pick(5) {
            0 | 1 => self.variable(Type::Int, true),
            2 => {
                let array = self.array_place()?;
                let index = self.index();
                Some(format!("{array}[{index}]"))
            }
            3 => {
                let map = self.variable(Type::Map, true)?;
                let key = ["a", "b"][self.pick(2)];
                Some(format!("{map}.{key}"))
            }
            _ => {
                let map = self.variable(Type::Map, true)?;
                let key = ["a", "b"][self.pick(2)];
                Some(format!("{map}[\"{key}\"]"))
            }
        }
    }

    fn array_place(&mut self) -> Option<String> {
        match self.pick(3) {
            0 | 1 => self.variable(Type::Array, true),
            _ => self.variable(Type::Map, true).map(|map| format!("{map}.c")),
        }
    }

    /// An index that is in most arrays.
    fn index(&mut self) -> String {
        match self.pick(6) {
            0 | 1 => "0".into(),
            2 => "-1".into(),
            3 => "1".into(),
            4 if self.pick(4) == 3 => self.variable(Type::Int, false).unwrap_or("2".into()),
            _ => {
                let value = self.expression(Type::Int, 2);
                format!("({value}) & 1")
            }
        }
    }

    fn small_array(&mut self) -> String {
        let items: Vec<String> = (0..self.pick(4))
            .map(|_| self.expression(Type::Int, 2))
            .collect();
        format!("[{}]", items.join(", "))
    }

    fn expression(&mut self, of: Type, depth: usize) -> String {
        match of {
            Type::Int => self.int(depth),
            Type::Bool => self.bool(depth),
            Type::Text => self.string(depth),
            Type::Array => self.array(depth),
            Type::Map => self.map(depth),
            Type::Closure => self.closure(),
        }
    }

    fn int(&mut self, depth: usize) -> String {
        let leaf = depth >= 3;
        match self.pick(if leaf { 4 } else { 20 }) {
            0 => format!("{}", self.pick(10)),
            18 | 19 => self.further_int(depth),
            1..=3 => match self.variable(Type::Int, false) {
                Some(name) => name,
                None => ["1", "-3", "100", "9223372036854775807"][self.pick(16) / 5].into(),
            },
            4..=6 => {
                let op = [
                    "+", "-", "+", "*", "&", "|", "^", "/", "%", "<<", ">>", "**",
                ];
                let op = op[self.pick(12)];
                let a = self.int(depth + 1);
                // Any number at the right of the last ones would mostly fail.
                let b = match op {
                    "/" | "%" | "<<" | ">>" | "**" if self.pick(8) < 7 => {
                        (self.pick(3) + 1).to_string()
                    }
                    _ => self.int(depth + 1),
                };
                format!("({a} {op} {b})")
            }
            7 => format!("{}.len()", self.array_value(depth)),
            8 => {
                let array = self.array_value(depth);
                let index = match array.starts_with(['[', '(']) {
                    true => self.pick(2).to_string(),
                    false => self.index(),
                };
                format!("{array}[{index}]")
            }
            9 => {
                let key = ["a", "b"][self.pick(2)];
                match self.variable(Type::Map, false) {
                    Some(map) => format!("{map}.{key}"),
                    None => "4".into(),
                }
            }
            10 if self.functions > 0 => {
                let number = self.pick(self.functions);
                let (x, y) = (self.int(depth + 1), self.int(depth + 1));
                // A call where a call is drawn would take too many rounds.
                if self.weight > 40 {
                    x
                } else {
                    format!("f{number}({x}, {y})")
                }
            }
            11 => match self.variable(Type::Closure, false) {
                Some(closure) if self.weight <= 40 => {
                    let value = self.int(depth + 1);
                    format!("{closure}.call({value})")
                }
                _ => "5".into(),
            },
            12 => {
                let (condition, a, b) = (
                    self.bool(depth + 1),
                    self.int(depth + 1),
                    self.int(depth + 1),
                );
                format!("if {condition} {{ {a} }} else {{ {b} }}")
            }
            13 => {
                let (a, b) = (self.int(depth + 1), self.int(depth + 1));
                self.next_name += 1;
                format!("{{ let t{0} = {a}; t{0} + {b} }}", self.next_name)
            }
            14 => format!("-({})", self.int(3)),
            15 => {
                let (a, b) = (self.int(depth + 1), self.int(depth + 1));
                format!("switch {a} {{ 0 => {b}, 1 | 2 => 7, _ => 3 }}")
            }
            16 => {
                let (text, ch) = (self.string(depth + 1), ["'a'", "'b'"][self.pick(2)]);
                format!("{text}.index_of({ch})")
            }
            _ => {
                let array = self.array_value(depth);
                let start = self.argument(&array, depth + 1);
                format!("{array}.reduce(|s, q| s + q, {start})")
            }
        }
    }

    fn array_value(&mut self, depth: usize) -> String {
        match self.variable(Type::Array, false) {
            Some(name) => name,
            None if depth < 2 => self.array(depth + 1),
            None => "[1, 2]".into(),
        }
    }

    fn bool(&mut self, depth: usize) -> String {
        match self.pick(if depth >= 3 { 3 } else { 12 }) {
            0 => "true".into(),
            10 | 11 => self.further_bool(depth),
            1 => "false".into(),
            2 => self.variable(Type::Bool, false).unwrap_or("true".into()),
            3..=5 => {
                let of = [Type::Int, Type::Text][self.pick(5) / 4];
                let (a, b) = (
                    self.expression(of, depth + 1),
                    self.expression(of, depth + 1),
                );
                let op = ["<", ">", "==", "!=", "<=", ">="][self.pick(6)];
                format!("({a} {op} {b})")
            }
            6 => {
                let (a, b) = (self.bool(depth + 1), self.bool(depth + 1));
                let op = ["&&", "||", "==", "!="][self.pick(4)];
                format!("(({a}) {op} ({b}))")
            }
            7 => format!("!({})", self.bool(depth + 1)),
            8 => {
                let (item, array) = (self.int(3), self.array_value(depth));
                format!("{item} in {array}")
            }
            _ => {
                let (array, item) = (self.array_value(depth), self.int(3));
                let method = ["some", "all"][self.pick(2)];
                format!("{array}.{method}(|q| q > {item})")
            }
        }
    }

    fn string(&mut self, depth: usize) -> String {
        match self.pick(if depth >= 3 { 3 } else { 11 }) {
            9 | 10 => self.further_text(depth),
            0 => ["\"a\"", "\"\"", "\"héllo\"", "\"b\\tc\""][self.pick(4)].into(),
            1 | 2 => self.variable(Type::Text, false).unwrap_or("\"ab\"".into()),
            3 => {
                let of = TYPES[self.pick(5)];
                let (a, b) = (self.string(depth + 1), self.expression(of, depth + 1));
                format!("({a} + ({b}))")
            }
            4 => {
                let of = TYPES[self.pick(5)];
                let value = self.expression(of, depth + 1);
                format!("`<${{{value}}}>`")
            }
            5 => {
                let of = TYPES[self.pick(5)];
                format!("({}).to_debug()", self.expression(of, depth + 1))
            }
            6 => {
                let text = self.string(depth + 1);
                let call = [
                    "to_upper()",
                    "sub_string(1, 2)",
                    "sub_string(1)",
                    "to_lower()",
                ][self.pick(4)];
                format!("{text}.{call}")
            }
            7 => {
                let of = TYPES[self.pick(5)];
                format!("type_of({})", self.expression(of, depth + 1))
            }
            _ => format!("({}).to_string()", self.expression(Type::Int, depth + 1)),
        }
    }

    fn array(&mut self, depth: usize) -> String {
        match self.pick(if depth >= 3 { 3 } else { 11 }) {
            0 => self.small_array(),
            9 | 10 => self.further_array(depth),
            1 | 2 => self
                .variable(Type::Array, false)
                .unwrap_or("[3, 1, 2]".into()),
            3 => format!("({} + {})", self.array(depth + 1), self.array(depth + 1)),
            4 => {
                let value = match self.pick(3) {
                    0 => self.int(3),
                    1 => format!("q + {}", self.int(3)),
                    _ => format!("if q > 2 {{ q }} else {{ {} }}", self.int(3)),
                };
                format!("{}.map(|q| {value})", self.array_value(depth))
            }
            5 => {
                let item = self.int(3);
                format!("{}.filter(|q| q != {item})", self.array_value(depth))
            }
            6 => match self.variable(Type::Map, false) {
                Some(map) => format!("{map}.c"),
                None => "[4]".into(),
            },
            7 => {
                let (start, count) = (self.pick(3), self.pick(4));
                format!("{}.extract({start}, {count})", self.array_value(depth))
            }
            _ => format!("[{}, {}]", self.int(depth + 1), self.int(depth + 1)),
        }
    }

    fn map(&mut self, depth: usize) -> String {
        match self.pick(if depth >= 2 { 2 } else { 3 }) {
            0 | 1 => match self.variable(Type::Map, false) {
                Some(name) => name,
                None => "#{a: 1, b: 2, c: [5]}".into(),
            },
            _ => {
                let (a, b, c) = (self.int(2), self.int(2), self.array(2));
                format!("#{{b: {b}, a: {a}, c: {c}}}")
            }
        }
    }

    fn closure(&mut self) -> String {
        let outer = self.scope.len();
        let in_loop = std::mem::replace(&mut self.in_loop, false);
        let weight = std::mem::replace(&mut self.weight, 41);
        self.declare("p".into(), Type::Int, false);
        let value = match self.pick(3) {
            0 => self.int(2),
            1 => format!("p + {}", self.int(2)),
            _ => match self.int_place() {
                Some(place) => format!("{{ {place} += p; {place} }}"),
                None => "p".into(),
            },
        };
        self.scope.truncate(outer);
        (self.in_loop, self.weight) = (in_loop, weight);
        format!("|p| {value}")
    }
}
