//! How often the diagnosis is right: on texts as stressed people type them, on sets of evidence, and
//! on incidents drawn from the model itself.

mod content;

use std::collections::BTreeMap;
use std::io::Write;
use std::sync::OnceLock;

use advisor::fix::{self, Answer, Diagnosis, Observed, Question};
use serde::Deserialize;

fn diagnosis() -> &'static Diagnosis {
    static DIAGNOSIS: OnceLock<Diagnosis> = OnceLock::new();
    DIAGNOSIS.get_or_init(|| {
        Diagnosis::read(content::catalog()).unwrap_or_else(|errors| panic!("{errors:#?}"))
    })
}

/// Prints a figure where the test command finds it; the test runner keeps back what `println!` says.
fn figure(text: &str) {
    let _ = writeln!(std::io::stderr(), "figure: {text}");
}

#[derive(Deserialize)]
struct Texts {
    text: Vec<Text>,
}

#[derive(Deserialize)]
struct Text {
    text: String,
    #[serde(default)]
    accept: Vec<String>,
    #[serde(default)]
    unknown: bool,
}

#[derive(Deserialize)]
struct Sets {
    set: Vec<Set>,
}

#[derive(Deserialize)]
struct Set {
    #[serde(default)]
    text: String,
    evidence: BTreeMap<String, Observed>,
    accept: Vec<String>,
}

/// Place of the first accepted playbook, from 1.
fn place(answer: &Answer, accept: &[String]) -> usize {
    let slug = |id: &str| id.trim_start_matches("playbook:").to_owned();
    let at = answer
        .causes
        .iter()
        .position(|cause| accept.contains(&slug(&cause.id)));
    at.map_or(usize::MAX, |at| at + 1)
}

fn first_three(answer: &Answer) -> String {
    let shown: Vec<String> = answer.causes[..3]
        .iter()
        .map(|cause| {
            format!(
                "{} {:.2}",
                cause.id.trim_start_matches("playbook:"),
                cause.p
            )
        })
        .collect();
    format!("{} (other {:.2})", shown.join(", "), answer.other)
}

#[derive(Default)]
struct Score {
    asked: usize,
    first: usize,
    three: usize,
    misses: Vec<String>,
}

impl Score {
    fn add(&mut self, answer: &Answer, accept: &[String], what: &str) {
        let place = if answer.unknown {
            usize::MAX
        } else {
            place(answer, accept)
        };
        self.asked += 1;
        self.first += usize::from(place == 1);
        self.three += usize::from(place <= 3);
        if place != 1 {
            let unknown = if answer.unknown { " UNKNOWN" } else { "" };
            let found = first_three(answer);
            self.misses.push(format!(
                "{what}\n     wanted {accept:?}{unknown}, found {found}"
            ));
        }
    }

    fn share(&self, count: usize) -> f64 {
        100.0 * count as f64 / self.asked as f64
    }

    /// Prints the score, and holds it to its bars.
    #[track_caller]
    fn hold(&self, what: &str) {
        let (first, three) = (self.share(self.first), self.share(self.three));
        figure(&format!(
            "{what}: {} asked, accepted cause first {first:.0} %, among three {three:.0} %",
            self.asked
        ));
        let misses = self.misses.join("\n  ");
        assert!(first >= 80.0 && three >= 95.0, "{what}:\n  {misses}");
    }
}

fn texts(file: &str, what: &str) {
    let texts: Texts = toml::from_str(file).expect("the fixture is TOML");
    let diagnosis = diagnosis();
    let mut score = Score::default();
    let mut claimed = Vec::new();
    let mut strange = 0;
    for text in &texts.text {
        let question = Question {
            text: text.text.clone(),
            ..Question::default()
        };
        let answer = fix::answer(&question, diagnosis).expect("a text is no mistake");
        if text.unknown {
            strange += 1;
            if !answer.unknown {
                claimed.push(format!("{}: {}", text.text, first_three(&answer)));
            }
        } else {
            for slug in &text.accept {
                let known = answer.causes.iter().any(|cause| cause.id.ends_with(slug));
                assert!(known, "the fixture accepts {slug}");
            }
            score.add(&answer, &text.accept, &text.text);
        }
    }
    if std::env::var_os("SHOW_MISSES").is_some() {
        eprintln!("{what}\n  {}", score.misses.join("\n  "));
        eprintln!("{what}: claimed to know {claimed:#?}");
    }
    figure(&format!(
        "{what}: says that it does not know for {} of {strange} unrelated texts",
        strange - claimed.len()
    ));
    score.hold(what);
    assert!(claimed.is_empty(), "{what}: claims to know {claimed:#?}");
}

#[test]
fn stressed_texts_find_their_playbook() {
    texts(include_str!("fixtures/fix-texts.toml"), "symptom texts");
}

#[test]
fn texts_kept_apart_find_their_playbook() {
    let apart = include_str!("fixtures/fix-texts-apart.toml");
    texts(apart, "symptom texts kept apart");
}

#[test]
fn sets_of_evidence_find_their_playbook() {
    let file = include_str!("fixtures/fix-evidence.toml");
    let sets: Sets = toml::from_str(file).expect("the fixture is TOML");
    let mut score = Score::default();
    for set in sets.set {
        let question = Question {
            text: set.text,
            evidence: set.evidence,
            ..Question::default()
        };
        let answer = fix::answer(&question, diagnosis()).expect("the fixture is right");
        score.add(&answer, &set.accept, &format!("{:?}", question.evidence));
    }
    score.hold("sets of evidence");
}

#[test]
fn more_texts_find_their_playbook() {
    texts(
        include_str!("fixtures/fix-texts-more.toml"),
        "more symptom texts",
    );
}

#[test]
fn incidents_drawn_from_the_model_are_found() {
    // A report is what the tool is made for; the others are held to what they reach, so that a
    // change of the data which costs much is seen.
    let starts = [
        (fix::Start::Report, "a report", 78.0, 88.0),
        (fix::Start::OneSymptom, "one symptom", 68.0, 80.0),
        (fix::Start::Nothing, "nothing", 55.0, 70.0),
    ];
    for (start, known, first, three) in starts {
        let drawn = fix::drawn(diagnosis(), start, 1000, 7);
        let share = |count: usize| 100.0 * count as f64 / drawn.incidents as f64;
        let mean = |sum: f64| sum / drawn.incidents as f64;
        figure(&format!(
            "{} drawn incidents, {known} known at first: cause first {:.0} %, among three {:.0} %, \
             decided {:.0} %, with {:.1} checks of {:.1} min in all",
            drawn.incidents,
            share(drawn.first),
            share(drawn.three),
            share(drawn.decided),
            mean(drawn.checks as f64),
            mean(drawn.minutes)
        ));
        let kept = share(drawn.first) >= first && share(drawn.three) >= three;
        assert!(kept, "{known}: {drawn:?}");
    }
}
