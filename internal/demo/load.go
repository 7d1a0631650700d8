package demo

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"
	"touyan/internal/access"
	"touyan/internal/assessment"
	"touyan/internal/org"
	"touyan/internal/platform/crypt"
	"touyan/internal/platform/fault"
)

// Loader writes the demonstration into an empty database.
type Loader struct {
	core  *access.Core
	keys  *crypt.Keys
	title assessment.Titler
}

// New makes a loader. title names posts, as the register does.
func New(core *access.Core, keys *crypt.Keys, title assessment.Titler) *Loader {
	return &Loader{core: core, keys: keys, title: title}
}

// state is what the database holds.
type state int

const (
	empty      state = iota
	unfinished       // a load was interrupted between two districts; it can go on
	loaded
	foreign // districts that are no demonstration
)

// Wanted reports whether a demonstration can be loaded: the database is empty, or an earlier load was cut off.
func (l *Loader) Wanted(ctx context.Context) (bool, error) {
	s, err := l.state(ctx)
	return s == empty || s == unfinished, err
}

func (l *Loader) state(ctx context.Context) (state, error) {
	var districts []org.District
	var admins int
	err := access.Read(ctx, l.core.Platform("演示区县"), func(tx *access.Tx) error {
		var err error
		if districts, err = (org.Store{}).ListDistricts(ctx, tx); err != nil {
			return err
		}
		return tx.QueryRow(ctx, `select count(*) from accounts where tenant_id = 0 and kind = 'platform'`).Scan(&admins)
	})
	if err != nil {
		return foreign, err
	}
	if len(districts) == 0 && admins == 0 {
		return empty, nil
	}
	codes := []string{wudu.code, gaolan.code}
	done := 0
	for _, d := range districts {
		if !d.IsDemo || !slices.Contains(codes, d.Code) {
			return foreign, nil
		}
		full, err := l.filled(ctx, d.ID)
		if err != nil {
			return foreign, err
		}
		if full {
			done++
		}
	}
	switch {
	case done == len(codes) && admins > 0:
		return loaded, nil
	case len(districts) == 0:
		return foreign, nil // somebody has begun to set up his own
	}
	return unfinished, nil
}

// filled reports whether a district was loaded: it is one transaction, so villages mean that everything is there.
func (l *Loader) filled(ctx context.Context, tenant int64) (bool, error) {
	n := 0
	err := access.Read(ctx, l.core.System("装入演示区县", tenant), func(tx *access.Tx) error {
		var err error
		n, err = (org.Store{}).VillageCount(ctx, tx)
		return err
	})
	return n > 0, err
}

// Loaded says what a load wrote.
type Loaded struct {
	Districts, Villages, People, Posts, Months, Results, Rosters, Accounts int
	Took                                                                   time.Duration
}

// Load generates the demonstration and writes it. It refuses a database that holds anything else. Each district is one
// transaction; a load that is cut off leaves whole districts only and is taken up again by the next.
func (l *Loader) Load(ctx context.Context, s Spec) (Loaded, error) {
	var done Loaded
	start := time.Now()
	state, err := l.state(ctx)
	if err != nil {
		return done, err
	}
	switch state {
	case loaded:
		return done, fault.Conflict("演示区县已经装入,没有重复装入")
	case foreign:
		return done, fault.Conflict("数据库中已有其他区县或账号,没有装入演示区县:演示数据只能装入空数据库")
	}
	districts, err := Generate(s)
	if err != nil {
		return done, err
	}
	for _, d := range districts {
		tenant, err := l.tenant(ctx, d)
		if err != nil {
			return done, err
		}
		if full, err := l.filled(ctx, tenant); err != nil || full {
			if err != nil {
				return done, err
			}
			continue
		}
		err = access.InScope(ctx, l.core.System("装入演示区县", tenant), func(tx *access.Tx) error {
			return l.district(ctx, tx, d, &done)
		})
		if err != nil {
			return done, fmt.Errorf("load %s: %w", d.Name, err)
		}
	}
	err = access.InScope(ctx, l.core.Platform("演示区县"), func(tx *access.Tx) error {
		a := l.platformAccount()
		_, err := l.core.CreateAccount(ctx, tx, access.NewAccount{Username: a.Username, Name: "平台管理员", Password: a.Password,
			Role: access.PlatformAdmin, Note: demoNote})
		done.Accounts++
		return err
	})
	done.Took = time.Since(start)
	return done, err
}

const demoNote = "演示账号"

// tenant finds or makes the district.
func (l *Loader) tenant(ctx context.Context, d *District) (id int64, err error) {
	err = access.InScope(ctx, l.core.Platform("装入演示区县"), func(tx *access.Tx) error {
		found, err := (org.Store{}).DistrictByCode(ctx, tx, d.Code)
		if err == nil {
			id = found.ID
			return nil
		}
		if !noRows(err) {
			return err
		}
		made, err := (org.Store{}).CreateDistrict(ctx, tx, d.Code, d.Name, true)
		id = made.ID
		tx.Audit(access.Line{Action: "org.district", Object: "tenants", ID: id, Summary: "新建演示区县 " + d.Name})
		return err
	})
	return id, err
}

// loading is one district on its way into the database, with the keys that its parts got there.
type loading struct {
	*Loader
	tx        *access.Tx
	d         *District
	now       time.Time
	townships []int64
	villages  []int64
	people    []int64
	users     map[string]user // by username
	scheme    assessment.Scheme
}

// user is an account that others act under.
type user struct {
	id   int64
	name string
}

// district writes everything of one district in the order in which it would have come about.
func (l *Loader) district(ctx context.Context, tx *access.Tx, d *District, done *Loaded) error {
	w := &loading{Loader: l, tx: tx, d: d, now: l.core.Now(), users: map[string]user{},
		scheme: assessment.DefaultScheme()}
	if err := w.units(ctx); err != nil {
		return err
	}
	if err := w.register(ctx); err != nil {
		return err
	}
	if err := w.files(ctx); err != nil {
		return err
	}
	if err := w.accounts(ctx, done); err != nil {
		return err
	}
	if err := w.changes(ctx); err != nil {
		return err
	}
	months, err := w.assessment(ctx)
	if err != nil {
		return err
	}
	if err := w.duty(ctx, done); err != nil {
		return err
	}
	done.Districts++
	done.Villages += len(d.Villages)
	done.People += len(d.People)
	for _, p := range d.People {
		done.Posts += len(p.Posts)
	}
	done.Months += len(months)
	for _, m := range months {
		for _, s := range m.Sheets {
			done.Results += len(s.Rows)
		}
	}
	tx.Audit(access.Line{Action: "demo.load", Object: "tenants", ID: tx.Tenant(), Summary: "装入演示数据(人员均为虚构)",
		Detail: map[string]any{"seed": d.Spec.Seed, "anchor": d.Spec.Anchor.String(), "people": len(d.People)}})
	return nil
}

// queue collects statements and sends them in chunks.
type queue struct {
	tx *access.Tx
	b  pgx.Batch
}

const chunk = 1000

func (q *queue) add(ctx context.Context, sql string, args ...any) error {
	q.b.Queue(sql, args...)
	return q.sendIf(ctx, chunk)
}

// addID is add for a statement that returns a key.
func (q *queue) addID(ctx context.Context, id *int64, sql string, args ...any) error {
	q.b.Queue(sql, args...).QueryRow(func(row pgx.Row) error { return row.Scan(id) })
	return q.sendIf(ctx, chunk)
}

func (q *queue) sendIf(ctx context.Context, n int) error {
	if q.b.Len() < n {
		return nil
	}
	return q.send(ctx)
}

// send empties the queue; keys that were asked for are there afterwards.
func (q *queue) send(ctx context.Context) error {
	if q.b.Len() == 0 {
		return nil
	}
	err := q.tx.SendBatch(ctx, &q.b).Close()
	q.b = pgx.Batch{}
	return err
}
