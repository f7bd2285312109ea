foreach ($in['sites'] as $host) {
	$site = wpmu_create_blog($host, '/', $host, 1, ['public' => 1], 1);
	if (is_wp_error($site)) {
		fwrite(STDERR, $site->get_error_message());
		exit(1);
	}
	switch_to_blog($site);
	foreach (['siteurl', 'home'] as $option) {
		update_option($option, 'https://' . $host);
	}
	update_option('timezone_string', 'Asia/Shanghai');
	update_option('posts_per_rss', 100);
	update_option('permalink_structure', '/archives/%post_id%');
	foreach (get_posts(['numberposts' => -1, 'post_type' => ['post', 'page'], 'post_status' => 'any']) as $sample) {
		wp_delete_post($sample->ID, true);
	}
	// Its rules are made by itself when it is first asked.
	delete_option('rewrite_rules');
	restore_current_blog();
}
