//! What the comments behind a lesson's code claim, held against all interleavings.
//!
//! The pages run one after the other, as the prompt runs inputs. What belongs together - a thread that one
//! page starts and a later one joins - is explored together, as `:explore` does, from what the variables
//! were before it.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

use super::{Finding, FindingKind};
use crate::event::Stream;
use crate::explore::{Cut, End, Exploration, Limits, Watch};
use crate::lesson::claim::{Claim, claims};
use crate::lesson::grade::Bounds;
use crate::lesson::text::Page;
use crate::session::{Config, Input, InputKind, Outcome, Report, Scheduler, Selection, Session};

/// Why a claim is not true.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ClaimFault {
    /// The line can print this, too.
    Prints(String),
    /// The line never prints this.
    NeverPrints(String),
    /// It can fail, with this message.
    Fails(String),
    /// It never fails.
    NeverFails,
    /// It does not always fail.
    PassesSometimes,
    /// It fails always.
    AlwaysFails,
    /// No interleaving gets stuck there.
    NoDeadlock,
    /// Not all interleavings were seen.
    NotProved(Cut),
    /// The threads of the page never end, so it cannot be explored.
    NeverOver,
}

impl fmt::Display for ClaimFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Prints(text) => write!(f, "this line can print `{text}`"),
            Self::NeverPrints(text) => write!(f, "this line never prints `{text}`"),
            Self::Fails(message) => write!(f, "this line can fail: {message}"),
            Self::NeverFails => f.write_str("this line never fails"),
            Self::PassesSometimes => f.write_str("this line does not fail in each interleaving"),
            Self::AlwaysFails => f.write_str("this line fails in each interleaving"),
            Self::NoDeadlock => f.write_str("no interleaving gets stuck in this line"),
            Self::NotProved(cut) => write!(f, "not all interleavings were seen: {cut:?}"),
            Self::NeverOver => {
                f.write_str("threads of this step still run at the lesson's end: join them")
            }
        }
    }
}

/// A claim, and where it stands.
struct Placed {
    claim: Claim,
    /// The number of the page's input, and the line in it.
    at: (u16, u16),
    /// The line in the file.
    line: u32,
    is_settled: bool,
}

/// Runs the pages and holds their claims against what can happen.
pub(super) fn prove(pages: &[&Page], bounds: &Bounds) -> Vec<Finding> {
    let config = Config {
        scheduler: Scheduler::Seeded,
        seed: Some(1),
        workers: Some(1),
        args: Vec::new(),
        input: None,
        readable: Vec::new(),
        worker_executable: None,
    };
    let stream = Arc::new(Stream::new());
    let mut session = Session::new(config, stream);
    let mut findings = Vec::new();
    let mut open: Vec<Placed> = Vec::new();
    for page in pages.iter().filter(|page| !page.code.is_empty()) {
        let number = u16::try_from(session.inputs() + 1).unwrap_or(u16::MAX);
        let placed = claims(&page.code.text)
            .into_iter()
            .filter_map(|(line, claim)| {
                Some(Placed {
                    claim,
                    at: (number, u16::try_from(line).ok()?),
                    line: page.code.line + line - 1,
                    is_settled: false,
                })
            });
        let placed: Vec<Placed> = placed.collect();
        let may_fail = placed.iter().any(|one| one.claim.allows_failure());
        let name = format!("input {number}");
        let report = session.run(Input {
            name: &name,
            text: &page.code.text,
            kind: InputKind::Prompt,
        });
        if let Some((line, why)) = failure(&report, may_fail) {
            findings.push(Finding {
                line: page.code.line + line.max(1) - 1,
                kind: FindingKind::PageFails(why),
            });
        }
        open.extend(placed);
        if open.iter().any(|one| !one.is_settled) {
            settle(&mut session, &mut open, bounds, &mut findings);
        }
    }
    // Daemons that run for as long as the session would be in the way.
    session.stop_background();
    if open.iter().any(|one| !one.is_settled) {
        settle(&mut session, &mut open, bounds, &mut findings);
    }
    for left in open.iter().filter(|one| !one.is_settled) {
        findings.push(Finding {
            line: left.line,
            kind: FindingKind::Claim(ClaimFault::NeverOver),
        });
    }
    findings
}

/// In which line a page does not run, and why; nothing when it does.
fn failure(report: &Report, may_fail: bool) -> Option<(u32, String)> {
    let outcome = match report {
        Report::Rejected(problems) => {
            let first = problems.first()?;
            return Some((first.span.start.line.into(), first.message.clone()));
        }
        Report::Ran { outcome, .. } => outcome,
    };
    match outcome {
        Outcome::Value(_) => None,
        _ if may_fail => None,
        Outcome::Failed(fault) => Some((fault.pos.line.into(), fault.kind.to_string())),
        Outcome::Interrupted(_) => Some((1, "it was interrupted".into())),
        Outcome::Deadlock(_) => Some((1, "its threads wait for ever".into())),
    }
}

/// Explores the latest episode, if its threads have ended, and settles the claims in it.
fn settle(
    session: &mut Session,
    open: &mut [Placed],
    bounds: &Bounds,
    findings: &mut Vec<Finding>,
) {
    let Ok(episode) = session.select(Selection::Episode) else {
        return;
    };
    let first = episode.first_input();
    let Ok(mut rehearsal) = session.rehearse(&episode, false) else {
        return;
    };
    rehearsal.without_explanations();
    let stop = Arc::default();
    let mut watch = Watch {
        stop: &stop,
        progress: &mut |_, _| {},
    };
    let limits: Limits = bounds.limits();
    let found = rehearsal.explore(&limits, &mut watch);
    for placed in open.iter_mut().filter(|one| !one.is_settled) {
        if u32::from(placed.at.0) < first {
            continue;
        }
        placed.is_settled = true;
        for fault in faults(&placed.claim, placed.at, &found) {
            findings.push(Finding {
                line: placed.line,
                kind: FindingKind::Claim(fault),
            });
        }
    }
}

/// What is not true of a claim.
fn faults(claim: &Claim, at: (u16, u16), found: &Exploration) -> Vec<ClaimFault> {
    let said = || {
        let all = found.demanded.said.iter();
        all.filter(|said| (said.pos.input, said.pos.line) == at)
    };
    let printed: BTreeSet<&str> = (said().filter(|said| !said.is_error))
        .map(|said| said.text.trim_end())
        .collect();
    let failed = said().find(|said| said.is_error);
    let fails_in = |possible: &crate::explore::Possible| {
        let outcome = &possible.outcome;
        let threads = outcome.threads.iter().flat_map(|thread| &thread.failed);
        let mut places = threads
            .map(|failed| failed.pos)
            .chain(outcome.main_failed.iter().map(|failed| failed.pos))
            .chain(match &outcome.end {
                End::Error { pos, .. } => Some(*pos),
                _ => None,
            });
        places.any(|pos| (pos.input, pos.line) == at)
    };
    let always_fails = || !found.outcomes.is_empty() && found.outcomes.iter().all(fails_in);
    let mut faults = Vec::new();
    match claim {
        Claim::Prints(line) => {
            let others = printed.iter().filter(|text| **text != line.as_str());
            faults.extend(others.map(|text| ClaimFault::Prints((*text).into())));
            if !printed.contains(line.as_str()) {
                faults.push(ClaimFault::NeverPrints(line.clone()));
            }
        }
        Claim::CanPrint(lines) => {
            let is_listed = |text: &&&str| lines.iter().any(|line| line == **text);
            let others = printed.iter().filter(|text| !is_listed(text));
            faults.extend(others.map(|text| ClaimFault::Prints((*text).into())));
            let missing = lines.iter().filter(|line| !printed.contains(line.as_str()));
            faults.extend(missing.map(|line| ClaimFault::NeverPrints(line.clone())));
        }
        Claim::Proved => {
            faults.extend(failed.map(|said| ClaimFault::Fails(said.text.to_string())));
        }
        Claim::CanFail => match failed {
            None => faults.push(ClaimFault::NeverFails),
            Some(_) if always_fails() => faults.push(ClaimFault::AlwaysFails),
            Some(_) => {}
        },
        Claim::Fails(text) => {
            let mut errors = said().filter(|said| said.is_error);
            match errors.find(|said| !said.text.contains(text.as_str())) {
                Some(other) => faults.push(ClaimFault::Fails(other.text.to_string())),
                None if failed.is_none() => faults.push(ClaimFault::NeverFails),
                None if !always_fails() => faults.push(ClaimFault::PassesSometimes),
                None => {}
            }
        }
        Claim::CanDeadlock => {
            let is_stuck = found
                .outcomes
                .iter()
                .any(|possible| match &possible.outcome.end {
                    End::Deadlock(stuck) => {
                        let mut places = stuck.iter().map(|stuck| stuck.pos);
                        places.any(|pos| (pos.input, pos.line) == at)
                    }
                    _ => false,
                });
            if !is_stuck {
                faults.push(ClaimFault::NoDeadlock);
            }
        }
    }
    if let (true, Some(cut)) = (faults.is_empty(), found.cut) {
        faults.push(ClaimFault::NotProved(cut));
    }
    faults
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lesson::text::Piece;

    fn faults(code: &str) -> Vec<String> {
        let page = Page {
            prose: Piece::default(),
            code: Piece {
                text: code.into(),
                line: 1,
            },
        };
        let found = prove(&[&page], &Bounds::default());
        found
            .iter()
            .map(|finding| format!("{}: {}", finding.line, finding.kind))
            .collect()
    }

    #[test]
    fn claims_are_held_against_all_interleavings() {
        let race = "let n = 0;\nfn add() { n += 1; }\nlet a = spawn(add);\nlet b = spawn(add);\n\
                    a.join();\nb.join();\n";
        let of = |line: &str| faults(&format!("{race}{line}"));
        assert_eq!(of("print(n); // can print 1 or 2"), [""; 0]);
        assert_eq!(of("print(n); // prints 2"), ["7: this line can print `1`"]);
        assert_eq!(
            of("print(n); // can print 1 or 2 or 3"),
            ["7: this line never prints `3`"]
        );
        assert_eq!(of("assert(n < 3); // proved: not more"), [""; 0]);
        assert!(of("assert(n == 2); // proved")[0].starts_with("7: this line can fail"));
        assert_eq!(of("assert(n == 2); // can fail"), [""; 0]);
        assert_eq!(
            of("assert(n < 3); // can fail"),
            ["7: this line never fails"]
        );
        assert_eq!(
            of("assert(n > 2); // can fail"),
            ["7: this line fails in each interleaving"]
        );
        assert_eq!(of("assert(n > 2, \"few\"); // fails: few"), [""; 0]);
        let stuck = "let a = Lock(); let b = Lock();\n\
                     fn ab() { with a { with b { } } } // can deadlock\n\
                     fn ba() { with b { with a { } } } // can deadlock\n\
                     let x = spawn(ab); let y = spawn(ba);\nx.join(); y.join();";
        assert_eq!(faults(stuck), [""; 0]);
        let fine = stuck.replace("with b { with a", "with a { with b");
        assert_eq!(faults(&fine).len(), 2);
    }
}
