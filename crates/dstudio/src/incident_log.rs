//! The incident log of `dstudio fix`: one file of JSON lines in the user's state folder.

use std::io::{BufRead, Read, Write};
use std::path::PathBuf;

use advisor::fix::review::{ENTRIES_MAX, ENTRY_BYTES_MAX, Entry, Kind};

use crate::Failure;

/// Largest log that is read: every entry at its longest.
const FILE_BYTES_MAX: u64 = (ENTRIES_MAX * (ENTRY_BYTES_MAX + 100)) as u64;

/// The log, wherever the user's state is kept.
pub(crate) struct IncidentLog {
    file: PathBuf,
}

impl IncidentLog {
    /// The log of this user: `$XDG_STATE_HOME/dstudio/incident.jsonl`, below `~/.local/state`
    /// without that variable.
    pub(crate) fn of_user() -> Result<IncidentLog, Failure> {
        let folder = std::env::var_os("XDG_STATE_HOME")
            .filter(|folder| !folder.is_empty())
            .map(PathBuf::from)
            .or_else(|| {
                std::env::var_os("HOME").map(|home| PathBuf::from(home).join(".local/state"))
            });
        let Some(folder) = folder else {
            let message = "there is no home folder; set XDG_STATE_HOME to keep an incident log";
            return Err(Failure::Other(message.to_owned()));
        };
        Ok(IncidentLog {
            file: folder.join("dstudio/incident.jsonl"),
        })
    }

    /// Every entry that can be read; a damaged line is passed over, so that one torn write does not
    /// take the rest with it.
    pub(crate) fn entries(&self) -> Result<Vec<Entry>, Failure> {
        let file = match std::fs::File::open(&self.file) {
            Ok(file) => file,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(self.failed("read")(error)),
        };
        let mut entries = Vec::new();
        for line in std::io::BufReader::new(file.take(FILE_BYTES_MAX)).split(b'\n') {
            let line = line.map_err(self.failed("read"))?;
            entries.extend(serde_json::from_slice::<Entry>(&line).ok());
        }
        Ok(entries)
    }

    /// Adds an entry with the time of now.
    pub(crate) fn add(&self, kind: Kind, text: &str) -> Result<(), Failure> {
        let mut text = text.to_owned();
        let mut end = ENTRY_BYTES_MAX.min(text.len());
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        text.truncate(end);
        let entry = Entry {
            time_s: now_s(),
            kind,
            text,
        };
        if self.entries()?.len() >= ENTRIES_MAX {
            let message = format!(
                "the incident log holds {ENTRIES_MAX} entries; --log-out FILE keeps them, --log-clear begins a new one"
            );
            return Err(Failure::Other(message));
        }
        let line = serde_json::to_string(&entry)
            .map_err(|error| Failure::Other(format!("cannot write JSON: {error}")))?;
        self.make_folder()?;
        std::fs::OpenOptions::new()
            .create(true)
            .append(true)
            .open(&self.file)
            .and_then(|mut file| file.write_all(format!("{line}\n").as_bytes()))
            .map_err(self.failed("write"))
    }

    /// Takes the last entry back, and says which one it was.
    pub(crate) fn undo(&self) -> Result<Option<Entry>, Failure> {
        let mut entries = self.entries()?;
        let last = entries.pop();
        if last.is_some() {
            self.replace(&entries)?;
        }
        Ok(last)
    }

    /// Forgets every entry, and says how many there were.
    pub(crate) fn clear(&self) -> Result<usize, Failure> {
        let count = self.entries()?.len();
        match std::fs::remove_file(&self.file) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                Err(self.failed("remove")(error))
            }
            _ => Ok(count),
        }
    }

    /// Written aside and moved, so that a cut leaves the old log or the new one.
    fn replace(&self, entries: &[Entry]) -> Result<(), Failure> {
        let mut text = String::new();
        for entry in entries {
            let line = serde_json::to_string(entry)
                .map_err(|error| Failure::Other(format!("cannot write JSON: {error}")))?;
            text.push_str(&line);
            text.push('\n');
        }
        let aside = self
            .file
            .with_extension(format!("partial-{}", std::process::id()));
        std::fs::write(&aside, text)
            .and_then(|()| std::fs::rename(&aside, &self.file))
            .map_err(self.failed("write"))
    }

    fn make_folder(&self) -> Result<(), Failure> {
        match self.file.parent() {
            Some(folder) => {
                std::fs::create_dir_all(folder).map_err(self.failed("make the folder of"))
            }
            None => Ok(()),
        }
    }

    fn failed(&self, what: &str) -> impl FnOnce(std::io::Error) -> Failure {
        Failure::io(format!(
            "cannot {what} the incident log {}",
            self.file.display()
        ))
    }
}

/// Seconds since 1970, by the machine's clock.
fn now_s() -> i64 {
    std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .map_or(0, |since| {
            i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
        })
}
