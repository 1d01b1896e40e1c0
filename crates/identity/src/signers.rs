//! In whose name a transaction on a DID was signed.

use realdid_types::{Did, SignedTransaction};

use crate::{DidRecord, commitment};

/// Who stands behind a transaction on a DID.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Signers {
    /// One of its invocation keys signed.
    pub invocation: bool,
    /// Its recovery key signed.
    pub recovery: bool,
    /// An invocation key of each of so many of its controllers that their threshold is reached.
    pub controllers: bool,
}

impl Signers {
    /// Reads off the signatures who they are; `record_of` looks controllers up.
    ///
    /// A controller's own controllers do not count: who decides is to be seen in one step.
    #[must_use]
    pub fn of(
        record: &DidRecord,
        signed: &SignedTransaction,
        record_of: &dyn Fn(Did) -> Option<DidRecord>,
    ) -> Self {
        Self {
            invocation: is_invoked(record, signed),
            recovery: signed.signatures.iter().any(|by| commitment(&by.key) == record.recovery),
            controllers: record.controllers.as_ref().is_some_and(|controllers| {
                let signing = controllers
                    .dids
                    .iter()
                    .filter(|did| record_of(**did).is_some_and(|controller| is_invoked(&controller, signed)));
                signing.count() as u64 >= u64::from(controllers.threshold)
            }),
        }
    }
}

fn is_invoked(record: &DidRecord, signed: &SignedTransaction) -> bool {
    signed.signatures.iter().any(|by| record.may_invoke(&by.key))
}

#[cfg(test)]
mod tests {
    use realdid_crypto::{Digest, PublicKey, Signature};
    use realdid_types::{
        Controllers, CreateDid, DidKey, GenesisDigest, Height, KeySignature, Operation, Purposes, Sender,
        Sequence, Timestamp, Transaction,
    };

    use super::*;
    use crate::{HeldKey, Moment};

    const START: Moment = Moment { height: Height(1), time: Timestamp(100) };

    fn key(number: u8) -> PublicKey {
        PublicKey::ed25519([number; 32])
    }

    /// The DID of this number, whose invocation key has the same number; one more logs in.
    fn record(number: u8, controllers: Option<Controllers>) -> DidRecord {
        let held = |number, invocation| {
            let purposes = Purposes { invocation, authentication: !invocation, assertion: !invocation };
            HeldKey { key: DidKey { key: key(number), purposes }, since: START }
        };
        DidRecord {
            next_sequence: Sequence(1),
            version: 1,
            keys: vec![held(number, true), held(number + 1, false)],
            recovery: commitment(&key(number + 2)),
            next_key: commitment(&key(number + 3)),
            created: START,
            updated: START,
            controllers,
            services: Vec::new(),
            deactivated: false,
            previous: None,
        }
    }

    fn did(number: u8) -> Did {
        Did(Digest::from_bytes([number; 32]))
    }

    fn signed_by(numbers: &[u8]) -> SignedTransaction {
        let operation = Operation::CreateDid(CreateDid::of_keys(Vec::new(), Digest::ZERO, Digest::ZERO));
        let transaction = Transaction {
            genesis: GenesisDigest::ZERO,
            sender: Sender::Did(did(10)),
            sequence: Sequence(1),
            expires: START.time,
            operation,
        };
        let by = |number: &u8| KeySignature { key: key(*number), signature: Signature::ed25519([0; 64]) };
        SignedTransaction { transaction, signatures: numbers.iter().map(by).collect() }
    }

    /// DID 10, which 20 and 30 control together; 20 is controlled by 40 in turn.
    fn signers(numbers: &[u8]) -> [bool; 3] {
        let controllers = |dids: &[u8], threshold| {
            Some(Controllers { dids: dids.iter().copied().map(did).collect(), threshold })
        };
        let known = [record(20, controllers(&[40], 1)), record(30, None), record(40, None)];
        let record_of = |asked: Did| {
            let number = asked.0.as_bytes()[0];
            known.iter().find(|record| record.keys[0].key.key == key(number)).cloned()
        };
        let Signers { invocation, recovery, controllers } =
            Signers::of(&record(10, controllers(&[20, 30], 2)), &signed_by(numbers), &record_of);
        [invocation, recovery, controllers]
    }

    #[test]
    fn each_key_speaks_for_what_it_is_for() {
        assert_eq!(signers(&[10]), [true, false, false]);
        assert_eq!(signers(&[11]), [false, false, false], "a key that logs in and signs statements");
        assert_eq!(signers(&[12]), [false, true, false]);
        assert_eq!(signers(&[13]), [false, false, false], "the next key, which is none yet");
        assert_eq!(signers(&[10, 12, 20, 30]), [true, true, true]);
    }

    #[test]
    fn controllers_speak_together_and_for_themselves() {
        assert_eq!(signers(&[20]), [false, false, false]);
        assert_eq!(signers(&[20, 30]), [false, false, true]);
        assert_eq!(signers(&[20, 31]), [false, false, false], "a controller's key that logs in");
        assert_eq!(signers(&[20, 32]), [false, false, false], "a controller's recovery key");
        assert_eq!(signers(&[30, 40]), [false, false, false], "a controller's controller");
    }
}
