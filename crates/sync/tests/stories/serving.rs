//! What is answered to those who catch up.

use realdid_crypto::Digest;
use realdid_sync::answer;
use realdid_types::{
    BlockDigest, CatchUpAnswer, CatchUpRequest, Epoch, EpochQuestion, Height, Message, Request, Wire, limits,
};

use crate::chain::Chain;

fn ask(chain: &Chain, above: u64, below: BlockDigest) -> CatchUpAnswer {
    let request = CatchUpRequest { above: Height(above), below };
    let Some(Message::CatchUp(answer)) = answer(chain, &Request::CatchUp(request.clone())) else {
        panic!("catching up is always answered")
    };
    assert_eq!(answer.request, request);
    *answer
}

fn heights(answer: &CatchUpAnswer) -> (u64, u64) {
    (answer.blocks.first().unwrap().header.height.0, answer.blocks.last().unwrap().header.height.0)
}

#[test]
fn the_highest_certificate_within_one_answer_is_chosen() {
    assert_eq!(heights(&ask(&Chain::of(1_000), 0, BlockDigest::ZERO)), (1, 256));
    assert_eq!(heights(&ask(&Chain::of(1_000).sparse(100), 0, BlockDigest::ZERO)), (1, 200));
}

#[test]
fn without_one_that_near_the_nearest_is_chosen_and_the_lower_blocks_follow_by_digest() {
    let chain = Chain::of(1_000).sparse(400);
    let top = ask(&chain, 0, BlockDigest::ZERO);
    assert_eq!(heights(&top), (145, 400));

    let rest = ask(&chain, 0, top.blocks[0].header.parent);

    assert_eq!((heights(&rest), rest.commit), ((1, 144), None));
}

#[test]
fn the_certificate_is_of_the_epoch_of_the_first_block() {
    let chain = Chain::of(10).close_epoch(2).and(10);

    let answer = ask(&chain, 5, BlockDigest::ZERO);

    assert_eq!(answer.commit, Some(chain.ends[&Epoch(0)].commit.clone()));
    assert_eq!(answer.blocks.iter().filter(|block| block.header.is_closing()).count(), 2);
    assert_eq!(heights(&ask(&chain, 10, BlockDigest::ZERO)), (11, 20));
}

#[test]
fn closing_blocks_can_be_asked_for_by_digest() {
    let chain = Chain::of(10).close_epoch(300).and(10);
    let top = ask(&chain, 0, BlockDigest::ZERO);
    assert!(top.blocks[0].header.is_closing(), "256 closing blocks fill the first answer");

    let rest = ask(&chain, 0, top.blocks[0].header.parent);

    assert_eq!(heights(&rest), (1, 11));
    assert_eq!(rest.blocks.len(), 10 + 300 - 256);
}

#[test]
fn who_has_nothing_above_says_so() {
    assert!(ask(&Chain::of(10), 10, BlockDigest::ZERO).blocks.is_empty());
    assert!(ask(&Chain::of(10), u64::MAX, BlockDigest::ZERO).blocks.is_empty());
    assert!(ask(&Chain::of(10), 0, BlockDigest(Digest::from_bytes([1; 32]))).blocks.is_empty());
    let tenth = Chain::of(10).blocks[3].digest();
    assert!(ask(&Chain::of(10), 5, tenth).blocks.is_empty(), "nothing at or below the asker's height");
}

#[test]
fn an_answer_fits_into_its_frame() {
    let mut chain = Chain::genesis();
    (0..300).for_each(|_| chain.extend(limits::BLOCK_BATCHES_MAX, 1));

    let answer = ask(&chain, 0, BlockDigest::ZERO);

    assert!(answer.blocks.len() < 256);
    let bytes = Message::CatchUp(Box::new(answer)).encode().len();
    assert!(bytes <= limits::CATCH_UP_BYTES_MAX, "{bytes}");
    assert!(bytes > limits::CATCH_UP_BYTES_MAX / 2, "and is not wasted: {bytes}");
}

#[test]
fn batches_blocks_and_epoch_ends_are_given_by_name() {
    let chain = Chain::of(4).close_epoch(1);
    let batch = chain.batches.keys().next().unwrap();
    assert!(matches!(answer(&chain, &Request::Batch(*batch)), Some(Message::Batch(_))));
    assert!(matches!(answer(&chain, &Request::Block(chain.blocks[2].digest())), Some(Message::Block(_))));
    let end = |epoch| answer(&chain, &Request::EpochEnd(EpochQuestion { epoch: Epoch(epoch) }));
    assert!(matches!(end(0), Some(Message::EpochEnd(_))));
    assert_eq!(end(1), None);
}
