//! Processes as this scheduler plays them: a call in one is a thread that runs on copies, with
//! top-level variables of its own. The threads that it starts, and the processes, belong to it: it
//! ends when they have ended, and all of them end with it.

use std::sync::Arc;

use super::state::{Being, Member, State, doing};
use crate::pos::Pos;
use crate::runtime::deadlock;
use crate::runtime::object::Thread;
use crate::runtime::threads::Doing;
use crate::value::object::{Call, TaskId, Verb};
use crate::value::{Fault, Function, Object, Value};
use crate::vm::{self, Fiber, Isolated};

impl Member {
    /// Its handle, as the threads of its process see it.
    pub(super) fn handle(&self, task: TaskId) -> &Arc<Object> {
        match &self.isolated {
            Some(isolated) if isolated.process == task => &isolated.main,
            _ => &self.handle,
        }
    }

    /// Whether it runs in this process, or in one that was started below it.
    fn is_within(&self, process: TaskId) -> bool {
        let isolated = self.isolated.as_ref();
        isolated.is_some_and(|isolated| isolated.is_within(process))
    }
}

impl State {
    /// The threads of a process and of those below it, besides the one that stands for it.
    fn others_within(&self, process: TaskId) -> impl Iterator<Item = (TaskId, &Member)> {
        let within = move |(task, member): &(&TaskId, &Member)| {
            **task != process && member.is_within(process)
        };
        let members = self.members.iter().filter(within);
        members.map(|(task, member)| (*task, member))
    }

    /// Begins the next call of a pool's thread: that of a process on copies.
    pub(super) fn begin(
        &mut self,
        task: TaskId,
        function: Arc<Function>,
        args: Vec<Value>,
        pos: Pos,
    ) {
        let Some(member) = self.members.get_mut(&task) else {
            return;
        };
        if !member.is_process {
            let fiber = Fiber::new(task, function, args);
            return self.put_fiber(task, fiber, Being::Ready);
        }
        let main = Thread::main(task, member.name.clone());
        let ids = self.world.ids.of_process();
        let main = Object::new(&ids, pos, main);
        let (outer, program) = (member.isolated.clone(), &self.world.program);
        match Isolated::begin((task, main, ids), outer, pos, &function, &args, program) {
            Ok((isolated, function, args)) => {
                member.isolated = Some(Arc::new(isolated));
                let fiber = Fiber::new(task, function, args).started_at(pos);
                self.put_fiber(task, fiber, Being::Ready);
            }
            Err(kind) => {
                let handle = member.handle.clone();
                self.end_of_thread(task, &handle, Err(Fault::new(kind, pos)));
            }
        }
    }

    /// Reports the end of a thread other than main.
    pub(super) fn end(&mut self, task: TaskId, end: Result<Value, Fault>) {
        let Some(member) = self.members.get(&task) else {
            return;
        };
        let isolated = member.isolated.clone();
        if member.is_process {
            let outer = isolated.as_ref().and_then(|one| one.outer.as_deref());
            let home = outer.map_or(&self.world.globals, |outer| &outer.globals);
            let end = vm::copy_end(end, &self.world.program, Some(home)).map_err(|fault| *fault);
            self.hold_end(task, end);
        } else {
            let handle = member.handle.clone();
            self.end_of_thread(task, &handle, end);
        }
        self.end_of_processes(isolated.as_deref());
    }

    /// A thread has ended in a process: reports the ends of this one and those around it that have
    /// waited for it only.
    fn end_of_processes(&mut self, innermost: Option<&Isolated>) {
        let processes = innermost.into_iter().flat_map(Isolated::with_outer);
        processes.for_each(|isolated| self.end_of_process(isolated.process));
    }

    /// Keeps how a call in a process has ended until its other threads have.
    fn hold_end(&mut self, process: TaskId, end: Result<Value, Fault>) {
        if let Some(member) = self.members.get_mut(&process) {
            member.changes().held_end = Some(end);
            member.fiber = None;
            member.being = Being::Waiting {
                object: None,
                deadline: None,
            };
        }
    }

    /// Reports the end of a call in a process when all that it has started and that is no daemon has
    /// ended.
    fn end_of_process(&mut self, process: TaskId) {
        if (self.others_within(process)).any(|(_, member)| !member.daemon) {
            return;
        }
        let Some(member) = self.members.get_mut(&process) else {
            return;
        };
        if matches!(member.being, Being::Ending) {
            return;
        }
        let Some(end) = member.changes().held_end.take() else {
            return;
        };
        // Daemons end with it.
        self.report_end_of_process(process, end);
    }

    /// Ends all that is left of a call in a process, and reports how it has ended.
    fn report_end_of_process(&mut self, process: TaskId, mut end: Result<Value, Fault>) {
        self.remove_others_within(process);
        let Some(member) = self.members.get_mut(&process) else {
            return;
        };
        let isolated = member.changes().isolated.take();
        if let (Err(fault), Some(isolated)) = (&mut end, &isolated) {
            fault.pos = fault.pos.or(isolated.asked_at);
        }
        member.held_end = None;
        member.fiber = None;
        // What follows happens where it was started.
        member.isolated = isolated.and_then(|isolated| isolated.outer.clone());
        let handle = member.handle.clone();
        self.running = process;
        self.end_of_thread(process, &handle, end);
    }

    /// Takes away the threads of a process where they stand, and the processes below it with theirs.
    fn remove_others_within(&mut self, process: TaskId) {
        let others: Vec<TaskId> = self.others_within(process).map(|(task, _)| task).collect();
        for task in others {
            self.withdraw_for_stop(task);
            self.members.remove(&task);
        }
    }

    /// Ends a process with all that it has started.
    pub(super) fn kill(&mut self, process: TaskId) {
        self.remove_others_within(process);
        self.withdraw_for_stop(process);
        if let Some(member) = self.members.remove(&process) {
            let args = [Value::from("the process was ended"), true.into()];
            let verb = Verb::Died;
            self.report_end(process, &member.handle, Call { verb, args: &args });
            self.end_of_processes(member.isolated.as_deref());
        }
    }

    /// Of the threads that are to be stopped the one that is next: a process comes after all that it
    /// has started, and its call then ends by the stop, however it had ended before.
    pub(super) fn next_to_stop(
        &mut self,
        is_concerned: impl Fn(&Member) -> bool,
    ) -> Option<TaskId> {
        let concerned = self
            .members
            .iter()
            .filter(|(_, member)| is_concerned(member));
        let mut first = None;
        for (task, member) in concerned {
            first = first.or(Some(*task));
            if !member.is_process || self.others_within(*task).next().is_none() {
                return Some(*task);
            }
        }
        first
    }

    /// Ends the calls in processes whose threads all wait for ever: nobody outside can wake them.
    /// Whether there was one.
    pub(super) fn end_stuck_process(&mut self) -> bool {
        if !self.plays_processes {
            return false;
        }
        let processes = self.members.iter().filter(|(task, member)| {
            member.is_process && member.process() == Some(**task) && self.is_stuck_within(**task)
        });
        // Who waits for a process that is stuck is not stuck itself: that one comes first.
        let depth = |member: &Member| (member.isolated.as_ref()).map_or(0, |one| one.generation());
        let deepest = processes.max_by_key(|(_, member)| depth(member));
        let Some(process) = deepest.map(|(task, _)| *task) else {
            return false;
        };
        let isolated = self.isolated(process);
        let mut infos = self.infos();
        infos.retain(|info| {
            let member = self.members.get(&TaskId(info.number));
            member.is_some_and(|member| member.process() == Some(process))
        });
        self.report_end_of_process(process, Err(deadlock::in_process(&infos)));
        self.end_of_processes(isolated.as_deref());
        true
    }

    /// Whether a process can never go on: nothing in it and below it can, or nothing but daemons.
    fn is_stuck_within(&self, process: TaskId) -> bool {
        let (program, observed) = (&self.world.program, self.observations.observed());
        let is_at_rest = |task: TaskId, member: &Member| match doing(member, program, observed) {
            // What processes share is given by one outside, too.
            Doing::Waiting { limited, object } => !limited && !object.is_for_processes(),
            // It waits for its other threads.
            Doing::Sleeping => task == process && member.held_end.is_some(),
            Doing::Running => false,
        };
        let own = self.members.get(&process).map(|member| (process, member));
        let within: Vec<_> = own.into_iter().chain(self.others_within(process)).collect();
        // To end is something that a thread can do.
        if (within.iter()).any(|(_, member)| matches!(member.being, Being::Ending)) {
            return false;
        }
        if within
            .iter()
            .all(|(task, member)| is_at_rest(*task, member))
        {
            return true;
        }
        // Its own thread has nothing more to do when its end is held.
        let of_note = |(_, member): &(TaskId, &Member)| member.held_end.is_none();
        let threads = within.into_iter().filter(of_note);
        // The thread of a process that ends with main is the main one within.
        let threads = threads.map(|(task, member)| (task, member.daemon && task != process));
        deadlock::for_good(threads, None, |task| self.stuck(task).is_some()).is_some()
    }
}
