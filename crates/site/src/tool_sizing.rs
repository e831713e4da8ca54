//! The pages of the sizing tools: one contract, one page.

use advisor::Error;
use advisor::input::Unknown;
use advisor::sizing::{Answer, Cell, Chart, Field, Figure, File, Kind, Table, Tool as Sizing};
use figures::Caption;
use figures::chart::{Comparison, Interval, Measurement, Quantity, Sample, Series, TimeSeries};
use maud::{Markup, PreEscaped, html};

use crate::request::Request;
use crate::site::Site;
use crate::tool_form::ToolPage;
use crate::tool_list::Tool;

/// Figures shown as tiles; the table has all.
const TILES_MAX: usize = 4;

impl Site {
    /// The document of a sizing tool.
    pub(crate) fn sizing_page(&self, tool: Tool, sizing: &Sizing, request: &Request) -> String {
        let mut page = ToolPage::new(self, request, tool);
        let example = sizing.example();
        let (pairs, unknown) = match page.is_asked() {
            true => (&request.query, Unknown::Ignore),
            false => (&example, Unknown::Refuse),
        };
        let answered = sizing.question(pairs, unknown).and_then(|question| {
            let answer = sizing.answer(&question)?;
            Ok((question, answer))
        });
        let answer = match &answered {
            Ok((question, answer)) => page.answer(
                &answer.headline,
                &question.to_pairs(),
                &page.sizing_answer(sizing, answer),
            ),
            Err(error) => page.no_answer(Error::clone(error)),
        };
        let form = page.form(&page.sizing_fields(sizing), &page.sizing_asked(sizing));
        page.document(&answer, &form, &html! {})
    }
}

impl ToolPage<'_> {
    fn sizing_fields(&self, sizing: &Sizing) -> Markup {
        let mut groups: Vec<&str> = Vec::new();
        for field in sizing.fields {
            if !groups.contains(&field.group) {
                groups.push(field.group);
            }
        }
        html! {
            @for group in groups {
                fieldset.field-grid {
                    legend { (self.t(&format!("group-{group}"))) }
                    @for field in sizing.fields.iter().filter(|field| field.group == group) {
                        (self.sizing_field(field))
                    }
                }
            }
        }
    }

    fn sizing_field(&self, field: &Field) -> Markup {
        let unknown = self.shared("unknown");
        // Lines have a notation, which an example teaches.
        let placeholder = match (field.kind, field.needed) {
            (Kind::Lines(_), _) => field.default.or(field.example),
            (_, true) => field.example,
            (_, false) => field.default,
        };
        let placeholder = placeholder.unwrap_or(&unknown);
        match field.kind {
            Kind::Lines(_) => self.lines_field(field.name, placeholder),
            Kind::Text(_) => self.wide_field(field.name, placeholder),
            _ => self.text_field(field.name, placeholder),
        }
    }

    fn sizing_asked(&self, sizing: &Sizing) -> Markup {
        html! {
            dl.asked-list {
                @for field in sizing.fields {
                    div { dt { (self.t(field.name)) } dd { code { "--" (field.name.replace('_', "-")) } } }
                }
            }
        }
    }

    fn sizing_answer(&self, sizing: &Sizing, answer: &Answer) -> Markup {
        html! {
            dl.tiles {
                @for figure in answer.figures.iter().take(TILES_MAX) {
                    div { dt { (figure.name) } dd { (figure.text) } }
                }
            }
            @if !answer.holds {
                div.admonition.admonition-warning { p { (self.t("missed")) } }
            }
            @if answer.figures.len() > TILES_MAX || answer.draws.is_some() {
                (self.figure_table(&answer.figures))
            }
            (self.lines("reasons", &answer.reasons))
            @for (at, chart) in answer.charts.iter().enumerate() {
                (self.chart(chart, &format!("chart-{at}")))
            }
            @for table in &answer.tables { (self.sizing_table(table)) }
            (self.effects(sizing, answer))
            (self.sizing_formulas(answer))
            @for file in &answer.files { (self.file(file)) }
            (self.lines("assumptions", &answer.assumptions))
        }
    }

    fn figure_table(&self, figures: &[Figure]) -> Markup {
        let has_spread = figures.iter().any(|figure| figure.spread.is_some());
        let title = self.shared("figures");
        html! {
            section.tool-part {
                h3 { (title) }
                div.table-scroll tabindex="0" role="group" aria-label=(title) {
                    table.state-table {
                        @if has_spread {
                            thead { tr {
                                td {}
                                th.number scope="col" { (self.shared("likely")) }
                                th.number scope="col" { (self.shared("spread")) }
                            } }
                        }
                        tbody {
                            @for figure in figures {
                                tr {
                                    th scope="row" { (figure.name) }
                                    td.number { (figure.text) }
                                    @if has_spread {
                                        td.number {
                                            @match &figure.spread {
                                                Some(spread) => (spread.text),
                                                None => "–",
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
    }

    fn sizing_table(&self, table: &Table) -> Markup {
        let is_number = |at: usize| {
            let mut cells = table.rows.iter().filter_map(|row| row.get(at));
            cells.any(|cell: &Cell| cell.value.is_some())
        };
        let class = |at: usize| (at > 0 && is_number(at)).then_some("number");
        html! {
            section.tool-part {
                h3 { (table.title) }
                @if !table.note.is_empty() { p.field-hint { (table.note) } }
                div.table-scroll tabindex="0" role="group" aria-label=(table.title) {
                    table {
                        thead { tr {
                            @for (at, column) in table.columns.iter().enumerate() {
                                th class=[class(at)] scope="col" { (column) }
                            }
                        } }
                        tbody {
                            @for row in &table.rows {
                                tr {
                                    @for (at, cell) in row.iter().enumerate() {
                                        @if at == 0 {
                                            th scope="row" { (cell.text) }
                                        } @else {
                                            td class=[class(at)] { (cell.text) }
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

    /// What one input more or less makes of the first figure.
    fn effects(&self, sizing: &Sizing, answer: &Answer) -> Markup {
        let Some(first) = answer.figures.first() else {
            return html! {};
        };
        let title = self.shared("matters");
        let is_asked = |name: &str| sizing.fields.iter().any(|field| field.name == name);
        html! {
            @if !answer.sensitivity.is_empty() {
                section.tool-part {
                    h3 { (title) }
                    p.field-hint { (first.name) ": " (first.text) ". " (self.shared("matters-hint")) }
                    div.table-scroll tabindex="0" role="group" aria-label=(title) {
                        table.flips {
                            tbody {
                                @for effect in answer.sensitivity.iter().filter(|effect| is_asked(&effect.field)) {
                                    tr {
                                        th scope="row" { (self.t(&effect.field)) span.why { " " (effect.change) } }
                                        td { (effect.effect) }
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
    }

    fn sizing_formulas(&self, answer: &Answer) -> Markup {
        html! {
            section.tool-part {
                h3 { (self.shared("formulas")) }
                dl.formula-list {
                    @for formula in &answer.formulas {
                        div {
                            dt {
                                (formula.name)
                                span.why {
                                    (formula.source)
                                    @if !formula.page.is_empty() { " · " (self.entry_link(&formula.page)) }
                                }
                            }
                            dd.equation { (formula.equation) }
                            dd { (formula.worked) }
                        }
                    }
                }
            }
        }
    }

    fn file(&self, file: &File) -> Markup {
        let code = self.site.fragments.code(&file.language, &file.text);
        html! {
            details.tool-part.tool-file {
                summary { (file.name) span.why { " " (file.about) } }
                figure.code { pre tabindex="0" { code { (PreEscaped(code)) } } }
            }
        }
    }

    fn chart(&self, chart: &Chart, id: &str) -> Markup {
        let drawn = match chart {
            Chart::Lines {
                title,
                description,
                x,
                y,
                lines,
            } => {
                let series = lines.iter().map(|line| Series {
                    name: line.name.clone(),
                    samples: line
                        .points
                        .iter()
                        .map(|(at, value)| Sample {
                            at: *at,
                            value: Some(*value),
                            interval: None,
                        })
                        .collect(),
                });
                let chart = TimeSeries {
                    time: Quantity::new(x.name.clone(), x.unit.clone()),
                    value: Quantity::new(y.name.clone(), y.unit.clone()),
                    series: series.collect(),
                    spans: Vec::new(),
                };
                chart
                    .render(&Caption {
                        title,
                        description,
                        id_prefix: id,
                    })
                    .map(|svg| (title, svg))
            }
            Chart::Dots {
                title,
                description,
                axis,
                dots,
                reference,
            } => {
                let rows = dots.iter().map(|dot| Measurement {
                    name: dot.name.clone(),
                    value: dot.value,
                    interval: dot.range.map(|(low, high)| Interval { low, high }),
                });
                let chart = Comparison {
                    value: Quantity::new(axis.name.clone(), axis.unit.clone()),
                    rows: rows.collect(),
                    reference: reference.clone(),
                };
                chart
                    .render(&Caption {
                        title,
                        description,
                        id_prefix: id,
                    })
                    .map(|svg| (title, svg))
            }
        };
        html! {
            // A picture that cannot be drawn takes nothing away: its numbers stand in a table.
            @if let Ok((title, svg)) = drawn {
                section.tool-part {
                    h3 { (title) }
                    div.figure-frame tabindex="0" role="group" aria-label=(title) { (PreEscaped(svg.markup())) }
                }
            }
        }
    }
}
