//! Modules: which texts a text imports, and what it can name of them.
//!
//! `import "lib/shapes" as s;` means the file `lib/shapes.rhai` beside the text that says so. The key of
//! a module is that path, and the program keeps its functions and variables under names that begin
//! with the key: what a module names without a prefix is its own or the library's, never its importer's. A
//! module is evaluated once in a session, when the first text that imports it begins.

use std::collections::{BTreeMap, BTreeSet};

use rhai::{ASTNode, Expr, Stmt};

use super::parse::{Parsed, imported_module, pos};
use crate::pos::Pos;

/// One `import` of a module.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Import {
    /// What it asks for, when that is a plain string.
    pub path: Option<String>,
    /// The name that the text gives it; empty for none.
    pub alias: String,
    /// Where it stands.
    pub pos: Pos,
}

/// All imports of a text in order, those in functions too.
pub fn imports(parsed: &Parsed) -> Vec<Import> {
    let mut found = Vec::new();
    let bodies = parsed.functions.iter().map(|function| &function.body);
    for statement in bodies.chain([&parsed.statements]).flatten() {
        statement.walk(&mut Vec::new(), &mut |path| {
            if let Some(ASTNode::Stmt(statement @ Stmt::Import(import, at))) = path.last()
                && imported_module(statement).is_none()
            {
                let path = match &import.0 {
                    Expr::StringConstant(path, _) => Some(path.to_string()),
                    _ => None,
                };
                let alias = import.1.name.to_string();
                let pos = pos(*at);
                found.push(Import { path, alias, pos });
            }
            true
        });
    }
    found.sort_by_key(|import| import.pos);
    found
}

/// The key of the module that the text named `importer` means by `path`: a path, with `/`, from the
/// folder in which the program runs. Nothing for a path that names no file beside the text.
pub fn key(importer: &str, path: &str) -> Option<String> {
    let folder = importer.rsplit_once('/').map_or("", |(folder, _)| folder);
    if path.is_empty() || path.starts_with('/') || path.contains(['\\', '\0', ':']) {
        return None;
    }
    let is_rooted = folder.starts_with('/');
    let mut parts: Vec<&str> = Vec::new();
    for part in folder.split('/').chain(path.split('/')) {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    let root = if is_rooted { "/" } else { "" };
    let joined = format!("{root}{}", parts.join("/"));
    Some(match joined.ends_with(".rhai") {
        true => joined,
        false => joined + ".rhai",
    })
}

/// What can be named of a module.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Module {
    /// Its functions that are not private.
    pub functions: BTreeSet<String>,
    /// The variables that it exports, each with the name that it has inside.
    pub variables: BTreeMap<String, String>,
    /// The modules that it imports under a name, with their keys.
    pub modules: BTreeMap<String, String>,
}

/// The modules that a session has loaded.
#[derive(Clone, Debug, Default)]
pub struct Modules {
    /// By key.
    pub loaded: BTreeMap<String, Module>,
    /// The names under which the inputs of the prompt have imported some, with their keys.
    pub aliases: BTreeMap<String, String>,
    /// Those that the next text evaluates as it begins, in order.
    pub to_evaluate: Vec<String>,
}

impl Modules {
    /// The module that a prefix such as `a::b` means, given what `a` does.
    pub fn find<'a>(
        &'a self,
        aliases: &'a BTreeMap<String, String>,
        prefix: &str,
    ) -> Option<&'a String> {
        let mut parts = prefix.split("::");
        let mut key = aliases.get(parts.next()?)?;
        for part in parts {
            key = self.loaded.get(key)?.modules.get(part)?;
        }
        Some(key)
    }
}

/// The name that the program gives to what a module calls `name`.
pub fn qualified(key: &str, name: &str) -> String {
    let path = key.strip_suffix(".rhai").unwrap_or(key);
    format!("{path}::{name}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::parse::parse;

    #[test]
    fn imports_are_found_wherever_they_stand() {
        let parsed = parse("import \"a\" as x; fn f() { if true { import \"b/c\"; } }\nimport threading;\nimport f() as y;")
            .unwrap();
        let found: Vec<_> = imports(&parsed)
            .into_iter()
            .map(|import| (import.path, import.alias, import.pos.line))
            .collect();
        let path = |path: &str| Some(path.to_string());
        let expected = [
            (path("a"), "x".to_string(), 1),
            (path("b/c"), String::new(), 1),
            (None, "y".to_string(), 3),
        ];
        assert_eq!(found, expected);
    }

    #[test]
    fn a_module_lies_beside_the_text_that_imports_it() {
        let keys = [
            ("main.rhai", "lib", Some("lib.rhai")),
            ("input 3", "lib.rhai", Some("lib.rhai")),
            ("tests/main.rhai", "./a/b", Some("tests/a/b.rhai")),
            ("tests/main.rhai", "../src/b", Some("src/b.rhai")),
            ("main.rhai", "../b", Some("../b.rhai")),
            ("/home/me/main.rhai", "b", Some("/home/me/b.rhai")),
            ("main.rhai", "/etc/passwd", None),
            ("main.rhai", "", None),
        ];
        for (importer, path, expected) in keys {
            assert_eq!(
                key(importer, path).as_deref(),
                expected,
                "{importer} {path}"
            );
        }
    }
}
