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
            fn read_fields(fields: &mut $crate::form::Fields<'_>) -> Self {
                fields.named(concat!($(stringify!($field), ","),*));
                let read = Self { $($field: $crate::object!(@read fields $($default)?)),* };
                fields.only(concat!($(stringify!($field), ","),*));
                read
            }

            fn write_fields(&self, out: &mut $crate::form::Writer) {
                out.fields(concat!($(stringify!($field), ","),*));
                $(out.field(&self.$field);)*
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
            ) -> Self {
                <Self as $crate::form::ObjectForm>::read_fields(&mut $crate::form::Fields::of(json, path, problems))
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
    (@read $fields:ident) => {
        $fields.field()
    };
    (@read $fields:ident $default:expr) => {
        $fields.field_or(|| $default)
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
            fn read_fields(fields: &mut $crate::form::Fields<'_>) -> Self {
                $crate::tagged!(@read fields fields.tag(concat!($($tag, ","),*)); $($variant($inner))*)
            }

            fn write_fields(&self, out: &mut $crate::form::Writer) {
                match self {$(
                    Self::$variant(inner) => {
                        out.tag($tag);
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
            ) -> Self {
                <Self as $crate::form::ObjectForm>::read_fields(&mut $crate::form::Fields::of(json, path, problems))
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
    // Of the position of a tag the first variant is what is left, since a wrong tag is read as the first one.
    (@read $fields:ident $position:expr; $first:ident($first_inner:ty) $($variant:ident($inner:ty))*) => {{
        enum Tags {
            #[expect(dead_code, reason = "it counts the others")]
            $first,
            $($variant,)*
        }
        match $position {
            $(position if position == Tags::$variant as usize => {
                Self::$variant(<$inner as $crate::form::ObjectForm>::read_fields($fields))
            })*
            _ => Self::$first(<$first_inner as $crate::form::ObjectForm>::read_fields($fields)),
        }
    }};
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
            ) -> Self {
                let (position, value) = $crate::form::read_single(json, &[$($key),*], path, problems);
                $crate::single!(@read value path problems position; $($key => $variant($inner))*)
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
    // As for tags: what is left is the first one.
    (@read $json:ident $path:ident $problems:ident $position:ident;
        $first_key:literal => $first:ident($first_inner:ty) $($key:literal => $variant:ident($inner:ty))*) => {{
        enum Keys {
            #[expect(dead_code, reason = "it counts the others")]
            $first,
            $($variant,)*
        }
        match $position {
            $(position if position == Keys::$variant as usize => {
                Self::$variant(<$inner as $crate::form::Form>::read($json, &$path.field($key), $problems))
            })*
            _ => Self::$first(<$first_inner as $crate::form::Form>::read($json, &$path.field($first_key), $problems)),
        }
    }};
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

            const TEXTS: &'static [&'static str] = &[$($text),*];

            /// The name as it is written.
            #[must_use]
            #[expect(clippy::indexing_slicing, reason = "there are as many texts as variants")]
            pub const fn as_str(self) -> &'static str {
                Self::TEXTS[self as usize]
            }

            /// The value of a name.
            #[must_use]
            pub fn from_name(name: &str) -> Option<Self> {
                Self::ALL.get(Self::TEXTS.iter().position(|text| *text == name)?).copied()
            }
        }

        $crate::packed!(names $name, $($variant)*);

        impl $crate::form::Form for $name {
            fn read(
                json: &$crate::form::Json,
                path: &$crate::form::Path<'_>,
                problems: &mut $crate::form::Problems,
            ) -> Self {
                let position = $crate::form::read_name(json, Self::TEXTS, path, problems);
                Self::ALL.get(position).copied().unwrap_or($crate::names!(@first $($variant)*))
            }

            fn write(&self, out: &mut $crate::form::Writer) {
                out.name(self.as_str());
            }

            fn schema(definitions: &mut $crate::form::Definitions) -> serde_json::Value {
                definitions.named(stringify!($name), |_| {
                    serde_json::json!({ "description": concat!($($about, "\n"),*).trim(), "enum": [$($text),*] })
                })
            }
        }
    )*};
    (@first $first:ident $($rest:ident)*) => {
        Self::$first
    };
}
