//! What a person sets up in AWS before connecting: policies of the role or user, and the guardrail. Pure.

mod cloudformation;
mod request;
mod statements;
mod terraform;

use serde_json::Value;

use crate::action::Action;
use crate::actor::Actor;
use crate::error::AppError;

use super::Connections;

pub use request::{DEFAULT_NAME, Format, PolicyIdentity, PolicyRequest};

/// Characters of a generated external id: five bits each.
const EXTERNAL_ID_ALPHABET: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";

/// One file to hand to AWS.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Document {
    /// What it is for.
    pub kind: DocumentKind,
    /// A name for the file.
    pub file_name: &'static str,
    /// Its text.
    pub text: String,
}

/// What a document is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DocumentKind {
    /// IAM policy of the role or user: what Keyferry may do in the account.
    Permissions,
    /// Trust policy of the role: who may assume it.
    Trust,
    /// IAM policy for the identity that assumes the role, in its own account.
    BaseIdentity,
    /// A template that makes the role or user with its policies.
    Template,
    /// Service control policy of the organisation.
    Guardrail,
}

impl DocumentKind {
    /// A word for lists: `permissions`, `trust`, `base-identity`, `template`, `guardrail`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Permissions => "permissions",
            Self::Trust => "trust",
            Self::BaseIdentity => "base-identity",
            Self::Template => "template",
            Self::Guardrail => "guardrail",
        }
    }
}

/// Everything to set up in AWS for one account. As JSON each policy is a document of its own; a template holds role
/// or user and policies together. The policy of the assuming identity belongs to another account, and is always JSON.
///
/// # Errors
///
/// [`AppError::Invalid`] names the field: an external id, a name, a principal or a provider that AWS would refuse.
pub fn documents(request: &PolicyRequest) -> Result<Vec<Document>, AppError> {
    request.check()?;
    let permissions = statements::permissions(request);
    let trust = statements::trust(request)?;
    let mut documents = match request.format {
        Format::Json => json_documents(&permissions, trust.as_ref()),
        Format::Terraform => vec![Document {
            kind: DocumentKind::Template,
            file_name: "keyferry.tf",
            text: terraform::module(request, &permissions, trust.as_ref()),
        }],
        Format::CloudFormation => vec![Document {
            kind: DocumentKind::Template,
            file_name: "keyferry.template.json",
            text: cloudformation::template(request, &permissions, trust.as_ref()),
        }],
    };
    if let PolicyIdentity::Role { .. } = request.identity {
        documents.push(Document {
            kind: DocumentKind::BaseIdentity,
            file_name: "keyferry-assume-role.json",
            text: pretty(&statements::base_identity(request)),
        });
    }
    Ok(documents)
}

fn json_documents(permissions: &Value, trust: Option<&Value>) -> Vec<Document> {
    let mut documents = vec![Document {
        kind: DocumentKind::Permissions,
        file_name: "keyferry-permissions.json",
        text: pretty(permissions),
    }];
    if let Some(trust) = trust {
        documents.push(Document {
            kind: DocumentKind::Trust,
            file_name: "keyferry-trust.json",
            text: pretty(trust),
        });
    }
    documents
}

/// The organisation's service control policy that leaves deletion, removal of material and policy changes of our
/// KMS keys to our role or user. It counts in every account that it is attached to, save the organisation's
/// management account, which AWS exempts.
///
/// # Errors
///
/// As [`documents`].
pub fn guardrail(request: &PolicyRequest) -> Result<Document, AppError> {
    request.check()?;
    let policy = statements::guardrail(request);
    let (file_name, text) = match request.format {
        Format::Json => ("keyferry-guardrail.json", pretty(&policy)),
        Format::Terraform => ("keyferry-guardrail.tf", terraform::guardrail(&policy)),
        Format::CloudFormation => (
            "keyferry-guardrail.template.json",
            cloudformation::guardrail(&policy),
        ),
    };
    Ok(Document {
        kind: DocumentKind::Guardrail,
        file_name,
        text,
    })
}

impl Connections {
    /// A new external id: 32 characters, 160 random bits. It is no secret, but nobody else shall have the same.
    pub async fn new_external_id(&self, actor: &Actor) -> Result<String, AppError> {
        self.shared.permit(actor, Action::ConnectionRead).await?;
        let mut bytes = [0u8; 32];
        self.shared.ports.entropy.fill(&mut bytes);
        Ok(external_id_from(&bytes))
    }
}

/// One character for each byte.
fn external_id_from(bytes: &[u8; 32]) -> String {
    let character = |byte: &u8| {
        let index = usize::from(byte % 32);
        EXTERNAL_ID_ALPHABET
            .get(index)
            .map_or('a', |&letter| char::from(letter))
    };
    bytes.iter().map(character).collect()
}

fn pretty(value: &Value) -> String {
    let mut text = format!("{value:#}");
    text.push('\n');
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_external_id_uses_every_bit_of_its_alphabet() {
        let mut bytes = [0u8; 32];
        for (index, byte) in bytes.iter_mut().enumerate() {
            *byte = u8::try_from(index).unwrap() | 0xe0;
        }

        assert_eq!(external_id_from(&bytes).as_bytes(), EXTERNAL_ID_ALPHABET);
    }
}
