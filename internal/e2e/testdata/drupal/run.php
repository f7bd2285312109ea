<?php

// Runs the script of standard input in an installed Drupal, as its administrator.
use Drupal\Core\DrupalKernel;
use Drupal\file\Entity\File;
use Drupal\node\Entity\Node;
use Drupal\taxonomy\Entity\Term;
use Drupal\user\Entity\User;
use Symfony\Component\HttpFoundation\Request;

chdir(getenv('DRUPAL_ROOT'));
$autoloader = require 'autoload.php';
$request = Request::create(getenv('DRUPAL_URL') . '/');
$kernel = DrupalKernel::createFromRequest($request, $autoloader, 'prod');
$kernel->boot();
$kernel->preHandle($request);
\Drupal::service('account_switcher')->switchTo(User::load(1));

// article saves a node in a state of the workflow: draft, published, archived.
function article(string $state, string $title, string $text, array $fields = []): Node {
	$body = ['value' => $text, 'summary' => $fields['summary'] ?? '', 'format' => 'full_html'];
	unset($fields['summary']);
	$node = Node::create($fields + ['type' => 'article', 'title' => $title, 'moderation_state' => $state, 'body' => $body]);
	$node->save();
	return $node;
}

// titled returns the node with a title.
function titled(string $title): Node {
	$nodes = \Drupal::entityTypeManager()->getStorage('node')->loadByProperties(['title' => $title]);
	return reset($nodes);
}

function term(string $name): Term {
	$term = Term::create(['vid' => 'tags', 'name' => $name]);
	$term->save();
	return $term;
}

// picture returns a file of Drupal's own folder.
function picture(string $name): File {
	$file = File::create(['uri' => \Drupal::service('file_system')->copy('core/misc/druplicon.png', 'public://' . $name)]);
	$file->setPermanent();
	$file->save();
	return $file;
}

eval(stream_get_contents(STDIN));
