//! Claims: a small total language over figures, and what it takes for a claim to hold.

use crate::expression::{Expression, Names, Relation, SyntaxError, parse};
use crate::figure::Unit;
use kernel::Interval;

/// A statement about figures of variants that a run must bear out.
///
/// `with.goodput > 3 * without.goodput`, `with.outage.p99 < 200 ms`,
/// `pool.utilisation.db = 0.8 within 2 %`: a figure is named by variant, window (left out: all
/// after the warm-up), measure, and component or cause. Differences need spaces around the minus.
#[derive(Clone, Debug, PartialEq)]
pub struct Claim {
    /// As written.
    pub text: String,
    /// Why it should be so.
    pub because: Option<String>,
    /// Where it was published.
    pub source: Option<String>,
    pub(crate) left: Expression,
    pub(crate) relation: Relation,
    pub(crate) right: Expression,
    /// Unit of both sides.
    pub(crate) unit: Unit,
}

/// Whether a claim is borne out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// The whole interval lies on the claimed side.
    Holds,
    /// The whole interval lies on the other side.
    Fails,
    /// The interval contains the border at the last look, or there is no interval.
    Inconclusive,
}

/// The border of a claim: the claim says that every margin is positive (or not negative).
pub(crate) struct Margins {
    pub(crate) values: Vec<f64>,
    pub(crate) strict: bool,
}

impl Claim {
    /// Reads a claim.
    pub(crate) fn parse(text: &str, names: &Names<'_>) -> Result<Claim, SyntaxError> {
        let (left, relation, right, unit) = parse(text, names)?;
        let text = text.trim().to_string();
        Ok(Claim {
            text,
            because: None,
            source: None,
            left,
            relation,
            right,
            unit,
        })
    }

    pub(crate) fn margins(&self, left: f64, right: f64) -> Margins {
        let (values, strict) = match self.relation {
            Relation::Less => (vec![right - left], true),
            Relation::LessOrEqual => (vec![right - left], false),
            Relation::Greater => (vec![left - right], true),
            Relation::GreaterOrEqual => (vec![left - right], false),
            Relation::Within(share) => {
                let slack = share * right.abs();
                (vec![left - right + slack, right - left + slack], false)
            }
        };
        Margins { values, strict }
    }
}

/// Where the interval of a margin lies.
pub(crate) fn verdict_of(interval: &Interval, strict: bool) -> Verdict {
    let holds = if strict {
        interval.low > 0.0
    } else {
        interval.low >= 0.0
    };
    let fails = if strict {
        interval.high <= 0.0
    } else {
        interval.high < 0.0
    };
    match (holds, fails) {
        (true, _) => Verdict::Holds,
        (_, true) => Verdict::Fails,
        _ => Verdict::Inconclusive,
    }
}
