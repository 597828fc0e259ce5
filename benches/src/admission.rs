//! `admit` and `settle` beside one keyed rate limiter: 3 scopes × 3 meters, 4 budgets, 100,000 keys.

use std::{fmt::Write, hint::black_box, num::NonZeroU32};

use governor::{Quota, RateLimiter};
use tollgate::{
    command::{Admit, Command, Credential, GivenUsage, ModelName},
    engine::Engine,
    id::{KeyIx, ModelIx, ReservationId},
    price::{RequestShape, Usage},
    time::Timestamp,
};

use crate::clock::{Row, each, median};

const KEYS: u32 = 100_000;
const BATCH: u32 = 5_000;
const TURNS: u32 = 21;

fn policy(gauge: bool) -> String {
    let mut policy = String::from(
        r#"{"schema_version":1,"organization":{"id":"acme"},"settings":{"retention_ms":60000,"max_reservations":1000000},
        "members":[{"id":"ada","email":"ada@acme.example","role":"admin"}],
        "projects":[{"id":"p"}],"keys":["#,
    );
    for key in 0..KEYS {
        let comma = if key == 0 { "" } else { "," };
        let _ = write!(policy, r#"{comma}{{"id":"key_live_{key:010}","owner":{{"member":"ada"}},"project":"p"}}"#);
    }
    policy.push_str(r#"],"limits":["#);
    let meters = [("requests", "1000000000"), ("input_tokens", "1000000000000"), ("output_tokens", "1000000000000")];
    let mut comma = "";
    let mut limit = |policy: &mut String, name: &str, scope: &str| {
        for (meter, amount) in meters {
            let _ = write!(
                policy,
                r#"{comma}{{"id":"{name}-{meter}","scope":{scope},"meter":"{meter}","rate":{amount},"period_ms":60000,"capacity":{amount}}}"#
            );
            comma = ",";
        }
    };
    limit(&mut policy, "org", "\"organization\"");
    if gauge {
        policy.push_str(r#",{"id":"open","scope":"organization","meter":"concurrent_requests","capacity":1000000}"#);
    }
    limit(&mut policy, "project", r#"{"project":"p"}"#);
    for key in 0..KEYS {
        limit(&mut policy, &format!("k{key}"), &format!(r#"{{"key":"key_live_{key:010}"}}"#));
    }
    policy.push_str(
        r#"],"budgets":[
        {"id":"day","scope":"organization","window":"daily","cap_usd":"1000000000","thresholds_percent":[80]},
        {"id":"month","scope":"organization","window":"monthly","cap_usd":"1000000000","thresholds_percent":[80]},
        {"id":"p-week","scope":{"project":"p"},"window":"weekly","cap_usd":"1000000000","thresholds_percent":[80]},
        {"id":"m-total","scope":{"member":"ada"},"window":"total","cap_usd":"1000000000","thresholds_percent":[80]}]}"#,
    );
    policy
}

/// What a request names by its text; the rest is named by handle.
#[derive(Clone, Copy)]
enum Named {
    Nothing,
    Key,
    KeyAndModel,
}

const EVERY_NAMED: [Named; 3] = [Named::Nothing, Named::Key, Named::KeyAndModel];

struct Gateway {
    engine: Engine,
    ids: Vec<String>,
    model: ModelIx,
    now: i64,
    made: u64,
    random: u64,
}

impl Gateway {
    fn new(gauge: bool) -> Self {
        let now = 1_764_000_000_000;
        let (engine, _) = Engine::create(&policy(gauge), instant(now)).expect("a policy");
        let model = engine.state().models().get("claude-sonnet-5").expect("a model");
        let ids = (0..KEYS).map(|key| format!("key_live_{key:010}")).collect();
        Self { engine, ids, model, now, made: 0, random: 1 }
    }

    /// A key among all of them.
    fn key(&mut self) -> u32 {
        self.random = self.random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        u32::try_from((self.random >> 33) % u64::from(KEYS)).unwrap_or(0)
    }

    /// Admits and settles a batch; picoseconds of one admission and of one settlement.
    fn turn(&mut self, named: Named) -> (u128, u128) {
        let request = RequestShape::new(1_024).with_body_bytes(2_048);
        let reservations: Vec<ReservationId> = (0..BATCH)
            .map(|_| {
                self.made += 1;
                format!("rsv_{:020}", self.made).parse().expect("an id")
            })
            .collect();
        let keys: Vec<u32> = (0..BATCH).map(|_| self.key()).collect();
        // A batch is a second of traffic.
        self.now += 1_000;
        let now = instant(self.now);
        let Self { engine, ids, model, .. } = self;
        let admitted = each(BATCH, |index| {
            let index = index as usize;
            let credential = match named {
                Named::Nothing => Credential::Handle(KeyIx::from_index(keys[index])),
                Named::Key | Named::KeyAndModel => Credential::Id(&ids[keys[index] as usize]),
            };
            let model = match named {
                Named::Nothing | Named::Key => ModelName::Handle(*model),
                Named::KeyAndModel => ModelName::Name("claude-sonnet-5"),
            };
            let admit = Admit::new(reservations[index], credential, model, request);
            let outcome = engine.submit(&Command::Admit(admit), now).expect("an outcome");
            assert!(black_box(&outcome).decision.is_allow());
        });
        let usage = Usage { input: 400, output: 300, ..Usage::default() };
        let settled = each(BATCH, |index| {
            let settle =
                Command::Settle { reservation: reservations[index as usize], usage: GivenUsage::of(usage.clone()) };
            black_box(engine.submit(&settle, now).expect("an outcome"));
        });
        (admitted, settled)
    }
}

fn instant(millis: i64) -> Timestamp {
    Timestamp::from_millis(millis).expect("an instant")
}

pub(crate) fn rows() -> Vec<Row> {
    let mut gateway = Gateway::new(false);
    let limiter = RateLimiter::keyed(Quota::per_second(NonZeroU32::MAX));
    let names: Vec<String> = gateway.ids.clone();
    let one = NonZeroU32::MIN;
    for name in &names {
        let _ = limiter.check_key_n(name, one);
    }
    let mut admitted: [Vec<u128>; 3] = Default::default();
    let (mut settled, mut theirs) = (Vec::new(), Vec::new());
    for turn in 0..=TURNS {
        // Whoever comes later finds more in the caches: they take turns.
        for place in 0..EVERY_NAMED.len() {
            let place = (place + turn as usize) % EVERY_NAMED.len();
            let (admit, settle) = gateway.turn(EVERY_NAMED[place]);
            if turn > 0 {
                admitted[place].push(admit);
                settled.push(settle);
            }
        }
        let keys: Vec<u32> = (0..BATCH).map(|_| gateway.key()).collect();
        let peer = each(BATCH, |index| {
            let _ = black_box(limiter.check_key_n(&names[keys[index as usize] as usize], one));
        });
        if turn > 0 {
            theirs.push(peer);
        }
    }
    // By itself, so that its keys do not drive those of the other rows out of the caches.
    drop(gateway);
    let mut gauged = Gateway::new(true);
    let with_gauge: Vec<u128> = (0..=TURNS).map(|_| gauged.turn(Named::Nothing).0).skip(1).collect();
    let theirs = median(theirs);
    let peer = "governor check_key_n, string keys, 100,000 of them";
    let [by_handle, by_id, by_names] = admitted.map(median);
    vec![
        Row { what: "admit, key by string id (9 limits, 4 budgets, 100,000 keys)", ours: by_id, peer, theirs },
        Row { what: "admit, key and model by name", ours: by_names, peer, theirs },
        Row { what: "admit, key by handle", ours: by_handle, peer, theirs },
        Row { what: "admit, key by handle, with a gauge of open holds", ours: median(with_gauge), peer, theirs },
        Row { what: "settle", ours: median(settled), peer, theirs },
    ]
}
