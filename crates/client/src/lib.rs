//! What speaks to a RealDID node: build and sign transactions, hand them in, follow them, and check what a node says
//! of a DID without trusting it.
//!
//! The feature `http`, which is on unless told otherwise, is what speaks to a node; the rest is pure.

mod applied;
#[cfg(feature = "http")]
mod body;
#[cfg(feature = "http")]
mod checked;
#[cfg(feature = "http")]
mod client_error;
#[cfg(feature = "http")]
mod consortium;
mod control;
#[cfg(feature = "http")]
mod domain;
mod draft;
mod entries;
#[cfg(feature = "http")]
mod fresh;
mod governance;
mod history;
mod holder;
#[cfg(feature = "http")]
mod http;
mod light;
#[cfg(feature = "http")]
mod listing;
#[cfg(feature = "http")]
mod return_address;
#[cfg(feature = "http")]
mod roots;
mod sign;
mod standing;
mod statement;
#[cfg(feature = "http")]
mod well_known;

pub use applied::is_made_by;
#[cfg(feature = "http")]
pub use checked::{CheckError, CheckedNode, Shown};
#[cfg(feature = "http")]
pub use client_error::{ClientError, Problem};
#[cfg(feature = "http")]
pub use consortium::{MemberView, ProposalView, RuleView, ValidatorView, ValidatorsView};
pub use control::{CHALLENGE_BYTES, Control};
#[cfg(feature = "http")]
pub use domain::{DomainLinks, LinkError, LinkedDomain, link_credential};
pub use draft::{Draft, named_signers, subject};
pub use entries::policy_rows;
pub use governance::{Member, in_order, possession};
pub use history::{check_parent, check_previous};
pub use holder::{Holder, compromised_keys};
#[cfg(feature = "http")]
pub use http::{NodeClient, Resolved, Submitted, Wait, http_builder};
pub use light::{LightClient, Proven, ProvenRecord, RecordProof, Untrusted};
#[cfg(feature = "http")]
pub use return_address::{HandOverError, hand_over};
#[cfg(feature = "http")]
pub use roots::{RootsError, roots};
pub use sign::{create_did, sign, sign_too};
pub use standing::{Standing, standing};
pub use statement::{sign_statement, statement, verify_statement};
#[cfg(feature = "http")]
pub use well_known::{FetchError, did_configuration};
