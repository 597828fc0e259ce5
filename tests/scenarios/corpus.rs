//! The corpus: theme files, read strictly and spelt out, so that every step becomes the line that every runtime reads.

use std::{collections::BTreeMap, fs, path::Path};

use chrono::DateTime;
use serde::Deserialize;
use serde_json::{Map, Value, json};

/// One theme file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ThemeFile {
    theme: String,
    about: String,
    start_ms: Value,
    #[serde(default)]
    defaults: BTreeMap<String, Map<String, Value>>,
    #[serde(default)]
    policies: BTreeMap<String, Value>,
    cases: Vec<CaseFile>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CaseFile {
    name: String,
    why: String,
    policy: Option<Value>,
    start_ms: Option<Value>,
    steps: Vec<StepFile>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct StepFile {
    now_ms: Option<Value>,
    command: Option<Value>,
    preview: Option<Value>,
    query: Option<Value>,
    line: Option<String>,
    expect: Option<Map<String, Value>>,
    expect_line: Option<String>,
}

/// A case, spelt out.
#[derive(Debug)]
pub struct Case {
    /// The file that it stands in.
    pub theme: String,
    /// Its name.
    pub name: String,
    /// The policy that the organization starts with.
    pub policy: Value,
    /// When the organization starts.
    pub start_ms: i64,
    /// Its lines and what they must answer.
    pub steps: Vec<Step>,
}

/// One line and its answer.
#[derive(Debug)]
pub struct Step {
    /// The line, as a host would write it.
    pub line: String,
    /// The same command as a preview, where the line holds a command.
    pub preview: Option<String>,
    /// What the answer must hold.
    pub expect: Option<Value>,
    /// What the answer must be, byte for byte.
    pub expect_line: Option<String>,
}

/// Reads every theme of a folder, in the order of their names.
pub fn read(folder: &Path) -> Result<Vec<Case>, String> {
    let mut paths: Vec<_> = fs::read_dir(folder)
        .map_err(|error| format!("{}: {error}", folder.display()))?
        .filter_map(|entry| entry.ok().map(|entry| entry.path()))
        .filter(|path| path.extension().is_some_and(|extension| extension == "json"))
        .collect();
    paths.sort();
    let company = read_text(&folder.join("policies/company.json"))?;
    let company: Value = serde_json::from_str(&company).map_err(|error| format!("policies/company.json: {error}"))?;
    let mut cases = Vec::new();
    for path in paths {
        let stem = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
        cases.extend(parse(&stem, &read_text(&path)?, &company)?);
    }
    Ok(cases)
}

fn read_text(path: &Path) -> Result<String, String> {
    fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))
}

/// Reads one theme: the file's name, its text, and the policy that others extend.
pub fn parse(stem: &str, text: &str, company: &Value) -> Result<Vec<Case>, String> {
    let file: ThemeFile = serde_json::from_str(text).map_err(|error| format!("{stem}.json: {error}"))?;
    let place = format!("{stem}.json");
    if file.theme != stem {
        return Err(format!("{place}: the theme is `{}`, so the file must have its name", file.theme));
    }
    if file.about.is_empty() || file.cases.is_empty() {
        return Err(format!("{place}: a theme says what it is about and has cases"));
    }
    let mut policies = file.policies;
    policies.insert("company".to_owned(), company.clone());
    let theme = Theme { name: file.theme, start_ms: file.start_ms, defaults: file.defaults, policies };
    let mut cases: Vec<Case> = Vec::new();
    for case in file.cases {
        let name = case.name.clone();
        let case = theme.case(case).map_err(|problem| format!("{place}: {name}: {problem}"))?;
        if cases.iter().any(|other| other.name == case.name) {
            return Err(format!("{place}: {name}: the name is taken; a name tells one case"));
        }
        cases.push(case);
    }
    Ok(cases)
}

struct Theme {
    name: String,
    start_ms: Value,
    defaults: BTreeMap<String, Map<String, Value>>,
    policies: BTreeMap<String, Value>,
}

impl Theme {
    fn case(&self, file: CaseFile) -> Result<Case, String> {
        let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
        if file.name.is_empty() || !file.name.chars().all(plain) {
            return Err("a name is lower case words joined by `_`".to_owned());
        }
        if file.why.is_empty() || file.steps.is_empty() {
            return Err("a case says why it is there and has steps".to_owned());
        }
        let start_ms = millis(file.start_ms.as_ref().unwrap_or(&self.start_ms), 0)?;
        let policy = self.policy(file.policy.unwrap_or_else(|| json!("company")))?;
        let mut now_ms = start_ms;
        let mut steps = Vec::new();
        for (index, step) in file.steps.into_iter().enumerate() {
            if let Some(at) = &step.now_ms {
                now_ms = millis(at, start_ms).map_err(|problem| format!("step {index}: {problem}"))?;
            }
            steps.push(self.step(step, start_ms, now_ms).map_err(|problem| format!("step {index}: {problem}"))?);
        }
        Ok(Case { theme: self.name.clone(), name: file.name, policy, start_ms, steps })
    }

    fn step(&self, file: StepFile, start_ms: i64, now_ms: i64) -> Result<Step, String> {
        let expect = match file.expect {
            Some(expect) if expect.is_empty() => return Err("an empty `expect` expects nothing".to_owned()),
            expect => expect.map(|expect| instants(Value::Object(expect), start_ms)).transpose()?,
        };
        if expect.is_none() && file.expect_line.is_none() {
            return Err("a step says what it expects: `expect` or `expect_line`".to_owned());
        }
        let questions = [("command", file.command), ("preview", file.preview), ("query", file.query)];
        let mut asked: Vec<_> =
            questions.into_iter().filter_map(|(kind, body)| body.map(|body| (kind, body))).collect();
        let (line, preview) = match (asked.pop(), asked.is_empty(), file.line) {
            (None, _, Some(line)) if file.now_ms.is_none() => (line, None),
            (Some((kind, body)), true, None) => {
                let body = instants(self.spelt_out(body)?, start_ms)?;
                let preview = (kind == "command").then(|| json!({"now_ms": now_ms, "preview": body}).to_string());
                (json!({"now_ms": now_ms, kind: body}).to_string(), preview)
            }
            _ => return Err("a step is one `command`, `preview` or `query`, or a `line` without `now_ms`".to_owned()),
        };
        Ok(Step { line, preview, expect, expect_line: file.expect_line })
    }

    /// A command or query over the theme's defaults of its type. Its fields replace the default's; `request` is merged field
    /// by field. A policy in it may extend another.
    fn spelt_out(&self, body: Value) -> Result<Value, String> {
        let Value::Object(body) = body else { return Err("a command or query is an object".to_owned()) };
        let kind = body.get("type").and_then(Value::as_str).unwrap_or_default();
        let mut whole = self.defaults.get(kind).cloned().unwrap_or_default();
        for (field, value) in body {
            let value = match (field.as_str(), whole.get(&field), value) {
                ("request", Some(Value::Object(default)), Value::Object(given)) => {
                    let mut request = default.clone();
                    request.extend(given);
                    Value::Object(request)
                }
                ("policy", _, value) => self.policy(value)?,
                (_, _, value) => value,
            };
            whole.insert(field, value);
        }
        Ok(Value::Object(whole))
    }

    /// A policy by name, or an object that may extend a named one: its fields replace the other's.
    fn policy(&self, value: Value) -> Result<Value, String> {
        match value {
            Value::String(name) => {
                let named = self.policies.get(&name).ok_or_else(|| format!("no policy is called `{name}`"))?;
                self.policy(named.clone())
            }
            Value::Object(mut policy) => {
                let Some(base) = policy.remove("extends") else { return Ok(Value::Object(policy)) };
                let Value::Object(mut whole) = self.policy(base)? else { unreachable!("a policy is an object") };
                whole.extend(policy);
                Ok(Value::Object(whole))
            }
            other => Err(format!("a policy is a name or an object, not `{other}`")),
        }
    }
}

/// Every string that begins with `@`, as the instant it names.
fn instants(value: Value, start_ms: i64) -> Result<Value, String> {
    Ok(match value {
        Value::String(text) if text.starts_with('@') => json!(millis(&Value::String(text), start_ms)?),
        Value::Array(items) => {
            Value::Array(items.into_iter().map(|item| instants(item, start_ms)).collect::<Result<_, _>>()?)
        }
        Value::Object(fields) => {
            let fields = fields.into_iter().map(|(name, field)| Ok((name, instants(field, start_ms)?)));
            Value::Object(fields.collect::<Result<_, String>>()?)
        }
        other => other,
    })
}

/// An instant: milliseconds, `@` and an RFC 3339 time, or `@+n` and `@-n` milliseconds from the start of the case.
fn millis(value: &Value, start_ms: i64) -> Result<i64, String> {
    if let Some(number) = value.as_i64() {
        return Ok(number);
    }
    let wrong = || format!("`{value}` is no instant: write `@2026-11-23T12:00:00Z`, `@+1000` or a number");
    let text = value.as_str().and_then(|text| text.strip_prefix('@')).ok_or_else(wrong)?;
    if text.starts_with(['+', '-']) {
        return text.parse::<i64>().map(|offset| start_ms + offset).map_err(|_| wrong());
    }
    DateTime::parse_from_rfc3339(text).map(|instant| instant.timestamp_millis()).map_err(|_| wrong())
}
