//! Connecting an account.

use keyferry_app::AppError;
use keyferry_app::connections::{AddConnection, LinkRequest};
use keyferry_domain::connection::{Identity, LinkHealth, LinkSettings, Tier};
use keyferry_ports::aws::{CallFailure, Refusal};
use keyferry_ports::secret::SecretText;

use super::Found;
use crate::error::{Why, ensure};
use crate::landscape::{KEYFERRY_USER, PRODUCTION};
use crate::rig::{NAME, Rig, region};

/// The connection reaches the account, is who it should be, and every Region answers.
pub(super) async fn verified(rig: &Rig) -> Found {
    let stored = rig.app().connections.test(rig.actor(), NAME).await?;
    let Some(verified) = stored.verified else {
        return Err(Why::new(format!(
            "not connected: {:?}",
            stored.connection.health
        )));
    };
    let expected = format!("arn:aws:iam::{PRODUCTION}:user/{KEYFERRY_USER}");
    ensure(verified.principal == expected, || {
        format!(
            "AWS takes us for {}, not for {expected}",
            verified.principal
        )
    })?;
    if let Some(problem) = verified
        .regions
        .iter()
        .find_map(|found| found.problem.as_ref())
    {
        return Err(Why::new(problem.as_str()));
    }
    if let Some(why) = verified.actions_unchecked {
        return Err(Why::new(format!("the rights could not be checked: {why}")));
    }
    ensure(verified.missing_actions.is_empty(), || {
        format!(
            "rights are missing: {}",
            verified.missing_actions.join(", ")
        )
    })?;
    let kept = rig.app().connections.show(rig.actor(), NAME).await?;
    let is_connected = matches!(kept.health, LinkHealth::Connected { .. });
    ensure(is_connected, || {
        "the record does not say Connected".to_owned()
    })?;
    let account = kept.account.map(|account| account.id.to_string());
    ensure(account.as_deref() == Some(PRODUCTION), || {
        format!("the record names the account {account:?}")
    })?;
    Ok(format!(
        "account {PRODUCTION} as user/{KEYFERRY_USER} with every right of the tier full, {} Regions",
        verified.regions.len()
    ))
}

/// A wrong secret access key is refused with AWS's word, and nothing is stored.
pub(super) async fn bad_secret_refused(rig: &Rig) -> Found {
    let right = rig.link()?;
    let Identity::AccessKey { access_key_id, .. } = &right.identity else {
        return Err(Why::new("the connection has no access key"));
    };
    let identity = Identity::AccessKey {
        access_key_id: access_key_id.clone(),
        secret_access_key: SecretText::new("this-is-not-the-secret-access-key"),
    };
    let command = AddConnection {
        group: None,
        access_key_rotation: None,
        rotation: None,
        name: "wrong".parse()?,
        request: LinkRequest {
            link: LinkSettings { identity, ..right },
            regions: vec![region()?],
            tier: Tier::Full,
        },
        allow_unverified: false,
    };
    let refused = match rig.app().connections.add(rig.actor(), command).await {
        Ok(_) => return Err(Why::new("a wrong secret access key was taken")),
        Err(error) => error,
    };
    let AppError::Aws {
        source:
            CallFailure::Refused {
                refusal: Refusal::Unauthenticated,
                message,
                ..
            },
        ..
    } = &refused
    else {
        return Err(Why::new(format!(
            "refused for another reason: {}",
            Why::of(&refused)
        )));
    };
    let known = rig.app().connections.list(rig.actor()).await?;
    ensure(known.iter().all(|one| one.name.as_str() != "wrong"), || {
        "the connection was stored all the same".to_owned()
    })?;
    Ok(format!("{} ({message}); nothing stored", refused.code()))
}
