//! An answer that is a file beside the prompt, checked whenever it is saved: a script of ours, or one of
//! Python's beside it.
//!
//! A thread looks at the file a few times a second, since no way to be told about it is the same on all
//! hosts. It judges what it finds and shows that above what is being typed; the conversation asks it
//! later how that went. It ends when the exercise is left.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::time::Duration;

use parking_lot::Mutex;

use super::judge::{JudgedProgram, Submission, judge};
use super::shown::View;
use crate::front::lesson::feedback::Reader;
use crate::front::repl::screen::Screen;
use crate::lesson::text::{Exercise, Lesson};
use crate::session::Language;
use crate::view::paint::Role;

/// How long the file is not looked at.
const REST: Duration = Duration::from_millis(300);

/// What the files of an answer end with, and what they are written in; the first is the one that is begun.
const KINDS: [(&str, Language); 2] = [("rhai", Language::Own), ("py", Language::Python)];

/// The files of an answer, which are watched.
pub(super) struct Watched {
    file: PathBuf,
    heard: Arc<Heard>,
    /// Set when nobody wants to hear of it any more.
    stop: Arc<AtomicBool>,
    /// Gone, it ends the thread.
    _ends: Sender<()>,
}

/// What has become of the answers in the file, and was not asked for yet.
#[derive(Default)]
struct Heard {
    tries: AtomicU32,
    is_solved: AtomicBool,
    last: Mutex<Option<JudgedProgram>>,
}

impl Watched {
    /// Writes the beginning of an answer to its file, unless that is there, and begins to watch it.
    ///
    /// # Errors
    /// Why there can be no file, in words.
    pub(super) fn begin(
        folder: &Path,
        lesson: &Lesson,
        exercise: &Exercise,
        screen: Arc<Screen>,
        view: View,
    ) -> Result<Self, String> {
        let file = folder.join(format!("{}_{}.rhai", lesson.name, exercise.number));
        let failed = |error: io::Error| format!("{}: {error}", file.display());
        fs::create_dir_all(folder).map_err(failed)?;
        let starter = exercise
            .task
            .work()
            .map_or("", |work| work.starter.text.as_str());
        if !file.exists() {
            fs::write(&file, format!("{}\n", starter.trim_end())).map_err(failed)?;
        }
        let heard = Arc::<Heard>::default();
        let stop = Arc::<AtomicBool>::default();
        let (ends, ended) = channel::<()>();
        let mut watcher = Watcher {
            files: KINDS.map(|(end, language)| {
                let file = file.with_extension(end);
                let seen = fs::read_to_string(&file).unwrap_or_default();
                (file, language, seen)
            }),
            exercise: exercise.clone(),
            screen,
            view,
            heard: heard.clone(),
            stop: stop.clone(),
        };
        let begun = std::thread::Builder::new()
            .name("answer".into())
            .spawn(move || {
                while ended.recv_timeout(REST) == Err(RecvTimeoutError::Timeout) {
                    watcher.look();
                }
            });
        begun.map_err(failed)?;
        Ok(Self {
            file,
            heard,
            stop,
            _ends: ends,
        })
    }

    /// Where it is.
    pub(super) fn file(&self) -> &Path {
        &self.file
    }

    /// What it says, unless that is nothing or still the beginning; otherwise what the file beside it says.
    pub(super) fn text(&self, beginning: &str) -> Option<String> {
        let files = KINDS.iter().map(|(end, _)| self.file.with_extension(end));
        let mut texts = files.filter_map(|file| fs::read_to_string(file).ok());
        texts.find(|text| !text.trim().is_empty() && text.trim() != beginning.trim())
    }

    /// How many answers were judged since this was asked last, whether one has passed, and the last one.
    pub(super) fn heard(&self) -> (u32, bool, Option<JudgedProgram>) {
        let tries = self.heard.tries.swap(0, Ordering::Relaxed);
        let is_solved = self.heard.is_solved.load(Ordering::Relaxed);
        (tries, is_solved, self.heard.last.lock().take())
    }
}

impl Drop for Watched {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
    }
}

/// What the thread needs.
struct Watcher {
    /// With what each one said last.
    files: [(PathBuf, Language, String); 2],
    exercise: Exercise,
    screen: Arc<Screen>,
    view: View,
    heard: Arc<Heard>,
    stop: Arc<AtomicBool>,
}

impl Watcher {
    /// Judges what a file says that has changed.
    fn look(&mut self) {
        for (file, language, seen) in &mut self.files {
            // While an editor writes, it may be gone or empty for a moment.
            let Ok(text) = fs::read_to_string(&*file) else {
                continue;
            };
            if text != *seen && !text.trim().is_empty() {
                seen.clone_from(&text);
                let (file, language) = (file.clone(), *language);
                return self.judge(&file, text, language);
            }
        }
    }

    fn judge(&self, file: &Path, text: String, language: Language) {
        let submission = Submission {
            exercise: self.exercise.clone(),
            text,
            // What is Python by its looks is taken as such in a file of ours, too.
            language: (language != Language::Own).then_some(language),
        };
        let judged = judge(submission, Reader::OutOfHints, self.view, &self.stop);
        if self.stop.load(Ordering::Relaxed) {
            return;
        }
        *self.heard.last.lock() = judged.program;
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        let mut said = format!("{name} was saved:\n{}", judged.text);
        self.heard
            .tries
            .fetch_add(u32::from(judged.is_honest), Ordering::Relaxed);
        if judged.is_right {
            self.heard.is_solved.store(true, Ordering::Relaxed);
            said += &self.view.paint.text(Role::Prompt, "Solved.");
            said += " Enter goes on.\n";
        }
        // A terminal that is gone is for the prompt to notice.
        let _ = self.screen.show_at_once(&said);
    }
}
