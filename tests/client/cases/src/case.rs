//! The cases, and running them by name.

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
        /// What was not as promised.
        pub async fn run(name: &str, at: &impl Transport) -> Result<()> {
            match name {
                $($(stringify!($name) => $file::$name(at).await,)*)*
                _ => bail!("there is no case `{name}`"),
            }
        }
    };
}

cases! {
    opening:
        both_formats_go_both_ways
        a_refusal_is_the_callers_to_see
        a_redirect_is_not_followed
        a_url_that_cannot_be_used_is_an_error_at_once
        a_handshake_that_hangs_is_given_up
        a_subprotocol_that_was_not_asked_for_is_refused
        a_provider_that_fails_is_asked_again
        a_session_that_is_not_open_yet_can_be_waited_for
        attempts_can_be_limited;
    receiving:
        what_is_no_message_is_an_event_and_the_session_goes_on
        a_server_that_sends_faster_than_is_read_loses_nothing
        both_halves_work_apart;
    disconnected:
        after_a_close_that_is_not_for_good_it_is_back
        a_close_for_good_ends_the_session
        a_lost_connection_is_1006_and_replaced
        refusals_and_hanging_handshakes_on_the_way_are_attempts
        a_silent_server_is_left
        a_server_that_answers_heartbeats_is_not;
    sending:
        a_message_that_breaks_its_rule_does_not_leave
        what_is_sent_while_away_waits_in_order_up_to_a_limit
        what_a_dead_connection_was_given_is_reported_and_not_sent_again
        a_close_delivers_what_was_sent_before_it
        a_close_without_a_connection_ends_the_session
        who_drops_the_client_ends_the_session;
}
