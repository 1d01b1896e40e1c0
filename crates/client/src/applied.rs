//! Whether the ledger applied a DID's transaction: whatever a node says, the version that it made shows it.

use realdid_identity::{DidRecord, Moment, create, update};
use realdid_types::{Controllers, Operation, RecoverDid, Sender, Sequence, Transaction, UpdateDid};

/// Whether this transaction made the version `after` of the one before it, none for the first, in the block of `moment`.
/// Both versions must be believed: then no other transaction has the number that made it.
///
/// A transaction that a block holds and the ledger skipped or refused made no version.
#[must_use]
pub fn is_made_by(
    after: &DidRecord,
    before: Option<&DidRecord>,
    transaction: &Transaction,
    moment: Moment,
) -> bool {
    if after.updated != moment {
        return false;
    }
    match (before, &transaction.operation) {
        (None, Operation::CreateDid(operation)) => {
            let made = create::check(operation).map(|checked| create::apply(checked, moment));
            made.is_ok_and(|made| is_like(&made, after))
        }
        (Some(before), operation) if is_its_turn(before, transaction.sequence) => match operation {
            Operation::UpdateDid(operation) => is_updated(after, before, operation, transaction, moment),
            Operation::RecoverDid(operation) => is_recovered(after, before, operation, moment),
            Operation::DeactivateDid(_) => after.deactivated && !before.deactivated,
            _ => false,
        },
        _ => false,
    }
}

/// A record is kept as a past version after the number of the transaction that replaced it was used up.
fn is_its_turn(before: &DidRecord, sequence: Sequence) -> bool {
    before.next_sequence == sequence.next()
}

fn is_updated(
    after: &DidRecord,
    before: &DidRecord,
    operation: &UpdateDid,
    transaction: &Transaction,
    moment: Moment,
) -> bool {
    let Sender::Did(did) = transaction.sender else { return false };
    // that no added key had been replaced, the ledger has seen to: the version is there
    let checked = update::check(operation, did, before, &|_| false);
    checked.is_ok_and(|checked| is_like(&update::apply(checked, moment).0, after))
}

fn is_recovered(after: &DidRecord, before: &DidRecord, operation: &RecoverDid, moment: Moment) -> bool {
    let is_new =
        |held: &realdid_identity::HeldKey| held.since == moment && operation.keys.contains(&held.key);
    let controllers = |of: &Option<Controllers>| of.clone().filter(|controllers| controllers.threshold > 0);
    after.version == before.version.saturating_add(1)
        && after.keys.len() == operation.keys.len()
        && after.keys.iter().all(is_new)
        && (after.recovery, after.next_key) == (operation.recovery, operation.next_key)
        && after.controllers == controllers(&operation.controllers)
}

/// The same but for what later transactions and the ledger itself write: the next number, and the digest of the version
/// before.
fn is_like(made: &DidRecord, after: &DidRecord) -> bool {
    let DidRecord { next_sequence, previous, .. } = after.clone();
    DidRecord { next_sequence, previous, ..made.clone() } == *after
}

#[cfg(test)]
mod tests {
    use realdid_crypto::{Digest, PublicKey};
    use realdid_identity::{commitment, deactivate, recover};
    use realdid_types::{CreateDid, DeactivateDid, Did, DidKey, GenesisDigest, Height, Purposes, Timestamp};

    use super::*;

    const ALL: Purposes = Purposes { authentication: true, invocation: true, assertion: true };

    fn at(time: u64) -> Moment {
        Moment { height: Height(time), time: Timestamp(time) }
    }

    fn key(number: u8) -> PublicKey {
        PublicKey::ed25519([number; 32])
    }

    fn keys(number: u8) -> Vec<DidKey> {
        vec![DidKey { key: key(number), purposes: ALL }]
    }

    fn created() -> Operation {
        Operation::CreateDid(CreateDid::of_keys(keys(1), commitment(&key(9)), Digest::ZERO))
    }

    fn did() -> Did {
        Did(created().digest())
    }

    fn asking(sequence: u64, operation: Operation) -> Transaction {
        Transaction {
            genesis: GenesisDigest::ZERO,
            sender: Sender::Did(did()),
            sequence: Sequence(sequence),
            expires: Timestamp(1_000),
            operation,
        }
    }

    /// The first version, made at 10.
    fn first() -> DidRecord {
        let Operation::CreateDid(operation) = created() else { unreachable!("it makes a DID") };
        create::apply(create::check(&operation).expect("it makes a DID"), at(10))
    }

    /// As it is kept once the transaction of this number has replaced it.
    fn kept(record: &DidRecord, sequence: u64) -> DidRecord {
        DidRecord { next_sequence: Sequence(sequence + 1), ..record.clone() }
    }

    fn rotation() -> UpdateDid {
        UpdateDid::of_keys(did(), keys(2), vec![key(1)], Digest::ZERO)
    }

    /// The version before the rotation of number 1 at 20, and the one that it made.
    fn rotated() -> (DidRecord, DidRecord) {
        let (before, rotation) = (kept(&first(), 1), rotation());
        let checked = update::check(&rotation, did(), &before, &|_| false).expect("it rotates");
        let after = update::apply(checked, at(20)).0;
        let previous = Some(before.digest());
        (before, DidRecord { previous, ..after })
    }

    #[test]
    fn the_transaction_that_made_a_version_is_known_by_it() {
        let (before, after) = rotated();
        let rotation = asking(1, Operation::UpdateDid(rotation()));
        assert!(is_made_by(&after, Some(&before), &rotation, at(20)));
        assert!(is_made_by(&first(), None, &asking(0, created()), at(10)));
        // later transactions that are refused use up numbers
        assert!(is_made_by(&kept(&after, 7), Some(&before), &rotation, at(20)));
        assert!(is_made_by(&kept(&first(), 7), None, &asking(0, created()), at(10)));
    }

    #[test]
    fn a_transaction_of_the_very_block_that_made_no_version_is_not_taken_for_the_one_that_did() {
        let (before, after) = rotated();
        let skipped = |sequence, update| {
            let transaction = asking(sequence, Operation::UpdateDid(update));
            assert!(!is_made_by(&after, Some(&before), &transaction, at(20)), "{transaction:?}");
        };
        skipped(0, rotation());
        skipped(2, rotation());
        // what the thief of the old key asked for with the same number
        skipped(1, UpdateDid::of_keys(did(), keys(3), vec![key(1)], Digest::ZERO));
        skipped(1, UpdateDid::of_keys(did(), keys(2), Vec::new(), Digest::ZERO));
        skipped(1, UpdateDid::of_keys(did(), Vec::new(), vec![key(1)], Digest::ZERO));
        let of_other = Transaction { operation: created(), ..asking(1, created()) };
        assert!(!is_made_by(&after, Some(&before), &of_other, at(20)));
        let ended = Operation::DeactivateDid(DeactivateDid { did: did(), compromised: Vec::new() });
        assert!(!is_made_by(&after, Some(&before), &asking(1, ended), at(20)));
    }

    #[test]
    fn a_version_of_another_block_was_made_by_another_transaction() {
        let (before, after) = rotated();
        let rotation = asking(1, Operation::UpdateDid(rotation()));
        assert!(!is_made_by(&after, Some(&before), &rotation, at(21)));
        assert!(!is_made_by(&first(), None, &asking(0, created()), at(11)));
        assert!(!is_made_by(&after, None, &rotation, at(20)));
    }

    #[test]
    fn a_recovery_and_an_end_are_known_by_the_versions_that_they_made() {
        let before = kept(&first(), 1);
        let recovery = RecoverDid {
            did: did(),
            keys: keys(4),
            recovery: commitment(&key(8)),
            next_key: Digest::ZERO,
            controllers: None,
            compromised: Vec::new(),
        };
        let checked = recover::check(&recovery, did(), &before, &|_| None, at(20)).expect("it recovers");
        let after = recover::apply(checked, at(20)).0;
        let transaction = |recovery| asking(1, Operation::RecoverDid(recovery));
        assert!(is_made_by(&after, Some(&before), &transaction(recovery.clone()), at(20)));
        for other in [
            RecoverDid { keys: keys(5), ..recovery.clone() },
            RecoverDid { recovery: commitment(&key(7)), ..recovery.clone() },
            RecoverDid { next_key: commitment(&key(7)), ..recovery.clone() },
        ] {
            assert!(!is_made_by(&after, Some(&before), &transaction(other), at(20)));
        }

        let end = DeactivateDid { did: did(), compromised: Vec::new() };
        let checked = deactivate::check(&end, did(), &before, &|_| None, at(20)).expect("it ends");
        let after = deactivate::apply(checked, at(20)).0;
        let end = asking(1, Operation::DeactivateDid(end));
        assert!(is_made_by(&after, Some(&before), &end, at(20)));
        assert!(!is_made_by(&before, Some(&before), &end, at(10)));
    }
}
