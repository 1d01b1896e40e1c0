//! People, members and nodes that do sensible and foolish things.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::LazyLock,
};

use realdid_crypto::PublicKey;
use realdid_types::{
    Approve, CompromisedKey, CreateDid, DeactivateDid, Did, Genesis, Operation, ProposalId, Propose,
    RecoverDid, Sender, Sequence, SignedBatch, SignedTransaction, Timestamp, WithdrawApproval,
};

use super::model::Model;
use crate::{
    governance::{joining, leaving},
    ledger::{
        self, Ledger, MEMBERS, StoredBlock, create_with, did_of, genesis, public, secret, sign_batch,
        signed_by, update_of,
    },
    people::{self, Asked, committed, compromised, recovery},
};

const PEOPLE: u64 = 6;
const KEYS_EACH: u64 = 4;

/// A story of one seed: people, members and nodes that do sensible and foolish things.
pub struct Story {
    ledger: Ledger,
    seed: u64,
    sent: Vec<SignedTransaction>,
    included: Vec<SignedBatch>,
    proposals: Vec<SignedTransaction>,
    model: Model,
}

impl Story {
    pub fn of(seed: u64) -> Self {
        Self {
            ledger: Ledger::of(story_genesis()),
            seed: seed.wrapping_mul(0x9e37_79b9_7f4a_7c15),
            sent: Vec::new(),
            included: Vec::new(),
            proposals: Vec::new(),
            model: Model::default(),
        }
    }

    /// So many blocks, each compared with the model.
    pub fn blocks(mut self, count: usize) -> Vec<StoredBlock> {
        (0..count).map(|_| self.next_block()).collect()
    }

    fn next_block(&mut self) -> StoredBlock {
        self.ledger.pause = [1, 1_000, 7_000, 45_000][self.below(4) as usize];
        let batches: Vec<SignedBatch> = (0..self.below(4)).map(|_| self.batch()).collect();
        let block = self.ledger.next_block(batches.clone());
        let time = block.header.time;

        let (_, outcomes) = self.ledger.run(batches.clone());

        self.model.live_through(&batches, &outcomes, time, &self.ledger.genesis.parameters);
        self.model.assert_agrees(&self.ledger);
        self.included.extend(batches);
        block
    }

    fn batch(&mut self) -> SignedBatch {
        match self.below(8) {
            0 if !self.included.is_empty() => {
                let place = self.below(self.included.len() as u64) as usize;
                self.included[place].clone()
            }
            1 => {
                let number = self.below(1_000);
                let transactions = self.transactions();
                sign_batch(self.ledger.digest(), &secret("omega.node"), number, transactions)
            }
            _ => {
                let member = MEMBERS[self.below(4) as usize];
                let transactions = self.transactions();
                self.ledger.batch(member, transactions)
            }
        }
    }

    fn transactions(&mut self) -> Vec<SignedTransaction> {
        let made: Vec<_> = (0..self.below(7)).map(|_| self.transaction()).collect();
        self.sent.extend(made.iter().cloned());
        made
    }

    fn transaction(&mut self) -> SignedTransaction {
        match self.below(22) {
            0..=2 => {
                let name = format!("person{}.0", self.below(PEOPLE));
                self.bend(born(&name).sign(&self.ledger))
            }
            3..=7 => self.update(),
            14..=15 => self.recover(),
            16 => self.deactivate(),
            17..=18 => self.attestation(),
            19..=20 => self.site(),
            21 if !self.proposals.is_empty() => self.taken_back(),
            8 if !self.sent.is_empty() => {
                let place = self.below(self.sent.len() as u64) as usize;
                self.sent[place].clone()
            }
            9 => {
                let joiner = format!("joiner{}", self.below(4));
                let change = match self.below(2) {
                    0 => joining(&self.ledger, &joiner),
                    _ => leaving(["delta", "gamma", "joiner0", "joiner1"][self.below(4) as usize]),
                };
                let by = MEMBERS[self.below(4) as usize];
                let operation = Propose { change, expires: self.ledger.now().plus(200_000) };
                let asked = Asked::new(ledger::member(by), Operation::Propose(operation), &[by]);
                let proposal = asked.sign(&self.ledger);
                self.proposals.push(proposal.clone());
                proposal
            }
            10..=12 if !self.proposals.is_empty() => {
                let (by, proposal) = (self.member(), self.proposal());
                let operation = Operation::Approve(Approve { proposal });
                Asked::new(ledger::member(by), operation, &[by]).sign(&self.ledger)
            }
            _ => {
                let name = self.key();
                born(&name).sign(&self.ledger)
            }
        }
    }

    fn member(&mut self) -> &'static str {
        MEMBERS[self.below(4) as usize]
    }

    fn person(&mut self) -> Did {
        did_of(&birth(&format!("person{}.0", self.below(PEOPLE))))
    }

    /// Some people, and sometimes somebody who never was.
    fn people(&mut self) -> Vec<Did> {
        let some: BTreeSet<Did> = (0..=self.below(3)).map(|_| self.person()).collect();
        let stranger = (self.below(4) == 0).then(|| did_of(&birth("nobody")));
        some.into_iter().chain(stranger).collect::<BTreeSet<_>>().into_iter().collect()
    }

    /// By the recovery key, an older one or a key of another kind; to a fresh key or one that was there.
    fn recover(&mut self) -> SignedTransaction {
        let (did, to) = (self.person(), self.key());
        let recovered = self.model.dids.get(&did).map_or(0, |one| one.recovered);
        let by = match self.below(5) {
            0 => self.key(),
            1 => recovery_key(did, recovered.saturating_sub(1)),
            _ => recovery_key(did, recovered),
        };
        let next = if self.below(6) == 0 { recovered } else { recovered + 1 };
        let mut declared: Vec<CompromisedKey> = self.declared(did);
        declared.sort_by_key(|one| one.key);
        let operation = RecoverDid {
            recovery: committed(&recovery_key(did, next)),
            compromised: declared,
            ..recovery(did, &to)
        };
        let signers: Vec<&str> = if self.below(6) == 0 { vec![&by] } else { vec![&by, &to] };
        let signed = people::recover(operation, &signers).sign(&self.ledger);
        let names: Vec<String> = signers.iter().map(|name| (*name).to_owned()).collect();
        self.bend_with(signed, &names)
    }

    /// One of the keys that it has, or any; now or to come.
    fn declared(&mut self, did: Did) -> Vec<CompromisedKey> {
        let (held, any) = (self.model.names_held(did), self.key());
        let name = match self.below(4) {
            0 => return Vec::new(),
            1 => any,
            _ => held.first().cloned().unwrap_or(any),
        };
        let since = self.ledger.now().0.saturating_sub(1_000) + self.below(8) * 250;
        vec![compromised(&name, Timestamp(since))]
    }

    fn deactivate(&mut self) -> SignedTransaction {
        let did = self.person();
        let recovered = self.model.dids.get(&did).map_or(0, |one| one.recovered);
        let by = if self.below(3) == 0 { recovery_key(did, recovered) } else { self.key() };
        let operation = DeactivateDid { did, compromised: self.declared(did) };
        let asked = Asked::new(Sender::Did(did), Operation::DeactivateDid(operation), &[&by]);
        self.bend_with(asked.sign(&self.ledger), &[by])
    }

    fn attestation(&mut self) -> SignedTransaction {
        let by = if self.below(4) == 0 { self.member() } else { "delta" };
        let dids = self.people();
        let asked = if self.below(3) == 0 {
            people::withdraw(by, &dids)
        } else {
            let expires = self.ledger.now().0 - 100 + self.below(9) * 100_000;
            people::attest(by, self.below(5) as u32, Timestamp(expires), &dids)
        };
        let signed = asked.sign(&self.ledger);
        self.bend_with(signed, &[by.to_owned()])
    }

    fn site(&mut self) -> SignedTransaction {
        let (by, did) = (self.member(), self.people()[0]);
        let site = people::site(did, ["Books", "Shoes"][self.below(2) as usize]);
        let (held, stranger) = (self.model.names_held(did), self.key());
        let own = if self.below(5) == 0 { stranger } else { held.first().cloned().unwrap_or(stranger) };
        let asked = match self.below(2) {
            0 => people::register_site(by, site, &[by, &own]),
            _ => people::update_site(by, site, &[by, &own]),
        };
        let signed = asked.sign(&self.ledger);
        self.bend_with(signed, &[by.to_owned(), own])
    }

    /// One that is open, more often than not.
    fn proposal(&mut self) -> ProposalId {
        let open: Vec<ProposalId> = self.model.open.keys().copied().collect();
        if self.below(4) > 0 && !open.is_empty() {
            return open[self.below(open.len() as u64) as usize];
        }
        let place = self.below(self.proposals.len() as u64) as usize;
        ProposalId(self.proposals[place].id().0)
    }

    /// By one who gave it, more often than not.
    fn taken_back(&mut self) -> SignedTransaction {
        let (any, proposal) = (self.member(), self.proposal());
        let given = self.model.open.get(&proposal).and_then(|(approvals, _)| approvals.first().cloned());
        let by = match given {
            Some(Sender::Organisation(name)) if self.below(4) > 0 => name.as_str().to_owned(),
            _ => any.to_owned(),
        };
        let operation = Operation::WithdrawApproval(WithdrawApproval { proposal });
        let signed = Asked::new(ledger::member(&by), operation, &[&by]).sign(&self.ledger);
        self.bend_with(signed, &[by])
    }

    fn update(&mut self) -> SignedTransaction {
        let person = self.below(PEOPLE);
        let did = did_of(&birth(&format!("person{person}.0")));
        let held = self.model.names_held(did);
        let (stranger, signer) = (self.key(), self.key());
        let own = format!("person{person}.{}", self.below(KEYS_EACH));
        let add = if self.below(3) > 0 { own } else { stranger.clone() };
        let remove = match held.len() {
            some if some > 0 && self.below(4) > 0 => held[self.below(some as u64) as usize].clone(),
            _ => stranger,
        };
        let add: Vec<&str> = if self.below(3) > 0 { vec![&add] } else { vec![] };
        let remove: Vec<&str> = if self.below(3) > 0 { vec![&remove] } else { vec![] };
        let signers: Vec<&str> = match self.below(5) {
            0 => vec![&signer],
            1 => held.iter().map(String::as_str).collect(),
            _ => held.iter().map(String::as_str).chain(add.iter().copied()).collect(),
        };
        let signers = if signers.is_empty() { vec![signer.as_str()] } else { signers };
        let update = self.ledger.update(update_of(did, &add, &remove), &signers);
        let names: Vec<String> = signers.iter().map(|name| (*name).to_owned()).collect();
        self.bend_with(update, &names)
    }

    fn bend(&mut self, signed: SignedTransaction) -> SignedTransaction {
        let names = names_of(|key| signed.is_signed_by(key));
        self.bend_with(signed, &names)
    }

    /// Now and then another number or expiry.
    fn bend_with(&mut self, signed: SignedTransaction, signers: &[String]) -> SignedTransaction {
        let mut transaction = signed.transaction;
        match self.below(10) {
            0 => transaction.sequence = Sequence(self.below(6)),
            1 => transaction.expires = self.ledger.tip.time.plus(self.below(3_000)),
            2 => transaction.expires = self.ledger.tip.time.plus(700_000),
            3 => transaction.sequence = transaction.sequence.next(),
            _ => {}
        }
        let signers: Vec<&str> = signers.iter().map(String::as_str).collect();
        signed_by(transaction, &signers)
    }

    fn key(&mut self) -> String {
        format!("person{}.{}", self.below(PEOPLE), self.below(KEYS_EACH))
    }

    /// A number below `end` (splitmix64).
    fn below(&mut self, end: u64) -> u64 {
        self.seed = self.seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.seed ^ self.seed >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ mixed >> 31) % end
    }
}

/// Every person's keys by their names.
static KEYS: LazyLock<BTreeMap<String, PublicKey>> = LazyLock::new(|| {
    let names = (0..PEOPLE).flat_map(|person| (0..KEYS_EACH).map(move |key| format!("person{person}.{key}")));
    names.map(|name| (name.clone(), public(&name))).collect()
});

/// What each DID was made with, by the name of its first key.
static BORN: LazyLock<BTreeMap<Did, String>> =
    LazyLock::new(|| KEYS.keys().map(|name| (did_of(&birth(name)), name.clone())).collect());

/// The names of the keys that are so.
pub fn names_of(chosen: impl Fn(&PublicKey) -> bool) -> Vec<String> {
    KEYS.iter().filter(|(_, key)| chosen(key)).map(|(name, _)| name.clone()).collect()
}

/// A DID with one key, and with recovery keys that follow from it.
fn birth(name: &str) -> CreateDid {
    let mut operation = create_with(&[name]);
    operation.recovery = committed(&format!("recovery.{name}"));
    operation
}

fn born(name: &str) -> Asked {
    let operation = birth(name);
    Asked::new(Sender::Did(did_of(&operation)), Operation::CreateDid(operation), &[name])
}

/// The name of the recovery key after so many recoveries.
fn recovery_key(did: Did, recovered: u64) -> String {
    match recovered {
        0 => format!("recovery.{}", BORN.get(&did).map_or("nobody", String::as_str)),
        number => format!("{number}.{did:?}"),
    }
}

/// A small quota, so that it is felt, and two approvals, so that validators change.
pub fn story_genesis() -> Genesis {
    let mut genesis = genesis();
    genesis.parameters.quota = 40;
    genesis.parameters.approvals = 2;
    genesis
}
