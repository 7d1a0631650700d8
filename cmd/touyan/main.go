// Command touyan serves the application and runs its maintenance commands. Every command exits 0 when done, 1 when
// refused with a sentence, and 2 on wrong usage.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"

	"touyan/internal/app"
	"touyan/internal/platform/fault"
)

var version = "dev"

// command is one subcommand; run gets the arguments after its name.
type command struct {
	use  string
	what string
	run  func(ctx context.Context, c app.Config, args []string) error
}

var commands = map[string]command{
	"serve":   {"serve", "启动服务", serve},
	"migrate": {"migrate up|down|status", "升级、撤回或查看数据库结构", migrate},
	"demo":    {"demo [accounts --json]", "装入演示区县;列出演示账号", demonstrate},
	"import":  {"import divisions --district CODE [--name NAME] FILE", "导入区划", importData},
	"routes":  {"routes --json", "列出所有网址及其权限", routes},
	"user":    {"user add --username U --role R [--district C --township C --village C] [--name NAME]", "开设账号", user},
	"db":      {"db url [--owner]", "输出数据库地址", database},
	"backup":  {"backup FILE", "备份数据库", backup},
	"restore": {"restore FILE", "恢复到空数据库", restore},
	"verify":  {"verify", "核验操作日志与数据", verify},
	"secret":  {"secret FILE", "生成密钥文件", secret},
	"rekey":   {"rekey [--suite aes|sm]", "更换密钥(须先停止服务)", rekey},
	"lrmx":    {"lrmx check FILE…", "检查任免审批表文件", lrmxFiles},
	"version": {"version", "输出版本", func(context.Context, app.Config, []string) error { fmt.Println(version); return nil }},
}

// errUsage makes the program print the command's form and exit 2.
var errUsage = errors.New("usage")

func main() { os.Exit(run(os.Args[1:])) }

func run(args []string) int {
	if len(args) == 0 {
		usage()
		return 2
	}
	cmd, ok := commands[args[0]]
	if !ok {
		fmt.Fprintf(os.Stderr, "没有 %q 这个命令\n", args[0])
		usage()
		return 2
	}
	cfg, err := app.ReadConfig()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	err = cmd.run(ctx, cfg, args[1:])
	var f *fault.Fault
	switch {
	case err == nil:
		return 0
	case errors.Is(err, errUsage):
		fmt.Fprintln(os.Stderr, "用法:touyan "+cmd.use)
		return 2
	case errors.As(err, &f) && f.Kind != fault.KindInternal:
		fmt.Fprintln(os.Stderr, f.Sentence)
	default:
		fmt.Fprintln(os.Stderr, err)
	}
	return 1
}

func usage() {
	fmt.Fprintln(os.Stderr, "用法:touyan COMMAND")
	names := make([]string, 0, len(commands))
	for n := range commands {
		names = append(names, n)
	}
	slices.Sort(names)
	for _, n := range names {
		fmt.Fprintf(os.Stderr, "  %s%s %s\n", commands[n].use, strings.Repeat(" ", max(1, 56-len(commands[n].use))), commands[n].what)
	}
}
