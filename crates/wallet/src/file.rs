//! A wallet's file: encrypted under a password.
//!
//! | bytes | |
//! | --- | --- |
//! | 8 | `RDWALLET` |
//! | 4 × 4 | format 1; Argon2id's memory in KiB, passes and lanes; big-endian like all numbers here |
//! | 16 | salt |
//! | 24 | nonce |
//! | 8 | the length of what is encrypted, with its tag |
//! | | XChaCha20-Poly1305 of the wallet's bytes, under the key that Argon2id makes of the password, with everything before as associated data |
//! | 32 | BLAKE3 of everything before, in derive-key mode under `realdid/v1/wallet-file` |
//!
//! The digest at the end keeps no secret. It tells a damaged file from a wrong password, which the cipher cannot.

use argon2::{Algorithm, Argon2, Params, Version};
use chacha20poly1305::{
    KeyInit, XChaCha20Poly1305,
    aead::{Aead, Payload},
};
use realdid_crypto::{Context, digest};
use realdid_types::Wire;
use zeroize::Zeroizing;

use crate::Wallet;

const MAGIC: &[u8; 8] = b"RDWALLET";
const FORMAT: u32 = 1;
const HEADER_BYTES: usize = 8 + 16 + SALT_BYTES + NONCE_BYTES + 8;
const DIGEST_BYTES: usize = 32;
const SALT_BYTES: usize = 16;
const NONCE_BYTES: usize = 24;
/// What a wallet and its tag may take.
const SEALED_BYTES_MAX: u64 = (64 << 20) + 16;

/// What guessing one password costs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cost {
    /// Memory in KiB.
    pub memory: u32,
    /// Passes over it.
    pub passes: u32,
    /// Lanes.
    pub lanes: u32,
}

impl Default for Cost {
    /// 64 MiB and 3 passes in one lane, what RFC 9106 recommends where memory is short: a quarter of a second.
    fn default() -> Self {
        Self { memory: 64 * 1_024, passes: 3, lanes: 1 }
    }
}

impl Cost {
    /// What a file from elsewhere may ask for: a gibibyte, and about a minute.
    const MAX: Self = Self { memory: 1 << 20, passes: 64, lanes: 16 };

    const fn is_bearable(self) -> bool {
        self.memory <= Self::MAX.memory && self.passes <= Self::MAX.passes && self.lanes <= Self::MAX.lanes
    }
}

/// Why a file cannot be opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FileError {
    /// Something else.
    #[error("it is no wallet: name the file that `realdid wallet create` or `export` wrote")]
    NoWallet,
    /// Of a later version.
    #[error("it is of format {0}, which this program does not know: use a newer one")]
    Format(u32),
    /// The end is missing.
    #[error(
        "it is cut off, perhaps since the disk was full: use the copy before it, or recover from the code"
    )]
    Truncated,
    /// Some of it is not what was written.
    #[error(
        "it is damaged, and the password has nothing to do with it: use the copy before it, or recover from the code"
    )]
    Damaged,
    /// Not the password.
    #[error("the password is wrong: try again; whoever has forgotten it recovers from the code")]
    Password,
    /// It asks for more than it should.
    #[error(
        "its password check takes more memory or time than any wallet's should: do not trust where it came from"
    )]
    Cost,
    /// The password opens it, and there is no wallet in it.
    #[error(
        "what is in it cannot be read, though the password is right: use a newer program, or recover from the code"
    )]
    Content,
}

/// The key that a password made, so that it need not be made again for every change.
#[derive(Clone)]
pub struct Lock {
    cost: Cost,
    salt: [u8; SALT_BYTES],
    key: Zeroizing<[u8; 32]>,
}

impl std::fmt::Debug for Lock {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Lock(hidden)")
    }
}

impl Lock {
    /// Makes the key of a password; `salt` must be random.
    ///
    /// # Errors
    /// [`FileError::Cost`] if it costs too much, or too little to be possible.
    pub fn new(password: &str, salt: [u8; SALT_BYTES], cost: Cost) -> Result<Self, FileError> {
        let params = cost.is_bearable().then(|| Params::new(cost.memory, cost.passes, cost.lanes, Some(32)));
        let params = params.and_then(Result::ok).ok_or(FileError::Cost)?;
        let mut key = Zeroizing::new([0; 32]);
        let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
        argon2.hash_password_into(password.as_bytes(), &salt, &mut key[..]).map_err(|_| FileError::Cost)?;
        Ok(Self { cost, salt, key })
    }

    /// The bytes of a wallet's file; `nonce` must be random, and another each time.
    ///
    /// # Errors
    /// [`FileError::Content`] if the wallet is too large.
    pub fn seal(&self, wallet: &Wallet, nonce: [u8; NONCE_BYTES]) -> Result<Vec<u8>, FileError> {
        let plain = Zeroizing::new(wallet.encode());
        let length = (plain.len() as u64).saturating_add(16);
        if length > SEALED_BYTES_MAX {
            return Err(FileError::Content);
        }
        let mut file = Vec::from(&MAGIC[..]);
        let Cost { memory, passes, lanes } = self.cost;
        for number in [FORMAT, memory, passes, lanes] {
            file.extend(number.to_be_bytes());
        }
        file.extend(self.salt);
        file.extend(nonce);
        file.extend(length.to_be_bytes());
        let payload = Payload { msg: &plain, aad: &file };
        let sealed = self.cipher().encrypt((&nonce).into(), payload).map_err(|_| FileError::Content)?;
        file.extend(sealed);
        file.extend(digest(Context::WalletFile, &file).as_bytes());
        Ok(file)
    }

    fn cipher(&self) -> XChaCha20Poly1305 {
        XChaCha20Poly1305::new((&*self.key).into())
    }
}

/// A file whose form is right and which is whole. Nothing is known of its author.
struct Parts<'a> {
    cost: Cost,
    salt: [u8; SALT_BYTES],
    nonce: [u8; NONCE_BYTES],
    header: &'a [u8],
    sealed: &'a [u8],
}

/// Opens a wallet's file, and gives what saves it again.
///
/// # Errors
/// [`FileError`]. What has the right form, is whole and has bearable costs is tried; only that takes time.
pub fn open(file: &[u8], password: &str) -> Result<(Wallet, Lock), FileError> {
    let parts = parts(file)?;
    let lock = Lock::new(password, parts.salt, parts.cost)?;
    let payload = Payload { msg: parts.sealed, aad: parts.header };
    let plain = lock.cipher().decrypt((&parts.nonce).into(), payload).map_err(|_| FileError::Password)?;
    let wallet = Wallet::decode(&Zeroizing::new(plain)).map_err(|_| FileError::Content)?;
    Ok((wallet, lock))
}

/// Whether a file is a whole wallet, as far as that can be told without the password.
///
/// # Errors
/// Every [`FileError`] but those about the password and what it opens.
pub fn check(file: &[u8]) -> Result<(), FileError> {
    parts(file).map(|_| ())
}

fn parts(file: &[u8]) -> Result<Parts<'_>, FileError> {
    let begins = file.iter().zip(MAGIC).all(|(found, wanted)| found == wanted);
    if !begins {
        return Err(FileError::NoWallet);
    }
    let (header, rest) = file.split_at_checked(HEADER_BYTES).ok_or(FileError::Truncated)?;
    let mut fields = header.get(MAGIC.len()..).unwrap_or_default();
    let [format, memory, passes, lanes] = [0; 4].map(|_: u8| take(&mut fields).map_or(0, u32::from_be_bytes));
    let salt = take(&mut fields).ok_or(FileError::Truncated)?;
    let nonce = take(&mut fields).ok_or(FileError::Truncated)?;
    let length = take(&mut fields).map_or(0, u64::from_be_bytes);
    if length > SEALED_BYTES_MAX {
        return Err(FileError::Damaged);
    }
    let length = usize::try_from(length).map_err(|_| FileError::Damaged)?;
    let (sealed, end) = rest.split_at_checked(length).ok_or(FileError::Truncated)?;
    if end.len() < DIGEST_BYTES {
        return Err(FileError::Truncated);
    }
    let whole = file.len().saturating_sub(end.len());
    let expected = digest(Context::WalletFile, file.get(..whole).unwrap_or_default());
    if end != expected.as_bytes() {
        return Err(FileError::Damaged);
    }
    if format != FORMAT {
        return Err(FileError::Format(format));
    }
    let cost = Cost { memory, passes, lanes };
    if cost.is_bearable() { Ok(Parts { cost, salt, nonce, header, sealed }) } else { Err(FileError::Cost) }
}

/// The next bytes.
fn take<const N: usize>(bytes: &mut &[u8]) -> Option<[u8; N]> {
    let (first, rest) = bytes.split_first_chunk::<N>()?;
    *bytes = rest;
    Some(*first)
}
