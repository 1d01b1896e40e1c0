//! How well an observer who holds the whole ledger, or sites that compare notes, can tell which DIDs belong to one person.
//!
//! Invented people get their DIDs attested over weeks of simulated time, by the very code that an authority runs. Each attack
//! then names pairs of DIDs that it holds for one person's, and the truth counts how often it is right. Guessing without looking
//! is right at some rate, too; an attack wins if it is right more often than guessing as many pairs would be in 99 of 100 runs.

mod attacks;
mod careless;
mod interval;
mod ledger;
mod traffic;
mod world;

use anyhow::ensure;
use realdid_authority::batching::Parameters;

use self::{
    attacks::{ATTACKS, Attack},
    interval::Interval,
    ledger::Pair,
    traffic::{Traffic, Wallets},
    world::{Ways, World},
};

/// What is measured.
#[derive(clap::Args)]
pub struct Arguments {
    /// From which everything is drawn
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// How many people
    #[arg(long, default_value_t = 1_000, value_parser = clap::value_parser!(u64).range(10..=10_000))]
    people: u64,
    /// Over how many weeks they come
    #[arg(long, default_value_t = 4, value_parser = clap::value_parser!(u64).range(1..=52))]
    weeks: u64,
}

/// How an attack did.
struct Found {
    name: &'static str,
    hits: u64,
    guesses: u64,
    /// How often a guess without looking is right.
    rate: f64,
    /// Hits of whoever guesses as often without looking.
    plain: Interval,
}

impl Found {
    fn new(name: &'static str, hits: u64, guesses: u64, rate: f64) -> Self {
        Self { name, hits, guesses, rate, plain: Interval::of(guesses, rate) }
    }

    fn of(attack: &'static Attack, world: &World) -> Self {
        let guessed: Vec<Pair> = (attack.guess)(&world.ledger);
        let hits = guessed.iter().filter(|pair| world.is_one_person(**pair)).count() as u64;
        Self::new(attack.name, hits, guessed.len() as u64, world.plain_rate())
    }

    const fn wins(&self) -> bool {
        self.hits > self.plain.high
    }

    fn print(&self) {
        let rate = |hits: u64| hits as f64 / self.guesses.max(1) as f64 * 100.0;
        let verdict = match () {
            () if self.guesses == 0 => "nothing to guess from",
            () if self.wins() => "WINS",
            () if self.hits < self.plain.low => "worse than guessing",
            () => "no better than guessing",
        };
        println!(
            "{:<30} {:>6} {:>9}  {:>8.4} %  {:>8.4} %  {:>8.4} – {:.4} %  {verdict}",
            self.name,
            self.hits,
            self.guesses,
            rate(self.hits),
            self.rate * 100.0,
            rate(self.plain.low),
            rate(self.plain.high),
        );
    }
}

/// Measures, and says whether anything can be linked.
///
/// # Errors
/// If an attack wins against an authority and wallets as they should be, or finds nothing where nobody takes care: then it
/// measures nothing.
pub fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let size = (arguments.people, arguments.weeks);
    let world = World::new(&Ways::CAREFUL, size, arguments.seed);
    world.describe("An authority with the parameters for production; wallets that make and ask for each DID at a time of its own");
    let found = all(&world, &ATTACKS);
    world.describe_rule();
    let seen = traffic(
        "A node that sees every look-up of a week; wallets that look each DID up at times of its own",
        &Traffic::new(Wallets::Careful, arguments.people, arguments.seed),
    );
    let won: Vec<&str> =
        found.iter().chain(&seen).filter(|found| found.wins()).map(|found| found.name).collect();

    let hasty = World::new(&Ways { wallets: careless::WALLETS, ..Ways::CAREFUL }, size, arguments.seed);
    hasty.describe("The same authority; wallets that make and ask for all three DIDs within an hour: what no authority can mend");
    all(&hasty, &ATTACKS);

    let mut blind = Vec::new();
    for careless in &careless::WORLDS {
        let world = World::new(&careless.ways, size, arguments.seed);
        world.describe(careless.words);
        let found = all(&world, careless.winning);
        blind.extend(found.iter().filter(|found| !found.wins()).map(|found| found.name));
    }
    let seen = traffic(
        "The same node; wallets that look up all DIDs together each morning, and each at its logins",
        &Traffic::new(Wallets::Careless, arguments.people, arguments.seed),
    );
    blind.extend(seen.iter().filter(|found| !found.wins()).map(|found| found.name));
    println!();
    ensure!(blind.is_empty(), "attacks that find nothing where nobody takes care: {}", blind.join(", "));
    ensure!(won.is_empty(), "DIDs can be linked: {}", won.join(", "));
    println!("no attack is better than guessing, and each wins where nobody takes care");
    Ok(())
}

fn all(world: &World, attacks: &[&'static Attack]) -> Vec<Found> {
    attacks.iter().map(|attack| Found::of(attack, world)).inspect(Found::print).collect()
}

fn traffic(words: &str, traffic: &Traffic) -> [Found; 4] {
    println!("\n{words}\n");
    print_heads();
    let found = traffic.found();
    found.iter().for_each(Found::print);
    found
}

fn print_heads() {
    println!(
        "{:<30} {:>6} {:>9}  {:>10}  {:>10}  {:>20}",
        "attack", "hits", "guesses", "rate", "guessing", "guessing, 99 %"
    );
}

impl World {
    fn describe(&self, words: &str) {
        let Parameters { minimum, longest_wait, .. } = self.parameters;
        let mut sizes: Vec<usize> = self.ledger.batches.iter().map(|batch| batch.dids.len()).collect();
        sizes.sort_unstable();
        let middle = sizes.get(sizes.len() / 2).copied().unwrap_or(0);
        println!(
            "\n{words}\n{} DIDs, {} batches of {} to {} DIDs, {middle} in the middle; minimum {minimum}, longest wait {} h\n",
            self.ledger.dids.len(),
            sizes.len(),
            sizes.first().unwrap_or(&0),
            sizes.last().unwrap_or(&0),
            longest_wait / 3_600_000,
        );
        print_heads();
    }

    /// What the rule itself gives away.
    fn describe_rule(&self) {
        println!(
            "\nThat a batch holds one DID of a person is known: two of one batch do not belong together. So who guesses among \
             the other pairs is right {:.1} % more often than among all, which is the rate of guessing above.",
            (self.plain_rate() / self.blind_rate() - 1.0) * 100.0
        );
    }
}

#[cfg(test)]
mod tests {
    use super::{world::Authority, *};

    const SIZE: (u64, u64) = (300, 4);

    #[test]
    fn every_attack_wins_where_nobody_takes_care() {
        let mut tried = Vec::new();
        for careless in &careless::WORLDS {
            let world = World::new(&careless.ways, SIZE, 1);
            for attack in careless.winning {
                let found = Found::of(attack, &world);
                assert!(found.wins(), "{}: {} of {} pairs", attack.name, found.hits, found.guesses);
                tried.push(attack.name);
            }
        }
        assert!(ATTACKS.iter().all(|attack| tried.contains(&attack.name)), "only {tried:?} are tried");
    }

    #[test]
    fn neighbouring_batches_would_give_away_whoever_had_no_random_time() {
        let wins = |spread| {
            let parameters = Parameters { spread, ..Parameters::PRODUCTION };
            let ways = Ways { wallets: careless::WALLETS, authority: Authority::Batches(parameters) };
            Found::of(&attacks::NEXT_BATCH, &World::new(&ways, (1_000, 4), 1)).wins()
        };
        assert!(wins(0));
        assert!(!wins(Parameters::PRODUCTION.spread));
    }

    #[test]
    fn no_attack_wins_against_an_authority_and_wallets_as_they_should_be() {
        let world = World::new(&Ways::CAREFUL, (1_000, 4), 1);
        for attack in &ATTACKS {
            let found = Found::of(attack, &world);
            assert!(!found.wins(), "{}: {} of {} pairs", attack.name, found.hits, found.guesses);
        }
    }

    #[test]
    fn everybody_is_attested_in_time_and_never_twice_in_a_batch() {
        let world = World::new(&Ways::CAREFUL, SIZE, 2);
        let attested: usize = world.ledger.batches.iter().map(|batch| batch.dids.len()).sum();
        assert_eq!(attested, world.ledger.dids.len());
        for batch in &world.ledger.batches {
            let mut people: Vec<u64> = batch.dids.iter().map(|did| world.person(*did)).collect();
            people.sort_unstable();
            assert!(people.windows(2).all(|two| two[0] != two[1]));
        }
        assert_eq!(world.late, 0, "DIDs that left later than promised");
    }
}
