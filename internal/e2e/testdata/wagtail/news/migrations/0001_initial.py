import django.db.models.deletion
import wagtail.fields
from django.db import migrations, models


def page():
    return models.OneToOneField(
        to="wagtailcore.page", on_delete=django.db.models.deletion.CASCADE, parent_link=True, auto_created=True, primary_key=True, serialize=False
    )


class Migration(migrations.Migration):
    initial = True
    dependencies = [("wagtailcore", "0089_log_entry_data_json_null_to_object")]
    operations = [
        migrations.CreateModel("SectionPage", [("page_ptr", page())], bases=("wagtailcore.page",)),
        migrations.CreateModel(
            "ArticlePage",
            [("page_ptr", page()), ("intro", models.TextField(blank=True)), ("body", wagtail.fields.RichTextField(blank=True))],
            bases=("wagtailcore.page",),
        ),
    ]
