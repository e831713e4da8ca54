//! One module a command.

pub(crate) mod assess;
pub(crate) mod bench;
pub(crate) mod capacity;
pub(crate) mod check;
pub(crate) mod completions;
pub(crate) mod decide;
pub(crate) mod export;
pub(crate) mod fix;
pub(crate) mod report;
pub(crate) mod reproduce;
pub(crate) mod search;
pub(crate) mod serve;
pub(crate) mod show;
pub(crate) mod sim;
pub(crate) mod sizing;
pub(crate) mod tool;
pub(crate) mod verify;

use catalog::Catalog;

use crate::Failure;
use crate::content::ContentSource;

/// Reads content and makes it a catalogue.
pub(crate) fn load(source: &ContentSource) -> Result<Catalog, Failure> {
    Ok(Catalog::load(&source.layers()?, &site::generated()))
}

/// Reads what a diagnosis is made of and nothing else: playbooks, the page that its general advice is
/// taken from, its data. Somebody is waiting with a system on fire.
pub(crate) fn load_emergency(source: &ContentSource) -> Result<Catalog, Failure> {
    /// The id stands among the first keys of an entry.
    const HEAD_BYTES: usize = 400;
    let mut layers = source.layers()?;
    for layer in &mut layers {
        layer.files.retain(|path, bytes| {
            let head = String::from_utf8_lossy(&bytes[..bytes.len().min(HEAD_BYTES)]);
            path == "vocabulary.toml"
                || path == "planned/playbooks.toml"
                || path.starts_with(advisor::fix::FOLDER)
                || (path.ends_with(".md")
                    && (head.contains("\"playbook:") || head.contains("\"page:emergency\"")))
        });
    }
    Ok(Catalog::load(&layers, &site::generated()))
}

/// Sets the address given on the command line.
pub(crate) fn with_base_url(
    mut catalog: Catalog,
    base_url: Option<&str>,
) -> Result<Catalog, Failure> {
    if let Some(url) = base_url {
        let web = url.starts_with("http://") || url.starts_with("https://");
        // Written into pages as it stands.
        let plain =
            !url.contains(['"', '\'', '<', '>', '\\']) && !url.contains(char::is_whitespace);
        if !(web && plain) {
            let message =
                format!("--base-url is \"{url}\"; write https://host or https://host/path");
            return Err(Failure::Other(message));
        }
        catalog.settings.base_url = url.trim_end_matches('/').to_owned();
    }
    Ok(catalog)
}
