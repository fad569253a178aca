-- From where a sign-in at a provider was begun, so that one address keeps no other from beginning one.

ALTER TABLE sign_in_flows ADD COLUMN begun_from {text} NOT NULL DEFAULT '';
CREATE INDEX sign_in_flows_by_address ON sign_in_flows (begun_from, created_at);
CREATE INDEX sign_in_flows_by_age ON sign_in_flows (created_at);
