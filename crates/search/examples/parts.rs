//! Writes the parts of an index over the researched facts into a folder, to try a browser search
//! on: `DSTUDIO_SHARED=… cargo run --release -p search --example parts -- FOLDER`.

#[path = "shared/corpus.rs"]
mod corpus;

use std::path::Path;

use search::Index;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let (Some(shared), Some(folder)) =
        (std::env::var_os("DSTUDIO_SHARED"), std::env::args().nth(1))
    else {
        eprintln!("set DSTUDIO_SHARED to the folder that holds spine/, and name a folder to fill");
        std::process::exit(2);
    };
    let (documents, synonyms) = corpus::read(Path::new(&shared), corpus::Body::Dense)?;
    for part in Index::build(&documents, &synonyms).to_parts() {
        std::fs::write(Path::new(&folder).join(&part.name), &part.bytes)?;
    }
    Ok(())
}
