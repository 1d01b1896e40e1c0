//! What a service keeps in its folder.

use std::path::PathBuf;

use realdid_authority::{Secret, Vault};
use realdid_crypto::Digest;
use realdid_node::keys::load;

/// The folder.
pub(crate) struct Folder(PathBuf);

impl Folder {
    pub(crate) const fn new(path: PathBuf) -> Self {
        Self(path)
    }

    /// The folder itself.
    pub(crate) fn path(&self) -> &PathBuf {
        &self.0
    }

    /// What the vault is sealed with.
    pub(crate) fn secret(&self) -> PathBuf {
        self.0.join("secret.key")
    }

    /// Who stands behind which DID.
    pub(crate) fn vault_file(&self) -> PathBuf {
        self.0.join("vault.redb")
    }

    /// What was done.
    pub(crate) fn audit(&self) -> PathBuf {
        self.0.join("audit.jsonl")
    }

    /// Invented people.
    pub(crate) fn registry(&self) -> PathBuf {
        self.0.join("registry.json")
    }

    /// The vault, which must be this owner's if one is named.
    pub(crate) fn vault(&self, owner: Option<Digest>) -> anyhow::Result<Vault> {
        let seed = load(&self.secret()).map_err(|error| match error {
            realdid_node::KeyError::Missing(path) => anyhow::anyhow!(
                "{} is missing: restore it from a backup, or make a new folder with `realdid authority init`",
                path.display()
            ),
            other => other.into(),
        })?;
        Ok(Vault::open(&self.vault_file(), &self.audit(), &Secret::new(seed), owner)?)
    }
}
