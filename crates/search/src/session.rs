//! A search over as many parts of an index as are at hand.

use crate::{
    Error, Hit, Options, Results,
    core::Core,
    passage::passage,
    plan::Plan,
    postings::{Postings, Shard},
    rank::{Best, Ranked, rank},
    slot::SUMMARY,
    texts::Texts,
};

/// Name of the part that a session opens with.
pub const CORE: &str = "core";

/// A piece of an index, to be stored under its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// Lower-case letters and digits, unique within the index.
    pub name: String,
    /// The content; uncompressed.
    pub bytes: Vec<u8>,
}

/// Name of a shard of postings.
pub(crate) fn postings_name(number: usize) -> String {
    format!("p{number}")
}

/// Name of a part with texts.
pub(crate) fn texts_name(number: usize) -> String {
    format!("t{number}")
}

/// An index of which some parts may be missing.
#[derive(Clone, Debug)]
pub struct Session {
    core: Core,
    shards: Vec<Option<Shard>>,
    texts: Vec<Option<Texts>>,
}

impl Session {
    /// Opens an index by its core.
    ///
    /// # Errors
    /// [`Error::Malformed`] if the bytes are not the core of this version.
    pub fn open(core: &[u8]) -> Result<Self, Error> {
        let core = Core::decode(core)?;
        let shards = vec![None; core.shard_starts.len()];
        let texts = vec![None; core.text_starts.len()];
        Ok(Self {
            core,
            shards,
            texts,
        })
    }

    /// Opens an index with all its parts.
    ///
    /// # Errors
    /// [`Error::Malformed`] or [`Error::UnknownPart`] if they are not the parts of one index, core
    /// first, and [`Error::MissingParts`] if they are not all of them.
    pub fn with_all(parts: &[Part]) -> Result<Self, Error> {
        let (core, rest) = parts.split_first().ok_or(Error::Malformed)?;
        let mut session = Self::open(&core.bytes)?;
        rest.iter()
            .try_for_each(|part| session.add(&part.name, &part.bytes))?;
        Ok(session)
    }

    /// The parts that [`Session::search`] lacks for this query. Some only become known once others
    /// were added, so ask again until nothing is missing; three rounds at most.
    #[must_use]
    pub fn needs(&self, query: &str, options: &Options) -> Vec<String> {
        match self.search(query, options) {
            Err(Error::MissingParts(names)) => names,
            _ => Vec::new(),
        }
    }

    /// Adds a part under its name.
    ///
    /// # Errors
    /// [`Error::UnknownPart`] for a name this index does not have, [`Error::Malformed`] for bytes
    /// that are not that part; the session is as before then.
    pub fn add(&mut self, name: &str, bytes: &[u8]) -> Result<(), Error> {
        let unknown = || Error::UnknownPart(name.to_owned());
        let number = |name: &str| name.parse::<usize>().map_err(|_| unknown());
        if let Some(rest) = name.strip_prefix('p') {
            let place = self.shards.get_mut(number(rest)?).ok_or_else(unknown)?;
            *place = Some(Shard::decode(bytes, self.core.entries.len())?);
        } else if let Some(rest) = name.strip_prefix('t') {
            let number = number(rest)?;
            let place = self.texts.get_mut(number).ok_or_else(unknown)?;
            *place = Some(Texts::decode(bytes, self.core.places_of_text(number))?);
        } else {
            return Err(unknown());
        }
        Ok(())
    }

    /// The best documents for a query.
    ///
    /// # Errors
    /// [`Error::MissingParts`] names what has to be added first.
    pub fn search(&self, query: &str, options: &Options) -> Result<Results, Error> {
        let mut plan = Plan::new(&self.core, query);
        self.require(&plan)?;
        plan.recover(
            &self.core,
            |term| self.postings(term).is_some(),
            |beginning| self.rare_terms(beginning),
        );
        self.require(&plan)?;
        let ranked = rank(&self.core, &plan, options, |term| self.postings(term));
        let wanted = ranked
            .best
            .iter()
            .filter_map(|best| self.core.text_of(best.document, best.slot));
        all_present(&self.texts, wanted, texts_name)?;
        let hits = ranked
            .best
            .iter()
            .map(|best| self.hit(&ranked, best))
            .collect();
        Ok(Results {
            hits,
            total: ranked.total,
        })
    }

    /// The postings of a term, if a document has it and its shard is present.
    fn postings(&self, term: &str) -> Option<&Postings> {
        self.shards[self.core.shard_of(term)?]
            .as_ref()?
            .postings(term)
    }

    /// Terms with this beginning in the shard where it would stand itself.
    fn rare_terms(&self, beginning: &str) -> Vec<String> {
        let shard = self
            .core
            .shard_of(beginning)
            .and_then(|at| self.shards[at].as_ref());
        shard.map_or_else(Vec::new, |shard| {
            shard.starting_with(beginning).map(str::to_owned).collect()
        })
    }

    /// Makes sure that every shard the plan may look into is present.
    fn require(&self, plan: &Plan) -> Result<(), Error> {
        let beginnings = plan
            .units
            .iter()
            .filter(|unit| unit.is_incomplete)
            .map(|unit| unit.form.as_str());
        let wanted = plan
            .terms()
            .chain(beginnings)
            .filter_map(|term| self.core.shard_of(term));
        all_present(&self.shards, wanted, postings_name)
    }

    fn hit(&self, ranked: &Ranked, best: &Best) -> Hit {
        let entry = &self.core.entries[best.document];
        let part = self.core.text_of(best.document, best.slot);
        let stored = part
            .and_then(|part| self.texts[part].as_ref())
            .and_then(|texts| texts.get(best.document, best.slot))
            .cloned()
            .unwrap_or_default();
        let points_to_section = best.slot > SUMMARY && !best.is_about_whole;
        let mut url = entry.url.clone();
        if points_to_section && !stored.anchor.is_empty() {
            url.push('#');
            url.push_str(&stored.anchor);
        }
        Hit {
            id: entry.id.clone(),
            url,
            title: entry.title.clone(),
            kind: self.core.kinds[entry.kind].clone(),
            score: best.score,
            section_title: if points_to_section {
                stored.heading
            } else {
                String::new()
            },
            passage: passage(&stored.text, &ranked.masses),
        }
    }
}

/// Names the wanted parts that are missing, in order.
fn all_present<Content>(
    parts: &[Option<Content>],
    wanted: impl Iterator<Item = usize>,
    name: impl Fn(usize) -> String,
) -> Result<(), Error> {
    let mut is_missing = vec![false; parts.len()];
    wanted.for_each(|part| is_missing[part] |= parts[part].is_none());
    let missing: Vec<usize> = (0..parts.len()).filter(|&part| is_missing[part]).collect();
    if missing.is_empty() {
        Ok(())
    } else {
        Err(Error::MissingParts(missing.into_iter().map(name).collect()))
    }
}
