//! What code of a text a failure can be about: what runs from some statement of the top level on.
//!
//! At the prompt a text is all that was typed, and only the last inputs of it are explored; in any text
//! there may be functions that nobody calls. To change what does not run mends nothing, whatever else is
//! changed beside it.

use std::collections::BTreeSet;

use crate::language::outline::{Head, Outline, Piece};

/// The code that can run.
pub(super) struct Scope {
    functions: BTreeSet<usize>,
    /// The statements of the top level.
    statements: BTreeSet<usize>,
}

impl Scope {
    /// What runs from byte `begins` of the top level on, with all that it mentions: functions, variables
    /// with what makes them, and so on. `names` are those of the functions, closures in variables too.
    pub(super) fn of(outline: &Outline<'_>, begins: usize, names: &[Option<&str>]) -> Self {
        let top = outline.blocks[0].statements.iter().copied();
        let of_top = |statement: &usize| outline.statements[*statement].span.end > begins;
        let mut scope = Self {
            functions: BTreeSet::from([0]),
            statements: top.clone().filter(of_top).collect(),
        };
        let lets = outline.lets().map(|(name, at, _)| (name, at));
        let heads = outline.statements.iter().enumerate();
        let classes = heads.filter(|(_, one)| one.head == Head::Class);
        let classes: Vec<usize> = classes.map(|(at, _)| at).collect();
        let of_classes = classes.iter().map(|at| (outline.class(*at).0, *at));
        let made: Vec<(&str, usize)> = lets.chain(of_classes).collect();
        loop {
            let mut mentioned = scope.mentioned(outline);
            // A class stands behind what it derives from.
            for (name, bases) in classes.iter().rev().map(|at| outline.class(*at)) {
                if mentioned.contains(name) {
                    mentioned.extend(bases.split(['(', ')', ',', ' ']));
                }
            }
            let before = (scope.functions.len(), scope.statements.len());
            for (number, name) in names.iter().enumerate().skip(1) {
                let function = &outline.functions[number];
                let is_live = match (function.class, name) {
                    // Some methods are called by nobody who names them: `init`, `run`.
                    (Some(class), _) => mentioned.contains(outline.class(class).0),
                    (None, Some(name)) => mentioned.contains(name),
                    (None, None) => function.statement.is_some_and(|at| scope.has(outline, at)),
                };
                if is_live {
                    scope.functions.insert(number);
                }
            }
            let tops: BTreeSet<usize> = top.clone().collect();
            let makers = made
                .iter()
                .filter(|(name, at)| tops.contains(at) && mentioned.contains(name));
            scope.statements.extend(makers.map(|(_, at)| *at));
            if before == (scope.functions.len(), scope.statements.len()) {
                return scope;
            }
        }
    }

    /// The names that its code mentions.
    fn mentioned<'t>(&self, outline: &Outline<'t>) -> BTreeSet<&'t str> {
        let blocks = outline.blocks.iter();
        let bodies = blocks.filter(|block| self.functions.contains(&block.function));
        let statements = bodies.flat_map(|block| block.statements.iter().copied());
        let live = statements.filter(|statement| {
            // The definition of a function mentions nothing: its body does, when it runs.
            self.has(outline, *statement) && !outline.statements[*statement].tokens.is_empty()
        });
        let of_definition = |statement: &usize| {
            matches!(outline.statements[*statement].head, Head::Fn | Head::Class)
        };
        let live = live.filter(|statement| !of_definition(statement));
        live.flat_map(|statement| outline.pieces(statement))
            .filter_map(|piece| match piece {
                Piece::Name(name) => Some(name),
                Piece::Keyword(_) | Piece::Literal | Piece::Symbol(_) => None,
            })
            .collect()
    }

    /// Whether a statement can run.
    pub(super) fn has(&self, outline: &Outline<'_>, statement: usize) -> bool {
        let function = outline.function_of(statement);
        let top = || outline.path(statement).last().copied();
        match function {
            0 => top().is_some_and(|top| self.statements.contains(&top)),
            function => self.functions.contains(&function),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn live(text: &str, from: &str) -> Vec<String> {
        let outline = Outline::of(text);
        let names: Vec<Option<&str>> = outline.functions.iter().map(|one| one.name).collect();
        let scope = Scope::of(&outline, text.find(from).unwrap(), &names);
        let all = 0..outline.statements.len();
        let live = all.filter(|statement| scope.has(&outline, *statement));
        live.map(|statement| outline.source(statement).to_string())
            .collect()
    }

    #[test]
    fn what_is_not_mentioned_does_not_run() {
        let text = "fn f() { g(); } fn g() { 1; } fn h() { 2; } let a = h; let b = f; b();";
        let found = live(text, "b();");
        assert!(found.contains(&"g();".to_string()), "{found:?}");
        assert!(found.contains(&"1;".to_string()), "{found:?}");
        assert!(!found.contains(&"2;".to_string()), "{found:?}");
        let found = live(text, "let a");
        assert!(found.contains(&"2;".to_string()), "{found:?}");
        let text =
            "class B { f() { 2; } } class A(B) { init() { 1; } } class C { f() { 3; } } A();";
        let found = live(text, "A();");
        assert!(found.contains(&"1;".to_string()), "{found:?}");
        assert!(found.contains(&"2;".to_string()), "{found:?}");
        assert!(!found.contains(&"3;".to_string()), "{found:?}");
    }
}
