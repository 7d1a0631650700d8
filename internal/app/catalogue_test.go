package app_test

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"touyan/internal/platform/crypt"
	"touyan/internal/platform/pg"
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
	"key_state":         "one row about the whole database: its keys",
}

// anyDepth lists the tables whose unit is not one village of the tree, each with its reason.
var anyDepth = map[string]string{
	"accounts": "an account stands at any level; 0 is no unit", "grants": "as accounts; references the tree by generated columns",
	"job_runs": "started at any level", "job_files": "as the run that it comes from", "job_file_parts": "as the run", "import_batches": "uploaded at any level",
	"assessment_uploads": "uploaded by a township, or for the whole district",
	"saved_filters":      "saved at any level", "audit_log": "written at any level, and kept when units go",
	"duty_ledgers":      "of a village or of a whole township",
	"transfer_requests": "references the tree by its receiving unit",
}

// unsealed lists the columns of bytes that hold no value under the secret file, each with its reason.
var unsealed = map[string]string{
	"audit_steps.digest": "a digest of lines without a key", "audit_steps.previous": "as hash", "audit_steps.hash": "the chain, which anybody can recompute",
	"credentials.code_hash": "a digest of a code that was drawn at random", "links.token_hash": "a digest of a token that was drawn at random",
	"duty_ledgers.digest": "a digest of what was printed", "photos.jpeg": "a picture that every reader of the file sees",
	"sessions.data": "names an account and its grant; ends with the session",
}

// Every column that could hold a ciphertext or a blind index is declared by the module that owns its table, or named here.
func TestSealedColumnsAreDeclared(t *testing.T) {
	t.Parallel()
	db := testkit.DB(t)
	keys, err := crypt.Generate(crypt.AES)
	if err != nil {
		t.Fatal(err)
	}
	a := open(t, db, keys, time.Now)
	t.Cleanup(func() { a.Close(context.Background()) })
	declared := map[string]bool{}
	for _, s := range a.Core.Sealed() {
		declared[s.Table+"."+s.Name] = true
		for _, i := range s.Indexes {
			table := cmp.Or(i.Table, s.Table)
			declared[table+"."+i.Name] = true
			if o := ownerOf(table); o == "" || o != ownerOf(s.Table) {
				t.Errorf("the index %s.%s of %s.%s belongs to %q", table, i.Name, s.Table, s.Column, o)
			}
		}
	}
	found := list(t, db.Owner(t), `select table_name || '.' || column_name from information_schema.columns
		where table_schema = 'public' and data_type = 'bytea' order by 1`)
	for _, column := range found {
		if declared[column] == (unsealed[column] != "") {
			t.Errorf("%s: declare it in the Sealed of its module, or name here why it holds no sealed value (one of both)", column)
		}
	}
	for column := range unsealed {
		if !slices.Contains(found, column) {
			t.Errorf("the exemption of %s names no column", column)
		}
	}
	if len(declared) < 20 {
		t.Errorf("only %d columns are declared", len(declared))
	}
}

func list(t testing.TB, c *pgx.Conn, sql string, args ...any) []string {
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

// tables lists every table of the program; partitions belong to theirs.
func tables(t testing.TB, c *pgx.Conn) []string {
	t.Helper()
	found := list(t, c, `select relname::text from pg_class k join pg_namespace n on n.oid = k.relnamespace
		where n.nspname = 'public' and k.relkind in ('r', 'p') and not k.relispartition order by 1`)
	if len(found) < 25 {
		t.Fatalf("only %d tables: the catalogue was not read", len(found))
	}
	return found
}

func TestSchemaCatalogue(t *testing.T) {
	t.Parallel()
	owner := testkit.DB(t).Owner(t)
	for table, reason := range exempt {
		if !slices.Contains(tables(t, owner), table) || len(reason) < 10 {
			t.Errorf("the exemption of %s names no table or no reason", table)
		}
	}
	for _, table := range tables(t, owner) {
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
		// Every policy holds the row to the district of the session, in the form that secure writes.
		for _, policy := range list(t, owner, `select polname || ': ' || coalesce(pg_get_expr(polqual, polrelid), pg_get_expr(polwithcheck, polrelid))
				from pg_policy where polrelid = $1::regclass and not polpermissive is null
				and coalesce(pg_get_expr(polqual, polrelid), pg_get_expr(polwithcheck, polrelid)) !~ '^\(*tenant_id = \( SELECT \(current_setting\(''app.tenant_id''::text\)\)::bigint'`, table) {
			t.Errorf("%s: the policy %s does not begin with the district", table, policy)
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
		if !slices.Contains(columns, "village_id") || anyDepth[table] != "" {
			continue
		}
		if n := list(t, owner, `select conname::text from pg_constraint where conrelid = $1::regclass and contype = 'f' and
				array['tenant_id', 'township_id', 'village_id']::name[] <@ array(select attname from pg_attribute where attrelid = conrelid and attnum = any (conkey))`,
			table); len(n) == 0 && table != "villages" {
			t.Errorf("%s: no reference holds township and village together; name the reason in anyDepth if it must be so", table)
		}
	}
	noneOf(t, owner)
}

// noneOf checks what must nowhere stand in the schema.
func noneOf(t *testing.T, owner *pgx.Conn) {
	t.Helper()
	for what, sql := range map[string]string{
		"views must be security_invoker": `select relname::text from pg_class k join pg_namespace n on n.oid = k.relnamespace
			where n.nspname = 'public' and relkind in ('v', 'm') and not coalesce(reloptions::text like '%security_invoker=true%', false)`,
		"no SECURITY DEFINER function": `select proname::text from pg_proc p join pg_namespace n on n.oid = p.pronamespace
			where n.nspname = 'public' and prosecdef`,
		"no trigger":            `select tgname::text from pg_trigger where not tgisinternal`,
		"no ON DELETE SET NULL": `select conname::text from pg_constraint where confdeltype = 'n'`,
		"touyan_app owns nothing": `select relname::text from pg_class where relowner = 'touyan_app'::regrole
			union select proname::text from pg_proc where proowner = 'touyan_app'::regrole union select nspname::text from pg_namespace where nspowner = 'touyan_app'::regrole`,
		"touyan_app makes no tables":   `select nspname::text from pg_namespace where has_schema_privilege('touyan_app', oid, 'create') and nspname !~ '^pg_temp'`,
		"no member of a stronger role": `select r.rolname::text from pg_auth_members m join pg_roles r on r.oid = m.roleid where m.member = 'touyan_app'::regrole`,
		"no rule":                      `select rulename::text from pg_rules where schemaname = 'public'`,
		"touyan_app must not bypass":   `select rolname::text from pg_roles where rolname = 'touyan_app' and (rolsuper or rolbypassrls or rolcreaterole or rolcreatedb)`,
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

// Whoever opens the pool, the connection ends up as the role that serves.
func TestPoolStepsDown(t *testing.T) {
	t.Parallel()
	db := testkit.DB(t)
	for _, address := range []string{db.AppURL, db.OwnerURL, strings.Replace(db.OwnerURL, "touyan_owner", "postgres", 1)} {
		pool, err := pg.Open(context.Background(), address, 1)
		if err != nil {
			t.Fatal(err)
		}
		var role string
		var free bool
		err = pool.Raw().QueryRow(context.Background(), `select current_user::text, rolsuper or rolbypassrls from pg_roles where rolname = current_user`).Scan(&role, &free)
		pool.Close()
		if err != nil || role != pg.AppRole || free {
			t.Errorf("%s serves as %s (%v)", pg.Redact(address), role, err)
		}
	}
}

// shape describes the schema: columns, constraints, indexes, policies, grants.
const shape = `select string_agg(x, E'\n' order by x) from (
	select format('%s.%s %s %s %s', table_name, column_name, data_type, is_nullable, column_default) as x from information_schema.columns where table_schema = 'public'
	union all select conrelid::regclass || ' ' || conname || ' ' || pg_get_constraintdef(oid) from pg_constraint where connamespace = 'public'::regnamespace
	union all select pg_get_indexdef(indexrelid) from pg_index join pg_class k on k.oid = indexrelid where k.relnamespace = 'public'::regnamespace
	union all select polrelid::regclass || ' ' || polname || coalesce(pg_get_expr(polqual, polrelid), '') || coalesce(pg_get_expr(polwithcheck, polrelid), '') from pg_policy
	union all select table_name || ' ' || grantee || ' ' || privilege_type from information_schema.role_table_grants where table_schema = 'public') s`

// Down and up again on the demonstration districts: nothing is in the way of going down, nothing is left, and the schema
// that comes back is the same.
func TestMigrationsDownAndUpAgain(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	db := demoCopy(t)
	c := db.Owner(t)
	before := list(t, c, shape)
	if err := pg.MigrateDown(ctx, db.OwnerURL); err != nil {
		t.Fatal(err)
	}
	if left := list(t, c, `select relname::text from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p', 'v', 'S')
		and relname <> 'schema_migrations' union select proname::text from pg_proc p where pronamespace = 'public'::regnamespace
		and not exists (select from pg_depend d where d.objid = p.oid and d.deptype = 'e')`); len(left) > 0 {
		t.Errorf("left after going down: %v", left)
	}
	if err := pg.Migrate(ctx, db.OwnerURL); err != nil {
		t.Fatal(err)
	}
	if after := list(t, c, shape); after[0] != before[0] {
		t.Errorf("the schema differs after down and up:\n%s\nwas:\n%s", after[0], before[0])
	}
	if s, err := pg.OwnerStatus(ctx, db.OwnerURL); err != nil || !s.Current() {
		t.Errorf("status %+v, %v", s, err)
	}
}

// Whoever starts the server and asks for the accounts in the same moment makes the job library's tables once.
func TestTwoProgramsMigrateAtOnce(t *testing.T) {
	t.Parallel()
	db := testkit.DB(t)
	c := db.Owner(t)
	if _, err := c.Exec(t.Context(), `drop schema jobs cascade; create schema jobs`); err != nil {
		t.Fatal(err)
	}
	done := make(chan error)
	for range 4 {
		go func() { done <- pg.Migrate(context.Background(), db.OwnerURL) }()
	}
	for range 4 {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
	if n := list(t, c, `select count(*)::text from pg_class where relnamespace = 'jobs'::regnamespace and relname = 'river_job'`); n[0] != "1" {
		t.Errorf("%s tables of jobs", n[0])
	}
}
