//! The reference for reading at once: lines of at most a given width, coloured where wanted.

use std::fmt::Write;

use super::pages::PAGES;
use super::topic::{Article, Topic, long_tail};
use super::wrap::wrap;
use crate::front::highlight::highlight;
use crate::library::catalogue::{ERRORS, Entry, GROUPS};
use crate::view::paint::{Paint, Role};

/// How wide the names of functions are in lists.
const NAMES: usize = 25;
/// From which width on lists have two columns.
const NARROW: usize = 60;

/// All names by group, functions with what they do.
pub(in crate::front) fn overview(paint: Paint, width: usize) -> String {
    let mut out = String::new();
    let _ = writeln!(out, "{}", paint.text(Role::Heading, "The language"));
    for page in PAGES {
        item(&mut out, page.names[0], page.summary, paint, width);
    }
    out.push('\n');
    for group in GROUPS {
        let _ = writeln!(out, "{}", paint.text(Role::Heading, group.title));
        for entry in group
            .entries
            .iter()
            .filter(|entry| entry.receiver.is_none())
        {
            item(&mut out, entry.name, entry.summary, paint, width);
        }
        for receiver in receivers(group.entries) {
            let of = group
                .entries
                .iter()
                .filter(|entry| entry.receiver == Some(receiver));
            let names: Vec<&str> = of.map(|entry| entry.name).collect();
            methods(&mut out, receiver, &names, paint, width);
        }
        out.push('\n');
    }
    let _ = writeln!(
        out,
        "{}",
        paint.text(Role::Heading, "Errors that can be caught")
    );
    let names: Vec<&str> = ERRORS.iter().map(|error| error.name).collect();
    out += &wrap("  ", 2, &names.join(", "), width);
    out.push('\n');
    let _ = writeln!(out, "{}", paint.text(Role::Heading, "Rhai's own"));
    let rhais: Vec<_> = long_tail().collect();
    let mut types: Vec<Option<&str>> = rhais.iter().map(|one| one.receiver).collect();
    types.dedup();
    for receiver in types {
        let of = rhais.iter().filter(|one| one.receiver == receiver);
        let names: Vec<&str> = of.map(|one| one.name.as_str()).collect();
        methods(
            &mut out,
            receiver.unwrap_or("functions"),
            &names,
            paint,
            width,
        );
    }
    out.push('\n');
    let more = "With a name you get all about it: doc Queue, doc Queue.put, doc sleep, doc for.";
    out += &wrap("", 0, more, width);
    out
}

/// The types that have methods here, in the order of the table.
pub(super) fn receivers(entries: &[Entry]) -> Vec<&'static str> {
    let mut receivers = Vec::new();
    for receiver in entries.iter().filter_map(|entry| entry.receiver) {
        if !receivers.contains(&receiver) {
            receivers.push(receiver);
        }
    }
    receivers
}

/// A name and what it means, in columns.
fn item(out: &mut String, name: &str, summary: &str, paint: Paint, width: usize) {
    // Where two columns have no room, what it means stands below.
    let text = match width < NARROW {
        true => format!("  {name}\n{}", wrap("      ", 6, summary, width)),
        false => wrap(&format!("  {name:<NAMES$}"), 2 + NAMES, summary, width),
    };
    // Colours take no room, so they come after the lines are cut.
    *out += &paint.text(Role::Keyword, &text[..2 + name.len()]);
    *out += &text[2 + name.len()..];
}

/// Names and what they mean, a line each.
pub(super) fn list(items: &[(String, String)], paint: Paint, width: usize) -> String {
    let mut out = String::new();
    for (name, summary) in items {
        item(&mut out, name, summary, paint, width);
    }
    out
}

/// A type and the names of its methods.
fn methods(out: &mut String, receiver: &str, names: &[&str], paint: Paint, width: usize) {
    let first = format!("  {receiver}: ");
    let text = wrap(&first, 4, &names.join(", "), width);
    *out += &paint.text(Role::Keyword, &text[..first.len() - 1]);
    *out += &text[first.len() - 1..];
}

/// All about one name.
pub(super) fn page(topic: &Topic, paint: Paint, width: usize) -> String {
    let mut out = String::new();
    for article in &topic.articles {
        separate(&mut out);
        write_article(&mut out, article, paint, width);
    }
    for one in &topic.bridged {
        separate(&mut out);
        for usage in &one.usages {
            let _ = writeln!(out, "{}", paint.text(Role::Heading, usage));
        }
        let summary = match one.summary.as_str() {
            "" => "One of Rhai's own functions.",
            summary => summary,
        };
        out += &wrap("  ", 2, summary, width);
    }
    if let Some(error) = topic.error {
        separate(&mut out);
        let _ = writeln!(out, "{}", paint.text(Role::Heading, error.name));
        out += &wrap(
            "  ",
            2,
            "An error: the `error` of what `catch (e)` gets.",
            width,
        );
        out += &wrap("  when     ", 11, error.when, width);
        out += &wrap("  to do    ", 11, error.remedy, width);
    }
    if !topic.module.is_empty() {
        separate(&mut out);
        let head = format!("The names of {}", topic.type_name);
        let _ = writeln!(out, "{}", paint.text(Role::Heading, &head));
        for (name, summary) in &topic.module {
            item(&mut out, name, summary, paint, width);
        }
    }
    if !topic.given_by.is_empty() && topic.articles.is_empty() {
        separate(&mut out);
        let head = format!("A value of type {}", topic.type_name);
        let _ = writeln!(out, "{}", paint.text(Role::Heading, &head));
        out += &wrap("  given by ", 11, &topic.given_by.join(", "), width);
    }
    if !topic.methods.is_empty() {
        separate(&mut out);
        let head = format!("What a value of type {} can do", topic.type_name);
        let _ = writeln!(out, "{}", paint.text(Role::Heading, &head));
        for (name, summary) in &topic.methods {
            item(&mut out, name, summary, paint, width);
        }
    }
    out
}

fn separate(out: &mut String) {
    if !out.is_empty() {
        out.push('\n');
    }
}

fn write_article(out: &mut String, article: &Article, paint: Paint, width: usize) {
    for usage in &article.usages {
        let _ = writeln!(out, "{}", paint.text(Role::Heading, usage));
    }
    *out += &wrap("  ", 2, article.summary, width);
    if !article.details.is_empty() {
        *out += &wrap("  ", 2, article.details, width);
    }
    let labels = article.facts.iter().map(|(label, _)| label.chars().count());
    let column = labels.max().unwrap_or(0) + 2;
    for (label, text) in &article.facts {
        let text = wrap(&format!("  {label:<column$}"), 2 + column, text, width);
        *out += &paint.text(Role::Faint, &text[..2 + label.len()]);
        *out += &text[2 + label.len()..];
    }
    let _ = writeln!(out, "  {}", paint.text(Role::Faint, "example"));
    for line in article.code.lines() {
        let _ = writeln!(out, "    {}", highlight(line, None, paint));
    }
    if !article.output.is_empty() {
        let _ = writeln!(out, "  {}", paint.text(Role::Faint, "prints"));
        for line in article.output.lines() {
            let _ = writeln!(out, "    {line}");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::topic::find;
    use super::*;
    use crate::library::catalogue;

    #[test]
    fn a_page_has_all_that_the_row_says() {
        assert_eq!(
            page(&find("time.sleep"), Paint::Plain, 80),
            "sleep(seconds)
  Waits; other threads go on.
  `sleep(0)` lets another thread go first. Under a seeded scheduler time is
  virtual: the clock jumps, and the script does not wait.
  seconds  a number of seconds
  gives    nothing
  waits    For that many seconds.
  errors   A negative or infinite time is refused.
  example
    sleep(0.01);
    print(\"rested\");
  prints
    rested
"
        );
    }

    #[test]
    fn colours_change_nothing_but_the_colours() {
        for name in ["Queue", "put", "blob", "sort"] {
            let topic = find(name);
            let plain = page(&topic, Paint::Plain, 80);
            let coloured = page(&topic, Paint::Coloured, 80);
            assert_ne!(plain, coloured, "{name}");
            assert_eq!(without_colours(&coloured), plain, "{name}");
        }
        assert_eq!(
            without_colours(&overview(Paint::Coloured, 80)),
            overview(Paint::Plain, 80)
        );
    }

    fn without_colours(text: &str) -> String {
        let mut parts = text.split('\x1b');
        let first = parts.next().unwrap_or_default().to_string();
        let rest = parts.map(|part| part.split_once('m').map_or("", |(_, text)| text));
        first + rest.collect::<String>().as_str()
    }

    #[test]
    fn prose_fits_80_columns_and_the_overview_names_everything() {
        let overview = overview(Paint::Plain, 80);
        for line in overview.lines() {
            assert!(line.chars().count() <= 80, "{line}");
        }
        let words: std::collections::BTreeSet<&str> = overview
            .split(|character: char| !character.is_alphanumeric() && character != '_')
            .collect();
        for entry in catalogue::entries() {
            // `asyncio.run` is two words.
            assert!(
                entry.name.split('.').all(|word| words.contains(word)),
                "{}",
                entry.name
            );
        }
    }
}
