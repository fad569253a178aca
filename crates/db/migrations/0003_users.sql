-- People: one form in which names are compared, ends of access, second factors, tries to sign in.

-- The form that `CanonicalName` makes; whoever migrates writes it for those who were added before.
ALTER TABLE users ADD COLUMN canonical {text} NOT NULL DEFAULT '';
UPDATE users SET canonical = id;
CREATE UNIQUE INDEX users_by_canonical ON users (canonical);
ALTER TABLE users ADD COLUMN full_name {text} NOT NULL DEFAULT '';
ALTER TABLE users ADD COLUMN must_change_password INTEGER NOT NULL DEFAULT 0 CHECK (must_change_password IN (0, 1));
ALTER TABLE users ADD COLUMN offboarded_at BIGINT;
ALTER TABLE users ADD COLUMN access_epoch BIGINT NOT NULL DEFAULT 1;
ALTER TABLE users ADD COLUMN totp_sealed {bytes};
ALTER TABLE users ADD COLUMN totp_confirmed_at BIGINT;
ALTER TABLE users ADD COLUMN totp_last_step BIGINT NOT NULL DEFAULT 0;
-- SHA-256 values one after the other.
ALTER TABLE users ADD COLUMN recovery_codes {bytes};

ALTER TABLE sessions ADD COLUMN epoch BIGINT NOT NULL DEFAULT 1;
ALTER TABLE sessions ADD COLUMN limited_to {text};
ALTER TABLE sessions ADD COLUMN confirmed_at BIGINT NOT NULL DEFAULT 0;
UPDATE sessions SET confirmed_at = created_at;

CREATE TABLE sign_in_tries (
    name_hash {bytes} NOT NULL PRIMARY KEY,
    tries BIGINT NOT NULL,
    last_at BIGINT NOT NULL,
    revision BIGINT NOT NULL
);
CREATE INDEX sign_in_tries_by_time ON sign_in_tries (last_at);
