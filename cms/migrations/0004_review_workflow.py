"""One review for all content: the reviewers' group passes it. Wagtail's example workflow takes that shape."""

from django.db import migrations


def make(apps, schema_editor):
    get = apps.get_model
    Workflow, Task = get("wagtailcore", "Workflow"), get("wagtailcore", "Task")
    GroupApprovalTask, WorkflowTask = get("wagtailcore", "GroupApprovalTask"), get("wagtailcore", "WorkflowTask")
    WorkflowPage, Page = get("wagtailcore", "WorkflowPage"), get("wagtailcore", "Page")
    ContentType, Group = get("contenttypes", "ContentType"), get("auth", "Group")

    workflow = Workflow.objects.order_by("pk").first() or Workflow.objects.create(name="内容审核", active=True)
    Workflow.objects.filter(pk=workflow.pk).update(name="内容审核", active=True)
    kind, _made = ContentType.objects.get_or_create(app_label="wagtailcore", model="groupapprovaltask")
    task = GroupApprovalTask.objects.order_by("pk").first() or GroupApprovalTask.objects.create(
        name="审核人审核", active=True, content_type=kind
    )
    Task.objects.filter(pk=task.pk).update(name="审核人审核", active=True)
    task.groups.set(Group.objects.filter(name="审核人"))
    WorkflowTask.objects.get_or_create(workflow=workflow, task_id=task.pk, defaults={"sort_order": 0})
    root = Page.objects.get(depth=1)
    WorkflowPage.objects.get_or_create(page_id=root.pk, defaults={"workflow": workflow})


class Migration(migrations.Migration):
    dependencies = [("cms", "0003_home_and_groups")]

    operations = [migrations.RunPython(make, migrations.RunPython.noop)]
