//! Decoding that records the path of the invalid value.

use std::borrow::Cow;
use std::cell::RefCell;
use std::fmt;

use serde::de::value::CowStrDeserializer;
use serde::de::{
    Deserialize, DeserializeOwned, DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess,
    Visitor,
};
use serde::forward_to_deserialize_any;

/// Decodes `body` again and returns the path and the error of the invalid value.
pub(super) fn of_failure<T: DeserializeOwned>(body: &[u8]) -> (String, Option<serde_json::Error>) {
    let path = Path::default();
    let mut json = serde_json::Deserializer::from_slice(body);
    let error = T::deserialize(Recorded { inner: &mut json, path: &path }).err();
    (path.0.into_inner().join("."), error)
}

/// Field names from the outermost object inwards. A name stays on the path if its value is invalid.
#[derive(Default)]
struct Path<'de>(RefCell<Vec<Cow<'de, str>>>);

/// Wrapper of a deserializer, visitor, map or seed that records the path.
struct Recorded<'p, 'de, Inner> {
    inner: Inner,
    path: &'p Path<'de>,
}

impl<'p, 'de, Inner> Recorded<'p, 'de, Inner> {
    /// Wraps `inner` with the same path.
    const fn with<Other>(&self, inner: Other) -> Recorded<'p, 'de, Other> {
        Recorded { inner, path: self.path }
    }
}

impl<'de, D: Deserializer<'de>> Deserializer<'de> for Recorded<'_, 'de, D> {
    type Error = D::Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
        let visitor = self.with(visitor);
        self.inner.deserialize_any(visitor)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
        let visitor = self.with(visitor);
        self.inner.deserialize_option(visitor)
    }

    /// Used for raw JSON, which has no fields.
    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, D::Error> {
        self.inner.deserialize_newtype_struct(name, visitor)
    }

    /// Not forwarded to `deserialize_any`, because `object::deserialize` does not accept lists.
    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
        let visitor = self.with(visitor);
        self.inner.deserialize_map(visitor)
    }

    /// Not forwarded to `deserialize_any`, which would copy the ignored value.
    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
        self.inner.deserialize_ignored_any(visitor)
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit
        unit_struct seq tuple tuple_struct struct enum identifier
    }
}

impl<'de, V: Visitor<'de>> Visitor<'de> for Recorded<'_, 'de, V> {
    type Value = V::Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.inner.expecting(f)
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<V::Value, E> {
        self.inner.visit_bool(value)
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<V::Value, E> {
        self.inner.visit_i64(value)
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<V::Value, E> {
        self.inner.visit_u64(value)
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<V::Value, E> {
        self.inner.visit_f64(value)
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<V::Value, E> {
        self.inner.visit_str(text)
    }

    fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<V::Value, E> {
        self.inner.visit_borrowed_str(text)
    }

    fn visit_unit<E: Error>(self) -> Result<V::Value, E> {
        self.inner.visit_unit()
    }

    fn visit_none<E: Error>(self) -> Result<V::Value, E> {
        self.inner.visit_none()
    }

    fn visit_some<D: Deserializer<'de>>(self, inner: D) -> Result<V::Value, D::Error> {
        let inner = self.with(inner);
        self.inner.visit_some(inner)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<V::Value, A::Error> {
        self.inner.visit_seq(list)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<V::Value, A::Error> {
        let map = self.with(map);
        self.inner.visit_map(map)
    }
}

impl<'de, A: MapAccess<'de>> MapAccess<'de> for Recorded<'_, 'de, A> {
    type Error = A::Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, A::Error> {
        let Some(Key(key)) = self.inner.next_key()? else {
            return Ok(None);
        };
        self.path.0.borrow_mut().push(key.clone());
        let key = seed.deserialize(CowStrDeserializer::new(key));
        if key.is_err() {
            // The error concerns the object: a duplicate or unknown field.
            self.path.0.borrow_mut().pop();
        }
        key.map(Some)
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, A::Error> {
        let seed = Recorded { inner: seed, path: self.path };
        let value = self.inner.next_value_seed(seed)?;
        self.path.0.borrow_mut().pop();
        Ok(value)
    }
}

impl<'de, S: DeserializeSeed<'de>> DeserializeSeed<'de> for Recorded<'_, 'de, S> {
    type Value = S::Value;

    fn deserialize<D: Deserializer<'de>>(self, inner: D) -> Result<S::Value, D::Error> {
        let inner = self.with(inner);
        self.inner.deserialize(inner)
    }
}

/// Field name, copied only if it contains escapes.
struct Key<'de>(Cow<'de, str>);

impl<'de> Deserialize<'de> for Key<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(KeyVisitor)
    }
}

struct KeyVisitor;

impl<'de> Visitor<'de> for KeyVisitor {
    type Value = Key<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a field name")
    }

    fn visit_borrowed_str<E>(self, key: &'de str) -> Result<Self::Value, E> {
        Ok(Key(Cow::Borrowed(key)))
    }

    fn visit_str<E>(self, key: &str) -> Result<Self::Value, E> {
        Ok(Key(Cow::Owned(key.to_owned())))
    }
}
