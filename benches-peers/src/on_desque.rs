//! The work on `desque`.

use crate::{below, exponential};
use desque::serial::{Event, Simulation};
use desque::{SimState, SimTime};
use sim::workload::Network;
use std::cmp::Ordering;
use std::collections::VecDeque;

#[derive(Copy, Clone, Debug, PartialEq, PartialOrd)]
struct Seconds(f64);

impl Eq for Seconds {}
impl Ord for Seconds {
    fn cmp(&self, other: &Self) -> Ordering {
        self.0.total_cmp(&other.0)
    }
}
impl SimTime for Seconds {}

struct Row {
    idle: Vec<u32>,
    lines: Vec<VecDeque<f64>>,
    arrivals_per_s: f64,
    left: u64,
    sum: f64,
}

impl SimState<Seconds> for Row {
    fn is_complete(&self, _: &Seconds) -> bool {
        self.left == 0
    }
}

#[derive(Debug)]
struct Arrival;

#[derive(Debug)]
struct Departure {
    station: usize,
    born: f64,
}

fn join(sim: &mut Simulation<Row, Seconds>, station: usize, born: f64) -> desque::Result {
    let now = sim.current_time().0;
    let row = sim.state_mut();
    if row.idle[station] == 0 {
        row.lines[station].push_back(born);
        return Ok(());
    }
    row.idle[station] -= 1;
    sim.schedule(Departure { station, born }, Seconds(now + exponential()))
}

impl Event<Row, Seconds> for Arrival {
    fn execute(&mut self, sim: &mut Simulation<Row, Seconds>) -> desque::Result {
        let now = sim.current_time().0;
        let gap = exponential() / sim.state().arrivals_per_s;
        sim.schedule(Arrival, Seconds(now + gap))?;
        join(sim, 0, now)
    }
}

impl Event<Row, Seconds> for Departure {
    fn execute(&mut self, sim: &mut Simulation<Row, Seconds>) -> desque::Result {
        let (station, now) = (self.station, sim.current_time().0);
        match sim.state_mut().lines[station].pop_front() {
            Some(born) => {
                sim.schedule(Departure { station, born }, Seconds(now + exponential()))?;
            }
            None => sim.state_mut().idle[station] += 1,
        }
        if station + 1 < sim.state().idle.len() {
            return join(sim, station + 1, self.born);
        }
        let row = sim.state_mut();
        row.sum += now - self.born;
        row.left -= 1;
        Ok(())
    }
}

pub fn network(net: Network, customers: u64) -> f64 {
    let row = Row {
        idle: vec![net.servers; net.stations],
        lines: vec![VecDeque::new(); net.stations],
        arrivals_per_s: net.arrivals_per_s,
        left: customers,
        sum: 0.0,
    };
    let mut sim = Simulation::new(row, Seconds(0.0));
    sim.schedule(Arrival, Seconds(0.0))
        .expect("the start is not in the past");
    sim.run().expect("no event fails");
    sim.state().sum / customers as f64
}

struct Places {
    counts: Vec<u32>,
    left: u64,
}

impl SimState<Seconds> for Places {
    fn is_complete(&self, _: &Seconds) -> bool {
        self.left == 0
    }
}

#[derive(Debug)]
struct Hop(usize);

impl Event<Places, Seconds> for Hop {
    fn execute(&mut self, sim: &mut Simulation<Places, Seconds>) -> desque::Result {
        let now = sim.current_time().0;
        let places = sim.state_mut();
        places.counts[self.0] += 1;
        places.left -= 1;
        let to = below(places.counts.len());
        sim.schedule(Hop(to), Seconds(now + exponential()))
    }
}

pub fn phold(pending: u32, events: u64) -> f64 {
    let places = Places {
        counts: vec![0; pending as usize],
        left: events,
    };
    let mut sim = Simulation::new(places, Seconds(0.0));
    for place in 0..pending as usize {
        sim.schedule(Hop(place), Seconds(exponential()))
            .expect("the start is not in the past");
    }
    sim.run().expect("no event fails");
    sim.current_time().0
}
