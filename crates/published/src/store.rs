//! Where targets and results stand in the content, and how results are written.

use crate::known_failing::KnownFailing;
use crate::problem::Problem;
use crate::report::{Numbers, Status, TargetReport};
use crate::target::TargetSet;
use serde::Deserialize;
use std::collections::BTreeMap;

/// The folder of the content.
const FOLDER: &str = "published/";
/// Targets that do not pass.
pub const KNOWN_FAILING_FILE: &str = "published/known-failing.toml";
/// What the models gave for the targets of the content.
pub const RESULTS_FILE: &str = "published/results.json";

/// The files of targets among those of a content folder, in order of name.
fn target_files(files: &BTreeMap<String, String>) -> impl Iterator<Item = (&str, &str)> {
    files
        .iter()
        .filter(|(path, _)| path.starts_with(FOLDER) && path.ends_with(".toml"))
        .filter(|(path, _)| path.as_str() != KNOWN_FAILING_FILE)
        .map(|(path, text)| (path.as_str(), text.as_str()))
}

/// The targets among the files of a content folder, in the order of the files' names.
pub fn built_in(files: &BTreeMap<String, String>) -> Result<TargetSet, Vec<Problem>> {
    let mut set = TargetSet::default();
    for (path, text) in target_files(files) {
        let part = TargetSet::parse(text, path)?;
        set.targets.extend(part.targets);
        set.remarks.extend(part.remarks);
    }
    Ok(set)
}

/// The targets of a content folder that are known not to pass.
pub fn known_failing(files: &BTreeMap<String, String>) -> Result<Vec<KnownFailing>, Vec<Problem>> {
    let text = files.get(KNOWN_FAILING_FILE).map_or("", String::as_str);
    KnownFailing::parse(text, KNOWN_FAILING_FILE)
}

/// The document that the page of results reads: one line a check, so that a change shows as such.
pub fn stored(reports: &[TargetReport]) -> Result<String, serde_json::Error> {
    let mut out = String::from("{\"schema\":1,\"targets\":[");
    for (at, report) in reports.iter().enumerate() {
        let comma = if at == 0 { "" } else { "," };
        let id = serde_json::to_string(&report.id)?;
        let status = serde_json::to_string(&report.status)?;
        out.push_str(&format!(
            "{comma}\n{{\"id\":{id},\"status\":{status},\"checks\":["
        ));
        for (at, check) in report.checks.iter().enumerate() {
            let comma = if at == 0 { "" } else { "," };
            out.push_str(&format!("{comma}\n {}", serde_json::to_string(check)?));
        }
        out.push_str("]}");
    }
    out.push_str("\n]}\n");
    Ok(out)
}

/// Stored results of a target.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct StoredTarget {
    /// The target.
    pub id: String,
    /// How it did.
    pub status: Status,
    /// Its checks, in the order of its file.
    pub checks: Vec<StoredCheck>,
}

/// The stored result of a check.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct StoredCheck {
    /// The quantity.
    pub q: String,
    /// The published value when the run was made.
    pub expected: Numbers,
    /// Ours; none without a model.
    #[serde(default)]
    pub got: Option<Numbers>,
    /// Whether it is near enough; none if that is not asserted.
    #[serde(default)]
    pub pass: Option<bool>,
    /// `formula` or `simulation`.
    #[serde(default)]
    pub method: Option<String>,
    /// The 99 % interval of a simulated mean.
    #[serde(default)]
    pub interval: Option<(f64, f64)>,
}

/// Reads what [`stored`] wrote, if it is of these targets: as many, with the same checks.
pub fn results(text: &str, set: &TargetSet) -> Result<Vec<StoredTarget>, String> {
    #[derive(Deserialize)]
    struct Document {
        targets: Vec<StoredTarget>,
    }
    let document: Document = serde_json::from_str(text).map_err(|error| error.to_string())?;
    let same = document.targets.len() == set.targets.len()
        && document
            .targets
            .iter()
            .zip(&set.targets)
            .all(|(stored, target)| {
                let checks = stored.checks.iter().zip(&target.checks);
                let same = |(stored, check): (&StoredCheck, &crate::Check)| {
                    stored.q == check.quantity && alike(&stored.expected.values, &check.expected)
                };
                stored.id == target.id
                    && stored.checks.len() == target.checks.len()
                    && checks.into_iter().all(same)
            });
    if same {
        Ok(document.targets)
    } else {
        Err("the results are of other targets".to_owned())
    }
}

/// Equal but for the last bits, which a number may lose on its way through JSON.
fn alike(left: &[f64], right: &[f64]) -> bool {
    left.len() == right.len()
        && left
            .iter()
            .zip(right)
            .all(|(a, b)| (a - b).abs() <= 1e-12 * b.abs())
}

/// A number with four significant digits, whole numbers in full, tiny ones with an exponent.
pub fn significant(value: f64) -> String {
    let size = value.abs();
    if value == libm::floor(value) && size < 1e15 {
        return format!("{value}");
    }
    if !(1e-4..1e15).contains(&size) {
        return format!("{value:.3e}");
    }
    let before = libm::floor(libm::log10(size)) as i64 + 1;
    let decimals = usize::try_from((4 - before).clamp(0, 9)).unwrap_or(0);
    let text = format!("{value:.decimals$}");
    if text.contains('.') {
        text.trim_end_matches('0').trim_end_matches('.').to_owned()
    } else {
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_short() {
        let shown: Vec<String> = [
            0.5,
            5150.0,
            0.123_456,
            1.891_872e-13,
            63_412.3,
            10.869_565,
            1.0,
        ]
        .map(significant)
        .to_vec();
        assert_eq!(
            shown,
            ["0.5", "5150", "0.1235", "1.892e-13", "63412", "10.87", "1"]
        );
    }
}
