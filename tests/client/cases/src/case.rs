//! The list of cases, which run by name.

mod calls;
mod disconnected;
mod opening;
mod receiving;
mod sending;

use anyhow::{Result, bail};

use crate::Transport;

macro_rules! cases {
    ($($file:ident: $($name:ident)*;)*) => {
        /// The names of all cases.
        pub const CASES: &[&str] = &[$($(stringify!($name)),*),*];

        /// Runs the case of that name.
        ///
        /// # Errors
        /// Returns the assertion that failed.
        pub async fn run(name: &str, at: &impl Transport) -> Result<()> {
            match name {
                $($(stringify!($name) => $file::$name(at).await,)*)*
                _ => bail!("unknown case `{name}`"),
            }
        }
    };
}

cases! {
    calls:
        a_call_returns_its_reply_in_both_formats
        a_typed_error_refuses_a_call
        an_error_frame_ends_its_call
        a_call_that_breaks_its_rule_is_not_sent
        a_reply_of_another_type_is_invalid
        a_call_without_an_answer_times_out
        a_late_answer_is_dropped
        a_stray_answer_is_dropped
        a_dropped_call_is_forgotten
        a_call_of_a_lost_connection_is_lost_and_not_sent_again
        an_idempotent_call_of_a_lost_connection_is_sent_again
        an_idempotent_call_is_not_sent_again_after_its_time
        a_call_without_a_connection_waits_in_the_queue
        a_call_whose_time_is_over_in_the_queue_is_never_sent
        a_call_beyond_the_queue_is_busy
        calls_are_answered_while_events_are_not_read
        events_are_read_while_a_call_waits
        a_call_inside_the_event_loop_is_answered
        calls_at_once_are_answered_out_of_order
        a_call_of_a_closed_session_is_closed
        a_close_loses_the_calls_without_an_answer
        a_single_connection_calls_too
        wait_for_takes_the_first_message_that_fits_and_leaves_the_rest
        wait_for_ends_in_time_or_with_the_session;
    opening:
        both_formats_go_both_ways
        a_refusal_is_returned_by_connect
        a_redirect_is_not_followed
        an_unusable_url_is_an_error_at_once
        a_handshake_without_an_answer_times_out
        a_subprotocol_that_was_not_offered_is_an_error
        a_failed_provider_is_retried
        a_session_that_is_not_open_yet_can_be_awaited
        attempts_can_be_limited;
    receiving:
        an_invalid_frame_is_an_event_and_the_session_continues
        a_slow_reader_loses_no_message
        the_halves_work_separately;
    disconnected:
        the_client_reconnects_after_a_close_code_that_is_not_terminal
        a_terminal_close_code_ends_the_session
        a_lost_connection_is_1006_and_replaced
        a_refusal_and_a_handshake_without_an_answer_are_retried
        a_silent_server_is_disconnected
        a_server_that_answers_heartbeats_is_not_disconnected;
    sending:
        a_message_that_breaks_its_rule_is_not_sent
        messages_without_a_connection_are_queued_in_order_up_to_a_limit
        messages_of_a_lost_connection_are_reported_and_not_sent_again
        a_close_delivers_the_messages_sent_before
        a_close_without_a_connection_ends_the_session
        dropping_the_client_ends_the_session;
}
