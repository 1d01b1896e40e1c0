//! Transactions to load a network with: half of them create DIDs, half change known ones.

use std::time::Duration;

use realdid_client::sign;
use realdid_crypto::{Context, Digest, PublicKey, SecretKey, digest};
use realdid_testnet::{citizen, citizen_key, now_ms};
use realdid_types::{
    Did, DidKey, GenesisDigest, Operation, Purposes, Sender, Sequence, SignedTransaction, Timestamp,
    Transaction, UpdateDid,
};
use tokio::sync::mpsc;

use super::submit::{Portion, TOGETHER};

/// DIDs whose keys are changed again and again.
pub(crate) const KNOWN: usize = 10_000;
/// How often is looked whether enough are signed.
const LOOK: Duration = Duration::from_millis(20);
/// As long as the network allows.
const EXPIRY_MS: u64 = 590_000;

/// Draws transactions of a seed, all signed.
pub(crate) struct Workload {
    genesis: GenesisDigest,
    seed: u64,
    created: usize,
    updated: usize,
}

impl Workload {
    pub(crate) fn new(genesis: GenesisDigest, seed: u64) -> Self {
        Self { genesis, seed, created: 0, updated: 0 }
    }

    /// The creation of the next new DID.
    pub(crate) fn create(&mut self) -> SignedTransaction {
        let (_, signed) = citizen(self.genesis, self.seed, self.created);
        self.created += 1;
        signed
    }

    /// Transactions for each of some nodes, so many in all; each sender's are all for one of them, in their order.
    pub(crate) fn lanes(&mut self, count: usize, nodes: usize) -> Vec<Vec<SignedTransaction>> {
        let mut lanes = vec![Vec::new(); nodes];
        for (place, signed) in self.next(count).into_iter().enumerate() {
            lanes[place / 2 % nodes].push(signed);
        }
        lanes
    }

    /// Signs so many transactions for these lanes on a thread of its own, no more than `ahead` before they are taken: what is
    /// signed long before it is handed in would be void by then. Comes back when as many are ready.
    pub(crate) async fn sign_ahead(
        mut self,
        count: usize,
        nodes: usize,
        ahead: usize,
    ) -> mpsc::Receiver<Portion> {
        let (round, room) = (nodes * TOGETHER, ahead.div_ceil(TOGETHER).max(nodes));
        let (sender, portions) = mpsc::channel(room);
        tokio::task::spawn_blocking(move || {
            for first in (0..count).step_by(round) {
                let lanes = self.lanes(round.min(count - first), nodes);
                for portion in lanes.into_iter().enumerate().filter(|(_, lane)| !lane.is_empty()) {
                    if sender.blocking_send(portion).is_err() {
                        return;
                    }
                }
            }
        });
        while portions.len() < room && !portions.is_closed() {
            tokio::time::sleep(LOOK).await;
        }
        portions
    }

    /// Transactions in turn: a creation, and an update of the next of the known DIDs.
    fn next(&mut self, count: usize) -> Vec<SignedTransaction> {
        (0..count).map(|place| if place % 2 == 0 { self.create() } else { self.update() }).collect()
    }

    /// Replaces one assertion key by another.
    fn update(&mut self) -> SignedTransaction {
        let (number, turn) = (self.updated % KNOWN, self.updated / KNOWN);
        self.updated += 1;
        let (did, owner) = self.known(number);
        let added = self.assertion_key(number, turn);
        let remove: Vec<PublicKey> = turn
            .checked_sub(1)
            .map(|former| self.assertion_key(number, former).public_key())
            .into_iter()
            .collect();
        let purposes = Purposes { authentication: false, invocation: false, assertion: true };
        let operation = Operation::UpdateDid(UpdateDid::of_keys(
            did,
            vec![DidKey { key: added.public_key(), purposes }],
            remove,
            Digest::ZERO,
        ));
        let transaction = Transaction {
            genesis: self.genesis,
            sender: Sender::Did(did),
            sequence: Sequence(1 + turn as u64),
            expires: Timestamp(now_ms() + EXPIRY_MS),
            operation,
        };
        sign(transaction, &[&owner, &added])
    }

    fn known(&self, number: usize) -> (Did, SecretKey) {
        let (did, _) = citizen(self.genesis, self.seed, number);
        (did, citizen_key(self.seed, number))
    }

    fn assertion_key(&self, number: usize, turn: usize) -> SecretKey {
        let text = format!("assertion {} {number} {turn}", self.seed);
        SecretKey::ed25519(digest(Context::Random, text.as_bytes()).as_bytes())
    }
}
