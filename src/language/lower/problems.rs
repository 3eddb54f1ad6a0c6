//! What can be wrong with a text that parses, in words.

use super::Lowering;
use crate::language::diagnostic::{Code, Diagnostic, Span};
use crate::pos::Pos;
use crate::program::MAX_ARGUMENTS;

/// How alike two names must be (Jaro-Winkler) for one to be offered in place of the other.
const ALIKE: f64 = 0.82;

/// A part of Rhai that is not there (yet).
pub(super) fn unsupported(what: &str, pos: Pos) -> Diagnostic {
    Diagnostic::error(
        Code::Unsupported,
        Span::at(pos),
        format!("{what} is not supported here (line {})", pos.line),
    )
    .label("not supported")
}

/// A name that nothing has; `is_function` says whether its place asks for a function.
pub(super) fn unknown_name(
    name: &str,
    nearest: Option<String>,
    certain: bool,
    is_function: bool,
    pos: Pos,
) -> Diagnostic {
    let span = Span::of(pos, name.chars().count());
    let found = if certain {
        Diagnostic::error(
            Code::UnknownName,
            span,
            format!("nothing is called `{name}`"),
        )
    } else {
        let message = format!("`{name}` is not known when this is defined");
        Diagnostic::warning(Code::UnknownName, span, message)
    };
    let found = found.label("unknown name");
    match nearest {
        Some(nearest) => found.help(format!("did you mean `{nearest}`?")),
        None if is_function => found.help(format!("define it first: `fn {name}(...) {{ ... }}`")),
        None if certain => found.help(format!("make it first: `let {name} = ...;`")),
        None => found.help(format!(
            "`let {name} = ...;` must have run before the function does"
        )),
    }
}

/// A prefix, `m::`, that no import has made.
pub(super) fn unknown_module(prefix: &str, pos: Pos) -> Diagnostic {
    let first = prefix.split("::").next().unwrap_or(prefix);
    Diagnostic::error(
        Code::UnknownName,
        Span::at(pos),
        format!("no module is called `{prefix}`"),
    )
    .label("unknown module")
    .help(format!("import it first: `import \"{first}\" as {first};`"))
}

/// Something of a module, `m::f`, that it does not offer.
pub(super) fn unknown_export(name: &str, what: &str, known: &[&str], pos: Pos) -> Diagnostic {
    let found = Diagnostic::error(
        Code::UnknownName,
        Span::at(pos),
        format!("the module has no {what} `{name}`"),
    )
    .label(format!("unknown {what}"));
    match known {
        [] => found.help(match what {
            "variable" => "a module shows the variables that it exports: `export const x = 1;`",
            _ => "a module shows its functions that are not `private`",
        }),
        known => found.help(format!("it has {}", known.join(", "))),
    }
}

/// A name, `MODULE.MEMBER`, that one of Python's modules does not have here.
pub(super) fn unknown_member(module: &str, name: &str, members: &[&str], pos: Pos) -> Diagnostic {
    let member = name.rsplit_once('.').map_or(name, |(_, member)| member);
    let small = member.to_lowercase();
    let distance = |known: &str| strsim::damerau_levenshtein(&known.to_lowercase(), &small);
    let nearest = (members.iter())
        .map(|known| (distance(known), *known))
        .filter(|(distance, known)| *distance <= known.len() / 4)
        .min();
    let help = match nearest {
        Some((_, nearest)) => format!("did you mean `{module}.{nearest}`?"),
        None => format!("{module} has {}", members.join(", ")),
    };
    Diagnostic::error(
        Code::UnknownName,
        Span::of(pos, member.chars().count()),
        format!("nothing is called `{name}`"),
    )
    .label("unknown name")
    .help(help)
}

/// An assignment to a name that nothing has.
pub(super) fn unknown_target(
    name: &str,
    nearest: Option<String>,
    certain: bool,
    pos: Pos,
    line: Option<String>,
) -> Diagnostic {
    let mut found = unknown_name(name, nearest, certain, false, pos);
    if certain {
        found.message = format!("there is no variable `{name}` to assign to");
        if found.suggestion.is_none()
            && let Some(line) = line
        {
            found.suggestion = Some(line);
            found.help = Some("a new variable begins with `let`".to_string());
        }
    }
    found
}

/// An assignment to a constant.
pub(super) fn constant(name: &str, pos: Pos) -> Diagnostic {
    let span = Span::of(pos, name.chars().count());
    Diagnostic::error(Code::Constant, span, format!("`{name}` is a constant"))
        .label("cannot be changed")
        .help(format!("make it a variable: `let {name} = ...;`"))
}

/// An assignment to something that cannot be assigned to.
pub(super) fn bad_target(pos: Pos) -> Diagnostic {
    let message = "only a variable, an item or a property can be assigned to";
    Diagnostic::error(Code::BadAssignment, Span::at(pos), message).label("not one of these")
}

/// `break` or `continue` outside a loop.
pub(super) fn misplaced_break(pos: Pos) -> Diagnostic {
    let message = "`break` and `continue` belong in a loop";
    Diagnostic::error(Code::Misplaced, Span::at(pos), message).label("no loop here")
}

/// A `finally` that belongs to no `try`.
pub(super) fn stray_finally(pos: Pos) -> Diagnostic {
    let message = "`finally` belongs behind a `try` or its `catch`";
    Diagnostic::error(Code::Misplaced, Span::at(pos), message)
        .label("no `try` here")
        .help("write `try { ... } finally { ... }`")
}

/// More arguments than a call can have.
pub(super) fn too_many_arguments(name: &str, pos: Pos) -> Diagnostic {
    let message = format!("`{name}` is called with more than {MAX_ARGUMENTS} arguments");
    Diagnostic::error(Code::TooLarge, Span::at(pos), message)
        .label("too many arguments")
        .help("pass an array or a map")
}

/// More parameters than a function can have.
pub(super) fn too_many_parameters(name: &str, pos: Pos) -> Diagnostic {
    let message = format!("{name} has more than {MAX_ARGUMENTS} parameters");
    Diagnostic::error(Code::TooLarge, Span::at(pos), message)
        .label("too many parameters")
        .help("take an array or a map")
}

/// A function that is too large in some way.
pub(super) fn too_large(what: &str, pos: Pos) -> Diagnostic {
    Diagnostic::error(Code::TooLarge, Span::at(pos), format!("this code {what}"))
        .label("too large")
        .help("split it into several functions")
}

impl Lowering<'_> {
    /// The known name that is most like `name`, if one is like it at all.
    pub(super) fn nearest(&self, name: &str) -> Option<String> {
        let locals = self.builders.last().into_iter().flat_map(|builder| {
            let captures = builder.captures.iter().map(|capture| capture.name.as_str());
            builder
                .scopes
                .iter()
                .flat_map(|scope| scope.names())
                .chain(captures)
        });
        let session = self
            .session
            .iter()
            .map(|&global| &*self.program.global(global).name);
        let functions = self
            .program
            .names()
            .filter(|name| name.is_defined())
            .map(|name| &*name.text);
        locals
            .chain(session)
            .chain(functions)
            .chain(self.own_functions.iter().copied())
            .chain(self.resolution.top_level.iter().map(String::as_str))
            .chain(self.catalogue.names())
            .filter(|known| *known != name)
            .map(|known| (strsim::jaro_winkler(known, name), known))
            .filter(|(alike, _)| *alike > ALIKE)
            // The name decides between equals, so that the answer does not depend on hash order.
            .max_by(|a, b| a.0.total_cmp(&b.0).then_with(|| b.1.cmp(a.1)))
            .map(|(_, known)| known.to_string())
    }

    /// Whether what stands at `pos` is the first argument of a call that takes a function there.
    pub(super) fn is_function_wanted(&self, pos: Pos) -> bool {
        const TAKERS: [&str; 9] = [
            "Thread", "all", "filter", "for_each", "map", "reduce", "some", "spawn", "submit",
        ];
        let line = usize::from(pos.line).checked_sub(1);
        let line = line.and_then(|line| self.text.lines().nth(line));
        let before = usize::from(pos.column).saturating_sub(1);
        let before: String = line.unwrap_or_default().chars().take(before).collect();
        let called = before.trim_end().strip_suffix('(').unwrap_or_default();
        let is_word = |c: char| c.is_alphanumeric() || c == '_';
        let begin = called.trim_end_matches(is_word).len();
        TAKERS.contains(&&called[begin..])
    }

    /// The line at `pos` with `let` before the assignment that begins there.
    pub(super) fn line_with_let(&self, pos: Pos) -> Option<String> {
        let line = self
            .text
            .lines()
            .nth(usize::from(pos.line).checked_sub(1)?)?;
        let column = usize::from(pos.column).checked_sub(1)?;
        let before: String = line.chars().take(column).collect();
        let after: String = line.chars().skip(column).collect();
        let fixed = format!("{before}let {after}");
        let fixed = fixed.trim();
        let end = if fixed.ends_with([';', '}', '{']) {
            ""
        } else {
            ";"
        };
        Some(format!("{fixed}{end}"))
    }
}
