<?php
// What plugins for search engines write into the head of a post.
add_action('wp_head', function () {
	if (!is_singular('post')) {
		return;
	}
	$post = get_queried_object();
	echo '<script type="application/ld+json">' . wp_json_encode(['@context' => 'https://schema.org', '@graph' => [
		['@type' => 'WebPage', '@id' => get_permalink($post), 'name' => wp_get_document_title()],
		[
			'@type' => 'Article', 'mainEntityOfPage' => ['@id' => get_permalink($post)], 'headline' => get_the_title($post),
			'datePublished' => get_the_date('c', $post), 'dateModified' => get_the_modified_date('c', $post),
			'author' => ['@type' => 'Person', 'name' => get_the_author_meta('display_name', $post->post_author)],
			'articleSection' => wp_get_post_categories($post->ID, ['fields' => 'names']),
		],
	]]) . '</script>';
});

// The least that a theme does: this WordPress has none.
add_action('template_redirect', function () {
	if (is_feed() || get_query_var('sitemap')) {
		return;
	}
	echo '<!doctype html><html><head><title>' . esc_html(wp_get_document_title()) . '</title>';
	wp_head();
	exit('</head><body></body></html>');
}, 99);
