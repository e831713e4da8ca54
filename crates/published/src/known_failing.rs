//! Targets that do not pass, with what was found; a change in either direction is a surprise.

use crate::problem::{Problem, Text};
use crate::report::{Status, TargetReport};
use crate::sheet::{Sheet, table};
use toml::de::DeTable;

/// One target that is known not to pass.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownFailing {
    /// The target.
    pub id: String,
    /// What came out.
    pub measured: String,
    /// What was found about it.
    pub found: String,
}

/// A target whose status is not the recorded one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Surprise {
    /// It fails and is not recorded.
    Fails(String),
    /// It is recorded and passes.
    Passes(String),
    /// It is recorded and not there.
    Unknown(String),
}

impl std::fmt::Display for Surprise {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Surprise::Fails(id) => write!(f, "{id} fails"),
            Surprise::Passes(id) => write!(f, "{id} passes and is recorded as failing"),
            Surprise::Unknown(id) => write!(f, "{id} is recorded as failing and is not there"),
        }
    }
}

/// Most entries: a longer list is no list of exceptions.
const ENTRIES_MAX: usize = 200;

impl KnownFailing {
    /// Reads `[[failing]]` entries with `id`, `measured` and `found`.
    pub fn parse(text: &str, file: &str) -> Result<Vec<KnownFailing>, Vec<Problem>> {
        let source = Text { file, text };
        let root = DeTable::parse(text).map_err(|error| {
            let at = error.span().map_or(0, |span| span.start);
            vec![source.problem(at, error.message().replace('\n', ", "), "it must be TOML")]
        })?;
        let mut sheet = Sheet::new(source);
        sheet.known(root.get_ref(), &["failing"], "the file");
        let mut found = Vec::new();
        for item in sheet.tables(root.get_ref(), "failing", ENTRIES_MAX) {
            let Some(entry) = table(item) else { continue };
            sheet.known(entry, &["id", "measured", "found"], "an entry");
            let one = KnownFailing {
                id: sheet.text(entry, "id"),
                measured: sheet.text(entry, "measured"),
                found: sheet.text(entry, "found"),
            };
            if one.id.is_empty() || one.measured.is_empty() || one.found.is_empty() {
                let message = "an entry needs id, measured and found";
                sheet.fault(item.span().start, message, "say what came out and why");
            }
            found.push(one);
        }
        if sheet.problems.is_empty() {
            Ok(found)
        } else {
            Err(sheet.problems)
        }
    }

    /// Where reports and record differ. With `whole`, the reports are of everything, so an entry
    /// without a report is one too.
    pub fn surprises(
        known: &[KnownFailing],
        reports: &[TargetReport],
        whole: bool,
    ) -> Vec<Surprise> {
        let recorded = |id: &str| known.iter().any(|one| one.id == id);
        let mut found = Vec::new();
        for report in reports {
            match (report.status == Status::Failing, recorded(&report.id)) {
                (true, false) => found.push(Surprise::Fails(report.id.clone())),
                (false, true) => found.push(Surprise::Passes(report.id.clone())),
                _ => {}
            }
        }
        if whole {
            let there = |id: &str| reports.iter().any(|report| report.id == id);
            let absent = known.iter().filter(|one| !there(&one.id));
            found.extend(absent.map(|one| Surprise::Unknown(one.id.clone())));
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(id: &str, status: Status) -> TargetReport {
        TargetReport {
            id: id.to_owned(),
            status,
            checks: Vec::new(),
        }
    }

    #[test]
    fn a_change_in_either_direction_is_told() {
        let text = "[[failing]]\nid = \"a\"\nmeasured = \"2\"\nfound = \"why\"\n\
                    [[failing]]\nid = \"c\"\nmeasured = \"2\"\nfound = \"why\"\n";
        let known = KnownFailing::parse(text, "known.toml").unwrap();
        let reports = [report("a", Status::Ok), report("b", Status::Failing)];
        let surprises = KnownFailing::surprises(&known, &reports, true);
        let told: Vec<String> = surprises.iter().map(ToString::to_string).collect();
        assert_eq!(
            told,
            [
                "a passes and is recorded as failing",
                "b fails",
                "c is recorded as failing and is not there"
            ]
        );
        let as_recorded = [report("a", Status::Failing), report("b", Status::Ok)];
        assert!(KnownFailing::surprises(&known, &as_recorded, false).is_empty());
    }

    #[test]
    fn an_entry_says_what_was_found() {
        let problems =
            KnownFailing::parse("\n[[failing]]\nid = \"a\"\n", "known.toml").unwrap_err();
        assert_eq!(
            problems[0].to_string(),
            "known.toml:2:1: an entry needs id, measured and found; say what came out and why"
        );
    }
}
