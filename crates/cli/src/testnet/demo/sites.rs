//! The shops on the ledger.

use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use realdid_client::{CheckError, CheckedNode, Member, NodeClient, Wait};
use realdid_crypto::SecretKey;
use realdid_identity::SiteRecord;
use realdid_node::keys::{Purpose, load};
use realdid_state::StateKey;
use realdid_testnet::{Kind, Network, People, expiry};
use realdid_types::{Did, Genesis, OrganisationName, Origin, ReturnAddress, Sequence, Site, SiteName};

use super::{LOOK, READY_MAX};

/// Their names on the ledger.
pub(super) const BOOKSHOP: &str = "Example Books";
pub(super) const TEAHOUSE: &str = "茶馆 Tea House";
/// How long a node may take to prove what is there, once it can prove anything.
const PATIENCE: Duration = Duration::from_secs(3);
/// Whose DIDs they have, far from those of citizens.
const NUMBERS: [usize; 2] = [900_001, 900_002];

/// Their DIDs.
pub(super) struct Sites {
    pub(super) bookshop: String,
    pub(super) teahouse: String,
}

impl Sites {
    /// Those that are on the ledger already, or are put there now.
    pub(super) async fn of(network: &Network, genesis: &Genesis) -> anyhow::Result<Self> {
        let client = network.nodes.first().context("the network has no nodes")?.client();
        let people = People::new(genesis.digest(), network.seed.unwrap_or(7));
        let origin = |kind| anyhow::Ok(network.service(kind).context("a service is missing")?.origin());
        let (books, tea, bridge) = (origin(Kind::Bookshop)?, origin(Kind::Teahouse)?, origin(Kind::Bridge)?);
        let [first, second] = NUMBERS;
        let sites = [
            (first, site(people.did(first), BOOKSHOP, &[&books], &[&format!("{books}/login")])?),
            // wallets answer to the bridge, which hands the browser on
            (
                second,
                site(
                    people.did(second),
                    TEAHOUSE,
                    &[&bridge, &tea],
                    &[&format!("{bridge}/return"), &format!("{tea}/back")],
                )?,
            ),
        ];
        let mut ledger = CheckedNode::new(client.clone(), genesis)?;
        for (number, site) in sites {
            if !is_there(&mut ledger, site.did).await? {
                drop(client.submit(&[people.create(number)], Wait::Final).await);
                register(network, genesis, &client, site, &people.key(number, 0)).await?;
            }
        }
        let text = |number| people.did(number).to_text(&genesis.network);
        Ok(Self { bookshop: text(first), teahouse: text(second) })
    }
}

/// Whether a site is on the ledger. After a start nothing can be proven before the next block, which an idle network makes
/// some seconds later.
async fn is_there(ledger: &mut CheckedNode, did: Did) -> anyhow::Result<bool> {
    let until = Instant::now() + READY_MAX;
    loop {
        match ledger.entry_now::<SiteRecord>(&StateKey::Site(did), PATIENCE).await {
            Err(CheckError::Node(error)) if error.is_temporary() && Instant::now() < until => {
                tokio::time::sleep(LOOK).await;
            }
            shown => return Ok(shown?.entry.is_some()),
        }
    }
}

fn site(did: Did, name: &str, origins: &[&str], back: &[&str]) -> anyhow::Result<Site> {
    let mut origins = origins.iter().map(|text| Origin::new(text)).collect::<Result<Vec<_>, _>>()?;
    let mut back = back.iter().map(|text| ReturnAddress::new(text)).collect::<Result<Vec<_>, _>>()?;
    origins.sort();
    back.sort();
    let name = SiteName::new(name)?;
    Ok(Site { did, name, origins, return_addresses: back, may_ask_real_name: true, closed: false })
}

/// Has an operator put it on the ledger.
async fn register(
    network: &Network,
    genesis: &Genesis,
    client: &NodeClient,
    site: Site,
    key: &SecretKey,
) -> anyhow::Result<()> {
    let is_operator = |roles: Option<realdid_types::Roles>| roles.is_some_and(|roles| roles.operator);
    let operator = genesis.members.iter().find(|member| is_operator(member.roles));
    let operator = operator.context("no member of the network registers sites")?.name.to_string();
    let node =
        network.nodes.iter().find(|node| node.name == operator).context("an operator without a node")?;
    let secret = SecretKey::ed25519(&*load(&network.home_of(node).keys().join(Purpose::Member.file()))?);
    let members = client.members().await?;
    let entry = members.iter().find(|member| member.name == operator).context("no such member")?;
    let member = Member {
        genesis: genesis.digest(),
        name: OrganisationName::new(&operator)?,
        key: &secret,
        sequence: Sequence(entry.next_sequence),
        expires: expiry(),
    };
    let name = site.name.to_string();
    let answers = client.submit(&[member.register_site(site, key)], Wait::Final).await?;
    let answer = answers.first().context("no answer")?;
    ensure!(
        answer.outcome.as_deref() == Some("applied"),
        "{name} is not registered: {}",
        answer.reason.as_deref().unwrap_or(&answer.status)
    );
    Ok(())
}
