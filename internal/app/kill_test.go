package app_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"touyan/internal/platform/crypt"
	"touyan/internal/platform/idcard"
	"touyan/internal/platform/pg"
	"touyan/internal/platform/pgserver"
	"touyan/internal/testkit"
)

// binary is the program as make build makes it, built once.
var binary = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "touyan-binary-")
	if err != nil {
		return "", err
	}
	path := filepath.Join(dir, "touyan")
	out, err := exec.Command("go", "build", "-trimpath", "-ldflags", "-s -w", "-o", path, "touyan/cmd/touyan").CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("build: %w: %s", err, out)
	}
	return path, nil
})

// TestMain removes the binary, which outlives the test that built it.
func TestMain(m *testing.M) {
	code := m.Run()
	if path, err := binary(); builtBinary.Load() && err == nil {
		_ = os.RemoveAll(filepath.Dir(path))
	}
	os.Exit(code)
}

var builtBinary atomic.Bool

func program(t testing.TB) string {
	t.Helper()
	builtBinary.Store(true)
	path, err := binary()
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// instance is the real program with its own PostgreSQL in a folder, and the world of the matrix in it.
type instance struct {
	t     testing.TB
	dir   string
	addr  string
	world *world
	env   []string // further settings of the program
	cmd   *exec.Cmd
	ended chan error // how it ended, once
	log   *bytes.Buffer
	owner string // address of the database, as its owner
	db    *pgx.Conn
}

// newInstance fills a folder as an earlier run of the program would have left it.
func newInstance(t testing.TB) *instance {
	t.Helper()
	dir, err := os.MkdirTemp("", "touyan-kill-")
	if err == nil {
		err = os.Chmod(dir, 0o755) // the database's user enters it
	}
	if err != nil {
		t.Fatal(err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	in := &instance{t: t, dir: dir, addr: listener.Addr().String()}
	listener.Close()
	t.Cleanup(func() { os.RemoveAll(dir) })
	t.Cleanup(in.end)
	s, err := pgserver.Start(context.Background(), pgserver.Options{Dir: filepath.Join(dir, "postgres"), Binaries: []string{"../../var/" + pgserver.Fallback}})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Stop()
	in.owner = s.URL(pgserver.OwnerRole)
	if err := pg.Migrate(context.Background(), in.owner); err != nil {
		t.Fatal(err)
	}
	keys, err := crypt.LoadOrCreate(filepath.Join(dir, "secret.json"), crypt.AES)
	if err != nil {
		t.Fatal(err)
	}
	in.world = buildWorld(t, testkit.Database{AppURL: s.URL(pgserver.AppRole), OwnerURL: in.owner}, keys, time.Now)
	return in
}

// start runs the program.
func (in *instance) start() {
	in.t.Helper()
	in.log = &bytes.Buffer{}
	in.cmd = exec.Command(program(in.t), "serve")
	in.cmd.Env = append(os.Environ(), "TOUYAN_DATA="+in.dir, "TOUYAN_ADDR="+in.addr, "TOUYAN_DEMO=0", "DATABASE_URL=", "TOUYAN_SECRET_FILE=", "TOUYAN_URL=")
	in.cmd.Env = append(in.cmd.Env, in.env...)
	in.cmd.Stdout, in.cmd.Stderr = in.log, in.log
	in.cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	started := make(chan error, 1)
	in.ended = make(chan error, 1)
	cmd, ended := in.cmd, in.ended
	go func() {
		runtime.LockOSThread() // the death signal is tied to the thread that forked: keep it
		err := cmd.Start()
		started <- err
		if err == nil {
			ended <- cmd.Wait()
		}
	}()
	if err := <-started; err != nil {
		in.t.Fatal(err)
	}
}

// end kills what still runs.
func (in *instance) end() {
	if in.cmd != nil && in.cmd.Process != nil {
		_ = in.cmd.Process.Signal(syscall.SIGTERM) // it takes its database along
		<-in.ended
		in.cmd = nil
	}
}

// killServer ends the program at once, as a power cut would.
func (in *instance) killServer() {
	in.t.Helper()
	if err := in.cmd.Process.Kill(); err != nil {
		in.t.Fatal(err)
	}
	<-in.ended
	in.start()
}

// postmaster is the process of the database.
func (in *instance) postmaster() int {
	b, err := os.ReadFile(filepath.Join(in.dir, "postgres", "postmaster.pid"))
	if err != nil {
		return 0
	}
	pid, _ := strconv.Atoi(strings.SplitN(string(b), "\n", 2)[0]) // 0 where the file is being written
	return pid
}

// ready waits until the program says that it can work, and tells how long that took.
func (in *instance) ready() time.Duration {
	in.t.Helper()
	begin := time.Now()
	for time.Since(begin) < 30*time.Second {
		res, err := http.Get("http://" + in.addr + "/readyz")
		if err == nil {
			_ = res.Body.Close()
			if res.StatusCode == http.StatusOK {
				return time.Since(begin)
			}
		}
		time.Sleep(5 * time.Millisecond)
	}
	in.t.Fatalf("not ready after 30 s:\n%s", in.log)
	return 0
}

var eager = &http.Client{Timeout: 15 * time.Second, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}

// answer is what came back over the wire; status 0 means that the connection broke.
type answer struct {
	status   int
	location string
	retry    string
	body     string
}

func (in *instance) do(member, method, path string, form url.Values, file *upload) answer {
	r := newRequest(method, path, form, file)
	r.RequestURI = ""
	r.URL.Scheme, r.URL.Host = "http", in.addr
	r.Host = in.addr
	r.Header.Set("Cookie", in.world.cookies[member])
	res, err := eager.Do(r)
	if err != nil {
		return answer{}
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		return answer{}
	}
	return answer{res.StatusCode, res.Header.Get("Location"), res.Header.Get("Retry-After"), string(body)}
}

// saver types into one cell again and again, and remembers what was acknowledged.
type saver struct {
	row, dimension string
	mu             sync.Mutex
	acked          string // as the database writes it; empty before the first answer
	doubt          string // sent, not answered
	saved          int
	complaints     []string
}

func (v *saver) run(ctx context.Context, in *instance) {
	for i := 0; ctx.Err() == nil; i++ {
		value := fmt.Sprintf("%d.%02d", 5+i%5, 1+(v.saved+i)%98)
		v.mu.Lock()
		was := v.acked
		v.doubt = value
		v.mu.Unlock()
		if was == "" {
			was = "10"
		}
		a := in.do("township_clerk@A", http.MethodPost, "/assessment/rows/"+v.row+"/cells",
			url.Values{"dimension": {v.dimension}, "text": {value}, "mode": {"score"}, "was": {was}}, nil)
		v.mu.Lock()
		switch {
		case a.status == http.StatusOK:
			v.acked, v.doubt = value, ""
			v.saved++
		case a.status == 0 || a.status == http.StatusServiceUnavailable: // in doubt: it may have been stored before the connection broke
		default:
			v.complaints = append(v.complaints, fmt.Sprintf("%d %s", a.status, brief(a.body)))
		}
		v.mu.Unlock()
		if a.status != http.StatusOK {
			return // looked at before the next round
		}
	}
}

// load is several savers at work.
type load struct {
	savers []*saver
	stop   context.CancelFunc
	wait   sync.WaitGroup
}

func (in *instance) load(savers []*saver) *load {
	ctx, stop := context.WithCancel(context.Background())
	l := &load{savers: savers, stop: stop}
	for _, v := range savers {
		l.wait.Go(func() { v.run(ctx, in) })
	}
	return l
}

// settle ends the load and compares every cell with what was promised. Where the last save is in doubt both values are
// right, and the stored one is what the next round starts from.
func (l *load) settle(t testing.TB, owner *pgx.Conn) {
	t.Helper()
	l.stop()
	l.wait.Wait()
	for _, v := range l.savers {
		var stored string
		err := owner.QueryRow(context.Background(), `select coalesce((select value::text from assessment_cells where row_id = $1 and dimension = $2), '10.00')`,
			v.row, v.dimension).Scan(&stored)
		if err != nil {
			t.Fatal(err)
		}
		acked := v.acked
		if acked == "" {
			acked = "10.00"
		}
		if stored != acked && stored != v.doubt {
			t.Errorf("cell %s of row %s holds %s; %s was acknowledged last, %q was in doubt", v.dimension, v.row, stored, acked, v.doubt)
		}
		for _, c := range v.complaints {
			t.Errorf("saving a cell: %s", c)
		}
		v.acked, v.doubt, v.complaints = stored, "", nil
	}
}

// roster is an upload of new people: the n-th has people that no other has.
func roster(n, people int) *upload {
	var b strings.Builder
	b.WriteString("序号,村名,姓名,公民身份号码,性别,学历,政治面貌,现任职务,任职时间,联系电话\n")
	for i := range people {
		k := n*people + i
		birth := time.Date(1960, 1, 1, 0, 0, 0, 0, time.UTC).AddDate(0, 0, k%9000)
		fmt.Fprintf(&b, "%d,马家沟%d村,批次%s,%s,女,大专,中共党员,村委会委员,2024-01,\n", i+1, 1+i%2, chinese(n), idcard.Make("621202", birth, k%499, idcard.Female))
	}
	return &upload{"file", "花名册.csv", []byte(b.String())}
}

// chinese writes a number in characters that a name may hold.
func chinese(n int) string {
	return string([]rune{[]rune("甲乙丙丁戊己庚辛壬癸")[n/10%10], []rune("子丑寅卯辰巳午未申酉")[n%10]})
}

// connect opens the database as its owner, once it answers.
func (in *instance) connect() {
	in.t.Helper()
	if in.db != nil {
		_ = in.db.Close(context.Background()) // its server may be gone
	}
	var err error
	for range 500 {
		if in.db, err = pgx.Connect(context.Background(), in.owner); err == nil {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	in.t.Fatal(err)
}

// unready waits until the program has noticed that its database died, at most a moment: it may be back already.
func (in *instance) unready() {
	for range 20 {
		if in.do("", http.MethodGet, "/readyz", nil, nil).status != http.StatusOK {
			return
		}
		time.Sleep(2 * time.Millisecond)
	}
}
