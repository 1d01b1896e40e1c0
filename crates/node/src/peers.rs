//! Who is who: validators have a consensus key, by which the protocol names them, and a transport key, by which the
//! networks do.

use std::{
    collections::{BTreeMap, BTreeSet},
    net::SocketAddr,
};

use realdid_crypto::PublicKey;
use realdid_network::PeerAddress;
use realdid_types::ValidatorSet;

use crate::addresses::AddressBook;

/// The validators of the epochs that matter now.
#[derive(Debug, Default)]
pub(crate) struct Peers {
    transports: BTreeMap<PublicKey, PublicKey>,
    consensus: BTreeMap<PublicKey, PublicKey>,
    addresses: BTreeMap<PublicKey, Vec<SocketAddr>>,
}

impl Peers {
    pub(crate) fn new(addresses: &[PeerAddress]) -> Self {
        let mut peers = Self::default();
        for address in addresses {
            peers.addresses.entry(address.key).or_default().push(address.address);
        }
        peers
    }

    /// The validators are those of these sets; true if that changes anything.
    pub(crate) fn set<'a>(&mut self, sets: impl IntoIterator<Item = &'a ValidatorSet>) -> bool {
        let validators = sets.into_iter().flat_map(ValidatorSet::iter);
        let transports: BTreeMap<PublicKey, PublicKey> =
            validators.map(|validator| (validator.consensus_key, validator.transport_key)).collect();
        let changes = transports != self.transports;
        self.consensus = transports.iter().map(|(consensus, transport)| (*transport, *consensus)).collect();
        self.transports = transports;
        changes
    }

    /// A validator's transport key.
    pub(crate) fn transport(&self, consensus: &PublicKey) -> Option<PublicKey> {
        self.transports.get(consensus).copied()
    }

    /// By which name the protocol knows a peer: a validator's consensus key, or else the transport key itself.
    pub(crate) fn name(&self, transport: &PublicKey) -> PublicKey {
        self.consensus.get(transport).copied().unwrap_or(*transport)
    }

    /// The validators by their transport keys, with their addresses as far as they are known: what they said last, then
    /// what this node's operator set.
    pub(crate) fn with_addresses(
        &self,
        me: &PublicKey,
        said: &AddressBook,
    ) -> BTreeMap<PublicKey, Vec<SocketAddr>> {
        let addresses = |(transport, consensus): (&PublicKey, &PublicKey)| {
            let mut all = said.of(consensus).to_vec();
            let set = self.addresses.get(transport).into_iter().flatten();
            all.extend(set.filter(|address| !said.of(consensus).contains(address)));
            (*transport, all)
        };
        self.consensus.iter().filter(|(transport, _)| *transport != me).map(addresses).collect()
    }

    /// The consensus keys of all validators.
    pub(crate) fn names(&self) -> impl Iterator<Item = &PublicKey> {
        self.transports.keys()
    }

    /// Whether this transport key is a validator's.
    pub(crate) fn is_validator(&self, transport: &PublicKey) -> bool {
        self.consensus.contains_key(transport)
    }

    /// The transport keys of all validators.
    pub(crate) fn transports(&self) -> BTreeSet<PublicKey> {
        self.consensus.keys().copied().collect()
    }
}
