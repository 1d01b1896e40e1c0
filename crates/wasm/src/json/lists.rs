//! Lists, sets of names, and what may be left out.

use realdid_types::{NetworkName, Purposes, Roles, limits, wire::Ordered};
use serde_json::Value;

use super::{Json, Wrong};

/// Puts an entry in its place in a list that ascends; `false` if it stands there already. The standard library's sort
/// would add 40 KiB to the module for each kind of entry.
pub(crate) fn insert<T: Ordered>(list: &mut Vec<T>, entry: T) -> bool {
    let place = list.partition_point(|kept| kept.precedes(&entry));
    let is_new = list.get(place).is_none_or(|next| entry.precedes(next));
    if is_new {
        list.insert(place, entry);
    }
    is_new
}

/// In any order, none twice.
impl<T: Json + Ordered> Json for Vec<T> {
    fn show(&self, network: &NetworkName) -> Value {
        self.iter().map(|entry| entry.show(network)).collect()
    }

    fn read(value: &Value, network: &NetworkName) -> Result<Self, Wrong> {
        let entries = value.as_array().ok_or_else(|| Wrong::new("a list is expected"))?;
        if entries.len() > limits::ATTESTED_DIDS_MAX {
            return Err(Wrong::new(format!("no list has more than {} entries", limits::ATTESTED_DIDS_MAX)));
        }
        let mut list = Self::new();
        for (place, entry) in entries.iter().enumerate() {
            let entry = T::read(entry, network).map_err(|wrong| wrong.in_entry(place))?;
            if !insert(&mut list, entry) {
                return Err(Wrong::new("it stands there twice").in_entry(place));
            }
        }
        Ok(list)
    }

    fn absent() -> Option<Self> {
        Some(Self::new())
    }
}

impl<T: Json> Json for Option<T> {
    fn show(&self, network: &NetworkName) -> Value {
        self.as_ref().map_or(Value::Null, |value| value.show(network))
    }

    fn read(value: &Value, network: &NetworkName) -> Result<Self, Wrong> {
        T::read(value, network).map(Some)
    }

    fn absent() -> Option<Self> {
        Some(None)
    }
}

/// What is set, by the names of the fields that can be; these are W3C's or the interface's.
macro_rules! json_flags {
    ($($type:ident { $($field:ident $name:literal,)* })*) => {$(
        impl Json for $type {
            fn show(&self, _: &NetworkName) -> Value {
                let named = [$((self.$field, $name),)*];
                named.into_iter().filter(|(has, _)| *has).map(|(_, name)| name).collect()
            }

            fn read(value: &Value, _: &NetworkName) -> Result<Self, Wrong> {
                let names = value.as_array().ok_or_else(|| Wrong::new("a list is expected"))?;
                let mut set = Self::default();
                for (place, name) in names.iter().enumerate() {
                    match name.as_str() {
                        $(Some($name) => set.$field = true,)*
                        _ => {
                            let known = [$($name),*].join(", ");
                            return Err(Wrong::new(format!("there are {known}")).in_entry(place));
                        }
                    }
                }
                Ok(set)
            }
        }
    )*};
}

json_flags! {
    Purposes {
        authentication "authentication",
        invocation "capabilityInvocation",
        assertion "assertionMethod",
    }
    Roles {
        authority "authority",
        operator "operator",
    }
}
