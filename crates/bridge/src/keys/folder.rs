//! Keys in files, which their owner alone may read. They are not in the database, for only one process may open that: keys are
//! rotated while the bridge runs, and are worth a backup that holds nothing else.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use base64::{Engine, engine::general_purpose::STANDARD};
use serde::{Deserialize, Serialize};

use super::{
    Algorithm, KeySet, Pair, Term,
    pair::generate,
    schedule::{LEAD_SECONDS, Stage, due},
    set::Entry,
};
use crate::private;

/// Why keys cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum KeyFileError {
    /// The operating system refuses.
    #[error("{0}: {1}")]
    File(PathBuf, io::Error),
    /// It holds something else.
    #[error("{0} holds no key: restore it from a backup, or remove it; a new key is made when none is left")]
    Malformed(PathBuf),
    /// A key cannot be made.
    #[error("a key cannot be made")]
    Generate,
}

/// How keys are replaced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rotation {
    /// New keys are published now and sign in a day.
    Announced,
    /// New keys sign now, and the others count no more: somebody may have got at them.
    AtOnce,
}

/// The folder of the keys.
#[derive(Clone, Debug)]
pub(crate) struct KeyFolder(pub(crate) PathBuf);

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct KeyFile {
    algorithm: Algorithm,
    /// In seconds since 1970.
    starts: u64,
    pkcs8: String,
}

impl KeyFolder {
    /// The keys that are in the folder now.
    ///
    /// # Errors
    /// If one cannot be read.
    pub(crate) fn load(&self) -> Result<KeySet, KeyFileError> {
        let mut entries = Vec::new();
        for path in self.files()? {
            let text = fs::read(&path).map_err(|error| KeyFileError::File(path.clone(), error))?;
            let entry = read(&text).ok_or_else(|| KeyFileError::Malformed(path.clone()))?;
            entries.push(entry);
        }
        Ok(KeySet::new(entries))
    }

    /// What says if the folder changed: its files' names, which are those of the keys.
    ///
    /// # Errors
    /// If the folder cannot be read.
    pub(crate) fn files(&self) -> Result<Vec<PathBuf>, KeyFileError> {
        let failed = |error| KeyFileError::File(self.0.clone(), error);
        let mut files = Vec::new();
        for entry in fs::read_dir(&self.0).map_err(failed)? {
            let path = entry.map_err(failed)?.path();
            if path.extension().is_some_and(|extension| extension == "json") {
                files.push(path);
            }
        }
        files.sort();
        Ok(files)
    }

    /// Makes the keys for which it is time, and removes those that are gone; says whether there were any.
    ///
    /// # Errors
    /// If files cannot be written.
    pub(crate) fn tend(&self, now: u64) -> Result<bool, KeyFileError> {
        let set = self.load()?;
        let mut changed = false;
        for algorithm in Algorithm::ALL {
            if let Some(starts) = due(algorithm, &set.terms(), now) {
                self.make(algorithm, starts)?;
                changed = true;
            }
        }
        for (kid, ..) in set.stages(now).filter(|(.., stage)| *stage == Stage::Gone) {
            self.remove(kid)?;
            changed = true;
        }
        Ok(changed)
    }

    /// Replaces the keys of all algorithms.
    ///
    /// # Errors
    /// If files cannot be written.
    pub(crate) fn rotate(&self, rotation: Rotation, now: u64) -> Result<(), KeyFileError> {
        let before = self.load()?;
        let starts = match rotation {
            Rotation::Announced => now.saturating_add(LEAD_SECONDS),
            Rotation::AtOnce => now,
        };
        for algorithm in Algorithm::ALL {
            self.make(algorithm, starts)?;
        }
        // those that were to come are replaced in any case: they might have been read together with the others
        for (kid, _, stage) in before.stages(now) {
            if rotation == Rotation::AtOnce || matches!(stage, Stage::Next(_)) {
                self.remove(kid)?;
            }
        }
        Ok(())
    }

    fn make(&self, algorithm: Algorithm, starts: u64) -> Result<(), KeyFileError> {
        let pkcs8 = generate(algorithm).map_err(|_| KeyFileError::Generate)?;
        let pair = Pair::read(algorithm, &pkcs8).map_err(|_| KeyFileError::Generate)?;
        let file = KeyFile { algorithm, starts, pkcs8: STANDARD.encode(pkcs8) };
        let text = serde_json::to_vec_pretty(&file).map_err(|_| KeyFileError::Generate)?;
        let path = self.path(pair.kid());
        private::write(&path, &text).map_err(|error| KeyFileError::File(path, error))
    }

    fn remove(&self, kid: &str) -> Result<(), KeyFileError> {
        let path = self.path(kid);
        match fs::remove_file(&path) {
            // another process was faster
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            removed => removed.map_err(|error| KeyFileError::File(path, error)),
        }
    }

    fn path(&self, kid: &str) -> PathBuf {
        self.0.join(Path::new(kid).with_extension("json"))
    }
}

fn read(text: &[u8]) -> Option<Entry> {
    let KeyFile { algorithm, starts, pkcs8 } = serde_json::from_slice(text).ok()?;
    let pair = Pair::read(algorithm, &STANDARD.decode(pkcs8).ok()?).ok()?;
    Some(Entry { pair, term: Term { starts, algorithm } })
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    const NOW: u64 = 1_800_000_000;
    const DAY: u64 = 24 * 3_600;

    fn folder() -> (tempfile::TempDir, KeyFolder) {
        let dir = tempfile::tempdir().unwrap();
        let keys = KeyFolder(dir.path().to_owned());
        assert!(keys.tend(NOW).unwrap());
        (dir, keys)
    }

    fn published(keys: &KeyFolder, now: u64) -> usize {
        keys.load().unwrap().jwks(now)["keys"].as_array().unwrap().len()
    }

    #[test]
    fn keys_are_made_published_used_and_removed_in_time() {
        let (_dir, keys) = folder();
        let kid = |now| keys.load().unwrap().signer(Algorithm::EdDsa, now).unwrap().kid().to_owned();
        let first = kid(NOW);
        assert!(!keys.tend(NOW + 28 * DAY).unwrap());
        assert!(keys.tend(NOW + 29 * DAY).unwrap());
        assert_eq!((published(&keys, NOW + 29 * DAY), kid(NOW + 29 * DAY)), (6, first.clone()));
        assert_ne!(kid(NOW + 30 * DAY), first);
        assert_eq!(published(&keys, NOW + 30 * DAY), 6);
        assert!(keys.tend(NOW + 31 * DAY).unwrap());
        assert_eq!((keys.files().unwrap().len(), published(&keys, NOW + 31 * DAY)), (3, 3));
    }

    #[test]
    fn a_token_verifies_after_its_key_was_replaced_until_long_after_it_is_void() {
        let (_dir, keys) = folder();
        let set = keys.load().unwrap();
        let token =
            set.signer(Algorithm::Rs256, NOW).unwrap().token(&serde_json::json!({ "sub": "ab" })).unwrap();
        keys.rotate(Rotation::Announced, NOW).unwrap();
        let verified = |now| keys.load().unwrap().verified::<serde_json::Value>(&token, now);
        assert_eq!(verified(NOW + DAY).unwrap()["sub"], "ab");
        assert_eq!(verified(NOW + DAY + TOKEN_AND_MORE), verified(NOW));
        assert_eq!(verified(NOW + 2 * DAY), None);
    }

    const TOKEN_AND_MORE: u64 = crate::oidc::TOKEN_SECONDS + 3_600;

    #[test]
    fn keys_that_somebody_may_have_got_at_count_no_more() {
        let (_dir, keys) = folder();
        let before = keys.files().unwrap();
        keys.rotate(Rotation::AtOnce, NOW).unwrap();
        let after = keys.files().unwrap();
        assert_eq!(after.len(), 3);
        assert!(before.iter().all(|file| !after.contains(file)));
        assert_eq!(published(&keys, NOW), 3);
    }

    #[test]
    fn files_are_for_their_owner_alone_and_a_damaged_one_is_named() {
        let (_dir, keys) = folder();
        let files = keys.files().unwrap();
        for file in &files {
            assert_eq!(fs::metadata(file).unwrap().permissions().mode() & 0o777, 0o600);
        }
        fs::write(&files[0], "{}").unwrap();
        assert!(matches!(keys.load(), Err(KeyFileError::Malformed(path)) if path == files[0]));
    }
}
