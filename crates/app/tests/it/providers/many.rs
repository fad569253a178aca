//! Many providers, and many sign-ins that are begun.

use jiff::SignedDuration;
use keyferry_ports::records::{ProviderRecords as _, Provisioning};

use super::{add, arrive, back, code, finish, here, house};

#[tokio::test]
async fn a3_of_several_providers_each_lets_in_its_own() {
    let house = house(Provisioning::JustInTime).await;
    add(&house, "other", Provisioning::Invited).await;
    let access = &house.app().access;
    let providers = &house.world.outside.providers;
    providers.knows("s-1", "s-1", &[("preferred_username", &["bob"])]);
    let from = "192.0.2.1";
    let begun = access.begin_at_provider("other", here("/"), from).await;
    let begun = begun.unwrap();
    assert!(begun.location.starts_with("https://other.example/auth"));

    // What was begun at one provider ends at no other.
    let swapped = access.finish_at_provider("corp", back(&begun, "s-1")).await;
    assert_eq!(code(swapped.arrived), "access.sign-in-not-begun");
    let own = access
        .finish_at_provider("other", back(&begun, "s-1"))
        .await;
    assert_eq!(code(own.arrived), "access.not-admitted");
    assert!(arrive(&house, "s-1", "bob", &[]).await.is_ok());
}

#[tokio::test]
async fn a3_however_many_sign_ins_one_address_begins_nobody_else_is_kept_from_it() {
    let house = house(Provisioning::JustInTime).await;
    let (app, providers) = (house.app(), &house.world.outside.providers);
    providers.knows("c-1", "s-1", &[("preferred_username", &["bob"])]);
    let records = &house.world.outside.records;
    let begin_from = async |from: &str| {
        let wish = here("/");
        app.access
            .begin_at_provider("corp", wish, from)
            .await
            .unwrap()
    };
    let bobs = begin_from("192.0.2.7").await;
    let first = begin_from("192.0.2.1").await;
    house.pass(SignedDuration::from_micros(1));
    for _ in 0..100 {
        begin_from("192.0.2.1").await;
    }

    assert_eq!(records.count_sign_in_flows().await.unwrap(), 101);
    let gone = code(finish(app, back(&first, "c-1")).await);
    assert_eq!(
        gone, "access.sign-in-not-begun",
        "the oldest of that address"
    );
    finish(app, back(&bobs, "c-1")).await.unwrap();
}
