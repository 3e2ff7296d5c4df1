"""Since when each entry of the headcount ledger holds: for growth and turnover over a year."""

from django.db import migrations, models

import common.days

# The day of counting for entries that are there; the owner of the tables is under row-level security, too.
FILL = """
SELECT set_config('app.all_companies', 'on', true);
ALTER TABLE headcount_ledger DISABLE TRIGGER no_change;
UPDATE headcount_ledger SET happened_on = (created_at AT TIME ZONE 'Asia/Kuwait')::date;
ALTER TABLE headcount_ledger ENABLE TRIGGER no_change;
SELECT set_config('app.all_companies', '', true);
"""
NO_CHANGE = """
DROP TRIGGER no_change ON headcount_ledger;
CREATE TRIGGER no_change BEFORE UPDATE ON headcount_ledger FOR EACH ROW
    WHEN (NOT (NEW.folded AND NOT OLD.folded AND (NEW.id, NEW.company_id, NEW.employee_id, NEW.source_key, NEW.delta,
                NEW.reason, {day}NEW.created_at) = (OLD.id, OLD.company_id, OLD.employee_id, OLD.source_key, OLD.delta,
                OLD.reason, {old_day}OLD.created_at)
        AND (NEW.department_id, NEW.saga_id) IS NOT DISTINCT FROM (OLD.department_id, OLD.saga_id)))
    EXECUTE FUNCTION headcount_ledger_only_grows();
"""


class Migration(migrations.Migration):
    dependencies = [("companies", "0002_licenses")]

    operations = [
        migrations.AddField(
            model_name="headcountentry",
            name="happened_on",
            field=models.DateField(default=common.days.today, null=True, verbose_name="since"),
        ),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
        migrations.AlterField(
            model_name="headcountentry",
            name="happened_on",
            field=models.DateField(default=common.days.today, verbose_name="since"),
        ),
        migrations.AddIndex(
            model_name="headcountentry",
            index=models.Index(
                fields=["company", "happened_on"], include=("delta",), name="headcount_by_day"
            ),
        ),
        migrations.RunSQL(
            NO_CHANGE.format(day="NEW.happened_on, ", old_day="OLD.happened_on, "),
            NO_CHANGE.format(day="", old_day=""),
        ),
    ]
