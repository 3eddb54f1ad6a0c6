//! Asking runtime objects, and going on when a wait has ended. One file, as an answer finishes its
//! instruction in the same way at once and after a wait.

use std::sync::Arc;

use super::arithmetic::put;
use super::step::{Flow, Machine, Step};
use super::{Action, Draw, Intrinsic, Natives, Stop, Visible, Wait};
use crate::event::Written;
use crate::program::Language;
use crate::program::op::Op;
use crate::runtime::object::Thread;
use crate::value::budget::charge;
use crate::value::object::{Attempt, Call, Verb, Wake, take_told};
use crate::value::operation::Notices;
use crate::value::{Class, FaultKind, Object, Value, with_article};

impl Machine<'_, '_> {
    /// What comes first when the fiber goes on.
    pub(super) fn resume(&mut self) -> Step {
        if let Some(wake) = self.fiber.woken.take() {
            if std::mem::take(&mut self.fiber.sleeping) {
                return self.give(Value::Unit);
            }
            let wanted = self.fiber.wanted.take();
            return match wake {
                Wake::Retry => {
                    self.fiber.retrying = true;
                    match self.fiber.pending.take() {
                        Some(intrinsic) => self.intrinsic(*intrinsic),
                        None => Ok(Flow::Reload),
                    }
                }
                Wake::Grant(value) => {
                    self.fiber.pending = None;
                    self.tell(wanted.map(|wanted| *wanted), &value);
                    self.give(value)
                }
                Wake::Fail(kind) => {
                    self.fiber.pending = None;
                    self.fiber.reached = None;
                    self.env.services.sees_fault(&kind);
                    Err(*kind)
                }
            };
        }
        match self.fiber.pending.take() {
            Some(intrinsic) => self.intrinsic(*intrinsic),
            None => Ok(Flow::Reload),
        }
    }

    /// Whether the visible operation that the fiber is about to execute may be done now.
    pub(super) fn may_proceed(&mut self) -> bool {
        !self.stepped || std::mem::take(&mut self.fiber.allowed)
    }

    /// Asks `object`. The current instruction is finished by the answer, or comes again.
    pub(super) fn ask(&mut self, object: &Arc<Object>, verb: Verb, args: &[Value]) -> Step {
        let call = Call { verb, args };
        // Who runs freely and unwatched need not know.
        let task = self.fiber.task;
        let private = (self.stepped || self.listening)
            && !(self.env.services).sees_call(task, object, verb, args.len());
        if !private && !self.may_proceed() {
            return Ok(Flow::Stop(Stop::Visible));
        }
        let copies;
        let call = match object.takes_copies() {
            true => {
                copies = self.copies(object, verb, args)?;
                let args = &copies;
                Call { verb, args }
            }
            false => call,
        };
        let pos = self.fiber.pos(self.env.program);
        let before = (self.listening && !private).then(|| Visible {
            pos,
            action: Action::Object(object.clone(), verb),
            written: Written {
                taken_by: self.taken_by_another(object, verb),
                ..self.fiber.written(self.env.program)
            },
        });
        if self.stepped {
            take_told();
        }
        let event_loop = self.fiber.event_loop.as_ref();
        let (effects, ids) = (&mut *self.env.effects, self.env.ids);
        let asker = (task, pos);
        let time = &mut *self.env.services;
        let mut attempt = object.attempt_within(event_loop, call, asker, effects, ids, time);
        if let Attempt::Draw(below) = attempt {
            let number = [Value::Int(self.env.services.random(below) as i64)];
            let drawn = Call {
                verb: Verb::Drawn,
                args: &number,
            };
            let time = &mut *self.env.services;
            attempt = object.attempt(drawn, task, pos, self.env.effects, self.env.ids, time);
        }
        if self.stepped
            && let Some(told) = take_told()
        {
            self.env.services.has_shown();
            self.env.services.has_told(told, !private);
        }
        if !self.env.effects.is_empty() {
            let carried_out = self.env.services.carry_out(self.env.effects);
            carried_out.map_err(FaultKind::Limit)?;
        }
        match attempt {
            Attempt::Done(value) => {
                let value = match object.is_for_processes() {
                    true => self.arrived(value)?,
                    false => value,
                };
                self.tell(before, &value);
                let is_main_name = verb == Verb::Name
                    && value.as_str() == Some("main")
                    && object.change(|thread: &mut Thread| thread.is_main()) == Some(true);
                match is_main_name && self.dialect() == Language::Python {
                    true => self.give(Value::from("MainThread")),
                    false => self.give(value),
                }
            }
            Attempt::End => {
                self.tell(before, &Value::Unit);
                self.end_of_items()
            }
            Attempt::Wait(limit) => {
                self.fiber.wanted = before.map(Box::new);
                let renewed = std::mem::take(&mut self.fiber.retrying);
                Ok(Flow::Stop(Stop::Wait(Wait {
                    object: Some(object.clone()),
                    limit,
                    renewed,
                })))
            }
            Attempt::Fail(kind) => {
                self.fiber.reached = None;
                // Such a text may name the thread or the pool.
                if matches!(*kind, FaultKind::Misuse(_)) {
                    self.env.services.has_told(Notices::IDENTITY, true);
                }
                let kind = self.with_holder_named(*kind);
                self.env.services.sees_fault(&kind);
                Err(kind)
            }
            Attempt::Draw(_) | Attempt::Unknown => {
                self.fiber.reached = None;
                let prelude = self.call_object_prelude(object, verb.name());
                prelude.unwrap_or_else(|| Err(unknown(self.env.natives, object, verb)))
            }
        }
    }

    /// The thread that holds what this one is about to release for it.
    fn taken_by_another(&mut self, object: &Object, verb: Verb) -> Option<Box<str>> {
        if verb != Verb::Release {
            return None;
        }
        let task = self.fiber.task;
        let waiting = object.state().waiting(task);
        let mut holders = waiting.holders.into_iter();
        let other = holders.next().filter(|holder| holder.task != task)?;
        Some(self.env.services.name(other.task).into())
    }

    /// Adds the holder's name to a fault that knows only its number.
    fn with_holder_named(&mut self, mut kind: FaultKind) -> FaultKind {
        if let FaultKind::HeldByAnother { holder, name, .. } = &mut kind {
            *name = Some(self.env.services.name(holder.task).into());
        }
        kind
    }

    /// Asks the object in `register`: for `with`.
    pub(super) fn ask_register(&mut self, register: u16, verb: Verb, args: &[Value]) -> Step {
        match self.register(register).clone() {
            Value::Object(object) => self.ask(&object, verb, args),
            other => Err(FaultKind::mismatch(
                "something that `with` can enter (a Lock, a pool ...)",
                &other,
            )),
        }
    }

    /// Finishes the current instruction with what an object or a sleep has answered.
    pub(super) fn give(&mut self, value: Value) -> Step {
        self.fiber.retrying = false;
        let pc = self.frame().pc as usize;
        let (code, base) = self.code();
        let op = code.ops[pc];
        match op {
            Op::CallMethod {
                argc,
                dst,
                base: first,
                ..
            }
            | Op::Call {
                argc,
                dst,
                base: first,
                ..
            }
            | Op::CallValue {
                argc,
                dst,
                base: first,
                ..
            } => {
                self.fiber.reached = None;
                let first = base + first as usize;
                for register in &mut self.fiber.registers[first..first + argc as usize] {
                    put(register, Value::Unit);
                }
                put(&mut self.fiber.registers[base + dst as usize], value);
            }
            Op::Get { dst, place } => {
                let used = self.fiber.reached.take().map_or(0, |(_, used)| used);
                let program = self.env.program;
                let code = program.code(self.frame().code);
                return self.get_rest(dst, &code.places[place as usize], &value, used + 1);
            }
            Op::ForNext { state, dst, .. } => {
                let next = self.register(state + 1);
                if let Value::Int(index) = next {
                    *index += 1;
                }
                put(self.register(dst), value);
            }
            Op::Index { dst, .. } | Op::Enter { dst, .. } => put(self.register(dst), value),
            _ => {}
        }
        Ok(Flow::Next)
    }

    /// The object has no such item.
    fn end_of_items(&mut self) -> Step {
        let pc = self.frame().pc as usize;
        let (code, _) = self.code();
        match code.ops[pc] {
            Op::ForNext { skip, .. } => self.end_loop(skip),
            Op::Index { index, .. } => {
                let index = self.register(index).as_int().unwrap_or_default();
                Err(FaultKind::Native(format!("there is no item {index}")))
            }
            _ => {
                self.fiber.reached = None;
                Err(FaultKind::Native("there is no such item".into()))
            }
        }
    }

    /// Draws with the scheduler's seed.
    fn draw(&mut self, draw: Draw) -> Value {
        /// As many as a float can tell apart between 0 and 1.
        const STEPS: u64 = 1 << 53;
        let services = &mut *self.env.services;
        match draw {
            Draw::Number(range) => {
                let nth = services.random(range.len()) as i64;
                let drawn = range.start.wrapping_add(range.step.wrapping_mul(nth));
                Value::Int(drawn)
            }
            Draw::Float(low, high) => {
                let part = services.random(STEPS) as f64 / STEPS as f64;
                Value::Float(low + part * (high - low))
            }
            Draw::Item(mut items) => {
                let nth = services.random(items.len() as u64) as usize;
                items.swap_remove(nth)
            }
        }
    }

    /// Does what a native function could only ask the machine for; it finishes the current call.
    pub(super) fn intrinsic(&mut self, intrinsic: Intrinsic) -> Step {
        let visible = matches!(
            intrinsic,
            Intrinsic::Print { .. }
                | Intrinsic::Note(_)
                | Intrinsic::Sleep(_)
                | Intrinsic::Threads
                | Intrinsic::ReadLine
        );
        if visible && !self.may_proceed() {
            self.fiber.pending = Some(Box::new(intrinsic));
            return Ok(Flow::Stop(Stop::Visible));
        }
        let task = self.fiber.task;
        match intrinsic {
            Intrinsic::Print { text, is_open } => {
                let pos = self.fiber.pos(self.env.program);
                let printed = self.env.services.print(task, text, is_open, pos);
                printed.map_err(FaultKind::Limit)?;
                self.give(Value::Unit)
            }
            Intrinsic::Note(text) => {
                let pos = self.fiber.pos(self.env.program);
                let written = self.env.services.print_error(task, text, pos);
                written.map_err(FaultKind::Limit)?;
                self.give(Value::Unit)
            }
            Intrinsic::Sleep(time) => {
                self.fiber.sleeping = true;
                let wait = Wait {
                    object: None,
                    limit: Some(time),
                    renewed: false,
                };
                Ok(Flow::Stop(Stop::Wait(wait)))
            }
            Intrinsic::Now => {
                let now = self.env.services.now();
                self.give(Value::Float(now))
            }
            Intrinsic::CurrentThread => {
                let handle = self.env.services.handle(task);
                self.give(handle.map_or(Value::Unit, Value::Object))
            }
            Intrinsic::Threads => {
                let threads = self.env.services.threads().into_iter();
                // Tasks run as threads, but they are none of the script's.
                let threads = threads.filter(|thread| thread.kind() != "Task");
                self.give(Value::array(threads.map(Value::Object).collect()))
            }
            Intrinsic::Eval(text) => {
                let function = self.env.services.compile(&text)?;
                self.call_function(function, Vec::new())
            }
            Intrinsic::ReadFile(path) => {
                let text = self.env.services.read_file(&path)?;
                charge(text.len());
                self.give(Value::string(text))
            }
            Intrinsic::ReadLine => {
                let line = self.env.services.read_line()?;
                self.give(line.map_or(Value::Unit, Value::string))
            }
            Intrinsic::Random(draw) => {
                let drawn = self.draw(draw);
                self.give(drawn)
            }
            Intrinsic::Call(function, args) => self.call_function(function, args),
            Intrinsic::Pid => {
                let pid = self.env.services.pid();
                self.give(Value::Int(pid as i64))
            }
            Intrinsic::Ask(object, verb, args) => {
                let step = self.ask(&object, verb, &args);
                // What asks for other processes has given its arguments away, and cannot repeat itself; the stepped
                // schedulers play processes.
                let waits = matches!(step, Ok(Flow::Stop(Stop::Wait(_)))) && !self.stepped;
                if waits || matches!(step, Ok(Flow::Stop(Stop::Visible))) {
                    self.fiber.pending = Some(Box::new(Intrinsic::Ask(object, verb, args)));
                }
                step
            }
            Intrinsic::IsDefined(name) => {
                let global = self.env.program.find_global(&name);
                let is_bound = |id: u32| self.env.globals.with(id, |binding| binding.is_some());
                let is_bound = global.is_some_and(is_bound);
                if let Some(id) = global
                    && !is_bound
                    && !self.may_find_unbound(id)
                {
                    self.fiber.pending = Some(Box::new(Intrinsic::IsDefined(name)));
                    return Ok(Flow::Stop(Stop::Visible));
                }
                self.give(Value::Bool(is_bound))
            }
        }
    }
}

fn unknown(natives: &mut dyn Natives, object: &Arc<Object>, verb: Verb) -> FaultKind {
    match verb {
        Verb::Await => not_awaitable(object),
        Verb::Enter => not_a_context(object),
        Verb::Next => FaultKind::NotIterable {
            found: object.kind().into(),
        },
        Verb::Item => FaultKind::Indexing {
            signature: format!("{} [...]", object.kind()),
        },
        verb => natives.unknown_method(object.kind(), verb.name()),
    }
}

fn not_awaitable(object: &Arc<Object>) -> FaultKind {
    let kind = with_article(object.kind());
    FaultKind::misuse(
        Class::TypeError,
        &format!("await was given {kind}"),
        "what can be awaited is a task, or what the functions of asyncio give",
        "wait for what is no task in a thread: `await asyncio.to_thread(|| x.join())`",
    )
}

fn not_a_context(object: &Arc<Object>) -> FaultKind {
    FaultKind::Type {
        expected: "something that `with` can enter (a Lock, a pool ...)".into(),
        found: object.kind().into(),
    }
}
