//! `match`: a row of conditions, which set what their patterns name.

use ruff_python_ast::{self as ast, Expr, Pattern, Singleton};
use ruff_text_size::Ranged;

use super::class::Class;
use super::expression::{Binding, is_plain};
use super::string::quoted;
use super::text::{Layout, Text};
use super::translate::{Outcome, Translator, refuse};

/// What a pattern asks of a value, and the names that it gives to parts of it.
#[derive(Default)]
struct Asked {
    tests: Vec<Text>,
    names: Vec<(String, Text)>,
}

impl<'a> Translator<'a> {
    pub(super) fn match_statement(
        &mut self,
        choice: &'a ast::StmtMatch,
        layout: &mut Layout,
    ) -> Outcome<()> {
        self.python();
        let subject = self.text(&choice.subject)?;
        let kept = match is_plain(&choice.subject) && matches!(*choice.subject, Expr::Name(_)) {
            true => None,
            false => Some(self.fresh("subject")),
        };
        if let Some(name) = &kept {
            layout.line(&subject.wrapped(&format!("let {name} = "), ";"));
        }
        let subject: Text = kept.clone().map_or(subject, Text::from);
        let mut is_open = false;
        for case in &choice.cases {
            self.comments_before(case.start(), layout);
            let mut asked = Asked::default();
            self.pattern(&case.pattern, &subject, &mut asked)?;
            let mut tests = asked.tests;
            if !asked.names.is_empty() {
                let set = asked
                    .names
                    .iter()
                    .map(|(name, value)| value.wrapped(&format!("{name} = "), "; "));
                let set: Vec<Text> = set.collect();
                tests.push(Text::joined(&set, "").wrapped("({ ", "true })"));
            }
            if let Some(guard) = &case.guard {
                tests.push(self.condition(guard)?.wrapped("(", ")"));
            }
            let is_sure = tests.is_empty();
            let test = match is_sure {
                true => "true".into(),
                false => Text::joined(&tests, " && "),
            };
            let mut head = Text::at(case.start(), "");
            match (is_open, is_sure) {
                (true, true) => head.push("else"),
                (true, false) => head.add(&test.wrapped("else if ", "")),
                (false, _) => head.add(&test.wrapped("if ", "")),
            }
            match is_open {
                true => layout.reopen(&head),
                false => layout.open(&head),
            }
            is_open = true;
            self.body(&case.body, layout);
            if is_sure {
                break;
            }
        }
        if is_open {
            layout.close("");
        }
        if let Some(name) = kept {
            self.release(&name);
        }
        Ok(())
    }

    fn pattern(&mut self, pattern: &'a Pattern, value: &Text, asked: &mut Asked) -> Outcome<()> {
        let at = pattern.start();
        let compared = |with: Text, sign: &str| {
            let mut test = value.clone();
            test.mark(at);
            test.push(sign);
            test.add(&with);
            test
        };
        match pattern {
            Pattern::MatchValue(one) => {
                let with = self.expr(&one.value)?.bound(Binding::Sum);
                asked.tests.push(compared(with, " == "));
            }
            Pattern::MatchSingleton(one) => {
                let with = match one.value {
                    Singleton::None => "()",
                    Singleton::True => "true",
                    Singleton::False => "false",
                };
                let same = self.helper("is_same");
                let mut test = value.wrapped(&format!("{same}("), ", ");
                test.push(&format!("{with})"));
                asked.tests.push(test);
            }
            Pattern::MatchAs(named) => {
                if let Some(inner) = &named.pattern {
                    self.pattern(inner, value, asked)?;
                }
                if let Some(name) = &named.name {
                    asked.names.push((self.variable(name), value.clone()));
                }
            }
            Pattern::MatchOr(several) => {
                let mut tests = Vec::new();
                for pattern in &several.patterns {
                    let mut one = Asked::default();
                    self.pattern(pattern, value, &mut one)?;
                    if !one.names.is_empty() {
                        return refuse(
                            pattern,
                            "an alternative that names something has no counterpart here",
                        );
                    }
                    tests.push(match one.tests.is_empty() {
                        true => "true".into(),
                        false => Text::joined(&one.tests, " && "),
                    });
                }
                asked
                    .tests
                    .push(Text::joined(&tests, " || ").wrapped("(", ")"));
            }
            Pattern::MatchSequence(row) => self.sequence(&row.patterns, value, asked)?,
            Pattern::MatchMapping(map) => {
                if let Some(rest) = &map.rest {
                    let mut keys = Vec::new();
                    for key in &map.keys {
                        keys.push(self.text(key)?);
                    }
                    let name = self.helper("without_keys");
                    let keys = Text::joined(&keys, ", ").wrapped(", [", "])");
                    let mut part = value.wrapped(&format!("{name}("), "");
                    part.add(&keys);
                    asked.names.push((self.variable(rest), part));
                }
                let is_dict = value.wrapped("isinstance(", ", \"dict\")");
                asked.tests.push(is_dict);
                for (key, pattern) in map.keys.iter().zip(&map.patterns) {
                    let key = self.text(key)?;
                    let mut has = key.clone();
                    has.push(" in ");
                    has.add(value);
                    asked.tests.push(has);
                    let mut part = value.clone();
                    part.add(&key.wrapped("[", "]"));
                    self.pattern(pattern, &part, asked)?;
                }
            }
            Pattern::MatchClass(class) => self.class_pattern(class, value, asked)?,
            Pattern::MatchStar(star) => {
                return refuse(star, "`*` has no counterpart at this place");
            }
        }
        Ok(())
    }

    /// `[a, *rest, b]`
    fn sequence(
        &mut self,
        patterns: &'a [Pattern],
        value: &Text,
        asked: &mut Asked,
    ) -> Outcome<()> {
        let star = patterns
            .iter()
            .position(|one| matches!(one, Pattern::MatchStar(_)));
        let count = patterns.len() - usize::from(star.is_some());
        let is_row = self.helper("is_row");
        let how = if star.is_some() { "true" } else { "false" };
        asked
            .tests
            .push(value.wrapped(&format!("{is_row}("), &format!(", {count}, {how})")));
        for (index, pattern) in patterns.iter().enumerate() {
            let part = match (pattern, star) {
                (Pattern::MatchStar(rest), _) => {
                    let behind = patterns.len() - index - 1;
                    let Some(name) = &rest.name else { continue };
                    let slice = self.helper("slice");
                    let end = match behind {
                        0 => "()".to_string(),
                        behind => format!("-{behind}"),
                    };
                    let part =
                        value.wrapped(&format!("list({slice}("), &format!(", {index}, {end}))"));
                    asked.names.push((self.variable(name), part));
                    continue;
                }
                (_, Some(star)) if index > star => {
                    value.wrapped("", &format!("[-{}]", patterns.len() - index))
                }
                _ => value.wrapped("", &format!("[{index}]")),
            };
            self.pattern(pattern, &part, asked)?;
        }
        Ok(())
    }

    /// `Point(x=0, y=y)`, `int(n)`
    fn class_pattern(
        &mut self,
        class: &'a ast::PatternMatchClass,
        value: &Text,
        asked: &mut Asked,
    ) -> Outcome<()> {
        let classes = self.classes(&class.cls)?;
        let mut test = value.wrapped("isinstance(", ", ");
        test.add(&classes);
        test.push(")");
        asked.tests.push(test);
        let own = match &*class.cls {
            Expr::Name(name) => self.class_named(&name.id).map(Class::field_names),
            _ => None,
        };
        match (&class.arguments.patterns[..], own) {
            ([], _) => {}
            ([one], None) => self.pattern(one, value, asked)?,
            (patterns, Some(names)) if patterns.len() <= names.len() => {
                for (pattern, name) in patterns.iter().zip(names) {
                    let part = value.wrapped("", &format!(".{}", self.attribute_name(name)));
                    self.pattern(pattern, &part, asked)?;
                }
            }
            _ => return refuse(class, "this pattern has no counterpart here"),
        }
        for keyword in &class.arguments.keywords {
            let own = self.attribute_name(&keyword.attr);
            let has = self.helper("hasattr");
            let name = format!(", {})", quoted(&own));
            asked.tests.push(value.wrapped(&format!("{has}("), &name));
            let part = value.wrapped("", &format!(".{own}"));
            self.pattern(&keyword.pattern, &part, asked)?;
        }
        Ok(())
    }
}
