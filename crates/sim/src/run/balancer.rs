//! Choosing a replica.

use super::purpose;
use super::replica::Replica;
use crate::system::Balancer;
use kernel::{Draw, Source};

/// What a balancer remembers.
#[derive(Clone, Debug)]
pub(crate) struct BalancerState {
    balancer: Balancer,
    next: u32,
    /// Points on the ring with their replicas, ascending.
    ring: Vec<(u64, u32)>,
}

impl BalancerState {
    pub(crate) fn new(balancer: Balancer, replicas: u32) -> Self {
        let mut ring = Vec::new();
        if let Balancer::ConsistentHash { virtual_nodes } = balancer {
            // The ring does not depend on the seed: a deployment has one ring, not one a run.
            let root = Draw::root(0, 0);
            for replica in 0..replicas {
                for point in 0..virtual_nodes {
                    ring.push((
                        root.of(u64::from(replica)).of(u64::from(point)).key(),
                        replica,
                    ));
                }
            }
            ring.sort_unstable();
        }
        BalancerState {
            balancer,
            next: 0,
            ring,
        }
    }

    /// The replica for a request with routing key `item` and draws of its own.
    #[inline(always)]
    pub(crate) fn choose(&mut self, replicas: &[Replica], item: u32, draw: Draw) -> u32 {
        if replicas.len() == 1 {
            return 0;
        }
        self.choose_of_many(replicas, item, draw)
    }

    fn choose_of_many(&mut self, replicas: &[Replica], item: u32, draw: Draw) -> u32 {
        let n = replicas.len() as u32;
        let mut source = draw.of(purpose::ROUTE).source();
        match self.balancer {
            Balancer::Random => source.below(n),
            Balancer::RoundRobin => {
                let chosen = self.next;
                self.next = (self.next + 1) % n;
                chosen
            }
            Balancer::LeastLoaded => {
                let start = source.below(n);
                let order = (0..n).map(|i| (start + i) % n);
                order
                    .min_by_key(|&i| replicas[i as usize].seen)
                    .unwrap_or(0)
            }
            Balancer::PowerOf { choices } => {
                let mut best = source.below(n);
                // Different replicas by Floyd-like shifting: the i-th draw skips the earlier ones.
                let mut taken = [best, 0, 0, 0, 0, 0, 0, 0];
                let choices = u32::from(choices).min(n).min(8);
                for i in 1..choices as usize {
                    let mut pick = source.below(n - i as u32);
                    taken[..i].sort_unstable();
                    for &other in &taken[..i] {
                        pick += u32::from(other <= pick);
                    }
                    taken[i] = pick;
                    if replicas[pick as usize].seen < replicas[best as usize].seen {
                        best = pick;
                    }
                }
                best
            }
            Balancer::ConsistentHash { .. } => {
                let point = Draw::root(1, 0).of(u64::from(item)).key();
                let at = self.ring.partition_point(|&(p, _)| p < point);
                self.ring
                    .get(at)
                    .or(self.ring.first())
                    .map_or(0, |&(_, replica)| replica)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::system::*;
    use kernel::Distribution;

    fn replicas(loads: &[u32]) -> Vec<Replica> {
        let service = Service {
            name: "s".into(),
            replicas: loads.len() as u32,
            workers: 1,
            work: Distribution::Constant(1.0),
            discipline: Discipline::Fifo,
            queue_max: None,
            balancer: Balancer::Random,
            balancer_refresh_ns: 0,
            workers_wait: true,
            drop_expired: false,
            shed: None,
            limit: None,
            rate_limit: None,
            stages: Vec::new(),
        };
        let with = |&load: &u32| Replica {
            seen: load,
            ..Replica::new(&service)
        };
        loads.iter().map(with).collect()
    }

    fn shares(balancer: Balancer, loads: &[u32]) -> Vec<u32> {
        let replicas = replicas(loads);
        let mut state = BalancerState::new(balancer, loads.len() as u32);
        let mut counts = vec![0; loads.len()];
        for i in 0..10_000 {
            let chosen = state.choose(&replicas, i, Draw::root(7, u64::from(i)));
            counts[chosen as usize] += 1;
        }
        counts
    }

    #[test]
    fn each_rule_has_its_shares() {
        assert_eq!(shares(Balancer::RoundRobin, &[9, 0, 0, 0]), [2_500; 4]);
        assert_eq!(shares(Balancer::LeastLoaded, &[3, 1, 2]), [0, 10_000, 0]);
        let random = shares(Balancer::Random, &[9, 0, 0, 0]);
        assert!(
            random.iter().all(|&c| (2_300..2_700).contains(&c)),
            "{random:?}"
        );
        // The worst of four is taken only against itself: never with two different choices.
        let two = shares(Balancer::PowerOf { choices: 2 }, &[4, 3, 2, 1]);
        assert_eq!(two[0], 0);
        // The best wins whenever drawn: 1 - C(3,2)/C(4,2) = 1/2.
        assert!((4_800..5_200).contains(&two[3]), "{two:?}");
        let all = shares(Balancer::PowerOf { choices: 4 }, &[4, 3, 2, 1]);
        assert_eq!(all, [0, 0, 0, 10_000]);
    }

    #[test]
    fn a_ring_moves_only_the_share_of_a_new_replica() {
        let balancer = Balancer::ConsistentHash { virtual_nodes: 200 };
        let (mut ten, mut eleven) = (
            BalancerState::new(balancer, 10),
            BalancerState::new(balancer, 11),
        );
        let (few, many) = (replicas(&[0; 10]), replicas(&[0; 11]));
        let mut moved = 0;
        for item in 0..20_000 {
            let a = ten.choose(&few, item, Draw::root(1, 1));
            let b = eleven.choose(&many, item, Draw::root(2, 2));
            assert!(a == b || b == 10, "only towards the new one");
            moved += u32::from(a != b);
        }
        // 1/11 of the keys, with the spread of 200 points a replica (7 %), four times over.
        assert!((1_300..2_350).contains(&moved), "{moved}");
    }
}
