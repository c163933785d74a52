from django.db import migrations, models

from comity import ledger


def from_the_record(apps, editor):
    """Ballots that were counted before: how many papers were real ones stands in their events."""
    ballots = apps.get_model("decisions", "SecretBallot")
    counted = apps.get_model("groundwork", "Event").objects.filter(type="decisions.secret_counted")
    for event in counted.prefetch_related("parts").order_by("seq"):
        parts = {
            part.name: ledger.Opening(bytes(part.payload), bytes(part.salt))
            for part in event.parts.all()
            if part.payload is not None and part.salt is not None
        }
        act = ledger.Record(bytes(event.leaf), parts).act()
        if act is not None:
            says = act.data["says"]
            ballots.objects.filter(id=says["secret"]).update(on_paper=says["on_paper"])


class Migration(migrations.Migration):

    dependencies = [
        ('decisions', '0005_ranked'),
        ('groundwork', '0001_initial'),
    ]

    operations = [
        migrations.AddField(
            model_name='secretballot',
            name='on_paper',
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.RunPython(from_the_record, migrations.RunPython.noop),
    ]
