//! One simulated process: a replica, its disk, its clock.

use std::{collections::BTreeMap, time::Duration};

use realdid_consensus::Now;
use realdid_crypto::{Context, Hasher, PublicKey, Verifier};
use realdid_replica::{Effect, Input, Replica, Settings, Surroundings, Timer};
use realdid_types::{Genesis, Timestamp};

use super::{
    disk::{Disk, Entry, Image},
    network::Micros,
};

/// What a process is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// It runs.
    Up,
    /// It stands still; messages wait for it.
    Paused,
    /// It is gone.
    Down,
}

/// A clock that is wrong.
#[derive(Clone, Copy, Debug, Default)]
pub struct SkewedClock {
    /// Added to the time of day, in microseconds.
    pub offset: i64,
    /// Parts per million that it runs too fast.
    pub drift: i64,
}

/// A process and what it owns.
pub struct Node {
    pub index: usize,
    pub key: PublicKey,
    pub author: PublicKey,
    pub status: Status,
    pub life: u64,
    pub replica: Option<Replica>,
    pub live: Image,
    pub disk: Disk,
    pub clock: SkewedClock,
    pub started: Micros,
    /// The generation of each pending timer.
    pub timers: BTreeMap<Timer, u64>,
    /// What waits for a paused process.
    pub inbox: Vec<Input>,
    /// When the sync that was asked for last returns.
    pub disk_free: Micros,
}

impl Node {
    pub fn new(index: usize, key: PublicKey, author: PublicKey, genesis: &Genesis) -> Self {
        let image = Image::new(genesis, true);
        Self {
            index,
            key,
            author,
            status: Status::Down,
            life: 0,
            replica: None,
            disk: Disk::new(image.clone()),
            live: image,
            clock: SkewedClock::default(),
            started: 0,
            timers: BTreeMap::new(),
            inbox: Vec::new(),
            disk_free: 0,
        }
    }

    /// Starts a process on what the disk holds.
    pub fn start(&mut self, now: Micros, genesis: &Genesis) {
        self.life += 1;
        self.started = now;
        self.status = Status::Up;
        self.timers.clear();
        let nonce =
            Hasher::new(Context::Probe).update(self.key.as_bytes()).update(&self.life.to_le_bytes()).finish();
        let settings = Settings {
            genesis: genesis.digest(),
            me: self.key,
            node: self.author,
            parameters: genesis.parameters.clone(),
        };
        self.replica = Some(Replica::recover(settings, self.live.recover(genesis, nonce)));
    }

    /// Ends the process: of what was not synced, the first `kept` writes survive.
    pub fn crash(&mut self, kept: u64) {
        self.live = self.disk.crash(kept);
        self.status = Status::Down;
        self.replica = None;
        self.inbox.clear();
    }

    /// Loses the disk.
    pub fn wipe(&mut self, genesis: &Genesis) {
        let image = Image::new(genesis, false);
        self.disk = Disk::new(image.clone());
        self.live = image;
    }

    pub fn is_up(&self) -> bool {
        self.status == Status::Up
    }

    /// The clocks as this process reads them.
    pub fn read_clock(&self, now: Micros, epoch_start: u64) -> Now {
        let monotonic = self.local(now - self.started);
        let wall =
            i128::from(epoch_start) * 1000 + i128::from(self.local(now)) + i128::from(self.clock.offset);
        Now {
            monotonic: Duration::from_micros(monotonic),
            wall: Timestamp(u64::try_from(wall / 1000).unwrap_or(0)),
        }
    }

    fn local(&self, micros: Micros) -> Micros {
        let fast = i128::from(micros) * i128::from(self.clock.drift) / 1_000_000;
        u64::try_from(i128::from(micros) + fast).unwrap_or(0)
    }

    /// When a time of this process's monotonic clock comes.
    pub fn world_time(&self, at: Duration) -> Micros {
        let local = at.as_micros() as i128;
        let micros = local * 1_000_000 / (1_000_000 + i128::from(self.clock.drift));
        self.started + u64::try_from(micros).unwrap_or(u64::MAX / 2).min(u64::MAX / 4) + 1
    }

    pub fn step(&mut self, now: Now, verifier: &dyn Verifier, input: Input) -> Vec<Effect> {
        let Some(replica) = &mut self.replica else { return Vec::new() };
        replica.step(&Surroundings { now, ledger: &self.live, verifier }, input)
    }

    /// Writes to the log and shows it to the running process.
    pub fn write(&mut self, entry: Entry) {
        self.live.apply(&entry);
        self.disk.write(entry);
    }
}
