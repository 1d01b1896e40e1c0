//! The validators' plane.

use std::{
    collections::{BTreeMap, BTreeSet},
    net::SocketAddr,
    time::Duration,
};

use bytes::Bytes;
use realdid_crypto::PublicKey;
use realdid_network::{
    StartError,
    validators::{Event, Plane, Settings, Urgency},
};
use realdid_types::limits::FRAME_BYTES_MAX;
use tokio::{sync::mpsc, time::timeout};

use crate::{free_address, key, network};

/// Nothing on loopback takes as long.
const LONG: Duration = Duration::from_secs(20);
/// Nothing comes in this time that would come at all.
const A_WHILE: Duration = Duration::from_secs(2);

struct Peer {
    key: PublicKey,
    address: SocketAddr,
    plane: Plane,
    events: mpsc::Receiver<Event>,
}

async fn start(seed: u8, on: u8) -> Peer {
    let address = free_address();
    let (sender, events) = mpsc::channel(1_024);
    let settings = Settings { seed: [seed; 32], listen: address, network: network(on) };
    let plane = Plane::start(settings, sender).await.unwrap();
    Peer { key: key(seed), address, plane, events }
}

fn introduce(peer: &Peer, to: &[&Peer]) {
    let peers = to.iter().map(|other| (other.key, vec![other.address]));
    peer.plane.set_peers(peers.collect::<BTreeMap<_, _>>());
}

impl Peer {
    async fn next(&mut self) -> Event {
        loop {
            let event = timeout(LONG, self.events.recv()).await.expect("in time").expect("the plane runs");
            if !matches!(event, Event::RoundTrip(..)) {
                return event;
            }
        }
    }

    async fn until_connected(&mut self, to: PublicKey) {
        while self.next().await != Event::Connected(to) {}
    }

    /// The next frame, whatever streams come and go before it.
    async fn frame(&mut self) -> (PublicKey, Bytes) {
        loop {
            if let Event::Received(from, frame) = self.next().await {
                return (from, frame);
            }
        }
    }

    async fn is_silent(&mut self) -> bool {
        let quiet = async { while matches!(self.events.recv().await, Some(Event::RoundTrip(..))) {} };
        timeout(A_WHILE, quiet).await.is_err()
    }

    async fn send(&self, to: PublicKey, frame: Bytes, urgency: Urgency) {
        for _ in 0..2_000 {
            if self.plane.send(&to, frame.clone(), urgency) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("the queue stays full");
    }
}

async fn pair() -> (Peer, Peer) {
    let (mut a, mut b) = (start(1, 1).await, start(2, 1).await);
    introduce(&a, &[&b]);
    introduce(&b, &[&a]);
    a.until_connected(b.key).await;
    b.until_connected(a.key).await;
    (a, b)
}

#[tokio::test(flavor = "multi_thread")]
async fn frames_arrive_in_order_and_whole_up_to_the_largest() {
    let (a, mut b) = pair().await;
    for (number, size) in [0, 1, 70_000, FRAME_BYTES_MAX].into_iter().enumerate() {
        a.send(b.key, vec![number as u8; size].into(), Urgency::Urgent).await;
    }
    for (number, size) in [0, 1, 70_000, FRAME_BYTES_MAX].into_iter().enumerate() {
        let (from, frame) = b.frame().await;
        assert_eq!(from, a.key);
        assert!(frame.len() == size && frame.iter().all(|byte| usize::from(*byte) == number));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn urgent_frames_overtake_bulk() {
    let (a, mut b) = pair().await;
    // a stream's own buffers take some megabytes; what is queued behind them is overtaken
    for _ in 0..200 {
        a.send(b.key, vec![0; 100_000].into(), Urgency::Bulk).await;
    }
    a.send(b.key, Bytes::from_static(b"vote"), Urgency::Urgent).await;
    let mut before = 0;
    while b.frame().await.1 != Bytes::from_static(b"vote") {
        before += 1;
    }
    assert!(before < 200, "{before} frames of bulk came first");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stranger_and_a_peer_of_another_network_get_no_stream() {
    let mut validator = start(1, 1).await;
    let (mut stranger, mut elsewhere) = (start(3, 1).await, start(4, 2).await);
    let known = BTreeMap::from([(elsewhere.key, vec![elsewhere.address])]);
    validator.plane.set_peers(known);
    introduce(&stranger, &[&validator]);
    introduce(&elsewhere, &[&validator]);
    assert!(validator.is_silent().await && stranger.is_silent().await && elsewhere.is_silent().await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_peer_that_starts_again_is_connected_again() {
    let (mut a, b) = pair().await;
    let (key, address) = (b.key, b.address);
    drop(b);
    while a.next().await != Event::Disconnected(key) {}
    let (sender, events) = mpsc::channel(64);
    let settings = Settings { seed: [2; 32], listen: address, network: network(1) };
    let plane = loop {
        // the port is free only once the plane before has ended
        match Plane::start(Settings { ..copy(&settings) }, sender.clone()).await {
            Ok(plane) => break plane,
            Err(StartError::Listen(..)) => tokio::time::sleep(Duration::from_millis(20)).await,
            Err(error) => panic!("{error}"),
        }
    };
    let mut b = Peer { key, address, plane, events };
    introduce(&b, &[&a]);
    a.until_connected(key).await;
    b.until_connected(a.key).await;
    a.send(key, Bytes::from_static(b"again"), Urgency::Urgent).await;
    assert_eq!(b.frame().await.1, "again");
}

fn copy(settings: &Settings) -> Settings {
    Settings { seed: settings.seed, listen: settings.listen, network: settings.network }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_partition_ends_the_stream_and_healing_brings_it_back() {
    let (mut a, mut b) = pair().await;
    a.plane.refuse(BTreeSet::from([b.key]));
    while a.next().await != Event::Disconnected(b.key) {}
    assert!(a.is_silent().await);
    a.plane.refuse(BTreeSet::new());
    a.until_connected(b.key).await;
    b.until_connected(a.key).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_cut_off_comes_back_only_after_a_while() {
    let (mut a, b) = pair().await;
    a.plane.cut_off(b.key, Duration::from_secs(3));
    while a.next().await != Event::Disconnected(b.key) {}
    assert!(a.is_silent().await);
    a.until_connected(b.key).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_port_that_is_taken_is_an_error_that_names_it() {
    let taken = start(1, 1).await;
    let (sender, _events) = mpsc::channel(1);
    let settings = Settings { seed: [2; 32], listen: taken.address, network: network(1) };
    let Err(error) = Plane::start(settings, sender).await else { panic!("it starts") };
    assert!(error.to_string().contains(&taken.address.to_string()), "{error}");
}
