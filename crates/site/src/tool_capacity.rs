//! The page of the capacity tool, which is the index of quantitative analysis as well.

use advisor::Error;
use advisor::capacity::{self, Answer, Question, State, milliseconds, percent};
use advisor::input::{Unknown, shown};
use catalog::{Details, Entry};
use maud::{Markup, html};

use crate::request::Request;
use crate::site::Site;
use crate::tool_form::ToolPage;
use crate::tool_list::CAPACITY;

impl Site {
    /// The document of the capacity tool.
    pub(crate) fn capacity_page(&self, request: &Request) -> String {
        let mut page = ToolPage::new(self, request, CAPACITY);
        let asked = if page.is_asked() {
            Question::from_pairs(&request.query, Unknown::Ignore).map_err(Error::Input)
        } else {
            Ok(Question::example())
        };
        let answered = asked.and_then(|question| capacity::answer(&question));
        let answer = match &answered {
            Ok(answer) => {
                let pairs = answer.question.to_pairs();
                page.answer(&answer.headline, &pairs, &page.capacity_answer(answer))
            }
            Err(error) => page.no_answer(error.clone()),
        };
        let form = page.form(&page.capacity_fields(), &page.capacity_asked());
        page.document(&answer, &form, &page.quantitative_pages())
    }
}

impl ToolPage<'_> {
    fn capacity_fields(&self) -> Markup {
        let unknown = self.shared("unknown");
        html! {
            fieldset.field-grid {
                legend { (self.t("load")) }
                (self.text_field("arrival_rate_per_s", "100"))
                (self.text_field("service_time_ms", "80"))
            }
            fieldset.field-grid {
                legend { (self.t("how-many")) }
                (self.text_field("servers", &self.t("servers-open")))
                (self.text_field("utilisation_max", &unknown))
                (self.text_field("wait_target_ms", &unknown))
                (self.text_field("wait_percentile", "p99"))
            }
            fieldset.field-grid {
                legend { (self.t("failure")) }
                (self.text_field("zones", "1"))
                (self.text_field("zones_lost", "0"))
            }
        }
    }

    fn capacity_asked(&self) -> Markup {
        html! {
            dl.asked-list {
                @for name in Question::FIELDS {
                    div { dt { (self.t(name)) } dd { code { "--" (name.replace('_', "-")) } } }
                }
            }
        }
    }

    fn capacity_answer(&self, answer: &Answer) -> Markup {
        let normal = &answer.normal;
        let tile = |name: &str, value: String| {
            html! {
                div { dt { (self.t(name)) } dd { (value) } }
            }
        };
        html! {
            dl.tiles {
                (tile("tile-servers", normal.servers.to_string()))
                (tile("tile-busy", percent(normal.utilisation)))
                (tile("tile-p50", milliseconds(normal.response_p50_ms)))
                (tile("tile-p99", milliseconds(normal.response_p99_ms)))
                (tile("tile-in-flight", shown(normal.in_flight_mean)))
            }
            @if !normal.meets_targets {
                div.admonition.admonition-warning { p { (self.t("missed")) } }
            }
            (self.state_table(answer))
            (self.capacity_sensitivity(answer))
            (self.formula_table(answer))
            (self.lines("assumptions", &answer.assumptions))
        }
    }

    fn state_table(&self, answer: &Answer) -> Markup {
        let lost = answer.after_loss.as_ref();
        let left = lost.and_then(|loss| loss.state.as_ref());
        type Cell = fn(&State) -> String;
        let rows: [(&str, Cell); 9] = [
            ("utilisation", |state| percent(state.utilisation)),
            ("wait-probability", |state| percent(state.wait_probability)),
            ("wait-mean", |state| milliseconds(state.wait_mean_ms)),
            ("wait-p50", |state| milliseconds(state.wait_p50_ms)),
            ("wait-p99", |state| milliseconds(state.wait_p99_ms)),
            ("response-mean", |state| {
                milliseconds(state.response_mean_ms)
            }),
            ("response-p50", |state| milliseconds(state.response_p50_ms)),
            ("response-p99", |state| milliseconds(state.response_p99_ms)),
            ("in-flight", |state| shown(state.in_flight_mean)),
        ];
        html! {
            section.tool-part {
                h3 { (self.t("numbers")) }
                p { (self.t("offered")) " " strong { (shown(answer.offered_load)) } " " (self.t("offered-unit")) }
                div.table-scroll tabindex="0" role="group" aria-label=(self.t("numbers")) {
                    table.state-table {
                        thead { tr {
                            td {}
                            th.number scope="col" { (self.t("normal")) " (" (answer.normal.servers) ")" }
                            @if let Some(loss) = lost {
                                th.number scope="col" { (self.t("after-loss")) " (" (loss.servers_left) ")" }
                            }
                        } }
                        tbody {
                            @for (name, cell) in rows {
                                tr {
                                    th scope="row" { (self.t(&format!("row-{name}"))) }
                                    td.number { (cell(&answer.normal)) }
                                    @if lost.is_some() { td.number { @match left { Some(state) => (cell(state)), None => "–" } } }
                                }
                            }
                        }
                    }
                }
                @if let Some(loss) = lost {
                    @if let Some(growth) = loss.backlog_growth_per_s {
                        div.admonition.admonition-caution { p {
                            (self.t("no-steady-state")) " " strong { (shown(growth)) "/s" } "."
                        } }
                    }
                    p.field-hint {
                        (self.t("headroom")) " (" (loss.zones) " − " (loss.zones_lost) ") / " (loss.zones)
                        " · u_max = " (percent(loss.utilisation_normal_max))
                    }
                }
            }
        }
    }

    fn formula_table(&self, answer: &Answer) -> Markup {
        html! {
            section.tool-part {
                h3 { (self.t("formulas")) }
                p.field-hint { (self.t("symbols")) }
                dl.formula-list {
                    @for formula in &answer.formulas {
                        div {
                            dt { (formula.name) span.why { (formula.source) " · " (self.entry_link(&formula.page)) } }
                            dd.equation { (formula.equation) }
                            dd { (formula.worked) }
                        }
                    }
                }
            }
        }
    }

    fn capacity_sensitivity(&self, answer: &Answer) -> Markup {
        html! {
            section.tool-part {
                h3 { (self.shared("sensitivity")) }
                div.table-scroll tabindex="0" role="group" aria-label=(self.shared("sensitivity")) {
                    table.flips {
                        tbody {
                            @for change in &answer.sensitivity {
                                tr class=[change.state.is_none().then_some("flip-winner")] {
                                    th scope="row" { (change.change) }
                                    td { (change.effect) }
                                }
                            }
                        }
                    }
                }
            }
        }
    }

    /// The pages under this address, in reading order, with those still to come by name.
    fn quantitative_pages(&self) -> Markup {
        let mut pages: Vec<&Entry> = self
            .site
            .catalog
            .entries()
            .filter(|entry| entry.path.starts_with(CAPACITY.path) && entry.path != CAPACITY.path)
            .collect();
        pages.sort_by_key(|entry| match &entry.details {
            Details::Page { order, .. } => (*order, entry.name.clone()),
            _ => (u32::MAX, entry.name.clone()),
        });
        let (planned, complete): (Vec<&Entry>, Vec<&Entry>) =
            pages.into_iter().partition(|entry| entry.planned);
        html! {
            section.tool-pages aria-labelledby="pages" {
                h2 id="pages" { (self.t("pages")) }
                ul.cards {
                    @for entry in &complete {
                        li.card {
                            a href=(self.site.href(&entry.path)) { (entry.name) }
                            p { (entry.summary) }
                        }
                    }
                }
                @if !planned.is_empty() {
                    p.planned-list {
                        span.planned-label { (self.site.t("listing.planned")) } " "
                        @for (index, entry) in planned.iter().enumerate() {
                            @if index > 0 { " · " }
                            span.planned { (entry.name) }
                        }
                    }
                }
            }
        }
    }
}
