//! The code of one function in the making: instructions, labels, registers and tables.
//!
//! Registers are handed out as on a stack: variables and temporaries lie above each other, and are
//! given back in the opposite order. Jumps name labels, which get their place at the end, when it is
//! also known which short jumps are too far and need the long form.
//!
//! The builder knows nothing of the language.

use std::collections::HashMap;

use crate::pos::Pos;
use crate::program::Code;
use crate::program::code::{
    AccessPath, CallSite, ClosureShape, Handler, HandlerKind, Switch, Variable,
};
use crate::program::op::{Op, Reg};
use crate::program::signature::Signature;
use crate::value::{CodeId, FaultKind, Literal, Value};

use super::exits::{Loop, Region};
use super::scope::{Capture, Scope};

/// The most registers that a function may need; a few above stay for the machine's own use.
const MAX_REGISTERS: u32 = 60_000;

/// Distances above this take the long form. It allows for three times as many instructions between
/// as there are now, the worst that long forms can do.
const SHORT_DISTANCE: u32 = i16::MAX as u32 / 3 - 3;

/// A place in the code that is not known yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Label(u32);

/// What a function is, as far as names are concerned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// The statements outside functions.
    TopLevel,
    /// A `fn`.
    Function,
    /// A closure.
    Closure,
}

/// A constant, by its bits.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum ConstantKey {
    Int(i64),
    Float(u64),
    Char(char),
    Text(Literal),
}

/// A function in the making.
pub(super) struct Builder {
    pub(super) kind: Kind,
    /// The open blocks, outermost first.
    pub(super) scopes: Vec<Scope>,
    /// What a closure captures, in order.
    pub(super) captures: Vec<Capture>,
    /// The loops around the current statement, outermost first.
    pub(super) loops: Vec<Loop>,
    /// The `try` and `with` bodies around it, outermost first.
    pub(super) regions: Vec<Region>,
    /// The registers of errors caught by the `catch` blocks around it.
    pub(super) caught: Vec<Reg>,
    /// Whether it gives what `this` is, whatever it returns.
    pub(super) gives_this: bool,
    /// What has grown too large, and where.
    pub(super) overflow: Option<(&'static str, Pos)>,
    code: Code,
    /// Whether positions are left out: in the library.
    hide_positions: bool,
    /// The instruction of each label.
    labels: Vec<Option<u32>>,
    /// The jumps, in order of their instructions.
    jumps: Vec<(u32, Label)>,
    /// The labels of each `switch`: cases, ranges, default.
    switch_labels: Vec<Vec<Label>>,
    /// The last instruction that something may jump to.
    landing: u32,
    /// The first free register.
    next: u32,
    /// The first register above all variables in scope.
    floor: u32,
    constants: HashMap<ConstantKey, u16>,
    names: HashMap<u32, u16>,
    globals: HashMap<u32, u16>,
}

impl Builder {
    pub(super) fn new(kind: Kind, id: CodeId, name: Literal, pos: Pos, hide: bool) -> Self {
        let code = Code {
            pos: if hide { Pos::NONE } else { pos },
            ..Code::empty(id, name)
        };
        Self {
            kind,
            scopes: vec![Scope::default()],
            captures: Vec::new(),
            loops: Vec::new(),
            regions: Vec::new(),
            caught: Vec::new(),
            gives_this: false,
            overflow: None,
            code,
            hide_positions: hide,
            labels: Vec::new(),
            jumps: Vec::new(),
            switch_labels: Vec::new(),
            landing: 0,
            next: 0,
            floor: 0,
            constants: HashMap::new(),
            names: HashMap::new(),
            globals: HashMap::new(),
        }
    }

    // --- registers ---

    /// `count` fresh registers in a row; the first of them.
    pub(super) fn registers(&mut self, count: usize) -> Reg {
        let first = self.next;
        self.next += count as u32;
        if self.next > MAX_REGISTERS {
            // Nothing of this code will run, so any register will do from here on.
            self.overflow.get_or_insert((
                "needs more than 60,000 variables and temporary values",
                self.code.pos,
            ));
            self.next = first;
            return 0;
        }
        self.code.registers = self.code.registers.max(self.next as u16);
        first as Reg
    }

    /// A fresh register.
    pub(super) fn register(&mut self) -> Reg {
        self.registers(1)
    }

    /// Where fresh registers begin, for [`Builder::release`].
    pub(super) fn mark(&self) -> u32 {
        self.next
    }

    /// Gives back all registers from `mark` on, but those of variables in scope.
    pub(super) fn release(&mut self, mark: u32) {
        self.next = mark.max(self.floor);
    }

    /// Keeps `register` for a variable until its scope ends.
    pub(super) fn keep(&mut self, register: Reg) {
        self.floor = self.floor.max(u32::from(register) + 1);
    }

    /// The first register above all variables in scope.
    pub(super) fn floor(&self) -> u32 {
        self.floor
    }

    /// Sets the floor as it was before a scope.
    pub(super) fn set_floor(&mut self, floor: u32) {
        self.floor = floor;
    }

    // --- instructions ---

    /// The index that the next instruction will have.
    pub(super) fn here(&self) -> u32 {
        self.code.ops.len() as u32
    }

    /// Adds an instruction.
    pub(super) fn emit(&mut self, op: Op, pos: Pos) {
        self.code.ops.push(op);
        let pos = if self.hide_positions { Pos::NONE } else { pos };
        self.code.positions.push(pos);
    }

    /// Adds a jump, whatever its target operand says, to `label`.
    pub(super) fn jump(&mut self, op: Op, label: Label, pos: Pos) {
        self.jumps.push((self.here(), label));
        self.emit(op, pos);
    }

    /// Whether the next instruction can never run.
    pub(super) fn is_dead(&self) -> bool {
        let last = self.code.ops.last();
        last.is_some_and(|op| !op.falls_through()) && self.landing != self.here()
    }

    /// A label without a place yet.
    pub(super) fn label(&mut self) -> Label {
        self.labels.push(None);
        Label(self.labels.len() as u32 - 1)
    }

    /// Puts `label` before the next instruction.
    pub(super) fn place(&mut self, label: Label) {
        self.labels[label.0 as usize] = Some(self.here());
        self.landing = self.here();
    }

    /// A label before the next instruction.
    pub(super) fn label_here(&mut self) -> Label {
        let label = self.label();
        self.place(label);
        label
    }

    // --- tables ---

    fn index(&mut self, length: usize, what: &'static str) -> u16 {
        u16::try_from(length).unwrap_or_else(|_| {
            self.overflow.get_or_insert((what, self.code.pos));
            0
        })
    }

    fn constant_with(&mut self, key: ConstantKey, value: Value) -> u16 {
        if let Some(&index) = self.constants.get(&key) {
            return index;
        }
        let index = self.index(self.code.constants.len(), "has more than 65,536 constants");
        self.code.constants.push(value);
        self.constants.insert(key, index);
        index
    }

    /// Loads an integer.
    pub(super) fn int(&mut self, dst: Reg, number: i64, pos: Pos) {
        let op = match i32::try_from(number) {
            Ok(value) => Op::Int { dst, value },
            Err(_) => Op::Constant {
                dst,
                index: self.constant_with(ConstantKey::Int(number), Value::Int(number)),
            },
        };
        self.emit(op, pos);
    }

    /// Loads a float.
    pub(super) fn float(&mut self, dst: Reg, number: f64, pos: Pos) {
        let key = ConstantKey::Float(number.to_bits());
        let index = self.constant_with(key, Value::Float(number));
        self.emit(Op::Constant { dst, index }, pos);
    }

    /// Loads a character.
    pub(super) fn char(&mut self, dst: Reg, char: char, pos: Pos) {
        let index = self.constant_with(ConstantKey::Char(char), Value::Char(char));
        self.emit(Op::Constant { dst, index }, pos);
    }

    /// Loads a text.
    pub(super) fn text(&mut self, dst: Reg, text: Literal, pos: Pos) {
        let index = self.constant_with(ConstantKey::Text(text), Value::Literal(text));
        self.emit(Op::Constant { dst, index }, pos);
    }

    /// Loads any other constant.
    pub(super) fn value(&mut self, dst: Reg, value: Value, pos: Pos) {
        let index = self.index(self.code.constants.len(), "has more than 65,536 constants");
        self.code.constants.push(value);
        self.emit(Op::Constant { dst, index }, pos);
    }

    /// The index of a name of the program's table.
    pub(super) fn name(&mut self, name: u32) -> u16 {
        if let Some(&index) = self.names.get(&name) {
            return index;
        }
        let index = self.index(self.code.names.len(), "calls more than 65,536 functions");
        self.code.names.push(name);
        self.names.insert(name, index);
        index
    }

    /// The index of a top-level variable of the program's table.
    pub(super) fn global(&mut self, global: u32) -> u16 {
        if let Some(&index) = self.globals.get(&global) {
            return index;
        }
        let index = self.index(self.code.globals.len(), "names more than 65,536 variables");
        self.code.globals.push(global);
        self.globals.insert(global, index);
        index
    }

    /// The index of a new place.
    pub(super) fn add_place(&mut self, place: AccessPath) -> u16 {
        let known = self
            .code
            .places
            .iter()
            .rev()
            .take(8)
            .position(|old| *old == place);
        if let Some(back) = known {
            return (self.code.places.len() - 1 - back) as u16;
        }
        let index = self.index(self.code.places.len(), "has more than 65,536 chains");
        self.code.places.push(place);
        index
    }

    /// The index of a new method call.
    pub(super) fn add_site(&mut self, site: CallSite) -> u16 {
        let index = self.index(self.code.sites.len(), "has more than 65,536 method calls");
        self.code.sites.push(site);
        index
    }

    /// The index of a new list of map keys.
    pub(super) fn add_shape(&mut self, keys: Box<[Literal]>) -> u16 {
        let index = self.index(self.code.shapes.len(), "has more than 65,536 map literals");
        self.code.shapes.push(keys);
        index
    }

    /// The index of a new closure.
    pub(super) fn add_closure(&mut self, shape: ClosureShape) -> u16 {
        let index = self.index(self.code.closures.len(), "makes more than 65,536 closures");
        self.code.closures.push(shape);
        index
    }

    /// The index of a new `switch`, whose targets are `labels`: of the cases, the ranges, the
    /// default.
    pub(super) fn add_switch(&mut self, switch: Switch, labels: Vec<Label>) -> u16 {
        let index = self.index(self.code.switches.len(), "has more than 65,536 switches");
        self.code.switches.push(switch);
        self.switch_labels.push(labels);
        index
    }

    /// Emits a fault that is certain.
    pub(super) fn fault(&mut self, fault: FaultKind, pos: Pos) {
        let index = self.index(self.code.faults.len(), "has more than 65,536 errors");
        self.code.faults.push(fault);
        self.emit(Op::Fault { index }, pos);
    }

    /// Errors in the instructions of `ranges` go to the next instruction.
    pub(super) fn handle_here(&mut self, ranges: &[(u32, u32)], kind: HandlerKind) {
        let target = self.here();
        self.landing = target;
        let handlers = ranges.iter().filter(|(start, end)| start < end);
        self.code
            .handlers
            .extend(handlers.map(|&(start, end)| Handler {
                start,
                end,
                target,
                kind,
            }));
    }

    /// Notes that `register` holds the variable `name` from `start` until here.
    pub(super) fn note_variable(&mut self, name: Literal, register: Reg, start: u32) {
        let end = self.here();
        self.code.variables.push(Variable {
            name,
            register,
            start,
            end,
        });
    }

    /// Sets what the parameters take up: the first registers.
    pub(super) fn set_params(&mut self, params: usize) {
        self.code.params = params as u16;
    }

    /// Sets what the parameters take, where that is not one argument for each.
    pub(super) fn set_signature(&mut self, signature: Option<Box<Signature>>) {
        self.code.signature = signature;
    }

    /// Makes it the function of a generator, which this register holds.
    pub(super) fn set_generator(&mut self, slot: Reg, class: Literal) {
        self.code.generator = Some((slot, class));
    }

    /// Makes it one that awaits.
    pub(super) fn set_awaits(&mut self) {
        self.code.awaits = true;
    }

    pub(super) fn generator(&self) -> Option<Reg> {
        self.code.generator.map(|(slot, _)| slot)
    }

    /// Sets the first register of `this`.
    pub(super) fn set_this(&mut self, this: Reg) {
        self.code.this = Some(this);
    }

    /// Whether the function mentions `this`.
    pub(super) fn has_this(&self) -> bool {
        self.code.this.is_some()
    }

    /// The finished code.
    pub(super) fn finish(mut self, capture_names: Vec<Literal>) -> Code {
        self.code.captures = capture_names.len() as u16;
        self.code.capture_names = capture_names;
        if self.overflow.is_none() {
            self.lay_out();
        }
        self.code
    }

    fn target(&self, label: Label) -> u32 {
        self.labels[label.0 as usize].unwrap_or(0)
    }

    /// Gives each jump its target, and those that are too far their long form.
    fn lay_out(&mut self) {
        let far: Vec<bool> = self
            .jumps
            .iter()
            .map(|&(at, label)| {
                self.code.ops[at as usize].is_short_jump()
                    && self.target(label).abs_diff(at) > SHORT_DISTANCE
            })
            .collect();
        let mut moved = Vec::with_capacity(self.code.ops.len() + 1);
        let mut ops = Vec::with_capacity(self.code.ops.len());
        let mut positions = Vec::with_capacity(self.code.ops.len());
        let mut jumps = Vec::with_capacity(self.jumps.len());
        let mut next_jump = self.jumps.iter().zip(far).peekable();
        for (at, &op) in self.code.ops.iter().enumerate() {
            let pos = self.code.positions[at];
            let at = at as u32;
            moved.push(ops.len() as u32);
            ops.push(op);
            positions.push(pos);
            let Some((&(_, label), is_far)) = next_jump.next_if(|((jump, _), _)| *jump == at)
            else {
                continue;
            };
            if is_far {
                // Unless a < b: over the first jump, to the second, which can go anywhere.
                let here = ops.len() as u32 - 1;
                ops[here as usize].set_target(here, here + 2);
                ops.push(Op::Jump { to: here + 3 });
                ops.push(Op::Jump { to: 0 });
                positions.extend([pos, pos]);
            }
            jumps.push((ops.len() as u32 - 1, label));
        }
        moved.push(ops.len() as u32);
        for (at, label) in jumps {
            let target = moved[self.target(label) as usize];
            ops[at as usize].set_target(at, target);
        }
        for (switch, labels) in self.code.switches.iter_mut().zip(&self.switch_labels) {
            let cases = switch.cases.iter_mut().map(|case| &mut case.1);
            let ranges = switch.ranges.iter_mut().map(|range| &mut range.3);
            let all = cases.chain(ranges).chain([&mut switch.otherwise]);
            for (target, label) in all.zip(labels) {
                *target = moved[self.labels[label.0 as usize].unwrap_or(0) as usize];
            }
        }
        for handler in &mut self.code.handlers {
            handler.start = moved[handler.start as usize];
            handler.end = moved[handler.end as usize];
            handler.target = moved[handler.target as usize];
        }
        for variable in &mut self.code.variables {
            variable.start = moved[variable.start as usize];
            variable.end = moved[variable.end as usize];
        }
        self.code.ops = ops;
        self.code.positions = positions;
    }
}
