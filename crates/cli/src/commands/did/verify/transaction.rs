//! Whether the signatures under a transaction of a DID count. What the DID was when the ledger applied it, decides: the
//! version before the one that the transaction made.

use anyhow::{Context, bail};
use realdid_client::{CheckedNode, Shown, Standing, is_made_by};
use realdid_crypto::{Digest, Ed25519Verifier, PublicKey, verify_one};
use realdid_identity::{DidRecord, Moment, ReplacedKey, commitment};
use realdid_node::hex;
use realdid_state::StateKey;
use realdid_types::{Did, Header, Operation, Sender, SignedTransaction, Timestamp, TransactionId};

use super::{Report, Verdict, words};
use crate::{
    commands::{did::resolve::before, means::PATIENCE},
    exit,
};

pub(super) async fn report(node: &mut CheckedNode, id: &str) -> anyhow::Result<Report> {
    let shown = find(node, id).await?;
    let Sender::Did(did) = shown.signed.transaction.sender else {
        bail!("transaction {id} is a member's, not a DID's: `realdid tx show {id}` says what became of it");
    };
    let (verdicts, as_of) = if shown.told.outcome.as_deref() == Some("applied") {
        let applied = Applied::find(node, did, &shown).await?;
        (applied.verdicts(node).await?, applied.as_of)
    } else {
        let reason =
            shown.told.reason.as_deref().or(shown.told.outcome.as_deref()).unwrap_or("no reason given");
        let why = format!("the ledger did not apply the transaction, as the node says: {reason}");
        let verdict = |key| Verdict { key, counts: false, why: why.clone() };
        let as_of = node.record_now(did, PATIENCE).await?.header;
        (shown.signed.signatures.iter().map(|by| verdict(by.key)).collect(), as_of)
    };
    let shown_by = format!("block {}, which holds the transaction", shown.header.height);
    let did = did.to_text(&node.genesis().network);
    Ok(Report { did, time: shown.header.time, shown_by, as_of, verdicts })
}

async fn find(node: &mut CheckedNode, id: &str) -> anyhow::Result<Shown> {
    let digest = hex::decode(id)
        .with_context(|| format!("{id:?} names no transaction: 64 hexadecimal digits are expected"))?;
    let shown = node.transaction(TransactionId(Digest::from_bytes(digest))).await?;
    shown.with_context(|| {
        format!("transaction {id} is in no final block: `realdid tx show {id}` says how it stands")
    })
}

/// A transaction that the ledger applied, with the version that it replaced and the one that it made.
struct Applied<'a> {
    did: Did,
    signed: &'a SignedTransaction,
    at: Moment,
    /// None if it made the DID.
    before: Option<DidRecord>,
    after: DidRecord,
    /// The header that vouches for the newest version.
    as_of: Header,
}

impl<'a> Applied<'a> {
    /// Goes back from the newest version to the one that the transaction made.
    ///
    /// # Errors
    /// If there is none: the node made up what became of the transaction.
    async fn find(node: &mut CheckedNode, did: Did, shown: &'a Shown) -> anyhow::Result<Self> {
        let at = Moment { height: shown.header.height, time: shown.header.time };
        let proven = node.record_now(did, PATIENCE).await?;
        let mut newer = proven.record;
        while let Some(after) = newer.filter(|version| version.updated.height >= at.height) {
            let before = match after.version {
                0 | 1 => None,
                _ => Some(before(node, did, &after).await?),
            };
            if is_made_by(&after, before.as_ref(), &shown.signed.transaction, at) {
                return Ok(Self { did, signed: &shown.signed, at, before, after, as_of: proven.header });
            }
            newer = before;
        }
        Err(exit::unverified(format!(
            "the node says that the ledger applied transaction {} in block {}, and as of block {} no version of its DID was made \
             by it: ask another node",
            shown.signed.id(),
            at.height,
            proven.header.height
        )))
    }

    async fn verdicts(&self, node: &mut CheckedNode) -> anyhow::Result<Vec<Verdict>> {
        let (id, verifier) = (self.signed.id().0, Ed25519Verifier::default());
        let mut verdicts = Vec::new();
        for by in &self.signed.signatures {
            let key = by.key;
            verdicts.push(if verify_one(&verifier, &key, id.as_bytes(), &by.signature) {
                self.verdict(node, key).await?
            } else {
                Verdict { key, counts: false, why: "the signature does not hold".to_owned() }
            });
        }
        Ok(verdicts)
    }

    async fn verdict(&self, node: &mut CheckedNode, key: PublicKey) -> anyhow::Result<Verdict> {
        let entry = StateKey::ReplacedKey(self.did, key);
        let replaced: Option<ReplacedKey> = node.entry_since(&entry, self.as_of.height).await?.entry;
        let doubted = replaced.as_ref().map(|replaced| replaced.compromised);
        if let Some(since) = doubted.filter(|since| *since != Timestamp(0) && *since <= self.at.time) {
            return Ok(Verdict { key, counts: false, why: words(Standing::Compromised(since)) });
        }
        if let Some((counts, why)) = self.as_own(&key) {
            return Ok(Verdict { key, counts, why });
        }
        if let Some(why) = self.as_controllers(node, &key).await? {
            return Ok(Verdict { key, counts: true, why });
        }
        let standing = replaced.map_or(Standing::Unknown, |replaced| self.outside_its_time(&replaced));
        Ok(Verdict { key, counts: false, why: words(standing) })
    }

    /// What the key was to the DID when it was applied; none if it was none of its keys.
    fn as_own(&self, key: &PublicKey) -> Option<(bool, String)> {
        let before = self.before.as_ref();
        let held = before.and_then(|before| before.keys.iter().find(|held| held.key.key == *key));
        if let Some(held) = held {
            return Some(match (held.key.purposes.invocation, self.after.holds(key)) {
                (false, _) => {
                    (false, "the key is not for changing the DID (capabilityInvocation)".to_owned())
                }
                (true, true) => (true, "the DID had the key, and nobody doubted it".to_owned()),
                (true, false) => {
                    let block = self.at.height;
                    (true, format!("it counted until this transaction replaced it, in block {block}"))
                }
            });
        }
        if self.after.holds(key) {
            return Some((true, "it came with this transaction, and nobody doubted it".to_owned()));
        }
        let serves = matches!(
            self.signed.transaction.operation,
            Operation::RecoverDid(_) | Operation::DeactivateDid(_)
        );
        let was_recovery = |before: &&DidRecord| serves && before.recovery == commitment(key);
        let version = before.filter(was_recovery)?.version;
        Some((true, format!("it was the recovery key up to version {version}, which nobody had seen before")))
    }

    /// Words for a key that one of the DID's controllers had then, for changing DIDs.
    async fn as_controllers(
        &self,
        node: &mut CheckedNode,
        key: &PublicKey,
    ) -> anyhow::Result<Option<String>> {
        let controllers = self.before.as_ref().and_then(|before| before.controllers.as_ref());
        for did in controllers.into_iter().flat_map(|controllers| &controllers.dids) {
            let (standing, _) = node.standing(*did, key, |_| self.at.time).await?;
            if matches!(standing, Standing::Counts(purposes) if purposes.invocation) {
                let controller = did.to_text(&node.genesis().network);
                return Ok(Some(format!("it is a key of {controller}, which controls the DID")));
            }
        }
        Ok(None)
    }

    /// It was a key of the DID, and not when the transaction was applied.
    fn outside_its_time(&self, replaced: &ReplacedKey) -> Standing {
        if self.at < replaced.since {
            Standing::NotYet(replaced.since)
        } else {
            Standing::Replaced(replaced.until)
        }
    }
}
