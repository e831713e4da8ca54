//! A run for a reader who watches it: opened with a document, advanced slice by slice, asked for a
//! picture whenever there is more to see.

use sim::Scenario;

use crate::compute::{Budget, Computation, Progress};
use crate::settings::{changed, command, with_settings};
use crate::view::{Shown, Texts};

/// Separates the parts of a document: no text of a page holds it.
const BETWEEN: char = '\0';
/// Parts of a question: name, scenario, variant to run first, prefix of ids, figures, lines,
/// settings, interface texts.
const QUESTION_PARTS: usize = 8;

/// A run for a reader who watches it.
#[derive(Debug)]
pub struct Session {
    slug: String,
    text: String,
    shown: Shown,
    texts: Texts,
    settings: Vec<(String, String)>,
    computation: Result<Computation, Vec<String>>,
}

impl Session {
    /// Opens a run on a document of eight parts with a zero byte between them: name and text of the
    /// scenario, variant to run first, prefix of ids; then, one a line, names of figures, names of
    /// lines, settings as `path`, tab, `value`, and interface texts as `id`, tab, `text`. (JSON would
    /// read better, and its reader would be a twentieth of the browser's module.)
    ///
    /// Returns none for any other document. What is wrong with the settings is part of the picture.
    pub fn open(document: &str) -> Option<Session> {
        let parts: Vec<&str> = document.split(BETWEEN).collect();
        let [
            slug,
            original,
            variant,
            prefix,
            figures,
            lines,
            settings,
            texts,
        ] = <[&str; QUESTION_PARTS]>::try_from(parts).ok()?;
        let names = |part: &str| part.lines().map(str::to_owned).collect();
        let pairs = |part: &'_ str| -> Vec<(String, String)> {
            let pairs = part.lines().filter_map(|line| line.split_once('\t'));
            pairs
                .map(|(key, value)| (key.into(), value.into()))
                .collect()
        };
        let settings = changed(original, pairs(settings));
        let set = with_settings(original, &settings).map_err(|error| vec![error]);
        let text = set.as_deref().unwrap_or(original).to_owned();
        let scenario = set.and_then(|text| {
            Scenario::parse(&text, slug)
                .map_err(|found| found.iter().map(sim::Diagnostic::advice).collect())
        });
        let computation =
            scenario.map(|scenario| Computation::new(&scenario, &text, variant, Budget::default()));
        Some(Session {
            slug: slug.to_owned(),
            text,
            shown: Shown {
                prefix: prefix.to_owned(),
                figures: names(figures),
                lines: names(lines),
            },
            texts: Texts(pairs(texts).into_iter().collect()),
            settings,
            computation,
        })
    }

    /// Runs a slice of some ten milliseconds.
    pub fn step(&mut self) -> Progress {
        match &mut self.computation {
            Ok(computation) => computation.step(),
            Err(_) => Progress::Done,
        }
    }

    /// What there is to see, in three parts with a zero byte between them: the results as HTML, the
    /// command that repeats the run, and a sentence for those who cannot see the picture change.
    pub fn picture(&self) -> String {
        let answer = match &self.computation {
            Ok(computation) => computation
                .digest()
                .map(|digest| (digest, computation.scenario()))
                .map_err(|error| vec![error]),
            Err(mistakes) => Err(mistakes.clone()),
        };
        let (results, status) = match answer {
            Ok((digest, scenario)) => (
                crate::view::results(&digest, scenario, &self.text, &self.shown, &self.texts),
                crate::view::status(&digest, &self.texts),
            ),
            Err(mistakes) => (crate::view::mistakes(&mistakes), mistakes.join("; ")),
        };
        let command = command(&self.slug, &self.settings);
        format!(
            "{}{BETWEEN}{command}{BETWEEN}{status}",
            results.into_string()
        )
    }
}
