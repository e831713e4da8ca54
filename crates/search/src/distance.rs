//! How many slips of the hand part two words.

/// Longest words compared, in letters; a word this long is not typed by hand.
const LETTERS_MAX: usize = 32;

/// The number of slips (a letter left out, added, replaced, or two neighbours exchanged) between
/// two words, or `None` if there are more than `limit`.
pub fn slips(typed: &[char], word: &[char], limit: usize) -> Option<usize> {
    let row = last_row(typed, word, limit)?;
    row.last().copied().filter(|&slips| slips <= limit)
}

/// As [`slips`], to the beginning of `word` that is nearest: for a word still being typed.
pub(crate) fn slips_of_beginning(typed: &[char], word: &[char], limit: usize) -> Option<usize> {
    let row = last_row(typed, &word[..word.len().min(typed.len() + limit)], limit)?;
    row.into_iter().min().filter(|&slips| slips <= limit)
}

/// The last row of the table of the optimal string alignment distance, or `None` once a whole row
/// is past the limit.
fn last_row(typed: &[char], word: &[char], limit: usize) -> Option<Vec<usize>> {
    if typed.len() > LETTERS_MAX || word.len() > LETTERS_MAX {
        return None;
    }
    let mut before: Vec<usize> = vec![0; word.len() + 1];
    let mut previous: Vec<usize> = (0..=word.len()).collect();
    for (i, &letter) in typed.iter().enumerate() {
        let mut row = vec![i + 1; word.len() + 1];
        for (j, &other) in word.iter().enumerate() {
            let replaced = previous[j] + usize::from(letter != other);
            row[j + 1] = replaced.min(previous[j + 1] + 1).min(row[j] + 1);
            if i > 0 && j > 0 && letter == word[j - 1] && typed[i - 1] == other {
                row[j + 1] = row[j + 1].min(before[j - 1] + 1);
            }
        }
        if row.iter().min().is_some_and(|&least| least > limit) {
            return None;
        }
        before = std::mem::replace(&mut previous, row);
    }
    Some(previous)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn letters(word: &str) -> Vec<char> {
        word.chars().collect()
    }

    #[test]
    fn counts_slips() {
        for (typed, word, expected) in [
            ("quorum", "quorum", Some(0)),
            ("qourum", "quorum", Some(1)),
            ("quorm", "quorum", Some(1)),
            ("quoruum", "quorum", Some(1)),
            ("quoram", "quorum", Some(1)),
            ("consistancy", "consistency", Some(1)),
            ("idemptency", "idempotency", Some(1)),
            ("idempotancy", "quorum", None),
            ("", "ab", Some(2)),
        ] {
            assert_eq!(
                slips(&letters(typed), &letters(word), 2),
                expected,
                "{typed} {word}"
            );
        }
    }

    #[test]
    fn beginnings() {
        let found = slips_of_beginning(&letters("consistanc"), &letters("consistency"), 2);
        assert_eq!(found, Some(1));
        assert_eq!(
            slips_of_beginning(&letters("xyzzy"), &letters("consistency"), 2),
            None
        );
    }
}
