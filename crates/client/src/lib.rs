//! What speaks to a RealDID node: build and sign transactions, hand them in, follow them, and check what a node says
//! of a DID without trusting it.
//!
//! The feature `http`, which is on unless told otherwise, is what speaks to a node; the rest is pure.

#[cfg(feature = "http")]
mod consortium;
mod governance;
#[cfg(feature = "http")]
mod http;
mod light;
mod sign;

#[cfg(feature = "http")]
pub use consortium::{MemberView, ProposalView, ValidatorView, ValidatorsView};
pub use governance::{Member, possession};
#[cfg(feature = "http")]
pub use http::{ClientError, NodeClient, Problem, Resolved, Submitted, Wait};
pub use light::{LightClient, ProvenRecord, RecordProof, Untrusted};
pub use sign::{create_did, sign};
