<?php
// The settings of a WordPress in a test. ABSPATH is the folder of this file.
define( 'DB_NAME', getenv( 'WORDPRESS_DB' ) );
define( 'DB_HOST', getenv( 'WORDPRESS_DB_HOST' ) );
define( 'DB_USER', 'root' );
define( 'DB_PASSWORD', '' );
define( 'DB_CHARSET', 'utf8mb4' );
define( 'DB_COLLATE', '' );
foreach ( array( 'AUTH_KEY', 'SECURE_AUTH_KEY', 'LOGGED_IN_KEY', 'NONCE_KEY', 'AUTH_SALT', 'SECURE_AUTH_SALT', 'LOGGED_IN_SALT', 'NONCE_SALT' ) as $key ) {
	define( $key, 'for tests only ' . $key );
}
define( 'WP_CONTENT_DIR', ABSPATH . 'wp-content' );
define( 'DISABLE_WP_CRON', true );
define( 'AUTOMATIC_UPDATER_DISABLED', true );
define( 'WP_HTTP_BLOCK_EXTERNAL', true );
define( 'WP_DEBUG', false );
$table_prefix = 'wp_';
// The public address is the reserved one, wherever it answers.
$_SERVER['HTTPS'] = 'on';
if ( empty( $_SERVER['HTTP_HOST'] ) || 0 === strpos( $_SERVER['HTTP_HOST'], '127.0.0.1' ) ) {
	$_SERVER['HTTP_HOST'] = getenv( 'WORDPRESS_HOST' );
}
$_SERVER['REMOTE_ADDR'] = $_SERVER['REMOTE_ADDR'] ?? '127.0.0.1';
if ( file_exists( ABSPATH . 'multisite.php' ) ) {
	require ABSPATH . 'multisite.php';
}
require_once getenv( 'WORDPRESS_SOURCE' ) . '/wp-settings.php';
