//! The public plane: gossip of batches and of what is final, and questions with answers.

mod codec;
mod plane;

use std::{collections::BTreeSet, net::SocketAddr};

use bytes::Bytes;
use realdid_crypto::PublicKey;
use realdid_types::GenesisDigest;
use tokio::sync::{mpsc, watch};

pub use crate::StartError;
use crate::{PeerAddress, peer};

/// Frames and questions that wait to leave; more are lost.
const COMMANDS_MAX: usize = 256;

/// What a plane is started with.
pub struct Settings {
    /// The seed of the transport key.
    pub seed: [u8; 32],
    /// Where to listen.
    pub listen: SocketAddr,
    /// The network; peers of another one do not get through.
    pub network: GenesisDigest,
    /// Whom to connect to.
    pub peers: Vec<PeerAddress>,
}

/// What is gossiped about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Topic {
    /// Batches of members' nodes.
    Batches,
    /// Which batches validators hold.
    Announcements,
    /// Commit certificates.
    Finality,
}

/// What whoever uses the plane thinks of a gossiped frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Good, and others should have it.
    Forward,
    /// No news, or not to be judged: not forwarded, and nobody's fault.
    Ignore,
    /// No honest peer forwards this.
    Reject,
}

/// What the plane asks whoever uses it. Called on the plane's own thread: a flood keeps nobody else busy.
pub trait Service: Send + 'static {
    /// Takes a gossiped frame that `source` signed.
    fn hear(&mut self, topic: Topic, source: PublicKey, frame: &[u8]) -> Verdict;
    /// Takes a frame by its content alone to tell whether it was heard before: equal names are one frame.
    fn name(topic: Topic, frame: &[u8]) -> Vec<u8>
    where
        Self: Sized;
    /// Answers a question, if there is an answer.
    fn answer(&mut self, from: PublicKey, question: &[u8]) -> Option<Bytes>;
    /// Takes the answer to a question of this node.
    fn on_answer(&mut self, from: PublicKey, answer: Bytes);
    /// A peer is connected, or again.
    fn on_connected(&mut self, peer: PublicKey);
    /// A peer is gone.
    fn on_disconnected(&mut self, peer: PublicKey);
}

pub(crate) enum Command {
    Publish(Topic, Bytes),
    Ask(PublicKey, Bytes),
}

/// A running plane. It ends when this is dropped.
pub struct Plane {
    commands: mpsc::Sender<Command>,
    refused: watch::Sender<BTreeSet<PublicKey>>,
}

impl Plane {
    /// Starts a plane on the present tokio runtime, which must be its own: the service is called on it.
    ///
    /// # Errors
    /// If the port cannot be had.
    pub async fn start<S: Service>(settings: Settings, service: S) -> Result<Self, StartError> {
        let (commands, orders) = mpsc::channel(COMMANDS_MAX);
        let (refused, refused_now) = watch::channel(BTreeSet::new());
        plane::start(settings, service, orders, refused_now).await?;
        Ok(Self { commands, refused })
    }

    /// Gossips a frame; false if too many wait: it is lost.
    pub fn publish(&self, topic: Topic, frame: Bytes) -> bool {
        self.commands.try_send(Command::Publish(topic, frame)).is_ok()
    }

    /// Asks a connected peer; false if too many wait: the question is lost.
    pub fn ask(&self, peer: PublicKey, question: Bytes) -> bool {
        self.commands.try_send(Command::Ask(peer, question)).is_ok()
    }

    /// Has nothing to do with these peers until told otherwise: a partition, for development.
    pub fn refuse(&self, peers: BTreeSet<PublicKey>) {
        self.refused.send_replace(peers);
    }
}

/// Whether a key can be a peer's.
pub(crate) fn names(keys: &BTreeSet<PublicKey>) -> BTreeSet<libp2p::PeerId> {
    keys.iter().filter_map(peer::peer_id).collect()
}
