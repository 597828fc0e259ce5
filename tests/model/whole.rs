//! What must hold between the parts of a whole policy: references, bounds, and forms that make sense.

use super::{authority::Place, card, config::Config, directory::find, json::Json, log::amount};

const PRESETS: [&str; 4] = ["admin", "developer", "viewer", "billing"];

/// Everything that is wrong with what is configured, but who may do what.
pub fn problems(config: &Config) -> Vec<Place> {
    let mut places = Vec::new();
    let organization = config.organization.as_ref().map_or(&Json::Null, |organization| organization);
    let country = organization.get("billing_address").get("country").text();
    let written = country.len() == 2 && country.bytes().all(|byte| byte.is_ascii_uppercase());
    if !organization.get("billing_address").is_null() && !written {
        places.push(Place::new("organization", &Json::Null, ".billing_address.country"));
    }
    let mut report = |list: &'static str, item: &Json, wrong: Vec<String>| {
        places.extend(wrong.into_iter().map(|below| Place::new(list, item.get("id"), below)));
    };
    for role in &config.roles {
        let is_preset = PRESETS.contains(&role.get("id").text());
        report("roles", role, is_preset.then(|| ".id".to_owned()).into_iter().collect());
    }
    for member in &config.members {
        report("members", member, role(config, member.get("role"), ".role"));
    }
    config.projects.iter().for_each(|project| report("projects", project, project_problems(config, project)));
    for account in &config.accounts {
        let mut wrong = role(config, account.get("role"), ".role");
        wrong.extend(missing(&config.projects, account.get("project"), ".project"));
        report("service_accounts", account, wrong);
    }
    config.keys.iter().for_each(|key| report("keys", key, key_problems(config, key)));
    for limit in &config.limits {
        let mut wrong = scope(config, limit.form.get("scope"));
        wrong.extend(missing(&config.classes, limit.form.get("model_class"), ".model_class"));
        wrong.extend(limit_problems(&limit.form));
        report("limits", &limit.form, wrong);
    }
    for budget in &config.budgets {
        let mut wrong = scope(config, budget.form.get("scope"));
        wrong.extend(budget_problems(&budget.form));
        report("budgets", &budget.form, wrong);
    }
    models(config, &mut report);
    places
}

/// A reference to what is not there; null refers to nothing.
fn missing(list: &[Json], id: &Json, below: &str) -> Option<String> {
    (!id.is_null() && find(list, id.text()).is_none()).then(|| below.to_owned())
}

fn role(config: &Config, id: &Json, below: &str) -> Vec<String> {
    let known = PRESETS.contains(&id.text());
    missing(&config.roles, id, below).filter(|_| !known).into_iter().collect()
}

fn scope(config: &Config, scope: &Json) -> Vec<String> {
    [("project", &config.projects), ("member", &config.members), ("key", &config.keys)]
        .into_iter()
        .filter_map(|(name, list)| missing(list, scope.get(name), &format!(".scope.{name}")))
        .collect()
}

fn project_problems(config: &Config, project: &Json) -> Vec<String> {
    let bindings = project.get("members").list();
    let mut wrong = Vec::new();
    for (index, binding) in bindings.iter().enumerate() {
        let at = |field: &str| format!(".members[{index}].{field}");
        wrong.extend(missing(&config.members, binding.get("member"), &at("member")));
        if bindings[..index].iter().any(|earlier| earlier.get("member") == binding.get("member")) {
            wrong.push(at("member"));
        }
        wrong.extend(role(config, binding.get("role"), &at("role")));
    }
    wrong
}

fn key_problems(config: &Config, key: &Json) -> Vec<String> {
    let owner = key.get("owner");
    let mut wrong = role(config, key.get("role"), ".role");
    wrong.extend(missing(&config.members, owner.get("member"), ".owner.member"));
    wrong.extend(missing(&config.accounts, owner.get("service_account"), ".owner.service_account"));
    if key.get("hint").text().len() > 40 {
        wrong.push(".hint".to_owned());
    }
    if key.get("secrets").list().len() > 4 {
        wrong.push(".secrets".to_owned());
    }
    let project = key.get("project");
    let account = find(&config.accounts, owner.get("service_account").text());
    match missing(&config.projects, project, ".project") {
        None if account.is_some_and(|account| !project.is_null() && account.get("project") != project) => {
            wrong.push(".project".to_owned());
        }
        lacks => wrong.extend(lacks),
    }
    wrong
}

fn limit_problems(limit: &Json) -> Vec<String> {
    let meter = limit.get("meter").text();
    let gauge = meter == "concurrent_requests";
    let mut wrong = Vec::new();
    for name in ["rate", "capacity"] {
        let value = limit.get(name);
        let right = match value {
            Json::Null => gauge && name == "rate",
            _ if gauge => name == "capacity" && matches!(value, Json::Int(_)),
            Json::Int(count) => meter != "cost" && *count > 0,
            _ => meter == "cost" && amount(value) > 0,
        };
        if !right {
            wrong.push(format!(".{name}"));
        }
    }
    let counts_tokens = limit.get("operation").text() == "count_tokens";
    let cached = limit.get("count_cache_reads").is_true() && !matches!(meter, "tokens" | "input_tokens");
    let reserves = limit.get("output").text() == "reserve" && !matches!(meter, "tokens" | "output_tokens");
    for (is_wrong, below) in [
        (limit.get("period_ms").is_null() != gauge, ".period_ms"),
        (counts_tokens && meter != "requests", ".meter"),
        (cached, ".count_cache_reads"),
        (reserves, ".output"),
    ] {
        if is_wrong {
            wrong.push(below.to_owned());
        }
    }
    wrong
}

fn budget_problems(budget: &Json) -> Vec<String> {
    let window = budget.get("window").text();
    let thresholds = budget.get("thresholds_percent").list();
    let falls = (1..thresholds.len()).filter(|index| thresholds[*index].int() <= thresholds[*index - 1].int());
    let mut wrong: Vec<String> = falls.map(|index| format!(".thresholds_percent[{index}]")).collect();
    for (is_wrong, below) in [
        (amount(budget.get("cap_usd")) < 0, ".cap_usd"),
        (window != "weekly" && budget.get("week_start").text() != "monday", ".week_start"),
        (window != "monthly" && budget.get("anchor_day").int() != 1, ".anchor_day"),
    ] {
        if is_wrong {
            wrong.push(below.to_owned());
        }
    }
    wrong
}

/// Names and prefixes that lead to no model; where a fallback prices every name, each is one.
fn models(config: &Config, report: &mut dyn FnMut(&'static str, &Json, Vec<String>)) {
    let book = config.book();
    let fallback = config.settings.as_ref().map_or(&Json::Null, |settings| settings.get("fallback_model"));
    if !fallback.is_null() {
        let lacks = card::card(book, fallback.text()).is_none();
        report("settings", &Json::Null, lacks.then(|| ".fallback_model".to_owned()).into_iter().collect());
        return;
    }
    let cards = book.get("cards").list();
    let leads = |entry: &Json| match entry.text().strip_suffix('*') {
        Some(_) => cards.iter().any(|model| card::listed(&Json::List(vec![entry.clone()]), book, model)),
        None => card::card(book, entry.text()).is_some(),
    };
    for (list, items) in [("model_classes", &config.classes), ("projects", &config.projects), ("keys", &config.keys)] {
        for item in items {
            let entries = item.get("models").list().iter().enumerate();
            let wrong = entries.filter(|(_, entry)| !leads(entry)).map(|(index, _)| format!(".models[{index}]"));
            report(list, item, wrong.collect());
        }
    }
}
