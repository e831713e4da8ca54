//! Where targets and results stand in the content, and how results are written.

use crate::report::TargetReport;
use std::collections::BTreeMap;

/// The folder of the content.
const FOLDER: &str = "published/";
/// Targets that do not pass.
pub const KNOWN_FAILING_FILE: &str = "published/known-failing.toml";
/// What the models gave for the targets of the content.
pub const RESULTS_FILE: &str = "published/results.json";

/// The files of targets among those of a content folder, in order of name.
pub fn target_files(files: &BTreeMap<String, String>) -> impl Iterator<Item = (&str, &str)> {
    files
        .iter()
        .filter(|(path, _)| path.starts_with(FOLDER) && path.ends_with(".toml"))
        .filter(|(path, _)| path.as_str() != KNOWN_FAILING_FILE)
        .map(|(path, text)| (path.as_str(), text.as_str()))
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
