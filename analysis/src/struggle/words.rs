//! Core's types in stored results: times as their milliseconds, enums as their words on the wire.

#![allow(clippy::trivially_copy_pass_by_ref, reason = "serde passes what it writes by reference")]

use serde::de::Error;
use serde::{Deserialize, Deserializer, Serializer};

/// Reads a word that `named` knows.
fn read<'de, D: Deserializer<'de>, T>(from: D, named: impl Fn(&str) -> Option<T>) -> Result<T, D::Error> {
    let word = String::deserialize(from)?;
    named(&word).ok_or_else(|| D::Error::custom(format_args!("unknown word {word:?}")))
}

/// A point in time, ms since 1970.
pub(super) mod unix {
    use super::{Deserialize, Deserializer, Serializer};
    use unsnag_core::time::UnixMillis;

    pub(in super::super) fn serialize<S: Serializer>(at: &UnixMillis, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_u64(at.0)
    }

    pub(in super::super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<UnixMillis, D::Error> {
        u64::deserialize(from).map(UnixMillis)
    }
}

/// A point in time that may be missing, ms since 1970.
pub(super) mod unix_option {
    use super::{Deserialize, Deserializer, Serializer};
    use unsnag_core::time::UnixMillis;

    #[allow(clippy::ref_option, reason = "serde passes what it writes by reference")]
    pub(in super::super) fn serialize<S: Serializer>(at: &Option<UnixMillis>, to: S) -> Result<S::Ok, S::Error> {
        match at {
            Some(at) => to.serialize_some(&at.0),
            None => to.serialize_none(),
        }
    }

    pub(in super::super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Option<UnixMillis>, D::Error> {
        Ok(Option::<u64>::deserialize(from)?.map(UnixMillis))
    }
}

/// A length of time, ms.
pub(super) mod millis {
    use super::{Deserialize, Deserializer, Serializer};
    use unsnag_core::time::Millis;

    pub(in super::super) fn serialize<S: Serializer>(length: &Millis, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_u64(length.0)
    }

    pub(in super::super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Millis, D::Error> {
        u64::deserialize(from).map(Millis)
    }
}

/// A level by its name.
pub(super) mod level {
    use super::{Deserializer, Serializer, read};
    use unsnag_core::risk::Level;

    pub(in super::super) fn serialize<S: Serializer>(level: &Level, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(level.name())
    }

    pub(in super::super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Level, D::Error> {
        read(from, Level::named)
    }
}

/// What a label says, by its name.
pub(super) mod label {
    use super::{Deserializer, Serializer, read};
    use unsnag_core::event::Label;

    const ALL: [Label; 4] = [Label::Stepper, Label::Pager, Label::Submit, Label::Other];

    pub(in super::super) fn serialize<S: Serializer>(label: &Label, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(label.name())
    }

    pub(in super::super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Label, D::Error> {
        read(from, |word| ALL.into_iter().find(|label| label.name() == word))
    }
}
