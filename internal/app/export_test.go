package app

import (
	"touyan/internal/access"
	"touyan/internal/platform/crypt"
	"touyan/internal/platform/pg"
)

// NewChanged is New with defects that a test put into the modules.
func NewChanged(cfg Config, pool *pg.Pool, keys *crypt.Keys, change func([]access.Module) []access.Module) (*App, error) {
	return assemble(cfg, pool, keys, change)
}
