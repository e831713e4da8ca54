//! The glossary: every term on one page, each with an anchor.

use std::collections::BTreeMap;

use catalog::{GLOSSARY_PATH, Term};
use maud::html;

use crate::shell::Frame;
use crate::site::Site;

impl Site {
    /// The document at [`GLOSSARY_PATH`].
    pub(crate) fn glossary_page(&self) -> String {
        let mut letters: BTreeMap<char, Vec<&Term>> = BTreeMap::new();
        for term in self.catalog.terms.values() {
            let first = term
                .term
                .chars()
                .next()
                .unwrap_or('#')
                .to_uppercase()
                .next()
                .unwrap_or('#');
            let letter = if first.is_alphabetic() { first } else { '#' };
            letters.entry(letter).or_default().push(term);
        }
        for terms in letters.values_mut() {
            terms.sort_by_key(|term| term.term.to_lowercase());
        }
        let t = |id| self.t(id);
        let frame = Frame {
            title: t("glossary.title"),
            description: t("glossary.summary"),
            path: GLOSSARY_PATH,
            has_markdown: true,
            template: "wide glossary",
            ..Frame::default()
        };
        let content = html! {
            main.content id="content" tabindex="-1" {
                (self.breadcrumbs(GLOSSARY_PATH))
                header.entry-head {
                    h1 { (t("glossary.title")) }
                    p.lead { (t("glossary.summary")) " " (self.catalog.terms.len()) " " (t("glossary.count")) "." }
                }
                nav.letters aria-label=(t("glossary.letters")) {
                    @for letter in letters.keys() { a href={ "#letter-" (letter) } { (letter) } }
                }
                @for (letter, terms) in &letters {
                    section.letter {
                        h2 id={ "letter-" (letter) } { (letter) }
                        dl.terms {
                            @for term in terms {
                                div id=(term.slug) {
                                    dt { a href={ "#" (term.slug) } { (term.term) } }
                                    dd {
                                        (term.definition)
                                        @if !term.aliases.is_empty() {
                                            span.why { (t("glossary.also")) " " (term.aliases.join(", ")) }
                                        }
                                        @let related: Vec<&Term> = term.see_also.iter()
                                            .filter_map(|slug| self.catalog.terms.get(slug)).collect();
                                        @if !related.is_empty() {
                                            span.why {
                                                (t("glossary.see")) " "
                                                @for (index, other) in related.iter().enumerate() {
                                                    @if index > 0 { ", " }
                                                    a href={ "#" (other.slug) } { (other.term) }
                                                }
                                            }
                                        }
                                    }
                                }
                            }
                        }
                    }
                }
            }
        };
        self.shell(&frame, &content)
    }
}
