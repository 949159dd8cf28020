//! Envelopes: every body is an object with one key that names what is in it; lists add where they are.

use std::fmt;
use std::marker::PhantomData;

use serde::de::{IgnoredAny, MapAccess, Visitor};
use serde::ser::SerializeMap as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// The keys that envelopes use for a type.
pub trait Named {
    /// Around one: `incident`.
    const ONE: &'static str;
    /// Around many: `incidents`.
    const MANY: &'static str;
}

/// Gives types their keys.
macro_rules! named {
    ($($type:ty: $one:literal, $many:literal;)+) => {$(
        impl $crate::wire::rest::envelope::Named for $type {
            const ONE: &'static str = $one;
            const MANY: &'static str = $many;
        }
    )+};
}
pub(crate) use named;

/// `{"incident": …}`: exactly one key, because some clients read the body as a map of one type.
#[derive(Clone, PartialEq, Debug)]
pub struct One<T>(pub T);

/// `{"notes": […]}`: a list that comes whole.
#[derive(Clone, PartialEq, Debug)]
pub struct Many<T>(pub Vec<T>);

/// `{"incidents": […], "limit": …, …}`: a page of a list.
#[derive(Clone, PartialEq, Debug)]
pub struct Paged<T> {
    /// What is on the page, in the order that was asked for.
    pub items: Vec<T>,
    /// Where the page is.
    pub page: Page,
}

/// Where a page is in its list.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Page {
    /// The size of pages that was used; at most 100.
    pub limit: u32,
    /// How many items are before this page.
    pub offset: u32,
    /// Whether there is something after this page.
    pub more: bool,
    /// How many items there are in all; null unless asked for.
    #[serde(default)]
    pub total: Option<u64>,
}

impl<T: Named + Serialize> Serialize for One<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(1))?;
        map.serialize_entry(T::ONE, &self.0)?;
        map.end()
    }
}

impl<T: Named + Serialize> Serialize for Many<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(1))?;
        map.serialize_entry(T::MANY, &self.0)?;
        map.end()
    }
}

impl<T: Named + Serialize> Serialize for Paged<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(5))?;
        map.serialize_entry(T::MANY, &self.items)?;
        map.serialize_entry("limit", &self.page.limit)?;
        map.serialize_entry("offset", &self.page.offset)?;
        map.serialize_entry("more", &self.page.more)?;
        map.serialize_entry("total", &self.page.total)?;
        map.end()
    }
}

impl<'de, T: Named + Deserialize<'de>> Deserialize<'de> for One<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Wrapped { key: T::ONE, item: PhantomData }).map(|(item, _)| Self(item))
    }
}

impl<'de, T: Named + Deserialize<'de>> Deserialize<'de> for Many<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer
            .deserialize_map(Wrapped { key: T::MANY, item: PhantomData })
            .map(|(items, _)| Self(items))
    }
}

impl<'de, T: Named + Deserialize<'de>> Deserialize<'de> for Paged<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let wrapped = Wrapped { key: T::MANY, item: PhantomData };
        deserializer.deserialize_map(wrapped).map(|(items, page)| Self { items, page })
    }
}

/// Reads an object with the wanted key, and the keys of a page if they are there.
struct Wrapped<T> {
    key: &'static str,
    item: PhantomData<T>,
}

impl<'de, T: Deserialize<'de>> Visitor<'de> for Wrapped<T> {
    type Value = (T, Page);

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "an object with the key `{}`", self.key)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut item = None;
        let mut page = Page::default();
        while let Some(key) = map.next_key::<String>()? {
            match key.as_str() {
                key if key == self.key && item.is_some() => return Err(de::Error::duplicate_field(self.key)),
                key if key == self.key => item = Some(map.next_value()?),
                "limit" => page.limit = map.next_value::<Lenient<u32>>()?.0,
                "offset" => page.offset = map.next_value::<Lenient<u32>>()?.0,
                "more" => page.more = map.next_value::<Lenient<bool>>()?.0,
                "total" => page.total = map.next_value::<Lenient<Option<u64>>>()?.0,
                _ => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        Ok((item.ok_or_else(|| de::Error::missing_field(self.key))?, page))
    }
}

/// A value, or the default where it has another type: the keys of a page mean nothing in a request.
struct Lenient<T>(T);

impl<'de, T: Deserialize<'de> + Default> Deserialize<'de> for Lenient<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Either<T> {
            Wanted(T),
            Other(IgnoredAny),
        }
        Ok(match Either::deserialize(deserializer)? {
            Either::Wanted(value) => Self(value),
            Either::Other(_) => Self(T::default()),
        })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may fail")]

    use super::*;

    #[derive(PartialEq, Debug, Serialize, Deserialize)]
    struct Thing {
        name: String,
    }
    named! { Thing: "thing", "things"; }

    #[test]
    fn one_object_has_one_key() {
        let one = One(Thing { name: "a".into() });
        let text = serde_json::to_string(&one).unwrap();
        assert_eq!(text, r#"{"thing":{"name":"a"}}"#);
        assert_eq!(serde_json::from_str::<One<Thing>>(&text).unwrap(), one);
    }

    #[test]
    fn a_page_says_where_it_is() {
        let paged = Paged {
            items: vec![Thing { name: "a".into() }],
            page: Page { limit: 1, offset: 2, more: true, total: None },
        };
        let text = serde_json::to_string(&paged).unwrap();
        assert_eq!(text, r#"{"things":[{"name":"a"}],"limit":1,"offset":2,"more":true,"total":null}"#);
        assert_eq!(serde_json::from_str::<Paged<Thing>>(&text).unwrap(), paged);
    }

    #[test]
    fn other_keys_are_ignored_and_a_missing_one_is_named() {
        let one: One<Thing> =
            serde_json::from_str(r#"{"x":[1],"limit":"a","thing":{"name":"b","y":2}}"#).unwrap();
        assert_eq!(one.0.name, "b");
        let error = serde_json::from_str::<One<Thing>>(r#"{"name":"b"}"#).unwrap_err().to_string();
        assert!(error.starts_with("missing field `thing`"), "{error}");
    }
}
