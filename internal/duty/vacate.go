package duty

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"touyan/internal/access"
	"touyan/internal/job"
)

// hears are the acts of the register after which somebody may stand on days that he does not serve any more.
func (m *Module) hears() map[string]access.Listener {
	vacate := func(ctx context.Context, tx *access.Tx, l access.Line) error {
		_, err := m.Store.Vacate(ctx, tx, l.Person)
		return err
	}
	return map[string]access.Listener{"cadre.merge": m.merged, "cadre.unmerge": m.merged, "cadre.leave": vacate, "cadre.die": vacate, "cadre.correct": vacate, "cadre.remove": vacate,
		"cadre.void": vacate, "cadre.election": vacate, "cadre.transfer.confirmed": vacate}
}

// vacateHourly does the same for whatever reaches the register by other ways, such as an import.
func (m *Module) vacateHourly(jobs *job.Runner) {
	jobs.Every(job.Periodic{Name: "duty.vacate", Every: time.Hour, Do: func(ctx context.Context) error {
		return m.core.EachDistrict(ctx, "离任人员的值班转为空岗", func(tx *access.Tx) error {
			_, err := m.Store.Vacate(ctx, tx, 0)
			return err
		})
	}})
}

// stray is a place of somebody who cannot stand there any more.
type stray struct {
	RosterID   int64
	OnDay      time.Time
	Shift      string
	PersonName string
	Leave      bool // he is on leave; otherwise he is out of post
}

// strays finds, from today on, the places of people who are not in post that day or are on leave: of one person, or (0)
// of everybody in scope. A stand-in serves any village of the township.
func (Store) strays(ctx context.Context, tx *access.Tx, person int64) ([]stray, error) {
	rows, err := tx.Query(ctx, `select a.roster_id, a.on_day, a.shift, a.person_name, l.id is not null as leave
		from duty_assignments a
			left join duty_leaves l on l.tenant_id = a.tenant_id and l.person_id = a.person_id and l.during @> a.on_day and l.cancelled_at is null
		where a.tenant_id = @tenant and a.on_day >= @today and a.person_id is not null and (@person = 0 or a.person_id = @person)
			and (l.id is not null or not exists (select from appointments x join persons p on p.tenant_id = x.tenant_id and p.id = x.person_id
				where x.tenant_id = a.tenant_id and x.person_id = a.person_id and x.during @> a.on_day
					and x.township_id = a.township_id and (a.stand_in or x.village_id = a.village_id)
					and x.position_code not in ('group_leader', 'village_assistant')
					and p.voided_at is null and (p.died_on is null or p.died_on >= a.on_day)))
		order by a.roster_id, a.on_day, a.shift`, pgx.StrictNamedArgs{"tenant": tx.Tenant(), "today": tx.Scope().Today(), "person": person})
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByName[stray])
}

// Vacate makes empty places of what people leave who are out of post, and says in how many rosters. A published roster
// becomes its next version, which shows the day as 空岗 wherever it is read, until somebody fills it.
func (st Store) Vacate(ctx context.Context, tx *access.Tx, person int64) (int, error) {
	list, err := st.strays(ctx, tx, person)
	if err != nil {
		return 0, err
	}
	n := 0
	for len(list) > 0 {
		of := list[0].RosterID
		end := slices.IndexFunc(list, func(s stray) bool { return s.RosterID != of })
		if end < 0 {
			end = len(list)
		}
		if err := st.vacate(ctx, tx, of, list[:end]); err != nil {
			return n, err
		}
		n, list = n+1, list[end:]
	}
	return n, nil
}

func (st Store) vacate(ctx context.Context, tx *access.Tx, roster int64, strays []stray) error {
	t, err := st.table(ctx, tx, roster, true)
	if err != nil {
		return err
	}
	var slots []Slot
	var why []string
	for _, s := range strays {
		slots = append(slots, Slot{s.OnDay.Day(), s.Shift})
		text := s.PersonName + "不再任职"
		if s.Leave {
			text = s.PersonName + "请假"
		}
		if !slices.Contains(why, text) {
			why = append(why, text)
		}
	}
	after := without(t.Made, slots)
	list := changes(t.Made, after)
	if len(list) == 0 { // somebody else has filled the places meanwhile
		return nil
	}
	return st.write(ctx, tx, &t.Roster, emptyDays(t.Plan.Slots, after), after, list, strings.Join(why, "、"))
}
