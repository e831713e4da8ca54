//! From a ranking to a set: what was asked for, what that needs, nothing that clashes.

use std::collections::BTreeSet;

use super::evaluation::Evaluation;
use super::rules::{ALREADY_THERE, Rules};

/// A pattern that the set holds, and for what.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Member {
    pub(crate) pattern: usize,
    pub(crate) because: String,
}

/// The set, and what was asked for but cannot be in it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Chosen {
    pub(crate) members: Vec<Member>,
    pub(crate) left_out: Vec<Member>,
}

/// The smallest set that holds a first pattern of every problem, the first patterns of the scale
/// and of the rules that apply, and all that these need; best first, needs last.
pub(crate) fn choose(evaluation: &Evaluation<'_>, rules: &Rules) -> Chosen {
    let place = |pattern: usize| {
        evaluation
            .ranked
            .iter()
            .position(|ranked| ranked.pattern == pattern)
    };
    let mut chosen = Chosen::default();
    let mut wanted = wanted(evaluation, rules, &mut chosen.left_out);
    if wanted.is_empty() && evaluation.known.problems.is_empty() && evaluation.band.is_none() {
        wanted.extend(evaluation.ranked.first().map(|best| Member {
            pattern: best.pattern,
            because: "first of the ranking".to_owned(),
        }));
    }
    wanted.sort_by_key(|member| place(member.pattern));
    let existing: BTreeSet<usize> = evaluation
        .known
        .existing
        .iter()
        .filter_map(|slug| rules.pattern(slug))
        .collect();
    let mut needs: Vec<Member> = Vec::new();
    for member in wanted {
        let closure = closure(member.pattern, &existing, rules);
        let held: Vec<usize> = chosen
            .members
            .iter()
            .chain(&needs)
            .map(|m| m.pattern)
            .collect();
        let clash = closure.iter().find_map(|pattern| {
            let conflicts = &rules.patterns[*pattern].conflicts;
            held.iter().find(|other| conflicts.contains(other))
        });
        if let Some(other) = clash {
            let because = format!("conflicts with {}", rules.patterns[*other].name);
            chosen.left_out.push(Member { because, ..member });
            continue;
        }
        let name = rules.patterns[member.pattern].name.clone();
        for pattern in closure
            .into_iter()
            .filter(|pattern| *pattern != member.pattern)
        {
            if !needs.iter().any(|known| known.pattern == pattern) {
                needs.push(Member {
                    pattern,
                    because: format!("needed by {name}"),
                });
            }
        }
        chosen.members.push(member);
    }
    needs.retain(|need| {
        chosen
            .members
            .iter()
            .all(|member| member.pattern != need.pattern)
    });
    chosen.members.extend(needs);
    chosen
}

/// What problems, scale and rules ask for, each once.
fn wanted(evaluation: &Evaluation<'_>, rules: &Rules, left_out: &mut Vec<Member>) -> Vec<Member> {
    let mut wanted: Vec<Member> = Vec::new();
    let mut want = |pattern: usize, because: String| {
        let known = |list: &[Member]| list.iter().any(|member| member.pattern == pattern);
        match &evaluation.out[pattern] {
            None if !known(&wanted) => wanted.push(Member { pattern, because }),
            Some(out) if out.rule != ALREADY_THERE && !known(left_out) => {
                let because = out.why.clone();
                left_out.push(Member { pattern, because });
            }
            _ => {}
        }
    };
    for id in &evaluation.known.problems {
        let Some(problem) = rules.problem(id).map(|at| &rules.problems[at]) else {
            continue;
        };
        let because = format!("answers: {}", problem.name);
        for pattern in &problem.start {
            want(*pattern, because.clone());
        }
        let usable = |pattern: &usize| {
            evaluation.out[*pattern]
                .as_ref()
                .is_none_or(|out| out.rule == ALREADY_THERE)
        };
        // Where every first choice is out, the best of the other suggestions stands in.
        if !problem.start.iter().any(usable)
            && let Some(best) = evaluation
                .ranked
                .iter()
                .find(|ranked| problem.fits[ranked.pattern] >= rules.fit.also)
        {
            want(best.pattern, because);
        }
    }
    if let Some(band) = evaluation.band.map(|at| &rules.bands[at]) {
        for pattern in &band.start {
            want(*pattern, format!("first at {}", band.name));
        }
    }
    for favour in evaluation.favours.iter().map(|at| &rules.favour[*at]) {
        for pattern in &favour.start {
            want(*pattern, favour.why.clone());
        }
    }
    wanted
}

/// The pattern and everything it needs that is not in place, needs after what needs them.
fn closure(pattern: usize, existing: &BTreeSet<usize>, rules: &Rules) -> Vec<usize> {
    let mut found = vec![pattern];
    let mut at = 0;
    // Each pattern enters once, so this ends.
    while let Some(current) = found.get(at).copied() {
        for need in &rules.patterns[current].requires {
            if !existing.contains(need) && !found.contains(need) {
                found.push(*need);
            }
        }
        at += 1;
    }
    found
}
