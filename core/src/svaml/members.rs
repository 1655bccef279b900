//! How the objects of SVAML are declared.

/// Declares an object of the wire: the name of each member stands once, for writing and for reading. What is absent is
/// not written; a misspelling that is tolerated follows `or`.
macro_rules! members {
    (
        $(#[$about:meta])*
        pub struct $name:ident $(<$a:lifetime>)? {
            $($(#[$meaning:meta])* pub $field:ident: $type:ty = $wire:literal $(or $misspelt:literal)?,)+
        }
    ) => {
        $(#[$about])*
        #[derive(Clone, Copy, Default, PartialEq, Eq, serde::Serialize)]
        #[non_exhaustive]
        pub struct $name$(<$a>)? {
            $(
                $(#[$meaning])*
                #[serde(rename = $wire, skip_serializing_if = "Member::is_absent")]
                pub $field: $type,
            )+
        }

        $crate::svaml::members::members!(@read $name [$($a)?] $($field $wire $(or $misspelt)?,)+);
    };
    (@read $name:ident [$a:lifetime] $($members:tt)+) => {
        impl<$a> Member<$a> for $name<$a> {
            $crate::svaml::members::members!(@body $a $($members)+);
        }
    };
    (@read $name:ident [] $($members:tt)+) => {
        impl<'m> Member<'m> for $name {
            $crate::svaml::members::members!(@body 'm $($members)+);
        }
    };
    (@body $a:lifetime $($field:ident $wire:literal $(or $misspelt:literal)?,)+) => {
        fn read(
            json: &mut $crate::codec::json::Reader<$a>,
            name: &'static str,
        ) -> Result<Self, $crate::svaml::SvamlError> {
            let mut read = Self::default();
            $crate::svaml::read::object(json, name, |member| {
                $(
                    member.fill($wire, &mut read.$field)?;
                    $(member.fill($misspelt, &mut read.$field)?;)?
                )+
                Ok(())
            })?;
            Ok(read)
        }
    };
}

/// Declares the setters of members that are optional.
macro_rules! setters {
    ($($field:ident: $type:ty),+ $(,)?) => {
        $(
            #[doc = concat!("The same, with [`", stringify!($field), "`](field@Self::", stringify!($field), ").")]
            #[must_use]
            pub fn $field(self, $field: $type) -> Self {
                Self { $field: Some($field.into()), ..self }
            }
        )+
    };
}

/// Declares a choice of objects told apart by their `name`.
macro_rules! named {
    (
        $(#[$about:meta])*
        pub enum $name:ident<$a:lifetime> {
            $($(#[$meaning:meta])* $word:ident $(($members:ty))? = $wire:literal,)+
        }
    ) => {
        $(#[$about])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
        #[serde(tag = "name")]
        #[non_exhaustive]
        pub enum $name<$a> {
            $($(#[$meaning])* #[serde(rename = $wire)] $word $(($members))?,)+
            /// A name that is not known, only ever read; its members are not kept. No check lets it pass.
            #[serde(untagged)]
            Other {
                /// The name; empty if there was none.
                name: Text<$a>,
            },
        }

        impl<$a> $name<$a> {
            /// The name on the wire.
            pub const fn name(&self) -> Text<$a> {
                match self {
                    $(Self::$word { .. } => Text::new($wire),)+
                    Self::Other { name } => *name,
                }
            }
        }

        impl<$a> Member<$a> for $name<$a> {
            fn read(
                json: &mut $crate::codec::json::Reader<$a>,
                member: &'static str,
            ) -> Result<Self, $crate::svaml::SvamlError> {
                let name = $crate::svaml::read::name_ahead(json, member)?;
                $(if name.eq_ignore_ascii_case($wire) {
                    return $crate::svaml::members::named!(@read json $word $(($members))? $wire);
                })+
                json.value();
                json.check()?;
                Ok(Self::Other { name })
            }
        }
    };
    (@read $json:ident $word:ident $wire:literal) => {{
        $json.value();
        $json.check()?;
        Ok(Self::$word)
    }};
    (@read $json:ident $word:ident ($members:ty) $wire:literal) => {
        <$members>::read($json, $wire).map(Self::$word)
    };
}

pub(super) use {members, named, setters};
