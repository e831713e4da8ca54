//! The Studio's one program.

mod content;

use catalog::{Catalog, Generated};
use content::ContentSource;

fn main() -> std::process::ExitCode {
    let source = ContentSource { base: content::checkout(), overlays: Vec::new() };
    let layers = source.layers().expect("layers");
    let mut generated = Generated::default();
    for p in ["/search/","/reference/glossary/","/site-map/","/tools/pattern-decision-calculator/","/architects-handbook/quantitative-analysis/","/start-here/assessment/","/reproduced/","/playground/","/experiments/"] { generated.paths.insert(p.into()); }
    let catalog = Catalog::load(&layers, &generated);
    let mut all = catalog.diagnostics.clone();
    all.extend(catalog::near_duplicates(&catalog));
    let filter: Vec<String> = std::env::args().skip(2).collect();
    let mut n = 0;
    for d in &all { if filter.is_empty() || filter.iter().any(|f| d.place.file.contains(f.as_str())) { println!("{d}"); n += 1; } }
    println!("{} pages, {} planned, {n} findings shown, {} in all", catalog.pages().count(), catalog.entries().filter(|e| e.planned).count(), all.len());
    for e in catalog.pages() { if filter.iter().any(|f| e.file.contains(f.as_str())) { println!("{:5} words  {}  {}", e.word_count(), e.id, e.path); } }
    std::process::ExitCode::SUCCESS
}
