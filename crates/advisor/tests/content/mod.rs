//! The Studio's own content, read from the checkout.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::OnceLock;

use catalog::{Catalog, Generated, Layer};

/// The files of `content/` by path.
pub(crate) fn files() -> BTreeMap<String, Vec<u8>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../content");
    let mut files = BTreeMap::new();
    collect(&root, "", &mut files);
    files
}

fn collect(folder: &Path, prefix: &str, files: &mut BTreeMap<String, Vec<u8>>) {
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let entry = entry.expect("an entry");
        let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
        if entry.path().is_dir() {
            collect(&entry.path(), &format!("{name}/"), files);
        } else {
            files.insert(name, std::fs::read(entry.path()).expect("a file"));
        }
    }
}

/// The catalogue of `content/`, with `change` applied to its files.
pub(crate) fn changed(change: impl FnOnce(&mut BTreeMap<String, Vec<u8>>)) -> Catalog {
    let mut layer = Layer {
        name: "studio".to_owned(),
        files: files(),
    };
    change(&mut layer.files);
    Catalog::load(&[layer], &Generated::default())
}

/// The catalogue of `content/`.
pub(crate) fn catalog() -> &'static Catalog {
    static CATALOG: OnceLock<Catalog> = OnceLock::new();
    CATALOG.get_or_init(|| changed(|_| ()))
}
