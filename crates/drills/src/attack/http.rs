//! Attacks on the interface.

use std::time::Duration;

use realdid_crypto::{Digest, SecretKey, Signature};
use realdid_testnet::{citizen, now_ms};
use realdid_types::{GenesisDigest, SignedTransaction, Timestamp, Wire};
use tokio::{io::AsyncWriteExt, net::TcpStream, task::JoinSet};

use super::{Target, sockets::random_bytes};

/// Clients that attack at once.
const AT_ONCE: usize = 16;
/// Citizens of the attacker.
const SEED: u64 = 66_666;

/// Sends bytes as one request after another on fresh connections.
async fn requests(target: &Target, request: impl Fn(usize) -> Vec<u8> + Send + Sync) {
    let mut number = 0;
    while !target.is_over() {
        let mut streams = Vec::new();
        for _ in 0..AT_ONCE {
            let Ok(mut stream) = TcpStream::connect(target.api).await else { continue };
            number += 1;
            let bytes = request(number);
            let _ = tokio::time::timeout(Duration::from_millis(500), stream.write_all(&bytes)).await;
            streams.push(stream);
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

fn post(kind: &str, body: &[u8]) -> Vec<u8> {
    let head = format!(
        "POST /v1/transactions HTTP/1.1\r\nHost: a\r\nContent-Type: {kind}\r\nContent-Length: {}\r\n\r\n",
        body.len()
    );
    [head.as_bytes(), body].concat()
}

fn frame(bytes: &[u8]) -> Vec<u8> {
    [&(bytes.len() as u32).to_be_bytes()[..], bytes].concat()
}

fn transaction(target: &Target, number: usize) -> SignedTransaction {
    citizen(target.network(), SEED, number).1
}

/// Hands in what `make` gives as proper requests.
async fn hand_in(target: &Target, make: impl Fn(usize) -> Vec<SignedTransaction> + Send + Sync) {
    let client = target.client();
    let mut number = 0;
    while !target.is_over() {
        number += 1;
        let transactions = make(number);
        let _ = client.submit(&transactions, realdid_client::Wait::No).await;
    }
}

pub async fn promised_gigabyte(target: Target) {
    let head = b"POST /v1/transactions HTTP/1.1\r\nHost: a\r\nContent-Type: application/octet-stream\r\n\
                 Content-Length: 1073741824\r\n\r\n";
    requests(&target, |_| [&head[..], &[0; 16_384]].concat()).await;
}

pub async fn large_bodies(target: Target) {
    let body = vec![0; 3 << 20];
    requests(&target, |_| post("application/octet-stream", &body)).await;
}

pub async fn endless_header(target: Target) {
    requests(&target, |_| [&b"GET / HTTP/1.1\r\nA: "[..], &[b'a'; 1 << 20]].concat()).await;
}

pub async fn slow_requests(target: Target) {
    let mut tasks = JoinSet::new();
    for _ in 0..128 {
        let target = target.clone();
        tasks.spawn(async move {
            let Ok(mut stream) = TcpStream::connect(target.api).await else { return };
            for byte in b"GET /v1/status HTTP/1.1\r\nHost: a\r\n".iter().cycle() {
                if target.is_over() || stream.write_all(&[*byte]).await.is_err() {
                    return;
                }
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        });
    }
    while tasks.join_next().await.is_some() {}
}

pub async fn idle_connections(target: Target, count: usize) {
    let mut streams = Vec::new();
    for _ in 0..count {
        streams.extend(TcpStream::connect(target.api).await.ok());
    }
    tokio::time::sleep(Duration::from_secs(1)).await;
}

pub async fn event_streams(target: Target, count: usize) {
    let mut streams = Vec::new();
    for _ in 0..count {
        let Ok(mut stream) = TcpStream::connect(target.api).await else { continue };
        let _ = stream.write_all(b"GET /v1/events HTTP/1.1\r\nHost: a\r\n\r\n").await;
        streams.push(stream);
    }
    tokio::time::sleep(Duration::from_secs(1)).await;
}

pub async fn nested_json(target: Target) {
    let body = [vec![b'['; 500_000], vec![b']'; 500_000]].concat();
    requests(&target, |_| post("application/json", &body)).await;
}

pub async fn absurd_length(target: Target) {
    requests(&target, |_| post("application/octet-stream", &[0xff; 64])).await;
}

pub async fn truncated(target: Target) {
    let whole = transaction(&target, 1).encode();
    requests(&target, |number| post("application/octet-stream", &frame(&whole[..number % whole.len()])))
        .await;
}

pub async fn trailing(target: Target) {
    let whole = transaction(&target, 1).encode();
    requests(&target, |_| post("application/octet-stream", &frame(&[&whole[..], &[0]].concat()))).await;
}

pub async fn random_transactions(target: Target) {
    requests(&target, |number| post("application/octet-stream", &frame(&random_bytes(number as u64, 300))))
        .await;
}

pub async fn forged(target: Target) {
    let good: Vec<SignedTransaction> = (0..250).map(|number| transaction(&target, number)).collect();
    hand_in(&target, |number| {
        let mut forged = good.clone();
        for (place, signed) in forged.iter_mut().enumerate() {
            for by in &mut signed.signatures {
                let mut bytes = *by.signature.as_bytes();
                bytes[(number + place) % 32] ^= 1;
                by.signature = Signature::ed25519(bytes);
            }
        }
        forged
    })
    .await;
}

pub async fn replayed(target: Target) {
    let one = transaction(&target, 7);
    hand_in(&target, |_| vec![one.clone(); 250]).await;
}

pub async fn other_network(target: Target) {
    let other = GenesisDigest(Digest::ZERO);
    hand_in(&target, |number| (0..100).map(|place| citizen(other, SEED, number * 100 + place).1).collect())
        .await;
}

pub async fn expired(target: Target) {
    hand_in(&target, |number| {
        vec![resigned(&target, number, |transaction| transaction.expires = Timestamp(1))]
    })
    .await;
}

pub async fn far_ahead(target: Target) {
    hand_in(&target, |number| {
        let ahead = |transaction: &mut realdid_types::Transaction| {
            transaction.sequence = realdid_types::Sequence(u64::MAX);
            transaction.expires = Timestamp(now_ms() + 60_000);
        };
        vec![resigned(&target, number, ahead)]
    })
    .await;
}

fn resigned(
    target: &Target,
    number: usize,
    change: impl FnOnce(&mut realdid_types::Transaction),
) -> SignedTransaction {
    let mut transaction = transaction(target, number).transaction;
    change(&mut transaction);
    realdid_client::sign(transaction, &[&SecretKey::ed25519(&[6; 32])])
}

pub async fn too_many(target: Target) {
    let one = frame(&transaction(&target, 9).encode());
    let body = one.repeat(1_001);
    requests(&target, |_| post("application/octet-stream", &body)).await;
}

pub async fn addresses(target: Target) {
    let paths = [
        "/../../../etc/passwd",
        "/v1/blocks/-1",
        "/v1/blocks/99999999999999999999999",
        "/v1/records/did:web:a",
        "/v1/transactions/zz",
        "/v1/epochs/18446744073709551615",
        "/%00",
        "//",
        "/v1/records/%F0%9F%92%A9",
    ];
    requests(&target, |number| {
        format!("GET {} HTTP/1.1\r\nHost: a\r\n\r\n", paths[number % paths.len()]).into_bytes()
    })
    .await;
}
