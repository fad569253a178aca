//! Random changes: rows that are new, known or unknown.

use keyferry_domain::connection::SealedSecret;
use keyferry_domain::destruction::Erasure;
use keyferry_domain::drift::Severity;
use keyferry_domain::id::KmsKeyId;
use keyferry_domain::key::ManagedKey;
use keyferry_domain::key_link::{Copied, KeyLink};
use keyferry_domain::life::Life;
use keyferry_domain::version::VersionState;
use keyferry_ports::records::{
    AccessClaim, ApiToken, Attempt, AttemptOutcome, AttemptState, AuditLeaf, AuditNode, Change,
    Consent, Expect, FoundKey, Job, JobState, LaneClaim, Priority, Seal, SealedKeyring, Session,
    SessionLimit, SignInTries, Subject, Target, TargetState, Totp, User, Via,
};

use crate::contract::records::audit_destinations::audit_destinations;
use crate::contract::records::rich;
use crate::contract::records::samples::parse;

use super::Differential;
use super::dice::number;

impl Differential {
    pub(super) fn change(&mut self) -> Change {
        match self.dice.below(9) {
            0 => self.configuration(),
            1 => self.key(),
            2 => self.kms_key(),
            3 => self.job(),
            4 => self.attempt(),
            5 => self.fleet(),
            6 => self.application(),
            7 => self.preparation(),
            _ => self.access(),
        }
    }

    pub(super) fn expect(&mut self, is_new: bool) -> Expect {
        match (is_new, self.dice.once_in(10)) {
            (true, false) | (false, true) => Expect::New,
            _ => Expect::Revision(1 + self.dice.below(3) as u64),
        }
    }

    fn configuration(&mut self) -> Change {
        let Self {
            dice,
            samples,
            tried,
            ..
        } = self;
        match dice.below(7) {
            0 => {
                let known = dice
                    .pick(&tried.connections)
                    .filter(|_| !tried.connections.is_empty())
                    .cloned();
                let is_new = known.is_none() || dice.once_in(2);
                let mut row = match known {
                    Some(known) if !is_new => known,
                    _ => samples.connection("a"),
                };
                (row.name, row.updated_at) = (dice.name(), dice.time());
                row.rotation = dice.once_in(2).then(rich::schedule);
                row.access_key.due = dice.once_in(2).then(|| dice.time());
                tried.connections.push(row.clone());
                Change::PutConnection(row, self.expect(is_new))
            }
            1 | 2 => {
                let connection = dice.pick(&tried.connections).map(|row| row.id);
                let known = dice.pick(&tried.keystores).cloned();
                let is_new = known.is_none() || dice.once_in(2);
                let nowhere = samples.connection("a").id;
                let mut row = match known {
                    Some(known) if !is_new => known,
                    _ => samples.keystore("a", connection.unwrap_or(nowhere)),
                };
                row.name = dice.name();
                tried.keystores.push(row.clone());
                Change::PutKeystore(row, self.expect(is_new))
            }
            3 if dice.once_in(3) => match dice.pick(&tried.connections).map(|row| row.id) {
                Some(id) => Change::DeleteConnection(id, self.expect(false)),
                None => self.setting(),
            },
            4 if dice.once_in(3) => match dice.pick(&tried.keystores).map(|row| row.id) {
                Some(id) => Change::DeleteKeystore(id, self.expect(false)),
                None => self.setting(),
            },
            5 => {
                let row = samples.new_group(dice.name().as_str());
                Change::PutGroup(row, self.expect(true))
            }
            _ => self.setting(),
        }
    }

    fn setting(&mut self) -> Change {
        Change::PutSetting {
            name: self.dice.text(),
            value: self.dice.text(),
        }
    }

    fn key(&mut self) -> Change {
        let Self {
            dice,
            samples,
            tried,
            ..
        } = self;
        let known = dice.pick(&tried.keys).cloned();
        let Some(known) = known.filter(|_| !dice.once_in(3)) else {
            let sample = if dice.once_in(2) {
                rich::key(samples)
            } else {
                samples.key("a")
            };
            let row = ManagedKey {
                name: dice.name(),
                created_at: dice.time(),
                rotation_due: dice.once_in(2).then(|| dice.time()),
                ..sample
            };
            tried.keys.push(row.clone());
            return Change::PutKey(row, self.expect(true));
        };
        match dice.below(8) {
            0 => {
                let row = ManagedKey {
                    name: dice.name(),
                    ..known
                };
                Change::PutKey(row, self.expect(false))
            }
            1 => Change::InsertVersion(samples.version(&known, 1 + dice.below(3) as u32)),
            2 => Change::InsertKeyLink(KeyLink {
                copy: Copied::Key(dice.pick(&tried.keys).map_or(known.id, |key| key.id)),
                source: known.id,
                version: known.current,
                name: dice.name(),
                group: known.group,
                into: dice.name(),
                by: dice.text(),
                at: dice.time(),
            }),
            3 => Change::SetDestruction {
                key: known.id,
                version: number(dice),
                state: dice.word(&VersionState::ALL[..3]),
                seen: dice.once_in(3).then(|| dice.time()),
                due: dice.once_in(2).then(|| dice.time()),
                announced: dice.once_in(2).then(|| dice.time()),
            },
            4 => Change::DestroyVersion {
                key: known.id,
                version: number(dice),
                from: dice.word(&VersionState::ALL[..3]),
                why: if dice.once_in(2) {
                    Erasure::NoCopyKept
                } else {
                    Erasure::Scheduled(dice.time())
                },
                at: dice.time(),
            },
            5 => {
                let number = number(dice);
                let sample = samples.version(&known, number.get());
                Change::BringBackVersion {
                    key: known.id,
                    version: number,
                    sealed: sample.sealed.expect("a sample is sealed"),
                    to: dice.word(&VersionState::ALL[..3]),
                    at: dice.time(),
                }
            }
            _ => Change::SetVersionState {
                key: known.id,
                version: number(dice),
                from: dice.word(&VersionState::ALL[..3]),
                to: dice.word(VersionState::ALL),
                at: dice.time(),
            },
        }
    }

    fn kms_key(&mut self) -> Change {
        let Self {
            dice,
            samples,
            tried,
            ..
        } = self;
        let known = dice.pick(&tried.kms_keys).cloned();
        let is_new = known.is_none() || dice.once_in(3);
        let nowhere = samples.connection("a").id;
        let keystore = dice.pick(&tried.keystores).cloned();
        let keystore = keystore.unwrap_or_else(|| samples.keystore("a", nowhere));
        let mut row = match known {
            Some(known) if !is_new => known,
            _ if dice.once_in(2) => rich::kms_key(samples, &keystore),
            _ => samples.kms_key("a", &keystore),
        };
        if !is_new && dice.once_in(5) {
            return Change::DeleteKmsKey(row.id, self.expect(false));
        }
        row.name = dice.name();
        row.created_at = dice.time();
        row.rotation_due = dice.once_in(2).then(|| dice.time());
        row.intent.life = dice.word(Life::ALL);
        row.intent.aliases = (0..dice.below(3))
            .map(|_| parse(["a", "b", "a/b"][dice.below(3)]))
            .collect();
        row.source = dice.pick(&tried.keys).map(|key| key.id);
        row.successor = dice.once_in(3).then(|| KmsKeyId::new(samples.uuid()));
        tried.kms_keys.push(row.clone());
        Change::PutKmsKey(row, self.expect(is_new))
    }

    fn job(&mut self) -> Change {
        let Self {
            dice,
            samples,
            tried,
            ..
        } = self;
        let known = dice.pick(&tried.jobs).cloned();
        let Some(mut known) = known.filter(|_| !dice.once_in(4)) else {
            let row = Job {
                actor: dice.text(),
                idempotency_key: dice.once_in(2).then(|| dice.text()),
                request_digest: dice.once_in(2).then(|| dice.text()),
                approval: None,
                priority: dice.word(Priority::ALL),
                created_at: dice.time(),
                request: dice.once_in(2).then(|| dice.text()),
                ..samples.job("work")
            };
            tried.jobs.push(row.clone());
            return Change::InsertJob(row);
        };
        known.revision = 1 + dice.below(4) as u64;
        known.state = dice.word(JobState::ALL);
        known.finished_at = dice.once_in(2).then(|| dice.time());
        let target = dice.pick(&tried.targets).cloned();
        match (dice.below(5), target) {
            (0, _) => Change::UpdateJob(known),
            (1 | 2, Some(target)) => Change::UpdateTarget(Target {
                state: dice.word(TargetState::ALL),
                begun: dice.once_in(2),
                due_at: dice.time(),
                note: dice.once_in(2).then(|| (dice.text(), dice.text())),
                tries: dice.below(9) as u32,
                revision: 1 + dice.below(3) as u64,
                ..target
            }),
            _ => {
                let subject: Subject = dice
                    .pick(&tried.kms_keys)
                    .map_or(KmsKeyId::new(samples.uuid()), |row| row.id)
                    .into();
                let row = Target {
                    subject,
                    due_at: dice.time(),
                    begun: dice.once_in(2),
                    state: dice.word(&TargetState::ALL[..2]),
                    lane: dice.lane(),
                    ..samples.target(&known, dice.below(6) as u32)
                };
                tried.targets.push(row.clone());
                Change::InsertTarget(row)
            }
        }
    }

    fn attempt(&mut self) -> Change {
        let Self {
            dice,
            samples,
            tried,
            ..
        } = self;
        let known = dice.pick(&tried.attempts).cloned();
        let target = dice.pick(&tried.targets).cloned();
        match (known, target) {
            (Some(known), _) if dice.once_in(2) => {
                let outcome = AttemptOutcome {
                    at: dice.time(),
                    code: dice.text(),
                    message: dice.text(),
                    request_id: dice.once_in(2).then(|| dice.text()),
                    answer: dice.once_in(2).then(|| dice.text()),
                };
                let state = dice.word(AttemptState::ALL);
                Change::FinishAttempt(Attempt {
                    state,
                    outcome: Some(outcome),
                    ..known
                })
            }
            (_, Some(target)) => {
                let epoch = 1 + dice.below(3) as u64;
                let owner = if dice.once_in(2) {
                    "server-a"
                } else {
                    "server-b"
                };
                let claim = LaneClaim {
                    lane: target.lane.clone(),
                    epoch,
                    owner: owner.to_owned(),
                };
                let row = Attempt {
                    signed_at: dice.time(),
                    ..samples.attempt(&target, epoch)
                };
                tried.attempts.push(row.clone());
                Change::InsertAttempt(row, claim)
            }
            _ => self.access(),
        }
    }

    fn fleet(&mut self) -> Change {
        let Self {
            dice,
            samples,
            tried,
            ..
        } = self;
        let nowhere = samples.connection("a").id;
        let connection = dice.pick(&tried.connections).map_or(nowhere, |row| row.id);
        match dice.below(6) {
            5 => {
                let known = dice.pick(&tried.audit_destinations).cloned();
                let is_new = known.is_none() || dice.once_in(3);
                let mut row = match known {
                    Some(known) if !is_new => known,
                    _ => {
                        let [file, syslog, webhook] = audit_destinations(samples);
                        [file, syslog, webhook][dice.below(3)].clone()
                    }
                };
                (row.name, row.due_at) = (dice.name(), dice.time());
                row.next = dice.below(99) as u64;
                row.sent_at = dice.once_in(2).then(|| dice.time());
                tried.audit_destinations.push(row.clone());
                if dice.once_in(6) {
                    return Change::DeleteAuditDestination(row.id, self.expect(false));
                }
                Change::PutAuditDestination(row, self.expect(is_new))
            }
            0 => {
                let known = dice.pick(&tried.sweeps).cloned();
                let is_new = known.is_none() || dice.once_in(3);
                let mut row = match known {
                    Some(known) if !is_new => known,
                    _ => samples.sweep(connection),
                };
                row.marker = dice.once_in(2).then(|| dice.text());
                row.started_at = dice.once_in(2).then(|| dice.time());
                row.counts.seen = dice.below(9) as u64;
                tried.sweeps.push(row.clone());
                Change::PutSweep(row, self.expect(is_new))
            }
            1 | 2 => {
                let row = FoundKey {
                    name: dice.name().to_string(),
                    last_seen_at: dice.time(),
                    is_gone: dice.once_in(3),
                    ..samples.found_key(connection, ["k-1", "k-2", "k-3", "k-4"][dice.below(4)])
                };
                tried.found_keys.push(row.clone());
                if dice.once_in(4) {
                    Change::DeleteFoundKey(row.arn)
                } else {
                    Change::PutFoundKey(row)
                }
            }
            _ => {
                let known = dice.pick(&tried.alerts).cloned();
                let is_new = known.is_none() || dice.once_in(2);
                let subject = dice
                    .pick(&tried.kms_keys)
                    .map_or(KmsKeyId::new(samples.uuid()), |row| row.id);
                let mut row = match known {
                    Some(known) if !is_new => known,
                    _ => samples.alert(subject.into(), ["a", "b"][dice.below(2)]),
                };
                row.severity = dice.word(Severity::ALL);
                row.opened_at = dice.time();
                row.resolved_at = dice.once_in(2).then(|| dice.time());
                row.acknowledged = dice.once_in(3).then(|| (dice.text(), dice.time()));
                tried.alerts.push(row.clone());
                Change::PutAlert(row, self.expect(is_new))
            }
        }
    }

    fn access(&mut self) -> Change {
        let Self {
            dice,
            samples,
            tried,
            ..
        } = self;
        let user = dice.pick(&tried.users).cloned();
        match (dice.below(9), user) {
            (0, Some(user)) => {
                let token = dice
                    .pick(&tried.tokens)
                    .cloned()
                    .filter(|_| dice.once_in(2));
                let row = token.unwrap_or_else(|| samples.token(&user));
                let row = ApiToken {
                    revoked_at: dice.once_in(2).then(|| dice.time()),
                    ..row
                };
                tried.tokens.push(row.clone());
                Change::PutToken(row)
            }
            (1, Some(user)) => {
                let known = dice.pick(&tried.sessions).map(|row| row.id);
                let row = Session {
                    epoch: 1 + dice.below(2) as u64,
                    limit: dice.once_in(4).then_some(SessionLimit::Unseal),
                    used_at: dice.time(),
                    ..samples.session(&user)
                };
                let id = known.unwrap_or(row.id);
                match dice.below(6) {
                    0 => Change::DeleteSession(id),
                    1 => Change::TouchSession(id, dice.time()),
                    2 => Change::ConfirmSession(id, dice.time()),
                    _ => {
                        tried.sessions.push(row.clone());
                        Change::InsertSession(row)
                    }
                }
            }
            (7, _) if dice.once_in(3) => {
                let known = dice.pick(&tried.tries).cloned();
                let row = SignInTries {
                    last_at: dice.time(),
                    ..known.unwrap_or_else(|| samples.tries(dice.below(9) as u32))
                };
                tried.tries.push(row.clone());
                match dice.below(6) {
                    0 => Change::DeleteSignInTries(row.name),
                    1 => Change::PruneSignInTries(dice.time()),
                    _ => Change::PutSignInTries(row, self.expect(true)),
                }
            }
            (2, Some(user)) if dice.once_in(2) => {
                let row = User {
                    is_locked: dice.once_in(2),
                    offboarded_at: dice.once_in(4).then(|| dice.time()),
                    access_epoch: 1 + dice.below(2) as u64,
                    must_change_password: dice.once_in(2),
                    full_name: dice.text(),
                    totp: dice.once_in(2).then(|| Totp {
                        sealed: SealedSecret::new(vec![7, 8, 9]),
                        confirmed_at: dice.once_in(2).then(|| dice.time()),
                        last_step: dice.below(9) as u64,
                    }),
                    recovery_codes: vec![[dice.below(9) as u8; 32]; dice.below(3)],
                    name: dice.name(),
                    ..user
                };
                Change::PutUser(row, self.expect(false))
            }
            (2 | 3, _) => {
                let row = User {
                    name: dice.name(),
                    ..samples.user("a")
                };
                tried.users.push(row.clone());
                Change::PutUser(row, self.expect(true))
            }
            (4, _) => {
                let row = Seal {
                    name: dice.name(),
                    ..samples.seal("a")
                };
                tried.seals.push(row.clone());
                Change::InsertSeal(row)
            }
            (5, _) => match dice.pick(&tried.seals).map(|row| row.id) {
                Some(id) => Change::DeleteSeal(id),
                None => self.setting(),
            },
            (6, _) => {
                let row = SealedKeyring {
                    bytes: vec![dice.below(256) as u8; 3],
                    revision: 0,
                };
                let is_new = dice.once_in(4);
                Change::PutKeyring(row, self.expect(is_new))
            }
            (7, _) if dice.once_in(3) => Change::InsertAuditKey(samples.audit_key()),
            (7, _) => {
                let row = samples.checkpoint(dice.below(12) as u64);
                let node = AuditNode {
                    level: 1,
                    place: dice.below(8) as u64,
                    hash: row.root,
                };
                Change::AppendCheckpoint(row, vec![node])
            }
            _ => {
                let (actor, action, mut object) = (dice.text(), dice.text(), dice.text());
                // What belongs to a group, and what may be gone by now.
                if let Some(row) = dice.pick(&tried.kms_keys).filter(|_| dice.once_in(3)) {
                    object = row.id.to_string();
                } else if let Some(row) = dice.pick(&tried.keystores) {
                    object = row.id.to_string();
                }
                let leaf = samples.leaf(&actor, &action, &object);
                let user = dice.pick(&tried.users).map(|row| row.id);
                let session = dice.pick(&tried.sessions).map(|row| (row.user, row.id));
                let token = dice.pick(&tried.tokens).map(|row| (row.user, row.id));
                let by_session = session.map(|(user, id)| (user, Via::Session(id)));
                let by_token = token.map(|(user, id)| (user, Via::Token(id)));
                let by = if dice.once_in(2) {
                    by_session
                } else {
                    by_token
                };
                let claim = by.map(|(owner, via)| AccessClaim {
                    user: user.filter(|_| dice.once_in(6)).unwrap_or(owner),
                    epoch: 1 + u64::from(dice.once_in(4)),
                    via,
                    consent: Consent::Nobody,
                });
                Change::AppendAudit(AuditLeaf {
                    in_the_name_of: claim.filter(|_| dice.once_in(2)).map(Into::into),
                    ..leaf
                })
            }
        }
    }
}
