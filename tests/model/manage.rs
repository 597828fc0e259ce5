//! Management in the most naive way: the whole policy as it would be is built from the state, and checked as a whole.

use serde_json::Value;

use super::{
    Model,
    admit::refuse,
    authority::{self, Place},
    calendar::instant,
    config::{Change, Config, digest},
    directory::find,
    form,
    govern::{ACCOUNTS, BUDGETS, By, CLASSES, KEYS, Kind, LIMITS, MEMBERS, PROJECTS, ROLES},
    json::{Json, object},
    log::{Balance, What, amount},
    permission::{Asking, placed},
    read::{self, INVALID, Mistake},
    whole,
};

/// What is called how: in a change, in a place of the policy, and the form.
const SETS: [Kind; 12] = [
    ("organization", "organization_set", form::organization),
    ("settings", "settings_set", form::settings),
    ("price_book", "price_book_set", form::book),
    CLASSES,
    ROLES,
    MEMBERS,
    PROJECTS,
    ACCOUNTS,
    KEYS,
    LIMITS,
    BUDGETS,
    ("increase_requests", "increase_request_set", form::increase_request),
];
const REMOVALS: [&str; 4] = ["model_class_removed", "role_removed", "limit_removed", "budget_removed"];

/// What others refer to comes first, and is taken out last.
const ORDER: [&[&str]; 13] = [
    &["organization_set"],
    &["settings_set"],
    &["price_book_set"],
    &["model_class_set"],
    &["role_set"],
    &["member_set"],
    &["project_set"],
    &["service_account_set"],
    &["key_set"],
    &["limit_removed", "budget_removed"],
    &["limit_set", "budget_set"],
    &["role_removed", "model_class_removed"],
    &["increase_request_set"],
];

/// What a change is of: `key` of `key_set`.
pub fn noun(kind: &str) -> &str {
    kind.trim_end_matches("_removed").trim_end_matches("_set")
}

/// The id of what a change is of; there is only one organization, one list of settings and one book.
pub fn id_of(change: &Change) -> Json {
    match change.kind {
        "organization_set" | "settings_set" | "price_book_set" => Json::Null,
        kind if kind.ends_with("_removed") => change.form.clone(),
        _ => change.form.get("id").clone(),
    }
}

/// What an answer calls the thing that a change is of.
pub fn target(change: &Change, config: &Config) -> Json {
    let organization =
        || config.organization.as_ref().map_or(Json::Null, |organization| organization.get("id").clone());
    let id = match change.kind {
        "organization_set" => change.form.get("id").clone(),
        "settings_set" => organization(),
        "price_book_set" => digest(&change.form.line()).into(),
        _ => id_of(change),
    };
    Json::Map(vec![(noun(change.kind).to_owned(), id)])
}

#[derive(Debug)]
struct Asked {
    change: Change,
    revision: Option<i64>,
}

fn read_change(value: &Value) -> Result<Asked, Mistake> {
    read::only(value, &["change", "revision"])?;
    let change = &value["change"];
    let kind = read::text(change, "type")?;
    let revision = match value.get("revision") {
        None | Some(Value::Null) => None,
        Some(_) => Some(read::int(value, "revision", 0, 9_007_199_254_740_991, None)?),
    };
    if let Some(kind) = REMOVALS.into_iter().find(|known| *known == kind) {
        read::only(change, &["type", "id"])?;
        return Ok(Asked { change: Change { kind, form: read::text(change, "id")?.into() }, revision });
    }
    let (_, kind, form) = *SETS.iter().find(|(_, known, _)| *known == kind).ok_or(INVALID)?;
    read::only(change, &["type", noun(kind), if kind == "price_book_set" { "hash" } else { "type" }])?;
    let form = form(change.get(noun(kind)).filter(|form| form.is_object()).ok_or(INVALID)?);
    if kind == "price_book_set" {
        let hash = read::text(change, "hash")?;
        if hash != "0".repeat(64) && hash != digest(&form.line()) {
            return Err(INVALID);
        }
    }
    Ok(Asked { change: Change { kind, form }, revision })
}

impl Config {
    /// What stands where a change would be made; nothing where there is none.
    pub fn standing(&self, change: &Change) -> Option<Json> {
        let id = id_of(change);
        let listed = |list: &[Json]| list.iter().find(|form| *form.get("id") == id).cloned();
        match noun(change.kind) {
            "organization" => self.organization.clone(),
            "settings" => self.settings.clone(),
            "price_book" => self.book.as_deref().cloned(),
            "model_class" => listed(&self.classes),
            "role" => listed(&self.roles),
            "member" => listed(&self.members),
            "project" => listed(&self.projects),
            "service_account" => listed(&self.accounts),
            "key" => listed(&self.keys),
            "limit" => placed(&self.limits, &id).cloned(),
            "budget" => placed(&self.budgets, &id).cloned(),
            _ => listed(&self.requests),
        }
    }
}

impl Model {
    pub fn manage(&mut self, command: &Value, now: i64) -> Result<Json, Mistake> {
        read::only(command, &["type", "actor", "source", "changes"])?;
        let actor = read::principal(&command["actor"])?;
        let source = match &command["source"] {
            Value::Null => Json::Null,
            source => source.as_str().ok_or(INVALID)?.into(),
        };
        let asked = command["changes"].as_array().ok_or(INVALID)?.iter().map(read_change);
        let asked = asked.collect::<Result<Vec<Asked>, Mistake>>()?;
        if !(1..=100).contains(&asked.len()) {
            return Err(self.wrong(read::RANGE, "command.changes".to_owned()));
        }
        let config = self.log.config();
        let changes: Vec<&Change> = asked.iter().map(|asked| &asked.change).collect();
        if !(Asking { config: &config, actor: &actor, changes: &changes, now }).permits_all() {
            return Ok(refuse("forbidden_action"));
        }
        for (index, change) in changes.iter().enumerate() {
            let same = |earlier: &&Change| noun(earlier.kind) == noun(change.kind) && id_of(earlier) == id_of(change);
            if changes[..index].iter().any(same) {
                return Err(self.wrong(read::RANGE, format!("command.changes[{index}].change")));
            }
        }
        self.seen(&asked)?;
        self.holds_together(&config, &actor, &changes, now)?;
        let before = self.log.facts.len();
        let by = By { actor: &actor, source: &source, now };
        // What stands there already is nothing that happens.
        let differs = |change: &&&Change| config.standing(change).as_ref() != Some(&change.form);
        for kinds in ORDER {
            for change in changes.iter().filter(differs).filter(|change| kinds.contains(&change.kind)) {
                self.make(change, by);
            }
        }
        let told = changes.iter().map(|change| {
            let made = self.log.facts[before..].iter().position(|fact| {
                let What::Configured(made) = &fact.what else { return false };
                made.kind == change.kind && id_of(made) == id_of(change)
            });
            let revision = match made {
                Some(made) => i64::try_from(before + made + 1).expect("a small count"),
                None => self.revision(change),
            };
            object! { "target": target(change, &self.log.config()), "revision": revision }
        });
        let told: Vec<Json> = told.collect();
        Ok(object! { "type": "managed", "changes": told })
    }

    /// A mistake at a place of the command.
    fn wrong(&mut self, mistake: Mistake, place: String) -> Mistake {
        self.places = vec![place];
        mistake
    }

    fn make(&mut self, change: &Change, by: By<'_>) {
        match change.kind {
            "limit_set" => self.set_limit(&change.form, by),
            "limit_removed" => self.remove_limit(&change.form, by),
            "budget_set" => self.set_budget(&change.form, by),
            "budget_removed" => self.remove_budget(&change.form, by),
            kind => self.change(kind, change.form.clone(), by),
        }
    }

    /// The number of the event that set a thing last, from 1; 0 where it is not there.
    pub fn revision(&self, change: &Change) -> i64 {
        if self.log.config().standing(change).is_none() {
            return 0;
        }
        let last = self.log.facts.iter().rposition(|fact| match &fact.what {
            What::Configured(made) => noun(made.kind) == noun(change.kind) && id_of(made) == id_of(change),
            _ => false,
        });
        last.map_or(0, |position| i64::try_from(position).expect("a small count") + 1)
    }

    fn seen(&mut self, asked: &[Asked]) -> Result<(), Mistake> {
        for (index, Asked { change, revision }) in asked.iter().enumerate() {
            let found = self.revision(change);
            if change.kind.ends_with("_removed") && found == 0 {
                return Err(self.wrong("stale_revision", format!("command.changes[{index}].change.id")));
            }
            if revision.is_some_and(|revision| revision != found) {
                return Err(self.wrong("stale_revision", format!("command.changes[{index}].revision")));
            }
        }
        Ok(())
    }

    /// Whether the policy as a whole is right after the changes: every problem that was not there before is the command's.
    fn holds_together(&mut self, old: &Config, actor: &Json, changes: &[&Change], now: i64) -> Result<(), Mistake> {
        let mut new = old.clone();
        for kinds in ORDER {
            for change in changes.iter().filter(|change| kinds.contains(&change.kind)) {
                new.apply(change, self.log.facts.len());
            }
        }
        let known = whole::problems(old);
        let found = whole::problems(&new).into_iter();
        let mut places: Vec<String> = found
            .filter(|place| set_by(changes, place).is_some() || !known.contains(place))
            .map(|place| told(changes, &place))
            .collect();
        places.extend(secrets(old, &new, changes));
        places.extend(addresses(old, &new, changes));
        places.extend(ended(old, &new, changes, now));
        places.extend(requests(old, actor, changes));
        let is_wrong = !places.is_empty();
        places.extend(authority::problems(old, actor, &new, now).iter().map(|place| told(changes, place)));
        places.sort();
        places.dedup();
        if places.is_empty() {
            return Ok(());
        }
        self.places = places;
        Err(if is_wrong { read::BEYOND } else { "forbidden_change" })
    }

    pub fn record_denials(&mut self, command: &Value, now: i64) -> Result<Json, Mistake> {
        read::only(command, &["type", "denials"])?;
        let told = command["denials"].as_array().ok_or(INVALID)?.iter().map(denials);
        let told = told.collect::<Result<Vec<Json>, Mistake>>()?;
        if !(1..=100).contains(&told.len()) {
            return Err(read::RANGE);
        }
        for denials in &told {
            if !self.log.config().knows(denials.get("principal")) {
                return Err("unknown_principal");
            }
            if denials.get("last_at_ms").int() < denials.get("first_at_ms").int() {
                return Err(read::RANGE);
            }
        }
        let count = i64::try_from(told.len()).expect("a small count");
        for denials in told {
            let mut body = object! { "type": "denied" };
            let (Json::Map(fields), Json::Map(rest)) = (&mut body, denials) else { unreachable!("both are objects") };
            fields.extend(rest);
            self.log.accept(now, What::Clock, Vec::new(), Balance::default(), body);
        }
        Ok(object! { "type": "denials_recorded", "denials": count })
    }
}

const REASONS: [&str; 16] = [
    "unknown_key",
    "revoked_key",
    "inactive_key",
    "expired_key",
    "owner_removed",
    "project_archived",
    "forbidden_action",
    "forbidden_change",
    "forbidden_model",
    "unpriced_model",
    "unpriced_class",
    "unpriced_context",
    "unboundable_request",
    "limit_exceeded",
    "too_many_reservations",
    "budget_exceeded",
];

fn denials(value: &Value) -> Result<Json, Mistake> {
    read::only(value, &["principal", "reason", "action", "count", "first_at_ms", "last_at_ms", "source"])?;
    let reason = read::text(value, "reason")?;
    if !REASONS.contains(&reason) {
        return Err(INVALID);
    }
    Ok(object! {
        "principal": read::principal(&value["principal"])?,
        "reason": reason,
        "action": value["action"].as_str(),
        "count": read::int(value, "count", 1, read::MOST, None)?,
        "first_at_ms": read::int(value, "first_at_ms", 0, i64::MAX, None)?,
        "last_at_ms": read::int(value, "last_at_ms", 0, i64::MAX, None)?,
        "source": value["source"].as_str(),
    })
}

/// The change that sets the thing of a place.
fn set_by(changes: &[&Change], place: &Place) -> Option<usize> {
    let (_, kind, _) = SETS.iter().find(|(list, _, _)| *list == place.list).expect("a list of the policy");
    changes.iter().position(|change| change.kind == *kind && id_of(change).text() == place.id)
}

/// A place of the policy as the command has it; of what no change sets, only that a change is to blame.
fn told(changes: &[&Change], place: &Place) -> String {
    match set_by(changes, place) {
        Some(index) => format!("command.changes[{index}].change.{}{}", noun(changes[index].kind), place.below),
        None => "command.changes".to_owned(),
    }
}

/// Secrets that stand twice: in keys that are set, or in one that takes what another has that is not revoked.
fn secrets(old: &Config, new: &Config, changes: &[&Change]) -> Vec<String> {
    let set: Vec<(usize, &Json)> = changes
        .iter()
        .enumerate()
        .filter(|(_, change)| change.kind == "key_set")
        .map(|(at, change)| (at, &change.form))
        .collect();
    let others = new.keys.iter().filter(|key| {
        key.get("status").text() != "revoked" && set.iter().all(|(_, set)| set.get("id") != key.get("id"))
    });
    let digests = |key: &Json| -> Vec<Json> {
        key.get("secrets").list().iter().map(|secret| secret.get("sha256").clone()).collect()
    };
    let held: Vec<Json> = others.flat_map(digests).collect();
    let (mut earlier, mut wrong): (Vec<Json>, Vec<String>) = (Vec::new(), Vec::new());
    for (at, key) in set {
        let had = old.standing(changes[at]).map(|key| digests(&key)).unwrap_or_default();
        for (index, digest) in digests(key).into_iter().enumerate() {
            let takes = held.contains(&digest) && !had.contains(&digest);
            if earlier.contains(&digest) || takes {
                wrong.push(format!("command.changes[{at}].change.key.secrets[{index}].sha256"));
            }
            earlier.push(digest);
        }
    }
    wrong
}

/// Addresses that a change gives to a member although another one, as everything is afterwards, has it.
fn addresses(old: &Config, new: &Config, changes: &[&Change]) -> Vec<String> {
    let comes_to = |(_, change): &(usize, &&Change)| {
        let before = old.standing(change).map_or(Json::Null, |before| address(&before));
        change.kind == "member_set" && !address(&change.form).is_null() && before != address(&change.form)
    };
    let is_taken = |member: &Json| {
        new.members.iter().any(|other| other.get("id") != member.get("id") && address(other) == address(member))
    };
    let set = changes.iter().enumerate().filter(comes_to).filter(|(_, change)| is_taken(&change.form));
    set.map(|(at, _)| format!("command.changes[{at}].change.member.email")).collect()
}

/// Keys, secrets and accounts that begin where nobody could ever use them.
fn ended(old: &Config, new: &Config, changes: &[&Change], now: i64) -> Vec<String> {
    let is = |list: &[Json], id: &Json, status: &str| {
        !id.is_null() && find(list, id.text()).is_some_and(|form| form.get("status").text() == status)
    };
    let archived = |project: &Json| is(&new.projects, project, "archived");
    let mut wrong = Vec::new();
    for (at, change) in changes
        .iter()
        .enumerate()
        .filter(|(_, change)| matches!(change.form.get("status").text(), "active" | "inactive"))
    {
        let form = &change.form;
        let before = old.standing(change).unwrap_or(Json::Null);
        let moves = |field: &str| before.is_null() || before.get(field) != form.get(field);
        let mut report = |below: &str, is_wrong: bool| {
            if is_wrong {
                wrong.push(format!("command.changes[{at}].change.{}.{below}", noun(change.kind)));
            }
        };
        match change.kind {
            "key_set" => {
                let had = before.get("secrets").list();
                let had = |secret: &Json| had.iter().any(|known| known.get("sha256") == secret.get("sha256"));
                let begins = before.is_null() || !form.get("secrets").list().iter().all(had);
                let ends = form.get("expires_at");
                let over = !ends.is_null() && instant(ends.text()).expect("an instant") <= now;
                report("expires_at", begins && over);
                let comes = begins || moves("owner") || moves("project");
                let (owner, account) = (form.get("owner"), form.get("owner").get("service_account"));
                report("owner.member", comes && is(&new.members, owner.get("member"), "removed"));
                let home = find(&new.accounts, account.text()).map_or(&Json::Null, |account| account.get("project"));
                let gone = is(&new.accounts, account, "removed") || archived(home);
                report("owner.service_account", comes && gone);
                report("project", comes && archived(form.get("project")));
            }
            "service_account_set" => {
                report("project", (moves("project") || moves("status")) && archived(form.get("project")));
            }
            _ => {}
        }
    }
    wrong
}

/// At which address somebody belongs or is invited; null for who was removed.
pub fn address(member: &Json) -> Json {
    match member.get("status").text() {
        "removed" => Json::Null,
        _ => member.get("email").text().to_ascii_lowercase().into(),
    }
}

/// How many increase requests may wait for a decision, of one who asks.
const MOST_PENDING: usize = 20;

/// Who asks, by whichever of their keys.
fn asker(config: &Config, principal: &Json) -> Json {
    let key = principal.get("key");
    match config.keys.iter().find(|known| known.get("id") == key) {
        Some(known) => known.get("owner").clone(),
        None => principal.clone(),
    }
}

/// What is wrong with increase requests: who asks says so, and what is decided stays decided.
fn requests(old: &Config, actor: &Json, changes: &[&Change]) -> Vec<String> {
    let mut wrong = Vec::new();
    let is_own = |request: &Json| asker(old, request.get("requested_by")) == asker(old, actor);
    let pending = old.requests.iter().filter(|request| request.get("status").text() == "pending");
    let mut own = pending.filter(|request| is_own(request)).count();
    for (at, change) in changes.iter().enumerate().filter(|(_, change)| change.kind == "increase_request_set") {
        let new = &change.form;
        let (limit, budget, amount_asked) = (new.get("limit"), new.get("budget"), new.get("amount"));
        let is_money = !matches!(amount_asked, Json::Int(_));
        let mut report = |below: &str, is_wrong: bool| {
            if is_wrong {
                wrong.push(format!("command.changes[{at}].change.increase_request{below}"));
            }
        };
        report(".budget", limit.is_null() == budget.is_null());
        report(".amount", !budget.is_null() && !is_money);
        if let Some(known) = old.standing(change) {
            let mut rest = new.clone();
            ["status", "note"].iter().for_each(|field| rest.set(field, known.get(field).clone()));
            report("", rest != known);
            report(".status", known.get("status").text() != "pending");
            continue;
        }
        own += 1;
        report("", own > MOST_PENDING);
        report(".status", new.get("status").text() != "pending");
        report(".requested_by", new.get("requested_by") != actor);
        report(".budget", !budget.is_null() && placed(&old.budgets, budget).is_none());
        let known = placed(&old.limits, limit);
        report(".limit", !limit.is_null() && known.is_none());
        report(".amount", known.is_some_and(|limit| is_money != (limit.get("meter").text() == "cost")));
        report(".amount", is_money && amount(amount_asked) < 0);
        // Of a gauge the capacity is asked for, of any other limit the rate.
        let rate =
            known.map_or(&Json::Null, |limit| limit.get(if limit.get("rate").is_null() { "capacity" } else { "rate" }));
        let cap = placed(&old.budgets, budget).map_or(&Json::Null, |budget| budget.get("cap_usd"));
        for present in [rate, cap] {
            let is_counted = matches!(present, Json::Int(_));
            let comparable = !present.is_null() && is_counted != is_money;
            report(".amount", comparable && amount(amount_asked) <= amount(present));
        }
    }
    wrong
}
