//! Variable-length numbers and strings in a byte string, and a reader that never panics.

use crate::Error;

/// The largest number four bits hold; it says that the rest of the number follows.
const NIBBLE_MAX: usize = 15;

/// Appends `number` in seven-bit groups, least first.
pub(crate) fn put_number(out: &mut Vec<u8>, number: usize) {
    let mut rest = number;
    while rest >= 0x80 {
        out.push((rest & 0x7f) as u8 | 0x80);
        rest >>= 7;
    }
    out.push(rest as u8);
}

/// Appends the length of `text` and its bytes.
pub(crate) fn put_text(out: &mut Vec<u8>, text: &str) {
    put_number(out, text.len());
    out.extend_from_slice(text.as_bytes());
}

/// Appends a string of a sorted list: the length shared with the one before it, and the rest. Both
/// lengths share a byte where they fit, which compresses better than two.
pub(crate) fn put_sorted_text(out: &mut Vec<u8>, previous: &str, text: &str) {
    let shared = shared_prefix(previous, text);
    let rest = text.len() - shared;
    out.push((shared.min(NIBBLE_MAX) << 4 | rest.min(NIBBLE_MAX)) as u8);
    for len in [shared, rest] {
        if len >= NIBBLE_MAX {
            put_number(out, len - NIBBLE_MAX);
        }
    }
    out.extend_from_slice(&text.as_bytes()[shared..]);
}

/// Length in bytes of the longest common beginning, at a character boundary of both.
pub(crate) fn shared_prefix(one: &str, other: &str) -> usize {
    let mut shared = one
        .bytes()
        .zip(other.bytes())
        .take_while(|(a, b)| a == b)
        .count();
    while !other.is_char_boundary(shared) || !one.is_char_boundary(shared) {
        shared -= 1;
    }
    shared
}

/// Reads what the functions above wrote.
#[derive(Clone, Debug)]
pub(crate) struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Reader<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0 }
    }

    pub(crate) fn is_at_end(&self) -> bool {
        self.at == self.bytes.len()
    }

    pub(crate) fn byte(&mut self) -> Result<u8, Error> {
        let byte = *self.bytes.get(self.at).ok_or(Error::Malformed)?;
        self.at += 1;
        Ok(byte)
    }

    pub(crate) fn number(&mut self) -> Result<usize, Error> {
        let mut number: u32 = 0;
        // Five groups hold every 32-bit number; more is not something we wrote.
        for shift in [0, 7, 14, 21, 28] {
            let byte = self.byte()?;
            number |= u32::from(byte & 0x7f)
                .checked_shl(shift)
                .ok_or(Error::Malformed)?;
            if byte < 0x80 {
                return Ok(number as usize);
            }
        }
        Err(Error::Malformed)
    }

    /// A count of things that each take at least one byte, so that a wrong count cannot ask for
    /// more memory than the input has.
    pub(crate) fn count(&mut self) -> Result<usize, Error> {
        let count = self.number()?;
        if count > self.bytes.len() - self.at {
            Err(Error::Malformed)
        } else {
            Ok(count)
        }
    }

    pub(crate) fn skip(&mut self, len: usize) -> Result<&'a [u8], Error> {
        let end = self.at.checked_add(len).ok_or(Error::Malformed)?;
        let slice = self.bytes.get(self.at..end).ok_or(Error::Malformed)?;
        self.at = end;
        Ok(slice)
    }

    pub(crate) fn text(&mut self) -> Result<&'a str, Error> {
        let len = self.number()?;
        std::str::from_utf8(self.skip(len)?).map_err(|_| Error::Malformed)
    }

    /// The next string of a sorted list, given the one before it.
    pub(crate) fn sorted_text(&mut self, previous: &str) -> Result<String, Error> {
        let byte = usize::from(self.byte()?);
        let mut lens = [byte >> 4, byte & NIBBLE_MAX];
        for len in &mut lens {
            if *len == NIBBLE_MAX {
                *len = len.checked_add(self.number()?).ok_or(Error::Malformed)?;
            }
        }
        let start = previous.get(..lens[0]).ok_or(Error::Malformed)?;
        let rest = std::str::from_utf8(self.skip(lens[1])?).map_err(|_| Error::Malformed)?;
        let mut text = String::with_capacity(start.len() + rest.len());
        text.push_str(start);
        text.push_str(rest);
        Ok(text)
    }
}
