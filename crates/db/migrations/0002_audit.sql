-- The audit log's signing key, signed checkpoints, and hashes of its tree above the leaves.

-- How many leaves the newest checkpoint covers: of several servers one signs each size.
ALTER TABLE audit_log ADD COLUMN signed BIGINT NOT NULL DEFAULT 0;

CREATE TABLE audit_keys (
    id {text} NOT NULL PRIMARY KEY CHECK (id = 'log'),
    verifier {text} NOT NULL,
    sealed {bytes} NOT NULL,
    created_at BIGINT NOT NULL
);

CREATE TABLE audit_checkpoints (
    size BIGINT NOT NULL PRIMARY KEY,
    root {bytes} NOT NULL,
    note {text} NOT NULL,
    signed_at BIGINT NOT NULL,
    is_cosigned BIGINT NOT NULL DEFAULT 0 CHECK (is_cosigned IN (0, 1))
);

-- One hash of level 1 stands for 256 leaves, one of each higher level for 256 of the level below.
CREATE TABLE audit_nodes (
    level BIGINT NOT NULL,
    place BIGINT NOT NULL,
    hash {bytes} NOT NULL,
    PRIMARY KEY (level, place)
);
