//! A small map as a sorted list: a tenth of a tree's code in the browser module, and faster for the
//! dozens of entries a query has.

/// The value of `key`, which is added if it is not there.
pub(crate) fn entry<Key: Ord, Value: Default>(
    sorted: &mut Vec<(Key, Value)>,
    key: Key,
) -> &mut Value {
    let at = match sorted.binary_search_by(|(other, _)| other.cmp(&key)) {
        Ok(at) => at,
        Err(at) => {
            sorted.insert(at, (key, Value::default()));
            at
        }
    };
    &mut sorted[at].1
}
