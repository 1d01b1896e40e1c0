//! What a wallet checks before it asks the person.

use realdid_identity::SiteRecord;
use realdid_types::{GenesisDigest, ReturnAddress, Timestamp};

use crate::{Challenge, matching_number};

/// How a challenge came to the wallet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Requester<'a> {
    /// From a page on this device, of this origin, as the browser says and not the page.
    Page(&'a str),
    /// From elsewhere: a picture on another screen, a message.
    OtherDevice,
}

/// How old may be what is known of a site: a day that wallets keep it, and an hour for a network that stands idle and for
/// clocks that differ. In milliseconds. A node that hides changes for longer is found out.
pub const SITE_AGE_MAX: u64 = 25 * 60 * 60 * 1_000;

/// What the ledger holds for a challenge's DID, proven.
#[derive(Clone, Copy, Debug)]
pub struct Registered<'a> {
    /// The site, if there is one.
    pub site: Option<&'a SiteRecord>,
    /// The time of the block that proves it.
    pub as_of: Timestamp,
}

/// What the person is to agree to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Consent {
    /// The site's name, which an operator checked and the ledger holds.
    pub name: String,
    /// The page that asks.
    pub origin: String,
    /// Where the answer goes, and nowhere else.
    pub return_address: ReturnAddress,
    /// The least level of attestation that is asked for; 0 if nothing about the person is.
    pub level: u32,
    /// To be compared with the page, if that is on another device.
    pub number: Option<u8>,
}

/// Why a wallet does not answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unacceptable {
    /// Of another ledger.
    #[error("the site asks for a DID of another network")]
    OtherNetwork,
    /// Too late.
    #[error("the challenge ran out: go back to the site and begin again")]
    Expired,
    /// Proven by a block that is too old.
    #[error(
        "what the node shows of the site is of {0}, more than a day ago: it is behind, or hides what changed; ask another"
    )]
    SiteStale(Timestamp),
    /// Not on the ledger.
    #[error("the ledger knows no such site: do not trust the page that sent you here")]
    NotRegistered,
    /// No more.
    #[error("{0} is closed: nobody logs in to it any more")]
    Closed(String),
    /// A page that is not the site's.
    #[error("{origin} is no page of {name}: do not trust it")]
    ForeignOrigin {
        /// The site.
        name: String,
        /// The page.
        origin: String,
    },
    /// An address that is not the site's.
    #[error("{address} is no address of {name}: do not trust the page that sent you here")]
    ForeignReturnAddress {
        /// The site.
        name: String,
        /// The address.
        address: String,
    },
    /// Passed on by somebody else.
    #[error(
        "{requester} asks in the name of {origin}: somebody passes the login on, and would be logged in as you"
    )]
    Relayed {
        /// Who asks.
        requester: String,
        /// In whose name.
        origin: String,
    },
    /// Only on one device.
    #[error("{0} allows logins only on the device that shows its page: open the site here")]
    OtherDevice(String),
    /// Not for this site.
    #[error("{0} may not ask if you are a real person")]
    RealNameNotAllowed(String),
}

impl Unacceptable {
    /// A name for it that stays as it is.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::OtherNetwork => "other_network",
            Self::Expired => "challenge_expired",
            Self::SiteStale(_) => "site_stale",
            Self::NotRegistered => "site_unknown",
            Self::Closed(_) => "site_closed",
            Self::ForeignOrigin { .. } => "foreign_origin",
            Self::ForeignReturnAddress { .. } => "foreign_return_address",
            Self::Relayed { .. } => "relayed",
            Self::OtherDevice(_) => "other_device",
            Self::RealNameNotAllowed(_) => "real_name_not_allowed",
        }
    }
}

/// Whether a wallet may answer, and what the person must be shown.
///
/// # Errors
/// Says why not.
pub fn review(
    challenge: &Challenge,
    registered: Registered<'_>,
    genesis: GenesisDigest,
    requester: Requester<'_>,
    now: Timestamp,
) -> Result<Consent, Unacceptable> {
    if challenge.genesis != genesis {
        return Err(Unacceptable::OtherNetwork);
    }
    if now >= challenge.expires {
        return Err(Unacceptable::Expired);
    }
    if registered.as_of.plus(SITE_AGE_MAX) < now {
        return Err(Unacceptable::SiteStale(registered.as_of));
    }
    let site = &registered.site.ok_or(Unacceptable::NotRegistered)?.site;
    let name = site.name.to_string();
    let Challenge { origin, return_address, level, .. } = challenge;
    if site.closed {
        return Err(Unacceptable::Closed(name));
    }
    if !site.origins.contains(origin) {
        return Err(Unacceptable::ForeignOrigin { name, origin: origin.to_string() });
    }
    if !site.return_addresses.contains(return_address) {
        return Err(Unacceptable::ForeignReturnAddress { name, address: return_address.to_string() });
    }
    if *level > 0 && !site.may_ask_real_name {
        return Err(Unacceptable::RealNameNotAllowed(name));
    }
    check_requester(challenge, &name, requester)?;
    let number = (requester == Requester::OtherDevice).then(|| matching_number(challenge));
    let (origin, return_address) = (origin.to_string(), return_address.clone());
    Ok(Consent { name, origin, return_address, level: *level, number })
}

fn check_requester(challenge: &Challenge, name: &str, requester: Requester<'_>) -> Result<(), Unacceptable> {
    match requester {
        Requester::Page(page) if page == challenge.origin.as_str() => Ok(()),
        Requester::Page(page) => {
            Err(Unacceptable::Relayed { requester: page.to_owned(), origin: challenge.origin.to_string() })
        }
        Requester::OtherDevice if challenge.other_device => Ok(()),
        Requester::OtherDevice => Err(Unacceptable::OtherDevice(name.to_owned())),
    }
}
