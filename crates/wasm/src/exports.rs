//! What JavaScript calls. No function here reads through a pointer that it was given.
#![expect(unsafe_code, reason = "a name that is exported could shadow another; these begin with `realdid_`")]

use crate::{
    exchange::{answer, reply_address, room},
    keys::{commit, public_key, sign},
    light::{advance, check_record, start},
    rules::check_against,
    transaction::{add_signature, draft, read},
};

/// Makes room for a request of this length; where it is.
#[unsafe(no_mangle)]
pub extern "C" fn realdid_room(length: usize) -> *mut u8 {
    room(length)
}

/// Where the last reply is.
#[unsafe(no_mangle)]
pub extern "C" fn realdid_reply() -> *const u8 {
    reply_address()
}

/// Trusts a genesis; the reply's length.
#[unsafe(no_mangle)]
pub extern "C" fn realdid_start() -> usize {
    answer(start)
}

/// Goes on to the next epoch; the reply's length.
#[unsafe(no_mangle)]
pub extern "C" fn realdid_advance() -> usize {
    answer(advance)
}

/// Checks what a node says of a DID; the reply's length.
#[unsafe(no_mangle)]
pub extern "C" fn realdid_check_record() -> usize {
    answer(check_record)
}

/// Makes a transaction of what is asked for; the reply's length.
#[unsafe(no_mangle)]
pub extern "C" fn realdid_draft() -> usize {
    answer(draft)
}

/// Says what a transaction's bytes are; the reply's length.
#[unsafe(no_mangle)]
pub extern "C" fn realdid_read() -> usize {
    answer(read)
}

/// Adds a signature to a transaction; the reply's length.
#[unsafe(no_mangle)]
pub extern "C" fn realdid_add_signature() -> usize {
    answer(add_signature)
}

/// Says whether the ledger would refuse a signed transaction; the reply's length.
#[unsafe(no_mangle)]
pub extern "C" fn realdid_check() -> usize {
    answer(check_against)
}

/// The public half of a seed's key; the reply's length.
#[unsafe(no_mangle)]
pub extern "C" fn realdid_public_key() -> usize {
    answer(public_key)
}

/// Signs a message with a seed's key; the reply's length.
#[unsafe(no_mangle)]
pub extern "C" fn realdid_sign() -> usize {
    answer(sign)
}

/// The commitment to a key; the reply's length.
#[unsafe(no_mangle)]
pub extern "C" fn realdid_commitment() -> usize {
    answer(commit)
}
