//go:build !linux

package pgserver

import (
	"context"
	"errors"
)

var errPlatform = errors.New("the private PostgreSQL runs on Linux only: set DATABASE_URL to a server of PostgreSQL 15 or later")

// Server is a running private PostgreSQL; on this system there is none.
type Server struct{}

// Start refuses: see errPlatform.
func Start(context.Context, Options) (*Server, error) { return nil, errPlatform }

// Join refuses: see errPlatform.
func Join(string) (*Server, error) { return nil, errPlatform }

// Version refuses: see errPlatform.
func Version([]string) (int, error) { return 0, errPlatform }

// URL is the address of the database as a role.
func (*Server) URL(role string) string { return address(role, Database, "") }

// DatabaseURL is the address of another database of the server.
func (*Server) DatabaseURL(role, database string) string { return address(role, database, "") }

// Stop does nothing.
func (*Server) Stop() {}
