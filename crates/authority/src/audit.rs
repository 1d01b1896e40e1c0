//! The audit log: one line of JSON for everything that the authority did, each with the digest of the line before, so that no
//! line can be changed, left out or put in without changing all after it.
//!
//! No line says who it is about. People and DIDs stand in it as digests under the authority's secret *and the line's own
//! number*: whoever has the log alone cannot even tell that two lines are about one person, while the authority can show of each
//! line whom it is about.

use std::{
    fs::{File, OpenOptions},
    io::{BufRead, BufReader, Read, Seek, SeekFrom, Write},
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
    time::SystemTime,
};

use realdid_crypto::{Context, Digest, digest};
use realdid_types::{Did, TransactionId};
use serde::{Deserialize, Serialize};
use time::{OffsetDateTime, format_description::well_known::Rfc3339};

use crate::{
    batching::PersonId,
    secret::{DigestKey, Purpose, Secret},
};

/// Longer lines are none of ours.
const LINE_MAX: u64 = 4_096;

/// Why the log cannot be gone on with.
#[derive(Debug, thiserror::Error)]
pub enum AuditError {
    /// It was changed.
    #[error(
        "{0} was changed: line {1} does not follow from the one before; keep the file as evidence, and move it away to begin a new one"
    )]
    Broken(PathBuf, u64),
    /// The disk.
    #[error("{0}: {1}")]
    Disk(PathBuf, std::io::Error),
}

/// Something that the authority did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    what: &'static str,
    person: Option<PersonId>,
    did: Option<Did>,
    transaction: Option<TransactionId>,
    count: Option<usize>,
}

#[derive(Serialize, Deserialize)]
struct Line {
    entry: u64,
    time: String,
    event: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    person: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    did: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    transaction: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    count: Option<usize>,
    previous: String,
}

/// A log that held: how long it is, and the digest of its last line, which says all of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Checked {
    /// How many lines it has.
    pub entries: u64,
    /// The digest of the last one; zero if there is none.
    pub head: Digest,
    /// How many bytes follow that are no whole line: what a process that was killed, or a full disk, left. The service
    /// removes them when it starts.
    pub cut_off: u64,
}

impl Checked {
    const EMPTY: Self = Self { entries: 0, head: Digest::ZERO, cut_off: 0 };
}

/// The log, at its end.
pub(crate) struct AuditLog {
    path: PathBuf,
    file: File,
    key: DigestKey,
    at: Checked,
    /// How many bytes are whole lines; none once a failure left something behind that could not be removed.
    whole: Option<u64>,
}

impl Event {
    /// Something that happened, in a word or two.
    #[must_use]
    pub const fn new(what: &'static str) -> Self {
        Self { what, person: None, did: None, transaction: None, count: None }
    }

    /// Whom it is about.
    #[must_use]
    pub fn of(self, person: PersonId) -> Self {
        Self { person: Some(person), ..self }
    }

    /// Which DID it is about.
    #[must_use]
    pub fn about(self, did: Did) -> Self {
        Self { did: Some(did), ..self }
    }

    /// Which transaction it is about, and of how many DIDs.
    #[must_use]
    pub fn with(self, transaction: TransactionId, count: usize) -> Self {
        Self { transaction: Some(transaction), count: Some(count), ..self }
    }
}

impl AuditLog {
    /// Opens a log, or makes it. A line that was cut off when the process was killed was never counted on, and goes.
    ///
    /// # Errors
    /// If a line does not follow from the one before, or the disk refuses.
    pub(crate) fn open(path: &Path, secret: &Secret) -> Result<Self, AuditError> {
        let disk = |error| AuditError::Disk(path.to_owned(), error);
        let file = OpenOptions::new().create(true).read(true).append(true).mode(0o600).open(path);
        let mut file = file.map_err(disk)?;
        let (at, whole) = follow(path, &file)?;
        let at = Checked { cut_off: 0, ..at };
        file.set_len(whole).map_err(disk)?;
        file.seek(SeekFrom::End(0)).map_err(disk)?;
        Ok(Self { path: path.to_owned(), file, key: secret.digests(Purpose::Audit), at, whole: Some(whole) })
    }

    /// Writes events down; once this gives nothing back but success, they are on the disk. What a failure left of them is
    /// removed, or else nothing is written any more: the next line would look forged.
    pub(crate) fn append(&mut self, events: &[Event]) -> Result<(), AuditError> {
        if events.is_empty() {
            return Ok(());
        }
        let (mut at, mut text) = (self.at, String::new());
        for event in events {
            let line = self.line(event, at);
            at = Checked { entries: line.entry, ..Checked::EMPTY };
            let line =
                serde_json::to_string(&line).unwrap_or_else(|error| unreachable!("a line is JSON: {error}"));
            at.head = digest(Context::AuditEntry, line.as_bytes());
            text.push_str(&line);
            text.push('\n');
        }
        let disk = |error| AuditError::Disk(self.path.clone(), error);
        let whole = self.whole.ok_or_else(|| disk(std::io::ErrorKind::BrokenPipe.into()))?;
        let written = self.file.write_all(text.as_bytes()).and_then(|()| self.file.sync_data());
        if let Err(error) = written {
            self.whole = self.file.set_len(whole).ok().map(|()| whole);
            return Err(disk(error));
        }
        self.whole = Some(whole.saturating_add(text.len() as u64));
        self.at = at;
        Ok(())
    }

    fn line(&self, event: &Event, at: Checked) -> Line {
        let entry = at.entries.saturating_add(1);
        let hidden = |kind: u8, bytes: &Digest| {
            self.key.of(&[&entry.to_le_bytes()[..], &[kind], bytes.as_bytes()].concat()).to_string()
        };
        let now = OffsetDateTime::from(SystemTime::now());
        Line {
            entry,
            // to the second: enough for an audit
            time: now.replace_nanosecond(0).unwrap_or(now).format(&Rfc3339).unwrap_or_default(),
            event: event.what.to_owned(),
            person: event.person.map(|person| hidden(1, &person)),
            did: event.did.map(|did| hidden(2, &did.0)),
            transaction: event.transaction.map(|id| id.to_string()),
            count: event.count,
            previous: at.head.to_string(),
        }
    }
}

/// Checks a log from its first line to its last whole one.
///
/// # Errors
/// Names the first line that does not follow from the one before.
pub fn check(path: &Path) -> Result<Checked, AuditError> {
    let file = File::open(path).map_err(|error| AuditError::Disk(path.to_owned(), error))?;
    Ok(follow(path, &file)?.0)
}

/// Where a log stands, and how many bytes its whole lines have.
fn follow(path: &Path, file: &File) -> Result<(Checked, u64), AuditError> {
    let disk = |error| AuditError::Disk(path.to_owned(), error);
    let mut reader = BufReader::new(file);
    let (mut at, mut whole) = (Checked::EMPTY, 0_u64);
    loop {
        let mut line = Vec::new();
        let read = (&mut reader).take(LINE_MAX).read_until(b'\n', &mut line).map_err(disk)?;
        let entry = at.entries.saturating_add(1);
        let Some((b'\n', text)) = line.split_last() else {
            let cut_off = line.len() as u64;
            let is_too_long = cut_off == LINE_MAX;
            let end = Checked { cut_off, ..at };
            return if is_too_long {
                Err(AuditError::Broken(path.to_owned(), entry))
            } else {
                Ok((end, whole))
            };
        };
        let told: Option<Line> = serde_json::from_slice(text).ok();
        let follows = |line: &Line| line.entry == entry && line.previous == at.head.to_string();
        if !told.as_ref().is_some_and(follows) {
            return Err(AuditError::Broken(path.to_owned(), entry));
        }
        at = Checked { entries: entry, head: digest(Context::AuditEntry, text), cut_off: 0 };
        whole = whole.saturating_add(read as u64);
    }
}

#[cfg(test)]
mod tests {
    use zeroize::Zeroizing;

    use super::*;

    fn open(path: &Path) -> Result<AuditLog, AuditError> {
        AuditLog::open(path, &Secret::new(Zeroizing::new([1; 32])))
    }

    fn event() -> Event {
        Event::new("asked").of(Digest::from_bytes([7; 32])).about(Did(Digest::from_bytes([8; 32])))
    }

    /// A log of three lines in a folder of its own.
    fn three() -> (tempfile::TempDir, PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("audit.jsonl");
        let mut log = open(&path).unwrap();
        log.append(&[event(), event()]).unwrap();
        log.append(&[event()]).unwrap();
        (folder, path)
    }

    #[test]
    fn a_log_goes_on_where_it_ended() {
        let (_folder, path) = three();
        let before = check(&path).unwrap();
        open(&path).unwrap().append(&[event()]).unwrap();
        let after = check(&path).unwrap();
        assert_eq!((before.entries, after.entries), (3, 4));
        assert_ne!(before.head, after.head);
    }

    #[test]
    fn after_a_failure_that_leaves_something_behind_nothing_is_written_any_more() {
        let (_folder, path) = three();
        let before = check(&path).unwrap();
        let mut log = open(&path).unwrap();
        let good = std::mem::replace(&mut log.file, File::open(&path).unwrap());
        assert!(log.append(&[event()]).is_err(), "it cannot be written");
        log.file = good;
        assert!(log.append(&[event()]).is_err(), "nor cut off, so that nobody knows where it ends");
        assert_eq!(check(&path).unwrap().entries, before.entries);
        open(&path).unwrap().append(&[event()]).unwrap();
        assert_eq!(check(&path).unwrap().entries, before.entries + 1);
    }

    #[test]
    fn a_line_that_is_changed_left_out_or_moved_is_found() {
        let (_folder, path) = three();
        let text = std::fs::read_to_string(&path).unwrap();
        let lines: Vec<&str> = text.lines().collect();
        let broken_at = |lines: &[&str]| {
            std::fs::write(&path, lines.iter().map(|line| format!("{line}\n")).collect::<String>()).unwrap();
            match check(&path) {
                Err(AuditError::Broken(_, line)) => Some(line),
                _ => None,
            }
        };
        assert_eq!(broken_at(&lines), None);
        let changed = lines[0].replace("asked", "other");
        assert_eq!(broken_at(&[&changed, lines[1], lines[2]]), Some(2));
        assert_eq!(broken_at(&[lines[0], lines[2]]), Some(2));
        assert_eq!(broken_at(&[lines[1], lines[0], lines[2]]), Some(1));
        assert_eq!(broken_at(&[lines[0], lines[0]]), Some(2));
        assert_eq!(broken_at(&["{}"]), Some(1));
        assert!(open(&path).is_err(), "nobody goes on with it");
    }

    #[test]
    fn a_line_that_was_cut_off_is_written_again_and_no_other() {
        let (_folder, path) = three();
        let whole = check(&path).unwrap();
        OpenOptions::new().append(true).open(&path).unwrap().write_all(b"{\"entry\":4,\"ti").unwrap();
        assert_eq!(check(&path).unwrap(), Checked { cut_off: 14, ..whole });
        open(&path).unwrap().append(&[event()]).unwrap();
        assert_eq!(check(&path).unwrap().entries, whole.entries + 1);
    }

    #[test]
    fn no_two_lines_call_one_person_by_one_name() {
        let (_folder, path) = three();
        let text = std::fs::read_to_string(&path).unwrap();
        let names: std::collections::BTreeSet<String> = text
            .lines()
            .map(|line| serde_json::from_str::<Line>(line).unwrap())
            .flat_map(|line| [line.person.unwrap(), line.did.unwrap()])
            .collect();
        assert_eq!(names.len(), 6);
    }
}
