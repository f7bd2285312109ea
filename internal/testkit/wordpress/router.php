<?php
// Files are served as they are, everything else by WordPress.
define( 'ABSPATH', getenv( 'WORDPRESS_DIR' ) . '/' );
$path = parse_url( $_SERVER['REQUEST_URI'], PHP_URL_PATH );
if ( preg_match( '~^/(wp-content/uploads|wp-includes)/~', $path ) && '.php' !== substr( $path, -4 ) ) {
	return false;
}
$_SERVER['SCRIPT_NAME'] = $_SERVER['PHP_SELF'] = '/index.php';
$_SERVER['SCRIPT_FILENAME'] = ABSPATH . 'index.php';
define( 'WP_USE_THEMES', true );
require getenv( 'WORDPRESS_SOURCE' ) . '/wp-blog-header.php';
