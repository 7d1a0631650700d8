package app

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"
	"touyan/internal/platform/fault"
)

const keepSecret = "密钥文件不在备份中,须另外妥善保管:没有它,身份证号、电话等加密内容无法读取"

// Backup writes the whole database into a file of pg_dump's custom format.
func Backup(ctx context.Context, cfg Config, file string, out io.Writer) error {
	db, err := OpenDatabase(ctx, cfg)
	if err != nil {
		return err
	}
	defer db.Close()
	if _, err := os.Stat(file); err == nil {
		return fault.Conflict("%s 已经存在,没有覆盖", file)
	}
	// Sessions and log-in failures have no place in a backup: a restored system asks everybody to log in.
	part := file + ".part"
	defer os.Remove(part)
	err = tool(ctx, "pg_dump", "--format=custom", "--no-owner", "--exclude-table-data=sessions", "--exclude-table-data=login_failures",
		"--file="+part, "--dbname="+db.OwnerURL)
	if err != nil {
		return err
	}
	if err := os.Chmod(part, 0o600); err != nil {
		return fmt.Errorf("protect backup: %w", err)
	}
	if err := os.Rename(part, file); err != nil {
		return fmt.Errorf("finish backup: %w", err)
	}
	info, err := os.Stat(file)
	if err != nil {
		return fmt.Errorf("finish backup: %w", err)
	}
	fmt.Fprintf(out, "已备份到 %s(%.1f MB)\n%s\n", file, float64(info.Size())/(1<<20), keepSecret)
	return nil
}

// Restore reads a backup into an empty database, and refuses one that holds anything.
func Restore(ctx context.Context, cfg Config, file string, out io.Writer) error {
	if _, err := os.Stat(file); err != nil {
		return fault.Invalid("打不开备份文件 %s", file)
	}
	db, err := OpenDatabase(ctx, cfg)
	if err != nil {
		return err
	}
	defer db.Close()
	conn, err := pgx.Connect(ctx, db.OwnerURL)
	if err != nil {
		return fmt.Errorf("connect as owner: %w", err)
	}
	defer conn.Close(ctx)
	var tables int
	err = conn.QueryRow(ctx, `select count(*) from pg_class k join pg_namespace n on n.oid = k.relnamespace
		where n.nspname in ('public', 'jobs') and k.relkind in ('r', 'p')`).Scan(&tables)
	if err != nil {
		return fmt.Errorf("look at the database: %w", err)
	}
	if tables > 0 {
		return fault.Conflict("数据库不是空的(有%d张表),没有恢复。请先准备一个空数据库", tables)
	}
	_, err = conn.Exec(ctx, `do $$ begin
		if not exists (select from pg_roles where rolname = 'touyan_app') then
			create role touyan_app nologin nosuperuser nobypassrls;
		end if; end $$`)
	if err != nil {
		return fmt.Errorf("create role: %w", err)
	}
	err = tool(ctx, "pg_restore", "--no-owner", "--exit-on-error", "--single-transaction", "--dbname="+db.OwnerURL, file)
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "已从 %s 恢复\n%s\n", file, keepSecret)
	return nil
}

// tool runs one of PostgreSQL's own programs; its newest version works for every older server.
func tool(ctx context.Context, name string, args ...string) error {
	path, err := exec.LookPath(name)
	if found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/" + name); len(found) > 0 {
		path, err = slices.MaxFunc(found, func(a, b string) int { return cmp.Or(cmp.Compare(len(a), len(b)), strings.Compare(a, b)) }), nil
	}
	if err != nil {
		return fault.Invalid("找不到 %s:请安装 postgresql-client", name)
	}
	cmd := exec.CommandContext(ctx, path, args...)
	output, err := cmd.CombinedOutput()
	if err != nil {
		return fmt.Errorf("%s: %w: %s", name, err, strings.TrimSpace(string(output)))
	}
	return nil
}
