//! Writes a content folder of generated pages, for benchmarks of the site at a size that the real
//! content is still growing to: `cargo run --release --example corpus -- FOLDER [PAGES]`.
//!
//! Each page has about a thousand words drawn from a vocabulary by Zipf's law, two code blocks, a
//! diagram, two formulas and thirty links; no two pages share a passage. The same arguments give the
//! same bytes. Vocabulary, glossary and interface texts are the Studio's own.
//!
//! An example rather than a script: it draws from the project's own frozen generators, and the
//! compiler and the linter keep it alive between benchmarks.

use std::error::Error;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use kernel::{Source, Xoshiro256, Zipf};

const PAGES: usize = 700;
const PAGES_MAX: usize = 20_000;
const SEED: u64 = 7;

/// Words of a technical text of this size, and how unevenly they are used.
const VOCABULARY_WORDS: u64 = 8_000;
const VOCABULARY_EXPONENT: f64 = 1.05;
const FREQUENT: [&str; 24] = [
    "the", "of", "to", "a", "and", "in", "is", "that", "it", "for", "with", "as", "on", "by", "at",
    "from", "or", "not", "when", "which", "each", "one", "its", "no",
];
const SYLLABLES: [&str; 24] = [
    "ba", "cor", "de", "fen", "gra", "hol", "in", "ja", "ker", "lo", "mun", "ne", "or", "pas",
    "qui", "re", "sol", "ta", "ul", "ver", "wo", "xen", "ya", "zi",
];

const PAGE_LINKS: usize = 25;
const TERM_LINKS: usize = 5;
/// Seven in ten pages are patterns, the others case studies.
const PATTERNS_OF_TEN: usize = 7;

const PATTERN_SECTIONS: [&str; 7] = [
    "the-failure",
    "how-it-works",
    "size-it",
    "configure-it",
    "how-it-fails",
    "how-to-know",
    "choose",
];
const STUDY_SECTIONS: [&str; 6] = [
    "requirements",
    "architecture",
    "decisions",
    "patterns",
    "what-changed",
    "take-aways",
];
const CATEGORIES: [&str; 5] = [
    "resilience",
    "scaling",
    "data-management",
    "coordination",
    "communication",
];
const TIERS: [&str; 3] = ["gold", "silver", "bronze"];
const SCALES: [&str; 4] = ["<10K", "10K-1M", "1M-10M", "10M+"];
const DOMAINS: [&str; 4] = [
    "databases",
    "infrastructure",
    "messaging-streaming",
    "social-communication",
];
const FORMULAS: [&str; 6] = [
    r"\sum_{i=1}^{n} {N} \le \frac{\lambda}{\mu - \lambda}",
    r"\sqrt{\frac{{N}(1-p)}{n}} + \mu",
    r"{N} = \lambda W, \quad \rho = \frac{\lambda}{c \mu}",
    r"P(W > t) = C(c, a) \, e^{-({N} \mu - \lambda) t}",
    r"\prod_{k=1}^{r} \left(1 - {N}\right)",
    r"\frac{1}{1 + \alpha ({N} - 1) + \beta {N} ({N} - 1)}",
];

/// A page to write or to link to.
struct Entry {
    id: String,
    file: PathBuf,
    is_pattern: bool,
}

struct Writer {
    random: Xoshiro256,
    ranks: Zipf,
    words: Vec<String>,
    terms: Vec<String>,
    entries: Vec<Entry>,
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let folder = arguments.next().ok_or("usage: corpus FOLDER [PAGES]")?;
    let pages = arguments.next().map_or(Ok(PAGES), |pages| pages.parse())?;
    if !(2 * PAGE_LINKS..=PAGES_MAX).contains(&pages) {
        return Err(format!(
            "PAGES is {pages}; between {} and {PAGES_MAX}",
            2 * PAGE_LINKS
        )
        .into());
    }
    let folder = Path::new(&folder);
    let own = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../content");
    let terms = copy_data_files(&own, folder)?;
    let mut writer = Writer::new(terms, pages)?;
    for index in 0..pages {
        let page = writer.page(index);
        let file = folder.join(&writer.entries[index].file);
        std::fs::create_dir_all(file.parent().ok_or("a page stands in a folder")?)?;
        std::fs::write(file, page)?;
    }
    println!("{pages} pages in {}", folder.display());
    Ok(())
}

/// Copies what pages refer to, and returns the slugs of the glossary.
fn copy_data_files(own: &Path, folder: &Path) -> Result<Vec<String>, Box<dyn Error>> {
    std::fs::create_dir_all(folder)?;
    for name in ["vocabulary.toml", "interface.toml", "site.toml"] {
        std::fs::copy(own.join(name), folder.join(name))?;
    }
    let glossary = std::fs::read_to_string(own.join("glossary.toml"))?;
    std::fs::write(folder.join("glossary.toml"), &glossary)?;
    let slugs = glossary
        .lines()
        .filter_map(|line| line.strip_prefix("slug = \""))
        .filter_map(|rest| rest.strip_suffix('"'));
    Ok(slugs.map(str::to_owned).collect())
}

/// A word for a rank: short for frequent ones, as in any language, and never the same twice.
fn word(rank: usize) -> String {
    if let Some(frequent) = FREQUENT.get(rank) {
        return (*frequent).to_owned();
    }
    let mut word = String::new();
    let mut rest = rank;
    while rest > 0 || word.len() < 4 {
        word.push_str(SYLLABLES[rest % SYLLABLES.len()]);
        rest /= SYLLABLES.len();
    }
    word
}

impl Writer {
    fn new(terms: Vec<String>, pages: usize) -> Result<Writer, Box<dyn Error>> {
        let ranks = Zipf::new(VOCABULARY_WORDS, VOCABULARY_EXPONENT).ok_or("a valid law")?;
        let words: Vec<String> = (0..VOCABULARY_WORDS as usize).map(word).collect();
        let entries = (0..pages)
            .map(|index| {
                let is_pattern = index % 10 < PATTERNS_OF_TEN;
                let kind = if is_pattern { "pattern" } else { "case-study" };
                let slug = format!("{}-{}", word(FREQUENT.len() + 7 * index), word(500 + index));
                Entry {
                    id: format!("{kind}:{slug}"),
                    file: PathBuf::from(format!("generated/{kind}/{slug}.md")),
                    is_pattern,
                }
            })
            .collect();
        Ok(Writer {
            random: Xoshiro256::seeded(SEED),
            ranks,
            words,
            terms,
            entries,
        })
    }

    fn below(&mut self, bound: usize) -> usize {
        self.random.below(bound as u32) as usize
    }

    fn one_of<'t>(&mut self, of: &[&'t str]) -> &'t str {
        of[self.below(of.len())]
    }

    fn word(&mut self) -> String {
        let rank = self.ranks.sample(&mut self.random) as usize;
        self.words[rank - 1].clone()
    }

    /// A word that carries meaning, for names and code.
    fn noun(&mut self) -> String {
        let rank = FREQUENT.len() + self.below(self.words.len() - FREQUENT.len());
        self.words[rank].clone()
    }

    fn sentence(&mut self) -> String {
        let length = 8 + self.below(16);
        let mut words: Vec<String> = (0..length).map(|_| self.word()).collect();
        words[0][..1].make_ascii_uppercase();
        words.join(" ") + "."
    }

    fn prose(&mut self, sentences: usize) -> String {
        let sentences: Vec<String> = (0..sentences).map(|_| self.sentence()).collect();
        sentences.join(" ")
    }

    fn page(&mut self, index: usize) -> String {
        let mut page = self.front_matter(index);
        let sections: &[&str] = if self.entries[index].is_pattern {
            &PATTERN_SECTIONS
        } else {
            &STUDY_SECTIONS
        };
        let mut links = self.links(index);
        let each = links.len().div_ceil(sections.len());
        for (at, section) in sections.iter().enumerate() {
            let title = section.replace('-', " ");
            let _ = write!(page, "\n## {title} {{#{section}}}\n\n{}\n\n", self.prose(4));
            for link in links.drain(..each.min(links.len())) {
                let _ = writeln!(page, "- {} {link}", self.sentence());
            }
            page.push('\n');
            match at {
                0 => page.push_str(&self.table()),
                1 => page.push_str(&self.diagram()),
                2 => page.push_str(&self.formulas()),
                3 => page.push_str(&self.code()),
                _ => {}
            }
            let _ = write!(page, "\n{}\n", self.prose(4));
        }
        page
    }

    fn front_matter(&mut self, index: usize) -> String {
        let id = self.entries[index].id.clone();
        let name = id.split_once(':').map_or(id.as_str(), |(_, slug)| slug);
        let mut text = format!(
            "+++\nid = \"{id}\"\nname = \"{}\"\n",
            name.replace('-', " ")
        );
        let _ = writeln!(text, "summary = \"{}\"", self.sentence());
        let _ = writeln!(text, "aliases = [\"{}\"]", self.noun());
        let _ = writeln!(text, "keywords = [\"{} {}\"]", self.noun(), self.noun());
        text.push_str("published = 2026-01-02\nupdated = 2026-01-03\nreviewed = 2026-01-04\n");
        if self.entries[index].is_pattern {
            let _ = writeln!(text, "category = \"{}\"", self.one_of(&CATEGORIES));
            let _ = writeln!(text, "tier = \"{}\"", self.one_of(&TIERS));
            for key in ["tier_why", "problem", "solution"] {
                let _ = writeln!(text, "{key} = \"{}\"", self.sentence());
            }
            for key in ["use_when", "avoid_when", "gains", "costs"] {
                let _ = writeln!(
                    text,
                    "{key} = [\"{}\", \"{}\"]",
                    self.sentence(),
                    self.sentence()
                );
            }
            let _ = writeln!(text, "scale_bands = [\"{}\"]", self.one_of(&SCALES));
            text.push_str("effort_hours = [8, 24]\nanswers = [\"availability\"]\n");
        } else {
            let _ = writeln!(text, "domain = \"{}\"", self.one_of(&DOMAINS));
            text.push_str("study_kind = \"production-system\"\nyears = [2010, 2020]\n");
        }
        text.push_str("+++\n\n");
        text + &self.prose(2) + "\n"
    }

    /// Links to other pages, some of them to a section, and to terms.
    fn links(&mut self, index: usize) -> Vec<String> {
        let mut links = Vec::with_capacity(PAGE_LINKS + TERM_LINKS);
        while links.len() < PAGE_LINKS {
            let to = self.below(self.entries.len());
            if to == index {
                continue;
            }
            let target = &self.entries[to];
            let section = match (links.len() % 3, target.is_pattern) {
                (0, true) => "#size-it",
                (0, false) => "#decisions",
                _ => "",
            };
            links.push(format!(
                "[{}]({}{section})",
                self.words[100 + to],
                target.id
            ));
        }
        for _ in 0..TERM_LINKS {
            let (at, shown) = (self.below(self.terms.len()), self.noun());
            links.push(format!("[{shown}](term:{})", self.terms[at]));
        }
        links
    }

    fn table(&mut self) -> String {
        let mut table = format!(
            "| {} | {} | {} |\n|---|---|---|\n",
            self.noun(),
            self.noun(),
            self.noun()
        );
        for _ in 0..5 {
            let _ = writeln!(
                table,
                "| {} | {} | {} |",
                self.noun(),
                self.noun(),
                self.noun()
            );
        }
        table
    }

    fn diagram(&mut self) -> String {
        let names: Vec<String> = (0..8).map(|_| self.noun()).collect();
        let title = format!("{} and {}", names[0], names[1]);
        let mut text = format!(
            "```mermaid title=\"{title}\" alt=\"{} leads to {}.\"\n",
            names[0], names[1]
        );
        match self.below(3) {
            0 => {
                text.push_str("flowchart LR\n");
                for (at, name) in names.iter().enumerate() {
                    let _ = writeln!(text, "    n{at}[{name}]");
                }
                for at in 1..names.len() {
                    let from = self.below(at);
                    let _ = writeln!(text, "    n{from} -->|{}| n{at}", self.noun());
                }
            }
            1 => {
                text.push_str("sequenceDiagram\n");
                for (at, name) in names.iter().take(4).enumerate() {
                    let _ = writeln!(text, "    participant p{at} as {name}");
                }
                for _ in 0..9 {
                    let (from, step) = (self.below(4), 1 + self.below(3));
                    let to = (from + step) % 4;
                    let _ = writeln!(text, "    p{from}->>p{to}: {} {}", self.noun(), self.noun());
                }
            }
            _ => {
                text.push_str("stateDiagram-v2\n    [*] --> s0\n");
                for at in 1..6 {
                    let from = self.below(at);
                    let _ = writeln!(text, "    s{from} --> s{at}: {}", self.noun());
                    let _ = writeln!(text, "    s{at} --> s0: {}", self.noun());
                }
            }
        }
        text + "```\n"
    }

    /// One in the line and one on its own.
    fn formulas(&mut self) -> String {
        let letters = ["N", "x", "k", "q", "m", "d", "h", "u"];
        let mut formula = || {
            let form = self.one_of(&FORMULAS);
            let letter = self.one_of(&letters);
            let index = self.noun();
            form.replace("{N}", &format!("{letter}_{{\\text{{{index}}}}}"))
        };
        let (inline, block) = (formula(), formula());
        format!("In short ${inline}$, and in full\n\n$$\n{block}\n$$\n")
    }

    fn code(&mut self) -> String {
        let language = self.one_of(&["yaml", "rust", "sql", "go", "python", "java"]);
        let first = self.listing(language);
        let second = self.listing("yaml");
        format!(
            "```{language} title=\"{}\"\n{first}```\n\n```yaml\n{second}```\n",
            self.noun()
        )
    }

    fn listing(&mut self, language: &str) -> String {
        let mut text = String::new();
        for line in 0..14 {
            let (a, b, c) = (self.noun(), self.noun(), self.noun());
            let number = self.below(1000);
            let _ = match language {
                "rust" => writeln!(text, "let {a}: u64 = {b}.{c}(\"{a}\", {number}); // {c}"),
                "sql" => writeln!(
                    text,
                    "SELECT {a}, count(*) FROM {b} WHERE {c} > {number} GROUP BY {a};"
                ),
                "go" => writeln!(
                    text,
                    "if {a}, err := {b}.{c}(ctx, {number}); err != nil {{ return err }}"
                ),
                "python" => writeln!(
                    text,
                    "{a} = [{b}({number}) for {c} in range({number}) if {c} != '{a}']"
                ),
                "java" => writeln!(
                    text,
                    "final String {a} = {b}.{c}(\"{a}\", {number}); // {c}"
                ),
                _ if line % 4 == 0 => writeln!(text, "{a}_{line}:"),
                _ => writeln!(text, "  {b}_{line}: {number}ms # {c}"),
            };
        }
        text
    }
}
