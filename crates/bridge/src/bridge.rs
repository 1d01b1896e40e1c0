//! A bridge that runs: what it knows, and what it does by itself.

use std::{
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use realdid_client::{NodeClient, Untrusted};
use realdid_crypto::Digest;
use realdid_login::Challenge;
use realdid_types::{Did, Genesis, InvalidText, Origin, ReturnAddress, Timestamp};
use serde::de::DeserializeOwned;

use crate::{
    Home, HomeError, StoreError,
    clients::Clients,
    domains::Domains,
    keys::{KeyFileError, KeyFolder, KeySet},
    ledger::Ledger,
    milliseconds_now,
    oidc::Scope,
    seconds_now,
    store::{Change, Row, Secret, Store},
};

/// How long a wallet may take, in milliseconds.
const ANSWER_MS: u64 = 10 * 60_000;
/// Between two looks at what is void and which keys are there.
const PAUSE: Duration = Duration::from_secs(5);

/// How a bridge is run.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Where the wallet is: the address to which the challenge is added.
    pub wallet: String,
    /// Whether the wallet may be on another device, where nobody can tell if a phisher shows the page.
    pub other_device: bool,
    /// How long somebody who logged in need not be asked again at the same site, in seconds.
    pub session: u64,
    /// How old a wallet's proofs may be, in milliseconds: how long a revocation may go unnoticed.
    pub proof_age: u64,
    /// Whether requests come through a proxy that names the client in `X-Forwarded-For`.
    pub behind_proxy: bool,
}

/// Why a bridge does not start.
#[derive(Debug, thiserror::Error)]
pub enum BridgeError {
    /// Its folder.
    #[error(transparent)]
    Home(#[from] HomeError),
    /// Its keys.
    #[error(transparent)]
    Keys(#[from] KeyFileError),
    /// Its database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The network.
    #[error(transparent)]
    Genesis(#[from] Untrusted),
    /// An issuer that is too long for a return address.
    #[error("the issuer is too long: {0}")]
    Issuer(#[from] InvalidText),
}

/// A bridge that runs.
pub struct Bridge {
    pub(crate) issuer: Origin,
    pub(crate) return_address: ReturnAddress,
    pub(crate) settings: Settings,
    pub(crate) ledger: Ledger,
    pub(crate) store: Store,
    pub(crate) clients: Clients,
    pub(crate) domains: Domains,
    key_folder: KeyFolder,
    keys: Mutex<(Vec<PathBuf>, Arc<KeySet>)>,
}

impl Bridge {
    /// The bridge in a folder, on a network, as a node shows it. The node is not asked for anything yet.
    ///
    /// # Errors
    /// If the folder is no bridge's or another process uses it.
    pub fn open(
        home: &Home,
        genesis: &Genesis,
        node: NodeClient,
        settings: Settings,
    ) -> Result<Self, BridgeError> {
        let issuer = home.issuer()?;
        let key_folder = home.key_folder();
        let store = Store::open(&home.state())?;
        key_folder.tend(seconds_now())?;
        let keys = (key_folder.files()?, Arc::new(key_folder.load()?));
        Ok(Self {
            return_address: ReturnAddress::new(&format!("{issuer}/return"))?,
            issuer,
            settings,
            ledger: Ledger::new(node, genesis)?,
            store,
            clients: home.clients(),
            domains: home.domains(),
            key_folder,
            keys: Mutex::new(keys),
        })
    }

    /// Where the bridge's pages are.
    #[must_use]
    pub const fn issuer(&self) -> &Origin {
        &self.issuer
    }

    /// Forgets what is void and renews keys, for ever. What fails is tried again, and the log says so.
    pub async fn tend(self: Arc<Self>) {
        loop {
            let bridge = self.clone();
            let tended = tokio::task::spawn_blocking(move || bridge.tend_once()).await;
            match tended {
                Ok(Ok(())) => {}
                Ok(Err(error)) => tracing::error!(%error, "the bridge cannot be kept in order"),
                Err(error) => tracing::error!(%error, "the bridge cannot be kept in order"),
            }
            tokio::time::sleep(PAUSE).await;
        }
    }

    fn tend_once(&self) -> Result<(), BridgeError> {
        while self.store.sweep(seconds_now())? > 0 {}
        if self.key_folder.tend(seconds_now())? {
            tracing::info!("signing keys were made or removed");
        }
        let files = self.key_folder.files()?;
        if self.known_keys().0 != files {
            let loaded = Arc::new(self.key_folder.load()?);
            *self.known_keys() = (files, loaded);
        }
        Ok(())
    }

    /// The keys as of now.
    pub(crate) fn keys(&self) -> Arc<KeySet> {
        self.known_keys().1.clone()
    }

    fn known_keys(&self) -> std::sync::MutexGuard<'_, (Vec<PathBuf>, Arc<KeySet>)> {
        self.keys.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The row of a secret, if it is there and not void.
    ///
    /// # Errors
    /// If the database fails.
    pub(crate) async fn get<R: Row + DeserializeOwned + Send + 'static>(
        self: &Arc<Self>,
        secret: &Secret,
    ) -> Result<Option<R>, StoreError> {
        let (bridge, secret) = (self.clone(), secret.clone());
        beside(move || bridge.store.get(&secret, seconds_now())).await
    }

    /// Changes rows, all or none.
    ///
    /// # Errors
    /// If the database fails; then nothing changed.
    pub(crate) async fn change<T: Send + 'static>(
        self: &Arc<Self>,
        change: impl FnOnce(&mut Change<'_>) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let bridge = self.clone();
        beside(move || bridge.store.change(seconds_now(), change)).await
    }

    /// What a wallet is asked on behalf of a site.
    pub(crate) fn challenge(&self, site: Did, scope: Scope, nonce: &Secret) -> Challenge {
        Challenge {
            genesis: self.ledger.genesis(),
            site,
            origin: self.issuer.clone(),
            return_address: self.return_address.clone(),
            nonce: Digest::from_bytes(nonce.bytes()),
            expires: Timestamp(milliseconds_now()).plus(ANSWER_MS),
            epoch: self.ledger.epoch(),
            age_max: self.settings.proof_age,
            level: u32::from(scope.real_name),
            other_device: self.settings.other_device,
        }
    }
}

/// Disks may take their time: nobody else waits for them.
async fn beside<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, StoreError> + Send + 'static,
) -> Result<T, StoreError> {
    tokio::task::spawn_blocking(work).await.unwrap_or(Err(StoreError::Interrupted))
}
