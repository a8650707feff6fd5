//! The cases, by what they are about. The list at the end is what makes a function a case.

pub(crate) mod answers;
pub(crate) mod broken;
pub(crate) mod cancellation;
pub(crate) mod connections;
pub(crate) mod operations;
pub(crate) mod proxy;
pub(crate) mod requests;
pub(crate) mod roots;
pub(crate) mod runtimes;
pub(crate) mod secrets;
pub(crate) mod size;
pub(crate) mod targets;
pub(crate) mod time;
pub(crate) mod tls;
pub(crate) mod tunnels;

/// Hands the list of all cases to a macro: names of groups, and of the cases in them.
#[doc(hidden)]
#[macro_export]
macro_rules! __cases {
    ($($macro:tt)*) => {
        $($macro)*! {
            operations {
                assume_agency_is_signed_and_answered
                assume_agency_with_oidc_is_answered_without_a_signature
                assume_agency_with_saml_is_answered_without_a_signature
                decode_authorization_message_is_signed_and_answered
                caller_identity_is_signed_and_answered
            }
            requests {
                the_target_is_left_as_it_is
                an_untidy_target_goes_out_as_it_is_or_not_at_all
                the_method_is_left_as_it_is
                the_host_is_the_authority_of_the_uri
                a_host_that_the_request_names_is_kept
                every_header_arrives_once_and_as_given
                a_header_given_twice_arrives_twice_and_in_order
                a_security_token_of_16_kb_arrives_whole
                the_body_arrives_byte_for_byte
                a_body_of_2_mib_goes_out_at_once_and_whole
                a_post_without_a_body_says_so
                a_get_has_no_body
                a_user_agent_of_the_request_is_kept
                nothing_is_asked_for_that_the_request_does_not_ask
            }
            answers {
                a_body_with_a_length_is_whole
                a_chunked_body_is_whole
                a_body_that_ends_with_the_connection_is_whole
                an_answer_that_comes_in_single_bytes_is_whole
                an_answer_without_a_body_is_complete
                any_status_is_an_answer
                headers_are_handed_back_as_they_came
                retry_after_is_handed_back_in_both_forms
                a_head_of_60_kb_is_taken
                informational_answers_are_consumed
                a_change_of_protocol_is_no_answer
                redirects_are_handed_back_and_not_followed
                a_compressed_body_is_left_as_it_is
                cookies_are_not_kept
            }
            size {
                a_body_at_the_limit_is_whole
                one_byte_more_is_too_large
                the_limit_is_one_mib_by_default
                no_byte_allowed_takes_an_empty_body
                a_length_over_the_limit_is_not_waited_for
                an_endless_body_is_stopped_at_the_limit
                a_head_without_end_is_an_error
                the_rest_of_a_large_answer_is_no_answer_to_the_next_request
            }
            time {
                silence_is_a_timeout
                a_stall_in_the_status_line_is_a_timeout
                a_stall_in_the_headers_is_a_timeout
                a_stall_before_the_body_is_a_timeout
                a_stall_in_the_body_is_a_timeout
                a_stall_in_a_chunk_is_a_timeout
                a_stall_before_the_last_chunk_is_a_timeout
                a_stall_after_an_informational_answer_is_a_timeout
                a_head_that_trickles_does_not_extend_the_limit
                a_body_that_trickles_does_not_extend_the_limit
                informational_answers_do_not_extend_the_limit
                a_request_that_nobody_reads_is_a_timeout
                a_slow_answer_within_the_limit_is_taken
                each_exchange_has_a_limit_of_its_own
                the_next_exchange_after_a_timeout_has_its_own_answer
                no_time_at_all_is_a_timeout
                all_the_time_there_is_is_taken
                sleep_waits_as_long_as_it_is_told
            }
            broken {
                a_close_without_an_answer_may_be_sent
                a_status_line_cut_short_is_closed
                headers_cut_short_are_closed
                a_head_cut_after_its_encoding_is_closed_or_empty
                a_body_cut_short_is_closed
                a_chunk_cut_short_is_closed
                chunks_without_the_last_are_closed
                a_reset_without_an_answer_is_closed
                a_reset_in_the_head_is_closed
                a_reset_before_the_body_is_closed
                a_reset_in_the_body_is_closed
                a_reset_while_the_request_is_written_may_be_sent
                a_body_longer_than_its_length_ends_at_its_length
                an_answer_that_nobody_asked_for_is_not_taken
                another_protocol_is_a_protocol_error
                a_status_that_is_none_is_a_protocol_error
                a_header_that_is_none_is_a_protocol_error
                a_length_that_is_none_is_a_protocol_error
                two_lengths_are_no_answer
                a_chunk_that_is_none_is_an_error
                an_answer_that_comes_early_is_taken_or_closed
            }
            connections {
                connections_are_used_again
                a_connection_that_the_server_ends_is_not_used_again
                a_kept_connection_that_was_closed_is_replaced
                a_connection_closed_as_it_is_used_again_repeats_nothing
                a_connection_reset_as_it_is_used_again_repeats_nothing
                a_request_that_was_read_is_not_repeated
                an_exchange_after_a_failed_one_is_not_disturbed
                a_hundred_calls_at_once_are_answered
            }
            cancellation {
                the_answer_to_a_dropped_exchange_is_nobodys
                a_dropped_exchange_closes_its_connection_within_its_limit
                nothing_goes_on_after_transport_and_exchange_are_dropped
                an_exchange_dropped_at_once_leaves_the_transport_usable
                a_call_works_after_one_dropped_at_any_moment
            }
            targets {
                a_refused_connection_is_not_sent
                a_name_without_an_address_is_not_sent
                a_target_that_swallows_connections_is_not_sent
                a_uri_without_a_host_is_not_sent
                a_scheme_that_is_not_http_is_not_sent
                an_ipv6_address_is_reached
                every_address_of_a_name_is_tried
            }
            tls {
                an_authority_that_is_trusted_vouches_for_a_server
                several_authorities_are_trusted
                a_certificate_for_an_address_is_good_for_it
                tls_1_2_and_1_3_are_spoken
                connections_over_tls_are_used_again
                a_body_of_a_megabyte_comes_over_tls
                an_unknown_authority_is_refused
                another_authority_than_the_trusted_is_refused
                a_self_signed_certificate_is_refused
                another_name_is_refused
                another_address_is_refused
                an_expired_certificate_is_refused
                a_certificate_of_the_future_is_refused
                an_old_protocol_is_refused
                a_close_in_the_handshake_is_a_failed_handshake
                a_reset_in_the_handshake_is_a_failed_handshake
                a_server_without_tls_is_refused
                a_handshake_that_stalls_ends_within_the_limit
                a_body_that_ends_with_the_connection_needs_a_farewell
                a_whole_body_without_a_farewell_is_taken_or_closed
                a_body_cut_short_over_tls_is_closed
            }
            roots {
                certificates_are_found_whatever_surrounds_them
                each_of_many_certificates_is_trusted
            }
            runtimes {
                an_exchange_ends_where_there_is_no_runtime
                its_limit_holds_where_there_is_no_runtime
                sleep_ends_where_there_is_no_runtime
            }
            secrets {
                no_secret_of_a_request_is_in_an_error
                no_secret_of_an_answer_is_in_an_error
                no_secret_is_in_the_error_of_a_limit
            }
            proxy {
                https_goes_through_a_tunnel
                https_goes_through_a_tunnel_with_credentials
                http_is_handed_to_the_proxy
                http_is_handed_to_the_proxy_with_credentials
                a_407_to_a_request_that_the_proxy_reads_is_its_refusal
                a_direct_exchange_goes_through_no_proxy
                a_link_local_target_goes_through_no_proxy
                a_proxy_that_is_not_there_is_no_connection
                a_proxy_without_an_address_is_not_resolved
                a_server_behind_a_proxy_is_verified
            }
            tunnels {
                any_success_makes_a_tunnel
                a_response_in_single_bytes_makes_a_tunnel
                a_response_in_two_segments_makes_a_tunnel
                a_response_with_a_head_of_60_kb_makes_a_tunnel
                a_length_in_the_response_is_ignored
                an_informational_response_is_skipped
                refused_credentials_are_sent_once
                a_refusal_is_not_a_response
                a_proxy_that_closes_makes_no_connection
                a_proxy_that_stalls_is_waited_for_within_the_limit
            }
        }
    };
}
