//! Which options of a question a line chooses. Options have letters, as numbers are what programs print.

use std::collections::BTreeSet;

/// What a line says of the options.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Chosen {
    /// These, by their places from 0.
    Options(BTreeSet<usize>),
    /// It was meant as an answer, and chooses nothing that is there.
    Nothing,
    /// It is something else.
    Else,
}

/// The letter of the option at a place, from 0.
pub(super) fn letter(index: usize) -> String {
    let letter = u8::try_from(index)
        .ok()
        .and_then(|index| b'a'.checked_add(index));
    char::from(letter.unwrap_or(b'?')).to_string()
}

/// Reads a line: the letters of options, or what they say. `is_known` says which names mean something else.
pub(super) fn chosen(line: &str, options: &[&str], is_known: impl Fn(&str) -> bool) -> Chosen {
    let said = |text: &str| {
        let exactly = options.iter().position(|option| is_same(option, text));
        exactly.or_else(|| only(options, |option| solid(option).eq(solid(text))))
    };
    if let Some(index) = said(line) {
        return Chosen::Options(BTreeSet::from([index]));
    }
    let words: Vec<&str> = line
        .split(|c: char| c.is_whitespace() || c == ',')
        .map(|word| word.trim_end_matches([';', '.', ')']))
        .filter(|word| !word.is_empty() && *word != "and")
        .collect();
    let of_letter = |word: &str| {
        let places = 0..options.len();
        places
            .into_iter()
            .find(|index| letter(*index).eq_ignore_ascii_case(word))
    };
    let of_all = |of: &dyn Fn(&str) -> Option<usize>| -> Option<BTreeSet<usize>> {
        words.iter().map(|word| of(word)).collect()
    };
    let found = of_all(&of_letter).or_else(|| of_all(&said));
    if let Some(found) = found.filter(|found| !found.is_empty()) {
        return Chosen::Options(found);
    }
    // No code is made of numbers and plain words alone, unless they are names.
    let is_plain = |word: &&str| word.chars().all(char::is_alphanumeric) && !is_known(word);
    let is_meant = !words.is_empty() && !line.starts_with(':') && words.iter().all(is_plain);
    match is_meant {
        true => Chosen::Nothing,
        false => Chosen::Else,
    }
}

/// The place of the only option of which this is true.
fn only(options: &[&str], is_meant: impl Fn(&str) -> bool) -> Option<usize> {
    let mut meant = (0..options.len()).filter(|index| is_meant(options[*index]));
    meant.next().filter(|_| meant.next().is_none())
}

/// A text without white space: `[1,3]` for `[1, 3]`.
fn solid(text: &str) -> impl Iterator<Item = char> {
    text.chars().filter(|c| !c.is_whitespace())
}

/// Whether two texts differ at most in how wide their white space is.
fn is_same(one: &str, other: &str) -> bool {
    one.split_whitespace().eq(other.split_whitespace())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_are_chosen_by_letters_or_by_what_they_say() {
        let options = ["0 / 1", "1", "2", "deadlock"];
        let check = |line: &str, expected: &[usize]| {
            let wanted = Chosen::Options(expected.iter().copied().collect());
            assert_eq!(chosen(line, &options, |_| false), wanted, "{line:?}");
        };
        check("a", &[0]);
        check("A, c", &[0, 2]);
        check("b) and d)", &[1, 3]);
        check("d a", &[0, 3]);
        // What can be printed, as one would say it.
        check("1", &[1]);
        check("1 2", &[1, 2]);
        check("0 / 1", &[0]);
        check("deadlock", &[3]);
        check("0/1", &[0]);
    }

    #[test]
    fn white_space_tells_options_apart_only_where_nothing_else_does() {
        let chosen = |line| super::chosen(line, &["1 2", "12", "[1, 3]"], |_| false);
        for (line, option) in [("1 2", 0), ("12", 1), ("[1,3]", 2), ("[1, 3]", 2)] {
            assert_eq!(
                chosen(line),
                Chosen::Options(BTreeSet::from([option])),
                "{line:?}"
            );
        }
    }

    #[test]
    fn what_chooses_nothing_is_no_code_either() {
        let options = ["1", "2"];
        for line in ["3", "c", "all", "none of them", "a b c", "1 3"] {
            assert_eq!(
                chosen(line, &options, |_| false),
                Chosen::Nothing,
                "{line:?}"
            );
        }
        for line in ["print(1)", ":hint", "", "1 + 1", "let a = 1", "n"] {
            let is_known = |word: &str| ["n", "let"].contains(&word);
            assert_eq!(chosen(line, &options, is_known), Chosen::Else, "{line:?}");
        }
    }
}
