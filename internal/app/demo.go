package app

import (
	"context"
	"errors"
	"io"
)

// DemoAccount is an account of the demonstration district.
type DemoAccount struct {
	Username string `json:"username"`
}

// DemoAccounts lists the demonstration accounts.
func DemoAccounts(context.Context, Config) ([]DemoAccount, error) { return nil, errors.New("no demo") }

// LoadDemo loads the demonstration district.
func LoadDemo(context.Context, Config, io.Writer) error { return errors.New("no demo") }

func (a *App) prepareDemo(context.Context, Config, *Database, io.Writer) error { return nil }

func (a *App) printAccounts(context.Context, Config, io.Writer) {}
