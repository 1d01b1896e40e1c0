//! A site, a person and an authority, and what each holds.

use realdid_crypto::{Digest, Ed25519Verifier, SecretKey};
use realdid_identity::{Attestation, DidRecord, HeldKey, Moment, SiteRecord, create};
use realdid_login::*;
use realdid_state::{MemberEntry, StateKey};
use realdid_types::*;

use crate::ledger::{Ledger, secret};

/// Now, in milliseconds.
pub const NOW: u64 = 1_800_000_000_000;
/// How old the state is that the wallet's proofs show.
pub const AGE: u64 = 3_600_000;
pub const DAY: u64 = 24 * 3_600_000;

pub struct Scene {
    pub ledger: Ledger,
    pub did: Did,
    pub site: Did,
    pub authority: OrganisationName,
    /// For logging in.
    pub key: SecretKey,
    /// For changing the record, and nothing else.
    pub invocation: SecretKey,
    pub record: DidRecord,
    pub attestation: Attestation,
    pub member: MemberEntry,
}

pub fn moment() -> Moment {
    Moment { height: Height(1), time: Timestamp(NOW - DAY) }
}

fn keys(authentication: &SecretKey, invocation: &SecretKey) -> Vec<DidKey> {
    let login = Purposes { authentication: true, ..Purposes::default() };
    let change = Purposes { invocation: true, ..Purposes::default() };
    let mut keys = vec![
        DidKey { key: authentication.public_key(), purposes: login },
        DidKey { key: invocation.public_key(), purposes: change },
    ];
    keys.sort();
    keys
}

impl Scene {
    pub fn new() -> Self {
        let (key, invocation) = (secret(50, 1), secret(50, 2));
        let operation =
            CreateDid::of_keys(keys(&key, &invocation), Digest::from_bytes([5; 32]), Digest::ZERO);
        let record = create::apply(create::check(&operation).unwrap(), moment());
        let roles = Some(Roles { authority: true, operator: false });
        let mut scene = Self {
            ledger: Ledger::new(3),
            did: Did(Operation::CreateDid(operation).digest()),
            site: Did(Digest::from_bytes([7; 32])),
            authority: OrganisationName::new("ministry").unwrap(),
            key,
            invocation,
            record,
            attestation: Attestation { level: 2, expires: Timestamp(NOW + DAY), since: moment() },
            member: MemberEntry {
                key: secret(60, 1).public_key(),
                next_sequence: Sequence(9),
                roles,
                nodes: vec![secret(60, 2).public_key()],
            },
        };
        scene.write();
        scene
    }

    /// Puts on the ledger what the scene says.
    pub fn write(&mut self) {
        let Self { did, authority, record, attestation, member, .. } = self;
        self.ledger.put(&StateKey::Record(*did), record);
        self.ledger.put(&StateKey::Attestation(*did, authority.clone()), attestation);
        self.ledger.put(&StateKey::Member(authority.clone()), member);
    }

    pub fn challenge(&self) -> Challenge {
        Challenge {
            genesis: self.ledger.genesis.digest(),
            site: self.site,
            origin: Origin::new("https://books.example").unwrap(),
            return_address: ReturnAddress::new("https://books.example/login").unwrap(),
            nonce: Digest::from_bytes([3; 32]),
            expires: Timestamp(NOW + 300_000),
            epoch: Epoch(0),
            age_max: DAY,
            level: 1,
            other_device: false,
        }
    }

    pub fn site_record(&self) -> SiteRecord {
        let Challenge { origin, return_address, .. } = self.challenge();
        SiteRecord {
            operator: OrganisationName::new("operator-1").unwrap(),
            site: Site {
                did: self.site,
                name: SiteName::new("Books").unwrap(),
                origins: vec![origin],
                return_addresses: vec![return_address],
                may_ask_real_name: true,
                closed: false,
            },
            registered: moment(),
            updated: moment(),
        }
    }

    /// What a wallet fetched at some time.
    pub fn bundle_of(&self, time: u64) -> Bundle {
        let (ledger, did, authority) = (&self.ledger, self.did, self.authority.clone());
        let header = ledger.header(ledger.newest(), 100, time);
        let Proven { entry: record, proof } = ledger.prove(&StateKey::Record(did), self.record.clone());
        Bundle {
            certificate: ledger.certify(&header, 3),
            header,
            record,
            proof,
            attested: Some(Attested {
                attestation: ledger.prove(&StateKey::Attestation(did, authority.clone()), self.attestation),
                member: ledger.prove(&StateKey::Member(authority.clone()), self.member.clone()),
                authority,
            }),
        }
    }

    pub fn bundle(&self) -> Bundle {
        self.bundle_of(NOW - AGE)
    }

    pub fn answer(&self, challenge: Challenge) -> Response {
        self.answer_with(challenge, &self.key, self.bundle())
    }

    pub fn answer_with(&self, challenge: Challenge, key: &SecretKey, bundle: Bundle) -> Response {
        Response::sign(challenge, self.did, key, bundle, self.ledger.steps.clone())
    }

    /// What the site says to a response to its challenge.
    pub fn verify(&self, response: Response) -> Result<Login, LoginError> {
        self.verify_at(NOW, response)
    }

    pub fn verify_at(&self, now: u64, response: Response) -> Result<Login, LoginError> {
        let epochs = KnownEpochs::new(self.ledger.light());
        let acceptance = Acceptance { now: Timestamp(now), epochs: &epochs, authorities: None };
        verify(&self.challenge(), response, acceptance, &Ed25519Verifier::default())
    }

    pub fn held(&self, key: &SecretKey) -> HeldKey {
        let key = key.public_key();
        self.record.keys.iter().find(|held| held.key.key == key).unwrap().clone()
    }
}
