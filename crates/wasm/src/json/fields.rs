//! Objects: a message's fields by their names.

use realdid_types::NetworkName;
use serde_json::{Map, Value};

use super::{Json, Wrong};

/// The fields of an object.
pub(crate) struct Fields<'a>(&'a Map<String, Value>);

impl<'a> Fields<'a> {
    /// Those of an object that has no others than these: a field that is spelt wrong must not go unnoticed.
    pub(crate) fn of(value: &'a Value, known: &[&str]) -> Result<Self, Wrong> {
        let object = value.as_object().ok_or_else(|| Wrong::new("an object is expected"))?;
        match object.keys().find(|name| !known.contains(&name.as_str())) {
            Some(name) => Err(Wrong::new(format!("there is no such field; there are {}", known.join(", ")))
                .in_field(&name.chars().take(40).collect::<String>())),
            None => Ok(Self(object)),
        }
    }

    /// A field's value; `null` stands for one that is left out, unless its type gives that a meaning of its own.
    pub(crate) fn take<T: Json>(&self, name: &str, network: &NetworkName) -> Result<T, Wrong> {
        let value = self.0.get(name);
        if value.is_none_or(Value::is_null)
            && let Some(absent) = T::absent()
        {
            return Ok(absent);
        }
        let value = value.ok_or_else(|| Wrong::new("it is missing").in_field(name))?;
        T::read(value, network).map_err(|wrong| wrong.in_field(name))
    }
}

/// Gives messages their form: an object with these fields, in both directions.
macro_rules! json {
    ($($type:ident { $($field:ident),* $(,)? })*) => {$(
        impl Json for $type {
            fn show(&self, network: &NetworkName) -> Value {
                let fields = [$((stringify!($field).to_owned(), self.$field.show(network)),)*];
                Value::Object(fields.into_iter().collect())
            }

            fn read(value: &Value, network: &NetworkName) -> Result<Self, Wrong> {
                let fields = Fields::of(value, &[$(stringify!($field)),*])?;
                Ok(Self { $($field: fields.take(stringify!($field), network)?,)* })
            }
        }
    )*};
}

/// Gives alternatives their form: the object of the one that is there, with its name as `type`.
macro_rules! json_alternatives {
    ($type:ident { $($variant:ident $name:literal,)* }) => {
        impl Json for $type {
            fn show(&self, network: &NetworkName) -> Value {
                let (name, mut shown) = match self {
                    $(Self::$variant(one) => ($name, one.show(network)),)*
                };
                if let Some(fields) = shown.as_object_mut() {
                    fields.insert("type".to_owned(), name.into());
                }
                shown
            }

            fn read(value: &Value, network: &NetworkName) -> Result<Self, Wrong> {
                let (name, rest) = super::fields::typed(value)?;
                match name.as_str() {
                    $($name => Json::read(&rest, network).map(Self::$variant),)*
                    _ => Err(Wrong::new(format!("there are {}", [$($name),*].join(", "))).in_field("type")),
                }
            }
        }
    };
}

/// The `type` of an object, and the object without it.
pub(super) fn typed(value: &Value) -> Result<(String, Value), Wrong> {
    let mut rest = value.as_object().cloned().ok_or_else(|| Wrong::new("an object is expected"))?;
    match rest.remove("type") {
        Some(Value::String(name)) => Ok((name, Value::Object(rest))),
        _ => Err(Wrong::new("it is missing").in_field("type")),
    }
}
