-- What may be made, wrapped and exported. A group of '' is the installation; lists that are null permit everything.
CREATE TABLE crypto_policies (
    id {text} NOT NULL PRIMARY KEY,
    specs {text},
    wrapping {text},
    rsa_wrapping_min BIGINT NOT NULL,
    export BIGINT NOT NULL,
    outside_keys {text} NOT NULL,
    changed_at BIGINT NOT NULL,
    revision BIGINT NOT NULL
);

-- When applications use keys whose use needs consent.
CREATE TABLE use_periods (
    id {text} NOT NULL PRIMARY KEY,
    group_id {text} NOT NULL,
    application_id {text} NOT NULL,
    application_name {text} NOT NULL,
    used_keys {text} NOT NULL,
    actions {text} NOT NULL,
    reason {text} NOT NULL,
    opened_by {text} NOT NULL,
    opened_at BIGINT NOT NULL,
    ends_at BIGINT NOT NULL,
    closed_by {text},
    closed_at BIGINT,
    revision BIGINT NOT NULL
);
CREATE INDEX use_periods_of_application ON use_periods (application_id, ends_at);
CREATE INDEX use_periods_by_time ON use_periods (opened_at, id);
