//! The tools for programs: the form's parameters in, one JSON document out.

use advisor::input::Unknown;
use advisor::{Error, assess, capacity, decide, fix};
use serde::Serialize;

use crate::request::{Lifetime, Request, Response};
use crate::site::Site;
use crate::tool_list::{CAPACITY, DECIDE, FIX, Tool};

impl Site {
    /// Answers with status 200, 400 for inputs that cannot be used, 422 for a question that has no
    /// answer, 503 if the tool's data is broken.
    pub(crate) fn tool_api(&self, tool: Tool, request: &Request) -> Response {
        let pairs = &request.query;
        let unknown = Unknown::Refuse;
        if tool.id == DECIDE.id {
            return match &self.tools().decide {
                Ok(rules) => respond(decide::ask(pairs, unknown, rules)),
                Err(errors) => respond::<()>(Err(Error::Rules(errors.clone()))),
            };
        }
        if tool.id == FIX.id {
            return match &self.tools().fix {
                Ok(diagnosis) => respond(
                    fix::Question::from_pairs(pairs, unknown, diagnosis.model())
                        .map_err(Error::Input)
                        .and_then(|question| fix::answer(&question, diagnosis)),
                ),
                Err(errors) => respond::<()>(Err(Error::Rules(errors.clone()))),
            };
        }
        if tool.id == CAPACITY.id {
            return respond(
                capacity::Question::from_pairs(pairs, unknown)
                    .map_err(Error::Input)
                    .and_then(|question| capacity::answer(&question)),
            );
        }
        if let Some(sizing) = advisor::sizing::tool(tool.id) {
            return respond(sizing.ask(pairs, unknown));
        }
        match &self.tools().assess {
            Ok(questionnaire) => respond(
                assess::Question::from_pairs(pairs, unknown, questionnaire)
                    .map_err(Error::Input)
                    .and_then(|question| assess::answer(&question, questionnaire)),
            ),
            Err(errors) => respond::<()>(Err(Error::Rules(errors.clone()))),
        }
    }
}

fn respond<T: Serialize>(answer: Result<T, Error>) -> Response {
    let error = match answer {
        Ok(answer) => return json(200, &answer),
        Err(error) => error,
    };
    let status = match &error {
        Error::Input(_) => 400,
        Error::NoSteadyState { .. } => 422,
        // Where the file is wrong is for its author, whom `dstudio check` tells.
        Error::Rules(_) => 503,
    };
    json(status, &error.refusal())
}

fn json<T: Serialize>(status: u16, document: &T) -> Response {
    Response::Page {
        status,
        content_type: "application/json",
        // Answers hold texts, numbers and lists, none of which can fail.
        body: serde_json::to_vec(document).unwrap_or_default(),
        lifetime: Lifetime::Revalidated,
    }
}
