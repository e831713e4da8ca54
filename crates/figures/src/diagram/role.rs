//! The parts of a scene. The engine knows colours only, so each part has a marker colour of its
//! own, from which the painter reads the part back and picks a class.

use rusty_mermaid_core::Color;

/// Font size of labels of nodes.
pub(crate) const NODE_FONT: f64 = 14.0;
/// Font size of every other text.
pub(crate) const LABEL_FONT: f64 = 12.5;
/// Line height as a multiple of the font size.
pub(crate) const LINE_HEIGHT: f64 = 1.25;
/// A part of a drawing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    Node,
    NodeText,
    Edge,
    EdgeText,
    EdgeBack,
    Start,
    End,
    Composite,
    CompositeLine,
    Note,
    NoteLine,
    Group,
    GroupLine,
    GroupText,
    Rule,
    Lifeline,
    Activation,
    Accent,
    Muted,
    OnSolid,
    Plain,
}

/// The roles in the order of their marker colours.
const ROLES: [Role; 19] = [
    Role::Node,
    Role::NodeText,
    Role::Edge,
    Role::EdgeText,
    Role::EdgeBack,
    Role::Start,
    Role::End,
    Role::Composite,
    Role::CompositeLine,
    Role::Note,
    Role::NoteLine,
    Role::Group,
    Role::GroupLine,
    Role::GroupText,
    Role::Rule,
    Role::Lifeline,
    Role::Activation,
    Role::Accent,
    Role::Muted,
];

/// Red and green of every marker colour. The luminance is between the thresholds at which the
/// engine would replace a label's colour by black or white.
const MARK: u8 = 200;

/// The marker colour of a part.
pub(crate) fn mark(role: Role) -> Color {
    let index = ROLES
        .iter()
        .position(|candidate| *candidate == role)
        .unwrap_or(ROLES.len());
    Color::rgb(MARK, MARK, index as u8)
}

/// The role that a colour of the scene stands for.
pub(crate) fn role(color: Color) -> Role {
    if color == Color::WHITE {
        return Role::OnSolid;
    }
    if color.r != MARK || color.g != MARK {
        return Role::Plain;
    }
    ROLES
        .get(usize::from(color.b))
        .copied()
        .unwrap_or(Role::Plain)
}

/// The text of a label: line breaks as `\n`, quotes and surrounding space removed.
pub(crate) fn label(text: &str) -> String {
    let broken = text
        .replace("<br/>", "\n")
        .replace("<br>", "\n")
        .replace("<br />", "\n");
    broken.trim().trim_matches('"').trim().to_owned()
}
