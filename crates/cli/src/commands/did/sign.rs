//! `realdid did sign`: a signature under a file, in a file beside it.

use std::{
    fs::File,
    io::Read,
    path::{Path, PathBuf},
};

use anyhow::{Context, ensure};
use base64::{Engine, engine::general_purpose::STANDARD};
use realdid_client::sign_statement;
use realdid_crypto::{PublicKey, Signature};
use realdid_node::keys;
use realdid_types::Did;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::{
    commands::{Target, Trust, delivery::show_fields, key::secret, means::node},
    output::Format,
};

/// Files that are signed are read as a whole.
const FILE_BYTES_MAX: u64 = 256 * 1024 * 1024;
/// A signature's file.
const SIGNATURE_BYTES_MAX: u64 = 4 * 1024;

/// What is to be signed, and by whom.
#[derive(clap::Args)]
pub(crate) struct Sign {
    /// The file
    file: PathBuf,
    /// The DID that signs
    #[arg(long)]
    did: String,
    /// The file of one of its keys for statements (assertionMethod)
    #[arg(long, value_name = "FILE")]
    key: PathBuf,
    /// The signature's file [default: the file's name with .sig at its end]
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    #[command(flatten)]
    trust: Trust,
    #[command(flatten)]
    target: Target,
}

/// A signature under a file, as it is kept.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SignatureFile {
    /// Who signed.
    pub(super) did: String,
    /// In hexadecimal.
    key: String,
    /// In base64.
    signature: String,
}

pub(crate) async fn run(sign: &Sign, format: Format) -> anyhow::Result<()> {
    let mut node = node(&sign.target, &sign.trust).await?;
    let did = Did::from_text(&sign.did, &node.genesis().network)?;
    let key = secret(&sign.key)?;
    let record = super::change::present(&mut node, did).await?;
    let may = record.keys.iter().any(|held| held.key.key == key.public_key() && held.key.purposes.assertion);
    ensure!(
        may,
        "{} does not have the key in {} for statements: sign with one that has assertionMethod in `realdid did resolve`",
        sign.did,
        sign.key.display()
    );
    let content = read(&sign.file, FILE_BYTES_MAX)?;
    let signature = sign_statement(node.genesis().digest(), did, &content, &key);
    let kept = SignatureFile {
        did: sign.did.clone(),
        key: key.public_key().to_string(),
        signature: STANDARD.encode(signature.as_bytes()),
    };
    let out = sign.out.clone().unwrap_or_else(|| beside(&sign.file));
    write(&out, &kept)?;
    let fields = vec![("did", json!(kept.did)), ("key", json!(kept.key)), ("signature", json!(out))];
    show_fields(fields, format)
}

/// Where a file's signature is unless another place is named.
pub(super) fn beside(file: &Path) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(".sig");
    PathBuf::from(name)
}

/// A file's content.
///
/// # Errors
/// If it cannot be read or is too large.
pub(super) fn read_signed(file: &Path) -> anyhow::Result<Vec<u8>> {
    read(file, FILE_BYTES_MAX)
}

/// No more than that is read, also of what has no length, such as a device.
fn read(file: &Path, bytes_max: u64) -> anyhow::Result<Vec<u8>> {
    let named = || format!("{} cannot be read", file.display());
    let mut bytes = Vec::new();
    let opened = File::open(file).with_context(named)?;
    opened.take(bytes_max.saturating_add(1)).read_to_end(&mut bytes).with_context(named)?;
    ensure!(
        bytes.len() as u64 <= bytes_max,
        "{} has more than {bytes_max} bytes, which are read at most",
        file.display()
    );
    Ok(bytes)
}

fn write(path: &Path, kept: &SignatureFile) -> anyhow::Result<()> {
    use std::io::Write;
    let text = serde_json::to_string_pretty(kept)? + "\n";
    let file = File::create_new(path).and_then(|mut file| file.write_all(text.as_bytes()));
    file.with_context(|| format!("{} cannot be written", path.display()))
}

impl SignatureFile {
    /// Reads one.
    ///
    /// # Errors
    /// If it is none.
    pub(super) fn read(path: &Path) -> anyhow::Result<Self> {
        let bytes = read(path, SIGNATURE_BYTES_MAX)
            .context("`realdid did sign` writes a signature; --signature names its file")?;
        serde_json::from_slice(&bytes)
            .with_context(|| format!("{} is no signature of `realdid did sign`", path.display()))
    }

    /// The key and its signature.
    pub(super) fn parts(&self) -> anyhow::Result<(PublicKey, Signature)> {
        let bytes = STANDARD.decode(&self.signature).ok().and_then(|bytes| bytes.try_into().ok());
        let signature = bytes.map(Signature::ed25519).context("the signature is not 64 bytes in base64")?;
        let key = keys::public_key(&self.key).context("the signature's key is not 64 hexadecimal digits")?;
        Ok((key, signature))
    }
}
