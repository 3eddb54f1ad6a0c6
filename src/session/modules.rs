//! Loading the modules that a text imports: files beside it, each read, lowered and added before the text
//! itself.
//!
//! A module that has changed since it was loaded is loaded again, which matters at the prompt only. What is
//! wrong with a module is reported at the import that asked for it.

use super::Session;
use crate::language::diagnostic::{Code, Diagnostic, Span};
use crate::language::lower::TopLevel;
use crate::language::modules::{Import, imports, key};
use crate::language::parse::Parsed;
use crate::program::UnitKind;

impl Session {
    /// Loads what a text named `importer` imports, and what that imports in turn; `loading` are the
    /// modules that are being loaded, the outermost first. Blocks while files are read.
    ///
    /// # Errors
    /// An import that names no readable file, a module that is wrong, or a cycle.
    pub(super) fn load_modules(
        &mut self,
        importer: &str,
        parsed: &Parsed,
        loading: &mut Vec<String>,
    ) -> Result<(), Vec<Diagnostic>> {
        for import in imports(parsed) {
            self.load_module(importer, &import, loading)
                .map_err(|(message, help)| {
                    let problem = Diagnostic::error(Code::BadImport, Span::at(import.pos), message)
                        .label("imported here");
                    vec![problem.help(help)]
                })?;
        }
        Ok(())
    }

    fn load_module(
        &mut self,
        importer: &str,
        import: &Import,
        loading: &mut Vec<String>,
    ) -> Result<(), (String, String)> {
        let wrong = |message: String, help: &str| Err((message, help.to_string()));
        let Some(path) = &import.path else {
            let message = "what is imported is not known before the program runs".into();
            return wrong(
                message,
                "name the module by a plain string: `import \"lib\" as lib;`",
            );
        };
        let Some(key) = key(importer, path) else {
            let help = "a module is a file beside this text: `import \"lib\" as lib;` for lib.rhai";
            return wrong(format!("`{path}` names no module"), help);
        };
        if loading.contains(&key) {
            let cycle = loading.join(" -> ");
            return wrong(
                format!("{cycle} -> {key}: modules import each other in a circle"),
                "move what both need into a third module",
            );
        }
        if !self.reads_files {
            let help = "write what it needs into the text itself";
            return wrong("this text may not read files".into(), help);
        }
        let text = match read(&key) {
            Ok(text) => text,
            Err(why) => return wrong(format!("the module {key} cannot be read: {why}"), HELP),
        };
        if self.loaded_text(&key).as_deref() == Some(&*text) {
            return Ok(());
        }
        loading.push(key.clone());
        let lowered = self.parser.parse(&text).and_then(|parsed| {
            self.load_modules(&key, &parsed, loading)?;
            self.lower(&parsed, &key, &text, TopLevel::Module(&key))
        });
        loading.pop();
        match lowered {
            Ok(mut lowered) => {
                let module = std::mem::take(&mut lowered.module);
                self.modules.loaded.insert(key.clone(), module);
                let prepared = self.add(lowered);
                self.begin(&prepared);
                self.modules.to_evaluate.retain(|known| *known != key);
                self.modules.to_evaluate.push(key);
                Ok(())
            }
            Err(problems) => {
                let first = problems.first();
                let place = first.map_or(Default::default(), |problem| problem.span.start);
                let (line, column) = (place.line, place.column);
                let what = first.map_or("it is wrong", |problem| &problem.message);
                let help = first.and_then(|problem| problem.help.clone());
                let help = help.unwrap_or_else(|| "mend the module first".into());
                Err((format!("{key}:{line}:{column}: {what}"), help))
            }
        }
    }

    /// The text of a module as it was loaded.
    fn loaded_text(&self, key: &str) -> Option<std::sync::Arc<str>> {
        let units = self.world.program.units();
        let of_module =
            units.filter(|unit| matches!(&unit.kind, UnitKind::Module(of) if of == key));
        of_module.last().map(|unit| unit.text.clone())
    }
}

const HELP: &str = "the file lies beside the text that imports it, and its name ends with .rhai";

/// The text of a file.
fn read(path: &str) -> Result<String, String> {
    match std::fs::metadata(path) {
        // Reading a pipe or a device may never end.
        Ok(found) if !found.is_file() => return Err("it is no file".into()),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            return Err("there is no such file".into());
        }
        _ => {}
    }
    let bytes = std::fs::read(path).map_err(|error| error.to_string())?;
    String::from_utf8(bytes).map_err(|_| "it is not text in UTF-8".into())
}
