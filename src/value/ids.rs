//! The numbers that a session gives to its objects and threads.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use super::object::{ObjectId, TaskId};
use super::starts::Starts;
use super::{Cell, EncodeState, StateEncoder, Value};

/// The numbers of a session at one moment.
#[derive(Clone, Debug)]
pub struct IdsMark {
    counters: [u64; 6],
    usual: [usize; 2],
}

/// The numbers that one session gives to its objects and threads.
///
/// Each call in a process sees numbers and names that begin anew: [`Ids::of_process`],
/// [`Ids::begin_call`].
#[derive(Debug, Default)]
pub struct Ids {
    objects: Arc<AtomicU64>,
    tasks: Arc<AtomicU64>,
    thread_names: Counter,
    pools: Counter,
    process_pools: Counter,
    /// How many threads besides the main one have a number that scripts see.
    idents: Counter,
    usual_workers: AtomicUsize,
    usual_processes: AtomicUsize,
    /// What was started, and waited for. Not a number, and not part of a mark.
    pub starts: Arc<Starts>,
}

/// How many of something there were.
#[derive(Debug)]
enum Counter {
    Count(AtomicU64),
    /// In a variable, which snapshots restore like any other.
    Variable(Arc<Cell>),
}

impl Default for Counter {
    fn default() -> Self {
        Self::Count(AtomicU64::new(0))
    }
}

impl Counter {
    fn variable() -> Self {
        Self::Variable(Arc::new(Cell::new(Value::Int(0))))
    }

    fn get(&self) -> u64 {
        match self {
            Self::Count(count) => count.load(Ordering::Relaxed),
            Self::Variable(cell) => cell.load().as_int().unwrap_or_default() as u64,
        }
    }

    fn set(&self, count: u64) {
        match self {
            Self::Count(own) => own.store(count, Ordering::Relaxed),
            Self::Variable(cell) => cell.store(Value::Int(count as i64)),
        }
    }

    /// Counts one more; returns how many there were.
    fn count(&self) -> u64 {
        match self {
            Self::Count(count) => count.fetch_add(1, Ordering::Relaxed),
            Self::Variable(_) => {
                // The schedulers that keep states run one thread at a time.
                let count = self.get();
                self.set(count + 1);
                count
            }
        }
    }
}

impl Ids {
    /// Those that a call in a process sees: names and numbers begin anew.
    #[must_use]
    pub fn of_process(&self) -> Self {
        Self {
            objects: self.objects.clone(),
            tasks: self.tasks.clone(),
            thread_names: Counter::variable(),
            pools: Counter::variable(),
            process_pools: Counter::variable(),
            idents: Counter::variable(),
            usual_workers: AtomicUsize::new(self.usual_workers()),
            usual_processes: AtomicUsize::new(self.usual_processes()),
            starts: self.starts.clone(),
        }
    }

    /// The next call begins in this process.
    pub fn begin_call(&self) {
        for counter in self.names() {
            counter.set(0);
        }
    }

    /// The number of the next thread that scripts see; the main thread has the number 1. Tasks of event
    /// loops, which are threads here, have none.
    pub fn next_ident(&self) -> u64 {
        self.idents.count() + 2
    }

    /// How many threads besides the main one have such a number so far.
    pub fn idents(&self) -> u64 {
        self.idents.get()
    }

    fn names(&self) -> [&Counter; 4] {
        let Self {
            thread_names,
            pools,
            process_pools,
            idents,
            ..
        } = self;
        [thread_names, pools, process_pools, idents]
    }

    /// The numbers as they are now.
    pub fn mark(&self) -> IdsMark {
        IdsMark {
            counters: self.counters(),
            usual: self.usual().map(|usual| usual.load(Ordering::Relaxed)),
        }
    }

    /// Goes back to what the numbers were: only when whatever was numbered since is gone.
    pub fn set_back(&self, mark: &IdsMark) {
        let [objects, tasks, names @ ..] = mark.counters;
        self.objects.store(objects, Ordering::Relaxed);
        self.tasks.store(tasks, Ordering::Relaxed);
        for (counter, count) in self.names().into_iter().zip(names) {
            counter.set(count);
        }
        for (usual, number) in self.usual().into_iter().zip(mark.usual) {
            usual.store(number, Ordering::Relaxed);
        }
    }

    fn usual(&self) -> [&AtomicUsize; 2] {
        [&self.usual_workers, &self.usual_processes]
    }

    fn counters(&self) -> [u64; 6] {
        let [thread_names, pools, process_pools, idents] = self.names().map(Counter::get);
        let objects = self.objects.load(Ordering::Relaxed);
        let tasks = self.tasks.load(Ordering::Relaxed);
        [objects, tasks, thread_names, pools, process_pools, idents]
    }

    /// How many threads and tasks there were, main among them.
    pub fn tasks_started(&self) -> u64 {
        self.tasks.load(Ordering::Relaxed)
    }

    /// The next object's number, from 1.
    pub fn next_object(&self) -> ObjectId {
        ObjectId(self.objects.fetch_add(1, Ordering::Relaxed) + 1)
    }

    /// The next thread's number, from 1.
    pub fn next_task(&self) -> TaskId {
        TaskId(self.tasks.fetch_add(1, Ordering::Relaxed) + 1)
    }

    /// The numbers of the thread and the names of the threads and pools that come next, whatever has
    /// become of the others. Objects show theirs to nobody.
    pub fn next_names(&self) -> [u64; 5] {
        let [_, names @ ..] = self.counters();
        names
    }

    /// How many threads and pools were given a name by their numbers.
    pub fn names_given(&self) -> u64 {
        let counters = [&self.thread_names, &self.pools, &self.process_pools];
        counters.map(Counter::get).iter().sum()
    }

    /// Whether a pool of processes was ever made.
    pub fn has_process_pools(&self) -> bool {
        self.process_pools.get() > 0
    }

    /// How many threads a pool has when no number is given: at least one.
    pub fn usual_workers(&self) -> usize {
        self.usual_workers.load(Ordering::Relaxed).max(1)
    }

    /// Sets that; the scheduler knows it.
    pub fn set_usual_workers(&self, workers: usize) {
        self.usual_workers.store(workers, Ordering::Relaxed);
    }

    /// How many processes a pool has when no number is given: at least one.
    pub fn usual_processes(&self) -> usize {
        self.usual_processes.load(Ordering::Relaxed).max(1)
    }

    /// Sets that; the scheduler knows it.
    pub fn set_usual_processes(&self, processes: usize) {
        self.usual_processes.store(processes, Ordering::Relaxed);
    }

    /// The number in the next default name `Thread-1`, from 1.
    pub fn next_thread_name(&self) -> u64 {
        self.thread_names.count() + 1
    }

    /// The number in the next default name `ThreadPoolExecutor-0`, from 0 as in Python.
    pub fn next_pool(&self) -> u64 {
        self.pools.count()
    }

    /// The number in the next name `ProcessPoolExecutor-0`, from 0.
    pub fn next_process_pool(&self) -> u64 {
        self.process_pools.count()
    }
}

impl EncodeState for Ids {
    /// Those of a call in a process, whose counts are variables. Those of the session count where scripts
    /// ask for them: [`Ids::next_names`].
    fn encode_state(&self, encoder: &mut dyn StateEncoder) {
        let Self {
            // They tell objects and threads apart, whichever thread made them.
            objects: _,
            tasks: _,
            thread_names,
            pools,
            process_pools,
            idents,
            // The same in all states of a run.
            usual_workers: _,
            usual_processes: _,
            // For the prompt.
            starts: _,
        } = self;
        for counter in [thread_names, pools, process_pools, idents] {
            if let Counter::Variable(cell) = counter {
                cell.encode_state(encoder);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Ids;

    #[test]
    fn how_many_workers_are_usual_comes_back_with_the_numbers() {
        let ids = Ids::default();
        ids.set_usual_workers(6);
        ids.set_usual_processes(2);
        let mark = ids.mark();
        ids.set_usual_workers(4);
        ids.set_usual_processes(4);
        ids.set_back(&mark);
        assert_eq!((ids.usual_workers(), ids.usual_processes()), (6, 2));
    }
}
