//! What must hold on any executor over futures-io.

pub(crate) mod counting;
pub(crate) mod following;
pub(crate) mod serving;

/// The tests of an adapter that has the sockets `$network`, runs a future by `run` and makes both
/// ends of a connection by `pair`.
macro_rules! tests_over {
    ($network:ty) => {
        #[test]
        fn the_scenes_are_played() {
            run(common::following::scenes::<$network>(|_, builder| builder));
        }

        #[test]
        fn sources_and_their_futures_are_send() {
            common::following::sources_and_their_futures_are_send::<$network>();
        }

        tests_over! { $network:
            a_dropped_source_leaves_no_connection
            close_hands_out_nothing_more_and_reopen_goes_on
            dropping_next_at_any_await_loses_nothing
            an_idle_source_asks_its_socket_for_nothing_until_the_deadline
            a_server_that_is_down_is_waited_for
            a_refusal_before_the_request_is_read_is_not_lost
        }

        tests_over! {
            what_was_missed_is_replayed
            http_1_0_gets_no_chunks
            silence_is_broken_by_comments
            a_drained_hub_says_when_to_come_back_and_ends
            a_client_that_goes_while_nothing_is_sent_is_noticed
            a_refusal_says_why
            what_is_no_request_is_refused
            a_head_over_the_limit_is_refused
            a_head_that_does_not_come_is_not_waited_for
            a_stream_that_fails_breaks_off
            a_header_that_cannot_be_sent_is_an_error
            frames_that_are_there_go_out_together
            a_client_that_takes_nothing_is_given_up
        }
    };
    ($network:ty: $($name:ident)*) => {$(
        #[test]
        fn $name() {
            run(common::following::$name::<$network>());
        }
    )*};
    ($($name:ident)*) => {$(
        #[test]
        fn $name() {
            run(async { common::serving::$name(pair().await).await });
        }
    )*};
}
