//! The targets of the content: each has a model, and each does as recorded.

use published::{KnownFailing, Status, TargetReport};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

fn files() -> BTreeMap<String, String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../content/published");
    std::fs::read_dir(folder)
        .expect("the content has published results")
        .map(|entry| {
            let path = entry.expect("a file").path();
            let name = path.file_name().expect("a name").to_string_lossy();
            let text = std::fs::read_to_string(&path).expect("text");
            (format!("published/{name}"), text)
        })
        .collect()
}

#[test]
fn every_target_does_as_recorded_and_as_stored() {
    let files = files();
    let set = published::built_in(&files).unwrap();
    assert!(set.remarks.is_empty(), "{}", set.remarks[0]);
    let known = published::known_failing(&files).unwrap();
    let reports: Vec<TargetReport> = set.targets.iter().map(published::reproduce).collect();
    let surprises = KnownFailing::surprises(&known, &reports, true);
    assert_eq!(surprises, []);
    for report in &reports {
        assert_ne!(
            report.status,
            Status::NoModel,
            "{}: {:?}",
            report.id,
            report.checks
        );
    }
    let fresh = published::stored(&reports).unwrap();
    let stored = &files[published::RESULTS_FILE];
    assert!(fresh == *stored, "run dstudio reproduce --write");
    published::results(stored, &set).unwrap();
}

#[test]
fn every_model_has_a_target() {
    let set = published::built_in(&files()).unwrap();
    let targets: BTreeSet<&str> = set
        .targets
        .iter()
        .map(|target| target.id.as_str())
        .collect();
    let models: BTreeSet<&str> = published::models().map(|model| model.id).collect();
    assert_eq!(targets, models);
    assert_eq!(
        published::models().count(),
        models.len(),
        "one model a target"
    );
}

#[test]
fn results_of_other_targets_are_refused() {
    let files = files();
    let mut set = published::built_in(&files).unwrap();
    let stored = &files[published::RESULTS_FILE];
    set.targets[0].checks[0].expected = vec![7.0];
    assert!(published::results(stored, &set).is_err());
    assert!(published::results("{}", &set).is_err());
    assert!(published::results("not JSON", &set).is_err());
}
