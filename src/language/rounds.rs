//! The same text with fewer rounds: a loop of 100,000 rounds that only repeats itself shows in three what
//! it shows in all of them, and can be explored.

use super::scan::{Kind, Token, scan};
use crate::pos::Pos;

/// From so many rounds on a loop is taken for a long one, and so many are left of it.
const LONG: u64 = 20;
const FEW: u64 = 3;

/// A text with fewer rounds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FewerRounds {
    /// The text: everything stands where it stood.
    pub text: String,
    /// How many rounds its loops have instead.
    pub rounds: u64,
    /// Which numbers were replaced, and where.
    pub replaced: Vec<(Pos, u64)>,
}

/// The text with other numbers where a number says how often a loop goes round: in the head of a `for` or
/// `while`, or as the value of a name that stands in one. Nothing when there is no such number. It is
/// another program, which may do other things.
pub fn with_fewer_rounds(text: &str) -> Option<FewerRounds> {
    let scan = scan(text);
    let tokens = scan.code();
    let mut names: Vec<&str> = Vec::new();
    let mut bounds: Vec<Token<'_>> = Vec::new();
    for (index, token) in tokens.iter().enumerate() {
        if token.kind == Kind::Word && ["for", "while"].contains(&token.text) {
            let head = tokens[index + 1..].iter();
            for token in head.take_while(|token| token.text != "{") {
                match token.kind {
                    Kind::Word => names.push(token.text),
                    Kind::Number => bounds.push(*token),
                    _ => {}
                }
            }
        }
    }
    for declared in tokens.windows(4) {
        if let [let_or_const, name, equals, value] = declared
            && ["let", "const"].contains(&let_or_const.text)
            && equals.text == "="
            && value.kind == Kind::Number
            && names.contains(&name.text)
        {
            bounds.push(*value);
        }
    }
    let number = |token: &Token<'_>| token.text.replace('_', "").parse::<u64>().ok();
    bounds.retain(|token| number(token).is_some_and(|rounds| rounds >= LONG));
    bounds.sort_by_key(|token| token.start);
    bounds.dedup_by_key(|token| token.start);
    let mut fewer = text.to_string();
    for token in &bounds {
        let width = token.text.len();
        fewer.replace_range(token.start..token.end(), &format!("{FEW:<width$}"));
    }
    let replaced = bounds
        .iter()
        .filter_map(|token| Some((token.pos, number(token)?)));
    let replaced: Vec<(Pos, u64)> = replaced.collect();
    (!replaced.is_empty()).then_some(FewerRounds {
        text: fewer,
        rounds: FEW,
        replaced,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fewer(text: &str) -> Option<String> {
        with_fewer_rounds(text).map(|fewer| fewer.text)
    }

    #[test]
    fn only_numbers_that_bound_loops_are_replaced_and_nothing_moves() {
        let text = "let x = 5000; for i in 0..100_000 { x += 1000; }";
        let wanted = "let x = 5000; for i in 0..3       { x += 1000; }";
        assert_eq!(fewer(text).as_deref(), Some(wanted));
        let text = "const N = 500; let i = 0; while i < N { i += 1; }";
        let wanted = "const N = 3  ; let i = 0; while i < N { i += 1; }";
        assert_eq!(fewer(text).as_deref(), Some(wanted));
        let replaced = with_fewer_rounds(text).expect("a long loop").replaced;
        assert_eq!(replaced, [(Pos::new(1, 11), 500)]);
    }

    #[test]
    fn a_text_without_a_long_loop_stays_as_it_is() {
        assert_eq!(fewer("for i in 0..10 { print(1000); }"), None);
        assert_eq!(fewer("sleep(100); // for i in 0..1000 { }"), None);
        assert_eq!(fewer("print(\"while 1000 {\");"), None);
    }
}
