//! What programs are drawn of besides the plain statements and expressions: methods of the program's own,
//! the library's methods on texts, bits, maps and arrays, ranges, errors with fields, pointers to functions.
//!
//! Left out is what differs on purpose: an argument may have an effect or fail only where the receiver is
//! a variable, since Rhai evaluates arguments first.

use super::{Type, Writer};

/// Functions that are methods, some of them of one type only.
const METHODS: &str = "\
fn bump(n) { this += n; this }
fn int.twice() { this * 2 }
fn string.twice() { this + this }
fn array.first_or(other) { if this.is_empty() { other } else { this[0] } }
fn map.total() { this.a + this.b }
fn map.put(key, value) { this[key] = value; this.len() }
";

impl Writer<'_> {
    /// Now and then the functions at the head of the program.
    pub(super) fn methods(&mut self) {
        self.has_methods = self.pick(3) == 2;
        if self.has_methods {
            self.text += METHODS;
        }
    }

    /// An argument beside `receiver`.
    pub(super) fn argument(&mut self, receiver: &str, depth: usize) -> String {
        let is_variable = receiver
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || c == '_');
        match is_variable {
            true => self.int(depth),
            false => self.pick(10).to_string(),
        }
    }

    fn digit(&mut self) -> usize {
        self.pick(10)
    }

    pub(super) fn further_statement(&mut self, depth: usize) {
        match self.pick(14) {
            0 => self.text_changes(),
            1 => self.bits_change(),
            2 => self.map_changes(),
            3 => self.array_changes(),
            4 => {
                let head = match self.pick(4) {
                    0 => format!("for c in {}.chars()", self.text_value()),
                    1 => format!("for (c, n) in {}.split(\"a\")", self.text_value()),
                    2 => format!("for c in {}.keys()", self.map(2)),
                    _ => format!("for c in bits({}, 0..3)", self.int(3)),
                };
                self.line(&format!("{head} {{ print(c); }}"));
            }
            5 => {
                let (text, number) = (self.string(2), self.int(2));
                self.line(&format!(
                    "switch {text} {{ \"a\" | \"ab\" => print({number}), \"\" if {number} > 1 => {{ }} _ => {{ print(\"other\"); }} }}"
                ));
            }
            6 => {
                let (code, why) = (self.int(1), self.string(1));
                self.line(&format!(
                    "try {{ throw #{{code: {code}, why: [{why}]}}; }} catch (e) {{ print(if type_of(e) == \"map\" {{ e.code ?? \"none\" }} else {{ e }}); }}"
                ));
            }
            7 => {
                let fails = match self.pick(5) {
                    0 => "[1, 2][7]".into(),
                    1 => "\"abc\"[-5]".into(),
                    2 => format!("{} / 0", self.digit()),
                    3 => "5.absent".into(),
                    _ => "#{a: 1}.a.b".to_string(),
                };
                self.line(&format!(
                    "try {{ {fails} }} catch (e) {{ print(e.error); print(e.line); print(e.position); print(e.index ?? e.length); }}"
                ));
            }
            8 if depth < 3 => {
                self.line("try {");
                self.indent += 1;
                self.line("try {");
                self.body(depth + 1);
                let thrown = self.int(2);
                self.line(&format!("}} catch {{ throw {thrown}; }}"));
                self.indent -= 1;
                self.line("} catch (e) { print(type_of(e)); }");
            }
            9 => {
                let (a, b) = (self.int(2), self.int(2));
                self.next_name += 1;
                let name = format!("h{}", self.next_name);
                self.line(&format!("let {name} = |p, q| p ^ q;"));
                self.line(&format!(
                    "print({name}.call({a}, {b})); print({name}.curry({}).call({b}));",
                    self.next_name
                ));
            }
            10 if self.functions > 0 && self.weight <= 40 => {
                let number = self.pick(self.functions);
                let (a, b) = (self.int(3), self.int(3));
                self.line(&format!("print(Fn(\"f{number}\").call({a}, {b}));"));
            }
            11 => {
                let number = self.int(2);
                self.next_name += 1;
                let name = format!("u{}", self.next_name);
                self.line(&format!(
                    "let {name} = (); {name} = {name} ?? {number}; {name} = {name} ?? 0; print({name});"
                ));
            }
            12 => {
                let (array, limit) = (self.array(1), self.digit());
                let value = self.int(2);
                self.line(&format!(
                    "print(for q in {array} {{ if q > {limit} {{ break {value}; }} }});"
                ));
            }
            13 if self.has_methods => {
                if let Some(place) = self.int_place() {
                    let value = self.digit();
                    self.line(&format!("print({place}.bump({value}));"));
                }
            }
            _ => {
                if let Some(map) = self.variable(Type::Map, false) {
                    let link = ["?.a", ".zz?.b", ".zz?[0]", ".zz ?? 3", ".c?[0]"][self.pick(5)];
                    self.line(&format!("print({map}{link});"));
                }
            }
        }
    }

    fn text_changes(&mut self) {
        let Some(text) = self.variable(Type::Text, true) else {
            return;
        };
        let number = self.pick(5);
        let change = match self.pick(14) {
            0 => "append('c')".into(),
            1 => "trim()".into(),
            2 => format!("truncate({number})"),
            3 => format!("pad({number}, '.')"),
            4 => "replace(\"a\", \"bc\")".into(),
            5 => format!("crop({number})"),
            6 => "make_upper()".into(),
            7 => "remove('a')".into(),
            8 => format!("set({number}, 'z')"),
            9 => format!("crop({number}, 2)"),
            10 => {
                self.line(&format!("{text} -= \"a\";"));
                return;
            }
            11 => {
                self.line(&format!("if !{text}.is_empty() {{ {text}[-1] = 'z'; }}"));
                return;
            }
            12 => {
                self.line(&format!("print({text}.pop());"));
                return;
            }
            _ => {
                self.line(&format!("{text}[{number}..=2] = \"xy\";"));
                return;
            }
        };
        self.line(&format!("{text}.{change};"));
    }

    fn bits_change(&mut self) {
        let Some(place) = self.int_place() else {
            return;
        };
        let (at, count) = (self.pick(66), self.pick(4));
        let change = match self.pick(6) {
            0 => format!("{place}[{at}] = true;"),
            1 => format!("{place}[-{at}] = false;"),
            2 => format!("{place}[{count}..5] = {at};"),
            3 => format!("{place}.set_bits({at}, {count}, 1);"),
            4 => format!("{place}.set_bit({at}, true);"),
            _ => format!("print({place}[{at}]); print({place}[1..{at}]);"),
        };
        self.line(&change);
    }

    fn map_changes(&mut self) {
        let Some(map) = self.variable(Type::Map, true) else {
            return;
        };
        let value = self.int(2);
        let change = match self.pick(8) {
            0 => format!("{map}.d = {value};"),
            1 => format!("print({map}.remove(\"d\"));"),
            2 => format!("{map}.mixin(#{{a: {value}, e: 1}});"),
            3 => format!("{map}.fill_with(#{{d: {value}, a: 0}});"),
            4 => format!("{map} += #{{b: {value}}};"),
            5 => format!("{map}.retain(|k, v| k < \"d\");"),
            6 => format!("{map}.c.push({value}); print({map}.keys());"),
            _ => format!("{map}[\"c\"][0] = {value};"),
        };
        self.line(&change);
    }

    fn array_changes(&mut self) {
        let Some(array) = self.array_place() else {
            return;
        };
        let (at, count, value) = (self.pick(4), self.pick(3), self.int(2));
        let change = match self.pick(11) {
            0 => format!("{array}.splice({at}, {count}, [{value}, 7]);"),
            1 => format!("{array}.splice({at}..={count}, []);"),
            2 => format!("{array}.chop({at});"),
            3 => format!("{array}.pad({at}, {value});"),
            4 => format!("{array}.dedup();"),
            5 => format!("print({array}.drain({at}, {count}));"),
            6 => format!("print({array}.drain(|q| q > {at}));"),
            7 => format!(
                "{array}.sort(|p, q| if p < q {{ 1 }} else if p > q {{ -1 }} else {{ 0 }});"
            ),
            8 => format!("print({array}.split({at}));"),
            9 => format!("{array}.set(-{at}, {value});"),
            _ => format!("for (q, n) in {array} {{ print(q ^ n); }}"),
        };
        self.line(&change);
    }

    fn text_value(&mut self) -> String {
        (self.variable(Type::Text, false)).unwrap_or("\"añb\"".into())
    }

    pub(super) fn further_int(&mut self, depth: usize) -> String {
        let digit = self.digit();
        match self.pick(14) {
            0 => format!("{}.len", self.text_value()),
            1 => format!("({}).abs()", self.int(depth + 1)),
            2 => format!("({}).sign()", self.int(depth + 1)),
            3 => format!("min({digit}, {})", self.int(depth + 1)),
            4 => format!("max({digit}, {})", self.int(depth + 1)),
            5 => format!("({}).get_bits({digit}, 4)", self.int(depth + 1)),
            6 => format!("({}.find(|q| q > {digit}) ?? -1)", self.array_value(depth)),
            7 => format!("{}.index_of({digit})", self.array_value(depth)),
            8 => format!("parse_int(\"{digit}7\")"),
            9 => format!("({} / 4.0).floor().to_int()", self.int(3)),
            10 => {
                let (subject, value) = (self.int(depth + 1), self.int(depth + 1));
                format!(
                    "switch {subject} {{ 3 => 1, 0..=2 => {value}, 5..9 if {digit} > 4 => 8, _ => {digit} }}"
                )
            }
            11 => format!("loop {{ break {}; }}", self.int(depth + 1)),
            12 if self.has_methods => match self.pick(3) {
                0 => format!("({}).twice()", self.int(3)),
                1 => format!("{}.first_or({digit})", self.array_value(depth)),
                _ => format!("{}.total()", self.map(2)),
            },
            _ => format!(
                "{}.reduce_rev(|s, q| s ^ q, {digit})",
                self.array_value(depth)
            ),
        }
    }

    pub(super) fn further_bool(&mut self, depth: usize) -> String {
        let digit = self.digit();
        match self.pick(11) {
            0 => format!("{}.contains(\"a\")", self.text_value()),
            1 => format!("('a' in {})", self.text_value()),
            2 => format!("({}).is_odd()", self.int(depth + 1)),
            3 => format!("({})[{digit}]", self.int(depth + 1)),
            4 => format!("(\"d\" in {})", self.map(2)),
            5 => format!("({} == {})", self.array(depth + 1), self.array(depth + 1)),
            6 => format!("({} != {})", self.map(2), self.map(2)),
            7 => format!("({} !in 0..{digit})", self.int(depth + 1)),
            8 => format!("{}.starts_with(\"a\")", self.text_value()),
            9 => format!("{}.is_empty()", self.array_value(depth)),
            _ => format!("({} / 2.0 > {digit}.5)", self.int(3)),
        }
    }

    pub(super) fn further_text(&mut self, depth: usize) -> String {
        let digit = self.pick(4);
        match self.pick(11) {
            0 => format!("{}[{digit}..5]", self.text_value()),
            1 => format!("{}[..={digit}]", self.text_value()),
            2 => format!("({}).to_hex()", self.int(depth + 1)),
            3 => format!("({}).to_string()", self.array(depth + 1)),
            4 => format!("({} - \"a\")", self.text_value()),
            5 => format!("({} / 3.0).to_string()", self.int(3)),
            6 => format!("{}.to_chars().to_debug()", self.text_value()),
            7 => format!("{}.split().to_string()", self.text_value()),
            8 => format!("({}).to_json()", self.map(2)),
            9 if self.has_methods => format!("{}.twice()", self.text_value()),
            _ => format!("({}).to_binary()", self.int(3)),
        }
    }

    pub(super) fn further_array(&mut self, depth: usize) -> String {
        let digit = self.pick(4);
        match self.pick(8) {
            0 => format!("{}.split(\"a\").map(|q| q.len())", self.text_value()),
            1 => format!(
                "{}.zip([{digit}, 2], |p, q| p ^ q)",
                self.array_value(depth)
            ),
            2 => format!("{}.extract({digit}..3)", self.array_value(depth)),
            3 => format!("{}.map(|q, n| q ^ n)", self.array_value(depth)),
            4 => format!("{}.filter(|q, n| n != {digit})", self.array_value(depth)),
            5 => format!("{}.to_blob().to_array()", self.text_value()),
            6 => format!("{}.filter(|| this > {digit})", self.array_value(depth)),
            _ => format!("([{digit}] + {})", self.int(3)),
        }
    }
}
