//! Inclusions that count for nothing, and what they cost.

use realdid_state::{Outcome, QuotaEntry, Skipped, StateKey};
use realdid_types::{Operation, Sender, Sequence, SignedTransaction, Timestamp};

use crate::ledger::{
    BLOCK_TIME, Ledger, MEMBERS, create_with, did_of, genesis, member, organisation, secret, sign_batch,
    signed_by, update_of,
};

fn expiring(ledger: &Ledger, expires: Timestamp) -> SignedTransaction {
    let mut create = ledger.create(&["ann"]).transaction;
    create.expires = expires;
    signed_by(create, &["ann"])
}

fn spent(ledger: &Ledger, name: &str) -> Option<QuotaEntry> {
    ledger.entry(&StateKey::Quota(organisation(name)))
}

/// Void from its expiry on, which the block's time alone decides.
#[test]
fn a_transaction_counts_before_its_expiry_and_not_at_it() {
    let mut ledger = Ledger::new();
    let at_expiry = expiring(&ledger, ledger.now());
    ledger.assert_skipped(at_expiry, Skipped::Expired);
    let last_moment = expiring(&ledger, ledger.now().plus(1));
    ledger.apply(vec![last_moment]);
}

/// Nobody can be made to remember a transaction for longer than the network's limit.
#[test]
fn an_expiry_too_far_ahead_is_skipped_until_time_has_come_nearer() {
    let mut ledger = Ledger::new();
    let limit = ledger.genesis.parameters.max_expiry;
    let too_late = expiring(&ledger, ledger.now().plus(limit + 1));

    ledger.assert_skipped(too_late.clone(), Skipped::ExpiresTooLate);
    ledger.apply(vec![too_late]);
}

#[test]
fn only_the_next_number_counts() {
    let mut ledger = Ledger::new();
    let did = did_of(&create_with(&["ann"]));
    let numbered = |ledger: &Ledger, number| {
        let mut update = ledger.update(update_of(did, &["ann.2"], &[]), &[]).transaction;
        update.sequence = Sequence(number);
        signed_by(update, &["ann", "ann.2"])
    };
    ledger.apply(vec![ledger.create(&["ann"])]);

    let (used, ahead) = (numbered(&ledger, 0), numbered(&ledger, 2));
    ledger.assert_skipped(used, Skipped::SequenceUsed);
    ledger.assert_skipped(ahead, Skipped::SequenceAhead);
    ledger.apply(vec![numbered(&ledger, 1)]);
}

#[test]
fn a_create_with_a_number_is_ahead_of_its_sender() {
    let mut ledger = Ledger::new();
    let mut create = ledger.create(&["ann"]).transaction;
    create.sequence = Sequence(1);
    ledger.assert_skipped(signed_by(create, &["ann"]), Skipped::SequenceAhead);
}

#[test]
fn a_sender_that_does_not_exist_is_skipped() {
    let mut ledger = Ledger::new();
    let did = did_of(&create_with(&["ann"]));
    let update = ledger.update(update_of(did, &["eve"], &[]), &["ann", "eve"]);
    ledger.assert_skipped(update, Skipped::SenderUnknown);
    let create = Operation::CreateDid(create_with(&["ann"]));
    let stranger = ledger.sign(member("omega"), create, &["ann", "omega"]);
    ledger.assert_skipped(stranger, Skipped::SenderUnknown);
}

#[test]
fn a_member_is_its_own_key() {
    let mut ledger = Ledger::new();
    let create = Operation::CreateDid(create_with(&["ann"]));
    let forged = ledger.sign(member("beta"), create, &["alpha", "beta.node"]);
    ledger.assert_skipped(forged, Skipped::NotAuthorised);
}

/// What no member answers for is nobody's expense, and does nothing.
#[test]
fn a_batch_of_an_unknown_author_is_skipped() {
    let mut ledger = Ledger::new();
    let before = ledger.store.clone();
    let stranger = sign_batch(ledger.digest(), &secret("omega.node"), 0, vec![ledger.create(&["ann"])]);

    let (execution, outcomes) = ledger.run(vec![stranger]);

    assert_eq!(outcomes, [Outcome::Skipped(Skipped::AuthorUnknown)]);
    let quotas = MEMBERS.map(|name| spent(&ledger, name));
    assert_eq!(quotas, [None; 4]);
    assert_eq!(execution.values.len(), 2, "the parent and the receipts: {:?}", execution.values.keys());
    assert_eq!(before.values().len() + 2, ledger.store.values().len());
}

#[test]
fn an_organisation_pays_for_each_inclusion_whatever_becomes_of_it() {
    let mut ledger = Ledger::new();
    let did = did_of(&create_with(&["ann"]));
    ledger.apply(vec![ledger.create(&["ann"])]);
    let swap = ledger.update(update_of(did, &["ann.2"], &["ann"]), &["ann", "ann.2"]);

    let in_beta = ledger.batch("beta", vec![swap.clone()]);
    let in_gamma = ledger.batch("gamma", vec![swap, ledger.create(&["ann"])]);
    let (_, outcomes) = ledger.run(vec![in_beta, in_gamma]);

    let used = Outcome::Skipped(Skipped::SequenceUsed);
    assert_eq!(outcomes[..2], [Outcome::Applied, used]);
    let units = |name| spent(&ledger, name).map(|entry| entry.spent);
    assert_eq!(["alpha", "beta", "gamma", "delta"].map(units), [Some(1), Some(2), Some(3), None]);
}

fn ledger_with_quota(quota: u64) -> Ledger {
    let mut genesis = genesis();
    genesis.parameters.quota = quota;
    Ledger::of(genesis)
}

#[test]
fn over_its_quota_an_organisation_gets_nothing_more_in_this_window() {
    let mut ledger = ledger_with_quota(2);
    let people = ["ann", "bob", "cid"].map(|name| ledger.create(&[name]));

    let outcomes = ledger.include(people.to_vec());

    assert_eq!(outcomes[..2], [Outcome::Applied, Outcome::Applied]);
    assert_eq!(outcomes[2], Outcome::Skipped(Skipped::OverQuota));
    assert_eq!(ledger.record(did_of(&create_with(&["cid"]))), None);
    assert_eq!(spent(&ledger, "alpha").map(|entry| entry.spent), Some(2));
    ledger.assert_skipped(people[2].clone(), Skipped::OverQuota);
}

/// One organisation's spending is not another's, and each window starts anew.
#[test]
fn a_transaction_over_quota_still_counts_elsewhere_and_later() {
    let mut ledger = ledger_with_quota(1);
    ledger.apply(vec![ledger.create(&["ann"])]);
    let (bob, cid) = (ledger.create(&["bob"]), ledger.create(&["cid"]));
    ledger.assert_skipped(bob.clone(), Skipped::OverQuota);

    let in_beta = ledger.batch("beta", vec![bob]);
    assert_eq!(ledger.run(vec![in_beta]).1, [Outcome::Applied]);
    let window = ledger.genesis.parameters.quota_window;
    let boundary = (ledger.tip.time.0 / window + 1) * window;
    ledger.pause = boundary - ledger.tip.time.0 - 1;
    ledger.assert_skipped(cid.clone(), Skipped::OverQuota);
    ledger.pause = 1;
    ledger.apply(vec![cid]);
    ledger.pause = BLOCK_TIME;
}

/// The cheap operation that follows an unaffordable one is still served.
#[test]
fn what_cannot_be_paid_is_not_charged() {
    let mut ledger = ledger_with_quota(3);
    let did = did_of(&create_with(&["ann"]));
    ledger.apply(vec![ledger.create(&["ann"])]);
    ledger.apply(vec![ledger.update(update_of(did, &["ann.2"], &[]), &["ann", "ann.2"])]);
    let two_units = ledger.update(update_of(did, &[], &["ann"]), &["ann"]);

    ledger.assert_skipped(two_units, Skipped::OverQuota);
    ledger.apply(vec![ledger.create(&["bob"])]);
}

#[test]
fn a_repeated_transaction_in_one_block_is_decided_once() {
    let mut ledger = Ledger::new();
    let create = ledger.create(&["ann"]);
    let sender = Sender::Did(did_of(&create_with(&["ann"])));

    let outcomes = ledger.include(vec![create.clone(), create]);

    assert_eq!(outcomes, [Outcome::Applied, Outcome::Skipped(Skipped::SequenceUsed)]);
    assert_eq!(ledger.next_sequence(&sender), Sequence(1));
}
