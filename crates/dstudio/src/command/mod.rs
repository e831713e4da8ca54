//! One module a command.

pub(crate) mod assess;
pub(crate) mod bench;
pub(crate) mod capacity;
pub(crate) mod check;
pub(crate) mod completions;
pub(crate) mod decide;
pub(crate) mod export;
pub(crate) mod report;
pub(crate) mod search;
pub(crate) mod serve;
pub(crate) mod show;
pub(crate) mod sim;
pub(crate) mod tool;
pub(crate) mod verify;

use catalog::Catalog;

use crate::Failure;
use crate::content::ContentSource;

/// Reads content and makes it a catalogue.
pub(crate) fn load(source: &ContentSource) -> Result<Catalog, Failure> {
    Ok(Catalog::load(&source.layers()?, &site::generated()))
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
