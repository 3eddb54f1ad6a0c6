//! The whole reference as one page of Markdown.

use std::fmt::Write;

use super::terminal::receivers;
use super::topic::{Article, long_tail};
use crate::library::catalogue::{ERRORS, Entry, GROUPS};

/// The page.
pub(super) fn reference() -> String {
    let mut out = String::from(
        "# threadlab reference\n\n\
         Times are seconds. A row says when a call waits: `never` means that the thread goes on at \
         once. Module names as in Python may stand before a name: `threading.Lock()`. Where nothing \
         is said, a wrong number or type of arguments is the only error.\n",
    );
    for group in GROUPS {
        let _ = writeln!(out, "\n## {}", group.title);
        let functions = group
            .entries
            .iter()
            .filter(|entry| entry.receiver.is_none());
        functions.for_each(|entry| write_entry(&mut out, entry));
        for receiver in receivers(group.entries) {
            let methods = (group.entries.iter()).filter(|entry| entry.receiver == Some(receiver));
            methods.for_each(|entry| write_entry(&mut out, entry));
        }
    }
    out += "\n## Errors that can be caught\n\n\
            `catch (e)` gets a map: `e.error` is the name, `e.message` says more. What `throw` \
            throws comes as it is.\n\n\
            | name | when | what to do |\n|---|---|---|\n";
    for error in ERRORS {
        let (name, when, remedy) = (error.name, error.when, error.remedy);
        let _ = writeln!(out, "| `{name}` | {when} | {remedy} |");
    }
    out += "\n## Rhai's own\n\nWhat Rhai brings along, in its own words. None of it waits.\n";
    for one in long_tail() {
        let usages: Vec<String> = one
            .usages
            .iter()
            .map(|usage| format!("`{usage}`"))
            .collect();
        let _ = write!(out, "\n- {}", usages.join(", "));
        if !one.summary.is_empty() {
            let _ = write!(out, ": {}", one.summary);
        }
    }
    out.push('\n');
    out
}

fn write_entry(out: &mut String, entry: &Entry) {
    let article = Article::of(entry);
    let _ = writeln!(out, "\n### {}\n", entry.full_name());
    block(out, "rhai", &article.usages.join("\n"));
    let _ = writeln!(out, "\n{}", article.summary);
    if !article.details.is_empty() {
        let _ = writeln!(out, "\n{}", article.details);
    }
    out.push('\n');
    for (label, text) in &article.facts {
        let _ = writeln!(out, "- **{label}:** {text}");
    }
    out.push('\n');
    block(out, "rhai", article.code);
    if !article.output.is_empty() {
        out.push_str("\nprints\n\n");
        block(out, "text", article.output);
    }
}

fn block(out: &mut String, language: &str, text: &str) {
    let _ = writeln!(out, "```{language}\n{text}\n```");
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::library::catalogue;

    #[test]
    fn every_row_has_a_heading_and_every_block_ends() {
        let page = reference();
        for entry in catalogue::entries() {
            let heading = format!("\n### {}\n", entry.full_name());
            assert_eq!(page.matches(&heading).count(), 1, "{heading}");
        }
        assert_eq!(page.matches("\n```").count() % 2, 0);
        assert!(page.contains("`blob.write_utf8("));
        assert!(!page.contains("\n\n\n"), "no two empty lines");
    }
}
