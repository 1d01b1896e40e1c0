//! What wallets send.

use realdid_client::CHALLENGE_BYTES;
use realdid_crypto::{PublicKey, Signature};
use realdid_types::Did;
use serde::Deserialize;
use zeroize::Zeroizing;

use crate::{Authority, Code, Problem, Proof, person::Person};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct AskChallenge {
    pub(super) did: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct AskAttestation {
    pub(super) person: Claim,
    did: String,
    challenge: String,
    key: String,
    signature: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct AskStatus {
    did: String,
    challenge: String,
    key: String,
    signature: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct AskMine {
    pub(super) person: Claim,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct AskWithdrawal {
    pub(super) person: Claim,
    did: Option<String>,
    #[serde(default)]
    all: bool,
    #[serde(default)]
    pub(super) urgent: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Claim {
    name: Hidden,
    number: Hidden,
    code: Hidden,
}

/// Wiped from memory when dropped.
#[derive(Deserialize)]
#[serde(from = "String")]
struct Hidden(Zeroizing<String>);

impl From<String> for Hidden {
    fn from(text: String) -> Self {
        Self(Zeroizing::new(text))
    }
}

impl Claim {
    pub(super) fn read(&self) -> Result<Person, Problem> {
        Person::new(&self.name.0, &self.number.0, &self.code.0)
            .map_err(|error| Problem::new(Code::Malformed, error.to_string()))
    }
}

impl AskAttestation {
    pub(super) fn proof(&self, authority: &Authority) -> Result<Proof, Problem> {
        proof([&self.did, &self.challenge, &self.key, &self.signature], authority)
    }
}

impl AskStatus {
    pub(super) fn proof(&self, authority: &Authority) -> Result<Proof, Problem> {
        proof([&self.did, &self.challenge, &self.key, &self.signature], authority)
    }
}

impl AskWithdrawal {
    /// The DID; none for all of them.
    pub(super) fn which(&self, authority: &Authority) -> Result<Option<Did>, Problem> {
        match (&self.did, self.all, self.urgent) {
            (Some(text), false, _) => did(text, authority).map(Some),
            (None, true, false) => Ok(None),
            (None, true, true) => {
                let detail = "several DIDs of a person that leave the ledger within weeks can be linked, since few do: let all \
                              lapse, or name the one that is urgent";
                Err(Problem::new(Code::Malformed, detail))
            }
            _ => Err(Problem::new(Code::Malformed, "name one `did`, or say `\"all\": true`")),
        }
    }
}

pub(super) fn did(text: &str, authority: &Authority) -> Result<Did, Problem> {
    Did::from_text(text, &authority.genesis().network)
        .map_err(|error| Problem::new(Code::Malformed, error.to_string()))
}

fn proof(parts: [&str; 4], authority: &Authority) -> Result<Proof, Problem> {
    let [did_text, challenge, key, signature] = parts;
    Ok(Proof {
        did: did(did_text, authority)?,
        challenge: digits::<CHALLENGE_BYTES>("challenge", challenge)?,
        key: PublicKey::ed25519(digits::<32>("key", key)?),
        signature: Signature::ed25519(digits::<64>("signature", signature)?),
    })
}

/// Bytes of hexadecimal digits.
fn digits<const N: usize>(name: &str, text: &str) -> Result<[u8; N], Problem> {
    let malformed = || {
        let expected = N.saturating_mul(2);
        Problem::new(Code::Malformed, format!("`{name}` is not {expected} small hexadecimal digits"))
    };
    let is_digit = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    if text.len() != N.saturating_mul(2) || !text.bytes().all(is_digit) {
        return Err(malformed());
    }
    let mut bytes = [0; N];
    for (byte, pair) in bytes.iter_mut().zip(text.as_bytes().chunks_exact(2)) {
        let pair = std::str::from_utf8(pair).map_err(|_| malformed())?;
        *byte = u8::from_str_radix(pair, 16).map_err(|_| malformed())?;
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_are_read_strictly() {
        assert_eq!(digits::<2>("key", "01ff").unwrap(), [1, 255]);
        for bad in ["", "01f", "01fff", "01FF", "01fg", "+1ff", "0é1"] {
            assert_eq!(digits::<2>("key", bad).unwrap_err().code, Code::Malformed, "{bad}");
        }
    }
}
