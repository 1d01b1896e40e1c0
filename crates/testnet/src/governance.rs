//! Changes of the validators: the members' keys of a test network all lie on this machine.

use std::time::Duration;

use anyhow::{Context, ensure};
use realdid_client::{ClientError, Member, NodeClient, Submitted, Wait, possession};
use realdid_crypto::SecretKey;
use realdid_node::keys::{Purpose, load};
use realdid_types::{
    AddValidator, Change, Genesis, OrganisationName, ProposalId, Sequence, SignedTransaction, Timestamp,
};

use crate::{Network, now_ms};

/// How long members have to decide.
const EXPIRY_MS: u64 = 300_000;
/// What a node says if another transaction of the sender has the number, at once or after a while.
const NUMBER_GONE: [&str; 3] = ["sequence_used", "sequence_taken", "timeout"];
/// How often a member tries again then, and how long it rests meanwhile.
const ATTEMPTS: usize = 200;
const PAUSE: Duration = Duration::from_millis(20);

/// The change that makes a newcomer a validator, with the proof that it holds its key.
///
/// # Errors
/// If its keys cannot be read, or `client` does not answer.
pub async fn newcomer_change(
    network: &Network,
    place: usize,
    organisation: &str,
    client: &NodeClient,
) -> anyhow::Result<Change> {
    let genesis = client.genesis().await?;
    let keys = network.home_of(&network.nodes[place]).keys();
    let key = |purpose: Purpose| anyhow::Ok(SecretKey::ed25519(&*load(&keys.join(purpose.file()))?));
    let consensus = key(Purpose::Consensus)?;
    let header = client.newest_block().await?.header;
    Ok(Change::AddValidator(AddValidator {
        organisation: OrganisationName::new(organisation)?,
        consensus_key: consensus.public_key(),
        transport_key: key(Purpose::Transport)?.public_key(),
        proof: possession(genesis.digest(), &consensus, header.height, header.digest()),
    }))
}

/// Lets as many members as needed propose and approve a change; the proposal.
///
/// # Errors
/// If one of them is refused.
pub async fn decide(network: &Network, client: &NodeClient, change: Change) -> anyhow::Result<ProposalId> {
    let genesis = client.genesis().await?;
    let needed = usize::try_from(genesis.parameters.approvals)?;
    let mut proposal = None;
    for name in genesis.members.iter().map(|member| member.name.to_string()).take(needed) {
        let node = network.nodes.iter().find(|node| node.name == name).context("a member without a node")?;
        let key = SecretKey::ed25519(&*load(&network.home_of(node).keys().join(Purpose::Member.file()))?);
        proposal = Some(agree(&genesis, client, (&name, &key), proposal, &change).await?);
    }
    proposal.context("the network has no members")
}

/// Lets a member propose a change, or approve it once it is proposed. Others may act for the member meanwhile.
async fn agree(
    genesis: &Genesis,
    client: &NodeClient,
    (name, key): (&str, &SecretKey),
    proposal: Option<ProposalId>,
    change: &Change,
) -> anyhow::Result<ProposalId> {
    let mut asked: Option<(ProposalId, SignedTransaction)> = None;
    for _ in 0..ATTEMPTS {
        let member = member(genesis, client, name, key).await?;
        // the same again, unless its number is gone
        let (id, signed) = match asked.take() {
            Some((id, signed)) if signed.transaction.sequence == member.sequence => (id, signed),
            _ => match proposal {
                None => member.propose(change.clone()),
                Some(id) => (id, member.approve(id)),
            },
        };
        match client.submit(std::slice::from_ref(&signed), Wait::Final).await {
            Ok(answers) => {
                let answer = answers.first().context("no answer")?;
                let reason = answer.reason.as_deref().unwrap_or(&answer.status);
                ensure!(answer.outcome.as_deref() == Some("applied"), "{name} is refused: {reason}");
                return Ok(id);
            }
            Err(ClientError::Refused(problem)) if NUMBER_GONE.contains(&problem.code.as_str()) => {
                let path = format!("/v1/transactions/{}", signed.id());
                let shown: Option<Submitted> = client.get(&path).await.ok();
                if shown.is_some_and(|shown| shown.outcome.as_deref() == Some("applied")) {
                    return Ok(id);
                }
                asked = Some((id, signed));
                tokio::time::sleep(PAUSE).await;
            }
            Err(error) => return Err(error.into()),
        }
    }
    anyhow::bail!("somebody else uses up all numbers of {name}")
}

async fn member<'a>(
    genesis: &Genesis,
    client: &NodeClient,
    name: &str,
    key: &'a SecretKey,
) -> anyhow::Result<Member<'a>> {
    let members = client.members().await?;
    let entry = members.iter().find(|member| member.name == name).context("no such member")?;
    let sequence = Sequence(entry.next_sequence);
    let expires = Timestamp(now_ms() + EXPIRY_MS);
    Ok(Member { genesis: genesis.digest(), name: OrganisationName::new(name)?, key, sequence, expires })
}
