//! The canonical forms of what a policy holds: every field in its order, defaults filled in, decimals and instants
//! normalised.

use serde_json::Value;

use super::{
    calendar::{instant, rfc3339},
    class::CLASSES,
    json::{Json, object},
    money::Usd,
};

fn or(value: &Value, default: Json) -> Json {
    if value.is_null() { default } else { plain(value) }
}

/// The same value; fields in any order.
fn plain(value: &Value) -> Json {
    match value {
        Value::Null => Json::Null,
        Value::Bool(truth) => Json::Bool(*truth),
        Value::Number(number) => Json::Int(number.as_i64().expect("a whole number").into()),
        Value::String(text) => Json::Text(text.clone()),
        Value::Array(items) => Json::List(items.iter().map(plain).collect()),
        Value::Object(fields) => Json::Map(fields.iter().map(|(key, value)| (key.clone(), plain(value))).collect()),
    }
}

fn decimal(value: &Value) -> Json {
    value.as_str().map(|text| Usd::parse(text).expect("a decimal string")).into()
}

fn moment(value: &Value) -> Json {
    value.as_str().map(|text| rfc3339(instant(text).expect("an instant"))).into()
}

fn each(value: &Value, form: impl Fn(&Value) -> Json) -> Json {
    Json::List(value.as_array().into_iter().flatten().map(form).collect())
}

pub fn organization(value: &Value) -> Json {
    let address = &value["billing_address"];
    let billing_address = address.is_object().then(|| {
        object! {
            "line1": plain(&address["line1"]),
            "line2": plain(&address["line2"]),
            "city": plain(&address["city"]),
            "region": plain(&address["region"]),
            "postal_code": plain(&address["postal_code"]),
            "country": plain(&address["country"]),
        }
    });
    let payment = &value["payment"];
    let payment = payment.is_object().then(|| {
        object! { "method": plain(&payment["method"]), "status": or(&payment["status"], "missing".into()) }
    });
    object! {
        "id": plain(&value["id"]),
        "name": plain(&value["name"]),
        "legal_name": plain(&value["legal_name"]),
        "tax_id": plain(&value["tax_id"]),
        "billing_address": billing_address,
        "payment": payment,
    }
}

pub fn settings(value: &Value) -> Json {
    object! {
        "max_forward_ms": or(&value["max_forward_ms"], Json::Int(604_800_000)),
        "reservation_timeout_ms": or(&value["reservation_timeout_ms"], Json::Int(600_000)),
        "retention_ms": or(&value["retention_ms"], Json::Int(3_600_000)),
        "max_reservations": or(&value["max_reservations"], Json::Int(100_000)),
        "fallback_model": plain(&value["fallback_model"]),
        // Ninety days; null is no age at all.
        "key_max_age_ms": value.get("key_max_age_ms").map_or(Json::Int(7_776_000_000), plain),
    }
}

/// Rates by class, in the order of the classes.
fn rates(value: &Value) -> Json {
    let priced = CLASSES.iter().filter(|class| !value[class.name].is_null());
    Json::Map(priced.map(|class| (class.name.to_owned(), decimal(&value[class.name]))).collect())
}

fn tier(value: &Value) -> Json {
    object! { "starts": plain(&value["starts"]), "rates_per_mtok": rates(&value["rates_per_mtok"]) }
}

fn version(value: &Value) -> Json {
    let none = || Json::List(Vec::new());
    let hours = |hours: &Value| {
        object! { "weekdays": or(&hours["weekdays"], none()), "from": plain(&hours["from"]), "to": plain(&hours["to"]) }
    };
    let context = |context: &Value| {
        object! {
            "service_tier": or(&context["service_tier"], "standard".into()),
            "speed": or(&context["speed"], "standard".into()),
            "multiplier": decimal(&context["multiplier"]),
            "rates_per_mtok": rates(&context["rates_per_mtok"]),
            "tiers": each(&context["tiers"], tier),
            "longest_prompt_tokens": plain(&context["longest_prompt_tokens"]),
            "rates_per_unit": rates(&context["rates_per_unit"]),
        }
    };
    let modifier = |modifier: &Value| {
        object! {
            "inference_geo": plain(&modifier["inference_geo"]),
            "multiplier": decimal(&modifier["multiplier"]),
            "service_tiers": plain(&modifier["service_tiers"]),
            "speeds": plain(&modifier["speeds"]),
        }
    };
    object! {
        "effective_from": moment(&value["effective_from"]),
        "hours": each(&value["hours"], hours),
        "rates_per_mtok": rates(&value["rates_per_mtok"]),
        "rates_per_unit": rates(&value["rates_per_unit"]),
        "tier_kind": or(&value["tier_kind"], "threshold".into()),
        "tiers": each(&value["tiers"], tier),
        "contexts": each(&value["contexts"], context),
        "modifiers": each(&value["modifiers"], modifier),
    }
}

pub fn book(value: &Value) -> Json {
    let none = || Json::List(Vec::new());
    let card = |card: &Value| {
        object! {
            "provider": plain(&card["provider"]),
            "model": plain(&card["model"]),
            "aliases": or(&card["aliases"], none()),
            "patterns": or(&card["patterns"], none()),
            "except": or(&card["except"], none()),
            "context_window_tokens": plain(&card["context_window_tokens"]),
            "max_output_tokens": plain(&card["max_output_tokens"]),
            "tool_tokens": or(&card["tool_tokens"], Json::Int(0)),
            "image_tokens": or(&card["image_tokens"], Json::Int(0)),
            "modal_as_text": or(&card["modal_as_text"], Json::Bool(false)),
            "versions": each(&card["versions"], version),
        }
    };
    object! {
        "schema_version": plain(&value["schema_version"]), "name": plain(&value["name"]), "provider": plain(&value["provider"]),
        "code_execution": code_execution(&value["code_execution"]), "cards": each(&value["cards"], card),
    }
}

fn code_execution(value: &Value) -> Json {
    if value.is_null() {
        return Json::Null;
    }
    object! {
        "provider": plain(&value["provider"]),
        "minimum_ms": or(&value["minimum_ms"], Json::Int(0)),
        "free_ms_per_month": or(&value["free_ms_per_month"], Json::Int(0)),
    }
}

pub fn class(value: &Value) -> Json {
    object! { "id": plain(&value["id"]), "models": plain(&value["models"]) }
}

pub fn role(value: &Value) -> Json {
    let permission = |value: &Value| object! { "action": plain(&value["action"]), "scope": plain(&value["scope"]) };
    object! { "id": plain(&value["id"]), "permissions": each(&value["permissions"], permission) }
}

pub fn member(value: &Value) -> Json {
    object! {
        "id": plain(&value["id"]),
        "email": plain(&value["email"]),
        "name": plain(&value["name"]),
        "role": plain(&value["role"]),
        "status": or(&value["status"], "active".into()),
        "invite_expires_at": moment(&value["invite_expires_at"]),
    }
}

pub fn project(value: &Value) -> Json {
    let member = |value: &Value| object! { "member": plain(&value["member"]), "role": plain(&value["role"]) };
    object! {
        "id": plain(&value["id"]),
        "name": plain(&value["name"]),
        "status": or(&value["status"], "active".into()),
        "models": plain(&value["models"]),
        "members": each(&value["members"], member),
    }
}

pub fn account(value: &Value) -> Json {
    object! {
        "id": plain(&value["id"]),
        "name": plain(&value["name"]),
        "project": plain(&value["project"]),
        "role": plain(&value["role"]),
        "status": or(&value["status"], "active".into()),
    }
}

pub fn key(value: &Value) -> Json {
    let secret =
        |value: &Value| object! { "sha256": plain(&value["sha256"]), "expires_at": moment(&value["expires_at"]) };
    object! {
        "id": plain(&value["id"]),
        "name": plain(&value["name"]),
        "kind": or(&value["kind"], "caller".into()),
        "hint": plain(&value["hint"]),
        "owner": plain(&value["owner"]),
        "project": plain(&value["project"]),
        "role": plain(&value["role"]),
        "models": plain(&value["models"]),
        "status": or(&value["status"], "active".into()),
        "expires_at": moment(&value["expires_at"]),
        "secrets": each(&value["secrets"], secret),
    }
}

/// A count, or an amount of money.
fn amount(value: &Value) -> Json {
    if value.is_string() { decimal(value) } else { plain(value) }
}

pub fn increase_request(value: &Value) -> Json {
    object! {
        "id": plain(&value["id"]),
        "limit": plain(&value["limit"]),
        "budget": plain(&value["budget"]),
        "amount": amount(&value["amount"]),
        "reason": plain(&value["reason"]),
        "requested_by": plain(&value["requested_by"]),
        "status": or(&value["status"], "pending".into()),
        "note": plain(&value["note"]),
    }
}

pub fn limit(value: &Value) -> Json {
    object! {
        "id": plain(&value["id"]),
        "scope": plain(&value["scope"]),
        "meter": plain(&value["meter"]),
        "rate": amount(&value["rate"]),
        "period_ms": plain(&value["period_ms"]),
        "capacity": amount(&value["capacity"]),
        "model_class": plain(&value["model_class"]),
        "operation": or(&value["operation"], "messages".into()),
        "count_cache_reads": or(&value["count_cache_reads"], Json::Bool(false)),
        "output": or(&value["output"], "settle".into()),
        "mode": or(&value["mode"], "enforce".into()),
    }
}

pub fn budget(value: &Value) -> Json {
    object! {
        "id": plain(&value["id"]),
        "scope": plain(&value["scope"]),
        "window": plain(&value["window"]),
        "utc_offset": or(&value["utc_offset"], "+00:00".into()),
        "week_start": or(&value["week_start"], "monday".into()),
        "anchor_day": or(&value["anchor_day"], Json::Int(1)),
        "cap_usd": decimal(&value["cap_usd"]),
        "thresholds_percent": or(&value["thresholds_percent"], Json::List(Vec::new())),
        "mode": or(&value["mode"], "enforce".into()),
    }
}
