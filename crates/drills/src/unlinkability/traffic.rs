//! What a node sees of wallets: whose proofs are looked up when, and what is asked for while one is recovered.

use std::collections::{BTreeMap, BTreeSet};

use realdid_authority::Draws;
use realdid_crypto::{Context, Digest, digest};
use realdid_types::{Did, Timestamp};
use realdid_wallet::{Bucket, FRESHNESS, next_fetch};

use super::{
    Found,
    ledger::{Pair, pairs_close, pairs_within},
};

const MINUTE: u64 = 60_000;
const DAY: u64 = 24 * 60 * MINUTE;
const SPAN: u64 = 7 * DAY;
const DIDS_EACH: u64 = 3;
/// Logins with one DID on a day.
const LOGINS: u64 = 2;
/// The most DIDs that a node lists at once. Real ones list 4,096, of many more: a wallet hides among them all.
const BUCKET_MAX: usize = 200;

/// What wallets do.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Wallets {
    /// Each DID is looked up at times of its own, and a recovery asks for all DIDs that begin alike.
    Careful,
    /// All of a person are looked up together each morning, one more at its login, and a recovery asks for each by name.
    Careless,
}

/// A week of look-ups, and the truth.
pub struct Traffic {
    people: u64,
    looks: Vec<(Timestamp, usize)>,
    logins: BTreeSet<(usize, u64)>,
    /// The DIDs that a person's recovery may be about.
    recoveries: Vec<Vec<usize>>,
}

impl Traffic {
    pub fn new(wallets: Wallets, people: u64, seed: u64) -> Self {
        let mut draws = Draws::new(*digest(Context::Random, &seed.to_be_bytes()).as_bytes());
        let mut traffic = Self { people, looks: Vec::new(), logins: BTreeSet::new(), recoveries: Vec::new() };
        for person in 0..people {
            let morning = draws.below(DAY);
            for did in own(person) {
                traffic.log_in(did, &mut draws);
                match wallets {
                    Wallets::Careful => traffic.look_at_times_of_its_own(did, &mut draws),
                    Wallets::Careless => traffic.look_each_morning(did, morning),
                }
            }
        }
        if wallets == Wallets::Careless {
            let at_login = traffic.logins.iter().map(|(did, minute)| (Timestamp(minute * MINUTE), *did));
            traffic.looks.extend(at_login.collect::<Vec<_>>());
        }
        traffic.recoveries = (0..people).map(|person| traffic.recovery(wallets, person)).collect();
        traffic
    }

    fn log_in(&mut self, did: usize, draws: &mut Draws) {
        let minutes = (0..LOGINS * (SPAN / DAY)).map(|_| draws.below(SPAN / MINUTE));
        self.logins.extend(minutes.map(|minute| (did, minute)));
    }

    /// As wallets do.
    fn look_at_times_of_its_own(&mut self, did: usize, draws: &mut Draws) {
        let mut time = next_fetch(Timestamp(0), FRESHNESS, draws.below(u64::MAX));
        while time.0 < SPAN {
            self.looks.push((time, did));
            time = next_fetch(time, FRESHNESS, draws.below(u64::MAX));
        }
    }

    fn look_each_morning(&mut self, did: usize, morning: u64) {
        self.looks.extend((0..SPAN / DAY).map(|day| (Timestamp(day * DAY + morning), did)));
    }

    /// All DIDs that a person's recovery could be after, as far as the node can tell.
    fn recovery(&self, wallets: Wallets, person: u64) -> Vec<usize> {
        match wallets {
            Wallets::Careless => own(person).collect(),
            Wallets::Careful => {
                let buckets: BTreeSet<Bucket> = own(person).map(|did| self.bucket(did)).collect();
                (0..self.dids()).filter(|did| buckets.iter().any(|bucket| bucket.holds(name(*did)))).collect()
            }
        }
    }

    /// The largest bucket that a node lists, as a wallet finds it.
    fn bucket(&self, did: usize) -> Bucket {
        let mut bucket = Bucket::all();
        while (0..self.dids()).filter(|other| bucket.holds(name(*other))).take(BUCKET_MAX + 1).count()
            > BUCKET_MAX
        {
            let Some(narrower) = bucket.narrowed(name(did)) else { break };
            bucket = narrower;
        }
        bucket
    }

    fn dids(&self) -> usize {
        (self.people * DIDS_EACH) as usize
    }

    /// Tries every attack.
    pub fn found(&self) -> [Found; 4] {
        let close = pairs_close(self.looks.clone(), MINUTE);
        let close: Vec<Pair> = close.into_iter().filter(|(one, other)| one != other).collect();
        let recovered: Vec<Pair> =
            self.recoveries.iter().take(20).flat_map(|dids| pairs_within(dids)).collect();
        [
            self.of_pairs("looked up within a minute", &close),
            self.of_pairs("the same three times", &often(&close)),
            self.of_pairs("asked for in one recovery", &recovered),
            self.of_logins(),
        ]
    }

    fn of_pairs(&self, name: &'static str, guessed: &[Pair]) -> Found {
        let is_one_person = |(one, other): &&Pair| one / DIDS_EACH as usize == other / DIDS_EACH as usize;
        let hits = guessed.iter().filter(is_one_person).count() as u64;
        let plain = (DIDS_EACH - 1) as f64 / (self.dids() - 1) as f64;
        Found::new(name, hits, guessed.len() as u64, plain)
    }

    /// Whoever looks a DID up now logs in with it now.
    fn of_logins(&self) -> Found {
        let is_login = |(time, did): &&(Timestamp, usize)| self.logins.contains(&(*did, time.0 / MINUTE));
        let hits = self.looks.iter().filter(is_login).count() as u64;
        let plain = self.logins.len() as f64 / (self.dids() as f64 * (SPAN / MINUTE) as f64);
        Found::new("looked up, hence logs in", hits, self.looks.len() as u64, plain)
    }
}

/// Pairs that come three times or more.
fn often(pairs: &[Pair]) -> Vec<Pair> {
    let mut counts: BTreeMap<Pair, usize> = BTreeMap::new();
    for (one, other) in pairs {
        *counts.entry((*one.min(other), *one.max(other))).or_default() += 1;
    }
    counts.into_iter().filter(|(_, count)| *count >= 3).map(|(pair, _)| pair).collect()
}

fn own(person: u64) -> impl Iterator<Item = usize> {
    (person * DIDS_EACH..(person + 1) * DIDS_EACH).map(|did| did as usize)
}

/// The DID at a place.
fn name(did: usize) -> Did {
    Did(Digest::from_bytes(*digest(Context::Random, &did.to_be_bytes()).as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_node_learns_nothing_from_careful_wallets_and_everything_from_careless_ones() {
        for found in Traffic::new(Wallets::Careful, 1_000, 1).found() {
            assert!(!found.wins(), "{}: {} of {}", found.name, found.hits, found.guesses);
        }
        for found in Traffic::new(Wallets::Careless, 1_000, 1).found() {
            assert!(found.wins(), "{}: {} of {}", found.name, found.hits, found.guesses);
        }
    }
}
