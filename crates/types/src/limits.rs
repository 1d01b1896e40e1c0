//! Every limit, with the reason for its size. What comes from outside is held against these before anything is
//! allocated for it.

/// The format version of everything that is signed or stored.
pub const FORMAT: u64 = 1;
/// The sets of operations that a network's parameters can name. Networks made before there was a second stay at 1.
pub const OPERATIONS_FORMATS: std::ops::RangeInclusive<u32> = 1..=2;

// Encoded sizes, from which the limits below are derived: a field takes one byte for its number (up to 15), its
// length as a number, and its content. Numbers of 64 bits take at most 10 bytes.

/// A digest as a field.
const DIGEST_BYTES: usize = 2 + 32;
/// A public key as a field, with its suite.
const KEY_BYTES: usize = 2 + 1 + 32;
/// A signature as a field, with its suite.
const SIGNATURE_BYTES: usize = 2 + 1 + 64;
/// The largest number as a field.
const NUMBER_BYTES: usize = 1 + 10;
/// A view of an epoch as a field.
const EPOCH_VIEW_BYTES: usize = 2 + 2 * NUMBER_BYTES;
/// Number and length before a message of up to 2 MiB.
const HEAD_BYTES: usize = 1 + 3;

/// How deep messages stand in each other, at most: frame, signed batch, batch, signed transaction, transaction,
/// operation, report, evidence, pair, vote, statement, view make eleven steps.
pub const NESTING_MAX: u32 = 11;

/// A domain label has at most 63 letters; half of it still fits beside a key in a line.
pub const ORGANISATION_NAME_MAX: usize = 32;
/// Part of every DID, which stays below 80 letters with it.
pub const NETWORK_NAME_MAX: usize = 20;

/// A set of 200 keeps a certificate (134 signatures) below 9 KiB and a view's votes below 120,000 messages.
pub const VALIDATORS_MAX: usize = 200;
/// One bit for each validator.
pub const SIGNERS_BYTES_MAX: usize = VALIDATORS_MAX.div_ceil(8);
/// Signatures in a certificate: the quorum of the largest set.
pub const CERTIFICATE_SIGNATURES_MAX: usize = 134;
/// The largest set: a name and two keys each.
pub const VALIDATOR_SET_BYTES_MAX: usize = 32 * 1024;

/// What a vote says: format, kind, view and block.
pub const VOTE_STATEMENT_BYTES_MAX: usize = 80;
/// A vote: statement, signer and signature.
pub const VOTE_BYTES_MAX: usize = 160;
/// A certificate of the largest set.
pub const CERTIFICATE_BYTES_MAX: usize = 12 * 1024;

/// Eight keys may sign for a DID, and as many new ones prove possession.
pub const TRANSACTION_SIGNATURES_MAX: usize = 16;
/// A person's devices and purposes; with more, a record would outgrow its limit.
pub const DID_KEYS_MAX: usize = 8;
/// Boards of more people delegate to a DID of their own.
pub const CONTROLLERS_MAX: usize = 8;
/// With more, a record would outgrow its limit.
pub const SERVICES_MAX: usize = 8;
/// A word, not a sentence.
pub const SERVICE_NAME_MAX: usize = 32;
/// The host and a path; eight of them still leave half a record.
pub const URL_MAX: usize = 200;
/// A host of 100 letters with scheme and port.
pub const ORIGIN_MAX: usize = 120;
/// Forty letters of any script.
pub const SITE_NAME_MAX: usize = 120;
/// The country's, the language's and the test system's.
pub const SITE_ORIGINS_MAX: usize = 8;
/// Two for each origin.
pub const SITE_RETURNS_MAX: usize = 16;
/// A batch of attestations large enough that nobody stands out in it.
pub const ATTESTED_DIDS_MAX: usize = 1_000;
/// Five years of 366 days: longer than any identity card need go unlooked at.
pub const ATTESTATION_MILLISECONDS_MAX: u64 = 5 * 366 * 24 * 60 * 60 * 1_000;
/// Two headers with signatures, the largest evidence.
pub const EVIDENCE_BYTES_MAX: usize = 1_024;
/// A thousand attested DIDs; all other operations stay under 8 KiB.
pub const OPERATION_BYTES_MAX: usize = 36 * 1024;
/// The largest operation with sixteen signatures; still one batch.
pub const TRANSACTION_BYTES_MAX: usize = 40 * 1024;
/// A record must stay small enough to be proven in one packet or two.
pub const RECORD_BYTES_MAX: usize = 4 * 1024;

/// A site with every address.
pub const SITE_BYTES_MAX: usize = 5 * 1024;

/// Small enough to be pushed at once beside votes, large enough that its overhead is below one part in a thousand.
pub const BATCH_BYTES_MAX: usize = 64 * 1024;
/// The smallest signed transaction has some 190 bytes, so that today's batches are full at about 340; this holds
/// what a reader allocates and leaves room for shorter signatures.
pub const BATCH_TRANSACTIONS_MAX: usize = 1_000;
/// How a block names a batch: digest, author and two counts of 32 bits.
pub const BATCH_REFERENCE_BYTES_MAX: usize = 96;
/// 64 full batches are 4 MiB, half a second of a 64 Mbit/s line.
pub const BLOCK_BATCHES_MAX: usize = 64;
/// Eleven fields, five of them digests.
pub const HEADER_BYTES_MAX: usize = 320;
/// A block's header and references.
pub const BLOCK_BYTES_MAX: usize = 64 * 1024;

/// Skip certificates beside a proposal; older ones are asked for by view.
pub const PROPOSAL_SKIPS_MAX: usize = 16;
/// A block with its certificates.
pub const PROPOSAL_BYTES_MAX: usize =
    BLOCK_BYTES_MAX + (PROPOSAL_SKIPS_MAX + 2) * CERTIFICATE_BYTES_MAX + 256;

/// Views in one request for certificates.
pub const REQUEST_VIEWS_MAX: usize = 64;
/// Digests in one announcement: what a validator may have pending, in a frame of a page or so.
pub const HAVE_MAX: usize = 1_024;
/// A full announcement.
pub const HAVE_BYTES_MAX: usize = HAVE_MAX * DIGEST_BYTES;
/// Blocks in one answer to catching up.
pub const CATCH_UP_BLOCKS_MAX: usize = 256;
/// Bytes of certificate and blocks in one answer to catching up.
pub const CATCH_UP_BYTES_MAX: usize = 1024 * 1024;
/// The answer with the question that it echoes, and number and length of each block.
pub const CATCH_UP_ANSWER_BYTES_MAX: usize = CATCH_UP_BYTES_MAX + CATCH_UP_BLOCKS_MAX * HEAD_BYTES + 256;
/// Headers from a barrier to a final closing block. Closing blocks carry nothing, so a quorum that can prepare one
/// can commit one soon after; a longer row means that the network was cut for hours just then.
pub const EPOCH_END_HEADERS_MAX: usize = 1_024;
/// The longest such row with its certificate.
pub const EPOCH_END_BYTES_MAX: usize = 512 * 1024;

/// Members of a consortium.
pub const MEMBERS_MAX: usize = 1_000;
/// Nodes of one member that may author batches.
pub const MEMBER_NODES_MAX: usize = 64;
/// A member with all its nodes.
pub const MEMBER_BYTES_MAX: usize = 4 * 1024;
/// Six numbers.
pub const PARAMETERS_BYTES_MAX: usize = 128;
/// A genesis with every member and validator.
pub const GENESIS_BYTES_MAX: usize = 8 * 1024 * 1024;
/// An address and port of IPv6 as a field.
const SOCKET_BYTES: usize = 2 + 16 + 2;
/// Addresses of one validator: two networks, each by IPv4 and IPv6.
pub const ADDRESSES_MAX: usize = 4;
/// Format, key, time and addresses.
pub const ADDRESS_STATEMENT_BYTES_MAX: usize = 2 + KEY_BYTES + NUMBER_BYTES + ADDRESSES_MAX * SOCKET_BYTES;
/// Records in one message: the largest set, and the one that follows it.
pub const ADDRESS_RECORDS_MAX: usize = 2 * VALIDATORS_MAX;
/// All of these.
pub const ADDRESS_RECORDS_BYTES_MAX: usize =
    ADDRESS_RECORDS_MAX * (2 * HEAD_BYTES + ADDRESS_STATEMENT_BYTES_MAX + SIGNATURE_BYTES);
/// Any frame between validators.
pub const FRAME_BYTES_MAX: usize = 2 * 1024 * 1024;

const _: () = assert!(CERTIFICATE_SIGNATURES_MAX == (VALIDATORS_MAX + (VALIDATORS_MAX - 1) / 3) / 2 + 1);
const _: () = assert!(
    VALIDATORS_MAX * (HEAD_BYTES + 2 + ORGANISATION_NAME_MAX + 2 * KEY_BYTES) + 2 <= VALIDATOR_SET_BYTES_MAX
);
const _: () = assert!(2 + 2 + EPOCH_VIEW_BYTES + DIGEST_BYTES <= VOTE_STATEMENT_BYTES_MAX);
const _: () = assert!(2 + VOTE_STATEMENT_BYTES_MAX + NUMBER_BYTES + SIGNATURE_BYTES <= VOTE_BYTES_MAX);
const _: () = assert!(
    2 + VOTE_STATEMENT_BYTES_MAX + 2 + SIGNERS_BYTES_MAX + CERTIFICATE_SIGNATURES_MAX * SIGNATURE_BYTES
        <= CERTIFICATE_BYTES_MAX
);
const _: () = assert!(2 + EPOCH_VIEW_BYTES + 5 * NUMBER_BYTES + 5 * DIGEST_BYTES <= HEADER_BYTES_MAX);
const _: () = assert!(
    HEAD_BYTES + 2 * (2 * HEAD_BYTES + HEADER_BYTES_MAX + SIGNATURE_BYTES) <= EVIDENCE_BYTES_MAX
        && 2 * VOTE_BYTES_MAX <= EVIDENCE_BYTES_MAX
);
const _: () = assert!(
    2 * HEAD_BYTES + EVIDENCE_BYTES_MAX <= OPERATION_BYTES_MAX
        && HEAD_BYTES + DID_KEYS_MAX * (2 + KEY_BYTES + 8 + KEY_BYTES) + 2 * DIGEST_BYTES
            <= OPERATION_BYTES_MAX
        && HEAD_BYTES + 2 * NUMBER_BYTES + ATTESTED_DIDS_MAX * DIGEST_BYTES <= OPERATION_BYTES_MAX
        && HEAD_BYTES + SITE_BYTES_MAX <= OPERATION_BYTES_MAX
        && 2 * (HEAD_BYTES + MEMBER_BYTES_MAX) <= OPERATION_BYTES_MAX
);
const _: () = assert!(DID_KEYS_MAX * 2 <= TRANSACTION_SIGNATURES_MAX);
const _: () = assert!(
    OPERATION_BYTES_MAX + TRANSACTION_SIGNATURES_MAX * (2 + KEY_BYTES + SIGNATURE_BYTES) + 256
        <= TRANSACTION_BYTES_MAX
);
const _: () = assert!(
    DID_KEYS_MAX * 96
        + CONTROLLERS_MAX * DIGEST_BYTES
        + SERVICES_MAX * (HEAD_BYTES + 2 * (2 + SERVICE_NAME_MAX) + 3 + URL_MAX)
        + 512
        < RECORD_BYTES_MAX
);
const _: () = assert!(
    DIGEST_BYTES
        + 2
        + SITE_NAME_MAX
        + SITE_ORIGINS_MAX * (2 + ORIGIN_MAX)
        + SITE_RETURNS_MAX * (3 + URL_MAX)
        + 4
        <= SITE_BYTES_MAX
);
const _: () = assert!(TRANSACTION_BYTES_MAX + 256 < BATCH_BYTES_MAX);
const _: () = assert!(DIGEST_BYTES + KEY_BYTES + 2 * (1 + 5) <= BATCH_REFERENCE_BYTES_MAX);
const _: () = assert!(
    HEAD_BYTES + HEADER_BYTES_MAX + BLOCK_BATCHES_MAX * (2 + BATCH_REFERENCE_BYTES_MAX) <= BLOCK_BYTES_MAX
);
const _: () = assert!(
    CERTIFICATE_BYTES_MAX + BLOCK_BYTES_MAX <= CATCH_UP_BYTES_MAX,
    "an answer holds at least one block"
);
const _: () = assert!(
    EPOCH_END_HEADERS_MAX * (HEAD_BYTES + HEADER_BYTES_MAX) + CERTIFICATE_BYTES_MAX + HEAD_BYTES
        <= EPOCH_END_BYTES_MAX
);
const _: () =
    assert!(MEMBER_NODES_MAX * KEY_BYTES + KEY_BYTES + 2 + ORGANISATION_NAME_MAX <= MEMBER_BYTES_MAX);
const _: () = assert!(6 * NUMBER_BYTES <= PARAMETERS_BYTES_MAX);
const _: () = assert!(
    MEMBERS_MAX * (HEAD_BYTES + MEMBER_BYTES_MAX) + VALIDATOR_SET_BYTES_MAX + 1_024 <= GENESIS_BYTES_MAX
);
const _: () = assert!(
    PROPOSAL_BYTES_MAX + 16 <= FRAME_BYTES_MAX
        && CATCH_UP_ANSWER_BYTES_MAX + 16 <= FRAME_BYTES_MAX
        && EPOCH_END_BYTES_MAX + 16 <= FRAME_BYTES_MAX
        && BATCH_BYTES_MAX + 16 <= FRAME_BYTES_MAX
        && ADDRESS_RECORDS_BYTES_MAX + 16 <= FRAME_BYTES_MAX
);
