//! Views over a state: one with the executions of blocks that are not final yet, and one with a block's own writes.

use std::{collections::BTreeMap, sync::Arc};

use realdid_merkle::{Page, PageId, Pages};
use realdid_types::Wire;

use crate::{Execution, StateKey, StateRead, read};

/// A state with executions on top, newest first.
pub struct Layered<'a> {
    base: &'a dyn StateRead,
    newest_first: Vec<Arc<Execution>>,
}

impl<'a> Layered<'a> {
    /// `base` as the executions, newest first, leave it.
    #[must_use]
    pub fn new(base: &'a dyn StateRead, newest_first: Vec<Arc<Execution>>) -> Self {
        Self { base, newest_first }
    }
}

impl Pages for Layered<'_> {
    fn page(&self, id: &PageId) -> Option<Page> {
        let written = self.newest_first.iter().find_map(|execution| execution.pages.get(id));
        written.cloned().unwrap_or_else(|| self.base.page(id))
    }
}

impl StateRead for Layered<'_> {
    fn value(&self, key: &[u8]) -> Option<Vec<u8>> {
        let written = self.newest_first.iter().find_map(|execution| execution.values.get(key));
        written.cloned().unwrap_or_else(|| self.base.value(key))
    }
}

/// A state with the writes of the block that is being executed.
#[derive(Clone)]
pub(crate) struct Draft<'a> {
    base: &'a dyn StateRead,
    pub(crate) written: BTreeMap<Vec<u8>, Option<Vec<u8>>>,
    pub(crate) past: BTreeMap<Vec<u8>, Vec<u8>>,
}

impl<'a> Draft<'a> {
    pub(crate) fn new(base: &'a dyn StateRead) -> Self {
        Self { base, written: BTreeMap::new(), past: BTreeMap::new() }
    }

    pub(crate) fn get<T: Wire>(&self, key: &StateKey) -> Option<T> {
        read(self, key)
    }

    pub(crate) fn put<T: Wire>(&mut self, key: &StateKey, entry: &T) {
        self.written.insert(key.to_bytes(), Some(entry.encode()));
    }

    pub(crate) fn remove(&mut self, key: &StateKey) {
        self.written.insert(key.to_bytes(), None);
    }
}

impl Pages for Draft<'_> {
    fn page(&self, id: &PageId) -> Option<Page> {
        self.base.page(id)
    }
}

impl StateRead for Draft<'_> {
    fn value(&self, key: &[u8]) -> Option<Vec<u8>> {
        self.written.get(key).cloned().unwrap_or_else(|| self.base.value(key))
    }
}
