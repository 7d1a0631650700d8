// Package job runs long work in the background: imports and exports above a few hundred rows, and what happens by
// itself at night. Its starter can leave the page and find the run again, with its progress and what it did.
//
// It owns job_runs, job_files and job_file_parts, which are scoped like every other table; the queue itself, in schema jobs, belongs to
// the job library (river), which gives retries and survives a killed process. A run carries its district explicitly and
// runs under the grant of its starter, checked anew; what the house starts by itself runs as the house, in that district.
package job

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/rivertype"
	"touyan/internal/access"
	"touyan/internal/platform/crypt"
	"touyan/internal/platform/fault"
	"touyan/internal/platform/pg"
)

// Work does one run. It must be safe to start again: a process may be killed in the middle, so its effect belongs in one
// transaction. A fault ends the run with its sentence; any other error is tried again.
type Work func(ctx context.Context, run *Run) error

// Run is a run as its work sees it.
type Run struct {
	ID     int64
	Kind   string
	Params json.RawMessage
	Scope  access.Scope // of the starter
	runner *Runner
	last   time.Time
	result outcome
}

type outcome struct {
	message string
	href    string
	file    *File
}

// File is what a run leaves to be fetched for a week.
type File struct {
	Name        string
	ContentType string
	Content     []byte
}

// Decode reads the parameters.
func (r *Run) Decode(dst any) error { return json.Unmarshal(r.Params, dst) }

// Progress tells how far the run is; it may be called often.
func (r *Run) Progress(ctx context.Context, done, total int) error {
	if now := time.Now(); now.Sub(r.last) < 300*time.Millisecond && done < total {
		return nil
	}
	r.last = time.Now()
	return access.InScope(ctx, r.Scope, func(tx *access.Tx) error {
		_, err := tx.Exec(ctx, `update job_runs set done = $3, total = $4 where tenant_id = $1 and id = $2`,
			tx.Tenant(), r.ID, done, total)
		return err
	})
}

// Say sets what the run did, in words, and the page where the result stands.
func (r *Run) Say(message, href string) { r.result.message, r.result.href = message, href }

// Leave sets the file that the starter will fetch.
func (r *Run) Leave(f File) { r.result.file = &f }

// Periodic is work of the house itself, such as removing ended sessions.
type Periodic struct {
	Name  string
	Every time.Duration
	Do    func(ctx context.Context) error
}

// Runner owns the queue.
type Runner struct {
	core     *access.Core
	pool     *pg.Pool
	keys     *crypt.Keys
	log      *slog.Logger
	works    map[string]Work
	periodic []Periodic
	client   *river.Client[pgx.Tx]
}

// New makes a runner. Register all works before Open.
func New(pool *pg.Pool, keys *crypt.Keys, log *slog.Logger) *Runner {
	return &Runner{pool: pool, keys: keys, log: log, works: map[string]Work{}}
}

// Bind gives the runner its core, which is made after the modules that register works.
func (r *Runner) Bind(core *access.Core) { r.core = core }

// Register names a kind of work.
func (r *Runner) Register(kind string, w Work) { r.works[kind] = w }

// Every adds periodic work.
func (r *Runner) Every(p Periodic) { r.periodic = append(r.periodic, p) }

// args is what stands in the queue: where the run is, nothing about its content.
type args struct {
	Tenant  int64 `json:"tenant"`
	Run     int64 `json:"run"`
	Account int64 `json:"account"`
	Grant   int64 `json:"grant"`
}

// Kind names the job for the library.
func (args) Kind() string { return "run" }

type periodicArgs struct {
	Name string `json:"name"`
}

// Kind names the job for the library.
func (periodicArgs) Kind() string { return "periodic" }

const attempts = 4

// Start queues a run in the caller's transaction: it exists exactly if the transaction commits.
func (r *Runner) Start(ctx context.Context, tx *access.Tx, kind, title string, params any) (id int64, err error) {
	if r.works[kind] == nil {
		return 0, fmt.Errorf("job kind %q is not registered", kind)
	}
	raw, err := json.Marshal(params)
	if err != nil {
		return 0, fmt.Errorf("encode job parameters: %w", err)
	}
	s := tx.Scope()
	err = tx.QueryRow(ctx, `insert into job_runs (tenant_id, township_id, village_id, kind, title, params, account_id, grant_id,
		started_by, created_at) values (@tenant, @township, @village, @kind, @title, @params, @account, @grant, @by, @now) returning id`,
		pgx.StrictNamedArgs{"tenant": tx.Tenant(), "township": s.Township(), "village": s.Village(), "kind": kind, "title": title,
			"params": r.sealParams(tx.Tenant(), raw), "account": s.Account(), "grant": s.Grant(), "by": s.Name(), "now": s.Now()}).Scan(&id)
	if err != nil {
		return 0, err
	}
	_, err = r.client.InsertTx(ctx, tx.Tx, args{tx.Tenant(), id, s.Account(), s.Grant()}, &river.InsertOpts{MaxAttempts: attempts})
	return id, err
}

// Pending reports whether a run of a kind waits or goes on in the district, so that periodic work starts no second one.
func (r *Runner) Pending(ctx context.Context, tx *access.Tx, kind string) (yes bool, err error) {
	err = tx.QueryRow(ctx, `select exists (select from job_runs where tenant_id = $1 and kind = $2 and state in ('queued', 'running'))`,
		tx.Tenant(), kind).Scan(&yes)
	return yes, err
}

// Again queues a failed run once more, for its starter. Asked twice, the second finds it queued.
func (r *Runner) Again(ctx context.Context, tx *access.Tx, id int64) error {
	s := tx.Scope()
	tag, err := tx.Exec(ctx, `update job_runs set state = 'queued', done = 0, total = 0, attempt = 0, message = '', href = '', finished_at = null,
			grant_id = @grant
		where tenant_id = @tenant and id = @id and account_id = @account and state = 'failed'`,
		pgx.StrictNamedArgs{"tenant": tx.Tenant(), "id": id, "account": s.Account(), "grant": s.Grant()})
	if err != nil {
		return err
	}
	if tag.RowsAffected() == 0 {
		var state string
		err := tx.QueryRow(ctx, `select state from job_runs where tenant_id = $1 and id = $2 and account_id = $3`, tx.Tenant(), id, s.Account()).Scan(&state)
		if err != nil {
			return err
		}
		return fault.Conflict("这个任务已经在执行或已完成,不需要重试")
	}
	tx.Audit(access.Line{Action: "job.retry", Object: "job_runs", ID: id, Summary: "重新执行后台任务"})
	_, err = r.client.InsertTx(ctx, tx.Tx, args{tx.Tenant(), id, s.Account(), s.Grant()}, &river.InsertOpts{MaxAttempts: attempts})
	return err
}

// pickUp is how soon after another a queued run is looked for: somebody waits for his file.
const pickUp = 5 * time.Millisecond

// Open connects the queue. With work it also starts to work; without, runs can only be queued.
func (r *Runner) Open(ctx context.Context, work bool) error {
	cfg := &river.Config{Schema: pg.JobSchema, Logger: slog.New(slog.DiscardHandler), JobTimeout: 15 * time.Minute,
		RescueStuckJobsAfter: 20 * time.Minute, ErrorHandler: r, FetchCooldown: pickUp}
	if work {
		workers := river.NewWorkers()
		river.AddWorker(workers, river.WorkFunc(r.work))
		river.AddWorker(workers, river.WorkFunc(r.workPeriodic))
		cfg.Workers = workers
		cfg.Queues = map[string]river.QueueConfig{river.QueueDefault: {MaxWorkers: 4}}
		for _, p := range r.periodic {
			cfg.PeriodicJobs = append(cfg.PeriodicJobs, river.NewPeriodicJob(river.PeriodicInterval(p.Every),
				func() (river.JobArgs, *river.InsertOpts) { return periodicArgs{p.Name}, nil }, nil))
		}
	}
	client, err := river.NewClient(riverpgxv5.New(r.pool.Raw()), cfg)
	if err != nil {
		return fmt.Errorf("open job queue: %w", err)
	}
	r.client = client
	if !work {
		return nil
	}
	return client.Start(ctx)
}

// Close lets running work finish.
func (r *Runner) Close(ctx context.Context) error {
	if r.client == nil {
		return nil
	}
	return r.client.Stop(ctx)
}

func (r *Runner) workPeriodic(ctx context.Context, j *river.Job[periodicArgs]) error {
	for _, p := range r.periodic {
		if p.Name == j.Args.Name {
			return p.Do(ctx)
		}
	}
	return nil
}

// scopeOf gives the scope of a run's starter, checked anew. What the house started by itself runs as the house, in the
// district that the run names.
func (r *Runner) scopeOf(ctx context.Context, a args) (access.Scope, error) {
	if a.Account == 0 {
		return r.core.System("后台任务", a.Tenant), nil
	}
	return r.core.Resume(ctx, a.Tenant, a.Account, a.Grant)
}

func (r *Runner) work(ctx context.Context, j *river.Job[args]) error {
	s, err := r.scopeOf(ctx, j.Args)
	if err != nil {
		return r.finish(ctx, r.core.System("后台任务收尾", j.Args.Tenant), j.Args.Run, outcome{}, err, j.Attempt >= j.MaxAttempts)
	}
	run := &Run{ID: j.Args.Run, Scope: s, runner: r}
	err = access.InScope(ctx, s, func(tx *access.Tx) error {
		return tx.QueryRow(ctx, `update job_runs set state = 'running', attempt = $3 where tenant_id = $1 and id = $2
			and state in ('queued', 'running') returning kind, params`, tx.Tenant(), run.ID, j.Attempt).Scan(&run.Kind, &run.Params)
	})
	if err == nil {
		run.Params, err = r.openParams(j.Args.Tenant, run.Params)
	}
	if fault.Is(err, fault.KindNotFound) {
		return nil // finished by an earlier attempt whose acknowledgement was lost
	}
	if err == nil {
		if w := r.works[run.Kind]; w != nil {
			err = w(ctx, run)
		} else {
			err = fault.Conflict("系统升级后不再支持这类任务,请重新发起")
		}
	}
	return r.finish(ctx, s, run.ID, run.result, err, j.Attempt >= j.MaxAttempts)
}

// finish records the outcome. A refusal is final; any other error is tried again until the last attempt.
func (r *Runner) finish(ctx context.Context, s access.Scope, id int64, o outcome, err error, last bool) error {
	state := "done"
	var refused *fault.Fault
	if err != nil {
		final := errors.As(err, &refused) && refused.Kind != fault.KindUnavailable
		if !final && !last {
			return err
		}
		state, o = "failed", outcome{message: fault.Of(err).Sentence}
		if !final {
			r.log.Error("job failed", "run", id, "err", err)
		}
	}
	return access.InScope(ctx, s, func(tx *access.Tx) error {
		now := s.Now()
		_, err := tx.Exec(ctx, `update job_runs set state = @state, message = @message, href = @href, finished_at = @now,
			done = case when @state = 'done' then greatest(total, done) else done end
			where tenant_id = @tenant and id = @id`, pgx.StrictNamedArgs{"tenant": tx.Tenant(), "id": id, "state": state,
			"message": o.message, "href": o.href, "now": now})
		if err != nil || o.file == nil {
			return err
		}
		_, err = tx.Exec(ctx, `insert into job_files (tenant_id, township_id, village_id, run_id, account_id, name, content_type,
			content, created_at) values (@tenant, @township, @village, @run, @account, @name, @type, @content, @now)
			on conflict (tenant_id, run_id) do nothing`, pgx.StrictNamedArgs{"tenant": tx.Tenant(), "township": s.Township(),
			"village": s.Village(), "run": id, "account": s.Account(), "name": o.file.Name, "type": o.file.ContentType,
			"content": r.seal(tx.Tenant(), o.file.Content), "now": now})
		return err
	})
}

// HandleError logs an error that will be tried again.
func (r *Runner) HandleError(_ context.Context, j *rivertype.JobRow, err error) *river.ErrorHandlerResult {
	r.log.Warn("job attempt failed", "kind", j.Kind, "attempt", j.Attempt, "err", err)
	return nil
}

// HandlePanic logs a defect of a work.
func (r *Runner) HandlePanic(_ context.Context, j *rivertype.JobRow, v any, trace string) *river.ErrorHandlerResult {
	r.log.Error("job panicked", "kind", j.Kind, "attempt", j.Attempt, "panic", v, "trace", trace)
	return nil
}

// Sweep removes the files of runs after a week; the runs stay, since they say what was done.
func (r *Runner) Sweep(ctx context.Context) error {
	return r.core.EachDistrict(ctx, "清理后台任务", func(tx *access.Tx) error {
		old := r.core.Now().AddDate(0, 0, -7)
		if _, err := tx.Exec(ctx, `delete from job_file_parts where tenant_id = $1 and created_at < $2`, tx.Tenant(), old); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `delete from job_files where tenant_id = $1 and created_at < $2`, tx.Tenant(), old)
		return err
	})
}
