//! What became of a transaction in a block.
//!
//! A transaction is *decided* the first time it is found to be the sender's own next one: then it is applied or
//! refused, and either way its number is used up, so that no copy of it is ever decided again. Before that, nothing
//! about it counts: whoever packs somebody's transaction too early, too late, over quota or with other signatures
//! must not be able to spoil it. Such an inclusion is *skipped*, charged to the batch's author, and the transaction
//! can still be decided in a later block.

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
    }
}

codes! {
    /// Why a decided transaction changed nothing.
    Refused {
        200 NoInvocationKey "no key would be left that may change the record",
        201 KeyExists "a key to add is already in the record",
        202 NoSuchKey "a key to remove is not in the record",
        203 TooManyKeys "the record would have more than eight keys",
        204 NoPossession "a new key did not prove its possession",
        205 NotCommitted "the new invocation key is not the one committed to",
        206 NoChange "nothing would change",
        207 OtherSender "the operation is not for this kind of sender, or for another one",
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
        240 UnknownEpoch "evidence of another epoch cannot be verified",
        241 EvidenceForged "the evidence proves nothing",
        242 EvidenceKnown "this validator is on record in this epoch",
    }
}

/// What became of an inclusion of a transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Outcome {
    /// Its operation took effect.
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
            Refusal::NoPossession => Self::NoPossession,
            Refusal::NotCommitted => Self::NotCommitted,
            Refusal::NoChange => Self::NoChange,
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
