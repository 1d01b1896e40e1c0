//! Transactions, batches and how blocks name them.

use realdid_crypto::SecretKey;
use realdid_types::*;

use crate::world::{filled, secret, signed_batch, signed_transaction, verifier};

const GENESIS: u8 = 9;

fn genesis() -> GenesisDigest {
    GenesisDigest(filled(GENESIS))
}

fn batch() -> SignedBatch {
    signed_batch(genesis(), 50, (1..=3).map(|seed| signed_transaction(genesis(), seed)).collect())
}

fn holds(batch: &SignedBatch) -> bool {
    batch.verify(genesis(), &verifier())
}

/// Signs a changed batch again, so that only the change itself can be found wrong.
fn signed_again(mut batch: SignedBatch, author: &SecretKey) -> SignedBatch {
    batch.batch.author = author.public_key();
    batch.signature = author.sign(batch.batch.signing_digest(genesis()).as_bytes());
    batch
}

#[test]
fn a_batch_holds_when_its_author_and_all_senders_signed() {
    assert!(holds(&batch()));
}

#[test]
fn a_batch_with_one_bad_signature_does_not_hold() {
    let mut bad = batch();
    bad.batch.transactions[1].signatures[0].signature = secret(7).sign(b"something else");
    assert!(!holds(&signed_again(bad, &secret(50))));
}

#[test]
fn a_batch_under_another_author_does_not_hold() {
    let mut framed = batch();
    framed.batch.author = secret(51).public_key();
    assert!(!holds(&framed));
    let mut renumbered = batch();
    renumbered.batch.number += 1;
    assert!(!holds(&renumbered));
}

#[test]
fn a_batch_or_a_transaction_of_another_network_does_not_hold() {
    let elsewhere = GenesisDigest(filled(8));
    assert!(!batch().verify(elsewhere, &verifier()));
    let foreign = signed_batch(genesis(), 50, vec![signed_transaction(elsewhere, 1)]);
    assert!(!holds(&foreign));
}

/// Whoever changes a signature makes the same transaction and the same batch, never a twin.
#[test]
fn no_signature_reaches_the_identifier_of_a_transaction() {
    let signed = signed_transaction(genesis(), 1);
    let mut other = signed.clone();
    other.signatures[0].signature = secret(7).sign(b"something else");
    assert_eq!(signed.id(), other.id());
    assert_ne!(signed.encode(), other.encode());
}

#[test]
fn the_identifier_depends_on_everything_that_was_signed() {
    let transaction = signed_transaction(genesis(), 1).transaction;
    let id = transaction.id();
    let next = Sequence(1);
    assert_ne!(Transaction { sequence: next, ..transaction.clone() }.id(), id);
    assert_ne!(Transaction { expires: Timestamp(1), ..transaction.clone() }.id(), id);
    assert_ne!(Transaction { genesis: GenesisDigest(filled(1)), ..transaction.clone() }.id(), id);
    let sender = Sender::Did(Did(filled(1)));
    assert_ne!(Transaction { sender, ..transaction.clone() }.id(), id);
    let operation = crate::world::create_did(2);
    assert_ne!(Transaction { operation, ..transaction }.id(), id);
}

#[test]
fn a_reference_tells_digest_author_and_size() {
    let batch = batch();
    let reference = batch.reference();
    assert_eq!(reference.digest, batch.batch.digest());
    assert_eq!(reference.author, secret(50).public_key());
    assert_eq!(reference.bytes as usize, batch.encode().len());
    assert_eq!(reference.transactions, 3);
}

#[test]
fn the_root_of_batches_covers_whole_references_in_their_order() {
    let reference = batch().reference();
    let other = BatchReference { digest: BatchDigest(filled(1)), ..reference.clone() };
    let root = Block::batches_root(&[reference.clone(), other.clone()]);
    let changed = [
        vec![],
        vec![reference.clone()],
        vec![other.clone(), reference.clone()],
        vec![reference.clone(), other.clone(), other.clone()],
        vec![BatchReference { bytes: 1, ..reference.clone() }, other.clone()],
        vec![BatchReference { transactions: 1, ..reference.clone() }, other.clone()],
        vec![BatchReference { author: secret(1).public_key(), ..reference }, other],
    ];
    for references in changed {
        assert_ne!(Block::batches_root(&references), root);
    }
}
