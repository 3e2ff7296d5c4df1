import django.db.models.deletion
from django.db import migrations, models

# Histories only grow, but for what an import brought and takes back with services.histories.taking_back.
FUNCTION = """
CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
{unless}    RAISE EXCEPTION '{text}', {values} USING ERRCODE = 'integrity_constraint_violation';
END $$;
"""
UNLESS = """    IF TG_OP = 'DELETE' AND current_setting('app.taking_back', true) = 'on' THEN
        RETURN OLD;
    END IF;
"""
LEDGER = {
    "name": "headcount_ledger_only_grows",
    "text": "headcount_ledger only grows: % refused",
    "values": "TG_OP",
}
LICENSES = {
    "name": "license_history_only_grows",
    "text": "% only grows: % refused",
    "values": "TG_TABLE_NAME, TG_OP",
}


class Migration(migrations.Migration):
    dependencies = [("companies", "0003_headcount_by_day")]

    operations = [
        migrations.AlterField(
            model_name="headcountentry",
            name="company",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="headcount_entries",
                to="companies.company",
                verbose_name="company",
            ),
        ),
        *(
            migrations.RunSQL(
                FUNCTION.format(unless=UNLESS, **function), FUNCTION.format(unless="", **function)
            )
            for function in (LEDGER, LICENSES)
        ),
    ]
