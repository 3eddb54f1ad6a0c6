//! The prelude: the part of the library that is written in Rhai, cut into pieces, of which a text
//! gets only those that it mentions.

use std::collections::{BTreeMap, BTreeSet};

const TEXT: &str = concat!(
    include_str!("prelude.rhai"),
    "\n",
    include_str!("python.rhai")
);

/// All functions of one name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Piece {
    /// The name as it stands in the table of names: `array__map`.
    pub name: &'static str,
    /// The text.
    pub source: &'static str,
}

/// The prelude's text, cut.
#[derive(Debug)]
pub struct Prelude {
    pieces: Vec<Piece>,
    /// The pieces by the word that a script uses: `map` for `array__map` and `map__map`.
    by_word: BTreeMap<&'static str, Vec<usize>>,
}

/// Whether a method of this name is in the prelude for some type.
pub(super) fn has_method(name: &str) -> bool {
    TEXT.contains(&format!("__{name}("))
}

/// What the names of pieces begin with that functions of Python's call.
const PYTHON: &str = "__python__";

impl Default for Prelude {
    fn default() -> Self {
        Self::new()
    }
}

impl Prelude {
    /// Cuts the text. Takes some microseconds.
    pub fn new() -> Self {
        let mut pieces: Vec<Piece> = Vec::new();
        let starts: Vec<usize> = (TEXT.match_indices("\nfn "))
            .map(|(at, _)| at + 1)
            .collect();
        for (number, &start) in starts.iter().enumerate() {
            let end = starts.get(number + 1).copied().unwrap_or(TEXT.len());
            let source = &TEXT[start..end];
            let name = source["fn ".len()..].split('(').next().unwrap_or_default();
            match pieces.last_mut() {
                // Functions that differ in the number of parameters stand next to each other.
                Some(piece) if piece.name == name => {
                    piece.source = &TEXT[start - piece.source.len()..end];
                }
                _ => pieces.push(Piece { name, source }),
            }
        }
        let mut by_word: BTreeMap<_, Vec<usize>> = BTreeMap::new();
        for (number, piece) in pieces.iter().enumerate() {
            // Python's own are mentioned by their full names only.
            let word = match piece.name.starts_with(PYTHON) {
                true => piece.name,
                false => piece.name.rsplit("__").next().unwrap_or(piece.name),
            };
            by_word.entry(word).or_default().push(number);
        }
        Self { pieces, by_word }
    }

    /// The pieces that a text which mentions these names needs, and what those need in turn, in the
    /// order of the prelude.
    pub fn needed<'n>(&self, mentioned: impl IntoIterator<Item = &'n str>) -> Vec<Piece> {
        let mut needed = BTreeSet::new();
        let mut waiting: Vec<usize> = (mentioned.into_iter())
            .flat_map(|name| self.with_word(name))
            .collect();
        while let Some(number) = waiting.pop() {
            if needed.insert(number) {
                // `python.f` is a word, as it stands.
                let words = self.pieces[number].source.split(|character: char| {
                    !character.is_alphanumeric() && !matches!(character, '_' | '.')
                });
                // What the prelude calls by `call` is always a function, never a `Once`.
                let words = words.filter(|word| word.rsplit('.').next() != Some("call"));
                waiting.extend(words.flat_map(|word| self.with_word(word)));
            }
        }
        needed
            .into_iter()
            .map(|number| self.pieces[number])
            .collect()
    }

    /// The piece that defines the function `name`.
    pub fn find(&self, name: &str) -> Option<Piece> {
        self.pieces.iter().find(|piece| piece.name == name).copied()
    }

    fn with_word(&self, word: &str) -> impl Iterator<Item = usize> + use<'_> {
        let pieces = |word: &str| self.by_word.get(word).cloned().unwrap_or_default();
        let numbers = match word.strip_prefix("python.") {
            // What takes all items of something goes through them by a piece of its own.
            Some(name) => {
                let mut all = pieces(&format!("{PYTHON}{name}"));
                all.extend(pieces(&format!("{PYTHON}through")));
                let other = match name {
                    "min" | "max" => "extreme",
                    "iter" => "iter_until",
                    _ => "",
                };
                all.extend(pieces(&format!("{PYTHON}{other}")));
                all
            }
            // `asyncio.run`
            None => match word {
                // An error that nobody catches is shown by it.
                "__str__" => pieces(&format!("{PYTHON}uncaught")),
                // The machine calls these for what has such a method, or is a generator.
                "__getattr__" => pieces(&format!("{PYTHON}call_found")),
                "yield" => pieces(&format!("{PYTHON}contains")),
                word => pieces(word.rsplit('.').next().unwrap_or(word)),
            },
        };
        numbers.into_iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(mentioned: &[&str]) -> Vec<&'static str> {
        let needed = Prelude::new().needed(mentioned.iter().copied());
        needed.iter().map(|piece| piece.name).collect()
    }

    #[test]
    fn only_what_is_mentioned_is_needed() {
        assert!(names(&["print", "push", "nothing"]).is_empty());
        assert_eq!(names(&["elapsed"]), ["elapsed"]);
        assert_eq!(names(&["some"]), ["array__some"]);
    }

    #[test]
    fn a_piece_brings_what_it_calls() {
        assert_eq!(
            names(&["sort"]),
            ["array__sort", "array__order", "list__sort"]
        );
        assert_eq!(
            names(&["find"]),
            ["array__index_of", "array__find"],
            "in the order of the prelude"
        );
    }

    #[test]
    fn functions_of_one_name_are_one_piece() {
        let piece = Prelude::new().find("array__reduce").unwrap();
        assert_eq!(piece.source.matches("fn array__reduce(").count(), 2);
        assert!(Prelude::new().find("array__nothing").is_none());
    }
}
