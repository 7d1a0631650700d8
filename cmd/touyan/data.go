package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"

	"touyan/internal/app"
	"touyan/internal/platform/crypt"
)

// flags parses args into set and wants exactly n further arguments. Flags may stand before or after them.
func flags(set *flag.FlagSet, args []string, n int) ([]string, error) {
	set.SetOutput(io.Discard)
	var rest []string
	for len(args) > 0 {
		if err := set.Parse(args); err != nil {
			return nil, errUsage
		}
		if args = set.Args(); len(args) > 0 {
			rest, args = append(rest, args[0]), args[1:]
		}
	}
	if len(rest) != n {
		return nil, errUsage
	}
	return rest, nil
}

func newFlags() *flag.FlagSet { return flag.NewFlagSet("touyan", flag.ContinueOnError) }

func migrate(ctx context.Context, c app.Config, args []string) error {
	rest, err := flags(newFlags(), args, 1)
	if err != nil {
		return err
	}
	switch rest[0] {
	case "up":
		return app.MigrateUp(ctx, c)
	case "down":
		return app.MigrateDown(ctx, c)
	case "status":
		s, err := app.MigrationStatus(ctx, c)
		if err == nil {
			fmt.Printf("version %d, latest %d, dirty %t\n", s.Version, s.Latest, s.Dirty)
		}
		return err
	}
	return errUsage
}

func demonstrate(ctx context.Context, c app.Config, args []string) error {
	set := newFlags()
	asJSON := set.Bool("json", false, "")
	if len(args) > 0 && args[0] == "accounts" {
		if _, err := flags(set, args[1:], 0); err != nil || !*asJSON {
			return errUsage
		}
		list, err := app.DemoAccounts(ctx, c)
		if err != nil {
			return err
		}
		return json.NewEncoder(os.Stdout).Encode(list)
	}
	if _, err := flags(set, args, 0); err != nil {
		return err
	}
	return app.LoadDemo(ctx, c, os.Stdout)
}

func importData(ctx context.Context, c app.Config, args []string) error {
	if len(args) == 0 || args[0] != "divisions" {
		return errUsage
	}
	set := newFlags()
	district, name := set.String("district", "", ""), set.String("name", "", "")
	rest, err := flags(set, args[1:], 1)
	if err != nil || *district == "" {
		return errUsage
	}
	return app.ImportDivisions(ctx, c, *district, *name, rest[0], os.Stdout)
}

func routes(ctx context.Context, c app.Config, args []string) error {
	set := newFlags()
	asJSON := set.Bool("json", false, "")
	if _, err := flags(set, args, 0); err != nil || !*asJSON {
		return errUsage
	}
	list, err := app.Routes(c)
	if err != nil {
		return err
	}
	e := json.NewEncoder(os.Stdout)
	e.SetIndent("", " ")
	return e.Encode(list)
}

func user(ctx context.Context, c app.Config, args []string) error {
	if len(args) == 0 || args[0] != "add" {
		return errUsage
	}
	set := newFlags()
	var n app.NewUser
	set.StringVar(&n.Username, "username", "", "")
	set.StringVar(&n.Name, "name", "", "")
	set.StringVar(&n.Role, "role", "", "")
	set.StringVar(&n.District, "district", "", "")
	set.StringVar(&n.Township, "township", "", "")
	set.StringVar(&n.Village, "village", "", "")
	if _, err := flags(set, args[1:], 0); err != nil || n.Username == "" || n.Role == "" {
		return errUsage
	}
	password, err := app.AddUser(ctx, c, n)
	if err != nil {
		return err
	}
	fmt.Printf("用户名 %s\n初始密码 %s(只显示这一次,首次登录须修改)\n", n.Username, password)
	return nil
}

func database(_ context.Context, c app.Config, args []string) error {
	if len(args) == 0 || args[0] != "url" {
		return errUsage
	}
	set := newFlags()
	owner := set.Bool("owner", false, "")
	if _, err := flags(set, args[1:], 0); err != nil {
		return err
	}
	db, err := app.RunningDatabase(c)
	if err != nil {
		return err
	}
	if *owner {
		fmt.Println(db.OwnerURL)
	} else {
		fmt.Println(db.AppURL)
	}
	return nil
}

func backup(ctx context.Context, c app.Config, args []string) error {
	rest, err := flags(newFlags(), args, 1)
	if err != nil {
		return err
	}
	return app.Backup(ctx, c, rest[0], os.Stdout)
}

func restore(ctx context.Context, c app.Config, args []string) error {
	rest, err := flags(newFlags(), args, 1)
	if err != nil {
		return err
	}
	return app.Restore(ctx, c, rest[0], os.Stdout)
}

func verify(ctx context.Context, c app.Config, args []string) error {
	if _, err := flags(newFlags(), args, 0); err != nil {
		return err
	}
	return app.VerifyCommand(ctx, c, os.Stdout)
}

func secret(_ context.Context, _ app.Config, args []string) error {
	rest, err := flags(newFlags(), args, 1)
	if err != nil {
		return err
	}
	return app.MakeSecret(rest[0])
}

func rekey(ctx context.Context, c app.Config, args []string) error {
	set := newFlags()
	suite := set.String("suite", "", "")
	if _, err := flags(set, args, 0); err != nil {
		return err
	}
	switch s := crypt.Suite(*suite); s {
	case "", crypt.AES, crypt.SM:
		return app.Rekey(ctx, c, s, os.Stdout)
	}
	return errUsage
}

func serve(ctx context.Context, c app.Config, args []string) error {
	if _, err := flags(newFlags(), args, 0); err != nil {
		return err
	}
	return app.Serve(ctx, c, os.Stdout)
}
