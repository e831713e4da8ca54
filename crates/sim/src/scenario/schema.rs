//! All keys of a scenario: what the reader accepts and what the reference prints are this table.

/// What a key holds.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Kind {
    /// `250 ms`
    Duration,
    /// `1200/s`
    Rate,
    /// `100 Mbit/s`
    Bandwidth,
    /// `2 kB`
    Size,
    /// `5 %` or `0.05`
    Share,
    /// A number in a range.
    Number(f64, f64),
    /// A whole number in a range.
    Count(u64, u64),
    /// `true` or `false`
    Bool,
    /// Any text.
    Text,
    /// One of a list of words.
    Choice(&'static [&'static str]),
    /// A law of times.
    Law,
    /// The name of a component.
    Name(&'static str),
    /// A table with these keys.
    Table(&'static Spec),
    /// Tables with these keys, each under a name of the author's choice.
    Map(&'static Spec),
    /// A list of tables with these keys.
    List(&'static Spec),
    /// Changes to the rest of the scenario, each set under a name.
    Variants,
}

/// Whether a key must be there.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Need {
    Required,
    Optional,
    /// Left out, it has this value, written as in a scenario.
    Default(&'static str),
}

/// One key.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Key {
    pub(crate) name: &'static str,
    pub(crate) kind: Kind,
    pub(crate) need: Need,
    pub(crate) doc: &'static str,
}

/// The keys of one table.
#[derive(Debug)]
pub(crate) struct Spec {
    pub(crate) name: &'static str,
    pub(crate) doc: &'static str,
    pub(crate) keys: &'static [Key],
    /// Further keys shared with another table.
    pub(crate) and: Option<&'static Spec>,
}

impl Spec {
    pub(crate) fn key(&self, name: &str) -> Option<&'static Key> {
        self.keys().find(|key| key.name == name)
    }
    pub(crate) fn keys(&self) -> impl Iterator<Item = &'static Key> + use<> {
        self.keys
            .iter()
            .chain(self.and.map_or(&[][..], |spec| spec.keys))
    }
}

use Kind::*;
use Need::{Default, Optional, Required};

const fn key(name: &'static str, kind: Kind, need: Need, doc: &'static str) -> Key {
    Key {
        name,
        kind,
        need,
        doc,
    }
}

pub(crate) static SCENARIO: Spec = Spec {
    name: "scenario",
    doc: "A system, its load, what goes wrong, and what is claimed about it.",
    keys: &[
        key(
            "schema",
            Count(1, 1),
            Required,
            "Version of this format: 1.",
        ),
        key("title", Text, Required, "One line."),
        key(
            "question",
            Text,
            Optional,
            "One paragraph: what the scenario shows.",
        ),
        key(
            "analysis",
            Choice(&["steady", "transient"]),
            Default("transient"),
            "`steady`: long-run figures, refused without a steady state. `transient`: what happens when.",
        ),
        key("duration", Duration, Required, "Simulated time of a run."),
        key(
            "warmup",
            Duration,
            Default("0 s"),
            "Start of a run that figures without a window leave out.",
        ),
        key(
            "seed",
            Count(0, u32::MAX as u64),
            Default("1"),
            "Another seed gives another, equally good result.",
        ),
        key(
            "series_points",
            Count(10, 400),
            Default("120"),
            "Points of the series over time.",
        ),
        key(
            "first_look",
            Count(2, 256),
            Default("8"),
            "Replications before claims are first looked at; doubled for each further look.",
        ),
        key(
            "looks",
            Count(1, 6),
            Default("4"),
            "Looks at most; the error probability of 1 % is divided over them.",
        ),
        key(
            "windows",
            Map(&WINDOW),
            Optional,
            "Named spans of time in which figures can be taken.",
        ),
        key("clients", Map(&CLIENT), Required, "Sources of requests."),
        key("services", Map(&SERVICE), Required, "What does the work."),
        key(
            "links",
            Map(&LINK),
            Optional,
            "What lies between callers and services.",
        ),
        key(
            "faults",
            Map(&FAULT),
            Optional,
            "What goes wrong, and when.",
        ),
        key(
            "variants",
            Variants,
            Optional,
            "Systems to compare under the same load: each a set of changes to the tables above; `false` removes a key.",
        ),
        key(
            "claims",
            List(&CLAIM),
            Optional,
            "Statements that a run must bear out.",
        ),
    ],
    and: None,
};

static WINDOW: Spec = Spec {
    name: "window",
    doc: "A span of time.",
    keys: &[
        key("from", Duration, Required, "Start."),
        key("to", Duration, Required, "End."),
    ],
    and: None,
};

static CLIENT: Spec = Spec {
    name: "client",
    doc: "A source of requests: open (`rate`) or a number of `users` who wait for answers.",
    keys: &[
        key(
            "calls",
            Name("service"),
            Required,
            "The service that every request goes to.",
        ),
        key(
            "rate",
            Rate,
            Optional,
            "Requests a second, answered or not: an open client.",
        ),
        key(
            "spacing",
            Choice(&["poisson", "uniform"]),
            Default("poisson"),
            "Independent requests, or evenly spaced ones.",
        ),
        key("ramp", Table(&RAMP), Optional, "The rate changes evenly."),
        key(
            "burst",
            Table(&BURST),
            Optional,
            "The rate is higher in every so often.",
        ),
        key(
            "daily",
            Table(&DAILY),
            Optional,
            "The rate follows a sine wave.",
        ),
        key(
            "users",
            Count(1, 100_000),
            Optional,
            "Users, each waiting for its answer: a closed client.",
        ),
        key(
            "think_time",
            Law,
            Default("0 s"),
            "Time between an answer and the next request of a user.",
        ),
        key(
            "priority",
            Count(0, 7),
            Default("0"),
            "0 is the most important.",
        ),
        key(
            "keys",
            Table(&KEYS),
            Optional,
            "Popularity of the keys that consistent hashing routes by.",
        ),
    ],
    and: Some(&POLICIES),
};

static RAMP: Spec = Spec {
    name: "ramp",
    doc: "From the client's rate to another one.",
    keys: &[
        key("to", Rate, Required, "Rate at the end and after it."),
        key("from", Duration, Default("0 s"), "When it starts."),
        key("until", Duration, Required, "When it ends."),
    ],
    and: None,
};

static BURST: Spec = Spec {
    name: "burst",
    doc: "A higher rate now and then.",
    keys: &[
        key("rate", Rate, Required, "Rate within a burst."),
        key("every", Duration, Required, "From one start to the next."),
        key("lasts", Duration, Required, "Length of a burst."),
    ],
    and: None,
};

static DAILY: Spec = Spec {
    name: "daily",
    doc: "A sine wave between the client's rate, at the start, and a peak.",
    keys: &[
        key("peak", Rate, Required, "Highest rate."),
        key("every", Duration, Default("24 h"), "Length of a day."),
    ],
    and: None,
};

static KEYS: Spec = Spec {
    name: "keys",
    doc: "Zipf's law: key k is asked for in proportion to k^-exponent.",
    keys: &[
        key(
            "count",
            Count(1, 1_000_000_000),
            Required,
            "Number of keys.",
        ),
        key(
            "exponent",
            Number(0.0, 10.0),
            Default("1"),
            "0 is evenly spread.",
        ),
    ],
    and: None,
};

static SERVICE: Spec = Spec {
    name: "service",
    doc: "Replicas behind a balancer, each with workers and a queue.",
    keys: &[
        key(
            "replicas",
            Count(1, 10_000),
            Default("1"),
            "Copies of the service.",
        ),
        key(
            "workers",
            Count(1, 100_000),
            Default("1"),
            "Requests that a replica works on at once; cores under processor sharing.",
        ),
        key(
            "service_time",
            Law,
            Required,
            "Work of a request, before its calls.",
        ),
        key(
            "discipline",
            Choice(&["fifo", "lifo", "priority", "processor-sharing"]),
            Default("fifo"),
            "Order of the queue.",
        ),
        key(
            "queue",
            Count(0, 10_000_000),
            Optional,
            "Requests that may wait at a replica; unlimited when left out.",
        ),
        key(
            "balancer",
            Choice(&[
                "random",
                "round-robin",
                "least-loaded",
                "power-of-d",
                "consistent-hashing",
            ]),
            Default("random"),
            "How a replica is chosen.",
        ),
        key(
            "choices",
            Count(2, 8),
            Default("2"),
            "Replicas that `power-of-d` compares.",
        ),
        key(
            "virtual_nodes",
            Count(1, 1_000),
            Default("100"),
            "Points of a replica on the ring of `consistent-hashing`.",
        ),
        key(
            "load_age",
            Duration,
            Default("0 s"),
            "The balancer learns the loads this often; 0 s is always.",
        ),
        key(
            "while_calling",
            Choice(&["hold", "release"]),
            Default("hold"),
            "Whether a worker waits while the calls of its request run.",
        ),
        key(
            "drop_expired",
            Bool,
            Default("false"),
            "Drop a request whose deadline has passed instead of working on it.",
        ),
        key(
            "shed",
            Table(&SHED),
            Optional,
            "Drop requests under overload.",
        ),
        key(
            "limit",
            Table(&LIMIT),
            Optional,
            "A limit on requests within a replica, waiting or worked on.",
        ),
        key(
            "rate_limit",
            Table(&RATE_LIMIT),
            Optional,
            "A token bucket in front of the service; it can only reject.",
        ),
        key(
            "calls",
            Map(&CALL),
            Optional,
            "Calls that every request makes after its work; the name is the target unless `to` says otherwise.",
        ),
    ],
    and: None,
};

static SHED: Spec = Spec {
    name: "shed",
    doc: "Dropping requests under overload.",
    keys: &[
        key(
            "method",
            Choice(&["codel", "random", "priority"]),
            Required,
            "`codel`: at the head of a queue that stays slow; `random`: a share; `priority`: the less important.",
        ),
        key(
            "target",
            Duration,
            Default("5 ms"),
            "codel: wait that is tolerated.",
        ),
        key(
            "interval",
            Duration,
            Default("100 ms"),
            "codel: how long the target may be exceeded.",
        ),
        key(
            "above",
            Count(0, 10_000_000),
            Default("10"),
            "random, priority: queue length from which requests are dropped.",
        ),
        key("share", Share, Default("50 %"), "random: share dropped."),
        key(
            "protect",
            Count(0, 7),
            Default("0"),
            "priority: requests with a larger number are dropped.",
        ),
    ],
    and: None,
};

static LIMIT: Spec = Spec {
    name: "limit",
    doc: "A limit on requests within a replica.",
    keys: &[
        key(
            "method",
            Choice(&["fixed", "aimd", "gradient"]),
            Default("fixed"),
            "Constant, or finding its own value.",
        ),
        key(
            "max",
            Count(1, 1_000_000),
            Required,
            "The limit, or its largest value.",
        ),
        key(
            "initial",
            Count(1, 1_000_000),
            Default("20"),
            "aimd, gradient: value at the start.",
        ),
        key(
            "target",
            Duration,
            Default("100 ms"),
            "aimd: time within the replica above which the limit shrinks.",
        ),
        key(
            "decrease",
            Number(0.1, 0.99),
            Default("0.9"),
            "aimd: factor of a decrease.",
        ),
        key(
            "tolerance",
            Number(1.0, 10.0),
            Default("1.5"),
            "gradient: ratio of present to long-term time that is tolerated.",
        ),
    ],
    and: None,
};

static RATE_LIMIT: Spec = Spec {
    name: "rate_limit",
    doc: "A token bucket.",
    keys: &[
        key("rate", Rate, Required, "Tokens a second."),
        key(
            "burst",
            Count(1, 1_000_000),
            Default("1"),
            "Tokens saved up at most.",
        ),
        key(
            "excess",
            Choice(&["reject", "delay"]),
            Default("reject"),
            "What happens without a token.",
        ),
    ],
    and: None,
};

static CALL: Spec = Spec {
    name: "call",
    doc: "A call to another service.",
    keys: &[
        key(
            "to",
            Name("service"),
            Optional,
            "Target, when it is not the name of the call.",
        ),
        key(
            "only_for",
            Name("client"),
            Optional,
            "Made for requests of this client only.",
        ),
        key(
            "share",
            Share,
            Default("100 %"),
            "Share of requests that make it.",
        ),
        key(
            "stage",
            Count(1, 100),
            Optional,
            "Calls of one stage run in parallel, stages one after the other; left out, a stage of its own after those before it in the text.",
        ),
    ],
    and: Some(&POLICIES),
};

static POLICIES: Spec = Spec {
    name: "policies",
    doc: "Policies of a call.",
    keys: &[
        key(
            "link",
            Name("link"),
            Optional,
            "What the call crosses; left out, it takes no time.",
        ),
        key(
            "request_size",
            Size,
            Default("1 kB"),
            "Matters on links with a bandwidth.",
        ),
        key(
            "response_size",
            Size,
            Default("1 kB"),
            "Matters on links with a bandwidth.",
        ),
        key(
            "timeout",
            Duration,
            Optional,
            "An attempt without an answer for this long has failed.",
        ),
        key(
            "deadline",
            Duration,
            Optional,
            "The whole call, with its retries, may take this long.",
        ),
        key(
            "propagate_deadline",
            Bool,
            Default("false"),
            "The deadline travels with the request and bounds the calls made for it.",
        ),
        key(
            "cancellation",
            Choice(&["ignored", "propagated"]),
            Default("ignored"),
            "Whether giving up stops the work.",
        ),
        key(
            "retry",
            Table(&RETRY),
            Optional,
            "Try again after a failure.",
        ),
        key(
            "hedge",
            Table(&HEDGE),
            Optional,
            "Send a copy when an answer is slow; the first answer wins.",
        ),
        key(
            "breaker",
            Table(&BREAKER),
            Optional,
            "Do not call a service that keeps failing; one breaker for all replicas of the caller.",
        ),
        key(
            "bulkhead",
            Count(1, 1_000_000),
            Optional,
            "Attempts in flight at most; beyond them the call fails at once.",
        ),
        key(
            "rate_limit",
            Table(&RATE_LIMIT),
            Optional,
            "A token bucket in front of the call.",
        ),
        key(
            "fallback",
            Table(&FALLBACK),
            Optional,
            "A degraded answer instead of a failure.",
        ),
    ],
    and: None,
};

static RETRY: Spec = Spec {
    name: "retry",
    doc: "Trying again after a failure: a timeout, a refusal, a crash, a failed call further down.",
    keys: &[
        key(
            "attempts",
            Count(1, 200),
            Default("3"),
            "Attempts in all, the first included.",
        ),
        key(
            "backoff",
            Duration,
            Default("0 s"),
            "Wait before the first retry.",
        ),
        key(
            "multiplier",
            Number(1.0, 10.0),
            Default("2"),
            "Growth of the wait from retry to retry.",
        ),
        key("backoff_max", Duration, Default("1 h"), "Longest wait."),
        key(
            "jitter",
            Choice(&["none", "equal", "full", "exponential"]),
            Default("none"),
            "Random part of the wait: none, half, all of it, or exponential around it.",
        ),
        key(
            "budget",
            Share,
            Optional,
            "Retries allowed as a share of first attempts.",
        ),
        key(
            "budget_burst",
            Count(1, 1_000_000),
            Default("10"),
            "Retries that the budget may save up.",
        ),
    ],
    and: None,
};

static HEDGE: Spec = Spec {
    name: "hedge",
    doc: "A copy of a slow request.",
    keys: &[
        key("after", Duration, Required, "Wait before a copy is sent."),
        key("copies", Count(1, 5), Default("1"), "Copies at most."),
    ],
    and: None,
};

static BREAKER: Spec = Spec {
    name: "breaker",
    doc: "A circuit breaker over the last results.",
    keys: &[
        key(
            "failures",
            Share,
            Default("50 %"),
            "Share of failures that opens it.",
        ),
        key(
            "window",
            Count(1, 10_000),
            Default("100"),
            "Results that the share is taken over.",
        ),
        key(
            "minimum",
            Count(1, 10_000),
            Default("20"),
            "Results needed before it may open.",
        ),
        key(
            "open",
            Duration,
            Default("5 s"),
            "Time it stays open before it lets probes through.",
        ),
        key(
            "probes",
            Count(1, 1_000),
            Default("5"),
            "Successful probes that close it.",
        ),
    ],
    and: None,
};

static FALLBACK: Spec = Spec {
    name: "fallback",
    doc: "A degraded answer: a default, a stale copy, a part.",
    keys: &[key(
        "takes",
        Duration,
        Default("0 s"),
        "Time to produce it.",
    )],
    and: None,
};

static LINK: Spec = Spec {
    name: "link",
    doc: "What lies between a caller and a service; each direction by itself.",
    keys: &[
        key("latency", Law, Default("0 s"), "One-way delay."),
        key("loss", Share, Default("0 %"), "Messages lost."),
        key(
            "bandwidth",
            Bandwidth,
            Optional,
            "Messages of a direction leave one after the other.",
        ),
    ],
    and: None,
};

static FAULT: Spec = Spec {
    name: "fault",
    doc: "Something that goes wrong for a while.",
    keys: &[
        key(
            "kind",
            Choice(&[
                "crash",
                "slow",
                "stall",
                "loss",
                "partition",
                "delay",
                "surge",
            ]),
            Required,
            "`crash`: requests within fail, new ones are refused; `slow`: work takes longer; `stall`: work stands still (a hang, a pause); `loss`, `partition`, `delay`: of a link; `surge`: of a client.",
        ),
        key(
            "service",
            Name("service"),
            Optional,
            "crash, slow, stall: which.",
        ),
        key(
            "replicas",
            Count(1, 10_000),
            Optional,
            "How many replicas of it, from the first; all when left out.",
        ),
        key(
            "link",
            Name("link"),
            Optional,
            "loss, partition, delay: which.",
        ),
        key("client", Name("client"), Optional, "surge: which."),
        key(
            "factor",
            Number(0.001, 1_000.0),
            Optional,
            "slow, delay: times as long; surge: times as often.",
        ),
        key("share", Share, Optional, "loss: messages lost."),
        key("from", Duration, Default("0 s"), "Start."),
        key("lasts", Law, Required, "How long."),
        key(
            "between",
            Law,
            Optional,
            "From one end to the next start; once when left out.",
        ),
    ],
    and: None,
};

static CLAIM: Spec = Spec {
    name: "claim",
    doc: "A statement that a run must bear out.",
    keys: &[
        key(
            "that",
            Text,
            Required,
            "Such as `with.goodput > 3 * without.goodput`.",
        ),
        key("because", Text, Optional, "Why it should be so."),
        key("source", Text, Optional, "Where it was published."),
    ],
    and: None,
};

pub(crate) fn describe(kind: &Kind) -> String {
    match kind {
        Duration => "a time such as \"250 ms\"".into(),
        Rate => "a rate such as \"1200/s\"".into(),
        Bandwidth => "a bandwidth such as \"100 Mbit/s\"".into(),
        Size => "a size such as \"2 kB\"".into(),
        Share => "a share such as \"5 %\"".into(),
        Number(low, high) => format!("a number from {low} to {high}"),
        Count(low, high) if low == high => format!("the number {low}"),
        Count(low, high) => format!("a whole number from {low} to {high}"),
        Bool => "true or false".into(),
        Text => "a text".into(),
        Choice(words) => format!("one of {}", words.join(", ")),
        Law => "a law of times such as \"mean = 5 ms\"".into(),
        Name(what) => format!("the name of a {what}"),
        Table(spec) => format!("a table [{}]", spec.name),
        Map(spec) => format!("named tables [{}]", spec.name),
        List(spec) => format!("a list of tables [{}]", spec.name),
        Variants => "named sets of changes".into(),
    }
}
