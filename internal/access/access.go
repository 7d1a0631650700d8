// Package access decides who somebody is and what he may see.
//
// It owns credentials, accounts, grants, sessions, links, the settings per role and the audit trail. It is the only
// maker of a Scope, the only caller of the scoped transactions of platform/pg (InScope, Read), and mounts every route
// (Gate), so that no row is reached and no handler runs without a declared permission. It also builds the page frame.
//
// Controls follow GB/T 22239-2019 (等保2.0) §8.1.4: unique accounts, lock-out, idle log-out, maker and checker apart,
// append-only trail.
package access

import (
	"log/slog"
	"net"
	"net/http"
	"time"

	"github.com/alexedwards/scs/v2"
	"touyan/internal/platform/crypt"
	"touyan/internal/platform/month"
	"touyan/internal/platform/pg"
)

// Config is what a Core is made of.
type Config struct {
	Pool         *pg.Pool
	Keys         *crypt.Keys
	Clock        func() time.Time // one clock for the whole program; nil means time.Now
	Log          *slog.Logger
	URL          string // public base address; https switches Secure cookies and HSTS
	TrustedProxy string // whose X-Forwarded-For counts: an address or CIDR, empty for none
	DemoHint     bool   // the log-in page may name demonstration accounts (loopback only)
}

// Core holds what every request needs. One per process.
type Core struct {
	pool      *pg.Pool
	keys      *crypt.Keys
	clock     func() time.Time
	log       *slog.Logger
	sessions  *scs.SessionManager
	url       string
	secure    bool
	proxies   []*net.IPNet
	demoHint  bool
	modules   []Module
	can       map[Role]map[Permission]bool
	sentences pg.Sentences
	routes    []Mounted
	repeatMux http.Handler // the router behind the session, for repeating a kept post
	hashing   chan struct{}
	dummyHash string
}

// New makes a Core and reads the modules' permissions, menu entries and constraint sentences.
func New(cfg Config, modules ...Module) (*Core, error) {
	c := &Core{
		pool: cfg.Pool, keys: cfg.Keys, clock: cfg.Clock, log: cfg.Log, url: cfg.URL,
		secure: len(cfg.URL) > 8 && cfg.URL[:8] == "https://", demoHint: cfg.DemoHint,
		can: map[Role]map[Permission]bool{}, sentences: pg.Sentences{},
	}
	if c.clock == nil {
		c.clock = time.Now
	}
	if c.log == nil {
		c.log = slog.Default()
	}
	if err := c.trust(cfg.TrustedProxy); err != nil {
		return nil, err
	}
	c.prepareHashing()
	c.sessions = c.newSessions()
	if err := c.register(append([]Module{c.ownModule()}, modules...)); err != nil {
		return nil, err
	}
	for _, m := range modules {
		if m.Bind != nil {
			m.Bind(c)
		}
	}
	return c, nil
}

// Now is the present moment in China.
func (c *Core) Now() time.Time { return c.clock().In(month.Zone) }

// Today is the present day in China, at midnight.
func (c *Core) Today() time.Time {
	n := c.Now()
	return time.Date(n.Year(), n.Month(), n.Day(), 0, 0, 0, 0, month.Zone)
}
