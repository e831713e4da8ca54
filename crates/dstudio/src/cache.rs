//! Fragments kept between runs in the user's cache folder.

use std::path::PathBuf;

use site::Fragments;

/// Largest cache file that is read; a larger one is not ours.
const CACHE_BYTES_MAX: u64 = 128 << 20;

fn folder() -> Option<PathBuf> {
    let folder = std::env::var_os("XDG_CACHE_HOME")
        .map(PathBuf::from)
        .or_else(|| std::env::var_os("HOME").map(|home| PathBuf::from(home).join(".cache")))?;
    Some(folder.join("dstudio"))
}

fn file() -> Option<PathBuf> {
    Some(folder()?.join(format!("fragments-{}", env!("CARGO_PKG_VERSION"))))
}

/// What an earlier run kept; nothing if there is none or it cannot be read.
pub(crate) fn load() -> Fragments {
    let Some(file) = file() else {
        return Fragments::default();
    };
    let small = std::fs::metadata(&file).is_ok_and(|metadata| metadata.len() <= CACHE_BYTES_MAX);
    match std::fs::read(&file) {
        Ok(bytes) if small => Fragments::from_bytes(&bytes),
        _ => Fragments::default(),
    }
}

/// Keeps fragments for the next run. A cache that cannot be written costs time, not correctness.
pub(crate) fn store(fragments: &Fragments) {
    let Some(file) = file() else { return };
    write_whole(&file, &fragments.to_bytes());
}

/// The name under which a run of a scenario by this very program is kept; `None` if the program
/// cannot read itself.
pub(crate) fn run_key(scenario_text: &str) -> Option<String> {
    let program = std::fs::read(std::env::current_exe().ok()?).ok()?;
    let mut hasher = blake3::Hasher::new();
    hasher.update(&program);
    hasher.update(scenario_text.as_bytes());
    Some(hasher.finalize().to_hex().to_string())
}

/// The digest of an earlier run.
pub(crate) fn load_run(key: &str) -> Option<String> {
    std::fs::read_to_string(folder()?.join("runs").join(key)).ok()
}

/// Keeps the digest of a run.
pub(crate) fn store_run(key: &str, document: &str) {
    if let Some(folder) = folder() {
        write_whole(&folder.join("runs").join(key), document.as_bytes());
    }
}

/// Written aside and moved, so that two runs at once leave one whole file.
fn write_whole(file: &std::path::Path, bytes: &[u8]) {
    let Some(folder) = file.parent() else { return };
    let partial = file.with_extension(format!("partial-{}", std::process::id()));
    let written = std::fs::create_dir_all(folder)
        .and_then(|()| std::fs::write(&partial, bytes))
        .and_then(|()| std::fs::rename(&partial, file));
    if written.is_err() {
        let _ = std::fs::remove_file(&partial);
    }
}
