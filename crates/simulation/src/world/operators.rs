//! The consortium's operators: they report evidence, and let validators join and leave by proposals and approvals.

use std::collections::BTreeSet;

use realdid_crypto::{Digest, PublicKey, Signature};
use realdid_state::{MemberEntry, OpenProposals, ProposalEntry, StateKey, ValidatorSets, read};
use realdid_types::{
    AddValidator, Approve, BlockDigest, Change, Evidence, Member, Operation, ProofOfPossession, Propose,
    PutMember, RemoveValidator, ReportEvidence, Roles, Sender, SignedTransaction, Timestamp, ValidatorIndex,
    Vote, VoteStatement,
};

use super::{World, clients, disk::Image, random::Random};

/// How long members have to approve a proposal, in milliseconds of block time.
const PROPOSAL_LIFETIME: u64 = 20_000;

/// Who governs a world.
pub struct Operators {
    random: Random,
    /// Never fewer validators than this.
    least: usize,
    /// Evidence that is on its way to the ledger already.
    reported: BTreeSet<Digest>,
    /// Who was approved to leave, until when that may take effect.
    leaving: Option<(PublicKey, Timestamp)>,
}

impl Operators {
    pub fn new(random: Random, least: usize) -> Self {
        Self { random, least, reported: BTreeSet::new(), leaving: None }
    }

    /// Moves a change of the validators on by one step: proposes one, or approves the one that is open.
    pub fn govern(&mut self, world: &mut World, nodes: &[usize]) {
        let Some(node) = self.newest(world, nodes) else { return };
        let state = &world.nodes[node].live;
        let open: OpenProposals = read(state, &StateKey::OpenProposals).unwrap_or_default();
        let signed = match open.proposals.first() {
            Some(id) => {
                let Some(entry) = read::<ProposalEntry>(state, &StateKey::Proposal(*id)) else { return };
                if let Change::RemoveValidator(remove) = &entry.change
                    && !self.let_leave(state, remove.consensus_key, entry.expires)
                {
                    return;
                }
                let members = &world.genesis.members;
                let Some(member) = members.iter().find(|member| !entry.approvals.contains(&member.name))
                else {
                    return;
                };
                sign(world, state, member, Operation::Approve(Approve { proposal: *id }))
            }
            None => {
                let other = self.random.chance(20).then(|| self.change_member(world, state)).flatten();
                let Some(change) = other.or_else(|| self.choose(world, state)) else { return };
                world.checks.count(match change {
                    Change::AddValidator(_) => "proposals: a validator joins",
                    Change::RemoveValidator(_) => "proposals: a validator leaves",
                    _ => "proposals: a member changes",
                });
                let state = &world.nodes[node].live;
                let now = state.blocks.last().expect("genesis at least").header.time;
                let operation = Propose { change, expires: Timestamp(now.0 + PROPOSAL_LIFETIME) };
                let member = self.random.pick(&world.genesis.members);
                sign(world, state, member, Operation::Propose(operation))
            }
        };
        world.submit(node, signed);
    }

    /// Puts evidence that a node found on the ledger, once.
    pub fn report(&mut self, world: &mut World, node: usize, evidence: Evidence) {
        if !world.nodes[node].is_up() || !self.reported.insert(evidence.digest()) {
            return;
        }
        let operation = Operation::ReportEvidence(ReportEvidence { evidence });
        let member = &world.genesis.members[node % world.genesis.members.len()];
        let signed = sign(world, &world.nodes[node].live, member, operation);
        world.submit(node, signed);
    }

    /// A faulty member reports two votes of an honest validator, which it never signed.
    pub fn report_falsely(world: &mut World, node: usize) {
        let Some(replica) = &world.nodes[node].replica else { return };
        let engine = replica.engine();
        let honest =
            engine.validators().iter().position(|one| world.checks.honest.contains(&one.consensus_key));
        let Some(accused) = honest else { return };
        let vote = |byte: u8| Vote {
            statement: VoteStatement::prepare(engine.at(), BlockDigest(Digest::from_bytes([byte; 32]))),
            signer: ValidatorIndex(accused as u16),
            signature: Signature::ed25519([byte; 64]),
        };
        let Some(evidence) = Evidence::votes(vote(1), vote(2)) else { return };
        let operation = Operation::ReportEvidence(ReportEvidence { evidence });
        let member = &world.genesis.members[node % world.genesis.members.len()];
        let signed = sign(world, &world.nodes[node].live, member, operation);
        world.lies += 1;
        world.submit(node, signed);
    }

    /// A faulty member proposes a validator whose key it does not hold.
    pub fn propose_falsely(world: &mut World, node: usize) {
        let Some(state) = world.nodes.get(node).map(|node| &node.live) else { return };
        let Change::AddValidator(honest) = Self::join(world, state, node) else { return };
        let proof = ProofOfPossession { signature: Signature::ed25519([7; 64]), ..honest.proof };
        let stolen = AddValidator { consensus_key: world.keyring.copied_key(), proof, ..honest };
        let expires = Timestamp(world.wall().0 + PROPOSAL_LIFETIME);
        let operation = Operation::Propose(Propose { change: Change::AddValidator(stolen), expires });
        let member = &world.genesis.members[node % world.genesis.members.len()];
        let signed = sign(world, state, member, operation);
        world.lies += 1;
        world.submit(node, signed);
    }

    fn newest(&self, world: &World, nodes: &[usize]) -> Option<usize> {
        nodes.iter().copied().max_by_key(|node| world.nodes[*node].live.height())
    }

    /// Whether one more may leave: enough stay, and what was approved before has happened or is void.
    fn may_leave(&self, state: &Image) -> bool {
        let sets: Option<ValidatorSets> = read(state, &StateKey::ValidatorSets);
        let now = state.blocks.last().map(|block| block.header.time).unwrap_or_default();
        sets.is_some_and(|sets| {
            let has_left =
                |(key, until): (PublicKey, Timestamp)| now > until || sets.next.index_of(&key).is_none();
            sets.next.len() > self.least && self.leaving.is_none_or(has_left)
        })
    }

    /// Approvals under way are not seen in the state: two leave only one after the other.
    fn let_leave(&mut self, state: &Image, key: PublicKey, until: Timestamp) -> bool {
        let is_leaving = self.leaving == Some((key, until));
        let may = is_leaving || self.may_leave(state);
        if may {
            self.leaving = Some((key, until));
        }
        may
    }

    /// A member gains or loses the role of an operator.
    fn change_member(&mut self, world: &World, state: &Image) -> Option<Change> {
        let member = self.random.pick(&world.genesis.members);
        let entry: MemberEntry = read(state, &StateKey::Member(member.name.clone()))?;
        let roles = entry.roles.unwrap_or_default();
        Some(Change::PutMember(PutMember {
            name: member.name.clone(),
            key: entry.key,
            roles: Roles { operator: !roles.operator, ..roles },
            add_nodes: Vec::new(),
            remove_nodes: Vec::new(),
        }))
    }

    /// A validator joins if there is room for it, or one leaves if enough stay.
    fn choose(&mut self, world: &World, state: &Image) -> Option<Change> {
        let sets: ValidatorSets = read(state, &StateKey::ValidatorSets)?;
        let in_next = |key: &PublicKey| sets.next.index_of(key).is_some();
        let spares: Vec<usize> = (0..world.genesis.members.len())
            .filter(|index| world.nodes[*index].is_up() && !in_next(&world.nodes[*index].key))
            .collect();
        let may_leave = self.may_leave(state);
        if spares.is_empty() || may_leave && self.random.chance(60) {
            let leaving = self.random.below(sets.next.len());
            let validator = sets.next.iter().nth(leaving).filter(|_| may_leave)?;
            return Some(Change::RemoveValidator(RemoveValidator { consensus_key: validator.consensus_key }));
        }
        let joining = *self.random.pick(&spares);
        Some(Self::join(world, state, joining))
    }

    fn join(world: &World, state: &Image, index: usize) -> Change {
        let node = &world.nodes[index];
        let header = &state.blocks.last().expect("genesis at least").header;
        let message = ProofOfPossession::signing_digest(world.genesis_digest, header.digest());
        Change::AddValidator(AddValidator {
            organisation: world.genesis.members[index % world.genesis.members.len()].name.clone(),
            consensus_key: node.key,
            transport_key: node.author,
            proof: ProofOfPossession {
                height: header.height,
                signature: world.keyring.sign(&node.key, message.as_bytes()),
            },
        })
    }
}

/// What a member asks for, by the number that it has in this state.
pub fn sign(world: &World, state: &Image, member: &Member, operation: Operation) -> SignedTransaction {
    let entry: Option<MemberEntry> = read(state, &StateKey::Member(member.name.clone()));
    let sequence = entry.map(|entry| entry.next_sequence).unwrap_or_default();
    clients::sign(world, Sender::Organisation(member.name.clone()), sequence, operation, &[member.key])
}
