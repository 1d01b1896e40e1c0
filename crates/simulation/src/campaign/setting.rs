//! What a seed draws before its world starts: how many validators, which faults, what weather.

use realdid_crypto::{Digest, PublicKey};
use realdid_types::{
    Genesis, Member, NetworkName, OrganisationName, Parameters, Quorum, Roles, Timestamp, Validator,
};

use crate::world::{
    DiskSpeed, Plan, World,
    keys::{Keyring, Scheme},
    network::{Micros, Network, Weather},
    random::Random,
    trace::{Telling, Trace},
};

/// When the clocks of the world start: 2026-01-01, in milliseconds.
const EPOCH_START: u64 = 1_767_225_600_000;
/// Syncs take this long while disks are well, in microseconds.
pub const DISK_WELL: DiskSpeed = DiskSpeed { low: 100, high: 400 };

/// The usual delay between continents with a bad satellite between them, in microseconds.
const SLOW_LINKS: Micros = 400_000;
/// Links so slow that Δ at its start is too short for a block.
const SLOWEST_LINKS: Micros = 700_000;

/// More than any member spends in a seed.
const QUOTA: u64 = 1_000_000;

/// What one seed is about.
pub struct Setting {
    /// Validators at genesis.
    pub validators: usize,
    /// Nodes that may join later.
    pub spares: usize,
    pub scheme: Scheme,
    pub weather: Weather,
    pub faults: Faults,
    /// What each member may spend in a minute.
    pub quota: u64,
}

/// Which kinds of faults a seed has.
#[derive(Default)]
pub struct Faults {
    pub crashes: bool,
    pub pauses: bool,
    pub partitions: bool,
    pub clogs: bool,
    pub clocks: bool,
    pub slow_disks: bool,
    pub full_disks: bool,
    pub failing_writes: bool,
    pub wipes: bool,
    pub doubled_keys: bool,
    pub validator_changes: bool,
    /// Large messages vanish for most of the safety phase.
    pub black_hole: bool,
    /// All clocks are an hour fast, and right again when faults end.
    pub hour_fast: bool,
}

impl Setting {
    pub fn draw(random: &mut Random) -> Self {
        let validators = *random.pick(&[4, 4, 4, 4, 5, 6, 7, 7, 10, 13]);
        let faults = Faults::draw(random);
        Self {
            validators,
            spares: if faults.validator_changes { random.between(1, 2) as usize } else { 0 },
            scheme: if validators == 4 && random.chance(15) { Scheme::Real } else { Scheme::Tag },
            weather: draw_weather(random),
            faults,
            quota: QUOTA,
        }
    }

    /// A network on good links, in which nothing goes wrong by itself.
    pub fn calm(validators: usize, scheme: Scheme) -> Self {
        let weather = Weather { delay: (2_000, 8_000), ..Weather::default() };
        Self { validators, spares: 0, scheme, weather, faults: Faults::default(), quota: QUOTA }
    }

    /// How long everything may happen. Where a view takes long, more time must pass for as much to happen.
    pub fn safety_phase(&self, random: &mut Random) -> Micros {
        let usual = random.between(3_000_000, 7_000_000);
        if self.faults.black_hole || self.weather.delay.0 >= SLOW_LINKS / 2 { 8 * usual } else { usual }
    }

    /// How many validators may be faulty at once.
    pub fn faulty(&self) -> usize {
        Quorum { n: self.validators }.faulty()
    }

    /// The world at its start: all nodes down.
    pub fn build(&self, random: &mut Random, telling: Telling) -> World {
        let mut keyring = Keyring::new(self.scheme);
        let nodes = self.validators + self.spares;
        let keys: Vec<_> = (0..nodes).map(|_| (keyring.draw(), keyring.draw())).collect();
        let genesis = genesis(&mut keyring, &keys, (self.validators, self.quota), random.bits() as u8);
        World::new(Plan {
            genesis,
            keyring,
            keys,
            network: Network::new(self.weather.clone()),
            disk_speed: DISK_WELL,
            random: random.fork(),
            trace: Trace::new(telling),
        })
    }
}

impl Faults {
    fn draw(random: &mut Random) -> Self {
        Self {
            crashes: random.chance(50),
            pauses: random.chance(30),
            partitions: random.chance(50),
            clogs: random.chance(20),
            clocks: random.chance(40),
            slow_disks: random.chance(20),
            full_disks: random.chance(15),
            failing_writes: random.chance(15),
            wipes: random.chance(25),
            doubled_keys: random.chance(8),
            validator_changes: random.chance(35),
            black_hole: random.chance(3),
            hour_fast: random.chance(8),
        }
    }
}

fn draw_weather(random: &mut Random) -> Weather {
    let slow = *random.pick(&[SLOW_LINKS, SLOWEST_LINKS]);
    let base = if random.chance(3) { slow } else { *random.pick(&[1_000, 5_000, 10_000, 20_000]) };
    let mut weather = Weather { delay: (base / 2, base * 2), ..Weather::default() };
    if random.chance(30) {
        weather.loss = random.between(1, 15);
    }
    if random.chance(30) {
        weather.duplication = random.between(1, 20);
    }
    if random.chance(40) {
        weather.reordering = random.between(1, 20);
    }
    weather
}

/// One member with one node for each pair of consensus and author key; the first `validators` of them validate.
fn genesis(
    keyring: &mut Keyring,
    keys: &[(PublicKey, PublicKey)],
    (validators, quota): (usize, u64),
    salt: u8,
) -> Genesis {
    let name = |index: usize| OrganisationName::new(&format!("operator-{index:02}")).expect("a valid name");
    let members = keys.iter().enumerate().map(|(index, (_, author))| Member {
        name: name(index),
        key: keyring.draw(),
        nodes: vec![*author],
        roles: Some(Roles { authority: index == 0, operator: true }),
    });
    let members = members.collect();
    let validators = keys.iter().take(validators).enumerate().map(|(index, (key, author))| Validator {
        organisation: name(index),
        consensus_key: *key,
        transport_key: *author,
    });
    Genesis {
        network: NetworkName::new("simulated").expect("a valid name"),
        random: Digest::from_bytes([salt; 32]),
        time: Timestamp(EPOCH_START),
        development: true,
        parameters: Parameters {
            max_idle: 2_000,
            max_expiry: 600_000,
            quota_window: 60_000,
            quota,
            approvals: 2,
            format: 2,
        },
        members,
        validators: validators.collect(),
    }
}
