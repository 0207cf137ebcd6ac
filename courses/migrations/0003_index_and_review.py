"""The catalogue under the home page, and the review that a trainer's lesson passes before it is published."""

from django.conf import settings
from django.db import migrations

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
STEP = 4
WORKFLOW = "课程审核"
REVIEWERS = "审核人"


def _after(path):
    number = int(path[-STEP:], 36) + 1
    digits = ""
    while number:
        number, rest = divmod(number, 36)
        digits = ALPHABET[rest] + digits
    return path[:-STEP] + digits.rjust(STEP, "0")


def make(apps, schema_editor):
    get = apps.get_model
    ContentType, Group = get("contenttypes", "ContentType"), get("auth", "Group")
    Page, Site, Locale = get("wagtailcore", "Page"), get("wagtailcore", "Site"), get("wagtailcore", "Locale")
    Index = get("courses", "CourseIndexPage")
    site = Site.objects.filter(is_default_site=True).first()
    if site is None or Index.objects.exists():
        return
    home = Page.objects.get(pk=site.root_page_id)
    last = Page.objects.filter(path__startswith=home.path, depth=home.depth + 1).order_by("path").last()
    kind, _made = ContentType.objects.get_or_create(app_label="courses", model="courseindexpage")
    index = Index(
        title="课程", draft_title="课程", slug="courses", summary="政策解读与实务练习，每课十几分钟，可在手机上学。",
        locale=Locale.objects.get(pk=home.locale_id), content_type=kind, live=True, show_in_menus=True,
        path=_after(last.path) if last else f"{home.path}{'1'.rjust(STEP, '0')}", depth=home.depth + 1, numchild=0,
        url_path=f"{home.url_path}courses/",
    )  # fmt: skip
    index.save()
    Page.objects.filter(pk=home.pk).update(numchild=home.numchild + 1)

    Workflow, WorkflowTask, WorkflowPage = (
        get("wagtailcore", "Workflow"),
        get("wagtailcore", "WorkflowTask"),
        get("wagtailcore", "WorkflowPage"),
    )
    GroupApprovalTask = get("wagtailcore", "GroupApprovalTask")
    task_kind, _made = ContentType.objects.get_or_create(app_label="wagtailcore", model="groupapprovaltask")
    task = GroupApprovalTask.objects.create(name="审核人通过", active=True, content_type=task_kind)
    reviewers = Group.objects.filter(name=REVIEWERS).first()
    if reviewers is not None:
        task.groups.add(reviewers)
    workflow = Workflow.objects.create(name=WORKFLOW, active=True)
    WorkflowTask.objects.create(workflow=workflow, task=task, sort_order=0)
    WorkflowPage.objects.create(workflow=workflow, page_id=index.pk)


class Migration(migrations.Migration):
    dependencies = [
        ("courses", "0002_lesson_weight"),
        ("cms", "0003_home_and_groups"),
        ("wagtailcore", "0097_baselogentry_uuid_action_timestamp_indexes"),
        ("wagtailadmin", "0005_editingsession_is_editing"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [migrations.RunPython(make, migrations.RunPython.noop)]
