//! Codes with local parities: which failures can be decoded.

use super::Model;
use crate::answer::{Answer, Memo, Outcome, Refusal, refuse};
use crate::inputs::Inputs;
use crate::special::binomial;

pub(super) const MODELS: &[Model] = &[Model {
    id: "azure-lrc",
    quantities: &[
        "decodable_fraction",
        "decodable_patterns",
        "patterns",
        "repair_reads",
        "storage_overhead",
        "fragments",
    ],
    answer: lrc,
}];

/// Most fragments of a stripe: counts stay exact in a double.
const FRAGMENTS_MAX: u64 = 50;

/// `k` data fragments in `l` groups with a parity each, and `r` parities over all.
struct Code {
    k: u64,
    l: u64,
    r: u64,
}

impl Code {
    fn fragments(&self) -> u64 {
        self.k + self.l + self.r
    }

    /// Patterns of `failures` erased fragments that decode: the erasures of each group past the one
    /// that its parity repairs must not outnumber the global parities that are left.
    fn decodable(&self, failures: u64) -> f64 {
        let group = self.k / self.l + 1;
        let (failures, r) = (failures as usize, self.r as usize);
        // ways[e][x]: e fragments erased so far, x of them beyond the groups' own parities.
        let mut ways = vec![vec![0.0; r + 1]; failures + 1];
        ways[0][0] = 1.0;
        for _ in 0..self.l {
            let mut next = vec![vec![0.0; r + 1]; failures + 1];
            for (erased, row) in ways.iter().enumerate() {
                for (excess, &count) in row.iter().enumerate() {
                    for here in 0..=(group as usize).min(failures - erased) {
                        let beyond = excess + here.saturating_sub(1);
                        if beyond <= r {
                            next[erased + here][beyond] += count * binomial(group, here as u64);
                        }
                    }
                }
            }
            ways = next;
        }
        let mut sum = 0.0;
        for global in 0..=r.min(failures) {
            let row = &ways[failures - global];
            let fits: f64 = row[..=r - global].iter().sum();
            sum += fits * binomial(self.r, global as u64);
        }
        sum
    }
}

fn lrc(quantity: &str, inputs: &Inputs<'_>, _: &mut Memo) -> Outcome {
    let code = Code {
        k: inputs.whole("k", 1..=FRAGMENTS_MAX)?,
        l: inputs.whole("l", 1..=FRAGMENTS_MAX)?,
        r: inputs.whole("r", 0..=FRAGMENTS_MAX)?,
    };
    let all = code.fragments();
    if !code.k.is_multiple_of(code.l) {
        return refuse(format!(
            "{} data fragments do not make {} equal groups",
            code.k, code.l
        ));
    }
    if all > FRAGMENTS_MAX {
        return refuse(format!("more than {FRAGMENTS_MAX} fragments"));
    }
    let failures = |inputs: &Inputs<'_>| inputs.whole("failures|f", 0..=all);
    Ok(Answer::formula(match quantity {
        "decodable_fraction" => {
            let failures = failures(inputs)?;
            code.decodable(failures) / binomial(all, failures)
        }
        "decodable_patterns" => code.decodable(failures(inputs)?),
        "patterns" => binomial(all, failures(inputs)?),
        // A lost data fragment is read back from its group.
        "repair_reads" => (code.k / code.l) as f64,
        "storage_overhead" => all as f64 / code.k as f64,
        "fragments" => all as f64,
        _ => return Err(Refusal::NoQuantity),
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every pattern tried one by one.
    #[test]
    fn counting_meets_enumeration() {
        let code = Code { k: 6, l: 2, r: 2 };
        for failures in 0..=10u32 {
            let patterns = (0u32..1 << 10).filter(|bits| bits.count_ones() == failures);
            let decodes = |bits: &u32| {
                let excess = |mask: u32| (bits & mask).count_ones().saturating_sub(1);
                let global = (bits >> 8).count_ones();
                excess(0b1111) + excess(0b1111_0000) + global <= 2
            };
            let count = patterns.filter(decodes).count() as f64;
            assert_eq!(code.decodable(u64::from(failures)), count, "{failures}");
        }
    }
}
