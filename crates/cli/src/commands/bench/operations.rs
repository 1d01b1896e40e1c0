//! `realdid bench operations`: how many operations of each kind a network of its own carries out a second.

use std::time::Instant;

use anyhow::{Context, ensure};
use realdid_client::{Member, Wait};
use realdid_crypto::SecretKey;
use realdid_node::keys::{Purpose, load};
use realdid_testnet::{People, expiry, now_ms};
use realdid_types::{
    Change, Did, GenesisDigest, OrganisationName, ProposalId, PutMember, Roles, Sequence, SignedTransaction,
    SiteName, Timestamp,
};
use serde_json::{Value, json};

use super::{load::clients, network::Bench, submit::hand_in};
use crate::output::{Format, print, row};

/// Transactions of one member that are on their way at once: pools hold 64 of one sender.
const IN_A_ROW: usize = 50;
/// Proposals that may be open at once are 64.
const PROPOSALS: usize = 50;
/// DIDs in a large attestation.
const BATCH: usize = 1_000;

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// People, each with a DID that is made, rotated, recovered and ended
    #[arg(long, default_value_t = 5_000, value_parser = clap::value_parser!(u32).range(1_000..=100_000))]
    people: u32,
    /// Validators
    #[arg(short = 'n', long, default_value_t = 4)]
    validators: usize,
    /// From which keys are drawn
    #[arg(long, default_value_t = 7)]
    seed: u64,
}

pub(crate) async fn run(arguments: Arguments, format: Format) -> anyhow::Result<()> {
    let bench = Bench::start("operations", arguments.validators, arguments.seed).await?;
    let measured = measure(&bench, &arguments).await;
    bench.end().await?;
    print(format, &json!({ "operations": measured? }), |measured| {
        let cells = |kind: &Value| {
            let name = kind["kind"].as_str().unwrap_or_default();
            let numbers = ["count", "a second", "DIDs a second"].map(|field| number(&kind[field]));
            [&[name.to_owned()], &numbers[..]].concat()
        };
        let head = row(["operation", "count", "a second", "DIDs a second"]);
        let kinds = measured["operations"].as_array().into_iter().flatten().map(cells);
        std::iter::once(head).chain(kinds).collect()
    })
}

fn number(value: &Value) -> String {
    if value.is_null() { String::new() } else { value.to_string() }
}

async fn measure(bench: &Bench, arguments: &Arguments) -> anyhow::Result<Vec<Value>> {
    let genesis = bench.genesis().await?;
    let people = People::new(genesis, arguments.seed);
    let count = usize::try_from(arguments.people)?;
    let all =
        |what: fn(&People, usize) -> SignedTransaction| (0..count).map(|one| what(&people, one)).collect();
    let mut kinds = vec![by_everybody(bench, "create", all(People::create)).await?];
    kinds.extend(by_authority(bench, &people, count).await?);
    kinds.extend(by_operator(bench, &people, count).await?);
    kinds.extend(by_members(bench).await?);
    kinds.push(by_everybody(bench, "update, a key rotated", all(People::rotate)).await?);
    kinds.push(by_everybody(bench, "recover", all(People::recover)).await?);
    kinds.push(by_everybody(bench, "deactivate", all(People::deactivate)).await?);
    Ok(kinds)
}

/// Each by another sender, spread over all nodes.
async fn by_everybody(
    bench: &Bench,
    kind: &str,
    transactions: Vec<SignedTransaction>,
) -> anyhow::Result<Value> {
    let (count, nodes) = (transactions.len(), bench.len());
    let mut lanes = vec![Vec::new(); nodes];
    transactions.into_iter().enumerate().for_each(|(place, signed)| lanes[place % nodes].push(signed));
    eprintln!("{kind}: {count}");
    let answers = hand_in(lanes, &clients(bench, nodes), usize::MAX).await?;
    ensure!(answers.applied() == count, "{kind}: {} of {count} were applied", answers.applied());
    Ok(json!({ "kind": kind, "count": count, "a second": answers.rate() }))
}

/// All by one member, whose numbers stand in a row, through one node.
async fn by_one(
    bench: &Bench,
    kind: &str,
    transactions: Vec<SignedTransaction>,
    dids_each: usize,
) -> anyhow::Result<Value> {
    let (client, count, started) = (bench.client(0), transactions.len(), Instant::now());
    eprintln!("{kind}: {count}");
    for chunk in transactions.chunks(IN_A_ROW) {
        for answer in client.submit(chunk, Wait::Final).await? {
            let reason = answer.reason.as_deref().unwrap_or(&answer.status);
            ensure!(answer.outcome.as_deref() == Some("applied"), "{kind}: {reason}");
        }
    }
    let rate = (count as f64 / started.elapsed().as_secs_f64()).round();
    let dids = (dids_each > 0).then_some(rate * dids_each as f64);
    Ok(json!({ "kind": kind, "count": count, "a second": rate, "DIDs a second": dids }))
}

async fn by_authority(bench: &Bench, people: &People, count: usize) -> anyhow::Result<Vec<Value>> {
    let mut acting = Acting::new(bench, 0).await?;
    let expires = Timestamp(now_ms() + 365 * 24 * 3_600_000);
    let dids: Vec<Did> = (0..count).map(|number| people.did(number)).collect();
    let single = dids.iter().map(|did| acting.next().attest(2, expires, [*did])).collect();
    let mut kinds = vec![by_one(bench, "attest, one DID each", single, 1).await?];
    let taken = dids.iter().map(|did| acting.next().withdraw([*did])).collect();
    kinds.push(by_one(bench, "withdraw, one DID each", taken, 1).await?);
    // once more, in the size that authorities use
    let batches: Vec<&[Did]> = dids.chunks_exact(BATCH).collect();
    let given = batches.iter().map(|dids| acting.next().attest(2, expires, dids.iter().copied())).collect();
    kinds.push(by_one(bench, "attest, 1,000 DIDs each", given, BATCH).await?);
    let taken = batches.iter().map(|dids| acting.next().withdraw(dids.iter().copied())).collect();
    kinds.push(by_one(bench, "withdraw, 1,000 DIDs each", taken, BATCH).await?);
    Ok(kinds)
}

async fn by_operator(bench: &Bench, people: &People, count: usize) -> anyhow::Result<Vec<Value>> {
    let mut acting = Acting::new(bench, 1).await?;
    let (mut register, mut update) = (Vec::new(), Vec::new());
    for (changes, name) in [(&mut register, "Books"), (&mut update, "Books and More")] {
        for number in 0..count.min(1_000) {
            let site = people.site(number, SiteName::new(name)?).context("a site's addresses")?;
            let key = people.key(number, 0);
            let acting = acting.next();
            changes.push(if name == "Books" {
                acting.register_site(site, &key)
            } else {
                acting.update_site(site, &key)
            });
        }
    }
    let registered = by_one(bench, "register_site", register, 0).await?;
    Ok(vec![registered, by_one(bench, "update_site", update, 0).await?])
}

async fn by_members(bench: &Bench) -> anyhow::Result<Vec<Value>> {
    let (mut proposer, mut approver) = (Acting::new(bench, 2).await?, Acting::new(bench, 3).await?);
    let (proposals, propose): (Vec<ProposalId>, Vec<_>) =
        (0..PROPOSALS).map(|number| proposer.next().propose(newcomer(number))).unzip();
    let approve = proposals.iter().map(|id| approver.next().approve(*id)).collect();
    let withdraw = proposals.iter().map(|id| approver.next().withdraw_approval(*id)).collect();
    Ok(vec![
        by_one(bench, "propose", propose, 0).await?,
        by_one(bench, "approve", approve, 0).await?,
        by_one(bench, "withdraw_approval", withdraw, 0).await?,
    ])
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

/// A member that carries out one thing after the other.
struct Acting {
    name: OrganisationName,
    key: SecretKey,
    genesis: GenesisDigest,
    sequence: Sequence,
}

impl Acting {
    /// The member that runs this validator.
    async fn new(bench: &Bench, place: usize) -> anyhow::Result<Self> {
        let (name, keys) = bench.member(place);
        let members: Vec<Value> = bench.client(0).get("/v1/members").await?;
        let member = members.iter().find(|member| member["name"] == name.as_str());
        let next = member.and_then(|member| member["next_sequence"].as_u64()).context("no such member")?;
        Ok(Self {
            key: SecretKey::ed25519(&*load(&keys.join(Purpose::Member.file()))?),
            name: OrganisationName::new(&name)?,
            genesis: bench.genesis().await?,
            sequence: Sequence(next),
        })
    }

    fn next(&mut self) -> Member<'_> {
        let sequence = self.sequence;
        self.sequence = sequence.next();
        let Self { name, key, genesis, .. } = self;
        Member { genesis: *genesis, name: name.clone(), key, sequence, expires: expiry() }
    }
}
