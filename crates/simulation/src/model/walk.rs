//! Random walks where exhaustion is out of reach: single votes, every message of the engines, four views, crashes.

use std::{collections::BTreeSet, sync::Arc};

use realdid_consensus::{Incoming, Input, Timer};
use realdid_types::{BlockDigest, Epoch, EpochView, Header, View, VoteKind, VoteStatement};

use super::{
    checks::{self, Headers},
    closure,
    crew::{Direct, Note, address},
    network::Network,
    validator::{Broken, Storage, Validator},
    words::{describe_message, describe_statement},
};
use crate::world::random::Random;

/// Timers of views above this do not fire before the closure.
const VIEWS: u64 = 4;
/// Processes end this often in a walk.
const CRASHES: usize = 3;
/// More messages than this are not kept on their way; some are lost.
const ON_THE_WAY_MAX: usize = 256;

/// One walk.
struct Walk {
    network: Network,
    random: Random,
    validators: Vec<Validator>,
    on_the_way: Vec<(usize, Note)>,
    headers: Headers,
    crashes: usize,
    trace: Vec<String>,
    aloud: bool,
}

/// What a walk saw.
pub struct Walked {
    pub n: usize,
    pub events: u64,
    pub final_blocks: u64,
    /// What did not hold, and what led there.
    pub violation: Option<(String, Vec<String>)>,
}

/// Takes one walk and closes it.
pub fn walk(number: u64, broken: Broken, aloud: bool) -> Walked {
    let mut random = Random::new(number);
    let n = 4 + random.below(4);
    let mut liars = BTreeSet::from([1]);
    if n == 7 {
        liars.insert([0, 2, 3, 4, 5, 6][random.below(6)]);
    }
    let network = Network::new(n, liars);
    let validators = network.honest().map(|index| Validator::new(&network, index, broken, true)).collect();
    let genesis = &network.genesis;
    let headers = Headers::from([(genesis.digest(), genesis.header.clone())]);
    let mut walk = Walk {
        network,
        random,
        validators,
        on_the_way: Vec::new(),
        headers,
        crashes: CRASHES,
        trace: Vec::new(),
        aloud,
    };
    let length = walk.random.between(20, 600);
    let mut events = 0;
    let mut result = Ok(());
    while result.is_ok() && events < length {
        events += 1;
        result = walk.event();
    }
    let result = result.and_then(|()| walk.close());
    let finals = walk.validators.iter().map(|validator| validator.finals.len() as u64).max();
    Walked {
        n,
        events,
        final_blocks: finals.unwrap_or_default(),
        violation: result.err().map(|what| (what, walk.trace)),
    }
}

impl Walk {
    fn event(&mut self) -> Result<(), String> {
        let place = self.random.below(self.validators.len());
        match self.random.below(100) {
            0..55 => self.deliver(),
            55..68 => {
                let heard = self.lie(place);
                self.hear(place, heard)
            }
            68..80 => self.fire(place),
            80..99 => self.act(place, "finishes a write", |validator, network| validator.sync(network)),
            _ => self.crash(place),
        }
    }

    fn deliver(&mut self) -> Result<(), String> {
        while self.on_the_way.len() > ON_THE_WAY_MAX {
            let lost = self.random.below(self.on_the_way.len());
            self.on_the_way.swap_remove(lost);
        }
        if self.on_the_way.is_empty() {
            return Ok(());
        }
        let next = self.random.below(self.on_the_way.len());
        let again = self.random.below(8) == 0;
        let (to, note) =
            if again { self.on_the_way[next].clone() } else { self.on_the_way.swap_remove(next) };
        let place = self.validators.iter().position(|one| one.index == to).expect("an honest receiver");
        self.hear(place, Some(note))
    }

    fn hear(&mut self, place: usize, note: Option<Note>) -> Result<(), String> {
        let Some((from, message)) = note else { return Ok(()) };
        let what =
            if self.aloud { format!("of {from} {}", describe_message(&message)) } else { String::new() };
        self.act(place, &what, |validator, network| {
            validator.take(network, Input::Received { from: network.keys[from], message: (*message).clone() })
        })
    }

    fn fire(&mut self, place: usize) -> Result<(), String> {
        let validator = &self.validators[place];
        let timers: Vec<Timer> = validator.timers.iter().copied().collect();
        let timer = timers[self.random.below(timers.len())];
        if timer == Timer::Repair && !self.random.chance(25) {
            return Ok(());
        }
        let for_ever = matches!(timer, Timer::Listen | Timer::Repair);
        if validator.view().0 > VIEWS && !for_ever {
            return Ok(());
        }
        let what = if self.aloud { format!("is woken by {timer:?}") } else { String::new() };
        self.act(place, &what, |validator, network| validator.fire(network, timer))
    }

    fn crash(&mut self, place: usize) -> Result<(), String> {
        if self.crashes == 0 {
            return Ok(());
        }
        self.crashes -= 1;
        let Storage::Lazy(disk) = &self.validators[place].storage else { return Ok(()) };
        let kept = self.random.below(disk.queue.len() + 1);
        let what = format!("crashes, keeps {kept} writes and starts again");
        self.act(place, &what, |validator, network| validator.crash(network, kept, false))
    }

    /// One validator does something; what it says must keep the rules.
    fn act(
        &mut self,
        place: usize,
        what: &str,
        act: impl FnOnce(&mut Validator, &Network) -> Vec<super::validator::Sent>,
    ) -> Result<(), String> {
        let validator = &mut self.validators[place];
        let before = (validator.said.len(), validator.finals.len(), validator.proposed.len());
        let sent = act(validator, &self.network);
        let after = (validator.said.len(), validator.finals.len(), validator.proposed.len());
        if self.aloud {
            let said: Vec<String> = validator.said.iter().map(describe_statement).collect();
            let (index, view) = (validator.index, validator.view());
            self.trace.push(format!("{index} {what}; in view {view}, has said {}", said.join(" ")));
        }
        for proposal in &validator.proposed {
            let header = &proposal.block.header;
            self.headers.entry(header.digest()).or_insert_with(|| header.clone());
        }
        let (index, complains) = (validator.index, validator.complaint.is_some());
        let honest: Vec<usize> = self.network.honest().collect();
        self.on_the_way.extend(address(&honest, index, sent));
        if before == after && !complains { Ok(()) } else { self.check() }
    }

    fn check(&self) -> Result<(), String> {
        let validators: Vec<&Validator> = self.validators.iter().collect();
        checks::check(&self.network, &validators, &self.headers)
    }

    fn certified(&self) -> BTreeSet<VoteStatement> {
        let validators: Vec<&Validator> = self.validators.iter().collect();
        checks::certifiable(&self.network, &validators)
    }

    /// Anything that a liar can sign, or hand over of what others have signed.
    fn lie(&mut self, place: usize) -> Option<Note> {
        let liars: Vec<usize> = self.network.liars.iter().copied().collect();
        let liar = liars[self.random.below(liars.len())];
        let certified: Vec<VoteStatement> = self.certified().into_iter().collect();
        let message = match self.random.below(6) {
            0 => self.liars_proposal(liar)?,
            1 | 2 => {
                let statement = self.liars_statement()?;
                Incoming::Vote(self.network.vote(liar, statement))
            }
            3 | 4 => {
                let statement = self.choose(&certified)?;
                Incoming::Certificate(self.network.certificate(statement))
            }
            _ => {
                let own: Vec<VoteStatement> = self.validators[place].said.iter().copied().collect();
                let statement = self.choose(&own)?;
                Incoming::Vote(self.network.vote(self.validators[place].index, statement))
            }
        };
        Some((liar, Arc::new(message)))
    }

    fn choose<T: Clone>(&mut self, things: &[T]) -> Option<T> {
        if things.is_empty() {
            return None;
        }
        things.get(self.random.below(things.len())).cloned()
    }

    fn liars_statement(&mut self) -> Option<VoteStatement> {
        let headers: Vec<(BlockDigest, EpochView)> =
            self.headers.iter().map(|(digest, header)| (*digest, header.at)).collect();
        let (block, at) = self.choose(&headers).filter(|(_, at)| at.view > View(0))?;
        Some(match self.random.below(3) {
            0 => VoteStatement::prepare(at, block),
            1 => VoteStatement::commit(at, block),
            _ => VoteStatement::skip(EpochView::new(Epoch(0), View(self.random.between(1, VIEWS)))),
        })
    }

    /// A block of a view that the liar leads, on any block; with the certificates for it as far as they can be made.
    fn liars_proposal(&mut self, liar: usize) -> Option<Incoming> {
        let views = (1..=VIEWS).map(|view| EpochView::new(Epoch(0), View(view)));
        let led: Vec<EpochView> = views.filter(|at| self.network.leader(*at) == liar).collect();
        let at = self.choose(&led)?;
        let parents: Vec<Header> = self.headers.values().filter(|header| header.at < at).cloned().collect();
        let parent = self.choose(&parents)?;
        let block = self.network.block(at.view, &parent, self.random.between(0, 1));
        self.headers.insert(block.digest(), block.header.clone());
        let certified = self.certified();
        let certificate = |statement: VoteStatement| {
            certified.contains(&statement).then(|| self.network.certificate(statement))
        };
        let proof = [VoteKind::Commit, VoteKind::Prepare]
            .into_iter()
            .find_map(|kind| certificate(VoteStatement { kind, at: parent.at, block: parent.digest() }));
        let between = (parent.at.view.next().0..at.view.0).map(|view| EpochView::new(Epoch(0), View(view)));
        let skips = between.filter_map(|at| certificate(VoteStatement::skip(at))).collect();
        Some(Incoming::Proposal(Box::new(self.network.proposal(block, proof, skips))))
    }

    /// The faults are over: a new block must become final.
    fn close(&mut self) -> Result<(), String> {
        let (mut crew, _lost) = Direct::new(&self.network, &self.validators);
        closure::run(&mut crew, Vec::new())?;
        let mut headers = self.headers.clone();
        for proposal in crew.validators().iter().flat_map(|validator| &validator.proposed) {
            headers.insert(proposal.block.digest(), proposal.block.header.clone());
        }
        let validators: Vec<&Validator> = crew.validators().iter().collect();
        checks::check(&self.network, &validators, &headers).map_err(|what| format!("after healing: {what}"))
    }
}
