//! What all who hold it share: lists, dicts, sets, deques, and instances of classes. What they do is
//! Python's, on every scheduler. What exploring says of them stands in `proofs.rs`.

mod common;

use common::{MODES, Mode, run};
use threadlab::event::Kind;

/// What main prints, on every scheduler.
#[track_caller]
fn prints(source: &str, lines: &[&str]) {
    for mode in MODES {
        let ended = run(mode, source);
        assert_eq!(ended.lines(), lines, "{mode:?}: {:?}", ended.outcomes);
    }
}

#[test]
fn copies_of_a_reference_lead_to_the_same() {
    prints(
        "let a = list([1]); let b = a; let c = #{inside: [a]};
         fn change(xs) { xs.append(2); xs[0] = 9; }
         change(b); c.inside[0].append(3);
         print(a, a == b, a == list([9, 2, 3]), a.copy() == a);",
        &["[9, 2, 3] true true true"],
    );
    prints(
        "let grid = list([list([0]), list([0])]); let row = grid[0];
         row[0] += 5; grid[1][0] -= 1; grid[1].append(dict(#{k: row}));
         grid[1][1][\"k\"][0] *= 2;
         print(grid);",
        &["[[10], [-1, {'k': [10]}]]"],
    );
}

#[test]
fn an_operator_with_an_assignment_changes_what_is_there() {
    prints(
        "let a = list([1]); let b = a; a += [2]; a = a + list([3]); print(a, b);
         let s = set([1]); let t = s; s |= set([2]); s -= set([1]); print(s, t);
         let d = dict(#{a: 1}); let e = d; d |= dict(#{b: 2}); print(e);
         let u = tuple([1]); let v = u; u += tuple([2]); print(u, v);
         let x = list([0]); x += x; print(x, list([1]) * 2);",
        &[
            "[1, 2, 3] [1, 2]",
            "{2} {2}",
            "{'a': 1, 'b': 2}",
            "(1, 2) (1,)",
            "[0, 0] [1, 1]",
        ],
    );
}

#[test]
fn a_loop_takes_each_item_when_it_comes_to_it() {
    prints(
        "let xs = list([1, 2, 3]);
         for x in xs { if x == 1 { xs.append(4); xs[1] = 7; } print(x); }
         let d = dict(#{a: 1, b: 2});
         for k in d { d[k] += 10; }
         for pair in d.items() { print(pair[0], pair[1]); }
         try { for k in d { d[k + k] = 0; } } catch (e) { print(e.class, e.message); }
         try { for v in d.values() { d.clear(); } } catch (e) { print(e.message); }",
        &[
            "1",
            "7",
            "3",
            "4",
            "a 11",
            "b 12",
            "RuntimeError dictionary changed size during iteration",
            "dictionary changed size during iteration",
        ],
    );
}

#[test]
fn what_is_wrong_is_said_in_pythons_words() {
    for (code, error) in [
        ("list([1])[1]", "IndexError: list index out of range"),
        ("tuple([1])[-2]", "IndexError: tuple index out of range"),
        ("list().pop()", "IndexError: pop from empty list"),
        ("dict()[\"k\"]", "KeyError: 'k'"),
        ("dict().pop(1)", "KeyError: 1"),
        ("set().remove(1)", "KeyError: 1"),
        (
            "list([1]).remove(2)",
            "ValueError: list.remove(x): x not in list",
        ),
        ("set([list()])", "TypeError: unhashable type: 'list'"),
        (
            "let t = tuple([1]); t[0] = 2",
            "TypeError: 'tuple' object does not support item assignment",
        ),
        (
            "list([1, \"a\"]).sort()",
            "TypeError: '<' not supported between instances of 'str' and 'int'",
        ),
        (
            "list([1])[\"a\"]",
            "TypeError: list indices must be integers or slices, not str",
        ),
        (
            "set([1])[0]",
            "TypeError: 'set' object is not subscriptable",
        ),
        ("deque().popleft()", "IndexError: pop from an empty deque"),
    ] {
        let source =
            format!("try {{ {code}; }} catch (e) {{ print(`${{e.class}}: ${{e.message}}`); }}");
        prints(&source, &[error]);
    }
}

#[test]
fn values_compare_and_are_keys_as_in_python() {
    prints(
        "let d = dict(); d[1] = \"a\"; d[1.0] = \"b\"; d[true] = \"c\"; print(d, len(d));
         print(1 in list([1.0]), \"a\" in set([\"a\"]), tuple([1, 2]) in dict([[tuple([1, 2]), 0]]));
         print(list([1, 2]) < list([1, 3]), tuple([2]) > tuple([1, 9]), set([1]) < set([1, 2]));
         print(list([list([1])]) == list([list([1])]), list([1]) == tuple([1]), list() == []);
         print(list(\"ab\"), list(0..3), list(#{k: 1}), dict([[1, 2]]).items());",
        &[
            "{1: 'c'} 1", "true true true", "true true true", "true false true",
            "['a', 'b'] [0, 1, 2] ['k'] dict_items([(1, 2)])",
        ],
    );
}

#[test]
fn threads_lose_no_item() {
    prints(
        "let xs = list(); let d = dict(); let q = deque();
         let ts = [];
         for t in 0..4 { ts.push(spawn(|| { for i in 0..50 { xs.append(i); q.appendleft(i); d.setdefault(tuple([t, i]), i); } })); }
         for t in ts { t.join(); }
         print(len(xs), len(q), len(d));
         let pool = pool(2); print(list(pool.map(|x| x * 2, list([1, 2, 3]))));",
        &["200 200 200", "[2, 4, 6]"],
    );
}

#[test]
fn what_holds_itself_is_shown_once() {
    prints(
        "let f = (); f = ThreadPoolExecutor(1).submit(|| { sleep(0.01); f }); wait([f]);
        print(`${f}`.len() < 100, `${f}`.contains(\"...\"));",
        &["true true"],
    );
    prints(
        "let q = PriorityQueue(); q.put(q);
        try { q.put(3); } catch (e) { print(e.message.split(\":\")[0]); } print(q.qsize());",
        &[
            "3 (i64) was put beside PriorityQueue(...) (PriorityQueue)",
            "1",
        ],
    );
    // Each shows the other.
    prints(
        "let e = ThreadPoolExecutor(2); let a = (); let b = ();
        a = e.submit(|| { sleep(0.01); b }); b = e.submit(|| { sleep(0.01); a }); wait([a, b]);
        let ts = [a, b].map(|f| spawn(|| `${f}`.contains(\"...\")));
        for t in ts { print(t.join()); }",
        &["true", "true"],
    );
}

#[test]
fn finally_runs_on_every_way_out() {
    prints(
        "fn f(how) {
             try {
                 if how == 1 { return \"returned\"; }
                 if how == 2 { throw \"failed\"; }
                 print(\"body\");
             } catch (e) { print(\"caught\", e); } finally { print(\"finally\", how); }
             \"end\"
         }
         print(f(0)); print(f(1)); print(f(2));",
        &[
            "body",
            "finally 0",
            "end",
            "finally 1",
            "returned",
            "caught failed",
            "finally 2",
            "end",
        ],
    );
    prints(
        "for i in 0..3 { try { if i == 0 { continue; } if i == 1 { break; } } finally { print(\"left\", i); } }
         fn x() { let n = 1; try { return n; } finally { n = 2; } }
         print(x());
         fn y() { try { return 1; } finally { return 2; } }
         print(y());
         fn z() { for i in 0..2 { try { return i; } finally { break; } } \"broken\" }
         print(z());
         try { try { throw \"inner\"; } finally { print(\"first\"); } } catch (e) { print(\"then\", e); }
         try { throw \"a\"; } catch { try { throw \"b\"; } finally { print(\"b passes\"); } } finally { print(\"last\"); }",
        &["left 0", "left 1", "1", "2", "broken", "first", "then inner", "b passes", "last"],
    );
}

#[test]
fn finally_sees_the_variables_around_its_try() {
    prints(
        "fn f() {
             let name = \"outer\"; let log = list();
             try { let name = \"inner\"; for i in 0..1 { let log = 0; return name; } }
             finally { log.append(name); print(log); }
         }
         print(f());
         let lock = Lock(); let n = 0;
         let ts = [];
         for i in 0..3 { ts.push(spawn(|| { lock.acquire(); try { n += 1; } finally { lock.release(); } })); }
         for t in ts { t.join(); }
         print(n, lock.locked());",
        &["['outer']", "inner", "3 false"],
    );
}

#[test]
fn instances_have_attributes_and_methods() {
    prints(
        "class Animal {
             legs = 4;
             init(name) { this.name = name; this.tricks = list(); }
             learn(trick) { this.tricks.append(trick); return this; }
             describe() { `${this.name}: ${this.sound()} ${this.legs} ${this.tricks}` }
             sound() { \"...\" }
         }
         class Dog(Animal) {
             init(name, age) { super.init(name); this.age = age; }
             sound() { \"woof \" + super.sound() }
         }
         let d = Dog(\"Rex\", 3); let same = d;
         same.age += 1; d.learn(\"sit\").learn(\"roll\"); d.legs = 3;
         print(d.describe(), d.age, d == same, d == Dog(\"Rex\", 4));
         print(Animal(\"cow\").describe(), type_of(d), isinstance(d, Animal), isinstance(Animal(1), Dog));
         let f = d.sound; print(f(), [1].map(|x| d.sound()));
         print(Animal.sound(d), Dog.legs, Animal.legs);",
        &[
            "Rex: woof ... 3 ['sit', 'roll'] 4 true false",
            "cow: ... 4 [] Dog true false",
            "woof ... [\"woof ...\"]",
            "... 4 4",
        ],
    );
    prints(
        "class P { init(n) { this.n = n; if n > 5 { return; } this.small = true; } }
         try { print(P(9).small); } catch (e) { print(e.class, e.message); }
         try { P(1).nothing(); } catch (e) { print(e.message); }
         try { P(); } catch (e) { print(e.class); }
         let keys = dict(); let p = P(1); keys[p] = 1; print(keys[p], p in keys, P(1) in keys);
         let e = #{class: 5}; print(e.class);",
        &[
            "AttributeError 'P' object has no attribute 'small'",
            "'P' object has no attribute 'nothing'",
            "TypeError",
            "1 true false",
            "5",
        ],
    );
}

#[test]
fn bound_methods_run_in_threads_and_pools() {
    prints(
        "class Worker {
             init() { this.done = list(); this.lock = Lock(); this.n = 0; }
             run(k) { with this.lock { this.n += k; } this.done.append(k); }
         }
         let w = Worker();
         let ts = list(); for k in 1..4 { ts.append(Thread(w.run, [k])); }
         for t in ts { t.start(); } for t in ts { t.join(); }
         w.done.sort(); print(w.n, w.done);",
        &["6 [1, 2, 3]"],
    );
}

#[test]
fn errors_have_classes_that_scripts_derive_from() {
    prints(
        "class TooSmall(ValueError) { init(n) { super.init(`${n} is too small`); this.n = n; } }
         class Plain(Exception) { }
         try { throw TooSmall(3); } catch (e) {
             print(e, e.n, e.message, isinstance(e, ValueError), isinstance(e, \"TooSmall\"), isinstance(e, KeyError));
         }
         try { throw Plain(\"a\", 1); } catch (e) { print(repr(e), e.args, isinstance(e, [KeyError, Plain])); }
         try { dict()[1]; } catch (e) { print(isinstance(e, LookupError), isinstance(e, TooSmall)); }",
        &["3 is too small 3 3 is too small true true false", "Plain('a', 1) ('a', 1) true", "true false"],
    );
}

#[test]
fn processes_get_copies_that_lead_to_each_other_as_before() {
    prints(
        "class P { init(n) { this.n = n; } twice() { this.n * 2 } }
         let shared = list([1]); let p = P(4);
         fn work(pair, p) { pair[0].append(2); pair[1].append(3); [pair, p.twice(), isinstance(p, P)] }
         let pool = ProcessPoolExecutor(1);
         print(pool.submit(work, list([shared, shared]), p).result(), shared);
         pool.shutdown();",
        &["[[[1, 2, 3], [1, 2, 3]], 8, true] [1]"],
    );
}

/// A method that the base class calls works on the instance, by whatever name that goes.
#[test]
fn what_a_base_class_changes_is_called_as_everywhere_else() {
    let text = "class Base { init(n) { this.n = n; } add(x) { this.n += x; this.n } }
        class Sub(Base) { add(x) { super.add(x) + 1 } }
        let o = Sub(1);
        let t = spawn(|| o.add(2));
        o.add(3); t.join();";
    let ended = run(Mode::Seeded(1), text);
    let places = ended.events.iter().filter_map(|event| match &event.kind {
        Kind::Read { place, .. } | Kind::Write { place, .. } => Some(place.as_str()),
        _ => None,
    });
    let of_instance: Vec<_> = places.filter(|place| place.contains(".n")).collect();
    assert!(of_instance.len() >= 6, "{of_instance:?}");
    assert!(
        of_instance.iter().all(|place| *place == "o.n"),
        "{of_instance:?}"
    );
}

#[test]
fn what_is_called_again_and_again_is_looked_for_each_time() {
    prints(
        "class Counter {
             total = 0;
             init(n) { this.n = n; this.items = list(); }
             add(k) { this.n += k; this.items.append(this.n); this.n }
         }
         class Double(Counter) { add(k) { super.add(k); super.add(k) } }
         let c = Counter(1);
         for i in range(4) {
             print(c.add(1));
             if i == 1 { c.add = |k| -k; }
         }
         print(c.n, c.items, c.items[-1]);
         for x in [Counter(0), Double(0)] {
             for i in range(2) { x.add(i + 1); x.items[0] = -i; Counter.total += x.items[0]; }
             print(x.n, x.items, x.total);
         }",
        &[
            "2",
            "3",
            "-1",
            "-1",
            "3 [2, 3] 3",
            "3 [-1, 3] -1",
            "6 [-1, 2, 4, 6] -2",
        ],
    );
}

#[test]
fn a_call_that_does_not_fit_says_so_and_leaves_everything_as_it_was() {
    prints(
        "class Node {
             init(n) { this.n = n; this.next = list(); this.by_name = dict(); }
             deep(k) { this.deep(k + 1) }
         }
         let node = Node(3);
         let kinds = list();
         for f in [
             || node.deep(), || node.deep(0), || node.missing, || node.missing(1), || node.next[7],
             || { node.next[7] = 1; }, || node.by_name[\"x\"], || node.next.pop(), || Node(),
         ] {
             try { f.call(); } catch (e) { kinds.append(e.class); }
         }
         print(kinds);
         node.by_name[\"x\"] = node; node.by_name[\"x\"].n += 1;
         print(node.n, node.next, len(node.by_name));",
        &[
            "['TypeError', 'RecursionError', 'AttributeError', 'AttributeError', 'IndexError', \
             'IndexError', 'KeyError', 'IndexError', 'TypeError']",
            "4 [] 1",
        ],
    );
}

#[test]
fn threads_that_change_one_instance_at_once_lose_no_step() {
    prints(
        "class Log {
             init() { this.items = list(); this.n = 0; this.lock = Lock(); }
             add(x) { this.items.append(x); with this.lock { this.n += 1; } }
         }
         let log = Log();
         let threads = [];
         for t in range(3) { threads.push(spawn(|| for i in range(200) { log.add(t); })); }
         for thread in threads { thread.join(); }
         print(log.n, len(log.items), log.items.count(1));",
        &["600 600 200"],
    );
}
