//! What became of a transaction in a block.
//!
//! A transaction is *decided* the first time it is found to be the sender's own next one: then it is applied or
//! refused, and either way its number is used up, so that no copy of it is ever decided again, and nobody has to
//! remember which were. Before that, nothing about it counts: whoever packs somebody's transaction too early, too
//! late, over quota or with some of its signatures left out must not be able to spoil it. Such an inclusion is
//! *skipped*, charged to the batch's author, and the transaction can still be decided in a later block.
//!
//! So a refusal depends only on what was signed and on the state; all that depends on who packed the transaction,
//! where, and with which signatures, is a skip.

use realdid_crypto::{Context, Digest, Hasher};
use realdid_types::{
    DecodeError, TransactionId, Wire, codec,
    wire::{Field, Reader, TopLevel, Writer},
};

macro_rules! codes {
    ($(#[$doc:meta])* $name:ident { $($number:literal $variant:ident $text:literal,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        #[repr(u16)]
        pub enum $name {
            $(#[doc = $text] $variant = $number,)*
        }

        impl $name {
            /// Its stable number.
            #[must_use]
            pub const fn code(self) -> u16 {
                self as u16
            }

            /// All of them, ascending.
            pub const ALL: &[Self] = &[$(Self::$variant,)*];

            /// Its stable name: the variant's in snake case.
            #[must_use]
            pub fn name(self) -> String {
                let variant = match self { $(Self::$variant => stringify!($variant),)* };
                snake_case(variant)
            }

            fn from_code(code: u64) -> Option<Self> {
                match code {
                    $($number => Some(Self::$variant),)*
                    _ => None,
                }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(match self { $(Self::$variant => $text,)* })
            }
        }
    };
}

fn snake_case(variant: &str) -> String {
    let mut name = String::new();
    for letter in variant.chars() {
        if letter.is_ascii_uppercase() && !name.is_empty() {
            name.push('_');
        }
        name.push(letter.to_ascii_lowercase());
    }
    name
}

codes! {
    /// Why an inclusion does not count.
    Skipped {
        100 AuthorUnknown "the batch's author is no member's node",
        101 OverQuota "the author's organisation has spent its quota in this window",
        102 Expired "block time has reached its expiry",
        103 ExpiresTooLate "it expires further ahead than allowed",
        104 SequenceUsed "its number is used up",
        105 SequenceAhead "its number is not the sender's next",
        106 SenderUnknown "there is no such sender",
        107 NotAuthorised "no key that signed it may act for the sender",
        108 InvalidCreate "the operation can never make a DID",
        109 NotPossessed "a key that must show that it is there did not sign",
        110 BatchRepeated "the batch was in a block before, or is too old to tell",
        111 SenderDeactivated "the DID has ended",
        112 PersonalData "a text holds what looks like an identity-card number, a mobile number or an e-mail address",
    }
}

codes! {
    /// Why a decided transaction changed nothing.
    Refused {
        200 NoInvocationKey "no key would be left that may change the record",
        201 KeyExists "a key to add is already in the record",
        202 NoSuchKey "a key to remove is not in the record",
        203 TooManyKeys "the record would have more than eight keys",
        204 KeyReplaced "a key to add was replaced before",
        205 NotCommitted "only the committed key may come next, and only it may bring another commitment",
        206 CommitmentKnown "a commitment is to a key that is known, or two of them are to one key",
        207 NoChange "nothing would change",
        208 OtherSender "the operation is not for this sender",
        209 FormatNotValid "this network does not carry out operations of this kind",
        210 NoSuchService "a service to remove is not in the record",
        211 TooManyServices "the record would have more than eight services",
        212 PersonalData "a text holds what looks like an identity-card number, a mobile number or an e-mail address",
        213 OwnController "a DID cannot control itself",
        214 CompromisedLater "a key is declared compromised from a time on that is still to come",
        220 UnknownProposal "there is no such open proposal",
        221 AlreadyApproved "this member has approved it",
        222 TooManyProposals "as many proposals as allowed are open",
        223 ProposalExpiry "the proposal's expiry is past or too far ahead",
        224 UnknownMember "there is no such member",
        225 ValidatorExists "a validator has one of these keys",
        226 UnknownValidator "there is no such validator",
        227 TooFewValidators "no validator would be left",
        228 TooManyValidators "there would be more validators than allowed",
        229 TooManyChanges "more validators would change in one epoch than it can bear",
        230 HeaderNotRecent "the signed header is not among the newest 256",
        231 PossessionForged "the consensus key did not sign that header",
        232 NotInRole "the policy gives this to members of another role",
        233 NotApproved "this member has not approved it",
        234 RunsValidators "the member still runs validators",
        235 RuleImpossible "the policy could never be met, or one member alone could change the rules",
        236 ParameterFixed "only quotas and approvals can change while a network runs, and only within their ranges",
        237 NodeExists "a node to add is a member's already",
        238 UnknownNode "a node to remove is not this member's",
        239 TooManyMembers "there would be more members, or nodes of one, than allowed",
        240 UnknownEpoch "evidence of another epoch cannot be verified",
        241 EvidenceForged "the evidence proves nothing",
        242 EvidenceKnown "this validator is on record in this epoch",
        250 AttestationLevel "the level of an attestation is 1, 2 or 3",
        251 AttestationExpiry "the attestation's expiry is past or more than five years ahead",
        252 UnknownDid "there is no such active DID",
        253 SiteExists "the DID has a site already",
        254 UnknownSite "the DID has no site",
        255 ForeignReturnAddress "a return address is not under one of the site's origins",
    }
}

/// What became of an inclusion of a transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Outcome {
    /// Its operation took effect, and its number is used up.
    Applied,
    /// Its number is used up and nothing else changed.
    Refused(Refused),
    /// This inclusion counts for nothing.
    Skipped(Skipped),
}

impl Outcome {
    /// Whether no later block can change what became of the transaction.
    #[must_use]
    pub const fn is_decided(self) -> bool {
        !matches!(self, Self::Skipped(_))
    }
}

/// What became of one transaction in one block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// Which.
    pub transaction: TransactionId,
    /// What.
    pub outcome: Outcome,
}

impl Receipt {
    /// The digest over the receipts of a block.
    #[must_use]
    pub fn digest_all(receipts: &[Self]) -> Digest {
        let mut hasher = Hasher::new(Context::Receipts);
        for receipt in receipts {
            let bytes = receipt.encode();
            hasher.update(&(bytes.len() as u64).to_le_bytes()).update(&bytes);
        }
        hasher.finish()
    }
}

impl From<realdid_identity::Refusal> for Refused {
    fn from(refusal: realdid_identity::Refusal) -> Self {
        use realdid_identity::Refusal;
        match refusal {
            Refusal::NoInvocationKey => Self::NoInvocationKey,
            Refusal::KeyExists => Self::KeyExists,
            Refusal::NoSuchKey => Self::NoSuchKey,
            Refusal::TooManyKeys => Self::TooManyKeys,
            Refusal::KeyReplaced => Self::KeyReplaced,
            Refusal::NotCommitted => Self::NotCommitted,
            Refusal::CommitmentKnown => Self::CommitmentKnown,
            Refusal::OtherDid => Self::OtherSender,
            Refusal::NoChange => Self::NoChange,
            Refusal::NoSuchService => Self::NoSuchService,
            Refusal::TooManyServices => Self::TooManyServices,
            Refusal::PersonalData => Self::PersonalData,
            Refusal::OwnController => Self::OwnController,
            Refusal::CompromisedLater => Self::CompromisedLater,
            Refusal::AttestationLevel => Self::AttestationLevel,
            Refusal::AttestationExpiry => Self::AttestationExpiry,
            Refusal::ForeignReturnAddress => Self::ForeignReturnAddress,
        }
    }
}

impl Field for Outcome {
    fn put(&self, number: u32, writer: &mut Writer) {
        let code = match self {
            Self::Applied => 1,
            Self::Refused(refused) => refused.code(),
            Self::Skipped(skipped) => skipped.code(),
        };
        writer.number(number, u64::from(code));
    }

    fn take(number: u32, reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let code = reader.number(number)?.ok_or(DecodeError::Missing(number))?;
        let refused = Refused::from_code(code).map(Self::Refused);
        let outcome = if code == 1 {
            Some(Self::Applied)
        } else {
            refused.or_else(|| Skipped::from_code(code).map(Self::Skipped))
        };
        outcome.ok_or(DecodeError::UnknownKind { field: number, number: code })
    }
}

codec! { Receipt { 1: transaction, 2: outcome, } }

impl TopLevel for Receipt {
    const BYTES_MAX: usize = 64;
}

#[cfg(test)]
mod tests {
    use super::*;

    fn every_outcome() -> Vec<Outcome> {
        let skipped = Skipped::ALL.iter().map(|code| Outcome::Skipped(*code));
        let refused = Refused::ALL.iter().map(|code| Outcome::Refused(*code));
        std::iter::once(Outcome::Applied).chain(skipped).chain(refused).collect()
    }

    #[test]
    fn every_outcome_reads_back_as_itself() {
        for outcome in every_outcome() {
            let receipt = Receipt { transaction: TransactionId::ZERO, outcome };
            assert_eq!(Receipt::decode(&receipt.encode()), Ok(receipt));
        }
    }

    #[test]
    fn a_code_that_nobody_gave_out_is_refused() {
        let mut bytes = Receipt { transaction: TransactionId::ZERO, outcome: Outcome::Applied }.encode();
        assert_eq!(bytes.pop(), Some(1));
        bytes.push(2);

        assert_eq!(Receipt::decode(&bytes), Err(DecodeError::UnknownKind { field: 2, number: 2 }));
    }

    #[test]
    fn a_code_has_a_name_and_a_sentence() {
        assert_eq!(Skipped::ExpiresTooLate.name(), "expires_too_late");
        assert_eq!(Refused::KeyExists.code(), 201);
        assert_eq!(Refused::KeyExists.to_string(), "a key to add is already in the record");
    }

    #[test]
    fn the_digest_depends_on_every_outcome_and_their_order() {
        let receipt =
            |byte, outcome| Receipt { transaction: TransactionId(Digest::from_bytes([byte; 32])), outcome };
        let (a, b) = (receipt(1, Outcome::Applied), receipt(2, Outcome::Applied));
        let refused = receipt(1, Outcome::Refused(Refused::NoChange));
        let digest = Receipt::digest_all(&[a, b]);

        assert_ne!(digest, Receipt::digest_all(&[b, a]));
        assert_ne!(digest, Receipt::digest_all(&[refused, b]));
        assert_ne!(digest, Receipt::digest_all(&[a]));
    }
}
