//! Which inputs of the prompt belong together, and what the variables were before them.
//!
//! An *episode* begins with an input that starts something that runs beside it, and takes in all later
//! inputs, until an input begins when nothing of the episode runs any more and everything was waited
//! for, and starts something anew. What the variables were is kept before each input at which no
//! thread runs: of the last inputs, as far as that does not take much memory, and of the latest
//! episode always.

use std::sync::Arc;

use super::ThreadInfo;
use super::rehearsal::{Explorable, Source};
use crate::schedule::{Heap, Prepared, Until, World};

/// So many inputs are remembered with what the variables were before them.
const MOST_REMEMBERED: usize = 32;

/// The heaps of those may take about so many bytes together.
const MOST_BYTES: usize = 64 << 20;

/// Which inputs are meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Selection {
    /// Those of the latest episode; the last one while nothing was started yet.
    Episode,
    /// The last one that ran.
    Last,
    /// From one number to another.
    Inputs(u32, u32),
    /// All since the session began.
    All,
}

/// Why inputs cannot be explored.
#[derive(Debug)]
pub enum NotSelected {
    /// None has run.
    NothingRan,
    /// None of these numbers has run: there is none, or its text was wrong.
    NotRun(u32, u32),
    /// What the variables were before the input of this number is not known any more.
    Forgotten(u32),
    /// These threads of earlier inputs ran when the input of this number began.
    AliveThen(u32, Vec<ThreadInfo>),
}

/// What was there when an input began.
enum Beginning {
    /// These variables, and no thread besides main.
    Alone(Arc<Heap>),
    /// These threads ran.
    Beside(Vec<ThreadInfo>),
    /// That is not known any more.
    Forgotten,
}

/// An input that ran.
struct Past {
    source: Source,
    prepared: Arc<Prepared>,
    beginning: Beginning,
}

/// What is known before an input runs.
pub(super) struct Before {
    /// What the variables are.
    pub(super) heap: Arc<Heap>,
    alive: Vec<ThreadInfo>,
    is_joined: bool,
    starts: u64,
}

/// The inputs of the prompt since the session began.
pub(super) struct History {
    /// What the variables were before the first one.
    beginning: Arc<Heap>,
    /// What they were before the last one.
    latest: Arc<Heap>,
    inputs: Vec<Past>,
    /// Where in `inputs` the latest episode begins.
    episode: Option<usize>,
}

impl History {
    /// Of a session that begins in `world`.
    pub(super) fn new(world: &World) -> Self {
        let beginning = Arc::new(Heap::take(world, None));
        Self {
            latest: beginning.clone(),
            beginning,
            inputs: Vec::new(),
            episode: None,
        }
    }

    /// Looks at what is there before an input runs.
    pub(super) fn before(&mut self, world: &World, alive: Vec<ThreadInfo>) -> Before {
        self.latest = Arc::new(Heap::take(world, Some(&self.latest)));
        Before {
            heap: self.latest.clone(),
            alive,
            is_joined: world.ids.starts.are_joined(),
            starts: world.ids.starts.count(),
        }
    }

    /// Takes in an input of the prompt that has run.
    pub(super) fn add(
        &mut self,
        world: &World,
        number: u32,
        (name, text): (&str, &str),
        prepared: Arc<Prepared>,
        before: Before,
    ) {
        let has_started = world.ids.starts.count() != before.starts;
        let is_alone = before.alive.is_empty();
        if has_started && (self.episode.is_none() || is_alone && before.is_joined) {
            self.episode = Some(self.inputs.len());
        }
        self.inputs.push(Past {
            source: Source {
                number,
                name: name.into(),
                text: text.into(),
            },
            prepared,
            beginning: match is_alone {
                true => Beginning::Alone(before.heap),
                false => Beginning::Beside(before.alive),
            },
        });
        self.forget_old();
    }

    /// Lets go of what the variables were before old inputs.
    fn forget_old(&mut self) {
        let (mut remembered, mut bytes) = (0, 0);
        let episode = self.episode;
        for (index, input) in self.inputs.iter_mut().enumerate().rev() {
            let Beginning::Alone(heap) = &input.beginning else {
                continue;
            };
            remembered += 1;
            bytes += heap.new_bytes();
            let is_much = remembered > MOST_REMEMBERED || bytes > MOST_BYTES;
            if is_much && remembered > 1 && Some(index) != episode {
                input.beginning = Beginning::Forgotten;
            }
        }
    }

    /// Forgets that the last inputs have run.
    pub(super) fn forget_last(&mut self, count: usize) {
        self.inputs
            .truncate(self.inputs.len().saturating_sub(count));
        self.episode = self.episode.filter(|begin| *begin < self.inputs.len());
    }

    /// Whether no input has run.
    pub(super) fn is_empty(&self) -> bool {
        self.inputs.is_empty()
    }

    /// The texts of the inputs before the one of this number, in order; of all with number 0.
    pub(super) fn texts_before(&self, number: u32) -> impl Iterator<Item = &Source> {
        let sources = self.inputs.iter().map(|input| &input.source);
        sources.take_while(move |source| number == 0 || source.number < number)
    }

    /// What the variables are now.
    pub(super) fn now(&mut self, world: &World) -> Arc<Heap> {
        self.latest = Arc::new(Heap::take(world, Some(&self.latest)));
        self.latest.clone()
    }

    /// The inputs that are meant, ready to be explored.
    pub(super) fn select(
        &self,
        selection: Selection,
        world: &Arc<World>,
    ) -> Result<Explorable, NotSelected> {
        let end = self.inputs.len();
        let last = end.checked_sub(1).ok_or(NotSelected::NothingRan)?;
        let range = match selection {
            Selection::Episode => self.episode.unwrap_or(last)..end,
            Selection::Last => last..end,
            Selection::All => 0..end,
            Selection::Inputs(first, last) => {
                let begin = self
                    .inputs
                    .partition_point(|input| input.source.number < first);
                let end = self
                    .inputs
                    .partition_point(|input| input.source.number <= last);
                if begin >= end {
                    return Err(NotSelected::NotRun(first, last));
                }
                begin..end
            }
        };
        let (begin, inputs) = (range.start, &self.inputs[range]);
        let number = inputs[0].source.number;
        let from = match &inputs[0].beginning {
            _ if begin == 0 => self.beginning.clone(),
            Beginning::Alone(heap) => heap.clone(),
            Beginning::Beside(threads) => {
                return Err(NotSelected::AliveThen(number, threads.clone()));
            }
            Beginning::Forgotten => return Err(NotSelected::Forgotten(number)),
        };
        let last = inputs.last().map_or(number, |input| input.source.number);
        Ok(Explorable {
            title: match last == number {
                true => inputs[0].source.title(),
                false => format!("inputs {number} to {last}"),
            },
            world: world.clone(),
            texts: inputs.iter().map(|input| input.prepared.clone()).collect(),
            sources: inputs.iter().map(|input| input.source.clone()).collect(),
            until: Until::Main,
            from,
            is_from_beginning: begin == 0,
        })
    }

    /// The latest episode as it was after each of its inputs, the last one first.
    pub(super) fn episodes(&self) -> impl Iterator<Item = Selection> {
        let begin = self.episode.unwrap_or(self.inputs.len());
        let inputs = self.inputs[begin..].iter().rev();
        let first = self
            .inputs
            .get(begin)
            .map_or(0, |input| input.source.number);
        inputs.map(move |last| Selection::Inputs(first, last.source.number))
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Config, Input, InputKind, Scheduler, Session};
    use super::*;
    use crate::event::Stream;

    /// A session in which these inputs have run.
    fn session(inputs: &[&str]) -> Session {
        let config = Config {
            scheduler: Scheduler::Seeded,
            seed: Some(1),
            workers: None,
            args: Vec::new(),
            input: None,
            readable: Vec::new(),
            worker_executable: None,
        };
        let mut session = Session::new(config, Arc::new(Stream::new()));
        for (index, text) in inputs.iter().enumerate() {
            session.run(Input {
                name: &format!("input {}", index + 1),
                text,
                kind: InputKind::Prompt,
            });
        }
        session
    }

    #[test]
    fn values_that_did_not_change_are_not_looked_into_again() {
        let session = session(&[
            "let a = []; a.pad(10000, [1]); let b = [a, #{a: a}]; let lock = Lock();",
            "let q = Queue(); for i in 0..1000 { q.put([i]); }",
            "let c = 0;",
            "c += 1;",
            "a.push(2);",
            "c += 1;",
        ]);
        let looked_into = |past: &Past| match &past.beginning {
            Beginning::Alone(heap) => heap.new_values(),
            Beginning::Beside(_) | Beginning::Forgotten => 0,
        };
        let costs: Vec<usize> = session.history.inputs.iter().map(looked_into).collect();
        // Before the second input the arrays are new, before the third the queue.
        assert!(costs[1] > 10_000 && costs[2] > 1_000, "{costs:?}");
        assert!(costs[2] < 10_000, "{costs:?}");
        assert!(costs[3] < 10 && costs[4] < 10, "{costs:?}");
        assert!(costs[5] > 10_000 && costs[5] < 20_100, "{costs:?}");
    }

    #[test]
    fn old_inputs_are_forgotten_but_not_where_the_episode_begins() {
        let mut inputs = vec!["let n = 0;", "let t = spawn(|| 1);"];
        inputs.resize(MOST_REMEMBERED + 10, "n += 1;");
        let session = session(&inputs);
        let select = |selection| session.select(selection);
        let title = |selection| select(selection).map(|texts| texts.title);
        assert!(matches!(
            select(Selection::Inputs(5, 6)),
            Err(NotSelected::Forgotten(5))
        ));
        let last = inputs.len();
        assert_eq!(
            title(Selection::Episode).ok(),
            Some(format!("inputs 2 to {last}"))
        );
        assert_eq!(
            title(Selection::All).ok(),
            Some(format!("inputs 1 to {last}"))
        );
        assert_eq!(title(Selection::Last).ok(), Some(format!("input {last}")));
    }

    /// A prompt whose inputs make many threads, again and again, does not keep them all.
    #[test]
    fn what_many_objects_take_counts() {
        let many = "let many = []; for i in 0..40000 { many.push(Lock()); }";
        let mut inputs = vec![many; 8];
        inputs.push("1");
        let session = session(&inputs);
        let known = |past: &&Past| matches!(past.beginning, Beginning::Alone(_));
        let known = session.history.inputs.iter().filter(known).count();
        assert!((2..8).contains(&known), "{known} of 9");
    }

    #[test]
    fn values_come_back_as_they_were() {
        let mut session = session(&[
            "let xs = [1]; let m = #{a: 1}; let q = Queue(); let n = 1;",
            "let add = || { n += 1; xs.push(2); }; let t = spawn(add); t.join(); m.a = 2; q.put(n);",
            "let n = 7; let fresh = 1; add.call();",
        ]);
        let shown = |session: &Session| {
            let variables = session.variables().into_iter();
            let shown = variables.map(|variable| format!("{} {}", variable.name, variable.text));
            shown.collect::<Vec<_>>()
        };
        let now = shown(&session);
        let texts = session.select(Selection::Inputs(2, 3)).ok().unwrap();
        assert_eq!(texts.title, "inputs 2 to 3");
        let guard = session.go_back(&texts).unwrap();
        let then = shown(&session).join(", ");
        assert!(then.contains("m #{\"a\": 1}, n 1, q Queue(0"), "{then}");
        assert!(then.contains("xs [1]") && !then.contains("fresh"), "{then}");
        drop(guard);
        assert_eq!(shown(&session), now);
        for _ in 0..2 {
            drop(session.rehearse(&texts, false).unwrap());
            assert_eq!(shown(&session), now);
        }
    }
}
