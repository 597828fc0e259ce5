//! As much of a policy as can be read, so that one unreadable part does not hide the problems of the rest.

use super::{BookChoice, PolicyForm};
use crate::{
    directory::{OrganizationForm, SettingsForm},
    error::{Problem, shown},
    form::{Form, Int, Json, Path, Problems, try_read},
    id::OrganizationId,
    order::{self, ById},
};

/// A policy from which unreadable parts were left out.
pub(super) struct Readable {
    pub form: PolicyForm,
    /// Whether the price book could be read.
    pub has_book: bool,
    // For each list, the written position of each item that could be read; empty: every item could.
    positions: ById<Vec<usize>>,
    // For each list, the written position and the id of each item that could not.
    unreadable: ById<Vec<(usize, String)>>,
}

impl Readable {
    pub(super) fn whole(form: PolicyForm) -> Self {
        Self { form, has_book: true, positions: ById::default(), unreadable: ById::default() }
    }

    pub(super) fn part_of(json: &Json) -> Self {
        let (mut positions, mut unreadable) = (ById::default(), ById::default());
        let (places, lost) = (&mut positions, &mut unreadable);
        let book = field(json, "price_book");
        let form = PolicyForm {
            schema_version: Int::clamped(1),
            organization: field(json, "organization")
                .flatten()
                .unwrap_or_else(|| OrganizationForm::of(OrganizationId::unknown())),
            settings: field(json, "settings").flatten().unwrap_or_else(SettingsForm::default),
            price_book: book.clone().flatten().unwrap_or(BookChoice::Claude),
            model_classes: list(json, "model_classes", places, lost),
            roles: list(json, "roles", places, lost),
            members: list(json, "members", places, lost),
            projects: list(json, "projects", places, lost),
            service_accounts: list(json, "service_accounts", places, lost),
            keys: list(json, "keys", places, lost),
            limits: list(json, "limits", places, lost),
            budgets: list(json, "budgets", places, lost),
        };
        Self { form, has_book: book.is_none_or(|book| book.is_some()), positions, unreadable }
    }

    /// The written position of an item.
    pub(super) fn index(&self, list: &str, at: usize) -> usize {
        self.positions.get(list).and_then(|positions| positions.get(at)).copied().unwrap_or(at)
    }

    /// The written positions and the ids of items that could not be read.
    pub(super) fn unreadable(&self, list: &str) -> impl Iterator<Item = &(usize, String)> {
        self.unreadable.get(list).into_iter().flatten()
    }
}

fn read<T: Form>(json: &Json) -> Option<T> {
    try_read(json, &Path::Root("")).ok()
}

/// An item without those of its fields that cannot be read, where it can do without them: the rest is checked all the same.
fn most_of<T: Form>(item: &Json) -> Option<T> {
    match try_read(item, &Path::Root("")) {
        Ok(whole) => Some(whole),
        Err(problems) => read(&right_fields(item, problems)?),
    }
}

#[inline(never)]
fn right_fields(item: &Json, problems: Problems) -> Option<Json> {
    let Json::Object(fields) = item else { return None };
    let named = |problem: Problem| problem.path.split(['.', '[']).next().unwrap_or_default().to_owned();
    let mut wrong: Vec<String> = problems.into_list().into_iter().map(named).collect();
    order::sort_by(&mut wrong, String::cmp);
    let right = |name: &str| wrong.binary_search(&shown(name)).is_err();
    Some(Json::Object(fields.iter().filter(|(name, _)| right(name)).cloned().collect()))
}

/// A field: absent, unreadable, or its value.
fn field<T: Form>(json: &Json, name: &str) -> Option<Option<T>> {
    json.get(name).map(read)
}

fn list<T: Form>(
    json: &Json,
    name: &'static str,
    positions: &mut ById<Vec<usize>>,
    unreadable: &mut ById<Vec<(usize, String)>>,
) -> Vec<T> {
    let mut list = Vec::new();
    sort_out(json, name, positions, unreadable, &mut |item| most_of(item).map(|item| list.push(item)).is_some());
    list
}

/// Notes which items of a list can be read.
#[inline(never)]
fn sort_out(
    json: &Json,
    name: &'static str,
    positions: &mut ById<Vec<usize>>,
    unreadable: &mut ById<Vec<(usize, String)>>,
    take: &mut dyn FnMut(&Json) -> bool,
) {
    let Some(Json::Array(items)) = json.get(name) else { return };
    let (mut places, mut lost) = (Vec::new(), Vec::new());
    for (index, item) in items.iter().enumerate() {
        if take(item) {
            places.push(index);
        } else if let Some(Json::String(id)) = item.get("id") {
            lost.push((index, id.clone()));
        }
    }
    positions.insert(name, places);
    unreadable.insert(name, lost);
}
