//! Signatures, checked beside the core: a thread that decodes large frames and verifies batches and what clients hand
//! in, and a verifier that remembers what it verified, so that nothing is computed twice.

use std::{
    collections::HashSet,
    sync::{Arc, Mutex, PoisonError},
};

use bytes::Bytes;
use realdid_api::{Fate, Submission, Waiting};
use realdid_crypto::{Context, Digest, Ed25519Verifier, Hasher, PublicKey, Signed, Verifier};
use realdid_types::{GenesisDigest, Message, SignedBatch, SignedTransaction, TransactionId, Wire};
use tokio::sync::mpsc;

use crate::event::Event;

/// Signatures that are remembered in each of two generations: some seconds' worth, at 32 bytes each.
const REMEMBERED_MAX: usize = 65_536;
/// Transactions that are verified together, at most.
const TOGETHER_MAX: usize = 1_024;
/// Batches that are verified together, at most.
const BATCHES_MAX: usize = 16;
/// What waits to be verified for peers; more is lost, and asked for again.
const FRAMES_MAX: usize = 256;

/// A verifier that remembers which signatures hold. What does not hold is never remembered.
pub(crate) struct RememberingVerifier {
    inner: Ed25519Verifier,
    seen: Mutex<[HashSet<Digest>; 2]>,
}

impl RememberingVerifier {
    pub(crate) fn new() -> Self {
        Self { inner: Ed25519Verifier::default(), seen: Mutex::new([HashSet::new(), HashSet::new()]) }
    }

    fn print(signed: &Signed<'_>) -> Digest {
        let mut hasher = Hasher::new(Context::Random);
        hasher
            .update(signed.key.as_bytes())
            .update(signed.signature.as_bytes())
            .update(signed.message)
            .finish()
    }

    fn remember(&self, prints: impl Iterator<Item = Digest>) {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        for print in prints {
            if seen[0].len() >= REMEMBERED_MAX {
                seen.swap(0, 1);
                seen[0].clear();
            }
            seen[0].insert(print);
        }
    }
}

impl Verifier for RememberingVerifier {
    fn verify(&self, signed: &[Signed<'_>]) -> Result<(), Vec<usize>> {
        let prints: Vec<Digest> = signed.iter().map(Self::print).collect();
        let unknown: Vec<usize> = {
            let seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
            let is_new = |print: &Digest| !seen.iter().any(|generation| generation.contains(print));
            prints.iter().enumerate().filter(|(_, print)| is_new(print)).map(|(place, _)| place).collect()
        };
        if unknown.is_empty() {
            return Ok(());
        }
        let new: Vec<Signed<'_>> = unknown.iter().map(|place| signed[*place]).collect();
        let bad: Vec<usize> = match self.inner.verify(&new) {
            Ok(()) => Vec::new(),
            Err(bad) => bad.iter().map(|place| unknown[*place]).collect(),
        };
        self.remember(unknown.iter().filter(|place| !bad.contains(place)).map(|place| prints[*place]));
        if bad.is_empty() { Ok(()) } else { Err(bad) }
    }
}

/// Something of a peer that is to be looked at beside the core.
pub(crate) enum Job {
    /// A frame that is not decoded yet.
    Frame(PublicKey, Bytes),
    /// A message with a batch.
    Message(PublicKey, Arc<Message>),
}

fn decode(job: Job) -> Result<(PublicKey, Arc<Message>), (PublicKey, String)> {
    match job {
        Job::Message(from, message) => Ok((from, message)),
        Job::Frame(from, frame) => match Message::decode(&frame) {
            Ok(message) => Ok((from, Arc::new(message))),
            Err(error) => Err((from, error.to_string())),
        },
    }
}

/// The thread's end of its queues.
pub(crate) struct Verification {
    pub(crate) genesis: GenesisDigest,
    pub(crate) verifier: Arc<RememberingVerifier>,
    pub(crate) waiting: Waiting,
    pub(crate) events: mpsc::Sender<Event>,
}

/// A queue for what peers send.
pub(crate) fn queue() -> (mpsc::Sender<Job>, mpsc::Receiver<Job>) {
    mpsc::channel(FRAMES_MAX)
}

impl Verification {
    /// Works until both queues are closed. Peers' batches come before clients' transactions: they are nearer to being
    /// final.
    pub(crate) async fn run(
        self,
        mut jobs: mpsc::Receiver<Job>,
        mut submissions: mpsc::Receiver<Submission>,
    ) {
        loop {
            let is_open = tokio::select! {
                biased;
                job = jobs.recv() => match job {
                    Some(job) => self.take(job, &mut jobs).await,
                    None => false,
                },
                Some(submission) = submissions.recv() => {
                    let mut transactions = submission.transactions;
                    while transactions.len() < TOGETHER_MAX
                        && let Ok(more) = submissions.try_recv()
                    {
                        transactions.extend(more.transactions);
                    }
                    self.submit(transactions).await
                }
            };
            if !is_open {
                return;
            }
        }
    }

    /// Takes what waits with this one, so that its signatures are verified together: a hundred and more take half as
    /// long for each. False if the core has ended.
    async fn take(&self, first: Job, jobs: &mut mpsc::Receiver<Job>) -> bool {
        let mut messages = Vec::new();
        let mut next = Some(first);
        while let Some(job) = next {
            match decode(job) {
                Ok(message) => messages.push(message),
                Err((from, reason)) => {
                    if self.events.send(Event::Garbled(from, reason)).await.is_err() {
                        return false;
                    }
                }
            }
            next = if messages.len() < BATCHES_MAX { jobs.try_recv().ok() } else { None };
        }
        let batches = messages.iter().filter_map(|(_, message)| match &**message {
            Message::Batch(batch) => Some(&**batch),
            _ => None,
        });
        self.verify_together(&batches.collect::<Vec<_>>());
        for (from, message) in messages {
            if self.events.send(Event::Verified(from, message)).await.is_err() {
                return false;
            }
        }
        true
    }

    /// What holds is remembered; what does not, the core finds out again, and who is to blame.
    fn verify_together(&self, batches: &[&SignedBatch]) {
        let authors: Vec<Digest> =
            batches.iter().map(|batch| batch.batch.signing_digest(self.genesis)).collect();
        let transactions: Vec<&SignedTransaction> =
            batches.iter().flat_map(|batch| &batch.batch.transactions).collect();
        let ids: Vec<TransactionId> = transactions.iter().map(|signed| signed.id()).collect();
        let of_authors = batches.iter().zip(&authors).map(|(batch, digest)| Signed {
            key: &batch.batch.author,
            message: digest.as_bytes(),
            signature: &batch.signature,
        });
        let of_senders = transactions.iter().zip(&ids).flat_map(|(signed, id)| {
            let signatures = signed.signatures.iter();
            signatures.map(move |by| Signed {
                key: &by.key,
                message: id.0.as_bytes(),
                signature: &by.signature,
            })
        });
        let _ = self.verifier.verify(&of_authors.chain(of_senders).collect::<Vec<_>>());
    }

    async fn submit(&self, transactions: Vec<SignedTransaction>) -> bool {
        let ids: Vec<TransactionId> = transactions.iter().map(SignedTransaction::id).collect();
        let owners: Vec<usize> = transactions
            .iter()
            .enumerate()
            .flat_map(|(place, signed)| signed.signatures.iter().map(move |_| place))
            .collect();
        let signed: Vec<Signed<'_>> = transactions
            .iter()
            .zip(&ids)
            .flat_map(|(signed, id)| {
                signed.signatures.iter().map(|by| Signed {
                    key: &by.key,
                    message: id.0.as_bytes(),
                    signature: &by.signature,
                })
            })
            .collect();
        let forged: HashSet<usize> = match self.verifier.verify(&signed) {
            Ok(()) => HashSet::new(),
            Err(bad) => bad.iter().map(|place| owners[*place]).collect(),
        };
        forged.iter().for_each(|place| self.waiting.tell(&ids[*place], Fate::Forged));
        let good = transactions.into_iter().enumerate().filter(|(place, _)| !forged.contains(place));
        let good: Vec<SignedTransaction> = good.map(|(_, signed)| signed).collect();
        good.is_empty() || self.events.send(Event::Submitted(good)).await.is_ok()
    }
}

#[cfg(test)]
mod tests {
    use realdid_crypto::{SecretKey, Signature};

    use super::*;

    #[test]
    fn a_signature_that_does_not_hold_is_refused_every_time_and_named_by_its_place() {
        let verifier = RememberingVerifier::new();
        let key = SecretKey::ed25519(&[1; 32]);
        let public = key.public_key();
        let good = key.sign(b"yes");
        let bad = Signature::ed25519([9; 64]);
        let signed = |signature| Signed { key: &public, message: b"yes", signature };
        for _ in 0..3 {
            assert_eq!(verifier.verify(&[signed(&good)]), Ok(()));
            assert_eq!(verifier.verify(&[signed(&good), signed(&bad), signed(&good)]), Err(vec![1]));
        }
        assert!(verifier.verify(&[Signed { key: &public, message: b"no", signature: &good }]).is_err());
    }
}
