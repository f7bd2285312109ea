<?php

// Installs the profile standard in sites/default, with what newsrooms add of Drupal's own.
use Drupal\language\Entity\ConfigurableLanguage;
use Drupal\workflows\Entity\Workflow;

chdir(getenv('DRUPAL_ROOT'));
$autoloader = require 'autoload.php';
require 'core/includes/install.core.inc';
[$host, $port] = explode(':', getenv('DRUPAL_DB_HOST'));
$driver = 'Drupal\mysql\Driver\Database\mysql';
install_drupal($autoloader, [
	'interactive' => false,
	'site_path' => 'sites/default',
	'parameters' => ['profile' => 'standard', 'langcode' => 'en'],
	'forms' => [
		'install_settings_form' => [
			'driver' => $driver,
			$driver => ['database' => getenv('DRUPAL_DB'), 'username' => 'root', 'password' => '', 'host' => $host, 'port' => $port, 'prefix' => ''],
		],
		'install_configure_form' => [
			'site_name' => '湘江新闻网', 'site_mail' => 'admin@news.example',
			'account' => ['name' => '林知夏', 'mail' => 'admin@news.example', 'pass' => ['pass1' => 'geheim-7', 'pass2' => 'geheim-7']],
			'enable_update_status_module' => null, 'enable_update_status_emails' => null,
		],
	],
]);
\Drupal::service('module_installer')->install(['jsonapi', 'content_moderation', 'content_translation', 'media_library']);

// Articles go through the workflow, and are translated.
ConfigurableLanguage::createFromLangcode('zh-hans')->save();
\Drupal::service('content_translation.manager')->setEnabled('node', 'article', true);
$workflow = Workflow::load('editorial');
$workflow->getTypePlugin()->addEntityTypeAndBundle('node', 'article');
$workflow->save();
