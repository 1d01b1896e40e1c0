//! The simulated network: how long a message takes, and whether it arrives.

use std::collections::BTreeMap;

use super::random::Random;

/// Microseconds of simulated time.
pub type Micros = u64;

/// How a seed's network behaves while faults are allowed.
#[derive(Clone, Debug, Default)]
pub struct Weather {
    /// The usual delay.
    pub delay: (Micros, Micros),
    /// Percent of messages that are lost.
    pub loss: u64,
    /// Percent that arrive twice.
    pub duplication: u64,
    /// Percent that take up to twenty times as long and so overtake others' order.
    pub reordering: u64,
}

/// Who can reach whom, and how fast.
#[derive(Clone, Debug)]
pub struct Network {
    weather: Weather,
    /// Directed links that are cut.
    cut: BTreeMap<(usize, usize), ()>,
    /// Directed links that deliver only after this time.
    clogged: BTreeMap<(usize, usize), Micros>,
    /// The last arrival on each link: streams keep their order unless reordering is on.
    last: BTreeMap<(usize, usize), Micros>,
    /// Until then proposals, blocks and batches vanish, as where large packets do not fit through.
    black_hole: Micros,
    lost: u64,
    doubled: u64,
    overtaken: u64,
}

impl Network {
    /// Everybody reaches everybody.
    #[must_use]
    pub fn new(weather: Weather) -> Self {
        Self {
            weather,
            cut: BTreeMap::new(),
            clogged: BTreeMap::new(),
            last: BTreeMap::new(),
            black_hole: 0,
            lost: 0,
            doubled: 0,
            overtaken: 0,
        }
    }

    /// When a message sent now arrives: not at all, once, or twice.
    pub fn arrivals(&mut self, random: &mut Random, now: Micros, from: usize, to: usize) -> Vec<Micros> {
        if self.cut.contains_key(&(from, to)) {
            return Vec::new();
        }
        if random.chance(self.weather.loss) {
            self.lost += 1;
            return Vec::new();
        }
        let (low, high) = self.weather.delay;
        let mut at = now + random.between(low, high);
        let reordered = random.chance(self.weather.reordering);
        if reordered {
            self.overtaken += 1;
            at += random.between(0, 20 * high);
        }
        if let Some(free) = self.clogged.get(&(from, to)) {
            at = at.max(*free + random.between(0, high));
        }
        if !reordered {
            let last = self.last.entry((from, to)).or_default();
            at = at.max(*last + 1);
            *last = at;
        }
        if random.chance(self.weather.duplication) {
            self.doubled += 1;
            return vec![at, at + random.between(1, 5 * high)];
        }
        vec![at]
    }

    /// Whether something large would vanish now.
    pub fn swallows_large(&self, now: Micros) -> bool {
        now < self.black_hole
    }

    /// Lets everything large vanish until a time.
    pub fn open_black_hole(&mut self, until: Micros) {
        self.black_hole = until;
    }

    /// How long there and back usually takes.
    pub fn round_trip(&self) -> Micros {
        self.weather.delay.0 + self.weather.delay.1
    }

    /// Cuts a directed link.
    pub fn cut(&mut self, from: usize, to: usize) {
        self.cut.insert((from, to), ());
    }

    /// Holds a directed link's messages back until a time.
    pub fn clog(&mut self, from: usize, to: usize, until: Micros) {
        self.clogged.insert((from, to), until);
    }

    /// Repairs every link; says which pairs were cut in some direction.
    pub fn reconnect(&mut self) -> Vec<(usize, usize)> {
        let pairs = self.cut.keys().copied().collect();
        self.cut.clear();
        self.clogged.clear();
        pairs
    }

    /// How many messages met which fate.
    pub fn counts(&self) -> [(&'static str, u64); 3] {
        [
            ("messages lost", self.lost),
            ("messages doubled", self.doubled),
            ("messages out of order", self.overtaken),
        ]
    }

    /// The weather from now on.
    pub fn set_weather(&mut self, weather: Weather) {
        self.weather = weather;
    }
}
