//! What reads texts that others have written: tokens, and what is kept of inputs.
#![no_main]

use libfuzzer_sys::fuzz_target;
use threadlab::explore::Token;
use threadlab::language::complete::{continues, indentation, is_only_comments};
use threadlab::language::definitions::definitions;
use threadlab::language::outline::Outline;

fuzz_target!(|text: &str| {
    if let Ok(token) = text.parse::<Token>() {
        let again: Token = token.to_string().parse().expect("a token is read as it is written");
        assert_eq!(again.to_string(), token.to_string());
    }
    // A line of the history is an input that comes back.
    for input in text.lines() {
        continues(input);
        indentation(input);
        is_only_comments(input);
    }
    definitions(text);
    let _ = Outline::of(text);
});
