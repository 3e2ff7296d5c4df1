"""What has been published stays as it is; only its position is given later, and old events go in time."""

from django.db import migrations

from common.security.append_only import AppendOnly, Removal


class Migration(migrations.Migration):
    dependencies = [("messaging", "0001_initial")]

    operations = [
        AppendOnly("event_log", updatable=("position",)),
        Removal(
            "event_log_prune",
            "event_log",
            argument="upto bigint",
            # Nothing that a subscriber has yet to apply, and nothing of this week (pruning.LEAST_DAYS).
            condition="position <= upto AND occurred_at < now() - interval '7 days' AND position <= ("
            "SELECT min(CASE WHEN s.epoch = h.epoch THEN s.acknowledged ELSE 0 END)"
            " FROM feed_subscribers AS s, feed_head AS h)",
        ),
    ]
