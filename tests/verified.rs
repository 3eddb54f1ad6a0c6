//! The verifier never accepts code that the machine would read out of bounds.
//!
//! The machine reads registers and instructions without a check; in a build with debug assertions
//! its window checks each one. So functions are made of random instructions, most of them sound and
//! some that are not, with operands on both sides of the limits. Each is given to the verifier, and
//! what it accepts is run, with little fuel: a read beyond the window fails an assertion. What is run
//! must come from both kinds, or the test would prove nothing.
#![cfg(debug_assertions)]

#[path = "common/drawn.rs"]
mod drawn;

use std::sync::Arc;
use std::time::Duration;

use proptest::prelude::*;
use threadlab::library::Library;
use threadlab::pos::Pos;
use threadlab::program::code::{
    AccessPath, CallSite, CaptureFrom, ClosureShape, Handler, HandlerKind, PathSegment, Root,
    Switch,
};
use threadlab::program::op::{BinaryOp, Op, UnaryOp};
use threadlab::program::{Code, Program, Unit, UnitKind, verify};
use threadlab::value::object::{Effects, Ids, Poll, TaskId, Time, Verb};
use threadlab::value::{CodeId, FaultKind, Function, Limit, Literal, Object, Target, Value};
use threadlab::vm::{self, Env, Fiber, Globals, Services, Stop};

/// How many registers and instructions a function has at most.
const REGISTERS: u16 = 6;
const OPS: usize = 12;

/// A register: mostly one of the few that there are, sometimes one beyond them.
fn register() -> impl Strategy<Value = u16> {
    prop_oneof![40 => 0..REGISTERS, 1 => 0..REGISTERS + 4, 1 => Just(u16::MAX)]
}

/// An index into a table of two, sometimes beyond it.
fn index() -> impl Strategy<Value = u16> {
    prop_oneof![60 => 0..2_u16, 1 => 2..5_u16]
}

/// How far ahead a jump leads: from an instruction to itself would never end and cost no fuel.
fn ahead() -> impl Strategy<Value = u32> {
    prop_oneof![30 => 1..4_u32, 1 => 1..20_u32]
}

fn skip() -> impl Strategy<Value = i16> {
    prop_oneof![30 => 0..3_i16, 1 => 0..20_i16, 1 => -40..-30_i16]
}

fn count() -> impl Strategy<Value = u16> {
    prop_oneof![20 => 0..4_u16, 1 => 4..9_u16]
}

fn binary() -> impl Strategy<Value = BinaryOp> {
    prop_oneof![
        Just(BinaryOp::Add),
        Just(BinaryOp::Less),
        Just(BinaryOp::Equal),
        Just(BinaryOp::Range),
    ]
}

/// An instruction that makes or moves values.
fn value_op() -> impl Strategy<Value = Op> {
    let (r, i) = (register, index);
    prop_oneof![
        r().prop_map(|dst| Op::Unit { dst }),
        (r(), any::<bool>()).prop_map(|(dst, value)| Op::Bool { dst, value }),
        (r(), -3..9_i32).prop_map(|(dst, value)| Op::Int { dst, value }),
        (r(), i()).prop_map(|(dst, index)| Op::Constant { dst, index }),
        (r(), r()).prop_map(|(dst, src)| Op::Move { dst, src }),
        (r(), r()).prop_map(|(dst, src)| Op::Take { dst, src }),
        (r(), r(), count()).prop_map(|(dst, base, count)| Op::Array { dst, base, count }),
        (r(), r()).prop_map(|(array, src)| Op::Append { array, src }),
        (r(), r(), i()).prop_map(|(dst, base, shape)| Op::Map { dst, base, shape }),
        (r(), r(), count()).prop_map(|(dst, base, count)| Op::Join { dst, base, count }),
        (r(), i()).prop_map(|(dst, index)| Op::Closure { dst, index }),
        (r(), i()).prop_map(|(dst, name)| Op::FunctionName { dst, name }),
        (binary(), r(), r(), r()).prop_map(|(op, dst, a, b)| Op::Binary { op, dst, a, b }),
        (r(), r()).prop_map(|(dst, src)| Op::Unary {
            op: UnaryOp::Negate,
            dst,
            src
        }),
        (r(), r(), r()).prop_map(|(dst, a, b)| Op::Add { dst, a, b }),
        (r(), r(), r()).prop_map(|(dst, a, b)| Op::Rem { dst, a, b }),
        (r(), r(), -3..3_i16).prop_map(|(dst, a, value)| Op::AddInt { dst, a, value }),
    ]
}

/// An instruction that touches variables, places and objects.
fn place_op() -> impl Strategy<Value = Op> {
    let (r, i) = (register, index);
    prop_oneof![
        r().prop_map(|reg| Op::NewCell { reg }),
        (r(), r()).prop_map(|(dst, cell)| Op::LoadCell { dst, cell }),
        (r(), r()).prop_map(|(cell, src)| Op::StoreCell { cell, src }),
        (r(), i()).prop_map(|(dst, index)| Op::LoadCapture { dst, index }),
        (r(), i()).prop_map(|(src, index)| Op::StoreCapture { src, index }),
        (r(), i()).prop_map(|(dst, global)| Op::LoadGlobal { dst, global }),
        (r(), i()).prop_map(|(src, global)| Op::StoreGlobal { src, global }),
        (r(), i()).prop_map(|(src, global)| Op::LetGlobal { src, global }),
        (r(), r(), r()).prop_map(|(dst, object, index)| Op::Index { dst, object, index }),
        (r(), r(), r()).prop_map(|(object, index, src)| Op::SetIndex { object, index, src }),
        (r(), i()).prop_map(|(dst, place)| Op::Get { dst, place }),
        (r(), i()).prop_map(|(src, place)| Op::Set { place, src }),
        (r(), i()).prop_map(|(src, place)| Op::Update {
            op: BinaryOp::Add,
            place,
            src,
            skip: 0,
        }),
        (r(), r()).prop_map(|(dst, context)| Op::Enter { dst, context }),
        (any::<bool>(), r()).prop_map(|(failed, context)| Op::Exit { failed, context }),
    ]
}

/// A call, a jump or an end. Where a jump leads is counted from the instruction itself, and made a
/// target when the function is put together.
fn control_op() -> impl Strategy<Value = Op> {
    let (r, i) = (register, index);
    let calls = prop_oneof![
        (0..3_u8, r(), r(), i()).prop_map(|(argc, dst, base, name)| Op::Call {
            argc,
            dst,
            base,
            name
        }),
        (0..3_u8, r(), r(), r()).prop_map(|(argc, dst, base, callee)| Op::CallValue {
            argc,
            dst,
            base,
            callee
        }),
        (0..3_u8, r(), r(), i()).prop_map(|(argc, dst, base, site)| Op::CallMethod {
            argc,
            dst,
            base,
            site
        }),
    ];
    let jumps = prop_oneof![
        ahead().prop_map(|to| Op::Jump { to }),
        (0..14_u32).prop_map(|to| Op::Loop { to }),
        (r(), ahead()).prop_map(|(cond, to)| Op::JumpIf { cond, to }),
        (r(), ahead()).prop_map(|(cond, to)| Op::JumpUnless { cond, to }),
        (r(), ahead()).prop_map(|(src, to)| Op::JumpIfValue { src, to }),
        (r(), r(), skip()).prop_map(|(a, b, skip)| Op::UnlessLess { a, b, skip }),
        (r(), r(), skip()).prop_map(|(a, b, skip)| Op::UnlessEqual { a, b, skip }),
        (r(), -1..4_i16, skip()).prop_map(|(a, value, skip)| Op::UnlessLessInt { a, value, skip }),
        (r(), i()).prop_map(|(src, index)| Op::Switch { src, index }),
        (r(), r()).prop_map(|(state, src)| Op::ForPrepare { state, src }),
        (r(), r(), skip()).prop_map(|(state, dst, skip)| Op::ForNext { state, dst, skip }),
    ];
    let ends = prop_oneof![
        r().prop_map(|src| Op::Return { src }),
        Just(Op::ReturnUnit),
        r().prop_map(|src| Op::Throw { src }),
        r().prop_map(|src| Op::Rethrow { src }),
        i().prop_map(|index| Op::Fault { index }),
    ];
    prop_oneof![4 => calls, 5 => jumps, 1 => ends]
}

fn op() -> impl Strategy<Value = Op> {
    prop_oneof![4 => value_op(), 3 => place_op(), 3 => control_op()]
}

fn place() -> impl Strategy<Value = AccessPath> {
    let root = prop_oneof![
        4 => register().prop_map(Root::Register),
        1 => register().prop_map(Root::Cell),
        1 => index().prop_map(Root::Capture),
        1 => index().prop_map(Root::Global),
        1 => Just(Root::This),
    ];
    let key = prop_oneof![
        register().prop_map(|index| PathSegment::Index {
            index,
            optional: false,
            has_bits: true,
            pos: Pos::NONE
        }),
        any::<bool>().prop_map(|optional| PathSegment::Field {
            name: Literal::new("x"),
            verb: None,
            optional,
            pos: Pos::NONE
        }),
    ];
    let keys = proptest::collection::vec(key, 0..3);
    (root, keys).prop_map(|(root, keys)| AccessPath {
        root,
        keys: keys.into(),
    })
}

fn handler() -> impl Strategy<Value = Handler> {
    let kind = prop_oneof![
        register().prop_map(HandlerKind::Catch),
        (register(), register()).prop_map(|(context, error)| HandlerKind::With { context, error }),
    ];
    // It leads ahead, too.
    let at = || 0..OPS as u32 / 2;
    (at(), at(), ahead(), kind).prop_map(|(start, length, ahead, kind)| Handler {
        start,
        end: start + length,
        target: start + length + ahead - 1,
        kind,
    })
}

/// The parts of a random function.
#[derive(Clone, Debug)]
struct Draft {
    registers: u16,
    ops: Vec<Op>,
    places: Vec<AccessPath>,
    switches: Vec<[u32; 3]>,
    captured: Vec<u16>,
    handlers: Vec<Handler>,
    this: Option<u16>,
}

fn draft() -> impl Strategy<Value = Draft> {
    let two = || proptest::collection::vec(place(), 2);
    (
        prop_oneof![1 => 0..REGISTERS, 20 => Just(REGISTERS)],
        proptest::collection::vec(op(), 1..OPS),
        (
            two(),
            proptest::collection::vec(handler(), 0..2),
            proptest::option::weighted(0.9, register()),
        ),
        proptest::collection::vec(proptest::array::uniform3(ahead()), 2),
        proptest::collection::vec(register(), 2),
    )
        .prop_map(
            |(registers, ops, (places, handlers, this), switches, captured)| Draft {
                registers,
                ops,
                places,
                switches,
                captured,
                handlers,
                this,
            },
        )
}

/// The function of a draft: `inner` is what its closures and the name `f` run.
fn code(draft: &Draft, id: CodeId, inner: CodeId, program: &Program) -> Code {
    let mut ops: Vec<Op> = draft.ops.clone();
    for (at, op) in ops.iter_mut().enumerate() {
        if let Op::Jump { to }
        | Op::JumpIf { to, .. }
        | Op::JumpUnless { to, .. }
        | Op::JumpIfValue { to, .. } = op
        {
            *to += at as u32;
        }
    }
    ops.push(Op::ReturnUnit);
    // A switch leads ahead of wherever it stands, or it could go round for ever for nothing.
    let last = draft
        .ops
        .iter()
        .rposition(|op| matches!(op, Op::Switch { .. }));
    let from = last.unwrap_or_default() as u32;
    let switch = |[case, range, otherwise]: &[u32; 3]| Switch {
        cases: vec![(Value::Int(1), from + case)],
        ranges: vec![(2, 5, true, from + range)],
        otherwise: from + otherwise,
    };
    let names = ["f", "print"].map(|name| program.name_id(name, |_| None));
    let site = |place: &AccessPath| CallSite {
        place: place.clone(),
        name: names[0],
        verb: Some(Verb::Acquire),
        on_receiver: None,
        optional: true,
        constant: None,
    };
    let closure = |register: &u16| ClosureShape {
        code: inner,
        name: Literal::new("closure"),
        captures: Box::new([CaptureFrom::Register(*register)]),
    };
    Code {
        this: draft.this,
        registers: draft.registers,
        positions: vec![Pos::NONE; ops.len()],
        ops,
        constants: vec![Value::from("text"), Value::Float(0.5)],
        shapes: vec![
            Box::new([Literal::new("x")]),
            Box::new([Literal::new("x"), Literal::new("y")]),
        ],
        closures: draft.captured.iter().map(closure).collect(),
        names: names.to_vec(),
        globals: ["a", "b"].map(|name| program.global_id(name)).to_vec(),
        places: draft.places.clone(),
        sites: draft.places.iter().map(site).collect(),
        switches: draft.switches.iter().map(switch).collect(),
        faults: vec![FaultKind::Interrupted, FaultKind::Interrupted],
        handlers: draft.handlers.clone(),
        ..Code::empty(id, Literal::new("f"))
    }
}

/// Nobody else is there.
struct Nobody;

impl Time for Nobody {
    fn elapsed(&mut self) -> Duration {
        Duration::ZERO
    }

    fn due(&mut self, deadlines: &[Duration], _poll: Poll) -> usize {
        deadlines.len()
    }
}

impl Services for Nobody {
    fn carry_out(&mut self, effects: &mut Effects) -> Result<(), Limit> {
        *effects = Effects::default();
        Ok(())
    }

    fn now(&mut self) -> f64 {
        0.0
    }

    fn random(&mut self, _bound: u64) -> u64 {
        0
    }

    fn pid(&mut self) -> u64 {
        0
    }

    fn print(
        &mut self,
        _task: TaskId,
        _text: String,
        _is_open: bool,
        _pos: Pos,
    ) -> Result<(), Limit> {
        Ok(())
    }

    fn print_error(&mut self, _task: TaskId, _text: String, _pos: Pos) -> Result<(), Limit> {
        Ok(())
    }

    fn compile(&mut self, _text: &str) -> Result<Arc<Function>, FaultKind> {
        Err(FaultKind::Native("no code".into()))
    }

    fn read_file(&mut self, _path: &str) -> Result<String, FaultKind> {
        Ok(String::new())
    }

    fn read_line(&mut self) -> Result<Option<String>, FaultKind> {
        Ok(None)
    }

    fn handle(&mut self, _task: TaskId) -> Option<Arc<Object>> {
        None
    }

    fn name(&mut self, _task: TaskId) -> String {
        String::new()
    }

    fn threads(&mut self) -> Vec<Arc<Object>> {
        Vec::new()
    }
}

/// Runs function `id` until its fuel is spent or it stops for good.
fn run(program: &Program, id: CodeId) -> Stop {
    let globals = Globals::new();
    globals.bind(0, Value::array(vec![Value::Int(1)]), false);
    let ids = Ids::default();
    let mut natives = Library::new();
    let mut env = Env {
        program,
        globals: &globals,
        ids: &ids,
        natives: &mut natives,
        services: &mut Nobody,
        effects: &mut Effects::default(),
    };
    let function = Function {
        name: Literal::new("f"),
        target: Target::Code(id),
        captures: Default::default(),
        curried: Default::default(),
        environment: None,
        this: Value::Unit,
        attributes: Value::Unit,
    };
    let mut fiber = Fiber::new(TaskId(1), Arc::new(function), Vec::new());
    vm::step::<false>(&mut fiber, &mut env, &mut 6)
}

/// A function without a fault of its own, for the others to call.
fn inner(id: CodeId) -> Code {
    Code {
        registers: 1,
        captures: 1,
        ops: vec![Op::LoadCapture { dst: 0, index: 0 }, Op::Return { src: 0 }],
        positions: vec![Pos::NONE; 2],
        ..Code::empty(id, Literal::new("inner"))
    }
}

#[test]
fn what_the_verifier_accepts_stays_within_its_registers_and_its_code() {
    let cases = 4_000;
    let mut runner = drawn::runner(cases, 0);
    let accepted = std::cell::Cell::new(0_u32);
    runner
        .run(&draft(), |draft| {
            let program = Program::new();
            let unit = program.next_unit();
            let [outer, inner_id] = [0, 1].map(|ordinal| CodeId { unit, ordinal });
            let code = code(&draft, outer, inner_id, &program);
            if verify::verify(&code).is_err() {
                return Ok(());
            }
            accepted.set(accepted.get() + 1);
            program.add_unit(Unit {
                name: "test".into(),
                text: "".into(),
                functions: vec![code, inner(inner_id)],
                kind: UnitKind::Script,
                language: threadlab::program::Language::Own,
                input: 0,
            });
            let name = program.name_id("f", |_| None);
            program.define(name, 0, outer);
            drop(run(&program, outer));
            Ok(())
        })
        .expect("no read out of bounds");
    let share = f64::from(accepted.get()) / f64::from(cases);
    assert!((0.05..0.9).contains(&share), "{share} of all were accepted");
}
