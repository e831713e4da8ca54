//! Where content comes from: the binary itself, a folder in its place, and overlays on top.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use catalog::{FILE_BYTES_MAX, FILES_MAX, Layer};
use rust_embed::RustEmbed;

/// The Studio's own content, as it stood when the binary was built.
#[derive(RustEmbed)]
#[folder = "../../content/"]
struct Embedded;

/// Name of the layer that holds the Studio's own content.
pub(crate) const OWN_LAYER: &str = "studio";

/// Deepest folder that is read, so that a loop of links ends.
const DEPTH_MAX: usize = 12;

/// Where content is read from.
#[derive(Clone, Debug, Default)]
pub(crate) struct ContentSource {
    /// Folder in place of the embedded content.
    pub(crate) base: Option<PathBuf>,
    /// Overlays, lowest first.
    pub(crate) overlays: Vec<PathBuf>,
}

/// Content could not be read from disk.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    #[error("cannot read the content folder {path}: {source}")]
    Folder {
        path: PathBuf,
        source: std::io::Error,
    },
    #[error("{path} is not a folder; --base and --content take folders of content files")]
    NotAFolder { path: PathBuf },
    #[error("the content folder {path} holds more than {FILES_MAX} files")]
    TooMany { path: PathBuf },
}

impl ContentSource {
    /// Reads every layer.
    pub(crate) fn layers(&self) -> Result<Vec<Layer>, Error> {
        let own = match &self.base {
            Some(folder) => folder_layer(OWN_LAYER, folder)?,
            None => embedded_layer(),
        };
        let mut layers = vec![own];
        for folder in &self.overlays {
            let name = layer_name(folder, &layers);
            layers.push(folder_layer(&name, folder)?);
        }
        Ok(layers)
    }

    /// The folders that are read from disk.
    pub(crate) fn folders(&self) -> impl Iterator<Item = &Path> {
        self.base.iter().chain(&self.overlays).map(PathBuf::as_path)
    }
}

/// The content folder of the checkout that the program runs in, if it runs in one.
pub(crate) fn checkout() -> Option<PathBuf> {
    let mut folder = std::env::current_dir().ok()?;
    for _ in 0..DEPTH_MAX {
        if folder.join("content/vocabulary.toml").is_file()
            && folder.join("crates/dstudio").is_dir()
        {
            return Some(folder.join("content"));
        }
        folder = folder.parent()?.to_path_buf();
    }
    None
}

/// The folder's name, or its path where another layer has that name: an id may stand once in each
/// layer, and findings name the layer.
fn layer_name(folder: &Path, layers: &[Layer]) -> String {
    let taken = |name: &str| layers.iter().any(|layer| layer.name == name);
    let path = folder.display().to_string();
    let short = folder
        .file_name()
        .map(|name| name.to_string_lossy().into_owned());
    let name = short
        .filter(|name| !taken(name))
        .unwrap_or_else(|| path.clone());
    if taken(&name) {
        // The same folder twice; the count of layers below it tells the two apart.
        return format!("{path} ({})", layers.len());
    }
    name
}

fn embedded_layer() -> Layer {
    let mut files = BTreeMap::new();
    for path in Embedded::iter() {
        if let Some(file) = Embedded::get(&path) {
            files.insert(path.into_owned(), file.data.into_owned());
        }
    }
    Layer {
        name: OWN_LAYER.to_owned(),
        files,
    }
}

fn folder_layer(name: &str, folder: &Path) -> Result<Layer, Error> {
    if !folder.is_dir() {
        return Err(Error::NotAFolder {
            path: folder.to_owned(),
        });
    }
    let mut layer = Layer {
        name: name.to_owned(),
        files: BTreeMap::new(),
    };
    collect(&mut layer, folder, "", 0).map_err(|source| Error::Folder {
        path: folder.to_owned(),
        source,
    })?;
    if layer.files.len() > FILES_MAX {
        return Err(Error::TooMany {
            path: folder.to_owned(),
        });
    }
    Ok(layer)
}

fn collect(layer: &mut Layer, folder: &Path, prefix: &str, depth: usize) -> std::io::Result<()> {
    if depth > DEPTH_MAX || layer.files.len() > FILES_MAX {
        return Ok(());
    }
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        // Editors leave hidden and backup files beside the ones they edit.
        if name.starts_with('.') || name.ends_with('~') || name.ends_with(".swp") {
            continue;
        }
        let path = format!("{prefix}{name}");
        let metadata = match std::fs::metadata(entry.path()) {
            Ok(metadata) => metadata,
            // A link to nowhere, or a file that went away since the folder was listed.
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => continue,
            Err(error) => return Err(error),
        };
        if metadata.is_dir() {
            collect(layer, &entry.path(), &format!("{path}/"), depth + 1)?;
        } else if metadata.is_file() {
            // One byte past the limit is enough for the catalogue to refuse the file by name.
            let limit = FILE_BYTES_MAX as u64 + 1;
            let bytes = read_at_most(&entry.path(), limit)?;
            layer.files.insert(path, bytes);
        }
    }
    Ok(())
}

fn read_at_most(path: &Path, limit: u64) -> std::io::Result<Vec<u8>> {
    use std::io::Read;
    let mut bytes = Vec::new();
    std::fs::File::open(path)?
        .take(limit)
        .read_to_end(&mut bytes)?;
    Ok(bytes)
}
