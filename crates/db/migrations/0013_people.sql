-- Which accounts are of one human; when requests for consent were over; and what tells that rights changed meanwhile.

ALTER TABLE users ADD COLUMN person_id {text} NOT NULL DEFAULT '';
UPDATE users SET person_id = id;
CREATE INDEX users_by_person ON users (person_id);

ALTER TABLE approvals ADD COLUMN ended_at BIGINT;

-- One row, moved on by whatever gives or takes rights.
CREATE TABLE rights (
    id {text} NOT NULL PRIMARY KEY,
    revision BIGINT NOT NULL
);
INSERT INTO rights (id, revision) VALUES ('rights', 1);
