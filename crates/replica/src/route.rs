//! Who is told what: messages to parts, parts' effects to each other and to the driver.

use std::sync::Arc;

use realdid_consensus::{Effect as FromConsensus, Incoming, Peer};
use realdid_sync::{Effect as FromCatchUp, Input as ToCatchUp};
use realdid_types::{Message, Request};

use crate::{Effect, Replica, Timer, replica::Step};

impl Replica {
    pub(crate) fn on_message(&mut self, step: &mut Step<'_>, from: Peer, message: &Message) {
        match message {
            Message::Proposal(proposal) => {
                Self::tell_engine(step, from, Incoming::Proposal(proposal.clone()))
            }
            Message::Vote(vote) => Self::tell_engine(step, from, Incoming::Vote(vote.clone())),
            Message::Certificate(certificate) => {
                Self::tell_engine(step, from, Incoming::Certificate(certificate.clone()))
            }
            Message::EpochEnd(end) => {
                Self::tell_engine(step, from, Incoming::EpochEnd(end.clone()));
                step.catch_up.push_back(ToCatchUp::EpochEnd { from, end: (**end).clone() });
            }
            Message::Block(block) => Self::tell_engine(step, from, Incoming::Block(block.clone())),
            Message::Batch(batch) => self.on_batch(step, from, Arc::new((**batch).clone())),
            Message::Have(have) => self.on_have(step, from, &have.batches),
            Message::Request(request) => self.on_request(step, from, request),
            Message::CatchUp(answer) => {
                step.catch_up.push_back(ToCatchUp::Answer { from, answer: (**answer).clone() })
            }
            Message::WipedQuestion(question) => {
                Self::tell_engine(step, from, Incoming::WipedQuestion(question.clone()))
            }
            Message::WipedAnswer(answer) => {
                Self::tell_engine(step, from, Incoming::WipedAnswer(answer.clone()))
            }
            // for whoever makes connections
            Message::Addresses(_) => {}
        }
    }

    fn on_request(&mut self, step: &mut Step<'_>, from: Peer, request: &Request) {
        match request {
            Request::Batch(digest) => {
                let pending = self.pool.get(digest).cloned();
                if let Some(batch) = pending.or_else(|| step.surroundings.ledger.batch(*digest)) {
                    Self::send(step, from, Message::Batch(Box::new((*batch).clone())));
                }
            }
            Request::Views(_) => Self::tell_engine(step, from, Incoming::Request(request.clone())),
            Request::Block(digest) if self.engine.block(*digest).is_some() => {
                Self::tell_engine(step, from, Incoming::Request(request.clone()));
            }
            Request::Block(_) | Request::EpochEnd(_) | Request::CatchUp(_) => {
                if let Some(answer) = realdid_sync::answer(step.surroundings.ledger, request) {
                    Self::send(step, from, answer);
                }
            }
        }
    }

    pub(crate) fn on_consensus_effect(&mut self, step: &mut Step<'_>, effect: FromConsensus) {
        match effect {
            FromConsensus::Write(write) => step.effects.push(Effect::Write(write)),
            FromConsensus::Send(to, message) => Self::send(step, to, message),
            FromConsensus::Broadcast(message) => step.effects.push(Effect::Broadcast(Arc::new(message))),
            FromConsensus::SignProposal(header) => step.effects.push(Effect::SignProposal(header)),
            FromConsensus::SetTimer(timer, at) => {
                step.effects.push(Effect::SetTimer(Timer::Consensus(timer), at))
            }
            FromConsensus::Execute(block) => self.plan_execution(step, *block),
            FromConsensus::FetchBatches(digests, from) => self.want_batches(step, &digests, from),
            FromConsensus::Final { block, commit } => self.on_final(step, *block, commit),
            FromConsensus::CatchUp(certificate) => step.catch_up.push_back(ToCatchUp::Behind { certificate }),
            FromConsensus::LaterEpoch(epoch, from) => {
                step.catch_up.push_back(ToCatchUp::EpochHint { epoch, from })
            }
            FromConsensus::EpochEntered(end) => self.on_epoch_entered(step, end),
            FromConsensus::Report(evidence) => step.effects.push(Effect::Report(evidence)),
            FromConsensus::Distrust(peer, reason) => {
                step.effects.push(Effect::Distrust(peer, reason.to_owned()))
            }
            FromConsensus::Alarm(alarm) => step.effects.push(Effect::Alarm(alarm)),
        }
    }

    pub(crate) fn on_catch_up_effect(&mut self, step: &mut Step<'_>, effect: FromCatchUp) {
        match effect {
            FromCatchUp::Send { to, request } => self.send_catch_up_request(step, to, request),
            FromCatchUp::Proved(certificate) => {
                Self::tell_engine(step, self.settings.me, Incoming::Certificate(*certificate))
            }
            FromCatchUp::Deliver { block, batches, certificate } => {
                for batch in batches {
                    step.effects.push(Effect::StoreBatch(batch.clone()));
                    self.pool.hold(batch);
                }
                step.consensus
                    .push_back(realdid_consensus::Input::Synced { block: *block, commit: certificate });
            }
            FromCatchUp::EnterEpoch { end, .. } => {
                Self::tell_engine(step, self.settings.me, Incoming::EpochEnd(end))
            }
            FromCatchUp::Distrust { peer, reason } => {
                step.effects.push(Effect::Distrust(peer, reason.to_string()))
            }
            FromCatchUp::Fork { certificate } => {
                step.consensus.push_back(realdid_consensus::Input::Forked(*certificate));
            }
            FromCatchUp::WakeAt(at) => step.effects.push(Effect::SetTimer(Timer::CatchUp, at)),
        }
    }

    fn send_catch_up_request(&self, step: &mut Step<'_>, to: Peer, request: Request) {
        match &request {
            Request::Batch(digest) if self.is_stored(step, *digest) => {
                step.catch_up.push_back(ToCatchUp::BatchHeld(*digest))
            }
            _ => Self::send(step, to, Message::Request(request)),
        }
    }
}
