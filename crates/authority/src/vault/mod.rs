//! Who stands behind which DID: a file whose values only the authority's secret opens, and whose keys tell nothing without it.
//!
//! A change of the vault and the lines of the audit log that tell of it belong together: the lines are on the disk before the
//! change is, so that nothing is ever done that the log does not tell.

mod outbox;
mod requests;
mod rows;
mod seal;

use std::{
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
};

use realdid_crypto::Digest;
use realdid_types::Did;
use redb::{Database, ReadableDatabase, ReadableTable, TableDefinition};
use zeroize::Zeroizing;

use self::{
    rows::{OwnerRow, Row, TABLES},
    seal::Seal,
};
use crate::{
    audit::{AuditError, AuditLog, Event},
    batching::PersonId,
    person::IdentityNumber,
    secret::{DigestKey, Purpose, Secret},
};

pub use outbox::{Kind, Outcome};
pub use requests::{Refused, Standing};
pub use rows::{DidRow, State};

type Table<'a> = TableDefinition<'a, &'static [u8], &'static [u8]>;

/// Why the vault does not do its work.
#[derive(Debug, thiserror::Error)]
pub enum VaultError {
    /// Another process has it.
    #[error("{0} is in use by another process: one authority runs on one folder")]
    InUse(PathBuf),
    /// The secret is another one's.
    #[error(
        "{0} was sealed with another secret, or for another authority or network: restore `secret.key` and the vault from one backup"
    )]
    OtherSecret(PathBuf),
    /// The file is not what was written.
    #[error(
        "{0} is damaged ({1}): restore it from a backup together with `secret.key`; what was attested since stays on the ledger"
    )]
    Damaged(PathBuf, String),
    /// The disk.
    #[error("{0}: {1}")]
    Disk(PathBuf, String),
    /// The log.
    #[error(transparent)]
    Audit(#[from] AuditError),
}

/// The file and the log.
pub struct Vault {
    path: PathBuf,
    database: Database,
    seal: Seal,
    people: DigestKey,
    dids: DigestKey,
    audit: Mutex<AuditLog>,
}

/// A change that is not committed yet.
struct Change<'a> {
    vault: &'a Vault,
    transaction: redb::WriteTransaction,
    events: Vec<Event>,
}

impl Vault {
    /// Opens a vault, or makes it. It must be `owner`'s if one is named, and is from then on if it is new.
    ///
    /// # Errors
    /// If it is in use, was sealed with another secret or for another owner, or is damaged.
    pub fn open(
        path: &Path,
        audit: &Path,
        secret: &Secret,
        owner: Option<Digest>,
    ) -> Result<Self, VaultError> {
        let database = Database::create(path).map_err(|error| match error {
            redb::DatabaseError::DatabaseAlreadyOpen => VaultError::InUse(path.to_owned()),
            redb::DatabaseError::Storage(redb::StorageError::Io(error))
                if error.kind() != std::io::ErrorKind::InvalidData =>
            {
                VaultError::Disk(path.to_owned(), error.to_string())
            }
            other => VaultError::Damaged(path.to_owned(), other.to_string()),
        })?;
        restrict(path)?;
        let vault = Self {
            path: path.to_owned(),
            database,
            seal: Seal::new(secret),
            people: secret.digests(Purpose::Person),
            dids: secret.digests(Purpose::Did),
            audit: Mutex::new(AuditLog::open(audit, secret)?),
        };
        vault.claim(owner)?;
        Ok(vault)
    }

    /// Finds out whether the secret is right before anything is read or written with it.
    fn claim(&self, owner: Option<Digest>) -> Result<(), VaultError> {
        let other = || VaultError::OtherSecret(self.path.clone());
        self.change(|change| {
            for table in TABLES {
                change.transaction.open_table(Table::new(table)).map_err(|error| self.disk(&error))?;
            }
            match change.get::<OwnerRow>(&Digest::ZERO) {
                Ok(None) => owner.map_or(Ok(()), |owner| change.put(&Digest::ZERO, &OwnerRow { owner })),
                Ok(Some(row)) if owner.is_none_or(|owner| row.owner == owner) => Ok(()),
                Ok(Some(_)) | Err(VaultError::Damaged(..)) => Err(other()),
                Err(error) => Err(error),
            }
        })
    }

    /// What a person is called here.
    #[must_use]
    pub fn person_id(&self, number: &IdentityNumber) -> PersonId {
        self.people.person(number)
    }

    /// What a DID is called here.
    #[must_use]
    pub fn did_id(&self, did: Did) -> Digest {
        self.dids.did(did)
    }

    /// Writes a line of the log for something that changes nothing here.
    ///
    /// # Errors
    /// If the disk refuses.
    pub fn tell(&self, event: &Event) -> Result<(), VaultError> {
        let mut audit = self.audit.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(audit.append(std::slice::from_ref(event))?)
    }

    /// Changes the vault in one step: all of it, with its lines in the log, or nothing if it fails.
    fn change<T, E: From<VaultError>>(
        &self,
        make: impl FnOnce(&mut Change<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        let transaction = self.database.begin_write().map_err(|error| self.disk(&error))?;
        let mut change = Change { vault: self, transaction, events: Vec::new() };
        let made = make(&mut change)?;
        let Change { transaction, events, .. } = change;
        let mut audit = self.audit.lock().unwrap_or_else(PoisonError::into_inner);
        audit.append(&events).map_err(VaultError::from)?;
        drop(audit);
        transaction.commit().map_err(|error| self.disk(&error))?;
        Ok(made)
    }

    fn read<R: Row>(&self, key: &Digest) -> Result<Option<R>, VaultError> {
        let transaction = self.database.begin_read().map_err(|error| self.disk(&error))?;
        let table = transaction.open_table(Table::new(R::TABLE)).map_err(|error| self.disk(&error))?;
        let value = table.get(key.as_bytes().as_slice()).map_err(|error| self.disk(&error))?;
        value.map(|sealed| self.opened(key, sealed.value())).transpose()
    }

    fn rows<R: Row>(&self) -> Result<Vec<R>, VaultError> {
        let transaction = self.database.begin_read().map_err(|error| self.disk(&error))?;
        let table = transaction.open_table(Table::new(R::TABLE)).map_err(|error| self.disk(&error))?;
        let mut rows = Vec::new();
        for entry in table.iter().map_err(|error| self.disk(&error))? {
            let (key, sealed) = entry.map_err(|error| self.disk(&error))?;
            let key = key.value().try_into().map_err(|_| self.damaged(R::TABLE))?;
            rows.push(self.opened(&Digest::from_bytes(key), sealed.value())?);
        }
        Ok(rows)
    }

    fn opened<R: Row>(&self, key: &Digest, sealed: &[u8]) -> Result<R, VaultError> {
        let value = self.seal.open(R::TABLE, key, sealed).ok_or_else(|| self.damaged(R::TABLE))?;
        R::decode(&value).map_err(|_| self.damaged(R::TABLE))
    }

    fn damaged(&self, table: &str) -> VaultError {
        VaultError::Damaged(self.path.clone(), format!("a row of {table} does not open"))
    }

    fn disk(&self, error: &dyn std::error::Error) -> VaultError {
        VaultError::Disk(self.path.clone(), error.to_string())
    }
}

impl Change<'_> {
    fn get<R: Row>(&self, key: &Digest) -> Result<Option<R>, VaultError> {
        let vault = self.vault;
        let table = self.transaction.open_table(Table::new(R::TABLE)).map_err(|error| vault.disk(&error))?;
        let value = table.get(key.as_bytes().as_slice()).map_err(|error| vault.disk(&error))?;
        value.map(|sealed| vault.opened(key, sealed.value())).transpose()
    }

    fn put<R: Row>(&self, key: &Digest, row: &R) -> Result<(), VaultError> {
        let vault = self.vault;
        let mut table =
            self.transaction.open_table(Table::new(R::TABLE)).map_err(|error| vault.disk(&error))?;
        let sealed = vault.seal.seal(R::TABLE, key, &Zeroizing::new(row.encode()));
        table.insert(key.as_bytes().as_slice(), sealed.as_slice()).map_err(|error| vault.disk(&error))?;
        Ok(())
    }

    fn remove<R: Row>(&self, key: &Digest) -> Result<(), VaultError> {
        let vault = self.vault;
        let mut table =
            self.transaction.open_table(Table::new(R::TABLE)).map_err(|error| vault.disk(&error))?;
        table.remove(key.as_bytes().as_slice()).map_err(|error| vault.disk(&error))?;
        Ok(())
    }
}

/// For its owner alone, like a key.
fn restrict(path: &Path) -> Result<(), VaultError> {
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600))
        .map_err(|error| VaultError::Disk(path.to_owned(), error.to_string()))
}

#[cfg(test)]
mod tests;
