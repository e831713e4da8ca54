//! Settings: values put into a scenario's text by path, as a form on a page does.

use toml::de::{DeTable, DeValue};

/// Longest path of a setting.
pub const PATH_BYTES_MAX: usize = 200;
/// Longest value of a setting: units and distributions fit many times over.
pub const VALUE_BYTES_MAX: usize = 100;

/// The scenario text with each `(path, value)` set, for instance
/// `("faults.hang.lasts", "20 s")`. A value that reads as a number or a truth value is set as one.
///
/// # Errors
/// What is wrong: text that is no TOML, a path that leads nowhere, a value that is too long.
pub fn with_settings(text: &str, settings: &[(String, String)]) -> Result<String, String> {
    let mut text = text.to_owned();
    for (path, value) in settings {
        text = set(&text, path, value)?;
    }
    Ok(text)
}

/// The value at a path as a form shows it.
pub fn setting(text: &str, path: &str) -> Option<String> {
    let root = DeTable::parse(text).ok()?;
    let mut parts = path.split('.');
    let mut at = root.get_ref().get(parts.next()?)?;
    for part in parts {
        at = at.get_ref().as_table()?.get(part)?;
    }
    Some(match at.get_ref() {
        DeValue::String(text) => text.to_string(),
        _ => text[at.span()].to_owned(),
    })
}

/// The settings that differ from what the scenario says, in their order.
pub fn changed(text: &str, settings: Vec<(String, String)>) -> Vec<(String, String)> {
    let plain = |value: &str| value.replace(' ', "");
    let differs = |(path, value): &(String, String)| {
        setting(text, path).is_none_or(|default| plain(&default) != plain(value))
    };
    settings.into_iter().filter(differs).collect()
}

/// Which model and which text an address was made for: an answer is a function of both.
pub fn version(text: &str) -> String {
    let hash = crate::digest::text_hash(text);
    format!("{}-{}", env!("CARGO_PKG_VERSION"), &hash[..8])
}

/// The command that repeats an experiment with these settings, quoted for the shell.
pub fn command(slug: &str, settings: &[(String, String)]) -> String {
    let mut command = format!("dstudio sim run {slug}");
    for (path, value) in settings {
        let argument = shell_word(&format!("{path}={value}"));
        command.push_str(&format!(" --set {argument}"));
    }
    command
}

/// A word of a shell command, quoted where the shell would read more than a word.
fn shell_word(text: &str) -> String {
    let plain = text
        .bytes()
        .all(|b| b.is_ascii_alphanumeric() || b"._-=/%".contains(&b));
    if plain && !text.is_empty() {
        text.to_owned()
    } else {
        format!("'{}'", text.replace('\'', "'\\''"))
    }
}

/// The text with one value set in its place, so that order and remarks stay.
fn set(text: &str, path: &str, value: &str) -> Result<String, String> {
    if path.len() > PATH_BYTES_MAX || value.len() > VALUE_BYTES_MAX {
        return Err(format!(
            "the setting of `{}` is too long",
            path.chars().take(40).collect::<String>()
        ));
    }
    let root = DeTable::parse(text).map_err(|error| error.message().to_owned())?;
    let (parents, key) = match path.rsplit_once('.') {
        Some((parents, key)) => (parents, key),
        None => ("", path),
    };
    let mut table = root.get_ref();
    let mut whole = 0..0;
    for part in parents.split('.').filter(|part| !part.is_empty()) {
        let found = table.get(part);
        whole = found.map_or(0..0, |found| found.span());
        table = found
            .and_then(|found| found.get_ref().as_table())
            .ok_or_else(|| format!("the scenario has no table `{part}` on the path `{path}`"))?;
    }
    let written = literal(value);
    if let Some(present) = table.get(key) {
        let span = present.span();
        return Ok(format!(
            "{}{written}{}",
            &text[..span.start],
            &text[span.end..]
        ));
    }
    let key = quoted(key);
    if text[whole.clone()].starts_with('{') {
        let (before, after) = text.split_at(whole.start + 1);
        let comma = if after.trim_start().starts_with('}') {
            ""
        } else {
            ","
        };
        return Ok(format!("{before} {key} = {written}{comma}{after}"));
    }
    // Below the table's own heading, or before the first value of a table without one.
    let values = table
        .keys()
        .map(|known| line_start(text, known.span().start));
    let place = match parents {
        "" => Some(0),
        _ if text[whole.clone()].starts_with('[') => Some(
            text[whole.end..]
                .find('\n')
                .map_or(text.len(), |end| whole.end + end + 1),
        ),
        _ => values
            .filter(|start| !text[*start..].trim_start().starts_with('['))
            .min(),
    };
    let place =
        place.ok_or_else(|| format!("`{parents}` has no place where `{key}` could be set"))?;
    let (before, after) = text.split_at(place);
    let end = if before.is_empty() || before.ends_with('\n') {
        ""
    } else {
        "\n"
    };
    Ok(format!("{before}{end}{key} = {written}\n{after}"))
}

fn line_start(text: &str, at: usize) -> usize {
    text[..at].rfind('\n').map_or(0, |end| end + 1)
}

/// A value as TOML writes it: a number or a truth value as one, anything else as text.
fn literal(value: &str) -> String {
    let value = value.trim();
    if value == "true" || value == "false" {
        return value.to_owned();
    }
    // Rust reads `007`, `1.` and `.5` as numbers, TOML does not; what Rust writes, both read.
    if let Ok(whole) = value.parse::<i64>() {
        return whole.to_string();
    }
    match value.parse::<f64>() {
        Ok(number) if number.is_finite() => format!("{number:?}"),
        _ => quoted(value),
    }
}

/// A text in the quotes of TOML.
fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => quoted.extend(['\\', c]),
            c if c.is_control() => quoted.push_str(&format!("\\u{:04x}", u32::from(c))),
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "schema = 1\n[faults.hang]\nlasts = \"20 s\"\n";

    #[test]
    fn a_setting_replaces_one_value() {
        let set = with_settings(TEXT, &[("faults.hang.lasts".into(), "5 s".into())]);
        assert_eq!(
            setting(&set.expect("a text"), "faults.hang.lasts").as_deref(),
            Some("5 s")
        );
    }

    #[test]
    fn a_setting_keeps_the_order_of_the_text() {
        let text = "# why\nb = 1\n[x.z]\nk = { m = 1 }\n[x.a]\n";
        let after = |path: &str, value: &str| {
            with_settings(text, &[(path.to_owned(), value.to_owned())]).expect("it can be set")
        };
        assert_eq!(after("b", "2 s"), text.replace("b = 1", "b = \"2 s\""));
        assert_eq!(after("x.z.k.m", "0.5"), text.replace("m = 1", "m = 0.5"));
        assert_eq!(after("x.z.k.n", "2"), text.replace("{ m", "{ \"n\" = 2, m"));
        assert_eq!(after("x.z.l", "3"), text.replace("k =", "\"l\" = 3\nk ="));
        assert_eq!(after("x.a.l", "3"), format!("{text}\"l\" = 3\n"));
        assert_eq!(after("seed", "7"), format!("\"seed\" = 7\n{text}"));
        let nowhere = [("x.b".to_owned(), "1".to_owned())];
        assert!(
            with_settings(text, &nowhere)
                .expect_err("no place")
                .contains("`x`")
        );
    }

    #[test]
    fn any_value_stays_one_value() {
        for value in [
            "007",
            "1.",
            ".5",
            "1e400",
            "NaN",
            "-3",
            "+4",
            "\"]\nx = 1",
            "a\\b\u{7}",
            "",
        ] {
            let set = with_settings("x = 0\n", &[("x".into(), value.into())]).expect("it is set");
            let shown = setting(&set, "x").unwrap_or_else(|| panic!("{value:?} became {set:?}"));
            match (value.parse::<f64>(), shown.parse::<f64>()) {
                (Ok(number), Ok(same)) if number.is_finite() => assert_eq!(number, same),
                _ => assert_eq!(shown, value),
            }
        }
    }

    #[test]
    fn only_what_differs_is_a_change() {
        let set = |value: &str| vec![("faults.hang.lasts".to_owned(), value.to_owned())];
        assert_eq!(changed(TEXT, set("20s")), []);
        assert_eq!(changed(TEXT, set("21 s")), set("21 s"));
    }

    #[test]
    fn the_command_survives_any_value() {
        let set = |value: &str| vec![("faults.hang.lasts".to_owned(), value.to_owned())];
        let plain = "dstudio sim run x --set faults.hang.lasts=5s";
        assert_eq!(command("x", &set("5s")), plain);
        let quoted = "dstudio sim run x --set 'faults.hang.lasts=$(rm -r ~) '\\''; ls'";
        assert_eq!(command("x", &set("$(rm -r ~) '; ls")), quoted);
    }

    #[test]
    fn a_path_that_leads_nowhere_is_named() {
        let error = with_settings(TEXT, &[("fault.hang.lasts".into(), "5 s".into())]);
        assert!(error.expect_err("no such table").contains("`fault`"));
    }
}
