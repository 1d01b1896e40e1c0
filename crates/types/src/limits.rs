//! Every limit, with the reason for its size. What comes from outside is held against these before anything is
//! allocated for it.

/// The format version of everything that is signed or stored.
pub const FORMAT: u64 = 1;

/// A set of 200 keeps a certificate (134 signatures) below 9 KiB and a view's votes below 120,000 messages.
pub const VALIDATORS_MAX: usize = 200;
/// Signatures in a certificate: the quorum of the largest set.
pub const CERTIFICATE_SIGNATURES_MAX: usize = 134;
/// One bit for each validator.
pub const SIGNERS_BYTES_MAX: usize = VALIDATORS_MAX.div_ceil(8);

/// Eight keys may sign for a DID, and as many new ones prove possession.
pub const TRANSACTION_SIGNATURES_MAX: usize = 16;
/// Room for the largest operation, evidence with two headers, four times over.
pub const TRANSACTION_BYTES_MAX: usize = 8 * 1024;
/// A record must stay small enough to be proven in one packet or two.
pub const RECORD_BYTES_MAX: usize = 4 * 1024;
/// A person's devices and purposes; with more, a record would outgrow its limit.
pub const DID_KEYS_MAX: usize = 8;

/// Small enough to be pushed at once beside votes, large enough that its overhead is below one part in a thousand.
pub const BATCH_BYTES_MAX: usize = 64 * 1024;
/// The smallest transaction is about 64 bytes.
pub const BATCH_TRANSACTIONS_MAX: usize = 1_000;
/// 64 full batches are 4 MiB, half a second of a 64 Mbit/s line.
pub const BLOCK_BATCHES_MAX: usize = 64;
/// A block's header and references.
pub const BLOCK_BYTES_MAX: usize = 64 * 1024;

/// Skip certificates beside a proposal; older ones are asked for by view.
pub const PROPOSAL_SKIPS_MAX: usize = 16;
/// A certificate of the largest set.
pub const CERTIFICATE_BYTES_MAX: usize = 12 * 1024;
/// A block with its certificates.
pub const PROPOSAL_BYTES_MAX: usize =
    BLOCK_BYTES_MAX + (PROPOSAL_SKIPS_MAX + 2) * CERTIFICATE_BYTES_MAX + 256;

/// Views in one request for certificates.
pub const REQUEST_VIEWS_MAX: usize = 64;
/// Digests in one announcement: what a validator may have pending, in a frame of a page or so.
pub const HAVE_MAX: usize = 1_024;
/// Blocks in one answer to catching up.
pub const CATCH_UP_BLOCKS_MAX: usize = 256;
/// Bytes in one answer to catching up.
pub const CATCH_UP_BYTES_MAX: usize = 1024 * 1024;
/// Headers from a barrier to a final closing block. Closing blocks carry nothing, so a quorum that can prepare one
/// can commit one soon after; a longer row means that the network was cut for hours just then.
pub const EPOCH_END_HEADERS_MAX: usize = 1_024;

/// Members of a consortium.
pub const MEMBERS_MAX: usize = 1_000;
/// Nodes of one member that may author batches.
pub const MEMBER_NODES_MAX: usize = 64;
/// A genesis with every member and validator.
pub const GENESIS_BYTES_MAX: usize = 8 * 1024 * 1024;
/// Any frame between validators.
pub const FRAME_BYTES_MAX: usize = 2 * 1024 * 1024;

const _: () = assert!(CERTIFICATE_SIGNATURES_MAX == (VALIDATORS_MAX + (VALIDATORS_MAX - 1) / 3) / 2 + 1);
const _: () = assert!(CERTIFICATE_SIGNATURES_MAX * 70 + SIGNERS_BYTES_MAX + 128 <= CERTIFICATE_BYTES_MAX);
const _: () = assert!(BLOCK_BATCHES_MAX * 100 + 1_024 <= BLOCK_BYTES_MAX);
const _: () = assert!(TRANSACTION_BYTES_MAX < BATCH_BYTES_MAX);
const _: () = assert!(PROPOSAL_BYTES_MAX < FRAME_BYTES_MAX && CATCH_UP_BYTES_MAX < FRAME_BYTES_MAX);
const _: () = assert!(EPOCH_END_HEADERS_MAX * 320 + CERTIFICATE_BYTES_MAX < FRAME_BYTES_MAX);
const _: () =
    assert!(DID_KEYS_MAX * 64 + 256 < RECORD_BYTES_MAX && DID_KEYS_MAX * 2 <= TRANSACTION_SIGNATURES_MAX);
