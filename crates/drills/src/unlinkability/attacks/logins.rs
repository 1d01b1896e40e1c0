//! Sites that compare notes know when each visitor came first; the ledger tells when each DID was made. Who makes several DIDs
//! logs in with one when the other was just made.

use crate::unlinkability::ledger::{Ledger, Pair};

/// First logins that follow within a time on the making of another DID.
pub fn soon_after_making(ledger: &Ledger, within: u64) -> Vec<Pair> {
    let mut pairs = Vec::new();
    for (did, made) in ledger.dids.iter().enumerate() {
        let Some(login) = made.first_login else { continue };
        // they are in the order in which they were made
        let from = ledger.dids.partition_point(|other| other.time.0 < login.0.saturating_sub(within));
        let before = ledger.dids.iter().enumerate().skip(from).take_while(|(_, other)| other.time <= login);
        pairs.extend(before.map(|(other, _)| (did, other)).filter(|(one, other)| one != other));
    }
    pairs
}
