//! Text in colours: which role looks how is decided here and nowhere else.
//!
//! The only user of `colored`. Only its palette, the codes behind each colour's name: its
//! `ColoredString` asks a process-wide flag, at the time of writing, whether colours are wanted.
//! Standard output and standard error may want different answers, and two sessions too, so each
//! [`Paint`] carries its own.

use colored::Color;

/// The colours that threads take in turn. Red is left to errors.
const THREADS: [Color; 8] = [
    Color::Cyan,
    Color::Yellow,
    Color::Green,
    Color::Magenta,
    Color::Blue,
    Color::BrightCyan,
    Color::BrightYellow,
    Color::BrightGreen,
];

/// What a stretch of text is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// A name or line of the thread with this number; `main` is 1.
    Thread(u64),
    /// What went wrong.
    Error,
    /// What the prompt says of itself.
    Prompt,
    /// What matters less.
    Faint,
    /// A heading.
    Heading,
    /// A word of the language.
    Keyword,
    /// A string or character.
    Text,
    /// A number.
    Number,
    /// A comment.
    Comment,
    /// A bracket and its partner, at the cursor.
    Bracket,
}

/// Whether and how to colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Paint {
    /// Text only.
    Plain,
    /// With the colours of the terminal.
    Coloured,
}

impl Paint {
    /// `text` as its role looks. Plain text stays as it is.
    pub fn text(self, role: Role, text: &str) -> String {
        let mut out = String::with_capacity(text.len() + 10);
        self.write(&mut out, role, text);
        out
    }

    /// Appends `text` as its role looks.
    pub fn write(self, out: &mut String, role: Role, text: &str) {
        if self == Self::Plain || text.is_empty() {
            out.push_str(text);
            return;
        }
        let (bold, colour) = look(role);
        out.push_str("\x1b[");
        if bold {
            out.push('1');
        }
        if let Some(colour) = colour {
            if bold {
                out.push(';');
            }
            out.push_str(&colour.to_fg_str());
        }
        out.push('m');
        out.push_str(text);
        out.push_str("\x1b[0m");
    }
}

/// Whether a role is bold, and its colour.
fn look(role: Role) -> (bool, Option<Color>) {
    match role {
        Role::Thread(0 | 1) | Role::Heading => (true, None),
        Role::Thread(number) => {
            let turn = (number - 2) % THREADS.len() as u64;
            (false, Some(THREADS[turn as usize]))
        }
        Role::Error => (true, Some(Color::Red)),
        Role::Prompt => (true, Some(Color::Green)),
        Role::Faint | Role::Comment => (false, Some(Color::BrightBlack)),
        Role::Keyword => (false, Some(Color::Magenta)),
        Role::Text => (false, Some(Color::Green)),
        Role::Number => (false, Some(Color::Cyan)),
        Role::Bracket => (true, Some(Color::Blue)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_text_stays_as_it_is() {
        assert_eq!(Paint::Plain.text(Role::Error, "x"), "x");
    }

    #[test]
    fn a_role_has_one_look() {
        assert_eq!(Paint::Coloured.text(Role::Error, "x"), "\x1b[1;31mx\x1b[0m");
        assert_eq!(
            Paint::Coloured.text(Role::Thread(1), "x"),
            "\x1b[1mx\x1b[0m"
        );
        assert_eq!(
            Paint::Coloured.text(Role::Thread(2), "x"),
            "\x1b[36mx\x1b[0m"
        );
        assert_eq!(Paint::Coloured.text(Role::Number, ""), "");
    }

    #[test]
    fn a_thread_keeps_its_colour_and_its_neighbour_has_another() {
        for number in 2..40 {
            let colour = look(Role::Thread(number));
            assert_eq!(colour, look(Role::Thread(number + 8)));
            assert_ne!(colour, look(Role::Thread(number + 1)));
        }
    }
}
