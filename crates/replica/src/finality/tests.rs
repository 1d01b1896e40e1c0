use realdid_consensus::{Effect as FromConsensus, Folder, Now, Recovered as ForConsensus};
use realdid_crypto::{Digest, Ed25519Verifier, PublicKey, Signature};
use realdid_merkle::{Page, PageId, Pages};
use realdid_state::{MemoryStore, StateRead, genesis_state};
use realdid_sync::ChainStore;
use realdid_types::{
    Approve, Batch, BatchDigest, Epoch, EpochEnd, EpochView, Genesis, Height, Member, NetworkName, Operation,
    OrganisationName, Parameters, ProposalId, Sender, Sequence, SignedTransaction, Timestamp, Transaction,
    Validator,
};

use super::*;
use crate::{Recovered, Settings, Surroundings};

const KEY: PublicKey = PublicKey::ed25519([1; 32]);
const LAST: Timestamp = Timestamp(1_000);

/// A ledger that holds the state after genesis and nothing else.
struct AfterGenesis(MemoryStore);

impl Pages for AfterGenesis {
    fn page(&self, id: &PageId) -> Option<Page> {
        self.0.page(id)
    }
}

impl StateRead for AfterGenesis {
    fn value(&self, key: &[u8]) -> Option<Vec<u8>> {
        self.0.value(key)
    }
}

impl ChainStore for AfterGenesis {
    fn block_at(&self, _: Height) -> Option<Block> {
        None
    }
    fn block(&self, _: BlockDigest) -> Option<Block> {
        None
    }
    fn batch(&self, _: BatchDigest) -> Option<Arc<SignedBatch>> {
        None
    }
    fn commit_at_or_below(&self, _: Height) -> Option<(Height, Certificate)> {
        None
    }
    fn commit_at_or_above(&self, _: Height) -> Option<(Height, Certificate)> {
        None
    }
    fn epoch_end(&self, _: Epoch) -> Option<EpochEnd> {
        None
    }
}

fn ministry() -> OrganisationName {
    OrganisationName::new("ministry").unwrap()
}

fn genesis() -> Genesis {
    Genesis {
        network: NetworkName::new("test").unwrap(),
        random: Digest::ZERO,
        time: Timestamp(0),
        development: false,
        parameters: Parameters {
            max_idle: 1_000,
            max_expiry: 60_000,
            quota_window: 60_000,
            quota: 1_000,
            approvals: 1,
            format: 1,
        },
        members: vec![Member { name: ministry(), key: KEY, nodes: vec![KEY], roles: None }],
        validators: vec![Validator {
            organisation: ministry(),
            consensus_key: KEY,
            transport_key: PublicKey::ed25519([2; 32]),
        }],
    }
}

/// A replica of the only validator that goes on from genesis and holds this batch.
fn replica(genesis: &Genesis, execution: &Execution, batch: &Arc<SignedBatch>) -> Replica {
    let (tip, validators) = (genesis.block().unwrap(), Arc::new(genesis.validator_set().unwrap()));
    let consensus = ForConsensus {
        epoch: Epoch(0),
        validators: validators.clone(),
        start: tip.digest(),
        epoch_end: None,
        tip,
        outcome: Outcome { root: execution.root, next: validators },
        votes: Vec::new(),
        certificates: Vec::new(),
        proposals: Vec::new(),
        lead_mark: EpochView::default(),
        wiped_bound: EpochView::default(),
        folder: Folder::NeverVoted,
        nonce: Digest::ZERO,
        alarm: None,
    };
    let parameters = genesis.parameters.clone();
    let settings = Settings { genesis: genesis.digest(), me: KEY, node: KEY, parameters };
    Replica::recover(settings, Recovered { consensus, batches: vec![batch.clone()], next_batch: 1 })
}

/// A batch whose only transaction is void from [`LAST`] on.
fn short_lived_batch(genesis: &Genesis) -> Arc<SignedBatch> {
    let transaction = Transaction {
        genesis: genesis.digest(),
        sender: Sender::Organisation(ministry()),
        sequence: Sequence(0),
        expires: LAST,
        operation: Operation::Approve(Approve { proposal: ProposalId(Digest::ZERO) }),
    };
    let transactions = vec![SignedTransaction { transaction, signatures: Vec::new() }];
    let batch = Batch { author: KEY, number: 0, transactions };
    Arc::new(SignedBatch { batch, signature: Signature::ed25519([0; 64]) })
}

fn child(parent: &Block, time: Timestamp, batches: &[&SignedBatch]) -> Block {
    let batches: Vec<_> = batches.iter().map(|batch| batch.reference()).collect();
    let mut header = parent.header.clone();
    header.at = parent.header.at.next_view();
    header.height = parent.header.height.next();
    header.parent = parent.digest();
    header.batches = Block::batches_root(&batches);
    header.time = time;
    Block { header, batches }
}

#[test]
fn a_batch_that_a_final_block_makes_void_is_there_for_the_block_after_it() {
    let genesis = genesis();
    let execution = genesis_state(&genesis).unwrap();
    let mut ledger = AfterGenesis(MemoryStore::default());
    ledger.0.commit(&execution);
    let batch = short_lived_batch(&genesis);
    let mut replica = replica(&genesis, &execution, &batch);
    let first = child(&genesis.block().unwrap(), LAST, &[]);
    let second = child(&first, LAST.next(), &[&batch]);

    let now = Now { monotonic: Duration::ZERO, wall: LAST };
    let verifier = Ed25519Verifier::remembering(1);
    let surroundings = Surroundings { now, ledger: &ledger, verifier: &verifier };
    let mut step = Step {
        surroundings: &surroundings,
        effects: Vec::new(),
        consensus: Default::default(),
        catch_up: Default::default(),
    };
    replica.executions.insert(first.digest(), (first.header.parent, Arc::new(execution)));
    for effect in [
        FromConsensus::Final { block: Box::new(first), commit: None },
        FromConsensus::Execute(Box::new(second)),
    ] {
        replica.on_consensus_effect(&mut step, effect);
    }
    let found = step.effects.into_iter().find_map(|effect| match effect {
        Effect::Execute(executable) => Some(executable.batches),
        _ => None,
    });
    assert_eq!(found, Some(vec![batch]));
}
