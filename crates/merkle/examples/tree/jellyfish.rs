//! The Jellyfish Merkle tree of the `jmt` crate, by its fastest way of changing many keys, and pruned of stale nodes
//! after each block.

use std::{
    cell::Cell,
    collections::{BTreeMap, HashMap},
    time::Duration,
};

use jmt::{
    JellyfishMerkleTree, KeyHash, OwnedValue, RootHash, SimpleHasher, Version,
    proof::SparseMerkleProof,
    storage::{LeafNode, Node, NodeKey, TreeReader},
};
use realdid_crypto::Digest;

use crate::{Changes, Contender, Cost, timed};

/// BLAKE3 in the shape that `jmt` asks for.
#[derive(Debug)]
pub struct Blake3(blake3::Hasher);

impl SimpleHasher for Blake3 {
    fn new() -> Self {
        Self(blake3::Hasher::new())
    }

    fn update(&mut self, data: &[u8]) {
        self.0.update(data);
    }

    fn finalize(self) -> [u8; 32] {
        self.0.finalize().into()
    }
}

#[derive(Default)]
pub struct Jellyfish {
    nodes: HashMap<NodeKey, Node>,
    values: BTreeMap<[u8; 32], OwnedValue>,
    next: Version,
    root: Option<RootHash>,
    reads: Cell<usize>,
    bytes_read: Cell<usize>,
    counts_bytes: bool,
}

fn len(value: &impl borsh::BorshSerialize) -> usize {
    borsh::object_length(value).expect("memory takes all")
}

impl TreeReader for Jellyfish {
    fn get_node_option(&self, key: &NodeKey) -> Result<Option<Node>, anyhow::Error> {
        let node = self.nodes.get(key).cloned();
        self.reads.set(self.reads.get() + 1);
        if self.counts_bytes {
            self.bytes_read.set(self.bytes_read.get() + node.as_ref().map_or(0, len));
        }
        Ok(node)
    }

    fn get_value_option(&self, _: Version, key: KeyHash) -> Result<Option<OwnedValue>, anyhow::Error> {
        Ok(self.values.get(&key.0).cloned())
    }

    fn get_rightmost_leaf(&self) -> Result<Option<(NodeKey, LeafNode)>, anyhow::Error> {
        Ok(None)
    }
}

impl Jellyfish {
    fn work_out(&self, changes: Vec<(KeyHash, OwnedValue)>) -> (RootHash, jmt::storage::TreeUpdateBatch) {
        let tree = JellyfishMerkleTree::<_, Blake3>::new(self);
        let (roots, batch) = tree.batch_put_value_sets(vec![changes], None, self.next).expect("a sound tree");
        (roots[0], batch)
    }
}

impl Contender for Jellyfish {
    fn change(&mut self, changes: &Changes) -> Cost {
        let owned = |(key, value): &(Digest, Digest)| (KeyHash(*key.as_bytes()), value.as_bytes().to_vec());
        let changes: Vec<_> = changes.iter().map(owned).collect();
        let owned = changes.clone();
        let (time, (root, batch)) = timed(|| self.work_out(owned));
        // working out the length of what is read takes time: it is done in a second run
        (self.reads, self.bytes_read, self.counts_bytes) = (Cell::default(), Cell::default(), true);
        self.work_out(changes.clone());
        self.counts_bytes = false;

        let nodes = batch.node_batch.nodes();
        let mut cost = Cost {
            time,
            reads: self.reads.get(),
            bytes_read: self.bytes_read.get(),
            writes: nodes.len(),
            bytes_written: nodes.iter().map(|(key, node)| len(key) + len(node)).sum(),
        };
        self.nodes.extend(nodes.iter().map(|(key, node)| (key.clone(), node.clone())));
        for stale in &batch.stale_node_index_batch {
            cost.bytes_written += len(&stale.node_key);
            self.nodes.remove(&stale.node_key);
        }
        self.values.extend(changes.into_iter().map(|(key, value)| (key.0, value)));
        self.root = Some(root);
        self.next += 1;
        cost
    }

    fn prove(&self, keys: &[(Digest, Option<Digest>)]) -> (Duration, usize) {
        let tree = JellyfishMerkleTree::<_, Blake3>::new(self);
        let prove = |key: &Digest| {
            let (_, proof) =
                tree.get_with_proof(KeyHash(*key.as_bytes()), self.next - 1).expect("a sound tree");
            borsh::to_vec(&proof).expect("memory takes all")
        };
        let proofs: Vec<Vec<u8>> = keys.iter().map(|(key, _)| prove(key)).collect();
        let root = self.root.expect("a root");
        let (time, ()) = timed(|| {
            for ((key, value), proof) in keys.iter().zip(&proofs) {
                let proof: SparseMerkleProof<Blake3> = borsh::from_slice(proof).expect("a proof");
                let value = value.as_ref().map(Digest::as_bytes);
                proof.verify(root, KeyHash(*key.as_bytes()), value).expect("it holds");
            }
        });
        (time, proofs.iter().map(Vec::len).sum())
    }
}
