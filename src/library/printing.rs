//! What the options of `print` mean: `end`, `sep` and `flush`, in both languages.

use crate::value::{Class, FaultKind, Map, Value};
use crate::vm::{Intrinsic, NativeResult};

/// The options of one call. The default is that of a call without any.
#[derive(Debug)]
pub(super) struct PrintOptions {
    sep: String,
    end: String,
}

impl Default for PrintOptions {
    fn default() -> Self {
        Self {
            sep: " ".into(),
            end: "\n".into(),
        }
    }
}

impl PrintOptions {
    /// Reads the options; as in Python, `()` stands for what is usual.
    ///
    /// # Errors
    /// A `TypeError` for an `end` or `sep` of another type.
    pub(super) fn new(options: &Map) -> Result<Self, FaultKind> {
        let text = |key: &str, usual: &str| match options.get(key) {
            None | Some(Value::Unit) => Ok(usual.to_string()),
            Some(Value::Char(character)) => Ok(character.to_string()),
            Some(other) => other.as_str().map(str::to_string).ok_or_else(|| {
                FaultKind::misuse(
                    Class::TypeError,
                    &format!("`{key}` of print is of type {}", other.type_name()),
                    "a string, or ()",
                    &format!("write `{key}` as a string: `print(x, #{{{key}: \"\"}})`"),
                )
            }),
        };
        let usual = Self::default();
        Ok(Self {
            sep: text("sep", &usual.sep)?,
            end: text("end", &usual.end)?,
        })
    }

    /// Asks the machine to print these values, each as `show` shows it.
    pub(super) fn line(&self, values: &[Value], show: fn(&Value) -> String) -> NativeResult {
        let texts: Vec<String> = values.iter().map(show).collect();
        let mut text = texts.join(&self.sep);
        text.push_str(&self.end);
        let is_open = !text.ends_with('\n');
        if !is_open {
            text.pop();
        }
        NativeResult::Intrinsic(Intrinsic::Print { text, is_open })
    }
}
