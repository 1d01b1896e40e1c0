//! A genesis as a file that people can read, edit and compare.

use std::path::{Path, PathBuf};

use realdid_crypto::{Digest, PublicKey};
use realdid_types::{
    Genesis, GenesisError, Member, NetworkName, OrganisationName, Parameters, Roles, Timestamp, Validator,
};
use serde::{Deserialize, Serialize};

use crate::hex;

/// The file; its fields are those of [`Genesis`], keys in hexadecimal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GenesisFile {
    /// The name in DIDs.
    pub network: String,
    /// Drawn once.
    pub random: String,
    /// The time of block 0 in milliseconds since 1970.
    pub time_ms: u64,
    /// Whether commands for development are allowed.
    pub development: bool,
    /// The first values.
    pub parameters: ParametersFile,
    /// The organisations.
    pub members: Vec<MemberFile>,
    /// In their order.
    pub validators: Vec<ValidatorFile>,
}

/// As [`Parameters`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ParametersFile {
    /// How long a leader with nothing to propose may wait.
    pub max_idle_ms: u64,
    /// How far ahead a transaction may expire.
    pub max_expiry_ms: u64,
    /// Window in which quotas are counted.
    pub quota_window_ms: u64,
    /// Units that an organisation may spend in one.
    pub quota: u64,
    /// Approvals that a change of validators needs.
    pub approvals: u32,
    /// Which operations are valid: 1 or 2.
    pub format: u32,
}

/// As [`Member`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MemberFile {
    /// Its name.
    pub name: String,
    /// Signs its proposals and approvals.
    pub key: String,
    /// The author keys of its nodes.
    pub nodes: Vec<String>,
    /// What it may do besides proposing and approving; nothing on a network of format 1.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub roles: Vec<RoleName>,
}

/// A role as it stands in the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RoleName {
    /// Attests people.
    Authority,
    /// Registers sites.
    Operator,
}

/// As [`Validator`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ValidatorFile {
    /// Who runs it.
    pub organisation: String,
    /// Signs votes.
    pub consensus_key: String,
    /// Names it on the networks.
    pub transport_key: String,
}

/// Why a file is no genesis.
#[derive(Debug, thiserror::Error)]
pub enum GenesisFileError {
    /// It cannot be read.
    #[error("{0}: {1}; every node of a network has the same genesis file: ask another operator for it")]
    Read(PathBuf, std::io::Error),
    /// It is no such file.
    #[error("{0} is no genesis: {1}")]
    Syntax(PathBuf, serde_json::Error),
    /// A value in it is not what it should be.
    #[error("in the genesis, {field} is {value:?}: {expected}")]
    Value {
        /// Where.
        field: &'static str,
        /// What stands there.
        value: String,
        /// What should.
        expected: &'static str,
    },
    /// It makes no network.
    #[error("the genesis starts no network: {0}")]
    Genesis(#[from] GenesisError),
}

impl GenesisFile {
    /// Reads a file.
    ///
    /// # Errors
    /// If it cannot be read or is none.
    pub fn read(path: &Path) -> Result<Self, GenesisFileError> {
        let text =
            std::fs::read_to_string(path).map_err(|error| GenesisFileError::Read(path.to_owned(), error))?;
        serde_json::from_str(&text).map_err(|error| GenesisFileError::Syntax(path.to_owned(), error))
    }

    /// The genesis that the file describes, checked.
    ///
    /// # Errors
    /// Names the value that is wrong.
    pub fn genesis(&self) -> Result<Genesis, GenesisFileError> {
        let members: Result<Vec<Member>, GenesisFileError> = self.members.iter().map(member).collect();
        let validators: Result<Vec<Validator>, GenesisFileError> =
            self.validators.iter().map(validator).collect();
        let network = NetworkName::new(&self.network)
            .map_err(|_| wrong("network", &self.network, "1 to 20 of a-z, 0-9 and - are allowed"))?;
        let parameters = &self.parameters;
        let genesis = Genesis {
            network,
            random: Digest::from_bytes(key_bytes("random", &self.random)?),
            time: Timestamp(self.time_ms),
            development: self.development,
            parameters: Parameters {
                max_idle: parameters.max_idle_ms,
                max_expiry: parameters.max_expiry_ms,
                quota_window: parameters.quota_window_ms,
                quota: parameters.quota,
                approvals: parameters.approvals,
                format: parameters.format,
            },
            members: members?,
            validators: validators?,
        };
        genesis.check()?;
        Ok(genesis)
    }
}

impl From<&Genesis> for GenesisFile {
    fn from(genesis: &Genesis) -> Self {
        let parameters = &genesis.parameters;
        Self {
            network: genesis.network.to_string(),
            random: genesis.random.to_string(),
            time_ms: genesis.time.0,
            development: genesis.development,
            parameters: ParametersFile {
                max_idle_ms: parameters.max_idle,
                max_expiry_ms: parameters.max_expiry,
                quota_window_ms: parameters.quota_window,
                quota: parameters.quota,
                approvals: parameters.approvals,
                format: parameters.format,
            },
            members: genesis.members.iter().map(member_file).collect(),
            validators: genesis.validators.iter().map(validator_file).collect(),
        }
    }
}

fn member_file(member: &Member) -> MemberFile {
    MemberFile {
        name: member.name.to_string(),
        key: member.key.to_string(),
        nodes: member.nodes.iter().map(ToString::to_string).collect(),
        roles: role_names(member.roles.unwrap_or_default()),
    }
}

fn validator_file(validator: &Validator) -> ValidatorFile {
    ValidatorFile {
        organisation: validator.organisation.to_string(),
        consensus_key: validator.consensus_key.to_string(),
        transport_key: validator.transport_key.to_string(),
    }
}

fn member(file: &MemberFile) -> Result<Member, GenesisFileError> {
    let nodes = file.nodes.iter().map(|node| key("members.nodes", node)).collect::<Result<_, _>>()?;
    let roles = Roles {
        authority: file.roles.contains(&RoleName::Authority),
        operator: file.roles.contains(&RoleName::Operator),
    };
    Ok(Member {
        name: organisation("members.name", &file.name)?,
        key: key("members.key", &file.key)?,
        nodes,
        roles: Some(roles).filter(|roles| *roles != Roles::default()),
    })
}

fn role_names(roles: Roles) -> Vec<RoleName> {
    let named = [(roles.authority, RoleName::Authority), (roles.operator, RoleName::Operator)];
    named.into_iter().filter(|(has, _)| *has).map(|(_, name)| name).collect()
}

fn validator(file: &ValidatorFile) -> Result<Validator, GenesisFileError> {
    Ok(Validator {
        organisation: organisation("validators.organisation", &file.organisation)?,
        consensus_key: key("validators.consensus_key", &file.consensus_key)?,
        transport_key: key("validators.transport_key", &file.transport_key)?,
    })
}

fn organisation(field: &'static str, name: &str) -> Result<OrganisationName, GenesisFileError> {
    OrganisationName::new(name).map_err(|_| wrong(field, name, "1 to 32 of a-z, 0-9 and - are allowed"))
}

fn key(field: &'static str, text: &str) -> Result<PublicKey, GenesisFileError> {
    Ok(PublicKey::ed25519(key_bytes(field, text)?))
}

fn key_bytes(field: &'static str, text: &str) -> Result<[u8; 32], GenesisFileError> {
    hex::decode(text).ok_or_else(|| wrong(field, text, "64 hexadecimal digits are expected"))
}

fn wrong(field: &'static str, value: &str, expected: &'static str) -> GenesisFileError {
    GenesisFileError::Value { field, value: value.to_owned(), expected }
}
