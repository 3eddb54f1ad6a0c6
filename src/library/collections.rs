//! The operators on Python's collections, with Python's results.

use std::cmp::Ordering;
use std::sync::Arc;

use super::limits;
use super::methods::collection::{
    Combine, combine, contains, is_subset, items_of, no_order, update as update_dict, update_set,
};
use crate::pos::Pos;
use crate::program::op::BinaryOp;
use crate::value::collection::{Kind, equal, order};
use crate::value::{Collection, Dict, FaultKind, Reference, Value};

type Outcome = Result<Value, FaultKind>;

/// `a op b`, where one of them is a collection; nothing when there is no such operator for them.
pub(super) fn binary(op: BinaryOp, a: &Value, b: &Value) -> Option<Outcome> {
    match op {
        BinaryOp::Equal => Some(Ok(equal(a, b).into())),
        BinaryOp::NotEqual => Some(Ok((!equal(a, b)).into())),
        BinaryOp::Contains => is_in(a, b).map(|is_in| is_in.map(Value::Bool)),
        BinaryOp::Less | BinaryOp::LessEqual | BinaryOp::Greater | BinaryOp::GreaterEqual => {
            Some(compare(op, a, b).map(Value::Bool))
        }
        _ => compute(op, a, b),
    }
}

fn is_in(a: &Value, item: &Value) -> Option<Result<bool, FaultKind>> {
    match a {
        Value::Reference(reference) => Some(match reference.kind {
            Kind::Values | Kind::Items => {
                let items = reference.items();
                Ok(items.iter().any(|one| equal(one, item)))
            }
            _ => contains(&reference.load(), item),
        }),
        Value::Collection(contents) => Some(contains(contents, item)),
        // Whether a collection is in an array: as the array compares.
        _ => None,
    }
}

fn compare(op: BinaryOp, a: &Value, b: &Value) -> Result<bool, FaultKind> {
    let by_order = |order: Ordering| match op {
        BinaryOp::Less => order.is_lt(),
        BinaryOp::LessEqual => order.is_le(),
        BinaryOp::Greater => order.is_gt(),
        _ => order.is_ge(),
    };
    if let (Some(one), Some(other)) = (a.collection(), b.collection())
        && let (Collection::Set(one), Collection::Set(other)) = (&**one, &**other)
    {
        let (smaller, larger) = match op {
            BinaryOp::Less | BinaryOp::LessEqual => (one, other),
            _ => (other, one),
        };
        let is_proper = matches!(op, BinaryOp::Less | BinaryOp::Greater);
        return Ok(is_subset(smaller, larger) && (!is_proper || smaller.len() < larger.len()));
    }
    let order = order(a, b).ok_or_else(|| no_order(op.symbol(), a, b))?;
    Ok(by_order(order))
}

fn set_operator(op: BinaryOp) -> Option<Combine> {
    Some(match op {
        BinaryOp::Or => Combine::Union,
        BinaryOp::And => Combine::Intersection,
        BinaryOp::Sub => Combine::Difference,
        BinaryOp::Xor => Combine::SymmetricDifference,
        _ => return None,
    })
}

/// The set that a set or the keys of a dict are.
fn as_set(value: &Value) -> Option<Dict> {
    let contents = value.collection()?;
    match (&**contents, value) {
        (Collection::Set(set), _) => Some(set.clone()),
        (Collection::Dict(_), Value::Reference(view))
            if matches!(view.kind, Kind::Keys | Kind::Items) =>
        {
            Dict::set_of(view.items()).ok()
        }
        _ => None,
    }
}

fn compute(op: BinaryOp, a: &Value, b: &Value) -> Option<Outcome> {
    let made = |contents: Collection| Value::reference(contents, Pos::NONE);
    if let Some(how) = set_operator(op)
        && let one = a
        && let (Some(a), Some(b)) = (as_set(a), as_set(b))
    {
        let is_frozen = matches!(one, Value::Collection(_));
        return Some(combine(&a, how, &b).map(|set| match is_frozen {
            true => Value::Collection(Arc::new(Collection::Set(set).into())),
            false => made(Collection::Set(set)),
        }));
    }
    let (one, other) = (a.collection(), b.collection());
    let (one, other) = (one.as_deref(), other.as_deref());
    let joined = |a: &[Value], b: &[Value]| {
        limits::check_items(a.len() + b.len())?;
        Ok([a, b].concat())
    };
    Some(
        match (op, one.map(|held| &**held), other.map(|held| &**held)) {
            (BinaryOp::Add, Some(Collection::List(a)), Some(Collection::List(b))) => {
                joined(a, b).map(|items| made(Collection::List(items)))
            }
            (BinaryOp::Add, Some(one), Some(other))
                if let (Some(a), Some(b)) = (one.tuple_items(), other.tuple_items()) =>
            {
                joined(a, b).map(Value::tuple)
            }
            (BinaryOp::Add, Some(Collection::Deque(a, limit)), Some(Collection::Deque(b, _))) => {
                limits::check_items(a.len() + b.len()).map(|()| {
                    let mut items = a.clone();
                    items.extend(b.iter().cloned());
                    while limit.is_some_and(|limit| items.len() > limit) {
                        items.pop_front();
                    }
                    made(Collection::Deque(items, *limit))
                })
            }
            (BinaryOp::Or, Some(Collection::Dict(a)), Some(Collection::Dict(_))) => {
                let mut dict = a.clone();
                update_dict(&mut dict, b).map(|()| made(Collection::Dict(dict)))
            }
            (BinaryOp::Mul, Some(contents), None) => repeated(contents, b.as_int()?),
            (BinaryOp::Mul, None, Some(contents)) => repeated(contents, a.as_int()?),
            // What is added to a string becomes text.
            (BinaryOp::Add, ..) if a.as_str().is_some() || b.as_str().is_some() => return None,
            _ => return None,
        },
    )
}

fn copies(items: &[Value], times: usize) -> Vec<Value> {
    (0..times).flat_map(|_| items.iter().cloned()).collect()
}

fn repeated(contents: &Collection, times: i64) -> Outcome {
    let repeat = |items: &[Value]| {
        let times = usize::try_from(times).unwrap_or(0);
        limits::check_items(items.len().saturating_mul(times))?;
        Ok(copies(items, times))
    };
    match contents {
        Collection::List(items) => {
            repeat(items).map(|items| Value::reference(Collection::List(items), Pos::NONE))
        }
        Collection::Tuple(items) | Collection::Named(items, _) => repeat(items).map(Value::tuple),
        other => Err(super::operators::unknown(
            "*",
            &[
                &Value::Collection(Arc::new(other.clone().into())),
                &Value::Int(times),
            ],
            None,
        )),
    }
}

/// `a op= b`, which changes what all see who hold `a`; nothing when `a` is replaced instead.
pub(super) fn update(
    op: BinaryOp,
    reference: &Reference,
    b: &Value,
) -> Option<Result<(), FaultKind>> {
    match (op, reference.kind) {
        (BinaryOp::Add, Kind::List | Kind::Deque) => Some(items_of(b).and_then(|more| {
            reference.change(|contents| match contents {
                Collection::List(items) => {
                    limits::check_growth(items.len(), more.len())?;
                    items.extend(more);
                    Ok(())
                }
                Collection::Deque(items, limit) => {
                    items.extend(more);
                    while limit.is_some_and(|limit| items.len() > limit) {
                        items.pop_front();
                    }
                    Ok(())
                }
                _ => Ok(()),
            })
        })),
        (BinaryOp::Mul, Kind::List) => {
            let times = usize::try_from(b.as_int()?).unwrap_or(0);
            Some(reference.change(|contents| match contents {
                Collection::List(items) => {
                    limits::check_items(items.len().saturating_mul(times))?;
                    *items = copies(items, times);
                    Ok(())
                }
                _ => Ok(()),
            }))
        }
        (BinaryOp::Or, Kind::Dict) => {
            let more = b.clone();
            Some(match super::methods::collection::entries_of(&more) {
                Ok(entries) => reference.change(|contents| match contents {
                    Collection::Dict(dict) => {
                        for (key, value) in entries {
                            dict.insert(key, value)?;
                        }
                        Ok(())
                    }
                    _ => Ok(()),
                }),
                Err(kind) => Err(kind),
            })
        }
        (_, Kind::Set) => {
            let how = set_operator(op)?;
            let b = as_set(b)?;
            Some(reference.change(|contents| match contents {
                Collection::Set(set) => update_set(set, how, &b),
                _ => Ok(()),
            }))
        }
        _ => None,
    }
}
