"""Runs a Wagtail: "install" makes its tables, "serve PORT" answers on a port, and without
an argument the script of standard input is run in it."""

import os
import sys

sys.path[:0] = [os.environ["WAGTAIL_ROOT"], os.path.dirname(os.path.abspath(__file__))]
sys.dont_write_bytecode = True
os.environ["DJANGO_SETTINGS_MODULE"] = "settings"

import django  # noqa: E402

django.setup()

from datetime import datetime, timezone  # noqa: E402
from wsgiref.simple_server import make_server  # noqa: E402

from django.contrib.auth import get_user_model  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.core.wsgi import get_wsgi_application  # noqa: E402
from wagtail.models import Page, PageViewRestriction  # noqa: E402

from news.models import ArticlePage, SectionPage  # noqa: E402


def at(seconds):
    return datetime.fromtimestamp(seconds, timezone.utc)


def user(name):
    return get_user_model().objects.get_or_create(username=name, defaults={"last_name": name})[0]


def section(slug, title):
    page = SectionPage(title=title, slug=slug)
    Page.objects.get(slug="home").add_child(instance=page)
    page.save_revision().publish()
    return page


def under(slug):
    return Page.objects.get(slug=slug, depth=3)


def article(where, slug, title, body="<p>正文</p>", publish=True, **fields):
    page = ArticlePage(title=title, slug=slug, body=body, live=False, **fields)
    under(where).add_child(instance=page)
    revision = page.save_revision()
    if publish:
        revision.publish()
    return page


def titled(title):
    return ArticlePage.objects.get(title=title)


def edit(which, publish=True, **fields):
    """Changes a page as the editor does: a revision, which may be published."""
    page = titled(which).get_latest_revision_as_object()
    for name, value in fields.items():
        setattr(page, name, value)
    revision = page.save_revision()
    if publish:
        revision.publish()


if sys.argv[1:2] == ["install"]:
    call_command("migrate", verbosity=0)
elif sys.argv[1:2] == ["serve"]:
    make_server("127.0.0.1", int(sys.argv[2]), get_wsgi_application()).serve_forever()
else:
    exec(compile(sys.stdin.read(), "script", "exec"))
