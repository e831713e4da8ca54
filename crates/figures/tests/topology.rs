//! Topologies: pictures as reviewed, refusals, and systems that no one would build.

#![allow(clippy::unwrap_used)] // a test stops at the first surprise

mod samples;

use figures::topology::{Edge, Kind, NODES_MAX, Node, State, Topology};
use figures::{Caption, Error, Svg};
use proptest::prelude::*;

const CAPTION: Caption<'static> = Caption {
    title: "t",
    description: "",
    id_prefix: "a",
};

/// Checks what must hold of every topology.
fn check(svg: &Svg) {
    let markup = svg.markup();
    assert!(!markup.contains("style=") && !markup.contains("<style"));
    assert!(!markup.contains("NaN") && !markup.contains("inf"));
    assert!(
        svg.width() > 0.0 && svg.width() < 30_000.0,
        "width {}",
        svg.width()
    );
    assert!(
        svg.height() > 0.0 && svg.height() < 30_000.0,
        "height {}",
        svg.height()
    );
    for class in markup.split("class=\"").skip(1) {
        for name in class.split('"').next().unwrap().split(' ') {
            let known = figures::STYLESHEET.contains(&format!(".{name}"));
            assert!(
                known || name == "figure-topology",
                "class {name} is not in the style sheet"
            );
        }
    }
}

#[test]
fn topologies_look_as_reviewed() {
    for (name, svg) in samples::topologies().unwrap() {
        check(&svg);
        insta::assert_snapshot!(name, svg.markup().replace("><", ">\n<"));
    }
}

#[test]
fn columns_follow_the_calls() {
    let svg = samples::pair().render(&CAPTION).unwrap();
    let (client, server) = (svg.markup().find(">client<"), svg.markup().find(">server<"));
    assert!(client < server);
    assert!(svg.markup().contains("client calls server (λ = 80/s)."));
}

#[test]
fn the_table_holds_every_node() {
    let table = samples::shop().table();
    let rows: Vec<String> = table.rows.iter().map(|row| row.join(" | ")).collect();
    insta::assert_snapshot!("table", table.columns.join(" | ") + "\n" + &rows.join("\n"));
}

#[test]
fn what_does_not_fit_together_is_refused() {
    let mut shop = samples::shop();
    shop.edges.push(Edge::new("shop", "nowhere", ""));
    assert_eq!(
        shop.render(&CAPTION),
        Err(Error::UnknownNode("nowhere".to_owned()))
    );
    let mut shop = samples::shop();
    shop.nodes.push(Node::new("shop", Kind::Queue));
    assert_eq!(
        shop.render(&CAPTION),
        Err(Error::DuplicateNode("shop".to_owned()))
    );
    assert!(matches!(
        Topology::default().render(&CAPTION),
        Err(Error::Empty(_))
    ));
    let node = |number: usize| Node::new(format!("n{number}"), Kind::Service);
    let nodes = (0..=NODES_MAX).map(node).collect();
    let crowd = Topology {
        nodes,
        edges: vec![],
    };
    assert!(matches!(
        crowd.render(&CAPTION),
        Err(Error::TooLarge { .. })
    ));
}

fn kind() -> impl Strategy<Value = Kind> {
    prop_oneof![
        Just(Kind::Client),
        Just(Kind::Balancer),
        Just(Kind::Service),
        Just(Kind::Cache),
        Just(Kind::Database),
        Just(Kind::Queue),
    ]
}

fn node() -> impl Strategy<Value = (Kind, u32, Vec<String>, State)> {
    let state = prop_oneof![Just(State::Ok), Just(State::Hot), Just(State::Down)];
    (
        kind(),
        0..9u32,
        prop::collection::vec("\\PC{0,30}", 0..4),
        state,
    )
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_topology_is_drawn(
        nodes in prop::collection::vec(node(), 1..25),
        edges in prop::collection::vec((0..25usize, 0..25usize, "\\PC{0,12}"), 0..60),
    ) {
        let count = nodes.len();
        let named = |(number, (kind, replicas, notes, state)): (usize, _)| {
            Node { name: format!("node {number}"), kind, replicas, notes, state }
        };
        let nodes: Vec<Node> = nodes.into_iter().enumerate().map(named).collect();
        let edge = |(from, to, label): (usize, usize, String)| {
            Edge::new(format!("node {}", from % count), format!("node {}", to % count), label)
        };
        let system = Topology { nodes, edges: edges.into_iter().map(edge).collect() };
        let svg = system.render(&CAPTION).unwrap();
        check(&svg);
        prop_assert_eq!(system.render(&CAPTION).unwrap(), svg);
    }
}
