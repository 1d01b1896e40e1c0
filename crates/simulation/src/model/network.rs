//! What never changes while a model runs: who there is, who lies, and what the liars can sign.

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use realdid_consensus::{BatchStatus, Batches, Now, Outcome, Settings, Surroundings};
use realdid_crypto::{Context, Digest, PublicKey, Signature, Signed, Verifier, digest};
use realdid_types::{
    BatchDigest, BatchReference, Block, BlockDigest, Certificate, Epoch, EpochView, GenesisDigest, Header,
    Height, OrganisationName, Proposal, StateRoot, Timestamp, Validator, ValidatorIndex, ValidatorSet, View,
    Vote, VoteStatement,
};

/// The clocks of everybody stand still: timers are events of the model, and times decide nothing.
const WALL: Timestamp = Timestamp(1_000_000);

/// The validators of a model.
pub struct Network {
    pub set: Arc<ValidatorSet>,
    pub keys: Vec<PublicKey>,
    pub liars: BTreeSet<usize>,
    pub genesis: Block,
    digest: GenesisDigest,
}

impl Network {
    /// `n` validators of which these lie.
    pub fn new(n: usize, liars: BTreeSet<usize>) -> Self {
        let key = |kind: u8, index: usize| {
            PublicKey::ed25519(*digest(Context::Random, &[kind, index as u8]).as_bytes())
        };
        let validator = |index: usize| Validator {
            organisation: OrganisationName::new(&format!("operator-{index}")).expect("a short name"),
            consensus_key: key(0, index),
            transport_key: key(1, index),
        };
        let set = ValidatorSet::new((0..n).map(validator).collect()).expect("distinct keys");
        let header = Header {
            at: EpochView::default(),
            height: Height(0),
            parent: BlockDigest::ZERO,
            parent_view: View(0),
            validators: set.digest(),
            next_validators: set.digest(),
            state_root: StateRoot::ZERO,
            batches: Block::batches_root(&[]),
            transactions: 0,
            time: Timestamp(0),
            proposer: ValidatorIndex(0),
        };
        Self {
            keys: (0..n).map(|index| key(0, index)).collect(),
            set: Arc::new(set),
            liars,
            genesis: Block { header, batches: Vec::new() },
            digest: GenesisDigest(digest(Context::Genesis, &[n as u8])),
        }
    }

    pub fn honest(&self) -> impl Iterator<Item = usize> + '_ {
        (0..self.keys.len()).filter(|index| !self.liars.contains(index))
    }

    pub fn quorum(&self) -> usize {
        self.set.quorum().size()
    }

    pub fn index_of(&self, key: &PublicKey) -> usize {
        self.keys.iter().position(|known| known == key).expect("only validators are spoken of")
    }

    pub fn leader(&self, at: EpochView) -> usize {
        usize::from(self.set.leader(at).0)
    }

    pub fn settings(&self, index: usize) -> Settings {
        Settings { genesis: self.digest, me: self.keys[index], max_idle: Duration::from_secs(1) }
    }

    /// What a validator sees whose clock is so many milliseconds ahead.
    pub fn surroundings(&self, ahead: u64) -> Surroundings<'_> {
        let now = Now { monotonic: Duration::ZERO, wall: Timestamp(WALL.0 + ahead) };
        Surroundings { now, batches: &NoBatches, verifier: &TagVerifier }
    }

    /// Executing an empty block: a root that depends on it, and the same validators.
    pub fn outcome(&self, block: &Block) -> Outcome {
        let root = if block.header.height == Height(0) { Digest::ZERO } else { block.digest().0 };
        Outcome { root: StateRoot(root), next: self.set.clone() }
    }

    pub fn vote(&self, signer: usize, statement: VoteStatement) -> Vote {
        let message = statement.signing_digest(self.digest);
        let signature = tag(&self.keys[signer], message.as_bytes());
        Vote { statement, signer: ValidatorIndex(signer as u16), signature }
    }

    /// A certificate that can be made once a quorum, the liars included, has said so. Who signed decides nothing, so
    /// that the first quorum of the set stands for all.
    pub fn certificate(&self, statement: VoteStatement) -> Certificate {
        let votes = (0..self.keys.len()).map(|index| self.vote(index, statement));
        let signatures = votes.map(|vote| (vote.signer, vote.signature)).collect();
        Certificate::assemble(statement, &signatures, &self.set).expect("everybody is a quorum")
    }

    pub fn sign_proposal(&self, header: &Header) -> Signature {
        let key = &self.keys[usize::from(header.proposer.0)];
        tag(key, header.proposal_digest(self.digest).as_bytes())
    }

    /// A valid block on `parent`; `variant` makes different ones.
    pub fn block(&self, view: View, parent: &Header, variant: u64) -> Block {
        let at = EpochView::new(Epoch(0), view);
        let parent_block = Block { header: parent.clone(), batches: Vec::new() };
        let header = Header {
            at,
            height: parent.height.next(),
            parent: parent.digest(),
            parent_view: parent.at.view,
            validators: self.set.digest(),
            next_validators: self.set.digest(),
            state_root: self.outcome(&parent_block).root,
            batches: Block::batches_root(&[]),
            transactions: 0,
            time: Timestamp(parent.time.0 + 1 + variant),
            proposer: self.set.leader(at),
        };
        Block { header, batches: Vec::new() }
    }

    /// A block signed by its leader with these certificates attached.
    pub fn proposal(&self, block: Block, parent: Option<Certificate>, skips: Vec<Certificate>) -> Proposal {
        let signature = self.sign_proposal(&block.header);
        Proposal { block, signature, parent, skips, commit: None }
    }
}

/// Blocks of a model are empty.
struct NoBatches;

impl Batches for NoBatches {
    fn status(&self, _reference: &BatchReference) -> BatchStatus {
        BatchStatus::Held
    }

    fn select(&self, _in_chain: &BTreeSet<BatchDigest>) -> Vec<BatchReference> {
        Vec::new()
    }

    fn heard_pending(&self, _in_chain: &BTreeSet<BatchDigest>) -> bool {
        false
    }

    fn announced_pending(&self, _in_chain: &BTreeSet<BatchDigest>) -> bool {
        false
    }
}

/// Stands in for a signature: a mixture of key and message that nobody in the model forges.
fn tag(key: &PublicKey, message: &[u8]) -> Signature {
    let words = key.as_bytes().chunks(8).chain(message.chunks(8));
    let mixed = words.fold(0x9e37_79b9_7f4a_7c15_u64, |sum, chunk| {
        let word = chunk.iter().fold(0_u64, |word, byte| word << 8 | u64::from(*byte));
        (sum.rotate_left(23) ^ word).wrapping_mul(0xbf58_476d_1ce4_e5b9)
    });
    let mut bytes = [0_u8; 64];
    bytes[..8].copy_from_slice(&mixed.to_le_bytes());
    Signature::ed25519(bytes)
}

struct TagVerifier;

impl Verifier for TagVerifier {
    fn verify(&self, signed: &[Signed<'_>]) -> Result<(), Vec<usize>> {
        let bad = |one: &Signed<'_>| tag(one.key, one.message) != *one.signature;
        let bad: Vec<usize> =
            signed.iter().enumerate().filter(|(_, one)| bad(one)).map(|(place, _)| place).collect();
        if bad.is_empty() { Ok(()) } else { Err(bad) }
    }
}
