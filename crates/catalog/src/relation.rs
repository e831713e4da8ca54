//! Typed relations between entries, stated once, with derived inverses.

use serde::Serialize;

use crate::diagnostic::Place;
use crate::kind::{EntryId, Kind};

/// What one entry is to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum RelationKind {
    /// Needed first.
    Requires,
    /// Combining both on one path undermines one of them.
    Conflicts,
    /// Solves the same problem.
    Alternatives,
    /// Works better together.
    PairsWith,
    /// Takes the place of a declining pattern.
    Successor,
    /// A law that explains it.
    Laws,
    /// A pillar it belongs to.
    Pillars,
    /// A pattern it uses, needs or teaches.
    Patterns,
    /// A case study.
    Cases,
    /// An incident.
    Incidents,
    /// A playbook.
    Playbooks,
    /// A migration.
    Migrations,
    /// An anti-pattern.
    AntiPatterns,
    /// A learning path.
    Paths,
    /// Anything else worth reading next.
    SeeAlso,
}

impl RelationKind {
    /// Every relation.
    pub const ALL: [RelationKind; 15] = [
        RelationKind::Requires,
        RelationKind::Conflicts,
        RelationKind::Alternatives,
        RelationKind::PairsWith,
        RelationKind::Successor,
        RelationKind::Laws,
        RelationKind::Pillars,
        RelationKind::Patterns,
        RelationKind::Cases,
        RelationKind::Incidents,
        RelationKind::Playbooks,
        RelationKind::Migrations,
        RelationKind::AntiPatterns,
        RelationKind::Paths,
        RelationKind::SeeAlso,
    ];

    /// Key in front matter.
    pub fn key(self) -> &'static str {
        match self {
            RelationKind::Requires => "requires",
            RelationKind::Conflicts => "conflicts",
            RelationKind::Alternatives => "alternatives",
            RelationKind::PairsWith => "pairs_with",
            RelationKind::Successor => "successor",
            RelationKind::Laws => "laws",
            RelationKind::Pillars => "pillars",
            RelationKind::Patterns => "patterns",
            RelationKind::Cases => "cases",
            RelationKind::Incidents => "incidents",
            RelationKind::Playbooks => "playbooks",
            RelationKind::Migrations => "migrations",
            RelationKind::AntiPatterns => "anti_patterns",
            RelationKind::Paths => "paths",
            RelationKind::SeeAlso => "see_also",
        }
    }

    /// Kind of a bare slug.
    pub fn default_kind(self) -> Option<Kind> {
        Some(match self {
            RelationKind::Laws => Kind::Law,
            RelationKind::Pillars => Kind::Pillar,
            RelationKind::Cases => Kind::CaseStudy,
            RelationKind::Incidents => Kind::Incident,
            RelationKind::Playbooks => Kind::Playbook,
            RelationKind::Migrations => Kind::Migration,
            RelationKind::AntiPatterns => Kind::AntiPattern,
            RelationKind::Paths => Kind::Path,
            RelationKind::SeeAlso => return None,
            _ => Kind::Pattern,
        })
    }

    /// Whether it holds both ways by itself.
    pub fn is_symmetric(self) -> bool {
        matches!(
            self,
            RelationKind::Conflicts
                | RelationKind::Alternatives
                | RelationKind::PairsWith
                | RelationKind::SeeAlso
        )
    }

    /// Whether it excludes the other exclusive relations between the same two entries.
    pub(crate) fn is_exclusive(self) -> bool {
        matches!(
            self,
            RelationKind::Conflicts | RelationKind::Alternatives | RelationKind::PairsWith
        )
    }
}

/// A relation as an entry states it.
#[derive(Clone, Debug, PartialEq)]
pub struct Relation {
    /// What the target is to this entry.
    pub kind: RelationKind,
    /// The other entry.
    pub to: EntryId,
    /// Why, shown beside the link.
    pub why: Option<String>,
    /// Where it is stated.
    pub place: Place,
}

/// A relation as seen from one end, stated or derived.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Related {
    /// What kind of relation.
    pub kind: RelationKind,
    /// Whether it was stated at the other end of a relation that is not symmetric.
    pub inverse: bool,
    /// The other entry.
    pub id: EntryId,
    /// Why.
    pub why: Option<String>,
}
