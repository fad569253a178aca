-- Records: configuration, keys, KMS keys, work, access, audit.
--
-- Placeholders: {text} sorts by bytes, {bytes} is binary, {serial} counts rows as they are inserted.
-- Ids are UUID text, times are microseconds since 1970, flags are 0 or 1.

CREATE TABLE settings (
    name {text} NOT NULL PRIMARY KEY,
    value {text} NOT NULL
);

CREATE TABLE owning_groups (
    id {text} NOT NULL PRIMARY KEY,
    name {text} NOT NULL UNIQUE,
    description {text} NOT NULL,
    created_at BIGINT NOT NULL,
    revision BIGINT NOT NULL
);

CREATE TABLE connections (
    id {text} NOT NULL PRIMARY KEY,
    name {text} NOT NULL UNIQUE,
    group_id {text} NOT NULL,
    account {text},
    regions {text} NOT NULL,
    link {text} NOT NULL,
    link_mac {bytes} NOT NULL,
    tier {text} NOT NULL CHECK (tier IN ('observe', 'import', 'full')),
    rotation {text},
    access_key_since BIGINT,
    access_key_rotation {text},
    access_key_due_at BIGINT,
    health {text} NOT NULL CHECK (health IN ('unknown', 'connected', 'not-connected')),
    health_why {text},
    health_since BIGINT,
    created_by {text} NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    revision BIGINT NOT NULL
);

CREATE INDEX connections_by_access_key_rotation ON connections (access_key_due_at) WHERE access_key_due_at IS NOT NULL;

CREATE TABLE keystores (
    id {text} NOT NULL PRIMARY KEY,
    name {text} NOT NULL UNIQUE,
    description {text} NOT NULL,
    connection_id {text} NOT NULL REFERENCES connections (id),
    regions {text} NOT NULL,
    group_id {text} NOT NULL,
    template {text} NOT NULL,
    heal {text} NOT NULL CHECK (heal IN ('off', 'alert', 'auto')),
    on_cancel_deletion {text} NOT NULL CHECK (on_cancel_deletion IN ('keep', 'empty')),
    created_at BIGINT NOT NULL,
    revision BIGINT NOT NULL
);
CREATE INDEX keystores_by_connection ON keystores (connection_id);

CREATE TABLE keys (
    id {text} NOT NULL PRIMARY KEY,
    group_id {text} NOT NULL,
    name {text} NOT NULL,
    name_folded {text} NOT NULL,
    spec {text} NOT NULL,
    description {text} NOT NULL,
    active_versions_max BIGINT NOT NULL,
    permitted {text} NOT NULL,
    exportable INTEGER NOT NULL CHECK (exportable IN (0, 1)),
    destroy_after_deletion INTEGER NOT NULL CHECK (destroy_after_deletion IN (0, 1)),
    current_version BIGINT NOT NULL,
    rotation {text},
    rotation_due_at BIGINT,
    created_at BIGINT NOT NULL,
    revision BIGINT NOT NULL,
    UNIQUE (group_id, name)
);
CREATE INDEX keys_by_name ON keys (name, id);
CREATE INDEX keys_by_rotation ON keys (rotation_due_at) WHERE rotation_due_at IS NOT NULL;

CREATE TABLE key_versions (
    key_id {text} NOT NULL REFERENCES keys (id),
    number BIGINT NOT NULL,
    group_id {text} NOT NULL,
    spec {text} NOT NULL,
    sealed {bytes},
    fingerprint {bytes} NOT NULL,
    public_key {bytes},
    origin {text} NOT NULL CHECK (origin IN ('generated', 'imported', 'passed-through')),
    state {text} NOT NULL CHECK (state IN ('pre-activation', 'active', 'suspended', 'deactivated', 'compromised', 'destroyed')),
    created_at BIGINT NOT NULL,
    state_since BIGINT NOT NULL,
    destroy_due_at BIGINT,
    -- When people were told that it comes next.
    destroy_announced_at BIGINT,
    PRIMARY KEY (key_id, number),
    CHECK ((state = 'destroyed') = (sealed IS NULL))
);
CREATE INDEX key_versions_by_destruction ON key_versions (destroy_due_at) WHERE destroy_due_at IS NOT NULL;

-- Which KMS keys hold a version or could still need it. Outlives the KMS key's row, unless its deletion was proved; name
-- and ARN are kept for those that have none.
CREATE TABLE version_holders (
    key_id {text} NOT NULL,
    version BIGINT NOT NULL,
    kms_key_id {text} NOT NULL,
    name {text},
    arn {text},
    PRIMARY KEY (key_id, version, kms_key_id)
);
CREATE INDEX version_holders_by_kms_key ON version_holders (kms_key_id);

-- Stays when the copy is gone; a copy has one source.
CREATE TABLE key_links (
    copy_kind {text} NOT NULL CHECK (copy_kind IN ('key', 'kms-key')),
    copy_id {text} NOT NULL,
    source_key_id {text} NOT NULL REFERENCES keys (id),
    version BIGINT NOT NULL,
    name {text} NOT NULL,
    group_id {text} NOT NULL,
    into_name {text} NOT NULL,
    made_by {text} NOT NULL,
    made_at BIGINT NOT NULL,
    PRIMARY KEY (copy_kind, copy_id)
);
CREATE INDEX key_links_by_source ON key_links (source_key_id, made_at);

CREATE TABLE kms_keys (
    id {text} NOT NULL PRIMARY KEY,
    name {text} NOT NULL,
    name_folded {text} NOT NULL,
    group_id {text} NOT NULL,
    keystore_id {text} NOT NULL,
    connection_id {text} NOT NULL,
    source_key_id {text},
    operation_id {text} NOT NULL,
    arn {text},
    life {text} NOT NULL CHECK (life IN ('PROVISIONING', 'ACTIVE', 'INACTIVE', 'REPLACED', 'PENDING_DELETION', 'DELETED', 'RELEASED')),
    intent {text} NOT NULL,
    observed {text} NOT NULL,
    traces {text} NOT NULL,
    bindings {text} NOT NULL,
    held_material INTEGER NOT NULL CHECK (held_material IN (0, 1)),
    held {text} NOT NULL,
    former {text} NOT NULL,
    predecessor_id {text},
    successor_id {text},
    handover {text} CHECK (handover IN ('keep-enabled', 'disable', 'deactivate')),
    rotation_due_at BIGINT,
    created_at BIGINT NOT NULL,
    revision BIGINT NOT NULL
);
-- A key that is being replaced leaves its name to its successor; what is deleted or released holds none.
CREATE UNIQUE INDEX kms_keys_named_once ON kms_keys (keystore_id, name)
    WHERE successor_id IS NULL AND life NOT IN ('DELETED', 'RELEASED');
CREATE INDEX kms_keys_by_name ON kms_keys (name, id);
CREATE INDEX kms_keys_by_keystore ON kms_keys (keystore_id, name, id);
CREATE INDEX kms_keys_by_connection ON kms_keys (connection_id);
CREATE INDEX kms_keys_by_source ON kms_keys (source_key_id);
CREATE INDEX kms_keys_by_rotation ON kms_keys (rotation_due_at) WHERE rotation_due_at IS NOT NULL;

-- Everything of a KMS key that is looked up and of which it has several.
CREATE TABLE kms_key_words (
    kind {text} NOT NULL CHECK (kind IN ('alias', 'arn', 'managed-arn', 'region')),
    word {text} NOT NULL,
    kms_key_id {text} NOT NULL REFERENCES kms_keys (id) ON DELETE CASCADE,
    PRIMARY KEY (kms_key_id, kind, word)
);
CREATE INDEX kms_key_words_by_word ON kms_key_words (kind, word, kms_key_id);
-- One KMS key is managed once, whatever its keystores.
CREATE UNIQUE INDEX kms_keys_managed_once ON kms_key_words (word) WHERE kind = 'managed-arn';

CREATE TABLE sweeps (
    id {text} NOT NULL PRIMARY KEY,
    connection_id {text} NOT NULL REFERENCES connections (id) ON DELETE CASCADE,
    region {text} NOT NULL,
    started_at BIGINT,
    marker {text},
    finished_at BIGINT,
    seen BIGINT NOT NULL,
    added BIGINT NOT NULL,
    changed BIGINT NOT NULL,
    gone BIGINT NOT NULL,
    drifted BIGINT NOT NULL,
    revision BIGINT NOT NULL,
    UNIQUE (connection_id, region)
);

-- KMS keys in AWS that nobody manages here.
CREATE TABLE found_keys (
    arn {text} NOT NULL PRIMARY KEY,
    connection_id {text} NOT NULL REFERENCES connections (id) ON DELETE CASCADE,
    region {text} NOT NULL,
    name {text} NOT NULL,
    name_folded {text} NOT NULL,
    observed {text} NOT NULL,
    first_seen_at BIGINT NOT NULL,
    last_seen_at BIGINT NOT NULL,
    is_gone INTEGER NOT NULL CHECK (is_gone IN (0, 1))
);
CREATE INDEX found_keys_by_place ON found_keys (connection_id, region, last_seen_at);

CREATE TABLE alerts (
    id {text} NOT NULL PRIMARY KEY,
    subject {text} NOT NULL,
    name {text} NOT NULL,
    group_id {text} NOT NULL,
    code {text} NOT NULL,
    severity INTEGER NOT NULL CHECK (severity IN (0, 1, 2)),
    message {text} NOT NULL,
    details {text} NOT NULL,
    opened_at BIGINT NOT NULL,
    seen_at BIGINT NOT NULL,
    resolved_at BIGINT,
    acknowledged_by {text},
    acknowledged_at BIGINT,
    revision BIGINT NOT NULL
);
CREATE UNIQUE INDEX alerts_open ON alerts (subject, code) WHERE resolved_at IS NULL;
CREATE INDEX alerts_by_age ON alerts (opened_at, id);

CREATE TABLE alert_destinations (
    id {text} NOT NULL PRIMARY KEY,
    name {text} NOT NULL UNIQUE,
    severity_min INTEGER NOT NULL CHECK (severity_min IN (0, 1, 2)),
    address {text} NOT NULL,
    sealed {bytes},
    created_at BIGINT NOT NULL,
    revision BIGINT NOT NULL
);

CREATE TABLE alert_deliveries (
    alert_id {text} NOT NULL REFERENCES alerts (id),
    destination_id {text} NOT NULL REFERENCES alert_destinations (id) ON DELETE CASCADE,
    state {text} NOT NULL CHECK (state IN ('pending', 'delivered', 'given-up')),
    tries BIGINT NOT NULL,
    due_at BIGINT NOT NULL,
    note {text},
    since_at BIGINT NOT NULL,
    revision BIGINT NOT NULL,
    PRIMARY KEY (alert_id, destination_id)
);
CREATE INDEX alert_deliveries_due ON alert_deliveries (due_at) WHERE state = 'pending';

CREATE TABLE jobs (
    id {text} NOT NULL PRIMARY KEY,
    kind {text} NOT NULL,
    actor {text} NOT NULL,
    idempotency_key {text},
    request_digest {text},
    state {text} NOT NULL CHECK (state IN ('queued', 'running', 'waiting', 'paused', 'succeeded', 'stuck', 'cancelled')),
    priority INTEGER NOT NULL CHECK (priority IN (0, 1, 2, 3)),
    title {text} NOT NULL,
    request {text},
    created_at BIGINT NOT NULL,
    finished_at BIGINT,
    targets_total BIGINT NOT NULL,
    targets_done BIGINT NOT NULL,
    targets_stuck BIGINT NOT NULL,
    targets_cancelled BIGINT NOT NULL,
    revision BIGINT NOT NULL,
    UNIQUE (actor, idempotency_key)
);
CREATE INDEX jobs_by_age ON jobs (created_at, id);
CREATE INDEX jobs_paused ON jobs (id) WHERE state = 'paused';

CREATE TABLE targets (
    id {text} NOT NULL PRIMARY KEY,
    job_id {text} NOT NULL REFERENCES jobs (id),
    ordinal BIGINT NOT NULL,
    subject {text} NOT NULL,
    lane {text} NOT NULL,
    priority INTEGER NOT NULL CHECK (priority IN (0, 1, 2, 3)),
    state {text} NOT NULL CHECK (state IN ('open', 'done', 'stuck', 'cancelled')),
    begun INTEGER NOT NULL CHECK (begun IN (0, 1)),
    due_at BIGINT NOT NULL,
    note_code {text},
    note_text {text},
    tries BIGINT NOT NULL,
    revision BIGINT NOT NULL,
    UNIQUE (job_id, ordinal)
);
CREATE INDEX targets_by_subject ON targets (subject, job_id, ordinal);
CREATE INDEX targets_in_queue ON targets (priority, due_at, job_id, ordinal) WHERE state = 'open';
CREATE INDEX targets_by_due_time ON targets (due_at) WHERE state = 'open';

CREATE TABLE lanes (
    lane {text} NOT NULL PRIMARY KEY,
    owner {text} NOT NULL,
    epoch BIGINT NOT NULL,
    until_at BIGINT NOT NULL
);

CREATE TABLE attempts (
    place {serial},
    id {text} NOT NULL UNIQUE,
    target_id {text} NOT NULL REFERENCES targets (id),
    job_id {text} NOT NULL,
    subject {text} NOT NULL,
    kind {text} NOT NULL,
    step {text} NOT NULL,
    lane {text} NOT NULL,
    epoch BIGINT NOT NULL,
    signed_at BIGINT NOT NULL,
    state {text} NOT NULL CHECK (state IN ('sending', 'done', 'refused', 'unknown')),
    outcome_at BIGINT,
    outcome_code {text},
    outcome_message {text},
    outcome_request_id {text},
    outcome_answer {text}
);
CREATE INDEX attempts_by_target ON attempts (target_id, place);
CREATE INDEX attempts_by_subject ON attempts (subject, place);
CREATE INDEX attempts_being_sent ON attempts (lane, epoch) WHERE state = 'sending';

CREATE TABLE users (
    id {text} NOT NULL PRIMARY KEY,
    name {text} NOT NULL UNIQUE,
    password_hash {text} NOT NULL,
    is_locked INTEGER NOT NULL CHECK (is_locked IN (0, 1)),
    created_at BIGINT NOT NULL,
    revision BIGINT NOT NULL
);

CREATE TABLE api_tokens (
    id {text} NOT NULL PRIMARY KEY,
    user_id {text} NOT NULL REFERENCES users (id),
    name {text} NOT NULL,
    hash {bytes} NOT NULL UNIQUE,
    created_at BIGINT NOT NULL,
    expires_at BIGINT,
    revoked_at BIGINT
);
CREATE INDEX api_tokens_by_user ON api_tokens (user_id);

CREATE TABLE sessions (
    id {text} NOT NULL PRIMARY KEY,
    user_id {text} NOT NULL REFERENCES users (id),
    hash {bytes} NOT NULL UNIQUE,
    created_at BIGINT NOT NULL,
    used_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX sessions_by_user ON sessions (user_id);

CREATE TABLE seals (
    id {text} NOT NULL PRIMARY KEY,
    name {text} NOT NULL UNIQUE,
    kind {text} NOT NULL,
    sealed_root {bytes} NOT NULL,
    created_at BIGINT NOT NULL
);

CREATE TABLE keyring (
    id {text} NOT NULL PRIMARY KEY CHECK (id = 'keyring'),
    sealed {bytes} NOT NULL,
    revision BIGINT NOT NULL
);

CREATE TABLE audit_log (
    id {text} NOT NULL PRIMARY KEY CHECK (id = 'log'),
    size BIGINT NOT NULL
);
INSERT INTO audit_log (id, size) VALUES ('log', 0);

CREATE TABLE audit_leaves (
    place BIGINT NOT NULL PRIMARY KEY,
    leaf {bytes} NOT NULL,
    leaf_hash {bytes} NOT NULL,
    happened_at BIGINT NOT NULL,
    actor {text} NOT NULL,
    action {text} NOT NULL,
    object {text} NOT NULL
);
CREATE INDEX audit_leaves_by_actor ON audit_leaves (actor, place);
CREATE INDEX audit_leaves_by_action ON audit_leaves (action, place);
CREATE INDEX audit_leaves_by_object ON audit_leaves (object, place);
