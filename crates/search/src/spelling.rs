//! One internal spelling for words that English spells in two ways.
//!
//! What comes out is a key, never shown to a reader, so a rule may write what no dictionary has:
//! `size` becomes `sise`. A rule must give the same letters for a word and for its beginning, or
//! results would come and go while the word is typed; that is why most rules look at beginnings.

/// Words in -our whose American form is -or, up to the `u`.
const OUR_STEMS: [&str; 16] = [
    "armou", "behaviou", "colou", "endeavou", "favou", "flavou", "glamou", "harbou", "honou",
    "humou", "labou", "neighbou", "odou", "rigou", "rumou", "vigou",
];

/// Beginnings spelled in two ways that no general rule covers.
const BEGINNINGS: [(&str, &str); 12] = [
    ("acknowledgeme", "acknowledgme"),
    ("artefact", "artifact"),
    ("centre", "center"),
    ("datacentre", "datacenter"),
    ("defenc", "defens"),
    ("fibre", "fiber"),
    ("grey", "gray"),
    ("judgeme", "judgme"),
    ("licenc", "licens"),
    ("offenc", "offens"),
    ("programme", "program"),
    ("queuing", "queueing"),
];

/// The internal spelling of a lower-case word.
pub(crate) fn unify(word: &str) -> String {
    let mut unified = word.to_owned();
    if let Some(start) = OUR_STEMS.iter().find(|start| word.starts_with(**start)) {
        unified.remove(start.len() - 1);
    } else if let Some((british, american)) = BEGINNINGS
        .iter()
        .find(|(british, _)| word.starts_with(british))
        && !(*british == "programme" && word.len() > "programmes".len() - 1 && word != "programmes")
    {
        unified.replace_range(..british.len(), american);
    }
    // catalogue, dialogue, analogue: also inside `catalogues` and `cataloguing`.
    if let Some(at) = unified.find("logu") {
        let end = if unified[at..].starts_with("logue") {
            at + 5
        } else {
            at + 4
        };
        unified.replace_range(at + 3..end, "");
    }
    // -ise and -ize, -yse and -yze: in every place, which holds for each beginning of a word too.
    unified = unified.replace("iz", "is").replace("yz", "ys");
    unified
}

#[cfg(test)]
mod tests {
    use super::unify;

    #[test]
    fn both_spellings_meet() {
        for (one, other) in [
            ("behaviour", "behavior"),
            ("behavioural", "behavioral"),
            ("serialise", "serialize"),
            ("serialisation", "serialization"),
            ("catalogue", "catalog"),
            ("catalogues", "catalogs"),
            ("centre", "center"),
            ("centres", "centers"),
            ("neighbour", "neighbor"),
            ("colouring", "coloring"),
            ("analyse", "analyze"),
            ("programme", "program"),
            ("defence", "defense"),
            ("queuing", "queueing"),
        ] {
            assert_eq!(unify(one), unify(other), "{one} {other}");
        }
        for kept in [
            "four",
            "resource",
            "hour",
            "az",
            "programmer",
            "login",
            "source",
        ] {
            assert_eq!(unify(kept), kept);
        }
    }
}
