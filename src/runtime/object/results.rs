//! The values that `executor.map` gives, in the order of its inputs, each as soon as it is there.

use std::sync::Arc;

use super::args;
use super::waiters::Waiters;
use crate::pos::Pos;
use crate::value::object::{
    Attempt, Blockers, Call, Ctx, Object, Primitive, TaskId, Verb, Waiting, Wake, Withdrawal,
};
use crate::value::{Fault, FaultKind, Function, Value, debug_text};

#[derive(Clone, Debug)]
enum Item {
    /// Not begun, or under way.
    Open,
    Done(Value),
    Failed(Arc<Fault>),
}

/// What a thread waits for.
#[derive(Clone, Copy, Debug)]
enum Wants {
    Item(usize),
    All,
}

/// A sequence of results; its items may be read again and again.
#[derive(Clone, Debug)]
pub struct Results {
    mapped_at: Pos,
    function: Arc<Function>,
    inputs: Vec<Arc<Vec<Value>>>,
    items: Vec<Item>,
    /// How many calls have begun; those that follow have not.
    begun: usize,
    /// How many items are not open any more.
    settled: usize,
    /// The threads that ran a call last, for deadlock reports.
    running: Vec<(usize, TaskId)>,
    /// Whose threads the calls wait for that have not begun.
    pool: Option<Arc<Object>>,
    waiters: Waiters<Wants>,
}

impl Results {
    /// The results of calling `function` with the first of all inputs, then the second ... The
    /// shortest input ends it.
    pub fn new(function: Arc<Function>, inputs: Vec<Arc<Vec<Value>>>, mapped_at: Pos) -> Self {
        let count = inputs.iter().map(|input| input.len()).min().unwrap_or(0);
        Self {
            mapped_at,
            function,
            inputs,
            items: vec![Item::Open; count],
            begun: 0,
            settled: 0,
            running: Vec::new(),
            pool: None,
            waiters: Waiters::default(),
        }
    }

    /// The same calls, for the threads of `pool`.
    pub(super) fn in_pool(self, pool: Arc<Object>) -> Self {
        Self {
            pool: Some(pool),
            ..self
        }
    }

    fn take_job(&mut self, call: Call<'_>, ctx: &mut Ctx<'_>) -> Attempt {
        let index = self.begun;
        if index == self.items.len() {
            return Attempt::End;
        }
        self.begun += 1;
        if self.begun == self.items.len() {
            self.pool = None;
        }
        let by = args::task(call.args.first()).unwrap_or(ctx.task);
        self.running.push((index, by));
        let args = self.inputs.iter().map(|input| input[index].clone());
        ctx.effects.next = Some((self.function.clone(), args.collect()));
        Attempt::Done(Value::Int(index as i64))
    }

    fn settle(&mut self, call: Call<'_>, ctx: &mut Ctx<'_>) -> Attempt {
        let index = call.args.first().and_then(Value::as_int).unwrap_or(0) as usize;
        self.running.retain(|(running, _)| *running != index);
        let item = match call.args.last() {
            Some(Value::Error(fault)) if call.verb == Verb::Reject => Item::Failed(fault.clone()),
            value => Item::Done(value.cloned().unwrap_or_default()),
        };
        let Some(place) = self.items.get_mut(index) else {
            return Attempt::Unknown;
        };
        *place = item;
        self.settled += 1;
        if !self.waiters.is_empty() {
            self.wake_those_who_can_go_on(ctx);
        }
        Attempt::Done(Value::Unit)
    }

    fn wake_those_who_can_go_on(&mut self, ctx: &mut Ctx<'_>) {
        let mut waiters = std::mem::take(&mut self.waiters);
        waiters.wake_with(ctx, |wants| match wants {
            Wants::Item(index) => self.item(*index),
            Wants::All => (self.settled == self.items.len()).then_some(Wake::Grant(Value::Unit)),
        });
        self.waiters = waiters;
    }

    /// The item at `index`, when it is there.
    fn item(&self, index: usize) -> Option<Wake> {
        match &self.items[index] {
            Item::Open => None,
            Item::Done(value) => Some(Wake::Grant(value.clone())),
            Item::Failed(fault) => Some(Wake::Fail(FaultKind::Elsewhere(fault.clone()))),
        }
    }

    /// The item that the argument names, counted from the end when negative.
    fn index(&self, call: Call<'_>) -> Result<Option<usize>, FaultKind> {
        let value = call.args.first().cloned().unwrap_or_default();
        let index = value
            .as_int()
            .ok_or_else(|| FaultKind::mismatch("an integer index", &value))?;
        let length = self.items.len();
        let place = if index < 0 {
            length.checked_sub(index.unsigned_abs() as usize)
        } else {
            Some(index as usize)
        };
        Ok(place.filter(|place| *place < length))
    }

    /// What was not begun is never run.
    fn cancel(&mut self, ctx: &mut Ctx<'_>) {
        let fault = Fault::new(
            FaultKind::misuse(
                "this call of a map was cancelled",
                "the pool was stopped before it came to this item",
                "make a new pool and map again",
            ),
            self.mapped_at,
        );
        let fault = Arc::new(fault);
        for item in &mut self.items[self.begun..] {
            *item = Item::Failed(fault.clone());
        }
        self.settled += self.items.len() - self.begun;
        self.begun = self.items.len();
        self.pool = None;
        self.wake_those_who_can_go_on(ctx);
    }

    fn try_attempt(&mut self, call: Call<'_>, ctx: &mut Ctx<'_>) -> Result<Attempt, FaultKind> {
        Ok(match call.verb {
            Verb::Item => match self.index(call)? {
                None => Attempt::End,
                Some(index) => match self.item(index) {
                    Some(Wake::Fail(kind)) => Attempt::Fail(kind),
                    Some(Wake::Grant(value)) => Attempt::Done(value),
                    _ => self.waiters.wait(Wants::Item(index), None, ctx),
                },
            },
            Verb::Len => {
                args::none(call)?;
                Attempt::Done(Value::Int(self.items.len() as i64))
            }
            Verb::Wait if self.settled == self.items.len() => Attempt::Done(Value::Unit),
            Verb::Wait => self.waiters.wait(Wants::All, None, ctx),
            Verb::TakeJob => self.take_job(call, ctx),
            Verb::Resolve | Verb::Reject => self.settle(call, ctx),
            Verb::Cancel => {
                self.cancel(ctx);
                Attempt::Done(Value::Unit)
            }
            _ => Attempt::Unknown,
        })
    }
}

impl Primitive for Results {
    fn kind(&self) -> &'static str {
        "Results"
    }

    fn attempt(&mut self, call: Call<'_>, ctx: &mut Ctx<'_>) -> Attempt {
        self.try_attempt(call, ctx).unwrap_or_else(Attempt::Fail)
    }

    fn is_ready(&self, call: Call<'_>, _task: TaskId) -> bool {
        match call.verb {
            Verb::Item => match self.index(call) {
                Ok(Some(index)) => !matches!(self.items[index], Item::Open),
                _ => true,
            },
            Verb::Wait => self.settled == self.items.len(),
            _ => true,
        }
    }

    fn withdraw(&mut self, task: TaskId, why: Withdrawal, _ctx: &mut Ctx<'_>) -> Attempt {
        self.waiters
            .withdraw(task, why, |_| Attempt::Done(Value::Unit))
    }

    fn waiting(&self, _task: TaskId) -> Waiting {
        let what = if self.mapped_at.is_none() {
            "the results of a map".into()
        } else {
            format!("the results of the map in line {}", self.mapped_at.line)
        };
        Waiting {
            what,
            holders: Vec::new(),
            awaited: self.running.iter().map(|(_, task)| *task).collect(),
        }
    }

    fn blockers(&self, _task: TaskId) -> Blockers {
        match &self.pool {
            Some(pool) => Blockers::Of(pool.clone()),
            None => Blockers::Threads(self.running.iter().map(|(_, task)| *task).collect()),
        }
    }

    fn state_text(&self) -> String {
        let text = |item: &Item| match item {
            Item::Open => "...".into(),
            Item::Done(value) => debug_text(value),
            Item::Failed(fault) => format!("failed: {}", fault.kind),
        };
        let texts: Vec<String> = self.items.iter().map(text).collect();
        texts.join(", ")
    }

    fn visit_parts(&self, visit: &mut dyn FnMut(&Value)) {
        visit(&Value::Function(self.function.clone()));
        for input in &self.inputs {
            input.iter().for_each(&mut *visit);
        }
        for item in &self.items {
            match item {
                Item::Open => {}
                Item::Done(value) => visit(value),
                Item::Failed(fault) => visit(&Value::Error(fault.clone())),
            }
        }
    }

    fn duplicate(&self) -> Box<dyn Primitive> {
        Box::new(self.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::super::table::{Table, function};
    use super::*;

    fn results(counts: &[usize]) -> Results {
        let input = |count: &usize| Arc::new(vec![Value::Int(5); *count]);
        Results::new(function("f"), counts.iter().map(input).collect(), Pos::NONE)
    }

    #[test]
    fn items_come_in_the_order_of_the_inputs() {
        let mut table = Table::default();
        let results = table.add(results(&[2, 3]));
        table.done(&results, 1, Verb::Len, &[], "2");
        table.waits(&results, 1, Verb::Item, &[Value::Int(0)]);
        table.waits(&results, 2, Verb::Item, &[Value::Int(-1)]);
        table.done(&results, 8, Verb::TakeJob, &[], "0");
        table.done(&results, 9, Verb::TakeJob, &[], "1");
        assert!(matches!(
            table.ask(&results, 8, Verb::TakeJob, &[]),
            Attempt::End
        ));
        table.done(
            &results,
            9,
            Verb::Resolve,
            &[Value::Int(1), Value::Int(11)],
            "()",
        );
        assert_eq!(table.wakes(), ["2: 11"]);
        table.done(
            &results,
            8,
            Verb::Resolve,
            &[Value::Int(0), Value::Int(10)],
            "()",
        );
        assert_eq!(table.wakes(), ["1: 10"]);
        table.done(&results, 1, Verb::Item, &[Value::Int(1)], "11");
        let end = table.ask(&results, 1, Verb::Item, &[Value::Int(2)]);
        assert!(matches!(end, Attempt::End));
        assert_eq!(results.text(), "Results(10, 11)");
    }

    #[test]
    fn an_error_is_raised_at_its_item() {
        let mut table = Table::default();
        let results = table.add(results(&[2]));
        table.done(&results, 8, Verb::TakeJob, &[], "0");
        let fault = Fault::new(FaultKind::Assertion("no".into()), Pos::NONE);
        let fault = Value::Error(Arc::new(fault));
        table.done(&results, 8, Verb::Reject, &[Value::Int(0), fault], "()");
        table.misuse(&results, 1, Verb::Item, &[Value::Int(0)], "no");
        table.waits(&results, 1, Verb::Wait, &[]);
        table.done(&results, 8, Verb::Cancel, &[], "()");
        assert_eq!(table.wakes(), ["1: ()"]);
        table.misuse(&results, 1, Verb::Item, &[Value::Int(1)], "cancelled");
    }
}
