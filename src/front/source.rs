//! The text to run, from wherever the command line says; and why there is none.

use std::fmt;
use std::io::{self, Read};
use std::path::Path;

use super::arguments::Command;
use crate::session::Language;

/// What a text from standard input is called.
const STDIN: &str = "standard input";

/// A text and what it is called in messages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Source {
    pub(super) name: String,
    pub(super) text: String,
}

/// Why there is no text.
#[derive(Debug)]
pub(super) enum SourceError {
    Missing {
        name: String,
    },
    Directory {
        name: String,
    },
    Unreadable {
        name: String,
        cause: io::Error,
    },
    NotText {
        name: String,
        byte: usize,
        line: usize,
    },
}

impl Source {
    /// Reads all of it. Blocks until a file or standard input has ended.
    pub(super) fn read(command: Command) -> Result<Self, SourceError> {
        match command {
            Command::File(path) => Self::from_file(&path),
            Command::Code(text) => Ok(Self {
                name: "-e".into(),
                text,
            }),
            Command::Stdin | Command::Standard => {
                let name = STDIN;
                let mut bytes = Vec::new();
                io::stdin()
                    .read_to_end(&mut bytes)
                    .map_err(|cause| SourceError::Unreadable {
                        name: name.into(),
                        cause,
                    })?;
                Self::from_bytes(name, bytes)
            }
        }
    }

    /// What it is written in, by its name.
    pub(super) fn language(&self) -> Language {
        match Path::new(&self.name)
            .extension()
            .is_some_and(|extension| extension == "py")
        {
            true => Language::Python,
            false => Language::Own,
        }
    }

    /// Whether it can be in either language: typed code and standard input have no name that says it.
    pub(super) fn may_be_python(&self) -> bool {
        matches!(&*self.name, "-e" | STDIN)
    }

    /// The text of a file.
    pub(super) fn from_file(path: &Path) -> Result<Self, SourceError> {
        let name = path.display().to_string();
        if path.is_dir() {
            return Err(SourceError::Directory { name });
        }
        match std::fs::read(path) {
            Ok(bytes) => Self::from_bytes(&name, bytes),
            Err(cause) if cause.kind() == io::ErrorKind::NotFound => {
                Err(SourceError::Missing { name })
            }
            Err(cause) => Err(SourceError::Unreadable { name, cause }),
        }
    }

    fn from_bytes(name: &str, bytes: Vec<u8>) -> Result<Self, SourceError> {
        let text = String::from_utf8(bytes).map_err(|error| {
            let good = error.utf8_error().valid_up_to();
            let line = 1 + error.as_bytes()[..good]
                .iter()
                .filter(|&&byte| byte == b'\n')
                .count();
            SourceError::NotText {
                name: name.into(),
                byte: good + 1,
                line,
            }
        })?;
        let mut text = match text.strip_prefix('\u{feff}') {
            Some(rest) => rest.into(),
            None => text,
        };
        // A first line for the shell becomes a comment of the same length: positions stay right.
        if text.starts_with("#!") && !name.ends_with(".py") {
            text.replace_range(..2, "//");
        }
        Ok(Self {
            name: name.into(),
            text,
        })
    }
}

impl fmt::Display for SourceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing { name } => write!(
                f,
                "there is no file '{name}'\n  Look at its spelling and folder; `threadlab -e CODE` runs a line of code."
            ),
            Self::Directory { name } => {
                write!(f, "'{name}' is a folder\n  Name a script in it.")
            }
            Self::Unreadable { name, cause } => write!(
                f,
                "'{name}' cannot be read: {cause}\n  Look at who may read it."
            ),
            Self::NotText { name, byte, line } => write!(
                f,
                "'{name}' is not UTF-8 text: byte {byte}, in line {line}, begins no character\n  Save it as UTF-8 in your editor."
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_first_line_for_the_shell_becomes_a_comment() {
        let source = Source::from_bytes("a", b"#!/usr/bin/threadlab\nprint(1)".to_vec()).unwrap();
        assert_eq!(source.text, "///usr/bin/threadlab\nprint(1)");
        let marked = Source::from_bytes("a", "\u{feff}1".into()).unwrap();
        assert_eq!(marked.text, "1");
    }

    #[test]
    fn what_cannot_be_read_is_named_with_what_to_do() {
        let folder = tempfile::tempdir().unwrap();
        let said = |path: &Path| Source::from_file(path).unwrap_err().to_string();
        assert!(said(&folder.path().join("x.rhai")).contains("there is no file"));
        assert!(said(folder.path()).contains("is a folder"));
        let wrong = Source::from_bytes("a", b"x\ny\xff".to_vec())
            .unwrap_err()
            .to_string();
        assert!(wrong.contains("byte 4, in line 2"), "{wrong}");
    }
}
