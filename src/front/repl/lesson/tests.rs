//! Tests of lessons at the prompt: a conversation about a lesson that is written here. One file, as all of
//! them take this lesson.

use std::fs;

use super::*;
use crate::front::course::Origin;
use crate::front::repl::answer::tests::learner;
use crate::front::repl::screen::tests::Page;

const LESSON: &str = r#"//! # Two writers
//!
//! minutes: 5
//! introduces: spawn, join, print, assert

/// # Two writers
///
/// Try it.
let counter = 0;
fn add() { counter += 1; }

/// Then this.
let a = spawn(add);
a.join();
print("sum", counter);    // prints sum 1

/// Now two.
let counter = 0;
let a = spawn(add); let b = spawn(add);
a.join(); b.join();
print(counter);    // can print 1 or 2

/// Only a page.

/// It fails.
throw "no";    // fails: no

/// ## Predict: Sum
///
/// What is printed?
///
/// ```program
/// let n = 0;
/// fn up() { n += 1; }
/// let a = spawn(up);
/// let b = spawn(up);
/// a.join();
/// b.join();
/// print(n);
/// ```
///
/// - [x] 1
/// - [x] 2
/// - [ ] 3
///
/// ```hint
/// Look at `+=`.
/// ```

/// ## Mend: Sum
///
/// Mend it.
///
/// ```given
/// let n = 0;
/// ```
///
/// ```starter
/// fn up() { n += 1; }
/// ```
///
/// ```after
/// let a = spawn(up);
/// let b = spawn(up);
/// a.join();
/// b.join();
/// assert(n == 2);
/// ```
///
/// ```hint
/// A lock.
/// ```
///
/// ```solution
/// let lock = Lock();
/// fn up() { with lock { n += 1; } }
/// ```

/// ## Break: Sum
///
/// Make it fail.
///
/// ```program
/// let n = 0;
/// fn up() { n += 1; }
/// let a = spawn(up);
/// let b = spawn(up);
/// a.join();
/// b.join();
/// assert(n == 2);
/// ```
///
/// ```solution
/// Thread-1 Thread-2
/// ```
"#;

/// A conversation in which the lesson has begun, and its first step.
fn begun() -> (Learner, Page, tempfile::TempDir, String) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("01_writers.rhai");
    fs::write(&file, LESSON).unwrap();
    let (course, problems) = Course::read(&Origin::File(file)).unwrap();
    assert!(problems.is_empty(), "{problems:?}");
    let (mut learner, page) = learner();
    learner.lessons = Some(Lessons::new(course, Store::default(), None));
    learner.begin_lesson(0, None).unwrap();
    let shown = page.take();
    (learner, page, folder, shown)
}

/// Types a line and gives what is shown.
fn types(learner: &mut Learner, page: &Page, line: &str) -> String {
    learner.answer_all(&[line.to_string()]).unwrap();
    page.take()
}

#[test]
fn a_step_says_where_it_is_and_goes_on_when_it_was_typed() {
    let (mut learner, page, _folder, shown) = begun();
    assert!(
        shown.starts_with("Two writers, step 1 of 8\n\nTry it.\n"),
        "{shown}"
    );
    assert!(
        shown.contains("\n    fn add() { counter += 1; }\n\n[Type it"),
        "{shown}"
    );
    let code = "let counter = 0;\nfn add() { counter += 1; }";
    assert_eq!(learner.recalled(), [code]);
    // Something else, a mistake, and then the step, changed and in pieces.
    assert_eq!(types(&mut learner, &page, "1 + 1"), "2\n");
    assert!(types(&mut learner, &page, "fn add() { countre += }").contains("error"));
    assert_eq!(types(&mut learner, &page, "let total = 5"), "");
    let next = types(&mut learner, &page, "fn more() { total += 2 }");
    assert!(next.contains("step 2 of 8"), "{next}");
    // Enter runs it; what it made has other names, so the step does not end well.
    let failed = types(&mut learner, &page, "");
    assert!(failed.contains("did not come to its end"), "{failed}");
    types(&mut learner, &page, "let a = spawn(more); a.join()");
    let next = types(&mut learner, &page, "print(total)");
    assert!(
        next.starts_with("7\n\nTwo writers, step 3 of 8\n"),
        "{next}"
    );
    // The page of reading.
    types(&mut learner, &page, ":next");
    assert!(types(&mut learner, &page, "").contains("step 5 of 8"));
    // A failure that was promised is what was meant.
    let next = types(&mut learner, &page, "throw \"no\"");
    assert!(next.contains("step 6 of 8\n\nPredict: Sum"), "{next}");
}

#[test]
fn one_may_leave_go_back_and_resume() {
    let (mut learner, page, _folder, _) = begun();
    assert!(types(&mut learner, &page, ":back").contains("the first step"));
    let next = types(&mut learner, &page, ":next");
    assert!(
        next.starts_with("(The code of step 1 runs unseen"),
        "{next}"
    );
    assert!(next.contains("step 2 of 8"), "{next}");
    let left = types(&mut learner, &page, "q");
    assert_eq!(left, "The lesson waits: :resume goes back to it.\n");
    assert_eq!(types(&mut learner, &page, ""), "");
    assert!(types(&mut learner, &page, ":hint").starts_with("No lesson is open"));
    let back = types(&mut learner, &page, ":resume");
    assert!(back.contains("step 2 of 8"), "{back}");
    // What the first step makes is there, whatever was forgotten meanwhile.
    let done = types(&mut learner, &page, "");
    assert!(
        done.starts_with("sum 1\n\nTwo writers, step 3 of 8"),
        "{done}"
    );
    assert!(types(&mut learner, &page, ":back").contains("step 2 of 8"));
    assert!(types(&mut learner, &page, ":again").contains("step 2 of 8"));
    let listed = types(&mut learner, &page, ":learn");
    assert!(listed.contains("writers"), "{listed}");
    assert!(
        listed.contains("begun, 2 of 8") && listed.contains("Enter goes on with 1"),
        "{listed}"
    );
    assert!(types(&mut learner, &page, "1").contains("step 2 of 8"));
    assert!(types(&mut learner, &page, ":learn writers 1").contains("step 1 of 8"));
    assert!(types(&mut learner, &page, ":learn nothing").contains("there is no lesson `nothing`"));
}

#[test]
fn one_ctrl_c_leaves_no_lesson_as_it_may_have_been_meant_for_what_has_ended() {
    let (mut learner, page, _folder, _) = begun();
    let interrupt = |learner: &mut Learner| {
        learner.interrupted(false).unwrap();
        page.take()
    };
    let said = "Nothing is running. Ctrl-C once more leaves the lesson.\n";
    assert_eq!(interrupt(&mut learner), said);
    // Whatever is typed in between, the next one is a first one again.
    types(&mut learner, &page, "1 + 1");
    assert_eq!(interrupt(&mut learner), said);
    learner.interrupted(true).unwrap();
    assert_eq!(interrupt(&mut learner), said);
    types(&mut learner, &page, "let t = spawn(|| Event().wait())");
    assert_eq!(interrupt(&mut learner), "Stopped: Thread-1.\n");
    assert_eq!(interrupt(&mut learner), said);
    let left = interrupt(&mut learner);
    assert_eq!(left, "The lesson waits: :resume goes back to it.\n");
    assert!(types(&mut learner, &page, ":resume").contains("step 1 of 8"));
}

#[test]
fn what_was_tried_at_an_exercise_is_no_part_of_what_a_page_runs() {
    let (mut learner, page, _folder, _) = begun();
    types(&mut learner, &page, ":learn writers 7");
    types(
        &mut learner,
        &page,
        "let stray = spawn(|| print(\"stray\"))",
    );
    types(&mut learner, &page, ":learn writers 3");
    types(&mut learner, &page, "");
    let explored = types(&mut learner, &page, ":explore");
    assert!(
        explored.contains("proved: ") && !explored.contains("stray"),
        "{explored}"
    );
    // Nor is an answer that was checked a part of the next one.
    types(&mut learner, &page, ":learn writers 7");
    types(&mut learner, &page, "let s = spawn(|| print(\"stray\"))");
    assert!(types(&mut learner, &page, ":check").contains("Not yet"));
    types(&mut learner, &page, "fn up() { n += 1; }");
    types(&mut learner, &page, "let a = spawn(up); a.join()");
    let checked = types(&mut learner, &page, ":check");
    assert!(
        checked.contains("Not yet") && !checked.contains("stray"),
        "{checked}"
    );
    let explored = types(&mut learner, &page, ":explore");
    assert!(
        explored.contains("proved: ") && !explored.contains("stray"),
        "{explored}"
    );
}

#[test]
fn what_cannot_run_is_judged_without_the_beginning() {
    let (mut learner, page, _folder, _) = begun();
    types(&mut learner, &page, ":learn writers 7");
    types(&mut learner, &page, "async def up():\nglobal n");
    let checked = types(&mut learner, &page, ":check");
    assert!(
        checked.contains("cannot") && !checked.contains("fn up()"),
        "{checked}"
    );
    // What the exercise begins with can be tried, and need not be typed.
    types(&mut learner, &page, "up(); let more = 1");
    let checked = types(&mut learner, &page, ":check");
    assert!(checked.contains("1| fn up() { n += 1; }"), "{checked}");
}

#[test]
fn an_answer_is_kept_when_its_exercise_is_left_and_on_another_day() {
    let (mut learner, page, folder, _) = begun();
    let kept_in = |folder: &tempfile::TempDir| Store::open(Ok(folder.path().into())).0;
    learner.lessons.as_mut().unwrap().store = kept_in(&folder);
    let shown = types(&mut learner, &page, ":learn writers 7");
    assert!(!shown.contains("is kept"), "{shown}");
    types(&mut learner, &page, "let key = Lock()");
    types(&mut learner, &page, "fn up() { with key { n += 2; } }");
    // What only tries it is no part of it, and what comes after is there again.
    types(&mut learner, &page, "up()");
    types(&mut learner, &page, ":back");
    let shown = types(&mut learner, &page, ":skip");
    let said = "Your answer is kept: Up brings it back, :check looks at it.\n";
    assert!(shown.ends_with(said), "{shown}");
    let answer = "let key = Lock();\nfn up() { with key { n += 2; } }";
    let recalled = learner.recalled();
    let last = recalled.last().unwrap();
    assert_eq!(last.trim_end(), answer);
    assert!(types(&mut learner, &page, ":check").contains("Not yet: assertion failed"));
    // On another day, in another session, what it has made can be tried, and one function is changed.
    let (mut other, other_page) = crate::front::repl::answer::tests::learner();
    let (course, _) = Course::read(&Origin::File(folder.path().join("01_writers.rhai"))).unwrap();
    other.lessons = Some(Lessons::new(course, kept_in(&folder), None));
    other.learn(Some("writers")).unwrap();
    let shown = other_page.take();
    assert!(shown.ends_with(said), "{shown}");
    assert!(types(&mut other, &other_page, "up(); n").starts_with("2\n"));
    types(&mut other, &other_page, "fn up() { with key { n += 1; } }");
    let checked = types(&mut other, &other_page, ":check");
    assert!(checked.contains("Solved."), "{checked}");
    assert!(checked.contains("1| let key = Lock();"), "{checked}");
}

#[test]
fn enter_goes_on_with_what_was_taken_last() {
    let course = Course::own();
    let mut store = Store::default();
    let next = |store: &Store, listed: &[usize]| {
        let index = menu::next(&course, listed, store.progress()).unwrap();
        course.key(index).to_string()
    };
    let (all, tour) = (course.all(), course.tour());
    assert_eq!(next(&store, &all), "language");
    store.update(|progress| progress.lesson("pools").step = 3);
    assert_eq!(next(&store, &all), "pools");
    store.update(|progress| progress.lesson("pools").done = true);
    assert_eq!(next(&store, &all), "processes");
    assert_eq!(next(&store, &tour), "lost_update");
    store.update(|progress| progress.lesson("word_count").done = true);
    assert_eq!(next(&store, &all), "language");
}

#[test]
fn predictions_are_judged_with_a_run_and_hints() {
    let (mut learner, page, _folder, _) = begun();
    let shown = types(&mut learner, &page, ":learn writers 6");
    assert!(shown.contains("\n  a. 1\n  b. 2\n  c. 3\n"), "{shown}");
    assert!(types(&mut learner, &page, ":show").starts_with("First try it yourself"));
    assert!(types(&mut learner, &page, ":next").starts_with("It is not solved yet"));
    // What is right is not told as long as there are hints.
    let wrong = types(&mut learner, &page, "b c");
    assert_eq!(wrong, "Not yet: `3` cannot happen.\n");
    let wrong = types(&mut learner, &page, "b");
    assert!(
        wrong.ends_with("that is not all that can.\n") && !wrong.contains("`1`"),
        "{wrong}"
    );
    assert!(types(&mut learner, &page, "4").starts_with("The options are a to c."));
    let hint = types(&mut learner, &page, ":hint");
    assert_eq!(hint, "Hint 1 of 1:\nLook at `+=`.\n");
    let wrong = types(&mut learner, &page, "b c");
    assert!(
        wrong.starts_with("Not yet: `1` can happen; `3` cannot happen.\n")
            && wrong.contains("reads"),
        "{wrong}"
    );
    assert!(types(&mut learner, &page, ":hint").contains("can happen: a, b"));
    assert!(types(&mut learner, &page, "1, 2").ends_with("Solved. Enter goes on.\n"));
    assert!(types(&mut learner, &page, "").contains("Mend: Sum"));
    let progress = types(&mut learner, &page, ":progress");
    assert!(
        progress.contains("Predict: Sum: solved, 4 tries, 1 hint"),
        "{progress}"
    );
}

#[test]
fn a_program_is_what_was_typed_last_however_it_came() {
    let (mut learner, page, _folder, _) = begun();
    learner.recalled();
    let shown = types(&mut learner, &page, ":learn writers 7");
    assert!(shown.contains("Given, as it is:"), "{shown}");
    assert_eq!(learner.recalled(), ["fn up() { n += 1; }"]);
    assert!(types(&mut learner, &page, ":check").starts_with("There is no answer yet"));
    types(&mut learner, &page, "fn up() { n += 1; }");
    let wrong = types(&mut learner, &page, ":check");
    assert!(
        wrong.starts_with("Not yet:") && wrong.contains("assertion failed"),
        "{wrong}"
    );
    // The beginning unchanged is no try.
    assert!(types(&mut learner, &page, ":show").starts_with("First try"));
    // In pieces, with an experiment and a slip in between.
    types(&mut learner, &page, "let lock = Lock()");
    types(&mut learner, &page, "fn up() { with lock { n += 2 - 1 } }");
    types(&mut learner, &page, "fn up() {{ with }");
    let right = types(&mut learner, &page, ":check");
    assert!(
        right.starts_with("Your answer, as it is taken:\n"),
        "{right}"
    );
    assert!(
        right.contains("let lock = Lock();") && !right.contains("n += 1;"),
        "{right}"
    );
    assert!(right.ends_with("Solved. Enter goes on.\n"), "{right}");
    assert!(types(&mut learner, &page, ":check 99").starts_with("No such input"));
}

#[test]
fn a_run_that_is_led_to_a_failure_solves_its_exercise() {
    let (mut learner, page, _folder, _) = begun();
    types(&mut learner, &page, ":learn writers 8");
    let said = types(&mut learner, &page, "Thread-1, Thread-2 1");
    assert_eq!(
        said,
        "Press Enter: then you choose the threads, one step at a time.\n"
    );
    let led = types(&mut learner, &page, "");
    assert!(led.contains("You have won when the program fails"), "{led}");
    // One that ends well does not; Enter leaves it.
    let well = types(&mut learner, &page, "r");
    assert!(well.contains("ended well"), "{well}");
    types(&mut learner, &page, "");
    assert!(learner.stepping.is_none());
    let led = types(&mut learner, &page, ":step");
    assert!(led.contains("You have won when the program fails"), "{led}");
    let mut shown = String::new();
    for key in ["0", "0", "1", "2", "1", "2", "r"] {
        if learner.stepping.is_some() {
            shown += &types(&mut learner, &page, key);
        }
    }
    assert!(shown.ends_with("Solved. Enter goes on.\n"), "{shown}");
    let end = types(&mut learner, &page, "");
    assert!(
        end.contains("You have solved 1 of its 3 exercises"),
        "{end}"
    );
    assert!(end.contains("`:learn writers 6`"), "{end}");
    assert_eq!(types(&mut learner, &page, ""), "");
}

#[test]
fn an_answer_in_a_file_is_judged_when_it_is_saved() {
    let (mut learner, page, folder, _) = begun();
    let answers = folder.path().join("answers");
    if let Some(lessons) = &mut learner.lessons {
        lessons.files = Some(answers.clone());
    }
    let shown = types(&mut learner, &page, ":learn writers 7");
    assert!(shown.contains("Your answer is the file"), "{shown}");
    let file = answers.join("writers_2.rhai");
    assert_eq!(fs::read_to_string(&file).unwrap(), "fn up() { n += 1; }\n");
    fs::write(&file, "let l = Lock(); fn up() { with l { n += 1; } }").unwrap();
    // The thread that looks at the file shows what it finds.
    let begin = crate::host::Clock::start();
    let mut said = String::new();
    while !said.contains("Solved.") && begin.elapsed().as_secs() < 60 {
        std::thread::yield_now();
        said += &page.take();
    }
    assert!(said.starts_with("writers_2.rhai was saved:\n"), "{said}");
    assert!(types(&mut learner, &page, "").contains("Break: Sum"));
}

#[test]
fn what_a_comment_claims_is_told_when_the_code_has_run() {
    let (mut learner, page, _folder, _) = begun();
    let shown = types(&mut learner, &page, ":learn writers 3");
    assert!(shown.contains("\n    print(counter);\n"), "{shown}");
    let all = learner.recalled().join("\n");
    assert!(
        all.contains("print(counter);") && !all.contains("can print"),
        "{all}"
    );
    let told = "\n[Whatever the order of the threads, `print(counter);` prints `1` or `2`.]\n\n\
                Two writers, step 4 of 8\n";
    let after = types(&mut learner, &page, "");
    assert!(after.contains(told), "{after}");
    // What one run shows is not told again.
    let (mut learner, page, _folder, _) = begun();
    types(&mut learner, &page, "");
    let after = types(&mut learner, &page, "");
    assert!(after.starts_with("sum 1\n\nTwo writers, step 3"), "{after}");
}

#[test]
fn runs_of_an_answer_are_seen_again_and_led() {
    let (mut learner, page, _folder, _) = begun();
    types(&mut learner, &page, ":learn writers 7");
    types(&mut learner, &page, "fn up() {\n    n += 1;\n}");
    let wrong = types(&mut learner, &page, ":check");
    let line = wrong
        .lines()
        .find(|line| line.contains(":replay "))
        .expect("a run");
    let token = line.rsplit(' ').next().unwrap_or_default();
    for command in [format!(":replay {token}"), ":replay".into()] {
        let again = types(&mut learner, &page, &command);
        assert!(
            again.contains("2| n += 1;") && again.contains("outcome: main fails"),
            "{again}"
        );
    }
    let led = types(&mut learner, &page, &format!(":step {token}"));
    assert!(led.contains("You have won when the program fails"), "{led}");
    types(&mut learner, &page, "r");
    types(&mut learner, &page, "q");
    // It is not the answer that was led to a failure.
    assert!(!types(&mut learner, &page, ":progress").contains("Mend: Sum: solved"));
    // What was explored last is what `:replay` alone means.
    types(
        &mut learner,
        &page,
        ":explore let m = 0; let t = spawn(|| { m = 1; }); assert(m == 0); t.join();",
    );
    let again = types(&mut learner, &page, ":replay");
    assert!(again.contains("m == 0"), "{again}");
    assert!(types(&mut learner, &page, &format!(":replay {token}")).contains("n += 1"));
}

#[test]
fn behind_the_last_hint_the_own_answer_is_mended() {
    let (mut learner, page, _folder, _) = begun();
    types(&mut learner, &page, ":learn writers 7");
    types(
        &mut learner,
        &page,
        "fn up() {\n    let m = n;\n    n = m + 1;\n}",
    );
    types(&mut learner, &page, ":check");
    assert!(types(&mut learner, &page, ":hint").starts_with("Hint 1 of 1"));
    let own = types(&mut learner, &page, ":hint");
    assert!(
        own.starts_with("This change of your own answer passes"),
        "{own}"
    );
    assert!(
        own.contains("+    with ") && own.contains("let m = n;"),
        "{own}"
    );
    let solution = types(&mut learner, &page, ":hint");
    assert!(solution.starts_with("This passes") && solution.contains("with lock { n += 1; }"));
}

#[test]
fn an_answer_may_be_python() {
    let (mut learner, page, _folder, _) = begun();
    types(&mut learner, &page, ":set python on");
    types(&mut learner, &page, ":learn writers 7");
    types(&mut learner, &page, "lock = Lock()");
    types(
        &mut learner,
        &page,
        "def up():\n    global n\n    with lock:\n        n += 1\n",
    );
    let right = types(&mut learner, &page, ":check");
    assert!(right.ends_with("Solved. Enter goes on.\n"), "{right}");
}
