//! How far what was typed has come with the code of a step.

/// Whether the code was typed: all of it, only a beginning, or something else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// All of it.
    Done,
    /// A beginning of it.
    Begun,
    /// Something else.
    Elsewhere,
}

/// Compares what was typed so far with the code. Spaces, line ends, comments and a `;` at the end do
/// not count.
pub fn progress(code: &str, typed: &str) -> Progress {
    let (code, typed) = (essence(code), essence(typed));
    if typed == code {
        Progress::Done
    } else if code.starts_with(&typed) {
        Progress::Begun
    } else {
        Progress::Elsewhere
    }
}

/// The characters that matter when code is compared.
fn essence(code: &str) -> String {
    let lines = code.lines().map(|line| match line.split_once("//") {
        // A `//` inside a string is rare in lessons, and then counts as a comment on both sides.
        Some((code, _)) => code,
        None => line,
    });
    let text: String = lines
        .flat_map(str::chars)
        .filter(|c| !c.is_whitespace())
        .collect();
    text.trim_end_matches(';').into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn typing_a_step_is_recognised_line_by_line() {
        let code = "let a = 1; // one\nf(a);";
        assert_eq!(progress(code, "let a=1;"), Progress::Begun);
        assert_eq!(progress(code, "let a = 1"), Progress::Begun);
        assert_eq!(progress(code, "let a = 1;\nf(a)"), Progress::Done);
        assert_eq!(progress(code, "g()"), Progress::Elsewhere);
    }
}
