//! What a light client believes of the state besides records.

use realdid_crypto::{PublicKey, Verifier};
use realdid_identity::{Attestation, ReplacedKey, SiteRecord};
use realdid_merkle::{Page, PageId, Pages};
use realdid_state::{MemberEntry, Policy, StateKey, StateRead, rule};
use realdid_types::{Action, Did, OrganisationName, Parameters, Rule, Wire};

use crate::{LightClient, Proven, RecordProof, Untrusted};

impl LightClient {
    /// Checks what a node says of a key that a DID had: from when until when, and since when it is compromised.
    ///
    /// # Errors
    /// Says what does not hold.
    pub fn check_replaced_key(
        &self,
        (did, key): (Did, PublicKey),
        shown: &RecordProof,
        verifier: &dyn Verifier,
    ) -> Result<Proven<ReplacedKey>, Untrusted> {
        self.check_entry(&StateKey::ReplacedKey(did, key), shown, verifier)
    }

    /// Checks what a node says of an authority's attestation of a DID. Whether it counts depends on its expiry, too,
    /// and on whether the authority still is one.
    ///
    /// # Errors
    /// Says what does not hold.
    pub fn check_attestation(
        &self,
        (did, authority): (Did, OrganisationName),
        shown: &RecordProof,
        verifier: &dyn Verifier,
    ) -> Result<Proven<Attestation>, Untrusted> {
        self.check_entry(&StateKey::Attestation(did, authority), shown, verifier)
    }

    /// Checks what a node says of the site of a DID.
    ///
    /// # Errors
    /// Says what does not hold.
    pub fn check_site(
        &self,
        did: Did,
        shown: &RecordProof,
        verifier: &dyn Verifier,
    ) -> Result<Proven<SiteRecord>, Untrusted> {
        self.check_entry(&StateKey::Site(did), shown, verifier)
    }

    /// Checks what a node says of a member.
    ///
    /// # Errors
    /// Says what does not hold.
    pub fn check_member(
        &self,
        name: OrganisationName,
        shown: &RecordProof,
        verifier: &dyn Verifier,
    ) -> Result<Proven<MemberEntry>, Untrusted> {
        self.check_entry(&StateKey::Member(name), shown, verifier)
    }

    /// Checks what a node says of the rows of the policy that members have changed; [`policy_rows`] makes the whole
    /// policy of them.
    ///
    /// # Errors
    /// Says what does not hold.
    pub fn check_policy(
        &self,
        shown: &RecordProof,
        verifier: &dyn Verifier,
    ) -> Result<Proven<Policy>, Untrusted> {
        self.check_entry(&StateKey::Policy, shown, verifier)
    }
}

/// Every row of the policy, of those that members have changed and of the parameters on which the others depend.
#[must_use]
pub fn policy_rows(changed: Option<&Policy>, parameters: &Parameters) -> Vec<Rule> {
    let state = Only(changed.map(Wire::encode));
    Action::ALL.iter().map(|action| rule(&state, parameters, *action)).collect()
}

/// A state of which only the policy is known.
struct Only(Option<Vec<u8>>);

impl Pages for Only {
    fn page(&self, _: &PageId) -> Option<Page> {
        None
    }
}

impl StateRead for Only {
    fn value(&self, key: &[u8]) -> Option<Vec<u8>> {
        self.0.clone().filter(|_| key == StateKey::Policy.to_bytes())
    }
}

#[cfg(test)]
mod tests {
    use realdid_types::Role;

    use super::*;

    #[test]
    fn a_row_that_nobody_changed_is_as_at_the_start_and_a_changed_one_is_not() {
        let parameters = Parameters {
            max_idle: 5_000,
            max_expiry: 600_000,
            quota_window: 60_000,
            quota: 1,
            approvals: 3,
            format: 2,
        };
        let row = |rows: &[Rule], wanted| *rows.iter().find(|rule| rule.action == wanted).expect("a row");
        let at_start = policy_rows(None, &parameters);
        assert_eq!(at_start.len(), Action::ALL.len());
        assert_eq!(row(&at_start, Action::ChangeMembers).approvals, 3);

        let rule = Rule { action: Action::Attest, role: Role::Operator, approvals: 1 };
        let changed = policy_rows(Some(&Policy { rules: vec![rule] }), &parameters);
        assert_eq!(row(&changed, Action::Attest), rule);
        assert_eq!(row(&changed, Action::ChangeMembers), row(&at_start, Action::ChangeMembers));
    }
}
