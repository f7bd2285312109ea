<?php
/**
 * Plugin Name: feedstation
 * Description: Tells feedstation at once which posts have changed, so that feeds and sitemaps follow.
 * Version: 1.0.0
 * Requires at least: 5.7
 * Requires PHP: 7.0
 *
 * Put this file into wp-content/plugins and activate it (in a network: for the network), or
 * into wp-content/mu-plugins. Two constants in wp-config.php say whom to tell:
 *
 *     define( 'FEEDSTATION_URL', 'http://127.0.0.1:8081' );    // feedstation's server.admin
 *     define( 'FEEDSTATION_SECRET', 'its server.hooks.wordpress' );
 *
 * Where WP_HTTP_BLOCK_EXTERNAL is set, WP_ACCESSIBLE_HOSTS has to have the host of that address.
 * Without the two it does nothing. One request is sent for all that a page load, a cron run or a
 * command has changed, after its answer, and nobody waits for it. If it is lost, feedstation
 * finds the change by itself, later.
 */

defined( 'ABSPATH' ) || exit;

/** Collects what has changed and sends it when the request ends. */
final class Feedstation_Hook {

	/** Posts that are named; if there are more, feedstation looks for all that has changed. */
	const MOST = 500;

	/** @var array<string,true> ids of posts that have changed */
	private static $ids = array();

	/** @var bool whether something has changed that posts can't be named for */
	private static $all = false;

	/** @var bool */
	private static $awaited = false;

	public static function start() {
		if ( ! defined( 'FEEDSTATION_URL' ) || ! defined( 'FEEDSTATION_SECRET' ) ) {
			return;
		}
		// Posts: written, of another status, in the trash, deleted.
		add_action( 'save_post', array( __CLASS__, 'post' ) );
		add_action( 'transition_post_status', array( __CLASS__, 'status' ), 10, 3 );
		add_action( 'before_delete_post', array( __CLASS__, 'post' ) );
		add_action( 'delete_attachment', array( __CLASS__, 'post' ) );
		add_action( 'edit_attachment', array( __CLASS__, 'post' ) );
		// Their categories and tags, and those terms themselves.
		add_action( 'set_object_terms', array( __CLASS__, 'post' ) );
		add_action( 'edited_term', array( __CLASS__, 'term' ), 10, 3 );
		add_action( 'pre_delete_term', array( __CLASS__, 'deleted_term' ), 10, 2 );
		// Thumbnails and their descriptions.
		foreach ( array( 'added_post_meta', 'updated_post_meta', 'deleted_post_meta' ) as $action ) {
			add_action( $action, array( __CLASS__, 'meta' ), 10, 3 );
		}
		// Names of authors, and what every address depends on.
		add_action( 'profile_update', array( __CLASS__, 'author' ) );
		foreach ( array( 'permalink_structure', 'category_base', 'home', 'timezone_string', 'gmt_offset' ) as $option ) {
			add_action( 'update_option_' . $option, array( __CLASS__, 'everything' ) );
		}
	}

	/** @param int $id of a post, or of what posts show */
	public static function post( $id ) {
		$post = get_post( $id );
		if ( ! $post || wp_is_post_revision( $post ) || 'auto-draft' === $post->post_status ) {
			return;
		}
		if ( 'wp_block' === $post->post_type ) { // a reusable block
			self::containing( '<!-- wp:block {"ref":' . $post->ID );
		} elseif ( 'attachment' === $post->post_type ) {
			self::attachment( $post );
		} elseif ( is_post_type_viewable( $post->post_type ) ) {
			self::name( array( $post->ID ) );
		}
	}

	/**
	 * @param string  $to
	 * @param string  $from
	 * @param WP_Post $post
	 */
	public static function status( $to, $from, $post ) {
		if ( $to !== $from ) {
			self::post( $post->ID );
		}
	}

	/**
	 * Other fields that feeds show are named by the filter; not those that count views.
	 *
	 * @param int    $meta
	 * @param int    $id
	 * @param string $key
	 */
	public static function meta( $meta, $id, $key ) {
		if ( in_array( $key, apply_filters( 'feedstation_meta_keys', array( '_thumbnail_id', '_wp_attachment_image_alt' ) ), true ) ) {
			self::post( $id );
		}
	}

	/**
	 * @param int    $term
	 * @param int    $tt
	 * @param string $taxonomy
	 */
	public static function term( $term, $tt, $taxonomy ) {
		self::deleted_term( $term, $taxonomy );
	}

	/**
	 * @param int    $term
	 * @param string $taxonomy
	 */
	public static function deleted_term( $term, $taxonomy ) {
		if ( is_taxonomy_viewable( $taxonomy ) ) {
			$ids = get_objects_in_term( $term, $taxonomy );
			self::name( is_array( $ids ) ? $ids : array() );
		}
	}

	/** @param int $user */
	public static function author( $user ) {
		self::select( 'post_author = %d', $user );
	}

	public static function everything() {
		self::$all = true;
		self::await();
	}

	/** @param WP_Post $post a picture or a recording */
	private static function attachment( $post ) {
		global $wpdb;
		self::select( 'ID = %d', $post->post_parent );
		self::select( "ID IN (SELECT post_id FROM $wpdb->postmeta WHERE meta_key = '_thumbnail_id' AND meta_value = %s)", $post->ID );
	}

	/** @param string $text of posts that have it, followed by no digit */
	private static function containing( $text ) {
		global $wpdb;
		$like = '%' . $wpdb->esc_like( $text );
		self::select( 'post_content LIKE %s', $like . '}%' );
		self::select( 'post_content LIKE %s', $like . ',%' );
	}

	/**
	 * Names the published posts of a condition.
	 *
	 * @param string     $where
	 * @param int|string $value
	 */
	private static function select( $where, $value ) {
		global $wpdb;
		self::name( $wpdb->get_col( $wpdb->prepare( // phpcs:ignore WordPress.DB
			"SELECT ID FROM $wpdb->posts WHERE $where AND post_status = 'publish' ORDER BY ID DESC LIMIT " . ( self::MOST + 1 ),
			$value
		) ) );
	}

	/** @param array<int|string> $ids */
	private static function name( $ids ) {
		foreach ( $ids as $id ) {
			self::$ids[ (string) $id ] = true;
			if ( is_multisite() ) { // the id in the views of a network
				self::$ids[ get_current_blog_id() . '-' . $id ] = true;
			}
			self::await();
		}
	}

	private static function await() {
		if ( ! self::$awaited ) {
			self::$awaited = true;
			add_action( 'shutdown', array( __CLASS__, 'send' ), PHP_INT_MAX );
		}
	}

	public static function send() {
		foreach ( array( 'fastcgi_finish_request', 'litespeed_finish_request' ) as $finish ) {
			if ( function_exists( $finish ) ) { // the answer goes out first
				$finish();
				break;
			}
		}
		$ids  = self::$all || count( self::$ids ) > self::MOST ? array() : array_map( 'strval', array_keys( self::$ids ) );
		$body = wp_json_encode( array( 'ids' => $ids ) );
		$time = time();
		wp_remote_post(
			rtrim( FEEDSTATION_URL, '/' ) . '/-/hooks/wordpress',
			array(
				'blocking'    => false,
				'timeout'     => 1,
				'redirection' => 0,
				'headers'     => array(
					'Content-Type'            => 'application/json',
					'X-Feedstation-Signature' => "t=$time,sha256=" . hash_hmac( 'sha256', "$time.$body", FEEDSTATION_SECRET ),
				),
				'body'        => $body,
			)
		);
		self::$ids     = array();
		self::$all     = false;
		self::$awaited = false;
	}
}

Feedstation_Hook::start();
