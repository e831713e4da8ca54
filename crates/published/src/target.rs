//! Published results as data: what was measured or derived, where it was printed, and how near a
//! model must come.

use crate::parameter::{Parameter, Parameters};
use crate::problem::{Problem, Text};
use crate::sheet::{Sheet, table};
use toml::de::DeTable;

/// Largest file that is read: the public set has a tenth of a megabyte.
pub const FILE_BYTES_MAX: usize = 4 << 20;
/// Most targets of a file.
pub const TARGETS_MAX: usize = 2_000;
/// Most checks of a target: the longest public table has fifty.
pub const CHECKS_MAX: usize = 2_000;
/// The version of the form that is read.
pub const SCHEMA_VERSION: i64 = 1;

/// Targets of one file, with remarks about what was not understood and not needed.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TargetSet {
    /// Targets in the order of the file.
    pub targets: Vec<Target>,
    /// Names that nothing reads; they change no verdict.
    pub remarks: Vec<Problem>,
}

/// One published result.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Target {
    /// Permanent name.
    pub id: String,
    /// What it says.
    pub title: String,
    /// Who published it.
    pub authors: String,
    /// When; 0 if not stated.
    pub year: i64,
    /// Where to read it.
    pub url: String,
    /// The place in the source.
    pub place: String,
    /// `simulation`, `closed_form` or `shape`.
    pub kind: String,
    /// Field, such as `queueing`.
    pub domain: String,
    /// The model in words.
    pub model: String,
    /// How sure it is that the source says so.
    pub confidence: String,
    /// What to know before comparing.
    pub notes: String,
    /// Parameters that all checks share.
    pub params: Parameters,
    /// What must come out.
    pub checks: Vec<Check>,
}

impl Target {
    /// Whether the source's text was read, or the value is a standard result that was computed
    /// again. Other targets are cross-checks: nobody has looked their figures up.
    pub fn is_published(&self) -> bool {
        self.confidence.starts_with("verified-") || self.confidence == "closed-form"
    }
}

/// One value that a model must come near to.
#[derive(Clone, Debug, PartialEq)]
pub struct Check {
    /// Name of the quantity.
    pub quantity: String,
    /// Selectors, which override the target's parameters.
    pub at: Parameters,
    /// What was published.
    pub expected: Vec<f64>,
    /// Whether it is printed as a list.
    pub is_list: bool,
    /// How near is near enough.
    pub relation: Relation,
    /// A remark.
    pub note: String,
}

/// When a value passes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Relation {
    /// Within a share of the published value, or within an amount of it.
    Near {
        /// Share of the published value.
        rel: Option<f64>,
        /// Amount.
        abs: Option<f64>,
    },
    /// At least the published value, less the slack.
    AtLeast {
        /// Slack.
        abs: f64,
    },
    /// At most the published value, and the slack.
    AtMost {
        /// Slack.
        abs: f64,
    },
    /// Between two values.
    Between {
        /// Lower one.
        low: f64,
        /// Upper one.
        high: f64,
    },
    /// Not asserted.
    Information,
}

/// As a person writes it: `within 2 %`, `at least, less 0.01`.
impl std::fmt::Display for Relation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let number = crate::store::significant;
        match *self {
            Relation::Near { rel, abs } => match (rel, abs) {
                (Some(rel), Some(abs)) => {
                    write!(f, "± {} % or ± {}", number(rel * 100.0), number(abs))
                }
                (Some(rel), None) => write!(f, "± {} %", number(rel * 100.0)),
                (None, Some(abs)) if abs > 0.0 => write!(f, "± {}", number(abs)),
                _ => f.write_str("exact"),
            },
            Relation::AtLeast { abs: 0.0 } => f.write_str("at least"),
            Relation::AtLeast { abs } => write!(f, "at least − {}", number(abs)),
            Relation::AtMost { abs: 0.0 } => f.write_str("at most"),
            Relation::AtMost { abs } => write!(f, "at most + {}", number(abs)),
            Relation::Between { low, high } => {
                write!(f, "{} to {}", number(low), number(high))
            }
            Relation::Information => f.write_str("not asserted"),
        }
    }
}

impl Relation {
    /// Whether `value` passes against `expected`; not a number never does. Two numbers that differ
    /// by the rounding of a computation alone count as equal.
    pub fn holds(&self, value: f64, expected: f64) -> bool {
        /// A thousand last bits of a double.
        const ROUNDING: f64 = 2e-13;
        match *self {
            Relation::Near { rel, abs } => {
                let off = (value - expected).abs();
                let within = |limit: Option<f64>| limit.is_some_and(|limit| off <= limit);
                off <= ROUNDING * expected.abs()
                    || within(rel.map(|rel| rel * expected.abs()))
                    || within(abs)
            }
            Relation::AtLeast { abs } => value >= expected - abs,
            Relation::AtMost { abs } => value <= expected + abs,
            Relation::Between { low, high } => (low..=high).contains(&value),
            Relation::Information => true,
        }
    }
}

impl TargetSet {
    /// Reads the text of a file named `file`; all faults, each with its place.
    pub fn parse(text: &str, file: &str) -> Result<TargetSet, Vec<Problem>> {
        let source = Text { file, text };
        if text.len() > FILE_BYTES_MAX {
            let message = format!("the file is larger than {FILE_BYTES_MAX} bytes");
            return Err(vec![source.problem(0, message, "split it")]);
        }
        let root = DeTable::parse(text).map_err(|error| {
            let at = error.span().map_or(0, |span| span.start);
            let message = error.message().replace('\n', ", ");
            vec![source.problem(at, message, "it must be TOML")]
        })?;
        let mut sheet = Sheet::new(source);
        let set = read(&mut sheet, root.get_ref());
        if sheet.problems.is_empty() {
            Ok(TargetSet {
                targets: set,
                remarks: sheet.remarks,
            })
        } else {
            Err(sheet.problems)
        }
    }
}

fn read(sheet: &mut Sheet<'_>, root: &DeTable<'_>) -> Vec<Target> {
    sheet.known(root, &["schema_version", "set", "target"], "the file");
    match sheet.whole(root, "schema_version") {
        Some(SCHEMA_VERSION) => {}
        Some(other) => {
            let hint = format!("this program reads version {SCHEMA_VERSION}");
            sheet.fault_at_key(root, "schema_version", format!("version {other}"), hint);
        }
        None if root.get("schema_version").is_none() => {
            let hint = format!("write schema_version = {SCHEMA_VERSION}");
            sheet.fault(0, "schema_version is missing", hint);
        }
        None => {}
    }
    let targets = sheet.tables(root, "target", TARGETS_MAX);
    let mut found: Vec<Target> = Vec::with_capacity(targets.len());
    for item in targets {
        let Some(entry) = table(item) else { continue };
        let target = read_target(sheet, entry, item.span().start);
        if found.iter().any(|other| other.id == target.id) {
            let message = format!("there are two targets \"{}\"", target.id);
            sheet.fault_at_key(entry, "id", message, "give each its own id");
        }
        found.push(target);
    }
    found
}

const TARGET_KEYS: [&str; 17] = [
    "id",
    "title",
    "authors",
    "year",
    "url",
    "where",
    "kind",
    "domain",
    "features",
    "model",
    "confidence",
    "evidence",
    "checked_here",
    "notes",
    "params",
    "checks",
    "set",
];

fn read_target(sheet: &mut Sheet<'_>, entry: &DeTable<'_>, offset: usize) -> Target {
    sheet.known(entry, &TARGET_KEYS, "a target");
    let id = sheet.text(entry, "id");
    if id.is_empty() && entry.get("id").is_none() {
        sheet.fault(offset, "a target has no id", "write id = \"short-name\"");
    }
    let checks = sheet.tables(entry, "checks", CHECKS_MAX);
    if checks.is_empty() && !entry.contains_key("checks") {
        let message = format!("the target \"{id}\" has no checks");
        sheet.fault(
            offset,
            message,
            "write checks = [{ q = \"name\", value = 1.0, rel = 0.01 }]",
        );
    }
    Target {
        title: sheet.text(entry, "title"),
        authors: sheet.text(entry, "authors"),
        year: sheet.whole(entry, "year").unwrap_or(0),
        url: sheet.text(entry, "url"),
        place: sheet.text(entry, "where"),
        kind: sheet.text(entry, "kind"),
        domain: sheet.text(entry, "domain"),
        model: sheet.text(entry, "model"),
        confidence: sheet.text(entry, "confidence"),
        notes: sheet.text(entry, "notes"),
        params: sheet.parameters(entry, "params"),
        checks: checks
            .iter()
            .filter_map(|item| read_check(sheet, table(item)?, item.span().start))
            .collect(),
        id,
    }
}

const CHECK_KEYS: [&str; 9] = ["q", "at", "value", "rel", "abs", "op", "lo", "hi", "note"];

fn read_check(sheet: &mut Sheet<'_>, entry: &DeTable<'_>, offset: usize) -> Option<Check> {
    sheet.known(entry, &CHECK_KEYS, "a check");
    let quantity = sheet.text(entry, "q");
    if quantity.is_empty() {
        sheet.fault(offset, "a check has no quantity", "write q = \"name\"");
    }
    let at = sheet.parameters(entry, "at");
    let value = sheet.parameter(entry, "value");
    let relation = read_relation(sheet, entry, value.as_ref(), offset)?;
    let expected = match (&value, &relation) {
        (Some(Parameter::List(list)), _) => list.iter().map(Parameter::number).collect(),
        (Some(single), _) => single.number().map(|number| vec![number]),
        (None, Relation::Between { low, high }) => Some(vec![(low + high) / 2.0]),
        (None, _) => {
            let hint = "write value = 1.0";
            sheet.fault(
                offset,
                format!("the check of {quantity} has no value"),
                hint,
            );
            return None;
        }
    };
    let Some(expected) = expected else {
        let message = format!("the value of {quantity} is not a number or a list of numbers");
        sheet.fault_at_key(entry, "value", message, "write value = 1.0 or [1.0, 2.0]");
        return None;
    };
    let bounds = matches!(relation, Relation::Between { .. });
    Some(Check {
        is_list: matches!(value, Some(Parameter::List(_))) && !bounds,
        expected: if bounds {
            expected.into_iter().take(1).collect()
        } else {
            expected
        },
        quantity,
        at,
        relation,
        note: sheet.text(entry, "note"),
    })
}

/// A bound's two ends are `lo` and `hi`, or the two elements of `value`.
fn read_relation(
    sheet: &mut Sheet<'_>,
    entry: &DeTable<'_>,
    value: Option<&Parameter>,
    offset: usize,
) -> Option<Relation> {
    let rel = sheet.slack(entry, "rel");
    let abs = sheet.slack(entry, "abs");
    let ends = (sheet.number(entry, "lo"), sheet.number(entry, "hi"));
    let operation = sheet.text(entry, "op");
    Some(match operation.as_str() {
        "" | "eq" => Relation::Near { rel, abs },
        "ge" => Relation::AtLeast {
            abs: abs.unwrap_or(0.0),
        },
        "le" => Relation::AtMost {
            abs: abs.unwrap_or(0.0),
        },
        "info" => Relation::Information,
        "between" => {
            let listed = match value {
                Some(Parameter::List(list)) if list.len() == 2 => {
                    (list[0].number(), list[1].number())
                }
                _ => (None, None),
            };
            let (Some(low), Some(high)) = (ends.0.or(listed.0), ends.1.or(listed.1)) else {
                let hint = "write lo = 1.0, hi = 2.0";
                sheet.fault(offset, "op = \"between\" needs two bounds", hint);
                return None;
            };
            Relation::Between { low, high }
        }
        other => {
            let message = format!("there is no relation \"{other}\"");
            let hint = "op is ge, le, between or info, or left out";
            sheet.fault_at_key(entry, "op", message, hint);
            return None;
        }
    })
}
