//! What a search returns, and its JSON form, which is the same bytes natively and in a browser.

/// Most results of a search; a list longer than this is not read.
pub const RESULTS_MAX: usize = 100;

/// What is wanted of a search.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// Most results, up to [`RESULTS_MAX`].
    pub limit: usize,
    /// Kinds to return; empty means all.
    pub kinds: Vec<String>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            limit: 10,
            kinds: Vec::new(),
        }
    }
}

/// The answer to a query.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Results {
    /// The best documents, best first.
    pub hits: Vec<Hit>,
    /// How many documents match at all.
    pub total: usize,
}

/// A document found.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Hit {
    /// The document's id.
    pub id: String,
    /// Its address, with the anchor of the best section where one is better than the page's top.
    pub url: String,
    /// Its title.
    pub title: String,
    /// Its kind.
    pub kind: String,
    /// How well it fits, rounded to thousandths; only comparable within one answer.
    pub score: f64,
    /// Heading of the section that the address points to, or empty.
    pub section_title: String,
    /// The text around the words found.
    pub passage: Vec<Fragment>,
}

/// A piece of a passage.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fragment {
    /// Plain text.
    pub text: String,
    /// Whether the query's words are in it.
    pub highlighted: bool,
}

impl Results {
    /// The hits grouped by kind: the kind of the best hit first, hits in order within a kind.
    #[must_use]
    pub fn by_kind(&self) -> Vec<(&str, Vec<&Hit>)> {
        let mut groups: Vec<(&str, Vec<&Hit>)> = Vec::new();
        for hit in &self.hits {
            match groups.iter_mut().find(|(kind, _)| *kind == hit.kind) {
                Some((_, hits)) => hits.push(hit),
                None => groups.push((&hit.kind, vec![hit])),
            }
        }
        groups
    }

    /// The answer as one JSON document.
    #[must_use]
    pub fn to_json(&self) -> String {
        let mut json = String::from("{\"schema\":1,\"total\":");
        json.push_str(&self.total.to_string());
        json.push_str(",\"results\":[");
        for (at, hit) in self.hits.iter().enumerate() {
            json.push_str(if at == 0 { "{" } else { ",{" });
            for (name, value) in [
                ("\"id\":", &hit.id),
                (",\"url\":", &hit.url),
                (",\"title\":", &hit.title),
                (",\"kind\":", &hit.kind),
                (",\"section\":", &hit.section_title),
            ] {
                json.push_str(name);
                push_string(&mut json, value);
            }
            json.push_str(",\"score\":");
            push_thousandths(&mut json, hit.score);
            json.push_str(",\"passage\":[");
            for (at, fragment) in hit.passage.iter().enumerate() {
                json.push_str(if at == 0 { "{\"text\":" } else { ",{\"text\":" });
                push_string(&mut json, &fragment.text);
                json.push_str(",\"highlighted\":");
                json.push_str(if fragment.highlighted {
                    "true}"
                } else {
                    "false}"
                });
            }
            json.push_str("]}");
        }
        json.push_str("]}");
        json
    }
}

/// Writes a number with three decimals by integers alone: the float formatter would be a tenth of
/// the browser module.
fn push_thousandths(json: &mut String, number: f64) {
    let thousandths = (number * 1000.0 + 0.5) as u64;
    json.push_str(&(thousandths / 1000).to_string());
    json.push('.');
    json.push_str(&(1000 + thousandths % 1000).to_string()[1..]);
}

/// Writes a JSON string. `<` is escaped as well, so that the text is safe inside a script element.
fn push_string(json: &mut String, text: &str) {
    json.push('"');
    for letter in text.chars() {
        match letter {
            '"' => json.push_str("\\\""),
            '\\' => json.push_str("\\\\"),
            '\n' => json.push_str("\\n"),
            '<' | '\u{0}'..='\u{1f}' | '\u{2028}' | '\u{2029}' => {
                json.push_str("\\u");
                for shift in [12, 8, 4, 0] {
                    let digit = (letter as u32 >> shift) & 0xf;
                    json.push(char::from_digit(digit, 16).expect("a hexadecimal digit"));
                }
            }
            other => json.push(other),
        }
    }
    json.push('"');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_is_escaped() {
        let hit = Hit {
            id: "pattern:a\"b".to_owned(),
            title: "</script>\u{1}\\".to_owned(),
            score: 12.0345,
            passage: vec![Fragment {
                text: "x\ny".to_owned(),
                highlighted: true,
            }],
            ..Hit::default()
        };
        let json = Results {
            hits: vec![hit],
            total: 1,
        }
        .to_json();
        assert_eq!(
            json,
            "{\"schema\":1,\"total\":1,\"results\":[{\"id\":\"pattern:a\\\"b\",\"url\":\"\",\
             \"title\":\"\\u003c/script>\\u0001\\\\\",\"kind\":\"\",\"section\":\"\",\
             \"score\":12.035,\"passage\":[{\"text\":\"x\\ny\",\"highlighted\":true}]}]}"
        );
    }

    #[test]
    fn groups_follow_the_best_hit() {
        let hit = |kind: &str, id: &str| Hit {
            kind: kind.to_owned(),
            id: id.to_owned(),
            ..Hit::default()
        };
        let results = Results {
            hits: vec![hit("b", "1"), hit("a", "2"), hit("b", "3")],
            total: 3,
        };
        let groups: Vec<(&str, usize)> = results
            .by_kind()
            .iter()
            .map(|(kind, hits)| (*kind, hits.len()))
            .collect();
        assert_eq!(groups, [("b", 2), ("a", 1)]);
    }
}
