//! The engine: its parts, and the order in which a turn looks at them.

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    sync::Arc,
    time::Duration,
};

use realdid_crypto::{PublicKey, Verifier};
use realdid_types::{
    BatchReference, Block, BlockDigest, Certificate, EpochEnd, EpochView, GenesisDigest, Header, Message,
    Proposal, ValidatorIndex, ValidatorSet, View, Vote, VoteKind, VoteStatement,
};

use crate::{
    Alarm, BatchStatus, Batches, Effect, Input, Now, Outcome, Peer, Record, Timer, Write,
    blocks::Blocks,
    certificates::Certificates,
    pacemaker::{Hearing, Pacemaker},
    recovery::Recovered,
    standing::Standing,
    tally::Tally,
    turn::Turn,
    view::CurrentView,
    voter::Voter,
};

/// How often the engine looks for what is missing.
pub const REPAIR_INTERVAL: Duration = Duration::from_secs(1);

/// What never changes while an engine lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settings {
    /// The network.
    pub genesis: GenesisDigest,
    /// This validator's consensus key; the secret half is elsewhere.
    pub me: PublicKey,
    /// How long a leader with nothing to propose may wait.
    pub max_idle: Duration,
}

/// What the engine cannot know by itself, given to every step.
pub struct Surroundings<'a> {
    /// The clocks.
    pub now: Now,
    /// The pool of batches.
    pub batches: &'a dyn Batches,
    /// Checks signatures.
    pub verifier: &'a dyn Verifier,
}

/// Decides one chain of blocks: inputs in, effects out.
///
/// The engine reads no clock, opens no socket, holds no secret key and never waits. Its driver feeds it one input at
/// a time and carries out the effects in the order in which they are returned.
#[derive(Clone, Debug)]
pub struct Engine {
    pub(crate) settings: Settings,
    /// The validators of the present epoch, and my place among them.
    pub(crate) set: Arc<ValidatorSet>,
    pub(crate) me: Option<ValidatorIndex>,
    /// The block that the epoch starts on, and how the epoch before it ended.
    pub(crate) start: BlockDigest,
    pub(crate) previous: Option<Previous>,
    pub(crate) view: CurrentView,
    pub(crate) voter: Voter,
    pub(crate) standing: Standing,
    pub(crate) certificates: Certificates,
    pub(crate) tally: Tally,
    pub(crate) blocks: Blocks,
    /// Final blocks that are not delivered yet, lowest first.
    pub(crate) decided: VecDeque<BlockDigest>,
    pub(crate) proposals: BTreeMap<View, Proposal>,
    pub(crate) lead_mark: LeadMark,
    pub(crate) pacemaker: Pacemaker,
    pub(crate) hearing: Hearing,
    pub(crate) skipped_in_a_row: usize,
    pub(crate) shown: BTreeMap<Peer, EpochView>,
    pub(crate) round_trips: BTreeMap<Peer, Duration>,
    pub(crate) reported: BTreeSet<(View, ValidatorIndex)>,
    pub(crate) own_votes: BTreeMap<VoteStatement, Vote>,
    pub(crate) writes: VecDeque<Write>,
    pub(crate) written: u64,
    pub(crate) repaired_at: EpochView,
    pub(crate) catching_up_to: Option<EpochView>,
    pub(crate) disk_full: bool,
    pub(crate) epoch_end: Option<EpochEnd>,
    pub(crate) alarm: Option<Alarm>,
}

/// The epoch before: its validators are served until the new set has shown a certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Previous {
    pub(crate) end: EpochEnd,
    pub(crate) set: Option<Arc<ValidatorSet>>,
    /// Who was sent the proof since the last repair.
    pub(crate) told: BTreeSet<Peer>,
}

/// Up to which view a proposal of mine may leave.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct LeadMark {
    /// Durable before this process started: nothing at or below it is proposed.
    pub(crate) recovered: EpochView,
    /// Durable now: what is above it waits for a write.
    pub(crate) durable: EpochView,
    /// Asked for.
    pub(crate) written: EpochView,
}

impl Engine {
    /// An engine that goes on from what is on disk.
    #[must_use]
    pub fn recover(settings: Settings, recovered: Recovered) -> Self {
        let epoch = recovered.epoch;
        let start = recovered.start;
        let mut certificates = Certificates::new(epoch, start);
        for certificate in
            recovered.certificates.iter().filter(|certificate| certificate.statement.at.epoch == epoch)
        {
            certificates.add(certificate);
        }
        let floor = EpochView::new(epoch, certificates.floor());
        let first = certificates.newest().map_or(View(0), |newest| newest.statement.at.view).next();
        let quorum = recovered.validators.quorum();
        let own_votes = recovered.votes.iter().filter(|vote| vote.statement.at > floor);
        Self {
            settings,
            me: recovered.validators.index_of(&settings.me),
            start,
            previous: recovered.epoch_end.map(|end| Previous { end, set: None, told: BTreeSet::new() }),
            view: CurrentView::new(EpochView::new(epoch, first), Duration::ZERO),
            voter: Voter::recover(floor, recovered.wiped_bound, &recovered.votes),
            standing: Standing::at_start(
                recovered.folder,
                recovered.nonce,
                recovered.tip.header.at < recovered.wiped_bound,
            ),
            certificates,
            tally: Tally::default(),
            blocks: Blocks::new(recovered.tip, recovered.outcome),
            decided: VecDeque::new(),
            proposals: BTreeMap::new(),
            lead_mark: LeadMark {
                recovered: recovered.lead_mark,
                durable: recovered.lead_mark,
                written: recovered.lead_mark,
            },
            pacemaker: Pacemaker::new(quorum),
            hearing: Hearing::new(Duration::ZERO),
            skipped_in_a_row: 0,
            shown: BTreeMap::new(),
            round_trips: BTreeMap::new(),
            reported: BTreeSet::new(),
            own_votes: own_votes.map(|vote| (vote.statement, vote.clone())).collect(),
            writes: VecDeque::new(),
            written: 0,
            repaired_at: EpochView::default(),
            catching_up_to: None,
            disk_full: false,
            epoch_end: None,
            alarm: recovered.alarm,
            set: recovered.validators,
        }
        .with_proposals(recovered.proposals)
    }

    fn with_proposals(mut self, proposals: Vec<Proposal>) -> Self {
        for vote in self.own_votes.values() {
            self.tally.add(vote, true);
        }
        let (epoch, height) = (self.epoch(), self.blocks.tip_header().height);
        let is_open = |header: &Header| header.at.epoch == epoch && header.height > height;
        for proposal in proposals.into_iter().filter(|proposal| is_open(&proposal.block.header)) {
            let at = proposal.block.header.at;
            self.blocks.insert(proposal.block.clone());
            if at > self.voter.floor() {
                self.proposals.insert(at.view, proposal);
            }
        }
        self
    }

    /// Takes one input and returns what is to be done about it, in order.
    #[must_use]
    pub fn step(&mut self, surroundings: &Surroundings<'_>, input: Input) -> Vec<Effect> {
        let mut turn = Turn::new(surroundings);
        match input {
            Input::Start => self.on_start(&mut turn),
            Input::Received { from, message } => self.on_received(&mut turn, from, message),
            Input::Connected(peer) => self.on_connected(&mut turn, peer),
            Input::RoundTrip(peer, time) => self.on_round_trip(peer, time),
            Input::Stored { id, votes } => self.on_stored(&mut turn, id, votes),
            Input::ProposalSigned(header, signature) => self.on_proposal_signed(&mut turn, header, signature),
            Input::Executed(block, outcome) => self.on_executed(&mut turn, block, outcome),
            Input::Synced { block, commit } => self.on_synced(&mut turn, block, commit),
            Input::Forked(commit) => {
                self.raise_alarm(&mut turn, Alarm::Fork(commit.statement.block, Box::new(commit)));
            }
            Input::BatchesChanged => {}
            Input::Timer(timer) => self.on_timer(&mut turn, timer),
            Input::DiskFull(full) => self.disk_full = full,
        }
        self.settle(&mut turn);
        turn.finish(self)
    }

    /// Applies every rule until none has anything to do: certificates, then votes, then proposals, then timers.
    fn settle(&mut self, turn: &mut Turn<'_>) {
        loop {
            let moved = self.deliver(turn)
                | self.enter_next_epoch(turn)
                | self.enter_next_view(turn)
                | self.commit_prepared(turn)
                | self.judge_proposal(turn)
                | self.execute_ready(turn)
                | self.propose(turn)
                | self.skip_if_due(turn);
            if !moved {
                break;
            }
        }
    }

    fn on_start(&mut self, turn: &mut Turn<'_>) {
        self.hearing = Hearing::new(turn.now());
        self.begin_listening(turn);
        self.begin_view(turn);
        turn.timer(Timer::Repair, turn.now().saturating_add(REPAIR_INTERVAL));
    }

    fn on_round_trip(&mut self, peer: Peer, time: Duration) {
        if self.set.index_of(&peer).is_some() {
            self.round_trips.insert(peer, time);
            self.pacemaker.on_round_trips(self.round_trips.values().copied());
        }
    }

    fn on_stored(&mut self, turn: &mut Turn<'_>, id: u64, votes: Vec<Vote>) {
        while let Some(write) = self.writes.pop_front_if(|write| write.id <= id) {
            for record in &write.records {
                match record {
                    Record::LeadMark(at) => self.lead_mark.durable = self.lead_mark.durable.max(*at),
                    Record::WipedBound(bound) => self.voter.raise_bound(*bound),
                    _ => {}
                }
            }
        }
        for vote in votes {
            self.on_own_vote(turn, vote);
        }
    }

    fn on_executed(&mut self, turn: &mut Turn<'_>, block: BlockDigest, outcome: Outcome) {
        self.blocks.set_outcome(block, outcome);
        self.compare_certified_roots(turn, block);
    }

    /// Executes what is here as soon as its parent is executed and its batches are held.
    fn execute_ready(&mut self, turn: &mut Turn<'_>) -> bool {
        let mut moved = false;
        for digest in self.blocks.executable() {
            let Some(entry) = self.blocks.get(digest) else { continue };
            if entry.block.header.is_closing() {
                // executing a closing block changes nothing
                if let Some(outcome) = self.blocks.outcome(entry.block.header.parent).cloned() {
                    self.blocks.set_outcome(digest, outcome);
                    moved = true;
                }
            } else if turn.holds_all(&entry.block) {
                let block = entry.block.clone();
                self.blocks.start_executing(digest);
                turn.effect(Effect::Execute(Box::new(block)));
                moved = true;
            } else if !entry.asked && self.is_certified(digest, &entry.block.header) {
                self.fetch_batches(turn, digest);
            }
        }
        moved
    }

    /// Others went on with this block, so that its proposal will not be judged here any more.
    fn is_certified(&self, digest: BlockDigest, header: &Header) -> bool {
        let names = |kind| {
            let known = self.certificates.get(kind, header.at.view);
            known.is_some_and(|certificate| certificate.statement.block == digest)
        };
        names(VoteKind::Prepare) || names(VoteKind::Commit) || self.decided.contains(&digest)
    }

    fn fetch_batches(&mut self, turn: &mut Turn<'_>, digest: BlockDigest) {
        let Some(entry) = self.blocks.get(digest) else { return };
        let is_missing = |reference: &&BatchReference| turn.batches().status(reference) != BatchStatus::Held;
        let missing =
            entry.block.batches.iter().filter(is_missing).map(|reference| reference.digest).collect();
        if let Some(leader) = self.key_of(entry.block.header.proposer) {
            turn.effect(Effect::FetchBatches(missing, leader));
            self.blocks.set_asked(digest);
        }
    }

    /// Stops voting for good and says why.
    pub(crate) fn raise_alarm(&mut self, turn: &mut Turn<'_>, alarm: Alarm) {
        if self.alarm.is_none() {
            self.alarm = Some(alarm.clone());
            turn.record(Record::Alarm(alarm.clone()));
            turn.effect(Effect::Alarm(alarm));
        }
    }

    /// Whether this validator may cast votes at all now.
    pub(crate) fn may_vote(&self) -> bool {
        self.me.is_some() && self.alarm.is_none() && !self.disk_full && self.standing.is_clear()
    }

    /// The present epoch.
    #[must_use]
    pub fn epoch(&self) -> realdid_types::Epoch {
        self.view.at.epoch
    }

    /// The present view.
    #[must_use]
    pub fn at(&self) -> EpochView {
        self.view.at
    }

    /// The validators of the present epoch.
    #[must_use]
    pub fn validators(&self) -> &Arc<ValidatorSet> {
        &self.set
    }

    /// The newest final block.
    #[must_use]
    pub fn tip(&self) -> &Header {
        self.blocks.tip_header()
    }

    /// The newest final view, at or below which nothing is voted on.
    #[must_use]
    pub fn floor(&self) -> EpochView {
        self.voter.floor()
    }

    /// The present Δ.
    #[must_use]
    pub fn delta(&self) -> Duration {
        self.pacemaker.delta()
    }

    /// Why voting stopped, if it did.
    #[must_use]
    pub fn alarm(&self) -> Option<&Alarm> {
        self.alarm.as_ref()
    }

    /// What this validator decided; for checking the five invariants from outside.
    #[must_use]
    pub fn voter(&self) -> &Voter {
        &self.voter
    }

    /// Whether it votes: in the set, its own votes known, no alarm, disk not full.
    #[must_use]
    pub fn is_voting(&self) -> bool {
        self.may_vote()
    }

    /// What the validator knows of its own past, in a word.
    #[must_use]
    pub fn standing(&self) -> impl std::fmt::Debug + '_ {
        &self.standing
    }

    /// How many blocks, views of proposals and shown peers are kept: what must stay bounded.
    #[must_use]
    pub fn sizes(&self) -> [usize; 3] {
        [self.blocks.pending(), self.proposals.len(), self.shown.len()]
    }

    /// A block that is here and not delivered yet, or the newest final one.
    #[must_use]
    pub fn block(&self, digest: BlockDigest) -> Option<&Block> {
        self.blocks.get(digest).map(|entry| &entry.block)
    }

    pub(crate) fn leader(&self) -> ValidatorIndex {
        self.set.leader(self.view.at)
    }

    pub(crate) fn is_leader(&self) -> bool {
        self.me == Some(self.leader())
    }

    pub(crate) fn key_of(&self, index: ValidatorIndex) -> Option<Peer> {
        self.set.get(index).map(|validator| validator.consensus_key)
    }

    pub(crate) fn round_trip_to(&self, index: ValidatorIndex) -> Duration {
        self.key_of(index).and_then(|peer| self.round_trips.get(&peer).copied()).unwrap_or_default()
    }

    /// Sends a certificate to those who may not have it.
    pub(crate) fn share(&self, turn: &mut Turn<'_>, certificate: &Certificate) {
        let small = self.set.len() <= crate::repair::SHARE_WITH_ALL_MAX;
        if small {
            turn.effect(Effect::Broadcast(Message::Certificate(certificate.clone())));
        } else if let Some(leader) = self.key_of(self.leader()).filter(|peer| *peer != self.settings.me) {
            turn.effect(Effect::Send(leader, Message::Certificate(certificate.clone())));
        }
    }
}
