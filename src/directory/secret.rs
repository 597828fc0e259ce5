//! Secrets: which key each one stands for.
//!
//! A secret can be listed by several keys, of which all but one are revoked: it was handed on. INVARIANT: whom it stands
//! for depends on the keys as they are, never on what they went through, so that a restored state answers as this one.

use hashbrown::HashMap;

use crate::{
    directory::{Key, KeyStatus},
    id::{KeyIx, SecretDigest},
    state::Hasher,
};

/// Secrets by their digest.
#[derive(Clone, Debug, Default)]
pub(super) struct Secrets {
    // Whom each secret stands for, and which of that key's secrets it is.
    holders: HashMap<SecretDigest, (KeyIx, u8), Hasher>,
    // Every key that lists a secret, for the few that more than one lists.
    shared: HashMap<SecretDigest, Vec<KeyIx>, Hasher>,
}

impl Secrets {
    /// The key of a secret, and which of its secrets it is.
    pub(super) fn get(&self, secret: &SecretDigest) -> Option<(KeyIx, u8)> {
        self.holders.get(secret).copied()
    }

    /// A key lists its secrets from now on.
    pub(super) fn join(&mut self, key: KeyIx, keys: &[Key]) {
        for secret in listed(key, keys) {
            let mut holders = self.take(&secret);
            holders.push(key);
            self.choose(secret, holders, keys);
        }
    }

    /// A key lists its secrets no more.
    pub(super) fn leave(&mut self, key: KeyIx, keys: &[Key]) {
        for secret in listed(key, keys) {
            let mut holders = self.take(&secret);
            holders.retain(|holder| *holder != key);
            self.choose(secret, holders, keys);
        }
    }

    fn take(&mut self, secret: &SecretDigest) -> Vec<KeyIx> {
        let holder = self.holders.remove(secret).map(|(key, _)| key);
        self.shared.remove(secret).unwrap_or_else(|| holder.into_iter().collect())
    }

    /// One in use comes before a revoked one, then the one that was made last.
    fn choose(&mut self, secret: SecretDigest, holders: Vec<KeyIx>, keys: &[Key]) {
        let form_of = |key: KeyIx| keys.get(key.at()).map(|key| &key.form);
        let in_use = |key: KeyIx| form_of(key).is_some_and(|form| form.status == KeyStatus::Active);
        let Some(chosen) = holders.iter().copied().max_by_key(|key| (in_use(*key), *key)) else { return };
        let position = form_of(chosen).and_then(|form| form.secrets.iter().position(|held| held.sha256 == secret));
        let position = position.and_then(|position| u8::try_from(position).ok()).unwrap_or(0);
        self.holders.insert(secret, (chosen, position));
        if holders.len() > 1 {
            self.shared.insert(secret, holders);
        }
    }
}

fn listed(key: KeyIx, keys: &[Key]) -> impl Iterator<Item = SecretDigest> {
    keys.get(key.at()).into_iter().flat_map(|key| key.form.secrets.iter().map(|secret| secret.sha256))
}
