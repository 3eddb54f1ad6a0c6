//! What the comments behind a lesson's code claim of their lines.
//!
//! Who writes a lesson claims it, and the check of the lesson proves it. Who takes the lesson does not see it
//! before the code has run, since it gives away what there is to find out.

use crate::language::words::comments_behind_code;

/// What a comment says of its line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Claim {
    /// Whatever it prints is this.
    Prints(String),
    /// It can print each of these, and nothing else.
    CanPrint(Vec<String>),
    /// It never fails.
    Proved,
    /// It fails in some interleavings and not in all.
    CanFail,
    /// It always fails, with a message that contains this.
    Fails(String),
    /// Some interleavings get stuck in it.
    CanDeadlock,
}

impl Claim {
    /// The claim that a comment makes, if it makes one.
    fn of(comment: &str) -> Option<Self> {
        let rest = |begin: &str| comment.strip_prefix(begin).map(str::trim);
        if let Some(line) = rest("prints ") {
            return Some(Self::Prints(line.into()));
        }
        if let Some(lines) = rest("can print ") {
            return Some(Self::CanPrint(
                lines.split(" or ").map(|one| one.trim().into()).collect(),
            ));
        }
        if let Some(text) = rest("fails:") {
            return Some(Self::Fails(text.into()));
        }
        match comment {
            "can fail" => Some(Self::CanFail),
            "can deadlock" => Some(Self::CanDeadlock),
            _ => comment.starts_with("proved").then_some(Self::Proved),
        }
    }

    /// Whether its page may fail in a run.
    pub fn allows_failure(&self) -> bool {
        match self {
            Self::CanFail | Self::Fails(_) | Self::CanDeadlock => true,
            Self::Prints(_) | Self::CanPrint(_) | Self::Proved => false,
        }
    }
}

/// The claims in a text, each with its line.
pub fn claims(code: &str) -> Vec<(u32, Claim)> {
    let comments = comments_behind_code(code).into_iter();
    comments
        .filter_map(|comment| Some((comment.line, Claim::of(comment.text)?)))
        .collect()
}

/// The text without its claims; every line stays where it is.
pub fn without_claims(code: &str) -> String {
    let mut out = String::with_capacity(code.len());
    let mut end = 0;
    for comment in comments_behind_code(code) {
        if Claim::of(comment.text).is_some() {
            out.push_str(code[end..comment.span.start].trim_end());
            end = comment.span.end;
        }
    }
    out + &code[end..]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn claims_are_read_and_taken_out() {
        let code = "let n = 0;    // the sum\nif n == 0 {\n    print(n);  // prints 0\n}\n\
                    assert(n < 1);  // proved: small\nprint(\"// prints 1\");";
        let proved = (5, Claim::Proved);
        assert_eq!(claims(code), [(3, Claim::Prints("0".into())), proved]);
        assert_eq!(
            without_claims(code),
            "let n = 0;    // the sum\nif n == 0 {\n    print(n);\n}\n\
             assert(n < 1);\nprint(\"// prints 1\");"
        );
        assert_eq!(without_claims("f();"), "f();");
    }
}
