//! Handing transactions in at a rate, as many clients would, and timing the answers.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use realdid_client::{NodeClient, Wait};
use realdid_types::SignedTransaction;
use tokio::{
    sync::{Semaphore, mpsc},
    task::JoinSet,
    time::MissedTickBehavior,
};

/// Transactions in one request.
pub(crate) const TOGETHER: usize = 50;
/// Requests that may wait for an answer at once.
const IN_FLIGHT: usize = 400;
/// How long a client rests that was told to come back.
const REST: Duration = Duration::from_millis(50);

/// What became of many requests.
#[derive(Debug, Default)]
pub(crate) struct Answers {
    answered: Vec<Answered>,
    /// From the first request to the last answer.
    took: Duration,
}

/// A request that was answered.
#[derive(Debug)]
struct Answered {
    transactions: usize,
    applied: usize,
    latency: Duration,
    at: Instant,
}

/// What one request hands in, with the number of its lane.
pub(crate) type Portion = (usize, Vec<SignedTransaction>);

/// Hands lanes of transactions in, together at a rate a second, each lane to the next of these nodes and in its order,
/// and waits until all are final.
///
/// # Errors
/// If a node refuses for good.
pub(crate) async fn hand_in(
    lanes: Vec<Vec<SignedTransaction>>,
    nodes: &[NodeClient],
    rate: usize,
) -> anyhow::Result<Answers> {
    let count: usize = lanes.iter().map(|lane| lane.len().div_ceil(TOGETHER)).sum();
    let (sender, portions) = mpsc::channel(count.max(1));
    let mut lanes: Vec<_> = lanes.into_iter().map(Vec::into_iter).enumerate().collect();
    while !lanes.is_empty() {
        for (lane, left) in &mut lanes {
            sender.try_send((*lane, left.by_ref().take(TOGETHER).collect()))?;
        }
        lanes.retain(|(_, left)| left.len() > 0);
    }
    drop(sender);
    hand_in_portions(portions, nodes, rate).await
}

/// The same with portions that may still be made meanwhile, in the order in which they come.
///
/// # Errors
/// If a node refuses for good.
pub(crate) async fn hand_in_portions(
    mut portions: mpsc::Receiver<Portion>,
    nodes: &[NodeClient],
    rate: usize,
) -> anyhow::Result<Answers> {
    let started = Instant::now();
    let room = Arc::new(Semaphore::new(IN_FLIGHT));
    let mut tasks = JoinSet::new();
    let pause = Duration::from_secs_f64(TOGETHER as f64 / rate as f64).max(Duration::from_micros(1));
    let mut tick = tokio::time::interval(pause);
    tick.set_missed_tick_behavior(MissedTickBehavior::Burst);
    while let Some((lane, portion)) = portions.recv().await {
        tick.tick().await;
        let permit = room.clone().acquire_owned().await?;
        let client = nodes[lane % nodes.len()].clone();
        tasks.spawn(async move {
            let _permit = permit;
            submit(&client, &portion).await
        });
    }
    let mut answered = Vec::new();
    while let Some(done) = tasks.join_next().await {
        answered.push(done??);
    }
    Ok(Answers { answered, took: started.elapsed() })
}

/// Tries again while the node is busy; the time until then counts.
async fn submit(client: &NodeClient, portion: &[SignedTransaction]) -> anyhow::Result<Answered> {
    let started = Instant::now();
    loop {
        match client.submit(portion, Wait::Final).await {
            Ok(answers) => {
                let applied = answers.iter().filter(|one| one.outcome.as_deref() == Some("applied")).count();
                let (transactions, at) = (portion.len(), Instant::now());
                return Ok(Answered { transactions, applied, latency: at - started, at });
            }
            Err(error) if error.is_temporary() => tokio::time::sleep(REST).await,
            Err(error) => return Err(error.into()),
        }
    }
}

impl Answers {
    /// Transactions that were handed in.
    pub(crate) fn transactions(&self) -> usize {
        self.answered.iter().map(|one| one.transactions).sum()
    }

    /// Those that were applied.
    pub(crate) fn applied(&self) -> usize {
        self.answered.iter().map(|one| one.applied).sum()
    }

    /// From the first request to the last answer.
    pub(crate) fn seconds(&self) -> f64 {
        self.took.as_secs_f64()
    }

    /// What became of these and of others that came after them.
    pub(crate) fn extend(&mut self, later: Self) {
        self.answered.extend(later.answered);
        self.took += later.took;
    }

    /// Applied in a second, the wait for the last answers included.
    pub(crate) fn rate(&self) -> f64 {
        (self.applied() as f64 / self.seconds()).round()
    }

    /// The latencies in milliseconds within which these per cent of the transactions were final.
    pub(crate) fn latencies<const N: usize>(&self, shares: [usize; N]) -> [u64; N] {
        let of_each = |one: &Answered| std::iter::repeat_n(one.latency.as_millis(), one.transactions);
        let mut all: Vec<u128> = self.answered.iter().flat_map(of_each).collect();
        all.sort_unstable();
        shares.map(|share| {
            let place = all.len().saturating_sub(1) * share / 100;
            u64::try_from(all.get(place).copied().unwrap_or(0)).unwrap_or(u64::MAX)
        })
    }

    /// The longest time in milliseconds in which nobody was told that something is final.
    pub(crate) fn longest_gap(&self) -> u64 {
        let mut times: Vec<Instant> = self.answered.iter().map(|one| one.at).collect();
        times.sort_unstable();
        let gaps = times.windows(2).map(|pair| pair[1] - pair[0]);
        u64::try_from(gaps.max().unwrap_or_default().as_millis()).unwrap_or(u64::MAX)
    }
}
