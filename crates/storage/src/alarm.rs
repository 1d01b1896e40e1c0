//! The bytes of an alarm: a number for its kind, then its parts, each behind its length.

use realdid_consensus::Alarm;
use realdid_types::{BlockDigest, Certificate, VoteStatement, Wire};

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
