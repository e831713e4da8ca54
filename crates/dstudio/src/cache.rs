//! Fragments kept between runs in the user's cache folder.

use std::path::PathBuf;

use site::Fragments;

/// Largest cache file that is read; a larger one is not ours.
const CACHE_BYTES_MAX: u64 = 128 << 20;

fn file() -> Option<PathBuf> {
    let folder = std::env::var_os("XDG_CACHE_HOME")
        .map(PathBuf::from)
        .or_else(|| std::env::var_os("HOME").map(|home| PathBuf::from(home).join(".cache")))?;
    Some(
        folder
            .join("dstudio")
            .join(format!("fragments-{}", env!("CARGO_PKG_VERSION"))),
    )
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
    let Some(folder) = file.parent() else { return };
    let partial = file.with_extension(format!("partial-{}", std::process::id()));
    // Written aside and moved, so that two runs at once leave one whole file.
    let written = std::fs::create_dir_all(folder)
        .and_then(|()| std::fs::write(&partial, fragments.to_bytes()))
        .and_then(|()| std::fs::rename(&partial, &file));
    if written.is_err() {
        let _ = std::fs::remove_file(&partial);
    }
}
