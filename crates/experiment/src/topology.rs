//! The system of a scenario: its structure as a picture, its numbers as a line of text.
//!
//! A reader can change the numbers but not the structure, so that a browser redraws text alone.

use figures::Caption;
use figures::topology::{Edge, Kind, Node, Topology};
use maud::{Markup, PreEscaped, html};
use sim::Scenario;
use sim::system::{Arrivals, Call, Caller, Client, Service, System};

use crate::quantity::shown;
use crate::view::Texts;

/// The system of a scenario's first variant as a picture, laid out by itself.
pub fn system(scenario: &Scenario, prefix: &str, texts: &Texts) -> Markup {
    let Some(first) = scenario.variants.first() else {
        return html! {};
    };
    let system = &first.system;
    let clients = system.clients.iter();
    let clients = clients.map(|client| Node::new(&client.name, Kind::Client));
    let services = system.services.iter();
    let services = services.map(|service| Node::new(&service.name, Kind::Service));
    let edges: Vec<Edge> = system
        .calls
        .iter()
        .filter_map(|call| edge(system, call))
        .collect();
    let words = edges
        .iter()
        .map(|edge| format!("{} → {}", edge.from, edge.to));
    let description = words.collect::<Vec<_>>().join("; ");
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

fn edge(system: &System, call: &Call) -> Option<Edge> {
    let caller = match call.caller {
        Caller::Client(index) => system.clients.get(index)?.name.clone(),
        Caller::Service(index) => system.services.get(index)?.name.clone(),
    };
    let target = system.services.get(call.target)?.name.clone();
    Some(Edge::new(caller, target, ""))
}

/// The numbers of the first variant's parts: load, workers and work, how long callers wait.
pub(crate) fn parts(scenario: &Scenario, texts: &Texts) -> Markup {
    let Some(first) = scenario.variants.first() else {
        return html! {};
    };
    let system = &first.system;
    html! {
        dl.experiment-parts {
            @for client in &system.clients { (part(&client.name, &client_numbers(system, client, texts))) }
            @for service in &system.services {
                (part(&service.name, &service_numbers(system, service, texts)))
            }
        }
    }
}

fn part(name: &str, numbers: &[String]) -> Markup {
    html! { div { dt { (name) } dd { (numbers.join(", ")) } } }
}

fn client_numbers(system: &System, client: &Client, texts: &Texts) -> Vec<String> {
    let load = match client.arrivals {
        Arrivals::Open { rate_per_s, .. } => shown(rate_per_s, "/s"),
        Arrivals::Closed { users, .. } => format!("{users} {}", texts.get("system.users")),
    };
    let mut numbers = vec![load];
    numbers.extend(
        system
            .calls
            .get(client.call)
            .and_then(|call| waits(call, "", texts)),
    );
    numbers
}

fn service_numbers(system: &System, service: &Service, texts: &Texts) -> Vec<String> {
    let work = shown(service.work.mean() / 1e9, "s");
    let workers = match service.workers {
        1 => texts.get("system.worker").to_owned(),
        n => texts.get("system.workers").replace("{n}", &n.to_string()),
    };
    let mut numbers = match service.replicas {
        0 | 1 => vec![format!("{workers} × {work}")],
        replicas => vec![format!("{replicas} × {workers} × {work}")],
    };
    if let Some(places) = service.queue_max {
        numbers.push(
            texts
                .get("system.queue")
                .replace("{n}", &places.to_string()),
        );
    }
    let calls = service.stages.iter().flatten();
    let calls = calls.filter_map(|&call| system.calls.get(call));
    numbers.extend(calls.filter_map(|call| {
        let target = system.services.get(call.target)?;
        waits(call, &target.name, texts)
    }));
    numbers
}

/// How long the caller waits, if there is an end to it.
fn waits(call: &Call, target: &str, texts: &Texts) -> Option<String> {
    let timeout = shown(call.timeout_ns? as f64 / 1e9, "s");
    let id = if target.is_empty() {
        "system.timeout"
    } else {
        "system.timeout-for"
    };
    Some(
        texts
            .get(id)
            .replace("{n}", &timeout)
            .replace("{target}", target),
    )
}
