-- Which groups an entry of the audit log is about, beside its leaf: who may read the log of a group sees these.
CREATE TABLE audit_groups (
    group_id {text} NOT NULL,
    place BIGINT NOT NULL,
    PRIMARY KEY (group_id, place)
);
INSERT INTO audit_groups (group_id, place)
    SELECT kms_keys.group_id, audit_leaves.place FROM audit_leaves JOIN kms_keys ON audit_leaves.object = kms_keys.id
    UNION SELECT keys.group_id, audit_leaves.place FROM audit_leaves JOIN keys ON audit_leaves.object = keys.id
    UNION SELECT keystores.group_id, audit_leaves.place FROM audit_leaves JOIN keystores ON audit_leaves.object = keystores.id
    UNION SELECT connections.group_id, audit_leaves.place FROM audit_leaves JOIN connections ON audit_leaves.object = connections.id
    UNION SELECT alerts.group_id, audit_leaves.place FROM audit_leaves JOIN alerts ON audit_leaves.object = alerts.id
    UNION SELECT job_groups.group_id, audit_leaves.place FROM audit_leaves JOIN job_groups ON audit_leaves.object = job_groups.job_id
    UNION SELECT owning_groups.id, audit_leaves.place FROM audit_leaves JOIN owning_groups ON audit_leaves.object = owning_groups.id;

-- Groups that were removed: nothing is added to them by whoever still saw them.
CREATE TABLE deleted_groups (
    id {text} NOT NULL PRIMARY KEY
);
