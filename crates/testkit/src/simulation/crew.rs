//! Servers beside each other on one set of records, polled by hand: which of them goes on is drawn at every commit,
//! lease and AWS call, and there one can die or fall asleep.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use keyferry_app::App;
use keyferry_ports::clock::Clock;
use keyferry_ports::records::AllRecords;

use super::landscape::Site;
use crate::clock::VirtualClock;
use crate::entropy::SeededEntropy;
use crate::fuse::Fuse;
use crate::sim_aws::Mistake;

/// Polls between two events at most, some six times what any of 150 simulated half years took; more means that the crew
/// goes in circles.
const POLLS_MAX: u64 = 500_000;

/// How long after one server another one sees what is due.
const POLL: SignedDuration = SignedDuration::from_secs(5);

/// A server's clock: the true time and what it is off by.
#[derive(Debug)]
pub(super) struct OwnClock {
    time: Arc<VirtualClock>,
    off_by: AtomicI64,
}

impl OwnClock {
    fn new(time: Arc<VirtualClock>) -> Self {
        let off_by = AtomicI64::new(0);
        Self { time, off_by }
    }

    fn off_by(&self) -> SignedDuration {
        SignedDuration::from_micros(self.off_by.load(Ordering::Relaxed))
    }

    fn to_true(&self, own: Timestamp) -> Timestamp {
        own.checked_sub(self.off_by()).unwrap_or(own)
    }
}

#[async_trait]
impl Clock for OwnClock {
    fn now(&self) -> Timestamp {
        let now = self.time.now();
        now.checked_add(self.off_by()).unwrap_or(now)
    }

    async fn sleep_until(&self, deadline: Timestamp) {
        self.time.sleep_until(self.to_true(deadline)).await;
    }
}

/// What a piece of work came to.
pub(super) enum Did {
    /// The engine has nothing to do before then.
    Looked(Option<Timestamp>),
    /// Somebody's request was answered.
    Asked,
}

/// Something that a server does.
pub(super) type Work = Pin<Box<dyn Future<Output = Did>>>;

struct Task {
    server: usize,
    work: Work,
}

/// How a server is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Health {
    Up,
    /// Its tasks stand still until then.
    Asleep(Timestamp),
    /// It is gone, and starts again then.
    Down(Timestamp),
}

struct Server {
    app: Option<Arc<App>>,
    clock: Arc<OwnClock>,
    health: Health,
    is_looking: bool,
    looks_at: Timestamp,
}

/// What happens to a server after some polls.
#[derive(Clone, Copy, Debug)]
pub(super) enum Mishap {
    /// It dies and is gone for so long.
    Death(SignedDuration),
    /// It sleeps for so long, and wakes unaware.
    Sleep(SignedDuration),
}

/// What a crew counts.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Counts {
    pub(super) polls: u64,
    pub(super) deaths: u64,
    pub(super) sleeps: u64,
}

/// Servers, and what they are doing.
pub(super) struct Crew {
    pub(super) site: Site,
    records: Arc<dyn AllRecords>,
    mistake: Mistake,
    servers: Vec<Server>,
    tasks: Vec<Task>,
    mishaps: Vec<(u64, usize, Mishap)>,
    starts: u64,
    dice: SeededEntropy,
    pub(super) counts: Counts,
}

impl Crew {
    /// Starts so many servers.
    pub(super) fn start(
        site: Site,
        records: Arc<dyn AllRecords>,
        mistake: Mistake,
        count: usize,
    ) -> Self {
        let dice = SeededEntropy::new(site.seed ^ 0xc4e3);
        let mut crew = Self {
            site,
            records,
            mistake,
            servers: Vec::new(),
            tasks: Vec::new(),
            mishaps: Vec::new(),
            starts: 0,
            dice,
            counts: Counts::default(),
        };
        for _ in 0..count {
            let clock = Arc::new(OwnClock::new(Arc::clone(&crew.site.clock)));
            crew.servers.push(Server {
                app: None,
                clock,
                health: Health::Down(Timestamp::MIN),
                is_looking: false,
                looks_at: Timestamp::MIN,
            });
        }
        crew.revive();
        crew
    }

    /// A server that answers requests, if there is one.
    pub(super) fn reachable(&self) -> Option<(usize, Arc<App>)> {
        let up: Vec<usize> = (0..self.servers.len())
            .filter(|number| self.servers[*number].health == Health::Up)
            .collect();
        let number = *up.get(self.dice.below(up.len() as u64) as usize)?;
        Some((number, Arc::clone(self.servers[number].app.as_ref()?)))
    }

    /// Has a server do something beside what it does.
    pub(super) fn give(&mut self, server: usize, work: Work) {
        self.tasks.push(Task { server, work });
    }

    /// Has something happen to a server after so many polls.
    pub(super) fn plan_mishap(&mut self, after: u64, server: usize, mishap: Mishap) {
        let at = self.counts.polls + after;
        self.mishaps.push((at, server, mishap));
    }

    /// Sets a server's clock wrong, or right.
    pub(super) fn set_off(&mut self, server: usize, by: SignedDuration) {
        let clock = &self.servers[server].clock;
        let micros = i64::try_from(by.as_micros()).expect("hours");
        clock.off_by.store(micros, Ordering::Relaxed);
        self.servers[server].looks_at = Timestamp::MIN;
    }

    /// Everybody dies at once; they start again as time goes on.
    pub(super) fn kill_all(&mut self) {
        let now = self.site.clock.now();
        for number in 0..self.servers.len() {
            self.kill(number, now);
        }
    }

    /// Nothing happens to servers any more; all are up, and their clocks are right.
    pub(super) fn settle(&mut self) {
        self.mishaps.clear();
        let now = self.site.clock.now();
        for number in 0..self.servers.len() {
            self.set_off(number, SignedDuration::ZERO);
            if !matches!(self.servers[number].health, Health::Up) {
                self.servers[number].health = match self.servers[number].health {
                    Health::Down(_) => Health::Down(now),
                    _ => Health::Up,
                };
            }
        }
        self.revive();
    }

    fn kill(&mut self, number: usize, until: Timestamp) {
        self.tasks.retain(|task| task.server != number);
        let server = &mut self.servers[number];
        server.app = None;
        server.is_looking = false;
        server.health = Health::Down(until);
        self.counts.deaths += 1;
        self.wake_all();
    }

    /// Wakes who has slept enough, and starts who was down for long enough.
    fn revive(&mut self) {
        let now = self.site.clock.now();
        for number in 0..self.servers.len() {
            match self.servers[number].health {
                Health::Asleep(until) if until <= now => self.servers[number].health = Health::Up,
                Health::Down(until) if until <= now => self.boot(number, now),
                _ => {}
            }
        }
    }

    fn boot(&mut self, number: usize, now: Timestamp) {
        self.starts += 1;
        let server = &mut self.servers[number];
        let app = self.site.start(
            Arc::clone(&self.records),
            server.clock.clone(),
            &Fuse::yielding(),
            self.mistake,
            self.starts,
        );
        server.app = Some(Arc::new(app));
        server.health = Health::Up;
        server.looks_at = now;
    }

    /// Lets whatever is due happen until then.
    ///
    /// # Errors
    ///
    /// Where the crew goes in circles.
    pub(super) async fn work_until(&mut self, until: Timestamp) -> Result<(), String> {
        let polls_max = self.counts.polls + POLLS_MAX;
        loop {
            self.revive();
            self.look();
            self.do_mishaps();
            match self.choose() {
                Some(task) => self.poll(task).await,
                None => {
                    let next = self.next_event();
                    if next > until {
                        self.site.clock.set(until);
                        return Ok(());
                    }
                    self.site.clock.set(next);
                }
            }
            if self.counts.polls > polls_max {
                return Err("the servers find no rest".to_owned());
            }
        }
    }

    /// Has every server that is up, and has not looked since, look for due work.
    fn look(&mut self) {
        let now = self.site.clock.now();
        for number in 0..self.servers.len() {
            let server = &mut self.servers[number];
            if server.health != Health::Up || server.is_looking || server.looks_at > now {
                continue;
            }
            let Some(app) = server.app.clone() else {
                continue;
            };
            server.is_looking = true;
            let work = async move {
                let next = app.engine.run_due().await;
                Did::Looked(next.expect("records in memory answer"))
            };
            self.tasks.push(Task {
                server: number,
                work: Box::pin(tokio::task::unconstrained(work)),
            });
        }
    }

    /// Draws a task that can go on.
    fn choose(&self) -> Option<usize> {
        let is_up = |task: &Task| self.servers[task.server].health == Health::Up;
        let count = self.tasks.iter().filter(|task| is_up(task)).count();
        let drawn = self.dice.below(count as u64) as usize;
        let mut able = self
            .tasks
            .iter()
            .enumerate()
            .filter(|(_, task)| is_up(task));
        able.nth(drawn).map(|(number, _)| number)
    }

    async fn poll(&mut self, number: usize) {
        self.counts.polls += 1;
        let task = &mut self.tasks[number];
        let done = match futures::poll!(task.work.as_mut()) {
            std::task::Poll::Ready(done) => done,
            std::task::Poll::Pending => {
                // Sleepers are woken by the executor.
                return tokio::task::yield_now().await;
            }
        };
        let Task { server, .. } = self.tasks.swap_remove(number);
        let now = self.site.clock.now();
        let server = &mut self.servers[server];
        match done {
            Did::Looked(next) => {
                server.is_looking = false;
                server.looks_at = match next {
                    Some(next) => server.clock.to_true(next).max(now),
                    None => Timestamp::MAX,
                };
                let next = server.looks_at;
                self.tell_others(next);
            }
            // There may be something new for everybody.
            Did::Asked => self.wake_all(),
        }
    }

    /// Every server looks every few seconds at least, so that none misses what another began.
    fn tell_others(&mut self, next: Timestamp) {
        let at = next.checked_add(POLL).unwrap_or(next);
        for server in &mut self.servers {
            server.looks_at = server.looks_at.min(at);
        }
    }

    fn wake_all(&mut self) {
        for server in &mut self.servers {
            server.looks_at = Timestamp::MIN;
        }
    }

    fn do_mishaps(&mut self) {
        let polls = self.counts.polls;
        let Some(place) = self.mishaps.iter().position(|(at, _, _)| *at <= polls) else {
            return;
        };
        let (_, number, mishap) = self.mishaps.swap_remove(place);
        let now = self.site.clock.now();
        match mishap {
            Mishap::Death(by) => self.kill(number, now + by),
            Mishap::Sleep(by) if self.servers[number].health == Health::Up => {
                self.servers[number].health = Health::Asleep(now + by);
                self.counts.sleeps += 1;
                self.wake_all();
            }
            Mishap::Sleep(_) => {}
        }
    }

    fn next_event(&self) -> Timestamp {
        let next = |server: &Server| match server.health {
            Health::Up => server.looks_at,
            Health::Asleep(until) | Health::Down(until) => until,
        };
        self.servers
            .iter()
            .map(next)
            .min()
            .unwrap_or(Timestamp::MAX)
    }
}
