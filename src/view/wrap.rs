//! Text in a given width: between words, and cut.

/// How wide reports are.
pub const WIDTH: usize = 80;

/// The lines of `text`, each at most `width` characters wide, broken between words. A word that is
/// wider is broken itself. What stands in backquotes is one word, as it is to be typed.
pub fn wrap(text: &str, width: usize) -> Vec<String> {
    let width = width.max(1);
    let mut lines = Vec::new();
    let mut line = String::new();
    let mut used = 0;
    for word in words(text) {
        let mut rest: Vec<char> = word.chars().collect();
        let gap = usize::from(used > 0);
        if used + gap + rest.len() > width && used > 0 {
            lines.push(std::mem::take(&mut line));
            used = 0;
        } else if gap > 0 {
            line.push(' ');
            used += 1;
        }
        while rest.len() > width {
            // Code is broken between its words, where it has any.
            let space = rest[..=width].iter().rposition(|c| *c == ' ');
            let cut = space.filter(|at| *at > 0).unwrap_or(width);
            lines.push(rest.drain(..cut).collect());
            let spaces = rest.iter().take_while(|c| **c == ' ').count();
            rest.drain(..spaces);
        }
        used += rest.len();
        line.extend(rest);
    }
    if !line.is_empty() || lines.is_empty() {
        lines.push(line);
    }
    lines
}

/// What is to be seen of a line of which `\r` has parts written over.
pub fn visible(line: &str) -> String {
    let mut seen: Vec<char> = Vec::new();
    for part in line.split('\r') {
        let part: Vec<char> = part.chars().collect();
        let over = part.len().min(seen.len());
        seen.splice(..over, part);
    }
    seen.into_iter().collect()
}

/// The words of a text.
fn words(text: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut is_code = false;
    for word in text.split_whitespace() {
        match words.last_mut() {
            Some(last) if is_code => {
                last.push(' ');
                last.push_str(word);
            }
            _ => words.push(word.into()),
        }
        is_code ^= word.matches('`').count() % 2 == 1;
    }
    words
}

/// `text` wrapped, its first line behind `head`, the others indented as far.
pub fn hang(head: &str, text: &str, width: usize) -> String {
    let indent = head.chars().count();
    let mut out = String::new();
    for (index, line) in wrap(text, width.saturating_sub(indent)).iter().enumerate() {
        match index {
            0 => out.push_str(head),
            _ => out.extend(std::iter::repeat_n(' ', indent)),
        }
        out.push_str(line);
        out.push('\n');
    }
    out
}

/// The part of a line of code around a column, in at most `width` characters, cut between names; what is
/// cut off is marked as in the snippets of errors.
pub fn cut_around(line: &str, column: usize, width: usize) -> String {
    let chars: Vec<char> = line.chars().collect();
    if chars.len() <= width {
        return line.into();
    }
    let room = width.saturating_sub(6).max(1);
    let start = column
        .saturating_sub(room / 2)
        .min(chars.len() - room.min(chars.len()));
    // A mark is as long as what it stands for may be.
    let start = if start <= 3 { 0 } else { start };
    let end = (start + room).min(chars.len());
    // No name is cut in two, but for one that fills the room.
    let is_inside = |at: usize| {
        let is_word = |at: usize| {
            chars
                .get(at)
                .is_some_and(|c| c.is_alphanumeric() || *c == '_')
        };
        at > 0 && is_word(at - 1) && is_word(at)
    };
    let start = (start..=column.min(end))
        .find(|at| !is_inside(*at))
        .unwrap_or(start);
    let end = (start + 1..=end)
        .rev()
        .find(|at| !is_inside(*at) && *at > column)
        .unwrap_or(end);
    let mut text = String::new();
    if start > 0 {
        text.push_str("...");
    }
    text.extend(&chars[start..end]);
    if end < chars.len() {
        text.push_str("...");
    }
    text
}

/// `text` in at most `width` characters; what is cut off is marked.
pub fn cut(text: &str, width: usize) -> String {
    if text.chars().count() <= width {
        return text.into();
    }
    let kept: String = text.chars().take(width.saturating_sub(2)).collect();
    kept + ".."
}

/// `text` in at most `width` characters, cut between words where one ends in the second half of the
/// room; what is cut off is marked.
pub fn cut_at_word(text: &str, width: usize) -> String {
    if text.chars().count() <= width {
        return text.into();
    }
    let room = width.saturating_sub(3);
    let kept: String = text.chars().take(room + 1).collect();
    match kept.rfind(' ').filter(|end| *end >= room / 2) {
        Some(end) => format!("{} ..", kept[..end].trim_end()),
        None => cut(text, width),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_break_between_words_and_long_words_inside() {
        assert_eq!(wrap("a bc def", 4), ["a bc", "def"]);
        assert_eq!(wrap("abcdefgh i", 3), ["abc", "def", "gh", "i"]);
        assert_eq!(wrap("", 3), [""]);
        assert_eq!(wrap("in `a b`, c", 6), ["in", "`a b`,", "c"]);
        assert_eq!(hang("- ", "one two", 6), "- one\n  two\n");
    }

    #[test]
    fn a_line_is_cut_around_its_column() {
        let line = "let t = spawn(|| { with a { sleep(0.3); with b { } } });";
        assert_eq!(cut_around(line, 40, 80), line);
        assert_eq!(cut_around(line, 0, 20), "let t = spawn(...");
        assert_eq!(cut_around(line, 40, 20), "...(0.3); with b ...");
        assert_eq!(cut_around(line, 55, 20), "... b { } } });");
    }

    #[test]
    fn what_is_cut_is_marked() {
        assert_eq!(cut("abcdef", 6), "abcdef");
        assert_eq!(cut("abcdefg", 6), "abcd..");
        assert_eq!(cut_at_word("let x = 1;", 10), "let x = 1;");
        assert_eq!(cut_at_word("let x = 1 + 2;", 12), "let x = 1 ..");
        assert_eq!(cut_at_word("a_long_word = 1", 8), "a_long..");
    }
}
