//! Why bytes are refused.

/// What is wrong with bytes from outside.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DecodeError {
    /// Longer than this kind of message may be.
    #[error("{bytes} bytes where at most {max} are allowed")]
    Oversize {
        /// How long it is.
        bytes: usize,
        /// How long it may be.
        max: usize,
    },
    /// The bytes end inside a field.
    #[error("the bytes end inside a field")]
    Truncated,
    /// Bytes after the end that are no field: a zero byte begins none.
    #[error("bytes follow the end of the message")]
    Trailing,
    /// A number in more bytes than it needs.
    #[error("a number is not in its shortest form")]
    NonMinimalVarint,
    /// A number beyond 64 bits, or a field's number beyond 32.
    #[error("a number has too many bits")]
    VarintOverflow,
    /// A number beyond its field's range.
    #[error("a number is out of range in field {0}")]
    NumberRange(u32),
    /// A field that the schema does not have.
    #[error("unknown field {0}")]
    UnknownField(u32),
    /// A field after one with a higher number.
    #[error("field {0} comes after a higher one")]
    Reordered(u32),
    /// A field twice.
    #[error("field {0} comes twice")]
    Duplicate(u32),
    /// A field that must be there.
    #[error("field {0} is missing")]
    Missing(u32),
    /// A zero number or an empty value that should have been left out.
    #[error("field {0} spells out its default")]
    ExplicitDefault(u32),
    /// Not the wire type of the schema.
    #[error("field {0} has the wrong wire type")]
    WireType(u32),
    /// Messages inside messages inside messages.
    #[error("messages are nested more than {0} deep")]
    TooDeep(u32),
    /// More entries than a list may have.
    #[error("more than {max} entries in field {field}")]
    TooMany {
        /// The list.
        field: u32,
        /// Its limit.
        max: usize,
    },
    /// A digest, key or signature of the wrong length.
    #[error("field {field} has {bytes} bytes")]
    Length {
        /// The field.
        field: u32,
        /// Its length.
        bytes: usize,
    },
    /// A signature suite that this version does not support.
    #[error(transparent)]
    Suite(#[from] realdid_crypto::UnsupportedSuite),
    /// A format version that this version does not know.
    #[error("format version {0} is not known")]
    Format(u64),
    /// A list that must ascend does not.
    #[error("the entries of field {0} do not ascend")]
    NotAscending(u32),
    /// A bitmap that marks more or fewer signers than there are signatures.
    #[error("the bitmap marks {signers} signers of {signatures} signatures")]
    Bitmap {
        /// How many are marked.
        signers: usize,
        /// How many signed.
        signatures: usize,
    },
    /// None or several of the alternatives.
    #[error("exactly one alternative must be given")]
    Alternatives,
    /// An alternative that does not exist.
    #[error("field {0} is no known alternative")]
    UnknownAlternative(u32),
    /// A kind that does not exist.
    #[error("{number} is not a known kind in field {field}")]
    UnknownKind {
        /// The field.
        field: u32,
        /// Its value.
        number: u64,
    },
    /// Text outside its alphabet or length.
    #[error("field {0} holds text that is not allowed there")]
    Text(u32),
    /// A Skip with a block, or another statement without one.
    #[error("a skip names no block, and nothing else goes without one")]
    Statement,
    /// A key that is for nothing.
    #[error("a key without a purpose")]
    NoPurpose,
    /// More controllers must sign than there are, or none of some.
    #[error("a threshold that its controllers cannot reach, or that is none")]
    Threshold,
    /// Validators that are no set.
    #[error(transparent)]
    Validators(#[from] crate::ValidatorSetError),
}
