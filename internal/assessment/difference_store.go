package assessment

import (
	"context"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"touyan/internal/access"
	"touyan/internal/platform/fault"
	"touyan/internal/platform/money"
	"touyan/internal/platform/month"
)

// DifferenceState says what the clerk made of a difference.
type DifferenceState string

// The states of a difference.
const (
	DifferenceOpen     DifferenceState = "open"
	DifferenceAccepted DifferenceState = "accepted"
	DifferenceRefused  DifferenceState = "refused"
)

// Title names the state.
func (s DifferenceState) Title() string {
	switch s {
	case DifferenceAccepted:
		return "已确认"
	case DifferenceRefused:
		return "不予处理"
	}
	return "待确认"
}

// Difference is what changed for a person in a month that was final already.
type Difference struct {
	ID             int64
	TownshipID     int64
	TownshipName   string
	VillageID      int64
	VillageName    string
	Month          month.Month
	PersonID       int64
	PersonName     string
	Origin         string
	Reason         string
	PaidFen        money.Fen
	DueFen         money.Fen
	CarriedMonth   month.Month
	State          DifferenceState
	DecidedBy      string
	DecidedAt      *time.Time
	DecisionReason string
	CreatedAt      time.Time
}

// Pay is the difference as the calculators state it.
func (d Difference) Pay() PayDifference {
	return PayDifference{Month: d.Month, PersonID: d.PersonID, Paid: d.PaidFen, Due: d.DueFen}
}

// Delta is what is paid in addition, or taken back if negative.
func (d Difference) Delta() money.Fen { return d.Pay().Delta() }

const differenceSelect = `select d.id, d.township_id, t.name as township_name, d.village_id, v.name as village_name, d.month, d.person_id,
		d.person_name, d.origin, d.reason, d.paid_fen, d.due_fen, d.carried_month, d.state, d.decided_by, d.decided_at,
		d.decision_reason, d.created_at
	from assessment_differences d join townships t on t.tenant_id = d.tenant_id and t.id = d.township_id
		join villages v on v.tenant_id = d.tenant_id and v.township_id = d.township_id and v.id = d.village_id
	where d.tenant_id = @tenant`

// differenceQuery are the conditions of the list of differences.
type differenceQuery struct {
	State    string `form:"state"`
	Township int64  `form:"township"`
	Text     string `form:"q"`
	Page     int    `form:"page"`
}

func (q differenceQuery) args(tx *access.Tx) pgx.StrictNamedArgs {
	return pgx.StrictNamedArgs{"tenant": tx.Tenant(), "state": q.State, "township": q.Township, "text": strings.TrimSpace(q.Text)}
}

const differenceWhere = ` and (@state = '' or d.state = @state) and (@township::bigint = 0 or d.township_id = @township)
	and (@text = '' or strpos(d.person_name, @text) > 0 or strpos(v.name, @text) > 0)`

func (Store) countDifferences(ctx context.Context, tx *access.Tx, q differenceQuery) (n int, err error) {
	err = tx.QueryRow(ctx, `select count(*) from (`+differenceSelect+differenceWhere+`) x`, q.args(tx)).Scan(&n)
	return n, err
}

// differences reads a page of the differences in scope, those that wait first; limit 0 reads all.
func (Store) differences(ctx context.Context, tx *access.Tx, q differenceQuery, limit, offset int) ([]Difference, error) {
	args := q.args(tx)
	args["limit"], args["offset"] = limit, offset
	rows, err := tx.Query(ctx, differenceSelect+differenceWhere+` order by (d.state = 'open') desc, d.month desc, t.code, v.code, d.person_name, d.id
		limit nullif(@limit, 0) offset @offset`, args)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByName[Difference])
}

// carried reads the accepted differences that a month pays.
func (Store) carried(ctx context.Context, tx *access.Tx, at month.Month, township int64) ([]Difference, error) {
	rows, err := tx.Query(ctx, differenceSelect+` and d.state = 'accepted' and d.carried_month = @month
		and (@township::bigint = 0 or d.township_id = @township) order by t.code, v.code, d.person_name, d.month, d.id`,
		pgx.StrictNamedArgs{"tenant": tx.Tenant(), "month": at, "township": township})
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByName[Difference])
}

// differencesOf reads what was found of a month before.
func (Store) differencesOf(ctx context.Context, tx *access.Tx, at month.Month) ([]Difference, error) {
	rows, err := tx.Query(ctx, differenceSelect+` and d.month = @month order by d.id`,
		pgx.StrictNamedArgs{"tenant": tx.Tenant(), "month": at})
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByName[Difference])
}

// finalMonths lists the months of the last two years that are final in some township.
func (Store) finalMonths(ctx context.Context, tx *access.Tx) ([]month.Month, error) {
	rows, err := tx.Query(ctx, `select distinct s.month from assessment_sheets s join assessment_acts a on a.tenant_id = s.tenant_id and a.sheet_id = s.id
		where s.tenant_id = @tenant and a.tenant_id = @tenant and a.act = 'lock' and s.month >= @since order by s.month`,
		pgx.StrictNamedArgs{"tenant": tx.Tenant(), "since": month.Of(tx.Scope().Now()).Add(-24)})
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowTo[month.Month])
}

// DecideDifference accepts or refuses what was found. An accepted one is carried by the next month that is still open
// for the township; where there is none yet, by the next that opens.
func (s Store) DecideDifference(ctx context.Context, tx *access.Tx, id int64, to DifferenceState, reason string) (Difference, error) {
	rows, err := tx.Query(ctx, differenceSelect+` and d.id = @id for update of d`, pgx.StrictNamedArgs{"tenant": tx.Tenant(), "id": id})
	if err != nil {
		return Difference{}, err
	}
	d, err := pgx.CollectExactlyOneRow(rows, pgx.RowToStructByName[Difference])
	if err != nil {
		return d, err
	}
	scope := tx.Scope()
	switch {
	case d.State == to:
		return d, nil // a button pressed twice
	case d.State != DifferenceOpen:
		return d, fault.Conflict("%s%s的差额%s,不能再改", d.PersonName, d.Month.Title(), d.State.Title())
	case scope.Person() != 0 && scope.Person() == d.PersonID:
		return d, fault.Conflict("不能处理本人的差额,请由他人办理")
	}
	now := scope.Now()
	d.State, d.DecidedBy, d.DecidedAt, d.DecisionReason = to, scope.Name(), &now, reason
	if _, err = tx.Exec(ctx, `update assessment_differences set state = @state, decided_by = @by, decided_at = @now, decision_reason = @reason
		where tenant_id = @tenant and id = @id`, pgx.StrictNamedArgs{"tenant": tx.Tenant(), "id": id, "state": string(to), "by": d.DecidedBy,
		"now": now, "reason": reason}); err != nil {
		return d, err
	}
	tx.Audit(access.Line{Action: "assessment.difference", Object: "assessment_differences", ID: id, Person: d.PersonID,
		Summary: d.PersonName + d.Month.Title() + "绩效差额:" + to.Title(), Reason: reason,
		Detail: map[string]any{"paid_fen": d.PaidFen, "due_fen": d.DueFen}})
	if to == DifferenceAccepted {
		if err := s.carry(ctx, tx); err != nil {
			return d, err
		}
	}
	return d, nil
}

// carry gives accepted differences the month that pays them: the earliest later one that is not final for the township.
func (Store) carry(ctx context.Context, tx *access.Tx) error {
	_, err := tx.Exec(ctx, `update assessment_differences d set carried_month = n.month
		from (select x.id, min(s.month) as month from assessment_differences x
			join assessment_sheets s on s.tenant_id = x.tenant_id and s.township_id = x.township_id and s.month > x.month
			join assessment_months m on m.tenant_id = s.tenant_id and m.month = s.month and m.state = 'open'
			where x.tenant_id = @tenant and s.tenant_id = @tenant and m.tenant_id = @tenant and x.state = 'accepted' and x.carried_month is null
				and not exists (select from assessment_acts a where a.tenant_id = s.tenant_id and a.sheet_id = s.id and a.act = 'lock')
			group by x.id) n
		where d.tenant_id = @tenant and d.id = n.id`, pgx.StrictNamedArgs{"tenant": tx.Tenant()})
	return err
}
