//! Sizes and speed at 700 pages of 1,500 words: `cargo run --release -p search --example measure
//! [-- MODULE.wasm]`. The corpus is made up, with word frequencies like those of English prose
//! (Zipf) and topics like those of a handbook, so that it compresses about as real pages do.

use std::{collections::BTreeMap, io::Write, time::Instant};

use flate2::{Compression, write::GzEncoder};
use search::{Document, Index, Options, Section, Session, Synonyms};

const PAGES: usize = 700;
const SECTIONS: usize = 10;
const WORDS_PER_SECTION: usize = 150;
const VOCABULARY: usize = 26_000;
const TERMS: usize = 339;
const QUERIES: usize = 2_000;

/// A small generator of repeatable draws (SplitMix64).
struct Draws(u64);

impl Draws {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, limit: usize) -> usize {
        (self.next() % limit as u64) as usize
    }

    /// A rank below `limit`, the chance of rank r about 1/(r + 3).
    fn zipf(&mut self, limit: usize) -> usize {
        let unit = (self.next() >> 11) as f64 / (1_u64 << 53) as f64;
        let spread = (limit as f64 + 3.0) / 3.0;
        ((3.0 * spread.powf(unit) - 3.0) as usize).min(limit - 1)
    }
}

/// Words by rank: real ones first, then made-up ones built from syllables and endings.
fn vocabulary(draws: &mut Draws) -> Vec<String> {
    let functions = "the of to a and in is that it for on with as are be this by an or not from at";
    let mut words: Vec<String> = functions.split(' ').map(str::to_owned).collect();
    let mut real: Vec<String> = include_str!("../tests/words.txt")
        .lines()
        .map(str::to_owned)
        .collect();
    for at in (1..real.len()).rev() {
        real.swap(at, draws.below(at + 1));
    }
    words.extend(real);
    let syllables = [
        "con", "par", "ti", "ser", "re", "pli", "ca", "que", "lo", "der", "mar", "in", "tem",
        "por", "ex", "clu", "sta", "ble", "no", "va", "gra", "phe", "mi", "dis", "tru",
    ];
    let endings = [
        "", "s", "ed", "ing", "er", "ation", "ity", "ment", "ly", "al",
    ];
    let mut seen: BTreeMap<String, ()> = words.iter().map(|word| (word.clone(), ())).collect();
    while words.len() < VOCABULARY {
        let mut word = String::new();
        for _ in 0..2 + draws.below(2) {
            word.push_str(syllables[draws.below(syllables.len())]);
        }
        for _ in 0..1 + draws.below(3) {
            let form = format!("{word}{}", endings[draws.below(endings.len())]);
            if seen.insert(form.clone(), ()).is_none() {
                words.push(form);
            }
        }
    }
    words
}

fn prose(draws: &mut Draws, words: &[String], topic: &[usize], count: usize) -> String {
    let mut text = String::new();
    for at in 0..count {
        let rank = if draws.below(100) < 30 {
            topic[draws.zipf(topic.len())]
        } else {
            draws.zipf(words.len())
        };
        text.push_str(&words[rank]);
        text.push_str(if at % 14 == 13 { ". " } else { " " });
    }
    text
}

fn documents(draws: &mut Draws, words: &[String]) -> Vec<Document> {
    let headings = [
        "The failure",
        "How it works",
        "See it run",
        "Size it",
        "Configure it",
        "How it fails",
        "How to know it works",
        "Where it is used",
        "Near neighbours",
        "Sources",
    ];
    let mut documents = Vec::new();
    for page in 0..PAGES + TERMS {
        let topic: Vec<usize> = (0..120)
            .map(|_| 60 + draws.zipf(words.len() - 60))
            .collect();
        let title = format!("{} {}", words[topic[0]], words[topic[1]]);
        let slug = title.replace(' ', "-");
        let is_term = page >= PAGES;
        let kind = if is_term {
            "term"
        } else {
            ["pattern", "case-study", "playbook"][page % 3]
        };
        documents.push(Document {
            id: format!("{kind}:{slug}"),
            url: if is_term {
                format!("/glossary/#{slug}")
            } else {
                format!("/library/{kind}/{slug}/")
            },
            title,
            kind: kind.to_owned(),
            aliases: vec![words[topic[2]].clone()],
            summary: prose(draws, words, &topic, 20),
            keywords: if is_term {
                Vec::new()
            } else {
                vec![prose(draws, words, &topic, 4)]
            },
            sections: (0..if is_term { 0 } else { SECTIONS })
                .map(|at| Section {
                    anchor: headings[at].to_lowercase().replace(' ', "-"),
                    heading: headings[at].to_owned(),
                    text: prose(draws, words, &topic, WORDS_PER_SECTION),
                })
                .collect(),
        });
    }
    documents
}

/// Three to six words of one page's text, one in ten with two letters exchanged.
fn query(draws: &mut Draws, documents: &[Document]) -> String {
    let document = &documents[draws.below(PAGES)];
    let text = &document.sections[draws.below(SECTIONS)].text;
    let words: Vec<&str> = text.split_whitespace().collect();
    let from = draws.below(words.len() - 6);
    let mut query = words[from..from + 3 + draws.below(4)].join(" ");
    if draws.below(10) == 0 && query.len() > 8 {
        let at = query.len() - 4;
        let exchanged: String = [&query[at + 1..at + 2], &query[at..at + 1]].concat();
        query.replace_range(at..at + 2, &exchanged);
    }
    query
}

fn compressed(bytes: &[u8]) -> usize {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder
        .write_all(bytes)
        .and_then(|()| encoder.finish())
        .map_or(0, |out| out.len())
}

fn quantile(sorted: &[f64], share: f64) -> f64 {
    sorted[((sorted.len() - 1) as f64 * share) as usize]
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut draws = Draws(1);
    let words = vocabulary(&mut draws);
    let documents = documents(&mut draws, &words);
    let start = Instant::now();
    let index = Index::build(&documents, &Synonyms::default());
    println!(
        "build                     {:8.0} ms",
        start.elapsed().as_secs_f64() * 1e3
    );
    let parts = index.to_parts();
    let sizes: BTreeMap<&str, usize> = parts
        .iter()
        .map(|part| (part.name.as_str(), compressed(&part.bytes)))
        .collect();
    println!(
        "core                      {:8} bytes, {} compressed",
        parts[0].bytes.len(),
        sizes["core"]
    );
    for (label, letter) in [("postings", 'p'), ("texts", 't')] {
        let of_kind: Vec<usize> = sizes
            .iter()
            .filter(|(name, _)| name.starts_with(letter) && name[1..].parse::<u32>().is_ok())
            .map(|(_, size)| *size)
            .collect();
        let total: usize = of_kind.iter().sum();
        let largest = of_kind.iter().max().copied().unwrap_or_default();
        println!(
            "{label:25} {:8} parts, {} compressed on average, {largest} at most",
            of_kind.len(),
            total / of_kind.len().max(1)
        );
    }
    let start = Instant::now();
    let opened = Session::open(&parts[0].bytes)?;
    println!(
        "open                      {:8.2} ms",
        start.elapsed().as_secs_f64() * 1e3
    );
    let module = std::env::args().nth(1).map_or(Ok(0), |path| {
        std::fs::read(path).map(|bytes| compressed(&bytes))
    })?;
    println!("module                    {module:8} bytes compressed");
    let options = Options::default();
    let mut latencies = Vec::new();
    let mut costs = Vec::new();
    for _ in 0..QUERIES {
        let query = query(&mut draws, &documents);
        // The best of three: other programs may take the processor from one, not from all.
        let times = [(); 3].map(|()| {
            let start = Instant::now();
            std::hint::black_box(index.search(&query, &options));
            start.elapsed().as_secs_f64() * 1e3
        });
        latencies.push(times.into_iter().fold(f64::INFINITY, f64::min));
        let results = index.search(&query, &options);
        assert!(!results.hits.is_empty(), "{query}");
        let mut session = opened.clone();
        let mut cost = module + sizes["core"];
        loop {
            let needs = session.needs(&query, &options);
            if needs.is_empty() {
                break;
            }
            for name in needs {
                cost += sizes[name.as_str()];
                let part = parts
                    .iter()
                    .find(|part| part.name == name)
                    .ok_or("no such part")?;
                session.add(&name, &part.bytes)?;
            }
        }
        costs.push(cost as f64 / 1e3);
    }
    latencies.sort_by(f64::total_cmp);
    costs.sort_by(f64::total_cmp);
    for (label, sorted, unit) in [
        ("answer", &latencies, "ms"),
        ("first result in a browser", &costs, "KB compressed"),
    ] {
        println!(
            "{label:25} {:8.2} {unit} median, {:.2} at p99, {:.2} at most",
            quantile(sorted, 0.5),
            quantile(sorted, 0.99),
            quantile(sorted, 1.0)
        );
    }
    Ok(())
}
