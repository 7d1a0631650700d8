// Package migrations holds the schema as ordered pairs of SQL files. Only platform/pg reads it.
package migrations

import "embed"

// FS holds every *.sql file of this folder.
//
//go:embed *.sql
var FS embed.FS
