//! An incident's log, and the draft of a blameless review made from it.

use serde::{Deserialize, Serialize};

/// Most entries of a log: an incident of days, with an entry every few minutes.
pub const ENTRIES_MAX: usize = 2_000;
/// Longest text of an entry.
pub const ENTRY_BYTES_MAX: usize = 2_000;

/// What an entry records.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// What somebody saw, in words.
    Symptom,
    /// A check with its answer.
    Check,
    /// What the diagnosis held for most likely at that time.
    Diagnosis,
    /// A step that was taken.
    Step,
    /// Anything else that somebody wrote down.
    Note,
}

/// One line of the log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// Seconds since 1970-01-01 00:00 UTC.
    pub time_s: i64,
    /// What it records.
    pub kind: Kind,
    /// What happened.
    pub text: String,
}

/// Headings of the review that a person fills in, each with what to write there.
const OPEN: [(&str, &str); 4] = [
    (
        "Impact",
        "Who could not do what, from when to when, and how many of them. Figures with their source.",
    ),
    (
        "What set it off, and what let it grow",
        "Keep the trigger apart from the condition that was there before, and from what kept it going.",
    ),
    (
        "What went well, and where luck helped",
        "Which signal, habit or limit kept it smaller than it could have been.",
    ),
    (
        "Actions",
        "Each with an owner, a date, and how to see that it worked. Prefer what makes the next one smaller to what forbids this one.",
    ),
];

/// Questions that a review without blame asks; they stay in the draft until they are answered.
const QUESTIONS: [&str; 6] = [
    "What did people see at each decision, and why did the decision make sense with what they saw?",
    "Which signal came first, and how long did it take from there to a person?",
    "Which check told most, and could it have been a graph or an alert?",
    "What was tried and did not help? Is there a way to know that sooner?",
    "What slowed the mitigation down: access, a tool, knowledge of one person, fear of a side effect?",
    "Where else is the same condition waiting?",
];

/// The log as a draft of a review in Markdown: timeline, decisions, impact, questions.
///
/// Entries are put in order of time; those of one second keep theirs.
pub fn review(entries: &[Entry]) -> String {
    let mut entries: Vec<&Entry> = entries.iter().take(ENTRIES_MAX).collect();
    entries.sort_by_key(|entry| entry.time_s);
    let mut out = String::from("# Review of the incident");
    if let Some(first) = entries.first() {
        out.push_str(&format!(" of {}", date(first.time_s)));
    }
    out.push_str("\n\nA draft from the incident log. It names no culprit: people did what made sense with what they saw.\n");
    out.push_str(&format!("\n## Timeline\n\n{}", timeline(&entries)));
    out.push_str(&format!("\n## Decisions\n\n{}", decisions(&entries)));
    for (heading, hint) in OPEN {
        out.push_str(&format!("\n## {heading}\n\n_{hint}_\n"));
    }
    out.push_str("\n## Questions\n\n");
    for question in QUESTIONS {
        out.push_str(&format!("- [ ] {question}\n"));
    }
    out
}

fn timeline(entries: &[&Entry]) -> String {
    let (Some(first), Some(last)) = (entries.first(), entries.last()) else {
        return "Nothing was logged.\n".to_owned();
    };
    let mut out = format!(
        "All times in UTC. From the first entry to the last: {}.\n\n| Time | What | |\n|---|---|---|\n",
        span(last.time_s.saturating_sub(first.time_s))
    );
    let mut day = date(first.time_s);
    for entry in entries {
        let today = date(entry.time_s);
        let time = if today == day {
            clock(entry.time_s)
        } else {
            day.clone_from(&today);
            format!("{today} {}", clock(entry.time_s))
        };
        out.push_str(&format!(
            "| {time} | {} | {} |\n",
            label(entry.kind),
            cell(&entry.text)
        ));
    }
    out
}

/// Steps taken, each with what was thought at that time.
fn decisions(entries: &[&Entry]) -> String {
    let mut out = String::new();
    let mut thought: Option<&str> = None;
    for entry in entries {
        match entry.kind {
            Kind::Diagnosis => thought = Some(&entry.text),
            Kind::Step => {
                out.push_str(&format!("- {}: {}", clock(entry.time_s), line(&entry.text)));
                if let Some(thought) = thought {
                    out.push_str(&format!(" (what was thought then: {})", line(thought)));
                }
                out.push('\n');
            }
            _ => {}
        }
    }
    if out.is_empty() {
        out.push_str("No step was logged.\n");
    }
    out
}

fn label(kind: Kind) -> &'static str {
    match kind {
        Kind::Symptom => "seen",
        Kind::Check => "checked",
        Kind::Diagnosis => "thought",
        Kind::Step => "done",
        Kind::Note => "noted",
    }
}

/// Text on one line, without control characters and with Markdown's marks as text.
fn line(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars().take(ENTRY_BYTES_MAX) {
        match c {
            c if c.is_control() => out.push(' '),
            '*' | '_' | '`' | '<' | '[' | ']' => out.extend(['\\', c]),
            c => out.push(c),
        }
    }
    out
}

fn cell(text: &str) -> String {
    line(text).replace('|', "\\|")
}

/// `09:05:30`, in UTC.
pub fn clock(time_s: i64) -> String {
    let second = time_s.rem_euclid(86_400);
    format!(
        "{:02}:{:02}:{:02}",
        second / 3600,
        second / 60 % 60,
        second % 60
    )
}

/// `2026-11-25`, in UTC, by the civil calendar's day count (Howard Hinnant, "chrono-Compatible
/// Low-Level Date Algorithms").
pub fn date(time_s: i64) -> String {
    // Far past and far future are slips of a clock; the calendar's arithmetic must not overflow.
    let days = time_s.div_euclid(86_400).clamp(-1_000_000, 10_000_000) + 719_468;
    let era = days.div_euclid(146_097);
    let day_of_era = days.rem_euclid(146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 {
        shifted_month + 3
    } else {
        shifted_month - 9
    };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    format!("{year:04}-{month:02}-{day:02}")
}

fn span(seconds: i64) -> String {
    match seconds {
        ..60 => format!("{seconds} s"),
        60..3600 => format!("{} min", seconds / 60),
        _ => format!("{} h {} min", seconds / 3600, seconds / 60 % 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_shown_in_utc() {
        for (time_s, expected) in [
            (0, "1970-01-01 00:00:00"),
            (951_782_399, "2000-02-28 23:59:59"),
            (951_782_400, "2000-02-29 00:00:00"),
            (1_795_600_000, "2026-11-25 09:46:40"),
            (-1, "1969-12-31 23:59:59"),
        ] {
            assert_eq!(format!("{} {}", date(time_s), clock(time_s)), expected);
        }
        assert!(!date(i64::MAX).is_empty() && !date(i64::MIN).is_empty());
    }
}
