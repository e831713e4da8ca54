//! Formulas of counting and chance against the thing itself: a table that is filled, a filter that
//! is built, a cache that is run. Seeds are fixed.

use crate::{agrees, value};
use kernel::{Distribution, Draw, Moments, Source, Xoshiro256, Zipf, inverse_normal};
use std::collections::VecDeque;

/// The share of `trials` in each of some repeats.
fn shares(trials: u32, mut trial: impl FnMut(&mut Xoshiro256) -> bool) -> Moments {
    (0..20)
        .map(|repeat| {
            let mut source = Draw::root(5, repeat).stream();
            let count = (0..trials).filter(|_| trial(&mut source)).count();
            count as f64 / f64::from(trials)
        })
        .collect()
}

#[test]
fn fan_out_and_majorities() {
    let slow = value("tail-fanout", "p_slow", "{ p = 0.01, n = 100 }");
    let run = shares(20_000, |source| (0..100).any(|_| source.chance(0.01)));
    agrees("fan-out", slow, &run, 0.01);
    for (n, p) in [(3u32, 0.1), (5, 0.6), (4, 0.3)] {
        let up = value(
            "majority-availability",
            "availability",
            &format!("{{ n = {n}, p = {p} }}"),
        );
        let run = shares(20_000, |source| {
            let down = (0..n).filter(|_| source.chance(p)).count() as u32;
            n - down > n / 2
        });
        agrees("majority", up, &run, 0.02);
    }
    let best = |p: f64| value("majority-availability", "best_n", &format!("{{ p = {p} }}"));
    assert_eq!(
        (best(0.1), best(0.6)),
        (7.0, 1.0),
        "one node beats a majority past a half"
    );
}

#[test]
fn bimodal_calls() {
    let call = |source: &mut Xoshiro256| {
        let slow = source.chance(0.01);
        let z = inverse_normal(source.unit() - 1e-16);
        if slow {
            100.0 + 10.0 * z
        } else {
            10.0 + 2.0 * z
        }
    };
    let over = value(
        "tail-bimodal",
        "p_over_55ms",
        "{ shape = \"parallel\", n = 10 }",
    );
    let run = shares(20_000, |source| (0..10).any(|_| call(source) > 55.0));
    agrees("parallel", over, &run, 0.02);
    let over = value(
        "tail-bimodal",
        "p_over",
        "{ shape = \"serial\", n = 10, t_ms = 200 }",
    );
    let run = shares(50_000, |source| {
        (0..10).map(|_| call(source)).sum::<f64>() > 200.0
    });
    agrees("serial", over, &run, 0.05);
    let mean = value(
        "tail-bimodal",
        "mean_ms",
        "{ shape = \"parallel\", n = 10 }",
    );
    let run: Moments = (0..20)
        .map(|repeat| {
            let mut source = Draw::root(6, repeat).stream();
            let largest =
                (0..20_000).map(|_| (0..10).map(|_| call(&mut source)).fold(0.0, f64::max));
            largest.sum::<f64>() / 20_000.0
        })
        .collect();
    agrees("mean of the largest", mean, &run, 0.01);
    let ratio = value("tail-bimodal", "variance_ratio", "{}");
    assert!((ratio - 85.15 / 4.0).abs() < 1e-9, "{ratio}");
    let p99 = value("tail-bimodal", "p99_ms", "{ n = 1 }");
    let tail = value("tail-bimodal", "p_over", &format!("{{ t_ms = {p99} }}"));
    assert!((tail - 0.01).abs() < 1e-9, "{p99} {tail}");
}

#[test]
fn ethernet_slots() {
    let wasted = value("ethernet-efficiency", "mean_wasted_slots", "{ q = 5 }");
    let run: Moments = (0..20)
        .map(|repeat| {
            let mut source = Draw::root(7, repeat).stream();
            let slots = 40_000;
            let sent = |source: &mut Xoshiro256| (0..5).filter(|_| source.chance(0.2)).count() == 1;
            let packets = (0..slots).filter(|_| sent(&mut source)).count();
            f64::from(slots) / packets as f64 - 1.0
        })
        .collect();
    agrees("wasted slots", wasted, &run, 0.02);
}

#[test]
fn birthdays_and_shards() {
    let alike = value("birthday-ids", "p_collision", "{ n = 23, d = 365 }");
    let run = shares(10_000, |source| {
        let mut seen = [false; 365];
        (0..23).any(|_| std::mem::replace(&mut seen[source.below(365) as usize], true))
    });
    agrees("birthdays", alike, &run, 0.01);
    let share = value("shuffle-sharding", "p_share", "{ n = 8, k = 3, i = 1 }");
    let pick = |source: &mut Xoshiro256| {
        let mut set = 0u32;
        while set.count_ones() < 3 {
            set |= 1 << source.below(8);
        }
        set
    };
    let run = shares(20_000, |source| {
        (pick(source) & pick(source)).count_ones() == 1
    });
    agrees("shards", share, &run, 0.02);
    let all: f64 = (0..=3)
        .map(|i| {
            value(
                "shuffle-sharding",
                "p_share",
                &format!("{{ n = 8, k = 3, i = {i} }}"),
            )
        })
        .sum();
    assert!((all - 1.0).abs() < 1e-12);
}

/// The population loop of the paper: each backend walks its own permutation of the slots.
#[test]
fn a_maglev_table_is_even() {
    let (slots, backends) = (65_537usize, 1000usize);
    let mut source = Draw::root(8, 0).stream();
    let walks: Vec<(u64, u64)> = (0..backends)
        .map(|_| {
            (
                source.word() % slots as u64,
                source.word() % (slots as u64 - 1) + 1,
            )
        })
        .collect();
    let mut table = vec![false; slots];
    let mut next = vec![0u64; backends];
    let mut counts = vec![0u32; backends];
    let mut filled = 0;
    'full: loop {
        for (backend, &(offset, skip)) in walks.iter().enumerate() {
            loop {
                let slot = ((offset + next[backend] * skip) % slots as u64) as usize;
                next[backend] += 1;
                if !std::mem::replace(&mut table[slot], true) {
                    break;
                }
            }
            counts[backend] += 1;
            filled += 1;
            if filled == slots {
                break 'full;
            }
        }
    }
    let most = counts.iter().copied().max().unwrap();
    let least = counts.iter().copied().min().unwrap();
    let at = "{ m = 65537, n = 1000 }";
    let mean = slots as f64 / backends as f64;
    assert_eq!(
        f64::from(most) / mean,
        value("maglev-evenness", "max_over_mean", at)
    );
    assert_eq!(
        f64::from(most - least),
        value("maglev-evenness", "slots_spread", at)
    );
}

/// Lamping and Veach's function.
fn jump(mut key: u64, buckets: u64) -> u64 {
    let (mut b, mut j) = (0u64, 0u64);
    while j < buckets {
        b = j;
        key = key.wrapping_mul(2_862_933_555_777_941_757).wrapping_add(1);
        j = ((b + 1) as f64 * (2_147_483_648.0 / ((key >> 33) + 1) as f64)) as u64;
    }
    b
}

#[test]
fn resizing_moves_what_it_must() {
    for (scheme, from, to) in [
        ("jump", 10, 12),
        ("jump", 7, 5),
        ("modulo", 10, 12),
        ("modulo", 8, 4),
    ] {
        let at = format!("{{ scheme = \"{scheme}\", from = {from}, to = {to} }}");
        let moved = value("resize-movement", "moved_fraction", &at);
        let run = shares(20_000, |source| {
            let key = source.word();
            match scheme {
                "jump" => jump(key, from) != jump(key, to),
                _ => key % from != key % to,
            }
        });
        agrees(&at, moved, &run, 0.02);
    }
}

/// A share of the ring is a beta law: variance (N − 1) / (N V + 1) in units of the mean share.
#[test]
fn rings_spread_as_the_beta_law() {
    for (buckets, points) in [(1000.0f64, 1.0f64), (1000.0, 30.0), (50.0, 10.0)] {
        let at = format!("{{ buckets = {buckets}, points = {points} }}");
        let run = value("ring-std-error", "std_error", &at);
        let theory = ((buckets - 1.0) / (buckets * points + 1.0)).sqrt();
        assert!((run / theory - 1.0).abs() < 0.01, "{at}: {run} {theory}");
    }
}

/// Nine nodes, 54 different sets of three, three nodes fail.
#[test]
fn copysets_lose_data_as_counted() {
    let lost = value("copysets", "p_loss", "{ n = 9, failed = 3, copysets = 54 }");
    assert!((lost - 54.0 / 84.0).abs() < 1e-12, "{lost}");
    let lost = value(
        "copysets",
        "p_loss",
        "{ n = 30, failed = 5, copysets = 200 }",
    );
    let set = |source: &mut Xoshiro256, size: u32| {
        let mut set = 0u32;
        while set.count_ones() < size {
            set |= 1 << source.below(30);
        }
        set
    };
    let run = shares(1_000, |source| {
        let mut sets = std::collections::BTreeSet::new();
        while sets.len() < 200 {
            sets.insert(set(source, 3));
        }
        let failed = set(source, 5);
        sets.iter().any(|copies| copies & failed == *copies)
    });
    agrees("thirty nodes", lost, &run, 0.05);
}

#[test]
fn a_filter_errs_as_often_as_it_should() {
    for (bits, hashes) in [(8u64, 4u64), (10, 7)] {
        let keys = 20_000u64;
        let size = bits * keys;
        let at = format!("{{ bits_per_key = {bits}, k = {hashes} }}");
        let formula = value("bloom-fpr", "fpr", &at);
        let run: Moments = (0..20)
            .map(|repeat| {
                let root = Draw::root(9, repeat);
                let mut filter = vec![false; size as usize];
                let places = |key: u64| {
                    let mut source = root.of(key).source();
                    (0..hashes)
                        .map(move |_| source.below(size as u32) as usize)
                        .collect::<Vec<_>>()
                };
                for key in 0..keys {
                    places(key).into_iter().for_each(|at| filter[at] = true);
                }
                let probes = 200_000;
                let others = (keys..keys + probes)
                    .filter(|&key| places(key).into_iter().all(|at| filter[at]));
                others.count() as f64 / probes as f64
            })
            .collect();
        agrees(&at, formula, &run, 0.05);
    }
}

/// The model draws what registers would hold; here every item is hashed.
#[test]
fn a_sketch_of_hashed_items_spreads_as_drawn() {
    let (registers, items, streams) = (256u64, 256 * 40, 2500);
    let mut errors = Moments::new();
    for stream in 0..streams {
        let mut source = Draw::root(13, stream).stream();
        let mut ranks = vec![0u32; registers as usize];
        for _ in 0..items {
            let word = source.word();
            let rank = (word << 8).leading_zeros() + 1;
            let register = &mut ranks[(word >> 56) as usize];
            *register = rank.max(*register);
        }
        let sum: f64 = ranks.iter().map(|&rank| 1.0 / (1u64 << rank) as f64).sum();
        let m = registers as f64;
        errors.push(0.7213 / (1.0 + 1.079 / m) * m * m / sum / items as f64 - 1.0);
    }
    let spread = errors.variance().sqrt();
    let model = value("hll-error", "rel_std_error", "{ m = 256 }");
    // Two and a half thousand streams know their spread to 1.4 % each.
    assert!((model / spread - 1.0).abs() < 0.05, "{model} {spread}");
    assert!(errors.mean().abs() < 0.01, "{}", errors.mean());
}

#[test]
fn time_to_data_loss() {
    for (n, tolerates, lambda) in [(2usize, 1usize, 0.05), (3, 2, 0.2), (4, 1, 0.03)] {
        let at = format!("{{ n = {n}, tolerates = {tolerates}, lambda = {lambda}, mu = 1.0 }}");
        let formula = value("mttdl-markov", "mttdl", &at);
        let run: Moments = (0..24)
            .map(|repeat| {
                let mut source = Draw::root(10, repeat).stream();
                let lives = 1000;
                let one = Distribution::exponential(1.0).unwrap();
                let mut total = 0.0;
                for _ in 0..lives {
                    let mut down = 0;
                    while down <= tolerates {
                        let (failing, repaired) = ((n - down) as f64 * lambda, down as f64);
                        total += one.sample(&mut source) / (failing + repaired);
                        if source.chance(failing / (failing + repaired)) {
                            down += 1;
                        } else {
                            down -= 1;
                        }
                    }
                }
                total / f64::from(lives)
            })
            .collect();
        agrees(&at, formula, &run, 0.05);
    }
}

/// The Poisson path, with failures frequent enough to be met.
#[test]
fn drives_that_fail_together() {
    let target = "{ afr = 2.0, drives = 20, window_h = 156.0, lost = 4 }";
    let formula = value("backblaze-durability", "p_four_in_window", target);
    let rate = 2.0 * 20.0 * 156.0 / 8760.0;
    let gap = Distribution::exponential(1.0 / rate).unwrap();
    let run = shares(200_000, |source| {
        let mut at = gap.sample(source);
        let mut count = 0;
        while at <= 1.0 {
            count += 1;
            at += gap.sample(source);
        }
        count == 4
    });
    agrees("four failures", formula, &run, 0.05);
}

/// Hits of a cache of `capacity` that is run on Zipf keys.
fn run_cache(policy: &str, items: u64, exponent: f64, capacity: usize, repeat: u64) -> f64 {
    let zipf = Zipf::new(items, exponent).expect("a law of Zipf");
    let mut source = Draw::root(12, repeat).stream();
    let mut last_use = vec![0u64; items as usize + 1];
    let mut kept: Vec<u64> = Vec::new();
    let mut queue: VecDeque<(u64, u64)> = VecDeque::new();
    let mut inside = vec![false; items as usize + 1];
    let (warm, counted) = (200_000u64, 400_000u64);
    let mut hits = 0u64;
    for now in 1..=warm + counted {
        let key = zipf.sample(&mut source);
        let hit = inside[key as usize];
        hits += u64::from(hit && now > warm);
        let full = if policy == "random" {
            kept.len() == capacity
        } else {
            last_use[0] as usize == capacity
        };
        if policy == "lru" && hit {
            last_use[key as usize] = now;
            queue.push_back((key, now));
        }
        if hit {
            continue;
        }
        if full {
            // Entries of a key that was used again are stale.
            let victim = loop {
                if policy == "random" {
                    let at = source.below(capacity as u32) as usize;
                    break kept.swap_remove(at);
                }
                let (old, used) = queue.pop_front().expect("a full cache has entries");
                if last_use[old as usize] == used {
                    break old;
                }
            };
            inside[victim as usize] = false;
            last_use[0] -= 1;
        }
        inside[key as usize] = true;
        last_use[0] += 1;
        last_use[key as usize] = now;
        if policy == "random" {
            kept.push(key);
        } else {
            queue.push_back((key, now));
        }
    }
    hits as f64 / counted as f64
}

#[test]
fn caches_hit_as_the_characteristic_time_says() {
    for (items, exponent, capacity) in [(10_000u64, 0.8, 1000usize), (10_000, 1.0, 100)] {
        for policy in ["lru", "fifo", "random"] {
            let at = format!(
                "{{ items = {items}, zipf = {exponent}, capacity = {capacity}, policy = \"{policy}\" }}"
            );
            let formula = value("che-approximation", "hit_ratio", &at);
            let run: Moments = (0..4)
                .map(|repeat| run_cache(policy, items, exponent, capacity, repeat))
                .collect();
            // An approximation for LRU: close, not within the interval.
            assert!(
                (formula - run.mean()).abs() < 0.003,
                "{at}: {formula} {}",
                run.mean()
            );
        }
    }
}

#[test]
fn faults_are_counted() {
    let faults = |policy: &str, frames: u32| {
        let at = format!(
            "{{ policy = \"{policy}\", frames = {frames}, refs = [1, 2, 3, 4, 1, 2, 5, 1, 2, 3, 4, 5] }}"
        );
        value("belady-anomaly", "faults", &at)
    };
    assert_eq!((faults("fifo", 3), faults("fifo", 4)), (9.0, 10.0));
    assert_eq!((faults("lru", 3), faults("lru", 4)), (10.0, 8.0));
    assert_eq!((faults("opt", 3), faults("opt", 4)), (7.0, 6.0));
}
