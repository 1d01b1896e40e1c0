//! Who can be asked, and whose turn it is.

use std::{collections::BTreeMap, time::Duration};

use crate::{
    Peer,
    limits::{ANSWER_SLOW, PEERS_MAX, REST_MAX, REST_MIN},
};

/// The connected peers; at most [`PEERS_MAX`].
///
/// Whoever was asked longest ago is next. Those who rest are left out, slow ones come after all others, and after those
/// whoever did not answer the last time: the silent must not cost a deadline each time that they have rested.
#[derive(Debug, Default)]
pub(crate) struct Peers {
    known: BTreeMap<Peer, Standing>,
    turns: u64,
}

#[derive(Debug)]
struct Standing {
    turn: u64,
    rests_until: Duration,
    failures: u32,
    slow: bool,
}

impl Peers {
    /// A newcomer queues at the end, so that coming back is no way to be asked first.
    pub(crate) fn up(&mut self, peer: Peer) {
        if self.known.len() < PEERS_MAX {
            let turn = self.next_turn();
            let newcomer = Standing { turn, rests_until: Duration::ZERO, failures: 0, slow: false };
            self.known.entry(peer).or_insert(newcomer);
        }
    }

    pub(crate) fn down(&mut self, peer: &Peer) {
        self.known.remove(peer);
    }

    pub(crate) fn contains(&self, peer: &Peer) -> bool {
        self.known.contains_key(peer)
    }

    pub(crate) fn len(&self) -> usize {
        self.known.len()
    }

    /// Takes whose turn it is among the `eligible`.
    pub(crate) fn take_turn(&mut self, now: Duration, eligible: impl Fn(&Peer) -> bool) -> Option<Peer> {
        let candidates = self.known.iter().filter(|(peer, of)| of.rests_until <= now && eligible(peer));
        let next = candidates.min_by_key(|(_, of)| (of.failures, of.slow, of.turn));
        let peer = *next?.0;
        let turn = self.next_turn();
        if let Some(of) = self.known.get_mut(&peer) {
            of.turn = turn;
        }
        Some(peer)
    }

    fn next_turn(&mut self) -> u64 {
        self.turns = self.turns.saturating_add(1);
        self.turns
    }

    /// A useful answer came after this time.
    pub(crate) fn answered(&mut self, peer: &Peer, after: Duration) {
        if let Some(of) = self.known.get_mut(peer) {
            of.failures = 0;
            of.slow = after > ANSWER_SLOW;
        }
    }

    /// A deadline passed without an answer. Several that pass together are one failure.
    pub(crate) fn failed(&mut self, peer: &Peer, now: Duration) {
        if let Some(of) = self.known.get_mut(peer).filter(|of| of.rests_until <= now) {
            let rest = REST_MIN.saturating_mul(2_u32.saturating_pow(of.failures)).min(REST_MAX);
            of.rests_until = now.saturating_add(rest);
            of.failures = of.failures.saturating_add(1);
        }
    }

    /// How many deadlines it missed in a row.
    pub(crate) fn failures(&self, peer: &Peer) -> u32 {
        self.known.get(peer).map_or(0, |of| of.failures)
    }

    pub(crate) fn rest(&mut self, peer: &Peer, until: Duration) {
        if let Some(of) = self.known.get_mut(peer) {
            of.rests_until = of.rests_until.max(until);
        }
    }

    /// When the first of those who rest can be asked again.
    pub(crate) fn next_rested(&self, now: Duration) -> Option<Duration> {
        self.known.values().map(|of| of.rests_until).filter(|until| *until > now).min()
    }
}
