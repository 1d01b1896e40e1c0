//! The one form of a proof outside.
//!
//! ```text
//! 1 byte      how the path ends: 0 in nothing, 1 in the key's own leaf, 2 in another leaf
//! 64 bytes    that other leaf: its key, its value's digest
//! 1 byte      n, at most 32
//! n bytes     bit i, the most significant of a byte first, tells whether there is something beside the path below
//!             level i; the last byte is not zero, and its last bit set is the end of the path
//! 32 bytes    for each bit set: the digest of what is there, never zero
//! ```
//!
//! There is no version: a later form would begin with another number.

use realdid_crypto::Digest;

use crate::{
    Leaf, Proof,
    proof::{DEPTH_MAX, End},
};

/// No proof is longer.
pub const PROOF_BYTES_MAX: usize = 1 + 64 + 1 + DEPTH_MAX / 8 + DEPTH_MAX * 32;

const EMPTY: u8 = 0;
const OWN: u8 = 1;
const OTHER: u8 = 2;

/// Why bytes are no proof.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProofBytesError {
    /// The bytes end too early.
    #[error("the bytes end inside the proof")]
    Truncated,
    /// Bytes follow the proof.
    #[error("{0} bytes follow the end of the proof")]
    Trailing(usize),
    /// A way for a path to end that this version does not know.
    #[error("{0} is no known end of a path")]
    UnknownEnd(u8),
    /// The path is longer than a key.
    #[error("the path's marks take {0} bytes where at most 32 are possible")]
    TooDeep(u8),
    /// The path could be shorter: its last mark is in an earlier byte.
    #[error("the path's marks end with a zero byte")]
    NotShortest,
    /// A digest that is zero although something is marked there.
    #[error("what is marked beside level {0} is zero")]
    ZeroSibling(usize),
}

impl Proof {
    /// Its bytes, at most [`PROOF_BYTES_MAX`].
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let present = |digest: &&Digest| **digest != Digest::ZERO;
        let mut bytes = Vec::new();
        match &self.end {
            End::Empty => bytes.push(EMPTY),
            End::Own => bytes.push(OWN),
            End::Other(leaf) => {
                bytes.push(OTHER);
                bytes.extend_from_slice(leaf.key.as_bytes());
                bytes.extend_from_slice(leaf.value.as_bytes());
            }
        }
        let eights = self.siblings.chunks(8);
        bytes.push(u8::try_from(eights.len()).unwrap_or(u8::MAX));
        bytes.extend(eights.map(|eight| {
            (0..8)
                .map(|place| eight.get(place).filter(present).is_some())
                .fold(0, |marks, mark| marks << 1 | u8::from(mark))
        }));
        bytes.extend(self.siblings.iter().filter(present).flat_map(|digest| digest.as_bytes()));
        bytes
    }

    /// The proof of these bytes. Whether it proves anything, [`verify`](Self::verify) says.
    ///
    /// # Errors
    /// Says why they are no proof. A proof has one form: what is decoded encodes to the same bytes.
    pub fn decode(bytes: &[u8]) -> Result<Self, ProofBytesError> {
        let (end, rest) = take_end(bytes)?;
        let (&count, rest) = rest.split_first().ok_or(ProofBytesError::Truncated)?;
        if usize::from(count) > DEPTH_MAX / 8 {
            return Err(ProofBytesError::TooDeep(count));
        }
        let (marks, rest) = rest.split_at_checked(usize::from(count)).ok_or(ProofBytesError::Truncated)?;
        if marks.last() == Some(&0) {
            return Err(ProofBytesError::NotShortest);
        }
        let siblings = siblings(marks, rest)?;
        Ok(Self { end, siblings })
    }
}

fn take_end(bytes: &[u8]) -> Result<(End, &[u8]), ProofBytesError> {
    let (&end, rest) = bytes.split_first().ok_or(ProofBytesError::Truncated)?;
    match end {
        EMPTY => Ok((End::Empty, rest)),
        OWN => Ok((End::Own, rest)),
        OTHER => {
            let (key, rest) = rest.split_first_chunk().ok_or(ProofBytesError::Truncated)?;
            let (value, rest) = rest.split_first_chunk().ok_or(ProofBytesError::Truncated)?;
            let leaf = Leaf { key: Digest::from_bytes(*key), value: Digest::from_bytes(*value) };
            Ok((End::Other(leaf), rest))
        }
        unknown => Err(ProofBytesError::UnknownEnd(unknown)),
    }
}

/// The digests beside a path with these marks, which must be all that is left.
fn siblings(marks: &[u8], bytes: &[u8]) -> Result<Vec<Digest>, ProofBytesError> {
    let marked = marks.iter().map(|marks| marks.count_ones() as usize).sum::<usize>().saturating_mul(32);
    if bytes.len() < marked {
        return Err(ProofBytesError::Truncated);
    }
    if bytes.len() > marked {
        return Err(ProofBytesError::Trailing(bytes.len().saturating_sub(marked)));
    }
    let unused = marks.last().map_or(0, |last| last.trailing_zeros() as usize);
    let depth = marks.len().saturating_mul(8).saturating_sub(unused);
    let (digests, _) = bytes.as_chunks::<32>();
    let mut digests = digests.iter().map(|bytes| Digest::from_bytes(*bytes));
    let is_marked = |level: usize| marks.get(level / 8).is_some_and(|marks| marks << (level % 8) & 0x80 != 0);
    (0..depth)
        .map(|level| match is_marked(level).then(|| digests.next()).flatten() {
            Some(Digest::ZERO) => Err(ProofBytesError::ZeroSibling(level)),
            marked => Ok(marked.unwrap_or(Digest::ZERO)),
        })
        .collect()
}
