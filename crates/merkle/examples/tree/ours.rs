//! The map of this crate.

use std::{
    cell::Cell,
    collections::{BTreeMap, HashMap},
    time::Duration,
};

use realdid_crypto::Digest;
use realdid_merkle::{Page, PageId, Pages, Proof, prove, root_of, update};

use crate::{Changes, Contender, Cost, timed};

#[derive(Default)]
pub struct Ours {
    pages: HashMap<PageId, Page>,
    reads: Cell<usize>,
    bytes_read: Cell<usize>,
}

impl Pages for Ours {
    fn page(&self, id: &PageId) -> Option<Page> {
        let page = self.pages.get(id).cloned();
        self.reads.set(self.reads.get() + 1);
        self.bytes_read.set(self.bytes_read.get() + page.as_ref().map_or(0, |page| page.as_bytes().len()));
        page
    }
}

impl Contender for Ours {
    fn change(&mut self, changes: &Changes) -> Cost {
        let changes: BTreeMap<_, _> = changes.iter().map(|(key, value)| (*key, Some(*value))).collect();
        (self.reads, self.bytes_read) = Default::default();
        let (time, update) = timed(|| update(self, &changes));
        let (reads, bytes_read) = (self.reads.get(), self.bytes_read.get());
        let mut cost = Cost { time, reads, bytes_read, writes: update.pages.len(), bytes_written: 0 };
        for (id, page) in update.pages {
            cost.bytes_written += id.to_bytes().len() + page.as_ref().map_or(0, |page| page.as_bytes().len());
            match page {
                Some(page) => self.pages.insert(id, page),
                None => self.pages.remove(&id),
            };
        }
        cost
    }

    fn prove(&self, keys: &[(Digest, Option<Digest>)]) -> (Duration, usize) {
        let root = root_of(self);
        let proofs: Vec<Vec<u8>> = keys.iter().map(|(key, _)| prove(self, key).encode()).collect();
        let (time, ()) = timed(|| {
            for ((key, value), proof) in keys.iter().zip(&proofs) {
                let proof = Proof::decode(proof).expect("a proof");
                assert_eq!(proof.verify(&root, key, value.as_ref()), Ok(()));
            }
        });
        (time, proofs.iter().map(Vec::len).sum())
    }
}
