//! What must hold in every state, whatever was lost, delayed or lied about.

use std::collections::{BTreeMap, BTreeSet};

use realdid_types::{BlockDigest, EpochView, Header, Height, View, VoteKind, VoteStatement};

use super::{network::Network, validator::Validator};

/// The headers of all blocks that a leader, honest or not, has made.
pub type Headers = BTreeMap<BlockDigest, Header>;

/// The statements for which somebody can make a certificate: a quorum has said so, liars included.
pub fn certifiable(network: &Network, validators: &[&Validator]) -> BTreeSet<VoteStatement> {
    let mut counts: BTreeMap<VoteStatement, usize> = BTreeMap::new();
    for statement in validators.iter().flat_map(|validator| &validator.said) {
        *counts.entry(*statement).or_default() += 1;
    }
    let needed = network.quorum() - network.liars.len();
    counts.into_iter().filter(|(_, count)| *count >= needed).map(|(statement, _)| statement).collect()
}

/// Agreement, I1 to I5 over all lives of the honest, and no contradiction that would be evidence against them.
///
/// # Errors
/// Says what does not hold.
pub fn check(network: &Network, validators: &[&Validator], headers: &Headers) -> Result<(), String> {
    let certified = certifiable(network, validators);
    for validator in validators {
        if let Some(complaint) = &validator.complaint {
            return Err(complaint.clone());
        }
        check_votes(network, validator, &certified, headers)
            .map_err(|what| format!("validator {}: {what}", validator.index))?;
    }
    check_agreement(network, validators, &certified, headers)
}

fn check_votes(
    network: &Network,
    validator: &Validator,
    certified: &BTreeSet<VoteStatement>,
    headers: &Headers,
) -> Result<(), String> {
    // statements ascend by kind first: those of one kind and view are neighbours
    let votes: Vec<&VoteStatement> = validator.said.iter().collect();
    for pair in votes.windows(2) {
        if pair[0].kind == pair[1].kind && pair[0].at == pair[1].at {
            return Err(format!("I1: said both {:?} and {:?}", pair[0], pair[1]));
        }
    }
    for vote in votes {
        match vote.kind {
            VoteKind::Prepare => check_parent(network, vote, certified, headers)?,
            VoteKind::Commit => {
                if validator.said.contains(&VoteStatement::skip(vote.at)) {
                    return Err(format!("I2: said Commit and Skip in view {}", vote.at));
                }
                if !certified.contains(&VoteStatement::prepare(vote.at, vote.block)) {
                    return Err(format!("I4: said {vote:?}, which no quorum has prepared"));
                }
            }
            VoteKind::Skip => {}
        }
    }
    Ok(())
}

/// I3.
fn check_parent(
    network: &Network,
    vote: &VoteStatement,
    certified: &BTreeSet<VoteStatement>,
    headers: &Headers,
) -> Result<(), String> {
    let header = headers.get(&vote.block).ok_or_else(|| format!("said {vote:?} for an unknown block"))?;
    let at = |view| EpochView::new(vote.at.epoch, view);
    let parent_at = at(header.parent_view);
    let proven = if header.parent_view == View(0) {
        header.parent == network.genesis.digest()
    } else {
        certified.contains(&VoteStatement::prepare(parent_at, header.parent))
            || certified.contains(&VoteStatement::commit(parent_at, header.parent))
    };
    let between = (header.parent_view.next().0..vote.at.view.0).map(View);
    let unskipped = between.into_iter().find(|view| !certified.contains(&VoteStatement::skip(at(*view))));
    if !proven || unskipped.is_some() {
        return Err(format!("I3: said {vote:?}, parent proven: {proven}, not skipped: {unskipped:?}"));
    }
    Ok(())
}

/// All committed blocks, and all that anybody delivered as final, are on one chain.
fn check_agreement(
    network: &Network,
    validators: &[&Validator],
    certified: &BTreeSet<VoteStatement>,
    headers: &Headers,
) -> Result<(), String> {
    let mut chain: BTreeMap<Height, BlockDigest> = BTreeMap::new();
    let committed = certified.iter().filter(|one| one.kind == VoteKind::Commit).map(|one| one.block);
    let finals = validators.iter().flat_map(|validator| validator.finals.values().copied());
    for end in committed.chain(finals) {
        let mut digest = end;
        while digest != network.genesis.digest() {
            let header =
                headers.get(&digest).ok_or_else(|| format!("an unknown block {digest:?} is final"))?;
            let known = chain.insert(header.height, digest);
            if known.is_some_and(|known| known != digest) {
                return Err(format!("agreement: two final blocks at height {}", header.height));
            }
            digest = header.parent;
        }
    }
    Ok(())
}
