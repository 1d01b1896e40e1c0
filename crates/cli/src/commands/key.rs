//! Keys on the command line: by the file of their secret half, or by the digits of their public half.

use std::path::Path;

use anyhow::{Context, bail, ensure};
use realdid_crypto::{PublicKey, SecretKey};
use realdid_node::keys::{self, KeyError, load, random_seed, store};

/// So many hexadecimal digits in a word are more likely a key's than a file's name.
const DIGITS_LIKE: usize = 32;

/// A key that is named.
#[derive(Debug)]
pub(crate) enum Key {
    /// Its file is here: it can sign.
    Held(SecretKey),
    /// Only its public half is known here: it signs elsewhere.
    Known(PublicKey),
}

impl Key {
    /// The key of 64 hexadecimal digits, or of a file.
    ///
    /// # Errors
    /// If there is no such file, or it is open to others or holds no key.
    pub(crate) fn named(text: &str) -> anyhow::Result<Self> {
        if let Some(key) = keys::public_key(text) {
            return Ok(Self::Known(key));
        }
        check_digits(text)?;
        secret(Path::new(text)).map(Self::Held)
    }

    /// As [`Self::named`], but a file that is missing is made, with a new key in it.
    pub(crate) fn named_or_new(text: &str) -> anyhow::Result<Self> {
        if let Some(key) = keys::public_key(text) {
            return Ok(Self::Known(key));
        }
        check_digits(text)?;
        key_at(Path::new(text)).map(Self::Held)
    }

    /// Its public half.
    pub(crate) fn public(&self) -> PublicKey {
        match self {
            Self::Held(key) => key.public_key(),
            Self::Known(key) => *key,
        }
    }
}

/// Digits with a slip in them are not to be taken for the name of a file that is to be made.
///
/// # Errors
/// If it may be meant as a key's digits, and no such file is there.
fn check_digits(text: &str) -> anyhow::Result<()> {
    let digits = text.chars().filter(char::is_ascii_hexdigit).count();
    let is_like_digits = digits >= DIGITS_LIKE && !text.contains(['/', '.']);
    ensure!(
        !is_like_digits || Path::new(text).exists(),
        "{text} names no key: as the digits of a public key it should be 64 hexadecimal ones, and it is {} characters with \
         {digits} such digits; as a file it is not there (if a file is to be made of that name, write ./{text})",
        text.chars().count()
    );
    Ok(())
}

/// The key in a file.
///
/// # Errors
/// If there is no such file, or it is open to others or holds no key.
pub(crate) fn secret(path: &Path) -> anyhow::Result<SecretKey> {
    Ok(SecretKey::ed25519(&*load(path).map_err(in_words)?))
}

/// The key in a file, or a new one that is stored there first.
pub(crate) fn key_at(path: &Path) -> anyhow::Result<SecretKey> {
    let seed = match load(path) {
        Err(KeyError::Missing(_)) => {
            let seed = random_seed();
            store(path, &seed)?;
            seed
        }
        loaded => loaded?,
    };
    Ok(SecretKey::ed25519(&seed))
}

/// The secret halves of all of them.
///
/// # Errors
/// Names one whose file is not given.
pub(crate) fn held<'a>(keys: &[&'a Key]) -> anyhow::Result<Vec<&'a SecretKey>> {
    let secret = |key: &&'a Key| match *key {
        Key::Held(secret) => Ok(secret),
        Key::Known(public) => Err(anyhow::anyhow!(
            "the key {public} must sign and is named by its digits alone: name its file, or write the transaction with \
             --unsigned-out FILE and sign it with `realdid tx sign` where its file is"
        )),
    };
    keys.iter().map(secret).collect()
}

/// A missing file is not a node's key here.
fn in_words(error: KeyError) -> anyhow::Error {
    match error {
        KeyError::Missing(path) => anyhow::anyhow!(
            "{} is missing: name the file that a key is in, or make one with `realdid keys generate`",
            path.display()
        ),
        other => other.into(),
    }
}

/// A question that only `yes` on a terminal, or the option `--yes`, answers.
///
/// # Errors
/// If the answer is another.
pub(crate) fn confirm(question: &str, yes: bool) -> anyhow::Result<()> {
    use std::io::{BufRead, IsTerminal, Write};
    if yes {
        return Ok(());
    }
    let input = std::io::stdin();
    if !input.is_terminal() {
        bail!("{question} Nothing was done: nobody is at a terminal to answer; repeat this with --yes");
    }
    eprint!("{question} [y/N] ");
    std::io::stderr().flush().context("the question cannot be shown")?;
    let mut answer = String::new();
    input.lock().read_line(&mut answer).context("the answer cannot be read")?;
    if ["y", "yes"].contains(&answer.trim().to_lowercase().as_str()) {
        return Ok(());
    }
    bail!("nothing was done: the answer was no")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_with_a_slip_are_told_in_both_readings_and_make_no_file() {
        let key = SecretKey::ed25519(&[1; 32]).public_key().to_string();
        assert!(matches!(Key::named_or_new(&key), Ok(Key::Known(_))));
        for slip in [&key[..63], &format!("{key}0"), &key.replace('a', "o"), &key[..32]] {
            for read in [Key::named(slip), Key::named_or_new(slip)] {
                let error = read.expect_err("it is no key").to_string();
                assert!(error.contains("64 hexadecimal") && error.contains("as a file"), "{error}");
            }
            assert!(!Path::new(slip).exists(), "{slip}");
        }
    }
}
