//! The tutorial's sections: scripts that read as lessons, cut into steps.
//!
//! A section is a script that runs as it stands. Its comments are the prose, and what stands between
//! them is the code, so that one text serves the prompt, the editor and the test that runs it:
//!
//! - a comment line that begins with `// # ` is the title;
//! - other lines that begin with `//` in the first column are prose, and begin a new step when code
//!   came before them;
//! - everything else is the code of the step, blank lines at its ends aside. Comments that stand
//!   behind code or are indented belong to it;
//! - a blank line between two stretches of prose turns the page: the first is a step without code.
//!
//! This module knows neither the prompt nor the session.

pub use super::typed::Progress;
use super::typed::progress;

/// A section as the binary carries it.
struct File {
    name: &'static str,
    text: &'static str,
}

macro_rules! section {
    ($name:literal, $file:literal) => {
        File {
            name: $name,
            text: include_str!(concat!("../../scripts/tutorial/", $file)),
        }
    };
}

/// The sections, in the order in which they are to be read.
const FILES: [File; 6] = [
    section!("threads", "01_threads.rhai"),
    section!("gil", "02_gil.rhai"),
    section!("futures", "03_futures.rhai"),
    section!("race", "04_race.rhai"),
    section!("processes", "05_processes.rhai"),
    section!("asyncio", "06_asyncio.rhai"),
];

/// A part of the tutorial.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Section {
    /// What follows `:tutorial`.
    pub name: &'static str,
    /// The heading.
    pub title: &'static str,
    /// What to read and what to run, in turn.
    pub steps: Vec<Step>,
}

/// Something to read, and then something to run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Step {
    /// The prose, without comment marks. May be empty.
    pub prose: String,
    /// The code; empty where there is only something to read.
    pub code: String,
}

/// All sections, in the order in which they are to be read.
pub fn sections() -> Vec<Section> {
    FILES
        .iter()
        .map(|file| parse(file.name, file.text))
        .collect()
}

/// Cuts a script into steps.
fn parse(name: &'static str, text: &'static str) -> Section {
    let mut title = name;
    let mut steps: Vec<Step> = Vec::new();
    let mut step = Step::default();
    let mut page_ends = false;
    for line in text.lines() {
        if let Some(heading) = line.strip_prefix("// # ") {
            title = heading;
        } else if let Some(prose) = line.strip_prefix("//") {
            if page_ends {
                steps.push(std::mem::take(&mut step));
            }
            step.prose
                .push_str(prose.strip_prefix(' ').unwrap_or(prose));
            step.prose.push('\n');
            page_ends = false;
        } else {
            page_ends = step != Step::default();
            if !(step.code.is_empty() && line.trim().is_empty()) {
                step.code.push_str(line);
                step.code.push('\n');
            }
        }
    }
    if step != Step::default() {
        steps.push(step);
    }
    for step in &mut steps {
        step.prose = step.prose.trim_matches('\n').into();
        step.code = step.code.trim_end().into();
    }
    Section { name, title, steps }
}

impl Step {
    /// Compares what was typed so far with the code.
    pub fn progress(&self, typed: &str) -> Progress {
        progress(&self.code, typed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_script_falls_into_steps() {
        let text = "// # Title\n//\n// Read\n// this.\n\nlet a = 1; // one\n\n    // in\nf(a);\n\n// Then\n// that.\n\n// End.\n";
        let section = parse("x", text);
        assert_eq!(section.title, "Title");
        let expected = [
            Step {
                prose: "Read\nthis.".into(),
                code: "let a = 1; // one\n\n    // in\nf(a);".into(),
            },
            Step {
                prose: "Then\nthat.".into(),
                code: String::new(),
            },
            Step {
                prose: "End.".into(),
                code: String::new(),
            },
        ];
        assert_eq!(section.steps, expected);
    }

    #[test]
    fn each_section_has_a_title_prose_and_code_that_fit_the_screen() {
        for section in sections() {
            assert_ne!(section.title, section.name, "{}", section.name);
            assert!(section.steps.len() >= 2, "{}", section.name);
            for step in &section.steps {
                assert!(!step.prose.is_empty(), "{}: {step:?}", section.name);
                let lines = || step.prose.lines().chain(step.code.lines());
                assert!(lines().all(|line| line.chars().count() <= 80), "{step:?}");
                assert!(
                    lines().count() <= 20,
                    "{}: too long for a screen: {step:?}",
                    section.name
                );
            }
        }
    }
}
