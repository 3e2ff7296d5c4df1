"""What roles may read and write beyond what default privileges say; run by the tables' owner after migrations."""

from typing import Final

# What lets somebody in. Nobody needs it in a report, whatever companies they may see.
_SECRET_TABLES: Final = (
    "account_mails",
    "django_session",
    "idempotency_keys",
    "refresh_tokens",
    "signing_keys",
)
_HIDDEN_COLUMNS: Final = "(password|secret|token|totp|recovery)"

# Run-time roles are those that may add rows: names differ from one system to the next. Reports see tables of
# companies, under their policies; what has no policy is the service's own affair.
SETTLE: Final = f"""
DO $do$
DECLARE
    writer text;
    seen record;
BEGIN
    IF to_regclass('public.django_migrations') IS NULL THEN
        RETURN;
    END IF;
    FOR writer IN
        SELECT DISTINCT quote_ident(pg_get_userbyid(acl.grantee)) FROM pg_class AS c, aclexplode(c.relacl) AS acl
        WHERE c.oid = 'public.django_migrations'::regclass AND acl.grantee NOT IN (0, c.relowner)
            AND acl.privilege_type = 'INSERT'
    LOOP
        EXECUTE format('REVOKE INSERT, UPDATE, DELETE ON public.django_migrations FROM %s', writer);
    END LOOP;
    FOR seen IN
        SELECT r.rolname AS reader, c.oid, c.relname AS name,
            c.relforcerowsecurity AND c.relname <> ALL ('{{{",".join(_SECRET_TABLES)}}}') AS reported,
            EXISTS (SELECT FROM pg_attribute WHERE attrelid = c.oid AND attname ~ '{_HIDDEN_COLUMNS}') AS partly
        FROM pg_class AS c, aclexplode(c.relacl) AS acl JOIN pg_roles AS r ON r.oid = acl.grantee
        WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm')
            AND acl.privilege_type = 'SELECT' AND r.rolname LIKE '%\\_reader'
    LOOP
        IF NOT seen.reported OR seen.partly THEN
            EXECUTE format('REVOKE ALL ON public.%I FROM %I', seen.name, seen.reader);
        END IF;
        IF seen.reported AND seen.partly THEN
            EXECUTE (
                SELECT format('GRANT SELECT (%s) ON public.%I TO %I',
                              string_agg(quote_ident(attname), ', '), seen.name, seen.reader)
                FROM pg_attribute WHERE attrelid = seen.oid AND attnum > 0 AND NOT attisdropped
                    AND attname !~ '{_HIDDEN_COLUMNS}'
            );
        END IF;
    END LOOP;
END
$do$;
"""
