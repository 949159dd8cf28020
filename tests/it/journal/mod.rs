//! The journal seam: one conformance suite over every implementation, and what is particular to each.

#![allow(clippy::unwrap_used, reason = "a test")]

mod begin;
mod cassandra;
mod faults;
mod model;
mod sqlite;
mod stores;
mod suite;

/// Every case of the suite on every store.
macro_rules! conformance {
    (always { $($case:ident)* } without_faults { $($plain:ident)* }) => {
        mod on_sqlite {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $case() { super::suite::$case(&super::stores::sqlite()).await; })*
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $plain() { super::suite::$plain(&super::stores::sqlite()).await; })*
        }
        mod on_cassandra {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $case() {
                let Some(store) = super::stores::cassandra().await else { return };
                super::suite::$case(&store).await;
            })*
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $plain() {
                let Some(store) = super::stores::cassandra().await else { return };
                super::suite::$plain(&store).await;
            })*
        }
        mod on_memory {
            $(#[tokio::test]
            async fn $case() { super::suite::$case(&super::stores::memory()).await; })*
            $(#[tokio::test]
            async fn $plain() { super::suite::$plain(&super::stores::memory()).await; })*
        }
        mod on_memory_with_faults {
            $(#[tokio::test(start_paused = true)]
            async fn $case() {
                for seed in 0..10 {
                    super::suite::$case(&super::stores::memory_with_faults(seed)).await;
                }
            })*
        }
    };
}

conformance! {
    always {
        an_empty_journal
        appends_in_order
        a_repetition_is_success
        another_ones_slot_is_taken
        a_read_keeps_to_its_bytes
        large_bodies_come_back
        closing_is_for_ever
        truncation_takes_whole_segments
        truncated_slots_stay_sealed
        dropping_leaves_the_mark
        journals_are_independent
        snapshots_appear_whole
        a_sealed_snapshot_stays
        snapshots_are_dropped_by_position
        reading_on_while_others_append
        reading_while_segments_are_truncated
        two_writers_share_one_journal
    }
    // What a late write that nobody waits for any more may undo.
    without_faults {
        there_are_no_holes
        a_part_may_be_replaced_until_it_is_sealed
        dropped_parts_are_gone
    }
}
