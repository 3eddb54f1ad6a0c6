//! The prompt's `:explore`, `:replay` and `:step`: the latest episode or other inputs from what the
//! variables were before them, or other code from what they are now. The variables come back as they
//! were. One file, as all of them ready what they run in one way; more than half of it is their tests.

use std::io;
use std::path::Path;
use std::time::Duration;

use super::answer::{Learner, names_of};
use super::command::Target;
use crate::explore::{Exploration, Finding, Limits, Problem, Token, TokenProblem, leftovers};
use crate::front::explore::mend::{Advices, Mender, is_like};
use crate::front::explore::report::{self, Extent, Subject};
use crate::front::explore::search;
use crate::front::explore::stepping::Stepping;
use crate::front::report::{Quoted, diagnostics};
use crate::front::source::Source;
use crate::front::{state, width};
use crate::session::{
    Explorable, Input, InputKind, NotSelected, Obstacle, Rehearsal, Selection, Typed,
};
use crate::view::mends::Lines;

/// What all that was typed may take to be explored, for advice: so many times as many states as what is asked
/// about and so many more, and so long at least.
const TIMES_AS_MANY: u64 = 4;
const LEAST_STATES: u64 = 20_000;
const LEAST_TIME: Duration = Duration::from_secs(2);

/// What to type to see a run again.
pub(super) const REPLAY: &str = ":replay TOKEN";

/// Something that was explored, to be gone back to.
pub(super) struct Explored {
    texts: Explorable,
    /// The run of the last failure, or else of the last finding.
    token: Option<Token>,
}

impl Learner {
    /// `:explore`. Blocks until all is known, a limit is reached or Ctrl-C is pressed.
    pub(super) fn explore(&mut self, what: &Target) -> io::Result<()> {
        let (texts, mut rehearsal) = match self.rehearse_target(what) {
            Ok(ready) => ready,
            Err(why) => return self.say(&why),
        };
        let found = search(&mut rehearsal, &Limits::default(), &self.stop);
        let left = leftovers(&mut rehearsal, &found);
        drop(rehearsal);
        let advices = self.advise(&texts, &found);
        let subject = self.report_subject();
        let told = report::report(&found, &advices, &left, Extent::Screen, subject, false);
        let mut problems = found.failures.iter().chain(&found.findings);
        let token = problems
            .next()
            .map(|finding: &Finding| finding.token.clone());
        self.explored = Some(Explored {
            texts: texts.clone(),
            token,
        });
        self.say(&(headline(what, &texts) + told.as_str()))
    }

    /// `:replay`.
    pub(super) fn replay(&mut self, token: Option<&str>) -> io::Result<()> {
        let last = self.explored.as_ref();
        let token = match token.map(state::read) {
            Some(Ok(token)) => token,
            Some(Err(why)) => return self.say(&format!("{why}\n")),
            None => match last.map_or_else(|| self.judged_run(), |last| last.token.clone()) {
                Some(token) => token,
                None => {
                    return self.say("No failure has been found yet: `:explore` looks for one.\n");
                }
            },
        };
        if self.replay_answer(&token)? {
            return Ok(());
        }
        // A token may be one of what was explored last, of the episode as it is or was, or of the
        // last input.
        let last = self.explored.as_ref();
        let episodes = self.session.episodes().chain([Selection::Last]);
        let inputs = episodes.filter_map(|inputs| self.session.select(inputs).ok());
        let mut known = last
            .map(|last| last.texts.clone())
            .into_iter()
            .chain(inputs);
        let Some(texts) = known.find(|texts| self.session.source(texts) == token.source()) else {
            drop(known);
            return self.say(&format!("{}\n", state::problem(TokenProblem::OtherSource)));
        };
        drop(known);
        let mut rehearsal = match self.rehearse(&texts) {
            Ok(rehearsal) => rehearsal,
            Err(why) => return self.say(&why),
        };
        rehearsal.stop_by(self.stop.clone());
        let replayed = rehearsal.replay(&token).map(|(trail, outcome)| {
            let problem = outcome.as_ref().and_then(Problem::first_of);
            let explanation =
                problem.and_then(|problem| rehearsal.explain_replayed(&token, &problem, &trail));
            (trail, outcome, explanation)
        });
        drop(rehearsal);
        match replayed {
            Ok((trail, outcome, explanation)) => {
                let subject = self.report_subject();
                let explanation = explanation.as_deref();
                self.say(&report::replayed(
                    &trail,
                    outcome.as_ref(),
                    explanation,
                    subject,
                ))
            }
            Err(problem) => self.say(&format!("{}\n", state::problem(problem))),
        }
    }

    /// `:step`: what is typed from now on leads the run, until the learner leaves it.
    pub(super) fn step(&mut self, what: &Target) -> io::Result<()> {
        // An exercise that is to be led by hand is what is meant there.
        if *what == Target::Inputs(Selection::Episode) && self.lead_exercise()? {
            return Ok(());
        }
        if let Target::Code(word) = what
            && self.step_answer(word)?
        {
            return Ok(());
        }
        let (texts, mut rehearsal) = match self.rehearse_target(what) {
            Ok(ready) => ready,
            Err(why) => return self.say(&why),
        };
        rehearsal.stop_by(self.stop.clone());
        self.leave_stage();
        let (stepping, shown) = Stepping::begin(rehearsal, REPLAY.into(), self.paint, width());
        let shown = headline(what, &texts) + shown.as_str();
        self.stepping = Some(stepping);
        self.explored = Some(Explored { texts, token: None });
        self.say(&shown)
    }

    /// A line that was typed while a run is stepped through.
    pub(super) fn step_on(&mut self, line: &str) -> io::Result<()> {
        let Some(stepping) = &mut self.stepping else {
            return Ok(());
        };
        let answer = stepping.answer(line);
        if answer.is_over {
            self.stepping = None;
        }
        self.say(&answer.text)?;
        self.follow_lead()
    }

    /// What mends the problems that were found: looked for in the texts alone where they are a whole program,
    /// or else in all that was typed up to there, where that shows the same problem.
    fn advise(&self, texts: &Explorable, found: &Exploration) -> Advices {
        // What was typed before may be much larger than what is asked about.
        let limits = Limits {
            states: found.states * TIMES_AS_MANY + LEAST_STATES,
            time: LEAST_TIME.max(found.took * 2),
            ..Limits::default()
        };
        let typed = [Some(Typed::alone(texts)), self.session.typed(texts)];
        for typed in typed.into_iter().flatten() {
            let mender = self.mender(texts, &typed);
            match mender.explore(&typed.text, &limits) {
                Some(again) if is_like(found, &again) => {
                    let advices = mender.advise(&typed.text, &again, false);
                    return advices.with_lines(Lines::Inputs(typed.inputs));
                }
                Some(_) | None => {}
            }
        }
        Advices::default()
    }

    /// `:mend`: what to change in all that was typed up to there, and the proof that it mends.
    pub(super) fn mend(&mut self, what: &Target) -> io::Result<()> {
        let (texts, rehearsal) = match self.rehearse_target(what) {
            Ok(ready) => ready,
            Err(why) => return self.say(&why),
        };
        drop(rehearsal);
        let Some(typed) = self.session.typed(&texts) else {
            return self.say(
                "A script that meets variables of the session cannot be mended: \
                 `threadlab mend` on the file does.\n",
            );
        };
        let mender = self.mender(&texts, &typed);
        let Some(found) = mender.explore(&typed.text, &Limits::default()) else {
            return self.say("What was typed cannot run again as one program.\n");
        };
        let name = texts.title.clone();
        let inputs = Lines::Inputs(typed.inputs);
        let changed = mender.changed(&typed.text, found, &inputs, self.paint);
        let told = changed.report(&name, &typed.text, self.paint);
        self.say(&told)
    }

    /// Explores changed texts, as whole programs.
    fn mender<'t>(&self, texts: &'t Explorable, typed: &Typed) -> Mender<'t> {
        let (name, _) = texts.last();
        let first = texts.first_input();
        let mut inputs = typed.inputs.iter();
        let before = inputs.find(|(number, _)| *number == first);
        let before = before.map_or(0, |(_, lines)| *lines);
        let lines = typed.text.split_inclusive('\n').take(before);
        Mender {
            config: self.session.config_for_exploring(),
            name,
            kind: texts.kind(),
            ordered: false,
            begins: lines.map(str::len).sum(),
            stop: self.stop.clone(),
            limits: Limits::default(),
        }
    }

    pub(super) fn report_subject(&self) -> Subject<'static> {
        Subject {
            replay: REPLAY,
            all: "`threadlab explore --all` on a file shows them",
            width: width(),
            is_prompt: true,
            paint: self.paint,
        }
    }

    /// Finds and readies what is meant. The error is what to say instead.
    fn rehearse_target(&mut self, what: &Target) -> Result<(Explorable, Rehearsal), String> {
        let texts = match what {
            Target::Inputs(selection) => self.session.select(*selection).map_err(not_selected)?,
            Target::Code(name)
                if name.ends_with(".rhai") && !name.contains(char::is_whitespace) =>
            {
                let source = Source::from_file(Path::new(name));
                let source = source.map_err(|why| format!("{why}\n"))?;
                self.code(&source.name, &source.text, InputKind::Script)?
            }
            Target::Code(code) => self.code("this code", code, InputKind::Prompt)?,
        };
        let rehearsal = self.rehearse(&texts)?;
        Ok((texts, rehearsal))
    }

    fn code(&mut self, name: &str, text: &str, kind: InputKind) -> Result<Explorable, String> {
        let explorable = self.session.explorable(Input { name, text, kind });
        explorable.map_err(|problems| diagnostics(&problems, Quoted { name, text }, self.paint))
    }

    /// Goes to where the texts begin. The error is what to say instead.
    fn rehearse(&mut self, texts: &Explorable) -> Result<Rehearsal, String> {
        self.session.rehearse(texts, false).map_err(blocked)
    }
}

/// Which inputs are explored; nothing for other code, which was just typed.
fn headline(what: &Target, texts: &Explorable) -> String {
    match what {
        Target::Inputs(_) => format!("{}:\n", texts.title),
        Target::Code(_) => String::new(),
    }
}

/// Why inputs cannot be explored, and what can be done instead.
pub(super) fn not_selected(why: NotSelected) -> String {
    match why {
        NotSelected::NothingRan => {
            "No input has run yet. `:explore CODE` and `:step CODE` take code, or a file.\n".into()
        }
        NotSelected::NotRun(first, last) if first == last => {
            format!("Input {first} has not run: there is none, or its text was wrong.\n")
        }
        NotSelected::NotRun(first, last) => {
            format!("None of the inputs {first} to {last} has run.\n")
        }
        NotSelected::Forgotten(number) => format!(
            "What the variables were before input {number} is not known any more: it is too long \
             ago.\n`:explore all` begins with the session, `:explore` with the latest episode.\n"
        ),
        NotSelected::AliveThen(number, threads) => format!(
            "When input {number} began, this was still running: {}. Exploring begins with main \
             alone:\n`:explore` begins where the threads did.\n",
            names_of(&threads)
        ),
    }
}

pub(super) fn blocked(by: Obstacle) -> String {
    match by {
        Obstacle::Alive(threads) => format!(
            "Still running: {}. Exploring begins with main alone: join them first, or stop \
             them with Ctrl-C.\n",
            names_of(&threads)
        ),
        Obstacle::Reset => "The session was reset since: those variables are gone.\n".into(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::answer::tests::{check, converse};

    const RACE: &str =
        "let a = spawn(add); let b = spawn(add); a.join(); b.join(); assert(n == 2);";

    #[test]
    fn the_last_input_is_explored_from_what_was_before_it_and_nothing_is_changed() {
        let seen = converse(&[
            "let n = 0;",
            "fn add() { n += 1; }",
            RACE,
            ":explore",
            ":replay",
            "n",
            ":vars",
        ]);
        let [.., explored, replayed, value, variables] = seen.as_slice() else {
            panic!("{seen:?}");
        };
        assert!(
            explored.starts_with("input 3:\nproved: all 6 interleavings (15 states) in "),
            "{explored}"
        );
        for part in [
            "2 outcomes, 1",
            "failure 1: assertion failed, in main, input 3, line 1 (lost update)",
            "2:1| fn add() { n += 1; }",
            "  Thread-1 read n as 0 (input 2, line 1); before it stored 1 in n (input 2, line",
            "What mends it: Put input 2, line 1 of `add` under a lock, as a whole:",
            "Checked: with that, none of the 2 interleavings fails.",
            "  replay it: :replay ",
            "\nand 1 finding: ",
        ] {
            assert!(explored.contains(part), "{part}: {explored}");
        }
        assert!(
            explored.lines().all(|line| line.chars().count() <= 80),
            "{explored}"
        );
        let end =
            "outcome: main fails: assertion failed (input 3, line 1), after 6 steps with 1 pause";
        let words: Vec<&str> = replayed.split_whitespace().collect();
        assert!(words.join(" ").contains(end), "{replayed}");
        assert_eq!(value, "2\n");
        assert!(
            variables.contains("let n = 2  (i64)\nfn add()\n"),
            "{variables}"
        );
    }

    #[test]
    fn functions_of_explored_code_are_gone_afterwards() {
        let seen = converse(&[
            "fn f() { 1 }",
            ":explore fn f() { 2 } fn g() { 3 } let x = f() + g();",
            "f()",
            ":vars",
            "let pool = ThreadPoolExecutor(); pool",
        ]);
        assert!(
            seen[1].starts_with("proved: the only interleaving"),
            "{}",
            seen[1]
        );
        assert_eq!(seen[2..4], ["1\n", "fn f()\n"]);
    }

    #[test]
    fn what_explored_code_does_to_variables_is_gone_afterwards() {
        let seen = converse(&[
            "let q = Queue(); let xs = [1]; let lock = Lock(); fn push() { xs.push(2); }",
            ":explore q.put(1); push(); lock.acquire(); spawn(push).join(); let xs = 5; let fresh = 1;",
            "q.qsize()",
            "xs",
            "lock",
            ":vars",
            "spawn(|| 1)",
        ]);
        assert!(seen[1].starts_with("proved: "), "{}", seen[1]);
        assert_eq!(seen[2..5], ["0\n", "[1]\n", "Lock(free)\n"]);
        assert!(!seen[5].contains("fresh"), "{}", seen[5]);
        assert!(seen[6].starts_with("Thread(Thread-1, "), "{}", seen[6]);
    }

    #[test]
    fn what_cannot_be_explored_says_why() {
        check(
            "> :explore\nNo input has run yet. `:explore CODE` and `:step CODE` take code, or a file.\n\
             > :replay\nNo failure has been found yet: `:explore` looks for one.\n\
             > :replay no token\nthis is no token: copy it whole, as it was printed behind `replay`\n\
             > :explore no.rhai\nthere is no file 'no.rhai'\n  Look at its spelling and folder; \
             `threadlab -e CODE` runs a line of code.\n\
             > let e = Event(); let t = spawn(|| e.wait());\n\
             > :explore\nStill running: Thread-1. Exploring begins with main alone: join them first, \
             or stop them with Ctrl-C.\n\
             > e.set(); t.join();\ntrue\n\
             > :explore last\nWhen input 2 began, this was still running: Thread-1. Exploring begins \
             with main alone:\n`:explore` begins where the threads did.\n\
             > let x = ;\nerror: `;` cannot stand here\n --> input 3:1:9\n  |\n1 | let x = ;\n  \
             |         ^ not expected\n\
             > :explore 3\nInput 3 has not run: there is none, or its text was wrong.\n\
             > :explore 7-9\nNone of the inputs 7 to 9 has run.\n",
        );
    }

    /// The lost update, typed line by line.
    const LINES: [&str; 6] = [
        "let counter = 0;",
        "fn add() { counter += 1; }",
        "let a = spawn(add);",
        "let b = spawn(add);",
        "a.join(); b.join();",
        "print(counter)",
    ];

    /// What the prompt answers to the last of `lines`, which are typed after those of `before`.
    fn last_answer(before: &[&str], lines: &[&str]) -> String {
        let lines: Vec<&str> = before.iter().chain(lines).copied().collect();
        converse(&lines).pop().unwrap()
    }

    #[test]
    fn lines_that_were_typed_one_by_one_are_explored_as_one_program() {
        let explored = last_answer(&LINES, &[":explore"]);
        let proved = "inputs 3 to 6:\nproved: all 6 interleavings ";
        assert!(explored.starts_with(proved), "{explored}");
        for part in [
            "2 outcomes",
            "main prints 2",
            "main prints 1",
            "data race on counter",
        ] {
            assert!(explored.contains(part), "{part}: {explored}");
        }
        let all = last_answer(&LINES, &[":explore all"]);
        assert!(all.starts_with("inputs 1 to 6:\nproved: all 6 "), "{all}");
        let last = last_answer(&LINES, &[":explore last"]);
        assert!(last.starts_with("input 6:\nproved: the only "), "{last}");
        let some = last_answer(&LINES, &[":explore 1-2"]);
        assert!(
            some.starts_with("inputs 1 to 2:\nproved: the only "),
            "{some}"
        );
        assert_eq!(last_answer(&LINES, &[":explore", "counter"]), "2\n");
    }

    #[test]
    fn an_episode_ends_when_something_is_started_after_all_was_joined() {
        let again = ["let c = spawn(add); c.join();", "counter", ":explore"];
        let explored = last_answer(&LINES, &again);
        let proved = "inputs 7 to 8:\nproved: the only interleaving ";
        assert!(explored.starts_with(proved), "{explored}");
        assert!(explored.contains("ends with 3"), "{explored}");
        // Nobody has joined the first one, however long ago it ended.
        let unjoined = [
            "let n = 0; fn f() { n += 1; }",
            "let t = spawn(f);",
            "spawn(f).join();",
        ];
        let explored = last_answer(&unjoined, &["n", ":explore"]);
        assert!(
            explored.starts_with("inputs 2 to 4:\nproved: all "),
            "{explored}"
        );
        assert!(explored.contains("ends with 1"), "{explored}");
    }

    #[test]
    fn what_a_pool_was_given_belongs_together_until_somebody_has_waited_for_it() {
        let begin = [
            "let n = 0; fn add() { n += 1; n } let pool = ThreadPoolExecutor(2);",
            "let a = pool.submit(add);",
            "let b = pool.submit(add);",
        ];
        let waited = ["a.result() + b.result() > 0", ":explore"];
        let explored = last_answer(&begin, &waited);
        assert!(
            explored.starts_with("inputs 2 to 4:\nproved: all "),
            "{explored}"
        );
        let next = [
            "a.result() + b.result() > 0",
            "pool.submit(add).result()",
            ":explore",
        ];
        let explored = last_answer(&begin, &next);
        assert!(explored.starts_with("input 5:\nproved: "), "{explored}");
        let shut_down = ["pool.shutdown();", "spawn(add).join()", ":explore"];
        let explored = last_answer(&begin, &shut_down);
        assert!(explored.starts_with("input 5:\nproved: "), "{explored}");
        let map = [
            "let pool = ThreadPoolExecutor(2);",
            "for r in pool.map(|x| x, [1, 2]) {}",
            "spawn(|| 1).join()",
            ":explore",
        ];
        let explored = last_answer(&[], &map);
        assert!(explored.starts_with("input 3:\nproved: "), "{explored}");
    }

    #[test]
    fn an_input_that_fails_is_part_of_the_episode_up_to_its_error() {
        let explored = last_answer(
            &LINES[..4],
            &[
                "a.join(); throw \"no\"; counter = 7;",
                "b.join(); counter",
                ":explore",
            ],
        );
        assert!(
            explored.starts_with("inputs 3 to 6:\nproved: all 6 "),
            "{explored}"
        );
        for part in ["ends with 1 (1 more outcome like it)", "main fails: no"] {
            assert!(explored.contains(part), "{part}: {explored}");
        }
        let wrong = ["let x = ;", "a.join(); b.join(); counter", ":explore"];
        let explored = last_answer(&LINES[..4], &wrong);
        assert!(
            explored.starts_with("inputs 3 to 6:\nproved: all 6 "),
            "{explored}"
        );
    }

    #[test]
    fn each_input_that_fails_is_told() {
        let lines = [
            "throw \"one\"",
            "throw \"two\"",
            "a.join(); b.join();",
            ":explore",
        ];
        let explored = last_answer(&LINES[..4], &lines);
        for part in [
            "main fails: one (input 5, line 1)",
            "main fails: two (input 6, line 1)",
            "failure 2: two, in main, input 6, line 1",
        ] {
            let unwrapped = explored.split_whitespace().collect::<Vec<_>>().join(" ");
            assert!(unwrapped.contains(part), "{part}: {explored}");
        }
    }

    #[test]
    fn a_deadlock_that_the_prompt_has_ended_closes_its_episode() {
        let lines = [
            "let l = Lock(); l.acquire(); let t = spawn(|| { l.acquire(); }); t.join();",
            ":explore",
            "spawn(|| 1).join()",
            ":explore",
        ];
        let seen = converse(&lines);
        assert!(seen[1].starts_with("input 1:\nproved: "), "{}", seen[1]);
        assert!(seen[1].contains("deadlock"), "{}", seen[1]);
        assert!(
            seen[3].starts_with("input 2:\nproved: the only "),
            "{}",
            seen[3]
        );
    }

    #[test]
    fn functions_mean_in_each_input_what_they_meant_there() {
        let lines = [
            "fn f() { 1 }",
            "let t = spawn(|| f()); t.join()",
            "fn f() { 2 }",
            "f()",
            "fn f() { 3 }",
            ":explore",
            "f()",
        ];
        let seen = converse(&lines);
        let explored = &seen[5];
        assert!(
            explored.starts_with("inputs 2 to 5:\nproved: the only "),
            "{explored}"
        );
        assert!(explored.contains("main prints 1 | 2"), "{explored}");
        assert_eq!(seen[6], "3\n");
    }

    #[test]
    fn a_function_that_threads_may_call_is_not_proved_when_it_is_defined_anew() {
        let lines = [
            "fn f() { 1 }",
            "let t = spawn(|| f());",
            "fn f() { 2 }",
            "t.join()",
            ":explore",
        ];
        let explored = last_answer(&[], &lines);
        let searched = "inputs 2 to 4:\nsearched, not proved: ";
        assert!(explored.starts_with(searched), "{explored}");
        assert!(
            explored.contains("  a function is defined anew while threads run"),
            "{explored}"
        );
    }

    #[test]
    fn a_seed_runs_the_episode_again() {
        let seen = converse(&[&LINES[..], &[":seed 3", ":seed 3", "counter", ":seed 4"]].concat());
        let again = "seed: 3 for all further runs\ninputs 3 to 6 again, under seeded:\n";
        let end = "\nThe variables are what they were.\n";
        assert!(
            seen[6].starts_with(again) && seen[6].ends_with(end),
            "{}",
            seen[6]
        );
        assert_eq!(seen[6], seen[7]);
        assert_eq!(seen[8], "2\n");
        let seeds = (0..40).map(|seed| format!(":seed {seed}"));
        let lines: Vec<String> = LINES.iter().map(ToString::to_string).chain(seeds).collect();
        let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
        let again = converse(&lines).split_off(6);
        for counted in ["\n1\n", "\n2\n"] {
            assert!(again.iter().any(|seen| seen.contains(counted)), "{again:?}");
        }
    }

    #[test]
    fn reports_say_in_which_input_a_line_stands() {
        let lines = ["let wrong = counter == 1;", "assert(!wrong)", ":explore"];
        let before = [&LINES[..4], &["a.join(); b.join();"]].concat();
        let explored = last_answer(&before, &lines);
        for part in [
            "inputs 3 to 7:\n",
            "7:1| assert(!wrong)",
            "failure 1: assertion failed, in main, input 7, line 1 (lost update)",
            "2:1| fn add() { counter += 1; }",
        ] {
            assert!(explored.contains(part), "{part}: {explored}");
        }
    }

    #[test]
    fn what_was_typed_is_mended_as_one_program() {
        let mended = last_answer(&LINES, &["assert(counter == 2)", ":mend"]);
        for part in [
            "mend: assertion failed, in main, line 7: put input 2, line 1 of `add` under a",
            "+++ inputs 3 to 7, mended\n",
            "+let lock = Lock();\n",
            "-fn add() { counter += 1; }\n+fn add() { with lock { counter += 1; } }\n",
            "proved: none of the 2 interleavings fails\n",
        ] {
            assert!(mended.contains(part), "{part}: {mended}");
        }
    }

    #[test]
    fn a_mend_changes_nothing_that_does_not_run() {
        let unused = "fn unused() { counter += 1; counter -= 1; }";
        let before = [&[unused][..], &LINES[..]].concat();
        for command in [":explore", ":mend"] {
            let told = last_answer(&before, &["assert(counter == 2)", command]);
            let told = told.split_whitespace().collect::<Vec<_>>().join(" ");
            assert!(
                told.contains("ut input 3, line 1 of `add` under a lock"),
                "{told}"
            );
            assert!(!told.contains("`unused`"), "{told}");
        }
        let code =
            "let a = spawn(add); let b = spawn(add); a.join(); b.join(); assert(counter == 2);";
        let told = last_answer(
            &[unused, LINES[0], LINES[1]],
            &[&format!(":explore {code}")],
        );
        assert!(told.contains("Put input 3, line 1 of `add`"), "{told}");
        assert!(!told.contains("`unused`"), "{told}");
    }

    #[test]
    fn to_define_a_function_that_nobody_has_mentioned_is_no_step() {
        let lines = ["fn g() { counter }", "a.join(); b.join(); g()", ":explore"];
        let explored = last_answer(&LINES[..4], &lines);
        assert!(
            explored.starts_with("inputs 3 to 6:\nproved: all 6 "),
            "{explored}"
        );
    }

    #[test]
    fn a_token_of_an_episode_is_known_when_more_was_typed() {
        let (mut learner, page) = super::super::answer::tests::learner();
        let mut answer = |line: &str| {
            learner.answer(line).unwrap();
            page.take()
        };
        LINES.iter().for_each(|line| drop(answer(line)));
        let explored = answer(":explore");
        let replay = explored
            .lines()
            .find_map(|line| line.trim().strip_prefix("replay it: "));
        let replay = replay.unwrap().to_string();
        let replayed = answer(&replay);
        answer("counter");
        answer(":explore last");
        assert_eq!(answer(&replay), replayed);
        assert!(replayed.contains("main  "), "{replayed}");
    }

    #[test]
    fn an_episode_is_stepped_through() {
        let seen = converse(&[&LINES[..], &[":step", "1", "r", "q", "counter"]].concat());
        assert!(seen[6].starts_with("inputs 3 to 6:\n"), "{}", seen[6]);
        assert!(seen[7].contains("Thread-1 reads counter: 0"), "{}", seen[7]);
        assert!(seen[8].contains("The run has ended well"), "{}", seen[8]);
        assert_eq!(seen[10], "2\n");
    }

    #[test]
    fn a_run_is_led_by_hand_until_it_fails() {
        let step = format!(":step {RACE}");
        let seen = converse(&[
            "let n = 0;",
            "fn add() { n += 1; }",
            &step,
            "1",
            "2",
            "",
            "1",
            "",
            "q",
            "n",
        ]);
        assert!(
            seen[2].contains("\n  1  Thread-1  2:1| fn add() { n += 1; }"),
            "{}",
            seen[2]
        );
        assert!(
            seen[3].starts_with("  Thread-1 reads n: 0\n"),
            "{}",
            seen[3]
        );
        assert!(
            seen[5].starts_with("  Thread-2 writes n: 1\n"),
            "{}",
            seen[5]
        );
        assert!(
            seen[7].contains("You have made it fail! assertion failed, in main"),
            "{}",
            seen[7]
        );
        assert!(seen[7].contains("replay it: :replay "), "{}", seen[7]);
        assert_eq!(seen[8..], ["", "0\n"]);
    }
}
