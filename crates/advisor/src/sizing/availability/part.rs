//! One line of a system: `database: 99.9 % 2 of 3 beta 10 % cost 400`.

use crate::error::FieldError;
use crate::input::{Unit, quantity, shown};

/// Most copies of one part: a quorum of more is not run, and the sum stays short.
pub(super) const COPIES_MAX: u32 = 100;
/// Highest availability of a copy that is believed: a second in three hundred years.
const AVAILABILITY_MAX: f64 = 1.0 - 1e-10;

/// Copies of one part, of which some must work.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Part {
    pub(super) name: String,
    /// Share of the time that one copy works.
    pub(super) availability: f64,
    /// Mean times to failure and to repair in hours, where the line gave them.
    pub(super) times_h: Option<(f64, f64)>,
    /// Copies that must work.
    pub(super) needed: u32,
    /// Copies.
    pub(super) copies: u32,
    /// Share of a copy's failures that take all copies down, where the line gave it.
    pub(super) beta: Option<f64>,
    /// Dollars a month for one copy, where the line gave them.
    pub(super) cost: Option<f64>,
}

impl Part {
    /// Reads one line.
    pub(super) fn parse(line: &str) -> Result<Part, FieldError> {
        read(line).map_err(|message| {
            let fix = "write name: 99.9 % 2 of 3, or name: mtbf 30 d mttr 1 h x2 beta 10 % cost 40";
            FieldError::new("parts", line, message, fix)
        })
    }

    /// Share of the time that too few copies work, with that common-cause share for a part that
    /// states none: `Σ_{i<k} C(n,i) aⁱ uⁿ⁻ⁱ` at `u' = (1 − β)·u`, and `β·u` on top.
    pub(super) fn unavailability(&self, beta: f64) -> f64 {
        let alone = 1.0 - self.availability;
        if self.copies == 1 {
            return alone;
        }
        let beta = self.beta.unwrap_or(beta);
        let independent = too_few(self.needed, self.copies, (1.0 - beta) * alone);
        (independent + beta * alone).min(1.0)
    }

    /// The part with one copy more.
    pub(super) fn with_copy(&self) -> Part {
        Part {
            copies: self.copies + 1,
            ..self.clone()
        }
    }

    /// The part whose copies are down half as long.
    pub(super) fn repaired_twice_as_fast(&self) -> Part {
        let availability = match self.times_h {
            Some((up, down)) => up / (up + down / 2.0),
            None => 1.0 - (1.0 - self.availability) / 2.0,
        };
        Part {
            availability,
            times_h: self.times_h.map(|(up, down)| (up, down / 2.0)),
            ..self.clone()
        }
    }

    /// `2 of 3`, or nothing for a single copy.
    pub(super) fn arrangement(&self) -> String {
        if self.copies == 1 {
            "1".to_owned()
        } else {
            format!("{} of {}", self.needed, self.copies)
        }
    }
}

/// Probability that fewer than `needed` of `copies` work when each is down with probability `down`.
///
/// Summed over the number of copies that are down, from the smallest term, so that no small
/// probability is the difference of two large ones.
pub(in crate::sizing) fn too_few(needed: u32, copies: u32, down: f64) -> f64 {
    let up = 1.0 - down;
    let least_down = copies - needed + 1;
    let term = |lost: u32| {
        let mut product = 1.0;
        for step in 0..lost {
            product *= f64::from(copies - step) / f64::from(step + 1) * down;
        }
        product * libm::pow(up, f64::from(copies - lost))
    };
    (least_down..=copies).rev().map(term).sum::<f64>().min(1.0)
}

fn read(line: &str) -> Result<Part, String> {
    let Some((name, rest)) = line.split_once(':') else {
        return Err("there is no colon after the name".to_owned());
    };
    let name = name.trim();
    if name.is_empty() {
        return Err("the name is missing".to_owned());
    }
    let mut part = Part {
        name: name.to_owned(),
        availability: 0.0,
        times_h: None,
        needed: 1,
        copies: 1,
        beta: None,
        cost: None,
    };
    let mut share = None;
    let (mut up, mut down) = (None, None);
    for (keyword, text) in segments(rest) {
        match keyword.as_str() {
            "copies" => (part.needed, part.copies) = copies(&text)?,
            "beta" => part.beta = Some(value("beta", &text, Unit::Share)?),
            "cost" => part.cost = Some(value("cost", &text, Unit::Dollars)?),
            "mtbf" => up = Some(value("mtbf", &text, Unit::Hours)?),
            "mttr" => down = Some(value("mttr", &text, Unit::Hours)?),
            _ => share = Some(value("the availability", &text, Unit::Share)?),
        }
    }
    match (share, up, down) {
        (Some(share), None, None) => part.availability = share,
        (None, Some(up), Some(down)) if up > 0.0 => {
            part.availability = up / (up + down);
            part.times_h = Some((up, down));
        }
        (None, None, None) => return Err("its availability is missing".to_owned()),
        (None, ..) => {
            return Err("mtbf and mttr belong together, and mtbf is above 0".to_owned());
        }
        (Some(_), ..) => {
            return Err("give the availability or mtbf and mttr, not both".to_owned());
        }
    }
    if !(0.0..=AVAILABILITY_MAX).contains(&part.availability) || part.availability == 0.0 {
        let found = shown(part.availability);
        return Err(format!(
            "an availability of {found} is not below 1 and above 0"
        ));
    }
    if part.beta.is_some_and(|beta| beta > 1.0) {
        return Err("beta is a share of at most 1".to_owned());
    }
    Ok(part)
}

/// The words of a line in segments that each begin with a keyword; the first may begin with none.
fn segments(rest: &str) -> Vec<(String, String)> {
    let lower = rest.to_lowercase().replace(['×', 'β', ','], " ");
    let lower = match rest.contains(['×', 'β']) {
        true => rest
            .to_lowercase()
            .replace('×', " x")
            .replace('β', " beta ")
            .replace(',', " "),
        false => lower,
    };
    let words: Vec<&str> = lower.split_whitespace().collect();
    let mut found: Vec<(String, String)> = Vec::new();
    let mut push = |keyword: &str, text: &str| found.push((keyword.to_owned(), text.to_owned()));
    let mut at = 0;
    while at < words.len() {
        let word = words[at];
        let is_of = words.get(at + 1) == Some(&"of") && at + 2 < words.len();
        if is_of {
            push("copies", &format!("{word} of {}", words[at + 2]));
            at += 3;
            continue;
        }
        if let Some(count) = word.strip_prefix('x').filter(|count| !count.is_empty()) {
            push("copies", &format!("1 of {count}"));
            at += 1;
            continue;
        }
        let is_keyword = ["beta", "cost", "mtbf", "mttr"].contains(&word);
        let start = if is_keyword { at + 1 } else { at };
        let mut end = start + 1;
        // A number and the unit after it.
        let is_unit = |word: &str| word.starts_with(|c: char| c == '%' || c.is_alphabetic());
        while end < words.len() && is_unit(words[end]) && !is_start(words[end]) {
            end += 1;
        }
        let text = words.get(start..end.min(words.len())).unwrap_or_default();
        push(if is_keyword { word } else { "share" }, &text.join(" "));
        at = end;
    }
    found
}

/// Whether a word begins a segment.
fn is_start(word: &str) -> bool {
    ["beta", "cost", "mtbf", "mttr"].contains(&word)
        || word
            .strip_prefix('x')
            .is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()))
}

fn copies(text: &str) -> Result<(u32, u32), String> {
    let (needed, copies) = text.split_once(" of ").unwrap_or((text, text));
    let count = |text: &str| text.trim().parse::<u32>().ok();
    match (count(needed), count(copies)) {
        (Some(needed), Some(copies)) if needed >= 1 && needed <= copies && copies <= COPIES_MAX => {
            Ok((needed, copies))
        }
        _ => Err(format!(
            "\"{text}\" is no number of copies: at least 1 must work, at most {COPIES_MAX} exist"
        )),
    }
}

fn value(what: &str, text: &str, unit: Unit) -> Result<f64, String> {
    quantity(text, unit).map_err(|message| format!("{what} is \"{text}\", and {message}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_read_as_people_write_them() {
        let part = Part::parse("database : 99.9 % 2 of 3 beta 10 % cost $400").unwrap();
        assert_eq!((part.name.as_str(), part.availability), ("database", 0.999));
        assert_eq!((part.needed, part.copies), (2, 3));
        assert_eq!((part.beta, part.cost), (Some(0.1), Some(400.0)));
        let part = Part::parse("disk: mtbf 100 d, mttr 1 d ×2 β 5%").unwrap();
        assert!((part.availability - 100.0 / 101.0).abs() < 1e-12);
        assert_eq!((part.needed, part.copies, part.beta), (1, 2, Some(0.05)));
        assert_eq!(Part::parse("a: 0.5").unwrap().copies, 1);
    }

    #[test]
    fn what_cannot_be_read_says_why() {
        for (line, part) in [
            ("database 99.9", "colon"),
            (": 99", "name is missing"),
            ("a:", "availability is missing"),
            ("a: 100 %", "not below 1"),
            ("a: 99 4 of 3", "number of copies"),
            ("a: 99 0 of 3", "number of copies"),
            ("a: mtbf 3 d", "belong together"),
            ("a: 99 mtbf 3 d mttr 1 h", "not both"),
            ("a: 99 beta", "beta is \"\""),
            ("a: 99 parsecs", "not a unit"),
            ("a: 99 x200", "number of copies"),
        ] {
            let error = Part::parse(line).expect_err(line);
            assert!(error.message.contains(part), "{line}: {}", error.message);
            assert!(!error.fix.is_empty() && error.field == "parts");
        }
    }

    #[test]
    fn published_values_of_copies() {
        for (needed, copies, down, expected) in [
            (2, 3, 0.01, 1.0 - 0.999_702),
            (3, 5, 0.01, 1.0 - 0.999_990_149_4),
            (1, 2, 0.01, 1e-4),
            (3, 3, 0.01, 1.0 - 0.970_299),
        ] {
            let found = too_few(needed, copies, down);
            assert!(
                (found - expected).abs() < 1e-10,
                "{needed} of {copies}: {found}"
            );
        }
    }
}
