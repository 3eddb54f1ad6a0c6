//! What is in a queue, and which item comes next: the only difference between the kinds of queues.

use std::cmp::Ordering;
use std::collections::VecDeque;

use crate::value::{
    Class, EncodeState, FaultKind, StateEncoder, Value, debug_text, shown_while_held,
};

/// How two items compare; nothing when they cannot be compared. The library knows that.
pub type Compare = fn(&Value, &Value) -> Option<Ordering>;

/// Which item comes next.
#[derive(Clone, Copy, Debug)]
pub enum Order {
    /// The one that came first.
    Fifo,
    /// The one that came last.
    Lifo,
    /// The smallest; of equal ones, the one that came first.
    Smallest(Compare),
}

/// The items, in their order.
#[derive(Clone, Debug)]
pub(in super::super) struct Items {
    order: Order,
    /// With [`Order::Smallest`] always sorted: so only putting compares, and taking cannot fail.
    items: VecDeque<Value>,
}

impl EncodeState for Items {
    fn encode_state(&self, encoder: &mut dyn StateEncoder) {
        let Self {
            // The kind of the queue says it.
            order: _,
            items,
        } = self;
        items.encode_state(encoder);
    }
}

impl Items {
    pub(in super::super) fn new(order: Order) -> Self {
        Self {
            order,
            items: VecDeque::new(),
        }
    }

    pub(in super::super) fn len(&self) -> usize {
        self.items.len()
    }

    /// Adds an item. One that cannot be compared with those that are there is refused, and nothing
    /// changes.
    pub(in super::super) fn add(&mut self, item: Value) -> Result<(), FaultKind> {
        let Order::Smallest(compare) = self.order else {
            self.items.push_back(item);
            return Ok(());
        };
        let mut unlike = None;
        let place = self
            .items
            .partition_point(|there| match compare(there, &item) {
                Some(order) => order != Ordering::Greater,
                None => {
                    unlike = Some(there.clone());
                    false
                }
            });
        if let Some(there) = unlike {
            return Err(not_comparable(&item, &there));
        }
        self.items.insert(place, item);
        Ok(())
    }

    /// Takes the next item.
    pub(in super::super) fn take(&mut self) -> Option<Value> {
        match self.order {
            Order::Lifo => self.items.pop_back(),
            Order::Fifo | Order::Smallest(_) => self.items.pop_front(),
        }
    }

    /// Drops all items and says how many there were.
    pub(in super::super) fn clear(&mut self) -> usize {
        std::mem::take(&mut self.items).len()
    }
}

fn not_comparable(item: &Value, there: &Value) -> FaultKind {
    // The queue itself may be an item, and is held here.
    let [item, there] = shown_while_held(|| {
        [item, there].map(|item| format!("{} ({})", debug_text(item), item.type_name()))
    });
    FaultKind::misuse(
        Class::TypeError,
        &format!("{item} was put beside {there}"),
        "a PriorityQueue compares its items: numbers with numbers, texts with texts, arrays \
         element by element",
        "put arrays that begin with a number and never tie: put([priority, count, item])",
    )
}
