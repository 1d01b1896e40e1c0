//! Attacks by peers with good handshakes.

use std::{collections::BTreeMap, net::Ipv4Addr, time::Duration};

use bytes::Bytes;
use realdid_crypto::{Digest, PublicKey, SecretKey, Signature};
use realdid_network::{
    PeerAddress,
    public::{self, Service, Topic, Verdict},
    validators,
};
use realdid_testnet::citizen;
use realdid_types::{
    Batch, BatchDigest, BlockDigest, CatchUpRequest, Certificate, Epoch, EpochQuestion, EpochView,
    GenesisDigest, Have, Height, Message, Request, SignedBatch, Signers, ValidatorIndex, View, VoteStatement,
    Wire,
};
use tokio::sync::mpsc;

use super::{Target, sockets::random_bytes};

/// Connects and says what it is told to.
struct Attacker;

impl Service for Attacker {
    fn hear(&mut self, _: Topic, _: PublicKey, _: &[u8]) -> Verdict {
        Verdict::Ignore
    }

    fn name(_: Topic, frame: &[u8]) -> Vec<u8> {
        realdid_crypto::digest(realdid_crypto::Context::Random, frame).as_bytes().to_vec()
    }

    fn answer(&mut self, _: PublicKey, _: &[u8]) -> Option<Bytes> {
        None
    }

    fn on_answer(&mut self, _: PublicKey, _: Bytes) {}
    fn on_connected(&mut self, _: PublicKey) {}
    fn on_disconnected(&mut self, _: PublicKey) {}
}

async fn peer(target: &Target, seed: u8, number: u8, network: GenesisDigest) -> Option<public::Plane> {
    let mut whole = [seed; 32];
    whole[0] = number;
    let free = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).ok()?.local_addr().ok()?;
    let peers = vec![PeerAddress { key: target.key, address: target.public }];
    let settings = public::Settings { seed: whole, listen: free, network, peers };
    let plane = public::Plane::start(settings, Attacker).await.ok()?;
    // connected and subscribed
    tokio::time::sleep(Duration::from_millis(300)).await;
    Some(plane)
}

async fn act(target: &Target, say: impl Fn(&public::Plane, u64)) {
    let Some(plane) = peer(target, 0xa7, 0, target.network()).await else { return };
    let mut number = 0;
    while !target.is_over() {
        for _ in 0..64 {
            number += 1;
            say(&plane, number);
        }
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
}

async fn gossip(target: &Target, topic: Topic, frame: impl Fn(u64) -> Vec<u8>) {
    act(target, |plane, number| {
        plane.publish(topic, frame(number).into());
    })
    .await;
}

async fn ask(target: &Target, question: impl Fn(u64) -> Vec<u8>) {
    let key = target.key;
    act(target, |plane, number| {
        plane.ask(key, question(number).into());
    })
    .await;
}

fn digest(number: u64) -> Digest {
    realdid_crypto::digest(realdid_crypto::Context::Random, &number.to_be_bytes())
}

pub async fn stranger_at_validators(target: Target) {
    let Ok(free) =
        std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).and_then(|socket| socket.local_addr())
    else {
        return;
    };
    let (events, mut heard) = mpsc::channel(64);
    let settings = validators::Settings { seed: [0xa8; 32], listen: free, network: target.network() };
    let Ok(plane) = validators::Plane::start(settings, events).await else { return };
    plane.set_peers(BTreeMap::from([(target.key, vec![target.validators])]));
    while !target.is_over() {
        plane.send(&target.key, Bytes::from(random_bytes(1, 1_000)), validators::Urgency::Urgent);
        let _ = tokio::time::timeout(Duration::from_millis(10), heard.recv()).await;
    }
}

pub async fn other_network(target: Target) {
    let Some(plane) = peer(&target, 0xa9, 0, GenesisDigest(Digest::ZERO)).await else { return };
    while !target.is_over() {
        plane.ask(target.key, Bytes::from_static(b"what?"));
        plane.publish(Topic::Batches, random_bytes(1, 300).into());
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

pub async fn many(target: Target, count: usize) {
    let mut planes = Vec::new();
    for number in 0..count {
        if target.is_over() {
            break;
        }
        let mut whole = [0xaa; 32];
        whole[..8].copy_from_slice(&(number as u64).to_be_bytes());
        let Ok(free) =
            std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).and_then(|socket| socket.local_addr())
        else {
            continue;
        };
        let peers = vec![PeerAddress { key: target.key, address: target.public }];
        let settings = public::Settings { seed: whole, listen: free, network: target.network(), peers };
        planes.extend(public::Plane::start(settings, Attacker).await.ok());
    }
}

pub async fn gossip_garbage(target: Target, bytes: usize) {
    gossip(&target, Topic::Batches, |number| random_bytes(number, bytes)).await;
}

pub async fn gossip_garbage_certificates(target: Target) {
    gossip(&target, Topic::Finality, |number| random_bytes(number, 400)).await;
}

/// A batch with some transactions, signed by a key of the attacker's own, or not at all by a member's.
fn batch(target: &Target, author: PublicKey, number: u64) -> SignedBatch {
    let transactions = vec![citizen(target.network(), 77_777, 1).1];
    let batch = Batch { author, number, transactions };
    let signature = SecretKey::ed25519(&[9; 32]).sign(batch.signing_digest(target.network()).as_bytes());
    SignedBatch { batch, signature }
}

fn members_node(target: &Target) -> PublicKey {
    let nodes = target.genesis.members.iter().flat_map(|member| &member.nodes);
    nodes.copied().next().unwrap_or(target.key)
}

pub async fn gossip_strangers_batches(target: Target) {
    let stranger = SecretKey::ed25519(&[9; 32]).public_key();
    gossip(&target, Topic::Batches, |number| batch(&target, stranger, number).encode()).await;
}

pub async fn gossip_forged_batches(target: Target) {
    let member = members_node(&target);
    gossip(&target, Topic::Batches, |number| batch(&target, member, number).encode()).await;
}

pub async fn gossip_announcements(target: Target) {
    gossip(&target, Topic::Announcements, |number| {
        Have { batches: vec![BatchDigest(digest(number))] }.encode()
    })
    .await;
}

pub async fn gossip_future_certificates(target: Target) {
    gossip(&target, Topic::Finality, |number| {
        let at = EpochView::new(Epoch(number), View(u64::MAX - number));
        Certificate {
            statement: VoteStatement::commit(at, BlockDigest(digest(number))),
            signers: Signers::new((0..3).map(ValidatorIndex), 4),
            signatures: vec![Signature::ed25519([number as u8; 64]); 3],
        }
        .encode()
    })
    .await;
}

pub async fn ask_garbage(target: Target) {
    ask(&target, |number| random_bytes(number, 200)).await;
}

pub async fn ask_unknown_blocks(target: Target) {
    ask(&target, |number| Message::Request(Request::Block(BlockDigest(digest(number)))).encode()).await;
}

pub async fn ask_unknown_batches(target: Target) {
    ask(&target, |number| Message::Request(Request::Batch(BatchDigest(digest(number)))).encode()).await;
}

pub async fn ask_absurd(target: Target) {
    ask(&target, |number| {
        let request = match number % 3 {
            0 => Request::EpochEnd(EpochQuestion { epoch: Epoch(u64::MAX) }),
            1 => Request::CatchUp(CatchUpRequest { above: Height(u64::MAX), below: BlockDigest::ZERO }),
            _ => Request::CatchUp(CatchUpRequest { above: Height(0), below: BlockDigest(digest(number)) }),
        };
        Message::Request(request).encode()
    })
    .await;
}

pub async fn ask_whole_chain(target: Target) {
    ask(&target, |_| {
        let request = CatchUpRequest { above: Height(0), below: BlockDigest::ZERO };
        Message::Request(Request::CatchUp(request)).encode()
    })
    .await;
}

pub async fn push_forged_batches(target: Target) {
    let member = members_node(&target);
    ask(&target, |number| Message::Batch(Box::new(batch(&target, member, number))).encode()).await;
}
