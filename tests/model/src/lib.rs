//! The shared variable of `src/value/cell.rs` in every order that its atomic operations can take.
//!
//! loom runs each test again and again, once for each way in which the threads can interleave and for
//! each value that an atomic load may see. The file itself is compiled here, with loom's atomics and a
//! value that has what the cell asks for, so that nothing else need be built for loom:
//!
//! ```sh
//! RUSTFLAGS="--cfg loom" cargo test --release --lib --manifest-path tests/model/Cargo.toml --target-dir target/model
//! ```
//!
//! loom takes sequentially consistent loads and stores for acquiring and releasing ones. So it finds
//! more orders than there are, and what the cell promises about two variables (store buffering) is no
//! matter for it; the cell's own tests look at that.
#![cfg(loom)]

#[path = "value.rs"]
mod value;

#[cfg(test)]
mod tests {
    use loom::sync::Arc;
    use loom::thread;

    use crate::value::{Cell, Value};

    /// Runs `test` in every order.
    fn in_every_order(test: impl Fn() + Send + Sync + 'static) {
        let mut model = loom::model::Builder::new();
        model.preemption_bound = None;
        model.check(test);
    }

    fn cell(value: Value) -> Arc<Cell> {
        Arc::new(Cell::new(value))
    }

    fn number(value: &Value) -> i64 {
        match value {
            Value::Int(number) => *number,
            other => panic!("{other:?} is no number"),
        }
    }

    /// The payload and the tag belong to one write: half of two would be another number, or another
    /// letter.
    #[test]
    fn a_reader_sees_one_write_whole() {
        in_every_order(|| {
            let shared = cell(Value::Int(5));
            let writer = thread::spawn({
                let shared = shared.clone();
                move || {
                    shared.store(Value::Char('x'));
                    shared.store(Value::Int(7));
                }
            });
            match shared.load() {
                Value::Int(5 | 7) | Value::Char('x') => {}
                torn => panic!("{torn:?}"),
            }
            writer.join().unwrap();
            assert_eq!(number(&shared.load()), 7);
        });
    }

    #[test]
    fn a_counted_value_is_seen_whole_when_it_comes_and_goes() {
        in_every_order(|| {
            let shared = cell(Value::Int(1));
            let writer = thread::spawn({
                let shared = shared.clone();
                move || {
                    shared.store(Value::Counted(7.into()));
                    shared.store(Value::Int(2));
                }
            });
            match shared.load() {
                Value::Int(1 | 2) => {}
                Value::Counted(seven) => assert_eq!(*seven, 7),
                torn => panic!("{torn:?}"),
            }
            writer.join().unwrap();
            assert_eq!(number(&shared.load()), 2);
        });
    }

    #[test]
    fn of_two_writers_the_last_one_counts() {
        in_every_order(|| {
            let shared = cell(Value::Int(0));
            let writers = [Value::Int(1), Value::Counted(2.into())].map(|value| {
                let shared = shared.clone();
                thread::spawn(move || shared.store(value))
            });
            for writer in writers {
                writer.join().unwrap();
            }
            match shared.load() {
                Value::Int(1) => {}
                Value::Counted(two) => assert_eq!(*two, 2),
                lost => panic!("{lost:?}"),
            }
        });
    }

    /// A change in place is one step, of a scalar and of a counted value.
    #[test]
    fn no_change_in_place_is_lost() {
        for begin in [Value::Int(1), Value::Counted(1.into())] {
            in_every_order(move || {
                let shared = cell(begin.clone());
                let double = |shared: &Cell| {
                    shared.update(|value| match value {
                        Value::Int(number) => *value = Value::Int(*number * 2),
                        Value::Counted(number) => *value = Value::Counted((**number * 2).into()),
                        other => panic!("{other:?}"),
                    });
                };
                let other = thread::spawn({
                    let shared = shared.clone();
                    move || double(&shared)
                });
                double(&shared);
                other.join().unwrap();
                match shared.load() {
                    Value::Int(number) => assert_eq!(number, 4),
                    Value::Counted(number) => assert_eq!(*number, 4),
                    lost => panic!("{lost:?}"),
                }
            });
        }
    }

    /// A change in place and a plain write come one after the other.
    #[test]
    fn a_write_does_not_fall_into_a_change_in_place() {
        in_every_order(|| {
            let shared = cell(Value::Int(1));
            let writer = thread::spawn({
                let shared = shared.clone();
                move || shared.store(Value::Int(10))
            });
            shared.update(|value| *value = Value::Int(number(value) * 2));
            writer.join().unwrap();
            let last = number(&shared.load());
            assert!(last == 10 || last == 20, "{last}");
        });
    }

    /// A change that makes a scalar of a counted value, against a plain write and a look.
    #[test]
    fn a_change_of_kind_in_place_keeps_the_value_whole() {
        in_every_order(|| {
            let shared = cell(Value::Counted(1.into()));
            let changer = thread::spawn({
                let shared = shared.clone();
                move || shared.update(|value| *value = Value::Int(2))
            });
            let seen = shared.with(|value| match value {
                Value::Counted(number) => **number,
                Value::Int(number) => *number,
                torn => panic!("{torn:?}"),
            });
            assert!(seen == 1 || seen == 2);
            shared.store(Value::Int(3));
            changer.join().unwrap();
            let last = number(&shared.load());
            assert!(last == 2 || last == 3);
        });
    }
}
