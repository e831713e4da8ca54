//! An experiment on a page: its question, its system, controls, and results.

use catalog::{Block, Control, ExperimentBlock};
use experiment::{Budget, Digest, Figure, Shown, Texts};
use maud::{Markup, html};
use sim::Scenario;

use crate::render::Writer;
use crate::request::Request;
use crate::site::{Mode, Site};

/// Interface texts that results need, which a browser gets with the page.
const TEXT_PREFIXES: [&str; 5] = ["experiment.", "verdict.", "figure.", "slowest.", "system."];
/// Parameter of an address that says which experiment it was made for.
const VERSION_PARAMETER: &str = "of";

/// The names of the scenarios of a catalogue.
pub(crate) fn scenarios(catalog: &catalog::Catalog) -> impl Iterator<Item = &str> {
    let paths = catalog.data.keys();
    paths.filter_map(|path| path.strip_prefix("experiments/")?.strip_suffix(".toml"))
}

/// The stored digest of an experiment's default run, read from the catalogue. None if there is none,
/// or if it is of another text than the scenario as it stands.
pub fn stored_digest(catalog: &catalog::Catalog, slug: &str) -> Option<Digest> {
    let text = catalog.data.get(&format!("experiments/{slug}.toml"))?;
    let stored = format!("experiments/results/{slug}.json");
    let digest: Digest = serde_json::from_str(catalog.data.get(&stored)?).ok()?;
    digest.is_of(text).then_some(digest)
}

impl Site {
    fn scenario_text(&self, slug: &str) -> Option<&str> {
        self.catalog
            .data
            .get(&format!("experiments/{slug}.toml"))
            .map(String::as_str)
    }

    /// The stored digest of an experiment's default run, if it is of the scenario as it stands.
    pub fn stored_digest(&self, slug: &str) -> Option<&Digest> {
        let read = || stored_digest(&self.catalog, slug);
        self.experiments.get(slug)?.get_or_init(read).as_ref()
    }

    /// A figure that prose quotes: `experiment.variant.figure`.
    pub(crate) fn quoted(&self, path: &str) -> Option<Figure> {
        let (slug, figure) = path.split_once('.')?;
        self.stored_digest(slug)?
            .figure(figure)
            .filter(|found| found.value.is_some())
            .cloned()
    }

    /// The interface texts of results.
    pub(crate) fn experiment_texts(&self) -> Texts {
        let chosen = |id: &str| TEXT_PREFIXES.iter().any(|prefix| id.starts_with(prefix));
        Texts(
            self.catalog
                .interface
                .iter()
                .filter(|(id, _)| chosen(id))
                .map(|(id, text)| (id.to_owned(), text.to_owned()))
                .collect(),
        )
    }

    /// Whether the answer to a request runs a simulation: a second of work, where other pages take
    /// milliseconds. Whoever answers many readers bounds how many of these run at once.
    pub fn computes(&self, request: &Request) -> bool {
        if self.mode == Mode::Export || request.query.is_empty() {
            return false;
        }
        let Some(entry) = self.catalog.at_path(&request.path) else {
            return false;
        };
        let mut computes = false;
        let sections = entry.document.sections.iter().map(|part| &part.blocks);
        for blocks in std::iter::once(&entry.document.introduction).chain(sections) {
            catalog::walk_blocks(blocks, &mut |block| {
                if let Block::Experiment(block) = block
                    && let Some(text) = self.scenario_text(&block.slug)
                {
                    let settings = self.settings(text, block, request);
                    computes |= settings.is_ok_and(|settings| !settings.is_empty());
                }
            });
        }
        computes
    }

    /// What a request changes in a scenario.
    ///
    /// # Errors
    /// Values that the controls do not offer.
    fn settings(
        &self,
        text: &str,
        block: &ExperimentBlock,
        request: &Request,
    ) -> Result<Vec<(String, String)>, Vec<String>> {
        let mut settings = Vec::new();
        let mut mistakes = Vec::new();
        for control in &block.controls {
            let asked = request.parameter(&control.name).unwrap_or("").trim();
            if asked.is_empty() {
                continue;
            }
            if offers(control, asked) {
                settings.push((control.path.clone(), with_unit(control, asked)));
            } else {
                let id = match control.range {
                    Some(_) => "experiment.out-of-range",
                    None => "experiment.not-a-choice",
                };
                let (least, most, _) = control.range.unwrap_or_default();
                let asked: String = asked.chars().take(40).collect();
                mistakes.push(
                    self.t(id)
                        .replace("{least}", &least.to_string())
                        .replace("{most}", &with_unit(control, &most.to_string()))
                        .replace("{values}", &control.values.join(", "))
                        .replace("{label}", &control.label)
                        .replace("{value}", &asked),
                );
            }
        }
        match mistakes.is_empty() {
            true => Ok(experiment::changed(text, settings)),
            false => Err(mistakes),
        }
    }

    /// What is wrong with an experiment block: its scenario, its controls, what it shows.
    pub(crate) fn experiment_problems(&self, block: &ExperimentBlock) -> Vec<String> {
        let Some(text) = self.scenario_text(&block.slug) else {
            return Vec::new();
        };
        let file = format!("experiments/{}.toml", block.slug);
        let scenario = match Scenario::parse(text, &file) {
            Ok(scenario) => scenario,
            Err(mistakes) => return mistakes.iter().map(ToString::to_string).collect(),
        };
        let mut found: Vec<String> = block
            .controls
            .iter()
            .flat_map(|control| control_problems(control, text, &file))
            .collect();
        let mut variants = scenario.variants.iter();
        if !block.variant.is_empty() && !variants.any(|known| known.name == block.variant) {
            found.push(format!("{file} has no variant `{}`", block.variant));
        }
        let Some(digest) = self.stored_digest(&block.slug) else {
            found.push(format!(
                "{file} has no results of its present text; run `dstudio verify --write {}`",
                block.slug
            ));
            return found;
        };
        let has_figure = |name: &str| {
            let mut figures = digest.variants.iter().flat_map(|variant| &variant.figures);
            figures.any(|figure| figure.name == name)
        };
        let has_line = |name: &str| {
            let mut lines = digest.variants.iter().flat_map(|variant| &variant.lines);
            lines.any(|line| line.name == name)
        };
        let figures = block.figures.iter().filter(|name| !has_figure(name));
        found.extend(figures.map(|name| format!("no variant of {file} gave a figure `{name}`")));
        let lines = block.lines.iter().filter(|name| !has_line(name));
        found.extend(lines.map(|name| format!("no variant of {file} gave a line `{name}`")));
        found
    }
}

/// Whether a control lets a reader choose this value.
fn offers(control: &Control, value: &str) -> bool {
    match control.range {
        Some((least, most, _)) => value
            .parse::<f64>()
            .is_ok_and(|number| (least..=most).contains(&number)),
        None => {
            let plain = |text: &str| text.replace(' ', "");
            control
                .values
                .iter()
                .any(|known| plain(known) == plain(value))
        }
    }
}

/// The value as the scenario writes it.
fn with_unit(control: &Control, value: &str) -> String {
    match control.unit.as_str() {
        _ if control.range.is_none() => value.to_owned(),
        "" => value.to_owned(),
        unit if unit.starts_with('/') => format!("{value}{unit}"),
        unit => format!("{value} {unit}"),
    }
}

/// The number of a range's value in a scenario, without its unit.
fn number_of(value: &str) -> String {
    let digit = |c: &char| c.is_ascii_digit() || *c == '.' || *c == '-';
    value.chars().take_while(digit).collect()
}

/// What is wrong with a control: where it leads, its default, the values at its ends.
fn control_problems(control: &Control, text: &str, file: &str) -> Vec<String> {
    let Some(default) = experiment::setting(text, &control.path) else {
        return vec![format!("{file} has nothing at `{}`", control.path)];
    };
    let number = number_of(&default);
    let shown = match control.range {
        Some(_) => with_unit(control, &number),
        None => default.clone(),
    };
    let plain = |text: &str| text.replace(' ', "");
    let offered = match control.range {
        Some(_) => offers(control, &number),
        None => offers(control, &default),
    };
    if !offered || plain(&shown) != plain(&default) {
        let name = &control.name;
        return vec![format!(
            "the control `{name}` does not offer the value of {file}, `{default}`"
        )];
    }
    let ends = match control.range {
        Some((least, most, _)) => [least, most]
            .map(|end| with_unit(control, &end.to_string()))
            .to_vec(),
        None => control.values.clone(),
    };
    ends.into_iter()
        .filter_map(|value| {
            let set = [(control.path.clone(), value.clone())];
            let parsed = experiment::with_settings(text, &set).and_then(|changed| {
                Scenario::parse(&changed, file).map_err(|found| found[0].advice())
            });
            let name = &control.name;
            let wrong = |error| format!("the control `{name}` at `{value}`: {error}");
            parsed.err().map(wrong)
        })
        .collect()
}

/// An answer to a request: the scenario as changed, and its digest.
struct Answer {
    scenario: Scenario,
    /// The scenario's text, settings included.
    text: String,
    digest: Digest,
}

/// The answer for some settings: stored for the default, computed for anything else.
fn answer(
    site: &Site,
    slug: &str,
    text: &str,
    settings: &[(String, String)],
) -> Result<Answer, Vec<String>> {
    let file = format!("{slug}.toml");
    let changed = experiment::with_settings(text, settings).map_err(|error| vec![error])?;
    let scenario = Scenario::parse(&changed, &file).map_err(|found| {
        found
            .iter()
            .map(sim::Diagnostic::advice)
            .collect::<Vec<_>>()
    })?;
    let stored = match settings.is_empty() {
        true => site.stored_digest(slug).cloned(),
        false => None,
    };
    let digest = match stored {
        Some(digest) => digest,
        None => experiment::compute(&scenario, &changed, Budget::default())
            .map_err(|error| vec![error])?,
    };
    Ok(Answer {
        scenario,
        text: changed,
        digest,
    })
}

impl Writer<'_> {
    pub(crate) fn experiment(&self, block: &ExperimentBlock) -> Markup {
        let site = self.site;
        let Some(text) = site.scenario_text(&block.slug) else {
            return html! {};
        };
        let texts = site.experiment_texts();
        let anchor = format!("experiment-{}", block.slug);
        let shown = Shown {
            prefix: format!("x-{}", block.slug),
            figures: block.figures.clone(),
            lines: block.lines.clone(),
        };
        let settings = site.settings(text, block, self.request);
        let answer = settings
            .clone()
            .and_then(|settings| answer(site, &block.slug, text, &settings));
        let settings = settings.unwrap_or_default();
        // A form that was filled in wrongly still shows the experiment.
        let scenario = match &answer {
            Ok(answer) => Some(answer.scenario.clone()),
            Err(_) => Scenario::parse(text, &block.slug).ok(),
        };
        html! {
            div.experiment id=(anchor) data-experiment=(block.slug)
                data-module=(site.href(site.assets.path("sim.wasm")))
                data-worker=(site.href(site.assets.path("experiment-worker.js"))) {
                @if let Some(scenario) = &scenario {
                    h3.experiment-title { (scenario.title) }
                    p.experiment-question { (scenario.question) }
                    div.experiment-system {
                        (experiment::system(scenario, &format!("{}-system", shown.prefix), &texts))
                    }
                }
                (self.controls(block, text, &anchor))
                (self.another_version(text))
                div.experiment-results data-results {
                    @match &answer {
                        Ok(answer) => (experiment::results(&answer.digest, &answer.scenario, &answer.text, &shown, &texts)),
                        Err(mistakes) => (experiment::mistakes(mistakes)),
                    }
                }
                p.experiment-left-out {
                    strong { (site.t("experiment.not-modelled")) } " " (self.inlines(&block.not_modelled))
                }
                p.experiment-repeat {
                    (site.t("experiment.repeat")) " "
                    code data-command { (experiment::command(&block.slug, &settings)) }
                }
                script type="application/json" data-scenario {
                    (maud::PreEscaped(data(text, block, &shown, &texts)))
                }
                script type="module" src=(site.href(site.assets.path("experiment.js"))) {}
            }
        }
    }

    /// A note where the address was made for another text or program: what it shows may differ from
    /// what its sender saw.
    fn another_version(&self, text: &str) -> Markup {
        let present = experiment::version(text);
        let asked = self.request.parameter(VERSION_PARAMETER).unwrap_or("");
        if asked.is_empty() || asked == present {
            return html! {};
        }
        let asked: String = asked.chars().take(40).collect();
        let note = self.site.t("experiment.another-version");
        html! {
            p.experiment-note { (note.replace("{present}", &present).replace("{asked}", &asked)) }
        }
    }

    /// A plain form: it works without script on a server; with script it answers in place.
    fn controls(&self, block: &ExperimentBlock, text: &str, anchor: &str) -> Markup {
        if block.controls.is_empty() {
            return html! {};
        }
        let t = |id| self.site.t(id);
        // In files nothing but script can answer the form.
        let class = match self.site.mode {
            Mode::Live => "experiment-controls",
            Mode::Export => "experiment-controls scripted",
        };
        html! {
            form class=(class) method="get" action={ "#" (anchor) } data-controls
                aria-label=(t("experiment.controls")) {
                input type="hidden" name=(VERSION_PARAMETER) value=(experiment::version(text));
                @for control in &block.controls { (self.control(control, text, anchor)) }
                div.experiment-actions {
                    button.experiment-run type="submit" { (t("experiment.run")) }
                    a href={ "?#" (anchor) } data-reset { (t("experiment.reset")) }
                    output data-progress role="status" {}
                }
            }
        }
    }

    fn control(&self, control: &Control, text: &str, anchor: &str) -> Markup {
        let default = experiment::setting(text, &control.path).unwrap_or_default();
        let asked = self.request.parameter(&control.name).map(str::trim);
        let asked = asked.filter(|asked| !asked.is_empty());
        let id = format!("{anchor}-{}", control.name);
        html! {
            div.control {
                label for=(id) { (control.label) }
                @match control.range {
                    Some((least, most, step)) => {
                        @let number = number_of(&default);
                        @let value = asked.unwrap_or(&number);
                        div.control-range {
                            input.scripted type="range" min=(least) max=(most) step=(step) value=(value)
                                aria-label=(control.label) data-slider;
                            input id=(id) type="number" name=(control.name) min=(least) max=(most)
                                step=(step) value=(value) required data-default=(number)
                                data-path=(control.path) data-unit=(with_unit(control, ""));
                            span.control-unit { (control.unit) }
                        }
                    }
                    None => {
                        @let chosen = asked.unwrap_or(&default);
                        select id=(id) name=(control.name) data-default=(default) data-path=(control.path) {
                            @for value in &control.values {
                                option value=(value) selected[value == chosen] { (value) }
                            }
                        }
                    }
                }
            }
        }
    }

    /// A figure quoted from a run, with its interval.
    pub(crate) fn quoted(&self, path: &str) -> Markup {
        let slug = path.split('.').next().unwrap_or(path);
        match self.site.quoted(path) {
            Some(figure) => {
                let label = self.site.t("evidence.executed");
                html! {
                    span.quoted { (unbroken(&experiment::shown_interval(&figure))) }
                    a.evidence href={ "#experiment-" (slug) } aria-label=(label) title=(label) { "▷" }
                }
            }
            None => html! { (path) },
        }
    }
}

/// A figure whose units stay on the line of their numbers; before the interval it may break.
fn unbroken(figure: &str) -> String {
    figure.replace(' ', "\u{a0}").replace("\u{a0}(", " (")
}

/// What script needs to run the experiment in the browser. `<` is escaped, so that no text can end
/// the element.
fn data(text: &str, block: &ExperimentBlock, shown: &Shown, texts: &Texts) -> String {
    let document = serde_json::json!({
        "schema": 1,
        "slug": block.slug,
        "text": text,
        "variant": block.variant,
        "prefix": shown.prefix,
        "figures": shown.figures,
        "lines": shown.lines,
        "texts": texts.0,
    });
    document.to_string().replace('<', "\\u003c")
}

/// The experiment in the Markdown form: claims with verdicts, and the command.
pub(crate) fn markdown(site: &Site, block: &ExperimentBlock) -> Option<String> {
    let digest = site.stored_digest(&block.slug)?;
    let mut text = format!("**{}** {}\n\n", digest.title, digest.question);
    for claim in &digest.claims {
        text.push_str(&format!(
            "- {}: `{}` ({})\n",
            claim.verdict, claim.text, claim.measured
        ));
    }
    text.push_str(&format!("\n    dstudio sim run {}", block.slug));
    Some(text)
}
