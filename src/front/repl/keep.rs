//! What is kept of a session: its inputs as a list, as a script, as a transcript; and what was in a
//! file, run here.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::path::Path;

use super::answer::{Flow, Learner};
use super::explore::{blocked, not_selected};
use super::recorder::Recorder;
use crate::front::source::{Source, SourceError};
use crate::language::definitions::definitions;
use crate::session::{NotSelected, Selection};

/// How many inputs `:history` lists when no number is given.
const LISTED: usize = 20;

/// An input of this session.
pub(super) struct Past {
    /// What it is called in messages: `input 3`.
    pub(super) name: String,
    pub(super) text: String,
    /// Whether it was a text that can run.
    pub(super) has_run: bool,
    /// Whether it came to its end, and was not taken back.
    pub(super) has_ended: bool,
    /// Whether `:undo` has taken it back.
    pub(super) is_undone: bool,
}

impl Learner {
    /// `:load`: runs a file here.
    pub(super) fn load(&mut self, file: &Path) -> io::Result<()> {
        // Reading a pipe or a device may never end, and Ctrl-C does not interrupt it.
        if fs::metadata(file).is_ok_and(|known| !known.is_file() && !known.is_dir()) {
            let name = file.display();
            return self.say(&format!(
                "'{name}' is a pipe or a device; :load takes files\n"
            ));
        }
        match Source::from_file(file) {
            Ok(source) => self.run(&source.text, Some(&source.name)).map(drop),
            Err(SourceError::Missing { name }) => self.say(&format!(
                "there is no file '{name}'\n  Look at its spelling, and at the folder you started in.\n"
            )),
            Err(error) => self.say(&format!("{error}\n")),
        }
    }

    /// `:save`: writes the inputs as a script that runs.
    pub(super) fn save(&self, file: &Path, replace: bool) -> io::Result<()> {
        let name = file.display();
        if self.past.is_empty() {
            return self.say("There is nothing to save yet.\n");
        }
        let text = script(&self.past);
        let written = if replace {
            fs::write(file, &text)
        } else {
            let made = OpenOptions::new().write(true).create_new(true).open(file);
            made.and_then(|mut made| made.write_all(text.as_bytes()))
        };
        self.say(&match written {
            Ok(()) => format!("Saved. `threadlab {name}` runs it.\n"),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                format!("'{name}' is there already. `:save! {name}` replaces it.\n")
            }
            Err(error) => format!("'{name}' cannot be written: {error}\n"),
        })
    }

    /// `:history`: the last inputs with their names.
    pub(super) fn history(&self, count: Option<usize>) -> io::Result<()> {
        let skipped = self.past.len().saturating_sub(count.unwrap_or(LISTED));
        let mut out = String::new();
        for past in &self.past[skipped..] {
            let number = past.name.strip_prefix("input ").unwrap_or(&past.name);
            for (index, line) in past.text.lines().enumerate() {
                match index {
                    0 => {
                        let _ = writeln!(out, "{number:>4}  {line}");
                    }
                    _ => {
                        let _ = writeln!(out, "      {line}");
                    }
                }
            }
        }
        if out.is_empty() {
            out = "Nothing has run yet.\n".into();
        }
        self.say(&out)
    }

    /// `:record`: begins a transcript in a file, or ends the one that is written.
    pub(super) fn record(&mut self, file: Option<&Path>) -> io::Result<()> {
        let Some(file) = file else {
            return self.say(match self.screen.record(None) {
                true => "The transcript is complete.\n",
                false => "Nothing is recorded. `:record session.md` begins a transcript.\n",
            });
        };
        let name = file.display();
        match OpenOptions::new().append(true).create(true).open(file) {
            Ok(opened) => {
                self.say(&format!(
                    "All that follows goes to '{name}', too, until `:record` alone.\n"
                ))?;
                self.screen.record(Some(Recorder::new(Box::new(opened))));
                Ok(())
            }
            Err(error) => self.say(&format!("'{name}' cannot be written: {error}\n")),
        }
    }

    /// `:undo`: variables and functions as they were before the last input.
    pub(super) fn undo(&mut self) -> io::Result<()> {
        let texts = match self.session.select(Selection::Last) {
            Ok(texts) => texts,
            Err(NotSelected::NothingRan) => {
                return self.say("There is no input to take back.\n");
            }
            Err(why) => return self.say(&not_selected(why)),
        };
        if let Err(obstacle) = self.session.undo(&texts) {
            return self.say(&blocked(obstacle));
        }
        let (name, _) = texts.last();
        let undone = self.past.iter().rposition(|past| past.name == name);
        if let Some(undone) = undone {
            self.past[undone].has_ended = false;
            self.past[undone].is_undone = true;
        }
        self.say(&format!(
            "Variables and functions are what they were before {name}.\n"
        ))
    }

    /// `:edit`: the last input, or that of a number, in the editor of the user's choice. It comes
    /// back to the prompt. Blocks until the editor has ended.
    pub(super) fn edit(&mut self, which: Option<&str>) -> io::Result<Flow> {
        let text = match which {
            None => self.past.last().map(|past| past.text.clone()),
            Some(number) => {
                let name = format!("input {number}");
                let found = self.past.iter().rfind(|past| past.name == name);
                if found.is_none() {
                    self.say(&format!(
                        "There is no input {number}; :history lists all.\n"
                    ))?;
                    return Ok(Flow::Stay);
                }
                found.map(|past| past.text.clone())
            }
        };
        match in_editor(&text.unwrap_or_default()) {
            Ok(text) if text.trim().is_empty() => Ok(Flow::Stay),
            Ok(text) => Ok(Flow::Edit(text.trim_end().to_string())),
            Err(why) => {
                self.say(&format!("{why}\n"))?;
                Ok(Flow::Stay)
            }
        }
    }
}

/// What a text has become in the user's editor.
pub(super) fn in_editor(text: &str) -> Result<String, String> {
    let named = |name| std::env::var(name).ok().filter(|value| !value.is_empty());
    let editor = named("VISUAL").or_else(|| named("EDITOR"));
    let editor = editor.unwrap_or_else(|| "vi".into());
    let file = std::env::temp_dir().join(format!("threadlab-{}.rhai", crate::host::pid()));
    let failed = |error: io::Error| format!("'{}' cannot be edited: {error}", file.display());
    fs::write(&file, format!("{text}\n")).map_err(failed)?;
    // The shell, as the variable may hold options.
    let status = std::process::Command::new("sh")
        .arg("-c")
        .arg(format!("{editor} \"$1\""))
        .arg("sh")
        .arg(&file)
        .status();
    let edited = match status {
        Ok(status) if status.success() => fs::read_to_string(&file).map_err(failed),
        Ok(_) => Err(format!(
            "the editor `{editor}` has failed; set EDITOR to another one"
        )),
        Err(error) => Err(format!("the editor `{editor}` cannot be started: {error}")),
    };
    let _ = fs::remove_file(&file);
    edited
}

/// The inputs as one script. Of a function that was defined again, the last definition stands where
/// the first one did, since a script defines each once; what did not come to its end, or was taken back, is a
/// comment.
pub(super) fn script(inputs: &[Past]) -> String {
    let ended = || inputs.iter().filter(|past| past.has_ended);
    let mut latest: BTreeMap<(String, usize), String> = BTreeMap::new();
    for past in ended() {
        for one in definitions(&past.text) {
            latest.insert((one.name, one.params), past.text[one.bytes].to_string());
        }
    }
    let mut out = String::new();
    for past in inputs {
        if !past.has_ended {
            let why = match past.is_undone {
                true => "was taken back",
                false => "did not come to its end",
            };
            let _ = writeln!(out, "// {} {why}:", past.name);
            for line in past.text.lines() {
                let _ = writeln!(out, "//     {line}");
            }
            continue;
        }
        let mut text = past.text.clone();
        for one in definitions(&past.text).into_iter().rev() {
            // Taken out of the table where it is written, so that it is written once.
            let new = latest.remove(&(one.name, one.params)).unwrap_or_default();
            text.replace_range(one.bytes, &new);
        }
        if !text.trim().is_empty() {
            let _ = writeln!(out, "{}", terminated(&text));
        }
    }
    out
}

/// The text of an input, ended so that another may follow it in a file: what ended with its line at
/// the prompt needs a `;` there.
fn terminated(input: &str) -> String {
    const BLOCKS: [&str; 9] = [
        "fn", "for", "if", "loop", "private", "switch", "try", "while", "with",
    ];
    let text = input.trim_end();
    let first: &str = text.split_whitespace().next().unwrap_or_default();
    let last_line = text.lines().next_back().unwrap_or_default();
    if last_line.contains("//") {
        // The `;` must not become part of a comment. One too many is no mistake.
        format!("{text}\n;")
    } else if text.ends_with(';') || (text.ends_with('}') && BLOCKS.contains(&first)) {
        text.into()
    } else {
        format!("{text};")
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::super::answer::tests::{check, converse, learner};
    use super::*;
    use crate::event::Stream;
    use crate::session::{Config, Input, InputKind, Outcome, Report, Scheduler, Session};

    #[test]
    fn saved_inputs_can_stand_one_after_the_other() {
        let cases = [
            ("let a = 1", "let a = 1;"),
            ("let a = 1;  ", "let a = 1;"),
            ("fn f() { 1 }", "fn f() { 1 }"),
            ("let m = #{a: 1}", "let m = #{a: 1};"),
            ("5 // 2", "5 // 2\n;"),
        ];
        for (input, expected) in cases {
            assert_eq!(terminated(input), expected);
        }
    }

    #[test]
    fn what_is_saved_runs_and_ends_as_the_session_did() {
        let (mut learner, page) = learner();
        for input in [
            "let total = 0",
            "fn add(x) { total += x; }",
            "add(1)",
            "add(\"x\", 2)",
            "fn add(x) { total += 10 * x; } fn twice(x) { add(x); add(x) }",
            "twice(2)",
            "throw \"no\"",
            "let m = #{a: total} // a comment",
            "for i in 0..2 { add(i) }",
            "if total > 3 { print(\"much\") }",
            "let t = spawn(|| add(5)); t.join();",
            "print(total)",
        ] {
            learner.answer(input).unwrap();
        }
        page.take();
        let text = script(&learner.past);
        let stream = Arc::new(Stream::new());
        let config = Config {
            scheduler: Scheduler::Seeded,
            seed: Some(1),
            workers: None,
            args: Vec::new(),
            input: None,
            readable: Vec::new(),
            worker_executable: None,
        };
        let report = Session::new(config, stream).run(Input {
            name: "saved.rhai",
            text: &text,
            kind: InputKind::Script,
        });
        assert!(
            matches!(
                &report,
                Report::Ran {
                    outcome: Outcome::Value(_),
                    ..
                }
            ),
            "{text}\n{report:?}"
        );
        assert_eq!(text.matches("fn add(").count(), 1, "{text}");
        assert!(text.contains("//     throw \"no\""), "{text}");
    }

    #[test]
    fn functions_are_undone_too() {
        let undone = |number| {
            format!("> :undo\nVariables and functions are what they were before input {number}.\n")
        };
        check(&format!(
            "> fn f() {{ 1 }}\n> fn g() {{ f() + 10 }}\n> fn f() {{ 2 }} fn h(x) {{ x }}\n> g()\n12\n{}{}> g()\n11\n\
             > fn f() {{ 3 }}\n> g()\n13\n> :vars\nfn f()\nfn g()\n",
            undone(4),
            undone(3),
        ));
    }

    #[test]
    fn inputs_are_saved_listed_and_undone() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a.rhai");
        let name = file.display();
        check(&format!(
            "> let a = 1;\n> throw ()\n{}> :save {name}\nSaved. `threadlab {name}` runs it.\n\
             > :history\n   1  let a = 1;\n   2  throw ()\n> a += 1;\n> a\n2\n> :undo\nVariables and \
             functions are what they were before input 4.\n> :undo\nVariables and functions are what \
             they were before input 3.\n> a\n1\n",
            "error: \n --> input 2:1:1\n  |\n1 | throw ()\n  | ^\n"
        ));
        let saved = fs::read_to_string(&file).unwrap();
        assert_eq!(
            saved,
            "let a = 1;\n// input 2 did not come to its end:\n//     throw ()\n"
        );
    }

    #[test]
    fn what_was_taken_back_is_kept_as_such() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a.rhai");
        let name = file.display();
        check(&format!(
            "> :undo\nThere is no input to take back.\n> let a = 1;\n> a += 1;\n> :undo\nVariables and \
             functions are what they were before input 2.\n> :save {name}\nSaved. `threadlab {name}` \
             runs it.\n"
        ));
        let saved = fs::read_to_string(&file).unwrap();
        assert_eq!(
            saved,
            "let a = 1;\n// input 2 was taken back:\n//     a += 1;\n"
        );
    }

    #[test]
    fn a_transcript_has_inputs_and_what_came_of_them() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a.md");
        let record = format!(":record {}", file.display());
        converse(&[&record, "1 + 1", ":seed", "let a = 2;", ":record", "3"]);
        let text = fs::read_to_string(&file).unwrap();
        assert!(
            text.contains("```rhai\n1 + 1\n```\n\n```text\n2\n```\n"),
            "{text}"
        );
        assert!(text.contains("`:seed`"), "{text}");
        assert!(text.contains("```rhai\nlet a = 2;\n```\n"), "{text}");
        assert!(
            !text.contains("```rhai\n3") && !text.contains(":record"),
            "{text}"
        );
    }
}
