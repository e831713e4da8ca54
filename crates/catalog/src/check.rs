//! Rules that need the whole catalogue: contracts, links, relations, unused sources.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use crate::catalog::{Catalog, Generated};
use crate::diagnostic::{Sink, nearest};
use crate::document::{Block, Inline, Target};
use crate::entry::{Details, Entry, RichText};
use crate::glossary::GLOSSARY_PATH;
use crate::kind::{EntryId, Kind};
use crate::markdown::PageContext;
use crate::page_builder::RENDERED_ANCHORS;
use crate::relation::{Related, RelationKind};
use crate::vocabulary::Vocabulary;

/// Resolves relations, derives inverses, and reports what contradicts itself.
pub(crate) fn relations(catalog: &mut Catalog, sink: &RefCell<Sink>) {
    let mut related: BTreeMap<EntryId, Vec<Related>> = BTreeMap::new();
    let mut exclusive: BTreeMap<(EntryId, EntryId), RelationKind> = BTreeMap::new();
    for entry in catalog.entries.values() {
        for relation in &entry.relations {
            let fail = |code, message: String, hint: Option<String>| {
                sink.borrow_mut()
                    .error(code, relation.place.clone(), message, hint);
            };
            let known = match relation.to.kind {
                Kind::Term => catalog.terms.contains_key(&relation.to.slug),
                _ => catalog.entries.contains_key(&relation.to),
            };
            if !known && catalog.hidden.contains(&relation.to) {
                continue;
            }
            if !known {
                fail(
                    "unresolved-relation",
                    format!(
                        "`{}` names {}, which is not in the catalogue",
                        relation.kind.key(),
                        relation.to
                    ),
                    did_you_mean(catalog, &relation.to),
                );
                continue;
            }
            if relation.to == entry.id {
                fail(
                    "contradiction",
                    format!("{} is related to itself", entry.id),
                    None,
                );
                continue;
            }
            if relation.kind.is_exclusive() || relation.kind == RelationKind::Requires {
                let mut pair = (entry.id.clone(), relation.to.clone());
                if pair.0 > pair.1 {
                    pair = (pair.1, pair.0);
                }
                match exclusive.get(&pair) {
                    Some(other) if *other != relation.kind => fail(
                        "contradiction",
                        format!(
                            "{} and {} are stated both as `{}` and as `{}`",
                            pair.0,
                            pair.1,
                            other.key(),
                            relation.kind.key()
                        ),
                        Some("keep the one that is true".to_owned()),
                    ),
                    _ => {
                        exclusive.insert(pair, relation.kind);
                    }
                }
            }
            let mut push = |at: &EntryId, to: &EntryId, inverse: bool| {
                related.entry(at.clone()).or_default().push(Related {
                    kind: relation.kind,
                    inverse,
                    id: to.clone(),
                    why: relation.why.clone(),
                });
            };
            push(&entry.id, &relation.to, false);
            push(&relation.to, &entry.id, !relation.kind.is_symmetric());
        }
    }
    for list in related.values_mut() {
        tidy(list);
    }
    catalog.related = related;
    cycles(catalog, sink);
}

/// One line for each pair and relation; a stated reason wins over none.
fn tidy(list: &mut Vec<Related>) {
    list.sort_by(|a, b| {
        (a.kind, a.inverse, &a.id, a.why.is_none()).cmp(&(
            b.kind,
            b.inverse,
            &b.id,
            b.why.is_none(),
        ))
    });
    list.dedup_by(|later, kept| {
        later.kind == kept.kind && later.inverse == kept.inverse && later.id == kept.id
    });
}

fn cycles(catalog: &Catalog, sink: &RefCell<Sink>) {
    let needs = |id: &EntryId| -> Vec<&EntryId> {
        catalog.entries.get(id).map_or_else(Vec::new, |entry| {
            entry
                .relations
                .iter()
                .filter(|relation| relation.kind == RelationKind::Requires)
                .map(|relation| &relation.to)
                .collect()
        })
    };
    // Kahn's algorithm: what cannot be taken away stands on a cycle or leads to one.
    let mut left: BTreeMap<&EntryId, Vec<&EntryId>> =
        catalog.entries.keys().map(|id| (id, needs(id))).collect();
    let mut needed_by: BTreeMap<&EntryId, Vec<&EntryId>> = BTreeMap::new();
    let mut open: BTreeMap<&EntryId, usize> = BTreeMap::new();
    for (id, needs) in &left {
        let known = needs.iter().filter(|need| left.contains_key(*need));
        open.insert(id, known.clone().count());
        for need in known {
            needed_by.entry(need).or_default().push(id);
        }
    }
    let mut free: Vec<&EntryId> = open
        .iter()
        .filter(|(_, count)| **count == 0)
        .map(|(id, _)| *id)
        .collect();
    while let Some(id) = free.pop() {
        left.remove(id);
        for dependent in needed_by.get(id).into_iter().flatten() {
            if let Some(count) = open.get_mut(dependent) {
                *count -= 1;
                if *count == 0 {
                    free.push(dependent);
                }
            }
        }
    }
    let mut seen: BTreeSet<&EntryId> = BTreeSet::new();
    for start in left.keys() {
        let mut walk: Vec<&EntryId> = Vec::new();
        let mut on_walk: BTreeSet<&EntryId> = BTreeSet::new();
        let mut at = *start;
        // What an earlier walk has seen leads to a cycle that is told.
        while !seen.contains(at) && on_walk.insert(at) {
            walk.push(at);
            match left
                .get(at)
                .and_then(|needs| needs.iter().find(|need| left.contains_key(*need)))
            {
                Some(next) => at = next,
                None => break,
            }
        }
        let fresh = !seen.contains(at);
        seen.extend(walk.iter().copied());
        let from = walk.iter().position(|id| *id == at);
        let Some(cycle) = from.filter(|_| fresh).map(|from| &walk[from..]) else {
            continue;
        };
        let names: Vec<String> = cycle
            .iter()
            .chain(&cycle[..1])
            .map(|id| id.to_string())
            .collect();
        let relation = catalog.entries[cycle[0]].relations.iter().find(|relation| {
            relation.kind == RelationKind::Requires && left.contains_key(&relation.to)
        });
        if let Some(relation) = relation {
            sink.borrow_mut().error(
                "requires-cycle",
                relation.place.clone(),
                format!("`requires` goes round: {}", names.join(" → ")),
                Some("what is needed first cannot need it back; use `pairs_with`".to_owned()),
            );
        }
    }
}

fn did_you_mean(catalog: &Catalog, id: &EntryId) -> Option<String> {
    let near = match id.kind {
        Kind::Term => nearest(&id.slug, catalog.terms.keys().map(String::as_str)),
        kind => nearest(
            &id.slug,
            catalog
                .entries
                .keys()
                .filter(|other| other.kind == kind)
                .map(|other| other.slug.as_str()),
        ),
    };
    if let Some(near) = near {
        return Some(format!("did you mean {}:{near}?", id.kind));
    }
    let elsewhere = catalog.entries.keys().find(|other| other.slug == id.slug);
    elsewhere.map(|other| format!("there is {other}"))
}

/// Checks one page against its contract and the rest of the catalogue.
pub(crate) fn page(
    catalog: &Catalog,
    id: &EntryId,
    context: &PageContext<'_, '_>,
    generated: &Generated,
    sink: &RefCell<Sink>,
) {
    let Some(entry) = catalog.entries.get(id).filter(|entry| !entry.planned) else {
        return;
    };
    for wanted in id.kind.contract().iter().filter(|section| section.required) {
        if entry.document.section(wanted.id).is_none() {
            sink.borrow_mut().error(
                "missing-section",
                entry.place.clone(),
                format!("{id} has no section #{}", wanted.id),
                Some(format!("add `## Heading {{#{}}}`", wanted.id)),
            );
        }
    }
    for section in &entry.document.sections {
        if section.blocks.is_empty() {
            let message = format!("the section #{} is empty", section.id);
            context.error("empty-section", section.offset, message, None);
        }
    }
    unused(entry, context, sink);
    links(catalog, entry, context, generated);
    front_links(catalog, entry, generated, sink);
    filters(catalog, context);
    experiment(catalog, entry, sink);
}

fn unused(entry: &Entry, context: &PageContext<'_, '_>, sink: &RefCell<Sink>) {
    let cited = context.cited.borrow();
    for source in &entry.sources {
        if !cited.contains(&source.key) {
            sink.borrow_mut().error(
                "unused-source",
                source.place.clone(),
                format!("the source \"{}\" is never cited", source.key),
                Some(format!("cite it with [^{}] or remove it", source.key)),
            );
        }
    }
    let used = context.used_names.borrow();
    for assumption in &entry.document.assumptions {
        if !used.contains(&assumption.name) {
            context.error(
                "unused-assumption",
                assumption.offset,
                format!(
                    "the assumption \"{}\" is used by no formula",
                    assumption.name
                ),
                Some(
                    "an assumption is an example's input: use it in a {= …}, or cite the figure"
                        .to_owned(),
                ),
            );
        }
    }
}

fn experiment(catalog: &Catalog, entry: &Entry, sink: &RefCell<Sink>) {
    let Details::Pattern(pattern) = &entry.details else {
        return;
    };
    let Some(slug) = &pattern.experiment else {
        return;
    };
    if !catalog
        .data
        .contains_key(&format!("experiments/{slug}.toml"))
    {
        sink.borrow_mut().error(
            "unresolved-experiment",
            entry.place.clone(),
            format!("there is no experiment \"{slug}\""),
            Some(format!(
                "add experiments/{slug}.toml or remove `experiment`"
            )),
        );
    }
}

/// Inline runs of an entry's front matter.
fn front_texts(entry: &Entry) -> Vec<&RichText> {
    let Details::Pattern(pattern) = &entry.details else {
        return Vec::new();
    };
    let single = [&pattern.tier_why, &pattern.problem, &pattern.solution];
    let lists = [
        &pattern.use_when,
        &pattern.avoid_when,
        &pattern.gains,
        &pattern.costs,
    ];
    single
        .into_iter()
        .chain(lists.into_iter().flatten())
        .collect()
}

fn front_links(catalog: &Catalog, entry: &Entry, generated: &Generated, sink: &RefCell<Sink>) {
    let anchors = page_anchors(entry);
    for text in front_texts(entry) {
        crate::document::walk_inlines(&text.content, &mut |inline| {
            let problem = match inline {
                Inline::Link { target, .. } => resolve(catalog, &anchors, target, generated),
                Inline::Quoted { path, .. } => quotation(catalog, path),
                _ => Ok(()),
            };
            if let (Err((code, message, hint)), Some(place)) = (problem, &text.place) {
                sink.borrow_mut().error(code, place.clone(), message, hint);
            }
        });
    }
}

/// Whether the experiment of a quotation exists.
fn quotation(catalog: &Catalog, path: &str) -> Result<(), LinkProblem> {
    let slug = path.split('.').next().unwrap_or(path);
    let file = format!("experiments/{slug}.toml");
    if catalog.data.contains_key(&file) {
        return Ok(());
    }
    let hint = "quotations are written {exp:experiment.variant.quantity}".to_owned();
    let message = format!("there is no experiment \"{slug}\"");
    Err(("unresolved-experiment", message, Some(hint)))
}

fn links(catalog: &Catalog, entry: &Entry, context: &PageContext<'_, '_>, generated: &Generated) {
    let anchors = page_anchors(entry);
    for inline in entry.document.inlines() {
        let (problem, offset) = match inline {
            Inline::Link { target, offset, .. } => {
                (resolve(catalog, &anchors, target, generated), offset)
            }
            Inline::Quoted { path, offset } => (quotation(catalog, path), offset),
            _ => continue,
        };
        if let Err((code, message, hint)) = problem {
            context.error(code, *offset, message, hint);
        }
    }
    for (id, offset) in context.named.borrow().iter() {
        if !catalog.entries.contains_key(id) && !catalog.hidden.contains(id) {
            let message = format!("{id} is not in the catalogue");
            let hint = did_you_mean(catalog, id);
            context.error("unresolved-link", *offset, message, hint);
        }
    }
    for (slug, offset) in context.experiments.borrow().iter() {
        if let Err((code, message, _)) = quotation(catalog, slug) {
            let hint = format!("add experiments/{slug}.toml");
            context.error(code, *offset, message, hint);
        }
    }
}

/// A misspelt filter would list nothing and say nothing.
fn filters(catalog: &Catalog, context: &PageContext<'_, '_>) {
    let vocabulary = &catalog.vocabulary;
    let slugs = |kind: Kind| -> Vec<&str> {
        let of_kind = catalog.entries.keys().filter(|id| id.kind == kind);
        of_kind.map(|id| id.slug.as_str()).collect()
    };
    for (field, value, offset) in context.filters.borrow().iter() {
        let allowed = match *field {
            "category" => Vocabulary::ids(&vocabulary.categories),
            "tier" => Vocabulary::ids(&vocabulary.tiers),
            "scale" => Vocabulary::ids(&vocabulary.scales),
            "answers" => Vocabulary::ids(&vocabulary.problems),
            "domain" => Vocabulary::ids(&vocabulary.domains),
            "law" => slugs(Kind::Law),
            "pillar" => slugs(Kind::Pillar),
            _ => crate::entry::PAGE_SECTIONS.to_vec(),
        };
        if !allowed.contains(&value.as_str()) {
            let hint = match nearest(value, allowed.iter().copied()) {
                Some(near) => format!("did you mean \"{near}\"?"),
                None => format!("one of {}", allowed.join(", ")),
            };
            let message = format!("`{field}` cannot be \"{value}\"");
            context.error("unknown-value", *offset, message, hint);
        }
    }
}

type LinkProblem = (&'static str, String, Option<String>);

/// Checks the links of the home page.
pub(crate) fn home(catalog: &Catalog, context: &PageContext<'_, '_>, generated: &Generated) {
    let anchors: Vec<&str> = catalog
        .home
        .doors
        .iter()
        .map(|door| door.id.as_str())
        .chain(catalog.home.groups.iter().map(|group| group.id.as_str()))
        .collect();
    for inline in catalog.home.inlines() {
        if let Inline::Link { target, offset, .. } = inline
            && let Err((code, message, hint)) = resolve(catalog, &anchors, target, generated)
        {
            context.error(code, *offset, message, hint);
        }
    }
}

fn resolve(
    catalog: &Catalog,
    own_anchors: &[&str],
    target: &Target,
    generated: &Generated,
) -> Result<(), LinkProblem> {
    match target {
        Target::External(_) | Target::Broken(_) => Ok(()),
        Target::Here(anchor) => anchor_exists(own_anchors, anchor, "this page"),
        Target::Entry { id, .. } if id.kind == Kind::Term => {
            if catalog.terms.contains_key(&id.slug) {
                Ok(())
            } else {
                let message = format!("no term \"{}\" in the glossary", id.slug);
                Err(("unresolved-link", message, did_you_mean(catalog, id)))
            }
        }
        Target::Entry { id, anchor } => match catalog.entries.get(id) {
            None if catalog.hidden.contains(id) => Ok(()),
            None => {
                let message = format!("{id} is not in the catalogue");
                Err(("unresolved-link", message, did_you_mean(catalog, id)))
            }
            Some(other) => match anchor {
                // A planned page has no anchors yet, and its name is shown without a link.
                Some(anchor) if !other.planned => {
                    anchor_exists(&page_anchors(other), anchor, &other.id.to_string())
                }
                _ => Ok(()),
            },
        },
        Target::Local(address) => {
            let end = address.find(['#', '?']).unwrap_or(address.len());
            let path = &address[..end];
            let anchor = address.split_once('#').map(|(_, anchor)| anchor);
            if let Some(other) = catalog.at_path(path) {
                return match anchor {
                    Some(anchor) => anchor_exists(&page_anchors(other), anchor, path),
                    None => Ok(()),
                };
            }
            let known = path == "/"
                || generated.paths.contains(path)
                || path == GLOSSARY_PATH
                || catalog.redirects.contains_key(path);
            if known {
                return Ok(());
            }
            let near = nearest(path, catalog.paths.keys().map(String::as_str));
            let hint = near.map_or_else(
                || "link to entries by id: [](pattern:sharding)".to_owned(),
                |near| format!("did you mean {near}?"),
            );
            Err(("unresolved-link", format!("no page at {path}"), Some(hint)))
        }
    }
}

/// The anchors of a page, those that the renderer makes included.
fn page_anchors(entry: &Entry) -> Vec<&str> {
    let mut anchors = entry.document.anchors();
    anchors.extend(RENDERED_ANCHORS);
    anchors
}

fn anchor_exists(anchors: &[&str], anchor: &str, page: &str) -> Result<(), LinkProblem> {
    if anchors.contains(&anchor) {
        return Ok(());
    }
    let hint = match nearest(anchor, anchors.iter().copied()) {
        Some(near) => format!("did you mean #{near}?"),
        None => format!("its anchors: {}", anchors.join(", ")),
    };
    Err((
        "dead-anchor",
        format!("{page} has no section #{anchor}"),
        Some(hint),
    ))
}

/// The entries that an entry's text links to.
pub(crate) fn linked_entries(entry: &Entry) -> BTreeSet<EntryId> {
    let mut found = BTreeSet::new();
    let mut inlines = entry.document.inlines();
    for text in front_texts(entry) {
        crate::document::walk_inlines(&text.content, &mut |inline| inlines.push(inline));
    }
    for inline in inlines {
        if let Inline::Link {
            target: Target::Entry { id, .. },
            ..
        } = inline
        {
            found.insert(id.clone());
        }
    }
    for block in entry.document.blocks() {
        if let Block::Module(module) = block {
            found.extend(module.pages.iter().cloned());
        }
    }
    found
}
