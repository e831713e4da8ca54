//! What the decision tool is asked, and its fields as rules name them.

use serde::{Deserialize, Serialize};

use crate::error::FieldError;
use crate::input::{NUMBER_MAX, Pairs, Reader, Unit, Unknown, serialize_number, shown};

/// Most problems or patterns in one list.
pub const LIST_MAX: usize = 60;

/// What a reader may see after a write.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Consistency {
    /// Every read sees the last write.
    Strong,
    /// A client sees its own writes.
    ReadYourWrites,
    /// Nobody sees an effect before its cause.
    Causal,
    /// Copies agree once writes stop.
    Eventual,
}

/// What may be spent, in the eyes of who pays.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Budget {
    /// Every machine is argued about.
    Low,
    /// What is needed is bought.
    Medium,
    /// Time costs more than machines.
    High,
}

const CONSISTENCIES: [(&str, Consistency); 4] = [
    ("strong", Consistency::Strong),
    ("read-your-writes", Consistency::ReadYourWrites),
    ("causal", Consistency::Causal),
    ("eventual", Consistency::Eventual),
];
const BUDGETS: [(&str, Budget); 3] = [
    ("low", Budget::Low),
    ("medium", Budget::Medium),
    ("high", Budget::High),
];

/// Requirements and circumstances. Whatever is absent is not known, and decides nothing.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Question {
    /// Users.
    #[serde(
        serialize_with = "serialize_number",
        skip_serializing_if = "Option::is_none"
    )]
    pub users: Option<f64>,
    /// Data, gigabytes of 10⁹ bytes.
    #[serde(
        serialize_with = "serialize_number",
        skip_serializing_if = "Option::is_none"
    )]
    pub data_gb: Option<f64>,
    /// Reads per second at the peak.
    #[serde(
        serialize_with = "serialize_number",
        skip_serializing_if = "Option::is_none"
    )]
    pub read_rps: Option<f64>,
    /// Writes per second at the peak.
    #[serde(
        serialize_with = "serialize_number",
        skip_serializing_if = "Option::is_none"
    )]
    pub write_rps: Option<f64>,
    /// Time within which 99 of 100 answers must come, milliseconds.
    #[serde(
        serialize_with = "serialize_number",
        skip_serializing_if = "Option::is_none"
    )]
    pub p99_target_ms: Option<f64>,
    /// Share of time in which the system must answer, below 1.
    #[serde(
        serialize_with = "serialize_number",
        skip_serializing_if = "Option::is_none"
    )]
    pub availability_target: Option<f64>,
    /// What a reader may see after a write.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub consistency: Option<Consistency>,
    /// Regions in which it runs or must run.
    #[serde(
        serialize_with = "serialize_number",
        skip_serializing_if = "Option::is_none"
    )]
    pub regions: Option<f64>,
    /// Engineers who build and run it.
    #[serde(
        serialize_with = "serialize_number",
        skip_serializing_if = "Option::is_none"
    )]
    pub team_size: Option<f64>,
    /// What may be spent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub budget: Option<Budget>,
    /// What hurts or is wanted: ids of problems, playbooks or problem types.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub problems: Vec<String>,
    /// Patterns that are in place.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub existing: Vec<String>,
}

/// A field as rules name it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Field {
    Users,
    DataGb,
    ReadRps,
    WriteRps,
    P99TargetMs,
    AvailabilityTarget,
    Consistency,
    Regions,
    TeamSize,
    Budget,
    Problems,
    Existing,
    /// Derived: reads for each write.
    ReadsPerWrite,
}

impl Field {
    /// Every field, asked ones first.
    pub(crate) const ALL: [Field; 13] = [
        Field::Users,
        Field::DataGb,
        Field::ReadRps,
        Field::WriteRps,
        Field::P99TargetMs,
        Field::AvailabilityTarget,
        Field::Consistency,
        Field::Regions,
        Field::TeamSize,
        Field::Budget,
        Field::Problems,
        Field::Existing,
        Field::ReadsPerWrite,
    ];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Field::Users => "users",
            Field::DataGb => "data_gb",
            Field::ReadRps => "read_rps",
            Field::WriteRps => "write_rps",
            Field::P99TargetMs => "p99_target_ms",
            Field::AvailabilityTarget => "availability_target",
            Field::Consistency => "consistency",
            Field::Regions => "regions",
            Field::TeamSize => "team_size",
            Field::Budget => "budget",
            Field::Problems => "problems",
            Field::Existing => "existing",
            Field::ReadsPerWrite => "reads_per_write",
        }
    }

    pub(crate) fn from_name(name: &str) -> Option<Field> {
        Field::ALL.into_iter().find(|field| field.name() == name)
    }

    pub(crate) fn choices(self) -> Option<Vec<&'static str>> {
        match self {
            Field::Consistency => Some(CONSISTENCIES.iter().map(|(name, _)| *name).collect()),
            Field::Budget => Some(BUDGETS.iter().map(|(name, _)| *name).collect()),
            _ => None,
        }
    }

    /// A number just below `bound` that the field can have.
    pub(crate) fn below(self, bound: f64) -> f64 {
        match self {
            Field::Regions | Field::TeamSize => (libm::ceil(bound) - 1.0).max(1.0),
            Field::AvailabilityTarget => bound - (1.0 - bound),
            _ => bound / 2.0,
        }
    }
}

impl Question {
    /// Names of the fields, in the order of the form.
    pub const FIELDS: [&'static str; 12] = [
        "users",
        "data_gb",
        "read_rps",
        "write_rps",
        "p99_target_ms",
        "availability_target",
        "consistency",
        "regions",
        "team_size",
        "budget",
        "problems",
        "existing",
    ];

    /// The question whose answer the page shows before anything is typed.
    pub fn example() -> Question {
        Question {
            users: Some(2_000_000.0),
            data_gb: Some(800.0),
            read_rps: Some(6000.0),
            write_rps: Some(400.0),
            p99_target_ms: Some(250.0),
            consistency: Some(Consistency::ReadYourWrites),
            regions: Some(1.0),
            team_size: Some(12.0),
            problems: vec!["database-overwhelmed".to_owned()],
            existing: vec!["pattern:load-balancing".to_owned()],
            ..Question::default()
        }
    }

    /// Reads fields as a form or a command line holds them. All mistakes are in the error; whether
    /// problems and patterns exist is told by [`answer`](super::answer).
    pub fn from_pairs(pairs: &Pairs, unknown: Unknown) -> Result<Question, Vec<FieldError>> {
        let (question, errors) = Question::read(pairs, unknown);
        if errors.is_empty() {
            Ok(question)
        } else {
            Err(errors)
        }
    }

    /// What could be read, and what could not.
    pub(crate) fn read(pairs: &Pairs, unknown: Unknown) -> (Question, Vec<FieldError>) {
        let mut reader = Reader::new(pairs);
        let question = Question {
            users: reader.number("users", Unit::Count),
            data_gb: reader.number("data_gb", Unit::Gigabytes),
            read_rps: reader.number("read_rps", Unit::PerSecond),
            write_rps: reader.number("write_rps", Unit::PerSecond),
            p99_target_ms: reader.number("p99_target_ms", Unit::Milliseconds),
            availability_target: reader.number("availability_target", Unit::Share),
            consistency: reader.choice("consistency", &CONSISTENCIES),
            regions: reader.number("regions", Unit::Count),
            team_size: reader.number("team_size", Unit::Count),
            budget: reader.choice("budget", &BUDGETS),
            problems: reader.texts("problems"),
            existing: reader.texts("existing"),
        };
        let more = question.faults();
        reader.errors.extend(more);
        let errors = reader.finish(unknown).err().unwrap_or_default();
        (question, errors)
    }

    /// The question as names and texts, which [`from_pairs`](Question::from_pairs) reads back.
    pub fn to_pairs(&self) -> Vec<(String, String)> {
        let mut pairs = Vec::new();
        for field in Field::ALL {
            let text = match field {
                Field::Problems | Field::Existing | Field::ReadsPerWrite => None,
                Field::Consistency | Field::Budget => self.choice(field).map(str::to_owned),
                // A bare number above 1 would be read as a percentage.
                _ => self.number(field).map(|value| value.to_string()),
            };
            pairs.extend(text.map(|text| (field.name().to_owned(), text)));
        }
        let lists = [("problems", &self.problems), ("existing", &self.existing)];
        for (name, list) in lists {
            pairs.extend(list.iter().map(|id| (name.to_owned(), id.clone())));
        }
        pairs
    }

    /// Values out of range, whoever made the question.
    pub(crate) fn faults(&self) -> Vec<FieldError> {
        let mut faults = Vec::new();
        let mut fault = |field: &str, value: String, message: &str, fix: &str| {
            faults.push(FieldError::new(field, value, message, fix));
        };
        for field in Field::ALL {
            let Some(value) = self.number(field) else {
                continue;
            };
            let (least, most, whole, fix) = match field {
                Field::AvailabilityTarget => (
                    0.0,
                    1.0,
                    false,
                    "write 99.9 % or 0.999; 100 % is no target, since nothing reaches it",
                ),
                Field::P99TargetMs => {
                    (0.0, NUMBER_MAX, false, "write a time above 0, as in 250 ms")
                }
                Field::Regions | Field::TeamSize => {
                    (1.0, NUMBER_MAX, true, "write a whole number from 1")
                }
                _ => (0.0, NUMBER_MAX, false, "write 0 or more"),
            };
            let open = match field {
                Field::AvailabilityTarget => value <= 0.0 || value >= 1.0,
                Field::P99TargetMs => value <= 0.0,
                _ => false,
            };
            let outside = !(least..=most).contains(&value) || open;
            if outside || (whole && value.fract() != 0.0) {
                fault(field.name(), shown(value), "it is out of range", fix);
            }
        }
        for (name, list) in [("problems", &self.problems), ("existing", &self.existing)] {
            if list.len() > LIST_MAX {
                let message = format!("more than {LIST_MAX} are named");
                fault(name, list.len().to_string(), &message, "leave some out");
            }
        }
        faults
    }

    pub(crate) fn number(&self, field: Field) -> Option<f64> {
        match field {
            Field::Users => self.users,
            Field::DataGb => self.data_gb,
            Field::ReadRps => self.read_rps,
            Field::WriteRps => self.write_rps,
            Field::P99TargetMs => self.p99_target_ms,
            Field::AvailabilityTarget => self.availability_target,
            Field::Regions => self.regions,
            Field::TeamSize => self.team_size,
            _ => None,
        }
    }

    pub(crate) fn set_number(&mut self, field: Field, value: Option<f64>) {
        match field {
            Field::Users => self.users = value,
            Field::DataGb => self.data_gb = value,
            Field::ReadRps => self.read_rps = value,
            Field::WriteRps => self.write_rps = value,
            Field::P99TargetMs => self.p99_target_ms = value,
            Field::AvailabilityTarget => self.availability_target = value,
            Field::Regions => self.regions = value,
            Field::TeamSize => self.team_size = value,
            Field::ReadsPerWrite => {
                // A ratio is not asked for; its two rates are.
                let writes = *self.write_rps.get_or_insert(100.0);
                self.read_rps = value.map(|ratio| writes * ratio);
            }
            _ => {}
        }
    }

    pub(crate) fn choice(&self, field: Field) -> Option<&'static str> {
        match field {
            Field::Consistency => CONSISTENCIES
                .iter()
                .find(|(_, value)| Some(*value) == self.consistency)
                .map(|(name, _)| *name),
            Field::Budget => BUDGETS
                .iter()
                .find(|(_, value)| Some(*value) == self.budget)
                .map(|(name, _)| *name),
            _ => None,
        }
    }

    pub(crate) fn set_choice(&mut self, field: Field, id: &str) {
        let consistency = CONSISTENCIES.iter().find(|(name, _)| *name == id);
        let budget = BUDGETS.iter().find(|(name, _)| *name == id);
        match field {
            Field::Consistency => self.consistency = consistency.map(|(_, value)| *value),
            Field::Budget => self.budget = budget.map(|(_, value)| *value),
            _ => {}
        }
    }

    pub(crate) fn push(&mut self, field: Field, id: &str) {
        match field {
            Field::Problems => self.problems.push(id.to_owned()),
            Field::Existing => self.existing.push(id.to_owned()),
            _ => {}
        }
    }

    pub(crate) fn is_known(&self, field: Field) -> bool {
        match field {
            Field::Problems => !self.problems.is_empty(),
            Field::Existing => !self.existing.is_empty(),
            Field::ReadsPerWrite => self.reads_per_write().is_some(),
            _ => self.number(field).is_some() || self.choice(field).is_some(),
        }
    }

    /// Reads for each write; unknown without both or without writes.
    pub(crate) fn reads_per_write(&self) -> Option<f64> {
        match (self.read_rps, self.write_rps) {
            (Some(reads), Some(writes)) if writes > 0.0 => Some(reads / writes),
            _ => None,
        }
    }
}

/// The answers as conditions see them: lists resolved to ids.
#[derive(Clone, Debug)]
pub(crate) struct Known<'q> {
    pub(crate) question: &'q Question,
    /// Ids of problems.
    pub(crate) problems: Vec<String>,
    /// Slugs of patterns in place.
    pub(crate) existing: Vec<String>,
}

impl Known<'_> {
    pub(crate) fn number(&self, field: Field) -> Option<f64> {
        match field {
            Field::ReadsPerWrite => self.question.reads_per_write(),
            _ => self.question.number(field),
        }
    }

    pub(crate) fn choice(&self, field: Field) -> Option<&'static str> {
        self.question.choice(field)
    }

    pub(crate) fn list(&self, field: Field) -> Option<&[String]> {
        match field {
            Field::Problems => Some(&self.problems),
            Field::Existing => Some(&self.existing),
            _ => None,
        }
    }
}
