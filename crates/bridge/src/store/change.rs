//! A change of rows.

use redb::{ReadableTable, ReadableTableMetadata, Table, WriteTransaction};
use serde::{Serialize, de::DeserializeOwned};

use super::{CHILDREN, EXPIRIES, ROWS, ROWS_MAX, Row, RowId, Secret, StoreError, Stored, sealed};

/// Rows that are removed in one go, so that nobody waits for long.
const SWEEP_MAX: usize = 1_000;

/// A change that is being made.
pub(crate) struct Change<'a> {
    now: u64,
    rows: Table<'a, [u8; 32], Stored>,
    expiries: Table<'a, (u64, [u8; 32]), ()>,
    children: Table<'a, ([u8; 32], [u8; 32]), ()>,
}

impl<'a> Change<'a> {
    pub(super) fn new(writing: &'a WriteTransaction, now: u64) -> Result<Self, StoreError> {
        Ok(Self {
            now,
            rows: writing.open_table(ROWS)?,
            expiries: writing.open_table(EXPIRIES)?,
            children: writing.open_table(CHILDREN)?,
        })
    }

    /// The row of a secret, if it is there and not void.
    pub(crate) fn get<R: Row + DeserializeOwned>(&self, secret: &Secret) -> Result<Option<R>, StoreError> {
        let stored = self.rows.get(secret.row::<R>().0)?;
        Ok(stored.and_then(|stored| {
            let (expires, _, content) = stored.value();
            if self.now < expires { sealed::open(secret, content) } else { None }
        }))
    }

    /// The row of a secret, which is removed.
    pub(crate) fn take<R: Row + DeserializeOwned>(
        &mut self,
        secret: &Secret,
    ) -> Result<Option<R>, StoreError> {
        let row = self.get(secret)?;
        if row.is_some() {
            self.remove(secret.row::<R>())?;
        }
        Ok(row)
    }

    /// Puts a row, below another one if it ends with that.
    ///
    /// # Errors
    /// If there are too many.
    pub(crate) fn put<R: Row + Serialize>(
        &mut self,
        secret: &Secret,
        row: &R,
        expires: u64,
        parent: Option<RowId>,
    ) -> Result<RowId, StoreError> {
        let id = secret.row::<R>();
        self.remove(id)?;
        if self.rows.len()? >= ROWS_MAX {
            return Err(StoreError::Full);
        }
        let content = sealed::seal(secret, row).ok_or(StoreError::Full)?;
        let parent = parent.map_or([0; 32], |parent| parent.0);
        self.rows.insert(id.0, (expires, parent, content.as_slice()))?;
        self.expiries.insert((expires, id.0), ())?;
        self.children.insert((parent, id.0), ())?;
        Ok(id)
    }

    /// Removes a row and all below it. The row itself need not be there.
    pub(crate) fn end(&mut self, id: RowId) -> Result<(), StoreError> {
        let mut ending = vec![id];
        while let Some(id) = ending.pop() {
            ending.extend(self.below(id)?);
            self.remove(id)?;
        }
        Ok(())
    }

    fn below(&self, id: RowId) -> Result<Vec<RowId>, StoreError> {
        let mut found = Vec::new();
        for entry in self.children.range((id.0, [0; 32])..=(id.0, [0xff; 32]))? {
            found.push(RowId(entry?.0.value().1));
        }
        Ok(found)
    }

    /// Removes rows that are void; how many. What hangs below one is void by itself.
    pub(super) fn sweep(&mut self) -> Result<usize, StoreError> {
        let mut void = Vec::new();
        for entry in self.expiries.range(..=(self.now, [0xff; 32]))?.take(SWEEP_MAX) {
            void.push(RowId(entry?.0.value().1));
        }
        void.iter().try_for_each(|id| self.remove(*id))?;
        Ok(void.len())
    }

    fn remove(&mut self, id: RowId) -> Result<(), StoreError> {
        let stored = self.rows.remove(id.0)?.map(|stored| (stored.value().0, stored.value().1));
        if let Some((expires, parent)) = stored {
            self.expiries.remove((expires, id.0))?;
            self.children.remove((parent, id.0))?;
        }
        Ok(())
    }
}
