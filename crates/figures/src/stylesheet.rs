/// The style sheet of all figures: classes only, no colour of its own.
pub const STYLESHEET: &str = include_str!("figures.css");
