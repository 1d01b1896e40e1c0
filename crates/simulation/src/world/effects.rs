//! What a node's effects lead to in the world.

use std::{sync::Arc, time::Duration};

use realdid_consensus::Write;
use realdid_replica::{Commit, Effect, Input, Timer};
use realdid_types::{SignedBatch, TransactionId, Vote, VoteStatement};

use super::{Event, Stored, World, checks, disk::Entry, node::Status};

impl World {
    /// Carries out one effect; what it leads to at once is the next input.
    pub(super) fn carry_out(&mut self, node: usize, effect: Effect) -> Option<Input> {
        match effect {
            Effect::Write(write) => self.write_votes(node, write),
            Effect::StoreBatch(batch) => self.store_batch(node, batch),
            Effect::Execute(executable) => return Some(Input::Execute(executable)),
            Effect::ReserveNumbers(below) => {
                self.nodes[node].write(Entry::Numbers(below));
                self.sync_later(node, vec![Stored::Numbers(below)]);
            }
            Effect::Commit(commit) => self.commit(node, Arc::new(*commit)),
            Effect::Send(to, message) => self.speak(node, Some(to), &message),
            Effect::Broadcast(message) => self.speak(node, None, &message),
            Effect::SignProposal(header) => {
                let key = self.nodes[node].key;
                let signature =
                    self.keyring.sign(&key, header.proposal_digest(self.genesis_digest).as_bytes());
                return Some(Input::ProposalSigned(header, signature));
            }
            Effect::SignBatch(batch) => {
                let signature =
                    self.keyring.sign(&batch.author, batch.signing_digest(self.genesis_digest).as_bytes());
                return Some(Input::BatchSigned(Arc::new(SignedBatch { batch: *batch, signature })));
            }
            Effect::SetTimer(timer, at) => self.set_timer(node, timer, at),
            Effect::EpochEntered(_) => self.on_epoch_entered(node),
            Effect::Refused(id, refusal) => self.checks.on_refused(node, id, refusal),
            Effect::Accepted(_) if self.liars.contains_key(&node) => {}
            Effect::Accepted(ids) => self.accept(node, &ids),
            Effect::Void(_) => {}
            Effect::Report(evidence) => {
                if !self.liars.contains_key(&node) {
                    self.checks.on_evidence(node, &evidence);
                    self.evidence.push((node, *evidence));
                }
            }
            Effect::Distrust(peer, reason) => self.checks.on_distrust(node, peer, &reason),
            Effect::Alarm(alarm) if self.liars.contains_key(&node) => {
                self.trace.note(self.now, node, "raises an alarm");
                self.checks.count(checks::alarm_name(&alarm));
            }
            Effect::Alarm(alarm) => self.checks.on_alarm(node, &alarm),
        }
        None
    }

    fn on_epoch_entered(&mut self, node: usize) {
        self.trace.note(self.now, node, "enters the next epoch");
        self.checks.count("epochs entered");
        let epoch = self.nodes[node].replica.as_ref().map(|replica| replica.engine().epoch());
        let is_first = epoch.is_some_and(|epoch| !self.checks.sets.contains_key(&epoch));
        self.first_in_epoch = Some(node).filter(|node| is_first && !self.liars.contains_key(node));
    }

    fn commit(&mut self, node: usize, commit: Arc<Commit>) {
        if !self.liars.contains_key(&node) {
            self.checks.on_commit(self.now, node, &commit);
        }
        self.trace.commit(self.now, node, &commit);
        self.nodes[node].write(Entry::Commit(commit));
    }

    fn set_timer(&mut self, node: usize, timer: Timer, at: Duration) {
        self.generation += 1;
        let generation = self.generation;
        self.nodes[node].timers.insert(timer, generation);
        let (at, life) = (self.nodes[node].world_time(at), self.nodes[node].life);
        self.schedule(at, Event::Timer { node, life, timer, generation });
    }

    fn write_votes(&mut self, node: usize, write: Write) {
        if self.random.chance(self.failing_writes) && !self.liars.contains_key(&node) && self.random.chance(2)
        {
            self.checks.count("failed write");
            return self.crash(node);
        }
        let votes: Vec<Vote> =
            write.votes.iter().filter_map(|statement| self.sign_vote(node, *statement)).collect();
        self.nodes[node].write(Entry::Consensus(votes.clone(), write.records));
        if write.sync {
            self.sync_later(node, vec![Stored::Votes(write.id, votes)]);
        }
    }

    /// The vote of a node, if it is in the set.
    pub fn sign_vote(&self, node: usize, statement: VoteStatement) -> Option<Vote> {
        let node = &self.nodes[node];
        let signer = node.replica.as_ref()?.engine().validators().index_of(&node.key)?;
        let signature =
            self.keyring.sign(&node.key, statement.signing_digest(self.genesis_digest).as_bytes());
        Some(Vote { statement, signer, signature })
    }

    fn store_batch(&mut self, node: usize, batch: Arc<SignedBatch>) {
        let digest = batch.batch.digest();
        if !self.liars.contains_key(&node) {
            self.check_batch(node, &batch);
        }
        self.nodes[node].write(Entry::Batch(batch));
        self.sync_later(node, vec![Stored::Batch(digest)]);
    }

    /// Batches of strangers and those with wrong signatures take room from nobody.
    fn check_batch(&mut self, node: usize, batch: &SignedBatch) {
        let author = batch.batch.author;
        if !self.nodes.iter().any(|member| member.author == author) {
            self.checks.violation(format!("S10: node {node} stores a batch of the stranger {author}"));
        } else if !batch.verify(self.genesis_digest, self.verifier.as_ref()) {
            self.checks.violation(format!("S3: node {node} stores a batch whose signatures do not hold"));
        }
    }

    /// A sync covers everything written before it; syncs return in order.
    fn sync_later(&mut self, node: usize, then: Vec<Stored>) {
        let at = self.now + self.random.between(self.disk_speed.low, self.disk_speed.high);
        let at = at.max(self.nodes[node].disk_free);
        self.nodes[node].disk_free = at;
        let (life, writes) = (self.nodes[node].life, self.nodes[node].disk.written());
        self.schedule(at, Event::Synced { node, life, writes, then });
    }

    pub(super) fn synced(&mut self, node: usize, life: u64, writes: u64, then: Vec<Stored>) {
        if self.nodes[node].life != life || self.nodes[node].status == Status::Down {
            return;
        }
        self.nodes[node].disk.sync(writes);
        for stored in then {
            let input = match stored {
                Stored::Votes(id, votes) => Input::Stored(id, votes),
                Stored::Batch(digest) => Input::BatchStored(digest),
                Stored::Numbers(below) => Input::NumbersReserved(below),
            };
            self.give(node, input);
        }
    }

    fn accept(&mut self, node: usize, ids: &[TransactionId]) {
        if self.checks.promises.has_lost_disk(node) && !self.is_validator(node) {
            self.checks.promises.distrust([node, node]);
        }
        self.checks.promises.accept(node, ids);
    }

    fn is_validator(&self, node: usize) -> bool {
        let newest = self.checks.sets.last_key_value();
        newest.is_some_and(|(_, set)| set.index_of(&self.nodes[node].key).is_some())
    }
}
