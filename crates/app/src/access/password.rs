//! Which passwords are accepted, and making one up.

use keyferry_ports::entropy::Entropy;
use keyferry_ports::records::CanonicalName;
use keyferry_ports::secret::SecretText;

use crate::error::AccessError;

/// Shortest password, in characters.
pub const PASSWORD_MIN: usize = 12;

/// Longest password, in characters: hashing takes no more than its time.
pub const PASSWORD_MAX: usize = 256;

/// What the commonest passwords are made of (after the lists that NIST SP 800-63B-4, 3.1.1.2, and ASVS 5.0, 6.2.4, want to
/// be looked at): a word of these, once or more, with nothing but digits and signs around it.
const COMMON: &[&str] = &[
    "abc",
    "abcd",
    "abcdef",
    "abcdefgh",
    "abcdefghijkl",
    "access",
    "admin",
    "administrator",
    "adminadmin",
    "asdf",
    "asdfgh",
    "asdfghjkl",
    "azerty",
    "azertyuiop",
    "baseball",
    "batman",
    "changeme",
    "changeit",
    "charlie",
    "computer",
    "correcthorsebatterystaple",
    "default",
    "dragon",
    "football",
    "guest",
    "hello",
    "helloworld",
    "iloveyou",
    "keyferry",
    "letmein",
    "letmeinnow",
    "login",
    "lovely",
    "manager",
    "master",
    "michael",
    "minecraft",
    "monkey",
    "mypassword",
    "nothing",
    "operator",
    "passphrase",
    "password",
    "passwd",
    "pass",
    "passw",
    "pokemon",
    "princess",
    "qazwsx",
    "qazwsxedc",
    "qwer",
    "qwerty",
    "qwertyuiop",
    "qwertz",
    "qwertzuiop",
    "root",
    "samsung",
    "secret",
    "security",
    "service",
    "shadow",
    "starwars",
    "summer",
    "sunshine",
    "superman",
    "superuser",
    "supervisor",
    "support",
    "system",
    "temp",
    "temporary",
    "test",
    "testing",
    "thisisapassword",
    "trustno",
    "user",
    "username",
    "welcome",
    "whatever",
    "winter",
    "zaq",
    "zxcvbn",
    "zxcvbnm",
    "qwertyuiopasdfghjklzxcvbnm",
    "onetwothree",
    "spring",
    "autumn",
];

/// Rows and columns of keyboards, and what counts up.
const RUNS: &[&str] = &[
    "0123456789",
    "9876543210",
    "abcdefghijklmnopqrstuvwxyz",
    "zyxwvutsrqponmlkjihgfedcba",
    "qwertyuiopasdfghjklzxcvbnm",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm",
    "1q2w3e4r5t6y7u8i9o0p",
    "q1w2e3r4t5y6u7i8o9p0",
];

/// Checks a password for a person with this name. There is no rule about kinds of characters.
///
/// # Errors
///
/// [`AccessError::WeakPassword`]
pub(crate) fn check(password: &SecretText, name: &CanonicalName) -> Result<(), AccessError> {
    let text = password.expose();
    let length = text.chars().count();
    let why = if length < PASSWORD_MIN {
        "it has fewer than 12 characters"
    } else if length > PASSWORD_MAX {
        "it has more than 256 characters"
    } else if is_common(&text.to_lowercase(), name) {
        "it is among the first that anybody would try"
    } else {
        return Ok(());
    };
    Err(AccessError::WeakPassword { why })
}

fn is_common(text: &str, name: &CanonicalName) -> bool {
    let plain: String = text.chars().filter(|one| !one.is_whitespace()).collect();
    let name: String = name.as_str().split_whitespace().collect();
    if RUNS.iter().any(|run| run.repeat(3).contains(&plain)) || has_few_letters(&plain) {
        return true;
    }
    let core = plain.trim_matches(|one: char| !one.is_alphabetic());
    let read = unmasked(core);
    let words = COMMON.iter().copied().chain([name.as_str()]);
    words
        .filter(|word| !word.is_empty())
        .any(|word| core == word || is_repeated(core, word) || is_repeated(&read, word))
}

/// Whether a text is nothing but a word, or the word over and over.
fn is_repeated(text: &str, word: &str) -> bool {
    let mut endless = word.chars().cycle();
    text.chars().count() >= word.chars().count().min(8)
        && text.chars().all(|one| endless.next() == Some(one))
}

/// Fewer than five different characters.
fn has_few_letters(text: &str) -> bool {
    let letters: std::collections::BTreeSet<char> = text.chars().collect();
    letters.len() < 5
}

/// The letters that digits and signs stand for.
fn unmasked(text: &str) -> String {
    text.chars()
        .map(|one| match one {
            '0' => 'o',
            '1' | '!' => 'i',
            '3' => 'e',
            '4' | '@' => 'a',
            '5' | '$' => 's',
            other => other,
        })
        .collect()
}

/// Letters and digits that nobody takes for one another.
const LETTERS: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";

/// A password that Keyferry makes up: 120 random bits in six groups of four letters.
pub(crate) fn made_up(entropy: &dyn Entropy) -> SecretText {
    let mut bytes = [0u8; 24];
    entropy.fill(&mut bytes);
    let mut text = String::with_capacity(29);
    for (place, byte) in bytes.iter().enumerate() {
        if place > 0 && place % 4 == 0 {
            text.push('-');
        }
        let letter = LETTERS.get(usize::from(byte % 32)).copied().unwrap_or(b'x');
        text.push(char::from(letter));
    }
    SecretText::new(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_accepted(text: &str) -> bool {
        check(&SecretText::new(text), &CanonicalName::of("Ann Lee")).is_ok()
    }

    #[test]
    fn what_everybody_tries_first_is_refused() {
        for text in [
            "short",
            "elevenchars",
            "password1234",
            "Password2026!",
            "P@ssw0rd1234",
            "passwordpassword",
            "welcome12345",
            "123456789012",
            "qwertyuiopas",
            "1qaz2wsx3edc",
            "aaaaaaaaaaaa",
            "abababababab",
            "changeme2026",
            "keyferrykeyferry",
            "annleeannlee",
            "Ann Lee 2026!",
            "correct horse battery staple",
        ] {
            assert!(!is_accepted(text), "accepted {text}");
        }
        assert!(!is_accepted(&"five words by dice".repeat(15)));
    }

    #[test]
    fn a_long_password_needs_no_digit_sign_or_capital() {
        for text in [
            "a good long password",
            "tram violet anchor",
            "zwölf längliche wörter",
            "\u{1f511}\u{1f6a2} ferry over the lake",
        ] {
            assert!(is_accepted(text), "refused {text}");
        }
        assert!(is_accepted(&"five words by dice".repeat(14)));
    }
}
