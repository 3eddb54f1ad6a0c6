//! Text of the program as a value without a reference count.

/// A string constant of a program.
///
/// It is one pointer wide, and copying it touches no shared memory: a counted constant in a loop
/// of two threads was measured at a third of the speed of one thread. The price is that the text
/// of a literal lives as long as the process, which costs as much as the user has typed.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Literal(&'static Text);

/// A wide pointer behind a thin one: a value has room for one word.
#[derive(PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Text(Box<str>);

impl Literal {
    /// Keeps `text` for the rest of the process.
    pub fn new(text: &str) -> Self {
        Self(Box::leak(Box::new(Text(text.into()))))
    }

    /// The text.
    pub fn as_str(self) -> &'static str {
        &self.0.0
    }
}

impl std::fmt::Debug for Literal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:?}", self.as_str())
    }
}
