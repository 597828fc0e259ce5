//! Secrets: which key each one stands for.
//!
//! A secret can be listed by several keys, of which all but one are revoked: it was handed on. INVARIANT: whom it stands
//! for depends on the keys as they are, never on what they went through, so that a restored state answers as this one.

use crate::{
    directory::{Key, KeyStatus},
    id::{KeyIx, SecretDigest},
    index::{Positions, Tagged, tag},
};

/// Secrets by their digest.
#[derive(Clone, Debug, Default)]
pub(super) struct Secrets {
    // The key that each secret stands for.
    holders: Positions,
    // Every key that lists a secret, for the few that more than one lists; by rising digest.
    shared: Vec<(SecretDigest, Vec<KeyIx>)>,
}

/// Which of a key's secrets this is.
fn place(key: KeyIx, secret: &SecretDigest, keys: &[Key]) -> Option<usize> {
    keys.get(key.at())?.form.secrets.iter().position(|held| held.sha256 == *secret)
}

impl Secrets {
    fn holder(&self, secret: &SecretDigest, keys: &[Key]) -> Option<KeyIx> {
        self.holders.find(tag(secret), &|key| place(KeyIx(key), secret, keys).is_some()).map(KeyIx)
    }

    /// The key of a secret, and which of its secrets it is.
    pub(super) fn get(&self, secret: &SecretDigest, keys: &[Key]) -> Option<(KeyIx, u8)> {
        let holder = self.holder(secret, keys)?;
        Some((holder, u8::try_from(place(holder, secret, keys)?).unwrap_or(0)))
    }

    /// A key lists its secrets from now on.
    pub(super) fn join(&mut self, key: KeyIx, keys: &[Key]) {
        for secret in listed(key, keys) {
            let mut holders = self.take(&secret, keys);
            holders.push(key);
            self.choose(secret, holders, keys);
        }
    }

    /// A key lists its secrets no more.
    pub(super) fn leave(&mut self, key: KeyIx, keys: &[Key]) {
        for secret in listed(key, keys) {
            let mut holders = self.take(&secret, keys);
            holders.retain(|holder| *holder != key);
            self.choose(secret, holders, keys);
        }
    }

    fn shared_at(&self, secret: &SecretDigest) -> Result<usize, usize> {
        self.shared.binary_search_by(|(known, _)| known.cmp(secret))
    }

    fn take(&mut self, secret: &SecretDigest, keys: &[Key]) -> Vec<KeyIx> {
        let holder = self.holder(secret, keys);
        if let Some(holder) = holder {
            self.holders.remove(Tagged { position: holder.0, tag: tag(secret) });
        }
        match self.shared_at(secret) {
            Ok(at) => self.shared.remove(at).1,
            Err(_) => holder.into_iter().collect(),
        }
    }

    /// One in use comes before a revoked one, then the one that was made last.
    fn choose(&mut self, secret: SecretDigest, holders: Vec<KeyIx>, keys: &[Key]) {
        let form_of = |key: KeyIx| keys.get(key.at()).map(|key| &key.form);
        let in_use = |key: KeyIx| form_of(key).is_some_and(|form| form.status == KeyStatus::Active);
        let Some(chosen) = holders.iter().copied().max_by_key(|key| (in_use(*key), *key)) else { return };
        self.holders.insert(Tagged { position: chosen.0, tag: tag(&secret) });
        if let (true, Err(at)) = (holders.len() > 1, self.shared_at(&secret)) {
            self.shared.insert(at, (secret, holders));
        }
    }
}

fn listed(key: KeyIx, keys: &[Key]) -> impl Iterator<Item = SecretDigest> {
    keys.get(key.at()).into_iter().flat_map(|key| key.form.secrets.iter().map(|secret| secret.sha256))
}
