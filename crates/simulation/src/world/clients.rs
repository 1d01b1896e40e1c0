//! Citizens: they make DIDs and change them, at nodes chosen by chance, some transactions at two nodes.

use realdid_crypto::{Digest, PublicKey};
use realdid_identity::commitment;
use realdid_types::{
    Attest, CompromisedKey, CreateDid, DeactivateDid, Did, DidKey, HttpsUrl, KeySignature, Operation, Origin,
    Purposes, RecoverDid, RegisterSite, ReturnAddress, Sender, Sequence, Service, ServiceKind, ServiceName,
    SignedTransaction, Site, SiteName, Transaction, TransactionId, UpdateDid, Withdraw,
};

use super::{World, operators, random::Random};

/// How long a transaction stays valid, in milliseconds.
const LIFETIME: u64 = 60_000;

/// Percent of citizens who do not wait for what they did before.
const IMPATIENT: u64 = 10;

/// What a citizen can do, at this place among them, by way of this node.
type Deed = fn(&mut Clients, &mut World, usize, usize) -> SignedTransaction;

/// The citizens of a world.
pub struct Clients {
    random: Random,
    known: Vec<Citizen>,
}

#[derive(Clone, Copy)]
struct Citizen {
    did: Did,
    key: PublicKey,
    recovery: PublicKey,
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
        let node = *self.random.pick(nodes);
        let signed = match self.somebody(world) {
            Some(place) => self.change(world, place, node),
            None => self.create(world),
        };
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
        let (key, recovery) = (world.keyring.draw(), world.keyring.draw());
        let (did, operation) = creation(key, recovery);
        let signed = sign(world, Sender::Did(did), Sequence(0), operation, &[key]);
        self.known.push(Citizen { did, key, recovery, next: Sequence(1), last: signed.id() });
        signed
    }

    /// Mostly a rotation; now and then any other thing that can become of a DID.
    fn change(&mut self, world: &mut World, place: usize, node: usize) -> SignedTransaction {
        let (what, change): (_, Deed) = match self.random.below(21) {
            0..=12 => ("operations: a key is rotated", Self::rotate),
            13..=14 => ("operations: a DID is recovered", Self::recover),
            15 => ("operations: a DID ends", Self::deactivate),
            16 => ("operations: a service is named", Self::serve),
            17 => ("operations: people are attested", Self::attest),
            18 => ("operations: attestations are withdrawn", Self::withdraw),
            19 => ("operations: a thief tries to recover a DID", Self::steal),
            _ => ("operations: a site is registered", Self::register),
        };
        world.checks.count(what);
        change(self, world, place, node)
    }

    fn rotate(&mut self, world: &mut World, place: usize, _: usize) -> SignedTransaction {
        let added = world.keyring.draw();
        let Citizen { did, key: old, .. } = self.known[place];
        self.known[place].key = added;
        let update = UpdateDid::of_keys(did, vec![all_purposes(added)], vec![old], Digest::ZERO);
        self.send(world, place, Operation::UpdateDid(update), &[old, added])
    }

    fn recover(&mut self, world: &mut World, place: usize, _: usize) -> SignedTransaction {
        let (key, recovery) = (world.keyring.draw(), world.keyring.draw());
        let Citizen { did, key: old, recovery: revealed, .. } = self.known[place];
        (self.known[place].key, self.known[place].recovery) = (key, recovery);
        let compromised = if self.random.chance(50) {
            vec![CompromisedKey { key: old, since: world.genesis.time }]
        } else {
            Vec::new()
        };
        let recover = RecoverDid {
            did,
            keys: vec![all_purposes(key)],
            recovery: commitment(&recovery),
            next_key: Digest::ZERO,
            controllers: None,
            compromised,
        };
        self.send(world, place, Operation::RecoverDid(recover), &[revealed, key])
    }

    /// Whoever stole the key that changes a DID tries to take it for good.
    fn steal(&mut self, world: &mut World, place: usize, _: usize) -> SignedTransaction {
        let (key, recovery) = (world.keyring.draw(), world.keyring.draw());
        let Citizen { did, key: stolen, next, .. } = self.known[place];
        let recover = RecoverDid {
            did,
            keys: vec![all_purposes(key)],
            recovery: commitment(&recovery),
            next_key: Digest::ZERO,
            controllers: None,
            compromised: Vec::new(),
        };
        let signed = sign(world, Sender::Did(did), next, Operation::RecoverDid(recover), &[stolen, key]);
        world.checks.forbidden.insert(signed.id());
        signed
    }

    /// Who ends a DID does nothing more with it.
    fn deactivate(&mut self, world: &mut World, place: usize, _: usize) -> SignedTransaction {
        let Citizen { did, recovery, .. } = self.known[place];
        let ending = Operation::DeactivateDid(DeactivateDid { did, compromised: Vec::new() });
        let signed = self.send(world, place, ending, &[recovery]);
        self.known.swap_remove(place);
        signed
    }

    fn serve(&mut self, world: &mut World, place: usize, _: usize) -> SignedTransaction {
        let Citizen { did, key, .. } = self.known[place];
        let name = format!("service-{}", self.random.below(3));
        let service = Service {
            name: ServiceName::new(&name).expect("a name"),
            kind: ServiceKind::new("LinkedDomains").expect("a kind"),
            endpoint: HttpsUrl::new("https://example.cn/").expect("an address"),
        };
        let update = UpdateDid {
            add_services: vec![service],
            ..UpdateDid::of_keys(did, Vec::new(), Vec::new(), Digest::ZERO)
        };
        self.send(world, place, Operation::UpdateDid(update), &[key])
    }

    fn attest(&mut self, world: &mut World, _: usize, node: usize) -> SignedTransaction {
        let expires = world.wall().plus(3_600_000);
        let attest = Attest { level: 2, expires, dids: self.some_dids() };
        let (authority, state) = (&world.genesis.members[0], &world.nodes[node].live);
        operators::sign(world, state, authority, Operation::Attest(attest))
    }

    fn withdraw(&mut self, world: &mut World, _: usize, node: usize) -> SignedTransaction {
        let withdraw = Withdraw { dids: self.some_dids() };
        let (authority, state) = (&world.genesis.members[0], &world.nodes[node].live);
        operators::sign(world, state, authority, Operation::Withdraw(withdraw))
    }

    fn some_dids(&mut self) -> Vec<Did> {
        let first = self.random.below(self.known.len());
        let mut dids: Vec<Did> = self.known[first..].iter().take(20).map(|citizen| citizen.did).collect();
        dids.sort_unstable();
        dids
    }

    fn register(&mut self, world: &mut World, place: usize, node: usize) -> SignedTransaction {
        let Citizen { did, key, .. } = self.known[place];
        let site = Site {
            did,
            name: SiteName::new("Books").expect("a name"),
            origins: vec![Origin::new("https://example.cn").expect("an origin")],
            return_addresses: vec![ReturnAddress::new("https://example.cn/back").expect("an address")],
            may_ask_real_name: true,
            closed: false,
        };
        let operator = self.random.pick(&world.genesis.members);
        let signed = operators::sign(
            world,
            &world.nodes[node].live,
            operator,
            Operation::RegisterSite(RegisterSite { site }),
        );
        with_signatures(world, signed.transaction, &[operator.key, key])
    }

    /// A citizen's next transaction.
    fn send(
        &mut self,
        world: &World,
        place: usize,
        operation: Operation,
        keys: &[PublicKey],
    ) -> SignedTransaction {
        let citizen = &mut self.known[place];
        let sequence = citizen.next;
        citizen.next = sequence.next();
        let signed = sign(world, Sender::Did(citizen.did), sequence, operation, keys);
        citizen.last = signed.id();
        signed
    }
}

fn all_purposes(key: PublicKey) -> DidKey {
    DidKey { key, purposes: Purposes { authentication: true, invocation: true, assertion: false } }
}

/// What makes the DID of this key, which this other one recovers.
fn creation(key: PublicKey, recovery: PublicKey) -> (Did, Operation) {
    let create = CreateDid::of_keys(vec![all_purposes(key)], commitment(&recovery), Digest::ZERO);
    let operation = Operation::CreateDid(create);
    (Did(operation.digest()), operation)
}

/// Somebody new, whose first transaction is void already.
pub fn create_too_late(world: &mut World) -> SignedTransaction {
    let (key, recovery) = (world.keyring.draw(), world.keyring.draw());
    let (did, operation) = creation(key, recovery);
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
