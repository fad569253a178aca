//! Sessions and lock-out against a model: whatever people and guessers do in whatever order, a few numbers tell what comes of it.

use jiff::SignedDuration;
use keyferry_app::access::Issued;
use keyferry_app::{Actor, AppError};
use keyferry_domain::name::Name;
use keyferry_ports::records::Session;
use keyferry_ports::secret::SecretText;
use proptest::prelude::*;

use crate::people::{ANN, House};

const PASSWORD: &str = "the password of carol";

/// What somebody does.
#[derive(Clone, Debug)]
enum Act {
    /// The person signs in, the name written in this way.
    SignIn(usize),
    /// Somebody guesses.
    Guess(usize),
    /// Minutes go by.
    Pass(i64),
    /// A request comes in one of the sessions so far.
    Use(usize),
    /// A request that came when the session began is written only now.
    Late(usize),
    /// One of the sessions is ended.
    SignOut(usize),
    /// An administrator ends all.
    EndAll,
    /// An administrator locks the person.
    Lock,
    /// And unlocks.
    Unlock,
}

fn act() -> impl Strategy<Value = Act> {
    prop_oneof![
        4 => (0..4usize).prop_map(Act::SignIn),
        6 => (0..4usize).prop_map(Act::Guess),
        3 => prop_oneof![0..20i64, 700..1500i64].prop_map(Act::Pass),
        4 => any::<usize>().prop_map(Act::Use),
        3 => any::<usize>().prop_map(Act::Late),
        1 => any::<usize>().prop_map(Act::SignOut),
        1 => Just(Act::EndAll),
        1 => Just(Act::Lock),
        2 => Just(Act::Unlock),
    ]
}

/// A session in minutes.
#[derive(Debug)]
struct Remembered {
    began: i64,
    used: i64,
    is_ended: bool,
}

#[derive(Debug, Default)]
struct Model {
    now: i64,
    tries: u32,
    last: i64,
    is_locked: bool,
    sessions: Vec<Remembered>,
}

impl Model {
    /// What a try comes to.
    fn try_in(&mut self, is_right: bool) -> &'static str {
        if self.now - self.last >= 24 * 60 {
            self.tries = 0;
        }
        let wait = match self.tries {
            0..=4 => 0,
            tries => (1 << (tries - 5).min(10)).min(16),
        };
        if self.now - self.last < wait {
            return "access.locked-out";
        }
        (self.tries, self.last) = (self.tries + 1, self.now);
        if !is_right || self.is_locked {
            return "access.not-signed-in";
        }
        self.tries = 0;
        for place in 0..self.sessions.len() {
            if !self.is_alive(place) {
                self.sessions[place].is_ended = true;
            }
        }
        self.sessions.push(Remembered {
            began: self.now,
            used: self.now,
            is_ended: false,
        });
        ""
    }

    fn is_alive(&self, place: usize) -> bool {
        let one = &self.sessions[place];
        !one.is_ended && self.now - one.used < 15 && self.now - one.began < 12 * 60
    }

    fn end_all(&mut self) {
        for one in &mut self.sessions {
            one.is_ended = true;
        }
    }
}

/// The same acts on the application.
struct Real {
    house: House,
    sessions: Vec<(Issued<Session>, Actor)>,
    groups: usize,
}

fn said<T>(answer: Result<T, AppError>) -> &'static str {
    answer.err().map_or("", |error| error.code())
}

impl Real {
    async fn new() -> Self {
        let house = House::new().await;
        let (app, first) = (house.app(), SecretText::new("the first one of carol"));
        let name: Name = "Carol Lee".parse().unwrap();
        let made = app
            .users
            .create(house.ann(), name, String::new(), Some(&first));
        made.await.unwrap();
        let issued = house
            .sign_in("carol lee", first.expose(), None)
            .await
            .unwrap();
        let carol = house.by(&issued).await.unwrap();
        house.let_do_everything(&carol).await;
        let own = SecretText::new(PASSWORD);
        let changed = app.access.change_password(&carol, &first, &own).await;
        changed.unwrap();
        app.users
            .end_sessions(house.ann(), "carol lee", false)
            .await
            .unwrap();
        Self {
            house,
            sessions: Vec::new(),
            groups: 0,
        }
    }

    async fn enter(&mut self, way: usize, password: &str) -> &'static str {
        let name = ["Carol Lee", "CAROL LEE", " carol  lee", "\u{ff23}arol Lee "][way];
        match self.house.sign_in(name, password, None).await {
            Ok(issued) => {
                let actor = self.house.by(&issued).await.unwrap();
                self.sessions.push((issued, actor));
                ""
            }
            Err(error) => error.code(),
        }
    }

    async fn late(&mut self, place: usize) -> &'static str {
        self.groups += 1;
        let name = format!("group {}", self.groups).parse().unwrap();
        let actor = &self.sessions[place].1;
        said(
            self.house
                .app()
                .groups
                .create(actor, name, String::new())
                .await,
        )
    }
}

async fn compare(acts: Vec<Act>) {
    let (mut model, mut real) = (Model::default(), Real::new().await);
    for act in acts {
        let count = model.sessions.len();
        let (expected, found) = match act.clone() {
            Act::SignIn(way) => (model.try_in(true), real.enter(way, PASSWORD).await),
            Act::Guess(way) => (model.try_in(false), real.enter(way, ANN).await),
            Act::Pass(minutes) => {
                model.now += minutes;
                real.house.pass(SignedDuration::from_mins(minutes));
                ("", "")
            }
            Act::Use(place) if count > 0 => {
                let (place, is_alive) = (place % count, model.is_alive(place % count));
                if is_alive {
                    model.sessions[place].used = model.now;
                }
                let expected = if is_alive { "" } else { "access.not-signed-in" };
                (expected, said(real.house.by(&real.sessions[place].0).await))
            }
            Act::Late(place) if count > 0 => {
                let is_ended = model.sessions[place % count].is_ended;
                let expected = if is_ended { "access.ended" } else { "" };
                (expected, real.late(place % count).await)
            }
            Act::SignOut(place) if count > 0 => {
                model.sessions[place % count].is_ended = true;
                let access = &real.house.app().access;
                let secret = &real.sessions[place % count].0.secret;
                let ann = real.house.ann();
                ("", said(access.sign_out(ann, secret).await))
            }
            Act::EndAll | Act::Lock | Act::Unlock => {
                let (users, ann) = (&real.house.app().users, real.house.ann());
                let done = match act {
                    Act::Lock => users.lock(ann, "carol lee").await,
                    Act::Unlock => users.unlock(ann, "carol lee").await,
                    _ => users.end_sessions(ann, "carol lee", false).await,
                };
                match act {
                    Act::Unlock => (model.is_locked, model.tries) = (false, 0),
                    Act::Lock => model.is_locked = true,
                    _ => {}
                }
                if !matches!(act, Act::Unlock) {
                    model.end_all();
                }
                ("", said(done))
            }
            Act::Use(_) | Act::Late(_) | Act::SignOut(_) => ("", ""),
        };
        assert_eq!(found, expected, "{act:?} on {model:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn a9_sessions_and_lock_out_are_what_the_model_says(acts in prop::collection::vec(act(), 1..60)) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(compare(acts));
    }
}
