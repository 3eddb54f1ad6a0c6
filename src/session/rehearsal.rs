//! Exploring from a moment of a session, and back: the texts with the variables at that moment, going
//! there, and what has to be restored when exploring is over.

use std::ops::{Deref, DerefMut};
use std::sync::Arc;

use super::episode::{NotSelected, Selection};
use super::{
    Ahead, Config, Input, InputKind, NotExplorable, Obstacle, Outcome, Scheduler, Session, until,
};
use crate::event::Stream;
use crate::explore::{Explorer, Twin, source_hash};
use crate::language::Diagnostic;
use crate::language::outline::{Head, Outline};
use crate::program::Language;
use crate::schedule::{Heap, Prepared, Schedule, Seeded, Stepped, Until, World};

/// Texts that can be explored as one program, and what the variables are before them.
#[derive(Clone)]
pub struct Explorable {
    /// What they are called: `inputs 3 to 6`, a file's name.
    pub title: String,
    pub(super) world: Arc<World>,
    pub(super) texts: Vec<Arc<Prepared>>,
    /// Where they come from.
    pub(super) sources: Vec<Source>,
    pub(super) until: Until,
    pub(super) from: Arc<Heap>,
    /// Whether that is the beginning of the session.
    pub(super) is_from_beginning: bool,
}

/// A text of a program of several.
#[derive(Clone, Copy, Debug)]
pub struct Part<'a> {
    /// What it is called in messages.
    pub name: &'a str,
    /// The text.
    pub text: &'a str,
    /// What its places have as [`Pos::input`](crate::pos::Pos::input).
    pub number: u16,
    /// What it is written in.
    pub language: Language,
}

/// A text that was read.
#[derive(Clone)]
pub(super) struct Source {
    /// The number of the input at the prompt; 0 for other texts.
    pub(super) number: u32,
    /// What it is called in messages.
    pub(super) name: String,
    pub(super) text: Arc<str>,
}

impl Source {
    /// `input 3`, or `input 3 (a.rhai)`.
    pub(super) fn title(&self) -> String {
        let numbered = format!("input {}", self.number);
        match self.name == numbered {
            true => numbered,
            false => format!("{numbered} ({})", self.name),
        }
    }
}

impl Explorable {
    /// What the last text is called in messages, and the text.
    pub fn last(&self) -> (&str, &str) {
        let last = self.sources.last();
        last.map_or(("", ""), |source| (&source.name, &source.text))
    }

    /// The number of the first text's input at the prompt; 0 for other texts.
    pub fn first_input(&self) -> u32 {
        self.sources.first().map_or(0, |source| source.number)
    }

    /// What kind of input the texts are.
    pub fn kind(&self) -> InputKind {
        match self.until {
            Until::Main => InputKind::Prompt,
            Until::AllThreads => InputKind::Script,
        }
    }

    /// Makes variables and functions what they are before the texts.
    pub(super) fn go_back(&self, named: &[(u32, u32)]) {
        let world = &self.world;
        let unit = self.texts.first().map_or(u32::MAX, |text| text.unit);
        self.from.restore(world);
        set_program(world, unit, named);
    }
}

/// All that leads to some texts and the texts themselves, as one program that needs nothing else.
#[derive(Clone, Debug)]
pub struct Typed {
    /// The texts, each on lines of its own.
    pub text: String,
    /// The numbers of the inputs, each with the number of lines before its first one.
    pub inputs: Vec<(u32, usize)>,
}

impl Typed {
    /// These texts alone, which may name what only earlier ones define.
    pub fn alone(texts: &Explorable) -> Self {
        Self::of(&texts.sources)
    }

    fn of<'s>(sources: impl IntoIterator<Item = &'s Source>) -> Self {
        let mut typed = Self {
            text: String::new(),
            inputs: Vec::new(),
        };
        for source in sources {
            typed
                .inputs
                .push((source.number, typed.text.lines().count()));
            // At the prompt the last `;` may be left out; before another statement it may not.
            let outline = Outline::of(&source.text);
            let last = outline.blocks[0].statements.last().copied();
            let needs_end = |last: &usize| {
                let head = outline.statements[*last].head;
                let is_open = !outline.source(*last).ends_with(';');
                is_open
                    && matches!(
                        head,
                        Head::Let | Head::Expression | Head::Return | Head::Throw
                    )
            };
            let open = last.filter(needs_end);
            let end = open.map(|last| outline.statements[last].span.end);
            let (text, rest) = source.text.split_at(end.unwrap_or(source.text.len()));
            typed.text += text;
            typed.text += if open.is_some() { ";" } else { "" };
            typed.text += rest;
            if !typed.text.ends_with('\n') {
                typed.text.push('\n');
            }
        }
        typed
    }
}

/// A program that can be explored. When this is dropped, all variables and functions of the session
/// are what they were before.
pub struct Rehearsal {
    // Invariant: dropped before `_guard`, since it goes back to where the rehearsal began.
    pub(super) explorer: Explorer,
    pub(super) _guard: RestoreGuard,
}

impl Deref for Rehearsal {
    type Target = Explorer;

    fn deref(&self) -> &Explorer {
        &self.explorer
    }
}

impl DerefMut for Rehearsal {
    fn deref_mut(&mut self) -> &mut Explorer {
        &mut self.explorer
    }
}

/// Makes variables and functions what they were when this was made.
pub(super) struct RestoreGuard {
    world: Arc<World>,
    heap: Arc<Heap>,
    named: Vec<(u32, u32)>,
}

impl RestoreGuard {
    /// For a world whose variables are now as in `heap`. `named` says which top-level variables are
    /// named by functions, and since which unit.
    pub(super) fn new(world: &Arc<World>, heap: Arc<Heap>, named: &[(u32, u32)]) -> Self {
        Self {
            world: world.clone(),
            heap,
            named: named.to_vec(),
        }
    }
}

impl Drop for RestoreGuard {
    fn drop(&mut self) {
        self.heap.restore(&self.world);
        set_program(&self.world, u32::MAX, &self.named);
    }
}

impl Session {
    /// Readies a text to be explored with the variables as they are now: see
    /// [`Session::rehearse`].
    ///
    /// # Errors
    /// What is wrong with the text, or which threads are in the way.
    pub fn explorer(
        &mut self,
        input: Input<'_>,
        ordered: bool,
    ) -> Result<Rehearsal, NotExplorable> {
        let text = self.explorable(input).map_err(NotExplorable::Rejected)?;
        self.rehearse(&text, ordered)
            .map_err(NotExplorable::Blocked)
    }

    /// A text that can be explored with the variables as they are now.
    ///
    /// # Errors
    /// What is wrong with the text.
    pub fn explorable(&mut self, input: Input<'_>) -> Result<Explorable, Vec<Diagnostic>> {
        let (prepared, _) = self.accept(input, 0, Ahead::HasRun)?;
        let explorable = Explorable {
            title: input.name.into(),
            world: self.world.clone(),
            texts: vec![prepared],
            sources: vec![Source {
                number: 0,
                name: input.name.into(),
                text: input.text.into(),
            }],
            until: until(input.kind),
            from: self.history.now(&self.world),
            is_from_beginning: self.history.is_empty(),
        };
        Ok(explorable)
    }

    /// Texts that have not run, as one program: main runs one after the other, as the prompt runs its
    /// inputs, and the program ends when all threads that are not daemons have ended. Each may be in a
    /// language of its own, and none may import a file. For a session in which nothing has run.
    ///
    /// # Errors
    /// The number of the first text with which something is wrong, from 0, and what it is.
    pub fn program(&mut self, parts: &[Part<'_>]) -> Result<Explorable, (usize, Vec<Diagnostic>)> {
        self.reads_files = false;
        let language = self.language;
        let mut texts = Vec::with_capacity(parts.len());
        for (index, part) in parts.iter().enumerate() {
            self.language = part.language;
            let input = Input {
                name: part.name,
                text: part.text,
                kind: InputKind::Prompt,
            };
            let accepted = self.accept(input, part.number.into(), Ahead::IsAccepted);
            self.language = language;
            let (prepared, _) = accepted.map_err(|problems| (index, problems))?;
            self.begin(&prepared);
            texts.push(prepared);
        }
        let explorable = Explorable {
            title: parts.last().map_or("", |part| part.name).into(),
            world: self.world.clone(),
            texts,
            sources: parts
                .iter()
                .map(|part| Source {
                    number: part.number.into(),
                    name: part.name.into(),
                    text: part.text.into(),
                })
                .collect(),
            until: Until::AllThreads,
            from: self.history.now(&self.world),
            // A twin would not know the languages of the texts.
            is_from_beginning: false,
        };
        explorable.go_back(&self.named);
        Ok(explorable)
    }

    /// The inputs of the prompt that are meant, from what the variables were before them.
    ///
    /// # Errors
    /// Why they cannot be explored.
    pub fn select(&self, selection: Selection) -> Result<Explorable, NotSelected> {
        self.history.select(selection, &self.world)
    }

    /// Makes variables and functions what they were before these texts, which were the last, and forgets that
    /// they have run.
    ///
    /// # Errors
    /// Which threads are in the way.
    pub fn undo(&mut self, texts: &Explorable) -> Result<(), Obstacle> {
        let alive = self.alive();
        if !alive.is_empty() {
            return Err(Obstacle::Alive(alive));
        }
        texts.from.restore(&self.world);
        let first = texts.texts.first().map_or(u32::MAX, |text| text.unit);
        self.world.program.undo_functions(first);
        self.history.forget_last(texts.sources.len());
        Ok(())
    }

    /// The latest episode as it was after each of its inputs, the last one first.
    pub fn episodes(&self) -> impl Iterator<Item = Selection> {
        self.history.episodes()
    }

    /// Goes to where texts begin, and readies them to be explored as one program. The variables come
    /// back as they are now when the rehearsal is dropped; until then nothing else may run. With
    /// `ordered`, the order in which different threads print makes a difference.
    ///
    /// # Errors
    /// Which threads are in the way.
    pub fn rehearse(&mut self, texts: &Explorable, ordered: bool) -> Result<Rehearsal, Obstacle> {
        let guard = self.go_back(texts)?;
        let source = self.source(texts);
        let (world, prepared) = (self.world.clone(), texts.texts.clone());
        let explorer = Explorer::new(world, prepared, texts.until, ordered, source);
        // What earlier inputs have left in the variables cannot be made a second time.
        let twin = texts.is_from_beginning.then(|| self.twin(texts));
        Ok(Rehearsal {
            explorer: explorer.with_twin(twin),
            _guard: guard,
        })
    }

    /// Runs texts once more as one program, from where they begin, under the seeded scheduler. The
    /// variables are afterwards what they are now, and what still runs is stopped. `begin` is called
    /// before anything runs.
    ///
    /// # Errors
    /// Which threads are in the way.
    pub fn rerun(
        &mut self,
        texts: &Explorable,
        seed: u64,
        begin: impl FnOnce(),
    ) -> Result<Outcome, Obstacle> {
        let _guard = self.go_back(texts)?;
        begin();
        let mut schedule = Stepped::new(Box::new(Seeded::new(seed)), self.world.clone());
        self.stopper.redirect(schedule.stop_request());
        let end = schedule.run_texts(texts.texts.clone(), texts.until);
        schedule.stop_all();
        self.stopper.redirect(self.schedule.stop_request());
        self.forget_stop();
        Ok(end.into())
    }

    /// Makes variables and functions what they were before these texts, until the guard is dropped.
    pub(super) fn go_back(&mut self, texts: &Explorable) -> Result<RestoreGuard, Obstacle> {
        let alive = self.alive();
        if !alive.is_empty() {
            return Err(Obstacle::Alive(alive));
        }
        if !Arc::ptr_eq(&texts.world, &self.world) {
            return Err(Obstacle::Reset);
        }
        let now = self.history.now(&self.world);
        let guard = RestoreGuard::new(&self.world, now, &self.named);
        texts.go_back(&self.named);
        Ok(guard)
    }

    /// What was typed up to the end of these texts. Nothing for a script that is explored among
    /// variables of the session, as it ends in another way than what was typed before.
    pub fn typed(&self, texts: &Explorable) -> Option<Typed> {
        let number = texts.sources.first()?.number;
        let before: Vec<&Source> = self.history.texts_before(number).collect();
        if !before.is_empty() && texts.until == Until::AllThreads {
            return None;
        }
        Some(Typed::of(before.into_iter().chain(&texts.sources)))
    }

    /// How a session is made in which a text like this one's can be explored from the beginning.
    pub fn config_for_exploring(&self) -> Config {
        Config {
            scheduler: Scheduler::Seeded,
            ..self.config.clone()
        }
    }

    /// The number that stands for these texts in tokens.
    pub fn source(&self, texts: &Explorable) -> u32 {
        let last = texts.texts.last().map_or(0, |text| text.unit);
        let units = self.world.program.units().take(last as usize);
        let modules = units
            .filter(|unit| unit.is_module())
            .map(|unit| &*unit.text);
        let sources = texts.sources.iter().map(|source| &*source.text);
        let mut given = self.config.args.clone();
        if let Some(lines) = &self.config.input {
            given.push(lines.len().to_string());
            given.extend(lines.iter().cloned());
        }
        source_hash(modules.chain(sources), &given)
    }

    /// Makes the program of texts again, in a world of its own that began like this one.
    fn twin(&self, texts: &Explorable) -> Twin {
        let config = self.config_for_exploring();
        let sources = texts.sources.clone();
        let kind = texts.kind();
        Arc::new(move || {
            let mut session = Self::new(config.clone(), Arc::new(Stream::new()));
            let mut texts = Vec::new();
            for Source { number, name, text } in &sources {
                let input = Input { name, text, kind };
                let (prepared, _) = session.accept(input, *number, Ahead::IsAccepted).ok()?;
                session.begin(&prepared);
                texts.push(prepared);
            }
            set_program(&session.world, texts.first()?.unit, &session.named);
            Some((session.world.clone(), texts))
        })
    }
}

/// Makes names mean what they did before the unit of this number began.
pub(super) fn set_program(world: &World, unit: u32, named: &[(u32, u32)]) {
    let program = &world.program;
    program.set_functions(&program.functions_before(unit));
    for (number, global) in program.globals() {
        let is_named = |(named, since): &(u32, u32)| *named == number && *since < unit;
        global.set_named_by_function(named.iter().any(is_named));
    }
}
