//! Tests of the library as the virtual machine sees it.

use std::collections::BTreeSet;

use super::*;
use crate::pos::Pos;
use crate::program::Language;
use crate::program::Program;
use crate::value::object::{Ids, TaskId, Verb};
use crate::value::operation::Waits;
use crate::value::{debug_text, print_text};
use crate::vm::Intrinsic;

/// Calls a function or method as the machine does.
struct Caller {
    library: Library,
    program: Program,
    ids: Ids,
}

impl Caller {
    fn new() -> Self {
        Self {
            library: Library::new(),
            program: Program::new(),
            ids: Ids::default(),
        }
    }

    fn with<R>(&mut self, use_it: impl FnOnce(&mut Library, &mut NativeCtx<'_>) -> R) -> R {
        let mut ctx = NativeCtx {
            program: &self.program,
            ids: &self.ids,
            task: TaskId(1),
            event_loop: None,
            pos: Pos::NONE,
            dialect: crate::program::Language::Own,
        };
        use_it(&mut self.library, &mut ctx)
    }

    fn call(&mut self, name: &str, args: &[Value]) -> Result<NativeResult, FaultKind> {
        let native = catalogue::native_index(name).unwrap();
        let mut args = args.to_vec();
        self.with(|library, ctx| library.call(native, &mut args, ctx))
    }

    fn method(
        &mut self,
        receiver: &Value,
        name: &str,
        args: &[Value],
    ) -> Result<NativeResult, FaultKind> {
        let (mut receiver, mut args) = (receiver.clone(), args.to_vec());
        self.with(|library, ctx| library.method(Language::Own, name, &mut receiver, &mut args, ctx))
    }
}

fn text(result: Result<NativeResult, FaultKind>) -> String {
    match result {
        Ok(NativeResult::Value(value)) => debug_text(&value),
        Ok(other) => format!("{other:?}"),
        Err(kind) => format!("error: {kind}"),
    }
}

#[test]
fn print_joins_its_arguments_with_spaces() {
    let result = Caller::new().call("print", &[Value::from("Number:"), Value::Int(1)]);
    let Ok(NativeResult::Intrinsic(Intrinsic::Print { text, is_open })) = result else {
        panic!("{result:?}");
    };
    assert_eq!((text.as_str(), is_open), ("Number: 1", false));
}

#[test]
fn times_that_cannot_be_waited_are_refused_with_advice() {
    let mut caller = Caller::new();
    for seconds in [
        Value::Int(-1),
        Value::Float(f64::NAN),
        Value::Float(f64::INFINITY),
    ] {
        let fault = caller.call("sleep", &[seconds]).unwrap_err();
        assert!(matches!(fault, FaultKind::Misuse(_)), "{fault}");
        assert!(fault.advice().unwrap().contains("`sleep("), "{fault}");
    }
    let fault = caller.call("sleep", &[Value::Int(-2)]).unwrap_err();
    assert!(fault.advice().unwrap().ends_with("`sleep(2)`"));
}

#[test]
fn a_failed_assertion_carries_its_message() {
    let fault = Caller::new()
        .call("assert", &[Value::Bool(false), Value::from("sum")])
        .unwrap_err();
    assert!(matches!(fault, FaultKind::Assertion(text) if text == "sum"));
}

#[test]
fn ranges_have_steps() {
    let mut caller = Caller::new();
    let [zero, five, two] = [0, 5, 2].map(Value::Int);
    let stepped = caller.call("range", &[zero.clone(), five.clone(), two]);
    assert_eq!(text(stepped), "range(0, 5, 2)");
    assert_eq!(
        text(caller.call("range", &[zero.clone(), five.clone()])),
        "0..5"
    );
    let floats = [0.0, 1.0, 0.5].map(Value::Float);
    assert_eq!(text(caller.call("range", &floats)), "[0.0, 0.5]");
    assert!(caller.call("range", &[zero.clone(), five, zero]).is_err());
}

#[test]
fn a_function_is_also_a_method_of_its_first_argument() {
    let mut caller = Caller::new();
    assert_eq!(
        text(caller.method(&Value::Int(1), "range", &[Value::Int(3)])),
        "1..3"
    );
    assert_eq!(
        text(caller.method(&Value::Int(7), "type_of", &[])),
        "\"i64\""
    );
}

#[test]
fn the_long_tail_goes_through_the_bridge() {
    let mut caller = Caller::new();
    assert_eq!(
        text(caller.method(&Value::Int(255), "to_hex", &[])),
        "\"ff\""
    );
    let pi = caller.library.call_named("PI", &mut []);
    assert!(matches!(pi, Ok(Value::Float(pi)) if pi == std::f64::consts::PI));
    let property = caller.library.property(&Value::Int(3), "is_odd");
    assert!(matches!(property, Ok(Value::Bool(true))));
    let unknown = caller.library.property(&Value::Int(3), "colour");
    assert!(matches!(unknown, Err(FaultKind::UnknownProperty { .. })));
}

#[test]
fn methods_with_callbacks_are_left_to_the_prelude_untouched() {
    let mut caller = Caller::new();
    let function = match caller.call("Fn", &[Value::from("square")]) {
        Ok(NativeResult::Value(function)) => function,
        other => panic!("{other:?}"),
    };
    let mut receiver = Value::array(vec![Value::Int(1)]);
    let mut args = [function];
    for name in [
        "map", "index_of", "drain", "retain", "dedup", "sort", "order",
    ] {
        let result = caller.with(|library, ctx| {
            library.method(Language::Own, name, &mut receiver, &mut args, ctx)
        });
        assert!(
            matches!(result, Err(FaultKind::UnknownFunction { .. })),
            "{name}"
        );
        assert_eq!(print_text(&args[0]), "Fn(square)");
    }
}

#[test]
fn a_callback_gets_as_many_arguments_as_it_takes() {
    let mut caller = Caller::new();
    let Ok(NativeResult::Value(function)) = caller.call("Fn", &[Value::from("f")]) else {
        panic!("Fn makes a function");
    };
    let args = [1, 10, 20].map(Value::Int);
    let count = |caller: &mut Caller| match caller.method(&function, "call_fitting", &args) {
        Ok(NativeResult::Call(_, args)) => args.len(),
        other => panic!("{other:?}"),
    };
    assert_eq!(count(&mut caller), 1, "an unknown function gets the least");
    let id = caller.program.find_name("f").unwrap();
    (caller.program).define(id, 2, crate::program::boot::entry(2));
    assert_eq!(count(&mut caller), 2);
}

#[test]
fn a_misspelled_name_brings_the_nearest_one() {
    let mut caller = Caller::new();
    let fault = caller.method(&Value::array(vec![]), "pusch", &[Value::Int(1)]);
    assert_eq!(fault.unwrap_err().advice().unwrap(), "did you mean `push`?");
    let fault = caller.library.call_named("pritn", &mut [Value::Int(1)]);
    assert_eq!(
        fault.unwrap_err().advice().unwrap(),
        "did you mean `print`?"
    );
}

/// Whether an argument of this kind is a time that bounds a wait.
fn is_limit(kind: catalogue::Kind) -> bool {
    matches!(kind, catalogue::Kind::Seconds | catalogue::Kind::Limit)
}

#[test]
fn the_catalogue_and_the_table_of_operations_agree() {
    let kinds: BTreeSet<&str> = Verb::ALL.iter().flat_map(|verb| verb.kinds()).collect();
    let mut documented = BTreeSet::new();
    for entry in catalogue::entries() {
        let Some(kind) = entry.receiver.filter(|kind| kinds.contains(kind)) else {
            continue;
        };
        documented.insert(kind);
        let name = entry.full_name();
        let Some(verb) = Verb::named(entry.name) else {
            assert!(
                matches!(entry.run, catalogue::Run::Prelude),
                "{name} is no operation, and not written in the prelude"
            );
            continue;
        };
        assert!(
            verb.kinds().any(|other| other == kind),
            "{name} has no row in the table of operations"
        );
        let operation = verb.on(kind);
        for signature in entry.signatures {
            let limited = signature.params.iter().any(|param| is_limit(param.kind));
            let argc = signature.params.len();
            assert!(
                !limited || operation.may_be_bounded(argc),
                "{name} takes a limit with {argc} arguments, which its row does not say"
            );
        }
        // What an event loop's objects give is awaited: they make nobody wait themselves.
        let blocks = !entry.blocks.is_empty() && !entry.blocks.starts_with("Not itself");
        let waits = operation.waits != Waits::Never;
        assert_eq!(waits, blocks, "{name}: {:?}", entry.blocks);
    }
    for verb in Verb::ALL.iter().filter(|verb| verb.can_be_typed()) {
        for kind in verb.kinds().filter(|kind| documented.contains(kind)) {
            // Only the thread that a timer starts waits for its time.
            if (kind, *verb) == ("Timer", Verb::Wait) {
                continue;
            }
            assert!(
                catalogue::methods_of(kind).any(|entry| entry.name == verb.name()),
                "{kind}.{} is in no row of the catalogue",
                verb.name()
            );
        }
    }
}
