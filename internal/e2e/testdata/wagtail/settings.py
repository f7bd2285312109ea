# A Wagtail of the files in WAGTAIL_ROOT, with its tables in a PostgreSQL.
import os

SECRET_KEY = "of a test"
ALLOWED_HOSTS = ["*"]
INSTALLED_APPS = [
    "news",
    "wagtail.contrib.redirects", "wagtail.embeds", "wagtail.sites", "wagtail.users", "wagtail.snippets", "wagtail.documents",
    "wagtail.images", "wagtail.search", "wagtail.admin", "wagtail.api.v2", "wagtail",
    "rest_framework", "modelcluster", "taggit",
    "django.contrib.auth", "django.contrib.contenttypes", "django.contrib.sessions", "django.contrib.messages", "django.contrib.staticfiles",
]
TEMPLATES = [{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True}]
ROOT_URLCONF = "urls"
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.postgresql", "NAME": os.environ["WAGTAIL_DB"], "USER": "root",
        "HOST": os.environ["WAGTAIL_DB_HOST"], "PORT": os.environ["WAGTAIL_DB_PORT"],
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.AutoField"
USE_TZ = True
TIME_ZONE = "Asia/Shanghai"
STATIC_URL = "/static/"
WAGTAIL_SITE_NAME = "news"
WAGTAILADMIN_BASE_URL = "https://www.news.example"
