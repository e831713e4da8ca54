//! The page of the decision tool.

use std::collections::BTreeMap;

use advisor::Error;
use advisor::decide::{self, Answer, Candidate, Eliminated, Question, Rules};
use advisor::input::Unknown;
use maud::{Markup, html};

use crate::request::Request;
use crate::site::Site;
use crate::tool_form::ToolPage;
use crate::tool_list::DECIDE;

/// Patterns shown with their reasons; the rest follows by name.
const RANKED_SHOWN: usize = 10;

/// Width of the bar of a full score, in its own units.
const BAR_WIDTH: f64 = 200.0;

impl Site {
    /// The document of the decision tool.
    pub(crate) fn decide_page(&self, request: &Request) -> String {
        let mut page = ToolPage::new(self, request, DECIDE);
        let rules = self.tools().decide.as_ref();
        let answered = match rules {
            Ok(rules) if page.is_asked() => decide::ask(&request.query, Unknown::Ignore, rules),
            Ok(rules) => decide::answer(&Question::example(), rules),
            Err(errors) => Err(Error::Rules(errors.clone())),
        };
        let answer = match &answered {
            Ok(answer) => {
                let pairs = answer.question.to_pairs();
                page.answer(&answer.headline, &pairs, &page.decide_answer(answer))
            }
            Err(error) => page.no_answer(error.clone()),
        };
        let fields = rules
            .map(|rules| page.decide_fields(rules))
            .unwrap_or_default();
        let form = page.form(&fields, &page.decide_asked());
        page.document(&answer, &form, &html! {})
    }
}

impl ToolPage<'_> {
    fn decide_fields(&self, rules: &Rules) -> Markup {
        let unknown = self.shared("unknown");
        let choices = |field: &str, ids: &[&'static str]| {
            ids.iter()
                .map(|id| (*id, self.t(&format!("{field}-{id}"))))
                .collect::<Vec<_>>()
        };
        html! {
            fieldset.field-grid {
                legend { (self.t("size")) }
                @for name in ["users", "data_gb", "read_rps", "write_rps"] { (self.text_field(name, &unknown)) }
            }
            fieldset.field-grid {
                legend { (self.t("promises")) }
                (self.text_field("p99_target_ms", &unknown))
                (self.text_field("availability_target", &unknown))
                (self.select_field("consistency", &choices("consistency", &["strong", "read-your-writes", "causal", "eventual"])))
                (self.text_field("regions", &unknown))
            }
            fieldset.field-grid {
                legend { (self.t("means")) }
                (self.text_field("team_size", &unknown))
                (self.select_field("budget", &choices("budget", &["low", "medium", "high"])))
                (self.existing_field(rules, &unknown))
            }
            (self.problem_fields(rules, "symptom"))
            (self.problem_fields(rules, "need"))
            details.field-more open[self.has_problem(rules, "playbook")] {
                summary { (self.t("more-problems")) }
                (self.problem_fields(rules, "playbook"))
            }
        }
    }

    /// What is in place, by name; the browser offers the known names for the first one.
    fn existing_field(&self, rules: &Rules, unknown: &str) -> Markup {
        let typed: Vec<&str> = if self.is_asked() {
            self.request.parameters("existing").collect()
        } else {
            Vec::new()
        };
        let error = self.errors.iter().find(|error| error.field == "existing");
        html! {
            div.field.field-wide {
                label for="f-existing" { (self.t("existing")) }
                input id="f-existing" type="text" name="existing" value=(typed.join(", ")) list="patterns"
                    placeholder=(unknown) maxlength="2000" autocomplete="off" spellcheck="false"
                    aria-invalid=[error.map(|_| "true")] aria-describedby="f-existing-hint";
                div.field-notes {
                    @if let Some(error) = error {
                        p.field-error { "“" (error.value) "”: " (error.message) "; " (error.fix) }
                    }
                    p.field-hint id="f-existing-hint" { (self.t("existing-hint")) }
                }
                datalist id="patterns" {
                    @for (id, name) in rules.patterns() { option value=(id.slug) { (name) } }
                }
            }
        }
    }

    fn has_problem(&self, rules: &Rules, group: &str) -> bool {
        let chosen = |id: &str| self.request.parameters("problems").any(|value| value == id);
        rules
            .problems()
            .iter()
            .any(|problem| problem.group == group && self.is_asked() && chosen(&problem.id))
    }

    fn problem_fields(&self, rules: &Rules, group: &str) -> Markup {
        let chosen = |id: &str| {
            self.is_asked() && self.request.parameters("problems").any(|value| value == id)
        };
        html! {
            fieldset.checks {
                legend { (self.t(&format!("group-{group}"))) }
                @for problem in rules.problems().iter().filter(|problem| problem.group == group) {
                    label {
                        input type="checkbox" name="problems" value=(problem.id) checked[chosen(&problem.id)];
                        span { (problem.name) }
                    }
                }
            }
        }
    }

    /// The fields as a list, where no form can be sent.
    fn decide_asked(&self) -> Markup {
        html! {
            dl.asked-list {
                @for name in Question::FIELDS {
                    div {
                        dt { (self.t(name)) }
                        dd { code { "--" (name.replace('_', "-")) } }
                    }
                }
            }
        }
    }

    fn decide_answer(&self, answer: &Answer) -> Markup {
        html! {
            (self.chosen_set(answer))
            @for note in &answer.notes {
                div.admonition.admonition-warning { p { (note) } }
            }
            (self.decide_sensitivity(answer))
            (self.ranking(answer))
            (self.eliminated(answer))
            details.tool-part {
                summary { (self.shared("assumptions")) }
                ul { @for line in &answer.assumptions { li { (line) } } }
                (self.weight_table(answer))
            }
        }
    }

    fn chosen_set(&self, answer: &Answer) -> Markup {
        html! {
            section.tool-part {
                h3 { (self.t("set")) }
                @if let Some(scale) = &answer.scale {
                    p.why { (self.t("scale")) " " strong { (scale.name) } ": " (scale.why) }
                }
                ol.chosen {
                    @for member in &answer.set_reasons {
                        li { (self.entry_link(&member.id)) span.why { (member.because) } }
                    }
                }
                @if !answer.left_out.is_empty() {
                    p.chosen-out { strong { (self.t("left-out")) } }
                    ul.chosen {
                        @for member in &answer.left_out {
                            li { (self.entry_link(&member.id)) span.why { (member.because) } }
                        }
                    }
                }
            }
        }
    }

    fn decide_sensitivity(&self, answer: &Answer) -> Markup {
        let sensitivity = &answer.sensitivity;
        let table = |title: &str, flips: &[decide::Flip]| {
            html! {
                @if !flips.is_empty() {
                    div.table-scroll tabindex="0" role="group" aria-label=(title) {
                        table.flips {
                            caption { (title) }
                            thead { tr { th scope="col" { (self.t("flip-if")) } th scope="col" { (self.t("flip-then")) } } }
                            tbody {
                                @for flip in flips {
                                    tr class=[flip.changes_winner.then_some("flip-winner")] {
                                        th scope="row" {
                                            (self.t(&flip.field)) " " span.why { (flip.from) " → " } (flip.to)
                                        }
                                        td { (flip.effect()) }
                                    }
                                }
                            }
                        }
                    }
                }
            }
        };
        html! {
            section.tool-part {
                h3 { (self.shared("sensitivity")) }
                @if let Some(best) = answer.ranked.first() {
                    p {
                        (best.name) " " (self.t("robust-a")) " "
                        strong { (advisor::capacity::percent(sensitivity.robustness)) } " "
                        (self.t("robust-b")) " " (sensitivity.samples) " " (self.t("robust-c"))
                    }
                }
                (table(&self.t("flips"), &sensitivity.flips))
                (table(&self.t("worth"), &sensitivity.worth_finding_out))
            }
        }
    }

    fn ranking(&self, answer: &Answer) -> Markup {
        let (shown, rest) = answer
            .ranked
            .split_at(answer.ranked.len().min(RANKED_SHOWN));
        html! {
            section.tool-part {
                h3 { (self.t("ranking")) }
                (self.legend(answer))
                ol.ranking { @for candidate in shown { (self.candidate(candidate)) } }
                details {
                    summary { (self.t("in-numbers")) }
                    (self.contribution_table(answer, shown))
                }
                @if !rest.is_empty() {
                    details {
                        summary { (rest.len()) " " (self.t("more-ranked")) }
                        p.tight {
                            @for (index, candidate) in rest.iter().enumerate() {
                                @if index > 0 { " · " }
                                (self.entry_link(&candidate.id)) " " span.why { (points(candidate.score)) }
                            }
                        }
                    }
                }
            }
        }
    }

    fn legend(&self, answer: &Answer) -> Markup {
        html! {
            ul.score-legend {
                @for weight in answer.weights.iter().filter(|weight| weight.weight > 0.0) {
                    li title=(weight.why) {
                        svg width="10" height="10" aria-hidden="true" {
                            rect class={ "score-" (weight.criterion) } width="10" height="10" rx="2" {}
                        }
                        (weight.name) " " span.why { (advisor::capacity::percent(weight.weight)) }
                    }
                }
            }
        }
    }

    fn candidate(&self, candidate: &Candidate) -> Markup {
        let mut at = 0.0;
        let parts: Vec<(f64, f64, &str, String)> = candidate
            .contributions
            .iter()
            .map(|part| {
                let width = part.points * BAR_WIDTH;
                let start = at;
                at += width;
                let title = format!(
                    "{} {}",
                    self.t(&format!("criterion-{}", part.criterion)),
                    points(part.points)
                );
                (start, width, part.criterion.as_str(), title)
            })
            .collect();
        html! {
            li {
                div.ranking-head {
                    span.ranking-name { (self.entry_link(&candidate.id)) }
                    svg.score viewBox={ "0 0 " (BAR_WIDTH) " 12" } width=(BAR_WIDTH) height="12" role="img"
                        preserveAspectRatio="none" aria-label={ (self.t("score")) " " (points(candidate.score)) } {
                        rect.score-rest width=(BAR_WIDTH) height="12" {}
                        @for (start, width, criterion, title) in &parts {
                            rect class={ "score-" (criterion) } x=(tenths(*start)) width=(tenths(*width)) height="12" {
                                title { (title) }
                            }
                        }
                    }
                    span.ranking-score { (points(candidate.score)) }
                }
                @if !candidate.reasons.is_empty() {
                    p.why { (candidate.reasons.join(" · ")) }
                }
            }
        }
    }

    fn contribution_table(&self, answer: &Answer, shown: &[Candidate]) -> Markup {
        let weights: Vec<_> = answer
            .weights
            .iter()
            .filter(|weight| weight.weight > 0.0)
            .collect();
        html! {
            p.field-hint { (self.t("in-numbers-hint")) }
            div.table-scroll tabindex="0" role="group" aria-label=(self.t("ranking")) {
                table {
                    thead { tr {
                        th scope="col" { (self.site.t("kind.pattern")) }
                        @for weight in &weights { th.number scope="col" { (weight.name) } }
                        th.number scope="col" { (self.t("score")) }
                    } }
                    tbody {
                        @for candidate in shown {
                            tr {
                                th scope="row" { (candidate.name) }
                                @for part in &candidate.contributions { td.number { (points(part.points)) } }
                                td.number { strong { (points(candidate.score)) } }
                            }
                        }
                    }
                }
            }
        }
    }

    fn weight_table(&self, answer: &Answer) -> Markup {
        html! {
            div.table-scroll tabindex="0" role="group" aria-label=(self.t("weights")) {
                table {
                    caption { (self.t("weights")) }
                    tbody {
                        @for weight in &answer.weights {
                            tr {
                                th scope="row" { (weight.name) }
                                td.number {
                                    @if weight.weight > 0.0 { (advisor::capacity::percent(weight.weight)) } @else { "–" }
                                }
                                td { (weight.why) }
                            }
                        }
                    }
                }
            }
        }
    }

    /// What is out, by rule: the rule is the reason, so it stands once.
    fn eliminated(&self, answer: &Answer) -> Markup {
        let mut rules: BTreeMap<(&str, &str), Vec<&Eliminated>> = BTreeMap::new();
        for out in &answer.eliminated {
            rules.entry((&out.rule, &out.why)).or_default().push(out);
        }
        html! {
            @if !answer.eliminated.is_empty() {
                details.tool-part.eliminated {
                    summary { (answer.eliminated.len()) " " (self.t("eliminated")) }
                    dl {
                        @for ((rule, why), list) in &rules {
                            div {
                                dt { (why) " " code { (rule) } }
                                dd {
                                    @for (index, out) in list.iter().enumerate() {
                                        @if index > 0 { " · " }
                                        (self.entry_link(&out.id))
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// Points of a hundred, with one decimal.
fn points(score: f64) -> String {
    format!("{:.1}", score * 100.0)
}

fn tenths(value: f64) -> String {
    format!("{value:.1}")
}
