//! What the holder of a DID asks for.

use realdid_crypto::{Digest, PublicKey, SecretKey};
use realdid_types::{
    CompromisedKey, DeactivateDid, Did, DidKey, GenesisDigest, Operation, Purposes, RecoverDid, Sender,
    Sequence, SignedTransaction, Timestamp, UpdateDid,
};

use crate::{Draft, sign};

/// The holder of a DID that acts: the network, the DID's next number, and until when.
#[derive(Clone, Copy, Debug)]
pub struct Holder {
    /// The network.
    pub genesis: GenesisDigest,
    /// The DID.
    pub did: Did,
    /// Its next number.
    pub sequence: Sequence,
    /// The block time from which on what is signed is void.
    pub expires: Timestamp,
}

impl Holder {
    /// Changes the record; `keys` are one that may, and all that are added.
    #[must_use]
    pub fn update(self, update: UpdateDid, keys: &[&SecretKey]) -> SignedTransaction {
        self.act(Operation::UpdateDid(update), keys)
    }

    /// Puts a key into the place of another, for the same purposes. `next_key` is the commitment to the one after it, or
    /// zero. What the old key signed until then stays valid.
    #[must_use]
    pub fn rotate(
        self,
        old: &SecretKey,
        new: &SecretKey,
        purposes: Purposes,
        next_key: Digest,
    ) -> SignedTransaction {
        let add = vec![DidKey { key: new.public_key(), purposes }];
        let update = UpdateDid::of_keys(self.did, add, vec![old.public_key()], next_key);
        self.update(update, &[old, new])
    }

    /// Gives the DID new keys; `keys` are the recovery key and all new ones.
    #[must_use]
    pub fn recover(self, recover: RecoverDid, keys: &[&SecretKey]) -> SignedTransaction {
        self.act(Operation::RecoverDid(recover), keys)
    }

    /// Ends the DID for good, and says from when on which keys are not to be trusted.
    #[must_use]
    pub fn deactivate(
        self,
        recovery: &SecretKey,
        compromised: impl IntoIterator<Item = (PublicKey, Timestamp)>,
    ) -> SignedTransaction {
        let compromised = compromised_keys(compromised);
        self.act(Operation::DeactivateDid(DeactivateDid { did: self.did, compromised }), &[recovery])
    }

    fn act(self, operation: Operation, keys: &[&SecretKey]) -> SignedTransaction {
        let Self { genesis, did, sequence, expires } = self;
        let draft = Draft { genesis, sender: Sender::Did(did), sequence, expires };
        sign(draft.asking(operation), keys)
    }
}

/// Declarations in the order in which they must stand; of several about one key, the one that goes back furthest.
#[must_use]
pub fn compromised_keys(declared: impl IntoIterator<Item = (PublicKey, Timestamp)>) -> Vec<CompromisedKey> {
    let mut keys: Vec<CompromisedKey> =
        declared.into_iter().map(|(key, since)| CompromisedKey { key, since }).collect();
    keys.sort_unstable_by_key(|one| (one.key, one.since));
    keys.dedup_by_key(|one| one.key);
    keys
}

#[cfg(test)]
mod tests {
    use realdid_types::{Transaction, Wire};

    use super::*;

    fn holder() -> Holder {
        Holder {
            genesis: GenesisDigest(Digest::from_bytes([1; 32])),
            did: Did(Digest::from_bytes([2; 32])),
            sequence: Sequence(3),
            expires: Timestamp(4),
        }
    }

    /// Whether it is what a node would take: in order, and all signatures are over its identifier.
    fn assert_sound(signed: &SignedTransaction, signers: usize) {
        assert_eq!(SignedTransaction::decode(&signed.encode()).as_ref(), Ok(signed));
        assert_eq!(signed.signatures.len(), signers);
        let Transaction { sequence, expires, .. } = &signed.transaction;
        assert_eq!((*sequence, *expires), (Sequence(3), Timestamp(4)));
    }

    #[test]
    fn a_rotation_is_signed_by_both_keys_and_an_end_by_the_recovery_key() {
        let [old, new, recovery] = [1, 2, 3].map(|seed| SecretKey::ed25519(&[seed; 32]));
        let purposes = Purposes { invocation: true, ..Purposes::default() };
        let rotated = holder().rotate(&old, &new, purposes, Digest::ZERO);
        assert_sound(&rotated, 2);
        assert!(rotated.is_signed_by(&old.public_key()) && rotated.is_signed_by(&new.public_key()));

        let ended = holder().deactivate(&recovery, [(old.public_key(), Timestamp(9))]);
        assert_sound(&ended, 1);
        assert!(ended.is_signed_by(&recovery.public_key()));
    }

    #[test]
    fn declarations_stand_in_order_with_the_earliest_for_each_key() {
        let [a, b] = [1, 2].map(|byte| PublicKey::ed25519([byte; 32]));
        let declared = compromised_keys([(b, Timestamp(5)), (a, Timestamp(7)), (b, Timestamp(3))]);
        let expected = [(a, 7), (b, 3)].map(|(key, since)| CompromisedKey { key, since: Timestamp(since) });
        assert_eq!(declared, expected);
    }
}
