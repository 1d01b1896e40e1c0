//! Clients that use the network all the while: people go through the lives of their DIDs, and members attest them and put
//! sites on the ledger. Each asks again until what it asked for is final, and remembers what was acknowledged.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use anyhow::{Context, bail, ensure};
use realdid_client::{ClientError, NodeClient, Submitted, Wait};
use realdid_testnet::{LIFE, People};
use realdid_types::{SignedTransaction, TransactionId};
use tokio::{sync::RwLock, task::JoinSet};

use crate::{
    members::Acting,
    rig::{PATIENCE, Rig},
};

/// People at a time.
const CLIENTS: usize = 16;
/// A client rests this long between two operations.
const REST: Duration = Duration::from_millis(20);
/// A node that does not answer in this time is left for another.
const ANSWER_MAX: Duration = Duration::from_secs(5);

/// A transaction that some node called final, in the block that it named.
#[derive(Clone, Copy, Debug)]
pub struct Acknowledged {
    pub id: TransactionId,
    pub height: u64,
}

pub struct Load {
    ends: Arc<AtomicBool>,
    clients: JoinSet<anyhow::Result<Vec<Acknowledged>>>,
}

impl Load {
    pub async fn start(rig: &Rig, seed: u64) -> anyhow::Result<Self> {
        let people = People::new(rig.client(0).genesis().await?.digest(), seed + 1_000);
        let ends = Arc::new(AtomicBool::new(false));
        let nodes: Vec<NodeClient> = (0..rig.network.nodes.len()).map(|place| rig.client(place)).collect();
        let mut clients = JoinSet::new();
        for number in 0..CLIENTS {
            clients.spawn(Client::new(number, &nodes, &ends).live(people));
        }
        for (place, acting) in Acting::all(&rig.network, people).await?.into_iter().enumerate() {
            clients.spawn(Client::new(place, &nodes, &ends).act(acting, rig.members.clone()));
        }
        Ok(Self { ends, clients })
    }

    /// Waits until nothing is on its way any more.
    pub async fn end(mut self) -> anyhow::Result<Vec<Acknowledged>> {
        self.ends.store(true, Ordering::Relaxed);
        let mut acknowledged = Vec::new();
        while let Some(done) = self.clients.join_next().await {
            acknowledged.extend(done??);
        }
        Ok(acknowledged)
    }
}

struct Client {
    number: usize,
    nodes: Vec<NodeClient>,
    ends: Arc<AtomicBool>,
}

impl Client {
    fn new(number: usize, nodes: &[NodeClient], ends: &Arc<AtomicBool>) -> Self {
        Self { number, nodes: nodes.to_vec(), ends: ends.clone() }
    }

    /// One person after the other.
    async fn live(self, people: People) -> anyhow::Result<Vec<Acknowledged>> {
        let mut acknowledged = Vec::new();
        for number in (self.number..).step_by(CLIENTS) {
            for step in LIFE {
                if self.ends.load(Ordering::Relaxed) {
                    return Ok(acknowledged);
                }
                let final_ = self.deliver(&step(&people, number)).await?;
                acknowledged.push(final_.context("somebody else acts for a person of these drills")?);
                tokio::time::sleep(REST).await;
            }
        }
        Ok(acknowledged)
    }

    /// What a member does, one after the other. While a change is decided, the drill acts for the same members, and this one
    /// for none.
    async fn act(self, mut acting: Acting, members: Arc<RwLock<()>>) -> anyhow::Result<Vec<Acknowledged>> {
        let mut acknowledged = Vec::new();
        while !self.ends.load(Ordering::Relaxed) {
            let acts = members.read().await;
            let signed = acting.next();
            match self.deliver(&signed).await? {
                Some(final_) => {
                    acknowledged.push(final_);
                    acting.done();
                }
                None => acting.number_is_gone(),
            }
            drop(acts);
            tokio::time::sleep(REST).await;
        }
        Ok(acknowledged)
    }

    /// Asks until it is final; none if another transaction of the sender used its number.
    async fn deliver(&self, signed: &SignedTransaction) -> anyhow::Result<Option<Acknowledged>> {
        let (id, started) = (signed.id(), Instant::now());
        for attempt in self.number.. {
            let node = &self.nodes[attempt % self.nodes.len()];
            let submitted = node.submit(std::slice::from_ref(signed), Wait::Final);
            let is_gone = match tokio::time::timeout(ANSWER_MAX, submitted).await {
                Ok(Ok(answers)) => {
                    let answer = answers.first().context("an answer without a transaction")?;
                    if let Some(final_) = acknowledged(id, answer)? {
                        return Ok(Some(final_));
                    }
                    false
                }
                Ok(Err(ClientError::Refused(problem))) => problem.code == "sequence_used",
                _ => false,
            };
            // a number that is used up may have been used by this very transaction, through another node
            let path = format!("/v1/transactions/{id}");
            let shown = tokio::time::timeout(ANSWER_MAX, node.get::<Submitted>(&path)).await;
            match shown {
                Ok(Ok(shown)) => {
                    if let Some(final_) = acknowledged(id, &shown)? {
                        return Ok(Some(final_));
                    }
                    if is_gone {
                        return Ok(None);
                    }
                }
                Ok(Err(ClientError::Refused(_))) if is_gone => return Ok(None),
                _ => {}
            }
            if started.elapsed() > PATIENCE * 2 {
                bail!("transaction {id} is not final after {:?}", started.elapsed());
            }
            tokio::time::sleep(REST).await;
        }
        unreachable!("attempts do not end")
    }
}

/// What a node calls final; all that is asked for here can be carried out.
fn acknowledged(id: TransactionId, answer: &Submitted) -> anyhow::Result<Option<Acknowledged>> {
    let Some(height) = answer.height.filter(|_| answer.status == "final") else { return Ok(None) };
    let code = answer.code.as_deref().unwrap_or_default();
    ensure!(answer.outcome.as_deref() == Some("applied"), "transaction {id} was decided against: {code}");
    Ok(Some(Acknowledged { id, height }))
}
