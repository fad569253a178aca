//! Sealing under the keyring: key material bound to its version, and other secrets bound to their purpose.
//!
//! Layout: `format (1) = 1 ‖ KEK generation (4, big-endian) ‖ envelope`.
//!
//! Bound to material: `group (16) ‖ key (16) ‖ version (4, big-endian) ‖ AWS's name of the spec`. All but the last
//! field have a fixed length, so no two identities encode alike.

use aws_lc_rs::error::Unspecified;
use keyferry_domain::material::VersionIdentity;

use crate::bytes::Reader;
use crate::derive::Purpose;
use crate::envelope::Envelope;
use crate::keyring::Keyring;
use crate::secret::Material;

const FORMAT: u8 = 1;
const HEADER_LEN: usize = 5;

/// What a record is, and what it may not be moved away from.
#[derive(Clone, Copy)]
pub(crate) enum Subject<'a> {
    /// Material of one key version.
    Version(&'a VersionIdentity),
    /// A secret, by its purpose.
    Secret(&'a str),
}

impl Subject<'_> {
    fn purpose(self) -> Purpose {
        match self {
            Self::Version(_) => Purpose::Material,
            Self::Secret(_) => Purpose::Secret,
        }
    }

    fn encode(self) -> Vec<u8> {
        match self {
            Self::Version(VersionIdentity {
                group,
                key,
                version,
                spec,
            }) => [
                group.as_uuid().as_bytes().as_slice(),
                key.as_uuid().as_bytes(),
                &version.get().to_be_bytes(),
                spec.aws_name().as_bytes(),
            ]
            .concat(),
            Self::Secret(purpose) => purpose.as_bytes().to_vec(),
        }
    }
}

/// Seals under the newest KEK.
pub(crate) fn seal(
    keyring: &Keyring,
    subject: Subject<'_>,
    plain: &[u8],
) -> Result<Vec<u8>, Unspecified> {
    let (generation, kek) = keyring.current();
    let [a, b, c, d] = generation.to_be_bytes();
    let header: [u8; HEADER_LEN] = [FORMAT, a, b, c, d];
    Envelope {
        purpose: subject.purpose(),
        header: &header,
        bound: &subject.encode(),
    }
    .seal(kek, plain)
}

/// Opens what [`seal`] made for the same subject; `None` for anything else.
pub(crate) fn open(keyring: &Keyring, subject: Subject<'_>, stored: &[u8]) -> Option<Material> {
    let (header, body) = stored.split_at_checked(HEADER_LEN)?;
    let mut reader = Reader::new(header);
    if reader.u8()? != FORMAT {
        return None;
    }
    let kek = keyring.find(reader.u32()?)?;
    Envelope {
        purpose: subject.purpose(),
        header,
        bound: &subject.encode(),
    }
    .open(kek, body)
    .ok()
}
