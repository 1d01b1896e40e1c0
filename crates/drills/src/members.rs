//! What members do during drills.

use anyhow::Context;
use realdid_client::Member;
use realdid_crypto::SecretKey;
use realdid_node::keys::{Purpose, load};
use realdid_testnet::{Network, People, expiry, now_ms};
use realdid_types::{
    Change, GenesisDigest, OrganisationName, ProposalId, PutMember, Roles, Sequence, SignedTransaction,
    SiteName, Timestamp,
};

/// How long a proposal of the drills is open: so briefly that there are never too many.
const PROPOSAL_MS: u64 = 60_000;
/// For how long people are attested.
const ATTESTATION_MS: u64 = 365 * 24 * 3_600_000;

/// What a member does again and again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Trade {
    /// Makes somebody's DID, attests it, and takes that back.
    Attesting,
    /// Makes a site's DID, puts it on the ledger, and changes it.
    KeepingSites,
    /// Proposes a newcomer, and takes its own approval back, which nobody else has joined.
    Deciding,
}

impl Trade {
    const fn steps(self) -> usize {
        match self {
            Self::Attesting | Self::KeepingSites => 3,
            Self::Deciding => 2,
        }
    }
}

/// Who does what: members by their nodes' places.
const TRADES: [(usize, Trade); 3] = [(0, Trade::Attesting), (1, Trade::KeepingSites), (3, Trade::Deciding)];

/// A member that carries out one thing after the other.
pub struct Acting {
    trade: Trade,
    name: OrganisationName,
    key: SecretKey,
    genesis: GenesisDigest,
    people: People,
    sequence: Sequence,
    turn: usize,
    /// The transaction on its way, if it was signed already: it is the same each time until it is decided.
    pending: Option<SignedTransaction>,
    proposal: Option<ProposalId>,
}

impl Acting {
    /// All that act.
    pub async fn all(network: &Network, people: People) -> anyhow::Result<Vec<Self>> {
        let client = network.nodes.first().context("a network without nodes")?.client();
        let genesis = client.genesis().await?.digest();
        let members = client.members().await?;
        TRADES
            .into_iter()
            .map(|(place, trade)| {
                let node = network.nodes.get(place).context("too few validators")?;
                let member = members.iter().find(|member| member.name == node.name);
                Ok(Self {
                    trade,
                    name: OrganisationName::new(&node.name)?,
                    key: SecretKey::ed25519(&*load(
                        &network.home_of(node).keys().join(Purpose::Member.file()),
                    )?),
                    genesis,
                    people,
                    sequence: Sequence(member.context("a validator without a member")?.next_sequence),
                    turn: 0,
                    pending: None,
                    proposal: None,
                })
            })
            .collect()
    }

    /// What it asks for now.
    pub fn next(&mut self) -> SignedTransaction {
        if let Some(pending) = &self.pending {
            return pending.clone();
        }
        let signed = self.sign();
        self.pending = Some(signed.clone());
        signed
    }

    /// It was carried out.
    pub fn done(&mut self) {
        if !self.is_a_persons() {
            self.sequence = self.sequence.next();
        }
        self.turn += 1;
        self.pending = None;
    }

    /// Something else that the member signed has the number: the same again, with the next one.
    pub fn number_is_gone(&mut self) {
        self.sequence = self.sequence.next();
        self.pending = None;
    }

    /// Whether the present step is of the DID and not of the member.
    fn is_a_persons(&self) -> bool {
        self.trade != Trade::Deciding && self.turn.is_multiple_of(self.trade.steps())
    }

    fn sign(&mut self) -> SignedTransaction {
        let (step, number) = (self.turn % self.trade.steps(), self.number());
        let (people, did) = (self.people, self.people.did(number));
        let site = |name| {
            let site = SiteName::new(name).ok().and_then(|name| people.site(number, name));
            (site.unwrap_or_else(|| unreachable!("it has the form of a site")), people.key(number, 0))
        };
        match (self.trade, step) {
            (Trade::Attesting | Trade::KeepingSites, 0) => people.create(number),
            (Trade::Attesting, 1) => self.member().attest(2, Timestamp(now_ms() + ATTESTATION_MS), [did]),
            (Trade::Attesting, _) => self.member().withdraw([did]),
            (Trade::KeepingSites, 1) => {
                let (site, key) = site("Books");
                self.member().register_site(site, &key)
            }
            (Trade::KeepingSites, _) => {
                let (site, key) = site("Books and More");
                self.member().update_site(site, &key)
            }
            (Trade::Deciding, 0) => {
                let expires = Timestamp(now_ms() + PROPOSAL_MS);
                let (id, signed) = Member { expires, ..self.member() }.propose(newcomer(number));
                self.proposal = Some(id);
                signed
            }
            (Trade::Deciding, _) => {
                let proposal = self.proposal.unwrap_or_else(|| unreachable!("it was proposed a step before"));
                self.member().withdraw_approval(proposal)
            }
        }
    }

    /// Each member has people of its own, far from those of the clients.
    fn number(&self) -> usize {
        let place = TRADES.iter().position(|(_, trade)| *trade == self.trade).unwrap_or_default();
        100_000 * (place + 1) + self.turn / self.trade.steps()
    }

    fn member(&self) -> Member<'_> {
        let Self { name, key, genesis, sequence, .. } = self;
        Member { genesis: *genesis, name: name.clone(), key, sequence: *sequence, expires: expiry() }
    }
}

/// A member that is to join, which takes more members than agree here.
fn newcomer(number: usize) -> Change {
    let name = OrganisationName::new(&format!("newcomer-{number}"));
    Change::PutMember(PutMember {
        name: name.unwrap_or_else(|_| unreachable!("it has the form of a name")),
        key: SecretKey::ed25519(&[9; 32]).public_key(),
        roles: Roles::default(),
        add_nodes: Vec::new(),
        remove_nodes: Vec::new(),
    })
}
