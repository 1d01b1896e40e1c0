//! Carrying out what the replica asks for, in its order.

use std::{sync::Arc, time::Duration};

use realdid_api::{Fate, Final};
use realdid_consensus::Write;
use realdid_crypto::PublicKey;
use realdid_network::{public::Topic, validators::Urgency};
use realdid_replica::{Commit, Effect, Input};
use realdid_state::{StateKey, ValidatorSets, read};
use realdid_types::{Evidence, Have, Message, Request, SignedBatch, Vote, VoteStatement, Wire};

use crate::{
    core::{BATCH_SYNC_DELAY, Core},
    event::Stored,
    node::end_process,
};

/// How long a peer that sent what no honest one sends is left alone.
const CUT_OFF: Duration = Duration::from_secs(10);
/// Batches up to this size leave with the votes: what a leader proposes at low load should be there before its
/// proposal is.
const SMALL_FRAME: usize = 8 * 1024;
/// How many peers of the public plane are asked for what anybody may have.
const ASKED: usize = 2;

impl Core {
    /// Carries out one effect; what it leads to at once is the next input.
    pub(crate) fn carry_out(&mut self, effect: Effect) -> Option<Input> {
        match effect {
            Effect::Write(write) => self.write(write),
            Effect::StoreBatch(batch) => self.store_batch(&batch),
            Effect::ReserveNumbers(below) => self.reserve_numbers(below),
            Effect::Execute(executable) => return Some(Input::Execute(executable)),
            Effect::Commit(commit) => self.commit(&commit),
            Effect::Send(to, message) => self.send(&to, &message),
            Effect::Broadcast(message) => self.broadcast(&message),
            Effect::SignProposal(header) => {
                let key = self.consensus_key.as_ref()?;
                let signature = key.sign(header.proposal_digest(self.genesis).as_bytes());
                return Some(Input::ProposalSigned(header, signature));
            }
            Effect::SignBatch(batch) => {
                let signature = self.author_key.sign(batch.signing_digest(self.genesis).as_bytes());
                return Some(Input::BatchSigned(Arc::new(SignedBatch { batch: *batch, signature })));
            }
            Effect::SetTimer(timer, at) => self.timers.set(timer, at),
            Effect::EpochEntered(end) => {
                tracing::info!(epoch = end.commit.statement.at.epoch.next().0, "a new epoch");
                self.update_peers();
            }
            Effect::Refused(id, refusal) => self.waiting.tell(&id, Fate::Refused(refusal)),
            Effect::Accepted(ids) => ids.iter().for_each(|id| self.waiting.tell(id, Fate::Accepted)),
            Effect::Void(ids) => ids.iter().for_each(|id| self.waiting.tell(id, Fate::Void)),
            Effect::Report(evidence) => self.keep_evidence(&evidence),
            Effect::Distrust(peer, reason) => self.distrust(peer, &reason),
            Effect::Alarm(alarm) => {
                tracing::error!(?alarm, "voting stops: {}", crate::alarm::words(&alarm));
            }
        }
        None
    }

    /// The node has no member's key, so a member has to put it on record.
    fn keep_evidence(&mut self, evidence: &Evidence) {
        self.metrics.evidence.inc();
        match self.evidence.keep(evidence) {
            Ok(Some(file)) => tracing::warn!(
                file = %file.display(),
                "a validator contradicted itself: `realdid validators report FILE --key member.key` puts it on record"
            ),
            Ok(None) => {}
            Err(error) => {
                tracing::error!(%error, ?evidence, "a validator contradicted itself: keep this line")
            }
        }
    }

    /// Signs the votes and writes everything; the votes leave only once that is synced.
    fn write(&mut self, write: Write) {
        let votes: Vec<Vote> =
            write.votes.iter().filter_map(|statement| self.sign_vote(*statement)).collect();
        if let Err(error) = self.store.write(&votes, &write.records) {
            end_process(&error);
        }
        if write.sync {
            self.sync(Stored::Votes(write.id, votes), Duration::ZERO);
        }
    }

    fn sign_vote(&self, statement: VoteStatement) -> Option<Vote> {
        let signer = self.replica.engine().validators().index_of(&self.me)?;
        let signature = self.consensus_key.as_ref()?.sign(statement.signing_digest(self.genesis).as_bytes());
        Some(Vote { statement, signer, signature })
    }

    fn store_batch(&mut self, batch: &SignedBatch) {
        if let Err(error) = self.store.store_batch(batch) {
            end_process(&error);
        }
        let at = self.started.elapsed().saturating_add(BATCH_SYNC_DELAY);
        self.sync(Stored::Batch(batch.batch.digest()), at);
    }

    fn reserve_numbers(&mut self, below: u64) {
        if let Err(error) = self.store.reserve_numbers(below) {
            end_process(&error);
        }
        self.sync(Stored::Numbers(below), Duration::ZERO);
    }

    fn commit(&mut self, commit: &Commit) {
        if let Err(error) = self.store.commit(commit) {
            end_process(&error);
        }
        let header = &commit.block.header;
        if let Some(certificate) = &commit.commit {
            self.news = Some(certificate.clone());
        }
        let decided = commit.execution.receipts.iter().filter(|receipt| receipt.outcome.is_decided());
        let decided: Arc<[_]> = decided.map(|receipt| (receipt.transaction, receipt.outcome)).collect();
        let age = self.now().wall.0.cast_signed().saturating_sub(header.time.0.cast_signed());
        let lost_views = header.at.view.0.saturating_sub(header.parent_view.0).saturating_sub(1);
        let outcomes = commit.execution.receipts.iter().map(|receipt| receipt.outcome);
        self.metrics.count_block(Duration::from_millis(age.max(0).cast_unsigned()), lost_views, outcomes);
        if self.replica.engine().validators().index_of(&self.me) != Some(header.proposer) {
            self.clock.saw(header, self.replica.engine().at(), age);
        }
        for (id, outcome) in decided.iter() {
            self.waiting.tell(id, Fate::Final { height: header.height, outcome: *outcome });
        }
        // nobody may be listening
        drop(self.finals.send(Final {
            height: header.height,
            block: header.digest(),
            time: header.time,
            decided,
        }));
        if commit.execution.next_validators.digest() != commit.execution.validators.digest() {
            self.update_peers();
        }
    }

    fn send(&mut self, to: &PublicKey, message: &Message) {
        if let Message::Request(Request::Batch(digest)) = message
            && self.verifying.contains(digest)
        {
            return;
        }
        let transport = self.peers.transport(to).unwrap_or(*to);
        let frame = bytes::Bytes::from(message.encode());
        let urgency = urgency_of(message, frame.len());
        let is_sent =
            self.validators_plane().is_some_and(|plane| plane.send(&transport, frame.clone(), urgency));
        // a validator that was voted out may not know it yet: the others have closed their plane to it
        if !is_sent && matches!(message, Message::Request(_)) {
            self.public.ask(transport, frame);
        }
    }

    fn broadcast(&mut self, message: &Message) {
        match self.validators_plane() {
            Some(plane) => {
                let frame = bytes::Bytes::from(message.encode());
                let urgency = urgency_of(message, frame.len());
                for transport in self.peers.transports() {
                    if transport != self.transport_key {
                        plane.send(&transport, frame.clone(), urgency);
                    }
                }
                if let Message::Have(have) = message {
                    self.announce_publicly(have);
                }
            }
            None => self.broadcast_publicly(message),
        }
    }

    /// Tells a member's node that is no validator who holds its batches.
    fn announce_publicly(&self, have: &Have) {
        let batches = have.batches.iter().filter(|digest| self.gossiped.contains(digest));
        let have = Have { batches: batches.copied().collect() };
        if !have.batches.is_empty() {
            self.public.publish(Topic::Announcements, have.encode().into());
        }
    }

    fn broadcast_publicly(&self, message: &Message) {
        match message {
            Message::Batch(batch) => {
                self.public.publish(Topic::Batches, batch.encode().into());
            }
            Message::Request(_) => {
                let frame = bytes::Bytes::from(message.encode());
                for peer in self.public_peers.iter().take(ASKED) {
                    self.public.ask(*peer, frame.clone());
                }
            }
            _ => {}
        }
    }

    /// Gossip promises nothing. What a member's node published, and too few validators have announced since the last
    /// look, it hands to some of them directly.
    pub(crate) fn push_unheard(&mut self) {
        if self.validators_plane().is_some() {
            return;
        }
        let batches: Vec<_> =
            self.replica.unheard().map(|batch| (batch.batch.digest(), batch.clone())).collect();
        let validators: Vec<PublicKey> =
            self.public_peers.iter().filter(|peer| self.peers.is_validator(peer)).copied().collect();
        for (_, batch) in batches.iter().filter(|(digest, _)| self.unheard.contains(digest)) {
            let frame = bytes::Bytes::from(Message::Batch(Box::new((**batch).clone())).encode());
            self.pushes = self.pushes.wrapping_add(1);
            for peer in validators.iter().cycle().skip(self.pushes % validators.len().max(1)).take(ASKED) {
                self.public.ask(*peer, frame.clone());
            }
        }
        self.unheard = batches.into_iter().map(|(digest, _)| digest).collect();
    }

    pub(crate) fn distrust(&mut self, peer: PublicKey, reason: &str) {
        self.metrics.cut_off.inc();
        tracing::warn!(%peer, reason, "a peer is cut off for a while");
        if let (Some(plane), Some(transport)) = (&self.plane, self.peers.transport(&peer)) {
            plane.cut_off(transport, CUT_OFF);
        }
    }

    /// The validators' plane is for the validators of this epoch, of the next as far as it is decided, and of the one
    /// before, which may still need to be told.
    pub(crate) fn update_peers(&mut self) {
        let sets: Option<ValidatorSets> = read(&*self.store, &StateKey::ValidatorSets);
        let present = self.replica.engine().validators().clone();
        let next = sets.map(|sets| [sets.current, sets.next]);
        let previous = self.previous.clone();
        let all = [&*present].into_iter().chain(next.iter().flatten()).chain(previous.as_deref());
        let changed = self.peers.set(all);
        self.previous = Some(present);
        if changed {
            let (peers, me) = (&self.peers, self.me);
            self.addresses.keep(|validator| *validator == me || peers.transport(validator).is_some());
            self.connect();
        }
    }

    /// Connects to the validators where they are.
    pub(crate) fn connect(&self) {
        if let Some(plane) = &self.plane {
            plane.set_peers(self.peers.with_addresses(&self.transport_key, &self.addresses));
        }
    }
}

fn urgency_of(message: &Message, bytes: usize) -> Urgency {
    match message {
        Message::Block(_) | Message::CatchUp(_) => Urgency::Bulk,
        Message::Batch(_) if bytes > SMALL_FRAME => Urgency::Bulk,
        _ => Urgency::Urgent,
    }
}
