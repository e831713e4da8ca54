//! `dstudio export`: the site as files.

use std::collections::BTreeSet;
use std::io::Write;
use std::path::{Path, PathBuf};

use rayon::prelude::*;
use site::{Mode, Request, Response, Site};

use crate::arguments::{Checkout, ExportOptions};
use crate::{Failure, Outcome, cache, output};

/// Lists what an export wrote, so that the next one into the same folder can clear what is gone.
const MANIFEST: &str = ".dstudio-export";

/// Smallest file that gets compressed forms: below it they are hardly smaller.
const COMPRESSED_FROM_BYTES: usize = 512;

struct File {
    /// Path inside the export, without a leading slash.
    path: String,
    bytes: Vec<u8>,
}

pub(crate) fn run(options: &ExportOptions) -> Result<Outcome, Failure> {
    let source = options.content.source(Checkout::Ignored);
    let catalog = super::with_base_url(super::load(&source)?, options.base_url.as_deref())?;
    report_errors(&catalog);
    let fragments = if options.no_cache {
        site::Fragments::default()
    } else {
        cache::load()
    };
    let site = Site::new(catalog, fragments, Mode::Export);
    let earlier = prepare(&options.out)?;

    let mut files: Vec<File> = site
        .addresses()
        .par_iter()
        .map(|path| render(&site, path))
        .collect();
    files.extend(
        site.catalog
            .redirects()
            .map(|(from, to)| redirect(&site, from, to)),
    );
    files.extend(site.assets.iter().map(|asset| File {
        path: asset.path.trim_start_matches('/').to_owned(),
        bytes: asset.bytes.clone(),
    }));
    files.extend(site.fix_kit().map(|kit| File {
        path: kit.path.trim_start_matches('/').to_owned(),
        bytes: kit.bytes.clone(),
    }));
    files.extend(site.search_parts().map(|(path, part)| File {
        path: path.trim_start_matches('/').to_owned(),
        bytes: part.bytes.clone(),
    }));
    if options.compress {
        let compressed: Vec<File> = files.par_iter().flat_map(compressed).collect();
        files.extend(compressed);
    }
    write_all(&options.out, &files, &earlier)?;
    if !options.no_cache {
        cache::store(&site.fragments);
    }
    let bytes: usize = files.iter().map(|file| file.bytes.len()).sum();
    output::print(&format!(
        "{} pages, {} files, {:.1} MB in {}\n",
        site.catalog.pages().count(),
        files.len(),
        bytes as f64 / 1e6,
        options.out.display()
    ))?;
    Ok(Outcome::Fine)
}

/// Pages with faults are still written; their author must know.
fn report_errors(catalog: &catalog::Catalog) {
    let errors = catalog
        .diagnostics
        .iter()
        .filter(|finding| finding.severity == catalog::Severity::Error)
        .count();
    if errors > 0 {
        eprintln!("the content has {errors} errors; `dstudio check` lists them");
    }
}

fn render(site: &Site, path: &str) -> File {
    let file = match path {
        "/404.html" => "404.html".to_owned(),
        path if path.ends_with('/') => format!("{}index.html", path.trim_start_matches('/')),
        path => path.trim_start_matches('/').to_owned(),
    };
    let bytes = match site.respond(&Request::get(path)) {
        Response::Page { body, .. } => body,
        Response::Redirect { to } => moved(&to),
    };
    File { path: file, bytes }
}

fn redirect(site: &Site, from: &str, to: &str) -> File {
    let to = match site.respond(&Request::get(from)) {
        Response::Redirect { to } => to,
        Response::Page { .. } => to.to_owned(),
    };
    File {
        path: format!("{}index.html", from.trim_start_matches('/')),
        bytes: moved(&to),
    }
}

/// A page that leads on, for servers that only know files. Paths hold no character that HTML needs
/// escaped: the catalogue refuses such.
fn moved(to: &str) -> Vec<u8> {
    format!(
        "<!DOCTYPE html><html lang=\"en\"><meta charset=\"utf-8\"><title>Moved</title>\
         <meta name=\"robots\" content=\"noindex\"><meta http-equiv=\"refresh\" content=\"0;url={to}\">\
         <link rel=\"canonical\" href=\"{to}\"><p>This page has moved to <a href=\"{to}\">{to}</a>.</p></html>\n"
    )
    .into_bytes()
}

fn compressed(file: &File) -> Vec<File> {
    if file.bytes.len() < COMPRESSED_FROM_BYTES {
        return Vec::new();
    }
    [
        ("gz", server::gzip(&file.bytes)),
        ("br", server::brotli(&file.bytes)),
    ]
    .into_iter()
    .map(|(extension, bytes)| File {
        path: format!("{}.{extension}", file.path),
        bytes,
    })
    .collect()
}

/// Makes the folder, and says what an earlier export left in it.
fn prepare(out: &Path) -> Result<BTreeSet<String>, Failure> {
    let at = |what: &str| Failure::io(format!("cannot {what} {}", out.display()));
    std::fs::create_dir_all(out).map_err(at("make the folder"))?;
    match std::fs::read_to_string(out.join(MANIFEST)) {
        Ok(manifest) => Ok(manifest.lines().map(str::to_owned).collect()),
        Err(_) => {
            let empty = std::fs::read_dir(out).map_err(at("read"))?.next().is_none();
            if empty {
                return Ok(BTreeSet::new());
            }
            Err(Failure::Other(format!(
                "{} is neither empty nor an earlier export; choose another folder with --out",
                out.display()
            )))
        }
    }
}

fn write_all(out: &Path, files: &[File], earlier: &BTreeSet<String>) -> Result<(), Failure> {
    if let Some(file) = files.iter().find(|file| !is_inside(&file.path)) {
        let message = format!("\"{}\" would be written outside of the folder", file.path);
        return Err(Failure::Other(message));
    }
    let folders: BTreeSet<PathBuf> = files
        .iter()
        .filter_map(|file| out.join(&file.path).parent().map(Path::to_path_buf))
        .collect();
    for folder in folders {
        let shown = folder.display().to_string();
        std::fs::create_dir_all(&folder)
            .map_err(Failure::io(format!("cannot make the folder {shown}")))?;
    }
    let written: BTreeSet<&str> = files.iter().map(|file| file.path.as_str()).collect();
    // First the list, so that a run that is cut short leaves nothing that the next cannot clear.
    let mut manifest = String::new();
    for path in written
        .iter()
        .copied()
        .chain(earlier.iter().map(String::as_str))
    {
        manifest.push_str(path);
        manifest.push('\n');
    }
    std::fs::write(out.join(MANIFEST), &manifest)
        .map_err(Failure::io("cannot write the list of exported files"))?;
    files.par_iter().try_for_each(|file| write(out, file))?;
    for gone in earlier
        .iter()
        .filter(|path| !written.contains(path.as_str()))
    {
        // The list is a file that anyone may edit: nothing outside the folder is touched.
        if is_inside(gone) {
            let _ = std::fs::remove_file(out.join(gone));
        }
    }
    let kept: String = written.iter().map(|path| format!("{path}\n")).collect();
    std::fs::write(out.join(MANIFEST), kept)
        .map_err(Failure::io("cannot write the list of exported files"))
}

fn is_inside(path: &str) -> bool {
    Path::new(path)
        .components()
        .all(|part| matches!(part, std::path::Component::Normal(_)))
}

fn write(out: &Path, file: &File) -> Result<(), Failure> {
    let path = out.join(&file.path);
    let fail = || Failure::io(format!("cannot write {}", path.display()));
    // An unchanged file keeps its time, which is what sync tools go by.
    let unchanged = std::fs::metadata(&path)
        .is_ok_and(|metadata| metadata.len() == file.bytes.len() as u64)
        && std::fs::read(&path).is_ok_and(|bytes| bytes == file.bytes);
    if unchanged {
        return Ok(());
    }
    let mut handle = std::fs::File::create(&path).map_err(fail())?;
    handle.write_all(&file.bytes).map_err(fail())
}
