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
    /// Whom a secret stands for. Of one that several keys list, a place in the table is not enough: another secret with the
    /// same tag may have put one of the others there.
    fn holder(&self, secret: &SecretDigest, keys: &[Key]) -> Option<KeyIx> {
        match self.shared_at(secret) {
            Ok(at) => self.shared.get(at).and_then(|(_, holders)| chosen(holders, keys)),
            Err(_) => self.holders.find(tag(secret), &|key| place(KeyIx(key), secret, keys).is_some()).map(KeyIx),
        }
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

    fn choose(&mut self, secret: SecretDigest, holders: Vec<KeyIx>, keys: &[Key]) {
        let Some(chosen) = chosen(&holders, keys) else { return };
        self.holders.insert(Tagged { position: chosen.0, tag: tag(&secret) });
        if let (true, Err(at)) = (holders.len() > 1, self.shared_at(&secret)) {
            self.shared.insert(at, (secret, holders));
        }
    }
}

/// One that is not revoked comes before one that is, then the one that was made last.
fn chosen(holders: &[KeyIx], keys: &[Key]) -> Option<KeyIx> {
    let in_use = |key: KeyIx| keys.get(key.at()).is_some_and(|key| key.form.status != KeyStatus::Revoked);
    holders.iter().copied().max_by_key(|key| (in_use(*key), *key))
}

fn listed(key: KeyIx, keys: &[Key]) -> impl Iterator<Item = SecretDigest> {
    keys.get(key.at()).into_iter().flat_map(|key| key.form.secrets.iter().map(|secret| secret.sha256))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::directory::KeyForm;

    /// Two digests with one tag.
    fn twins() -> [SecretDigest; 2] {
        let digest = |number: u32| {
            let mut bytes = [0; 32];
            bytes[..4].copy_from_slice(&number.to_le_bytes());
            SecretDigest(bytes)
        };
        let mut tagged: Vec<(u32, u32)> = (0..300_000).map(|number| (tag(&digest(number)), number)).collect();
        tagged.sort_unstable();
        let twin = tagged.windows(2).find(|pair| pair[0].0 == pair[1].0).expect("two of so many");
        [digest(twin[0].1), digest(twin[1].1)]
    }

    fn key(id: &str, status: KeyStatus, secrets: &[SecretDigest]) -> Key {
        let form = KeyForm {
            id: id.parse().unwrap(),
            name: None,
            kind: crate::directory::KeyKind::Caller,
            hint: None,
            owner: crate::directory::Owner::Member("ada".parse().unwrap()),
            project: None,
            role: None,
            models: None,
            status,
            expires_at: None,
            secrets: secrets
                .iter()
                .map(|sha256| crate::directory::SecretForm { sha256: *sha256, expires_at: None })
                .collect(),
        };
        Key::new(form)
    }

    #[test]
    fn secrets_of_one_tag_stand_for_their_own_keys() {
        let [first, second] = twins();
        let (old, new) = (KeyIx(0), KeyIx(1));
        let mut keys = vec![key("old", KeyStatus::Active, &[first, second])];
        let mut secrets = Secrets::default();
        secrets.join(old, &keys);
        secrets.leave(old, &keys);
        keys[0] = key("old", KeyStatus::Revoked, &[first, second]);
        secrets.join(old, &keys);
        keys.push(key("new", KeyStatus::Active, &[first]));
        secrets.join(new, &keys);
        assert_eq!(secrets.get(&first, &keys), Some((new, 0)));
        assert_eq!(secrets.get(&second, &keys), Some((old, 1)));
        // Taken back, each stands for its old key again.
        secrets.leave(new, &keys);
        assert_eq!(secrets.get(&first, &keys), Some((old, 0)));
        assert_eq!(secrets.get(&second, &keys), Some((old, 1)));
    }
}
