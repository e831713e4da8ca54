//! How long to wait before a retry.

use crate::system::{Jitter, Retry};
use kernel::{Distribution, Source};

/// `backoff * multiplier^(retry - 1)`, capped, then jittered; `retry` counts from 1.
pub(crate) fn backoff_ns(policy: &Retry, retry: u8, source: &mut impl Source) -> u64 {
    let mut wait = policy.backoff_ns as f64;
    let cap = policy.backoff_max_ns as f64;
    // At most 255 multiplications; exact arithmetic, the same bits everywhere.
    for _ in 1..retry {
        wait *= policy.multiplier;
        if wait >= cap {
            break;
        }
    }
    let wait = wait.min(cap);
    let jittered = match policy.jitter {
        Jitter::None => wait,
        Jitter::Equal => wait * (0.5 + 0.5 * source.unit()),
        Jitter::Full => wait * source.unit(),
        Jitter::Exponential => Distribution::Exponential { mean: wait }.sample(source),
    };
    jittered as u64
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::Xoshiro256;

    fn policy(jitter: Jitter) -> Retry {
        Retry {
            attempts: 5,
            backoff_ns: 100,
            multiplier: 2.0,
            backoff_max_ns: 500,
            jitter,
            budget: None,
            budget_burst: 0.0,
        }
    }

    #[test]
    fn doubles_up_to_the_cap() {
        let mut source = Xoshiro256::seeded(1);
        let waits: Vec<u64> = (1..=5)
            .map(|n| backoff_ns(&policy(Jitter::None), n, &mut source))
            .collect();
        assert_eq!(waits, [100, 200, 400, 500, 500]);
        assert_eq!(backoff_ns(&policy(Jitter::None), 255, &mut source), 500);
    }

    #[test]
    fn jitter_stays_in_its_range() {
        let mut source = Xoshiro256::seeded(1);
        for _ in 0..1000 {
            assert!(backoff_ns(&policy(Jitter::Full), 3, &mut source) <= 400);
            let equal = backoff_ns(&policy(Jitter::Equal), 3, &mut source);
            assert!((200..=400).contains(&equal));
        }
    }
}
