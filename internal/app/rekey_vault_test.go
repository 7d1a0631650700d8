package app_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"touyan/internal/access"
	"touyan/internal/app"
	"touyan/internal/platform/crypt"
	"touyan/internal/testkit"
)

// vault is a copy of the world of the matrix with its secret file, as an installation has both, and with a value in every
// sealed column of both districts.
type vault struct {
	t     *testing.T
	world *world
	db    testkit.Database
	cfg   app.Config
	owner *pgx.Conn
}

const vaultPhone = "1361234000%d" // of the accounts that log in by it, one per district

func newVault(t *testing.T) *vault {
	t.Helper()
	v := &vault{t: t, world: matrixWorld(t)}
	v.db = testkit.Clone(t, v.world.db.Name)
	v.owner = v.db.Owner(t)
	v.cfg = v.config(v.db, filepath.Join(t.TempDir(), "secret.json"))
	v.write(v.cfg.SecretFile, v.world.secret)
	v.plant()
	return v
}

func (v *vault) config(db testkit.Database, secret string) app.Config {
	return app.Config{Addr: "127.0.0.1:0", URL: "http://localhost", DatabaseURL: db.AppURL, MigrateURL: db.OwnerURL, SecretFile: secret,
		Log: slog.New(slog.DiscardHandler), Clock: func() time.Time { return today }}
}

func (v *vault) write(path string, content []byte) {
	v.t.Helper()
	if err := os.WriteFile(path, content, 0o600); err != nil {
		v.t.Fatal(err)
	}
}

func (v *vault) exec(sql string, args ...any) {
	v.t.Helper()
	if _, err := v.owner.Exec(context.Background(), sql, args...); err != nil {
		v.t.Fatalf("%s: %v", sql, err)
	}
}

// plant fills the sealed columns that the world leaves empty.
func (v *vault) plant() {
	v.t.Helper()
	ctx := context.Background()
	a := v.open(v.cfg)
	defer a.Close(ctx)
	for i, district := range []string{"", "甲", "乙"} {
		tenant, role := v.world.units[district].tenant, access.DistrictOfficer
		s := a.Core.System("test", tenant)
		if tenant == 0 {
			role, s = access.PlatformAdmin, a.Core.Platform("test")
		}
		err := access.InScope(ctx, s, func(tx *access.Tx) error {
			_, err := a.Core.CreateAccount(ctx, tx, access.NewAccount{Username: fmt.Sprintf("caller-%d", i), Name: "赵电话", Role: role,
				Phone: fmt.Sprintf(vaultPhone, i), Password: matrixPassword})
			return err
		})
		if err != nil {
			v.t.Fatal(err)
		}
		seal := func(purpose, plain string) []byte { return v.world.keys.Encrypt(tenant, purpose, plain) }
		index := func(purpose, plain string) []byte { return v.world.keys.Index(tenant, purpose, plain) }
		v.exec(`update credentials set totp_secret = $2 where tenant_id = $1 and username like 'caller-%'`, tenant, seal("totp", "JBSWY3DPEHPK3PXP"))
		if tenant == 0 {
			continue
		}
		card := fmt.Sprintf("62284800100%d", tenant)
		v.exec(`update persons set phone2_cipher = $2, bank_cipher = $3, bank_index = $4, address_cipher = $5 where tenant_id = $1 and name = '王建国'`,
			tenant, seal("cadre.phone", "13712345678"), seal("cadre.bank", card), index("cadre.bank", card), seal("cadre.address", "马家沟1村1号"))
		v.exec(`update person_merges m set before = to_jsonb(p) from persons p where p.tenant_id = m.tenant_id and p.id = m.kept_person_id and m.tenant_id = $1`, tenant)
		v.exec(`update change_requests set old_sealed = $2 where tenant_id = $1`, tenant, seal("cadre.change", `{"text":"旧值"}`))
		v.exec(`update election_rows set id_cipher = $2, id_index = $3 where tenant_id = $1`, tenant, seal("cadre.id_number", "新人号码"), index("cadre.id_number", "新人号码"))
		params, err := json.Marshal(seal("job.params", `{"q":"1234"}`))
		if err != nil {
			v.t.Fatal(err)
		}
		v.exec(`update job_runs set params = $2 where tenant_id = $1 and state = 'done'`, tenant, params)
		v.exec(`insert into job_file_parts (tenant_id, township_id, village_id, run_id, part, content, created_at)
			select tenant_id, township_id, village_id, run_id, 1, $2, now() from job_file_parts where tenant_id = $1`, tenant, seal("job.file", strings.Repeat("后半", 9000)))
	}
	for _, t := range []string{"甲", "乙"} { // otherwise a column could be forgotten and no test would see it
		err := access.Read(ctx, a.Core.System("test", v.world.units[t].tenant), func(tx *access.Tx) error {
			for _, s := range a.Core.Sealed() {
				if n, err := s.Under(ctx, tx); err != nil || n[1] == 0 || len(n) != 1 {
					v.t.Errorf("%s: %s.%s holds %v sealed values by key (%v)", t, s.Table, s.Column, n, err)
				}
			}
			return nil
		})
		if err != nil {
			v.t.Fatal(err)
		}
	}
}

// open starts the program as serve does.
func (v *vault) open(cfg app.Config) *app.App {
	v.t.Helper()
	a, err := app.Open(context.Background(), cfg, &app.Database{AppURL: cfg.DatabaseURL, OwnerURL: cfg.MigrateURL})
	if err != nil {
		v.t.Fatalf("open: %v", err)
	}
	return a
}

func (v *vault) keys() *crypt.Keys {
	v.t.Helper()
	k, err := crypt.Load(v.cfg.SecretFile)
	if err != nil {
		v.t.Fatal(err)
	}
	return k
}

func (v *vault) rekey(suite crypt.Suite) string {
	v.t.Helper()
	var out bytes.Buffer
	if err := app.Rekey(context.Background(), v.cfg, suite, &out); err != nil {
		v.t.Fatalf("rekey: %v\n%s", err, &out)
	}
	return out.String()
}

// sweep opens whatever the keys open in any column of any table, and lists table, district and value. It knows of no column.
func (v *vault) sweep(db *pgx.Conn, keys *crypt.Keys) (values []string) {
	v.t.Helper()
	purposes := []string{"account.phone", "totp", "cadre.id_number", "cadre.phone", "cadre.bank", "cadre.address", "cadre.attachment", "cadre.change",
		"cadre.import", "job.file", "job.params", "assessment.upload"}
	for table, rows := range v.dump(db) {
		for _, row := range rows {
			var content map[string]any
			if err := json.Unmarshal([]byte(row), &content); err != nil {
				v.t.Fatal(err)
			}
			tenant, _ := content["tenant_id"].(float64)
			walk(content, func(text string) {
				sealed, err := hex.DecodeString(strings.TrimPrefix(text, `\x`))
				if err != nil {
					if sealed, err = base64.StdEncoding.DecodeString(text); err != nil {
						return
					}
				}
				for _, p := range purposes {
					if plain, err := keys.Decrypt(int64(tenant), p, sealed); err == nil && plain != "" {
						values = append(values, fmt.Sprintf("%s %v %s", table, tenant, plain))
					}
				}
			})
		}
	}
	slices.Sort(values)
	return values
}

// dump gives all rows of all tables as JSON.
func (v *vault) dump(db *pgx.Conn) map[string][]string {
	v.t.Helper()
	out := map[string][]string{}
	for _, table := range tables(v.t, db) {
		out[table] = list(v.t, db, `select to_jsonb(x)::text from `+table+` x`)
	}
	return out
}

// walk visits every text of a document.
func walk(node any, visit func(text string)) {
	switch n := node.(type) {
	case string:
		visit(n)
	case []any:
		for _, x := range n {
			walk(x, visit)
		}
	case map[string]any:
		for _, x := range n {
			walk(x, visit)
		}
	}
}

// indexes are all blind indexes as they are stored now.
func (v *vault) indexes(db *pgx.Conn) []string {
	v.t.Helper()
	return list(v.t, db, `select encode(x, 'hex') from (select id_index from persons union select id_tail_index from persons union select phone_index from persons
		union select bank_index from persons union select id_index from election_rows union select phone_index from accounts union select phone_index from credentials) i(x)
		where x is not null order by 1`)
}

// finds asks the program what its users ask: people of each district by number, tail and phone, and a log-in by phone. It
// gives whom they found.
func (v *vault) finds(a *app.App) string {
	v.t.Helper()
	type hit struct {
		ID            int64
		Number, Phone []byte
	}
	var b strings.Builder
	for i, district := range []string{"甲", "乙"} {
		tenant := v.world.units[district].tenant
		var people []hit
		err := access.Read(context.Background(), a.Core.System("test", tenant), func(tx *access.Tx) error {
			rows, err := tx.Query(context.Background(), `select id, id_cipher, phone_cipher from persons where tenant_id = $1 and name = '李秀英' order by id`, tenant)
			if err == nil {
				people, err = pgx.CollectRows(rows, pgx.RowToStructByPos[hit])
			}
			return err
		})
		if err != nil || len(people) == 0 {
			v.t.Fatalf("people of %s: %d, %v", district, len(people), err)
		}
		for _, p := range people {
			number, err1 := v.keys().Decrypt(tenant, "cadre.id_number", p.Number)
			phone, err2 := v.keys().Decrypt(tenant, "cadre.phone", p.Phone)
			if err1 != nil || err2 != nil {
				v.t.Fatalf("person %d: %v, %v", p.ID, err1, err2)
			}
			for _, q := range []string{number, number[14:], phone} {
				found := request(a.Handler, v.world.cookies["district_officer@"+district], http.MethodGet, "/cadres?q="+q, nil, nil)
				if found.Code != http.StatusOK {
					v.t.Fatalf("search in %s: %d", district, found.Code)
				}
				var ids []string
				for _, row := range testkit.ParseHTML(v.t, found.Body).All("tbody tr a") {
					if href := row.Attr("href"); strings.HasPrefix(href, "/cadres/") && !slices.Contains(ids, href) {
						ids = append(ids, href)
					}
				}
				if !slices.Contains(ids, fmt.Sprintf("/cadres/%d", p.ID)) {
					v.t.Errorf("%s: person %d is not among %v, found by something of length %d", district, p.ID, ids, len(q))
				}
				fmt.Fprintln(&b, district, p.ID, len(q), ids)
			}
		}
		form := url.Values{"username": {fmt.Sprintf(vaultPhone, i+1)}, "password": {matrixPassword}}
		if in := request(a.Handler, "", http.MethodPost, "/login", form, nil); in.Code != http.StatusSeeOther {
			v.t.Errorf("%s: log-in by mobile number answers %d", district, in.Code)
		}
	}
	return b.String()
}
