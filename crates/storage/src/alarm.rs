//! The alarm that stopped voting. Its bytes are a number for its kind, then its parts, each behind its length.

use realdid_consensus::Alarm;
use realdid_types::{BlockDigest, Certificate, VoteStatement, Wire};
use rocksdb::WriteBatch;

use crate::{Column, Error, Store, store::facts};

const CERTIFICATES: u8 = 1;
const FORK: u8 = 2;
const ROOT: u8 = 3;
const FOREIGN_VOTE: u8 = 4;

pub(crate) fn encode(alarm: &Alarm) -> Vec<u8> {
    let (kind, parts) = match alarm {
        Alarm::Certificates(one, other) => (CERTIFICATES, vec![one.encode(), other.encode()]),
        Alarm::Fork(block, certificate) => (FORK, vec![block.0.as_bytes().to_vec(), certificate.encode()]),
        Alarm::Root(block) => (ROOT, vec![block.0.as_bytes().to_vec()]),
        Alarm::ForeignVote(statement) => (FOREIGN_VOTE, vec![statement.encode()]),
    };
    let mut bytes = vec![kind];
    for part in parts {
        bytes.extend((part.len() as u64).to_be_bytes());
        bytes.extend(part);
    }
    bytes
}

impl Store {
    /// Why voting stopped; none if it did not, or an operator cleared it.
    ///
    /// # Errors
    /// If the disk cannot be read, or what is there is no alarm.
    pub fn alarm(&self) -> Result<Option<Alarm>, Error> {
        let Some(bytes) = self.read(Column::Facts, facts::ALARM)? else { return Ok(None) };
        decode(&bytes).map(Some).ok_or_else(|| self.damage("its alarm cannot be read".to_owned()))
    }

    /// Lets voting go on at the next start. If the key voted elsewhere, the votes here are not all that it cast: then
    /// they are forgotten, and the validator asks the others where they are, as after a lost disk.
    ///
    /// # Errors
    /// If the disk refuses.
    pub fn clear_alarm(&self) -> Result<(), Error> {
        if let Some(Alarm::ForeignVote(_)) = self.alarm()? {
            self.forget_votes()?;
        }
        let mut batch = WriteBatch::default();
        self.delete(&mut batch, Column::Facts, facts::ALARM);
        self.commit_batch(batch)?;
        self.sync()
    }
}

/// None if these are not the bytes of an alarm.
pub(crate) fn decode(bytes: &[u8]) -> Option<Alarm> {
    let (kind, mut rest) = bytes.split_first()?;
    let mut parts = Vec::new();
    while !rest.is_empty() {
        let (length, after) = rest.split_first_chunk::<8>()?;
        let (part, after) = after.split_at_checked(usize::try_from(u64::from_be_bytes(*length)).ok()?)?;
        parts.push(part);
        rest = after;
    }
    let block = |part: &[u8]| Some(BlockDigest(realdid_crypto::Digest::from_bytes(part.try_into().ok()?)));
    let certificate = |part| Certificate::decode(part).ok().map(Box::new);
    match (*kind, parts.as_slice()) {
        (CERTIFICATES, [one, other]) => Some(Alarm::Certificates(certificate(one)?, certificate(other)?)),
        (FORK, [digest, proof]) => Some(Alarm::Fork(block(digest)?, certificate(proof)?)),
        (ROOT, [digest]) => Some(Alarm::Root(block(digest)?)),
        (FOREIGN_VOTE, [statement]) => VoteStatement::decode(statement).ok().map(Alarm::ForeignVote),
        _ => None,
    }
}
