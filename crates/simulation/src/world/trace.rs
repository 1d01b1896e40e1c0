//! What happened, as a digest that two runs of one seed share, and in words if they are asked for.

use realdid_crypto::{Context, Digest, Hasher};
use realdid_replica::{Commit, Input};

use super::network::Micros;

/// The story of a world.
pub struct Trace {
    hasher: Hasher,
    aloud: bool,
}

impl Trace {
    /// A story that is told as it happens, or only digested.
    pub fn new(aloud: bool) -> Self {
        Self { hasher: Hasher::new(Context::Random), aloud }
    }

    pub fn input(&mut self, now: Micros, node: usize, input: &Input) {
        let kind = kind(input);
        self.hasher.update(&now.to_le_bytes()).update(&(node as u64).to_le_bytes()).update(kind.as_bytes());
        if self.aloud {
            let text = format!("{input:?}");
            println!(
                "{:>12.3} ms  node {node}  {}",
                now as f64 / 1000.0,
                text.chars().take(240).collect::<String>()
            );
        }
    }

    pub fn commit(&mut self, now: Micros, node: usize, commit: &Commit) {
        let digest = commit.block.digest();
        self.hasher.update(digest.0.as_bytes());
        if self.aloud {
            let header = &commit.block.header;
            println!(
                "{:>12.3} ms  node {node}  FINAL height {} view {} {digest}",
                now as f64 / 1000.0,
                header.height,
                header.at
            );
        }
    }

    pub fn note(&mut self, now: Micros, node: usize, text: &str) {
        self.hasher.update(text.as_bytes());
        if self.aloud {
            println!("{:>12.3} ms  node {node}  ** {text}", now as f64 / 1000.0);
        }
    }

    pub fn digest(&self) -> Digest {
        self.hasher.finish()
    }
}

fn kind(input: &Input) -> &'static str {
    match input {
        Input::Start => "start",
        Input::Received(..) => "received",
        Input::Connected(_) => "connected",
        Input::Disconnected(_) => "disconnected",
        Input::RoundTrip(..) => "round trip",
        Input::Stored(..) => "stored",
        Input::ProposalSigned(..) => "proposal signed",
        Input::BatchSigned(_) => "batch signed",
        Input::BatchStored(_) => "batch stored",
        Input::Submitted(_) => "submitted",
        Input::Timer(_) => "timer",
        Input::DiskFull(_) => "disk full",
    }
}
