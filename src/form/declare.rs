//! The four declarations.

/// Declares an object with named fields: the struct, its strict reader, its writer and its schema.
///
/// A field with `= default` may be absent. Fields are written in the order of their declaration.
#[macro_export]
#[doc(hidden)]
macro_rules! object {
    ($(
        $(#[doc = $about:literal])*
        pub struct $name:ident {$(
            $(#[doc = $doc:literal])*
            $field:ident: $type:ty $(= $default:expr)?
        ),* $(,)?}
    )*) => {$(
        $(#[doc = $about])*
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub struct $name {$(
            $(#[doc = $doc])*
            pub $field: $type,
        )*}

        impl $crate::form::ObjectForm for $name {
            fn read_fields(
                fields: $crate::form::Fields<'_>,
                path: &$crate::form::Path<'_>,
                problems: &mut $crate::form::Problems,
            ) -> Option<Self> {
                $(let $field = $crate::object!(@read fields path problems ($field) $($default)?);)*
                let clean = fields.only(&[$(stringify!($field)),*], path, problems);
                match ($($field,)*) {
                    ($(Some($field),)*) if clean => Some(Self { $($field),* }),
                    _ => None,
                }
            }

            fn write_fields(&self, out: &mut $crate::form::Writer) {
                let _ = &out;
                $(
                    out.key(stringify!($field));
                    $crate::form::Form::write(&self.$field, out);
                )*
            }

            fn object_schema(definitions: &mut $crate::form::Definitions) -> serde_json::Value {
                let _ = &definitions;
                let described = $crate::form::Described::default();
                $(
                    let schema = <$type as $crate::form::Form>::schema(definitions);
                    let about = concat!($($doc, "\n"),*);
                    let required = $crate::object!(@required $($default)?);
                    let described = described.with(stringify!($field), schema, about, required);
                )*
                described.object(concat!($($about, "\n"),*))
            }
        }

        impl $crate::form::Form for $name {
            fn read(
                json: &$crate::form::Json,
                path: &$crate::form::Path<'_>,
                problems: &mut $crate::form::Problems,
            ) -> Option<Self> {
                let fields = $crate::form::Fields::of(json, path, problems)?;
                <Self as $crate::form::ObjectForm>::read_fields(fields, path, problems)
            }

            fn write(&self, out: &mut $crate::form::Writer) {
                out.begin_object();
                $crate::form::ObjectForm::write_fields(self, out);
                out.end_object();
            }

            fn schema(definitions: &mut $crate::form::Definitions) -> serde_json::Value {
                definitions.named(stringify!($name), <Self as $crate::form::ObjectForm>::object_schema)
            }
        }
    )*};
    (@read $fields:ident $path:ident $problems:ident ($field:ident)) => {
        $fields.required(stringify!($field), $path, $problems)
    };
    (@read $fields:ident $path:ident $problems:ident ($field:ident) $default:expr) => {
        $fields.optional(stringify!($field), || $default, $path, $problems)
    };
    (@required) => { true };
    (@required $default:expr) => { false };
}

/// Declares a choice of objects, told apart by their field `type`.
#[macro_export]
#[doc(hidden)]
macro_rules! tagged {
    ($(
        $(#[doc = $about:literal])*
        pub enum $name:ident {$(
            $(#[doc = $doc:literal])*
            $tag:literal => $variant:ident($inner:ty)
        ),* $(,)?}
    )*) => {$(
        $(#[doc = $about])*
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub enum $name {$(
            $(#[doc = $doc])*
            $variant($inner),
        )*}

        impl $crate::form::ObjectForm for $name {
            fn read_fields(
                fields: $crate::form::Fields<'_>,
                path: &$crate::form::Path<'_>,
                problems: &mut $crate::form::Problems,
            ) -> Option<Self> {
                match $crate::form::read_tag(fields, &[$($tag),*], path, problems)? {
                    $($tag => <$inner as $crate::form::ObjectForm>::read_fields(fields.tagged(), path, problems)
                        .map(Self::$variant),)*
                    _ => None,
                }
            }

            fn write_fields(&self, out: &mut $crate::form::Writer) {
                out.key("type");
                match self {$(
                    Self::$variant(inner) => {
                        out.quoted(&$tag);
                        $crate::form::ObjectForm::write_fields(inner, out);
                    }
                )*}
            }

            fn object_schema(definitions: &mut $crate::form::Definitions) -> serde_json::Value {
                let choices: Vec<serde_json::Value> = vec![$({
                    let mut schema = <$inner as $crate::form::ObjectForm>::object_schema(definitions);
                    if let Some(properties) = schema.get_mut("properties").and_then(|value| value.as_object_mut()) {
                        properties.insert("type".to_owned(), serde_json::json!({ "const": $tag }));
                    }
                    if let Some(required) = schema.get_mut("required").and_then(|value| value.as_array_mut()) {
                        required.insert(0, "type".into());
                    }
                    schema
                }),*];
                serde_json::json!({ "description": concat!($($about, "\n"),*).trim(), "oneOf": choices })
            }
        }

        impl $crate::form::Form for $name {
            fn read(
                json: &$crate::form::Json,
                path: &$crate::form::Path<'_>,
                problems: &mut $crate::form::Problems,
            ) -> Option<Self> {
                let fields = $crate::form::Fields::of(json, path, problems)?;
                <Self as $crate::form::ObjectForm>::read_fields(fields, path, problems)
            }

            fn write(&self, out: &mut $crate::form::Writer) {
                out.begin_object();
                $crate::form::ObjectForm::write_fields(self, out);
                out.end_object();
            }

            fn schema(definitions: &mut $crate::form::Definitions) -> serde_json::Value {
                definitions.named(stringify!($name), <Self as $crate::form::ObjectForm>::object_schema)
            }
        }
    )*};
}

/// Declares a choice told apart by the one field that is present, such as `{"member": "ben"}`.
#[macro_export]
#[doc(hidden)]
macro_rules! single {
    ($(
        $(#[doc = $about:literal])*
        pub enum $name:ident {$(
            $(#[doc = $doc:literal])*
            $key:literal => $variant:ident($inner:ty)
        ),* $(,)?}
    )*) => {$(
        $(#[doc = $about])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum $name {$(
            $(#[doc = $doc])*
            $variant($inner),
        )*}

        impl $crate::form::Form for $name {
            fn read(
                json: &$crate::form::Json,
                path: &$crate::form::Path<'_>,
                problems: &mut $crate::form::Problems,
            ) -> Option<Self> {
                let (name, value) = $crate::form::read_single(json, &[$($key),*], path, problems)?;
                match name {
                    $($key => <$inner as $crate::form::Form>::read(value, &path.field($key), problems).map(Self::$variant),)*
                    _ => None,
                }
            }

            fn write(&self, out: &mut $crate::form::Writer) {
                out.begin_object();
                match self {$(
                    Self::$variant(inner) => {
                        out.key($key);
                        $crate::form::Form::write(inner, out);
                    }
                )*}
                out.end_object();
            }

            fn schema(definitions: &mut $crate::form::Definitions) -> serde_json::Value {
                definitions.named(stringify!($name), |definitions| {
                    let choices: Vec<serde_json::Value> = vec![$({
                        let inner = <$inner as $crate::form::Form>::schema(definitions);
                        serde_json::json!({
                            "type": "object",
                            "properties": { $key: inner },
                            "required": [$key],
                            "additionalProperties": false,
                        })
                    }),*];
                    serde_json::json!({ "description": concat!($($about, "\n"),*).trim(), "oneOf": choices })
                })
            }
        }
    )*};
}

/// Declares a set of names.
#[macro_export]
#[doc(hidden)]
macro_rules! names {
    ($(
        $(#[doc = $about:literal])*
        pub enum $name:ident {$(
            $(#[doc = $doc:literal])*
            $variant:ident = $text:literal
        ),* $(,)?}
    )*) => {$(
        $(#[doc = $about])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name {$(
            $(#[doc = $doc])*
            $variant,
        )*}

        impl $name {
            /// Every name, in order.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// The name as it is written.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $text),*
                }
            }

            /// The value of a name.
            #[must_use]
            pub fn from_name(name: &str) -> Option<Self> {
                Self::ALL.iter().find(|value| value.as_str() == name).copied()
            }
        }

        $crate::packed!(names $name, $($variant)*);

        impl $crate::form::Form for $name {
            fn read(
                json: &$crate::form::Json,
                path: &$crate::form::Path<'_>,
                problems: &mut $crate::form::Problems,
            ) -> Option<Self> {
                let position = $crate::form::read_name(json, &[$($text),*], path, problems)?;
                Self::ALL.get(position).copied()
            }

            fn write(&self, out: &mut $crate::form::Writer) {
                out.quoted(&self.as_str());
            }

            fn schema(definitions: &mut $crate::form::Definitions) -> serde_json::Value {
                definitions.named(stringify!($name), |_| {
                    serde_json::json!({ "description": concat!($($about, "\n"),*).trim(), "enum": [$($text),*] })
                })
            }
        }
    )*};
}
