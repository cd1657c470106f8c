//! Closed sets of words: a Rust enum, a CHECK in the database and a GraphQL enum that agree.

/// Declares an enum that is stored as text: `closed_set! { /// doc\n SyncStatus { /// doc\n Active = "active" } }`.
///
/// In GraphQL the values are the upper-case forms of the variants' names.
#[macro_export]
macro_rules! closed_set {
    ($(#[$doc:meta])* $name:ident { $($(#[$value_doc:meta])* $variant:ident = $text:literal),* $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, async_graphql::Enum)]
        pub enum $name {
            $($(#[$value_doc])* $variant,)*
        }

        impl $name {
            /// Every value.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// The word that the database holds.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text,)* }
            }

            /// The value that a word of the database stands for.
            #[must_use]
            pub fn from_word(word: &str) -> Option<Self> {
                match word { $($text => Some(Self::$variant),)* _ => None }
            }
        }

        impl diesel::deserialize::FromSql<diesel::sql_types::Text, diesel::pg::Pg> for $name {
            fn from_sql(bytes: diesel::pg::PgValue<'_>) -> diesel::deserialize::Result<Self> {
                let word = std::str::from_utf8(bytes.as_bytes())?;
                Self::from_word(word)
                    .ok_or_else(|| format!("{word:?} is no {}", stringify!($name)).into())
            }
        }

        impl $crate::db::Column for $name {
            type Sql = diesel::sql_types::Text;
        }
    };
}
