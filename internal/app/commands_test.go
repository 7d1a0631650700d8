package app_test

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"touyan/internal/testkit"
)

// installation is the program with a folder of its own for data and keys.
type installation struct {
	t    *testing.T
	data string
	env  []string
}

func newInstallation(t *testing.T, env ...string) *installation {
	t.Helper()
	data, err := os.MkdirTemp("", "touyan-commands-") // the testing package's own folders are closed to the database's user
	if err == nil {
		err = os.Chmod(data, 0o755)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(data) })
	return &installation{t, data, append(os.Environ(), append([]string{"TOUYAN_DATA=" + data, "DATABASE_URL=", "TOUYAN_DEMO=0"}, env...)...)}
}

// run runs one command and gives its output and exit code.
func (i *installation) run(args ...string) (out, complaint string, code int) {
	i.t.Helper()
	cmd := exec.Command(testkit.Program(i.t), args...)
	cmd.Env = i.env
	var o, e bytes.Buffer
	cmd.Stdout, cmd.Stderr = &o, &e
	if err := cmd.Run(); err != nil && cmd.ProcessState == nil {
		i.t.Fatal(err)
	}
	return o.String(), e.String(), cmd.ProcessState.ExitCode()
}

// wants runs a command that must end with the code and say the words.
func (i *installation) wants(code int, words string, args ...string) string {
	i.t.Helper()
	out, complaint, got := i.run(args...)
	if got != code {
		i.t.Fatalf("touyan %s: exit %d, want %d\n%s%s", strings.Join(args, " "), got, code, out, complaint)
	}
	said := out
	if code != 0 {
		said = complaint
		if strings.TrimSpace(said) == "" || strings.Contains(said, "goroutine ") {
			i.t.Errorf("touyan %s refuses with %q", strings.Join(args, " "), said)
		}
	}
	if !strings.Contains(said, words) {
		i.t.Errorf("touyan %s says %q, want %q in it", strings.Join(args, " "), said, words)
	}
	return out
}

func TestCommandsExitAsPromised(t *testing.T) {
	t.Parallel()
	i := newInstallation(t)
	wudu := filepath.Join(repository(t), "internal/demo/data/wudu_divisions.csv")
	gaolan := filepath.Join(repository(t), "internal/demo/data/gaolan_divisions.csv")
	for _, usage := range [][]string{{}, {"sing"}, {"migrate"}, {"migrate", "sideways"}, {"demo", "accounts"}, {"import", wudu},
		{"import", "divisions", wudu}, {"routes"}, {"user", "add"}, {"user", "add", "--username", "x"}, {"db"}, {"db", "url", "--guest"},
		{"backup"}, {"restore"}, {"verify", "all"}, {"serve", "now"}, {"secret"}, {"rekey", "now"}, {"rekey", "--suite", "des"}} {
		i.wants(2, "用法", usage...)
	}
	i.wants(1, "", "db", "url")
	i.wants(0, "", "migrate", "up")
	i.wants(0, "dirty false", "migrate", "status")

	said := i.wants(0, "只显示这一次", "user", "add", "--username", "root", "--role", "platform_admin")
	if !regexp.MustCompile(`初始密码 \S{12,}`).MatchString(said) {
		t.Errorf("no password of twelve characters in %q", said)
	}
	i.wants(1, "已被使用", "user", "add", "--username", "root", "--role", "platform_admin")
	i.wants(1, "没有角色", "user", "add", "--username", "king", "--role", "king")

	i.wants(1, "", "import", "divisions", "--district", "621202", wudu) // neither there nor named
	i.wants(1, "打不开", "import", "divisions", "--district", "621202", "--name", "武都区", wudu+".absent")
	i.wants(1, "", "import", "divisions", "--district", "621202", "--name", "武都区", filepath.Join(repository(t), "go.mod"))
	i.wants(0, "40个乡镇(街道)、701个村(社区);新增 741,更名 0,文件中没有的 0", "import", "divisions", "--district", "621202", "--name", "武都区", wudu)
	i.wants(0, "新增 0,更名 0,文件中没有的 0", "import", "divisions", "--district", "621202", wudu)
	i.wants(0, "文件中没有的 0", "import", "divisions", "--district", "620122", "--name", "皋兰县", gaolan)
	i.wants(0, "用户名 clerk", "user", "add", "--username", "clerk", "--role", "township_clerk", "--district", "621202", "--township", "621202101")
	i.wants(1, "", "user", "add", "--username", "lost", "--role", "township_clerk", "--district", "621202", "--township", "620122100")
	i.wants(1, "", "user", "add", "--username", "lost", "--role", "village_secretary", "--district", "621202", "--township", "621202101")
	i.wants(1, "", "demo") // the database is not empty
	i.wants(0, "核验通过", "verify")
	i.wants(0, "完成:2个区县", "rekey", "--suite", "sm")
	i.wants(0, "核验通过", "verify")
}

func TestRoutesAreListedWithTheirPermissions(t *testing.T) {
	t.Parallel()
	var list []struct {
		Method, Pattern, Permission string
		Public                      *bool
	}
	if err := json.Unmarshal([]byte(newInstallation(t).wants(0, "", "routes", "--json")), &list); err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, r := range list {
		if r.Method == "" || r.Public == nil || *r.Public == (r.Permission != "") {
			t.Errorf("%+v is not whole", r)
		}
		seen[r.Method+" "+r.Pattern] = true
	}
	for _, must := range []string{"GET /healthz", "GET /readyz", "GET /login", "POST /login", "POST /logout", "GET /"} {
		if !seen[must] {
			t.Errorf("%s is missing", must)
		}
	}
}

// A backup read into an empty database gives the same rows; a full database refuses it.
func TestABackupComesBackWhole(t *testing.T) {
	t.Parallel()
	from := newInstallation(t)
	file := filepath.Join(from.data, "all.dump")
	from.wants(0, "", "import", "divisions", "--district", "621202", "--name", "武都区", filepath.Join(repository(t), "internal/demo/data/wudu_divisions.csv"))
	from.wants(0, "", "user", "add", "--username", "root", "--role", "platform_admin")
	from.wants(0, "密钥文件不在备份中", "backup", file)
	from.wants(1, "已经存在", "backup", file)
	from.wants(1, "不是空的", "restore", file)

	to := newInstallation(t)
	to.wants(1, "打不开", "restore", file+".absent")
	to.wants(0, "密钥文件不在备份中", "restore", file)
	secret, err := os.ReadFile(filepath.Join(from.data, "secret.json"))
	if err == nil {
		err = os.WriteFile(filepath.Join(to.data, "secret.json"), secret, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	to.wants(0, "核验通过", "verify")
	before, after := from.counts(), to.counts()
	if before["villages"] != 701 {
		t.Errorf("%d villages went into the backup", before["villages"])
	}
	for table, n := range before {
		if after[table] != n {
			t.Errorf("%s: %d rows went in, %d came back", table, n, after[table])
		}
	}
}

// counts counts the rows of every table while the program's server runs.
func (i *installation) counts() map[string]int {
	i.t.Helper()
	cmd := exec.Command(testkit.Program(i.t), "serve")
	cmd.Env = append(i.env, "TOUYAN_ADDR=127.0.0.1:0")
	started := testkit.Watch(i.t, cmd, "头雁已启动")
	defer started.Stop()
	url := strings.TrimSpace(i.wants(0, "postgres", "db", "url", "--owner"))
	if app := i.wants(0, "touyan_app", "db", "url"); app == url {
		i.t.Error("owner and application share an address")
	}
	c, err := pgx.Connect(context.Background(), url)
	if err != nil {
		i.t.Fatal(err)
	}
	defer c.Close(context.Background())
	n := map[string]int{}
	for _, table := range list(i.t, c, `select relname::text from pg_class where relnamespace = 'public'::regnamespace and relkind = 'r'
		and relname not in ('sessions', 'login_failures')`) {
		var count int
		if err := c.QueryRow(context.Background(), `select count(*) from `+pgx.Identifier{table}.Sanitize()).Scan(&count); err != nil {
			i.t.Fatal(err)
		}
		n[table] = count
	}
	return n
}
