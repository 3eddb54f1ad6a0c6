//! The texts that the main thread of a run runs one after the other, as the prompt runs its inputs:
//! each first gives names to its functions. How many have begun is part of the state of a run.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::program::Program;
use crate::schedule::{Prepared, World};
use crate::value::{CodeId, Function};

/// The functions of the names that change during the run.
type Table = Vec<(u32, usize, Option<CodeId>)>;

/// See the head of the file.
#[derive(Default)]
pub(super) struct Inputs {
    texts: Vec<Arc<Prepared>>,
    begun: usize,
    /// What the names stand for when so many texts have begun.
    tables: Vec<Table>,
    /// The top-level variables that become shared by being named, each with the number of texts that
    /// have begun then.
    named: Vec<(u32, usize)>,
    /// Whether others can notice that a text begins.
    noticed: Vec<bool>,
}

impl Inputs {
    /// These, of which none has begun.
    pub(super) fn new(texts: Vec<Arc<Prepared>>, program: &Program) -> Self {
        let defined = texts.iter().flat_map(|text| &text.defined);
        let changing: BTreeSet<_> = defined.map(|(name, params, _)| (*name, *params)).collect();
        let now = |(name, params)| (name, params, program.name(name).function(params));
        let mut table: Table = changing.into_iter().map(now).collect();
        let mut tables = vec![table.clone()];
        let mut named = Vec::new();
        for (index, text) in texts.iter().enumerate() {
            for (name, params, id) in &text.defined {
                let mut same = table
                    .iter_mut()
                    .filter(|row| (row.0, row.1) == (*name, *params));
                same.by_ref().for_each(|row| row.2 = Some(*id));
            }
            tables.push(table.clone());
            for global in &text.named_globals {
                let is_new = !program.global(*global).is_named_by_function()
                    && !named.iter().any(|(known, _)| known == global);
                if is_new {
                    named.push((*global, index + 1));
                }
            }
        }
        let noticed = texts.iter().map(|text| text.is_noticed(program)).collect();
        Self {
            noticed,
            texts,
            begun: 0,
            tables,
            named,
        }
    }

    /// All of them.
    pub(super) fn texts(&self) -> impl Iterator<Item = &Prepared> {
        self.texts.iter().map(|text| &**text)
    }

    /// How many have begun.
    pub(super) fn begun(&self) -> usize {
        self.begun
    }

    /// Whether other threads, if there are any, can notice that the next one begins; nothing when
    /// there is none.
    pub(super) fn is_next_noticed(&self) -> Option<bool> {
        self.noticed.get(self.begun).copied()
    }

    /// Begins the next one and returns what runs it.
    pub(super) fn begin_next(&mut self, world: &World) -> Option<Arc<Function>> {
        let text = self.texts.get(self.begun)?.clone();
        self.restore(self.begun + 1, &world.program);
        world.share_named(&text.named_globals);
        Some(text.function.clone())
    }

    /// Makes the names mean what they do when so many have begun.
    pub(super) fn restore(&mut self, begun: usize, program: &Program) {
        if self.begun == begun {
            return;
        }
        self.begun = begun;
        for (name, params, id) in &self.tables[begun] {
            program.set_function(*name, *params, *id);
        }
        for (global, since) in &self.named {
            let global = program.global(*global);
            global.set_named_by_function(*since <= begun);
        }
    }
}
