-- Where audit entries are sent to, and the first entry of each that was not taken yet.

CREATE TABLE audit_destinations (
    id {text} NOT NULL PRIMARY KEY,
    name {text} NOT NULL UNIQUE,
    address {text} NOT NULL,
    sealed {bytes},
    lag_minutes_max BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    next_entry BIGINT NOT NULL,
    due_at BIGINT NOT NULL,
    tries BIGINT NOT NULL,
    sent_at BIGINT,
    note {text},
    revision BIGINT NOT NULL
);
