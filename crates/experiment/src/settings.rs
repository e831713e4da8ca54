//! Settings: values put into a scenario's text by path, as a form on a page does.

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
    if settings.is_empty() {
        return Ok(text.to_owned());
    }
    let mut root: toml::Table = text
        .parse()
        .map_err(|error: toml::de::Error| error.message().to_owned())?;
    for (path, value) in settings {
        set(&mut root, path, value)?;
    }
    toml::to_string(&root).map_err(|error| error.to_string())
}

/// The value at a path as a form shows it.
pub fn setting(text: &str, path: &str) -> Option<String> {
    let root: toml::Table = text.parse().ok()?;
    let mut parts = path.split('.');
    let mut at = root.get(parts.next()?)?;
    for part in parts {
        at = at.as_table()?.get(part)?;
    }
    Some(match at {
        toml::Value::String(text) => text.clone(),
        other => other.to_string(),
    })
}

fn set(root: &mut toml::Table, path: &str, value: &str) -> Result<(), String> {
    if path.len() > PATH_BYTES_MAX || value.len() > VALUE_BYTES_MAX {
        return Err(format!(
            "the setting of `{}` is too long",
            path.chars().take(40).collect::<String>()
        ));
    }
    let (parents, key) = path
        .rsplit_once('.')
        .map_or((None, path), |(p, key)| (Some(p), key));
    let mut table = root;
    for part in parents.into_iter().flat_map(|parents| parents.split('.')) {
        table = table
            .get_mut(part)
            .and_then(toml::Value::as_table_mut)
            .ok_or_else(|| format!("the scenario has no table `{part}` on the path `{path}`"))?;
    }
    table.insert(key.to_owned(), read(value));
    Ok(())
}

fn read(value: &str) -> toml::Value {
    let value = value.trim();
    if let Ok(whole) = value.parse::<i64>() {
        toml::Value::Integer(whole)
    } else if let Some(number) = value
        .parse::<f64>()
        .ok()
        .filter(|number| number.is_finite())
    {
        toml::Value::Float(number)
    } else {
        match value {
            "true" => toml::Value::Boolean(true),
            "false" => toml::Value::Boolean(false),
            text => toml::Value::String(text.to_owned()),
        }
    }
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
    fn a_path_that_leads_nowhere_is_named() {
        let error = with_settings(TEXT, &[("fault.hang.lasts".into(), "5 s".into())]);
        assert!(error.expect_err("no such table").contains("`fault`"));
    }
}
