//! Invented people whose DIDs are made, attested and withdrawn over simulated weeks, by the code that an authority runs.

use std::collections::{BTreeMap, BTreeSet};

use realdid_authority::{
    Draws,
    batching::{Parameters, Waiting},
    quarter,
};
use realdid_crypto::{Context, Digest, digest};
use realdid_types::{Did, Timestamp};
use realdid_wallet::attest_after;

use super::ledger::{Batch, Ledger, Made, Pair};

const HOUR: u64 = 3_600_000;
const WEEK: u64 = 7 * 24 * HOUR;
const DIDS_EACH: u64 = 3;
/// Members whose nodes take transactions.
const MEMBERS: u64 = 10;
/// Of a hundred DIDs so many are withdrawn in a hurry.
const WITHDRAWN_PERCENT: u64 = 5;
/// 2026-12-07T00:00:00Z: four weeks from then on lie in two quarters.
const START: u64 = 1_796_601_600_000;

/// What wallets do.
#[derive(Clone, Copy)]
pub struct Wallets {
    /// Whether they make and ask for all DIDs of a person within an hour.
    pub are_hasty: bool,
    /// Whether they hand everything in at one node.
    pub have_a_home: bool,
    /// Whether DIDs share a key or a recovery key.
    pub reuse_keys: bool,
    /// Whether they take all attestations of a person back together.
    pub withdraw_together: bool,
}

/// What the authority does.
#[derive(Clone, Copy)]
pub enum Authority {
    /// The code that it runs, with these parameters.
    Batches(Parameters),
    /// It attests a person's DIDs at once, for exactly a year.
    None,
}

/// Who does what.
#[derive(Clone, Copy)]
pub struct Ways {
    pub wallets: Wallets,
    pub authority: Authority,
}

impl Ways {
    /// As it should be.
    pub const CAREFUL: Self = Self {
        wallets: Wallets {
            are_hasty: false,
            have_a_home: false,
            reuse_keys: false,
            withdraw_together: false,
        },
        authority: Authority::Batches(Parameters::PRODUCTION),
    };
}

/// What an observer sees, and the truth.
pub struct World {
    pub ledger: Ledger,
    pub parameters: Parameters,
    /// How many DIDs left later than promised.
    pub late: usize,
    truth: Vec<u64>,
}

/// What a person asks of the authority.
#[derive(Clone, Copy)]
struct Wish {
    time: Timestamp,
    did: usize,
}

/// The authority's rule for when a DID may leave that is asked for now, while the same person's others wait for these times.
type FirstTime = fn(&Parameters, Timestamp, &[Timestamp], &mut Draws) -> Timestamp;

impl World {
    pub fn new(ways: &Ways, (people, weeks): (u64, u64), seed: u64) -> Self {
        let mut draws = Draws::new(*digest(Context::Random, &seed.to_le_bytes()).as_bytes());
        let parameters = match ways.authority {
            Authority::Batches(parameters) => parameters,
            Authority::None => Parameters::DEVELOPMENT,
        };
        let (ledger, truth) = (Ledger::default(), Vec::new());
        let mut world = Self { ledger, parameters, late: 0, truth };
        let wishes = world.make(&ways.wallets, people, weeks * WEEK, &mut draws);
        match ways.authority {
            Authority::Batches(parameters) => {
                let rule: (_, FirstTime) = (&parameters, Parameters::first_time);
                world.ledger.batches = world.batches(rule, &wishes, &mut draws);
            }
            Authority::None => world.attest_at_once(&wishes),
        }
        world.withdraw(ways, weeks * WEEK, &mut draws);
        world.log_in(&ways.wallets, &mut draws);
        world
    }

    #[cfg(test)]
    pub fn person(&self, did: usize) -> u64 {
        self.truth[did]
    }

    pub fn is_one_person(&self, (one, other): Pair) -> bool {
        self.truth[one] == self.truth[other]
    }

    /// How often whoever guesses any pair is right.
    pub fn blind_rate(&self) -> f64 {
        self.true_pairs() / self.all_pairs()
    }

    /// How often whoever guesses a pair that the rule leaves possible is right.
    pub fn plain_rate(&self) -> f64 {
        let within = |batch: &Batch| (batch.dids.len() * (batch.dids.len() - 1) / 2) as f64;
        let is_ruled = self.ledger.batches.iter().all(|batch| {
            batch.dids.iter().map(|did| self.truth[*did]).collect::<BTreeSet<_>>().len() == batch.dids.len()
        });
        let excluded = if is_ruled { self.ledger.batches.iter().map(within).sum() } else { 0.0 };
        self.true_pairs() / (self.all_pairs() - excluded)
    }

    fn true_pairs(&self) -> f64 {
        (self.truth.len() as u64 * (DIDS_EACH - 1) / 2) as f64
    }

    fn all_pairs(&self) -> f64 {
        let count = self.truth.len() as f64;
        count * (count - 1.0) / 2.0
    }

    /// Everybody makes their DIDs; when they ask for each, in order.
    fn make(&mut self, wallets: &Wallets, people: u64, span: u64, draws: &mut Draws) -> Vec<Wish> {
        let mut made: Vec<(Made, u64, Timestamp)> = Vec::new();
        for person in 0..people {
            let (day, home) = (draws.below(span), draws.below(MEMBERS));
            for number in 0..DIDS_EACH {
                let at = if wallets.are_hasty { day + draws.below(HOUR) } else { draws.below(span) };
                let time = Timestamp(START + at);
                let unique = person * DIDS_EACH + number;
                let one = Made {
                    time,
                    member: if wallets.have_a_home { home } else { draws.below(MEMBERS) },
                    key: unique,
                    recovery: if wallets.reuse_keys { person } else { unique },
                    first_login: None,
                };
                let asked = match wallets.are_hasty {
                    true => time.plus(draws.below(HOUR)),
                    false => attest_after(time, draws.below(u64::MAX)),
                };
                made.push((one, person, asked));
            }
        }
        // the ledger's order is that of time
        made.sort_by_key(|(made, ..)| made.time);
        let mut wishes = Vec::new();
        for (did, (made, person, asked)) in made.into_iter().enumerate() {
            self.ledger.dids.push(made);
            self.truth.push(person);
            wishes.push(Wish { time: asked, did });
        }
        wishes.sort_by_key(|wish| wish.time);
        wishes
    }

    /// The authority's own code, at every wish and every hour. `first` is its rule for when a wish may be fulfilled.
    fn batches(
        &mut self,
        (parameters, first): (&Parameters, FirstTime),
        wishes: &[Wish],
        draws: &mut Draws,
    ) -> Vec<Batch> {
        let (mut queue, mut batches) = (Vec::new(), Vec::new());
        let mut coming = wishes.iter().peekable();
        for now in moments(wishes, parameters) {
            while let Some(wish) = coming.next_if(|wish| wish.time <= now) {
                let person = id(self.truth[wish.did]);
                let own = queue.iter().filter(|one: &&Waiting| one.person == person);
                let taken: Vec<Timestamp> = own.map(|one| one.from).collect();
                let from = first(parameters, now, &taken, draws);
                queue.push(Waiting { did: Did(id(wish.did as u64)), person, from });
            }
            while let Some(dids) = self.leave(parameters, &mut queue, now, draws) {
                batches.push(Batch { time: now, expires: quarter::expiry(now), dids });
            }
        }
        batches
    }

    /// The batch that leaves the queue now.
    fn leave(
        &mut self,
        parameters: &Parameters,
        queue: &mut Vec<Waiting>,
        now: Timestamp,
        draws: &mut Draws,
    ) -> Option<Vec<usize>> {
        let batch = parameters.batch(queue, now)?;
        let is_going = |one: &Waiting| batch.leaving.contains(&one.did);
        self.late += queue.iter().filter(|one| is_going(one) && now > parameters.last_time(one.from)).count();
        queue.retain(|one| !is_going(one));
        for one in queue.iter_mut().filter(|one| batch.staying.iter().any(|other| other.did == one.did)) {
            one.from = parameters.random_time(now, &[now], draws);
        }
        Some(batch.leaving.iter().map(|did| place(*did)).collect())
    }

    /// Each person's DIDs in one transaction, once all are asked for.
    fn attest_at_once(&mut self, wishes: &[Wish]) {
        let mut missing = vec![DIDS_EACH; self.truth.len()];
        for wish in wishes {
            let person = self.truth[wish.did];
            let left = &mut missing[person as usize];
            *left -= 1;
            if *left == 0 {
                let dids = (0..self.truth.len()).filter(|did| self.truth[*did] == person).collect();
                let expires = wish.time.plus(52 * WEEK);
                self.ledger.batches.push(Batch { time: wish.time, expires, dids });
            }
        }
    }

    /// Some are taken back in a hurry: DID by DID, or all of a person.
    fn withdraw(&mut self, ways: &Ways, span: u64, draws: &mut Draws) {
        let mut wishes = Vec::new();
        let mut by_person = BTreeMap::new();
        for (did, attested) in self.attested() {
            let own = (draws.below(100) < WITHDRAWN_PERCENT).then(|| attested.plus(draws.below(span)));
            let time = match ways.wallets.withdraw_together {
                true => *by_person.entry(self.truth[did]).or_insert(own),
                false => own,
            };
            wishes.extend(time.map(|time| Wish { time: time.max(attested), did }));
        }
        wishes.sort_by_key(|wish| wish.time);
        match ways.authority {
            Authority::Batches(parameters) => {
                let rule: (_, FirstTime) = (&parameters.of_withdrawals(), Parameters::random_time);
                self.ledger.withdrawals = self.batches(rule, &wishes, draws);
            }
            Authority::None => {
                let at_once =
                    |wish: &Wish| Batch { time: wish.time, expires: wish.time, dids: vec![wish.did] };
                self.ledger.withdrawals = wishes.iter().map(at_once).collect();
            }
        }
    }

    /// Once a DID is attested, its holder comes back to the site.
    fn log_in(&mut self, wallets: &Wallets, draws: &mut Draws) {
        for (did, attested) in self.attested() {
            let later = draws.below(if wallets.are_hasty { HOUR } else { 24 * HOUR });
            self.ledger.dids[did].first_login = Some(attested.plus(later));
        }
    }

    /// Every attested DID, and when it was.
    fn attested(&self) -> Vec<(usize, Timestamp)> {
        let batches = self.ledger.batches.iter();
        batches.flat_map(|batch| batch.dids.iter().map(|did| (*did, batch.time))).collect()
    }
}

/// The moments at which something may happen: every wish and the two after it, and every hour until all are gone.
fn moments(wishes: &[Wish], parameters: &Parameters) -> BTreeSet<Timestamp> {
    let at =
        |wish: &Wish| (0..DIDS_EACH).map(move |later| Timestamp(wish.time.0 + later)).collect::<Vec<_>>();
    let last = wishes.last().map_or(START, |wish| wish.time.0);
    let end = last + DIDS_EACH * (parameters.spread + parameters.longest_wait + 2 * HOUR);
    let hours = (START / HOUR..=end / HOUR).map(|hour| Timestamp(hour * HOUR));
    wishes.iter().flat_map(at).chain(hours).collect()
}

fn id(number: u64) -> Digest {
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&number.to_be_bytes());
    Digest::from_bytes(bytes)
}

fn place(did: Did) -> usize {
    let [a, b, c, d, e, f, g, h, ..] = *did.0.as_bytes();
    u64::from_be_bytes([a, b, c, d, e, f, g, h]) as usize
}
