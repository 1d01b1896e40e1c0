//! Reading the state, and a store of it in memory.

use std::collections::BTreeMap;

use realdid_merkle::{Page, PageId, Pages};
use realdid_types::Wire;

use crate::{Execution, StateKey, keys};

/// The state after some block.
pub trait StateRead: Pages {
    /// The value under a key's bytes.
    fn value(&self, key: &[u8]) -> Option<Vec<u8>>;
}

/// The entry under a key.
///
/// # Panics
/// If what is stored there was not stored by this crate: the state is damaged, and nothing may be built on it.
#[must_use]
#[expect(clippy::panic, reason = "nothing may be built on a damaged state")]
pub fn read<T: Wire>(state: &dyn StateRead, key: &StateKey) -> Option<T> {
    let bytes = state.value(&key.to_bytes())?;
    match T::decode(&bytes) {
        Ok(entry) => Some(entry),
        Err(error) => panic!("the state under {key:?} is damaged: {error}"),
    }
}

/// The entry under a key that every state has since its genesis.
///
/// # Panics
/// As [`read`], and if there is none.
#[expect(clippy::panic, reason = "nothing may be built on a damaged state")]
pub(crate) fn read_always<T: Wire>(state: &dyn StateRead, key: &StateKey) -> T {
    read(state, key).unwrap_or_else(|| panic!("the state has no {key:?}: it was not made from a genesis"))
}

/// A state in memory.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MemoryStore {
    values: BTreeMap<Vec<u8>, Vec<u8>>,
    pages: BTreeMap<PageId, Page>,
}

impl MemoryStore {
    /// Makes the state the one after an execution on it.
    pub fn commit(&mut self, execution: &Execution) {
        for (key, value) in &execution.values {
            match value {
                Some(value) => self.values.insert(key.clone(), value.clone()),
                None => self.values.remove(key),
            };
        }
        for (id, page) in &execution.pages {
            match page {
                Some(page) => self.pages.insert(*id, page.clone()),
                None => self.pages.remove(id),
            };
        }
    }

    /// The state that holds these values, its tree made from nothing.
    pub(crate) fn with_values(values: &BTreeMap<Vec<u8>, Vec<u8>>) -> Self {
        let changes =
            values.iter().map(|(key, value)| (keys::hashed(key), Some(keys::value_digest(value)))).collect();
        let update = realdid_merkle::update(&Self::default(), &changes);
        let pages = update.pages.into_iter().filter_map(|(id, page)| Some((id, page?))).collect();
        Self { values: values.clone(), pages }
    }

    /// All values by their keys' bytes.
    #[must_use]
    pub fn values(&self) -> &BTreeMap<Vec<u8>, Vec<u8>> {
        &self.values
    }

    /// How many pages of the tree there are.
    #[must_use]
    pub fn page_count(&self) -> usize {
        self.pages.len()
    }
}

impl Pages for MemoryStore {
    fn page(&self, id: &PageId) -> Option<Page> {
        self.pages.get(id).cloned()
    }
}

impl StateRead for MemoryStore {
    fn value(&self, key: &[u8]) -> Option<Vec<u8>> {
        self.values.get(key).cloned()
    }
}
