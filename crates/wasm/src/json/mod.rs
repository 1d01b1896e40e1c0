//! Operations in JSON: one form, in which they are asked for and in which they are shown.
//!
//! The names are those of the schema. DIDs are text, which names the network; keys, digests and signatures are
//! hexadecimal; lists may come in any order and are shown ascending, as they are signed.

#[macro_use]
mod fields;
mod leaves;
mod lists;
mod operations;
mod wrong;

use realdid_types::NetworkName;
use serde_json::Value;

pub(crate) use fields::Fields;
pub(crate) use leaves::{Bytes, hex};
pub(crate) use lists::insert;
pub(crate) use wrong::Wrong;

/// The largest number that JavaScript holds exactly: 2^53 - 1.
const EXACT_MAX: u64 = (1 << 53) - 1;

/// What has a form in JSON.
pub(crate) trait Json: Sized {
    /// Its JSON.
    fn show(&self, network: &NetworkName) -> Value;

    /// What JSON says.
    fn read(value: &Value, network: &NetworkName) -> Result<Self, Wrong>;

    /// What it is where it is left out, if it may be.
    fn absent() -> Option<Self> {
        None
    }
}

/// Whether JavaScript reads every number in it as it is. Others must not be shown: one would sign what one did not see.
pub(crate) fn is_exact(value: &Value) -> bool {
    match value {
        Value::Number(number) => number.as_u64().is_some_and(|number| number <= EXACT_MAX),
        Value::Array(items) => items.iter().all(is_exact),
        Value::Object(fields) => fields.values().all(is_exact),
        Value::Null | Value::Bool(_) | Value::String(_) => true,
    }
}
