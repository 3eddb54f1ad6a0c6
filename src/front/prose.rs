//! The prose of lessons: Markdown in lines of a width, for a terminal and for reading aloud.
//!
//! Paragraphs, headings, lists and blocks of code. What is code keeps its backquotes, with colours and
//! without: that is how the whole program writes what can be typed. Emphasis is a matter of colour
//! alone, so that nobody hears stars. Lines of blocks of code stay as they are where they have room, since
//! they are there to be typed.

use pulldown_cmark::{Event, Parser, Tag, TagEnd};

use super::highlight::highlight;
use crate::view::paint::{Paint, Role};
use crate::view::wrap::hang;

/// How far code is indented, where there is room.
const CODE: &str = "    ";

/// `markdown` in lines of at most `width` columns; each line ends.
pub(super) fn prose(markdown: &str, width: usize, paint: Paint) -> String {
    let mut writer = Writer::new(width, paint);
    let mut code: Option<String> = None;
    for event in Parser::new(markdown) {
        match (&mut code, event) {
            (Some(code), Event::Text(text)) => code.push_str(&text),
            (Some(_), Event::End(TagEnd::CodeBlock)) => {
                writer.separate();
                writer.out += &code_block(&code.take().unwrap_or_default(), width, paint);
            }
            (None, Event::Start(Tag::CodeBlock(_))) => {
                writer.flush();
                code = Some(String::new());
            }
            (_, event) => writer.event(event),
        }
    }
    writer.flush();
    writer.out
}

/// Code as it stands in prose; each line ends. What is too long goes on in a further line.
pub(super) fn code_block(code: &str, width: usize, paint: Paint) -> String {
    let code = code.trim_end();
    let longest = code.lines().map(|line| line.chars().count()).max();
    let longest = longest.unwrap_or(0);
    let indent = if longest + CODE.len() <= width {
        CODE
    } else {
        ""
    };
    let folded = match longest <= width {
        true => code.to_string(),
        false => code.lines().map(|line| fold(line, width)).collect(),
    };
    let mut out = String::new();
    for line in highlight(&folded, None, paint).lines() {
        match line.is_empty() {
            true => out.push('\n'),
            false => out.extend([indent, line, "\n"]),
        }
    }
    out
}

/// The lines of code with their numbers.
pub(super) fn code_with_numbers(code: &str) -> String {
    let lines = code.lines().zip(1..);
    lines
        .map(|(line, number)| format!("{number:>2}| {line}\n"))
        .collect()
}

/// A line of code in lines of at most `width` columns, broken where a space stands; each line ends.
fn fold(line: &str, width: usize) -> String {
    let depth = line.len() - line.trim_start().len();
    let further = format!("{}{CODE}", &line[..depth]);
    let mut out = String::new();
    let mut rest = line.to_string();
    while rest.chars().count() > width {
        let end = rest
            .char_indices()
            .nth(width + 1)
            .map_or(rest.len(), |(at, _)| at);
        let begin = rest.len() - rest.trim_start().len();
        let spaces = || rest[..end].rmatch_indices(' ').map(|(at, _)| at);
        // Not in a text, if there is a place outside of it.
        let is_outside = |at: &usize| rest[..*at].matches(['"', '`']).count().is_multiple_of(2);
        let outside = spaces().filter(|at| *at > begin).find(is_outside);
        let Some(at) = outside.or_else(|| spaces().find(|at| *at > begin)) else {
            break;
        };
        out.push_str(rest[..at].trim_end());
        out.push('\n');
        rest = format!("{further}{}", rest[at..].trim_start());
    }
    out + rest.as_str() + "\n"
}

/// What was written, and the paragraph that is being collected.
struct Writer {
    out: String,
    width: usize,
    paint: Paint,
    text: String,
    /// The role of each character of `text` that is no space.
    roles: Vec<Option<Role>>,
    /// The roles that are open.
    open: Vec<Role>,
    lists: Vec<List>,
    /// What marks the item that begins.
    mark: String,
    /// The next paragraph follows without an empty line.
    is_tight: bool,
}

/// A list that is open.
struct List {
    /// The number of its first item, if they have any.
    first: Option<u64>,
    items: u64,
}

impl Writer {
    fn new(width: usize, paint: Paint) -> Self {
        Self {
            out: String::new(),
            width,
            paint,
            text: String::new(),
            roles: Vec::new(),
            open: Vec::new(),
            lists: Vec::new(),
            mark: String::new(),
            is_tight: false,
        }
    }

    fn event(&mut self, event: Event<'_>) {
        match event {
            Event::Start(Tag::Heading { .. }) => {
                self.flush();
                self.open.push(Role::Heading);
            }
            Event::Start(Tag::Emphasis | Tag::Strong) => self.open.push(Role::Heading),
            Event::End(TagEnd::Emphasis | TagEnd::Strong) => {
                self.open.pop();
            }
            Event::End(TagEnd::Heading(_)) => {
                self.flush();
                self.open.pop();
            }
            Event::Start(Tag::List(first)) => {
                self.flush();
                self.lists.push(List { first, items: 0 });
            }
            Event::End(TagEnd::List(_)) => {
                self.flush();
                self.lists.pop();
            }
            Event::Start(Tag::Item) => {
                self.flush();
                let is_inner = self.lists.len() > 1;
                if let Some(list) = self.lists.last_mut() {
                    self.is_tight = is_inner || list.items > 0;
                    self.mark = match list.first {
                        Some(first) => format!("{}. ", first + list.items),
                        None => "- ".into(),
                    };
                    list.items += 1;
                }
            }
            Event::End(TagEnd::Item | TagEnd::Paragraph) => self.flush(),
            Event::Code(code) => self.push(&format!("`{code}`"), Some(Role::Keyword)),
            Event::Text(text) | Event::Html(text) | Event::InlineHtml(text) => {
                self.push(&text, self.open.last().copied());
            }
            Event::SoftBreak | Event::HardBreak => self.push(" ", None),
            _ => {}
        }
    }

    fn push(&mut self, text: &str, role: Option<Role>) {
        let visible = text.chars().filter(|c| !c.is_whitespace());
        self.roles.extend(visible.map(|_| role));
        self.text.push_str(text);
    }

    /// Writes the paragraph.
    fn flush(&mut self) {
        let text = std::mem::take(&mut self.text);
        if text.trim().is_empty() {
            return;
        }
        self.separate();
        let mark = std::mem::take(&mut self.mark);
        let outer = self.lists.len().saturating_sub(1);
        let head = match mark.is_empty() {
            // A paragraph of its own, or a further one of an item.
            true => "  ".repeat(self.lists.len()),
            false => "  ".repeat(outer) + mark.as_str(),
        };
        let marks = head.chars().filter(|c| !c.is_whitespace()).map(|_| None);
        let mut roles = marks.chain(std::mem::take(&mut self.roles));
        for line in hang(&head, &text, self.width).lines() {
            write_line(&mut self.out, line, &mut roles, self.paint);
        }
    }

    /// Writes an empty line between what was written and what follows.
    fn separate(&mut self) {
        if !std::mem::take(&mut self.is_tight) && !self.out.is_empty() {
            self.out.push('\n');
        }
    }
}

/// Writes a line with its end, each character in its role: spaces have none of their own.
fn write_line(
    out: &mut String,
    line: &str,
    roles: &mut impl Iterator<Item = Option<Role>>,
    paint: Paint,
) {
    let mut run = String::new();
    let mut role = None;
    for c in line.chars().chain(['\n']) {
        let next = match c {
            '\n' => None,
            c if c.is_whitespace() => role,
            _ => roles.next().flatten(),
        };
        if next != role {
            match role {
                Some(role) => paint.write(out, role, &run),
                None => out.push_str(&run),
            }
            run.clear();
            role = next;
        }
        run.push(c);
    }
    out.push_str(&run);
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "\
## Two *threads*

A thread that has `lock.acquire()` done is *inside*: nobody
else comes in.

- one
- two, which is so long that it does not fit
  - inner

1. first
2. second

```rhai
let a = 1; // and this line is longer than the rest of it

f(a);
```

End.";

    #[test]
    fn markdown_becomes_lines_of_the_width() {
        let narrow = "\
Two threads

A thread that has `lock.acquire()` done
is inside: nobody else comes in.

- one
- two, which is so long that it does not
  fit
  - inner

1. first
2. second

let a = 1; // and this line is longer
    than the rest of it

f(a);

End.
";
        assert_eq!(prose(TEXT, 40, Paint::Plain), narrow);
        let wide = prose(TEXT, 80, Paint::Plain);
        assert!(wide.contains("\n- two, which is so long that it does not fit\n  - inner\n"));
        assert!(
            wide.contains("\n    let a = 1;") && wide.contains("\n\n    f(a);\n"),
            "{wide}"
        );
    }

    #[test]
    fn colours_change_nothing_but_the_colours() {
        for width in [40, 80] {
            let coloured = prose(TEXT, width, Paint::Coloured);
            let mut parts = coloured.split('\x1b');
            let first = parts.next().unwrap_or_default().to_string();
            let rest = parts.map(|part| part.split_once('m').map_or("", |(_, text)| text));
            let plain = first + rest.collect::<String>().as_str();
            assert_eq!(plain, prose(TEXT, width, Paint::Plain));
            assert_ne!(plain, coloured);
        }
    }

    #[test]
    fn what_looks_like_markup_in_prose_is_kept() {
        assert_eq!(
            prose("a < b && c_d_e is 2 * 3", 80, Paint::Plain),
            "a < b && c_d_e is 2 * 3\n"
        );
        assert_eq!(prose("", 80, Paint::Plain), "");
    }
}
