//! People, their passwords, sessions and second factors.

use std::sync::Arc;

use jiff::SignedDuration;
use keyferry_app::access::{Counts, Credentials, Issued, SessionRules};
use keyferry_app::keys::KeyOptions;
use keyferry_app::kms_keys::{CreateKmsKey, Mode, Properties};
use keyferry_app::users::Person;
use keyferry_app::{Action, Actor, App, AppError};
use keyferry_audit::Entry;
use keyferry_domain::name::Name;
use keyferry_domain::spec::KeySpec;
use keyferry_ports::clock::Clock as _;
use keyferry_ports::records::{
    AccessRecords as _, AlertFilter, AuditFilter, AuditRecords as _, AuthorityRecords as _, Batch,
    Change, Commits as _, Page, Session, SessionLimit,
};
use keyferry_ports::secret::SecretText;
use keyferry_testkit::passwords::PlainPasswords;
use keyferry_testkit::records::administrator;
use keyferry_testkit::world::{Outside, World};
use kms_sim::SimConfig;

pub(crate) const ANN: &str = "a good long password";
pub(crate) const BOB: &str = "another long password";

/// An installation with the administrator ann, and what a signed-in person does in it.
pub(crate) struct House {
    pub(crate) world: World,
    pub(crate) passwords: Arc<PlainPasswords>,
}

impl House {
    pub(crate) async fn new() -> Self {
        Self::with_rules(SessionRules::default()).await
    }

    /// The same with other rules for sessions.
    pub(crate) async fn with_rules(rules: SessionRules) -> Self {
        let passwords = Arc::new(PlainPasswords::default());
        let mut outside = Outside::new(3, SimConfig::default());
        outside.session_rules = rules;
        let records = outside.records.clone();
        let world = outside.start_plainly(records, Arc::clone(&passwords), 0);
        let name = "ann".parse().unwrap();
        let added = world
            .app
            .access
            .add_first_administrator(name, &SecretText::new(ANN))
            .await
            .unwrap();
        let actor = Actor::person(added.id, added.name);
        Self {
            world: World { actor, ..world },
            passwords,
        }
    }

    /// The same with bob, who has set a password of his own.
    pub(crate) async fn with_bob() -> Self {
        let house = Self::new().await;
        let first = SecretText::new("a first long password");
        let users = &house.app().users;
        let name = "bob".parse().unwrap();
        users
            .create(house.ann(), name, String::new(), Some(&first))
            .await
            .unwrap();
        let bob = house.enter("bob", first.expose()).await;
        house.let_do_everything(&bob).await;
        let access = &house.app().access;
        let own = SecretText::new(BOB);
        let changed = access.change_password(&bob, &first, &own);
        changed.await.unwrap();
        house
    }

    /// Gives somebody all of ann's roles: what is shown here is what ends access, not what roles allow.
    pub(crate) async fn let_do_everything(&self, who: &Actor) {
        let Actor::User { id, .. } = who else {
            panic!("{who}")
        };
        let given = administrator(*id).map(|row| Change::InsertAssignment {
            row,
            excluded: Vec::new(),
        });
        let records = &self.world.outside.records;
        records.commit(Batch::from(given.to_vec())).await.unwrap();
    }

    /// The roles that the log says were taken from somebody, and by whom.
    pub(crate) async fn roles_taken_of(&self, name: &str) -> Vec<String> {
        let filter = AuditFilter {
            action: Some("role.manage".to_owned()),
            ..AuditFilter::default()
        };
        let records = &self.world.outside.records;
        let found = records.find_leaves(&filter, &Page::default()).await;
        let rows = found.unwrap().rows.into_iter();
        let entries = rows.map(|row| Entry::from_leaf_bytes(&row.leaf.bytes).unwrap());
        let taken = entries.filter(|one| one.object.name == name && one.detail["given"] == "false");
        let told = taken.map(|one| format!("{} by {}", one.detail["role"], one.actor));
        told.collect()
    }

    pub(crate) fn app(&self) -> &App {
        &self.world.app
    }

    pub(crate) fn ann(&self) -> &Actor {
        &self.world.actor
    }

    pub(crate) fn pass(&self, time: SignedDuration) {
        let clock = &self.world.outside.clock;
        clock.set(clock.now() + time);
    }

    pub(crate) async fn sign_in(
        &self,
        name: &str,
        password: &str,
        code: Option<&str>,
    ) -> Result<Issued<Session>, AppError> {
        sign_in(self.app(), name, password, code).await
    }

    /// Signs in; answers who that is to everything else.
    pub(crate) async fn enter(&self, name: &str, password: &str) -> Actor {
        let issued = self.sign_in(name, password, None).await.unwrap();
        self.by(&issued).await.unwrap()
    }

    pub(crate) async fn by(&self, issued: &Issued<Session>) -> Result<Actor, AppError> {
        self.app().access.by_session(&issued.secret).await
    }

    /// Does something that is written.
    pub(crate) async fn act(&self, actor: &Actor, name: &str) -> Result<(), AppError> {
        let name: Name = name.parse().unwrap();
        let made = self.app().groups.create(actor, name, String::new());
        made.await.map(|_| ())
    }

    pub(crate) async fn show(&self, name: &str) -> Person {
        self.app().users.show(self.ann(), name).await.unwrap()
    }

    /// The actions that the log tells of somebody, newest first.
    async fn told(&self, actor: &str) -> Vec<String> {
        let records = &self.world.outside.records;
        let leaves = records.list_leaves(0, 999).await.unwrap();
        let of_actor = leaves.into_iter().rev().map(|row| row.leaf);
        let of_actor = of_actor.filter(|leaf| leaf.actor == actor);
        of_actor.map(|leaf| leaf.action).collect()
    }
}

pub(crate) async fn sign_in(
    app: &App,
    name: &str,
    password: &str,
    code: Option<&str>,
) -> Result<Issued<Session>, AppError> {
    let (password, code) = (SecretText::new(password), code.map(SecretText::new));
    let said = Credentials {
        name,
        password: &password,
        code: code.as_ref(),
    };
    app.access.sign_in(&said).await
}

/// The code of what was refused.
pub(crate) fn code<T: std::fmt::Debug>(answer: Result<T, AppError>) -> &'static str {
    answer.unwrap_err().code()
}

#[tokio::test]
async fn a2_a_new_person_changes_the_password_before_anything_else() {
    let house = House::new().await;
    let access = &house.app().access;
    let users = &house.app().users;
    let name: Name = "Bob Lee".parse().unwrap();
    let made = users
        .create(house.ann(), name, "Robert Lee".to_owned(), None)
        .await
        .unwrap();
    let first = made.made_up.unwrap();
    assert!(house.show("bob lee").await.user.must_change_password);

    let issued = house
        .sign_in("bob lee", first.expose(), None)
        .await
        .unwrap();
    assert_eq!(issued.record.limit, Some(SessionLimit::ChangePassword));
    let other = house
        .sign_in("bob lee", first.expose(), None)
        .await
        .unwrap();
    let bob = house.by(&issued).await.unwrap();
    house.let_do_everything(&bob).await;
    for (_, word, _) in Action::ALL {
        let action = Action::ALL.iter().find(|row| row.1 == *word).unwrap().0;
        let is_let = matches!(action, Action::SessionUse | Action::UserChangePassword);
        assert_eq!(bob.may_try(action).is_ok(), is_let, "{word}");
    }

    let own = SecretText::new(BOB);
    let wrong = SecretText::new("not the first one");
    assert_eq!(
        code(access.change_password(&bob, &wrong, &own).await),
        "access.not-confirmed"
    );
    let weak = SecretText::new("boblee boblee");
    for weak in [&weak, &first, &SecretText::new("too short")] {
        let changed = access.change_password(&bob, &first, weak).await;
        assert_eq!(code(changed), "access.weak-password");
    }
    let changed = access.change_password(&bob, &first, &own).await.unwrap();
    let bob = house.by(&changed.unwrap()).await.unwrap();

    assert_eq!(bob.standing().limit, None);
    house.act(&bob, "red").await.unwrap();
    for ended in [&issued, &other] {
        assert_eq!(code(house.by(ended).await), "access.not-signed-in");
    }
    let again = house.sign_in("bob lee", first.expose(), None).await;
    assert_eq!(code(again), "access.not-signed-in");
    assert!(!house.show("bob lee").await.user.must_change_password);
    let told = house.told("user/Bob Lee").await;
    assert_eq!(told[..2], ["group.create", "user.change-password"]);
}

#[tokio::test]
async fn a9_the_lock_out_is_of_the_name_however_it_is_written_and_whether_or_not_it_exists() {
    let house = House::with_bob().await;
    let ways = ["bob", "BOB", " Bob ", "\u{ff22}ob", "bOb"];
    let mut answers = Vec::new();
    for names in [ways, ["eve", "EVE", " Eve ", "\u{ff25}ve", "eVe"]] {
        let mut said = Vec::new();
        for name in names {
            let before = house.passwords.looked_at();
            let wrong = house.sign_in(name, "a wrong password", None).await;
            said.push((
                wrong.unwrap_err().to_string(),
                house.passwords.looked_at() - before,
            ));
        }
        for name in ["bob", "BoB"].map(|bob| if names[0] == "bob" { bob } else { "Eve" }) {
            let before = house.passwords.looked_at();
            let waits = house.sign_in(name, BOB, None).await;
            said.push((
                waits.unwrap_err().to_string(),
                house.passwords.looked_at() - before,
            ));
        }
        answers.push(said);
    }

    assert_eq!(
        answers[0], answers[1],
        "the same for a name that is nobody's"
    );
    assert!(answers[0][..5].iter().all(|one| one.1 == 1));
    assert!(
        answers[0][5..]
            .iter()
            .all(|one| one.0.starts_with("too many tries") && one.1 == 0)
    );
    assert!(house.show("bob").await.waits_until.is_some());
    assert_eq!(
        house.told("system").await[..2],
        ["user.lock-out", "user.lock-out"]
    );

    house.app().users.unlock(house.ann(), "bob").await.unwrap();
    house.sign_in("bob", BOB, None).await.unwrap();
    assert!(house.show("bob").await.waits_until.is_none());
}

#[tokio::test]
async fn a9_a_lock_out_ends_by_itself_grows_and_is_forgotten_by_a_right_password() {
    let house = House::new().await;
    let fail = async || house.sign_in("ann", "a wrong password", None).await;
    for _ in 0..5 {
        assert_eq!(code(fail().await), "access.not-signed-in");
    }
    for minutes in [1, 2, 4, 8, 16, 16, 16] {
        house.pass(SignedDuration::from_secs(minutes * 60 - 1));
        let early = house.sign_in("ann", ANN, None).await;
        assert_eq!(code(early), "access.locked-out", "{minutes}");
        house.pass(SignedDuration::from_secs(1));
        assert_eq!(code(fail().await), "access.not-signed-in", "{minutes}");
    }
    let session = house.sign_in("ann", ANN, None).await;
    assert_eq!(code(session), "access.locked-out");
    house.pass(SignedDuration::from_mins(16));

    house.sign_in("ann", ANN, None).await.unwrap();

    for _ in 0..4 {
        assert_eq!(code(fail().await), "access.not-signed-in");
    }
    house.sign_in("ann", ANN, None).await.unwrap();
}

/// The open alerts about names that are locked out: whose, and how many tries they tell of.
async fn locked_out(house: &House) -> Vec<(String, String)> {
    let filter = AlertFilter {
        is_open: Some(true),
        ..AlertFilter::default()
    };
    let (alerts, page) = (&house.app().alerts, Page::default());
    let listed = alerts.list(house.ann(), &filter, &page).await.unwrap();
    let alerts = listed.rows.into_iter();
    let ours = alerts.filter(|alert| alert.code == "user.locked-out");
    ours.map(|alert| (alert.name, alert.details)).collect()
}

#[tokio::test]
async fn a9_a_name_that_is_locked_out_is_one_alert_until_its_person_is_back_or_somebody_takes_note()
{
    let house = House::with_bob().await;
    let fail = async |name| {
        for _ in 0..5 {
            let _ = house.sign_in(name, "a wrong password", None).await;
        }
    };
    fail("eve").await;
    assert_eq!(locked_out(&house).await, [], "names of nobody are not told");
    fail("BOB").await;
    let [(name, details)] = locked_out(&house).await.try_into().unwrap();
    assert_eq!(name, "bob");
    assert!(details.contains("5 tries"), "{details}");

    house.pass(SignedDuration::from_mins(1));
    house
        .sign_in("bob", "a wrong password", None)
        .await
        .unwrap_err();
    let [(_, details)] = locked_out(&house).await.try_into().unwrap();
    assert!(details.contains("6 tries"), "{details}");
    house.pass(SignedDuration::from_mins(2));
    house.sign_in("bob", BOB, None).await.unwrap();
    assert_eq!(locked_out(&house).await, [], "bob is back");

    fail("bob").await;
    house.app().users.unlock(house.ann(), "bob").await.unwrap();
    assert_eq!(locked_out(&house).await, [], "an administrator let him in");

    fail("bob").await;
    let (filter, page) = (AlertFilter::default(), Page::default());
    let listed = house.app().alerts.list(house.ann(), &filter, &page);
    let alerts = listed.await.unwrap().rows;
    let open = alerts
        .iter()
        .find(|alert| alert.resolved_at.is_none())
        .unwrap();
    house
        .app()
        .alerts
        .acknowledge(house.ann(), open.id)
        .await
        .unwrap();
    assert_eq!(locked_out(&house).await, [], "somebody took note");
}

#[tokio::test]
async fn nobody_is_locked_out_of_a_session_or_token_that_is_there() {
    let house = House::new().await;
    let access = &house.app().access;
    let issued = house.sign_in("ann", ANN, None).await.unwrap();
    let ann = house.by(&issued).await.unwrap();
    let token = access.create_token(&ann, "ci".parse().unwrap(), None);
    let token = token.await.unwrap();
    for _ in 0..9 {
        house
            .sign_in("ann", "a wrong password", None)
            .await
            .unwrap_err();
    }

    house
        .act(&house.by(&issued).await.unwrap(), "red")
        .await
        .unwrap();
    let by_token = access.by_token(&token.secret).await.unwrap();
    house.app().users.unlock(&by_token, "ann").await.unwrap();
    house.sign_in("ann", ANN, None).await.unwrap();
}

#[tokio::test]
async fn two_people_cannot_differ_by_the_writing_of_their_names_alone() {
    let house = House::with_bob().await;
    let users = &house.app().users;
    for name in ["bob", "Bob", "\u{ff22}OB"] {
        let name: Name = name.parse().unwrap();
        let made = users.create(house.ann(), name, String::new(), None).await;
        assert_eq!(code(made.map(|made| made.user)), "request.name-taken");
    }

    assert_eq!(users.list(house.ann()).await.unwrap().len(), 2);
    assert_eq!(house.show(" BOB").await.user.name.as_str(), "bob");
}

#[tokio::test]
async fn what_ends_access_ends_it_at_once_also_for_requests_under_way() {
    type End = for<'a> fn(
        &'a House,
        &'a Issued<Session>,
    ) -> std::pin::Pin<Box<dyn Future<Output = ()> + 'a>>;
    let ends: [(&str, End); 6] = [
        ("lock", |house, _| {
            Box::pin(async {
                house.app().users.lock(house.ann(), "bob").await.unwrap();
            })
        }),
        ("end all", |house, _| {
            Box::pin(async {
                house
                    .app()
                    .users
                    .end_sessions(house.ann(), "bob", false)
                    .await
                    .unwrap();
            })
        }),
        ("end one", |house, issued| {
            Box::pin(async {
                let users = &house.app().users;
                users
                    .end_session(house.ann(), "bob", issued.record.id)
                    .await
                    .unwrap();
            })
        }),
        ("sign out", |house, issued| {
            Box::pin(async {
                let access = &house.app().access;
                let ended = access.sign_out(house.ann(), &issued.secret).await;
                ended.unwrap();
            })
        }),
        ("reset password", |house, _| {
            Box::pin(async {
                house
                    .app()
                    .users
                    .reset_password(house.ann(), "bob", None)
                    .await
                    .unwrap();
            })
        }),
        ("offboard", |house, _| {
            Box::pin(async {
                house
                    .app()
                    .users
                    .offboard(house.ann(), "bob")
                    .await
                    .unwrap();
            })
        }),
    ];
    for (what, end) in ends {
        let house = House::with_bob().await;
        let issued = house.sign_in("bob", BOB, None).await.unwrap();
        let bob = house.by(&issued).await.unwrap();
        house.act(&bob, "before").await.unwrap();
        let records = &house.world.outside.records;
        let size = records.audit_size().await.unwrap();
        let Actor::User { id, .. } = &bob else {
            panic!("{bob}")
        };
        let roles = records.list_assignments_of((*id).into()).await.unwrap();

        end(&house, &issued).await;

        let under_way = house.act(&bob, "after").await;
        assert_eq!(code(under_way), "access.ended", "{what}");
        let trial = house.app().trial();
        let name = "trial".parse().unwrap();
        let tried = trial.groups.create(&bob, name, String::new()).await;
        assert_eq!(code(tried), "access.ended", "{what}");
        assert_eq!(
            code(house.by(&issued).await),
            "access.not-signed-in",
            "{what}"
        );
        let now = house.world.outside.records.audit_size().await.unwrap();
        let taken = if what == "offboard" { roles.len() } else { 0 };
        let most = size + 1 + u64::try_from(taken).unwrap();
        assert!(
            now <= most,
            "{what}: only the end itself is told, and each role that goes with it"
        );
    }
}

#[tokio::test]
async fn a_job_is_not_begun_for_somebody_whose_access_has_ended() {
    let house = House::with_bob().await;
    house.world.with_keystore().await.unwrap();
    let bob = house.enter("bob", BOB).await;
    house.app().users.lock(house.ann(), "bob").await.unwrap();

    let world = World {
        actor: bob,
        ..house.world
    };
    let begun = world.create("app", KeySpec::Aes256).await;

    assert_eq!(begun.unwrap_err().code(), "access.ended");
}

#[tokio::test]
async fn a_revoked_token_ends_what_was_asked_for_with_it_and_other_tokens_stay() {
    let house = House::with_bob().await;
    let access = &house.app().access;
    let bob = house.enter("bob", BOB).await;
    let mut actors = Vec::new();
    for name in ["one", "two"] {
        let issued = access.create_token(&bob, name.parse().unwrap(), None);
        let issued = issued.await.unwrap();
        let actor = access.by_token(&issued.secret).await.unwrap();
        actors.push((actor, issued));
    }

    access
        .revoke_token(&bob, actors[0].1.record.id)
        .await
        .unwrap();

    assert_eq!(code(house.act(&actors[0].0, "one").await), "access.ended");
    house.act(&actors[1].0, "two").await.unwrap();
    let users = &house.app().users;
    users.end_sessions(house.ann(), "bob", true).await.unwrap();
    assert_eq!(code(house.act(&actors[1].0, "three").await), "access.ended");
    let by_token = access.by_token(&actors[1].1.secret).await;
    assert_eq!(code(by_token), "access.not-signed-in");
}

#[tokio::test]
async fn signing_out_is_told_in_the_log_once() {
    let house = House::with_bob().await;
    let access = &house.app().access;
    let issued = house.sign_in("bob", BOB, None).await.unwrap();

    for _ in 0..2 {
        let ended = access.sign_out(house.ann(), &issued.secret).await;
        ended.unwrap();
    }

    let audits = &house.app().audits;
    let (filter, page) = (AuditFilter::default(), Page::default());
    let listed = audits.list(house.ann(), &filter, &page).await.unwrap();
    let rows = listed.rows.into_iter();
    let mut ended = rows.filter(|row| row.entry.detail.contains_key("ended"));
    let entry = ended.next().unwrap().entry;
    assert_eq!(entry.actor, "user/bob");
    assert_eq!(entry.object.id, issued.record.id.to_string());
    assert!(ended.next().is_none());
}

#[tokio::test]
async fn a_session_ends_when_it_is_left_idle_and_after_twelve_hours_whatever_happens() {
    let house = House::new().await;
    let idle = house.sign_in("ann", ANN, None).await.unwrap();
    house.pass(SignedDuration::from_mins(14));
    house.by(&idle).await.unwrap();
    house.pass(SignedDuration::from_mins(14));
    house.by(&idle).await.unwrap();
    house.pass(SignedDuration::from_mins(15));
    assert_eq!(code(house.by(&idle).await), "access.not-signed-in");

    let busy = house.sign_in("ann", ANN, None).await.unwrap();
    for _ in 0..71 {
        house.pass(SignedDuration::from_mins(10));
        house.by(&busy).await.unwrap();
    }
    house.pass(SignedDuration::from_mins(10));
    assert_eq!(code(house.by(&busy).await), "access.not-signed-in");

    for (minutes, hours) in [(0, 1), (31, 1), (1, 0), (1, 13)] {
        assert!(SessionRules::new(minutes, hours).is_err());
    }
    assert!(SessionRules::new(30, 12).is_ok());
    assert_eq!(SessionRules::new(15, 12).unwrap(), SessionRules::default());
}

#[tokio::test]
async fn what_a_page_asks_of_itself_keeps_no_session() {
    let house = House::new().await;
    let issued = house.sign_in("ann", ANN, None).await.unwrap();
    let access = &house.app().access;
    for _ in 0..14 {
        house.pass(SignedDuration::from_mins(1));
        let asked = access.in_session(&issued.secret, Counts::AsNothing);
        asked.await.unwrap();
    }
    house.pass(SignedDuration::from_mins(1));
    assert_eq!(code(house.by(&issued).await), "access.not-signed-in");
}

#[tokio::test]
async fn a_session_that_may_be_idle_for_a_minute_is_kept_by_use_within_that_minute() {
    let house = House::with_rules(SessionRules::new(1, 12).unwrap()).await;
    let issued = house.sign_in("ann", ANN, None).await.unwrap();
    for _ in 0..10 {
        house.pass(SignedDuration::from_secs(59));
        house.by(&issued).await.unwrap();
    }
    house.pass(SignedDuration::from_secs(60));
    assert_eq!(code(house.by(&issued).await), "access.not-signed-in");
}

#[tokio::test]
async fn people_see_and_end_their_own_sessions_and_not_those_of_others() {
    let house = House::with_bob().await;
    let access = &house.app().access;
    house.pass(SignedDuration::from_mins(1));
    let one = house.sign_in("bob", BOB, None).await.unwrap();
    house.pass(SignedDuration::from_mins(2));
    let two = house.sign_in("bob", BOB, None).await.unwrap();
    let bob = house.by(&two).await.unwrap();
    let ann = house.enter("ann", ANN).await;

    let listed = access.list_sessions(&bob).await.unwrap();
    let ids: Vec<_> = listed.iter().map(|one| one.id).collect();
    assert_eq!(ids[..2], [two.record.id, one.record.id]);
    let strange = access.end_session(&ann, one.record.id).await;
    assert_eq!(code(strange), "request.not-found");
    access.end_session(&bob, one.record.id).await.unwrap();
    assert_eq!(code(house.by(&one).await), "access.not-signed-in");
    house.by(&two).await.unwrap();

    assert_eq!(access.end_sessions(&bob).await.unwrap(), 2);
    assert_eq!(code(house.by(&two).await), "access.not-signed-in");
    let later = house.sign_in("bob", BOB, None).await.unwrap();
    let rows = &house.world.outside.records;
    let left = rows.list_sessions(later.record.user).await.unwrap();
    assert_eq!(left, [later.record], "sessions that are over are removed");
}

#[tokio::test]
async fn who_confirms_a_session_is_asked_again_and_wrong_answers_count() {
    let house = House::new().await;
    let access = &house.app().access;
    let issued = house.sign_in("ann", ANN, None).await.unwrap();
    let began = house.world.outside.clock.now();
    house.pass(SignedDuration::from_mins(10));
    let ann = house.by(&issued).await.unwrap();
    assert_eq!(ann.standing().confirmed_at, Some(began));

    let right = SecretText::new(ANN);
    let confirmed = access
        .confirm_session(&ann, Some(&right), None)
        .await
        .unwrap();
    assert_eq!(confirmed.confirmed_at, house.world.outside.clock.now());
    let ann = house.by(&issued).await.unwrap();
    assert_eq!(ann.standing().confirmed_at, Some(confirmed.confirmed_at));

    let wrong = SecretText::new("a wrong password");
    for _ in 0..5 {
        let refused = access.confirm_session(&ann, Some(&wrong), None).await;
        assert_eq!(code(refused), "access.not-confirmed");
    }
    let locked = access.confirm_session(&ann, Some(&right), None).await;
    assert_eq!(code(locked), "access.locked-out");
    let token = access.create_token(&ann, "ci".parse().unwrap(), None);
    let by_token = access.by_token(&token.await.unwrap().secret).await.unwrap();
    let by_token = access.confirm_session(&by_token, Some(&right), None).await;
    assert_eq!(code(by_token), "access.no-session");
}

#[tokio::test]
async fn a_person_who_leaves_is_shown_first_and_loses_all_access_at_once() {
    let house = House::with_bob().await;
    house.world.with_keystore().await.unwrap();
    let access = &house.app().access;
    let bob = house.enter("bob", BOB).await;
    let token = access.create_token(&bob, "ci".parse().unwrap(), None);
    let token = token.await.unwrap();
    let by_token = access.by_token(&token.secret).await.unwrap();
    let app = house.app();
    let command = CreateKmsKey {
        keystore: "store".to_owned(),
        name: "app".parse().unwrap(),
        spec: Some(KeySpec::Aes256),
        key: KeyOptions::default(),
        properties: Properties::default(),
    };
    let mode = Mode::default();
    let begun = app.kms_keys.create(&by_token, command, &mode);
    begun.await.unwrap();
    let rows = || house.world.outside.records.debug_without_leaves();
    let before = rows();

    let tried = app
        .trial()
        .users
        .offboard(house.ann(), "bob")
        .await
        .unwrap();

    assert_eq!(rows(), before);
    let counts = (tried.sessions.len(), tried.tokens.len(), tried.jobs.len());
    assert_eq!(counts, (2, 1, 1));
    let left = app.users.offboard(house.ann(), "bob").await.unwrap();
    assert_eq!(left.tokens, tried.tokens);
    let person = house.show("bob").await.user;
    assert_eq!(person.offboarded_at, Some(house.world.outside.clock.now()));
    assert_eq!(
        code(house.sign_in("bob", BOB, None).await),
        "access.not-signed-in"
    );
    assert_eq!(
        code(access.by_token(&token.secret).await),
        "access.not-signed-in"
    );
    assert_eq!(code(house.act(&bob, "red").await), "access.ended");
    for _ in 0..2 {
        assert_eq!(
            code(app.users.unlock(house.ann(), "bob").await),
            "user.offboarded"
        );
        let again = app.users.offboard(house.ann(), "bob").await;
        assert_eq!(code(again.map(|_| ())), "user.offboarded");
    }
    let name: Name = "BOB".parse().unwrap();
    let taken = app
        .users
        .create(house.ann(), name, String::new(), None)
        .await;
    assert_eq!(code(taken.map(|made| made.user)), "request.name-taken");
}

#[tokio::test]
async fn nobody_shuts_himself_out_and_the_last_who_can_administer_stays() {
    let house = House::with_bob().await;
    let users = &house.app().users;
    assert_eq!(code(users.lock(house.ann(), "ANN").await), "user.oneself");
    let left = users.offboard(house.ann(), "ann").await;
    assert_eq!(code(left.map(|_| ())), "user.oneself");

    let bob = house.enter("bob", BOB).await;
    users.lock(house.ann(), "bob").await.unwrap();
    assert_eq!(
        code(users.lock(&bob, "ann").await),
        "user.last-administrator"
    );
    users.unlock(house.ann(), "bob").await.unwrap();
    // Both are let in; of two who lock each other at once the second is refused, because the first has ended his access.
    let stale = bob;
    let ann = house.enter("ann", ANN).await;
    users.lock(&ann, "bob").await.unwrap();
    let answer = users.lock(&stale, "ann").await;
    assert!(matches!(
        code(answer),
        "user.last-administrator" | "access.ended"
    ));
    assert!(house.show("ann").await.user.may_enter());
}

#[tokio::test]
async fn what_is_told_about_a_person_changes_by_the_revision_that_was_seen() {
    let house = House::with_bob().await;
    let users = &house.app().users;
    let seen = house.show("bob").await.user.revision;
    let update = async |name: &str, seen| {
        users
            .update(house.ann(), "bob", name.to_owned(), seen)
            .await
    };

    update("Robert", Some(seen)).await.unwrap();

    assert_eq!(house.show("bob").await.user.full_name, "Robert");
    assert_eq!(code(update("Rob", Some(seen)).await), "request.changed");
    assert_eq!(code(update("a\nb", None).await), "request.invalid");
    assert_eq!(
        code(update(&"x".repeat(257), None).await),
        "request.invalid"
    );
}
