-- Rules that want consent, and requests that wait for it. A group of '' is the installation.

CREATE TABLE approval_rules (
    id {text} NOT NULL PRIMARY KEY,
    group_id {text} NOT NULL,
    class {text} NOT NULL,
    approvers BIGINT NOT NULL,
    hours BIGINT NOT NULL,
    changed_at BIGINT NOT NULL,
    revision BIGINT NOT NULL
);

CREATE TABLE approvals (
    id {text} NOT NULL PRIMARY KEY,
    requester_id {text} NOT NULL,
    requester_name {text} NOT NULL,
    reason {text} NOT NULL,
    action {text} NOT NULL,
    group_id {text} NOT NULL,
    request {text} NOT NULL,
    plan {text} NOT NULL,
    sealed {bytes},
    hash {bytes} NOT NULL,
    needs {text} NOT NULL,
    decisions {text} NOT NULL,
    state {text} NOT NULL,
    run {text},
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    revision BIGINT NOT NULL
);
CREATE INDEX approvals_by_time ON approvals (created_at, id);
CREATE INDEX approvals_by_requester ON approvals (requester_id, created_at, id);

-- The request to which people consented before a job began.
ALTER TABLE jobs ADD COLUMN approval_id {text};
