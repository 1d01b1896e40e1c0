//! What JavaScript calls. No function here reads through a pointer that it was given.
#![expect(unsafe_code, reason = "a name that is exported could shadow another; these begin with `realdid_`")]

use crate::{
    control::control,
    exchange::{answer, reply_address, room},
    keys::{commit, public_key, sign},
    light::{advance, check_record, start},
    login::{answer as login_answer, challenge, check_bundle, read_challenge, read_response, review, verify},
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

/// Makes a challenge; the reply's length.
#[unsafe(no_mangle)]
pub extern "C" fn realdid_challenge() -> usize {
    answer(challenge)
}

/// Says what a challenge's bytes are; the reply's length.
#[unsafe(no_mangle)]
pub extern "C" fn realdid_read_challenge() -> usize {
    answer(read_challenge)
}

/// Says which challenge a response answers; the reply's length.
#[unsafe(no_mangle)]
pub extern "C" fn realdid_read_response() -> usize {
    answer(read_response)
}

/// Checks a response to a challenge; the reply's length.
#[unsafe(no_mangle)]
pub extern "C" fn realdid_verify_login() -> usize {
    answer(verify)
}

/// Says whether a wallet may answer a challenge; the reply's length.
#[unsafe(no_mangle)]
pub extern "C" fn realdid_review() -> usize {
    answer(review)
}

/// Checks what a wallet is to hold ready; the reply's length.
#[unsafe(no_mangle)]
pub extern "C" fn realdid_check_bundle() -> usize {
    answer(check_bundle)
}

/// Makes a response; the reply's length.
#[unsafe(no_mangle)]
pub extern "C" fn realdid_answer() -> usize {
    answer(login_answer)
}

/// What a key of a DID signs to prove to an authority that its holder asks; the reply's length.
#[unsafe(no_mangle)]
pub extern "C" fn realdid_control() -> usize {
    answer(control)
}
