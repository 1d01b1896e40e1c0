//! The site on whose behalf somebody logs in, and whether this bridge may act for it.

use realdid_identity::SiteRecord;
use realdid_types::{Did, InvalidDid, NetworkName, Origin, ReturnAddress, Site};

/// A site on the ledger that takes this bridge for its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Party {
    site: Site,
    /// `client_id`.
    pub(crate) client: String,
    /// Where wallets send their answers: no address of the site's own program.
    bridge: ReturnAddress,
}

/// Why nothing is done for a request, and nobody is sent anywhere: a page says so.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum PartyError {
    /// No `client_id`.
    #[error("client_id is missing: it is the DID of the site")]
    NoClient,
    /// One that is no DID of this network.
    #[error("client_id is no DID of this network: {0}")]
    NotADid(#[from] InvalidDid),
    /// The ledger knows no such site.
    #[error("the ledger knows no site {0}: an operator of the consortium registers it")]
    Unknown(String),
    /// It is closed.
    #[error("{0} is closed: nobody logs in to it any more")]
    Closed(String),
    /// The ledger does not say that this bridge may ask in the site's name.
    #[error(
        "{name} does not say on the ledger that this bridge acts for it. Its owner adds the origin {origin} and the return \
         address {address}: `realdid site update`"
    )]
    NotNamed {
        /// The site.
        name: String,
        /// This bridge.
        origin: Origin,
        /// Where wallets answer.
        address: ReturnAddress,
    },
    /// No `redirect_uri`.
    #[error("redirect_uri is missing")]
    NoRedirect,
    /// One that the ledger does not hold for the site.
    #[error(
        "redirect_uri is none of the return addresses that the ledger holds for {0}, letter by letter; its owner adds one with \
         `realdid site update`"
    )]
    ForeignRedirect(String),
    /// An address for after a logout that is no page of the site.
    #[error(
        "post_logout_redirect_uri is neither a return address of {0} on the ledger nor the front page of an origin of it"
    )]
    ForeignLogout(String),
    /// An ID token of another site than the one that is named.
    #[error("id_token_hint is of another site than client_id")]
    OtherHint,
    /// The same parameter twice.
    #[error("a parameter is there more than once")]
    Repeated,
}

impl Party {
    /// The site of a ledger's entry, if it wants this bridge, whose pages have this origin.
    ///
    /// # Errors
    /// Says what its owner has to do.
    pub(crate) fn new(
        did: Did,
        network: &NetworkName,
        entry: Option<SiteRecord>,
        (origin, bridge): (&Origin, &ReturnAddress),
    ) -> Result<Self, PartyError> {
        let client = did.to_text(network);
        let Some(SiteRecord { site, .. }) = entry else { return Err(PartyError::Unknown(client)) };
        let name = site.name.to_string();
        if site.closed {
            return Err(PartyError::Closed(name));
        }
        if !site.origins.contains(origin) || !site.return_addresses.contains(bridge) {
            let (origin, address) = (origin.clone(), bridge.clone());
            return Err(PartyError::NotNamed { name, origin, address });
        }
        Ok(Self { site, client, bridge: bridge.clone() })
    }

    /// What people know it by.
    pub(crate) fn name(&self) -> &str {
        self.site.name.as_str()
    }

    /// Its DID.
    pub(crate) const fn did(&self) -> Did {
        self.site.did
    }

    /// Whether it may ask if somebody is real.
    pub(crate) const fn may_ask_real_name(&self) -> bool {
        self.site.may_ask_real_name
    }

    /// The address of the site's program that a request names.
    ///
    /// # Errors
    /// If it is missing, or not one of them letter by letter.
    pub(crate) fn redirect(&self, named: Option<&str>) -> Result<String, PartyError> {
        let named = named.ok_or(PartyError::NoRedirect)?;
        if self.own_addresses().any(|address| address == named) {
            Ok(named.to_owned())
        } else {
            Err(PartyError::ForeignRedirect(self.name().to_owned()))
        }
    }

    /// Whether somebody may be sent there after a logout: a return address, or the front page of an origin.
    pub(crate) fn takes_back_at(&self, named: &str) -> bool {
        let front =
            |origin: &Origin| [origin.to_string(), format!("{origin}/")].iter().any(|one| one == named);
        self.own_addresses().any(|address| address == named) || self.site.origins.iter().any(front)
    }

    fn own_addresses(&self) -> impl Iterator<Item = &str> {
        self.site
            .return_addresses
            .iter()
            .filter(|address| **address != self.bridge)
            .map(ReturnAddress::as_str)
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use realdid_crypto::Digest;
    use realdid_identity::Moment;
    use realdid_types::{Height, OrganisationName, SiteName, Timestamp};

    use super::*;

    pub(crate) const BACK: &str = "https://shop.example/back";

    pub(crate) fn entry() -> SiteRecord {
        let moment = Moment { height: Height(1), time: Timestamp(1) };
        SiteRecord {
            operator: OrganisationName::new("operator-1").unwrap(),
            site: Site {
                did: Did(Digest::from_bytes([7; 32])),
                name: SiteName::new("Books").unwrap(),
                origins: vec![origin("https://shop.example"), origin("https://id.example")],
                return_addresses: vec![address(BACK), address("https://id.example/return")],
                may_ask_real_name: true,
                closed: false,
            },
            registered: moment,
            updated: moment,
        }
    }

    fn origin(text: &str) -> Origin {
        Origin::new(text).unwrap()
    }

    fn address(text: &str) -> ReturnAddress {
        ReturnAddress::new(text).unwrap()
    }

    pub(crate) fn party_of(entry: Option<SiteRecord>) -> Result<Party, PartyError> {
        let did = Did(Digest::from_bytes([7; 32]));
        let network = NetworkName::new("test").unwrap();
        let bridge = (&origin("https://id.example"), &address("https://id.example/return"));
        Party::new(did, &network, entry, bridge)
    }

    #[test]
    fn nothing_is_done_for_a_site_that_is_unknown_or_closed_or_does_not_name_the_bridge() {
        assert_eq!(party_of(Some(entry())).unwrap().name(), "Books");
        assert!(matches!(party_of(None), Err(PartyError::Unknown(_))));
        let mut closed = entry();
        closed.site.closed = true;
        assert!(matches!(party_of(Some(closed)), Err(PartyError::Closed(_))));
        let mut elsewhere = entry();
        elsewhere.site.origins.pop();
        assert!(matches!(party_of(Some(elsewhere)), Err(PartyError::NotNamed { .. })));
        let mut nowhere = entry();
        nowhere.site.return_addresses.pop();
        assert!(party_of(Some(nowhere)).unwrap_err().to_string().contains("https://id.example/return"));
    }

    #[test]
    fn a_redirect_goes_to_an_address_on_the_ledger_letter_by_letter_and_never_to_the_bridge() {
        let party = party_of(Some(entry())).unwrap();
        assert_eq!(party.redirect(Some(BACK)), Ok(BACK.to_owned()));
        assert_eq!(party.redirect(None), Err(PartyError::NoRedirect));
        for foreign in [
            "https://shop.example/back/",
            "https://shop.example/back?x=1",
            "https://shop.example/BACK",
            "https://shop.example.evil/back",
            "https://id.example/return",
        ] {
            assert!(
                matches!(party.redirect(Some(foreign)), Err(PartyError::ForeignRedirect(_))),
                "{foreign}"
            );
        }
    }

    #[test]
    fn after_a_logout_somebody_is_sent_to_pages_of_the_site_alone() {
        let party = party_of(Some(entry())).unwrap();
        for good in [BACK, "https://shop.example", "https://shop.example/"] {
            assert!(party.takes_back_at(good), "{good}");
        }
        for bad in [
            "https://evil.example/",
            "https://shop.example/back.evil",
            "https://shop.example/other",
            "https://shop.example.evil/",
        ] {
            assert!(!party.takes_back_at(bad), "{bad}");
        }
    }
}
