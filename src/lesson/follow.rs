//! Whether what was typed is what a step meant.
//!
//! Characters are the wrong measure: who types `let total = 0` for `let counter = 0;` has understood
//! more than who copies it. So the code of a step is cut into its statements, and each input that came to
//! its end *covers* some of them:
//!
//! 1. statements of the same shape: names that the learner may choose, numbers and strings can be any;
//! 2. statements whose names of the library all occur in it: `Thread(work).start()` for
//!    `let t = Thread(work); t.start();`. A loop covers all of these, anything else as many as it names;
//! 3. a function or variable of the same name, or where nothing of the library is used, another one.
//!
//! The step is done when all are covered, in whichever order, whatever else was typed in between. An input
//! that fails covers nothing, unless the step's comments promise a failure. Nothing here runs anything.

use std::collections::BTreeMap;

use super::claim::{claims, without_claims};
use crate::language::outline::{Head, Outline, Piece, is_same_code};
use crate::library::catalogue;

/// The words of the language that a statement is about, as names of the library are.
const WORDS: [&str; 9] = [
    "with", "for", "while", "loop", "try", "throw", "await", "class", "switch",
];

/// How far a step is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// All of it was typed.
    Done,
    /// The input covered a part of it.
    Begun,
    /// The input has nothing to do with it.
    Elsewhere,
}

/// The statements of a step that were not typed yet.
#[derive(Clone, Debug, Default)]
pub struct Follow {
    open: Vec<Wanted>,
    may_fail: bool,
    /// Whether all that was covered was typed as it stands there.
    is_exact: bool,
}

/// A statement that is waited for.
#[derive(Clone, Debug)]
struct Wanted {
    head: Head,
    /// The variable or function that it makes.
    makes: Option<String>,
    shape: Vec<Token>,
    /// The names of the library in it, as often as they occur.
    needs: Vec<String>,
    text: String,
}

/// A token of a statement, as far as it must be the same.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Token {
    /// Any name.
    Name,
    /// Any number, string or truth value.
    Literal,
    /// This.
    Fixed(String),
}

impl Follow {
    /// Waits for all of a step's code.
    pub fn new(code: &str) -> Self {
        Self {
            open: statements(&without_claims(code)),
            may_fail: claims(code).iter().any(|(_, claim)| claim.allows_failure()),
            is_exact: true,
        }
    }

    /// Takes in an input that has run, and whether it came to its end.
    pub fn take(&mut self, text: &str, has_ended: bool) -> Progress {
        if self.open.is_empty() || !(has_ended || self.may_fail) {
            return Progress::Elsewhere;
        }
        let before = self.open.len();
        let typed = statements(text);
        // What has the same shape is what was meant; only then is the rest looked at.
        let mut others = Vec::new();
        for one in &typed {
            match self.open.iter().position(|open| open.is_shape_of(one)) {
                Some(at) => self.cover(at, one),
                None => others.push(one),
            }
        }
        for one in others {
            self.cover_by_use(one);
        }
        match (self.open.is_empty(), self.open.len() < before) {
            (true, _) => Progress::Done,
            (false, true) => Progress::Begun,
            (false, false) => Progress::Elsewhere,
        }
    }

    /// What is left to be typed, where all the rest was typed as it stands in the step; otherwise none,
    /// since what is left may name what was never made.
    pub fn rest(&self) -> Option<String> {
        let texts: Vec<&str> = self.open.iter().map(|open| open.text.as_str()).collect();
        (self.is_exact && !texts.is_empty()).then(|| texts.join("\n"))
    }

    fn cover(&mut self, at: usize, typed: &Wanted) {
        let open = self.open.remove(at);
        self.is_exact &= is_same_code(&open.text, &typed.text);
    }

    /// Covers what the names in a statement stand for.
    fn cover_by_use(&mut self, typed: &Wanted) {
        let is_loop = matches!(typed.head, Head::For | Head::While | Head::Loop);
        let mut left: BTreeMap<&str, usize> = BTreeMap::new();
        for name in &typed.needs {
            *left.entry(name).or_default() += 1;
        }
        let mut at = 0;
        while let Some(open) = self.open.get(at) {
            let has = |name: &String| left.get(name.as_str()).is_some_and(|count| *count > 0);
            if open.needs.is_empty() || !open.needs.iter().all(has) {
                at += 1;
                continue;
            }
            if !is_loop {
                for name in &open.needs {
                    if let Some(count) = left.get_mut(name.as_str()) {
                        *count = count.saturating_sub(1);
                    }
                }
            }
            self.cover(at, typed);
        }
        let same_name = |open: &Wanted| open.makes.is_some() && open.makes == typed.makes;
        let same_kind = |open: &Wanted| {
            let is_maker = matches!(open.head, Head::Let | Head::Fn) && open.head == typed.head;
            is_maker && typed.makes.is_some() && open.needs.is_empty() && typed.needs.is_empty()
        };
        let found = self.open.iter().position(same_name);
        if let Some(at) = found.or_else(|| self.open.iter().position(same_kind)) {
            self.cover(at, typed);
        }
    }
}

impl Wanted {
    /// Whether a typed statement is this one with other names, numbers and strings.
    fn is_shape_of(&self, typed: &Self) -> bool {
        self.shape.len() == typed.shape.len()
            && (self.shape.iter().zip(&typed.shape)).all(|(wanted, typed)| match (wanted, typed) {
                // A name of the learner's may be one that the library has, too.
                (Token::Name, Token::Name | Token::Fixed(_)) => true,
                (wanted, typed) => wanted == typed,
            })
    }
}

/// The statements of a text.
fn statements(text: &str) -> Vec<Wanted> {
    let outline = Outline::of(text);
    let made: Vec<&str> = outline.makes().collect();
    let top = outline
        .blocks
        .first()
        .map_or(&[][..], |top| &top.statements);
    top.iter()
        .map(|&number| statement(&outline, number, &made))
        .collect()
}

fn statement(outline: &Outline<'_>, number: usize, made: &[&str]) -> Wanted {
    let pieces: Vec<Piece<'_>> = outline.pieces(number).collect();
    let mut shape = Vec::new();
    let mut needs = Vec::new();
    let mut makes = None;
    let mut at = 0;
    while let Some(piece) = pieces.get(at) {
        let before = at.checked_sub(1).map(|at| pieces[at]);
        at += 1;
        match *piece {
            Piece::Literal => shape.push(Token::Literal),
            Piece::Symbol(text) => shape.push(Token::Fixed(text.into())),
            Piece::Keyword(word) => {
                if WORDS.contains(&word) {
                    needs.push(word.into());
                }
                shape.push(Token::Fixed(word.into()));
            }
            // `threading.Lock()` is `Lock()`.
            Piece::Name(name)
                if catalogue::is_module(name)
                    && !made.contains(&name)
                    && pieces.get(at) == Some(&Piece::Symbol(".")) =>
            {
                at += 1;
            }
            Piece::Name(name) => {
                let is_made = matches!(before, Some(Piece::Keyword("let" | "const" | "fn")));
                if is_made && makes.is_none() {
                    makes = Some(name.to_string());
                }
                let is_free = is_made || made.contains(&name) || catalogue::doc(name).is_empty();
                shape.push(match is_free {
                    true => Token::Name,
                    false => {
                        needs.push(name.to_string());
                        Token::Fixed(name.into())
                    }
                });
            }
        }
    }
    Wanted {
        head: outline.statements[number].head,
        makes,
        shape,
        needs,
        text: outline.source(number).into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const STEP: &str = "\
let counter = 0;     // the sum
fn add() { counter += 1; }
let a = Thread(add);
let b = Thread(add);
a.start();
b.start();
a.join();
b.join();
print(counter);    // can print 1 or 2";

    /// Types inputs that end well; says how far each one brings the step.
    fn typed(code: &str, inputs: &[&str]) -> Vec<Progress> {
        let mut follow = Follow::new(code);
        inputs
            .iter()
            .map(|input| follow.take(input, true))
            .collect()
    }

    #[track_caller]
    fn is_done_by(inputs: &[&str]) {
        let seen = typed(STEP, inputs);
        assert_eq!(seen.last(), Some(&Progress::Done), "{inputs:?}: {seen:?}");
        let before = &seen[..seen.len() - 1];
        assert!(!before.contains(&Progress::Done), "{inputs:?}: {seen:?}");
    }

    #[test]
    fn what_was_meant_moves_a_step_on() {
        is_done_by(&[STEP]);
        let lines: Vec<&str> = STEP.lines().collect();
        is_done_by(&lines);
        let bare: Vec<&str> = (lines.iter())
            .map(|line| {
                line.split("//")
                    .next()
                    .unwrap()
                    .trim()
                    .trim_end_matches(';')
            })
            .collect();
        is_done_by(&bare);
        // Other names and numbers, more at once, in other lines.
        is_done_by(&[
            "let total = 10",
            "fn more() {\n    total += 5\n}",
            "let x = Thread(more); let y = Thread(more)",
            "x.start(); y.start()",
            "x.join(); y.join()",
            "print(total)",
        ]);
        // In another way, with something else in between.
        is_done_by(&[
            "let counter = 0",
            "1 + 1",
            "fn add() { counter = counter + 1 }",
            "let threads = []",
            "threads.len()",
            "for i in 0..2 { let t = threading.Thread(add); t.start(); threads.push(t) }",
            "for t in threads { t.join() }",
            "print(\"counter:\", counter)",
        ]);
    }

    #[test]
    fn something_else_does_not() {
        let seen = typed(
            STEP,
            &["1 + 1", "let", "", "// let counter = 0", "[1, 2].len()"],
        );
        assert_eq!(seen, [Progress::Elsewhere; 5]);
        // Half of it is half of it.
        let half =
            "let counter = 0; fn add() { counter += 1 } let a = Thread(add); a.start(); a.join();";
        assert_eq!(typed(STEP, &[half, "print(counter)"]), [Progress::Begun; 2]);
        // What has failed does not count, and can be typed again.
        let mut follow = Follow::new("print(1);");
        assert_eq!(follow.take("print(x)", false), Progress::Elsewhere);
        assert_eq!(follow.take("print(2)", true), Progress::Done);
        let mut follow = Follow::new("throw 1;    // fails: 1");
        assert_eq!(follow.take("throw 1", false), Progress::Done);
    }

    #[test]
    fn names_of_the_library_must_be_there() {
        let code = "let lock = Lock();\nwith lock { print(1); }";
        let begun = [Progress::Begun, Progress::Elsewhere];
        assert_eq!(typed(code, &["let l = Lock()", "print(1)"]), begun);
        let done = [Progress::Begun, Progress::Done];
        assert_eq!(
            typed(code, &["let l = Lock()", "with l { print(2); print(3) }"]),
            done
        );
        assert_eq!(typed(code, &["let l = RLock()"]), [Progress::Elsewhere]);
    }

    #[test]
    fn what_is_left_is_known_where_the_rest_was_copied() {
        let mut follow = Follow::new("let a = 1;\nprint(a);\nprint(a + 1);");
        assert_eq!(follow.take("let a=1", true), Progress::Begun);
        assert_eq!(follow.rest().as_deref(), Some("print(a);\nprint(a + 1);"));
        let mut follow = Follow::new("let a = 1;\nprint(a);");
        assert_eq!(follow.take("let b = 1", true), Progress::Begun);
        assert_eq!(follow.rest(), None);
    }
}
