//! Citizens: they make DIDs and change them, at nodes chosen by chance, some transactions at two nodes.

use realdid_crypto::{Context, Digest, Hasher, PublicKey};
use realdid_types::{
    CreateDid, Did, DidKey, KeySignature, Operation, Purposes, Sender, Sequence, SignedTransaction,
    Transaction, TransactionId, UpdateDid,
};

use super::{World, random::Random};

/// How long a transaction stays valid, in milliseconds.
const LIFETIME: u64 = 60_000;

/// Percent of citizens who do not wait for what they did before.
const IMPATIENT: u64 = 10;

/// The citizens of a world.
pub struct Clients {
    random: Random,
    known: Vec<Citizen>,
}

struct Citizen {
    did: Did,
    key: PublicKey,
    next: Sequence,
    /// What it did last.
    last: TransactionId,
}

impl Clients {
    pub fn new(random: Random) -> Self {
        Self { random, known: Vec::new() }
    }

    /// Somebody does something at a node of those given.
    pub fn act(&mut self, world: &mut World, nodes: &[usize]) -> Option<TransactionId> {
        if nodes.is_empty() {
            return None;
        }
        let signed = match self.somebody(world) {
            Some(place) => self.update(world, place),
            None => self.create(world),
        };
        let node = *self.random.pick(nodes);
        let id = world.submit(node, signed.clone());
        if self.random.chance(10) {
            world.checks.count("transactions handed to two nodes");
            world.submit(*self.random.pick(nodes), signed);
        }
        Some(id)
    }

    /// Somebody new, whose DID is known before it is made.
    pub fn newcomer(&mut self, world: &mut World) -> (Did, SignedTransaction) {
        let signed = self.create(world);
        (self.known.last().expect("made just now").did, signed)
    }

    /// Somebody new makes a DID: a transaction that nothing earlier stands in the way of.
    pub fn ask(&mut self, world: &mut World, node: usize) -> TransactionId {
        let signed = self.create(world);
        world.submit(node, signed)
    }

    /// A citizen who changes something: most wait until what they did before is decided.
    fn somebody(&mut self, world: &World) -> Option<usize> {
        if self.known.is_empty() || self.random.chance(70) {
            return None;
        }
        let place = self.random.below(self.known.len());
        let last = self.known[place].last;
        let is_decided = world.checks.promises.decided.contains_key(&last);
        (is_decided || self.random.chance(IMPATIENT)).then_some(place)
    }

    fn create(&mut self, world: &mut World) -> SignedTransaction {
        let key = world.keyring.draw();
        let (did, operation) = creation(key);
        let signed = sign(world, Sender::Did(did), Sequence(0), operation, &[key]);
        self.known.push(Citizen { did, key, next: Sequence(1), last: signed.id() });
        signed
    }

    fn update(&mut self, world: &mut World, place: usize) -> SignedTransaction {
        let added = world.keyring.draw();
        let citizen = &mut self.known[place];
        let (did, old, sequence) = (citizen.did, citizen.key, citizen.next);
        citizen.next = sequence.next();
        citizen.key = added;
        let update = UpdateDid::of_keys(did, vec![all_purposes(added)], vec![old], Digest::ZERO);
        let signed = sign(world, Sender::Did(did), sequence, Operation::UpdateDid(update), &[old, added]);
        self.known[place].last = signed.id();
        signed
    }
}

fn all_purposes(key: PublicKey) -> DidKey {
    DidKey { key, purposes: Purposes { authentication: true, invocation: true, assertion: false } }
}

/// What makes the DID of this key.
fn creation(key: PublicKey) -> (Did, Operation) {
    let recovery = Hasher::new(Context::Key).update(key.as_bytes()).update(b"recovery").finish();
    let operation = Operation::CreateDid(CreateDid::of_keys(vec![all_purposes(key)], recovery, Digest::ZERO));
    (Did(operation.digest()), operation)
}

/// Somebody new, whose first transaction is void already.
pub fn create_too_late(world: &mut World) -> SignedTransaction {
    let key = world.keyring.draw();
    let (did, operation) = creation(key);
    let transaction = Transaction {
        genesis: world.genesis_digest,
        sender: Sender::Did(did),
        sequence: Sequence(0),
        expires: world.checks.newest_time,
        operation,
    };
    with_signatures(world, transaction, &[key])
}

/// A transaction with the signatures of these keys.
pub fn sign(
    world: &World,
    sender: Sender,
    sequence: Sequence,
    operation: Operation,
    keys: &[PublicKey],
) -> SignedTransaction {
    let genesis = world.genesis_digest;
    // whoever makes a transaction looks at the clock and at the newest block
    let now = world.wall().max(world.checks.newest_time);
    let expires = now.plus(LIFETIME);
    with_signatures(world, Transaction { genesis, sender, sequence, expires, operation }, keys)
}

fn with_signatures(world: &World, transaction: Transaction, keys: &[PublicKey]) -> SignedTransaction {
    let id = transaction.id();
    let mut signatures: Vec<KeySignature> = keys
        .iter()
        .map(|key| KeySignature { key: *key, signature: world.keyring.sign(key, id.0.as_bytes()) })
        .collect();
    signatures.sort_unstable();
    SignedTransaction { transaction, signatures }
}
