//! Any text, however strange, ends in a result or in a refusal that says where: no panic, no hang,
//! and memory within a budget.
//!
//! The kept texts are replayed, then texts that are nearly scenarios are made up. `DSTUDIO_FUZZ_SECONDS`
//! makes that last longer; a text that fails is written to the folder of temporary files.
#![allow(clippy::disallowed_methods)] // a hang is told by the clock

mod judge;
mod mutation;

use judge::{End, judge};
use kernel::Xoshiro256;
use std::alloc::{GlobalAlloc, Layout, System};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// Most memory that a text may take to be read and run a little.
const BYTES_MAX: usize = 256 << 20;
/// The kept texts stay small.
const CORPUS_BYTES_MAX: usize = 200_000;

/// Bytes in use, and the most since the last look.
static USED: AtomicUsize = AtomicUsize::new(0);
static PEAK: AtomicUsize = AtomicUsize::new(0);

struct Counting;

#[allow(unsafe_code)] // an allocator cannot be written without; it only counts and passes on
// SAFETY: every call goes to the system's allocator with the arguments it came with.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let used = USED.fetch_add(layout.size(), Ordering::Relaxed) + layout.size();
        PEAK.fetch_max(used, Ordering::Relaxed);
        unsafe { System.alloc(layout) }
    }
    unsafe fn dealloc(&self, place: *mut u8, layout: Layout) {
        USED.fetch_sub(layout.size(), Ordering::Relaxed);
        unsafe { System.dealloc(place, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

fn folder(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// The files of a folder, in order.
fn files(path: &str, extension: &str) -> Vec<(PathBuf, Vec<u8>)> {
    let mut paths: Vec<PathBuf> = std::fs::read_dir(folder(path))
        .expect("the folder is there")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.extension().is_some_and(|found| found == extension))
        .collect();
    paths.sort();
    let read = |path: PathBuf| {
        let bytes = std::fs::read(&path).expect("a file can be read");
        (path, bytes)
    };
    paths.into_iter().map(read).collect()
}

/// Judges a text, its panics and its memory included.
fn try_text(bytes: &[u8]) -> Result<End, String> {
    let before = USED.load(Ordering::Relaxed);
    PEAK.store(before, Ordering::Relaxed);
    let end = std::panic::catch_unwind(|| judge(bytes))
        .unwrap_or_else(|_| Err("it panicked".to_owned()))?;
    let took = PEAK.load(Ordering::Relaxed).saturating_sub(before);
    if took > BYTES_MAX {
        return Err(format!("it took {took} bytes"));
    }
    Ok(end)
}

/// One test: the memory of two at once could not be told apart.
#[test]
fn any_text_ends_in_a_result_or_a_refusal() {
    let corpus = files("tests/corpus", "toml");
    let total: usize = corpus.iter().map(|(_, bytes)| bytes.len()).sum();
    assert!(total <= CORPUS_BYTES_MAX, "the corpus has {total} bytes");
    for (path, bytes) in &corpus {
        if let Err(why) = try_text(bytes) {
            panic!("{}: {why}", path.display());
        }
    }
    let experiments = files("../../content/experiments", "toml");
    let texts: Vec<String> = corpus
        .iter()
        .chain(&experiments)
        .map(|(_, bytes)| String::from_utf8_lossy(bytes).into_owned())
        .collect();
    let seconds = std::env::var("DSTUDIO_FUZZ_SECONDS").ok();
    let seconds: Option<u64> = seconds.and_then(|text| text.parse().ok());
    let limit = seconds.map(Duration::from_secs);
    let (mut tried, mut ran) = (0u64, 0u64);
    let started = Instant::now();
    // Without a wish for more, the same few hundred texts every time.
    let goes_on = |tried: u64| match limit {
        Some(limit) => started.elapsed() < limit,
        None => tried < 400,
    };
    let first = if limit.is_some() {
        std::time::UNIX_EPOCH
            .elapsed()
            .map_or(0, |time| time.as_secs())
    } else {
        0
    };
    while goes_on(tried) {
        let mut random = Xoshiro256::seeded(first + tried);
        let text = &texts[kernel::Source::below(&mut random, texts.len() as u32) as usize];
        let bytes = mutation::mutated(text, &texts, &mut random);
        match try_text(&bytes) {
            Ok(end) => ran += u64::from(end == End::Run),
            Err(why) => {
                let path = std::env::temp_dir().join(format!("scenario-{}.toml", first + tried));
                std::fs::write(&path, &bytes).expect("the text can be kept");
                panic!("{}: {why}", path.display());
            }
        }
        tried += 1;
    }
    println!("figure: {tried} texts made up, {ran} of them ran");
    // Mostly refusals would test the reader alone.
    assert!(ran * 10 > tried, "{ran} of {tried} ran");
}
