//! In whose name a transaction on a DID was signed.

use realdid_types::{Did, SignedTransaction};

use crate::{DidRecord, commitment};

/// Who stands behind a transaction on a DID.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Signers {
    /// One of its invocation keys signed.
    pub invocation: bool,
    /// Its recovery key signed.
    pub recovery: bool,
    /// An invocation key of each of so many of its controllers that their threshold is reached.
    pub controllers: bool,
}

impl Signers {
    /// Reads off the signatures who they are; `record_of` looks controllers up.
    ///
    /// A controller's own controllers do not count: who decides is to be seen in one step.
    #[must_use]
    pub fn of(
        record: &DidRecord,
        signed: &SignedTransaction,
        record_of: &dyn Fn(Did) -> Option<DidRecord>,
    ) -> Self {
        Self {
            invocation: is_invoked(record, signed),
            recovery: signed.signatures.iter().any(|by| commitment(&by.key) == record.recovery),
            controllers: record.controllers.as_ref().is_some_and(|controllers| {
                let signing = controllers
                    .dids
                    .iter()
                    .filter(|did| record_of(**did).is_some_and(|controller| is_invoked(&controller, signed)));
                signing.count() as u64 >= u64::from(controllers.threshold)
            }),
        }
    }
}

fn is_invoked(record: &DidRecord, signed: &SignedTransaction) -> bool {
    signed.signatures.iter().any(|by| record.may_invoke(&by.key))
}
