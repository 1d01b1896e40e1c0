//! Who there is, and what they can say: shared by the tests beside the code and those outside.
#![allow(dead_code, reason = "each test binary says only a part of it")]

use std::sync::Arc;

use realdid_crypto::{Context, Digest, PublicKey, Signature, Signed, Verifier, digest};
use realdid_types::{
    Block, BlockDigest, Certificate, Epoch, EpochView, GenesisDigest, Header, Height, OrganisationName,
    Proposal, StateRoot, Timestamp, Validator, ValidatorIndex, ValidatorSet, View, Vote, VoteStatement,
};

/// The network that everything is signed for.
pub const GENESIS: GenesisDigest = GenesisDigest(Digest::ZERO);

/// Validators that sign with keyed tags, and the block that they start on.
pub struct Network {
    pub set: Arc<ValidatorSet>,
    pub genesis: Block,
}

impl Network {
    /// Validators 0 to n − 1.
    pub fn of(n: u8) -> Self {
        let set = validators(0..n);
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
        Self { set, genesis: Block { header, batches: Vec::new() } }
    }

    pub fn leader(&self, view: u64) -> u8 {
        u8::try_from(self.set.leader(at(view)).0).expect("few validators")
    }

    /// A valid block without batches, proposed in `view` by its leader.
    pub fn child(&self, view: u64, parent: &Block) -> Block {
        let header = Header {
            at: at(view),
            height: parent.header.height.next(),
            parent: parent.digest(),
            parent_view: parent.header.at.view,
            validators: self.set.digest(),
            next_validators: self.set.digest(),
            state_root: root_after(parent),
            batches: Block::batches_root(&[]),
            transactions: 0,
            time: parent.header.time.plus(100),
            proposer: self.set.leader(at(view)),
        };
        Block { header, batches: Vec::new() }
    }

    /// The same block, a millisecond later: another block of the same leader and view.
    pub fn twin(&self, block: &Block) -> Block {
        let mut twin = block.clone();
        twin.header.time = twin.header.time.next();
        twin
    }

    pub fn vote(&self, signer: u8, statement: VoteStatement) -> Vote {
        let key = consensus_key(signer);
        let signature = tag(&key, statement.signing_digest(GENESIS).as_bytes());
        let signer = self.set.index_of(&key).expect("a validator of this set");
        Vote { statement, signer, signature }
    }

    /// Signed by the first quorum of the set.
    pub fn certificate(&self, statement: VoteStatement) -> Certificate {
        let message = statement.signing_digest(GENESIS);
        let signatures = (0_u16..).zip(self.set.iter()).map(|(index, validator)| {
            (ValidatorIndex(index), tag(&validator.consensus_key, message.as_bytes()))
        });
        Certificate::assemble(statement, &signatures.collect(), &self.set).expect("all are a quorum")
    }

    pub fn prepared(&self, block: &Block) -> Certificate {
        self.certificate(VoteStatement::prepare(block.header.at, block.digest()))
    }

    pub fn committed(&self, block: &Block) -> Certificate {
        self.certificate(VoteStatement::commit(block.header.at, block.digest()))
    }

    pub fn skipped(&self, view: u64) -> Certificate {
        self.certificate(VoteStatement::skip(at(view)))
    }

    /// Signed by the proposer that the header names, with nothing attached.
    pub fn proposal(&self, block: &Block) -> Proposal {
        let signature = self.sign_header(&block.header);
        Proposal { block: block.clone(), signature, parent: None, skips: Vec::new(), commit: None }
    }

    pub fn sign_header(&self, header: &Header) -> Signature {
        let proposer = self.set.get(header.proposer).expect("a validator of this set");
        tag(&proposer.consensus_key, header.proposal_digest(GENESIS).as_bytes())
    }
}

/// A view of epoch 0.
pub fn at(view: u64) -> EpochView {
    EpochView::new(Epoch(0), View(view))
}

/// The state's root after a block: another one after every block.
pub fn root_after(block: &Block) -> StateRoot {
    if block.header.height == Height(0) { StateRoot::ZERO } else { StateRoot(block.digest().0) }
}

/// A set of these operators in this order.
pub fn validators(operators: impl IntoIterator<Item = u8>) -> Arc<ValidatorSet> {
    let validator = |operator: u8| Validator {
        organisation: OrganisationName::new(&format!("operator-{operator}")).expect("a short name"),
        consensus_key: consensus_key(operator),
        transport_key: key(b"transport", operator),
    };
    Arc::new(ValidatorSet::new(operators.into_iter().map(validator).collect()).expect("distinct keys"))
}

pub fn consensus_key(operator: u8) -> PublicKey {
    key(b"consensus", operator)
}

fn key(use_of_it: &[u8], operator: u8) -> PublicKey {
    let bytes = [use_of_it, &[operator]].concat();
    PublicKey::ed25519(*digest(Context::Random, &bytes).as_bytes())
}

/// Stands in for a signature.
fn tag(key: &PublicKey, message: &[u8]) -> Signature {
    let digest = digest(Context::Random, &[key.as_bytes(), message].concat());
    let mut bytes = [0_u8; 64];
    bytes[..32].copy_from_slice(digest.as_bytes());
    Signature::ed25519(bytes)
}

/// A signature that nobody made.
pub fn forged() -> Signature {
    Signature::ed25519([0x66; 64])
}

/// Checks tags.
pub struct TagVerifier;

impl Verifier for TagVerifier {
    fn verify(&self, signed: &[Signed<'_>]) -> Result<(), Vec<usize>> {
        let is_bad = |one: &Signed<'_>| tag(one.key, one.message) != *one.signature;
        let bad: Vec<usize> =
            signed.iter().enumerate().filter(|(_, one)| is_bad(one)).map(|(place, _)| place).collect();
        if bad.is_empty() { Ok(()) } else { Err(bad) }
    }
}
