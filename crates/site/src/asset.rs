//! Style, scripts and modules, each under an address that holds the hash of its bytes.

use std::collections::BTreeMap;

use rust_embed::RustEmbed;

#[derive(RustEmbed)]
#[folder = "assets/"]
struct Files;

/// The text face, subset to the characters that the Studio writes.
const FONT: &str = "text.woff2";

/// A file that never changes under its address.
#[derive(Clone, Debug)]
pub struct Asset {
    /// Address, with the hash in its name.
    pub path: String,
    /// Media type.
    pub content_type: &'static str,
    /// Bytes.
    pub bytes: Vec<u8>,
}

impl Asset {
    /// A file under an address that follows from its name and bytes.
    pub(crate) fn new(name: &str, bytes: Vec<u8>) -> Asset {
        let hash = blake3::hash(&bytes).to_hex();
        let (stem, extension) = name.rsplit_once('.').unwrap_or((name, "bin"));
        let content_type = match extension {
            "css" => "text/css; charset=utf-8",
            "js" => "text/javascript; charset=utf-8",
            "json" => "application/json",
            "wasm" => "application/wasm",
            "woff2" => "font/woff2",
            "svg" => "image/svg+xml",
            _ => "application/octet-stream",
        };
        Asset {
            path: format!("/assets/{stem}-{}.{extension}", &hash[..12]),
            content_type,
            bytes,
        }
    }
}

/// Style sheets of parts that only some pages have.
pub(crate) const PART_SHEETS: [&str; 4] =
    ["tools.css", "fix.css", "experiment.css", "reproduced.css"];

/// The assets of the site.
#[derive(Clone, Debug, Default)]
pub struct Assets {
    by_path: BTreeMap<String, Asset>,
    by_name: BTreeMap<String, String>,
}

impl Assets {
    /// The style sheets that every page needs joined, the figures' own among them; the others, and
    /// every other file, each for itself.
    pub fn load() -> Assets {
        let mut assets = Assets::default();
        let mut style = String::new();
        for name in ["tokens.css", "studio.css", "search.css", "print.css"] {
            if let Some(file) = Files::get(name) {
                style.push_str(&minified(&String::from_utf8_lossy(&file.data)));
            }
        }
        style.push_str(&minified(figures::STYLESHEET));
        if let Some(font) = Files::get(FONT) {
            assets.add(FONT, font.data.into_owned());
            // The sheet lies beside the font, so the file's name is an address from there.
            let served = assets.path(FONT).rsplit('/').next().unwrap_or(FONT);
            style = style.replace(FONT, served);
        }
        assets.add("studio.css", style.into_bytes());
        for name in PART_SHEETS {
            if let Some(file) = Files::get(name) {
                let style = minified(&String::from_utf8_lossy(&file.data));
                assets.add(name, style.into_bytes());
            }
        }
        for name in Files::iter() {
            let served = name.ends_with(".js") || name.ends_with(".wasm") || name.ends_with(".svg");
            // The worker is no asset: it lives at the root, with lists before it.
            let served = served && name != "service-worker.js";
            if served && let Some(file) = Files::get(&name) {
                let flat = name.rsplit('/').next().unwrap_or(&name).to_owned();
                assets.add(&flat, file.data.into_owned());
            }
        }
        assets
    }

    /// Adds a file under a name; its address follows from name and bytes.
    pub fn add(&mut self, name: &str, bytes: Vec<u8>) {
        let asset = Asset::new(name, bytes);
        self.by_name.insert(name.to_owned(), asset.path.clone());
        self.by_path.insert(asset.path.clone(), asset);
    }

    /// The address of the asset with that name; empty if there is none.
    pub fn path(&self, name: &str) -> &str {
        self.by_name.get(name).map_or("", String::as_str)
    }

    /// The asset at that address.
    pub fn at(&self, path: &str) -> Option<&Asset> {
        self.by_path.get(path)
    }

    /// Every asset, in order of address.
    pub fn iter(&self) -> impl Iterator<Item = &Asset> {
        self.by_path.values()
    }
}

/// A style sheet without comments, indentation and line ends: what no reader of the page needs.
fn minified(css: &str) -> String {
    let mut out = String::with_capacity(css.len());
    let mut rest = css;
    while let Some(start) = rest.find("/*") {
        out.push_str(&rest[..start]);
        rest = rest[start..]
            .find("*/")
            .map_or("", |end| &rest[start + end + 2..]);
    }
    out.push_str(rest);
    let lines: Vec<&str> = out
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .collect();
    let mut joined = String::with_capacity(out.len());
    for line in lines {
        // Values may run over lines; a space keeps their parts apart.
        if joined.ends_with(|c: char| !matches!(c, '{' | '}' | ';' | ',')) {
            joined.push(' ');
        }
        joined.push_str(line);
    }
    joined
}
