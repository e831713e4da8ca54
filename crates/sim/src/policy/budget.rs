//! A retry budget: retries as a share of first attempts.

/// Tokens in thousandths: a first attempt earns the share, a retry costs one.
#[derive(Clone, Debug)]
pub(crate) struct RetryBudget {
    earn_milli: u64,
    max_milli: u64,
    milli: u64,
}

impl RetryBudget {
    pub(crate) fn new(share: f64, burst: f64) -> Self {
        let max_milli = (burst * 1e3) as u64;
        RetryBudget {
            earn_milli: (share * 1e3 + 0.5) as u64,
            max_milli,
            milli: max_milli,
        }
    }

    pub(crate) fn first_attempt(&mut self) {
        self.milli = (self.milli + self.earn_milli).min(self.max_milli);
    }

    /// Takes a token for a retry; false when none is left.
    pub(crate) fn take(&mut self) -> bool {
        let enough = self.milli >= 1_000;
        if enough {
            self.milli -= 1_000;
        }
        enough
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn retries_are_a_share_of_first_attempts() {
        let mut budget = RetryBudget::new(0.1, 10.0);
        let mut retries = 0;
        for _ in 0..10_000 {
            budget.first_attempt();
            retries += u32::from(budget.take());
        }
        // A tenth of 10 000, plus the ten saved up.
        assert!((1_008..=1_010).contains(&retries), "{retries}");
    }
}
