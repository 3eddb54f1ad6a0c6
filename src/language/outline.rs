//! The shape of a text: its functions, blocks and statements, each with where it begins and ends.
//!
//! Rhai's tree says where things begin and forgets where they end, and loses what it rewrites.
//! To change a text, a statement at a time, needs both ends of it. The outline is made of
//! tokens alone; it never fails, and what it says of a text that does not parse is of no use.

use std::ops::Range;

use super::scan::{Kind, Token, closer, scan};
use crate::pos::Pos;

/// The outline of a text.
#[derive(Debug)]
pub struct Outline<'t> {
    /// The text.
    pub text: &'t str,
    /// The functions; the first one is the top level.
    pub functions: Vec<Function<'t>>,
    /// The blocks, the top level first.
    pub blocks: Vec<Block>,
    /// The statements, each before those inside it.
    pub statements: Vec<Statement>,
    tokens: Vec<Token<'t>>,
}

/// A function, a method, a closure or the top level.
#[derive(Debug)]
pub struct Function<'t> {
    /// Its name; none for closures and for the top level.
    pub name: Option<&'t str>,
    /// The names of its parameters.
    pub params: Vec<&'t str>,
    /// Its block.
    pub body: usize,
    /// The statement in which a closure stands; that of the definition for a function or a method.
    pub statement: Option<usize>,
    /// The statement of the class whose method it is.
    pub class: Option<usize>,
}

/// Statements that follow each other: those in braces, those of the top level, or the one
/// expression of a closure without braces.
#[derive(Debug)]
pub struct Block {
    /// The function whose code it is.
    pub function: usize,
    /// The statement that it is a part of; none for the top level.
    pub parent: Option<usize>,
    /// Its statements, in order.
    pub statements: Vec<usize>,
    /// What it spans, in bytes, without the braces.
    pub span: Range<usize>,
    /// Whether it stands in braces.
    pub is_braced: bool,
}

/// What a statement begins with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Head {
    /// `let` or `const`.
    Let,
    /// `fn`.
    Fn,
    /// `if`.
    If,
    /// `while`.
    While,
    /// `for`.
    For,
    /// `loop`.
    Loop,
    /// `with`.
    With,
    /// `try`.
    Try,
    /// `return`.
    Return,
    /// `throw`.
    Throw,
    /// `class`.
    Class,
    /// An attribute of a class: `total = 0;`.
    Attribute,
    /// Any other keyword of a block: `switch`, `do`, or braces alone.
    Other,
    /// An expression.
    Expression,
}

/// A statement.
#[derive(Debug)]
pub struct Statement {
    /// The block in which it stands.
    pub block: usize,
    /// What it begins with.
    pub head: Head,
    /// What it spans, in bytes, with its `;` if it has one.
    pub span: Range<usize>,
    /// Its tokens.
    pub tokens: Range<usize>,
    /// The blocks directly in it, those of closures too, in order.
    pub blocks: Vec<usize>,
}

/// A call of a method.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call<'t> {
    /// The receiver as it is written: `forks[i]`.
    pub receiver: &'t str,
    /// The method.
    pub method: &'t str,
    /// The arguments, each as it is written.
    pub args: Vec<&'t str>,
    /// What the call spans, receiver included.
    pub span: Range<usize>,
    /// What the method's name spans.
    pub method_span: Range<usize>,
    /// What stands between the parentheses.
    pub args_span: Range<usize>,
    /// The innermost statement in which it stands.
    pub statement: usize,
}

/// A call of a function by its name, or of a closure in a variable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FunctionCall<'t> {
    /// The name.
    pub name: &'t str,
    /// The arguments, each as it is written.
    pub args: Vec<&'t str>,
    /// Where each argument stands.
    pub arg_spans: Vec<Range<usize>>,
    /// What the call spans.
    pub span: Range<usize>,
    /// The innermost statement in which it stands.
    pub statement: usize,
}

/// A token, for who compares code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Piece<'t> {
    /// A name of a variable, function, method or field.
    Name(&'t str),
    /// A word of the language.
    Keyword(&'t str),
    /// A number, a string or a truth value.
    Literal,
    /// A bracket or an operator.
    Symbol(&'t str),
}

impl<'t> Outline<'t> {
    /// The outline of `text`.
    pub fn of(text: &'t str) -> Self {
        let tokens = scan(text).code();
        let mut outline = Self {
            text,
            functions: Vec::new(),
            blocks: Vec::new(),
            statements: Vec::new(),
            tokens,
        };
        outline.functions.push(Function {
            name: None,
            params: Vec::new(),
            body: 0,
            statement: None,
            class: None,
        });
        let mut at = 0;
        while at < outline.tokens.len() {
            // A closing bracket too many ends the block: what follows is taken as more of it.
            at = match outline.blocks.is_empty() {
                true => outline.block(0, None, 0..text.len(), true, at).1,
                false => outline.rest_of(0, at),
            } + 1;
        }
        if outline.blocks.is_empty() {
            outline.block(0, None, 0..text.len(), true, 0);
        }
        outline
    }

    fn rest_of(&mut self, block: usize, mut at: usize) -> usize {
        while at < self.tokens.len() && self.tokens[at].kind != Kind::Close {
            at = self.statement(block, at);
        }
        at
    }

    /// Reads a block whose first token is `at`; returns its number and the token that closes it.
    fn block(
        &mut self,
        function: usize,
        parent: Option<usize>,
        span: Range<usize>,
        is_braced: bool,
        at: usize,
    ) -> (usize, usize) {
        let number = self.open_block(function, parent, span, is_braced);
        let end = self.rest_of(number, at);
        if parent.is_some() {
            self.blocks[number].span.end = self.start_of(end);
        }
        (number, end)
    }

    fn open_block(
        &mut self,
        function: usize,
        parent: Option<usize>,
        span: Range<usize>,
        is_braced: bool,
    ) -> usize {
        let number = self.blocks.len();
        self.blocks.push(Block {
            function,
            parent,
            statements: Vec::new(),
            span,
            is_braced,
        });
        if let Some(parent) = parent {
            self.statements[parent].blocks.push(number);
        }
        number
    }

    /// Where a token begins, in bytes; the end of the text behind the last one.
    fn start_of(&self, at: usize) -> usize {
        let token = self.tokens.get(at);
        token.map_or(self.text.len(), |token| token.start)
    }

    /// Reads the statement that begins with token `at`; returns the token after it.
    fn statement(&mut self, block: usize, at: usize) -> usize {
        let head = self.head_at(at);
        let number = self.open_statement(block, head, at);
        let function = self.blocks[block].function;
        let end = match head {
            Head::Class => self.class_at(number, function, at),
            _ => self.parts(number, function, at, head),
        };
        self.close_statement(number, end)
    }

    fn open_statement(&mut self, block: usize, head: Head, at: usize) -> usize {
        let number = self.statements.len();
        let start = self.start_of(at);
        self.statements.push(Statement {
            block,
            head,
            span: start..start,
            tokens: at..at,
            blocks: Vec::new(),
        });
        self.blocks[block].statements.push(number);
        number
    }

    /// Ends a statement before token `end`, but not before its first; returns the token after it.
    fn close_statement(&mut self, number: usize, end: usize) -> usize {
        let begin = self.statements[number].tokens.start;
        let end = end.max(begin + 1).min(self.tokens.len());
        self.statements[number].span.end = self.tokens[end - 1].end();
        self.statements[number].tokens.end = end;
        end
    }

    /// Reads the class that begins with token `begin`; returns the token after it.
    fn class_at(&mut self, number: usize, function: usize, begin: usize) -> usize {
        let Some(open) = (begin..self.tokens.len()).find(|at| self.text_at(*at) == "{") else {
            return self.tokens.len();
        };
        let inside = self.start_of(open + 1);
        let block = self.open_block(function, Some(number), inside..inside, true);
        let mut at = open + 1;
        while at < self.tokens.len() && self.tokens[at].kind != Kind::Close {
            at = self.member(number, block, at);
        }
        self.blocks[block].span.end = self.start_of(at);
        at + 1 + usize::from(self.text_at(at + 1) == ";")
    }

    /// Reads the member of a class that begins with token `begin`; returns the token after it.
    fn member(&mut self, class: usize, block: usize, begin: usize) -> usize {
        let mut behind = begin;
        while self.is_word(behind) {
            behind += 1;
        }
        if behind == begin || self.text_at(behind) != "(" {
            let number = self.open_statement(block, Head::Attribute, begin);
            let end = self.parts(number, self.blocks[block].function, begin, Head::Attribute);
            return self.close_statement(number, end);
        }
        let number = self.open_statement(block, Head::Fn, begin);
        let end = self.definition(number, behind - 1, Some(class));
        self.close_statement(number, end)
    }

    /// Reads a function from its name on, which is token `name`; returns the token after it.
    fn definition(&mut self, statement: usize, name: usize, class: Option<usize>) -> usize {
        let function = self.begin_function(statement, name, class);
        let open = self.matching(name + 1) + 1;
        if self.text_at(open) != "{" {
            return open;
        }
        let inside = self.start_of(open + 1);
        let (body, close) = self.block(function, Some(statement), inside..inside, true, open + 1);
        self.functions[function].body = body;
        close + 1
    }

    /// Whether token `at` begins a function that is a value: `def f(a, b = 1) { ... }`.
    fn is_def(&self, at: usize) -> bool {
        let is_field = at > 0 && matches!(self.tokens[at - 1].text, "." | "?.");
        self.text_at(at) == "def"
            && !is_field
            && self.is_word(at + 1)
            && self.text_at(at + 2) == "("
    }

    fn is_word(&self, at: usize) -> bool {
        (self.tokens.get(at)).is_some_and(|token| token.kind == Kind::Word)
    }

    fn head_at(&self, at: usize) -> Head {
        let token = &self.tokens[at];
        match (token.kind, token.text) {
            (Kind::Word, "let" | "const") => Head::Let,
            (Kind::Word, "fn" | "private") => Head::Fn,
            (Kind::Word, "if") => Head::If,
            (Kind::Word, "while") => Head::While,
            (Kind::Word, "for") => Head::For,
            (Kind::Word, "loop") => Head::Loop,
            (Kind::Word, "with") => Head::With,
            (Kind::Word, "try") => Head::Try,
            (Kind::Word, "return") => Head::Return,
            (Kind::Word, "throw") => Head::Throw,
            (Kind::Word, "switch" | "do") | (Kind::Open, "{") => Head::Other,
            // It is a word of the language where a name follows.
            (Kind::Word, "class") if self.is_word(at + 1) => Head::Class,
            _ => Head::Expression,
        }
    }

    /// Reads what a statement consists of; returns the token after it.
    fn parts(&mut self, number: usize, function: usize, begin: usize, head: Head) -> usize {
        let has_blocks = !matches!(
            head,
            Head::Let | Head::Return | Head::Throw | Head::Attribute | Head::Expression
        );
        let of_function = (head == Head::Fn).then(|| {
            let name = begin + 1 + usize::from(self.text_at(begin) == "private");
            self.begin_function(number, name, None)
        });
        let is_switch = self.text_at(begin) == "switch";
        let mut at = begin;
        let mut depth = 0_usize;
        while at < self.tokens.len() {
            let token = self.tokens[at];
            match token.kind {
                Kind::Symbol if token.text == ";" && depth == 0 => return at + 1,
                Kind::Open if token.text == "{" && !is_switch => {
                    let inner = of_function.unwrap_or(function);
                    let span = token.end()..token.end();
                    let (body, close) = self.block(inner, Some(number), span, true, at + 1);
                    if let Some(function) = of_function {
                        self.functions[function].body = body;
                    }
                    at = close + 1;
                    let goes_on = matches!(self.text_at(at), "else" | "catch" | "while" | "until");
                    let goes_on = match self.text_at(at) {
                        "while" | "until" => self.text_at(begin) == "do",
                        "finally" => self.text_at(begin) == "try",
                        _ => goes_on,
                    };
                    if has_blocks && depth == 0 && !goes_on {
                        // A `;` behind a block belongs to it.
                        return at + usize::from(self.text_at(at) == ";");
                    }
                    continue;
                }
                Kind::Open => depth += 1,
                Kind::Close if depth == 0 => return at,
                Kind::Close => {
                    depth -= 1;
                    if is_switch && depth == 0 && token.text == "}" {
                        return at + 1 + usize::from(self.text_at(at + 1) == ";");
                    }
                }
                Kind::Symbol if matches!(token.text, "|" | "||") && self.is_prefix(at) => {
                    at = self.closure(number, at);
                    continue;
                }
                Kind::Word if self.is_def(at) => {
                    at = self.definition(number, at + 1, None);
                    continue;
                }
                _ => {}
            }
            at += 1;
        }
        at
    }

    /// A function whose name is token `name`, with its parameters in parentheses behind it.
    fn begin_function(&mut self, statement: usize, name: usize, class: Option<usize>) -> usize {
        let mut params = Vec::new();
        let mut is_default = false;
        let close = self.matching(name + 1);
        for at in name + 2..close {
            match self.tokens[at].text {
                "=" => is_default = true,
                "," => is_default = false,
                word if self.is_word(at) && !is_default => params.push(word),
                _ => {}
            }
        }
        self.functions.push(Function {
            name: self.tokens.get(name).map(|token| token.text),
            params,
            body: 0,
            statement: Some(statement),
            class,
        });
        self.functions.len() - 1
    }

    /// Reads the closure whose `|` is token `at`; returns the token after it.
    fn closure(&mut self, statement: usize, at: usize) -> usize {
        let mut params = Vec::new();
        let mut next = at + 1;
        if self.text_at(at) == "|" {
            while next < self.tokens.len() && self.text_at(next) != "|" {
                if self.tokens[next].kind == Kind::Word {
                    params.push(self.tokens[next].text);
                }
                next += 1;
            }
            next += 1;
        }
        let function = self.functions.len();
        self.functions.push(Function {
            name: None,
            params,
            body: 0,
            statement: Some(statement),
            class: None,
        });
        let Some(first) = self.tokens.get(next).copied() else {
            self.functions[function].body = 0;
            return next;
        };
        if first.text == "{" {
            let span = first.end()..first.end();
            let (body, close) = self.block(function, Some(statement), span, true, next + 1);
            self.functions[function].body = body;
            return close + 1;
        }
        let body = self.open_block(function, Some(statement), first.start..first.start, false);
        self.functions[function].body = body;
        let number = self.open_statement(body, Head::Expression, next);
        let end = self.expression(number, function, next);
        let end = self.close_statement(number, end);
        self.blocks[body].span.end = self.statements[number].span.end;
        end
    }

    /// Reads an expression up to the comma or bracket that ends it; returns that token.
    fn expression(&mut self, number: usize, function: usize, begin: usize) -> usize {
        let mut at = begin;
        let mut depth = 0_usize;
        while at < self.tokens.len() {
            let token = self.tokens[at];
            match token.kind {
                Kind::Symbol if matches!(token.text, ";" | ",") && depth == 0 => return at,
                Kind::Open if token.text == "{" => {
                    let span = token.end()..token.end();
                    let (_, close) = self.block(function, Some(number), span, true, at + 1);
                    at = close + 1;
                    continue;
                }
                Kind::Open => depth += 1,
                Kind::Close if depth == 0 => return at,
                Kind::Close => depth -= 1,
                Kind::Symbol if matches!(token.text, "|" | "||") && self.is_prefix(at) => {
                    at = self.closure(number, at);
                    continue;
                }
                Kind::Word if self.is_def(at) => {
                    at = self.definition(number, at + 1, None);
                    continue;
                }
                _ => {}
            }
            at += 1;
        }
        at
    }

    fn text_at(&self, at: usize) -> &'t str {
        self.tokens.get(at).map_or("", |token| token.text)
    }

    /// Whether a sign at token `at` stands where a value would begin.
    fn is_prefix(&self, at: usize) -> bool {
        at == 0 || !self.tokens[at - 1].ends_value()
    }

    /// The bracket that closes the one at token `at`.
    fn matching(&self, at: usize) -> usize {
        let mut open = Vec::new();
        for (index, token) in self.tokens.iter().enumerate().skip(at) {
            match token.kind {
                Kind::Open => open.push(closer(token.text)),
                Kind::Close => {
                    open.pop();
                    if open.is_empty() {
                        return index;
                    }
                }
                _ => {}
            }
        }
        self.tokens.len().saturating_sub(1)
    }

    /// A statement as it is written.
    pub fn source(&self, statement: usize) -> &'t str {
        &self.text[self.statements[statement].span.clone()]
    }

    /// The function whose code a statement is.
    pub fn function_of(&self, statement: usize) -> usize {
        self.blocks[self.statements[statement].block].function
    }

    /// The statement and those around it, innermost first, up to the function's body.
    pub fn path(&self, statement: usize) -> Vec<usize> {
        let function = self.function_of(statement);
        let mut path = vec![statement];
        let mut at = statement;
        while let Some(parent) = self.blocks[self.statements[at].block].parent {
            if self.function_of(parent) != function
                || self.functions[function].body == self.statements[at].block
            {
                break;
            }
            path.push(parent);
            at = parent;
        }
        path
    }

    /// The innermost statement in which a byte stands.
    pub fn statement_at(&self, byte: usize) -> Option<usize> {
        let spans = self.statements.iter().enumerate().rev();
        let inside = spans.filter(|(_, statement)| statement.span.contains(&byte));
        let narrowest = inside.min_by_key(|(_, statement)| statement.span.len());
        narrowest.map(|(number, _)| number)
    }

    /// The byte at a line and column.
    pub fn byte_at(&self, pos: Pos) -> Option<usize> {
        let line = usize::from(pos.line).checked_sub(1)?;
        let mut start = 0;
        for (index, text) in self.text.split_inclusive('\n').enumerate() {
            if index == line {
                let column = usize::from(pos.column.max(1)) - 1;
                let offset = text.char_indices().nth(column).map_or(0, |(at, _)| at);
                return Some(start + offset);
            }
            start += text.len();
        }
        None
    }

    /// The line, from 1, in which a byte stands.
    pub fn line_at(&self, byte: usize) -> usize {
        1 + self.text[..byte.min(self.text.len())].matches('\n').count()
    }

    /// What stands before a statement's first block: `if x > 0`.
    pub fn header(&self, statement: usize) -> Range<usize> {
        let statement = &self.statements[statement];
        let end = match statement.blocks.first() {
            Some(block) => self.blocks[*block].span.start.saturating_sub(1),
            None => statement.span.end,
        };
        statement.span.start..end
    }

    /// Whether a block is a closure's or a function's own.
    pub fn is_body(&self, block: usize) -> bool {
        self.functions.iter().any(|function| function.body == block)
    }

    /// The variables that are mentioned, each with where it stands and its innermost statement; names
    /// of fields, of methods and of called functions are left out.
    pub fn mentions(&self) -> impl Iterator<Item = (&'t str, Range<usize>, usize)> + '_ {
        self.tokens.iter().enumerate().filter_map(|(at, token)| {
            let before = at.checked_sub(1).map_or("", |at| self.tokens[at].text);
            let is_field = matches!(before, "." | "?.");
            let after = self.text_at(at + 1);
            let is_key = after == ":" && matches!(before, "#{" | ",");
            if token.kind != Kind::Word || is_field || is_key || is_keyword(token.text) {
                return None;
            }
            if matches!(before, "let" | "const" | "fn" | "for" | "as") {
                return None;
            }
            let statement = self.statement_at(token.start)?;
            Some((token.text, token.start..token.end(), statement))
        })
    }

    /// The fields that are mentioned, with the point, `.total`, each with where it stands and its innermost
    /// statement; names of methods that are called are left out.
    pub fn fields(&self) -> impl Iterator<Item = (&'t str, Range<usize>, usize)> + '_ {
        (1..self.tokens.len()).filter_map(|at| {
            let is_field =
                self.is_word(at) && self.tokens[at - 1].text == "." && self.text_at(at + 1) != "(";
            let span = self.tokens[at - 1].start..self.tokens[at].end();
            let statement = is_field.then(|| self.statement_at(span.start))??;
            Some((&self.text[span.clone()], span, statement))
        })
    }

    /// The attributes of classes, each with the statement that makes it and the text of its value:
    /// `this.total = 0;` in a method, or `total = 0;` in the class.
    pub fn attributes(&self) -> impl Iterator<Item = (&'t str, usize, &'t str)> + '_ {
        (self.statements.iter().enumerate()).filter_map(|(number, statement)| {
            let begin = statement.tokens.start;
            let name = match statement.head {
                Head::Attribute => begin,
                Head::Expression
                    if self.text_at(begin) == "this" && self.text_at(begin + 1) == "." =>
                {
                    begin + 2
                }
                _ => return None,
            };
            if !self.is_word(name) || self.text_at(name + 1) != "=" {
                return None;
            }
            let from = self.tokens.get(name + 2)?.start;
            let value = self.text[from..statement.span.end].trim_end_matches(';');
            Some((self.text_at(name), number, value))
        })
    }

    /// What stands between a class's name and its body: `(Thread)`; and its name.
    pub fn class(&self, statement: usize) -> (&'t str, &'t str) {
        let name = self.tokens[self.statements[statement].tokens.start + 1];
        let bases = &self.text[name.end()..self.header(statement).end];
        (name.text, bases)
    }

    /// The variables that `let` makes, each with the statement and the text of its value, which may be
    /// missing.
    pub fn lets(&self) -> impl Iterator<Item = (&'t str, usize, &'t str)> + '_ {
        (self.statements.iter().enumerate()).filter_map(|(number, statement)| {
            let begin = statement.tokens.start;
            let end = self.text_at(begin + 2);
            if statement.head == Head::Let && end == ";" {
                return Some((self.text_at(begin + 1), number, ""));
            }
            if statement.head != Head::Let || end != "=" {
                return None;
            }
            let from = self.tokens.get(begin + 3)?.start;
            let value = self.text[from..statement.span.end].trim_end_matches(';');
            Some((self.text_at(begin + 1), number, value))
        })
    }

    /// The tokens of a statement. What ends statements is left out, since it can often be left away.
    pub fn pieces(&self, statement: usize) -> impl Iterator<Item = Piece<'t>> + '_ {
        let tokens = &self.tokens[self.statements[statement].tokens.clone()];
        let code = tokens.iter().filter(|token| token.text != ";");
        code.map(|token| match token.kind {
            Kind::Word if matches!(token.text, "true" | "false") => Piece::Literal,
            Kind::Word if is_keyword(token.text) => Piece::Keyword(token.text),
            Kind::Word => Piece::Name(token.text),
            Kind::Number | Kind::Text => Piece::Literal,
            Kind::Open | Kind::Close | Kind::Symbol | Kind::Comment => Piece::Symbol(token.text),
        })
    }

    /// The names that the text gives to variables, functions and parameters.
    pub fn makes(&self) -> impl Iterator<Item = &'t str> + '_ {
        let made = |at: usize| matches!(self.text_at(at), "let" | "const" | "fn" | "for" | "as");
        let behind = (0..self.tokens.len()).filter(move |at| made(*at));
        let named = behind.map(|at| self.text_at(at + 1));
        let params = self
            .functions
            .iter()
            .flat_map(|one| one.params.iter().copied());
        named.chain(params)
    }

    /// The text with another name for a variable or function, wherever it is made or mentioned.
    pub fn renamed(&self, from: &str, to: &str) -> String {
        let (mut text, mut done) = (String::new(), 0);
        for (at, token) in self.tokens.iter().enumerate() {
            let before = at.checked_sub(1).map_or("", |at| self.tokens[at].text);
            let is_field = matches!(before, "." | "?.");
            let is_key = self.text_at(at + 1) == ":" && matches!(before, "#{" | ",");
            if token.kind == Kind::Word && token.text == from && !is_field && !is_key {
                text += &self.text[done..token.start];
                text += to;
                done = token.end();
            }
        }
        text + &self.text[done..]
    }

    /// Whether a name occurs in the code, whatever it names.
    pub fn names(&self, name: &str) -> bool {
        let words = self.tokens.iter().filter(|token| token.kind == Kind::Word);
        words.into_iter().any(|token| token.text == name)
    }

    /// The calls of methods, in order.
    pub fn calls(&self) -> Vec<Call<'t>> {
        let mut calls = Vec::new();
        for at in 1..self.tokens.len() {
            if self.tokens[at].text != "(" || self.tokens[at - 1].kind != Kind::Word || at < 3 {
                continue;
            }
            if !matches!(self.tokens[at - 2].text, "." | "?.") {
                continue;
            }
            let begin = self.receiver_begin(at - 3);
            let close = self.matching(at);
            let start = self.tokens[begin].start;
            let Some(statement) = self.statement_at(self.tokens[at].start) else {
                continue;
            };
            let arg_spans = self.args(at, close);
            calls.push(Call {
                receiver: &self.text[start..self.tokens[at - 3].end()],
                method: self.tokens[at - 1].text,
                args: (arg_spans.into_iter())
                    .map(|span| &self.text[span])
                    .collect(),
                span: start..self.tokens[close].end(),
                method_span: self.tokens[at - 1].start..self.tokens[at - 1].end(),
                args_span: self.tokens[at].end()..self.tokens[close].start,
                statement,
            });
        }
        calls
    }

    /// The calls of functions by name, in order; `threading.Thread(f)` and `queue.Queue(1)` are the functions', too.
    pub fn function_calls(&self) -> Vec<FunctionCall<'t>> {
        let mut calls = Vec::new();
        for at in 1..self.tokens.len() {
            let name = self.tokens[at - 1];
            let before = at.checked_sub(2).map_or("", |at| self.tokens[at].text);
            let is_call = self.tokens[at].text == "(" && name.kind == Kind::Word;
            let module = at.checked_sub(3).map(|at| self.tokens[at]);
            let module = module
                .filter(|module| before == "." && matches!(module.text, "threading" | "queue"));
            let is_method = matches!(before, "." | "?.") && module.is_none();
            if !is_call || is_method || before == "fn" || is_keyword(name.text) {
                continue;
            }
            let close = self.matching(at);
            let Some(statement) = self.statement_at(name.start) else {
                continue;
            };
            let arg_spans = self.args(at, close);
            calls.push(FunctionCall {
                name: name.text,
                args: (arg_spans.iter().cloned())
                    .map(|span| &self.text[span])
                    .collect(),
                arg_spans,
                span: module.map_or(name.start, |module| module.start)..self.tokens[close].end(),
                statement,
            });
        }
        calls
    }

    /// The first token of the receiver whose last one is `at`.
    fn receiver_begin(&self, mut at: usize) -> usize {
        loop {
            while self.tokens[at].kind == Kind::Close && self.tokens[at].text != "}" {
                let mut depth = 0_usize;
                loop {
                    match self.tokens[at].kind {
                        Kind::Close => depth += 1,
                        Kind::Open => depth -= 1,
                        _ => {}
                    }
                    if depth == 0 || at == 0 {
                        break;
                    }
                    at -= 1;
                }
                if at > 0 && self.tokens[at - 1].ends_value() {
                    at -= 1;
                } else {
                    return at;
                }
            }
            if at >= 2 && matches!(self.tokens[at - 1].text, "." | "?." | "::") {
                at -= 2;
            } else {
                return at;
            }
        }
    }

    /// What the arguments between two parentheses span.
    fn args(&self, open: usize, close: usize) -> Vec<Range<usize>> {
        let mut args = Vec::new();
        let mut depth = 0_usize;
        let mut begin = open + 1;
        for at in open + 1..=close {
            let token = &self.tokens[at];
            let is_end = at == close || depth == 0 && token.text == ",";
            if is_end {
                if at > begin {
                    args.push(self.tokens[begin].start..self.tokens[at - 1].end());
                }
                begin = at + 1;
            }
            match token.kind {
                Kind::Open => depth += 1,
                Kind::Close => depth = depth.saturating_sub(1),
                _ => {}
            }
        }
        args
    }
}

/// Whether two texts differ in white space and in what ends statements only.
pub fn is_same_code(one: &str, other: &str) -> bool {
    let matters = |c: &char| !c.is_whitespace() && *c != ';';
    one.chars()
        .filter(matters)
        .eq(other.chars().filter(matters))
}

/// Whether a word is one of Rhai's.
fn is_keyword(word: &str) -> bool {
    matches!(
        word,
        "let"
            | "const"
            | "if"
            | "else"
            | "switch"
            | "do"
            | "while"
            | "until"
            | "loop"
            | "for"
            | "in"
            | "fn"
            | "private"
            | "return"
            | "throw"
            | "try"
            | "catch"
            | "as"
            | "with"
            | "continue"
            | "break"
            | "true"
            | "false"
            | "await"
            | "this"
            | "import"
            | "export"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_the_same_code_whatever_its_spaces() {
        assert!(is_same_code("pritn(1)", "pritn(1);\n"));
        assert!(!is_same_code("x = 1", "let x = 1;"));
    }

    fn shape(text: &str) -> Vec<String> {
        let outline = Outline::of(text);
        let statements = 0..outline.statements.len();
        statements
            .map(|number| {
                let depth = outline.path(number).len() - 1;
                let function = outline.function_of(number);
                format!("{function}{} {}", ".".repeat(depth), outline.source(number))
            })
            .collect()
    }

    #[test]
    fn statements_have_both_ends_and_stand_in_their_functions() {
        assert_eq!(
            shape("let a = 1; fn f(x) { if x { g(); } else { h() } a += 1 } f(2)"),
            [
                "0 let a = 1;",
                "0 fn f(x) { if x { g(); } else { h() } a += 1 }",
                "1 if x { g(); } else { h() }",
                "1. g();",
                "1. h()",
                "1 a += 1",
                "0 f(2)",
            ]
        );
        assert_eq!(
            shape("let t = spawn(|| { n += 1; }); spawn(|i| n -= i);\nwith m { n }"),
            [
                "0 let t = spawn(|| { n += 1; });",
                "1 n += 1;",
                "0 spawn(|i| n -= i);",
                "2 n -= i",
                "0 with m { n }",
                "0. n",
            ]
        );
        assert_eq!(
            shape("class C { f() { g() } } let c = C(); c.f()"),
            [
                "0 class C { f() { g() } }",
                "0. f() { g() }",
                "1 g()",
                "0 let c = C();",
                "0 c.f()",
            ]
        );
        assert_eq!(
            shape("class C(B) { n = 1; staticmethod f(a, b = [1, (2)]) { g() } h() {} } c"),
            [
                "0 class C(B) { n = 1; staticmethod f(a, b = [1, (2)]) { g() } h() {} }",
                "0. n = 1;",
                "0. staticmethod f(a, b = [1, (2)]) { g() }",
                "1 g()",
                "0. h() {}",
                "0 c",
            ]
        );
        let outline = Outline::of("class C { f(a, b = [1, (2)]) { g() } }");
        assert_eq!(outline.functions[1].params, ["a", "b"]);
        assert_eq!(
            shape("do { x } while y; switch a { 1 => b, _ => { c } } let m = #{a: 1}; z"),
            [
                "0 do { x } while y;",
                "0. x",
                "0 switch a { 1 => b, _ => { c } }",
                "0 let m = #{a: 1};",
                "0 z",
            ]
        );
    }

    #[test]
    fn calls_have_their_receivers_and_arguments() {
        let text = "forks[(i + 1) % N].acquire(); a.b.put(f(1, 2), [3, 4]); g().h();";
        let outline = Outline::of(text);
        let calls: Vec<_> = (outline.calls().iter())
            .map(|call| format!("{} . {} {:?}", call.receiver, call.method, call.args))
            .collect();
        assert_eq!(
            calls,
            [
                "forks[(i + 1) % N] . acquire []",
                "a.b . put [\"f(1, 2)\", \"[3, 4]\"]",
                "g() . h []",
            ]
        );
        let calls = outline.function_calls();
        assert_eq!(calls.len(), 2);
        assert_eq!((calls[0].name, &*calls[0].args), ("f", &["1", "2"][..]));
    }

    #[test]
    fn no_text_makes_it_fail() {
        for text in [
            "",
            "}",
            "{",
            "a } b",
            "|",
            "spawn(||",
            "fn",
            "fn f(",
            "x.(",
            "do",
            "|a|",
            "class A",
            "class A {",
            "class A { f(",
            "class A { f() { ",
            "class A { = ; }",
            "class A { ) ] }",
        ] {
            let _ = Outline::of(text).calls();
            let _ = Outline::of(text).function_calls();
        }
    }
}
