//! What must hold of every answer, whatever is asked: over random policies and commands from fixed seeds.

#[path = "properties/altered_log.rs"]
mod altered_log;
#[path = "properties/audit.rs"]
mod audit;
#[path = "properties/caps.rs"]
mod caps;
#[path = "properties/damage.rs"]
mod damage;
#[path = "properties/denials.rs"]
mod denials;
#[path = "properties/extremes.rs"]
mod extremes;
#[path = "properties/free_time.rs"]
mod free_time;
#[path = "properties/levels.rs"]
mod levels;
#[path = "properties/management.rs"]
mod management;
#[path = "properties/pages.rs"]
mod pages;
#[path = "properties/prices.rs"]
mod prices;
#[path = "random/mod.rs"]
mod random;
#[path = "properties/replay.rs"]
mod replay;
#[path = "properties/usages.rs"]
mod usages;
#[path = "properties/variety.rs"]
mod variety;
#[path = "properties/waits.rs"]
mod waits;
#[path = "properties/walk.rs"]
mod walk;
