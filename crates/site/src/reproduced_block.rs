//! Published results beside what our models give: an overview, then every value.

use catalog::Reproduced;
use maud::{Markup, html};
use published::{
    Check, KnownFailing, RESULTS_FILE, Relation, Status, StoredCheck, StoredTarget, Target,
};

use crate::render::Writer;
use crate::site::Site;

/// Longest table that is not folded: a screen's height.
const ROWS_OPEN_MAX: usize = 15;

/// Targets with their stored results.
struct Results {
    shown: Vec<(Target, StoredTarget)>,
    known: Vec<KnownFailing>,
}

impl Site {
    /// All targets with results, or what is wrong with the files.
    fn reproduced_results(&self) -> Result<Results, Vec<String>> {
        let told = |found: Vec<published::Problem>| -> Vec<String> {
            found.iter().map(ToString::to_string).collect()
        };
        let files = &self.catalog.data;
        let set = published::built_in(files).map_err(told)?;
        let known = published::known_failing(files).map_err(told)?;
        let repeat = "run `dstudio reproduce --write`";
        let Some(text) = files.get(RESULTS_FILE) else {
            return Err(vec![format!("there is no {RESULTS_FILE}; {repeat}")]);
        };
        let stored = published::results(text, &set)
            .map_err(|why| vec![format!("{RESULTS_FILE}: {why}; {repeat}")])?;
        Ok(Results {
            shown: set.targets.into_iter().zip(stored).collect(),
            known,
        })
    }

    /// What keeps the results from being shown.
    pub(crate) fn reproduced_problems(&self) -> Vec<String> {
        self.reproduced_results().err().unwrap_or_default()
    }
}

impl Results {
    fn of(&self, which: Reproduced) -> impl Iterator<Item = &(Target, StoredTarget)> {
        let wanted = which == Reproduced::Published;
        self.shown
            .iter()
            .filter(move |(target, _)| target.is_published() == wanted)
    }
}

fn agreeing(stored: &StoredTarget) -> (usize, usize) {
    let asserted = stored.checks.iter().filter_map(|check| check.pass);
    (
        asserted.clone().filter(|pass| *pass).count(),
        asserted.count(),
    )
}

/// `Dean, Barroso 2013` is shorter than the list of a paper's authors.
fn cited(target: &Target) -> String {
    const AUTHORS_MAX: usize = 2;
    let names: Vec<&str> = target.authors.split(", ").collect();
    let authors = match names.len() > AUTHORS_MAX && !target.authors.contains('(') {
        true => format!("{} et al.", names[0]),
        false => target.authors.clone(),
    };
    format!("{authors}, {}", target.year)
}

impl Writer<'_> {
    /// The block: an overview with a line a result, then each with its values.
    pub(crate) fn reproduced(&self, which: Reproduced) -> Markup {
        let Ok(results) = self.site.reproduced_results() else {
            return html! { p { (self.site.t("reproduced.none")) } };
        };
        html! {
            (self.reproduced_overview(&results, which))
            @for (target, stored) in results.of(which) {
                (self.reproduced_target(target, stored, &results.known))
            }
        }
    }

    fn reproduced_overview(&self, results: &Results, which: Reproduced) -> Markup {
        let t = |id| self.site.t(id);
        html! {
            div.table-scroll tabindex="0" role="group" aria-label=(t("content.table")) {
                table.reproduced-overview {
                    thead { tr {
                        th scope="col" { (t("reproduced.result")) }
                        th scope="col" { (t("reproduced.domain")) }
                        th scope="col" { (t("reproduced.agree")) }
                    } }
                    tbody {
                        @for (target, stored) in results.of(which) {
                            @let (agree, asserted) = agreeing(stored);
                            tr {
                                th scope="row" {
                                    a href={ "#" (target.id) } { (target.title) }
                                    span.why { (cited(target)) }
                                }
                                td { (target.domain) }
                                td class=[(agree < asserted).then_some("off")] {
                                    (agree) " " (t("reproduced.of")) " " (asserted)
                                }
                            }
                        }
                    }
                }
            }
        }
    }

    fn reproduced_target(
        &self,
        target: &Target,
        stored: &StoredTarget,
        known: &[KnownFailing],
    ) -> Markup {
        let t = |id| self.site.t(id);
        let rows = html! { (self.reproduced_rows(target, stored)) };
        let recorded = known.iter().find(|one| one.id == target.id);
        html! {
            article.reproduced {
                h3 id=(target.id) { (target.title) " " (self.reproduced_mark(stored)) }
                p.reproduced-source {
                    a href=(target.url) rel="external" { (target.authors) ", " (target.year) }
                    @if !target.place.is_empty() { " · " (target.place) }
                }
                p { (target.model) @if !target.notes.is_empty() { " " (target.notes) } }
                @if let Some(recorded) = recorded {
                    p.reproduced-found { strong { (t("reproduced.found")) } " " (recorded.measured) " " (recorded.found) }
                }
                @if target.checks.len() > ROWS_OPEN_MAX {
                    details { summary { (target.checks.len()) " " (t("reproduced.values")) } (rows) }
                } @else { (rows) }
                p.reproduced-repeat { (t("reproduced.repeat")) " " code { "dstudio reproduce --only " (target.id) } }
            }
        }
    }

    fn reproduced_mark(&self, stored: &StoredTarget) -> Markup {
        let (text, class) = match stored.status {
            Status::Ok => ("reproduced.ok", "good"),
            Status::Failing => ("reproduced.failing", "off"),
            Status::NoModel => ("reproduced.no-model", "off"),
        };
        html! { span class={ "reproduced-mark " (class) } { (self.site.t(text)) } }
    }

    fn reproduced_rows(&self, target: &Target, stored: &StoredTarget) -> Markup {
        let t = |id| self.site.t(id);
        let expected = match target.is_published() {
            true => "reproduced.expected",
            false => "reproduced.remembered",
        };
        html! {
            div.table-scroll tabindex="0" role="group" aria-label=(t("content.table")) {
                table.reproduced-values {
                    thead { tr {
                        th scope="col" { (t("reproduced.quantity")) }
                        th scope="col" { (t(expected)) }
                        th scope="col" { (t("reproduced.ours")) }
                        th scope="col" { (t("reproduced.tolerance")) }
                        th scope="col" { (t("reproduced.verdict")) }
                    } }
                    tbody {
                        @for (check, stored) in target.checks.iter().zip(&stored.checks) {
                            (self.reproduced_row(check, stored))
                        }
                    }
                }
            }
        }
    }

    fn reproduced_row(&self, check: &Check, stored: &StoredCheck) -> Markup {
        let t = |id| self.site.t(id);
        let verdict = match stored.pass {
            Some(true) => "reproduced.agrees",
            Some(false) => "reproduced.off",
            None if stored.got.is_some() => "reproduced.shown",
            None => "reproduced.missing",
        };
        let simulated = stored.method.as_deref() == Some("simulation");
        html! {
            tr {
                th scope="row" {
                    code { (check.quantity) }
                    @if !check.at.0.is_empty() { span.why { (check.at) } }
                }
                td { (stored.expected) }
                td {
                    @if let Some(got) = &stored.got {
                        (got)
                        @if let Some((low, high)) = stored.interval {
                            span.why { (published::significant(low)) "–" (published::significant(high)) }
                        } @else if simulated {
                            span.why { (t("reproduced.simulated")) }
                        }
                    } @else { "–" }
                }
                td { (tolerance(&check.relation, t("reproduced.not-asserted"))) }
                td class=[(stored.pass == Some(false)).then_some("off")] { (t(verdict)) }
            }
        }
    }
}

fn tolerance(relation: &Relation, not_asserted: &str) -> String {
    match relation {
        Relation::Information => not_asserted.to_owned(),
        other => other.to_string(),
    }
}

/// A line a result, with the command that repeats it.
pub(crate) fn markdown(site: &Site, which: Reproduced) -> String {
    let Ok(results) = site.reproduced_results() else {
        return site.t("reproduced.none").to_owned();
    };
    let line = |(target, stored): &(Target, StoredTarget)| {
        let (agree, asserted) = agreeing(stored);
        format!(
            "- [{}]({}), {}: {agree} {} {asserted}. `dstudio reproduce --only {}`",
            crate::markdown_form::escaped(&target.title),
            target.url,
            crate::markdown_form::escaped(&cited(target)),
            site.t("reproduced.of"),
            target.id
        )
    };
    let lines: Vec<String> = results.of(which).map(line).collect();
    lines.join("\n")
}
