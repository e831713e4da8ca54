//! One question against the rules: who is out and why, who fits how well.

use std::collections::BTreeSet;

use super::condition;
use super::question::{Budget, Field, Known, Question};
use super::rules::{ALREADY_THERE, CRITERIA, Rules};
use crate::error::FieldError;
use crate::input::slug;

/// Points are whole ten-thousandths, so that a score is exactly the sum of what is shown.
pub(crate) const POINTS_WHOLE: u32 = 10_000;

/// Why a pattern is out.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Out {
    pub(crate) rule: String,
    pub(crate) why: String,
}

/// A pattern that is in.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Ranked {
    pub(crate) pattern: usize,
    /// Fit by criterion, 0 to 1.
    pub(crate) fits: [f64; CRITERIA.len()],
    /// Weight times fit by criterion, in ten-thousandths.
    pub(crate) points: [u32; CRITERIA.len()],
    pub(crate) total: u32,
}

/// The whole picture.
#[derive(Clone, Debug)]
pub(crate) struct Evaluation<'q> {
    pub(crate) known: Known<'q>,
    /// Index of the scale, if users or data are known.
    pub(crate) band: Option<usize>,
    /// Weights by criterion, those without an answer 0, the rest summing to 1.
    pub(crate) weights: [f64; CRITERIA.len()],
    pub(crate) out: Vec<Option<Out>>,
    /// Best first.
    pub(crate) ranked: Vec<Ranked>,
    /// Indices of the favouring rules that apply.
    pub(crate) favours: Vec<usize>,
}

/// The question's lists as ids; what is not known is an error with a hint.
pub(crate) fn resolve<'q>(
    question: &'q Question,
    rules: &Rules,
) -> Result<Known<'q>, Vec<FieldError>> {
    let mut errors = question.faults();
    let mut problems = Vec::new();
    let mut existing = Vec::new();
    for text in &question.problems {
        let plain = slug(text);
        match rules.problem(&plain) {
            Some(at) => push_once(&mut problems, &rules.problems[at].id),
            None => errors.push(unknown(
                "problems",
                text,
                "no problem has this name",
                &plain,
                {
                    let names = rules
                        .problems
                        .iter()
                        .flat_map(|p| p.aliases.iter().chain([&p.id]));
                    names.map(String::as_str).collect()
                },
            )),
        }
    }
    for text in &question.existing {
        let plain = slug(text);
        match rules.pattern(&plain) {
            Some(at) => push_once(&mut existing, &rules.patterns[at].id.slug),
            None => errors.push(unknown(
                "existing",
                text,
                "no pattern has this name",
                &plain,
                {
                    let names = rules
                        .patterns
                        .iter()
                        .flat_map(|p| p.names.iter().chain([&p.id.slug]));
                    names.map(String::as_str).collect()
                },
            )),
        }
    }
    if errors.is_empty() {
        Ok(Known {
            question,
            problems,
            existing,
        })
    } else {
        Err(errors)
    }
}

fn push_once(list: &mut Vec<String>, id: &str) {
    if !list.iter().any(|known| known == id) {
        list.push(id.to_owned());
    }
}

fn unknown(field: &str, text: &str, message: &str, plain: &str, names: Vec<&str>) -> FieldError {
    let bare = plain.rsplit(':').next().unwrap_or(plain);
    // A part of a name is a better hint than a word of similar letters.
    let near = catalog::nearest(bare, names.iter().copied()).or_else(|| {
        names
            .iter()
            .copied()
            .find(|name| bare.len() > 3 && name.contains(bare))
    });
    let fix = match (near, field) {
        (Some(near), _) => format!("did you mean \"{near}\"?"),
        (None, "existing") => "write the id of a pattern, as in pattern:cache-aside".to_owned(),
        (None, _) => "write the id of a playbook or a problem type, as in database-overwhelmed or availability".to_owned(),
    };
    FieldError::new(field, text, message, fix)
}

/// Evaluates resolved answers.
pub(crate) fn evaluate<'q>(known: Known<'q>, rules: &Rules) -> Evaluation<'q> {
    let band = band(known.question, rules);
    let favours: Vec<usize> = rules
        .favour
        .iter()
        .enumerate()
        .filter(|(_, rule)| condition::holds(&rule.when, &known))
        .map(|(at, _)| at)
        .collect();
    let weights = weights(&known, band, rules);
    let out = eliminate(&known, band, rules);
    let mut evaluation = Evaluation {
        known,
        band,
        weights,
        out,
        ranked: Vec::new(),
        favours,
    };
    let mut ranked: Vec<Ranked> = (0..rules.patterns.len())
        .filter(|at| evaluation.out[*at].is_none())
        .map(|at| evaluation.rank(at, rules))
        .collect();
    // Equal scores stand in order of id, as the patterns do.
    ranked.sort_by_key(|ranked| (std::cmp::Reverse(ranked.total), ranked.pattern));
    evaluation.ranked = ranked;
    evaluation
}

/// The band that holds both users and data: the larger where they differ.
fn band(question: &Question, rules: &Rules) -> Option<usize> {
    let last = rules.bands.len().checked_sub(1)?;
    let by_users = question.users.map(|users| {
        let at = rules.bands.iter().position(|band| users < band.users_below);
        at.unwrap_or(last)
    });
    let by_data = question.data_gb.map(|data| {
        let at = rules
            .bands
            .iter()
            .position(|band| data < band.data_gb_below);
        at.unwrap_or(last)
    });
    by_users.max(by_data)
}

/// A criterion counts only where something that it rests on is known.
fn weights(known: &Known<'_>, band: Option<usize>, rules: &Rules) -> [f64; CRITERIA.len()] {
    let question = known.question;
    let numbers = [
        Field::ReadRps,
        Field::WriteRps,
        Field::P99TargetMs,
        Field::AvailabilityTarget,
        Field::Consistency,
        Field::Regions,
        Field::TeamSize,
        Field::Budget,
    ];
    let active = [
        !known.problems.is_empty(),
        band.is_some(),
        numbers.iter().any(|field| question.is_known(*field)),
        question.budget.is_some() || question.team_size.is_some(),
        true,
        true,
    ];
    let mut weights = [0.0; CRITERIA.len()];
    for (at, criterion) in rules.criteria.iter().enumerate() {
        if active[at] {
            weights[at] = criterion.weight;
        }
    }
    let sum: f64 = weights.iter().sum();
    weights.map(|weight| weight / sum)
}

fn eliminate(known: &Known<'_>, band: Option<usize>, rules: &Rules) -> Vec<Option<Out>> {
    let existing: BTreeSet<usize> = known
        .existing
        .iter()
        .filter_map(|slug| rules.pattern(slug))
        .collect();
    let mut out: Vec<Option<Out>> = vec![None; rules.patterns.len()];
    let say = |rule: &str, other: &str| Out {
        rule: rule.to_owned(),
        why: rules.graph_whys[rule].replace("{other}", other),
    };
    let applying: Vec<_> = rules
        .eliminate
        .iter()
        .filter(|rule| condition::holds(&rule.when, known))
        .collect();
    for (at, pattern) in rules.patterns.iter().enumerate() {
        let against = pattern
            .conflicts
            .iter()
            .find(|other| existing.contains(other));
        let ruled = applying.iter().find(|rule| rule.patterns.contains(&at));
        let apart = band.map_or(0, |band| bands_apart(&pattern.bands, band));
        out[at] = if existing.contains(&at) {
            Some(say(ALREADY_THERE, ""))
        } else if let Some(other) = against {
            Some(say("conflicts-with-existing", &rules.patterns[*other].name))
        } else if let Some(rule) = ruled {
            Some(Out {
                rule: rule.id.clone(),
                why: rule.why.clone(),
            })
        } else if !pattern.successors.is_empty() {
            let names = pattern.successors.iter();
            let names: Vec<&str> = names.map(|at| rules.patterns[*at].name.as_str()).collect();
            Some(say("declining", &names.join(" or ")))
        } else if apart > BANDS_APART_MAX {
            Some(say("out-of-scale", &bands_words(&pattern.bands, rules)))
        } else {
            None
        };
    }
    spread(&existing, rules, &mut out);
    out
}

/// A band further away than this is another league: a pattern that is common there only is out.
const BANDS_APART_MAX: usize = 1;

fn bands_apart(bands: &[usize], band: usize) -> usize {
    bands
        .iter()
        .map(|own| own.abs_diff(band))
        .min()
        .unwrap_or(0)
}

fn bands_words(bands: &[usize], rules: &Rules) -> String {
    let words: Vec<&str> = bands
        .iter()
        .map(|band| rules.bands[*band].name.as_str())
        .collect();
    words.join(", ")
}

/// A pattern whose need is out, and not out because it is there already, is out as well.
fn spread(existing: &BTreeSet<usize>, rules: &Rules, out: &mut [Option<Out>]) {
    // Needs form no cycle, so this ends after as many rounds as the longest chain.
    for _ in 0..rules.patterns.len() {
        let mut changed = false;
        for (at, pattern) in rules.patterns.iter().enumerate() {
            if out[at].is_some() {
                continue;
            }
            let missing = pattern
                .requires
                .iter()
                .find(|need| !existing.contains(need) && out[**need].is_some());
            if let Some(need) = missing {
                let rule = out[*need].as_ref().map_or("", |out| out.rule.as_str());
                let other = format!("{} (out by {rule})", rules.patterns[*need].name);
                out[at] = Some(Out {
                    rule: "needs-eliminated".to_owned(),
                    why: rules.graph_whys["needs-eliminated"].replace("{other}", &other),
                });
                changed = true;
            }
        }
        if !changed {
            break;
        }
    }
}

impl Evaluation<'_> {
    fn rank(&self, pattern: usize, rules: &Rules) -> Ranked {
        let fits = [
            self.problem_fit(pattern, rules),
            self.scale_fit(pattern, rules),
            self.numbers_fit(pattern, rules),
            self.effort_fit(pattern, rules),
            rules
                .fit
                .tier
                .get(&rules.patterns[pattern].tier)
                .copied()
                .unwrap_or(0.0),
            rules.patterns[pattern].foundation,
        ];
        let mut points = [0; CRITERIA.len()];
        for (at, fit) in fits.iter().enumerate() {
            points[at] = libm::round(self.weights[at] * fit * f64::from(POINTS_WHOLE)) as u32;
        }
        Ranked {
            pattern,
            fits,
            points,
            total: points.iter().sum(),
        }
    }

    /// Mean over the problems named.
    fn problem_fit(&self, pattern: usize, rules: &Rules) -> f64 {
        let problems: Vec<usize> = self
            .known
            .problems
            .iter()
            .filter_map(|id| rules.problem(id))
            .collect();
        if problems.is_empty() {
            return 0.0;
        }
        let sum: f64 = problems
            .iter()
            .map(|at| rules.problems[*at].fits[pattern])
            .sum();
        sum / problems.len() as f64
    }

    fn scale_fit(&self, pattern: usize, rules: &Rules) -> f64 {
        let Some(band) = self.band else { return 0.0 };
        let bands = &rules.patterns[pattern].bands;
        if rules.bands[band].start.contains(&pattern) {
            rules.fit.start
        } else if bands.contains(&band) {
            rules.fit.in_band
        } else if bands_apart(bands, band) == 1 {
            rules.fit.near_band
        } else {
            0.0
        }
    }

    /// Neutral, plus the points of every rule that applies, from 0 to 1.
    fn numbers_fit(&self, pattern: usize, rules: &Rules) -> f64 {
        let sum: f64 = self
            .favours
            .iter()
            .filter_map(|at| rules.favour[*at].patterns.get(&pattern))
            .sum();
        (rules.fit.neutral + sum).clamp(0.0, 1.0)
    }

    /// `h / (h + e)`: one half where the effort `e` equals the hours `h` that the team can bear.
    fn effort_fit(&self, pattern: usize, rules: &Rules) -> f64 {
        let question = self.known.question;
        let Some(effort_hours) = rules.patterns[pattern].hours else {
            return 0.5;
        };
        let by_budget = question.budget.and_then(|budget| {
            let name = match budget {
                Budget::Low => "low",
                Budget::Medium => "medium",
                Budget::High => "high",
            };
            rules.effort.hours.get(name).copied()
        });
        let hours = by_budget.unwrap_or(rules.effort.hours_unknown);
        let team = question
            .team_size
            .map_or(1.0, |size| (size / rules.effort.team_size).clamp(0.25, 4.0));
        hours * team / (hours * team + effort_hours)
    }
}
