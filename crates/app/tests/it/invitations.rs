//! Invitations without a subject wait for a mailbox that the provider has verified.

use keyferry_app::sign_in_providers::UpdateProvider;
use keyferry_app::users::Invitation;
use keyferry_ports::records::Provisioning;

use crate::people::code;
use crate::providers::{back, begin, finish, here, house};

#[tokio::test]
async fn a3_an_invitation_by_name_waits_for_a_mailbox_that_the_provider_has_verified() {
    let house = house(Provisioning::Invited).await;
    let name_by = async |claim: &str| {
        let command = UpdateProvider {
            name_claim: Some(claim.to_owned()),
            ..UpdateProvider::default()
        };
        let providers = &house.app().sign_in_providers;
        let changed = providers.update(house.ann(), "corp", command, None);
        changed.await.unwrap();
    };
    let come = async |subject: &str, claims: &[(&str, &[&str])]| {
        let providers = &house.world.outside.providers;
        providers.knows(subject, subject, claims);
        let begun = begin(house.app(), here("/")).await;
        finish(house.app(), back(&begun, subject)).await
    };
    name_by("email").await;
    let invitation = Invitation {
        provider: "corp".to_owned(),
        subject: None,
    };
    let (users, name) = (&house.app().users, "bob@corp.example".parse().unwrap());
    let invited = users.invite(house.ann(), name, String::new(), &invitation);
    invited.await.unwrap();

    let bob: &[&str] = &["bob@corp.example"];
    let unverified = come("s-1", &[("email", bob), ("email_verified", &["false"])]).await;
    assert_eq!(code(unverified), "access.name-unusable");
    // Nor does a name that people choose count once it names them.
    name_by("preferred_username").await;
    let chosen = come("s-2", &[("preferred_username", bob)]).await;
    assert_eq!(code(chosen), "access.not-admitted");
    name_by("email").await;
    let verified = come("s-3", &[("email", bob), ("email_verified", &["true"])]).await;
    assert!(verified.is_ok(), "{verified:?}");
    let later = come("s-4", &[("email", bob), ("email_verified", &["true"])]).await;
    assert_eq!(code(later), "access.not-admitted");
}
