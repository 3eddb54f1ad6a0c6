//! The tutorial at the prompt: a step is shown, and waits to be typed or run by Enter.

use std::fmt::Write;
use std::io;

use super::answer::{Flow, Learner};
use crate::front::highlight::highlight;
use crate::lesson::tutorial::{self, Progress, Section};
use crate::view::paint::{Paint, Role};

/// A section of the tutorial that is being read.
pub(super) struct Lesson {
    section: Section,
    step: usize,
    /// What was typed of the step's code so far.
    typed: String,
}

impl Learner {
    pub(super) fn begin_lesson(&mut self, name: &str) -> io::Result<()> {
        let mut sections = tutorial::sections();
        let number = name
            .parse()
            .ok()
            .and_then(|number: usize| number.checked_sub(1));
        let found = number
            .filter(|index| *index < sections.len())
            .or_else(|| sections.iter().position(|section| section.name == name));
        let Some(index) = found else {
            let list = table_of_sections(self.paint);
            return self.say(&format!("There is no section `{name}`.\n{list}"));
        };
        let section = sections.swap_remove(index);
        let title = self.paint.text(Role::Heading, section.title);
        self.say(&format!("{title}\n\n"))?;
        self.lesson = Some(Lesson {
            section,
            step: 0,
            typed: String::new(),
        });
        self.show_step()
    }

    /// Shows the step at which the lesson is, and ends the lesson after the last.
    fn show_step(&mut self) -> io::Result<()> {
        let Some(lesson) = &self.lesson else {
            return Ok(());
        };
        let mut out = String::new();
        if let Some(step) = lesson.section.steps.get(lesson.step) {
            let is_last = lesson.step + 1 == lesson.section.steps.len();
            let _ = writeln!(out, "{}\n", step.prose);
            for line in highlight(&step.code, None, self.paint).lines() {
                let _ = writeln!(out, "{line}");
            }
            let hint = if !step.code.is_empty() {
                "\n[Type it, or press Enter to run it; q leaves the tutorial]"
            } else {
                "[Press Enter to go on; q leaves the tutorial]"
            };
            if !(is_last && step.code.is_empty()) {
                let _ = writeln!(out, "{}", self.paint.text(Role::Faint, hint));
                return self.say(&out);
            }
        }
        out += "[End of this section; :tutorial lists all]\n";
        self.lesson = None;
        self.say(&out)
    }

    /// Enter on an empty line: in a lesson it runs the code that is shown.
    pub(super) fn enter(&mut self) -> io::Result<Flow> {
        let Some(lesson) = &self.lesson else {
            return Ok(Flow::Stay);
        };
        let code = lesson.section.steps[lesson.step].code.clone();
        let (name, step) = (lesson.section.name, lesson.step + 1);
        if code.is_empty() || self.run(&code, Some(&format!("{name}, step {step}")))? {
            self.next_step()?;
        }
        Ok(Flow::Stay)
    }

    /// After an input in a lesson: goes on when it was the last of the step's code.
    pub(super) fn follow_lesson(&mut self, text: &str) -> io::Result<()> {
        let Some(lesson) = &mut self.lesson else {
            return Ok(());
        };
        lesson.typed.push_str(text);
        lesson.typed.push('\n');
        match lesson.section.steps[lesson.step].progress(&lesson.typed) {
            Progress::Done => self.next_step(),
            Progress::Begun => Ok(()),
            Progress::Elsewhere => {
                lesson.typed.clear();
                Ok(())
            }
        }
    }

    fn next_step(&mut self) -> io::Result<()> {
        if let Some(lesson) = &mut self.lesson {
            lesson.step += 1;
            lesson.typed.clear();
        }
        self.say("\n")?;
        self.show_step()
    }
}

pub(super) fn table_of_sections(paint: Paint) -> String {
    let mut out = String::new();
    for (index, section) in tutorial::sections().iter().enumerate() {
        let name = paint.text(Role::Prompt, &format!("{:<10}", section.name));
        let _ = writeln!(out, "{}  {name}{}", index + 1, section.title);
    }
    out += "`:tutorial threads` begins the first one.\n";
    out
}
