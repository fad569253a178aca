-- What one person prepared for another to take out of the vault, wrapped; gone once it was taken. `what` is `key/ID/NUMBER` or
-- `group/ID`: there is one of each.
CREATE TABLE preparations (
    id {text} NOT NULL PRIMARY KEY,
    what {text} NOT NULL UNIQUE,
    group_id {text} NOT NULL,
    preparer_id {text} NOT NULL,
    preparer_name {text} NOT NULL,
    public_key {bytes} NOT NULL,
    fingerprint {bytes} NOT NULL,
    reason {text} NOT NULL,
    seal {bytes} NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
