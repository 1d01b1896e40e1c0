//! The certificates that somebody wants trusted in place of those that the machine trusts.

use reqwest::Certificate;

/// Why they cannot be.
#[derive(Debug, thiserror::Error)]
pub enum RootsError {
    /// There is none: the file is another one, or empty.
    #[error("no certificate in PEM: one begins with -----BEGIN CERTIFICATE-----")]
    None,
    /// One is damaged, or none that this machine can use.
    #[error("no certificate in PEM that can be used: {0}")]
    Unusable(#[source] reqwest::Error),
}

/// All certificates of a file in PEM; at least one.
///
/// # Errors
/// [`RootsError`].
pub fn roots(pem: &[u8]) -> Result<Vec<Certificate>, RootsError> {
    let roots = Certificate::from_pem_bundle(pem).map_err(RootsError::Unusable)?;
    if roots.is_empty() { Err(RootsError::None) } else { Ok(roots) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_without_a_certificate_is_named_as_such() {
        for none in ["", "no PEM", "-----BEGIN PUBLIC KEY-----\nMCow\n-----END PUBLIC KEY-----\n"] {
            assert!(matches!(roots(none.as_bytes()), Err(RootsError::None)), "{none}");
        }
        let damaged = b"-----BEGIN CERTIFICATE-----\n!\n-----END CERTIFICATE-----\n";
        assert!(matches!(roots(damaged), Err(RootsError::Unusable(_))));
    }
}
