//! The same target asked for other things, and asked wrongly.

use crate::{ask, number, value};
use published::{Memo, Parameters, Relation, Status, TargetSet, reproduce};

fn near(found: f64, expected: f64) {
    assert!(
        (found - expected).abs() <= 1e-3 * expected.abs(),
        "{found} {expected}"
    );
}

#[test]
fn other_parameters_and_other_quantities() {
    near(
        value("erlang-c-pooling", "mean_wait", "{ c = 2, a = 1.6 }"),
        0.711_11 / 0.4,
    );
    near(
        value(
            "grpc-retry-throttle",
            "failures_until_blocked_from_full",
            "{ max_tokens = 100 }",
        ),
        50.0,
    );
    near(
        value(
            "grpc-retry-throttle",
            "sustained_failure_fraction_threshold",
            "{ token_ratio = 0.5 }",
        ),
        1.0 / 3.0,
    );
    near(
        value("metastable-retry", "threshold_qps", "{ retries = 2 }"),
        100.0,
    );
    near(
        value("az-headroom", "capacity_over_peak", "{ zones = 2 }"),
        2.0,
    );
    near(
        value(
            "slo-burn-rate",
            "burn_rate",
            "{ budget = 0.1, window_h = 72 }",
        ),
        1.0,
    );
    near(
        value(
            "slo-burn-rate",
            "detection_min",
            "{ slo = 0.999, window_h = 1, burn = 14.4, error_rate = 1.0 }",
        ),
        0.864,
    );
}

#[test]
fn other_quantities_of_placement_and_of_runs() {
    near(
        value(
            "copysets",
            "p_loss",
            "{ scheme = \"copyset\", system = \"facebook\" }",
        ),
        0.007_81,
    );
    near(
        value(
            "copysets",
            "copysets",
            "{ scheme = \"random\", system = \"facebook\" }",
        ),
        275_000.0,
    );
    near(value("backblaze-durability", "nines", "{}"), 10.975);
    near(
        value("azure-lrc", "repair_reads", "{ k = 12, l = 2, r = 2 }"),
        6.0,
    );
    near(
        value("power-of-d", "tail_limit", "{ d = 2, lambda = 0.9, k = 3 }"),
        0.478_297,
    );
    near(value("pastry-hops", "hops", "{ n = 65536 }"), 4.0);
    near(
        value("coordinated-omission", "p99_ms", "{ tool = \"open\" }"),
        98_000.0,
    );
    near(
        value("coordinated-omission", "median_ms", "{ tool = \"open\" }"),
        1.0,
    );
    near(
        value("codel-law", "drop_time_ms", "{ count = 3 }"),
        100.0 + 100.0 + 70.711,
    );
}

/// The authors' library states these for the same points.
#[test]
fn a_fitted_curve_answers_in_every_direction() {
    let points = "[[1, 955.16], [2, 1878.91], [3, 2688.01], [4, 3548.68], [5, 4315.54], \
        [6, 5130.43], [7, 5931.37], [8, 6531.08], [9, 7219.8], [10, 7867.61], [11, 8278.71], \
        [12, 8646.7], [13, 9047.84], [14, 9426.55], [15, 9645.37], [16, 9897.24], [17, 10097.6], \
        [18, 10240.5], [19, 10532.39], [20, 10798.52], [21, 11151.43], [22, 11518.63], \
        [23, 11806.0], [24, 12089.37], [25, 12075.41], [26, 12177.29], [27, 12211.41], \
        [28, 12158.93], [29, 12155.27], [30, 12118.04], [31, 12140.4], [32, 12074.39]]";
    let asked = |quantity: &str, at: &str| {
        value(
            "usl-cisco",
            quantity,
            &format!("{{ points = {points}{at} }}"),
        )
    };
    near(asked("throughput", ", n = 1"), 995.648_77);
    near(asked("throughput", ", n = 20"), 11_063.633);
    near(asked("latency_s", ", n = 35"), 0.002_835_913);
    near(asked("x_max", ""), 12_341.745);
    assert_eq!(asked("n_max", ""), 35.0);
    near(
        asked("n_at_latency", ", latency_s = 0.0018077217982978785"),
        20.0,
    );
    near(asked("n_at_throughput", ", x = 11063.633"), 20.0);
    assert!(ask("usl-cisco", "sigma", "{ points = [[1, 1], [2, 2]] }").is_err());
}

#[test]
fn runs_of_retries_meet_their_formulas() {
    for p in [0.1f64, 0.5] {
        let at = format!("{{ strategy = \"three_retries\", p_fail = {p} }}");
        near(
            value("brooker-retries", "success_rate", &at),
            1.0 - p * p * p * p,
        );
        near(
            value("brooker-retries", "calls_per_request", &at),
            1.0 + p + p * p + p * p * p,
        );
    }
    let without = value("sre-retry-budget", "load_multiplier", "{ p_fail = 0.99 }");
    near(without, 1.0 + 0.99 + 0.9801);
    // Fewer retries are wanted than the budget allows.
    near(
        value(
            "sre-retry-budget",
            "load_multiplier",
            "{ budget = 0.5, p_fail = 0.1 }",
        ),
        1.11,
    );
}

#[test]
fn below_half_of_its_capacity_the_store_recovers() {
    let recovers = |qps: f64| {
        value(
            "metastable-retry",
            "recovers_unaided",
            &format!("{{ offered_qps = {qps} }}"),
        )
    };
    assert_eq!(
        (recovers(280.0), recovers(200.0), recovers(120.0)),
        (0.0, 0.0, 1.0)
    );
    let goodput = value(
        "metastable-retry",
        "goodput_after_outage_qps",
        "{ offered_qps = 100.0, retries = 0 }",
    );
    assert!((goodput / 100.0 - 1.0).abs() < 0.02, "{goodput}");
}

#[test]
fn every_discipline_keeps_the_law() {
    for discipline in ["fifo", "lifo", "ps", "priority", "random", "sjf"] {
        let ratio = value(
            "little-concurrency",
            "l_over_lambda_w",
            &format!("{{ discipline = \"{discipline}\" }}"),
        );
        assert!((ratio - 1.0).abs() < 0.005, "{discipline}: {ratio}");
    }
}

/// Target, quantity, selectors, and the refusal.
const REFUSALS: &[(&str, &str, &str, &str)] = &[
    (
        "che-approximation",
        "hit_ratio",
        "{ policy = \"lro\", capacity = 5 }",
        "there is no policy \"lro\"; did you mean \"lru\"?",
    ),
    (
        "pollaczek-khinchine",
        "mean_wait",
        "{ service = \"lognorml\", rho = 0.5 }",
        "there is no service \"lognorml\"; did you mean \"lognormal\"?",
    ),
    (
        "pollaczek-khinchine",
        "mean_wait",
        "{ service = \"h2\", rho = 0.5 }",
        "the selector scv is missing: hyperexponential leaves it open",
    ),
    (
        "tail-fanout",
        "p_slow",
        "{ p = 0.01, m = 100 }",
        "there is no selector \"m\"; did you mean \"p\"?",
    ),
    (
        "tail-fanout",
        "p_slow",
        "{ p = 0.01, n = 100, replicas = 3 }",
        "there is no selector \"replicas\"; this quantity takes p, p_slow_server, n, fan_out",
    ),
    (
        "tail-fanout",
        "p_slow",
        "{ p = 0.01 }",
        "the selector n or fan_out is missing",
    ),
    (
        "tail-fanout",
        "p_slw",
        "{ p = 0.01 }",
        "no model for this quantity; did you mean \"p_slow\"?",
    ),
    (
        "tail-fanout",
        "colour",
        "{ p = 0.01 }",
        "no model for this quantity; there is p_slow, fan_out_for_p_slow",
    ),
    (
        "mm1-percentiles",
        "mean_response",
        "{ rho = 1.25 }",
        "no steady state: work arrives at 1.25 times the pace at which it can be done",
    ),
    (
        "erlang-c-pooling",
        "p_wait",
        "{ c = 2.5, a = 1.0 }",
        "c must be a whole number, not 2.5",
    ),
    (
        "erlang-c-pooling",
        "p_wait",
        "{ c = \"two\", a = 1.0 }",
        "c must be a number, not a name",
    ),
    (
        "majority-availability",
        "availability",
        "{ n = 3, p = 1.5 }",
        "p must lie between 0 and 1, not 1.5",
    ),
    ("paxos-made-up", "latency", "{}", "no model for this target"),
];

#[test]
fn slips_are_named() {
    for &(id, quantity, at, message) in REFUSALS {
        assert_eq!(
            ask(id, quantity, at),
            Err(message.to_owned()),
            "{id} {quantity} {at}"
        );
    }
}

#[test]
fn a_list_of_selectors_gives_a_list() {
    let values = ask(
        "mm1-percentiles",
        "mean_response",
        "{ rho = [0.5, 0.8, 0.9] }",
    )
    .unwrap();
    assert_eq!(values.len(), 3);
    near(values[2], 10.0);
    let values = ask("pastry-hops", "hops", "{ n = [256, 65536], b = [4, 8] }").unwrap();
    assert_eq!(values, [2.0, 2.0]);
    assert!(ask("pastry-hops", "hops", "{ n = [256, 65536], b = [4] }").is_err());
    // A list that the model takes as such stays one.
    let waits = ask(
        "cobham-priority",
        "mean_wait",
        "{ lambda = [0.3, 0.4], service = \"exp\" }",
    )
    .unwrap();
    near(waits[1], 3.3333);
}

#[test]
fn selectors_go_before_parameters() {
    let mut params = Parameters::default();
    params.set("rho", number(0.9));
    let at = crate::selectors("{ rho = 0.5 }");
    let mut memo = Memo::default();
    let over = published::ask("mm1-percentiles", "mean_response", &at, &params, &mut memo);
    near(over.unwrap().values[0], 2.0);
    let none = Parameters::default();
    let under = published::ask(
        "mm1-percentiles",
        "mean_response",
        &none,
        &params,
        &mut memo,
    );
    near(under.unwrap().values[0], 10.0);
}

#[test]
fn verdicts_follow_the_relation() {
    let near = Relation::Near {
        rel: Some(0.01),
        abs: None,
    };
    assert!(near.holds(101.0, 100.0) && !near.holds(101.1, 100.0) && !near.holds(f64::NAN, 100.0));
    let either = Relation::Near {
        rel: Some(0.01),
        abs: Some(2.0),
    };
    assert!(either.holds(102.0, 100.0) && !either.holds(103.0, 100.0));
    let exact = Relation::Near {
        rel: None,
        abs: None,
    };
    assert!(exact.holds(3.0, 3.0) && !exact.holds(3.1, 3.0));
    assert!(
        Relation::AtLeast { abs: 0.1 }.holds(0.9, 1.0)
            && !Relation::AtLeast { abs: 0.0 }.holds(0.9, 1.0)
    );
    assert!(
        Relation::AtMost { abs: 0.0 }.holds(0.9, 1.0)
            && !Relation::AtMost { abs: 0.0 }.holds(1.1, 1.0)
    );
    assert!(
        Relation::Between {
            low: 1.0,
            high: 2.0
        }
        .holds(2.0, 0.0)
    );
    assert!(
        !Relation::Between {
            low: 1.0,
            high: 2.0
        }
        .holds(2.1, 0.0)
    );
}

fn status(checks: &str) -> (Status, Vec<Option<bool>>) {
    let text = format!("schema_version = 1\n[[target]]\nid = \"tail-fanout\"\nchecks = [{checks}]");
    let set = TargetSet::parse(&text, "t").expect("a file of targets");
    let report = reproduce(&set.targets[0]);
    (
        report.status,
        report.checks.iter().map(|check| check.pass).collect(),
    )
}

#[test]
fn a_target_is_summed_up() {
    let right = "{ q = \"p_slow\", at = { p = 0.5, n = 1 }, value = 0.5 }";
    let wrong = "{ q = \"p_slow\", at = { p = 0.5, n = 1 }, value = 0.4 }";
    let told = "{ q = \"p_slow\", at = { p = 0.5, n = 1 }, value = 0.4, op = \"info\" }";
    let unknown = "{ q = \"colour\", value = 0.4 }";
    let listed = "{ q = \"p_slow\", at = { p = [0.5, 0.25], n = 1 }, value = [0.5, 0.25] }";
    let shorter = "{ q = \"p_slow\", at = { p = [0.5, 0.25], n = 1 }, value = [0.5] }";
    let bounded =
        "{ q = \"p_slow\", at = { p = 0.5, n = 1 }, op = \"between\", lo = 0.4, hi = 0.6 }";
    let ends = "{ q = \"p_slow\", at = { p = 0.5, n = 1 }, op = \"between\", value = [0.4, 0.6] }";
    assert_eq!(status(right), (Status::Ok, vec![Some(true)]));
    assert_eq!(
        status(&format!("{right}, {wrong}")),
        (Status::Failing, vec![Some(true), Some(false)])
    );
    assert_eq!(
        status(&format!("{right}, {told}")),
        (Status::Ok, vec![Some(true), None])
    );
    assert_eq!(
        status(&format!("{right}, {unknown}")),
        (Status::NoModel, vec![Some(true), None])
    );
    assert_eq!(status(listed), (Status::Ok, vec![Some(true)]));
    assert_eq!(status(shorter), (Status::Failing, vec![Some(false)]));
    assert_eq!(
        status(&format!("{bounded}, {ends}")),
        (Status::Ok, vec![Some(true); 2])
    );
}

#[test]
fn equal_questions_get_equal_bits() {
    for (id, quantity, at) in [
        (
            "aws-backoff-jitter",
            "completion_ms",
            "{ clients = 5, algo = \"FullJitter\" }",
        ),
        ("balls-into-bins", "mean_max", "{ m = 50, n = 10 }"),
        ("chord-path-length", "mean_hops", "{ n = 64 }"),
        ("hll-error", "rel_std_error", "{ m = 64 }"),
    ] {
        let bits = || value(id, quantity, at).to_bits();
        assert_eq!(bits(), bits(), "{id}");
    }
}
