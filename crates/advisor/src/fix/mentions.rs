//! Which facts a text mentions, and which playbook's words it uses.

use std::collections::{BTreeMap, BTreeSet};

use catalog::Catalog;

use super::belief::Belief;
use super::model::Model;
use super::words::{Lexicon, Pattern, Words};
use crate::error::RuleError;

/// Weight of a text whose every telling word stands among a playbook's symptoms: e to this power.
const LIKENESS_LOG: f64 = 2.5;
/// Telling words that a text must have for full likeness, in the weight of the rarest words.
const LIKENESS_WORDS: f64 = 2.0;
/// What a word counts that stands in the text of a playbook alone, against one of its symptoms.
const BODY_SHARE: f64 = 0.5;
/// Weight of a text that holds a whole symptom, alias or keyword of a playbook.
const PHRASE_RATIO: f64 = 8.0;
/// Telling words from which such a phrase counts as a whole.
const PHRASE_WORDS_MIN: usize = 2;
/// Likeness from which words alone say something.
const LIKENESS_MIN: f64 = 0.7;

/// How a text speaks of a fact.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Voice {
    Weak,
    Fair,
    Strong,
    Denied,
}

/// The model with its words made ready.
#[derive(Clone, Debug)]
pub struct Diagnosis {
    model: Model,
    lexicon: Lexicon,
    /// By fact: patterns with their voice, the most telling first.
    said: Vec<Vec<(Voice, Pattern)>>,
    /// By cause: whole phrases.
    phrases: Vec<Vec<Pattern>>,
    /// By cause: every telling term of its phrases, and of how its playbook recognises it.
    vocabulary: Vec<Vocabulary>,
    /// By term: how rare it is among causes, 0 to 1.
    rarity: BTreeMap<String, f64>,
}

/// Words of a playbook.
#[derive(Clone, Debug, Default)]
struct Vocabulary {
    /// Of its symptoms, aliases and keywords.
    front: BTreeSet<String>,
    /// Of what it says of recognising it, without those.
    body: BTreeSet<String>,
}

/// What a text says.
#[derive(Clone, Debug)]
pub(super) struct Mentions {
    voices: Vec<Option<Voice>>,
    /// By cause: whether a whole phrase of it stands in the text.
    phrased: Vec<bool>,
    /// By cause: share of the text's telling words that it uses, 0 to 1.
    likeness: Vec<f64>,
}

impl Diagnosis {
    /// Reads the model of a catalogue and makes it ready.
    ///
    /// # Errors
    ///
    /// As [`Model::read`].
    pub fn read(catalog: &Catalog) -> Result<Diagnosis, Vec<RuleError>> {
        Ok(Diagnosis::new(Model::read(catalog)?))
    }

    /// Makes a model ready.
    pub fn new(model: Model) -> Diagnosis {
        let mut lexicon = Lexicon::new(&model.classes);
        let said = model
            .facts
            .iter()
            .map(|fact| {
                let said = &fact.said;
                let lists = [
                    (Voice::Denied, &said.denied),
                    (Voice::Strong, &said.strong),
                    (Voice::Fair, &said.fair),
                    (Voice::Weak, &said.weak),
                ];
                let lines = lists
                    .into_iter()
                    .flat_map(|(voice, list)| list.iter().map(move |line| (voice, line)));
                lines
                    .map(|(voice, line)| match fact.is_of_causes() {
                        true => (voice, lexicon.pattern(line)),
                        false => (voice, lexicon.exact_pattern(line)),
                    })
                    .collect()
            })
            .collect();
        let mut phrases = Vec::new();
        let mut vocabulary = Vec::new();
        for cause in &model.causes {
            let patterns: Vec<Pattern> = cause
                .phrases
                .iter()
                .map(|phrase| lexicon.telling_pattern(phrase))
                .collect();
            let front: BTreeSet<String> = patterns
                .iter()
                .flat_map(Lexicon::terms)
                .map(str::to_owned)
                .collect();
            let body = cause.signs.iter().filter(|term| !front.contains(*term));
            vocabulary.push(Vocabulary {
                body: body.cloned().collect(),
                front,
            });
            phrases.push(
                patterns
                    .into_iter()
                    .filter(|pattern| pattern.words() >= PHRASE_WORDS_MIN)
                    .collect(),
            );
        }
        let rarity = rarity(&vocabulary);
        Diagnosis {
            model,
            lexicon,
            said,
            phrases,
            vocabulary,
            rarity,
        }
    }

    /// The model.
    pub fn model(&self) -> &Model {
        &self.model
    }

    /// What a text mentions.
    pub(super) fn mentions(&self, text: &str) -> Mentions {
        let words = self.lexicon.read(text);
        let voices = self
            .said
            .iter()
            .map(|patterns| {
                let found = patterns.iter().find(|(_, pattern)| words.hold(pattern));
                found.map(|(voice, _)| *voice)
            })
            .collect();
        let phrased = self
            .phrases
            .iter()
            .map(|patterns| patterns.iter().any(|pattern| words.hold(pattern)))
            .collect();
        Mentions {
            voices,
            phrased,
            likeness: self.likeness(&words),
        }
    }

    /// By cause: the weight of the text's telling words that its phrases use, over that of all.
    fn likeness(&self, words: &Words) -> Vec<f64> {
        let terms = words.telling(&self.lexicon);
        let weight = |term: &str| self.rarity.get(term).copied().unwrap_or(1.0);
        let all: f64 = terms.iter().map(|term| weight(term)).sum();
        self.vocabulary
            .iter()
            .map(|vocabulary| {
                let share = |term: &str| {
                    if vocabulary.front.contains(term) {
                        1.0
                    } else if vocabulary.body.contains(term) {
                        BODY_SHARE
                    } else {
                        0.0
                    }
                };
                let shared: f64 = terms.iter().map(|term| share(term) * weight(term)).sum();
                shared / all.max(LIKENESS_WORDS)
            })
            .collect()
    }
}

/// 1 for a term of one cause alone, falling to 0 for one that all causes use.
fn rarity(vocabulary: &[Vocabulary]) -> BTreeMap<String, f64> {
    let mut uses: BTreeMap<String, usize> = BTreeMap::new();
    for term in vocabulary
        .iter()
        .flat_map(|words| words.front.iter().chain(&words.body))
    {
        *uses.entry(term.clone()).or_default() += 1;
    }
    let most = libm::log(vocabulary.len().max(2) as f64);
    uses.into_iter()
        .map(|(term, count)| (term, 1.0 - libm::log(count as f64) / most))
        .collect()
}

impl Mentions {
    /// Adds what was said to a belief.
    pub(super) fn tell(&self, belief: &mut Belief<'_>, model: &Model) {
        let strengths = &model.strengths;
        for (fact, voice) in self.voices.iter().enumerate() {
            let rates = match voice {
                None => continue,
                Some(Voice::Strong) => strengths.strong,
                Some(Voice::Fair) => strengths.fair,
                Some(Voice::Weak) => strengths.weak,
                Some(Voice::Denied) => strengths.denied,
            };
            belief.see(fact, rates);
        }
        for cause in 0..model.causes.len() {
            let phrase = if self.phrased[cause] {
                PHRASE_RATIO
            } else {
                1.0
            };
            let likeness = libm::exp(LIKENESS_LOG * self.likeness[cause]);
            belief.liken(cause, phrase.max(likeness));
        }
    }

    /// Whether anything was said that a diagnosis can rest on.
    pub(super) fn say_something(&self) -> bool {
        self.voices.iter().any(Option::is_some)
            || self.phrased.contains(&true)
            || self.likeness.iter().any(|share| *share >= LIKENESS_MIN)
    }

    /// How the text speaks of a fact.
    pub(super) fn of(&self, fact: usize) -> Option<&'static str> {
        match self.voices[fact]? {
            Voice::Denied => Some("denied in your words"),
            Voice::Strong | Voice::Fair | Voice::Weak => Some("in your words"),
        }
    }

    /// Ids of the facts that are mentioned more than in passing.
    pub(super) fn facts(&self, model: &Model) -> Vec<String> {
        let voices = self.voices.iter().zip(&model.facts);
        voices
            .filter(|(voice, _)| {
                voice.is_some_and(|voice| matches!(voice, Voice::Fair | Voice::Strong))
            })
            .map(|(_, fact)| fact.id.clone())
            .collect()
    }
}
