//! `tollgate key`: secrets for the policy file. The first admin's key comes from here, and never over the network.
//!
//! The form is `tg_<organization>_<256 random bits>_<checksum>`, both in base62, the checksum being the CRC-32 of what stands
//! before the last underscore.

use clap::Subcommand;
use sha2::{Digest, Sha256};
use tollgate::id::{OrganizationId, SecretDigest};

use crate::Failure;

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Makes a key, and its SHA-256 for the policy file, as one JSON object. The key is shown this once.
    New {
        /// The organization that the key names.
        #[arg(long, value_name = "ID")]
        organization: OrganizationId,
    },
}

pub(crate) fn run(command: &Command) -> Result<(), Failure> {
    match command {
        Command::New { organization } => {
            let mut bits = [0; 32];
            getrandom::fill(&mut bits)
                .map_err(|error| Failure::File(format!("cannot get random bits from the system: {error}")))?;
            let key = key_of(organization, bits);
            let sha256 = SecretDigest(Sha256::digest(&key).into());
            println!("{{\"key\":\"{key}\",\"sha256\":\"{sha256}\"}}");
            Ok(())
        }
    }
}

/// The key of 256 bits.
fn key_of(organization: &OrganizationId, bits: [u8; 32]) -> String {
    // 62^43 > 2^256, 62^6 > 2^32
    let checked = format!("tg_{organization}_{}", base62::<43>(&bits));
    let checksum = base62::<6>(&crc32fast::hash(checked.as_bytes()).to_be_bytes());
    format!("{checked}_{checksum}")
}

/// The last `LENGTH` digits of a number in base62, of its bytes with the greatest first.
fn base62<const LENGTH: usize>(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    let mut rest = bytes.to_vec();
    let mut digits = [b'0'; LENGTH];
    for digit in digits.iter_mut().rev() {
        // One step of a long division by 62.
        let mut remainder = 0_u16;
        for byte in &mut rest {
            let part = (remainder << 8) | u16::from(*byte);
            *byte = u8::try_from(part / 62).unwrap_or(u8::MAX);
            remainder = part % 62;
        }
        *digit = ALPHABET.get(usize::from(remainder)).copied().unwrap_or(b'0');
    }
    digits.iter().map(|digit| char::from(*digit)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_those_that_the_gateway_makes_of_the_same_bits() {
        let acme: OrganizationId = "acme".parse().expect("an id");
        let descending = core::array::from_fn(|at| 255 - u8::try_from(at).expect("a byte"));
        for (bits, key) in [([0; 32], KEYS[0]), ([255; 32], KEYS[1]), (descending, KEYS[2])] {
            assert_eq!(key_of(&acme, bits), key);
        }
    }

    const KEYS: [&str; 3] = [
        "tg_acme_0000000000000000000000000000000000000000000_1HNlFg",
        "tg_acme_yhjskwdA6OZ1AL1YmHWZWm8LLG7HjnuCA2j5rOw8Xp1_4Mg2Ai",
        "tg_acme_yhgIGB9quGfHP8Y83EcC2im5kZukTeYkpb69aekqK3M_37Swy4",
    ];
}
