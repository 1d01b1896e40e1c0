//! The bytes that go over to JavaScript and back.

use std::cell::RefCell;

use serde_json::Value;
use zeroize::Zeroizing;

use crate::{failure::Failure, light::Trusted, parts::Parts};

thread_local! {
    /// The request until a function is called, its reply afterwards.
    static BYTES: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
    /// The light client, once it was told a genesis.
    static LIGHT: RefCell<Option<Trusted>> = const { RefCell::new(None) };
}

/// What a function does with the light client and a request.
pub(crate) type Function = fn(&mut Option<Trusted>, Parts<'_>) -> Result<Value, Failure>;

/// Makes room for a request; where it is.
pub(crate) fn room(length: usize) -> *mut u8 {
    BYTES.with_borrow_mut(|bytes| {
        *bytes = vec![0; length];
        bytes.as_mut_ptr()
    })
}

/// Where the reply is.
pub(crate) fn reply_address() -> *const u8 {
    BYTES.with_borrow(|bytes| bytes.as_ptr())
}

/// Answers the request that was written; the reply's length.
pub(crate) fn answer(function: Function) -> usize {
    // a seed may have been in it
    let request = Zeroizing::new(BYTES.take());
    let answer = LIGHT.with_borrow_mut(|light| function(light, Parts::of(&request)));
    let reply = answer.unwrap_or_else(|failure| failure.to_json()).to_string();
    let length = reply.len();
    BYTES.set(reply.into_bytes());
    length
}
