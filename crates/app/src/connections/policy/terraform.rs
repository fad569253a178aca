//! Role or user and policies as a Terraform file.

use serde_json::Value;

use super::request::{PolicyIdentity, PolicyRequest};
use super::statements::ACCOUNT_PLACEHOLDER;

const ACCOUNT: &str = "${data.aws_caller_identity.current.account_id}";

/// A file that makes the role or user with its policies. The access key of a user is left out: it would stand in the
/// state file.
pub(super) fn module(
    request: &PolicyRequest,
    permissions: &Value,
    trust: Option<&Value>,
) -> String {
    let name = &request.name;
    let mut text = String::from(PROVIDER);
    if request.account.is_none() {
        text.push_str("data \"aws_caller_identity\" \"current\" {}\n\n");
    }
    let kind = match request.identity {
        PolicyIdentity::User => "user",
        PolicyIdentity::Role { .. } | PolicyIdentity::WebIdentity { .. } => "role",
    };
    text.push_str(&format!(
        "resource \"aws_iam_{kind}\" \"keyferry\" {{\n  name = \"{name}\"\n"
    ));
    if let Some(trust) = trust {
        text.push_str(&format!("\n  assume_role_policy = {}", heredoc(trust)));
    }
    text.push_str("}\n\n");
    text.push_str(&format!(
        "resource \"aws_iam_policy\" \"keyferry\" {{\n  name        = \"{name}\"\n  description = \"What Keyferry may do ({})\"\n\n  policy = {}}}\n\n",
        request.tier.as_str(),
        heredoc(permissions),
    ));
    text.push_str(&format!(
        "resource \"aws_iam_{kind}_policy_attachment\" \"keyferry\" {{\n  {kind}       = aws_iam_{kind}.keyferry.name\n  policy_arn = aws_iam_policy.keyferry.arn\n}}\n\n",
    ));
    text.push_str(&format!(
        "output \"keyferry_{kind}_arn\" {{\n  value = aws_iam_{kind}.keyferry.arn\n}}\n",
    ));
    text
}

/// A file that makes the service control policy; attaching it is left to the organisation.
pub(super) fn guardrail(policy: &Value) -> String {
    format!(
        "{PROVIDER}resource \"aws_organizations_policy\" \"keyferry_guardrail\" {{\n  name        = \"keyferry-guardrail\"\n  description = \"Leaves Keyferry's KMS keys to Keyferry\"\n  type        = \"SERVICE_CONTROL_POLICY\"\n\n  content = {}}}\n",
        heredoc(policy),
    )
}

const PROVIDER: &str = "terraform {
  required_providers {
    aws = {
      source = \"hashicorp/aws\"
    }
  }
}

";

/// JSON as a heredoc: Terraform's own interpolation is escaped, so that IAM's policy variables survive it. It is not
/// indented, since the provider refuses policies that begin with white space.
fn heredoc(policy: &Value) -> String {
    let json = format!("{policy:#}")
        .replace("${", "$${")
        .replace("%{", "%%{")
        .replace(ACCOUNT_PLACEHOLDER, ACCOUNT);
    format!("<<POLICY\n{json}\nPOLICY\n")
}
