package assessment

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"
	"touyan/internal/access"
	"touyan/internal/platform/month"
)

// Store is all SQL of the tables that assessment owns: months and sheets here, rows and entries in row_store.go, and one
// file for each further sub-feature.
type Store struct{}

// Period is one month of a district: open or closed, with its dates and scheme.
type Period struct {
	Month     month.Month
	State     MonthState
	Source    string // live, imported
	SchemeID  int64
	FillDue   time.Time
	ReviewDue time.Time
	FileDue   time.Time
	OpenedBy  string
	OpenedAt  time.Time
	Version   int
}

const periodColumns = `month, state, source, scheme_id, fill_due, review_due, file_due, opened_by, opened_at, version`

// Periods lists the months of the district, the newest first.
func (Store) Periods(ctx context.Context, tx *access.Tx, limit int) ([]Period, error) {
	rows, err := tx.Query(ctx, `select `+periodColumns+` from assessment_months where tenant_id = @tenant
		order by month desc limit @limit`, pgx.StrictNamedArgs{"tenant": tx.Tenant(), "limit": limit})
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByName[Period])
}

// Period reads one month.
func (Store) Period(ctx context.Context, tx *access.Tx, m month.Month) (Period, error) {
	rows, err := tx.Query(ctx, `select `+periodColumns+` from assessment_months where tenant_id = @tenant and month = @month`,
		pgx.StrictNamedArgs{"tenant": tx.Tenant(), "month": m})
	if err != nil {
		return Period{}, err
	}
	return pgx.CollectExactlyOneRow(rows, pgx.RowToStructByName[Period])
}

// Sheet is one township's month.
type Sheet struct {
	ID              int64
	TownshipID      int64
	TownshipName    string
	Month           month.Month
	State           SheetState // as stored; see Effective
	ReviewOpenedAt  *time.Time
	ReturnRequested string
	SubmittedBy     string
	SubmittedHolder int64
	SubmittedAt     *time.Time
	MeetingOn       *time.Time
	MinutesNo       string
	Excellent       []int64
	ApprovedBy      string
	ApprovedHolder  int64
	ApprovedAt      *time.Time
	FiledBy         string
	FiledHolder     int64
	FiledAt         *time.Time
	ConfirmedBy     string
	ConfirmedAt     *time.Time
	PublishedAt     *time.Time
	LockedAt        *time.Time
	Round           int
	Version         int
}

const sheetColumns = `id, township_id, township_name, month, state, review_opened_at, return_requested, submitted_by,
	submitted_holder, submitted_at, meeting_on, minutes_no, excellent, approved_by, approved_holder, approved_at, filed_by,
	filed_holder, filed_at, confirmed_by, confirmed_at, published_at, locked_at, round, version`

// Sheet reads a sheet; lock holds it against other acts until the transaction ends.
func (Store) Sheet(ctx context.Context, tx *access.Tx, id int64, lock bool) (Sheet, error) {
	sql := `select ` + sheetColumns + ` from assessment_sheets where tenant_id = @tenant and id = @id`
	if lock {
		sql += ` for update`
	}
	rows, err := tx.Query(ctx, sql, pgx.StrictNamedArgs{"tenant": tx.Tenant(), "id": id})
	if err != nil {
		return Sheet{}, err
	}
	return pgx.CollectExactlyOneRow(rows, pgx.RowToStructByName[Sheet])
}

// SheetOf reads the sheet of a township and month.
func (Store) SheetOf(ctx context.Context, tx *access.Tx, m month.Month, township int64) (Sheet, error) {
	rows, err := tx.Query(ctx, `select `+sheetColumns+` from assessment_sheets
		where tenant_id = @tenant and month = @month and township_id = @township`,
		pgx.StrictNamedArgs{"tenant": tx.Tenant(), "month": m, "township": township})
	if err != nil {
		return Sheet{}, err
	}
	return pgx.CollectExactlyOneRow(rows, pgx.RowToStructByName[Sheet])
}

// saveSheet writes what an act changed, and refuses a stale copy.
func (Store) saveSheet(ctx context.Context, tx *access.Tx, s Sheet) error {
	tag, err := tx.Exec(ctx, `update assessment_sheets set state = @state, review_opened_at = @review, return_requested = @request,
		submitted_by = @submitted_by, submitted_holder = @submitted_holder, submitted_at = @submitted_at, meeting_on = @meeting,
		minutes_no = @minutes, excellent = @excellent, approved_by = @approved_by, approved_holder = @approved_holder,
		approved_at = @approved_at, filed_by = @filed_by, filed_holder = @filed_holder, filed_at = @filed_at,
		confirmed_by = @confirmed_by, confirmed_at = @confirmed_at, published_at = @published_at, locked_at = @locked_at,
		round = @round, version = version + 1
		where tenant_id = @tenant and id = @id and version = @version`,
		pgx.StrictNamedArgs{"tenant": tx.Tenant(), "id": s.ID, "version": s.Version, "state": string(s.State.Stored()),
			"review": s.ReviewOpenedAt, "request": s.ReturnRequested, "submitted_by": s.SubmittedBy,
			"submitted_holder": s.SubmittedHolder, "submitted_at": s.SubmittedAt, "meeting": s.MeetingOn, "minutes": s.MinutesNo,
			"excellent": s.Excellent, "approved_by": s.ApprovedBy, "approved_holder": s.ApprovedHolder,
			"approved_at": s.ApprovedAt, "filed_by": s.FiledBy, "filed_holder": s.FiledHolder, "filed_at": s.FiledAt,
			"confirmed_by": s.ConfirmedBy, "confirmed_at": s.ConfirmedAt, "published_at": s.PublishedAt, "locked_at": s.LockedAt,
			"round": s.Round})
	if err != nil {
		return err
	}
	if tag.RowsAffected() == 0 {
		return errSheetMoved
	}
	return nil
}

// act notes something done to a sheet (row 0) or a row, for the timeline and the trail.
func (Store) act(ctx context.Context, tx *access.Tx, sheet Sheet, row int64, a Act, reason string, detail map[string]any) error {
	_, err := tx.Exec(ctx, actSQL, actArgs(tx, sheet, row, a, reason, detail))
	return err
}

// queueAct is act as part of a batch, for acts on many rows.
func queueAct(b *pgx.Batch, tx *access.Tx, sheet Sheet, row int64, a Act, reason string, detail map[string]any) {
	b.Queue(actSQL, actArgs(tx, sheet, row, a, reason, detail))
}

const actSQL = `insert into assessment_acts (tenant_id, township_id, sheet_id, row_id, act, round, reason, detail, actor,
	account_id, holder_id, at) values (@tenant, @township, @sheet, @row, @act, @round, @reason, @detail, @actor, @account,
	@holder, @now)`

func actArgs(tx *access.Tx, sheet Sheet, row int64, a Act, reason string, detail map[string]any) pgx.StrictNamedArgs {
	s := tx.Scope()
	if detail == nil {
		detail = map[string]any{}
	}
	return pgx.StrictNamedArgs{"tenant": tx.Tenant(), "township": sheet.TownshipID, "sheet": sheet.ID, "row": row,
		"act": string(a), "round": sheet.Round, "reason": reason, "detail": detail, "actor": s.Name(), "account": s.Account(),
		"holder": s.Holder(), "now": s.Now()}
}

// Event is one line of a sheet's timeline.
type Event struct {
	RowID      int64
	PersonName string
	Act        Act
	Round      int
	Reason     string
	Actor      string
	At         time.Time
}
