//! A system as the engine runs it: components by index, all times in nanoseconds.
//!
//! A [`System`] is built by reading a scenario; the fields are public so that other front ends can
//! build one. The engine assumes what the reader checks: indices in range, calls without a cycle,
//! probabilities in 0..=1.

use kernel::{Distribution, Zipf};

/// Components of one variant.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct System {
    /// Sources of requests.
    pub clients: Vec<Client>,
    /// Calls: one for each client, then those of the services.
    pub calls: Vec<Call>,
    /// What does the work.
    pub services: Vec<Service>,
    /// What lies between a caller and a service.
    pub links: Vec<Link>,
    /// What goes wrong, and when.
    pub faults: Vec<Fault>,
}

/// A source of requests.
#[derive(Clone, Debug, PartialEq)]
pub struct Client {
    /// Its name in the scenario.
    pub name: String,
    /// When requests come.
    pub arrivals: Arrivals,
    /// The call that every request makes.
    pub call: usize,
    /// 0 is the most important of 8.
    pub priority: u8,
    /// Law of the keys that consistent hashing routes by; evenly over 2^32 when none.
    pub keys: Option<Zipf>,
}

/// When the requests of a client come.
#[derive(Clone, Debug, PartialEq)]
pub enum Arrivals {
    /// Whether or not earlier ones were answered.
    Open {
        /// Poisson process, or evenly spaced.
        spacing: Spacing,
        /// Requests a second without bursts, ramps and surges.
        rate_per_s: f64,
        /// How the rate changes over time.
        profile: Profile,
    },
    /// A fixed number of users, each waiting for its answer, then thinking.
    Closed {
        /// Number of users.
        users: u32,
        /// Time between an answer and the next request of a user.
        think_time: Distribution,
    },
}

/// Spacing of open arrivals.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Spacing {
    /// Independent: a Poisson process.
    Poisson,
    /// Evenly spaced.
    Uniform,
}

/// A rate over time, as multiples of the client's rate.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Profile {
    /// Always the same.
    Constant,
    /// From the rate at `from_ns` evenly to `factor` times it at `to_ns`, constant outside.
    Ramp {
        /// Rate at the end over rate at the start.
        factor: f64,
        /// Start.
        from_ns: u64,
        /// End, after the start.
        to_ns: u64,
    },
    /// `factor` times the rate during the first `length_ns` of every `every_ns`.
    Burst {
        /// Rate within over rate outside a burst.
        factor: f64,
        /// From one burst's start to the next one's.
        every_ns: u64,
        /// Length of a burst.
        length_ns: u64,
    },
    /// A sine wave between 1 and `factor` times the rate, lowest at the start.
    Daily {
        /// Highest rate over lowest rate.
        factor: f64,
        /// Length of a day.
        every_ns: u64,
    },
}

/// Who makes a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Caller {
    /// A client, by index.
    Client(usize),
    /// A service, by index.
    Service(usize),
}

/// A call from a client or a service to a service, with its policies.
#[derive(Clone, Debug, PartialEq)]
pub struct Call {
    /// `client`, or `service.call`.
    pub name: String,
    /// Who makes it.
    pub caller: Caller,
    /// The service that is called, by index.
    pub target: usize,
    /// Made for requests of this client only, by index.
    pub only_for: Option<usize>,
    /// Share of requests that make it, drawn for each.
    pub share: f64,
    /// The link that requests and answers cross, by index; none costs no time.
    pub link: Option<usize>,
    /// Bytes of a request and of an answer; matters on links with a bandwidth.
    pub request_bytes: u64,
    /// Bytes of an answer.
    pub response_bytes: u64,
    /// An attempt without an answer for this long has failed.
    pub timeout_ns: Option<u64>,
    /// The whole call, with all retries, may take this long.
    pub deadline_ns: Option<u64>,
    /// Whether the deadline travels with the request.
    pub propagate_deadline: bool,
    /// Whether giving up tells the service, which then stops working on it.
    pub propagate_cancellation: bool,
    /// Trying again after a failure.
    pub retry: Option<Retry>,
    /// Trying a second time before the first has failed.
    pub hedge: Option<Hedge>,
    /// Not calling a service that keeps failing.
    pub breaker: Option<Breaker>,
    /// Most attempts in flight.
    pub bulkhead: Option<u32>,
    /// Most attempts a second.
    pub rate_limit: Option<RateLimit>,
    /// What to answer when the call failed.
    pub fallback: Option<Fallback>,
}

/// Trying again after a failure.
#[derive(Clone, Debug, PartialEq)]
pub struct Retry {
    /// Attempts in all, the first included.
    pub attempts: u8,
    /// Wait before the first retry.
    pub backoff_ns: u64,
    /// Growth of the wait from one retry to the next.
    pub multiplier: f64,
    /// Longest wait.
    pub backoff_max_ns: u64,
    /// Random part of the wait.
    pub jitter: Jitter,
    /// Retries allowed as a share of first attempts.
    pub budget: Option<f64>,
    /// Retries that the budget may save up.
    pub budget_burst: f64,
}

/// Random part of a wait before a retry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Jitter {
    /// Exactly the wait.
    None,
    /// Half of the wait, and evenly up to the other half.
    Equal,
    /// Evenly between nothing and the wait.
    Full,
    /// Exponential with the wait as its mean.
    Exponential,
}

/// Sending a copy when an answer is slow; the first answer wins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hedge {
    /// Wait before a copy is sent.
    pub after_ns: u64,
    /// Copies at most.
    pub copies: u8,
}

/// A circuit breaker over the last calls; one for all replicas of the caller.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Breaker {
    /// Share of failures that opens it.
    pub failures: f64,
    /// Results that the share is taken over.
    pub window: u32,
    /// Results needed before it may open.
    pub minimum: u32,
    /// Time it stays open before it lets probes through.
    pub open_ns: u64,
    /// Successful probes that close it.
    pub probes: u32,
}

/// A token bucket.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RateLimit {
    /// Tokens a second.
    pub rate_per_s: f64,
    /// Tokens saved up at most.
    pub burst: u32,
    /// What happens without a token.
    pub excess: Excess,
}

/// What happens to a request that finds no token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Excess {
    /// It fails at once.
    Reject,
    /// It waits for its token.
    Delay,
}

/// A degraded answer in place of a failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fallback {
    /// Time to produce it.
    pub latency_ns: u64,
}

/// A service: replicas behind a balancer, each with workers and a queue.
#[derive(Clone, Debug, PartialEq)]
pub struct Service {
    /// Its name in the scenario.
    pub name: String,
    /// Number of replicas.
    pub replicas: u32,
    /// Workers of a replica; processor sharing: cores.
    pub workers: u32,
    /// Law of the work of a request, before its calls.
    pub work: Distribution,
    /// Order of the queue.
    pub discipline: Discipline,
    /// Requests that may wait at a replica.
    pub queue_max: Option<u32>,
    /// How a replica is chosen.
    pub balancer: Balancer,
    /// Age of the load figures that the balancer sees; 0 is up to date.
    pub balancer_refresh_ns: u64,
    /// Whether a worker waits while the calls of its request run.
    pub workers_wait: bool,
    /// Whether requests whose deadline has passed are dropped instead of worked on.
    pub drop_expired: bool,
    /// Dropping requests under overload.
    pub shed: Option<Shed>,
    /// A limit on requests within a replica.
    pub limit: Option<ConcurrencyLimit>,
    /// A token bucket in front of the service.
    pub rate_limit: Option<RateLimit>,
    /// Calls in stages: those of one stage run in parallel, stages one after the other.
    pub stages: Vec<Vec<usize>>,
}

impl Service {
    /// Whether a request keeps its worker while its calls run; cores that are shared never wait.
    pub(crate) fn holds_workers(&self) -> bool {
        self.workers_wait && self.discipline != Discipline::ProcessorSharing
    }
}

/// Order in which a replica works.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Discipline {
    /// First come, first served.
    Fifo,
    /// Last come, first served, without interruption.
    Lifo,
    /// By priority, then first come.
    Priority,
    /// All at once, sharing the cores evenly.
    ProcessorSharing,
}

/// How a replica is chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Balancer {
    /// Each with equal probability.
    Random,
    /// One after the other.
    RoundRobin,
    /// The one with the fewest requests; ties go to the first after a random start.
    LeastLoaded,
    /// The less loaded of `choices` random ones.
    PowerOf {
        /// Replicas asked, 2 to 8.
        choices: u8,
    },
    /// By the key of the request, on a ring with virtual nodes.
    ConsistentHash {
        /// Points of each replica on the ring.
        virtual_nodes: u32,
    },
}

/// Dropping requests under overload.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Shed {
    /// Controlled delay (Nichols and Jacobson 2012): drops at the head of the queue once waiting
    /// has stayed above the target for an interval.
    CoDel {
        /// Wait that is tolerated.
        target_ns: u64,
        /// How long it may be exceeded.
        interval_ns: u64,
    },
    /// Rejects with a probability while the queue is long.
    Random {
        /// Queue length from which it rejects.
        above: u32,
        /// Share rejected.
        probability: f64,
    },
    /// Rejects less important requests while the queue is long.
    Priority {
        /// Queue length from which it rejects.
        above: u32,
        /// Priorities above this number are rejected.
        protect: u8,
    },
}

/// A limit on requests within a replica, waiting or worked on.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum ConcurrencyLimit {
    /// A constant.
    Fixed {
        /// The limit.
        max: u32,
    },
    /// Additive increase, multiplicative decrease on answers slower than the target.
    Aimd {
        /// Limit at the start.
        initial: u32,
        /// Largest limit.
        max: u32,
        /// Time within the replica above which the limit shrinks.
        target_ns: u64,
        /// Factor of a decrease.
        decrease: f64,
    },
    /// Follows the ratio of the long-term to the present time within the replica
    /// (Netflix concurrency-limits, Gradient2).
    Gradient {
        /// Limit at the start.
        initial: u32,
        /// Largest limit.
        max: u32,
        /// Ratio of present to long-term time that is tolerated.
        tolerance: f64,
    },
}

/// What lies between a caller and a service.
#[derive(Clone, Debug, PartialEq)]
pub struct Link {
    /// Its name in the scenario.
    pub name: String,
    /// One-way delay.
    pub latency: Distribution,
    /// Share of messages lost.
    pub loss: f64,
    /// Bytes a second in each direction; none is unlimited.
    pub bytes_per_s: Option<f64>,
}

/// Something that goes wrong for a while.
#[derive(Clone, Debug, PartialEq)]
pub struct Fault {
    /// What.
    pub kind: FaultKind,
    /// First start.
    pub from_ns: u64,
    /// How long each lasts.
    pub lasts: Distribution,
    /// From one end to the next start; once when none.
    pub between: Option<Distribution>,
}

/// Kinds of faults.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum FaultKind {
    /// Replicas die: requests in them fail, new ones are refused; back empty at the end.
    Crash {
        /// Service, by index.
        service: usize,
        /// Replicas affected, from the first.
        replicas: u32,
    },
    /// Work begun meanwhile takes `factor` times as long.
    Slow {
        /// Service, by index.
        service: usize,
        /// Replicas affected, from the first.
        replicas: u32,
        /// Factor on the work.
        factor: f64,
    },
    /// Work stands still and goes on afterwards: a hang, a pause.
    Stall {
        /// Service, by index.
        service: usize,
        /// Replicas affected, from the first.
        replicas: u32,
    },
    /// A further share of messages is lost.
    Loss {
        /// Link, by index.
        link: usize,
        /// Share lost.
        probability: f64,
    },
    /// No message crosses.
    Partition {
        /// Link, by index.
        link: usize,
    },
    /// Messages take `factor` times as long.
    Delay {
        /// Link, by index.
        link: usize,
        /// Factor on the latency.
        factor: f64,
    },
    /// Requests come `factor` times as often.
    Surge {
        /// Client, by index.
        client: usize,
        /// Factor on the rate.
        factor: f64,
    },
}
