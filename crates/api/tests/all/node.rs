//! A validator with its interface.

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex, MutexGuard},
    time::Duration,
};

use realdid_api::{Fate, Final, Metrics, Ports, Status, Submission, Waiting};
use realdid_storage::Store;
use realdid_sync::ChainStore;
use realdid_types::{SignedTransaction, TransactionId};
use tokio::{
    runtime::Runtime,
    sync::{broadcast, mpsc, watch},
};

use crate::solo::{Solo, author_key, create_store};

/// Blocks in which a transaction is decided, or it never will be.
const BLOCKS_MAX: usize = 5;

pub struct Node {
    pub address: SocketAddr,
    pub store: Arc<Store>,
    solo: Arc<Mutex<Solo>>,
    ports: Ports,
    _runtime: Runtime,
    _folder: tempfile::TempDir,
}

impl Node {
    /// A node whose first block is final.
    pub fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = Arc::new(create_store(folder.path()));
        let solo = Arc::new(Mutex::new(Solo::start(store.clone())));
        let (submissions, taken) = mpsc::channel(8);
        let ports = Ports {
            store: store.clone(),
            author: author_key().public_key(),
            submissions,
            status: watch::channel(Arc::new(Status::default())).1,
            finals: broadcast::channel(64).0,
            metrics: Metrics::default(),
            waiting: Waiting::default(),
            refuse: None,
        };
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        let listen = "127.0.0.1:0".parse().unwrap();
        let serving = realdid_api::serve(listen, None, ports.clone(), std::future::pending());
        let address = runtime.block_on(serving).unwrap();
        let (driven, told) = (solo.clone(), ports.clone());
        std::thread::spawn(move || take(taken, &driven, &told));
        let node = Self { address, store, solo, ports, _runtime: runtime, _folder: folder };
        node.run_one_block();
        node
    }

    pub fn run_one_block(&self) {
        run_one_block(&mut self.solo(), &self.ports);
    }

    pub fn pass(&self, time: Duration) {
        self.solo().pass(time);
    }

    /// Hands a transaction in past the interface; it is decided, and the state after it can be proven.
    pub fn decide(&self, signed: SignedTransaction) {
        let id = signed.id();
        decide(&mut self.solo(), &self.ports, signed);
        self.run_one_block();
        let fate = fate(&self.store, id);
        assert!(
            matches!(fate, Some(Fate::Final { outcome: realdid_state::Outcome::Applied, .. })),
            "{fate:?}"
        );
    }

    /// Hands a transaction in past the interface; its block is the tip, so that nothing proves it yet.
    pub fn decide_at_the_tip(&self, signed: SignedTransaction) {
        decide(&mut self.solo(), &self.ports, signed);
    }

    fn solo(&self) -> MutexGuard<'_, Solo> {
        self.solo.lock().unwrap()
    }
}

fn take(mut taken: mpsc::Receiver<Submission>, solo: &Mutex<Solo>, ports: &Ports) {
    while let Some(submission) = taken.blocking_recv() {
        for signed in submission.transactions {
            decide(&mut solo.lock().unwrap(), ports, signed);
        }
    }
}

fn decide(solo: &mut Solo, ports: &Ports, signed: SignedTransaction) {
    let id = signed.id();
    solo.submit(signed);
    for _ in 0..BLOCKS_MAX {
        let refused = solo.refused.remove(&id).map(Fate::Refused);
        if let Some(fate) = refused.or_else(|| fate(&solo.store, id)) {
            ports.waiting.tell(&id, fate);
            return;
        }
        run_one_block(solo, ports);
    }
    panic!("{id} is not decided");
}

fn run_one_block(solo: &mut Solo, ports: &Ports) {
    solo.run_one_block();
    for commit in solo.commits.drain(..) {
        let header = &commit.block.header;
        let news =
            Final { height: header.height, block: header.digest(), time: header.time, decided: Arc::new([]) };
        // nobody need listen
        drop(ports.finals.send(news));
    }
}

fn fate(store: &Store, id: TransactionId) -> Option<Fate> {
    let located = store.locate(id)?;
    store.block_at(located.height)?;
    let receipts = store.receipts(located.height)?;
    let outcome = receipts[located.place as usize].outcome;
    Some(Fate::Final { height: located.height, outcome })
}
