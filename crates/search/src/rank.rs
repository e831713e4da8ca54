//! The order of the results.
//!
//! A document's score is BM25F over its fields (Robertson, Zaragoza: *The Probabilistic Relevance
//! Framework: BM25 and Beyond*, 2009), times how much of the query it covers, times how much of it
//! stands together in one place, plus how closely one of its names is what was asked for. The
//! numbers below were chosen on queries with known answers; `examples/evaluate.rs` measures them.

use crate::{
    Options,
    core::Core,
    plan::{Plan, Span, Unit},
    postings::{Place, Postings},
    results::RESULTS_MAX,
    slot::{FIELDS, FIRST_SECTION, SUMMARY, Slot, field},
    sorted::entry,
    words::{term, weight, words},
};

/// Worth of a word in the title, an alias, a keyword phrase, the summary and the text.
const FIELD_WEIGHTS: [f64; FIELDS] = [5.0, 4.0, 3.0, 3.5, 1.0];
/// How far a long field dilutes its words: little for names, which are all short.
const LENGTH_SHARES: [f64; FIELDS] = [0.3, 0.3, 0.5, 0.5, 0.6];
/// Extra worth of a word in the heading of a section.
const HEADING_WEIGHT: f64 = 1.0;
/// Field weight at which a word reaches half of its most: high enough for a word of the title to
/// tell more than the same word in the text.
const SATURATION: f64 = 2.0;
/// Share of a score that is left to a document with next to nothing of the query's other words.
const COVERAGE_FLOOR: f64 = 0.5;
/// Share of the query that a document must have at all: of a question of ten words, one is an accident.
const COVERAGE_MIN: f64 = 0.25;
/// Gain of a document with all of the query in one place over one that has it scattered.
const TOGETHER_GAIN: f64 = 0.25;
/// Gain of a document one of whose names is the query.
const NAME_GAIN: f64 = 0.75;
/// Share of that for the same words in another order.
const NAME_UNORDERED_SHARE: f64 = 0.45;
/// Worth of an alias as a name.
const ALIAS_NAME_SHARE: f64 = 0.95;
/// Likeness of name and query from which a result is about the page, not a section of it.
const WHOLE_PAGE_LIKENESS: f64 = 0.6;
/// Share of a score that is left to an entry without sections: a definition says what a word means,
/// and who asks mostly wants more.
const DEFINITION_SHARE: f64 = 0.6;
/// Rarest that a function word can be: few short fields have it, which says nothing.
const STOP_RARENESS_MAX: f64 = 2.0;
/// Documents that are looked at closely.
const CANDIDATES_MAX: usize = 100;

/// A document found.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Best {
    pub(crate) document: usize,
    /// Rounded to thousandths.
    pub(crate) score: f64,
    /// The place with a text that shows best why.
    pub(crate) slot: Slot,
    /// Whether the query names the document, so that its top is the better place to start.
    pub(crate) is_about_whole: bool,
}

/// The documents found, best first.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Ranked {
    pub(crate) best: Vec<Best>,
    /// How many documents match at all.
    pub(crate) total: usize,
    /// What each term found is worth in this query, for the choice of passages; sorted.
    pub(crate) masses: Vec<(String, f64)>,
}

/// How much a term that `count` of `documents` have sets a document apart.
fn rareness(count: usize, documents: usize) -> f64 {
    let (count, documents) = (count as f64, documents as f64);
    libm::log(1.0 + (documents - count + 0.5) / (count + 0.5))
}

/// A term of the query with its postings and its worth there.
struct Lookup<'a> {
    postings: &'a Postings,
    /// Share × weight × rareness.
    worth: f64,
}

/// A word of the query with all that may stand for it.
struct Word<'a> {
    lookups: Vec<Lookup<'a>>,
    /// The most it can be worth.
    mass: f64,
}

/// Per document: what a word scores there, and how much of its mass is met.
#[derive(Clone, Copy, Default)]
struct Match {
    score: f64,
    met: f64,
}

/// A query with the postings of all its terms.
struct Lookups<'a> {
    words: Vec<Word<'a>>,
    /// Per word and document.
    matches: Vec<Vec<Match>>,
    /// The terms of synonyms and of words written apart.
    spans: Vec<Lookup<'a>>,
    masses: Vec<(String, f64)>,
}

pub(crate) fn rank<'a>(
    core: &Core,
    plan: &Plan,
    options: &Options,
    postings: impl Fn(&str) -> Option<&'a Postings>,
) -> Ranked {
    let mut masses = Vec::new();
    let words: Vec<Word<'a>> = plan
        .units
        .iter()
        .map(|unit| look_up(core, unit, &postings, &mut masses))
        .collect();
    let matches = words.iter().map(|word| matches_of(core, word)).collect();
    let mut lookups = Lookups {
        words,
        matches,
        spans: Vec::new(),
        masses,
    };
    for span in &plan.spans {
        let found: Vec<&'a Postings> = span.terms.iter().filter_map(|t| postings(t)).collect();
        if !found.is_empty() && found.len() == span.terms.len() {
            add_span(core, span, &found, &mut lookups);
        }
    }
    let mass: f64 = lookups.words.iter().map(|word| word.mass).sum();
    let (total, candidates) = candidates(core, options, &lookups, mass);
    let mut best: Vec<Best> = candidates
        .into_iter()
        .map(|(score, document)| look_closely(core, plan, &lookups, mass, score, document))
        .collect();
    best.sort_unstable_by(|one, other| {
        other
            .score
            .total_cmp(&one.score)
            .then(one.document.cmp(&other.document))
    });
    best.truncate(options.limit.min(RESULTS_MAX));
    Ranked {
        best,
        total,
        masses: lookups.masses,
    }
}

/// Lets the terms of a span stand for its words, in documents that have all of them and where that
/// is worth more than the words themselves.
fn add_span<'a>(core: &Core, span: &Span, found: &[&'a Postings], lookups: &mut Lookups<'a>) {
    let worths: Vec<f64> = found
        .iter()
        .map(|p| span.weight * rareness(p.document_count(), core.entries.len()))
        .collect();
    let total: f64 = worths.iter().sum();
    let words = &mut lookups.words;
    let mut mass: f64 = words[span.units.clone()].iter().map(|word| word.mass).sum();
    if mass == 0.0 {
        // A word no document has takes its worth from what stands for it.
        words[span.units.start].mass = total;
        mass = total;
    }
    let shares: Vec<f64> = span.units.clone().map(|at| words[at].mass / mass).collect();
    let matches = &mut lookups.matches;
    apply_span(core, found, &worths, |document, score| {
        let current: f64 = span
            .units
            .clone()
            .map(|at| matches[at][document].score)
            .sum();
        if score > current {
            for (at, share) in span.units.clone().zip(&shares) {
                let met = &mut matches[at][document];
                met.score = score * share;
                met.met = met.met.max(span.weight * mass * share);
            }
        }
    });
    for ((postings, worth), term) in found.iter().zip(&worths).zip(&span.terms) {
        lookups.spans.push(Lookup {
            postings,
            worth: worth * mass.min(total) / total,
        });
        let known = entry(&mut lookups.masses, term.clone());
        *known = known.max(*worth);
    }
}

/// How many documents match, and the best of them by what is cheap to tell.
fn candidates(
    core: &Core,
    options: &Options,
    lookups: &Lookups<'_>,
    mass: f64,
) -> (usize, Vec<(f64, usize)>) {
    let mut candidates: Vec<(f64, usize)> = Vec::new();
    for document in 0..core.entries.len() {
        if !is_wanted(core, document, options) {
            continue;
        }
        let score: f64 = lookups.matches.iter().map(|row| row[document].score).sum();
        let met: f64 = lookups.matches.iter().map(|row| row[document].met).sum();
        let coverage = (met / mass).min(1.0);
        if score > 0.0 && coverage >= COVERAGE_MIN {
            let share = COVERAGE_FLOOR + (1.0 - COVERAGE_FLOOR) * coverage * coverage;
            candidates.push((score * share, document));
        }
    }
    let total = candidates.len();
    candidates.sort_unstable_by(|one, other| other.0.total_cmp(&one.0).then(one.1.cmp(&other.1)));
    candidates.truncate(CANDIDATES_MAX);
    (total, candidates)
}

/// The final score of a candidate, and where to send the reader.
fn look_closely(
    core: &Core,
    plan: &Plan,
    lookups: &Lookups<'_>,
    mass: f64,
    score: f64,
    document: usize,
) -> Best {
    let places = place_masses(document, &lookups.words, &lookups.spans);
    let together = places
        .iter()
        .map(|(_, place)| place.met)
        .fold(0.0, f64::max);
    let together = (together / mass).min(1.0);
    let likeness = likeness(core, document, plan);
    let is_definition = core.entries[document].sections == 0;
    let share = if is_definition { DEFINITION_SHARE } else { 1.0 };
    let score =
        share * (score * (1.0 + TOGETHER_GAIN * together * together) + NAME_GAIN * mass * likeness);
    Best {
        document,
        score: libm::floor(score * 1000.0 + 0.5) / 1000.0,
        slot: best_place(core, document, &places),
        is_about_whole: likeness >= WHOLE_PAGE_LIKENESS,
    }
}

fn is_wanted(core: &Core, document: usize, options: &Options) -> bool {
    options.kinds.is_empty()
        || options
            .kinds
            .contains(&core.kinds[core.entries[document].kind])
}

fn look_up<'a>(
    core: &Core,
    unit: &Unit,
    postings: &impl Fn(&str) -> Option<&'a Postings>,
    masses: &mut Vec<(String, f64)>,
) -> Word<'a> {
    let mut word = Word {
        lookups: Vec::new(),
        mass: 0.0,
    };
    for alternative in &unit.alternatives {
        let Some(postings) = postings(&alternative.term) else {
            continue;
        };
        let mut rareness = rareness(postings.document_count(), core.entries.len());
        if unit.is_stop {
            rareness = rareness.min(STOP_RARENESS_MAX);
        } else {
            let mass = entry(masses, alternative.term.clone());
            *mass = mass.max(unit.share * alternative.weight * rareness);
        }
        let worth = unit.share * alternative.weight * rareness;
        word.mass = word.mass.max(worth);
        word.lookups.push(Lookup { postings, worth });
    }
    word
}

/// What a word with these places tells about a document, from 0 to 1.
fn saturated(core: &Core, document: usize, places: &[Place]) -> f64 {
    let lengths = &core.entries[document].lengths;
    let frequency: f64 = places
        .iter()
        .map(|place| {
            let field = field(place.slot);
            let share = LENGTH_SHARES[field];
            let dilution =
                1.0 - share + share * lengths[field] as f64 / core.average_lengths[field];
            let heading = if place.in_heading {
                HEADING_WEIGHT
            } else {
                0.0
            };
            (FIELD_WEIGHTS[field] * f64::from(place.count) + heading) / dilution
        })
        .sum();
    frequency / (frequency + SATURATION)
}

fn matches_of(core: &Core, word: &Word<'_>) -> Vec<Match> {
    let mut matches = vec![Match::default(); core.entries.len()];
    for lookup in &word.lookups {
        for (document, places) in lookup.postings.iter() {
            let score = lookup.worth * saturated(core, document, places);
            let found = &mut matches[document];
            found.score = found.score.max(score);
            found.met = found.met.max(lookup.worth);
        }
    }
    matches
}

/// Calls `apply` with each document that has all terms, and their score there.
fn apply_span(core: &Core, found: &[&Postings], worths: &[f64], mut apply: impl FnMut(usize, f64)) {
    let mut order: Vec<usize> = (0..found.len()).collect();
    order.sort_unstable_by_key(|&at| (found[at].document_count(), at));
    for (document, _) in found[order[0]].iter() {
        let mut score = 0.0;
        let has_all = order.iter().all(|&at| {
            let places = found[at].places(document);
            score += worths[at] * saturated(core, document, places);
            !places.is_empty()
        });
        if has_all {
            apply(document, score);
        }
    }
}

/// What of the query stands in one place of a document.
#[derive(Clone, Copy, Default)]
struct PlaceMass {
    /// Mass of the query that is met there.
    met: f64,
    /// The same, with repetition and headings counted: how well the place would serve as answer.
    telling: f64,
}

fn place_masses(
    document: usize,
    words: &[Word<'_>],
    spans: &[Lookup<'_>],
) -> Vec<(Slot, PlaceMass)> {
    let mut masses: Vec<(Slot, PlaceMass)> = Vec::new();
    let mut add = |lookups: &[Lookup<'_>]| {
        let mut of_word: Vec<(Slot, PlaceMass)> = Vec::new();
        for lookup in lookups {
            for place in lookup.postings.places(document) {
                let heading = if place.in_heading { 0.5 } else { 0.0 };
                let repeated = 0.15 * f64::from(place.count - 1);
                let mass = entry(&mut of_word, place.slot);
                mass.met = mass.met.max(lookup.worth);
                mass.telling = mass.telling.max(lookup.worth * (1.0 + repeated + heading));
            }
        }
        for (slot, found) in of_word {
            let mass = entry(&mut masses, slot);
            mass.met += found.met;
            mass.telling += found.telling;
        }
    };
    words.iter().for_each(|word| add(&word.lookups));
    spans
        .iter()
        .for_each(|span| add(std::slice::from_ref(span)));
    masses
}

/// The place with a text that has most of the query; the summary if none has any.
fn best_place(core: &Core, document: usize, places: &[(Slot, PlaceMass)]) -> Slot {
    let entry = &core.entries[document];
    let has_summary = entry.lengths[field(SUMMARY)] > 0;
    let mut best = if has_summary || entry.sections == 0 {
        SUMMARY
    } else {
        FIRST_SECTION
    };
    let mut most = 0.0;
    for &(slot, place) in places {
        if slot >= SUMMARY && place.telling > most {
            best = slot;
            most = place.telling;
        }
    }
    best
}

/// How close the query is to one of the document's names, from 0 to 1. A name that says less than
/// the query counts for less than one that says more: `cache` is a weak answer to `cache
/// invalidation`, `circuit breaker` a good one to `circuit`.
fn likeness(core: &Core, document: usize, plan: &Plan) -> f64 {
    let entry = &core.entries[document];
    let asked: f64 = plan.units.iter().map(|unit| unit.share).sum();
    let mut most: f64 = 0.0;
    let titles = std::iter::once((&entry.title, 1.0));
    for (name, worth) in titles.chain(entry.aliases.iter().map(|name| (name, ALIAS_NAME_SHARE))) {
        let (named, run, common) = compare(name, plan);
        let like = |shared: f64| {
            let of_query = (shared / asked).min(1.0);
            of_query * of_query * libm::sqrt((shared / named).min(1.0))
        };
        if named > 0.0 {
            most = most.max(worth * like(run).max(NAME_UNORDERED_SHARE * like(common)));
        }
    }
    most
}

/// The weight of a name's words, of its longest run of words that the query has in this order, and
/// of all its words that the query has.
fn compare(name: &str, plan: &Plan) -> (f64, f64, f64) {
    let mut named = 0.0;
    let mut common = 0.0;
    let mut longest: f64 = 0.0;
    let mut runs = vec![0.0; plan.units.len() + 1];
    for word in words(name) {
        let key = term(&word.form);
        let share = weight(&word.form, &key).share();
        named += share;
        let mut next = vec![0.0; plan.units.len() + 1];
        let mut best: f64 = 0.0;
        for (at, unit) in plan.units.iter().enumerate() {
            let same = unit.alternatives.iter().find(|other| other.term == key);
            if let Some(same) = same {
                next[at + 1] = runs[at] + share * same.weight;
                longest = longest.max(next[at + 1]);
                best = best.max(share * same.weight);
            }
        }
        common += best;
        runs = next;
    }
    (named, longest, common)
}
