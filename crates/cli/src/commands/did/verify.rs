//! `realdid did verify`: whether signatures count.

mod transaction;

use std::path::PathBuf;

use anyhow::ensure;
use realdid_client::{CheckedNode, Standing, verify_statement};
use realdid_crypto::{Ed25519Verifier, PublicKey};
use realdid_types::{Did, Header, Timestamp};
use serde_json::{Value, json};

use super::sign::{SignatureFile, beside, read_signed};
use crate::{
    commands::{
        Target, Trust,
        means::{node, warn_of_old},
        time,
    },
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
    /// The header that vouches for the DID's record.
    as_of: Header,
    verdicts: Vec<Verdict>,
}

pub(crate) async fn run(verify: &Verify, format: Format) -> anyhow::Result<()> {
    let mut node = node(&verify.target, &verify.trust).await?;
    let report = match (&verify.transaction, &verify.file) {
        (Some(id), _) => transaction::report(&mut node, id).await?,
        (None, Some(file)) => {
            let kept = SignatureFile::read(&verify.signature.clone().unwrap_or_else(|| beside(file)))?;
            of_file(&mut node, &read_signed(file)?, &kept, verify.at).await?
        }
        (None, None) => anyhow::bail!("name a file, or a transaction with --transaction"),
    };
    warn_of_old(&report.as_of, node.genesis());
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
        None => {
            format!("block {}, the newest that the node shows: the signature is there now", header.height)
        }
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
    Ok(Report { did: kept.did.clone(), time, shown_by, as_of: header, verdicts: vec![verdict] })
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
        Standing::Unknown => {
            "this is no key of the DID, now or before (those of its controllers sign in their controllers' names)"
                .to_owned()
        }
    }
}

impl Report {
    fn show(&self, format: Format) -> anyhow::Result<()> {
        let all = self.verdicts.iter().all(|verdict| verdict.counts);
        let view = |verdict: &Verdict| json!({ "key": verdict.key.to_string(), "counts": verdict.counts, "why": verdict.why });
        let result = json!({
            "did": self.did, "time": time::text(self.time), "shown_by": self.shown_by, "counts": all,
            "verified_at_height": self.as_of.height.0,
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
            rows.push(row(["verified", &format!("by a certificate for block {}", self.as_of.height)]));
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
