//! Entries of the catalogue: front matter by kind, read from TOML.

use crate::diagnostic::Place;
use crate::document::{Document, Inline};
use crate::fields::{Date, Fields, Located, TextOrTable};
use crate::kind::{EntryId, Kind};
use crate::markdown::{FigureRule, PageContext, inline_text};
use crate::relation::{Relation, RelationKind};
use crate::vocabulary::Vocabulary;

/// The groups in which pages stand.
pub(crate) const PAGE_SECTIONS: [&str; 7] = [
    "start",
    "principles",
    "patterns",
    "handbook",
    "tools",
    "reference",
    "emergency",
];

/// A short text of the front matter: inline Markdown.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RichText {
    /// Content.
    pub content: Vec<Inline>,
    /// Where it stands.
    pub(crate) place: Option<Place>,
}

impl RichText {
    /// The words without marks.
    pub fn text(&self) -> String {
        inline_text(&self.content)
    }

    /// Whether nothing is said.
    pub fn is_empty(&self) -> bool {
        self.content.is_empty()
    }
}

/// A source of a page.
#[derive(Clone, Debug, PartialEq)]
pub struct Source {
    /// Key used by citations.
    pub key: String,
    /// Title.
    pub title: String,
    /// Authors or organisation.
    pub org: String,
    /// Year of publication, unless it is a living document.
    pub year: Option<u32>,
    /// Address.
    pub url: String,
    /// `paper`, `book`, `docs`, `blog`, `standard`, `report`, `talk`.
    pub kind: String,
    /// Date on which its text was read.
    pub checked: Option<Date>,
    /// Where its key stands.
    pub place: Place,
}

/// A sign to watch, with its threshold: a starting point of our own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signal {
    /// What is measured.
    pub metric: String,
    /// `above`, `below` or `changes`.
    pub direction: String,
    /// From where on it means something.
    pub threshold: String,
}

/// An entry of the catalogue.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Permanent id.
    pub id: EntryId,
    /// Title.
    pub name: String,
    /// One sentence: what it is and what it is for. May be empty for a planned entry.
    pub summary: String,
    /// Other names.
    pub aliases: Vec<String>,
    /// Words of searchers that the text does not use.
    pub keywords: Vec<String>,
    /// Address on the site, from `/` to `/`.
    pub path: String,
    /// Former addresses.
    pub redirects: Vec<String>,
    /// Language tag.
    pub language: String,
    /// First publication.
    pub published: Option<Date>,
    /// Last change of substance.
    pub updated: Option<Date>,
    /// Last full review.
    pub reviewed: Option<Date>,
    /// Sources in order.
    pub sources: Vec<Source>,
    /// Relations stated here.
    pub relations: Vec<Relation>,
    /// What its kind adds.
    pub details: Details,
    /// Body.
    pub document: Document,
    /// Body as written, for the Markdown form.
    pub markdown: String,
    /// Whether its page is still to come.
    pub planned: bool,
    /// Layer it comes from.
    pub layer: String,
    /// File it comes from.
    pub file: String,
    /// Where its front matter begins.
    pub place: Place,
}

/// What each kind adds to an entry.
#[derive(Clone, Debug)]
pub enum Details {
    /// A pattern.
    Pattern(Box<PatternDetails>),
    /// A case study.
    CaseStudy(CaseStudyDetails),
    /// An incident.
    Incident(IncidentDetails),
    /// A playbook.
    Playbook(PlaybookDetails),
    /// A migration.
    Migration(MigrationDetails),
    /// A learning path.
    Path(PathDetails),
    /// A law or a pillar.
    Principle {
        /// One sentence.
        statement: String,
    },
    /// An anti-pattern.
    AntiPattern {
        /// How it looks from outside.
        symptom: String,
        /// Why it grows.
        why: String,
    },
    /// A standing page.
    Page {
        /// Group it stands in.
        section: String,
        /// Order within the group.
        order: u32,
    },
}

/// What a pattern adds.
#[derive(Clone, Debug, Default)]
pub struct PatternDetails {
    /// Category id.
    pub category: String,
    /// Tier id.
    pub tier: String,
    /// Why that tier.
    pub tier_why: RichText,
    /// The failure, seen from outside.
    pub problem: RichText,
    /// The answer in short.
    pub solution: RichText,
    /// When to use it.
    pub use_when: Vec<RichText>,
    /// When not to.
    pub avoid_when: Vec<RichText>,
    /// What one gets.
    pub gains: Vec<RichText>,
    /// What one pays.
    pub costs: Vec<RichText>,
    /// Scale bands in which it is common.
    pub scale_bands: Vec<String>,
    /// Editorial estimate for one service, least and most hours.
    pub effort_hours: Option<(u32, u32)>,
    /// Problem types it answers.
    pub answers: Vec<String>,
    /// Signs that it is needed or acts wrongly.
    pub signals: Vec<Signal>,
    /// Experiment that shows it.
    pub experiment: Option<String>,
}

/// What a case study adds.
#[derive(Clone, Debug, Default)]
pub struct CaseStudyDetails {
    /// Domain id.
    pub domain: String,
    /// `production-system`, `design-exercise`, `evolution`, `incident-led`.
    pub study_kind: String,
    /// Years it covers.
    pub years: Option<(u32, u32)>,
}

/// What an incident adds.
#[derive(Clone, Debug, Default)]
pub struct IncidentDetails {
    /// Whose.
    pub organisation: String,
    /// When it began.
    pub date: Option<Date>,
    /// Longest visible span.
    pub duration_minutes: Option<u32>,
    /// What set it off.
    pub trigger: String,
    /// Which sort of thing set it off: an id of the vocabulary's triggers.
    pub trigger_kind: String,
}

/// What a playbook adds.
#[derive(Clone, Debug, Default)]
pub struct PlaybookDetails {
    /// Aim for mitigation, not for the real fix.
    pub time_box_minutes: Option<u32>,
    /// As a stressed person types them.
    pub symptoms: Vec<String>,
    /// Signs with thresholds.
    pub signals: Vec<Signal>,
}

/// What a migration adds.
#[derive(Clone, Debug, Default)]
pub struct MigrationDetails {
    /// Where one is.
    pub from: String,
    /// Where one wants to be.
    pub to: String,
    /// Editorial range, weeks.
    pub weeks: Option<(u32, u32)>,
}

/// What a learning path adds.
#[derive(Clone, Debug, Default)]
pub struct PathDetails {
    /// Short: `New graduate`.
    pub level: String,
    /// For whom.
    pub audience: String,
    /// Length.
    pub weeks: Option<u32>,
    /// What to bring.
    pub prerequisites: Vec<String>,
    /// What will stand at the end.
    pub outcome: String,
}

impl Entry {
    /// The value of a field that lists filter and group by; several for some fields.
    pub fn field(&self, name: &str) -> Vec<&str> {
        let related = |kind: RelationKind| {
            self.relations
                .iter()
                .filter(move |relation| relation.kind == kind)
                .map(|relation| relation.to.slug.as_str())
                .collect::<Vec<_>>()
        };
        match (name, &self.details) {
            ("law", _) => related(RelationKind::Laws),
            ("pillar", _) => related(RelationKind::Pillars),
            ("category", Details::Pattern(pattern)) => vec![&pattern.category],
            ("tier", Details::Pattern(pattern)) => vec![&pattern.tier],
            ("scale", Details::Pattern(pattern)) => {
                pattern.scale_bands.iter().map(String::as_str).collect()
            }
            ("answers", Details::Pattern(pattern)) => {
                pattern.answers.iter().map(String::as_str).collect()
            }
            ("pattern", _) => related(RelationKind::Patterns),
            ("trigger", Details::Incident(incident)) => vec![&incident.trigger_kind],
            ("domain", Details::CaseStudy(study)) => vec![&study.domain],
            ("section", Details::Page { section, .. }) => vec![section],
            ("level", Details::Path(path)) => vec![&path.level],
            _ => Vec::new(),
        }
    }

    /// Words a reader sees, introductions and sections, derived lists excepted.
    pub fn word_count(&self) -> usize {
        crate::text::section_texts(self)
            .iter()
            .map(|section| section.text.split_whitespace().count())
            .sum()
    }
}

/// Reads front matter into an entry without its body.
pub(crate) struct FrontReader<'f, 'a, 's> {
    pub(crate) fields: &'f Fields<'a, 's>,
    /// One for each file in which the front matter stands.
    pub(crate) pages: &'f [PageContext<'a, 's>],
    pub(crate) vocabulary: &'f Vocabulary,
    pub(crate) planned: bool,
}

impl FrontReader<'_, '_, '_> {
    /// A text that a complete page must have and a planned one may have.
    fn needed(&self, key: &'static str) -> String {
        if self.planned {
            self.optional(key)
        } else {
            self.fields.required_text(key).value
        }
    }

    fn optional(&self, key: &'static str) -> String {
        self.fields
            .text(key)
            .map(|text| text.value)
            .unwrap_or_default()
    }

    fn rich(&self, key: &'static str) -> RichText {
        if self.planned && !self.fields.has(key) {
            return RichText::default();
        }
        self.read(&self.fields.required_text(key))
    }

    fn read(&self, text: &Located<String>) -> RichText {
        let here = |page: &&PageContext<'_, '_>| {
            page.file.layer == text.place.layer && page.file.path == text.place.file
        };
        let page = self.pages.iter().find(here);
        RichText {
            content: page.map_or_else(Vec::new, |page| {
                page.fragment(&text.value, text.offset, FigureRule::Holds)
            }),
            place: Some(text.place.clone()),
        }
    }

    fn rich_list(&self, key: &'static str) -> Vec<RichText> {
        if !self.planned && !self.fields.has(key) {
            self.fields.missing(key);
        }
        self.fields
            .texts(key)
            .iter()
            .map(|text| self.read(text))
            .collect()
    }

    fn plain_list(&self, key: &'static str) -> Vec<String> {
        self.fields
            .texts(key)
            .into_iter()
            .map(|text| text.value)
            .collect()
    }

    fn choice(&self, key: &'static str, allowed: &[&str]) -> String {
        if !self.planned && !self.fields.has(key) {
            self.fields.missing(key);
        }
        self.fields.choice(key, allowed).unwrap_or_default()
    }

    fn address(&self, key: &str, located: Located<String>) -> Option<String> {
        let text = located.value;
        let clean = text.starts_with('/')
            && text.ends_with('/')
            && !text.contains("//")
            && text
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'/' | b'-' | b'_' | b'.'))
            && !text.split('/').any(|part| part == ".." || part == ".");
        if clean {
            return Some(text);
        }
        self.fields.error(
            "bad-path",
            located.place,
            format!("`{key}` is \"{text}\""),
            Some("an address such as /pattern-library/scaling/sharding/".to_owned()),
        );
        None
    }

    pub(crate) fn entry(&self, id: EntryId, layer: &str, file: &str, place: Place) -> Entry {
        let details = self.details(id.kind);
        let group = match &details {
            Details::Pattern(pattern) => pattern.category.clone(),
            Details::CaseStudy(study) => study.domain.clone(),
            _ => String::new(),
        };
        let stated = self
            .fields
            .text("path")
            .and_then(|path| self.address("path", path));
        let path = stated
            .or_else(|| id.kind.default_path(&id.slug, &group))
            .unwrap_or_else(|| {
                if !self.fields.has("path") {
                    self.fields.missing("path");
                }
                // Somewhere it must live until its author says where.
                format!("/{}/", id.slug)
            });
        let redirects = self
            .fields
            .texts("redirects")
            .into_iter()
            .filter_map(|path| self.address("redirects", path))
            .collect();
        let summary = self.needed("summary");
        if let Some(text) = self.fields.text("summary") {
            // Shown alone in lists, where no citation could stand beside a figure.
            self.read(&text);
        }
        let language = self
            .fields
            .text("lang")
            .map_or_else(|| "en".to_owned(), |lang| lang.value);
        if !self.planned {
            for key in ["published", "updated"] {
                if !self.fields.has(key) {
                    self.fields.missing(key);
                }
            }
        }
        Entry {
            name: self.fields.required_text("name").value,
            summary,
            aliases: self.plain_list("aliases"),
            keywords: self.plain_list("keywords"),
            path,
            redirects,
            language,
            published: self.fields.date("published"),
            updated: self.fields.date("updated"),
            reviewed: self.fields.date("reviewed"),
            sources: self.sources(),
            relations: self.relations(),
            details,
            document: Document::default(),
            markdown: String::new(),
            planned: self.planned,
            layer: layer.to_owned(),
            file: file.to_owned(),
            place,
            id,
        }
    }

    fn sources(&self) -> Vec<Source> {
        let kinds = [
            "paper", "book", "docs", "blog", "standard", "report", "talk",
        ];
        let mut found: Vec<Source> = Vec::new();
        for table in self.fields.tables("sources") {
            let key = table.required_text("key");
            let mut url = table.required_text("url");
            if !url.value.starts_with("https://") && !url.value.starts_with("http://") {
                self.fields.error(
                    "bad-url",
                    url.place,
                    format!("a source's `url` is \"{}\"", url.value),
                    Some("write an address that starts with https://".to_owned()),
                );
                // Other schemes can run, so such an address is not kept.
                url.value.clear();
            }
            if found.iter().any(|source| source.key == key.value) {
                let message = format!("two sources have the key \"{}\"", key.value);
                let place = key.place.clone();
                self.fields.error("duplicate-source", place, message, None);
            }
            found.push(Source {
                key: key.value,
                title: table.required_text("title").value,
                org: table.required_text("org").value,
                year: table.bounded("year", 1800, 2100),
                url: url.value,
                kind: table.choice("kind", &kinds).unwrap_or_default(),
                checked: table.date("checked"),
                place: key.place,
            });
            table.finish();
        }
        found
    }

    fn relations(&self) -> Vec<Relation> {
        let Some(table) = self.fields.table("relations") else {
            return Vec::new();
        };
        let mut found = Vec::new();
        for kind in RelationKind::ALL {
            for item in table.texts_or_tables(kind.key()) {
                let (to, why) = match item {
                    TextOrTable::Text(text) => (text, None),
                    TextOrTable::Table(inner) => {
                        let to = inner.required_text("to");
                        let why = inner.text("why");
                        inner.finish();
                        (to, why)
                    }
                };
                match EntryId::parse(&to.value, kind.default_kind()) {
                    Ok(id) => found.push(Relation {
                        kind,
                        to: id,
                        why: why.map(|why| why.value),
                        place: to.place,
                    }),
                    Err(message) => self.fields.error("bad-id", to.place, message, None),
                }
            }
        }
        table.finish();
        found
    }

    fn signals(&self) -> Vec<Signal> {
        let mut found = Vec::new();
        for table in self.fields.tables("signals") {
            found.push(Signal {
                metric: table.required_text("metric").value,
                direction: table
                    .choice("direction", &["above", "below", "changes"])
                    .unwrap_or_default(),
                threshold: table.required_text("threshold").value,
            });
            table.finish();
        }
        found
    }

    fn details(&self, kind: Kind) -> Details {
        match kind {
            Kind::Pattern => Details::Pattern(Box::new(self.pattern())),
            Kind::CaseStudy => Details::CaseStudy(CaseStudyDetails {
                domain: self.choice("domain", &Vocabulary::ids(&self.vocabulary.domains)),
                study_kind: self.choice(
                    "study_kind",
                    &[
                        "production-system",
                        "design-exercise",
                        "evolution",
                        "incident-led",
                    ],
                ),
                years: self.fields.range("years"),
            }),
            Kind::Incident => Details::Incident(IncidentDetails {
                organisation: self.needed("organisation"),
                date: self.fields.date("date"),
                duration_minutes: self.fields.bounded("duration_minutes", 1, 1_000_000),
                trigger: self.needed("trigger"),
                trigger_kind: self
                    .choice("trigger_kind", &Vocabulary::ids(&self.vocabulary.triggers)),
            }),
            Kind::Playbook => Details::Playbook(PlaybookDetails {
                time_box_minutes: self.fields.bounded("time_box_minutes", 1, 10_000),
                symptoms: self.plain_list("symptoms"),
                signals: self.signals(),
            }),
            Kind::Migration => Details::Migration(MigrationDetails {
                from: self.needed("from"),
                to: self.needed("to"),
                weeks: self.fields.range("weeks"),
            }),
            Kind::Path => Details::Path(PathDetails {
                level: self.needed("level"),
                audience: self.needed("audience"),
                weeks: self.fields.bounded("weeks", 1, 104),
                prerequisites: self.plain_list("prerequisites"),
                outcome: self.needed("outcome"),
            }),
            Kind::Law | Kind::Pillar => Details::Principle {
                statement: self.needed("statement"),
            },
            Kind::AntiPattern => Details::AntiPattern {
                symptom: self.needed("symptom"),
                why: self.needed("why"),
            },
            Kind::Page | Kind::Term => Details::Page {
                section: self.choice("section", &PAGE_SECTIONS),
                order: self.fields.bounded("order", 0, 10_000).unwrap_or(1000),
            },
        }
    }

    fn pattern(&self) -> PatternDetails {
        let vocabulary = self.vocabulary;
        PatternDetails {
            category: self.choice("category", &Vocabulary::ids(&vocabulary.categories)),
            tier: self.choice("tier", &Vocabulary::ids(&vocabulary.tiers)),
            tier_why: self.rich("tier_why"),
            problem: self.rich("problem"),
            solution: self.rich("solution"),
            use_when: self.rich_list("use_when"),
            avoid_when: self.rich_list("avoid_when"),
            gains: self.rich_list("gains"),
            costs: self.rich_list("costs"),
            scale_bands: self
                .fields
                .choices("scale_bands", &Vocabulary::ids(&vocabulary.scales)),
            effort_hours: self.fields.range("effort_hours"),
            answers: self
                .fields
                .choices("answers", &Vocabulary::ids(&vocabulary.problems)),
            signals: self.signals(),
            experiment: self.fields.text("experiment").map(|text| text.value),
        }
    }
}
