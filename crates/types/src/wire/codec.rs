//! The table that ties a type to its message in the schema.

/// Ties the fields of a struct to their numbers. `versioned` puts the format version into field 1; `checked` asks
/// the type's own `check` after reading.
#[macro_export]
macro_rules! codec {
    ($(#[$mark:ident])* $name:ident { $($number:literal: $field:ident $(up to $max:expr)?,)* }) => {
        impl $crate::wire::Body for $name {
            fn write(&self, writer: &mut $crate::wire::Writer) {
                $($crate::codec!(@write $mark writer);)*
                $($crate::codec!(@put self.$field, $number, writer $(, $max)?);)*
            }

            fn read(reader: &mut $crate::wire::Reader<'_>) -> Result<Self, $crate::DecodeError> {
                $($crate::codec!(@read $mark reader);)*
                $(let $field = $crate::codec!(@take $number, reader $(, $max)?)?;)*
                let value = Self { $($field),* };
                $($crate::codec!(@check $mark value);)*
                Ok(value)
            }
        }
    };
    (@write versioned $writer:ident) => { $writer.number(1, $crate::limits::FORMAT) };
    (@read versioned $reader:ident) => {
        match $reader.number(1)? {
            Some($crate::limits::FORMAT) => {}
            other => return Err($crate::DecodeError::Format(other.unwrap_or(0))),
        }
    };
    (@check versioned $value:ident) => {};
    (@write checked $writer:ident) => {};
    (@read checked $reader:ident) => {};
    (@check checked $value:ident) => { $value.check().map_err($crate::DecodeError::Invalid)? };
    (@put $value:expr, $number:literal, $writer:ident, $max:expr) => { $crate::wire::put_list(&$value, $number, $writer) };
    (@put $value:expr, $number:literal, $writer:ident) => { $crate::wire::Field::put(&$value, $number, $writer) };
    (@take $number:literal, $reader:ident, $max:expr) => { $crate::wire::take_list($number, $max, $reader) };
    (@take $number:literal, $reader:ident) => { $crate::wire::Field::take($number, $reader) };
}

/// Ties the variants of an enum, each with one value, to the alternatives of a `oneof`.
#[macro_export]
macro_rules! alternatives {
    ($name:ident { $($number:literal: $variant:ident,)* }) => {
        impl $crate::wire::Body for $name {
            fn write(&self, writer: &mut $crate::wire::Writer) {
                match self {
                    $(Self::$variant(value) => $crate::wire::Field::put(value, $number, writer),)*
                }
            }

            fn read(reader: &mut $crate::wire::Reader<'_>) -> Result<Self, $crate::DecodeError> {
                match reader.peek_number()? {
                    $(Some($number) => $crate::wire::Field::take($number, reader).map(Self::$variant),)*
                    Some(number) => Err($crate::DecodeError::UnknownField(number)),
                    None => Err($crate::DecodeError::Alternatives),
                }
            }
        }
    };
}
