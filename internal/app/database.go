package app

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"

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
		return crypt.LoadOrCreate(filepath.Join(c.Data, "secret.json"), crypt.AES)
	}
	return nil, errors.New("TOUYAN_SECRET_FILE is not set: with DATABASE_URL the key file must be given (touyan secret FILE makes one)")
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
