//! Blocks of any operations: every invariant of the state holds, and a replay gives the same.
#![no_main]

use std::collections::BTreeSet;

use libfuzzer_sys::fuzz_target;
use realdid_crypto::{Digest, PublicKey};
use realdid_fuzz::{Choices, Network, Tag, network, sign};
use realdid_state::{Inputs, MemoryStore, execute, genesis_state, invariants};
use realdid_types::{
    AddValidator, Approve, Batch, Block, Change, CreateDid, Did, DidKey, Header, KeySignature, Operation,
    ProofOfPossession, ProposalId, Propose, Purposes, RemoveValidator, Sender, Sequence, SignedBatch,
    SignedTransaction, StateRoot, Transaction, TransactionId, UpdateDid,
};

struct World<'a> {
    network: Network,
    choices: Choices<'a>,
    dids: Vec<Did>,
    proposals: Vec<TransactionId>,
    sent: Vec<SignedTransaction>,
    tip: Header,
}

fn key(number: u8) -> PublicKey {
    PublicKey::ed25519([100 + number % 16; 32])
}

impl World<'_> {
    fn did_key(&mut self) -> DidKey {
        let bits = self.choices.byte();
        let purposes = Purposes {
            authentication: true,
            invocation: bits & 1 == 0,
            assertion: bits & 2 == 0,
        };
        DidKey { key: key(bits >> 4), purposes }
    }

    fn did_keys(&mut self) -> Vec<DidKey> {
        let mut keys: Vec<DidKey> = (0..self.choices.below(4)).map(|_| self.did_key()).collect();
        keys.sort_unstable_by_key(|did_key| did_key.key);
        keys.dedup_by_key(|did_key| did_key.key);
        keys
    }

    fn operation(&mut self) -> Operation {
        let some_did = Did(Digest::from_bytes([1; 32]));
        match self.choices.below(5) {
            0 => {
                let recovery = Digest::from_bytes([self.choices.byte(); 32]);
                Operation::CreateDid(CreateDid::of_keys(self.did_keys(), recovery, Digest::ZERO))
            }
            1 => {
                let place = self.choices.below(8);
                let remove: BTreeSet<PublicKey> =
                    (0..self.choices.below(3)).map(|_| key(self.choices.byte())).collect();
                Operation::UpdateDid(UpdateDid::of_keys(
                    self.dids.get(place).copied().unwrap_or(some_did),
                    self.did_keys(),
                    remove.into_iter().collect(),
                    Digest::ZERO,
                ))
            }
            2 => {
                let expires = self.tip.time.plus(u64::from(self.choices.byte()) * 100);
                Operation::Propose(Propose { change: self.change(), expires })
            }
            _ => {
                let place = self.choices.below(8);
                let proposal = self.proposals.get(place).map_or(ProposalId(Digest::ZERO), |id| ProposalId(id.0));
                Operation::Approve(Approve { proposal })
            }
        }
    }

    fn change(&mut self) -> Change {
        if self.choices.below(2) == 0 {
            let place = self.choices.below(self.network.keys.len());
            return Change::RemoveValidator(RemoveValidator { consensus_key: self.network.keys[place] });
        }
        let joining = PublicKey::ed25519([200 + self.choices.byte() % 4; 32]);
        let message = ProofOfPossession::signing_digest(self.network.genesis.digest(), self.tip.digest());
        let place = self.choices.below(4);
        Change::AddValidator(AddValidator {
            organisation: self.network.genesis.members[place].name.clone(),
            consensus_key: joining,
            transport_key: PublicKey::ed25519([220 + self.choices.byte() % 4; 32]),
            proof: ProofOfPossession { height: self.tip.height, signature: sign(&joining, message.as_bytes()) },
        })
    }

    fn transaction(&mut self) -> SignedTransaction {
        if self.choices.below(8) == 0 {
            let place = self.choices.below(256);
            if let Some(again) = self.sent.get(place) {
                return again.clone();
            }
        }
        let operation = self.operation();
        let sender = match &operation {
            Operation::CreateDid(_) => Sender::Did(Did(operation.digest())),
            Operation::UpdateDid(update) => Sender::Did(update.did),
            _ => {
                let place = self.choices.below(4);
                Sender::Organisation(self.network.genesis.members[place].name.clone())
            }
        };
        let transaction = Transaction {
            genesis: self.network.genesis.digest(),
            sequence: Sequence(u64::from(self.choices.byte() % 8)),
            expires: self.tip.time.plus(u64::from(self.choices.byte()) * 50),
            sender: sender.clone(),
            operation: operation.clone(),
        };
        let id = transaction.id();
        let keys: BTreeSet<PublicKey> = match (&operation, &sender) {
            (Operation::CreateDid(create), _) => create.keys.iter().map(|did_key| did_key.key).collect(),
            (_, Sender::Organisation(name)) => {
                let member = self.network.genesis.members.iter().find(|member| member.name == *name);
                member.iter().map(|member| member.key).collect()
            }
            (_, Sender::Did(_)) => (0..16).map(key).collect(),
        };
        let signatures = keys.iter().map(|key| KeySignature { key: *key, signature: sign(key, id.0.as_bytes()) });
        let signed = SignedTransaction { signatures: signatures.collect(), transaction };
        if let Operation::CreateDid(_) = operation {
            self.dids.push(Did(operation.digest()));
        }
        if let Operation::Propose(_) = operation {
            self.proposals.push(id);
        }
        self.sent.push(signed.clone());
        signed
    }

    fn batch(&mut self) -> SignedBatch {
        let transactions = (0..=self.choices.below(5)).map(|_| self.transaction()).collect();
        let place = self.choices.below(4);
        let author = self.network.genesis.members[place].nodes[0];
        let batch = Batch { author, number: self.choices.byte().into(), transactions };
        let signature = sign(&author, batch.signing_digest(self.network.genesis.digest()).as_bytes());
        SignedBatch { batch, signature }
    }
}

fuzz_target!(|bytes: &[u8]| {
    let network = network();
    let mut state = MemoryStore::default();
    state.commit(&genesis_state(&network.genesis).unwrap());
    let tip = network.genesis.header().unwrap();
    let choices = Choices::new(bytes);
    let mut world = World { network, choices, dids: Vec::new(), proposals: Vec::new(), sent: Vec::new(), tip };
    for _ in 0..12 {
        if world.choices.is_over() {
            return;
        }
        let mut batches: Vec<SignedBatch> = (0..=world.choices.below(3)).map(|_| world.batch()).collect();
        // whoever executes has verified every batch
        batches.retain(|batch| batch.verify(world.network.genesis.digest(), &Tag));
        let references: Vec<_> = batches.iter().map(SignedBatch::reference).collect();
        let header = Header {
            at: world.tip.at.next_view(),
            height: world.tip.height.next(),
            parent: world.tip.digest(),
            parent_view: world.tip.at.view,
            state_root: StateRoot(realdid_merkle::root_of(&state)),
            batches: Block::batches_root(&references),
            transactions: references.iter().map(|reference| reference.transactions).sum(),
            time: world.tip.time.plus(u64::from(world.choices.byte()) * 20 + 1),
            ..world.tip.clone()
        };
        let batches: Vec<&SignedBatch> = batches.iter().collect();
        let genesis = world.network.genesis.digest();
        let inputs = Inputs { genesis, header: &header, batches: &batches, verifier: &Tag };
        let execution = execute(&inputs, &state);
        assert_eq!(execute(&inputs, &state), execution, "executing again gave something else");
        invariants::check_execution(&state, &batches, &execution).unwrap();
        state.commit(&execution);
        invariants::check(&state).unwrap();
        if execution.next_validators.digest() != header.next_validators {
            return; // the epoch ends here
        }
        world.tip = header;
    }
});
