//! What a learner has done of the lessons, and the file that keeps it.
//!
//! Several prompts may be open at once, so nobody writes what it has read some time ago: a change is
//! a function that is applied to what the file says at that moment, under a lock. The file is replaced
//! as a whole, so that a crash leaves the old one or the new one. A file that cannot be understood is
//! set aside under another name, never overwritten. Without a place to write, all goes on in memory.
//!
//! This module knows neither the prompt nor what lessons say.

use std::collections::BTreeMap;
use std::fmt;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

/// The version of the file that this program writes. A file of a later one is left alone.
const VERSION: u32 = 1;
/// The name of the file in its folder.
const FILE: &str = "progress.json";

/// All that was done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Progress {
    version: u32,
    /// The key of the lesson that was taken last.
    pub last: Option<String>,
    /// By the lesson's key: its name, or the path of its file when it is no part of the course.
    pub lessons: BTreeMap<String, LessonRecord>,
}

/// What was done of one lesson.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct LessonRecord {
    /// Its heading, for people who read the file.
    pub title: String,
    /// The step to resume at, from 0 on.
    pub step: usize,
    /// How many steps it had when it was taken last.
    pub steps: usize,
    /// Whether its end was reached once.
    pub done: bool,
    /// By the exercise's kind and title: `Predict: Two writers`.
    pub exercises: BTreeMap<String, ExerciseRecord>,
}

/// What was done of one exercise.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ExerciseRecord {
    /// Whether an answer has passed.
    pub passed: bool,
    /// How many answers were checked.
    pub tries: u32,
    /// How many hints were seen.
    pub hints: usize,
    /// Whether the solution was seen before an answer passed.
    pub shown: bool,
    /// Whether the learner went on without it.
    pub skipped: bool,
    /// The program that was written last, finished or not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub answer: Option<String>,
}

/// How far a lesson is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Nobody has looked at it.
    New,
    /// It was begun.
    Begun,
    /// Its end was reached.
    Done,
}

impl Default for Progress {
    fn default() -> Self {
        Self {
            version: VERSION,
            last: None,
            lessons: BTreeMap::new(),
        }
    }
}

impl Progress {
    /// How far the lesson of that key is.
    pub fn standing(&self, key: &str) -> Standing {
        match self.lessons.get(key) {
            None => Standing::New,
            Some(record) if record.done => Standing::Done,
            Some(_) => Standing::Begun,
        }
    }

    /// What was done of a lesson, to be changed. It is the one that was taken last from now on.
    pub fn lesson(&mut self, key: &str) -> &mut LessonRecord {
        self.last = Some(key.into());
        self.lessons.entry(key.into()).or_default()
    }
}

impl LessonRecord {
    /// How many of the exercises that were begun have passed.
    pub fn passed(&self) -> usize {
        self.exercises.values().filter(|one| one.passed).count()
    }
}

/// Something to say about the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Note {
    /// It was damaged, and stands now under another name.
    SetAside {
        /// Where it was.
        file: PathBuf,
        /// Where it is.
        aside: PathBuf,
        /// What is wrong with it.
        why: String,
    },
    /// What is done from now on is forgotten when the program ends.
    NotKept {
        /// Why.
        why: String,
    },
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::SetAside { file, aside, why } => {
                let (file, aside) = (file.display(), aside.display());
                write!(
                    f,
                    "the progress in {file} cannot be read ({why}); it is now {aside}, and new \
                     progress begins"
                )
            }
            Self::NotKept { why } => write!(f, "progress is not kept: {why}"),
        }
    }
}

/// The progress, and where it is kept: by default in memory only.
#[derive(Debug, Default)]
pub struct Store {
    /// None keeps it in memory only.
    file: Option<PathBuf>,
    progress: Progress,
}

impl Store {
    /// The progress that is kept in a folder, which must exist; or in memory only, for the reason
    /// that is given.
    pub fn open(folder: Result<PathBuf, String>) -> (Self, Option<Note>) {
        let mut store = Self::default();
        let note = match folder {
            Ok(folder) => {
                store.file = Some(folder.join(FILE));
                store.refresh()
            }
            Err(why) => Some(Note::NotKept { why }),
        };
        (store, note)
    }

    /// What was done, as far as it was read last.
    pub fn progress(&self) -> &Progress {
        &self.progress
    }

    /// Reads what other prompts have done meanwhile.
    pub fn refresh(&mut self) -> Option<Note> {
        let file = self.file.clone()?;
        let _lock = lock(&file);
        self.read(&file)
    }

    /// Applies a change to what the file says now, and writes it. Waits while another prompt does the
    /// same.
    pub fn update(&mut self, change: impl FnOnce(&mut Progress)) -> Option<Note> {
        let Some(file) = self.file.clone() else {
            change(&mut self.progress);
            return None;
        };
        let _lock = lock(&file);
        let note = self.read(&file);
        change(&mut self.progress);
        if self.file.is_none() {
            return note;
        }
        match replace(&file, &self.progress.to_json()) {
            Ok(()) => note,
            Err(error) => Some(self.forget(format!("{}: {error}", file.display()))),
        }
    }

    /// Takes over what the file says. One that cannot be understood is set aside.
    fn read(&mut self, file: &Path) -> Option<Note> {
        let read = fs::read(file);
        let text = match &read {
            Ok(bytes) => std::str::from_utf8(bytes).map_err(|_| "it is no UTF-8 text".to_string()),
            Err(error) if error.kind() == io::ErrorKind::NotFound => return None,
            Err(error) => return Some(self.forget(format!("{}: {error}", file.display()))),
        };
        let parsed = text.and_then(|text| {
            serde_json::from_str::<Progress>(text).map_err(|error| error.to_string())
        });
        match parsed {
            Ok(progress) if progress.version > VERSION => Some(self.forget(format!(
                "{} was written by a later version of threadlab",
                file.display()
            ))),
            Ok(progress) => {
                self.progress = progress;
                None
            }
            Err(why) => {
                let aside = free_name(file);
                Some(match fs::rename(file, &aside) {
                    Ok(()) => Note::SetAside {
                        file: file.into(),
                        aside,
                        why,
                    },
                    Err(error) => self.forget(format!("{}: {why}; {error}", file.display())),
                })
            }
        }
    }

    fn forget(&mut self, why: String) -> Note {
        self.file = None;
        Note::NotKept { why }
    }
}

impl Progress {
    /// The progress as JSON, as it is kept and exported.
    pub fn to_json(&self) -> String {
        // Maps with text for keys, numbers and text: nothing that JSON cannot hold.
        let json = serde_json::to_string_pretty(self).unwrap_or_default();
        json + "\n"
    }
}

/// Holds other prompts off until it is dropped. On a file system without locks nobody is held off.
fn lock(file: &Path) -> Option<File> {
    let lock = File::create(file.with_extension("lock")).ok()?;
    lock.lock().ok()?;
    Some(lock)
}

/// Puts a text in the place of a file at once.
fn replace(file: &Path, text: &str) -> io::Result<()> {
    let new = file.with_extension("new");
    let mut out = File::create(&new)?;
    out.write_all(text.as_bytes())?;
    out.sync_all()?;
    fs::rename(&new, file)
}

/// A name beside the file that nothing has yet.
fn free_name(file: &Path) -> PathBuf {
    let name = |number| file.with_extension(format!("damaged-{number}.json"));
    let mut number = 1;
    while name(number).exists() {
        number += 1;
    }
    name(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn open(folder: &Path) -> (Store, Option<Note>) {
        Store::open(Ok(folder.into()))
    }

    #[test]
    fn what_two_prompts_do_at_once_is_all_kept() {
        let folder = tempfile::tempdir().unwrap();
        let (mut one, note) = open(folder.path());
        assert_eq!(note, None);
        let (mut other, _) = open(folder.path());
        let add = |progress: &mut Progress| {
            let lesson = progress.lesson("locks");
            lesson.exercises.entry("Mend: It".into()).or_default().tries += 1;
        };
        assert_eq!(one.update(add), None);
        other.update(|progress| progress.lesson("threads").done = true);
        one.update(add);
        other.update(add);
        let (seen, _) = open(folder.path());
        let progress = seen.progress();
        assert_eq!(progress.lessons["locks"].exercises["Mend: It"].tries, 3);
        assert_eq!(progress.standing("threads"), Standing::Done);
        assert_eq!(progress.standing("locks"), Standing::Begun);
        assert_eq!(progress.standing("queues"), Standing::New);
        assert_eq!(progress.last.as_deref(), Some("locks"));
    }

    #[test]
    fn many_writers_lose_nothing() {
        let folder = tempfile::tempdir().unwrap();
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    let (mut store, _) = open(folder.path());
                    for _ in 0..10 {
                        let note = store.update(|progress| {
                            let lesson = progress.lesson("locks");
                            lesson.exercises.entry("x".into()).or_default().tries += 1;
                        });
                        assert_eq!(note, None);
                    }
                });
            }
        });
        let (seen, _) = open(folder.path());
        assert_eq!(seen.progress().lessons["locks"].exercises["x"].tries, 40);
    }

    #[test]
    fn a_damaged_file_is_set_aside_and_said_so() {
        for damage in [
            &b"{\"lessons\": [1]}"[..],
            b"",
            b"\xff\xfe",
            b"{\"version\": 1,",
        ] {
            let folder = tempfile::tempdir().unwrap();
            let file = folder.path().join(FILE);
            fs::write(&file, damage).unwrap();
            // An earlier one stays where it is.
            let earlier = folder.path().join("progress.damaged-1.json");
            fs::write(&earlier, "earlier").unwrap();
            let (mut store, note) = open(folder.path());
            let Some(Note::SetAside { aside, .. }) = &note else {
                panic!("{note:?}");
            };
            assert_eq!(fs::read(aside).unwrap(), damage);
            assert_eq!(fs::read(&earlier).unwrap(), b"earlier");
            assert!(note.unwrap().to_string().contains("new progress begins"));
            let note = store.update(|progress| progress.lesson("locks").done = true);
            assert_eq!(note, None);
            assert_eq!(open(folder.path()).0.progress(), store.progress());
        }
    }

    #[test]
    fn what_cannot_be_kept_is_said_once_and_goes_on_in_memory() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join(FILE);
        fs::write(&file, "{\"version\": 99}").unwrap();
        let (mut store, note) = open(folder.path());
        assert!(note.unwrap().to_string().contains("a later version"));
        let note = store.update(|progress| progress.lesson("locks").done = true);
        assert_eq!(note, None);
        assert_eq!(store.progress().standing("locks"), Standing::Done);
        assert_eq!(fs::read_to_string(&file).unwrap(), "{\"version\": 99}");

        let (mut store, note) = Store::open(Err("no folder".into()));
        assert_eq!(note.unwrap().to_string(), "progress is not kept: no folder");
        assert_eq!(store.update(|progress| progress.lesson("a").step = 2), None);
        assert_eq!(store.progress().lessons["a"].step, 2);
    }

    #[test]
    fn keys_that_are_not_known_or_missing_do_no_harm() {
        let text = "{\"lessons\": {\"locks\": {\"step\": 3, \"mood\": \"good\"}}}";
        let progress: Progress = serde_json::from_str(text).unwrap();
        assert_eq!(progress.lessons["locks"].step, 3);
        assert_eq!(progress.version, VERSION);
    }
}
