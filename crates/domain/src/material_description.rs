//! The description that travels with every import, by which our own material is known again.

use crate::version::VersionNumber;

const PREFIX: &str = "keyferry/";

/// AWS's limit (KMS API, `ImportKeyMaterial`, `KeyMaterialDescription`): 256 characters of
/// letters, digits, white space and `: / _ . -`.
const CHARACTERS_MAX: usize = 256;

/// What a description of ours says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MaterialDescription {
    /// The KMS key as the import named it, with characters that AWS refuses replaced.
    pub kms_key: String,
    /// Which version it is.
    pub version: VersionNumber,
}

/// The description to send with an import, such as `keyferry/payments/v3`.
///
/// Characters that AWS does not accept become `_`; a name that is too long is cut.
pub fn material_description(kms_key: &str, version: VersionNumber) -> String {
    let tail = format!("/v{version}");
    let room = CHARACTERS_MAX.saturating_sub(PREFIX.len() + tail.len());
    let name: String = kms_key
        .chars()
        .map(accepted_or_underscore)
        .take(room)
        .collect();
    format!("{PREFIX}{name}{tail}")
}

fn accepted_or_underscore(c: char) -> char {
    if c.is_ascii_alphanumeric() || " :/_.-".contains(c) {
        c
    } else {
        '_'
    }
}

/// Reads a description of ours; `None` if it is anybody else's.
pub fn parse_material_description(text: &str) -> Option<MaterialDescription> {
    let (kms_key, number) = text.strip_prefix(PREFIX)?.rsplit_once("/v")?;
    let digits_only = !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit());
    if !digits_only || number.starts_with('0') {
        return None;
    }
    let version = VersionNumber::new(number.parse().ok()?)?;
    Some(MaterialDescription {
        kms_key: kms_key.to_owned(),
        version,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_description_of_ours_is_read_back() {
        let version = VersionNumber::new(12).unwrap();

        let read = parse_material_description(&material_description("app/v1", version)).unwrap();

        assert_eq!(
            read,
            MaterialDescription {
                kms_key: "app/v1".to_owned(),
                version
            }
        );
    }

    #[test]
    fn only_characters_that_aws_accepts_are_sent_and_never_more_than_256() {
        let text = material_description(&"ä(x)@".repeat(100), VersionNumber::FIRST);

        assert_eq!(text.len(), 256);
        assert!(
            text.chars()
                .all(|c| c.is_ascii_alphanumeric() || "/_.:- ".contains(c)),
            "{text}"
        );
        assert!(parse_material_description(&text).is_some());
    }

    #[test]
    fn what_others_write_is_not_taken_for_ours() {
        for text in [
            "",
            "keyferry",
            "keyferry/v",
            "keyferry/x/v0",
            "keyferry/x/v01",
            "other/x/v1",
        ] {
            assert_eq!(parse_material_description(text), None, "{text}");
        }
        assert_eq!(parse_material_description("keyferry/x/v1a"), None);
    }
}
