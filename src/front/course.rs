//! The lessons that are taken: those of the binary, or those of a teacher's folder or file.

use std::fs;
use std::path::{Path, PathBuf};

use crate::lesson::course;
use crate::lesson::text::{Lesson, parse};

/// Where lessons come from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Origin {
    /// From the binary.
    #[default]
    Own,
    /// From the files of a folder, in the order of their names.
    Folder(PathBuf),
    /// From one file.
    File(PathBuf),
}

/// Lessons, in the order in which they are to be taken.
pub(super) struct Course {
    /// Invariant: as many as `keys`.
    pub(super) lessons: Vec<Lesson>,
    /// By which progress knows them: of the binary's lessons the name, of others the file's path.
    keys: Vec<String>,
}

impl Course {
    /// The lessons of the binary.
    pub(super) fn own() -> Self {
        let lessons = course::lessons();
        let keys = lessons.iter().map(|lesson| lesson.name.clone()).collect();
        Self { lessons, keys }
    }

    /// Reads the lessons. The second value is what is wrong with those that are left out.
    ///
    /// # Errors
    /// Why there is no lesson at all, in words.
    pub(super) fn read(origin: &Origin) -> Result<(Self, Vec<String>), String> {
        let files = match origin {
            Origin::Own => return Ok((Self::own(), Vec::new())),
            Origin::File(file) => vec![file.clone()],
            Origin::Folder(folder) => scripts(folder)?,
        };
        let mut course = Self {
            lessons: Vec::new(),
            keys: Vec::new(),
        };
        let mut problems = Vec::new();
        for file in &files {
            let name = file.display().to_string();
            let read = fs::read_to_string(file).map_err(|error| vec![format!("{name}: {error}")]);
            let lesson = read.and_then(|text| {
                parse(&name, &text).map_err(|flaws| {
                    let said = flaws.iter();
                    let said = said.map(|flaw| format!("{name}:{}: {}", flaw.line, flaw.kind));
                    said.collect()
                })
            });
            match lesson {
                Ok(lesson) => {
                    let path = fs::canonicalize(file).unwrap_or_else(|_| file.clone());
                    course.keys.push(path.display().to_string());
                    course.lessons.push(lesson);
                }
                Err(said) => problems.extend(said),
            }
        }
        match course.lessons.is_empty() {
            true => Err(problems.join("\n")),
            false => Ok((course, problems)),
        }
    }

    /// All lessons.
    pub(super) fn all(&self) -> Vec<usize> {
        (0..self.lessons.len()).collect()
    }

    /// The lessons of the short tour, as far as they are here.
    pub(super) fn tour(&self) -> Vec<usize> {
        let is_on_tour = |index: &usize| course::TOUR.contains(&&*self.lessons[*index].name);
        self.all().into_iter().filter(is_on_tour).collect()
    }

    /// By what progress knows a lesson.
    pub(super) fn key(&self, index: usize) -> &str {
        self.keys.get(index).map_or("", String::as_str)
    }

    /// The lesson that has this key.
    pub(super) fn of_key(&self, key: &str) -> Option<usize> {
        self.keys.iter().position(|one| one == key)
    }

    /// The number to type for a lesson: that of its file's name, or else its place, from 1.
    pub(super) fn number(&self, index: usize) -> u32 {
        let of_file = self.lessons.get(index).and_then(|lesson| lesson.number);
        of_file.unwrap_or_else(|| u32::try_from(index + 1).unwrap_or(u32::MAX))
    }

    /// The lesson that is called by its number, its title, its name or a part of that.
    ///
    /// # Errors
    /// What to say instead.
    pub(super) fn find(&self, called: &str) -> Result<usize, String> {
        let number: Option<u32> = called.parse().ok();
        let of = |holds: &dyn Fn(usize, &Lesson) -> bool| {
            let mut found = self.lessons.iter().enumerate();
            found
                .find(|(index, lesson)| holds(*index, lesson))
                .map(|(index, _)| index)
        };
        let lower = called.to_lowercase();
        let found = of(&|index, _| number == Some(self.number(index)))
            .or_else(|| of(&|_, lesson| lesson.name == lower || lesson.file == called))
            .or_else(|| of(&|_, lesson| lesson.title.to_lowercase() == lower))
            .or_else(|| of(&|_, lesson| lower.len() > 1 && lesson.name.starts_with(&lower)))
            .or_else(|| of(&|_, lesson| lower.len() > 2 && lesson.name.contains(&lower)));
        found.ok_or_else(|| {
            let near = |lesson: &Lesson| strsim::damerau_levenshtein(&lower, &lesson.name);
            let nearest = self.lessons.iter().min_by_key(|lesson| near(lesson));
            match nearest.filter(|lesson| near(lesson) <= 2) {
                Some(lesson) => {
                    let name = &lesson.name;
                    format!("there is no lesson `{called}`; did you mean `{name}`?")
                }
                None => format!("there is no lesson `{called}`"),
            }
        })
    }
}

/// The scripts of a folder, in the order of their names.
fn scripts(folder: &Path) -> Result<Vec<PathBuf>, String> {
    let name = folder.display();
    let entries = fs::read_dir(folder).map_err(|error| format!("{name}: {error}"))?;
    let mut files: Vec<PathBuf> = entries
        .filter_map(|entry| entry.ok().map(|entry| entry.path()))
        .filter(|path| path.extension().is_some_and(|end| end == "rhai"))
        .collect();
    files.sort();
    match files.is_empty() {
        true => Err(format!("{name}: no file here ends with .rhai")),
        false => Ok(files),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LESSON: &str =
        "//! # Waiting\n//!\n//! minutes: 5\n//! introduces: print\n\n/// Try it.\nprint(1);\n";

    #[test]
    fn a_folder_is_read_in_the_order_of_its_names_and_flaws_are_said() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("02_waiting.rhai"), LESSON).unwrap();
        fs::write(folder.path().join("01_first.rhai"), LESSON).unwrap();
        fs::write(
            folder.path().join("03_flawed.rhai"),
            "/// No head.\nprint(1);\n",
        )
        .unwrap();
        fs::write(folder.path().join("notes.txt"), "nothing").unwrap();
        let (course, problems) = Course::read(&Origin::Folder(folder.path().into())).unwrap();
        let names: Vec<&str> = course.lessons.iter().map(|one| one.name.as_str()).collect();
        assert_eq!(names, ["first", "waiting"]);
        assert!(
            problems[0].contains("03_flawed.rhai:1: the head needs"),
            "{problems:?}"
        );
        assert_eq!(course.find("2"), Ok(1));
        assert_eq!(course.find("wait"), Ok(1));
        assert_eq!(course.find("First"), Ok(0));
        let wrong = course.find("waitnig").unwrap_err();
        assert_eq!(
            wrong,
            "there is no lesson `waitnig`; did you mean `waiting`?"
        );
        assert_eq!(course.of_key(course.key(1)), Some(1));
    }

    #[test]
    fn what_has_no_lesson_says_why() {
        let folder = tempfile::tempdir().unwrap();
        let read = |origin: Origin| Course::read(&origin).err().unwrap();
        let empty = read(Origin::Folder(folder.path().into()));
        assert!(empty.ends_with("no file here ends with .rhai"), "{empty}");
        let missing = read(Origin::File(folder.path().join("a.rhai")));
        assert!(missing.contains("a.rhai: "), "{missing}");
    }
}
