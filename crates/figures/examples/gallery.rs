//! Writes the figures of the tests into one HTML page, to be looked at: `gallery DIR`.

use std::path::Path;

#[path = "../tests/samples/mod.rs"]
mod samples;

const PAGE_HEAD: &str = r#"<!doctype html><meta charset="utf-8"><meta name="viewport" content="width=device-width"><style>
:root{--figure-ink:#1c2733;--figure-line:#6b7b8c;--figure-fill:#eaf1f8;--figure-fill-2:#f6f8fa;
--figure-accent:#b4460f;--figure-note:#fdf3cf;--figure-surface:#ffffff;--series-1:#0072b2;
--series-2:#b84e00;--series-3:#007a5c;--series-4:#a3467f;--series-5:#7a6a00;--series-6:#2a8fc7}
.dark.dark{--figure-ink:#dfe6ee;--figure-line:#8493a3;--figure-fill:#22303f;--figure-fill-2:#18212b;
--figure-accent:#ff9d5c;--figure-note:#3b3518;--figure-surface:#10161d;--series-1:#56b4e9;
--series-2:#e69f00;--series-3:#2fbf9b;--series-4:#e08bbf;--series-5:#f0e442;--series-6:#9ec9ff;
background:#10161d;color:#dfe6ee}
body{margin:0;background:#fff;font-family:system-ui,sans-serif}section{padding:16px}
"#;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let directory = std::env::args().nth(1).ok_or("usage: gallery DIR")?;
    let mut sources: Vec<_> =
        std::fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/sources"))?
            .collect::<Result<Vec<_>, _>>()?;
    sources.sort_by_key(|entry| entry.file_name());
    let mut figures = Vec::new();
    for entry in sources {
        let name = entry
            .path()
            .file_stem()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        let text = std::fs::read_to_string(entry.path())?;
        let svg = figures::diagram::render(&text, &name, "", &name)?;
        println!(
            "{name}: {} x {}, {} bytes",
            svg.width(),
            svg.height(),
            svg.markup().len()
        );
        figures.push((name, svg));
    }
    for (name, svg) in samples::charts()?.into_iter().chain(samples::topologies()?) {
        println!(
            "{name}: {} x {}, {} bytes",
            svg.width(),
            svg.height(),
            svg.markup().len()
        );
        figures.push((name.to_owned(), svg));
    }
    for (name, svg) in figures {
        for theme in ["light", "dark"] {
            let page = format!(
                "{PAGE_HEAD}{}</style><body class=\"{theme}\"><section><div \
                 class=\"figure-frame\">{svg}</div></section>",
                figures::STYLESHEET
            );
            std::fs::write(
                Path::new(&directory).join(format!("{name}-{theme}.html")),
                page,
            )?;
        }
    }
    Ok(())
}
