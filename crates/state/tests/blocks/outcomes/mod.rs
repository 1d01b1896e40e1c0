//! Every operation, everything that can be wrong with it, and the code that it ends with; nothing else changes then.
//!
//! The table is `docs/outcomes.md`, which is what the rows here say.

mod decisions;
mod personal;
mod refusals;
mod rows;
pub mod world;

use std::{collections::BTreeSet, fmt::Write};

use realdid_state::{Outcome, Refused, Skipped};
use realdid_types::{DecodeError, Operation, Sender, SignedTransaction, Transaction, Wire, limits};

use self::{
    refusals::{Case, cases},
    rows::{Row, rows},
    world::{world, world_of_format_1},
};
use crate::{
    ledger::{Ledger, member, signed_by},
    people::{Asked, did},
};

fn assert_outcome(ledger: &mut Ledger, signed: SignedTransaction, expected: Outcome) {
    match expected {
        Outcome::Applied => ledger.apply(vec![signed]),
        Outcome::Skipped(code) => ledger.assert_skipped(signed, code),
        Outcome::Refused(code) => ledger.assert_refused(signed, code),
    }
}

fn assert_asked(mut ledger: Ledger, asked: &Asked, expected: Outcome) {
    let signed = asked.sign(&ledger);
    assert_outcome(&mut ledger, signed, expected);
}

/// One with something else around its operation.
fn bent(ledger: &Ledger, asked: &Asked, bend: impl FnOnce(&mut Transaction)) -> SignedTransaction {
    let mut transaction = asked.sign(ledger).transaction;
    bend(&mut transaction);
    signed_by(transaction, &asked.signers.iter().map(String::as_str).collect::<Vec<_>>())
}

fn is_of_did(asked: &Asked) -> bool {
    matches!(asked.sender, Sender::Did(_))
}

#[test]
fn each_operation_is_applied_if_nothing_is_wrong_with_it() {
    for row in rows() {
        println!("{}", row.operation);
        assert_asked(world(), &(row.sound)(&world()), Outcome::Applied);
    }
}

#[test]
fn a_strangers_signature_counts_for_nothing() {
    for row in rows() {
        println!("{}", row.operation);
        assert_asked(world(), &(row.sound)(&world()).by(&["eve"]), row.by_stranger);
    }
}

#[test]
fn a_key_for_another_purpose_counts_for_nothing() {
    for Row { operation, other_purpose: (ask, expected), .. } in rows() {
        println!("{operation}");
        assert_asked(world(), &ask(&world()), expected);
    }
}

#[test]
fn whoever_speaks_for_a_key_must_hold_it() {
    for row in rows() {
        println!("{}", row.operation);
        if let Some((ask, expected)) = row.not_possessed {
            assert_asked(world(), &ask(&world()), expected);
        }
    }
}

#[test]
fn what_was_decided_is_not_decided_again() {
    for row in rows() {
        println!("{}", row.operation);
        let mut ledger = world();
        let signed = (row.sound)(&ledger).sign(&ledger);
        ledger.apply(vec![signed.clone()]);
        assert_outcome(&mut ledger, signed, row.again);
    }
}

#[test]
fn a_number_that_is_not_next_is_ahead() {
    for row in rows() {
        println!("{}", row.operation);
        let mut ledger = world();
        let ahead = bent(&ledger, &(row.sound)(&ledger), |transaction| {
            transaction.sequence = transaction.sequence.next();
        });
        assert_outcome(&mut ledger, ahead, Outcome::Skipped(Skipped::SequenceAhead));
    }
}

#[test]
fn a_transaction_counts_before_its_expiry_and_not_too_long_before() {
    for row in rows() {
        println!("{}", row.operation);
        let mut ledger = world();
        let (now, limit) = (ledger.now(), ledger.genesis.parameters.max_expiry);
        let expired = bent(&ledger, &(row.sound)(&ledger), |transaction| transaction.expires = now);
        assert_outcome(&mut ledger, expired, Outcome::Skipped(Skipped::Expired));
        let now = ledger.now();
        let early = bent(&ledger, &(row.sound)(&ledger), |transaction| {
            transaction.expires = now.plus(limit + 1);
        });
        assert_outcome(&mut ledger, early, Outcome::Skipped(Skipped::ExpiresTooLate));
    }
}

#[test]
fn over_its_quota_a_member_gets_nothing_done() {
    for row in rows() {
        println!("{}", row.operation);
        let mut ledger = world();
        let (quota, known) = (ledger.genesis.parameters.quota, ledger.create(&["ann"]).transaction);
        let spent = signed_by(Transaction { expires: ledger.now(), ..known }, &["ann"]);
        ledger.include((0..quota).map(|_| spent.clone()).collect());
        assert_asked(ledger.clone(), &(row.sound)(&ledger), Outcome::Skipped(Skipped::OverQuota));
    }
}

#[test]
fn a_sender_that_there_is_not_is_told_so() {
    for row in rows() {
        println!("{}", row.operation);
        let sound = (row.sound)(&world());
        let sender = if is_of_did(&sound) { Sender::Did(did("eve")) } else { member("omega") };
        assert_asked(world(), &Asked { sender, ..sound }, Outcome::Skipped(Skipped::SenderUnknown));
    }
}

/// A DID does not govern, and a member changes nobody's DID, whatever they signed.
#[test]
fn an_operation_is_for_one_kind_of_sender() {
    for row in rows() {
        println!("{}", row.operation);
        let mut asked = (row.sound)(&world());
        let (sender, by) =
            if is_of_did(&asked) { (member("gamma"), "gamma") } else { (Sender::Did(did("ann")), "ann") };
        asked.sender = sender;
        asked.signers.push(by.to_owned());
        assert_asked(world(), &asked, Outcome::Refused(Refused::OtherSender));
    }
}

#[test]
fn a_network_of_format_1_carries_out_nothing_newer() {
    for Row { operation, on_format_1: (ask, expected), .. } in rows() {
        println!("{operation}");
        let ledger = world_of_format_1();
        let asked = ask(&ledger);
        assert_eq!(asked.operation.is_of_format_2(), expected != Outcome::Applied);
        assert_asked(ledger, &asked, expected);
    }
}

#[test]
fn what_is_too_large_is_not_even_decoded() {
    for row in rows() {
        println!("{}", row.operation);
        let ledger = world();
        let mut bytes = (row.sound)(&ledger).sign(&ledger).encode();
        assert!(SignedTransaction::decode(&bytes).is_ok());
        bytes.resize(limits::TRANSACTION_BYTES_MAX + 1, 0);
        let error = SignedTransaction::decode(&bytes).expect_err("too large");
        assert!(matches!(error, DecodeError::Oversize { .. }), "{error}");
        if let Some(overfull) = row.overfull {
            let error = Operation::decode(&overfull(&ledger).operation.encode()).expect_err("too many");
            assert!(matches!(error, DecodeError::TooMany { .. }), "{error}");
        }
    }
}

/// Wherever a key or a signature stands.
#[test]
fn an_unknown_suite_is_not_even_decoded() {
    for row in rows() {
        println!("{}", row.operation);
        let ledger = world();
        let signed = (row.sound)(&ledger).sign(&ledger);
        let bytes = signed.encode();
        let by = signed.signatures.iter();
        let stated = by.flat_map(|by| [by.key.as_bytes().to_vec(), by.signature.as_bytes().to_vec()]);
        let mut places = BTreeSet::new();
        for stated in stated.map(|stated| [vec![0], stated].concat()) {
            places.extend((0..bytes.len()).filter(|place| bytes[*place..].starts_with(&stated)));
        }
        assert!(places.len() >= 2 * signed.signatures.len(), "{places:?}");
        for place in places {
            let mut other = bytes.clone();
            other[place] = 1;
            let error = SignedTransaction::decode(&other).expect_err("an unknown suite");
            assert!(matches!(error, DecodeError::Suite(_)), "{error}");
        }
    }
}

#[test]
fn each_operation_has_refusals_of_its_own() {
    for Case { operation, wrong, outcome, world, ask } in cases() {
        println!("{operation}: {wrong}");
        let ledger = world();
        let asked = ask(&ledger);
        assert_asked(ledger, &asked, outcome);
    }
}

/// Those that are shown elsewhere: of batches, and what takes two changes in one block.
const ELSEWHERE: [Outcome; 3] = [
    Outcome::Skipped(Skipped::AuthorUnknown),
    Outcome::Skipped(Skipped::BatchRepeated),
    Outcome::Refused(Refused::TooManyChanges),
];

#[test]
fn every_code_stands_in_the_table() {
    let of_columns = [Skipped::SequenceAhead, Skipped::Expired, Skipped::ExpiresTooLate, Skipped::OverQuota];
    let of_rows = rows().into_iter().flat_map(|row| {
        let Row { by_stranger, other_purpose, not_possessed, again, on_format_1, .. } = row;
        let possession = not_possessed.map(|(_, outcome)| outcome);
        [by_stranger, other_purpose.1, again, on_format_1.1].into_iter().chain(possession)
    });
    let shown: BTreeSet<Outcome> = of_columns
        .map(Outcome::Skipped)
        .into_iter()
        .chain(of_rows)
        .chain(cases().iter().map(|case| case.outcome))
        .chain(ELSEWHERE)
        .collect();

    let skipped = Skipped::ALL.iter().map(|code| Outcome::Skipped(*code));
    let refused = Refused::ALL.iter().map(|code| Outcome::Refused(*code));
    let missing: Vec<Outcome> = skipped.chain(refused).filter(|outcome| !shown.contains(outcome)).collect();
    assert_eq!(missing, [], "codes that nothing in the table ends with");
}

fn named(outcome: Outcome) -> String {
    match outcome {
        Outcome::Applied => "applied".to_owned(),
        Outcome::Skipped(code) => format!("{} {}", code.code(), code.name()),
        Outcome::Refused(code) => format!("{} {}", code.code(), code.name()),
    }
}

const HEAD: &str = "# What becomes of a transaction

Made from the tests in `crates/state/tests/blocks/outcomes`, which try each of these on a ledger and check that nothing
changes besides accounts. A code below 200 is a skip: the inclusion counts for nothing, and the transaction can still be
decided. From 200 on it is a refusal: the sender's number is used up and nothing else changes.

Whatever the operation: 105 sequence_ahead, 102 expired, 103 expires_too_late, 101 over_quota, 106 sender_unknown for a
sender that there is not, and 208 other_sender for a DID where a member must send, or the other way round. What is too
large, has a list that is too long, or a key or signature of an unknown suite is not decoded, and reaches no ledger.

";

fn rendered() -> String {
    let mut text = HEAD.to_owned();
    text += "| operation | signed by a stranger | by a key for something else | a key not held | again | on format 1 |\n";
    text += "| --- | --- | --- | --- | --- | --- |\n";
    for row in rows() {
        let possession = row.not_possessed.map_or_else(String::new, |(_, outcome)| named(outcome));
        let cells = [row.by_stranger, row.other_purpose.1, row.again, row.on_format_1.1].map(named);
        let [stranger, purpose, again, format] = cells;
        let name = row.operation;
        writeln!(text, "| `{name}` | {stranger} | {purpose} | {possession} | {again} | {format} |")
            .expect("memory");
    }
    text += "\n| operation | what is wrong | code |\n| --- | --- | --- |\n";
    for Case { operation, wrong, outcome, .. } in cases() {
        writeln!(text, "| `{operation}` | {wrong} | {} |", named(outcome)).expect("memory");
    }
    text
}

#[test]
fn the_published_table_is_this_one() {
    let published = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/outcomes.md");
    let made = concat!(env!("CARGO_TARGET_TMPDIR"), "/outcomes.md");
    std::fs::write(made, rendered()).expect("a folder for tests");
    let published = std::fs::read_to_string(published).unwrap_or_default();
    assert!(published == rendered(), "docs/outcomes.md is out of date: copy {made} over it");
}
