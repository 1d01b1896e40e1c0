//! What members decide together.

use std::fmt;

use realdid_crypto::{Context, Digest, Hasher, PublicKey, Signature};

use crate::{
    BlockDigest, DecodeError, GenesisDigest, Height, OrganisationName, Parameters, ProposalId, Timestamp,
    limits,
    wire::{Field, Ordered, Reader, Writer},
};

/// Opens a proposal that takes effect when enough members approve it in time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Propose {
    /// What is to change.
    pub change: Change,
    /// The block time from which on it is void.
    pub expires: Timestamp,
}

/// A member's yes to a proposal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Approve {
    /// The transaction that proposed it.
    pub proposal: ProposalId,
}

/// Takes a member's yes back, as long as the proposal is open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WithdrawApproval {
    /// The transaction that proposed it.
    pub proposal: ProposalId,
}

/// What members can decide together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// A validator joins from the next epoch on.
    AddValidator(AddValidator),
    /// A validator leaves with the end of this epoch.
    RemoveValidator(RemoveValidator),
    /// A member joins, or gets another key, other roles, more or fewer nodes.
    PutMember(PutMember),
    /// A member leaves.
    RemoveMember(RemoveMember),
    /// The network's parameters become these.
    SetParameters(SetParameters),
    /// One row of the policy becomes this.
    SetRule(SetRule),
}

/// A validator that is to join.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AddValidator {
    /// The member that runs it.
    pub organisation: OrganisationName,
    /// Signs votes.
    pub consensus_key: PublicKey,
    /// Names it on the validators' plane.
    pub transport_key: PublicKey,
    /// Shows that the organisation holds the consensus key.
    pub proof: ProofOfPossession,
}

/// A signature by a joining validator's consensus key over a recent header.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProofOfPossession {
    /// The header's height.
    pub height: Height,
    /// By the consensus key, over that header's digest as a kind of its own.
    pub signature: Signature,
}

/// A validator that is to leave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RemoveValidator {
    /// Its consensus key.
    pub consensus_key: PublicKey,
}

/// What a member may do besides proposing and approving.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Roles {
    /// Attest people.
    pub authority: bool,
    /// Register sites.
    pub operator: bool,
}

/// A member as it is to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PutMember {
    /// Its name.
    pub name: OrganisationName,
    /// Signs for it.
    pub key: PublicKey,
    /// What it may do.
    pub roles: Roles,
    /// Nodes that may author batches from now on; ascending.
    pub add_nodes: Vec<PublicKey>,
    /// Nodes that may not any more; ascending.
    pub remove_nodes: Vec<PublicKey>,
}

/// A member that is to leave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RemoveMember {
    /// Its name.
    pub name: OrganisationName,
}

/// Parameters as they are to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SetParameters {
    /// All of them.
    pub parameters: Parameters,
}

/// A row of the policy as it is to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SetRule {
    /// The row.
    pub rule: Rule,
}

/// Who may do something, and how many of them it takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rule {
    /// What.
    pub action: Action,
    /// Who.
    pub role: Role,
    /// How many members of that role, the proposer included.
    pub approvals: u32,
}

macro_rules! numbered {
    ($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $number:literal $variant:ident $text:literal,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        #[repr(u8)]
        pub enum $name {
            $($(#[$variant_doc])* $variant = $number,)*
        }

        impl $name {
            /// All of them, ascending.
            pub const ALL: &[Self] = &[$(Self::$variant,)*];

            /// Its name in the interface.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $text,)* }
            }
        }

        impl Field for $name {
            fn put(&self, number: u32, writer: &mut Writer) {
                writer.number(number, *self as u64);
            }

            fn take(number: u32, reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
                match reader.number(number)?.ok_or(DecodeError::Missing(number))? {
                    $($number => Ok(Self::$variant),)*
                    other => Err(DecodeError::UnknownKind { field: number, number: other }),
                }
            }
        }
    };
}

numbered! {
    /// What the policy has a row for.
    Action {
        /// `attest` and `withdraw`.
        1 Attest "attest",
        /// `register_site` and `update_site`.
        2 RegisterSites "register_sites",
        /// [`Change::AddValidator`] and [`Change::RemoveValidator`].
        3 ChangeValidators "change_validators",
        /// [`Change::PutMember`] and [`Change::RemoveMember`].
        4 ChangeMembers "change_members",
        /// [`Change::SetParameters`].
        5 ChangeParameters "change_parameters",
        /// [`Change::SetRule`].
        6 ChangePolicy "change_policy",
    }
}

numbered! {
    /// Whom a row of the policy names.
    Role {
        /// Every member.
        1 Member "member",
        /// Members that attest people.
        2 Authority "authority",
        /// Members that register sites.
        3 Operator "operator",
    }
}

impl Change {
    /// The row of the policy that decides on it.
    #[must_use]
    pub const fn action(&self) -> Action {
        match self {
            Self::AddValidator(_) | Self::RemoveValidator(_) => Action::ChangeValidators,
            Self::PutMember(_) | Self::RemoveMember(_) => Action::ChangeMembers,
            Self::SetParameters(_) => Action::ChangeParameters,
            Self::SetRule(_) => Action::ChangePolicy,
        }
    }

    /// Its name in the interface.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::AddValidator(_) => "add_validator",
            Self::RemoveValidator(_) => "remove_validator",
            Self::PutMember(_) => "put_member",
            Self::RemoveMember(_) => "remove_member",
            Self::SetParameters(_) => "set_parameters",
            Self::SetRule(_) => "set_rule",
        }
    }

    /// Whether it is new in format 2.
    #[must_use]
    pub const fn is_of_format_2(&self) -> bool {
        !matches!(self, Self::AddValidator(_) | Self::RemoveValidator(_))
    }
}

/// In words, for whoever is to approve it.
impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AddValidator(add) => {
                write!(f, "{} runs one more validator, {}", add.organisation, add.consensus_key)
            }
            Self::RemoveValidator(remove) => write!(f, "the validator {} leaves", remove.consensus_key),
            Self::PutMember(put) => put.fmt(f),
            Self::RemoveMember(remove) => write!(f, "{} is no member any more", remove.name),
            Self::SetParameters(set) => {
                let Parameters { quota_window, quota, approvals, .. } = set.parameters;
                write!(f, "quota {quota} in {quota_window} ms, {approvals} approvals")
            }
            Self::SetRule(SetRule { rule }) => {
                write!(f, "{} takes {} of role {}", rule.action.name(), rule.approvals, rule.role.name())
            }
        }
    }
}

impl fmt::Display for PutMember {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name, key, roles, add_nodes, remove_nodes } = self;
        write!(f, "{name} is a member with key {key}")?;
        let named = [(roles.authority, Role::Authority), (roles.operator, Role::Operator)];
        for (_, role) in named.into_iter().filter(|(has, _)| *has) {
            write!(f, ", {}", role.name())?;
        }
        write!(f, "; {} nodes more, {} fewer", add_nodes.len(), remove_nodes.len())
    }
}

impl ProofOfPossession {
    /// What a joining validator's consensus key signs: that it knows this header of this network.
    #[must_use]
    pub fn signing_digest(genesis: GenesisDigest, header: BlockDigest) -> Digest {
        Hasher::new(Context::Possession).update(genesis.0.as_bytes()).update(header.0.as_bytes()).finish()
    }
}

/// One row for each action.
impl Ordered for Rule {
    fn precedes(&self, next: &Self) -> bool {
        self.action < next.action
    }
}

alternatives! {
    Change {
        1: AddValidator,
        2: RemoveValidator,
        3: PutMember,
        4: RemoveMember,
        5: SetParameters,
        6: SetRule,
    }
}

codec! { Propose { 1: change, 2: expires, } }
codec! { Approve { 1: proposal, } }
codec! { WithdrawApproval { 1: proposal, } }
codec! { AddValidator { 1: organisation, 2: consensus_key, 3: transport_key, 4: proof, } }
codec! { ProofOfPossession { 1: height, 2: signature, } }
codec! { RemoveValidator { 1: consensus_key, } }
codec! { Roles { 1: authority, 2: operator, } }
codec! {
    PutMember {
        1: name,
        2: key,
        3: roles,
        4: add_nodes ascending to limits::MEMBER_NODES_MAX,
        5: remove_nodes ascending to limits::MEMBER_NODES_MAX,
    }
}
codec! { RemoveMember { 1: name, } }
codec! { SetParameters { 1: parameters, } }
codec! { SetRule { 1: rule, } }
codec! { Rule { 1: action, 2: role, 3: approvals, } }
