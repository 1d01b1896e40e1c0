//! The characters of peers, each a pure function from question to answer.

use std::{sync::Arc, time::Duration};

use realdid_crypto::Digest;
use realdid_sync::answer;
use realdid_types::{
    Block, BlockDigest, CatchUpAnswer, CatchUpRequest, Epoch, EpochView, Height, Message, Request,
    SignedBatch, View, VoteStatement,
};

use crate::chain::{Chain, certify, key, tag};

/// How a peer behaves towards one that catches up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Character {
    /// Says what it knows, after this many milliseconds.
    Honest(u64),
    /// Honest, and knows the chain up to this height.
    Short(u64),
    /// Never says anything.
    Silent,
    /// Always says that it has nothing.
    Empty,
    /// Gives one block at a time, just before the deadline, and batches as late.
    Drip,
    /// Serves blocks well and never a batch.
    NoBatches,
    /// Sends blocks with heights pushed up by a thousand.
    FalseHeight,
    /// Leaves out a block in the middle.
    Gap,
    /// Turns a header upside down.
    OtherHeader,
    /// Puts other references under a true header.
    OtherReferences,
    /// Sends a thousand blocks at once.
    Huge,
    /// Sends a certificate that nobody signed, for blocks of its own making.
    Forged,
    /// Sends the newest blocks with a certificate that they were prepared.
    Prepared,
    /// Sends blocks with no certificate at all.
    Uncertified,
    /// Replays a true certificate of a block that the asker has.
    Old,
    /// Offers the newest certificate of all with a single block, then nothing below.
    Far,
    /// Answers with a certificate of an epoch that is far ahead.
    LaterEpoch,
    /// Sends batches that their author has not signed.
    UnsignedBatches,
    /// Sends other batches than those it is asked for.
    OtherBatches,
    /// Claims that the epoch ended now.
    ForgedEpochEnd,
}

pub const LIARS: [Character; 18] = [
    Character::Silent,
    Character::Empty,
    Character::Drip,
    Character::NoBatches,
    Character::FalseHeight,
    Character::Gap,
    Character::OtherHeader,
    Character::OtherReferences,
    Character::Huge,
    Character::Forged,
    Character::Prepared,
    Character::Uncertified,
    Character::Old,
    Character::Far,
    Character::LaterEpoch,
    Character::UnsignedBatches,
    Character::OtherBatches,
    Character::ForgedEpochEnd,
];

impl Character {
    /// What it says to this, and how much later.
    pub fn answer(self, chain: &Chain, request: &Request) -> Option<(Duration, Message)> {
        let truth = match self {
            Self::Short(height) => answer(&chain.until(height), request),
            _ => answer(chain, request),
        };
        let delay = match self {
            Self::Honest(delay) => delay,
            Self::Drip => 1_900,
            _ => 20,
        };
        let said = match (self, truth) {
            (Self::Silent, _) => None,
            (Self::NoBatches, Some(Message::Batch(_))) => None,
            (_, Some(Message::CatchUp(truth))) => Some(Message::CatchUp(Box::new(self.bend(chain, *truth)))),
            (Self::UnsignedBatches, Some(Message::Batch(batch))) => {
                Some(Message::Batch(Box::new(SignedBatch { signature: tag(&key(666), b"no"), ..*batch })))
            }
            (Self::OtherBatches, Some(Message::Batch(_))) => {
                let other = chain.batches.values().next()?;
                Some(Message::Batch(Box::new(Arc::unwrap_or_clone(other.clone()))))
            }
            (Self::ForgedEpochEnd, Some(Message::EpochEnd(mut end))) => {
                end.commit.signatures[0] = tag(&key(666), b"no");
                Some(Message::EpochEnd(end))
            }
            (_, truth) => truth,
        };
        said.map(|said| (Duration::from_millis(delay), said))
    }

    fn bend(self, chain: &Chain, truth: CatchUpAnswer) -> CatchUpAnswer {
        let CatchUpAnswer { request, commit, mut blocks } = truth;
        match self {
            Self::Empty => nothing(request),
            Self::Far if request.below == BlockDigest::ZERO => {
                let Some((height, commit)) = chain.commits.iter().next_back() else {
                    return nothing(request);
                };
                let top = chain.blocks[height.0 as usize].clone();
                CatchUpAnswer { request, commit: Some(commit.clone()), blocks: vec![top] }
            }
            Self::Far => nothing(request),
            Self::Old if request.above > Height(0) && request.below == BlockDigest::ZERO => {
                let height = request.above;
                let Some(old) = chain.commits.get(&height) else { return nothing(request) };
                let blocks = vec![chain.blocks[height.0 as usize].clone()];
                CatchUpAnswer { request, commit: Some(old.clone()), blocks }
            }
            Self::Drip => {
                let kept = blocks.split_off(blocks.len().saturating_sub(1));
                CatchUpAnswer { request, commit, blocks: kept }
            }
            Self::FalseHeight => {
                blocks.iter_mut().for_each(|block| block.header.height.0 += 1_000);
                CatchUpAnswer { request, commit, blocks }
            }
            Self::Gap if blocks.len() > 2 => {
                blocks.remove(blocks.len() / 2);
                CatchUpAnswer { request, commit, blocks }
            }
            Self::OtherHeader | Self::Gap => {
                blocks.iter_mut().for_each(|block| block.header.time.0 += 1);
                CatchUpAnswer { request, commit, blocks }
            }
            Self::OtherReferences => {
                let stray = chain.batches.values().next().map(|batch| batch.reference());
                blocks.iter_mut().for_each(|block| block.batches.extend(stray.clone()));
                CatchUpAnswer { request, commit, blocks }
            }
            Self::Huge => {
                let copies = blocks.iter().cycle().take(1_000).cloned().collect();
                CatchUpAnswer { request, commit, blocks: copies }
            }
            Self::Forged => forged(chain, request, blocks),
            Self::Prepared => {
                let prepare =
                    blocks.last().map(|block| VoteStatement::prepare(block.header.at, block.digest()));
                let commit = prepare.map(|prepare| certify(prepare, &chain.sets[0]));
                CatchUpAnswer { request, commit, blocks }
            }
            Self::Uncertified => CatchUpAnswer { request, commit: None, blocks },
            Self::LaterEpoch => {
                let at = EpochView::new(Epoch(99), View(1));
                let later = certify(VoteStatement::commit(at, BlockDigest(Digest::ZERO)), &chain.sets[0]);
                CatchUpAnswer { request, commit: Some(later), blocks }
            }
            _ => CatchUpAnswer { request, commit, blocks },
        }
    }
}

fn nothing(request: CatchUpRequest) -> CatchUpAnswer {
    CatchUpAnswer { request, commit: None, blocks: Vec::new() }
}

/// Blocks of its own under a certificate with the right shape and signatures by nobody.
fn forged(chain: &Chain, request: CatchUpRequest, blocks: Vec<Block>) -> CatchUpAnswer {
    let Some(mut last) = blocks.last().cloned() else { return nothing(request) };
    last.header.time.0 += 5;
    let statement = VoteStatement::commit(last.header.at, last.digest());
    let mut commit = certify(statement, &chain.sets[0]);
    commit.signatures.iter_mut().for_each(|signature| *signature = tag(&key(666), b"no"));
    CatchUpAnswer { request, commit: Some(commit), blocks: vec![last] }
}
