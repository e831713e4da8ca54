//! The committed simulator module against native code: the same bytes on the same inputs.

mod module;

use experiment::{Progress, Session};
use module::Loaded;

/// The module as the site serves it.
const MODULE: &[u8] = include_bytes!("../../site/assets/wasm/sim.wasm");

/// Small scenarios that between them use balancers, bulkheads, retries, budgets and cancellation. The
/// browser tests compare larger ones.
const SCENARIOS: [(&str, &str); 4] = [
    (
        "bulkhead",
        include_str!("../../../content/experiments/bulkhead.toml"),
    ),
    (
        "cancellation",
        include_str!("../../../content/experiments/cancellation.toml"),
    ),
    (
        "load-balancing",
        include_str!("../../../content/experiments/load-balancing.toml"),
    ),
    (
        "retry-budget",
        include_str!("../../../content/experiments/retry-budget.toml"),
    ),
];

fn question(slug: &str, text: &str, settings: &str) -> String {
    [slug, text, "", "x", "", "", settings, ""].join("\0")
}

/// Every picture of a run, in native code.
fn native(question: &str) -> Vec<String> {
    let mut session = Session::open(question).expect("a question");
    let mut pictures = Vec::new();
    loop {
        match session.step() {
            Progress::Running => {}
            Progress::Advanced => pictures.push(session.picture()),
            Progress::Done => {
                pictures.push(session.picture());
                return pictures;
            }
        }
    }
}

/// The same in the module.
fn browser(module: &mut Loaded, question: &str) -> Vec<String> {
    let (start, len) = module.pass(question.as_bytes());
    let open = module.function::<(u32, u32), u32>("sim_open");
    let is_open = open
        .call(&mut module.store, (start, len))
        .expect("sim_open returns");
    module.free(start, len);
    assert_eq!(is_open, 1);
    let step = module.function::<(), u32>("sim_step");
    let picture = module.function::<(), u32>("sim_picture");
    let mut pictures = Vec::new();
    loop {
        let state = step.call(&mut module.store, ()).expect("sim_step returns");
        if state > 0 {
            let start = picture
                .call(&mut module.store, ())
                .expect("sim_picture returns");
            pictures.push(module.answer(start));
        }
        if state == 2 {
            return pictures;
        }
    }
}

#[test]
fn the_module_draws_what_native_code_draws() {
    let mut module = Loaded::new(MODULE);
    for (slug, text) in SCENARIOS {
        // Two replications: an interpreter is a hundred times slower than what browsers have.
        let question = question(slug, text, "first_look\t2\nlooks\t1\nseed\t7");
        let (expected, drawn) = (native(&question), browser(&mut module, &question));
        assert_eq!(expected.len(), drawn.len(), "{slug}: pictures");
        assert!(expected[0].contains("<svg"), "{slug}: {}", expected[0]);
        for (at, (expected, drawn)) in expected.iter().zip(&drawn).enumerate() {
            assert!(
                expected == drawn,
                "{slug}: picture {at} differs: if a crate below changed, run scripts/build-wasm"
            );
        }
    }
}

#[test]
fn the_module_survives_misuse() {
    let mut module = Loaded::new(MODULE);
    let step = module.function::<(), u32>("sim_step");
    assert_eq!(step.call(&mut module.store, ()).expect("it returns"), 2);
    let picture = module.function::<(), u32>("sim_picture");
    let start = picture.call(&mut module.store, ()).expect("it returns");
    assert_eq!(module.answer(start), "");
    let open = module.function::<(u32, u32), u32>("sim_open");
    let (start, len) = module.pass(b"not a question\xff");
    let opened = open.call(&mut module.store, (start, len));
    assert_eq!(opened.expect("it returns"), 0);
    let wrong = question("x", "schema = 1\n", "seed\tnone");
    let drawn = browser(&mut module, &wrong);
    assert_eq!(drawn, native(&wrong));
    assert!(drawn[0].contains("form-errors"));
}
