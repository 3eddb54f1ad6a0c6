//! The prompt's `:explore`, `:replay` and `:step`: the last input from what the variables were before
//! it, or other code from what they are now. The variables come back as they were.

use std::io;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use super::answer::{Learner, names_of};
use crate::explore::{Finding, Limits, Token, TokenProblem};
use crate::front::explore::report::{self, Subject};
use crate::front::explore::search;
use crate::front::explore::stepping::Stepping;
use crate::front::report::{Quoted, diagnostics};
use crate::front::source::Source;
use crate::front::state;
use crate::session::{Earlier, Input, InputKind, NotExplorable, Rehearsal};

/// What to type to see a run again.
const REPLAY: &str = ":replay TOKEN";

/// Something that was explored, to be gone back to.
#[derive(Clone)]
pub(super) struct Explored {
    what: Earlier,
    kind: InputKind,
    /// The run of the last failure, or else of the last finding.
    token: Option<Token>,
}

impl Learner {
    /// `:explore`. Blocks until all is known, a limit is reached or Ctrl-C is pressed.
    pub(super) fn explore(&mut self, what: Option<&str>) -> io::Result<()> {
        let mut explored = match self.subject(what) {
            Ok(explored) => explored,
            Err(why) => return self.say(&why),
        };
        let mut rehearsal = match self.rehearse(&explored) {
            Ok(rehearsal) => rehearsal,
            Err(why) => return self.say(&why),
        };
        self.stop.store(false, Ordering::Relaxed);
        let found = search(&mut rehearsal, &Limits::default(), &self.stop);
        drop(rehearsal);
        let subject = Subject {
            text: &explored.what.text,
            replay: REPLAY,
            is_prompt: true,
            paint: self.paint,
        };
        let told = report::report(&found, subject, false);
        let mut problems = found.failures.iter().chain(&found.findings);
        explored.token = problems
            .next()
            .map(|finding: &Finding| finding.token.clone());
        self.explored = Some(explored);
        self.say(&told)
    }

    /// `:replay`.
    pub(super) fn replay(&mut self, token: Option<&str>) -> io::Result<()> {
        let last = self
            .explored
            .as_ref()
            .and_then(|explored| explored.token.clone());
        let token = match token.map(state::read) {
            Some(Ok(token)) => token,
            Some(Err(why)) => return self.say(&format!("{why}\n")),
            None => match last {
                Some(token) => token,
                None => {
                    return self.say("No failure has been found yet: `:explore` looks for one.\n");
                }
            },
        };
        let mut problem = None;
        // A token may be one of what was explored last, or of the last input.
        for explored in self
            .explored
            .clone()
            .into_iter()
            .chain(self.subject(None).ok())
        {
            let mut rehearsal = match self.rehearse(&explored) {
                Ok(rehearsal) => rehearsal,
                Err(why) => return self.say(&why),
            };
            let replayed = rehearsal.replay(&token);
            drop(rehearsal);
            match replayed {
                Ok((trail, outcome)) => {
                    let subject = Subject {
                        text: &explored.what.text,
                        replay: REPLAY,
                        is_prompt: true,
                        paint: self.paint,
                    };
                    return self.say(&report::replayed(&trail, outcome.as_ref(), subject));
                }
                Err(found) => problem = problem.or(Some(found)),
            }
        }
        let problem = problem.unwrap_or(TokenProblem::OtherSource);
        self.say(&format!("{}\n", state::problem(problem)))
    }

    /// `:step`: what is typed from now on leads the run, until the learner leaves it.
    pub(super) fn step(&mut self, what: Option<&str>) -> io::Result<()> {
        let explored = match self.subject(what) {
            Ok(explored) => explored,
            Err(why) => return self.say(&why),
        };
        let rehearsal = match self.rehearse(&explored) {
            Ok(rehearsal) => rehearsal,
            Err(why) => return self.say(&why),
        };
        let text = explored.what.text.clone();
        let (stepping, shown) = Stepping::begin(rehearsal, text, REPLAY.into(), self.paint);
        self.stepping = Some(stepping);
        self.explored = Some(explored);
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
        self.say(&answer.text)
    }

    /// What is meant: the last input, a file, or code. The error is what to say instead.
    fn subject(&self, what: Option<&str>) -> Result<Explored, String> {
        let now = || Arc::new(self.session.moment());
        let (what, kind) = match what {
            None => {
                let last = self.session.last_input().cloned().ok_or(
                    "No input has run yet. `:explore CODE` and `:step CODE` take code, or a file.\n",
                )?;
                (last, InputKind::Prompt)
            }
            Some(name) if name.ends_with(".rhai") && !name.contains(char::is_whitespace) => {
                let source =
                    Source::from_file(Path::new(name)).map_err(|why| format!("{why}\n"))?;
                let file = Earlier {
                    name: source.name,
                    text: source.text,
                    before: now(),
                };
                (file, InputKind::Script)
            }
            Some(code) => {
                let code = Earlier {
                    name: "this code".into(),
                    text: code.into(),
                    before: now(),
                };
                (code, InputKind::Prompt)
            }
        };
        Ok(Explored {
            what,
            kind,
            token: None,
        })
    }

    /// Readies it. The error is what to say instead.
    fn rehearse(&mut self, explored: &Explored) -> Result<Rehearsal, String> {
        let Earlier { name, text, before } = &explored.what;
        let input = Input {
            name,
            text,
            kind: explored.kind,
        };
        let prepared = self.session.rehearse(input, Some(before), false);
        prepared.map_err(|why| match why {
            NotExplorable::Rejected(problems) => {
                diagnostics(&problems, Quoted { name, text }, self.paint)
            }
            NotExplorable::Alive(threads) => format!(
                "Still running: {}. Exploring begins with main alone: join them first, or stop \
                 them with Ctrl-C.\n",
                names_of(&threads)
            ),
            NotExplorable::AliveThen(threads) => format!(
                "When that input began, this was still running: {}. Exploring begins with main \
                 alone:\nput the start and the join of a thread into one input.\n",
                names_of(&threads)
            ),
        })
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
            explored.starts_with("proved: all 6 interleavings (15 states) in "),
            "{explored}"
        );
        for part in [
            "2 outcomes, 1",
            "failure 1: assertion failed, in main, line 1 (lost update)",
            "1| fn add() { n += 1; }",
            "  Thread-1 read n as 0, then was paused before it could store 1.",
            "  replay it: :replay ",
            "finding: data race on n",
        ] {
            assert!(explored.contains(part), "{part}: {explored}");
        }
        assert!(
            explored.lines().all(|line| line.chars().count() <= 80),
            "{explored}"
        );
        let end = "outcome: main fails: assertion failed (line 1), after 6 steps with 1 pause\n";
        assert!(replayed.contains(end), "{replayed}");
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
             > :explore\nWhen that input began, this was still running: Thread-1. Exploring begins \
             with main alone:\nput the start and the join of a thread into one input.\n",
        );
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
            seen[2].contains("\n  1  Thread-1    1| fn add() { n += 1; }"),
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
