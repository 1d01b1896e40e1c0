//! Attacks with bare sockets.

use std::{
    net::SocketAddr,
    time::{Duration, Instant},
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use crate::random::Random;

/// Connections that an attack holds at once.
const AT_ONCE: usize = 64;

fn is_over(until: Instant) -> bool {
    Instant::now() >= until
}

pub fn random_bytes(seed: u64, length: usize) -> Vec<u8> {
    let mut random = Random::new(seed);
    (0..length).map(|_| random.next() as u8).collect()
}

/// Many at once, each again and again until the time is over.
async fn at_once<F: Future<Output = ()> + Send + 'static>(act: impl Fn(usize) -> F) {
    let mut tasks = tokio::task::JoinSet::new();
    for number in 0..AT_ONCE {
        tasks.spawn(act(number));
    }
    while tasks.join_next().await.is_some() {}
}

pub async fn garbage(address: SocketAddr, until: Instant) {
    at_once(|number| async move {
        while !is_over(until) {
            let Ok(mut stream) = TcpStream::connect(address).await else { continue };
            for turn in 0..16 {
                if stream.write_all(&random_bytes(number as u64 * 100 + turn, 4_096)).await.is_err() {
                    break;
                }
            }
        }
    })
    .await;
}

pub async fn half_handshakes(address: SocketAddr, count: usize) {
    let mut streams = Vec::new();
    for _ in 0..count {
        let Ok(mut stream) = TcpStream::connect(address).await else { continue };
        let _ = stream.write_all(b"\x13/multistream/1.0.0\n\x07/noise\n").await;
        streams.push(stream);
    }
    tokio::time::sleep(Duration::from_secs(1)).await;
}

pub async fn churn(address: SocketAddr, until: Instant) {
    at_once(|_| async move {
        while !is_over(until) {
            drop(TcpStream::connect(address).await);
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    })
    .await;
}

pub async fn drip(address: SocketAddr, until: Instant) {
    at_once(|_| async move {
        let Ok(mut stream) = TcpStream::connect(address).await else { return };
        for byte in b"\x13/multistream/1.0.0\n".iter().cycle() {
            if is_over(until) || stream.write_all(&[*byte]).await.is_err() {
                return;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    })
    .await;
}

pub async fn endless_name(address: SocketAddr, until: Instant) {
    at_once(|_| async move {
        while !is_over(until) {
            let Ok(mut stream) = TcpStream::connect(address).await else { continue };
            // a length of two to the thirty-second, as libp2p writes lengths
            let _ = stream.write_all(b"\x13/multistream/1.0.0\n\xff\xff\xff\xff\x0f").await;
            let _ = stream.write_all(&[b'a'; 16 * 1024]).await;
        }
    })
    .await;
}

pub async fn speak(address: SocketAddr, words: &'static [u8], until: Instant) {
    at_once(|_| async move {
        while !is_over(until) {
            let Ok(mut stream) = TcpStream::connect(address).await else { continue };
            let _ = stream.write_all(words).await;
            let mut answer = [0; 64];
            let _ = tokio::time::timeout(Duration::from_millis(100), stream.read(&mut answer)).await;
        }
    })
    .await;
}
