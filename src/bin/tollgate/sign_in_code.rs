//! `tollgate sign-in-code`: a code with which a member signs in once, from a gateway.
//!
//! The admin key comes from the environment and never from an argument, which every process on the machine can read; it goes to
//! the address that was given and to no other, so that a redirect is a refusal.

use std::{
    env,
    io::{self, IsTerminal},
    time::Duration,
};

use serde_json::{Value, json};
use tollgate::id::MemberId;
use ureq::{
    Agent,
    http::Uri,
    tls::{RootCerts, TlsConfig},
};

use crate::Failure;

const KEY: &str = "TOLLGATE_ADMIN_KEY";
const URL: &str = "TOLLGATE_BASE_URL";
const LONGEST: Duration = Duration::from_secs(60);

pub(crate) fn run(member: &MemberId, url: Option<String>) -> Result<(), Failure> {
    let given = |name: &str| env::var(name).ok().filter(|value| !value.is_empty());
    let key = given(KEY).ok_or_else(|| Failure::Usage(format!("set `{KEY}` to the secret of an admin key")))?;
    let url = url.or_else(|| given(URL));
    let url =
        url.ok_or_else(|| Failure::Usage(format!("give `--url`, or set `{URL}`, to where the gateway serves")))?;
    if !is_private(&url) {
        let message = "give one that begins with `https://`; the key and the code would be read on the way otherwise";
        return Err(Failure::Usage(format!("`{url}` is no such address: {message}")));
    }
    let made = made(&url, &key, member)?;
    let text = |field: &str| made.get(field).and_then(Value::as_str).unwrap_or_default();
    let (code, expires_at) = (text("code"), text("expires_at"));
    if io::stdout().is_terminal() {
        println!("{code}");
        println!("signs `{member}` in, once, until {expires_at}");
    } else {
        println!("{}", json!({ "code": code, "member_id": member.as_str(), "expires_at": expires_at }));
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

/// The gateway's answer, which has the code.
fn made(url: &str, key: &str, member: &MemberId) -> Result<Value, Failure> {
    let unreached = |error: ureq::Error| Failure::File(format!("no answer from `{url}`: {error}"));
    let tls = TlsConfig::builder().root_certs(RootCerts::PlatformVerifier).build();
    let agent = Agent::config_builder()
        .http_status_as_error(false)
        .max_redirects(0)
        .max_redirects_will_error(false)
        .timeout_global(Some(LONGEST))
        .tls_config(tls)
        .build()
        .new_agent();
    let address = format!("{}/v1/organizations/sign_in_codes", url.trim_end_matches('/'));
    let request = agent.post(&address).header("x-api-key", key).content_type("application/json");
    let mut answer = request.send(json!({ "member_id": member.as_str() }).to_string()).map_err(unreached)?;
    let status = answer.status().as_u16();
    let body = answer.body_mut().read_to_string().map_err(unreached)?;
    let body: Value = serde_json::from_str(&body).unwrap_or_default();
    if status == 200 && body.get("code").is_some_and(Value::is_string) {
        return Ok(body);
    }
    match body.pointer("/error/message").and_then(Value::as_str) {
        Some(message) => eprintln!("tollgate: {message}"),
        None => eprintln!("tollgate: `{url}` answered {status}, which is no gateway's answer: check the address"),
    }
    Err(Failure::Refused)
}
