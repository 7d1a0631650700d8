package pg

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net/url"
	"strings"

	"github.com/golang-migrate/migrate/v4"
	driver "github.com/golang-migrate/migrate/v4/database/pgx/v5"
	"github.com/golang-migrate/migrate/v4/source/iofs"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/rivermigrate"
	"touyan/migrations"
)

// Status is where the schema stands.
type Status struct {
	Version, Latest uint
	Dirty           bool
}

// Current says whether every migration has been applied.
func (s Status) Current() bool { return s.Version == s.Latest && !s.Dirty }

// MigrationsHash names the set of migrations, so that a prepared cluster can be reused exactly as long as it fits.
func MigrationsHash() string {
	h := sha256.New()
	names, _ := fs.Glob(migrations.FS, "*.sql")
	for _, n := range names {
		b, _ := fs.ReadFile(migrations.FS, n)
		fmt.Fprintf(h, "%s %d\n", n, len(b))
		h.Write(b)
	}
	return hex.EncodeToString(h.Sum(nil))[:16]
}

func open(ownerURL string) (*migrate.Migrate, error) {
	cfg, err := pgx.ParseConfig(ownerURL)
	if err != nil {
		return nil, fmt.Errorf("parse owner url: %w", err)
	}
	db := stdlib.OpenDB(*cfg)
	d, err := driver.WithInstance(db, &driver.Config{MigrationsTable: "schema_migrations"})
	if err != nil {
		db.Close()
		return nil, fmt.Errorf("connect as owner: %w", err)
	}
	src, err := iofs.New(migrations.FS, ".")
	if err != nil {
		return nil, fmt.Errorf("read migrations: %w", err)
	}
	return migrate.NewWithInstance("embedded", src, "pgx5", d)
}

// Migrate brings the schema to the newest version.
//
// Each file is one transaction, so a process killed in the middle of one leaves its number marked dirty although
// PostgreSQL rolled it back. Migrate then steps back to the version before it and applies it again.
func Migrate(ctx context.Context, ownerURL string) error {
	m, err := open(ownerURL)
	if err != nil {
		return err
	}
	defer m.Close()
	version, dirty, err := m.Version()
	if err != nil && !errors.Is(err, migrate.ErrNilVersion) {
		return fmt.Errorf("read schema version: %w", err)
	}
	if dirty {
		before := -1
		for _, v := range versions() {
			if v < version {
				before = int(v)
			}
		}
		if err := m.Force(before); err != nil {
			return fmt.Errorf("step back from interrupted migration %d: %w", version, err)
		}
	}
	if err := m.Up(); err != nil && !errors.Is(err, migrate.ErrNoChange) {
		return fmt.Errorf("migrate: %w", err)
	}
	return migrateJobs(ctx, ownerURL)
}

// JobSchema holds the tables of the job library, which brings its own migrations.
const JobSchema = "jobs"

// migrateJobs holds a lock for as long as it lasts: unlike the other migrator the job library's takes none, and two programs
// that start on a new database at once would make the same tables.
func migrateJobs(ctx context.Context, ownerURL string) error {
	turn, err := pgx.Connect(ctx, ownerURL)
	if err != nil {
		return fmt.Errorf("connect as owner: %w", err)
	}
	defer turn.Close(ctx)
	if _, err := turn.Exec(ctx, `select pg_advisory_lock(hashtextextended('job migrations', 0))`); err != nil {
		return fmt.Errorf("wait for another migration: %w", err)
	}
	pool, err := pgxpool.New(ctx, ownerURL)
	if err != nil {
		return fmt.Errorf("connect as owner: %w", err)
	}
	defer pool.Close()
	m, err := rivermigrate.New(riverpgxv5.New(pool), &rivermigrate.Config{Schema: JobSchema, Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		return fmt.Errorf("job migrations: %w", err)
	}
	if _, err := m.Migrate(ctx, rivermigrate.DirectionUp, nil); err != nil {
		return fmt.Errorf("migrate jobs: %w", err)
	}
	return nil
}

// MigrateDown takes the whole schema down. For tests and development.
func MigrateDown(_ context.Context, ownerURL string) error {
	m, err := open(ownerURL)
	if err != nil {
		return err
	}
	defer m.Close()
	if err := m.Down(); err != nil && !errors.Is(err, migrate.ErrNoChange) {
		return fmt.Errorf("migrate down: %w", err)
	}
	return nil
}

// Analyze counts what the tables hold, as the owner. After a large load the planner would otherwise take them for empty
// until the database does so by itself, a minute or more later.
func Analyze(ctx context.Context, ownerURL string) error {
	c, err := pgx.Connect(ctx, ownerURL)
	if err != nil {
		return fmt.Errorf("connect as owner: %w", err)
	}
	defer c.Close(ctx)
	const own = `do $$ declare t regclass; begin
		for t in select oid from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') loop execute format('analyze %s', t); end loop; end $$`
	if _, err := c.Exec(ctx, own); err != nil {
		return fmt.Errorf("analyze: %w", err)
	}
	return nil
}

// MigrationStatus reads where the schema stands, with any role that may read schema_migrations.
func (p *Pool) MigrationStatus(ctx context.Context) (Status, error) {
	s := Status{Latest: latest()}
	err := p.p.QueryRow(ctx, `select version, dirty from schema_migrations`).Scan(&s.Version, &s.Dirty)
	if errors.Is(err, pgx.ErrNoRows) {
		err = nil
	}
	if err != nil {
		return s, fmt.Errorf("read schema version: %w", err)
	}
	return s, nil
}

func versions() []uint {
	names, _ := fs.Glob(migrations.FS, "*.up.sql")
	var vs []uint
	for _, n := range names {
		var v uint
		if _, err := fmt.Sscanf(n, "%d_", &v); err == nil {
			vs = append(vs, v)
		}
	}
	return vs
}

func latest() uint {
	vs := versions()
	if len(vs) == 0 {
		return 0
	}
	return vs[len(vs)-1]
}

// Redact hides the password of a database address, for messages.
func Redact(address string) string {
	u, err := url.Parse(address)
	if err != nil || !strings.HasPrefix(u.Scheme, "postgres") {
		return "(database address)"
	}
	return u.Redacted()
}

// OwnerStatus reads where the schema stands, also before the first migration.
func OwnerStatus(_ context.Context, ownerURL string) (Status, error) {
	m, err := open(ownerURL)
	if err != nil {
		return Status{}, err
	}
	defer m.Close()
	s := Status{Latest: latest()}
	s.Version, s.Dirty, err = m.Version()
	if err != nil && !errors.Is(err, migrate.ErrNilVersion) {
		return s, fmt.Errorf("read schema version: %w", err)
	}
	return s, nil
}
