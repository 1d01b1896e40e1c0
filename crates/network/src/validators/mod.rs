//! The validators' plane: one long-lived stream between every two validators.

mod link;
mod plane;

use std::{
    collections::{BTreeMap, BTreeSet},
    net::SocketAddr,
    sync::{Arc, PoisonError, RwLock},
    time::Duration,
};

use bytes::Bytes;
use realdid_crypto::PublicKey;
use realdid_types::GenesisDigest;
use tokio::sync::{mpsc, watch};

use self::link::Queues;
pub use crate::StartError;

/// Peers that wait to be cut off; more at once are not.
const CUT_OFFS_MAX: usize = 64;

/// What a plane is started with.
pub struct Settings {
    /// The seed of the transport key.
    pub seed: [u8; 32],
    /// Where to listen.
    pub listen: SocketAddr,
    /// The network; peers of another one do not get through.
    pub network: GenesisDigest,
}

/// What happens on the plane. Peers are named by their transport keys.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// A stream is up, or up again.
    Connected(PublicKey),
    /// No stream is left.
    Disconnected(PublicKey),
    /// A frame came in.
    Received(PublicKey, Bytes),
    /// A small message went there and back in this time.
    RoundTrip(PublicKey, Duration),
}

/// Which of the two queues a frame waits in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Urgency {
    /// Votes, certificates, proposals: before everything else.
    Urgent,
    /// Whatever is large or can wait.
    Bulk,
}

/// Who is to be spoken to.
#[derive(Clone, Debug, Default)]
pub(crate) struct Wanted {
    pub(crate) peers: BTreeMap<PublicKey, Vec<SocketAddr>>,
    pub(crate) refused: BTreeSet<PublicKey>,
}

/// The ends of a plane's orders: whoever gives them never waits for the plane, which may be waiting for it.
pub(crate) struct Orders {
    pub(crate) wanted: watch::Receiver<Wanted>,
    pub(crate) cut_offs: mpsc::Receiver<(PublicKey, Duration)>,
}

/// A running plane. It ends when this is dropped.
pub struct Plane {
    links: Links,
    wanted: watch::Sender<Wanted>,
    cut_offs: mpsc::Sender<(PublicKey, Duration)>,
}

/// The queues of the streams that are up.
#[derive(Clone, Default)]
pub(crate) struct Links(Arc<RwLock<BTreeMap<PublicKey, Queues>>>);

impl Plane {
    /// Starts a plane on the present tokio runtime. Nobody may connect until [`Plane::set_peers`] says who.
    ///
    /// # Errors
    /// If the port cannot be had.
    pub async fn start(settings: Settings, events: mpsc::Sender<Event>) -> Result<Self, StartError> {
        let (wanted, wanted_now) = watch::channel(Wanted::default());
        let (cut_offs, cut_offs_due) = mpsc::channel(CUT_OFFS_MAX);
        let links = Links::default();
        let orders = Orders { wanted: wanted_now, cut_offs: cut_offs_due };
        plane::start(settings, links.clone(), orders, events).await?;
        Ok(Self { links, wanted, cut_offs })
    }

    /// Hands a frame to a peer's stream; false if there is none or its queue is full: the frame is lost.
    pub fn send(&self, to: &PublicKey, frame: Bytes, urgency: Urgency) -> bool {
        self.links.with(to, |queues| queues.push(frame, urgency)).unwrap_or(false)
    }

    /// Whether a stream to this peer is up.
    #[must_use]
    pub fn is_connected(&self, peer: &PublicKey) -> bool {
        self.links.with(peer, |_| ()).is_some()
    }

    /// How many bytes wait to leave to this peer; none if no stream is up.
    #[must_use]
    pub fn queued_bytes(&self, peer: &PublicKey) -> Option<usize> {
        self.links.with(peer, Queues::bytes)
    }

    /// Exactly these may connect, and those with addresses are connected to.
    pub fn set_peers(&self, peers: BTreeMap<PublicKey, Vec<SocketAddr>>) {
        self.wanted.send_modify(|wanted| wanted.peers = peers);
    }

    /// Has nothing to do with these peers until told otherwise: a partition, for development.
    pub fn refuse(&self, peers: BTreeSet<PublicKey>) {
        self.wanted.send_modify(|wanted| wanted.refused = peers);
    }

    /// Closes the stream to a peer and does not open another for a while.
    pub fn cut_off(&self, peer: PublicKey, time: Duration) {
        let _ = self.cut_offs.try_send((peer, time));
    }
}

impl Links {
    fn with<R>(&self, peer: &PublicKey, act: impl FnOnce(&Queues) -> R) -> Option<R> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).get(peer).map(act)
    }

    fn insert(&self, peer: PublicKey, queues: Queues) {
        self.0.write().unwrap_or_else(PoisonError::into_inner).insert(peer, queues);
    }

    fn remove(&self, peer: &PublicKey) {
        self.0.write().unwrap_or_else(PoisonError::into_inner).remove(peer);
    }
}
