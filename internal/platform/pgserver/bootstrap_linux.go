package pgserver

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// bootstrap makes roles, database and extensions, each only if missing.
func (s *Server) bootstrap(ctx context.Context) error {
	var exists bool
	err := s.as(ctx, "postgres", func(c *pgx.Conn) error {
		_, err := c.Exec(ctx, `do $$ begin
			if not exists (select from pg_roles where rolname = 'touyan_owner') then
				create role touyan_owner login nosuperuser nocreatedb nocreaterole nobypassrls;
			end if;
			if not exists (select from pg_roles where rolname = 'touyan_app') then
				create role touyan_app login nosuperuser nocreatedb nocreaterole nobypassrls;
			end if;
			grant touyan_app to touyan_owner;
		end $$`)
		if err != nil {
			return fmt.Errorf("make roles: %w", err)
		}
		if err := c.QueryRow(ctx, `select exists (select from pg_database where datname = $1)`, Database).Scan(&exists); err != nil {
			return fmt.Errorf("look for the database: %w", err)
		}
		if exists {
			return nil
		}
		if _, err := c.Exec(ctx, `create database touyan owner touyan_owner template template0
			encoding 'UTF8' lc_collate 'C.UTF-8' lc_ctype 'C.UTF-8'`); err != nil {
			return fmt.Errorf("make database: %w", err)
		}
		return nil
	})
	if err != nil || exists {
		return err
	}
	// Both are trusted, so they can belong to the owner. They must: pg_restore, run by the owner, sets their comments.
	return s.as(ctx, Database, func(c *pgx.Conn) error {
		_, err := c.Exec(ctx, `set role touyan_owner; create extension if not exists btree_gist; create extension if not exists pg_trgm`)
		if err != nil {
			return fmt.Errorf("make extensions: %w", err)
		}
		return nil
	})
}

// as runs fn as superuser in a database.
func (s *Server) as(ctx context.Context, database string, fn func(*pgx.Conn) error) error {
	c, err := pgx.Connect(ctx, s.DatabaseURL(superuser, database))
	if err != nil {
		return fmt.Errorf("connect as superuser: %w", err)
	}
	defer c.Close(ctx)
	return fn(c)
}
