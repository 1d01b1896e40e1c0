//! What happened, as a digest that two runs of one seed share, and in words for whoever asks.

use std::collections::VecDeque;

use realdid_crypto::{Context, Digest, Hasher};
use realdid_replica::{Commit, Input};

use super::{
    describe::{self, Names},
    network::Micros,
};

/// So many lines lead up to a violation.
const RECENT_LINES: usize = 60;

/// How a story is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Telling {
    /// Digested only.
    Silent,
    /// Printed as it happens.
    Aloud,
    /// The newest lines are kept until something is wrong.
    Recent,
}

/// The story of a world.
pub struct Trace {
    hasher: Hasher,
    telling: Telling,
    names: Names,
    recent: VecDeque<String>,
}

impl Trace {
    pub fn new(telling: Telling) -> Self {
        Self { hasher: Hasher::new(Context::Random), telling, names: Names::new(), recent: VecDeque::new() }
    }

    /// Whose keys these are.
    pub fn set_names(&mut self, names: Names) {
        self.names = names;
    }

    pub fn input(&mut self, now: Micros, node: usize, input: &Input) {
        let kind = kind(input);
        self.hasher.update(&now.to_le_bytes()).update(&(node as u64).to_le_bytes()).update(kind.as_bytes());
        if self.telling != Telling::Silent {
            let line = describe::input(&self.names, input);
            self.tell(now, node, &line);
        }
    }

    pub fn commit(&mut self, now: Micros, node: usize, commit: &Commit) {
        let digest = commit.block.digest();
        self.hasher.update(digest.0.as_bytes());
        if self.telling != Telling::Silent {
            let header = &commit.block.header;
            self.tell(now, node, &format!("FINAL height {} of {} {digest}", header.height, header.at));
        }
    }

    pub fn note(&mut self, now: Micros, node: usize, text: &str) {
        self.hasher.update(text.as_bytes());
        if self.telling != Telling::Silent {
            self.tell(now, node, &format!("** {text}"));
        }
    }

    /// Nothing more is kept: what matters has happened.
    pub fn stop_recording(&mut self) {
        if self.telling == Telling::Recent {
            self.telling = Telling::Silent;
        }
    }

    fn tell(&mut self, now: Micros, node: usize, line: &str) {
        let line = format!("{:>12.3} ms  node {node:<2}  {line}", now as f64 / 1000.0);
        if self.telling == Telling::Aloud {
            say!("{line}");
        } else {
            self.recent.truncate(RECENT_LINES - 1);
            self.recent.push_front(line);
        }
    }

    /// The lines before something went wrong, oldest first.
    pub fn recent(&self) -> Vec<String> {
        self.recent.iter().rev().cloned().collect()
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
        Input::NumbersReserved(_) => "numbers reserved",
        Input::Execute(_) => "execute",
        Input::Submitted(_) => "submitted",
        Input::Timer(_) => "timer",
        Input::DiskFull(_) => "disk full",
    }
}
