//! Changes that nobody can see: to a parameter, or to the variable of a `for` loop, which are copies.
//!
//! Who comes from Python expects that `fn add(list) { list.push(1); }` changes the caller's list.
//! Here the text is looked at for a parameter or loop variable that is changed in its place and never
//! read: then the change is lost for sure. Where it is read anywhere, the change may matter, and
//! nothing is said. It works on tokens, so it survives every text that parses.

use super::diagnostic::{Code, Diagnostic, Span};
use super::scan::{Kind, Token, closing, scan};

/// Methods that change an array, map, string or blob in its place. Names that Python's collections
/// have, too, are not among them: those are shared by all who hold them.
const CHANGERS: [&str; 11] = [
    "push",
    "shift",
    "truncate",
    "chop",
    "pad",
    "retain",
    "drain",
    "splice",
    "dedup",
    "mixin",
    "fill_with",
];

/// What makes a collection that all who hold it share.
const SHARED: [&str; 5] = ["list", "dict", "set", "deque", "defaultdict"];

/// Who made a copy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Copied {
    Function,
    Closure,
    Loop,
}

/// A name that stands for a copy within a block.
struct Copy<'t> {
    name: &'t str,
    by: Copied,
    /// The tokens of the block.
    from: usize,
    to: usize,
}

/// Warnings for changes to copies that nobody can see.
pub fn unseen_changes(text: &str) -> Vec<Diagnostic> {
    let scanned = scan(text);
    let tokens = scanned.code();
    let makes_shared = |pair: &[Token<'_>]| SHARED.contains(&pair[0].text) && pair[1].text == "(";
    if tokens.windows(2).any(makes_shared) {
        return Vec::new();
    }
    let mut warnings: Vec<Diagnostic> = Vec::new();
    for copy in copies(&tokens) {
        let block = &tokens[copy.from..copy.to];
        let mut change = None;
        let mut is_read = false;
        for (index, token) in block.iter().enumerate() {
            let before = index.checked_sub(1).map(|before| block[before].text);
            if token.kind != Kind::Word || token.text != copy.name || before == Some(".") {
                continue;
            }
            // Another variable of this name hides it; what comes then is not looked at.
            if matches!(before, Some("let" | "const" | "for" | "|" | "fn")) {
                is_read = true;
                break;
            }
            match lost_change(&block[index + 1..], before) {
                Some(what) => {
                    change.get_or_insert((token, what));
                }
                None => {
                    is_read = true;
                    break;
                }
            }
        }
        if let (false, Some((token, what))) = (is_read, change) {
            warnings.push(warning(token, &what, &copy));
        }
    }
    warnings.sort_by_key(|warning| warning.span.start);
    warnings.dedup_by_key(|warning| warning.span.start);
    warnings
}

fn warning(token: &Token<'_>, what: &str, copy: &Copy<'_>) -> Diagnostic {
    let span = Span::of(token.pos, token.text.chars().count());
    let name = copy.name;
    let (whose, help) = match copy.by {
        Copied::Function => (
            "this function was given",
            format!(
                "return it (`{name}` as the last line), or let the function use the variable itself"
            ),
        ),
        Copied::Closure => (
            "this closure was given",
            format!("return it, or let the closure use the variable itself, without `|{name}|`"),
        ),
        Copied::Loop => (
            "`for` has made of the item",
            "change the item in its place: `for i in 0..list.len() { list[i] ... }`".to_string(),
        ),
    };
    Diagnostic::hint(
        Code::UnseenChange,
        span,
        format!("{what} changes the copy that {whose}; nobody will see it"),
    )
    .help(help)
}

/// What changes a name in its place as a statement of its own, where the tokens behind the name do;
/// `None` where its value is used.
fn lost_change(behind: &[Token<'_>], before: Option<&str>) -> Option<String> {
    let begins = matches!(before, None | Some(";" | "{" | "}" | "|"));
    if !begins {
        return None;
    }
    let mut rest = behind;
    let mut is_part = false;
    loop {
        let first = rest.first()?;
        match first.text {
            "[" => {
                let end = closing(rest)?;
                rest = &rest[end + 1..];
                is_part = true;
            }
            "." => {
                let name = rest.get(1)?;
                if rest.get(2).is_some_and(|token| token.text == "(") {
                    let end = 2 + closing(&rest[2..])?;
                    let is_statement = rest
                        .get(end + 1)
                        .is_none_or(|token| matches!(token.text, ";" | "}"));
                    let is_lost = CHANGERS.contains(&name.text)
                        && is_statement
                        // The value of a block may be what a method gives.
                        && (name.text != "shift"
                            || rest.get(end + 1).is_some_and(|token| token.text == ";"));
                    return is_lost.then(|| format!("`{}`", name.text));
                }
                rest = &rest[2..];
                is_part = true;
            }
            "=" if is_part => return Some("the assignment".into()),
            "+=" | "-=" | "*=" | "/=" | "%=" => return Some(format!("`{}`", first.text)),
            _ => return None,
        }
    }
}

/// The parameters and loop variables of a text with their blocks.
fn copies<'t>(tokens: &[Token<'t>]) -> Vec<Copy<'t>> {
    let mut copies = Vec::new();
    for (index, token) in tokens.iter().enumerate() {
        match token.text {
            "fn" if token.kind == Kind::Word => {
                let Some(open) = (index..tokens.len()).find(|at| tokens[*at].text == "(") else {
                    continue;
                };
                let Some(end) = closing(&tokens[open..]) else {
                    continue;
                };
                let names = names(&tokens[open + 1..open + end]);
                add(&mut copies, tokens, names, open + end + 1, Copied::Function);
            }
            "for" if token.kind == Kind::Word => {
                let Some(after) = (index..tokens.len()).find(|at| tokens[*at].text == "in") else {
                    continue;
                };
                let names: Vec<&str> = names(&tokens[index + 1..after]);
                // The counter of `for (item, index)` is no copy of anything.
                let names = names.into_iter().take(1).collect();
                let Some(block) = (after..tokens.len()).find(|at| tokens[*at].text == "{") else {
                    continue;
                };
                add(&mut copies, tokens, names, block, Copied::Loop);
            }
            "|" if index == 0 || !tokens[index - 1].ends_value() => {
                let Some(length) = tokens[index + 1..]
                    .iter()
                    .position(|token| token.text == "|")
                else {
                    continue;
                };
                let end = index + 1 + length;
                let names = names(&tokens[index + 1..end]);
                add(&mut copies, tokens, names, end + 1, Copied::Closure);
            }
            _ => {}
        }
    }
    copies
}

fn names<'t>(tokens: &[Token<'t>]) -> Vec<&'t str> {
    let words = tokens.iter().filter(|token| token.kind == Kind::Word);
    words.map(|token| token.text).collect()
}

/// Adds names that stand for copies in the block that begins at a token, if one does.
fn add<'t>(
    copies: &mut Vec<Copy<'t>>,
    tokens: &[Token<'t>],
    names: Vec<&'t str>,
    at: usize,
    by: Copied,
) {
    if tokens.get(at).is_none_or(|token| token.text != "{") {
        return;
    }
    let Some(length) = closing(&tokens[at..]) else {
        return;
    };
    for name in names {
        copies.push(Copy {
            name,
            by,
            from: at + 1,
            to: at + length,
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &[&str]) {
        let found: Vec<String> = (unseen_changes(text).into_iter())
            .map(|one| {
                format!(
                    "{}:{} {}",
                    one.span.start.line, one.span.start.column, one.message
                )
            })
            .collect();
        let begins = |(one, expected): (&String, &&str)| one.starts_with(expected);
        assert!(
            found.len() == expected.len() && found.iter().zip(expected).all(begins),
            "{text}: {found:?}"
        );
    }

    #[test]
    fn a_change_that_nobody_can_see_is_found() {
        check(
            "fn f(x) { x.push(1); }",
            &["1:11 `push` changes the copy that this function"],
        );
        check("fn f(x) {\n  x[0] = 1\n}", &["2:3 the assignment changes"]);
        check("fn f(x) { x.a.b.push(1) }", &["1:11 `push`"]);
        check("fn f(n) { n += 1; }", &["1:11 `+=`"]);
        check(
            "for x in a { x += 1; }",
            &["1:14 `+=` changes the copy that `for`"],
        );
        check(
            "spawn(|x| { x.push(1); }, [a])",
            &["1:13 `push` changes the copy that this closure"],
        );
    }

    #[test]
    fn a_change_that_may_be_seen_is_not() {
        for text in [
            "fn f(x) { x.push(1); x }",
            "fn f(x) { x.push(1); print(x); }",
            "fn f(x) { x.len() }",
            "fn f(q) { q.put(1); }",
            "fn f(e) { e.set(); e.clear(); }",
            "fn f(x) { x.shift() }",
            "fn f(x) { let y = x.shift(); y }",
            "fn f(x) { x[0] = 1; } f(list([2]));",
            "fn f(x) { x = 1; }",
            "let a = []; let f = || { a.push(1); };",
            "for (x, i) in a { i += 1; }",
            "for x in a { print(x); }",
            "fn f(x) { let x = []; x.push(1); x }",
            "while x { x.push(1); }",
            "fn f(x) { y.x.push(1); }",
        ] {
            check(text, &[]);
        }
    }
}
