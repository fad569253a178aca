//! Passwords of people: Argon2id, stored as PHC strings.

use argon2::password_hash::phc::PasswordHash;
use argon2::{Algorithm, Argon2, Params, PasswordHasher, PasswordVerifier, Version};
use aws_lc_rs::rand;
use keyferry_ports::secret::SecretText;
use keyferry_ports::vault::{Passwords, VaultError};

/// 19 MiB, 2 passes, 1 lane.
///
/// # Source
///
/// OWASP, "Password Storage Cheat Sheet", Argon2id.
const MEMORY_KIB: u32 = 19_456;
const PASSES: u32 = 2;
const LANES: u32 = 1;

/// Stored parameters beyond this are not worked off: whoever can write the database could stop the server.
const MEMORY_KIB_MAX: u32 = 256 * 1024;

/// A hash that no known password makes, at the cost of real ones.
const DUMMY: &str = "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$\
                     AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/// Argon2id passwords. Both methods take about 20 ms of one core and 19 MiB: call them off the executor.
#[derive(Clone, Copy, Debug, Default)]
pub struct Argon2Passwords;

/// A PHC string to verify against when the user is unknown, so that the answer takes as long.
pub fn dummy_phc() -> &'static str {
    DUMMY
}

impl Passwords for Argon2Passwords {
    fn hash(&self, password: &SecretText) -> Result<String, VaultError> {
        let failed = || VaultError::Module {
            what: "hashing a password".to_owned(),
        };
        let mut salt = [0; 16];
        rand::fill(&mut salt).map_err(|_| failed())?;
        let params = Params::new(MEMORY_KIB, PASSES, LANES, None).map_err(|_| failed())?;
        let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
        let hash = argon2
            .hash_password_with_salt(password.expose().as_bytes(), &salt)
            .map_err(|_| failed())?;
        Ok(hash.to_string())
    }

    fn verify(&self, password: &SecretText, phc: &str) -> bool {
        let password = password.expose().as_bytes();
        let is_usable = is_affordable(phc);
        let phc = if is_usable { phc } else { DUMMY };
        let matches = Argon2::default().verify_password(password, phc).is_ok();
        matches && is_usable
    }
}

fn is_affordable(phc: &str) -> bool {
    PasswordHash::new(phc)
        .ok()
        .and_then(|hash| Params::try_from(&hash).ok())
        .is_some_and(|params| params.m_cost() <= MEMORY_KIB_MAX && params.t_cost() <= 16)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str) -> SecretText {
        SecretText::new(text)
    }

    #[test]
    fn a_password_verifies_and_another_does_not() {
        let phc = Argon2Passwords.hash(&text("open sesame")).unwrap();
        assert!(phc.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{phc}");
        assert!(Argon2Passwords.verify(&text("open sesame"), &phc));
        assert!(!Argon2Passwords.verify(&text("open sesam"), &phc));
        assert!(!Argon2Passwords.verify(&text(""), &phc));
    }

    #[test]
    fn the_same_password_never_hashes_alike() {
        let two = [(); 2].map(|()| Argon2Passwords.hash(&text("open sesame")).unwrap());
        assert_ne!(two[0], two[1]);
    }

    #[test]
    fn the_dummy_is_worked_off_at_the_price_of_a_real_hash_and_matches_nothing() {
        let cost = |phc: &str| {
            let params = Params::try_from(&PasswordHash::new(phc).unwrap()).unwrap();
            (
                params.m_cost(),
                params.t_cost(),
                params.p_cost(),
                params.output_len(),
            )
        };
        let real = Argon2Passwords.hash(&text("open sesame")).unwrap();
        assert_eq!(cost(dummy_phc()), cost(&real));
        assert_eq!(dummy_phc().len(), real.len());
        assert!(!Argon2Passwords.verify(&text("open sesame"), dummy_phc()));
    }

    #[test]
    fn a_stored_hash_that_is_damaged_or_too_dear_never_matches() {
        let dear = DUMMY.replace("m=19456", "m=4194304");
        for phc in ["", "plain", "$argon2id$v=19$", &dear] {
            assert!(!Argon2Passwords.verify(&text("open sesame"), phc), "{phc}");
        }
    }
}
