//! JSON as the service reads it: objects are objects, blobs are base64, lists have an end.

use std::fmt;
use std::marker::PhantomData;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserialize, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};

use crate::checks::Checks;
use crate::refusal::Refusal;

/// Reads a body; what it is not, the service calls a failure of serialisation.
pub(super) fn read<'a, T: Deserialize<'a>>(body: &'a [u8]) -> Result<T, Refusal> {
    let object: Object<T> = serde_json::from_slice(body).map_err(|error| Refusal::serialization(error.to_string()))?;
    Ok(object.0)
}

/// The stream that a request names, by name or by ARN.
pub(super) fn stream_name(name: Option<String>, arn: Option<&str>, checks: &mut Checks) -> Result<String, Refusal> {
    if let Some(name) = &name {
        checks.name(name, "streamName");
    }
    let Some(arn) = arn else {
        return name.ok_or_else(|| Refusal::invalid_argument("StreamName or StreamARN must be given."));
    };
    match arn.split_once(":stream/") {
        Some((account, own)) if account.starts_with("arn:aws") && !own.is_empty() => match name {
            Some(name) if name != own => {
                Err(Refusal::invalid_argument("StreamName and StreamARN name different streams."))
            }
            _ => Ok(own.to_owned()),
        },
        _ => {
            let rule = "satisfy regular expression pattern: arn:aws.*:kinesis:.*:\\d{12}:stream/\\S+";
            checks.fail(Some(arn), "streamARN", rule);
            Ok(String::new())
        }
    }
}

/// `DryRun` is new, and nothing here would honour it.
pub(super) fn refuse_dry_run(dry_run: Option<bool>) -> Result<(), Refusal> {
    if dry_run == Some(true) {
        return Err(Refusal::invalid_argument("The stub does not know DryRun."));
    }
    Ok(())
}

/// A structure that must be an object; by itself serde takes an array too.
#[derive(Debug)]
pub(super) struct Object<T>(pub(super) T);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Object<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Fields<T>(PhantomData<T>);

        impl<'de, T: Deserialize<'de>> Visitor<'de> for Fields<T> {
            type Value = Object<T>;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Object<T>, A::Error> {
                T::deserialize(MapAccessDeserializer::new(map)).map(Object)
            }
        }

        deserializer.deserialize_map(Fields(PhantomData))
    }
}

/// Bytes, from base64.
#[derive(Debug)]
pub(super) struct Blob(pub(super) Vec<u8>);

impl<'de> Deserialize<'de> for Blob {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Text;

        impl Visitor<'_> for Text {
            type Value = Blob;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("base64")
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Blob, E> {
                STANDARD.decode(text).map(Blob).map_err(|error| E::custom(format_args!("not base64: {error}")))
            }
        }

        deserializer.deserialize_str(Text)
    }
}

/// A list of which at most `MOST` + 1 are kept: enough to know that there are too many.
#[derive(Debug)]
pub(super) struct Capped<T, const MOST: usize>(pub(super) Vec<T>);

impl<'de, T: Deserialize<'de>, const MOST: usize> Deserialize<'de> for Capped<T, MOST> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Items<T, const MOST: usize>(PhantomData<T>);

        impl<'de, T: Deserialize<'de>, const MOST: usize> Visitor<'de> for Items<T, MOST> {
            type Value = Capped<T, MOST>;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("a list")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
                let mut items = Vec::new();
                while items.len() <= MOST {
                    match list.next_element()? {
                        Some(item) => items.push(item),
                        None => return Ok(Capped(items)),
                    }
                }
                while list.next_element::<IgnoredAny>()?.is_some() {}
                Ok(Capped(items))
            }
        }

        deserializer.deserialize_seq(Items(PhantomData))
    }
}
