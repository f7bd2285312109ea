<?php
// What a plugin does that registers shortcodes.
add_shortcode( 'promo', '__return_empty_string' );
add_shortcode( 'box', function ( $values, $content ) {
	return do_shortcode( $content );
} );
