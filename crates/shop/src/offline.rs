//! A login that the site verifies by itself: it asks nobody.

use std::{
    sync::{Mutex, PoisonError},
    time::{SystemTime, UNIX_EPOCH},
};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use realdid_client::LightClient;
use realdid_crypto::{Digest, Ed25519Verifier};
use realdid_login::{Acceptance, Challenge, Challenges, KnownEpochs, LoginError, Response, verify};
use realdid_types::{Did, GenesisDigest, Origin, ReturnAddress, Timestamp, Wire};

use crate::{Browser, Person, Refusal, draw};

/// Challenges that are open at a time, some 500 bytes each; with more, the oldest are forgotten.
const OPEN_MAX: usize = 10_000;
/// How long a challenge can be answered, in milliseconds.
const LIFETIME: u64 = 5 * 60_000;
/// How old the proofs may be, in milliseconds.
const AGE_MAX: u64 = 24 * 3_600_000;

/// What the site asks of wallets.
#[derive(Clone, Debug)]
pub struct Asks {
    /// The site.
    pub site: Did,
    /// Of its pages.
    pub origin: Origin,
    /// Where answers go.
    pub back: ReturnAddress,
    /// Where the wallet is.
    pub wallet: String,
    /// The least level of attestation; 0 if anybody may come.
    pub level: u32,
}

/// The site's side of it.
#[derive(Debug)]
pub struct Offline {
    asks: Asks,
    genesis: GenesisDigest,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    open: Challenges,
    epochs: KnownEpochs,
}

impl Offline {
    /// A site of the network that a light client trusts.
    #[must_use]
    pub fn new(genesis: GenesisDigest, trusted: LightClient, asks: Asks) -> Self {
        let state = State { open: Challenges::new(OPEN_MAX), epochs: KnownEpochs::new(trusted) };
        Self { asks, genesis, state: Mutex::new(state) }
    }

    /// The wallet's address with a challenge for this browser. Each asks for another login.
    pub(crate) fn link(&self, browser: Browser) -> String {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let Asks { site, origin, back, wallet, level } = self.asks.clone();
        let challenge = Challenge {
            genesis: self.genesis,
            site,
            origin,
            return_address: back,
            nonce: Digest::from_bytes(draw()),
            expires: now().plus(LIFETIME),
            epoch: state.epochs.newest().epoch(),
            age_max: AGE_MAX,
            level,
            other_device: false,
        };
        state.open.open(challenge.clone(), browser, now());
        format!("{wallet}#challenge={}", URL_SAFE_NO_PAD.encode(challenge.encode()))
    }

    /// Who logs in by a response, which counts once.
    pub(crate) fn verify(&self, response: &str, browser: Browser) -> Result<Person, Refusal> {
        self.checked(response, browser).map_err(|error| Refusal::new(error.code(), error))
    }

    fn checked(&self, response: &str, browser: Browser) -> Result<Person, LoginError> {
        // what is no base64 is no response either
        let response = Response::decode(&URL_SAFE_NO_PAD.decode(response).unwrap_or_default())?;
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let now = now();
        let (challenge, _) = state.open.take(response.challenge.nonce, Some(&browser), now)?;
        let acceptance = Acceptance { now, epochs: &state.epochs, authorities: None };
        let login = verify(&challenge, response, acceptance, &Ed25519Verifier::default())?;
        state.epochs.learn(login.proven.clone());
        Ok(Person { subject: login.subject.to_string(), real: login.level.is_some() })
    }
}

fn now() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Timestamp(u64::try_from(since.as_millis()).unwrap_or(u64::MAX))
}
