//! Everything that records hold, as text that can be compared.

use std::fmt::{Debug, Write};

use keyferry_domain::id::KeyId;
use keyferry_domain::key::ManagedKey;
use keyferry_domain::key_link::Copied;
use keyferry_ports::records::{
    AlertFilter, AllRecords, ApprovalFilter, FoundKeyFilter, JobFilter, KeyCalled, KeyFilter,
    KeyLook, KeyTies, KmsKeyFilter, Page, PageOf, Records, UsePeriodFilter,
};

/// Reads every row that a list leads to, one per line. Equal records give equal texts.
///
/// Settings are not listed by any read and are left out.
///
/// # Panics
///
/// Where a read fails.
pub async fn read_everything(records: &dyn AllRecords) -> String {
    read(records).await.unwrap()
}

/// What there is about a key, held against the questions that it spares.
async fn ties_of(records: &dyn AllRecords, key: KeyId) -> Records<KeyTies> {
    let found = records.find_key_ties(key).await?;
    let filter = KmsKeyFilter {
        source: Some(key),
        ..KmsKeyFilter::default()
    };
    let kms_keys = records.list_kms_keys(&filter, &first_page()).await?;
    let versions = records.list_versions(key).await?;
    let is_unknown = versions.is_empty();
    let asked = KeyTies {
        versions,
        has_kms_keys: is_unknown || !kms_keys.rows.is_empty(),
        has_holders: is_unknown || !records.holders_of_all(key).await?.is_empty(),
        has_copies: is_unknown || !records.list_key_links(key).await?.is_empty(),
        is_copy: is_unknown || records.find_key_link(Copied::Key(key)).await?.is_some(),
    };
    assert_eq!(found, asked, "{key}");
    Ok(found)
}

/// What one look at a key finds, held against the questions that it spares.
async fn check_looks(records: &dyn AllRecords, key: &ManagedKey) -> Records<()> {
    let rights = records.rights_revision().await?;
    let called = records.find_keys_called(&key.name).await?;
    let one = vec![key.clone()];
    for (called, found) in [
        (KeyCalled::Id(key.id), one),
        (KeyCalled::Name(key.name.clone()), called),
    ] {
        let mut keys = Vec::new();
        for key in found {
            let ties = records.find_key_ties(key.id).await?;
            keys.push((key, ties));
        }
        let look = records.look_at_keys(&called).await?;
        assert_eq!(look, KeyLook { rights, keys }, "{called:?}");
    }
    Ok(())
}

async fn read(records: &dyn AllRecords) -> Records<String> {
    let mut text = String::new();
    lines(&mut text, records.list_groups().await?);
    lines(&mut text, records.list_connections().await?);
    lines(&mut text, records.list_keystores().await?);
    let mut page = first_page();
    loop {
        let keys = records.list_keys(&KeyFilter::default(), &page).await?;
        for key in &keys.rows {
            let versions = records.list_versions(key.id).await?;
            for version in &versions {
                let number = version.identity.version;
                lines(&mut text, records.holders(key.id, number).await?);
            }
            lines(&mut text, [ties_of(records, key.id).await?]);
            check_looks(records, key).await?;
            lines(&mut text, versions);
            lines(&mut text, records.list_key_links(key.id).await?);
        }
        if !take(&mut text, keys, &mut page) {
            break;
        }
    }
    let mut page = first_page();
    while take(
        &mut text,
        records
            .list_kms_keys(&KmsKeyFilter::default(), &page)
            .await?,
        &mut page,
    ) {}
    read_fleet(records, &mut text).await?;
    read_work(records, &mut text).await?;
    for user in records.list_users().await? {
        lines(&mut text, records.list_tokens(user.id).await?);
        lines(&mut text, records.list_sessions(user.id).await?);
        lines(&mut text, [user]);
    }
    for application in records.list_applications().await? {
        let id = application.id;
        lines(&mut text, records.list_application_keys(id).await?);
        lines(&mut text, records.list_certificates(id).await?);
        lines(&mut text, [application]);
    }
    lines(&mut text, records.list_assignments().await?);
    lines(&mut text, records.list_custom_roles().await?);
    lines(&mut text, records.list_access_policies().await?);
    lines(&mut text, [records.rights_revision().await?]);
    for provider in records.list_providers().await? {
        lines(&mut text, records.list_sign_in_rules(provider.id).await?);
        lines(&mut text, records.list_identities(provider.id).await?);
        lines(&mut text, [provider]);
    }
    lines(&mut text, [records.count_sign_in_flows().await?]);
    lines(&mut text, records.list_approval_rules().await?);
    let mut page = first_page();
    let every = ApprovalFilter::default();
    while take(
        &mut text,
        records.list_approvals(&every, &page).await?,
        &mut page,
    ) {}
    lines(&mut text, records.list_crypto_policies().await?);
    let mut page = first_page();
    let every = UsePeriodFilter::default();
    while take(
        &mut text,
        records.list_use_periods(&every, &page).await?,
        &mut page,
    ) {}
    lines(&mut text, records.list_preparations().await?);
    lines(&mut text, records.list_seals().await?);
    lines(&mut text, records.find_keyring().await?);
    lines(&mut text, records.list_leaves(0, u32::MAX).await?);
    lines(&mut text, records.list_leaf_hashes(0, u32::MAX).await?);
    lines(&mut text, records.list_audit_destinations().await?);
    lines(&mut text, records.find_audit_key().await?);
    lines(&mut text, records.latest_checkpoint().await?);
    lines(&mut text, records.latest_cosigned_checkpoint().await?);
    for level in 1..4 {
        let nodes = records.list_audit_nodes(level, 0, u32::MAX).await?;
        lines(&mut text, nodes);
    }
    Ok(text)
}

async fn read_fleet(records: &dyn AllRecords, text: &mut String) -> Records<()> {
    lines(text, records.list_destinations().await?);
    lines(text, records.list_sweeps().await?);
    let every = FoundKeyFilter {
        with_gone: true,
        ..FoundKeyFilter::default()
    };
    let mut page = first_page();
    while take(
        text,
        records.list_found_keys(&every, &page).await?,
        &mut page,
    ) {}
    let mut page = first_page();
    let every = AlertFilter::default();
    while take(text, records.list_alerts(&every, &page).await?, &mut page) {}
    Ok(())
}

async fn read_work(records: &dyn AllRecords, text: &mut String) -> Records<()> {
    let mut page = first_page();
    loop {
        let jobs = records.list_jobs(&JobFilter::default(), &page).await?;
        for job in &jobs.rows {
            for target in records.list_targets(job.id).await? {
                lines(text, records.list_attempts(target.id).await?);
                lines(text, [target]);
            }
        }
        if !take(text, jobs, &mut page) {
            return Ok(());
        }
    }
}

fn first_page() -> Page {
    Page {
        limit: 50,
        cursor: None,
    }
}

/// Adds a page; whether there is another.
fn take<T: Debug>(text: &mut String, part: PageOf<T>, page: &mut Page) -> bool {
    lines(text, part.rows);
    page.cursor = part.next;
    page.cursor.is_some()
}

fn lines<T: Debug>(text: &mut String, rows: impl IntoIterator<Item = T>) {
    for row in rows {
        writeln!(text, "{row:?}").unwrap_or_default();
    }
}
