//! Measures what executing a transaction costs, in microseconds, on a state in memory:
//! `cargo run --release -p realdid-state --example execution`
#![expect(clippy::disallowed_methods, reason = "measuring reads the clock")]

use std::time::Instant;

use realdid_crypto::{Digest, Ed25519Verifier, PublicKey, SecretKey, Signature};
use realdid_state::{Inputs, MemoryStore, execute, genesis_state};
use realdid_types::{
    Batch, Block, CreateDid, Did, DidKey, EpochView, Genesis, Header, KeySignature, Member, NetworkName,
    Operation, OrganisationName, Parameters, Purposes, Sender, Sequence, SignedBatch, SignedTransaction,
    StateRoot, Timestamp, Transaction, Validator, ValidatorIndex,
};

const PER_BLOCK: u64 = 1_000;

fn main() {
    let genesis = genesis();
    let mut store = MemoryStore::default();
    store.commit(&genesis_state(&genesis).expect("a sound genesis"));
    let mut tip = genesis.block().expect("a sound genesis").header;
    println!("{:>9}  {:>13}  {:>11}", "DIDs", "µs per create", "pages/block");
    let mut number = 0;
    for dids in [1_000, 10_000, 100_000, 300_000] {
        let (mut micros, mut pages, mut blocks) = (0.0, 0, 0);
        while number * PER_BLOCK < dids {
            let batch = batch(&genesis, number);
            let header = child(&tip, &genesis, &batch);
            let inputs = Inputs {
                genesis: genesis.digest(),
                header: &header,
                batches: &[&batch],
                verifier: &Ed25519Verifier::remembering(0),
            };
            let start = Instant::now();
            let execution = execute(&inputs, &store);
            micros += start.elapsed().as_secs_f64() * 1e6;
            pages += execution.pages.len();
            blocks += 1;
            store.commit(&execution);
            (tip, number) = (header, number + 1);
        }
        let created = (blocks * PER_BLOCK) as f64;
        println!("{dids:>9}  {:>13.2}  {:>11}", micros / created, pages as u64 / blocks);
    }
}

fn genesis() -> Genesis {
    let name = OrganisationName::new("ministry").expect("a name");
    let key = |byte| SecretKey::ed25519(&[byte; 32]).public_key();
    Genesis {
        network: NetworkName::new("local").expect("a name"),
        random: Digest::ZERO,
        time: Timestamp(1_000_000),
        development: true,
        parameters: Parameters {
            max_idle: 1_000,
            max_expiry: 600_000,
            quota_window: 60_000,
            quota: u64::MAX,
            approvals: 1,
            format: 1,
        },
        members: vec![Member { name: name.clone(), key: key(1), nodes: vec![key(2)], roles: None }],
        validators: vec![Validator { organisation: name, consensus_key: key(3), transport_key: key(4) }],
    }
}

/// A batch of creations. Execution takes signatures as verified, so these are blank.
fn batch(genesis: &Genesis, number: u64) -> SignedBatch {
    let author = SecretKey::ed25519(&[2; 32]).public_key();
    let transactions = (0..PER_BLOCK).map(|place| create(genesis, number * PER_BLOCK + place)).collect();
    SignedBatch { batch: Batch { author, number, transactions }, signature: Signature::ed25519([0; 64]) }
}

fn create(genesis: &Genesis, person: u64) -> SignedTransaction {
    let key = |half: u8| {
        let mut bytes = [half; 32];
        bytes.iter_mut().zip(person.to_be_bytes()).for_each(|(to, from)| *to = from);
        PublicKey::ed25519(bytes)
    };
    let keys = [key(0), key(1)];
    let purposes = Purposes { authentication: true, invocation: true, assertion: false };
    let operation = Operation::CreateDid(CreateDid::of_keys(
        keys.map(|key| DidKey { key, purposes }).to_vec(),
        Digest::from_bytes([7; 32]),
        Digest::from_bytes([8; 32]),
    ));
    let transaction = Transaction {
        genesis: genesis.digest(),
        sender: Sender::Did(Did(operation.digest())),
        sequence: Sequence(0),
        expires: Timestamp(1_500_000),
        operation,
    };
    let signature = Signature::ed25519([0; 64]);
    SignedTransaction { transaction, signatures: keys.map(|key| KeySignature { key, signature }).to_vec() }
}

fn child(parent: &Header, genesis: &Genesis, batch: &SignedBatch) -> Header {
    let validators = genesis.validator_set().expect("a sound genesis").digest();
    Header {
        at: EpochView { view: parent.at.view.next(), ..parent.at },
        height: parent.height.next(),
        parent: parent.digest(),
        parent_view: parent.at.view,
        validators,
        next_validators: validators,
        state_root: StateRoot::ZERO,
        batches: Block::batches_root(&[batch.reference()]),
        transactions: PER_BLOCK as u32,
        time: parent.time.plus(1),
        proposer: ValidatorIndex(0),
    }
}
