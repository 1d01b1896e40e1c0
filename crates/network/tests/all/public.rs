//! The public plane.

use std::{net::SocketAddr, time::Duration};

use bytes::Bytes;
use realdid_crypto::{Context, PublicKey, digest};
use realdid_network::{
    PeerAddress,
    public::{Plane, Service, Settings, Topic, Verdict},
};
use tokio::{sync::mpsc, time::timeout};

use crate::{free_address, key, network};

const LONG: Duration = Duration::from_secs(20);
const A_WHILE: Duration = Duration::from_secs(3);

#[derive(Debug, PartialEq, Eq)]
enum Heard {
    Connected(PublicKey),
    Disconnected(PublicKey),
    Gossip(Topic, PublicKey, Vec<u8>),
    Answer(PublicKey, Bytes),
}

struct Listener(mpsc::UnboundedSender<Heard>);

impl Service for Listener {
    fn hear(&mut self, topic: Topic, source: PublicKey, frame: &[u8]) -> Verdict {
        let _ = self.0.send(Heard::Gossip(topic, source, frame.to_vec()));
        if frame.starts_with(b"bad") { Verdict::Reject } else { Verdict::Forward }
    }

    fn name(_: Topic, frame: &[u8]) -> Vec<u8> {
        digest(Context::Random, frame).as_bytes().to_vec()
    }

    fn answer(&mut self, _: PublicKey, question: &[u8]) -> Option<Bytes> {
        (question == b"what?").then(|| Bytes::from_static(b"that"))
    }

    fn on_answer(&mut self, from: PublicKey, answer: Bytes) {
        let _ = self.0.send(Heard::Answer(from, answer));
    }

    fn on_connected(&mut self, peer: PublicKey) {
        let _ = self.0.send(Heard::Connected(peer));
    }

    fn on_disconnected(&mut self, peer: PublicKey) {
        let _ = self.0.send(Heard::Disconnected(peer));
    }
}

struct Node {
    key: PublicKey,
    address: SocketAddr,
    plane: Plane,
    heard: mpsc::UnboundedReceiver<Heard>,
}

async fn start(seed: u8, on: u8, peers: &[&Node]) -> Node {
    let address = free_address();
    let (sender, heard) = mpsc::unbounded_channel();
    let peers = peers.iter().map(|peer| PeerAddress { key: peer.key, address: peer.address }).collect();
    let settings = Settings { seed: [seed; 32], listen: address, network: network(on), peers };
    let plane = Plane::start(settings, Listener(sender)).await.unwrap();
    Node { key: key(seed), address, plane, heard }
}

impl Node {
    async fn until(&mut self, wanted: &Heard) {
        let found = async { while self.heard.recv().await.as_ref() != Some(wanted) {} };
        timeout(LONG, found).await.unwrap_or_else(|_| panic!("{wanted:?} does not come"));
    }

    async fn never(&mut self, unwanted: &Heard) {
        let found = async { while self.heard.recv().await.as_ref() != Some(unwanted) {} };
        assert!(timeout(A_WHILE, found).await.is_err(), "{unwanted:?} came");
    }
}

/// In a row: the first and the last know only the one between them.
async fn three_in_a_row() -> [Node; 3] {
    let mut middle = start(2, 1, &[]).await;
    let mut first = start(1, 1, &[&middle]).await;
    let mut last = start(3, 1, &[&middle]).await;
    first.until(&Heard::Connected(middle.key)).await;
    last.until(&Heard::Connected(middle.key)).await;
    middle.until(&Heard::Connected(last.key)).await;
    [first, middle, last]
}

/// Gossip begins once the peers' subscriptions are known: other frames are published until one comes. A frame that was
/// published too early is not taken a second time.
async fn gossip(from: &Node, to: &mut Node, topic: Topic, what: &str) -> bool {
    for attempt in 0..60 {
        from.plane.publish(topic, format!("{what} {attempt}").into());
        let is_it = |heard: &Heard| {
            matches!(heard, Heard::Gossip(on, source, frame)
                if *on == topic && *source == from.key && frame.starts_with(what.as_bytes()))
        };
        let found = async {
            while let Some(heard) = to.heard.recv().await {
                if is_it(&heard) {
                    break;
                }
            }
        };
        if timeout(Duration::from_millis(250), found).await.is_ok() {
            return true;
        }
    }
    false
}

#[tokio::test(flavor = "multi_thread")]
async fn gossip_reaches_who_is_not_connected_to_its_source_and_names_that_source() {
    let [first, _middle, mut last] = three_in_a_row().await;
    assert!(gossip(&first, &mut last, Topic::Batches, "a batch").await);
    assert!(gossip(&first, &mut last, Topic::Finality, "a certificate").await);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_rejected_goes_no_further() {
    let [first, mut middle, mut last] = three_in_a_row().await;
    assert!(gossip(&first, &mut last, Topic::Batches, "a good one").await);
    first.plane.publish(Topic::Batches, Bytes::from_static(b"bad"));
    middle.until(&Heard::Gossip(Topic::Batches, first.key, b"bad".to_vec())).await;
    last.never(&Heard::Gossip(Topic::Batches, first.key, b"bad".to_vec())).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_question_is_answered_by_who_was_asked_and_one_without_an_answer_is_silent() {
    let [mut first, middle, _last] = three_in_a_row().await;
    first.plane.ask(middle.key, Bytes::from_static(b"nothing"));
    first.plane.ask(middle.key, Bytes::from_static(b"what?"));
    first.until(&Heard::Answer(middle.key, Bytes::from_static(b"that"))).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn peers_of_another_network_hear_nothing() {
    let one = start(1, 1, &[]).await;
    let mut other = start(2, 2, &[&one]).await;
    other.until(&Heard::Connected(one.key)).await;
    other.plane.ask(one.key, Bytes::from_static(b"what?"));
    for _ in 0..10 {
        one.plane.publish(Topic::Batches, Bytes::from_static(b"ours"));
    }
    other.never(&Heard::Gossip(Topic::Batches, one.key, b"ours".to_vec())).await;
}
