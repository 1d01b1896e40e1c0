//! Past versions of a record: each holds the digest of the one before, so whoever believes one can believe all.

use realdid_identity::DidRecord;
use realdid_types::{Block, Header, Wire};

use crate::Untrusted;

/// Checks that these are the bytes of the version before one that is believed.
///
/// # Errors
/// If they are of another version or record, or if the newer version holds no digest: version 1 has none before it,
/// and networks of format 1 keep none.
pub fn check_previous(newer: &DidRecord, bytes: &[u8]) -> Result<DidRecord, Untrusted> {
    let wanted = newer.version.saturating_sub(1);
    let record = DidRecord::decode(bytes).map_err(|error| Untrusted::Decode("version", error))?;
    if newer.previous == Some(record.digest()) && record.version == wanted {
        Ok(record)
    } else {
        Err(Untrusted::OtherVersion(wanted))
    }
}

/// Checks that these are the bytes of the block below one whose header is believed.
///
/// # Errors
/// If they are another block's, or its batches are not those that its header names.
pub fn check_parent(above: &Header, bytes: &[u8]) -> Result<Block, Untrusted> {
    let block = Block::decode(bytes).map_err(|error| Untrusted::Decode("block", error))?;
    if block.digest() != above.parent {
        return Err(Untrusted::OtherParent(above.height));
    }
    if block.header.batches == Block::batches_root(&block.batches) {
        Ok(block)
    } else {
        Err(Untrusted::OtherBatches)
    }
}

#[cfg(test)]
mod tests {
    use realdid_crypto::{Digest, PublicKey};
    use realdid_identity::{HeldKey, Moment, create};
    use realdid_types::{CreateDid, DidKey, Height, Purposes, Timestamp};

    use super::*;

    fn first() -> DidRecord {
        let purposes = Purposes { invocation: true, ..Purposes::default() };
        let keys = vec![DidKey { key: PublicKey::ed25519([1; 32]), purposes }];
        let operation = CreateDid::of_keys(keys, Digest::from_bytes([7; 32]), Digest::ZERO);
        let now = Moment { height: Height(1), time: Timestamp(1) };
        create::apply(create::check(&operation).expect("it makes a DID"), now)
    }

    fn next(record: &DidRecord) -> DidRecord {
        DidRecord { version: record.version + 1, previous: Some(record.digest()), ..record.clone() }
    }

    #[test]
    fn a_version_is_believed_if_the_one_after_it_holds_its_digest() {
        let (one, two) = (first(), next(&first()));
        let three = next(&two);
        assert_eq!(check_previous(&three, &two.encode()), Ok(two.clone()));
        assert_eq!(check_previous(&two, &one.encode()), Ok(one));
    }

    #[test]
    fn another_version_and_every_flipped_bit_are_refused() {
        let two = next(&first());
        let three = next(&two);
        assert_eq!(check_previous(&three, &first().encode()), Err(Untrusted::OtherVersion(2)));
        let honest = two.encode();
        for place in 0..honest.len() * 8 {
            let mut flipped = honest.clone();
            flipped[place / 8] ^= 1 << (place % 8);
            assert!(check_previous(&three, &flipped).is_err(), "bit {place}");
        }
        let later =
            HeldKey { since: Moment { height: Height(9), time: Timestamp(9) }, ..two.keys[0].clone() };
        let other = DidRecord { keys: vec![later], ..two };
        assert!(check_previous(&three, &other.encode()).is_err());
    }

    #[test]
    fn nothing_is_before_version_one_nor_where_no_digest_is_kept() {
        let one = first();
        assert!(check_previous(&one, &one.encode()).is_err());
        let of_format_1 = DidRecord { previous: None, ..next(&one) };
        assert!(check_previous(&of_format_1, &one.encode()).is_err());
    }
}
