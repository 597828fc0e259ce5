//! `tollgate sign-in-code`: a code with which a member signs in once, from a gateway. The member is named by id, or by e-mail
//! address, which the gateway's list of members tells the id of.
//!
//! The admin key comes from the environment and never from an argument, which every process on the machine can read; it goes to
//! the address that was given and to no other, so that a redirect is a refusal.

use std::{
    env,
    io::{self, IsTerminal},
    str::FromStr,
    time::Duration,
};

use serde_json::{Value, json};
use tollgate::id::MemberId;
use ureq::{
    Agent, Body,
    http::{Response, Uri},
    tls::{RootCerts, TlsConfig},
};

use crate::Failure;

const KEY: &str = "TOLLGATE_ADMIN_KEY";
const URL: &str = "TOLLGATE_BASE_URL";
const LONGEST: Duration = Duration::from_secs(60);

/// How long a search of the gateway's list may be.
const MAX_SEARCH: usize = 100;
/// The largest page of a list.
const LARGEST_PAGE: &str = "1000";

/// A member as people name one: by id, or by e-mail address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct MemberName(String);

impl FromStr for MemberName {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let is_address =
            text.contains('@') && text.len() <= 254 && !text.contains(|c: char| c.is_whitespace() || c.is_control());
        if is_address {
            return Ok(Self(text.to_owned()));
        }
        text.parse::<MemberId>().map(|id| Self(id.as_str().to_owned())).map_err(|error| error.to_string())
    }
}

impl MemberName {
    /// An id may hold the sign too, so that this says only what it may be.
    fn may_be_address(&self) -> bool {
        self.0.contains('@')
    }
}

pub(crate) fn run(member: &MemberName, url: Option<String>) -> Result<(), Failure> {
    let given = |name: &str| env::var(name).ok().filter(|value| !value.is_empty());
    let key = given(KEY).ok_or_else(|| Failure::Usage(format!("set `{KEY}` to the secret of an admin key")))?;
    let url = url.or_else(|| given(URL));
    let url =
        url.ok_or_else(|| Failure::Usage(format!("give `--url`, or set `{URL}`, to where the gateway serves")))?;
    if !is_private(&url) {
        let message = "give one that begins with `https://`; the key and the code would be read on the way otherwise";
        return Err(Failure::Usage(format!("`{url}` is no such address: {message}")));
    }
    let gateway = Gateway::at(url, key);
    let id = if member.may_be_address() { gateway.member_of(&member.0)? } else { member.0.clone() };
    let made = gateway.code_of(&id)?;
    let text = |field: &str| made.get(field).and_then(Value::as_str).unwrap_or_default();
    let (code, expires_at) = (text("code"), text("expires_at"));
    if io::stdout().is_terminal() {
        println!("{code}");
        println!("signs `{id}` in, once, until {expires_at}");
    } else {
        println!("{}", json!({ "code": code, "member_id": id, "expires_at": expires_at }));
    }
    Ok(())
}

/// Whether what is sent to an address is read by nobody else: by TLS, or on this machine.
fn is_private(url: &str) -> bool {
    url.parse::<Uri>().is_ok_and(|uri| match uri.scheme_str() {
        Some("https") => true,
        Some("http") => matches!(uri.host(), Some("localhost" | "127.0.0.1" | "[::1]")),
        _ => false,
    })
}

/// A gateway, asked with an admin key.
struct Gateway {
    agent: Agent,
    url: String,
    key: String,
}

/// What a gateway answered.
struct Answer {
    status: u16,
    body: Value,
}

impl Gateway {
    fn at(url: String, key: String) -> Self {
        let tls = TlsConfig::builder().root_certs(RootCerts::PlatformVerifier).build();
        let agent = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .timeout_global(Some(LONGEST))
            .tls_config(tls)
            .build()
            .new_agent();
        Self { agent, url, key }
    }

    /// The id of the one whom a text names, by address as the engine compares addresses, or by id. A text that names nobody, or
    /// that the key may not look for, is an id for the gateway to judge.
    fn member_of(&self, text: &str) -> Result<String, Failure> {
        let search: String = text.chars().take(MAX_SEARCH).collect();
        let request = self.agent.get(self.endpoint("members")).header("x-api-key", &self.key);
        let request = request.query("search", search).query("limit", LARGEST_PAGE);
        let answer = self.answer(request.call())?;
        if answer.status == 403 {
            return Ok(text.to_owned());
        }
        let Some(members) = answer.body.get("data").and_then(Value::as_array).filter(|_| answer.status == 200) else {
            return Err(self.refusal(&answer));
        };
        let is = |member: &Value, field: &str, same: fn(&str, &str) -> bool| {
            member.get(field).and_then(Value::as_str).is_some_and(|value| same(value, text))
        };
        let mut named = members.iter().filter(|member| {
            is(member, "email", str::eq_ignore_ascii_case) || is(member, "id", |value, text| value == text)
        });
        let first = named.next().and_then(|member| member.get("id")).and_then(Value::as_str);
        if named.next().is_some() {
            eprintln!(
                "tollgate: `{text}` is the address of one member and the id of another: give the id of the first"
            );
            return Err(Failure::Refused);
        }
        Ok(first.unwrap_or(text).to_owned())
    }

    /// The answer that has the code.
    fn code_of(&self, member: &str) -> Result<Value, Failure> {
        let request = self.agent.post(self.endpoint("sign_in_codes")).header("x-api-key", &self.key);
        let request = request.content_type("application/json");
        let answer = self.answer(request.send(json!({ "member_id": member }).to_string()))?;
        if answer.status == 200 && answer.body.get("code").is_some_and(Value::is_string) {
            return Ok(answer.body);
        }
        Err(self.refusal(&answer))
    }

    fn endpoint(&self, name: &str) -> String {
        format!("{}/v1/organizations/{name}", self.url.trim_end_matches('/'))
    }

    fn answer(&self, sent: Result<Response<Body>, ureq::Error>) -> Result<Answer, Failure> {
        let unreached = |error: ureq::Error| Failure::File(format!("no answer from `{}`: {error}", self.url));
        let mut answer = sent.map_err(unreached)?;
        let status = answer.status().as_u16();
        let body = answer.body_mut().read_to_string().map_err(unreached)?;
        Ok(Answer { status, body: serde_json::from_str(&body).unwrap_or_default() })
    }

    /// Tells why, as the gateway tells it.
    fn refusal(&self, answer: &Answer) -> Failure {
        match answer.body.pointer("/error/message").and_then(Value::as_str) {
            Some(message) => eprintln!("tollgate: {message}"),
            None => {
                eprintln!(
                    "tollgate: `{}` answered {}, which is no gateway's answer: check the address",
                    self.url, answer.status
                );
            }
        }
        Failure::Refused
    }
}
