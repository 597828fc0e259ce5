//! The engine's speed beside its peers', measured in one run: `cargo xtask bench`.
//!
//! Machines are noisy, so a figure means something only as a ratio to the peer in the same table.

mod admission;
mod clock;
mod permission;
mod price;

use clock::Row;

fn main() {
    let mut rows: Vec<Row> = Vec::new();
    for measure in [permission::rows, price::rows, admission::rows] {
        rows.extend(measure());
    }
    println!("{:<58} {:>10}   {:<52} {:>10} {:>9}", "tollgate", "ns", "peer, same run", "ns", "ratio");
    for row in &rows {
        println!(
            "{:<58} {:>10}   {:<52} {:>10} {:>9}",
            row.what,
            nanos(row.ours),
            row.peer,
            nanos(row.theirs),
            ratio(row)
        );
    }
}

fn nanos(picoseconds: u128) -> String {
    format!("{}.{}", picoseconds / 1_000, picoseconds % 1_000 / 100)
}

fn ratio(row: &Row) -> String {
    let hundredths = row.theirs * 100 / row.ours.max(1);
    format!("{}.{:02}x", hundredths / 100, hundredths % 100)
}
