//! `can` beside cedar: 3 roles, 15 actions, 1,000 members.

use std::{fmt::Write, hint::black_box, str::FromStr};

use cedar_policy::{Authorizer, Context, Entities, Entity, EntityUid, PolicySet, Request};
use tollgate::{
    directory::{Owner, Principal, action::Action},
    engine::Engine,
    time::Timestamp,
};

use crate::clock::{Row, compare, each};

const MEMBERS: usize = 1_000;
const ROLES: [&str; 3] = ["admin", "developer", "viewer"];
const ACTIONS: [Action; 15] = [
    Action::MessagesCreate,
    Action::MessagesCountTokens,
    Action::ModelsRead,
    Action::UsageRead,
    Action::CostRead,
    Action::KeysCreate,
    Action::KeysRead,
    Action::KeysUpdate,
    Action::KeysRotate,
    Action::KeysRevoke,
    Action::MembersRead,
    Action::MembersInvite,
    Action::ProjectsRead,
    Action::BudgetsRead,
    Action::BudgetsWrite,
];

pub(crate) fn rows() -> Vec<Row> {
    let mut policy = String::from(r#"{"schema_version":1,"organization":{"id":"acme"},"members":["#);
    for member in 0..MEMBERS {
        let role = ROLES[member % ROLES.len()];
        let comma = if member == 0 { "" } else { "," };
        let _ = write!(policy, r#"{comma}{{"id":"m{member}","email":"m{member}@acme.example","role":"{role}"}}"#);
    }
    policy.push_str("]}");
    let now = Timestamp::from_millis(1_764_000_000_000).expect("an instant");
    let (engine, _) = Engine::create(&policy, now).expect("a policy");
    let directory = &engine.state().directory;
    let principals: Vec<Principal> =
        (0..MEMBERS).map(|member| Principal::Member(format!("m{member}").parse().expect("an id"))).collect();
    let owners: Vec<Owner> =
        (0..MEMBERS).map(|member| Owner::Member(format!("m{member}").parse().expect("an id"))).collect();

    let authorizer = Authorizer::new();
    let mut source = String::from("permit(principal in Role::\"admin\", action, resource);\n");
    for (role, count) in [("developer", 10), ("viewer", 5)] {
        let actions: Vec<String> =
            ACTIONS.iter().take(count).map(|action| format!("Action::\"{}\"", action.as_str())).collect();
        let _ =
            writeln!(source, "permit(principal in Role::\"{role}\", action in [{}], resource);", actions.join(", "));
    }
    let policies = PolicySet::from_str(&source).expect("policies");
    let uid = |text: String| EntityUid::from_str(&text).expect("an entity");
    let roles = ROLES.map(|role| uid(format!("Role::\"{role}\"")));
    let mut entities: Vec<Entity> =
        roles.iter().map(|role| Entity::new_no_attrs(role.clone(), Default::default())).collect();
    for member in 0..MEMBERS {
        let parents = [roles[member % ROLES.len()].clone()].into_iter().collect();
        entities.push(Entity::new_no_attrs(uid(format!("Member::\"m{member}\"")), parents));
    }
    let entities = Entities::from_entities(entities, None).expect("entities");
    let requests: Vec<Request> = (0..MEMBERS)
        .map(|member| {
            let action = ACTIONS[member % ACTIONS.len()];
            let principal = uid(format!("Member::\"m{member}\""));
            let action = uid(format!("Action::\"{}\"", action.as_str()));
            Request::new(principal, action, uid("Key::\"k\"".to_owned()), Context::empty(), None).expect("a request")
        })
        .collect();

    let (ours, theirs) = compare(
        || {
            each(20_000, |index| {
                let member = index as usize % MEMBERS;
                let action = ACTIONS[member % ACTIONS.len()];
                black_box(directory.can(black_box(&principals[member]), action, None, Some(&owners[member]), now));
            })
        },
        || {
            each(500, |index| {
                black_box(authorizer.is_authorized(
                    black_box(&requests[index as usize % MEMBERS]),
                    &policies,
                    &entities,
                ));
            })
        },
    );
    vec![Row {
        what: "can, by member id (3 roles, 15 actions, 1,000 members)",
        ours,
        peer: "cedar-policy is_authorized, prebuilt request",
        theirs,
    }]
}
