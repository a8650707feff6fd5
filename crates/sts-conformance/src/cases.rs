//! The cases, grouped by topic. A function becomes a case by its entry in `__cases`.

pub(crate) mod cancellation;
pub(crate) mod connections;
pub(crate) mod malformed;
pub(crate) mod operations;
pub(crate) mod proxy;
pub(crate) mod requests;
pub(crate) mod responses;
pub(crate) mod roots;
pub(crate) mod runtimes;
pub(crate) mod secrets;
pub(crate) mod size;
pub(crate) mod targets;
pub(crate) mod time;
pub(crate) mod tls;
pub(crate) mod tunnels;

/// Passes the list of all groups and cases to a macro. Cases are of [`Requirement::Safety`] unless
/// they are marked as `(precision)`.
///
/// [`Requirement::Safety`]: crate::Requirement::Safety
#[doc(hidden)]
#[macro_export]
macro_rules! __cases {
    ($($macro:tt)*) => {
        $($macro)*! {
            operations {
                assume_agency_is_signed
                assume_agency_with_oidc_is_unsigned
                assume_agency_with_saml_is_unsigned
                decode_authorization_message_is_signed
                caller_identity_is_signed
            }
            requests {
                target_is_sent_unchanged
                unnormalized_target_is_sent_unchanged_or_rejected
                method_is_sent_unchanged
                host_is_the_authority_of_the_uri
                explicit_host_is_kept
                headers_are_sent_once_and_unchanged
                repeated_header_is_sent_in_order
                security_token_of_16_kb_is_sent (precision)
                binary_body_is_sent_unchanged
                body_of_2_mib_is_sent_without_expect (precision)
                empty_post_has_a_content_length
                get_has_no_body
                explicit_user_agent_is_kept (precision)
                no_negotiation_headers_are_added
            }
            responses {
                body_with_content_length_is_complete
                chunked_body_is_complete
                body_delimited_by_close_is_complete
                response_in_single_bytes_is_complete
                empty_response_is_complete
                any_status_is_a_response
                headers_are_returned_unchanged
                retry_after_is_returned_in_both_formats (precision)
                head_of_60_kb_is_accepted (precision)
                informational_responses_are_skipped
                switching_protocols_is_an_error
                redirects_are_not_followed
                compressed_body_is_not_decoded
                cookies_are_not_stored
            }
            size {
                body_at_the_limit_is_complete
                body_over_the_limit_is_too_large
                default_limit_is_one_mib
                limit_of_zero_allows_an_empty_body (precision)
                content_length_over_the_limit_fails_early (precision)
                endless_body_is_too_large
                endless_head_is_an_error
                rest_of_a_large_response_is_discarded
            }
            time {
                no_response_times_out
                stall_in_the_status_line_times_out
                stall_in_the_headers_times_out
                stall_before_the_body_times_out
                stall_in_the_body_times_out
                stall_in_a_chunk_times_out
                stall_before_the_last_chunk_times_out
                stall_after_an_informational_response_times_out
                slow_head_does_not_extend_the_timeout
                slow_body_does_not_extend_the_timeout
                informational_responses_do_not_extend_the_timeout
                unread_request_times_out
                slow_response_within_the_timeout_is_accepted (precision)
                timeout_applies_to_each_exchange
                late_response_is_discarded_after_a_timeout
                zero_timeout_times_out (precision)
                maximum_timeout_is_accepted (precision)
                sleep_takes_the_given_time (precision)
            }
            malformed {
                close_before_the_response_is_closed
                truncated_status_line_is_closed
                truncated_headers_are_closed
                head_truncated_after_encoding_is_closed_or_empty
                truncated_body_is_closed
                truncated_chunk_is_closed
                missing_last_chunk_is_closed
                reset_before_the_response_is_closed
                reset_in_the_head_is_closed
                reset_before_the_body_is_closed
                reset_in_the_body_is_closed
                reset_while_sending_may_have_been_sent
                bytes_after_the_body_are_discarded
                unsolicited_response_is_discarded
                other_protocol_is_a_protocol_error
                invalid_status_is_a_protocol_error
                invalid_header_is_a_protocol_error
                invalid_content_length_is_a_protocol_error
                conflicting_content_lengths_are_an_error
                invalid_chunk_is_an_error
                early_response_is_accepted_or_closed (precision)
            }
            connections {
                connections_are_reused (precision)
                connection_close_is_honored (precision)
                closed_idle_connection_is_replaced (precision)
                close_on_reuse_repeats_nothing
                reset_on_reuse_repeats_nothing
                received_request_is_not_repeated
                failed_exchange_does_not_affect_the_next (precision)
                hundred_concurrent_exchanges_succeed (precision)
            }
            cancellation {
                response_of_a_dropped_exchange_is_discarded
                dropped_exchange_closes_its_connection (precision)
                dropped_transport_closes_its_connections (precision)
                transport_is_usable_after_an_immediate_drop (precision)
                transport_is_usable_after_a_drop_at_any_time (precision)
            }
            targets {
                refused_connection_is_not_sent (precision)
                unresolvable_name_is_not_sent (precision)
                unresponsive_target_is_not_sent (precision)
                uri_without_a_host_is_not_sent (precision)
                unsupported_scheme_is_not_sent
                ipv6_address_is_reached (precision)
                every_address_of_a_name_is_tried (precision)
            }
            tls {
                certificate_of_a_trusted_authority_is_accepted (precision)
                several_authorities_are_trusted (precision)
                certificate_for_an_ip_address_is_accepted (precision)
                tls_1_2_and_1_3_are_supported (precision)
                tls_connections_are_reused (precision)
                body_of_one_mib_over_tls_is_complete
                unknown_authority_is_rejected
                untrusted_authority_is_rejected
                self_signed_certificate_is_rejected
                other_name_is_rejected
                other_ip_address_is_rejected
                expired_certificate_is_rejected
                not_yet_valid_certificate_is_rejected
                tls_1_1_is_rejected
                close_in_the_handshake_is_a_tls_error (precision)
                reset_in_the_handshake_is_a_tls_error (precision)
                server_without_tls_is_rejected
                stalled_handshake_times_out (precision)
                body_delimited_by_close_needs_close_notify
                complete_body_without_close_notify_is_accepted_or_closed (precision)
                truncated_body_over_tls_is_closed
            }
            roots {
                text_around_certificates_is_ignored (precision)
                all_certificates_of_a_bundle_are_trusted (precision)
            }
            runtimes {
                exchange_completes_outside_a_runtime (precision)
                timeout_applies_outside_a_runtime
                sleep_completes_outside_a_runtime (precision)
            }
            secrets {
                errors_contain_no_secret_of_the_request
                errors_contain_no_secret_of_the_response
                limit_errors_contain_no_secret
            }
            proxy {
                https_uses_a_tunnel
                https_uses_a_tunnel_with_credentials
                http_is_forwarded (precision)
                http_is_forwarded_with_credentials
                status_407_of_a_forward_proxy_is_a_proxy_error
                direct_exchange_bypasses_the_proxy
                link_local_target_bypasses_the_proxy
                unreachable_proxy_is_a_connect_error (precision)
                unresolvable_proxy_is_a_resolve_error (precision)
                server_behind_a_proxy_is_verified
            }
            tunnels {
                any_2xx_opens_a_tunnel (precision)
                response_in_single_bytes_opens_a_tunnel (precision)
                response_in_two_segments_opens_a_tunnel (precision)
                response_head_of_60_kb_opens_a_tunnel (precision)
                body_headers_of_the_response_are_ignored (precision)
                informational_response_is_skipped (precision)
                rejected_credentials_are_sent_once
                rejection_is_not_a_response
                closing_proxy_is_a_connect_error (precision)
                stalled_proxy_times_out (precision)
            }
        }
    };
}

pub(crate) use __cases as for_each_case;
