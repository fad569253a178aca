-- When a request for consent was over.

ALTER TABLE approvals ADD COLUMN ended_at BIGINT;
