//! Steady analysis: the warm-up is looked at, and overload is refused or said.

use sim::Scenario;

fn notes(duration: &str, warmup: &str) -> Vec<String> {
    let text = format!(
        "schema = 1\ntitle = \"t\"\nanalysis = \"steady\"\nduration = \"{duration}\"\nwarmup = \"{warmup}\"\n\
         looks = 1\nseries_points = 200\n[clients.c]\nrate = \"95/s\"\ncalls = \"s\"\n\
         [services.s]\nservice_time = \"mean = 10 ms\"\nworkers = 1\n"
    );
    let scenario = Scenario::parse(&text, "t").expect("a scenario");
    sim::decide(&scenario).variants[0].notes.clone()
}

#[test]
fn a_short_warm_up_is_noticed() {
    // At 95 % utilisation the queue needs tens of seconds to fill.
    let noticed = notes("100 s", "0 s");
    assert!(
        noticed.iter().any(|note| note.contains("MSER-5")),
        "{noticed:?}"
    );
    assert!(notes("2000 s", "500 s").is_empty());
}
