//! Starting a node and ending it.

use std::{sync::Arc, thread::JoinHandle, time::Instant};

use realdid_api::{Metrics, Ports, ServeError, Status, TlsFiles, Waiting};
use realdid_crypto::{Context, Digest, PublicKey, digest};
use realdid_network::{PeerAddress, StartError, public, validators};
use realdid_replica::{Replica, Settings};
use realdid_storage::Store;
use realdid_types::{EpochView, Genesis};
use tokio::sync::{broadcast, mpsc, oneshot, watch};

use crate::{
    Config, GenesisFile, GenesisFileError, KeyError, NodeKeys,
    addresses::AddressBook,
    clock::time_of_day,
    config::{ConfigError, Home},
    core::{Core, Inbox},
    disk,
    event::Event,
    evidence::EvidenceFolder,
    hex,
    keys::random_seed,
    memory,
    peers::Peers,
    public::PublicService,
    timers::Timers,
    verify::{self, RememberingVerifier, Verification},
};

/// Events from the networks and clients that wait for the core.
const EVENTS_MAX: usize = 1_024;
/// What clients handed in and nobody has verified yet.
const SUBMISSIONS_MAX: usize = 256;
/// Blocks that a slow listener may be behind.
const FINALS_MAX: usize = 256;
/// About a third of a share.
const PUBLIC_NICENESS: i32 = 5;
/// The exit status after the disk failed (`EX_IOERR`).
const DISK_FAILED: i32 = 74;

/// Why a node does not start, or ended.
#[derive(Debug, thiserror::Error)]
pub enum NodeError {
    /// Its configuration.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// Its genesis.
    #[error(transparent)]
    Genesis(#[from] GenesisFileError),
    /// Its keys.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// Its disk.
    #[error(transparent)]
    Store(#[from] realdid_storage::Error),
    /// A network.
    #[error(transparent)]
    Network(#[from] StartError),
    /// The interface.
    #[error(transparent)]
    Interface(#[from] ServeError),
    /// A peer's address.
    #[error(transparent)]
    Peer(#[from] realdid_network::PeerAddressError),
    /// The operating system.
    #[error("the operating system refuses: {0}")]
    System(#[from] std::io::Error),
    /// The core is gone: something in it is broken.
    #[error("the node's core ended: see the log above, and report it")]
    Core,
}

/// A running node.
pub struct Node {
    /// Where its interface listens.
    pub api: std::net::SocketAddr,
    status: watch::Receiver<Arc<Status>>,
    end: watch::Sender<bool>,
    core: JoinHandle<()>,
    core_ended: oneshot::Receiver<()>,
    others: Vec<JoinHandle<()>>,
}

/// Everything that is read before anything is started.
struct Setup {
    config: Config,
    genesis: Genesis,
    keys: NodeKeys,
    store: Arc<Store>,
}

impl Setup {
    fn read(home: &Home) -> Result<Self, NodeError> {
        let config = Config::read(home)?;
        let genesis = GenesisFile::read(&home.genesis())?.genesis()?;
        let keys = NodeKeys::load(&home.keys())?;
        let store = Arc::new(Store::open(&home.ledger(), &genesis)?);
        Ok(Self { config, genesis, keys, store })
    }

    /// By which the protocol names this node.
    fn me(&self) -> PublicKey {
        let consensus = self.keys.consensus.as_ref();
        consensus.map_or_else(|| self.keys.author.public_key(), |key| key.public_key())
    }
}

impl Node {
    /// Starts the node in a folder: disk, networks, core, and the interface on the present tokio runtime. What the
    /// command line says of the interface's certificate comes before what the folder's configuration says.
    ///
    /// # Errors
    /// Says what is missing or taken, and what to do about it.
    pub async fn start(home: &Home, identity: Option<TlsFiles>) -> Result<Self, NodeError> {
        // before the disk takes any; where it is not glibc that allocates, nothing is lost
        realdid_malloc::keep_large_pieces_apart();
        let setup = Setup::read(home)?;
        let identity = match identity {
            Some(identity) => Some(identity),
            None => setup.config.api.identity()?,
        };
        let (end, ending) = watch::channel(false);
        let (events, inbox_events) = mpsc::channel(EVENTS_MAX);
        let (plane_events, inbox_plane) = mpsc::channel(EVENTS_MAX);
        let (synced, inbox_synced) = mpsc::unbounded_channel();
        let verifier = Arc::new(RememberingVerifier::new());
        let waiting = Waiting::default();
        let mut others = Vec::new();

        let plane = match &setup.config.validators {
            Some(plane) if setup.keys.consensus.is_some() => {
                let settings = validators::Settings {
                    seed: *setup.keys.transport,
                    listen: plane.listen,
                    network: setup.genesis.digest(),
                };
                let start = move || validators::Plane::start(settings, plane_events);
                let (plane, thread) = on_own_thread("validators", ending.clone(), start).await?;
                others.push(thread);
                Some(plane)
            }
            _ => None,
        };
        let service = PublicService {
            store: setup.store.clone(),
            genesis: setup.genesis.digest(),
            verifier: verifier.clone(),
            events: events.clone(),
            newest: EpochView::default(),
        };
        let settings = public::Settings {
            seed: *setup.keys.transport,
            listen: setup.config.public.listen,
            network: setup.genesis.digest(),
            peers: setup.config.public.addresses()?,
        };
        let start = move || {
            step_back();
            public::Plane::start(settings, service)
        };
        let (public, thread) = on_own_thread("public", ending.clone(), start).await?;
        others.push(thread);

        let (jobs, jobs_due) = verify::queue();
        let (submissions, submitted) = mpsc::channel(SUBMISSIONS_MAX);
        let verification = Verification {
            genesis: setup.genesis.digest(),
            verifier: verifier.clone(),
            waiting: waiting.clone(),
            events: events.clone(),
        };
        let verifying = async move || Ok::<_, NodeError>(tokio::spawn(verification.run(jobs_due, submitted)));
        let (_, thread) = on_own_thread("verifier", ending.clone(), verifying).await?;
        others.push(thread);

        let (status, status_now) = watch::channel(Arc::new(Status::default()));
        let metrics = Metrics::default();
        let (finals, _) = broadcast::channel(FINALS_MAX);
        let addresses = addresses(home, &setup, &verifier)?;
        let author = setup.keys.author.public_key();
        let core = Core {
            name: setup.config.name.clone(),
            replica: replica(&setup)?,
            store: setup.store.clone(),
            genesis: setup.genesis.digest(),
            me: setup.me(),
            transport_key: setup.keys.transport_key(),
            started: Instant::now(),
            timers: Timers::default(),
            verifier,
            jobs,
            verifying: Default::default(),
            peers: Peers::new(&validators_addresses(&setup.config)?),
            addresses,
            previous: None,
            plane,
            public: Arc::new(public),
            public_peers: Default::default(),
            gossiped: Default::default(),
            unheard: Default::default(),
            pushes: 0,
            syncs: disk::start(setup.store.clone(), synced, metrics.clone())?,
            to_sync: Vec::new(),
            sync_at: None,
            news: None,
            waiting: waiting.clone(),
            metrics: metrics.clone(),
            finals: finals.clone(),
            status,
            ticks: 0,
            evidence: EvidenceFolder::new(&home.evidence()),
            low_water: setup.config.storage.low_water_bytes,
            is_disk_full: false,
            disk_free: 0,
            round_trips: Default::default(),
            clock: Default::default(),
            consensus_key: setup.keys.consensus,
            author_key: setup.keys.author,
        };
        let inbox = Inbox { events: inbox_events, synced: inbox_synced, plane: inbox_plane };
        let (ended, core_ended) = oneshot::channel();
        let core_ending = ending.clone();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build()?;
        let core = std::thread::Builder::new().name("core".to_owned()).spawn(move || {
            runtime.block_on(core.run(inbox, core_ending));
            // whoever waits for it has gone if this fails
            let _ = ended.send(());
        })?;

        tokio::spawn(memory::give_back_what_is_free());

        let refuse = setup.genesis.development.then(|| refusals(events));
        let ports = Ports {
            store: setup.store,
            author,
            submissions,
            status: status_now.clone(),
            finals,
            metrics,
            waiting,
            refuse,
        };
        let mut api_ending = ending;
        let ended = async move { drop(api_ending.wait_for(|end| *end).await) };
        let api = realdid_api::serve(setup.config.api.listen, identity.as_ref(), ports, ended).await?;
        Ok(Self { api, status: status_now, end, core, core_ended, others })
    }

    /// How the node is.
    #[must_use]
    pub fn status(&self) -> Arc<Status> {
        self.status.borrow().clone()
    }

    /// Runs until `stop` completes, then ends everything in order.
    ///
    /// # Errors
    /// If the core ended by itself, which it never should.
    pub async fn run_until(mut self, stop: impl Future<Output = ()>) -> Result<(), NodeError> {
        let broke = tokio::select! {
            () = stop => false,
            _ = &mut self.core_ended => true,
        };
        self.end.send_replace(true);
        if broke || self.core.join().is_err() {
            return Err(NodeError::Core);
        }
        for thread in self.others {
            if thread.join().is_err() {
                tracing::error!("a thread of the node had ended before");
            }
        }
        Ok(())
    }
}

fn validators_addresses(config: &Config) -> Result<Vec<PeerAddress>, NodeError> {
    match &config.validators {
        Some(plane) => Ok(plane.addresses()?),
        None => Ok(Vec::new()),
    }
}

/// What is known of where validators listen, and what this one says of itself.
fn addresses(home: &Home, setup: &Setup, verifier: &RememberingVerifier) -> Result<AddressBook, NodeError> {
    let mut book = AddressBook::open(&home.addresses(), setup.genesis.digest(), verifier);
    let advertised = setup.config.advertised();
    if let Some(key) = setup.keys.consensus.as_ref().filter(|_| !advertised.is_empty()) {
        book.say(key, &advertised, time_of_day())?;
    }
    Ok(book)
}

fn replica(setup: &Setup) -> Result<Replica, NodeError> {
    let nonce: Digest = digest(Context::Probe, &random_seed()[..]);
    let recovered = setup.store.recover(nonce)?;
    let settings = Settings {
        genesis: setup.genesis.digest(),
        me: setup.me(),
        node: setup.keys.author.public_key(),
        parameters: setup.genesis.parameters.clone(),
    };
    Ok(Replica::recover(settings, recovered))
}

/// Starts something on a thread with a runtime of its own, so that nothing else waits for it or falls with it.
async fn on_own_thread<T, E, F>(
    name: &str,
    mut ending: watch::Receiver<bool>,
    start: impl FnOnce() -> F + Send + 'static,
) -> Result<(T, JoinHandle<()>), NodeError>
where
    T: Send + 'static,
    E: Send + 'static,
    NodeError: From<E>,
    F: Future<Output = Result<T, E>>,
{
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let (report, started) = oneshot::channel();
    let thread = std::thread::Builder::new().name(name.to_owned()).spawn(move || {
        runtime.block_on(async {
            let result = start().await;
            let has_started = result.is_ok();
            if report.send(result).is_ok() && has_started {
                drop(ending.wait_for(|end| *end).await);
            }
        });
    })?;
    match started.await {
        Ok(result) => Ok((result?, thread)),
        Err(_) => Err(NodeError::Core),
    }
}

/// Gives this thread less than an equal share of a busy processor: what strangers can keep busy must not keep votes
/// waiting. On Linux the priority is the calling thread's alone.
fn step_back() {
    if let Err(error) = rustix::process::setpriority_process(None, PUBLIC_NICENESS) {
        tracing::warn!(%error, "the public plane has the same priority as voting");
    }
}

/// Takes lists of peers, by their transport keys in hexadecimal, to have nothing to do with.
fn refusals(events: mpsc::Sender<Event>) -> mpsc::Sender<Vec<String>> {
    let (orders, mut given) = mpsc::channel::<Vec<String>>(1);
    tokio::spawn(async move {
        while let Some(peers) = given.recv().await {
            let keys = peers.iter().filter_map(|text| hex::decode(text)).map(PublicKey::ed25519).collect();
            if events.send(Event::Refuse(keys)).await.is_err() {
                return;
            }
        }
    });
    orders
}

/// Ends the process: the disk failed, and nothing may be trusted after that.
pub(crate) fn end_process(error: &realdid_storage::Error) -> ! {
    tracing::error!(%error, "the disk failed: the node ends; what was promised before is safe");
    std::process::exit(DISK_FAILED)
}
