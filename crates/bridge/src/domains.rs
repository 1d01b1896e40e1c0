//! What this bridge's origin shows to be linked to its sites' DIDs: the credentials that their owners handed over.

use std::{fs, path::PathBuf};

use serde::Deserialize;
use serde_json::{Value, json};

/// Whoever checks looks at no more links.
const LINKS_MAX: usize = 64;
/// Of a file with some dozens of credentials.
const FILE_BYTES_MAX: u64 = 256 * 1024;

/// The folder with a DID configuration for each site.
#[derive(Clone, Debug)]
pub(crate) struct Domains(pub(crate) PathBuf);

#[derive(Deserialize)]
struct Configuration {
    linked_dids: Vec<Value>,
}

impl Domains {
    /// The DID configuration of them all. A file that is none is passed over, and the log says so.
    pub(crate) fn configuration(&self) -> Value {
        let mut files: Vec<PathBuf> =
            fs::read_dir(&self.0).into_iter().flatten().flatten().map(|entry| entry.path()).collect();
        files.sort();
        let links: Vec<Value> = files.iter().flat_map(links).take(LINKS_MAX).collect();
        json!({
            "@context": "https://identity.foundation/.well-known/did-configuration/v1",
            "linked_dids": links,
        })
    }
}

fn links(file: &PathBuf) -> Vec<Value> {
    let is_small = fs::metadata(file).is_ok_and(|metadata| metadata.len() <= FILE_BYTES_MAX);
    let text = if is_small { fs::read(file).unwrap_or_default() } else { Vec::new() };
    match serde_json::from_slice::<Configuration>(&text) {
        Ok(configuration) => configuration.linked_dids,
        Err(error) => {
            tracing::warn!(file = %file.display(), %error, "no DID configuration: passed over");
            Vec::new()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_credentials_of_all_sites_are_shown_and_what_is_none_is_passed_over() {
        let dir = tempfile::tempdir().unwrap();
        let domains = Domains(dir.path().to_owned());
        assert_eq!(domains.configuration()["linked_dids"], json!([]));
        fs::write(dir.path().join("a.json"), r#"{"linked_dids": ["one"]}"#).unwrap();
        fs::write(dir.path().join("b.json"), "<html>").unwrap();
        fs::write(dir.path().join("c.json"), r#"{"linked_dids": ["two", "three"]}"#).unwrap();
        assert_eq!(domains.configuration()["linked_dids"], json!(["one", "two", "three"]));
        let crowd = json!({ "linked_dids": vec!["x"; LINKS_MAX] });
        fs::write(dir.path().join("d.json"), crowd.to_string()).unwrap();
        assert_eq!(domains.configuration()["linked_dids"].as_array().unwrap().len(), LINKS_MAX);
    }
}
