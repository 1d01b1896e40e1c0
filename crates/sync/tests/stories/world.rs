//! One validator that catches up among peers, on a clock of its own.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    time::Duration,
};

use realdid_sync::{CatchUp, Effect, Input, Lie, Peer};
use realdid_types::{BatchDigest, Certificate, Message, Request, SignedBatch};

use crate::{
    chain::{Chain, TagVerifier, key},
    peers::Character,
};

enum Event {
    Said(Peer, Message),
    Executed(u64),
    Tick,
}

/// The machine under test with everything around it. Each delivery is compared with the chain as it happens.
pub struct World {
    pub chain: Chain,
    pub machine: CatchUp,
    pub peers: Vec<(Peer, Character)>,
    pub now: Duration,
    /// The height of the newest block delivered.
    pub delivered: u64,
    /// The height of the newest block executed.
    pub executed: u64,
    /// Up to which height certificates were told of.
    pub proved: u64,
    pub epoch: u64,
    pub certificates: BTreeMap<u64, Certificate>,
    pub distrusted: BTreeMap<Peer, Lie>,
    pub sent: Vec<(Duration, Peer, Request)>,
    /// Batches that the validator has stored.
    pub stored: BTreeSet<BatchDigest>,
    pub fork: Option<Certificate>,
    /// How long executing a block takes here.
    pub execution: Duration,
    pub alarms: usize,
    agenda: BTreeMap<(Duration, u64), Event>,
    number: u64,
}

impl World {
    /// A validator whose tip is at this height.
    pub fn at(height: u64, chain: Chain) -> Self {
        let config = chain.config_at(height);
        let epoch = config.epoch.0;
        Self {
            machine: CatchUp::new(config),
            chain,
            peers: Vec::new(),
            now: Duration::ZERO,
            delivered: height,
            executed: height,
            proved: height,
            epoch,
            certificates: BTreeMap::new(),
            distrusted: BTreeMap::new(),
            sent: Vec::new(),
            stored: BTreeSet::new(),
            fork: None,
            execution: Duration::from_millis(1),
            alarms: 0,
            agenda: BTreeMap::new(),
            number: 0,
        }
    }

    pub fn with(mut self, characters: impl IntoIterator<Item = Character>) -> Self {
        for character in characters {
            let peer = key(self.peers.len() as u64);
            self.peers.push((peer, character));
            self.step(Input::PeerUp(peer));
        }
        self
    }

    /// Shows the machine the certificate of the block at this height.
    pub fn behind(mut self, height: u64) -> Self {
        let certificate = self.chain.commit_at(height);
        self.step(Input::Behind { certificate });
        self
    }

    /// Every peer says that it is in the newest epoch.
    pub fn hinted(mut self) -> Self {
        let epoch = self.chain.tip().at.epoch;
        for (from, _) in self.peers.clone() {
            self.step(Input::EpochHint { epoch, from });
        }
        self
    }

    /// What live peers show all the time: the newest certificate, which is a hint as long as its epoch is not mine.
    pub fn told(self) -> Self {
        if self.chain.tip().at.epoch.0 == self.epoch {
            let height = self.chain.height();
            self.behind(height)
        } else {
            self.hinted()
        }
    }

    /// Lets everything happen until nothing is left to happen, at most for so many seconds.
    pub fn run(mut self, seconds: u64) -> Self {
        self.run_until(seconds, |_| false);
        self
    }

    pub fn run_until(&mut self, seconds: u64, done: impl Fn(&Self) -> bool) {
        let end = self.now + Duration::from_secs(seconds);
        while !done(self)
            && let Some(entry) = self.agenda.first_entry()
            && entry.key().0 <= end
        {
            let ((at, _), event) = entry.remove_entry();
            self.now = at;
            match event {
                Event::Said(from, message) => self.hear(from, message),
                Event::Executed(height) => {
                    self.executed = height;
                    self.step(Input::Delivered(self.chain.tip_at(height)));
                }
                Event::Tick => self.step(Input::Tick),
            }
        }
    }

    fn hear(&mut self, from: Peer, message: Message) {
        match message {
            Message::CatchUp(answer) => self.step(Input::Answer { from, answer: *answer }),
            Message::EpochEnd(end) => self.step(Input::EpochEnd { from, end: *end }),
            Message::Batch(batch) => self.step(Input::Batch { from, batch: Arc::new(*batch) }),
            other => panic!("nobody was asked for {other:?}"),
        }
    }

    pub fn step(&mut self, input: Input) {
        let effects = self.machine.step(self.now, input, &TagVerifier);
        effects.into_iter().for_each(|effect| self.carry_out(effect));
    }

    fn carry_out(&mut self, effect: Effect) {
        match effect {
            Effect::Send { to, request } => self.send(to, request),
            Effect::Proved(certificate) => {
                // the certificate of a closing block proves everything up to the barrier
                let digest = certificate.statement.block;
                let named = self.chain.blocks.iter().find(|block| block.digest() == digest);
                self.proved = named.map_or(u64::MAX, |block| block.header.height.0);
            }
            Effect::Deliver { block, batches, certificate } => {
                assert!(self.proved > self.delivered, "a block is delivered before what proves it");
                self.delivered += 1;
                let expected = &self.chain.blocks[self.delivered as usize];
                assert_eq!(*block, *expected, "only the certified chain is delivered, in its order");
                self.check_batches(&block.batches, &batches);
                if let Some(certificate) = certificate {
                    assert_eq!(certificate.statement.block, expected.digest());
                    self.certificates.insert(self.delivered, certificate);
                }
                self.stored.extend(batches.iter().map(|batch| batch.batch.digest()));
                self.plan(self.execution, Event::Executed(self.delivered));
            }
            Effect::EnterEpoch { end, next } => {
                assert_eq!(self.executed, end.headers[0].height.0, "an epoch begins on its executed barrier");
                assert_eq!(self.chain.ends[&realdid_types::Epoch(self.epoch)].commit, end.commit);
                self.epoch += 1;
                assert_eq!(next, self.chain.sets[self.epoch as usize]);
            }
            Effect::Distrust { peer, reason } => {
                self.distrusted.insert(peer, reason);
            }
            Effect::Fork { certificate } => self.fork = Some(*certificate),
            Effect::WakeAt(at) => {
                assert!(at > self.now, "an alarm in the past would never rest");
                self.alarms += 1;
                self.plan(at - self.now, Event::Tick);
            }
        }
    }

    fn check_batches(&self, references: &[realdid_types::BatchReference], batches: &[Arc<SignedBatch>]) {
        let fetched: Vec<_> = batches.iter().map(|batch| batch.reference()).collect();
        let missing: Vec<_> =
            references.iter().filter(|of| !self.stored.contains(&of.digest)).cloned().collect();
        assert_eq!(fetched, missing, "a block comes with exactly the batches that were not here");
    }

    fn send(&mut self, to: Peer, request: Request) {
        self.sent.push((self.now, to, request.clone()));
        if let Request::Batch(digest) = request
            && self.stored.contains(&digest)
        {
            return self.step(Input::BatchHeld(digest));
        }
        let character = self.peers.iter().find(|(peer, _)| *peer == to).map(|(_, character)| *character);
        if let Some((delay, said)) = character.and_then(|of| of.answer(&self.chain, &request)) {
            self.plan(delay, Event::Said(to, said));
        }
    }

    /// How many blocks the machine keeps.
    pub fn blocks_kept(&self) -> usize {
        format!("{:?}", self.machine).matches("parent_view").count()
    }

    fn plan(&mut self, delay: Duration, event: Event) {
        self.number += 1;
        self.agenda.insert((self.now + delay, self.number), event);
    }

    pub fn peer(&self, index: usize) -> Peer {
        self.peers[index].0
    }

    /// At the end of the chain, and at rest.
    #[track_caller]
    pub fn assert_caught_up(&self) {
        assert_eq!((self.executed, self.fork.as_ref()), (self.chain.height(), None));
        assert!(!self.machine.is_behind());
        assert!(self.agenda.is_empty(), "nothing is left to happen");
    }
}
