//! A network with real keys.

use std::collections::BTreeMap;

use realdid_crypto::{Digest, Ed25519Verifier, PublicKey, SecretKey, Signature};
use realdid_types::*;

pub struct World {
    pub genesis: GenesisDigest,
    pub set: ValidatorSet,
    pub keys: Vec<SecretKey>,
}

pub fn name(text: &str) -> OrganisationName {
    OrganisationName::new(text).unwrap()
}

pub fn filled(byte: u8) -> Digest {
    Digest::from_bytes([byte; 32])
}

pub fn secret(seed: u8) -> SecretKey {
    SecretKey::ed25519(&[seed; 32])
}

pub fn verifier() -> Ed25519Verifier {
    Ed25519Verifier::default()
}

/// Validators whose keys are made from seeds that begin with `seed`.
pub fn validators(seed: u8, n: usize) -> (Vec<Validator>, Vec<SecretKey>) {
    let secret = |index: usize| {
        let mut bytes = [seed; 32];
        bytes[..8].copy_from_slice(&(index as u64).to_le_bytes());
        SecretKey::ed25519(&bytes)
    };
    let keys: Vec<_> = (0..n).map(secret).collect();
    let validator = |(index, key): (usize, &SecretKey)| {
        let mut transport = [seed; 32];
        transport[..8].copy_from_slice(&(index as u64).to_le_bytes());
        transport[31] = 0;
        Validator {
            organisation: name(&format!("operator-{index}")),
            consensus_key: key.public_key(),
            transport_key: PublicKey::ed25519(transport),
        }
    };
    (keys.iter().enumerate().map(validator).collect(), keys)
}

/// A network of n validators.
pub fn world(n: usize) -> World {
    let (validators, keys) = validators(1, n);
    World { genesis: GenesisDigest(filled(9)), set: ValidatorSet::new(validators).unwrap(), keys }
}

pub fn at(epoch: u64, view: u64) -> EpochView {
    EpochView::new(Epoch(epoch), View(view))
}

pub fn block(byte: u8) -> BlockDigest {
    BlockDigest(filled(byte))
}

impl World {
    pub fn sign(&self, statement: VoteStatement, signer: usize) -> Signature {
        self.keys[signer].sign(statement.signing_digest(self.genesis).as_bytes())
    }

    pub fn vote(&self, statement: VoteStatement, signer: usize) -> Vote {
        let signature = self.sign(statement, signer);
        Vote { statement, signer: ValidatorIndex(signer as u16), signature }
    }

    pub fn signatures(
        &self,
        statement: VoteStatement,
        signers: impl IntoIterator<Item = usize>,
    ) -> BTreeMap<ValidatorIndex, Signature> {
        let signature = |signer| (ValidatorIndex(signer as u16), self.sign(statement, signer));
        signers.into_iter().map(signature).collect()
    }

    /// A certificate of the first quorum.
    pub fn certificate(&self, statement: VoteStatement) -> Certificate {
        let signatures = self.signatures(statement, 0..self.keys.len());
        Certificate::assemble(statement, &signatures, &self.set).unwrap()
    }

    pub fn header(&self, height: u64, view: EpochView) -> Header {
        Header {
            at: view,
            height: Height(height),
            parent: block(3),
            parent_view: View(0),
            validators: self.set.digest(),
            next_validators: self.set.digest(),
            state_root: StateRoot(filled(4)),
            batches: Block::batches_root(&[]),
            transactions: 0,
            time: Timestamp(1_700_000_000_000),
            proposer: self.set.leader(view),
        }
    }
}

/// An operation that adds one key.
pub fn create_did(seed: u8) -> Operation {
    let purposes = Purposes { authentication: true, invocation: true, assertion: false };
    let keys = vec![DidKey { key: secret(seed).public_key(), purposes }];
    Operation::CreateDid(CreateDid::of_keys(keys, filled(5), Digest::ZERO))
}

/// A transaction that creates a DID, signed by its key.
pub fn signed_transaction(genesis: GenesisDigest, seed: u8) -> SignedTransaction {
    let operation = create_did(seed);
    let transaction = Transaction {
        genesis,
        sender: Sender::Did(Did(operation.digest())),
        sequence: Sequence(0),
        expires: Timestamp(1_700_000_060_000),
        operation,
    };
    let key = secret(seed);
    let signature = key.sign(transaction.id().0.as_bytes());
    SignedTransaction { transaction, signatures: vec![KeySignature { key: key.public_key(), signature }] }
}

/// A batch of these transactions, signed by its author.
pub fn signed_batch(genesis: GenesisDigest, author: u8, transactions: Vec<SignedTransaction>) -> SignedBatch {
    let key = secret(author);
    let batch = Batch { author: key.public_key(), number: 7, transactions };
    let signature = key.sign(batch.signing_digest(genesis).as_bytes());
    SignedBatch { batch, signature }
}
