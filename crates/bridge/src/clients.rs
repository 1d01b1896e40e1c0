//! What differs from site to site: a secret, and how ID tokens are signed.

use std::{fs, io, path::PathBuf};

use base64::{Engine, engine::general_purpose::STANDARD};
use ring::digest;
use serde::{Deserialize, Serialize};

use crate::{Algorithm, HomeError, private, store::Secret};

/// The folder with a file for each site for which something was set. A site without one has no secret, and RS256.
#[derive(Clone, Debug)]
pub struct Clients(pub(crate) PathBuf);

/// What was set for a site.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Client {
    /// How its ID tokens are signed.
    #[serde(default)]
    pub algorithm: Algorithm,
    /// SHA-256 of its secret in base64; none if it needs to show none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    secret: Option<String>,
}

impl Client {
    /// Whether it must show a secret.
    #[must_use]
    pub const fn has_secret(&self) -> bool {
        self.secret.is_some()
    }

    /// SHA-256 of its secret. A digest that cannot be read fits nothing.
    pub(crate) fn secret(&self) -> Option<Vec<u8>> {
        self.secret.as_ref().map(|secret| STANDARD.decode(secret).unwrap_or_default())
    }
}

impl Clients {
    /// What was set for a site.
    ///
    /// # Errors
    /// If its file cannot be read.
    pub fn get(&self, client: &str) -> Result<Client, HomeError> {
        let path = self.path(client);
        match fs::read(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Client::default()),
            Err(error) => Err(HomeError::File(path, error)),
            Ok(text) => {
                serde_json::from_slice(&text).map_err(|error| HomeError::Malformed(path, error.to_string()))
            }
        }
    }

    /// Gives a site a new secret, which is shown this once and not kept; one that it had counts no more.
    ///
    /// # Errors
    /// If its file cannot be written.
    pub fn make_secret(&self, client: &str) -> Result<String, HomeError> {
        let secret = Secret::draw().text();
        let hashed = digest::digest(&digest::SHA256, secret.as_bytes());
        self.put(client, &Client { secret: Some(STANDARD.encode(hashed)), ..self.get(client)? })?;
        Ok(secret)
    }

    /// Lets a site exchange codes without a secret.
    ///
    /// # Errors
    /// If its file cannot be written.
    pub fn drop_secret(&self, client: &str) -> Result<(), HomeError> {
        self.put(client, &Client { secret: None, ..self.get(client)? })
    }

    /// Says how a site's ID tokens are signed.
    ///
    /// # Errors
    /// If its file cannot be written.
    pub fn set_algorithm(&self, client: &str, algorithm: Algorithm) -> Result<(), HomeError> {
        self.put(client, &Client { algorithm, ..self.get(client)? })
    }

    fn put(&self, client: &str, settings: &Client) -> Result<(), HomeError> {
        let path = self.path(client);
        let text = serde_json::to_vec_pretty(settings)
            .map_err(|error| HomeError::Malformed(path.clone(), error.to_string()))?;
        private::write(&path, &text).map_err(|error| HomeError::File(path, error))
    }

    /// Callers have read the DID, so it has no slashes and no dots.
    fn path(&self, client: &str) -> PathBuf {
        self.0.join(format!("{client}.json"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DID: &str = "did:realdid:test:7EWd";

    #[test]
    fn a_secret_is_shown_once_and_kept_as_a_digest() {
        let dir = tempfile::tempdir().unwrap();
        let clients = Clients(dir.path().to_owned());
        assert_eq!(clients.get(DID).unwrap(), Client::default());
        clients.set_algorithm(DID, Algorithm::EdDsa).unwrap();
        let secret = clients.make_secret(DID).unwrap();
        let client = clients.get(DID).unwrap();
        let hashed = digest::digest(&digest::SHA256, secret.as_bytes());
        assert_eq!((client.algorithm, client.secret().as_deref()), (Algorithm::EdDsa, Some(hashed.as_ref())));
        let file = fs::read_to_string(dir.path().join(format!("{DID}.json"))).unwrap();
        assert!(!file.contains(&secret));
        assert_ne!(clients.make_secret(DID).unwrap(), secret);
        clients.drop_secret(DID).unwrap();
        assert!(!clients.get(DID).unwrap().has_secret());
    }

    #[test]
    fn a_damaged_file_is_an_error_and_not_a_client_without_a_secret() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join(format!("{DID}.json")), "{").unwrap();
        let clients = Clients(dir.path().to_owned());
        assert!(matches!(clients.get(DID), Err(HomeError::Malformed(..))));
        fs::write(dir.path().join(format!("{DID}.json")), r#"{"secret": "!"}"#).unwrap();
        assert_eq!(clients.get(DID).unwrap().secret(), Some(Vec::new()));
    }
}
