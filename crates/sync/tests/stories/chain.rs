//! A chain as honest validators would have made it, with keyed tags in place of signatures.

use std::{collections::BTreeMap, sync::Arc};

use realdid_crypto::{Context, Digest, Hasher, PublicKey, Signature, Signed, Verifier, digest};
use realdid_sync::{ChainStore, Config, Tip};
use realdid_types::{
    Batch, BatchDigest, BatchReference, Block, BlockDigest, Certificate, Epoch, EpochEnd, EpochView,
    GenesisDigest, Header, Height, OrganisationName, SignedBatch, StateRoot, Timestamp, Validator,
    ValidatorIndex, ValidatorSet, View, VoteStatement,
};

/// Holds exactly the tags that [`tag`] makes.
pub struct TagVerifier;

impl Verifier for TagVerifier {
    fn verify(&self, signed: &[Signed<'_>]) -> Result<(), Vec<usize>> {
        let wrong = |signed: &Signed<'_>| tag(signed.key, signed.message) != *signed.signature;
        let bad: Vec<_> =
            signed.iter().enumerate().filter(|(_, signed)| wrong(signed)).map(|(place, _)| place).collect();
        if bad.is_empty() { Ok(()) } else { Err(bad) }
    }
}

pub fn tag(key: &PublicKey, message: &[u8]) -> Signature {
    let half = Hasher::new(Context::Random).update(key.as_bytes()).update(message).finish();
    let mut bytes = [0; 64];
    bytes[..32].copy_from_slice(half.as_bytes());
    Signature::ed25519(bytes)
}

pub fn key(number: u64) -> PublicKey {
    PublicKey::ed25519(*digest(Context::Random, &number.to_le_bytes()).as_bytes())
}

pub const GENESIS: GenesisDigest = GenesisDigest(Digest::from_bytes([7; 32]));

fn validators(first: u64) -> Arc<ValidatorSet> {
    let validator = |number: u64| Validator {
        organisation: OrganisationName::new("ministry").unwrap(),
        consensus_key: key(1_000 + number),
        transport_key: key(9_000 + number),
    };
    Arc::new(ValidatorSet::new((first..first + 4).map(validator).collect()).unwrap())
}

pub fn certify(statement: VoteStatement, set: &ValidatorSet) -> Certificate {
    let message = statement.signing_digest(GENESIS);
    let signatures: BTreeMap<_, _> = (0..)
        .map(ValidatorIndex)
        .zip(set.iter())
        .map(|(index, validator)| (index, tag(&validator.consensus_key, message.as_bytes())))
        .collect();
    Certificate::assemble(statement, &signatures, set).unwrap()
}

/// A final chain with everything that a validator stores of it.
#[derive(Clone)]
pub struct Chain {
    pub blocks: Vec<Block>,
    pub commits: BTreeMap<Height, Certificate>,
    pub ends: BTreeMap<Epoch, EpochEnd>,
    pub batches: BTreeMap<BatchDigest, Arc<SignedBatch>>,
    /// Of each epoch, and of the one that comes.
    pub sets: Vec<Arc<ValidatorSet>>,
    by_digest: BTreeMap<BlockDigest, Height>,
    at: EpochView,
}

impl Chain {
    pub fn genesis() -> Self {
        let set = validators(0);
        let header = Header {
            at: EpochView::default(),
            height: Height(0),
            parent: BlockDigest(GENESIS.0),
            parent_view: View(0),
            validators: set.digest(),
            next_validators: set.digest(),
            state_root: StateRoot::ZERO,
            batches: Block::batches_root(&[]),
            transactions: 0,
            time: Timestamp(1),
            proposer: ValidatorIndex(0),
        };
        let block = Block { header, batches: Vec::new() };
        let by_digest = BTreeMap::from([(block.digest(), Height(0))]);
        Self {
            blocks: vec![block],
            commits: BTreeMap::new(),
            ends: BTreeMap::new(),
            batches: BTreeMap::new(),
            sets: vec![set],
            by_digest,
            at: EpochView::default(),
        }
    }

    /// `blocks` blocks with one batch in every second, every one with its own certificate.
    pub fn of(blocks: u64) -> Self {
        Self::genesis().and(blocks)
    }

    pub fn and(mut self, blocks: u64) -> Self {
        (0..blocks).for_each(|number| self.extend((number % 2) as usize, 1));
        self
    }

    /// Keeps only every `step`-th certificate.
    pub fn sparse(mut self, step: u64) -> Self {
        self.commits.retain(|height, _| height.0 % step == 0);
        self
    }

    pub fn tip(&self) -> &Header {
        &self.blocks.last().unwrap().header
    }

    pub fn height(&self) -> u64 {
        self.tip().height.0
    }

    /// The chain as it was when this block was the newest.
    pub fn until(&self, height: u64) -> Self {
        let mut chain = self.clone();
        chain.blocks.truncate(height as usize + 1);
        chain.commits.retain(|of, _| of.0 <= height);
        chain.by_digest.retain(|_, of| of.0 <= height);
        chain.ends.retain(|_, end| end.headers[0].height.0 < height);
        chain
    }

    /// One block with so many batches, `views` views later.
    pub fn extend(&mut self, batches: usize, views: u64) {
        let height = self.height();
        let batches: Vec<_> = (0..batches)
            .map(|number| {
                let author = key(5);
                let batch = Batch { author, number: height * 100 + number as u64, transactions: vec![] };
                let signature = tag(&author, batch.signing_digest(GENESIS).as_bytes());
                Arc::new(SignedBatch { batch, signature })
            })
            .collect();
        let references = batches.iter().map(|batch| batch.reference()).collect();
        self.batches.extend(batches.into_iter().map(|batch| (batch.batch.digest(), batch)));
        self.extend_with(references, views);
    }

    /// One block with these batches.
    pub fn extend_with(&mut self, references: Vec<BatchReference>, views: u64) {
        let parent = self.tip().clone();
        let first_of_epoch = parent.at.epoch != self.at.epoch;
        self.at.view = View(self.at.view.0 + views);
        let header = Header {
            at: self.at,
            height: parent.height.next(),
            parent: parent.digest(),
            parent_view: if first_of_epoch { View(0) } else { parent.at.view },
            batches: Block::batches_root(&references),
            time: parent.time.plus(1),
            ..self.headless()
        };
        let digest = header.digest();
        self.commits.insert(header.height, certify(VoteStatement::commit(self.at, digest), self.set()));
        self.by_digest.insert(digest, header.height);
        self.blocks.push(Block { header, batches: references });
    }

    fn headless(&self) -> Header {
        let set = self.set().digest();
        Header { validators: set, next_validators: set, ..self.tip().clone() }
    }

    fn set(&self) -> &Arc<ValidatorSet> {
        &self.sets[self.at.epoch.0 as usize]
    }

    /// The tip becomes the barrier; so many closing blocks follow, the last certified.
    pub fn close_epoch(mut self, closing: u64) -> Self {
        let (old, next) = (self.set().clone(), validators(self.at.epoch.0 + 1));
        let barrier = self.tip().clone();
        let mut headers = vec![barrier.clone()];
        for _ in 0..closing {
            let parent = headers.last().unwrap();
            self.at = self.at.next_view();
            headers.push(Header {
                at: self.at,
                height: barrier.height.next(),
                parent: parent.digest(),
                parent_view: parent.at.view,
                validators: old.digest(),
                next_validators: next.digest(),
                batches: Block::batches_root(&[]),
                time: parent.time.plus(1),
                ..parent.clone()
            });
        }
        let last = headers.last().unwrap();
        let commit = certify(VoteStatement::commit(last.at, last.digest()), &old);
        self.ends.insert(self.at.epoch, EpochEnd { headers, commit });
        self.sets.push(next);
        self.at = EpochView::new(self.at.epoch.next(), View(0));
        self
    }

    /// The tip as a validator that stopped at this height stores it.
    pub fn tip_at(&self, height: u64) -> Tip {
        let header = &self.blocks[height as usize].header;
        let ended = self.ends.get(&header.at.epoch).filter(|end| end.headers[0].height.0 == height);
        let next = header.at.epoch.0 as usize + usize::from(ended.is_some());
        Tip::new(header, self.sets[next].clone())
    }

    /// Where a validator starts that stopped at this height and has not entered the next epoch.
    pub fn config_at(&self, height: u64) -> Config {
        let epoch = self.blocks[height as usize].header.at.epoch;
        let validators = self.sets[epoch.0 as usize].clone();
        Config { genesis: GENESIS, tip: self.tip_at(height), epoch, validators }
    }

    pub fn commit_at(&self, height: u64) -> Certificate {
        self.commits[&Height(height)].clone()
    }
}

impl ChainStore for Chain {
    fn block_at(&self, height: Height) -> Option<Block> {
        self.blocks.get(height.0 as usize).cloned()
    }

    fn block(&self, digest: BlockDigest) -> Option<Block> {
        self.block_at(*self.by_digest.get(&digest)?)
    }

    fn batch(&self, digest: BatchDigest) -> Option<Arc<SignedBatch>> {
        self.batches.get(&digest).cloned()
    }

    fn commit_at_or_below(&self, height: Height) -> Option<(Height, Certificate)> {
        self.commits.range(..=height).next_back().map(|(height, commit)| (*height, commit.clone()))
    }

    fn commit_at_or_above(&self, height: Height) -> Option<(Height, Certificate)> {
        self.commits.range(height..).next().map(|(height, commit)| (*height, commit.clone()))
    }

    fn epoch_end(&self, epoch: Epoch) -> Option<EpochEnd> {
        self.ends.get(&epoch).cloned()
    }
}
