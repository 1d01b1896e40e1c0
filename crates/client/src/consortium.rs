//! Who the consortium is, and what it is deciding on, as a node tells it. None of it is proven: what members sign on it
//! takes effect only if the ledger agrees.

use realdid_types::{Block, Certificate, Wire};
use serde::Deserialize;

use crate::{ClientError, NodeClient};

/// A member.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct MemberView {
    /// Its name.
    pub name: String,
    /// Its key, in hexadecimal.
    pub key: String,
    /// `authority` if it attests people, `operator` if it registers sites.
    #[serde(default)]
    pub roles: Vec<String>,
    /// The number that its next transaction must have.
    pub next_sequence: u64,
}

/// An open proposal.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct ProposalView {
    /// What names it.
    pub id: String,
    /// `add_validator`, `remove_validator`, `put_member`, `remove_member`, `set_parameters` or `set_rule`.
    pub change: String,
    /// What would change, in words.
    pub text: String,
    /// The validator's that would join or leave.
    pub consensus_key: Option<String>,
    /// The member that it is about.
    pub organisation: Option<String>,
    /// The block time from which on it is void.
    pub expires: u64,
    /// The members that are for it.
    pub approvals: Vec<String>,
    /// How many must be.
    pub needed: u32,
}

/// A row of the policy.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct RuleView {
    /// What it is about.
    pub action: String,
    /// `member`, `authority` or `operator`.
    pub role: String,
    /// How many members of that role must agree.
    pub approvals: u32,
}

/// The validators.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct ValidatorsView {
    /// The present epoch.
    pub epoch: u64,
    /// Those of this epoch.
    pub validators: Vec<ValidatorView>,
    /// Those of the next, if they differ.
    pub next: Option<Vec<ValidatorView>>,
}

/// A validator.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct ValidatorView {
    /// Who runs it.
    pub organisation: String,
    /// Signs votes, in hexadecimal.
    pub consensus_key: String,
}

#[derive(Deserialize)]
struct BlockView {
    encoded: String,
    certificate: Option<String>,
}

impl ValidatorsView {
    /// Those that are to be in office, as far as it is decided.
    #[must_use]
    pub fn newest(&self) -> &[ValidatorView] {
        self.next.as_ref().unwrap_or(&self.validators)
    }
}

impl NodeClient {
    /// The members.
    ///
    /// # Errors
    /// If the node does not answer so.
    pub async fn members(&self) -> Result<Vec<MemberView>, ClientError> {
        self.get("/v1/members").await
    }

    /// The open proposals.
    ///
    /// # Errors
    /// If the node does not answer so.
    pub async fn proposals(&self) -> Result<Vec<ProposalView>, ClientError> {
        self.get("/v1/proposals").await
    }

    /// Who may do what, and how many of them it takes.
    ///
    /// # Errors
    /// If the node does not answer so.
    pub async fn policy(&self) -> Result<Vec<RuleView>, ClientError> {
        self.get("/v1/policy").await
    }

    /// The validators.
    ///
    /// # Errors
    /// If the node does not answer so.
    pub async fn validators(&self) -> Result<ValidatorsView, ClientError> {
        self.get("/v1/validators").await
    }

    /// The newest final block.
    ///
    /// # Errors
    /// If the node does not answer so.
    pub async fn newest_block(&self) -> Result<Block, ClientError> {
        let view: BlockView = self.get("/v1/blocks/latest").await?;
        Block::decode(&self.bytes(&view.encoded)?).map_err(|error| self.strange(error))
    }

    /// The validators of the present epoch whose signatures are in the newest block's own certificate; none if it is
    /// final by one above it.
    ///
    /// # Errors
    /// If the node does not answer so.
    pub async fn newest_signers(&self) -> Result<Vec<ValidatorView>, ClientError> {
        let validators = self.validators().await?.validators;
        let view: BlockView = self.get("/v1/blocks/latest").await?;
        let Some(certificate) = view.certificate else { return Ok(Vec::new()) };
        let certificate =
            Certificate::decode(&self.bytes(&certificate)?).map_err(|error| self.strange(error))?;
        let signed = certificate.signers.iter().filter_map(|index| validators.get(usize::from(index.0)));
        Ok(signed.cloned().collect())
    }
}
