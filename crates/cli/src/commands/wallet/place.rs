//! Where a wallet is, and where its password comes from.

use std::path::{Path, PathBuf};

use anyhow::Context;
use zeroize::Zeroizing;

use super::{password, store::Store};

/// Which wallet.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct Place {
    /// The wallet's file [default: ~/.realdid/wallet]
    #[arg(long, env = "REALDID_WALLET", value_name = "FILE")]
    wallet: Option<PathBuf>,
    /// A file whose first line is the password; without it, the terminal is asked
    #[arg(long, env = "REALDID_WALLET_PASSWORD_FILE", value_name = "FILE")]
    password_file: Option<PathBuf>,
}

impl Place {
    /// The wallet's file.
    pub(crate) fn file(&self) -> PathBuf {
        self.wallet.clone().unwrap_or_else(|| {
            let home = std::env::var_os("HOME").map_or_else(|| PathBuf::from("."), PathBuf::from);
            home.join(".realdid").join("wallet")
        })
    }

    /// The password of a wallet that is there.
    ///
    /// # Errors
    /// If nobody can be asked, or the file cannot be read.
    pub(crate) fn password(&self) -> anyhow::Result<Zeroizing<String>> {
        match &self.password_file {
            Some(path) => password::in_file(path),
            None => password::ask("Password of the wallet"),
        }
    }

    /// The password of a wallet that is to come.
    ///
    /// # Errors
    /// As [`Self::password`], and if it is too short.
    pub(crate) fn new_password(&self) -> anyhow::Result<Zeroizing<String>> {
        password::new(self.password_file.as_deref())
    }

    /// The wallet, with nobody else at work on it.
    ///
    /// # Errors
    /// If there is none, it cannot be opened, or it is in use.
    pub(crate) fn open(&self) -> anyhow::Result<Store> {
        let file = self.file();
        // before anybody types a password
        Store::check(&file)?;
        Store::open(&file, &self.password()?)
    }
}

/// The folder that a file is in; a missing one is made for its owner alone.
///
/// # Errors
/// If it cannot be made.
pub(crate) fn folder_of(file: &Path) -> anyhow::Result<&Path> {
    use std::os::unix::fs::DirBuilderExt;
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let made = std::fs::DirBuilder::new().recursive(true).mode(0o700).create(folder);
    made.with_context(|| format!("{} cannot be made", folder.display()))?;
    Ok(folder)
}
