//! What proves that a validator contradicted itself, kept in files until a member puts it on record.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use realdid_types::{Evidence, Wire};

/// A folder with one file for each validator and epoch, as the ledger takes one.
#[derive(Clone, Debug)]
pub(crate) struct EvidenceFolder(PathBuf);

impl EvidenceFolder {
    /// The folder at this path; it is made with the first file.
    pub(crate) fn new(path: &Path) -> Self {
        Self(path.to_owned())
    }

    /// Keeps evidence; none if there is some against this validator already.
    ///
    /// # Errors
    /// If it cannot be written.
    pub(crate) fn keep(&self, evidence: &Evidence) -> io::Result<Option<PathBuf>> {
        let (epoch, accused) = evidence.accused();
        let path = self.0.join(format!("epoch-{epoch}-validator-{}", accused.0));
        if path.exists() {
            return Ok(None);
        }
        fs::create_dir_all(&self.0)?;
        let fresh = path.with_extension("fresh");
        fs::write(&fresh, evidence.encode())?;
        fs::rename(&fresh, &path)?;
        Ok(Some(path))
    }
}

#[cfg(test)]
mod tests {
    use realdid_crypto::{Digest, Signature};
    use realdid_types::{BlockDigest, Epoch, EpochView, ValidatorIndex, View, Vote, VoteStatement};

    use super::*;

    fn evidence(accused: u16, view: u64) -> Evidence {
        let vote = |byte| {
            let at = EpochView { epoch: Epoch(0), view: View(view) };
            let statement = VoteStatement::prepare(at, BlockDigest(Digest::from_bytes([byte; 32])));
            let signature = Signature::ed25519([byte; 64]);
            Vote { statement, signer: ValidatorIndex(accused), signature }
        };
        Evidence::votes(vote(1), vote(2)).unwrap()
    }

    #[test]
    fn the_first_evidence_against_each_validator_is_kept_as_it_was_found() {
        let folder = tempfile::tempdir().unwrap();
        let kept = EvidenceFolder::new(&folder.path().join("evidence"));
        let first = kept.keep(&evidence(1, 7)).unwrap().unwrap();
        assert_eq!(kept.keep(&evidence(1, 8)).unwrap(), None);
        assert_ne!(kept.keep(&evidence(2, 8)).unwrap(), None);
        assert_eq!(Evidence::decode(&fs::read(first).unwrap()), Ok(evidence(1, 7)));
    }
}
