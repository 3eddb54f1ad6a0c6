//! `switch`: a table of literals and ranges, each with blocks that may have conditions.
//!
//! A literal leads to its blocks in the order of the text; the first whose condition holds runs. When
//! none does, the ranges are asked, then the default. Each block is lowered once.

use rhai::{Expr, RangeCase, SwitchCasesCollection};

use super::Lowering;
use super::builder::Label;
use super::expressions::constant;
use crate::pos::Pos;
use crate::program::code::Switch;
use crate::program::op::{Op, Reg};
use crate::value::Value;

/// A range of a case: start, end, whether the end belongs to it, and its block.
type RangeBlock = (i64, i64, bool, usize);

impl Lowering<'_> {
    pub(super) fn switch(
        &mut self,
        value: &Expr,
        cases: &SwitchCasesCollection,
        dst: Option<Reg>,
        at: Pos,
    ) {
        // Conditions run while the value is still needed, so a variable is copied.
        let conditions = cases.expressions.iter().map(|case| &case.lhs);
        let src = self.operand_before(value, conditions);
        let literals = self.literal_cases(cases);
        let ranges: Vec<RangeBlock> = cases.ranges.iter().map(range_block).collect();
        let builder = self.builder();
        let end = builder.label();
        let bodies: Vec<Label> = cases.expressions.iter().map(|_| builder.label()).collect();
        let nothing = builder.label();
        let otherwise = cases.def_case.map_or(nothing, |index| bodies[index]);
        let entries: Vec<Label> = literals.iter().map(|_| builder.label()).collect();
        let range_entries: Vec<Label> = ranges.iter().map(|_| builder.label()).collect();

        let mut table = Switch::default();
        let mut labels = entries.clone();
        table.cases = literals
            .iter()
            .map(|(value, _)| (value.clone(), 0))
            .collect();
        add_ranges(&mut table, &mut labels, &ranges, &range_entries, otherwise);
        self.table(src, table, labels, at);

        for ((_, blocks), entry) in literals.iter().zip(entries) {
            self.builder().place(entry);
            let certain = self.conditions(cases, blocks, &bodies);
            if !certain {
                self.ask_ranges(src, &ranges, &range_entries, otherwise, at);
            }
        }
        for (index, range) in ranges.iter().enumerate() {
            self.builder().place(range_entries[index]);
            let certain = self.conditions(cases, &[range.3], &bodies);
            if !certain {
                let rest = index + 1;
                self.ask_ranges(src, &ranges[rest..], &range_entries[rest..], otherwise, at);
            }
        }
        for (case, body) in cases.expressions.iter().zip(bodies) {
            self.builder().place(body);
            match dst {
                Some(dst) => self.expression(&case.rhs, dst),
                None => self.case_body(&case.rhs),
            }
            self.builder().jump(Op::Jump { to: 0 }, end, at);
        }
        self.builder().place(nothing);
        self.unit(dst, at);
        self.builder().place(end);
    }

    /// A block whose value nobody wants.
    fn case_body(&mut self, body: &Expr) {
        let mark = self.builder().mark();
        match body {
            Expr::Stmt(block) if crate::language::resolve::as_closure(body).is_none() => {
                self.block(block.statements(), None, Pos::NONE);
            }
            _ => self.discard(body),
        }
        self.builder().release(mark);
    }

    /// The literals with their blocks, in the order of the text. Rhai keeps them by hash.
    fn literal_cases(&mut self, cases: &SwitchCasesCollection) -> Vec<(Value, Vec<usize>)> {
        // Ranges are listed here too, and come by themselves.
        let mut literals: Vec<(Value, Vec<usize>)> = cases
            .cases
            .values()
            .filter_map(|case| Some((constant(self, &case.value)?, case.blocks.to_vec())))
            .filter(|(value, _)| !matches!(value, Value::Range(_)))
            .collect();
        literals.sort_by_cached_key(|(value, blocks)| (blocks.clone(), format!("{value:?}")));
        literals
    }

    /// Jumps to the first of `blocks` whose condition holds. Returns whether one certainly does.
    fn conditions(
        &mut self,
        cases: &SwitchCasesCollection,
        blocks: &[usize],
        bodies: &[Label],
    ) -> bool {
        for &index in blocks {
            let condition = &cases.expressions[index].lhs;
            self.jump_if(condition, bodies[index]);
            if matches!(condition, Expr::BoolConstant(true, _)) {
                return true;
            }
        }
        false
    }

    fn ask_ranges(
        &mut self,
        src: Reg,
        ranges: &[RangeBlock],
        entries: &[Label],
        otherwise: Label,
        at: Pos,
    ) {
        if ranges.is_empty() {
            return self.builder().jump(Op::Jump { to: 0 }, otherwise, at);
        }
        let mut table = Switch::default();
        let mut labels = Vec::new();
        add_ranges(&mut table, &mut labels, ranges, entries, otherwise);
        self.table(src, table, labels, at);
    }

    fn table(&mut self, src: Reg, table: Switch, labels: Vec<Label>, at: Pos) {
        let index = self.builder().add_switch(table, labels);
        self.builder().emit(Op::Switch { src, index }, at);
    }
}

fn add_ranges(
    table: &mut Switch,
    labels: &mut Vec<Label>,
    ranges: &[RangeBlock],
    entries: &[Label],
    otherwise: Label,
) {
    table.ranges = ranges
        .iter()
        .map(|&(start, end, inclusive, _)| (start, end, inclusive, 0))
        .collect();
    labels.extend(entries);
    labels.push(otherwise);
}

fn range_block(range: &RangeCase) -> RangeBlock {
    match range {
        RangeCase::ExclusiveInt(range, index) => (range.start, range.end, false, *index),
        RangeCase::InclusiveInt(range, index) => (*range.start(), *range.end(), true, *index),
    }
}
