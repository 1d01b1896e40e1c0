//! The core: one loop that hands events to the replica and carries out what comes back.

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    sync::Arc,
    time::{Duration, Instant},
};

use bytes::Bytes;
use realdid_api::{Final, Metrics, Status, Waiting};
use realdid_consensus::Now;
use realdid_crypto::{PublicKey, SecretKey};
use realdid_network::{public, validators};
use realdid_replica::{Input, Replica, Surroundings};
use realdid_storage::Store;
use realdid_types::{AddressRecords, BatchDigest, Certificate, GenesisDigest, Message, ValidatorSet, Wire};
use tokio::{
    sync::{broadcast, mpsc, watch},
    time::{MissedTickBehavior, interval},
};

use crate::{
    addresses::{AddressBook, Taken},
    clock::{Clock, time_of_day},
    disk::Syncs,
    event::{Event, Stored},
    evidence::EvidenceFolder,
    peers::Peers,
    timers::Timers,
    verify::{Job, RememberingVerifier},
};

/// Events that are taken before timers, syncs and networks have their turn.
const EVENTS_PER_TURN: usize = 256;
/// How often the node looks at itself.
const TICK: Duration = Duration::from_millis(500);
/// Frames from this size on are decoded beside the core.
const LARGE_FRAME: usize = 8 * 1024;
/// A batch waits this long for the sync of a vote: after a quiet moment the proposal that names it follows at once, and a
/// sync of its own would keep that vote waiting.
pub(crate) const BATCH_SYNC_DELAY: Duration = Duration::from_millis(2);
/// Batches with more transactions are verified beside the core; a few take less time than handing them over.
const SMALL_BATCH: usize = 4;

/// Where events come from.
pub(crate) struct Inbox {
    pub(crate) events: mpsc::Receiver<Event>,
    pub(crate) synced: mpsc::UnboundedReceiver<Event>,
    pub(crate) plane: mpsc::Receiver<validators::Event>,
}

/// Everything that the core works with.
pub(crate) struct Core {
    pub(crate) name: String,
    pub(crate) replica: Replica,
    pub(crate) store: Arc<Store>,
    pub(crate) genesis: GenesisDigest,
    pub(crate) consensus_key: Option<SecretKey>,
    pub(crate) author_key: SecretKey,
    /// By which the protocol names this node.
    pub(crate) me: PublicKey,
    pub(crate) transport_key: PublicKey,
    pub(crate) started: Instant,
    pub(crate) timers: Timers,
    pub(crate) verifier: Arc<RememberingVerifier>,
    pub(crate) jobs: mpsc::Sender<Job>,
    /// Batches that are being verified beside the core: they need not be asked for.
    pub(crate) verifying: BTreeSet<BatchDigest>,
    pub(crate) peers: Peers,
    pub(crate) addresses: AddressBook,
    /// The set of the epoch before, which is still served.
    pub(crate) previous: Option<Arc<ValidatorSet>>,
    pub(crate) plane: Option<validators::Plane>,
    pub(crate) public: Arc<public::Plane>,
    pub(crate) public_peers: BTreeSet<PublicKey>,
    /// Batches that came by gossip: their authors hear by gossip who holds them.
    pub(crate) gossiped: VecDeque<BatchDigest>,
    /// Own batches that too few validators were known to hold at the last look.
    pub(crate) unheard: BTreeSet<BatchDigest>,
    /// Batches that were handed to validators directly.
    pub(crate) pushes: usize,
    pub(crate) syncs: Syncs,
    pub(crate) to_sync: Vec<Stored>,
    /// When that is to be synced.
    pub(crate) sync_at: Option<Duration>,
    /// The newest Commit certificate of this turn, to be gossiped.
    pub(crate) news: Option<Certificate>,
    pub(crate) waiting: Waiting,
    pub(crate) metrics: Metrics,
    pub(crate) finals: broadcast::Sender<Final>,
    pub(crate) status: watch::Sender<Arc<Status>>,
    pub(crate) ticks: u64,
    pub(crate) evidence: EvidenceFolder,
    pub(crate) low_water: u64,
    pub(crate) is_disk_full: bool,
    /// Bytes that were free on the disk at the last look.
    pub(crate) disk_free: u64,
    /// How long a small message last took to a validator and back, by transport keys, while a stream is up.
    pub(crate) round_trips: BTreeMap<PublicKey, Duration>,
    pub(crate) clock: Clock,
}

impl Core {
    /// Runs until everybody who could send an event has gone, or `end` says so.
    pub(crate) async fn run(mut self, mut inbox: Inbox, mut end: watch::Receiver<bool>) {
        self.update_peers();
        self.input(Input::Start);
        self.finish_turn();
        let mut tick = interval(TICK);
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        while !*end.borrow() {
            let event = tokio::select! {
                biased;
                _ = end.changed() => continue,
                // under load there is always something to take
                _ = tick.tick() => Some(Event::Tick),
                Some(event) = inbox.synced.recv() => Some(event),
                Some(event) = inbox.plane.recv() => Some(Event::Plane(event)),
                event = inbox.events.recv() => match event {
                    Some(event) => Some(event),
                    None => return,
                },
                () = until(self.started, self.next_wake()) => None,
            };
            if let Some(event) = event {
                self.on_event(event);
            }
            self.take_what_waits(&mut inbox);
            self.fire_timers();
            self.finish_turn();
        }
        self.report();
    }

    fn next_wake(&self) -> Option<Duration> {
        self.timers.next().into_iter().chain(self.sync_at).min()
    }

    /// Takes what has come in already, so that one sync and one wake-up serve it all.
    fn take_what_waits(&mut self, inbox: &mut Inbox) {
        for _ in 0..EVENTS_PER_TURN {
            let event = inbox
                .synced
                .try_recv()
                .or_else(|_| inbox.plane.try_recv().map(Event::Plane))
                .or_else(|_| inbox.events.try_recv());
            match event {
                Ok(event) => self.on_event(event),
                Err(_) => return,
            }
        }
    }

    fn fire_timers(&mut self) {
        let now = self.started.elapsed();
        while let Some(timer) = self.timers.pop(now) {
            self.input(Input::Timer(timer));
        }
    }

    /// Tells this event once all that was written so far is synced, which is to begin at this time.
    pub(crate) fn sync(&mut self, stored: Stored, at: Duration) {
        self.to_sync.push(stored);
        self.sync_at = Some(self.sync_at.map_or(at, |known| known.min(at)));
    }

    /// Asks for one sync of all that was written, if it is time.
    fn sync_if_due(&mut self) {
        if self.sync_at.is_some_and(|at| at <= self.started.elapsed()) {
            self.sync_at = None;
            // the thread ends with the core, or ends the process
            drop(self.syncs.send(std::mem::take(&mut self.to_sync)));
        }
    }

    /// Lets go what this turn wrote, and tells everybody of the newest final block.
    fn finish_turn(&mut self) {
        self.sync_if_due();
        if let Some(certificate) = self.news.take() {
            self.public.publish(public::Topic::Finality, certificate.encode().into());
        }
    }

    fn on_event(&mut self, event: Event) {
        match event {
            Event::Plane(event) => self.on_plane_event(event),
            Event::Public(from, message) => self.on_public_message(from, message),
            Event::PublicConnected(peer) => {
                self.public_peers.insert(peer);
                if !self.has_stream(&peer) {
                    self.input(Input::Connected(self.peers.name(&peer)));
                }
            }
            Event::PublicDisconnected(peer) => {
                self.public_peers.remove(&peer);
                if !self.has_stream(&peer) {
                    self.input(Input::Disconnected(self.peers.name(&peer)));
                }
            }
            Event::Verified(from, message) => {
                if let Message::Batch(batch) = &*message {
                    self.verifying.remove(&batch.batch.digest());
                }
                self.on_message(from, message);
            }
            Event::Garbled(peer, reason) => self.distrust(peer, &reason),
            Event::Submitted(transactions) => {
                for signed in transactions {
                    self.input(Input::Submitted(Box::new(signed)));
                }
            }
            Event::Synced(stored) => {
                for stored in stored {
                    self.input(match stored {
                        Stored::Votes(id, votes) => Input::Stored(id, votes),
                        Stored::Batch(digest) => Input::BatchStored(digest),
                        Stored::Numbers(below) => Input::NumbersReserved(below),
                    });
                }
            }
            Event::Refuse(peers) => {
                let peers: BTreeSet<PublicKey> = peers.into_iter().collect();
                self.public.refuse(peers.clone());
                if let Some(plane) = &self.plane {
                    plane.refuse(peers);
                }
            }
            Event::Tick => self.on_tick(),
        }
    }

    fn on_plane_event(&mut self, event: validators::Event) {
        match event {
            validators::Event::Connected(peer) => {
                let known = self.addresses.records(self.peers.names());
                self.tell_addresses(&peer, known);
                self.input(Input::Connected(self.peers.name(&peer)));
            }
            validators::Event::Disconnected(peer) => {
                self.round_trips.remove(&peer);
                self.input(Input::Disconnected(self.peers.name(&peer)));
                // questions can still be asked on the public plane
                if self.public_peers.contains(&peer) {
                    self.input(Input::Connected(self.peers.name(&peer)));
                }
            }
            validators::Event::RoundTrip(peer, time) => {
                self.round_trips.insert(peer, time);
                self.input(Input::RoundTrip(self.peers.name(&peer), time));
            }
            validators::Event::Received(peer, frame) => self.on_frame(self.peers.name(&peer), frame),
        }
    }

    fn on_frame(&mut self, from: PublicKey, frame: Bytes) {
        if frame.len() >= LARGE_FRAME {
            return self.hand_over(Job::Frame(from, frame));
        }
        match Message::decode(&frame) {
            Ok(Message::Batch(batch)) if batch.batch.transactions.len() > SMALL_BATCH => {
                self.verifying.insert(batch.batch.digest());
                self.hand_over(Job::Message(from, Arc::new(Message::Batch(batch))));
            }
            Ok(message) => self.on_message(from, Arc::new(message)),
            Err(error) => self.distrust(from, &error.to_string()),
        }
    }

    /// What a validator said: where others listen is for the plane, all else for the replica.
    fn on_message(&mut self, from: PublicKey, message: Arc<Message>) {
        match &*message {
            Message::Addresses(said) => self.on_addresses(from, said),
            _ => self.input(Input::Received(from, message)),
        }
    }

    /// Takes what is news of validators, goes by it, and passes it on.
    fn on_addresses(&mut self, from: PublicKey, said: &AddressRecords) {
        let now = self.started.elapsed();
        let mut news = AddressRecords::default();
        for record in &said.records {
            let validator = record.statement.validator;
            if validator == self.me || self.peers.transport(&validator).is_none() {
                continue;
            }
            match self.addresses.take(record, &*self.verifier, now) {
                Ok(Taken::New) => news.records.push(record.clone()),
                Ok(Taken::Known) => {}
                Ok(Taken::Forged) => {
                    return self.distrust(from, "an address that its validator did not sign");
                }
                Err(error) => tracing::warn!(%error, "addresses of validators cannot be kept"),
            }
        }
        if news.records.is_empty() {
            return;
        }
        self.connect();
        for peer in self.peers.transports() {
            if self.peers.name(&peer) != from {
                self.tell_addresses(&peer, news.clone());
            }
        }
    }

    fn tell_addresses(&self, peer: &PublicKey, records: AddressRecords) {
        if let Some(plane) = self.validators_plane().filter(|_| !records.records.is_empty()) {
            let frame = Message::Addresses(records).encode();
            plane.send(peer, frame.into(), validators::Urgency::Bulk);
        }
    }

    /// The validators' plane, if this node is to speak there: one that is to become a validator, or was one, listens
    /// already, and follows the chain on the public plane until the others let it in.
    pub(crate) fn validators_plane(&self) -> Option<&validators::Plane> {
        self.plane.as_ref().filter(|_| self.peers.is_validator(&self.transport_key))
    }

    fn has_stream(&self, peer: &PublicKey) -> bool {
        self.plane.as_ref().is_some_and(|plane| plane.is_connected(peer))
    }

    /// What the verifier has no room for is lost; it is asked for again.
    fn hand_over(&mut self, job: Job) {
        if let Err(error) = self.jobs.try_send(job)
            && let Job::Message(_, message) = error.into_inner()
            && let Message::Batch(batch) = &*message
        {
            self.verifying.remove(&batch.batch.digest());
        }
    }

    fn on_public_message(&mut self, from: PublicKey, message: Arc<Message>) {
        if let Message::Batch(batch) = &*message {
            const REMEMBERED: usize = 1_024;
            self.gossiped.push_back(batch.batch.digest());
            if self.gossiped.len() > REMEMBERED {
                self.gossiped.pop_front();
            }
        }
        self.input(Input::Received(self.peers.name(&from), message));
    }

    /// Lets the replica take an input, and carries out what comes back and what that leads to at once.
    pub(crate) fn input(&mut self, input: Input) {
        let mut inputs = VecDeque::from([input]);
        while let Some(input) = inputs.pop_front() {
            if matches!(input, Input::Execute(_)) {
                // the disk works meanwhile
                self.sync_if_due();
            }
            let surroundings =
                Surroundings { now: self.now(), ledger: &*self.store, verifier: &*self.verifier };
            let effects = self.replica.step(&surroundings, input);
            for effect in effects {
                inputs.extend(self.carry_out(effect));
            }
        }
    }

    pub(crate) fn now(&self) -> Now {
        Now { monotonic: self.started.elapsed(), wall: time_of_day() }
    }
}

/// Waits until a time since `started`; for ever if there is none.
async fn until(started: Instant, at: Option<Duration>) {
    match at {
        Some(at) => tokio::time::sleep_until((started + at).into()).await,
        None => std::future::pending().await,
    }
}
