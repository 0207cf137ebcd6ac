"""The home page in both languages as the site's root, and what each editorial role may do in the admin.

Wagtail's welcome page and its two example groups go. Group names are the labels of the roles, in Chinese, fixed here.
"""

from django.conf import settings
from django.db import migrations

PAGE = ("wagtailcore", "page")
IMAGE = ("wagtailimages", "image")
DOCUMENT = ("wagtaildocs", "document")
MEDIA = ("wagtailmedia", "media")
POLICY = ("cms", "policy")

WRITE = ["add", "change", "choose"]
# role: (page permissions, permissions on images, documents and media, permissions on policies, site settings)
GROUPS = {
    "讲师": (["add"], ["add", "choose"], ["view"], False),
    "内容编辑": (["add", "change", "publish", "lock", "unlock"], [*WRITE, "delete"], ["view", "add", "change", "delete"], False),
    "审核人": (["change", "publish", "lock"], ["choose"], ["view", "change"], False),
    "地区管理员": (["add"], ["add", "choose"], ["view"], False),
    "系统管理员": (
        ["add", "change", "publish", "bulk_delete", "lock", "unlock"],
        [*WRITE, "delete"],
        ["view", "add", "change", "delete"],
        True,
    ),
}


def make(apps, schema_editor):
    get = apps.get_model
    ContentType, Permission, Group = get("contenttypes", "ContentType"), get("auth", "Permission"), get("auth", "Group")
    Locale, Page, Site, HomePage = (
        get("wagtailcore", "Locale"),
        get("wagtailcore", "Page"),
        get("wagtailcore", "Site"),
        get("cms", "HomePage"),
    )
    GroupPagePermission = get("wagtailcore", "GroupPagePermission")
    GroupCollectionPermission, Collection = get("wagtailcore", "GroupCollectionPermission"), get("wagtailcore", "Collection")

    chinese, _made = Locale.objects.get_or_create(language_code=settings.LANGUAGE_CODE)
    english, _made = Locale.objects.get_or_create(language_code="en")
    root = Page.objects.get(depth=1)
    Site.objects.all().delete()
    Page.objects.filter(depth__gt=1).delete()
    kind, _made = ContentType.objects.get_or_create(app_label="cms", model="homepage")
    names = settings.WAGTAIL_SITE_NAME
    home = None
    for number, (locale, slug, title, headline, summary) in enumerate(
        [
            (
                chinese,
                "home",
                names,
                "从基层干部，到社会工作专业人才",
                "学政策、学实务，做模拟题，跟着督导成长；每一次参训都有凭据，每一个数字都能查到来处。",
            ),
            (
                english,
                "home-en",
                "Social Work Training",
                "From grassroots cadre to social-work professional",
                "Study policy and practice, sit mock papers, grow under supervision. Every training has its evidence, "
                "and every figure can be traced to it.",
            ),
        ],
        start=1,
    ):
        page = HomePage(
            title=title, draft_title=title, slug=slug, headline=headline, summary=summary, locale=locale, content_type=kind,
            path=f"{root.path}{number:04d}", depth=2, numchild=0, url_path=f"/{slug}/", live=True, body="[]",
        )  # fmt: skip
        if home is not None:
            page.translation_key = home.translation_key
        page.save()
        home = home or page
    root.numchild = 2
    root.save()
    Site.objects.create(hostname="localhost", port=80, site_name=names, root_page_id=home.pk, is_default_site=True)

    def permission(model, action):
        content_type, _made = ContentType.objects.get_or_create(app_label=model[0], model=model[1])
        found, _made = Permission.objects.get_or_create(
            content_type=content_type, codename=f"{action}_{model[1]}", defaults={"name": f"Can {action} {model[1]}"}
        )
        return found

    admin_type, _made = ContentType.objects.get_or_create(app_label="wagtailadmin", model="admin")
    enter, _made = Permission.objects.get_or_create(
        content_type=admin_type, codename="access_admin", defaults={"name": "Can access Wagtail admin"}
    )
    Group.objects.filter(name__in=["Editors", "Moderators"]).delete()
    everything = Collection.objects.get(depth=1)
    for name, (pages, files, policies, sets) in GROUPS.items():
        group, _made = Group.objects.get_or_create(name=name)
        group.permissions.add(enter, *[permission(POLICY, action) for action in policies])
        if sets:
            group.permissions.add(permission(("cms", "sitesettings"), "change"), permission(("wagtailredirects", "redirect"), "add"),
                                  permission(("wagtailredirects", "redirect"), "change"), permission(("wagtailredirects", "redirect"), "delete"))  # fmt: skip
        for action in pages:
            GroupPagePermission.objects.get_or_create(group=group, page_id=root.pk, permission=permission(PAGE, action))
        for model in (IMAGE, DOCUMENT, MEDIA):
            for action in files:
                if model == MEDIA and action == "choose":
                    continue  # wagtailmedia has no such permission
                GroupCollectionPermission.objects.get_or_create(
                    group=group, collection=everything, permission=permission(model, action)
                )


class Migration(migrations.Migration):
    dependencies = [
        ("cms", "0002_content"),
        ("wagtailcore", "0097_baselogentry_uuid_action_timestamp_indexes"),
        ("wagtailadmin", "0001_create_admin_access_permissions"),
        ("wagtailimages", "0027_image_description"),
        ("wagtaildocs", "0014_alter_document_file_size"),
        ("wagtailmedia", "0005_alter_media_options"),
        ("wagtailredirects", "0001_initial"),
        ("auth", "0012_alter_user_first_name_max_length"),
    ]

    operations = [migrations.RunPython(make, migrations.RunPython.noop)]
