//! Proofs that an epoch ended.

use realdid_types::*;

use crate::world::{World, at, block, filled, validators, verifier, world};

/// A barrier at height 5 and closing blocks upon it.
fn headers(world: &World, next: ValidatorsDigest, closing: u64) -> Vec<Header> {
    let mut headers = vec![world.header(5, at(0, 9))];
    for number in 1..=closing {
        let parent = headers.last().unwrap();
        let at = at(0, 9 + number);
        headers.push(Header {
            at,
            height: Height(6),
            parent: parent.digest(),
            parent_view: parent.at.view,
            next_validators: next,
            time: parent.time.plus(1),
            proposer: world.set.leader(at),
            ..parent.clone()
        });
    }
    headers
}

fn end(world: &World, headers: Vec<Header>) -> EpochEnd {
    let last = headers.last().unwrap();
    let commit = world.certificate(VoteStatement::commit(last.at, last.digest()));
    EpochEnd { headers, commit }
}

fn next() -> ValidatorsDigest {
    ValidatorSet::new(validators(2, 4).0).unwrap().digest()
}

fn verdict(world: &World, end: &EpochEnd) -> Result<ValidatorsDigest, EpochEndError> {
    end.verify(&world.set, world.genesis, &verifier())
}

#[test]
fn a_final_closing_block_ends_the_epoch_and_names_the_next_set() {
    let world = world(4);
    for closing in [1, 2, 5] {
        let end = end(&world, headers(&world, next(), closing));
        assert_eq!(verdict(&world, &end), Ok(next()));
        assert_eq!(end.barrier().map(|barrier| barrier.height), Some(Height(5)));
    }
}

#[test]
fn a_barrier_alone_ends_nothing() {
    let world = world(4);
    let barrier = end(&world, headers(&world, next(), 0));
    assert_eq!(verdict(&world, &barrier), Err(EpochEndError::TooShort(1)));
    let empty = EpochEnd { headers: Vec::new(), ..barrier };
    assert_eq!(verdict(&world, &empty), Err(EpochEndError::TooShort(0)));
}

#[test]
fn the_row_begins_with_the_barrier() {
    let world = world(4);
    let mut closing_only = end(&world, headers(&world, next(), 3));
    closing_only.headers.remove(0);
    assert_eq!(verdict(&world, &closing_only), Err(EpochEndError::Broken(0)));
}

/// Whatever one changes in a closing header breaks the row there, even with a certificate of the last header.
#[test]
fn each_closing_header_follows_from_the_one_before() {
    let world = world(4);
    type Change = fn(&mut Header);
    let changes: [(&str, Change); 11] = [
        ("parent", |header| header.parent = block(1)),
        ("parent view", |header| header.parent_view = View(3)),
        ("height", |header| header.height = Height(7)),
        ("epoch", |header| header.at = at(1, 11)),
        ("view", |header| header.at = at(0, 10)),
        ("validators", |header| header.validators = ValidatorsDigest(filled(1))),
        ("another next set", |header| header.next_validators = ValidatorsDigest(filled(1))),
        ("no next set", |header| header.next_validators = header.validators),
        ("transactions", |header| header.transactions = 1),
        ("batches", |header| header.batches = BatchesRoot(filled(1))),
        ("time", |header| header.time = Timestamp(0)),
    ];
    for (what, change) in changes {
        let mut headers = headers(&world, next(), 2);
        change(headers.last_mut().unwrap());
        let end = end(&world, headers);
        // the next set is compared with the last header's, so that the difference shows one header earlier
        let place = if what.ends_with("next set") { 1 } else { 2 };
        assert_eq!(verdict(&world, &end), Err(EpochEndError::Broken(place)), "{what}");
    }
}

#[test]
fn the_certificate_is_a_commit_of_the_last_header() {
    let world = world(4);
    let good = end(&world, headers(&world, next(), 2));
    let (middle, last) = (&good.headers[1], &good.headers[2]);
    for statement in [
        VoteStatement::commit(middle.at, middle.digest()),
        VoteStatement::prepare(last.at, last.digest()),
        VoteStatement::skip(last.at),
    ] {
        let other = EpochEnd { commit: world.certificate(statement), ..good.clone() };
        assert_eq!(verdict(&world, &other), Err(EpochEndError::OtherBlock), "{statement:?}");
    }
}

#[test]
fn only_the_epochs_own_validators_end_it() {
    let (world, strangers) = (world(4), validators(3, 4));
    let strangers =
        World { genesis: world.genesis, set: ValidatorSet::new(strangers.0).unwrap(), keys: strangers.1 };
    let good = end(&world, headers(&world, next(), 1));
    assert_eq!(verdict(&strangers, &good), Err(EpochEndError::Broken(0)));
    let forged = EpochEnd { commit: strangers.certificate(good.commit.statement), ..good };
    let refused = verdict(&world, &forged);
    assert!(matches!(refused, Err(EpochEndError::Certificate(CertificateError::Forged(_)))), "{refused:?}");
}
