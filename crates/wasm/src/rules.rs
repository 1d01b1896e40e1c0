//! What the ledger would refuse: found out before anything is signed or sent, by the ledger's own rules.

use realdid_crypto::PublicKey;
use realdid_identity::{
    DidRecord, HeldKey, Moment, Refusal, ReplacedKey, Signers, attestation, check_texts, create, deactivate,
    recover, site, update,
};
use realdid_state::{Refused, Skipped};
use realdid_types::{
    Did, DidKey, Height, Operation, Purposes, Sender, Sequence, SignedTransaction, Timestamp, Wire,
};
use serde_json::{Value, json};

use crate::{failure::Failure, light::Trusted, parts::Parts, transaction::Letter};

/// Refuses an operation that no state of the ledger would let pass.
pub(crate) fn check(operation: &Operation) -> Result<(), Failure> {
    match operation {
        Operation::CreateDid(operation) => {
            create::check(operation)?;
            create::check_recovery(operation)?;
        }
        Operation::UpdateDid(operation) => check_texts(&operation.add_services)?,
        Operation::RegisterSite(operation) => site::check(&operation.site)?,
        Operation::UpdateSite(operation) => site::check(&operation.site)?,
        Operation::Attest(operation) if !attestation::LEVELS.contains(&operation.level) => {
            return Err(Refusal::AttestationLevel.into());
        }
        _ => {}
    }
    Ok(())
}

/// Refuses a signed transaction of a DID that the ledger would not let pass where this is the DID's record.
pub(crate) fn check_against(light: &mut Option<Trusted>, mut parts: Parts<'_>) -> Result<Value, Failure> {
    let light = light.as_ref().ok_or(Failure::NoGenesis)?;
    let (bytes, record) = (parts.take()?, parts.take_if_any()?);
    parts.end()?;
    let letter = Letter::read(bytes, light)?;
    let record = record.map(DidRecord::decode).transpose().map_err(Failure::Bytes)?;
    check(&letter.transaction.operation)?;
    let signed = letter.signed().ok_or(Skipped::NotAuthorised)?;
    match (&signed.transaction.sender, record) {
        (Sender::Organisation(_), _) => {}
        (Sender::Did(did), Some(record)) => check_record(&signed, *did, &record)?,
        (Sender::Did(did), None) => check_new(&signed, *did)?,
    }
    Ok(json!({}))
}

fn check_new(signed: &SignedTransaction, did: Did) -> Result<(), Failure> {
    match &signed.transaction.operation {
        Operation::CreateDid(operation) if did == Did(signed.transaction.operation.digest()) => {
            if create::is_authorised(operation, signed) {
                Ok(())
            } else {
                Err(Skipped::NotPossessed.into())
            }
        }
        _ => Err(Skipped::SenderUnknown.into()),
    }
}

fn check_record(signed: &SignedTransaction, did: Did, record: &DidRecord) -> Result<(), Failure> {
    if record.deactivated {
        return Err(Skipped::SenderDeactivated.into());
    }
    check_sequence(signed.transaction.sequence, record.next_sequence)?;
    check_signers(signed, record)?;
    // what the record does not show is let pass here: the ledger knows which keys a DID had, and what time it is
    match &signed.transaction.operation {
        Operation::UpdateDid(operation) => {
            update::check_recovery(operation, record)?;
            update::check(operation, did, record, &|_| false)?;
        }
        Operation::RecoverDid(operation) => {
            recover::check(operation, did, record, &former(&operation.keys), LATER)?;
        }
        Operation::DeactivateDid(operation) => {
            deactivate::check(operation, did, record, &former(&[]), LATER)?;
        }
        _ => return Err(Refused::OtherSender.into()),
    }
    Ok(())
}

fn check_sequence(given: Sequence, next: Sequence) -> Result<(), Skipped> {
    match given.cmp(&next) {
        std::cmp::Ordering::Less => Err(Skipped::SequenceUsed),
        std::cmp::Ordering::Equal => Ok(()),
        std::cmp::Ordering::Greater => Err(Skipped::SequenceAhead),
    }
}

fn check_signers(signed: &SignedTransaction, record: &DidRecord) -> Result<(), Skipped> {
    // whether controllers sign stands in their records; who has some is let pass here
    let signers =
        Signers { controllers: record.controllers.is_some(), ..Signers::of(record, signed, &|_| None) };
    let (authorised, possessed) = match &signed.transaction.operation {
        Operation::UpdateDid(operation) => {
            (update::is_authorised(operation, signers), update::is_possessed(operation, signed))
        }
        Operation::RecoverDid(operation) => {
            (recover::is_authorised(signers), recover::is_possessed(operation, signed))
        }
        Operation::DeactivateDid(_) => (deactivate::is_authorised(signers), true),
        _ => (signers.invocation, true),
    };
    match (authorised, possessed) {
        (false, _) => Err(Skipped::NotAuthorised),
        (true, false) => Err(Skipped::NotPossessed),
        (true, true) => Ok(()),
    }
}

/// A time that no declaration is later than.
const LATER: Moment = Moment { height: Height(u64::MAX), time: Timestamp(u64::MAX) };

/// Takes every key but the new ones for one that the DID had before.
fn former(new: &[DidKey]) -> impl Fn(&PublicKey) -> Option<ReplacedKey> {
    move |key| {
        let known = HeldKey { key: DidKey { key: *key, purposes: Purposes::default() }, since: LATER };
        new.iter().all(|new| new.key != *key).then(|| ReplacedKey::of(&known, LATER))
    }
}
