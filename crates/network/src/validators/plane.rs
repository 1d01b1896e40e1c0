//! The plane's one task: who may connect, dialling, and which stream is the one between two.

use std::{
    collections::{BTreeMap, BTreeSet},
    net::SocketAddr,
    time::Duration,
};

use futures::StreamExt;
use libp2p::{
    PeerId, Stream, StreamProtocol, Swarm, allow_block_list, connection_limits,
    connection_limits::ConnectionLimits,
    ping,
    swarm::{NetworkBehaviour, SwarmEvent, dial_opts::DialOpts},
};
use libp2p_stream::{Control, IncomingStreams};
use realdid_crypto::PublicKey;
use tokio::{
    sync::mpsc,
    task::JoinHandle,
    time::{Instant, interval},
};

use super::{
    Event, Links, Orders, Settings, StartError, Wanted,
    link::{Queues, carry},
};
use crate::{peer, swarm};

/// How often is looked for peers without a stream.
const LOOK: Duration = Duration::from_millis(250);
/// How long a peer that could not be reached is left alone: at first, and at most.
const REDIAL: [Duration; 2] = [Duration::from_millis(250), Duration::from_secs(2)];
/// How often round trips are measured.
const PING: Duration = Duration::from_secs(2);
/// Handshakes that may be under way.
const PENDING_MAX: u32 = 64;
/// Both sides may dial at once.
const CONNECTIONS_PER_PEER_MAX: u32 = 4;
/// What tasks tell the plane.
const NEWS_MAX: usize = 64;

#[derive(NetworkBehaviour)]
struct Behaviour {
    allowed: allow_block_list::Behaviour<allow_block_list::AllowedPeers>,
    limits: connection_limits::Behaviour,
    ping: ping::Behaviour,
    stream: libp2p_stream::Behaviour,
}

/// What the tasks of streams tell.
enum News {
    Opened(PublicKey, Option<Stream>),
    Ended(PublicKey, u64),
}

#[derive(Default)]
struct Peer {
    addresses: Vec<SocketAddr>,
    /// Not dialled before.
    dial_at: Option<Instant>,
    pause: Duration,
    /// Nothing is to be had with it before.
    shunned_until: Option<Instant>,
    is_opening: bool,
    link: Option<Link>,
}

struct Link {
    generation: u64,
    task: JoinHandle<()>,
}

struct Running {
    swarm: Swarm<Behaviour>,
    control: Control,
    protocol: StreamProtocol,
    me: PeerId,
    peers: BTreeMap<PublicKey, Peer>,
    refused: BTreeSet<PublicKey>,
    links: Links,
    events: mpsc::Sender<Event>,
    news: mpsc::Sender<News>,
    generation: u64,
}

pub(super) async fn start(
    settings: Settings,
    links: Links,
    orders: Orders,
    events: mpsc::Sender<Event>,
) -> Result<(), StartError> {
    let keys = swarm::keypair(settings.seed)?;
    let me = keys.public().to_peer_id();
    let mut swarm = swarm::build(keys, |_| Ok(behaviour()))?;
    swarm::listen(&mut swarm, settings.listen)?;
    await_listening(&mut swarm, settings.listen).await?;
    let protocol = StreamProtocol::try_from_owned(format!("/realdid/{}/validators/1", settings.network))
        .map_err(|error| StartError::Setup(error.to_string()))?;
    let mut control = swarm.behaviour().stream.new_control();
    let incoming = control.accept(protocol.clone()).map_err(|error| StartError::Setup(error.to_string()))?;
    let (news, told) = mpsc::channel(NEWS_MAX);
    let running = Running {
        swarm,
        control,
        protocol,
        me,
        peers: BTreeMap::new(),
        refused: BTreeSet::new(),
        links,
        events,
        news,
        generation: 0,
    };
    tokio::spawn(running.run(incoming, orders, told));
    Ok(())
}

fn behaviour() -> Behaviour {
    let limits = ConnectionLimits::default()
        .with_max_pending_incoming(Some(PENDING_MAX))
        .with_max_established_per_peer(Some(CONNECTIONS_PER_PEER_MAX));
    Behaviour {
        allowed: allow_block_list::Behaviour::default(),
        limits: connection_limits::Behaviour::new(limits),
        ping: ping::Behaviour::new(ping::Config::new().with_interval(PING)),
        stream: libp2p_stream::Behaviour::new(),
    }
}

/// Whether a port is free is known only when the swarm has been run for a moment.
async fn await_listening(swarm: &mut Swarm<Behaviour>, address: SocketAddr) -> Result<(), StartError> {
    loop {
        match swarm.select_next_some().await {
            SwarmEvent::NewListenAddr { .. } => return Ok(()),
            SwarmEvent::ListenerClosed { reason, .. } => {
                let reason = reason.err().map_or_else(String::new, |error| error.to_string());
                return Err(StartError::Listen(address, reason));
            }
            _ => {}
        }
    }
}

impl Peer {
    fn is_shunned(&self, now: Instant) -> bool {
        self.shunned_until.is_some_and(|until| until > now)
    }
}

impl Running {
    async fn run(
        mut self,
        mut incoming: IncomingStreams,
        mut orders: Orders,
        mut told: mpsc::Receiver<News>,
    ) {
        let mut look = interval(LOOK);
        loop {
            tokio::select! {
                event = self.swarm.select_next_some() => self.on_swarm_event(event).await,
                Some((peer, stream)) = incoming.next() => self.on_incoming(peer, stream).await,
                Some(news) = told.recv() => self.on_news(news).await,
                Some((peer, time)) = orders.cut_offs.recv() => self.cut_off(peer, time).await,
                changed = orders.wanted.changed() => {
                    if changed.is_err() {
                        return;
                    }
                    let wanted = orders.wanted.borrow_and_update().clone();
                    self.on_wanted(wanted).await;
                }
                _ = look.tick() => self.look(),
            }
        }
    }

    async fn on_swarm_event(&mut self, event: SwarmEvent<BehaviourEvent>) {
        match event {
            SwarmEvent::ConnectionEstablished { peer_id, .. } => {
                if let Some(peer) = peer::key_of(&peer_id).and_then(|key| self.peers.get_mut(&key)) {
                    peer.pause = REDIAL[0];
                    peer.dial_at = None;
                }
                self.look();
            }
            SwarmEvent::OutgoingConnectionError { peer_id: Some(peer_id), error, .. } => {
                tracing::debug!(%peer_id, %error, "cannot reach a validator");
            }
            SwarmEvent::Behaviour(BehaviourEvent::Ping(ping::Event { peer, result: Ok(time), .. })) => {
                if let Some(key) = peer::key_of(&peer) {
                    self.tell(Event::RoundTrip(key, time)).await;
                }
            }
            _ => {}
        }
    }

    async fn on_incoming(&mut self, peer: PeerId, stream: Stream) {
        if let Some(key) = peer::key_of(&peer) {
            self.link(key, stream).await;
        }
    }

    async fn on_news(&mut self, news: News) {
        match news {
            News::Opened(key, stream) => {
                if let Some(peer) = self.peers.get_mut(&key) {
                    peer.is_opening = false;
                }
                if let Some(stream) = stream {
                    self.link(key, stream).await;
                }
            }
            News::Ended(key, generation) => {
                let is_present = self.peers.get(&key).and_then(|peer| peer.link.as_ref());
                if is_present.is_some_and(|link| link.generation == generation) {
                    self.unlink(key).await;
                }
            }
        }
    }

    async fn on_wanted(&mut self, wanted: Wanted) {
        self.set_peers(wanted.peers).await;
        self.refused = wanted.refused;
        for key in self.refused.clone() {
            self.drop_peer(key).await;
        }
        self.look();
    }

    async fn cut_off(&mut self, key: PublicKey, time: Duration) {
        if let Some(peer) = self.peers.get_mut(&key) {
            peer.shunned_until = Some(Instant::now() + time);
        }
        self.drop_peer(key).await;
        self.look();
    }

    async fn set_peers(&mut self, addresses: BTreeMap<PublicKey, Vec<SocketAddr>>) {
        let gone: Vec<PublicKey> =
            self.peers.keys().filter(|key| !addresses.contains_key(*key)).copied().collect();
        for key in gone {
            self.drop_peer(key).await;
            self.peers.remove(&key);
        }
        for (key, addresses) in addresses {
            let new = || Peer { pause: REDIAL[0], ..Peer::default() };
            self.peers.entry(key).or_insert_with(new).addresses = addresses;
        }
    }

    /// Lets those connect that may, and nobody else.
    fn allow(&mut self) {
        let now = Instant::now();
        let welcome = |(key, peer): (&PublicKey, &Peer)| {
            let may = !peer.is_shunned(now) && !self.refused.contains(key);
            peer::peer_id(key).filter(|_| may)
        };
        let welcome: BTreeSet<PeerId> = self.peers.iter().filter_map(welcome).collect();
        let allowed = &mut self.swarm.behaviour_mut().allowed;
        let known: Vec<PeerId> = allowed.allowed_peers().iter().copied().collect();
        known.iter().filter(|peer| !welcome.contains(peer)).for_each(|peer| {
            allowed.disallow_peer(*peer);
        });
        welcome.iter().for_each(|peer| {
            allowed.allow_peer(*peer);
        });
    }

    async fn drop_peer(&mut self, key: PublicKey) {
        if let Some(peer) = peer::peer_id(&key) {
            let _ = self.swarm.disconnect_peer_id(peer);
        }
        self.unlink(key).await;
    }

    /// Dials who is not connected, and opens a stream where none is. Of two, the one with the lower name opens.
    fn look(&mut self) {
        self.allow();
        let now = Instant::now();
        for (key, peer) in &mut self.peers {
            let Some(id) = peer::peer_id(key) else { continue };
            if peer.link.is_some() || peer.is_shunned(now) || self.refused.contains(key) || id == self.me {
                continue;
            }
            if self.swarm.is_connected(&id) {
                if self.me < id && !peer.is_opening {
                    peer.is_opening = true;
                    open(&self.control, &self.protocol, *key, id, self.news.clone());
                }
            } else if !peer.addresses.is_empty() && peer.dial_at.is_none_or(|at| at <= now) {
                peer.dial_at = Some(now + peer.pause);
                peer.pause = peer.pause.saturating_mul(2).min(REDIAL[1]);
                let addresses = peer.addresses.iter().map(|address| peer::multiaddr(*address)).collect();
                // a dial that is under way already is refused, which is as well
                drop(self.swarm.dial(DialOpts::peer_id(id).addresses(addresses).build()));
            }
        }
    }

    /// Makes a stream the one to this peer.
    async fn link(&mut self, key: PublicKey, stream: Stream) {
        if !self.peers.contains_key(&key) || self.refused.contains(&key) {
            return;
        }
        self.generation += 1;
        let generation = self.generation;
        let (queues, waiting) = Queues::new();
        // whoever drives the plane hears of the stream before it hears from it
        self.tell(Event::Connected(key)).await;
        let (events, news) = (self.events.clone(), self.news.clone());
        let task = tokio::spawn(async move {
            if let Err(error) = carry(key, stream, waiting, events).await {
                tracing::debug!(peer = %key, %error, "a stream ended");
            }
            drop(news.send(News::Ended(key, generation)).await);
        });
        self.links.insert(key, queues);
        if let Some(peer) = self.peers.get_mut(&key)
            && let Some(old) = peer.link.replace(Link { generation, task })
        {
            old.task.abort();
        }
    }

    async fn unlink(&mut self, key: PublicKey) {
        let Some(link) = self.peers.get_mut(&key).and_then(|peer| peer.link.take()) else { return };
        link.task.abort();
        self.links.remove(&key);
        self.tell(Event::Disconnected(key)).await;
    }

    async fn tell(&mut self, event: Event) {
        drop(self.events.send(event).await);
    }
}

fn open(control: &Control, protocol: &StreamProtocol, key: PublicKey, id: PeerId, news: mpsc::Sender<News>) {
    let (mut control, protocol) = (control.clone(), protocol.clone());
    tokio::spawn(async move {
        let opened = tokio::time::timeout(Duration::from_secs(5), control.open_stream(id, protocol)).await;
        let stream = match opened {
            Ok(Ok(stream)) => Some(stream),
            Ok(Err(error)) => {
                tracing::debug!(peer = %key, %error, "no stream opens");
                None
            }
            Err(_) => None,
        };
        drop(news.send(News::Opened(key, stream)).await);
    });
}
