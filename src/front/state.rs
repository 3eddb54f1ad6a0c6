//! The folder in which the program keeps what it wants to find again: the history of the prompt, and
//! runs whose tokens would be too long to type.

use std::fs;
use std::path::PathBuf;

use etcetera::AppStrategy;

use crate::explore::{Token, TokenProblem};

/// A token that is longer is kept in a file, in characters.
const LONGEST: usize = 40;
/// What the name of a kept token begins with. No token does.
const KEPT: char = '@';

/// The folder, made when missing: `XDG_STATE_HOME/threadlab` or what the host has instead.
///
/// # Errors
/// Why there is none, in words.
pub(super) fn folder() -> Result<PathBuf, String> {
    let strategy = strategy()?;
    let folder = strategy.state_dir().unwrap_or_else(|| strategy.data_dir());
    fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    Ok(folder)
}

/// Where this host keeps what belongs to a program.
///
/// # Errors
/// Why that is not known, in words.
pub(super) fn strategy() -> Result<impl AppStrategy, String> {
    etcetera::choose_app_strategy(etcetera::AppStrategyArgs {
        top_level_domain: "io".into(),
        author: "threadlab".into(),
        app_name: "threadlab".into(),
    })
    .map_err(|error| error.to_string())
}

/// What is shown for a token: the token itself, or a name for it when it is long and could be kept.
pub(super) fn shown(token: &Token) -> String {
    let word = token.to_string();
    if word.len() <= LONGEST {
        return word;
    }
    let name = format!("{KEPT}{:016x}", xxhash_rust::xxh3::xxh3_64(word.as_bytes()));
    let kept = runs().and_then(|folder| {
        let file = folder.join(&name[1..]);
        fs::write(&file, &word).map_err(|error| error.to_string())
    });
    // Without a file the long word still works.
    kept.map_or(word, |()| name)
}

/// The token that was typed or named.
///
/// # Errors
/// What is wrong with it, in words.
pub(super) fn read(shown: &str) -> Result<Token, String> {
    let shown = shown.trim();
    let word = match shown.strip_prefix(KEPT) {
        None => shown.to_string(),
        Some(name) if name.len() == 16 && name.chars().all(|c| c.is_ascii_hexdigit()) => {
            let folder = runs()?;
            fs::read_to_string(folder.join(name)).map_err(|_| {
                format!(
                    "the run {shown} is not kept in {}: it was found on another machine or as \
                     another user, or its file was removed",
                    folder.display()
                )
            })?
        }
        Some(_) => return Err(problem(TokenProblem::Malformed)),
    };
    word.parse().map_err(problem)
}

/// Why a token is refused, in words.
pub(super) fn problem(problem: TokenProblem) -> String {
    match problem {
        TokenProblem::Malformed => {
            "this is no token: copy it whole, as it was printed behind `replay`"
        }
        TokenProblem::Version => {
            "this token was made by another version of threadlab: explore again for a new one"
        }
        TokenProblem::OtherSource => {
            "this token belongs to another source: the text or its arguments have changed since; \
             explore again for a new one"
        }
        TokenProblem::NoSuchRun => {
            "this token names a run that this program does not have: was it copied whole?"
        }
    }
    .into()
}

/// Where long runs are kept.
fn runs() -> Result<PathBuf, String> {
    let folder = folder()?.join("runs");
    fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    Ok(folder)
}
