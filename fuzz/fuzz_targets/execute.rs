//! Blocks of any operations: every invariant of the state holds, and a replay gives the same.
#![no_main]

use std::collections::BTreeSet;

use libfuzzer_sys::fuzz_target;
use realdid_crypto::{Digest, PublicKey};
use realdid_fuzz::{Choices, Network, Tag, network, sign};
use realdid_identity::commitment;
use realdid_state::{Inputs, MemoryStore, execute, genesis_state, invariants};
use realdid_types::{
    Action, AddValidator, Approve, Attest, Batch, Block, Change, CompromisedKey, Controllers, CreateDid,
    DeactivateDid, Did, DidKey, Header, HttpsUrl, KeySignature, Operation, OrganisationName, Origin,
    ProofOfPossession, ProposalId, Propose, Purposes, PutMember, RecoverDid, RegisterSite, RemoveMember,
    RemoveValidator, ReturnAddress, Role, Roles, Rule, Sender, Sequence, Service, ServiceKind, ServiceName,
    SetParameters, SetRule, SignedBatch, SignedTransaction, Site, SiteName, StateRoot, Timestamp,
    Transaction, TransactionId, UpdateDid, UpdateSite, Withdraw, WithdrawApproval,
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

fn service_name(number: u8) -> ServiceName {
    ServiceName::new(&format!("s{number}")).unwrap()
}

impl World<'_> {
    fn did_key(&mut self) -> DidKey {
        let bits = self.choices.byte();
        let purposes = Purposes { authentication: true, invocation: bits & 1 == 0, assertion: bits & 2 == 0 };
        DidKey { key: key(bits >> 4), purposes }
    }

    fn did_keys(&mut self) -> Vec<DidKey> {
        let mut keys: Vec<DidKey> = (0..self.choices.below(4)).map(|_| self.did_key()).collect();
        keys.sort_unstable_by_key(|did_key| did_key.key);
        keys.dedup_by_key(|did_key| did_key.key);
        keys
    }

    /// One that was made, or nobody's.
    fn did(&mut self) -> Did {
        let place = self.choices.below(8);
        self.dids.get(place).copied().unwrap_or(Did(Digest::from_bytes([1; 32])))
    }

    fn some_dids(&mut self) -> Vec<Did> {
        let some: BTreeSet<Did> = (0..=self.choices.below(3)).map(|_| self.did()).collect();
        some.into_iter().collect()
    }

    /// To a key that may sign, or to none.
    fn commitment(&mut self) -> Digest {
        match self.choices.byte() {
            byte if byte < 128 => Digest::ZERO,
            byte => commitment(&key(byte)),
        }
    }

    fn controllers(&mut self) -> Option<Controllers> {
        match self.choices.below(8) {
            0 => Some(Controllers::default()),
            1 | 2 => {
                let dids = self.some_dids();
                let threshold = 1 + self.choices.below(dids.len()) as u32;
                Some(Controllers { dids, threshold })
            }
            _ => None,
        }
    }

    fn services(&mut self) -> Vec<Service> {
        let names: BTreeSet<u8> = (0..self.choices.below(3)).map(|_| self.choices.byte() % 12).collect();
        let service = |name| Service {
            name: service_name(name),
            kind: ServiceKind::new("LinkedDomains").unwrap(),
            endpoint: HttpsUrl::new("https://example.cn/").unwrap(),
        };
        let mut services: Vec<Service> = names.into_iter().map(service).collect();
        services.sort_by(|a, b| a.name.cmp(&b.name));
        services
    }

    fn time(&mut self) -> Timestamp {
        Timestamp(self.tip.time.0 - 2_000 + u64::from(self.choices.byte()) * 100)
    }

    fn compromised(&mut self) -> Vec<CompromisedKey> {
        let keys: BTreeSet<PublicKey> =
            (0..self.choices.below(3)).map(|_| key(self.choices.byte())).collect();
        keys.into_iter().map(|key| CompromisedKey { key, since: self.time() }).collect()
    }

    fn name(&mut self) -> OrganisationName {
        OrganisationName::new(&format!("member-{}", 1 + self.choices.below(6))).unwrap()
    }

    fn site(&mut self) -> Site {
        let origin = ["https://a.cn", "https://b.cn"][self.choices.below(2)];
        Site {
            did: self.did(),
            name: SiteName::new("Books").unwrap(),
            origins: vec![Origin::new(origin).unwrap()],
            return_addresses: vec![ReturnAddress::new("https://a.cn/back").unwrap()],
            may_ask_real_name: self.choices.below(2) == 0,
            closed: self.choices.below(2) == 0,
        }
    }

    fn proposal(&mut self) -> ProposalId {
        let place = self.choices.below(8);
        self.proposals.get(place).map_or(ProposalId(Digest::ZERO), |id| ProposalId(id.0))
    }

    fn operation(&mut self) -> Operation {
        match self.choices.below(16) {
            0..=2 => Operation::CreateDid(CreateDid {
                controllers: self.controllers(),
                services: self.services(),
                ..CreateDid::of_keys(self.did_keys(), self.commitment(), self.commitment())
            }),
            3..=4 => {
                let remove: BTreeSet<PublicKey> =
                    (0..self.choices.below(3)).map(|_| key(self.choices.byte())).collect();
                let dropped: BTreeSet<u8> =
                    (0..self.choices.below(2)).map(|_| self.choices.byte() % 10).collect();
                let remove = remove.into_iter().collect();
                Operation::UpdateDid(UpdateDid {
                    add_services: self.services(),
                    remove_services: dropped.into_iter().map(service_name).collect(),
                    controllers: self.controllers(),
                    ..UpdateDid::of_keys(self.did(), self.did_keys(), remove, self.commitment())
                })
            }
            5..=6 => {
                let expires = self.tip.time.plus(u64::from(self.choices.byte()) * 100);
                Operation::Propose(Propose { change: self.change(), expires })
            }
            7 => Operation::RecoverDid(RecoverDid {
                did: self.did(),
                keys: self.did_keys(),
                recovery: self.commitment(),
                next_key: self.commitment(),
                controllers: self.controllers(),
                compromised: self.compromised(),
            }),
            8 => Operation::DeactivateDid(DeactivateDid { did: self.did(), compromised: self.compromised() }),
            9 => Operation::Attest(Attest {
                level: self.choices.below(5) as u32,
                expires: self.time(),
                dids: self.some_dids(),
            }),
            10 => Operation::Withdraw(Withdraw { dids: self.some_dids() }),
            11 => Operation::RegisterSite(RegisterSite { site: self.site() }),
            12 => Operation::UpdateSite(UpdateSite { site: self.site() }),
            13 => Operation::WithdrawApproval(WithdrawApproval { proposal: self.proposal() }),
            _ => Operation::Approve(Approve { proposal: self.proposal() }),
        }
    }

    fn change(&mut self) -> Change {
        match self.choices.below(6) {
            0 => {
                let place = self.choices.below(self.network.keys.len());
                Change::RemoveValidator(RemoveValidator { consensus_key: self.network.keys[place] })
            }
            1 => self.joining(),
            2 => {
                let bits = self.choices.byte();
                let node = |bit: u8| (bits >> bit & 1 == 1).then(|| PublicKey::ed25519([11 + bit; 32]));
                Change::PutMember(PutMember {
                    name: self.name(),
                    key: PublicKey::ed25519([1 + self.choices.byte() % 6; 32]),
                    roles: Roles { authority: bits & 64 != 0, operator: bits & 128 != 0 },
                    add_nodes: (0..3).filter_map(node).collect(),
                    remove_nodes: (3..6).filter_map(node).collect(),
                })
            }
            3 => Change::RemoveMember(RemoveMember { name: self.name() }),
            4 => {
                let mut parameters = self.network.genesis.parameters.clone();
                parameters.quota = u64::from(self.choices.byte());
                parameters.approvals = self.choices.below(6) as u32;
                Change::SetParameters(SetParameters { parameters })
            }
            _ => {
                let action = Action::ALL[self.choices.below(Action::ALL.len())];
                let role = Role::ALL[self.choices.below(Role::ALL.len())];
                Change::SetRule(SetRule {
                    rule: Rule { action, role, approvals: self.choices.below(5) as u32 },
                })
            }
        }
    }

    fn joining(&mut self) -> Change {
        let joining = PublicKey::ed25519([200 + self.choices.byte() % 4; 32]);
        let message = ProofOfPossession::signing_digest(self.network.genesis.digest(), self.tip.digest());
        let place = self.choices.below(4);
        Change::AddValidator(AddValidator {
            organisation: self.network.genesis.members[place].name.clone(),
            consensus_key: joining,
            transport_key: PublicKey::ed25519([220 + self.choices.byte() % 4; 32]),
            proof: ProofOfPossession {
                height: self.tip.height,
                signature: sign(&joining, message.as_bytes()),
            },
        })
    }

    /// All keys of people, or some.
    fn signers(&mut self) -> BTreeSet<PublicKey> {
        let mask = match self.choices.below(3) {
            0 => u16::from_le_bytes([self.choices.byte(), self.choices.byte()]),
            _ => u16::MAX,
        };
        (0..16).filter(|number| mask >> number & 1 == 1).map(key).collect()
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
            Operation::RecoverDid(recover) => Sender::Did(recover.did),
            Operation::DeactivateDid(deactivate) => Sender::Did(deactivate.did),
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
        let mut keys = self.signers();
        if let Sender::Organisation(name) = &sender {
            let member = self.network.genesis.members.iter().find(|member| member.name == *name);
            keys.pop_last();
            keys.extend(member.map(|member| member.key));
        }
        let signatures =
            keys.iter().map(|key| KeySignature { key: *key, signature: sign(key, id.0.as_bytes()) });
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
    let mut world =
        World { network, choices, dids: Vec::new(), proposals: Vec::new(), sent: Vec::new(), tip };
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
