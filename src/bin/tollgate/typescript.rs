//! TypeScript types from the wire's JSON Schema, so that they come from one source.

use serde_json::{Map, Value};

/// The types of every definition.
pub(crate) fn of(schema: &Value) -> String {
    let mut text =
        String::from("// Generated from the engine's types: `cargo tollgate schema typescript`. Do not edit.\n");
    let definitions = schema.get("$defs").and_then(Value::as_object);
    for (name, definition) in definitions.into_iter().flatten() {
        text.push_str(&format!("\n{}export type {name} = {}\n", comment(definition, ""), type_of(definition, "")));
    }
    text
}

fn comment(schema: &Value, indent: &str) -> String {
    match schema.get("description").and_then(Value::as_str) {
        None | Some("") => String::new(),
        Some(about) => {
            let lines: Vec<&str> = about.lines().map(str::trim).collect();
            format!("{indent}/** {} */\n", lines.join(" "))
        }
    }
}

fn type_of(schema: &Value, indent: &str) -> String {
    let Value::Object(schema) = schema else { return "unknown".to_owned() };
    if let Some(reference) = schema.get("$ref").and_then(Value::as_str) {
        return reference.rsplit('/').next().unwrap_or("unknown").to_owned();
    }
    if let Some(constant) = schema.get("const") {
        return constant.to_string();
    }
    for (keyword, separator) in [("enum", " | "), ("oneOf", " | "), ("anyOf", " | ")] {
        if let Some(choices) = schema.get(keyword).and_then(Value::as_array) {
            let each = choices
                .iter()
                .map(|choice| if keyword == "enum" { choice.to_string() } else { type_of(choice, indent) });
            return each.collect::<Vec<_>>().join(separator);
        }
    }
    match schema.get("type").and_then(Value::as_str) {
        Some("string") => "string".to_owned(),
        Some("integer") => "number".to_owned(),
        Some("boolean") => "boolean".to_owned(),
        Some("null") => "null".to_owned(),
        Some("array") => format!(
            "Array<{}>",
            schema.get("items").map_or_else(|| "unknown".to_owned(), |items| type_of(items, indent))
        ),
        Some("object") => object(schema, indent),
        _ => "unknown".to_owned(),
    }
}

fn object(schema: &Map<String, Value>, indent: &str) -> String {
    let required = schema.get("required").and_then(Value::as_array);
    let is_required = |name: &str| required.is_some_and(|names| names.iter().any(|required| required == name));
    let deeper = format!("{indent}  ");
    let mut text = String::from("{\n");
    for (name, property) in schema.get("properties").and_then(Value::as_object).into_iter().flatten() {
        let optional = if is_required(name) { "" } else { "?" };
        text.push_str(&format!(
            "{}{deeper}{name}{optional}: {}\n",
            comment(property, &deeper),
            type_of(property, &deeper)
        ));
    }
    text.push_str(&format!("{indent}}}"));
    text
}
