//! Compressed forms of a document, made once and sent many times.

use std::io::Write;

/// Brotli quality: past it pages shrink by less than a percent at twice the time.
const BROTLI_QUALITY: u32 = 6;
/// Brotli window of 1 MB: larger than any page.
const BROTLI_WINDOW_BITS: u32 = 20;

/// `bytes` as gzip.
pub fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    // Writing to memory does not fail; if it ever did, the plain form is sent.
    match encoder.write_all(bytes).and_then(|()| encoder.finish()) {
        Ok(compressed) => compressed,
        Err(_) => bytes.to_vec(),
    }
}

/// `bytes` as brotli.
pub fn brotli(bytes: &[u8]) -> Vec<u8> {
    let mut compressed = Vec::new();
    let mut writer =
        brotli::CompressorWriter::new(&mut compressed, 4096, BROTLI_QUALITY, BROTLI_WINDOW_BITS);
    let written = writer.write_all(bytes).and_then(|()| writer.flush());
    drop(writer);
    match written {
        Ok(()) => compressed,
        Err(_) => bytes.to_vec(),
    }
}
