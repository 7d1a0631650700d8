package app_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"touyan/internal/access"
	"touyan/internal/app"
	"touyan/internal/platform/crypt"
	"touyan/internal/platform/fault"
	"touyan/internal/testkit"
)

// complete sees to it that the database is wholly in a key and says what it said before.
func (v *vault) complete(key uint16, suite crypt.Suite, values, oldIndexes []string, found string) {
	v.t.Helper()
	ctx := context.Background()
	keys := v.keys()
	if keys.ActiveKey() != key || keys.ActiveSuite() != suite || keys.Has(key+1) {
		v.t.Errorf("the file seals with key %d (%s), want %d (%s) as the last", keys.ActiveKey(), keys.ActiveSuite(), key, suite)
	}
	if now := v.sweep(v.owner, keys); !slices.Equal(now, values) {
		v.t.Errorf("%d values open, %d did before", len(now), len(values))
	}
	if left := v.sweep(v.owner, v.world.keys); len(left) > 0 {
		v.t.Errorf("the old keys still open %d values, such as one in %s", len(left), strings.Fields(left[0])[0])
	}
	if state := list(v.t, v.owner, `select seal_key || ' ' || index_key from key_state`); len(state) != 1 || state[0] != fmt.Sprintf("%d %d", key, key) {
		v.t.Errorf("key_state says %v", state)
	}
	all := v.dump(v.owner)
	for _, index := range oldIndexes {
		for table, rows := range all {
			if slices.ContainsFunc(rows, func(row string) bool { return strings.Contains(row, index) }) {
				v.t.Errorf("%s still holds an index of the old key", table)
			}
		}
	}
	a := v.open(v.cfg)
	defer a.Close(ctx)
	if now := v.finds(a); now != found {
		v.t.Errorf("found now:\n%s\nbefore:\n%s", now, found)
	}
	if r, err := app.Verify(ctx, a.Core, keys); err != nil || len(r.Broken) > 0 {
		v.t.Errorf("verify: %v %v", r.Broken, err)
	}
}

// before tells what must not change.
func (v *vault) before() (values, indexes []string, found string) {
	v.t.Helper()
	a := v.open(v.cfg)
	defer a.Close(context.Background())
	values, indexes, found = v.sweep(v.owner, v.keys()), v.indexes(v.owner), v.finds(a)
	if len(values) < 60 || len(indexes) < 20 {
		v.t.Fatalf("only %d values and %d indexes: nothing would be shown", len(values), len(indexes))
	}
	return values, indexes, found
}

func TestKeysAreChanged(t *testing.T) {
	t.Parallel()
	v := newVault(t)
	values, indexes, found := v.before()
	out := v.rekey(crypt.SM)
	v.complete(2, crypt.SM, values, indexes, found)
	if !strings.Contains(out, "请备份") || !strings.Contains(out, "完成:2个区县") {
		t.Errorf("said %q", out)
	}
	lines := list(t, v.owner, `select tenant_id || ' ' || detail::text || summary || actor from audit_log where action = 'keys.renew' order by tenant_id`)
	if len(lines) != 3 {
		t.Fatalf("%d audit lines, want one per district and one of the platform", len(lines))
	}
	if !strings.Contains(lines[1], `"suite": "sm"`) || !strings.Contains(lines[1], `"sealed": `) || strings.Contains(lines[1], `"sealed": 0`) {
		t.Errorf("the line of a district says %s", lines[1])
	}
	second := v.indexes(v.owner)
	v.rekey("") // the suite stays
	v.complete(3, crypt.SM, values, append(indexes, second...), found)
	a := v.open(v.cfg)
	defer a.Close(context.Background())
	if r, err := app.Verify(context.Background(), a.Core, v.world.keys); err != nil || len(r.Broken) == 0 || !strings.Contains(r.Broken[0], "用密钥3加密") {
		t.Errorf("verify with a file that lacks the key: %v, %v", r.Broken, err)
	}
}

// A real process is killed where it seals and where it is about to commit. Each time the program works as before, and the
// next run goes on. Once the indexes are committed nothing remains to be written: the file is what it was from the first.
func TestRekeyIsKilled(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	v := newVault(t)
	values, indexes, found := v.before()
	if _, err := crypt.Rotate(v.cfg.SecretFile, crypt.SM); err != nil { // killed when it had written the file and nothing else
		t.Fatal(err)
	}
	file := v.file()
	far := v.world.units["乙"].tenant
	for _, stop := range []struct {
		where, sql string
		sealed     bool
	}{
		{"among the values of the second district", `select id from persons where tenant_id = $1 for update`, false},
		{"before the commit of the indexes", `select pg_advisory_xact_lock(29785, $1::int)`, true}, // the district's chain of the trail
	} {
		tx, err := v.owner.Begin(ctx)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := tx.Exec(ctx, stop.sql, far); err != nil {
			t.Fatal(err)
		}
		cmd := exec.Command(program(t), "rekey")
		cmd.Env = append(os.Environ(), "DATABASE_URL="+v.cfg.DatabaseURL, "TOUYAN_MIGRATE_URL="+v.cfg.MigrateURL, "TOUYAN_SECRET_FILE="+v.cfg.SecretFile)
		var said bytes.Buffer
		cmd.Stdout, cmd.Stderr = &said, &said
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		v.blocked()
		if _, err := app.Open(ctx, v.cfg, &app.Database{AppURL: v.cfg.DatabaseURL, OwnerURL: v.cfg.MigrateURL}); !fault.Is(err, fault.KindUnavailable) || !strings.Contains(err.Error(), "正在更换密钥") {
			t.Errorf("%s: a server starts during the change: %v", stop.where, err)
		}
		if err := cmd.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		_ = cmd.Wait() // it was killed
		if err := tx.Rollback(ctx); err != nil {
			t.Fatal(err)
		}
		v.alone()
		if !strings.Contains(said.String(), "继续上一次没有完成的更换") {
			t.Errorf("%s: said %q", stop.where, &said)
		}
		if now := v.indexes(v.owner); !slices.Equal(now, indexes) {
			t.Errorf("%s: indexes were changed by halves", stop.where)
		}
		if left := v.sweep(v.owner, v.world.keys); len(left) == len(values) || (len(left) == 0) != stop.sealed {
			t.Errorf("%s: the old keys open %d of %d values", stop.where, len(left), len(values))
		}
		if now := v.sweep(v.owner, v.keys()); !slices.Equal(now, values) {
			t.Errorf("%s: %d of %d values open", stop.where, len(now), len(values))
		}
		a := v.open(v.cfg)
		if now := v.finds(a); now != found {
			t.Errorf("%s: found\n%s\nbefore:\n%s", stop.where, now, found)
		}
		a.Close(ctx)
	}
	if err := app.Rekey(ctx, v.cfg, crypt.AES, io.Discard); !fault.Is(err, fault.KindConflict) || !strings.Contains(err.Error(), "还没有完成") {
		t.Errorf("another suite in the middle of a change: %v", err)
	}
	v.rekey("")
	v.complete(2, crypt.SM, values, indexes, found)
	if !bytes.Equal(v.file(), file) {
		t.Error("the file was written again")
	}
}

func (v *vault) file() []byte {
	v.t.Helper()
	b, err := os.ReadFile(v.cfg.SecretFile)
	if err != nil {
		v.t.Fatal(err)
	}
	return b
}

// blocked waits until a session of the database waits for a lock.
func (v *vault) blocked() {
	v.t.Helper()
	v.until(1, `select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`)
}

// alone waits until the database has noticed that the program has gone.
func (v *vault) alone() {
	v.t.Helper()
	v.until(0, `select count(*) from pg_stat_activity where datname = current_database() and usename = 'touyan_app'`)
}

func (v *vault) until(want int, sql string) {
	v.t.Helper()
	watch := v.db.Keeper(v.t)
	for range 3000 {
		var n int
		if err := watch.QueryRow(context.Background(), sql).Scan(&n); err != nil {
			v.t.Fatal(err)
		}
		if n == want {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	v.t.Fatalf("%s is never %d", sql, want)
}

// A program that works with the old keys in memory stops the change; one that was cut off from the database during a change
// gets no connection afterwards, so that nothing is ever written or looked for with keys that have passed.
func TestRekeyWantsTheServerStopped(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	v := newVault(t)
	values, indexes, found := v.before()
	file := v.file()
	a := v.open(v.cfg)
	defer a.Close(ctx)
	err := app.Rekey(ctx, v.cfg, "", io.Discard)
	if !fault.Is(err, fault.KindUnavailable) || !strings.Contains(err.Error(), "请先停止") {
		t.Fatalf("rekey beside a server: %v", err)
	}
	if now := v.sweep(v.owner, v.world.keys); !slices.Equal(now, values) || !bytes.Equal(file, v.file()) {
		t.Error("a refused change changed something")
	}
	v.exec(`select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and usename = 'touyan_app'`)
	v.rekey("")
	for range 3 {
		if got := request(a.Handler, v.world.cookies["district_officer@甲"], http.MethodGet, "/cadres", nil, nil); got.Code != http.StatusServiceUnavailable {
			t.Errorf("a program with the old keys answers %d", got.Code)
		}
	}
	v.complete(2, crypt.AES, values, indexes, found)
}

// A backup that was made before the change says which key its indexes have, and the file still has that key. The file of
// before, on the other hand, is refused at the start.
func TestBackupAndFileOfDifferentTimes(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	v := newVault(t)
	values, indexes, found := v.before()
	if err := v.owner.Close(ctx); err != nil { // nobody may be connected to what is copied
		t.Fatal(err)
	}
	backup := testkit.Clone(t, v.db.Name)
	v.owner = v.db.Owner(t)
	older := v.cfg
	older.SecretFile += ".old"
	v.write(older.SecretFile, v.file())
	v.rekey(crypt.SM)
	v.complete(2, crypt.SM, values, indexes, found)
	if _, err := app.Open(ctx, older, &app.Database{AppURL: older.DatabaseURL, OwnerURL: older.MigrateURL}); !fault.Is(err, fault.KindUnavailable) || !strings.Contains(err.Error(), "密钥2") {
		t.Errorf("the program starts with a file that lacks the key: %v", err)
	}

	v.db, v.owner = backup, backup.Owner(t)
	v.cfg = v.config(backup, v.cfg.SecretFile)
	a := v.open(v.cfg)
	if now := v.finds(a); now != found {
		t.Errorf("in the restored backup:\n%s\nbefore:\n%s", now, found)
	}
	err := access.InScope(ctx, a.Core.System("test", v.world.units["甲"].tenant), func(tx *access.Tx) error {
		_, err := a.Core.CreateAccount(ctx, tx, access.NewAccount{Username: "newcomer", Name: "新来的", Role: access.DistrictOfficer, Phone: "13612349999"})
		return err
	})
	a.Close(ctx)
	if err != nil {
		t.Fatal(err)
	}
	values = v.sweep(v.owner, v.keys())
	v.rekey("")
	v.complete(2, crypt.SM, values, indexes, found)
}

// What does not open is named, and stays; nothing is lost, and the change can be finished once it is dealt with.
func TestRekeyNamesWhatDoesNotOpen(t *testing.T) {
	t.Parallel()
	v := newVault(t)
	values, indexes, found := v.before()
	far := v.world.units["乙"].tenant
	v.exec(`update persons set address_cipher = overlay(address_cipher placing '\x00'::bytea from 20) where name = '王建国' and tenant_id = $1`, far)
	err := app.Rekey(context.Background(), v.cfg, "", io.Discard)
	if !fault.Is(err, fault.KindConflict) || !strings.Contains(err.Error(), "persons.address_cipher(id = [") {
		t.Fatalf("a value that does not open: %v", err)
	}
	v.exec(`update persons set address_cipher = null where name = '王建国' and tenant_id = $1`, far)
	v.exec(`update person_merges set before = before - 'address_cipher' where tenant_id = $1`, far)
	kept := slices.DeleteFunc(values, func(x string) bool {
		return strings.HasSuffix(x, "马家沟1村1号") && strings.Contains(x, fmt.Sprintf(" %d ", far))
	})
	v.rekey("")
	v.complete(2, crypt.AES, kept, indexes, found)
}
