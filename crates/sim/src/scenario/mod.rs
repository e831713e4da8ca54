//! Scenarios: a system, its load, what goes wrong, what is claimed, as text.

mod build;
mod diagnostic;
mod fields;
mod load;
mod policies;
mod reference;
mod schema;
mod tree;
mod units;

use crate::claim::Claim;
use crate::expression::Names;
use crate::run::{Plan, Run, Window};
use crate::study::{Job, Study};
use crate::system::System;
use build::Builder;
pub use build::{
    COMPONENTS_MAX, DEPTH_MAX, NAME_MAX, REPLICAS_MAX, RING_POINTS_MAX, USERS_MAX, VISITS_MAX,
};
pub use diagnostic::Diagnostic;
pub(crate) use diagnostic::{Diagnostics, nearest};
use fields::Fields;
use kernel::Looks;
pub use reference::{KeyReference, TableReference, reference, schema};
use schema::SCENARIO;
use std::ops::Range;
use std::sync::Arc;
use tree::{Table, Value};
pub(crate) use units::time_unit_ns;

/// Largest text: real scenarios have two thousand bytes.
pub const TEXT_MAX: usize = 256 * 1024;
/// Most variants: a comparison of more is not read by anybody.
pub const VARIANTS_MAX: usize = 16;
/// Most windows.
pub const WINDOWS_MAX: usize = 16;
/// Most claims.
pub const CLAIMS_MAX: usize = 100;
/// Most visits to services expected in one run without retries: about ten seconds of compute.
pub const HOPS_MAX: f64 = 50e6;
/// Most visits expected over all variants and replications: about ten minutes of compute.
pub const HOPS_TOTAL_MAX: f64 = 3e9;
/// Most memory, in bytes, that the outcomes of all variants and replications may take together: a
/// study holds them until it has decided, and a browser has not much more.
pub const OUTCOMES_BYTES_MAX: f64 = 1e9;

/// What kind of figures a scenario gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Analysis {
    /// Long-run figures, after a warm-up; refused where there is no steady state.
    Steady,
    /// What happens when, from the start.
    Transient,
}

/// One of the systems that a scenario compares.
#[derive(Clone, Debug, PartialEq)]
pub struct Variant {
    /// Its name; `base` when the scenario has no variants.
    pub name: String,
    /// Its components.
    pub system: Arc<System>,
    /// What a reader must know: overload, for example.
    pub notes: Vec<String>,
}

/// A scenario, read and checked.
///
/// ```
/// let text = r#"
///     schema = 1
///     title = "A server that is four fifths busy"
///     analysis = "steady"
///     duration = "2000 s"
///     warmup = "100 s"
///     [clients.users]
///     rate = "8/s"
///     calls = "shop"
///     [services.shop]
///     service_time = "mean = 100 ms"
/// "#;
/// let scenario = sim::Scenario::parse(text, "shop.toml").unwrap();
/// let mut study = scenario.study();
/// while let Some(job) = study.next_job() {
///     let outcome = scenario.run(job).to_end();
///     study.accept(job, outcome);
/// }
/// let results = study.results();
/// // Theory: 1 / (10/s - 8/s) = 500 ms.
/// let mean = results.quote("mean").unwrap();
/// assert!(mean.low < 0.5 && 0.5 < mean.high);
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Scenario {
    /// One line.
    pub title: String,
    /// One paragraph.
    pub question: String,
    /// What kind of figures it gives.
    pub analysis: Analysis,
    /// When and how long to measure.
    pub plan: Arc<Plan>,
    /// Seed of all draws.
    pub seed: u64,
    /// Replications and looks.
    pub looks: Looks,
    /// The systems compared, at least one.
    pub variants: Vec<Variant>,
    /// What is claimed.
    pub claims: Vec<Claim>,
}

impl Scenario {
    /// Reads a scenario.
    ///
    /// # Errors
    ///
    /// All mistakes that were found, in the order of the text; never a panic.
    pub fn parse(text: &str, file: &str) -> Result<Scenario, Vec<Diagnostic>> {
        let mut found = Diagnostics::new();
        if text.len() > TEXT_MAX {
            let message = format!("{} bytes of text; at most {TEXT_MAX} are read", text.len());
            found.add(&(0..0), message, None);
            return Err(found.finish(file, ""));
        }
        let root = tree::read(text, &mut found);
        let scenario = read(&root, &mut found);
        match scenario {
            Some(scenario) if found.is_empty() => Ok(scenario),
            _ => Err(found.finish(file, text)),
        }
    }

    /// A replication of a variant, ready to run.
    pub fn run(&self, job: Job) -> Run {
        let system = Arc::clone(&self.variants[job.variant].system);
        Run::new(system, Arc::clone(&self.plan), self.seed, job.replication)
    }

    /// A study of this scenario: hands out jobs, takes outcomes, decides the claims.
    pub fn study(&self) -> Study {
        Study::new(self)
    }

    /// This scenario with every variant made equal to one of them, under its own name: a claim
    /// between variants that still holds says nothing.
    pub fn with_equal_variants(&self, variant: usize) -> Scenario {
        let mut equal = self.clone();
        let system = Arc::clone(&self.variants[variant].system);
        equal
            .variants
            .iter_mut()
            .for_each(|v| v.system = Arc::clone(&system));
        equal
    }
}

fn read(root: &Table, found: &mut Diagnostics) -> Option<Scenario> {
    let fields = Fields::read(&SCENARIO, root, &(0..0), found);
    let duration_ns = fields.whole("duration").unwrap_or(1_000_000_000);
    if duration_ns == 0 {
        found.add(
            &fields.span_of("duration"),
            "the duration is zero".into(),
            None,
        );
        return None;
    }
    let warmup_ns = fields.whole("warmup").unwrap_or(0);
    if warmup_ns >= duration_ns {
        let message = "the warm-up is not shorter than the run".to_string();
        found.add(&fields.span_of("warmup"), message, None);
    }
    let windows = windows(&fields, duration_ns, found);
    let plan = Plan {
        duration_ns,
        warmup_ns,
        windows,
        bins: fields.whole("series_points").unwrap_or(1) as u32,
    };
    let looks = Looks {
        first: fields.whole("first_look").unwrap_or(8),
        looks: fields.whole("looks").unwrap_or(1) as u32,
        error: 0.01,
    };
    let analysis = match fields.text("analysis") {
        Some("steady") => Analysis::Steady,
        _ => Analysis::Transient,
    };
    let variants = variants(root, &fields, duration_ns, found);
    let mut scenario = Scenario {
        title: fields.text("title").unwrap_or("").to_string(),
        question: one_line(fields.text("question").unwrap_or("")),
        analysis,
        plan: Arc::new(plan),
        seed: fields.whole("seed").unwrap_or(1),
        looks,
        variants,
        claims: Vec::new(),
    };
    if found.is_empty() {
        load::check_load(&mut scenario, &fields, found);
    }
    scenario.claims = claims(&scenario, &fields, found);
    Some(scenario)
}

/// A paragraph of text as one line.
fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn windows(fields: &Fields, duration_ns: u64, found: &mut Diagnostics) -> Vec<Window> {
    let Some(schema::Kind::Map(spec)) = SCENARIO.key("windows").map(|key| key.kind) else {
        return Vec::new();
    };
    let mut windows = Vec::new();
    for (name, node) in fields.table("windows").iter().take(WINDOWS_MAX + 1) {
        build::check_name(name, found);
        let Value::Table(table) = &node.value else {
            found.add(&node.span, format!("`{}` must be a table", name.text), None);
            continue;
        };
        let window = Fields::read(spec, table, &name.span, found);
        let (Some(from_ns), Some(to_ns)) = (window.whole("from"), window.whole("to")) else {
            continue;
        };
        if from_ns >= to_ns || to_ns > duration_ns {
            let message = format!(
                "window `{}` must end after it starts and within the run",
                name.text
            );
            found.add(&window.span_of("to"), message, None);
        }
        windows.push(Window {
            name: name.text.clone(),
            from_ns,
            to_ns,
        });
    }
    if windows.len() > WINDOWS_MAX {
        let message = format!("more than {WINDOWS_MAX} windows");
        found.add(&fields.span_of("windows"), message, None);
    }
    windows
}

/// Keys that a variant may change.
const CHANGEABLE: [&str; 4] = ["clients", "services", "links", "faults"];

fn variants(
    root: &Table,
    fields: &Fields,
    duration_ns: u64,
    found: &mut Diagnostics,
) -> Vec<Variant> {
    let mut builder = Builder { found, duration_ns };
    let named = fields.table("variants");
    if named.is_empty() {
        let system = Arc::new(builder.build(root));
        return vec![Variant {
            name: "base".into(),
            system,
            notes: Vec::new(),
        }];
    }
    let mut variants = Vec::new();
    for (name, node) in named.iter().take(VARIANTS_MAX) {
        build::check_name(name, builder.found);
        let Value::Table(changes) = &node.value else {
            builder
                .found
                .add(&node.span, format!("`{}` must be a table", name.text), None);
            continue;
        };
        for (key, _) in changes
            .iter()
            .filter(|(key, _)| !CHANGEABLE.contains(&key.text.as_str()))
        {
            let hint = nearest(&key.text, CHANGEABLE.into_iter()).map_or_else(
                || format!("a variant changes {}", CHANGEABLE.join(", ")),
                |near| format!("did you mean `{near}`?"),
            );
            let message = format!("a variant cannot change `{}`", key.text);
            builder.found.add(&key.span, message, Some(hint));
        }
        let merged = tree::overlay(root, changes);
        let system = Arc::new(builder.build(&merged));
        variants.push(Variant {
            name: name.text.clone(),
            system,
            notes: Vec::new(),
        });
    }
    if named.len() > VARIANTS_MAX {
        found.add(
            &named[VARIANTS_MAX].0.span,
            format!("more than {VARIANTS_MAX} variants"),
            None,
        );
    }
    variants
}

fn claims(scenario: &Scenario, fields: &Fields, found: &mut Diagnostics) -> Vec<Claim> {
    let Some(schema::Kind::List(spec)) = SCENARIO.key("claims").map(|key| key.kind) else {
        return Vec::new();
    };
    let names = Names {
        variants: &scenario.variants,
        windows: &scenario.plan.windows,
        bare: scenario.variants.len() == 1,
    };
    let mut claims = Vec::new();
    for node in fields.list("claims").iter().take(CLAIMS_MAX) {
        let Value::Table(table) = &node.value else {
            let hint = Some("write [[claims]] and `that = \"…\"`".to_string());
            found.add(&node.span, "a claim is a table".into(), hint);
            continue;
        };
        let claim = Fields::read(spec, table, &node.span, found);
        let Some(that) = claim.text("that") else {
            continue;
        };
        let span = claim.span_of("that");
        match Claim::parse(that, &names) {
            Ok(mut parsed) => {
                parsed.because = claim.text("because").map(one_line);
                parsed.source = claim.text("source").map(str::to_string);
                claims.push(parsed);
            }
            Err(error) => {
                // Within the quotes of a one-line text, the place is exact.
                let at: Range<usize> = span.start + 1 + error.at..span.end;
                found.add(&at, error.message, error.hint);
            }
        }
    }
    if fields.list("claims").len() > CLAIMS_MAX {
        found.add(
            &fields.span_of("claims"),
            format!("more than {CLAIMS_MAX} claims"),
            None,
        );
    }
    claims
}
