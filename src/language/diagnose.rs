//! From Rhai's parse errors to diagnostics in plain words.
//!
//! Rhai stops at its first error and names tokens; a beginner needs the place of the mistake and the
//! next step. So three causes are looked for first, in the text itself: something left open, Python,
//! and a line without its `;`. All other errors are put into words one by one. One file, as that list is
//! most of it.

use rhai::{LexError, ParseError, ParseErrorType as Error};

use super::diagnostic::{Code, Diagnostic, Span};
use super::parse::{pos, typed_name};
use super::python;
use super::scan::{End, Kind, Scan, Token, closer, scan};
use crate::pos::Pos;

/// What is wrong with `text`, which Rhai's parser refused. Never empty.
pub(super) fn diagnose(error: &ParseError, text: &str) -> Vec<Diagnostic> {
    vec![cause(error, text)]
}

/// What is wrong with a text that a translation has made.
pub(super) fn plain(error: &ParseError, text: &str) -> Diagnostic {
    let scan = scan(text);
    in_words(error, place(error, &scan), text, &scan)
}

/// Where the parser gave up.
fn place(error: &ParseError, scan: &Scan<'_>) -> Pos {
    let at = pos(error.position());
    if at.is_none() || matches!(error.err_type(), Error::UnexpectedEOF) {
        scan.code().last().map_or(Pos::new(1, 1), end_of)
    } else {
        Pos::new(at.line, at.column.max(1))
    }
}

/// The cause of a refusal.
fn cause(error: &ParseError, text: &str) -> Diagnostic {
    let scan = scan(text);
    let at = place(error, &scan);
    // The parser has the last word on depth: such a text may have no other fault.
    let deep = matches!(error.err_type(), Error::ExprTooDeep);
    (!deep)
        .then(|| python::explain(text, at).or_else(|| left_open(&scan)))
        .flatten()
        .unwrap_or_else(|| in_words(error, at, text, &scan))
}

/// The position after a token.
fn end_of(token: &Token<'_>) -> Pos {
    let last = token.text.rsplit('\n').next().unwrap_or_default();
    let breaks = token.text.matches('\n').count();
    let columns = u16::try_from(last.chars().count()).unwrap_or(u16::MAX);
    let lines = u16::try_from(breaks).unwrap_or(u16::MAX);
    let from = if breaks == 0 { token.pos.column } else { 1 };
    Pos::new(
        token.pos.line.saturating_add(lines),
        from.saturating_add(columns),
    )
}

/// A string, comment or bracket that never ends, shown where it begins.
fn left_open(scan: &Scan<'_>) -> Option<Diagnostic> {
    let open = |at, what: &str, close: &str| {
        Diagnostic::error(
            Code::OpenString,
            Span::at(at),
            format!("this {what} never ends"),
        )
        .label("it begins here")
        .help(format!("close it with {close}"))
    };
    match scan.end {
        End::Quote('"', at) => {
            return Some(open(
                at,
                "text",
                "`\"` on the same line; a text of several lines stands between backticks",
            ));
        }
        End::Quote(_, at) => {
            return Some(open(
                at,
                "single quote",
                "another one after one character; a text stands in double quotes",
            ));
        }
        End::LongText(at) => return Some(open(at, "text", "the sign that it began with")),
        End::Comment(at) => return Some(open(at, "comment", "`*/`")),
        End::Clean => {}
    }
    match scan.brackets() {
        Ok(open) => open.last().map(|opener| {
            let close = closer(opener.text);
            Diagnostic::error(
                Code::Unclosed,
                Span::of(opener.pos, opener.text.len()),
                format!("this `{}` is never closed", opener.text),
            )
            .label("opened here")
            .help(format!("add the `{close}` that belongs to it"))
        }),
        Err(wrong) => {
            let span = Span::at(wrong.closer.pos);
            let text = wrong.closer.text;
            Some(match wrong.opener {
                None => Diagnostic::error(
                    Code::Unopened,
                    span,
                    format!("this `{text}` closes nothing"),
                )
                .label("nothing is open here")
                .help("remove it, or add what it should close"),
                Some(opener) => Diagnostic::error(
                    Code::Unclosed,
                    Span::of(opener.pos, opener.text.len()),
                    format!(
                        "this `{}` is not closed before the `{text}` on line {}",
                        opener.text, span.start.line
                    ),
                )
                .label("opened here")
                .help(format!(
                    "add `{}` before that `{text}`",
                    closer(opener.text)
                )),
            })
        }
    }
}

/// The token that stands at a position, or else the first one after it.
fn token_at<'t>(scan: &Scan<'t>, at: Pos) -> Option<(Option<Token<'t>>, Token<'t>)> {
    let code = scan.code();
    let index = code.iter().position(|token| token.pos >= at)?;
    Some((index.checked_sub(1).map(|before| code[before]), code[index]))
}

/// A line of the text, counted from 1.
fn line_of(text: &str, line: u16) -> &str {
    text.lines()
        .nth(usize::from(line.max(1)) - 1)
        .unwrap_or_default()
}

/// Two statements without `;` between them.
fn missing_semicolon(at: Pos, text: &str, scan: &Scan<'_>) -> Diagnostic {
    let Some((Some(before), token)) = token_at(scan, at) else {
        return missing(at, ";", "after this statement");
    };
    let end = end_of(&before);
    if end.line == token.pos.line {
        let code = scan.code();
        let opener = code.iter().rev().find(|one| one.pos < before.pos);
        let help = match (token.text, instead(before.text)) {
            (":", _) if opener.is_some_and(|opener| opener.text == "{") => {
                "a map begins with `#{`: `#{name: \"Ada\"}`".to_string()
            }
            (":", _) => "write the line without types: a variable has no declared one".to_string(),
            ("=>", _) => "write `|x| x + 1` for a function without a name".to_string(),
            (_, Some(instead)) => format!("in place of `{}` write {instead}", before.text),
            _ => {
                "if a new statement begins here, put `;` before it; if not, an operator or a comma \
                  is missing"
                    .to_string()
            }
        };
        let message = format!("`{}` cannot stand after `{}`", token.text, before.text);
        let span = Span::of(token.pos, token.text.chars().count());
        let found = Diagnostic::error(Code::MissingSemicolon, span, message);
        if is_beginning(token.text) {
            return found
                .label("a new statement begins here")
                .help("`;` stands between two statements")
                .suggest(separated(line_of(text, end.line)));
        }
        return found.label("not expected here").help(help);
    }
    let line = line_of(text, end.line);
    let column = usize::from(end.column) - 1;
    let split = line
        .char_indices()
        .nth(column)
        .map_or(line.len(), |(offset, _)| offset);
    let line = format!("{};{}", &line[..split], &line[split..]);
    Diagnostic::error(
        Code::MissingSemicolon,
        Span::at(end),
        "a `;` is missing at the end of this line",
    )
    .label("`;` belongs here")
    .help("every statement but the last one of a block ends with `;`")
    .suggest(with_let(line.trim(), text))
}

/// Whether a word can only begin a statement.
fn is_beginning(word: &str) -> bool {
    ["let", "const", "while", "loop", "return", "throw", "try"].contains(&word)
}

/// The line with a `;` before each statement in its middle that lacks it.
fn separated(line: &str) -> String {
    let line = line.trim();
    let tokens = scan(line).code();
    let mut chars: Vec<char> = line.chars().collect();
    for pair in tokens.windows(2).rev() {
        let [before, token] = pair else { continue };
        let is_end = [";", "{", "}", "(", ",", "=", "=>", ":"].contains(&before.text);
        if is_beginning(token.text) && !is_end {
            let at = usize::from(end_of(before).column) - 1;
            chars.insert(at.min(chars.len()), ';');
        }
    }
    chars.into_iter().collect()
}

/// With `let` before it if the line is the first to assign a name.
fn with_let(line: &str, text: &str) -> String {
    let tokens = scan(line).code();
    let [name, equals, value @ ..] = &tokens[..] else {
        return line.to_string();
    };
    let new = name.kind == Kind::Word
        && equals.text == "="
        && first_use(text, name.text, line)
        && value.iter().all(|token| token.text != name.text);
    if new {
        format!("let {line}")
    } else {
        line.to_string()
    }
}

/// Whether a name stands nowhere before its line.
fn first_use(text: &str, name: &str, line: &str) -> bool {
    let bare = line.replacen(';', "", 1);
    let upto = text.find(bare.trim()).unwrap_or(0);
    !scan(&text[..upto])
        .code()
        .iter()
        .any(|token| token.text == name)
}

fn missing(at: Pos, what: &str, wherefore: &str) -> Diagnostic {
    Diagnostic::error(
        Code::Missing,
        Span::at(at),
        format!("`{what}` is missing here"),
    )
    .label(wherefore)
}

/// Puts an error into words that need no knowledge of the parser.
fn in_words(error: &ParseError, at: Pos, text: &str, scan: &Scan<'_>) -> Diagnostic {
    let found = token_at(scan, at)
        .map(|(_, token)| token)
        .filter(|token| token.pos == at);
    let width = found.map_or(1, |token| {
        token
            .text
            .lines()
            .next()
            .unwrap_or_default()
            .chars()
            .count()
    });
    let span = Span::of(at, width);
    let say = |code, message: String| Diagnostic::error(code, span, message);
    let here = found.map_or("the end of the text".to_string(), |token| {
        format!("`{}`", token.text)
    });
    match error.err_type() {
        Error::MissingToken(token, _) if token == ";" => missing_semicolon(at, text, scan),
        Error::MissingToken(token, why) => {
            let why = why.replace("to start a statement block", "a block begins with it");
            let why = typed_name(&why).replace("this expression", "this");
            say(Code::Missing, format!("`{token}` is missing before {here}")).label(why)
        }
        Error::UnexpectedEOF => say(Code::Missing, "the text ends too early".into())
            .label("something must follow")
            .help("finish the last line"),
        Error::BadInput(error) => literal(error, say, &here),
        Error::UnknownOperator(operator) => operator_help(operator, say),
        Error::Reserved(word) => reserved(word, say),
        Error::AssignmentToConstant(name) if !name.is_empty() => say(
            Code::Constant,
            format!("`{name}` is a constant and keeps its value"),
        )
        .label("cannot be assigned")
        .help("declare it with `let` instead of `const` to change it later"),
        Error::AssignmentToConstant(_) | Error::AssignmentToInvalidLHS(_) => say(
            Code::BadAssignment,
            "only a variable, an item or a property can be assigned".into(),
        )
        .label("this is none of them")
        .help("to compare, write `==`"),
        Error::VariableExpected => say(
            Code::Missing,
            format!("a name is expected here, not {here}"),
        )
        .label("a name begins with a letter or `_`"),
        Error::PropertyExpected => say(
            Code::Missing,
            format!("a name is expected here, not {here}"),
        )
        .label("the name of a property or method"),
        Error::ExprExpected(what) => say(
            Code::Missing,
            format!("a value is expected here, not {here}"),
        )
        .label(format!("{what} must stand here")),
        Error::MissingSymbol(what) => {
            say(Code::Missing, format!("something is missing before {here}")).label(what.clone())
        }
        Error::MismatchedType(wanted, found) => {
            let wanted = wanted
                .replace("a boolean expression", "true or false")
                .replace(
                    "an iterable value",
                    "something to go through, such as an array or a range",
                );
            say(
                Code::WrongType,
                format!("this must be {wanted}, but it is {found}"),
            )
            .label("of the wrong kind")
        }
        Error::MalformedIndexExpr(why) => {
            say(Code::WrongType, "this cannot be used as an index".into()).label(why.to_lowercase())
        }
        Error::MalformedCapture(why) => {
            say(Code::Unexpected, "this call cannot be made here".into()).label(why.to_lowercase())
        }
        Error::DuplicatedProperty(name) => say(
            Code::Duplicate,
            format!("the property `{name}` stands twice in this map"),
        )
        .label("the second one"),
        Error::DuplicatedVariable(name) | Error::VariableExists(name) => {
            say(Code::Duplicate, format!("the name `{name}` is taken"))
                .label("give it another name")
        }
        Error::WrongSwitchIntegerCase => say(
            Code::BadSwitch,
            "a number cannot stand after a range in a `switch`".into(),
        )
        .label("move it up"),
        Error::WrongSwitchDefaultCase => {
            say(Code::BadSwitch, "the case `_` must be the last one".into())
                .label("move it to the end")
        }
        Error::WrongSwitchCaseCondition => {
            say(Code::BadSwitch, "this case cannot have a condition".into())
                .label("remove the `if`")
        }
        Error::ForbiddenVariable(name) => say(
            Code::ReservedWord,
            format!("`{name}` cannot be used as a name"),
        )
        .label("choose another name"),
        Error::VariableUndefined(name) | Error::ModuleUndefined(name) => {
            say(Code::UnknownName, format!("nothing is called `{name}`")).label("unknown")
        }
        Error::WrongDocComment => say(
            Code::Misplaced,
            "a comment with three slashes belongs right before a function".into(),
        )
        .label("no function follows")
        .help("write `//` for an ordinary comment"),
        Error::WrongFnDefinition => say(
            Code::Misplaced,
            "a function with a name cannot be defined inside a block".into(),
        )
        .label("`fn` stands within braces here")
        .help("move it outside, or keep a closure in a variable: `let f = |x| { x + 1 };`"),
        Error::FnDuplicatedDefinition(name, count) => say(
            Code::Duplicate,
            format!(
                "a function `{}` with {count} parameters exists already",
                typed_name(name)
            ),
        )
        .label("defined again here"),
        Error::FnMissingName => say(
            Code::BadFunction,
            format!("a function needs a name, and {here} is none"),
        )
        .label("`fn name(a, b) { ... }`"),
        Error::FnMissingParams(name) => say(
            Code::BadFunction,
            format!(
                "the function `{}` needs parentheses after its name",
                typed_name(name)
            ),
        )
        .label("`(` is missing here"),
        Error::FnDuplicatedParam(_, name) => say(
            Code::Duplicate,
            format!("two parameters are called `{name}`"),
        )
        .label("the second one"),
        Error::FnMissingBody(name) => say(
            Code::BadFunction,
            format!("the function `{}` needs a body in braces", typed_name(name)),
        )
        .label("`{` is missing here"),
        Error::WrongExport => say(
            Code::Misplaced,
            "`export` cannot stand inside a block".into(),
        )
        .label("move it outside"),
        Error::LoopBreak => say(Code::Misplaced, format!("{here} works only inside a loop"))
            .label("no loop around this"),
        Error::ExprTooDeep => say(Code::TooLarge, "this is nested too deeply".into())
            .label("too many levels here")
            .help("keep parts of it in variables, or make functions of them"),
        Error::TooManyFunctions => say(Code::TooLarge, "there are too many functions".into())
            .label("the first one too many"),
        Error::LiteralTooLarge(what, most) => say(
            Code::TooLarge,
            format!("{} is too large, at most {most}", what.to_lowercase()),
        )
        .label("too large"),
        other => say(Code::Unexpected, format!("{here} cannot stand here"))
            .label(other.to_string().to_lowercase()),
    }
}

/// A token that is written wrongly.
fn literal(error: &LexError, say: impl Fn(Code, String) -> Diagnostic, here: &str) -> Diagnostic {
    match error {
        LexError::UnterminatedString => {
            say(Code::OpenString, "this text never ends".into()).label("it begins here")
        }
        LexError::MalformedChar(text) => say(
            Code::BadLiteral,
            "single quotes hold exactly one character".into(),
        )
        .label("a text stands in double quotes")
        .help(format!("type \"{text}\"")),
        LexError::MalformedNumber(number) => say(
            Code::BadLiteral,
            format!("`{number}` is no number that can be read"),
        )
        .label("a number like 42, 1_000, 0xff or 1.5"),
        LexError::MalformedEscapeSequence(escape) => say(
            Code::BadLiteral,
            format!("`{escape}` means nothing in a text"),
        )
        .label("unknown escape")
        .help("a backslash itself is written `\\\\`"),
        LexError::MalformedIdentifier(name) => {
            say(Code::BadLiteral, format!("`{name}` is no name"))
                .label("a name begins with a letter")
        }
        LexError::ImproperSymbol(symbol, _) if symbol == "this" => say(
            Code::Misplaced,
            "`this` works only inside a function".into(),
        )
        .label("no function around this"),
        LexError::ImproperSymbol(symbol, _) if instead(symbol).is_some() => {
            operator_help(symbol, say)
        }
        LexError::ImproperSymbol(symbol, why) if why.is_empty() => {
            say(Code::Unexpected, format!("`{symbol}` cannot stand here")).label("not expected")
        }
        LexError::ImproperSymbol(symbol, why) => {
            say(Code::Unexpected, format!("`{symbol}` cannot stand here"))
                .label("not expected")
                .help(why.clone())
        }
        LexError::UnexpectedInput(_) => {
            say(Code::Unexpected, format!("{here} cannot stand here")).label("not expected")
        }
        other => say(Code::BadLiteral, other.to_string().to_lowercase()).label("not readable"),
    }
}

/// An operator of another language.
fn operator_help(operator: &str, say: impl Fn(Code, String) -> Diagnostic) -> Diagnostic {
    let diagnostic = say(
        Code::UnknownOperator,
        format!("there is no `{operator}` here"),
    )
    .label("unknown");
    match instead(operator) {
        Some(instead) => diagnostic.help(format!("write {instead}")),
        None => diagnostic,
    }
}

/// A word or sign that is kept for later.
fn reserved(word: &str, say: impl Fn(Code, String) -> Diagnostic) -> Diagnostic {
    if !word.starts_with(|ch: char| ch.is_alphabetic()) {
        return operator_help(word, say);
    }
    let diagnostic = say(
        Code::ReservedWord,
        format!("`{word}` has a meaning of its own and cannot be a name"),
    )
    .label("reserved");
    match instead(word) {
        Some(instead) => diagnostic.help(format!("write {instead}")),
        None => diagnostic.help(format!("choose another name, such as `my_{word}`")),
    }
}

/// What to write for a word or operator of another language.
fn instead(word: &str) -> Option<&'static str> {
    Some(match word {
        "++" => "`x += 1`",
        "--" => "`x -= 1`",
        "===" => "`==`",
        "!==" => "`!=`",
        ":=" => "`let x = ...`, or `=` for a variable that exists",
        "->" => "nothing: a function has no declared type",
        "#" => "`//` to begin a comment",
        "@" => "the function itself: there are no decorators",
        "var" => "`let`",
        "static" => "`const`, or `let` outside all functions",
        "null" | "nil" | "void" => "`()`",
        "is" => "`==`",
        "case" => "`switch x { 1 => ..., _ => ... }`",
        "then" => "`if x { ... }`",
        "function" | "func" | "def" => "`fn`",
        "async" => "`fn` alone: any function can await",
        "mut" => "`let` alone: every variable can change",
        "use" | "include" => "nothing: all names are there already",
        "yield" => "`print` or `return`: there are no generators",
        "goto" => "a loop",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::parse::parse;

    fn check(text: &str, code: Code, at: (u16, u16), part: &str) {
        let found = parse(text).expect_err(text).remove(0);
        assert_eq!(
            (found.code, found.span.start),
            (code, Pos::new(at.0, at.1)),
            "{text}: {found:?}"
        );
        let whole = format!(
            "{} {} {:?} {:?}",
            found.message, found.label, found.help, found.suggestion
        );
        assert!(whole.contains(part), "{part} in {whole}");
    }

    #[test]
    fn what_is_open_is_shown_where_it_begins() {
        check(
            "fn f() {\n  if x {\n    1\n}\n",
            Code::Unclosed,
            (1, 8),
            "never closed",
        );
        check("print((1 + 2);", Code::Unclosed, (1, 6), "`)`");
        check(
            "let a = [1, 2;\nlet b = 3;",
            Code::Unclosed,
            (1, 9),
            "never closed",
        );
        check("f([1, 2);", Code::Unclosed, (1, 3), "line 1");
        check("let x = 1;\n}", Code::Unopened, (2, 1), "closes nothing");
        check(
            "let s = \"abc;\nprint(s);",
            Code::OpenString,
            (1, 9),
            "never ends",
        );
        check("let x = `a ${ 1", Code::Unclosed, (1, 12), "${");
    }

    #[test]
    fn a_missing_semicolon_is_shown_at_the_end_of_its_line() {
        check(
            "print(\"Number:\", 1)\nprint(2)",
            Code::MissingSemicolon,
            (1, 20),
            "print(\\\"Number:\\\", 1);",
        );
        check(
            "let x = 1 // one\n\nx += 2",
            Code::MissingSemicolon,
            (1, 10),
            "let x = 1; // one",
        );
        check(
            "let a = {\"x\": 1}",
            Code::MissingSemicolon,
            (1, 13),
            "a map begins with `#{`",
        );
        check("x = 5\ny = 6", Code::MissingSemicolon, (1, 6), "let x = 5;");
        check(
            "let x = 1;\nx = 5\ny = 6",
            Code::MissingSemicolon,
            (2, 6),
            "Some(\"x = 5;\")",
        );
        check(
            "let x = 5 6;",
            Code::MissingSemicolon,
            (1, 11),
            "cannot stand after",
        );
        check(
            "let x = 1 let y = (2) const Z = 3",
            Code::MissingSemicolon,
            (1, 11),
            "let x = 1; let y = (2); const Z = 3",
        );
    }

    #[test]
    fn errors_are_put_into_plain_words() {
        check(
            "const A = 1; A = 2;",
            Code::Constant,
            (1, 14),
            "keeps its value",
        );
        check("1 = 2;", Code::BadAssignment, (1, 1), "==");
        check("let var = 1;", Code::ReservedWord, (1, 5), "`let`");
        check("let x = 1 === 2;", Code::UnknownOperator, (1, 11), "`==`");
        check("break;", Code::Misplaced, (1, 1), "loop");
        check("{ fn f() { } }", Code::Misplaced, (1, 3), "closure");
        check("fn f(a, a) { }", Code::Duplicate, (1, 9), "`a`");
        check(
            "fn f() { } fn f() { }",
            Code::Duplicate,
            (1, 12),
            "exists already",
        );
        check(
            "fn new() { } fn new() { }",
            Code::Duplicate,
            (1, 14),
            "`new`",
        );
        check("let x = ;", Code::Unexpected, (1, 9), "`;`");
        check("if 1 { }", Code::WrongType, (1, 4), "true or false");
        check("let x = 'ab", Code::OpenString, (1, 9), "double quotes");
        check("let x =", Code::Missing, (1, 8), "too early");
        check("let x = \"\\q\";", Code::BadLiteral, (1, 11), "escape");
        check("fn f { }", Code::BadFunction, (1, 6), "parentheses");
        check("let x = 0xzz;", Code::BadLiteral, (1, 9), "number");
    }
}
