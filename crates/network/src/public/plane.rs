//! The plane's one task.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use bytes::Bytes;
use futures::StreamExt;
use libp2p::{
    PeerId, StreamProtocol, Swarm, allow_block_list, connection_limits,
    connection_limits::ConnectionLimits,
    gossipsub::{
        self, IdentTopic, Message, MessageAcceptance, MessageAuthenticity, MessageId, PeerScoreParams,
        PeerScoreThresholds, TopicHash, TopicScoreParams, ValidationMode,
    },
    identity::Keypair,
    request_response::{self, ProtocolSupport, ResponseChannel},
    swarm::{NetworkBehaviour, SwarmEvent, dial_opts::DialOpts},
};
use realdid_crypto::PublicKey;
use realdid_types::{GenesisDigest, limits::BATCH_BYTES_MAX};
use tokio::{
    sync::{mpsc, watch},
    time::{Instant, interval},
};

use super::{Command, Service, Settings, StartError, Topic, Verdict, codec::Codec, names};
use crate::{PeerAddress, peer, swarm};

/// How often is looked for peers that are not connected.
const LOOK: Duration = Duration::from_secs(1);
/// Connections in all, and of one peer.
const CONNECTIONS_MAX: u32 = 256;
const CONNECTIONS_PER_PEER_MAX: u32 = 2;
/// Handshakes that may be under way.
const PENDING_MAX: u32 = 32;
/// How long a question may take.
const ANSWER_MAX: Duration = Duration::from_secs(10);
/// Questions of one peer that are answered in a second, and how many it may save up. Whoever catches up asks for each batch by
/// itself, a few thousand a second of all peers together; an answer costs some 60 µs.
const QUESTIONS_PER_SECOND: f64 = 1_000.0;
const QUESTIONS_SAVED_MAX: f64 = 2_000.0;
/// Questions that one connection may have open at once: more than an honest peer has. What comes beyond is dropped, and the
/// peer waits for it until it gives up.
const STREAMS_MAX: usize = 64;
/// Signature, source and topic around a gossiped frame.
const GOSSIP_OVERHEAD: usize = 1_024;

#[derive(NetworkBehaviour)]
struct Behaviour {
    refused: allow_block_list::Behaviour<allow_block_list::BlockedPeers>,
    limits: connection_limits::Behaviour,
    gossip: gossipsub::Behaviour,
    questions: request_response::Behaviour<Codec>,
}

struct Running<S> {
    swarm: Swarm<Behaviour>,
    service: S,
    topics: BTreeMap<TopicHash, Topic>,
    peers: Vec<PeerAddress>,
    me: PeerId,
    /// What each peer may still ask, and since when.
    allowances: BTreeMap<PeerId, (f64, Instant)>,
}

pub(super) async fn start<S: Service>(
    settings: Settings,
    service: S,
    orders: mpsc::Receiver<Command>,
    refused: watch::Receiver<BTreeSet<PublicKey>>,
) -> Result<(), StartError> {
    let keys = swarm::keypair(settings.seed)?;
    let me = keys.public().to_peer_id();
    let network = settings.network;
    let topics: BTreeMap<TopicHash, Topic> = [Topic::Batches, Topic::Announcements, Topic::Finality]
        .map(|topic| (hash_of(network, topic), topic))
        .into();
    let mut swarm = swarm::build(keys, |keys| behaviour::<S>(keys, network, topics.clone()))?;
    for topic in topics.values() {
        let subscribed = swarm.behaviour_mut().gossip.subscribe(&topic_of(network, *topic));
        subscribed.map_err(|error| StartError::Setup(error.to_string()))?;
    }
    swarm::listen(&mut swarm, settings.listen)?;
    loop {
        match swarm.select_next_some().await {
            SwarmEvent::NewListenAddr { .. } => break,
            SwarmEvent::ListenerClosed { reason, .. } => {
                let reason = reason.err().map_or_else(String::new, |error| error.to_string());
                return Err(StartError::Listen(settings.listen, reason));
            }
            _ => {}
        }
    }
    let running = Running { swarm, service, topics, peers: settings.peers, me, allowances: BTreeMap::new() };
    tokio::spawn(running.run(orders, refused));
    Ok(())
}

fn topic_of(network: GenesisDigest, topic: Topic) -> IdentTopic {
    let name = match topic {
        Topic::Batches => "batches",
        Topic::Announcements => "announcements",
        Topic::Finality => "finality",
    };
    IdentTopic::new(format!("/realdid/{network}/{name}/1"))
}

fn hash_of(network: GenesisDigest, topic: Topic) -> TopicHash {
    topic_of(network, topic).hash()
}

fn behaviour<S: Service>(
    keys: &Keypair,
    network: GenesisDigest,
    topics: BTreeMap<TopicHash, Topic>,
) -> Result<Behaviour, StartError> {
    let limits = ConnectionLimits::default()
        .with_max_pending_incoming(Some(PENDING_MAX))
        .with_max_established_incoming(Some(CONNECTIONS_MAX))
        .with_max_established_per_peer(Some(CONNECTIONS_PER_PEER_MAX));
    let protocol = StreamProtocol::try_from_owned(format!("/realdid/{network}/questions/1"))
        .map_err(|error| StartError::Setup(error.to_string()))?;
    let config = request_response::Config::default()
        .with_request_timeout(ANSWER_MAX)
        .with_max_concurrent_streams(STREAMS_MAX);
    let questions =
        request_response::Behaviour::with_codec(Codec, [(protocol, ProtocolSupport::Full)], config);
    Ok(Behaviour {
        refused: allow_block_list::Behaviour::default(),
        limits: connection_limits::Behaviour::new(limits),
        gossip: gossip::<S>(keys, topics).map_err(StartError::Setup)?,
        questions,
    })
}

fn gossip<S: Service>(
    keys: &Keypair,
    topics: BTreeMap<TopicHash, Topic>,
) -> Result<gossipsub::Behaviour, String> {
    let names = topics.clone();
    let config = gossipsub::ConfigBuilder::default()
        .validation_mode(ValidationMode::Strict)
        .validate_messages()
        .max_transmit_size(BATCH_BYTES_MAX + GOSSIP_OVERHEAD)
        .message_id_fn(move |message: &Message| {
            let topic = names.get(&message.topic).copied();
            MessageId(topic.map_or_else(Vec::new, |topic| S::name(topic, &message.data)))
        })
        .build()
        .map_err(|error| error.to_string())?;
    let mut gossip = gossipsub::Behaviour::new(MessageAuthenticity::Signed(keys.clone()), config)?;
    // on a machine of one's own many peers have one address: it says nothing about them
    let mut score = PeerScoreParams { ip_colocation_factor_weight: 0.0, ..PeerScoreParams::default() };
    for topic in topics.keys() {
        score.topics.insert(topic.clone(), TopicScoreParams::default());
    }
    gossip.with_peer_score(score, PeerScoreThresholds::default())?;
    Ok(gossip)
}

impl<S: Service> Running<S> {
    async fn run(
        mut self,
        mut orders: mpsc::Receiver<Command>,
        mut refused: watch::Receiver<BTreeSet<PublicKey>>,
    ) {
        let mut look = interval(LOOK);
        loop {
            tokio::select! {
                event = self.swarm.select_next_some() => self.on_event(event),
                order = orders.recv() => match order {
                    Some(order) => self.on_order(order),
                    None => return,
                },
                Ok(()) = refused.changed() => {
                    let keys = refused.borrow_and_update().clone();
                    self.refuse(&names(&keys));
                }
                _ = look.tick() => self.look(),
            }
        }
    }

    fn on_order(&mut self, order: Command) {
        let behaviour = self.swarm.behaviour_mut();
        match order {
            Command::Publish(topic, frame) => {
                let hash =
                    self.topics.iter().find(|(_, known)| **known == topic).map(|(hash, _)| hash.clone());
                if let Some(hash) = hash
                    && let Err(error) = behaviour.gossip.publish(hash, frame.to_vec())
                {
                    tracing::debug!(?topic, %error, "not gossiped");
                }
            }
            Command::Ask(key, question) => {
                if let Some(peer) = peer::peer_id(&key) {
                    behaviour.questions.send_request(&peer, question);
                }
            }
        }
    }

    fn on_event(&mut self, event: SwarmEvent<BehaviourEvent>) {
        match event {
            SwarmEvent::ConnectionEstablished { peer_id, num_established, .. }
                if num_established.get() == 1 =>
            {
                self.with_key(&peer_id, |service, key| service.on_connected(key));
            }
            SwarmEvent::ConnectionClosed { peer_id, num_established: 0, .. } => {
                self.allowances.remove(&peer_id);
                self.with_key(&peer_id, |service, key| service.on_disconnected(key));
            }
            SwarmEvent::Behaviour(BehaviourEvent::Gossip(gossipsub::Event::Message {
                propagation_source,
                message_id,
                message,
            })) => self.on_gossip(&propagation_source, &message_id, &message),
            SwarmEvent::Behaviour(BehaviourEvent::Questions(request_response::Event::Message {
                peer,
                message,
                ..
            })) => match message {
                request_response::Message::Request { request, channel, .. } => {
                    self.on_question(&peer, &request, channel);
                }
                request_response::Message::Response { response: Some(answer), .. } => {
                    self.with_key(&peer, |service, key| service.on_answer(key, answer));
                }
                request_response::Message::Response { .. } => {}
            },
            _ => {}
        }
    }

    fn with_key(&mut self, peer: &PeerId, act: impl FnOnce(&mut S, PublicKey)) {
        if let Some(key) = peer::key_of(peer) {
            act(&mut self.service, key);
        }
    }

    fn on_gossip(&mut self, from: &PeerId, id: &MessageId, message: &Message) {
        let source = message.source.as_ref().and_then(peer::key_of);
        let topic = self.topics.get(&message.topic).copied();
        let verdict = match topic.zip(source) {
            Some((topic, source)) => self.service.hear(topic, source, &message.data),
            None => Verdict::Reject,
        };
        let acceptance = match verdict {
            Verdict::Forward => MessageAcceptance::Accept,
            Verdict::Ignore => MessageAcceptance::Ignore,
            Verdict::Reject => MessageAcceptance::Reject,
        };
        self.swarm.behaviour_mut().gossip.report_message_validation_result(id, from, acceptance);
    }

    fn on_question(&mut self, peer: &PeerId, question: &Bytes, channel: ResponseChannel<Option<Bytes>>) {
        if !self.may_ask(*peer) {
            // whoever asks too much waits until it gives up
            return;
        }
        let answer = peer::key_of(peer).and_then(|key| self.service.answer(key, question));
        // the peer may be gone by now
        drop(self.swarm.behaviour_mut().questions.send_response(channel, answer));
    }

    fn may_ask(&mut self, peer: PeerId) -> bool {
        let now = Instant::now();
        let (left, since) = self.allowances.entry(peer).or_insert((QUESTIONS_SAVED_MAX, now));
        *left = (*left + now.duration_since(*since).as_secs_f64() * QUESTIONS_PER_SECOND)
            .min(QUESTIONS_SAVED_MAX);
        *since = now;
        let may = *left >= 1.0;
        if may {
            *left -= 1.0;
        }
        may
    }

    fn refuse(&mut self, peers: &BTreeSet<PeerId>) {
        let blocked = &mut self.swarm.behaviour_mut().refused;
        let former: Vec<PeerId> = blocked.blocked_peers().iter().copied().collect();
        for peer in former.iter().filter(|peer| !peers.contains(peer)) {
            blocked.unblock_peer(*peer);
        }
        // whoever is connected is cut off by that
        for peer in peers {
            blocked.block_peer(*peer);
        }
        self.look();
    }

    fn look(&mut self) {
        let missing: Vec<(PeerId, PeerAddress)> = self
            .peers
            .iter()
            .filter_map(|address| Some((peer::peer_id(&address.key)?, address.clone())))
            .filter(|(peer, _)| *peer != self.me && !self.swarm.is_connected(peer))
            .collect();
        for (peer, address) in missing {
            let options = DialOpts::peer_id(peer).addresses(vec![peer::multiaddr(address.address)]).build();
            // one that is refused, or being dialled already, is not dialled
            drop(self.swarm.dial(options));
        }
    }
}
