//! The work on `simcore`.

use crate::{below, exponential};
use serde::Serialize;
use sim::workload::Network;
use simcore::{Event, EventHandler, Id, Simulation, SimulationContext, cast};
use std::cell::RefCell;
use std::collections::VecDeque;
use std::rc::Rc;

#[derive(Clone, Serialize)]
struct Next {}

#[derive(Clone, Serialize)]
struct Join {
    born: f64,
}

#[derive(Clone, Serialize)]
struct Done {
    born: f64,
}

/// What has left the last station: customers, and the sum of their times.
type Left = Rc<RefCell<(u64, f64)>>;

struct Source {
    first: Id,
    arrivals_per_s: f64,
    context: SimulationContext,
}

impl EventHandler for Source {
    fn on(&mut self, event: Event) {
        cast!(match event.data {
            Next {} => {
                self.context
                    .emit_self(Next {}, exponential() / self.arrivals_per_s);
                let born = self.context.time();
                self.context.emit_now(Join { born }, self.first);
            }
        })
    }
}

struct Station {
    idle: u32,
    line: VecDeque<f64>,
    next: Option<Id>,
    left: Left,
    context: SimulationContext,
}

impl EventHandler for Station {
    fn on(&mut self, event: Event) {
        cast!(match event.data {
            Join { born } => {
                if self.idle == 0 {
                    self.line.push_back(born);
                } else {
                    self.idle -= 1;
                    self.context.emit_self(Done { born }, exponential());
                }
            }
            Done { born } => {
                if let Some(waiting) = self.line.pop_front() {
                    self.context
                        .emit_self(Done { born: waiting }, exponential());
                } else {
                    self.idle += 1;
                }
                if let Some(next) = self.next {
                    self.context.emit_now(Join { born }, next);
                } else {
                    let mut left = self.left.borrow_mut();
                    left.0 += 1;
                    left.1 += self.context.time() - born;
                }
            }
        })
    }
}

pub fn network(net: Network, customers: u64) -> f64 {
    let mut sim = Simulation::new(1);
    let left: Left = Rc::default();
    let mut next = None;
    for i in (0..net.stations).rev() {
        let name = format!("station-{i}");
        let context = sim.create_context(&name);
        let station = Station {
            idle: net.servers,
            line: VecDeque::new(),
            next,
            left: Rc::clone(&left),
            context,
        };
        next = Some(sim.add_handler(&name, Rc::new(RefCell::new(station))));
    }
    let context = sim.create_context("source");
    context.emit_self(Next {}, 0.0);
    let first = next.expect("a network has a station");
    let source = Source {
        first,
        arrivals_per_s: net.arrivals_per_s,
        context,
    };
    sim.add_handler("source", Rc::new(RefCell::new(source)));
    while left.borrow().0 < customers {
        sim.step();
    }
    let sum = left.borrow().1;
    sum / customers as f64
}

struct Place {
    count: u32,
    places: Rc<RefCell<Vec<Id>>>,
    context: SimulationContext,
}

impl EventHandler for Place {
    fn on(&mut self, event: Event) {
        cast!(match event.data {
            Next {} => {
                self.count += 1;
                let places = self.places.borrow();
                let to = places[below(places.len())];
                self.context.emit(Next {}, to, exponential());
            }
        })
    }
}

pub fn phold(pending: u32, events: u64) -> f64 {
    let mut sim = Simulation::new(1);
    let places = Rc::new(RefCell::new(Vec::new()));
    for i in 0..pending {
        let name = format!("place-{i}");
        let context = sim.create_context(&name);
        context.emit_self(Next {}, exponential());
        let place = Place {
            count: 0,
            places: Rc::clone(&places),
            context,
        };
        let id = sim.add_handler(&name, Rc::new(RefCell::new(place)));
        places.borrow_mut().push(id);
    }
    for _ in 0..events {
        sim.step();
    }
    sim.time()
}
