//! From checked tables to a system: names resolved, policies built, loads bounded.

use super::diagnostic::{Diagnostics, nearest};
use super::fields::Fields;
use super::load::{cycle, visits};
use super::policies::{concurrency_limit, rate_limit, shedding};
use super::schema::{Kind, SCENARIO, Spec};
use super::tree::{Name, Node, Table, Value};
use crate::system::*;
use kernel::{Distribution, Zipf};
use std::ops::Range;

/// Most clients, services, calls, links and faults in all: a drawing of more is unreadable, and
/// every counter is written down at every point of the series.
pub const COMPONENTS_MAX: usize = 300;
/// Most replicas in all: each has a queue.
pub const REPLICAS_MAX: u64 = 20_000;
/// Most points of all hash rings: sixteen megabytes, sorted in a tenth of a second.
pub const RING_POINTS_MAX: u64 = 1_000_000;
/// Most users of closed clients in all: each may have a request pending.
pub const USERS_MAX: u64 = crate::run::MAX_PENDING_ATTEMPTS as u64;
/// Longest chain of calls; also bounds the recursion over it.
pub const DEPTH_MAX: usize = 32;
/// Most visits to services that one request may cause without retries.
pub const VISITS_MAX: f64 = 10_000.0;
/// Longest name.
pub const NAME_MAX: usize = 64;

/// A table under a name, checked.
struct Named {
    name: String,
    fields: Fields,
}

pub(super) struct Builder<'a> {
    pub(super) found: &'a mut Diagnostics,
    pub(super) duration_ns: u64,
}

impl Builder<'_> {
    /// Builds the system of one variant; what cannot be built is reported and left out.
    pub(super) fn build(&mut self, root: &Table) -> System {
        let services = self.named(root, "services");
        let clients = self.named(root, "clients");
        let links = self.named(root, "links");
        let faults = self.named(root, "faults");
        let mut calls: Vec<Vec<Named>> = Vec::new();
        for service in &services {
            calls.push(self.named_tables(service.fields.table("calls"), call_spec()));
        }
        let components = services.len()
            + clients.len()
            + links.len()
            + faults.len()
            + calls.iter().map(Vec::len).sum::<usize>();
        let mut system = System::default();
        if components > COMPONENTS_MAX {
            let message = format!("{components} components; at most {COMPONENTS_MAX} are run");
            self.found.add(&(0..0), message, None);
            return system;
        }
        let service_names: Vec<String> = services.iter().map(|s| s.name.clone()).collect();
        let link_names: Vec<String> = links.iter().map(|l| l.name.clone()).collect();
        for link in &links {
            system.links.push(Link {
                name: link.name.clone(),
                latency: link
                    .fields
                    .law("latency")
                    .unwrap_or(Distribution::Constant(0.0)),
                loss: link.fields.real("loss").unwrap_or(0.0),
                bytes_per_s: link.fields.real("bandwidth"),
            });
        }
        for (i, client) in clients.iter().enumerate() {
            let target = self.resolve(&client.fields, "calls", "service", &service_names);
            let caller = Caller::Client(i);
            let call = self.call(&client.fields, &client.name, caller, target, &link_names);
            system.calls.push(call);
            system.clients.push(self.client(client, i));
        }
        for (i, service) in services.iter().enumerate() {
            let mut built = self.service(service);
            built.stages = self.stages(&calls[i], i, &service_names, &link_names, &mut system);
            system.services.push(built);
        }
        for fault in &faults {
            self.fault(fault, &mut system);
        }
        self.check_calls(&system, &services);
        system
    }

    fn named(&mut self, root: &Table, key: &'static str) -> Vec<Named> {
        let table = root
            .iter()
            .find(|(name, _)| name.text == key)
            .map(|(_, node)| &node.value);
        let Some(Kind::Map(spec)) = SCENARIO.key(key).map(|key| key.kind) else {
            return Vec::new();
        };
        match table {
            Some(Value::Table(table)) => self.named_tables(table, spec),
            _ => Vec::new(),
        }
    }

    fn named_tables(&mut self, table: &[(Name, Node)], spec: &'static Spec) -> Vec<Named> {
        let mut list = Vec::new();
        for (name, node) in table {
            check_name(name, self.found);
            match &node.value {
                Value::Table(table) => {
                    let fields = Fields::read(spec, table, &name.span, self.found);
                    list.push(Named {
                        name: name.text.clone(),
                        fields,
                    });
                }
                Value::Bool(false) => {}
                other => {
                    let message = format!(
                        "`{}` must be a table [{}], not {}",
                        name.text,
                        spec.name,
                        other.kind()
                    );
                    self.found.add(&node.span, message, None);
                }
            }
        }
        list
    }

    /// The index of the component that a key names; 0 when there is none, which is reported.
    pub(super) fn resolve(
        &mut self,
        fields: &Fields,
        key: &str,
        what: &str,
        names: &[String],
    ) -> usize {
        let Some(wanted) = fields.text(key) else {
            return 0;
        };
        self.find(wanted, &fields.span_of(key), what, names)
    }

    fn find(&mut self, wanted: &str, span: &Range<usize>, what: &str, names: &[String]) -> usize {
        if let Some(index) = names.iter().position(|name| name == wanted) {
            return index;
        }
        let hint = match nearest(wanted, names.iter().map(String::as_str)) {
            Some(near) => Some(format!("did you mean `{near}`?")),
            None if names.is_empty() => Some(format!("there is no {what} at all")),
            None => Some(format!("there are {}", names.join(", "))),
        };
        self.found
            .add(span, format!("unknown {what} `{wanted}`"), hint);
        0
    }

    fn client(&mut self, client: &Named, call: usize) -> Client {
        let fields = &client.fields;
        let arrivals = match (fields.real("rate"), fields.whole("users")) {
            (Some(rate_per_s), None) => Arrivals::Open {
                spacing: match fields.text("spacing") {
                    Some("uniform") => Spacing::Uniform,
                    _ => Spacing::Poisson,
                },
                rate_per_s,
                profile: self.profile(fields, rate_per_s),
            },
            (None, Some(users)) => Arrivals::Closed {
                users: users as u32,
                think_time: fields
                    .law("think_time")
                    .unwrap_or(Distribution::Constant(0.0)),
            },
            _ => {
                let message = match (fields.gives("rate"), fields.gives("users")) {
                    (true, true) => Some("a client has a `rate` or `users`, not both"),
                    (false, false) => Some("a client needs a `rate` (open) or `users` (closed)"),
                    _ => None,
                };
                if let Some(message) = message {
                    self.found.add(&fields.span, message.to_string(), None);
                }
                Arrivals::Open {
                    spacing: Spacing::Poisson,
                    rate_per_s: 1.0,
                    profile: Profile::Constant,
                }
            }
        };
        let keys = fields
            .nested("keys", self.found)
            .and_then(|keys| Zipf::new(keys.whole("count")?, keys.real("exponent")?));
        Client {
            name: client.name.clone(),
            arrivals,
            call,
            priority: fields.whole("priority").unwrap_or(0) as u8,
            keys,
        }
    }

    fn profile(&mut self, fields: &Fields, rate: f64) -> Profile {
        let mut profiles = Vec::new();
        if let Some(ramp) = fields.nested("ramp", self.found)
            && let (Some(to), Some(from_ns), Some(to_ns)) =
                (ramp.real("to"), ramp.whole("from"), ramp.whole("until"))
        {
            if to_ns <= from_ns {
                let message = "the ramp must end after it starts".to_string();
                self.found.add(&ramp.span_of("until"), message, None);
            }
            let to_ns = to_ns.max(from_ns + 1);
            profiles.push((
                Profile::Ramp {
                    factor: to / rate,
                    from_ns,
                    to_ns,
                },
                ramp.span,
            ));
        }
        if let Some(burst) = fields.nested("burst", self.found)
            && let (Some(within), Some(every_ns), Some(length_ns)) = (
                burst.real("rate"),
                burst.whole("every"),
                burst.whole("lasts"),
            )
        {
            if length_ns >= every_ns {
                let message = "a burst must be shorter than the time between starts".to_string();
                self.found.add(&burst.span_of("lasts"), message, None);
            }
            let every_ns = every_ns.max(1);
            let profile = Profile::Burst {
                factor: within / rate,
                every_ns,
                length_ns,
            };
            profiles.push((profile, burst.span));
        }
        if let Some(daily) = fields.nested("daily", self.found)
            && let (Some(peak), Some(every)) = (daily.real("peak"), daily.whole("every"))
        {
            let profile = Profile::Daily {
                factor: peak / rate,
                every_ns: every.max(1),
            };
            profiles.push((profile, daily.span));
        }
        if let Some((_, span)) = profiles.get(1) {
            let message = "a client has one of `ramp`, `burst` and `daily`".to_string();
            self.found.add(span, message, None);
        }
        profiles
            .first()
            .map_or(Profile::Constant, |(profile, _)| *profile)
    }

    fn service(&mut self, service: &Named) -> Service {
        let fields = &service.fields;
        let choices = fields.whole("choices").unwrap_or(2) as u8;
        let virtual_nodes = fields.whole("virtual_nodes").unwrap_or(1) as u32;
        let rate_limit = fields
            .nested("rate_limit", self.found)
            .map(|limit| rate_limit(&limit));
        if rate_limit.is_some_and(|limit| limit.excess == Excess::Delay) {
            let message = "a service can only reject what exceeds its rate".to_string();
            let hint = Some("put a `rate_limit` with `excess = \"delay\"` on the call".to_string());
            self.found.add(&fields.span_of("rate_limit"), message, hint);
        }
        Service {
            name: service.name.clone(),
            replicas: fields.whole("replicas").unwrap_or(1) as u32,
            workers: fields.whole("workers").unwrap_or(1) as u32,
            work: fields
                .law("service_time")
                .unwrap_or(Distribution::Constant(0.0)),
            discipline: match fields.text("discipline") {
                Some("lifo") => Discipline::Lifo,
                Some("priority") => Discipline::Priority,
                Some("processor-sharing") => Discipline::ProcessorSharing,
                _ => Discipline::Fifo,
            },
            queue_max: fields.whole("queue").map(|max| max as u32),
            balancer: match fields.text("balancer") {
                Some("round-robin") => Balancer::RoundRobin,
                Some("least-loaded") => Balancer::LeastLoaded,
                Some("power-of-d") => Balancer::PowerOf { choices },
                Some("consistent-hashing") => Balancer::ConsistentHash { virtual_nodes },
                _ => Balancer::Random,
            },
            balancer_refresh_ns: fields.whole("load_age").unwrap_or(0),
            workers_wait: fields.text("while_calling") == Some("hold"),
            drop_expired: fields.truth("drop_expired"),
            shed: fields
                .nested("shed", self.found)
                .map(|shed| shedding(&shed)),
            limit: fields
                .nested("limit", self.found)
                .map(|limit| concurrency_limit(&limit)),
            rate_limit,
            stages: Vec::new(),
        }
    }

    /// The calls of a service, grouped into stages.
    fn stages(
        &mut self,
        calls: &[Named],
        service: usize,
        services: &[String],
        links: &[String],
        system: &mut System,
    ) -> Vec<Vec<usize>> {
        let mut stages: Vec<(u64, usize)> = Vec::new();
        for call in calls {
            let target = match call.fields.text("to") {
                Some(_) => self.resolve(&call.fields, "to", "service", services),
                None => self.find(&call.name, &call.fields.span, "service", services),
            };
            let after_all = stages.iter().map(|&(stage, _)| stage).max().unwrap_or(0) + 1;
            let stage = call.fields.whole("stage").unwrap_or(after_all);
            let name = format!("{}.{}", services[service], call.name);
            let mut built = self.call(&call.fields, &name, Caller::Service(service), target, links);
            let clients: Vec<String> = system.clients.iter().map(|c| c.name.clone()).collect();
            built.only_for = call
                .fields
                .text("only_for")
                .map(|_| self.resolve(&call.fields, "only_for", "client", &clients));
            built.share = call.fields.real("share").unwrap_or(1.0);
            stages.push((stage, system.calls.len()));
            system.calls.push(built);
        }
        stages.sort_by_key(|&(stage, _)| stage);
        stages
            .chunk_by(|a, b| a.0 == b.0)
            .map(|group| group.iter().map(|&(_, call)| call).collect())
            .collect()
    }

    fn fault_kind(&mut self, fields: &Fields, system: &System) -> Option<FaultKind> {
        let names = |list: Vec<&String>| -> Vec<String> { list.into_iter().cloned().collect() };
        let services = names(system.services.iter().map(|s| &s.name).collect());
        let links = names(system.links.iter().map(|l| &l.name).collect());
        let clients = names(system.clients.iter().map(|c| &c.name).collect());
        let kind = fields.text("kind")?;
        let (what, list) = match kind {
            "loss" | "partition" | "delay" => ("link", &links),
            "surge" => ("client", &clients),
            _ => ("service", &services),
        };
        if !fields.gives(what) {
            self.found.add(
                &fields.span,
                format!("a {kind} fault needs a `{what}`"),
                None,
            );
            return None;
        }
        let index = self.resolve(fields, what, what, list);
        let needed = match kind {
            "slow" | "delay" | "surge" => Some("factor"),
            "loss" => Some("share"),
            _ => None,
        };
        if let Some(needed) = needed
            && !fields.gives(needed)
        {
            self.found.add(
                &fields.span,
                format!("a {kind} fault needs a `{needed}`"),
                None,
            );
            return None;
        }
        let factor = fields.real("factor").unwrap_or(1.0);
        let all = system.services.get(index).map_or(0, |s| s.replicas);
        let replicas = fields.whole("replicas").map_or(all, |n| n as u32);
        if what == "service" && replicas > all {
            let message = format!("`replicas` is {replicas}, the service has {all}");
            self.found.add(&fields.span_of("replicas"), message, None);
        }
        let replicas = replicas.min(all);
        let service = index;
        Some(match kind {
            "crash" => FaultKind::Crash { service, replicas },
            "slow" => FaultKind::Slow {
                service,
                replicas,
                factor,
            },
            "stall" => FaultKind::Stall { service, replicas },
            "loss" => FaultKind::Loss {
                link: index,
                probability: fields.real("share").unwrap_or(0.0),
            },
            "partition" => FaultKind::Partition { link: index },
            "delay" => FaultKind::Delay {
                link: index,
                factor,
            },
            _ => FaultKind::Surge {
                client: index,
                factor,
            },
        })
    }

    fn fault(&mut self, fault: &Named, system: &mut System) {
        let fields = &fault.fields;
        let Some(kind) = self.fault_kind(fields, system) else {
            return;
        };
        if let FaultKind::Surge { client, .. } = kind
            && matches!(
                system.clients.get(client).map(|c| &c.arrivals),
                Some(Arrivals::Closed { .. })
            )
        {
            let message = "a client with `users` cannot surge".to_string();
            self.found.add(&fields.span_of("client"), message, None);
        }
        let lasts = fields.law("lasts").unwrap_or(Distribution::Constant(0.0));
        let between = fields.law("between");
        if let Some(between) = &between {
            let cycle = lasts.mean() + between.mean();
            if cycle * FAULTS_MAX < self.duration_ns as f64 {
                let message = format!("the fault would start more than {FAULTS_MAX} times");
                self.found.add(&fields.span_of("between"), message, None);
            }
        }
        if system.services.is_empty() {
            return;
        }
        system.faults.push(Fault {
            kind,
            from_ns: fields.whole("from").unwrap_or(0),
            lasts,
            between,
        });
    }

    /// Cycles, depth, visits and numbers of replicas.
    fn check_calls(&mut self, system: &System, services: &[Named]) {
        if !self.found.is_empty() {
            return;
        }
        if let Some(message) = too_many(system) {
            self.found.add(&services[0].fields.span, message, None);
        }
        if let Some(cycle) = cycle(system) {
            let names: Vec<&str> = cycle
                .iter()
                .map(|&s| system.services[s].name.as_str())
                .collect();
            let what = if cycle.first() == cycle.last() {
                "a cycle"
            } else {
                "too long a chain"
            };
            let message = format!("calls form {what}: {}", names.join(" → "));
            self.found
                .add(&services[cycle[0]].fields.span, message, None);
            return;
        }
        for (i, service) in services.iter().enumerate() {
            if visits(system, i, None).iter().sum::<f64>() > VISITS_MAX {
                let message =
                    format!("one request causes more than {VISITS_MAX} visits to services");
                self.found.add(&service.fields.span, message, None);
                return;
            }
        }
    }
}

/// Most starts of a recurring fault in a run.
const FAULTS_MAX: f64 = 1e6;

fn call_spec() -> &'static Spec {
    let Some(Kind::Map(service)) = SCENARIO.key("services").map(|key| key.kind) else {
        unreachable!("services are named tables")
    };
    let Some(Kind::Map(call)) = service.key("calls").map(|key| key.kind) else {
        unreachable!("calls are named tables")
    };
    call
}

/// Names are lower-case words, so that they can stand in claims.
pub(super) fn check_name(name: &Name, found: &mut Diagnostics) {
    let text = &name.text;
    let good = text.len() <= NAME_MAX
        && text.starts_with(|c: char| c.is_ascii_lowercase())
        && !text.ends_with('-')
        && text
            .chars()
            .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || "-_".contains(c));
    if !good {
        let hint = format!(
            "a name is at most {NAME_MAX} lower-case letters, digits, `-` and `_`, first a letter"
        );
        found.add(&name.span, format!("`{text}` is not a name"), Some(hint));
    }
}

/// What a system has too many of, if it has.
fn too_many(system: &System) -> Option<String> {
    let replicas: u64 = system.services.iter().map(|s| u64::from(s.replicas)).sum();
    if replicas > REPLICAS_MAX {
        return Some(format!(
            "{replicas} replicas in all; at most {REPLICAS_MAX} are run"
        ));
    }
    let points = |service: &Service| match service.balancer {
        Balancer::ConsistentHash { virtual_nodes } => {
            u64::from(service.replicas) * u64::from(virtual_nodes)
        }
        _ => 0,
    };
    let points: u64 = system.services.iter().map(points).sum();
    if points > RING_POINTS_MAX {
        return Some(format!(
            "{points} points on hash rings in all; at most {RING_POINTS_MAX} are run"
        ));
    }
    let users = |client: &Client| match client.arrivals {
        Arrivals::Closed { users, .. } => u64::from(users),
        Arrivals::Open { .. } => 0,
    };
    let users: u64 = system.clients.iter().map(users).sum();
    (users > USERS_MAX).then(|| format!("{users} users in all; at most {USERS_MAX} are run"))
}
