package app

import (
	"context"
	"fmt"
	"io"
	"os"
	"strings"

	"touyan/internal/access"
	"touyan/internal/org"
	"touyan/internal/platform/crypt"
	"touyan/internal/platform/fault"
	"touyan/internal/platform/pg"
)

// with opens database and program for a command, and closes both.
func with(ctx context.Context, cfg Config, fn func(a *App, db *Database) error) error {
	db, err := OpenDatabase(ctx, cfg)
	if err != nil {
		return err
	}
	defer db.Close()
	a, err := Open(ctx, cfg, db)
	if err != nil {
		return err
	}
	defer a.Close(ctx)
	if err := a.Jobs.Open(ctx, false); err != nil {
		return err
	}
	return fn(a, db)
}

// MigrateUp brings the schema up to date.
func MigrateUp(ctx context.Context, cfg Config) error {
	db, err := OpenDatabase(ctx, cfg)
	if err != nil {
		return err
	}
	defer db.Close()
	return pg.Migrate(ctx, db.OwnerURL)
}

// MigrateDown takes the schema down, on the private instance only: it removes all data.
func MigrateDown(ctx context.Context, cfg Config) error {
	if !cfg.Private() {
		return fault.Conflict("撤回数据库结构会删除全部数据,只能用于自带的数据库")
	}
	db, err := OpenDatabase(ctx, cfg)
	if err != nil {
		return err
	}
	defer db.Close()
	return pg.MigrateDown(ctx, db.OwnerURL)
}

// MigrationStatus reads where the schema stands.
func MigrationStatus(ctx context.Context, cfg Config) (pg.Status, error) {
	db, err := OpenDatabase(ctx, cfg)
	if err != nil {
		return pg.Status{}, err
	}
	defer db.Close()
	return pg.OwnerStatus(ctx, db.OwnerURL)
}

// Routes lists every route that the server answers. It needs no database.
func Routes(cfg Config) ([]access.Mounted, error) {
	keys, err := crypt.Generate(crypt.AES)
	if err != nil {
		return nil, err
	}
	pool, err := pg.Open(context.Background(), "postgres://nobody@localhost/none?sslmode=disable", 1)
	if err != nil {
		return nil, err
	}
	defer pool.Close()
	a, err := New(cfg, pool, keys)
	if err != nil {
		return nil, err
	}
	return append(a.Core.Mounted(), access.Mounted{Method: "GET", Pattern: "/static/*", Public: true}), nil
}

// ImportDivisions reads a division file into a district, which is created if a name is given.
func ImportDivisions(ctx context.Context, cfg Config, district, name, file string, out io.Writer) error {
	f, err := os.Open(file)
	if err != nil {
		return fault.Invalid("打不开文件 %s", file)
	}
	defer f.Close()
	divisions, err := org.ReadDivisions(f, district)
	if err != nil {
		return err
	}
	return with(ctx, cfg, func(a *App, _ *Database) error {
		done, err := a.org.ImportAs(ctx, a.Core.Platform("import divisions"), district, name, divisions)
		if err != nil {
			return err
		}
		fmt.Fprintf(out, "%d个乡镇(街道)、%d个村(社区);新增 %d,更名 %d,文件中没有的 %d\n", done.Townships, done.Villages,
			len(done.Added), len(done.Renamed), len(done.Missing))
		for _, l := range []struct{ word, list string }{{"更名", strings.Join(done.Renamed, ";")}, {"文件中没有", strings.Join(done.Missing, "、")}} {
			if l.list != "" {
				fmt.Fprintf(out, "%s:%s\n", l.word, l.list)
			}
		}
		return nil
	})
}

// NewUser is an account as `touyan user add` takes it; units are given by their codes of 6, 9 and 12 digits.
type NewUser struct {
	Username, Name, Role, District, Township, Village string
}

// AddUser makes an account with a random password, which must be changed at the first log-in.
func AddUser(ctx context.Context, cfg Config, n NewUser) (password string, err error) {
	password = crypt.Password()
	err = with(ctx, cfg, func(a *App, _ *Database) error {
		s := a.Core.Platform("user add")
		account := access.NewAccount{Username: n.Username, Name: n.Name, Role: access.Role(n.Role), Password: password, MustChange: true}
		if account.Name == "" {
			account.Name = n.Username
		}
		if !account.Role.Known() {
			return fault.Invalid("没有角色 %s", n.Role)
		}
		if account.Role != access.PlatformAdmin {
			var township, village int64
			tenant, err := a.org.Locate(ctx, s, n.District, n.Township, n.Village, &township, &village)
			if err != nil {
				return err
			}
			s, account.Township, account.Village = a.Core.System("user add", tenant), township, village
		}
		return access.InScope(ctx, s, func(tx *access.Tx) error {
			_, err := a.Core.CreateAccount(ctx, tx, account)
			return err
		})
	})
	return password, err
}

// VerifyCommand checks chains and invariants and prints what it found.
func VerifyCommand(ctx context.Context, cfg Config, out io.Writer) error {
	return with(ctx, cfg, func(a *App, _ *Database) error {
		v, err := Verify(ctx, a.Core, a.keys)
		if err != nil {
			return err
		}
		if len(v.Broken) > 0 {
			return fault.Conflict("核验未通过:\n%s", strings.Join(v.Broken, "\n"))
		}
		fmt.Fprintf(out, "核验通过:%d个区县,操作日志%d步,全部规则成立\n", v.Districts, v.AuditSteps)
		return nil
	})
}

// MakeSecret writes a new key file.
func MakeSecret(path string) error {
	if _, err := os.Stat(path); err == nil {
		return fault.Conflict("%s 已经存在,没有覆盖:用新密钥会使已有数据无法读取", path)
	}
	_, err := crypt.LoadOrCreate(path, crypt.AES)
	return err
}
