//! A value that is made once, since it is mostly made of the same.

use std::borrow::Cow;
use std::sync::OnceLock;

use serde_json::Value;

/// The first value that was made, and what it was made of. It says nothing of whoever has it: a copy knows none, and all are equal.
#[derive(Debug)]
pub struct Known<K, T = Value>(OnceLock<(K, T)>);

impl<K, T> Default for Known<K, T> {
    fn default() -> Self {
        Self(OnceLock::new())
    }
}

impl<K, T> Clone for Known<K, T> {
    fn clone(&self) -> Self {
        Self::default()
    }
}

impl<K, T> PartialEq for Known<K, T> {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl<K, T: Clone> Known<K, T> {
    /// What `make` gives, or has given before: `is_same` says whether that was made of the same, and `key` what it is made of now.
    /// What cannot be made is not kept.
    pub(super) fn get<E>(
        &self,
        is_same: impl FnOnce(&K) -> bool,
        key: impl FnOnce() -> K,
        make: impl FnOnce() -> Result<T, E>,
    ) -> Result<Cow<'_, T>, E> {
        if let Some((known, value)) = self.0.get() {
            return if is_same(known) { Ok(Cow::Borrowed(value)) } else { make().map(Cow::Owned) };
        }
        let value = make()?;
        // Where another thread was first, it may have made its value of something else.
        let _ = self.0.set((key(), value.clone()));
        Ok(Cow::Owned(value))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_made_again_of_something_else_only() {
        let known = Known::<u32>::default();
        let get = |key: u32, made: Result<u32, &'static str>| {
            known.get(|known| *known == key, || key, || made.map(Value::from)).map(Cow::into_owned)
        };
        assert_eq!(get(1, Err("no value")), Err("no value"), "what fails is not kept");
        assert_eq!(get(1, Ok(10)), Ok(Value::from(10)));
        assert_eq!(get(1, Err("not asked")), Ok(Value::from(10)));
        assert_eq!(get(2, Ok(20)), Ok(Value::from(20)));
        assert_eq!(get(2, Err("made again")), Err("made again"));
        assert_eq!(known.clone().get(|_| true, || 1, || Ok::<_, ()>(Value::from(3))), Ok(Cow::Owned(Value::from(3))));
    }
}
