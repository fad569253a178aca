-- Roles, who has them, and an installation's own policies. A group of '' is the installation.

CREATE TABLE role_assignments (
    id {text} NOT NULL PRIMARY KEY,
    holder {text} NOT NULL,
    role {text} NOT NULL,
    group_id {text} NOT NULL,
    given_by {text} NOT NULL,
    given_at BIGINT NOT NULL,
    UNIQUE (holder, role, group_id)
);
CREATE INDEX role_assignments_by_role ON role_assignments (role);

CREATE TABLE custom_roles (
    name {text} NOT NULL PRIMARY KEY,
    description {text} NOT NULL,
    actions {text} NOT NULL,
    created_at BIGINT NOT NULL,
    revision BIGINT NOT NULL
);

CREATE TABLE access_policies (
    name {text} NOT NULL PRIMARY KEY,
    text {text} NOT NULL,
    created_at BIGINT NOT NULL,
    revision BIGINT NOT NULL
);

-- The groups that own what a job is about: who sees all of them sees the job.
CREATE TABLE job_groups (
    job_id {text} NOT NULL REFERENCES jobs (id),
    group_id {text} NOT NULL,
    PRIMARY KEY (job_id, group_id)
);
INSERT INTO job_groups (job_id, group_id)
    SELECT DISTINCT targets.job_id, kms_keys.group_id FROM targets JOIN kms_keys ON targets.subject = 'kms-key:' || kms_keys.id;
INSERT INTO job_groups (job_id, group_id)
    SELECT DISTINCT targets.job_id, connections.group_id FROM targets JOIN connections ON targets.subject = 'connection:' || connections.id;
INSERT INTO job_groups (job_id, group_id)
    SELECT DISTINCT targets.job_id, connections.group_id FROM targets
        JOIN sweeps ON targets.subject = 'sweep:' || sweeps.id
        JOIN connections ON connections.id = sweeps.connection_id;

-- Until now every person could do everything. Each keeps that: the installation, the default group, and every group made.
INSERT INTO role_assignments (id, holder, role, group_id, given_by, given_at)
    SELECT '0' || substr(id, 2), 'user/' || id, 'system-administrator', '', 'system', created_at FROM users;
INSERT INTO role_assignments (id, holder, role, group_id, given_by, given_at)
    SELECT '1' || substr(id, 2), 'user/' || id, 'administrator', '00000000-0000-0000-0000-000000000001', 'system', created_at FROM users;
INSERT INTO role_assignments (id, holder, role, group_id, given_by, given_at)
    SELECT substr(users.id, 1, 18) || substr(owning_groups.id, 19), 'user/' || users.id, 'administrator', owning_groups.id, 'system', users.created_at
    FROM users CROSS JOIN owning_groups;
