//! The folder of a bridge.
//!
//! ```text
//! bridge.toml          the issuer
//! genesis.json         the network that is trusted
//! keys/                a file for each signing key
//! clients/             a file for each site that has a secret, or another algorithm than RS256
//! domains/             what links sites to this bridge: the output of `realdid site link`
//! state                open logins, sessions, codes and access tokens
//! ```

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use realdid_types::Origin;
use serde::{Deserialize, Serialize};

use crate::{
    clients::Clients,
    domains::Domains,
    keys::{KeyFileError, KeyFolder, Rotation, Stage},
    private, seconds_now,
};

/// The folder of a bridge, which its owner alone may read.
#[derive(Clone, Debug)]
pub struct Home(PathBuf);

/// Why a folder is no bridge's.
#[derive(Debug, thiserror::Error)]
pub enum HomeError {
    /// There is one already.
    #[error("{0} is there already: a bridge is made once; remove the folder to begin anew")]
    Exists(PathBuf),
    /// There is none.
    #[error("{0} is missing: make the bridge's folder with `realdid bridge init`")]
    Missing(PathBuf),
    /// Others may read it.
    #[error(
        "{0} may be read by others (mode {1:o}): chmod go= {0}, and `realdid bridge keys rotate --at-once`"
    )]
    Open(PathBuf, u32),
    /// It says something else.
    #[error("{0} does not say what it should: {1}")]
    Malformed(PathBuf, String),
    /// The operating system refuses.
    #[error("{0}: {1}")]
    File(PathBuf, io::Error),
    /// Keys.
    #[error(transparent)]
    Keys(#[from] KeyFileError),
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Config {
    issuer: String,
}

/// How a signing key stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyView {
    /// Its name.
    pub kid: String,
    /// How it signs.
    pub algorithm: crate::Algorithm,
    /// How it stands.
    pub stage: Stage,
}

impl Home {
    /// A folder, whatever is in it.
    #[must_use]
    pub fn new(path: &Path) -> Self {
        Self(path.to_owned())
    }

    /// Makes the folder of a bridge whose pages have this origin, on the network of this genesis file, with keys.
    ///
    /// # Errors
    /// If there is one, or it cannot be written.
    pub fn make(&self, issuer: &Origin, genesis: &str) -> Result<(), HomeError> {
        if self.config().exists() {
            return Err(HomeError::Exists(self.config()));
        }
        for folder in [&self.0, &self.0.join("keys"), &self.0.join("clients"), &self.0.join("domains")] {
            private::make_folder(folder).map_err(|error| HomeError::File(folder.clone(), error))?;
        }
        self.check_private()?;
        self.key_folder().tend(seconds_now())?;
        let config = Config { issuer: issuer.to_string() };
        let config = toml::to_string(&config)
            .map_err(|error| HomeError::Malformed(self.config(), error.to_string()))?;
        // the file by which a bridge is known comes last
        for (path, text) in [(self.genesis(), genesis), (self.config(), &config)] {
            private::write(&path, text.as_bytes()).map_err(|error| HomeError::File(path, error))?;
        }
        Ok(())
    }

    /// The origin of the bridge's pages.
    ///
    /// # Errors
    /// If there is no bridge, or others may read its folder.
    pub fn issuer(&self) -> Result<Origin, HomeError> {
        let path = self.config();
        let text = fs::read_to_string(&path).map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => HomeError::Missing(path.clone()),
            _ => HomeError::File(path.clone(), error),
        })?;
        self.check_private()?;
        let malformed = |error: String| HomeError::Malformed(path.clone(), error);
        let config: Config = toml::from_str(&text).map_err(|error| malformed(error.to_string()))?;
        Origin::new(&config.issuer).map_err(|error| malformed(error.to_string()))
    }

    /// The file of the genesis.
    #[must_use]
    pub fn genesis(&self) -> PathBuf {
        self.0.join("genesis.json")
    }

    /// How the signing keys stand.
    ///
    /// # Errors
    /// If they cannot be read.
    pub fn keys(&self) -> Result<Vec<KeyView>, HomeError> {
        let set = self.key_folder().load()?;
        let view = |(kid, algorithm, stage): (&str, _, _)| KeyView { kid: kid.to_owned(), algorithm, stage };
        let mut views: Vec<KeyView> = set.stages(seconds_now()).map(view).collect();
        views.sort_by_key(|view| (view.algorithm, view.kid.clone()));
        Ok(views)
    }

    /// Replaces the signing keys; a bridge that runs notices.
    ///
    /// # Errors
    /// If files cannot be written.
    pub fn rotate(&self, rotation: Rotation) -> Result<(), HomeError> {
        Ok(self.key_folder().rotate(rotation, seconds_now())?)
    }

    /// What the sites' secrets and algorithms are.
    #[must_use]
    pub fn clients(&self) -> Clients {
        Clients(self.0.join("clients"))
    }

    pub(crate) fn key_folder(&self) -> KeyFolder {
        KeyFolder(self.0.join("keys"))
    }

    pub(crate) fn domains(&self) -> Domains {
        Domains(self.0.join("domains"))
    }

    pub(crate) fn state(&self) -> PathBuf {
        self.0.join("state")
    }

    fn config(&self) -> PathBuf {
        self.0.join("bridge.toml")
    }

    fn check_private(&self) -> Result<(), HomeError> {
        match private::open_to_others(&self.0) {
            Ok(None) => Ok(()),
            Ok(Some(mode)) => Err(HomeError::Open(self.0.clone(), mode)),
            Err(error) => Err(HomeError::File(self.0.clone(), error)),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    fn made() -> (tempfile::TempDir, Home) {
        let dir = tempfile::tempdir().unwrap();
        let home = Home::new(&dir.path().join("bridge"));
        home.make(&Origin::new("https://id.example").unwrap(), "{}").unwrap();
        (dir, home)
    }

    #[test]
    fn a_folder_is_made_once_with_a_key_for_each_algorithm() {
        let (_dir, home) = made();
        assert_eq!(home.issuer().unwrap().as_str(), "https://id.example");
        assert!(home.keys().unwrap().iter().all(|key| key.stage == Stage::Signs));
        assert_eq!(home.keys().unwrap().len(), 3);
        let again = home.make(&Origin::new("https://other.example").unwrap(), "{}");
        assert!(matches!(again, Err(HomeError::Exists(_))));
    }

    #[test]
    fn a_folder_that_others_can_read_is_refused() {
        let (_dir, home) = made();
        fs::set_permissions(&home.0, fs::Permissions::from_mode(0o755)).unwrap();
        let refused = home.issuer().unwrap_err();
        assert!(matches!(refused, HomeError::Open(_, 0o755)));
        assert!(refused.to_string().contains("chmod go="));
    }

    #[test]
    fn a_folder_that_is_no_bridges_is_told() {
        let dir = tempfile::tempdir().unwrap();
        assert!(matches!(Home::new(dir.path()).issuer(), Err(HomeError::Missing(_))));
        let (_dir, home) = made();
        fs::write(home.config(), "issuer = 'ftp://x'").unwrap();
        assert!(matches!(home.issuer(), Err(HomeError::Malformed(..))));
    }
}
