//! What is checked of every node's store when a seed is over: S3, S4, S6, S9, and S11.

use std::collections::{BTreeMap, BTreeSet};

use realdid_crypto::{Signature, Verifier, verify_one};
use realdid_merkle::root_of;
use realdid_state::{
    Inputs, MemoryStore, NodeEntry, Outcome, Receipt, StateKey, StateRead, execute, genesis_state,
    invariants, read,
};
use realdid_types::{
    Batch, Certificate, Change, Operation, ProofOfPossession, Propose, Sender, SignedBatch,
    SignedTransaction, StateRoot, TransactionId, ValidatorIndex, VoteKind,
};

use crate::world::{World, disk::Image, node::Node};

/// How many blocks a node may be behind the newest while the network runs on.
const LAG_MAX: u64 = 20;

/// Checks the stores of all honest nodes that run; what is wrong goes to the world's violations.
pub fn stores(world: &mut World) {
    let top = *world.checks.chain.keys().next_back().expect("genesis at least");
    let mut wrong = Vec::new();
    for node in world.honest_up() {
        let image = &world.nodes[node].live;
        if image.height().0 + LAG_MAX < top.0 {
            wrong.push(format!(
                "S11: node {node} is at height {}, others at {top}: {}",
                image.height(),
                describe(world)
            ));
        }
        let checked = check_chain(world, image)
            .and_then(|()| check_once(image))
            .and_then(|()| check_batches(world, image))
            .and_then(|()| check_records(world, image));
        wrong.extend(checked.err().map(|reason| format!("{reason} (node {node})")));
    }
    let newest = world.honest_up().into_iter().max_by_key(|node| world.nodes[*node].live.height());
    if let Some(node) = newest
        && let Err(reason) = replay(world, &world.nodes[node].live)
    {
        wrong.push(format!("S6: {reason} (node {node})"));
    }
    wrong.into_iter().for_each(|violation| world.checks.violation(violation));
}

/// Whether a block on the newest state would decide this transaction.
pub fn would_decide(world: &World, signed: &SignedTransaction) -> bool {
    let newest = world.honest_up().into_iter().max_by_key(|node| world.nodes[*node].live.height());
    let Some(node) = newest.map(|node| &world.nodes[node]) else { return false };
    let entry = read::<NodeEntry>(&node.live, &StateKey::Node(node.author));
    let number = entry.map_or(0, |entry| entry.numbers.next());
    let batch = Batch { author: node.author, number, transactions: vec![signed.clone()] };
    let batch = SignedBatch { batch, signature: Signature::ed25519([0; 64]) };
    let header = &node.live.blocks.last().expect("genesis at least").header;
    let verifier: &dyn Verifier = world.verifier.as_ref();
    let inputs = Inputs { genesis: world.genesis_digest, header, batches: &[&batch], verifier };
    execute(&inputs, &node.live).receipts.iter().any(|receipt| receipt.outcome.is_decided())
}

/// S3: blocks hang together, each is at or below one with a valid certificate, and its batches can be read.
fn check_chain(world: &World, image: &Image) -> Result<(), String> {
    image.commits.values().chain(&image.certificates).try_for_each(|one| check_certificate(world, one))?;
    for (height, commit) in &image.commits {
        let block = &image.blocks[height.0 as usize];
        let set = &world.checks.sets[&commit.statement.at.epoch];
        if commit.statement.block != block.digest() {
            return Err(format!("S3: the certificate at height {height} is for another block"));
        }
        commit
            .verify(set, world.genesis_digest, world.verifier.as_ref())
            .map_err(|error| format!("S3: the certificate at height {height}: {error}"))?;
    }
    for pair in image.blocks.windows(2) {
        let (parent, block) = (&pair[0], &pair[1]);
        let height = block.header.height;
        if block.header.parent != parent.digest() {
            return Err(format!("S3: the block at height {height} is not on its parent"));
        }
        if let Some(missing) = block.batches.iter().find(|batch| !image.batches.contains_key(&batch.digest)) {
            return Err(format!("S3: batch {} of height {height} cannot be read", missing.digest));
        }
    }
    let last_proved = image.commits.keys().next_back().copied().unwrap_or_default();
    let epoch_proved =
        image.epoch_ends.values().filter_map(|end| end.barrier()).map(|barrier| barrier.height);
    let proved = epoch_proved.max().unwrap_or_default().max(last_proved);
    // whoever is still catching up holds the certificate of a block that it does not have yet
    let newest = image.blocks.last().map(|block| block.header.at).unwrap_or_default();
    let under_way = image.certificates.iter().any(|certificate| {
        certificate.statement.kind == VoteKind::Commit && certificate.statement.at > newest
    });
    if proved < image.height() && !under_way {
        return Err(format!(
            "S3: height {} is final, and certificates reach height {proved}",
            image.height()
        ));
    }
    Ok(())
}

/// S3, without asking the code that nodes ask: exactly a quorum, each with a signature of its own that holds.
fn check_certificate(world: &World, certificate: &Certificate) -> Result<(), String> {
    let Some(set) = world.checks.sets.get(&certificate.statement.at.epoch) else { return Ok(()) };
    let faulty = (set.len() - 1) / 3;
    let message = certificate.statement.signing_digest(world.genesis_digest);
    let verifier: &dyn Verifier = world.verifier.as_ref();
    let signers: BTreeSet<ValidatorIndex> = certificate.signers.iter().collect();
    let good = signers.iter().zip(&certificate.signatures).filter(|(index, signature)| {
        set.get(**index)
            .is_some_and(|one| verify_one(verifier, &one.consensus_key, message.as_bytes(), signature))
    });
    let good = good.count();
    if good == (set.len() + faulty) / 2 + 1 {
        Ok(())
    } else {
        Err(format!("S3: {good} good signatures of {} under {:?}", set.len(), certificate.statement))
    }
}

/// S4: no transaction is decided twice.
fn check_once(image: &Image) -> Result<(), String> {
    let mut decided: BTreeSet<TransactionId> = BTreeSet::new();
    let receipts = image.receipts.iter().flatten().filter(|receipt| receipt.outcome.is_decided());
    match receipts.map(|receipt| receipt.transaction).find(|id| !decided.insert(*id)) {
        Some(twice) => Err(format!("S4: transaction {twice} was decided twice")),
        None => Ok(()),
    }
}

/// S6: every block again, from nothing: the same receipts and roots, and at the end the root that a naive model has.
fn replay(world: &World, image: &Image) -> Result<(), String> {
    let mut state = MemoryStore::default();
    state.commit(&genesis_state(&world.genesis).map_err(|error| error.to_string())?);
    let mut voices = Voices::default();
    for (height, block) in image.blocks.iter().enumerate().skip(1) {
        let batches: Vec<&SignedBatch> = block
            .batches
            .iter()
            .filter_map(|batch| image.batches.get(&batch.digest))
            .map(AsRef::as_ref)
            .collect();
        if StateRoot(root_of(&state)) != block.header.state_root {
            return Err(format!("the root before height {height} is not what its header says"));
        }
        let verifier: &dyn Verifier = world.verifier.as_ref();
        let inputs =
            Inputs { genesis: world.genesis_digest, header: &block.header, batches: &batches, verifier };
        let execution = execute(&inputs, &state);
        invariants::check_execution(&state, &batches, &execution)?;
        voices.count(&batches, &execution.receipts);
        check_possession(world, image, &batches, &execution.receipts)?;
        let changed = execution.next_validators.digest() != block.header.next_validators;
        if changed && voices.most < world.genesis.parameters.approvals as usize {
            return Err(format!("{} approvals changed the validators at height {height}", voices.most));
        }
        if execution.receipts != image.receipts[height] {
            return Err(format!("a replay of height {height} has other receipts"));
        }
        state.commit(&execution);
    }
    if state != image.state {
        return Err("a replay ends in another state".to_owned());
    }
    invariants::check(&state)
}

/// Every validator that was proposed had signed a header of this chain with its key.
fn check_possession(
    world: &World,
    image: &Image,
    batches: &[&SignedBatch],
    receipts: &[Receipt],
) -> Result<(), String> {
    let transactions = batches.iter().flat_map(|batch| &batch.batch.transactions);
    let applied = transactions.zip(receipts).filter(|(_, receipt)| receipt.outcome == Outcome::Applied);
    for (signed, _) in applied {
        let Operation::Propose(Propose { change: Change::AddValidator(add), .. }) =
            &signed.transaction.operation
        else {
            continue;
        };
        let header = &image.blocks[add.proof.height.0 as usize].header;
        let message = ProofOfPossession::signing_digest(world.genesis_digest, header.digest());
        let verifier: &dyn Verifier = world.verifier.as_ref();
        if !verify_one(verifier, &add.consensus_key, message.as_bytes(), &add.proof.signature) {
            return Err(format!("{} was proposed and nobody showed that key", add.consensus_key));
        }
    }
    Ok(())
}

/// S4: no honest leader lists a batch that its chain has already.
fn check_batches(world: &World, image: &Image) -> Result<(), String> {
    let mut listed = BTreeSet::new();
    for block in &image.blocks {
        let repeated = block.batches.iter().filter(|batch| !listed.insert(batch.digest)).count();
        let proposer = world.checks.sets[&block.header.at.epoch].get(block.header.proposer);
        if repeated > 0 && proposer.is_some_and(|one| world.checks.honest.contains(&one.consensus_key)) {
            return Err(format!("S4: the block at height {} lists a batch again", block.header.height));
        }
    }
    Ok(())
}

/// S9: no honest validator is on record for anything.
fn check_records(world: &World, image: &Image) -> Result<(), String> {
    for (epoch, set) in &world.checks.sets {
        for (place, validator) in set.iter().enumerate() {
            let key = StateKey::Evidence(*epoch, ValidatorIndex(place as u16));
            let is_accused = image.state.value(&key.to_bytes()).is_some();
            if is_accused && world.checks.honest.contains(&validator.consensus_key) {
                return Err(format!(
                    "S9: the honest {} is on record in epoch {epoch}",
                    validator.consensus_key
                ));
            }
        }
    }
    Ok(())
}

/// Who is for which proposal, as the receipts say.
#[derive(Default)]
struct Voices {
    of: BTreeMap<TransactionId, BTreeSet<Sender>>,
    /// How many are for the proposal of the newest block that has the most.
    most: usize,
}

impl Voices {
    fn count(&mut self, batches: &[&SignedBatch], receipts: &[Receipt]) {
        self.most = 0;
        let transactions = batches.iter().flat_map(|batch| &batch.batch.transactions);
        for (signed, receipt) in transactions.zip(receipts) {
            let proposal = match &signed.transaction.operation {
                Operation::Propose(_) => signed.id(),
                Operation::Approve(approve) => TransactionId(approve.proposal.0),
                _ => continue,
            };
            if receipt.outcome == Outcome::Applied {
                let voices = self.of.entry(proposal).or_default();
                voices.insert(signed.transaction.sender.clone());
                self.most = self.most.max(voices.len());
            }
        }
    }
}

/// Whether every validator of the newest epoch runs and votes.
pub fn all_vote(world: &World) -> bool {
    let Some((epoch, set)) = world.checks.sets.last_key_value() else { return false };
    set.iter().all(|validator| {
        let node = world.nodes.iter().find(|node| node.key == validator.consensus_key);
        let engine = node.and_then(|node| node.replica.as_ref()).map(|replica| replica.engine());
        engine.is_some_and(|engine| {
            engine.epoch() == *epoch && engine.is_voting() && engine.voter().may_vote(engine.at())
        })
    })
}

/// S11 holds when every honest node that runs has the newest blocks.
pub fn caught_up(world: &World) -> bool {
    let top = world.checks.chain.keys().next_back().copied().unwrap_or_default();
    world.honest_up().iter().all(|node| world.nodes[*node].live.height().0 + LAG_MAX >= top.0)
}

/// Where every node stands, for a violation's text.
pub fn describe(world: &World) -> String {
    let describe_one = |node: &Node| match &node.replica {
        None => format!("\n    node {} is down", node.index),
        Some(replica) => {
            let engine = replica.engine();
            let role = if world.liars.contains_key(&node.index) { "liar" } else { "honest" };
            let voting = match engine.validators().index_of(&node.key) {
                None => "not a validator",
                Some(_) if engine.is_voting() => "votes",
                Some(_) => "does not vote",
            };
            format!(
                "\n    node {} ({role}, {:?}) in view {}, floor {}, height {}, {voting}, {:?}, Δ {:?}",
                node.index,
                node.status,
                engine.at(),
                engine.floor(),
                engine.tip().height,
                engine.standing(),
                engine.delta()
            )
        }
    };
    world.nodes.iter().map(describe_one).collect()
}
