package app

import (
	"fmt"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"time"

	"github.com/caarlos0/env/v11"
)

// Config is what the environment says. README.md lists it for operators.
type Config struct {
	Addr         string `env:"TOUYAN_ADDR" envDefault:"127.0.0.1:8080"`
	URL          string `env:"TOUYAN_URL"`
	TrustedProxy string `env:"TOUYAN_TRUSTED_PROXY"`
	Data         string `env:"TOUYAN_DATA" envDefault:"./var"`
	DatabaseURL  string `env:"DATABASE_URL"`
	MigrateURL   string `env:"TOUYAN_MIGRATE_URL"`
	SecretFile   string `env:"TOUYAN_SECRET_FILE"`
	Demo         string `env:"TOUYAN_DEMO"`

	Clock func() time.Time `env:"-"`
	Log   *slog.Logger     `env:"-"`
}

// ReadConfig reads the environment.
func ReadConfig() (Config, error) {
	c, err := env.ParseAs[Config]()
	if err != nil {
		return c, fmt.Errorf("read environment: %w", err)
	}
	if c.Data, err = filepath.Abs(c.Data); err != nil {
		return c, fmt.Errorf("TOUYAN_DATA: %w", err)
	}
	if c.MigrateURL == "" {
		c.MigrateURL = c.DatabaseURL
	}
	if c.URL == "" {
		c.URL = "http://" + c.Addr
	}
	c.Log = slog.New(slog.NewJSONHandler(os.Stderr, nil))
	return c, nil
}

// Private reports whether the program runs its own PostgreSQL.
func (c Config) Private() bool { return c.DatabaseURL == "" }

// WantsDemo reports whether an empty database gets the demonstration district: by default only the private instance.
func (c Config) WantsDemo() bool {
	if c.Demo == "" {
		return c.Private()
	}
	return c.Demo == "1"
}

// Loopback reports whether only this machine can reach the server.
func (c Config) Loopback() bool {
	host, _, err := net.SplitHostPort(c.Addr)
	if err != nil {
		return false
	}
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}
