-- Applications: programs that use keys, their API keys, and the names in certificates that stand for them.

CREATE TABLE applications (
    id {text} NOT NULL PRIMARY KEY,
    group_id {text} NOT NULL,
    name {text} NOT NULL UNIQUE,
    description {text} NOT NULL,
    is_locked INTEGER NOT NULL CHECK (is_locked IN (0, 1)),
    access_epoch BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    revision BIGINT NOT NULL
);

-- Actions and keys of a scope are parted by blanks; empty is all.
CREATE TABLE application_keys (
    id {text} NOT NULL PRIMARY KEY,
    application_id {text} NOT NULL REFERENCES applications (id),
    name {text} NOT NULL,
    hash {bytes} NOT NULL UNIQUE,
    actions {text} NOT NULL,
    used_keys {text} NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    revoked_at BIGINT,
    replaced_by {text}
);
CREATE INDEX application_keys_by_application ON application_keys (application_id);

CREATE TABLE application_certificates (
    id {text} NOT NULL PRIMARY KEY,
    application_id {text} NOT NULL REFERENCES applications (id),
    name {text} NOT NULL UNIQUE,
    created_at BIGINT NOT NULL
);
CREATE INDEX application_certificates_by_application ON application_certificates (application_id);

-- Whether bytes are material of the vault is asked by its fingerprint.
CREATE INDEX key_versions_by_fingerprint ON key_versions (fingerprint);
