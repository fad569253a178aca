//! Second factors: setting one up, asking for its codes, taking it away.

use jiff::Timestamp;
use keyferry_ports::records::{Batch, CanonicalName, Change, Expect, SessionLimit, Totp, User};
use keyferry_ports::secret::{SecretBytes, SecretText};
use keyferry_ports::vault::VaultError;

use super::{Access, recovery, totp, tries_of};
use crate::action::Action;
use crate::actor::Actor;
use crate::error::{AccessError, AppError};
use crate::log::{Fact, object};

/// A second factor that an app is to be given. The only answer that shows it.
#[derive(Debug)]
pub struct Enrolment {
    /// The secret in base 32, for typing.
    pub secret: SecretText,
    /// The same as an `otpauth` URI, for a QR code.
    pub uri: SecretText,
}

/// Who made the code, in the app.
const ISSUER: &str = "Keyferry";

impl Access {
    /// Makes a second factor. It is asked for once a first code has [confirmed](Access::confirm_totp) it.
    ///
    /// # Errors
    ///
    /// [`AccessError::TotpIsSet`]; the vault must be open.
    pub async fn set_up_totp(
        &self,
        actor: &Actor,
        password: &SecretText,
    ) -> Result<Enrolment, AppError> {
        self.shared.permit(actor, Action::UserSetTotp).await?;
        let user = self.oneself(actor, Action::UserSetTotp).await?;
        if user.has_second_factor() {
            return Err(AccessError::TotpIsSet.into());
        }
        let mut user = self.prove(user, Some(password), None).await?;
        let mut bytes = [0u8; totp::SECRET_BYTES];
        self.shared.ports.entropy.fill(&mut bytes);
        let secret = SecretText::new(totp::to_base32(&bytes));
        let sealed = self
            .shared
            .ports
            .vault
            .seal_secret(&purpose(&user), &secret)?;
        user.totp = Some(Totp {
            sealed,
            confirmed_at: None,
            last_step: 0,
        });
        let uri = uri(&user, &secret);
        self.keep(actor, user, "set up").await?;
        Ok(Enrolment { secret, uri })
    }

    /// Confirms a new second factor by its first code. Answers the recovery codes, the only time; sessions that began without
    /// it end.
    ///
    /// # Errors
    ///
    /// [`AccessError::NoTotp`] where none was set up, [`AccessError::NotConfirmed`].
    pub async fn confirm_totp(
        &self,
        actor: &Actor,
        code: &SecretText,
    ) -> Result<Vec<SecretText>, AppError> {
        self.shared.permit(actor, Action::UserSetTotp).await?;
        let user = self.oneself(actor, Action::UserSetTotp).await?;
        if user.has_second_factor() {
            return Err(AccessError::TotpIsSet.into());
        }
        if user.totp.is_none() {
            return Err(AccessError::NoTotp.into());
        }
        let mut user = self.prove(user, None, Some(code)).await?;
        let codes = recovery::made(&*self.shared.ports.entropy);
        user.recovery_codes = hashes(&codes);
        if let Some(totp) = &mut user.totp {
            totp.confirmed_at = Some(self.shared.now());
        }
        user.end_access();
        self.keep(actor, user, "confirmed").await?;
        Ok(codes)
    }

    /// Makes new recovery codes in place of those before.
    ///
    /// # Errors
    ///
    /// [`AccessError::NoTotp`], [`AccessError::NotConfirmed`].
    pub async fn renew_recovery_codes(
        &self,
        actor: &Actor,
        code: &SecretText,
    ) -> Result<Vec<SecretText>, AppError> {
        let user = self.with_totp(actor).await?;
        let mut user = self.prove(user, None, Some(code)).await?;
        let codes = recovery::made(&*self.shared.ports.entropy);
        user.recovery_codes = hashes(&codes);
        self.keep(actor, user, "recovery codes renewed").await?;
        Ok(codes)
    }

    /// Removes one's own second factor, by password and code. All sessions end.
    ///
    /// # Errors
    ///
    /// [`AccessError::NoTotp`], [`AccessError::NotConfirmed`].
    pub async fn remove_totp(
        &self,
        actor: &Actor,
        password: &SecretText,
        code: &SecretText,
    ) -> Result<(), AppError> {
        let user = self.with_totp(actor).await?;
        let mut user = self.prove(user, Some(password), Some(code)).await?;
        user.totp = None;
        user.recovery_codes = Vec::new();
        user.end_access();
        self.keep(actor, user, "removed").await
    }

    async fn with_totp(&self, actor: &Actor) -> Result<User, AppError> {
        self.shared.permit(actor, Action::UserSetTotp).await?;
        let user = self.oneself(actor, Action::UserSetTotp).await?;
        if user.has_second_factor() {
            Ok(user)
        } else {
            Err(AccessError::NoTotp.into())
        }
    }

    async fn keep(&self, actor: &Actor, user: User, what: &str) -> Result<(), AppError> {
        let about = object("user", user.id, &user.name);
        let fact = Fact::done(actor, Action::UserSetTotp, about, self.shared.now());
        let tries = tries_of(&CanonicalName::from(&user.name));
        let expect = Expect::Revision(user.revision);
        let batch = Batch::new()
            .with(Change::PutUser(user, expect))
            .with(Change::DeleteSignInTries(tries))
            .with(fact.detail("second_factor", what).change());
        Ok(self.shared.commit(batch).await?)
    }

    /// Asks for the second factor where there is one. Answers what the session is good for.
    ///
    /// While the vault is sealed an app's code cannot be checked: it is refused, and without a code the session is only good
    /// for opening the vault, which takes what opens it.
    pub(super) fn second_factor(
        &self,
        user: &mut User,
        code: Option<&SecretText>,
    ) -> Result<Option<SessionLimit>, AppError> {
        if !user.has_second_factor() {
            return Ok(None);
        }
        let is_sealed = !self.shared.ports.vault.is_open();
        match code.map(SecretText::expose) {
            None if is_sealed => Ok(Some(SessionLimit::Unseal)),
            Some(code) if is_sealed && totp::is_code(code.trim()) => Ok(Some(SessionLimit::Unseal)),
            None => Err(AccessError::TotpRequired.into()),
            Some(code) => match self.takes(user, code)? {
                true => Ok(None),
                false => Err(AppError::NotSignedIn),
            },
        }
    }

    /// Whether a code is right, and marks it as used. Once the person is written it never is again.
    pub(super) fn takes(&self, user: &mut User, code: &str) -> Result<bool, AppError> {
        let code = code.trim();
        if totp::is_code(code) {
            return self.takes_totp(user, code, self.shared.now());
        }
        let hash = recovery::hash_of(code);
        let before = user.recovery_codes.len();
        user.recovery_codes.retain(|known| *known != hash);
        Ok(user.recovery_codes.len() < before)
    }

    fn takes_totp(&self, user: &mut User, code: &str, now: Timestamp) -> Result<bool, AppError> {
        let purpose = purpose(user);
        let Some(totp) = &mut user.totp else {
            return Ok(false);
        };
        let opened = self
            .shared
            .ports
            .vault
            .open_secret(&purpose, &totp.sealed)?;
        let damaged = || VaultError::DoesNotOpen {
            what: purpose.clone(),
        };
        let bytes = totp::from_base32(opened.expose()).ok_or_else(damaged)?;
        let secret = SecretBytes::new(bytes.into());
        match totp::accepted_step(secret.expose(), code, totp.last_step, now) {
            Some(step) => {
                totp.last_step = step;
                Ok(true)
            }
            None => Ok(false),
        }
    }
}

/// What the vault binds the secret to.
fn purpose(user: &User) -> String {
    format!("totp/{}", user.id)
}

fn hashes(codes: &[SecretText]) -> Vec<[u8; 32]> {
    codes
        .iter()
        .map(|code| recovery::hash_of(code.expose()))
        .collect()
}

/// As apps read it from a QR code (the key URI format of Google Authenticator).
fn uri(user: &User, secret: &SecretText) -> SecretText {
    let name: String = user.name.as_str().bytes().map(escaped).collect();
    SecretText::new(format!(
        "otpauth://totp/{ISSUER}:{name}?secret={}&issuer={ISSUER}&algorithm={}&digits={}&period={}",
        secret.expose(),
        totp::ALGORITHM,
        totp::DIGITS,
        totp::PERIOD,
    ))
}

fn escaped(byte: u8) -> String {
    if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
        char::from(byte).to_string()
    } else {
        format!("%{byte:02X}")
    }
}
