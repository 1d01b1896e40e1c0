//! The table that ties a type to its message in the schema.

/// Ties the fields of a struct to their numbers in the schema.
///
/// `#[versioned]` puts the format version into field 1; `#[checked]` asks the type's own `check` after reading.
/// `Name[max]` makes it a [`TopLevel`](crate::wire::TopLevel) message of at most so many bytes. A list has
/// entries `up to` a number, or `ascending to` it in the sense of [`Ordered`](crate::wire::Ordered).
#[macro_export]
macro_rules! codec {
    ($(#[$mark:ident])* $name:ident $([$bytes_max:expr])? {
        $($number:literal: $field:ident $($order:ident to $max:expr)?,)*
    }) => {
        impl $crate::wire::Body for $name {
            $(const NESTED_MAX: usize = $bytes_max;)?
            const VERSIONED: bool = $($crate::codec!(@is_versioned $mark) ||)* false;
            const FIELDS: &'static [(u32, &'static str)] = &[$(($number, stringify!($field)),)*];

            fn write(&self, writer: &mut $crate::wire::Writer) {
                $($crate::codec!(@write $mark writer);)*
                $($crate::codec!(@put self.$field, $number, writer $(, $order $max)?);)*
            }

            fn read(reader: &mut $crate::wire::Reader<'_>) -> Result<Self, $crate::DecodeError> {
                $($crate::codec!(@read $mark reader);)*
                $(let $field = $crate::codec!(@take $number, reader $(, $order $max)?)?;)*
                let value = Self { $($field),* };
                $($crate::codec!(@check $mark value);)*
                Ok(value)
            }
        }

        $(impl $crate::wire::TopLevel for $name {
            const BYTES_MAX: usize = $bytes_max;
        })?
    };
    (@is_versioned versioned) => { true };
    (@write versioned $writer:ident) => { $crate::wire::put_format($writer) };
    (@read versioned $reader:ident) => { $crate::wire::take_format($reader)? };
    (@check versioned $value:ident) => {};
    (@is_versioned checked) => { false };
    (@write checked $writer:ident) => {};
    (@read checked $reader:ident) => {};
    (@check checked $value:ident) => { $value.check()? };
    (@put $value:expr, $number:literal, $writer:ident, $order:ident $max:expr) => { $crate::wire::put_list(&$value, $number, $writer) };
    (@put $value:expr, $number:literal, $writer:ident) => { $crate::wire::Field::put(&$value, $number, $writer) };
    (@take $number:literal, $reader:ident, ascending $max:expr) => { $crate::wire::take_ascending($number, $max, $reader) };
    (@take $number:literal, $reader:ident, up $max:expr) => { $crate::wire::take_list($number, $max, $reader) };
    (@take $number:literal, $reader:ident) => { $crate::wire::Field::take($number, $reader) };
}

/// Ties the variants of an enum, each with one value, to the alternatives of a `oneof`.
///
/// `#[versioned]` and `Name[max]` as in [`codec!`](crate::codec).
#[macro_export]
macro_rules! alternatives {
    ($(#[$mark:ident])* $name:ident $([$bytes_max:expr])? { $($number:literal: $variant:ident,)* }) => {
        impl $crate::wire::Body for $name {
            $(const NESTED_MAX: usize = $bytes_max;)?
            const VERSIONED: bool = $($crate::codec!(@is_versioned $mark) ||)* false;
            const FIELDS: &'static [(u32, &'static str)] = &[$(($number, stringify!($variant)),)*];

            fn write(&self, writer: &mut $crate::wire::Writer) {
                $($crate::codec!(@write $mark writer);)*
                match self {
                    $(Self::$variant(value) => $crate::wire::Field::put(value, $number, writer),)*
                }
            }

            fn read(reader: &mut $crate::wire::Reader<'_>) -> Result<Self, $crate::DecodeError> {
                $($crate::codec!(@read $mark reader);)*
                let value = match reader.peek_number()? {
                    $(Some($number) => $crate::wire::Field::take($number, reader).map(Self::$variant),)*
                    Some(number) => Err($crate::DecodeError::UnknownAlternative(number)),
                    None => Err($crate::DecodeError::Alternatives),
                }?;
                match reader.peek_number()? {
                    $(Some($number) => Err($crate::DecodeError::Alternatives),)*
                    _ => Ok(value),
                }
            }
        }

        $(impl $crate::wire::TopLevel for $name {
            const BYTES_MAX: usize = $bytes_max;
        })?
    };
}
