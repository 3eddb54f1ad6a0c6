//! What several threads can reach.
//!
//! Invariant: all that can be reached from a shared variable or object is shared. So code that changes what
//! a shared one holds publishes what comes in, before anybody can read it: the machine where it writes a
//! variable, and an object where it is given something. An unwatched run on several cores shares nothing
//! in this sense: nobody asks there.

use std::collections::HashMap;

use super::{Value, leads_to};

/// After so many parts it is noted which were met: values that share parts may stand for more of them than
/// there are atoms.
const FEW: usize = 256;

/// Marks every variable that can be reached from `value` as shared: a second thread will see it.
pub fn publish(value: &Value) {
    let mut found = Vec::new();
    // By address, which is one as long as what has it is held.
    let mut met: HashMap<usize, Value> = HashMap::new();
    let mut count = 0;
    mark(value, &mut found);
    // Objects can hold each other: what is inside one was published when it was put there or is
    // reached once, by the first thread that gets the object.
    while let Some(value) = found.pop() {
        count += 1;
        if count > FEW
            && let Some(address) = value.shared_address()
            && met.insert(address, value.clone()).is_some()
        {
            continue;
        }
        leads_to(&value, &mut |part| mark(part, &mut found));
    }
}

/// Marks one value as shared, and puts it among `found` when it may lead to more.
fn mark(value: &Value, found: &mut Vec<Value>) {
    let leads_on = match value {
        Value::Cell(cell) => !cell.publish(),
        Value::Object(object) => !object.publish(),
        Value::Reference(reference) => !reference.contents.is_published(),
        Value::Array(_)
        | Value::Map(_)
        | Value::Function(_)
        | Value::Error(_)
        | Value::Collection(_) => true,
        _ => false,
    };
    if leads_on {
        found.push(value.clone());
    }
}
