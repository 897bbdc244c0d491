//! How things are stored: times as their milliseconds, core's enums as their words on the wire, numbers with twelve
//! decimals.

#![allow(clippy::trivially_copy_pass_by_ref, reason = "serde passes what it writes by reference")]

use serde::de::Error;
use serde::{Deserialize, Deserializer, Serializer};

/// Reads a word that `named` knows.
fn read<'de, D: Deserializer<'de>, T>(from: D, named: impl Fn(&str) -> Option<T>) -> Result<T, D::Error> {
    let word = String::deserialize(from)?;
    named(&word).ok_or_else(|| D::Error::custom(format_args!("unknown word {word:?}")))
}

/// A number of moderate size as it is stored: to twelve decimals, so that it reads back from JSON as the same, which
/// more digits do not everywhere; and never −0.
pub(crate) fn stored(number: f64) -> f64 {
    const DECIMALS: f64 = 1e12;
    libm::round(number * DECIMALS) / DECIMALS + 0.0
}

/// A point in time, ms since 1970.
pub(crate) mod unix {
    use super::{Deserialize, Deserializer, Serializer};
    use unsnag_core::time::UnixMillis;

    pub(crate) fn serialize<S: Serializer>(at: &UnixMillis, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_u64(at.0)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<UnixMillis, D::Error> {
        u64::deserialize(from).map(UnixMillis)
    }
}

/// A point in time that may be missing, ms since 1970.
pub(crate) mod unix_option {
    use super::{Deserialize, Deserializer, Serializer};
    use unsnag_core::time::UnixMillis;

    #[allow(clippy::ref_option, reason = "serde passes what it writes by reference")]
    pub(crate) fn serialize<S: Serializer>(at: &Option<UnixMillis>, to: S) -> Result<S::Ok, S::Error> {
        match at {
            Some(at) => to.serialize_some(&at.0),
            None => to.serialize_none(),
        }
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Option<UnixMillis>, D::Error> {
        Ok(Option::<u64>::deserialize(from)?.map(UnixMillis))
    }
}

/// A length of time, ms.
pub(crate) mod millis {
    use super::{Deserialize, Deserializer, Serializer};
    use unsnag_core::time::Millis;

    pub(crate) fn serialize<S: Serializer>(length: &Millis, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_u64(length.0)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Millis, D::Error> {
        u64::deserialize(from).map(Millis)
    }
}

/// A level by its name.
pub(crate) mod level {
    use super::{Deserializer, Serializer, read};
    use unsnag_core::risk::Level;

    pub(crate) fn serialize<S: Serializer>(level: &Level, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(level.name())
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Level, D::Error> {
        read(from, Level::named)
    }
}

/// A priority by its name.
pub(crate) mod priority {
    use super::{Deserializer, Serializer, read};
    use unsnag_core::policy::Priority;

    pub(crate) fn serialize<S: Serializer>(priority: &Priority, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(priority.name())
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Priority, D::Error> {
        read(from, Priority::named)
    }
}

/// An arm by its name.
pub(crate) mod arm {
    use super::{Deserializer, Serializer, read};
    use unsnag_core::policy::Arm;

    pub(crate) fn serialize<S: Serializer>(arm: &Arm, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(arm.name())
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Arm, D::Error> {
        read(from, |word| [Arm::Treat, Arm::Holdout].into_iter().find(|arm| arm.name() == word))
    }
}

/// What a label says, by its name.
pub(crate) mod label {
    use super::{Deserializer, Serializer, read};
    use unsnag_core::event::Label;

    const ALL: [Label; 4] = [Label::Stepper, Label::Pager, Label::Submit, Label::Other];

    pub(crate) fn serialize<S: Serializer>(label: &Label, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(label.name())
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Label, D::Error> {
        read(from, |word| ALL.into_iter().find(|label| label.name() == word))
    }
}
