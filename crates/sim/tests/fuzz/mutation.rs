//! Texts that are nearly scenarios.

use kernel::{Source, Xoshiro256};

/// Values that a scenario may have somewhere, and their extremes.
const VALUES: [&str; 48] = [
    "0",
    "1",
    "-1",
    "2.5",
    "1e308",
    "1e-308",
    "99999999999999999999",
    "nan",
    "inf",
    "true",
    "false",
    "\"\"",
    "[]",
    "{}",
    "\"0 s\"",
    "\"1 ns\"",
    "\"1 h\"",
    "\"1e9 h\"",
    "\"584 y\"",
    "\"-1 s\"",
    "\"0/s\"",
    "\"1/h\"",
    "\"1000/s\"",
    "\"1e12/s\"",
    "\"0 %\"",
    "\"100 %\"",
    "\"101 %\"",
    "\"0 B\"",
    "\"1 TB\"",
    "\"1 bit/s\"",
    "\"mean = 0 s\"",
    "\"mean = 1 ns\"",
    "\"mean = 1 h\"",
    "\"p50 = 1 ms, p99 = 1 h\"",
    "\"pareto(mean = 1 s, shape = 1.001)\"",
    "\"pareto(mean = 1 s, shape = 1e9)\"",
    "\"weibull(mean = 1 s, shape = 0.1)\"",
    "\"lognormal(mean = 1 s, scv = 1e9)\"",
    "\"hyperexponential(mean = 1 s, scv = 1e9)\"",
    "\"erlang(k = 1000, mean = 1 s)\"",
    "\"uniform(0 s, 1 h)\"",
    "\"mix(1 % 0 s, 99 % 1 h)\"",
    "{ count = 1000000000, exponent = 20 }",
    "{ attempts = 255, backoff = \"0 s\" }",
    "{ after = \"0 s\", copies = 255 }",
    "{ max = 1 }",
    "{ method = \"codel\" }",
    "{ rate = \"1/s\", excess = \"delay\" }",
];

const CLAIMS: [&str; 8] = [
    "goodput > 0/s",
    "p99.999 < 1 s",
    "mean / mean > 1",
    "((((((((1))))))))",
    "a.b.c.d > 1",
    "max(p50, p99) - min(p50, p99) > 0 s",
    "errors.timeout >= 0 %",
    "amplification < 1e308 * 1e308",
];

/// Changes a text in one to six places; `others` are texts to borrow from.
pub(crate) fn mutated(text: &str, others: &[String], random: &mut Xoshiro256) -> Vec<u8> {
    let mut text = text.to_owned();
    for _ in 0..=random.below(4) {
        text = changed(text, others, random);
        text.truncate(boundary(&text, 20_000));
    }
    let mut bytes = text.into_bytes();
    if random.below(20) == 0 {
        spoil(&mut bytes, random);
    }
    bytes
}

fn changed(text: String, others: &[String], random: &mut Xoshiro256) -> String {
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    if lines.is_empty() {
        return pick(others, random).clone();
    }
    let at = below(lines.len(), random);
    let other: Vec<&str> = pick(others, random).lines().collect();
    match random.below(14) {
        0 => drop(lines.remove(at)),
        1 => lines.insert(at, lines[at].clone()),
        2 => lines.swap(at, 0),
        3 => set_value(&mut lines[at], VALUES[below(VALUES.len(), random)]),
        4 => {
            // A value of the same unit.
            let unit = unit_of(&lines[at]).to_owned();
            let alike: Vec<&str> = VALUES.into_iter().filter(|v| unit_of(v) == unit).collect();
            if !alike.is_empty() {
                set_value(&mut lines[at], alike[below(alike.len(), random)]);
            }
        }
        5 => {
            // The value that another text has for the same key.
            let key = key_of(&lines[at]).to_owned();
            let same = other
                .iter()
                .find(|line| key_of(line) == key && !key.is_empty());
            if let Some((_, value)) = same.and_then(|line| line.split_once('=')) {
                set_value(&mut lines[at], value.trim());
            }
        }
        6 | 7 => {
            let tables = sim::reference();
            let table = &tables[below(tables.len(), random)];
            if !table.keys.is_empty() {
                let key = table.keys[below(table.keys.len(), random)].name;
                let value = VALUES[below(VALUES.len(), random)];
                lines.insert(at, format!("{key} = {value}"));
            }
        }
        8 => {
            let claim = CLAIMS[below(CLAIMS.len(), random)];
            lines.push(format!("[[claims]]\nthat = \"{claim}\""));
        }
        9 => graft(&mut lines, &other, random),
        10 => repeat_table(&mut lines, at, random),
        11 => {
            let number = random.word() >> (32 + random.below(32));
            replace_number(&mut lines[at], &number.to_string());
        }
        12 => {
            let pieces = [
                "[",
                "]",
                "\"",
                "'",
                "=",
                ".",
                ",",
                "#",
                "{",
                "}",
                "\\",
                "\u{0}",
                "\u{1F980}",
            ];
            let place = boundary(&lines[at], below(lines[at].len() + 1, random));
            lines[at].insert_str(place, pieces[below(pieces.len(), random)]);
        }
        _ => {
            let end = (at + 1 + below(8, random)).min(lines.len());
            lines.drain(at..end);
        }
    }
    lines.join("\n")
}

/// A table of another text, under the same name.
fn graft(lines: &mut Vec<String>, other: &[&str], random: &mut Xoshiro256) {
    let heads: Vec<usize> = (0..other.len())
        .filter(|&i| other[i].starts_with('['))
        .collect();
    if heads.is_empty() {
        return;
    }
    let from = heads[below(heads.len(), random)];
    let to = heads
        .iter()
        .copied()
        .find(|&i| i > from)
        .unwrap_or(other.len());
    lines.extend(other[from..to].iter().map(|line| (*line).to_owned()));
}

/// The table around a line again, under other names, up to a hundred times.
fn repeat_table(lines: &mut Vec<String>, at: usize, random: &mut Xoshiro256) {
    let Some(head) = (0..=at).rev().find(|&i| lines[i].starts_with('[')) else {
        return;
    };
    let next = (head + 1..lines.len()).find(|&i| lines[i].starts_with('['));
    let table: Vec<String> = lines[head..next.unwrap_or(lines.len())].to_vec();
    let most = 1 << random.below(7);
    for copy in 0..1 + random.below(most) {
        let mut again = table.clone();
        again[0] = again[0].replace(']', &format!("{copy}]"));
        lines.extend(again);
    }
}

fn key_of(line: &str) -> &str {
    line.split_once('=').map_or("", |(key, _)| key.trim())
}

/// The letters and signs at the end of a value.
fn unit_of(line: &str) -> &str {
    let value = line.trim_end_matches(['"', '}', ' ']);
    let unit = |c: char| c.is_alphabetic() || c == '%' || c == '/';
    value.rsplit(|c| !unit(c)).next().unwrap_or("")
}

fn set_value(line: &mut String, value: &str) {
    if let Some((key, _)) = line.split_once('=') {
        *line = format!("{key}= {value}");
    }
}

fn replace_number(line: &mut String, number: &str) {
    let Some(from) = line.find(|c: char| c.is_ascii_digit()) else {
        return;
    };
    let rest = &line[from..];
    let length = rest
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(rest.len());
    line.replace_range(from..from + length, number);
}

/// Arbitrary bytes here and there, or everywhere.
fn spoil(bytes: &mut Vec<u8>, random: &mut Xoshiro256) {
    if random.below(10) == 0 {
        bytes.clear();
        bytes.extend((0..random.below(500)).map(|_| random.word() as u8));
        return;
    }
    for _ in 0..1 + random.below(5) {
        if !bytes.is_empty() {
            let at = below(bytes.len(), random);
            bytes[at] = random.word() as u8;
        }
    }
}

fn boundary(text: &str, at: usize) -> usize {
    let mut at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

fn below(bound: usize, random: &mut Xoshiro256) -> usize {
    random.below(bound as u32) as usize
}

fn pick<'t>(texts: &'t [String], random: &mut Xoshiro256) -> &'t String {
    &texts[below(texts.len(), random)]
}
