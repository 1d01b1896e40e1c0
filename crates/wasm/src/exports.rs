//! What JavaScript calls. No function here reads through a pointer that it was given.
#![expect(unsafe_code, reason = "a name that is exported could shadow another; these begin with `realdid_`")]

use crate::{
    exchange::{answer, reply_address, room},
    light::{advance, check_record, start},
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
