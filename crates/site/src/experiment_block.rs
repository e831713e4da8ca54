//! An experiment on a page: its question, its system, controls, and results.

use catalog::{Control, ExperimentBlock};
use experiment::{Budget, Digest, Figure, Shown, Texts};
use maud::{Markup, html};
use sim::Scenario;

use crate::render::Writer;
use crate::request::Request;
use crate::site::{Mode, Site};

/// Interface texts that results need, which a browser gets with the page.
const TEXT_PREFIXES: [&str; 5] = ["experiment.", "verdict.", "figure.", "slowest.", "system."];

impl Site {
    fn scenario_text(&self, slug: &str) -> Option<&str> {
        self.catalog
            .data
            .get(&format!("experiments/{slug}.toml"))
            .map(String::as_str)
    }

    /// The stored digest of an experiment's default run, if it is of the scenario as it stands.
    pub fn stored_digest(&self, slug: &str) -> Option<Digest> {
        let text = self.scenario_text(slug)?;
        let stored = self
            .catalog
            .data
            .get(&format!("experiments/results/{slug}.json"))?;
        let digest: Digest = serde_json::from_str(stored).ok()?;
        digest.is_of(text).then_some(digest)
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

    /// What is wrong with an experiment block: its scenario, a control's path, a stale digest.
    pub(crate) fn experiment_problems(&self, block: &ExperimentBlock) -> Vec<String> {
        let Some(text) = self.scenario_text(&block.slug) else {
            return Vec::new();
        };
        let file = format!("experiments/{}.toml", block.slug);
        let mut found = Vec::new();
        if let Err(mistakes) = Scenario::parse(text, &file) {
            found.extend(mistakes.iter().map(ToString::to_string));
        }
        for control in &block.controls {
            if experiment::setting(text, &control.path).is_none() {
                found.push(format!("{file} has nothing at `{}`", control.path));
            }
        }
        if found.is_empty() && self.stored_digest(&block.slug).is_none() {
            found.push(format!(
                "{file} has no results of its present text; run `dstudio verify --write {}`",
                block.slug
            ));
        }
        found
    }
}

/// The settings of a request: control's path and value, where the value is not the default.
fn settings(text: &str, block: &ExperimentBlock, request: &Request) -> Vec<(String, String)> {
    block
        .controls
        .iter()
        .filter_map(|control| {
            let value = request.parameter(&control.name)?.trim();
            let value = if control.range.is_some() && !control.unit.is_empty() {
                format!("{value} {}", control.unit)
            } else {
                value.to_owned()
            };
            let default = experiment::setting(text, &control.path)?;
            let same = value.replace(' ', "") == default.replace(' ', "");
            (!value.is_empty() && !same).then(|| (control.path.clone(), value))
        })
        .collect()
}

/// A digest for a request: stored for the default, computed for anything else.
fn digest(
    site: &Site,
    block: &ExperimentBlock,
    text: &str,
    settings: &[(String, String)],
) -> Result<(Scenario, Digest), Vec<String>> {
    let file = format!("{}.toml", block.slug);
    let changed = experiment::with_settings(text, settings).map_err(|error| vec![error])?;
    let scenario = Scenario::parse(&changed, &file)
        .map_err(|found| found.iter().map(mistake).collect::<Vec<_>>())?;
    if settings.is_empty()
        && let Some(stored) = site.stored_digest(&block.slug)
    {
        return Ok((scenario, stored));
    }
    experiment::compute(&scenario, &changed, Budget::default())
        .map(|digest| (scenario, digest))
        .map_err(|error| vec![error])
}

/// A mistake without its place, which is in a text that the reader of a form never saw.
fn mistake(found: &sim::Diagnostic) -> String {
    match &found.hint {
        Some(hint) => format!("{}; {hint}", found.message),
        None => found.message.clone(),
    }
}

impl Writer<'_> {
    pub(crate) fn experiment(&self, block: &ExperimentBlock) -> Markup {
        let site = self.site;
        let Some(text) = site.scenario_text(&block.slug) else {
            return html! {};
        };
        let texts = site.experiment_texts();
        let settings = settings(text, block, self.request);
        let anchor = format!("experiment-{}", block.slug);
        let shown = Shown {
            prefix: format!("x-{}", block.slug),
            figures: block.figures.clone(),
            lines: block.lines.clone(),
        };
        let answer = digest(site, block, text, &settings);
        html! {
            div.experiment id=(anchor) data-experiment=(block.slug) data-module=(site.href(site.assets.path("sim.wasm")))
                data-worker=(site.href(site.assets.path("experiment-worker.js"))) {
                @match &answer {
                    Ok((scenario, digest)) => {
                        p.experiment-title { (digest.title) }
                        p.experiment-question { (digest.question) }
                        (experiment::system(scenario, &format!("{}-system", shown.prefix), &texts))
                        (self.controls(block, text, &anchor))
                        div.experiment-results data-results aria-live="polite" {
                            (experiment::results(digest, &shown, &texts))
                        }
                    }
                    Err(mistakes) => {
                        (self.controls(block, text, &anchor))
                        div.experiment-results data-results aria-live="polite" {
                            ul.form-errors role="alert" { @for mistake in mistakes { li { (mistake) } } }
                        }
                    }
                }
                (self.repeat(block, &settings))
                script type="application/json" data-scenario {
                    (maud::PreEscaped(data(text, &shown, &texts)))
                }
            }
        }
    }

    /// A plain form: it works without script on a server; with script it answers in place.
    fn controls(&self, block: &ExperimentBlock, text: &str, anchor: &str) -> Markup {
        if block.controls.is_empty() {
            return html! {};
        }
        let t = |id| self.site.t(id);
        html! {
            form.experiment-controls method="get" action={ "#" (anchor) } data-controls
                hidden[self.site.mode == Mode::Export] {
                @for control in &block.controls { (self.control(control, text)) }
                div.experiment-actions {
                    button type="submit" data-run { (t("experiment.run")) }
                    a href={ "?#" (anchor) } data-reset { (t("experiment.reset")) }
                    output data-progress role="status" {}
                }
            }
        }
    }

    fn control(&self, control: &Control, text: &str) -> Markup {
        let default = experiment::setting(text, &control.path).unwrap_or_default();
        let asked = self.request.parameter(&control.name);
        let id = format!("control-{}", control.name);
        html! {
            div.control {
                label for=(id) { (control.label) }
                @match control.range {
                    Some((least, most, step)) => {
                        @let number: String = default.chars().take_while(|c| c.is_ascii_digit() || *c == '.').collect();
                        @let value = asked.unwrap_or(&number);
                        span.control-range {
                            input id=(id) type="range" name=(control.name) min=(least) max=(most) step=(step)
                                value=(value) data-path=(control.path) data-unit=(control.unit);
                            output for=(id) { (value) " " (control.unit) }
                        }
                    }
                    None => {
                        @let chosen = asked.unwrap_or(&default);
                        select id=(id) name=(control.name) data-path=(control.path) {
                            @for value in &control.values {
                                option value=(value) selected[value == chosen] { (value) }
                            }
                        }
                    }
                }
            }
        }
    }

    /// The command that repeats what is shown.
    fn repeat(&self, block: &ExperimentBlock, settings: &[(String, String)]) -> Markup {
        let mut command = format!("dstudio sim run {}", block.slug);
        for (path, value) in settings {
            command.push_str(&format!(
                " --set {}",
                quoted_argument(&format!("{path}={value}"))
            ));
        }
        html! {
            p.experiment-repeat { (self.site.t("experiment.repeat")) " " code data-command { (command) } }
        }
    }

    /// A figure quoted from a run, with its interval.
    pub(crate) fn quoted(&self, path: &str) -> Markup {
        let slug = path.split('.').next().unwrap_or(path);
        match self.site.quoted(path) {
            Some(figure) => {
                let value = figure.value.unwrap_or_default();
                let label = self.site.t("evidence.executed");
                html! {
                    span.executed title=(experiment::shown_interval(&figure)) {
                        (experiment::shown(value, &figure.unit))
                        a.evidence href={ "#experiment-" (slug) } aria-label=(label) title=(label) { "▷" }
                    }
                }
            }
            None => html! { (path) },
        }
    }
}

/// A shell argument, quoted where the shell would read more than a word.
fn quoted_argument(text: &str) -> String {
    let plain = text
        .bytes()
        .all(|b| b.is_ascii_alphanumeric() || b"._-=/%".contains(&b));
    if plain {
        text.to_owned()
    } else {
        format!("'{}'", text.replace('\'', "'\\''"))
    }
}

/// What script needs to run the experiment in the browser. `<` is escaped, so that no text can end
/// the element.
fn data(text: &str, shown: &Shown, texts: &Texts) -> String {
    let document = serde_json::json!({
        "schema": 1,
        "text": text,
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
