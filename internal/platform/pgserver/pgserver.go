// Package pgserver runs the private PostgreSQL.
package pgserver

import (
	"context"
	"errors"
	"log/slog"
)

// OwnerRole migrates.
const OwnerRole = "touyan_owner"

// Options say where.
type Options struct {
	Dir string
	Log *slog.Logger
}

// Server is a private server.
type Server struct{ dir string }

// Start starts.
func Start(context.Context, Options) (*Server, error) { return nil, errors.New("not yet") }

// Join joins.
func Join(string) (*Server, error) { return nil, errors.New("没有正在运行的数据库") }

// URL is the address.
func (s *Server) URL(role string) string { return "postgres://" + role + "@/touyan?host=" + s.dir }

// Stop stops.
func (s *Server) Stop() {}
