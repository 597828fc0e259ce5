//! A snapshot that is not whole is refused: it never panics, and never restores to something else.

use tollgate::wire::Door;

use super::random::{dice::Dice, stream::Stream};

/// A small state in which everything occurs.
fn snapshot(seed: u64, lines: usize) -> Vec<u8> {
    let mut stream = Stream::new(seed);
    let (mut door, _) = Door::create(&stream.policy(), stream.now_ms()).expect("a valid policy");
    stream.by_ref().take(lines).for_each(|line| drop(door.run_line(&line)));
    let snapshot = door.engine().snapshot();
    assert!(Door::restore(&snapshot).is_ok(), "the whole snapshot restores");
    snapshot
}

fn refused(bytes: &[u8], what: &str) {
    let error = Door::restore(bytes).map(|_| ()).expect_err(what);
    assert_eq!(error.code(), "invalid_snapshot", "{what}");
}

#[test]
fn every_changed_byte_is_refused() {
    for seed in [1, 4] {
        let whole = snapshot(seed, 120);
        for place in 0..whole.len() {
            for change in [0x01, 0x80, 0xff] {
                let mut bytes = whole.clone();
                bytes[place] ^= change;
                refused(&bytes, &format!("seed {seed}: byte {place} of {} was changed", whole.len()));
            }
        }
    }
}

#[test]
fn every_truncation_and_every_addition_is_refused() {
    let whole = snapshot(2, 120);
    for end in 0..whole.len() {
        refused(&whole[..end], &format!("cut to {end} of {} bytes", whole.len()));
    }
    for more in [&[0][..], &[0; 64], &whole] {
        refused(&[&whole, more].concat(), "something follows");
    }
}

#[test]
fn bytes_that_were_never_a_snapshot_are_refused() {
    let mut dice = Dice::new(10_000);
    for length in (0..400).chain([4_096, 65_536]) {
        let bytes: Vec<u8> = (0..length).map(|_| dice.next().to_le_bytes()[0]).collect();
        refused(&bytes, "chance");
    }
}
