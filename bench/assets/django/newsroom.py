"""Django beside feedstation: settings, a model over the table articles, and the
views of django.contrib.syndication and django.contrib.sitemaps, as its
documentation has them.

gunicorn newsroom:application serves them; python3 newsroom.py feeds|sitemaps
CORPUS is a worker of package bench.
"""

import json
import os
import sys
import time
from urllib.parse import urlsplit

import django
from django.conf import settings

settings.configure(
    SECRET_KEY="for comparisons only",
    ALLOWED_HOSTS=["*"],
    ROOT_URLCONF="newsroom",
    USE_TZ=True,
    DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
    INSTALLED_APPS=["django.contrib.sitemaps"],
    MIDDLEWARE=[
        "django.middleware.http.ConditionalGetMiddleware",
        "django.middleware.gzip.GZipMiddleware",
    ],
    SECURE_PROXY_SSL_HEADER=("HTTP_X_FORWARDED_PROTO", "https"),
    TEMPLATES=[{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True}],
    DATABASES={
        "default": {
            "ENGINE": "django.db.backends.mysql",
            "NAME": os.environ.get("DJANGO_DB", ""),
            "HOST": "127.0.0.1",
            "PORT": os.environ.get("DJANGO_PORT", ""),
            "USER": "root",
            "CONN_MAX_AGE": None,
            "OPTIONS": {"charset": "utf8mb4"},
        }
    },
)
django.setup()

from django.contrib.sitemaps import Sitemap
from django.contrib.sitemaps import views as sitemaps
from django.contrib.syndication.views import Feed
from django.core.wsgi import get_wsgi_application
from django.db import models
from django.test import RequestFactory
from django.urls import path
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.feedgenerator import Atom1Feed


class Article(models.Model):
    id = models.CharField(max_length=190, primary_key=True)
    url = models.CharField(max_length=2000)
    title = models.CharField(max_length=500)
    body = models.TextField()
    published = models.DateTimeField()
    updated = models.DateTimeField()
    status = models.CharField(max_length=20)

    class Meta:
        app_label = "newsroom"
        managed = False
        db_table = "articles"

    def get_absolute_url(self):
        return urlsplit(self.url).path


def visible():
    return Article.objects.filter(status="published", published__lte=timezone.now()).order_by("-published")


class Rss(Feed):
    title = "湘潭站"
    link = "/"
    description = title

    def items(self):
        return visible()[:50]

    def item_title(self, item):
        return item.title

    def item_description(self, item):
        return item.body

    def item_pubdate(self, item):
        return item.published

    def item_updateddate(self, item):
        return item.updated


class Atom(Rss):
    feed_type = Atom1Feed


class Pages(Sitemap):
    protocol = "https"

    def items(self):
        return visible().only("id", "url", "updated")

    def lastmod(self, item):
        return item.updated


everything = {"sitemaps": {"articles": Pages}}
urlpatterns = [
    path("rss.xml", Rss()),
    path("atom.xml", Atom()),
    path("sitemap.xml", sitemaps.index, everything | {"sitemap_url_name": "section"}),
    path("sitemap-<section>.xml", sitemaps.sitemap, everything, name="section"),
]

application = get_wsgi_application()


def worker(work, corpus):
    """Renders a corpus that is in memory: no query is in the figures."""
    articles = []
    with open(corpus, encoding="utf-8") as lines:
        for text in lines:
            line = json.loads(text)
            fields = {name: line[name] for name in ("id", "url", "title", "body", "status")}
            times = {name: parse_datetime(line[name]) for name in ("published", "updated")}
            articles.append(Article(**fields, **times))
    request = RequestFactory().get("/", HTTP_HOST="xt.news.example")
    newest = articles[:-51:-1]
    formats = [type("InMemory", (kind,), {"items": lambda self: newest})() for kind in (Rss, Atom)]
    pages = type("InMemory", (Pages,), {"items": lambda self: articles})

    def feeds():
        return sum(bool(render(request).content) for render in formats)

    def urls():
        sitemaps.sitemap(request, {"articles": pages}).render()
        return len(articles)

    turn = {"feeds": feeds, "sitemaps": urls}[work]
    for order in sys.stdin:
        seconds, units, began, took = json.loads(order)["seconds"], 0, time.process_time(), 0
        while took < seconds:
            units += turn()
            took = time.process_time() - began
        print(json.dumps({"units": units, "seconds": took}), flush=True)


if __name__ == "__main__":
    worker(*sys.argv[1:])
