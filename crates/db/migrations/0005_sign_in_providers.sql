-- OpenID providers, the rules that give roles, who comes by which provider, and sign-ins under way. A group of '' is the
-- installation.

CREATE TABLE sign_in_providers (
    id {text} NOT NULL PRIMARY KEY,
    name {text} NOT NULL UNIQUE,
    issuer {text} NOT NULL,
    client_id {text} NOT NULL,
    client_secret {bytes},
    scopes {text} NOT NULL,
    name_claim {text} NOT NULL,
    public_url {text} NOT NULL,
    ca_bundle {text},
    provisioning {text} NOT NULL CHECK (provisioning IN ('invited', 'just-in-time')),
    created_at BIGINT NOT NULL,
    revision BIGINT NOT NULL
);

CREATE TABLE sign_in_rules (
    id {text} NOT NULL PRIMARY KEY,
    provider_id {text} NOT NULL REFERENCES sign_in_providers (id),
    claim {text} NOT NULL,
    value {text} NOT NULL,
    role {text} NOT NULL,
    group_id {text} NOT NULL,
    made_by {text} NOT NULL,
    made_at BIGINT NOT NULL,
    UNIQUE (provider_id, claim, value, role, group_id)
);

CREATE TABLE provider_identities (
    user_id {text} NOT NULL PRIMARY KEY REFERENCES users (id),
    provider_id {text} NOT NULL REFERENCES sign_in_providers (id),
    subject {text},
    awaited {text},
    bound_at BIGINT,
    UNIQUE (provider_id, subject),
    UNIQUE (provider_id, awaited)
);

CREATE TABLE sign_in_flows (
    state_hash {bytes} NOT NULL PRIMARY KEY,
    browser_hash {bytes} NOT NULL,
    provider_id {text} NOT NULL REFERENCES sign_in_providers (id),
    session_id {text},
    port BIGINT,
    challenge {bytes},
    return_to {text} NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX sign_in_flows_by_end ON sign_in_flows (expires_at);
CREATE INDEX sign_in_flows_by_provider ON sign_in_flows (provider_id);

CREATE TABLE sign_in_codes (
    hash {bytes} NOT NULL PRIMARY KEY,
    challenge {bytes} NOT NULL,
    user_id {text} NOT NULL REFERENCES users (id),
    epoch BIGINT NOT NULL,
    confirmed_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX sign_in_codes_by_end ON sign_in_codes (expires_at);
