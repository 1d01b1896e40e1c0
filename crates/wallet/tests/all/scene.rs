//! A person with a wallet, a site, and a ledger that both believe.

use realdid_crypto::{Digest, Ed25519Verifier};
use realdid_identity::{Attestation, DidRecord, HeldKey, Moment, SiteRecord, create};
use realdid_login::*;
use realdid_state::{MemberEntry, StateKey};
use realdid_types::*;
use realdid_wallet::{Branch, RecoveryCode, Wallet};

use crate::ledger::{Ledger, secret};

pub const NOW: u64 = 1_800_000_000_000;
pub const HOUR: u64 = 3_600_000;

pub struct Scene {
    pub ledger: Ledger,
    pub wallet: Wallet,
    pub verifier: Ed25519Verifier,
}

pub fn site(number: u8) -> Did {
    Did(Digest::from_bytes([number; 32]))
}

pub fn moment(time: u64) -> Moment {
    Moment { height: Height(1), time: Timestamp(time) }
}

pub fn site_record(number: u8) -> SiteRecord {
    let origin = format!("https://site-{number}.example");
    SiteRecord {
        operator: OrganisationName::new("operator-1").unwrap(),
        site: Site {
            did: site(number),
            name: SiteName::new(&format!("Site {number}")).unwrap(),
            return_addresses: vec![ReturnAddress::new(&format!("{origin}/login")).unwrap()],
            origins: vec![Origin::new(&origin).unwrap()],
            may_ask_real_name: true,
            closed: false,
        },
        registered: moment(1),
        updated: moment(1),
    }
}

/// Numbers that look random and are always the same.
pub fn numbers(mut seed: u64) -> impl FnMut() -> u64 {
    move || {
        // SplitMix64
        seed = seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (seed ^ seed >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ mixed >> 31
    }
}

pub fn created(branch: &Branch) -> DidRecord {
    create::apply(create::check(&branch.create()).unwrap(), moment(NOW - 24 * HOUR))
}

impl Scene {
    /// A wallet that knows all epochs of a ledger and has a DID for the first so many sites.
    pub fn new(sites: u8) -> Self {
        let ledger = Ledger::new(3);
        let code = RecoveryCode::from_random([5; 20].into());
        let mut wallet = Wallet::new(code, ledger.genesis.clone());
        let verifier = Ed25519Verifier::default();
        for step in &ledger.steps {
            wallet.learn(step.clone(), &verifier).unwrap();
        }
        let mut scene = Self { ledger, wallet, verifier };
        for number in 1..=sites {
            scene.wallet.add(
                site_record(number),
                Timestamp(NOW),
                Timestamp(NOW),
                &mut numbers(u64::from(number)),
            );
            let record = created(&scene.wallet.branch(site(number)));
            scene.put(site(number), &record);
            let bundle = scene.bundle(site(number), &record, 100, NOW - HOUR);
            scene.wallet.take_proofs(site(number), bundle, &scene.verifier).unwrap();
        }
        scene
    }

    pub fn put(&mut self, site: Did, record: &DidRecord) {
        let did = self.wallet.branch(site).did();
        self.ledger.put(&StateKey::Record(did), record);
    }

    /// An authority attests the DID for a site; nobody has been asked for proofs since.
    pub fn attest(&mut self, site: Did, level: u32, expires: u64) {
        let did = self.wallet.branch(site).did();
        let authority = OrganisationName::new("ministry").unwrap();
        let attestation = Attestation { level, expires: Timestamp(expires), since: moment(NOW - HOUR) };
        self.ledger.put(&StateKey::Attestation(did, authority.clone()), &attestation);
        self.ledger.put(&StateKey::Member(authority.clone()), &member());
        let record = self.wallet.identity(site).unwrap().bundle.clone().unwrap().record;
        let mut bundle = self.bundle(site, &record, 101, NOW - HOUR + 1);
        bundle.attested = Some(Attested {
            attestation: self.ledger.prove(&StateKey::Attestation(did, authority.clone()), attestation),
            member: self.ledger.prove(&StateKey::Member(authority.clone()), member()),
            authority,
        });
        self.wallet.take_proofs(site, bundle, &self.verifier).unwrap();
    }

    /// What a node hands out; put it on the ledger first.
    pub fn bundle(&self, site: Did, record: &DidRecord, height: u64, time: u64) -> Bundle {
        let did = self.wallet.branch(site).did();
        let header = self.ledger.header(self.ledger.newest(), height, time);
        let Proven { entry: record, proof } = self.ledger.prove(&StateKey::Record(did), record.clone());
        Bundle { certificate: self.ledger.certify(&header, 3), header, record, proof, attested: None }
    }

    pub fn challenge(&self, number: u8, level: u32) -> Challenge {
        let Site { did, origins, return_addresses, .. } = site_record(number).site;
        Challenge {
            genesis: self.ledger.genesis.digest(),
            site: did,
            origin: origins[0].clone(),
            return_address: return_addresses[0].clone(),
            nonce: Digest::from_bytes([3; 32]),
            expires: Timestamp(NOW + 300_000),
            epoch: Epoch(0),
            age_max: 24 * HOUR,
            level,
            other_device: true,
        }
    }

    /// What the site says to a response.
    pub fn verify(&self, challenge: &Challenge, response: Response) -> Result<Login, LoginError> {
        let epochs = KnownEpochs::new(self.ledger.light());
        let acceptance = Acceptance { now: Timestamp(NOW), epochs: &epochs, authorities: None };
        verify(challenge, response, acceptance, &self.verifier)
    }
}

fn member() -> MemberEntry {
    MemberEntry {
        key: secret(60, 1).public_key(),
        next_sequence: Sequence(9),
        roles: Some(Roles { authority: true, operator: false }),
        nodes: vec![secret(60, 2).public_key()],
    }
}

pub fn held(key: DidKey) -> HeldKey {
    HeldKey { key, since: moment(NOW) }
}
