//! What a liar is about to say, and what it can make of it.

use std::sync::Arc;

use realdid_crypto::PublicKey;
use realdid_types::{
    Batch, Block, BlockDigest, EpochView, Header, Message, Proposal, SignedBatch, SignedTransaction, Vote,
    VoteStatement,
};

use crate::world::{World, network::Micros};

/// A message on its way from a liar to somebody.
pub struct Saying<'a> {
    pub world: &'a mut World,
    pub from: usize,
    pub to: usize,
    pub message: &'a Arc<Message>,
}

impl Saying<'_> {
    /// What an honest validator would say.
    pub fn truth(&self) -> Arc<Message> {
        self.message.clone()
    }

    /// The message, if it is the liar's own vote.
    pub fn own_vote(&self) -> Option<Vote> {
        let Message::Vote(vote) = &**self.message else { return None };
        let node = &self.world.nodes[self.from];
        let me = node.replica.as_ref()?.engine().validators().index_of(&node.key)?;
        (vote.signer == me).then(|| vote.clone())
    }

    /// The message, if it is the liar's own proposal.
    pub fn own_proposal(&self) -> Option<Proposal> {
        let Message::Proposal(proposal) = &**self.message else { return None };
        self.leads(proposal.block.header.at).then(|| (**proposal).clone())
    }

    /// The message's batch, if it is the liar's own.
    pub fn own_batch(&self) -> Option<Batch> {
        let Message::Batch(batch) = &**self.message else { return None };
        (batch.batch.author == self.world.nodes[self.from].author).then(|| batch.batch.clone())
    }

    /// Whether the liar leads this view.
    pub fn leads(&self, at: EpochView) -> bool {
        let node = &self.world.nodes[self.from];
        let engine = node.replica.as_ref().map(|replica| replica.engine());
        engine.is_some_and(|engine| {
            engine.epoch() == at.epoch
                && engine.validators().index_of(&node.key) == Some(engine.validators().leader(at))
        })
    }

    /// How many validators there are.
    pub fn validators(&self) -> Option<usize> {
        Some(self.world.nodes[self.from].replica.as_ref()?.engine().validators().len())
    }

    /// A block that the liar has.
    pub fn block(&self, digest: BlockDigest) -> Option<Block> {
        let node = &self.world.nodes[self.from];
        node.replica.as_ref()?.engine().block(digest).cloned()
    }

    /// A vote of the liar's.
    pub fn vote(&self, statement: VoteStatement) -> Option<Arc<Message>> {
        self.world.sign_vote(self.from, statement).map(|vote| Arc::new(Message::Vote(vote)))
    }

    /// The proposal with something changed in its header, signed again.
    pub fn changed(&self, mut proposal: Proposal, change: impl FnOnce(&mut Header)) -> Message {
        change(&mut proposal.block.header);
        let message = proposal.block.header.proposal_digest(self.world.genesis_digest);
        let key = &self.world.nodes[self.from].key;
        proposal.signature = self.world.keyring.sign(key, message.as_bytes());
        Message::Proposal(Box::new(proposal))
    }

    /// A batch with the liar's signature, whoever is said to be its author.
    pub fn batch(&self, number: u64, author: PublicKey, transactions: Vec<SignedTransaction>) -> SignedBatch {
        let batch = Batch { author, number, transactions };
        let message = batch.signing_digest(self.world.genesis_digest);
        let key = &self.world.nodes[self.from].author;
        SignedBatch { signature: self.world.keyring.sign(key, message.as_bytes()), batch }
    }

    /// Says the truth after a while.
    pub fn later(&mut self, delay: Micros) {
        self.world.post_later(self.from, self.to, self.message.clone(), delay);
    }
}
