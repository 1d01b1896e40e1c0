//! What this node says on the public plane. It runs on that plane's thread and reads the store by itself, so that
//! questions and forged gossip keep nobody else busy.

use std::sync::Arc;

use bytes::Bytes;
use realdid_crypto::{Context, PublicKey, digest};
use realdid_network::public::{Service, Topic, Verdict};
use realdid_state::{StateKey, StateRead, ValidatorSets, read};
use realdid_storage::Store;
use realdid_sync::ChainStore;
use realdid_types::{
    Certificate, EpochView, GenesisDigest, Have, Message, Request, SignedBatch, ValidatorSet, VoteKind, Wire,
};
use tokio::sync::mpsc;

use crate::{event::Event, verify::RememberingVerifier};

pub(crate) struct PublicService {
    pub(crate) store: Arc<Store>,
    pub(crate) genesis: GenesisDigest,
    pub(crate) verifier: Arc<RememberingVerifier>,
    pub(crate) events: mpsc::Sender<Event>,
    /// The newest Commit certificate that was forwarded.
    pub(crate) newest: EpochView,
}

impl PublicService {
    /// What the core has no room for is lost, as anything on a network may be.
    fn tell(&self, from: PublicKey, message: Message) {
        drop(self.events.try_send(Event::Public(from, Arc::new(message))));
    }

    fn hear_batch(&mut self, source: PublicKey, frame: &[u8]) -> Verdict {
        SignedBatch::decode(frame).map_or(Verdict::Reject, |batch| self.judge_batch(source, batch))
    }

    fn judge_batch(&mut self, source: PublicKey, batch: SignedBatch) -> Verdict {
        if self.store.value(&StateKey::Node(batch.batch.author).to_bytes()).is_none() {
            // its author may be a member in a block that is not here yet
            return Verdict::Ignore;
        }
        if !batch.verify(self.genesis, &*self.verifier) {
            return Verdict::Reject;
        }
        self.tell(source, Message::Batch(Box::new(batch)));
        Verdict::Forward
    }

    /// A member's node hands over a batch that gossip may have lost. The answer says whether it is durable here.
    fn take_push(&mut self, from: PublicKey, batch: SignedBatch) -> Option<Bytes> {
        let digest = batch.batch.digest();
        if self.store.batch(digest).is_some() {
            return Some(Message::Have(Have { batches: vec![digest] }).encode().into());
        }
        self.judge_batch(from, batch);
        None
    }

    fn hear_announcement(&mut self, source: PublicKey, frame: &[u8]) -> Verdict {
        let Ok(have) = Have::decode(frame) else { return Verdict::Reject };
        let is_validator =
            self.sets().iter().any(|set| set.iter().any(|validator| validator.transport_key == source));
        if !is_validator {
            return Verdict::Ignore;
        }
        self.tell(source, Message::Have(have));
        Verdict::Forward
    }

    fn hear_commit(&mut self, source: PublicKey, frame: &[u8]) -> Verdict {
        let Ok(certificate) = Certificate::decode(frame) else { return Verdict::Reject };
        let statement = certificate.statement;
        if statement.kind != VoteKind::Commit {
            return Verdict::Reject;
        }
        if statement.at <= self.newest {
            return Verdict::Ignore;
        }
        let holds = |set: &ValidatorSet| certificate.verify(set, self.genesis, &*self.verifier).is_ok();
        if !self.sets().iter().any(holds) {
            // of an epoch that is not proven here yet: a hint to ask how the epochs before ended
            self.tell(source, Message::Certificate(certificate));
            return Verdict::Ignore;
        }
        self.newest = statement.at;
        self.tell(source, Message::Certificate(certificate));
        Verdict::Forward
    }

    fn sets(&self) -> Vec<ValidatorSet> {
        let sets: Option<ValidatorSets> = read(&*self.store, &StateKey::ValidatorSets);
        sets.map(|sets| vec![sets.current, sets.next]).unwrap_or_default()
    }
}

impl Service for PublicService {
    fn hear(&mut self, topic: Topic, source: PublicKey, frame: &[u8]) -> Verdict {
        match topic {
            Topic::Batches => self.hear_batch(source, frame),
            Topic::Announcements => self.hear_announcement(source, frame),
            Topic::Finality => self.hear_commit(source, frame),
        }
    }

    /// Certificates of one statement by other signers are the same news.
    fn name(topic: Topic, frame: &[u8]) -> Vec<u8> {
        let statement = (topic == Topic::Finality).then(|| Certificate::decode(frame).ok()).flatten();
        let bytes = statement.map(|certificate| certificate.statement.encode());
        digest(Context::Random, bytes.as_deref().unwrap_or(frame)).as_bytes().to_vec()
    }

    fn answer(&mut self, from: PublicKey, question: &[u8]) -> Option<Bytes> {
        let request = match Message::decode(question).ok()? {
            Message::Request(request) => request,
            Message::Batch(batch) => return self.take_push(from, *batch),
            _ => return None,
        };
        if matches!(request, Request::Views(_)) {
            // for validators only
            return None;
        }
        realdid_sync::answer(&*self.store, &request).map(|answer| answer.encode().into())
    }

    fn on_answer(&mut self, from: PublicKey, answer: Bytes) {
        match Message::decode(&answer) {
            Ok(
                message
                @ (Message::Block(_) | Message::Batch(_) | Message::EpochEnd(_) | Message::CatchUp(_)),
            ) => {
                if let Message::Batch(batch) = &message {
                    // the core finds it verified, or finds out who is to blame
                    let _ = batch.verify(self.genesis, &*self.verifier);
                }
                self.tell(from, message);
            }
            _ => tracing::warn!(peer = %from, "an answer that is none"),
        }
    }

    fn on_connected(&mut self, peer: PublicKey) {
        drop(self.events.try_send(Event::PublicConnected(peer)));
    }

    fn on_disconnected(&mut self, peer: PublicKey) {
        drop(self.events.try_send(Event::PublicDisconnected(peer)));
    }
}
