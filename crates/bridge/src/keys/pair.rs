//! One key: made, read, and put to use.
//!
//! `ring` signs, in constant time; it makes no RSA keys, so the crate `rsa` does that and nothing else. What
//! RUSTSEC-2023-0071 says of that crate is about the time that its private-key operations take, and none is used here.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use ring::{
    digest,
    rand::SystemRandom,
    rsa::PublicKeyComponents,
    signature::{
        ECDSA_P256_SHA256_FIXED, ECDSA_P256_SHA256_FIXED_SIGNING, ED25519, EcdsaKeyPair, Ed25519KeyPair,
        KeyPair, RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_SHA256, RsaKeyPair, UnparsedPublicKey,
        VerificationAlgorithm,
    },
};
use rsa::{PrivateKey, pkcs8::EncodePrivateKey};
use serde_json::{Value, json};

use super::Algorithm;
use crate::randomness::Entropy;

/// 112 bits of security until 2030 (NIST SP 800-57), and a key lives for a month.
const RSA_BITS: usize = 2_048;

/// Bytes that are no key of the algorithm.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no private key of this algorithm in PKCS #8")]
pub(crate) struct NoKey;

/// A key pair.
pub(crate) struct Pair {
    secret: Secret,
    kid: String,
}

enum Secret {
    Rsa(Box<RsaKeyPair>),
    P256(EcdsaKeyPair),
    Ed25519(Ed25519KeyPair),
}

/// A new key in PKCS #8.
///
/// # Errors
/// If no randomness is to be had.
pub(crate) fn generate(algorithm: Algorithm) -> Result<Vec<u8>, NoKey> {
    let random = SystemRandom::new();
    let document = match algorithm {
        Algorithm::Rs256 => {
            let key = PrivateKey::new(&mut Entropy, RSA_BITS).map_err(|_| NoKey)?;
            return Ok(key.to_pkcs8_der().map_err(|_| NoKey)?.as_bytes().to_vec());
        }
        Algorithm::Es256 => EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random),
        Algorithm::EdDsa => Ed25519KeyPair::generate_pkcs8(&random),
    };
    Ok(document.map_err(|_| NoKey)?.as_ref().to_vec())
}

impl Pair {
    /// Reads a key in PKCS #8.
    ///
    /// # Errors
    /// If it is none of the algorithm.
    pub(crate) fn read(algorithm: Algorithm, pkcs8: &[u8]) -> Result<Self, NoKey> {
        let secret = match algorithm {
            Algorithm::Rs256 => RsaKeyPair::from_pkcs8(pkcs8).map(|key| Secret::Rsa(Box::new(key))),
            Algorithm::Es256 => {
                EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, pkcs8, &SystemRandom::new())
                    .map(Secret::P256)
            }
            Algorithm::EdDsa => Ed25519KeyPair::from_pkcs8(pkcs8).map(Secret::Ed25519),
        };
        let secret = secret.map_err(|_| NoKey)?;
        let kid = thumbprint(&secret.public());
        Ok(Self { secret, kid })
    }

    /// Its name: the thumbprint of its public half (RFC 7638).
    pub(crate) fn kid(&self) -> &str {
        &self.kid
    }

    /// How it signs.
    pub(crate) const fn algorithm(&self) -> Algorithm {
        match self.secret {
            Secret::Rsa(_) => Algorithm::Rs256,
            Secret::P256(_) => Algorithm::Es256,
            Secret::Ed25519(_) => Algorithm::EdDsa,
        }
    }

    /// Its public half as a JSON Web Key.
    pub(crate) fn jwk(&self) -> Value {
        let mut jwk = self.secret.public();
        if let Value::Object(members) = &mut jwk {
            let more = [("use", "sig"), ("alg", self.algorithm().name()), ("kid", &self.kid)];
            members.extend(more.map(|(name, value)| (name.to_owned(), json!(value))));
        }
        jwk
    }

    /// A JSON Web Token with these claims.
    ///
    /// # Errors
    /// If no randomness is to be had.
    pub(crate) fn token(&self, claims: &Value) -> Result<String, NoKey> {
        let header = json!({ "alg": self.algorithm().name(), "typ": "JWT", "kid": self.kid });
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let message = format!("{}.{}", part(&header), part(claims));
        let signature = self.secret.sign(message.as_bytes())?;
        Ok(format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature)))
    }

    /// Whether it made a signature.
    pub(crate) fn made(&self, message: &[u8], signature: &[u8]) -> bool {
        self.secret.verifying().verify(message, signature).is_ok()
    }
}

impl Secret {
    /// The members that RFC 7638 wants, in its order.
    fn public(&self) -> Value {
        let text = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
        match self {
            Self::Rsa(key) => {
                let PublicKeyComponents { n, e } = PublicKeyComponents::<Vec<u8>>::from(key.public());
                json!({ "e": text(&e), "kty": "RSA", "n": text(&n) })
            }
            Self::P256(key) => {
                // a byte that says "uncompressed", and two coordinates
                let point = key.public_key().as_ref().split_at_checked(1).unwrap_or_default().1;
                let (x, y) = point.split_at_checked(32).unwrap_or_default();
                json!({ "crv": "P-256", "kty": "EC", "x": text(x), "y": text(y) })
            }
            Self::Ed25519(key) => {
                json!({ "crv": "Ed25519", "kty": "OKP", "x": text(key.public_key().as_ref()) })
            }
        }
    }

    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, NoKey> {
        let random = SystemRandom::new();
        match self {
            Self::Rsa(key) => {
                let mut signature = vec![0; key.public().modulus_len()];
                key.sign(&RSA_PKCS1_SHA256, &random, message, &mut signature).map_err(|_| NoKey)?;
                Ok(signature)
            }
            Self::P256(key) => Ok(key.sign(&random, message).map_err(|_| NoKey)?.as_ref().to_vec()),
            Self::Ed25519(key) => Ok(key.sign(message).as_ref().to_vec()),
        }
    }

    fn verifying(&self) -> UnparsedPublicKey<&[u8]> {
        let (algorithm, public): (&'static dyn VerificationAlgorithm, &[u8]) = match self {
            Self::Rsa(key) => (&RSA_PKCS1_2048_8192_SHA256, key.public_key().as_ref()),
            Self::P256(key) => (&ECDSA_P256_SHA256_FIXED, key.public_key().as_ref()),
            Self::Ed25519(key) => (&ED25519, key.public_key().as_ref()),
        };
        UnparsedPublicKey::new(algorithm, public)
    }
}

/// The members stand in alphabetic order and are written without spaces, as RFC 7638 wants it.
fn thumbprint(public: &Value) -> String {
    URL_SAFE_NO_PAD.encode(digest::digest(&digest::SHA256, public.to_string().as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 8037, appendix A.3.
    #[test]
    fn a_key_is_named_by_its_thumbprint() {
        let public =
            json!({ "crv": "Ed25519", "kty": "OKP", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo" });
        assert_eq!(thumbprint(&public), "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k");
    }

    #[test]
    fn each_algorithm_signs_what_its_public_half_verifies_and_nothing_else() {
        for algorithm in Algorithm::ALL {
            let pair = Pair::read(algorithm, &generate(algorithm).unwrap()).unwrap();
            let token = pair.token(&json!({ "sub": "ab" })).unwrap();
            let (message, signature) = token.rsplit_once('.').unwrap();
            let signature = URL_SAFE_NO_PAD.decode(signature).unwrap();
            assert!(pair.made(message.as_bytes(), &signature), "{algorithm:?}");
            assert!(!pair.made(b"another", &signature), "{algorithm:?}");
            assert_eq!((&pair.jwk()["kid"], &pair.jwk()["use"]), (&json!(pair.kid()), &json!("sig")));
            assert!(pair.jwk().get("d").is_none());
        }
    }

    #[test]
    fn a_key_of_another_algorithm_is_none() {
        let pkcs8 = generate(Algorithm::EdDsa).unwrap();
        for algorithm in [Algorithm::Rs256, Algorithm::Es256] {
            assert!(Pair::read(algorithm, &pkcs8).is_err());
        }
        assert!(Pair::read(Algorithm::EdDsa, b"").is_err());
    }
}
