//! What every implementation of the records must do.
//!
//! Each check is a sentence and starts with empty records. [`records_contract!`](crate::records_contract)
//! makes one test of each.

mod access;
mod applications;
pub mod approval;
mod audit;
pub mod audit_destinations;
mod authority;
mod batches;
mod configuration;
pub mod deliveries;
mod destruction;
pub mod differential;
mod everything;
mod fleet;
mod keys;
mod kms_keys;
mod lanes;
mod policies;
pub mod preparations;
mod provider;
pub mod rich;
pub mod samples;
mod work;

use std::pin::Pin;

use keyferry_ports::records::{AllRecords, Batch, Change, Records, RecordsError};

pub use everything::read_everything;

/// A check under way.
pub type Running<'a> = Pin<Box<dyn Future<Output = ()> + Send + 'a>>;

/// Two ways to the same records, as two servers have them. What races goes by both: what comes by one way at the same time may be
/// written together, and does not meet in the records.
#[derive(Clone, Copy)]
pub struct Ways<'a> {
    /// By which whatever does not race goes.
    pub first: &'a dyn AllRecords,
    /// The other one; the same where the records have one way only.
    pub second: &'a dyn AllRecords,
}

impl<'a> Ways<'a> {
    /// The same way twice: for records that belong to one process.
    pub fn same(records: &'a dyn AllRecords) -> Self {
        Self {
            first: records,
            second: records,
        }
    }

    /// One after the other, for ever.
    fn in_turn(self) -> impl Iterator<Item = &'a dyn AllRecords> {
        [self.first, self.second].into_iter().cycle()
    }
}

impl<'a> From<Ways<'a>> for &'a dyn AllRecords {
    fn from(ways: Ways<'a>) -> Self {
        ways.first
    }
}

/// One check: takes two ways to empty records, panics where they break the contract.
pub type Check = for<'a> fn(Ways<'a>) -> Running<'a>;

macro_rules! checks {
    ($($module:ident: [$($name:ident),+ $(,)?]),+ $(,)?) => {
        /// Every check with its name.
        pub const CHECKS: &[(&str, Check)] = &[
            $($((stringify!($name), |ways| Box::pin($module::$name(ways.into())))),+),+
        ];

        /// Makes one test per check. `$with` is an async function that takes the check's name and the
        /// [`Check`](crate::contract::records::Check), and runs it on fresh records.
        #[macro_export]
        macro_rules! records_contract {
            ($with:path) => {
                $($(
                    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                    async fn $name() {
                        let name = stringify!($name);
                        let found = $crate::contract::records::CHECKS.iter().find(|check| check.0 == name);
                        $with(name, found.expect("the list and the tests come from one macro").1).await;
                    }
                )+)+
            };
        }
    };
}

checks! {
    configuration: [
        connections_of_every_kind_are_read_back_as_written,
        a_taken_connection_name_is_a_conflict,
        names_that_differ_in_case_are_two_names,
        a_connection_with_keystores_cannot_be_removed,
        a_group_goes_with_its_roles_and_not_with_what_belongs_to_it,
        rules_about_a_group_go_with_it,
        of_a_group_that_goes_and_what_is_added_to_it_one_comes_first,
        a_keystore_is_read_back_as_written,
        a_keystore_needs_its_connection,
        a_keystore_with_managed_kms_keys_cannot_be_removed,
        lists_come_in_the_order_of_names,
        a_setting_is_replaced_by_the_next_one,
        a_group_is_read_back_as_written_and_its_name_is_taken_once,
    ],
    policies: [
        crypto_policies_are_read_back_in_order_and_removed_as_seen,
        periods_of_use_are_read_back_and_found_while_they_are_open,
        of_a_use_and_the_closing_of_its_period_one_comes_first,
    ],
    approval: [
        rules_are_read_back_in_order_and_removed_as_seen,
        requests_are_read_back_as_frozen_and_listed_for_whom_they_are,
        a_request_is_used_by_one_run_alone,
        what_is_asked_for_as_a_trial_is_kept_by_nobody,
        of_two_runs_of_one_request_at_once_and_a_no_one_comes_first,
        consent_that_was_counted_is_compared_when_it_is_used,
        of_a_lock_of_who_approved_and_the_carrying_out_one_comes_first,
    ],
    preparations: [
        what_is_prepared_is_read_back_once_of_each_until_it_ends,
        what_has_expired_is_forgotten_and_goes_with_its_group,
        of_two_who_take_at_once_one_comes_first,
    ],
    batches: [
        a_batch_with_one_conflict_writes_nothing,
        an_empty_batch_is_written,
        a_batch_that_is_tried_meets_the_same_conflicts_and_writes_nothing,
        a_later_change_of_a_batch_sees_the_earlier_ones,
        an_update_that_saw_an_older_revision_is_a_conflict,
        revisions_count_from_one_and_ignore_the_row,
        of_two_updates_of_one_revision_at_once_one_is_a_conflict,
        times_are_stored_in_whole_microseconds,
    ],
    keys: [
        a_key_and_its_versions_are_read_back_as_written,
        links_of_copies_are_kept_with_their_source,
        a_key_name_is_taken_in_its_group_only,
        a_key_that_rotates_by_itself_is_read_back_as_written,
        due_rotations_are_those_of_keys_active_kms_keys_and_access_keys,
        a_version_is_never_replaced,
        a_version_needs_its_key,
        a_version_state_changes_only_from_the_state_that_was_seen,
        pages_of_keys_hold_every_key_once_in_order,
        a_search_for_text_ignores_case_and_knows_no_wildcards,
        a_cursor_that_no_page_ended_with_is_a_conflict,
    ],
    destruction: [
        a_scheduled_destruction_is_due_at_its_time_and_leaves_public_facts,
        a_destruction_changes_only_from_what_was_seen,
        only_what_passed_through_is_brought_back_and_only_where_it_is_gone,
        what_was_destroyed_for_good_is_not_brought_back,
        no_state_but_a_destruction_makes_a_version_destroyed,
        a_version_that_a_kms_key_needs_is_not_destroyed,
        a_forgotten_kms_key_still_needs_its_versions_unless_it_was_deleted,
        a_destruction_that_is_due_is_refused_while_a_kms_key_needs_the_version,
        no_kms_key_begins_to_need_what_is_or_will_be_destroyed,
        material_of_which_no_copy_is_kept_goes_while_kms_keys_hold_it,
        material_of_which_a_copy_is_kept_goes_by_no_other_way_than_its_announced_destruction,
        of_a_destruction_and_a_kms_key_that_needs_the_version_one_comes_first,
    ],
    kms_keys: [
        a_kms_key_is_read_back_as_written,
        a_kms_key_is_found_by_the_arn_of_any_of_its_places,
        of_two_records_of_one_arn_the_managed_one_is_found,
        a_kms_key_is_found_by_its_name_and_by_its_aliases,
        a_name_is_held_once_in_a_keystore_and_left_to_the_successor,
        of_an_arn_there_is_one_managed_kms_key_whatever_its_keystore,
        each_field_of_the_filter_narrows_the_list,
        pages_of_kms_keys_hold_every_kms_key_once_in_order,
        a_removed_kms_key_is_found_no_more,
        a_kms_key_and_the_removal_of_its_keystore_do_not_both_happen,
    ],
    fleet: [
        a_sweep_is_read_back_as_written_and_there_is_one_per_place,
        a_removed_connection_takes_its_sweeps_and_found_keys_along,
        found_keys_are_listed_by_what_the_filter_asks,
        of_one_subject_and_code_one_alert_is_open,
        alerts_are_listed_newest_first_by_what_the_filter_asks,
    ],
    audit_destinations: [
        an_audit_destination_is_read_back_as_written,
        an_audit_destination_name_is_taken_once,
        of_two_who_move_an_audit_destination_on_one_does,
    ],
    deliveries: [
        a_destination_is_read_back_as_written,
        a_destination_name_is_taken_once,
        a_new_alert_waits_for_delivery_wherever_it_is_wanted,
        deliveries_that_are_pending_are_due_at_their_time,
    ],
    work: [
        a_job_with_its_targets_is_read_back_as_written,
        an_idempotency_key_is_taken_per_actor,
        counts_of_a_job_follow_its_targets,
        a_batch_may_update_a_target_and_its_job_in_any_order,
        counts_follow_targets_that_end_at_the_same_time,
        an_update_changes_only_what_work_changes,
        two_targets_cannot_have_one_place_in_a_job,
        due_targets_come_by_priority_then_due_time_then_place,
        the_next_due_time_is_that_of_an_open_target_in_the_future,
        jobs_are_listed_newest_first_in_pages,
        jobs_are_listed_by_state_and_by_kms_key,
        open_targets_of_a_kms_key_are_listed,
        targets_of_a_paused_job_are_not_due,
        a_page_of_targets_holds_what_the_filter_asks_in_order,
        that_a_target_has_begun_is_written_with_it,
    ],
    lanes: [
        a_lane_is_leased_to_one_owner_until_its_lease_ends,
        a_renewed_lease_keeps_its_epoch,
        of_two_servers_that_lease_at_once_one_gets_the_lane,
        an_attempt_under_an_older_epoch_or_another_owner_is_a_conflict,
        an_attempt_is_read_back_as_written_and_as_finished,
        a_final_outcome_is_never_changed,
        attempts_of_a_former_epoch_are_orphaned_until_they_end,
        recent_attempts_are_those_without_outcome_and_the_lately_done,
        attempts_come_in_the_order_in_which_they_were_written,
    ],
    access: [
        a_user_with_tokens_and_sessions_is_read_back_as_written,
        a_user_name_is_taken_however_it_is_written,
        tries_to_sign_in_are_counted_by_those_who_saw_them,
        nothing_is_written_in_the_name_of_somebody_whose_access_has_ended,
        of_a_lock_and_a_request_under_way_one_comes_first,
        a_token_is_found_by_its_hash_and_can_be_revoked,
        a_token_needs_its_user,
        a_session_ends_when_it_is_removed,
        the_last_seal_cannot_be_removed,
        of_the_last_two_seals_one_stays_when_both_are_removed_at_once,
        the_keyring_is_replaced_by_those_who_saw_it,
    ],
    applications: [
        an_application_with_keys_and_names_is_read_back_as_written,
        a_name_in_certificates_stands_for_one_application,
        an_api_key_is_replaced_and_revoked_once,
        a_removed_application_takes_keys_names_and_roles_along,
        nothing_is_written_in_the_name_of_an_application_whose_access_has_ended,
        of_a_revoked_api_key_and_a_request_under_way_one_comes_first,
        a_version_is_found_by_the_fingerprint_of_its_material,
    ],
    authority: [
        roles_are_read_back_as_given_and_taken_once,
        a_role_that_excludes_another_is_not_given_beside_it,
        of_two_roles_that_exclude_each_other_given_at_once_one_is_a_conflict,
        the_last_administrator_stays_when_all_are_taken_at_once,
        a_role_of_ones_own_stays_while_somebody_has_it,
        what_is_decided_by_roles_of_ones_own_is_written_by_those_who_saw_them,
        a_role_is_not_changed_to_one_that_its_holders_may_not_have,
        an_own_policy_is_replaced_by_those_who_saw_it,
    ],
    provider: [
        a_provider_with_its_rules_is_read_back_as_written,
        a_provider_name_is_taken_once_and_its_revision_must_be_seen,
        a_rule_is_made_once_and_needs_its_provider,
        a_person_comes_by_one_provider_and_a_subject_is_one_person,
        who_is_waited_for_is_bound_once,
        of_two_subjects_that_come_for_one_invitation_at_once_one_is_bound,
        a_sign_in_that_was_begun_ends_once,
        of_two_that_end_one_sign_in_at_once_one_is_a_conflict,
        a_code_counts_once,
        what_has_lapsed_is_forgotten,
        the_oldest_sign_ins_of_an_address_are_forgotten_first,
        a_removed_provider_takes_along_all_that_hangs_on_it,
    ],
    audit: [
        leaves_get_consecutive_places_in_the_order_of_the_batch,
        a_batch_that_fails_leaves_no_gap_in_the_log,
        batches_at_once_share_no_place_in_the_log,
        leaves_are_found_by_actor_action_and_object_newest_first,
        entries_are_about_the_groups_of_their_objects_and_of_roles,
        the_log_has_one_signing_key,
        a_checkpoint_covers_more_than_every_other_and_brings_its_hashes,
        cosignatures_are_added_by_those_who_saw_the_note,
    ],
}

async fn commit(
    records: &dyn AllRecords,
    changes: impl IntoIterator<Item = Change>,
) -> Records<()> {
    records
        .commit(Batch::from(changes.into_iter().collect::<Vec<_>>()))
        .await
}

/// Writes changes that must be accepted.
async fn write(records: &dyn AllRecords, changes: impl IntoIterator<Item = Change>) {
    commit(records, changes).await.unwrap();
}

/// Checks that what was written in somebody's name, with one entry, came before the entry by which that ended, or not at all.
/// `size` is that of the log before both.
async fn assert_ended_after(records: &dyn AllRecords, size: u64, acted: &Records<()>, end: &str) {
    let rows = records.list_leaves(size, 9).await.unwrap();
    assert_eq!(rows.len(), 1 + usize::from(acted.is_ok()), "{acted:?}");
    let last = rows.last().unwrap();
    assert_eq!(last.leaf.action, end, "written after its right had ended");
}

/// Checks that changes are refused because of `what`.
async fn assert_conflict(
    records: &dyn AllRecords,
    what: &'static str,
    changes: impl IntoIterator<Item = Change>,
) {
    let answer = commit(records, changes).await;
    assert_eq!(answer, Err(RecordsError::Conflict { what }));
}
