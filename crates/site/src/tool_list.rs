//! The tools in one place: addresses, names for search, site map and feeds, and their data.

use advisor::RuleError;
use advisor::assess::Questionnaire;
use advisor::decide::Rules;
use advisor::fix::Diagnosis;
use catalog::{Catalog, Diagnostic, Kind};
use maud::{Markup, html};
use search::Document;

use crate::request::{Request, Response};
use crate::site::Site;

/// A tool: its texts stand in `interface.toml` under `tool.ID`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Tool {
    /// Name of its command, of its part of the interface, and of its place under `/api/v1/`.
    pub(crate) id: &'static str,
    /// Address of its page.
    pub(crate) path: &'static str,
    /// Whether that page is an entry's, on top of which the tool stands.
    pub(crate) on_entry: bool,
}

/// Which patterns.
pub(crate) const DECIDE: Tool = Tool {
    id: "decide",
    path: "/tools/pattern-decision-calculator/",
    on_entry: false,
};
/// How many servers.
pub(crate) const CAPACITY: Tool = Tool {
    id: "capacity",
    path: "/architects-handbook/quantitative-analysis/",
    on_entry: false,
};
/// Which learning path.
pub(crate) const ASSESS: Tool = Tool {
    id: "assess",
    path: "/start-here/assessment/",
    on_entry: false,
};

/// What is wrong.
pub(crate) const FIX: Tool = Tool {
    id: "fix",
    path: "/troubleshooting/",
    on_entry: true,
};

/// A calculator of [`advisor::sizing`].
const fn sizing(id: &'static str, path: &'static str) -> Tool {
    Tool {
        id,
        path,
        on_entry: false,
    }
}

/// Every tool, in the order in which they are listed.
pub(crate) const TOOLS: [Tool; 9] = [
    FIX,
    DECIDE,
    CAPACITY,
    sizing("availability", "/tools/availability/"),
    sizing("slo", "/tools/slo/"),
    sizing("latency", "/tools/latency/"),
    sizing("throughput", "/tools/throughput/"),
    sizing("quorum", "/tools/quorum/"),
    ASSESS,
];

/// What the tools know, read from a catalogue once.
#[derive(Debug)]
pub struct Tools {
    /// Rules of the decision tool, or the faults of its file.
    pub decide: Result<Rules, Vec<RuleError>>,
    /// Questions of the assessment, or the faults of its file.
    pub assess: Result<Questionnaire, Vec<RuleError>>,
    /// The diagnosis, or the faults of its files.
    pub fix: Result<Diagnosis, Vec<RuleError>>,
}

impl Tools {
    /// Reads the tools' data files.
    pub fn read(catalog: &Catalog) -> Tools {
        Tools {
            decide: Rules::read(catalog),
            assess: Questionnaire::read(catalog),
            fix: Diagnosis::read(catalog),
        }
    }

    /// The faults of the files, as findings; none for files that are not there.
    pub(crate) fn problems(&self, catalog: &Catalog) -> Vec<Diagnostic> {
        let layer = catalog.layers.first().map_or("", String::as_str);
        let decide = self.decide.as_ref().err().into_iter().flatten();
        let assess = self.assess.as_ref().err().into_iter().flatten();
        let fix = self.fix.as_ref().err().into_iter().flatten();
        decide
            .chain(assess)
            .chain(fix)
            .filter(|error| catalog.data.contains_key(&error.file))
            .map(|error| error.diagnostic(layer))
            .collect()
    }
}

/// The tools as search documents.
pub(crate) fn documents(catalog: &Catalog, address: &dyn Fn(&str) -> String) -> Vec<Document> {
    let text = |tool: Tool, part: &str| {
        let id = format!("tool.{}.{part}", tool.id);
        catalog
            .interface
            .has(&id)
            .then(|| catalog.interface.text(&id).to_owned())
    };
    let list = |text: Option<String>| -> Vec<String> {
        let parts = text
            .iter()
            .flat_map(|text| text.split(',').map(|part| part.trim().to_owned()));
        parts.collect()
    };
    TOOLS
        .into_iter()
        .filter(|tool| !tool.on_entry)
        .filter_map(|tool| {
            Some(Document {
                id: format!("tool:{}", tool.id),
                url: address(tool.path),
                title: text(tool, "title")?,
                kind: Kind::Page.prefix().to_owned(),
                aliases: list(text(tool, "aliases")),
                summary: text(tool, "summary").unwrap_or_default(),
                keywords: list(text(tool, "keywords")),
                sections: Vec::new(),
            })
        })
        .collect()
}

impl Site {
    /// The answer at a tool's page or at its place under `/api/v1/`.
    pub(crate) fn tool_response(&self, request: &Request) -> Option<Response> {
        let api = request.path.strip_prefix("/api/v1/");
        if let Some(id) = api.map(|rest| rest.trim_end_matches('/')) {
            let tool = TOOLS.into_iter().find(|tool| tool.id == id)?;
            return Some(self.tool_api(tool, request));
        }
        let at_path = |tool: &Tool| !tool.on_entry && tool.path == request.path;
        let tool = TOOLS.into_iter().find(at_path)?;
        let body = match tool.id {
            "decide" => self.decide_page(request),
            "capacity" => self.capacity_page(request),
            "assess" => self.assess_page(request),
            id => self.sizing_page(tool, advisor::sizing::tool(id)?, request),
        };
        Some(Response::html(body))
    }

    /// A text of a tool.
    pub(crate) fn tool_text(&self, tool: Tool, part: &str) -> String {
        self.t(&format!("tool.{}.{part}", tool.id)).to_owned()
    }

    /// The tools' part of the site map.
    pub(crate) fn map_tools(&self) -> Markup {
        html! {
            section {
                h2 id="kind-tool" { (self.t("tool.kinds")) " " span.count { (TOOLS.len()) } }
                ul {
                    @for tool in TOOLS {
                        li { a href=(self.href(tool.path)) { (self.tool_text(tool, "title")) } }
                    }
                }
            }
        }
    }

    /// The tools for language models, each with the address that answers in JSON.
    pub(crate) fn llms_tools(&self) -> String {
        let mut text = format!("\n## {}\n\n", self.t("tool.kinds"));
        for tool in TOOLS {
            let address = self
                .absolute(tool.path)
                .unwrap_or_else(|| tool.path.to_owned());
            text.push_str(&format!(
                "- [{}]({address}): {} JSON: /api/v1/{} with the form's parameters.\n",
                self.tool_text(tool, "title"),
                self.tool_text(tool, "summary"),
                tool.id
            ));
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_sizing_tool_has_a_page() {
        for sizing in advisor::sizing::TOOLS {
            assert!(
                TOOLS.iter().any(|tool| tool.id == sizing.id),
                "{}",
                sizing.id
            );
        }
    }
}
