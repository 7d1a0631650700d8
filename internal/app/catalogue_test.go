package app_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"touyan/internal/testkit"
)

// exempt lists the tables without tenant or common policy, each with its reason.
var exempt = map[string]string{
	"tenants":           "is the tenant: has its own policy",
	"credentials":       "usernames are unique in the whole system; read only by access",
	"login_failures":    "counts before anybody is known; read only by access",
	"sessions":          "a session is what gives a scope; read only by access",
	"links":             "a link is what gives a scope; read only by access",
	"schema_migrations": "the version of the schema",
}

func list(t *testing.T, c *pgx.Conn, sql string, args ...any) []string {
	t.Helper()
	rows, err := c.Query(context.Background(), sql, args...)
	if err != nil {
		t.Fatal(err)
	}
	out, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestSchemaCatalogue(t *testing.T) {
	t.Parallel()
	owner := testkit.DB(t).Owner(t)
	tables := list(t, owner, `select relname::text from pg_class k join pg_namespace n on n.oid = k.relnamespace
		where n.nspname = 'public' and k.relkind in ('r', 'p') and not k.relispartition order by 1`)
	if len(tables) < 25 {
		t.Fatalf("only %d tables: the catalogue was not read", len(tables))
	}
	for _, table := range tables {
		if _, ok := exempt[table]; ok {
			continue
		}
		columns := list(t, owner, `select attname::text from pg_attribute where attrelid = $1::regclass and attnum > 0 and not attisdropped`, table)
		if !slices.Contains(columns, "tenant_id") {
			t.Errorf("%s has no tenant_id and is not on the list of exemptions", table)
			continue
		}
		if got := list(t, owner, `select polname::text from pg_policy where polrelid = $1::regclass order by 1`, table); len(got) < 2 || !slices.Contains(got, "scope_select") {
			t.Errorf("%s has no scope policies: %v", table, got)
		}
		if n := list(t, owner, `select relname::text from pg_class where oid = $1::regclass and not relrowsecurity`, table); len(n) > 0 {
			t.Errorf("%s has row level security switched off", table)
		}
		if nullable := list(t, owner, `select attname::text from pg_attribute where attrelid = $1::regclass and not attnotnull
			and attname in ('tenant_id', 'township_id', 'village_id')`, table); len(nullable) > 0 {
			t.Errorf("%s: %v may be null", table, nullable)
		}
		// Every key leads with the tenant, so that a reference across districts cannot exist.
		for _, key := range list(t, owner, `select conname || ' ' || contype::text || ' ' ||
				(select attname::text from pg_attribute where attrelid = conrelid and attnum = conkey[1])
			from pg_constraint where conrelid = $1::regclass and contype in ('p', 'u', 'x', 'f')`, table) {
			if !strings.HasSuffix(key, " tenant_id") {
				t.Errorf("%s: the key %s does not lead with tenant_id", table, key)
			}
		}
		for _, index := range list(t, owner, `select i.indexrelid::regclass::text from pg_index i join pg_attribute a
			on a.attrelid = i.indrelid and a.attnum = i.indkey[0] where i.indrelid = $1::regclass and a.attname <> 'tenant_id'`, table) {
			t.Errorf("%s: the index %s does not lead with tenant_id", table, index)
		}
	}
	for what, sql := range map[string]string{
		"views must be security_invoker": `select relname::text from pg_class k join pg_namespace n on n.oid = k.relnamespace
			where n.nspname = 'public' and relkind in ('v', 'm') and not coalesce(reloptions::text like '%security_invoker=true%', false)`,
		"no SECURITY DEFINER function": `select proname::text from pg_proc p join pg_namespace n on n.oid = p.pronamespace
			where n.nspname = 'public' and prosecdef`,
		"no trigger":                 `select tgname::text from pg_trigger where not tgisinternal`,
		"no ON DELETE SET NULL":      `select conname::text from pg_constraint where confdeltype = 'n'`,
		"touyan_app owns nothing":    `select relname::text from pg_class where relowner = 'touyan_app'::regrole`,
		"touyan_app must not bypass": `select rolname::text from pg_roles where rolname = 'touyan_app' and (rolsuper or rolbypassrls or rolcreaterole or rolcreatedb)`,
		"the trail is append-only": `select table_name || ' ' || privilege_type from information_schema.role_table_grants where grantee = 'touyan_app'
			and table_name in ('audit_log', 'audit_steps') and privilege_type not in ('SELECT', 'INSERT')`,
		"nobody truncates": `select table_name || ' ' || privilege_type from information_schema.role_table_grants
			where grantee = 'touyan_app' and table_schema = 'public' and privilege_type in ('TRUNCATE', 'REFERENCES', 'TRIGGER')`,
	} {
		if got := list(t, owner, sql); len(got) > 0 {
			t.Errorf("%s: %v", what, got)
		}
	}
}
