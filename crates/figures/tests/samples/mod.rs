#![allow(dead_code)] // each test uses a part

//! Sample results, made up by formulas, for the tests and for the gallery.

use figures::Svg;
use figures::chart::*;
use figures::topology::{Edge, Kind, Node, State, Topology};
use figures::{Caption, Error};

fn caption(id_prefix: &'static str) -> Caption<'static> {
    Caption {
        title: "A chart",
        description: "What it shows.",
        id_prefix,
    }
}

/// A number between 0 and 1 that looks random and is the same on every run.
fn noise(index: usize) -> f64 {
    let mixed = (index as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    ((mixed ^ (mixed >> 29)) >> 40) as f64 / (1u64 << 24) as f64
}

fn series(name: &str, count: usize, value: impl Fn(f64) -> f64) -> Series {
    let sample = |index: usize| {
        let at = index as f64 * 60.0 / (count as f64 - 1.0);
        let value = value(at) + 20.0 * (noise(index) - 0.5);
        let interval = Some(Interval {
            low: value - 25.0,
            high: value + 25.0,
        });
        Sample {
            at,
            value: Some(value),
            interval,
        }
    };
    Series {
        name: name.to_owned(),
        samples: (0..count).map(sample).collect(),
    }
}

pub(crate) fn goodput() -> TimeSeries {
    let during = |at: f64, low: f64, after: f64| match at {
        at if at < 20.0 => 900.0,
        at if at < 35.0 => low,
        _ => after,
    };
    TimeSeries {
        time: Quantity::new("time", "s"),
        value: Quantity::new("goodput", "/s"),
        series: vec![
            series("no retries", 121, |at| during(at, 480.0, 900.0)),
            series("3 retries", 121, |at| during(at, 120.0, 140.0)),
            series("with breaker", 121, |at| during(at, 430.0, 860.0)),
        ],
        spans: vec![Span {
            name: "database slow".to_owned(),
            from: 20.0,
            to: 35.0,
        }],
    }
}

pub(crate) fn queue() -> TimeSeries {
    let mut queue = series("queue", 1000, |at| at * at * 4.0 + 100.0);
    queue.samples[500..540].iter_mut().for_each(|sample| {
        sample.value = None;
        sample.interval = None;
    });
    TimeSeries {
        time: Quantity::new("time", "s"),
        value: Quantity::new("requests waiting", ""),
        series: vec![queue],
        spans: vec![],
    }
}

pub(crate) fn six() -> TimeSeries {
    let names = [
        "random",
        "round robin",
        "least loaded of all servers",
        "two choices",
        "hash",
        "bounded",
    ];
    let named = |(index, name): (usize, &&str)| {
        series(name, 50, move |at| {
            100.0 * index as f64 + at * (index as f64 + 1.0)
        })
    };
    TimeSeries {
        time: Quantity::new("time", "s"),
        value: Quantity::new("busiest server", "/s"),
        series: names.iter().enumerate().map(named).collect(),
        spans: vec![],
    }
}

fn tail(name: &str, scale: f64) -> Tail {
    // A Weibull tail: share above x is exp(-(x / scale)^0.6).
    let latency = |share: f64| scale * (-share.ln()).powf(1.0 / 0.6);
    let share = |step: usize| 10f64.powf(-4.0 * step as f64 / 400.0);
    let points = (0..=400).map(|step| TailPoint {
        value: latency(share(step)).max(0.5),
        share_above: share(step),
    });
    let mark = |share: f64| Percentile {
        share,
        value: latency(1.0 - share),
    };
    Tail {
        name: name.to_owned(),
        points: points.collect(),
        percentiles: [0.5, 0.9, 0.99, 0.999].map(mark).to_vec(),
    }
}

pub(crate) fn latency() -> Distribution {
    Distribution {
        value: Quantity::new("latency", "ms"),
        scale: Scale::Logarithmic,
        variants: vec![tail("no hedging", 20.0), tail("hedged after p95", 9.0)],
    }
}

pub(crate) fn waiting() -> Histogram {
    let bin = |index: usize| Bin {
        low: index as f64 * 5.0,
        high: index as f64 * 5.0 + 5.0,
        count: libm_free_bell(index as f64) * 1000.0,
    };
    let mark = |name: &str, value: f64| Mark {
        name: name.to_owned(),
        value,
    };
    Histogram {
        value: Quantity::new("waiting time", "ms"),
        count: Quantity::new("requests", ""),
        bins: (0..40).map(bin).collect(),
        marks: vec![mark("p50", 52.0), mark("p90", 101.0), mark("p99", 165.0)],
    }
}

/// A lopsided bell without transcendental functions.
fn libm_free_bell(x: f64) -> f64 {
    x / (1.0 + (x / 8.0) * (x / 8.0) * (x / 8.0))
}

pub(crate) fn balancers() -> Comparison {
    let row = |name: &str, value: f64, half: f64| Measurement {
        name: name.to_owned(),
        value,
        interval: Some(Interval {
            low: value - half,
            high: value + half,
        }),
    };
    Comparison {
        value: Quantity::new("p99 latency", "ms"),
        rows: vec![
            row("random", 412.0, 31.0),
            row("round robin", 268.0, 18.0),
            row("power of two choices", 131.5, 9.0),
            row("least loaded, load 2 s old", 305.0, 44.0),
        ],
        reference: Some(("objective".to_owned(), 250.0)),
    }
}

pub(crate) fn sweep(columns: usize, rows: usize) -> HeatMap {
    let name = |step: f64| move |index: usize| format!("{}", step * (index as f64 + 1.0));
    let cell = |row: usize, column: usize| {
        let value = (column as f64 + 1.0) * 90.0 / (1.0 + row as f64 * 0.4) + 7.0 * noise(row);
        (row + column != 2).then_some(value)
    };
    HeatMap {
        column: Quantity::new("offered load", "/s"),
        row: Quantity::new("timeout", "ms"),
        value: Quantity::new("goodput", "/s"),
        columns: (0..columns).map(name(100.0)).collect(),
        rows: (0..rows).map(name(50.0)).collect(),
        cells: (0..rows)
            .map(|row| (0..columns).map(|column| cell(row, column)).collect())
            .collect(),
    }
}

pub(crate) fn trend() -> Sparkline {
    Sparkline {
        value: Quantity::new("queue", ""),
        values: (0..90)
            .map(|index| noise(index) * 10.0 + index as f64 / 5.0)
            .collect(),
    }
}

/// Every sample chart, drawn.
pub(crate) fn charts() -> Result<Vec<(&'static str, Svg)>, Error> {
    Ok(vec![
        (
            "chart-goodput",
            goodput().render(&caption("chart-goodput"))?,
        ),
        ("chart-queue", queue().render(&caption("chart-queue"))?),
        ("chart-six", six().render(&caption("chart-six"))?),
        (
            "chart-latency",
            latency().render(&caption("chart-latency"))?,
        ),
        (
            "chart-waiting",
            waiting().render(&caption("chart-waiting"))?,
        ),
        (
            "chart-balancers",
            balancers().render(&caption("chart-balancers"))?,
        ),
        ("chart-sweep", sweep(6, 5).render(&caption("chart-sweep"))?),
        (
            "chart-sweep-dense",
            sweep(24, 18).render(&caption("chart-sweep-dense"))?,
        ),
        ("chart-trend", trend().render(&caption("chart-trend"))?),
    ])
}

fn node(name: &str, kind: Kind, replicas: u32, state: State, notes: &[&str]) -> Node {
    let notes = notes.iter().map(|note| (*note).to_owned()).collect();
    Node {
        replicas,
        notes,
        state,
        ..Node::new(name, kind)
    }
}

pub(crate) fn shop() -> Topology {
    let nodes = vec![
        node("shoppers", Kind::Client, 1, State::Ok, &["1 200/s"]),
        node(
            "edge",
            Kind::Balancer,
            2,
            State::Ok,
            &["power of two choices"],
        ),
        node(
            "shop",
            Kind::Service,
            6,
            State::Hot,
            &["utilisation 0.97", "queue 41"],
        ),
        node("prices", Kind::Cache, 1, State::Ok, &["hit ratio 0.92"]),
        node(
            "orders",
            Kind::Database,
            3,
            State::Ok,
            &["utilisation 0.61"],
        ),
        node("mail", Kind::Queue, 1, State::Ok, &["depth 310"]),
        node("mailer", Kind::Service, 2, State::Down, &[]),
    ];
    let edges = [
        ("shoppers", "edge", "timeout 1 s"),
        ("edge", "shop", ""),
        ("shop", "prices", "get"),
        ("shop", "orders", "write, 2 retries"),
        ("prices", "orders", "miss"),
        ("shop", "mail", "publish"),
        ("mail", "mailer", ""),
        ("mailer", "mail", "acknowledge"),
    ];
    let edges = edges
        .iter()
        .map(|(from, to, label)| Edge::new(*from, *to, *label));
    Topology {
        nodes,
        edges: edges.collect(),
    }
}

pub(crate) fn pair() -> Topology {
    Topology {
        nodes: vec![
            Node::new("client", Kind::Client),
            Node::new("server", Kind::Service),
        ],
        edges: vec![Edge::new("client", "server", "λ = 80/s")],
    }
}

/// Twenty-five nodes in five tiers, with calls back and a service that calls itself.
pub(crate) fn large() -> Topology {
    let kinds = [
        Kind::Client,
        Kind::Balancer,
        Kind::Service,
        Kind::Cache,
        Kind::Database,
    ];
    let name = |tier: usize, index: usize| format!("{}-{index}", kinds[tier]);
    let nodes = (0..25).map(|number| Node::new(name(number / 5, number % 5), kinds[number / 5]));
    let mut edges = Vec::new();
    for tier in 0..4 {
        for index in 0..5 {
            let next = (index * 2 + tier) % 5;
            edges.push(Edge::new(name(tier, index), name(tier + 1, index), ""));
            edges.push(Edge::new(name(tier, index), name(tier + 1, next), ""));
        }
    }
    edges.push(Edge::new(name(4, 0), name(2, 1), "change feed"));
    edges.push(Edge::new(name(2, 2), name(2, 2), "retry"));
    Topology {
        nodes: nodes.collect(),
        edges,
    }
}

/// Every sample topology, drawn.
pub(crate) fn topologies() -> Result<Vec<(&'static str, Svg)>, Error> {
    let caption = |id_prefix| Caption {
        title: "A system",
        description: "",
        id_prefix,
    };
    Ok(vec![
        ("topology-shop", shop().render(&caption("topology-shop"))?),
        ("topology-pair", pair().render(&caption("topology-pair"))?),
        (
            "topology-large",
            large().render(&caption("topology-large"))?,
        ),
    ])
}
