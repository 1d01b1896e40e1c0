//! A ledger with real proofs and real certificates, whose validators sign whatever a test wants.

use std::collections::BTreeMap;

use realdid_client::LightClient;
use realdid_crypto::{Digest, SecretKey, Signature};
use realdid_login::{EntryProof, EpochStep, Proven};
use realdid_merkle::{Page, PageId, Pages, prove, root_of, update};
use realdid_state::{StateKey, value_digest};
use realdid_types::*;

pub struct Ledger {
    pub genesis: Genesis,
    pub steps: Vec<EpochStep>,
    /// By epoch.
    validators: Vec<Vec<SecretKey>>,
    sets: Vec<ValidatorSet>,
    pages: BTreeMap<PageId, Page>,
}

impl Pages for Ledger {
    fn page(&self, id: &PageId) -> Option<Page> {
        self.pages.get(id).cloned()
    }
}

pub fn secret(seed: u8, number: u8) -> SecretKey {
    let mut bytes = [seed; 32];
    bytes[0] = number;
    SecretKey::ed25519(&bytes)
}

fn validator(seed: u8, number: u8) -> Validator {
    Validator {
        organisation: OrganisationName::new(&format!("operator-{number}")).unwrap(),
        consensus_key: secret(seed, number).public_key(),
        transport_key: secret(seed, 100 + number).public_key(),
    }
}

impl Ledger {
    /// Of `epochs` epochs with four validators each, none twice.
    pub fn new(epochs: u8) -> Self {
        let members = (0..4).map(|number| Member {
            name: OrganisationName::new(&format!("operator-{number}")).unwrap(),
            key: secret(200, number).public_key(),
            nodes: vec![secret(201, number).public_key()],
            roles: Some(Roles::default()),
        });
        let parameters = Parameters {
            max_idle: 5_000,
            max_expiry: 600_000,
            quota_window: 60_000,
            quota: 100_000,
            approvals: 3,
            format: 2,
        };
        let genesis = Genesis {
            network: NetworkName::new("test").unwrap(),
            random: Digest::from_bytes([9; 32]),
            time: Timestamp(0),
            development: true,
            parameters,
            members: members.collect(),
            validators: (0..4).map(|number| validator(0, number)).collect(),
        };
        let validators = (0..epochs).map(|epoch| (0..4).map(|number| secret(epoch, number)).collect());
        let sets = (0..epochs)
            .map(|epoch| ValidatorSet::new((0..4).map(|number| validator(epoch, number)).collect()).unwrap());
        let mut ledger = Self {
            genesis,
            steps: Vec::new(),
            validators: validators.collect(),
            sets: sets.collect(),
            pages: BTreeMap::new(),
        };
        ledger.steps = (0..u64::from(epochs) - 1).map(|epoch| ledger.end(epoch)).collect();
        ledger
    }

    pub fn light(&self) -> LightClient {
        LightClient::new(&self.genesis).unwrap()
    }

    pub fn newest(&self) -> u64 {
        self.sets.len() as u64 - 1
    }

    pub fn put(&mut self, key: &StateKey, value: &impl Wire) {
        self.put_all([(key.hashed(), Some(value_digest(&value.encode())))].into());
    }

    pub fn put_all(&mut self, changes: BTreeMap<Digest, Option<Digest>>) {
        for (id, page) in update(self, &changes).pages {
            match page {
                Some(page) => self.pages.insert(id, page),
                None => self.pages.remove(&id),
            };
        }
    }

    /// The entry as whoever asks gets it, whether or not it is what stands there.
    pub fn prove<T>(&self, key: &StateKey, entry: T) -> Proven<T> {
        Proven { entry, proof: EntryProof(prove(self, &key.hashed())) }
    }

    pub fn header(&self, epoch: u64, height: u64, time: u64) -> Header {
        let set = self.set(epoch);
        Header {
            at: EpochView { epoch: Epoch(epoch), view: View(height) },
            height: Height(height),
            parent: BlockDigest(Digest::from_bytes([1; 32])),
            parent_view: View(height - 1),
            validators: set.digest(),
            next_validators: set.digest(),
            state_root: StateRoot(root_of(self)),
            batches: Block::batches_root(&[]),
            transactions: 0,
            time: Timestamp(time),
            proposer: ValidatorIndex(0),
        }
    }

    /// A Commit certificate by as many validators as are wanted.
    pub fn certify(&self, header: &Header, signers: u16) -> Certificate {
        let statement = VoteStatement::commit(header.at, header.digest());
        self.sign(statement, header.at.epoch.0, signers)
    }

    pub fn sign(&self, statement: VoteStatement, epoch: u64, signers: u16) -> Certificate {
        let message = statement.signing_digest(self.genesis.digest());
        let keys = &self.validators[usize::try_from(epoch).unwrap()];
        let signatures: Vec<Signature> =
            keys.iter().take(usize::from(signers)).map(|key| key.sign(message.as_bytes())).collect();
        let signers = Signers::new((0..signers).map(ValidatorIndex), keys.len());
        Certificate { statement, signers, signatures }
    }

    fn set(&self, epoch: u64) -> &ValidatorSet {
        &self.sets[usize::try_from(epoch).unwrap()]
    }

    /// How an epoch ended.
    fn end(&self, epoch: u64) -> EpochStep {
        let next = self.set(epoch + 1).clone();
        let barrier = self.header(epoch, 10, 1_000 * (epoch + 1));
        let mut closing = self.header(epoch, 11, 1_000 * (epoch + 1) + 1);
        closing.parent = barrier.digest();
        closing.parent_view = barrier.at.view;
        closing.next_validators = next.digest();
        let commit = self.certify(&closing, 3);
        EpochStep { end: EpochEnd { headers: vec![barrier, closing], commit }, next }
    }
}
