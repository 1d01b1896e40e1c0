//! What a network agrees on before its first block.

use std::collections::BTreeSet;

use realdid_crypto::{Context, Digest, PublicKey, digest};

use crate::{
    Block, BlockDigest, EpochView, GenesisDigest, Header, Height, NetworkName, OrganisationName, Roles,
    StateRoot, Timestamp, Validator, ValidatorIndex, ValidatorSet, View, Wire, limits, wire::Ordered,
};

/// A member of the consortium as it stands in genesis.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// Its name.
    pub name: OrganisationName,
    /// Signs its proposals and approvals.
    pub key: PublicKey,
    /// Its nodes that may author batches; ascending.
    pub nodes: Vec<PublicKey>,
    /// What it may do besides proposing and approving; none on a network of format 1.
    pub roles: Option<Roles>,
}

/// What all nodes agree on and members can change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parameters {
    /// How long a leader with nothing to propose may wait, in milliseconds.
    pub max_idle: u64,
    /// How far ahead of block time a transaction may expire, in milliseconds.
    pub max_expiry: u64,
    /// Length of the window in which quotas are counted, in milliseconds of block time.
    pub quota_window: u64,
    /// Units that an organisation may spend in one window.
    pub quota: u64,
    /// Approvals that a change of validators needs.
    pub approvals: u32,
    /// Which operations are valid: 1 for keys and validators alone, 2 for all.
    pub format: u32,
}

/// The first state of a network; its digest is in everything that is signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Genesis {
    /// The name in its DIDs.
    pub network: NetworkName,
    /// Drawn once, so that two networks never share a digest.
    pub random: Digest,
    /// The time of block 0.
    pub time: Timestamp,
    /// Whether commands that exist for development only are allowed.
    pub development: bool,
    /// The first values.
    pub parameters: Parameters,
    /// Ascending by name.
    pub members: Vec<Member>,
    /// In their order.
    pub validators: Vec<Validator>,
}

/// Why a genesis cannot start a network.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum GenesisError {
    /// Members not ascending by name, or one twice.
    #[error("members are not ascending by name")]
    MembersOrder,
    /// The nodes of a member not ascending.
    #[error("the nodes of {0} are not ascending")]
    NodesOrder(OrganisationName),
    /// More members, or more nodes of one, than allowed.
    #[error("{0} members or nodes of one where at most {1} are allowed")]
    TooMany(usize, usize),
    /// A node key stands under two members or twice.
    #[error("a node key stands twice")]
    SharedNode,
    /// A validator of an organisation that is no member.
    #[error("{0} runs a validator but is no member")]
    NoMember(OrganisationName),
    /// The validators are no set.
    #[error(transparent)]
    Validators(#[from] crate::ValidatorSetError),
    /// A parameter that would stop the network.
    #[error("parameter {0} is out of its range")]
    Parameter(&'static str),
    /// Nothing could ever be approved.
    #[error("{0} approvals are needed and there are {1} members")]
    Approvals(u32, usize),
    /// One member could change everything.
    #[error("one approval would let each of {0} members decide alone: 2 are needed at least")]
    OneDecides(usize),
}

impl Genesis {
    /// Names the network.
    #[must_use]
    pub fn digest(&self) -> GenesisDigest {
        GenesisDigest(digest(Context::Genesis, &self.encode()))
    }

    /// The validators of epoch 0.
    ///
    /// # Errors
    /// If they are no set.
    pub fn validator_set(&self) -> Result<ValidatorSet, GenesisError> {
        Ok(ValidatorSet::new(self.validators.clone())?)
    }

    /// The header of block 0. Its parent is the genesis digest, so that no two networks share a block.
    ///
    /// # Errors
    /// If the validators are no set.
    pub fn header(&self) -> Result<Header, GenesisError> {
        let validators = self.validator_set()?.digest();
        Ok(Header {
            at: EpochView::default(),
            height: Height(0),
            parent: BlockDigest(self.digest().0),
            parent_view: View(0),
            validators,
            next_validators: validators,
            state_root: StateRoot::ZERO,
            batches: Block::batches_root(&[]),
            transactions: 0,
            time: self.time,
            proposer: ValidatorIndex(0),
        })
    }

    /// Block 0, which orders nothing.
    ///
    /// # Errors
    /// If the validators are no set.
    pub fn block(&self) -> Result<Block, GenesisError> {
        Ok(Block { header: self.header()?, batches: Vec::new() })
    }

    /// Whether a network can start from it.
    ///
    /// # Errors
    /// Names what is wrong.
    pub fn check(&self) -> Result<(), GenesisError> {
        self.validator_set()?;
        let nodes_max = self.members.iter().map(|member| member.nodes.len()).max().unwrap_or(0);
        for (count, max) in [(self.members.len(), limits::MEMBERS_MAX), (nodes_max, limits::MEMBER_NODES_MAX)]
        {
            if count > max {
                return Err(GenesisError::TooMany(count, max));
            }
        }
        if !self.members.is_sorted_by(Member::precedes) {
            return Err(GenesisError::MembersOrder);
        }
        if let Some(member) = self.members.iter().find(|member| !member.nodes.is_sorted_by(|a, b| a < b)) {
            return Err(GenesisError::NodesOrder(member.name.clone()));
        }
        let nodes: Vec<_> = self.members.iter().flat_map(|member| &member.nodes).collect();
        if nodes.iter().collect::<BTreeSet<_>>().len() != nodes.len() {
            return Err(GenesisError::SharedNode);
        }
        let is_member = |name: &OrganisationName| self.members.iter().any(|member| member.name == *name);
        if let Some(stranger) = self.validators.iter().find(|validator| !is_member(&validator.organisation)) {
            return Err(GenesisError::NoMember(stranger.organisation.clone()));
        }
        self.parameters.check()?;
        let (approvals, members) = (self.parameters.approvals, self.members.len());
        if !usize::try_from(approvals).is_ok_and(|approvals| approvals <= members) {
            return Err(GenesisError::Approvals(approvals, members));
        }
        // networks of format 1 have nothing else to decide on than validators, and there are some
        if approvals < 2 && members > 1 && self.parameters.format > 1 {
            return Err(GenesisError::OneDecides(members));
        }
        Ok(())
    }
}

impl Parameters {
    /// Whether a network can live with them.
    ///
    /// # Errors
    /// Names the parameter that is out of its range.
    pub fn check(&self) -> Result<(), GenesisError> {
        let checks = [
            ("max_idle", (100..=3_600_000).contains(&self.max_idle)),
            ("max_expiry", (1_000..=86_400_000).contains(&self.max_expiry)),
            ("quota_window", (1_000..=86_400_000).contains(&self.quota_window)),
            ("quota", self.quota > 0),
            ("approvals", self.approvals > 0),
            ("format", limits::OPERATIONS_FORMATS.contains(&self.format)),
        ];
        checks.iter().find(|(_, holds)| !holds).map_or(Ok(()), |(name, _)| Err(GenesisError::Parameter(name)))
    }
}

codec! { Member[limits::MEMBER_BYTES_MAX] { 1: name, 2: key, 3: nodes ascending to limits::MEMBER_NODES_MAX, 4: roles, } }
codec! {
    Parameters[limits::PARAMETERS_BYTES_MAX] { 1: max_idle, 2: max_expiry, 3: quota_window, 4: quota, 5: approvals, 6: format, }
}
codec! {
    #[versioned]
    Genesis[limits::GENESIS_BYTES_MAX] {
        2: network,
        3: random,
        4: time,
        5: development,
        6: parameters,
        7: members ascending to limits::MEMBERS_MAX,
        8: validators up to limits::VALIDATORS_MAX,
    }
}

/// Members stand in the order of their names.
impl Ordered for Member {
    fn precedes(&self, next: &Self) -> bool {
        self.name < next.name
    }
}
