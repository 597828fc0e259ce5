//! The first gates: who asks, and what that principal may do.

use crate::{
    command::Credential,
    decision::Reason,
    directory::{Key, KeyStatus, action::Action, matches_name},
    id::KeyIx,
    price::Card,
    state::State,
    time::Timestamp,
};

/// The key of a credential, in whatever state it is, with the instant at which the presented secret is refused.
#[must_use]
pub fn identify<'a>(state: &'a State, credential: &Credential<'_>) -> Option<(KeyIx, &'a Key, Option<Timestamp>)> {
    let (key, secret) = match credential {
        Credential::Id(id) => (state.directory.key_by_id(id)?, None),
        Credential::Handle(key) => (*key, None),
        Credential::Secret(digest) => {
            let (key, secret) = state.directory.key_by_secret(digest)?;
            (key, Some(secret))
        }
    };
    let entry = state.directory.key(key)?;
    let secret_expires_at = secret.and_then(|secret| entry.form.secrets.get(usize::from(secret))?.expires_at);
    Some((key, entry, secret_expires_at))
}

/// The key of a credential, if it may be used now.
pub(super) fn authenticate<'a>(
    state: &'a State,
    credential: &Credential<'_>,
    at: Timestamp,
) -> Result<(KeyIx, &'a Key), Reason> {
    usable(identify(state, credential), at)
}

/// An identified key, if it may be used now.
///
/// # Errors
/// Why it may not.
pub fn usable(identified: Option<(KeyIx, &Key, Option<Timestamp>)>, at: Timestamp) -> Result<(KeyIx, &Key), Reason> {
    let (index, key, secret_expires_at) = identified.ok_or(Reason::UnknownKey)?;
    match key.status {
        KeyStatus::Active => {}
        KeyStatus::Inactive => return Err(Reason::InactiveKey),
        KeyStatus::Revoked => return Err(Reason::RevokedKey),
    }
    if key.expires_at <= at || secret_expires_at.is_some_and(|expires_at| expires_at <= at) {
        return Err(Reason::ExpiredKey);
    }
    if !key.owner_active {
        return Err(Reason::OwnerRemoved);
    }
    if !key.project_active {
        return Err(Reason::ProjectArchived);
    }
    Ok((index, key))
}

/// Whether a key may do an action with a model; `card` is the model's own, where the book has one.
pub(super) fn authorize(
    state: &State,
    key: &Key,
    action: Action,
    name: &str,
    card: Option<&Card>,
) -> Result<(), Reason> {
    if !key.grants.permits(action, true) {
        return Err(Reason::ForbiddenAction);
    }
    let permitted = match card {
        Some(card) => key.models.contains(card.model),
        // A model that the book lacks: its name is matched as it stands.
        None => {
            let project = key.project().and_then(|project| state.directory.project(project));
            let lists = [key.form.models.as_ref(), project.and_then(|project| project.form.models.as_ref())];
            lists.iter().flatten().all(|list| list.iter().any(|entry| matches_name(entry, name)))
        }
    };
    if permitted { Ok(()) } else { Err(Reason::ForbiddenModel) }
}
