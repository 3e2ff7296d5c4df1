import django.contrib.postgres.constraints
import django.contrib.postgres.fields.ranges
from django.db import migrations, models


class Migration(migrations.Migration):
    # The column's first name is a word of SQL's own, which would have to be quoted everywhere.
    dependencies = [
        ("employees", "0012_old_records"),
    ]

    operations = [
        migrations.RemoveConstraint(model_name="leave", name="leaves_of_a_person_do_not_overlap"),
        migrations.RenameField(model_name="leave", old_name="overlaps", new_name="shares_days"),
        migrations.AddConstraint(
            model_name="leave",
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(
                condition=models.Q(("shares_days", False), ("status__in", ("pending", "approved"))),
                expressions=[
                    ("company_id", "="),
                    ("employee", "="),
                    (
                        models.Func(
                            models.F("start_date"),
                            models.F("end_date"),
                            models.Value("[]"),
                            function="daterange",
                            output_field=django.contrib.postgres.fields.ranges.DateRangeField(),
                        ),
                        "&&",
                    ),
                ],
                name="leaves_of_a_person_do_not_overlap",
                violation_error_message="There is a leave on some of these days already.",
            ),
        ),
    ]
