"""The pages of a newsroom, and what its API says of them."""

from django.db import models
from wagtail.api import APIField
from wagtail.fields import RichTextField
from wagtail.models import Page


class SectionPage(Page):
    pass


class ArticlePage(Page):
    intro = models.TextField(blank=True)
    body = RichTextField(blank=True)

    api_fields = [APIField(name) for name in ("intro", "body", "last_published_at", "expire_at", "address", "section", "author")]

    @property
    def address(self):
        return self.url_path.removeprefix("/home")

    @property
    def section(self):
        return self.get_parent().slug

    @property
    def author(self):
        return self.owner.get_full_name() if self.owner else ""
