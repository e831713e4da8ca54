//! Replicas placed so that few sets of nodes hold all copies of something.

use super::Model;
use crate::answer::{Answer, Memo, Outcome, Refusal, refuse};
use crate::inputs::Inputs;
use crate::special::{any_of, binomial};

pub(super) const MODELS: &[Model] = &[Model {
    id: "copysets",
    quantities: &["p_loss", "copysets", "p_loss_per_copyset"],
    answer: copysets,
}];

#[derive(Clone, Copy, PartialEq)]
enum Scheme {
    Random,
    Copyset,
    Minimal,
}

const SCHEMES: [(&str, Scheme); 3] = [
    ("random", Scheme::Random),
    ("copyset|copyset-replication", Scheme::Copyset),
    ("minimal|mincopysets", Scheme::Minimal),
];

/// A cluster of the paper's first table: chunks a node, and how many nodes share a node's data.
#[derive(Clone, Copy, PartialEq)]
struct System {
    chunks_per_node: u64,
    scatter_width: Option<u64>,
}

const SYSTEMS: [(&str, System); 3] = [
    (
        "ramcloud",
        System {
            chunks_per_node: 8000,
            scatter_width: None,
        },
    ),
    (
        "hdfs",
        System {
            chunks_per_node: 10_000,
            scatter_width: Some(200),
        },
    ),
    (
        "facebook",
        System {
            chunks_per_node: 10_000,
            scatter_width: Some(10),
        },
    ),
];

/// Largest cluster.
const NODES_MAX: u64 = 10_000_000;

struct Cluster {
    nodes: u64,
    failed: u64,
    replicas: u64,
}

impl Cluster {
    /// `C(F,R) / C(N,R)`: all copies of one set are among the failed nodes.
    fn loss_of_one(&self) -> f64 {
        let ratio = |i: u64| (self.failed.saturating_sub(i)) as f64 / (self.nodes - i) as f64;
        (0..self.replicas).map(ratio).product()
    }

    /// The chance that one of `count` different copysets failed. The failed nodes hold `C(F,R)`
    /// sets of R nodes, and copysets are different, so they are drawn without replacement: with
    /// F = R that is `count / C(N,R)` exactly, and for few among many `1 − (1 − q)^count`.
    fn loss_of(&self, count: f64) -> f64 {
        let all = binomial(self.nodes, self.replicas);
        let lost = binomial(self.failed, self.replicas);
        if lost < 1.0 || count < 1.0 {
            return 0.0;
        }
        if count > all - lost {
            return 1.0;
        }
        // The product over the smaller of the two draws; both give the same chance.
        let (draws, marked) = if lost < count {
            (lost, count)
        } else {
            (count, lost)
        };
        if draws > 1e6 {
            return any_of(self.loss_of_one(), count);
        }
        let ln_none = (0..draws as u64).map(|i| libm::log1p(-marked / (all - i as f64)));
        -libm::expm1(ln_none.sum())
    }
}

fn copysets(quantity: &str, inputs: &Inputs<'_>, _: &mut Memo) -> Outcome {
    let nodes = inputs.whole_or("n|nodes", 5000, 1..=NODES_MAX)?;
    let replicas = inputs.whole_or("r|replicas", 3, 1..=nodes.min(20))?;
    let one_percent = libm::round(nodes as f64 / 100.0) as u64;
    let cluster = Cluster {
        nodes,
        replicas,
        failed: inputs.whole_or("failed|f", one_percent, 0..=nodes)?,
    };
    if quantity == "p_loss_per_copyset" {
        return Ok(Answer::formula(cluster.loss_of_one()));
    }
    let system = inputs.choice_if("system", &SYSTEMS)?;
    let scheme = inputs.choice_if("scheme", &SCHEMES)?;
    let stated = inputs.number_if("copysets", 0.0..=1e300)?;
    let chunks = match inputs.number_if("chunks", 0.0..=1e300)? {
        Some(chunks) => Some(chunks),
        None => {
            let of_system = system.map(|system| system.chunks_per_node as f64);
            let each = inputs
                .number_if("chunks_per_node", 0.0..=1e300)?
                .or(of_system);
            // A chunk lies on R nodes.
            each.map(|each| each * nodes as f64 / replicas as f64)
        }
    };
    let of_system = system.and_then(|system| system.scatter_width);
    let scatter = inputs.whole_if("scatter_width|s", 1..=nodes)?.or(of_system);
    let count = match (stated, scheme) {
        (Some(count), _) => count,
        (None, Some(scheme)) => count(scheme, &cluster, scatter, chunks)?,
        (None, None) => return refuse("the selector scheme or copysets is missing"),
    };
    // Chunks are placed one by one, each anywhere: they may meet, so their sets are independent.
    let free = stated.is_none() && scheme == Some(Scheme::Random) && scatter.is_none();
    match quantity {
        "p_loss" if free => Ok(Answer::formula(any_of(cluster.loss_of_one(), count))),
        "p_loss" => Ok(Answer::formula(cluster.loss_of(count))),
        "copysets" => Ok(Answer::formula(count)),
        _ => Err(Refusal::NoQuantity),
    }
}

/// Number of copysets. Copyset replication has `S/(R−1)` permutations of `N/R` sets each. Random
/// placement makes every chunk a set; within a scatter width S the paper counts 55 a node at S = 10,
/// which is `C(S+1, R−1)`, and no more than there are chunks or sets of R nodes.
fn count(
    scheme: Scheme,
    cluster: &Cluster,
    scatter: Option<u64>,
    chunks: Option<f64>,
) -> Result<f64, Refusal> {
    let nodes = cluster.nodes as f64;
    let groups = libm::floor(nodes / cluster.replicas as f64);
    let all = binomial(cluster.nodes, cluster.replicas);
    match (scheme, scatter) {
        (Scheme::Minimal, _) | (Scheme::Copyset, None) => Ok(groups),
        (Scheme::Copyset, Some(width)) => {
            let others = cluster.replicas.saturating_sub(1).max(1);
            let permutations = (width as f64 / others as f64).max(1.0);
            Ok(libm::floor(permutations * nodes / cluster.replicas as f64).min(all))
        }
        (Scheme::Random, Some(width)) => {
            let near = nodes * binomial(width + 1, cluster.replicas - 1);
            Ok(near.min(all).min(chunks.unwrap_or(f64::INFINITY)))
        }
        (Scheme::Random, None) => match chunks {
            Some(chunks) => Ok(chunks),
            None => refuse("the selector chunks_per_node or scatter_width is missing"),
        },
    }
}
