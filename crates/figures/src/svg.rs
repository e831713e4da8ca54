use std::fmt;
use std::fmt::Write as _;

use crate::Error;

/// Longest id prefix accepted, in bytes: ids repeat in a page, so they stay short.
const ID_PREFIX_BYTES_MAX: usize = 64;

/// Natural widths in pixels at which a wide drawing gets a least width (see the style sheet).
const WIDTH_STEPS: [u32; 9] = [400, 480, 560, 640, 720, 800, 960, 1120, 1280];

/// Kinds that scroll on a narrow screen. Charts shrink instead, and their text grows.
const SCROLLED: [&str; 2] = ["figure-diagram", "figure-topology"];

/// A finished drawing: one `<svg>` element, ready to stand in an HTML page.
///
/// It contains no `style` attribute, no `<style>` element and no script, so it works under a strict
/// content security policy; its look comes from [`crate::STYLESHEET`].
#[derive(Debug, Clone, PartialEq)]
pub struct Svg {
    markup: String,
    width: f64,
    height: f64,
}

impl Svg {
    /// The `<svg>` element.
    pub fn markup(&self) -> &str {
        &self.markup
    }

    /// Natural width in CSS pixels.
    pub fn width(&self) -> f64 {
        self.width
    }

    /// Natural height in CSS pixels.
    pub fn height(&self) -> f64 {
        self.height
    }
}

impl fmt::Display for Svg {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.markup)
    }
}

/// What every figure carries besides its drawing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Caption<'a> {
    /// Short name of the figure, read first by a screen reader.
    pub title: &'a str,
    /// What the figure shows, in words; may be empty.
    pub description: &'a str,
    /// Start of every id inside the figure; unique within its page.
    pub id_prefix: &'a str,
}

impl Caption<'_> {
    pub(crate) fn check(&self) -> Result<(), Error> {
        let prefix = self.id_prefix;
        let legal = prefix
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        let starts = prefix.starts_with(|first: char| first.is_ascii_lowercase());
        if !legal || !starts || prefix.len() > ID_PREFIX_BYTES_MAX {
            return Err(Error::IdPrefix(prefix.to_owned()));
        }
        if self.title.trim().is_empty() {
            return Err(Error::Empty("the title of a figure"));
        }
        Ok(())
    }
}

/// Where a text is anchored horizontally.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Anchor {
    Start,
    Middle,
    End,
}

/// The smallest rectangle around all points included.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Bounds {
    least: (f64, f64),
    most: (f64, f64),
    any: bool,
}

impl Bounds {
    pub(crate) fn include(&mut self, point: (f64, f64)) {
        if !self.any {
            *self = Bounds {
                least: point,
                most: point,
                any: true,
            };
        }
        self.least = (self.least.0.min(point.0), self.least.1.min(point.1));
        self.most = (self.most.0.max(point.0), self.most.1.max(point.1));
    }
}

/// A growing list of SVG elements.
#[derive(Debug, Default)]
pub(crate) struct Canvas {
    body: String,
}

impl Canvas {
    pub(crate) fn rect(&mut self, class: &str, corner: (f64, f64), size: (f64, f64), radius: f64) {
        let (x, y) = (number(corner.0), number(corner.1));
        let (width, height) = (number(size.0.max(0.0)), number(size.1.max(0.0)));
        let _ = write!(
            self.body,
            r#"<rect class="{class}" x="{x}" y="{y}" width="{width}" height="{height}""#
        );
        if radius > 0.0 {
            let _ = write!(self.body, r#" rx="{}""#, number(radius));
        }
        self.body.push_str("/>");
    }

    pub(crate) fn circle(&mut self, class: &str, center: (f64, f64), radius: f64) {
        let (x, y, radius) = (number(center.0), number(center.1), number(radius));
        let _ = write!(
            self.body,
            r#"<circle class="{class}" cx="{x}" cy="{y}" r="{radius}"/>"#
        );
    }

    pub(crate) fn path(&mut self, class: &str, data: &str) {
        let _ = write!(self.body, r#"<path class="{class}" d="{data}"/>"#);
    }

    pub(crate) fn line(&mut self, class: &str, from: (f64, f64), to: (f64, f64)) {
        let mut data = Path::default();
        data.move_to(from);
        data.line_to(to);
        self.path(class, data.as_str());
    }

    pub(crate) fn open_group(&mut self, class: &str) {
        let _ = write!(self.body, r#"<g class="{class}">"#);
    }

    pub(crate) fn close_group(&mut self) {
        self.body.push_str("</g>");
    }

    /// A text of one or several lines (split at `\n`), centred vertically on `at`.
    pub(crate) fn text(
        &mut self,
        class: &str,
        at: (f64, f64),
        anchor: Anchor,
        line_height: f64,
        text: &str,
    ) {
        let anchor = match anchor {
            Anchor::Start => "",
            Anchor::Middle => r#" text-anchor="middle""#,
            Anchor::End => r#" text-anchor="end""#,
        };
        let count = text.split('\n').count();
        let first = at.1 - (count as f64 - 1.0) * line_height / 2.0;
        for (index, line) in text.split('\n').enumerate() {
            let (x, y) = (number(at.0), number(first + index as f64 * line_height));
            let _ = write!(
                self.body,
                r#"<text class="{class}" x="{x}" y="{y}" dy=".35em"{anchor}>{}</text>"#,
                escape(line.trim())
            );
        }
    }

    /// Finishes a drawing whose coordinates begin anywhere, with free space of `margin` around it.
    pub(crate) fn finish_within(
        self,
        caption: &Caption<'_>,
        kind: &str,
        bounds: Bounds,
        margin: f64,
    ) -> Svg {
        let (left, top) = bounds.least;
        let size = (
            bounds.most.0 - left + 2.0 * margin,
            bounds.most.1 - top + 2.0 * margin,
        );
        let (x, y) = (number(margin - left), number(margin - top));
        let body = format!(r#"<g transform="translate({x} {y})">{}</g>"#, self.body);
        Canvas { body }.finish(caption, kind, size)
    }

    pub(crate) fn finish(self, caption: &Caption<'_>, kind: &str, size: (f64, f64)) -> Svg {
        let (width, height) = (libm::ceil(size.0), libm::ceil(size.1));
        let prefix = caption.id_prefix;
        let title = escape(caption.title.trim());
        let mut labelled_by = format!("{prefix}-title");
        let mut head = format!(r#"<title id="{prefix}-title">{title}</title>"#);
        let description = caption.description.trim();
        if !description.is_empty() {
            let _ = write!(labelled_by, " {prefix}-desc");
            let _ = write!(
                head,
                r#"<desc id="{prefix}-desc">{}</desc>"#,
                escape(description)
            );
        }
        let step = WIDTH_STEPS
            .iter()
            .rev()
            .find(|step| width >= f64::from(**step));
        let classes = match step.filter(|_| SCROLLED.contains(&kind)) {
            Some(step) => format!("figure {kind} figure-wide-{step}"),
            None => format!("figure {kind}"),
        };
        let markup = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"{classes}\" \
             viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\" role=\"img\" \
             aria-labelledby=\"{labelled_by}\">{head}{}</svg>",
            self.body
        );
        Svg {
            markup,
            width,
            height,
        }
    }
}

/// The `d` attribute of a path.
#[derive(Debug, Default)]
pub(crate) struct Path {
    data: String,
    last: Option<char>,
}

impl Path {
    pub(crate) fn move_to(&mut self, point: (f64, f64)) {
        self.command('M', &[point]);
    }

    pub(crate) fn line_to(&mut self, point: (f64, f64)) {
        self.command('L', &[point]);
    }

    pub(crate) fn quadratic_to(&mut self, control: (f64, f64), point: (f64, f64)) {
        self.command('Q', &[control, point]);
    }

    pub(crate) fn cubic_to(&mut self, first: (f64, f64), second: (f64, f64), point: (f64, f64)) {
        self.command('C', &[first, second, point]);
    }

    /// An elliptic arc; `flags` are SVG's large-arc and sweep flags.
    pub(crate) fn arc_to(&mut self, radii: (f64, f64), flags: [bool; 2], point: (f64, f64)) {
        let [large, sweep] = flags.map(u8::from);
        let (rx, ry) = (number(radii.0), number(radii.1));
        let (x, y) = (number(point.0), number(point.1));
        let _ = write!(self.data, "A{rx} {ry} 0 {large} {sweep} {x} {y}");
        self.last = None;
    }

    pub(crate) fn close(&mut self) {
        self.data.push('Z');
        self.last = None;
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.data
    }

    fn command(&mut self, letter: char, points: &[(f64, f64)]) {
        // After a command, further pairs of numbers are lines, so the letter is left out.
        match self.last == Some('L') && letter == 'L' {
            true => self.data.push(' '),
            false => self.data.push(letter),
        }
        self.last = Some(letter);
        for (index, (x, y)) in points.iter().enumerate() {
            if index > 0 {
                self.data.push(' ');
            }
            let _ = write!(self.data, "{} {}", number(*x), number(*y));
        }
    }
}

/// A coordinate with one decimal, without a trailing zero. One decimal keeps drawings small and
/// hides the last bits in which platforms may differ.
pub(crate) fn number(value: f64) -> String {
    let tenths = libm::round(value * 10.0);
    if !tenths.is_finite() {
        return "0".to_owned();
    }
    let rounded = if tenths == 0.0 { 0.0 } else { tenths / 10.0 };
    format!("{rounded}")
}

/// Text made safe inside an element or a double-quoted attribute. Characters that XML forbids are
/// replaced.
pub(crate) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\t' | '\n' | '\r' => escaped.push(' '),
            control if control.is_control() => escaped.push('\u{fffd}'),
            '\u{fffe}' | '\u{ffff}' => escaped.push('\u{fffd}'),
            other => escaped.push(other),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_short() {
        assert_eq!(number(10.0), "10");
        assert_eq!(number(10.04), "10");
        assert_eq!(number(-0.01), "0");
        assert_eq!(number(2.25), "2.3");
        assert_eq!(number(f64::NAN), "0");
    }

    #[test]
    fn markup_in_text_is_escaped() {
        assert_eq!(
            escape("<a b=\"c\">&\u{1}"),
            "&lt;a b=&quot;c&quot;&gt;&amp;\u{fffd}"
        );
    }

    #[test]
    fn captions_are_checked() {
        let caption = |title, id_prefix| Caption {
            title,
            description: "",
            id_prefix,
        };
        assert!(caption("t", "breaker-1").check().is_ok());
        assert!(caption("t", "1breaker").check().is_err());
        assert!(caption("t", "a b").check().is_err());
        assert!(caption("t", "").check().is_err());
        assert!(caption(" ", "a").check().is_err());
    }
}
