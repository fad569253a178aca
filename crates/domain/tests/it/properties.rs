//! For any intent, any wishes and any foreign hands: plans reach the intent, or block for the right reason.

use std::collections::BTreeSet;

use keyferry_domain::alias::AliasName;
use keyferry_domain::arn::{Partition, Region};
use keyferry_domain::drift::findings;
use keyferry_domain::grant::WantedGrant;
use keyferry_domain::intent::{Intent, WantedVersion};
use keyferry_domain::life::Life;
use keyferry_domain::operation::{self as op, Change, Refusal, Synchronize, Update};
use keyferry_domain::plan::{Blocked, Decision};
use keyferry_domain::planner::{healing, plan, plan_settled};
use keyferry_domain::spec::KeySpec;
use keyferry_domain::step::{ImportKind, StepKind};
use keyferry_domain::validity::{Lifetime, Validity};
use keyferry_domain::view::{Field, Grant, KeyState};
use proptest::prelude::*;

use crate::model::{self, Deletion, KeySet, Target};
use crate::support::*;
use crate::world::{Dice, End, Stopped, World};

/// What people ask for between one plan and the next.
#[derive(Clone, Copy, Debug)]
enum Wish {
    Activate,
    AddPlace,
    CancelDeletion { empty: bool },
    ChangePrimary,
    Deactivate,
    Disable,
    Enable,
    RemoveFromCloud,
    Restore,
    CreateGrant,
    RetireGrants,
    RevokeGrants,
    RotateInPlace,
    ScheduleDeletion,
    Synchronize,
    UpdateAliases,
    UpdateProperties,
    UpdateValidity,
}

/// What others do to the KMS key behind our back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Hand {
    DeleteAlias,
    DeleteMaterial,
    Disable,
    Enable,
    Grant,
    MoveAlias,
    PlantMaterial,
    ScheduleDeletion,
    Rewrite,
}

#[derive(Clone, Copy, Debug)]
enum Event {
    Wish(Wish),
    Hand(Hand),
    Days(u8),
}

#[derive(Clone, Debug)]
struct Scenario {
    intent: Intent,
    events: Vec<(usize, Event)>,
    seed: u64,
    lag: u64,
    lost: u64,
    import_enables_disabled: bool,
    has_predecessor: bool,
}

fn wishes() -> impl Strategy<Value = Wish> {
    prop_oneof![
        1 => Just(Wish::Activate),
        1 => Just(Wish::AddPlace),
        1 => any::<bool>().prop_map(|empty| Wish::CancelDeletion { empty }),
        1 => Just(Wish::ChangePrimary),
        1 => Just(Wish::Deactivate),
        1 => Just(Wish::Disable),
        1 => Just(Wish::Enable),
        1 => Just(Wish::RemoveFromCloud),
        1 => Just(Wish::Restore),
        2 => Just(Wish::CreateGrant),
        1 => Just(Wish::RetireGrants),
        1 => Just(Wish::RevokeGrants),
        3 => Just(Wish::RotateInPlace),
        1 => Just(Wish::ScheduleDeletion),
        1 => Just(Wish::Synchronize),
        1 => Just(Wish::UpdateAliases),
        1 => Just(Wish::UpdateProperties),
        1 => Just(Wish::UpdateValidity),
    ]
}

fn hands() -> impl Strategy<Value = Hand> {
    prop_oneof![
        1 => Just(Hand::DeleteAlias),
        2 => Just(Hand::DeleteMaterial),
        1 => Just(Hand::Disable),
        1 => Just(Hand::Enable),
        1 => Just(Hand::Grant),
        1 => Just(Hand::MoveAlias),
        1 => Just(Hand::PlantMaterial),
        1 => Just(Hand::ScheduleDeletion),
        1 => Just(Hand::Rewrite),
    ]
}

fn intents() -> impl Strategy<Value = Intent> {
    let spec = prop_oneof![
        3 => Just(KeySpec::Aes256),
        1 => Just(KeySpec::Hmac256),
        1 => Just(KeySpec::EcP256)
    ];
    let regions = prop_oneof![Just(0_usize), 1..=3_usize];
    let validity = prop_oneof![
        Just(Validity::Permanent),
        Just(Validity::Until(start() + days(20))),
        Just(Validity::Until(start() + days(900))),
    ];
    (
        spec,
        regions,
        validity,
        any::<bool>(),
        0..3_usize,
        any::<bool>(),
    )
        .prop_map(|(spec, regions, validity, enabled, aliases, described)| {
            let mut intent = intent_for(spec);
            intent.shape.multi_region = regions > 0;
            let names = [WEST, CENTRAL, NORTH];
            intent.places = names[..regions.max(1)]
                .iter()
                .map(|name| region(name))
                .collect();
            intent.versions = vec![wanted(1, validity)];
            intent.enabled = enabled;
            intent.aliases = (0..aliases).map(|n| alias(&format!("app{n}"))).collect();
            if described {
                intent.tags = tags(&[("team", "blue")]);
                intent.policy = Some(policy("ours"));
                intent.description = "orders".to_owned();
            }
            intent
        })
}

fn scenarios(with_hands: bool, lost: u64) -> impl Strategy<Value = Scenario> {
    let event = prop_oneof![
        4 => wishes().prop_map(Event::Wish),
        if with_hands { 4 } else { 1 } => hands().prop_map(move |hand| {
            if with_hands { Event::Hand(hand) } else { Event::Days(1) }
        }),
        1 => (1..40_u8).prop_map(Event::Days),
    ];
    let pause = prop_oneof![2 => Just(usize::MAX), 3 => 0..5_usize];
    let events = prop::collection::vec((pause, event), 0..6);
    (
        intents(),
        events,
        any::<u64>(),
        0..280_u64,
        any::<bool>(),
        any::<bool>(),
    )
        .prop_map(
            move |(intent, events, seed, lag, import_enables_disabled, has_predecessor)| Scenario {
                intent,
                events,
                seed,
                lag,
                lost,
                import_enables_disabled,
                has_predecessor,
            },
        )
}

fn world_of(scenario: &Scenario) -> World {
    let mut world = World::new(scenario.intent.clone());
    world.dice = Dice(scenario.seed);
    world.lag = scenario.lag;
    world.lost = scenario.lost;
    world.kms.import_enables_disabled = scenario.import_enables_disabled;
    if scenario.has_predecessor {
        world.predecessor = Some(arn("predecessor"));
        for place in &scenario.intent.places {
            for alias in &scenario.intent.aliases {
                world
                    .kms
                    .aliases
                    .insert((place.clone(), alias.clone()), Target::Predecessor);
            }
        }
    }
    world.remember();
    world
}

fn wish(world: &World, wish: Wish) -> Result<Change, Refusal> {
    let intent = &world.intent;
    let newest = intent.current.map_or(0, |current| current.get());
    let all: Vec<WantedVersion> = (1..=newest)
        .map(|n| wanted(n, Validity::Permanent))
        .collect();
    match wish {
        Wish::Activate => op::activate(intent, &all),
        Wish::CancelDeletion { empty } => op::cancel_deletion(intent, empty),
        Wish::Deactivate => op::deactivate(intent),
        Wish::Disable => op::disable(intent, None),
        Wish::Enable => op::enable(intent, None),
        Wish::RemoveFromCloud => op::remove_from_cloud(intent),
        Wish::Restore => op::restore(intent),
        Wish::RevokeGrants => op::revoke_grants(intent, ["g".to_owned()].into(), &|_| true, []),
        Wish::RetireGrants => op::retire_grants(intent, ["g".to_owned()].into(), &|_| false),
        Wish::CreateGrant => op::create_grant(intent, wanted_grant("app"), Partition::Aws),
        Wish::RotateInPlace => {
            op::rotate_in_place(intent, version(newest + 1), world.now, all_kept)
        }
        Wish::ScheduleDeletion => {
            let held = world
                .kms
                .sets
                .last()
                .is_some_and(|set| set.current.is_some());
            op::schedule_deletion(intent, 30, held)
        }
        Wish::Synchronize => op::synchronize(
            intent,
            Synchronize {
                policy: Some(policy("new")),
                import: all,
                delete_material: false,
                ..op::Synchronize::default()
            },
        ),
        Wish::UpdateAliases => {
            let aliases = Some([alias("app1"), alias("other")].into());
            op::update(
                intent,
                Update {
                    aliases,
                    ..Update::default()
                },
                world.now,
            )
        }
        Wish::UpdateProperties => {
            let update = Update {
                description: Some("new".to_owned()),
                tags: Some(tags(&[("team", "red"), ("stage", "x")])),
                policy: Some(policy("new")),
                ..Update::default()
            };
            op::update(intent, update, world.now)
        }
        Wish::UpdateValidity => {
            let lifetime = Lifetime::of_days(100);
            op::update(
                intent,
                Update {
                    lifetime,
                    ..Update::default()
                },
                world.now,
            )
        }
        Wish::AddPlace | Wish::ChangePrimary => {
            let mut after = intent.clone();
            if matches!(wish, Wish::ChangePrimary) {
                after.places.rotate_left(1);
            } else if intent.shape.multi_region && !after.places.contains(&region(NORTH)) {
                after.places.push(region(NORTH));
            }
            Ok(Change::Changed(after))
        }
    }
}

/// A foreign hand; what AWS does not allow does not happen.
fn hand(world: &mut World, hand: Hand) {
    let now = world.now;
    let regions = world.intent.places.len() as u64;
    let at = usize::try_from(world.dice.below(regions)).unwrap();
    let place = world.intent.places[at].clone();
    let die = usize::try_from(world.dice.below(100)).unwrap();
    let Some(set) = world.kms.sets.last_mut() else {
        return;
    };
    let Some(state) = set.state(&place) else {
        return;
    };
    let is_live = matches!(
        state,
        KeyState::Enabled | KeyState::Disabled | KeyState::PendingImport
    );
    let has_material = state != KeyState::PendingImport;
    if !is_live {
        return;
    }
    let is_primary = set.primary == place;
    let alone = set.places.len() == 1;
    let found = set.places.get_mut(&place).unwrap();
    match hand {
        Hand::DeleteMaterial => {
            let permanent = found
                .materials
                .iter_mut()
                .filter(|m| m.is_permanent)
                .count();
            let mut all = found.materials.iter_mut().filter(|m| m.is_permanent);
            if let Some(material) = all.nth(die % permanent.max(1)) {
                material.is_present = false;
                material.valid_to = None;
            }
        }
        Hand::Disable if has_material => found.enabled = false,
        Hand::Enable if has_material => found.enabled = true,
        Hand::Disable | Hand::Enable => {}
        Hand::Grant => {
            let grant = Grant {
                id: "g".into(),
                grantee: "x".into(),
                ..Grant::default()
            };
            found.grants.insert(grant);
        }
        Hand::ScheduleDeletion => {
            let window = days(30);
            found.deletion = Some(if is_primary && !alone {
                Deletion::AfterReplicas(window)
            } else {
                Deletion::At(now + window)
            });
        }
        Hand::Rewrite => {
            found.tags.insert("foreign".to_owned(), "1".to_owned());
            found.tags.remove("team");
            found.description = "foreign".to_owned();
            found.policy = policy("foreign");
        }
        Hand::PlantMaterial => {
            let kind = ImportKind::Rotate;
            model::import(set, &place, 1000, &kind, None, None, false).ok();
        }
        Hand::DeleteAlias | Hand::MoveAlias => {
            let wanted: Vec<&AliasName> = world.intent.aliases.iter().collect();
            if let Some(alias) = wanted.get(die % wanted.len().max(1)) {
                let name = (place, (*alias).clone());
                if hand == Hand::DeleteAlias {
                    world.kms.aliases.remove(&name);
                } else {
                    world.kms.aliases.insert(name, Target::Foreign);
                }
            }
        }
    }
}

fn happen(world: &mut World, event: Event) {
    match event {
        Event::Days(count) => world.wait(days(i64::from(count))),
        Event::Hand(what) => hand(world, what),
        Event::Wish(what) => {
            if let Ok(Change::Changed(intent)) = wish(world, what) {
                world.intent = intent;
            }
        }
    }
    world.remember();
}

/// Runs a scenario to its end.
fn play(scenario: &Scenario) -> (World, End) {
    let mut world = world_of(scenario);
    for (steps, event) in &scenario.events {
        world.run(*steps);
        happen(&mut world, *event);
    }
    let end = end(&mut world);
    (world, end)
}

/// Where it ends, after the sweeps that look again at what AWS showed too late.
fn end(world: &mut World) -> End {
    for _ in 0..3 {
        world.converge();
        world.wait(minutes(17));
    }
    world.converge()
}

/// Whether AWS is as the intent wants it, told without the planner.
fn disagreements(world: &World) -> Vec<String> {
    let intent = &world.intent;
    let mut wrong = Vec::new();
    let Some(set) = world.kms.sets.last() else {
        let deleted = intent.life == Life::PendingDeletion;
        return if deleted {
            wrong
        } else {
            vec!["no KMS key".to_owned()]
        };
    };
    for region in &intent.places {
        let Some(place) = set.places.get(region) else {
            if intent.life != Life::PendingDeletion && !cannot_replicate(set) {
                wrong.push(format!("no place {region}"));
            }
            continue;
        };
        let state = set.state(region).unwrap();
        if intent.life == Life::PendingDeletion {
            if state != KeyState::PendingDeletion {
                wrong.push(format!("{region} is {state:?}"));
            }
            continue;
        }
        let mut check = |holds: bool, what: &str| {
            if !holds {
                wrong.push(format!("{what} in {region} ({state:?})"));
            }
        };
        check(place.tags == intent.tags, "tags");
        check(
            intent
                .policy
                .as_ref()
                .is_none_or(|policy| *policy == place.policy),
            "policy",
        );
        check(place.description == intent.description, "description");
        check(place.deletion.is_none(), "deletion");
        check(
            match state {
                KeyState::Enabled => intent.enabled,
                KeyState::Disabled => !intent.enabled,
                KeyState::PendingImport => true,
                _ => false,
            },
            "state",
        );
        check(materials_agree(world, set, region), "material");
        check(grants_agree(intent, &place.grants), "grants");
        check(aliases_agree(world, region, state, set), "aliases");
    }
    let current = intent
        .current
        .filter(|current| is_wanted(world, current.get()));
    if intent.life != Life::PendingDeletion {
        if current.is_some() && set.current != current.map(|current| current.get()) {
            wrong.push(format!("current is {:?}", set.current));
        }
        let movable = intent
            .places
            .iter()
            .all(|place| set.state(place) != Some(KeyState::PendingImport));
        if movable && intent.primary() != Some(&set.primary) {
            wrong.push("primary".to_owned());
        }
    }
    wrong
}

/// Only an enabled primary is replicated; an empty one has nothing to replicate.
fn cannot_replicate(set: &KeySet) -> bool {
    set.state(&set.primary) == Some(KeyState::PendingImport)
}

fn is_wanted(world: &World, bytes: u32) -> bool {
    let wanted = world
        .intent
        .versions
        .iter()
        .find(|wanted| wanted.number.get() == bytes);
    wanted.is_some_and(|wanted| match wanted.validity {
        Validity::Permanent => true,
        Validity::Until(end) => end > world.now,
    })
}

fn materials_agree(world: &World, set: &KeySet, region: &Region) -> bool {
    let materials = &set.places[region].materials;
    if world.intent.wants_empty() {
        return materials.iter().all(|material| !material.is_present);
    }
    let wanted = materials
        .iter()
        .filter(|m| m.is_permanent && is_wanted(world, m.bytes));
    let mut wanted = wanted.peekable();
    if wanted.peek().is_none() {
        return world
            .intent
            .versions
            .iter()
            .all(|v| !is_wanted(world, v.number.get()));
    }
    wanted.all(|material| {
        let version = world.intent.version(version(material.bytes)).unwrap();
        let end_fits = match (version.validity, material.valid_to) {
            (Validity::Permanent, held) => held.is_none(),
            (Validity::Until(end), Some(held)) => held <= end && held > world.now,
            (Validity::Until(_), None) => false,
        };
        material.is_present && end_fits
    })
}

/// What shall be given is there, where the key can be used, and what shall go is not.
fn grants_agree(intent: &Intent, shown: &BTreeSet<Grant>) -> bool {
    let is_there = |wanted: &WantedGrant| shown.iter().any(|one| wanted.is_shown_by(one));
    let goes = |grant: &Grant| {
        let mut ids = intent.grants_to_revoke().chain(intent.grants_to_retire());
        ids.any(|id| *id == grant.id)
    };
    let is_given = !intent.takes_grants() || intent.grants_to_give().all(is_there);
    is_given && !shown.iter().any(goes) && !intent.grants_given_up().any(is_there)
}

fn aliases_agree(world: &World, region: &Region, state: KeyState, set: &KeySet) -> bool {
    let target = |alias: &AliasName| world.kms.aliases.get(&(region.clone(), alias.clone()));
    let ours = Target::Ours(set.id);
    world
        .intent
        .aliases
        .iter()
        .all(|alias| match target(alias) {
            // An alias in use never moves onto a key that does not work.
            Some(Target::Predecessor) => state != KeyState::Enabled,
            found => found == Some(&ours),
        })
}

/// Takes back what foreign hands did that only a person can judge.
fn people_clear_up(world: &mut World) {
    let regions = world.intent.places.clone();
    let wants_deletion = world.intent.life == Life::PendingDeletion;
    for set in &mut world.kms.sets {
        for place in set.places.values_mut() {
            place.materials.retain(|material| material.bytes < 1000);
            place.grants.clear();
            if !wants_deletion && place.deletion.take().is_some() {
                place.enabled = false;
            }
        }
        for region in &regions {
            if let Some(place) = set.places.get_mut(region) {
                place.enabled = true;
            }
        }
    }
    world
        .kms
        .aliases
        .retain(|_, target| *target != Target::Foreign);
    world.remember();
}

/// Reasons, given at any time, for which nothing that happened gives a cause.
fn unexplained<'a>(scenario: &Scenario, world: &'a World) -> Vec<&'a Blocked> {
    let blocks = world.blocks.iter();
    let unexplained = blocks.filter(|stopped| !explained(stopped, scenario));
    unexplained.map(|stopped| &stopped.why).collect()
}

fn explained(stopped: &Stopped, scenario: &Scenario) -> bool {
    let did = |hand: Hand| {
        scenario
            .events
            .iter()
            .any(|(_, event)| matches!(event, Event::Hand(found) if *found == hand))
    };
    match &stopped.why {
        Blocked::GrantNeedsEnabled { .. } => stopped.had_lapsed,
        Blocked::ForeignDeletion => did(Hand::ScheduleDeletion),
        Blocked::ForeignAlias { .. } => did(Hand::MoveAlias),
        Blocked::ForeignPendingMaterial => did(Hand::PlantMaterial),
        Blocked::ForgedCandidate { .. } => did(Hand::Grant),
        // Deleted by now, or its deletion was wished and cancelled before it was made.
        Blocked::Gone => stopped.was_missing,
        Blocked::ReplicaUnreachable { .. } => did(Hand::ScheduleDeletion),
        // A key that is disabled on purpose is not enabled for a replica, a rotation, a new primary.
        Blocked::PrimaryDisabled => !stopped.wants_enabled,
        _ => false,
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 120, failure_persistence: None, ..Default::default() })]

    #[test]
    fn wishes_without_foreign_hands_are_always_reached(scenario in scenarios(false, 0)) {
        let (world, end) = play(&scenario);

        match &end {
            End::Reached => prop_assert_eq!(disagreements(&world), Vec::<String>::new()),
            End::Blocked(_) => {}
            End::Interrupted => prop_assert!(false, "interrupted"),
        }
        prop_assert!(world.kms.sets.len() <= 1);
        prop_assert_eq!(unexplained(&scenario, &world), Vec::<&Blocked>::new());
    }

    #[test]
    fn foreign_hands_are_undone_or_named(scenario in scenarios(true, 0)) {
        let (mut world, end) = play(&scenario);
        prop_assert_eq!(unexplained(&scenario, &world), Vec::<&Blocked>::new());
        if end == End::Reached {
            prop_assert_eq!(disagreements(&world), Vec::<String>::new());
        }

        people_clear_up(&mut world);
        world.wait(minutes(17));
        let mut end = self::end(&mut world);
        // What hid behind another obstacle until now: the disabled primary is theirs to enable.
        if end == End::Blocked(Blocked::PrimaryDisabled) && !world.intent.enabled {
            world.intent.enabled = true;
            end = self::end(&mut world);
        }

        if end == End::Reached {
            prop_assert_eq!(disagreements(&world), Vec::<String>::new());
        } else if matches!(end, End::Blocked(Blocked::GrantNeedsEnabled { .. })) {
            prop_assert!(world.has_lapsed(), "{:?}", world.intent);
        } else {
            prop_assert_eq!(end, End::Blocked(Blocked::Gone));
        }
    }

    #[test]
    fn lost_answers_never_make_two_keys_and_never_stop_the_work(scenario in scenarios(true, 30)) {
        let (world, end) = play(&scenario);

        prop_assert!(world.kms.sets.len() <= 1, "{} keys", world.kms.sets.len());
        match &end {
            End::Reached => prop_assert_eq!(disagreements(&world), Vec::<String>::new()),
            End::Blocked(_) => {}
            End::Interrupted => prop_assert!(false, "interrupted"),
        }
        prop_assert_eq!(unexplained(&scenario, &world), Vec::<&Blocked>::new());
        if let Some(set) = world.kms.sets.last() {
            let newest = world.intent.current.map_or(1, |current| current.get());
            prop_assert!(set.rotations_used < newest, "{} rotations", set.rotations_used);
            prop_assert!(set.current.is_none_or(|bytes| bytes <= newest), "foreign material is current");
        }
    }

    #[test]
    fn healing_takes_nothing_away(scenario in scenarios(true, 0)) {
        let (mut world, _) = play(&scenario);
        for event in [Hand::DeleteMaterial, Hand::Enable, Hand::Rewrite] {
            hand(&mut world, event);
        }
        let view = world.view();

        let healing = healing(&plan(&world.intent, &view, world.now), &view);

        for step in healing.steps {
            let restored = step.kind() == StepKind::Disable && !world.intent.enabled;
            prop_assert!(!step.kind().is_destructive() || restored, "{:?}", step);
        }
    }

    #[test]
    fn what_shall_be_disabled_is_disabled_first(scenario in scenarios(true, 0), seen in any::<bool>()) {
        let (mut world, _) = play(&scenario);
        for event in [Hand::Enable, Hand::Rewrite, Hand::MoveAlias, Hand::PlantMaterial] {
            hand(&mut world, event);
        }
        world.intent.enabled = false;
        let mut view = world.view();
        if let Some(place) = view.places.values_mut().next().filter(|_| !seen) {
            place.described = Field::Unreadable;
        }
        let is_enabled = view.places.values().any(|place| {
            place.described.value().is_some_and(|described| described.state == KeyState::Enabled)
        });
        let is_in_use = matches!(world.intent.life, Life::Active | Life::Inactive | Life::Replaced);

        let plan = plan(&world.intent, &view, world.now);

        let first = plan.steps().first().map(|step| step.kind());
        if is_enabled && is_in_use && world.intent.calm_until.is_none_or(|until| until <= world.now) {
            let is_first = matches!(first, Some(StepKind::Disable | StepKind::CancelDeletion));
            prop_assert!(is_first, "{:?}", plan);
        }
    }

    #[test]
    fn drift_is_told_exactly_where_a_step_or_a_person_is_needed(scenario in scenarios(true, 0)) {
        let (mut world, _) = play(&scenario);
        for event in [Hand::Disable, Hand::DeleteMaterial, Hand::MoveAlias] {
            if world.dice.percent(40) {
                hand(&mut world, event);
            }
        }
        let view = world.view();
        let plan = plan_settled(&world.intent, &view, world.now);

        let found = findings(&world.intent, &view, &plan, world.now);

        let is_told = found.iter().any(|finding| finding.kind.as_str().starts_with("drift."));
        let is_managed = !matches!(
            world.intent.life,
            Life::Provisioning | Life::Deleted | Life::Released
        );
        let is_waiting = matches!(plan.decision, Decision::Wait { .. });
        prop_assert_eq!(
            is_told,
            is_managed && !is_waiting && !plan.is_reached(),
            "{:?} {:?}", plan, found
        );
    }
}
