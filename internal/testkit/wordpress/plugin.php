<?php
// A test asks nothing of the network, and signs in with the password itself
// where WordPress wants an application password.
add_filter( 'pre_http_request', function ( $answer, $args, $url ) {
	return 0 === strpos( $url, 'http://127.0.0.1' ) ? $answer : new WP_Error( 'http', 'no network in tests' );
}, 10, 3 );
add_filter( 'http_request_host_is_external', '__return_true' );
add_filter( 'http_request_args', function ( $args ) {
	$args['reject_unsafe_urls'] = false;
	return $args;
} );
add_filter( 'determine_current_user', function ( $user ) {
	if ( ! $user && isset( $_SERVER['PHP_AUTH_USER'] ) ) {
		$who = wp_authenticate( $_SERVER['PHP_AUTH_USER'], $_SERVER['PHP_AUTH_PW'] );
		return is_wp_error( $who ) ? $user : $who->ID;
	}
	return $user;
}, 30 );
add_filter( 'pre_wp_mail', '__return_true' );
