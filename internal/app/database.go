package app

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"

	"touyan/internal/access"
	"touyan/internal/platform/crypt"
	"touyan/internal/platform/pg"
	"touyan/internal/platform/pgserver"
)

// Database is the PostgreSQL that a command works on: the operator's, or the private one, started or joined.
type Database struct {
	AppURL   string
	OwnerURL string
	server   *pgserver.Server
}

// OpenDatabase gives the operator's database, or starts or joins the private one for as long as the command runs.
func OpenDatabase(ctx context.Context, c Config) (*Database, error) {
	if !c.Private() {
		return &Database{AppURL: c.DatabaseURL, OwnerURL: c.MigrateURL}, nil
	}
	s, err := pgserver.Start(ctx, pgserver.Options{Dir: filepath.Join(c.Data, "postgres"), Log: c.Log})
	if err != nil {
		return nil, err
	}
	return &Database{AppURL: s.URL(pg.AppRole), OwnerURL: s.URL(pgserver.OwnerRole), server: s}, nil
}

// RunningDatabase gives the addresses of the operator's database or of a private one that runs already.
func RunningDatabase(c Config) (*Database, error) {
	if !c.Private() {
		return &Database{AppURL: c.DatabaseURL, OwnerURL: c.MigrateURL}, nil
	}
	s, err := pgserver.Join(filepath.Join(c.Data, "postgres"))
	if err != nil {
		return nil, err
	}
	return &Database{AppURL: s.URL(pg.AppRole), OwnerURL: s.URL(pgserver.OwnerRole)}, nil
}

// Close stops the private PostgreSQL if this process started it.
func (d *Database) Close() {
	if d.server != nil {
		d.server.Stop()
	}
}

// Keys reads the secret file: made for the private instance, required otherwise.
func (c Config) Keys() (*crypt.Keys, error) {
	switch {
	case c.SecretFile != "":
		return crypt.Load(c.SecretFile)
	case c.Private():
		return crypt.LoadOrCreate(c.secretPath(), crypt.AES)
	}
	return nil, errors.New("TOUYAN_SECRET_FILE is not set: with DATABASE_URL the key file must be given (touyan secret FILE makes one)")
}

func (c Config) secretPath() string {
	if c.SecretFile != "" {
		return c.SecretFile
	}
	return filepath.Join(c.Data, "secret.json")
}

// keyed opens the pool of a program that works with the keys of the secret file, as the database needs them.
func keyed(ctx context.Context, cfg Config, db *Database, hold access.Hold, conns int32) (*pg.Pool, *access.Keyring, *crypt.Keys, error) {
	keys, err := cfg.Keys()
	if err != nil {
		return nil, nil, nil, err
	}
	if err := migrateIfNeeded(ctx, db); err != nil {
		return nil, nil, nil, err
	}
	ring := access.NewKeyring(keys, hold)
	pool, err := pg.Open(ctx, db.AppURL, conns, ring.Greet)
	if err != nil {
		return nil, nil, nil, err
	}
	if keys, err = ring.Keys(ctx, pool); err == nil {
		err = ready(ctx, pool)
	}
	if err != nil {
		pool.Close()
		return nil, nil, nil, err
	}
	return pool, ring, keys, nil
}

// ready makes sure that the schema is the one this program was built for.
func ready(ctx context.Context, p *pg.Pool) error {
	s, err := p.MigrationStatus(ctx)
	if err != nil {
		return err
	}
	if !s.Current() {
		return fmt.Errorf("the schema is at %d, this program needs %d: run touyan migrate up", s.Version, s.Latest)
	}
	return nil
}
