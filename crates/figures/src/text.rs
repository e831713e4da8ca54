//! Text widths, so that boxes fit their labels without a font at hand.

/// Advance widths of the printable ASCII characters in thousandths of an em. They are those of
/// DejaVu Sans, the widest of the usual system sans-serifs, so that a label set in any other one
/// fits as well.
const ADVANCES: [u16; 95] = [
    318, 401, 460, 838, 636, 950, 780, 275, 390, 390, 500, 838, 318, 361, 318, 337, 636, 636, 636,
    636, 636, 636, 636, 636, 636, 636, 337, 337, 838, 838, 838, 531, 1000, 684, 686, 698, 770, 632,
    575, 775, 752, 295, 295, 656, 557, 863, 748, 787, 603, 787, 695, 635, 611, 732, 684, 989, 685,
    611, 685, 390, 337, 390, 838, 500, 500, 613, 635, 550, 635, 615, 352, 635, 634, 278, 278, 579,
    278, 974, 634, 612, 635, 635, 411, 521, 392, 634, 592, 818, 592, 592, 525, 636, 337, 636, 838,
];

/// Advance of a character outside ASCII that is not wide.
const ADVANCE_OTHER: u16 = 700;

/// Advance of an East Asian ideograph, a syllable or a pictograph: one em and a little.
const ADVANCE_WIDE: u16 = 1050;

/// Bold letters are wider than regular ones by about this factor.
pub(crate) const BOLD_FACTOR: f64 = 1.1;

/// Width of the longest line of `text` at `font_size`, in the unit of `font_size`.
pub(crate) fn width(text: &str, font_size: f64) -> f64 {
    text.split('\n')
        .map(|line| line_width(line, font_size))
        .fold(0.0, f64::max)
}

fn line_width(line: &str, font_size: f64) -> f64 {
    let thousandths: u64 = line
        .chars()
        .map(|character| u64::from(advance(character)))
        .sum();
    thousandths as f64 / 1000.0 * font_size
}

fn advance(character: char) -> u16 {
    let code = u32::from(character);
    match code {
        0x20..=0x7e => ADVANCES[(code - 0x20) as usize],
        0x1100..=0x11ff | 0x2e80..=0xd7ff | 0xf900..=0xfaff | 0xff00..=0xff60 => ADVANCE_WIDE,
        0x1f000.. => ADVANCE_WIDE,
        _ => ADVANCE_OTHER,
    }
}

/// `text` broken at spaces so that no line is wider than `width_max`, unless one word is.
pub(crate) fn wrap(text: &str, font_size: f64, width_max: f64) -> String {
    let mut lines: Vec<String> = Vec::new();
    for paragraph in text.split('\n') {
        let mut line = String::new();
        for word in paragraph.split_whitespace() {
            let candidate = if line.is_empty() {
                word.to_owned()
            } else {
                format!("{line} {word}")
            };
            if !line.is_empty() && width(&candidate, font_size) > width_max {
                lines.push(std::mem::replace(&mut line, word.to_owned()));
            } else {
                line = candidate;
            }
        }
        lines.push(line);
    }
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn width_is_that_of_the_longest_line() {
        assert_eq!(width("0", 1000.0), 636.0);
        assert_eq!(width("0\n00", 1000.0), 1272.0);
        assert_eq!(width("", 14.0), 0.0);
        assert_eq!(width("漢", 1000.0), 1050.0);
    }

    #[test]
    fn wrapping_keeps_every_word() {
        let wrapped = wrap("one two three\nfour", 10.0, 45.0);
        assert_eq!(wrapped, "one two\nthree\nfour");
        assert_eq!(wrap("unbreakable", 10.0, 5.0), "unbreakable");
    }
}
