//! Which functions of a text take attributes: `work.calls = 0`.

use std::collections::BTreeSet;

use ruff_python_ast::visitor::{Visitor, walk_stmt};
use ruff_python_ast::{self as ast, Expr, Stmt};

/// Which functions of a text take attributes: those that it gives some by their names, and those that it decorates
/// where a decorator gives some to what it gets or makes.
#[derive(Default)]
pub(super) struct Attributed {
    names: BTreeSet<String>,
    decorated: bool,
}

impl Attributed {
    pub(super) fn of(body: &[Stmt]) -> Self {
        #[derive(Default)]
        struct Finder {
            /// The names of variables whose attributes are set.
            given: BTreeSet<String>,
            functions: BTreeSet<String>,
            parameters: BTreeSet<String>,
        }
        impl Finder {
            fn target(&mut self, target: &Expr) {
                if let Expr::Attribute(attribute) = target
                    && let Expr::Name(name) = &*attribute.value
                {
                    self.given.insert(name.id.to_string());
                }
            }
        }
        impl<'a> Visitor<'a> for Finder {
            fn visit_stmt(&mut self, statement: &'a Stmt) {
                match statement {
                    Stmt::Assign(assign) => assign.targets.iter().for_each(|one| self.target(one)),
                    Stmt::AugAssign(assign) => self.target(&assign.target),
                    Stmt::AnnAssign(assign) => self.target(&assign.target),
                    Stmt::FunctionDef(def) => {
                        self.functions.insert(def.name.to_string());
                        let names = def.parameters.iter().map(|one| one.name().to_string());
                        // The first one of a method is no function.
                        self.parameters
                            .extend(names.filter(|name| name != "self" && name != "cls"));
                    }
                    _ => {}
                }
                walk_stmt(self, statement);
            }
        }
        let mut finder = Finder::default();
        finder.visit_body(body);
        let Finder {
            given,
            functions,
            parameters,
        } = finder;
        Self {
            decorated: !given.is_disjoint(&parameters) || !given.is_disjoint(&functions),
            names: given.intersection(&functions).cloned().collect(),
        }
    }

    /// Whether the function of this statement takes attributes.
    pub(super) fn has(&self, def: &ast::StmtFunctionDef) -> bool {
        self.names.contains(def.name.as_str()) || self.decorated && !def.decorator_list.is_empty()
    }

    /// Whether a function of this name does.
    pub(super) fn has_name(&self, name: &str) -> bool {
        self.names.contains(name)
    }
}
