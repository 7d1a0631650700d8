package app

import (
	"context"
	"fmt"
	"io"

	"touyan/internal/demo"
	"touyan/internal/platform/fault"
	"touyan/internal/platform/month"
	"touyan/internal/platform/pg"
)

// DemoAccounts lists the accounts of the demonstration districts with their passwords.
func DemoAccounts(ctx context.Context, cfg Config) (list []demo.Account, err error) {
	err = with(ctx, cfg, func(a *App, _ *Database) error {
		list, err = a.demo.Accounts(ctx)
		return err
	})
	return list, err
}

// LoadDemo loads the demonstration districts into an empty database, and ends with a verification.
func LoadDemo(ctx context.Context, cfg Config, out io.Writer) error {
	return with(ctx, cfg, func(a *App, db *Database) error { return a.loadDemo(ctx, db, out) })
}

func (a *App) loadDemo(ctx context.Context, db *Database, out io.Writer) error {
	done, err := a.demo.Load(ctx, demo.Spec{Anchor: month.Of(a.Core.Now())})
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "已装入演示数据:%d个区县、%d个村(社区)、%d人、%d条任职、%d个月的%d条考评结果、%d份值班表(%.1f秒)\n", done.Districts, done.Villages,
		done.People, done.Posts, done.Months, done.Results, done.Rosters, done.Took.Seconds())
	if err := pg.Analyze(ctx, db.OwnerURL); err != nil {
		return err
	}
	v, err := Verify(ctx, a.Core, a.keys)
	if err != nil {
		return err
	}
	if len(v.Broken) > 0 {
		return fault.Conflict("演示数据核验未通过:%v", v.Broken)
	}
	return nil
}

// prepareDemo fills an empty database at the first start, where that is wanted.
func (a *App) prepareDemo(ctx context.Context, cfg Config, db *Database, out io.Writer) error {
	if !cfg.WantsDemo() {
		return nil
	}
	wanted, err := a.demo.Wanted(ctx)
	if err != nil || !wanted {
		return err
	}
	fmt.Fprintln(out, "数据库是空的,正在装入演示数据…")
	return a.loadDemo(ctx, db, out)
}

// printAccounts names a demonstration account per role on the terminal, if only this machine can reach the server.
func (a *App) printAccounts(ctx context.Context, cfg Config, out io.Writer) {
	if !cfg.Loopback() {
		return
	}
	list, err := a.demo.Accounts(ctx)
	if err != nil {
		return // no demonstration district: nothing to print
	}
	fmt.Fprintln(out, "演示账号(用户名  密码  角色  单位代码):")
	seen := map[string]int{}
	for _, one := range list {
		if seen[one.Role]++; seen[one.Role] > 2 {
			continue
		}
		fmt.Fprintf(out, "  %-22s %-28s %-18s %s\n", one.Username, one.Password, one.Role, last(one.District, one.Township, one.Village))
	}
	fmt.Fprintln(out, "全部演示账号:touyan demo accounts --json")
}

// last gives the deepest unit code.
func last(codes ...string) string {
	out := ""
	for _, c := range codes {
		if c != "" {
			out = c
		}
	}
	return out
}
