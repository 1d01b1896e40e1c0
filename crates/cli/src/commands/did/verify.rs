//! `realdid did verify`: whether signatures count.

use std::path::PathBuf;

use anyhow::{Context, ensure};
use realdid_client::{CheckedNode, Shown, Standing, verify_statement};
use realdid_crypto::{Digest, Ed25519Verifier, PublicKey, verify_one};
use realdid_identity::commitment;
use realdid_node::hex;
use realdid_types::{Did, Operation, Sender, SignedTransaction, Timestamp, TransactionId};
use serde_json::{Value, json};

use super::{
    resolve::before,
    sign::{SignatureFile, beside, read_signed},
};
use crate::{
    commands::{Target, Trust, means::node, time},
    exit,
    output::{Format, print, row},
};

/// What was signed.
#[derive(clap::Args)]
pub(crate) struct Verify {
    /// A file with a signature of `realdid did sign`
    #[arg(required_unless_present = "transaction", conflicts_with = "transaction")]
    file: Option<PathBuf>,
    /// The signature's file [default: the file's name with .sig at its end]
    #[arg(long, value_name = "FILE", requires = "file")]
    signature: Option<PathBuf>,
    /// When the file's signature was there, if you know: that is taken at your word
    #[arg(long, value_name = "TIME", requires = "file", value_parser = time::parse)]
    at: Option<Timestamp>,
    /// A transaction of a DID: 64 hexadecimal digits
    #[arg(long, value_name = "ID")]
    transaction: Option<String>,
    #[command(flatten)]
    trust: Trust,
    #[command(flatten)]
    target: Target,
}

/// What is to be said of one signature.
struct Verdict {
    key: PublicKey,
    counts: bool,
    why: String,
}

/// What is to be said of all.
struct Report {
    did: String,
    time: Timestamp,
    /// How that time is known.
    shown_by: String,
    verdicts: Vec<Verdict>,
}

pub(crate) async fn run(verify: &Verify, format: Format) -> anyhow::Result<()> {
    let mut node = node(&verify.target, &verify.trust).await?;
    let report = match (&verify.transaction, &verify.file) {
        (Some(id), _) => of_transaction(&mut node, id).await?,
        (None, Some(file)) => {
            let kept = SignatureFile::read(&verify.signature.clone().unwrap_or_else(|| beside(file)))?;
            of_file(&mut node, &read_signed(file)?, &kept, verify.at).await?
        }
        (None, None) => anyhow::bail!("name a file, or a transaction with --transaction"),
    };
    report.show(format)
}

async fn of_file(
    node: &mut CheckedNode,
    content: &[u8],
    kept: &SignatureFile,
    at: Option<Timestamp>,
) -> anyhow::Result<Report> {
    let did = Did::from_text(&kept.did, &node.genesis().network)?;
    let (key, signature) = kept.parts()?;
    let (verifier, genesis) = (Ed25519Verifier::default(), node.genesis().digest());
    let (standing, header) = node.standing(did, &key, |header| at.unwrap_or(header.time)).await?;
    let time = at.unwrap_or(header.time);
    ensure!(
        time <= header.time,
        "--at {} is later than the newest block, of {}: nothing is known of that time yet",
        time::text(time),
        time::text(header.time)
    );
    let shown_by = match at {
        Some(_) => "your word for it".to_owned(),
        None => format!("block {}, the newest: the signature is there now", header.height),
    };
    let verdict = if verify_statement(genesis, did, content, (&key, &signature), &verifier) {
        match standing {
            Standing::Counts(purposes) if !purposes.assertion => Verdict {
                key,
                counts: false,
                why: "the key is not for statements (assertionMethod)".to_owned(),
            },
            standing => Verdict { key, counts: standing.counts(), why: words(standing) },
        }
    } else {
        Verdict { key, counts: false, why: "this is no signature of that key under this file".to_owned() }
    };
    Ok(Report { did: kept.did.clone(), time, shown_by, verdicts: vec![verdict] })
}

async fn of_transaction(node: &mut CheckedNode, id: &str) -> anyhow::Result<Report> {
    let digest = hex::decode(id)
        .with_context(|| format!("{id:?} names no transaction: 64 hexadecimal digits are expected"))?;
    let shown = node.transaction(TransactionId(Digest::from_bytes(digest))).await?;
    let Shown { signed, header } = shown.with_context(|| {
        format!("transaction {id} is in no final block: `realdid tx show {id}` says how it stands")
    })?;
    let Sender::Did(did) = signed.transaction.sender else {
        anyhow::bail!(
            "transaction {id} is a member's, not a DID's: `realdid tx show {id}` says what became of it"
        );
    };
    let mut verdicts = Vec::new();
    for by in &signed.signatures {
        let message = signed.id().0;
        let verdict = if verify_one(&Ed25519Verifier::default(), &by.key, message.as_bytes(), &by.signature) {
            let (standing, _) = node.standing(did, &by.key, |_| header.time).await?;
            of_signer(node, did, &signed, by.key, standing).await?
        } else {
            Verdict { key: by.key, counts: false, why: "the signature does not hold".to_owned() }
        };
        verdicts.push(verdict);
    }
    let did = did.to_text(&node.genesis().network);
    let shown_by = format!("block {}, which holds the transaction", header.height);
    Ok(Report { did, time: header.time, shown_by, verdicts })
}

/// What a signature under a transaction is worth: keys that it takes out itself signed before that.
async fn of_signer(
    node: &mut CheckedNode,
    did: Did,
    signed: &SignedTransaction,
    key: PublicKey,
    standing: Standing,
) -> anyhow::Result<Verdict> {
    let (replaces, takes_recovery) = match &signed.transaction.operation {
        Operation::UpdateDid(update) => (update.remove.contains(&key), false),
        Operation::RecoverDid(_) | Operation::DeactivateDid(_) => (false, true),
        _ => (false, false),
    };
    Ok(match standing {
        Standing::Replaced(until) if replaces => {
            let why = format!("it counted until this transaction replaced it, in block {}", until.height);
            Verdict { key, counts: true, why }
        }
        Standing::Unknown if takes_recovery => match version_recovered_by(node, did, &key).await? {
            Some(version) => {
                let why =
                    format!("it was the recovery key up to version {version}, which nobody had seen before");
                Verdict { key, counts: true, why }
            }
            None => Verdict { key, counts: false, why: words(standing) },
        },
        standing => Verdict { key, counts: standing.counts(), why: words(standing) },
    })
}

/// The newest version whose recovery key this was.
async fn version_recovered_by(
    node: &mut CheckedNode,
    did: Did,
    key: &PublicKey,
) -> anyhow::Result<Option<u64>> {
    let mut record = node.record(did).await?.record;
    while let Some(version) = record {
        if version.recovery == commitment(key) {
            return Ok(Some(version.version));
        }
        record = if version.version > 1 { Some(before(node, did, &version).await?) } else { None };
    }
    Ok(None)
}

fn words(standing: Standing) -> String {
    match standing {
        Standing::Counts(_) => "the DID had the key, and nobody doubted it".to_owned(),
        Standing::NotYet(since) => {
            format!("the key came only in block {}, at {}", since.height, time::text(since.time))
        }
        Standing::Replaced(until) => {
            format!(
                "the key had been replaced by then: in block {}, at {}",
                until.height,
                time::text(until.time)
            )
        }
        Standing::Compromised(since) => {
            format!("the key is declared compromised since {}", time::text(since))
        }
        Standing::Unknown => "the DID never had this key".to_owned(),
    }
}

impl Report {
    fn show(&self, format: Format) -> anyhow::Result<()> {
        let all = self.verdicts.iter().all(|verdict| verdict.counts);
        let view = |verdict: &Verdict| json!({ "key": verdict.key.to_string(), "counts": verdict.counts, "why": verdict.why });
        let result = json!({
            "did": self.did, "time": time::text(self.time), "shown_by": self.shown_by, "counts": all,
            "signatures": self.verdicts.iter().map(view).collect::<Vec<Value>>(),
        });
        print(format, &result, |_| {
            let mut rows = vec![
                row(["did", &self.did]),
                row(["there at", &time::text(self.time)]),
                row(["by", &self.shown_by]),
            ];
            for verdict in &self.verdicts {
                let counts = if verdict.counts { "counts" } else { "does not count" };
                rows.push(row(["key", &verdict.key.to_string()]));
                rows.push(row(["", &format!("{counts}: {}", verdict.why)]));
            }
            rows
        })?;
        let bad: Vec<&Verdict> = self.verdicts.iter().filter(|verdict| !verdict.counts).collect();
        match bad[..] {
            [] => Ok(()),
            [first, ..] => Err(exit::refused(format!(
                "{} of {} signatures do not count: {}",
                bad.len(),
                self.verdicts.len(),
                first.why
            ))),
        }
    }
}
