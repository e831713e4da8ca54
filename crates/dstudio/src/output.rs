//! Standard output: one place that knows of terminals and broken pipes.

use std::io::{IsTerminal, Write};

use crate::Failure;

/// Writes text to standard output.
pub(crate) fn print(text: &str) -> Result<(), Failure> {
    let mut out = std::io::stdout().lock();
    out.write_all(text.as_bytes())
        .and_then(|()| out.flush())
        .map_err(Failure::io("cannot write to standard output"))
}

/// Prints one JSON document and nothing else.
pub(crate) fn print_json(document: &impl serde::Serialize) -> Result<(), Failure> {
    let text = serde_json::to_string_pretty(document)
        .map_err(|error| Failure::Other(format!("cannot write JSON: {error}")))?;
    print(&format!("{text}\n"))
}

/// Whether marks such as bold make sense on standard output.
pub(crate) fn styled() -> bool {
    std::io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none()
}

/// Width of the terminal in columns, 80 where it is unknown.
pub(crate) fn width() -> usize {
    std::env::var("COLUMNS")
        .ok()
        .and_then(|columns| columns.parse().ok())
        .unwrap_or(80usize)
        .clamp(40, 100)
}
