//! The machine's own limits, beside which the network's figures are to be read.

use std::{
    fs::File,
    io::{Read, Write},
    net::{TcpListener, TcpStream},
    time::Instant,
};

use realdid_crypto::{Context, Ed25519Verifier, SecretKey, Signed, Verifier, digest};
use serde_json::json;

use crate::output::{Format, print, row};

/// Rounds of each measurement; the median counts.
const ROUNDS: usize = 200;

pub(crate) fn run(format: Format) -> anyhow::Result<()> {
    let limits = measure()?;
    print(format, &limits, |limits| {
        limits
            .as_object()
            .into_iter()
            .flatten()
            .map(|(name, value)| row([name, &value.to_string()]))
            .collect()
    })
}

/// Everything, in microseconds.
pub(crate) fn measure() -> anyhow::Result<serde_json::Value> {
    let key = SecretKey::ed25519(&[1; 32]);
    let public = key.public_key();
    let messages: Vec<[u8; 32]> =
        (0..256_u64).map(|number| *digest(Context::Random, &number.to_be_bytes()).as_bytes()).collect();
    let signatures: Vec<_> = messages.iter().map(|message| key.sign(message)).collect();
    let signed: Vec<Signed<'_>> = messages
        .iter()
        .zip(&signatures)
        .map(|(message, signature)| Signed { key: &public, message, signature })
        .collect();
    let verifier = Ed25519Verifier::default();
    let kib = vec![7; 1024];
    Ok(json!({
        "sign one, us": median(|| { let _ = key.sign(&messages[0]); }),
        "verify one, us": median(|| drop(verifier.verify(&signed[..1]))),
        "verify each of 256, us": median(|| drop(verifier.verify(&signed))) / 256.0,
        "hash 1 KiB, us": median(|| { let _ = digest(Context::Random, &kib); }),
        "append 4 KiB and sync, us": sync_time()?,
        "loopback there and back, us": loopback()?,
    }))
}

fn median(mut act: impl FnMut()) -> f64 {
    let mut times: Vec<f64> = (0..ROUNDS)
        .map(|_| {
            let started = Instant::now();
            act();
            started.elapsed().as_secs_f64() * 1e6
        })
        .collect();
    times.sort_by(f64::total_cmp);
    (times[ROUNDS / 2] * 100.0).round() / 100.0
}

fn sync_time() -> anyhow::Result<f64> {
    let path = std::env::temp_dir().join(format!("realdid-limits-{}", std::process::id()));
    let mut file = File::create(&path)?;
    let mut failed = None;
    let time = median(|| {
        if let Err(error) = file.write_all(&[7; 4096]).and_then(|()| file.sync_data()) {
            failed = Some(error);
        }
    });
    std::fs::remove_file(&path)?;
    failed.map_or(Ok(time), |error| Err(error.into()))
}

fn loopback() -> anyhow::Result<f64> {
    let listener = TcpListener::bind(("127.0.0.1", 0))?;
    let mut near = TcpStream::connect(listener.local_addr()?)?;
    let (mut far, _) = listener.accept()?;
    near.set_nodelay(true)?;
    far.set_nodelay(true)?;
    let echo = std::thread::spawn(move || {
        let mut byte = [0; 1];
        while far.read_exact(&mut byte).and_then(|()| far.write_all(&byte)).is_ok() {}
    });
    let mut failed = None;
    let time = median(|| {
        let mut byte = [1; 1];
        if let Err(error) = near.write_all(&byte).and_then(|()| near.read_exact(&mut byte)) {
            failed = Some(error);
        }
    });
    drop(near);
    let _ = echo.join();
    failed.map_or(Ok(time), |error| Err(error.into()))
}
