//! The system of a scenario as a picture.

use figures::Caption;
use figures::topology::{Edge, Kind, Node, Topology};
use maud::{Markup, PreEscaped, html};
use sim::Scenario;
use sim::system::{Arrivals, Call, Caller, Client, Service, System};

use crate::quantity::shown;
use crate::view::Texts;

/// The system of a scenario's first variant as a picture, laid out by itself: load, workers and work
/// of each part, and how long callers wait.
pub fn system(scenario: &Scenario, prefix: &str, texts: &Texts) -> Markup {
    let Some(first) = scenario.variants.first() else {
        return html! {};
    };
    let system = &first.system;
    let clients = system
        .clients
        .iter()
        .map(|client| client_node(client, texts));
    let services = system
        .services
        .iter()
        .map(|service| service_node(service, texts));
    let edges: Vec<Edge> = system
        .calls
        .iter()
        .filter_map(|call| edge(system, call, texts))
        .collect();
    let description = description(&edges);
    let topology = Topology {
        nodes: clients.chain(services).collect(),
        edges,
    };
    let caption = Caption {
        title: texts.get("system.title"),
        description: &description,
        id_prefix: prefix,
    };
    match topology.render(&caption) {
        Ok(svg) => html! {
            div.figure-frame tabindex="0" role="group" aria-label=(texts.get("system.title")) {
                (PreEscaped(svg.markup()))
            }
        },
        Err(_) => html! {},
    }
}

fn client_node(client: &Client, texts: &Texts) -> Node {
    let mut node = Node::new(&client.name, Kind::Client);
    node.notes.push(match client.arrivals {
        Arrivals::Open { rate_per_s, .. } => shown(rate_per_s, "/s"),
        Arrivals::Closed { users, .. } => format!("{users} {}", texts.get("system.users")),
    });
    node
}

fn service_node(service: &Service, texts: &Texts) -> Node {
    let mut node = Node::new(&service.name, Kind::Service);
    node.replicas = service.replicas.max(1);
    let work = shown(service.work.mean() / 1e9, "s");
    let workers = match service.workers {
        1 => texts.get("system.worker").to_owned(),
        n => texts.get("system.workers").replace("{n}", &n.to_string()),
    };
    node.notes.push(format!("{workers} × {work}"));
    node
}

fn edge(system: &System, call: &Call, texts: &Texts) -> Option<Edge> {
    let caller = match call.caller {
        Caller::Client(index) => system.clients.get(index)?.name.clone(),
        Caller::Service(index) => system.services.get(index)?.name.clone(),
    };
    let target = system.services.get(call.target)?.name.clone();
    let label = call.timeout_ns.map_or(String::new(), |timeout_ns| {
        let timeout = shown(timeout_ns as f64 / 1e9, "s");
        texts.get("system.timeout").replace("{n}", &timeout)
    });
    Some(Edge::new(caller, target, label))
}

/// Who calls whom, in words.
fn description(edges: &[Edge]) -> String {
    let call = |edge: &Edge| match edge.label.is_empty() {
        true => format!("{} → {}", edge.from, edge.to),
        false => format!("{} → {} ({})", edge.from, edge.to, edge.label),
    };
    edges.iter().map(call).collect::<Vec<_>>().join("; ")
}
