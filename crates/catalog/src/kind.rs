//! The kinds of entries and the permanent identity `kind:slug`.

use serde::Serialize;

/// What an entry is. Slugs repeat across kinds, so identity is kind and slug together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// What to do now, by symptom.
    Playbook,
    /// A solution with its conditions and price.
    Pattern,
    /// A habit that looks like a solution.
    AntiPattern,
    /// A constraint that no design escapes.
    Law,
    /// One of the questions every design answers.
    Pillar,
    /// How a real or worked system was built, and what broke.
    CaseStudy,
    /// A public post-mortem, read for its mechanism.
    Incident,
    /// A way from one architecture to another.
    Migration,
    /// An ordered course.
    Path,
    /// A standing page: index, handbook chapter, reference.
    Page,
    /// A glossary term.
    Term,
}

/// A section of a page contract.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ContractSection {
    /// Fixed anchor.
    pub id: &'static str,
    /// Whether its absence is an error; a section that is not required is counted as coverage.
    pub required: bool,
}

const fn required(id: &'static str) -> ContractSection {
    ContractSection { id, required: true }
}

const fn growing(id: &'static str) -> ContractSection {
    ContractSection {
        id,
        required: false,
    }
}

const PATTERN: &[ContractSection] = &[
    required("the-failure"),
    required("how-it-works"),
    growing("see-it-run"),
    required("size-it"),
    required("configure-it"),
    required("how-it-fails"),
    required("how-to-know"),
    growing("where-it-is-used"),
    required("choose"),
];
const CASE_STUDY: &[ContractSection] = &[
    required("requirements"),
    growing("numbers"),
    required("architecture"),
    required("decisions"),
    required("patterns"),
    required("what-changed"),
    required("take-aways"),
];
const INCIDENT: &[ContractSection] = &[
    required("timeline"),
    required("mechanism"),
    required("defences"),
    required("what-helps"),
];
const PLAYBOOK: &[ContractSection] = &[
    required("recognise"),
    required("first-five-minutes"),
    required("within-the-hour"),
    growing("see-it-run"),
    required("real-fix"),
    required("do-not"),
    required("verify"),
    required("afterwards"),
];
const MIGRATION: &[ContractSection] = &[
    required("when-not"),
    required("steps"),
    growing("see-it-run"),
    required("metrics"),
    required("risks"),
];
const PATH: &[ContractSection] = &[
    required("for-whom"),
    required("modules"),
    required("exit-test"),
];
const LAW: &[ContractSection] = &[
    required("what-it-says"),
    required("where-it-bites"),
    growing("see-it-run"),
    growing("measure-it"),
    required("what-to-do"),
];
const PILLAR: &[ContractSection] = &[
    required("the-question"),
    required("choices"),
    required("how-it-fails"),
];
const ANTI_PATTERN: &[ContractSection] = &[
    required("looks-like"),
    required("why-it-grows"),
    required("instead"),
];

impl Kind {
    /// Every kind, in the order in which search groups and site maps show them.
    pub const ALL: [Kind; 11] = [
        Kind::Playbook,
        Kind::Pattern,
        Kind::AntiPattern,
        Kind::Law,
        Kind::Pillar,
        Kind::CaseStudy,
        Kind::Incident,
        Kind::Migration,
        Kind::Path,
        Kind::Page,
        Kind::Term,
    ];

    /// The word before the colon of an id.
    pub fn prefix(self) -> &'static str {
        match self {
            Kind::Playbook => "playbook",
            Kind::Pattern => "pattern",
            Kind::AntiPattern => "anti-pattern",
            Kind::Law => "law",
            Kind::Pillar => "pillar",
            Kind::CaseStudy => "case-study",
            Kind::Incident => "incident",
            Kind::Migration => "migration",
            Kind::Path => "path",
            Kind::Page => "page",
            Kind::Term => "term",
        }
    }

    /// The kind with that prefix.
    pub fn from_prefix(prefix: &str) -> Option<Kind> {
        Kind::ALL.into_iter().find(|kind| kind.prefix() == prefix)
    }

    /// The sections that a page of this kind has, in order; empty for free pages and terms.
    pub fn contract(self) -> &'static [ContractSection] {
        match self {
            Kind::Pattern => PATTERN,
            Kind::CaseStudy => CASE_STUDY,
            Kind::Incident => INCIDENT,
            Kind::Playbook => PLAYBOOK,
            Kind::Migration => MIGRATION,
            Kind::Path => PATH,
            Kind::Law => LAW,
            Kind::Pillar => PILLAR,
            Kind::AntiPattern => ANTI_PATTERN,
            Kind::Page | Kind::Term => &[],
        }
    }

    /// Where an entry of this kind lives unless its front matter says otherwise. `group` is the
    /// category of a pattern or the domain of a case study. `None`: the entry must state a path.
    pub fn default_path(self, slug: &str, group: &str) -> Option<String> {
        // A group that is no name cannot be part of an address, nor of a file's path.
        let named = |text: &str| {
            !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
        };
        let group = if named(group) { group } else { "other" };
        Some(match self {
            Kind::Playbook => format!("/playbooks/{slug}/"),
            Kind::Pattern => format!("/pattern-library/{group}/{slug}/"),
            Kind::AntiPattern => format!("/architects-handbook/anti-patterns/{slug}/"),
            Kind::Law => format!("/core-principles/laws/{slug}/"),
            Kind::Pillar => format!("/core-principles/pillars/{slug}/"),
            Kind::CaseStudy => format!("/architects-handbook/case-studies/{group}/{slug}/"),
            Kind::Incident => format!("/incidents/{slug}/"),
            Kind::Migration => format!("/migration/{slug}/"),
            Kind::Path => format!("/architects-handbook/learning-paths/{slug}/"),
            Kind::Term => format!("/reference/glossary/#{slug}"),
            Kind::Page => return None,
        })
    }
}

impl std::fmt::Display for Kind {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(self.prefix())
    }
}

impl Serialize for Kind {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.prefix())
    }
}

/// The permanent id of an entry, written `kind:slug`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EntryId {
    /// What it is.
    pub kind: Kind,
    /// Its name within the kind: lower-case letters, digits and hyphens.
    pub slug: String,
}

/// Longest slug: it becomes a folder name and part of an address.
pub const SLUG_BYTES_MAX: usize = 80;

impl EntryId {
    /// The id of `kind` and `slug`.
    pub fn new(kind: Kind, slug: impl Into<String>) -> Self {
        EntryId {
            kind,
            slug: slug.into(),
        }
    }

    /// Reads `kind:slug`; `default` is the kind of a bare slug. The error says what is wrong.
    pub fn parse(text: &str, default: Option<Kind>) -> Result<Self, String> {
        let (kind, slug) = match text.split_once(':') {
            Some((prefix, slug)) => {
                let kind = Kind::from_prefix(prefix)
                    .ok_or_else(|| format!("unknown kind \"{prefix}\" in id \"{text}\""))?;
                (kind, slug)
            }
            None => (
                default.ok_or_else(|| format!("id \"{text}\" has no kind"))?,
                text,
            ),
        };
        let well_formed = !slug.is_empty()
            && slug.len() <= SLUG_BYTES_MAX
            && !slug.starts_with('-')
            && !slug.ends_with('-')
            && slug
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
        if well_formed {
            Ok(EntryId::new(kind, slug))
        } else {
            Err(format!(
                "\"{slug}\" is not a slug (lower-case letters, digits, single hyphens)"
            ))
        }
    }
}

impl std::fmt::Display for EntryId {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{}:{}", self.kind.prefix(), self.slug)
    }
}

impl Serialize for EntryId {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
