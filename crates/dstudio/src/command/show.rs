//! `dstudio show`.

use catalog::{Catalog, Entry, EntryId, Kind, nearest};
use site::{Fragments, Mode, Site};

use crate::arguments::{Checkout, ShowOptions};
use crate::{Failure, Outcome, output, terminal};

pub(crate) fn run(options: &ShowOptions) -> Result<Outcome, Failure> {
    let catalog = super::load(&options.content.source(Checkout::Ignored))?;
    if let Some(term) = term(&catalog, &options.what) {
        output::print(&terminal::term(term))?;
        return Ok(Outcome::Fine);
    }
    let Some(entry) = find(&catalog, &options.what) else {
        eprintln!("dstudio: there is no page \"{}\"", options.what);
        if let Some(near) = suggestion(&catalog, &options.what) {
            eprintln!("  did you mean {near}?");
        }
        eprintln!(
            "  `dstudio search {}` may find it",
            options.what.replace([':', '/'], " ").trim()
        );
        return Ok(Outcome::Finding);
    };
    if entry.planned {
        eprintln!(
            "dstudio: the page {} (\"{}\") is still to come",
            entry.id,
            terminal::clean(&entry.name)
        );
        return Ok(Outcome::Finding);
    }
    if let Some(anchor) = &options.section
        && entry.document.section(anchor).is_none()
    {
        let known: Vec<&str> = entry
            .document
            .sections
            .iter()
            .map(|s| s.id.as_str())
            .collect();
        eprintln!(
            "dstudio: {} has no section \"{anchor}\"; it has {}",
            entry.id,
            known.join(", ")
        );
        return Ok(Outcome::Finding);
    }
    if options.md {
        let id = entry.id.clone();
        let site = Site::new(catalog, Fragments::default(), Mode::Live);
        let text = site.page_as_markdown(&id, options.section.as_deref());
        output::print(&text.unwrap_or_default())?;
        return Ok(Outcome::Fine);
    }
    output::print(&terminal::page(&catalog, entry, options.section.as_deref()))?;
    Ok(Outcome::Fine)
}

fn term<'c>(catalog: &'c Catalog, what: &str) -> Option<&'c catalog::Term> {
    what.strip_prefix("term:")
        .and_then(|slug| catalog.terms.get(slug))
}

/// By id, by address, or by a slug, of which the first kind in the order of the site wins and
/// what is complete goes before what is planned.
fn find<'c>(catalog: &'c Catalog, what: &str) -> Option<&'c Entry> {
    if let Ok(id) = EntryId::parse(what, None) {
        return catalog.entry(&id);
    }
    if what.contains('/') {
        let path = format!("/{}/", what.trim_matches('/')).replace("//", "/");
        return catalog
            .at_path(&path)
            .or_else(|| catalog.redirect(&path).and_then(|to| catalog.at_path(to)));
    }
    let by_slug = |kind: Kind| catalog.entry(&EntryId::new(kind, what));
    let found: Vec<&Entry> = Kind::ALL.into_iter().filter_map(by_slug).collect();
    let complete = found.iter().find(|entry| !entry.planned);
    complete.or(found.first()).copied()
}

fn suggestion(catalog: &Catalog, what: &str) -> Option<String> {
    let slug = what
        .trim_matches('/')
        .rsplit([':', '/'])
        .next()
        .unwrap_or(what);
    let near = nearest(slug, catalog.pages().map(|entry| entry.id.slug.as_str()))?;
    catalog
        .pages()
        .find(|entry| entry.id.slug == near)
        .map(|entry| entry.id.to_string())
}
