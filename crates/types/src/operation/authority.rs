//! What authorities and operators put on the ledger about others: attestations and sites.

use crate::{DecodeError, Did, Origin, ReturnAddress, SiteName, Timestamp, limits, wire::Ordered};

/// Says of people that they are who they are, without saying who. Signed by an authority.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attest {
    /// How sure the authority is: 1 low, 2 substantial, 3 high.
    pub level: u32,
    /// The block time from which on it does not count any more.
    pub expires: Timestamp,
    /// 1 to 1,000, ascending. One that is not active is passed over.
    pub dids: Vec<Did>,
}

/// Takes an authority's own attestations back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Withdraw {
    /// 1 to 1,000, ascending. One that is not attested is passed over.
    pub dids: Vec<Did>,
}

/// A website that people log in to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Site {
    /// Names it in the challenges that wallets answer; a key of it signs every change of the site.
    pub did: Did,
    /// What a wallet shows.
    pub name: SiteName,
    /// 1 to 8, ascending: where its pages are.
    pub origins: Vec<Origin>,
    /// 1 to 16, ascending: where responses may go, and nowhere else.
    pub return_addresses: Vec<ReturnAddress>,
    /// Whether it may ask if somebody is a real, attested person.
    pub may_ask_real_name: bool,
    /// Whether it is closed: nobody logs in to it any more.
    pub closed: bool,
}

/// Puts a site on the ledger. Signed by an operator, who checked its domains, and by an invocation key of its DID.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RegisterSite {
    /// The site.
    pub site: Site,
}

/// Replaces what the ledger says of a site. Signed as [`RegisterSite`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UpdateSite {
    /// The site.
    pub site: Site,
}

impl Attest {
    fn check(&self) -> Result<(), DecodeError> {
        if self.dids.is_empty() { Err(DecodeError::Missing(3)) } else { Ok(()) }
    }
}

impl Withdraw {
    fn check(&self) -> Result<(), DecodeError> {
        if self.dids.is_empty() { Err(DecodeError::Missing(1)) } else { Ok(()) }
    }
}

impl Site {
    fn check(&self) -> Result<(), DecodeError> {
        if self.origins.is_empty() {
            Err(DecodeError::Missing(3))
        } else if self.return_addresses.is_empty() {
            Err(DecodeError::Missing(4))
        } else {
            Ok(())
        }
    }
}

impl Ordered for Did {
    fn precedes(&self, next: &Self) -> bool {
        self < next
    }
}

codec! { #[checked] Attest { 1: level, 2: expires, 3: dids ascending to limits::ATTESTED_DIDS_MAX, } }
codec! { #[checked] Withdraw { 1: dids ascending to limits::ATTESTED_DIDS_MAX, } }
codec! {
    #[checked]
    Site {
        1: did,
        2: name,
        3: origins ascending to limits::SITE_ORIGINS_MAX,
        4: return_addresses ascending to limits::SITE_RETURNS_MAX,
        5: may_ask_real_name,
        6: closed,
    }
}
codec! { RegisterSite { 1: site, } }
codec! { UpdateSite { 1: site, } }
