//! What each operation does to an intent, and what it refuses.

use keyferry_domain::intent::{Intent, Origin};
use keyferry_domain::keystore::Template;
use keyferry_domain::kms_key::OldKey;
use keyferry_domain::life::Life;
use keyferry_domain::operation::{self as op, Change, CreateRequest, Refusal, Synchronize, Update};
use keyferry_domain::spec::{KeySpec, KeyUsage};
use keyferry_domain::validity::Validity;
use keyferry_domain::view::KeyState;

use crate::support::*;

fn in_life(life: Life) -> Intent {
    Intent {
        life,
        ..symmetric()
    }
}

fn active() -> Intent {
    in_life(Life::Active)
}

fn changed(change: Result<Change, Refusal>) -> Intent {
    match change {
        Ok(Change::Changed(intent)) => intent,
        other => panic!("not changed: {other:?}"),
    }
}

/// How an operation answers in each life: the life after it, `=` for no change, `-` for a refusal.
fn row(name: &str, operation: impl Fn(&Intent) -> Result<Change, Refusal>) -> String {
    let mut row = format!("{name:<18}");
    for (life, _) in Life::ALL {
        let cell = match operation(&in_life(*life)) {
            Ok(Change::Changed(after)) => after.life.as_str(),
            Ok(Change::Unchanged) => "=",
            Err(_) => "-",
        };
        row.push_str(&format!("{cell:<17}"));
    }
    row.trim_end().to_owned() + "\n"
}

#[test]
fn the_full_grid_of_operations_and_lives_is_what_was_reviewed() {
    let held = [wanted(1, Validity::Permanent)];
    let mut grid = String::new();
    grid += &row("activate", |i| op::activate(i, &held));
    grid += &row("cancel deletion", |i| op::cancel_deletion(i, false));
    grid += &row("confirm deleted", op::confirm_deleted);
    grid += &row("deactivate", op::deactivate);
    grid += &row("disable", |i| op::disable(i, None));
    grid += &row("enable", |i| op::enable(i, None));
    grid += &row("release", op::release);
    grid += &row("remove from cloud", op::remove_from_cloud);
    grid += &row("replace", |i| op::replace(i, OldKey::KeepEnabled, start()));
    grid += &row("restore", op::restore);
    grid += &row("rotate in place", |i| {
        op::rotate_in_place(i, version(2), start(), all_kept)
    });
    grid += &row("rotate, new key", |i| {
        op::rotate_new_key(i, version(2), start()).map(Change::Changed)
    });
    grid += &row("schedule deletion", |i| op::schedule_deletion(i, 7, false));
    grid += &row("synchronize", |i| {
        let policy = Some(policy("new"));
        op::synchronize(
            i,
            Synchronize {
                policy,
                ..Synchronize::default()
            },
        )
    });
    grid += &row("update", |i| {
        let description = Some("new".to_owned());
        op::update(
            i,
            Update {
                description,
                ..Update::default()
            },
            start(),
        )
    });
    let expected = "\
activate          -                =                ACTIVE           =                -                -                -
cancel deletion   -                -                -                -                INACTIVE         -                -
confirm deleted   -                -                -                -                DELETED          -                -
deactivate        -                INACTIVE         =                -                -                -                -
disable           -                ACTIVE           INACTIVE         REPLACED         -                -                -
enable            -                =                ACTIVE           =                -                -                -
release           RELEASED         RELEASED         RELEASED         RELEASED         RELEASED         RELEASED         =
remove from cloud -                INACTIVE         INACTIVE         REPLACED         -                -                -
replace           -                REPLACED         REPLACED         -                PENDING_DELETION -                -
restore           PROVISIONING     ACTIVE           INACTIVE         REPLACED         -                -                -
rotate in place   -                ACTIVE           -                -                -                -                -
rotate, new key   -                PROVISIONING     -                -                -                -                -
schedule deletion PENDING_DELETION PENDING_DELETION PENDING_DELETION PENDING_DELETION =                =                -
synchronize       -                ACTIVE           -                REPLACED         -                -                -
update            -                ACTIVE           INACTIVE         -                -                -                -
";
    assert_eq!(grid, expected, "\n{grid}");
}

#[test]
fn a_request_overrides_the_template_and_leaves_the_rest_to_it() {
    let template = Template {
        description: "from the template".to_owned(),
        tags: tags(&[("team", "blue"), ("stage", "test")]),
        policy: Some(policy("template")),
        ..Template::default()
    };
    let mut request = CreateRequest::new(vec![region(WEST)], Some(version(3)));
    request.tags = tags(&[("stage", "live")]);
    request.policy = Some(policy("request"));

    let intent = op::create(&template, request, start()).unwrap();

    assert_eq!(intent.life, Life::Provisioning);
    assert_eq!(intent.tags, tags(&[("team", "blue"), ("stage", "live")]));
    assert_eq!(intent.policy, Some(policy("request")));
    assert_eq!(intent.description, "from the template");
    assert_eq!(intent.current, Some(version(3)));
    assert!(intent.enabled);
}

#[test]
fn a_key_without_a_version_gets_material_of_aws() {
    let request = CreateRequest::new(vec![region(WEST)], None);

    let intent = op::create(&Template::default(), request, start()).unwrap();

    assert_eq!(intent.shape.origin, Origin::AwsKms);
    assert!(intent.versions.is_empty() && !intent.wants_empty());
}

#[test]
fn requests_that_aws_would_not_take_are_refused_with_a_code_and_a_hint() {
    let with = |change: fn(&mut CreateRequest)| {
        let mut request = CreateRequest::new(vec![region(WEST)], Some(version(1)));
        change(&mut request);
        op::create(&Template::default(), request, start()).unwrap_err()
    };
    for (refusal, code) in [
        (with(|r| r.places.clear()), "kms-key.no-region"),
        (
            with(|r| r.places.push(region(CENTRAL))),
            "kms-key.not-multi-region",
        ),
        (
            with(|r| {
                r.multi_region = Some(true);
                r.places.push(region(WEST));
            }),
            "kms-key.region-twice",
        ),
        (with(|r| r.tags = tags(&[("aws:x", "y")])), "kms-key.tags"),
        (
            with(|r| r.usage = Some(KeyUsage::SignVerify)),
            "key.wrong-usage",
        ),
        (
            with(|r| r.validity = Some(Validity::Until(start()))),
            "kms-key.expiry",
        ),
        (
            with(|r| r.description = Some("x".repeat(8193))),
            "kms-key.description",
        ),
        (
            with(|r| r.native_rotation_days = Some(90)),
            "kms-key.native-rotation",
        ),
    ] {
        assert_eq!(refusal.code(), code);
        assert!(!refusal.reason().is_empty() && !refusal.hint().is_empty());
    }
}

#[test]
fn the_templates_usage_does_not_bind_another_spec() {
    let template = Template {
        usage: Some(KeyUsage::EncryptDecrypt),
        ..Template::default()
    };
    let mut request = CreateRequest::new(vec![region(WEST)], Some(version(1)));
    request.spec = Some(KeySpec::Hmac256);

    let intent = op::create(&template, request, start()).unwrap();

    assert_eq!(intent.shape.usage, KeyUsage::GenerateVerifyMac);
}

#[test]
fn deactivating_wants_the_key_empty_and_remembers_its_current_version() {
    let after = changed(op::deactivate(&active()));

    assert!(after.wants_empty() && !after.enabled);
    assert_eq!(after.current, Some(version(1)));
    assert_eq!(after.aliases, active().aliases);
}

#[test]
fn material_that_is_not_from_this_vault_is_never_removed() {
    let foreign = Intent {
        versions: Vec::new(),
        current: None,
        ..active()
    };
    let pending = Intent {
        life: Life::PendingDeletion,
        ..foreign.clone()
    };

    assert_eq!(op::deactivate(&foreign), Err(Refusal::NoSource));
    assert_eq!(op::remove_from_cloud(&foreign), Err(Refusal::NoSource));
    assert_eq!(
        op::replace(&foreign, OldKey::Deactivate, start()),
        Err(Refusal::NoSource)
    );
    assert_eq!(op::cancel_deletion(&pending, true), Err(Refusal::NoSource));
    assert!(!foreign.wants_empty());
}

#[test]
fn activating_brings_back_every_version_that_was_held() {
    let mut intent = active();
    intent.versions.push(wanted(2, Validity::Permanent));
    intent.current = Some(version(2));
    let held = intent.versions.clone();
    let inactive = changed(op::deactivate(&intent));

    let after = changed(op::activate(&inactive, &held));

    assert_eq!(
        after,
        Intent {
            life: Life::Active,
            ..intent
        }
    );
    assert_eq!(op::activate(&inactive, &[]), Err(Refusal::NothingToImport));
}

#[test]
fn an_empty_key_is_neither_enabled_nor_disabled() {
    let inactive = changed(op::deactivate(&active()));

    assert_eq!(op::enable(&inactive, None), Err(Refusal::Empty));
    assert_eq!(
        op::disable(&active(), Some(KeyState::PendingImport)),
        Err(Refusal::Empty)
    );
    assert!(op::disable(&active(), Some(KeyState::Enabled)).is_ok());
}

#[test]
fn a_deletion_waits_seven_to_thirty_days() {
    for days in [0, 6, 31] {
        let refused = Err(Refusal::WindowOutOfRange { days });
        assert_eq!(op::schedule_deletion(&active(), days, true), refused);
    }
    let after = changed(op::schedule_deletion(&active(), 30, true));
    assert_eq!(after.deletion_window_days, Some(30));
}

#[test]
fn a_key_in_the_making_is_deleted_only_if_it_never_held_material() {
    let new = in_life(Life::Provisioning);

    assert_eq!(
        op::schedule_deletion(&new, 7, true),
        Err(Refusal::HeldMaterial)
    );
    assert_eq!(
        changed(op::schedule_deletion(&new, 7, false)).life,
        Life::PendingDeletion
    );
}

#[test]
fn cancelling_a_deletion_keeps_the_material_or_removes_it_as_asked() {
    let pending = changed(op::schedule_deletion(&active(), 7, true));

    let kept = changed(op::cancel_deletion(&pending, false));
    let emptied = changed(op::cancel_deletion(&pending, true));

    for after in [&kept, &emptied] {
        assert!(after.cancel_deletion && !after.enabled);
        assert_eq!(after.deletion_window_days, None);
    }
    assert!(!kept.wants_empty() && emptied.wants_empty());
}

#[test]
fn restoring_wants_nothing_but_the_cancellation() {
    let after = changed(op::restore(&active()));

    assert_eq!(
        after,
        Intent {
            cancel_deletion: true,
            ..active()
        }
    );
}

#[test]
fn wishes_that_are_fulfilled_once_are_cleared_when_the_intent_is_reached() {
    let mut intent = in_life(Life::Provisioning);
    intent.cancel_deletion = true;
    intent.aliases_to_remove.insert(alias("old"));

    let Change::Changed(after) = op::reached(&intent, None) else {
        panic!("unchanged")
    };

    assert_eq!(after, active());
    assert_eq!(op::reached(&after, None), Change::Unchanged);
}

#[test]
fn a_successor_looks_like_its_predecessor_but_holds_only_the_new_version() {
    let mut old = active();
    old.tags = tags(&[("team", "blue")]);
    old.versions.push(wanted(2, Validity::Permanent));
    old.current = Some(version(2));

    let new = op::rotate_new_key(&old, version(3), start()).unwrap();

    assert_eq!(new.versions, [wanted(3, Validity::Permanent)]);
    assert_eq!(new.current, Some(version(3)));
    assert_eq!(
        (new.life, &new.aliases, &new.tags),
        (Life::Provisioning, &old.aliases, &old.tags)
    );
}

#[test]
fn native_material_gives_way_to_ours() {
    let mut native = active();
    native.shape.origin = Origin::AwsKms;
    native.versions.clear();
    native.current = None;
    native.native_rotation_days = Some(365);

    let ours = op::rotate_new_key(&native, version(1), start()).unwrap();

    assert_eq!(ours.shape.origin, Origin::External);
    assert_eq!(ours.native_rotation_days, None);
}

#[test]
fn a_replaced_key_gives_up_its_aliases_and_is_left_in_peace_for_ten_minutes() {
    let kept = changed(op::replace(&active(), OldKey::KeepEnabled, start()));
    let disabled = changed(op::replace(&active(), OldKey::Disable, start()));
    let emptied = changed(op::replace(&active(), OldKey::Deactivate, start()));

    for after in [&kept, &disabled, &emptied] {
        assert_eq!(after.calm_until, Some(start() + minutes(10)));
        assert!(after.aliases.is_empty() && after.aliases_to_remove.is_empty());
    }
    assert_eq!(
        [kept.enabled, disabled.enabled, emptied.enabled],
        [true, false, false]
    );
    assert_eq!(
        [disabled.wants_empty(), emptied.wants_empty()],
        [false, true]
    );
}

#[test]
fn what_was_deactivated_or_doomed_while_its_successor_was_made_gives_up_its_aliases_too() {
    let inactive = changed(op::deactivate(&active()));
    let doomed = changed(op::schedule_deletion(&active(), 7, false));

    let replaced = changed(op::replace(&inactive, OldKey::KeepEnabled, start()));
    let still_doomed = changed(op::replace(&doomed, OldKey::Deactivate, start()));

    assert_eq!(
        [replaced.life, still_doomed.life],
        [Life::Replaced, Life::PendingDeletion]
    );
    assert!(replaced.wants_empty() && !replaced.enabled);
    assert_eq!(still_doomed.versions, doomed.versions);
    for after in [&replaced, &still_doomed] {
        assert!(after.aliases.is_empty());
    }
    assert!(op::rotate_new_key(&inactive, version(2), start()).is_err());
}

#[test]
fn a_rotation_in_place_goes_forward_and_only_on_enabled_symmetric_keys() {
    let after = changed(op::rotate_in_place(
        &active(),
        version(2),
        start(),
        all_kept,
    ));
    assert_eq!(after.current, Some(version(2)));
    assert_eq!(after.versions.len(), 2);

    let refused = |intent: &Intent, number| {
        op::rotate_in_place(intent, version(number), start(), all_kept)
            .unwrap_err()
            .code()
    };
    let disabled = Intent {
        enabled: false,
        ..active()
    };
    let hmac = Intent {
        life: Life::Active,
        ..intent_for(KeySpec::Hmac256)
    };
    assert_eq!(refused(&after, 2), "kms-key.version-not-newer");
    assert_eq!(refused(&disabled, 2), "kms-key.disabled");
    assert_eq!(refused(&hmac, 2), "kms-key.rotation-in-place");
}

#[test]
fn aliases_that_are_left_out_of_an_update_are_deleted_unless_they_come_back() {
    let set = |names: &[&str]| Update {
        aliases: Some(names.iter().map(|name| alias(name)).collect()),
        ..Update::default()
    };

    let without = changed(op::update(&active(), set(&["new"]), start()));
    let back = changed(op::update(&without, set(&["new", "app"]), start()));

    assert_eq!(without.aliases_to_remove, [alias("app")].into());
    assert!(back.aliases_to_remove.is_empty());
}

#[test]
fn an_update_that_changes_nothing_says_so() {
    let description = Some(active().description);
    let same = Update {
        description,
        tags: Some(active().tags),
        ..Update::default()
    };

    assert_eq!(op::update(&active(), same, start()), Ok(Change::Unchanged));
}

#[test]
fn synchronizing_imports_or_empties_but_not_both() {
    let import = vec![wanted(2, Validity::Permanent)];
    let what = |delete_material, import| Synchronize {
        policy: None,
        import,
        delete_material,
        ..Synchronize::default()
    };

    let filled = changed(op::synchronize(&active(), what(false, import.clone())));
    let emptied = changed(op::synchronize(&active(), what(true, Vec::new())));
    let both = op::synchronize(&active(), what(true, import)).unwrap_err();

    assert_eq!(filled.versions.len(), 2);
    assert!(emptied.wants_empty() && emptied.life == Life::Inactive);
    assert_eq!(both.code(), "kms-key.contradiction");
}
