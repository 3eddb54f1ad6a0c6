//! Paragraphs in lines of at most a given width.

/// `text` in lines that begin with `indent` spaces, the first one with `first` instead; each line
/// ends. What has no space stays whole.
pub(super) fn wrap(first: &str, indent: usize, text: &str, width: usize) -> String {
    let mut out = String::new();
    let mut line = first.to_string();
    let mut is_fresh = true;
    for word in text.split_whitespace() {
        let space = usize::from(!is_fresh);
        if !is_fresh && line.chars().count() + space + word.chars().count() > width {
            out += &line;
            out.push('\n');
            line = " ".repeat(indent);
            is_fresh = true;
        }
        if !is_fresh {
            line.push(' ');
        }
        line += word;
        is_fresh = false;
    }
    out += line.trim_end();
    out.push('\n');
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_end_before_the_edge() {
        let text = wrap("a: ", 3, &"word ".repeat(40), 80);
        assert!(text.lines().all(|line| line.chars().count() <= 80));
        assert!(text.starts_with("a: word word"));
        assert!(text.lines().skip(1).all(|line| line.starts_with("   word")));
        assert_eq!(text.matches("word").count(), 40);
        assert_eq!(wrap("x", 1, "", 80), "x\n");
    }
}
