//! Charts: pictures as reviewed, tables, and numbers that are hard to draw.

#![allow(clippy::unwrap_used)] // a test stops at the first surprise

mod samples;

use figures::chart::*;
use figures::{Caption, Error, Svg};
use proptest::prelude::*;

const CAPTION: Caption<'static> = Caption {
    title: "t",
    description: "d",
    id_prefix: "a",
};

/// Checks what must hold of every chart.
fn check(svg: &Svg) {
    let markup = svg.markup();
    assert!(!markup.contains("style=") && !markup.contains("<style"));
    assert!(
        !markup.contains("NaN") && !markup.contains("inf"),
        "{markup}"
    );
    for class in markup.split("class=\"").skip(1) {
        for name in class.split('"').next().unwrap().split(' ') {
            let known = figures::STYLESHEET.contains(&format!(".{name}"))
                || ["figure-chart", "figure-line"].contains(&name);
            assert!(known, "class {name} is not in the style sheet");
        }
    }
    for attribute in [" x=\"", " y=\"", " cx=\"", " cy=\""] {
        for value in markup.split(attribute).skip(1) {
            let value: f64 = value.split('"').next().unwrap().parse().unwrap();
            assert!(
                (-1.0..=svg.height().max(561.0)).contains(&value),
                "{attribute}{value}"
            );
        }
    }
}

#[test]
fn charts_look_as_reviewed() {
    for (name, svg) in samples::charts().unwrap() {
        check(&svg);
        assert!(
            svg.markup().len() < 15_000,
            "{name} is {} bytes",
            svg.markup().len()
        );
        insta::assert_snapshot!(name, svg.markup().replace("><", ">\n<"));
    }
}

fn rows(table: &Table, count: usize) -> String {
    let rows = table.rows.iter().take(count).map(|row| row.join(" | "));
    std::iter::once(table.columns.join(" | "))
        .chain(rows)
        .collect::<Vec<_>>()
        .join("\n")
}

#[test]
fn tables_hold_the_same_numbers() {
    let tables = [
        rows(&samples::goodput().table(), 3),
        rows(&samples::latency().table(), 3),
        rows(&samples::waiting().table(), 3),
        rows(&samples::balancers().table(), 9),
        rows(&samples::sweep(6, 5).table(), 9),
        rows(&samples::trend().table(), 2),
    ];
    insta::assert_snapshot!("tables", tables.join("\n\n"));
}

#[test]
fn numbers_that_are_none_are_refused() {
    let mut goodput = samples::goodput();
    goodput.series[0].samples[3].value = Some(f64::NAN);
    let refusal = Error::NotFinite {
        what: "a value",
        value: "NaN".to_owned(),
    };
    assert_eq!(goodput.render(&CAPTION), Err(refusal));
    let mut latency = samples::latency();
    latency.variants[0].points[0].value = 0.0;
    assert!(matches!(
        latency.render(&CAPTION),
        Err(Error::NotPositive { .. })
    ));
    let mut balancers = samples::balancers();
    balancers.rows[0].interval = Some(Interval {
        low: f64::INFINITY,
        high: 0.0,
    });
    assert!(matches!(
        balancers.render(&CAPTION),
        Err(Error::NotFinite { .. })
    ));
    let mut sweep = samples::sweep(3, 3);
    sweep.cells[1][1] = Some(f64::NEG_INFINITY);
    assert!(matches!(
        sweep.render(&CAPTION),
        Err(Error::NotFinite { .. })
    ));
    let mut trend = samples::trend();
    trend.values[0] = f64::NAN;
    assert!(matches!(
        trend.render(&CAPTION),
        Err(Error::NotFinite { .. })
    ));
    let mut waiting = samples::waiting();
    waiting.bins[0].count = f64::NAN;
    assert!(matches!(
        waiting.render(&CAPTION),
        Err(Error::NotFinite { .. })
    ));
}

#[test]
fn what_does_not_fit_together_is_refused() {
    let mut goodput = samples::goodput();
    goodput.series[0].samples.swap(3, 4);
    assert!(
        goodput
            .render(&CAPTION)
            .unwrap_err()
            .to_string()
            .contains("out of order")
    );
    goodput.series.clear();
    assert!(matches!(goodput.render(&CAPTION), Err(Error::Empty(_))));
    let mut six = samples::six();
    six.series.push(six.series[0].clone());
    assert!(matches!(
        six.render(&CAPTION),
        Err(Error::TooLarge { limit: 6, .. })
    ));
    let mut latency = samples::latency();
    latency.variants[0].points.reverse();
    assert!(matches!(latency.render(&CAPTION), Err(Error::Shape(_))));
    let mut sweep = samples::sweep(3, 3);
    sweep.cells[1].pop();
    assert!(matches!(sweep.render(&CAPTION), Err(Error::Shape(_))));
    let mut waiting = samples::waiting();
    waiting.bins[5].high += 1.0;
    assert!(matches!(waiting.render(&CAPTION), Err(Error::Shape(_))));
}

fn number() -> impl Strategy<Value = f64> {
    prop_oneof![
        Just(0.0),
        Just(-0.0),
        Just(1e18),
        Just(-1e18),
        Just(1e-300),
        -1e3..1e3,
        (-18i32..18, 1.0..10.0f64).prop_map(|(power, factor)| factor * 10f64.powi(power)),
        (-18i32..17, -9.9..9.9f64).prop_map(|(power, factor)| factor * 10f64.powi(power)),
    ]
}

fn interval() -> impl Strategy<Value = Option<Interval>> {
    let ends = (number(), number());
    let ordered = ends.prop_map(|(a, b)| Interval {
        low: a.min(b),
        high: a.max(b),
    });
    prop::option::of(ordered)
}

fn ascending(count: std::ops::Range<usize>) -> impl Strategy<Value = Vec<f64>> {
    prop::collection::vec(number(), count).prop_map(|mut values| {
        values.sort_by(f64::total_cmp);
        values
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_time_series_is_drawn(
        times in ascending(1..150),
        values in prop::collection::vec((prop::option::weighted(0.9, number()), interval()), 300),
        count in 1..=6usize,
        name in "\\PC{0,40}",
        span in interval(),
    ) {
        let series = |index: usize| Series {
            name: format!("{name}{index}"),
            samples: times
                .iter()
                .zip(values.iter().cycle().skip(index))
                .map(|(at, (value, interval))| Sample { at: *at, value: *value, interval: *interval })
                .collect(),
        };
        let chart = TimeSeries {
            time: Quantity::new("time", "s"),
            value: Quantity::new("value", ""),
            series: (0..count).map(series).collect(),
            spans: span
                .map(|span| Span { name: name.clone(), from: span.low, to: span.high })
                .into_iter()
                .collect(),
        };
        check(&chart.render(&CAPTION).unwrap());
        prop_assert!(chart.table().rows.iter().all(|row| row.len() == count + 1));
    }

    #[test]
    fn any_distribution_is_drawn(
        values in ascending(1..200),
        shares in prop::collection::vec(0.0..=1.0f64, 200),
        marks in prop::collection::vec((0.001..0.9999f64, number()), 0..6),
        scale in prop_oneof![Just(Scale::Linear), Just(Scale::Logarithmic)],
    ) {
        let fit = |value: f64| if scale == Scale::Linear { value } else { value.max(1e-18) };
        let mut shares = shares;
        shares.sort_by(|one, other| other.total_cmp(one));
        let points: Vec<TailPoint> = values
            .iter()
            .zip(shares)
            .map(|(value, share_above)| TailPoint { value: fit(*value), share_above })
            .collect();
        let mark = |(share, value): &(f64, f64)| Percentile { share: *share, value: fit(*value) };
        let percentiles: Vec<Percentile> = marks.iter().map(mark).collect();
        let tail = Tail { name: "x".to_owned(), points, percentiles };
        let value = Quantity::new("latency", "ms");
        let chart = Distribution { value, scale, variants: vec![tail.clone(), tail] };
        check(&chart.render(&CAPTION).unwrap());
        chart.table();
    }

    #[test]
    fn any_comparison_is_drawn(
        rows in prop::collection::vec((number(), interval()), 1..12),
        reference in prop::option::of(number()),
    ) {
        let row = |(value, interval): (f64, Option<Interval>)| {
            Measurement { name: "x".to_owned(), value, interval }
        };
        let chart = Comparison {
            value: Quantity::new("value", "ms"),
            rows: rows.into_iter().map(row).collect(),
            reference: reference.map(|value| ("limit".to_owned(), value)),
        };
        check(&chart.render(&CAPTION).unwrap());
    }

    #[test]
    fn any_heat_map_is_drawn(
        (columns, rows) in (1..30usize, 1..30usize),
        values in prop::collection::vec(prop::option::weighted(0.9, number()), 900),
    ) {
        let mut chart = samples::sweep(columns, rows);
        for (index, cell) in chart.cells.iter_mut().flatten().enumerate() {
            *cell = values[index];
        }
        check(&chart.render(&CAPTION).unwrap());
    }

    #[test]
    fn any_histogram_is_drawn(
        edges in ascending(2..60),
        marks in prop::collection::vec(number(), 0..8),
    ) {
        let mut edges = edges;
        edges.dedup();
        prop_assume!(edges.len() > 1);
        let bins = edges.windows(2).map(|pair| Bin { low: pair[0], high: pair[1], count: pair[1].abs() });
        let chart = Histogram {
            value: Quantity::new("value", "ms"),
            count: Quantity::new("requests", ""),
            bins: bins.collect(),
            marks: marks.iter().map(|value| Mark { name: "m".to_owned(), value: *value }).collect(),
        };
        check(&chart.render(&CAPTION).unwrap());
    }

    #[test]
    fn any_sparkline_is_drawn(values in prop::collection::vec(number(), 1..200)) {
        check(&Sparkline { value: Quantity::new("x", ""), values }.render(&CAPTION).unwrap());
    }
}
